/* geo_index – the index must say exactly what the slow judge says, on every
 * lattice point of small crooked grounds, on borders and corners of larger ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "geo_tiling.h"
#include "index.h"
#include <math.h>
#include <pthread.h>
#include <string.h>

static AreaIndex *index_of(const Shape *shapes, int32_t n) {
    IndexArea *areas = calloc((size_t)n + 1, sizeof *areas);
    AreaIndex *ix = NULL;
    Fault f = { 0 };

    for (int32_t i = 0; i < n; i++)
        areas[i] = (IndexArea){ &shapes[i], 1000 + i, str("") };
    assert_int_equal(index_build(areas, n, &ix, &f), OK);
    free(areas);
    return ix;
}

static int32_t judge_all(const Shape *shapes, int32_t n, Point p, int32_t *ret) {
    int32_t found = 0;
    for (int32_t i = 0; i < n; i++)
        if (judge_has(&shapes[i], p))
            ret[found++] = i;
    return found;
}

static __int128 size_of(const Shape *s) {
    __int128 area = shape_area2(s);
    return area < 0 ? -area : area;
}

/* By area, then position (all codes are empty here). */
static int32_t judge_find(const Shape *shapes, const int32_t *owners, int32_t n) {
    int32_t best = n ? owners[0] : -1;
    for (int32_t i = 1; i < n; i++)
        if (size_of(&shapes[owners[i]]) < size_of(&shapes[best]))
            best = owners[i];
    return best;
}

static void check_point(const AreaIndex *ix, const Shape *shapes, int32_t n, Point p, bool clean) {
    int32_t owners[256], got[256];
    int32_t count = judge_all(shapes, n, p, owners);

    if (clean && count > 1)
        fail_msg("%d owners at %d %d", count, p.lon, p.lat);
    if (index_find(ix, p) != judge_find(shapes, owners, count))
        fail_msg("index %d, judge %d at %d %d", index_find(ix, p), judge_find(shapes, owners, count), p.lon,
                 p.lat);
    if (index_find_all(ix, p, got, 256) != count)
        fail_msg("index finds %d, judge %d at %d %d", index_find_all(ix, p, got, 256), count, p.lon, p.lat);
    for (int32_t i = 0; i < count; i++) {
        bool known = false;
        for (int32_t k = 0; k < count; k++)
            known |= got[k] == owners[i];
        assert_true(known);
        assert_true(i == 0 || size_of(&shapes[got[i - 1]]) <= size_of(&shapes[got[i]]));
    }
    if (count)
        assert_int_equal(got[0], index_find(ix, p));
}

static void every_lattice_point(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 24; seed++) {
        int32_t pitch = 4 + (int32_t)(seed % 6) * 5, cols = 1 + (int32_t)(seed % 4),
                rows = 1 + (int32_t)(seed % 3);
        Point origin = { seed % 2 ? -766000000 : 1214737000, seed % 3 ? 392000000 : -230 };
        Tiling t = tiling_make(cols, rows, pitch, origin, seed);
        AreaIndex *ix = index_of(t.shapes, t.n);
        for (int32_t y = -pitch; y < (rows + 1) * pitch; y++)
            for (int32_t x = -pitch; x < (cols + 1) * pitch; x++)
                check_point(ix, t.shapes, t.n, (Point){ origin.lon + x, origin.lat + y }, false);
        index_free(ix);
        tiling_free(&t);
    }
}

/* Vertices, and both lattice neighbours of each edge's middle. */
static void borders_have_at_most_one_owner(void **state) {
    (void)state;
    Tiling t = tiling_make(12, 10, 20000, (Point){ 1214700000, 312300000 }, 99);
    AreaIndex *ix = index_of(t.shapes, t.n);

    assert_true(t.n > t.n_cells); /* there are enclaves */
    for (int32_t k = 0; k < t.n; k++)
        for (int32_t i = 0; i < t.shapes[k].n_points; i++) {
            Point a = t.shapes[k].points[i], b = t.shapes[k].points[(i + 1) % t.shapes[k].n_points];
            Point middle = { a.lon + (b.lon - a.lon) / 2, a.lat + (b.lat - a.lat) / 2 };
            check_point(ix, t.shapes, t.n, a, true);
            for (int32_t d = -1; d <= 1; d++) {
                check_point(ix, t.shapes, t.n, (Point){ middle.lon + d, middle.lat }, true);
                check_point(ix, t.shapes, t.n, (Point){ middle.lon, middle.lat + d }, true);
            }
        }
    index_free(ix);
    tiling_free(&t);
}

/* Shapes of any sort thrown on each other: overlaps, self-crossing rings,
 * repeated edges; even-odd still holds, on every point. */
static void random_heaps(void **state) {
    Dice d = { 4711 };

    (void)state;
    for (int round = 0; round < 60; round++) {
        Shape shapes[60];
        int32_t n = round % 3 == 0 ? 60 : 1 + (int32_t)dice(&d, 8), side = 4 + (int32_t)dice(&d, 30), kept = 0;
        for (int32_t i = 0; i < n; i++) {
            Point ring[9];
            int32_t corners = 3 + (int32_t)dice(&d, 7);
            for (int32_t k = 0; k < corners; k++)
                ring[k] = (Point){ (int32_t)dice(&d, (uint32_t)side), (int32_t)dice(&d, (uint32_t)side) };
            shapes[kept] = shape_of(ring, corners);
            kept += shapes[kept].n_points > 0;
        }
        AreaIndex *ix = index_of(shapes, kept);
        for (int32_t y = -2; y < side + 2; y++)
            for (int32_t x = -2; x < side + 2; x++)
                check_point(ix, shapes, kept, (Point){ x, y }, false);
        index_free(ix);
        for (int32_t i = 0; i < kept; i++)
            shape_free(&shapes[i]);
    }
}

static void big_and_long_edges(void **state) {
    Dice d = { 12 };
    Point world[4] = { { -LON_MAX, -LAT_MAX }, { 0, -LAT_MAX + 7 }, { 0, LAT_MAX - 5 }, { -LON_MAX, LAT_MAX } };
    Point east[4] = { { 0, -LAT_MAX + 7 }, { LON_MAX, -LAT_MAX }, { LON_MAX, LAT_MAX }, { 0, LAT_MAX - 5 } };
    Point needle[3] = { { -LON_MAX, 3 }, { -1, 4 }, { -5, 5 } };
    Shape shapes[3] = { shape_of(world, 4), shape_of(east, 4), shape_of(needle, 3) };
    AreaIndex *ix = index_of(shapes, 3);

    (void)state;
    for (int i = 0; i < 20000; i++) {
        Point p = { (int32_t)dice(&d, 3) - 1 + (int32_t)((int64_t)dice(&d, 2000000001) * 9 / 5 - LON_MAX), 0 };
        p.lon = p.lon > LON_MAX ? LON_MAX : p.lon;
        p.lat = i % 2 ? (int32_t)dice(&d, 1800000001) - LAT_MAX : (int32_t)dice(&d, 9);
        check_point(ix, shapes, 3, p, false);
    }
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < shapes[i].n_points; k++)
            check_point(ix, shapes, 3, shapes[i].points[k], false);
    index_free(ix);
    for (int i = 0; i < 3; i++)
        shape_free(&shapes[i]);
}

static void smallest_wins_then_lowest_code(void **state) {
    Point large[4] = { { 0, 0 }, { 100, 0 }, { 100, 100 }, { 0, 100 } };
    Point small[4] = { { 10, 10 }, { 20, 10 }, { 20, 20 }, { 10, 20 } };
    Shape shapes[3] = { shape_of(large, 4), shape_of(small, 4), shape_of(small, 4) };
    IndexArea areas[3] = { { &shapes[0], 7, str("1") },
                           { &shapes[1], 8, str("b") },
                           { &shapes[2], 9, str("a") } };
    AreaIndex *ix;
    int32_t owners[3] = { -5, -5, -5 };
    Fault f;

    (void)state;
    assert_int_equal(index_build(areas, 3, &ix, &f), OK);
    assert_int_equal(index_find(ix, (Point){ 15, 15 }), 2);
    assert_int_equal(index_find(ix, (Point){ 5, 5 }), 0);
    assert_int_equal(index_find(ix, (Point){ 10, 10 }), 2);
    assert_int_equal(index_find(ix, (Point){ 20, 20 }), 0); /* half-open */
    assert_int_equal(index_find(ix, (Point){ 100, 100 }), -1);
    assert_int_equal(index_find_all(ix, (Point){ 15, 15 }, owners, 2), 3);
    assert_int_equal(owners[0], 2);
    assert_int_equal(owners[1], 1);
    assert_int_equal(owners[2], -5); /* max is kept */
    assert_int_equal(index_key(ix, 2), 9);
    assert_int_equal(index_key(ix, 3), 0);
    assert_int_equal(index_key(ix, -1), 0);
    index_free(ix);
    for (int i = 0; i < 3; i++)
        shape_free(&shapes[i]);
}

static void nothing_at_all(void **state) {
    Shape empty = { 0 };
    AreaIndex *ix = index_of(&empty, 0);
    AreaNear near[2];

    (void)state;
    assert_int_equal(index_find(ix, (Point){ 0, 0 }), -1);
    assert_int_equal(index_near(ix, (Point){ 0, 0 }, 30, near, 2), 0);
    index_free(ix);
    ix = index_of(&empty, 1);
    assert_int_equal(index_count(ix), 1);
    assert_int_equal(index_find(ix, (Point){ 0, 0 }), -1);
    assert_int_equal(index_find(ix, (Point){ INT32_MAX, INT32_MIN }), -1);
    index_free(ix);
}

static void near_agrees_with_measuring(void **state) {
    Tiling t = tiling_make(9, 7, 9000, (Point){ 1214700000, 312300000 }, 5); /* cells of about 90 m */
    AreaIndex *ix = index_of(t.shapes, t.n);
    Dice d = { 31 };
    Box box = index_box(ix);

    (void)state;
    for (int i = 0; i < 1500; i++) {
        Point p = { box.west - 6000 + (int32_t)dice(&d, (uint32_t)(box.east - box.west + 12000)),
                    box.south - 6000 + (int32_t)dice(&d, (uint32_t)(box.north - box.south + 12000)) };
        if (i % 5 == 0)
            p = t.shapes[dice(&d, (uint32_t)t.n)].points[0];
        double radius = i % 3 == 0 ? 30 : dice(&d, 200);
        AreaNear near[128];
        int32_t n = index_near(ix, p, radius, near, 128), expected = 0;
        for (int32_t k = 0; k < t.n; k++) {
            double metres = judge_has(&t.shapes[k], p) ? 0 : shape_distance_m(&t.shapes[k], p);
            if (metres > radius)
                continue;
            expected++;
            bool known = false;
            for (int32_t j = 0; j < n; j++)
                known |= near[j].area == k && fabs(near[j].metres - metres) < 1e-9;
            if (!known)
                fail_msg("area %d at %.3f m is missing within %.0f m", k, metres, radius);
        }
        assert_int_equal(n, expected);
        for (int32_t j = 1; j < n; j++)
            assert_true(near[j - 1].metres <= near[j].metres);
        AreaNear two[2];
        int32_t few = index_near(ix, p, radius, two, 2);
        assert_int_equal(few, n < 2 ? n : 2);
        for (int32_t j = 0; j < few; j++)
            assert_true(two[j].metres == near[j].metres);
    }
    index_free(ix);
    tiling_free(&t);
}

/* A square whose sides lie on the lattice lines: no edge may be forgotten. */
static void near_a_square(void **state) {
    Point ring[4] = { { 0, 0 }, { 4096, 0 }, { 4096, 4096 }, { 0, 4096 } };
    Shape s = shape_of(ring, 4);
    AreaIndex *ix = index_of(&s, 1);
    Point beside[4] = { { 2048, -500 }, { 2048, 4596 }, { -500, 2048 }, { 4596, 2048 } };

    (void)state;
    for (int i = 0; i < 4; i++) {
        AreaNear near[1];
        assert_int_equal(index_near(ix, beside[i], 6, near, 1), 1);
        assert_true(near[0].metres > 5.4 && near[0].metres < 5.6);
        assert_int_equal(index_near(ix, beside[i], 5, near, 1), 0);
    }
    index_free(ix);
    shape_free(&s);
}

static void a_block_can_be_written_and_viewed(void **state) {
    Tiling t = tiling_make(5, 5, 40, (Point){ 0, 0 }, 3);
    AreaIndex *ix = index_of(t.shapes, t.n);
    size_t size = index_size(ix);
    char *copy = malloc(size);
    const AreaIndex *seen = NULL;
    Fault f;

    (void)state;
    memcpy(copy, ix, size);
    assert_int_equal(index_view(copy, size, &seen, &f), OK);
    for (int32_t y = -10; y < 220; y++)
        for (int32_t x = -10; x < 220; x++)
            assert_int_equal(index_find(seen, (Point){ x, y }), index_find(ix, (Point){ x, y }));
    assert_int_equal(index_view(copy, size - 4, &seen, &f), ERR_INVALID);
    assert_string_equal(f.key, "index_damaged");
    assert_int_equal(index_view(copy, 3, &seen, &f), ERR_INVALID);

    /* Damage anywhere is refused, or harmless: answers stay in range. */
    Dice d = { 8 };
    for (int i = 0; i < 3000; i++) {
        memcpy(copy, ix, size);
        for (int k = 0; k < 1 + i % 4; k++)
            copy[dice(&d, i % 2 ? 200 : (uint32_t)size)] = (char)dice(&d, 256);
        if (index_view(copy, size, &seen, &f) != OK)
            continue;
        for (int k = 0; k < 40; k++) {
            AreaNear near[4];
            Point p = { (int32_t)dice(&d, 250) - 20, (int32_t)dice(&d, 250) - 20 };
            int32_t got = index_find(seen, p);
            assert_true(got >= -1 && got < index_count(seen));
            index_near(seen, p, 1, near, 4);
        }
    }
    free(copy);
    index_free(ix);
    tiling_free(&t);
}

typedef struct Reading {
    const AreaIndex *ix;
    uint64_t sum;
} Reading;

static void *read_much(void *arg) {
    Reading *r = arg;
    Dice d = { 2 };
    for (int i = 0; i < 200000; i++)
        r->sum = r->sum * 31 +
                 (uint64_t)(index_find(r->ix, (Point){ (int32_t)dice(&d, 400), (int32_t)dice(&d, 400) }) + 1);
    return NULL;
}

static void many_may_read(void **state) {
    Tiling t = tiling_make(8, 8, 50, (Point){ 0, 0 }, 6);
    AreaIndex *ix = index_of(t.shapes, t.n);
    Reading readings[3] = { { ix, 0 }, { ix, 0 }, { ix, 0 } };
    pthread_t threads[3];

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_much, &readings[i]), 0);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    assert_true(readings[0].sum == readings[1].sum && readings[1].sum == readings[2].sum);
    index_free(ix);
    tiling_free(&t);
}

/* Hundreds of edges that cross the whole layer must not fill the memory, and
 * hundreds of areas on one another must not lose any. */
static void long_edges_and_deep_heaps(void **state) {
    enum { AREAS = 150, TEETH = 2000 };
    Point *comb = malloc((TEETH * 2 + 1) * sizeof *comb);
    Shape shapes[AREAS + 1];
    Dice d = { 90 };

    (void)state;
    for (int32_t i = 0; i < TEETH; i++) {
        comb[2 * i] = (Point){ i * 50, 0 };
        comb[2 * i + 1] = (Point){ i * 50 + 25, 100000 };
    }
    comb[TEETH * 2] = (Point){ 50000, -50000 };
    shapes[0] = shape_of(comb, TEETH * 2 + 1);
    for (int32_t i = 0; i < AREAS; i++) {
        Point fan[3] = { { 50000, 50000 }, { 50000 + i * 10, 90000 }, { 49000 - i * 3, 20000 + i } };
        shapes[i + 1] = shape_of(fan, 3);
    }
    AreaIndex *ix = index_of(shapes, AREAS + 1);
    assert_true(index_size(ix) < 40u << 20);
    for (int i = 0; i < 1000; i++) {
        Point p = { (int32_t)dice(&d, 100000), (int32_t)dice(&d, 150000) - 50000 };
        if (i % 4 == 0)
            p = (Point){ 49900 + (int32_t)dice(&d, 200), 49900 + (int32_t)dice(&d, 200) };
        check_point(ix, shapes, AREAS + 1, p, false);
    }
    check_point(ix, shapes, AREAS + 1, (Point){ 50000, 50000 }, false);
    index_free(ix);
    for (int32_t i = 0; i <= AREAS; i++)
        shape_free(&shapes[i]);
    free(comb);
}

/* Every allocation may fail: nothing leaks, nothing is handed out. */
static void without_memory(void **state) {
    Tiling t = tiling_make(3, 3, 30, (Point){ 0, 0 }, 4);
    IndexArea areas[20];
    AreaIndex *untouched = (AreaIndex *)(void *)&t, *ix = untouched;
    Fault f;

    (void)state;
    for (int32_t i = 0; i < t.n; i++)
        areas[i] = (IndexArea){ &t.shapes[i], i, str("") };
    mem_watched = true;
    for (long nth = 1;; nth++) {
        mem_calls = 0;
        mem_fail_from = mem_fail_to = nth;
        Err err = index_build(areas, t.n, &ix, &f);
        if (err == OK)
            break;
        assert_int_equal(err, ERR_NO_MEMORY);
        assert_ptr_equal(ix, untouched);
        assert_true(nth < 200);
    }
    mem_watched = false;
    mem_fail_from = mem_fail_to = 0;
    index_free(ix);
    tiling_free(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_lattice_point),
        cmocka_unit_test(borders_have_at_most_one_owner),
        cmocka_unit_test(random_heaps),
        cmocka_unit_test(big_and_long_edges),
        cmocka_unit_test(smallest_wins_then_lowest_code),
        cmocka_unit_test(nothing_at_all),
        cmocka_unit_test(near_agrees_with_measuring),
        cmocka_unit_test(near_a_square),
        cmocka_unit_test(a_block_can_be_written_and_viewed),
        cmocka_unit_test(many_may_read),
        cmocka_unit_test(long_edges_and_deep_heaps),
        cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests_name("geo_index", tests, NULL, NULL);
}
