/* probe – a noun that exists only to be stored: one field of every kind, with
 * and without a value, and the few queries on it. Written by hand, as the
 * contract of a store must not lean on the product's nouns. */
#ifndef JW_PROBE_H
#define JW_PROBE_H

#include "store.h"

typedef struct Probe {
    struct {
        bool id, ref, number, big, lon, words, met, day, yes, pick, raw, contact, maybe, maybe_words;
    } has;
    int64_t id, ref;
    int32_t number;
    int64_t big;
    int32_t lon;
    Str words;
    Moment met;
    int32_t day;
    bool yes;
    int32_t pick;
    Str raw;
    Sealed contact;
    int32_t maybe;
    Str maybe_words;
} Probe;

typedef struct ProbeFind {
    struct {
        bool from, to, pick, limit;
    } has;
    int64_t from, to;
    int32_t pick, limit;
} ProbeFind;

typedef struct ProbeCount {
    struct {
        bool n, sum;
    } has;
    int64_t n, sum;
} ProbeCount;

extern const Record probe_record, probe_find_record, probe_count_record;
extern const Query probe_put, probe_find, probe_count, probe_change, probe_erase;
extern const Query probe_wide; /* gives too few columns: a mistake */
extern const Migration probe_migrations[];
enum { PROBE_MIGRATIONS = 3 };

Probe probe_like(int64_t id); /* valid, all of it from the id */

#endif
