/* cases_map – how the table of another system becomes cases: which column is what,
 * which words mean which state, in which zone its times are. One JSON object; see
 * docs/import-cases.md, and tests/real/baltimore.json for a whole one. */
#ifndef JW_CASES_MAP_H
#define JW_CASES_MAP_H

#include "cases_file.h"
#include "clock.h"
#include "point.h"
#include "project.h"
#include "records.h"

enum { MAP_TEXTS_MAX = 8, MAP_PLACEHOLDERS_MAX = 16 };

/* What is done with a word that the database does not know. */
typedef enum MapMissing {
    MISSING_REJECT, /* the row is rejected: nothing is guessed */
    MISSING_EMPTY,  /* the case is taken without it */
    MISSING_MAKE,   /* a condition or unit of that code is made */
} MapMissing;

typedef struct MapWord {
    Str from, to;
} MapWord;

/* A column whose words are codes here, or are translated to such. column.n 0: none. */
typedef struct MapLookup {
    Str column;
    const MapWord *words; /* ascending by `from` */
    size_t n;
    MapMissing missing;
} MapLookup;
Str map_word(const MapLookup *l, Str word); /* its translation, or itself */

struct CasesMap {
    Str external_no, spot, lon, lat, reported, due, closed; /* columns; n 0: none */
    Str texts[MAP_TEXTS_MAX];                               /* columns, joined with " · " */
    size_t n_texts;
    MapLookup status, category, condition, unit;
    Str date;   /* see date_text.h */
    Zone *zone; /* in which the file's times are; never NULL */
    Datum datum;
    Point placeholders[MAP_PLACEHOLDERS_MAX]; /* as written, before any datum */
    size_t n_placeholders;
    Condition made_condition; /* category, limits and publicity of one that is made */
    Str made_unit_area;       /* code of the area where a unit that is made stands */
    OrgKind made_unit_kind;
    bool as_it_stands; /* words that name people are not looked for */
};

#endif
