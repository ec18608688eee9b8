/* words_test – words that name people: shown before a report is sent, taken out of
 * what is stored, sealed apart, opened with a reason, masked by hand, erased in time. */
#include "city.h"

#include "retention.h"

static Dialect dialect;
static const int64_t begun = 1796086800000; /* 2026-12-01 09:00 */
static Actor nobody, dispatcher;

static int set_up(void **state) {
    (void)state;
    clock_stop(begun);
    city_open(dialect, false);
    actor_public(&nobody);
    dispatcher = actor_as(ROLE_DISPATCHER, 0, 11);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    clock_stop(0);
    return 0;
}

static const char *asked(const char *sql) { return testdb_ask(&city_db, sql); }
static int64_t number(const char *sql) { return strtoll(asked(sql), NULL, 10); }

#define REPORT \
    "{\"text\":\"𠮷住12号楼3单元501室，打138 0000 0000，\\n车沪A12345\",\"spot\":\"12号楼501室门口\"}"

static int64_t report(const char *json) {
    assert_ok(call("case.report", &dispatcher, json));
    return answered("id");
}

static void about(const char *op, const Actor *by, int64_t id, const char *more, Err expected) {
    char json[300];
    snprintf(json, sizeof json, "{\"id\":\"%lld\"%s}", (long long)id, more);
    Err e = call(op, by, json);
    if (e != expected)
        fail_msg("%s: %s, not %s", op, err_name(e), err_name(expected));
}

/* Characters, not bytes: 𠮷 is one. Nothing is stored. */
static void test_shown_before_it_is_sent(void **state) {
    (void)state;
    assert_ok(call("report.look", &nobody, REPORT));
    assert_string_equal(
        answer, "{\"items\":[{\"of\":\"text\",\"kind\":\"room\",\"from\":9,\"to\":13,\"words\":\"501室\"},"
                "{\"of\":\"text\",\"kind\":\"phone\",\"from\":15,\"to\":28,\"words\":\"138 0000 0000\"},"
                "{\"of\":\"text\",\"kind\":\"plate\",\"from\":31,\"to\":38,\"words\":\"沪A12345\"},"
                "{\"of\":\"spot\",\"kind\":\"room\",\"from\":4,\"to\":8,\"words\":\"501室\"}]}");
    assert_ok(call("report.look", &nobody, "{\"note\":\"回电13800000000\",\"spot\":\"12号楼501室\"}"));
    assert_string_equal(
        answer, "{\"items\":[{\"of\":\"spot\",\"kind\":\"room\",\"from\":4,\"to\":8,\"words\":\"501室\"},"
                "{\"of\":\"note\",\"kind\":\"phone\",\"from\":2,\"to\":13,\"words\":\"13800000000\"}]}");
    assert_ok(call("report.look", &nobody, "{}"));
    assert_string_equal(answer, "{\"items\":[]}");
    assert_int_equal(number("SELECT count(*) FROM hidden_words"), 0);
}

static void test_kept_apart(void **state) {
    (void)state;
    int64_t id = report(REPORT);
    about("case.get", &dispatcher, id, "", OK);
    assert_non_null(strstr(
        answer,
        "\"text\":\"𠮷住12号楼3单元〔房号〕，打〔电话〕，\\n车〔车牌〕\",\"spot\":\"12号楼〔房号〕门口\""));
    assert_int_equal(number("SELECT count(*) FROM cases WHERE text LIKE '%0000%' OR spot LIKE '%501%'"), 0);
    assert_int_equal(number("SELECT pieces FROM hidden_words"), 4);
    about("case.words", &dispatcher, id, ",\"reason\":\"回电核实\"", OK);
    assert_non_null(strstr(answer, "{\"of\":\"text\",\"kind\":\"phone\",\"words\":\"138 0000 0000\",\"at\":"));
    assert_non_null(strstr(answer, "{\"of\":\"spot\",\"kind\":\"room\",\"words\":\"501室\",\"at\":"));
    assert_int_equal(number("SELECT count(*) FROM access_log WHERE reason = '回电核实'"), 1);
}

/* With no reason, without the right, and from elsewhere nobody opens them. */
static void test_who_opens(void **state) {
    Actor handler = actor_as(ROLE_HANDLER, 0, 12), checker = actor_as(ROLE_CHECKER, 0, 13), elsewhere;
    (void)state;
    int64_t id = report(REPORT), log = number("SELECT count(*) FROM access_log");
    actor_in(ROLE_DISPATCHER, str("0zzz"), (OrgId){ 0 }, &elsewhere);
    about("case.words", &dispatcher, id, "", ERR_INVALID);
    about("case.words", &handler, id, ",\"reason\":\"看看\"", ERR_FORBIDDEN);
    about("case.words", &checker, id, ",\"reason\":\"看看\"", ERR_FORBIDDEN);
    about("case.words", &elsewhere, id, ",\"reason\":\"看看\"", ERR_NOT_FOUND);
    about("case.words", &nobody, id, ",\"reason\":\"看看\"", ERR_SIGN_IN);
    assert_int_equal(number("SELECT count(*) FROM access_log"), log);
}

static void test_masked_by_hand(void **state) {
    (void)state;
    int64_t id = report("{\"text\":\"𠮷野家的张三不让人过\"}");
    about("case.mask", &dispatcher, id, ",\"revision\":1,\"from\":4,\"to\":6", OK);
    assert_non_null(strstr(answer, "\"text\":\"𠮷野家的〔已隐去〕不让人过\""));
    assert_int_equal(answered("revision"), 2);
    about("case.view", &dispatcher, id, "", OK);
    assert_non_null(strstr(answer, "\"act\":\"mask\",\"to_state\":\"reported\",\"role\":\"dispatcher\""));
    about("case.words", &dispatcher, id, ",\"reason\":\"核对\"", OK);
    assert_non_null(strstr(answer, "{\"of\":\"text\",\"kind\":\"by_hand\",\"words\":\"张三\",\"at\":"));
    about("case.mask", &dispatcher, id, ",\"revision\":1,\"from\":0,\"to\":1", ERR_CONFLICT);
    about("case.mask", &dispatcher, id, ",\"revision\":2,\"from\":5,\"to\":5", ERR_INVALID);
    about("case.mask", &dispatcher, id, ",\"revision\":2,\"from\":5,\"to\":900", ERR_INVALID);
    assert_string_equal(fa.key, "mask_no_such_words");
    about("case.mask", &dispatcher, id, ",\"revision\":2,\"from\":0,\"to\":1,\"of\":\"spot\"", ERR_INVALID);
    Actor handler = actor_as(ROLE_HANDLER, 0, 12), worker = actor_as(ROLE_GRID_WORKER, 0, 13);
    about("case.mask", &handler, id, ",\"revision\":2,\"from\":0,\"to\":1", ERR_FORBIDDEN);
    about("case.mask", &worker, id, ",\"revision\":2,\"from\":0,\"to\":1", ERR_FORBIDDEN);
    about("case.get", &dispatcher, id, "", OK);
    assert_int_equal(answered("revision"), 2);
}

/* The note of a step, whoever writes it, on whichever way: its numbers are taken out as
 * out of a report, and opened the same way. */
static void test_notes_of_steps(void **state) {
    (void)state;
    int64_t id = report("{\"text\":\"路灯不亮\"}");
    about("case.act", &dispatcher, id,
          ",\"revision\":1,\"act\":\"accept\",\"note\":\"回电13800000000，打12345不通\"", OK);
    about("case.view", &dispatcher, id, "", OK);
    assert_non_null(strstr(answer, "\"note\":\"回电〔电话〕，打12345不通\""));
    assert_int_equal(number("SELECT count(*) FROM case_event WHERE note LIKE '%0000%'"), 0);
    about("case.words", &dispatcher, id, ",\"reason\":\"核对\"", OK);
    assert_non_null(strstr(answer, "{\"of\":\"note\",\"kind\":\"phone\",\"words\":\"13800000000\",\"at\":"));
    about("case.mask", &dispatcher, id, ",\"revision\":2,\"of\":\"note\",\"from\":0,\"to\":1", ERR_INVALID);
    assert_string_equal(fa.key, "mask_note");
}

/* What the reporter writes when he asks for it once more. */
static void test_note_of_reopening(void **state) {
    char json[400];
    (void)state;
    assert_ok(call("case.report", &nobody, "{\"text\":\"路灯不亮\"}"));
    char code[40], secret[40];
    int64_t id = number("SELECT max(id) FROM cases");
    assert_int_equal(sscanf(strstr(answer, "\"code\":"), "\"code\":\"%39[^\"]", code), 1);
    assert_int_equal(sscanf(strstr(answer, "\"secret\":"), "\"secret\":\"%39[^\"]", secret), 1);
    snprintf(
        json, sizeof json,
        "UPDATE cases SET state = 10, close_kind = 1, closed_ms = %lld, closed_day = 20788 WHERE id = %lld",
        (long long)begun, (long long)id);
    testdb_exec(&city_db, json);
    snprintf(json, sizeof json,
             "{\"code\":\"%s\",\"secret\":\"%s\",\"revision\":1,\"note\":"
             "\"还是不亮，来12号楼501室看，电话13800000000\"}",
             code, secret);
    assert_ok(call("case.reopen", &nobody, json));
    about("case.view", &dispatcher, id, "", OK);
    assert_non_null(strstr(answer, "还是不亮，来12号楼〔房号〕看，电话〔电话〕"));
    assert_int_equal(number("SELECT count(*) FROM case_event WHERE note LIKE '%501%' OR note LIKE '%0000%'"),
                     0);
}

/* Before dispatch only: afterwards the unit has read it. */
static void test_masked_in_time(void **state) {
    static const struct {
        int state;
        Err expected;
    } tried[] = { { CASE_REPORTED, OK },
                  { CASE_ACCEPTED, OK },
                  { CASE_PRE_CHECK, OK },
                  { CASE_FILED, OK },
                  { CASE_DISPATCHED, ERR_INVALID },
                  { CASE_HANDLING, ERR_INVALID },
                  { CASE_HANDLED, ERR_INVALID },
                  { CASE_CHECK, ERR_INVALID },
                  { CASE_FEEDBACK, ERR_INVALID },
                  { CASE_CLOSED, ERR_INVALID },
                  { CASE_REJECTED, ERR_INVALID } };
    char sql[100];
    (void)state;
    for (size_t i = 0; i < COUNT(tried); i++) {
        int64_t id = report("{\"text\":\"张三\"}");
        snprintf(sql, sizeof sql, "UPDATE cases SET state = %d WHERE id = %lld", tried[i].state, (long long)id);
        testdb_exec(&city_db, sql);
        about("case.mask", &dispatcher, id, ",\"revision\":1,\"from\":0,\"to\":2", tried[i].expected);
    }
}

static void test_erased_in_time(void **state) {
    RetentionCount n;
    bool ours;
    char sql[200];
    (void)state;
    int64_t id = report(REPORT);
    about("case.mask", &dispatcher, id, ",\"revision\":1,\"from\":0,\"to\":1", OK);
    int64_t settled = report(REPORT); /* as its finder leaves it: no reporter */
    snprintf(sql, sizeof sql, "DELETE FROM reporter WHERE case_id = %lld", (long long)settled);
    testdb_exec(&city_db, sql);
    snprintf(sql, sizeof sql, "UPDATE cases SET state = 10, closed_ms = %lld, closed_day = 1 WHERE id = %lld",
             (long long)begun + 1, (long long)settled);
    testdb_exec(&city_db, sql);
    snprintf(sql, sizeof sql, "UPDATE cases SET state = 10, closed_ms = %lld, closed_day = 1 WHERE id = %lld",
             (long long)begun, (long long)id);
    testdb_exec(&city_db, sql);
    snprintf(
        sql, sizeof sql,
        "SELECT count(*) FROM hidden_words WHERE case_id = %lld AND words IS NULL AND words_key IS NULL AND "
        "erased_ms IS NOT NULL",
        (long long)id);
    clock_stop(begun + 90LL * 24 * 3600 * 1000);
    assert_ok(retention_pass(city, NULL, &ours, &n, &fa));
    assert_int_equal(number(sql), 0);
    clock_stop(begun + 90LL * 24 * 3600 * 1000 + 1);
    assert_ok(retention_pass(city, NULL, &ours, &n, &fa));
    assert_int_equal(number(sql), 2);
    snprintf(sql, sizeof sql, "SELECT count(*) FROM hidden_words WHERE case_id = %lld AND words IS NULL",
             (long long)settled);
    assert_int_equal(number(sql), 0);
    clock_stop(begun + 90LL * 24 * 3600 * 1000 + 2);
    assert_ok(retention_pass(city, NULL, &ours, &n, &fa));
    assert_int_equal(n.contacts, 1);
    assert_int_equal(number(sql), 1);
    about("case.words", &dispatcher, id, ",\"reason\":\"晚了\"", OK);
    assert_string_equal(answer, "{\"items\":[]}");
    clock_stop(begun);
}

/* Ten thousand letters of numbers: taken whole up to a thousand pieces, refused above,
 * with nothing left behind. */
static void test_many(void **state) {
    static char json[60000];
    Buf b = { json, 0, sizeof json, false, 0 };
    int64_t before = number("SELECT count(*) FROM cases");
    (void)state;
    buf_str(&b, "{\"text\":\"");
    for (int i = 0; i < 800; i++)
        buf_str(&b, "13800000000,");
    buf_str(&b, "\"}");
    int64_t id = report(json);
    about("case.words", &dispatcher, id, ",\"reason\":\"核对\"", OK);
    size_t n = 0;
    for (const char *p = answer; (p = strstr(p, "\"13800000000\"")) != NULL; p++)
        n++;
    assert_int_equal(n, 800);
    b.n = 0;
    buf_str(&b, "{\"text\":\"");
    for (int i = 0; i < 1001; i++)
        buf_str(&b, "住101室，");
    buf_str(&b, "\"}");
    assert_int_equal(call("case.report", &nobody, json), ERR_LIMIT);
    assert_string_equal(fa.key, "names_too_many");
    assert_string_equal(fa.field, "text");
    assert_int_equal(number("SELECT count(*) FROM cases"), before + 1);
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shown_before_it_is_sent),
        cmocka_unit_test(test_kept_apart),
        cmocka_unit_test(test_who_opens),
        cmocka_unit_test(test_masked_by_hand),
        cmocka_unit_test(test_notes_of_steps),
        cmocka_unit_test(test_note_of_reopening),
        cmocka_unit_test(test_masked_in_time),
        cmocka_unit_test(test_erased_in_time),
        cmocka_unit_test(test_many),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "words on SQLite" : "words on PostgreSQL", tests, set_up,
                                       tear_down);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
