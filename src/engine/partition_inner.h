/* partition_inner – what the files of the planner share; see partition.h.
 *
 * A part (a component within its hard borders) is a PartGraph, a slice of arrays of the
 * whole; a PartState is a plan for it that is being bettered. Costs are whole numbers:
 * border is scaled by a power of two, positions and features are steps of one length, so
 * that the sums of a grid are exact and a move changes its cost the same way everywhere. */
#ifndef JW_PARTITION_INNER_H
#define JW_PARTITION_INNER_H

#include "partition.h"

enum { DIMS_MAX = PARTITION_FEATURES_MAX + 2 };

typedef struct PartArc {
    int32_t to, border, edge;
    uint32_t beside; /* which of the unit's neighbours, by their place, this one is joined to; see PART_FEW */
} PartArc;

typedef struct PartEdge {
    int32_t a, b;
} PartEdge;

typedef struct PartGraph {
    int32_t n;
    const int32_t *first; /* n + 1 positions in arcs */
    const PartArc *arcs;
    const PartEdge *edges; /* half as many: the two arcs of an edge have its number */
    const int32_t *households;
    int32_t dims;
    const int32_t *at;  /* n × dims */
    double step_cost;   /* of one household one step from the middle, squared */
    const int32_t *old; /* grid of the state to start from that is paid for leaving, -1: none; or NULL */
    int64_t keep;       /* price of a unit that leaves it */
    int64_t total, lo, hi;
    int64_t mean;      /* root of the mean square border of an edge */
    int64_t household; /* what a household outside the range costs, at price 1 */
    int64_t middle;    /* of the range */
    double uneven;     /* what a grid costs that is one household off it, squared; 0: nothing */
} PartGraph;

typedef struct PartState {
    const PartGraph *g;
    int32_t k;
    int32_t *grid, *count, *some; /* some: a unit of each grid */
    int64_t *households, *sums, *square, *spread;
    int32_t *outside;     /* neighbours in other grids */
    int64_t *hold;        /* border of a unit to its own grid less that to others: no move costs less */
    int32_t *cut, *place; /* edges between grids; where an edge stands in it, or -1 */
    int32_t n_cut;
    int32_t *seen, stamp, *queue;
    int32_t *best; /* the best plan so far, and */
    int32_t best_k;
    int64_t best_out, best_cost; /* best_out -1: none yet */
    bool is_plain;               /* nothing but borders and the range counts */
    int64_t price;               /* of a household outside the range, now */
    uint64_t dice;
    int64_t work;                /* arcs that may still be looked at; see part_tired() */
    int32_t *scratch;            /* see PART_SCRATCH */
    int64_t *below;              /* households beneath a unit of a tree */
    struct PartSplitEdge *edges; /* as many as the part has */
    int32_t *list;               /* units that the repair looks at */
    const int32_t *logs;         /* see part_logs() */
    const _Atomic bool *cancel;
    void (*tell)(void *ctx, int32_t permille); /* of the part; or NULL */
    void *ctx;
} PartState;

typedef struct PartSplitEdge {
    int32_t a, b, next; /* of those that weigh about as much; -1: the last */
} PartSplitEdge;

enum {
    PART_SCRATCH = 8, /* numbers of scratch per unit */
    PART_FEW = 32,    /* with more neighbours than that, `beside` is 0 */
};

static inline uint64_t part_roll(PartState *s) {
    s->dice ^= s->dice << 13;
    s->dice ^= s->dice >> 7;
    s->dice ^= s->dice << 17;
    return s->dice;
}
static inline uint32_t part_below(PartState *s, uint32_t n) {
    return (uint32_t)(((part_roll(s) >> 32) * n) >> 32);
}
static inline int64_t part_off(int64_t lo, int64_t hi, int64_t households) {
    int64_t under = lo - households, over = households - hi; /* not both: lo ≤ hi */

    return (under > 0 ? under : 0) + (over > 0 ? over : 0);
}
static inline int64_t part_miss(const PartGraph *g, int64_t households) {
    return part_off(g->lo, g->hi, households);
}
static inline bool part_cancelled(const PartState *s) {
    return s->cancel && atomic_load_explicit(s->cancel, memory_order_relaxed);
}

/* What the households of a grid cost by being many or few; of enormous ones no more than a bound. */
static inline int64_t part_uneven(const PartGraph *g, int64_t households) {
    double off = (double)(households - g->middle), cost = off * off * g->uneven;

    return cost < 1e12 ? (int64_t)cost : (int64_t)1e12;
}

/* Households that any plan of so many grids leaves outside. */
static inline int64_t part_least_out(const PartGraph *g, int32_t k) {
    return part_off(k * g->lo, k * g->hi, g->total);
}

/* Enough of it: cancelled, or a graph on which the usual steps are slow (a unit beside all
 * others) has had its share. What is found by then is the answer. */
static inline bool part_tired(const PartState *s) { return s->work < 0 || part_cancelled(s); }
/* What of it a move changes. */
static inline int64_t part_move_uneven(const PartState *s, int32_t u, int32_t to) {
    const PartGraph *g = s->g;
    int64_t h = g->households[u], from = s->households[s->grid[u]], there = s->households[to];

    return part_uneven(g, from - h) - part_uneven(g, from) + part_uneven(g, there + h) - part_uneven(g, there);
}
static inline int32_t part_degree(const PartGraph *g, int32_t u) { return g->first[u + 1] - g->first[u]; }

/* ---- partition_state.c ---- */
void part_count(PartState *s);                               /* everything from s->grid and s->k */
bool part_stays_whole(PartState *s, int32_t u);              /* would the grid of u, without it? */
bool part_touches(const PartState *s, int32_t u, int32_t a); /* has u a neighbour in grid a? */
int32_t part_members(PartState *s, int32_t a);               /* the units of a grid, in s->queue; how many */
void part_move(PartState *s, int32_t u, int32_t to);
int64_t part_spread(const PartGraph *g, int64_t households, const int64_t *sums, int64_t square);
int64_t part_move_cost(const PartState *s, int32_t u, int32_t to); /* without the range */
int64_t part_move_miss(const PartState *s, int32_t u, int32_t to); /* change of households outside */
int64_t part_out(const PartState *s); /* households outside the range, of all grids */
int64_t part_cost(const PartState *s);
bool part_remember(PartState *s); /* as the best if it is: was it? */
void part_recall(PartState *s);   /* back to the best */

/* ---- partition_seed.c ---- */
/* Cuts `units` (connected, all in grid `from`) into parts grids, numbers from, ids[0], …;
 * writes s->grid alone and orders units anew. tries: trees looked at for each cut. */
void part_split(PartState *s, int32_t *units, int32_t n, int32_t from, int32_t parts, const int32_t *ids,
                int32_t tries);
void part_seed(PartState *s, int32_t k);     /* from nothing */
void part_seed_old(PartState *s, int32_t k); /* from g->old, its pieces mended */

/* ---- partition_anneal.c ---- */
typedef struct PartCourse {
    int32_t sweeps;
    int32_t hot, cold;     /* temperature, in 1/1000 of a mean border */
    int32_t price, dearer; /* of a household outside, in 1/1000; from and to */
    bool tells;            /* how far it is */
} PartCourse;
enum { PART_LOGS = 1024 };
void part_logs(int32_t ret[PART_LOGS]); /* −ln((i + ½) / PART_LOGS) in 1/65536 */
void part_anneal(PartState *s, const PartCourse *c);
void part_settle(PartState *s); /* moves and swaps that better the plan, until none is left */

/* ---- partition_repair.c ---- */
void part_repair(PartState *s);

/* ---- partition_exact.c ---- */
enum { EXACT_UNITS_MAX = 64 };
typedef enum PartExact { EXACT_GAVE_UP, EXACT_NONE, EXACT_FOUND } PartExact;
/* The best plan of k grids (0: of any number) that keeps the range and costs less than
 * `below`, without the price of leaving old grids. Looks at no more than `work` forms. NONE
 * is a proof. ret_grid is written only when FOUND. */
PartExact part_exact(const PartGraph *g, int32_t k, int64_t below, int64_t work, int32_t *ret_grid,
                     int32_t *ret_k);

/* ---- partition_prove.c ---- */
/* Of a part whose plan (in s->grid) misses the range: NONE is the proof that every plan does. FOUND:
 * one of k grids (0: of any number) that keeps it is in s->grid. was_tried: the exact search of all its
 * units has given up, and is no use again where none was taken together. */
PartExact part_prove(PartState *s, int32_t k, bool was_tried);

/* ---- partition_part.c ---- */
typedef struct PartVerdict {
    int32_t k;
    PartitionReason reason; /* of grids out of range */
    bool optimal;
} PartVerdict;
/* Solves one part: the plan is in s->grid. k from least to most, `wanted` first. */
typedef struct PartTask {
    int32_t wanted, least, most, sweeps;
    PartitionReason reason, none; /* what is known beforehand, KEEPS: nothing is wrong; and what a proof says */
} PartTask;
PartVerdict part_solve(PartState *s, const PartTask *t);

#endif
