/* adjacency – which areas of a layer are neighbours, and how long a border they share.
 *
 * Three kinds, each measured by itself: a border that both have, point for point or along
 * one line (exact); edges that face each other within a tolerance, as two surveys of one
 * wall draw them (near); and edges that face each other across a street, the nearest only,
 * with nothing between (street). Touching in a point joins nobody; near and street borders
 * shorter than `least_m` neither, because at a common corner two edges are always near.
 *
 * An edge faces another when their outsides look at each other and their lines turn by less
 * than 45°. Lengths are those of the edge looked from, the mean of both sides. Areas should
 * be valid (audit.h); where they overlap by more than the tolerance no border is found. */
#ifndef JW_ADJACENCY_H
#define JW_ADJACENCY_H

#include "polygon.h"

#include <stdatomic.h>

#define ADJACENCY_NEAR_M_MAX 10.0
#define ADJACENCY_STREET_M_MAX 200.0
#define ADJACENCY_LEAST_M 5.0
#define ADJACENCY_COPIES_MAX 64 /* of one edge: more is a layer that holds an area again and again */

typedef struct AdjacencyRules {
    double near_m;              /* apart by no more: near; 0: none of that kind */
    double street_m;            /* apart by more than near_m, by no more than this: street; 0: none */
    double least_m;             /* shorter near and street borders join nobody; 0: ADJACENCY_LEAST_M */
    const _Atomic bool *cancel; /* set by another thread: ERR_BUSY; may be NULL */
} AdjacencyRules;

typedef struct Border {
    int32_t a, b; /* positions, a < b */
    double exact_m, near_m, street_m;
    double apart_m; /* mean width of the street; 0: none */
} Border;

typedef struct Adjacency {
    Border *borders; /* by a, then b; on the heap, freed by adjacency_free */
    int64_t n;
} Adjacency;

/* ERR_INVALID: a rule that is no distance, or an edge that more than ADJACENCY_COPIES_MAX
 * areas have; ERR_LIMIT: too many edges; ERR_BUSY: cancelled. */
Err adjacency_find(const Shape *shapes, int32_t n, const AdjacencyRules *rules, Adjacency *ret, Fault *f);
void adjacency_free(Adjacency *adjacency);

#endif
