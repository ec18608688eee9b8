/* serve_settings_test – settings of `serve` that are seen from outside only: each does
 * what its sentence says, on the real program. */
#include "server.h"

#include <jansson.h>
#include <libpq-fe.h>

static TestServer s;
static Dialect dialect;

static int make(void **state) {
    (void)state;
    server_make(dialect, &s);
    return 0;
}

static int drop(void **state) {
    (void)state;
    server_drop(&s);
    return 0;
}

static void start(const char *flag, const char *value) {
    server_start(&s, (const char *const[]){ flag, value, NULL });
}

static bool log_has(const char *what) {
    char path[400], line[4096];
    bool found = false;

    snprintf(path, sizeof path, "%s/log", s.db.dir);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f))
        found |= strstr(line, what) != NULL;
    fclose(f);
    return found;
}

static const char sign_in[] = "{\"login\":\"%s\",\"password\":\"not the password\"}";

static int signs_in(const char *login) {
    char body[200];
    snprintf(body, sizeof body, sign_in, login);
    return server_post(&s, "/api/1/session", "", body).status;
}

/* ---- what the log tells ---- */

static void assert_lines_are_json(void) {
    char path[400], line[4096];

    snprintf(path, sizeof path, "%s/log", s.db.dir);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        json_t *event = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
        if (!json_string_value(json_object_get(event, "event")))
            fail_msg("no event: %s", line);
        json_decref(event);
    }
    fclose(f);
}

/* A report with name and number is made, refused, read, worked on and its contact
 * opened, at the finest level: every line is an event, none tells whose it was. */
static void test_log_names_nobody(void **state) {
    char path[100];
    (void)state;
    start("--log-level", "debug");
    server_sign_in(&s, "dispatch");
    assert_int_equal(signs_in("canary-login"), 401);
    Reply r =
        server_post(&s, "/api/1/cases", "",
                    "{\"text\":\"canary-text\",\"name\":\"canary-name\",\"contact\":\"13800000000\",\"x\":1}");
    assert_int_equal(r.status, 422);
    r = server_post(&s, "/api/1/cases", "Client-Key: canary-key-1\r\n",
                    "{\"text\":\"canary-text\",\"name\":\"canary-name\",\"contact\":\"13800000000\"}");
    assert_int_equal(r.status, 200);
    r = server_get(&s, "/api/1/cases?words=canary-text");
    assert_int_equal(r.status, 200);
    snprintf(path, sizeof path, "/api/1/cases/%s/contact", reply_value(&r, "id"));
    r = server_post(&s, path, "", "{\"reason\":\"canary-reason\"}");
    assert_string_equal(reply_value(&r, "contact"), "13800000000");
    r = server_post(&s, "/api/1/cases/canary-path", "", "{}");
    assert_int_not_equal(r.status, 200);
    server_stop(&s);
    assert_true(log_has("\"event\":\"server.started\""));
    assert_false(log_has("canary") || log_has("13800000000"));
    assert_lines_are_json();
}

/* ---- how large a body may be ---- */

static void test_body_limit(void **state) {
    char body[4000];
    (void)state;
    memset(body, 'x', sizeof body);
    memcpy(body, "{\"text\":\"", 9);
    memcpy(body + 2046, "\"}", 3); /* 2048 bytes */
    start("--body-limit", "2k");
    assert_int_equal(server_post(&s, "/api/1/cases", "", body).status, 200);
    memcpy(body + 2046, "x\"}", 4); /* one more */
    Reply r = server_post(&s, "/api/1/cases", "", body);
    assert_problem(&r, 413, "body_too_large", "", "");
    server_stop(&s);
    server_start(&s, NULL); /* of itself the operation takes it */
    assert_int_equal(server_post(&s, "/api/1/cases", "", body).status, 200);
    server_stop(&s);
}

/* ---- what only tests may have ---- */

static void test_sessions(void **state) {
    (void)state;
    server_start(&s, NULL);
    assert_int_equal(signs_in("dispatch"), 401);
    assert_false(log_has("server.for_tests_only"));
    server_stop(&s);
    start("--test-sessions", "on");
    assert_true(log_has("\"level\":\"warning\",\"event\":\"server.for_tests_only\",\"anybody_signs_in\":true"));
    assert_int_equal(signs_in("dispatch"), 200);
    assert_int_equal(signs_in("nobody"), 401);
    server_stop(&s);
}

/* The end of a session is seen without waiting for it. */
static void test_clock(void **state) {
    const int64_t noon = 1767240000000; /* 2026-01-01 12:00 in Shanghai */
    char path[80];
    (void)state;
    server_start(&s, NULL);
    assert_int_equal(server_post(&s, "/test/clock?at=1767240000000", "", "").status, 404);
    server_stop(&s);
    start("--test-clock", "on");
    assert_true(log_has("\"anybody_moves_the_clock\":true"));
    Reply r = server_post(&s, "/test/clock?by=soon", "", NULL);
    assert_problem(&r, 422, "clock", "", "");
    r = server_post(&s, "/test/clock?at=1767240000000", "X-Forwarded-For: 192.0.2.7\r\n", NULL);
    assert_int_equal(r.status, 404); /* came through a proxy */
    assert_int_equal(server_get(&s, "/test/clock?at=1767240000000").status, 404);
    server_sign_in(&s, "dispatch");
    r = server_post(&s, "/test/clock?by=42600000", "", NULL); /* 11 h 50 min of its 12 hours */
    assert_int_equal(r.status, 200);
    assert_int_equal(server_get(&s, "/api/1/me").status, 200);
    server_post(&s, "/test/clock?by=1200000", "", NULL);
    assert_int_equal(server_get(&s, "/api/1/me").status, 401);
    s.cookie[0] = 0; /* before the demo was made nobody held a post, whatever is remembered of him */
    snprintf(path, sizeof path, "/test/clock?at=%lld", (long long)noon);
    r = server_post(&s, path, "", NULL);
    assert_string_equal(r.body, "{\"now\":1767240000000}");
    r = server_post(&s, "/api/1/cases", "", "{\"text\":\"路灯不亮\"}");
    assert_string_equal(reply_value(&r, "reported"), "1767240000000");
    r = server_post(&s, "/test/clock?by=60000", "", NULL);
    assert_string_equal(r.body, "{\"now\":1767240060000}");
    server_stop(&s);
}

static void test_not_for_others(void **state) {
    static const char *const flags[] = { "--test-sessions", "--test-clock" };
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        Said said =
            server_command(&s, (const char *const[]){ "serve", flags[i], "on", "--listen", "0.0.0.0:0", NULL });
        assert_said(&said, 1, "仅供测试，只能在监听本机时使用，不能在 0.0.0.0:0 上。",
                    "are for tests and need a loopback address, not 0.0.0.0:0.");
    }
    Said said = server_command(&s, (const char *const[]){ "serve", "--trusted-proxy", "proxy.example.org",
                                                          "--listen", "127.0.0.1:0", NULL });
    assert_said(&said, 1, "反向代理 proxy.example.org 不是数字地址",
                "The proxy proxy.example.org is no numeric address");
}

/* ---- connections to PostgreSQL ---- */

static int connections(void) {
    char where[600];

    snprintf(where, sizeof where, "%s", s.db.where);
    PGconn *c = PQconnectdb(where);
    assert_int_equal(PQstatus(c), CONNECTION_OK);
    PGresult *r = PQexec(c, "SELECT count(*) FROM pg_stat_activity"
                            " WHERE datname = current_database() AND pid <> pg_backend_pid()");
    assert_int_equal(PQresultStatus(r), PGRES_TUPLES_OK);
    int n = atoi(PQgetvalue(r, 0, 0));
    PQclear(r);
    PQfinish(c);
    return n;
}

static void test_postgres_connections(void **state) {
    (void)state;
    if (dialect != POSTGRES)
        skip();
    server_start(
        &s, (const char *const[]){ "--workers", "20", "--threads", "2", "--postgres-connections", "5", NULL });
    assert_int_equal(connections(), 5);
    server_sign_in(&s, "dispatch");
    assert_int_equal(server_get(&s, "/api/1/cases").status, 200);
    server_stop(&s);
}

/* While a table is locked, who reads it waits; the one HTTP thread serves the others. */
static void test_slow_database_holds_nobody_up(void **state) {
    char text[400], path[80];
    (void)state;
    if (dialect != POSTGRES)
        skip();
    server_start(&s, (const char *const[]){ "--threads", "1", "--workers", "2", NULL });
    server_sign_in(&s, "dispatch");
    Reply r = server_get(&s, "/api/1/cases?limit=1");
    snprintf(path, sizeof path, "/api/1/cases/%s", reply_value(&r, "id"));
    assert_int_equal(server_get(&s, path).status, 200);
    PGconn *c = PQconnectdb(s.db.where);
    PQclear(PQexec(c, "BEGIN"));
    PGresult *locked = PQexec(c, "LOCK TABLE cases IN ACCESS EXCLUSIVE MODE");
    assert_int_equal(PQresultStatus(locked), PGRES_COMMAND_OK);
    PQclear(locked);
    int fd = wire_connect(s.port);
    snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: h\r\n%s\r\n", path, s.cookie);
    wire_send(fd, text);
    assert_int_equal(server_get(&s, "/healthz").status, 200);
    assert_int_equal(server_get(&s, "/api/1/me").status, 200);
    PQfinish(c); /* gives the lock back */
    assert_int_equal(wire_reply(fd).status, 200);
    close(fd);
    server_stop(&s);
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_names_nobody),
        cmocka_unit_test(test_body_limit),
        cmocka_unit_test(test_sessions),
        cmocka_unit_test(test_clock),
        cmocka_unit_test(test_not_for_others),
        cmocka_unit_test(test_postgres_connections),
        cmocka_unit_test(test_slow_database_holds_nobody_up),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "settings, SQLite" : "settings, PostgreSQL", tests, make,
                                       drop);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
