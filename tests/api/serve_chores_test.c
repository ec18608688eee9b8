/* serve_chores_test – the running server erases what is due by itself, says so in its
 * log and its metrics, and does it again after a restart, however it ended; and what is
 * suspended resumes. */
#include "server.h"

#include <poll.h>

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

static void old_requests(int n) {
    char sql[400];
    for (int i = 0; i < n; i++) {
        snprintf(
            sql, sizeof sql,
            "INSERT INTO request (home, client_key, operation, body, result, result_key, made_ms, made_day) "
            "VALUES (0, 'key-000%d', 'x', %s, %s, 1, %d, 1)",
            i, dialect == SQLITE ? "x'00'" : "'\\x00'", dialect == SQLITE ? "x'00'" : "'\\x00'", i);
        testdb_exec(&s.db, sql);
    }
}

/* Waits until the metrics say so. */
static void wait_for(const char *line) {
    for (int i = 0; i < 2000; i++) {
        Reply r = server_get(&s, "/metrics");
        if (strstr(r.body, line))
            return;
        poll(NULL, 0, 10);
    }
    fail_msg("/metrics never said %s", line);
}

/* The job counts first and writes its line then, so the line may come a moment later. */
static void wait_for_log(const char *words) {
    char path[400], log[1 << 16];

    snprintf(path, sizeof path, "%s/log", s.db.dir);
    for (int i = 0; i < 2000; i++) {
        FILE *f = fopen(path, "r");
        assert_non_null(f);
        log[fread(log, 1, sizeof log - 1, f)] = 0;
        fclose(f);
        if (strstr(log, words))
            return;
        poll(NULL, 0, 10);
    }
    fail_msg("the log never said %s", words);
}

static void test_erases(void **state) {
    (void)state;
    old_requests(3);
    server_start(&s, NULL);
    wait_for("jingwei_retention_client_keys 3\n");
    assert_string_equal(testdb_ask(&s.db, "SELECT count(*) FROM request"), "0");
    wait_for_log("\"retention.erased\"");
    wait_for_log("\"client_keys\":3");
    server_kill(&s);

    old_requests(2);
    server_start(&s, NULL); /* the lease of the killed one does not keep it for ever */
    wait_for("jingwei_retention_client_keys 2\n");
    server_stop(&s);
    assert_string_equal(testdb_ask(&s.db, "SELECT count(*) FROM request"), "0");
}

/* A suspended case whose day has come. */
static void test_resumes(void **state) {
    (void)state;
    testdb_exec(
        &s.db,
        "INSERT INTO cases (id, home, code, revision, workflow, state, source, danger, text, placed, path, "
        "unit, reported_ms, reported_day, suspended_ms, suspended_day, suspended_until, finish_due_ms, "
        "finish_due_day, attempts, rework, answered) VALUES (16777216, 0, 'K1', 5, 1, 21, 1, FALSE, 'x', 3, "
        "'0a', 41, 1, 0, 1, 0, 1, 1, 0, 0, 0, FALSE)");
    server_start(&s, NULL);
    wait_for_log("\"case.resumed\"");
    server_stop(&s);
    assert_string_equal(testdb_ask(&s.db, "SELECT state, revision FROM cases WHERE id = 16777216"), "6|6");
    assert_string_equal(
        testdb_ask(&s.db, "SELECT act, from_state, to_state, number FROM case_event WHERE case_id = 16777216"),
        "29|21|6|6");
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(test_erases, make, drop),
                                               cmocka_unit_test_setup_teardown(test_resumes, make, drop) };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "chores on SQLite" : "chores on PostgreSQL", tests, NULL,
                                       NULL);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
