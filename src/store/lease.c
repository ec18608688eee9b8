/* lease – rows that name who does a thing, and until when. See lease.h.
 *
 * The node number is such a row, node/0 … node/31. The writer takes one before
 * its first batch and looks before each further one: when the number is no
 * longer surely ours it takes it again, or another, or writes nothing. */
#include "inner.h"

#include "id.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { NODE_TTL_MS = 60000, NODE_REST_MS = 2000, NODE_MARGIN_MS = 8 };

#define SERVE "serve:" /* so begins the holder that has an SQLite file to itself */
static const char take_sql[] =
    "INSERT INTO lease (name, holder, until_ms) VALUES ($1, $2, $3)"
    " ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_ms = excluded.until_ms"
    " WHERE lease.holder = excluded.holder OR lease.until_ms < $4";

static int32_t node_ttl(const Store *s) { return s->config.node_ttl_ms ? s->config.node_ttl_ms : NODE_TTL_MS; }

/* ---- inside a transaction ---- */

static Err one_number(void *ctx, const char *const *columns, int n, Fault *f) {
    (void)n, (void)f;
    *(int64_t *)ctx = columns[0] ? strtoll(columns[0], NULL, 10) : 0;
    return OK;
}

/* The database's time where servers share one, so that their clocks may differ. */
static Err now_ms(Tx *tx, int64_t *ret, Fault *f) {
    *ret = clock_now_ms();
    if (tx->d->dialect == SQLITE)
        return OK;
    return tx_ask(tx, "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint", NULL, 0, one_number,
                  ret, NULL, f);
}

static Err take(Tx *tx, const char *name, int32_t ttl_ms, bool *ret_taken, Fault *f) {
    char until[24], now[24];
    int64_t at, changed = 0;

    TRY(now_ms(tx, &at, f));
    snprintf(until, sizeof until, "%lld", (long long)(at + ttl_ms));
    snprintf(now, sizeof now, "%lld", (long long)at);
    const char *params[] = { name, tx->store->holder, until, now };
    TRY(tx_ask(tx, take_sql, params, 4, NULL, NULL, &changed, f));
    *ret_taken = changed == 1;
    return OK;
}

/* Until `rest_ms` from now nobody takes it: 0 gives it free at once. */
static Err give(Tx *tx, const char *name, int32_t rest_ms, Fault *f) {
    char until[24];
    int64_t at;

    TRY(now_ms(tx, &at, f));
    snprintf(until, sizeof until, "%lld", (long long)(rest_ms ? at + rest_ms : 0));
    const char *params[] = { until, name, tx->store->holder };
    return tx_ask(tx, "UPDATE lease SET holder = '', until_ms = $1 WHERE name = $2 AND holder = $3", params, 3,
                  NULL, NULL, NULL, f);
}

/* ---- the node number ---- */

static void node_name(int32_t node, char ret[16]) { snprintf(ret, 16, "node/%d", node); }

static Err node_until(void *ctx, const char *const *columns, int n, Fault *f) {
    int64_t *until = ctx;
    int node = -1;

    (void)n, (void)f;
    if (columns[0] && columns[1] && sscanf(columns[0], "node/%d", &node) == 1 && node >= 0 && node <= NODE_MAX)
        until[node] = strtoll(columns[1], NULL, 10);
    return OK;
}

/* The number that has been free for longest: ids made by who had it last, with a
 * clock ahead of ours, lie the furthest back. */
static Err node_oldest(Tx *tx, int32_t *ret_node, int64_t *ret_until, Fault *f) {
    int64_t until[NODE_MAX + 1] = { 0 };
    int32_t best = 0;

    TRY(tx_ask(tx, "SELECT name, until_ms FROM lease", NULL, 0, node_until, until, NULL, f));
    for (int32_t i = 1; i <= NODE_MAX; i++)
        if (until[i] < until[best])
            best = i;
    *ret_node = best;
    *ret_until = until[best];
    return OK;
}

/* Whoever serves an SQLite file alone knows that the servers before it are dead,
 * also those that were killed: their numbers ended when they were last renewed. A
 * command beside us keeps its own. */
static Err free_the_dead(Tx *tx, Fault *f) {
    char ttl[24];

    snprintf(ttl, sizeof ttl, "%d", node_ttl(tx->store));
    const char *params[] = { ttl, tx->store->holder };
    return tx_ask(tx,
                  "UPDATE lease SET holder = '', until_ms = until_ms - $1 WHERE holder LIKE '" SERVE
                  "%' AND holder <> $2",
                  params, 2, NULL, NULL, NULL, f);
}

static Err node_choose(Tx *tx, int32_t *ret_node, Fault *f) {
    int64_t at, until;
    int32_t best;

    TRY(now_ms(tx, &at, f));
    TRY(node_oldest(tx, &best, &until, f));
    if (until >= at && tx->store->lock_fd >= 0) {
        TRY(free_the_dead(tx, f));
        TRY(node_oldest(tx, &best, &until, f));
    }
    if (until >= at)
        return fault(f, ERR_STORE, "node_none_free", "",
                     "32 个服务器编号都已占用：请停掉一台服务器，或等待一分钟。",
                     "All 32 server numbers are taken: stop a server, or wait a minute.");
    *ret_node = best;
    return OK;
}

static Err node_take(Store *s, Tx *tx, int32_t *ret_node, Fault *f) {
    char name[16];
    bool taken = false;
    int32_t node = s->node;

    if (node >= 0) {
        node_name(node, name);
        TRY(take(tx, name, node_ttl(s), &taken, f));
    }
    for (int tries = 0; !taken && tries < 4; tries++) {
        TRY(node_choose(tx, &node, f));
        node_name(node, name);
        TRY(take(tx, name, node_ttl(s), &taken, f));
    }
    if (!taken)
        return fault_store_busy(f);
    *ret_node = node;
    return OK;
}

static void node_is(Store *s, int32_t node, int64_t asked_mono) {
    if (s->node != node)
        id_node_set(node);
    s->node = node;
    s->node_until_mono = asked_mono + node_ttl(s);
}

/* A third of the time before others may take it, it is no longer surely ours. */
Err node_ready(Store *s, Tx *tx, Fault *f) {
    Fault ignored;
    int32_t node = -1;
    int64_t asked = mono_ms();

    if (asked < s->node_until_mono - node_ttl(s) / 3)
        return OK;
    TRY(writer_begin(s, f));
    tx_begin(tx);
    Err e = node_take(s, tx, &node, f);
    if (e == OK)
        e = s->d->control(tx->conn, COMMIT, f);
    if (e == OK)
        node_is(s, node, asked);
    else if (!s->d->lost(tx->conn) && s->d->in_transaction(tx->conn))
        s->d->control(tx->conn, ROLLBACK, &ignored);
    return e;
}

int32_t store_node(Store *s) { return s->node; }

/* ---- the keeper ---- */

typedef struct Renewal {
    LeaseSlot slots[LEASES_MAX];
    bool kept[LEASES_MAX], node_kept;
    size_t n;
    int32_t node;
    int64_t asked_mono;
} Renewal;

static Err renew(Tx *tx, void *arg, Fault *f) {
    Renewal *r = arg;
    char name[16];

    r->asked_mono = mono_ms();
    for (size_t i = 0; i < r->n; i++)
        if (r->slots[i].until_mono)
            TRY(take(tx, r->slots[i].name, r->slots[i].ttl_ms, &r->kept[i], f));
    if (r->node >= 0) {
        node_name(r->node, name);
        TRY(take(tx, name, node_ttl(tx->store), &r->node_kept, f));
    }
    return OK;
}

static LeaseSlot *slot_of(Store *s, const char *name) {
    for (size_t i = 0; i < s->n_leases; i++)
        if (strcmp(s->leases[i].name, name) == 0)
            return &s->leases[i];
    return NULL;
}

static void renew_all(Store *s) {
    Renewal r = { .node = s->node };
    Fault f;

    pthread_mutex_lock(&s->lease_lock);
    memcpy(r.slots, s->leases, sizeof r.slots);
    r.n = s->n_leases;
    pthread_mutex_unlock(&s->lease_lock);
    if (writer_queue_inner(s, renew, &r, &f) != OK)
        return; /* what is not renewed runs out by itself */
    pthread_mutex_lock(&s->lease_lock);
    for (size_t i = 0; i < r.n; i++)
        if (r.slots[i].until_mono && s->leases[i].until_mono)
            s->leases[i].until_mono = r.kept[i] ? r.asked_mono + r.slots[i].ttl_ms : 0;
    pthread_mutex_unlock(&s->lease_lock);
    if (r.node >= 0 && r.node == s->node)
        s->node_until_mono = r.node_kept ? r.asked_mono + node_ttl(s) : 0;
}

/* When the next renewal is due: a third of its time after it was taken. */
static int64_t next_due(Store *s) {
    int64_t due = s->node >= 0 ? s->node_until_mono - node_ttl(s) * 2 / 3 : INT64_MAX;
    for (size_t i = 0; i < s->n_leases; i++) {
        const LeaseSlot *l = &s->leases[i];
        if (l->until_mono && l->until_mono - l->ttl_ms * 2 / 3 < due)
            due = l->until_mono - l->ttl_ms * 2 / 3;
    }
    int64_t soon = mono_ms() + 50, late = mono_ms() + 1000;
    return due < soon ? soon : due > late ? late : due;
}

static void *keeper(void *arg) {
    Store *s = arg;

    while (!s->leaving) {
        pthread_mutex_lock(&s->lease_lock);
        int64_t due = next_due(s), now = mono_ms();
        struct timespec until = { due / 1000, due % 1000 * 1000000 };
        bool nothing = due >= now + 1000;
        while (!s->leaving && pthread_cond_timedwait(&s->lease_wake, &s->lease_lock, &until) == 0)
            ;
        pthread_mutex_unlock(&s->lease_lock);
        if (!nothing && !s->leaving)
            renew_all(s);
    }
    return NULL;
}

/* ---- what others call ---- */

typedef struct Taking {
    const char *name;
    int32_t ttl_ms;
    bool taken;
    int64_t asked_mono;
} Taking;

static Err take_one(Tx *tx, void *arg, Fault *f) {
    Taking *t = arg;
    t->asked_mono = mono_ms();
    return take(tx, t->name, t->ttl_ms, &t->taken, f);
}

static Err give_one(Tx *tx, void *arg, Fault *f) { return give(tx, arg, 0, f); }

bool lease_held(Store *s, const char *name) {
    pthread_mutex_lock(&s->lease_lock);
    const LeaseSlot *l = slot_of(s, name);
    bool held = l && mono_ms() < l->until_mono - l->ttl_ms / 6;
    pthread_mutex_unlock(&s->lease_lock);
    return held;
}

Err lease_hold(Store *s, const char *name, int32_t ttl_ms, bool *ret_held, Fault *f) {
    Taking t = { .name = name, .ttl_ms = ttl_ms };

    if (lease_held(s, name)) {
        *ret_held = true;
        return OK;
    }
    pthread_mutex_lock(&s->lease_lock);
    LeaseSlot *l = slot_of(s, name);
    bool full = !l && s->n_leases == LEASES_MAX, too_soon = l && mono_ms() < l->asked_mono + ttl_ms / 3;
    if (!l && !full) {
        l = &s->leases[s->n_leases++];
        *l = (LeaseSlot){ .ttl_ms = ttl_ms };
        snprintf(l->name, sizeof l->name, "%s", name);
    }
    pthread_mutex_unlock(&s->lease_lock);
    if (full)
        return fault(f, ERR_LIMIT, "too_many_leases", "", "租约太多。", "Too many leases.");
    if (!too_soon)
        TRY(writer_queue_inner(s, take_one, &t, f));
    pthread_mutex_lock(&s->lease_lock);
    if (t.taken)
        l->until_mono = t.asked_mono + ttl_ms;
    else if (!too_soon)
        l->asked_mono = mono_ms();
    pthread_cond_signal(&s->lease_wake);
    pthread_mutex_unlock(&s->lease_lock);
    *ret_held = t.taken;
    return OK;
}

void lease_drop(Store *s, const char *name) {
    char copy[48];
    Fault ignored;

    pthread_mutex_lock(&s->lease_lock);
    LeaseSlot *l = slot_of(s, name);
    bool held = l && l->until_mono;
    if (l)
        l->until_mono = l->asked_mono = 0;
    pthread_mutex_unlock(&s->lease_lock);
    snprintf(copy, sizeof copy, "%s", name);
    if (held)
        writer_queue_inner(s, give_one, copy, &ignored);
}

Err keeper_start(Store *s, Fault *f) {
    char host[48] = "";

    gethostname(host, sizeof host - 1);
    snprintf(s->holder, sizeof s->holder, "%s%s:%d:%llx", s->lock_fd >= 0 ? SERVE : "", host, (int)getpid(),
             (unsigned long long)(uintptr_t)s ^ (unsigned long long)clock_mono_ms());
    if (pthread_create(&s->keeper_thread, NULL, keeper, s) != 0)
        return fault(f, ERR_STORE, "no_thread", "", "无法启动线程。", "A thread did not start.");
    s->keeper_runs = true;
    return OK;
}

/* A number that was just given back rests until its ids lie behind: a burst may have lent
 * some from the next instants. Servers whose clocks differ rest longer; commands on one
 * machine, of which a script runs dozens a second, only as long as it takes. */
static int32_t node_rest(const Tx *tx) {
    int64_t ahead = id_last_ms() - clock_now_ms();

    if (ahead > NODE_TTL_MS) /* the clock was set back: as long as the number of who was killed */
        return NODE_TTL_MS;
    ahead = (ahead > 0 ? ahead : 0) + NODE_MARGIN_MS;
    return tx->d->dialect == SQLITE || ahead > NODE_REST_MS ? (int32_t)ahead : NODE_REST_MS;
}

static Err give_all(Tx *tx, void *arg, Fault *f) {
    Store *s = arg;
    char name[16];

    for (size_t i = 0; i < s->n_leases; i++)
        TRY(give(tx, s->leases[i].name, 0, f));
    if (s->node >= 0) {
        node_name(s->node, name);
        TRY(give(tx, name, node_rest(tx), f));
    }
    return OK;
}

void keeper_stop(Store *s) {
    Fault ignored;

    if (!s->keeper_runs)
        return;
    pthread_mutex_lock(&s->lease_lock);
    s->leaving = true;
    pthread_cond_broadcast(&s->lease_wake);
    pthread_mutex_unlock(&s->lease_lock);
    pthread_join(s->keeper_thread, NULL);
    s->keeper_runs = false;
    if (s->writer_runs && (s->node >= 0 || s->n_leases))
        writer_queue_inner(s, give_all, s, &ignored);
}
