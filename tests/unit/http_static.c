/* Embedded pages over the wire: forms, ETags, 304, HEAD, caching and what guards a
 * page; a session cookie, too, because it also is only headers. */
#include "http_wire.h"

#include "session.h"
#include "static.h"

#define BYTES(text, tag) \
    { (const unsigned char *)(text), sizeof(text) - 1, "\"" tag "\"" }

static const StaticFile some_files[] = {
    { "/assets/app-1.js", "text/javascript; charset=utf-8", BYTES("plain js", "j"), BYTES("gzipped js", "j-gz"),
      BYTES("brotli js", "j-br") },
    { "/assets/logo.png", "image/png", BYTES("png", "p"), { NULL, 0, NULL }, { NULL, 0, NULL } },
    { "/console/index.html",
      "text/html; charset=utf-8",
      BYTES("<p>console", "c"),
      BYTES("gzipped", "c-gz"),
      { NULL, 0, NULL } },
    { "/empty.txt", "text/plain; charset=utf-8", BYTES("", "e"), { NULL, 0, NULL }, { NULL, 0, NULL } },
    { "/index.html", "text/html; charset=utf-8", BYTES("<p>home", "h"), { NULL, 0, NULL }, { NULL, 0, NULL } },
};
static const StaticSet some = { some_files, COUNT(some_files) };
static HttpServer *server;

static size_t body_max(void *ctx, HttpCall *c) {
    (void)ctx, (void)c;
    return 0;
}

static void handle(void *ctx, HttpCall *c) {
    (void)ctx;
    if (str_is(http_path(c), "/sign-in")) {
        session_cookie(c, "sid", "abc_-", 3600, true);
        session_cookie(c, "old", "", 0, false);
        http_answer(c, 204, NULL, str(""));
        return;
    }
    const StaticFile *file = static_find(&some, http_path(c));
    if (!file)
        http_problem(c, 404, "not_found", "", "没有这个页面。", "There is no such page.");
    else
        static_answer(c, file, NULL);
}

static int start(void **state) {
    Fault f;
    HttpConfig config = http_defaults();
    (void)state;
    config.listen = "127.0.0.1:0";
    config.body_max = body_max;
    config.handle = handle;
    return http_start(&config, &server, &f) == OK ? 0 : -1;
}

static int stop(void **state) {
    (void)state;
    http_stop(server);
    return 0;
}

static Reply get(const char *method, const char *path, const char *headers) {
    char text[1024];
    snprintf(text, sizeof text, "%s %s HTTP/1.1\r\nHost: h\r\n%s\r\n", method, path, headers);
    return wire_ask(server, text);
}

static void finds(void **state) {
    (void)state;
    assert_ptr_equal(static_find(&some, str("/")), &some_files[4]);
    assert_ptr_equal(static_find(&some, str("/console/")), &some_files[2]);
    assert_ptr_equal(static_find(&some, str("/assets/app-1.js")), &some_files[0]);
    assert_null(static_find(&some, str("/console")));
    assert_null(static_find(&some, str("/assets/app-1.j")));
    assert_null(static_find(&some, str("/assets/app-1.jsx")));
    assert_null(static_find(&some, str("")));
    assert_null(static_find(&some, str("/zzz")));
    for (size_t i = 0; i < some.count; i++)
        assert_ptr_equal(static_find(&some, str(some_files[i].path)), &some_files[i]);
}

static void forms(void **state) {
    static const struct {
        const char *accept, *body, *coding, *etag;
    } cases[] = {
        { "", "plain js", NULL, "\"j\"" },
        { "Accept-Encoding: gzip\r\n", "gzipped js", "gzip", "\"j-gz\"" },
        { "Accept-Encoding: gzip, deflate, br\r\n", "brotli js", "br", "\"j-br\"" },
        { "Accept-Encoding: br;q=0, gzip;q=0.5\r\n", "gzipped js", "gzip", "\"j-gz\"" },
        { "Accept-Encoding: gzip;q=0\r\n", "plain js", NULL, "\"j\"" },
        { "Accept-Encoding: *\r\n", "brotli js", "br", "\"j-br\"" },
        { "Accept-Encoding: identity\r\n", "plain js", NULL, "\"j\"" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        Reply r = get("GET", "/assets/app-1.js", cases[i].accept);
        assert_int_equal(r.status, 200);
        assert_string_equal(r.body, cases[i].body);
        const char *coding = reply_header(&r, "Content-Encoding");
        assert_true((coding == NULL) == (cases[i].coding == NULL));
        if (coding)
            assert_string_equal(coding, cases[i].coding);
        assert_string_equal(reply_header(&r, "ETag"), cases[i].etag);
        assert_string_equal(reply_header(&r, "Vary"), "Accept-Encoding");
        assert_string_equal(reply_header(&r, "Cache-Control"), "public, max-age=31536000, immutable");
        assert_string_equal(reply_header(&r, "Content-Type"), "text/javascript; charset=utf-8");
    }
}

static void pages(void **state) {
    (void)state;
    Reply r = get("GET", "/console/", "");
    assert_string_equal(r.body, "<p>console");
    assert_string_equal(reply_header(&r, "Cache-Control"), "no-cache");
    assert_string_equal(reply_header(&r, "Content-Security-Policy"), STATIC_CSP);
    assert_string_equal(reply_header(&r, "X-Content-Type-Options"), "nosniff");
    assert_string_equal(reply_header(&r, "Referrer-Policy"), "no-referrer");
    r = get("GET", "/empty.txt", "");
    assert_int_equal(r.status, 200);
    assert_int_equal(r.body_n, 0);
    r = get("HEAD", "/", "");
    assert_int_equal(r.status, 200);
    assert_string_equal(reply_header(&r, "Content-Length"), "7");
    r = get("POST", "/", "");
    assert_int_equal(r.status, 405);
    assert_string_equal(reply_header(&r, "Allow"), "GET, HEAD");
    assert_int_equal(get("GET", "/none", "").status, 404);
}

static void not_modified(void **state) {
    static const struct {
        const char *headers;
        int status;
    } cases[] = {
        { "If-None-Match: \"c\"\r\n", 304 },
        { "If-None-Match: W/\"c\"\r\n", 304 },
        { "If-None-Match: \"x\", \"c\"\r\n", 304 },
        { "If-None-Match: *\r\n", 304 },
        { "If-None-Match: \"c-gz\"\r\n", 200 },
        { "If-None-Match: \"c-gz\"\r\nAccept-Encoding: gzip\r\n", 304 },
        { "If-None-Match: \"c\"\r\nAccept-Encoding: gzip\r\n", 200 },
        { "If-None-Match: c\r\n", 200 },
    };
    (void)state;
    int fd = wire_open(server); /* on one connection: a 304 has no body that could derail it */
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[512];
        snprintf(text, sizeof text, "GET /console/ HTTP/1.1\r\nHost: h\r\n%s\r\n", cases[i].headers);
        wire_send(fd, text);
        Reply r = wire_reply(fd);
        assert_int_equal(r.status, cases[i].status);
        assert_non_null(reply_header(&r, "ETag"));
        assert_string_equal(reply_header(&r, "Vary"), "Accept-Encoding");
    }
    close(fd);
}

static void cookies(void **state) {
    (void)state;
    Reply r = get("POST", "/sign-in", "");
    assert_int_equal(r.status, 204);
    assert_non_null(
        strstr(r.head, "Set-Cookie: sid=abc_-; Path=/; Max-Age=3600; HttpOnly; SameSite=Strict; Secure\r\n"));
    assert_non_null(strstr(r.head, "Set-Cookie: old=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict\r\n"));
}

/* What this very program was built with, pages or not. */
static void built_in(void **state) {
    (void)state;
    const StaticFile *file = static_find(&web_files, str("/"));
    assert_non_null(file);
    assert_true(file->plain.n > 0);
    if (file->gz.p)
        assert_memory_equal(file->gz.p, "\x1f\x8b\x08", 3);
    for (size_t i = 1; i < web_files.count; i++)
        assert_true(strcmp(web_files.files[i - 1].path, web_files.files[i].path) < 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds),        cmocka_unit_test(forms),   cmocka_unit_test(pages),
        cmocka_unit_test(not_modified), cmocka_unit_test(cookies), cmocka_unit_test(built_in),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
