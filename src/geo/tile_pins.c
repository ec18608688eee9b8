/* tile_pins – points of a tile, one by one or counted into squares.
 *
 * Squares are counted from the tile's corner, so a point is in one cluster of one
 * tile. A cluster stands at the mean of its points: where they are, not on a
 * lattice. Clusters come row by row, single points as they were added. */
#include "tile_inside.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CELLS = TILE_EXTENT / TILE_CELL };
#define LAYER_MAX (64u << 20)

typedef struct Square {
    int64_t count, x, y; /* x, y: sums */
    int32_t urgency;
} Square;

struct TilePins {
    char name[32];
    const TileKey *keys;
    int32_t n_keys;
    Scene scene;
    Square squares[CELLS * CELLS];
    Buf features;
    TileWords words;
};

static const TileKey cluster_keys[] = { { "count", false }, { "urgency", false } };

Box tile_ground(TileAddress at) {
    double n = ldexp(1, at.z);
    double west = at.x / n * 360 - 180, east = (at.x + 1) / n * 360 - 180;
    double north = atan(sinh(M_PI * (1 - 2 * at.y / n))) * 180 / M_PI;
    double south = atan(sinh(M_PI * (1 - 2 * (at.y + 1) / n))) * 180 / M_PI;
    Box box = { (int32_t)floor(west * DEGREE_E7), (int32_t)floor(south * DEGREE_E7),
                (int32_t)ceil(east * DEGREE_E7), (int32_t)ceil(north * DEGREE_E7) };

    if (at.y == 0) /* the projection ends before the pole; what lies beyond is drawn at its edge */
        box.north = LAT_MAX;
    if (at.y + 1 == 1 << at.z)
        box.south = -LAT_MAX;
    return box_wider(box, 1, 1);
}

static bool is_single(const TilePins *p) { return p->scene.at.z >= TILE_SINGLE_ZOOM; }

Err tile_pins_begin(const char *name, const TileKey *keys, int32_t n_keys, TileAddress at, TilePins **ret,
                    Fault *f) {
    if (!tile_address_ok(at))
        return tile_address_fault(f);
    TilePins *p = mem_alloc(sizeof *p);
    if (!p)
        return fault_memory(f);
    *p = (TilePins){ .keys = keys, .n_keys = n_keys < TILE_KEYS_MAX ? n_keys : TILE_KEYS_MAX };
    snprintf(p->name, sizeof p->name, "%s", name);
    scene_set(&p->scene, at);
    Err e = tile_words_begin(&p->words, 0, f);
    if (e == OK)
        e = buf_begin(&p->features, 1024, LAYER_MAX, f);
    if (e == OK)
        *ret = p;
    else
        tile_pins_free(p);
    return e;
}

void tile_pins_free(TilePins *p) {
    if (!p)
        return;
    tile_words_end(&p->words);
    buf_end(&p->features);
    mem_free(p);
}

static Err put_point(TilePins *p, Pixel at, const TileValue *values, int32_t n, Fault *f) {
    char tags[TILE_KEYS_MAX * 20], geometry[24] = { 9 };
    size_t n_tags = 0;

    for (int32_t k = 0; k < n; k++) {
        int32_t word;
        if (values[k].kind == TILE_ABSENT)
            continue;
        TRY(tile_words_put(&p->words, &values[k], &word, f));
        n_tags += tile_varint((uint64_t)k, tags + n_tags);
        n_tags += tile_varint((uint64_t)word, tags + n_tags);
    }
    size_t n_geometry = 1 + tile_step((Pixel){ 0, 0 }, at, geometry + 1);
    tile_put_feature(&p->features, FEATURE_POINT, (Str){ tags, n_tags }, (Str){ geometry, n_geometry });
    return OK;
}

Err tile_pins_add(TilePins *p, Point at, int32_t urgency, const TileValue *values, Fault *f) {
    Far far = far_of(&p->scene, world_of(at));

    if (far.x < 0 || far.y < 0 || far.x >= TILE_EXTENT || far.y >= TILE_EXTENT)
        return OK;
    if (is_single(p))
        return put_point(p, (Pixel){ (int32_t)far.x, (int32_t)far.y }, values, p->n_keys, f);
    Square *s = &p->squares[far.y / TILE_CELL * CELLS + far.x / TILE_CELL];
    s->urgency = s->count == 0 || urgency > s->urgency ? urgency : s->urgency;
    s->count++;
    s->x += far.x;
    s->y += far.y;
    return OK;
}

static Err put_squares(TilePins *p, Fault *f) {
    for (size_t i = 0; i < COUNT(p->squares); i++) {
        const Square *s = &p->squares[i];
        if (s->count == 0)
            continue;
        TileValue values[] = { { TILE_NUMBER, { 0 }, s->count }, { TILE_NUMBER, { 0 }, s->urgency } };
        Pixel mean = { (int32_t)(s->x / s->count), (int32_t)(s->y / s->count) };
        TRY(put_point(p, mean, values, COUNT(values), f));
    }
    return OK;
}

Err tile_pins_end(TilePins *p, Buf *out, Fault *f) {
    bool single = is_single(p);
    Err e = single ? OK : put_squares(p, f);

    if (e == OK && p->features.n)
        tile_put_layer(out, p->name, single ? p->keys : cluster_keys,
                       single ? p->n_keys : (int32_t)COUNT(cluster_keys), false, buf_view(&p->features),
                       buf_view(&p->words.bytes));
    if (e == OK)
        e = tile_fits(&p->features, &p->words.bytes, out, f);
    tile_pins_free(p);
    return e;
}
