/* draft_test – drafts of micro-grids: asked for, solved off the writer's thread, looked at
 * within one's part of the city and nowhere else. A town of rows of buildings is enough. */
#include "city.h"

#include "area.h"
#include "gzip.h"
#include "plan_solve.h"
#include "town.h"

static Dialect dialect;
static Actor lead, leader;
static char answer_kept[1 << 18];

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

/* ---- changed by hand ---------------------------------------------------- */

/* Two grids as they are today: five columns of six in the west, five in the east. */
static int64_t halves(void) { return town_open("{\"within\":\"S1\",\"min\":250,\"max\":350,\"keep\":100}"); }

static int64_t revision_of(int64_t id) {
    town_call("plan.look", &lead, id, OK);
    return answered("revision");
}

/* The unit in that row and column. */
static int unit_at(int64_t id, int row, int col) {
    char code[40];
    int n = -1;
    town_call("plan.map", &lead, id, OK);
    snprintf(code, sizeof code, "\"code\":\"S1B%02d%02d\"", row, col);
    char *p = strstr(answer, code);
    assert_non_null(p);
    while (p > answer && strncmp(p, "\"n\":", 4) != 0)
        p--;
    assert_int_equal(sscanf(p, "\"n\":%d", &n), 1);
    return n;
}

static int grid_at(int64_t id, int row, int col) {
    char key[40];
    int n = unit_at(id, row, col), grid = -1;
    snprintf(key, sizeof key, "\"n\":%d,", n);
    assert_int_equal(sscanf(strstr(strstr(answer, key), "\"grid\":"), "\"grid\":%d", &grid), 1);
    return grid;
}

static Err move_units(int64_t id, const int *units, int n, int to, int64_t revision) {
    char json[600];
    int at = snprintf(json, sizeof json, "{\"id\":\"%lld\",\"to\":%d,\"revision\":%lld,\"units\":[",
                      (long long)id, to, (long long)revision);
    for (int i = 0; i < n; i++)
        at += snprintf(json + at, sizeof json - (size_t)at, "%s{\"n\":%d}", i ? "," : "", units[i]);
    snprintf(json + at, sizeof json - (size_t)at, "]}");
    return call("plan.move", &lead, json);
}

static Err turn(const char *op, int64_t id) {
    char json[80];
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"revision\":%lld}", (long long)id,
             (long long)revision_of(id));
    return call(op, &lead, json);
}

static void grids_of(int64_t id, char *ret, size_t size) {
    town_call("plan.grids", &lead, id, OK);
    assert_true(strlen(answer) < size);
    strcpy(ret, answer);
}

static void test_move(void **state) {
    static char before[1 << 18], after[1 << 18];
    (void)state;
    int64_t id = halves();
    town_call("plan.look", &lead, id, OK);
    assert_int_equal(answered("grids"), 2);
    assert_int_equal(answered("moved"), 0);
    grids_of(id, before, sizeof before);

    int west = grid_at(id, 0, 0), east = grid_at(id, 0, 9);
    int units[] = { unit_at(id, 0, 4), unit_at(id, 1, 4) };
    assert_ok(move_units(id, units, 2, east, revision_of(id)));
    assert_int_equal(answered("moved"), 2);
    assert_int_equal(answered("most"), 320);
    assert_int_equal(answered("least"), 280);
    assert_int_equal(answered("at_step"), answered("revision"));
    assert_int_equal(grid_at(id, 1, 4), east);
    assert_int_equal(grid_at(id, 2, 4), west);
    grids_of(id, after, sizeof after);
    assert_non_null(strstr(after, "\"moved_in\":2,\"moved_out\":0"));
    assert_non_null(strstr(after, "\"moved_in\":0,\"moved_out\":2"));

    assert_ok(turn("plan.undo", id));
    assert_int_equal(answered("moved"), 0);
    assert_int_equal(answered("at_step"), 0);
    grids_of(id, answer_kept, sizeof answer_kept);
    assert_string_equal(answer_kept, before);
    assert_int_equal(turn("plan.undo", id), ERR_INVALID);
    assert_string_equal(fa.key, "plan_nothing_undone");

    assert_ok(turn("plan.redo", id));
    assert_int_equal(answered("moved"), 2);
    grids_of(id, answer_kept, sizeof answer_kept);
    assert_string_equal(answer_kept, after);
    assert_int_equal(turn("plan.redo", id), ERR_INVALID);
    assert_string_equal(fa.key, "plan_nothing_redone");
}

/* Three steps, two undone, one new: what was undone is cut off. */
static void test_steps(void **state) {
    (void)state;
    int64_t id = halves();
    int east = grid_at(id, 0, 9);
    for (int r = 0; r < 3; r++) {
        int unit = unit_at(id, r, 4);
        assert_ok(move_units(id, &unit, 1, east, revision_of(id)));
    }
    assert_ok(turn("plan.undo", id));
    assert_ok(turn("plan.undo", id));
    assert_int_equal(answered("moved"), 1);
    assert_ok(turn("plan.redo", id));
    assert_int_equal(answered("moved"), 2);
    assert_ok(turn("plan.undo", id));
    int unit = unit_at(id, 0, 3);
    assert_ok(move_units(id, &unit, 1, east, revision_of(id)));
    assert_int_equal(answered("moved"), 2);
    assert_int_equal(turn("plan.redo", id), ERR_INVALID);
    assert_ok(turn("plan.undo", id));
    assert_ok(turn("plan.undo", id));
    assert_int_equal(answered("moved"), 0);
    assert_int_equal(answered("at_step"), 0);
}

static void test_new_grid(void **state) {
    static char before[1 << 18];
    char json[200];
    (void)state;
    int64_t id = halves();
    grids_of(id, before, sizeof before);
    int units[30];
    for (int i = 0; i < 12; i++)
        units[i] = unit_at(id, i / 2, i % 2);
    assert_ok(move_units(id, units, 12, 0, revision_of(id)));
    assert_int_equal(answered("grids"), 3);
    assert_int_equal(answered("out_of_range"), 2); /* 120 and 180 */
    int grid = grid_at(id, 0, 0);
    assert_int_equal(grid, 3);
    town_call("plan.grids", &lead, id, OK);
    assert_non_null(strstr(answer, "\"number\":3,\"code\":\"S1R1-01\",\"name\":\"S1R1 1\""));
    assert_non_null(strstr(answer, "\"reason\":\"by_hand\""));

    /* all of it back: the grid is gone, an undo brings it back with its name */
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"grid\":3,\"name\":\"西园\",\"code\":\"S1R1-09\"}",
             (long long)id);
    assert_ok(call("plan.rename", &lead, json));
    assert_ok(move_units(id, units, 12, grid_at(id, 0, 4), revision_of(id)));
    assert_int_equal(answered("grids"), 2);
    town_call("plan.grids", &lead, id, OK);
    assert_null(strstr(answer, "西园"));
    assert_ok(turn("plan.undo", id));
    town_call("plan.grids", &lead, id, OK);
    assert_non_null(strstr(answer, "\"number\":3,\"code\":\"S1R1-09\",\"name\":\"西园\""));
    assert_ok(turn("plan.undo", id));
    assert_ok(turn("plan.undo", id));
    grids_of(id, answer_kept, sizeof answer_kept);
    assert_string_equal(answer_kept, before);
}

static void test_move_refused(void **state) {
    (void)state;
    int64_t id = halves();
    int west = grid_at(id, 0, 0), east = grid_at(id, 0, 9);
    int64_t revision = revision_of(id);
    int alone = unit_at(id, 2, 1), ring[] = { unit_at(id, 0, 1), unit_at(id, 1, 0), unit_at(id, 1, 1) };
    int apart[] = { unit_at(id, 0, 0), unit_at(id, 5, 0) }, unknown = 60;

    assert_int_equal(move_units(id, &alone, 1, east, revision), ERR_INVALID); /* it does not touch the east */
    assert_string_equal(fa.key, "plan_torn");
    assert_non_null(strstr(fa.en, "S1R1M2"));
    assert_int_equal(move_units(id, ring, 3, 0, revision), ERR_INVALID); /* the corner would be cut off */
    assert_string_equal(fa.key, "plan_torn");
    assert_non_null(strstr(fa.en, "“S1R1M1 S1R1M1” would be torn into 2 pieces"));
    assert_int_equal(move_units(id, apart, 2, 0, revision), ERR_INVALID);
    assert_non_null(strstr(fa.en, "no neighbours of each other"));
    assert_int_equal(move_units(id, &unknown, 1, east, revision), ERR_INVALID);
    assert_string_equal(fa.key, "plan_no_unit");
    assert_int_equal(move_units(id, &alone, 1, 7, revision), ERR_INVALID);
    assert_string_equal(fa.key, "plan_no_grid");
    assert_int_equal(move_units(id, &alone, 1, west, revision), ERR_INVALID);
    assert_string_equal(fa.key, "plan_same");
    assert_int_equal(move_units(id, &alone, 1, east, revision - 1), ERR_CONFLICT);
    assert_string_equal(fa.key, "plan_changed");
    assert_int_equal(revision_of(id), revision);
}

/* A plan of the whole district: no grid leaves its residential area. */
static void test_hard_border(void **state) {
    (void)state;
    int64_t id = town_open("{\"within\":\"D\",\"min\":250,\"max\":350,\"keep\":100}");
    int border = unit_at(id, 0, 9);
    char *other = strstr(answer, "\"now\":\"S2R1M1\"");
    int grid = -1;
    assert_non_null(other);
    while (strncmp(other, "\"grid\":", 7) != 0)
        other--;
    assert_int_equal(sscanf(other, "\"grid\":%d", &grid), 1);
    assert_int_equal(move_units(id, &border, 1, grid, revision_of(id)), ERR_INVALID);
    assert_string_equal(fa.key, "plan_hard_border");
    assert_non_null(strstr(fa.en, "“S1B0009” lies in “S1R1” and cannot go to a grid of “S2R1”"));
}

static void test_words(void **state) {
    char json[300];
    (void)state;
    int64_t id = halves();
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"grid\":1,\"reason_text\":\"河道隔开\"}", (long long)id);
    assert_ok(call("plan.reason", &lead, json));
    assert_non_null(strstr(answer, "\"reason_text\":\"河道隔开\""));
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"grid\":1,\"code\":\"X\"}", (long long)id);
    assert_int_equal(call("plan.rename", &lead, json), ERR_INVALID);
    assert_string_equal(fa.key, "plan_code_kept");
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"grid\":1,\"name\":\"东园\",\"revision\":0}", (long long)id);
    assert_int_equal(call("plan.rename", &lead, json), ERR_CONFLICT);
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"grid\":1,\"name\":\"东园\"}", (long long)id);
    assert_ok(call("plan.rename", &lead, json));
    assert_ok(turn("plan.undo", id));
    assert_ok(turn("plan.undo", id));
    town_call("plan.grids", &lead, id, OK);
    assert_null(strstr(answer, "东园"));
    assert_null(strstr(answer, "河道"));
    assert_ok(turn("plan.redo", id));
    town_call("plan.grids", &lead, id, OK);
    assert_null(strstr(answer, "东园"));
    assert_non_null(strstr(answer, "河道"));
}

static void test_compared(void **state) {
    char json[100];
    (void)state;
    int64_t one = halves(), two = halves();
    int unit = unit_at(two, 0, 4), to = grid_at(two, 0, 9);
    assert_ok(move_units(two, &unit, 1, to, revision_of(two)));
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"with\":\"%lld\"}", (long long)one, (long long)two);
    assert_ok(call("plan.compare", &lead, json));
    assert_int_equal(answered("differ"), 1);
    assert_int_equal(answered("only_here"), 0);
    assert_int_equal(answered("only_there"), 0);
    assert_non_null(strstr(answer, "\"code\":\"S1B0004\",\"name\":\"S1B0004\",\"households\":10"));
    assert_non_null(strstr(answer, "\"grid_code\":\"S1R1M1\""));
    assert_non_null(strstr(answer, "\"with_code\":\"S1R1M2\""));

    town_call("plan.table", &lead, two, OK);
    assert_non_null(
        strstr(answer, "\"S1B0004\",\"S1B0004\",10,\"S1R1M2\",\"S1R1M2\",\"S1R1M1\",\"S1R1\",121.4"));
    int rows = 0;
    for (const char *p = answer; (p = strstr(p, "\r\n")); p += 2)
        rows++;
    assert_int_equal(rows, 1 + TOWN_ROWS * TOWN_COLS);
}

/* Zone grids of residential areas: one in each subdistrict, for none leaves it. */
static void test_zones(void **state) {
    (void)state;
    int64_t id = town_open("{\"within\":\"D\",\"kind\":\"zone\",\"min\":500,\"max\":700}");
    town_call("plan.look", &lead, id, OK);
    assert_int_equal(answered("grids"), 3);
    assert_int_equal(answered("units"), 3);
    assert_int_equal(answered("out_of_range"), 3); /* their households are not written down */
    town_call("plan.grids", &lead, id, OK);
    assert_non_null(strstr(answer, "\"code\":\"S1-Z1\""));
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_solved),       cmocka_unit_test(test_map),
        cmocka_unit_test(test_again),        cmocka_unit_test(test_cancelled),
        cmocka_unit_test(test_failed),       cmocka_unit_test(test_refused),
        cmocka_unit_test(test_scope),        cmocka_unit_test(test_move),
        cmocka_unit_test(test_steps),        cmocka_unit_test(test_new_grid),
        cmocka_unit_test(test_move_refused), cmocka_unit_test(test_hard_border),
        cmocka_unit_test(test_words),        cmocka_unit_test(test_compared),
        cmocka_unit_test(test_zones),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "drafts on SQLite" : "drafts on PostgreSQL", tests, set_up,
                                       tear_down);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
