/* delivery – see delivery.h. */
#include "delivery.h"

#include "lease.h"
#include "outbox_q.h"
#include "seal.h"
#include "subscription.h"

#include <stdio.h>
#include <string.h>

enum {
    LEASE_MS = 15000,
    FIRST_WAIT_MS = 10000,
    LONGEST_WAIT_MS = 3600000,
    GONE = 410,
    ROOM = 1 << 20,
    MAIL_MAX = 50
};

static _Atomic int64_t waiting, given_up, oldest_ms, delivered_total, failed_total;

Err delivery_lease(Store *s, bool *ret_ours, Fault *f) {
    return lease_hold(s, "outbox", LEASE_MS, ret_ours, f);
}

/* ---- beginning ---- */

typedef struct Due {
    Arena arena;
    DeliveryId ids[SUBSCRIPTIONS_MAX];
    size_t n;
} Due;

/* The head of each subscription that has waited long enough. */
static Err find_due(Tx *tx, void *arg, Fault *f) {
    Due *d = arg;
    size_t n, some;
    Delivery head;

    d->arena.used = 0;
    d->n = 0;
    tx_lend(tx, &d->arena);
    Subscription *all = arena_take(&d->arena, SUBSCRIPTIONS_MAX * sizeof *all);
    if (!all)
        return fault_arena(f);
    TRY(sql_subscription_all(tx, all, SUBSCRIPTIONS_MAX, &n, f));
    int64_t now = clock_now_ms();
    for (size_t i = 0; i < n; i++) {
        SubscriptionKey key = { .id = all[i].id };
        DeliveryDue due = { .subscription = key.id, .now = moment_at(now) };
        TRY(subscription_is_mail(&all[i]) ? sql_delivery_mail_due(tx, &due, &head, 1, &some, f)
                                          : sql_delivery_head(tx, &key, &head, 1, &some, f));
        if (some && head.next.ms <= now)
            d->ids[d->n++] = head.id;
    }
    return OK;
}

typedef struct Beginning {
    Arena arena;
    DeliveryId id;
    Outgoing out;
    bool begun;
} Beginning;

static void end_as(Delivery *d, DeliveryState state) {
    d->state = state;
    d->ended = moment_now();
    d->has.ended = true;
}

/* A delivery that cannot even be tried: said, and out of the way of the others. */
static Err give_up(Tx *tx, Delivery *d, DeliveryReason reason, Fault *f) {
    int64_t changed;

    end_as(d, DELIVERY_GIVEN_UP);
    d->reason = reason;
    d->has.reason = true;
    return sql_delivery_save(tx, d, &changed, f);
}

static Err find(Tx *tx, DeliveryId id, Delivery *ret, Fault *f) {
    DeliveryKey key = { .id = id };
    size_t n;

    TRY(sql_delivery_by_id(tx, &key, ret, 1, &n, f));
    return n ? OK
             : fault(f, ERR_NOT_FOUND, "delivery_unknown", "id", "没有这次投递。",
                     "There is no such delivery.");
}

static Err begin_try(Tx *tx, Delivery *d, int64_t now, Fault *f) {
    int64_t changed;

    d->state = DELIVERY_SENDING;
    d->attempts++;
    d->next = moment_at(now + DELIVERY_LOST_MS);
    return sql_delivery_save(tx, d, &changed, f);
}

/* As many as fit into one letter; the others make the next. */
static Err begin_mail(Tx *tx, const Subscription *to, int64_t now, Beginning *b, Fault *f) {
    DeliveryDue due = { .subscription = to->id, .now = moment_at(now) };
    Delivery *all = arena_take(tx_arena(tx), MAIL_MAX * sizeof *all);
    Buf text = { b->out.body, 0, sizeof b->out.body, false, 0 };
    size_t n;

    if (!all)
        return fault_arena(f);
    TRY(sql_delivery_mail_due(tx, &due, all, MAIL_MAX, &n, f));
    if (n == 0) /* somebody else was faster */
        return OK;
    b->out = (Outgoing){ .id = all[0].id, .kind = all[0].kind, .attempt = all[0].attempts + 1 };
    for (size_t i = 0; i < n && text.n + all[i].body.n + 2 < sizeof b->out.body; i++) {
        TRY(begin_try(tx, &all[i], now, f));
        buf_str(&text, i ? "\n\n" : "");
        buf_put(&text, all[i].body.p, all[i].body.n);
        b->out.n = i + 1;
    }
    snprintf(b->out.url, sizeof b->out.url, "%.*s", (int)to->url.n, to->url.p);
    b->begun = true;
    return OK;
}

static Err begin_one(Tx *tx, void *arg, Fault *f) {
    Beginning *b = arg;
    int64_t now = clock_now_ms();
    Subscription to;
    Delivery d;
    Str secret;
    Fault sealed;

    b->arena.used = 0;
    b->begun = false;
    tx_lend(tx, &b->arena);
    TRY(find(tx, b->id, &d, f));
    if (d.state >= DELIVERY_DELIVERED || d.next.ms > now) /* somebody else was faster */
        return OK;
    TRY(subscription_load(tx, d.subscription, &to, f));
    if (subscription_is_mail(&to))
        return begin_mail(tx, &to, now, b, f);
    if (subscription_secret_open(tx, &to, &secret, &sealed) != OK)
        return give_up(tx, &d, REASON_SECRET, f);
    TRY(begin_try(tx, &d, now, f));
    b->out = (Outgoing){ .id = d.id, .kind = d.kind, .attempt = d.attempts, .n = 1 };
    snprintf(b->out.url, sizeof b->out.url, "%.*s", (int)to.url.n, to.url.p);
    snprintf(b->out.body, sizeof b->out.body, "%.*s", (int)d.body.n, d.body.p);
    snprintf(b->out.secret, sizeof b->out.secret, "%.*s", (int)secret.n, secret.p);
    b->begun = true;
    return OK;
}

static Err begin_due(Store *s, const Due *due, Beginning *b, Outgoing *ret, size_t max, size_t *ret_n,
                     Fault *f) {
    Err e = OK;

    for (size_t i = 0; e == OK && i < due->n && *ret_n < max; i++) {
        b->id = due->ids[i];
        e = store_write_now(s, begin_one, b, false, f);
        if (e == OK && b->begun)
            ret[(*ret_n)++] = b->out;
    }
    seal_wipe(b->arena.base, b->arena.size);
    seal_wipe(&b->out, sizeof b->out);
    return e;
}

/* What has begun is given also where a later one failed. */
Err delivery_begin(Store *s, Outgoing *ret, size_t max, size_t *ret_n, Fault *f) {
    Due due = { 0 };
    Beginning b = { 0 };

    *ret_n = 0;
    TRY(arena_begin(&due.arena, ROOM, f));
    Err e = store_read(s, -1, find_due, &due, f);
    if (e == OK && due.n) {
        b.arena = due.arena;
        e = begin_due(s, &due, &b, ret, max, ret_n, f);
    }
    arena_end(&due.arena);
    return e;
}

/* ---- ending ---- */

int64_t delivery_wait_ms(DeliveryId id, int32_t attempts, int32_t retry_after_s) {
    char text[48];
    uint8_t hash[32];
    int32_t doubled = attempts < 1 ? 0 : attempts - 1 < 20 ? attempts - 1 : 20;
    int64_t full = (int64_t)FIRST_WAIT_MS << doubled, wished = retry_after_s * INT64_C(1000);

    full = full < LONGEST_WAIT_MS ? full : LONGEST_WAIT_MS;
    snprintf(text, sizeof text, "%lld/%d", (long long)id.v, (int)attempts);
    hash_32("delivery", NULL, str(text), hash);
    int64_t wait = full - full / 2 * (hash[0] << 8 | hash[1]) / 65536;
    wished = wished < LONGEST_WAIT_MS ? wished : LONGEST_WAIT_MS;
    return wait > wished ? wait : wished;
}

typedef struct Ending {
    Arena arena;
    const DeliveryOutcome *how;
    bool given_up;
} Ending;

static Err end_each(Tx *tx, Delivery *d, Ending *n, Fault *f) {
    const DeliveryOutcome *how = n->how;
    int64_t changed;

    if (d->state != DELIVERY_SENDING) /* stopped meanwhile */
        return OK;
    d->status = how->status;
    d->has.status = how->status != 0;
    d->reason = how->reason;
    d->has.reason = how->reason != 0;
    if (!how->reason)
        end_as(d, DELIVERY_DELIVERED);
    else if (d->attempts >= DELIVERY_TRIES || how->status == GONE) {
        end_as(d, DELIVERY_GIVEN_UP);
        n->given_up = true;
    } else {
        d->state = DELIVERY_FAILED;
        d->next = moment_at(clock_now_ms() + delivery_wait_ms(n->how->id, d->attempts, how->retry_after_s));
    }
    return sql_delivery_save(tx, d, &changed, f);
}

/* All that went in the letter: of a mailbox there is only one on its way. */
static Err end_mail(Tx *tx, const Delivery *first, Ending *n, Fault *f) {
    SubscriptionKey key = { .id = first->subscription };
    Delivery *all = arena_take(tx_arena(tx), MAIL_MAX * sizeof *all);
    size_t some;

    if (!all)
        return fault_arena(f);
    TRY(sql_delivery_mail_sending(tx, &key, all, MAIL_MAX, &some, f));
    for (size_t i = 0; i < some; i++)
        TRY(end_each(tx, &all[i], n, f));
    return OK;
}

static Err end_one(Tx *tx, void *arg, Fault *f) {
    Ending *n = arg;
    Subscription to;
    Delivery d;

    n->arena.used = 0;
    n->given_up = false;
    tx_lend(tx, &n->arena);
    TRY(find(tx, n->how->id, &d, f));
    TRY(subscription_load(tx, d.subscription, &to, f));
    return subscription_is_mail(&to) ? end_mail(tx, &d, n, f) : end_each(tx, &d, n, f);
}

Err delivery_end(Store *s, const DeliveryOutcome *o, bool *ret_given_up, Fault *f) {
    Ending n = { .how = o };

    TRY(arena_begin(&n.arena, 1 << 19, f));
    Err e = store_write_now(s, end_one, &n, true, f); /* twice is once */
    arena_end(&n.arena);
    if (e == OK) {
        *(o->reason ? &failed_total : &delivered_total) += 1;
        *ret_given_up = n.given_up;
    }
    return e;
}

/* ---- looking ---- */

static Err look(Tx *tx, void *arg, Fault *f) {
    DeliveryBacklog b = { 0 };
    size_t n;

    (void)arg;
    TRY(sql_delivery_backlog(tx, &b, 1, &n, f));
    waiting = b.waiting;
    given_up = b.given_up;
    oldest_ms = b.has.oldest ? b.oldest : 0;
    return OK;
}

Err delivery_look(Store *s, Fault *f) { return store_read(s, -1, look, NULL, f); }

DeliveryCounts delivery_counts(void) {
    int64_t since = oldest_ms, now = clock_now_ms();
    return (DeliveryCounts){ .waiting = waiting,
                             .given_up = given_up,
                             .oldest_s = since && now > since ? (now - since) / 1000 : 0,
                             .delivered = delivered_total,
                             .failed = failed_total };
}

Err delivery_report(Store *s, Buf *b, Fault *f) {
    TRY(delivery_look(s, f));
    if (given_up)
        buf_fmt(b,
                "放弃了 %lld 次投递，`jingwei webhook failed` 列出 / %lld deliveries were given up: `jingwei "
                "webhook failed` lists them\n",
                (long long)given_up, (long long)given_up);
    return OK;
}

Err delivery_list(Tx *tx, const DeliveryFind *in, const Actor *by, Page *ret, Fault *f) {
    (void)by;
    return sql_delivery_list(tx, in, ret->rows, (size_t)in->limit, &ret->n, f);
}

/* By hand, after the receiver was mended: with all its tries before it. What was
 * delivered is not delivered again. */
Err delivery_again(Tx *tx, const DeliveryKey *in, const Actor *by, Delivery *ret, Fault *f) {
    int64_t changed;
    Subscription to;
    Delivery d;

    (void)by;
    TRY(find(tx, in->id, &d, f));
    if (d.state != DELIVERY_FAILED && d.state != DELIVERY_GIVEN_UP)
        return fault(f, ERR_CONFLICT, "delivery_not_failed", "id", "这次投递没有失败，不用再试。",
                     "This delivery has not failed: there is nothing to try again.");
    TRY(subscription_load(tx, d.subscription, &to, f));
    if (!to.active)
        return fault(f, ERR_CONFLICT, "subscription_stopped", "id", "订阅已停用：先启用，再重试。",
                     "Its subscription is stopped: start it first, then try again.");
    d.state = DELIVERY_QUEUED;
    d.attempts = 0;
    d.next = moment_now();
    d.has.ended = false;
    TRY(sql_delivery_save(tx, &d, &changed, f));
    *ret = d;
    return OK;
}
