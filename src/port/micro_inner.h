/* micro_inner – what micro_plan.c and micro_names.c share. */
#ifndef JW_MICRO_INNER_H
#define JW_MICRO_INNER_H

#include "micro_plan.h"
#include "plan_ground.h"

struct MicroInner {
    PlanGround ground;
    PlanGraph graph;
    int32_t *listed; /* units by grid, in their order */
    int32_t *first;  /* n_grids + 1: where a grid's units begin in it */
    int32_t *number; /* of a new grid within its hard area, from 1 */
    int32_t *heir;   /* of which present micro-grid a grid has the code and name; -1: it is new */
    Arena arena;
};

static inline int32_t micro_hard(const MicroPlan *p, int32_t grid) {
    return p->inner->ground.units[p->inner->listed[p->inner->first[grid]]].hard;
}

Err micro_name_grids(MicroPlan *p, bool keep, Fault *f); /* ---- micro_names.c ---- */

#endif
