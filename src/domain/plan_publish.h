/* plan_publish – an approved plan takes effect: its grids become areas, what stood on the
 * old ones goes along. Today in the write that asks for it, on a later day by whoever does
 * what is due (plans_due). All of it or nothing.
 *
 * A grid that continues one of today keeps its id and code and gets another outline; others
 * begin; what continues in none ends, and lineage says where its units went. Buildings, and
 * what stands in the old grids beside them, move; open cases are seen by who is responsible
 * now, and every case keeps the grid it was filed in. Nothing outside of the plan's area is
 * touched. If the map has changed since the plan was made (a building added or gone, a grid
 * redrawn), it is refused and says what: make the plan anew from this one. */
#ifndef JW_PLAN_PUBLISH_H
#define JW_PLAN_PUBLISH_H

#include "actor.h"
#include "tx.h"

/* Does the map still fit? ERR_CONFLICT names what has changed. */
Err plan_still_fits(Tx *tx, const Plan *p, Fault *f);

/* Carries it out on p->since and makes it active; the row is saved. */
Err plan_publish_now(Tx *tx, Plan *p, Fault *f);

/* Those that are approved and due. One that cannot be done stays for the next time and is
 * told to `failed`. ERR_…: the store did not work. */
typedef void PlanPublishFailed(void *ctx, PlanId id, const Fault *why);
Err plans_due(Store *s, PlanPublishFailed *failed, void *ctx, int64_t *ret_done, Fault *f);

#endif
