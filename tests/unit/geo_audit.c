/* geo_audit – a clean ground has no findings; each fault put into it is found,
 * with its size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "audit.h"
#include "geo_tiling.h"
#include "index.h"
#include <math.h>
#include <string.h>

static const Point origin = { 1214700000, 312300000 };

static Point at(int32_t x, int32_t y) { return (Point){ origin.lon + x, origin.lat + y }; }

static Shape box_shape(int32_t west, int32_t south, int32_t east, int32_t north) {
    Point ring[4] = { at(west, south), at(east, south), at(east, north), at(west, north) };
    return shape_of(ring, 4);
}

static double m2_of(double lon_units, double lat_units) {
    Scale s = scale_at(origin.lat);
    return lon_units * s.lon_m * lat_units * s.lat_m;
}

static void close_to(double got, double expected, double within) {
    if (!(fabs(got - expected) <= within))
        fail_msg("got %.9g, expected %.9g", got, expected);
}

static Audit audit_of(const Shape *shapes, int32_t n) {
    Audit audit;
    Fault f = { 0 };
    Err err = audit_layer(shapes, n, NULL, &audit, &f);
    if (err != OK)
        fail_msg("%s (%s)", f.en, f.detail);
    return audit;
}

static void free_all(Shape *shapes, int32_t n) {
    for (int32_t i = 0; i < n; i++)
        shape_free(&shapes[i]);
}

static const Finding *find(const Audit *audit, FindingKind kind) {
    for (int32_t i = 0; i < audit->n_findings; i++)
        if (audit->findings[i].kind == kind)
            return &audit->findings[i];
    return NULL;
}

static void a_clean_ground(void **state) {
    Tiling t = tiling_make(12, 10, 20000, origin, 99);
    Audit audit = audit_of(t.shapes, t.n);

    (void)state;
    assert_int_equal(audit.n, t.n);
    assert_int_equal(audit.n_findings, 0);
    for (int32_t i = 0; i < t.n; i++)
        assert_true(shape_same(&t.shapes[i], &audit.shapes[i]));
    audit_free(&audit);
    assert_null(audit.shapes);
    tiling_free(&t);
}

static void an_area_taken_out_is_a_gap(void **state) {
    Tiling t = tiling_make(7, 7, 20000, origin, 5);
    int32_t gone = 2 * 7 + 3;
    double m2 = shape_area_m2(&t.shapes[gone]);
    Shape kept = t.shapes[gone];

    (void)state;
    assert_int_equal(kept.n_rings, 1);
    t.shapes[gone] = (Shape){ 0 };
    Audit audit = audit_of(t.shapes, t.n);
    assert_int_equal(audit.n_findings, 1);
    assert_int_equal(audit.gaps, 1);
    const Finding *gap = find(&audit, FINDING_GAP);
    close_to(gap->m2, m2, m2 * 1e-9);
    close_to(audit.gap_m2, m2, m2 * 1e-9);
    assert_true(shape_has(&kept, gap->at));
    assert_true(gap->a >= 0 && gap->a < gap->b);
    assert_true(shape_distance_m(&t.shapes[gap->a], kept.points[0]) < 400);
    audit_free(&audit);
    t.shapes[gone] = kept;
    tiling_free(&t);
}

/* An island in the gap is not part of the gap. */
static void a_gap_around_an_island(void **state) {
    Point outer[4] = { at(0, 0), at(9000, 0), at(9000, 9000), at(0, 9000) };
    Point hole[4] = { at(3000, 3000), at(6000, 3000), at(6000, 6000), at(3000, 6000) };
    const Point *rings[2] = { outer, hole };
    Shape shapes[2] = { shape_of_rings(rings, (int32_t[]){ 4, 4 }, 2), box_shape(4000, 4000, 5000, 5000) };
    Audit audit = audit_of(shapes, 2);

    (void)state;
    assert_int_equal(audit.n_findings, 1);
    close_to(audit.gap_m2, m2_of(3000, 3000) - m2_of(1000, 1000), 0.5);
    assert_false(shape_has(&shapes[1], audit.findings[0].at));
    assert_false(shape_has(&shapes[0], audit.findings[0].at));
    audit_free(&audit);
    free_all(shapes, 2);
}

static void overlaps_are_measured(void **state) {
    Shape shapes[4] = { box_shape(0, 0, 10000, 10000), box_shape(9000, 0, 20000, 10000),
                        box_shape(2000, 2000, 3000, 3000), box_shape(30000, 0, 40000, 10000) };
    Audit audit = audit_of(shapes, 4);
    int64_t overlaps = 0;

    (void)state;
    for (int32_t i = 0; i < audit.n_findings; i++) {
        const Finding *found = &audit.findings[i];
        if (found->kind != FINDING_OVERLAP)
            continue;
        overlaps++;
        assert_int_equal(found->a, 0);
        if (found->b == 1)
            close_to(found->m2, m2_of(1000, 10000), 1);
        else if (found->b == 2)
            close_to(found->m2, m2_of(1000, 1000), 0.1);
        else
            fail();
        assert_true(shape_has(&shapes[found->a], found->at) && shape_has(&shapes[found->b], found->at));
    }
    assert_int_equal(overlaps, 2);
    assert_int_equal(audit.overlaps, 2);
    assert_int_equal(audit.gaps, 0);
    audit_free(&audit);
    free_all(shapes, 4);
}

static void the_same_area_twice(void **state) {
    Shape shapes[2] = { box_shape(0, 0, 500, 700), box_shape(0, 0, 500, 700) };
    Audit audit = audit_of(shapes, 2);

    (void)state;
    assert_int_equal(audit.n_findings, 1);
    assert_int_equal(audit.findings[0].kind, FINDING_OVERLAP);
    close_to(audit.overlap_m2, m2_of(500, 700), 0.01);
    audit_free(&audit);
    free_all(shapes, 2);
}

/* A neighbour has a corner in the middle of my edge, one unit off it: the edge
 * gets it, and the sliver is closed. */
static void missing_vertices_are_put_in(void **state) {
    Point left[4] = { at(0, 0), at(10000, 0), at(10000, 20000), at(0, 20000) };
    Point below[4] = { at(10000, 0), at(20000, 0), at(20000, 10007), at(10001, 10007) };
    Point above[5] = { at(10001, 10007), at(20000, 10007), at(20000, 20000), at(15000, 20000),
                       at(10000, 20000) };
    Shape shapes[3] = { shape_of(left, 4), shape_of(below, 4), shape_of(above, 5) };
    Audit audit = audit_of(shapes, 3);
    const Finding *found = find(&audit, FINDING_VERTICES);

    (void)state;
    assert_int_equal(audit.n_findings, 1);
    assert_int_equal(found->a, 0);
    assert_int_equal(found->count, 1);
    assert_int_equal(audit.vertices, 1);
    Point with[5] = { at(0, 0), at(10000, 0), at(10001, 10007), at(10000, 20000), at(0, 20000) };
    Shape expected = shape_of(with, 5);
    assert_true(shape_same(&audit.shapes[0], &expected));
    assert_true(shape_same(&audit.shapes[1], &shapes[1]));
    shape_free(&expected);
    audit_free(&audit);
    free_all(shapes, 3);
}

/* Ten units off is a real sliver: it stays, and is told. */
static void slivers_are_told(void **state) {
    Point left[4] = { at(0, 0), at(10000, 0), at(10000, 20000), at(0, 20000) };
    Point right[5] = { at(10000, 0), at(20000, 0), at(20000, 20000), at(10000, 20000), at(10010, 10000) };
    Shape shapes[2] = { shape_of(left, 4), shape_of(right, 5) };
    Audit audit = audit_of(shapes, 2);

    (void)state;
    assert_int_equal(audit.n_findings, 1);
    assert_int_equal(audit.findings[0].kind, FINDING_GAP);
    assert_int_equal(audit.findings[0].a, 0);
    assert_int_equal(audit.findings[0].b, 1);
    close_to(audit.gap_m2, m2_of(10, 20000) / 2, 0.01);
    audit_free(&audit);
    AuditRules coarse = { .sliver_m2 = 20 };
    Fault f;
    assert_int_equal(audit_layer(shapes, 2, &coarse, &audit, &f), OK);
    assert_int_equal(audit.n_findings, 0);
    audit_free(&audit);
    free_all(shapes, 2);
}

/* Every vertex that belongs to neighbours is dropped from every other cell of a
 * clean tiling, where it lies on a straight side; all come back. */
static void a_ground_with_dropped_vertices(void **state) {
    enum { SIDE = 6 };
    Shape shapes[SIDE * SIDE * 2];
    int32_t n = 0;

    (void)state;
    for (int32_t y = 0; y < SIDE; y++) /* wide rows beside rows of half width: T-junctions */
        for (int32_t x = 0; x < SIDE; x++) {
            int32_t w = y % 2 ? 4000 : 2000;
            if (y % 2 == 0 || x < SIDE / 2)
                shapes[n++] = box_shape(x * w, y * 3000, (x + 1) * w, (y + 1) * 3000);
        }
    Audit audit = audit_of(shapes, n);
    assert_int_equal(audit.vertices,
                     3 * 3 + 3 * 2); /* each wide row: 3 boxes, 1 below each; above too but the last */
    assert_int_equal(audit.gaps + audit.overlaps + audit.repaired, 0);
    Audit again = audit_of(audit.shapes, n);
    assert_int_equal(again.n_findings, 0);
    audit_free(&again);
    audit_free(&audit);
    free_all(shapes, n);
}

static void invalid_shapes_are_repaired(void **state) {
    Point bow[4] = { at(0, 0), at(1000, 1000), at(1000, 0), at(0, 3000) };
    Shape shapes[1] = { shape_of(bow, 4) };
    Audit audit = audit_of(shapes, 1);
    const Finding *found = find(&audit, FINDING_REPAIRED);
    bool valid = false;
    Fault f;

    (void)state;
    assert_non_null(found);
    assert_string_equal(found->why, "Self-intersection");
    assert_true(point_distance_m(found->at, at(750, 750)) < 0.1);
    assert_int_equal(shape_valid(&shapes[0], &valid, NULL, NULL, &f), OK);
    assert_false(valid);
    assert_int_equal(shape_valid(&audit.shapes[0], &valid, NULL, NULL, &f), OK);
    assert_true(valid);
    assert_int_equal(audit.shapes[0].n_polys, 2); /* both wings are kept */
    close_to(shape_area_m2(&audit.shapes[0]), m2_of(1000, 1000) / 8 + m2_of(750, 3000) / 2, 0.2);
    audit_free(&audit);
    free_all(shapes, 1);
}

static Shape polygon_of(const Point (*rings)[4], int n) {
    ShapeDraft draft;
    Shape s;
    int32_t dropped;
    Fault f;

    draft_begin(&draft);
    draft_polygon(&draft);
    for (int i = 0; i < n; i++) {
        draft_ring(&draft);
        for (int k = 0; k < 4; k++)
            draft_point(&draft, rings[i][k]);
    }
    assert_int_equal(draft_end(&draft, NULL, &s, &dropped, &f), OK);
    return s;
}

#define RING(x, y, w, h) \
    { at(x, y), at((x) + (w), y), at((x) + (w), (y) + (h)), at(x, (y) + (h)) }

/* As two csas of Baltimore are written: the outer ring is a sliver, what follows as
 * holes is the area, in parts that touch the sliver, and a lake in one of them. */
static void rings_in_disorder(void **state) {
    const Point rings[4][4] = { RING(1000, 0, 10, 10), RING(0, 0, 1000, 1000), RING(1010, 0, 2000, 3000),
                                RING(1500, 500, 100, 100) };
    double ground = m2_of(1000, 1000) + m2_of(2000, 3000) - m2_of(100, 100) + m2_of(10, 10), before;
    Shape shapes[1] = { polygon_of(rings, 4) };
    Fault f;

    (void)state;
    Audit audit = audit_of(shapes, 1);
    const Finding *found = find(&audit, FINDING_REPAIRED);
    assert_non_null(found);
    close_to(shape_area_m2(&audit.shapes[0]), ground, 1);
    assert_int_equal(shape_ground_m2(&shapes[0], &before, &f), OK);
    close_to(before, ground, 1);
    assert_true(fabs(found->m2) < 0.5);
    audit_free(&audit);
    free_all(shapes, 1);
}

/* Rings in order are believed: two holes that meet are one hole, where even-odd would
 * fill their common ground; the change says how much that is. */
static void holes_that_meet(void **state) {
    const Point rings[3][4] = { RING(0, 0, 3000, 3000), RING(500, 500, 1000, 1000),
                                RING(1000, 1000, 1000, 1000) };
    Shape shapes[1] = { polygon_of(rings, 3) };

    (void)state;
    Audit audit = audit_of(shapes, 1);
    const Finding *found = find(&audit, FINDING_REPAIRED);
    assert_non_null(found);
    close_to(shape_area_m2(&audit.shapes[0]), m2_of(3000, 3000) - 2 * m2_of(1000, 1000) + m2_of(500, 500), 1);
    close_to(found->m2, -m2_of(500, 500), 1);
    audit_free(&audit);
    free_all(shapes, 1);
}

/* Areas told must add up: sum of areas - overlaps counted once = union. */
static void sums_add_up(void **state) {
    Dice d = { 555 };
    Shape shapes[12];
    const Shape *list[12];
    Shape whole;
    Fault f;

    (void)state;
    for (int round = 0; round < 20; round++) {
        double sum = 0;
        for (int i = 0; i < 6; i++) { /* each overlaps only the next: boxes in a chain */
            int32_t x = i * 5000, over = (int32_t)dice(&d, 2000);
            shapes[i] = box_shape(x, (int32_t)dice(&d, 3000), x + 5000 + over, 4000 + (int32_t)dice(&d, 3000));
            sum += shape_area_m2(&shapes[i]);
            list[i] = &shapes[i];
        }
        Audit audit = audit_of(shapes, 6);
        assert_int_equal(shape_union(list, 6, false, NULL, &whole, &f), OK);
        close_to(sum - audit.overlap_m2, shape_area_m2(&whole), 1);
        shape_free(&whole);
        audit_free(&audit);
        free_all(shapes, 6);
    }
}

/* index_overlaps against GEOS, on heaps of crooked shapes: no pair is missed. */
static void no_overlapping_pair_is_missed(void **state) {
    Dice d = { 77 };

    (void)state;
    for (int round = 0; round < 40; round++) {
        Tiling t = tiling_make(3, 3, 60, at(0, 0), (uint64_t)round + 1);
        Shape shapes[32];
        IndexArea areas[32];
        int32_t n = 0;
        AreaIndex *ix;
        AreaPair *pairs;
        int64_t n_pairs = 0;
        Fault f;
        for (int32_t i = 0; i < t.n; i++)
            shapes[n++] = t.shapes[i];
        if (round % 2) { /* a stranger across the tiling */
            Point ring[3] = { at((int32_t)dice(&d, 180), (int32_t)dice(&d, 180)),
                              at((int32_t)dice(&d, 180), 200), at(200, (int32_t)dice(&d, 180)) };
            shapes[n] = shape_of(ring, 3);
            n += shapes[n].n_points > 0;
        }
        for (int32_t i = 0; i < n; i++)
            areas[i] = (IndexArea){ &shapes[i], i, str("") };
        assert_int_equal(index_build(areas, n, &ix, &f), OK);
        assert_int_equal(index_overlaps(ix, &pairs, &n_pairs, &f), OK);
        for (int32_t a = 0; a < n; a++)
            for (int32_t b = a + 1; b < n; b++) {
                double m2 = 0;
                bool listed = false;
                for (int64_t i = 0; i < n_pairs; i++)
                    listed |= pairs[i].a == a && pairs[i].b == b;
                if (shape_overlap_m2(&shapes[a], &shapes[b], &m2, &f) == OK && m2 > 1e-7 && !listed)
                    fail_msg("round %d: %d and %d share %.9f m2 and are not listed", round, a, b, m2);
            }
        mem_free(pairs);
        index_free(ix);
        if (n > t.n)
            shape_free(&shapes[t.n]);
        tiling_free(&t);
    }
}

static void parents_by_largest_overlap(void **state) {
    Shape parents[2] = { box_shape(0, 0, 10000, 10000), box_shape(10000, 0, 20000, 10000) };
    Shape children[5] = { box_shape(0, 0, 5000, 10000),
                          box_shape(8000, 0, 13000, 1000),
                          box_shape(15000, 5000, 21000, 6000),
                          box_shape(50000, 0, 51000, 1000),
                          { 0 } };
    int32_t found[5];
    Audit audit;
    Fault f;

    (void)state;
    assert_int_equal(audit_parents(children, 5, parents, 2, NULL, found, &audit, &f), OK);
    assert_int_equal(found[0], 0);
    assert_int_equal(found[1], 1);
    assert_int_equal(found[2], 1);
    assert_int_equal(found[3], -1);
    assert_int_equal(found[4], -1);
    assert_int_equal(audit.n_findings, 3);
    assert_null(audit.shapes);
    close_to(audit.findings[0].m2, m2_of(2000, 1000), 0.1);
    assert_int_equal(audit.findings[0].a, 1);
    assert_int_equal(audit.findings[0].b, 1);
    close_to(audit.findings[1].m2, m2_of(1000, 1000), 0.1);
    close_to(audit.findings[2].m2, m2_of(1000, 1000), 0.1);
    assert_int_equal(audit.findings[2].b, -1);
    audit_free(&audit);
    free_all(parents, 2);
    free_all(children, 4);
}

static void union_intersection_difference(void **state) {
    Shape a = box_shape(0, 0, 2000, 2000), b = box_shape(1000, 0, 3000, 2000), out;
    const Shape *both[2] = { &a, &b };
    Fault f;

    (void)state;
    assert_int_equal(shape_union(both, 2, false, NULL, &out, &f), OK);
    assert_true(shape_area2(&out) == 2 * 3000 * 2000);
    shape_free(&out);
    assert_int_equal(shape_intersection(&a, &b, NULL, &out, &f), OK);
    assert_true(shape_area2(&out) == 2 * 1000 * 2000);
    shape_free(&out);
    assert_int_equal(shape_difference(&a, &b, NULL, &out, &f), OK);
    assert_true(shape_area2(&out) == 2 * 1000 * 2000);
    shape_free(&out);
    shape_free(&b);
    b = box_shape(2000, 0, 3000, 2000); /* they only touch */
    assert_int_equal(shape_intersection(&a, &b, NULL, &out, &f), OK);
    assert_int_equal(out.n_polys, 0);
    shape_free(&out);
    assert_int_equal(shape_union(both, 2, true, NULL, &out, &f), OK);
    assert_int_equal(out.n_rings, 1);
    assert_true(shape_area2(&out) == 2 * 3000 * 2000);
    shape_free(&out);
    shape_free(&a);
    shape_free(&b);
}

static void a_union_dissolves_a_ground(void **state) {
    Tiling t = tiling_make(6, 5, 20000, origin, 12);
    const Shape *list[64];
    __int128 sum = 0;
    Shape whole;
    Fault f;

    (void)state;
    for (int32_t i = 0; i < t.n; i++) {
        list[i] = &t.shapes[i];
        sum += shape_area2(&t.shapes[i]);
    }
    for (int tiling = 0; tiling < 2; tiling++) {
        assert_int_equal(shape_union(list, t.n, tiling, NULL, &whole, &f), OK);
        assert_int_equal(whole.n_polys, 1);
        assert_int_equal(whole.n_rings, 1);
        assert_true(shape_area2(&whole) == sum);
        shape_free(&whole);
    }
    tiling_free(&t);
}

static void it_can_be_cancelled(void **state) {
    Shape s = box_shape(0, 0, 100, 100);
    _Atomic bool cancel = true;
    AuditRules rules = { .cancel = &cancel };
    Audit audit = { .n = 42 };
    Fault f;

    (void)state;
    assert_int_equal(audit_layer(&s, 1, &rules, &audit, &f), ERR_BUSY);
    assert_int_equal(audit.n, 42);
    shape_free(&s);
}

static void more_findings_are_counted_only(void **state) {
    Shape shapes[40];
    AuditRules rules = { .findings_max = 20 };
    Audit audit;
    Fault f;

    (void)state;
    for (int32_t i = 0; i < 40; i++) /* each upon the next */
        shapes[i] = box_shape(i * 1000, 0, i * 1000 + 1500, 1000);
    assert_int_equal(audit_layer(shapes, 40, &rules, &audit, &f), OK);
    assert_int_equal(audit.overlaps, 39);
    assert_int_equal(audit.n_findings, 20);
    audit_free(&audit);
    free_all(shapes, 40);
}

static void without_memory(void **state) {
    Shape shapes[3] = { box_shape(0, 0, 1000, 1000), box_shape(900, 0, 2000, 500),
                        box_shape(900, 500, 2000, 1000) };
    Audit audit = { .n = 42 };
    Fault f;
    long nth = 1;

    (void)state;
    mem_watched = true;
    for (; nth < 400; nth++) {
        mem_calls = 0;
        mem_fail_from = mem_fail_to = nth;
        if (audit_layer(shapes, 3, NULL, &audit, &f) == OK)
            break;
        assert_int_equal(audit.n, 42);
    }
    mem_watched = false;
    mem_fail_from = mem_fail_to = 0;
    assert_true(nth > 20 && nth < 400);
    audit_free(&audit);
    free_all(shapes, 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clean_ground),
        cmocka_unit_test(an_area_taken_out_is_a_gap),
        cmocka_unit_test(a_gap_around_an_island),
        cmocka_unit_test(overlaps_are_measured),
        cmocka_unit_test(the_same_area_twice),
        cmocka_unit_test(missing_vertices_are_put_in),
        cmocka_unit_test(slivers_are_told),
        cmocka_unit_test(a_ground_with_dropped_vertices),
        cmocka_unit_test(invalid_shapes_are_repaired),
        cmocka_unit_test(rings_in_disorder),
        cmocka_unit_test(holes_that_meet),
        cmocka_unit_test(sums_add_up),
        cmocka_unit_test(no_overlapping_pair_is_missed),
        cmocka_unit_test(parents_by_largest_overlap),
        cmocka_unit_test(union_intersection_difference),
        cmocka_unit_test(a_union_dissolves_a_ground),
        cmocka_unit_test(it_can_be_cancelled),
        cmocka_unit_test(more_findings_are_counted_only),
        cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests_name("geo_audit", tests, NULL, NULL);
}
