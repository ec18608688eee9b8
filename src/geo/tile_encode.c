/* tile_encode – the tile of an address as bytes (vector_tile.proto, version 2.1).
 *
 * A layer's words stand in the tile once each; the layer has them ready as bytes,
 * so that a tile only copies those that its areas use, in the order of first use. */
#include "tile_inside.h"

#include <string.h>

#define LAYER_MAX (64u << 20)

size_t tile_varint(uint64_t v, char *ret) {
    size_t n = 0;

    for (; v >= 0x80; v >>= 7)
        ret[n++] = (char)(v | 0x80);
    ret[n++] = (char)v;
    return n;
}

static size_t varint_size(uint64_t v) {
    size_t n = 1;
    while (v >>= 7)
        n++;
    return n;
}

static void put_number(Buf *b, uint64_t v) {
    char room[10];
    buf_put(b, room, tile_varint(v, room));
}

static void put_text(Buf *b, char field, const char *text) {
    size_t n = strlen(text);
    buf_char(b, field);
    put_number(b, n);
    buf_put(b, text, n);
}

void tile_put_layer(Buf *out, const char *name, const TileKey *keys, int32_t n_keys, bool labels, Str features,
                    Str pool) {
    size_t size = 2 + 1 + varint_size(strlen(name)) + strlen(name) + features.n + pool.n + 3;

    for (int32_t k = 0; k < n_keys; k++)
        if (keys[k].label || !labels)
            size += 1 + varint_size(strlen(keys[k].name)) + strlen(keys[k].name);
    buf_char(out, 0x1A);
    put_number(out, size);
    buf_put(out, "\x78\x02", 2);
    put_text(out, 0x0A, name);
    buf_put(out, features.p, features.n);
    for (int32_t k = 0; k < n_keys; k++)
        if (keys[k].label || !labels)
            put_text(out, 0x1A, keys[k].name);
    buf_put(out, pool.p, pool.n);
    buf_put(out, "\x28\x80\x20", 3); /* TILE_EXTENT */
}

Err tile_fits(const Buf *features, const Buf *pool, const Buf *out, Fault *f) {
    if (features->full || pool->full || out->full)
        return fault(f, ERR_LIMIT, "tile_too_large", "", "这个瓦片太大。", "This tile is too large.");
    return OK;
}

void tile_put_feature(Buf *features, FeatureKind kind, Str tags, Str geometry) {
    char head[TILE_KEYS_MAX * 20 + 48];
    size_t n = 0,
           size = (tags.n ? 1 + varint_size(tags.n) + tags.n : 0) + 3 + varint_size(geometry.n) + geometry.n;

    head[n++] = 0x12;
    n += tile_varint(size, head + n);
    if (tags.n) {
        head[n++] = 0x12;
        n += tile_varint(tags.n, head + n);
        memcpy(head + n, tags.p, tags.n);
        n += tags.n;
    }
    head[n++] = 0x18;
    head[n++] = (char)kind;
    head[n++] = 0x22;
    n += tile_varint(geometry.n, head + n);
    buf_put(features, head, n);
    buf_put(features, geometry.p, geometry.n);
}

size_t tile_step(Pixel from, Pixel to, char *ret) {
    size_t n = tile_varint(zigzag(to.x - from.x), ret);
    return n + tile_varint(zigzag(to.y - from.y), ret + n);
}

/* ---- features ----------------------------------------------------------- */

/* The place of a value in the pool of the tile's layer. */
static int32_t pooled(TileMaker *m, int32_t value) {
    if (m->values[value].stamp != m->pool_stamp) {
        Str bytes = tile_words_get(&m->layer->words, value);
        m->values[value] = (Mark){ m->pool_stamp, m->pool_n++ };
        buf_put(&m->pool, bytes.p, bytes.n);
    }
    return m->values[value].number;
}

static size_t tags_put(TileMaker *m, int32_t area, bool labels_only, char *ret) {
    const TileLayer *l = m->layer;
    uint64_t key = 0;
    size_t n = 0;

    for (int32_t k = 0; k < l->n_keys; k++) {
        int32_t value = l->values[(int64_t)area * l->n_keys + k];
        if (labels_only && !l->keys[k].label)
            continue;
        if (value >= 0) {
            n += tile_varint(key, ret + n);
            n += tile_varint((uint64_t)pooled(m, value), ret + n);
        }
        key++;
    }
    return n;
}

static void put_feature(TileMaker *m, int32_t area, FeatureKind kind) {
    char tags[TILE_KEYS_MAX * 20];
    size_t n = tags_put(m, area, kind == FEATURE_POINT, tags);

    tile_put_feature(&m->features, kind, (Str){ tags, n }, (Str){ m->geometry.p, (size_t)m->geometry.n });
}

/* MoveTo, LineTo, ClosePath for each ring; a step of the box takes at most 6 bytes. */
static Err polygon_put(TileMaker *m, Fault *f) {
    Pixel at = { 0, 0 };
    size_t n = 0;

    m->geometry.n = 0;
    for (int32_t r = 0; r < m->rings.n; r++) {
        const RingOut *ring = &m->rings.p[r];
        const Pixel *p = m->ring_pixels.p + ring->from;
        LIST_ROOM(m->geometry, (int32_t)n + ring->n * 6 + 16, f);
        char *to = m->geometry.p;
        to[n++] = 9;
        n += tile_step(at, p[0], to + n);
        n += tile_varint((uint64_t)(ring->n - 1) << 3 | 2, to + n);
        for (int32_t k = 1; k < ring->n; k++)
            n += tile_step(p[k - 1], p[k], to + n);
        to[n++] = 15;
        at = p[ring->n - 1];
    }
    m->geometry.n = (int32_t)n;
    return OK;
}

/* ---- a tile ------------------------------------------------------------- */

/* All of it rounds to one pixel: no ground is left. */
static bool is_dot(const TileMaker *m, const LayerArea *a) {
    Far low = far_of(&m->scene, (WorldPoint){ a->box.west, a->box.north });
    Far high = far_of(&m->scene, (WorldPoint){ a->box.east, a->box.south });
    return a->rings == 0 || (low.x == high.x && low.y == high.y);
}

static bool has_room_for_label(const TileMaker *m, const LayerArea *a) {
    uint64_t steps = (uint64_t)TILE_LABEL_SPAN << 20 >> m->scene.at.z;
    return (uint64_t)a->box.east - a->box.west >= steps || (uint64_t)a->box.south - a->box.north >= steps;
}

/* The next area from *i on that was found. */
static bool next_area(const TileMaker *m, int32_t *i) {
    int32_t words = (m->layer->n_areas + 63) / 64, word = *i / 64;
    uint64_t bits = word < words ? m->found[word] >> (*i % 64) << (*i % 64) : 0;

    while (bits == 0 && ++word < words)
        bits = m->found[word];
    if (word >= words)
        return false;
    *i = word * 64 + __builtin_ctzll(bits);
    return true;
}

static Err find_areas(TileMaker *m, Fault *f) {
    const TileLayer *l = m->layer;

    memset(m->found, 0, (size_t)(l->n_areas + 63) / 64 * sizeof *m->found);
    box_tree_find(l->tree, m->scene.reach, m->found);
    for (int32_t i = 0; next_area(m, &i); i++) {
        const LayerArea *a = &l->areas[i];
        if (m->scene.at.z < a->from_zoom || is_dot(m, a)) {
            m->found[i / 64] &= ~(1ull << (i % 64));
            continue;
        }
        for (int32_t r = l->arcs.ring_at[a->ring]; r < l->arcs.ring_at[a->ring + a->rings]; r++) {
            int32_t arc = l->arcs.refs[r] < 0 ? ~l->arcs.refs[r] : l->arcs.refs[r];
            if (m->arcs[arc].stamp != m->stamp)
                TRY(chains_make(m, arc, f));
        }
    }
    return OK;
}

static void layer_begin(TileMaker *m) {
    m->pool_stamp++;
    m->pool_n = 0;
    m->features.n = m->pool.n = 0;
}

static Err layer_end(TileMaker *m, const char *name, bool labels, Buf *out, Fault *f) {
    if (m->features.n)
        tile_put_layer(out, name, m->layer->keys, m->layer->n_keys, labels, buf_view(&m->features),
                       buf_view(&m->pool));
    return tile_fits(&m->features, &m->pool, out, f);
}

static Err put_areas(TileMaker *m, Buf *out, Fault *f) {
    layer_begin(m);
    for (int32_t i = 0; next_area(m, &i); i++) {
        TRY(rings_make(m, i, f));
        if (m->rings.n == 0)
            continue;
        TRY(polygon_put(m, f));
        put_feature(m, i, FEATURE_POLYGON);
    }
    return layer_end(m, "areas", false, out, f);
}

/* A label stands in one tile: west and north sides are in. */
static Err put_labels(TileMaker *m, Buf *out, Fault *f) {
    layer_begin(m);
    LIST_ROOM(m->geometry, 16, f);
    for (int32_t i = 0; next_area(m, &i); i++) {
        const LayerArea *a = &m->layer->areas[i];
        Far at = far_of(&m->scene, a->label);
        if (!a->labelled || at.x < 0 || at.y < 0 || at.x >= TILE_EXTENT || at.y >= TILE_EXTENT ||
            !has_room_for_label(m, a))
            continue;
        m->geometry.p[0] = 9;
        m->geometry.n =
            1 + (int32_t)tile_step((Pixel){ 0, 0 }, (Pixel){ (int32_t)at.x, (int32_t)at.y }, m->geometry.p + 1);
        put_feature(m, i, FEATURE_POINT);
    }
    return layer_end(m, "labels", true, out, f);
}

Err tile_areas(TileMaker *m, TileAddress at, Buf *out, Fault *f) {
    if (!tile_address_ok(at))
        return tile_address_fault(f);
    m->stamp++;
    pixels_clear(m);
    m->links.n = m->noded.n = m->toggles.n = m->chains.n = 0;
    scene_set(&m->scene, at);
    TRY(find_areas(m, f));
    TRY(chains_node(m, f));
    TRY(put_areas(m, out, f));
    return put_labels(m, out, f);
}

/* ---- the maker ---------------------------------------------------------- */

static Err maker_fill(TileMaker *m, Fault *f) {
    const TileLayer *l = m->layer;
    size_t arcs = (size_t)l->arcs.n_arcs, values = (size_t)l->words.at.n;

    m->arcs = mem_alloc(arcs * sizeof *m->arcs);
    m->values = mem_alloc(values * sizeof *m->values);
    m->found = mem_alloc(((size_t)l->n_areas + 63) / 64 * sizeof *m->found);
    if (!m->arcs || !m->values || !m->found)
        return fault_memory(f);
    memset(m->arcs, 0, arcs * sizeof *m->arcs);
    memset(m->values, 0, values * sizeof *m->values);
    TRY(buf_begin(&m->features, 4096, LAYER_MAX, f));
    return buf_begin(&m->pool, 4096, LAYER_MAX, f);
}

Err tile_maker_begin(const TileLayer *layer, TileMaker **ret, Fault *f) {
    TileMaker *m = mem_alloc(sizeof *m);
    if (!m)
        return fault_memory(f);
    memset(m, 0, sizeof *m);
    m->layer = layer;
    Err e = maker_fill(m, f);
    if (e == OK)
        *ret = m;
    else
        tile_maker_end(m);
    return e;
}

void tile_maker_end(TileMaker *m) {
    if (!m)
        return;
    void *lists[] = { m->pixels.p,       m->slots.p,     m->links.p,       m->noded.p,       m->toggles.p,
                      m->chains.p,       m->cell_from.p, m->pending.p,     m->cell_edges.p,  m->cell_lines.p,
                      m->pixel_near.p,   m->line_near.p, m->cell_pixels.p, m->marks.p,       m->edges.p,
                      m->area_toggles.p, m->on_sides.p,  m->corners.p,     m->near_at.p,     m->near.p,
                      m->way.p,          m->path.p,      m->path_at.p,     m->ring_pixels.p, m->loops.p,
                      m->rings.p,        m->geometry.p,  m->arcs,          m->values,        m->found };
    for (size_t i = 0; i < COUNT(lists); i++)
        mem_free(lists[i]);
    buf_end(&m->features);
    buf_end(&m->pool);
    mem_free(m);
}
