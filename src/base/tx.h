/* tx – the names of the store and of a running transaction, without any SQL, so
 * that handlers above domain/ can pass them on but do nothing with them. The
 * bodies are in store/. */
#ifndef JW_TX_H
#define JW_TX_H

#include "mem.h"

typedef struct Store Store;
typedef struct Tx Tx;
typedef Err TxFn(Tx *tx, void *arg, Fault *f);
typedef void DoneFn(void *arg, Err err, const Fault *f); /* on the writer thread, be brief */

/* Queues a write. ERR_BUSY when 1,024 are waiting. Allocates nothing. `keyed`
 * says that running it twice does no harm (it carries a client key): only such
 * a write is run again when the answer to COMMIT was lost. */
Err store_write(Store *s, TxFn *fn, void *arg, bool keyed, DoneFn *done, Fault *f);

/* The same, and waits: for the command line and importers. */
Err store_write_now(Store *s, TxFn *fn, void *arg, Fault *f);

/* Runs `fn` on a snapshot, on a connection that cannot write. Waits for a free
 * one. `slot` ≥ 0 prefers that connection (an HTTP thread keeps its own). */
Err store_read(Store *s, int slot, TxFn *fn, void *arg, Fault *f);

/* The arena in which the rows of this transaction are built. */
void tx_lend(Tx *tx, Arena *a);
Arena *tx_arena(Tx *tx);
Store *tx_store(Tx *tx);

typedef struct StoreCounts {
    long batches, operations, reruns, waiting, largest_batch, failed;
    int64_t commit_us_total;
} StoreCounts;
StoreCounts store_counts(Store *s);

#endif
