/* check_test – every invariant of the ground: a city in which one thing is wrong, put
 * there behind the program's back, and `check` names exactly that. */
#include "city.h"

#include "area.h"
#include "installation.h"
#include "org.h"
#include "org_tree.h"
#include "place.h"
#include "polygon.h"
#include "store.h"

static Dialect dialect;
static char said[1 << 16];

/* ---- a city that is right ---- */

static Err put_area(Tx *tx, LayerId layer, AreaLevel level, AreaId parent, const char *code, const Shape *shape,
                    Area *ret, Fault *f) {
    AreaPut in = { .layer = layer,
                   .level = level,
                   .parent = parent,
                   .code = str(code),
                   .name = str(code),
                   .shape = shape,
                   .households = -1,
                   .since = day_of_civil(2024, 1, 1) };
    return area_put(tx, &in, ret, f);
}

static Err make_shape(Tx *tx, Shape *ret, Fault *f) {
    ShapeDraft d;
    int32_t dropped;

    draft_begin(&d);
    draft_polygon(&d);
    draft_ring(&d);
    draft_degrees(&d, 121.4, 31.2);
    draft_degrees(&d, 121.5, 31.2);
    draft_degrees(&d, 121.5, 31.3);
    draft_degrees(&d, 121.4, 31.3);
    return draft_end(&d, tx_arena(tx), ret, &dropped, f);
}

/* S – R – M, all with organisations, one unit with a duty, a building, a case with a photo. */
static Err make(Tx *tx, void *arg, Fault *f) {
    LayerPut in = { .code = str("grid"), .zh = str("网格"), .en = str("Grids"), .governing = true };
    Actor admin = actor_as(ROLE_SYSTEM_ADMIN, 0, 0);
    Layer l;
    Area s, r, m;
    Org o;
    Place p;
    Shape square;

    actor_copy(&admin, &admin);
    ((Arena *)arg)->used = 0;
    tx_lend(tx, arg);
    TRY(make_shape(tx, &square, f));
    TRY(layer_put(tx, &in, &l, f));
    TRY(put_area(tx, l.id, LEVEL_SUBDISTRICT, (AreaId){ 0 }, "S", NULL, &s, f));
    TRY(put_area(tx, l.id, LEVEL_RESIDENTIAL, s.id, "R", NULL, &r, f));
    TRY(put_area(tx, l.id, LEVEL_MICRO, r.id, "M", &square, &m, f));
    OrgNew top = {
        .code = str("OS"), .name = str("党工委"), .kind = PARTY_SUBDISTRICT, .area = s.id, .state = AREA_ACTIVE
    };
    OrgNew low = {
        .code = str("OR"), .name = str("总支"), .kind = PARTY_GENERAL, .area = r.id, .state = AREA_ACTIVE
    };
    OrgNew beside = { .code = str("OF"),
                      .name = str("功能"),
                      .kind = PARTY_FUNCTIONAL_BRANCH,
                      .area = r.id,
                      .state = AREA_ACTIVE };
    TRY(org_add(tx, &top, &admin, &o, f));
    TRY(org_add(tx, &low, &admin, &o, f));
    beside.parent = o.id;
    beside.has.parent = true;
    TRY(org_add(tx, &beside, &admin, &o, f));
    TRY(org_put(tx, str("U"), str("物业"), ORG_PROPERTY, s.id, &o, f));
    TRY(serves_put(tx, o.id, str("205"), r.id, day_of_civil(2024, 1, 1), f));
    TRY(place_put(tx,
                  &(PlacePut){ .area = m.id, .name = str("一号楼"), .households = -1, .kind = PLACE_BUILDING },
                  &p, f));
    return area_layer_changed(tx, l.id, f);
}

static void open_city(void) {
    Arena a;
    Actor nobody;

    city_open(dialect, false);
    assert_ok(arena_begin(&a, 1 << 20, &fa));
    assert_ok(store_write_now(city, make, &a, false, &fa));
    arena_end(&a);
    actor_public(&nobody);
    assert_ok(call("case.report", &nobody, "{\"text\":\"井盖\",\"lon\":121.45,\"lat\":31.25}"));
    testdb_exec(&city_db, "INSERT INTO account (id, home, login, title, password, made_ms, made_day) "
                          "SELECT 50331648, 0, 'a', '张三', a.shape, 0, 0 FROM area_shape a");
    testdb_exec(
        &city_db,
        "INSERT INTO post (id, home, account, role, area, path, unit, since) SELECT 50331649, 0, "
        "50331648, 5, a.id, a.path, o.id, 19800 FROM area a, org o WHERE a.code = 'R' AND o.code = 'U'");
    testdb_exec(
        &city_db,
        "INSERT INTO border (id, home, name, area, since, line) SELECT 50331650, 0, '界河', a.id, 19800, "
        "substr(s.shape, 1, 16) FROM area a, area_shape s WHERE a.code = 'R'");
    testdb_exec(&city_db,
                "INSERT INTO seat (id, home, kind, area, path, since) SELECT 50331651, 0, 1, a.id, a.path, "
                "19800 FROM area a WHERE a.code = 'R'");
    testdb_exec(&city_db, "UPDATE post SET seat = 50331651");
    testdb_exec(
        &city_db,
        "INSERT INTO cover (id, home, place, path, field, org, since) SELECT 50331652, 0, p.id, p.path, "
        "1, o.id, 19800 FROM place p, org o WHERE o.code = 'OR'");
    testdb_exec(&city_db,
                "INSERT INTO photo (id, home, case_id, width, height, made_ms, made_day) SELECT 50331653, 0, "
                "c.id, 8, 8, 0, 0 FROM cases c");
    testdb_exec(&city_db, "INSERT INTO photo_file (photo, home, form, size, body) SELECT 50331653, 0, 1, k.n, "
                          "s.shape FROM area_shape s, (SELECT 1 AS n UNION SELECT 2) k");
}

static int64_t check(void) {
    Buf b = { said, 0, sizeof said, false, 0 };
    int64_t wrong;
    said[0] = 0;
    assert_ok(installation_check(city, &b, &wrong, &fa));
    return wrong;
}

/* ---- what is put wrong, and the lines that must name it ---- */

/* An area beside M: id of that home, a code, under R or under nothing, on a path. */
#define ADD_AREA(home, level, parent, code, path)                                                        \
    "INSERT INTO area (id, home, layer, level, parent, code, name, state, since, path, slot, children, " \
    "shaped) "                                                                                           \
    "SELECT 67108864 + " home " * 4096, " home ", r.layer, " level ", " parent ", '" code                \
    "', 'X', 3, 19800, " path ", 0, 0, FALSE FROM area r WHERE r.code = 'R'"
#define NOBODY "67108864" /* an id that names nothing */

static const struct {
    const char *sql, *name, *what;
    int64_t wrong;
} breaches[] = {
    /* a cover goes with its place, so with that two are named */
    { "UPDATE place SET area = (SELECT id FROM area WHERE code = 'R'), path = (SELECT path FROM area WHERE "
      "code = 'R')",
      "place_area", "一号楼", 2 },
    { "UPDATE place SET path = '0'", "place_path", "一号楼", 2 },
    { "UPDATE area SET level = 4 WHERE code = 'R'", "area_parent", "M", 1 },
    { ADD_AREA("0", "3", "NULL", "X", "'00zz'"), "area_top", "X", 1 },
    { ADD_AREA("r.home", "4", "r.id", "X", "'0zzz'"), "area_path", "X", 1 },
    { ADD_AREA("r.home", "4", "r.id", "X", "(SELECT path FROM area WHERE code = 'M')"), "area_path_twice", "M",
      1 },
    { ADD_AREA("r.home", "4", "r.id", "M", "r.path || 'zzz'"), "area_code_twice", "M", 1 },
    { ADD_AREA("7", "4", "r.id", "X", "r.path || 'zzz'"), "area_home", "X", 1 },
    { "UPDATE area SET slot = home WHERE code = 'R'", "area_slot", "R", 1 },
    { "DELETE FROM area_shape", "area_shape", "M", 1 },
    { "INSERT INTO area_shape (area, home, layer, shape) SELECT " NOBODY ", 0, layer, shape FROM area_shape",
      "shape_lost", "", 1 },
    { "UPDATE area_shape SET shape = substr(shape, 1, 3)", "shape_bytes", "", 1 },
    { "UPDATE layer SET revision = 0", "layer_revision", "grid", 1 },
    { "UPDATE border SET line = substr(line, 1, 3)", "border_line", "界河", 1 },
    { "UPDATE border SET area = " NOBODY, "border_area", "界河", 1 },
    { "UPDATE org SET path = '0' WHERE code = 'U'", "org_area", "U", 1 },
    { "UPDATE org SET kind = 12 WHERE code = 'OF'", "org_level", "OF", 1 },
    { "UPDATE org SET state = 6 WHERE code = 'OS'", "org_parent", "OR", 1 },
    { "UPDATE org SET parent = (SELECT id FROM org WHERE code = 'OF') WHERE code = 'OR'", "org_cycle", "OF",
      2 },
    { "UPDATE serves SET unit = " NOBODY, "serves_unit", "205", 1 },
    { "UPDATE serves SET path = '0'", "serves_path", "205", 1 },
    { "INSERT INTO area (id, home, layer, level, parent, code, name, state, since, path, slot, children, "
      "shaped) "
      "SELECT " NOBODY
      ", 0, r.layer, 4, r.id, 'X', 'X', 6, 19800, r.path || 'zzz', 0, 0, FALSE FROM area r WHERE "
      "r.code = 'R'; UPDATE serves SET area = " NOBODY ", path = path || 'zzz'",
      "serves_area", "205", 1 },
    { "UPDATE serves SET until = since - 2", "serves_dates", "205", 1 },
    { "UPDATE post SET until = since - 2", "post_dates", "", 1 },
    { "UPDATE post SET path = '0'", "post_area", "", 1 },
    { "UPDATE post SET account = " NOBODY, "post_account", "", 1 },
    { "UPDATE post SET unit = " NOBODY, "post_unit", "", 1 },
    { "UPDATE seat SET path = '0'", "seat_area", "", 1 },
    { "UPDATE seat SET since = 19801", "post_seat", "", 1 }, /* the post began a day earlier */
    { "UPDATE cover SET org = " NOBODY, "cover_org", "", 1 },
    { "UPDATE cover SET path = '0'", "cover_place", "", 1 },
    { "UPDATE cover SET grid = " NOBODY, "cover_grid", "", 1 },
    { "UPDATE cases SET path = '0zzz'", "case_path", "", 1 },
    { "UPDATE cases SET area = " NOBODY, "case_area", "", 1 },
    { "DELETE FROM photo_file WHERE size = 2", "photo_pictures", "", 1 },
    { "UPDATE photo SET covered = TRUE", "photo_pictures", "", 1 },
    { "DELETE FROM photo", "picture_lost", "", 1 },
    { "UPDATE photo SET case_id = " NOBODY, "photo_case", "", 1 },
    { "UPDATE photo SET released_ms = 1", "photo_released", "", 1 },
};

static void test_right(void **state) {
    (void)state;
    open_city();
    if (check() != 0)
        fail_msg("%s", said);
    assert_string_equal(said, "");
    city_close();
}

static void test_each_breach_is_named(void **state) {
    char begins[80], named[120];
    (void)state;
    for (size_t i = 0; i < COUNT(breaches); i++) {
        open_city();
        testdb_exec(&city_db, breaches[i].sql);
        int64_t wrong = check();
        snprintf(begins, sizeof begins, "%s ", breaches[i].name);
        snprintf(named, sizeof named, " “%s”: ", breaches[i].what);
        if (wrong != breaches[i].wrong || strncmp(said, begins, strlen(begins)) != 0 ||
            (*breaches[i].what && !strstr(said, named)))
            fail_msg("%s: %lld wrong:\n%s", breaches[i].name, (long long)wrong, said);
        city_close();
    }
}

/* More than a page of them, and more than are named: all are counted. */
static void test_many(void **state) {
    (void)state;
    open_city();
    testdb_exec(&city_db,
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) "
                "INSERT INTO serves (id, home, unit, matter, area, path, since) SELECT 67108864 + n.i, 0, 1, "
                "'9', s.area, s.path, 19800 FROM n, serves s WHERE s.matter = '205'");
    assert_int_equal(check(), 1200);
    assert_non_null(strstr(said, "serves_unit: 还有 1150 处 / 1150 more\n"));
    city_close();
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = { cmocka_unit_test(test_right),
                                               cmocka_unit_test(test_each_breach_is_named),
                                               cmocka_unit_test(test_many) };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "check on SQLite" : "check on PostgreSQL", tests, NULL,
                                       NULL);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
