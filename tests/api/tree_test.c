/* tree_test – what becomes of areas, on both stores: hung elsewhere, merged, split,
 * dissolved, today and on a later day; and what follows them: paths of areas, cases,
 * posts, duties and buildings, and what a post lets see. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "account.h"
#include "area.h"
#include "area_change.h"
#include "area_tree.h"
#include "city.h"
#include "ground.h"
#include "place.h"
#include "polygon.h"
#include "store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Dialect dialect;
static Actor chief, planner; /* of the whole city: for cases, for the ground */
enum { DAY = 20800, UNIT = 10000 };
static const Point origin = { 1210000000, 310000000 };

/* ---- a city of squares ------------------------------------------------------- */

typedef struct Made {
    const char *code;
    AreaLevel level;
    const char *parent;
    double x, y, w, h; /* w 0: no shape */
    int64_t id;
} Made;
static Made made[64];
static size_t n_made;
static LayerId layer;

static Made *area(const char *code) {
    for (size_t i = 0; i < n_made; i++)
        if (strcmp(made[i].code, code) == 0)
            return &made[i];
    fail_msg("no area %s", code);
    return NULL;
}

static Point at(double x, double y) {
    return (Point){ origin.lon + (int32_t)(x * UNIT), origin.lat + (int32_t)(y * UNIT) };
}

static void rectangle(const Made *m, Shape *ret) {
    ShapeDraft d;
    int32_t dropped;

    draft_begin(&d);
    draft_polygon(&d);
    draft_ring(&d);
    draft_point(&d, at(m->x, m->y));
    draft_point(&d, at(m->x + m->w, m->y));
    draft_point(&d, at(m->x + m->w, m->y + m->h));
    draft_point(&d, at(m->x, m->y + m->h));
    assert_ok(draft_end(&d, NULL, ret, &dropped, &fa));
}

static Err put_area(Tx *tx, void *arg, Fault *f) {
    Made *m = arg;
    Area a;
    Arena arena;
    Shape s = { 0 };
    AreaPut put = { .layer = layer,
                    .level = m->level,
                    .code = str(m->code),
                    .name = str(m->code),
                    .households = -1,
                    .since = DAY - 100 };

    TRY(arena_begin(&arena, 1 << 20, f));
    tx_lend(tx, &arena);
    if (m->parent)
        put.parent.v = area(m->parent)->id;
    if (m->w > 0) {
        rectangle(m, &s);
        put.shape = &s;
    }
    Err e = area_put(tx, &put, &a, f);
    e = e == OK ? area_layer_changed(tx, layer, f) : e;
    m->id = a.id.v;
    shape_free(&s);
    arena_end(&arena);
    return e;
}

static void put(const char *code, AreaLevel level, const char *parent, double x, double y, double w, double h) {
    made[n_made] = (Made){ code, level, parent, x, y, w, h, 0 };
    assert_ok(store_write_now(city, put_area, &made[n_made], false, &fa));
    n_made++;
}

static Err put_layer(Tx *tx, void *arg, Fault *f) {
    LayerPut in = { .code = str("g"), .zh = str("治理"), .en = str("Governing"), .governing = true };
    Layer l;
    Arena arena;

    (void)arg;
    TRY(arena_begin(&arena, 1 << 16, f));
    tx_lend(tx, &arena);
    Err e = layer_put(tx, &in, &l, f);
    layer = l.id;
    arena_end(&arena);
    return e;
}

typedef struct Building {
    const char *name, *in;
    bool placed;
    double x, y;
    int64_t id;
} Building;

static Err put_building(Tx *tx, void *arg, Fault *f) {
    Building *b = arg;
    Place p;
    Arena arena;
    Point spot = at(b->x, b->y);
    PlacePut in = { .area = { area(b->in)->id },
                    .name = str(b->name),
                    .households = 100,
                    .placed = b->placed,
                    .lon = spot.lon,
                    .lat = spot.lat };

    TRY(arena_begin(&arena, 1 << 16, f));
    tx_lend(tx, &arena);
    Err e = place_put(tx, &in, &p, f);
    b->id = p.id.v;
    arena_end(&arena);
    return e;
}

static int64_t building(const char *name, const char *in, bool placed, double x, double y) {
    Building b = { name, in, placed, x, y, 0 };
    assert_ok(store_write_now(city, put_building, &b, false, &fa));
    return b.id;
}

static int set_up(void **state) {
    (void)state;
    n_made = 0;
    clock_stop(ms_of_day(DAY) + 3600000);
    city_open(dialect, false);
    chief = actor_as(ROLE_DISPATCHER, 0, 1);
    planner = actor_as(ROLE_SYSTEM_ADMIN, 0, 2);
    assert_ok(store_write_now(city, put_layer, NULL, false, &fa));
    put("S1", LEVEL_SUBDISTRICT, NULL, 0, 0, 20, 10);
    put("A", LEVEL_MICRO, "S1", 0, 0, 10, 10);
    put("B", LEVEL_MICRO, "S1", 10, 0, 10, 10);
    put("S2", LEVEL_SUBDISTRICT, NULL, 20, 0, 20, 10);
    put("C", LEVEL_MICRO, "S2", 20, 0, 10, 10);
    put("E", LEVEL_MICRO, "S2", 30, 0, 10, 10);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    clock_stop(0);
    return 0;
}

/* ---- asking -------------------------------------------------------------------- */

static const char *sent(const char *pattern, ...) {
    static char json[8192];
    va_list list;

    va_start(list, pattern);
    vsnprintf(json, sizeof json, pattern, list);
    va_end(list);
    return json;
}

static char *day_text(int32_t day) {
    static char text[4][16];
    static int next;
    next = (next + 1) % 4;
    day_print(day, text[next]);
    return text[next];
}

static void refused(const char *op, const char *json, Err err, const char *key) {
    Err e = call(op, &planner, json);
    if (e != err || strcmp(fa.key, key) != 0)
        fail_msg("%s %s: %s [%s] %s", op, json, err_name(e), e ? fa.key : "", e ? fa.en : "");
}

static void answers(const char *text) {
    if (!strstr(answer, text))
        fail_msg("no %s in %.2000s", text, answer);
}

static int64_t report(double x, double y) {
    Point p = at(x, y);
    assert_ok(call("case.report", &chief,
                   sent("{\"text\":\"路面破损\",\"lon\":%.7f,\"lat\":%.7f}", p.lon / 1e7, p.lat / 1e7)));
    return answered("id");
}

static int64_t report_at(int64_t place) {
    assert_ok(
        call("case.report", &chief, sent("{\"text\":\"路灯不亮\",\"place\":\"%lld\"}", (long long)place)));
    return answered("id");
}

static char path_room[8][64];
static const char *text_of(const char *name) {
    static int next;
    char key[64];
    snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *p = strstr(answer, key);
    if (!p)
        fail_msg("no \"%s\" in %.500s", name, answer);
    p += strlen(key);
    next = (next + 1) % 8;
    snprintf(path_room[next], sizeof path_room[next], "%.*s", (int)strcspn(p, "\""), p);
    return path_room[next];
}

static const char *path_of(const char *code) {
    assert_ok(call("area.get", &chief, sent("{\"id\":\"%lld\"}", (long long)area(code)->id)));
    return text_of("path");
}

static const char *case_path(int64_t id) {
    assert_ok(call("case.get", &chief, sent("{\"id\":\"%lld\"}", (long long)id)));
    return text_of("path");
}

static const char *place_path(int64_t id) {
    assert_ok(call("place.get", &chief, sent("{\"id\":\"%lld\"}", (long long)id)));
    return text_of("path");
}

static void state_is(const char *code, const char *state) {
    assert_ok(call("area.get", &chief, sent("{\"id\":\"%lld\"}", (long long)area(code)->id)));
    assert_string_equal(text_of("state"), state);
}

static void remember(const char *code) {
    Made *m = &made[n_made++];
    *m = (Made){ .code = code };
    assert_ok(call("area.list", &chief, sent("{\"code\":\"%s\"}", code)));
    m->id = answered("id");
}

/* The finest grid at a point, or "". */
static const char *grid_at(double x, double y) {
    Point p = at(x, y);
    assert_ok(call("area.locate", &chief, sent("{\"lon\":%.7f,\"lat\":%.7f}", p.lon / 1e7, p.lat / 1e7)));
    return strstr(answer, "\"chain\":[]") ? "" : text_of("code");
}

/* How many cases somebody with a post for an area sees. */
static int64_t seen_from(const char *code) {
    Actor a;
    actor_in(ROLE_DISPATCHER, str(path_of(code)), (OrgId){ 0 }, &a);
    assert_ok(call("case.count", &a, "{}"));
    return answered("n");
}

static int64_t changes_due(int32_t day) {
    int64_t done;
    clock_stop(ms_of_day(day) + 60000);
    assert_ok(area_changes_due(city, NULL, NULL, &done, &fa));
    return done;
}

static const char *ring_of(double x, double y, double w, double h) {
    static char text[4][512];
    static int next;
    Point a = at(x, y), b = at(x + w, y + h);

    next = (next + 1) % 4;
    snprintf(text[next], sizeof text[next],
             "[{\"lon\":%.7f,\"lat\":%.7f},{\"lon\":%.7f,\"lat\":%.7f},{\"lon\":%.7f,\"lat\":%.7f},"
             "{\"lon\":%.7f,\"lat\":%.7f}]",
             a.lon / 1e7, a.lat / 1e7, b.lon / 1e7, a.lat / 1e7, b.lon / 1e7, b.lat / 1e7, a.lon / 1e7,
             b.lat / 1e7);
    return text[next];
}

/* ---- hung elsewhere --------------------------------------------------------------- */

/* Somebody with a post for S1, as the store says at each call. */
static Actor watch_of_s1;
static Err find_watch(Tx *tx, void *arg, Fault *f) {
    Arena arena;

    (void)arg;
    TRY(arena_begin(&arena, 1 << 16, f));
    tx_lend(tx, &arena);
    Actor found;
    Err e = account_actor(tx, str("watch"), &found, f);
    if (e == OK)
        actor_copy(&found, &watch_of_s1);
    arena_end(&arena);
    return e;
}

static int64_t watch_sees(void) {
    assert_ok(store_read(city, -1, find_watch, NULL, &fa));
    assert_ok(call("case.count", &watch_of_s1, "{}"));
    return answered("n");
}

static Err put_rows(Tx *tx, void *arg, Fault *f) {
    char sql[2048];
    const char *path = arg;

    snprintf(
        sql, sizeof sql,
        "INSERT INTO org (id, home, code, name, kind, area, path) VALUES (5, 0, 'U', '环卫所', 3, 1, '%s')",
        path);
    TRY(tx_exec(tx, sql, f));
    snprintf(sql, sizeof sql,
             "INSERT INTO serves (id, home, unit, matter, area, path, since) VALUES (6, 0, 5, '1', 1, '%s', 1)",
             path);
    return tx_exec(tx, sql, f);
}

static void make_watch(void) {
    Actor system = actor_as(ROLE_SYSTEM_ADMIN, 0, 2), security = actor_as(ROLE_SECURITY_ADMIN, 0, 3);
    assert_ok(call("account.add", &system,
                   "{\"login\":\"watch\",\"title\":\"张三\",\"password\":\"a password of the watch\"}"));
    assert_ok(call("post.give", &security, "{\"login\":\"watch\",\"role\":\"dispatcher\",\"area\":\"S1\"}"));
}

static void a_level_is_put_above(void **state) {
    char path[64];
    int64_t house = building("织云路 1 号", "A", true, 1, 1), open = report(5, 5), other = report(25, 5);
    int64_t home = id_home(open);

    (void)state;
    snprintf(path, sizeof path, "%s", path_of("S1"));
    assert_string_equal(path, "0000");
    assert_ok(store_write_now(city, put_rows, path, false, &fa));
    make_watch();
    assert_int_equal(watch_sees(), 1);
    assert_int_equal(seen_from("S1"), 1);

    put("D", LEVEL_DISTRICT, NULL, 0, 0, 0, 0);
    assert_ok(call("area.move", &planner,
                   sent("{\"id\":\"%lld\",\"parent\":\"%lld\",\"day\":\"%s\"}", (long long)area("S1")->id,
                        (long long)area("D")->id, day_text(DAY))));
    snprintf(path, sizeof path, "%s", path_of("D"));
    assert_string_equal(path_of("S1"), "0002000");
    assert_string_equal(path_of("A"), "0002000000");
    assert_string_equal(path_of("B"), "0002000001");
    assert_string_equal(path_of("C"), "0001000");
    assert_string_equal(case_path(open), "0002000000");
    assert_string_equal(case_path(other), "0001000");
    assert_string_equal(place_path(house), "0002000000");
    assert_int_equal(id_home(area("A")->id), home); /* homes never change */
    assert_int_equal(seen_from("S1"), 1);
    assert_int_equal(seen_from("D"), 1);
    assert_int_equal(watch_sees(), 1); /* the post goes where its area goes */
    assert_string_equal(watch_of_s1.scope.path_low.p, "0002000");
    assert_ok(call("org.list", &chief, "{\"code\":\"U\"}"));
    assert_string_equal(text_of("path"), "0002000");
    assert_string_equal(grid_at(5, 5), "A");
    answers("\"code\":\"D\"");
    assert_string_equal(case_path(report(6, 6)), "0002000000");
    assert_ok(call("area.outlines", &chief, sent("{\"area\":\"%lld\"}", (long long)area("D")->id)));
    answers("\"code\":\"D\""); /* it has the shape of what lies in it */

    assert_ok(call("area.history", &chief, sent("{\"id\":\"%lld\"}", (long long)area("S1")->id)));
    answers("\"kind\":\"move\"");
    answers("\"state\":\"done\"");
}

static void parents_that_cannot_be(void **state) {
    (void)state;
    const char *move = "{\"id\":\"%lld\",\"parent\":\"%lld\",\"day\":\"%s\"}";
    refused("area.move", sent(move, (long long)area("S1")->id, (long long)area("A")->id, day_text(DAY)),
            ERR_INVALID, "area_cycle");
    refused("area.move", sent(move, (long long)area("S1")->id, (long long)area("S1")->id, day_text(DAY)),
            ERR_INVALID, "area_cycle");
    refused("area.move", sent(move, (long long)area("S1")->id, (long long)area("S2")->id, day_text(DAY)),
            ERR_INVALID, "area_parent");
    refused("area.move", sent(move, (long long)area("A")->id, (long long)area("C")->id, day_text(DAY)),
            ERR_INVALID, "area_parent");
    refused("area.move", sent(move, (long long)area("A")->id, 12345LL, day_text(DAY)), ERR_NOT_FOUND,
            "area_unknown");
    assert_string_equal(path_of("A"), "0000000");
    /* and one that can: from one subdistrict to the other, whose ground follows */
    assert_ok(call("area.move", &planner,
                   sent(move, (long long)area("B")->id, (long long)area("S2")->id, day_text(DAY))));
    assert_ok(call("area.get", &chief, sent("{\"id\":\"%lld\"}", (long long)area("S2")->id)));
    int64_t s2 = answered("m2");
    assert_ok(call("area.get", &chief, sent("{\"id\":\"%lld\"}", (long long)area("S1")->id)));
    int64_t s1 = answered("m2");
    assert_in_range(s2 * 100 / s1, 299, 301);
    assert_string_equal(grid_at(15, 5), "B");
    answers("\"code\":\"S2\"");
}

static void all_that_has_a_path_follows(void **state) {
    (void)state;
    for (size_t i = 0; all_records[i]; i++) {
        const Record *r = all_records[i];
        bool follows = !r->key || !record_field(r, str("path"));
        for (size_t k = 0; area_followers[k]; k++)
            follows = follows || area_followers[k] == r;
        if (!follows)
            fail_msg("%s has a path and no query in sql/queries/tree.sql", r->noun);
    }
}

/* ---- merged, dissolved -------------------------------------------------------------- */

static void merged_today(void **state) {
    int64_t house = building("织云路 2 号", "A", true, 1, 1), open = report(5, 5);
    (void)state;
    assert_ok(call("border.add", &planner,
                   sent("{\"name\":\"云桥路\",\"area\":\"%lld\",\"since\":\"2020-01-01\",\"points\":%s}",
                        (long long)area("A")->id, ring_of(9, 9, 1, 1))));
    assert_ok(call("area.merge", &planner,
                   sent("{\"id\":\"%lld\",\"into\":\"%lld\",\"day\":\"%s\"}", (long long)area("A")->id,
                        (long long)area("B")->id, day_text(DAY))));
    state_is("A", "merged");
    assert_string_equal(case_path(open), path_of("B"));
    assert_string_equal(place_path(house), path_of("B"));
    assert_string_equal(grid_at(5, 5), "B");
    assert_ok(call("border.list", &chief, "{}"));
    answers(sent("\"area\":\"%lld\"", (long long)area("B")->id)); /* the agreement goes on */
    refused("area.merge",
            sent("{\"id\":\"%lld\",\"into\":\"%lld\",\"day\":\"%s\"}", (long long)area("A")->id,
                 (long long)area("B")->id, day_text(DAY)),
            ERR_INVALID, "area_ended");
    /* an area of which all children ended can itself end */
    refused("area.dissolve", sent("{\"id\":\"%lld\",\"day\":\"%s\"}", (long long)area("S1")->id, day_text(DAY)),
            ERR_INVALID, "area_children");
    assert_ok(call("area.dissolve", &planner,
                   sent("{\"id\":\"%lld\",\"day\":\"%s\"}", (long long)area("B")->id, day_text(DAY))));
    refused("area.dissolve", sent("{\"id\":\"%lld\",\"day\":\"%s\"}", (long long)area("S1")->id, day_text(DAY)),
            ERR_INVALID, "dissolve_places");
    testdb_exec(&city_db, "UPDATE place SET until = 20000");
    assert_ok(call("area.dissolve", &planner,
                   sent("{\"id\":\"%lld\",\"day\":\"%s\"}", (long long)area("S1")->id, day_text(DAY))));
    state_is("S1", "dissolved");
    assert_string_equal(grid_at(5, 5), "");
    assert_string_equal(case_path(open), "0");
    answers("\"placed\":\"ended\"");
}

static void dissolved_on_a_later_day(void **state) {
    int64_t open = report(15, 5);
    const char *id = sent("{\"id\":\"%lld\"}", (long long)area("B")->id);
    char key[64];

    (void)state;
    snprintf(key, sizeof key, "%s", id);
    refused("area.dissolve",
            sent("{\"id\":\"%lld\",\"day\":\"%s\"}", (long long)area("B")->id, day_text(DAY - 200)),
            ERR_INVALID, "dates_reversed");
    assert_ok(call("area.dissolve", &planner,
                   sent("{\"id\":\"%lld\",\"day\":\"%s\",\"note\":\"并入公园\"}", (long long)area("B")->id,
                        day_text(DAY + 10))));
    state_is("B", "active");
    assert_ok(call("area.history", &chief, key));
    answers("\"state\":\"proposed\"");
    refused("area.dissolve", sent("{\"id\":\"%lld\",\"day\":\"%s\"}", (long long)area("B")->id, day_text(DAY)),
            ERR_CONFLICT, "area_planned");

    assert_int_equal(changes_due(DAY + 11), 0); /* nobody approved it */
    state_is("B", "active");
    clock_stop(ms_of_day(DAY) + 3600000);
    assert_ok(call("area.withdraw", &planner, key));
    answers("\"state\":\"withdrawn\"");
    refused("area.withdraw", key, ERR_INVALID, "area_unplanned");
    refused("area.approve", key, ERR_INVALID, "area_unplanned");

    assert_ok(call("area.dissolve", &planner,
                   sent("{\"id\":\"%lld\",\"day\":\"%s\"}", (long long)area("B")->id, day_text(DAY + 20))));
    assert_ok(call("area.approve", &planner, key));
    answers("\"state\":\"approved\"");
    assert_int_equal(changes_due(DAY + 19), 0);
    assert_string_equal(grid_at(15, 5), "B");
    assert_int_equal(changes_due(DAY + 20), 1);
    assert_int_equal(changes_due(DAY + 20), 0);
    state_is("B", "dissolved");
    assert_string_equal(grid_at(15, 5), "");
    assert_string_equal(case_path(open), path_of("S1")); /* seen from above, and queued */
    assert_int_equal(id_home(open), id_home(area("B")->id));
    assert_ok(call("case.get", &chief, sent("{\"id\":\"%lld\"}", (long long)open)));
    answers("\"placed\":\"ended\"");
    answers(sent("\"area\":\"%lld\"", (long long)area("B")->id)); /* the grid that it was filed in */
    assert_ok(call("case.list", &chief, "{\"placed\":\"ended\"}"));
    assert_int_equal(answered("id"), open);
    assert_string_equal(grid_at(25, 5), "C");
}

static void renamed_on_a_later_day(void **state) {
    (void)state;
    assert_ok(call("area.rename", &planner,
                   sent("{\"id\":\"%lld\",\"name\":\"松苑\",\"day\":\"%s\"}", (long long)area("C")->id,
                        day_text(DAY + 1))));
    assert_string_equal(text_of("name"), "C");
    assert_ok(call("area.approve", &planner, sent("{\"id\":\"%lld\"}", (long long)area("C")->id)));
    assert_int_equal(changes_due(DAY + 1), 1);
    assert_ok(call("area.get", &chief, sent("{\"id\":\"%lld\"}", (long long)area("C")->id)));
    assert_string_equal(text_of("name"), "松苑");
    /* approved after its day: at once */
    assert_ok(call("area.rename", &planner,
                   sent("{\"id\":\"%lld\",\"name\":\"青石\",\"day\":\"%s\"}", (long long)area("C")->id,
                        day_text(DAY + 2))));
    clock_stop(ms_of_day(DAY + 5));
    assert_ok(call("area.approve", &planner, sent("{\"id\":\"%lld\"}", (long long)area("C")->id)));
    answers("\"state\":\"done\"");
    assert_ok(call("area.get", &chief, sent("{\"id\":\"%lld\"}", (long long)area("C")->id)));
    assert_string_equal(text_of("name"), "青石");
}

/* What was approved and cannot be any more stays, is told, and hinders nothing else. */
static int failures;
static void count_failed(void *ctx, LineageId id, const Fault *why) {
    (void)ctx, (void)id;
    assert_string_equal(why->key, "area_ended");
    failures++;
}

static void count_stale(void *ctx, LineageId id, const Fault *why) {
    (void)ctx, (void)id;
    assert_string_equal(why->key, "split_stale");
    failures++;
}

static void overtaken_by_another_change(void **state) {
    int64_t done;
    const char *into = "{\"id\":\"%lld\",\"into\":\"%lld\",\"day\":\"%s\"}";

    (void)state;
    failures = 0;
    assert_ok(call("area.merge", &planner,
                   sent(into, (long long)area("A")->id, (long long)area("B")->id, day_text(DAY + 3))));
    assert_ok(call("area.approve", &planner, sent("{\"id\":\"%lld\"}", (long long)area("A")->id)));
    assert_ok(call("area.merge", &planner,
                   sent(into, (long long)area("C")->id, (long long)area("E")->id, day_text(DAY + 3))));
    assert_ok(call("area.approve", &planner, sent("{\"id\":\"%lld\"}", (long long)area("C")->id)));
    assert_ok(call("area.dissolve", &planner,
                   sent("{\"id\":\"%lld\",\"day\":\"%s\"}", (long long)area("B")->id, day_text(DAY))));
    clock_stop(ms_of_day(DAY + 3));
    assert_ok(area_changes_due(city, count_failed, NULL, &done, &fa));
    assert_int_equal(done, 1);
    assert_int_equal(failures, 1);
    state_is("A", "active");
    state_is("C", "merged");
    assert_string_equal(grid_at(25, 5), "E");
}

/* ---- split ---------------------------------------------------------------------------- */

static const char *split_json(int32_t day, const char *more) {
    static char json[8192];
    snprintf(json, sizeof json,
             "{\"id\":\"%lld\",\"day\":\"%s\",\"parts\":[{\"code\":\"A1\",\"name\":\"甲一\",\"points\":%s%s},"
             "{\"code\":\"A2\",\"name\":\"甲二\",\"points\":%s}]}",
             (long long)area("A")->id, day_text(day), ring_of(-0.01, 0, 4.01, 10), more, ring_of(4, 0, 6, 10));
    return json;
}

static void split_on_a_later_day(void **state) {
    char more[128];
    int64_t in_1 = building("东 1 号", "A", true, 1, 1), named = building("东 2 号", "A", false, 0, 0),
            in_2 = building("西 1 号", "A", true, 9, 9);
    int64_t left = report(2, 5), right = report(8, 5), housed = report_at(named), closed = report(3, 5);

    (void)state;
    step(&chief, closed, "reject", ",\"note\":\"不属实\"", OK);
    refused("area.split", split_json(DAY + 5, ""), ERR_INVALID, "split_places"); /* where is 东 2 号? */
    snprintf(more, sizeof more, ",\"places\":[{\"id\":\"%lld\"}]", (long long)named);
    assert_ok(call("area.split", &planner, split_json(DAY + 5, more)));
    remember("A1");
    remember("A2");
    state_is("A", "active");
    state_is("A1", "proposed");
    assert_string_equal(grid_at(2, 5), "A");
    assert_ok(call("area.outlines", &chief, sent("{\"area\":\"%lld\"}", (long long)area("S1")->id)));
    assert_null(strstr(answer, "\"A1\"")); /* a plan is not on the map */
    assert_ok(call("area.approve", &planner, sent("{\"id\":\"%lld\"}", (long long)area("A")->id)));
    state_is("A1", "approved");
    assert_int_equal(changes_due(DAY + 4), 0);
    assert_int_equal(changes_due(DAY + 5), 1);

    state_is("A", "split");
    state_is("A1", "active");
    assert_int_equal(answered("households"), 200);
    state_is("A2", "active");
    assert_int_equal(answered("households"), 100);
    assert_string_equal(grid_at(2, 5), "A1");
    assert_string_equal(grid_at(8, 5), "A2");
    assert_string_equal(case_path(left), path_of("A1"));
    assert_ok(call("case.get", &chief, sent("{\"id\":\"%lld\"}", (long long)left)));
    answers(sent("\"area\":\"%lld\"", (long long)area("A")->id));
    assert_string_equal(case_path(right), path_of("A2"));
    assert_string_equal(case_path(housed), path_of("A1"));
    assert_string_equal(case_path(closed), path_of("A")); /* done with */
    assert_string_equal(place_path(in_1), path_of("A1"));
    assert_string_equal(place_path(named), path_of("A1"));
    assert_string_equal(place_path(in_2), path_of("A2"));
    assert_ok(call("area.history", &chief, sent("{\"id\":\"%lld\"}", (long long)area("A2")->id)));
    answers("\"kind\":\"split\"");
    answers(sent("\"from_area\":\"%lld\"", (long long)area("A")->id));
}

static Err no_point(Tx *tx, void *arg, Fault *f) {
    char sql[200];
    snprintf(sql, sizeof sql, "UPDATE cases SET lon = NULL, lat = NULL WHERE id = %lld",
             (long long)*(int64_t *)arg);
    return tx_exec(tx, sql, f);
}

/* An imported case may have a grid and no point: it is queued, with the reason. */
static void split_leaves_nobody_alone(void **state) {
    int64_t lost = report(5, 5);

    (void)state;
    assert_ok(store_write_now(city, no_point, &lost, false, &fa));
    assert_ok(call("area.split", &planner, split_json(DAY, "")));
    state_is("A", "split");
    assert_string_equal(case_path(lost), path_of("S1"));
    assert_ok(call("case.list", &chief, "{\"placed\":\"ended\"}"));
    assert_int_equal(answered("id"), lost);
    answers("\"placed\":\"ended\"");
}

static void split_exactly(void **state) {
    (void)state;
    assert_ok(call("area.get", &chief, sent("{\"id\":\"%lld\"}", (long long)area("A")->id)));
    int64_t whole = answered("m2");
    assert_ok(call("area.split", &planner, split_json(DAY, ""))); /* drawn a metre too far west */
    remember("A1");
    remember("A2");
    assert_ok(call("area.get", &chief, sent("{\"id\":\"%lld\"}", (long long)area("A1")->id)));
    int64_t one = answered("m2");
    assert_ok(call("area.get", &chief, sent("{\"id\":\"%lld\"}", (long long)area("A2")->id)));
    assert_in_range(one + answered("m2"), whole - 1, whole + 1);
    for (int i = 0; i < 400; i++) { /* no point of it is nobody's */
        const char *grid = grid_at(i % 20 / 2.0, i / 20 / 2.0);
        assert_true(strcmp(grid, "A1") == 0 || strcmp(grid, "A2") == 0);
    }
}

static void split_refused(void **state) {
    static const struct {
        double x1, w1, x2, w2;
        const char *key;
    } bad[] = {
        { 0, 6, 4, 6, "split_overlap" },
        { 0, 3, 7, 3, "split_mismatch" },
        { 0, 5, 5, 9, "split_mismatch" },
        { 0, 10, 30, 0.01, "split_part" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        refused(
            "area.split",
            sent("{\"id\":\"%lld\",\"day\":\"%s\",\"parts\":[{\"code\":\"A1\",\"name\":\"a\",\"points\":%s},"
                 "{\"code\":\"A2\",\"name\":\"b\",\"points\":%s}]}",
                 (long long)area("A")->id, day_text(DAY), ring_of(bad[i].x1, 0, bad[i].w1, 10),
                 ring_of(bad[i].x2, 0, bad[i].w2, 10)),
            ERR_INVALID, bad[i].key);
    refused("area.split",
            sent("{\"id\":\"%lld\",\"day\":\"%s\",\"parts\":[{\"code\":\"A1\",\"name\":\"a\",\"points\":%s}]}",
                 (long long)area("A")->id, day_text(DAY), ring_of(0, 0, 10, 10)),
            ERR_INVALID, "split_parts");
    refused("area.split",
            sent("{\"id\":\"%lld\",\"day\":\"%s\",\"parts\":[{\"code\":\"B\",\"name\":\"a\",\"points\":%s},"
                 "{\"code\":\"A2\",\"name\":\"b\",\"points\":%s}]}",
                 (long long)area("A")->id, day_text(DAY), ring_of(0, 0, 5, 10), ring_of(5, 0, 5, 10)),
            ERR_CONFLICT, "area_code_taken");
    refused("area.split",
            sent("{\"id\":\"%lld\",\"day\":\"%s\",\"parts\":[{\"code\":\"A1\",\"name\":\"a\"},"
                 "{\"code\":\"A2\",\"name\":\"b\"}]}",
                 (long long)area("A")->id, day_text(DAY)),
            ERR_INVALID, "split_part");
    refused("area.split",
            sent("{\"id\":\"%lld\",\"day\":\"%s\",\"parts\":[{\"code\":\"A1\",\"name\":\"a\",\"points\":%s},"
                 "{\"code\":\"A2\",\"name\":\"b\",\"points\":%s}]}",
                 (long long)area("S1")->id, day_text(DAY), ring_of(0, 0, 5, 10), ring_of(5, 0, 15, 10)),
            ERR_INVALID, "split_child"); /* A would lie in both */
    assert_non_null(strstr(fa.zh, "“A”"));
    assert_non_null(strstr(fa.en, "“A”"));
    state_is("A", "active");
    assert_ok(call("area.list", &chief, "{\"code\":\"A1\"}"));
    assert_null(strstr(answer, "\"A1\"")); /* nothing is half there */
}

/* What lies beneath goes to the part that covers it, and keeps its id and its home. */
static void split_with_areas_beneath(void **state) {
    int64_t house = building("东 1 号", "A", true, 1, 1), left = report(2, 5), right = report(15, 5),
            seen_above = report(16, 5);
    char path[128];

    (void)state;
    snprintf(path, sizeof path, "UPDATE cases SET path = '%s' WHERE id = %lld", path_of("S1"),
             (long long)seen_above);
    testdb_exec(&city_db, path);
    assert_ok(
        call("area.split", &planner,
             sent("{\"id\":\"%lld\",\"day\":\"%s\",\"parts\":[{\"code\":\"T1\",\"name\":\"一\",\"points\":%s},"
                  "{\"code\":\"T2\",\"name\":\"二\",\"points\":%s}]}",
                  (long long)area("S1")->id, day_text(DAY + 2), ring_of(0, 0, 10.01, 10),
                  ring_of(10.01, 0, 9.99, 10))));
    remember("T1");
    remember("T2");
    assert_int_equal(seen_from("T1"), 0);
    assert_ok(call("area.approve", &planner, sent("{\"id\":\"%lld\"}", (long long)area("S1")->id)));
    assert_int_equal(changes_due(DAY + 2), 1);
    state_is("S1", "split");
    state_is("A", "active");
    assert_string_equal(case_path(left), path_of("A"));
    assert_string_equal(place_path(house), path_of("A"));
    assert_memory_equal(path_of("A"), path_of("T1"), 4);
    assert_memory_equal(path_of("B"), path_of("T2"), 4);
    assert_string_equal(case_path(right), path_of("B"));
    assert_string_equal(case_path(seen_above), path_of("T2"));
    assert_int_equal(seen_from("T1"), 1);
    assert_int_equal(seen_from("T2"), 2);
    assert_string_equal(grid_at(10.005, 5), "B"); /* their own border counts, not the line drawn */
}

static const char *box(double x, double y, double w, double h) { return ring_of(x, y, w, h); }

/* A part may have holes and several pieces. */
static void split_with_a_hole(void **state) {
    (void)state;
    char json[4096];
    snprintf(json, sizeof json,
             "{\"id\":\"%lld\",\"day\":\"%s\",\"parts\":["
             "{\"code\":\"A1\",\"name\":\"环\",\"polygons\":[{\"rings\":[{\"points\":%s},{\"points\":%s}]},"
             "{\"rings\":[{\"points\":%s}]}]},",
             (long long)area("A")->id, day_text(DAY), box(0, 0, 10, 10), box(2, 2, 6, 6), box(4, 4, 2, 2));
    size_t n = strlen(json);
    snprintf(json + n, sizeof json - n,
             "{\"code\":\"A2\",\"name\":\"心\",\"polygons\":[{\"rings\":[{\"points\":%s},{\"points\":%s}]}]}]}",
             box(2, 2, 6, 6), box(4, 4, 2, 2));
    assert_ok(call("area.split", &planner, json));
    assert_string_equal(grid_at(1, 5), "A1");
    assert_string_equal(grid_at(3, 5), "A2");
    assert_string_equal(grid_at(5, 5), "A1");
    assert_string_equal(grid_at(9, 9), "A1");
    assert_string_equal(grid_at(7, 7), "A2");
}

/* A neighbour joins it between the plan and its day: what was drawn is not it any more. */
static void split_overtaken_by_a_merge(void **state) {
    int64_t done;

    (void)state;
    failures = 0;
    assert_ok(call("area.split", &planner, split_json(DAY + 5, "")));
    assert_ok(call("area.approve", &planner, sent("{\"id\":\"%lld\"}", (long long)area("A")->id)));
    assert_ok(call("area.merge", &planner,
                   sent("{\"id\":\"%lld\",\"into\":\"%lld\",\"day\":\"%s\"}", (long long)area("B")->id,
                        (long long)area("A")->id, day_text(DAY))));
    clock_stop(ms_of_day(DAY + 5) + 60000);
    assert_ok(area_changes_due(city, count_stale, NULL, &done, &fa));
    assert_int_equal(done, 0);
    assert_int_equal(failures, 1);
    state_is("A", "active");
    assert_string_equal(grid_at(15, 5), "A");
}

/* A mere list is split by naming its buildings. */
static void split_of_a_list(void **state) {
    (void)state;
    put("L", LEVEL_MICRO, "S1", 0, 0, 0, 0);
    int64_t one = building("1 号", "L", false, 0, 0), two = building("2 号", "L", false, 0, 0),
            three = building("3 号", "L", false, 0, 0);
    const char *json =
        "{\"id\":\"%lld\",\"day\":\"%s\",\"parts\":[{\"code\":\"L1\",\"name\":\"a\",\"places\":[{\"id\":"
        "\"%lld\"}]},{\"code\":\"L2\",\"name\":\"b\",\"places\":[{\"id\":\"%lld\"}%s]}]}";
    int64_t open = report_at(two);

    refused("area.split",
            sent(json, (long long)area("L")->id, day_text(DAY), (long long)one, (long long)two, ""),
            ERR_INVALID, "split_places");
    char third[64];
    snprintf(third, sizeof third, ",{\"id\":\"%lld\"}", (long long)three);
    refused("area.split",
            sent(json, (long long)area("L")->id, day_text(DAY), (long long)one, (long long)one, third),
            ERR_INVALID, "split_place");
    assert_ok(
        call("area.split", &planner,
             sent(json, (long long)area("L")->id, day_text(DAY + 1), (long long)one, (long long)two, third)));
    assert_ok(call("area.withdraw", &planner, sent("{\"id\":\"%lld\"}", (long long)area("L")->id)));
    assert_ok(call("area.split", &planner,
                   sent(json, (long long)area("L")->id, day_text(DAY), (long long)one, (long long)two, third)));
    remember("L1");
    remember("L2");
    assert_string_equal(place_path(one), path_of("L1"));
    assert_string_equal(place_path(three), path_of("L2"));
    assert_string_equal(case_path(open), path_of("L2"));
    state_is("L2", "active");
    assert_int_equal(answered("households"), 200);
}

/* ---- a lack of memory --------------------------------------------------------------------- */

/* Each allocation fails once: the split is refused and nothing of it is there, or it is
 * whole. */
static void each_allocation_of_a_split(void **state) {
    int64_t house = building("东 1 号", "A", true, 1, 1), open = report(2, 5);
    char json[8192];
    Err e;
    long n = 0, failed = 0;

    (void)state;
    snprintf(json, sizeof json, "%s", split_json(DAY, ""));
    do {
        n += dialect == SQLITE ? 1 : 7;
        mem_calls = 0;
        mem_fail_from = mem_fail_to = n;
        mem_watched = true;
        e = call("area.split", &planner, json);
        mem_watched = false;
        mem_fail_from = mem_fail_to = 0;
        failed += e != OK;
        if (e == OK)
            break;
        if (e != ERR_NO_MEMORY && e != ERR_STORE && e != ERR_LIMIT)
            fail_msg("allocation %ld: %s [%s] %s", n, err_name(e), fa.key, fa.en);
        state_is("A", "active");
        assert_string_equal(case_path(open), path_of("A"));
        assert_string_equal(place_path(house), path_of("A"));
        assert_ok(call("area.list", &chief, "{\"code\":\"A1\"}"));
        assert_null(strstr(answer, "\"A1\""));
    } while (n < 20000);
    assert_true(failed > (dialect == SQLITE ? 50 : 5));
    state_is("A", "split");
    remember("A1");
    assert_string_equal(case_path(open), path_of("A1"));
    assert_string_equal(place_path(house), path_of("A1"));
}

/* ------------------------------------------------------------------------------------------- */

static int run(Dialect d, const char *name) {
    const struct CMUnitTest tests[] = {
#define T(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
        T(a_level_is_put_above),
        T(parents_that_cannot_be),
        T(all_that_has_a_path_follows),
        T(merged_today),
        T(dissolved_on_a_later_day),
        T(renamed_on_a_later_day),
        T(split_on_a_later_day),
        T(overtaken_by_another_change),
        T(split_leaves_nobody_alone),
        T(split_exactly),
        T(split_refused),
        T(split_with_areas_beneath),
        T(split_with_a_hole),
        T(split_overtaken_by_a_merge),
        T(split_of_a_list),
        T(each_allocation_of_a_split),
    };
    if (!testdb_has(d))
        return 0;
    dialect = d;
    return _cmocka_run_group_tests(name, tests, COUNT(tests), NULL, NULL);
}

int main(void) {
    record_begin();
    return run(SQLITE, "the tree on SQLite") + run(POSTGRES, "the tree on PostgreSQL");
}
