/* writer – the queue of writes and the one thread that runs them.
 *
 * It takes whatever waits (at most 256; no timer: while one batch commits, the
 * next gathers), runs each write in a savepoint of one transaction, commits, then
 * tells everyone. A write that fails, fails alone. When the transaction is lost –
 * the database rolled all of it back, what a write did cannot be undone, COMMIT
 * failed – every write runs again in a transaction of its own, so that one that
 * cannot be saved does not take the others with it.
 *
 * One outcome is neither yes nor no: the connection broke while COMMIT was under
 * way. Then only a write with a client key runs again; see tx.h. */
#include "inner.h"

#include <assert.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { TRIES = 3, RECONNECT_MS = 10000 };

typedef enum Outcome { SAVED, NOT_SAVED, PERHAPS } Outcome;

int64_t mono_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t mono_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void count(Store *s, long *which, long by) {
    pthread_mutex_lock(&s->lock);
    *which += by;
    pthread_mutex_unlock(&s->lock);
}

void news_came(Store *s) {
    pthread_mutex_lock(&s->lock);
    s->news++;
    pthread_cond_broadcast(&s->told);
    pthread_mutex_unlock(&s->lock);
}

int64_t store_news(Store *s, int64_t seen, int32_t wait_ms) {
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += wait_ms / 1000;
    until.tv_nsec += wait_ms % 1000 * 1000000L;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&s->lock);
    while (s->news <= seen && !s->closing && pthread_cond_timedwait(&s->told, &s->lock, &until) == 0)
        ;
    int64_t news = s->news;
    pthread_mutex_unlock(&s->lock);
    return news;
}

/* ---- one transaction ---- */

/* A lost server is waited for, with pauses that grow, as long as the
 * configuration says since it was lost; after that each batch asks once. */
static Err reach(Store *s, Fault *f) {
    Tx *tx = &s->writer;
    int64_t limit = s->config.reconnect_ms ? s->config.reconnect_ms : RECONNECT_MS;

    if (!s->d->lost(tx->conn))
        return OK;
    if (!s->lost_since_mono)
        s->lost_since_mono = mono_ms();
    for (int64_t pause_ms = 50;; pause_ms = pause_ms < 1000 ? pause_ms * 2 : 1000) {
        Err e = s->d->reconnect(tx->conn, f);
        if (e == OK) {
            s->lost_since_mono = 0;
            count(s, &s->counts.reconnects, 1);
            return OK;
        }
        if (s->closing || s->leaving || mono_ms() - s->lost_since_mono + pause_ms > limit)
            return e;
        usleep((useconds_t)pause_ms * 1000);
    }
}

/* A failure may have left the connection inside a transaction that it could
 * not even roll back; whoever comes next ends it. */
Err writer_begin(Store *s, Fault *f) {
    Tx *tx = &s->writer;

    TRY(reach(s, f));
    if (s->d->in_transaction(tx->conn))
        TRY(s->d->control(tx->conn, ROLLBACK, f));
    return s->d->control(tx->conn, BEGIN_WRITE, f);
}

/* Runs one write in its savepoint; its own answer goes to `a`. Not OK: the whole
 * transaction is lost, or must be, as what it did cannot be undone. */
static Err run_one(Store *s, const Write *w, Answer *a, Fault *f) {
    Tx *tx = &s->writer;

    TRY(s->d->control(tx->conn, SAVE, f));
    tx_begin(tx);
    a->err = w->fn(tx, w->arg, &a->fault);
    if (a->err == OK && tx->broken) { /* it took no notice of a failed statement */
        a->fault = tx->why;
        a->err = tx->why.err;
    }
    if (a->err != OK && (s->d->lost(tx->conn) || s->d->passing(tx->conn) || !s->d->in_transaction(tx->conn))) {
        *f = a->fault;
        return a->err;
    }
    return s->d->control(tx->conn, a->err == OK ? RELEASE : UNDO, f);
}

/* One transaction for `n` writes. Only after SAVED do the answers count. `began`
 * is false when there never was a transaction. */
static Outcome run_together(Store *s, size_t from, size_t n, bool *ret_began, Fault *f) {
    Tx *tx = &s->writer;
    Fault ignored;

    Err e = writer_begin(s, f);
    *ret_began = e == OK;
    for (size_t i = from; i < from + n && e == OK; i++)
        e = run_one(s, &s->batch[i], &s->answers[i], f);
    if (e == OK) {
        int64_t start_us = mono_us();
        e = s->d->control(tx->conn, COMMIT, f);
        pthread_mutex_lock(&s->lock);
        s->counts.commit_us_total += mono_us() - start_us;
        pthread_mutex_unlock(&s->lock);
        if (e == OK)
            return SAVED;
        if (s->d->lost(tx->conn))
            return PERHAPS;
    }
    if (!s->d->lost(tx->conn) && s->d->in_transaction(tx->conn))
        s->d->control(tx->conn, ROLLBACK, &ignored);
    return NOT_SAVED;
}

static void not_known(Answer *a) {
    if (a->err == OK) /* one that failed by itself has nothing to be saved */
        a->err = fault(&a->fault, ERR_UNKNOWN, "unknown_outcome", "",
                       "数据库连接在提交时中断，不知道是否已保存。请先查询，再决定是否重做。",
                       "The connection broke while saving: it is not known whether this was saved. Look first, "
                       "then decide.");
}

/* In a transaction of its own. What may pass – a lost server, two servers in
 * each other's way – is tried again. */
static void run_alone(Store *s, size_t i) {
    Fault f = { 0 };
    bool began;
    Outcome o = NOT_SAVED;

    for (int tries = 0; tries < TRIES; tries++) {
        o = run_together(s, i, 1, &began, &f);
        if (o == SAVED || (o == PERHAPS && !s->batch[i].keyed))
            break;
        if (o == NOT_SAVED && (!began || (!s->d->lost(s->writer.conn) && !s->d->passing(s->writer.conn))))
            break;
    }
    if (o == PERHAPS)
        not_known(&s->answers[i]);
    else if (o == NOT_SAVED) {
        s->answers[i].err = f.err;
        s->answers[i].fault = f;
    }
}

static void answer_all(Store *s, size_t n, const Fault *f) {
    for (size_t i = 0; i < n; i++)
        s->answers[i] = (Answer){ f->err, *f };
}

static void run_again(Store *s, size_t n, Outcome o) {
    for (size_t i = 0; i < n; i++) {
        if (o == PERHAPS && !s->batch[i].keyed) {
            not_known(&s->answers[i]);
            continue;
        }
        run_alone(s, i);
        count(s, &s->counts.reruns, 1);
    }
}

static void run_batch(Store *s, size_t n) {
    Fault f = { 0 };
    bool began;

    if (n == 1) {
        run_alone(s, 0);
        return;
    }
    Outcome o = run_together(s, 0, n, &began, &f);
    if (o == NOT_SAVED && !began)
        answer_all(s, n, &f);
    else if (o != SAVED)
        run_again(s, n, o);
}

/* Without a number of its own this server could give an id twice: nothing is
 * written then but what gets the number back. */
static void run_without_node(Store *s, size_t n, const Fault *f) {
    for (size_t i = 0; i < n; i++)
        if (s->batch[i].inner)
            run_alone(s, i);
        else
            s->answers[i] = (Answer){ f->err, *f };
}

/* ---- the queue ---- */

static size_t take_batch(Store *s) {
    size_t n = 0;

    pthread_mutex_lock(&s->lock);
    while (!s->waiting && !s->closing)
        pthread_cond_wait(&s->more, &s->lock);
    for (; s->waiting && n < BATCH; s->waiting--) {
        s->batch[n++] = s->queue[s->head];
        s->head = (s->head + 1) % QUEUE;
    }
    s->counts.batches += n > 0;
    s->counts.operations += (long)n;
    if ((long)n > s->counts.largest_batch)
        s->counts.largest_batch = (long)n;
    pthread_cond_broadcast(&s->room);
    pthread_mutex_unlock(&s->lock);
    return n;
}

static void tell(Store *s, size_t n) {
    long failed = 0;

    for (size_t i = 0; i < n; i++)
        failed += s->answers[i].err != OK;
    pthread_mutex_lock(&s->lock);
    s->counts.failed += failed;
    s->news++;
    pthread_cond_broadcast(&s->told);
    pthread_mutex_unlock(&s->lock);
    for (size_t i = 0; i < n; i++)
        s->batch[i].done(s->batch[i].arg, s->answers[i].err, &s->answers[i].fault);
}

static void *writer(void *arg) {
    Store *s = arg;
    Fault f = { 0 };

    for (size_t n; (n = take_batch(s)) > 0;) {
        checkpoint_hold(s);
        pthread_mutex_lock(&s->between);
        if (node_ready(s, &s->writer, &f) == OK)
            run_batch(s, n);
        else
            run_without_node(s, n, &f);
        pthread_mutex_unlock(&s->between);
        tell(s, n);
    }
    return NULL;
}

static Err too_many(Fault *f) {
    return fault(f, ERR_BUSY, "queue_full", "", "系统忙，请稍后再试。",
                 "Too much is waiting; try again later.");
}

static void push(Store *s, Write w) {
    s->queue[(s->head + s->waiting++) % QUEUE] = w;
    pthread_cond_signal(&s->more);
}

Err store_write(Store *s, TxFn *fn, void *arg, bool keyed, DoneFn *done, Fault *f) {
    Err e = OK;

    pthread_mutex_lock(&s->lock);
    if (s->waiting == QUEUE || s->closing)
        e = too_many(f);
    else
        push(s, (Write){ fn, arg, done, keyed, false });
    pthread_mutex_unlock(&s->lock);
    return e;
}

/* ---- writes that are waited for ---- */

typedef struct Waited {
    pthread_mutex_t lock;
    pthread_cond_t told;
    TxFn *fn;
    void *arg;
    Err err;
    Fault fault;
    bool done;
} Waited;

static Err waited_run(Tx *tx, void *arg, Fault *f) {
    Waited *w = arg;
    return w->fn(tx, w->arg, f);
}

static void waited_done(void *arg, Err e, const Fault *f) {
    Waited *w = arg;
    pthread_mutex_lock(&w->lock);
    w->err = e;
    w->fault = *f;
    w->done = true;
    pthread_cond_signal(&w->told);
    pthread_mutex_unlock(&w->lock);
}

static Err write_and_wait(Store *s, Write like, Fault *f) {
    Waited w = { .fn = like.fn, .arg = like.arg };

    assert(!s->writer_runs || !pthread_equal(pthread_self(), s->writer_thread));
    pthread_mutex_lock(&s->lock);
    while (s->waiting == QUEUE && !s->closing)
        pthread_cond_wait(&s->room, &s->lock);
    if (s->closing) {
        pthread_mutex_unlock(&s->lock);
        return too_many(f);
    }
    pthread_mutex_init(&w.lock, NULL);
    pthread_cond_init(&w.told, NULL);
    push(s, (Write){ waited_run, &w, waited_done, like.keyed, like.inner });
    pthread_mutex_unlock(&s->lock);

    pthread_mutex_lock(&w.lock);
    while (!w.done)
        pthread_cond_wait(&w.told, &w.lock);
    pthread_mutex_unlock(&w.lock);
    pthread_mutex_destroy(&w.lock);
    pthread_cond_destroy(&w.told);
    if (w.err != OK)
        *f = w.fault;
    return w.err;
}

Err store_write_now(Store *s, TxFn *fn, void *arg, bool keyed, Fault *f) {
    return write_and_wait(s, (Write){ .fn = fn, .arg = arg, .keyed = keyed }, f);
}

Err writer_queue_inner(Store *s, TxFn *fn, void *arg, Fault *f) {
    return write_and_wait(s, (Write){ .fn = fn, .arg = arg, .keyed = true, .inner = true }, f);
}

StoreCounts store_counts(Store *s) {
    pthread_mutex_lock(&s->lock);
    StoreCounts c = s->counts;
    c.waiting = (long)s->waiting;
    pthread_mutex_unlock(&s->lock);
    c.wal_bytes = s->wal_bytes;
    return c;
}

Err writer_start(Store *s, Fault *f) {
    if (pthread_create(&s->writer_thread, NULL, writer, s) != 0)
        return fault(f, ERR_STORE, "no_thread", "", "无法启动写入线程。", "The writer thread did not start.");
    s->writer_runs = true;
    return OK;
}

void writer_stop(Store *s) {
    pthread_mutex_lock(&s->lock);
    s->closing = true;
    pthread_cond_broadcast(&s->more);
    pthread_cond_broadcast(&s->room);
    pthread_cond_broadcast(&s->told);
    pthread_mutex_unlock(&s->lock);
    if (s->writer_runs)
        pthread_join(s->writer_thread, NULL);
    s->writer_runs = false;
}
