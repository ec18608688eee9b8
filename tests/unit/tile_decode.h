/* tile_decode – vector tiles read back, for tests, fuzzers and benches: by the
 * specification (version 2.1) and by nothing of src/geo. Strict: what the
 * specification does not allow is no tile. */
#ifndef TILE_DECODE_H
#define TILE_DECODE_H

#include "mem.h"
#include "text.h"
#include <geos_c.h>
#include <stdlib.h>
#include <string.h>

typedef struct TilePlace {
    int32_t x, y;
} TilePlace;

typedef struct TileFeature {
    int kind; /* 1 point, 3 polygon */
    TilePlace *places;
    int32_t *ring_at; /* n_rings + 1 */
    int32_t n_places, n_rings, n_tags;
    uint32_t *tags; /* n_tags: key, value, key, value … */
} TileFeature;

typedef struct TileWord {
    bool is_text;
    Str text;
    int64_t number;
} TileWord;

typedef struct DecodedLayer {
    Str name;
    uint64_t version, extent;
    TileFeature *features;
    Str *keys;
    TileWord *words;
    int32_t n_features, n_keys, n_words;
} DecodedLayer;

typedef struct DecodedTile {
    DecodedLayer layers[4];
    int32_t n;
} DecodedTile;

typedef struct TileReader {
    const uint8_t *p, *end;
    bool wrong;
} TileReader;

static inline uint64_t read_varint(TileReader *r) {
    uint64_t v = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        if (r->p == r->end)
            break;
        uint8_t byte = *r->p++;
        v |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return v;
    }
    r->wrong = true;
    return 0;
}

/* The next field; a message or a text as a reader of its own, else its number. */
static inline int read_field(TileReader *r, TileReader *ret_inner, uint64_t *ret_number) {
    uint64_t tag = read_varint(r), n = 0;
    if ((tag & 7) == 0)
        *ret_number = read_varint(r);
    else if ((tag & 7) == 2) {
        n = read_varint(r);
        if (n > (uint64_t)(r->end - r->p))
            r->wrong = true;
        else {
            *ret_inner = (TileReader){ r->p, r->p + n, false };
            r->p += n;
        }
    } else
        r->wrong = true;
    return r->wrong ? 0 : (int)(tag >> 3);
}

static inline int64_t unzigzag(uint64_t v) { return (int64_t)(v >> 1) ^ -(int64_t)(v & 1); }

static inline Str reader_text(TileReader r) { return (Str){ (const char *)r.p, (size_t)(r.end - r.p) }; }

static inline bool decode_geometry(TileReader r, Arena *a, TileFeature *f) {
    size_t most = (size_t)(r.end - r.p);
    TilePlace at = { 0, 0 };

    f->places = arena_take(a, most * sizeof *f->places + 16);
    f->ring_at = arena_take(a, (most + 2) * sizeof *f->ring_at);
    if (!f->places || !f->ring_at)
        return false;
    while (r.p < r.end && !r.wrong) {
        uint64_t command = read_varint(&r), count = command >> 3;
        switch (command & 7) {
        case 1:
            if (f->kind == 3 && (count != 1 || (f->n_rings && f->ring_at[f->n_rings] != f->n_places)))
                return false; /* a ring begins before the last one was closed */
            break;
        case 2:
            if (f->kind != 3 || count < 2)
                return false; /* a ring has three points at least */
            break;
        case 7:
            if (f->kind != 3 || count != 1)
                return false;
            f->ring_at[++f->n_rings] = f->n_places;
            continue;
        default: return false;
        }
        for (uint64_t i = 0; i < count && !r.wrong; i++) {
            int64_t dx = unzigzag(read_varint(&r)), dy = unzigzag(read_varint(&r));
            if (command % 8 == 2 && dx == 0 && dy == 0)
                return false; /* no line without length */
            at.x += (int32_t)dx;
            at.y += (int32_t)dy;
            f->places[f->n_places++] = at;
        }
    }
    return !r.wrong && f->n_places > 0 && (f->kind != 3 || f->ring_at[f->n_rings] == f->n_places);
}

static inline bool decode_feature(TileReader r, Arena *a, TileFeature *f) {
    TileReader inner = { 0 }, geometry = { 0 };
    uint64_t number = 0;

    while (r.p < r.end && !r.wrong)
        switch (read_field(&r, &inner, &number)) {
        case 2:
            f->tags = arena_take(a, (size_t)(inner.end - inner.p) * sizeof *f->tags + 4);
            while (f->tags && inner.p < inner.end && !inner.wrong)
                f->tags[f->n_tags++] = (uint32_t)read_varint(&inner);
            if (!f->tags || inner.wrong || f->n_tags % 2)
                return false;
            break;
        case 3: f->kind = (int)number; break;
        case 4: geometry = inner; break;
        default: return false;
        }
    return !r.wrong && (f->kind == 1 || f->kind == 3) && geometry.p && decode_geometry(geometry, a, f);
}

static inline bool decode_word(TileReader r, TileWord *w) {
    TileReader inner = { 0 };
    uint64_t number = 0;

    switch (read_field(&r, &inner, &number)) {
    case 1: *w = (TileWord){ true, reader_text(inner), 0 }; break;
    case 4:
    case 5: *w = (TileWord){ false, { 0 }, (int64_t)number }; break;
    case 6: *w = (TileWord){ false, { 0 }, unzigzag(number) }; break;
    default: return false;
    }
    return !r.wrong && r.p == r.end;
}

static inline bool decode_layer(TileReader r, Arena *a, DecodedLayer *l) {
    size_t most = (size_t)(r.end - r.p) / 2 + 1;
    TileReader inner = { 0 };
    uint64_t number = 0;

    l->features = arena_take(a, most / 2 * sizeof *l->features + sizeof *l->features);
    l->keys = arena_take(a, most * sizeof *l->keys);
    l->words = arena_take(a, most * sizeof *l->words);
    if (!l->features || !l->keys || !l->words)
        return false;
    while (r.p < r.end && !r.wrong)
        switch (read_field(&r, &inner, &number)) {
        case 1: l->name = reader_text(inner); break;
        case 2:
            if (!decode_feature(inner, a, &l->features[l->n_features++]))
                return false;
            break;
        case 3: l->keys[l->n_keys++] = reader_text(inner); break;
        case 4:
            if (!decode_word(inner, &l->words[l->n_words++]))
                return false;
            break;
        case 5: l->extent = number; break;
        case 15: l->version = number; break;
        default: return false;
        }
    for (int32_t i = 0; i < l->n_features; i++)
        for (int32_t k = 0; k < l->features[i].n_tags; k += 2)
            if (l->features[i].tags[k] >= (uint32_t)l->n_keys ||
                l->features[i].tags[k + 1] >= (uint32_t)l->n_words)
                return false;
    return !r.wrong && l->version == 2 && l->extent == 4096 && l->name.n > 0 && l->n_features > 0;
}

static inline bool tile_decode(Str bytes, Arena *a, DecodedTile *ret) {
    TileReader r = { (const uint8_t *)bytes.p, (const uint8_t *)bytes.p + bytes.n, false }, inner = { 0 };
    uint64_t number = 0;

    memset(ret, 0, sizeof *ret);
    while (r.p < r.end && !r.wrong)
        if (ret->n == 4 || read_field(&r, &inner, &number) != 3 ||
            !decode_layer(inner, a, &ret->layers[ret->n++]))
            return false;
    return !r.wrong;
}

static inline const DecodedLayer *tile_layer_named(const DecodedTile *t, const char *name) {
    for (int32_t i = 0; i < t->n; i++)
        if (str_is(t->layers[i].name, name))
            return &t->layers[i];
    return NULL;
}

static inline const TileWord *feature_word(const DecodedLayer *l, const TileFeature *f, const char *key) {
    for (int32_t k = 0; k < f->n_tags; k += 2)
        if (str_is(l->keys[f->tags[k]], key))
            return &l->words[f->tags[k + 1]];
    return NULL;
}

static inline int64_t ring_sum2(const TilePlace *p, int32_t n) {
    int64_t sum = 0;
    for (int32_t i = 0, last = n - 1; i < n; last = i++)
        sum += (int64_t)p[last].x * p[i].y - (int64_t)p[i].x * p[last].y;
    return sum;
}

static inline int64_t feature_sum2(const TileFeature *f) {
    int64_t sum = 0;
    for (int32_t r = 0; r < f->n_rings; r++)
        sum += ring_sum2(f->places + f->ring_at[r], f->ring_at[r + 1] - f->ring_at[r]);
    return sum;
}

static inline GEOSGeometry *geos_ring_of(GEOSContextHandle_t h, const TileFeature *f, int32_t r) {
    int32_t from = f->ring_at[r], n = f->ring_at[r + 1] - from;
    GEOSCoordSequence *seq = GEOSCoordSeq_create_r(h, (unsigned)n + 1, 2);
    for (int32_t i = 0; i <= n; i++)
        GEOSCoordSeq_setXY_r(h, seq, (unsigned)i, f->places[from + i % n].x, f->places[from + i % n].y);
    return GEOSGeom_createLinearRing_r(h, seq);
}

/* A polygon feature as MVT means it: a ring with positive area begins a polygon,
 * one with negative area is a hole of it. NULL: the order or a ring is wrong. */
static inline GEOSGeometry *geos_of_feature(GEOSContextHandle_t h, const TileFeature *f) {
    GEOSGeometry **polygons = malloc((size_t)f->n_rings * sizeof *polygons), **holes;
    unsigned n = 0;

    holes = malloc((size_t)f->n_rings * sizeof *holes);
    for (int32_t r = 0; r < f->n_rings;) {
        unsigned n_holes = 0;
        if (ring_sum2(f->places + f->ring_at[r], f->ring_at[r + 1] - f->ring_at[r]) <= 0) {
            free(polygons);
            free(holes);
            return NULL;
        }
        GEOSGeometry *shell = geos_ring_of(h, f, r++);
        while (r < f->n_rings && ring_sum2(f->places + f->ring_at[r], f->ring_at[r + 1] - f->ring_at[r]) < 0)
            holes[n_holes++] = geos_ring_of(h, f, r++);
        polygons[n++] = GEOSGeom_createPolygon_r(h, shell, holes, n_holes);
    }
    GEOSGeometry *whole = GEOSGeom_createCollection_r(h, GEOS_MULTIPOLYGON, polygons, n);
    free(polygons);
    free(holes);
    return whole;
}

static inline bool feature_valid(GEOSContextHandle_t h, const TileFeature *f) {
    GEOSGeometry *g = geos_of_feature(h, f);
    bool valid = g && GEOSisValid_r(h, g) == 1;
    if (g)
        GEOSGeom_destroy_r(h, g);
    return valid;
}

#endif
