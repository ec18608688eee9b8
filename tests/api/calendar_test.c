/* calendar_test – deadlines beyond the published calendar: kept as provisional 暂定,
 * shown so, and counted again when the next year is loaded. The clock stands at the
 * end of 2026, whose calendar the demo brings. */
#include "city.h"

#include "calendar_file.h"

static Dialect dialect;

static int64_t at(const char *day, int hour, int minute) {
    int32_t d;
    assert_true(day_parse(day, &d));
    return ms_of_day(d) + (hour * 60 + minute) * 60000LL;
}

static int set_up(void **state) {
    (void)state;
    clock_stop(at("2026-12-01", 9, 0));
    city_open(dialect, true);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    clock_stop(0);
    return 0;
}

static Err import(const char *rows, const char *until, CalendarCount *ret) {
    char table[1000];
    CsvMemory memory;
    int32_t day = 0;

    snprintf(table, sizeof table, "day,kind,name\n%s", rows);
    memory.rest = str(table);
    if (until)
        assert_true(day_parse(until, &day));
    return calendar_import(city, csv_from_memory, &memory, day, ret, &fa);
}

/* ---- cases ---- */

static int64_t report(void) {
    Actor dispatcher = actor_as(ROLE_DISPATCHER, 0, 11);
    assert_ok(call("case.report", &dispatcher, "{\"text\":\"x\",\"lon\":121.47,\"lat\":31.225}"));
    return answered("id");
}

static int64_t accept(void) {
    Actor dispatcher = actor_as(ROLE_DISPATCHER, 0, 11);
    int64_t id = report();
    step(&dispatcher, id, "accept", "", OK);
    return id;
}

static Actor handler_of_roads(void) {
    Actor dispatcher = actor_as(ROLE_DISPATCHER, 0, 11);
    assert_ok(call("org.list", &dispatcher, "{\"limit\":500}"));
    const char *unit = strstr(answer, "\"code\":\"U2\"");
    assert_non_null(unit);
    while (strncmp(unit, "\"id\":\"", 6) != 0)
        unit--;
    return actor_as(ROLE_HANDLER, strtoll(unit + 6, NULL, 10), 12);
}

static void dispatch(int64_t id, const char *condition) {
    Actor dispatcher = actor_as(ROLE_DISPATCHER, 0, 11);
    char json[80];
    snprintf(json, sizeof json, "{\"code\":\"%s\"}", condition);
    assert_ok(call("condition.list", &dispatcher, json));
    snprintf(json, sizeof json, ",\"condition\":\"%lld\"", (long long)answered("id"));
    step(&dispatcher, id, "file", json, OK);
    snprintf(json, sizeof json, ",\"unit\":\"%lld\",\"note\":\"就近\"", (long long)handler_of_roads().unit.v);
    step(&dispatcher, id, "dispatch", json, OK);
}

static int64_t dispatched(const char *condition) {
    int64_t id = accept();
    dispatch(id, condition);
    return id;
}

static void get(int64_t id, const char *op) {
    Actor dispatcher = actor_as(ROLE_DISPATCHER, 0, 11);
    char json[80];
    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)id);
    assert_ok(call(op, &dispatcher, json));
}

static bool marked(const char *name) {
    char text[80];
    snprintf(text, sizeof text, "\"%s\":true", name);
    bool yes = strstr(answer, text) != NULL;
    snprintf(text, sizeof text, "\"%s\":false", name);
    assert_true(yes != (strstr(answer, text) != NULL));
    return yes;
}

/* due, finish_due (0: none is looked at), and whether each is provisional */
static void assert_clock(int64_t id, int64_t due, bool due_mark, int64_t finish, bool finish_mark) {
    get(id, "case.get");
    assert_int_equal(answered("due"), due);
    assert_int_equal(marked("due_provisional"), due_mark);
    if (finish)
        assert_int_equal(answered("finish_due"), finish);
    assert_int_equal(marked("finish_provisional"), finish_mark);
}

/* ---- tests ---- */

static void test_recounted_when_the_year_comes(void **state) {
    Actor dispatcher = actor_as(ROLE_DISPATCHER, 0, 11), nobody, roads = handler_of_roads();
    CalendarCount n;
    (void)state;
    actor_public(&nobody);
    clock_stop(at("2026-12-30", 9, 0));
    int64_t five_days = dispatched("206-04"), one_day = dispatched("204-01"), urgent = dispatched("206-02");
    int64_t handled = dispatched("206-04");
    step(&roads, handled, "take", "", OK);
    step(&roads, handled, "handle", ",\"note\":\"x\"", OK);
    clock_stop(at("2026-12-31", 17, 50));
    int64_t accepted = accept(), rejected = accept();
    step(&dispatcher, rejected, "reject", ",\"note\":\"x\"", OK);

    /* 1 January is a Friday like others, as far as is known. */
    assert_clock(five_days, at("2027-01-06", 18, 0), true, at("2027-01-06", 18, 0), true);
    assert_clock(one_day, at("2026-12-31", 18, 0), false, at("2026-12-31", 18, 0), false);
    assert_clock(urgent, at("2026-12-30", 11, 0), false, at("2026-12-30", 11, 0), false);
    assert_clock(handled, at("2026-12-30", 15, 0), false, at("2027-01-06", 18, 0), true);
    assert_clock(accepted, at("2027-01-01", 8, 20), true, 0, false);
    get(five_days, "case.view");
    assert_non_null(strstr(answer, "1月6日 18:00 到期（暂定：2026-12-31 之后的节假日尚未公布）"));

    assert_ok(import("2027-01-01,rest,元旦\n2027-02-20,work,调休\n", NULL, &n));
    assert_int_equal(n.days, 2);
    assert_int_equal(n.seen, 4);
    assert_int_equal(n.moved, 4);
    assert_clock(five_days, at("2027-01-07", 18, 0), false, at("2027-01-07", 18, 0), false);
    int64_t revision = answered("revision");
    assert_clock(handled, at("2026-12-30", 15, 0), false, at("2027-01-07", 18, 0), false);
    assert_clock(accepted, at("2027-01-04", 8, 20), false, 0, false);
    assert_clock(one_day, at("2026-12-31", 18, 0), false, at("2026-12-31", 18, 0), false);
    get(five_days, "case.view");
    assert_non_null(strstr(answer, "1月7日 18:00 到期"));
    assert_null(strstr(answer, "暂定"));
    char event[60];
    snprintf(event, sizeof event, "{\"number\":%lld,\"act\":\"recount\",\"to_state\":\"dispatched\"",
             (long long)revision);
    assert_non_null(strstr(answer, event));
    assert_ok(call("city.get", &nobody, ""));
    assert_non_null(strstr(answer, "\"calendar_until\":\"2027-12-31\""));

    assert_ok(import("2027-01-01,rest,元旦\n", NULL, &n)); /* nothing is left to count */
    assert_int_equal(n.seen, 0);
}

/* The finishing limit is within the published year, what check and feedback add is not: of
 * the two instants only the later one is provisional, until the year comes. */
static void test_close_alone_is_provisional(void **state) {
    CalendarCount n;
    (void)state;
    clock_stop(at("2026-12-30", 9, 0));
    int64_t id = dispatched("204-01"); /* one work day: by 31 December, 18:00 */
    get(id, "case.get");
    assert_false(marked("finish_provisional"));
    assert_true(marked("close_provisional"));
    assert_int_equal(answered("close_due"), at("2027-01-04", 18, 0));
    int64_t sooner = dispatched("206-02"); /* two urgent hours: closed by 31 December */
    get(sooner, "case.get");
    assert_false(marked("close_provisional"));
    assert_ok(import("2027-01-01,rest,元旦\n2027-01-04,rest,元旦\n", NULL, &n));
    assert_int_equal(n.seen, 1);
    assert_int_equal(n.moved, 1);
    get(id, "case.get");
    assert_int_equal(answered("finish_due"), at("2026-12-31", 18, 0));
    assert_int_equal(answered("close_due"), at("2027-01-06", 18, 0));
    assert_false(marked("close_provisional"));
    assert_ok(import("2027-01-01,rest,元旦\n", NULL, &n));
    assert_int_equal(n.seen, 0);
}

/* Where the year brings nothing for a case, only its mark goes: no step, no conflict. */
static void test_confirmed_without_a_step(void **state) {
    CalendarCount n;
    (void)state;
    clock_stop(at("2026-12-30", 9, 0));
    int64_t id = dispatched("206-04");
    get(id, "case.get");
    int64_t revision = answered("revision");
    assert_ok(import("2027-10-01,rest,国庆节\n", NULL, &n));
    assert_int_equal(n.seen, 1);
    assert_int_equal(n.moved, 0);
    assert_clock(id, at("2027-01-06", 18, 0), false, at("2027-01-06", 18, 0), false);
    assert_int_equal(answered("revision"), revision);
}

/* Whatever the step set, counting again from row and history gives: every open case of
 * the demo, in more than one batch. */
static void test_counting_again_agrees(void **state) {
    Actor dispatcher = actor_as(ROLE_DISPATCHER, 0, 11);
    CalendarCount n;
    (void)state;
    assert_ok(call("case.count", &dispatcher, "{\"open\":true}"));
    int64_t open = answered("n");
    assert_true(open > 100);
    testdb_exec(&city_db, "UPDATE cases SET due_provisional = (1 = 1), finish_provisional = (1 = 1), "
                          "close_provisional = (1 = 1)");
    assert_ok(import("2026-01-01,rest,元旦\n", NULL, &n));
    assert_int_equal(n.seen, open);
    assert_int_equal(n.moved, 0);
    assert_int_equal(n.until, day_of_civil(2026, 12, 31));
}

static void test_without_a_calendar(void **state) {
    (void)state;
    testdb_exec(&city_db, "DELETE FROM calendar_day");
    testdb_exec(&city_db, "DELETE FROM setting WHERE name = 'calendar_until'");
    int64_t id = dispatched("206-04");
    assert_clock(id, at("2026-12-08", 18, 0), true, at("2026-12-08", 18, 0), true);
    get(id, "case.view");
    assert_non_null(strstr(answer, "（暂定：尚未载入工作日历，只按周一至周五计算）"));
    assert_non_null(strstr(answer, "no calendar is loaded"));
    assert_null(strstr(answer, "1970"));
}

static void test_until(void **state) {
    CalendarCount n = { .days = -1 };
    Actor nobody;
    (void)state;
    actor_public(&nobody);
    assert_int_equal(import("2029-01-01,rest,元旦\n", NULL, &n), ERR_INVALID); /* where are 2027 and 2028? */
    assert_string_equal(fa.key, "calendar_hole");
    assert_int_equal(n.days, -1);
    assert_int_equal(import("", NULL, &n), ERR_INVALID);
    assert_string_equal(fa.key, "calendar_empty");
    assert_ok(call("city.get", &nobody, ""));
    assert_non_null(strstr(answer, "\"calendar_until\":\"2026-12-31\"")); /* all or nothing */

    assert_ok(import("2027-01-01,rest,元旦\n", "2027-03-31", &n)); /* only so far is known */
    assert_int_equal(n.until, day_of_civil(2027, 3, 31));
    assert_ok(import("2026-01-01,rest,元旦\n", NULL, &n)); /* an older year takes nothing back */
    assert_int_equal(n.until, day_of_civil(2027, 3, 31));
    clock_stop(at("2027-03-29", 9, 0));
    assert_clock(dispatched("206-04"), at("2027-04-05", 18, 0), true, at("2027-04-05", 18, 0), true);
    assert_clock(dispatched("204-01"), at("2027-03-30", 18, 0), false, at("2027-03-30", 18, 0), false);
}

/* At check the finishing limit stands still; after it fails the rest is counted on in
 * working time, so no deadline falls into the night. */
static void test_check_stops_the_limit(void **state) {
    Actor checker = actor_as(ROLE_CHECKER, 0, 13), roads = handler_of_roads();
    (void)state;
    int64_t id = dispatched("206-01"); /* 4 work hours from 09:00 */
    assert_clock(id, at("2026-12-01", 15, 0), false, at("2026-12-01", 15, 0), false);
    step(&roads, id, "take", "", OK);
    clock_stop(at("2026-12-01", 10, 0));
    step(&roads, id, "handle", ",\"note\":\"x\"", OK);
    assert_clock(id, at("2026-12-01", 16, 0), false, at("2026-12-01", 15, 0), false);
    clock_stop(at("2026-12-01", 16, 0));
    step(&checker, id, "fail", ",\"note\":\"x\"", OK);
    assert_clock(id, at("2026-12-02", 9, 0), false, at("2026-12-02", 9, 0), false);
    get(id, "case.view");
    assert_non_null(strstr(answer, "12月2日 09:00 到期"));
    clock_stop(at("2026-12-02", 8, 30));
    step(&roads, id, "handle", ",\"note\":\"x\"", OK);
    clock_stop(at("2026-12-02", 17, 0));
    step(&checker, id, "fail", ",\"note\":\"x\"", OK);
    assert_clock(id, at("2026-12-02", 17, 30), false, at("2026-12-02", 17, 30), false);
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
#define EACH(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        EACH(test_recounted_when_the_year_comes),
        EACH(test_close_alone_is_provisional),
        EACH(test_confirmed_without_a_step),
        EACH(test_counting_again_agrees),
        EACH(test_without_a_calendar),
        EACH(test_until),
        EACH(test_check_stops_the_limit),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "calendar on SQLite" : "calendar on PostgreSQL", tests,
                                       NULL, NULL);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
