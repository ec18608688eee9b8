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
 * Every arc is bent once, for all areas that share it: borders stay one line. */
#include "tile_inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct Grid {
    int32_t west, north, shift, cols, rows;
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
    int32_t cells = g.cols * g.rows;
    LIST_ROOM(m->cell_from, cells + 1, f);
    LIST_ROOM(m->cell_lines, cells, f);
    LIST_ROOM(m->cell_pixels, n, f);
    int32_t *from = m->cell_from.p;
    CellPixel *filed = m->cell_pixels.p;
    memset(from, 0, (size_t)(cells + 1) * sizeof *from);
    memset(m->cell_lines.p, -1, (size_t)cells * sizeof *m->cell_lines.p);
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
    int32_t row, last_row;
} Line;

static Line line_of(const TileMaker *m, const Grid *g, int32_t a, int32_t b) {
    Pixel pa = m->pixels.p[a], pb = m->pixels.p[b];
    Line l = { a, b, pa, pb, least(pa.x, pb.x), least(pa.y, pb.y), most(pa.x, pb.x), most(pa.y, pb.y), 0, 0 };

    l.row = row_of(g, l.north);
    l.last_row = row_of(g, l.south);
    return l;
}

/* The columns that the line passes in one row, a little wider. */
static void row_cols(const Grid *g, const Line *l, int32_t row, int32_t *ret_from, int32_t *ret_to) {
    int32_t low = l->west, high = l->east;

    if (high - low > 1 << g->shift && l->row != l->last_row) {
        double slope = ((double)l->pb.x - l->pa.x) / ((double)l->pb.y - l->pa.y);
        double top = g->north + (double)(row << g->shift) - 1, bottom = top + (1 << g->shift) + 2;
        double x1 = l->pa.x + slope * (top - l->pa.y), x2 = l->pa.x + slope * (bottom - l->pa.y);
        low = most(low, (int32_t)floor(fmin(x1, x2)) - 1);
        high = least(high, (int32_t)ceil(fmax(x1, x2)) + 1);
    }
    *ret_from = col_of(g, low);
    *ret_to = col_of(g, high);
}

/* Twice the area of a, b, p: positive where p lies left of a–b. */
static int32_t turn(Pixel a, Pixel b, Pixel p) { return (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x); }

/* ---- bending ------------------------------------------------------------ */

/* The vertex whose square the line passes most nearly; -1 if there is none. */
static int32_t passed(const TileMaker *m, const Grid *g, const Line *l) {
    int32_t nearest = INT32_MAX, best = -1;
    int32_t reach = (l->east - l->west) + (l->south - l->north); /* twice the distance times the length */

    for (int32_t row = l->row; row <= l->last_row; row++) {
        int32_t from, to;
        row_cols(g, l, row, &from, &to);
        const int32_t *cells = m->cell_from.p + row * g->cols;
        const CellPixel *p = m->cell_pixels.p + cells[from], *end = m->cell_pixels.p + cells[to + 1];
        for (; p < end; p++) {
            Pixel v = p->at;
            if (v.x < l->west || v.x > l->east || v.y < l->north || v.y > l->south || p->pixel == l->a ||
                p->pixel == l->b)
                continue;
            int32_t off = abs(turn(l->pa, l->pb, v));
            if (2 * off <= reach && off < nearest) {
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

static Err file_all_along(TileMaker *m, const Grid *g, const Line *l, bool *ret_crossed, Fault *f) {
    for (int32_t row = l->row; row <= l->last_row; row++) {
        int32_t from, to;
        row_cols(g, l, row, &from, &to);
        for (int32_t col = from; col <= to; col++)
            TRY(file_line(m, row * g->cols + col, l, ret_crossed, f));
    }
    return OK;
}

/* ---- all lines ---------------------------------------------------------- */

/* Appends the way from a (already there) to b. */
static Err bend(TileMaker *m, const Grid *g, int32_t a, int32_t b, bool *ret_crossed, Fault *f) {
    m->pending.n = 0;
    LIST_ADD(m->pending, ((RingEdge){ a, b }), f);
    while (m->pending.n > 0) {
        RingEdge e = m->pending.p[--m->pending.n];
        Line l = line_of(m, g, e.a, e.b);
        int32_t v = passed(m, g, &l);
        if (v < 0) {
            LIST_ADD(m->noded, e.b, f);
            TRY(file_all_along(m, g, &l, ret_crossed, f));
            continue;
        }
        LIST_ADD(m->pending, ((RingEdge){ v, e.b }), f);
        LIST_ADD(m->pending, ((RingEdge){ e.a, v }), f);
    }
    return OK;
}

static Err bend_all(TileMaker *m, const Grid *g, bool *ret_crossed, Fault *f) {
    m->noded.n = m->cell_edges.n = 0;
    *ret_crossed = false;
    for (int32_t c = 0; c < m->chains.n; c++) {
        Chain *chain = &m->chains.p[c];
        int32_t from = m->noded.n, a = CHAIN_GAP;
        for (int32_t k = chain->from; k < chain->from + chain->n; k++) {
            int32_t b = m->links.p[k];
            if (a == CHAIN_GAP || b == CHAIN_GAP)
                LIST_ADD(m->noded, b, f);
            else
                TRY(bend(m, g, a, b, ret_crossed, f));
            a = b;
        }
        chain->from = from;
        chain->n = m->noded.n - from;
    }
    return OK;
}

Err chains_node(TileMaker *m, Fault *f) {
    bool crossed = m->pixels.n > 0;

    while (crossed) {
        Grid g;
        TRY(grid_make(m, &g, f));
        TRY(bend_all(m, &g, &crossed, f));
        if (crossed) { /* the bent lines are what is bent next */
            LIST_ROOM(m->links, m->noded.n, f);
            memcpy(m->links.p, m->noded.p, (size_t)m->noded.n * sizeof *m->links.p);
            m->links.n = m->noded.n;
        }
    }
    return OK;
}
