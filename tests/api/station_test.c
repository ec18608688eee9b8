/* station_test – stations: opened at a place, found by everybody, nearest first, changed,
 * ended; they go with their place. The nearest are compared with a look at all of them. */
#include "grids.h"

#include "place.h"
#include "place_change.h"
#include "point.h"
#include "store.h"

#include <math.h>

enum { MANY = 300, ASKED = 60 };

static Dialect dialect;
static Actor admin_room, everybody;
static const Actor *const admin = &admin_room;
static PlaceId hall, nowhere, far_off;

static const Point door = { 1214790000, 312290000 };

static Err put(Tx *tx, const Area *at, const char *name, bool placed, Point p, PlaceId *ret, Fault *f) {
    Place made;
    PlacePut in = { .area = at->id, .name = str(name), .households = -1, .kind = PLACE_FACILITY };
    in.placed = placed;
    in.lon = p.lon;
    in.lat = p.lat;
    TRY(place_put(tx, &in, &made, f));
    *ret = made.id;
    return OK;
}

static Err put_places(Tx *tx, void *arena, Fault *f) {
    tx_lend(tx, arena);
    TRY(put(tx, &micro[0], "织云路1号", true, door, &hall, f));
    TRY(put(tx, &micro[1], "没有点的楼", false, door, &nowhere, f));
    return put(tx, &micro[2], "织云路900号", true, (Point){ door.lon + 3000000, door.lat }, &far_off, f);
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
    actor_public(&everybody);
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

static Err add(PlaceId place, const char *name, const char *more) {
    char json[600];
    snprintf(json, sizeof json,
             "{\"place\":\"%lld\",\"kind\":\"service_post\",\"name\":\"%s\",\"hours\":\"每日 8:30–20:00\","
             "\"services\":\"助餐、代办\"%s}",
             (long long)place.v, name, more);
    return call("station.add", admin, json);
}

static Err near(Point at, const char *more) {
    char json[200];
    snprintf(json, sizeof json, "{\"lon\":%.7f,\"lat\":%.7f%s}", point_lon(at), point_lat(at), more);
    return call("station.near", &everybody, json);
}

static int count(const char *what) {
    int n = 0;
    for (const char *p = strstr(answer, what); p; p = strstr(p + 1, what))
        n++;
    return n;
}

static void forget_all(void) { testdb_exec(&city_db, "DELETE FROM station"); }

/* ---- opened, found, changed, ended ---- */

static void test_life(void **state) {
    char json[300];
    Actor other;
    (void)state;
    assert_ok(add(hall, "织云驿站", ",\"phone\":\"021-00000000\",\"since\":\"2025-01-01\""));
    int64_t id = answered("id");
    assert_ok(near(door, ""));
    assert_string_equal(strstr(answer, "\"kind\""), "\"kind\":\"service_post\",\"name\":\"织云驿站\","
                                                    "\"address\":\"织云路1号\",\"hours\":\"每日 8:30–20:00\","
                                                    "\"services\":\"助餐、代办\",\"phone\":\"021-00000000\","
                                                    "\"lon\":121.479,\"lat\":31.229,\"distance_m\":0}]}");

    snprintf(json, sizeof json, "{\"place\":\"%lld\"}", (long long)hall.v); /* near a place */
    assert_ok(call("station.near", &everybody, json));
    assert_int_equal(count("\"distance_m\":0}"), 1);
    snprintf(json, sizeof json, "{\"place\":\"%lld\"}", (long long)nowhere.v); /* which is nowhere on the map */
    assert_ok(call("station.near", &everybody, json));
    assert_string_equal(answer, "{\"items\":[]}");

    assert_ok(add(nowhere, "没有门的站", "")); /* its grid has no label point: listed, near nobody */
    assert_ok(near(door, ""));
    assert_int_equal(count("\"id\":"), 1);
    snprintf(json, sizeof json, "{\"within\":\"%lld\"}", (long long)micro[1].id.v);
    assert_ok(call("station.list", &everybody, json));
    assert_int_equal(count("\"没有门的站\""), 1);
    assert_int_equal(count("\"id\":"), 1);

    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"hours\":\"周一至周五 9:00–17:00\",\"kind\":\"canteen\"}",
             (long long)id);
    assert_ok(call("station.change", admin, json));
    assert_non_null(
        strstr(answer, "\"kind\":\"canteen\",\"name\":\"织云驿站\",\"hours\":\"周一至周五 9:00–17:00\""));
    assert_ok(near(door, ",\"kind\":\"service_post\""));
    assert_string_equal(answer, "{\"items\":[]}");

    actor_in(ROLE_SYSTEM_ADMIN, res[1].path, (OrgId){ 0 }, &other); /* another part of the city */
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"name\":\"别处\"}", (long long)id);
    refused(call("station.change", &other, json), ERR_NOT_FOUND, "station_unknown", "id");
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"until\":\"2024-12-31\"}", (long long)id);
    refused(call("station.end", admin, json), ERR_INVALID, "dates_reversed", "until");
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"until\":\"2025-02-01\"}", (long long)id);
    assert_ok(call("station.end", admin, json));
    refused(call("station.end", admin, json), ERR_CONFLICT, "station_over", "id");
    assert_ok(near(door, ""));
    assert_string_equal(answer, "{\"items\":[]}");
    forget_all();
}

static void test_bad(void **state) {
    (void)state;
    refused(add((PlaceId){ 4096 * 7 }, "无处", ""), ERR_NOT_FOUND, "place_unknown", "place");
    refused(add(hall, "半个点", ",\"lon\":121.4"), ERR_INVALID, "half_point", "lat");
    refused(add(hall, "", ""), ERR_INVALID, "text_length", "name");
    refused(add(hall, "错组织", ",\"org\":\"99\""), ERR_NOT_FOUND, "org_unknown", "org");
    refused(call("station.near", &everybody, "{}"), ERR_INVALID, "near_what", "lon");
    refused(call("station.near", &everybody, "{\"lat\":31.2}"), ERR_INVALID, "half_point", "lon");
    assert_string_equal(testdb_ask(&city_db, "SELECT count(*) FROM station"), "0");
}

/* ---- with its place ---- */

typedef struct PutRight {
    PlaceId place;
    Point to;
    bool over;
} PutRight;

static Err put_right(Tx *tx, void *arg, Fault *f) {
    const PutRight *r = arg;
    Arena a;
    bool changed;
    TRY(arena_begin(&a, 1 << 20, f));
    tx_lend(tx, &a);
    PlacePut in = { .households = -1, .placed = true, .lon = r->to.lon, .lat = r->to.lat };
    Err e = r->over ? place_end(tx, r->place, day_of_ms(clock_now_ms()) - 1, f)
                    : place_change(tx, r->place, &in, day_of_ms(clock_now_ms()), &changed, f);
    arena_end(&a);
    return e;
}

static void test_goes_with_its_place(void **state) {
    PutRight r = { far_off, { door.lon + 3100000, door.lat + 1 }, false };
    (void)state;
    assert_ok(add(far_off, "随楼", ""));
    assert_ok(add(far_off, "有自己的门", ",\"lon\":121.78,\"lat\":31.23"));
    assert_ok(store_write_now(city, put_right, &r, false, &fa));
    assert_string_equal(testdb_ask(&city_db, "SELECT lon FROM station WHERE name = '随楼'"), "1217890000");
    assert_string_equal(testdb_ask(&city_db, "SELECT lat FROM station WHERE name = '随楼'"), "312290001");
    assert_string_equal(testdb_ask(&city_db, "SELECT lon FROM station WHERE name = '有自己的门'"),
                        "1217800000");
    r.over = true;
    assert_ok(store_write_now(city, put_right, &r, false, &fa));
    assert_ok(call("station.list", &everybody, "{}"));
    assert_string_equal(answer, "{\"items\":[]}");
    refused(add(far_off, "楼没了", ""), ERR_NOT_FOUND, "place_unknown", "place");
    forget_all();
}

/* ---- the nearest ---- */

static uint32_t seed = 1;
static int32_t dice(int32_t below) {
    seed = seed * 1664525u + 1013904223u;
    return (int32_t)((seed >> 8) % (uint32_t)below);
}

/* Many close together and some far off: whichever box was enough, the answer is that of
 * looking at all. */
static void test_nearest(void **state) {
    static Point at[MANY];
    char more[100], wanted[60];
    (void)state;
    for (int i = 0; i < MANY; i++) {
        int32_t reach = i % 10 ? 300000 : 1900000;
        at[i] = (Point){ door.lon + dice(2 * reach) - reach, door.lat + dice(2 * reach) - reach };
        snprintf(more, sizeof more, ",\"lon\":%.7f,\"lat\":%.7f", point_lon(at[i]), point_lat(at[i]));
        assert_ok(add(hall, "一个站", more));
    }
    for (int k = 0; k < ASKED; k++) {
        Point from = { door.lon + dice(3000000) - 1500000, door.lat + dice(3000000) - 1500000 };
        double best[3] = { 1e9, 1e9, 1e9 };
        for (int i = 0; i < MANY; i++) {
            double m = point_distance_m(from, at[i]);
            for (int j = 0; j < 3; j++)
                if (m < best[j]) {
                    double other = best[j];
                    best[j] = m;
                    m = other;
                }
        }
        assert_ok(near(from, ",\"limit\":3"));
        const char *p = answer;
        for (int j = 0; j < 3; j++) {
            snprintf(wanted, sizeof wanted, "\"distance_m\":%d}", (int)(best[j] + 0.5));
            p = strstr(p, "\"distance_m\"");
            assert_non_null(p);
            assert_memory_equal(p, wanted, strlen(wanted));
            p++;
        }
    }
    forget_all();
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = { cmocka_unit_test(test_life), cmocka_unit_test(test_bad),
                                               cmocka_unit_test(test_goes_with_its_place),
                                               cmocka_unit_test(test_nearest) };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "stations on SQLite" : "stations on PostgreSQL", tests,
                                       set_up, tear_down);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
