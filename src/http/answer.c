/* answer – from what a handler says to what the library sends.
 *
 * The answer is first stored in the call, on whatever thread; the HTTP thread then
 * makes the library's response of it. Problem documents are printed here, for our
 * own refusals and for api/ alike, so that they all look the same. */
#include "inside.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define PROBLEM_TYPE "application/problem+json"

static const struct {
    int status;
    const char *zh, *en;
} titles[] = {
    { 400, "请求有误", "Bad Request" },
    { 401, "需要登录", "Unauthorized" },
    { 403, "没有权限", "Forbidden" },
    { 404, "没有找到", "Not Found" },
    { 405, "方法不允许", "Method Not Allowed" },
    { 406, "无法提供所需格式", "Not Acceptable" },
    { 408, "请求超时", "Request Timeout" },
    { 409, "内容已变化", "Conflict" },
    { 413, "内容过大", "Content Too Large" },
    { 414, "网址过长", "URI Too Long" },
    { 415, "内容格式不支持", "Unsupported Media Type" },
    { 422, "内容不符合要求", "Unprocessable Content" },
    { 429, "请求过于频繁", "Too Many Requests" },
    { 431, "请求头过大", "Request Header Fields Too Large" },
    { 500, "服务器内部错误", "Internal Server Error" },
    { 501, "方法不支持", "Not Implemented" },
    { 503, "服务暂不可用", "Service Unavailable" },
    { 504, "结果未知", "Gateway Timeout" },
    { 507, "存储失败", "Insufficient Storage" },
};

static const char *title_of(int status, HttpLang lang) {
    for (size_t i = 0; i < COUNT(titles); i++)
        if (titles[i].status == status)
            return lang == HTTP_ZH ? titles[i].zh : titles[i].en;
    return MHD_get_reason_phrase_for((unsigned)status);
}

/* What every answer says unless the handler said otherwise. */
static const struct {
    const char *name, *value;
} defaults[] = {
    { "X-Content-Type-Options", "nosniff" },
    { "Referrer-Policy", "no-referrer" },
    { "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'" },
    { "Cache-Control", "no-store" },
};

typedef struct Problem {
    int status;
    const char *code, *field, *zh, *en, *id;
} Problem;

static void problem_print(Buf *b, const Problem *p, HttpLang lang) {
    buf_str(b, "{\"type\":\"urn:jingwei:problem:");
    buf_str(b, p->code);
    buf_str(b, "\",\"title\":");
    buf_json(b, str(title_of(p->status, lang)));
    buf_str(b, ",\"status\":");
    buf_int(b, p->status);
    buf_str(b, ",\"code\":");
    buf_json(b, str(p->code));
    buf_str(b, ",\"detail\":");
    buf_json(b, str(lang == HTTP_ZH ? p->zh : p->en));
    if (p->field[0]) {
        buf_str(b, ",\"field\":");
        buf_json(b, str(p->field));
    }
    if (p->id && p->id[0]) {
        buf_str(b, ",\"instance\":\"urn:jingwei:request:");
        buf_str(b, p->id);
        buf_char(b, '"');
    }
    buf_char(b, '}');
}

/* ---- saying it ---- */

void answer_drop(HttpCall *c) {
    if (c->release)
        c->release(c->release_arg);
    if (c->stream)
        stream_abandon(c->stream);
    c->release = NULL;
    c->stream = NULL;
}

void http_add(HttpCall *c, const char *name, const char *value) {
    size_t n = strlen(value) + 1;

    for (const char *p = value; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7F)
            c->add_wrong = true;
    if (c->add_wrong || c->add_count == CALL_ADDS_MAX || n > CALL_ADD_ROOM - c->add_used) {
        c->add_wrong = true;
        return;
    }
    char *copy = memcpy(c->add_room + c->add_used, value, n);
    c->adds[c->add_count++] = (HttpPair){ str(name), { copy, n - 1 } };
    c->add_used += n;
}

static const Refusal adds_wrong = { 500, "header_overflow", "服务器要写的响应头太多或有误。",
                                    "The server had too many or malformed headers to send." };

static const char *print_refusal(HttpCall *c, const Refusal *r) {
    char *room = c->add_room; /* the headers in it are void by now */
    Buf b = { room, 0, CALL_ADD_ROOM, false, 0 };

    problem_print(&b, &(Problem){ r->status, r->code, "", r->zh, r->en, c->id }, http_lang(c));
    c->answer = buf_view(&b);
    return PROBLEM_TYPE;
}

/* Stored, and handed to the HTTP thread if somebody else held the call. After that
 * the call may be gone. */
void answer_store(HttpCall *c, int status, const char *type, Str body, void (*release)(void *), void *arg) {
    c->status = status;
    c->type = type;
    c->answer = body;
    c->release = release;
    c->release_arg = arg;
    if (c->add_wrong) {
        answer_drop(c);
        c->add_count = 0;
        c->status = adds_wrong.status;
        c->type = print_refusal(c, &adds_wrong);
    }
    int phase = atomic_load_explicit(&c->phase, memory_order_relaxed);
    if (phase == CALL_OURS) {
        atomic_store_explicit(&c->phase, CALL_ANSWERED, memory_order_relaxed);
        return;
    }
    phase = CALL_HELD;
    HttpServer *s = c->server;
    struct MHD_Connection *mhd = c->mhd;
    if (!atomic_compare_exchange_strong(&c->phase, &phase, CALL_ANSWERED)) {
        call_free(c); /* abandoned: the server may be gone already */
        return;
    }
    /* Until it is resumed the call is in flight and the server waits for it; the
     * count keeps the server while the library is still inside the resume. */
    atomic_fetch_add(&s->answering, 1);
    MHD_resume_connection(mhd);
    atomic_fetch_sub(&s->answering, 1);
}

void http_answer_kept(HttpCall *c, int status, const char *type, Str body) {
    answer_store(c, status, type, body, NULL, NULL);
}

void http_answer_given(HttpCall *c, int status, const char *type, Str body, void (*release)(void *),
                       void *arg) {
    answer_store(c, status, type, body, release, arg);
}

void http_answer(HttpCall *c, int status, const char *type, Str body) {
    char *copy = arena_take(&c->arena, body.n + 1);
    bool heap = !copy;

    if (heap && !(copy = mem_alloc(body.n + 1))) {
        http_problem(c, refuse_no_memory.status, refuse_no_memory.code, "", refuse_no_memory.zh,
                     refuse_no_memory.en);
        return;
    }
    if (body.n)
        memcpy(copy, body.p, body.n);
    answer_store(c, status, type, (Str){ copy, body.n }, heap ? mem_free : NULL, heap ? copy : NULL);
}

void http_problem(HttpCall *c, int status, const char *code, const char *field, const char *zh,
                  const char *en) {
    HttpLang lang = http_lang(c);
    size_t size = 400 + 7 * strlen(code) + 6 * (strlen(field) + strlen(lang == HTTP_ZH ? zh : en));
    char *room = arena_take(&c->arena, size);
    bool heap = !room;

    if (heap && !(room = mem_alloc(size))) {
        /* Nothing left to print in: the status alone. */
        answer_store(c, status, NULL, (Str){ "", 0 }, NULL, NULL);
        return;
    }
    Buf b = { room, 0, size, false, 0 };
    problem_print(&b, &(Problem){ status, code, field, zh, en, c->id }, lang);
    answer_store(c, status, PROBLEM_TYPE, buf_view(&b), heap ? mem_free : NULL, heap ? room : NULL);
}

void http_fault(HttpCall *c, const Fault *f) {
    if (f->err == ERR_BUSY)
        http_add(c, "Retry-After", "1");
    http_problem(c, err_http_status(f->err), f->key, f->field, f->zh, f->en);
}

void http_busy(HttpCall *c) {
    http_add(c, "Retry-After", "1");
    http_problem(c, 503, "busy", "", "服务器正忙，请稍后再试。", "The server is busy; try again shortly.");
}

/* ---- sending it ---- */

static bool has_add(const HttpCall *c, const char *name) {
    for (size_t i = 0; i < c->add_count; i++)
        if (str_is(c->adds[i].name, name))
            return true;
    return false;
}

static struct MHD_Response *make_response(HttpCall *c) {
    void *p = (void *)(uintptr_t)c->answer.p;
    struct MHD_Response *r;

    if (c->stream) {
        r = stream_response(c->stream, c->server);
        if (r)
            c->stream = NULL;
    } else if (c->release) {
        r = MHD_create_response_from_buffer_with_free_callback_cls(c->answer.n, p, c->release, c->release_arg);
        if (r)
            c->release = NULL;
    } else
        r = MHD_create_response_from_buffer(c->answer.n, p, MHD_RESPMEM_PERSISTENT);
    return r;
}

enum MHD_Result answer_queue(HttpCall *c) {
    ThreadCounts *counts = &c->server->threads[c->thread].counts;
    uint64_t bytes = c->facts.method == HTTP_HEAD ? 0 : c->answer.n;
    struct MHD_Response *r = make_response(c);
    bool fine = r != NULL;

    if (!fine)
        return MHD_NO;
    if (c->type)
        fine = MHD_add_response_header(r, "Content-Type", c->type) == MHD_YES;
    for (size_t i = 0; fine && i < c->add_count; i++)
        fine = MHD_add_response_header(r, c->adds[i].name.p, c->adds[i].value.p) == MHD_YES;
    for (size_t i = 0; fine && i < COUNT(defaults); i++)
        if (!has_add(c, defaults[i].name))
            fine = MHD_add_response_header(r, defaults[i].name, defaults[i].value) == MHD_YES;
    if (fine && c->status >= 400) /* by which the log is searched */
        fine = MHD_add_response_header(r, "X-Request-Id", c->id) == MHD_YES;
    if (fine && atomic_load_explicit(&c->server->stopping, memory_order_relaxed))
        fine = MHD_add_response_header(r, "Connection", "close") == MHD_YES;
    enum MHD_Result queued = fine ? MHD_queue_response(c->mhd, (unsigned)c->status, r) : MHD_NO;
    MHD_destroy_response(r);
    if (queued == MHD_YES) {
        count_add(&counts->answered[c->status / 100 % 6], 1);
        count_add(&counts->bytes_out, bytes);
    }
    return queued;
}

enum MHD_Result answer_queue_stopping(HttpServer *s, struct MHD_Connection *m) {
    char room[1024];
    Buf b = { room, 0, sizeof room, false, 0 };
    const Refusal *no = &refuse_stopping;

    problem_print(&b, &(Problem){ no->status, no->code, "", no->zh, no->en, NULL }, s->config.lang);
    struct MHD_Response *r = MHD_create_response_from_buffer(b.n, b.p, MHD_RESPMEM_MUST_COPY);
    if (!r)
        return MHD_NO;
    MHD_add_response_header(r, "Content-Type", PROBLEM_TYPE);
    MHD_add_response_header(r, "Connection", "close");
    enum MHD_Result queued = MHD_queue_response(m, (unsigned)no->status, r);
    MHD_destroy_response(r);
    return queued;
}

static void raw_head(Buf *b, int status, const char *type, size_t body_n) {
    buf_fmt(b, "HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Length: %zu\r\n", status,
            MHD_get_reason_phrase_for((unsigned)status), body_n);
    if (type)
        buf_fmt(b, "Content-Type: %s\r\n", type);
}

static void raw_default(Buf *b, size_t i) { buf_fmt(b, "%s: %s\r\n", defaults[i].name, defaults[i].value); }

/* One write, never waiting: a socket whose buffer is full belongs to somebody who
 * does not read what he is told. */
static void raw_send(int fd, const Buf *head, Str body) {
    struct iovec parts[2] = { { head->p, head->n }, { (void *)(uintptr_t)body.p, body.n } };
    struct msghdr message = { .msg_iov = parts, .msg_iovlen = body.n ? 2 : 1 };

    if (sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
        shutdown(fd, SHUT_WR);
}

void answer_raw(const HttpCall *c, int fd) {
    char room[CALL_ADD_ROOM + 1024];
    Buf b = { room, 0, sizeof room, false, 0 };

    raw_head(&b, c->status, c->type, c->answer.n);
    for (size_t i = 0; i < c->add_count; i++)
        buf_fmt(&b, "%s: %s\r\n", c->adds[i].name.p, c->adds[i].value.p);
    for (size_t i = 0; i < COUNT(defaults); i++)
        if (!has_add(c, defaults[i].name))
            raw_default(&b, i);
    buf_fmt(&b, "X-Request-Id: %s\r\n\r\n", c->id);
    raw_send(fd, &b, c->facts.method == HTTP_HEAD ? (Str){ "", 0 } : c->answer);
}

void refuse_raw(int fd, const Refusal *r, HttpLang lang, const char *id, bool head) {
    char room[1024], text[1024];
    Buf b = { room, 0, sizeof room, false, 0 }, body = { text, 0, sizeof text, false, 0 };

    problem_print(&body, &(Problem){ r->status, r->code, "", r->zh, r->en, id }, lang);
    raw_head(&b, r->status, PROBLEM_TYPE, body.n);
    if (r->status == 405)
        buf_str(&b, "Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n");
    if (r->status == 503)
        buf_str(&b, "Retry-After: 5\r\n");
    for (size_t i = 0; i < COUNT(defaults); i++)
        raw_default(&b, i);
    if (id)
        buf_fmt(&b, "X-Request-Id: %s\r\n", id);
    buf_str(&b, "\r\n");
    raw_send(fd, &b, head ? (Str){ "", 0 } : buf_view(&body));
}
