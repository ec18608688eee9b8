/* return_test – a case that a unit says is not its own: the first return, the second, what
 * the subdistrict leader decides, and the precedent that the next case is proposed by. */
#include "city.h"

#include "catalogue.h"
#include "store.h"

static Dialect dialect;
static const int64_t begun = 1796086800000; /* 2026-12-01 09:00, a Tuesday */
#define HOURS(n) ((n)*3600LL * 1000)

static Actor dispatcher, leader;
static int64_t roads, order, green; /* units */
static char code[16];

static int64_t number(const char *sql) { return strtoll(testdb_ask(&city_db, sql), NULL, 10); }

static int set_up(void **state) {
    (void)state;
    clock_stop(begun);
    city_open(dialect, true);
    dispatcher = actor_as(ROLE_DISPATCHER, 0, 11);
    leader = actor_as(ROLE_LEADER, 0, 17);
    roads = number("SELECT id FROM org WHERE code = 'U2'");
    order = number("SELECT id FROM org WHERE code = 'U3'");
    green = number("SELECT id FROM org WHERE code = 'U1'");
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    clock_stop(0);
    return 0;
}

static int64_t reported(const char *more) {
    char json[300];
    Actor nobody;
    actor_public(&nobody);
    snprintf(json, sizeof json, "{\"text\":\"井盖破损\",\"lon\":121.47,\"lat\":31.225%s}", more);
    assert_ok(call("case.report", &nobody, json));
    const char *p = strstr(answer, "\"code\":\"");
    assert_true(p && sscanf(p + 8, "%15[^\"]", code) == 1);
    snprintf(json, sizeof json, "{\"code\":\"%s\"}", code);
    assert_ok(call("case.by_code", &dispatcher, json));
    return answered("id");
}

static int64_t condition_of(const char *code_) {
    char json[80];
    snprintf(json, sizeof json, "{\"code\":\"%s\"}", code_);
    assert_ok(call("condition.list", &dispatcher, json));
    return answered("id");
}

static int64_t filed_as(const char *condition, const char *with) {
    char more[80];
    int64_t id = reported(with), k = condition_of(condition);
    step(&dispatcher, id, "accept", "", OK);
    snprintf(more, sizeof more, ",\"condition\":\"%lld\"", (long long)k);
    step(&dispatcher, id, "file", more, OK);
    return id;
}

static int64_t filed(const char *condition) { return filed_as(condition, ""); }

static void send_to(int64_t id, int64_t unit) {
    char more[120];
    snprintf(more, sizeof more, ",\"unit\":\"%lld\",\"note\":\"就近\"", (long long)unit);
    step(&dispatcher, id, "dispatch", more, OK);
}

static Actor handler_of(int64_t unit) {
    return actor_as(ROLE_HANDLER, unit, unit == roads ? 12 : unit == order ? 16 : 18);
}

static const char *got(int64_t id) {
    char json[60];
    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)id);
    assert_ok(call("case.get", &dispatcher, json));
    return answer;
}

static const char *viewed(const Actor *by, int64_t id) {
    char json[60];
    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)id);
    assert_ok(call("case.view", by, json));
    return answer;
}

/* ---- the first return ---- */

static void goes_back(const char *act, int64_t id, int64_t unit, int64_t right, Err expected, const char *key) {
    Actor handler = handler_of(unit);
    char more[160];
    snprintf(more, sizeof more, ",\"unit\":\"%lld\",\"condition\":\"%lld\",\"note\":\"不归我们\"",
             (long long)right, (long long)condition_of("205-01"));
    step(&handler, id, act, more, expected);
    if (key)
        assert_string_equal(fa.key, key);
}

static void returns(int64_t id, int64_t unit, int64_t right, Err expected, const char *key) {
    goes_back("return", id, unit, right, expected, key);
}

static void test_return(void **state) {
    Actor handler = handler_of(roads);
    (void)state;
    int64_t id = filed("206-01"); /* not urgent */
    send_to(id, roads);
    step(&handler, id, "return", ",\"note\":\"不归我们\"", ERR_INVALID); /* by which item? */
    assert_string_equal(fa.field, "condition");
    char only[80];
    snprintf(only, sizeof only, ",\"condition\":\"%lld\",\"note\":\"不归我们\"",
             (long long)condition_of("205-01"));
    step(&handler, id, "return", only, ERR_INVALID); /* whose, then? */
    assert_string_equal(fa.field, "unit");
    returns(id, roads, roads, ERR_INVALID, "return_to_self");
    clock_stop(begun + HOURS(6)); /* 15:00: three of 4 work hours, and lunch */
    returns(id, roads, order, OK, NULL);
    assert_non_null(strstr(got(id), "\"state\":\"filed\""));
    assert_null(strstr(answer, "\"unit\""));
    send_to(id, order);
    returns(id, order, roads, ERR_FORBIDDEN, "return_second");
    assert_non_null(strstr(fa.zh, "裁定"));
    viewed(&dispatcher, id);
    assert_non_null(strstr(answer, "\"cited_code\":\"205-01\",\"cited_zh\":\"楼道漏水\""));
    handler = handler_of(order);
    step(&handler, id, "take", "", OK);
}

static void test_return_once_by_a_unit(void **state) {
    (void)state;
    int64_t id = filed("206-01");
    send_to(id, roads);
    returns(id, roads, order, OK, NULL);
    send_to(id, roads); /* the dispatcher stays with it */
    returns(id, roads, order, ERR_FORBIDDEN, "return_once");
}

static void test_return_in_time(void **state) {
    (void)state;
    int64_t id = filed("206-01");
    send_to(id, roads); /* 09:00; four work hours end at 15:00 */
    clock_stop(begun + HOURS(6) + 1);
    returns(id, roads, order, ERR_FORBIDDEN, "return_late");
    clock_stop(begun + HOURS(6));
    returns(id, roads, order, OK, NULL);
}

static int64_t urgent_condition(void) {
    return number("SELECT min(id) FROM condition WHERE finish_clock = 1 AND retired = FALSE AND duty <> 3");
}

/* Fifteen minutes, and it works on until another has it. */
static void test_return_of_what_is_urgent(void **state) {
    char more[80];
    Actor handler = handler_of(roads);
    int64_t id = reported(""), k = urgent_condition();
    (void)state;
    if (!k)
        skip();
    step(&dispatcher, id, "accept", "", OK);
    snprintf(more, sizeof more, ",\"condition\":\"%lld\"", (long long)k);
    step(&dispatcher, id, "file", more, OK);
    send_to(id, roads);
    clock_stop(begun + 15 * 60000 + 1);
    returns(id, roads, order, ERR_FORBIDDEN, "return_late");
    clock_stop(begun + 15 * 60000);
    returns(id, roads, order, OK, NULL);
    snprintf(more, sizeof more, "{\"id\":\"%lld\"}", (long long)id);
    assert_ok(call("case.get", &handler, more)); /* it still sees it */
    send_to(id, order);
    assert_ok(call("case.get", &handler, more)); /* and holds it, until the next one has taken it on */
    Actor next = handler_of(order);
    step(&next, id, "take", "", OK);
    assert_int_equal(call("case.get", &handler, more), ERR_NOT_FOUND);
}

/* ---- the second return, and what is decided ---- */

static int64_t contested(const char *condition, const char *with) {
    int64_t id = filed_as(condition, with);
    send_to(id, roads);
    returns(id, roads, order, OK, NULL);
    send_to(id, order);
    goes_back("contest", id, order, roads, OK, NULL);
    return id;
}

static void decides(int64_t id, int64_t unit, const char *condition, Err expected, const char *key) {
    char more[200];
    snprintf(more, sizeof more, ",\"unit\":\"%lld\",\"condition\":\"%lld\",\"note\":\"会商后由其承办\"",
             (long long)unit, (long long)condition_of(condition));
    step(&leader, id, "adjudicate", more, expected);
    if (key)
        assert_string_equal(fa.key, key);
}

static void test_second_return_is_adjudicated(void **state) {
    (void)state;
    int64_t id = filed("206-01");
    send_to(id, roads);
    goes_back("contest", id, roads, order, ERR_FORBIDDEN, "contest_first");
    returns(id, roads, order, OK, NULL);
    send_to(id, order);
    int64_t limit = (got(id), answered("finish_due"));
    goes_back("contest", id, order, roads, OK, NULL);
    assert_non_null(strstr(got(id), "\"state\":\"adjudication\""));
    assert_null(strstr(answer, "\"unit\""));
    assert_int_equal(answered("finish_due"), limit);      /* it goes on */
    assert_int_equal(answered("due"), begun + HOURS(33)); /* 18:00 of the next working day */
    assert_ok(call("case.list", &leader, "{\"todo\":true}"));
    assert_int_equal(answered("id"), id);
    assert_ok(call("case.list", &leader, "{\"open\":true}"));
    assert_non_null(strstr(answer, code));
    viewed(&leader, id);
    assert_non_null(strstr(answer, "1 工作日，12月1日 09:00 起，次日起算，12月2日 18:00 到期"));
    Actor others[] = { dispatcher, actor_as(ROLE_DUTY_LEAD, 0, 19) };
    for (size_t i = 0; i < COUNT(others); i++)
        step(&others[i], id, "adjudicate", ",\"note\":\"定\"", ERR_FORBIDDEN);
    step(&leader, id, "adjudicate", "", ERR_INVALID); /* in writing */
    assert_string_equal(fa.field, "note");
    step(&leader, id, "adjudicate", ",\"note\":\"定\"", ERR_INVALID); /* by which item */
    assert_string_equal(fa.field, "condition");
    decides(id, green, "205-01", OK, NULL);
    assert_non_null(strstr(got(id), "\"state\":\"dispatched\""));
    assert_int_equal(answered("unit"), green);
    assert_non_null(strstr(answer, "\"category\":\"205\""));
    assert_int_equal(answered("dispatched"), begun);
    assert_non_null(strstr(viewed(&dispatcher, id), "会商后由其承办")); /* in the history, with its item */
    assert_non_null(strstr(strstr(answer, "\"act\":\"adjudicate\""), "\"cited_code\":\"205-01\""));
}

static void test_decision_binds(void **state) {
    (void)state;
    int64_t id = contested("206-01", "");
    decides(id, roads, "206-01", OK, NULL); /* who returned it first */
    returns(id, roads, order, ERR_FORBIDDEN, "return_bound");
    goes_back("contest", id, roads, order, ERR_FORBIDDEN, "return_bound");
    Actor handler = handler_of(roads);
    step(&handler, id, "take", "", OK);
    goes_back("contest", id, roads, order, ERR_FORBIDDEN, "return_bound");
    step(&handler, id, "handle", ",\"note\":\"办好\"", OK);
}

/* In time as the first; and who returned it once has had his return. */
static void test_second_return_once_and_in_time(void **state) {
    (void)state;
    int64_t id = filed("206-01");
    send_to(id, roads);
    returns(id, roads, order, OK, NULL);
    send_to(id, roads);
    goes_back("contest", id, roads, order, ERR_FORBIDDEN, "return_once");
    id = filed("206-01");
    send_to(id, roads);
    returns(id, roads, order, OK, NULL);
    send_to(id, order);
    clock_stop(begun + HOURS(6) + 1);
    goes_back("contest", id, order, roads, ERR_FORBIDDEN, "return_late");
    clock_stop(begun + HOURS(6));
    goes_back("contest", id, order, roads, OK, NULL);
}

static void test_precedent_is_proposed(void **state) {
    char more[80], cites[200], first[16];
    (void)state;
    int64_t id = contested("206-01", "");
    memcpy(first, code, sizeof first);
    decides(id, green, "206-01", OK, NULL);
    id = filed("206-01");
    viewed(&dispatcher, id);
    assert_int_equal(answered("proposed"), green);
    snprintf(cites, sizeof cites, "先例：2026-12-01 案件 %s（清单 206-01）裁定由", first);
    assert_non_null(strstr(answer, cites));
    snprintf(cites, sizeof cites, "Precedent: on 2026-12-01 case %s (item 206-01) was adjudicated to ", first);
    assert_non_null(strstr(answer, cites));
    snprintf(more, sizeof more, ",\"unit\":\"%lld\"", (long long)roads);
    step(&dispatcher, id, "dispatch", more, ERR_INVALID); /* against the precedent: with a reason */
    assert_string_equal(fa.key, "not_proposed");
    snprintf(more, sizeof more, ",\"unit\":\"%lld\"", (long long)green);
    step(&dispatcher, id, "dispatch", more, OK);
    viewed(&dispatcher, filed("206-02")); /* another item */
    assert_null(strstr(answer, "先例"));
    clock_stop(begun + HOURS(1));
    decides(contested("206-01", ""), order, "206-01", OK, NULL); /* decided anew */
    viewed(&dispatcher, filed("206-01"));
    assert_int_equal(answered("proposed"), order);
}

/* On another kind of place it says nothing. */
static void test_precedent_is_of_its_kind_of_place(void **state) {
    char at[80];
    int64_t place = number("SELECT min(id) FROM place WHERE kind = 1");
    (void)state;
    if (!place)
        skip();
    decides(contested("206-01", ""), green, "206-01", OK, NULL);
    snprintf(at, sizeof at, ",\"place\":\"%lld\"", (long long)place);
    int64_t id = filed_as("206-01", at);
    got(id);
    bool at_place = strstr(answer, "\"place\"") != NULL;
    viewed(&dispatcher, id);
    assert_int_equal(strstr(answer, "先例") != NULL, !at_place);
    assert_true(at_place);
}

/* What is said of a unit is not cited to others. */
static void test_no_precedent_of_what_is_about_a_unit(void **state) {
    (void)state;
    int64_t id = contested("206-01", "");
    char sql[200];
    snprintf(sql, sizeof sql, "UPDATE cases SET about = 1, subject = %lld WHERE id = %lld", (long long)order,
             (long long)id);
    testdb_exec(&city_db, sql);
    decides(id, green, "206-01", OK, NULL);
    assert_int_equal(number("SELECT count(*) FROM precedent"), 0);
}

static void test_leader_is_told(void **state) {
    (void)state;
    int64_t id = contested("206-01", "");
    assert_ok(call("notice.list", &leader, "{}"));
    assert_non_null(strstr(answer, "第二次被退回，请会商裁定，到期 12-02 18:00"));
    assert_non_null(strstr(answer, "was returned a second time: confer and decide by 12-02 18:00."));
    decides(id, green, "206-01", OK, NULL);
    Actor handler = handler_of(green);
    assert_ok(call("notice.list", &handler, "{}"));
    assert_non_null(strstr(answer, "经裁定由"));
    assert_ok(call("notice.list", &dispatcher, "{}"));
    assert_non_null(strstr(answer, "was adjudicated to"));
}

/* The list may change between filing and dispatch; its number is told. */
static void test_against_the_list(void **state) {
    char more[80];
    (void)state;
    int64_t id = filed("206-01");
    testdb_exec(&city_db, "UPDATE condition SET duty = 3 WHERE code = '206-01'");
    snprintf(more, sizeof more, ",\"unit\":\"%lld\",\"note\":\"就近\"", (long long)roads);
    step(&dispatcher, id, "dispatch", more, ERR_INVALID);
    assert_string_equal(fa.key, "duty_taken_back");
    assert_non_null(strstr(fa.zh, "责任清单第 206-01 条"));
    assert_non_null(strstr(fa.en, "Item 206-01 of the responsibility list"));
    id = contested("206-02", "");
    decides(id, green, "206-01", ERR_INVALID, "duty_taken_back");
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
#define EACH(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        EACH(test_return),
        EACH(test_return_once_by_a_unit),
        EACH(test_return_in_time),
        EACH(test_return_of_what_is_urgent),
        EACH(test_second_return_is_adjudicated),
        EACH(test_decision_binds),
        EACH(test_second_return_once_and_in_time),
        EACH(test_precedent_is_proposed),
        EACH(test_precedent_is_of_its_kind_of_place),
        EACH(test_no_precedent_of_what_is_about_a_unit),
        EACH(test_leader_is_told),
        EACH(test_against_the_list),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "returns on SQLite" : "returns on PostgreSQL", tests, NULL,
                                       NULL);
}

int main(void) {
    record_begin();
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
