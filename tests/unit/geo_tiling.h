/* geo_tiling – made-up ground for the tests of geo: a crooked tiling on a small
 * lattice, and a slow judge with other arithmetic than the room's. */
#ifndef GEO_TILING_H
#define GEO_TILING_H

#include "polygon.h"
#include <assert.h>
#include <stdlib.h>

/* xorshift64*: the same ground everywhere. */
typedef struct Dice {
    uint64_t state;
} Dice;

static inline uint32_t dice(Dice *d, uint32_t sides) {
    d->state ^= d->state >> 12;
    d->state ^= d->state << 25;
    d->state ^= d->state >> 27;
    return (uint32_t)((d->state * 0x2545F4914F6CDD1Dull) >> 33) % sides;
}

static inline Shape shape_of_rings(const Point *const *rings, const int32_t *sizes, int32_t n) {
    ShapeDraft draft;
    Shape s;
    int32_t dropped;
    Fault f;

    draft_begin(&draft);
    draft_polygon(&draft);
    for (int32_t r = 0; r < n; r++) {
        draft_ring(&draft);
        for (int32_t i = 0; i < sizes[r]; i++)
            draft_point(&draft, rings[r][i]);
    }
    Err err = draft_end(&draft, NULL, &s, &dropped, &f);
    return err == OK ? s : (Shape){ 0 };
}

static inline Shape shape_of(const Point *ring, int32_t n) { return shape_of_rings(&ring, &n, 1); }

/* Even-odd and half-open, by comparing fractions in 128 bits: the parallel
 * through p (moved up by nothing at all) meets an edge at low.x + (y-low.y)·run/rise. */
static inline bool judge_has(const Shape *s, Point p) {
    bool inside = false;

    for (int32_t r = 0; r < s->n_rings; r++)
        for (int32_t i = s->ring_at[r]; i < s->ring_at[r + 1]; i++) {
            Point a = s->points[i], b = s->points[i + 1 < s->ring_at[r + 1] ? i + 1 : s->ring_at[r]];
            if (a.lat > b.lat) {
                Point swap = a;
                a = b;
                b = swap;
            }
            if (p.lat < a.lat || p.lat >= b.lat)
                continue;
            __int128 rise = (__int128)b.lat - a.lat, run = (__int128)b.lon - a.lon;
            if ((__int128)a.lon * rise + ((__int128)p.lat - a.lat) * run > (__int128)p.lon * rise)
                inside = !inside;
        }
    return inside;
}

/* A tiling of cols × rows crooked cells, `pitch` lattice units wide, corners
 * moved by up to pitch/4, each side with up to two more corners that both
 * neighbours have. Every tenth cell or so has an enclave: a hole, filled by an
 * area of its own. */
typedef struct Tiling {
    Shape *shapes;
    int32_t n, n_cells;
} Tiling;

static inline void tiling_free(Tiling *t) {
    for (int32_t i = 0; i < t->n; i++)
        shape_free(&t->shapes[i]);
    free(t->shapes);
}

/* The extra corners of a side: told by its number alone, so that both
 * neighbours make the same ones. */
static inline int32_t tiling_side(Point *ring, int32_t n, Point a, Point b, uint64_t seed, int32_t pitch) {
    Dice d = { seed * 0x9E3779B97F4A7C15ull + 1 };
    bool turned = a.lat > b.lat || (a.lat == b.lat && a.lon > b.lon);
    Point low = turned ? b : a, high = turned ? a : b, extra[2];
    int32_t count;

    dice(&d, 2);
    count = (int32_t)dice(&d, 3);
    for (int32_t k = 0; k < count; k++) {
        int32_t wobble = pitch / 8 + 1;
        extra[k].lon = low.lon + (high.lon - low.lon) * (k + 1) / (count + 1) +
                       (int32_t)dice(&d, (uint32_t)wobble) - wobble / 2;
        extra[k].lat = low.lat + (high.lat - low.lat) * (k + 1) / (count + 1) +
                       (int32_t)dice(&d, (uint32_t)wobble) - wobble / 2;
    }
    ring[n++] = a;
    for (int32_t k = 0; k < count; k++)
        ring[n++] = extra[turned ? count - 1 - k : k];
    return n;
}

static inline Tiling tiling_make(int32_t cols, int32_t rows, int32_t pitch, Point origin, uint64_t seed) {
    Dice d = { seed * 77 + 5 };
    Point *corner = malloc((size_t)(cols + 1) * (size_t)(rows + 1) * sizeof *corner);
    Tiling t = { malloc((size_t)(cols * rows * 2) * sizeof(Shape)), 0, cols * rows };

    for (int32_t y = 0; y <= rows; y++)
        for (int32_t x = 0; x <= cols; x++) {
            int32_t move = pitch / 4;
            corner[y * (cols + 1) + x] = (Point){
                origin.lon + x * pitch + (move ? (int32_t)dice(&d, (uint32_t)(2 * move + 1)) - move : 0),
                origin.lat + y * pitch + (move ? (int32_t)dice(&d, (uint32_t)(2 * move + 1)) - move : 0),
            };
        }
    int32_t cells = 0;
    for (int32_t y = 0; y < rows; y++)
        for (int32_t x = 0; x < cols; x++) {
            const Point *c = &corner[y * (cols + 1) + x];
            uint64_t across = (uint64_t)(seed * 1000003 + (uint64_t)(y * (cols + 1) + x) * 2);
            uint64_t above = (uint64_t)(seed * 1000003 + (uint64_t)((y + 1) * (cols + 1) + x) * 2);
            Point ring[16], hole[4];
            int32_t n = 0;
            n = tiling_side(ring, n, c[0], c[1], across, pitch);
            n = tiling_side(ring, n, c[1], c[cols + 2], across + 3,
                            pitch); /* the right side: the next cell's left */
            n = tiling_side(ring, n, c[cols + 2], c[cols + 1], above, pitch);
            n = tiling_side(ring, n, c[cols + 1], c[0], across + 1, pitch);
            int32_t sizes[2] = { n, 4 };
            const Point *rings[2] = { ring, hole };
            bool enclave = pitch >= 12 && dice(&d, 10) == 0;
            int32_t mx = origin.lon + x * pitch + pitch / 2, my = origin.lat + y * pitch + pitch / 2,
                    h = pitch / 9;
            Point square[4] = { { mx - h, my - h }, { mx + h, my }, { mx + h, my + h }, { mx, my + h } };
            for (int k = 0; k < 4; k++)
                hole[k] = square[k];
            t.shapes[cells++] = shape_of_rings(rings, sizes, enclave ? 2 : 1);
            if (enclave)
                t.shapes[t.n_cells + t.n++] = shape_of(hole, 4);
        }
    t.n += t.n_cells;
    free(corner);
    return t;
}

#endif
