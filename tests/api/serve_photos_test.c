/* serve_photos_test – what strangers send to the running server: from one network so many
 * photos and so many reports, and then they are told when to come again; who is signed in
 * is not counted; what is being uploaded takes so much memory together; what nobody claims
 * goes in time. */
#include "server.h"

#include <poll.h>

enum { MOST = 60, LARGEST = 16777216 };

static TestServer s;
static Dialect dialect;
static char jpeg[8192];
static size_t jpeg_n;

static int make(void **state) {
    static const char *const flags[] = { "--test-clock", "on", "--upload-memory", "32M", NULL };
    (void)state;
    server_make(dialect, &s);
    server_start(&s, flags);
    return 0;
}

static int drop(void **state) {
    (void)state;
    server_drop(&s);
    return 0;
}

static void read_photo(void) {
    char path[400];
    snprintf(path, sizeof path, "%s/tests/fuzz/corpus/photo/a.jpg", getenv("JW_SOURCE"));
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    jpeg_n = fread(jpeg, 1, sizeof jpeg, in);
    fclose(in);
}

/* A connection on which a photo of `size` bytes is announced. */
static int announce(size_t size, const char *headers) {
    char head[600];
    int fd = wire_connect(s.port);

    snprintf(head, sizeof head,
             "POST /api/1/photos HTTP/1.1\r\nHost: h\r\nX-Jingwei: 1\r\n%sContent-Length: %zu\r\n\r\n", headers,
             size);
    wire_send(fd, head);
    return fd;
}

static Reply send_photo(const char *headers) {
    int fd = announce(jpeg_n, headers);
    assert_true(wire_try_send(fd, jpeg, jpeg_n));
    Reply r = wire_reply(fd);
    close(fd);
    return r;
}

static void test_too_often(void **state) {
    Reply r;
    (void)state;
    r = server_ask(&s, "POST", "/test/clock?at=1796086800000", "", NULL);
    assert_int_equal(r.status, 200);
    for (int i = 0; i < MOST; i++) {
        r = server_ask(&s, "POST", "/api/1/photos", "X-Jingwei: 1\r\n",
                       "PK\x03\x04"); /* a refused one counts, too */
        assert_problem(&r, 422, "photo_kind", "", "压缩包");
    }
    r = send_photo("Accept-Language: en\r\n");
    assert_problem(&r, 429, "uploads_often", "",
                   "Too many photos came from your address: try again in 10 minutes.");
    assert_string_equal(reply_header(&r, "Retry-After"), "600");
    server_sign_in(&s, "dispatch");
    r = send_photo(s.cookie);
    assert_int_equal(r.status, 200);
    r = server_ask(&s, "POST", "/test/clock?by=599999", "", NULL);
    r = send_photo("");
    assert_problem(&r, 429, "uploads_often", "", "请过 1 分钟再发");
    assert_string_equal(reply_header(&r, "Retry-After"), "1");
    r = server_ask(&s, "POST", "/test/clock?by=1", "", NULL);
    r = send_photo("");
    assert_int_equal(r.status, 200);
    assert_string_equal(testdb_ask(&s.db, "SELECT count(*) FROM photo"), "2");
}

/* ---- reports ---- */

enum { REPORTS = 5 };

static int make_limited(void **state) {
    static const char *const flags[] = { "--test-clock", "on", "--reports-per-network", "5", "--trusted-proxy",
                                         "127.0.0.1",    NULL };
    (void)state;
    server_make(dialect, &s);
    server_start(&s, flags);
    return 0;
}

static Reply report_from(const char *address, const char *more) {
    char headers[600];
    snprintf(headers, sizeof headers, "X-Forwarded-For: %s\r\n%s", address, more);
    return server_ask(&s, "POST", "/api/1/cases", headers, "{\"text\":\"井盖破了\"}");
}

static int64_t cases_there(void) {
    return strtoll(testdb_ask(&s.db, "SELECT count(*) FROM cases WHERE text = '井盖破了'"), NULL, 10);
}

/* A stranger's sixth of five in ten minutes is told when to come again, in both languages;
 * other networks, and who is signed in, go on. */
static void test_reports_too_often(void **state) {
    Reply r = server_ask(&s, "POST", "/test/clock?at=1796086800000", "", NULL);
    char own[400];
    (void)state;
    assert_int_equal(r.status, 200);
    for (int i = 0; i < REPORTS; i++)
        assert_int_equal(report_from("192.0.2.1", "").status, 200);
    r = report_from("192.0.2.1", "");
    assert_problem(&r, 429, "reports_often", "",
                   "从您所在的网络发来的上报太多，请过 10 分钟再报；有危险请马上打急救或报警电话。");
    assert_string_equal(reply_header(&r, "Retry-After"), "600");
    r = report_from("192.0.2.1", "Accept-Language: en\r\n");
    assert_problem(
        &r, 429, "reports_often", "",
        "Too many reports came from your network: try again in 10 minutes, and in danger call for help "
        "now.");
    assert_int_equal(cases_there(), REPORTS);
    assert_int_equal(report_from("192.0.2.2", "").status, 200);
    r = server_ask(&s, "GET", "/api/1/city", "X-Forwarded-For: 192.0.2.1\r\n", NULL);
    assert_int_equal(r.status, 200); /* nothing but reporting */
    server_sign_in(&s, "grid");
    snprintf(own, sizeof own, "%sX-Jingwei: 1\r\n", s.cookie);
    assert_int_equal(report_from("192.0.2.1", own).status, 200);
    r = server_ask(&s, "POST", "/test/clock?by=599999", "", NULL);
    r = report_from("192.0.2.1", "");
    assert_problem(&r, 429, "reports_often", "", "请过 1 分钟再报");
    assert_string_equal(reply_header(&r, "Retry-After"), "1");
    r = server_ask(&s, "POST", "/test/clock?by=1", "", NULL);
    assert_int_equal(report_from("192.0.2.1", "").status, 200);
    assert_int_equal(cases_there(), REPORTS + 3);
}

/* A home has 2^64 addresses of IPv6; a clock set back locks nobody out. */
static void test_networks(void **state) {
    char address[60];
    Reply r = server_ask(&s, "POST", "/test/clock?at=1796086800000", "", NULL);
    (void)state;
    for (int i = 0; i < REPORTS; i++) {
        snprintf(address, sizeof address, "2001:db8:0:1:%x::%d", i + 1, i);
        assert_int_equal(report_from(address, "").status, 200);
    }
    r = report_from("2001:db8:0:1:ffff::1", "");
    assert_problem(&r, 429, "reports_often", "", "从您所在的网络发来的上报太多");
    assert_int_equal(report_from("2001:db8:0:2::1", "").status, 200);
    r = server_ask(&s, "POST", "/test/clock?at=1796086700000", "", NULL);
    assert_int_equal(report_from("2001:db8:0:1:ffff::1", "").status, 200);
}

static long metric(const char *name) {
    char line[100];
    Reply r = server_get(&s, "/metrics");
    snprintf(line, sizeof line, "\n%s ", name);
    const char *at = strstr(r.body, line);
    assert_non_null(at);
    return strtol(at + strlen(line), NULL, 10);
}

static void wait_for(const char *name, long least, long most) {
    long now = 0;
    for (int i = 0; i < 3000; i++) {
        now = metric(name);
        if (now >= least && now <= most)
            return;
        poll(NULL, 0, 10);
    }
    fail_msg("%s stayed at %ld", name, now);
}

static void test_too_much_at_once(void **state) {
    static char body[LARGEST];
    int fd[2];
    (void)state;
    for (int i = 0; i < 2; i++) {
        fd[i] = announce(LARGEST, "");
        assert_true(wire_try_send(fd[i], body, LARGEST - 100));
    }
    wait_for("jingwei_http_upload_bytes", 2L * (LARGEST - 100), 2L * LARGEST);
    int third = announce(200000, "Accept-Language: en\r\n");
    Reply r = wire_reply(third);
    assert_problem(&r, 503, "uploads_full", "",
                   "Too much is being uploaded just now: send it again in a few seconds.");
    assert_string_equal(reply_header(&r, "Retry-After"), "5");
    close(third);
    r = server_ask(&s, "POST", "/api/1/cases", "", "{\"text\":\"井盖破了\"}"); /* a report needs no such room */
    assert_int_equal(r.status, 200);
    close(fd[0]);
    close(fd[1]);
    wait_for("jingwei_http_upload_bytes", 0, 0);
    r = send_photo("");
    assert_int_equal(r.status, 200);
}

/* A day later the server's chore has erased it; by hand it says how many. */
static void test_nobody_claims(void **state) {
    const char *const words[] = { "retain", "--json", NULL };
    (void)state;
    Reply r = send_photo("");
    assert_int_equal(r.status, 200);
    server_stop(&s);
    Said said = server_command(&s, words);
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(said.out, "\"unclaimed_photos\":0"));
    testdb_exec(&s.db, "UPDATE photo SET made_ms = made_ms - 86400001");
    said = server_command(&s, words);
    assert_non_null(strstr(said.out, "\"photos\":0,\"unclaimed_photos\":1"));
    assert_string_equal(testdb_ask(&s.db, "SELECT count(*) FROM photo_file"), "0");
    said = server_command(&s, (const char *const[]){ "retain", NULL });
    assert_non_null(strstr(said.out, "照片 0 张（另有无人认领的 0 张）"));
    assert_non_null(strstr(said.out, "0 photos (and 0 that nobody claimed)"));
}

static int run_on(Dialect d) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, drop)
#define LIMITED(name) cmocka_unit_test_setup_teardown(name, make_limited, drop)
    static const struct CMUnitTest tests[] = { TEST(test_too_often), TEST(test_too_much_at_once),
                                               TEST(test_nobody_claims), LIMITED(test_reports_too_often),
                                               LIMITED(test_networks) };
    dialect = d;
    return testdb_has(d) ? cmocka_run_group_tests_name(
                               d == SQLITE ? "uploads on SQLite" : "uploads on PostgreSQL", tests, NULL, NULL)
                         : 0;
}

int main(void) {
    read_photo();
    return run_on(SQLITE) + run_on(POSTGRES);
}
