/* partition on thousands of graphs, planar and not: every unit in a grid, every grid whole,
 * hard borders kept, figures that add up, the same plan again whatever the threads, nothing
 * where it was stopped. Then inputs that mean no good: an answer or one sentence. */
#include "engine_partition_town.h"

enum { GRAPHS = 1000 };

/* Anything that may come: some a lattice, some edges from anywhere to anywhere. */
static void make_wild(Town *t) {
    int32_t n = 1 + roll(roll(4) ? 30 : UNITS - 1);

    make_town(t, n, 1 + roll(10), 5 + roll(60), roll(2));
    if (roll(2))
        for (int32_t i = roll(2 * n); i > 0 && t->in.n_edges < EDGES; i--)
            join(t, roll(n), roll(n), roll(100));
    t->in.seed = (uint64_t)roll(1000);
    t->in.sweeps = 1 + roll(30);
    t->in.features = t->features;
    t->in.n_features = 1;
    t->in.wishes = (PartitionWishes){ roll(2) * 100, roll(2) * 50, roll(2) * 50, roll(2) * 100, roll(2) * 80 };
    t->in.label = roll(3) ? NULL : t->label;
    t->in.old = roll(3) ? NULL : t->old;
    t->in.min = roll(4) ? 30 : 40;
    for (int32_t u = 0; u < n; u++) {
        t->label[u] = u % 7 < 3 ? u / 20 : -1;
        t->old[u] = roll(8) ? u / 5 : -1;
        if (roll(20) == 0)
            t->households[u] = roll(2) ? 0 : 51 + roll(100);
    }
    for (int32_t e = 0; e < t->in.n_edges; e++)
        t->edges[e].hard = roll(15) == 0;
}

static _Atomic bool stop;
static int32_t stop_at;
static void stop_there(void *ctx, int32_t permille) {
    (void)ctx;
    stop = permille >= stop_at;
}

/* Stopped somewhere: nothing is left of it. Before it was noticed it may have ended. */
static void check_stopped(Town *t) {
    PartitionPlan before = plan;

    t->in.cancel = &stop;
    t->in.progress = stop_there;
    stop_at = roll(1000);
    stop = roll(4) == 0;
    Err e = solve(t);
    assert_true(e == ERR_BUSY || e == OK);
    if (e == ERR_BUSY) {
        assert_int_equal(arena.used, 0);
        assert_memory_equal(&plan, &before, sizeof plan);
    } else
        check_plan(t);
    stop = false;
}

static void test_wild(void **state) {
    Town t;
    int32_t first[UNITS];

    (void)state;
    for (int32_t i = 0; i < GRAPHS; i++) {
        make_wild(&t);
        assert_int_equal(solve(&t), OK);
        check_plan(&t);
        remember(&t, first);
        t.in.threads = i % 4;
        assert_int_equal(solve(&t), OK); /* the same, whoever comes first */
        assert_memory_equal(plan.grid, first, (size_t)t.in.n * sizeof *first);
        if (i % 4 == 0)
            check_stopped(&t);
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

/* ---- units that are beside all others ---- */

enum { MANY = 6000 };

/* Each ends, in grids that are whole; the runner's limit of time says that it ends soon. */
static void check_hubs(const char *what, PartitionEdge *edges, int32_t n_edges, const int32_t *old) {
    static int32_t households[MANY];
    PartitionInput in = { .n = MANY,
                          .n_edges = n_edges,
                          .households = households,
                          .old = old,
                          .edges = edges,
                          .min = 300,
                          .max = 500,
                          .wishes = partition_usual,
                          .seed = 3 };
    int64_t units = 0;

    for (int32_t u = 0; u < MANY; u++)
        households[u] = 10 + u % 41;
    arena_end(&arena);
    assert_int_equal(arena_begin(&arena, partition_room(&in), &fault_said), OK);
    if (partition_solve(&in, &arena, &plan, &fault_said) != OK)
        fail_msg("%s: %s", what, fault_said.en);
    assert_int_equal(plan.n_parts, 1);
    for (int32_t i = 0; i < plan.n_grids; i++) {
        assert_int_equal(plan.grids[i].pieces, 1);
        units += plan.grids[i].units;
    }
    assert_int_equal(units, MANY);
}

static void test_hubs(void **state) {
    static PartitionEdge edges[MANY * 2];
    static int32_t old[MANY];
    int32_t n = 0;

    (void)state;
    for (int32_t u = 1; u < MANY; u++)
        edges[n++] = (PartitionEdge){ .a = 0, .b = u, .border_m = 1 + u % 50 };
    check_hubs("a star", edges, n, NULL);
    for (int32_t i = 0; i < plan.n_grids; i++) /* what hangs on the hub goes with it: too many */
        assert_true(plan.grids[i].reason == PARTITION_KEEPS || plan.grids[i].reason == PARTITION_NONE_FITS);
    assert_true(plan.out_of_range > 0);
    for (int32_t u = 2; u < MANY; u++)
        edges[n++] = (PartitionEdge){ .a = 1, .b = u, .border_m = 1 + u % 50 };
    check_hubs("two hubs", edges, n, NULL);
    n = 0;
    for (int32_t u = 1; u < MANY; u++) /* 1,000 leaves on each unit of a chain */
        edges[n++] = (PartitionEdge){ .a = u % 1000 ? u - u % 1000 : u - 1000, .b = u, .border_m = 1 };
    check_hubs("a caterpillar", edges, n, NULL);
    n = 0;
    for (int32_t u = 1; u < MANY; u++)
        edges[n++] = (PartitionEdge){ .a = u - 1, .b = u, .border_m = 1 };
    for (int32_t u = 0; u < MANY; u++)
        old[u] = u;
    check_hubs("a chain where each unit was a grid", edges, n, old);
    memset(old, 0, sizeof old);
    check_hubs("a chain that was one grid", edges, n, old);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wild),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_odd),
        cmocka_unit_test(test_hubs),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    arena_end(&arena);
    return failed;
}
