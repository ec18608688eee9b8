/* areas_maps – see areas_maps.h. */
#include "areas_maps.h"

#include "installation.h"
#include "polygon.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Store *store;
Dialect dialect;
Fault fa;
AreasReport report;
Buf map;
const Point origin = { 1210000000, 310000000 };
static TestDb db;
static char map_room[1 << 20];

void ok_at(Err e, int line) {
    if (e != OK)
        fail_msg("line %d: %s [%s] %s", line, fa.en, fa.key, fa.detail);
}

int set_up(void **state) {
    (void)state;
    testdb_make(dialect, NULL, 0, false, &db);
    assert_ok(store_open(&db.config, &store, &fa));
    return 0;
}

int tear_down(void **state) {
    (void)state;
    areas_report_end(&report);
    installation_close(store);
    testdb_drop(&db);
    return 0;
}

/* ---- maps of squares: units of a thousandth of a degree from 121, 31 -------- */

void corner(double x, double y, const char *after) {
    buf_fmt(&map, "[%.7f,%.7f]%s", 121 + x / 1000, 31 + y / 1000, after);
}

void ring(double x, double y, double w, double h) {
    buf_char(&map, '[');
    corner(x, y, ",");
    corner(x + w, y, ",");
    corner(x + w, y + h, ",");
    corner(x, y + h, ",");
    corner(x, y, "]");
}

void map_begin(void) {
    map = (Buf){ map_room, 0, sizeof map_room, false, 0 };
    buf_str(&map, "{\"type\":\"FeatureCollection\",\"features\":[");
}

/* `more`: further attributes, each with a comma before it. */
void feature(const char *code, const char *more) {
    buf_fmt(&map, "%s\n{\"type\":\"Feature\",\"properties\":{\"code\":\"%s\",\"name\":\"%s\"%s},\"geometry\":",
            map.p[map.n - 1] == '[' ? "" : ",", code, code, more);
    buf_str(&map, "{\"type\":\"Polygon\",\"coordinates\":[");
}

void square(const char *code, const char *more, double x, double y, double w, double h) {
    feature(code, more);
    ring(x, y, w, h);
    buf_str(&map, "]}}");
}

Str map_end(void) {
    buf_str(&map, "]}\n");
    assert_false(map.full);
    return buf_view(&map);
}

/* The exact area of a rectangle in those units. */
double m2_of(double x, double y, double w, double h) {
    ShapeDraft draft;
    Shape s;
    int32_t dropped;
    Fault f;

    draft_begin(&draft);
    draft_polygon(&draft);
    draft_ring(&draft);
    for (int i = 0; i < 4; i++)
        draft_point(&draft, (Point){ origin.lon + (int32_t)lround((x + (i == 1 || i == 2 ? w : 0)) * UNIT),
                                     origin.lat + (int32_t)lround((y + (i > 1 ? h : 0)) * UNIT) });
    assert_int_equal(draft_end(&draft, NULL, &s, &dropped, &f), OK);
    double m2 = shape_area_m2(&s);
    shape_free(&s);
    return m2;
}

void close_to(double got, double expected) {
    if (!(fabs(got - expected) <= 0.001 + fabs(expected) * 1e-4))
        fail_msg("got %.6f m², expected %.6f", got, expected);
}

/* ---- importing --------------------------------------------------------------- */

AreasOptions options(const char *layer, AreaLevel level) {
    return (AreasOptions){ .file = str("squares.geojson"),
                           .layer = str(layer),
                           .level = level,
                           .code = str("code"),
                           .name = str("name"),
                           .crs = str("wgs84"),
                           .since = 20000 };
}

Err import(Str text, const AreasOptions *how) {
    areas_report_end(&report);
    TRY(areas_report_begin(&report, 1 << 20, &fa));
    return areas_import(store, text, how, &report, &fa);
}

/* Only findings of `kind`, so many. */
void only(AreaNoteKind kind, int64_t n) {
    for (int k = 0; k < NOTE_COUNT; k++)
        if (report.counts[k] != (k == (int)kind ? n : 0))
            fail_msg("%lld findings of kind %d", (long long)report.counts[k], k);
}

const AreaNote *note_of(AreaNoteKind kind) {
    for (size_t i = 0; i < report.n; i++)
        if (report.notes[i].kind == kind)
            return &report.notes[i];
    fail_msg("no finding of kind %d", kind);
    return NULL;
}

void says(const AreaNote *note, const char *code, const char *other) {
    if (!str_is(note->code, code) || !str_is(note->other, other))
        fail_msg("“%.*s” and “%.*s”", (int)note->code.n, note->code.p, (int)note->other.n,
                 note->other.n ? note->other.p : "");
}

void refused(Err got, Err expected, const char *key) {
    if (got != expected || strcmp(fa.key, key) != 0)
        fail_msg("%d [%s] %s", got, fa.key, fa.en);
    assert_false(report.written);
}

/* ---- looking ------------------------------------------------------------------ */

static Err count_one(void *ctx, const Area *a, Fault *f) {
    (void)a, (void)f;
    ((Look *)ctx)->rows++;
    return OK;
}

static Err look(Tx *tx, void *arg, Fault *f) {
    Look *l = arg;

    tx_lend(tx, &l->arena);
    TRY(layer_find(tx, str(l->layer), &l->found, f));
    TRY(area_each(tx, l->found.id, count_one, l, f));
    if (!l->code)
        return OK;
    TRY(area_by_code(tx, l->found.id, str(l->code), &l->area, f));
    snprintf(l->path, sizeof l->path, "%.*s", (int)l->area.path.n, l->area.path.p);
    TRY(area_shape_load(tx, l->area.id, NULL, &l->shape, &l->shaped, f));
    if (l->area.has.parent) {
        TRY(area_load(tx, l->area.parent, &l->parent, f));
        snprintf(l->parent_code, sizeof l->parent_code, "%.*s", (int)l->parent.code.n, l->parent.code.p);
    }
    return OK;
}

/* What the store has of a layer and one of its areas (NULL: the layer alone). */
Err look_at(const char *layer, const char *code, Look *ret) {
    *ret = (Look){ .layer = layer, .code = code };
    TRY(arena_begin(&ret->arena, 1 << 20, &fa));
    Err e = store_read(store, -1, look, ret, &fa);
    arena_end(&ret->arena);
    double m2 = e == OK ? shape_area_m2(&ret->shape) : 0;
    if (e == OK && ret->shaped)
        assert_true(fabs(m2 - (double)ret->area.m2) <= 0.51);
    shape_free(&ret->shape);
    return e;
}

void absent(const char *layer) {
    Look l;
    assert_int_equal(look_at(layer, NULL, &l), ERR_NOT_FOUND);
}

void stands(const char *layer, const char *code, const char *parent, double m2) {
    Look l;
    assert_ok(look_at(layer, code, &l));
    assert_string_equal(l.parent_code, parent);
    assert_int_equal(l.area.state, AREA_ACTIVE);
    assert_int_equal(l.area.since, 20000);
    if (m2 > 0)
        close_to((double)l.area.m2, m2 < 1 ? m2 : floor(m2 + 0.5));
}
