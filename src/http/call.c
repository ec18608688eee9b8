/* call – one request, from its first line to the last byte of its answer.
 *
 * The library calls in here four times or more: with the request line, with the
 * headers, with each piece of the body, at its end, and when all is sent. The
 * states are in inside.h. A refused request is answered straight onto the socket
 * (answer.c) and read on for a little, because closing over unread bytes would send
 * a reset that can overtake the refusal. */
#include "inside.h"

#include "clock.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define DRAIN_MAX (1024u * 1024u)   /* bytes read and thrown away after a refusal   */
#define KEEP_RESIDENT (64u * 1024u) /* of an arena, when its call waits for the next */

static int64_t now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

bool conn_move(Conn *conn, ConnStep step, HttpLang lang) {
    uint64_t old = atomic_load_explicit(&conn->word, memory_order_relaxed), to;

    do {
        ConnStep from = CONN_STEP(old);
        if (from == CONN_DEAD)
            return false;
        /* Request line and headers of a new connection share one deadline. */
        to = CONN_WORD(step, lang, step == CONN_HEAD && from == CONN_FRESH ? CONN_SINCE(old) : clock_mono_ms());
    } while (!atomic_compare_exchange_weak(&conn->word, &old, to));
    return true;
}

/* ---- calls come from their thread's list and go back there ---- */

static HttpCall *call_new(HttpServer *s, int thread) {
    HttpCall *c = mem_alloc(sizeof *c + 16 + s->config.arena);
    if (!c)
        return NULL;
    memset(c, 0, sizeof *c);
    c->server = s;
    c->thread = thread;
    c->arena = (Arena){ (char *)c + ((sizeof *c + 15) & ~(size_t)15), 0, s->config.arena };
    pthread_mutex_lock(&s->lock);
    bool room = s->call_count < s->call_size;
    if (!room) {
        size_t size = s->call_size ? s->call_size * 2 : 64;
        HttpCall **more = mem_grow(s->calls, size * sizeof(HttpCall *));
        if (more) {
            s->calls = more;
            s->call_size = size;
            room = true;
        }
    }
    if (room)
        s->calls[s->call_count++] = c;
    pthread_mutex_unlock(&s->lock);
    if (room)
        return c;
    mem_free(c);
    return NULL;
}

static HttpCall *call_take(HttpServer *s) {
    int index;
    HttpThread *t = thread_here(s, &index);
    HttpCall *c = t->free_calls;

    if (c)
        t->free_calls = c->next_free;
    else if (!(c = call_new(s, index)))
        return NULL;
    memset((char *)c + offsetof(HttpCall, phase), 0, offsetof(HttpCall, headers) - offsetof(HttpCall, phase));
    c->arena.used = 0;
    t->random += 0x9E3779B97F4A7C15u; /* splitmix64 */
    uint64_t x = t->random;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    x ^= x >> 31;
    for (int i = 0; i < 12; i++, x >>= 4)
        c->id[i] = "0123456789abcdef"[x & 15];
    count_add(&t->counts.started, 1);
    return c;
}

static void free_body(HttpCall *c) {
    if (c->body_on_heap)
        mem_free(c->body);
    c->body = NULL;
    c->body_on_heap = false;
}

static void release_body(HttpCall *c) {
    atomic_fetch_sub(&c->server->bodies_now, c->body_counted);
    c->body_counted = 0;
    free_body(c);
}

/* An abandoned call outlives its server, whose counts end with it. */
void call_free(HttpCall *c) {
    answer_drop(c);
    free_body(c);
    mem_free(c);
}

/* A call that once needed much would keep its pages for good. */
static void call_give_back(HttpCall *c) {
    HttpThread *t = &c->server->threads[c->thread];

    answer_drop(c);
    release_body(c);
    if (c->arena.used > KEEP_RESIDENT) {
        uintptr_t from = ((uintptr_t)c->arena.base + KEEP_RESIDENT + 4095) & ~(uintptr_t)4095;
        uintptr_t to = ((uintptr_t)c->arena.base + c->arena.size) & ~(uintptr_t)4095;
        if (to > from)
            madvise((void *)from, to - from, MADV_DONTNEED);
    }
    c->next_free = t->free_calls;
    t->free_calls = c;
}

/* ---- refusing ---- */

static enum MHD_Result refuse(HttpCall *c, const Refusal *r) {
    ThreadCounts *counts = &c->server->threads[c->thread].counts;

    if (!conn_move(c->conn, CONN_LINGER, HTTP_ZH))
        return MHD_NO;
    release_body(c);
    c->refused = true;
    c->status = r->status;
    count_add(&counts->refused, 1);
    count_add(&counts->answered[r->status / 100], 1);
    refuse_raw(c->conn->fd, r, http_lang(c), c->id, c->facts.method == HTTP_HEAD);
    return MHD_YES;
}

/* body_max() has answered: the body is not wanted. */
static enum MHD_Result answer_early(HttpCall *c) {
    ThreadCounts *counts = &c->server->threads[c->thread].counts;

    if (!conn_move(c->conn, CONN_LINGER, HTTP_ZH))
        return MHD_NO;
    c->refused = true;
    count_add(&counts->answered[c->status / 100 % 6], 1);
    count_add(&counts->bytes_out, c->answer.n);
    answer_raw(c, c->conn->fd);
    return MHD_YES;
}

static enum MHD_Result drain(HttpCall *c, size_t *upload_n) {
    c->drained += *upload_n;
    *upload_n = 0;
    return c->drained <= DRAIN_MAX ? MHD_YES : MHD_NO;
}

/* ---- headers, body, end ---- */

static enum MHD_Result take_header(void *arg, enum MHD_ValueKind kind, const char *name, size_t name_n,
                                   const char *value, size_t value_n) {
    HttpCall *c = arg;

    (void)kind;
    if (c->header_count < GUARD_HEADERS_MAX)
        c->headers[c->header_count] =
            (HttpPair){ { name, name_n }, { value ? value : "", value ? value_n : 0 } };
    c->header_count++;
    return MHD_YES;
}

/* Room for `n` bytes and a NUL: small bodies in the arena, others on the heap. */
static bool body_room(HttpCall *c, size_t n) {
    if (n < c->body_size)
        return true;
    if (!c->body && n < c->arena.size / 4) {
        size_t size = c->facts.chunked ? n + 4096 : n + 1;
        c->body = arena_take(&c->arena, size);
        c->body_size = c->body ? size : 0;
        if (c->body)
            return true;
    }
    size_t size = c->facts.chunked ? (n <= c->body_max / 2 ? 2 * n : c->body_max) + 1 : n + 1;
    char *more = mem_grow(c->body_on_heap ? c->body : NULL, size);
    if (!more)
        return false;
    if (!c->body_on_heap && c->body_n)
        memcpy(more, c->body, c->body_n);
    c->body = more;
    c->body_size = size;
    c->body_on_heap = true;
    return true;
}

/* Counted as they arrive: who only announces a large body takes no memory, and keeps
 * nobody else from sending one. */
static bool count_body(HttpCall *c, size_t n) {
    HttpServer *s = c->server;
    size_t most = s->config.bodies;

    if (!c->body_on_heap)
        return true;
    size_t more = c->body_n + n - c->body_counted; /* what came into the arena before moves along */
    if (most && atomic_fetch_add(&s->bodies_now, more) + more > most) {
        atomic_fetch_sub(&s->bodies_now, more);
        return false;
    }
    c->body_counted += most ? more : 0;
    return true;
}

static bool is_full(HttpCall *c) {
    size_t most = c->server->config.bodies;
    return most && c->facts.length >= c->arena.size / 4 &&
           atomic_load(&c->server->bodies_now) + c->facts.length > most;
}

static void find_peer(HttpCall *c) {
    Str forwarded;

    c->peer = str(c->conn->peer);
    if (!*c->server->proxy || !str_is(c->peer, c->server->proxy) ||
        !http_header(c, "x-forwarded-for", &forwarded))
        return;
    /* The last address is the one that our own proxy saw. */
    size_t start = forwarded.n;
    while (start && forwarded.p[start - 1] != ',' && forwarded.p[start - 1] != ' ')
        start--;
    if (forwarded.n - start > 0 && forwarded.n - start < 46)
        c->peer = (Str){ forwarded.p + start, forwarded.n - start };
}

/* Do request line and headers, as the library took them apart, lie without a gap?
 * libmicrohttpd 0.9 reads in place and replaces ':', CR and LF by NULs. What it
 * silently drops – a folded line with all of its header, whatever follows a NUL, a
 * line without a name – leaves a gap, and a proxy in front may have read what lay
 * there. (From 1.0 on it refuses such requests itself.) */
static bool lies_seamless(HttpCall *c, const char *url, const char *method, const char *version) {
    const union MHD_ConnectionInfo *size =
        MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    const char *at = version + strlen(version);

    if (MHD_get_version()[0] != '0' || !size)
        return true;
    if (url != method + strlen(method) + 1 || version != url + c->target.n + 1)
        return false;
    for (size_t i = 0; i < c->header_count; i++) {
        const HttpPair *h = &c->headers[i];
        if (h->name.p != at + 1 && h->name.p != at + 2)
            return false;
        at = h->value.p + h->value.n;
    }
    size_t rest = size->header_size - (size_t)(at - method);
    return rest >= 2 && rest <= 4;
}

static enum MHD_Result begin(HttpCall *c, const char *url, const char *method, const char *version) {
    const HttpConfig *config = &c->server->config;
    const Refusal *no;

    c->begun = true;
    MHD_get_connection_values_n(c->mhd, MHD_HEADER_KIND, take_header, c);
    GuardHead head = { str(method), c->target, str(version), c->headers, c->header_count };
    if (c->header_count > GUARD_HEADERS_MAX)
        c->header_count = GUARD_HEADERS_MAX;
    no = guard_head(&head, &c->facts);
    if (!no)
        no = guard_target(c->target, c->facts.method, &c->arena, &c->what);
    if (!no && !lies_seamless(c, url, method, version))
        no = &refuse_head_unclear;
    if (no)
        return refuse(c, no);
    find_peer(c);
    if (!c->facts.has_body)
        return conn_move(c->conn, CONN_BUSY, HTTP_ZH) ? MHD_YES : MHD_NO;
    if (!conn_move(c->conn, CONN_BODY, http_lang(c)))
        return MHD_NO;
    c->body_max = config->body_max(config->ctx, c);
    if (atomic_load_explicit(&c->phase, memory_order_relaxed) == CALL_ANSWERED)
        return answer_early(c);
    if (c->body_max == 0)
        return refuse(c, &refuse_body_not_allowed);
    if (c->facts.length > c->body_max)
        return refuse(c, &refuse_body_too_large);
    if (is_full(c))
        return refuse(c, &refuse_bodies_full);
    if (!body_room(c, (size_t)c->facts.length))
        return refuse(c, &refuse_no_memory);
    return MHD_YES;
}

static enum MHD_Result more_body(HttpCall *c, const char *upload, size_t *upload_n) {
    if (c->refused)
        return drain(c, upload_n);
    if (*upload_n > c->body_max - c->body_n)
        return refuse(c, &refuse_body_too_large) == MHD_YES ? drain(c, upload_n) : MHD_NO;
    if (!body_room(c, c->body_n + *upload_n))
        return refuse(c, &refuse_no_memory) == MHD_YES ? drain(c, upload_n) : MHD_NO;
    if (!count_body(c, *upload_n))
        return refuse(c, &refuse_bodies_full) == MHD_YES ? drain(c, upload_n) : MHD_NO;
    memcpy(c->body + c->body_n, upload, *upload_n);
    c->body_n += *upload_n;
    count_add(&c->server->threads[c->thread].counts.bytes_in, *upload_n);
    *upload_n = 0;
    return MHD_YES;
}

static enum MHD_Result finish(HttpCall *c) {
    HttpServer *s = c->server;

    if (c->refused)
        return MHD_NO;
    switch (atomic_load_explicit(&c->phase, memory_order_acquire)) {
    case CALL_HELD: return MHD_YES;
    case CALL_ANSWERED: count_add(&s->threads[c->thread].counts.resumed, 1); return answer_queue(c);
    default: break;
    }
    if (c->facts.has_body && !conn_move(c->conn, CONN_BUSY, HTTP_ZH))
        return MHD_NO;
    if (c->body)
        c->body[c->body_n] = 0;
    if (atomic_load(&s->closing))
        http_problem(c, refuse_stopping.status, refuse_stopping.code, "", refuse_stopping.zh,
                     refuse_stopping.en);
    else
        s->config.handle(s->config.ctx, c);
    if (c->held) /* from here on it is somebody else's, perhaps answered already */
        return MHD_YES;
    if (atomic_load_explicit(&c->phase, memory_order_relaxed) != CALL_ANSWERED)
        http_problem(c, 500, "no_answer", "", "服务器没有给出答复，这是程序的错误。",
                     "The server gave no answer; that is a mistake in the program.");
    return answer_queue(c);
}

/* ---- what the library calls ---- */

void *call_on_line(void *server, const char *target, struct MHD_Connection *m) {
    Conn *conn = MHD_get_connection_info(m, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    HttpServer *s = server;
    HttpCall *c = conn ? call_take(s) : NULL;
    Fault ignored;

    if (!c)
        return NULL;
    c->conn = conn;
    c->mhd = m;
    if (s->config.log)
        c->start_us = now_us();
    /* The library decodes in place after this call: keep what was sent. */
    c->target = (Str){ "", strlen(target) };
    if (c->target.n <= GUARD_TARGET_MAX &&
        str_copy(&c->arena, (Str){ target, c->target.n }, &c->target, &ignored))
        c->target.n = GUARD_TARGET_MAX + 1;
    atomic_store_explicit(&conn->call, c, memory_order_release);
    conn_move(conn, CONN_HEAD, s->config.lang);
    return c;
}

enum MHD_Result call_on_request(void *server, struct MHD_Connection *m, const char *url, const char *method,
                                const char *version, const char *upload, size_t *upload_n, void **context) {
    HttpServer *s = server;
    HttpCall *c = *context;

    if (atomic_load_explicit(&s->closing, memory_order_acquire)) {
        Conn *conn = MHD_get_connection_info(m, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
        if (conn && conn->abandoned) {
            ThreadCounts *counts = &thread_here(s, &conn->abandoned_by)->counts;
            *context = NULL;
            count_add(&counts->resumed, 1);
            count_add(&counts->answered[5], 1);
            return answer_queue_stopping(s, m);
        }
    }
    if (!c)
        return MHD_NO;
    if (!c->begun)
        return begin(c, url, method, version);
    if (*upload_n)
        return more_body(c, upload, upload_n);
    return finish(c);
}

static void log_call(HttpCall *c) {
    const HttpConfig *config = &c->server->config;
    char room[320];
    Buf b = { room, 0, sizeof room, false, 0 };

    buf_fmt(&b, "{\"event\":\"request\",\"id\":\"%s\",\"method\":\"%s\",\"label\":", c->id,
            c->what.path.n ? http_method_name(c->facts.method) : "-");
    buf_json(&b, str(c->label ? c->label : "-"));
    buf_fmt(&b, ",\"status\":%d,\"in\":%zu,\"out\":%zu,\"us\":%lld}", c->status, c->body_n, c->answer.n,
            (long long)(now_us() - c->start_us));
    config->log(config->ctx, room);
}

void call_on_completed(void *server, struct MHD_Connection *m, void **context,
                       enum MHD_RequestTerminationCode why) {
    HttpServer *s = server;
    HttpCall *c = *context;

    (void)why;
    if (!c) {
        Conn *conn = MHD_get_connection_info(m, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
        if (conn && conn->abandoned)
            count_add(&s->threads[conn->abandoned_by].counts.completed, 1);
        return;
    }
    ThreadCounts *counts = &s->threads[c->thread].counts;
    if (s->config.log)
        log_call(c);
    if (!c->begun)
        count_add(&counts->unparsed, 1);
    atomic_store(&c->conn->call, NULL); /* in one order with `closing`: see abandon_held() */
    conn_move(c->conn, CONN_IDLE, s->config.lang);
    call_give_back(c);
    *context = NULL;
    count_add(&counts->completed, 1);
}

/* ---- what the handler asks ---- */

void http_later(HttpCall *c) {
    c->held = true;
    count_add(&c->server->threads[c->thread].counts.suspended, 1);
    MHD_suspend_connection(c->mhd); /* first: what is held may be resumed at once */
    atomic_store_explicit(&c->phase, CALL_HELD, memory_order_release);
}

HttpServer *http_server(const HttpCall *c) { return c->server; }
HttpMethod http_method(const HttpCall *c) { return c->facts.method; }
Str http_path(const HttpCall *c) { return c->what.path; }
size_t http_query_count(const HttpCall *c) { return c->what.count; }
HttpPair http_query_at(const HttpCall *c, size_t i) { return c->what.query[i]; }
Str http_body(const HttpCall *c) { return c->body ? (Str){ c->body, c->body_n } : (Str){ "", 0 }; }
Str http_peer(const HttpCall *c) { return c->peer; }
Str http_id(const HttpCall *c) { return (Str){ c->id, 12 }; }
Arena *http_arena(HttpCall *c) { return &c->arena; }
int http_thread(const HttpCall *c) { return c->thread; }
void **http_slot(HttpCall *c) { return &c->slot; }
void http_label(HttpCall *c, const char *label) { c->label = label; }

bool http_query(const HttpCall *c, const char *name, Str *ret) {
    for (size_t i = 0; i < c->what.count; i++)
        if (str_is(c->what.query[i].name, name)) {
            *ret = c->what.query[i].value;
            return true;
        }
    return false;
}

bool http_header(const HttpCall *c, const char *name, Str *ret) {
    for (size_t i = 0; i < c->header_count; i++)
        if (guard_name_is(c->headers[i].name, name)) {
            *ret = c->headers[i].value;
            return true;
        }
    return false;
}

bool http_cookie(const HttpCall *c, const char *name, Str *ret) {
    Str cookies;
    return http_header(c, "cookie", &cookies) && guard_cookie(cookies, name, ret);
}

HttpLang http_lang(const HttpCall *c) {
    Str wanted;
    return http_header(c, "accept-language", &wanted) ? guard_lang(wanted, c->server->config.lang)
                                                      : c->server->config.lang;
}

bool http_same_origin(const HttpCall *c) {
    HttpMethod m = c->facts.method;
    Str site, origin, host = { "", 0 }, mark;

    if (m == HTTP_GET || m == HTTP_HEAD || m == HTTP_OPTIONS)
        return true;
    http_header(c, "host", &host);
    bool has_site = http_header(c, "sec-fetch-site", &site), has_origin = http_header(c, "origin", &origin);
    if ((has_site && !str_is(site, "same-origin")) || (has_origin && !guard_origin_is(origin, host)))
        return false;
    return has_site || has_origin || (http_header(c, "x-jingwei", &mark) && str_is(mark, "1"));
}
