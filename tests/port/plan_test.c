/* plan_test – planning and comparing layers on both stores when memory runs out: whichever
 * allocation fails, there is a plan or a sentence, never half of one. What the commands say:
 * plan_cli.sh, crosswalk_cli.sh. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "area.h"
#include "crosswalk_file.h"
#include "installation.h"
#include "keys.h"
#include "merge_file.h"
#include "micro_plan.h"
#include "place.h"
#include "polygon.h"
#include "testdb.h"

#include <stdio.h>
#include <string.h>

static TestDb db;
static Store *store;
static Dialect dialect;
static Fault fa;
static Arena room;

static void ok_at(Err e, int line) {
    if (e != OK)
        fail_msg("line %d: %s [%s] %s", line, fa.en, fa.key, fa.detail);
}
#define assert_ok(call) ok_at(call, __LINE__)

/* ---- two residential areas of 12 buildings, halves of a city; the police cut it across ---- */

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

static Err put_buildings(Tx *tx, AreaId area, double west, Fault *f) {
    char name[16];
    Place made;

    for (int i = 0; i < 12; i++) {
        Point at;
        snprintf(name, sizeof name, "%d", i);
        point_of_degrees(west + 0.0005 + 0.001 * (i % 4), 31.0005 + 0.001 * (i / 4), &at);
        PlacePut put = { .area = area,
                         .name = str(name),
                         .households = 60,
                         .placed = true,
                         .lon = at.lon,
                         .lat = at.lat,
                         .kind = PLACE_BUILDING };
        TRY(place_put(tx, &put, &made, f));
    }
    return OK;
}

static Err put_city(Tx *tx, void *arg, Fault *f) {
    static const double city[4] = { 121, 31, 121.008, 31.003 }, a[4] = { 121, 31, 121.004, 31.003 },
                        b[4] = { 121.004, 31, 121.008, 31.003 }, p[4] = { 121, 31, 121.008, 31.001 },
                        q[4] = { 121, 31.001, 121.008, 31.003 };
    LayerPut grids = { .code = str("g"), .zh = str("网格"), .en = str("Grids"), .governing = true },
             police = { .code = str("p"), .zh = str("警务"), .en = str("Police") };
    Layer layer;
    Area top, below;

    (void)arg;
    tx_lend(tx, &room);
    TRY(layer_put(tx, &grids, &layer, f));
    TRY(put_box(tx, layer.id, LEVEL_SUBDISTRICT, (AreaId){ 0 }, "X", city, &top, f));
    TRY(put_box(tx, layer.id, LEVEL_RESIDENTIAL, top.id, "A", a, &below, f));
    TRY(put_buildings(tx, below.id, 121, f));
    TRY(put_box(tx, layer.id, LEVEL_RESIDENTIAL, top.id, "B", b, &below, f));
    TRY(put_buildings(tx, below.id, 121.004, f));
    TRY(area_layer_changed(tx, layer.id, f));
    TRY(layer_put(tx, &police, &layer, f));
    TRY(put_box(tx, layer.id, LEVEL_SUBDISTRICT, (AreaId){ 0 }, "P", p, &below, f));
    TRY(put_box(tx, layer.id, LEVEL_SUBDISTRICT, (AreaId){ 0 }, "Q", q, &below, f));
    return area_layer_changed(tx, layer.id, f);
}

static int set_up(void **state) {
    KeyRing *ring;
    int32_t id;

    (void)state;
    assert_ok(keyring_new(&ring, &fa));
    assert_ok(keyring_grow(ring, &id, &fa));
    keys_use(ring);
    testdb_make(dialect, NULL, 0, false, &db);
    assert_ok(store_open(&db.config, &store, &fa));
    assert_ok(arena_begin(&room, 8 << 20, &fa));
    assert_ok(store_write_now(store, put_city, NULL, false, &fa));
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    installation_close(store);
    testdb_drop(&db);
    arena_end(&room);
    return 0;
}

/* ---- every allocation --------------------------------------------------- */

typedef Err Try(Buf *out, Fault *f);

static Err try_plan(Buf *out, Fault *f) {
    MicroOptions how = { .within = str("X"), .min = 300, .max = 500, .wishes = partition_usual };
    MicroPlan p;

    TRY(micro_plan_make(store, &how, &p, f));
    assert_int_equal(p.plan.n_grids, 4);
    assert_int_equal(p.plan.out_of_range, 0);
    Err e = micro_plan_geojson(&p, out, f);
    micro_plan_free(&p);
    return e;
}

static Err try_crosswalk(Buf *out, Fault *f) {
    CrosswalkOptions how = { .a = str("g"), .b = str("p"), .map = true, .wanted = true };
    CrosswalkDone done = { .pairs = -7 };

    Err e = crosswalk_file(store, &how, out, &done, f);
    assert_true(e == OK ? done.pairs == 4 && done.apart == 0 : done.pairs == -7);
    return e;
}

static Err try_merge(Buf *out, Fault *f) {
    MergeOptions how = {
        .within = str("X"), .layers = { str("g"), str("p") }, .n_layers = 2, .min = 300, .max = 800, .sweeps = 1
    };
    MergeDone *done = NULL;

    TRY(merge_file_make(store, &how, &done, f));
    Err e = merge_file_put(done, MERGE_TABLE_GRIDS, out, f);
    e = e == OK ? merge_file_put(done, MERGE_TABLE_MAP, out, f) : e;
    merge_file_free(done);
    return e;
}

/* The ground in pieces. */
static Err try_pieces(Buf *out, Fault *f) {
    MergeOptions how = { .within = str("X"),
                         .layers = { str("g"), str("p") },
                         .n_layers = 2,
                         .whole = str("none"),
                         .min = 300,
                         .max = 800,
                         .sweeps = 1 };
    MergeDone *done = NULL;

    TRY(merge_file_make(store, &how, &done, f));
    Err e = merge_file_put(done, MERGE_TABLE_UNITS, out, f);
    e = e == OK ? merge_file_put(done, MERGE_TABLE_AREAS, out, f) : e;
    merge_file_free(done);
    return e;
}

/* Tries with the n-th allocation failing until none is left to fail. */
static void fails_clean(Try *try) {
    Buf whole, out;

    assert_ok(buf_begin(&whole, 1 << 16, 1 << 20, &fa));
    assert_ok(try(&whole, &fa)); /* statements are prepared by it, too */
    long n = 0;
    for (Err e = ERR_NO_MEMORY; e != OK;) {
        Fault f = { 0 };
        assert_ok(buf_begin(&out, 1 << 16, 1 << 20, &fa));
        mem_watched = true;
        mem_calls = 0;
        mem_fail_from = mem_fail_to = ++n;
        e = try(&out, &f);
        mem_fail_from = mem_fail_to = 0;
        mem_watched = false;
        if (e != OK)
            assert_true(f.en[0] != 0);
        else
            assert_true(out.n == whole.n && memcmp(out.p, whole.p, out.n) == 0);
        buf_end(&out);
        assert_true(n < 100000);
    }
    assert_true(n > 30);
    buf_end(&whole);
}

static void plan_without_memory(void **state) {
    (void)state;
    fails_clean(try_plan);
}

static void crosswalk_without_memory(void **state) {
    (void)state;
    fails_clean(try_crosswalk);
}

static void merge_without_memory(void **state) {
    (void)state;
    fails_clean(try_merge);
    fails_clean(try_pieces);
}

static int run_on(Dialect d) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plan_without_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(crosswalk_without_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(merge_without_memory, set_up, tear_down),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "sqlite" : "postgres", tests, NULL, NULL);
}

int main(void) {
    record_begin();
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
