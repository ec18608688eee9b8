/* pieces – see pieces.h. */
#include "pieces.h"

#include "adjacency.h"
#include "repair.h"

#include <math.h>
#include <string.h>

enum { ROOM = 256 };
#define SEAM_M 1.0 /* neighbours whose common line was cut at other points */

typedef struct Making {
    Pieces p;
    int32_t max;
    Fault *f;
} Making;

static void drop(Pieces *p) {
    for (int32_t i = 0; i < p->n; i++)
        shape_free(&p->shapes[i]);
    mem_free(p->shapes);
    mem_free(p->cell);
    *p = (Pieces){ 0 };
}

void pieces_free(Pieces *p) { drop(p); }

/* Takes the shape. */
static Err add(Making *m, Shape *shape, const int32_t *cells) {
    Pieces *p = &m->p;

    if (p->n == m->max) {
        int32_t max = m->max * 2 + ROOM;
        if (p->n >= PIECES_MAX)
            return fault(m->f, ERR_LIMIT, "pieces_many", "", "图层把这块地切成了超过 %d 块。",
                         "The layers cut this ground into more than %d pieces.", PIECES_MAX);
        Shape *shapes = mem_grow(p->shapes, (size_t)max * sizeof *shapes);
        p->shapes = shapes ? shapes : p->shapes;
        int32_t *cell = shapes ? mem_grow(p->cell, (size_t)max * (size_t)p->layers * sizeof *cell) : NULL;
        p->cell = cell ? cell : p->cell;
        if (!shapes || !cell)
            return fault_memory(m->f);
        m->max = max;
    }
    memcpy(p->cell + (size_t)p->n * (size_t)p->layers, cells, (size_t)p->layers * sizeof *cells);
    p->shapes[p->n++] = *shape;
    *shape = (Shape){ 0 };
    return OK;
}

/* ---- cutting ------------------------------------------------------------ */

/* One piece along one more layer: what lies in its cells, and what lies in none. */
static Err cut(Making *to, Shape *piece, const int32_t *cells, int32_t layer, const PiecesLayer *by) {
    int32_t own[PIECES_LAYERS_MAX];
    Shape rest = *piece, common, less;
    Err e = OK;

    *piece = (Shape){ 0 };
    memcpy(own, cells, (size_t)to->p.layers * sizeof *own);
    for (int32_t i = 0; i < by->n && e == OK && rest.n_points; i++) {
        if (!box_meet(shape_box(&rest), shape_box(&by->shapes[i])))
            continue;
        e = shape_intersection(&rest, &by->shapes[i], NULL, &common, to->f);
        if (e != OK)
            break;
        if (!common.n_points) {
            shape_free(&common); /* an empty one has a block, too */
            continue;
        }
        e = shape_difference(&rest, &by->shapes[i], NULL, &less, to->f);
        if (e == OK) {
            shape_free(&rest);
            rest = less;
            own[layer] = i;
            e = add(to, &common, own);
        }
        shape_free(&common);
    }
    own[layer] = -1;
    if (e == OK && rest.n_points)
        e = add(to, &rest, own);
    shape_free(&rest);
    return e;
}

static Err cut_all(Making *m, int32_t layer, const PiecesLayer *by) {
    Making to = { .p = { .layers = m->p.layers }, .f = m->f };
    Err e = OK;

    for (int32_t i = 0; i < m->p.n && e == OK; i++)
        e = cut(&to, &m->p.shapes[i], m->p.cell + (size_t)i * (size_t)m->p.layers, layer, by);
    drop(&m->p);
    *m = to;
    return e;
}

/* ---- in one piece ------------------------------------------------------- */

static Err polygon_of(const Shape *s, int32_t poly, Shape *ret, Fault *f) {
    int32_t ring = s->poly_at[poly], end = s->poly_at[poly + 1];

    TRY(shape_take(NULL, s->ring_at[end] - s->ring_at[ring], end - ring, 1, ret, f));
    memcpy(ret->points, s->points + s->ring_at[ring], (size_t)ret->n_points * sizeof *ret->points);
    for (int32_t r = 0; r <= end - ring; r++)
        ret->ring_at[r] = s->ring_at[ring + r] - s->ring_at[ring];
    ret->poly_at[0] = 0;
    ret->poly_at[1] = end - ring;
    return OK;
}

static Err part_all(Making *m) {
    Making to = { .p = { .layers = m->p.layers }, .f = m->f };
    Shape one;
    Err e = OK;

    for (int32_t i = 0; i < m->p.n && e == OK; i++)
        for (int32_t k = 0; k < m->p.shapes[i].n_polys && e == OK; k++) {
            e = polygon_of(&m->p.shapes[i], k, &one, m->f);
            if (e == OK) {
                e = add(&to, &one, m->p.cell + (size_t)i * (size_t)m->p.layers);
                shape_free(&one);
            }
        }
    drop(&m->p);
    *m = to;
    return e;
}

/* ---- strips ------------------------------------------------------------- */

static double perimeter_m(const Shape *s) {
    double sum = 0;

    for (int32_t r = 0; r < s->n_rings; r++)
        for (int32_t i = s->ring_at[r]; i < s->ring_at[r + 1]; i++)
            sum += point_distance_m(s->points[i], s->points[i + 1 < s->ring_at[r + 1] ? i + 1 : s->ring_at[r]]);
    return sum;
}

static bool is_strip(const Shape *s, double least_m) {
    double round = perimeter_m(s);
    return round <= 0 || 2 * shape_area_m2(s) / round < least_m;
}

/* Each strip's host: over the longest border, what is no strip first. A chain of strips ends
 * in a piece, or stays as it is. */
static void choose_hosts(const Adjacency *found, const bool *strip, int32_t n, int32_t *host, double *best) {
    for (int32_t i = 0; i < n; i++) {
        host[i] = -1;
        best[i] = 0;
    }
    for (int64_t i = 0; i < found->n; i++) {
        const Border *b = &found->borders[i];
        double m = b->exact_m + b->near_m;
        if (strip[b->a] && !strip[b->b] && m > best[b->a]) {
            best[b->a] = m;
            host[b->a] = b->b;
        }
        if (strip[b->b] && !strip[b->a] && m > best[b->b]) {
            best[b->b] = m;
            host[b->b] = b->a;
        }
    }
}

static Err join_to(Making *m, int32_t strip, int32_t host) {
    const Shape *both[2] = { &m->p.shapes[host], &m->p.shapes[strip] };
    Shape sum;

    TRY(shape_union(both, 2, false, NULL, &sum, m->f));
    shape_free(&m->p.shapes[host]);
    shape_free(&m->p.shapes[strip]);
    m->p.shapes[host] = sum;
    m->p.shapes[strip] = (Shape){ 0 };
    return OK;
}

static void drop_empty(Pieces *p) {
    int32_t kept = 0;

    for (int32_t i = 0; i < p->n; i++)
        if (p->shapes[i].n_points) {
            memmove(p->cell + (size_t)kept * (size_t)p->layers, p->cell + (size_t)i * (size_t)p->layers,
                    (size_t)p->layers * sizeof *p->cell);
            p->shapes[kept++] = p->shapes[i];
        }
    p->n = kept;
}

/* One round: strips that touch a piece join it. Says how many did. */
static Err join_strips(Making *m, double least_m, int32_t *ret_joined) {
    const AdjacencyRules rules = { .near_m = SEAM_M, .least_m = 0.1 };
    size_t n = (size_t)m->p.n;
    bool *strip = mem_alloc(n * sizeof *strip + 1);
    int32_t *host = mem_alloc(n * sizeof *host + 1);
    double *best = mem_alloc(n * sizeof *best + 1);
    Adjacency found = { 0 };

    *ret_joined = 0;
    Err e = strip && host && best ? OK : fault_memory(m->f);
    for (int32_t i = 0; i < m->p.n && e == OK; i++)
        strip[i] = is_strip(&m->p.shapes[i], least_m);
    e = e == OK ? adjacency_find(m->p.shapes, m->p.n, &rules, &found, m->f) : e;
    if (e == OK)
        choose_hosts(&found, strip, m->p.n, host, best);
    for (int32_t i = 0; i < m->p.n && e == OK; i++)
        if (host[i] >= 0) {
            e = join_to(m, i, host[i]);
            *ret_joined += 1;
        }
    adjacency_free(&found);
    mem_free(strip);
    mem_free(host);
    mem_free(best);
    if (e == OK)
        drop_empty(&m->p);
    return e;
}

static Err make(Making *m, const Shape *ground, const PiecesLayer *layers, int32_t n_layers, double least_m) {
    int32_t none[PIECES_LAYERS_MAX], joined = 1;
    Shape all;

    memset(none, -1, sizeof none);
    TRY(shape_copy(NULL, ground, &all, m->f));
    Err e = add(m, &all, none);
    shape_free(&all);
    for (int32_t i = 0; i < n_layers && e == OK; i++)
        e = cut_all(m, i, &layers[i]);
    e = e == OK ? part_all(m) : e;
    while (e == OK && joined)
        e = join_strips(m, least_m, &joined);
    return e;
}

Err pieces_make(const Shape *ground, const PiecesLayer *layers, int32_t n_layers, double least_m, Pieces *ret,
                Fault *f) {
    Making m = { .p = { .layers = n_layers }, .f = f };

    Err e = make(&m, ground, layers, n_layers, least_m);
    if (e == OK)
        *ret = m.p;
    else
        drop(&m.p);
    return e;
}
