/* more_time_test – extensions and suspension: who asks, who approves, how often and until
 * when, and what becomes of the deadlines. */
#include "city.h"

#include "case_more_time.h"
#include "store.h"

static Dialect dialect;
static const int64_t begun = 1796086800000; /* 2026-12-01 09:00, a Tuesday */
#define HOURS(n) ((n)*3600LL * 1000)
#define DAYS(n) (24 * HOURS(n))

static Actor dispatcher, handler, supervisor, lead;
static int64_t roads;

static int64_t number(const char *sql) { return strtoll(testdb_ask(&city_db, sql), NULL, 10); }

static int set_up(void **state) {
    (void)state;
    clock_stop(begun);
    city_open(dialect, true);
    roads = number("SELECT id FROM org WHERE code = 'U2'");
    dispatcher = actor_as(ROLE_DISPATCHER, 0, 11);
    handler = actor_as(ROLE_HANDLER, roads, 12);
    supervisor = actor_as(ROLE_SUPERVISOR, 0, 13);
    lead = actor_as(ROLE_DUTY_LEAD, 0, 14);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    clock_stop(0);
    return 0;
}

static const char *got(int64_t id) {
    char json[60];
    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)id);
    assert_ok(call("case.get", &dispatcher, json));
    return answer;
}

static int64_t due_of(int64_t id, const char *which) {
    got(id);
    return answered(which);
}

/* Dispatched at 09:00 of the first day; the limit is that of its condition. */
static int64_t in_hand(const char *condition) {
    char sql[120], more[120];
    assert_ok(call("case.report", &dispatcher, "{\"text\":\"井盖破损\",\"lon\":121.47,\"lat\":31.225}"));
    int64_t id = answered("id");
    step(&dispatcher, id, "accept", "", OK);
    snprintf(sql, sizeof sql, "SELECT min(id) FROM condition WHERE code = '%s' AND retired = FALSE", condition);
    snprintf(more, sizeof more, ",\"condition\":\"%lld\"", (long long)number(sql));
    step(&dispatcher, id, "file", more, OK);
    snprintf(more, sizeof more, ",\"unit\":\"%lld\",\"note\":\"就近\"", (long long)roads);
    step(&dispatcher, id, "dispatch", more, OK);
    step(&handler, id, "take", "", OK);
    return id;
}

static void asks(int64_t id, const char *act, const char *more, Err expected, const char *key) {
    char json[120];
    snprintf(json, sizeof json, ",\"note\":\"等配件\"%s", more);
    step(&handler, id, act, json, expected);
    if (key)
        assert_string_equal(fa.key, key);
}

/* ---- extensions ---- */

/* 4 work hours from 09:00 are 15:00; one limit more ends on the next day at 09:00, the
 * third at 15:00. */
static void test_one_limit_more(void **state) {
    (void)state;
    int64_t id = in_hand("206-01");
    assert_int_equal(due_of(id, "finish_due"), begun + HOURS(6));
    assert_int_equal(due_of(id, "close_due"),
                     begun + DAYS(2) + HOURS(9));         /* checked on the 2nd, told on the 3rd */
    step(&handler, id, "ask_extension", "", ERR_INVALID); /* with a reason */
    assert_string_equal(fa.field, "note");
    asks(id, "ask_extension", "", OK, NULL);
    assert_int_equal(due_of(id, "finish_due"), begun + HOURS(6)); /* not yet */
    assert_non_null(strstr(answer, "\"asked\":\"extension\""));
    asks(id, "ask_extension", "", ERR_INVALID, "asked_already");
    asks(id, "ask_suspension", ",\"until\":\"2026-12-20\"", ERR_INVALID, "asked_already");
    step(&supervisor, id, "suspend", "", ERR_INVALID);
    assert_string_equal(fa.key, "not_asked");
    step(&dispatcher, id, "extend", "", ERR_FORBIDDEN);
    step(&supervisor, id, "extend", "", OK);
    assert_int_equal(due_of(id, "finish_due"), begun + DAYS(1));
    assert_int_equal(answered("due"), begun + DAYS(1));
    assert_int_equal(answered("extended"), 1);
    step(&supervisor, id, "extend", "", ERR_INVALID); /* it was answered */
    asks(id, "ask_extension", "", OK, NULL);
    step(&lead, id, "extend", "", OK);
    assert_int_equal(due_of(id, "finish_due"), begun + DAYS(1) + HOURS(6));
    assert_int_equal(answered("close_due"), begun + DAYS(3) + HOURS(9));
    asks(id, "ask_extension", "", ERR_FORBIDDEN, "extension_twice");
}

static void test_only_before_overdue(void **state) {
    (void)state;
    int64_t id = in_hand("206-01");
    clock_stop(begun + HOURS(6) + 1);
    asks(id, "ask_extension", "", ERR_FORBIDDEN, "extension_late");
    clock_stop(begun + HOURS(6));
    asks(id, "ask_extension", "", OK, NULL);
    clock_stop(begun + HOURS(7)); /* asked in time is approved in time enough */
    step(&supervisor, id, "extend", "", OK);
}

static void test_another_person_answers(void **state) {
    Actor self = actor_as(ROLE_DUTY_LEAD, 0, 12); /* who asked, in another post */
    (void)state;
    int64_t id = in_hand("206-01");
    asks(id, "ask_extension", "", OK, NULL);
    step(&self, id, "extend", "", ERR_FORBIDDEN);
    assert_string_equal(fa.key, "own_request");
    step(&self, id, "refuse", ",\"note\":\"不必\"", ERR_FORBIDDEN);
    step(&lead, id, "refuse", "", ERR_INVALID); /* with a reason */
    step(&lead, id, "refuse", ",\"note\":\"人手够\"", OK);
    assert_int_equal(due_of(id, "finish_due"), begun + HOURS(6));
    assert_non_null(strstr(answer, "\"asked\":\"nothing\""));
    assert_ok(call("notice.list", &handler, "{}"));
    assert_non_null(strstr(answer, "的申请未获批准，办结到期仍为 12-01 15:00"));
    asks(id, "ask_extension", "", OK, NULL); /* he may ask again */
    assert_ok(call("notice.list", &supervisor, "{}"));
    assert_non_null(strstr(answer, "申请延期，现办结到期 12-01 15:00，请批复"));
    step(&handler, id, "handle", ",\"note\":\"办好\"", OK); /* handled: it lapses */
    assert_non_null(strstr(got(id), "\"asked\":\"nothing\""));
}

/* Who approves is offered what was asked for and nothing else, and no case in handling
 * waits for him because of it. */
static void test_what_is_offered(void **state) {
    char json[60];
    (void)state;
    int64_t id = in_hand("206-01");
    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)id);
    assert_ok(call("case.view", &supervisor, json));
    assert_null(strstr(answer, "\"act\":\"extend\""));
    asks(id, "ask_extension", "", OK, NULL);
    assert_ok(call("case.view", &supervisor, json));
    assert_non_null(strstr(answer, "\"act\":\"extend\",\"to_state\":\"handling\",\"allowed\":true"));
    assert_non_null(strstr(answer, "\"act\":\"refuse\",\"to_state\":\"handling\",\"allowed\":true"));
    assert_null(strstr(answer, "\"act\":\"suspend\""));
    assert_ok(call("case.count", &supervisor, "{\"todo\":true}"));
    assert_int_equal(answered("n"), 0);
}

/* ---- suspension ---- */

static void test_suspended_until_its_day(void **state) {
    int64_t done;
    (void)state;
    int64_t id = in_hand("206-01");
    asks(id, "ask_suspension", "", ERR_INVALID, "step_needs");
    assert_string_equal(fa.field, "until");
    asks(id, "ask_suspension", ",\"until\":\"2026-12-01\"", ERR_INVALID, "suspension_day");
    asks(id, "ask_suspension", ",\"until\":\"2027-12-03\"", ERR_INVALID, "suspension_day");
    asks(id, "ask_suspension", ",\"until\":\"2026-12-15\"", OK, NULL);
    clock_stop(begun + HOURS(1)); /* 10:00: one of four hours is gone */
    step(&lead, id, "suspend", "", OK);
    assert_non_null(strstr(got(id), "\"state\":\"suspended\""));
    assert_non_null(strstr(answer, "\"suspended_until\":\"2026-12-15\""));
    assert_null(strstr(answer, "\"due\":"));
    /* three hours more on its day: 08:00 to 11:00 */
    int64_t due = begun + DAYS(14) + HOURS(2);
    assert_int_equal(answered("finish_due"), due);
    assert_ok(call("case.count", &dispatcher, "{\"state\":\"suspended\",\"open\":true}"));
    assert_int_equal(answered("n"), 1);
    clock_stop(begun + DAYS(13));
    assert_ok(case_resume_due(city, NULL, &done, &fa));
    assert_int_equal(done, 0);
    clock_stop(ms_of_day(day_of_ms(begun) + 14)); /* by itself */
    assert_ok(case_resume_due(city, NULL, &done, &fa));
    assert_int_equal(done, 1);
    assert_non_null(strstr(got(id), "\"state\":\"handling\""));
    assert_int_equal(answered("finish_due"), due);
    assert_int_equal(answered("due"), due);
    assert_ok(case_resume_due(city, NULL, &done, &fa));
    assert_int_equal(done, 0);
    assert_ok(call("notice.list", &handler, "{}"));
    assert_non_null(strstr(answer, "恢复处置，办结到期 12-15 11:00"));
    asks(id, "ask_suspension", ",\"until\":\"2026-12-20\"", ERR_FORBIDDEN, "suspension_once");
    clock_stop(due);
    step(&handler, id, "handle", ",\"note\":\"办好\"", OK);
    assert_true(answered("handled") <= answered("finish_due"));
}

/* Before its day, by hand, with a reason; what stood still is what it stood. */
static void test_resumed_early(void **state) {
    (void)state;
    int64_t id = in_hand("206-01");
    asks(id, "ask_suspension", ",\"until\":\"2026-12-15\"", OK, NULL);
    step(&supervisor, id, "suspend", "", OK);
    clock_stop(begun + DAYS(1));
    step(&supervisor, id, "resume", "", ERR_INVALID);
    step(&supervisor, id, "resume", ",\"note\":\"配件到了\"", OK);
    assert_int_equal(due_of(id, "finish_due"), begun + DAYS(1) + HOURS(6));
    asks(id, "ask_extension", "", OK, NULL); /* both are counted */
    step(&supervisor, id, "extend", "", OK);
    assert_int_equal(due_of(id, "finish_due"), begun + DAYS(2));
}

static void test_the_day_passed_before_it_was_approved(void **state) {
    (void)state;
    int64_t id = in_hand("206-01");
    asks(id, "ask_suspension", ",\"until\":\"2026-12-02\"", OK, NULL);
    clock_stop(begun + DAYS(1));
    step(&lead, id, "suspend", "", ERR_INVALID);
    assert_string_equal(fa.key, "suspension_day");
    step(&lead, id, "refuse", ",\"note\":\"已到日\"", OK);
    assert_null(strstr(got(id), "\"suspended_until\""));
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
#define EACH(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        EACH(test_one_limit_more),
        EACH(test_only_before_overdue),
        EACH(test_another_person_answers),
        EACH(test_what_is_offered),
        EACH(test_suspended_until_its_day),
        EACH(test_resumed_early),
        EACH(test_the_day_passed_before_it_was_approved),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "more time on SQLite" : "more time on PostgreSQL", tests,
                                       NULL, NULL);
}

int main(void) {
    record_begin();
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
