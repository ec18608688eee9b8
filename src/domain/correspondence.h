/* correspondence 对应 – residential areas and Party organisations go one to one, micro-
 * grids and branches in principle too. The share is numerator, denominator and day; the
 * exceptions are listed with the reason that was written down, or without one. */
#ifndef JW_CORRESPONDENCE_H
#define JW_CORRESPONDENCE_H

#include "actor.h"
#include "tx.h"

/* A row for each of the two levels that has areas within the scope that day. Exclusive
 * grids, which have forms of their own, are not among the micro-grids counted. */
Err correspondence_list(Tx *tx, const CorrespondenceFind *in, const Actor *by, Page *ret, Fault *f);

/* The reason of an area; the one before it ends, and is kept. */
Err org_reason_put(Tx *tx, const OrgReasonNew *in, const Actor *by, OrgReason *ret, Fault *f);

/* The reason that stands now. *ret_found false: none was written. For importers. */
Err org_reason_of(Tx *tx, AreaId area, OrgReason *ret, bool *ret_found, Fault *f);

#endif
