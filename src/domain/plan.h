/* plan 方案 – drafts of micro-grids (or zone grids) within an area: asked for here, solved
 * by a thread of its own (plan_solve.h), changed by hand (plan_edit.c), proposed and approved
 * by two persons (plan_decide.c), in force on a day (plan_publish.h). A draft owns nothing
 * until then. Whoever may plan does so in his part of the city. */
#ifndef JW_PLAN_H
#define JW_PLAN_H

#include "actor.h"
#include "tx.h"

/* ---- operations ---- */

Err plan_open(Tx *tx, const PlanOpen *in, const Actor *by, Plan *ret, Fault *f);
Err plan_cancel(Tx *tx, const PlanKey *in, const Actor *by, Plan *ret, Fault *f);
Err plan_list(Tx *tx, const PlanFind *in, const Actor *by, Page *ret, Fault *f);
Err plan_look(Tx *tx, const PlanKey *in, const Actor *by, Plan *ret, Fault *f);
Err plan_grids(Tx *tx, const PlanKey *in, const Actor *by, Page *ret, Fault *f);
Err plan_map(Tx *tx, const PlanKey *in, const Actor *by, Bytes *ret, Fault *f);
Err plan_map_tag(Tx *tx, const PlanKey *in, const Actor *by, Tag *ret, Fault *f);
Err plan_move(Tx *tx, const PlanMove *in, const Actor *by, Plan *ret, Fault *f);
Err plan_undo(Tx *tx, const PlanAt *in, const Actor *by, Plan *ret, Fault *f);
Err plan_redo(Tx *tx, const PlanAt *in, const Actor *by, Plan *ret, Fault *f);
Err plan_reason(Tx *tx, const PlanReasonPut *in, const Actor *by, PlanGrid *ret, Fault *f);
Err plan_rename(Tx *tx, const PlanRename *in, const Actor *by, PlanGrid *ret, Fault *f);
Err plan_propose(Tx *tx, const PlanDecide *in, const Actor *by, Plan *ret, Fault *f);
Err plan_approve(Tx *tx, const PlanDecide *in, const Actor *by, Plan *ret, Fault *f);
Err plan_withdraw(Tx *tx, const PlanDecide *in, const Actor *by, Plan *ret, Fault *f);
Err plan_publish(Tx *tx, const PlanPublish *in, const Actor *by, Plan *ret, Fault *f);
Err plan_compare(Tx *tx, const PlanCompareIn *in, const Actor *by, PlanCompared *ret, Fault *f);
Err plan_table(Tx *tx, const PlanKey *in, const Actor *by, Bytes *ret, Fault *f);
Err plan_table_tag(Tx *tx, const PlanKey *in, const Actor *by, Tag *ret, Fault *f);

/* ---- for the files beside this one ---- */

enum { PLAN_GRIDS_MAX = 2000, PLAN_KEPT_DAYS = 365 };

Err plan_load(Tx *tx, PlanId id, const Actor *by, Plan *ret, Fault *f);          /* ERR_NOT_FOUND: or not his */
Err plan_load_solved(Tx *tx, PlanId id, const Actor *by, Plan *ret, Fault *f);   /* there are grids */
Err plan_grids_load(Tx *tx, PlanId id, PlanGrid **ret, size_t *ret_n, Fault *f); /* those without units, too */
Err plan_erase(Tx *tx, int64_t *ret_n, OlderThan old, Fault *f); /* what failed or was withdrawn before */
Err plan_show(Tx *tx, const Actor *by, Plan *p, Fault *f);       /* the names around it */

#endif
