/* partition, judged from outside: every plan of small graphs is counted out, of large ones
 * every rule is looked at again; then inputs that mean no good. */
#include "partition.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

enum { UNITS = 80, EDGES = 400, WILD = 150 };

typedef struct Town {
    PartitionInput in;
    int32_t households[UNITS], label[UNITS], old[UNITS];
    double x[UNITS], y[UNITS], features[UNITS * 2];
    PartitionEdge edges[EDGES];
} Town;

static uint64_t dice = 1;
static int32_t roll(int32_t n) {
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return (int32_t)((dice >> 33) % (uint64_t)n);
}

static void join(Town *t, int32_t a, int32_t b, double border) {
    assert_true(t->in.n_edges < EDGES);
    t->edges[t->in.n_edges++] = (PartitionEdge){ .a = a, .b = b, .border_m = border };
}

/* A lattice of `wide` columns with some edges missing; `whole` leaves a way to each unit. */
static void make_town(Town *t, int32_t n, int32_t wide, int32_t most, bool whole) {
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

static Err solve(const Town *t) {
    arena_end(&arena);
    assert_int_equal(arena_begin(&arena, partition_room(&t->in), &fault_said), OK);
    return partition_solve(&t->in, &arena, &plan, &fault_said);
}

/* ---- what must hold of any plan ---- */

static bool joined(const Town *t, int32_t e) {
    const PartitionEdge *x = &t->edges[e];

    return !x->hard && (!t->in.label || t->label[x->a] == t->label[x->b]);
}

/* Units that can be reached from u within its grid (grids NULL: at all). */
static int32_t reach(const Town *t, const int32_t *grids, int32_t u, bool *seen) {
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

static void check_grid(const Town *t, int32_t i, int64_t households, int32_t units, int32_t first) {
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

static void check_plan(const Town *t) {
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

static void remember(const Town *t, int32_t *ret) { memcpy(ret, plan.grid, (size_t)t->in.n * sizeof *ret); }

/* ---- every plan there is ---- */

typedef struct Oracle {
    const Town *t;
    int32_t grid[UNITS];
    double least[UNITS + 1]; /* cut of the best plan within the range, by its number of grids; -1: none */
} Oracle;

static void judge(Oracle *o, int32_t k) {
    const Town *t = o->t;
    int64_t households[UNITS] = { 0 };
    bool seen[UNITS], done[UNITS] = { false };
    double cut = 0;

    for (int32_t u = 0; u < t->in.n; u++)
        households[o->grid[u]] += t->households[u];
    for (int32_t i = 0; i < k; i++)
        if (households[i] < t->in.min || households[i] > t->in.max)
            return;
    for (int32_t u = 0; u < t->in.n; u++) {
        int32_t units = 0;
        if (done[o->grid[u]])
            continue;
        done[o->grid[u]] = true;
        for (int32_t v = 0; v < t->in.n; v++)
            units += o->grid[v] == o->grid[u];
        if (reach(t, o->grid, u, seen) != units)
            return;
    }
    for (int32_t e = 0; e < t->in.n_edges; e++)
        cut += o->grid[t->edges[e].a] != o->grid[t->edges[e].b] ? t->edges[e].border_m : 0;
    if (o->least[k] < 0 || cut < o->least[k])
        o->least[k] = cut;
}

static void enumerate(Oracle *o, int32_t u, int32_t k) {
    if (u == o->t->in.n) {
        judge(o, k);
        return;
    }
    for (int32_t i = 0; i <= k; i++) {
        o->grid[u] = i;
        enumerate(o, u + 1, i == k ? k + 1 : k);
    }
}

static void beside_the_oracle(Town *t) {
    Oracle o = { .t = t };
    bool fits = false;

    for (int32_t k = 0; k <= UNITS; k++)
        o.least[k] = -1;
    enumerate(&o, 0, 0);
    for (int32_t k = 1; k <= t->in.n; k++)
        fits |= o.least[k] >= 0;
    assert_int_equal(solve(t), OK);
    check_plan(t);
    assert_true(fits == (plan.out_of_range == 0));
    if (fits) {
        assert_int_equal(plan.proved_optimal, 1);
        assert_true(fabs(plan.cut_m - o.least[plan.n_grids]) < 1e-6);
    }
    t->in.grids = 1 + roll(t->in.n);
    assert_int_equal(solve(t), OK);
    check_plan(t);
    assert_int_equal(plan.n_grids, t->in.grids);
    assert_true((o.least[t->in.grids] >= 0) == (plan.out_of_range == 0));
    if (plan.out_of_range == 0)
        assert_true(fabs(plan.cut_m - o.least[t->in.grids]) < 1e-6);
}

static void test_every_plan(void **state) {
    Town t;

    (void)state;
    for (int32_t i = 0; i < 300; i++) {
        make_town(&t, 1 + roll(7), 1 + roll(3), i % 2 ? 30 : 49, true);
        beside_the_oracle(&t);
    }
    for (int32_t i = 0; i < 6; i++) {
        make_town(&t, 9 + i % 2, 3, 22, true);
        beside_the_oracle(&t);
    }
}

/* ---- thousands of graphs ---- */

static void make_wild(Town *t) {
    make_town(t, 1 + roll(UNITS - 1), 1 + roll(10), 5 + roll(60), roll(2));
    t->in.seed = (uint64_t)roll(1000);
    t->in.sweeps = 1 + roll(30);
    t->in.features = t->features;
    t->in.n_features = 1;
    t->in.wishes = (PartitionWishes){ roll(2) * 100, roll(2) * 50, roll(2) * 50, roll(2) * 100 };
    t->in.label = roll(3) ? NULL : t->label;
    t->in.old = roll(3) ? NULL : t->old;
    t->in.min = roll(4) ? 30 : 40;
    for (int32_t u = 0; u < t->in.n; u++) {
        t->label[u] = u % 7 < 3 ? u / 20 : -1;
        t->old[u] = roll(8) ? u / 5 : -1;
        if (roll(20) == 0)
            t->households[u] = roll(2) ? 0 : 51 + roll(100);
    }
    for (int32_t e = 0; e < t->in.n_edges; e++)
        t->edges[e].hard = roll(15) == 0;
}

static void test_wild(void **state) {
    Town t;
    int32_t first[UNITS];

    (void)state;
    for (int32_t i = 0; i < WILD; i++) {
        make_wild(&t);
        assert_int_equal(solve(&t), OK);
        check_plan(&t);
        remember(&t, first);
        t.in.threads = 3;
        assert_int_equal(solve(&t), OK); /* the same, whoever comes first */
        assert_memory_equal(plan.grid, first, (size_t)t.in.n * sizeof *first);
    }
}

/* ---- reasons ---- */

static void make_chain(Town *t, int32_t n, const int32_t *households) {
    make_town(t, n, n, 1, true);
    memcpy(t->households, households, (size_t)n * sizeof *households);
}

static PartitionReason reason_of(Town *t, int32_t unit) {
    assert_int_equal(solve(t), OK);
    check_plan(t);
    return plan.grids[plan.grid[unit]].reason;
}

static void test_reasons(void **state) {
    Town t;

    (void)state;
    make_chain(&t, 3, (int32_t[]){ 5, 90, 35 });
    assert_int_equal(reason_of(&t, 1), PARTITION_UNIT_OVER);
    assert_int_equal(plan.grids[plan.grid[0]].reason, PARTITION_POCKET);
    assert_int_equal(plan.grids[plan.grid[2]].reason, PARTITION_KEEPS);
    make_chain(&t, 3, (int32_t[]){ 0, 90, 0 }); /* parks go with the unit */
    assert_int_equal(reason_of(&t, 0), PARTITION_UNIT_OVER);
    assert_int_equal(plan.n_grids, 1);
    make_chain(&t, 2, (int32_t[]){ 0, 0 });
    assert_int_equal(reason_of(&t, 0), PARTITION_NO_HOUSEHOLDS);
    make_chain(&t, 2, (int32_t[]){ 10, 19 });
    assert_int_equal(reason_of(&t, 0), PARTITION_PART_UNDER);
    make_chain(&t, 3, (int32_t[]){ 20, 15, 20 }); /* 55: one is too few, two too many */
    assert_int_equal(reason_of(&t, 0), PARTITION_PART_BETWEEN);
    assert_int_equal(plan.outside, 5);
    make_chain(&t, 4, (int32_t[]){ 20, 50, 20, 1 }); /* 91 fits 2 and 3, the chain does not */
    assert_int_equal(reason_of(&t, 0), PARTITION_NONE_FITS);
    make_chain(&t, 4, (int32_t[]){ 30, 30, 30, 30 });
    t.in.grids = 2;
    assert_int_equal(reason_of(&t, 0), PARTITION_NUMBER_ASKED);
    assert_int_equal(plan.n_grids, 2);
    t.in.grids = 3;
    reason_of(&t, 0);
    assert_int_equal(plan.out_of_range, 1); /* 30, 30 and 60 */
    for (int32_t i = 0; i < 3; i++)
        assert_true(plan.grids[i].reason ==
                    (plan.grids[i].households == 60 ? PARTITION_NUMBER_ASKED : PARTITION_KEEPS));
}

/* ---- an old plan ---- */

static void test_old(void **state) {
    Town t;
    int32_t old[UNITS];

    (void)state;
    for (int32_t i = 0; i < 50; i++) {
        make_town(&t, 80, 10, 8, true);
        assert_int_equal(solve(&t), OK);
        assert_int_equal(plan.out_of_range, 0);
        remember(&t, old);
        t.in.old = old;
        assert_int_equal(solve(&t), OK); /* nothing has changed: nothing moves */
        assert_int_equal(plan.moved, 0);
        for (int32_t k = 0; k < 4; k++)
            t.households[roll(80)] += 4;
        assert_int_equal(solve(&t), OK);
        check_plan(&t);
        assert_int_equal(plan.out_of_range, 0);
        assert_true(plan.moved <= 12);
    }
}

static void test_scored(void **state) {
    Town t;
    int32_t grid[4] = { 3, 0, 0, 3 };

    (void)state;
    make_chain(&t, 4, (int32_t[]){ 10, 20, 20, 10 });
    for (int32_t e = 0; e < 3; e++)
        t.edges[e].border_m = e + 1;
    for (int32_t u = 0; u < 4; u++) {
        t.x[u] = u * 10;
        t.y[u] = 0;
    }
    t.in.old = (int32_t[]){ 0, 0, 1, 1 };
    arena_end(&arena);
    assert_int_equal(arena_begin(&arena, partition_score_room(&t.in), &fault_said), OK);
    assert_int_equal(partition_score(&t.in, grid, &arena, &plan, &fault_said), OK);
    assert_memory_equal(plan.grid, ((int32_t[]){ 0, 1, 1, 0 }), sizeof grid);
    assert_int_equal(plan.n_grids, 2);
    assert_int_equal(plan.n_parts, 1);
    assert_int_equal(plan.grids[0].pieces, 2);
    assert_int_equal(plan.grids[1].pieces, 1);
    assert_int_equal(plan.out_of_range, 1);
    assert_int_equal(plan.outside, 10);
    assert_true(fabs(plan.cut_m - 4) < 1e-9);
    assert_true(fabs(plan.grids[0].radius_m - 15) < 1e-9);
    assert_true(fabs(plan.grids[1].radius_m - 5) < 1e-9);
    assert_int_equal(plan.moved, 2);
    grid[2] = 4;
    assert_int_equal(partition_score(&t.in, grid, &arena, &plan, &fault_said), ERR_INVALID);
}

/* ---- stopping ---- */

static _Atomic bool stop;
static int32_t told;
static void stop_half_way(void *ctx, int32_t permille) {
    (void)ctx;
    assert_true(permille >= told && permille <= 1000);
    told = permille;
    stop = permille >= 300;
}
static void only_listen(void *ctx, int32_t permille) {
    (void)ctx;
    assert_true(permille >= told && permille <= 1000);
    told = permille;
}

static void test_cancel(void **state) {
    Town t;

    (void)state;
    make_town(&t, 80, 10, 8, true);
    t.in.progress = only_listen;
    told = 0;
    assert_int_equal(solve(&t), OK);
    assert_int_equal(told, 1000);
    PartitionPlan before = plan;
    t.in.cancel = &stop;
    for (int32_t i = 0; i < 2; i++) { /* half way, then before it begins */
        t.in.progress = i == 0 ? stop_half_way : NULL;
        told = 0;
        assert_int_equal(solve(&t), ERR_BUSY);
        assert_int_equal(arena.used, 0);
        assert_memory_equal(&plan, &before, sizeof plan);
    }
    stop = false;
}

static void test_no_room(void **state) {
    Town t;

    (void)state;
    make_town(&t, 80, 10, 8, true);
    for (size_t size = 0; size < partition_room(&t.in) / 2; size += 997) {
        Arena a;
        PartitionPlan p = { .n_grids = -5 };
        assert_int_equal(arena_begin(&a, size + 1, &fault_said), OK);
        assert_int_equal(partition_solve(&t.in, &a, &p, &fault_said), ERR_LIMIT);
        assert_int_equal(a.used, 0);
        assert_int_equal(p.n_grids, -5);
        arena_end(&a);
    }
}

/* ---- inputs that mean no good ---- */

static void refused(Town *t, Err err, const char *key) {
    assert_int_equal(solve(t), err);
    assert_string_equal(fault_said.key, key);
    make_town(t, 12, 4, 20, true);
}

static void test_refused(void **state) {
    Town t;

    (void)state;
    make_town(&t, 12, 4, 20, true);
    t.households[3] = -1;
    refused(&t, ERR_INVALID, "plan_households");
    t.households[3] = 100000001;
    refused(&t, ERR_INVALID, "plan_households");
    t.x[5] = NAN;
    refused(&t, ERR_INVALID, "plan_position");
    t.y[5] = INFINITY;
    refused(&t, ERR_INVALID, "plan_position");
    t.edges[2].border_m = NAN;
    refused(&t, ERR_INVALID, "plan_border");
    t.edges[2].border_m = -1;
    refused(&t, ERR_INVALID, "plan_border");
    t.edges[2].border_m = 1e300;
    refused(&t, ERR_INVALID, "plan_border");
    t.edges[2].b = 12;
    refused(&t, ERR_INVALID, "plan_edge");
    t.edges[2].a = -1;
    refused(&t, ERR_INVALID, "plan_edge");
    t.in.min = 51;
    refused(&t, ERR_INVALID, "plan_range");
    t.in.max = 0;
    refused(&t, ERR_INVALID, "plan_range");
    t.in.grids = 13;
    refused(&t, ERR_INVALID, "plan_grids");
    t.edges[0].hard = t.edges[1].hard = t.edges[2].hard = true;
    for (int32_t e = 0; e < t.in.n_edges; e++)
        t.edges[e].hard = true;
    t.in.grids = 11; /* every unit is a part */
    refused(&t, ERR_INVALID, "plan_grids");
    t.in.wishes.cut = -1;
    refused(&t, ERR_INVALID, "plan_wish");
    t.in.sweeps = -1;
    refused(&t, ERR_INVALID, "plan_sweeps");
    t.in.threads = 17;
    refused(&t, ERR_INVALID, "plan_threads");
    t.in.old = t.old;
    t.old[1] = 12;
    refused(&t, ERR_INVALID, "plan_old");
    t.in.features = t.features;
    t.in.n_features = 1;
    t.features[3] = NAN;
    refused(&t, ERR_INVALID, "plan_feature");
    t.in.n_features = 9;
    refused(&t, ERR_LIMIT, "plan_features");
    t.in.n = PARTITION_UNITS_MAX + 1;
    PartitionPlan p;
    Arena none = { 0 };
    assert_int_equal(partition_solve(&t.in, &none, &p, &fault_said), ERR_LIMIT);
    make_town(&t, 30, 5, 20, true);
    for (int32_t u = 0; u < 30; u++)
        t.households[u] = 100000000;
    refused(&t, ERR_LIMIT, "plan_households");
}

static void test_odd(void **state) {
    Town t;

    (void)state;
    make_town(&t, 0, 1, 20, true); /* nothing at all */
    assert_int_equal(solve(&t), OK);
    assert_int_equal(plan.n_grids, 0);
    make_town(&t, 1, 1, 20, true);
    t.households[0] = 10000;
    assert_int_equal(reason_of(&t, 0), PARTITION_UNIT_OVER);
    make_town(&t, 40, 8, 20, true);
    t.in.n_edges = 0; /* nothing joins */
    assert_int_equal(solve(&t), OK);
    check_plan(&t);
    assert_int_equal(plan.n_parts, 40);
    make_town(&t, 40, 8, 20, true); /* loops and parallel edges */
    for (int32_t u = 0; u < 40; u++)
        join(&t, u, u, 5);
    for (int32_t e = 0; e < 60; e++)
        join(&t, t.edges[e].b, t.edges[e].a, 1e9);
    assert_int_equal(solve(&t), OK);
    check_plan(&t);
    make_town(&t, 70, 70, 20, true); /* a star */
    for (int32_t e = 0; e < t.in.n_edges; e++)
        t.edges[e].b = 0;
    assert_int_equal(solve(&t), OK);
    check_plan(&t);
    make_town(&t, 70, 70, 12, true); /* a chain */
    assert_int_equal(solve(&t), OK);
    check_plan(&t);
    make_town(&t, 70, 7, 20, true); /* borders without length, all units in one place */
    for (int32_t e = 0; e < t.in.n_edges; e++)
        t.edges[e].border_m = 0;
    memset(t.x, 0, sizeof t.x);
    memset(t.y, 0, sizeof t.y);
    t.in.wishes.compact = 100;
    assert_int_equal(solve(&t), OK);
    check_plan(&t);
    make_town(&t, 30, 5, 20, true);
    t.in.min = t.in.max = 1;
    assert_int_equal(solve(&t), OK);
    check_plan(&t);
    t.in.min = 0;
    t.in.max = 100000000;
    assert_int_equal(solve(&t), OK);
    check_plan(&t);
    assert_int_equal(plan.n_grids, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_plan), cmocka_unit_test(test_wild),    cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_old),        cmocka_unit_test(test_scored),  cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_no_room),    cmocka_unit_test(test_refused), cmocka_unit_test(test_odd),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    arena_end(&arena);
    return failed;
}
