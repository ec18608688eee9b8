/* serve_tile_test – tiles over real HTTP: who may keep what how long, packed and not,
 * and an answer that is known already. */
#include "server.h"

#include "gzip.h"

static TestServer s;
static Dialect dialect;
static char areas[120]; /* the path of the layer's tiles, up to the zoom */

/* So that no minute passes between two requests. */
static void stop_clock(void) {
    char path[80];
    Reply r = server_post(&s, "/test/clock?by=0", "", NULL);

    snprintf(path, sizeof path, "/test/clock?at=%s", reply_value(&r, "now"));
    assert_int_equal(server_post(&s, path, "", NULL).status, 200);
}

static int make(void **state) {
    (void)state;
    server_make(dialect, &s);
    server_start(&s, (const char *const[]){ "--test-clock", "on", NULL });
    stop_clock();
    server_sign_in(&s, "dispatch");
    Reply r = server_get(&s, "/api/1/layers");
    char id[40];
    snprintf(id, sizeof id, "%s", reply_value(&r, "id"));
    snprintf(areas, sizeof areas, "/api/1/tiles/areas/%s/%s/", id, reply_value(&r, "revision"));
    return 0;
}

static int drop(void **state) {
    (void)state;
    server_stop(&s);
    server_drop(&s);
    return 0;
}

static Reply get(const char *path, const char *headers) { return server_ask(&s, "GET", path, headers, NULL); }

static void header_is(const Reply *r, const char *name, const char *expected) {
    const char *value = reply_header(r, name);
    if (!value || strcmp(value, expected) != 0)
        fail_msg("%s: %s, not %s", name, value ? value : "(none)", expected);
}

/* 14/13719/6695 lies over the demo's subdistrict. */
static void test_areas(void **state) {
    char path[200], known[600], etag[512];
    Buf plain;
    Fault f;
    (void)state;
    snprintf(path, sizeof path, "%s14/13719/6695", areas);
    Reply packed = get(path, "Accept-Encoding: gzip, br\r\n"); /* by a stranger: it is a street map */
    assert_int_equal(packed.status, 200);
    header_is(&packed, "Content-Type", "application/vnd.mapbox-vector-tile");
    header_is(&packed, "Cache-Control", "public, max-age=31536000, immutable");
    header_is(&packed, "Content-Encoding", "gzip");
    header_is(&packed, "Vary", "Accept-Encoding");
    header_is(&packed, "X-Content-Type-Options", "nosniff");
    snprintf(etag, sizeof etag, "%s", reply_header(&packed, "ETag"));
    assert_true(strncmp(etag, "W/\"", 3) == 0);

    Reply r = get(path, "");
    assert_int_equal(r.status, 200);
    assert_null(reply_header(&r, "Content-Encoding"));
    header_is(&r, "ETag", etag);
    assert_int_equal(buf_begin(&plain, 1024, 1 << 20, &f), OK);
    assert_int_equal(gzip_unpack((Str){ packed.body, packed.body_n }, &plain, &f), OK);
    assert_int_equal(plain.n, r.body_n);
    assert_memory_equal(plain.p, r.body, plain.n);
    buf_end(&plain);
    assert_true(r.body[0] == 0x1A && packed.body_n < r.body_n);

    snprintf(known, sizeof known, "If-None-Match: \"other\", %s\r\n", etag);
    r = get(path, known);
    assert_int_equal(r.status, 304);
    header_is(&r, "ETag", etag);
    header_is(&r, "Cache-Control", "public, max-age=31536000, immutable");
    Reply head = server_ask(&s, "HEAD", path, "", NULL);
    assert_int_equal(head.status, 200);
    header_is(&head, "ETag", etag);
}

static void test_nothing_there(void **state) {
    char path[200];
    (void)state;
    snprintf(path, sizeof path, "%s14/0/0", areas);
    Reply r = get(path, "Accept-Encoding: gzip\r\n");
    assert_int_equal(r.status, 204);
    header_is(&r, "Cache-Control", "public, max-age=31536000, immutable");
    assert_null(reply_header(&r, "Content-Encoding"));
}

static void test_not_there(void **state) {
    char path[200], *at;
    (void)state;
    snprintf(path, sizeof path, "%s14/16384/0", areas);
    Reply r = get(path, "");
    assert_problem(&r, 404, "tile_unknown", "", "");
    header_is(&r, "Cache-Control", "no-store");
    snprintf(path, sizeof path, "%s14/x/0", areas);
    r = get(path, "");
    assert_int_equal(r.status, 422);
    snprintf(path, sizeof path, "%s", areas); /* …/LAYER/REVISION/ */
    path[strlen(path) - 1] = 0;
    at = strrchr(path, '/');
    snprintf(at, sizeof path - (size_t)(at - path), "/999999/14/13719/6695");
    r = get(path, "");
    assert_problem(&r, 404, "tile_revision", "revision", "");
    header_is(&r, "Cache-Control", "no-store");
}

static void test_cases(void **state) {
    static const char path[] = "/api/1/tiles/cases/12/3429/1673";
    char with_tag[1024], etag[512];
    (void)state;
    Reply r = get(path, "");
    assert_problem(&r, 401, "signed_out", "", "");
    assert_null(reply_header(&r, "ETag"));
    r = server_get(&s, path);
    assert_int_equal(r.status, 200);
    header_is(&r, "Content-Type", "application/vnd.mapbox-vector-tile");
    header_is(&r, "Cache-Control", "private, no-cache");
    header_is(&r, "Vary", "Accept-Encoding, Cookie");
    for (int tries = 0; tries < 10000 && r.status != 304;
         tries++) { /* until PostgreSQL has told of all commits */
        snprintf(etag, sizeof etag, "%s", reply_header(&r, "ETag"));
        snprintf(with_tag, sizeof with_tag, "%sIf-None-Match: %s\r\n", s.cookie, etag);
        r = get(path, with_tag);
    }
    assert_int_equal(r.status, 304);
    assert_int_equal(r.body_n, 0);
    header_is(&r, "Cache-Control", "private, no-cache");
    r = get(path, with_tag + strlen(s.cookie)); /* who knows the tag but not the cookie learns nothing */
    assert_int_equal(r.status, 401);
    Reply reported =
        server_post(&s, "/api/1/cases", "", "{\"text\":\"路灯不亮\",\"lon\":121.47,\"lat\":31.225}");
    assert_int_equal(reported.status, 200);
    r = get(path, with_tag);
    assert_int_equal(r.status, 200);
    assert_string_not_equal(reply_header(&r, "ETag"), etag);
}

static int run_on(Dialect d) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_areas),
        cmocka_unit_test(test_nothing_there),
        cmocka_unit_test(test_not_there),
        cmocka_unit_test(test_cases),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "tiles on SQLite" : "tiles on PostgreSQL", tests, make,
                                       drop);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
