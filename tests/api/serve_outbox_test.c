/* serve_outbox_test – the real program tells another system: as an administrator sets it
 * up from the shell, through kill -9 in the middle of a delivery, and what it then says
 * in /metrics, in `jingwei check` and in its log. */
#include "receiver.h"
#include "server.h"

static TestServer s;
static Dialect dialect;
static Receiver receiver;

static int make(void **state) {
    (void)state;
    receiver_start(&receiver);
    server_make(dialect, &s);
    return 0;
}

static int drop(void **state) {
    (void)state;
    receiver_stop(&receiver);
    server_drop(&s);
    return 0;
}

static const char *const flags[] = {
    "--webhook_private", "on", "--test_clock", "on", "--webhook_timeout", "20s", NULL
};

static void subscribe(void) {
    char url[80];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", receiver.port);
    Said said =
        server_command(&s, (const char *const[]){ "webhook", "add", "数字城管", url, "reported", NULL });
    assert_said(&said, 0, "", "");
    assert_non_null(strstr(said.out, "\"secret\":\""));
}

static void report(void) {
    Reply r = server_ask(&s, "POST", "/api/1/cases", "", "{\"text\":\"井盖破损\"}");
    assert_int_equal(r.status, 200);
}

static void move_clock(const char *by_ms) {
    char path[80];
    snprintf(path, sizeof path, "/test/clock?by=%s", by_ms);
    assert_int_equal(server_post(&s, path, "", NULL).status, 200);
}

static void wait_rows(const char *sql, const char *expected) {
    for (int i = 0; i < 2000; i++) {
        if (strcmp(testdb_ask(&s.db, sql), expected) == 0)
            return;
        poll(NULL, 0, 10);
    }
    fail_msg("%s: %s, never %s", sql, testdb_ask(&s.db, sql), expected);
}

static void wait_metrics(const char *line) {
    for (int i = 0; i < 2000; i++) {
        Reply r = server_get(&s, "/metrics");
        if (strstr(r.body, line))
            return;
        poll(NULL, 0, 10);
    }
    fail_msg("/metrics never said %s", line);
}

static void test_killed_in_the_middle(void **state) {
    (void)state;
    subscribe();
    receiver.mood = RECEIVER_HANGS;
    server_start(&s, flags);
    report();
    receiver_wait(&receiver, 1); /* it has it, and has said nothing */
    wait_rows("SELECT state, attempts FROM delivery", "2|1");
    server_kill(&s);
    receiver.mood = RECEIVER_ANSWERS;
    server_start(&s, flags);
    report();
    wait_metrics("jingwei_outbox_waiting 2\n");
    move_clock("61000"); /* the try counts as lost, and a killed server's lease as over */
    receiver_wait(&receiver, 3);
    wait_rows("SELECT state, attempts FROM delivery ORDER BY id", "4|2;4|1");
    assert_int_equal(receiver.n, 3);
    char *key = strdup(receiver_header(&receiver, 0, "Idempotency-Key"));
    assert_string_equal(receiver_header(&receiver, 1, "Idempotency-Key"), key); /* the same twice, in order */
    assert_string_equal(receiver.got[0].body, receiver.got[1].body);
    assert_string_not_equal(receiver_header(&receiver, 2, "Idempotency-Key"), key);
    free(key);
    wait_metrics("jingwei_outbox_waiting 0\n");
    wait_metrics("jingwei_outbox_delivered 2\n");
    server_stop(&s);
}

/* What an operator is told of a receiver that is gone. */
static void test_what_is_said(void **state) {
    char path[400], log[1 << 16];
    (void)state;
    subscribe();
    receiver.status = 410;
    server_start(&s, flags);
    report();
    wait_metrics("jingwei_outbox_given_up 1\n");
    server_stop(&s);
    Said said = server_command(&s, (const char *const[]){ "check", NULL });
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(said.out, "given up"));
    said = server_command(&s, (const char *const[]){ "webhook", "failed", NULL });
    assert_non_null(strstr(said.out, "\"state\":\"given_up\""));
    snprintf(path, sizeof path, "%s/log", s.db.dir);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    log[fread(log, 1, sizeof log - 1, f)] = 0;
    fclose(f);
    assert_non_null(strstr(log, "\"delivery.given_up\""));
    snprintf(path, sizeof path, "127.0.0.1:%d", receiver.port);
    assert_null(strstr(log, path)); /* an address may hold a password of its own */
    testdb_exec(&s.db,
                "UPDATE delivery SET state = 3, made_ms = made_ms - 90000000, next_ms = 1, next_day = 1");
    said = server_command(&s, (const char *const[]){ "check", NULL });
    assert_int_equal(said.status, 1); /* it waits since yesterday, and nobody carries it out */
    assert_non_null(strstr(said.out, "outbox_stuck"));
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_killed_in_the_middle, make, drop),
        cmocka_unit_test_setup_teardown(test_what_is_said, make, drop),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "serve, outbox, SQLite" : "serve, outbox, PostgreSQL",
                                       tests, NULL, NULL);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
