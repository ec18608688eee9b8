/* export_test – the words of cases as a table: alone up to 200 rows a day, more by two
 * persons; once, in time, by who asked; and every row in the access log of its case. */
#include "city.h"

#include "account.h"
#include "export_order.h"

static Dialect dialect;
static const int64_t begun = 1796086800000; /* 2026-12-01 09:00 */
static Actor clerk, lead;

static int set_up(void **state) {
    (void)state;
    clock_stop(begun);
    city_open(dialect, false);
    clerk = actor_as(ROLE_DISPATCHER, 0, 11);
    lead = actor_as(ROLE_DUTY_LEAD, 0, 12);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    clock_stop(0);
    return 0;
}

static int64_t number(const char *sql) { return strtoll(testdb_ask(&city_db, sql), NULL, 10); }

static void report_some(int n) {
    for (int i = 0; i < n; i++)
        assert_ok(call("case.report", &clerk, "{\"text\":\"井盖\",\"name\":\"金丝雀-4711\"}"));
}

static int64_t ask(const Actor *by) {
    assert_ok(call("export.ask", by, "{\"reason\":\"月度分析\"}"));
    return answered("id");
}

static Err about(const char *op, const Actor *by, int64_t id, const char *more) {
    char json[200];
    snprintf(json, sizeof json, "{\"id\":\"%lld\"%s}", (long long)id, more);
    return call(op, by, json);
}

static void refused(Err e, Err expected, const char *key) {
    assert_int_equal(e, expected);
    assert_string_equal(fa.key, key);
}

#define YES ",\"reason\":\"同意\""
static int rows_answered(void) {
    int n = 0;
    for (const char *p = answer; (p = strstr(p, "\"code\":")); p++)
        n++;
    return n;
}

static void test_alone(void **state) {
    (void)state;
    report_some(150);
    int64_t id = ask(&clerk);
    assert_ok(about("export.take", &clerk, id, ""));
    assert_int_equal(rows_answered(), 150);
    assert_null(strstr(answer, "金丝雀"));
    assert_int_equal(number("SELECT count(*) FROM access_log WHERE reason = '导出：月度分析'"), 150);
    assert_int_equal(number("SELECT count(DISTINCT case_id) FROM access_log"), 150);
    refused(about("export.take", &clerk, id, ""), ERR_FORBIDDEN, "export_used");
    refused(about("export.take", &clerk, ask(&clerk), ""), ERR_LIMIT, "words_need_two"); /* 300 in a day */
    assert_int_equal(number("SELECT count(*) FROM access_log"), 150);
    clock_stop(begun + EXPORT_ORDER_MS + 1);
    assert_ok(about("export.take", &clerk, ask(&clerk), ""));
}

static void test_two_persons(void **state) {
    (void)state;
    report_some(100); /* with those of before: 250 */
    clock_stop(begun + 3 * EXPORT_ORDER_MS);
    int64_t id = ask(&clerk), logged = number("SELECT count(*) FROM access_log");
    refused(about("export.take", &clerk, id, ""), ERR_LIMIT, "words_need_two");
    assert_int_equal(number("SELECT count(*) FROM access_log"), logged); /* nothing half */

    Actor handler = actor_as(ROLE_HANDLER, 0, 13), self = actor_as(ROLE_DUTY_LEAD, 0, 11), elsewhere;
    actor_in(ROLE_DUTY_LEAD, str("0zzz"), (OrgId){ 0 }, &elsewhere);
    elsewhere.account.v = 14;
    assert_int_equal(about("export.approve", &clerk, id, YES), ERR_FORBIDDEN);
    assert_int_equal(about("export.approve", &handler, id, YES), ERR_FORBIDDEN);
    refused(about("export.approve", &self, id, YES), ERR_FORBIDDEN, "export_own"); /* in another post */
    refused(about("export.approve", &elsewhere, id, YES), ERR_NOT_FOUND, "export_unknown");
    assert_int_equal(about("export.approve", &lead, id, ""), ERR_INVALID); /* a reason, please */
    assert_ok(about("export.approve", &lead, id, YES));
    refused(about("export.approve", &lead, id, YES), ERR_CONFLICT, "export_approved");
    refused(about("export.take", &lead, id, ""), ERR_NOT_FOUND,
            "export_unknown"); /* who agreed takes nothing */

    assert_ok(about("export.take", &clerk, id, ""));
    assert_int_equal(rows_answered(), 200);
    assert_ok(about("export.take", &clerk, id, ""));
    assert_int_equal(rows_answered(), 50);
    refused(about("export.take", &clerk, id, ""), ERR_FORBIDDEN, "export_used");
    assert_int_equal(number("SELECT count(*) FROM access_log") - logged, 250);
    assert_ok(call("export.list", &lead, "{\"limit\":1}"));
    assert_non_null(strstr(answer, "\"given\":250"));
    assert_non_null(strstr(answer, "\"approval\":\"同意\""));
    assert_int_equal(call("export.list", &clerk, "{}"), ERR_FORBIDDEN);
}

static void test_over(void **state) {
    (void)state;
    clock_stop(begun + 6 * EXPORT_ORDER_MS);
    int64_t id = ask(&clerk);
    clock_stop(begun + 7 * EXPORT_ORDER_MS + 1);
    refused(about("export.approve", &lead, id, YES), ERR_FORBIDDEN, "export_over");
    refused(about("export.take", &clerk, id, ""), ERR_FORBIDDEN, "export_over");
}

/* ---- the password that was reset while it was being checked ---- */

static SignIn sign_in;
static char room[1 << 20];

static Err prepare(Tx *tx, void *arg, Fault *f) {
    static Arena kept = { room, 0, sizeof room }; /* as the call's, which lives until the write */
    (void)arg;
    tx_lend(tx, &kept);
    return session_open_prepare(tx, &sign_in, &clerk, f);
}

static Err open_it(Tx *tx, void *arg, Fault *f) {
    static char space[1 << 18];
    Arena a = { space, 0, sizeof space };
    Me me;
    (void)arg;
    tx_lend(tx, &a);
    return session_open(tx, &sign_in, &clerk, &me, f);
}

static void test_reset_while_signing_in(void **state) {
    Actor system = actor_as(ROLE_SYSTEM_ADMIN, 0, 1), security = actor_as(ROLE_SECURITY_ADMIN, 0, 2);
    (void)state;
    assert_ok(call("account.add", &system,
                   "{\"login\":\"zhang\",\"title\":\"张三\",\"password\":\"the old one 1\"}"));
    assert_ok(
        call("post.give", &security, "{\"login\":\"zhang\",\"role\":\"dispatcher\",\"since\":\"2020-01-01\"}"));
    testdb_exec(&city_db, "UPDATE account SET one_time = FALSE WHERE login = 'zhang'");
    sign_in = (SignIn){ .login = str("zhang"), .password = str("the old one 1") };
    assert_ok(store_read(city, -1, prepare, NULL, &fa));
    assert_ok(call("account.password", &system, "{\"login\":\"zhang\",\"password\":\"the new one 2\"}"));
    assert_int_equal(store_write_now(city, open_it, NULL, false, &fa), ERR_SIGN_IN);
    assert_string_equal(fa.key, "password_changed");
    assert_int_equal(number("SELECT count(*) FROM session"), 0);
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = { cmocka_unit_test(test_alone), cmocka_unit_test(test_two_persons),
                                               cmocka_unit_test(test_over),
                                               cmocka_unit_test(test_reset_while_signing_in) };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "exports, SQLite" : "exports, PostgreSQL", tests, set_up,
                                       tear_down);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
