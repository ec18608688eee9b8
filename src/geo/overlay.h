/* overlay – how much ground any area of one layer has in common with any of another.
 *
 * Each pair is measured by itself, without making the common shape: the ground under an
 * area's edges, counted up where an edge runs west and down where it runs east, is the area;
 * the ground under two edges at once, summed over all pairs of edges of two areas, is what
 * both cover. No decision is taken about who lies on which side, so borders that are the
 * same, nearly the same or cross at a thousand places are no special case, and the error is
 * that of adding doubles: far below a square lattice unit (a square centimetre).
 *
 * Exact for areas that do not cross themselves. For the shape itself: repair.h. */
#ifndef JW_OVERLAY_H
#define JW_OVERLAY_H

#include "polygon.h"

#include <stdatomic.h>

#define OVERLAY_PAIRS_MAX 40000000

/* A layer made ready: borrows the shapes; any number of threads may read. */
typedef struct OverlayLayer OverlayLayer;
Err overlay_ready(const Shape *shapes, int32_t n, OverlayLayer **ret, Fault *f);
void overlay_layer_free(OverlayLayer *layer);
double overlay_units2(const OverlayLayer *layer, int32_t i); /* area of a shape, square lattice units */

typedef struct OverlayRules {
    double least_units2;        /* pairs with less in common are left out; 0: OVERLAY_LEAST_UNITS2 */
    const _Atomic bool *cancel; /* set by another thread: ERR_BUSY; may be NULL */
} OverlayRules;
#define OVERLAY_LEAST_UNITS2 1.0

typedef struct Common {
    int32_t a, b; /* positions in the two layers */
    double units2, m2;
} Common;

typedef struct Overlay {
    Common *commons; /* by a, then b; on the heap, freed by overlay_free */
    int64_t n;
} Overlay;

/* ERR_LIMIT: more than OVERLAY_PAIRS_MAX pairs; ERR_BUSY: cancelled. */
Err overlay_find(const OverlayLayer *a, const OverlayLayer *b, const OverlayRules *rules, Overlay *ret,
                 Fault *f);
void overlay_free(Overlay *overlay);

#endif
