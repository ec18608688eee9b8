/* people_test – posts with dates, taken away in the middle of a step; sessions ended
 * from outside; 三员分立 by every path that gives a post; every role has its row. */
#include "city.h"

#include "account.h"
#include "post.h"
#include "right.h"
#include "store.h"

static Dialect dialect;
static const int64_t begun = 1796086800000; /* 2026-12-01 09:00 */
#define DAY_MS (24LL * 3600 * 1000)

static int set_up(void **state) {
    (void)state;
    clock_stop(begun);
    city_open(dialect, true);
    account_test_sessions(true);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    clock_stop(0);
    account_test_sessions(false);
    return 0;
}

static int64_t number(const char *sql) { return strtoll(testdb_ask(&city_db, sql), NULL, 10); }

static Actor system_admin(void) { return actor_as(ROLE_SYSTEM_ADMIN, 0, 0); }
static Actor security_admin(void) { return actor_as(ROLE_SECURITY_ADMIN, 0, 0); }

static int64_t account_new_of(const char *login) {
    Actor system = system_admin();
    char json[200];
    snprintf(json, sizeof json, "{\"login\":\"%s\",\"title\":\"张三\",\"password\":\"long-enough-1\"}", login);
    assert_ok(call("account.add", &system, json));
    return answered("id");
}

static Err give(const char *login, const char *role, const char *more) {
    Actor security = security_admin();
    char json[300];
    snprintf(json, sizeof json, "{\"login\":\"%s\",\"role\":\"%s\"%s}", login, role, more);
    return call("post.give", &security, json);
}

static Err sign_in(const char *login) {
    Actor nobody;
    char json[200];
    actor_public(&nobody);
    snprintf(json, sizeof json, "{\"login\":\"%s\",\"password\":\"long-enough-1\"}", login);
    return call("session.open", &nobody, json);
}

/* ---- rights ---- */

static void test_every_role_has_its_row(void **state) {
    (void)state;
    for (int r = 1; r <= ROLE_AUDIT_ADMIN; r++) {
        assert_non_null(choice_numbered(&role_choices, r));
        assert_true(right_of((Role)r, RIGHT_SIGNED_IN));
        /* who takes steps sees what he works on; who opens contacts, too */
        assert_true(!right_of((Role)r, RIGHT_CASE_ACT) || right_of((Role)r, RIGHT_CASE_READ));
        assert_true(!right_of((Role)r, RIGHT_CONTACT_OPEN) || right_of((Role)r, RIGHT_CASE_ACT));
    }
    assert_false(right_of(ROLE_PUBLIC, RIGHT_SIGNED_IN));
    static const Role admins[] = { ROLE_SYSTEM_ADMIN, ROLE_SECURITY_ADMIN, ROLE_AUDIT_ADMIN };
    for (size_t i = 0; i < COUNT(admins); i++) {
        assert_false(right_of(admins[i], RIGHT_CASE_READ));
        assert_false(right_of(admins[i], RIGHT_CASE_ACT));
        assert_false(right_of(admins[i], RIGHT_CONTACT_OPEN));
    }
}

/* A post that leads its unit plans the unit's roster; nobody else's post leads. */
static void test_leads(void **state) {
    (void)state;
    account_new_of("zhangsan");
    for (int r = 1; r <= ROLE_AUDIT_ADMIN; r++)
        for (int unit = 0; unit < 2; unit++) {
            const char *word = choice_numbered(&role_choices, r)->word;
            Err e = give("zhangsan", word, unit ? ",\"unit\":\"U2\",\"leads\":true" : ",\"leads\":true");
            bool may = unit && (r == ROLE_HANDLER || r == ROLE_PROPERTY);
            assert_int_equal(e, may ? OK : ERR_INVALID);
            if (may)
                testdb_exec(&city_db, "DELETE FROM post WHERE leads");
        }
    assert_ok(give("zhangsan", "unit_handler", ",\"unit\":\"U2\",\"leads\":true"));
    assert_ok(sign_in("zhangsan"));
    assert_non_null(strstr(answer, "\"leads\":true"));
    assert_non_null(strstr(answer, "\"right\":\"duty_write\""));
    account_new_of("lisi");
    assert_ok(give("lisi", "unit_handler", ",\"unit\":\"U2\""));
    assert_ok(sign_in("lisi"));
    assert_null(strstr(answer, "\"right\":\"duty_write\""));
}

/* ---- dates ---- */

static void test_dates(void **state) {
    (void)state;
    account_new_of("dated");
    assert_int_equal(sign_in("dated"), ERR_FORBIDDEN); /* no post at all */
    assert_string_equal(fa.key, "no_post");
    assert_ok(give("dated", "checker", ",\"since\":\"2026-12-02\",\"until\":\"2026-12-03\""));
    assert_int_equal(sign_in("dated"), ERR_FORBIDDEN); /* not yet */
    clock_stop(begun + DAY_MS);
    assert_ok(sign_in("dated"));
    clock_stop(begun + 2 * DAY_MS);
    assert_ok(sign_in("dated"));
    clock_stop(begun + 3 * DAY_MS);
    assert_int_equal(sign_in("dated"), ERR_FORBIDDEN); /* over */
    assert_int_equal(give("dated", "checker", ",\"since\":\"2026-12-09\",\"until\":\"2026-12-08\""),
                     ERR_INVALID);
    assert_string_equal(fa.field, "until");
}

/* ---- looked up ---- */

/* 三员分立: each of the three sees who there is; nobody else does. */
static void test_who_looks_up(void **state) {
    (void)state;
    account_new_of("zhangsan");
    for (int r = 0; r <= ROLE_AUDIT_ADMIN; r++) {
        Actor by = actor_as((Role)r, 0, 0);
        Err wanted = r >= ROLE_SYSTEM_ADMIN ? OK : r == ROLE_PUBLIC ? ERR_SIGN_IN : ERR_FORBIDDEN;
        assert_int_equal(call("account.list", &by, "{}"), wanted);
        assert_int_equal(call("post.list", &by, "{\"login\":\"zhangsan\"}"), wanted);
    }
}

static void listed(const char *json, const char *const *logins, size_t n) {
    Actor security = security_admin();
    const char *at;
    assert_ok(call("account.list", &security, json));
    assert_null(strstr(answer, "password\":\""));
    at = answer;
    for (size_t i = 0; i < n; i++) {
        char said[80];
        snprintf(said, sizeof said, "\"login\":\"%s\"", logins[i]);
        if (!(at = strstr(at, said)))
            fail_msg("%s: no %s in its place in %s", json, logins[i], answer);
    }
    size_t found = 0;
    for (const char *p = answer; (p = strstr(p, "\"login\":")); p++)
        found++;
    assert_int_equal(found, n);
}

static void test_accounts_are_found(void **state) {
    Actor security = security_admin();
    (void)state;
    testdb_exec(&city_db, "DELETE FROM post");
    testdb_exec(&city_db, "DELETE FROM account");
    account_new_of("c-three");
    account_new_of("a_one");
    account_new_of("b%two");
    assert_ok(give("a_one", "checker", ""));
    assert_ok(give("a_one", "unit_handler", ",\"unit\":\"U2\",\"until\":\"2026-12-02\""));
    assert_ok(give("b%two", "checker", ",\"since\":\"2026-12-02\""));
    listed("{}", (const char *[]){ "a_one", "b%two", "c-three" }, 3);
    listed("{\"limit\":2}", (const char *[]){ "a_one", "b%two" }, 2);
    listed("{\"limit\":2,\"page\":2}", (const char *[]){ "c-three" }, 1);
    listed("{\"words\":\"_\"}", (const char *[]){ "a_one" }, 1); /* letters, not wild cards */
    listed("{\"words\":\"%\"}", (const char *[]){ "b%two" }, 1);
    listed("{\"words\":\"张\"}", (const char *[]){ "a_one", "b%two", "c-three" }, 3);
    listed("{\"login\":\"c-three\"}", (const char *[]){ "c-three" }, 1);
    listed("{\"role\":\"checker\"}", (const char *[]){ "a_one" }, 1); /* today */
    listed("{\"unposted\":true}", (const char *[]){ "b%two", "c-three" }, 2);
    clock_stop(begun + 2 * DAY_MS);
    listed("{\"role\":\"checker\"}", (const char *[]){ "a_one", "b%two" }, 2);
    listed("{\"role\":\"unit_handler\"}", NULL, 0);

    assert_ok(call("post.list", &security, "{\"login\":\"a_one\"}"));
    assert_null(strstr(answer, "unit_handler")); /* over */
    assert_ok(call("post.list", &security, "{\"login\":\"a_one\",\"past\":true}"));
    const char *over = strstr(answer, "\"role\":\"unit_handler\"");
    assert_true(over && strstr(over, "\"unit_name\":\"") && strstr(over, "\"until\":\"2026-12-02\""));
}

static void test_units_are_found(void **state) {
    Actor security = security_admin();
    (void)state;
    assert_ok(call("org.list", &security, "{\"words\":\"U2\"}")); /* by its code */
    int64_t id = answered("id");
    char json[240], name[200];
    assert_int_equal(sscanf(strstr(answer, "\"name\":\""), "\"name\":\"%199[^\"]", name), 1);
    snprintf(json, sizeof json, "{\"words\":\"%s\"}", name);
    assert_ok(call("org.list", &security, json));
    assert_int_equal(answered("id"), id);
    assert_ok(call("org.list", &security, "{\"words\":\"%\"}"));
    assert_string_equal(answer, "{\"items\":[]}");
}

/* ---- taken away in the middle of a step ---- */

static Err load_actor(Tx *tx, void *arg, Fault *f) {
    static char room[1 << 16];
    static Arena a;
    a = (Arena){ room, 0, sizeof room };
    tx_lend(tx, &a);
    return account_actor(tx, str("mid"), arg, f);
}

static void begin_step(Actor *ret, int64_t *ret_case) {
    Actor nobody;
    actor_public(&nobody);
    account_new_of("mid");
    assert_ok(give("mid", "dispatcher", ""));
    assert_ok(store_read(city, -1, load_actor, ret, &fa));
    assert_true(ret->post.v != 0);
    assert_ok(call("case.report", &nobody, "{\"text\":\"x\",\"lon\":121.47,\"lat\":31.225}"));
    assert_ok(call("case.list", ret, "{\"limit\":1}"));
    *ret_case = answered("id");
}

static Err accept_once(const Actor *by, int64_t id) {
    char json[160];
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"revision\":1,\"act\":\"accept\"}", (long long)id);
    return call("case.act", by, json);
}

static void test_post_taken_away(void **state) {
    Actor mid, security = security_admin();
    int64_t id, post;
    char json[80], sql[80];

    (void)state;
    begin_step(&mid, &id);
    assert_ok(call("post.list", &security, "{\"login\":\"mid\"}"));
    post = answered("id");
    assert_int_equal(post, mid.post.v);
    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)post);
    assert_ok(call("post.end", &security, json));
    assert_int_equal(accept_once(&mid, id), ERR_FORBIDDEN);
    assert_string_equal(fa.key, "post_taken");
    assert_string_equal(fa.zh, "您的岗位或会话刚刚结束，这一步没有办。请重新登录。");
    assert_string_equal(fa.en,
                        "Your post or session has just ended, so nothing was done. Please sign in again.");
    snprintf(sql, sizeof sql, "SELECT revision FROM cases WHERE id = %lld", (long long)id);
    assert_int_equal(number(sql), 1);
    assert_int_equal(call("post.end", &security, json), ERR_CONFLICT); /* once */
    assert_int_equal(sign_in("mid"), ERR_FORBIDDEN);
    assert_ok(give("mid", "dispatcher", ""));
    assert_ok(store_read(city, -1, load_actor, &mid, &fa));
    assert_ok(accept_once(&mid, id)); /* nothing of it was lost */
}

static void test_sessions_ended(void **state) {
    Actor mid, security = security_admin();
    int64_t id;

    (void)state;
    begin_step(&mid, &id);
    assert_ok(sign_in("mid"));
    mid.session.v = number("SELECT max(id) FROM session");
    assert_ok(call("session.me", &mid, ""));
    assert_int_equal(call("session.revoke", &mid, "{\"login\":\"mid\"}"), ERR_FORBIDDEN);
    assert_ok(call("session.revoke", &security, "{\"login\":\"mid\"}"));
    assert_int_equal(number("SELECT count(*) FROM session WHERE NOT revoked"), 0);
    assert_int_equal(accept_once(&mid, id), ERR_FORBIDDEN);
    assert_string_equal(fa.key, "post_taken");
    mid.session.v = 0;
    assert_ok(accept_once(&mid, id));
    assert_int_equal(number("SELECT count(*) FROM account_event WHERE what = 6"), 1);
}

/* ---- 三员分立 ---- */

static const char *const admin_roles[] = { "system_admin", "security_admin", "audit_admin" };

static void test_three_are_three(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(admin_roles); i++) {
        account_new_of(admin_roles[i]);
        assert_ok(give(admin_roles[i], admin_roles[i], ""));
        for (int r = 1; r <= ROLE_AUDIT_ADMIN; r++) {
            const char *word = choice_numbered(&role_choices, r)->word;
            const char *more = r == ROLE_HANDLER || r == ROLE_PROPERTY ? ",\"unit\":\"U01\"" : "";
            bool another = r >= ROLE_SYSTEM_ADMIN && strcmp(word, admin_roles[i]) != 0;
            Err e = give(admin_roles[i], word, more);
            if (another || right_of((Role)r, RIGHT_CASE_READ)) {
                assert_int_equal(e, ERR_FORBIDDEN);
                assert_string_equal(fa.key, "three_admins");
            } else if (r < ROLE_SYSTEM_ADMIN)
                assert_ok(e);
        }
    }
}

/* The other way round, and for a time that only begins. */
static void test_readers_are_no_administrators(void **state) {
    (void)state;
    account_new_of("reader");
    assert_ok(give("reader", "checker", ",\"since\":\"2027-01-01\",\"until\":\"2027-01-31\""));
    for (size_t i = 0; i < COUNT(admin_roles); i++) {
        assert_int_equal(give("reader", admin_roles[i], ""), ERR_FORBIDDEN); /* it has no end: it overlaps */
        assert_int_equal(give("reader", admin_roles[i], ",\"since\":\"2027-01-31\""), ERR_FORBIDDEN);
    }
    assert_ok(give("reader", "system_admin", ",\"until\":\"2026-12-31\"")); /* before he reads anything */
    assert_int_equal(give("reader", "dispatcher", ",\"since\":\"2026-12-31\""), ERR_FORBIDDEN);
}

static void test_nobody_gives_himself(void **state) {
    Actor security;
    (void)state;
    int64_t id = account_new_of("guard");
    assert_ok(give("guard", "security_admin", ""));
    security = actor_as(ROLE_SECURITY_ADMIN, 0, id);
    assert_int_equal(call("post.give", &security, "{\"login\":\"guard\",\"role\":\"volunteer\"}"),
                     ERR_FORBIDDEN);
    assert_string_equal(fa.key, "own_post");
    for (int r = 1; r <= ROLE_AUDIT_ADMIN; r++) { /* and nobody else gives any */
        Actor other = actor_as((Role)r, 0, 1);
        if (r != ROLE_SECURITY_ADMIN)
            assert_int_equal(call("post.give", &other, "{\"login\":\"guard\",\"role\":\"volunteer\"}"),
                             ERR_FORBIDDEN);
    }
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
#define EACH(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        cmocka_unit_test(test_every_role_has_its_row),
        EACH(test_leads),
        EACH(test_dates),
        EACH(test_who_looks_up),
        EACH(test_accounts_are_found),
        EACH(test_units_are_found),
        EACH(test_post_taken_away),
        EACH(test_sessions_ended),
        EACH(test_three_are_three),
        EACH(test_readers_are_no_administrators),
        EACH(test_nobody_gives_himself),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "people on SQLite" : "people on PostgreSQL", tests, NULL,
                                       NULL);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
