/* partition, judged from outside: the reasons of grids out of range, old plans, the figures,
 * stopping, and too little memory. Every plan of small graphs is counted out in
 * engine_partition_small.c, thousands of graphs and bad input are in engine_partition_wild.c. */
#include "engine_partition_town.h"

/* ---- reasons ---- */

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

/* ---- balance ---- */

/* The square of what the grids are off the middle of the range. */
static int64_t uneven(const Town *t) {
    int64_t sum = 0;

    for (int32_t i = 0; i < plan.n_grids; i++) {
        int64_t off = plan.grids[i].households - (t->in.min + t->in.max) / 2;
        sum += off * off;
    }
    return sum;
}

static void test_balance(void **state) {
    Town t;
    int64_t before = 0, after = 0;

    (void)state;
    for (int32_t i = 0; i < 15; i++) {
        make_town(&t, 80, 10, 8, true);
        assert_int_equal(solve(&t), OK);
        before += uneven(&t);
        t.in.wishes.balance = 100;
        assert_int_equal(solve(&t), OK);
        check_plan(&t);
        assert_int_equal(plan.out_of_range, 0);
        after += uneven(&t);
    }
    assert_true(after * 3 < before);
    make_chain(&t, 4, (int32_t[]){ 20, 15, 15, 30 }); /* 50 and 30 by the border, 35 and 45 by households */
    for (int32_t e = 0; e < 3; e++)
        t.edges[e].border_m = e == 2 ? 10 : 11;
    assert_int_equal(solve(&t), OK);
    assert_int_equal(plan.grids[0].households, 50);
    t.in.wishes.balance = 1000;
    assert_int_equal(solve(&t), OK);
    assert_int_equal(plan.grids[0].households, 35);
}

/* ---- likeness ---- */

static double unlike(void) {
    double sum = 0;

    for (int32_t i = 0; i < plan.n_grids; i++)
        sum += plan.grids[i].spread * (double)plan.grids[i].households;
    return sum;
}

/* A side of towers and one of low houses, and what is scattered: grids keep to a side. */
static void test_alike(void **state) {
    Town t;
    double before = 0, after = 0;

    (void)state;
    for (int32_t i = 0; i < 15; i++) {
        make_town(&t, 80, 10, 8, true);
        for (int32_t u = 0; u < 80; u++)
            t.features[u] = (u % 10 < 5 ? 10 : 2) + roll(3);
        t.in.features = t.features;
        t.in.n_features = 1;
        assert_int_equal(solve(&t), OK);
        before += unlike();
        t.in.wishes.alike = 100;
        assert_int_equal(solve(&t), OK);
        check_plan(&t);
        assert_int_equal(plan.out_of_range, 0);
        after += unlike();
    }
    assert_true(after * 2 < before);
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reasons), cmocka_unit_test(test_old),   cmocka_unit_test(test_scored),
        cmocka_unit_test(test_balance), cmocka_unit_test(test_alike), cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_no_room),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    arena_end(&arena);
    return failed;
}
