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
#include <string.h>

typedef struct Grid {
    int32_t west, north, shift, cols, rows;
} Grid;

static int32_t least(int32_t a, int32_t b) { return a < b ? a : b; }
static int32_t most(int32_t a, int32_t b) { return a > b ? a : b; }

static int32_t col_of(const Grid *g, int32_t x) { return (x - g->west) >> g->shift; }
static int32_t row_of(const Grid *g, int32_t y) { return (y - g->north) >> g->shift; }

/* A grid over all pixels with about one to a cell; each cell's pixels together. */
static Err grid_make(TileMaker *m, Grid *ret, Fault *f) {
    int32_t n = m->pixels.n, west = PIXEL_MAX, north = PIXEL_MAX, east = PIXEL_MIN, south = PIXEL_MIN;
    Grid g = { 0 };

    for (int32_t i = 0; i < n; i++) {
        Pixel p = m->pixels.p[i];
        west = least(west, p.x);
        east = most(east, p.x);
        north = least(north, p.y);
        south = most(south, p.y);
    }
    g.west = west;
    g.north = north;
    while ((((int64_t)(east - west) >> g.shift) + 1) * (((south - north) >> g.shift) + 1) > n + 16)
        g.shift++;
    g.cols = ((east - west) >> g.shift) + 1;
    g.rows = ((south - north) >> g.shift) + 1;
    int32_t cells = g.cols * g.rows;
    LIST_ROOM(m->cell_from, cells + 1, f);
    LIST_ROOM(m->cell_pixels, n, f);
    int32_t *from = m->cell_from.p;
    memset(from, 0, (size_t)(cells + 1) * sizeof *from);
    for (int32_t i = 0; i < n; i++)
        from[row_of(&g, m->pixels.p[i].y) * g.cols + col_of(&g, m->pixels.p[i].x)]++;
    for (int32_t c = 1; c <= cells; c++)
        from[c] += from[c - 1];
    for (int32_t i = n - 1; i >= 0; i--)
        m->cell_pixels.p[--from[row_of(&g, m->pixels.p[i].y) * g.cols + col_of(&g, m->pixels.p[i].x)]] = i;
    *ret = g;
    return OK;
}

/* The columns that a–b passes in one row, a little wider. */
static void row_cols(const Grid *g, Pixel a, Pixel b, int32_t row, int32_t *ret_from, int32_t *ret_to) {
    int32_t low = least(a.x, b.x), high = most(a.x, b.x);

    if (high - low > 1 << g->shift && row_of(g, a.y) != row_of(g, b.y)) {
        double slope = ((double)b.x - a.x) / ((double)b.y - a.y);
        double top = g->north + (double)(row << g->shift) - 1, bottom = top + (1 << g->shift) + 2;
        double x1 = a.x + slope * (top - a.y), x2 = a.x + slope * (bottom - a.y);
        low = most(low, (int32_t)floor(fmin(x1, x2)) - 1);
        high = least(high, (int32_t)ceil(fmax(x1, x2)) + 1);
    }
    *ret_from = col_of(g, low);
    *ret_to = col_of(g, high);
}

/* ---- bending ------------------------------------------------------------ */

/* How far v lies off the line a–b, in units of the line's own length; -1 if the
 * line does not pass v's square. */
static int64_t off_line(Pixel a, Pixel b, Pixel v) {
    int64_t dx = (int64_t)b.x - a.x, dy = (int64_t)b.y - a.y;
    int64_t cross = dx * (v.y - a.y) - dy * (v.x - a.x);

    if (v.x < least(a.x, b.x) || v.x > most(a.x, b.x) || v.y < least(a.y, b.y) || v.y > most(a.y, b.y))
        return -1;
    cross = cross < 0 ? -cross : cross;
    return 2 * cross <= (dx < 0 ? -dx : dx) + (dy < 0 ? -dy : dy) ? cross : -1;
}

/* The vertex whose square a–b passes most nearly; -1 if there is none. */
static int32_t passed(const TileMaker *m, const Grid *g, int32_t a, int32_t b) {
    Pixel pa = m->pixels.p[a], pb = m->pixels.p[b];
    int32_t first = row_of(g, least(pa.y, pb.y)), last = row_of(g, most(pa.y, pb.y)), best = -1;
    int64_t nearest = INT64_MAX;

    for (int32_t row = first; row <= last; row++) {
        int32_t from, to;
        row_cols(g, pa, pb, row, &from, &to);
        const int32_t *cells = m->cell_from.p + row * g->cols;
        for (int32_t i = cells[from]; i < cells[to + 1]; i++) {
            int32_t v = m->cell_pixels.p[i];
            int64_t off = v == a || v == b ? -1 : off_line(pa, pb, m->pixels.p[v]);
            if (off >= 0 && off < nearest) {
                nearest = off;
                best = v;
            }
        }
    }
    return best;
}

/* Appends the way from a (already there) to b. */
static Err bend(TileMaker *m, const Grid *g, int32_t a, int32_t b, Fault *f) {
    m->pending.n = 0;
    LIST_ADD(m->pending, ((RingEdge){ a, b }), f);
    while (m->pending.n > 0) {
        RingEdge e = m->pending.p[--m->pending.n];
        int32_t v = passed(m, g, e.a, e.b);
        if (v < 0) {
            LIST_ADD(m->noded, e.b, f);
            continue;
        }
        LIST_ADD(m->pending, ((RingEdge){ v, e.b }), f);
        LIST_ADD(m->pending, ((RingEdge){ e.a, v }), f);
    }
    return OK;
}

static Err bend_all(TileMaker *m, const Grid *g, Fault *f) {
    m->noded.n = 0;
    for (int32_t c = 0; c < m->chains.n; c++) {
        Chain *chain = &m->chains.p[c];
        int32_t from = m->noded.n;
        for (int32_t k = chain->from; k < chain->from + chain->n; k++) {
            int32_t b = m->links.p[k], a = k > chain->from ? m->links.p[k - 1] : CHAIN_GAP;
            if (a == CHAIN_GAP || b == CHAIN_GAP)
                LIST_ADD(m->noded, b, f);
            else
                TRY(bend(m, g, a, b, f));
        }
        chain->from = from;
        chain->n = m->noded.n - from;
        LIST_ADD(m->noded, CHAIN_GAP, f); /* the next chain begins elsewhere */
    }
    return OK;
}

/* ---- crossings ---------------------------------------------------------- */

static int64_t turn(Pixel a, Pixel b, Pixel p) {
    return ((int64_t)b.x - a.x) * ((int64_t)p.y - a.y) - ((int64_t)b.y - a.y) * ((int64_t)p.x - a.x);
}

/* Within both lines, not at an end: ends and touches have been seen to. */
static bool cross(Pixel a, Pixel b, Pixel c, Pixel d, Pixel *ret) {
    int64_t at_c = turn(a, b, c), at_d = turn(a, b, d);
    if ((at_c >= 0) == (at_d >= 0) || at_c == 0 || at_d == 0)
        return false;
    int64_t at_a = turn(c, d, a), at_b = turn(c, d, b);
    if ((at_a >= 0) == (at_b >= 0) || at_a == 0 || at_b == 0)
        return false;
    double t = (double)at_a / (double)(at_a - at_b);
    *ret = (Pixel){ a.x + (int32_t)floor((b.x - a.x) * t + 0.5), a.y + (int32_t)floor((b.y - a.y) * t + 0.5) };
    return true;
}

/* Files a line in a cell after holding it against those that are there. A line that
 * is there already has been held against them. */
static Err file_line(TileMaker *m, int32_t cell, int32_t a, int32_t b, bool *ret_crossed, Fault *f) {
    int32_t *head = &m->cell_from.p[cell], unused;
    Pixel pa = m->pixels.p[a], pb = m->pixels.p[b], at;

    for (int32_t e = *head; e >= 0; e = m->cell_edges.p[e].next) {
        CellEdge other = m->cell_edges.p[e];
        if ((other.a == a && other.b == b) || (other.a == b && other.b == a))
            return OK;
        if (other.a == a || other.b == b || other.a == b || other.b == a)
            continue;
        if (cross(pa, pb, m->pixels.p[other.a], m->pixels.p[other.b], &at)) {
            TRY(pixel_put(m, at, &unused, f));
            *ret_crossed = true;
        }
    }
    LIST_ADD(m->cell_edges, ((CellEdge){ a, b, *head }), f);
    *head = m->cell_edges.n - 1;
    return OK;
}

static Err file_all(TileMaker *m, const Grid *g, bool *ret_crossed, Fault *f) {
    memset(m->cell_from.p, -1, (size_t)(g->cols * g->rows) * sizeof(int32_t));
    m->cell_edges.n = 0;
    *ret_crossed = false;
    for (int32_t k = 1; k < m->noded.n; k++) {
        int32_t a = m->noded.p[k - 1], b = m->noded.p[k];
        if (a == CHAIN_GAP || b == CHAIN_GAP)
            continue;
        Pixel pa = m->pixels.p[a], pb = m->pixels.p[b];
        int32_t first = row_of(g, least(pa.y, pb.y)), last = row_of(g, most(pa.y, pb.y));
        for (int32_t row = first; row <= last; row++) {
            int32_t from, to;
            row_cols(g, pa, pb, row, &from, &to);
            for (int32_t col = from; col <= to; col++)
                TRY(file_line(m, row * g->cols + col, a, b, ret_crossed, f));
        }
    }
    return OK;
}

Err chains_node(TileMaker *m, Fault *f) {
    bool crossed = m->pixels.n > 0;

    while (crossed) {
        Grid g;
        TRY(grid_make(m, &g, f));
        TRY(bend_all(m, &g, f));
        TRY(file_all(m, &g, &crossed, f));
        if (crossed) { /* the bent lines are what is bent next */
            LIST_ROOM(m->links, m->noded.n, f);
            memcpy(m->links.p, m->noded.p, (size_t)m->noded.n * sizeof *m->links.p);
            m->links.n = m->noded.n;
        }
    }
    return OK;
}
