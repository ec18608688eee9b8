/* geo_polygon – points and shapes: what is exact must be exact, what is refused
 * must be refused, and what is stored must come back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "geo_tiling.h"
#include "repair.h"
#include <math.h>
#include <string.h>

static void close_to(double got, double expected, double within) {
    if (!(fabs(got - expected) <= within))
        fail_msg("got %.9g, expected %.9g", got, expected);
}

static const Point square[4] = { { 0, 0 }, { 1000, 0 }, { 1000, 1000 }, { 0, 1000 } };
static const Point inner[4] = { { 400, 400 }, { 600, 400 }, { 600, 600 }, { 400, 600 } };

static Shape ring_with_hole(void) {
    const Point *rings[2] = { square, inner };
    return shape_of_rings(rings, (int32_t[]){ 4, 4 }, 2);
}

static void degrees_in_and_out(void **state) {
    Point p;

    (void)state;
    assert_true(point_of_degrees(121.4737, 31.2304, &p));
    assert_int_equal(p.lon, 1214737000);
    assert_int_equal(p.lat, 312304000);
    assert_true(point_of_degrees(-0.00000004, 0.00000006, &p));
    assert_int_equal(p.lon, 0);
    assert_int_equal(p.lat, 1);
    assert_true(point_of_degrees(180, -90, &p));
    assert_true(point_ok(p));
    assert_false(point_of_degrees(180.0000001, 0, &p));
    assert_false(point_of_degrees(0, 90.0000001, &p));
    assert_false(point_of_degrees(NAN, 0, &p));
    assert_false(point_of_degrees(0, INFINITY, &p));
    assert_false(point_ok((Point){ LON_MAX + 1, 0 }));
    assert_false(point_ok((Point){ 0, INT32_MIN }));
}

/* One lattice unit beside the longest edge that is allowed. */
static void sides_are_exact(void **state) {
    Point a = { -LON_MAX, -LAT_MAX }, b = { 0, LAT_MAX };

    (void)state;
    assert_int_equal(point_side(a, b, (Point){ -LON_MAX / 2, 0 }), 0);
    assert_int_equal(point_side(a, b, (Point){ -LON_MAX / 2 + 1, 0 }), -1);
    assert_int_equal(point_side(a, b, (Point){ -LON_MAX / 2, 1 }), 1);
    assert_int_equal(point_side(a, b, (Point){ LON_MAX, -LAT_MAX }), -1);
    assert_int_equal(point_side(b, a, (Point){ LON_MAX, -LAT_MAX }), 1);
    assert_true(point_on_segment(a, b, (Point){ -LON_MAX / 2, 0 }));
    assert_true(point_on_segment(a, b, b));
    assert_false(point_on_segment((Point){ 0, 0 }, (Point){ 10, 10 }, (Point){ 11, 11 }));
}

static void metres(void **state) {
    Scale equator = scale_at(0), shanghai = scale_at(312304000);
    Point p = { 1214737000, 312304000 };

    (void)state;
    close_to(equator.lon_m * DEGREE_E7, 111319.491, 0.001);
    close_to(equator.lat_m * DEGREE_E7, 110574.276, 0.001);
    close_to(shanghai.lon_m * DEGREE_E7, 95280, 15);
    close_to(point_distance_m(p, p), 0, 0);
    /* 0.001° north is 110.87 m on the ellipsoid at this latitude */
    close_to(point_distance_m(p, (Point){ p.lon, p.lat + 10000 }), 110.87, 0.01);
    close_to(segment_distance_m(p, (Point){ p.lon - 9000, p.lat + 1000 }, (Point){ p.lon + 5000, p.lat + 1000 },
                                shanghai),
             11.087, 0.001);
    close_to(segment_distance_m(p, (Point){ p.lon, p.lat + 1000 }, (Point){ p.lon, p.lat + 5000 }, shanghai),
             11.087, 0.001);
}

static void boxes(void **state) {
    Box box = BOX_NONE;

    (void)state;
    assert_false(box_has(box, (Point){ 0, 0 }));
    assert_int_equal(box_wider(box, 5, 5).west, BOX_NONE.west);
    box_grow(&box, (Point){ 5, -5 });
    box_grow(&box, (Point){ -5, 5 });
    assert_true(box_has(box, (Point){ 5, 5 }));
    assert_false(box_has(box, (Point){ 6, 5 }));
    assert_true(box_meet(box, (Box){ 5, 5, 9, 9 }));
    assert_false(box_meet(box, (Box){ 6, 5, 9, 9 }));
    Box world = box_wider((Box){ -LON_MAX, 0, LON_MAX, LAT_MAX }, 9, 9);
    assert_int_equal(world.west, -LON_MAX);
    assert_int_equal(world.north, LAT_MAX);
    assert_int_equal(world.south, -9);
}

/* ---- drafts ------------------------------------------------------------- */

static Err draft_ring_of(const Point *ring, int32_t n, Shape *ret, int32_t *ret_dropped, Fault *f) {
    ShapeDraft d;

    draft_begin(&d);
    draft_polygon(&d);
    draft_ring(&d);
    for (int32_t i = 0; i < n; i++)
        draft_point(&d, ring[i]);
    return draft_end(&d, NULL, ret, ret_dropped, f);
}

static void drafts_are_tidied(void **state) {
    /* clockwise, closed, with repeats */
    Point ring[] = { { 0, 0 }, { 0, 0 }, { 0, 10 }, { 10, 10 }, { 10, 10 }, { 10, 0 }, { 0, 0 }, { 0, 0 } };
    Point tidy[] = { { 10, 0 }, { 10, 10 }, { 0, 10 }, { 0, 0 } };
    Shape s;
    int32_t dropped = -1;
    Fault f;

    (void)state;
    assert_int_equal(draft_ring_of(ring, 8, &s, &dropped, &f), OK);
    assert_int_equal(dropped, 0);
    assert_int_equal(s.n_points, 4);
    assert_memory_equal(s.points, tidy, sizeof tidy);
    assert_true(shape_area2(&s) == 200);
    shape_free(&s);
    Shape holed = ring_with_hole();
    assert_true(ring_area2(holed.points, 4) > 0);
    assert_true(ring_area2(holed.points + holed.ring_at[1], 4) < 0);
    assert_true(shape_area2(&holed) == 2 * (1000000 - 40000));
    shape_free(&holed);
}

static void rings_without_area_are_dropped(void **state) {
    Point line[] = { { 0, 0 }, { 5, 5 }, { 9, 9 } };
    ShapeDraft d;
    Shape s;
    int32_t dropped = 0;
    Fault f;

    (void)state;
    draft_begin(&d);
    draft_polygon(&d); /* an outer ring without area takes its hole with it */
    draft_ring(&d);
    for (int i = 0; i < 3; i++)
        draft_point(&d, line[i]);
    draft_ring(&d);
    for (int i = 0; i < 4; i++)
        draft_point(&d, inner[i]);
    draft_polygon(&d);
    draft_ring(&d);
    for (int i = 0; i < 4; i++)
        draft_point(&d, square[i]);
    draft_ring(&d); /* a hole without area */
    draft_point(&d, line[0]);
    assert_int_equal(draft_end(&d, NULL, &s, &dropped, &f), OK);
    assert_int_equal(dropped, 3);
    assert_int_equal(s.n_polys, 1);
    assert_int_equal(s.n_rings, 1);
    shape_free(&s);
}

/* The halves of this bow tie are alike, so its area sums up to nothing. */
static void a_bow_tie_is_kept_for_repair(void **state) {
    Point tie[] = { { 0, 0 }, { 10, 10 }, { 10, 0 }, { 0, 10 } };
    Point flat[] = { { 0, 0 }, { 10, 10 }, { 5, 5 }, { 2, 2 } };
    Shape s, mended;
    int32_t dropped;
    Fault f;

    (void)state;
    assert_int_equal(draft_ring_of(tie, 4, &s, &dropped, &f), OK);
    assert_int_equal(s.n_points, 4);
    assert_int_equal(shape_repair(&s, NULL, &mended, &f), OK);
    assert_int_equal(mended.n_polys, 2);
    assert_true(shape_area2(&mended) == 100); /* twice the area of two triangles of 25 each */
    shape_free(&mended);
    shape_free(&s);
    assert_int_equal(draft_ring_of(flat, 4, &s, &dropped, &f), ERR_INVALID);
    assert_string_equal(f.key, "shape_empty");
}

static void bad_drafts_are_refused(void **state) {
    Point line[] = { { 0, 0 }, { 5, 5 }, { 9, 9 } }, outside[] = { { 0, 0 }, { LON_MAX + 1, 0 }, { 0, 9 } };
    Point date_line[] = { { 1790000000, 0 }, { -1790000000, 0 }, { -1790000000, 10 }, { 1790000000, 10 } };
    Point touching[] = { { 1790000000, 0 }, { LON_MAX, 0 }, { LON_MAX, 10 }, { 1790000000, 10 } };
    Shape s = { .n_points = 77 };
    int32_t dropped = -3;
    ShapeDraft d;
    Fault f;

    (void)state;
    assert_int_equal(draft_ring_of(line, 3, &s, &dropped, &f), ERR_INVALID);
    assert_string_equal(f.key, "shape_empty");
    assert_int_equal(draft_ring_of(NULL, 0, &s, &dropped, &f), ERR_INVALID);
    assert_string_equal(f.key, "shape_empty");
    assert_int_equal(draft_ring_of(outside, 3, &s, &dropped, &f), ERR_INVALID);
    assert_string_equal(f.key, "shape_outside_world");
    assert_int_equal(draft_ring_of(date_line, 4, &s, &dropped, &f), ERR_INVALID);
    assert_string_equal(f.key, "shape_date_line");
    assert_non_null(strstr(f.en, "179.0000000"));
    draft_begin(&d);
    draft_polygon(&d);
    draft_ring(&d);
    draft_degrees(&d, 31.2, 121.4); /* the order is wrong */
    draft_degrees(&d, 31.3, 121.4);
    assert_int_equal(draft_end(&d, NULL, &s, &dropped, &f), ERR_INVALID);
    assert_string_equal(f.key, "shape_outside_world");
    assert_non_null(strstr(f.en, "31.2000000, 121.4000000"));
    draft_begin(&d);
    assert_int_equal(draft_end(&d, NULL, &s, &dropped, &f), ERR_INVALID);
    assert_int_equal(s.n_points, 77); /* nothing was given out */
    assert_int_equal(dropped, -3);
    assert_int_equal(draft_ring_of(touching, 4, &s, &dropped, &f), OK);
    shape_free(&s);
}

static void an_arena_may_own_it(void **state) {
    char room[512];
    Arena a = { room, 0, sizeof room };
    Shape s = ring_with_hole(), copy;
    Fault f;

    (void)state;
    assert_int_equal(shape_copy(&a, &s, &copy, &f), OK);
    assert_true((char *)copy.points >= room && (char *)copy.points < room + sizeof room);
    assert_true(shape_same(&s, &copy));
    Arena small = { room, 0, 64 };
    assert_int_equal(shape_copy(&small, &s, &copy, &f), ERR_LIMIT);
    copy.points[5].lat++;
    assert_false(shape_same(&s, &copy));
    shape_free(&s);
}

static void drafts_without_memory(void **state) {
    Shape s = { .n_points = 77 };
    int32_t dropped;
    Fault f;

    (void)state;
    mem_watched = true;
    for (long nth = 1;; nth++) {
        mem_calls = 0;
        mem_fail_from = mem_fail_to = nth;
        Err err = draft_ring_of(square, 4, &s, &dropped, &f);
        if (err == OK)
            break;
        assert_int_equal(err, ERR_NO_MEMORY);
        assert_int_equal(s.n_points, 77);
        assert_true(nth < 20);
    }
    mem_watched = false;
    mem_fail_from = mem_fail_to = 0;
    shape_free(&s);
}

/* ---- inside, size, label ------------------------------------------------ */

static void inside_is_half_open(void **state) {
    Shape s = ring_with_hole();

    (void)state;
    assert_true(shape_has(&s, (Point){ 0, 0 }));
    assert_true(shape_has(&s, (Point){ 0, 500 }));
    assert_true(shape_has(&s, (Point){ 500, 0 }));
    assert_false(shape_has(&s, (Point){ 1000, 500 }));
    assert_false(shape_has(&s, (Point){ 500, 1000 }));
    assert_false(shape_has(&s, (Point){ 400, 400 })); /* the hole owns its west and south sides */
    assert_true(shape_has(&s, (Point){ 600, 500 }));
    assert_false(shape_has(&s, (Point){ 500, 500 }));
    assert_false(shape_has(&s, (Point){ -1, 0 }));
    for (int32_t y = -3; y < 1003; y += 1 + y % 7 * (y > 0))
        for (int32_t x = -3; x < 1003; x += 3)
            assert_int_equal(shape_has(&s, (Point){ x, y }), judge_has(&s, (Point){ x, y }));
    shape_free(&s);
}

static void areas_on_the_ground(void **state) {
    Point degree[4] = { { 0, 0 }, { DEGREE_E7, 0 }, { DEGREE_E7, DEGREE_E7 }, { 0, DEGREE_E7 } };
    Point half[4] = { { -LON_MAX, -LAT_MAX }, { 0, -LAT_MAX }, { 0, LAT_MAX }, { -LON_MAX, LAT_MAX } };
    Point hectare[4] = { { 1214737000, 312304000 }, { 0, 312304000 }, { 0, 0 }, { 1214737000, 0 } };
    Scale scale = scale_at(312304000);
    Shape s = shape_of(degree, 4);

    (void)state;
    close_to(shape_area_m2(&s), 12308463894, 10); /* M·N·cos φ summed by hand over the degree at the equator */
    shape_free(&s);
    s = shape_of(half, 4);
    close_to(shape_area_m2(&s), 510065621724089.0 / 2, 1e9); /* half the ellipsoid's surface */
    assert_true(shape_area2(&s) == (__int128)2 * LON_MAX * LAT_MAX * 2);
    shape_free(&s);
    hectare[1].lon = hectare[2].lon = hectare[0].lon + (int32_t)lround(100 / scale.lon_m);
    hectare[2].lat = hectare[3].lat = hectare[0].lat + (int32_t)lround(100 / scale.lat_m);
    s = shape_of(hectare, 4);
    close_to(shape_area_m2(&s), 10000, 1);
    shape_free(&s);
}

static void labels_lie_inside(void **state) {
    Tiling t = tiling_make(6, 6, 30000, (Point){ 1214700000, 312300000 }, 8);
    Point comb[] = { { 0, 0 },      { 5000, 0 },   { 5000, 900 }, { 4000, 100 }, { 3000, 900 },
                     { 2000, 100 }, { 1000, 900 }, { 500, 100 },  { 0, 900 } };
    Point sliver[] = { { 0, 0 }, { 1000, 1 }, { 2000, 3 } }, thin[] = { { 0, 0 }, { 7, 1 }, { 7, 2 } };
    Shape odd[3] = { shape_of(comb, 9), shape_of(sliver, 3), shape_of(thin, 3) }, empty = { 0 };
    Point label;

    (void)state;
    for (int32_t i = 0; i < t.n; i++) {
        assert_true(shape_label(&t.shapes[i], &label));
        assert_true(judge_has(&t.shapes[i], label));
        if (i < t.n_cells) /* and well inside: cells are about 300 m wide */
            assert_true(shape_distance_m(&t.shapes[i], label) > 30);
    }
    for (int i = 0; i < 3; i++) {
        bool inside = shape_label(&odd[i], &label);
        assert_int_equal(inside, judge_has(&odd[i], label));
        assert_true(i > 0 || inside);
        shape_free(&odd[i]);
    }
    assert_false(shape_label(&empty, &label));
    tiling_free(&t);
}

static void the_largest_part_has_the_label(void **state) {
    Point big[4] = { { 5000, 0 }, { 7000, 0 }, { 7000, 2000 }, { 5000, 2000 } };
    ShapeDraft d;
    Shape s;
    int32_t dropped;
    Point label;
    Fault f;

    (void)state;
    draft_begin(&d);
    for (int k = 0; k < 2; k++) {
        draft_polygon(&d);
        draft_ring(&d);
        for (int i = 0; i < 4; i++)
            draft_point(&d, k ? big[i] : square[i]);
    }
    assert_int_equal(draft_end(&d, NULL, &s, &dropped, &f), OK);
    assert_true(shape_label(&s, &label));
    assert_true(label.lon > 5500 && label.lon < 6500 && label.lat > 500 && label.lat < 1500);
    shape_free(&s);
}

/* ---- stored and shown --------------------------------------------------- */

static void packed_comes_back(void **state) {
    Tiling t = tiling_make(5, 5, 50000, (Point){ -766000000, 392000000 }, 21);
    Point wide[3] = { { -LON_MAX, -LAT_MAX }, { -1, LAT_MAX }, { -9, LAT_MAX } };
    Buf b;
    Fault f;
    Shape back;

    (void)state;
    assert_int_equal(buf_begin(&b, 16, 1 << 20, &f), OK);
    for (int32_t i = 0; i <= t.n; i++) {
        Shape s = i < t.n ? t.shapes[i] : shape_of(wide, 3);
        b.n = 0;
        shape_pack(&s, &b);
        assert_false(b.full);
        assert_int_equal(shape_unpack(buf_view(&b), NULL, &back, &f), OK);
        assert_true(shape_same(&s, &back));
        shape_free(&back);
        for (size_t cut = 0; cut < b.n; cut++)
            assert_int_equal(shape_unpack((Str){ b.p, cut }, NULL, &back, &f), ERR_INVALID);
        buf_char(&b, 0);
        assert_int_equal(shape_unpack(buf_view(&b), NULL, &back, &f), ERR_INVALID);
        assert_string_equal(f.key, "shape_damaged");
        if (i == t.n)
            shape_free(&s);
    }
    Shape empty = { 0 };
    b.n = 0;
    shape_pack(&empty, &b);
    assert_int_equal(b.n, 2);
    assert_int_equal(shape_unpack(buf_view(&b), NULL, &back, &f), OK);
    assert_int_equal(back.n_points, 0);
    shape_free(&back);
    buf_end(&b);
    tiling_free(&t);
}

static void damaged_bytes_are_refused(void **state) {
    static const struct {
        const char *bytes;
        size_t n;
        const char *key;
    } bad[] = {
        { "", 0, "shape_version" },
        { "\2\1\1\3\0\0\2\0\0\2", 10, "shape_version" },
        { "\1\1\1\2\0\0\2\0", 8, "shape_damaged" },                        /* two points */
        { "\1\1\0", 3, "shape_damaged" },                                  /* no ring */
        { "\1\201\0\1\3\0\0\2\0\0\2", 11, "shape_damaged" },               /* a varint too long */
        { "\1\1\1\377\377\377\177\0\0\2\0\0\2", 13, "shape_damaged" },     /* more points than bytes */
        { "\1\1\1\3\0\377\377\377\377\377\377\0\2", 13, "shape_damaged" }, /* a varint without end */
        { "\1\1\1\3\202\310\316\264\15\0\1\0\0\2", 14, "shape_damaged" },  /* beyond 180 */
        { "\1\1\1\3\202\244\247\332\6\0\201\310\316\264\15\0\0\2", 18,
          "shape_damaged" }, /* across the date line */
        { "\1\1\1\3\201\244\247\332\6\0\202\244\247\332\6\2\200\244\247\332\6\0", 22,
          "shape_damaged" }, /* the closing edge is */
    };
    Shape s = { .n_points = 5 };
    Fault f;

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(shape_unpack((Str){ bad[i].bytes, bad[i].n }, NULL, &s, &f), ERR_INVALID);
        if (strcmp(f.key, bad[i].key) != 0)
            fail_msg("row %zu: %s", i, f.key);
    }
    assert_int_equal(s.n_points, 5);
    assert_int_equal(shape_unpack((Str){ "\1\1\1\3\0\0\2\0\0\2", 10 }, NULL, &s, &f), OK);
    assert_int_equal(s.n_points, 3);
    shape_free(&s);
    /* half the world is just allowed */
    Str half = { "\1\1\1\3\200\244\247\332\6\0\377\307\316\264\15\0\0\2", 18 };
    assert_int_equal(shape_unpack(half, NULL, &s, &f), OK);
    shape_free(&s);
}

static const char *json_of(const Shape *s, int32_t tolerance) {
    static char room[4096];
    Buf b = { room, 0, sizeof room, false, 0 };
    shape_geojson(s, tolerance, &b);
    assert_false(b.full);
    return room;
}

static void geojson_is_written(void **state) {
    Shape s = ring_with_hole();
    Point two[4] = {
        { 1214737000, 312304000 }, { 1214737100, 312304000 }, { 1214737100, 312304107 }, { 1, 1 }
    };
    Point near[5] = { { 0, 0 }, { 1040, 3 }, { 1020, 49 }, { 960, 1000 }, { 30, 960 } };

    (void)state;
    assert_string_equal(json_of(&s, 0),
                        "{\"type\":\"Polygon\",\"coordinates\":["
                        "[[0.0,0.0],[0.0001,0.0],[0.0001,0.0001],[0.0,0.0001],[0.0,0.0]],"
                        "[[0.00004,0.00006],[0.00006,0.00006],[0.00006,0.00004],[0.00004,0.00004],"
                        "[0.00004,0.00006]]]}");
    /* The hole is smaller than the tolerance and goes; the outer ring stays. */
    assert_string_equal(json_of(&s, 500), "{\"type\":\"Polygon\",\"coordinates\":["
                                          "[[0.0,0.0],[0.0001,0.0],[0.0001,0.0001],[0.0,0.0001],[0.0,0.0]]]}");
    /* An outer ring that would vanish is shown in full. */
    assert_non_null(strstr(json_of(&s, 100000), "[0.0001,0.0]"));
    shape_free(&s);
    s = shape_of(two, 4);
    assert_non_null(strstr(json_of(&s, 0), "[121.47371,31.2304107]"));
    shape_free(&s);
    s = shape_of(near, 5); /* two vertices fall together */
    assert_string_equal(json_of(&s, 100), "{\"type\":\"Polygon\",\"coordinates\":["
                                          "[[0.0,0.0],[0.0001,0.0],[0.0001,0.0001],[0.0,0.0001],[0.0,0.0]]]}");
    shape_free(&s);
    Shape none = { 0 };
    assert_string_equal(json_of(&none, 0), "{\"type\":\"MultiPolygon\",\"coordinates\":[]}");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(degrees_in_and_out),
        cmocka_unit_test(sides_are_exact),
        cmocka_unit_test(metres),
        cmocka_unit_test(boxes),
        cmocka_unit_test(drafts_are_tidied),
        cmocka_unit_test(rings_without_area_are_dropped),
        cmocka_unit_test(a_bow_tie_is_kept_for_repair),
        cmocka_unit_test(bad_drafts_are_refused),
        cmocka_unit_test(an_arena_may_own_it),
        cmocka_unit_test(drafts_without_memory),
        cmocka_unit_test(inside_is_half_open),
        cmocka_unit_test(areas_on_the_ground),
        cmocka_unit_test(labels_lie_inside),
        cmocka_unit_test(the_largest_part_has_the_label),
        cmocka_unit_test(packed_comes_back),
        cmocka_unit_test(damaged_bytes_are_refused),
        cmocka_unit_test(geojson_is_written),
    };
    return cmocka_run_group_tests_name("geo_polygon", tests, NULL, NULL);
}
