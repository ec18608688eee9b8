/* store – one interface at statement level over SQLite and PostgreSQL.
 *
 * A write is a function of (tx, arg) that can be run again. It is queued, runs
 * on the writer thread in a savepoint of one transaction together with whatever
 * else was waiting, and its `done` is called after the commit: a reply held
 * until then is a promise kept. Outputs of a write count only when `done` says
 * OK. Reads run on connections that cannot write, each on a snapshot. Queries
 * come from sqlgen; nothing here knows a noun.
 *
 * Read next: statement.c (records to SQL and back), writer.c (the queue),
 * driver.h (what a database must be able to do). Beside it: schema.h (the words
 * of sql/migrate), lease.h (one of many servers does it), backup.h. */
#ifndef JW_STORE_H
#define JW_STORE_H

#include "record.h"
#include "tx.h"

/* A query as sqlgen prints it. A filter of 0 means always, else 1 + its index. */
typedef struct QueryPlace {
    size_t arg, field, part;
} QueryPlace;
typedef struct QueryPiece {
    size_t filter;
    const char *sql[2]; /* by Dialect */
} QueryPiece;
typedef struct QueryParam {
    QueryPlace at;
    size_t filter;
} QueryParam;
enum { QUERY_PARAMS_MAX = 128, QUERY_FILTERS_MAX = 20, QUERY_TAKES_MAX = 4, QUERY_SQL_MAX = 16384 };
typedef struct Query {
    const char *name;
    const QueryPiece *pieces;
    size_t n_pieces;
    const QueryParam *params;
    size_t n_params;
    const QueryPlace *filters;
    size_t n_filters;
    const Record *takes[QUERY_TAKES_MAX], *gives;
} Query;

/* One file of sql/migrate, embedded at build. `sha` names its very text. */
typedef struct Migration {
    int32_t version;
    const char *name, *sha, *text;
} Migration;
extern const Migration store_migrations[]; /* ascending, from 1 without gaps */
extern const size_t store_migrations_n;

/* `where` is postgresql://… or the path of an SQLite file. What is 0 or NULL is
 * the default said here. */
typedef struct StoreConfig {
    const char *where;
    size_t readers;              /* connections for reading, 1..64; 4                          */
    bool may_migrate;            /* run the migrations that are missing (SQLite: after a copy) */
    bool exclusive;              /* `serve`: refuse when another server holds this SQLite file */
    int32_t mmap_mb;             /* SQLite: so much of the file mapped by each connection; 0    */
    int32_t statement_ms;        /* PostgreSQL: the longest that one statement may take; 30,000 */
    int32_t reconnect_ms;        /* PostgreSQL: writes wait so long for a lost server; 10,000   */
    int32_t node_ttl_ms;         /* how long a server that died keeps its node number; 60,000   */
    const Migration *migrations; /* tests bring their own; store_migrations              */
    size_t n_migrations;
} StoreConfig;
Err store_open(const StoreConfig *c, Store **ret, Fault *f);
void store_close(Store *s); /* finishes what is queued */

Dialect store_dialect(const Store *s);
int32_t store_version(const Store *s); /* of the schema */
Err store_ready(Store *s, Fault *f);   /* can it read, and may this server write? for /readyz */
int32_t store_node(Store *s);          /* the leased number in this server's ids; -1 before the first write */

/* Brings a database to `version` (0: the newest) and closes it again. */
Err store_migrate(const StoreConfig *c, int32_t version, Fault *f);

/* Inside a TxFn. Rows are built in the arena that the caller lends. tx_rows
 * gives the first `max` rows; a caller who must know of more asks for one more. */
Err tx_run(Tx *tx, const Query *q, const void *const *args, int64_t *ret_changed, Fault *f);
Err tx_rows(Tx *tx, const Query *q, const void *const *args, void *ret, size_t max, size_t *ret_n, Fault *f);

/* Row by row, for exports and rebuilding: `row` is reused, its texts live until
 * `each` returns. `each` may run other statements of the same transaction. Not OK
 * from `each` ends the query and is passed up. */
typedef Err EachFn(void *ctx, const void *row, Fault *f);
Err tx_each(Tx *tx, const Query *q, const void *const *args, EachFn *each, void *ctx, Fault *f);
Err tx_prepare(Tx *tx, const Query *q, unsigned mask, Fault *f); /* for the test that prepares all */
Err tx_exec(Tx *tx, const char *sql, Fault *f);                  /* fixed text: tests, tools, migrations */

#endif
