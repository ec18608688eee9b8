/* publish_test – a plan of grids takes effect, on both stores: agreed to by two persons,
 * today or on its day; grids begin, go on or end with their lineage, buildings and open
 * cases follow, filed cases keep their grid, and next door nothing moves. What no longer
 * fits the map is refused, and when the store fails in the middle nothing has happened. */
#include "town.h"

#include "area.h"
#include "inner.h"
#include "installation.h"
#include "place.h"
#include "place_change.h"
#include "plan_publish.h"
#include "retention.h"
#include "store.h"
#include "watch.h"

static Dialect dialect;
static Actor lead, leader, other;
enum { DAY = 20788 }; /* 2026-12-01 */

static int set_up(void **state) {
    (void)state;
    clock_stop(ms_of_day(DAY) + 3600000);
    city_open(dialect, false);
    town_make();
    lead = actor_as(ROLE_DUTY_LEAD, 0, 31);
    leader = actor_as(ROLE_LEADER, 0, 32);
    other = actor_as(ROLE_LEADER, 0, 33);
    watch_begin(city);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    clock_stop(0);
    return 0;
}

static const char *sent(const char *pattern, ...) {
    static char json[4][600];
    static int next;
    va_list list;

    next = (next + 1) % 4;
    va_start(list, pattern);
    vsnprintf(json[next], sizeof json[next], pattern, list);
    va_end(list);
    return json[next];
}

static const char *asked(const char *sql) { return testdb_ask(&city_db, sql); }
static int64_t number(const char *sql) { return strtoll(asked(sql), NULL, 10); }

static void is(const char *sql, const char *expected) {
    const char *got = asked(sql);
    size_t n = strlen(got);
    while (n && got[n - 1] == '\n')
        n--;
    if (n != strlen(expected) || strncmp(got, expected, n) != 0)
        fail_msg("%s\ngave\n%s\ninstead of\n%s", sql, got, expected);
}

static void whole(void) {
    Buf b;
    int64_t wrong = -1;
    assert_ok(buf_begin(&b, 1 << 12, 1 << 20, &fa));
    assert_ok(installation_check(city, &b, &wrong, &fa));
    if (wrong)
        fail_msg("check: %s", b.p);
    buf_end(&b);
}

static void agree(int64_t id) {
    town_call("plan.propose", &lead, id, OK);
    town_call("plan.approve", &leader, id, OK);
}

static Err publish(int64_t id, const char *since) {
    return call("plan.publish", &leader, sent("{\"id\":\"%lld\",\"since\":\"%s\"}", (long long)id, since));
}

/* ---- agreed to ---------------------------------------------------------- */

static void test_two_persons(void **state) {
    Actor both = actor_as(ROLE_LEADER, 0, 31);
    (void)state;
    int64_t id = town_open("{\"within\":\"S1\",\"min\":100,\"max\":200}");
    town_call("plan.approve", &leader, id, ERR_CONFLICT);
    assert_string_equal(fa.key, "plan_state");
    assert_string_equal(fa.en, "The plan is “draft”, not “proposed”.");
    assert_int_equal(publish(id, "2026-12-01"), ERR_CONFLICT);
    town_call("plan.propose", &lead, id, OK);
    town_call("plan.approve", &both, id, ERR_FORBIDDEN);
    assert_string_equal(fa.key, "plan_own");
    town_call("plan.approve", &lead, id, ERR_FORBIDDEN);
    assert_string_equal(fa.key, "no_right");
    assert_int_equal(call("plan.undo", &lead, sent("{\"id\":\"%lld\",\"revision\":2}", (long long)id)),
                     ERR_CONFLICT);
    assert_string_equal(fa.key, "plan_not_draft");
    assert_int_equal(call("plan.approve", &leader, sent("{\"id\":\"%lld\",\"revision\":1}", (long long)id)),
                     ERR_CONFLICT);
    assert_string_equal(fa.key, "plan_changed");
    town_call("plan.approve", &leader, id, OK);
    assert_non_null(strstr(answer, "\"state\":\"approved\""));
    assert_int_equal(publish(id, "2026-11-30"), ERR_INVALID);
    assert_string_equal(fa.key, "plan_past");

    town_call("plan.withdraw", &leader, id, OK); /* back to those who plan */
    assert_non_null(strstr(answer, "\"state\":\"draft\""));
    assert_null(strstr(answer, "\"approved_by\""));
    town_call("plan.withdraw", &leader, id, ERR_FORBIDDEN);
    town_call("plan.withdraw", &lead, id, OK);
    assert_non_null(strstr(answer, "\"state\":\"withdrawn\""));
    town_call("plan.withdraw", &lead, id, ERR_CONFLICT);
    town_call("plan.propose", &lead, id, ERR_CONFLICT);
}

/* 600 households in grids of 250 to 280: one of them cannot be. */
static void test_reasons(void **state) {
    (void)state;
    int64_t id = town_open("{\"within\":\"S1\",\"min\":380,\"max\":420}");
    assert_true(answered("out_of_range") >= 1);
    town_call("plan.propose", &lead, id, OK);
    town_call("plan.approve", &leader, id, ERR_INVALID);
    assert_string_equal(fa.key, "plan_reasons");
    assert_non_null(strstr(fa.en, "out of the range without a written reason: S1R1"));
    town_call("plan.grids", &lead, id, OK);
    int64_t grids[8], n = 0;
    for (const char *p = answer; (p = strstr(p, "\"number\":")) && n < 8; p++)
        grids[n++] = strtoll(p + 9, NULL, 10);
    for (int i = 0; i < n; i++)
        assert_ok(call("plan.reason", &lead,
                       sent("{\"id\":\"%lld\",\"grid\":%lld,\"reason_text\":\"楼栋不可分\"}", (long long)id,
                            (long long)grids[i])));
    town_call("plan.approve", &leader, id, OK);
    town_call("plan.withdraw", &lead, id, OK);
}

/* ---- in force ----------------------------------------------------------- */

#define NEXT_DOOR \
    "SELECT id, code, name, state, path, since, households, m2 FROM area WHERE code LIKE 'S2%' ORDER BY code"
static int64_t filed, seen_from; /* a case of before, and its grid */

static void report_case(void) {
    Actor dispatcher = actor_as(ROLE_DISPATCHER, 0, 51);
    int64_t place = number("SELECT id FROM place WHERE code = 'S1B0000'");
    assert_ok(
        call("case.report", &dispatcher, sent("{\"text\":\"路灯不亮\",\"place\":\"%lld\"}", (long long)place)));
    filed = answered("id");
    seen_from = number(sent("SELECT area FROM cases WHERE id = %lld", (long long)filed));
}

/* Grids of 100 to 200: both of today are cut, neither goes on. */
static void test_split(void **state) {
    static char next_door[4096];
    (void)state;
    report_case();
    assert_int_equal(seen_from, town_area("S1R1M1"));
    snprintf(next_door, sizeof next_door, "%s", asked(NEXT_DOOR));
    int64_t id = town_open("{\"within\":\"S1\",\"min\":100,\"max\":140,\"label\":\"拆小\"}");
    town_call("plan.look", &lead, id, OK);
    int64_t grids = answered("grids");
    agree(id);
    assert_ok(publish(id, "2026-12-01"));
    assert_non_null(strstr(answer, "\"state\":\"active\""));

    assert_int_equal(number("SELECT count(*) FROM area WHERE level = 4 AND state = 3 AND code LIKE 'S1%'"),
                     grids);
    is("SELECT code, until FROM area WHERE state = 5 ORDER BY code", "S1R1M1|20788;S1R1M2|20788");
    is("SELECT sum(households) FROM area WHERE level = 4 AND state = 3 AND code LIKE 'S1%'", "600");
    is("SELECT count(*) FROM place p JOIN area a ON a.id = p.area WHERE p.code LIKE 'S1%' AND a.state = 3 AND "
       "a.level = 4 AND p.path = a.path",
       "60");
    /* each new grid comes from a grid of before, and nothing else is said to */
    assert_int_equal(
        number("SELECT count(DISTINCT to_area) FROM lineage WHERE kind = 2 AND state = 3 AND day = 20788 "
               "AND note = '网格划分：拆小'"),
        grids);
    is("SELECT count(DISTINCT from_area) FROM lineage", "2");
    assert_string_equal(asked(NEXT_DOOR), next_door);

    /* the case keeps its grid, and is seen by who is responsible now; a new one is filed in a new grid */
    assert_int_equal(number(sent("SELECT area FROM cases WHERE id = %lld", (long long)filed)), seen_from);
    is(sent("SELECT count(*) FROM cases c JOIN place p ON p.code = 'S1B0000' WHERE c.id = %lld AND c.path = "
            "p.path",
            (long long)filed),
       "1");
    report_case();
    is(sent("SELECT count(*) FROM cases c JOIN place p ON p.code = 'S1B0000' WHERE c.id = %lld AND c.area = "
            "p.area",
            (long long)filed),
       "1");
    whole();
    town_call("plan.withdraw", &lead, id, ERR_CONFLICT);
    assert_string_equal(fa.key, "plan_in_force");
}

/* From those grids back to two: some are merged, those with most of a new one go on. */
static void test_merge(void **state) {
    (void)state;
    int64_t before = number("SELECT count(*) FROM area WHERE level = 4 AND state = 3 AND code LIKE 'S1%'");
    int64_t id = town_open("{\"within\":\"S1\",\"min\":250,\"max\":350,\"label\":\"并大\",\"keep\":50}");
    assert_int_equal(answered("grids"), 2);
    agree(id);
    assert_ok(publish(id, "2026-12-01"));
    assert_int_equal(number("SELECT count(*) FROM area WHERE level = 4 AND state = 3 AND code LIKE 'S1%'"), 2);
    assert_int_equal(number("SELECT count(*) FROM area WHERE state IN (4, 5) AND code LIKE 'S1%'"), before);
    assert_true(number("SELECT count(*) FROM lineage WHERE kind = 1 AND note = '网格划分：并大'") > 0);
    is("SELECT sum(households) FROM area WHERE level = 4 AND state = 3 AND code LIKE 'S1%'", "600");
    is("SELECT count(*) FROM place p JOIN area a ON a.id = p.area WHERE p.code LIKE 'S1%' AND a.state = 3 AND "
       "p.path = a.path",
       "60");
    whole();
}

/* ---- building groups ---------------------------------------------------- */

static Err put_group(Tx *tx, void *arg, Fault *f) {
    Arena *a = arg;
    Area in, group;
    Place p;
    char code[24];
    bool changed;
    a->used = 0;
    tx_lend(tx, a);
    TRY(area_load(tx, (AreaId){ number("SELECT area FROM place WHERE code = 'S1B0000'") }, &in, f));
    AreaPut put = { .layer = in.layer,
                    .level = LEVEL_BUILDINGS,
                    .parent = in.id,
                    .code = str("G"),
                    .name = str("楼组"),
                    .households = -1,
                    .since = DAY };
    TRY(area_put(tx, &put, &group, f));
    for (int i = 0; i < 20; i++) {
        snprintf(code, sizeof code, "S1B%02d%02d", i / 5, i % 5);
        TRY(place_by_code(tx, str(code), &p, &changed, f));
        PlacePut there = { .area = group.id, .households = -1 };
        TRY(place_change(tx, p.id, &there, DAY, &changed, f));
    }
    return area_layer_changed(tx, in.layer, f);
}

/* One of 200 households, and no grid may have more than 140: it is split, and its parts lie
 * each in the grid of its buildings. */
static void test_groups(void **state) {
    Arena a;
    (void)state;
    assert_ok(arena_begin(&a, 4 << 20, &fa));
    assert_ok(store_write_now(city, put_group, &a, false, &fa));
    arena_end(&a);
    int64_t id = town_open("{\"within\":\"S1\",\"min\":100,\"max\":140}");
    agree(id);
    assert_ok(publish(id, "2026-12-01"));
    int64_t parts = number("SELECT count(*) FROM area WHERE level = 5 AND state = 3");
    assert_true(parts >= 2);
    is("SELECT code FROM area WHERE level = 5 AND code IN ('G', 'G-2') AND state = 3 ORDER BY code", "G;G-2");
    is("SELECT sum(households) FROM area WHERE level = 5 AND state = 3", "200");
    is("SELECT count(*) FROM place p JOIN area a ON a.id = p.area JOIN area u ON u.id = a.parent WHERE a.level "
       "= 5 "
       "AND a.state = 3 AND u.state = 3 AND u.level = 4 AND p.path = a.path",
       "20");
    is("SELECT count(*) FROM place p JOIN area a ON a.id = p.area WHERE p.code LIKE 'S1%' AND a.state = 3 AND "
       "p.path = a.path",
       "60");
    is("SELECT sum(households) FROM area WHERE level = 4 AND state = 3 AND code LIKE 'S1%'", "600");
    whole();
}

/* ---- on a later day ----------------------------------------------------- */

static int failed;
static char why[400];
static void publish_failed(void *ctx, PlanId id, const Fault *f) {
    (void)ctx, (void)id;
    failed++;
    snprintf(why, sizeof why, "%s", f->en);
}

static int64_t due(void) {
    int64_t done = -1;
    failed = 0;
    assert_ok(plans_due(city, publish_failed, NULL, &done, &fa));
    return done;
}

static void test_later(void **state) {
    (void)state;
    int64_t id = town_open("{\"within\":\"S2\",\"min\":100,\"max\":140,\"label\":\"明年\"}");
    agree(id);
    assert_ok(publish(id, "2027-01-01"));
    assert_non_null(strstr(answer, "\"state\":\"approved\",\"revision\":4"));
    assert_non_null(strstr(answer, "\"since\":\"2027-01-01\""));
    assert_int_equal(due(), 0);
    assert_true(town_area("S2R1M1") != 0);
    clock_stop(ms_of_day(DAY + 31) + 60000);
    assert_int_equal(due(), 1);
    assert_int_equal(failed, 0);
    assert_int_equal(town_area("S2R1M1"), 0);
    town_call("plan.look", &lead, id, OK);
    assert_non_null(strstr(answer, "\"state\":\"active\""));
    assert_int_equal(due(), 0);
    whole();
}

/* ---- what no longer fits ------------------------------------------------ */

static Err put_building(Tx *tx, void *arg, Fault *f) {
    static char room[1 << 16];
    Arena a = { room, 0, sizeof room };
    Place p;
    tx_lend(tx, &a);
    PlacePut put = { .area = { *(int64_t *)arg },
                     .name = str("新楼"),
                     .code = str("NEW"),
                     .households = 5,
                     .placed = true,
                     .lon = 1214001000,
                     .lat = 312001000 };
    return place_put(tx, &put, &p, f);
}

static void test_stale(void **state) {
    Actor chief = actor_as(ROLE_SYSTEM_ADMIN, 0, 61);
    (void)state;
    int64_t id = town_open("{\"within\":\"S1\",\"min\":100,\"max\":200}");
    agree(id);
    assert_ok(publish(id, "2027-06-01"));
    int64_t grid = number("SELECT area FROM place WHERE code = 'S1B0000'");
    assert_ok(store_write_now(city, put_building, &grid, false, &fa));
    assert_int_equal(publish(id, "2027-01-01"), ERR_CONFLICT);
    assert_string_equal(fa.key, "plan_stale");
    assert_non_null(strstr(fa.en, "“新楼” is new"));
    clock_stop(ms_of_day(DAY + 200));
    assert_int_equal(due(), 0); /* nor on its day: it stays, and the log says why */
    assert_int_equal(failed, 1);
    assert_non_null(strstr(why, "“新楼” is new"));
    town_call("plan.withdraw", &lead, id, OK);

    /* made anew from it, it fits; until a grid is redrawn */
    id = town_open(sent("{\"within\":\"S1\",\"min\":100,\"max\":200,\"made_from\":\"%lld\"}", (long long)id));
    agree(id);
#define OF_S1 " FROM area a WHERE level = 4 AND state = 3 AND code LIKE 'S1%'"
    int64_t merged = number("SELECT min(id)" OF_S1 " AND NOT EXISTS (SELECT 1 FROM area WHERE parent = a.id)"),
            into = number("SELECT max(id)" OF_S1);
#undef OF_S1
    assert_ok(call("area.merge", &chief,
                   sent("{\"id\":\"%lld\",\"into\":\"%lld\",\"day\":\"2027-06-19\"}", (long long)merged,
                        (long long)into)));
    assert_int_equal(publish(id, "2027-06-19"), ERR_CONFLICT);
    assert_string_equal(fa.key, "plan_stale");
    town_call("plan.withdraw", &lead, id, OK);
    whole();
}

/* ---- the store fails ---------------------------------------------------- */

static char all[1 << 20];
static void look(char *ret, size_t size) {
    static const char *const of[] = {
        "SELECT id, state, code, name, path, parent, since, until, households, m2 FROM area ORDER BY id",
        "SELECT id, area, path FROM place ORDER BY id",
        "SELECT id, kind, from_area, to_area, state FROM lineage ORDER BY id",
        "SELECT id, path, area, placed FROM cases ORDER BY id",
        "SELECT id, state, revision, since FROM plan ORDER BY id",
        "SELECT id, revision, places FROM layer ORDER BY id",
        "SELECT plan, number, kind FROM plan_step ORDER BY plan, number",
    };
    size_t at = 0;
    for (size_t i = 0; i < COUNT(of); i++)
        at += (size_t)snprintf(ret + at, size - at, "%s\n", asked(of[i]));
    assert_true(at < size);
}

static void fails_whole(const char *op, const Actor *by, const char *json) {
    static char after[sizeof all];
    long n = 1, failures = 0;
    look(all, sizeof all);
    for (;; n++) {
        watch_reset();
        watch.fail_call = n;
        Err e = call(op, by, json);
        bool reached = watch.calls >= n;
        watch_reset();
        if (e == OK)
            break;
        failures++;
        if (!reached || e != ERR_STORE || !*fa.zh || !*fa.en)
            fail_msg("%s, call %ld: %s %s", op, n, err_name(e), fa.en);
        look(after, sizeof after);
        if (strcmp(all, after) != 0)
            fail_msg("%s, call %ld failed, and something is not as it was", op, n);
    }
    assert_true(failures > 4);
    print_message("%s: %ld calls of the store failed\n", op, failures);
}

static void each_call_of_a_publication(void **state) {
    (void)state;
    int64_t id = town_open("{\"within\":\"S2\",\"min\":250,\"max\":350}");
    char key[60];
    snprintf(key, sizeof key, "{\"id\":\"%lld\"}", (long long)id);
    fails_whole("plan.propose", &lead, key);
    fails_whole("plan.withdraw", &lead, key);
    town_call("plan.propose", &lead, id, OK);
    fails_whole("plan.approve", &leader, key);
    fails_whole("plan.publish", &leader, sent("{\"id\":\"%lld\",\"since\":\"2027-06-19\"}", (long long)id));
    whole();
}

/* Zone grids: residential areas hang beneath them, with all that lies in these. */
static void test_zones(void **state) {
    (void)state;
    int64_t id = town_open("{\"within\":\"D\",\"kind\":\"zone\",\"min\":500,\"max\":700}");
    for (int grid = 1; grid <= 3; grid++)
        assert_ok(
            call("plan.reason", &lead,
                 sent("{\"id\":\"%lld\",\"grid\":%d,\"reason_text\":\"一街一格\"}", (long long)id, grid)));
    agree(id);
    assert_ok(publish(id, "2027-06-19"));
    is("SELECT z.code FROM area r JOIN area z ON z.id = r.parent WHERE r.level = 3 AND r.state = 3 AND z.level "
       "= 2 AND "
       "z.state = 3 ORDER BY z.code",
       "S1-Z1;S2-Z1;S3-Z1");
    is("SELECT count(*) FROM place p JOIN area a ON a.id = p.area WHERE p.path = a.path AND a.state = 3 AND "
       "p.until IS "
       "NULL",
       "121");
    whole();
}

/* ---- what check and time do --------------------------------------------- */

static void named(const char *sql, const char *name) {
    char begins[40];
    Buf b;
    int64_t wrong = -1;
    testdb_exec(&city_db, sql);
    assert_ok(buf_begin(&b, 1 << 12, 1 << 20, &fa));
    assert_ok(installation_check(city, &b, &wrong, &fa));
    snprintf(begins, sizeof begins, "%s ", name);
    if (wrong != 1 || strncmp(b.p, begins, strlen(begins)) != 0)
        fail_msg("%s: %lld wrong: %s", name, (long long)wrong, b.p);
    buf_end(&b);
}

static void test_checked(void **state) {
    (void)state;
    whole();
    int64_t id = number("SELECT max(id) FROM plan WHERE state = 6 AND kind = 1");
    named(sent("UPDATE plan SET approved_by = proposed_by WHERE id = %lld", (long long)id), "plan_two");
    testdb_exec(&city_db, sent("UPDATE plan SET approved_by = 32 WHERE id = %lld", (long long)id));
    named(
        sent("UPDATE plan_grid SET in_range = FALSE WHERE plan = %lld AND reason_text IS NULL", (long long)id),
        "plan_reason");
    testdb_exec(&city_db, sent("UPDATE plan_grid SET in_range = TRUE WHERE plan = %lld", (long long)id));
    named(sent("DELETE FROM plan_part WHERE part = 2 AND plan = %lld", (long long)id), "plan_whole");
}

/* A year after it was withdrawn a plan is gone with all it kept; what is in force stays. */
static void test_erased(void **state) {
    RetentionCount n;
    bool ours;
    (void)state;
    int64_t id = town_open("{\"within\":\"S2\",\"min\":250,\"max\":350}"),
            in_force = number("SELECT count(*) FROM plan WHERE state = 6");
    town_call("plan.withdraw", &lead, id, OK);
    clock_stop(clock_now_ms() + 364 * 86400000LL);
    assert_ok(retention_pass(city, NULL, &ours, &n, &fa));
    assert_int_equal(number(sent("SELECT count(*) FROM plan WHERE id = %lld", (long long)id)), 1);
    clock_stop(clock_now_ms() + 2 * 86400000LL);
    assert_ok(retention_pass(city, NULL, &ours, &n, &fa));
    assert_int_equal(
        number(sent("SELECT (SELECT count(*) FROM plan WHERE id = %lld) + (SELECT count(*) FROM plan_part "
                    "WHERE plan = %lld) + (SELECT count(*) FROM plan_grid WHERE plan = %lld)",
                    (long long)id, (long long)id, (long long)id)),
        0);
    assert_int_equal(number("SELECT count(*) FROM plan WHERE state = 6"), in_force);
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_persons), cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_split),       cmocka_unit_test(test_merge),
        cmocka_unit_test(test_groups),      cmocka_unit_test(test_later),
        cmocka_unit_test(test_stale),       cmocka_unit_test(each_call_of_a_publication),
        cmocka_unit_test(test_zones),       cmocka_unit_test(test_erased),
        cmocka_unit_test(test_checked),
    };
    dialect = d;
    return cmocka_run_group_tests_name(
        d == SQLITE ? "plans in force on SQLite" : "plans in force on PostgreSQL", tests, set_up, tear_down);
}

int main(void) {
    int failures = run_on(SQLITE);
    return failures + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
