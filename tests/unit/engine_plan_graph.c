/* engine_plan_graph – from units on the map to the planner's graph, and grids back to ground. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "geo_tiling.h"
#include "plan_graph.h"

#include <math.h>

static const Point origin = { 1214700000, 312300000 };

static Shape box_m(double west, double south, double east, double north) {
    Scale s = scale_at(origin.lat);
    int32_t w = (int32_t)lround(west / s.lon_m), e = (int32_t)lround(east / s.lon_m),
            lo = (int32_t)lround(south / s.lat_m), hi = (int32_t)lround(north / s.lat_m);
    Point ring[4] = { { origin.lon + w, origin.lat + lo },
                      { origin.lon + e, origin.lat + lo },
                      { origin.lon + e, origin.lat + hi },
                      { origin.lon + w, origin.lat + hi } };
    return shape_of(ring, 4);
}

static PlanGraph make(const PlanUnit *units, int32_t n, const Shape *hards, int32_t n_hards) {
    PlanGraph g;
    Fault f = { 0 };
    if (plan_graph_make(units, n, hards, n_hards, NULL, &g, &f) != OK)
        fail_msg("%s", f.en);
    return g;
}

static void close_to(double got, double expected, double within) {
    if (!(fabs(got - expected) <= within))
        fail_msg("got %.9g, expected %.9g", got, expected);
}

/* Three in a row: a wall, half a metre, a street; the fourth is beyond a hard border. */
static void each_kind_is_marked(void **state) {
    Shape shapes[5] = { box_m(0, 0, 50, 60), box_m(50, 0, 100, 60), box_m(100.5, 0, 150, 60),
                        box_m(162, 0, 200, 60), box_m(200, 0, 240, 60) },
          none = { 0 };
    Shape hards[2] = { none, none }, grid;
    PlanUnit units[5];
    const int32_t two[2] = { 0, 1 };
    Fault f;

    (void)state;
    for (int32_t i = 0; i < 5; i++)
        units[i] = (PlanUnit){ &shapes[i], shapes[i].points[0], 100 + i, i == 4, -1 };
    PlanGraph g = make(units, 5, hards, 2);
    assert_int_equal(g.in.n_edges, 3);
    for (int32_t i = 0; i < 3; i++) {
        assert_true(g.edges[i].a == i && g.edges[i].b == i + 1);
        assert_int_equal(g.kinds[i], i == 0 ? PLAN_EXACT : i == 1 ? PLAN_NEAR : PLAN_STREET);
        close_to(g.edges[i].border_m, 60, 0.1);
    }
    assert_true(g.of_kind[PLAN_EXACT] == 1 && g.of_kind[PLAN_NEAR] == 1 && g.of_kind[PLAN_STREET] == 1);
    assert_true(g.in.households[3] == 103 && g.in.label[4] == 1 && g.in.label[3] == 0 && !g.in.old);
    close_to(g.in.x_m[3] - g.in.x_m[0], 162, 0.1);
    assert_int_equal(g.in.n_features, 1); /* households per hectare, its root */
    close_to(g.in.features[1] * g.in.features[1], 101 / 0.3, 0.5);
    assert_int_equal(plan_grid_shape(&g, two, 2, &grid, &f), OK);
    close_to(shape_area_m2(&grid), 6000, 5);
    assert_int_equal(grid.n_polys, 1);
    shape_free(&grid);
    plan_graph_free(&g);
    for (int i = 0; i < 5; i++)
        shape_free(&shapes[i]);
}

/* Points in two areas side by side: cells end at the border, and nobody meets across it. */
static void points_meet_within_their_area(void **state) {
    Shape hards[2] = { box_m(0, 0, 100, 100), box_m(100, 0, 200, 100) }, grid;
    PlanUnit units[6];
    const int32_t all[3] = { 0, 2, 4 };
    Scale s = scale_at(origin.lat);
    Fault f;

    (void)state;
    for (int32_t i = 0; i < 6; i++) /* in turn: left, right */
        units[i] = (PlanUnit){ NULL,
                               { origin.lon + (int32_t)lround((i % 2 * 100 + 50) / s.lon_m),
                                 origin.lat + (int32_t)lround((i / 2 * 33 + 17) / s.lat_m) },
                               50,
                               i % 2,
                               i == 5 ? 0 : -1 };
    PlanGraph g = make(units, 6, hards, 2);
    assert_int_equal(g.in.n_edges, 4);
    assert_int_equal(g.of_kind[PLAN_CELL], 4);
    for (int32_t i = 0; i < 4; i++) {
        assert_int_equal(g.edges[i].b - g.edges[i].a, 2);
        close_to(g.edges[i].border_m, 100, 0.5);
    }
    assert_true(g.in.old && g.in.old[5] == 0 && g.in.old[0] == -1);
    assert_int_equal(plan_grid_shape(&g, all, 3, &grid, &f), OK);
    close_to(shape_area_m2(&grid), shape_area_m2(&hards[0]), 20);
    assert_int_equal(grid.n_polys, 1);
    shape_free(&grid);
    plan_graph_free(&g);
    shape_free(&hards[0]);
    shape_free(&hards[1]);
}

/* Two houses with a street of 12 m between them, and a third across a hard border: each has
 * the ground up to the middle of the street and to the border of its area. */
static void streets_are_shared(void **state) {
    Shape houses[3] = { box_m(10, 10, 44, 90), box_m(56, 10, 90, 90), box_m(110, 10, 190, 90) },
          hards[2] = { box_m(0, 0, 100, 100), box_m(100, 0, 200, 100) }, ground;
    PlanUnit units[3];
    const double m2[3] = { 5000, 5000, 10000 };
    Fault f;

    (void)state;
    for (int32_t i = 0; i < 3; i++)
        units[i] = (PlanUnit){ &houses[i], houses[i].points[0], 100, i == 2, -1 };
    PlanGraph g = make(units, 3, hards, 2);
    assert_true(g.in.n_edges == 1 && g.of_kind[PLAN_STREET] == 1);
    assert_int_equal(plan_graph_spread(&g, &f), OK);
    for (int32_t i = 0; i < 3; i++) {
        if (plan_grid_shape(&g, &i, 1, &ground, &f) != OK)
            fail_msg("%s (%s)", f.en, f.detail);
        assert_true(ground.n_polys == 1 && ground.n_rings == 1);
        close_to(shape_area_m2(&ground), m2[i], 20);
        shape_free(&ground);
    }
    plan_graph_free(&g);
    for (int i = 0; i < 3; i++)
        shape_free(&houses[i]);
    shape_free(&hards[0]);
    shape_free(&hards[1]);
}

/* A long house and two points south of it, beside each other: the house meets both along its
 * whole length, though it stands for many cells, and has more ground than a point would. */
static void outlines_beside_points(void **state) {
    Shape house = box_m(10, 60, 90, 90), hards[1] = { box_m(0, 0, 100, 100) }, ground;
    Scale s = scale_at(origin.lat);
    const Point west = { origin.lon + (int32_t)lround(25 / s.lon_m),
                         origin.lat + (int32_t)lround(20 / s.lat_m) },
                east = { origin.lon + (int32_t)lround(75 / s.lon_m),
                         origin.lat + (int32_t)lround(20 / s.lat_m) };
    PlanUnit units[3] = { { NULL, west, 50, 0, -1 },
                          { &house, house.points[0], 300, 0, -1 },
                          { NULL, east, 50, 0, -1 } };
    double m2 = 0;
    Fault f;

    (void)state;
    PlanGraph g = make(units, 3, hards, 1);
    assert_int_equal(g.in.n_edges, 3); /* each pair once */
    assert_int_equal(g.of_kind[PLAN_CELL], 3);
    for (int32_t i = 0; i < 3; i++) {
        assert_true(g.edges[i].a == (i == 2) && g.edges[i].b == (i == 0 ? 1 : 2));
        if (i != 1) /* half of the width of the town, and more: the border is bent */
            assert_true(g.edges[i].border_m > 50 && g.edges[i].border_m < 75);
    }
    close_to(g.edges[0].border_m, g.edges[2].border_m, 1);
    assert_int_equal(plan_graph_spread(&g, &f), OK);
    for (int32_t i = 0; i < 3; i++) {
        if (plan_grid_shape(&g, &i, 1, &ground, &f) != OK)
            fail_msg("%s (%s)", f.en, f.detail);
        assert_int_equal(ground.n_polys, 1);
        m2 += shape_area_m2(&ground);
        if (i == 1)
            assert_true(shape_area_m2(&ground) > 5000 && shape_has(&ground, house.points[0]));
        shape_free(&ground);
    }
    close_to(m2, 10000, 20);
    plan_graph_free(&g);
    shape_free(&house);
    shape_free(&hards[0]);
}

static void every_allocation_may_fail(void **state) {
    Shape hards[1] = { box_m(0, 0, 100, 100) }, boxes[2] = { box_m(0, 0, 50, 100), box_m(50, 0, 100, 100) };
    PlanUnit points[2] = { { NULL, hards[0].points[0], 50, 0, -1 }, { NULL, hards[0].points[2], 50, 0, -1 } };
    PlanUnit outlines[2] = { { &boxes[0], boxes[0].points[0], 50, 0, -1 },
                             { &boxes[1], boxes[1].points[0], 50, 0, -1 } };

    (void)state;
    const PlanUnit both[2] = { outlines[0], points[1] };
    const PlanUnit *const all[3] = { outlines, points, both };
    for (int kind = 0; kind < 3; kind++) {
        Err e = ERR_NO_MEMORY;
        mem_watched = true;
        for (long i = 1; e != OK; i++) {
            PlanGraph g = { 0 };
            Fault f;
            mem_calls = 0;
            mem_fail_from = mem_fail_to = i;
            e = plan_graph_make(all[kind], 2, hards, 1, NULL, &g, &f);
            e = e == OK ? plan_graph_spread(&g, &f) : e;
            if (e != OK)
                plan_graph_free(&g);
            mem_fail_from = mem_fail_to = 0;
            assert_true(e == OK || (e == ERR_NO_MEMORY && !g.edges));
            assert_true(e != OK || i > 6);
            plan_graph_free(&g);
        }
        mem_watched = false;
    }
    shape_free(&hards[0]);
    shape_free(&boxes[0]);
    shape_free(&boxes[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_is_marked),       cmocka_unit_test(points_meet_within_their_area),
        cmocka_unit_test(streets_are_shared),        cmocka_unit_test(outlines_beside_points),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
