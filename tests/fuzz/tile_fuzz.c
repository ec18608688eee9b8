/* tile: any bytes as a layer and an address – shapes that cross themselves, lie on
 * each other, have holes outside. The tile must be one by the specification, with
 * every polygon valid; and the same again.
 *
 * Three bytes of a header (zoom; how far a step of the points reaches; where in the
 * world), then three bytes a piece: what begins, and a point. */
#include "project.h"
#include "tile.h"
#include "tile_decode.h"

#include <math.h>

enum { SHAPES_MAX = 24, PIECES_MAX = 600 };

typedef struct Layout {
    Shape shapes[SHAPES_MAX];
    int32_t n;
} Layout;

static void take_shape(Layout *l, ShapeDraft *d) {
    int32_t dropped;
    Fault f;

    if (draft_end(d, NULL, &l->shapes[l->n], &dropped, &f) == OK)
        l->n++;
}

static Layout layout_of(const uint8_t *data, size_t n, int32_t step, Point origin) {
    Layout l = { .n = 0 };
    ShapeDraft d;

    draft_begin(&d);
    draft_polygon(&d);
    draft_ring(&d);
    for (size_t i = 0; i + 3 <= n && i < 3 * PIECES_MAX && l.n < SHAPES_MAX - 1; i += 3) {
        Point p = { origin.lon + (int8_t)data[i + 1] * step, origin.lat + (int8_t)data[i + 2] * step };
        if (data[i] % 16 == 15) {
            take_shape(&l, &d);
            draft_begin(&d);
        }
        if (data[i] % 16 >= 14)
            draft_polygon(&d);
        if (data[i] % 16 >= 12)
            draft_ring(&d);
        draft_point(&d, p);
    }
    take_shape(&l, &d);
    return l;
}

static void must(bool fine) {
    if (!fine)
        abort();
}

static void check_tile(Str bytes, Arena *a) {
    static GEOSContextHandle_t geos;
    DecodedTile tile;

    geos = geos ? geos : GEOS_init_r();
    must(tile_decode(bytes, a, &tile));
    const DecodedLayer *l = tile_layer_named(&tile, "areas");
    for (int32_t i = 0; l && i < l->n_features; i++)
        must(feature_valid(geos, &l->features[i]));
}

static void try_address(TileMaker *m, TileAddress at, bool twice, Arena *a, Buf *out) {
    Fault f;

    a->used = out->n = 0;
    must(tile_areas(m, at, out, &f) == OK);
    check_tile(buf_view(out), a);
    size_t n = out->n;
    if (!twice)
        return;
    must(tile_areas(m, at, out, &f) == OK);
    must(out->n == 2 * n && (n == 0 || memcmp(out->p, out->p + n, n) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    static const Point origins[] = {
        { 1214737000, 312304000 }, { 0, 0 }, { -1799990000, 850000000 }, { 900000000, -899990000 }
    };
    static const TileKey key[] = { { "id", true } };
    TileValue value = { TILE_NUMBER, { 0 }, 1 };
    TileArea areas[SHAPES_MAX];
    TileLayer *layer;
    TileMaker *m;
    static Arena a;
    static Buf out;
    Fault f;

    if (n < 6)
        return 0;
    int32_t z = data[0] % (TILE_ZOOM_MAX + 1), step = 1 << data[1] % 15;
    Point origin = origins[data[2] % COUNT(origins)];
    Layout l = layout_of(data + 3, n - 3, step, origin);
    for (int32_t i = 0; i < l.n; i++) {
        areas[i] = (TileArea){ .shape = &l.shapes[i], .values = &value };
        areas[i].labelled = shape_label(&l.shapes[i], &areas[i].label);
    }
    if (!a.base) /* once, for all inputs */
        must(arena_begin(&a, 32 << 20, &f) == OK && buf_begin(&out, 1 << 16, 16 << 20, &f) == OK);
    must(tile_layer_build(key, 1, areas, l.n, &layer, &f) == OK);
    must(tile_maker_begin(layer, &m, &f) == OK);
    Mercator at = mercator_of(origin);
    TileAddress middle = { z, (int32_t)ldexp(at.x, z), (int32_t)ldexp(at.y, z) };
    for (int32_t i = 0; i < 9; i += 2) {
        TileAddress near = { z, middle.x + i % 3 - 1, middle.y + i / 3 - 1 };
        if (tile_address_ok(near))
            try_address(m, near, i == 4, &a, &out);
    }
    tile_maker_end(m);
    tile_layer_free(layer);
    for (int32_t i = 0; i < l.n; i++)
        shape_free(&l.shapes[i]);
    return 0;
}
