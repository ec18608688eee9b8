/* chores – what a server does by itself, on a thread of its own: erasing in time what is
 * due, changing areas on the day for which that was approved, and learning from closed
 * cases which categories to propose; at its start, every hour and soon after midnight.
 * Of several servers on one database one erases and changes; each learns for itself. */
#ifndef JW_CHORES_H
#define JW_CHORES_H

#include "tx.h"

typedef struct Chores Chores;
Err chores_start(Store *s, Chores **ret, Fault *f);
void chores_stop(Chores *c); /* ends after the transaction that runs; NULL is well */

#endif
