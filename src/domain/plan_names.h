/* plan_names – what the grids of a plan are called. One that continues a present grid, its
 * heir, has its code and name, each once: with the largest number of its households where a
 * plan is to keep what there is, or only with most of them. The others get the code of their
 * residential area and a number that no present grid has. */
#ifndef JW_PLAN_NAMES_H
#define JW_PLAN_NAMES_H

#include "plan_ground.h"

typedef enum PlanHeirs { PLAN_HEIRS_NONE, PLAN_HEIRS_LARGEST, PLAN_HEIRS_MOST } PlanHeirs;

typedef struct PlanNaming {
    const PlanGround *ground;
    const PartitionPlan *plan;
    const int32_t *listed; /* units by grid, in their order */
    const int32_t *first;  /* n_grids + 1: where a grid's units begin in it */
    bool zones;
    PlanHeirs heirs;
    int32_t *number; /* of a new grid within its hard area, from 1; the heap's */
    int32_t *heir;   /* of which present grid it has code and name; -1: it is new; the heap's */
} PlanNaming;

Err plan_name_grids(PlanNaming *p, Fault *f); /* fills number and heir, also on failure to be freed */
void plan_grid_code(const PlanNaming *p, int32_t grid, Buf *out);
void plan_grid_name(const PlanNaming *p, int32_t grid, Buf *out);

/* Of a new grid within a hard area of that code or name. */
void plan_new_code(Str hard, int32_t number, bool zones, Buf *out);
void plan_new_name(Str hard, int32_t number, bool zones, Buf *out);

#endif
