/* words_test – words that name people: shown before a report is sent, taken out of
 * what is stored, sealed apart, opened with a reason, masked by hand, erased in time. */
#include "city.h"

#include "case_steps.h"
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

/* ---- put back ---- */

static void unmask(const Actor *by, int64_t id, int revision, int number, int piece, Err expected,
                   const char *key) {
    char more[200];
    snprintf(more, sizeof more, ",\"revision\":%d,\"number\":%d,\"piece\":%d,\"reason\":\"物业的公开电话\"",
             revision, number, piece);
    about("case.unmask", by, id, more, expected);
    if (expected != OK)
        assert_string_equal(fa.key, key);
}

/* The office's number goes back where it stood, the other one stays out; the history, the
 * access log and the list of what was taken out say so. */
static void test_put_back(void **state) {
    (void)state;
    int64_t id = report("{\"text\":\"打物业021-64000000没人接，我的13800000000，邮箱wy@example.com\","
                        "\"spot\":\"12号楼501室，门卫64000001，电话64000002\"}");
    int64_t log = number("SELECT count(*) FROM access_log");
    about("case.words", &dispatcher, id, ",\"reason\":\"核对\"", OK);
    assert_non_null(strstr(answer, "\"words\":\"021-64000000\""));
    assert_non_null(strstr(answer, "\"number\":1,\"piece\":1,\"put_back\":false"));
    unmask(&dispatcher, id, 1, 1, 1, OK, "");
    assert_non_null(strstr(answer, "\"text\":\"打物业021-64000000没人接，我的〔电话〕，邮箱〔邮箱〕\""));
    assert_int_equal(answered("revision"), 2);
    unmask(&dispatcher, id, 2, 1, 3, OK, "");
    assert_non_null(strstr(answer, "\"text\":\"打物业021-64000000没人接，我的〔电话〕，邮箱wy@example.com\""));
    assert_int_equal(number("SELECT count(*) FROM access_log WHERE reason = '物业的公开电话'"), 2);
    assert_int_equal(number("SELECT count(*) FROM access_log"), log + 3);
    about("case.view", &dispatcher, id, "", OK);
    assert_non_null(strstr(answer, "\"act\":\"unmask\",\"to_state\":\"reported\",\"role\":\"dispatcher\""));
    assert_non_null(strstr(answer, "\"note\":\"物业的公开电话\""));
    about("case.words", &dispatcher, id, ",\"reason\":\"核对\"", OK);
    assert_non_null(strstr(answer, "\"number\":1,\"piece\":1,\"put_back\":true"));
    assert_non_null(strstr(answer, "\"number\":1,\"piece\":2,\"put_back\":false"));
    assert_non_null(strstr(answer, "\"number\":1,\"piece\":3,\"put_back\":true"));
    unmask(&dispatcher, id, 3, 1, 1, ERR_INVALID, "unmask_done");
    unmask(&dispatcher, id, 3, 1, 2, OK, ""); /* the second of its kind is the one that is left */
    assert_non_null(
        strstr(answer, "\"text\":\"打物业021-64000000没人接，我的13800000000，邮箱wy@example.com\""));
}

/* In the place likewise; and a unit that has it by then reads it. */
static void test_put_back_in_place(void **state) {
    (void)state;
    int64_t id =
        report("{\"text\":\"门坏了，打13800000000\",\"spot\":\"12号楼501室，电话64000001，电话64000002\"}");
    testdb_exec(&city_db, "UPDATE cases SET state = 6 WHERE revision = 1 AND text LIKE '门坏了%'");
    unmask(&dispatcher, id, 1, 1, 4, OK, "");
    assert_non_null(strstr(
        answer, "\"text\":\"门坏了，打〔电话〕\",\"spot\":\"12号楼〔房号〕，电话〔电话〕，电话64000002\""));
    unmask(&dispatcher, id, 2, 1, 3, OK, "");
    assert_non_null(strstr(answer, "\"spot\":\"12号楼〔房号〕，电话64000001，电话64000002\""));
    unmask(&dispatcher, id, 3, 1, 2, ERR_INVALID, "unmask_kind");
}

static void test_what_stays_out(void **state) {
    Actor handler = actor_as(ROLE_HANDLER, 0, 12), agent = actor_as(ROLE_CALLBACK, 0, 13), elsewhere;
    (void)state;
    actor_in(ROLE_DISPATCHER, str("0zzz"), (OrgId){ 0 }, &elsewhere);
    int64_t id = report(
        "{\"text\":\"张三，住12号楼501室，车沪A12345，证件110101199003070038，打64000000，电话64000000\"}");
    about("case.mask", &dispatcher, id, ",\"revision\":1,\"from\":0,\"to\":2", OK);
    about("case.act", &dispatcher, id, ",\"revision\":2,\"act\":\"accept\",\"note\":\"回电13800000000\"", OK);
    about("case.words", &dispatcher, id, ",\"reason\":\"核对\"", OK);
    for (int i = 1; i <= 3; i++)
        unmask(&dispatcher, id, 3, 1, i, ERR_INVALID, "unmask_kind"); /* room, plate, card */
    assert_string_equal(fa.zh, "只有单位公开的电话、邮箱、账号可以放回；证件、车牌、房号和人工隐去的不放回。");
    assert_string_equal(fa.en,
                        "Only an organisation's public telephone, mail or chat name is put back; no identity "
                        "card, plate, room, nor what was masked by hand.");
    unmask(&dispatcher, id, 3, 2, 1, ERR_INVALID, "unmask_kind"); /* by hand */
    unmask(&dispatcher, id, 3, 3, 1, ERR_INVALID, "unmask_note");
    unmask(&dispatcher, id, 3, 1, 99, ERR_INVALID, "unmask_no_such_words");
    unmask(&dispatcher, id, 3, 9, 1, ERR_INVALID, "unmask_no_such_words");
    unmask(&dispatcher, id, 2, 1, 4, ERR_CONFLICT, "case_changed");
    unmask(&agent, id, 3, 1, 4, ERR_FORBIDDEN, "unmask_not_yours");
    unmask(&handler, id, 3, 1, 4, ERR_FORBIDDEN, "no_right");
    unmask(&elsewhere, id, 3, 1, 4, ERR_NOT_FOUND, "case_unknown");
    unmask(&nobody, id, 3, 1, 4, ERR_SIGN_IN, "signed_out");
    about("case.unmask", &dispatcher, id, ",\"revision\":3,\"number\":1,\"piece\":4", ERR_INVALID);
    assert_string_equal(fa.field, "reason");
    for (int over = CASE_CLOSED; over <= CASE_APPRAISED; over++) {
        char sql[100];
        snprintf(sql, sizeof sql, "UPDATE cases SET state = %d WHERE id = %lld", over, (long long)id);
        testdb_exec(&city_db, sql);
        unmask(&dispatcher, id, 3, 1, 4, ERR_INVALID, "unmask_over");
    }
    assert_int_equal(number("SELECT count(*) FROM case_event WHERE act = 21 AND note IS NULL"), 0);
    about("case.get", &dispatcher, id, "", OK);
    assert_int_equal(answered("revision"), 3);
}

/* Exactly the dispatcher and the duty lead, exactly while the case is open. */
static void test_put_back_by_whom_and_when(void **state) {
    char sql[100];
    (void)state;
    for (size_t i = 0; i < case_state_choices.n; i++) {
        int64_t id = 0;
        for (int role = ROLE_PUBLIC; role <= ROLE_AUDIT_ADMIN; role++) {
            Actor by = actor_as((Role)role, 0, role ? 30 + role : 0);
            int at = case_state_choices.list[i].number;
            bool clerk = role == ROLE_DISPATCHER || role == ROLE_DUTY_LEAD;
            if (!id)
                id = report("{\"text\":\"打物业021-64000000\"}");
            snprintf(sql, sizeof sql, "UPDATE cases SET state = %d WHERE id = %lld", at, (long long)id);
            testdb_exec(&city_db, sql);
            Err expected = role == ROLE_PUBLIC           ? ERR_SIGN_IN
                           : !clerk                      ? ERR_FORBIDDEN
                           : case_is_over((CaseState)at) ? ERR_INVALID
                                                         : OK;
            about("case.unmask", &by, id, ",\"revision\":1,\"number\":1,\"piece\":1,\"reason\":\"物业\"",
                  expected);
            if (expected == OK)
                id = 0;
        }
    }
}

/* However it is written: the reporter's own number never goes back. */
static void test_reporters_own(void **state) {
    static const char *const contacts[] = { "13800000000", "+86 138-0000-0000", "张三 一三八零零零零零零零零",
                                            "１３８００００００００", "手机13800000000，晚上打" };
    char json[400];
    (void)state;
    for (size_t i = 0; i < COUNT(contacts); i++) {
        snprintf(json, sizeof json, "{\"text\":\"打138 0000 0000或64000000，电话64000000\",\"contact\":\"%s\"}",
                 contacts[i]);
        int64_t id = report(json);
        unmask(&dispatcher, id, 1, 1, 1, ERR_FORBIDDEN, "unmask_reporter");
        assert_string_equal(fa.zh, "这是上报人自己的联系方式，不能放回。");
        assert_string_equal(fa.en, "This is the reporter's own contact: it is not put back.");
    }
    int64_t id = report("{\"text\":\"写信到zhang@example.com\",\"contact\":\"Zhang@Example.com\"}");
    unmask(&dispatcher, id, 1, 1, 1, ERR_FORBIDDEN, "unmask_reporter");
    id = report("{\"text\":\"打64000000，电话64000000\",\"contact\":\"13800000000\"}");
    unmask(&dispatcher, id, 1, 1, 1, OK, "");
}

/* Where marks cannot be told apart nothing is guessed. */
static void test_unclear_which(void **state) {
    (void)state;
    int64_t id = report("{\"text\":\"有〔电话〕，打64000000，电话64000000\"}");
    unmask(&dispatcher, id, 1, 1, 1, ERR_INVALID, "unmask_unclear");
    assert_string_equal(fa.zh,
                        "文字里的〔电话〕和隐去的处数对不上，分不清是哪一处；需要的人请打开隐去的文字看。");
    id = report("{\"text\":\"打13800000000，打13800000001\"}");
    about("case.mask", &dispatcher, id, ",\"revision\":1,\"from\":0,\"to\":5", OK);
    unmask(&dispatcher, id, 2, 1, 2, ERR_INVALID, "unmask_unclear");
    about("case.get", &dispatcher, id, "", OK);
    assert_non_null(strstr(answer, "\"text\":\"〔已隐去〕，打〔电话〕\""));
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
        cmocka_unit_test(test_put_back),
        cmocka_unit_test(test_put_back_in_place),
        cmocka_unit_test(test_what_stays_out),
        cmocka_unit_test(test_put_back_by_whom_and_when),
        cmocka_unit_test(test_reporters_own),
        cmocka_unit_test(test_unclear_which),
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
