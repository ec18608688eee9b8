/* The server from outside, byte by byte: what is let in, what is refused with which
 * status, and that the connection then closes. */
#include "http_wire.h"

#include "clock.h"

#include <pthread.h>

static HttpServer *server;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static char logged[4096]; /* the last line, under log_lock */

static size_t body_max(void *ctx, HttpCall *c) {
    (void)ctx;
    Str path = http_path(c);
    if (str_is(path, "/echo"))
        return 1000;
    if (str_is(path, "/large"))
        return 300000;
    if (str_is(path, "/nothing-here"))
        http_problem(c, 404, "not_found", "", "没有这个地址。", "There is nothing at this address.");
    return 0;
}

/* Says back what it was asked, one fact per line. */
static void tell(HttpCall *c) {
    char room[8192];
    Buf b = { room, 0, sizeof room, false, 0 };
    Str s;

    buf_fmt(&b, "%s ", http_method_name(http_method(c)));
    buf_put(&b, http_path(c).p, http_path(c).n);
    for (size_t i = 0; i < http_query_count(c); i++) {
        HttpPair q = http_query_at(c, i);
        buf_char(&b, '\n');
        buf_put(&b, q.name.p, q.name.n);
        buf_char(&b, '=');
        buf_put(&b, q.value.p, q.value.n);
    }
    if (http_cookie(c, "sid", &s))
        buf_fmt(&b, "\nsid %.*s", (int)s.n, s.p);
    if (http_header(c, "x-thing", &s))
        buf_fmt(&b, "\nthing %.*s", (int)s.n, s.p);
    buf_fmt(&b, "\npeer %.*s\nlang %s\nsame %d", (int)http_peer(c).n, http_peer(c).p,
            http_lang(c) == HTTP_ZH ? "zh" : "en", http_same_origin(c));
    http_answer(c, 200, "text/plain; charset=utf-8", buf_view(&b));
}

static void handle(void *ctx, HttpCall *c) {
    (void)ctx;
    http_label(c, "test.handle");
    if (str_is(http_path(c), "/echo"))
        http_answer(c, 200, "application/octet-stream", http_body(c));
    else if (str_is(http_path(c), "/large")) {
        char text[32];
        snprintf(text, sizeof text, "%zu", http_body(c).n);
        http_answer(c, 200, NULL, str(text));
    } else if (str_is(http_path(c), "/mute"))
        return;
    else if (str_is(http_path(c), "/bad-header")) {
        http_add(c, "X-Bad", "a\r\nX-Injected: b");
        http_answer(c, 200, NULL, str("never"));
    } else if (str_is(http_path(c), "/field"))
        http_problem(c, 422, "too_old", "occurred", "日期太早。", "The date is too early.");
    else
        tell(c);
}

static void keep_log(void *ctx, const char *line) {
    (void)ctx;
    pthread_mutex_lock(&log_lock);
    snprintf(logged, sizeof logged, "%s", line);
    pthread_mutex_unlock(&log_lock);
}

/* The line is written when the reply has gone out, which may be after we have read it. */
static bool logs_soon(const char *part) {
    bool seen = false;
    for (int i = 0; i < 200 && !seen; i++) {
        pthread_mutex_lock(&log_lock);
        seen = strstr(logged, part) != NULL;
        pthread_mutex_unlock(&log_lock);
        if (!seen)
            usleep(10000);
    }
    return seen;
}

static int start(void **state) {
    Fault f;
    HttpConfig config = http_defaults();
    (void)state;
    config.listen = "127.0.0.1:0";
    config.header_ms = 250;
    config.body_ms = 250;
    config.keep_ms = 600;
    config.proxy = "127.0.0.1";
    config.body_max = body_max;
    config.handle = handle;
    config.log = keep_log;
    return http_start(&config, &server, &f) == OK ? 0 : -1;
}

static int stop(void **state) {
    (void)state;
    HttpCounts n = http_counts(server);
    assert_int_equal(n.suspended, 0);
    http_stop(server);
    return 0;
}

static void simple_requests(void **state) {
    (void)state;
    Reply r = wire_ask(server, "GET /a/b%20c//d?x=1&y=%E6%BC%8F+%E6%B0%B4&z HTTP/1.1\r\nHost: h\r\n"
                               "Cookie: a=b; sid=s3cret; sid=two\r\nX-Thing: some thing\r\n"
                               "Accept-Language: fr, en;q=0.8, zh;q=0.3\r\n\r\n");
    assert_int_equal(r.status, 200);
    assert_string_equal(r.body, "GET /a/b c//d\nx=1\ny=漏 水\nz=\nsid s3cret\nthing some thing\n"
                                "peer 127.0.0.1\nlang en\nsame 1");
    assert_string_equal(reply_header(&r, "X-Content-Type-Options"), "nosniff");
    assert_string_equal(reply_header(&r, "Cache-Control"), "no-store");
    assert_string_equal(reply_header(&r, "Referrer-Policy"), "no-referrer");
    assert_string_equal(reply_header(&r, "Content-Security-Policy"),
                        "default-src 'none'; frame-ancestors 'none'");
    assert_true(logs_soon("\"method\":\"GET\",\"label\":\"test.handle\",\"status\":200,\"in\":0,"));
    assert_null(strstr(logged, "漏"));

    r = wire_ask(server, "GET /emoji?q=%F0%9F%8F%99&raw=\xF0\x9F\x8F\x99 HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_non_null(strstr(r.body, "\nq=🏙\nraw=🏙\n"));
    r = wire_ask(server, "HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(r.status, 200);
    assert_true(atoi(reply_header(&r, "Content-Length")) > 10);
    r = wire_ask(server, "GET /a HTTP/1.0\r\n\r\n");
    assert_int_equal(r.status, 200);
    r = wire_ask(server, "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(r.status, 200);
    r = wire_ask(server, "GET /a HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 6.6.6.6, 192.0.2.7\r\n\r\n");
    assert_non_null(strstr(r.body, "peer 192.0.2.7\n"));
    r = wire_ask(server, "GET /mute HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(r.status, 500);
    r = wire_ask(server, "GET /bad-header HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(r.status, 500);
    assert_null(strstr(r.head, "Injected"));
}

static void problems_speak_both_languages(void **state) {
    (void)state;
    Reply r = wire_ask(server, "GET /field HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(r.status, 422);
    assert_string_equal(reply_header(&r, "Content-Type"), "application/problem+json");
    assert_int_equal(strlen(reply_header(&r, "X-Request-Id")), 12);
    char *instance = strstr(r.body, ",\"instance\"");
    assert_non_null(instance);
    *instance = 0;
    assert_string_equal(r.body,
                        "{\"type\":\"urn:jingwei:problem:too_old\",\"title\":\"内容不符合要求\",\"status\":422,"
                        "\"code\":\"too_old\",\"detail\":\"日期太早。\",\"field\":\"occurred\"");
    r = wire_ask(server, "GET /field HTTP/1.1\r\nHost: h\r\nAccept-Language: en-GB,en;q=0.9\r\n\r\n");
    assert_non_null(strstr(r.body, "\"title\":\"Unprocessable Content\""));
    assert_non_null(strstr(r.body, "\"detail\":\"The date is too early.\""));
}

static void bodies(void **state) {
    (void)state;
    Reply r = wire_ask(server, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
    assert_int_equal(r.status, 200);
    assert_string_equal(r.body, "hello");
    r = wire_ask(server, "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                         "3\r\nhel\r\n2;ext=1\r\nlo\r\n0\r\n\r\n");
    assert_string_equal(r.body, "hello");
    r = wire_ask(server, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
    assert_int_equal(r.status, 200);
    assert_int_equal(r.body_n, 0);

    /* Larger than the arena, in odd pieces, by length and in chunks. */
    static char large[300000];
    memset(large, 'x', sizeof large);
    int fd = wire_open(server);
    wire_send(fd, "POST /large HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\n\r\n");
    for (size_t at = 0; at < sizeof large; at += 30000)
        assert_true(wire_try_send(fd, large + at, 30000));
    r = wire_reply(fd);
    assert_string_equal(r.body, "300000");
    wire_send(fd, "POST /large HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (size_t at = 0; at < sizeof large; at += 30000) {
        wire_send(fd, "7530\r\n");
        assert_true(wire_try_send(fd, large + at, 30000));
        wire_send(fd, "\r\n");
    }
    wire_send(fd, "0\r\n\r\n");
    r = wire_reply(fd);
    assert_string_equal(r.body, "300000");
    close(fd);
}

/* What rests in memory of all large bodies together is bounded: who comes too late is
 * told so, at once or in the middle, and comes again when there is room. */
static void large_bodies_together(void **state) {
    static char large[300000];
    HttpConfig config = http_defaults();
    HttpServer *ours = server, *own;
    Fault f;

    (void)state;
    memset(large, 'x', sizeof large);
    config.listen = "127.0.0.1:0";
    config.bodies = 400000;
    config.body_max = body_max;
    config.handle = handle;
    assert_int_equal(http_start(&config, &own, &f), OK);
    server = own;
    int first = wire_open(own), second = wire_open(own);
    const char *post =
        "POST /large HTTP/1.1\r\nHost: h\r\nAccept-Language: en\r\nContent-Length: 300000\r\n\r\n";
    wire_send(second, post); /* it announces as much, and takes nothing yet */
    wire_send(first, post);
    assert_true(wire_try_send(first, large, sizeof large - 1));
    while (http_counts(own).bodies_now < sizeof large - 1)
        ;
    Reply r = wire_ask(own, post); /* by what it announces */
    assert_int_equal(r.status, 503);
    assert_non_null(strstr(r.body, "\"uploads_full\""));
    assert_non_null(strstr(r.body, "Too much is being uploaded just now: send it again in a few seconds."));
    assert_string_equal(reply_header(&r, "Retry-After"), "5");
    wire_try_send(second, large, 150000); /* by what has come */
    r = wire_reply(second);
    assert_int_equal(r.status, 503);
    assert_non_null(strstr(r.body, "\"uploads_full\""));
    assert_true(wire_try_send(first, large, 1));
    r = wire_reply(first);
    assert_string_equal(r.body, "300000");
    while (http_counts(own).bodies_now)
        ;
    wire_send(first, post);
    assert_true(wire_try_send(first, large, sizeof large));
    r = wire_reply(first);
    assert_string_equal(r.body, "300000");
    close(first);
    close(second);
    server = ours;
    http_stop(own);
}

static void keep_alive_and_pipelining(void **state) {
    (void)state;
    int fd = wire_open(server);
    for (int i = 0; i < 3; i++) {
        wire_send(fd, "GET /again HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_int_equal(wire_reply(fd).status, 200);
    }
    wire_send(
        fd, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\noneGET /two HTTP/1.1\r\nHost: h\r\n\r\n"
            "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nthree\r\n0\r\n\r\n"
            "GET /four HTTP/1.1\r\nHost: h\r\n\r\n");
    Reply r = wire_reply(fd);
    assert_string_equal(r.body, "one");
    r = wire_reply(fd);
    assert_memory_equal(r.body, "GET /two\n", 9);
    r = wire_reply(fd);
    assert_string_equal(r.body, "three");
    r = wire_reply(fd);
    assert_memory_equal(r.body, "GET /four\n", 10);
    close(fd);
}

/* Status, and the code of the problem document. "" where the library under us
 * answers with its own page. */
static const struct {
    const char *request;
    int status;
    const char *code;
} refused[] = {
    { "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400,
      "length_twice" },
    { "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: -5\r\n\r\nhello", 400,
      "length_twice" },
    { "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: +5\r\n\r\nhello", 400, "" },
    { "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: -5\r\n\r\nhello", 400, "" },
    { "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5, 5\r\n\r\nhello", 400, "" },
    { "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: five\r\n\r\nhello", 400, "" },
    { "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 0x5\r\n\r\nhello", 400, "" },
    { "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: "
      "chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
      400, "length_and_coding" },
    { "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 400,
      "coding_unknown" },
    { "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\nhello", 400, "coding_unknown" },
    { "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
      "chunked\r\n\r\n0\r\n\r\n",
      400, "coding_unknown" },
    { "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "coding_unknown" },
    { "GET / HTTP/1.1\r\n\r\n", 400, "host_missing" },
    { "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400, "host_twice" },
    { "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "host_malformed" },
    { "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "host_malformed" },
    { "GET / HTTP/1.1\r\nHost: h\r\nContent-Length : 5\r\n\r\n", 400, "header_name" },
    { "GET / HTTP/1.1\r\nHost: h\r\nX(y): 5\r\n\r\n", 400, "header_name" },
    { "GET / HTTP/1.1\r\nHost: h\r\nX-Y: a\x01"
      "b\r\n\r\n",
      400, "header_value" },
    { "GET / HTTP/1.1\r\nHost: h\r\nX-Y: a\x7F\r\n\r\n", 400, "header_value" },
    { "GET / HTTP/1.1\r\nHost: h\r\nno colon here\r\n\r\n", 400, "" },
    { "GET /a%00b HTTP/1.1\r\nHost: h\r\n\r\n", 400, "target_nul" },
    { "GET /a?b=%00 HTTP/1.1\r\nHost: h\r\n\r\n", 400, "target_nul" },
    { "GET /a%0Ab HTTP/1.1\r\nHost: h\r\n\r\n", 400, "target_nul" },
    { "GET /../etc/passwd HTTP/1.1\r\nHost: h\r\n\r\n", 400, "target_dots" },
    { "GET /a/%2e%2E/b HTTP/1.1\r\nHost: h\r\n\r\n", 400, "target_dots" },
    { "GET /a/..%2fb HTTP/1.1\r\nHost: h\r\n\r\n", 400, "target_dots" },
    { "GET /a/. HTTP/1.1\r\nHost: h\r\n\r\n", 400, "target_dots" },
    { "GET /a/.. HTTP/1.1\r\nHost: h\r\n\r\n", 400, "target_dots" },
    { "GET /a%2 HTTP/1.1\r\nHost: h\r\n\r\n", 400, "target_malformed" },
    { "GET /a%zz HTTP/1.1\r\nHost: h\r\n\r\n", 400, "target_malformed" },
    { "GET /a%ff HTTP/1.1\r\nHost: h\r\n\r\n", 400, "target_malformed" },
    { "GET /a?q=%C0%80 HTTP/1.1\r\nHost: h\r\n\r\n", 400, "target_malformed" },
    { "GET http://h/a HTTP/1.1\r\nHost: h\r\n\r\n", 400, "target_malformed" },
    { "GET * HTTP/1.1\r\nHost: h\r\n\r\n", 400, "target_malformed" },
    { "TRACE / HTTP/1.1\r\nHost: h\r\n\r\n", 405, "method_not_allowed" },
    { "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", 405, "method_not_allowed" },
    { "BREW /pot HTTP/1.1\r\nHost: h\r\n\r\n", 501, "method_unknown" },
    { "get / HTTP/1.1\r\nHost: h\r\n\r\n", 501, "method_unknown" },
    { "GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505, "" },
    { "GET /\r\nHost: h\r\n\r\n", 400, "" },
    { "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\nhel", 413, "body_too_large" },
    { "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 999999999999999999\r\n\r\nhel", 413,
      "body_too_large" },
    { "POST /bodiless HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nhel", 413, "body_not_allowed" },
    { "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nhel", 413, "body_not_allowed" },
    { "POST /nothing-here HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nhel", 404, "not_found" },
    { "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400, "" },
};

static void check_refusal(const char *request, size_t n, int status, const char *code) {
    int fd = wire_open(server);
    char wanted[64];
    assert_true(wire_try_send(fd, request, n));
    Reply r = wire_reply(fd);
    if (r.status != status)
        print_message("got %d for %.60s\n%s\n", r.status, request, r.body);
    assert_int_equal(r.status, status);
    if (code[0] && !wire_refused_below(&r)) {
        assert_string_equal(reply_header(&r, "Content-Type"), "application/problem+json");
        snprintf(wanted, sizeof wanted, "\"code\":\"%s\"", code);
        if (!strstr(r.body, wanted))
            print_message("%.60s → %s\n", request, r.body);
        assert_non_null(strstr(r.body, wanted));
    }
    assert_true(wire_closes(fd));
    close(fd);
}

static void refusals_have_their_status_and_close(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++)
        check_refusal(refused[i].request, strlen(refused[i].request), refused[i].status, refused[i].code);
}

/* What the library drops without a word, a proxy may have read. */
static void unclear_heads(void **state) {
    (void)state;
    static const struct {
        const char *p;
        size_t n;
        const char *code;
    } raw[] = {
#define RAW(text, code) { text, sizeof text - 1, code }
        RAW("GET /a\0b HTTP/1.1\r\nHost: h\r\n\r\n", "head_unclear"),
        RAW("GET /a HTTP/1.1\r\nHost: h\0\r\n\r\n", "head_unclear"),
        RAW("GET /a HTTP/1.1\r\nHost: h\r\nX-Thing: a\0b\r\n\r\n", "head_unclear"),
        RAW("GET /a HTTP/1.1\r\nHost: h\r\nX-Thing\0: a\r\n\r\n", ""),
        RAW("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\0 6\r\n\r\nhello", "head_unclear"),
        RAW("GET /a HTTP/1.1\r\nHost: h\r\nX-Thing: a\r\n b\r\n\r\n", "head_unclear"),
        RAW("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n 6\r\n\r\nhello", "head_unclear"),
        RAW("GET /a HTTP/1.1\r\nHost: h\r\n: 5\r\n\r\n", "head_unclear"),
        RAW("GET /a HTTP/1.1\r\nHost: h\r\nX-Thing: a\r\n: 5\r\nX-Y: b\r\n\r\n", "head_unclear"),
        RAW("GET /a HTTP/1.1\r\nHost: h\r\nX-Thing: a\r\n \r\n\r\n", "head_unclear"),
        RAW("GET /a HTTP/1.1\r\n Host: h\r\n\r\n", "header_name"),
        RAW("GET /a HTTP/1.1\r\nHost: h\rX-Thing: a\r\n\r\n", "header_value"),
        RAW("GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", "target_malformed"),
        RAW("GET /a  HTTP/1.1\r\nHost: h\r\n\r\n", "target_malformed"),
        RAW("GET  /a HTTP/1.1\r\nHost: h\r\n\r\n", "head_unclear"),
#undef RAW
    };
    for (size_t i = 0; i < COUNT(raw); i++)
        check_refusal(raw[i].p, raw[i].n, 400, raw[i].code);
}

/* The same checks must not mistake a head that arrives byte by byte, fills the
 * library's buffer, or follows another in the same packet. */
static void odd_but_clear_heads(void **state) {
    (void)state;
    Reply r = wire_ask(server, "GET /a HTTP/1.1\nHost: h\nX-Empty:\nX-Thing:\t a \n\n");
    assert_true(r.status == 200 || wire_refused_below(&r));
    char text[12000];
    Buf b = { text, 0, sizeof text, false, 0 };
    buf_str(&b, "GET /first HTTP/1.1\r\nHost: h\r\nX-Empty:\r\nCookie: sid=1; b=2\r\n\r\nGET /second?a=b&c=d "
                "HTTP/1.1\r\n"
                "Host: h\r\nX-Empty:\r\n");
    for (int i = 0; i < 40; i++)
        buf_fmt(&b, "X-%d:%s%0150d\r\n", i, i % 2 ? "  \t" : "", i);
    buf_str(&b, "\r\n");
    for (size_t piece = 1; piece < 9000; piece = piece * 7 + 1) {
        int fd = wire_open(server);
        for (size_t at = 0; at < b.n; at += piece)
            assert_true(wire_try_send(fd, text + at, at + piece < b.n ? piece : b.n - at));
        r = wire_reply(fd);
        assert_memory_equal(r.body, "GET /first\n", 11);
        r = wire_reply(fd);
        assert_memory_equal(r.body, "GET /second\n", 12);
        close(fd);
    }
}

static void refusals_of_size(void **state) {
    (void)state;
    char text[12000];
    int n = snprintf(text, sizeof text, "GET /%0*d HTTP/1.1\r\nHost: h\r\n\r\n", 8192, 0);
    check_refusal(text, (size_t)n, 414, "target_too_long");
    n = snprintf(text, sizeof text, "GET /%0*d HTTP/1.1\r\nHost: h\r\n\r\n", 8191 - 70, 0);
    int fd = wire_open(server);
    wire_send(fd, text);
    assert_int_equal(wire_reply(fd).status, 200);
    close(fd);

    Buf b = { text, 0, sizeof text, false, 0 };
    buf_str(&b, "GET / HTTP/1.1\r\nHost: h\r\n");
    for (int i = 0; i < 64; i++)
        buf_fmt(&b, "X-%d: 1\r\n", i);
    buf_str(&b, "\r\n");
    check_refusal(text, b.n, 431, "headers_too_many");

    b.n = 0;
    buf_str(&b, "GET /?");
    for (int i = 0; i < 65; i++)
        buf_fmt(&b, "%d&", i);
    buf_str(&b, " HTTP/1.1\r\nHost: h\r\n\r\n");
    check_refusal(text, b.n, 400, "query_too_many");

    /* Streaming over the cap: refused in the middle, not after the end. */
    fd = wire_open(server);
    wire_send(fd, "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    snprintf(text, sizeof text, "3e9\r\n%01001d\r\n", 0);
    wire_send(fd, text);
    Reply r = wire_reply(fd);
    assert_int_equal(r.status, 413);
    assert_non_null(strstr(r.body, "\"code\":\"body_too_large\""));
    assert_true(wire_closes(fd));
    close(fd);
}

/* A request that hides behind a refused one is never answered. */
static void nothing_is_smuggled(void **state) {
    (void)state;
    int fd = wire_open(server);
    wire_send(fd, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(wire_reply(fd).status, 400);
    Reply r = wire_reply(fd);
    assert_int_equal(r.status, 0);
    close(fd);
}

static void slow_ones_are_ended(void **state) {
    (void)state;
    int64_t start_ms = clock_mono_ms();
    int head = wire_open(server), body = wire_open(server), silent = wire_open(server),
        again = wire_open(server);
    wire_send(head, "GET / HTTP/1.1\r\nHost: h\r\nX-Slow: ");
    wire_send(body, "POST /echo HTTP/1.1\r\nHost: h\r\nAccept-Language: en\r\nContent-Length: 5\r\n\r\nhe");
    wire_send(again, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(wire_reply(again).status, 200);

    Reply r = wire_reply(head);
    assert_int_equal(r.status, 408);
    assert_non_null(strstr(r.body, "\"code\":\"header_timeout\""));
    assert_true(wire_closes(head));
    assert_true(clock_mono_ms() - start_ms >= 250);
    r = wire_reply(body);
    assert_int_equal(r.status, 408);
    assert_non_null(strstr(r.body, "\"code\":\"body_timeout\""));
    assert_non_null(strstr(r.body, "did not arrive in time"));
    assert_true(wire_closes(body));
    wire_send(again, "GET /be");
    /* Who asked nothing is closed without a word. */
    r = wire_reply(silent);
    assert_int_equal(r.status, 0);
    assert_true(clock_mono_ms() - start_ms >= 600);
    r = wire_reply(again);
    assert_int_equal(r.status, 408);
    assert_true(wire_closes(again));
    close(head), close(body), close(silent), close(again);
}

/* A byte now and then does not buy more time. */
static void trickling_buys_no_time(void **state) {
    (void)state;
    int fd = wire_open(server);
    int64_t start_ms = clock_mono_ms();
    wire_send(fd, "GET / HTTP/1.1\r\nHost: h\r\nX-Slow: ");
    struct pollfd p = { .fd = fd, .events = POLLIN };
    while (poll(&p, 1, 20) == 0 && clock_mono_ms() - start_ms < WIRE_MS)
        wire_try_send(fd, "x", 1);
    assert_in_range((uintmax_t)(clock_mono_ms() - start_ms), 200, 1500);
    assert_int_equal(wire_reply(fd).status, 408);
    close(fd);
}

static void origins(void **state) {
    (void)state;
    static const struct {
        const char *headers;
        int same;
    } cases[] = {
        { "", 0 },
        { "X-Jingwei: 1\r\n", 1 },
        { "X-Jingwei: 2\r\n", 0 },
        { "Sec-Fetch-Site: same-origin\r\n", 1 },
        { "Sec-Fetch-Site: same-site\r\n", 0 },
        { "Sec-Fetch-Site: cross-site\r\nX-Jingwei: 1\r\n", 0 },
        { "Origin: https://city.example:8443\r\n", 1 },
        { "Origin: http://CITY.example:8443\r\n", 1 },
        { "Origin: https://city.example\r\n", 0 },
        { "Origin: https://evil.example\r\nX-Jingwei: 1\r\n", 0 },
        { "Origin: null\r\n", 0 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[512];
        snprintf(text, sizeof text, "POST /x HTTP/1.1\r\nHost: city.example:8443\r\n%s\r\n", cases[i].headers);
        Reply r = wire_ask(server, text);
        assert_int_equal(r.status, 200);
        assert_int_equal(r.body[r.body_n - 1] - '0', cases[i].same);
    }
}

static void counters(void **state) {
    (void)state;
    HttpCounts a = http_counts(server);
    wire_ask(server, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
    wire_ask(server, "GET / HTTP/1.1\r\n\r\n");
    HttpCounts b = http_counts(server);
    assert_int_equal(b.answered[2] - a.answered[2], 1);
    assert_int_equal(b.answered[4] - a.answered[4], 1);
    assert_int_equal(b.refused - a.refused, 1);
    assert_int_equal(b.bytes_in - a.bytes_in, 5);
    assert_int_equal(b.connections - a.connections, 2);
}

/* Each allocation of a request fails once: the client hears 503 or nothing, the
 * next request is served, nothing leaks. */
static void memory_runs_out(void **state) {
    static char text[70100];
    (void)state;
    int head = snprintf(text, sizeof text, "POST /large HTTP/1.1\r\nHost: h\r\nContent-Length: 70000\r\n\r\n");
    memset(text + head, 'x', 70000);
    for (long n = 1; n <= 6; n++) {
        mem_calls = 0;
        mem_fail_from = mem_fail_to = n;
        mem_watched = true;
        int fd = wire_open(server);
        wire_try_send(fd, text, (size_t)head + 70000);
        Reply r = wire_reply(fd);
        mem_watched = false;
        close(fd);
        assert_true(r.status == 0 || r.status == 503 || r.status == 200);
        if (n == 1)
            assert_int_equal(r.status, 0); /* the connection's own */
        assert_int_equal(wire_ask(server, "GET / HTTP/1.1\r\nHost: h\r\n\r\n").status, 200);
    }
    mem_fail_from = mem_fail_to = 0;
}

static void addresses(void **state) {
    HttpConfig config = http_defaults();
    HttpServer *other;
    Fault f;
    (void)state;
    config.body_max = body_max;
    config.handle = handle;
    static const char *const wrong[] = { "",          "8080",        ":8080",           "localhost:80",
                                         "127.0.0.1", "127.0.0.1:",  "127.0.0.1:99999", "127.0.0.1:8x",
                                         "[::1:8080", "1.2.3.4.5:80" };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        config.listen = wrong[i];
        assert_int_equal(http_start(&config, &other, &f), ERR_INVALID);
        assert_string_equal(f.key, "listen_address");
    }
    config.listen = http_address(server);
    assert_int_equal(http_start(&config, &other, &f), ERR_INVALID);
    assert_string_equal(f.key, "listen_in_use");
    config.listen = "192.0.2.1:0";
    assert_int_equal(http_start(&config, &other, &f), ERR_INVALID);
    assert_string_equal(f.key, "listen_refused");
}

/* X-Forwarded-For is believed of the proxy, however its address is written, and of
 * nobody else; what is no address is refused at start. */
static void whose_forwarding_is_believed(void **state) {
    static const struct {
        const char *proxy, *peer;
    } t[] = { { NULL, "127.0.0.1" },        { "", "127.0.0.1" },
              { "127.0.0.1", "192.0.2.7" }, { "::ffff:127.0.0.1", "192.0.2.7" },
              { "10.0.0.5", "127.0.0.1" },  { "::1", "127.0.0.1" } };
    HttpConfig config = http_defaults();
    HttpServer *other;
    char want[32];
    Fault f;
    (void)state;
    config.listen = "127.0.0.1:0";
    config.body_max = body_max;
    config.handle = handle;
    for (size_t i = 0; i < COUNT(t); i++) {
        config.proxy = t[i].proxy;
        assert_int_equal(http_start(&config, &other, &f), OK);
        Reply r = wire_ask(other, "GET /a HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 6.6.6.6, 192.0.2.7\r\n\r\n");
        snprintf(want, sizeof want, "\npeer %s\n", t[i].peer);
        assert_non_null(strstr(r.body, want));
        http_stop(other);
    }
    config.proxy = "proxy.example.org";
    assert_int_equal(http_start(&config, &other, &f), ERR_INVALID);
    assert_string_equal(f.key, "proxy_address");
}

static void connections_per_address(void **state) {
    HttpConfig config = http_defaults();
    HttpServer *other;
    Fault f;
    int fd[5];
    (void)state;
    config.listen = "127.0.0.1:0";
    config.per_address = 4;
    config.threads = 1;
    config.body_max = body_max;
    config.handle = handle;
    assert_int_equal(http_start(&config, &other, &f), OK);
    for (int i = 0; i < 5; i++)
        fd[i] = wire_open(other);
    for (int i = 0; i < 4; i++) {
        wire_send(fd[i], "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_int_equal(wire_reply(fd[i]).status, 200);
    }
    assert_true(wire_closes(fd[4]));
    for (int i = 0; i < 5; i++)
        close(fd[i]);
    http_stop(other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(simple_requests),
        cmocka_unit_test(problems_speak_both_languages),
        cmocka_unit_test(bodies),
        cmocka_unit_test(large_bodies_together),
        cmocka_unit_test(large_bodies_together),
        cmocka_unit_test(keep_alive_and_pipelining),
        cmocka_unit_test(refusals_have_their_status_and_close),
        cmocka_unit_test(unclear_heads),
        cmocka_unit_test(odd_but_clear_heads),
        cmocka_unit_test(refusals_of_size),
        cmocka_unit_test(nothing_is_smuggled),
        cmocka_unit_test(slow_ones_are_ended),
        cmocka_unit_test(trickling_buys_no_time),
        cmocka_unit_test(origins),
        cmocka_unit_test(counters),
        cmocka_unit_test(memory_runs_out),
        cmocka_unit_test(addresses),
        cmocka_unit_test(whose_forwarding_is_believed),
        cmocka_unit_test(connections_per_address),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
