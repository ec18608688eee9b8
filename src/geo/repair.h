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
 * dropped. Which rings are holes is believed, unless they are larger than their outer
 * ring: then what lies in an odd number of rings is ground (docs/decisions/0020).
 * ERR_INVALID: no area is left. */
Err shape_repair(const Shape *s, Arena *a, Shape *ret, Fault *f);

/* What a shape that is not valid covers: of each polygon the ground that an odd number
 * of its rings is around, summed up. */
Err shape_ground_m2(const Shape *s, double *ret_m2, Fault *f);

/* Union of many valid shapes. `tiling`: none overlap and neighbours share their
 * vertices, which is much faster; where that is not so, the result is wrong. */
Err shape_union(const Shape *const *shapes, int32_t n, bool tiling, Arena *a, Shape *ret, Fault *f);

/* The ground that both cover; an empty shape where they only touch or less. */
Err shape_intersection(const Shape *a, const Shape *b, Arena *arena, Shape *ret, Fault *f);
Err shape_overlap_m2(const Shape *a, const Shape *b, double *ret_m2, Fault *f);

/* Many questions about the same shapes: each is made ready once, at its first
 * use. Borrows the shapes; for one thread at a time. */
typedef struct Cutter Cutter;
Err cutter_begin(const Shape *shapes, int32_t n, Cutter **ret, Fault *f);
void cutter_end(Cutter *c);
Err cutter_covers(Cutter *c, int32_t i, const Shape *s, bool *ret_covers, Fault *f); /* border included */
/* Common ground of shape i and s, not rounded to the lattice; how much of s is
 * left over, in the same measure; a point in the common ground. */
typedef struct CutterOverlap {
    double common_m2, rest_m2;
    Point at;
} CutterOverlap;
Err cutter_overlap(Cutter *c, int32_t i, const Shape *s, CutterOverlap *ret, Fault *f);

/* What `a` covers and `b` does not. */
Err shape_difference(const Shape *a, const Shape *b, Arena *arena, Shape *ret, Fault *f);

#endif
