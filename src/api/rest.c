/* rest – see rest.h. A point read by key runs at once on the HTTP thread where the
 * store is a file; lists, pages of a case and password hashing are handed to the
 * pool; a write is queued and its reply held until the commit. */
#include "rest.h"

#include "account.h"
#include "delivery.h"
#include "guard.h"
#include "gzip.h"
#include "http.h"
#include "open311_wire.h"
#include "app_key.h"
#include "retention.h"
#include "roster.h"
#include "senders.h"
#include "session.h"
#include "static.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COOKIE "jingwei"
enum {
    SESSIONS = 8192,
    OUT_POINT = 32 << 10,
    OUT_MAX = 16 << 20,
    ARENA_LARGE = 8 << 20,
    ARENA_PLAN = 64 << 20,
    ARENA_PHOTO = 4 << 20,
    PAIRS_MAX = 68
};

struct Rest {
    Store *store;
    HttpServer *server;
    SessionCache *sessions;
    int threads;
    size_t body_limit;
    int32_t reports_most;
    bool reads_wait, secure, test_clock;
};

typedef struct RestCall {
    OpCall op;
    Rest *rest;
    HttpCall *http;
    SessionKey key;
    bool has_key;
    Arena large; /* of a call that the HTTP arena is too small for */
    Buf out;
    Pair *pairs; /* room for PAIRS_MAX */
    const Tongue *tongue;
} RestCall;

static const Tongue ours = { "application/json", NULL, http_fault };

/* ---- who calls ---- */

/* An Actor points into itself, so the cache keeps its plain parts. */
typedef struct Remembered {
    int64_t account, post, session, unit;
    int32_t role;
    bool leads;
    char path[43];
} Remembered;

static void remember(const Actor *a, Remembered *ret) {
    *ret = (Remembered){ a->account.v, a->post.v, a->session.v, a->unit.v, (int32_t)a->role, a->leads, "" };
    snprintf(ret->path, sizeof ret->path, "%.*s", (int)a->scope.path_low.n, a->scope.path_low.p);
}

static void recall(const Remembered *m, Actor *ret) {
    actor_in((Role)m->role, str(m->path), (OrgId){ m->unit }, ret);
    ret->account.v = ret->scope.self = m->account;
    ret->post.v = m->post;
    ret->session.v = m->session;
    ret->leads = m->leads;
}

typedef struct Asked {
    Arena *arena;
    Str hash;
    Actor by;
    int64_t ends_ms;
} Asked;

static Err ask_session(Tx *tx, void *arg, Fault *f) {
    Asked *a = arg;
    tx_lend(tx, a->arena);
    return session_actor(tx, a->hash, &a->by, &a->ends_ms, f);
}

/* Of an address only how far away it is. */
static Near near_of(Str peer) {
    char z[64];
    unsigned a, b;

    snprintf(z, sizeof z, "%.*s", (int)peer.n, peer.p);
    if (strcmp(z, "::1") == 0 || strncmp(z, "127.", 4) == 0)
        return NEAR_HERE;
    if (strncmp(z, "fc", 2) == 0 || strncmp(z, "fd", 2) == 0 || strncmp(z, "fe8", 3) == 0)
        return NEAR_INSIDE;
    bool inside = sscanf(z, "%u.%u.", &a, &b) == 2 && (a == 10 || (a == 172 && b >= 16 && b < 32) ||
                                                       (a == 192 && b == 168) || (a == 169 && b == 254));
    return inside ? NEAR_INSIDE : NEAR_OUTSIDE;
}

/* A cookie that is no longer good makes the caller a stranger, not an error: a
 * resident with an old cookie may still report. */
static Err who_calls(RestCall *c, Fault *f) {
    Str token;
    Remembered m;
    size_t n;
    int64_t now = clock_now_ms();

    actor_public(&c->op.by);
    c->has_key = http_cookie(c->http, COOKIE, &token) && session_key(token, &c->key);
    if (!c->has_key)
        return OK;
    if (session_find(c->rest->sessions, &c->key, now, &m, &n) && n == sizeof m) {
        recall(&m, &c->op.by);
        return OK;
    }
    Asked a = { .arena = http_arena(c->http), .hash = { (const char *)c->key.byte, sizeof c->key.byte } };
    uint64_t generation = session_generation(c->rest->sessions, &c->key);
    Err e = store_read(c->rest->store, http_thread(c->http), ask_session, &a, f);
    if (e == ERR_SIGN_IN || e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    remember(&a.by, &m);
    session_keep(c->rest->sessions, &c->key, generation, a.ends_ms < now + 60000 ? a.ends_ms : now + 60000, &m,
                 sizeof m);
    actor_copy(&a.by, &c->op.by);
    return OK;
}

/* ---- the answer ---- */

static void forget_sessions(RestCall *c) {
    const char *name = c->op.op->name;

    if (strcmp(name, "session.close") == 0 || strcmp(name, "session.act_as") == 0)
        session_forget(c->rest->sessions, &c->key);
    bool new_password = strcmp(name, "session.open") == 0 && ((const SignIn *)c->op.in)->has.new_password;
    if (strcmp(name, "account.password") == 0 || strcmp(name, "post.give") == 0 ||
        strcmp(name, "post.end") == 0 || strcmp(name, "session.revoke") == 0 || new_password)
        session_forget_all(c->rest->sessions);
}

static void set_cookie(RestCall *c) {
    char text[SESSION_TOKEN_CHARS + 1] = "";

    if (!c->op.has_token)
        return;
    if (c->op.token.n == TOKEN_BYTES)
        session_text((const unsigned char *)c->op.token.p, text);
    session_cookie(c->http, COOKIE, text, *text ? SESSION_MS / 1000 : 0, c->rest->secure);
}

static void release_out(void *p) { mem_free(p); }

/* ---- bytes ---- */

/* What the tag says about keeping; in a 304 too. */
static void add_tag(HttpCall *http, const OpCall *op) {
    char keep[80], weak[80];

    snprintf(keep, sizeof keep,
             op->tag.keep_s >= 31536000 ? "public, max-age=%d, immutable" : "public, max-age=%d",
             op->tag.keep_s);
    snprintf(weak, sizeof weak, "W/%s", op->etag); /* packed or not, it is the same tile */
    http_add(http, "ETag", weak);
    http_add(http, "Cache-Control", op->tag.keep_s > 0 ? keep : "private, no-cache");
    http_add(http, "Vary", op->tag.keep_s > 0 ? "Accept-Encoding" : "Accept-Encoding, Cookie");
}

/* Packed bytes for a caller that does not take them so. */
static Err unpack_out(Buf *out, Fault *f) {
    Buf plain;

    TRY(buf_begin(&plain, 4 * out->n + 64, 256u << 20, f));
    Err e = gzip_unpack(buf_view(out), &plain, f);
    if (e != OK) {
        buf_end(&plain);
        return e;
    }
    mem_free(out->p);
    *out = plain;
    return OK;
}

static void answer_bytes(HttpCall *http, const OpCall *op, Buf out) {
    Str accepts = { 0 };
    Fault f;

    http_header(http, "accept-encoding", &accepts);
    if (op->gzip && out.n && !guard_accepts(accepts, "gzip")) {
        if (unpack_out(&out, &f) != OK) {
            mem_free(out.p);
            http_fault(http, &f);
            return;
        }
    } else if (op->gzip && out.n)
        http_add(http, "Content-Encoding", "gzip");
    add_tag(http, op);
    if (op->same || out.n == 0) {
        mem_free(out.p);
        http_answer_kept(http, op->same ? 304 : 204, NULL, (Str){ "", 0 });
    } else
        http_answer_given(http, 200, op->op->media, buf_view(&out), release_out, out.p);
}

/* From any thread; afterwards `c` is gone, for it lives in the call's arena. */
static void answer(RestCall *c, Err e, const Fault *f) {
    HttpCall *http = c->http;
    Arena large = c->large;
    Buf out = c->out;

    if (e != OK) {
        if (out.max)
            mem_free(out.p);
        c->tongue->fault(http, f);
    } else {
        forget_sessions(c);
        set_cookie(c);
        if (c->op.op->media)
            answer_bytes(http, &c->op, out);
        else if (out.max)
            http_answer_given(http, 200, c->tongue->type, buf_view(&out), release_out, out.p);
        else
            http_answer_kept(http, 200, c->tongue->type, buf_view(&out));
    }
    arena_end(&large);
}

/* The operation's call is the first member, so its address is the whole's. */
_Static_assert(offsetof(RestCall, op) == 0, "write_done takes one for the other");
static void write_done(void *arg, Err e, const Fault *f) { answer(arg, e, f); }

/* ---- running ---- */

/* The definition of an Open311 service reads the catalogue, so it is none. */
static bool is_point_read(const Op *op) {
    return strncmp(op->path, "/api/", 5) == 0 && op->does == READ && !op->many && !op->media &&
           op->path[strlen(op->path) - 1] == '}';
}

/* Rooms: a point read and an ordinary write fit the HTTP arena; what is larger
 * takes a block of its own: a plan with its units and shapes most of all, and of it
 * only what is used is ever touched. A write's answer must fit at the first try, as it is
 * kept with the client key, so it may grow; a read's is tried in the arena. */
static Err make_room(RestCall *c, Fault *f) {
    const Op *op = c->op.op;
    bool plan = op->right == RIGHT_PLAN || op->right == RIGHT_PLAN_APPROVE || op->right == RIGHT_PLAN_SEE;
    bool small =
        is_point_read(op) || (op->does == WRITE && op->right != RIGHT_GROUND_WRITE && !plan && !op->media);

    c->op.arena = http_arena(c->http);
    c->op.out = &c->out;
    if (is_point_read(op)) {
        char *room = arena_raw(http_arena(c->http), OUT_POINT);
        if (!room)
            return fault_arena(f);
        c->out = (Buf){ room, 0, OUT_POINT, false, 0 };
        return OK;
    }
    if (!small) {
        TRY(arena_begin(&c->large, (plan ? ARENA_PLAN : ARENA_LARGE) + c->op.n_files * ARENA_PHOTO, f));
        c->op.arena = &c->large;
    }
    return buf_begin(&c->out, small ? 1024 : 16384, OUT_MAX, f);
}

/* A case of ten thousand characters takes more than a point's usual room. */
static Err read_point(RestCall *c, Fault *f) {
    Err e = op_read(&c->op, f);

    if (!c->out.full)
        return e;
    TRY(buf_begin(&c->out, 4 * OUT_POINT, OUT_MAX, f));
    return op_read(&c->op, f);
}

static void in_the_pool(void *arg) {
    RestCall *c = arg;
    Fault f = { 0 };

    c->op.slot = c->rest->threads + http_hand();
    Err e = op_prepare(&c->op, &f);
    if (e == OK && c->op.op->does == READ) {
        e = is_point_read(c->op.op) ? read_point(c, &f) : op_read(&c->op, &f);
        answer(c, e, &f);
        return;
    }
    if (e == OK)
        e = op_write(&c->op, write_done, &f);
    if (e != OK)
        answer(c, e, &f);
}

static void run_call(RestCall *c) {
    Fault f = { 0 };
    Err e = make_room(c, &f);

    if (e == OK)
        e = op_begin(&c->op, &f);
    if (e != OK || (is_point_read(c->op.op) && !c->rest->reads_wait)) {
        if (e == OK)
            e = read_point(c, &f);
        answer(c, e, &f);
        return;
    }
    http_later(c->http);
    if (c->op.op->does == WRITE) {
        e = op_write(&c->op, write_done, &f);
        if (e != OK)
            answer(c, e, &f);
    } else if (!http_hand_over(http_server(c->http), in_the_pool, c)) {
        fault(&f, ERR_BUSY, "busy", "", "系统忙，请稍后再试。", "The server is busy; try again shortly.");
        answer(c, ERR_BUSY, &f);
    }
}

/* ---- health ---- */

/* Behind a proxy everybody comes from loopback; what was forwarded is not from here. */
static bool from_here(const HttpCall *c) {
    Str forwarded;

    return (str_is(http_peer(c), "127.0.0.1") || str_is(http_peer(c), "::1")) &&
           !http_header(c, "X-Forwarded-For", &forwarded) && !http_header(c, "Forwarded", &forwarded);
}

static void metric(Buf *b, const char *name, const char *help, int64_t value) {
    buf_fmt(b, "# HELP jingwei_%s %s\n# TYPE jingwei_%s gauge\njingwei_%s %lld\n", name, help, name, name,
            (long long)value);
}

static void answer_metrics(const Rest *r, HttpCall *c) {
    char room[8000];
    Buf b = { room, 0, sizeof room, false, 0 };
    HttpCounts h = http_counts(http_server(c));
    StoreCounts s = store_counts(r->store);
    RetentionCount gone = retention_total();
    DeliveryCounts out = delivery_counts();

    metric(&b, "http_connections", "Open connections.", (int64_t)h.connections_now);
    metric(&b, "http_in_flight", "Calls that are being served.", (int64_t)h.in_flight);
    metric(&b, "http_suspended", "Calls whose reply is held.", (int64_t)h.suspended);
    metric(&b, "http_upload_bytes", "Bytes of large bodies that rest in memory.", (int64_t)h.bodies_now);
    metric(&b, "http_refused", "Calls refused before anybody was asked.", (int64_t)h.refused);
    metric(&b, "http_answered_2xx", "Answers.", (int64_t)h.answered[2]);
    metric(&b, "http_answered_4xx", "Answers that said what was wrong.", (int64_t)h.answered[4]);
    metric(&b, "http_answered_5xx", "Answers that failed.", (int64_t)h.answered[5]);
    metric(&b, "store_batches", "Commits.", s.batches);
    metric(&b, "store_operations", "Writes.", s.operations);
    metric(&b, "store_reruns", "Writes run again alone.", s.reruns);
    metric(&b, "store_waiting", "Writes that wait.", s.waiting);
    metric(&b, "store_wal_bytes", "Bytes in the write-ahead log.", s.wal_bytes);
    metric(&b, "retention_client_keys", "Client keys erased in time.", gone.requests);
    metric(&b, "retention_sessions", "Sessions erased in time.", gone.sessions);
    metric(&b, "retention_contacts", "Reporters' contacts erased in time.", gone.contacts);
    metric(&b, "duty_unattended", "Open cases of danger for which nobody is on duty, up to 200.",
           roster_unattended());
    metric(&b, "outbox_waiting", "Deliveries that wait or are tried again.", out.waiting);
    metric(&b, "outbox_oldest_seconds", "How long the oldest of them has waited.", out.oldest_s);
    metric(&b, "outbox_given_up", "Deliveries that were given up and not yet erased.", out.given_up);
    metric(&b, "outbox_delivered", "Deliveries made by this server.", out.delivered);
    metric(&b, "outbox_failed", "Tries of this server that failed.", out.failed);
    metric(&b, "retention_photos", "Photos of cases erased in time.", gone.photos);
    metric(&b, "retention_unclaimed_photos", "Photos that nobody claimed, erased in time.", gone.unclaimed);
    http_answer(c, 200, "text/plain; version=0.0.4; charset=utf-8", buf_view(&b));
}

/* ---- the clock of tests ---- */

static bool query_ms(const HttpCall *c, const char *name, int64_t *ret) {
    char z[24], *end;
    Str s;

    if (!http_query(c, name, &s) || s.n == 0 || s.n >= sizeof z)
        return false;
    memcpy(z, s.p, s.n);
    z[s.n] = 0;
    *ret = strtoll(z, &end, 10);
    return *end == 0;
}

/* Only where the server was started for it, and only from this machine. When it has
 * answered, the clock has moved: a test need not wait. */
static void answer_clock(HttpCall *c) {
    char room[64];
    Buf b = { room, 0, sizeof room, false, 0 };
    int64_t ms;

    if (query_ms(c, "at", &ms) && ms >= 0)
        clock_stop(ms);
    else if (query_ms(c, "by", &ms))
        clock_move(ms);
    else {
        http_problem(c, 422, "clock", "", "要写 ?at=毫秒（停在那里，0 为继续走）或 ?by=毫秒。",
                     "Say ?at=MS (stops there, 0 lets it run) or ?by=MS.");
        return;
    }
    buf_fmt(&b, "{\"now\":%lld}", (long long)clock_now_ms());
    http_answer(c, 200, "application/json", buf_view(&b));
}

/* ---- the callbacks ---- */

static const Op *route(HttpCall *c, Pair *pairs, size_t *ret_n, bool *ret_other) {
    HttpMethod m = http_method(c);
    const Tongue *tongue;
    Str path = http_path(c);

    open311_at(c, &path, &tongue);
    return op_routed(m == HTTP_HEAD ? "GET" : http_method_name(m), path, pairs, ret_n, ret_other);
}

static size_t body_max(void *rest, HttpCall *c) {
    const Rest *r = rest;
    Pair pairs[OP_PATH_PAIRS];
    size_t n;
    bool other;
    const Op *op = route(c, pairs, &n, &other);

    if (!op || strcmp(op->method, "POST") != 0)
        return 0;
    if (op_raw_body(op) || (record_field(op->in, str("files")) && open311_takes_files(c)))
        return op->body_max;
    return op->body_max < r->body_limit ? op->body_max : r->body_limit;
}

static void refuse_path(HttpCall *c, bool other) {
    if (other)
        http_problem(c, 405, "method", "", "这个地址不接受这种方法。",
                     "This address does not take that method.");
    else
        http_problem(c, 404, "no_such_path", "", "没有这个接口地址。", "There is no such address in the API.");
}

/* What acts with a cookie, or gives one: another site must neither use somebody's
 * session nor put him into one that is not his. */
static bool needs_own_page(const RestCall *c) {
    return c->op.by.account.v || strcmp(c->op.op->name, "session.open") == 0;
}

/* Strangers alone are counted, and applications: who is signed in can be told to stop. */
static bool is_counted(const RestCall *call, Sent *ret_what, int32_t *ret_most) {
    const Op *op = call->op.op;
    bool app = call->op.by.app.v && op->does != READ;

    *ret_what = app ? SENT_BY_APP : op_raw_body(op) ? SENT_PHOTO : SENT_REPORT;
    *ret_most = app ? call->op.by.app_most : *ret_what == SENT_PHOTO ? PHOTOS_MOST : call->rest->reports_most;
    return app ||
           (call->op.by.role == ROLE_PUBLIC && (op_raw_body(op) || strcmp(op->name, "case.report") == 0));
}

static bool sends_too_often(const RestCall *call, Fault *f) {
    HttpCall *c = call->http;
    char seconds[16];
    int32_t wait_s, most;
    Sent what;

    if (!is_counted(call, &what, &most) ||
        senders_judge(what, call->op.by.app.v, most, http_peer(c), clock_now_ms(), &wait_s, f) == OK)
        return false;
    snprintf(seconds, sizeof seconds, "%d", wait_s);
    http_add(c, "Retry-After", seconds);
    return true;
}

/* What waited on a phone says whose it is, "account/post": the cookie may be somebody
 * else's by now, or nobody's, and a report is taken from strangers, too. */
static bool is_meant(const RestCall *c) {
    char own[48];
    Str as;

    snprintf(own, sizeof own, "%lld/%lld", (long long)c->op.by.account.v, (long long)c->op.by.post.v);
    return !http_header(c->http, "Jingwei-As", &as) || str_is(as, own);
}

static void refuse_another(const RestCall *c) {
    if (c->op.by.account.v)
        http_problem(c->http, 403, "meant_for_another", "", "现在登录的不是写这一条的人，或不是那个岗位。",
                     "Who is signed in now is not who wrote this, or not in that post.");
    else
        http_problem(c->http, 401, "signed_out", "", "请先登录。", "Please sign in.");
}

static void handle_api(Rest *r, HttpCall *c) {
    bool other = false;
    size_t n = 0;
    Fault f = { 0 };
    RestCall *call = arena_raw(http_arena(c), sizeof *call);
    Pair *pairs = arena_raw(http_arena(c), PAIRS_MAX * sizeof *pairs);

    if (!call || !pairs) {
        fault_arena(&f);
        http_fault(c, &f);
        return;
    }
    *call = (RestCall){ .rest = r, .http = c, .pairs = pairs, .tongue = &ours };
    call->op = (OpCall){ .op = route(c, call->pairs, &n, &other),
                         .store = r->store,
                         .slot = http_thread(c),
                         .body = http_body(c),
                         .pairs = call->pairs };
    if (!call->op.op) {
        refuse_path(c, other);
        return;
    }
    http_label(c, call->op.op->name);
    for (size_t i = 0; i < http_query_count(c) && n < PAIRS_MAX; i++)
        call->pairs[n++] = (Pair){ http_query_at(c, i).name, http_query_at(c, i).value };
    call->op.n_pairs = n;
    http_header(c, "Client-Key", &call->op.client_key);
    http_header(c, "If-None-Match", &call->op.known);
    if (who_calls(call, &f) != OK) {
        http_fault(c, &f);
        return;
    }
    call->op.by.near = near_of(http_peer(c));
    if (needs_own_page(call) && !http_same_origin(c)) {
        http_problem(c, 403, "cross_site", "", "这个请求不是从本站页面发出的。",
                     "This request did not come from a page of this site.");
        return;
    }
    if (!is_meant(call)) {
        refuse_another(call);
        return;
    }
    if (sends_too_often(call, &f)) {
        http_fault(c, &f);
        return;
    }
    run_call(call);
}

/* ---- applications of others ---- */

typedef struct AskedKey {
    Arena *arena;
    Str key;
    Actor *by;
} AskedKey;

static Err ask_key(Tx *tx, void *arg, Fault *f) {
    const AskedKey *a = arg;
    tx_lend(tx, a->arena);
    return app_key_actor(tx, a->key, a->by, f);
}

/* Who calls is the application whose key it is, whatever cookie came along. The right is
 * judged before what is wrong with the form is told. */
static Err open311_begin(RestCall *call, Fault *f) {
    AskedKey key = { .arena = http_arena(call->http), .by = &call->op.by };
    Fault wrong = { 0 };

    actor_public(&call->op.by);
    Err e = open311_ask_of(call->http, &call->op, call->rest->secure, &key.key, &wrong);
    if (key.key.n && open311_takes_key(call->op.op))
        TRY(store_read(call->rest->store, http_thread(call->http), ask_key, &key, f));
    if (e != OK && actor_may(&call->op.by, call->op.op->right))
        *f = wrong;
    return e != OK && actor_may(&call->op.by, call->op.op->right) ? e : OK;
}

static void handle_open311(Rest *r, HttpCall *c, Str path, const Tongue *tongue) {
    HttpMethod m = http_method(c);
    bool other = false;
    size_t n = 0;
    Fault f = { 0 };
    RestCall *call = arena_raw(http_arena(c), sizeof *call);
    Pair *pairs = arena_raw(http_arena(c), OP_PATH_PAIRS * sizeof *pairs);

    http_add(c, "Access-Control-Allow-Origin", "*"); /* no cookie counts here */
    if (!call || !pairs) {
        fault_arena(&f);
        tongue->fault(c, &f);
        return;
    }
    *call = (RestCall){ .rest = r, .http = c, .pairs = pairs, .tongue = tongue };
    call->op = (OpCall){ .op = op_routed(m == HTTP_HEAD ? "GET" : http_method_name(m), path, pairs, &n, &other),
                         .store = r->store,
                         .slot = http_thread(c),
                         .body = http_body(c),
                         .pairs = pairs,
                         .n_pairs = n,
                         .write = tongue->write };
    if (!call->op.op) {
        open311_refuse(c, tongue, other);
        return;
    }
    http_label(c, call->op.op->name);
    if (open311_begin(call, &f) != OK || sends_too_often(call, &f)) {
        tongue->fault(c, &f);
        return;
    }
    call->op.by.near = near_of(http_peer(c));
    run_call(call);
}

/* Is `path` the page `root` or beneath it? */
static bool beneath(Str path, const char *root) {
    size_t n = strlen(root);
    return path.n >= n && memcmp(path.p, root, n) == 0 && (path.n == n || path.p[n] == '/');
}

/* A browser that opens an address takes HTML; programs and scripts do not ask for it. */
static bool a_person_asks(const HttpCall *c) {
    Str accepts;

    return http_method(c) == HTTP_GET && http_header(c, "Accept", &accepts) &&
           memmem(accepts.p, accepts.n, "text/html", strlen("text/html")) != NULL;
}

/* The pages route by themselves: /track/7K3M… is the public page. */
static void handle_page(HttpCall *c) {
    Str path = http_path(c);
    const StaticFile *file = static_find(&web_files, path);

    if (!file && beneath(path, "/console"))
        file = static_find(&web_files, str("/console/"));
    if (!file && beneath(path, "/phone"))
        file = static_find(&web_files, str("/phone/"));
    if (!file && (beneath(path, "/track") || str_is(path, "/near") || str_is(path, "/duties")))
        file = static_find(&web_files, str("/"));
    if (file)
        static_answer(c, file, NULL);
    else if (a_person_asks(c) && static_find(&web_files, str("/")))
        static_missing(c, static_find(&web_files, str("/")));
    else
        http_problem(c, 404, "no_such_page", "", "没有这个页面。", "There is no such page.");
}

static void handle(void *rest, HttpCall *c) {
    Rest *r = rest;
    Str path = http_path(c), at;
    const Tongue *tongue;
    Fault f;

    if (open311_at(c, &at, &tongue))
        handle_open311(r, c, at, tongue);
    else if (path.n >= 5 && memcmp(path.p, "/api/", 5) == 0)
        handle_api(r, c);
    else if (str_is(path, "/healthz"))
        http_answer_kept(c, 200, "text/plain", str("ok\n"));
    else if (str_is(path, "/readyz") && store_ready(r->store, &f) != OK)
        http_fault(c, &f);
    else if (str_is(path, "/readyz"))
        http_answer_kept(c, 200, "text/plain", str("ready\n"));
    else if (str_is(path, "/metrics") && from_here(c))
        answer_metrics(r, c);
    else if (r->test_clock && str_is(path, "/test/clock") && from_here(c) && http_method(c) == HTTP_POST)
        answer_clock(c);
    else
        handle_page(c);
}

/* ---- the server ---- */

static HttpConfig http_config(const RestConfig *c, Rest *r) {
    HttpConfig h = http_defaults();

    h.listen = c->listen;
    h.threads = c->threads;
    h.hands = c->hands;
    h.connections = c->connections;
    h.per_address = c->per_address;
    h.header_ms = c->header_ms;
    h.body_ms = c->body_ms;
    h.keep_ms = c->keep_ms;
    h.proxy = c->proxy;
    h.ctx = r;
    h.bodies = c->bodies;
    h.body_max = body_max;
    h.handle = handle;
    h.log = c->log;
    return h;
}

Err rest_start(const RestConfig *c, Store *store, Rest **ret, Fault *f) {
    Rest *r = mem_alloc(sizeof *r);
    if (!r)
        return fault_memory(f);
    *r = (Rest){ .store = store,
                 .threads = c->threads,
                 .body_limit = c->body_limit,
                 .reports_most = c->reports_most,
                 .reads_wait = c->reads_wait,
                 .secure = c->secure_cookie,
                 .test_clock = c->test_clock };
    HttpConfig h = http_config(c, r);
    Err e = session_cache_new(SESSIONS, &r->sessions, f);
    e = e == OK ? http_start(&h, &r->server, f) : e;
    if (e != OK) {
        rest_free(r);
        return e;
    }
    *ret = r;
    return OK;
}

const char *rest_address(const Rest *r) { return http_address(r->server); }
void rest_stop(Rest *r) { http_stop(r->server); }

void rest_free(Rest *r) {
    if (r)
        session_cache_free(r->sessions);
    mem_free(r);
}
