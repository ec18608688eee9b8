/* tx – the names of the store and of a running transaction, without any SQL, so
 * that handlers above domain/ can pass them on but do nothing with them. The
 * bodies are in store/. */
#ifndef JW_TX_H
#define JW_TX_H

#include "mem.h"
#include <stdint.h>

typedef struct Store Store;
typedef struct Tx Tx;
typedef Err TxFn(Tx *tx, void *arg, Fault *f);
typedef void DoneFn(void *arg, Err err, const Fault *f); /* on the writer thread, be brief */

/* Queues a write. ERR_BUSY when 1,024 are waiting. Allocates nothing. `fn` may
 * run several times; what it put out counts only when `done` says OK. `keyed`
 * says that even a run whose commit may have succeeded can be repeated without
 * harm (it carries a client key): only such a write is run again when the answer
 * to COMMIT was lost, any other is told ERR_UNKNOWN. */
Err store_write(Store *s, TxFn *fn, void *arg, bool keyed, DoneFn *done, Fault *f);

/* The same, and waits, also for room in the queue: for the command line and
 * importers. Never from within a TxFn or DoneFn. */
Err store_write_now(Store *s, TxFn *fn, void *arg, bool keyed, Fault *f);

/* Runs `fn` on one snapshot, on a connection that cannot write. Waits for a free
 * one. `slot` ≥ 0 prefers that connection (an HTTP thread keeps its own). Where
 * the connection was lost before anything was read, `fn` runs once more. */
Err store_read(Store *s, int slot, TxFn *fn, void *arg, Fault *f);

/* The arena in which the rows of this transaction are built. */
void tx_lend(Tx *tx, Arena *a);
Arena *tx_arena(Tx *tx);
Store *tx_store(Tx *tx);
bool tx_writes(
    const Tx *tx); /* what it sees may yet be undone; store_read() within it sees what was committed */

/* Something was committed, here or (PostgreSQL) by another server: `news` grows.
 * Waits until it is more than `seen`, at most `wait_ms`; returns it. */
int64_t store_news(Store *s, int64_t seen, int32_t wait_ms);

/* Within store_read: store_news() as it was before the snapshot began, so what it counts
 * is in the snapshot. A tag made of it is never newer than what it stands for. */
int64_t tx_news(const Tx *tx);

Err store_ready(Store *s, Fault *f); /* can it read, and may this server write? for /readyz */

typedef struct StoreCounts {
    long batches, operations, reruns, waiting, largest_batch, failed;
    long reconnects, wal_waits; /* PostgreSQL: connections made anew; SQLite: batches held back by a full WAL */
    int64_t commit_us_total, wal_bytes;
} StoreCounts;
StoreCounts store_counts(Store *s);

#endif
