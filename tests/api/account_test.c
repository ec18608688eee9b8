/* account_test – an administrator's reset cannot be used unseen: a password that
 * another has set is good for one thing, its own change; it is told and written down. */
#include "city.h"

#include "account.h"

static Dialect dialect;
static const int64_t begun = 1796086800000; /* 2026-12-01 09:00 */

static int set_up(void **state) {
    (void)state;
    clock_stop(begun);
    city_open(dialect, false);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    clock_stop(0);
    return 0;
}

static Err sign_in(const char *password, const char *new_password) {
    Actor nobody;
    char json[300];
    actor_public(&nobody);
    snprintf(json, sizeof json, "{\"login\":\"dispatch\",\"password\":\"%s\"%s%s%s}", password,
             new_password ? ",\"new_password\":\"" : "", new_password ? new_password : "",
             new_password ? "\"" : "");
    return call("session.open", &nobody, json);
}

static int64_t number(const char *sql) { return strtoll(testdb_ask(&city_db, sql), NULL, 10); }

static void make_account(void) {
    Actor system = actor_as(ROLE_SYSTEM_ADMIN, 0, 77), security = actor_as(ROLE_SECURITY_ADMIN, 0, 78);
    assert_ok(call("account.add", &system,
                   "{\"login\":\"dispatch\",\"title\":\"李四\",\"password\":\"first-password\"}"));
    assert_ok(call("post.give", &security, "{\"login\":\"dispatch\",\"role\":\"dispatcher\"}"));
    assert_ok(sign_in("first-password", "his-own-password"));
}

static void test_first_password(void **state) {
    Actor system = actor_as(ROLE_SYSTEM_ADMIN, 0, 77), security = actor_as(ROLE_SECURITY_ADMIN, 0, 78);
    (void)state;
    assert_ok(call("account.add", &system,
                   "{\"login\":\"dispatch\",\"title\":\"李四\",\"password\":\"first-password\"}"));
    assert_ok(call("post.give", &security, "{\"login\":\"dispatch\",\"role\":\"dispatcher\"}"));
    assert_int_equal(sign_in("first-password", NULL), ERR_FORBIDDEN);
    assert_string_equal(fa.key, "one_time");
    assert_string_equal(fa.field, "new_password");
    assert_int_equal(sign_in("first-password", "first-password"), ERR_FORBIDDEN); /* that is no new one */
    assert_int_equal(sign_in("first-password", "short"), ERR_INVALID);
    assert_int_equal(number("SELECT count(*) FROM session"), 0);
    assert_ok(sign_in("first-password", "his-own-password"));
    assert_ok(sign_in("his-own-password", NULL));
    assert_int_equal(sign_in("first-password", NULL), ERR_SIGN_IN);
}

static void test_reset(void **state) {
    Actor system, audit = actor_as(ROLE_AUDIT_ADMIN, 0, 79), nobody;
    char line[200];
    (void)state;
    actor_public(&nobody);
    make_account();
    system = actor_as(ROLE_SYSTEM_ADMIN, 0, 77);
    assert_ok(call("account.add", &system,
                   "{\"login\":\"system\",\"title\":\"系统员\",\"password\":\"system-password\"}"));
    system.account.v = number("SELECT id FROM account WHERE login = 'system'");
    assert_int_equal(number("SELECT count(*) FROM session WHERE NOT revoked"), 1);

    assert_ok(call("account.password", &system, "{\"login\":\"dispatch\",\"password\":\"known-to-two\"}"));
    assert_int_equal(number("SELECT count(*) FROM session WHERE NOT revoked"), 0); /* he notices */
    assert_int_equal(sign_in("known-to-two", NULL), ERR_FORBIDDEN); /* neither he nor the other gets in */
    assert_non_null(strstr(fa.zh, "这个密码由系统员于 2026-12-01 09:00 设置"));
    assert_non_null(strstr(fa.en, "If you did not ask for it, tell the audit administrator."));
    assert_int_equal(number("SELECT count(*) FROM session WHERE NOT revoked"), 0);
    assert_int_equal(sign_in("his-own-password", NULL), ERR_SIGN_IN);
    assert_ok(sign_in("known-to-two", "only-his-again"));
    assert_ok(sign_in("only-his-again", NULL));

    assert_ok(call("account.history", &audit, "{\"login\":\"dispatch\"}"));
    snprintf(line, sizeof line, "\"what\":\"reset\",\"by_whom\":\"%lld\",\"role\":\"system_admin\"",
             (long long)system.account.v);
    const char *changed = strstr(answer, "\"what\":\"changed\""), *reset = strstr(answer, line);
    const char *added = strstr(answer, "\"what\":\"added\",\"by_whom\":\"77\"");
    assert_true(changed && reset && added && changed < reset && reset < added); /* the newest first */
    Actor dispatcher = actor_as(ROLE_DISPATCHER, 0, 11);
    assert_int_equal(call("account.history", &dispatcher, ""), ERR_FORBIDDEN);
    assert_int_equal(call("account.history", &system, ""), ERR_FORBIDDEN);
}

static void test_it_ends(void **state) {
    Actor system = actor_as(ROLE_SYSTEM_ADMIN, 0, 77);
    (void)state;
    make_account();
    assert_ok(call("account.password", &system, "{\"login\":\"dispatch\",\"password\":\"known-to-two\"}"));
    clock_stop(begun + ONE_TIME_MS + 1);
    assert_int_equal(sign_in("known-to-two", "only-his-again"), ERR_SIGN_IN);
    assert_string_equal(fa.key, "one_time_over");
    clock_stop(begun + ONE_TIME_MS);
    assert_ok(sign_in("known-to-two", "only-his-again"));
}

/* Of his own will, too: it ends his other sessions. */
static void test_own_change(void **state) {
    (void)state;
    make_account();
    assert_ok(sign_in("his-own-password", NULL));
    assert_int_equal(number("SELECT count(*) FROM session WHERE NOT revoked"), 2);
    assert_ok(sign_in("his-own-password", "another-of-his"));
    assert_int_equal(number("SELECT count(*) FROM session WHERE NOT revoked"), 1);
    assert_int_equal(sign_in("his-own-password", NULL), ERR_SIGN_IN);
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
#define EACH(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        EACH(test_first_password),
        EACH(test_reset),
        EACH(test_it_ends),
        EACH(test_own_change),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "accounts on SQLite" : "accounts on PostgreSQL", tests,
                                       NULL, NULL);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
