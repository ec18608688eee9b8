/* serve_plan_test – the running server solves drafts of grids on a thread of its own: what
 * was asked for before it started, or when the one before was killed in the middle; and the
 * map of a plan is the same bytes until somebody changes it. */
#include "server.h"

#include <poll.h>

static TestServer s;
static Dialect dialect;
static char within[60];

static int make(void **state) {
    (void)state;
    server_make(dialect, &s);
    snprintf(within, sizeof within, "{\"within\":\"%s\"}",
             testdb_ask(&s.db, "SELECT min(code) FROM area WHERE level = 1 AND state = 3"));
    return 0;
}

static int drop(void **state) {
    (void)state;
    server_drop(&s);
    return 0;
}

static char id[40];
static const char *path_of(const char *what) {
    static char path[2][100];
    static int next;
    next = !next;
    snprintf(path[next], sizeof path[next], "/api/1/plans/%s%s", id, what);
    return path[next];
}

static void wait_until_solved(void) {
    for (int i = 0; i < 3000; i++) {
        Reply r = server_get(&s, path_of(""));
        assert_int_equal(r.status, 200);
        if (strstr(r.body, "\"state\":\"draft\""))
            return;
        if (!strstr(r.body, "\"state\":\"computing\""))
            fail_msg("%.400s", r.body);
        poll(NULL, 0, 10);
    }
    fail_msg("the plan was never solved");
}

static void test_restarted(void **state) {
    (void)state;
    Said said = server_command(&s, (const char *const[]){ "call", "plan.open", within, "--as", "lead", NULL });
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(said.out, "\"state\":\"computing\""));
    assert_int_equal(sscanf(strstr(said.out, "\"id\":\""), "\"id\":\"%30[0-9]", id), 1);
    server_start(&s, NULL);
    server_sign_in(&s, "lead");
    wait_until_solved();

    Reply r = server_post(&s, "/api/1/plans", "", within);
    assert_int_equal(r.status, 200);
    snprintf(id, sizeof id, "%s", reply_value(&r, "id"));
    server_kill(&s); /* in the middle, or before */
    server_start(&s, NULL);
    server_sign_in(&s, "lead");
    wait_until_solved();

    char again[400], packed[260], tag[80];
    snprintf(packed, sizeof packed, "%sAccept-Encoding: gzip\r\n", s.cookie);
    r = server_ask(&s, "GET", path_of("/map"), packed, NULL);
    assert_int_equal(r.status, 200);
    const char *etag = strstr(r.head, "ETag: ");
    assert_non_null(etag);
    snprintf(tag, sizeof tag, "%.*s", (int)strcspn(etag + 6, "\r\n"), etag + 6);
    snprintf(again, sizeof again, "%sIf-None-Match: %s\r\n", packed, tag);
    r = server_ask(&s, "GET", path_of("/map"), again, NULL);
    assert_int_equal(r.status, 304);
    char move[200];
    snprintf(move, sizeof move, "{\"grid\":1,\"reason_text\":\"河道隔开\"}");
    r = server_post(&s, path_of("/reason"), "", move);
    assert_int_equal(r.status, 200);
    r = server_ask(&s, "GET", path_of("/map"), again, NULL);
    assert_int_equal(r.status, 200);
    server_stop(&s);
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(test_restarted, make, drop) };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "plans on SQLite" : "plans on PostgreSQL", tests, NULL,
                                       NULL);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
