/* driver – what a database must be able to do, and no more.
 *
 * `conn` is the driver's own; one thread uses it at a time. A statement is a Run
 * on the caller's stack: start, next…, finish; several may be open on one
 * connection. sqlite.c and postgres.c are the two drivers; statement.c, writer.c
 * and migrate.c the callers. */
#ifndef JW_DRIVER_H
#define JW_DRIVER_H

#include "store.h"

typedef enum ConnUse { FOR_WRITING, FOR_READING } ConnUse;

/* SAVE … RELEASE bracket one write of a batch; UNDO takes it back and ends the
 * bracket. COMMIT tells those who listen. END gives a read's snapshot back. */
typedef enum Control {
    BEGIN_WRITE,
    BEGIN_READ,
    SAVE,
    RELEASE,
    UNDO,
    COMMIT,
    ROLLBACK,
    END,
    CONTROL_COUNT
} Control;

typedef struct Cached Cached;
typedef struct Run {
    void *statement, *result;
    Cached *cached; /* NULL: made for this run alone */
    int columns;    /* of a row */
    int row, cursor;
    bool more;
} Run;

/* `columns` are texts, NULL for SQL's NULL, borrowed until it returns. */
typedef Err AskFn(void *ctx, const char *const *columns, int n, Fault *f);

typedef struct Driver {
    Dialect dialect;
    Err (*open)(const StoreConfig *c, ConnUse use, void **ret_conn, Fault *f);
    void (*close)(void *conn);
    Err (*control)(void *conn, Control what, Fault *f);
    Err (*exec)(void *conn, const char *sql, Fault *f);

    /* The store's own statements ($1, $2 … in the order of their first use);
     * `each` may be NULL. */
    Err (*ask)(void *conn, const char *sql, const char *const *params, int n_params, AskFn *each, void *ctx,
               int64_t *ret_changed, Fault *f);

    Err (*prepare)(void *conn, const Query *q, unsigned mask, Fault *f);
    /* `streamed`: the rows are many, do not hold them all. After OK: finish. */
    Err (*start)(void *conn, const Query *q, unsigned mask, const Value *values, bool streamed, Run *ret_run,
                 Fault *f);
    Err (*next)(void *conn, Run *run, bool *ret_row, Fault *f);
    Err (*column)(void *conn, Run *run, int i, Kind kind, Value *ret, Fault *f); /* lives until next */
    int64_t (*finish)(void *conn, Run *run);                                     /* rows changed      */

    bool (*in_transaction)(void *conn); /* false: the database rolled all back         */
    /* Has nothing been committed by anybody since BEGIN_READ? Then the read that
     * was not ENDed may serve another one. NULL: it cannot tell cheaply. */
    bool (*is_newest)(void *conn);
    bool (*passing)(void *conn); /* the last failure may pass if run again       */
    bool (*lost)(void *conn);    /* the connection is gone                       */
    Err (*reconnect)(void *conn, Fault *f);
} Driver;
extern const Driver sqlite_driver, postgres_driver;

/* ---- shared by the drivers (cache.c) ---- */

/* The text of a query with the filters in `mask`. */
Err query_text(const Query *q, unsigned mask, Dialect d, char ret[QUERY_SQL_MAX], Fault *f);
bool query_uses(const Query *q, size_t param, unsigned mask);
Kind query_kind(const Query *q, size_t param);
const Field *query_field(const Query *q, QueryPlace at);

/* Prepared statements by query and mask. When all are taken, the one that was
 * used least recently makes room. */
enum { CACHE = 512 };
struct Cached {
    const Query *q;
    unsigned mask;
    int next; /* in its bucket: 1 + index, 0 ends */
    void *statement;
    uint64_t used;
    bool running;
};
typedef struct Cache {
    Cached slots[CACHE];
    int buckets[CACHE], n;
    uint64_t uses;
} Cache;
Cached *cache_find(Cache *c, const Query *q, unsigned mask);

/* A place for a new statement; what the caller finds in `statement` is the
 * evicted one, to be ended. NULL: all are running. */
Cached *cache_room(Cache *c);
void cache_put(Cache *c, Cached *slot, const Query *q, unsigned mask, void *statement);
int cache_number(const Cache *c, const Cached *slot);

/* The few sentences that both stores say. */
Err fault_exists(Fault *f);
Err fault_disk_full(Fault *f);
Err fault_store(Fault *f);
Err fault_store_busy(Fault *f);
Err fault_nul(const char *field, Fault *f);

#endif
