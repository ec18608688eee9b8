/* tile_test – the tiles of areas and of cases as operations, on both stores: what is
 * in them, who sees what, when a tag is the same and when it is not. */
#include "city.h"

#include "area.h"
#include "area_tile.h"
#include "installation.h"
#include "tile.h"
#include "tile_cache.h"
#include "tile_decode.h"
#include "project.h"

#include <math.h>

static Dialect dialect;
static Arena decoded;
static DecodedTile tile;
static GEOSContextHandle_t geos;

static const Point middle = { 1214700000, 312250000 };

static int set_up(void **state) {
    (void)state;
    city_open(dialect, true);
    geos = GEOS_init_r();
    assert_ok(arena_begin(&decoded, 64 << 20, &fa));
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    arena_end(&decoded);
    GEOS_finish_r(geos);
    clock_stop(0);
    city_close();
    return 0;
}

/* ---- asking ---- */

typedef struct Asked {
    Err err;
    size_t n; /* bytes, in `answer` */
    bool same;
    Tag tag;
    char etag[72];
} Asked;

/* As a caller who knows the tag `known` (or "" for none). */
static Asked ask(const char *op, const Actor *by, const char *json, const char *known) {
    Buf out = { answer, 0, sizeof answer, false, 0 };
    Arena a;
    OpCall c = { .op = op_named(str(op)),
                 .store = city,
                 .slot = -1,
                 .body = str(json),
                 .known = str(known),
                 .arena = &a,
                 .out = &out };
    Asked asked;

    assert_ok(arena_begin(&a, 8 << 20, &fa));
    actor_copy(by, &c.by);
    asked.err = op_call(&c, &fa);
    asked.n = out.n;
    asked.same = c.same;
    asked.tag = c.tag;
    memcpy(asked.etag, c.etag, sizeof c.etag);
    decoded.used = 0;
    if (asked.err == OK && !tile_decode((Str){ answer, out.n }, &decoded, &tile))
        fail_msg("%s %s is no tile", op, json);
    arena_end(&a);
    return asked;
}

static TileAddress address_of(Point p, int32_t z) {
    Mercator m = mercator_of(p);
    return (TileAddress){ z, (int32_t)ldexp(m.x, z), (int32_t)ldexp(m.y, z) };
}

static int64_t layer_id, revision;

static void read_layer(void) {
    Actor anyone = actor_as(ROLE_DISPATCHER, 0, 11);
    assert_ok(call("layer.list", &anyone, "{}"));
    layer_id = answered("id");
    revision = answered("revision");
}

static Asked ask_areas(int64_t layer, int64_t at_revision, TileAddress at, const char *known) {
    char json[200];
    Actor nobody;

    actor_public(&nobody);
    snprintf(json, sizeof json, "{\"layer\":\"%lld\",\"revision\":%lld,\"z\":%d,\"x\":%d,\"y\":%d}",
             (long long)layer, (long long)at_revision, at.z, at.x, at.y);
    return ask("area.tile", &nobody, json, known);
}

/* Without a decoder, which wants memory too. */
static Asked ask_areas_failing(int64_t layer, int64_t at_revision, TileAddress at) {
    Buf out = { answer, 0, sizeof answer, false, 0 };
    char json[200];
    static char room[1 << 20];
    Arena a = { room, 0, sizeof room };
    OpCall c = { .op = op_named(str("area.tile")), .store = city, .slot = -1, .arena = &a, .out = &out };

    snprintf(json, sizeof json, "{\"layer\":\"%lld\",\"revision\":%lld,\"z\":%d,\"x\":%d,\"y\":%d}",
             (long long)layer, (long long)at_revision, at.z, at.x, at.y);
    c.body = str(json);
    actor_public(&c.by);
    Err e = op_call(&c, &fa);
    return (Asked){ .err = e, .n = out.n };
}

static Asked ask_cases(const Actor *by, TileAddress at, const char *known) {
    char json[80];
    snprintf(json, sizeof json, "{\"z\":%d,\"x\":%d,\"y\":%d}", at.z, at.x, at.y);
    return ask("case.tile", by, json, known);
}

/* ---- areas ---- */

static void test_areas_of_the_city(void **state) {
    int32_t labels = 0, by_level[6] = { 0 };
    (void)state;
    read_layer();
    assert_int_equal(ask_areas(layer_id, revision, address_of(middle, 11), "").err, OK);
    const DecodedLayer *l = tile_layer_named(&tile, "areas");
    assert_non_null(l);
    for (int32_t i = 0; i < l->n_features; i++) {
        const TileFeature *f = &l->features[i];
        assert_true(feature_valid(geos, f));
        const TileWord *level = feature_word(l, f, "level"), *households = feature_word(l, f, "households");
        assert_true(feature_word(l, f, "id")->is_text && feature_word(l, f, "code")->is_text &&
                    feature_word(l, f, "name")->is_text);
        assert_true(level && !level->is_text && level->number >= 0 && level->number < 6);
        by_level[level->number]++;
        assert_true((level->number == 4) == (households != NULL)); /* only micro-grids count theirs */
    }
    assert_int_equal(by_level[0], 1);
    assert_int_equal(by_level[1], 1);
    assert_true(by_level[3] > 1 && by_level[4] > by_level[3]);
    assert_true(str_is(feature_word(l, &l->features[0], "name")->text, "云浦区")); /* upper ones first */
    /* every micro-grid has a label somewhere on the ground */
    TileAddress first = address_of((Point){ 1214590000, 312390000 }, 15),
                last = address_of((Point){ 1214900000, 312190000 }, 15);
    for (int32_t y = first.y; y <= last.y; y++)
        for (int32_t x = first.x; x <= last.x; x++) {
            assert_int_equal(ask_areas(layer_id, revision, (TileAddress){ 15, x, y }, "").err, OK);
            l = tile_layer_named(&tile, "labels");
            for (int32_t i = 0; l && i < l->n_features; i++)
                labels += feature_word(l, &l->features[i], "level")->number == 4;
        }
    assert_int_equal(labels, by_level[4]);
}

/* A level is in a tile once its areas are four pixels wide there; the uppermost always. */
static void test_levels_by_zoom(void **state) {
    int32_t from[6] = { -1, -1, -1, -1, -1, -1 };
    (void)state;
    read_layer();
    for (int32_t z = 0; z <= 14; z++) {
        bool there[6] = { false };
        assert_int_equal(ask_areas(layer_id, revision, address_of(middle, z), "").err, OK);
        const DecodedLayer *l = tile_layer_named(&tile, "areas");
        for (int32_t i = 0; l && i < l->n_features; i++)
            there[feature_word(l, &l->features[i], "level")->number] = true;
        for (int32_t level = 0; level < 6; level++) {
            assert_true(there[level] || from[level] < 0); /* once there, it stays */
            if (there[level] && from[level] < 0)
                from[level] = z;
        }
    }
    assert_int_equal(from[0], 2);
    assert_int_equal(from[1], 8);
    assert_int_equal(from[3], 8);
    assert_int_equal(from[4], 11);
}

static void test_address_and_revision(void **state) {
    TileAddress at = address_of(middle, 14);
    (void)state;
    read_layer();
    assert_int_equal(ask_areas(layer_id, revision + 1, at, "").err, ERR_NOT_FOUND);
    assert_string_equal(fa.key, "tile_revision");
    assert_string_equal(fa.field, "revision");
    assert_non_null(strstr(fa.en, "read the list of layers again"));
    assert_int_equal(ask_areas(layer_id, revision - 1, at, "").err, ERR_NOT_FOUND);
    assert_int_equal(ask_areas(layer_id + 1, revision, at, "").err, ERR_NOT_FOUND);
    assert_string_equal(fa.key, "layer_unknown");
    assert_int_equal(ask_areas(layer_id, revision, (TileAddress){ 3, 8, 0 }, "").err, ERR_NOT_FOUND);
    assert_string_equal(fa.key, "tile_unknown");
    assert_int_equal(ask_areas(layer_id, revision, (TileAddress){ 23, 0, 0 }, "").err, ERR_INVALID);
    assert_string_equal(fa.field, "z");
    Asked nothing = ask_areas(layer_id, revision, (TileAddress){ 10, 0, 0 }, ""); /* nobody's ground */
    assert_int_equal(nothing.err, OK);
    assert_int_equal(nothing.n, 0);
}

/* The same address, the same bytes, from the cache or not; and its tag is known. */
static void test_tag_of_areas(void **state) {
    static char before[1 << 16];
    TileAddress at = address_of(middle, 14);
    (void)state;
    read_layer();
    Asked one = ask_areas(layer_id, revision, at, "");
    assert_true(one.n > 0 && one.n < sizeof before);
    memcpy(before, answer, one.n);
    Asked two = ask_areas(layer_id, revision, at, "\"something else\"");
    assert_int_equal(two.n, one.n);
    assert_memory_equal(answer, before, one.n);
    assert_false(two.same);
    assert_string_equal(two.etag, one.etag);
    assert_int_equal(one.tag.keep_s, 31536000);
    Asked three = ask_areas(layer_id, revision, at, one.etag);
    assert_true(three.same);
    assert_int_equal(three.n, 0);
    area_tiles_forget(city); /* made anew: the same */
    Asked four = ask_areas(layer_id, revision, at, "");
    assert_int_equal(four.n, one.n);
    assert_memory_equal(answer, before, one.n);
}

/* A change of the layer is a new address; the old one is gone. */
static void test_rename_moves_the_revision(void **state) {
    Actor admin = actor_as(ROLE_SYSTEM_ADMIN, 0, 3), anyone = actor_as(ROLE_DISPATCHER, 0, 11);
    TileAddress at = address_of(middle, 14);
    char json[200];
    int64_t before;
    bool found = false;
    (void)state;
    read_layer();
    before = revision;
    assert_int_equal(ask_areas(layer_id, before, at, "").err, OK);
    assert_ok(call("area.list", &anyone, "{\"level\":\"subdistrict\"}"));
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"name\":\"新桥街道\",\"day\":\"2026-01-01\"}",
             (long long)answered("id"));
    assert_ok(call("area.rename", &admin, json));
    assert_int_equal(ask_areas(layer_id, before, at, "").err, ERR_NOT_FOUND);
    assert_string_equal(fa.key, "tile_revision");
    read_layer();
    assert_int_equal(revision, before + 1);
    assert_int_equal(ask_areas(layer_id, revision, at, "").err, OK);
    const DecodedLayer *l = tile_layer_named(&tile, "areas");
    for (int32_t i = 0; i < l->n_features; i++)
        found |= str_is(feature_word(l, &l->features[i], "name")->text, "新桥街道");
    assert_true(found);
}

/* ---- dates ---- */

typedef struct Dated {
    LayerPut layer;
    AreaPut area;
    Layer made;
} Dated;

static Err put_dated(Tx *tx, void *arg, Fault *f) {
    Dated *d = arg;
    char room[65536];
    Arena a = { room, 0, sizeof room };
    Area area;

    tx_lend(tx, &a);
    TRY(layer_put(tx, &d->layer, &d->made, f));
    d->area.layer = d->made.id;
    TRY(area_put(tx, &d->area, &area, f));
    return area_layer_changed(tx, d->made.id, f);
}

/* A layer with an area that begins tomorrow: its tiles hold until midnight. */
static void test_what_begins_tomorrow(void **state) {
    Point ring[4] = { { 1100000000, 300000000 },
                      { 1101000000, 300000000 },
                      { 1101000000, 301000000 },
                      { 1100000000, 301000000 } };
    int32_t ring_at[] = { 0, 4 }, poly_at[] = { 0, 1 };
    Shape shape = { ring, ring_at, poly_at, 4, 1, 1 };
    TileAddress at = address_of((Point){ 1100500000, 300500000 }, 12);
    int64_t evening = ms_of_day(day_of_civil(2026, 3, 2)) - 600000; /* ten minutes before midnight */
    Dated d = { .layer = { str("dated"), str("有日期"), str("Dated"), { "", 0 }, false },
                .area = { .level = LEVEL_MICRO,
                          .code = str("D1"),
                          .name = str("明日网格"),
                          .shape = &shape,
                          .households = 300,
                          .since = day_of_civil(2026, 3, 2) } };
    (void)state;
    clock_stop(evening);
    assert_ok(store_write_now(city, put_dated, &d, false, &fa));
    Asked today = ask_areas(d.made.id.v, d.made.revision + 1, at, "");
    assert_int_equal(today.err, OK);
    assert_int_equal(today.n, 0);
    assert_int_equal(today.tag.keep_s, 600);
    clock_stop(evening + 600000);
    Asked tomorrow = ask_areas(d.made.id.v, d.made.revision + 1, at, today.etag);
    assert_int_equal(tomorrow.err, OK);
    assert_false(tomorrow.same);
    assert_int_equal(tile_layer_named(&tile, "areas")->n_features, 1);
    assert_int_equal(tomorrow.tag.keep_s, 31536000); /* nothing is to come any more */
    clock_stop(0);
}

/* ---- cases ---- */

static int64_t counted(void) {
    const DecodedLayer *l = tile_layer_named(&tile, "cases");
    int64_t n = 0;
    for (int32_t i = 0; l && i < l->n_features; i++)
        n += feature_word(l, &l->features[i], "count")->number;
    return n;
}

static int64_t count_in_list(const Actor *by) {
    assert_ok(call("case.count", by, "{\"open\":true}"));
    int64_t all = answered("n");
    assert_ok(call("case.count", by, "{\"open\":true,\"placed\":\"missing\"}"));
    int64_t missing = answered("n");
    assert_ok(call("case.count", by, "{\"open\":true,\"placed\":\"placeholder\"}"));
    return all - missing - answered("n");
}

static void test_clusters_count_the_list(void **state) {
    static const TileAddress world = { 0, 0, 0 };
    Actor all = actor_as(ROLE_DISPATCHER, 0, 11), part, none = { .role = ROLE_DISPATCHER };
    (void)state;
    int64_t expected = count_in_list(&all);
    assert_true(expected > 10);
    assert_int_equal(ask_cases(&all, world, "").err, OK);
    assert_int_equal(counted(), expected);
    none.scope.path_low = none.scope.path_high = (Str){ "", 0 };
    assert_int_equal(ask_cases(&none, world, "").n, 0); /* an empty scope sees nothing */
    assert_ok(call("area.list", &all, "{\"level\":\"residential_area\",\"limit\":1}"));
    char path[48], *at = strstr(answer, "\"path\":\"");
    assert_true(at && sscanf(at, "\"path\":\"%40[^\"]", path) == 1);
    actor_in(ROLE_COMMUNITY_WORKER, str(path), (OrgId){ 0 }, &part);
    int64_t fewer = count_in_list(&part);
    assert_true(fewer > 0 && fewer < expected);
    assert_int_equal(ask_cases(&part, world, "").err, OK);
    assert_int_equal(counted(), fewer);
}

/* The tile of the whole world with a filter, and the list with the same one: it holds the
 * very cases, and neither none of them nor all. */
static void check_filter(const char *filter, int64_t all_of_them) {
    Actor all = actor_as(ROLE_DISPATCHER, 0, 11);
    char json[240];

    snprintf(json, sizeof json, "{\"open\":true,\"west\":-180,\"east\":180,\"south\":-85,\"north\":85,%s}",
             filter);
    assert_ok(call("case.count", &all, json));
    int64_t expected = answered("n");
    if (expected < 1 || expected >= all_of_them)
        fail_msg("%s: %lld of %lld", filter, (long long)expected, (long long)all_of_them);
    snprintf(json, sizeof json, "{\"z\":0,\"x\":0,\"y\":0,%s}", filter);
    assert_int_equal(ask("case.tile", &all, json, "").err, OK);
    if (counted() != expected)
        fail_msg("%s: %lld in the tile, %lld in the list", filter, (long long)counted(), (long long)expected);
}

static void test_filters_are_the_list_s(void **state) {
    Actor all = actor_as(ROLE_DISPATCHER, 0, 11);
    char filter[120];

    (void)state;
    int64_t n = count_in_list(&all);
    check_filter("\"state\":\"dispatched\"", n);
    check_filter("\"todo\":true", n);
    check_filter("\"words\":\"望江路\"", n);
    assert_ok(call("case.list", &all, "{\"state\":\"handling\",\"limit\":1}"));
    snprintf(filter, sizeof filter, "\"unit\":\"%lld\"", (long long)answered("unit"));
    check_filter(filter, n);
    assert_ok(call("case.list", &all, "{\"state\":\"handling\",\"limit\":1}"));
    int64_t due = answered("due");
    snprintf(filter, sizeof filter, "\"due_before\":%lld", (long long)due);
    check_filter(filter, n);
    snprintf(filter, sizeof filter, "\"due_from\":%lld", (long long)due);
    check_filter(filter, n);
    assert_ok(call("area.list", &all, "{\"level\":\"residential_area\",\"limit\":1}"));
    snprintf(filter, sizeof filter, "\"within\":\"%lld\"", (long long)answered("id"));
    check_filter(filter, n);
    assert_int_equal(ask("case.tile", &all, "{\"z\":0,\"x\":0,\"y\":0,\"words\":\"没有这样的字\"}", "").n, 0);
}

/* Four sides or none, west before east; what has no point lies in no box. */
static void test_a_box_of_the_list(void **state) {
    Actor all = actor_as(ROLE_DISPATCHER, 0, 11);
    static const char *const wrong[] = { "{\"west\":121.4,\"east\":121.5,\"south\":31.2}",
                                         "{\"west\":121.5,\"east\":121.4,\"south\":31.2,\"north\":31.3}",
                                         "{\"west\":121.4,\"east\":121.5,\"south\":31.3,\"north\":31.2}" };
    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_int_equal(call("case.list", &all, wrong[i]), ERR_INVALID);
        assert_string_equal(fa.key, "case_box");
        assert_int_equal(call("case.count", &all, wrong[i]), ERR_INVALID);
    }
    int64_t placed = count_in_list(&all);
    assert_ok(
        call("case.count", &all, "{\"open\":true,\"west\":-180,\"east\":180,\"south\":-90,\"north\":90}"));
    assert_int_equal(answered("n"), placed);
    assert_ok(call("case.count", &all, "{\"open\":true,\"west\":10,\"east\":11,\"south\":50,\"north\":51}"));
    assert_int_equal(answered("n"), 0);
    /* Both sides of a line through the middle are the whole, for no case lies on it. */
    assert_ok(
        call("case.count", &all, "{\"open\":true,\"west\":-180,\"east\":121.47,\"south\":-90,\"north\":90}"));
    int64_t west = answered("n");
    assert_ok(call("case.count", &all,
                   "{\"open\":true,\"west\":121.4700001,\"east\":180,\"south\":-90,\"north\":90}"));
    assert_true(west > 0 && answered("n") > 0);
    assert_int_equal(west + answered("n"), placed);
}

/* A page of two hundred is the most, and whole. */
static void test_two_hundred_rows(void **state) {
    Actor all = actor_as(ROLE_DISPATCHER, 0, 11);
    int rows = 0;

    (void)state;
    assert_ok(call("case.list", &all, "{\"limit\":200}"));
    for (const char *p = answer; (p = strstr(p, "\"code\":\"")); p++)
        rows++;
    assert_int_equal(rows, 200);
    assert_int_equal(call("case.list", &all, "{\"limit\":201}"), ERR_INVALID);
}

static int listed(const char *json) {
    Actor all = actor_as(ROLE_DISPATCHER, 0, 11);
    int n = 0;

    assert_ok(call("area.list", &all, json));
    for (const char *p = answer; (p = strstr(p, "\"path\":\"")); p++)
        n++;
    return n;
}

static void test_areas_by_words(void **state) {
    (void)state;
    assert_int_equal(listed("{\"words\":\"松苑\"}"), 7); /* a residential area and its six micro-grids */
    assert_int_equal(listed("{\"words\":\"松苑\",\"level\":\"micro_grid\"}"), 6);
    assert_int_equal(listed("{\"words\":\"松苑 05\"}"), 1);
    assert_int_equal(listed("{\"words\":\"990101003\"}"), 1); /* a whole code, not the codes that begin so */
    assert_non_null(strstr(answer, "\"code\":\"990101003\""));
    assert_int_equal(listed("{\"words\":\"松苑\",\"limit\":3}"), 3);
    assert_int_equal(listed("{\"words\":\"%\"}"), 0); /* signs of patterns are letters here */
    assert_int_equal(listed("{\"words\":\"松_\"}"), 0);
    assert_int_equal(listed("{\"words\":\"没有这样的网格\"}"), 0);
}

static int64_t report(const char *more) {
    Actor worker = actor_as(ROLE_DISPATCHER, 0, 11);
    char json[200];
    snprintf(json, sizeof json, "{\"text\":\"试点\",\"source\":\"hotline\",\"lon\":121.47,\"lat\":31.225%s}",
             more);
    assert_ok(call("case.report", &worker, json));
    return answered("id");
}

static const TileFeature *case_in_tile(int64_t id, const DecodedLayer **ret_layer) {
    const DecodedLayer *l = tile_layer_named(&tile, "cases");
    char text[24];

    snprintf(text, sizeof text, "%lld", (long long)id);
    *ret_layer = l;
    for (int32_t i = 0; l && i < l->n_features; i++)
        if (str_is(feature_word(l, &l->features[i], "id")->text, text))
            return &l->features[i];
    return NULL;
}

static void test_cases_alone(void **state) {
    Actor all = actor_as(ROLE_DISPATCHER, 0, 11), other = actor_as(ROLE_HANDLER, 4711, 12);
    TileAddress at = address_of(middle, 17);
    const DecodedLayer *l;
    (void)state;
    clock_stop(1767240000000);
    int64_t plain = report(""), danger = report(",\"danger\":true");
    assert_int_equal(ask_cases(&all, at, "").err, OK);
    const TileFeature *f = case_in_tile(plain, &l);
    assert_non_null(f);
    assert_int_equal(feature_word(l, f, "state")->number, CASE_REPORTED);
    assert_int_equal(feature_word(l, f, "urgency")->number,
                     URGENCY_SOON); /* to be accepted within the half hour */
    int64_t due = feature_word(l, f, "due")->number;
    assert_true(due > 1767240000000);
    assert_int_equal(feature_word(l, case_in_tile(danger, &l), "urgency")->number, URGENCY_DANGER);
    clock_stop(due + 1); /* nothing is written, and yet it is late */
    assert_int_equal(ask_cases(&all, at, "").err, OK);
    assert_int_equal(feature_word(l, case_in_tile(plain, &l), "urgency")->number, URGENCY_LATE);
    assert_int_equal(ask_cases(&all, address_of(middle, 12), "").err, OK);
    l = tile_layer_named(&tile, "cases");
    int64_t worst = 0;
    for (int32_t i = 0; i < l->n_features; i++)
        if (feature_word(l, &l->features[i], "urgency")->number > worst)
            worst = feature_word(l, &l->features[i], "urgency")->number;
    assert_int_equal(worst, URGENCY_DANGER);
    assert_int_equal(ask_cases(&other, at, "").n, 0); /* another unit's */
    step(&all, plain, "accept", "", OK);
    step(&all, danger, "reject", ",\"note\":\"不属实\"", OK);
    assert_int_equal(ask_cases(&all, at, "").err, OK);
    assert_non_null(case_in_tile(plain, &l));
    assert_null(case_in_tile(danger, &l)); /* history is not on the map */
    clock_stop(0);
}

/* PostgreSQL's word of our own last commit may still be on its way; it makes one more
 * tag. Asks until the tag holds still. */
static Asked ask_until_known(const Actor *by, TileAddress at) {
    Asked one, two;
    int tries = 0;

    do {
        one = ask_cases(by, at, "");
        two = ask_cases(by, at, one.etag);
    } while (!two.same && ++tries < 10000);
    assert_true(two.same);
    assert_int_equal(two.n, 0);
    return one;
}

static void test_tag_of_cases(void **state) {
    Actor all = actor_as(ROLE_DISPATCHER, 0, 11), part;
    TileAddress at = address_of(middle, 16);
    (void)state;
    clock_stop(1767240000000);
    report("");
    actor_in(ROLE_COMMUNITY_WORKER, str("0zzz"), (OrgId){ 0 }, &part);
    Asked one = ask_until_known(&all, at);
    assert_true(one.n > 0);
    assert_int_equal(one.tag.keep_s, 0);
    assert_false(ask_cases(&part, at, one.etag).same); /* another scope, another tag */
    assert_int_equal(ask_cases(&part, at, "").n, 0);
    report(""); /* a commit */
    Asked three = ask_cases(&all, at, one.etag);
    assert_false(three.same);
    assert_true(three.n > one.n);
    three = ask_until_known(&all, at);
    clock_stop(1767240000000 + 60000); /* a minute */
    assert_false(ask_cases(&all, at, three.etag).same);
    clock_stop(0);
}

/* Whatever allocation fails while a layer is made ready and a tile made of it, the
 * caller is told, nothing is left behind, and the next call is right. SQLite tells its
 * own lack of memory as a failure of the store. */
static void test_memory_may_fail(void **state) {
    TileAddress at = address_of(middle, 14);
    (void)state;
    if (dialect != SQLITE)
        return;
    read_layer();
    Asked whole = ask_areas(layer_id, revision, at, "");
    for (long n = 1;; n += 1 + n / 40) {
        area_tiles_forget(city);
        mem_watched = true;
        mem_calls = 0;
        mem_fail_from = mem_fail_to = n;
        Asked asked = ask_areas_failing(layer_id, revision, at);
        bool reached = mem_calls >= n;
        mem_watched = false;
        mem_fail_from = mem_fail_to = 0;
        assert_true(asked.err == OK || asked.err == ERR_NO_MEMORY || asked.err == ERR_STORE ||
                    asked.err == ERR_BUSY);
        if (asked.err == OK)
            assert_int_equal(asked.n, whole.n);
        if (!reached)
            break;
    }
    assert_int_equal(ask_areas(layer_id, revision, at, "").n, whole.n);
}

/* ---- the cache ---- */

static void test_cache_is_bounded(void **state) {
    static char bytes[1000];
    char room[4096];
    Arena a = { room, 0, sizeof room };
    TileCache *c;
    Str got;
    bool found;
    (void)state;
    assert_ok(tile_cache_new(20000, &c, &fa));
    for (int32_t i = 0; i < 100; i++) {
        bytes[0] = (char)i;
        tile_cache_put(c, (TileAddress){ 10, i, 1 }, (Str){ bytes, sizeof bytes });
        a.used = 0;
        assert_ok(tile_cache_get(c, (TileAddress){ 10, 0, 1 }, &a, &got, &found, &fa)); /* kept warm */
        assert_true(found && got.n == sizeof bytes && got.p[0] == 0);
        assert_true(tile_cache_size(c) <= 20000);
    }
    for (int32_t i = 0; i < 100; i++) {
        a.used = 0;
        assert_ok(tile_cache_get(c, (TileAddress){ 10, i, 1 }, &a, &got, &found, &fa));
        assert_int_equal(found, i == 0 || i >= 84); /* 17 of 1,128 bytes fit, the newest and the warm one */
        assert_true(!found || got.p[0] == (char)i);
    }
    for (int32_t i = 0; i < 20000; i++) /* empty ones count, too */
        tile_cache_put(c, (TileAddress){ 20, i, 2 }, (Str){ "", 0 });
    assert_true(tile_cache_size(c) <= 20000);
    a.used = 0;
    assert_ok(tile_cache_get(c, (TileAddress){ 20, 19999, 2 }, &a, &got, &found, &fa));
    assert_true(found && got.n == 0);
    tile_cache_free(c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_areas_of_the_city),
        cmocka_unit_test(test_levels_by_zoom),
        cmocka_unit_test(test_address_and_revision),
        cmocka_unit_test(test_tag_of_areas),
        cmocka_unit_test(test_rename_moves_the_revision),
        cmocka_unit_test(test_what_begins_tomorrow),
        cmocka_unit_test(test_clusters_count_the_list),
        cmocka_unit_test(test_filters_are_the_list_s),
        cmocka_unit_test(test_a_box_of_the_list),
        cmocka_unit_test(test_two_hundred_rows),
        cmocka_unit_test(test_areas_by_words),
        cmocka_unit_test(test_cases_alone),
        cmocka_unit_test(test_tag_of_cases),
        cmocka_unit_test(test_memory_may_fail),
        cmocka_unit_test(test_cache_is_bounded),
    };
    int failed = cmocka_run_group_tests_name("sqlite", tests, set_up, tear_down);
    dialect = POSTGRES;
    if (testdb_has(dialect))
        failed |= cmocka_run_group_tests_name("postgres", tests, set_up, tear_down);
    return failed;
}
