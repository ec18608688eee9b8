/* engine_partition_town – small towns for the tests of the planner, and what must hold of any
 * plan, looked at from outside: it shares nothing with the engine but its header. */
#ifndef ENGINE_PARTITION_TOWN_H
#define ENGINE_PARTITION_TOWN_H

#include "partition.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { UNITS = 80, EDGES = 400 };

typedef struct Town {
    PartitionInput in;
    int32_t households[UNITS], label[UNITS], old[UNITS];
    double x[UNITS], y[UNITS], features[UNITS * 2];
    PartitionEdge edges[EDGES];
} Town;

static uint64_t dice = 1;
static inline int32_t roll(int32_t n) {
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return (int32_t)((dice >> 33) % (uint64_t)n);
}

static inline void join(Town *t, int32_t a, int32_t b, double border) {
    assert_true(t->in.n_edges < EDGES);
    t->edges[t->in.n_edges++] = (PartitionEdge){ .a = a, .b = b, .border_m = border };
}

/* A lattice of `wide` columns with some edges missing; `whole` leaves a way to each unit. */
static inline void make_town(Town *t, int32_t n, int32_t wide, int32_t most, bool whole) {
    memset(t, 0, sizeof *t);
    t->in = (PartitionInput){ .n = n,
                              .households = t->households,
                              .x_m = t->x,
                              .y_m = t->y,
                              .edges = t->edges,
                              .min = 30,
                              .max = 50,
                              .wishes = partition_usual,
                              .seed = 7,
                              .threads = 1 };
    for (int32_t u = 0; u < n; u++) {
        t->households[u] = roll(most + 1);
        t->x[u] = u % wide * 10 + roll(5);
        t->y[u] = u / wide * 10 + roll(5);
        t->features[u] = roll(4);
        if (u % wide && (whole ? u < wide || roll(4) > 0 : roll(4) > 0))
            join(t, u, u - 1, roll(100));
        if (u >= wide && (whole || roll(4) > 0))
            join(t, u - wide, u, roll(100));
    }
}

static Arena arena;
static PartitionPlan plan;
static Fault fault_said;

static inline Err solve(const Town *t) {
    arena_end(&arena);
    assert_int_equal(arena_begin(&arena, partition_room(&t->in), &fault_said), OK);
    return partition_solve(&t->in, &arena, &plan, &fault_said);
}

/* ---- what must hold of any plan ---- */

static inline bool joined(const Town *t, int32_t e) {
    const PartitionEdge *x = &t->edges[e];

    return !x->hard && (!t->in.label || t->label[x->a] == t->label[x->b]);
}

/* Units that can be reached from u within its grid (grids NULL: at all). */
static inline int32_t reach(const Town *t, const int32_t *grids, int32_t u, bool *seen) {
    int32_t n = 1;

    memset(seen, 0, UNITS * sizeof *seen);
    seen[u] = true;
    for (bool more = true; more;) {
        more = false;
        for (int32_t e = 0; e < t->in.n_edges; e++) {
            int32_t a = t->edges[e].a, b = t->edges[e].b;
            if (!joined(t, e) || seen[a] == seen[b] || (grids && grids[a] != grids[b]))
                continue;
            seen[a] = seen[b] = more = true;
            n++;
        }
    }
    return n;
}

static inline void check_grid(const Town *t, int32_t i, int64_t households, int32_t units, int32_t first) {
    const PartitionGrid *g = &plan.grids[i];
    bool seen[UNITS], fits = households >= t->in.min && households <= t->in.max;

    assert_int_equal(g->households, households);
    assert_int_equal(g->units, units);
    assert_int_equal(g->pieces, 1);
    assert_int_equal(reach(t, plan.grid, first, seen), units);
    assert_true(fits == (g->reason == PARTITION_KEEPS));
    if (households > 0 || t->in.grids)
        return;
    reach(t, NULL, first, seen); /* nobody in the grid: nobody in the whole of what it could join */
    for (int32_t u = 0; u < t->in.n; u++)
        assert_true(!seen[u] || t->households[u] == 0);
}

static inline void check_plan(const Town *t) {
    int64_t households[UNITS] = { 0 };
    int32_t units[UNITS] = { 0 }, first[UNITS], out = 0, next = 0;
    double cut = 0;

    for (int32_t u = 0; u < t->in.n; u++) {
        int32_t g = plan.grid[u];
        assert_true(g >= 0 && g <= next);
        if (g == next)
            first[next++] = u;
        households[g] += t->households[u];
        units[g]++;
        if (t->in.label)
            assert_int_equal(t->label[u], t->label[first[g]]);
    }
    assert_int_equal(next, plan.n_grids);
    for (int32_t i = 0; i < next; i++) {
        check_grid(t, i, households[i], units[i], first[i]);
        out += plan.grids[i].reason != PARTITION_KEEPS;
    }
    for (int32_t e = 0; e < t->in.n_edges; e++)
        cut += joined(t, e) && plan.grid[t->edges[e].a] != plan.grid[t->edges[e].b] ? t->edges[e].border_m : 0;
    assert_int_equal(out, plan.out_of_range);
    assert_true(fabs(cut - plan.cut_m) < 1e-6);
}

static inline void remember(const Town *t, int32_t *ret) {
    memcpy(ret, plan.grid, (size_t)t->in.n * sizeof *ret);
}

static inline void make_chain(Town *t, int32_t n, const int32_t *households) {
    make_town(t, n, n, 1, true);
    memcpy(t->households, households, (size_t)n * sizeof *households);
}

static inline PartitionReason reason_of(Town *t, int32_t unit) {
    assert_int_equal(solve(t), OK);
    check_plan(t);
    return plan.grids[plan.grid[unit]].reason;
}

#endif
