/* planner – the thread that solves drafts of micro-grids (domain/plan_solve.h), one after
 * the other, so that neither a request nor the writer ever waits for the engine. Of several
 * servers on one database the one that holds the lease does it. */
#ifndef JW_PLANNER_H
#define JW_PLANNER_H

#include "tx.h"

typedef struct Planner Planner;
Err planner_start(Store *s, Planner **ret, Fault *f);
void planner_stop(Planner *p); /* what is being solved is solved by the next server; NULL is well */

#endif
