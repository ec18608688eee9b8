/* adjacency_facing – edges that no other area has point for point, and what they look at.
 *
 * All such edges are filed in a grid of cells. Each edge, in pieces of at most PIECE_M so
 * that a long one does not see too much at once, gathers the edges whose outside is turned
 * to its own. In the frame of the edge (along it, and outwards from it) each of those is a
 * straight line over an interval, so what is nearest is their lower envelope: a stretch
 * where one is nearest at both ends is its alone, else it is cut where two of them cross.
 * What is nearest takes the stretch, whoever it is: the area's own wing as well, and an
 * edge too oblique to be a border. */
#include "adjacency_inner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PIECE_M 60.0
#define OBLIQUE 0.7071 /* of the length of a facing edge, at least so much lies along the one it faces */
enum { SEEN_MAX = 4096, CUTS_MAX = 24 };

typedef struct Seen {
    double from, to;       /* along the piece, metres     */
    double at_from, at_to; /* outwards from it, metres     */
    int32_t shape;         /* -1: too oblique, or its own */
    bool same_line;        /* exactly                     */
} Seen;

typedef struct Facing {
    AdjRun *run;
    double reach_m;
    Box box;
    int64_t cell; /* lattice units a cell's side */
    int64_t cols, rows;
    uint32_t *from;  /* cells + 1 */
    int32_t *filed;  /* edges */
    int32_t *looked; /* of each edge: the last piece that gathered it */
    int32_t piece;
    Seen *seen;
    int32_t n_seen;
    double *ends;
    int32_t *active; /* of the seen, where the stretch in hand lies */
    int32_t n_active;
} Facing;

/* ---- the cells ---------------------------------------------------------- */

typedef struct Cells {
    int64_t west, south, east, north; /* numbers of columns and rows, inclusive */
} Cells;

static int64_t between(int64_t v, int64_t max) { return v < 0 ? 0 : v > max ? max : v; }

static Cells cells_of(const Facing *x, Box box) {
    return (Cells){ between(((int64_t)box.west - x->box.west) / x->cell, x->cols - 1),
                    between(((int64_t)box.south - x->box.south) / x->cell, x->rows - 1),
                    between(((int64_t)box.east - x->box.west) / x->cell, x->cols - 1),
                    between(((int64_t)box.north - x->box.south) / x->cell, x->rows - 1) };
}

static Box edge_box(const AdjEdge *e) {
    Box box = BOX_NONE;
    box_grow(&box, e->a);
    box_grow(&box, e->b);
    return box;
}

/* Columns of the row that the edge passes; a cell more on each side against rounding. */
static void columns_in(const Facing *x, const AdjEdge *e, Cells all, int64_t row, int64_t *west,
                       int64_t *east) {
    double rise = (double)e->b.lat - e->a.lat, south = (double)x->box.south + (double)(row * x->cell);
    double slope = ((double)e->b.lon - e->a.lon) / rise, north = south + (double)x->cell;

    *west = all.west;
    *east = all.east;
    if (all.south == all.north || all.east - all.west < 2)
        return;
    double low = fmax(south, fmin(e->a.lat, e->b.lat)), high = fmin(north, fmax(e->a.lat, e->b.lat));
    double p = e->a.lon + slope * (low - e->a.lat), q = e->a.lon + slope * (high - e->a.lat);
    int64_t first = (int64_t)floor((fmin(p, q) - x->box.west) / (double)x->cell) - 1;
    int64_t last = (int64_t)floor((fmax(p, q) - x->box.west) / (double)x->cell) + 1;
    *west = first > all.west ? first : all.west;
    *east = last < all.east ? last : all.east;
}

/* Counts or files the edge, in every cell it passes. */
static uint64_t file_in_cells(Facing *x, int32_t i, bool file) {
    const AdjEdge *e = &x->run->edges[i];
    Cells all = cells_of(x, edge_box(e));
    uint64_t n = 0;

    for (int64_t row = all.south; row <= all.north; row++) {
        int64_t west, east;
        columns_in(x, e, all, row, &west, &east);
        for (int64_t col = west; col <= east; col++, n++) {
            uint32_t *from = &x->from[row * x->cols + col];
            if (file)
                x->filed[--*from] = i;
            else
                ++*from;
        }
    }
    return n;
}

/* As many cells as edges, but none narrower than what is to be seen from an edge. */
static void lay_cells(Facing *x, int64_t n_open) {
    AdjRun *run = x->run;

    x->box = BOX_NONE;
    for (int32_t i = 0; i < run->n_edges; i++)
        if (!run->met[i]) {
            box_grow(&x->box, run->edges[i].a);
            box_grow(&x->box, run->edges[i].b);
        }
    int64_t width = (int64_t)x->box.east - x->box.west, height = (int64_t)x->box.north - x->box.south;
    Scale s = scale_at((int32_t)(((int64_t)x->box.south + x->box.north) / 2));
    x->cell = (int64_t)ceil(x->reach_m / s.lat_m) + 1;
    while ((width / x->cell + 1) * (height / x->cell + 1) > n_open * 2 + 64)
        x->cell = x->cell + x->cell / 4 + 1;
    x->cols = width / x->cell + 1;
    x->rows = height / x->cell + 1;
}

static Err file_edges(Facing *x, int64_t n_open) {
    AdjRun *run = x->run;
    uint64_t places = 0;

    lay_cells(x, n_open);
    size_t cells = (size_t)(x->cols * x->rows);
    x->from = mem_alloc((cells + 1) * sizeof *x->from);
    x->looked = mem_alloc((size_t)run->n_edges * sizeof *x->looked);
    x->seen = mem_alloc(SEEN_MAX * sizeof *x->seen);
    x->ends = mem_alloc((2 * SEEN_MAX + 2) * sizeof *x->ends);
    x->active = mem_alloc(SEEN_MAX * sizeof *x->active);
    if (!x->from || !x->looked || !x->seen || !x->ends || !x->active)
        return fault_memory(run->f);
    memset(x->from, 0, (cells + 1) * sizeof *x->from);
    memset(x->looked, 0xFF, (size_t)run->n_edges * sizeof *x->looked);
    for (int32_t i = 0; i < run->n_edges; i++)
        places += run->met[i] ? 0 : file_in_cells(x, i, false);
    if (places > UINT32_MAX / 2)
        return fault(run->f, ERR_LIMIT, "adjacency_edges", "", "图层里的长边太多，无法计算邻接。",
                     "The layer has too many long edges to find neighbours in.");
    x->filed = mem_alloc((size_t)places * sizeof *x->filed + 1);
    if (!x->filed)
        return fault_memory(run->f);
    for (size_t c = 1; c <= cells; c++)
        x->from[c] += x->from[c - 1];
    for (int32_t i = run->n_edges - 1; i >= 0; i--)
        if (!run->met[i])
            file_in_cells(x, i, true);
    return OK;
}

/* ---- what an edge sees -------------------------------------------------- */

/* The piece of an edge in hand, and its frame. */
typedef struct Piece {
    const AdjEdge *edge;
    int32_t number; /* of the edge */
    double x0, y0;  /* where it begins, in units from the edge's a */
    double ux, uy, length_m;
    Scale scale;
} Piece;

static void to_frame(const Piece *p, Point at, double *along, double *out) {
    double dx = ((double)at.lon - p->edge->a.lon - p->x0) * p->scale.lon_m;
    double dy = ((double)at.lat - p->edge->a.lat - p->y0) * p->scale.lat_m;
    *along = dx * p->ux + dy * p->uy;
    *out = dx * p->uy - dy * p->ux;
}

/* The interval in which the line is not lower than `low` (sign 1) or not higher (-1). */
static void keep_side(Seen *s, double limit, double sign) {
    double a = sign * (s->at_from - limit), b = sign * (s->at_to - limit);

    if (a >= 0 && b >= 0)
        return;
    if (a < 0 && b < 0) {
        s->to = s->from;
        return;
    }
    double t = s->from + (s->to - s->from) * (a / (a - b));
    if (a < 0) {
        s->from = t;
        s->at_from = limit;
    } else {
        s->to = t;
        s->at_to = limit;
    }
}

static void keep_along(Seen *s, double length) {
    double slope = (s->at_to - s->at_from) / (s->to - s->from);

    if (s->from < 0) {
        s->at_from -= slope * s->from;
        s->from = 0;
    }
    if (s->to > length) {
        s->at_to -= slope * (s->to - length);
        s->to = length;
    }
}

static bool see(const Facing *x, const Piece *p, int32_t other, Seen *ret) {
    const AdjEdge *o = &x->run->edges[other];
    double ta, da, tb, db;

    to_frame(p, o->a, &ta, &da);
    to_frame(p, o->b, &tb, &db);
    if (!(tb < ta)) /* turned away */
        return false;
    Seen s = { tb, ta, db, da, o->shape, false };
    s.same_line =
        point_side(p->edge->a, p->edge->b, o->a) == 0 && point_side(p->edge->a, p->edge->b, o->b) == 0;
    if (s.same_line)
        s.at_from = s.at_to = 0;
    bool own = o->shape == p->edge->shape;
    if (own || (ta - tb) < OBLIQUE * hypot(ta - tb, da - db))
        s.shape = -1;
    keep_along(&s, p->length_m);
    if (s.from < s.to)
        keep_side(&s, own ? 0 : -x->run->rules.near_m, 1);
    if (s.from < s.to)
        keep_side(&s, x->reach_m, -1);
    *ret = s;
    /* the neighbours of an edge in its own ring touch it: that is no wing before it */
    return s.from < s.to && !(own && s.at_from <= 0 && s.at_to <= 0);
}

static Err gather(Facing *x, const Piece *p) {
    double ex = p->x0 + p->ux * p->length_m / p->scale.lon_m, ey = p->y0 + p->uy * p->length_m / p->scale.lat_m;
    double lon = x->reach_m / p->scale.lon_m + 2, lat = x->reach_m / p->scale.lat_m + 2;
    Point a = p->edge->a;
    Box box = { (int32_t)fmax(-LON_MAX, a.lon + fmin(p->x0, ex) - lon),
                (int32_t)fmax(-LAT_MAX, a.lat + fmin(p->y0, ey) - lat),
                (int32_t)fmin(LON_MAX, a.lon + fmax(p->x0, ex) + lon),
                (int32_t)fmin(LAT_MAX, a.lat + fmax(p->y0, ey) + lat) };
    Cells c = cells_of(x, box);

    x->n_seen = 0;
    x->piece++;
    for (int64_t row = c.south; row <= c.north; row++)
        for (int64_t col = c.west; col <= c.east; col++)
            for (uint32_t k = x->from[row * x->cols + col]; k < x->from[row * x->cols + col + 1]; k++) {
                int32_t other = x->filed[k];
                if (other == p->number || x->looked[other] == x->piece)
                    continue;
                x->looked[other] = x->piece;
                if (!see(x, p, other, &x->seen[x->n_seen]))
                    continue;
                if (++x->n_seen == SEEN_MAX)
                    return fault(x->run->f, ERR_LIMIT, "adjacency_crowd", "",
                                 "经度 %.7f、纬度 %.7f 附近的边太密，无法判断谁与谁相对。",
                                 "Near longitude %.7f, latitude %.7f there are too many edges to tell which "
                                 "faces which.",
                                 point_lon(a), point_lat(a));
            }
    return OK;
}

/* ---- the nearest -------------------------------------------------------- */

static double out_at(const Seen *s, double t) {
    return s->at_from + (s->at_to - s->at_from) * ((t - s->from) / (s->to - s->from));
}

static int32_t nearest_at(const Facing *x, double t) {
    int32_t best = x->active[0];

    for (int32_t k = 1; k < x->n_active; k++)
        if (out_at(&x->seen[x->active[k]], t) < out_at(&x->seen[best], t))
            best = x->active[k];
    return best;
}

static Err award(Facing *x, const Piece *p, const Seen *s, double from, double to) {
    double near = x->run->rules.near_m, at_from = out_at(s, from), at_to = out_at(s, to);

    if (s->shape < 0 || !(to > from))
        return OK;
    if (s->same_line)
        return adj_add(x->run, p->edge->shape, s->shape, ADJ_EXACT, (to - from) / 2, 0);
    bool low = at_from <= near, high = at_to <= near;
    double t = low == high ? to : from + (to - from) * ((near - at_from) / (at_to - at_from));
    t = fmin(fmax(t, from), to);
    const struct {
        double from, to;
        bool near;
    } parts[2] = { { from, t, low }, { t, to, high } };
    for (int k = 0; k < 2; k++) {
        double m = parts[k].to - parts[k].from, middle = out_at(s, (parts[k].from + parts[k].to) / 2);
        if (m > 0 && (parts[k].near ? near > 0 : x->run->rules.street_m > near))
            TRY(adj_add(x->run, p->edge->shape, s->shape, parts[k].near ? ADJ_NEAR : ADJ_STREET, m / 2,
                        middle));
    }
    return OK;
}

static Err share_out(Facing *x, const Piece *p, double from, double to, int32_t first, int32_t last, int cuts) {
    const Seen *s = &x->seen[first], *o = &x->seen[last];

    if (first == last || cuts == CUTS_MAX)
        return award(x, p, s, from, to);
    double a = out_at(o, from) - out_at(s, from), b = out_at(s, to) - out_at(o, to); /* both from 0 */
    double t = a + b > 0 ? from + (to - from) * (a / (a + b)) : to;
    int32_t middle = nearest_at(x, t);
    if (!(out_at(&x->seen[middle], t) < fmin(out_at(s, t), out_at(o, t)) - 1e-9) || t <= from || t >= to) {
        TRY(award(x, p, s, from, t));
        return award(x, p, o, t, to);
    }
    TRY(share_out(x, p, from, t, first, middle, cuts + 1));
    return share_out(x, p, t, to, middle, last, cuts + 1);
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static Err look(Facing *x, const Piece *p) {
    int32_t n = 0;

    TRY(gather(x, p));
    for (int32_t k = 0; k < x->n_seen; k++) {
        x->ends[n++] = x->seen[k].from;
        x->ends[n++] = x->seen[k].to;
    }
    if (n > 2)
        qsort(x->ends, (size_t)n, sizeof *x->ends, by_value);
    for (int32_t i = 0; i + 1 < n; i++) {
        double from = x->ends[i], to = x->ends[i + 1];
        x->n_active = 0;
        for (int32_t k = 0; k < x->n_seen && from < to; k++)
            if (x->seen[k].from <= from && x->seen[k].to >= to)
                x->active[x->n_active++] = k;
        if (x->n_active)
            TRY(share_out(x, p, from, to, nearest_at(x, from), nearest_at(x, to), 0));
    }
    return OK;
}

static Err look_from(Facing *x, int32_t i) {
    const AdjEdge *e = &x->run->edges[i];
    Piece p = { .edge = e, .number = i, .scale = scale_at((int32_t)(((int64_t)e->a.lat + e->b.lat) / 2)) };
    double lon = (double)e->b.lon - e->a.lon, lat = (double)e->b.lat - e->a.lat;
    double length = hypot(lon * p.scale.lon_m, lat * p.scale.lat_m);
    int32_t pieces = (int32_t)fmin(ceil(length / PIECE_M), 1e6);

    if (!(length > 0))
        return OK;
    p.ux = lon * p.scale.lon_m / length;
    p.uy = lat * p.scale.lat_m / length;
    p.length_m = length / pieces;
    for (int32_t k = 0; k < pieces; k++) {
        p.x0 = lon * k / pieces;
        p.y0 = lat * k / pieces;
        TRY(look(x, &p));
    }
    return OK;
}

Err adj_find_facing(AdjRun *run) {
    Facing x = { .run = run, .reach_m = fmax(run->rules.near_m, run->rules.street_m) };
    int64_t open = 0;

    for (int32_t i = 0; i < run->n_edges; i++)
        open += !run->met[i];
    Err e = open ? file_edges(&x, open) : OK;
    for (int32_t i = 0; i < run->n_edges && e == OK && open; i++) {
        e = i % 256 == 0 ? adj_cancelled(run) : OK;
        if (e == OK && !run->met[i])
            e = look_from(&x, i);
    }
    mem_free(x.from);
    mem_free(x.filed);
    mem_free(x.looked);
    mem_free(x.seen);
    mem_free(x.ends);
    mem_free(x.active);
    return e;
}
