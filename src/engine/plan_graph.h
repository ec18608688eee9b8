/* plan_graph – from the map to the graph that the planner cuts, and back.
 *
 * Units with outlines (blocks, building groups) become neighbours by their borders, exact,
 * near and across streets (geo/adjacency.h); where some are points, all by their cells within
 * the area they stand in, of an outline those of its rim (geo/cells.h). Units under different
 * hard areas are no neighbours. What the planner gives comes back as polygons: a grid is the
 * union of its units' ground. What grids of units with outlines may be alike in (wish `alike`)
 * is how densely they are lived in. */
#ifndef JW_PLAN_GRAPH_H
#define JW_PLAN_GRAPH_H

#include "partition.h"
#include "polygon.h"

#define PLAN_NEAR_M 1.0
#define PLAN_STREET_M 40.0

typedef struct PlanUnit {
    const Shape *shape; /* NULL: a point */
    Point at;           /* where its households are */
    int32_t households;
    int32_t hard; /* the area that no grid leaves: position in `hards` */
    int32_t old;  /* its grid now, -1: none */
} PlanUnit;

typedef enum PlanBorder { PLAN_EXACT, PLAN_NEAR, PLAN_STREET, PLAN_CELL, PLAN_BORDERS } PlanBorder;

typedef struct PlanGraph {
    PartitionInput in;             /* arrays are the graph's; range, wishes and seed as usual */
    uint8_t *kinds;                /* of each edge: the kind of most of its border */
    int32_t of_kind[PLAN_BORDERS]; /* edges */
    const PlanUnit *units;
    const Shape *hards;
    int32_t n_hards;
    struct PlanCells *cells; /* NULL: the ground of units is their outlines */
    double *numbers;         /* what `in` points to */
    int32_t *counts;
    PartitionEdge *edges;
} PlanGraph;

/* Borrows units and hards (shapes may be empty). ERR_…: what adjacency and cells say. */
Err plan_graph_make(const PlanUnit *units, int32_t n, const Shape *hards, int32_t n_hards,
                    const _Atomic bool *cancel, PlanGraph *ret, Fault *f);
void plan_graph_free(PlanGraph *g);

/* For buildings. Where their outlines leave streets free (fewer than half of the borders are exact), the ground
 * of a unit is from now on what is nearer to it than to any other, within its hard area. */
Err plan_graph_spread(PlanGraph *g, Fault *f);

/* The ground of the units listed, which are of one hard area, on the heap; empty where they
 * have none. */
Err plan_grid_shape(const PlanGraph *g, const int32_t *units, int32_t n, Shape *ret, Fault *f);

#endif
