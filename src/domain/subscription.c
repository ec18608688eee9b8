/* subscription – see subscription.h. */
#include "subscription.h"

#include "area.h"
#include "catalogue.h"
#include "keys.h"
#include "notice.h"
#include "org.h"
#include "outbox_q.h"
#include "random.h"
#include "setting.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { BODY_MAX = 4000 };

static const char SECRET[] = "subscription.secret";
#define MAILTO "mailto:"

/* ---- which kinds ---- */

/* The next word of a list with commas and perhaps spaces; n 0: none is left. */
static Str next_word(Str *rest) {
    while (rest->n && strchr(", ", *rest->p))
        rest->p++, rest->n--;
    Str word = { rest->p, 0 };
    while (word.n < rest->n && !strchr(", ", word.p[word.n]))
        word.n++;
    rest->p += word.n;
    rest->n -= word.n;
    return word;
}

static bool wants(const Subscription *s, NoticeKind kind) {
    Str rest = s->events, word;

    while ((word = next_word(&rest)).n)
        if (str_is(word, "all") || str_is(word, choice_numbered(&notice_kind_choices, kind)->word))
            return true;
    return false;
}

static Err check_events(Str events, Fault *f) {
    Str rest = events, word;
    size_t n = 0;

    for (; (word = next_word(&rest)).n; n++)
        if (!str_is(word, "all") && !choice_worded(&notice_kind_choices, word))
            return fault(f, ERR_INVALID, "event_unknown", "events",
                         "没有“%.*s”这种事项：docs/webhooks.md 列出全部，all 表示全部。",
                         "There is no kind of news “%.*s”: docs/webhooks.md lists them, and all means all.",
                         (int)(word.n < 40 ? word.n : 40), word.p);
    return n ? OK
             : fault(f, ERR_INVALID, "event_none", "events", "请写要通知哪些事项。",
                     "Say of what it is to be told.");
}

static bool begins(Str s, const char *with) {
    size_t n = strlen(with);
    return s.n > n && strncasecmp(s.p, with, n) == 0;
}

bool subscription_is_mail(const Subscription *s) { return begins(s->url, MAILTO); }

/* One mailbox of an office, written plainly: name@host. */
static Err check_mailbox(Str address, Fault *f) {
    size_t at = 0, ats = 0;
    bool odd = false;

    for (size_t i = 0; i < address.n; i++) {
        unsigned char c = (unsigned char)address.p[i];
        odd |= c <= ' ' || c >= 127 || strchr(",;:<>()[]\\\"?&%", c) != NULL;
        if (c == '@') {
            at = i;
            ats++;
        }
    }
    return ats == 1 && at > 0 && at + 3 < address.n && memchr(address.p + at, '.', address.n - at) && !odd
               ? OK
               : fault(f, ERR_INVALID, "mailbox_form", "url", "邮箱要写成 mailto:名称@主机，只写一个。",
                       "A mailbox must be like mailto:name@host, one alone.");
}

/* What an address must be at least; the rest is judged when it is connected to. */
static Err check_url(Str url, Fault *f) {
    bool tls = url.n > 8 && strncasecmp(url.p, "https://", 8) == 0,
         plain = url.n > 7 && strncasecmp(url.p, "http://", 7) == 0, odd = false;

    if (begins(url, MAILTO))
        return check_mailbox((Str){ url.p + sizeof MAILTO - 1, url.n - sizeof MAILTO + 1 }, f);
    for (size_t i = 0; i < url.n; i++)
        odd |= (unsigned char)url.p[i] <= ' ' || url.p[i] == 127 || url.p[i] == '\\' || url.p[i] == '@';
    return (tls || plain) && !odd
               ? OK
               : fault(f, ERR_INVALID, "url_form", "url",
                       "地址要写成 https://主机/路径（内网可用 http），不能含空格、用户名或密码。",
                       "The address must be like https://host/path (http inside one's own network), without "
                       "spaces, user or password.");
}

/* ---- telling ---- */

static void put_text(Buf *b, const char *name, Str value) {
    buf_fmt(b, ",\"%s\":", name);
    buf_json(b, value);
}

static void put_time(Buf *b, const char *name, int64_t ms) {
    char iso[32];

    ms_print_iso(ms, iso);
    put_text(b, name, str(iso));
}

static Err put_names(Tx *tx, const Case *c, Buf *b, Fault *f) {
    Condition condition;
    Area area;
    Org unit;

    if (c->has.condition) {
        TRY(condition_load(tx, c->condition, &condition, f));
        put_text(b, "condition", condition.code);
    }
    if (c->has.area) {
        TRY(area_load(tx, c->area, &area, f));
        put_text(b, "area", area.code);
    }
    if (c->has.unit) {
        TRY(org_load(tx, c->unit, &unit, f));
        put_text(b, "unit", unit.code);
    }
    return OK;
}

/* What is told of a case: nothing that was written in it, and not where exactly it is. */
static Err put_case(Tx *tx, const Case *c, Buf *b, Fault *f) {
    buf_fmt(b, "{\"id\":\"%lld\",\"number\":%d", (long long)c->id.v, (int)c->revision);
    put_text(b, "code", c->code);
    put_text(b, "state", str(choice_numbered(&case_state_choices, c->state)->word));
    buf_fmt(b, ",\"danger\":%s", c->danger ? "true" : "false");
    TRY(put_names(tx, c, b, f));
    put_time(b, "reported", c->reported.ms);
    if (c->has.due)
        put_time(b, "due", c->due.ms);
    if (c->has.closed)
        put_time(b, "closed", c->closed.ms);
    if (c->has.close_kind)
        put_text(b, "close_kind", str(choice_numbered(&close_kind_choices, c->close_kind)->word));
    if (c->has.external_no)
        put_text(b, "external_no", c->external_no);
    buf_char(b, '}');
    return OK;
}

static Err queue(Tx *tx, const Case *c, NoticeKind kind, int64_t at_ms, const Subscription *to, Str about,
                 Str people, Fault *f) {
    char room[BODY_MAX];
    Buf b = { room, 0, sizeof room, false, 0 };
    int64_t changed;
    Delivery d = { .id = { id_new(id_home(c->id.v)) },
                   .subscription = to->id,
                   .kind = kind,
                   .case_id = c->id,
                   .state = DELIVERY_QUEUED,
                   .next = moment_at(at_ms),
                   .made = moment_at(at_ms) };

    buf_fmt(&b, "{\"id\":\"%lld\",\"event\":\"%s\"", (long long)d.id.v,
            choice_numbered(&notice_kind_choices, kind)->word);
    put_time(&b, "at", at_ms);
    if (people.n)
        buf_fmt(&b, ",\"to\":[%.*s]", (int)people.n, people.p);
    buf_fmt(&b, ",\"case\":%.*s}", (int)about.n, about.p);
    if (b.full)
        return fault_arena(f);
    d.body = buf_view(&b);
    return sql_delivery_add(tx, &d, &changed, f);
}

/* What may wait is told to a mailbox once a day; what may not, at once. */
static Err mail_next(Tx *tx, NoticeKind kind, int64_t at_ms, Moment *ret, Fault *f) {
    int32_t minutes = 0;

    *ret = moment_at(at_ms);
    if (kind == NOTICE_DANGER || kind == NOTICE_UNMANNED)
        return OK;
    TRY(setting_mail_at(tx, &minutes, f));
    for (int32_t day = ret->day;; day++) {
        Civil c = { .hour = minutes / 60, .minute = minutes % 60 };
        civil_of_day(day, &c.year, &c.month, &c.day);
        *ret = moment_at(zone_ms(zone_here(), c));
        if (ret->ms >= at_ms)
            return OK;
    }
}

static Err queue_mail(Tx *tx, const Case *c, NoticeKind kind, int64_t at_ms, const Subscription *to, Fault *f) {
    Delivery d = { .id = { id_new(id_home(c->id.v)) },
                   .subscription = to->id,
                   .kind = kind,
                   .case_id = c->id,
                   .state = DELIVERY_QUEUED,
                   .made = moment_at(at_ms) };
    int64_t changed;

    TRY(mail_next(tx, kind, at_ms, &d.next, f));
    TRY(notice_text(tx, c, kind, &d.body, f));
    return sql_delivery_add(tx, &d, &changed, f);
}

Err subscription_tell(Tx *tx, const Case *c, NoticeKind kind, Str to, int64_t at_ms, Fault *f) {
    char room[BODY_MAX - 200];
    Buf about = { room, 0, sizeof room, false, 0 };
    Subscription *all = arena_raw(tx_arena(tx), SUBSCRIPTIONS_MAX * sizeof *all);
    size_t n;

    if (!all)
        return fault_arena(f);
    if ((c->has.category && str_is(c->category, "305")) || c->about != ABOUT_MATTER)
        return OK;
    TRY(sql_subscription_all(tx, all, SUBSCRIPTIONS_MAX, &n, f));
    for (size_t i = 0; i < n; i++) {
        if (!all[i].active || !wants(&all[i], kind))
            continue;
        if (subscription_is_mail(&all[i])) {
            TRY(queue_mail(tx, c, kind, at_ms, &all[i], f));
            continue;
        }
        if (!about.n)
            TRY(put_case(tx, c, &about, f));
        if (about.full)
            return fault_arena(f);
        TRY(queue(tx, c, kind, at_ms, &all[i], buf_view(&about), to, f));
    }
    return OK;
}

/* ---- setting up ---- */

Err subscription_load(Tx *tx, SubscriptionId id, Subscription *ret, Fault *f) {
    SubscriptionKey key = { .id = id };
    size_t n;

    TRY(sql_subscription_by_id(tx, &key, ret, 1, &n, f));
    return n ? OK
             : fault(f, ERR_NOT_FOUND, "subscription_unknown", "id", "没有这个订阅。",
                     "There is no such subscription.");
}

Err subscription_secret_open(Tx *tx, const Subscription *s, Str *ret, Fault *f) {
    return keys_open(&s->secret, SECRET, s->id.v, tx_arena(tx), ret, f);
}

/* 256 random bits, as one writes them into the receiver's settings. */
static Err new_secret(Tx *tx, Subscription *s, Str *ret, Fault *f) {
    uint8_t bits[32];
    char text[65];

    random_bytes(bits, sizeof bits);
    for (size_t i = 0; i < sizeof bits; i++)
        snprintf(text + 2 * i, 3, "%02x", bits[i]);
    TRY(str_copy(tx_arena(tx), str(text), ret, f));
    return keys_seal(*ret, SECRET, s->id.v, tx_arena(tx), &s->secret, f);
}

static void show_made(const Subscription *s, Str secret, SubscriptionMade *ret) {
    *ret = (SubscriptionMade){
        .id = s->id, .title = s->title, .url = s->url, .events = s->events, .secret = secret
    };
    ret->has.id = ret->has.title = ret->has.url = ret->has.events = ret->has.secret = true;
}

static Err judge_count(Tx *tx, Fault *f) {
    Subscription *all = arena_raw(tx_arena(tx), SUBSCRIPTIONS_MAX * sizeof *all);
    size_t n;

    if (!all)
        return fault_arena(f);
    TRY(sql_subscription_all(tx, all, SUBSCRIPTIONS_MAX, &n, f));
    return n < SUBSCRIPTIONS_MAX ? OK
                                 : fault(f, ERR_LIMIT, "subscriptions_many", "", "订阅最多 %d 个。",
                                         "There can be %d subscriptions at most.", SUBSCRIPTIONS_MAX);
}

Err subscription_add(Tx *tx, const SubscriptionNew *in, const Actor *by, SubscriptionMade *ret, Fault *f) {
    int64_t changed;
    Str secret;
    Subscription s = { .id = { id_new(0) },
                       .title = in->title,
                       .url = in->url,
                       .events = in->events,
                       .active = true,
                       .made = moment_now(),
                       .made_by = by->account };

    TRY(check_url(in->url, f));
    TRY(check_events(in->events, f));
    TRY(judge_count(tx, f));
    TRY(new_secret(tx, &s, &secret, f));
    s.has.made_by = by->account.v != 0;
    TRY(sql_subscription_add(tx, &s, &changed, f));
    show_made(&s, secret, ret);
    return OK;
}

Err subscription_change(Tx *tx, const SubscriptionChange *in, const Actor *by, Subscription *ret, Fault *f) {
    SubscriptionKey key = { .id = in->id };
    int64_t changed;
    Subscription s;
    Moment now = moment_now();

    (void)by;
    TRY(subscription_load(tx, in->id, &s, f));
    if (in->has.url)
        TRY(check_url(in->url, f));
    if (in->has.events)
        TRY(check_events(in->events, f));
    s.title = in->has.title ? in->title : s.title;
    s.url = in->has.url ? in->url : s.url;
    s.events = in->has.events ? in->events : s.events;
    s.active = in->has.active ? in->active : s.active;
    TRY(sql_subscription_save(tx, &s, &changed, f));
    if (!s.active) { /* what waits for it waits in vain */
        DeliveryStop stop = { .id = key.id, .ended = now };
        TRY(sql_delivery_stop(tx, &stop, &changed, f));
    }
    *ret = s;
    return OK;
}

Err subscription_renew(Tx *tx, const SubscriptionKey *in, const Actor *by, SubscriptionMade *ret, Fault *f) {
    int64_t changed;
    Subscription s;
    Str secret;

    (void)by;
    TRY(subscription_load(tx, in->id, &s, f));
    TRY(new_secret(tx, &s, &secret, f));
    TRY(sql_subscription_save(tx, &s, &changed, f));
    show_made(&s, secret, ret);
    return OK;
}

Err subscription_list(Tx *tx, const Nothing *in, const Actor *by, Page *ret, Fault *f) {
    (void)in, (void)by;
    return sql_subscription_all(tx, ret->rows, SUBSCRIPTIONS_MAX, &ret->n, f);
}
