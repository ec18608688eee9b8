/* draft_test – drafts of micro-grids: asked for, solved off the writer's thread, looked at
 * within one's part of the city and nowhere else. A town of rows of buildings is enough. */
#include "city.h"

#include "area.h"
#include "gzip.h"
#include "plan_solve.h"
#include "town.h"

static Dialect dialect;
static Actor lead, leader;

static int set_up(void **state) {
    (void)state;
    city_open(dialect, false);
    town_make();
    lead = actor_as(ROLE_DUTY_LEAD, 0, 31);
    leader = actor_as(ROLE_LEADER, 0, 32);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    return 0;
}

static void test_solved(void **state) {
    (void)state;
    assert_ok(call("plan.open", &lead, "{\"within\":\"S1\",\"min\":100,\"max\":200,\"keep\":50}"));
    assert_non_null(strstr(answer, "\"state\":\"computing\""));
    assert_non_null(strstr(answer, "\"within_code\":\"S1\""));
    assert_non_null(strstr(answer, "\"label\":\"方案 1\""));
    int64_t id = town_plan_id();
    town_call("plan.grids", &lead, id, ERR_CONFLICT);
    assert_string_equal(fa.key, "plan_computing");

    assert_true(town_solve());
    town_call("plan.look", &lead, id, OK);
    assert_non_null(strstr(answer, "\"state\":\"draft\""));
    assert_int_equal(answered("units"), TOWN_ROWS * TOWN_COLS);
    assert_int_equal(answered("households"), TOWN_ROWS * TOWN_COLS * TOWN_HOUSEHOLDS);
    assert_int_equal(answered("out_of_range"), 0);
    assert_int_equal(answered("now_grids"), 2);
    assert_int_equal(answered("now_out_of_range"), 2);
    assert_int_equal(answered("progress"), 100);
    int64_t grids = answered("grids");
    assert_true(grids >= 3 && grids <= 6);

    town_call("plan.grids", &lead, id, OK);
    int64_t seen = 0;
    for (const char *p = answer; (p = strstr(p, "\"in_range\":true")); p++)
        seen++;
    assert_int_equal(seen, grids);
    assert_false(town_solve()); /* nothing waits */
}

static void test_map(void **state) {
    (void)state;
    int64_t id = town_open("{\"within\":\"S1\",\"min\":100,\"max\":200}");
    town_call("plan.map", &lead, id, OK);
    int features = 0;
    for (const char *p = answer; (p = strstr(p, "\"type\":\"Feature\"")); p++)
        features++;
    assert_int_equal(features, TOWN_ROWS * TOWN_COLS);
    assert_null(strstr(answer, "\"geometry\":null"));
    assert_null(strstr(answer, "\"shape\":null"));
    assert_non_null(strstr(answer, "\"edges\":[["));
    assert_non_null(strstr(answer, "\"outline\":{\"type\":\"Polygon\""));
    assert_non_null(strstr(answer, "\"now\":\"S1R1M1\",\"hard\":\"S1R1\""));
}

/* The same input and seed give the same plan. */
static void test_again(void **state) {
    static char first[1 << 20];
    (void)state;
    for (int i = 0; i < 2; i++) {
        int64_t id = town_open("{\"within\":\"S1\",\"min\":100,\"max\":200,\"seed\":7,\"balance\":60}");
        town_call("plan.map", &lead, id, OK);
        char *from = strstr(answer, "\"features\"");
        assert_non_null(from);
        if (i == 0)
            snprintf(first, sizeof first, "%s", from);
        else
            assert_string_equal(from, first);
    }
}

static void test_cancelled(void **state) {
    char ask[60];
    (void)state;
    assert_ok(call("plan.open", &lead, "{\"within\":\"S1\",\"min\":100,\"max\":200}"));
    int64_t id = town_plan_id();
    snprintf(ask, sizeof ask, "{\"id\":\"%lld\"}", (long long)id);
    assert_ok(call("plan.cancel", &lead, ask));
    assert_non_null(strstr(answer, "\"state\":\"failed\""));
    assert_non_null(strstr(answer, "It was cancelled."));
    assert_false(town_solve());
    assert_int_equal(call("plan.cancel", &lead, ask), ERR_CONFLICT);
    town_call("plan.grids", &lead, id, ERR_CONFLICT);
    assert_string_equal(fa.key, "plan_not_solved");
}

static void test_failed(void **state) {
    (void)state;
    assert_ok(call("plan.open", &lead, "{\"within\":\"S3\",\"min\":100,\"max\":200}"));
    int64_t id = town_plan_id();
    assert_true(town_solve());
    town_call("plan.look", &lead, id, OK);
    assert_non_null(strstr(answer, "\"state\":\"failed\""));
    assert_non_null(strstr(answer, "There is nothing in “S3” to make grids of"));
}

static void test_refused(void **state) {
    (void)state;
    assert_int_equal(call("plan.open", &lead, "{\"within\":\"NONE\"}"), ERR_NOT_FOUND);
    assert_int_equal(call("plan.open", &lead, "{\"within\":\"S1\",\"min\":300,\"max\":200}"), ERR_INVALID);
    assert_string_equal(fa.key, "plan_range");
    assert_int_equal(call("plan.open", &lead, "{\"within\":\"S1\",\"kind\":\"zone\"}"), ERR_INVALID);
    assert_int_equal(call("plan.open", &leader, "{\"within\":\"S1\"}"), ERR_FORBIDDEN);
}

/* Another subdistrict's lead: the area is not there, nor is the plan. */
static void test_scope(void **state) {
    Actor other;
    (void)state;
    town_lead_of("S2", ROLE_DUTY_LEAD, 41, &other);
    assert_int_equal(call("plan.open", &other, "{\"within\":\"S1\"}"), ERR_NOT_FOUND);
    assert_int_equal(call("plan.list", &other, "{\"within\":\"S1\"}"), ERR_NOT_FOUND);
    int64_t id = town_open("{\"within\":\"S1\",\"min\":100,\"max\":200}");
    town_call("plan.look", &other, id, ERR_NOT_FOUND);
    town_call("plan.grids", &other, id, ERR_NOT_FOUND);
    town_call("plan.map", &other, id, ERR_NOT_FOUND);
    town_call("plan.cancel", &other, id, ERR_NOT_FOUND);
    assert_ok(call("plan.list", &other, ""));
    assert_string_equal(answer, "{\"items\":[]}");
    assert_ok(call("plan.list", &lead, "{\"within\":\"S1\"}"));
    assert_non_null(strstr(answer, "\"within_code\":\"S1\""));
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_solved),    cmocka_unit_test(test_map),    cmocka_unit_test(test_again),
        cmocka_unit_test(test_cancelled), cmocka_unit_test(test_failed), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_scope),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "drafts on SQLite" : "drafts on PostgreSQL", tests, set_up,
                                       tear_down);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
