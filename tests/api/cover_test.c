/* cover_test – what the coverage page asks for, on both stores: places that nothing covers
 * with the form that is proposed and who is near, their numbers, streets with their shops,
 * flexible work; thresholds are the city's; what lies outside a post does not exist. */
#include "grids.h"

#include "place.h"
#include "store.h"
#include "street.h"

static Dialect dialect;
static Actor admin, outside;
static PlaceId tower, small, campus, noodles, depot;
static int64_t home_org;

static Err put_place(Tx *tx, const Area *at, const char *name, PlaceKind kind, PlaceId *ret, Fault *f) {
    Place p;
    TRY(place_put(tx,
                  &(PlacePut){ .area = at->id,
                               .name = str(name),
                               .households = -1,
                               .kind = kind,
                               .placed = true,
                               .lon = 1214700000,
                               .lat = 312300000 },
                  &p, f));
    *ret = p.id;
    return OK;
}

static Err put_places(Tx *tx, void *arena, Fault *f) {
    char name[40];
    PlaceId any;

    tx_lend(tx, arena);
    TRY(put_place(tx, &micro[0], "云端大厦", PLACE_OFFICE, &tower, f));
    TRY(put_place(tx, &micro[0], "小楼", PLACE_OFFICE, &small, f));
    TRY(put_place(tx, &micro[2], "远郊园区", PLACE_CAMPUS, &campus, f));
    TRY(put_place(tx, &micro[1], "面馆", PLACE_SHOP, &noodles, f));
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "云桥路%d号", i + 1);
        TRY(put_place(tx, &micro[1], name, PLACE_SHOP, &any, f));
    }
    TRY(put_place(tx, &micro[2], "东街1号", PLACE_SHOP, &any, f));
    TRY(put_place(tx, &micro[1], "无名小店", PLACE_SHOP, &any, f));
    return put_place(tx, &micro[0], "外卖集散点", PLACE_OTHER, &depot, f);
}

static int set_up(void **state) {
    char sql[200], json[200];
    Arena a;

    (void)state;
    city_open(dialect, false);
    grids_make();
    assert_ok(arena_begin(&a, 1 << 20, &fa));
    assert_ok(store_write_now(city, put_places, &a, false, &fa));
    arena_end(&a);
    admin = actor_as(ROLE_SYSTEM_ADMIN, 0, 77);
    actor_copy(&admin, &admin);
    actor_in(ROLE_SYSTEM_ADMIN, res[1].path, (OrgId){ 0 }, &outside); /* sees R1 alone */
    outside.account.v = 78;
    actor_copy(&outside, &outside);
    snprintf(sql, sizeof sql, "UPDATE place SET population = 120 WHERE id = %lld", (long long)small.v);
    testdb_exec(&city_db, sql);
    snprintf(json, sizeof json,
             "{\"kind\":\"residential_party_org\",\"area\":\"%lld\",\"code\":\"一居\",\"name\":\"一居\","
             "\"since\":\"2025-"
             "01-01\"}",
             (long long)res[0].id.v);
    assert_ok(call("org.add", &admin, json));
    home_org = answered("id");
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"name\":\"云桥路8号\",\"kind\":\"address\"}",
             (long long)noodles.v);
    assert_ok(call("place.alias_add", &admin, json));
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    return 0;
}

static int count(const char *what) {
    int n = 0;
    for (const char *p = answer; (p = strstr(p, what)); p++)
        n++;
    return n;
}

static void says(const char *what) {
    if (!strstr(answer, what))
        fail_msg("no %s in %.3000s", what, answer);
}

static void each_with_its_form(void **state) {
    char json[200];

    (void)state;
    assert_ok(call("cover.missing", &admin, "{}"));
    assert_int_equal(count("\"place\":"), 9);
    says("\"name\":\"云端大厦\",\"kind\":\"office\"");
    says("\"form\":\"exclusive_grid\"");
    says("\"why_en\":\"120 people, fewer than 300: it joins its grid.\"");
    says("\"distance_m\":0,");
    assert_ok(call("cover.missing", &admin, "{\"kind\":\"office\"}"));
    assert_int_equal(count("\"place\":"), 2);
    snprintf(json, sizeof json, "{\"within\":\"%lld\"}", (long long)res[1].id.v);
    assert_ok(call("cover.missing", &admin, json));
    assert_int_equal(count("\"place\":"), 2);
    says("No residential area nearby has an organisation."); /* nothing there has a point of its name */
    assert_ok(call("cover.missing", &outside, "{}"));
    assert_int_equal(count("\"place\":"), 2);

    assert_ok(call("setting.put", &admin, "{\"name\":\"exclusive_people\",\"value\":\"100\"}"));
    assert_ok(call("cover.missing", &admin, "{\"kind\":\"office\"}"));
    assert_int_equal(count("\"form\":\"exclusive_grid\""), 2);
    assert_ok(call("setting.put", &admin, "{\"name\":\"exclusive_people\",\"value\":\"\"}"));
    assert_int_equal(call("setting.put", &admin, "{\"name\":\"exclusive_people\",\"value\":\"many\"}"),
                     ERR_INVALID);
    assert_string_equal(fa.key, "people_form");
}

static void numbers_by_kind(void **state) {
    (void)state;
    assert_ok(call("cover.tally", &admin, "{}"));
    says("{\"kind\":\"shop\",\"n\":6,\"total\":6}");
    says("{\"kind\":\"office\",\"n\":2,\"total\":2}");
    says("{\"kind\":\"campus\",\"n\":1,\"total\":1}");
    assert_ok(call("cover.tally", &outside, "{}"));
    says("{\"kind\":\"shop\",\"n\":1,\"total\":1}");
    assert_null(strstr(answer, "office"));
}

/* The street is read from the address before the name; a shop without one is in none. */
static void shops_by_street(void **state) {
    (void)state;
    assert_ok(call("cover.streets", &admin, "{}"));
    says("{\"items\":[{\"street\":\"云桥路\",");
    says("\"area_name\":\"R0\",\"n\":4,\"form\":\"grid_org\",");
    says("\"why_en\":\"4 shops that nothing covers, fewer than 10: the organisation of their grid.\"");
    says("\"street\":\"东街\"");
    assert_null(strstr(answer, "无名"));
    assert_int_equal(count("\"street\":"), 2);
    assert_ok(call("setting.put", &admin, "{\"name\":\"street_shops\",\"value\":\"4\"}"));
    assert_ok(call("cover.streets", &admin, "{}"));
    assert_int_equal(count("\"form\":\"street_block\""), 1);
    assert_ok(call("cover.streets", &outside, "{}"));
    assert_int_equal(count("\"street\":"), 1);
}

static void flexible_work(void **state) {
    char json[200];

    (void)state;
    snprintf(json, sizeof json, "{\"place\":\"%lld\",\"field\":\"flexible_work\"}", (long long)depot.v);
    assert_ok(call("cover.propose", &admin, json));
    says("\"field\":\"flexible_work\",\"form\":\"nearest\",");
    says("\"org_name\":\"一居\",\"distance_m\":0,");
    assert_int_equal(call("cover.propose", &outside, json), ERR_NOT_FOUND);

    /* what is proposed is written with the operation there is, and the place is in no list */
    snprintf(json, sizeof json, "{\"place\":\"%lld\",\"field\":\"independent_space\",\"org\":\"%lld\"}",
             (long long)tower.v, (long long)home_org);
    assert_ok(call("cover.add", &admin, json));
    assert_ok(call("cover.tally", &admin, "{}"));
    says("{\"kind\":\"office\",\"n\":1,\"total\":2}");
}

static Err put_many(Tx *tx, void *arena, Fault *f) {
    char name[40];
    PlaceId any;

    tx_lend(tx, arena);
    for (int i = 0; i < 200; i++) {
        snprintf(name, sizeof name, "园区%d", i);
        TRY(put_place(tx, &micro[3], name, PLACE_CAMPUS, &any, f));
    }
    return OK;
}

/* The areas nearby are read once for a page, not for each place. */
static void a_page_full(void **state) {
    Arena a;

    (void)state;
    assert_ok(arena_begin(&a, 4 << 20, &fa));
    assert_ok(store_write_now(city, put_many, &a, false, &fa));
    arena_end(&a);
    assert_ok(call("cover.missing", &admin, "{\"kind\":\"campus\",\"limit\":200}"));
    assert_int_equal(count("\"place\":"), 200);
    assert_ok(call("cover.tally", &admin, "{}"));
    says("{\"kind\":\"campus\",\"n\":201,\"total\":201}");
}

static void streets_of_addresses(void **state) {
    static const struct {
        const char *address, *street;
    } rows[] = { { "云桥路12号", "云桥路" },
                 { "静安区云桥路12弄3号", "云桥路" },
                 { "世纪大道1号", "世纪大道" },
                 { "12 Mill Road, 3", "Mill Road" },
                 { "5 High St", "High St" },
                 { "High Stone House", "" },
                 { "路", "" },
                 { "面馆", "" },
                 { "", "" } };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        Str got = street_of(str(rows[i].address));
        if (!str_is(got, rows[i].street))
            fail_msg("%s: %.*s, not %s", rows[i].address, (int)got.n, got.p, rows[i].street);
    }
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_with_its_form), cmocka_unit_test(numbers_by_kind),
        cmocka_unit_test(shops_by_street),    cmocka_unit_test(flexible_work),
        cmocka_unit_test(a_page_full),        cmocka_unit_test(streets_of_addresses)
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "cover on SQLite" : "cover on PostgreSQL", tests, set_up,
                                       tear_down);
}

int main(void) {
    int failed = run_on(SQLITE);
    return testdb_has(POSTGRES) ? failed + run_on(POSTGRES) : failed;
}
