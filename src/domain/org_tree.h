/* org_tree 组织树 – organisations with their parents, dates and steps: proposed →
 * approved → active → merged, split or dissolved. Nothing is deleted.
 *
 * A Party organisation's parent stands on the same area or on one that holds it, so
 * no organisation is above itself; whoever names none gets the nearest one above. The
 * zone level may be missing: the tree goes from residential area to subdistrict.
 * docs/organisations.md. Units and what they serve: org.h. */
#ifndef JW_ORG_TREE_H
#define JW_ORG_TREE_H

#include "actor.h"
#include "tx.h"

/* One in the caller's part of the city; what lies outside does not exist for him. */
Err org_load_within(Tx *tx, OrgId id, const Actor *by, Org *ret, Fault *f);

/* The active organisation that leads exactly this area; and the nearest one that leads
 * an area above it. *ret_found false: none. */
Err org_leading(Tx *tx, const Area *area, Org *ret, bool *ret_found, Fault *f);
Err org_above(Tx *tx, const Area *area, Org *ret, bool *ret_found, Fault *f);

/* After areas changed: who stands within `path` under a parent that is not above any more
 * gets the nearest organisation above (a unit: none), and a step that says so. */
Err org_rehang(Tx *tx, Str path, Fault *f);

/* ---- operations ---- */

/* ERR_INVALID: the kind does not stand on this level, the parent does not stand above;
 * ERR_CONFLICT: the code is taken. */
Err org_add(Tx *tx, const OrgNew *in, const Actor *by, Org *ret, Fault *f);

/* Ends, too: children go to `into` or to the parent, duties end that day. ERR_INVALID:
 * no such step from its state, the day lies before it began, `into` is missing. */
Err org_step(Tx *tx, const OrgStepIn *in, const Actor *by, Org *ret, Fault *f);

/* Another parent. ERR_INVALID: it would stand above itself. */
Err org_move(Tx *tx, const OrgMove *in, const Actor *by, Org *ret, Fault *f);

/* Another name, another form, or both; the history keeps the day. ERR_INVALID: nothing
 * changes, the form does not stand on this level, a unit would become a Party
 * organisation. */
Err org_change(Tx *tx, const OrgChange *in, const Actor *by, Org *ret, Fault *f);

Err org_tree(Tx *tx, const OrgTreeFind *in, const Actor *by, Page *ret, Fault *f);
Err org_history(Tx *tx, const OrgKey *in, const Actor *by, Page *ret, Fault *f);

/* The number of a day; said again, it replaces. ERR_INVALID: a day that is to come. */
Err org_count_put(Tx *tx, const OrgCountNew *in, const Actor *by, OrgCount *ret, Fault *f);
Err org_count_list(Tx *tx, const OrgKey *in, const Actor *by, Page *ret, Fault *f);

#endif
