/* locate – which building do these words mean?
 *
 * Takes the places of a city with the spellings they are known by, and a text as
 * people write it; gives up to three places, the words that spoke for each, and
 * a verdict: CERTAIN (one clear hit), ASK (a person chooses) or NONE, each with
 * its reason. It never guesses silently: whatever can be read in two ways, is
 * spelt differently, or is said to be opposite or beside, is asked.
 *
 * It reads 路/弄/村/期/号/幢/栋/座/号楼/单元/室, full-width and Chinese numbers, names
 * without their 路 or 小区, parts left out or in another order, one wrong letter,
 * several addresses in one text, and addresses in Latin letters. Room numbers
 * belong to the reporter's contact: they are told as spans to be removed.
 *
 * The work for one text is bounded; where it does not suffice nothing is certain.
 *
 * Pure: no clock, no store, no memory of its own at lookup. A built index is
 * never changed and may be read by any number of threads. How a spelling earns
 * its points: docs/addresses.md; why so: docs/decisions/0003-addresses.md. */
#ifndef JW_LOCATE_H
#define JW_LOCATE_H

#include "mem.h"
#include "text.h"

enum {
    LOCATE_TEXT_MAX = 64 << 10, /* bytes; longer is ERR_LIMIT */
    LOCATE_HITS_MAX = 3,
    LOCATE_SPANS_MAX = 8,
    LOCATE_ROOMS_MAX = 16,
    LOCATE_SCRATCH = 4 << 20, /* bytes of arena that any text is content with */
};

/* An area in which places lie: "云桥街道" before an address confirms it. One that
 * is `close` (a residential area) may stand for the name of a compound. */
typedef struct LocateArea {
    Str name;
    int32_t parent; /* position in the array, before this one; -1 at the top */
    bool close;
} LocateArea;

/* names[0] is the address or name, the others are what else it is called. */
typedef struct LocatePlace {
    const Str *names;
    int32_t n_names;
    int32_t area; /* position, or -1 */
} LocatePlace;

typedef struct LocateInput {
    const LocateArea *areas;
    int32_t n_areas;
    const LocatePlace *places;
    int32_t n_places;
} LocateInput;

typedef struct LocateIndex LocateIndex;

/* Copies what it needs of the input. ERR_NO_MEMORY; ERR_LIMIT beyond 10 million
 * spellings. */
Err locate_build(const LocateInput *in, LocateIndex **ret, Fault *f);
void locate_free(LocateIndex *x);
size_t locate_bytes(const LocateIndex *x);

typedef enum LocateVerdict { LOCATE_NONE, LOCATE_ASK, LOCATE_CERTAIN } LocateVerdict;

typedef enum LocateReason {
    LOCATE_CLEAR,     /* CERTAIN                                                   */
    LOCATE_SEVERAL,   /* ASK: more than one place fits, or two addresses are named */
    LOCATE_PARTLY,    /* ASK: a part of the address is missing                     */
    LOCATE_INEXACT,   /* ASK: it is spelt otherwise                                */
    LOCATE_BESIDE,    /* ASK: opposite, beside or near it                          */
    LOCATE_NO_WORDS,  /* NONE: no word of it is known                              */
    LOCATE_ONLY_AREA, /* NONE: only a city, a district or another area             */
    LOCATE_ONLY_NAME, /* NONE: a road or compound without a number                 */
    LOCATE_NO_NUMBER, /* NONE: the road is known, not this number                  */
    LOCATE_TOO_MANY,  /* NONE: so many fit that showing three would mislead        */
    LOCATE_REASONS
} LocateReason;

typedef struct LocateSpan {
    int32_t from, to; /* bytes of the text */
} LocateSpan;

typedef struct LocateHit {
    int32_t place; /* position in the input */
    int32_t score; /* 0 to 100 */
    int32_t n_spans;
    LocateSpan spans[LOCATE_SPANS_MAX]; /* the words that matched, rising */
} LocateHit;

typedef struct LocateAnswer {
    LocateVerdict verdict;
    LocateReason reason;
    int32_t n_hits; /* best first; 0 if NONE */
    LocateHit hits[LOCATE_HITS_MAX];
    int32_t alike; /* places that fit as well as the first, itself included */
    int32_t n_rooms;
    LocateSpan rooms[LOCATE_ROOMS_MAX]; /* rising */
} LocateAnswer;

/* Bytes that are no UTF-8 are read as unknown letters. `scratch` is given back as
 * it was. */
Err locate_find(const LocateIndex *x, Str text, Arena *scratch, LocateAnswer *ret, Fault *f);

#endif
