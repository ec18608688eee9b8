/* courier – see courier.h. */
#include "courier.h"

#include "client.h"
#include "clock.h"
#include "delivery.h"
#include "log.h"
#include "outbox.h"
#include "roster.h"
#include "seal.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>

enum { AT_ONCE = 16, TURN_MS = 200, LOOK_MS = 2000, REST_MS = 5000, NAP_MS = 20, MINUTE_MS = 60000 };

struct Courier {
    Store *store;
    HttpClient *client;
    pthread_t thread;
    atomic_bool stop;
    int64_t seen;                /* news of the store */
    int64_t tried_s, reminded_m; /* of the city's clock: when it last looked, and reminded */
    int64_t looked_ms, looked_m, rest_until_ms;
};

/* ---- out ---- */

/* Which the receiver computes as well: docs/webhooks.md. */
static void sign(const Outgoing *o, int64_t at_s, char ret[160]) {
    char stamp[24], mac[65];

    int n = snprintf(stamp, sizeof stamp, "%lld.", (long long)at_s);
    hmac_sha256(str(o->secret), (Str){ stamp, (size_t)n }, str(o->body), mac);
    snprintf(ret, 160, "Jingwei-Signature: t=%lld,v1=%s", (long long)at_s, mac);
}

static Err post(Courier *c, const Outgoing *o, Fault *f) {
    char signature[160], key[64], event[64], attempt[40];

    sign(o, clock_now_ms() / 1000, signature);
    snprintf(key, sizeof key, "Idempotency-Key: %lld", (long long)o->id.v);
    snprintf(event, sizeof event, "Jingwei-Event: %s", choice_numbered(&notice_kind_choices, o->kind)->word);
    snprintf(attempt, sizeof attempt, "Jingwei-Attempt: %d", (int)o->attempt);
    HttpPost p = { .url = o->url,
                   .headers = { "Content-Type: application/json", key, event, attempt, signature },
                   .body = str(o->body),
                   .number = o->id.v };
    return http_client_post(c->client, &p, f);
}

static void send_due(Courier *c) {
    static _Thread_local Outgoing out[AT_ONCE];
    size_t busy = http_client_busy(c->client), n = 0;
    Fault f;

    Err e = busy < AT_ONCE ? delivery_begin(c->store, out, AT_ONCE - busy, &n, &f) : OK;
    for (size_t i = 0; i < n; i++)
        if (post(c, &out[i], &f) != OK) /* it counts as lost, and is made again */
            log_event(LOG_WARNING, "delivery.not_sent", L_INT("delivery", out[i].id.v), L_FAULT(&f));
    seal_wipe(out, sizeof out);
    if (e != OK) {
        log_event(LOG_WARNING, "outbox.failed", L_FAULT(&f));
        c->rest_until_ms = clock_mono_ms() + REST_MS;
    }
}

/* ---- back ---- */

static DeliveryReason reason_of(const HttpPosted *p) {
    static const DeliveryReason reasons[] = {
        [POST_NO_NAME] = REASON_NAME, [POST_NO_CONNECTION] = REASON_CONNECT, [POST_TIMEOUT] = REASON_TIMEOUT,
        [POST_TLS] = REASON_TLS,      [POST_BROKEN] = REASON_BROKEN,         [POST_PRIVATE] = REASON_PRIVATE,
    };

    if (p->end != POST_ANSWERED)
        return reasons[p->end];
    if (p->status >= 200 && p->status < 300)
        return 0;
    return p->status >= 300 && p->status < 400 ? REASON_REDIRECT : REASON_STATUS;
}

static void take_end(Courier *c, const HttpPosted *p) {
    DeliveryOutcome o = { .id = { p->number },
                          .reason = reason_of(p),
                          .status = p->status,
                          .retry_after_s = p->status == 429 || p->status == 503 ? p->retry_after_s : 0 };
    bool gone = false;
    Fault f;

    if (delivery_end(c->store, &o, &gone, &f) != OK)
        log_event(LOG_WARNING, "delivery.not_noted", L_INT("delivery", p->number), L_FAULT(&f));
    else if (o.reason)
        log_event(gone ? LOG_WARNING : LOG_INFO, gone ? "delivery.given_up" : "delivery.failed",
                  L_INT("delivery", p->number),
                  L_TEXT("reason", choice_numbered(&delivery_reason_choices, o.reason)->word),
                  L_INT("status", p->status));
}

/* Waits for answers, or for something new; not longer than a turn. */
static void wait_a_turn(Courier *c) {
    HttpPosted ended[AT_ONCE];
    size_t n = 0;

    if (http_client_busy(c->client))
        http_client_wait(c->client, TURN_MS, ended, AT_ONCE, &n);
    else
        store_news(c->store, c->seen, TURN_MS);
    for (size_t i = 0; i < n; i++)
        take_end(c, &ended[i]);
}

/* ---- by the clock ---- */

static void remind(Courier *c, int64_t now_ms) {
    int64_t told = 0;
    Fault f;

    if (now_ms / MINUTE_MS == c->reminded_m)
        return;
    c->reminded_m = now_ms / MINUTE_MS;
    Err e = outbox_remind(c->store, &c->stop, &told, &f);
    if (told)
        log_event(LOG_INFO, "outbox.reminded", L_INT("cases", told));
    if (e != OK)
        log_event(LOG_WARNING, "outbox.remind_failed", L_FAULT(&f));
}

/* Something was committed, or a second has gone by: a try may be due. */
static bool is_time(Courier *c, int64_t now_ms) {
    int64_t news = store_news(c->store, c->seen, 0);
    bool time = news != c->seen || now_ms / 1000 != c->tried_s;

    if (news != c->seen)
        poll(NULL, 0, NAP_MS); /* of many commits in a row a few looks are enough */

    c->seen = news;
    c->tried_s = now_ms / 1000;
    return time;
}

static void look(Courier *c) {
    Fault f;

    if (clock_mono_ms() - c->looked_ms < LOOK_MS && c->looked_ms)
        return;
    c->looked_ms = clock_mono_ms();
    if (delivery_look(c->store, &f) != OK ||
        (clock_now_ms() / MINUTE_MS != c->looked_m && roster_look(c->store, &f) != OK))
        log_event(LOG_WARNING, "outbox.look_failed", L_FAULT(&f));
    c->looked_m = clock_now_ms() / MINUTE_MS;
}

static void *work(void *arg) {
    Courier *c = arg;
    Fault f;

    while (!c->stop) {
        bool ours = false;
        int64_t now_ms = clock_now_ms();
        bool rests = clock_mono_ms() < c->rest_until_ms;
        if (!rests && is_time(c, now_ms)) {
            if (delivery_lease(c->store, &ours, &f) != OK) {
                log_event(LOG_WARNING, "outbox.lease_failed", L_FAULT(&f));
                c->rest_until_ms = clock_mono_ms() + REST_MS;
            }
            if (ours) {
                remind(c, now_ms);
                send_due(c);
            }
        }
        look(c);
        wait_a_turn(c);
    }
    return NULL;
}

/* ---- life ---- */

Err courier_start(const CourierConfig *config, Store *s, Courier **ret, Fault *f) {
    int32_t connect_ms = config->total_ms < 5000 ? config->total_ms : 5000;
    Courier *c = mem_alloc(sizeof *c);

    if (!c)
        return fault_memory(f);
    *c = (Courier){ .store = s };
    Err e = http_client_new(config->allow_private, connect_ms, config->total_ms, &c->client, f);
    if (e == OK && pthread_create(&c->thread, NULL, work, c) != 0)
        e = fault(f, ERR_STORE, "no_thread", "", "无法启动线程。", "A thread did not start.");
    if (e != OK) {
        http_client_free(c->client);
        mem_free(c);
        return e;
    }
    *ret = c;
    return OK;
}

void courier_stop(Courier *c) {
    if (!c)
        return;
    c->stop = true;
    pthread_join(c->thread, NULL);
    http_client_free(c->client);
    mem_free(c);
}
