/* chores – what a server does by itself, on a thread of its own: erasing in time what
 * is due, at its start and every hour. Of several servers on one database one does it. */
#ifndef JW_CHORES_H
#define JW_CHORES_H

#include "tx.h"

typedef struct Chores Chores;
Err chores_start(Store *s, Chores **ret, Fault *f);
void chores_stop(Chores *c); /* ends after the transaction that runs; NULL is well */

#endif
