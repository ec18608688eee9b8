/* store – one interface at statement level over SQLite and PostgreSQL.
 *
 * A write is a function of (tx, arg) that can be run again. It is queued, runs
 * on the writer thread in a savepoint of one transaction together with whatever
 * else was waiting, and its `done` is called after the commit: a reply held
 * until then is a promise kept. Outputs of a write count only when `done` says
 * OK. Reads run on connections that cannot write, each on a snapshot. Queries
 * come from sqlgen; nothing here knows a noun. */
#ifndef JW_STORE_H
#define JW_STORE_H

#include "record.h"
#include "tx.h"

/* A query as sqlgen prints it. A filter of 0 means always, else 1 + its index. */
typedef struct Place {
    size_t arg, field, part;
} Place;
typedef struct Piece {
    size_t filter;
    const char *sql[2]; /* by Dialect */
} Piece;
typedef struct Param {
    Place at;
    size_t filter;
} Param;
typedef struct Query {
    const char *name;
    const Piece *pieces;
    size_t n_pieces;
    const Param *params;
    size_t n_params;
    const Place *filters;
    size_t n_filters;
    const Record *takes[4], *gives;
} Query;

/* `where` is postgresql://… or the path of an SQLite file. */
typedef struct StoreConfig {
    const char *where;
    size_t readers;   /* connections for reading, 1..64                             */
    bool may_migrate; /* run the migrations that are missing (SQLite: after a copy) */
    bool exclusive;   /* `serve`: refuse when another server holds this SQLite file */
} StoreConfig;
Err store_open(const StoreConfig *c, Store **ret, Fault *f);
void store_close(Store *s); /* finishes what is queued */
Dialect store_dialect(const Store *s);

/* Inside a TxFn. Rows are built in the arena that the caller lends. */
Err tx_run(Tx *tx, const Query *q, const void *const *args, int64_t *ret_changed, Fault *f);
Err tx_rows(Tx *tx, const Query *q, const void *const *args, void *ret, size_t max, size_t *ret_n, Fault *f);

/* Row by row, for exports and rebuilding: `row` is reused, its texts live until
 * `each` returns. Not OK from `each` ends the query and is passed up. */
typedef Err EachFn(void *ctx, const void *row, Fault *f);
Err tx_each(Tx *tx, const Query *q, const void *const *args, EachFn *each, void *ctx, Fault *f);
Err tx_prepare(Tx *tx, const Query *q, unsigned mask, Fault *f); /* for the test that prepares all */

#endif
