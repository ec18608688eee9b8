/* repair – validity, repair, union and intersection of shapes, by GEOS.
 *
 * The only part of the room that calls GEOS. Every call opens its own GEOS
 * context, so any thread may call anything. Results come back to the lattice of
 * 1e-7 degree, which can move a new vertex by half a centimetre; repair goes on
 * until the shape is valid on the lattice too. Shapes are the heap's where no
 * arena is given (polygon.h). Not for the hot path: a point is found by index.h. */
#ifndef JW_REPAIR_H
#define JW_REPAIR_H

#include "polygon.h"

#define REPAIR_WHY_MAX 64

/* Valid as OGC says? `ret_why` and `ret_at` (each may be NULL) say what is wrong
 * and where, in GEOS's English words: "Self-intersection". */
Err shape_valid(const Shape *s, bool *ret_valid, Point *ret_at, char ret_why[REPAIR_WHY_MAX], Fault *f);

/* The same area as valid polygons; lines and points that repair leaves over are
 * dropped. ERR_INVALID: no area is left. */
Err shape_repair(const Shape *s, Arena *a, Shape *ret, Fault *f);

/* Union of many valid shapes. */
Err shape_union(const Shape *const *shapes, int32_t n, Arena *a, Shape *ret, Fault *f);

/* The ground that both cover; an empty shape where they only touch or less. */
Err shape_intersection(const Shape *a, const Shape *b, Arena *arena, Shape *ret, Fault *f);
Err shape_overlap_m2(const Shape *a, const Shape *b, double *ret_m2, Fault *f);

/* What `a` covers and `b` does not. */
Err shape_difference(const Shape *a, const Shape *b, Arena *arena, Shape *ret, Fault *f);

#endif
