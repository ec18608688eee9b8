/* micro_inner – what stands behind a MicroPlan. */
#ifndef JW_MICRO_INNER_H
#define JW_MICRO_INNER_H

#include "micro_plan.h"
#include "plan_ground.h"
#include "plan_names.h"

struct MicroInner {
    PlanGround ground;
    PlanGraph graph;
    int32_t *kept;   /* of each unit the grid of a file to keep to; NULL: none */
    int32_t *listed; /* units by grid, in their order */
    int32_t *first;  /* n_grids + 1: where a grid's units begin in it */
    PlanNaming naming;
    Arena arena;
};

static inline int32_t micro_hard(const MicroPlan *p, int32_t grid) {
    return p->inner->ground.units[p->inner->listed[p->inner->first[grid]]].hard;
}

#endif
