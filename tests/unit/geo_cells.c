/* geo_cells – points as ground, beside asking of many spots which point is nearest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "cells.h"
#include "geo_tiling.h"

#include <math.h>

static const Point origin = { 1214700000, 312300000 };

static Point at_m(double x, double y) {
    Scale s = scale_at(origin.lat);
    return (Point){ origin.lon + (int32_t)lround(x / s.lon_m), origin.lat + (int32_t)lround(y / s.lat_m) };
}

static Shape ring_m(const double (*at)[2], int32_t n) {
    Point ring[16];
    for (int32_t i = 0; i < n; i++)
        ring[i] = at_m(at[i][0], at[i][1]);
    return shape_of(ring, n);
}

static Cells make(const Point *points, int32_t n, const Shape *within) {
    Cells c;
    Fault f = { 0 };
    if (cells_make(points, n, within, &c, &f) != OK)
        fail_msg("%s", f.en);
    return c;
}

static double border(const Cells *c, int32_t a, int32_t b) {
    for (int64_t i = 0; i < c->n_borders; i++)
        if (c->borders[i].a == a && c->borders[i].b == b)
            return c->borders[i].m;
    return 0;
}

static void close_to(double got, double expected, double within) {
    if (!(fabs(got - expected) <= within))
        fail_msg("got %.9g, expected %.9g", got, expected);
}

static void a_square_of_four(void **state) {
    const double corners[4][2] = { { 0, 0 }, { 100, 0 }, { 100, 100 }, { 0, 100 } };
    Point four[4] = { at_m(25, 25), at_m(75, 25), at_m(25, 75), at_m(75, 75) };
    Shape square = ring_m(corners, 4), cell;
    Cells c = make(four, 4, &square);
    Fault f;

    (void)state;
    close_to(border(&c, 0, 1), 50, 0.1);
    close_to(border(&c, 0, 2), 50, 0.1);
    close_to(border(&c, 1, 3), 50, 0.1);
    close_to(border(&c, 2, 3), 50, 0.1);
    assert_int_equal(c.n_borders, 4); /* across the middle they touch in a point */
    assert_int_equal(cell_shape(&c, 3, &square, &cell, &f), OK);
    close_to(shape_area_m2(&cell), 2500, 10);
    assert_true(shape_has(&cell, at_m(90, 90)));
    shape_free(&cell);
    cells_free(&c);
    shape_free(&square);
}

/* A horseshoe: the two ends are near, and water is between them. */
static void outside_the_area_nobody_meets(void **state) {
    const double corners[8][2] = { { 0, 0 },   { 100, 0 }, { 100, 100 }, { 60, 100 },
                                   { 60, 40 }, { 40, 40 }, { 40, 100 },  { 0, 100 } };
    Point three[3] = { at_m(20, 80), at_m(80, 80), at_m(50, 10) };
    Shape horseshoe = ring_m(corners, 8);
    Cells c = make(three, 3, &horseshoe), open = make(three, 3, NULL);

    (void)state;
    assert_true(border(&c, 0, 1) == 0);
    assert_true(border(&open, 0, 1) > 20);
    assert_true(border(&c, 0, 2) > 20 && border(&c, 1, 2) > 20);
    cells_free(&c);
    cells_free(&open);
    shape_free(&horseshoe);
}

/* Three at one spot of four: each has ground, beside the others. */
static void at_the_same_spot(void **state) {
    Point four[4] = { at_m(10, 10), at_m(60, 10), at_m(10, 10), at_m(10, 10) };
    const double corners[4][2] = { { 0, 0 }, { 100, 0 }, { 100, 20 }, { 0, 20 } };
    Shape street = ring_m(corners, 4), cell;
    Cells c = make(four, 4, &street);
    Fault f;
    double m2 = 0;

    (void)state;
    assert_true(border(&c, 0, 2) > 1 && border(&c, 0, 3) > 1 && border(&c, 2, 3) > 1);
    for (int32_t i = 0; i < 4; i++) {
        assert_int_equal(cell_shape(&c, i, &street, &cell, &f), OK);
        assert_true(shape_area_m2(&cell) > 20);
        m2 += shape_area_m2(&cell);
        shape_free(&cell);
    }
    close_to(m2, 2000, 2);
    cells_free(&c);
    shape_free(&street);
    c = make(NULL, 0, NULL);
    assert_int_equal(c.n_borders, 0);
    cells_free(&c);
    c = make(four, 1, NULL);
    assert_true(c.n_borders == 0 && c.corner_at[1] == 4);
    cells_free(&c);
}

/* Every spot lies in the cell of the nearest point. */
static void as_asking_who_is_nearest(void **state) {
    enum { N = 300, STEPS = 120 };
    static Point points[N];

    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        Dice d = { seed * 91 };
        for (int32_t i = 0; i < N; i++) /* half of them crowded in a corner */
            points[i] = at_m(dice(&d, i % 2 ? 10000 : 2000) / 10.0, dice(&d, i % 2 ? 10000 : 2000) / 10.0);
        const double corners[4][2] = { { 0, 0 }, { 1000, 0 }, { 1000, 1000 }, { 0, 1000 } };
        Shape square = ring_m(corners, 4), cell[N];
        Cells c = make(points, N, &square);
        Fault f;
        double m2 = 0;
        for (int32_t i = 0; i < N; i++) {
            assert_int_equal(cell_shape(&c, i, &square, &cell[i], &f), OK);
            m2 += shape_area_m2(&cell[i]);
        }
        close_to(m2, shape_area_m2(&square), 30); /* rounded corners */
        for (int32_t y = 0; y < STEPS; y++)
            for (int32_t x = 0; x < STEPS; x++) {
                Point p = at_m((x + 0.5) * 1000 / STEPS, (y + 0.5) * 1000 / STEPS);
                int32_t best = 0;
                double least = INFINITY, next = INFINITY;
                for (int32_t i = 0; i < N; i++) {
                    double m = point_distance_m(p, points[i]);
                    next = m < least ? least : m < next ? m : next;
                    best = m < least ? i : best;
                    least = m < least ? m : least;
                }
                if (next - least > 0.1 && !shape_has(&cell[best], p))
                    fail_msg("seed %d: the spot %d, %d is not in the cell of %d", (int)seed, x, y, best);
            }
        for (int64_t i = 0; i < c.n_borders; i++) {
            assert_true(c.borders[i].a < c.borders[i].b);
            assert_true(c.borders[i].m >= CELL_BORDER_LEAST_M);
        }
        assert_in_range(c.n_borders, 2 * N, 3 * N);
        for (int32_t i = 0; i < N; i++)
            shape_free(&cell[i]);
        cells_free(&c);
        shape_free(&square);
    }
}

static void every_allocation_may_fail(void **state) {
    Point points[40];
    Dice d = { 3 };
    Err e = ERR_NO_MEMORY;

    (void)state;
    for (int i = 0; i < 40; i++)
        points[i] = at_m(dice(&d, 500), dice(&d, 500));
    mem_watched = true;
    for (long i = 1; e != OK; i++) {
        Cells c = { 0 };
        Fault f;
        mem_calls = 0;
        mem_fail_from = mem_fail_to = i;
        e = cells_make(points, 40, NULL, &c, &f);
        mem_fail_from = mem_fail_to = 0;
        assert_true(e == OK || (e == ERR_NO_MEMORY && !c.borders));
        assert_true(e != OK || i > 6);
        cells_free(&c);
    }
    mem_watched = false;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_square_of_four),          cmocka_unit_test(outside_the_area_nobody_meets),
        cmocka_unit_test(at_the_same_spot),          cmocka_unit_test(as_asking_who_is_nearest),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
