/* areas_plan – an import of areas while it is being judged: the rows to be, the
 * areas that the layer has, and who lies under whom. Only for areas_*.c. */
#ifndef JW_AREAS_PLAN_H
#define JW_AREAS_PLAN_H

#include "area.h"
#include "areas_file.h"
#include "audit.h"
#include "csv.h"
#include "place.h"
#include "project.h"
#include "words.h"

/* Less of an area in a second parent is a border drawn twice, and said as NOTE_NEST. */
#define AREA_ASTRIDE_LEAST 0.01

#define AREA_HOUSEHOLDS_MAX 10000000 /* as records/area.def says */

typedef struct AreaRow {
    AreaLevel level;
    Str code, name;
    int32_t households;  /* -1: not known */
    int32_t parent;      /* among the rows, -1 */
    int32_t above;       /* among the known areas, -1 */
    int32_t first, next; /* of a group: its members; -1 */
    Str parent_code;
    Str group[AREAS_GROUPS_MAX + 1], group_name[AREAS_GROUPS_MAX + 1]; /* values of the attributes */
    int32_t dropped_rings;
    int32_t feature, line; /* of the file, from 1; 0: made by a group */
    Shape shape;           /* the heap's; may be empty */
    Shape own;             /* the one it came with, before it became a union of what stands; or empty */
    AreaId id;             /* once written */
} AreaRow;

typedef struct BuildingRow {
    int32_t grid;      /* among the rows, or -1: */
    int32_t known;     /* one that stands, among the known areas; else -1 */
    Str residential;   /* as the list writes it; or empty */
    PlaceId place;     /* it stands already; 0: it is new */
    bool changes;      /* and is to be what the list says */
    int32_t row, line; /* of the list */
    Str name;
    int32_t households; /* -1: not known */
    bool placed;
    int32_t lon, lat;
} BuildingRow;

/* An active area that is there already. */
typedef struct KnownArea {
    AreaId id;
    AreaLevel level;
    int32_t parent; /* among the known, -1 */
    Str code, name, path;
    bool shaped;
    Shape shape;        /* the heap's; may be empty */
    int32_t households; /* -1: not known */
    int32_t into;       /* the row that it is to be hung under, -1 */
    bool changed;       /* the shape is another than the stored one: to be written */
    Shape own;          /* of an upper area: the shape it came with, before it became a union; or empty */
} KnownArea;

typedef struct KnownAreas {
    bool there;
    Layer layer;
    KnownArea *areas; /* upper ones first */
    int32_t n, room;
    Words codes;
    Arena texts;
} KnownAreas;

typedef struct AreasPlan {
    const AreasOptions *how;
    AreasReport *report;
    Arena *texts; /* the report's */
    Datum datum;
    AreaRow *rows;
    int32_t n, room, n_features; /* what comes after the features was made by groups */
    Words codes;                 /* of the rows */
    BuildingRow *buildings;
    int32_t n_buildings, buildings_room;
    AreasGroup groups[AREAS_GROUPS_MAX + 1]; /* of `how`; a list may put residential areas before */
    size_t n_groups;
    bool named;                 /* rows name their parents */
    KnownAreas known, compared; /* the layer, and the one that --compare names */
    AreaId *ids;                /* of the rows, while they are written */
} AreasPlan;

void areas_phase(const AreasPlan *p, const char *zh, const char *en);

/* A finding about row i, with its code and where it stands in the file; the rest of
 * `more` is kept. */
Err areas_row_note(AreasPlan *p, int32_t i, AreaNoteKind kind, AreaNote more, Fault *f);

/* One more row, emptied. Rows may move: keep positions, not pointers. */
Err areas_row_add(AreasPlan *p, AreaRow **ret, Fault *f);

Err areas_look(Store *s, AreasPlan *p, Fault *f); /* areas_look.c: what there is */
void areas_known_drop(KnownAreas *known);
Err areas_read_features(AreasPlan *p, Str text, Fault *f); /* areas_read.c */
Err areas_read_table(AreasPlan *p, Str text, Fault *f);    /* areas_table.c: without shapes */
Err areas_read_list(AreasPlan *p, Str text, Fault *f);     /* areas_list.c: buildings */
Err areas_buildings(Store *s, AreasPlan *p, Fault *f);     /* areas_standing.c: which of them stand already? */
Str areas_grid_code(const AreasPlan *p, const BuildingRow *b);
PlacePut areas_building(const AreasPlan *p,
                        const BuildingRow *b);     /* what the list says of it; new grids have no id yet */
Err areas_words(AreasPlan *p, Fault *f);           /* areas_words.c: codes and names */
Err areas_datum(Store *s, AreasPlan *p, Fault *f); /* areas_datum.c: are these the coordinates they seem? */
Err areas_codes(AreasPlan *p, Fault *f);           /* areas_codes.c: with an official list */
Err areas_shapes(AreasPlan *p, Fault *f);          /* areas_shapes.c: the audit, with the neighbours */
Err areas_adopt(AreasPlan *p, Fault *f);           /* areas_adopt.c: above what stands */
Err areas_group(AreasPlan *p, Fault *f);           /* areas_group.c: rows above the rows */
Err areas_parents(AreasPlan *p, Fault *f);         /* areas_parents.c: under what the layer has */
Err areas_lift(AreasPlan *p, Fault *f);            /* areas_lift.c: upper areas become unions */
/* How much ground only one of the two covers, as a finding if it is more than a sliver. */
Err areas_mismatch(AreasPlan *p, Str code, Str name, const Shape *a, const Shape *b, Fault *f);
Err areas_compare(AreasPlan *p, Fault *f);         /* areas_lift.c: with another layer */
Err areas_write(Store *s, AreasPlan *p, Fault *f); /* areas_write.c */

/* A table that is a CSV, or a workbook of which the first sheet is read. Close it with
 * areas_sheet_close(). */
typedef struct AreasSheet {
    Csv *csv;
    Buf text; /* of a workbook */
    CsvMemory bytes;
} AreasSheet;
Err areas_sheet_open(Str text, AreasSheet *s, Fault *f);
void areas_sheet_close(AreasSheet *s);

/* A two-column table in memory: calls `each` with the texts, in the plan's arena.
 * Columns of which the name is empty are found by their place. */
typedef Err AreasTableEach(AreasPlan *p, void *ctx, int64_t row, const Str words[3], Fault *f);
Err areas_table(AreasPlan *p, Str table, const Str columns[3], AreasTableEach *each, void *ctx, Fault *f);

#endif
