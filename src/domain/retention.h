/* retention 留存 – what is erased in time (DOMAIN.md §4.7; the days stand beside each
 * field, `jingwei privacy` prints them): client keys after 180 days, sessions after 90,
 * names, contacts and second secrets of ordinary cases 90 days after the last close,
 * photos that nobody claimed after a day, those of cases 180 days after the last close,
 * notices after 90 days, deliveries 30 days after they ended, shifts and hand-overs a year after them,
 * plans of grids a year after they failed or were withdrawn.
 * Each erased contact is a row of the access log. The access log itself is kept. */
#ifndef JW_RETENTION_H
#define JW_RETENTION_H

#include "tx.h"

#include <stdatomic.h>

/* `contacts`: also what was taken out of words where there is no reporter. `told`: notices,
 * their marks, deliveries, shifts, hand-overs and plans that were put away. `unclaimed`: photos that no report
 * and no step named within a day; `photos`: those of cases. */
typedef struct RetentionCount {
    int64_t requests, sessions, contacts, told, photos, unclaimed;
} RetentionCount;

/* Erases all that is due, at most 500 rows in a transaction, until nothing is left or
 * `stop` is set (NULL: never). Of all servers on one database one does it at a time:
 * *ret_ours false, and nothing is done, where another is at it. What was counted before
 * a fault is counted. */
Err retention_pass(Store *s, const atomic_bool *stop, bool *ret_ours, RetentionCount *ret, Fault *f);

RetentionCount retention_total(void); /* by this process since it started */

#endif
