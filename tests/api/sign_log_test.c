/* sign_log_test – every sign-in and refusal is an entry of a chain that only the audit
 * administrator reads; wrong passwords are counted for all servers together; after three
 * years the logs are erased from their beginning, and what is left can still be checked. */
#include "city.h"

#include "access.h"
#include "retention.h"
#include "sign_log.h"
#include "store.h"

static Dialect dialect;
static const int64_t begun = 1796086800000; /* 2026-12-01 09:00 */
#define DAYS(n) ((n)*86400000LL)
static Actor nobody, system_admin, security, auditor;

static int set_up(void **state) {
    (void)state;
    clock_stop(begun);
    city_open(dialect, true);
    actor_public(&nobody);
    nobody.near = NEAR_OUTSIDE;
    system_admin = actor_as(ROLE_SYSTEM_ADMIN, 0, 0);
    security = actor_as(ROLE_SECURITY_ADMIN, 0, 0);
    auditor = actor_as(ROLE_AUDIT_ADMIN, 0, 0);
    assert_ok(call("account.add", &system_admin,
                   "{\"login\":\"clerk\",\"title\":\"张三\",\"password\":\"one-time-secret\"}"));
    assert_ok(call("post.give", &security, "{\"login\":\"clerk\",\"role\":\"dispatcher\"}"));
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    clock_stop(0);
    return 0;
}

static int64_t number(const char *sql) { return strtoll(testdb_ask(&city_db, sql), NULL, 10); }

static Err sign_in(const char *login, const char *password, const char *more) {
    char json[200];
    snprintf(json, sizeof json, "{\"login\":\"%s\",\"password\":\"%s\"%s}", login, password, more);
    return call("session.open", &nobody, json);
}

static Err check_both(Tx *tx, void *arg, Fault *f) {
    static char room[1 << 16];
    int64_t *rows = arg;
    Arena a = { room, 0, sizeof room };
    tx_lend(tx, &a);
    TRY(access_check(tx, &rows[0], f));
    return sign_log_check(tx, &rows[1], f);
}

static void test_every_one_is_written(void **state) {
    (void)state;
    assert_int_equal(sign_in("clerk", "quite-wrong-1", ""), ERR_SIGN_IN);
    assert_int_equal(sign_in("no-such-login", "quite-wrong-2", ""), ERR_SIGN_IN);
    assert_int_equal(sign_in("clerk", "one-time-secret", ""),
                     ERR_FORBIDDEN); /* good for its own change alone */
    assert_ok(sign_in("clerk", "one-time-secret", ",\"new_password\":\"own-secret-1\""));
    assert_ok(call("session.revoke", &security, "{\"login\":\"clerk\"}"));
    assert_ok(call("account.password", &system_admin, "{\"login\":\"clerk\",\"password\":\"another-one-1\"}"));

    assert_ok(call("sign.list", &auditor, "{\"login\":\"clerk\"}"));
    static const char *const whats[] = { "wrong", "refused", "password", "signed_in", "revoked" };
    for (size_t i = 0; i < COUNT(whats); i++) {
        char said[40];
        snprintf(said, sizeof said, "\"what\":\"%s\"", whats[i]);
        if (!strstr(answer, said))
            fail_msg("no %s in %s", said, answer);
    }
    assert_non_null(strstr(answer, "\"near\":\"outside\""));
    assert_ok(call("sign.list", &auditor, "{}"));
    assert_null(strstr(answer, "no-such-login")); /* neither a name that was typed nor a password */
    assert_null(strstr(answer, "wrong-1"));
    assert_int_equal(number("SELECT count(*) FROM sign_log WHERE account IS NULL AND what = 2"), 1);
}

/* 三员分立: the other two neither read nor erase it, and no operation writes into it. */
static void test_who_reads(void **state) {
    (void)state;
    assert_int_equal(sign_in("clerk", "quite-wrong-1", ""), ERR_SIGN_IN);
    for (int r = 0; r <= ROLE_AUDIT_ADMIN; r++) {
        Actor by = actor_as((Role)r, 0, 0);
        Err e = call("sign.list", &by, "{}");
        assert_int_equal(e == OK, r == ROLE_AUDIT_ADMIN);
    }
}

static void test_chain_shows_a_change(void **state) {
    int64_t rows[2];
    (void)state;
    assert_int_equal(sign_in("clerk", "quite-wrong-1", ""), ERR_SIGN_IN);
    assert_int_equal(sign_in("clerk", "quite-wrong-2", ""), ERR_SIGN_IN);
    assert_ok(store_read(city, -1, check_both, rows, &fa));
    assert_int_equal(rows[1], 2);
    testdb_exec(&city_db, "UPDATE sign_log SET what = 1 WHERE number = 1");
    assert_int_equal(store_read(city, -1, check_both, rows, &fa), ERR_STORE);
    assert_string_equal(fa.key, "sign_chain");
}

/* ---- wrong passwords ---- */

static Store *other;

static Err sign_in_at(Store *server, const char *password) {
    Store *here = city;
    city = server;
    Err e = sign_in("clerk", password, "");
    city = here;
    return e;
}

/* Two servers of one database: three tries here and two there are five. */
static void test_counted_over_all_servers(void **state) {
    (void)state;
    if (dialect != POSTGRES)
        return; /* SQLite has one server */
    assert_ok(store_open(&city_db.config, &other, &fa));
    for (int i = 0; i < 5; i++)
        assert_int_equal(sign_in_at(i % 2 ? other : city, "quite-wrong-1"), ERR_SIGN_IN);
    assert_int_equal(sign_in_at(other, "quite-wrong-1"), ERR_OFTEN);
    assert_string_equal(fa.en, "Too many wrong passwords in a row: try again in 1 seconds.");
    assert_int_equal(sign_in_at(city, "quite-wrong-1"), ERR_OFTEN);
    store_close(other);
}

static void test_waits(void **state) {
    (void)state;
    for (int i = 0; i < 5; i++)
        assert_int_equal(sign_in("clerk", "quite-wrong-1", ""), ERR_SIGN_IN);
    for (int i = 0; i < 3; i++)
        assert_int_equal(sign_in("clerk", "one-time-secret", ""), ERR_OFTEN);
    assert_string_equal(fa.zh, "密码连续输错多次，请在 1 秒后再试。");
    assert_int_equal(number("SELECT count(*) FROM sign_log WHERE what = 3"),
                     1);                                               /* said once, not at each try */
    assert_int_equal(sign_in("li", "quite-wrong-1", ""), ERR_SIGN_IN); /* nobody else waits */
    clock_stop(begun + 1000);
    assert_int_equal(sign_in("clerk", "quite-wrong-1", ""), ERR_SIGN_IN);
    clock_stop(begun + 2000);
    assert_int_equal(sign_in("clerk", "quite-wrong-1", ""), ERR_OFTEN); /* twice as long */
    assert_string_equal(fa.en, "Too many wrong passwords in a row: try again in 1 seconds.");
    clock_stop(begun + 3000);
    assert_ok(sign_in("clerk", "one-time-secret", ",\"new_password\":\"own-secret-1\""));
    assert_int_equal(number("SELECT count(*) FROM attempt"), 1); /* li's */
    clock_stop(begun + DAYS(2));
    bool ours;
    RetentionCount c;
    assert_ok(retention_pass(city, NULL, &ours, &c, &fa));
    assert_int_equal(number("SELECT count(*) FROM attempt"), 0);
}

/* ---- three years ---- */

static void test_erased_after_three_years(void **state) {
    int64_t rows[2];
    bool ours;
    RetentionCount c;
    char json[160];
    Actor dispatcher = actor_as(ROLE_DISPATCHER, 0, 11);
    (void)state;

    /* erasing contacts is logged, too: here only what was opened */
    testdb_exec(&city_db, "DELETE FROM reporter");
    testdb_exec(&city_db, "DELETE FROM hidden_words");
    assert_ok(call("case.report", &dispatcher, "{\"text\":\"井盖\",\"lon\":121.4683,\"lat\":31.2203}"));
    int64_t id = answered("id");
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"reason\":\"回电\"}", (long long)id);
    assert_ok(call("case.contact", &dispatcher, json));
    assert_int_equal(sign_in("clerk", "quite-wrong-1", ""), ERR_SIGN_IN);
    clock_stop(begun + DAYS(200));
    assert_ok(call("case.contact", &dispatcher, json));
    assert_int_equal(sign_in("clerk", "quite-wrong-1", ""), ERR_SIGN_IN);

    clock_stop(begun + DAYS(1094));
    assert_ok(retention_pass(city, NULL, &ours, &c, &fa));
    assert_int_equal(number("SELECT count(*) FROM access_log"), 2); /* not a day too early */
    clock_stop(begun + DAYS(1096));
    assert_ok(retention_pass(city, NULL, &ours, &c, &fa));
    assert_true(ours);
    assert_int_equal(number("SELECT count(*) FROM access_log"), 1);
    assert_int_equal(number("SELECT count(*) FROM sign_log"), 1);
    assert_ok(store_read(city, -1, check_both, rows, &fa));
    assert_int_equal(rows[0], 1);
    assert_int_equal(rows[1], 1);

    /* what is added goes on, also where nothing was left */
    clock_stop(begun + DAYS(1400));
    assert_ok(retention_pass(city, NULL, &ours, &c, &fa));
    assert_int_equal(number("SELECT count(*) FROM access_log"), 0);
    assert_ok(call("case.contact", &dispatcher, json));
    assert_int_equal(number("SELECT number FROM access_log"), 3);
    assert_ok(store_read(city, -1, check_both, rows, &fa));

    /* who takes the first rows away himself is seen */
    assert_ok(call("case.contact", &dispatcher, json));
    testdb_exec(&city_db, "DELETE FROM access_log WHERE number = 3");
    assert_int_equal(store_read(city, -1, check_both, rows, &fa), ERR_STORE);
    assert_string_equal(fa.key, "access_chain");
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
#define EACH(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        EACH(test_every_one_is_written),     EACH(test_who_reads), EACH(test_chain_shows_a_change),
        EACH(test_counted_over_all_servers), EACH(test_waits),     EACH(test_erased_after_three_years),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "sign-in log on SQLite" : "sign-in log on PostgreSQL",
                                       tests, NULL, NULL);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
