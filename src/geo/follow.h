/* follow – a walk along the borders of a layer: what lies on either side of each stretch.
 *
 * Every edge is walked in steps of a few metres. A stretch is told with the area whose edge
 * it is, the one that lies across it (on the spot, or beyond a street) and two points, `near_m`
 * inside either of them: another layer has a border here if these two lie in different areas
 * of it. So borders that two surveys drew a few metres apart count as the same, and no line
 * has to be matched with a line. A border that both areas have is walked from both sides and
 * counts half each time. Within `near_m` of a crossing of two borders the answer may be wrong
 * by a few metres. */
#ifndef JW_FOLLOW_H
#define JW_FOLLOW_H

#include "index.h"

#define FOLLOW_STEP_M 5.0

typedef struct FollowRules {
    double near_m;   /* two borders no further apart than this are one */
    double street_m; /* how wide a street between two areas may be; 0: they meet */
} FollowRules;

typedef struct FollowStretch {
    int32_t in, out; /* whose edge; what lies across, -1: nothing */
    Point at_in, at_out;
    double m; /* of the border; half of the stretch where both are walked */
} FollowStretch;

typedef Err FollowEach(void *ctx, const FollowStretch *s, Fault *f);

/* Across an area's own seams nothing is told. `own` is the index of the same shapes. */
Err follow_walk(const Shape *shapes, int32_t n, const AreaIndex *own, const FollowRules *rules,
                FollowEach *each, void *ctx, Fault *f);

#endif
