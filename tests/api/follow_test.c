/* follow_test – what stands on an area when the area ends or is hung elsewhere, on both
 * stores: organisations, duties, seats, posts, covers, buildings and cases are where
 * docs/area-changes.md says, `check` finds nothing wrong, and when the store fails in
 * the middle nothing of it has happened. */
#include "grids.h"

#include "areas_file.h"
#include "inner.h"
#include "installation.h"
#include "place.h"
#include "store.h"
#include "watch.h"

static Dialect dialect;
static Actor admin, security;
static int64_t tower, house;
static AreasReport report; /* of an import */

/* ---- what stands on the ground ---- */

static Err put_place(Tx *tx, const Area *at, const char *name, PlaceKind kind, int64_t *ret, Fault *f) {
    Place p;
    TRY(place_put(tx, &(PlacePut){ .area = at->id, .name = str(name), .households = 10, .kind = kind }, &p, f));
    *ret = p.id.v;
    return OK;
}

static Err put_places(Tx *tx, void *arena, Fault *f) {
    tx_lend(tx, arena);
    TRY(put_place(tx, &micro[1], "一号楼", PLACE_BUILDING, &house, f));
    return put_place(tx, &micro[1], "云端大厦", PLACE_OFFICE, &tower, f);
}

static const char *sent(const char *pattern, ...) {
    static char json[4][2048];
    static int next;
    va_list list;

    next = (next + 1) % 4;
    va_start(list, pattern);
    vsnprintf(json[next], sizeof json[next], pattern, list);
    va_end(list);
    return json[next];
}

static int64_t made(const char *op, const Actor *by, const char *json) {
    assert_ok(call(op, by, json));
    return answered("id");
}

static int64_t org(const char *code, const char *kind, const Area *at) {
    return made(
        "org.add", &admin,
        sent("{\"kind\":\"%s\",\"area\":\"%lld\",\"code\":\"%s\",\"name\":\"%s\",\"since\":\"2025-01-01\"}",
             kind, (long long)at->id.v, code, code));
}

static void account(const char *login) {
    assert_ok(
        call("account.add", &admin,
             sent("{\"login\":\"%s\",\"title\":\"张三\",\"password\":\"a password of the watch\"}", login)));
}

static void stand(void) {
    org("党工委", "subdistrict_party_committee", &sub);
    org("一居", "residential_party_org", &res[0]);
    org("二居", "residential_party_org", &res[1]);
    int64_t branch = org("一支部", "branch", &micro[1]), unit = org("物业", "property_management", &micro[1]);
    org("党小组", "party_group", &micro[1]);
    assert_ok(call("serves.add", &admin,
                   sent("{\"unit\":\"%lld\",\"matter\":\"205\",\"area\":\"%lld\",\"since\":\"2025-01-01\"}",
                        (long long)unit, (long long)micro[1].id.v)));
    int64_t seat = made("seat.add", &admin,
                        sent("{\"kind\":\"grid_worker\",\"area\":\"%lld\",\"since\":\"2025-01-01\"}",
                             (long long)micro[1].id.v));
    account("worker");
    account("helper");
    assert_ok(call("seat.fill", &security,
                   sent("{\"id\":\"%lld\",\"login\":\"worker\",\"since\":\"2025-02-01\"}", (long long)seat)));
    assert_ok(call("post.give", &security, "{\"login\":\"helper\",\"role\":\"grid_worker\",\"area\":\"M1\"}"));
    assert_ok(
        call("cover.add", &admin,
             sent("{\"place\":\"%lld\",\"field\":\"independent_space\",\"org\":\"%lld\",\"grid\":\"%lld\"}",
                  (long long)tower, (long long)branch, (long long)micro[1].id.v)));
    assert_ok(
        call("case.report", &admin, sent("{\"text\":\"路灯不亮\",\"place\":\"%lld\"}", (long long)house)));
}

static int set_up(void **state) {
    Arena a;
    (void)state;
    clock_stop(ms_of_day(day_of_civil(2025, 6, 2)) + 3600000);
    city_open(dialect, false);
    grids_make();
    assert_ok(arena_begin(&a, 1 << 20, &fa));
    assert_ok(store_write_now(city, put_places, &a, false, &fa));
    arena_end(&a);
    admin = actor_as(ROLE_SYSTEM_ADMIN, 0, 77);
    security = actor_as(ROLE_SECURITY_ADMIN, 0, 78);
    stand();
    watch_begin(city);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    areas_report_end(&report);
    city_close();
    clock_stop(0);
    return 0;
}

/* ---- asking ---- */

static char rows[16384];
static Err keep_row(void *ctx, const char *const *columns, int n, Fault *f) {
    Buf *b = ctx;
    (void)n, (void)f;
    buf_str(b, columns[0] ? columns[0] : "-");
    buf_str(b, "\n");
    return OK;
}

static Err ask(Tx *tx, void *arg, Fault *f) {
    Buf b = { rows, 0, sizeof rows, false, 0 };
    rows[0] = 0;
    return tx_ask(tx, arg, NULL, 0, keep_row, &b, NULL, f);
}

static const char *asked(const char *sql) {
    char text[4096];
    snprintf(text, sizeof text, "%s", sql);
    assert_ok(store_read(city, -1, ask, text, &fa));
    return rows;
}

static void is(const char *sql, const char *expected) {
    asked(sql);
    if (strcmp(rows, expected) != 0)
        fail_msg("%s\ngave\n%sinstead of\n%s", sql, rows, expected);
}

static void all_right(void) {
    char said[8192] = "";
    Buf b = { said, 0, sizeof said, false, 0 };
    int64_t wrong;
    assert_ok(installation_check(city, &b, &wrong, &fa));
    if (wrong)
        fail_msg("%s", said);
}

/* Every row that may follow, as one text. */
static const char *everything(void) {
    static char all[2][16384];
    static int next;
    next = !next;
    snprintf(
        all[next], sizeof all[next], "%s",
        asked("SELECT w.what FROM ("
              "SELECT 1 AS t, id, 'area ' || code || path || state AS what FROM area UNION ALL "
              "SELECT 2, id, 'org ' || code || path || area || coalesce(parent, 0) FROM org UNION ALL "
              "SELECT 3, id, 'seat ' || path || area || coalesce(until, 0) FROM seat UNION ALL "
              "SELECT 4, id, 'post ' || path || coalesce(area, 0) || coalesce(until, 0) FROM post UNION ALL "
              "SELECT 5, id, 'duty ' || path || area || coalesce(until, 0) FROM serves UNION ALL "
              "SELECT 6, id, 'cover ' || path || coalesce(grid, 0) FROM cover UNION ALL "
              "SELECT 7, id, 'place ' || path || area FROM place UNION ALL "
              "SELECT 8, id, 'case ' || path || area || placed || revision FROM cases UNION ALL "
              "SELECT 9, id, 'step ' || org FROM org_step UNION ALL "
              "SELECT 10, id, 'event ' || account FROM account_event UNION ALL "
              "SELECT 11, id, 'lineage ' || kind || state FROM lineage) w ORDER BY w.t, w.id"));
    return all[next];
}

static const char *change(const char *more, const Area *a) {
    return sent("{\"id\":\"%lld\",\"day\":\"2025-06-02\"%s}", (long long)a->id.v, more);
}

#define ON(table, code) \
    "FROM " table " t JOIN area a ON a.path = t.path AND a.id = t.area WHERE a.code = '" code "'"

/* ---- the changes ---- */

static const char *merge_json(void) {
    return change(sent(",\"into\":\"%lld\"", (long long)micro[2].id.v), &micro[1]);
}

static void merged_into_another_branch(void **state) {
    (void)state;
    all_right();
    assert_ok(call("area.merge", &admin, merge_json()));
    all_right();
    is("SELECT t.code " ON("org", "M2") " ORDER BY t.id", "一支部\n物业\n党小组\n");
    is("SELECT u.code FROM org o JOIN org u ON u.id = o.parent WHERE o.code = '一支部'", "二居\n");
    is("SELECT count(*) FROM org_step s JOIN org o ON o.id = s.org WHERE o.code = '一支部'", "2\n");
    is("SELECT t.matter " ON("serves", "M2"), "205\n");
    is("SELECT count(*) " ON("seat", "M2"), "1\n");
    is("SELECT count(*) " ON("post", "M2"), "2\n");
    is("SELECT count(*) " ON("place", "M2"), "2\n");
    is("SELECT a.code FROM cover c JOIN area a ON a.path = c.path", "M2\n");
    is("SELECT count(*) FROM cover WHERE grid IS NOT NULL", "0\n"); /* its grid joined an ordinary one */
    is("SELECT a.code FROM cases c JOIN area a ON a.path = c.path", "M2\n");
    is("SELECT a.code FROM cases c JOIN area a ON a.id = c.area", "M1\n"); /* where it was filed */
    assert_ok(call("seat.list", &admin, "{}")); /* shows the area, though its home is another one's */
    assert_int_equal(strstr(answer, "\"area_code\":\"M2\"") != NULL, 1);
}

/* Where the neighbour's unit does the same already, one duty is enough. */
static void a_duty_that_was_there(void **state) {
    (void)state;
    assert_ok(call("org.list", &admin, "{\"code\":\"物业\"}"));
    int64_t unit = answered("id");
    assert_ok(call("serves.add", &admin,
                   sent("{\"unit\":\"%lld\",\"matter\":\"205\",\"area\":\"%lld\",\"since\":\"2025-01-01\"}",
                        (long long)unit, (long long)micro[2].id.v)));
    assert_ok(call("area.merge", &admin, merge_json()));
    all_right();
    is("SELECT count(*) FROM serves WHERE until IS NULL", "1\n");
}

static const char *split_json(void) {
    return change(sent(",\"parts\":[{\"code\":\"N1\",\"name\":\"甲\",\"places\":[{\"id\":\"%lld\"}]},"
                       "{\"code\":\"N2\",\"name\":\"乙\",\"places\":[{\"id\":\"%lld\"}]}]",
                       (long long)house, (long long)tower),
                  &micro[1]);
}

static void split_in_two(void **state) {
    (void)state;
    assert_ok(call("area.split", &admin, split_json()));
    all_right();
    is("SELECT t.code " ON("org", "N1") " ORDER BY t.id", "一支部\n物业\n党小组\n");
    is("SELECT a.code FROM serves s JOIN area a ON a.id = s.area WHERE s.until IS NULL ORDER BY a.code",
       "N1\nN2\n");
    is("SELECT a.code FROM seat s JOIN area a ON a.id = s.area", "N1\n");
    /* both workers look after both parts, as they did before */
    is("SELECT c.login || a.code || CASE WHEN p.seat IS NULL THEN '0' ELSE '1' END FROM post p "
       "JOIN area a ON a.id = p.area JOIN account c ON c.id = p.account ORDER BY c.login, a.code",
       "helperN10\nhelperN20\nworkerN11\nworkerN20\n");
    is("SELECT count(*) FROM account_event WHERE what = 4", "4\n");
    is("SELECT a.code FROM cover c JOIN area a ON a.path = c.path", "N2\n");
    is("SELECT count(*) FROM cover WHERE grid IS NOT NULL", "0\n"); /* its branch is on the other part */
    is("SELECT a.code FROM cases c JOIN area a ON a.path = c.path", "N1\n");
}

static void an_exclusive_grid_stays_one(void **state) {
    (void)state;
    assert_ok(call("area.split", &admin,
                   change(sent(",\"parts\":[{\"code\":\"N1\",\"name\":\"甲\",\"places\":[{\"id\":\"%lld\"}]},"
                               "{\"code\":\"N2\",\"name\":\"乙\",\"places\":[{\"id\":\"%lld\"}]}]",
                               (long long)tower, (long long)house),
                          &micro[1])));
    all_right();
    is("SELECT a.code FROM cover c JOIN area a ON a.id = c.grid", "N1\n");
}

/* Its buildings may go up only from the last grid: none is ever between two. */
static void leave_one_in_r0(void) {
    assert_int_equal(call("area.dissolve", &admin, change("", &micro[1])), ERR_INVALID);
    assert_string_equal(fa.key, "dissolve_places");
    assert_ok(call("area.dissolve", &admin, change("", &group)));
    assert_ok(call("area.dissolve", &admin, change("", &micro[0])));
}

/* The residential area in two, which are mere lists: the grids beneath are named. */
static const char *split_above_json(void) {
    return change(sent(",\"parts\":[{\"code\":\"Q1\",\"name\":\"甲\",\"areas\":[{\"id\":\"%lld\"}]},"
                       "{\"code\":\"Q2\",\"name\":\"乙\",\"areas\":[{\"id\":\"%lld\"}]}]",
                       (long long)micro[0].id.v, (long long)micro[1].id.v),
                  &res[0]);
}

static void split_above_others(void **state) {
    (void)state;
    assert_int_equal(
        call("area.split", &admin,
             change(sent(",\"parts\":[{\"code\":\"Q1\",\"name\":\"甲\",\"areas\":[{\"id\":\"%lld\"}]},"
                         "{\"code\":\"Q2\",\"name\":\"乙\"}]",
                         (long long)micro[0].id.v),
                    &res[0])),
        ERR_INVALID);
    assert_string_equal(fa.key, "split_areas");
    assert_non_null(strstr(fa.zh, "“M1”"));
    assert_ok(call("area.split", &admin, split_above_json()));
    all_right();
    is("SELECT t.code " ON("org", "Q1"), "一居\n");
    is("SELECT count(*) FROM area g JOIN area m ON m.id = g.parent JOIN area q ON q.id = m.parent "
       "WHERE g.code = 'G' AND q.code = 'Q1' AND substr(g.path, 1, length(q.path)) = q.path",
       "1\n");
    /* its own is on the other part, so the nearest above leads it */
    is("SELECT u.code FROM org o JOIN org u ON u.id = o.parent WHERE o.code = '一支部'", "党工委\n");
    is("SELECT a.code FROM cases c JOIN area a ON a.path = c.path", "M1\n");
    is("SELECT households FROM area WHERE code = 'Q2'", "-\n");
}

static void dissolved(void **state) {
    (void)state;
    leave_one_in_r0();
    assert_ok(call("area.dissolve", &admin, change("", &micro[1])));
    all_right();
    is("SELECT t.code " ON("org", "R0") " ORDER BY t.id", "一居\n一支部\n物业\n党小组\n");
    is("SELECT count(*) FROM serves WHERE until IS NULL", "0\n");
    is("SELECT count(*) FROM seat WHERE until IS NULL", "0\n");
    is("SELECT count(*) FROM post WHERE until IS NULL", "0\n");
    is("SELECT a.code FROM cover c JOIN area a ON a.path = c.path", "R0\n");
    is("SELECT a.code FROM cases c JOIN area a ON a.path = c.path WHERE c.placed = 6", "R0\n");
}

/* A residential organisation cannot stand on a zone: people decide first. */
static void dissolved_under_an_organisation(void **state) {
    (void)state;
    assert_ok(call("area.dissolve", &admin, change("", &micro[2])));
    assert_ok(call("area.dissolve", &admin, change("", &micro[3])));
    assert_int_equal(call("area.dissolve", &admin, change("", &res[1])), ERR_INVALID);
    assert_string_equal(fa.key, "dissolve_org");
    assert_non_null(strstr(fa.zh, "二居"));
    all_right();
}

static const char *move_json(void) {
    return sent("{\"id\":\"%lld\",\"parent\":\"%lld\",\"day\":\"2025-06-02\"}", (long long)micro[1].id.v,
                (long long)res[1].id.v);
}

static void hung_elsewhere(void **state) {
    (void)state;
    assert_ok(call("area.move", &admin, move_json()));
    all_right();
    is("SELECT u.code FROM org o JOIN org u ON u.id = o.parent WHERE o.code IN ('一支部', '党小组') ORDER BY "
       "o.id",
       "二居\n二居\n");
    is("SELECT count(*) " ON("post", "M1"), "2\n");
    is("SELECT a.code FROM cover c JOIN area a ON a.path = c.path JOIN area g ON g.id = c.grid AND g.id = a.id",
       "M1\n");
}

/* ---- a level above what stands ---- */

/* Areas of `table` (code, name), and under them what stands, by `adopt`. */
static Err import_above(AreaLevel level, const char *table, const char *adopt, const char *under) {
    AreasOptions how = { .file = str("above.csv"),
                         .layer = str("grid"),
                         .level = level,
                         .code = str("code"),
                         .name = str("name"),
                         .under = str(under),
                         .adopt = true,
                         .adopt_table = str(adopt),
                         .crs = str("wgs84"),
                         .since = day_of_civil(2025, 6, 2),
                         .table = true };

    areas_report_end(&report);
    TRY(areas_report_begin(&report, 1 << 16, &fa));
    return areas_import(city, str(table), &how, &report, &fa);
}

static Err put_district_above(const char *unused) {
    (void)unused;
    return import_above(LEVEL_DISTRICT, "code,name\nD,区\n", "child,parent\nS,D\n", "");
}

/* Whatever has a path has the district's before its own. */
static void a_district_above_all(void **state) {
    (void)state;
    const char *before = asked("SELECT count(*) FROM lineage");
    assert_string_equal(before, "0\n");
    assert_ok(put_district_above(NULL));
    all_right();
    is("SELECT p.code FROM area a JOIN area p ON p.id = a.parent WHERE a.code = 'S'", "D\n");
    is("SELECT (SELECT count(*) FROM area WHERE code <> 'D') || ' ' || (SELECT count(*) FROM org) || ' ' || "
       "(SELECT count(*) FROM seat) || ' ' || (SELECT count(*) FROM cover) || ' ' || (SELECT count(*) FROM "
       "cases)",
       "9 6 1 1 1\n");
    is("SELECT count(*) FROM (SELECT path FROM area UNION ALL SELECT path FROM org UNION ALL SELECT path FROM "
       "serves "
       "UNION ALL SELECT path FROM seat UNION ALL SELECT path FROM post WHERE area IS NOT NULL UNION ALL "
       "SELECT path "
       "FROM cover UNION ALL SELECT path FROM place UNION ALL SELECT path FROM cases) w, area d WHERE d.code = "
       "'D' AND "
       "substr(w.path, 1, length(d.path)) <> d.path",
       "0\n");
    is("SELECT a.code FROM cases c JOIN area a ON a.path = c.path", "M1\n");
    is("SELECT l.kind || f.code || t.code FROM lineage l JOIN area f ON f.id = l.from_area JOIN area t ON t.id "
       "= "
       "l.to_area WHERE l.state = 3",
       "5SD\n");
}

/* R1 stands right under S, R0 in a zone already: only R1 is to be hung, and Z is not asked. */
static void a_zone_above_some(void **state) {
    (void)state;
    assert_ok(import_above(LEVEL_ZONE, "code,name\nZ1,一片区\n", "child,parent\nR1,Z1\nR0,Z1\nX,Z1\n", "S"));
    assert_int_equal(report.counts[NOTE_ROW], 2); /* R0 has a zone, and there is no X */
    all_right();
    is("SELECT p.code || q.code FROM area a JOIN area p ON p.id = a.parent JOIN area q ON q.id = p.parent "
       "WHERE "
       "a.code IN ('R0', 'R1') ORDER BY a.code",
       "ZS\nZ1S\n");
    is("SELECT t.code " ON("org", "R1"), "二居\n");
    assert_int_equal(import_above(LEVEL_DISTRICT, "code,name\nD,区\n", "child,parent\nS,E\n", ""), ERR_INVALID);
    assert_int_equal(report.counts[NOTE_PARENT], 1);
    is("SELECT count(*) FROM area WHERE code = 'D'", "0\n");
}

/* ---- a store that fails ---- */

typedef Err Change(const char *json);

static void each_call_fails_of(const char *name, Change *change_by, const char *json) {
    long n = 1, failed = 0;
    Err e = ERR_STORE;

    const char *before = everything();
    for (; e != OK && n < 2000; n++) {
        watch_reset();
        watch.fail_call = n;
        e = change_by(json);
        watch_reset();
        if (e == OK)
            break;
        failed++;
        if (e != ERR_STORE || !*fa.zh || !*fa.en)
            fail_msg("%s, call %ld: %s %s", name, n, err_name(e), fa.en);
        if (strcmp(before, everything()) != 0)
            fail_msg("%s, call %ld failed and left something:\n%s", name, n, everything());
        before = everything();
    }
    assert_true(failed > 20);
    assert_true(strcmp(before, everything()) != 0);
    all_right();
    print_message("%s: %ld calls of the store failed\n", name, failed);
}

static const char *op_asked;
static Err ask_op(const char *json) { return call(op_asked, &admin, json); }

static void each_call_fails(const char *op, const char *asked_json) {
    char json[2048];

    snprintf(json, sizeof json, "%s", asked_json);
    op_asked = op;
    each_call_fails_of(op, ask_op, json);
}

static void each_call_of_a_level_above(void **state) {
    (void)state;
    each_call_fails_of("import above", put_district_above, NULL);
}

static void each_call_of_a_merge(void **state) {
    (void)state;
    each_call_fails("area.merge", merge_json());
}

static void each_call_of_a_split(void **state) {
    (void)state;
    each_call_fails("area.split", split_json());
}

static void each_call_of_a_split_above(void **state) {
    (void)state;
    each_call_fails("area.split", split_above_json());
}

static void each_call_of_a_dissolution(void **state) {
    (void)state;
    leave_one_in_r0();
    each_call_fails("area.dissolve", change("", &micro[1]));
}

static void each_call_of_a_move(void **state) {
    (void)state;
    each_call_fails("area.move", move_json());
}

static int run(Dialect d, const char *name) {
    const struct CMUnitTest tests[] = {
#define T(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
        T(merged_into_another_branch),
        T(a_duty_that_was_there),
        T(split_in_two),
        T(an_exclusive_grid_stays_one),
        T(split_above_others),
        T(dissolved),
        T(dissolved_under_an_organisation),
        T(hung_elsewhere),
        T(a_district_above_all),
        T(a_zone_above_some),
        T(each_call_of_a_merge),
        T(each_call_of_a_split),
        T(each_call_of_a_split_above),
        T(each_call_of_a_dissolution),
        T(each_call_of_a_move),
        T(each_call_of_a_level_above),
    };
    if (!testdb_has(d))
        return 0;
    dialect = d;
    return _cmocka_run_group_tests(name, tests, COUNT(tests), NULL, NULL);
}

int main(void) { return run(SQLITE, "what follows, SQLite") + run(POSTGRES, "what follows, PostgreSQL"); }
