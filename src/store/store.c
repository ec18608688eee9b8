/* store – opening, closing, and the connections for reading. See store.h. */
#include "inner.h"

#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { READERS = 4 };

Dialect store_dialect(const Store *s) { return s->d->dialect; }
int32_t store_version(const Store *s) { return s->version; }

/* ---- reading ---- */

static Reader *try_reader(Store *s, size_t i) {
    bool idle = false;
    return atomic_compare_exchange_strong(&s->readers[i].busy, &idle, true) ? &s->readers[i] : NULL;
}

static Reader *any_reader(Store *s, int slot) {
    size_t first = slot >= 0 ? (size_t)slot % s->n_readers : 0;
    Reader *r = NULL;
    for (size_t i = 0; i < s->n_readers && !r; i++)
        r = try_reader(s, (first + i) % s->n_readers);
    return r;
}

/* Who waits says so before looking once more, and who is done looks whether
 * anyone waits after letting go: one of the two sees the other. */
static Reader *take_reader(Store *s, int slot) {
    Reader *r = any_reader(s, slot);

    if (r)
        return r;
    pthread_mutex_lock(&s->read_lock);
    s->readers_wanted++;
    while (!(r = any_reader(s, slot)))
        pthread_cond_wait(&s->read_free, &s->read_lock);
    s->readers_wanted--;
    pthread_mutex_unlock(&s->read_lock);
    return r;
}

static void give_reader(Store *s, Reader *r) {
    r->busy = false;
    if (!s->readers_wanted)
        return;
    pthread_mutex_lock(&s->read_lock);
    pthread_cond_signal(&s->read_free);
    pthread_mutex_unlock(&s->read_lock);
}

static void end_reading(Reader *r) {
    Fault ignored;

    r->tx.d->control(r->tx.conn, END, &ignored);
    r->open = false;
}

/* A snapshot that is still the newest serves the next read too: BEGIN, COMMIT and the
 * locks between them are a fifth of a point read. */
static Err begin_reading(Reader *r, Fault *f) {
    Tx *tx = &r->tx;

    tx->news = r->tx.store->news; /* before the snapshot is begun or found to be the newest */
    if (r->open && tx->d->is_newest(tx->conn))
        return OK;
    if (r->open)
        end_reading(r);
    if (tx->d->in_transaction(tx->conn))
        TRY(tx->d->control(tx->conn, ROLLBACK, f));
    return tx->d->control(tx->conn, BEGIN_READ, f);
}

void readers_rest(Store *s, bool rest) {
    s->readers_end = rest;
    for (size_t i = 0; rest && i < s->n_readers; i++) {
        Reader *r = try_reader(s, i);
        if (r && r->open)
            end_reading(r);
        if (r)
            give_reader(s, r);
    }
}

static Err read_once(Store *s, Reader *r, TxFn *fn, void *arg, Fault *f) {
    Tx *tx = &r->tx;

    TRY(begin_reading(r, f));
    tx_begin(tx);
    Err e = fn(tx, arg, f);
    if (e == OK && tx->broken) {
        *f = tx->why;
        e = f->err;
    }
    r->open = tx->d->is_newest && !tx->broken && !s->readers_end;
    if (!r->open)
        end_reading(r);
    return e;
}

Err store_read(Store *s, int slot, TxFn *fn, void *arg, Fault *f) {
    Reader *r = take_reader(s, slot);
    Tx *tx = &r->tx;

    tx->answered = false;
    Err e = s->d->lost(tx->conn) ? s->d->reconnect(tx->conn, f) : OK;
    if (e == OK)
        e = read_once(s, r, fn, arg, f);
    if (e != OK && s->d->lost(tx->conn) && !tx->answered && s->d->reconnect(tx->conn, f) == OK)
        e = read_once(s, r, fn, arg, f);
    give_reader(s, r);
    return e;
}

static Err ask_one(Tx *tx, void *arg, Fault *f) {
    (void)arg;
    return tx_ask(tx, "SELECT 1", NULL, 0, NULL, NULL, NULL, f);
}

Err store_ready(Store *s, Fault *f) {
    TRY(store_read(s, -1, ask_one, NULL, f));
    if (s->node >= 0 && mono_ms() >= s->node_until_mono)
        return fault(f, ERR_STORE, "node_lost", "", "本服务器失去了编号，暂不能写入。",
                     "This server has lost its number and writes nothing for now.");
    return OK;
}

/* ---- opening ---- */

static bool is_postgres(const char *where) {
    return strncmp(where, "postgresql://", 13) == 0 || strncmp(where, "postgres://", 11) == 0;
}

static void init_locks(Store *s) {
    pthread_condattr_t mono;

    pthread_condattr_init(&mono);
    pthread_condattr_setclock(&mono, CLOCK_MONOTONIC);
    pthread_mutex_init(&s->lock, NULL);
    pthread_mutex_init(&s->read_lock, NULL);
    pthread_mutex_init(&s->between, NULL);
    pthread_mutex_init(&s->lease_lock, NULL);
    pthread_cond_init(&s->more, NULL);
    pthread_cond_init(&s->room, NULL);
    pthread_cond_init(&s->read_free, NULL);
    pthread_cond_init(&s->told, &mono);
    pthread_cond_init(&s->lease_wake, &mono);
    pthread_condattr_destroy(&mono);
}

static Err make(const StoreConfig *c, Store **ret, Fault *f) {
    size_t n = strlen(c->where) + 1;
    Store *s = mem_alloc(sizeof *s);
    char *where = s ? mem_alloc(n) : NULL;

    if (!where) {
        mem_free(s);
        return fault_memory(f);
    }
    memset(s, 0, sizeof *s);
    s->config = *c;
    s->config.where = s->where = memcpy(where, c->where, n);
    if (!s->config.migrations) {
        s->config.migrations = store_migrations;
        s->config.n_migrations = store_migrations_n;
    }
    s->config.readers = !c->readers ? READERS : c->readers < READERS_MAX ? c->readers : READERS_MAX;
    s->d = is_postgres(c->where) ? &postgres_driver : &sqlite_driver;
    s->lock_fd = -1;
    s->node = -1;
    init_locks(s);
    *ret = s;
    return OK;
}

static Err open_file(Store *s, Fault *f) {
    sqlite_prepare_process();
    if (s->d->dialect == POSTGRES)
        return OK;
    TRY(sqlite_file_check(s->where, f));
    return s->config.exclusive ? lock_take(s->where, &s->lock_fd, f) : OK;
}

static Err open_writer(Store *s, int32_t version, Fault *f) {
    TRY(open_file(s, f));
    s->writer.store = s;
    s->writer.d = s->d;
    TRY(s->d->open(&s->config, FOR_WRITING, &s->writer.conn, f));
    return migrate(s, s->writer.conn, version, f);
}

static Err open_readers(Store *s, Fault *f) {
    for (; s->n_readers < s->config.readers; s->n_readers++) {
        Reader *r = &s->readers[s->n_readers];
        r->tx = (Tx){ .store = s, .d = s->d };
        TRY(s->d->open(&s->config, FOR_READING, &r->tx.conn, f));
    }
    return OK;
}

static Err open_all(Store *s, Fault *f) {
    TRY(open_writer(s, 0, f));
    TRY(open_readers(s, f));
    TRY(s->d->dialect == SQLITE ? checkpoint_start(s, f) : listen_start(s, f));
    TRY(writer_start(s, f));
    return keeper_start(s, f);
}

Err store_open(const StoreConfig *c, Store **ret, Fault *f) {
    Store *s;

    TRY(make(c, &s, f));
    Err e = open_all(s, f);
    if (e != OK) {
        store_close(s);
        return e;
    }
    *ret = s;
    return OK;
}

Err store_migrate(const StoreConfig *c, int32_t version, Fault *f) {
    Store *s;

    TRY(make(c, &s, f));
    s->config.may_migrate = true;
    Err e = open_writer(s, version, f);
    store_close(s);
    return e;
}

void store_close(Store *s) {
    keeper_stop(s);
    writer_stop(s);
    if (s->d->dialect == SQLITE)
        checkpoint_stop(s);
    else
        listen_stop(s);
    for (size_t i = 0; i < s->n_readers; i++)
        s->d->close(s->readers[i].tx.conn);
    if (s->writer.conn)
        s->d->close(s->writer.conn);
    if (s->lock_fd >= 0)
        close(s->lock_fd);
    mem_free(s->where);
    mem_free(s);
}
