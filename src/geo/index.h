/* index – which area holds a point.
 *
 * Built once from all shapes of a layer and never changed: any number of
 * threads may read. A uniform grid lies over the layer, about eight cells to
 * an edge. A cell that no edge enters answers at once; the others hold their
 * few edges and the areas that are concerned (index.c tells how).
 *
 * Exactly as shape_has() says: in a clean tiling every point has at most one
 * owner, borders and corners included; holes and enclaves are no special case.
 * Where areas overlap, the smallest wins, then the lowest code (bytes), then
 * the first. Answers are positions in the array given to index_build.
 *
 * The whole index is one block without pointers, which can be written to a file
 * and mapped again (same byte order; index_view checks it). */
#ifndef JW_INDEX_H
#define JW_INDEX_H

#include "polygon.h"

typedef struct AreaIndex AreaIndex;

typedef struct IndexArea {
    const Shape *shape; /* only read while building */
    int64_t key;        /* the caller's id, kept in the index */
    Str code;           /* decides between overlapping areas of one size; not kept */
} IndexArea;

typedef struct AreaNear {
    int32_t area;
    double metres; /* to its nearest edge; 0 where the area covers the point */
} AreaNear;

#define INDEX_AREAS_MAX 4000000

/* On the heap; index_free gives it back. ERR_LIMIT: too many areas or edges. */
Err index_build(const IndexArea *areas, int32_t n, AreaIndex **ret, Fault *f);
void index_free(AreaIndex *ix);

int32_t index_find(const AreaIndex *ix, Point p); /* -1: none */

/* All owners, the winner first; returns how many there are, writes at most max. */
int32_t index_find_all(const AreaIndex *ix, Point p, int32_t *ret_areas, int32_t max);

/* All areas that cover the point or come within radius_m (≤ 100 km) of it,
 * covering ones first, then by distance; the nearest `max` are kept. Returns how
 * many were written. */
int32_t index_near(const AreaIndex *ix, Point p, double radius_m, AreaNear *ret_near, int32_t max);

/* Pairs of areas (a < b) that have ground in common, sorted, and perhaps pairs
 * that only touch in an unusual way; never is one missed as long as no area
 * crosses itself. On the heap: mem_free. ERR_LIMIT: more than INDEX_PAIRS_MAX. */
typedef struct AreaPair {
    int32_t a, b;
} AreaPair;
#define INDEX_PAIRS_MAX 4000000
Err index_overlaps(const AreaIndex *ix, AreaPair **ret_pairs, int64_t *ret_n, Fault *f);

int32_t index_count(const AreaIndex *ix);
int64_t index_key(const AreaIndex *ix, int32_t area); /* of a position; 0 out of range */
Box index_box(const AreaIndex *ix);

/* The block: its bytes can be written to a file as they are. */
size_t index_size(const AreaIndex *ix);
/* Borrows a block (8-byte aligned) that was written by the same version; every
 * offset in it is checked. ERR_INVALID: not such a block. */
Err index_view(const void *block, size_t n, const AreaIndex **ret, Fault *f);

#endif
