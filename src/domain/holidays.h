/* holidays – the days that are not what the week says, as rows of the city. What
 * the clocks make of them: limits.h. */
#ifndef JW_HOLIDAYS_H
#define JW_HOLIDAYS_H

#include "records.h"
#include "tx.h"

Err calendar_put(Tx *tx, int32_t day, DayKind kind, Str name, Fault *f); /* replaces that day */

#endif
