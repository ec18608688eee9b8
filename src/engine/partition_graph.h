/* partition_graph – the whole of what is to be planned, ordered by parts: what
 * partition_graph.c makes of the input, partition.c solves and partition_score.c measures. */
#ifndef JW_PARTITION_GRAPH_H
#define JW_PARTITION_GRAPH_H

#include "partition_inner.h"

typedef struct Part {
    int32_t first, n; /* its units are numbers first … of the order */
    int64_t households;
    PartTask task;
    PartVerdict verdict;
} Part;

typedef struct Whole {
    const PartitionInput *in;
    int32_t *order;  /* units by parts */
    int32_t *number; /* where a unit stands in it */
    int32_t *part;   /* of each unit */
    Part *parts;
    int32_t n_parts;
    int32_t *first; /* n + 1; arcs go to numbers within the part */
    PartArc *arcs;
    PartEdge *ends;                 /* of the edges of a part, numbered from the half of its first arc on */
    int32_t *households, *at, *old; /* in the order; old within the part */
    int32_t dims;
    double uneven;           /* see PartGraph */
    double step_cost, scale; /* scale: from metres of border to its cost */
    int64_t mean, household, keep;
    PartState all; /* of the solving: each part has its slice */
    PartSplitEdge *edges;
    int32_t logs[PART_LOGS];
} Whole;

/* A block for everything, told or taken. */
typedef struct Layout {
    Arena *a; /* NULL: only counts */
    size_t bytes;
    bool full;
} Layout;
void *layout_take(Layout *l, size_t n);

Err whole_check(const PartitionInput *in, Fault *f);
void whole_lay_out(Whole *w, Layout *l);
void whole_build(Whole *w);                 /* graph and parts; its arrays are laid out */
Err whole_number_grids(Whole *w, Fault *f); /* wanted, least and most of each part */

/* ---- partition_score.c ---- */
size_t score_bytes(const PartitionInput *in); /* of the plan, beside what it needs meanwhile */
Err score_plan(const PartitionInput *in, const int32_t *grid, Arena *a, PartitionPlan *ret, Fault *f);

#endif
