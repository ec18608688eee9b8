/* adjacency_inner – what adjacency.c and adjacency_facing.c share. */
#ifndef JW_ADJACENCY_INNER_H
#define JW_ADJACENCY_INNER_H

#include "adjacency.h"

typedef struct AdjEdge {
    Point a, b; /* the area lies left of a→b */
    int32_t shape;
} AdjEdge;

/* A stretch of border, as one of the two sees it. */
typedef enum AdjKind { ADJ_EXACT, ADJ_NEAR, ADJ_STREET, ADJ_KINDS } AdjKind;
typedef struct AdjStretch {
    int32_t a, b; /* a < b */
    double m[ADJ_KINDS];
    double ground_m2; /* of the street between */
} AdjStretch;

typedef struct AdjRun {
    AdjacencyRules rules;
    AdjEdge *edges; /* shape by shape, ring by ring */
    uint8_t *met;   /* of each edge: another area has it too */
    int32_t n_edges;
    AdjStretch *stretches;
    int64_t n_stretches, stretches_max;
    Fault *f;
} AdjRun;

Err adj_cancelled(const AdjRun *run);

/* Adds to the last stretch while it is about the same two, so that a border becomes few. */
Err adj_add(AdjRun *run, int32_t x, int32_t y, AdjKind kind, double m, double apart_m);

Err adj_find_facing(AdjRun *run); /* ---- adjacency_facing.c ---- */

#endif
