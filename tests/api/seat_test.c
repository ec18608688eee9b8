/* seat_test – seats and who holds them, how far areas and organisations correspond, and
 * what covers the places of the emerging fields. */
#include "grids.h"

#include "place.h"
#include "store.h"

static Dialect dialect;
static Actor admin_room, security_room;
static const Actor *const admin = &admin_room, *const security = &security_room;
static PlaceId tower, shop, lonely;

static Err put_place(Tx *tx, const Area *at, const char *name, PlaceKind kind, PlaceId *ret, Fault *f) {
    Place p;
    TRY(place_put(tx, &(PlacePut){ .area = at->id, .name = str(name), .households = -1, .kind = kind }, &p, f));
    *ret = p.id;
    return OK;
}

static Err put_places(Tx *tx, void *arena, Fault *f) {
    PlaceId home;
    tx_lend(tx, arena);
    TRY(put_place(tx, &micro[0], "一号楼", PLACE_BUILDING, &home, f));
    TRY(put_place(tx, &micro[0], "云端大厦", PLACE_OFFICE, &tower, f));
    TRY(put_place(tx, &micro[1], "面馆", PLACE_SHOP, &shop, f));
    return put_place(tx, &micro[2], "远郊园区", PLACE_CAMPUS, &lonely, f);
}

static int set_up(void **state) {
    Arena a;
    (void)state;
    city_open(dialect, false);
    grids_make();
    assert_ok(arena_begin(&a, 1 << 20, &fa));
    assert_ok(store_write_now(city, put_places, &a, false, &fa));
    arena_end(&a);
    admin_room = actor_as(ROLE_SYSTEM_ADMIN, 0, 77);
    actor_copy(&admin_room, &admin_room);
    security_room = actor_as(ROLE_SECURITY_ADMIN, 0, 78);
    actor_copy(&security_room, &security_room);
    for (int i = 1; i <= 2; i++) {
        char sql[300];
        snprintf(
            sql, sizeof sql,
            "INSERT INTO account (id, home, login, title, password, made_ms, made_day) VALUES (%d, 0, 'p%d', "
            "'张%d', %s, 0, 0)",
            50331648 + i, i, i, dialect == SQLITE ? "x'01'" : "'\\x01'");
        testdb_exec(&city_db, sql);
    }
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    return 0;
}

static void refused(Err e, Err expected, const char *key, const char *field) {
    assert_int_equal(e, expected);
    assert_string_equal(fa.key, key);
    assert_string_equal(fa.field, field);
    assert_true(*fa.zh && *fa.en);
}

static Err on_area(const char *op, const char *kind, const Area *at, const char *more) {
    char json[400];
    snprintf(json, sizeof json, "{\"kind\":\"%s\",\"area\":\"%lld\"%s}", kind, (long long)at->id.v, more);
    return call(op, admin, json);
}

static int64_t org(const char *code, const char *kind, const Area *at) {
    char more[200];
    snprintf(more, sizeof more, ",\"code\":\"%s\",\"name\":\"%s\",\"since\":\"2025-01-01\"", code, code);
    assert_ok(on_area("org.add", kind, at, more));
    return answered("id");
}

static int64_t seat(const char *kind, const Area *at) {
    assert_ok(on_area("seat.add", kind, at, ",\"since\":\"2025-01-01\""));
    return answered("id");
}

static Err fill(int64_t id, const char *login, const char *more) {
    char json[200];
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"login\":\"%s\"%s}", (long long)id, login, more);
    return call("seat.fill", security, json);
}

static int count(const char *what) {
    int n = 0;
    for (const char *p = strstr(answer, what); p; p = strstr(p + 1, what))
        n++;
    return n;
}

/* ---- seats ---- */

static void test_dual_leaders(void **state) {
    char json[200];
    (void)state;
    int64_t party = seat("party_group_leader", &group), residents = seat("residents_leader", &group);
    refused(on_area("seat.add", "residents_leader", &micro[0], ""), ERR_INVALID, "seat_level", "kind");
    assert_ok(call("seat.list", admin, "{\"vacant\":true}"));
    assert_int_equal(count("\"vacant\":true,\"both_held\":false"), 2);

    assert_ok(fill(party, "p1", ",\"since\":\"2025-02-01\""));
    assert_non_null(strstr(answer, "\"role\":\"building_leader\"")); /* the post, with its rights */
    assert_ok(call("seat.list", admin, "{\"vacant\":true}"));
    assert_int_equal(count("\"kind\":\"residents_leader\""), 1);
    assert_int_equal(count("\"kind\":"), 1);
    refused(fill(party, "p2", ",\"since\":\"2025-03-01\""), ERR_CONFLICT, "seat_taken", "id");
    refused(fill(residents, "p2", ",\"since\":\"2024-03-01\""), ERR_INVALID, "seat_dates", "since");

    assert_ok(fill(residents, "p1", ",\"since\":\"2025-02-01\"")); /* one person, both: flagged */
    int64_t post = answered("id");
    assert_ok(call("seat.list", admin, "{\"both\":true}"));
    assert_int_equal(count("\"both_held\":true"), 2);
    assert_ok(call("seat.list", admin, "{\"both\":true,\"day\":\"2025-01-15\"}")); /* before */
    assert_string_equal(answer, "{\"items\":[]}");

    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)post);
    assert_ok(call("post.end", security, json)); /* vacant by itself */
    assert_ok(call("seat.list", admin, "{\"vacant\":true}"));
    assert_int_equal(count("\"kind\":\"residents_leader\""), 1);
    assert_ok(fill(residents, "p2", ""));
    assert_ok(call("seat.list", admin, "{\"vacant\":false}"));
    assert_int_equal(count("\"both_held\":false"), 2);
    assert_int_equal(count("\"title\":\"张"), 2);

    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"until\":\"2025-06-30\"}", (long long)party);
    refused(call("seat.end", admin, json), ERR_CONFLICT, "seat_held", "id");
    Actor other;
    actor_in(ROLE_SECRETARY, res[1].path, (OrgId){ 0 }, &other);
    assert_ok(call("seat.list", &other, "{}"));
    assert_string_equal(answer, "{\"items\":[]}");
}

/* ---- correspondence ---- */

static void test_correspondence(void **state) {
    char json[300];
    (void)state;
    org("党工委", "subdistrict_party_committee", &sub);
    org("一居", "residential_party_org", &res[0]);
    org("一支部", "branch", &micro[0]);
    org("功能", "functional_branch", &micro[1]); /* does not count: its members belong elsewhere */
    org("二支部", "branch", &micro[2]);
    org("二支部乙", "joint_branch", &micro[2]); /* two of them */
    assert_ok(call("correspondence.list", admin, "{\"day\":\"2025-06-30\"}"));
    assert_non_null(
        strstr(answer, "\"level\":\"residential_area\",\"n\":1,\"of_areas\":2,\"day\":\"2025-06-30\""));
    assert_non_null(strstr(answer, "\"level\":\"micro_grid\",\"n\":1,\"of_areas\":4,\"day\":\"2025-06-30\""));
    assert_non_null(strstr(answer, "\"code\":\"M2\",\"name\":\"M2\",\"orgs\":2}"));
    assert_non_null(strstr(answer, "\"code\":\"R1\",\"name\":\"R1\",\"orgs\":0}"));
    assert_ok(call("correspondence.list", admin, "{\"day\":\"2024-12-31\"}")); /* before there were any */
    assert_non_null(strstr(answer, "\"level\":\"micro_grid\",\"n\":0,\"of_areas\":4"));
    assert_ok(call("correspondence.list", admin, "{\"day\":\"2025-06-30\",\"limit\":1}"));
    assert_non_null(strstr(answer, "\"more\":true"));

    snprintf(json, sizeof json, "{\"area\":\"%lld\",\"reason\":\"党员不足三名\"}", (long long)micro[3].id.v);
    assert_ok(call("org_reason.put", admin, json));
    assert_ok(call("correspondence.list", admin, "{}"));
    assert_non_null(strstr(answer, "\"code\":\"M3\",\"name\":\"M3\",\"orgs\":0,\"reason\":\"党员不足三名\"}"));
    snprintf(json, sizeof json, "{\"area\":\"%lld\",\"reason\":\"与 M2 联合\"}", (long long)micro[3].id.v);
    assert_ok(call("org_reason.put", admin, json));
    assert_ok(call("correspondence.list", admin, "{}"));
    assert_non_null(strstr(answer, "\"reason\":\"与 M2 联合\"}"));
    assert_string_equal(testdb_ask(&city_db, "SELECT count(*) FROM org_reason"), "2"); /* the first is kept */
}

/* ---- emerging fields ---- */

static void test_form(void **state) {
    static const struct {
        const char *members, *says;
    } forms[] = { { "2", "\"kind\":\"joint_branch\",\"other\":\"instructor\"" },
                  { "3", "\"kind\":\"branch\",\"why" },
                  { "49", "\"kind\":\"branch\",\"why" },
                  { "50", "\"kind\":\"general_branch\",\"why" },
                  { "99", "\"kind\":\"general_branch\",\"why" },
                  { "100", "\"kind\":\"committee\",\"why" } };
    char json[80];
    (void)state;
    for (size_t i = 0; i < COUNT(forms); i++) {
        snprintf(json, sizeof json, "{\"members\":%s}", forms[i].members);
        assert_ok(call("org.form", admin, json));
        assert_non_null(strstr(answer, forms[i].says));
    }
    assert_ok(call("setting.put", admin, "{\"name\":\"branch_members\",\"value\":\"5\"}")); /* the city's own */
    assert_ok(call("org.form", admin, "{\"members\":4}"));
    assert_non_null(strstr(answer, "\"kind\":\"joint_branch\""));
}

static void test_cover(void **state) {
    char json[300];
    int64_t home = strtoll(testdb_ask(&city_db, "SELECT id FROM org WHERE code = '一居'"), NULL, 10);
    (void)state;
    assert_ok(call("cover.missing", admin, "{}"));
    assert_int_equal(count("\"place\":"), 3); /* not the dwelling */
    assert_non_null(strstr(answer, "\"name\":\"云端大厦\",\"kind\":\"office\""));
    assert_non_null(strstr(answer, "\"field\":\"independent_space\",\"form\":\"exclusive_grid\",\"org\""));
    snprintf(json, sizeof json, "\"org\":\"%lld\",\"org_name\":\"一居\"", (long long)home);
    assert_int_equal(count(json), 2); /* tower, and shop: its own grid has a functional branch only */
    assert_non_null(
        strstr(answer, "No residential area nearby has an organisation.")); /* R1 has none, nor points */

    snprintf(json, sizeof json, "{\"place\":\"%lld\",\"field\":\"small_firms\",\"org\":\"%lld\"}",
             (long long)shop.v, (long long)home);
    assert_ok(call("cover.add", admin, json));
    int64_t id = answered("id");
    refused(call("cover.add", admin, json), ERR_CONFLICT, "covered", "place");
    snprintf(json, sizeof json,
             "{\"place\":\"%lld\",\"field\":\"independent_space\",\"org\":\"%lld\",\"grid\":\"%lld\"}",
             (long long)tower.v, (long long)home, (long long)micro[0].id.v);
    refused(call("cover.add", admin, json), ERR_INVALID, "cover_form",
            "org"); /* it does not stand on that grid */
    int64_t joint = org("大厦联合党委", "joint_committee", &micro[0]);
    snprintf(json, sizeof json,
             "{\"place\":\"%lld\",\"field\":\"independent_space\",\"org\":\"%lld\",\"grid\":\"%lld\"}",
             (long long)tower.v, (long long)joint, (long long)micro[2].id.v);
    refused(call("cover.add", admin, json), ERR_INVALID, "cover_grid", "grid"); /* it lies elsewhere */
    snprintf(json, sizeof json,
             "{\"place\":\"%lld\",\"field\":\"independent_space\",\"org\":\"%lld\",\"grid\":\"%lld\"}",
             (long long)tower.v, (long long)joint, (long long)micro[0].id.v);
    assert_ok(call("cover.add", admin, json));
    assert_ok(call("cover.missing", admin, "{}"));
    assert_int_equal(count("\"place\":"), 1);
    assert_ok(call("cover.list", admin, "{\"exclusive\":true}"));
    assert_int_equal(count("\"id\":"), 1);
    assert_ok(call("correspondence.list", admin, "{}")); /* an exclusive grid is counted apart */
    assert_non_null(strstr(answer, "\"level\":\"micro_grid\",\"n\":0,\"of_areas\":3"));

    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"until\":\"2025-01-31\"}", (long long)id);
    refused(call("cover.end", admin, json), ERR_INVALID, "dates_reversed", "until");
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = { cmocka_unit_test(test_dual_leaders),
                                               cmocka_unit_test(test_correspondence),
                                               cmocka_unit_test(test_form), cmocka_unit_test(test_cover) };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "seats on SQLite" : "seats on PostgreSQL", tests, set_up,
                                       tear_down);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
