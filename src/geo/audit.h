/* audit – what is wrong with a layer, found before it is stored.
 *
 * Every import goes through it: shapes that are not valid are repaired and said
 * so, vertices that neighbours lack are put in, gaps and overlaps are listed
 * with their size, and a level is compared with the one above. It judges and
 * proposes; whether findings stop an import is the importer's business, and the
 * sentences for people are written there. Positions `a` and `b` are those of
 * the arrays given. */
#ifndef JW_AUDIT_H
#define JW_AUDIT_H

#include "repair.h"
#include <stdatomic.h>

typedef enum FindingKind {
    FINDING_REPAIRED = 1, /* a was not valid and is now; m2: change of area, see shape_ground_m2()  */
    FINDING_HOPELESS = 2, /* a could not be repaired; it is left out (an empty shape)             */
    FINDING_VERTICES = 3, /* count vertices of neighbours were put into a's edges                 */
    FINDING_OVERLAP = 4,  /* a and b (a < b) both cover m2                                        */
    FINDING_GAP = 5,      /* m2 within the layer that nobody covers; a, b: an area beside it or -1 */
    FINDING_OUTSIDE = 6,  /* child a leaves m2 outside its parent b; b -1: touches no parent;
                           * c: the parent with the next most of it, or -1                         */
} FindingKind;

typedef struct Finding {
    FindingKind kind;
    int32_t a, b, c;
    double share_b, share_c; /* OUTSIDE: how much of a lies in b and in c, from 0 to 1 */
    int64_t count;
    double m2;
    Point at;                 /* a point in or at it, to look at on the map */
    char why[REPAIR_WHY_MAX]; /* REPAIRED, HOPELESS: what was wrong         */
} Finding;

typedef struct AuditRules {
    double sliver_m2;           /* smaller gaps and overlaps are not listed; 0: AUDIT_SLIVER_M2 */
    int32_t reach;              /* a vertex this near (1e-7 degree) to an edge belongs on it; 0: 1 */
    int32_t findings_max;       /* more are counted, not listed; 0: AUDIT_FINDINGS_MAX */
    const _Atomic bool *cancel; /* set by another thread: ERR_BUSY; may be NULL */
} AuditRules;

#define AUDIT_SLIVER_M2 0.01
#define AUDIT_FINDINGS_MAX 10000

typedef struct Audit {
    Shape *shapes; /* n: repaired, with shared vertices; on the heap, freed by audit_free */
    Finding *findings;
    int32_t n, n_findings;
    int64_t repaired, hopeless, vertices, overlaps, gaps, outside; /* totals, listed or not */
    double overlap_m2, gap_m2, outside_m2;
} Audit;

Err audit_layer(const Shape *shapes, int32_t n, const AuditRules *rules, Audit *ret, Fault *f);
void audit_free(Audit *audit);

/* For each child the parent that covers most of it, -1 if none, in ret_parents
 * (n_children); findings are only FINDING_OUTSIDE, where more than sliver_m2
 * lies outside. `ret->shapes` stays NULL. Shapes should be valid. */
Err audit_parents(const Shape *children, int32_t n_children, const Shape *parents, int32_t n_parents,
                  const AuditRules *rules, int32_t *ret_parents, Audit *ret, Fault *f);

#endif
