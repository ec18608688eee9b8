/* desk 工作台 – how much waits in each queue of the caller's scope, and how much of it
 * waits for his post. A queue is a filter of case.list (docs/loop.md): the number and
 * the list behind it are one question asked twice. */
#ifndef JW_DESK_H
#define JW_DESK_H

#include "actor.h"
#include "tx.h"

/* Only the queues that concern the caller's post. */
Err desk_get(Tx *tx, const Nothing *in, const Actor *by, Desk *ret, Fault *f);

#endif
