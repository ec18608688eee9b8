/* org_test – the tree of organisations: who may stand where and under whom, what
 * becomes of them, numbers by day, duties, and what a stranger to that part sees. */
#include "city.h"

#include "grids.h"

static Dialect dialect;
static const Actor *admin;
static Actor admin_room;

static int set_up(void **state) {
    (void)state;
    city_open(dialect, false);
    grids_make();
    admin_room = actor_as(ROLE_SYSTEM_ADMIN, 0, 77);
    actor_copy(&admin_room, &admin_room);
    admin = &admin_room;
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    return 0;
}

static Err add(const char *code, const char *kind, const Area *at, const char *more) {
    char json[400];
    snprintf(json, sizeof json, "{\"code\":\"%s\",\"name\":\"%s\",\"kind\":\"%s\",\"area\":\"%lld\"%s}", code,
             code, kind, (long long)at->id.v, more);
    return call("org.add", admin, json);
}

static int64_t added(const char *code, const char *kind, const Area *at) {
    assert_ok(add(code, kind, at, ""));
    return answered("id");
}

static Err about(const char *op, int64_t id, const char *more) {
    char json[400];
    snprintf(json, sizeof json, "{\"id\":\"%lld\"%s}", (long long)id, more);
    return call(op, admin, json);
}

static void refused(Err e, Err expected, const char *key, const char *field) {
    assert_int_equal(e, expected);
    assert_string_equal(fa.key, key);
    assert_string_equal(fa.field, field);
    assert_true(*fa.zh && *fa.en);
}

/* The codes of the tree, in its order. */
static const char *codes(const Actor *by, const char *json) {
    static char ret[400];
    size_t n = 0;

    ret[0] = 0;
    assert_ok(call("org.tree", by, json));
    for (const char *p = strstr(answer, "\"code\":\""); p; p = strstr(p + 1, "\"code\":\""))
        n +=
            (size_t)snprintf(ret + n, sizeof ret - n, "%s%.*s", n ? " " : "", (int)strcspn(p + 8, "\""), p + 8);
    return ret;
}

static int64_t parent_of(const char *code) {
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT parent FROM org WHERE code = '%s'", code);
    return strtoll(testdb_ask(&city_db, sql), NULL, 10);
}

static void test_tree(void **state) {
    char json[200];
    (void)state;
    int64_t top = added("党工委", "subdistrict_party_committee", &sub);
    int64_t z = added("片区", "zone_party_org", &zone);
    int64_t r0 = added("一居", "residential_party_org", &res[0]);
    int64_t r1 = added("二居", "general_branch", &res[1]);
    int64_t b0 = added("一支部", "branch", &micro[0]);
    added("一组", "party_group", &group);
    added("二支部", "joint_branch", &micro[2]);
    /* Who names no parent got the nearest above; no zone above means the subdistrict. */
    assert_int_equal(parent_of("片区"), top);
    assert_int_equal(parent_of("一居"), z);
    assert_int_equal(parent_of("二居"), top);
    assert_int_equal(parent_of("一支部"), r0);
    assert_int_equal(parent_of("一组"), b0);
    assert_int_equal(parent_of("二支部"), r1);
    assert_string_equal(codes(admin, "{}"), "党工委 片区 一居 一支部 一组 二居 二支部");
    snprintf(json, sizeof json, "{\"within\":\"%lld\"}", (long long)res[0].id.v);
    assert_string_equal(codes(admin, json), "一居 一支部 一组");
    assert_string_equal(codes(admin, "{\"depth\":\"residential_area\"}"), "党工委 片区 一居 二居");
    assert_string_equal(codes(admin, "{\"limit\":2}"), "党工委 片区");
    snprintf(json, sizeof json, "{\"limit\":2,\"after\":\"%lld\"}", (long long)z);
    assert_string_equal(codes(admin, json), "一居 一支部");
    Actor other;
    actor_in(ROLE_SECRETARY, res[1].path, (OrgId){ 0 }, &other);
    assert_string_equal(codes(&other, "{}"), "二居 二支部"); /* his part of the city, no more */
    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)b0);
    assert_int_equal(call("org.history", &other, json), ERR_NOT_FOUND);
}

static void test_refused(void **state) {
    char more[120];
    (void)state;
    refused(add("x", "party_group", &sub, ""), ERR_INVALID, "org_level", "kind");
    refused(add("x", "zone_party_org", &res[0], ""), ERR_INVALID, "org_level", "kind");
    refused(add("一居", "branch", &micro[1], ""), ERR_CONFLICT, "org_code_taken", "code");
    refused(add("x", "branch", &micro[1], ",\"state\":\"dissolved\""), ERR_INVALID, "org_state", "state");
    snprintf(more, sizeof more, ",\"parent\":\"%s\"",
             testdb_ask(&city_db, "SELECT id FROM org WHERE code = '二居'")); /* beside, not above */
    refused(add("x", "branch", &micro[1], more), ERR_INVALID, "org_parent", "parent");
    assert_ok(add("物业甲", "property_management", &res[0], ""));
    snprintf(more, sizeof more, ",\"parent\":\"%lld\"", (long long)answered("id"));
    refused(add("x", "branch", &micro[0], more), ERR_INVALID, "org_parent", "parent");
}

static void test_cycle(void **state) {
    char more[120];
    (void)state;
    int64_t a = added("功能甲", "functional_branch", &res[0]), b;
    snprintf(more, sizeof more, ",\"parent\":\"%lld\"", (long long)a);
    assert_ok(add("功能乙", "functional_branch", &res[0], more));
    b = answered("id");
    snprintf(more, sizeof more, ",\"parent\":\"%lld\",\"day\":\"2026-01-05\"", (long long)b);
    refused(about("org.move", a, more), ERR_INVALID, "org_cycle", "parent");
    snprintf(more, sizeof more, ",\"parent\":\"%lld\",\"day\":\"2026-01-05\"", (long long)a);
    refused(about("org.move", a, more), ERR_INVALID, "org_cycle", "parent");
    snprintf(more, sizeof more, ",\"to\":\"merged\",\"into\":\"%lld\",\"day\":\"2030-01-01\"", (long long)b);
    refused(about("org.step", a, more), ERR_INVALID, "org_cycle", "parent"); /* b would be its own parent */
}

/* The zone level goes: what stood under it stands under the subdistrict. */
static void test_zone_removed(void **state) {
    int64_t top = strtoll(testdb_ask(&city_db, "SELECT id FROM org WHERE code = '党工委'"), NULL, 10);
    int64_t z = strtoll(testdb_ask(&city_db, "SELECT id FROM org WHERE code = '片区'"), NULL, 10);
    (void)state;
    refused(about("org.step", z, ",\"to\":\"approved\",\"day\":\"2030-01-01\""), ERR_INVALID,
            "org_no_such_step", "to");
    refused(about("org.step", z, ",\"to\":\"dissolved\",\"day\":\"2001-01-01\""), ERR_INVALID, "dates_reversed",
            "day");
    refused(about("org.step", z, ",\"to\":\"merged\",\"day\":\"2030-01-01\""), ERR_INVALID, "org_into", "into");
    assert_ok(about("org.step", z, ",\"to\":\"dissolved\",\"day\":\"2030-01-01\",\"note\":\"批复一号\""));
    assert_int_equal(parent_of("一居"), top);
    assert_null(strstr(codes(admin, "{}"), "片区"));
    assert_ok(about("org.history", z, ""));
    assert_non_null(strstr(answer, "\"from_state\":\"active\",\"to_state\":\"dissolved\""));
    assert_non_null(strstr(answer, "\"note\":\"批复一号\",\"account\":\"77\""));
    refused(about("org.step", z, ",\"to\":\"active\",\"day\":\"2030-01-02\""), ERR_INVALID, "org_no_such_step",
            "to");
}

static void test_from_proposed_to_merged(void **state) {
    char more[120];
    (void)state;
    assert_ok(add("三支部", "branch", &micro[3], ",\"state\":\"proposed\",\"since\":\"2025-01-01\""));
    int64_t id = answered("id");
    int64_t into = strtoll(testdb_ask(&city_db, "SELECT id FROM org WHERE code = '二支部'"), NULL, 10);
    snprintf(more, sizeof more, ",\"to\":\"merged\",\"into\":\"%lld\",\"day\":\"2030-04-01\"", (long long)into);
    refused(about("org.step", id, more), ERR_INVALID, "org_no_such_step", "to");
    assert_ok(about("org.step", id, ",\"to\":\"approved\",\"day\":\"2025-02-01\""));
    assert_ok(about("org.step", id, ",\"to\":\"active\",\"day\":\"2025-03-01\""));
    assert_ok(about("org.step", id, more));
    assert_non_null(strstr(answer, "\"state\":\"merged\",\"since\":\"2025-03-01\",\"until\":\"2030-04-01\""));
}

static void test_numbers(void **state) {
    char json[120];
    int64_t id = strtoll(testdb_ask(&city_db, "SELECT id FROM org WHERE code = '二支部'"), NULL, 10);
    int64_t unit = strtoll(testdb_ask(&city_db, "SELECT id FROM org WHERE code = '物业甲'"), NULL, 10);
    (void)state;
    assert_ok(about("org_count.put", id, ",\"day\":\"2025-06-30\",\"members\":31,\"probationary\":2"));
    assert_ok(about("org_count.put", id, ",\"day\":\"2025-12-31\",\"members\":40"));
    assert_ok(about("org_count.put", id, ",\"day\":\"2025-12-31\",\"members\":33")); /* said again: replaced */
    refused(about("org_count.put", id, ",\"day\":\"2999-12-31\",\"members\":33"), ERR_INVALID, "org_count_day",
            "day");
    refused(about("org_count.put", unit, ",\"day\":\"2025-12-31\",\"members\":3"), ERR_INVALID,
            "org_count_unit", "id");
    assert_ok(about("org_count.list", id, ""));
    const char *late = strstr(answer, "\"day\":\"2025-12-31\",\"members\":33}");
    assert_true(late && late < strstr(answer, "\"day\":\"2025-06-30\",\"members\":31,\"probationary\":2}"));
    snprintf(json, sizeof json, "{\"within\":\"%lld\",\"day\":\"2025-07-01\"}", (long long)micro[2].id.v);
    assert_ok(call("org.tree", admin, json));
    assert_non_null(strstr(answer, "\"counted\":\"2025-06-30\",\"members\":31"));
}

static void test_duties(void **state) {
    char json[200];
    int64_t unit = strtoll(testdb_ask(&city_db, "SELECT id FROM org WHERE code = '物业甲'"), NULL, 10);
    int64_t party = strtoll(testdb_ask(&city_db, "SELECT id FROM org WHERE code = '二支部'"), NULL, 10);
    (void)state;
    snprintf(json, sizeof json,
             "{\"unit\":\"%lld\",\"matter\":\"205\",\"area\":\"%lld\",\"since\":\"2025-01-01\"}",
             (long long)unit, (long long)res[0].id.v);
    assert_ok(call("serves.add", admin, json));
    int64_t id = answered("id");
    refused(call("serves.add", admin, json), ERR_CONFLICT, "serves_there", "matter");
    snprintf(json, sizeof json, "{\"unit\":\"%lld\",\"matter\":\"205\",\"area\":\"%lld\"}", (long long)party,
             (long long)res[0].id.v);
    refused(call("serves.add", admin, json), ERR_INVALID, "serves_unit", "unit");
    refused(about("serves.end", id, ",\"until\":\"2024-12-31\""), ERR_INVALID, "dates_reversed", "until");
    assert_ok(about("serves.end", id, ",\"until\":\"2025-06-30\""));
    assert_ok(call("serves.list", admin, "{\"day\":\"2025-06-30\"}"));
    assert_int_equal(answered("id"), id);
    assert_ok(call("serves.list", admin, "{\"day\":\"2025-07-01\"}"));
    assert_string_equal(answer, "{\"items\":[]}");
}

/* A unit that ends serves nothing from then on. */
static void test_unit_ends(void **state) {
    char json[200];
    (void)state;
    int64_t unit = added("物业乙", "property_management", &res[1]);
    snprintf(json, sizeof json,
             "{\"unit\":\"%lld\",\"matter\":\"2\",\"area\":\"%lld\",\"since\":\"2025-01-01\"}", (long long)unit,
             (long long)res[1].id.v);
    assert_ok(call("serves.add", admin, json));
    assert_ok(about("org.step", unit, ",\"to\":\"dissolved\",\"day\":\"2030-02-01\""));
    assert_ok(call("serves.list", admin, "{\"day\":\"2030-02-02\"}"));
    assert_string_equal(answer, "{\"items\":[]}");
    assert_ok(call("org.list", admin, "{}"));
    assert_null(strstr(answer, "物业乙")); /* nobody dispatches to it */
    assert_null(strstr(answer, "党工委")); /* nor to the Party's organisations */
}

/* The tree is one range of an index, however large the city is. */
static void test_one_range(void **state) {
    static const char ask[] = "SELECT o.id FROM org o JOIN area a ON a.home = o.home AND a.id = o.area "
                              "WHERE o.path BETWEEN '0' AND '0~' AND o.kind > 10 AND o.state IN (1, 2, 3) "
                              "ORDER BY o.path, o.code LIMIT 200";
    char sql[500];
    (void)state;
    if (dialect == SQLITE) {
        snprintf(sql, sizeof sql, "EXPLAIN QUERY PLAN %s", ask);
        const char *plan = testdb_ask(&city_db, sql);
        assert_non_null(strstr(plan, "USING INDEX org_tree (path>? AND path<?)"));
        assert_null(strstr(plan, "TEMP B-TREE"));
    }
}

static void test_name_and_form(void **state) {
    (void)state;
    assert_ok(add("N0", "branch", &micro[3], ",\"since\":\"2025-01-01\""));
    int64_t id = answered("id");
    const char *change = ",\"name\":\"第三网格联合党支部\",\"kind\":\"joint_branch\",\"day\":\"2025-02-01\"";
    assert_ok(about("org.change", id, change));
    assert_non_null(strstr(answer, "\"kind\":\"joint_branch\""));
    refused(about("org.change", id, change), ERR_INVALID, "org_same", "name");
    refused(about("org.change", id, ",\"kind\":\"agency\",\"day\":\"2025-03-01\""), ERR_INVALID, "org_sort",
            "kind");
    refused(about("org.change", id, ",\"kind\":\"zone_party_org\",\"day\":\"2025-03-01\""), ERR_INVALID,
            "org_level", "kind");
    refused(about("org.change", id, ",\"name\":\"旧\",\"day\":\"2024-03-01\""), ERR_INVALID, "dates_reversed",
            "day");
    assert_ok(about("org.history", id, ""));
    assert_non_null(
        strstr(answer, "\"name\":\"第三网格联合党支部\",\"kind\":\"joint_branch\",\"day\":\"2025-02-01\""));
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tree),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_cycle),
        cmocka_unit_test(test_zone_removed),
        cmocka_unit_test(test_from_proposed_to_merged),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_duties),
        cmocka_unit_test(test_unit_ends),
        cmocka_unit_test(test_one_range),
        cmocka_unit_test(test_name_and_form),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "organisations on SQLite" : "organisations on PostgreSQL",
                                       tests, set_up, tear_down);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
