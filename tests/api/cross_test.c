/* cross_test – two layers compared and comprehensive grids proposed, as operations on both
 * stores: what does not fit first, who may ask, what is refused. */
#include "city.h"

#include "area.h"
#include "place.h"
#include "polygon.h"
#include "store.h"

static Dialect dialect;
static Actor planner, elsewhere, reader;
static LayerId governing, police, party, empty_layer;
static Area town, other_town, first_police;
static Arena room;

static Err put_box(Tx *tx, LayerId layer, AreaLevel level, AreaId parent, const char *code, const double box[4],
                   Area *ret, Fault *f) {
    ShapeDraft draft;
    Shape shape;
    int32_t dropped;

    draft_begin(&draft);
    draft_polygon(&draft);
    draft_ring(&draft);
    draft_degrees(&draft, box[0], box[1]);
    draft_degrees(&draft, box[2], box[1]);
    draft_degrees(&draft, box[2], box[3]);
    draft_degrees(&draft, box[0], box[3]);
    TRY(draft_end(&draft, &room, &shape, &dropped, f));
    AreaPut put = { .layer = layer,
                    .level = level,
                    .parent = parent,
                    .code = str(code),
                    .name = str(code),
                    .shape = &shape,
                    .households = -1 };
    return area_put(tx, &put, ret, f);
}

static Err put_home(Tx *tx, int x, int y, Fault *f) {
    double box[4] = { 121 + 0.002 * x, 31 + 0.002 * y, 121.002 + 0.002 * x, 31.002 + 0.002 * y };
    char code[8];
    Area home;
    Place made;
    Point at;

    snprintf(code, sizeof code, "R%d%d", x, y);
    TRY(put_box(tx, governing, LEVEL_RESIDENTIAL, town.id, code, box, &home, f));
    point_of_degrees(box[0] + 0.001, box[1] + 0.001, &at);
    PlacePut put = { .area = home.id,
                     .name = str(code),
                     .households = 100,
                     .placed = true,
                     .lon = at.lon,
                     .lat = at.lat,
                     .kind = PLACE_BUILDING };
    return place_put(tx, &put, &made, f);
}

/* Eight homes, four in a row. The police cut in the middle; the Party there, too, and across
 * the western half. */
static Err put_city(Tx *tx, void *arg, Fault *f) {
    static const double all[4] = { 121, 31, 121.008, 31.004 }, far[4] = { 122, 31, 122.002, 31.002 },
                        west[4] = { 121, 31, 121.004, 31.004 }, east[4] = { 121.004, 31, 121.008, 31.004 },
                        low[4] = { 121, 31, 121.004, 31.002 }, high[4] = { 121, 31.002, 121.004, 31.004 };
    Layer l;
    Area a;

    (void)arg;
    tx_lend(tx, &room);
    TRY(layer_put(tx, &(LayerPut){ .code = str("g"), .zh = str("网格"), .en = str("Grids"), .governing = true },
                  &l, f));
    governing = l.id;
    TRY(put_box(tx, l.id, LEVEL_SUBDISTRICT, (AreaId){ 0 }, "X", all, &town, f));
    TRY(put_box(tx, l.id, LEVEL_SUBDISTRICT, (AreaId){ 0 }, "Y", far, &other_town, f));
    for (int i = 0; i < 8; i++)
        TRY(put_home(tx, i % 4, i / 4, f));
    TRY(area_layer_changed(tx, governing, f));
    TRY(layer_put(tx, &(LayerPut){ .code = str("police"), .zh = str("警务"), .en = str("Police") }, &l, f));
    police = l.id;
    TRY(put_box(tx, police, LEVEL_SUBDISTRICT, (AreaId){ 0 }, "P", west, &first_police, f));
    TRY(put_box(tx, police, LEVEL_SUBDISTRICT, (AreaId){ 0 }, "Q", east, &a, f));
    TRY(area_layer_changed(tx, police, f));
    TRY(layer_put(tx, &(LayerPut){ .code = str("party"), .zh = str("党建"), .en = str("Party") }, &l, f));
    party = l.id;
    TRY(put_box(tx, party, LEVEL_SUBDISTRICT, (AreaId){ 0 }, "E", low, &a, f));
    TRY(put_box(tx, party, LEVEL_SUBDISTRICT, (AreaId){ 0 }, "F", high, &a, f));
    TRY(put_box(tx, party, LEVEL_SUBDISTRICT, (AreaId){ 0 }, "G", east, &a, f));
    TRY(put_box(tx, party, LEVEL_SUBDISTRICT, (AreaId){ 0 }, "H", far, &a, f));
    TRY(area_layer_changed(tx, party, f));
    TRY(layer_put(tx, &(LayerPut){ .code = str("bare"), .zh = str("空"), .en = str("Bare") }, &l, f));
    empty_layer = l.id;
    return OK;
}

static int set_up(void **state) {
    (void)state;
    city_open(dialect, false);
    if (!room.base)
        assert_ok(arena_begin(&room, 8 << 20, &fa));
    room.used = 0;
    assert_ok(store_write_now(city, put_city, NULL, false, &fa));
    planner = actor_as(ROLE_SYSTEM_ADMIN, 0, 77);
    actor_copy(&planner, &planner);
    reader = actor_as(ROLE_DISPATCHER, 0, 78);
    actor_copy(&reader, &reader);
    actor_in(ROLE_SYSTEM_ADMIN, other_town.path, (OrgId){ 0 }, &elsewhere);
    elsewhere.account.v = 79;
    actor_copy(&elsewhere, &elsewhere);
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

static void refused(Err e, Err expected, const char *key, const char *field) {
    assert_int_equal(e, expected);
    assert_string_equal(fa.key, key);
    assert_string_equal(fa.field, field);
    assert_true(*fa.zh && *fa.en);
}

static Err compare(LayerId a, LayerId b, const char *more) {
    char json[300];
    snprintf(json, sizeof json, "{\"layer_a\":\"%lld\",\"layer_b\":\"%lld\"%s}", (long long)a.v, (long long)b.v,
             more);
    return call("crosswalk.get", &reader, json);
}

/* ---- two layers --------------------------------------------------------- */

static void mismatches_come_first(void **state) {
    (void)state;
    assert_ok(compare(police, party, ""));
    says("{\"a_areas\":2,\"a_whole\":1,\"b_areas\":4,\"b_whole\":3,\"pairs\":3,\"places\":8,\"apart\":0,"
         "\"rows\":[{"
         "\"a_code\":\"P\"");
    says("\"fit\":\"most\",\"mismatch\":true,");
    says("\"share_a\":5000,\"share_b\":10000,\"households\":200,\"households_a\":400,\"places\":2}");
    says("\"fit\":\"part\",\"mismatch\":true,");
    assert_true(strstr(answer, "\"a_code\":\"Q\"") > strstr(answer, "\"fit\":\"part\""));
    says("\"fit\":\"whole\",\"mismatch\":false,");
    assert_int_equal(count("\"a_code\""), 3);

    /* an area in none of the other layer stands there, too, before all that fits */
    assert_ok(compare(party, police, ""));
    says("\"rows\":[{\"a_code\":\"H\",");
    says("\"fit\":\"none\",\"mismatch\":true,\"households_a\":0}");
    assert_int_equal(count("\"fit\":\"whole\""), 3);
    assert_ok(compare(governing, police, ",\"level_a\":\"residential_area\",\"limit\":3"));
    says("\"a_areas\":8,\"a_whole\":8,");
    assert_int_equal(count("\"a_code\""), 3); /* no more than asked for */

    refused(compare((LayerId){ 4711 }, police, ""), ERR_NOT_FOUND, "layer_unknown", "layer_a");
    refused(compare(police, (LayerId){ 4711 }, ""), ERR_NOT_FOUND, "layer_unknown", "layer_b");
    refused(compare(police, empty_layer, ""), ERR_INVALID, "crosswalk_empty", "");
    refused(compare(police, party, ",\"level_b\":\"micro_grid\""), ERR_INVALID, "crosswalk_empty", "");
}

/* ---- proposals ---------------------------------------------------------- */

static Err propose(const Actor *by, const Area *in, const char *layers, const char *more) {
    char json[400];
    snprintf(json, sizeof json, "{\"area\":\"%lld\",\"layers\":\"%s\",\"min\":300,\"max\":500%s}",
             (long long)in->id.v, layers, more);
    return call("grid_merge.propose", by, json);
}

static void follows_the_borders(void **state) {
    (void)state;
    assert_ok(propose(&planner, &town, "police,party", ""));
    says("{\"units\":8,\"pieces\":0,\"by_places\":true,\"left_out\":0,\"out_of_range\":0,");
    says("\"new_m\":0,\"layers\":[{\"word\":\"police\",\"areas\":2,");
    says("\"code\":\"X-Z1\",\"name\":\"X第1综合网格\",\"within\":\"X\",\"households\":400,\"units\":4,"
         "\"keeps\":true,");
    assert_int_equal(count("\"geometry\":{\"type\":\"Polygon\""), 2);
    says("{\"grid\":0,\"layer\":0,\"code\":\"P\",\"name\":\"P\",\"share\":10000,\"of_grid\":10000}");
    says("{\"grid\":0,\"layer\":1,\"code\":\"E\",\"name\":\"E\",\"share\":10000,\"of_grid\":5000}");
    says("{\"grid\":1,\"code\":\"R21\",\"name\":\"R21\",\"piece\":false,\"households\":100}");
    assert_ok(propose(&planner, &town, "police,party", ",\"whole\":\"none\""));
    says("{\"units\":3,\"pieces\":3,");
    assert_ok(propose(&planner, &town, "police,party", ",\"whole\":\"police\""));
    says("{\"units\":2,\"pieces\":0,");
    assert_ok(propose(&planner, &town, "police,party", ",\"grids\":3"));
    says("\"keeps\":false,\"why_zh\":\"");
}

static void what_is_refused(void **state) {
    (void)state;
    refused(propose(&planner, &town, "police", ""), ERR_INVALID, "merge_layers_number", "");
    refused(propose(&planner, &town, "police,a,b,c,d,e,f,g,h", ""), ERR_INVALID, "merge_layers_number",
            "layers");
    refused(propose(&planner, &town, "police,nothing", ""), ERR_NOT_FOUND, "layer_unknown", "layer");
    refused(propose(&planner, &town, "police,party:upper", ""), ERR_INVALID, "crosswalk_level", "");
    refused(propose(&planner, &first_police, "police,party", ""), ERR_NOT_FOUND, "area_unknown", "area");
    refused(propose(&planner, &other_town, "police,party", ""), ERR_INVALID, "merge_layer_elsewhere", "");
    refused(propose(&planner, &other_town, "party,g", ""), ERR_INVALID, "merge_no_households", "");
    /* whoever plans elsewhere finds no such area; who does not plan may not */
    refused(propose(&elsewhere, &town, "police,party", ""), ERR_NOT_FOUND, "area_unknown", "area");
    assert_int_equal(propose(&reader, &town, "police,party", ""), ERR_FORBIDDEN);
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = { cmocka_unit_test(mismatches_come_first),
                                               cmocka_unit_test(follows_the_borders),
                                               cmocka_unit_test(what_is_refused) };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "cross on SQLite" : "cross on PostgreSQL", tests, set_up,
                                       tear_down);
}

int main(void) {
    int failed = run_on(SQLITE);
    return testdb_has(POSTGRES) ? failed + run_on(POSTGRES) : failed;
}
