/* plan_solve – solves the drafts that wait for it: reads the map on a snapshot, cuts it
 * outside of any transaction, and writes the result in one. Progress is written while it
 * goes; a draft that was cancelled meanwhile is let go. Stopped in the middle, it is solved
 * again by whoever starts next. Not for the writer's thread. */
#ifndef JW_PLAN_SOLVE_H
#define JW_PLAN_SOLVE_H

#include "records.h"
#include "tx.h"

#include <stdatomic.h>

/* The oldest that waits; *ret_id 0: none did. What cannot be solved is a plan that failed,
 * with the sentence why; ERR_…: the store did not work. ERR_BUSY: `stop` was set. */
Err plan_solve_next(Store *s, const _Atomic bool *stop, PlanId *ret_id, Fault *f);

Err plan_solve_lease(Store *s, bool *ret_held, Fault *f); /* of several servers one solves */

#endif
