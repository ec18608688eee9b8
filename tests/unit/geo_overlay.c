/* geo_overlay – common ground, beside GEOS, and where the answer is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "geo_geos.h"
#include "geo_tiling.h"
#include "overlay.h"

#include <math.h>
#include <string.h>

static const Point origin = { 1214700000, 312300000 };

static Point at(int32_t x, int32_t y) { return (Point){ origin.lon + x, origin.lat + y }; }

static Shape box_shape(int32_t west, int32_t south, int32_t east, int32_t north) {
    Point ring[4] = { at(west, south), at(east, south), at(east, north), at(west, north) };
    return shape_of(ring, 4);
}

static OverlayLayer *ready(const Shape *shapes, int32_t n) {
    OverlayLayer *l;
    Fault f = { 0 };
    if (overlay_ready(shapes, n, &l, &f) != OK)
        fail_msg("%s", f.en);
    return l;
}

static Overlay find(const Shape *a, int32_t n_a, const Shape *b, int32_t n_b) {
    OverlayLayer *x = ready(a, n_a), *y = ready(b, n_b);
    Overlay got;
    Fault f = { 0 };
    if (overlay_find(x, y, NULL, &got, &f) != OK)
        fail_msg("%s", f.en);
    overlay_layer_free(x);
    overlay_layer_free(y);
    return got;
}

static double common(const Overlay *o, int32_t a, int32_t b) {
    for (int64_t i = 0; i < o->n; i++)
        if (o->commons[i].a == a && o->commons[i].b == b)
            return o->commons[i].units2;
    return 0;
}

static void close_to(double got, double expected, double within) {
    if (!(fabs(got - expected) <= within))
        fail_msg("got %.12g, expected %.12g", got, expected);
}

/* ---- beside GEOS -------------------------------------------------------- */

static void two_tilings_as_geos(void **state) {
    GEOSContextHandle_t geos = GEOS_init_r();

    (void)state;
    for (uint64_t seed = 1; seed <= 25; seed++) {
        int32_t pitch = 30 + (int32_t)seed * 400;
        Tiling a = tiling_make(5, 4, pitch, origin, seed),
               b = tiling_make(4, 7, pitch * 3 / 4, at(pitch / 3, -pitch / 5), seed + 1000);
        const Tiling *other = seed % 5 == 0 ? &a : &b; /* the same layer with itself, too */
        Overlay got = find(a.shapes, a.n, other->shapes, other->n);
        for (int32_t i = 0; i < a.n; i++)
            for (int32_t k = 0; k < other->n; k++) {
                GEOSGeometry *x = geos_shape_of(geos, &a.shapes[i]),
                             *y = geos_shape_of(geos, &other->shapes[k]);
                GEOSGeometry *cut = GEOSIntersection_r(geos, x, y);
                double area = 0;
                assert_true(cut && GEOSArea_r(geos, cut, &area));
                close_to(common(&got, i, k), area < OVERLAY_LEAST_UNITS2 ? 0 : area, 1e-3);
                GEOSGeom_destroy_r(geos, x);
                GEOSGeom_destroy_r(geos, y);
                GEOSGeom_destroy_r(geos, cut);
            }
        for (int64_t i = 1; i < got.n; i++) /* in order, each once */
            assert_true(got.commons[i - 1].a < got.commons[i].a ||
                        (got.commons[i - 1].a == got.commons[i].a && got.commons[i - 1].b < got.commons[i].b));
        overlay_free(&got);
        tiling_free(&a);
        tiling_free(&b);
    }
    GEOS_finish_r(geos);
}

/* ---- known answers ------------------------------------------------------ */

static void an_area_with_itself_and_its_neighbour(void **state) {
    Tiling t = tiling_make(6, 6, 5000, origin, 8);
    Overlay got = find(t.shapes, t.n, t.shapes, t.n);

    (void)state;
    assert_int_equal(got.n,
                     t.n); /* neighbours share a line and no ground, enclaves none with what is around them */
    for (int32_t i = 0; i < t.n; i++) {
        assert_true(got.commons[i].a == i && got.commons[i].b == i);
        close_to(got.commons[i].units2, (double)shape_area2(&t.shapes[i]) / 2, 1e-3);
        close_to(got.commons[i].m2, shape_area_m2(&t.shapes[i]), 1e-4 * shape_area_m2(&t.shapes[i]));
    }
    overlay_free(&got);
    tiling_free(&t);
}

/* A comb: a spine and `teeth` of them, one lattice unit thick in every two. */
static Shape comb(int32_t teeth, bool upright) {
    Point *ring = malloc((size_t)teeth * 4 * sizeof *ring);
    int32_t n = 0, length = 4 * teeth;

    for (int32_t k = 0; k < teeth; k++) {
        const int32_t tooth[4][2] = {
            { length, 4 * k }, { length, 4 * k + 2 }, { 2, 4 * k + 2 }, { 2, 4 * k + 4 }
        };
        for (int q = 0; q < 4; q++)
            ring[n++] = upright ? at(tooth[q][1], tooth[q][0]) : at(tooth[q][0], tooth[q][1]);
    }
    ring[n - 2] = upright ? at(4 * teeth - 2, 0) : at(0, 4 * teeth - 2);
    ring[n - 1] = at(0, 0);
    Shape s = shape_of(ring, n);
    free(ring);
    return s;
}

/* Each tooth of one crosses each of the other: 300 × 300 squares, and the spines. The same
 * two combs turned by nothing lie on each other tooth by tooth. */
static void combs(void **state) {
    enum { TEETH = 300 };
    Shape two[2] = { comb(TEETH, false), comb(TEETH, true) };
    OverlayLayer *l = ready(two, 2);
    Overlay got = find(two, 2, two, 2);
    double own = (double)shape_area2(&two[0]) / 2;

    (void)state;
    close_to(overlay_units2(l, 0), own, 0);
    close_to(common(&got, 0, 0), own, 1e-3);
    close_to(common(&got, 1, 1), own, 1e-3);
    /* by counting squares: a point is in the one if x < 2 (below the spine's end) or y % 4 < 2 */
    int64_t squares = 0;
    for (int32_t y = 0; y < 4 * TEETH; y++)
        for (int32_t x = 0; x < 4 * TEETH; x++) {
            bool flat = (y % 4 < 2 || x < 2) && y < 4 * TEETH - 2,
                 up = (x % 4 < 2 || y < 2) && x < 4 * TEETH - 2;
            squares += flat && up;
        }
    close_to(common(&got, 0, 1), (double)squares, 1e-3);
    close_to(common(&got, 1, 0), (double)squares, 1e-3);
    overlay_free(&got);
    overlay_layer_free(l);
    shape_free(&two[0]);
    shape_free(&two[1]);
}

static void holes_and_touches(void **state) {
    Point outer[4] = { at(0, 0), at(100, 0), at(100, 100), at(0, 100) },
          hole[4] = { at(30, 30), at(70, 30), at(70, 70), at(30, 70) };
    const Point *rings[2] = { outer, hole };
    const int32_t sizes[2] = { 4, 4 };
    Shape ring = shape_of_rings(rings, sizes, 2);
    Shape four[4] = { box_shape(30, 30, 70, 70), box_shape(100, 0, 150, 50), box_shape(20, 20, 40, 40),
                      box_shape(-10, -10, 110, 110) };
    Overlay got = find(&ring, 1, four, 4);

    (void)state;
    assert_int_equal(got.n, 2);
    close_to(common(&got, 0, 2), 400 - 100, 1e-9);
    close_to(common(&got, 0, 3), 10000 - 1600, 1e-9);
    overlay_free(&got);
    shape_free(&ring);
    for (int k = 0; k < 4; k++)
        shape_free(&four[k]);
}

/* ---- what goes wrong ---------------------------------------------------- */

static void nothing_and_cancelled(void **state) {
    Shape one = box_shape(0, 0, 10, 10);
    OverlayLayer *none = ready(NULL, 0), *l = ready(&one, 1);
    _Atomic bool stop = true;
    OverlayRules rules = { .cancel = &stop };
    Overlay got;
    Fault f;

    (void)state;
    assert_int_equal(overlay_find(none, l, NULL, &got, &f), OK);
    assert_int_equal(got.n, 0);
    assert_int_equal(overlay_find(l, none, NULL, &got, &f), OK);
    assert_int_equal(got.n, 0);
    assert_int_equal(overlay_find(l, l, &rules, &got, &f), ERR_BUSY);
    overlay_layer_free(none);
    overlay_layer_free(l);
    shape_free(&one);
}

static void every_allocation_may_fail(void **state) {
    Shape two[2] = { comb(60, false), comb(60, true) };
    Err e = ERR_NO_MEMORY;

    (void)state;
    mem_watched = true;
    for (long i = 1; e != OK; i++) {
        OverlayLayer *l = NULL;
        Overlay got = { 0 };
        Fault f;
        mem_calls = 0;
        mem_fail_from = mem_fail_to = i;
        e = overlay_ready(two, 2, &l, &f);
        if (e == OK)
            e = overlay_find(l, l, NULL, &got, &f);
        mem_fail_from = mem_fail_to = 0;
        assert_true(e == OK || (e == ERR_NO_MEMORY && !got.commons));
        assert_true(e != OK || i > 8);
        overlay_free(&got);
        overlay_layer_free(l);
    }
    mem_watched = false;
    shape_free(&two[0]);
    shape_free(&two[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_tilings_as_geos),
        cmocka_unit_test(an_area_with_itself_and_its_neighbour),
        cmocka_unit_test(combs),
        cmocka_unit_test(holes_and_touches),
        cmocka_unit_test(nothing_and_cancelled),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
