/* partition – cuts units (buildings, blocks) into contiguous grids of min to max households.
 *
 * Takes a graph: units with households, position and features, edges with the length of the
 * border they share, hard borders (a label per unit, or edges marked hard). Gives each unit
 * its grid and each grid its figures, and where the rule cannot be kept the reason. Grids
 * are always in one piece and never cross a hard border; among the plans that keep the
 * range it looks for a short cut, compact and like grids, and units that stay where they
 * were, weighed by the wishes.
 *
 * Parts of the graph that no edge joins are solved apart, on as many threads as given; the
 * answer depends on input and seed alone: costs are integers, limits are sweeps, not time.
 * Pure: no clock, no store; all memory is the caller's arena, its size told beforehand.
 * Method, figures and what falls short: docs/planner.md. */
#ifndef JW_PARTITION_H
#define JW_PARTITION_H

#include "mem.h"

#include <stdatomic.h>
#include <stdint.h>

enum {
    PARTITION_UNITS_MAX = 4000000,
    PARTITION_EDGES_MAX = 40000000,
    PARTITION_FEATURES_MAX = 8,
    PARTITION_THREADS_MAX = 16,
    PARTITION_SWEEPS_MAX = 100000,
    PARTITION_WISH_MAX = 1000,
};
#define PARTITION_HOUSEHOLDS_MAX 100000000 /* of one unit, and of min and max */
#define PARTITION_LENGTH_M_MAX 1e9         /* of one border, and of a coordinate from zero */

typedef struct PartitionEdge {
    int32_t a, b; /* a == b is passed over; the same pair again adds to its border */
    double border_m;
    bool hard; /* no grid joins across it (it may reach both sides around its end) */
} PartitionEdge;

/* How much each is worth, in percent; 100 compact weighs about as much as 100 cut. */
typedef struct PartitionWishes {
    int32_t cut;     /* short borders between grids          */
    int32_t compact; /* households near the middle of theirs */
    int32_t alike;   /* features differ little within a grid */
    int32_t keep;    /* units stay in their old grid         */
    int32_t balance; /* grids have about as many households  */
} PartitionWishes;
extern const PartitionWishes partition_usual; /* what a planner begins with */

typedef struct PartitionInput {
    int32_t n, n_edges, n_features;
    const int32_t *households;
    const double *x_m, *y_m; /* NULL: compact means nothing, radii are 0 */
    const double *features;  /* n × n_features, a unit's together */
    const int32_t *label;    /* units with different labels never share a grid; NULL: none */
    const int32_t *old;      /* old grid of each unit, -1: none; NULL: a plan from nothing */
    const PartitionEdge *edges;
    int32_t min, max; /* households of a grid, both allowed */
    int32_t grids;    /* as many as this; 0: chosen by the households */
    PartitionWishes wishes;
    uint64_t seed;
    int32_t sweeps;                                /* tries per unit; 0: chosen by the size */
    int32_t threads;                               /* 0: one */
    const _Atomic bool *cancel;                    /* set by another thread: ERR_BUSY; may be NULL */
    void (*progress)(void *ctx, int32_t permille); /* on the caller's thread; may be NULL */
    void *ctx;
} PartitionInput;

typedef enum PartitionReason {
    PARTITION_KEEPS,         /* the rule is kept                                           */
    PARTITION_UNIT_OVER,     /* a unit that alone has more than max                        */
    PARTITION_POCKET,        /* cut off by units over max, too few to be a grid            */
    PARTITION_NO_HOUSEHOLDS, /* nobody lives in this part                                  */
    PARTITION_PART_UNDER,    /* the whole part within its hard borders has fewer than min  */
    PARTITION_PART_BETWEEN,  /* no number of grids fits the households of the part         */
    PARTITION_NONE_FITS,     /* proved: no contiguous plan of the part keeps the range     */
    PARTITION_NUMBER_ASKED,  /* the number of grids that was asked for does not fit        */
    PARTITION_NONE_FOUND,    /* none was found that keeps it; that there is none is not proved */
    PARTITION_REASONS
} PartitionReason;
extern const char *const partition_reason_zh[PARTITION_REASONS], *const partition_reason_en[PARTITION_REASONS];

typedef struct PartitionGrid {
    int64_t households;
    int32_t units, pieces, part; /* part: which part of the graph, from 0 */
    double border_m;             /* to other grids, over edges that are not hard */
    double radius_m;             /* root of the mean square distance of households from their middle */
    double spread;               /* mean variance of its features, in variances of all units; 0: alike */
    PartitionReason reason;
} PartitionGrid;

typedef struct PartitionPlan {
    int32_t *grid; /* n: from 0, in the order of each grid's first unit */
    PartitionGrid *grids;
    int32_t n_grids, n_parts;
    int32_t out_of_range;   /* grids */
    int64_t outside;        /* households by which they miss it */
    int32_t proved_optimal; /* parts whose plan is proved to be the best, at their number of grids */
    int32_t moved;          /* units that left their old grid */
    double cut_m;           /* between grids, each border once */
} PartitionPlan;

/* Bytes of arena that partition_solve() is content with. */
size_t partition_room(const PartitionInput *in);

/* The plan lies in `a`; what else was taken of it is given back. ERR_INVALID says which
 * unit, edge or number is wrong; ERR_LIMIT; ERR_BUSY when cancelled. */
Err partition_solve(const PartitionInput *in, Arena *a, PartitionPlan *ret, Fault *f);

/* The figures of a plan that somebody made: `grid` is n numbers of any kind from 0 on. The
 * reasons are KEEPS, UNIT_OVER or NONE_FOUND. */
size_t partition_score_room(const PartitionInput *in);
Err partition_score(const PartitionInput *in, const int32_t *grid, Arena *a, PartitionPlan *ret, Fault *f);

#endif
