/* merge 多格合一 – comprehensive grids out of units, so that their borders run where the
 * layers of the city have theirs already.
 *
 * A metre of border costs 1 where no layer has its border, and 1 / (1 + PULL · n) where n of
 * them do: a quarter, a seventh, a tenth (docs/decisions/0027 says why). The planner
 * (partition.h) looks for the least cost within the range; a unit is never cut, nor a hard
 * border left.
 *
 * Of the result: what every grid takes of each area of each layer, and of all borders, new
 * and old, how many metres run where. Borders along the rim of the units count for nobody. */
#ifndef JW_MERGE_H
#define JW_MERGE_H

#include "partition.h"
#include "plan_graph.h"

enum { MERGE_LAYERS_MAX = 8 };
#define MERGE_NEAR_M 15.0
#define MERGE_PULL 3.0

typedef struct MergeLayer {
    const Shape *shapes;
    int32_t n;
} MergeLayer;

typedef struct MergeInput {
    const PlanUnit *units; /* with outlines */
    int32_t n;
    const MergeLayer *layers;
    int32_t n_layers;
    int32_t min, max, grids; /* households; grids: as many as this, 0: by the households */
    int32_t sweeps, threads;
    int32_t compact; /* the wish, in percent */
    uint64_t seed;
    double near_m;        /* 0: MERGE_NEAR_M */
    const int32_t *given; /* a plan that somebody made, to be measured; NULL: one is looked for */
    const _Atomic bool *cancel;
} MergeInput;

typedef struct MergeGrid {
    int64_t households;
    int32_t units;
    PartitionReason reason;
    double m2;
    double border_m, new_m;             /* to other grids; of that where no layer has a border */
    double along_m[MERGE_LAYERS_MAX];   /* of that where this one has */
    double crossed_m[MERGE_LAYERS_MAX]; /* borders of the layer that end inside it */
} MergeGrid;

/* What a grid takes of an area of a layer: WHOLE (crosswalk.h) of its ground, or part. */
typedef struct MergeShare {
    int32_t grid, layer, area;
    double m2, of_area, of_grid; /* 0 … 1 */
} MergeShare;

typedef struct Merge {
    int32_t *grid; /* of each unit */
    int32_t n, n_grids, n_layers, out_of_range;
    MergeGrid *grids;
    MergeShare *shares; /* by grid, layer, share of the area, most first */
    int64_t n_shares;
    double border_m, new_m;           /* between the new grids, each border once */
    double along_m[MERGE_LAYERS_MAX]; /* of that */
    /* Borders of each layer within the ground; of those what the new grids follow, and what
     * each other layer has too: shared_m[i][j] of layer_m[i]. */
    double layer_m[MERGE_LAYERS_MAX], kept_m[MERGE_LAYERS_MAX];
    double shared_m[MERGE_LAYERS_MAX][MERGE_LAYERS_MAX];
} Merge;

/* On the heap. ERR_…: what adjacency, overlay and the planner say. */
Err merge_make(const MergeInput *in, Merge *ret, Fault *f);
void merge_free(Merge *m);

/* The ground of a grid; on the heap. */
Err merge_ground(const Merge *m, const MergeInput *in, int32_t grid, Shape *ret, Fault *f);

#endif
