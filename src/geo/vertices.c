/* vertices – see vertices.h. All vertices are filed in a grid of about one per
 * cell; each edge looks through the cells it passes. */
#include "vertices.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS_MAX 4 /* an inserted vertex bends an edge by up to the reach: look again */

typedef struct Filed {
    Point at;
    int32_t shape;
} Filed;

typedef struct Found {
    Point at;
    double along;
} Found;

typedef struct Search {
    const Shape *shapes;
    int32_t n, reach;
    Box box;
    uint32_t shift, cols, rows;
    uint32_t *from; /* cells + 1 offsets */
    Filed *filed;
    Found *found; /* on the edge in hand */
    int32_t n_found, found_max;
    Point *ring; /* the shape in hand, as it will be */
    int32_t n_ring, ring_max;
    int32_t *ring_at; /* where its rings start; room for the shape with the most */
    bool no_memory;
} Search;

static size_t cell_of(const Search *s, Point p) {
    size_t col = (size_t)(((int64_t)p.lon - s->box.west) >> s->shift);
    size_t row = (size_t)(((int64_t)p.lat - s->box.south) >> s->shift);
    return row * s->cols + col;
}

static void search_end(Search *s) {
    mem_free(s->from);
    mem_free(s->filed);
    mem_free(s->found);
    mem_free(s->ring);
    mem_free(s->ring_at);
}

static Err search_begin(Search *s, Fault *f) {
    int64_t points = 0;
    int32_t rings = 0;

    s->box = BOX_NONE;
    for (int32_t i = 0; i < s->n; i++) {
        points += s->shapes[i].n_points;
        rings = s->shapes[i].n_rings > rings ? s->shapes[i].n_rings : rings;
        for (int32_t k = 0; k < s->shapes[i].n_points; k++)
            box_grow(&s->box, s->shapes[i].points[k]);
    }
    if (points == 0)
        return OK;
    if (points > INT32_MAX / 2)
        return fault(f, ERR_LIMIT, "layer_too_large", "", "图层有 %lld 个点，太多了。",
                     "The layer has %lld points, which is too many.", (long long)points);
    int64_t width = (int64_t)s->box.east - s->box.west, height = (int64_t)s->box.north - s->box.south;
    while (((width >> s->shift) + 1) * ((height >> s->shift) + 1) > points + 16)
        s->shift++;
    s->cols = (uint32_t)(width >> s->shift) + 1;
    s->rows = (uint32_t)(height >> s->shift) + 1;
    size_t cells = (size_t)s->cols * s->rows;
    s->from = mem_alloc((cells + 1) * sizeof *s->from);
    s->filed = mem_alloc((size_t)points * sizeof *s->filed);
    s->ring_at = mem_alloc(((size_t)rings + 1) * sizeof *s->ring_at);
    if (!s->from || !s->filed || !s->ring_at)
        return fault_memory(f);
    memset(s->from, 0, (cells + 1) * sizeof *s->from);
    for (int32_t i = 0; i < s->n; i++)
        for (int32_t k = 0; k < s->shapes[i].n_points; k++)
            s->from[cell_of(s, s->shapes[i].points[k])]++;
    for (size_t c = 1; c <= cells; c++)
        s->from[c] += s->from[c - 1];
    for (int32_t i = 0; i < s->n; i++)
        for (int32_t k = 0; k < s->shapes[i].n_points; k++) {
            Point p = s->shapes[i].points[k];
            s->filed[--s->from[cell_of(s, p)]] = (Filed){ p, i };
        }
    return OK;
}

/* How far along a→b the point lies (0 … length²), -1: not on it within reach.
 * Ends are not "on": they are there already. */
static double along_edge(Point a, Point b, Point p, int32_t reach) {
    double dx = (double)b.lon - a.lon, dy = (double)b.lat - a.lat;
    double px = (double)p.lon - a.lon, py = (double)p.lat - a.lat;
    double along = dx * px + dy * py, across = dx * py - dy * px, length2 = dx * dx + dy * dy;

    if (point_same(a, p) || point_same(b, p) || along <= 0 || along >= length2)
        return -1;
    return fabs(across) <= reach * sqrt(length2) ? along : -1;
}

static void found_add(Search *s, Point p, double along) {
    if (s->n_found == s->found_max) {
        int32_t max = s->found_max * 2 + 16;
        Found *more = mem_grow(s->found, (size_t)max * sizeof *more);
        if (!more) {
            s->no_memory = true;
            return;
        }
        s->found = more;
        s->found_max = max;
    }
    s->found[s->n_found++] = (Found){ p, along };
}

static int by_along(const void *x, const void *y) {
    const Found *a = x, *b = y;
    if (a->along != b->along)
        return a->along < b->along ? -1 : 1;
    if (a->at.lon != b->at.lon)
        return a->at.lon < b->at.lon ? -1 : 1;
    return (a->at.lat > b->at.lat) - (a->at.lat < b->at.lat);
}

static int64_t clamp(int64_t v, int64_t max) { return v < 0 ? 0 : v > max ? max : v; }

/* Columns that the edge passes between two parallels, a reach and a bit wider. */
static void cols_between(const Search *s, Point a, Point b, double south, double north, int64_t *from,
                         int64_t *to) {
    double west = a.lon, east = b.lon, rise = (double)b.lat - a.lat, margin = s->reach + 2.0;

    if (rise != 0) {
        double slope = ((double)b.lon - a.lon) / rise;
        double low = fmax(south - margin, fmin(a.lat, b.lat)), high = fmin(north + margin, fmax(a.lat, b.lat));
        west = a.lon + slope * (low - a.lat);
        east = a.lon + slope * (high - a.lat);
    }
    *from = clamp((int64_t)floor(fmin(west, east) - margin - s->box.west) >> s->shift, (int64_t)s->cols - 1);
    *to = clamp((int64_t)floor(fmax(west, east) + margin - s->box.west) >> s->shift, (int64_t)s->cols - 1);
}

/* Vertices of other shapes on the edge, in order, each once. */
static void look_along(Search *s, int32_t shape, Point a, Point b) {
    int64_t low = a.lat < b.lat ? a.lat : b.lat, high = a.lat < b.lat ? b.lat : a.lat;
    int64_t first = clamp((low - s->reach - s->box.south) >> s->shift, (int64_t)s->rows - 1);
    int64_t last = clamp((high + s->reach - s->box.south) >> s->shift, (int64_t)s->rows - 1);
    int32_t kept = 0;

    s->n_found = 0;
    for (int64_t row = first; row <= last; row++) {
        double south = s->box.south + ldexp((double)row, (int)s->shift);
        int64_t from, to;
        cols_between(s, a, b, south, south + ldexp(1, (int)s->shift), &from, &to);
        size_t base = (size_t)row * s->cols;
        for (uint32_t i = s->from[base + (size_t)from]; i < s->from[base + (size_t)to + 1]; i++) {
            double along = s->filed[i].shape == shape ? -1 : along_edge(a, b, s->filed[i].at, s->reach);
            if (along > 0)
                found_add(s, s->filed[i].at, along);
        }
    }
    if (s->n_found > 1)
        qsort(s->found, (size_t)s->n_found, sizeof *s->found, by_along);
    for (int32_t i = 0; i < s->n_found; i++)
        if (kept == 0 || !point_same(s->found[kept - 1].at, s->found[i].at))
            s->found[kept++] = s->found[i];
    s->n_found = kept;
}

static void ring_add(Search *s, Point p) {
    if (s->n_ring == s->ring_max) {
        int32_t max = s->ring_max * 2 + 64;
        Point *more = max <= SHAPE_POINTS_MAX * 2 ? mem_grow(s->ring, (size_t)max * sizeof *more) : NULL;
        if (!more) {
            s->no_memory = true;
            return;
        }
        s->ring = more;
        s->ring_max = max;
    }
    s->ring[s->n_ring++] = p;
}

/* Copies one ring into s->ring with what lies on its edges. A vertex next to
 * the edge in the ring itself is not put in twice: that would be a spike. */
static int32_t copy_ring(Search *s, int32_t shape, const Point *ring, int32_t n) {
    int32_t put_in = 0;

    for (int32_t i = 0; i < n; i++) {
        Point a = ring[i], b = ring[i + 1 < n ? i + 1 : 0];
        Point before = ring[i ? i - 1 : n - 1], after = ring[(i + 2) % n];
        ring_add(s, a);
        look_along(s, shape, a, b);
        for (int32_t k = 0; k < s->n_found && !s->no_memory; k++) {
            if (point_same(s->found[k].at, before) || point_same(s->found[k].at, after))
                continue;
            ring_add(s, s->found[k].at);
            put_in++;
        }
    }
    return put_in;
}

/* The new form of one shape; unchanged where nothing is put in. */
static Err share_one(Search *s, Shape *shape, int32_t at, int64_t *ret_put_in, Fault *f) {
    int32_t put_in = 0;
    Shape with;

    s->n_ring = 0;
    for (int32_t r = 0; r < shape->n_rings; r++) {
        s->ring_at[r] = s->n_ring;
        put_in +=
            copy_ring(s, at, shape->points + shape->ring_at[r], shape->ring_at[r + 1] - shape->ring_at[r]);
    }
    if (s->no_memory)
        return fault_memory(f);
    *ret_put_in = put_in;
    if (put_in == 0)
        return OK;
    s->ring_at[shape->n_rings] = s->n_ring;
    TRY(shape_take(NULL, s->n_ring, shape->n_rings, shape->n_polys, &with, f));
    memcpy(with.points, s->ring, (size_t)s->n_ring * sizeof(Point));
    memcpy(with.ring_at, s->ring_at, ((size_t)shape->n_rings + 1) * sizeof(int32_t));
    memcpy(with.poly_at, shape->poly_at, ((size_t)shape->n_polys + 1) * sizeof(int32_t));
    shape_free(shape);
    *shape = with;
    return OK;
}

static Err share_round(Shape *shapes, int32_t n, int32_t reach, int64_t *counts, int64_t *ret_put_in,
                       Fault *f) {
    Search s = { .shapes = shapes, .n = n, .reach = reach };
    int64_t all = 0;
    Err err = search_begin(&s, f);

    for (int32_t i = 0; i < n && err == OK && s.filed; i++) {
        int64_t put_in = 0;
        err = share_one(&s, &shapes[i], i, &put_in, f);
        counts[i] += err == OK ? put_in : 0;
        all += put_in;
    }
    search_end(&s);
    *ret_put_in = all;
    return err;
}

Err vertices_share(Shape *shapes, int32_t n, int32_t reach, int64_t *counts, Fault *f) {
    int64_t put_in = 1;

    for (int round = 0; round < ROUNDS_MAX && put_in > 0; round++)
        TRY(share_round(shapes, n, reach, counts, &put_in, f));
    return OK;
}
