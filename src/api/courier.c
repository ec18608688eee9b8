/* courier – see courier.h. */
#include "courier.h"

#include "client.h"
#include "clock.h"
#include "delivery.h"
#include "log.h"
#include "mail.h"
#include "outbox.h"
#include "roster.h"
#include "seal.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    LETTER_MAX = 32000,
    AT_ONCE = 16,
    TURN_MS = 200,
    LOOK_MS = 2000,
    REST_MS = 5000,
    NAP_MS = 20,
    MINUTE_MS = 60000
};

struct Courier {
    Store *store;
    HttpClient *client;
    CourierConfig config; /* its texts outlive the courier */
    pthread_t thread;
    atomic_bool stop;
    int64_t seen;                /* news of the store */
    int64_t tried_s, reminded_m; /* of the city's clock: when it last looked, and reminded */
    int64_t looked_ms, looked_m, rest_until_ms;
};

static bool has_mail(const CourierConfig *c) { return c->smtp_server && *c->smtp_server; }

static Err check_mail(const CourierConfig *c, Fault *f) {
    const char *s = c->smtp_server;
    bool tls, form;

    if (!has_mail(c))
        return OK;
    tls = strncasecmp(s, "smtps://", 8) == 0;
    form = (tls && s[8]) || (strncasecmp(s, "smtp://", 7) == 0 && s[7]);
    if (!form || strpbrk(s, " @?#"))
        return fault(f, ERR_INVALID, "smtp_server", "smtp_server",
                     "smtp_server 要写成 smtps://主机:端口 或 smtp://主机:端口；用户名和密码另写。",
                     "smtp_server must be like smtps://host:port or smtp://host:port; user and password stand "
                     "apart.");
    if (tls && c->smtp_plain)
        return fault(f, ERR_INVALID, "smtp_tls", "smtp_tls", "smtps:// 就是 TLS：去掉 smtp_tls = off。",
                     "smtps:// is TLS: take smtp_tls = off away.");
    const char *at = c->smtp_from ? strchr(c->smtp_from, '@') : NULL;
    if (!at || at == c->smtp_from || !at[1] || strpbrk(c->smtp_from, " <>\r\n,"))
        return fault(f, ERR_INVALID, "smtp_from", "smtp_from",
                     "设了 smtp_server，就要设发件地址 smtp_from，如 jingwei@example.cn。",
                     "With smtp_server the sender's address smtp_from is needed, such as jingwei@example.cn.");
    return OK;
}

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

static void take_end(Courier *c, const HttpPosted *p);

/* To a mailbox; without a server it cannot even be tried, and that is said. */
static Err mail(Courier *c, const Outgoing *o, Fault *f) {
    static _Thread_local char room[LETTER_MAX];
    Buf b = { room, 0, sizeof room, false, 0 };

    if (!has_mail(&c->config)) {
        const HttpPosted none = { .number = o->id.v, .end = POST_NO_SERVER };
        take_end(c, &none);
        return OK;
    }
    TRY(mail_compose(o, c->config.smtp_from, clock_now_ms(), &b, f));
    HttpMail m = { .server = c->config.smtp_server,
                   .user = c->config.smtp_user ? c->config.smtp_user : "",
                   .password = c->config.smtp_password ? c->config.smtp_password : "",
                   .from = c->config.smtp_from,
                   .to = mail_address(o->url),
                   .plain = c->config.smtp_plain,
                   .text = buf_view(&b),
                   .number = o->id.v };
    return http_client_mail(c->client, &m, f);
}

static Err carry(Courier *c, const Outgoing *o, Fault *f) {
    return mail_address(o->url) ? mail(c, o, f) : post(c, o, f);
}

static void send_due(Courier *c) {
    static _Thread_local Outgoing out[AT_ONCE];
    size_t busy = http_client_busy(c->client), n = 0;
    Fault f;

    Err e = busy < AT_ONCE ? delivery_begin(c->store, out, AT_ONCE - busy, &n, &f) : OK;
    for (size_t i = 0; i < n; i++)
        if (carry(c, &out[i], &f) != OK) /* it counts as lost, and is made again */
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
        [POST_NO_NAME] = REASON_NAME,      [POST_NO_CONNECTION] = REASON_CONNECT,
        [POST_TIMEOUT] = REASON_TIMEOUT,   [POST_TLS] = REASON_TLS,
        [POST_BROKEN] = REASON_BROKEN,     [POST_PRIVATE] = REASON_PRIVATE,
        [POST_NO_SERVER] = REASON_NO_MAIL,
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

    TRY(check_mail(config, f));
    Courier *c = mem_alloc(sizeof *c);

    if (!c)
        return fault_memory(f);
    *c = (Courier){ .store = s, .config = *config };
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
