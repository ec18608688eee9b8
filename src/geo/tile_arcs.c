/* tile_arcs – the shared borders of a set of shapes, each found once.
 *
 * A vertex is a junction where the rings that pass it do not all come from the
 * same two neighbours. Between junctions every ring that has one edge has the whole
 * arc, so an arc is known by its first junction and its first step. What is done to
 * an arc is done for all areas that share it: that is why neighbours stay
 * neighbours in every tile. docs/decisions/0005 tells what else was weighed.
 *
 * The worth of a vertex comes from the splits of Douglas and Peucker's method: it
 * is the distance at which the method would begin to leave the vertex out, never
 * more than that of the vertex that split before it. Keeping what is worth more
 * than d is therefore the same as running the method with tolerance d. */
#include "tile_inside.h"

#include "project.h"

#include <math.h>
#include <string.h>

/* Longer arcs are split so often before anything else, which bounds the time. */
enum { PIECE_MAX = 2048 };
#define POINTS_MAX (1 << 30)

Err tile_list_grow(void *array, int32_t *max, int32_t n, size_t size, Fault *f) {
    void *old;
    int32_t wanted = *max < 32 ? 64 : *max * 2;

    if (n > POINTS_MAX || *max > POINTS_MAX)
        return fault(f, ERR_LIMIT, "layer_too_large", "", "图层的点太多。", "The layer has too many points.");
    wanted = wanted < n ? n : wanted;
    memcpy(&old, array, sizeof old);
    void *more = mem_grow(old, (size_t)wanted * size);
    if (!more)
        return fault_memory(f);
    memcpy(array, &more, sizeof more);
    *max = wanted;
    return OK;
}

WorldPoint world_of(Point p) {
    Mercator m = mercator_of(p);
    double x = floor(m.x * 4294967296.0 + 0.5), y = floor(m.y * 4294967296.0 + 0.5);

    return (WorldPoint){ x < 0            ? 0
                         : x > UINT32_MAX ? UINT32_MAX
                                          : (uint32_t)x,
                         y < 0            ? 0
                         : y > UINT32_MAX ? UINT32_MAX
                                          : (uint32_t)y };
}

/* ---- vertices ----------------------------------------------------------- */

typedef struct Vertex {
    Point at;
    int32_t low, high; /* its two neighbours, until it is a junction */
    bool junction;
} Vertex;

/* `a` and `b` of an arc's first step, and which arc it is; by open addressing. */
typedef struct Step {
    int32_t a, b, arc;
} Step;

typedef struct Weaver {
    const Shape *const *shapes;
    int32_t n_shapes, n_visits, n_vertices;
    int32_t *visits; /* the vertex of each point of each shape, in order */
    Vertex *vertices;
    int32_t *slots; /* of vertices by their place, -1 free */
    Step *steps;    /* of arcs by their first step, arc -1 free */
    uint32_t mask, step_mask;
    LIST(int32_t) arc_vertices; /* of all arcs */
    LIST(int32_t) from;
    LIST(int32_t) refs;
    int32_t *ring_at;
    int32_t n_rings;
} Weaver;

static uint32_t mix(uint64_t key) { return (uint32_t)((key * 0x9E3779B97F4A7C15ull) >> 32); }

static int32_t vertex_put(Weaver *w, Point p) {
    uint32_t at = mix((uint64_t)(uint32_t)p.lon << 32 | (uint32_t)p.lat) & w->mask;

    while (w->slots[at] >= 0 && !point_same(w->vertices[w->slots[at]].at, p))
        at = (at + 1) & w->mask;
    if (w->slots[at] < 0) {
        w->slots[at] = w->n_vertices;
        w->vertices[w->n_vertices++] = (Vertex){ p, -1, -1, false };
    }
    return w->slots[at];
}

static void vertex_meet(Vertex *v, int32_t before, int32_t after) {
    int32_t low = before < after ? before : after, high = before < after ? after : before;

    if (v->low < 0) {
        v->low = low;
        v->high = high;
    } else if (v->low != low || v->high != high)
        v->junction = true;
}

static void visit_all(Weaver *w) {
    int32_t at = 0;

    for (int32_t i = 0; i < w->n_shapes; i++)
        for (int32_t k = 0; k < w->shapes[i]->n_points; k++)
            w->visits[at++] = vertex_put(w, w->shapes[i]->points[k]);
    at = 0;
    for (int32_t i = 0; i < w->n_shapes; i++) {
        const Shape *s = w->shapes[i];
        for (int32_t r = 0; r < s->n_rings; r++) {
            const int32_t *ring = w->visits + at + s->ring_at[r];
            int32_t n = s->ring_at[r + 1] - s->ring_at[r];
            for (int32_t k = 0; k < n; k++)
                vertex_meet(&w->vertices[ring[k]], ring[k ? k - 1 : n - 1], ring[k + 1 < n ? k + 1 : 0]);
        }
        at += s->n_points;
    }
}

/* ---- arcs --------------------------------------------------------------- */

/* The arc whose first step this is, or its place among the steps to be filled. */
static Step *step_find(Weaver *w, int32_t a, int32_t b) {
    uint32_t at = mix((uint64_t)(uint32_t)a << 32 | (uint32_t)b) & w->step_mask;

    while (w->steps[at].arc >= 0 && (w->steps[at].a != a || w->steps[at].b != b))
        at = (at + 1) & w->step_mask;
    return &w->steps[at];
}

/* One arc: `n` vertices of `ring` from position `at` on, round and round. The same
 * arc met from its other end is the same. */
static Err arc_put(Weaver *w, const int32_t *ring, int32_t ring_n, int32_t at, int32_t n, Fault *f) {
    int32_t first = ring[at], second = ring[(at + 1) % ring_n];
    int32_t last = ring[(at + n - 1) % ring_n], before = ring[(at + n - 2) % ring_n];
    bool turned = last < first || (last == first && before < second);
    Step *step = turned ? step_find(w, last, before) : step_find(w, first, second);

    if (step->arc < 0) {
        *step = (Step){ turned ? last : first, turned ? before : second, w->from.n };
        LIST_ADD(w->from, w->arc_vertices.n, f);
        for (int32_t k = 0; k < n; k++)
            LIST_ADD(w->arc_vertices, ring[(at + (turned ? n - 1 - k : k)) % ring_n], f);
    }
    LIST_ADD(w->refs, turned ? ~step->arc : step->arc, f);
    return OK;
}

static Err ring_cut(Weaver *w, const int32_t *ring, int32_t n, Fault *f) {
    int32_t first = 0;

    while (first < n && !w->vertices[ring[first]].junction)
        first++;
    if (first == n) { /* an island: it begins at its lowest vertex, whoever has it */
        first = 0;
        for (int32_t k = 1; k < n; k++)
            first = ring[k] < ring[first] ? k : first;
        return arc_put(w, ring, n, first, n + 1, f);
    }
    for (int32_t from = 0; from < n;) {
        int32_t step = 1;
        while (!w->vertices[ring[(first + from + step) % n]].junction)
            step++;
        TRY(arc_put(w, ring, n, (first + from) % n, step + 1, f));
        from += step;
    }
    return OK;
}

static Err cut_all(Weaver *w, Fault *f) {
    int32_t at = 0;

    for (int32_t i = 0; i < w->n_shapes; i++) {
        const Shape *s = w->shapes[i];
        for (int32_t r = 0; r < s->n_rings; r++) {
            w->ring_at[w->n_rings++] = w->refs.n;
            TRY(ring_cut(w, w->visits + at + s->ring_at[r], s->ring_at[r + 1] - s->ring_at[r], f));
        }
        at += s->n_points;
    }
    w->ring_at[w->n_rings] = w->refs.n;
    LIST_ADD(w->from, w->arc_vertices.n, f);
    return OK;
}

/* ---- the worth of a vertex ---------------------------------------------- */

/* From the segment, ends included, as the method asks; steps. */
static double distance(WorldPoint p, WorldPoint a, WorldPoint b) {
    double dx = (double)b.x - a.x, dy = (double)b.y - a.y, px = (double)p.x - a.x, py = (double)p.y - a.y;
    double long2 = dx * dx + dy * dy, t = long2 > 0 ? (px * dx + py * dy) / long2 : 0;

    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return hypot(px - t * dx, py - t * dy);
}

typedef struct Span {
    int32_t from, to;
    float limit;
} Span;

/* The smaller half is done first, so that the stack stays as deep as a logarithm. */
static void weigh_span(const WorldPoint *p, float *worth, int32_t from, int32_t to) {
    Span stack[64];
    int n = 0;

    stack[n++] = (Span){ from, to, INFINITY };
    while (n > 0) {
        Span s = stack[--n];
        double far = -1;
        int32_t at = 0;
        for (int32_t k = s.from + 1; k < s.to; k++) {
            double d = distance(p[k], p[s.from], p[s.to]);
            if (d > far) {
                far = d;
                at = k;
            }
        }
        if (far < 0)
            continue;
        worth[at] = fminf(s.limit, (float)far);
        Span one = { s.from, at, worth[at] }, two = { at, s.to, worth[at] };
        bool one_longer = at - s.from > s.to - at;
        stack[n++] = one_longer ? one : two;
        stack[n++] = one_longer ? two : one;
    }
}

static void weigh(Arcs *arcs, int32_t arc) {
    int32_t from = arcs->from[arc], last = arcs->from[arc + 1] - 1;

    arcs->worth[from] = arcs->worth[last] = INFINITY;
    for (int32_t k = from; k < last; k += PIECE_MAX) {
        int32_t to = last - k > PIECE_MAX ? k + PIECE_MAX : last;
        arcs->worth[to] = INFINITY;
        weigh_span(arcs->points, arcs->worth, k, to);
    }
}

/* ---- all of it ---------------------------------------------------------- */

static uint32_t table_mask(int64_t n) {
    uint32_t size = 16;
    while (size < 2 * n)
        size *= 2;
    return size - 1;
}

static void weaver_end(Weaver *w) {
    mem_free(w->visits);
    mem_free(w->vertices);
    mem_free(w->slots);
    mem_free(w->steps);
    mem_free(w->arc_vertices.p);
    mem_free(w->from.p);
    mem_free(w->refs.p);
    mem_free(w->ring_at);
}

static Err weaver_begin(Weaver *w, Fault *f) {
    int64_t points = 0, rings = 0;

    for (int32_t i = 0; i < w->n_shapes; i++) {
        points += w->shapes[i]->n_points;
        rings += w->shapes[i]->n_rings;
    }
    if (points > POINTS_MAX)
        return fault(f, ERR_LIMIT, "layer_too_large", "", "图层有 %lld 个点，太多了。",
                     "The layer has %lld points, which is too many.", (long long)points);
    w->mask = w->step_mask = table_mask(points);
    w->visits = mem_alloc((size_t)points * sizeof *w->visits);
    w->vertices = mem_alloc((size_t)points * sizeof *w->vertices);
    w->slots = mem_alloc((size_t)(w->mask + 1) * sizeof *w->slots);
    w->steps = mem_alloc((size_t)(w->step_mask + 1) * sizeof *w->steps);
    w->ring_at = mem_alloc((size_t)(rings + 1) * sizeof *w->ring_at);
    if (!w->visits || !w->vertices || !w->slots || !w->steps || !w->ring_at)
        return fault_memory(f);
    memset(w->slots, -1, (size_t)(w->mask + 1) * sizeof *w->slots);
    memset(w->steps, -1, (size_t)(w->step_mask + 1) * sizeof *w->steps);
    return OK;
}

/* The woven arcs, projected and weighed. */
static Err arcs_finish(Weaver *w, Arcs *a, Fault *f) {
    a->n_points = w->arc_vertices.n;
    a->n_arcs = w->from.n - 1;
    a->points = mem_alloc((size_t)a->n_points * sizeof *a->points);
    a->worth = mem_alloc((size_t)a->n_points * sizeof *a->worth);
    a->boxes = mem_alloc((size_t)a->n_arcs * sizeof *a->boxes);
    if (!a->points || !a->worth || !a->boxes)
        return fault_memory(f);
    for (int32_t k = 0; k < a->n_points; k++)
        a->points[k] = world_of(w->vertices[w->arc_vertices.p[k]].at);
    a->from = w->from.p;
    a->refs = w->refs.p;
    a->n_refs = w->refs.n;
    a->ring_at = w->ring_at;
    a->n_rings = w->n_rings;
    w->from.p = w->refs.p = w->ring_at = NULL;
    for (int32_t i = 0; i < a->n_arcs; i++) {
        a->boxes[i] = WORLD_BOX_NONE;
        for (int32_t k = a->from[i]; k < a->from[i + 1]; k++)
            world_box_grow(&a->boxes[i], a->points[k].x, a->points[k].y);
        weigh(a, i);
    }
    return OK;
}

Err arcs_make(const Shape *const *shapes, int32_t n, Arcs *ret, Fault *f) {
    Weaver w = { .shapes = shapes, .n_shapes = n };
    Arcs arcs = { 0 };
    Err e = weaver_begin(&w, f);

    if (e == OK) {
        visit_all(&w);
        e = cut_all(&w, f);
    }
    if (e == OK)
        e = arcs_finish(&w, &arcs, f);
    weaver_end(&w);
    if (e == OK)
        *ret = arcs;
    else
        arcs_free(&arcs);
    return e;
}

void arcs_free(Arcs *arcs) {
    mem_free(arcs->points);
    mem_free(arcs->worth);
    mem_free(arcs->boxes);
    mem_free(arcs->from);
    mem_free(arcs->refs);
    mem_free(arcs->ring_at);
    *arcs = (Arcs){ 0 };
}
