/* later_test – areas that are imported for a later day, on both stores: they own nothing
 * until the clock has come to it, and begin by themselves then, in the place of those
 * that stood; buildings, cases and posts go with the ground. */
#include "city.h"

#include "area_change.h"
#include "areas_file.h"
#include "areas_report.h"
#include "inner.h"
#include "installation.h"
#include "place.h"
#include "store.h"

static Dialect dialect;
static Actor chief, planner, security;
enum { DAY = 20800 };

/* ---- a map of squares, a hundredth of a degree each ------------------------------ */

typedef struct Square {
    const char *code, *parent;
    int x, w; /* columns; all are one row high */
} Square;

static AreasReport report;

static Err import(const Square *squares, size_t n, AreaLevel level, int32_t since, bool replace) {
    static char text[8192];
    Buf b = { text, 0, sizeof text, false, 0 };
    AreasOptions how = { .file = str("map"),
                         .layer = str("g"),
                         .governing = true,
                         .level = level,
                         .code = str("c"),
                         .crs = str("wgs84"),
                         .since = since,
                         .replace = replace };

    buf_str(&b, "{\"type\":\"FeatureCollection\",\"features\":[");
    for (size_t i = 0; i < n; i++) {
        double west = 121 + squares[i].x / 100.0, east = west + squares[i].w / 100.0;
        buf_fmt(&b,
                "%s{\"type\":\"Feature\",\"properties\":{\"c\":\"%s\",\"p\":\"%s\"},\"geometry\":{\"type\":"
                "\"Polygon\","
                "\"coordinates\":[[[%.2f,31],[%.2f,31],[%.2f,31.01],[%.2f,31.01],[%.2f,31]]]}}",
                i ? "," : "", squares[i].code, squares[i].parent, west, east, east, west, west);
        if (*squares[i].parent)
            how.parent = str("p");
    }
    buf_str(&b, "]}");
    areas_report_end(&report);
    assert_ok(areas_report_begin(&report, 1 << 20, &fa));
    return areas_import(city, buf_view(&b), &how, &report, &fa);
}

static const char *grid_at(double column) {
    static char code[64], json[100];
    snprintf(json, sizeof json, "{\"lon\":%.7f,\"lat\":31.005}", 121 + column / 100);
    assert_ok(call("area.locate", &chief, json));
    const char *p = strstr(answer, "\"code\":\"");
    code[0] = 0;
    if (p)
        snprintf(code, sizeof code, "%.*s", (int)strcspn(p + 8, "\""), p + 8);
    return code;
}

#define GOVERNING "layer IN (SELECT id FROM layer WHERE governing = TRUE)"
static char rows[4096];
static Err keep_row(void *ctx, const char *const *columns, int n, Fault *f) {
    (void)n, (void)f;
    buf_str(ctx, columns[0] ? columns[0] : "-");
    buf_char(ctx, ' ');
    return OK;
}

static Err ask(Tx *tx, void *arg, Fault *f) {
    Buf b = { rows, 0, sizeof rows, false, 0 };
    rows[0] = 0;
    return tx_ask(tx, arg, NULL, 0, keep_row, &b, NULL, f);
}

static void is(const char *sql, const char *expected) {
    char text[1000];
    snprintf(text, sizeof text, "%s", sql);
    assert_ok(store_read(city, -1, ask, text, &fa));
    if (strcmp(rows, expected) != 0)
        fail_msg("%s\ngave %s instead of %s", sql, rows, expected);
}

static void all_right(void) {
    char said[8192] = "";
    Buf b = { said, 0, sizeof said, false, 0 };
    int64_t wrong;
    assert_ok(installation_check(city, &b, &wrong, &fa));
    if (wrong)
        fail_msg("%s", said);
}

static int64_t due(int32_t day) {
    int64_t done;
    clock_stop(ms_of_day(day) + 60000);
    assert_ok(area_changes_due(city, NULL, NULL, &done, &fa));
    return done;
}

static Err put_house(Tx *tx, void *arg, Fault *f) {
    Arena a;
    Area at;
    Place p;
    TRY(arena_begin(&a, 1 << 16, f));
    tx_lend(tx, &a);
    Err e = area_governing_by_code(tx, str("B"), &at, f);
    PlacePut in = { .area = at.id,
                    .name = str("一号楼"),
                    .households = 10,
                    .placed = true,
                    .lon = 1210150000,
                    .lat = 310050000 };
    e = e == OK ? place_put(tx, &in, &p, f) : e;
    *(int64_t *)arg = p.id.v;
    arena_end(&a);
    return e;
}

static int64_t house;

static int set_up(void **state) {
    static const Square top[] = { { "S", "", 0, 4 } },
                        old[] = { { "A", "S", 0, 1 }, { "B", "S", 1, 1 }, { "C", "S", 2, 2 } };
    (void)state;
    clock_stop(ms_of_day(DAY) + 3600000);
    city_open(dialect, false);
    chief = actor_as(ROLE_DISPATCHER, 0, 1);
    planner = actor_as(ROLE_SYSTEM_ADMIN, 0, 2);
    security = actor_as(ROLE_SECURITY_ADMIN, 0, 3);
    assert_ok(import(top, COUNT(top), LEVEL_SUBDISTRICT, DAY - 100, false));
    assert_ok(import(old, COUNT(old), LEVEL_MICRO, DAY - 100, false));
    assert_ok(store_write_now(city, put_house, &house, false, &fa));
    assert_ok(call("account.add", &planner,
                   "{\"login\":\"w\",\"title\":\"张三\",\"password\":\"a password of the watch\"}"));
    assert_ok(call("post.give", &security, "{\"login\":\"w\",\"role\":\"grid_worker\",\"area\":\"B\"}"));
    assert_ok(call("case.report", &chief, "{\"text\":\"路面破损\",\"lon\":121.0125,\"lat\":31.005}"));
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    areas_report_end(&report);
    city_close();
    clock_stop(0);
    return 0;
}

/* A, B and C are drawn anew; the first new one has B's code, because it is mostly B. */
static const Square drawn[] = { { "A", "S", 0, 1 }, { "B", "S", 1, 2 }, { "D", "S", 3, 1 } };

static void nothing_has_changed(void) {
    assert_string_equal(grid_at(2.5), "C");
    is("SELECT code FROM area WHERE state = 3 AND " GOVERNING " ORDER BY code", "A B C S ");
    is("SELECT a.code FROM place p JOIN area a ON a.path = p.path AND a.state = 3", "B ");
    all_right();
}

static void redrawn_on_its_day(void **state) {
    (void)state;
    assert_ok(import(drawn, COUNT(drawn), LEVEL_MICRO, DAY + 10, true));
    is("SELECT code FROM area WHERE state = 2 ORDER BY code", "A B D ");
    nothing_has_changed();
    assert_int_equal(due(DAY + 9), 0);
    nothing_has_changed();

    assert_int_equal(due(DAY + 10), 4); /* what begins, once, and each of the three that ends */
    assert_int_equal(due(DAY + 10), 0);
    all_right();
    is("SELECT code FROM area WHERE state = 3 AND " GOVERNING " ORDER BY code", "A B D S ");
    is("SELECT code FROM area WHERE state = 5 ORDER BY code", "A B C ");
    assert_string_equal(grid_at(2.5), "B");
    assert_string_equal(grid_at(3.5), "D");
    is("SELECT a.code FROM place p JOIN area a ON a.id = p.area WHERE a.state = 3", "B ");
    is("SELECT a.code FROM cases c JOIN area a ON a.path = c.path WHERE a.state = 3", "B ");
    is("SELECT a.state FROM cases c JOIN area a ON a.id = c.area", "5 "); /* filed in the old one */
    is("SELECT a.code FROM post p JOIN area a ON a.id = p.area WHERE a.state = 3", "B ");
    is("SELECT count(*) FROM lineage l JOIN area a ON a.id = l.to_area WHERE l.kind = 6 AND a.code = 'D'",
       "1 ");
}

static void redrawn_at_once(void **state) {
    (void)state;
    assert_ok(import(drawn, COUNT(drawn), LEVEL_MICRO, DAY, true));
    all_right();
    is("SELECT code FROM area WHERE state = 3 AND " GOVERNING " ORDER BY code", "A B D S ");
    assert_string_equal(grid_at(2.5), "B");
    is("SELECT a.code FROM place p JOIN area a ON a.id = p.area WHERE a.state = 3", "B ");
}

/* New ground beside what stands; nothing of it is there before, not even for its parent. */
static void begins_on_its_day(void **state) {
    static const Square more[] = { { "E", "S", 4, 1 } };
    (void)state;
    assert_ok(import(more, COUNT(more), LEVEL_MICRO, DAY + 3, false));
    assert_string_equal(grid_at(4.5), "");
    assert_int_equal(due(DAY + 2), 0);
    assert_string_equal(grid_at(4.5), "");
    all_right();
    assert_int_equal(due(DAY + 3), 1);
    assert_string_equal(grid_at(4.5), "E");
    is("SELECT CASE WHEN abs(m2 - (SELECT sum(m2) FROM area WHERE level = 4 AND state = 3)) < 100 THEN 'whole' "
       "ELSE 'less' "
       "END FROM area WHERE code = 'S' AND " GOVERNING,
       "whole ");
    all_right();
}

static void withdrawn_as_a_whole(void **state) {
    char json[100];
    (void)state;
    assert_ok(import(drawn, COUNT(drawn), LEVEL_MICRO, DAY + 10, true));
    assert_int_equal(import(drawn, COUNT(drawn), LEVEL_MICRO, DAY + 10, true),
                     ERR_CONFLICT); /* planned already */
    assert_ok(call("area.list", &planner, "{\"code\":\"C\"}"));
    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)answered("id"));
    assert_ok(call("area.withdraw", &planner, json));
    assert_non_null(strstr(answer, "\"state\":\"withdrawn\""));
    is("SELECT count(*) FROM lineage WHERE state IN (1, 2)", "0 ");
    assert_int_equal(due(DAY + 10), 0);
    nothing_has_changed();
    assert_ok(import(drawn, COUNT(drawn), LEVEL_MICRO, DAY + 10, true)); /* and can be planned again */
}

/* One of them is merged away before the day: the rest goes on, and that is told. */
static int failures;
static void count_failed(void *ctx, LineageId id, const Fault *why) {
    (void)ctx, (void)id;
    assert_string_equal(why->key, "area_ended");
    failures++;
}

static void overtaken(void **state) {
    int64_t done, a;
    char json[200];
    (void)state;
    failures = 0;
    assert_ok(import(drawn, COUNT(drawn), LEVEL_MICRO, DAY + 10, true));
    assert_ok(call("area.list", &planner, "{\"code\":\"C\"}"));
    a = answered("id");
    assert_ok(call("area.withdraw", &planner,
                   (snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)a), json)));
    assert_ok(import(drawn, COUNT(drawn), LEVEL_MICRO, DAY + 10, true));
    testdb_exec(&city_db, "UPDATE area SET state = 6, until = 20801 WHERE code = 'C'");
    clock_stop(ms_of_day(DAY + 10));
    assert_ok(area_changes_due(city, count_failed, NULL, &done, &fa));
    assert_int_equal(done, 3);
    assert_int_equal(failures, 1);
    assert_string_equal(grid_at(3.5), "D");
}

static void lists_are_for_now(void **state) {
    AreasOptions how = { .file = str("l.csv"),
                         .layer = str("g"),
                         .governing = true,
                         .level = LEVEL_MICRO,
                         .code = str(""),
                         .crs = str("wgs84"),
                         .since = DAY + 1,
                         .buildings = true };
    (void)state;
    areas_report_end(&report);
    assert_ok(areas_report_begin(&report, 1 << 20, &fa));
    assert_int_equal(areas_import(city, str("building,households,micro-grid\nA,1,W\n"), &how, &report, &fa),
                     ERR_INVALID);
    assert_string_equal(fa.key, "areas_list_later");
}

static int run(Dialect d, const char *name) {
    const struct CMUnitTest tests[] = {
#define T(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
        T(redrawn_on_its_day),   T(redrawn_at_once), T(begins_on_its_day),
        T(withdrawn_as_a_whole), T(overtaken),       T(lists_are_for_now),
    };
    if (!testdb_has(d))
        return 0;
    dialect = d;
    return _cmocka_run_group_tests(name, tests, COUNT(tests), NULL, NULL);
}

int main(void) { return run(SQLITE, "later, SQLite") + run(POSTGRES, "later, PostgreSQL"); }
