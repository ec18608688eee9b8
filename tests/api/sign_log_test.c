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

/* ---- what the auditor's page asks ---- */

static int count_of(const char *said) {
    int n = 0;
    for (const char *p = answer; (p = strstr(p, said)); p++)
        n++;
    return n;
}

static void test_looked_into(void **state) {
    (void)state;
    assert_int_equal(sign_in("clerk", "quite-wrong-1", ""), ERR_SIGN_IN);
    nobody.near = NEAR_INSIDE;
    assert_int_equal(sign_in("no-such-login", "quite-wrong-2", ""), ERR_SIGN_IN);
    nobody.near = NEAR_OUTSIDE;
    clock_stop(begun + DAYS(1));
    assert_ok(sign_in("clerk", "one-time-secret", ",\"new_password\":\"own-secret-1\""));
    assert_ok(call("sign.list", &auditor, "{}"));
    assert_int_equal(count_of("\"number\":"), 4);
    assert_int_equal(count_of("\"login\":\"clerk\",\"title\":\"张三\""), 3);
    static const struct {
        const char *asked;
        int rows;
    } looks[] = {
        { "{\"near\":\"inside\"}", 1 },
        { "{\"what\":\"wrong\"}", 2 },
        { "{\"login\":\"clerk\",\"what\":\"wrong\"}", 1 },
        { "{\"until\":\"2026-12-01\"}", 2 },
        { "{\"from\":\"2026-12-02\",\"until\":\"2026-12-02\"}", 2 },
        { "{\"from\":\"2026-12-03\"}", 0 },
        { "{\"limit\":3}", 3 },
        { "{\"limit\":3,\"page\":2}", 1 },
    };
    for (size_t i = 0; i < COUNT(looks); i++) {
        assert_ok(call("sign.list", &auditor, looks[i].asked));
        if (count_of("\"number\":") != looks[i].rows)
            fail_msg("%s: %s", looks[i].asked, answer);
    }
    assert_int_equal(call("sign.list", &auditor, "{\"from\":\"2026-12-02\",\"until\":\"2026-12-01\"}"),
                     ERR_INVALID);
    assert_string_equal(fa.field, "until");
    assert_ok(call("account.history", &auditor, "{\"login\":\"clerk\",\"what\":\"post_given\"}"));
    assert_int_equal(count_of("\"what\":"), 1);
    assert_non_null(strstr(answer, "\"title\":\"张三\""));
    assert_ok(call("account.history", &auditor, "{\"until\":\"2026-11-30\"}"));
    assert_int_equal(count_of("\"what\":"), 0);
}

static void open_contact(int64_t id, const char *reason) {
    Actor caller = actor_as(ROLE_CALLBACK, 0, number("SELECT id FROM account WHERE login = 'clerk'"));
    char json[160];
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"reason\":\"%s\"}", (long long)id, reason);
    assert_ok(call("case.contact", &caller, json));
}

static int64_t case_with_contact(void) {
    assert_ok(call("case.report", &nobody,
                   "{\"text\":\"x\",\"lon\":121.47,\"lat\":31.225,\"contact\":\"13800000000\"}"));
    return number("SELECT max(id) FROM cases");
}

static void test_accesses_looked_into(void **state) {
    int64_t first = case_with_contact(), second = case_with_contact();
    char json[80], code[40];
    (void)state;
    open_contact(first, "回访");
    clock_stop(begun + DAYS(1));
    open_contact(second, "核对");
    assert_ok(call("access.list", &auditor, "{}"));
    assert_int_equal(count_of("\"number\":"), 2);
    assert_non_null(strstr(answer, "\"title\":\"张三\""));
    assert_true(strstr(answer, "核对") < strstr(answer, "回访")); /* the newest first */
    snprintf(json, sizeof json, "SELECT code FROM cases WHERE id = %lld", (long long)first);
    assert_int_equal(sscanf(testdb_ask(&city_db, json), "%39s", code), 1);
    snprintf(json, sizeof json, "{\"code\":\"%s\"}", code);
    assert_ok(call("access.list", &auditor, json));
    assert_int_equal(count_of("\"number\":"), 1);
    assert_non_null(strstr(answer, code));
    assert_non_null(strstr(answer, "回访"));
    assert_ok(call("access.list", &auditor, "{\"until\":\"2026-12-01\"}"));
    assert_int_equal(count_of("\"number\":"), 1);
    assert_ok(call("access.list", &auditor, "{\"login\":\"clerk\",\"limit\":1,\"page\":2}"));
    assert_int_equal(count_of("\"number\":"), 1);
    assert_int_equal(call("access.list", &auditor, "{\"login\":\"nobody\"}"), ERR_NOT_FOUND);
    assert_string_equal(fa.field, "login");
    for (int r = 0; r <= ROLE_AUDIT_ADMIN; r++) {
        Actor by = actor_as((Role)r, 0, 0);
        assert_int_equal(call("access.list", &by, "{}") == OK, r == ROLE_AUDIT_ADMIN);
        assert_int_equal(call("chain.check", &by, "{\"log\":\"sign\"}") == OK, r == ROLE_AUDIT_ADMIN);
    }
}

static void test_chain_checked_from_the_page(void **state) {
    (void)state;
    assert_ok(call("chain.check", &auditor, "{\"log\":\"sign\"}"));
    assert_string_equal(answer, "{\"rows\":0,\"broken\":false}");
    assert_int_equal(sign_in("clerk", "quite-wrong-1", ""), ERR_SIGN_IN);
    assert_int_equal(sign_in("clerk", "quite-wrong-2", ""), ERR_SIGN_IN);
    assert_int_equal(sign_in("clerk", "quite-wrong-3", ""), ERR_SIGN_IN);
    assert_ok(call("chain.check", &auditor, "{\"log\":\"sign\"}"));
    assert_string_equal(answer, "{\"rows\":3,\"broken\":false}");
    testdb_exec(&city_db, "UPDATE sign_log SET what = 1 WHERE number = 2");
    char wanted[120];
    snprintf(wanted, sizeof wanted, "{\"rows\":2,\"broken\":true,\"home\":%lld,\"number\":2}",
             (long long)number("SELECT max(home) FROM sign_log"));
    assert_ok(call("chain.check", &auditor, "{\"log\":\"sign\"}"));
    assert_string_equal(answer, wanted);
    assert_ok(call("chain.check", &auditor, "{\"log\":\"access\"}"));
    assert_string_equal(answer, "{\"rows\":0,\"broken\":false}"); /* the other log holds */
}

/* A long log is walked in parts: each ends with a home, and together they are all. */
static Err walk_in_parts(Tx *tx, void *arg, Fault *f) {
    static char room[1 << 16];
    int64_t *parts = arg, from = 0;
    Arena a = { room, 0, sizeof room };
    ChainWalk w;
    tx_lend(tx, &a);
    parts[0] = parts[1] = 0;
    do {
        TRY(sign_log_walk(tx, (int32_t)from, 1, &w, f));
        parts[0]++;
        parts[1] += w.rows;
        assert_true(!w.paused || w.home > from);
        from = w.home;
    } while (w.paused);
    return OK;
}

static void test_chain_in_parts(void **state) {
    int64_t parts[2];
    char login[40];
    (void)state;
    for (int i = 0; i < 12; i++) {
        snprintf(login, sizeof login, "none-%d", i % 6); /* each name has its home; twice */
        assert_int_equal(sign_in(login, "quite-wrong-1", ""), ERR_SIGN_IN);
    }
    assert_ok(store_read(city, -1, walk_in_parts, parts, &fa));
    assert_int_equal(parts[0], number("SELECT count(DISTINCT home) FROM sign_log"));
    assert_int_equal(parts[1], 12);
    assert_true(parts[0] > 1);
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
        EACH(test_every_one_is_written),
        EACH(test_who_reads),
        EACH(test_chain_shows_a_change),
        EACH(test_looked_into),
        EACH(test_accesses_looked_into),
        EACH(test_chain_checked_from_the_page),
        EACH(test_chain_in_parts),
        EACH(test_counted_over_all_servers),
        EACH(test_waits),
        EACH(test_erased_after_three_years),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "sign-in log on SQLite" : "sign-in log on PostgreSQL",
                                       tests, NULL, NULL);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
