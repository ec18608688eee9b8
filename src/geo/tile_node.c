/* tile_node – after rounding, no two lines of a tile may cross, and none may pass
 * a pixel that is a vertex: iterated snap rounding (Halperin, Packer 2002).
 *
 * A line that passes the closed unit square around a vertex is bent to run through
 * the vertex. That ends, because such a vertex lies in the line's box, so the two
 * halves together are as long (in columns and rows) as the line was. Where two lines
 * still cross, the pixel nearest to the crossing becomes a vertex – it was none, or
 * both lines would have been bent to it – and all is done again; that ends, because
 * there are only so many pixels. In a layer whose shapes are valid crossings come
 * from rounding alone and are rare.
 *
 * Where the layer's arcs do not cross, two lines can have come to cross only if an end
 * of one is near the other: a line lies within 0.84 units of what it stands for (an
 * eighth by leaving vertices out, the rest by rounding), within 1.55 once it is bent,
 * so with all ends more than twice that from the other line, what they stand for
 * would cross, too. So only lines that have a vertex near, and those from such
 * vertices, are held against each other; in other layers all are.
 *
 * Every arc is bent once, for all areas that share it: borders stay one line. */
#include "tile_inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NEAR = 4, NEAR_CELL = 4 }; /* units; cells that are smaller than 2^NEAR_CELL hold all lines anyway */

typedef struct Grid {
    int32_t west, north, shift, cols, rows;
    int32_t near; /* NEAR, or 0 where all lines are held against each other */
} Grid;

static int32_t least(int32_t a, int32_t b) { return a < b ? a : b; }
static int32_t most(int32_t a, int32_t b) { return a > b ? a : b; }

static int32_t col_of(const Grid *g, int32_t x) { return (x - g->west) >> g->shift; }
static int32_t row_of(const Grid *g, int32_t y) { return (y - g->north) >> g->shift; }

/* A grid over all pixels with about two cells to each; a cell's pixels together. */
static Err grid_make(TileMaker *m, Grid *ret, Fault *f) {
    int32_t n = m->pixels.n, west = PIXEL_MAX, north = PIXEL_MAX, east = PIXEL_MIN, south = PIXEL_MIN;
    const Pixel *pixels = m->pixels.p;
    Grid g = { 0 };

    for (int32_t i = 0; i < n; i++) {
        west = least(west, pixels[i].x);
        east = most(east, pixels[i].x);
        north = least(north, pixels[i].y);
        south = most(south, pixels[i].y);
    }
    g.west = west;
    g.north = north;
    while ((((int64_t)(east - west) >> g.shift) + 1) * (((south - north) >> g.shift) + 1) > 2 * n + 16)
        g.shift++;
    g.cols = ((east - west) >> g.shift) + 1;
    g.rows = ((south - north) >> g.shift) + 1;
    g.near = m->layer->planar && g.shift >= NEAR_CELL ? NEAR : 0;
    int32_t cells = g.cols * g.rows;
    LIST_ROOM(m->cell_from, cells + 1, f);
    LIST_ROOM(m->cell_pixels, n, f);
    int32_t *from = m->cell_from.p;
    CellPixel *filed = m->cell_pixels.p;
    memset(from, 0, (size_t)(cells + 1) * sizeof *from);
    for (int32_t i = 0; i < n; i++)
        from[row_of(&g, pixels[i].y) * g.cols + col_of(&g, pixels[i].x)]++;
    for (int32_t c = 1; c <= cells; c++)
        from[c] += from[c - 1];
    for (int32_t i = n - 1; i >= 0; i--)
        filed[--from[row_of(&g, pixels[i].y) * g.cols + col_of(&g, pixels[i].x)]] = (CellPixel){ pixels[i], i };
    *ret = g;
    return OK;
}

/* ---- a line and the cells it passes -------------------------------------- */

/* All products of a tile's pixels fit 32 bits: the box is 4,224 units wide. */
typedef struct Line {
    int32_t a, b;
    Pixel pa, pb;
    int32_t west, north, east, south;
    int32_t reach, row, last_row;
} Line;

/* With the cells that come within `reach` of it. */
static Line line_of(const TileMaker *m, const Grid *g, int32_t a, int32_t b, int32_t reach) {
    Pixel pa = m->pixels.p[a], pb = m->pixels.p[b];
    Line l = { a,     b, pa, pb, least(pa.x, pb.x), least(pa.y, pb.y), most(pa.x, pb.x), most(pa.y, pb.y),
               reach, 0, 0 };

    l.row = most(row_of(g, l.north - reach), 0);
    l.last_row = least(row_of(g, l.south + reach), g->rows - 1);
    return l;
}

/* The columns that the line passes near in one row. */
static void row_cols(const Grid *g, const Line *l, int32_t row, int32_t *ret_from, int32_t *ret_to) {
    int32_t low = l->west - l->reach, high = l->east + l->reach, margin = l->reach + 1;

    if (high - low > 1 << g->shift && l->pa.y != l->pb.y) {
        double slope = ((double)l->pb.x - l->pa.x) / ((double)l->pb.y - l->pa.y);
        double top = g->north + (double)(row << g->shift) - margin, bottom = top + (1 << g->shift) + 2 * margin;
        double x1 = l->pa.x + slope * (top - l->pa.y), x2 = l->pa.x + slope * (bottom - l->pa.y);
        low = most(low, (int32_t)floor(fmin(x1, x2)) - margin);
        high = least(high, (int32_t)ceil(fmax(x1, x2)) + margin);
    }
    *ret_from = least(most(col_of(g, low), 0), g->cols - 1);
    *ret_to = least(most(col_of(g, high), 0), g->cols - 1);
}

/* Twice the area of a, b, p: positive where p lies left of a–b. */
static int32_t turn(Pixel a, Pixel b, Pixel p) { return (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x); }

/* ---- bending ------------------------------------------------------------ */

/* The vertex whose square the line passes most nearly; -1 if there is none. Marks
 * those that are near it; *ret_near: there is one. */
static int32_t passed(TileMaker *m, const Grid *g, const Line *l, bool *ret_near) {
    int32_t nearest = INT32_MAX, best = -1;
    int32_t reach = (l->east - l->west) + (l->south - l->north); /* no less than the length */

    for (int32_t row = l->row; row <= l->last_row; row++) {
        int32_t from, to;
        row_cols(g, l, row, &from, &to);
        const int32_t *cells = m->cell_from.p + row * g->cols;
        const CellPixel *p = m->cell_pixels.p + cells[from], *end = m->cell_pixels.p + cells[to + 1];
        for (; p < end; p++) {
            Pixel v = p->at;
            if (v.x < l->west - g->near || v.x > l->east + g->near || v.y < l->north - g->near ||
                v.y > l->south + g->near || p->pixel == l->a || p->pixel == l->b)
                continue;
            int32_t off = abs(turn(l->pa, l->pb, v));
            if (g->near > 0 && off <= g->near * reach) {
                *ret_near = true;
                m->pixel_near.p[p->pixel] = 1;
            }
            if (2 * off <= reach && off < nearest && v.x >= l->west && v.x <= l->east && v.y >= l->north &&
                v.y <= l->south) {
                nearest = off;
                best = p->pixel;
            }
        }
    }
    return best;
}

/* ---- crossings ---------------------------------------------------------- */

/* Within both lines, not at an end: ends and touches have been seen to. */
static bool cross(const Line *l, Pixel c, Pixel d, Pixel *ret) {
    if (most(c.x, d.x) < l->west || least(c.x, d.x) > l->east || most(c.y, d.y) < l->north ||
        least(c.y, d.y) > l->south)
        return false;
    int32_t at_c = turn(l->pa, l->pb, c), at_d = turn(l->pa, l->pb, d);
    if ((at_c >= 0) == (at_d >= 0) || at_c == 0 || at_d == 0)
        return false;
    int32_t at_a = turn(c, d, l->pa), at_b = turn(c, d, l->pb);
    if ((at_a >= 0) == (at_b >= 0) || at_a == 0 || at_b == 0)
        return false;
    double t = (double)at_a / ((double)at_a - at_b);
    *ret = (Pixel){ l->pa.x + (int32_t)floor((l->pb.x - l->pa.x) * t + 0.5),
                    l->pa.y + (int32_t)floor((l->pb.y - l->pa.y) * t + 0.5) };
    return true;
}

/* Files a line in a cell after holding it against those that are there. A line that
 * is there already has been held against them. */
static Err file_line(TileMaker *m, int32_t cell, const Line *l, bool *ret_crossed, Fault *f) {
    int32_t unused;
    Pixel at;

    for (int32_t e = m->cell_lines.p[cell]; e >= 0; e = m->cell_edges.p[e].next) {
        const CellEdge *other = &m->cell_edges.p[e];
        if (other->a == l->a || other->b == l->b || other->a == l->b || other->b == l->a) {
            if ((other->a == l->a && other->b == l->b) || (other->a == l->b && other->b == l->a))
                return OK;
            continue;
        }
        if (cross(l, other->pa, other->pb, &at)) {
            TRY(pixel_put(m, at, &unused, f));
            *ret_crossed = true;
        }
    }
    LIST_ADD(m->cell_edges, ((CellEdge){ l->a, l->b, l->pa, l->pb, m->cell_lines.p[cell] }), f);
    m->cell_lines.p[cell] = m->cell_edges.n - 1;
    return OK;
}

static Err file_along(TileMaker *m, const Grid *g, const Line *l, bool *ret_crossed, Fault *f) {
    for (int32_t row = l->row; row <= l->last_row; row++) {
        int32_t from, to;
        row_cols(g, l, row, &from, &to);
        for (int32_t col = from; col <= to; col++)
            TRY(file_line(m, row * g->cols + col, l, ret_crossed, f));
    }
    return OK;
}

/* Those lines that may cross another; `all` of them, where nothing is known. */
static Err file_lines(TileMaker *m, const Grid *g, bool all, bool *ret_crossed, Fault *f) {
    int32_t cells = g->cols * g->rows;

    LIST_ROOM(m->cell_lines, cells, f);
    memset(m->cell_lines.p, -1, (size_t)cells * sizeof *m->cell_lines.p);
    m->cell_edges.n = 0;
    *ret_crossed = false;
    for (int32_t k = 1; k < m->noded.n; k++) {
        int32_t a = m->noded.p[k - 1], b = m->noded.p[k];
        if (a == CHAIN_GAP || b == CHAIN_GAP ||
            !(all || m->line_near.p[k] || m->pixel_near.p[a] || m->pixel_near.p[b]))
            continue;
        Line l = line_of(m, g, a, b, 0);
        TRY(file_along(m, g, &l, ret_crossed, f));
    }
    return OK;
}

/* ---- all lines ---------------------------------------------------------- */

static Err node_add(TileMaker *m, int32_t pixel, bool near, Fault *f) {
    LIST_ROOM(m->line_near, m->noded.n + 1, f);
    m->line_near.p[m->noded.n] = near;
    LIST_ADD(m->noded, pixel, f);
    return OK;
}

/* Appends the way from a (already there) to b. */
static Err bend(TileMaker *m, const Grid *g, int32_t a, int32_t b, Fault *f) {
    m->pending.n = 0;
    LIST_ADD(m->pending, ((RingEdge){ a, b }), f);
    while (m->pending.n > 0) {
        RingEdge e = m->pending.p[--m->pending.n];
        Line l = line_of(m, g, e.a, e.b, g->near);
        bool near = false;
        int32_t v = passed(m, g, &l, &near);
        if (v < 0) {
            TRY(node_add(m, e.b, near, f));
            continue;
        }
        LIST_ADD(m->pending, ((RingEdge){ v, e.b }), f);
        LIST_ADD(m->pending, ((RingEdge){ e.a, v }), f);
    }
    return OK;
}

static Err bend_all(TileMaker *m, const Grid *g, Fault *f) {
    LIST_ROOM(m->pixel_near, m->pixels.n, f);
    memset(m->pixel_near.p, 0, (size_t)m->pixels.n);
    m->noded.n = 0;
    for (int32_t c = 0; c < m->chains.n; c++) {
        Chain *chain = &m->chains.p[c];
        int32_t from = m->noded.n, a = CHAIN_GAP;
        for (int32_t k = chain->from; k < chain->from + chain->n; k++) {
            int32_t b = m->links.p[k];
            if (a == CHAIN_GAP || b == CHAIN_GAP)
                TRY(node_add(m, b, false, f));
            else
                TRY(bend(m, g, a, b, f));
            a = b;
        }
        chain->from = from;
        chain->n = m->noded.n - from;
        TRY(node_add(m, CHAIN_GAP, false, f)); /* the next chain begins elsewhere */
    }
    return OK;
}

Err chains_node(TileMaker *m, Fault *f) {
    bool crossed = m->pixels.n > 0, all = false;

    while (crossed) {
        Grid g;
        TRY(grid_make(m, &g, f));
        TRY(bend_all(m, &g, f));
        TRY(file_lines(m, &g, all || g.near == 0, &crossed, f));
        if (crossed) { /* the bent lines are what is bent next */
            LIST_ROOM(m->links, m->noded.n, f);
            memcpy(m->links.p, m->noded.p, (size_t)m->noded.n * sizeof *m->links.p);
            m->links.n = m->noded.n;
            all = true;
        }
    }
    return OK;
}
