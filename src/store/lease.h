/* lease – of all servers on one database, one does it: delivers the outbox,
 * folds counters, publishes sequence numbers, bears a node number.
 *
 * A lease is a row (name, holder, until). Taken for `ttl_ms`, it is renewed by the
 * store's own thread at a third of that until dropped or the store is closed; a
 * server that dies leaves it to the next after `ttl_ms`. The time is the
 * database's on PostgreSQL, so clocks that differ do no harm; the holder stops
 * by its own monotonic clock, earlier than anyone may take over. */
#ifndef JW_LEASE_H
#define JW_LEASE_H

#include "store.h"

enum { LEASES_MAX = 16 };

/* Is it ours? Takes it if it is free. `name` is a constant, up to 40 bytes;
 * `ttl_ms` at least 300. Call it before each piece of work: while it is ours
 * this costs nothing. */
Err lease_hold(Store *s, const char *name, int32_t ttl_ms, bool *ret_held, Fault *f);

/* Ours still, without asking the database. */
bool lease_held(Store *s, const char *name);
void lease_drop(Store *s, const char *name);

#endif
