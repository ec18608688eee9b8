/* plan_cells – the ground of units by cells, hard area by hard area: of a point its cell, of
 * an outline what is nearer to it than to any other (the cells of points along it). Part of
 * plan_graph.h. */
#ifndef JW_PLAN_CELLS_H
#define JW_PLAN_CELLS_H

#include "cells.h"
#include "plan_graph.h"

/* One hard area: its units are `listed[first …]`. */
typedef struct CellGroup {
    Cells cells;
    int32_t first, n;
    int32_t *from; /* n + 1: the points of each of them */
} CellGroup;

typedef struct PlanCells {
    CellGroup *groups;
    int32_t n;
    int32_t *listed; /* units by hard area */
    int32_t *place;  /* of each unit, in its group */
} PlanCells;

Err plan_cells_make(const PlanUnit *units, int32_t n, const Shape *hards, int32_t n_hards, PlanCells **ret,
                    Fault *f);
void plan_cells_free(PlanCells *c);

/* What the units of a hard area have between them, by a, then b (positions among all units),
 * each pair once; on the heap. */
Err plan_cells_borders(const PlanCells *c, int32_t hard, CellBorder **ret, int64_t *ret_n, Fault *f);

/* The cells of units of one hard area as one shape, cut to it; on the heap. */
Err plan_cells_ground(const PlanCells *c, const PlanUnit *units, const Shape *hards, const int32_t *listed,
                      int32_t n, Shape *ret, Fault *f);

#endif
