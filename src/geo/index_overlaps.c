/* index_overlaps – which areas of a layer lie upon each other (index.h).
 *
 * Ground that two areas share is bounded by pieces of their edges. Either such
 * an edge meets another area's edge other than end to end: then the two are a
 * pair. Or it runs whole along the common ground: then on one side of its
 * middle there are two owners. Middles are half units, so the sums are done
 * with doubled coordinates, in 128 bits. The layout is told in index_block.h. */
#include "index_block.h"

#include <stdlib.h>
#include <string.h>

typedef struct Pairs {
    AreaPair *list;
    int64_t n, room;
    Err err;
} Pairs;

static int by_pair(const void *x, const void *y) {
    const AreaPair *p = x, *q = y;
    if (p->a != q->a)
        return p->a < q->a ? -1 : 1;
    return (p->b > q->b) - (p->b < q->b);
}

static void pairs_tidy(Pairs *pairs) {
    int64_t kept = 0;

    if (pairs->n == 0)
        return;
    qsort(pairs->list, (size_t)pairs->n, sizeof *pairs->list, by_pair);
    for (int64_t i = 0; i < pairs->n; i++)
        if (kept == 0 || by_pair(&pairs->list[kept - 1], &pairs->list[i]) != 0)
            pairs->list[kept++] = pairs->list[i];
    pairs->n = kept;
}

/* The same pair comes up in many cells: repeats go before room is added. */
static void pairs_add(Pairs *pairs, uint32_t a, uint32_t b) {
    if (a == b || pairs->err != OK)
        return;
    if (pairs->n == pairs->room) {
        pairs_tidy(pairs);
        if (pairs->n > INDEX_PAIRS_MAX)
            pairs->err = ERR_LIMIT;
        if (pairs->err == OK && pairs->n * 2 >= pairs->room) {
            int64_t room = pairs->room * 2 + 256;
            AreaPair *more = mem_grow(pairs->list, (size_t)room * sizeof *more);
            pairs->err = more ? OK : ERR_NO_MEMORY;
            pairs->list = more ? more : pairs->list;
            pairs->room = more ? room : pairs->room;
        }
        if (pairs->err != OK)
            return;
    }
    pairs->list[pairs->n++] =
        a < b ? (AreaPair){ (int32_t)a, (int32_t)b } : (AreaPair){ (int32_t)b, (int32_t)a };
}

/* Do two edges meet in another way than end to end? Equal edges do not. */
static bool edges_meet(const IndexEdge *e, const IndexEdge *o) {
    bool low = point_same(e->low, o->low) || point_same(e->low, o->high);
    bool high = point_same(e->high, o->low) || point_same(e->high, o->high);

    if (low && high)
        return false;
    if (low || high) {
        Point mine = low ? e->high : e->low, shared = low ? e->low : e->high;
        Point theirs = point_same(shared, o->low) ? o->high : o->low;
        return point_on_segment(o->low, o->high, mine) || point_on_segment(e->low, e->high, theirs);
    }
    int a = point_side(e->low, e->high, o->low), b = point_side(e->low, e->high, o->high);
    int c = point_side(o->low, o->high, e->low), d = point_side(o->low, o->high, e->high);
    if (a == 0 && b == 0) /* on one line */
        return point_on_segment(e->low, e->high, o->low) || point_on_segment(e->low, e->high, o->high) ||
               point_on_segment(o->low, o->high, e->low);
    return a * b <= 0 && c * d <= 0;
}

static void pair_areas(Pairs *pairs, const uint32_t *run, uint32_t areas, const uint32_t *other,
                       uint32_t others) {
    for (uint32_t i = areas; i; i &= i - 1)
        for (uint32_t k = others; k; k &= k - 1)
            pairs_add(pairs, index_run_areas(run)[__builtin_ctz(i)], index_run_areas(other)[__builtin_ctz(k)]);
}

/* A cell may hold an edge only because the edge passes near; where they meet is
 * in some cell that holds both. */
static void meet_others(Pairs *pairs, const uint32_t *run, uint32_t at) {
    const IndexEdge *e = &index_run_edges(run)[at];

    for (const uint32_t *other = run; other; other = index_run_next(other))
        for (uint32_t k = other == run ? at + 1 : 0; k < other[1]; k++) {
            const IndexEdge *o = &index_run_edges(other)[k];
            if (edges_meet(e, o))
                pair_areas(pairs, run, e->areas, other, o->areas);
        }
}

/* As index_edge_flips(), for a point whose coordinates are doubled. */
static uint32_t flips_at_half(const IndexEdge *e, int64_t lon2, int64_t lat2) {
    __int128 rise = (__int128)((int64_t)e->high.lon - e->low.lon) * (lat2 - 2 * (int64_t)e->low.lat);
    __int128 run = (__int128)((int64_t)e->high.lat - e->low.lat) * (lon2 - 2 * (int64_t)e->low.lon);
    bool met = 2 * (int64_t)e->low.lat <= lat2 && lat2 < 2 * (int64_t)e->high.lat && rise <= run;
    bool flip = lat2 >= 2 * (int64_t)e->flip_from;
    return met != flip ? e->areas : 0;
}

static uint32_t owners_at_half(const uint32_t *run, int64_t lon2, int64_t lat2) {
    uint32_t owners = run[0];
    for (uint32_t i = 0; i < run[1]; i++)
        owners ^= flips_at_half(&index_run_edges(run)[i], lon2, lat2);
    return owners;
}

/* Both sides of an edge's middle: the half-open rule gives the owners on the
 * eastern (of a level edge the northern) side, flipping the edge's own areas
 * gives the other. */
static void both_sides(Pairs *pairs, const uint32_t *first, const uint32_t *own, uint32_t at) {
    const IndexEdge *e = &index_run_edges(own)[at];
    int64_t lon2 = (int64_t)e->low.lon + e->high.lon, lat2 = (int64_t)e->low.lat + e->high.lat;

    for (const uint32_t *run = first; run; run = index_run_next(run)) {
        uint32_t east = owners_at_half(run, lon2, lat2), west = run == own ? east ^ e->areas : east;
        for (const uint32_t *other = run; other; other = index_run_next(other)) {
            uint32_t far_east = owners_at_half(other, lon2, lat2);
            uint32_t far_west = other == own ? far_east ^ e->areas : far_east;
            pair_areas(pairs, run, east, other, far_east);
            pair_areas(pairs, run, west, other, far_west);
        }
    }
}

static void compare_cell(Pairs *pairs, const AreaIndex *ix, const uint32_t *first, uint32_t row, uint32_t col) {
    for (const uint32_t *run = first; run; run = index_run_next(run))
        for (uint32_t i = 0; i < run[1]; i++) {
            const IndexEdge *e = &index_run_edges(run)[i];
            int64_t lon = (((int64_t)e->low.lon + e->high.lon) >> 1) - ix->west;
            int64_t lat = (((int64_t)e->low.lat + e->high.lat) >> 1) - ix->south;
            meet_others(pairs, run, i);
            if ((lon >> ix->shift_x) == col && (lat >> ix->shift_y) == row)
                both_sides(pairs, first, run, i);
        }
}

Err index_overlaps(const AreaIndex *ix, AreaPair **ret_pairs, int64_t *ret_n, Fault *f) {
    Pairs pairs = { 0 };

    for (uint32_t row = 0; row < ix->rows && pairs.err == OK; row++)
        for (uint32_t col = 0; col < ix->cols && pairs.err == OK; col++) {
            uint32_t cell = index_cells(ix)[(size_t)row * ix->cols + col];
            if (cell & INDEX_RUN)
                compare_cell(&pairs, ix, index_run_at(ix, cell), row, col);
        }
    if (pairs.err != OK) {
        mem_free(pairs.list);
        if (pairs.err == ERR_NO_MEMORY)
            return fault_memory(f);
        return fault(
            f, ERR_LIMIT, "layer_overlaps", "", "图层中有 %d 对以上的区域互相重叠；请检查是否重复导入。",
            "More than %d pairs of areas of the layer overlap; check whether it was doubled.", INDEX_PAIRS_MAX);
    }
    pairs_tidy(&pairs);
    *ret_pairs = pairs.list;
    *ret_n = pairs.n;
    return OK;
}
