/* areas_file – areas from a map file, or from a list of buildings, into a layer.
 *
 * The file is read whole, then judged: codes, shapes (geo/audit.h), parents,
 * sizes; every finding goes into the report. Only if none stops the import is
 * anything written, in one transaction. Upper levels can be built by union of
 * what lies in them (groups), so that they exist before their children do and
 * every area gets its path and home at once. */
#ifndef JW_AREAS_FILE_H
#define JW_AREAS_FILE_H

#include "areas_report.h"
#include "tx.h"

#define AREAS_BYTES_MAX ((size_t)100 << 20) /* of the file, and of each table */

/* How one upper level is made of the areas below that have no parent yet. */
typedef enum GroupBy {
    GROUP_BY_FIELD = 1, /* those with the same value of the attribute `group`; its name: attribute `name` */
    GROUP_BY_TABLE,     /* a table: column `child` has codes from below, `group` the group's, `name` its name */
    GROUP_ALL,          /* all of them in one, of the code `group` and the name `name` */
} GroupBy;
typedef struct AreasGroup {
    AreaLevel level;
    GroupBy by;
    Str child, group,
        name;  /* an empty name: the code; of a table: an empty child or group is the next column */
    Str table; /* the whole CSV */
} AreasGroup;
enum { AREAS_GROUPS_MAX = 4 };

typedef struct AreasOptions {
    Str file;                               /* what messages call it */
    Str layer, layer_zh, layer_en, pattern; /* names and pattern: of a new layer */
    bool governing;
    AreaLevel level;
    Str code, name, households;      /* attributes; empty: name = code, households unknown */
    Str parent;                      /* attribute with the parent's code */
    Str parents, parents_columns[2]; /* or a whole CSV, and its columns (empty: the first two) */
    bool adopt; /* what stands beneath that level already is hung under these: by largest overlap, */
    Str adopt_table, adopt_columns[2]; /* or by a whole CSV of codes that stand and codes of the file */
    Str under;                         /* or one parent's code for all; none of the three: by largest overlap */
    AreasGroup groups[AREAS_GROUPS_MAX]; /* from the level next above upward */
    size_t n_groups;
    Str compare;                 /* a layer: how far do its areas of the same code and level differ? */
    Str crs;                     /* wgs84, cgcs2000, gcj02 or bd09 */
    bool crs_sure;               /* somebody said so: what looks like another one is told, and no refusal */
    Str codes, codes_columns[2]; /* an official list, a whole CSV, and its columns (empty: the first two) */
    int32_t since;               /* a later day: they are approved, and begin by themselves */
    bool replace;                /* what stands on that level ends on that day in favour of them */
    bool move;      /* of a list: a building that stands in another grid goes to the one that is listed */
    bool buildings; /* the text is a list of buildings (CSV), not GeoJSON: areas_list.c */
    bool table;     /* the text is a table of areas (CSV) without shapes; the attributes are columns */
    bool check;     /* judge only */
    /* Told what begins now, for a person who waits; may be NULL. */
    void (*phase)(void *ctx, const char *zh, const char *en);
    void *phase_ctx;
} AreasOptions;

/* GeoJSON (port/geojson.h), or CSV. `s` may be NULL where it is only judged and there is no
 * store yet: the layer is new then. `report` was begun by the caller with at least twice
 * the bytes of all texts and is filled whatever happens. ERR_INVALID: the report
 * says what stops it; ERR_CONFLICT: these codes are there already. Nothing was
 * written unless OK. */
Err areas_import(Store *s, Str text, const AreasOptions *how, AreasReport *report, Fault *f);

#endif
