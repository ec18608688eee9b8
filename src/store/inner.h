/* inner – the bodies of Store and Tx, for the files of this room only. */
#ifndef JW_STORE_INNER_H
#define JW_STORE_INNER_H

#include "driver.h"
#include "lease.h"

#include <pthread.h>

enum { QUEUE = 1024, BATCH = 256, READERS_MAX = 64 };

struct Tx {
    Store *store;
    const Driver *d;
    void *conn;
    Arena *arena;
    int64_t news;  /* of a read: store_news() before its snapshot began                */
    bool answered; /* a statement of this transaction has succeeded            */
    bool broken;   /* a statement has failed: the transaction can only be ended */
    Fault why;
};

typedef struct Write {
    TxFn *fn;
    void *arg;
    DoneFn *done;
    bool keyed;
    bool inner; /* the store's own: runs even without a node number */
} Write;

typedef struct Answer {
    Err err;
    Fault fault;
} Answer;

typedef struct Reader {
    Tx tx;
    _Atomic bool busy;
    bool open; /* its snapshot was kept for the next read */
} Reader;

typedef struct LeaseSlot {
    char name[48];
    int32_t ttl_ms;
    int64_t until_mono; /* ours until then; 0: not   */
    int64_t asked_mono; /* when it was last refused */
} LeaseSlot;

struct Store {
    const Driver *d;
    StoreConfig config;
    char *where;
    int lock_fd; /* DIR/lock, or -1 */
    int32_t version;

    /* writer.c; `lock` guards the queue, the counts and the news */
    Tx writer;
    pthread_t writer_thread;
    pthread_mutex_t lock;
    pthread_cond_t more, room, told;
    Write queue[QUEUE];
    size_t head, waiting;
    _Atomic bool closing, leaving; /* leaving: wait for nothing more */
    bool writer_runs;
    StoreCounts counts;
    _Atomic int64_t news;
    int64_t lost_since_mono;
    Write batch[BATCH];
    Answer answers[BATCH];

    /* store.c */
    Reader readers[READERS_MAX];
    size_t n_readers;
    _Atomic int readers_wanted;
    _Atomic bool readers_end; /* no snapshot is kept while the log starts again */
    pthread_mutex_t read_lock;
    pthread_cond_t read_free;

    /* checkpoint.c; `between` is held by whoever writes a batch or checkpoints */
    pthread_t side_thread; /* SQLite: checkpoints; PostgreSQL: listens */
    bool side_runs;
    void *side;
    pthread_mutex_t between;
    _Atomic int64_t wal_bytes;

    /* lease.c */
    pthread_t keeper_thread;
    bool keeper_runs;
    pthread_mutex_t lease_lock;
    pthread_cond_t lease_wake;
    char holder[96];
    LeaseSlot leases[LEASES_MAX];
    size_t n_leases;
    _Atomic int32_t node;            /* -1: none yet */
    _Atomic int64_t node_until_mono; /* ours until then */
};

/* statement.c */
void tx_begin(Tx *tx); /* forgets the transaction before */
Err tx_ask(Tx *tx, const char *sql, const char *const *params, int n_params, AskFn *each, void *ctx,
           int64_t *ret_changed, Fault *f);

/* writer.c */
Err writer_start(Store *s, Fault *f);
void writer_stop(Store *s);                                      /* after what is queued */
Err writer_begin(Store *s, Fault *f);                            /* on the writer thread */
Err writer_queue_inner(Store *s, TxFn *fn, void *arg, Fault *f); /* and waits */
void news_came(Store *s);

/* store.c */
void readers_rest(Store *s, bool rest); /* true: ends the snapshots that are kept, and keeps no more */

/* migrate.c */
Err migrate(Store *s, void *conn, int32_t version, Fault *f);

/* checkpoint.c */
Err checkpoint_start(Store *s, Fault *f);
void checkpoint_stop(Store *s);
void checkpoint_hold(Store *s); /* before a batch: waits while the WAL is full */

/* sqlite.c and migrate.c */
Err sqlite_file_check(const char *where, Fault *f);
void sqlite_wal_watch(void *conn, _Atomic int64_t *bytes, void (*grown)(void *), void *ctx);
Err sqlite_checkpoint(void *conn, bool restart, bool *ret_all, Fault *f);
void sqlite_prepare_process(void);
Err lock_take(const char *where, int *ret_fd, Fault *f);

/* postgres.c */
Err postgres_version_check(int version, Fault *f);
Err listen_start(Store *s, Fault *f);
void listen_stop(Store *s);

/* lease.c */
Err keeper_start(Store *s, Fault *f);
void keeper_stop(Store *s);
Err node_ready(Store *s, Tx *tx, Fault *f); /* on the writer thread, between batches */

int64_t mono_ms(void);

#endif
