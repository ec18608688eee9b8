/* index_block – how an index lies in memory, shared by index.c (asks),
 * index_build.c (fills) and index_overlaps.c (compares). Private to the three.
 *
 * Block: AreaIndex, keys (int64 each), cells (uint32 each, row by row from the
 * south), pool (uint32 words). A cell is
 *   0               nobody's
 *   position + 1    all of it is one area's
 *   INDEX_RUN | at  a run at that word of the pool
 *
 * Run: the areas that are concerned in this cell get a bit each, in the order
 * of precedence; the state of a point is the set of areas that hold it.
 *   word 0   set at the cell's south-west corner, corrected as told below
 *   word 1   number of edges
 *   word 2   number of areas (1…32), INDEX_MORE if another run with the next
 *            areas follows (more than 32 areas in one cell)
 *   edges    six words each, an IndexEdge
 *   areas    positions, in the order of their bits
 *
 * To ask: walk from the point due west to the cell's west side, then along it
 * to the corner, and flip the areas of each edge on the way. An edge that stays
 * east of the west side is flipped where it is met by the parallel. One that
 * also crosses the west side would be counted too often: on the parallel where
 * it runs west of the cell, and on the side itself. Both corrections together
 * are one comparison: flip once more north of its western end (`flip_from`). What
 * is constant in the cell is put right in word 0 when the index is built. So no
 * edge is cut, no new point arises, and all is exact. */
#ifndef JW_INDEX_BLOCK_H
#define JW_INDEX_BLOCK_H

#include "index.h"

#define INDEX_MAGIC 0x4A57474Du
#define INDEX_VERSION 1u
#define INDEX_RUN 0x80000000u
#define INDEX_MORE 0x80000000u
#define INDEX_RUN_AREAS 32
#define INDEX_RUN_HEAD 3
#define INDEX_EDGE_WORDS 6

struct AreaIndex {
    uint32_t magic, version;
    uint64_t size; /* of the whole block, bytes */
    uint64_t keys_at, cells_at, pool_at, pool_words;
    int32_t n;
    Box box;             /* of all points; outside nobody owns anything */
    int32_t west, south; /* of the grid: one west of the box, so that every edge lies east of its cell's side */
    uint32_t cols, rows, shift_x, shift_y; /* a cell is 2^shift wide and high */
};

typedef struct IndexEdge {
    Point low, high; /* low.lat ≤ high.lat */
    uint32_t areas;  /* bits */
    int32_t
        flip_from; /* latitude of the western end if the edge crosses the cell's west side, else INT32_MAX */
} IndexEdge;

/* The bits that this edge flips between the point and the corner. */
static inline uint32_t index_edge_flips(const IndexEdge *e, Point p) {
    int64_t rise = ((int64_t)e->high.lon - e->low.lon) * ((int64_t)p.lat - e->low.lat);
    int64_t run = ((int64_t)e->high.lat - e->low.lat) * ((int64_t)p.lon - e->low.lon);
    uint32_t met = (uint32_t)(e->low.lat <= p.lat) & (uint32_t)(p.lat < e->high.lat) & (uint32_t)(rise <= run);
    return e->areas & (0u - (met ^ (uint32_t)(p.lat >= e->flip_from)));
}

static inline const IndexEdge *index_run_edges(const uint32_t *run) {
    return (const IndexEdge *)(const void *)(run + INDEX_RUN_HEAD);
}

static inline uint32_t index_run_count(const uint32_t *run) { return run[2] & ~INDEX_MORE; }

static inline const uint32_t *index_run_areas(const uint32_t *run) {
    return run + INDEX_RUN_HEAD + (size_t)run[1] * INDEX_EDGE_WORDS;
}

static inline const uint32_t *index_run_next(const uint32_t *run) {
    return run[2] & INDEX_MORE ? index_run_areas(run) + index_run_count(run) : NULL;
}

static inline const uint32_t *index_cells(const AreaIndex *ix) {
    return (const uint32_t *)(const void *)((const char *)ix + ix->cells_at);
}

static inline const uint32_t *index_run_at(const AreaIndex *ix, uint32_t cell) {
    return (const uint32_t *)(const void *)((const char *)ix + ix->pool_at) + (cell & ~INDEX_RUN);
}

#endif
