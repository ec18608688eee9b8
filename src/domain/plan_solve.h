/* plan_solve – solves the drafts that wait for it: reads the map on a snapshot, cuts it
 * outside of any transaction, and writes the result in one. Progress is written while it
 * goes; a draft that was cancelled meanwhile is let go. Stopped in the middle, it is solved
 * again by whoever starts next. Not for the writer's thread. */
#ifndef JW_PLAN_SOLVE_H
#define JW_PLAN_SOLVE_H

#include "records.h"
#include "tx.h"

#include <stdatomic.h>

/* Shapes are geo's. */
struct Shape;

/* The oldest that waits; *ret_id 0: none did. What cannot be solved is a plan that failed,
 * with the sentence why; ERR_…: the store did not work. ERR_BUSY: `stop` was set. */
Err plan_solve_next(Store *s, const _Atomic bool *stop, PlanId *ret_id, Fault *f);

/* A draft from grids that somebody drew: a unit is in the grid that holds it. Grids without a
 * unit of the area are passed over, so that a map of the whole city will do for a part of it.
 * ERR_INVALID: a unit in no grid, or a grid across a border that none crosses. */
typedef struct PlanDrawn {
    Str code, name; /* empty: as a planned one */
    const struct Shape *shape;
} PlanDrawn;
typedef struct PlanPut {
    Str within, label;
    PlanKind kind;
    int32_t min, max;
    const PlanDrawn *grids;
    int32_t n;
} PlanPut;
Err plan_put(Store *s, const PlanPut *in, PlanId *ret, Fault *f);

Err plan_solve_lease(Store *s, bool *ret_held, Fault *f); /* of several servers one solves */

#endif
