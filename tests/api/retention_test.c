/* retention_test – what is erased in time, to the row: the clock stands just before
 * and just after each term, and what must stay stays. */
#include "city.h"

#include "installation.h"
#include "lease.h"
#include "retention.h"

static Dialect dialect;
static const int64_t begun = 1796086800000; /* 2026-12-01 09:00 */
#define DAYS(n) ((n)*24LL * 3600 * 1000)

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

static RetentionCount pass_at(int64_t ms) {
    RetentionCount n;
    bool ours = false;

    clock_stop(ms);
    assert_ok(retention_pass(city, NULL, &ours, &n, &fa));
    assert_true(ours);
    return n;
}

static int64_t number(const char *sql) { return strtoll(testdb_ask(&city_db, sql), NULL, 10); }

/* ---- contacts ---- */

static int64_t report(const char *more) {
    Actor dispatcher = actor_as(ROLE_DISPATCHER, 0, 11);
    char json[200];

    snprintf(json, sizeof json, "{\"text\":\"x\",\"source\":\"hotline\"%s}", more);
    assert_ok(call("case.report", &dispatcher, json));
    return answered("id");
}

/* What the loop's last step leaves in the row. */
static void close_at(int64_t id, int64_t ms) {
    char sql[200];
    snprintf(sql, sizeof sql, "UPDATE cases SET state = 10, closed_ms = %lld, closed_day = 1 WHERE id = %lld",
             (long long)ms, (long long)id);
    testdb_exec(&city_db, sql);
}

static void reopen(int64_t id) {
    char sql[200];
    snprintf(sql, sizeof sql, "UPDATE cases SET state = 6 WHERE id = %lld", (long long)id);
    testdb_exec(&city_db, sql);
}

static bool is_erased(int64_t id) {
    char sql[300];
    snprintf(
        sql, sizeof sql,
        "SELECT count(*) FROM reporter WHERE case_id = %lld AND erased_ms IS NOT NULL AND name IS NULL AND "
        "name_key IS NULL AND contact IS NULL AND contact_key IS NULL AND length(secret) = 0",
        (long long)id);
    return number(sql) == 1;
}

static bool is_whole(int64_t id) {
    char sql[300];
    snprintf(
        sql, sizeof sql,
        "SELECT count(*) FROM reporter WHERE case_id = %lld AND erased_ms IS NULL AND name IS NOT NULL AND "
        "contact IS NOT NULL AND length(secret) = 32",
        (long long)id);
    return number(sql) == 1;
}

#define CONTACT ",\"name\":\"张三\",\"contact\":\"13800000000\""

static void test_contacts(void **state) {
    Actor dispatcher = actor_as(ROLE_DISPATCHER, 0, 11);
    int64_t closed = report(CONTACT), open = report(CONTACT), reopened = report(CONTACT);
    int64_t rejected = report(CONTACT), dispute = report(CONTACT ",\"category\":\"305\""),
            anonymous = report("");
    (void)state;
    close_at(closed, begun + DAYS(10));
    close_at(reopened, begun + DAYS(10));
    reopen(reopened);
    close_at(dispute, begun + DAYS(10));
    close_at(anonymous, begun + DAYS(10));
    clock_stop(begun + DAYS(5));
    step(&dispatcher, rejected, "reject", ",\"note\":\"x\"", OK);

    assert_int_equal(pass_at(begun + DAYS(95)).contacts, 0);
    assert_true(is_whole(rejected));
    assert_int_equal(pass_at(begun + DAYS(95) + 1).contacts, 1);
    assert_true(is_erased(rejected));
    assert_int_equal(pass_at(begun + DAYS(100)).contacts, 0);
    assert_true(is_whole(closed));
    assert_int_equal(pass_at(begun + DAYS(100) + 1).contacts, 2);
    assert_true(is_erased(closed) && is_erased(anonymous));
    assert_true(is_whole(open) && is_whole(reopened) && is_whole(dispute));

    close_at(reopened, begun + DAYS(120)); /* the last close counts */
    assert_int_equal(pass_at(begun + DAYS(210)).contacts, 0);
    assert_int_equal(pass_at(begun + DAYS(210) + 1).contacts, 1);
    assert_true(is_erased(reopened));
    assert_int_equal(pass_at(begun + DAYS(1000)).contacts, 0);
    assert_true(is_whole(open) && is_whole(dispute)); /* open; a sealed file to be */
    assert_int_equal(number("SELECT count(*) FROM cases"), 6);
}

/* Afterwards nobody opens it, the second secret neither; the access log tells. */
static void test_what_is_left(void **state) {
    Actor dispatcher = actor_as(ROLE_DISPATCHER, 0, 11), nobody;
    char code[32], secret[32], json[120], wrong_text[2000] = "";
    Buf b = { wrong_text, 0, sizeof wrong_text, false, 0 };
    int64_t wrong = -1;
    (void)state;
    actor_public(&nobody);
    int64_t id = report(CONTACT);
    assert_int_equal(sscanf(strstr(answer, "\"code\":"), "\"code\":\"%31[^\"]", code), 1);
    assert_int_equal(sscanf(strstr(answer, "\"secret\":"), "\"secret\":\"%31[^\"]", secret), 1);
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"reason\":\"回电\"}", (long long)id);
    assert_ok(call("case.contact", &dispatcher, json));
    assert_non_null(strstr(answer, "13800000000"));
    close_at(id, begun);
    assert_int_equal(pass_at(begun + DAYS(91)).contacts, 1);
    assert_ok(call("case.contact", &dispatcher, json));
    assert_string_equal(answer, "{}");
    snprintf(json, sizeof json, "{\"code\":\"%s\",\"secret\":\"%s\"}", code, secret);
    assert_int_equal(call("case.track_more", &nobody, json), ERR_NOT_FOUND);
    assert_string_equal(fa.key, "secret_wrong");
    snprintf(json, sizeof json, "{\"code\":\"%s\"}", code);
    assert_ok(call("case.track", &nobody, json));
    assert_string_equal(testdb_ask(&city_db, "SELECT number, role, reason FROM access_log ORDER BY number"),
                        "1|10|回电;2|22|结案满 90 天，联系方式到期删除;3|10|回电");
    assert_ok(installation_check(city, &b, &wrong, &fa)); /* the chain holds */
    assert_int_equal(wrong, 0);
    pass_at(begun + DAYS(1094)); /* three years, and no row of it goes before */
    assert_int_equal(number("SELECT count(*) FROM access_log"), 3);
}

/* ---- client keys ---- */

static void test_client_keys(void **state) {
    static char first[1000], second[1000];
    Actor nobody;
    (void)state;
    actor_public(&nobody);
    assert_ok(call_keyed("case.report", &nobody, "{\"text\":\"a\"}", "key-000001"));
    snprintf(first, sizeof first, "%.900s", answer);
    clock_stop(begun + 1);
    assert_ok(call_keyed("case.report", &nobody, "{\"text\":\"b\"}", "key-000002"));
    snprintf(second, sizeof second, "%.900s", answer);
    assert_int_equal(pass_at(begun + DAYS(180)).requests, 0);
    assert_int_equal(pass_at(begun + DAYS(180) + 1).requests, 1);
    assert_string_equal(testdb_ask(&city_db, "SELECT client_key FROM request"), "key-000002");
    assert_ok(call_keyed("case.report", &nobody, "{\"text\":\"b\"}", "key-000002"));
    assert_string_equal(answer, second);
    assert_ok(call_keyed("case.report", &nobody, "{\"text\":\"a\"}", "key-000001")); /* long ago: a new one */
    assert_string_not_equal(answer, first);
}

/* ---- sessions ---- */

static void test_sessions(void **state) {
    char sql[600];
    (void)state;
    snprintf(
        sql, sizeof sql,
        "INSERT INTO session (id, home, token, account, post, made_ms, made_day, ends_ms, ends_day, revoked) "
        "SELECT id, 0, %s, 5, 6, made, 1, ends, 1, (1 = 0) FROM (SELECT 1 AS id, %lld AS made, %lld AS ends "
        "UNION ALL SELECT 2, %lld, %lld UNION ALL SELECT 3, %lld, %lld) AS s",
        dialect == SQLITE ? "CAST('t' || id AS BLOB)" : "convert_to('t' || id, 'UTF8')", (long long)begun,
        (long long)begun + 1000, (long long)begun, (long long)(begun + DAYS(20)), (long long)(begun + 1000),
        (long long)begun + 2000);
    testdb_exec(&city_db, sql);
    assert_int_equal(pass_at(begun + DAYS(90) + 1000).sessions, 0);
    assert_int_equal(pass_at(begun + DAYS(90) + 1001).sessions, 1);
    assert_string_equal(testdb_ask(&city_db, "SELECT id FROM session ORDER BY id"), "2;3");
    assert_int_equal(pass_at(begun + DAYS(109)).sessions, 1);
    assert_string_equal(testdb_ask(&city_db, "SELECT id FROM session ORDER BY id"),
                        "2"); /* it ended on day 20 */
}

/* ---- the pass ---- */

static void old_requests(int n) {
    char sql[600];
    snprintf(sql, sizeof sql,
             "INSERT INTO request (home, client_key, operation, body, result, result_key, made_ms, made_day) "
             "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < %d) "
             "SELECT 0, 'key-' || n, 'x', %s, %s, 1, n, 1 FROM i",
             n, dialect == SQLITE ? "x'00'" : "'\\x00'::bytea", dialect == SQLITE ? "x'00'" : "'\\x00'::bytea");
    testdb_exec(&city_db, sql);
}

static void test_batches(void **state) {
    RetentionCount before = retention_total(), n;
    atomic_bool stop = true;
    bool ours;
    (void)state;
    old_requests(1201);
    assert_ok(retention_pass(city, &stop, &ours, &n, &fa)); /* the server is leaving */
    assert_int_equal(n.requests, 0);
    long operations = store_counts(city).operations;
    assert_int_equal(pass_at(begun).requests, 1201);
    assert_true(store_counts(city).operations - operations >= 5); /* 500, 500, 201; sessions; contacts */
    assert_int_equal(retention_total().requests - before.requests, 1201);
    assert_int_equal(number("SELECT count(*) FROM request"), 0);
}

/* Of two servers one does it; the other goes on where that one was. */
static void test_lease(void **state) {
    Store *other;
    RetentionCount n;
    bool ours = true;
    (void)state;
    old_requests(3);
    assert_ok(store_open(&city_db.config, &other, &fa));
    assert_ok(lease_hold(other, "retention", 60000, &ours, &fa));
    assert_true(ours);
    assert_ok(retention_pass(city, NULL, &ours, &n, &fa));
    assert_false(ours);
    assert_int_equal(n.requests, 0);
    assert_int_equal(number("SELECT count(*) FROM request"), 3);
    store_close(other);
    assert_int_equal(number("SELECT count(*) FROM lease WHERE name = 'retention' AND holder <> ''"), 0);
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
#define EACH(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        EACH(test_contacts), EACH(test_what_is_left), EACH(test_client_keys),
        EACH(test_sessions), EACH(test_batches),      EACH(test_lease),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "retention on SQLite" : "retention on PostgreSQL", tests,
                                       NULL, NULL);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
