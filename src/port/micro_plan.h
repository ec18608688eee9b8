/* micro_plan – micro-grids, or zone grids, for an area of the map: read, made a graph, cut,
 * and shown as GeoJSON. It proposes; nothing is written to the database. */
#ifndef JW_MICRO_PLAN_H
#define JW_MICRO_PLAN_H

#include "partition.h"
#include "text.h"
#include "tx.h"

typedef struct MicroOptions {
    Str within;                   /* code of an area of the governing layer */
    bool only_places, only_areas; /* as units; neither: buildings where there are some, else areas */
    bool zones;                   /* zone grids of residential areas, not micro-grids */
    int32_t min, max, threads, sweeps;
    bool keep; /* the present micro-grids are the old plan, or those of a file: */
    const struct Shape *old;
    int32_t n_old; /* 0: the present ones */
    PartitionWishes wishes;
    uint64_t seed;
} MicroOptions;

typedef enum MicroBorder { MICRO_EXACT, MICRO_NEAR, MICRO_STREET, MICRO_CELL, MICRO_BORDERS } MicroBorder;

typedef struct MicroPlan {
    PartitionPlan plan;
    bool zones;         /* units are residential areas */
    bool places;        /* units are buildings */
    int32_t n, n_hards; /* units; areas that no grid leaves */
    int32_t left_out;   /* buildings without coordinates, areas without a shape */
    int64_t left_out_households;
    int32_t borders[MICRO_BORDERS]; /* how many of each kind */
    int32_t by_reason[PARTITION_REASONS];
    struct MicroInner *inner;
} MicroPlan;

Err micro_plan_make(Store *s, const MicroOptions *how, MicroPlan *ret, Fault *f);
void micro_plan_free(MicroPlan *p);
const char *micro_plan_where(const MicroPlan *p, int32_t grid,
                             const char **ret_code); /* the hard area's name */
/* What it is to be called: as the present micro-grid that it continues, or by a new number. */
void micro_plan_code(const MicroPlan *p, int32_t grid, Buf *out);
void micro_plan_name(const MicroPlan *p, int32_t grid, Buf *out);
const char *micro_reason_key(PartitionReason reason); /* "unit_over": for machines */

/* A FeatureCollection with a feature a grid: its ground and its figures, and its units. */
Err micro_plan_geojson(const MicroPlan *p, Buf *out, Fault *f);

#endif
