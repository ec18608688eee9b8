/* area_follow – what stands on an area goes with it when the area ends: organisations,
 * duties, seats, the posts that fill them, what covers places. Where it all goes is
 * said in docs/area-changes.md; that nothing was left behind says `check`.
 *
 * Only what holds or is to come goes. What is over stays where it was, as history; so
 * does the account's own record, which gets a line for each post that is given or ended.
 * Rights cannot be ended in the past: they end yesterday, whatever the change's day. */
#ifndef JW_AREA_FOLLOW_H
#define JW_AREA_FOLLOW_H

#include "area.h"

/* All of it goes to `to`, an area of the same level: the neighbour of a merge, or the
 * first part of a split. An exclusive grid ends with a merge, and stays one in the part
 * if its place is there: buildings are moved before. */
Err area_follow_to(Tx *tx, const Area *old, const Area *to, bool part, Fault *f);

/* Duties and posts hold there as well: before area_follow_to(), for the other parts of a
 * split. A seat is one, and goes to the first. */
Err area_follow_also(Tx *tx, const Area *old, const Area *to, int32_t day, Fault *f);

/* Nobody takes its place (dissolution): posts, seats and duties end, organisations go up.
 * `above` NULL: there is no parent. */
Err area_follow_up(Tx *tx, const Area *old, const Area *above, Fault *f);

/* May they go up? ERR_INVALID names the organisation that cannot stand there. */
Err area_orgs_fit(Tx *tx, const Area *old, const Area *above, Fault *f);

#endif
