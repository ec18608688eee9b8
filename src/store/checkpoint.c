/* checkpoint – folds SQLite's log back into the database, on its own thread.
 *
 * From 4 MB on it copies beside the writer, which goes on appending. Only when the
 * log is 16 MB long, and all but a little is copied, does it stand between two
 * batches for that little, so that the log starts again from its beginning. The
 * log is capped at 64 MB: a batch that finds it longer waits for this thread. A
 * reader that stays on an old snapshot (a backup) pins the log; then a batch
 * waits once and each further 64 MB is let pass, because a city that cannot
 * report is worse than a long file. */
#include "inner.h"

#include <time.h>

#define MB ((int64_t)1 << 20)
enum { HOLD_MS = 5000, ASK_MS = 250 };

typedef struct Side {
    void *conn;
    pthread_mutex_t lock;
    pthread_cond_t grown, shrunk;
    _Atomic int64_t cap; /* 64 MB, more while a reader pins the log */
    bool asked;
} Side;

static void on_growth(void *arg) {
    Store *s = arg;
    Side *side = s->side;

    if (s->wal_bytes < 4 * MB)
        return;
    pthread_mutex_lock(&side->lock);
    side->asked = true;
    pthread_cond_signal(&side->grown);
    pthread_mutex_unlock(&side->lock);
}

/* The log starts again: its length counts from zero with the next commit. */
static void fold(Store *s, Side *side) {
    Fault f;
    bool all = false;

    if (sqlite_checkpoint(side->conn, false, &all, &f) != OK || s->wal_bytes < 16 * MB)
        return;
    pthread_mutex_lock(&s->between);
    Err e = sqlite_checkpoint(side->conn, true, &all, &f);
    pthread_mutex_unlock(&s->between);
    if (e != OK || !all)
        return;
    pthread_mutex_lock(&side->lock);
    s->wal_bytes = 0;
    side->cap = 64 * MB;
    pthread_cond_broadcast(&side->shrunk);
    pthread_mutex_unlock(&side->lock);
}

static void *checkpointer(void *arg) {
    Store *s = arg;
    Side *side = s->side;

    for (;;) {
        pthread_mutex_lock(&side->lock);
        while (!side->asked && !s->closing)
            pthread_cond_wait(&side->grown, &side->lock);
        side->asked = false;
        pthread_mutex_unlock(&side->lock);
        if (s->closing)
            return NULL;
        readers_rest(s, true); /* a snapshot that is kept pins the log */
        fold(s, side);
        readers_rest(s, false);
    }
}

/* Waits for the checkpointer, asking again and again; false: it could not. */
static bool wait_shrunk(Store *s, Side *side) {
    struct timespec until;

    for (int tries = 0; tries < HOLD_MS / ASK_MS && s->wal_bytes > side->cap; tries++) {
        side->asked = true;
        pthread_cond_signal(&side->grown);
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += ASK_MS * 1000000L;
        if (until.tv_nsec >= 1000000000) {
            until.tv_sec++;
            until.tv_nsec -= 1000000000;
        }
        pthread_cond_timedwait(&side->shrunk, &side->lock, &until);
    }
    return s->wal_bytes <= side->cap;
}

void checkpoint_hold(Store *s) {
    Side *side = s->side;

    if (!side || s->wal_bytes <= side->cap)
        return;
    pthread_mutex_lock(&side->lock);
    if (!wait_shrunk(s, side))
        side->cap = s->wal_bytes + 64 * MB;
    pthread_mutex_unlock(&side->lock);
    pthread_mutex_lock(&s->lock);
    s->counts.wal_waits++;
    pthread_mutex_unlock(&s->lock);
}

Err checkpoint_start(Store *s, Fault *f) {
    pthread_condattr_t mono;
    Side *side = mem_alloc(sizeof *side);

    if (!side)
        return fault_memory(f);
    *side = (Side){ .cap = 64 * MB };
    s->side = side;
    pthread_mutex_init(&side->lock, NULL);
    pthread_condattr_init(&mono);
    pthread_condattr_setclock(&mono, CLOCK_MONOTONIC);
    pthread_cond_init(&side->grown, NULL);
    pthread_cond_init(&side->shrunk, &mono);
    pthread_condattr_destroy(&mono);
    TRY(s->d->open(&s->config, FOR_WRITING, &side->conn, f));
    TRY(s->d->exec(side->conn, "PRAGMA busy_timeout = 200", f)); /* a batch may be waiting meanwhile */
    sqlite_wal_watch(s->writer.conn, &s->wal_bytes, on_growth, s);
    if (pthread_create(&s->side_thread, NULL, checkpointer, s) != 0)
        return fault(f, ERR_STORE, "no_thread", "", "无法启动线程。", "A thread did not start.");
    s->side_runs = true;
    return OK;
}

/* After writer_stop: `closing` is set. */
void checkpoint_stop(Store *s) {
    Side *side = s->side;

    if (!side)
        return;
    pthread_mutex_lock(&side->lock);
    pthread_cond_broadcast(&side->grown);
    pthread_mutex_unlock(&side->lock);
    if (s->side_runs)
        pthread_join(s->side_thread, NULL);
    s->side_runs = false;
    if (side->conn)
        s->d->close(side->conn);
    pthread_mutex_destroy(&side->lock);
    pthread_cond_destroy(&side->grown);
    pthread_cond_destroy(&side->shrunk);
    mem_free(side);
    s->side = NULL;
}
