/* areas_plan – an import of areas while it is being judged: the rows to be, the
 * areas that the layer has, and who lies under whom. Only for areas_*.c. */
#ifndef JW_AREAS_PLAN_H
#define JW_AREAS_PLAN_H

#include "area.h"
#include "areas_file.h"
#include "audit.h"
#include "project.h"
#include "words.h"

typedef struct AreaRow {
    AreaLevel level;
    Str code, name;
    int32_t households;  /* -1: not known */
    int32_t parent;      /* among the rows, -1 */
    int32_t above;       /* among the known areas, -1 */
    int32_t first, next; /* of a group: its members; -1 */
    Str parent_code;
    Str group[AREAS_GROUPS_MAX], group_name[AREAS_GROUPS_MAX]; /* values of the attributes */
    int32_t dropped_rings;
    Shape shape; /* the heap's; may be empty */
    AreaId id;   /* once written */
} AreaRow;

typedef struct KnownArea {
    AreaId id;
    AreaLevel level;
    Str code, name;
    bool shaped;
    Shape shape; /* loaded where it is needed */
} KnownArea;

typedef struct AreasPlan {
    const AreasOptions *how;
    AreasReport *report;
    Arena *texts; /* the report's */
    Datum datum;
    AreaRow *rows;
    int32_t n, room, n_features; /* what comes after the features was made by groups */
    Words codes;                 /* of the rows */
    bool layer_known;
    Layer layer;
    KnownArea *known; /* active areas of the layer, upper ones first */
    int32_t n_known, known_room;
    Words known_codes;
    AreaId *ids; /* of the rows, while they are written */
} AreasPlan;

/* One more row, emptied. Rows may move: keep positions, not pointers. */
Err areas_row_add(AreasPlan *p, AreaRow **ret, Fault *f);

Err areas_read_features(AreasPlan *p, Str text, Fault *f); /* areas_read.c */
Err areas_group(AreasPlan *p, Fault *f);                   /* areas_group.c: rows above the rows */
Err areas_parents(AreasPlan *p, Fault *f);                 /* areas_parents.c: under what the layer has */
Err areas_write(Store *s, AreasPlan *p, Fault *f);         /* areas_write.c */

/* A two-column table in memory: calls `each` with the texts, in the plan's arena.
 * Columns of which the name is empty are found by their place. */
typedef Err AreasTableEach(AreasPlan *p, void *ctx, int64_t row, const Str words[3], Fault *f);
Err areas_table(AreasPlan *p, Str table, const Str columns[3], AreasTableEach *each, void *ctx, Fault *f);

#endif
