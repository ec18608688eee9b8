/* holidays – the days that are not what the week says, as rows of the city, and the
 * setting that says until when they are published. What the clocks make of them:
 * limits.h. */
#ifndef JW_HOLIDAYS_H
#define JW_HOLIDAYS_H

#include "actor.h"
#include "tx.h"

Err calendar_put(Tx *tx, int32_t day, DayKind kind, Str name, Fault *f); /* replaces that day */

/* Sets the last day whose holidays are known: `until`, or if that is 0 the end of the
 * year of `last_day`, unless it is later already. *ret_until: what it came to. */
Err calendar_publish(Tx *tx, int32_t last_day, int32_t until, const Actor *by, int32_t *ret_until, Fault *f);

/* All rows together: ERR_INVALID where a year is missing before the published day. */
Err calendar_judge(Tx *tx, Fault *f);

#endif
