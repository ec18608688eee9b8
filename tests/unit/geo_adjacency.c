/* geo_adjacency – neighbours and their borders, beside a judge that compares every edge
 * with every other one, and one that looks out of every edge each few centimetres. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "adjacency.h"
#include "geo_tiling.h"

#include <math.h>
#include <string.h>

static const Point origin = { 1214700000, 312300000 };

static Point at(int32_t x, int32_t y) { return (Point){ origin.lon + x, origin.lat + y }; }

static Shape box_shape(int32_t west, int32_t south, int32_t east, int32_t north) {
    Point ring[4] = { at(west, south), at(east, south), at(east, north), at(west, north) };
    return shape_of(ring, 4);
}

/* In metres from the origin, to the lattice. */
static Shape box_m(double west, double south, double east, double north) {
    Scale s = scale_at(origin.lat);
    return box_shape((int32_t)lround(west / s.lon_m), (int32_t)lround(south / s.lat_m),
                     (int32_t)lround(east / s.lon_m), (int32_t)lround(north / s.lat_m));
}

static Adjacency find(const Shape *shapes, int32_t n, double near_m, double street_m) {
    AdjacencyRules rules = { .near_m = near_m, .street_m = street_m };
    Adjacency got;
    Fault f = { 0 };
    if (adjacency_find(shapes, n, &rules, &got, &f) != OK)
        fail_msg("%s", f.en);
    return got;
}

static const Border *between(const Adjacency *x, int32_t a, int32_t b) {
    for (int64_t i = 0; i < x->n; i++)
        if (x->borders[i].a == a && x->borders[i].b == b)
            return &x->borders[i];
    return NULL;
}

static void close_to(double got, double expected, double within) {
    if (!(fabs(got - expected) <= within))
        fail_msg("got %.9g, expected %.9g", got, expected);
}

static void free_all(Shape *shapes, int32_t n) {
    for (int32_t i = 0; i < n; i++)
        shape_free(&shapes[i]);
}

/* ---- exact borders ------------------------------------------------------ */

static double edge_m(Point a, Point b) {
    Scale s = scale_at((int32_t)(((int64_t)a.lat + b.lat) / 2));
    return hypot(((double)b.lon - a.lon) * s.lon_m, ((double)b.lat - a.lat) * s.lat_m);
}

static double common_m(const Shape *x, const Shape *y) {
    double sum = 0;

    for (int32_t r = 0; r < x->n_rings; r++)
        for (int32_t i = x->ring_at[r]; i < x->ring_at[r + 1]; i++) {
            Point a = x->points[i], b = x->points[i + 1 < x->ring_at[r + 1] ? i + 1 : x->ring_at[r]];
            for (int32_t q = 0; q < y->n_rings; q++)
                for (int32_t k = y->ring_at[q]; k < y->ring_at[q + 1]; k++) {
                    Point c = y->points[k], d = y->points[k + 1 < y->ring_at[q + 1] ? k + 1 : y->ring_at[q]];
                    sum += point_same(a, d) && point_same(b, c) ? edge_m(a, b) : 0;
                }
        }
    return sum;
}

static void a_tiling_as_every_edge_with_every_other(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        Tiling t = tiling_make(2 + (int32_t)(seed % 7), 2 + (int32_t)(seed % 5), 13 + (int32_t)seed * 97,
                               origin, seed);
        Adjacency got = find(t.shapes, t.n, 0, 0);
        int64_t expected = 0;
        for (int32_t a = 0; a < t.n; a++)
            for (int32_t b = a + 1; b < t.n; b++) {
                double m = common_m(&t.shapes[a], &t.shapes[b]);
                const Border *border = between(&got, a, b);
                assert_int_equal(m > 0, border != NULL);
                if (!border)
                    continue;
                close_to(border->exact_m, m, 1e-9 * (1 + m));
                assert_true(border->near_m == 0 && border->street_m == 0 && border->apart_m == 0);
                expected++;
            }
        assert_int_equal(got.n, expected);
        for (int64_t i = 1; i < got.n; i++) /* in order */
            assert_true(got.borders[i - 1].a < got.borders[i].a ||
                        (got.borders[i - 1].a == got.borders[i].a && got.borders[i - 1].b < got.borders[i].b));
        adjacency_free(&got);
        tiling_free(&t);
    }
}

/* Rectangles that are cut again and again at any place: corners on the edges of others. */
static void cut_up(Shape *shapes, int32_t *boxes, int32_t *n, Dice *d, int32_t w, int32_t s, int32_t e,
                   int32_t no, int depth) {
    bool across = e - w > no - s;
    int32_t room = across ? e - w : no - s;

    if (depth == 0 || room < 4 || dice(d, 8) == 0) {
        int32_t *b = &boxes[4 * *n];
        b[0] = w, b[1] = s, b[2] = e, b[3] = no;
        shapes[(*n)++] = box_shape(w, s, e, no);
        return;
    }
    int32_t cut = (across ? w : s) + 1 + (int32_t)dice(d, (uint32_t)room - 1);
    cut_up(shapes, boxes, n, d, w, s, across ? cut : e, across ? no : cut, depth - 1);
    cut_up(shapes, boxes, n, d, across ? cut : w, across ? s : cut, e, no, depth - 1);
}

static double overlap(int32_t a, int32_t b, int32_t c, int32_t d) {
    int32_t low = a > c ? a : c, high = b < d ? b : d;
    return high > low ? high - low : 0;
}

static void corners_on_edges_of_others(void **state) {
    static Shape shapes[256];
    static int32_t boxes[4 * 256];
    Scale s = scale_at(origin.lat);

    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        Dice d = { seed * 31 + 7 };
        int32_t n = 0;
        cut_up(shapes, boxes, &n, &d, 0, 0, 600, 500, 6);
        Adjacency got = find(shapes, n, 0, 0);
        int64_t expected = 0;
        for (int32_t a = 0; a < n; a++)
            for (int32_t b = a + 1; b < n; b++) {
                const int32_t *x = &boxes[4 * a], *y = &boxes[4 * b];
                double m = 0;
                if (x[0] == y[2] || x[2] == y[0])
                    m += overlap(x[1], x[3], y[1], y[3]) * s.lat_m;
                if (x[1] == y[3] || x[3] == y[1])
                    m += overlap(x[0], x[2], y[0], y[2]) * s.lon_m;
                const Border *border = between(&got, a, b);
                if ((m > 0) != (border != NULL))
                    fail_msg("seed %d: %d and %d share %.6f m", (int)seed, a, b, m);
                if (border)
                    close_to(border->exact_m, m, 1e-6 * (1 + m));
                expected += m > 0;
            }
        assert_int_equal(got.n, expected);
        adjacency_free(&got);
        free_all(shapes, n);
    }
}

static void a_common_corner_joins_nobody(void **state) {
    Shape four[4] = { box_m(0, 0, 50, 50), box_m(50, 0, 100, 50), box_m(0, 50, 50, 100),
                      box_m(50, 50, 100, 100) };
    Adjacency got = find(four, 4, 1, 30);

    (void)state;
    assert_int_equal(got.n, 4);
    assert_null(between(&got, 0, 3));
    assert_null(between(&got, 1, 2));
    close_to(between(&got, 0, 1)->exact_m, 50, 0.01);
    adjacency_free(&got);
    free_all(four, 4);
}

/* ---- near and across streets -------------------------------------------- */

static void near_within_the_tolerance(void **state) {
    static const double gaps[] = { 0.5, -0.5 };

    (void)state;
    for (size_t k = 0; k < COUNT(gaps); k++) {
        Shape two[2] = { box_m(0, 0, 40, 60), box_m(40 + gaps[k], 10, 80, 45) };
        Adjacency got = find(two, 2, 1, 0), strict = find(two, 2, 0.3, 0);
        assert_int_equal(got.n, 1);
        close_to(got.borders[0].near_m, 35, 0.02 + (gaps[k] < 0 ? 0.5 : 0));
        assert_true(got.borders[0].exact_m == 0 && got.borders[0].street_m == 0);
        assert_int_equal(strict.n, 0);
        adjacency_free(&got);
        adjacency_free(&strict);
        free_all(two, 2);
    }
}

static void across_a_street_the_nearest_only(void **state) {
    /* 0 and 1 face each other over 12 m; 2 stands behind 1; 3 is too far; 4 is of one
     * wall with 1, a hand's breadth off */
    Shape five[5] = { box_m(0, 0, 80, 30), box_m(0, 42, 50, 60), box_m(0, 66, 80, 90), box_m(0, -50, 80, -30.5),
                      box_m(50.2, 42, 80, 60) };
    Adjacency got = find(five, 5, 1, 30);

    (void)state;
    const Border *b = between(&got, 0, 1);
    assert_non_null(b);
    close_to(b->street_m, 50, 0.05);
    close_to(b->apart_m, 12, 0.02);
    assert_true(b->near_m == 0 && b->exact_m == 0);
    close_to(between(&got, 0, 4)->street_m, 29.8, 0.05);
    close_to(between(&got, 1, 2)->street_m, 50, 0.05);
    close_to(between(&got, 1, 2)->apart_m, 6, 0.02);
    close_to(between(&got, 1, 4)->near_m, 18, 0.05);
    assert_true(fabs(between(&got, 0, 2) ? between(&got, 0, 2)->street_m : 0) == 0); /* the slit is 0.2 m */
    assert_null(between(&got, 0, 3));
    adjacency_free(&got);
    free_all(five, 5);
}

static void its_own_wing_stands_before_it(void **state) {
    Point ring[8];
    Scale s = scale_at(origin.lat);
    const double metres[8][2] = { { 0, 0 },   { 60, 0 },  { 60, 10 }, { 10, 10 },
                                  { 10, 20 }, { 60, 20 }, { 60, 30 }, { 0, 30 } };

    (void)state;
    for (int k = 0; k < 8; k++)
        ring[k] = at((int32_t)lround(metres[k][0] / s.lon_m), (int32_t)lround(metres[k][1] / s.lat_m));
    /* the court is open to the east; beyond the upper wing stands a house */
    Shape two[2] = { shape_of(ring, 8), box_m(0, 38, 60, 50) };
    Adjacency got = find(two, 2, 1, 40);
    assert_int_equal(got.n, 1);
    close_to(got.borders[0].street_m, 60, 0.05);
    close_to(got.borders[0].apart_m, 8, 0.02);
    adjacency_free(&got);
    free_all(two, 2);
}

/* What a ray out of an edge meets first. */
static int32_t ray(const Shape *shapes, int32_t n, int32_t own, double x, double y, double rx, double ry,
                   double reach, double *ret_out, bool *ret_straight) {
    int32_t found = -1;
    double best = reach;
    Scale s = scale_at(origin.lat);

    for (int32_t i = 0; i < n; i++)
        for (int32_t k = 0; k < shapes[i].n_points; k++) {
            Point p = shapes[i].points[k], q = shapes[i].points[(k + 1) % shapes[i].n_points];
            double ax = (p.lon - origin.lon) * s.lon_m - x, ay = (p.lat - origin.lat) * s.lat_m - y;
            double dx = (q.lon - p.lon) * s.lon_m, dy = (q.lat - p.lat) * s.lat_m;
            double det = rx * dy - ry * dx, out = (ax * dy - ay * dx) / det, along = (ax * ry - ay * rx) / det;
            /* from outside: its outside (dy, -dx) looks back at the ray */
            if (det == 0 || along < 0 || along > 1 || out < 1e-6 || out > best || rx * dy - ry * dx >= 0)
                continue;
            best = out;
            found = i;
            *ret_straight = -det >= 0.7071 * hypot(dx, dy);
        }
    *ret_out = best;
    return found == own || found < 0 || !*ret_straight ? -1 : found;
}

/* Houses at random angles that do not meet: circles keep them apart. */
static int32_t scatter(Shape *houses, int32_t n, Dice *d) {
    double mid[64][3];
    Scale s = scale_at(origin.lat);
    int32_t made = 0;

    for (int32_t tries = 0; made < n && tries < 2000; tries++) {
        double x = dice(d, 15000) / 100.0, y = dice(d, 15000) / 100.0, r = 6 + dice(d, 900) / 100.0;
        double turn = dice(d, 628) / 100.0, flat = 0.3 + dice(d, 50) / 100.0;
        bool free_ground = true;
        for (int32_t k = 0; k < made; k++)
            free_ground = free_ground && hypot(mid[k][0] - x, mid[k][1] - y) > mid[k][2] + r + 0.2;
        if (!free_ground)
            continue;
        mid[made][0] = x, mid[made][1] = y, mid[made][2] = r;
        Point ring[4];
        const double corner[4] = { 0, 2 * flat, M_PI, M_PI + 2 * flat };
        for (int k = 0; k < 4; k++)
            ring[k] = at((int32_t)lround((x + r * cos(turn + corner[k])) / s.lon_m),
                         (int32_t)lround((y + r * sin(turn + corner[k])) / s.lat_m));
        houses[made++] = shape_of(ring, 4);
    }
    return made;
}

static void as_looking_out_of_every_edge(void **state) {
    static double seen[64][64];
    Shape houses[64];
    const double step = 0.02;
    Scale s = scale_at(origin.lat);

    (void)state;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        Dice d = { seed * 1009 + 3 };
        int32_t n = scatter(houses, 24, &d), joined = 0;
        memset(seen, 0, sizeof seen);
        for (int32_t i = 0; i < n; i++)
            for (int32_t k = 0; k < 4; k++) {
                Point p = houses[i].points[k], q = houses[i].points[(k + 1) % 4];
                double x = (p.lon - origin.lon) * s.lon_m, y = (p.lat - origin.lat) * s.lat_m;
                double dx = (q.lon - p.lon) * s.lon_m, dy = (q.lat - p.lat) * s.lat_m, m = hypot(dx, dy);
                for (double t = step / 2; t < m; t += step) {
                    double out;
                    bool straight = false;
                    int32_t other =
                        ray(houses, n, i, x + dx * t / m, y + dy * t / m, dy / m, -dx / m, 25, &out, &straight);
                    if (other >= 0)
                        seen[i < other ? i : other][i < other ? other : i] += step / 2;
                }
            }
        Adjacency got = find(houses, n, 1, 25);
        for (int32_t a = 0; a < n; a++)
            for (int32_t b = a + 1; b < n; b++) {
                const Border *border = between(&got, a, b);
                double m = border ? border->street_m + border->near_m : 0;
                joined += border != NULL;
                if (border || seen[a][b] > 5.3)
                    close_to(m, seen[a][b], 0.3);
            }
        assert_in_range(joined, 5, 200);
        adjacency_free(&got);
        free_all(houses, n);
    }
}

static void in_any_order_the_same(void **state) {
    Tiling t = tiling_make(6, 6, 3000, origin, 5);
    Shape turned[128];

    (void)state;
    for (int32_t i = 0; i < t.n; i++)
        turned[i] = t.shapes[t.n - 1 - i];
    Adjacency one = find(t.shapes, t.n, 1, 20), other = find(turned, t.n, 1, 20);
    assert_int_equal(one.n, other.n);
    for (int64_t i = 0; i < one.n; i++) {
        const Border *x = &one.borders[i], *y = between(&other, t.n - 1 - x->b, t.n - 1 - x->a);
        assert_non_null(y);
        close_to(y->exact_m, x->exact_m, 1e-9 * x->exact_m);
        close_to(y->street_m, x->street_m, 1e-6);
    }
    adjacency_free(&one);
    adjacency_free(&other);
    tiling_free(&t);
}

/* ---- what is wrong is said ---------------------------------------------- */

static void expect(const Shape *shapes, int32_t n, AdjacencyRules rules, Err err, const char *key) {
    Adjacency got;
    Fault f = { 0 };
    assert_int_equal(adjacency_find(shapes, n, &rules, &got, &f), err);
    assert_string_equal(f.key, key);
}

static void bad_input_is_named(void **state) {
    Shape same[ADJACENCY_COPIES_MAX + 1];
    _Atomic bool stop = true;

    (void)state;
    for (size_t i = 0; i < COUNT(same); i++)
        same[i] = box_m(0, 0, 10, 10);
    expect(same, COUNT(same), (AdjacencyRules){ 0 }, ERR_INVALID, "adjacency_copies");
    expect(same, 2, (AdjacencyRules){ .near_m = NAN }, ERR_INVALID, "adjacency_near");
    expect(same, 2, (AdjacencyRules){ .near_m = -1 }, ERR_INVALID, "adjacency_near");
    expect(same, 2, (AdjacencyRules){ .street_m = 1e9 }, ERR_INVALID, "adjacency_street");
    expect(same, 2, (AdjacencyRules){ .least_m = INFINITY }, ERR_INVALID, "adjacency_least");
    expect(same, 2, (AdjacencyRules){ .cancel = &stop }, ERR_BUSY, "cancelled");
    Adjacency none = find(same, 2, 1, 20); /* twice the same area: nobody's neighbour */
    assert_int_equal(none.n, 0);
    adjacency_free(&none);
    none = find(NULL, 0, 1, 20);
    assert_int_equal(none.n, 0);
    adjacency_free(&none);
    free_all(same, COUNT(same));
}

static void every_allocation_may_fail(void **state) {
    Shape houses[24];
    Dice d = { 77 };
    int32_t n = scatter(houses, 24, &d);
    AdjacencyRules rules = { .near_m = 1, .street_m = 20 };
    Err e = ERR_NO_MEMORY;

    (void)state;
    mem_watched = true;
    for (long i = 1; e != OK; i++) {
        Adjacency got = { 0 };
        Fault f;
        mem_calls = 0;
        mem_fail_from = mem_fail_to = i;
        e = adjacency_find(houses, n, &rules, &got, &f);
        mem_fail_from = mem_fail_to = 0;
        assert_true(e == OK || (e == ERR_NO_MEMORY && !got.borders));
        assert_true(e != OK || i > 8);
        if (e == OK)
            adjacency_free(&got);
    }
    mem_watched = false;
    free_all(houses, n);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tiling_as_every_edge_with_every_other),
        cmocka_unit_test(corners_on_edges_of_others),
        cmocka_unit_test(a_common_corner_joins_nobody),
        cmocka_unit_test(near_within_the_tolerance),
        cmocka_unit_test(across_a_street_the_nearest_only),
        cmocka_unit_test(its_own_wing_stands_before_it),
        cmocka_unit_test(as_looking_out_of_every_edge),
        cmocka_unit_test(in_any_order_the_same),
        cmocka_unit_test(bad_input_is_named),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
