/* plan_figures – the figures of a draft from who is where: of each grid its households,
 * border, radius and pieces, and of the whole plan, beside those of today. */
#ifndef JW_PLAN_FIGURES_H
#define JW_PLAN_FIGURES_H

#include "plan_body.h"

typedef struct GridFigures {
    int64_t households;
    int32_t units, pieces;
    int32_t first;      /* unit; -1: it has none */
    double border_m;    /* to other grids within the same hard area */
    double radius_m;    /* root of the mean square distance of households from their middle */
    double lon, lat, n; /* sums */
} GridFigures;

typedef struct PlanFigures {
    GridFigures *grids; /* top + 1; [0] is none */
    int32_t top;
    int64_t households;
    double cut_m;
} PlanFigures;

/* In the arena. Hand borders stand in `cut_m` once. */
Err plan_figures_of(const PlanBody *b, Arena *a, PlanFigures *ret, Fault *f);

/* What is kept at a grid; `row` has its number, names and `now`. */
void plan_figures_grid(const PlanBody *b, const PlanFigures *x, const Plan *p, PlanGrid *row);
/* What is kept at the plan. */
void plan_figures_plan(const PlanBody *b, const PlanFigures *x, const PlanGrid *grids, size_t n, Plan *p);

/* In how many pieces are the units of a grid? */
Err plan_pieces_of(const PlanBody *b, int32_t grid, Arena *a, int32_t *ret, Fault *f);

#endif
