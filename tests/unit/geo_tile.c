/* geo_tile – vector tiles read back by a decoder that knows only the specification,
 * and judged by GEOS: valid shapes, one line between neighbours, nothing lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "geo_tiling.h"
#include "project.h"
#include "repair.h"
#include "tile.h"
#include "tile_decode.h"

#include <math.h>
#include <stdio.h>

static const TileKey keys[] = { { "id", true }, { "code", false }, { "households", false } };
enum { KEYS = 3 };

static Fault fa;
static Arena arena;
static Buf out;
static GEOSContextHandle_t geos;
static DecodedTile tile;

static void ok_at(Err e, int line) {
    if (e != OK)
        fail_msg("line %d: %s", line, fa.en);
}
#define assert_ok(call) ok_at(call, __LINE__)

static int set_up(void **state) {
    (void)state;
    geos = GEOS_init_r();
    assert_ok(arena_begin(&arena, 256u << 20, &fa));
    assert_ok(buf_begin(&out, 1 << 16, 64 << 20, &fa));
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    buf_end(&out);
    arena_end(&arena);
    GEOS_finish_r(geos);
    return 0;
}

/* ---- layers to try ------------------------------------------------------ */

typedef struct Words3 {
    char id[16], code[16];
    TileValue values[KEYS];
} Words3;

static TileLayer *layer_of(const Shape *shapes, int32_t n) {
    Words3 *words = calloc((size_t)n, sizeof *words);
    TileArea *areas = calloc((size_t)n, sizeof *areas);
    TileLayer *layer;

    for (int32_t i = 0; i < n; i++) {
        snprintf(words[i].id, sizeof words[i].id, "%d", 1000 + i);
        snprintf(words[i].code, sizeof words[i].code, "代码%d", i % 7);
        words[i].values[0] = (TileValue){ TILE_TEXT, str(words[i].id), 0 };
        words[i].values[1] = (TileValue){ TILE_TEXT, str(words[i].code), 0 };
        words[i].values[2] = (TileValue){ i % 5 ? TILE_NUMBER : TILE_ABSENT, { 0 }, i % 5 * 100 - 200 };
        areas[i] = (TileArea){ .shape = &shapes[i], .values = words[i].values };
        areas[i].labelled = shape_label(&shapes[i], &areas[i].label);
    }
    assert_ok(tile_layer_build(keys, KEYS, areas, n, &layer, &fa));
    free(areas);
    free(words);
    return layer;
}

/* Makes and decodes one tile; what it points to lives until the next. */
static const DecodedLayer *areas_at(TileMaker *m, TileAddress at) {
    out.n = 0;
    assert_ok(tile_areas(m, at, &out, &fa));
    arena.used = 0;
    if (!tile_decode(buf_view(&out), &arena, &tile))
        fail_msg("%d/%d/%d is no tile", at.z, at.x, at.y);
    return tile_layer_named(&tile, "areas");
}

static TileAddress address_of(Point p, int32_t z) {
    Mercator m = mercator_of(p);
    double n = ldexp(1, z);
    return (TileAddress){ z, (int32_t)(m.x * n), (int32_t)(m.y * n) };
}

/* ---- the judges --------------------------------------------------------- */

static void must_be_valid(const DecodedLayer *l, TileAddress at) {
    for (int32_t i = 0; l && i < l->n_features; i++)
        if (!feature_valid(geos, &l->features[i]))
            fail_msg("%d/%d/%d: feature %d is not valid", at.z, at.x, at.y, i);
}

typedef struct Edge {
    TilePlace a, b;
} Edge;

static int by_edge(const void *x, const void *y) { return memcmp(x, y, sizeof(Edge)); }

/* On a side of the box, or on the edge of the world. */
static bool on_side(Edge e, TileAddress at) {
    int64_t west = -(int64_t)at.x * TILE_EXTENT, north = -(int64_t)at.y * TILE_EXTENT,
            world = (int64_t)TILE_EXTENT << at.z;
    const int64_t xs[] = { -TILE_BUFFER, TILE_EXTENT + TILE_BUFFER, west, west + world };
    const int64_t ys[] = { -TILE_BUFFER, TILE_EXTENT + TILE_BUFFER, north, north + world };

    for (int i = 0; i < 4; i++)
        if ((e.a.x == e.b.x && e.a.x == xs[i]) || (e.a.y == e.b.y && e.a.y == ys[i]))
            return true;
    return false;
}

/* Where the areas tile the ground, every edge within the tile belongs to two areas,
 * once in each direction: borders are one line, without gap and without overlap. */
static int32_t must_match(const DecodedLayer *l, TileAddress at) {
    int32_t n = 0, kept = 0;

    for (int32_t i = 0; i < l->n_features; i++)
        n += l->features[i].n_places;
    Edge *edges = malloc((size_t)n * sizeof *edges);
    for (int32_t i = 0; i < l->n_features; i++) {
        const TileFeature *f = &l->features[i];
        for (int32_t r = 0; r < f->n_rings; r++)
            for (int32_t k = f->ring_at[r], end = f->ring_at[r + 1], last = end - 1; k < end; last = k++) {
                Edge e = { f->places[last], f->places[k] };
                if (!on_side(e, at))
                    edges[kept++] = e;
            }
    }
    if (kept)
        qsort(edges, (size_t)kept, sizeof *edges, by_edge);
    for (int32_t i = 0; i < kept; i++) {
        Edge back = { edges[i].b, edges[i].a };
        if (i && by_edge(&edges[i - 1], &edges[i]) == 0)
            fail_msg("%d/%d/%d: an edge is twice on the same side", at.z, at.x, at.y);
        if (!bsearch(&back, edges, (size_t)kept, sizeof *edges, by_edge))
            fail_msg("%d/%d/%d: the edge %d %d – %d %d has no neighbour", at.z, at.x, at.y, back.b.x, back.b.y,
                     back.a.x, back.a.y);
    }
    free(edges);
    return kept;
}

/* Of the whole tile without its buffer, twice, in square units. */
static double area_in_tile(const DecodedLayer *l) {
    double sum = 0;

    for (int32_t i = 0; l && i < l->n_features; i++) {
        GEOSGeometry *g = geos_of_feature(geos, &l->features[i]);
        GEOSGeometry *cut = GEOSClipByRect_r(geos, g, 0, 0, TILE_EXTENT, TILE_EXTENT);
        double area;
        GEOSArea_r(geos, cut, &area);
        sum += 2 * area;
        GEOSGeom_destroy_r(geos, cut);
        GEOSGeom_destroy_r(geos, g);
    }
    return sum;
}

/* ---- one shape ---------------------------------------------------------- */

/* The square 5.625°–11.25° east, 0°–5° north, in the tile that lies north-east of
 * 0, 0 at zoom 4, all of it said byte by byte. A unit is 22.5°/4096. */
static void a_tile_to_the_byte(void **state) {
    static const unsigned char expected[] = {
        0x1A, 54,                                    /* layer */
        0x78, 2,                                     /* version */
        0x0A, 5,    'a',  'r',  'e',  'a',  's',     /* name */
        0x12, 26,   0x12, 4,    0,    0,    1,    1, /* feature; tags */
        0x18, 3,    0x22, 16,                        /* polygon; geometry */
        9,    0x80, 0x10, 0x80, 0x40,                /* move to 1024, 4096 */
        26,   0,    0x9D, 0x0E, 0x80, 0x10, 0,    0,
        0x9E, 0x0E, 15,                              /* 3 lines: up 911, right 1024, down 911; close */
        0x1A, 1,    'n',  0x1A, 1,    'm',           /* keys */
        0x22, 2,    0x28, 7,    0x22, 2,    0x30, 5, /* values: 7, -3 */
        0x28, 0x80, 0x20,                            /* extent */
    };
    Point ring[4] = { { 56250000, 0 }, { 112500000, 0 }, { 112500000, 50000000 }, { 56250000, 50000000 } };
    TileKey two[] = { { "n", true }, { "m", true } };
    TileValue values[] = { { TILE_NUMBER, { 0 }, 7 }, { TILE_NUMBER, { 0 }, -3 } };
    Shape s = shape_of(ring, 4);
    TileLayer *layer;
    TileMaker *m;

    (void)state;
    assert_ok(tile_layer_build(two, 2, &(TileArea){ .shape = &s, .values = values }, 1, &layer, &fa));
    assert_ok(tile_maker_begin(layer, &m, &fa));
    out.n = 0;
    assert_ok(tile_areas(m, (TileAddress){ 4, 8, 7 }, &out, &fa));
    assert_int_equal(out.n, sizeof expected);
    assert_memory_equal(out.p, expected, sizeof expected);
    tile_maker_end(m);
    tile_layer_free(layer);
    shape_free(&s);
}

static void words_are_told_once(void **state) {
    Tiling t = tiling_make(4, 4, 20000, (Point){ 1214000000, 312000000 }, 3);
    TileLayer *layer = layer_of(t.shapes, t.n);
    TileMaker *m;

    (void)state;
    assert_ok(tile_maker_begin(layer, &m, &fa));
    const DecodedLayer *l = areas_at(m, address_of((Point){ 1214040000, 312040000 }, 10));
    assert_int_equal(l->n_features, t.n);
    assert_int_equal(l->n_words, t.n + 7 + 4); /* ids, seven codes, -100 … 200 */
    for (int32_t i = 0; i < t.n; i++) {
        const TileFeature *f = &l->features[i];
        char id[16], code[16];
        snprintf(id, sizeof id, "%d", 1000 + i);
        snprintf(code, sizeof code, "代码%d", i % 7);
        assert_true(str_is(feature_word(l, f, "id")->text, id)); /* in the order of the layer */
        assert_true(str_is(feature_word(l, f, "code")->text, code));
        const TileWord *households = feature_word(l, f, "households");
        assert_true(i % 5 ? households && households->number == i % 5 * 100 - 200 : !households);
    }
    tile_maker_end(m);
    tile_layer_free(layer);
    tiling_free(&t);
}

static void a_tile_within_an_area(void **state) {
    Point ring[4] = { { 1210000000, 310000000 },
                      { 1220000000, 310000000 },
                      { 1220000000, 320000000 },
                      { 1210000000, 320000000 } };
    Point hole[4] = { { 1214990000, 314990000 },
                      { 1215010000, 314990000 },
                      { 1215010000, 315010000 },
                      { 1214990000, 315010000 } };
    const Point *rings[2] = { ring, hole };
    Shape s = shape_of_rings(rings, (int32_t[]){ 4, 4 }, 2);
    TileLayer *layer = layer_of(&s, 1);
    TileMaker *m;

    (void)state;
    assert_ok(tile_maker_begin(layer, &m, &fa));
    for (int32_t z = 13; z <= TILE_ZOOM_MAX; z++) { /* all of the box */
        const DecodedLayer *l = areas_at(m, address_of((Point){ 1213000000, 315000000 }, z));
        assert_int_equal(l->n_features, 1);
        assert_int_equal(l->features[0].n_places, 4);
        assert_true(feature_sum2(&l->features[0]) == 2 * (4096 + 128) * (4096 + 128));
        must_be_valid(l, (TileAddress){ z, 0, 0 });
    }
    /* in the hole: nothing, not a byte */
    assert_null(areas_at(m, address_of((Point){ 1215000000, 315000000 }, 20)));
    assert_int_equal(out.n, 0);
    /* around the hole: exterior, then hole */
    const DecodedLayer *l = areas_at(m, address_of((Point){ 1215000000, 315000000 }, 12));
    assert_int_equal(l->features[0].n_rings, 2);
    must_be_valid(l, (TileAddress){ 12, 0, 0 });
    /* beside it: nothing */
    assert_null(areas_at(m, address_of((Point){ 1225000000, 315000000 }, 12)));
    assert_int_equal(out.n, 0);
    tile_maker_end(m);
    tile_layer_free(layer);
    shape_free(&s);
}

/* Sides that lie on a tile's side, on its box's side, and just beside. */
static void sides_on_sides(void **state) {
    const int32_t z = 10, unit = 1 << 10; /* 2^32 steps of longitude: a unit of zoom 10 is 2^10 of them */
    Shape s[3 * 3];
    int32_t n = 0;

    (void)state, (void)unit;
    for (int32_t west = -66; west <= -62; west += 2)
        for (int32_t east = 4158; east <= 4162; east += 2) {
            double per_unit = 3600000000.0 / (1024.0 * 4096), from = 512 * 4096;
            int32_t w = (int32_t)lround((from + west) * per_unit - 1800000000.0);
            int32_t e = (int32_t)lround((from + east) * per_unit - 1800000000.0);
            Point ring[4] = { { w, w }, { e, w }, { e, e }, { w, e } };
            s[n++] = shape_of(ring, 4);
        }
    TileLayer *layer = layer_of(s, n);
    TileMaker *m;
    assert_ok(tile_maker_begin(layer, &m, &fa));
    for (int32_t y = 510; y <= 512; y++)
        for (int32_t x = 511; x <= 513; x++) {
            const DecodedLayer *l = areas_at(m, (TileAddress){ z, x, y });
            must_be_valid(l, (TileAddress){ z, x, y });
            if (x != 512 || y != 511)
                continue;
            for (int32_t i = 0; i < n; i++) { /* the box cuts what is beyond it and nothing else */
                int32_t w = i / 3 * 2 - 66, e = i % 3 * 2 + 4158;
                int64_t wide = (e > 4160 ? 4160 : e) - (w < -64 ? -64 : w);
                int64_t low = l->features[i].places[0].x, high = low;
                for (int32_t k = 0; k < l->features[i].n_places; k++) {
                    int32_t px = l->features[i].places[k].x;
                    low = px < low ? px : low;
                    high = px > high ? px : high;
                }
                assert_int_equal(high - low, wide);
            }
        }
    tile_maker_end(m);
    tile_layer_free(layer);
    for (int32_t i = 0; i < n; i++)
        shape_free(&s[i]);
}

/* ---- tilings ------------------------------------------------------------ */

/* The rest of the world: what the tiling leaves, so that all ground is somebody's. */
static Shape rest_of_world(const Tiling *t) {
    Point world[] = { { -LON_MAX, -LAT_MAX }, { 0, -LAT_MAX }, { LON_MAX, -LAT_MAX },
                      { LON_MAX, LAT_MAX },   { 0, LAT_MAX },  { -LON_MAX, LAT_MAX } };
    const Shape **all = malloc((size_t)t->n * sizeof *all);
    Shape united;

    for (int32_t i = 0; i < t->n; i++)
        all[i] = &t->shapes[i];
    assert_ok(shape_union(all, t->n, false, NULL, &united, &fa));
    assert_int_equal(united.n_rings, 1);
    const Point *rings[2] = { world, united.points };
    Shape rest = shape_of_rings(rings, (int32_t[]){ 6, united.n_points }, 2);
    shape_free(&united);
    free(all);
    return rest;
}

/* Crooked ground with enclaves, at every zoom, in the corners of the tiling and in
 * its middle: valid shapes, and one line between neighbours, also where a hundred
 * areas share a pixel. */
static void tilings_stay_tilings(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        int32_t pitch = (int32_t[]){ 40, 300, 2000, 9000, 30000, 100000 }[seed - 1], matched = 0;
        Point origin = { 1213999999 + (int32_t)seed * 777, seed % 2 ? 312345678 : -337777777 };
        Tiling t = tiling_make(24, 24, pitch, origin, seed);
        Shape *shapes = malloc((size_t)(t.n + 1) * sizeof *shapes);
        memcpy(shapes, t.shapes, (size_t)t.n * sizeof *shapes);
        shapes[t.n] = rest_of_world(&t);
        TileLayer *layer = layer_of(shapes, t.n + 1);
        TileMaker *m;

        assert_ok(tile_maker_begin(layer, &m, &fa));
        for (int32_t z = 0; z <= TILE_ZOOM_MAX; z++)
            for (int32_t i = 0; i < 5; i++) {
                Point p = { origin.lon + (i == 4 ? 12 : i % 2 * 24) * pitch,
                            origin.lat + (i == 4 ? 12 : i / 2 * 24) * pitch };
                TileAddress at = address_of(p, z);
                const DecodedLayer *l = areas_at(m, at);
                must_be_valid(l, at);
                matched += must_match(l, at);
            }
        assert_true(matched > 1000);
        tile_maker_end(m);
        tile_layer_free(layer);
        shape_free(&shapes[t.n]);
        free(shapes);
        tiling_free(&t);
    }
}

/* All tiles together are the layer: nothing lost, nothing twice. */
static void tiles_cover_the_layer(void **state) {
    Tiling t = tiling_make(16, 16, 30000, (Point){ 1214000000, 312000000 }, 11);
    TileLayer *layer = layer_of(t.shapes, t.n);
    TileMaker *m;
    double expected = 0, perimeter = 0;

    (void)state;
    assert_ok(tile_maker_begin(layer, &m, &fa));
    for (int32_t i = 0; i < t.n; i++)
        for (int32_t r = 0; r < t.shapes[i].n_rings; r++)
            for (int32_t k = t.shapes[i].ring_at[r], end = t.shapes[i].ring_at[r + 1], last = end - 1; k < end;
                 last = k++) {
                Mercator a = mercator_of(t.shapes[i].points[last]), b = mercator_of(t.shapes[i].points[k]);
                expected += b.x * a.y - a.x * b.y; /* y south: turned */
                perimeter += hypot(b.x - a.x, b.y - a.y);
            }
    for (int32_t z = 10; z <= 16; z++) {
        double sum = 0, scale = ldexp(TILE_EXTENT, z);
        TileAddress first = address_of((Point){ 1213990000, 312490000 }, z),
                    last = address_of((Point){ 1214490000, 311990000 }, z);
        for (int32_t y = first.y; y <= last.y; y++)
            for (int32_t x = first.x; x <= last.x; x++)
                sum += area_in_tile(areas_at(m, (TileAddress){ z, x, y }));
        double off = fabs(sum - expected * scale * scale), outer = 4 * 480000 / 3.6e9 * scale * 1.3;
        if (off > 2 * outer) /* borders within cancel: only the outer one moves, by less than a unit */
            fail_msg("zoom %d: %.0f units² off, border %.0f units", z, off, outer);
    }
    assert_true(perimeter > 0);
    tile_maker_end(m);
    tile_layer_free(layer);
    tiling_free(&t);
}

/* An arc that both have is simplified once, even where one side meets it as a hole. */
static void enclaves_fill_their_holes(void **state) {
    Point ring[4] = { { 0, 0 }, { 9000000, 0 }, { 9000000, 9000000 }, { 0, 9000000 } };
    Point round[90];
    const Point *rings[2] = { ring, round };
    Shape s[2];

    (void)state;
    for (int i = 0; i < 90; i++)
        round[i] = (Point){ 4500000 + (int32_t)lround(3000000 * cos(i * M_PI / 45)),
                            4500000 + (int32_t)lround(3000000 * sin(i * M_PI / 45)) };
    s[0] = shape_of_rings(rings, (int32_t[]){ 4, 90 }, 2);
    s[1] = shape_of(round, 90);
    TileLayer *layer = layer_of(s, 2);
    TileMaker *m;
    assert_ok(tile_maker_begin(layer, &m, &fa));
    int32_t before = 0;
    for (int32_t z = 4; z <= 9; z++) {
        const DecodedLayer *l = areas_at(m, (TileAddress){ z, 1 << (z - 1), (1 << (z - 1)) - 1 });
        if (z >= 8) {
            must_be_valid(l, (TileAddress){ z, 0, 0 });
            continue;
        }
        assert_int_equal(l->n_features, 2);
        assert_int_equal(l->features[0].n_rings, 2);
        assert_int_equal(l->features[1].n_rings, 1);
        int32_t from = l->features[0].ring_at[1], n = l->features[1].n_places;
        assert_int_equal(l->features[0].n_places - from, n);
        assert_true(ring_sum2(l->features[0].places + from, n) == -ring_sum2(l->features[1].places, n));
        assert_true(n >= before && n <= 90); /* fewer corners the farther away */
        before = n;
    }
    assert_true(before > 20);
    tile_maker_end(m);
    tile_layer_free(layer);
    shape_free(&s[0]);
    shape_free(&s[1]);
}

/* What no import would let through must still come out valid. */
static void broken_shapes_come_out_valid(void **state) {
    Dice d = { 99 };

    (void)state;
    for (int round = 0; round < 300; round++) {
        int32_t n = 3 + (int32_t)dice(&d, 14), spread = (int32_t[]){ 40, 2000, 90000, 3000000 }[round % 4];
        Shape s[3];
        int32_t made = 0;
        for (int i = 0; i < 3; i++) {
            Point ring[20];
            for (int32_t k = 0; k < n; k++)
                ring[k] = (Point){ 1214000000 + (int32_t)dice(&d, (uint32_t)spread),
                                   312000000 + (int32_t)dice(&d, (uint32_t)spread) };
            s[made] = shape_of(ring, n);
            made += s[made].n_points > 0;
        }
        TileLayer *layer = layer_of(s, made);
        TileMaker *m;
        assert_ok(tile_maker_begin(layer, &m, &fa));
        for (int32_t z = 0; z <= TILE_ZOOM_MAX; z += 2) {
            TileAddress at = address_of((Point){ 1214000000 + spread / 2, 312000000 + spread / 2 }, z);
            must_be_valid(areas_at(m, at), at);
        }
        tile_maker_end(m);
        tile_layer_free(layer);
        for (int i = 0; i < made; i++)
            shape_free(&s[i]);
    }
}

/* ---- the same bytes ----------------------------------------------------- */

static void the_same_bytes(void **state) {
    static char before[1 << 20];
    Tiling t = tiling_make(20, 20, 9000, (Point){ 1214000000, 312000000 }, 5);
    TileLayer *one = layer_of(t.shapes, t.n), *two = layer_of(t.shapes, t.n);
    TileMaker *m, *fresh;

    (void)state;
    assert_ok(tile_maker_begin(one, &m, &fa));
    for (int32_t z = 8; z <= 18; z++) {
        TileAddress at = address_of((Point){ 1214090000, 312090000 }, z);
        areas_at(m, at);
        size_t n = out.n;
        assert_true(n > 0 && n < sizeof before);
        memcpy(before, out.p, n);
        areas_at(m, at); /* a used maker */
        assert_int_equal(out.n, n);
        assert_memory_equal(out.p, before, n);
        assert_ok(tile_maker_begin(two, &fresh, &fa)); /* another layer of the same shapes */
        areas_at(fresh, at);
        assert_int_equal(out.n, n);
        assert_memory_equal(out.p, before, n);
        tile_maker_end(fresh);
    }
    tile_maker_end(m);
    tile_layer_free(one);
    tile_layer_free(two);
    tiling_free(&t);
}

static void no_such_address(void **state) {
    static const TileAddress wrong[] = { { -1, 0, 0 }, { 23, 0, 0 }, { 2, 4, 0 },
                                         { 2, 0, 4 },  { 2, -1, 0 }, { 2, 0, -1 } };
    TileLayer *layer;
    TileMaker *m;
    TilePins *pins;

    (void)state;
    assert_ok(tile_layer_build(keys, KEYS, NULL, 0, &layer, &fa));
    assert_ok(tile_maker_begin(layer, &m, &fa));
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_int_equal(tile_areas(m, wrong[i], &out, &fa), ERR_NOT_FOUND);
        assert_string_equal(fa.key, "tile_unknown");
        assert_int_equal(tile_pins_begin("cases", keys, KEYS, wrong[i], &pins, &fa), ERR_NOT_FOUND);
    }
    assert_null(areas_at(m, (TileAddress){ 0, 0, 0 })); /* a layer without areas */
    assert_int_equal(out.n, 0);
    tile_maker_end(m);
    tile_layer_free(layer);
}

/* ---- labels ------------------------------------------------------------- */

/* Each label is in one tile of a zoom, those on a tile's side too; and an area with
 * no room for a word has none. */
static void labels_are_in_one_tile(void **state) {
    Point ring[4] = { { -100000, -100000 }, { 100000, -100000 }, { 100000, 100000 }, { -100000, 100000 } };
    Shape s = shape_of(ring, 4);
    TileValue values[KEYS] = { { TILE_TEXT, str("7"), 0 },
                               { TILE_TEXT, str("c"), 0 },
                               { TILE_ABSENT, { 0 }, 0 } };
    TileArea area = { .shape = &s, .labelled = true, .label = { 0, 0 }, .values = values };
    TileLayer *layer;
    TileMaker *m;

    (void)state;
    assert_ok(tile_layer_build(keys, KEYS, &area, 1, &layer, &fa));
    assert_ok(tile_maker_begin(layer, &m, &fa));
    for (int32_t z = 1; z <= 18; z++) {
        int32_t half = 1 << (z - 1), labels = 0;
        for (int32_t i = 0; i < 4; i++) {
            areas_at(m, (TileAddress){ z, half - i % 2, half - i / 2 });
            const DecodedLayer *l = tile_layer_named(&tile, "labels");
            if (!l)
                continue;
            labels++;
            assert_int_equal(i, 0); /* west and north sides are in */
            assert_int_equal(l->n_features, 1);
            assert_int_equal(l->features[0].kind, 1);
            assert_int_equal(l->features[0].places[0].x, 0);
            assert_int_equal(l->features[0].places[0].y, 0);
            assert_int_equal(l->n_keys, 1); /* what is marked for labels */
            assert_true(str_is(feature_word(l, &l->features[0], "id")->text, "7"));
        }
        /* 0.02° is 256 units from zoom 11 to 12 on: 0.02 / 360 · 2^z · 4096 */
        assert_int_equal(labels, 0.02 / 360 * ldexp(4096, z) >= 256);
    }
    tile_maker_end(m);
    tile_layer_free(layer);
    shape_free(&s);
}

/* ---- points ------------------------------------------------------------- */

static const DecodedLayer *pins_at(const Point *points, int32_t n, TileAddress at) {
    TilePins *pins;

    out.n = 0;
    assert_ok(tile_pins_begin("cases", keys, 1, at, &pins, &fa));
    for (int32_t i = 0; i < n; i++) {
        char id[16];
        snprintf(id, sizeof id, "%d", i);
        TileValue value = { TILE_TEXT, str(id), 0 };
        assert_ok(tile_pins_add(pins, points[i], i % 4, &value, &fa));
    }
    assert_ok(tile_pins_end(pins, &out, &fa));
    arena.used = 0;
    assert_true(tile_decode(buf_view(&out), &arena, &tile));
    return tile_layer_named(&tile, "cases");
}

/* A brute force beside it: every point in one cluster of one tile, and the worst. */
static void clusters_count_all(void **state) {
    enum { N = 500 };
    Point points[N];
    Dice d = { 4 };

    (void)state;
    for (int i = 0; i < N; i++)
        points[i] = (Point){ 1214000000 + (int32_t)dice(&d, 3000000), 312000000 + (int32_t)dice(&d, 3000000) };
    for (int32_t z = 0; z < TILE_SINGLE_ZOOM; z++) {
        TileAddress first = address_of((Point){ 1214000000, 315000000 }, z),
                    last = address_of((Point){ 1217000000, 312000000 }, z);
        int64_t counted = 0;
        for (int32_t y = first.y; y <= last.y; y++)
            for (int32_t x = first.x; x <= last.x; x++) {
                const DecodedLayer *l = pins_at(points, N, (TileAddress){ z, x, y });
                for (int32_t i = 0; l && i < l->n_features; i++) {
                    TilePlace p = l->features[i].places[0];
                    int64_t count = 0, worst = 0;
                    for (int k = 0; k < N; k++) {
                        Mercator w = mercator_of(points[k]);
                        double ux = w.x * ldexp(4096, z) - x * 4096.0, uy = w.y * ldexp(4096, z) - y * 4096.0;
                        if (floor((ux + 0.5) / TILE_CELL) == p.x / TILE_CELL &&
                            floor((uy + 0.5) / TILE_CELL) == p.y / TILE_CELL) {
                            count++;
                            worst = k % 4 > worst ? k % 4 : worst;
                        }
                    }
                    assert_int_equal(feature_word(l, &l->features[i], "count")->number, count);
                    assert_int_equal(feature_word(l, &l->features[i], "urgency")->number, worst);
                    counted += count;
                }
            }
        assert_int_equal(counted, N);
    }
}

static void points_stand_alone(void **state) {
    Point points[4] = { { 0, 0 }, { -1, 0 }, { 1, 1 }, { 1000, -1000 } };
    int32_t half = 1 << 12, seen = 0;

    (void)state;
    for (int32_t i = 0; i < 4; i++) {
        const DecodedLayer *l = pins_at(points, 4, (TileAddress){ 13, half - i % 2, half - i / 2 });
        for (int32_t k = 0; l && k < l->n_features; k++) {
            assert_non_null(feature_word(l, &l->features[k], "id"));
            seen++;
        }
        if (i == 0) { /* the corner itself, what rounds to it, and the one south-east */
            assert_int_equal(l->n_features, 4);
            assert_true(str_is(feature_word(l, &l->features[0], "id")->text, "0"));
            assert_int_equal(l->features[0].places[0].x, 0);
        }
    }
    assert_int_equal(seen, 4); /* each in one tile */
    assert_null(pins_at(points, 0, (TileAddress){ 13, 0, 0 }));
    assert_int_equal(out.n, 0);
}

/* The ground of a tile holds every point that the tile shows. */
static void ground_of_a_tile(void **state) {
    Dice d = { 8 };

    (void)state;
    for (int i = 0; i < 4000; i++) {
        Point p = { (int32_t)dice(&d, 3600000001u) - 1800000000, (int32_t)dice(&d, 1800000001) - 900000000 };
        int32_t z = (int32_t)dice(&d, 23);
        TileAddress at = address_of(p, z);
        if (!tile_address_ok(at))
            continue; /* exactly 180° east */
        assert_true(box_has(tile_ground(at), p));
    }
}

/* ---- memory ------------------------------------------------------------- */

static void every_allocation_may_fail(void **state) {
    Tiling t = tiling_make(6, 6, 9000, (Point){ 1214000000, 312000000 }, 5);
    TileValue none[KEYS] = { 0 };
    TileArea areas[80] = { 0 };
    bool whole = false;

    (void)state;
    for (int32_t i = 0; i < t.n; i++)
        areas[i] = (TileArea){ .shape = &t.shapes[i], .values = none };
    mem_watched = true;
    for (long n = 1; !whole; n++) {
        TileLayer *layer = NULL;
        TileMaker *m = NULL;
        TilePins *pins = NULL;
        mem_calls = 0;
        mem_fail_from = mem_fail_to = n;
        Err e = tile_layer_build(keys, KEYS, areas, t.n, &layer, &fa);
        if (e == OK)
            e = tile_maker_begin(layer, &m, &fa);
        out.n = 0;
        if (e == OK)
            e = tile_areas(m, address_of((Point){ 1214027000, 312027000 }, 15), &out, &fa);
        if (e == OK)
            e = tile_pins_begin("cases", keys, KEYS, (TileAddress){ 14, 0, 0 }, &pins, &fa);
        if (e == OK)
            e = tile_pins_end(pins, &out, &fa);
        whole = e == OK && mem_calls < n;
        assert_true(e == OK || e == ERR_NO_MEMORY);
        assert_true(e == ERR_NO_MEMORY || whole);
        tile_maker_end(m);
        tile_layer_free(layer);
    }
    mem_fail_from = mem_fail_to = 0;
    mem_watched = false;
    tiling_free(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tile_to_the_byte),
        cmocka_unit_test(words_are_told_once),
        cmocka_unit_test(a_tile_within_an_area),
        cmocka_unit_test(sides_on_sides),
        cmocka_unit_test(tilings_stay_tilings),
        cmocka_unit_test(tiles_cover_the_layer),
        cmocka_unit_test(enclaves_fill_their_holes),
        cmocka_unit_test(broken_shapes_come_out_valid),
        cmocka_unit_test(the_same_bytes),
        cmocka_unit_test(no_such_address),
        cmocka_unit_test(labels_are_in_one_tile),
        cmocka_unit_test(clusters_count_all),
        cmocka_unit_test(points_stand_alone),
        cmocka_unit_test(ground_of_a_tile),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
