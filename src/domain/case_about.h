/* case_about – a report about a unit or its staff, or about the centre that deals with
 * reports: who sees it, to whom it may go.
 *
 * What it is about does not see it. It hangs higher in the tree than its grid, at its
 * subdistrict or, about the subdistrict itself, at its district; so nobody beneath reaches
 * it, by no operation. Whom it is about a clerk says (the step `route`); from then on
 * nobody who holds or held a post in that unit, or in one of its teams, reaches it, in
 * whatever post he asks: the scoped queries say so. It is dispatched to another unit, and
 * not before; other systems are not told of it, and it is never public. */
#ifndef JW_CASE_ABOUT_H
#define JW_CASE_ABOUT_H

#include "case.h"

/* After its path was found from its ground: higher, if it is about somebody. */
Err case_raise(Tx *tx, Case *c, Fault *f);

/* The step `route`: names whom it is about, or says that it is about nobody. */
Err case_route(Tx *tx, const CaseActIn *in, Case *c, Fault *f);

/* Is this unit the one it is about, or does it stand beneath it? */
Err case_is_about(Tx *tx, const Case *c, const Org *unit, bool *ret, Fault *f);

/* May it go to a unit at all yet? ERR_INVALID: not before it is said whom it is about. */
Err case_judge_routed(const Case *c, Fault *f);

/* May it go to this unit? Not to whom it is about, and to none where nobody reaches it. */
Err case_judge_goes(Tx *tx, const Case *c, const Org *unit, Fault *f);

/* Instead of a unit that it is about: the nearest above that is another. None: n 0 in
 * *ret_found. */
Err case_upward(Tx *tx, const Case *c, Org *unit, bool *ret_found, Fault *f);

#endif
