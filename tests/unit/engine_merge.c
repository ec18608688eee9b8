/* engine_merge – comprehensive grids that follow the borders there are: beside all plans of a
 * small town, and where the metres are known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "geo_tiling.h"
#include "merge.h"
#include "pieces.h"

#include <math.h>
#include <string.h>

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

static void close_to(double got, double expected, double within) {
    if (!(fabs(got - expected) <= within))
        fail_msg("got %.9g, expected %.9g", got, expected);
}

/* Squares of 200 m, cols × rows, a hundred households each. */
typedef struct Town {
    Shape shapes[16];
    PlanUnit units[16];
    int32_t n;
} Town;

static void build(Town *t, int32_t cols, int32_t rows) {
    t->n = cols * rows;
    for (int32_t i = 0; i < t->n; i++) {
        double x = i % cols * 200.0, y = i / cols * 200.0;
        t->shapes[i] = box_m(x, y, x + 200, y + 200);
        t->units[i] = (PlanUnit){ .shape = &t->shapes[i], .households = 100, .old = -1 };
        shape_label(&t->shapes[i], &t->units[i].at);
    }
}

static void tear(Town *t) {
    for (int32_t i = 0; i < t->n; i++)
        shape_free(&t->shapes[i]);
}

static Merge make(const MergeInput *in) {
    Merge m;
    Fault f = { 0 };
    if (merge_make(in, &m, &f) != OK)
        fail_msg("%s", f.en);
    return m;
}

/* ---- where the metres are known ----------------------------------------- */

/* 4 × 2 squares. The police cut at 400 m (drawn 6 m beside the squares' line), the city's
 * grids there too and along the middle from there on eastward. */
static void follows_what_several_have(void **state) {
    Town t;
    Shape police[2] = { box_m(-50, -50, 406, 450), box_m(406, -50, 850, 450) },
          grids[3] = { box_m(0, 0, 400, 400), box_m(400, 0, 800, 200), box_m(400, 200, 800, 400) };
    const MergeLayer layers[2] = { { police, 2 }, { grids, 3 } };

    (void)state;
    build(&t, 4, 2);
    MergeInput in = { .units = t.units, .n = 8, .layers = layers, .n_layers = 2, .min = 350, .max = 450 };
    Merge m = make(&in);
    assert_int_equal(m.n_grids, 2);
    assert_int_equal(m.out_of_range, 0);
    for (int32_t i = 0; i < 8; i++)
        assert_int_equal(m.grid[i], m.grid[i % 4 < 2 ? 0 : 3]);
    assert_true(m.grid[0] == 0 && m.grid[3] == 1);
    close_to(m.border_m, 400, 1);
    close_to(m.new_m, 0, 0.01);
    close_to(m.along_m[0], 400, 1);
    close_to(m.along_m[1], 400, 1);
    close_to(m.layer_m[0], 400, 5); /* of the police only what lies within */
    close_to(m.kept_m[0], 400, 5);
    close_to(m.layer_m[1], 800, 5);
    close_to(m.kept_m[1], 400, 5);
    close_to(m.shared_m[1][0], 400, 5);
    close_to(m.shared_m[0][1], 400, 5);
    close_to(m.grids[1].crossed_m[1], 400, 5);
    close_to(m.grids[0].crossed_m[1], 0, 5);
    close_to(m.grids[0].border_m, 400, 1);
    close_to(m.grids[0].m2, 160000, 200);

    /* the first grid: nearly all that the city's first one is; of the police's first what lies
     * in the town; the second one's strip of 6 m is more than a square centimetre of it */
    assert_int_equal(m.n_shares, 6);
    assert_true(m.shares[0].grid == 0 && m.shares[0].layer == 0 && m.shares[0].area == 0);
    close_to(m.shares[0].of_area, 400.0 * 400 / (456.0 * 500), 0.001);
    assert_true(m.shares[1].grid == 0 && m.shares[1].layer == 1 && m.shares[1].area == 0);
    close_to(m.shares[1].of_area, 1, 1e-6);
    close_to(m.shares[1].of_grid, 1, 1e-3);
    assert_true(m.shares[3].grid == 1 && m.shares[3].layer == 0 && m.shares[3].area == 0);
    close_to(m.shares[3].of_area, 6.0 * 400 / (456.0 * 500), 0.001);
    assert_true(m.shares[4].layer == 1 && m.shares[4].area == 1 && m.shares[5].area == 2);
    merge_free(&m);

    /* a plan that somebody made: across, along the middle */
    const int32_t across[8] = { 0, 0, 0, 0, 1, 1, 1, 1 };
    in.given = across;
    m = make(&in);
    close_to(m.border_m, 800, 1);
    close_to(m.new_m, 400, 5);
    close_to(m.along_m[0], 0, 5);
    close_to(m.kept_m[1], 400, 10);
    close_to(m.kept_m[0], 0, 5);
    merge_free(&m);
    for (int i = 0; i < 2; i++)
        shape_free(&police[i]);
    for (int i = 0; i < 3; i++)
        shape_free(&grids[i]);
    tear(&t);
}

/* Across a street both sides have the border; the layer's line is in its middle. */
static void over_a_street(void **state) {
    Shape shapes[3] = { box_m(0, 0, 200, 200), box_m(224, 0, 424, 200), box_m(424, 0, 624, 200) },
          cells[2] = { box_m(-10, -10, 212, 210), box_m(212, -10, 640, 210) };
    const MergeLayer layer = { cells, 2 };
    PlanUnit units[3];

    (void)state;
    for (int i = 0; i < 3; i++) {
        units[i] = (PlanUnit){ .shape = &shapes[i], .households = 100, .old = -1 };
        shape_label(&shapes[i], &units[i].at);
    }
    MergeInput in = { .units = units, .n = 3, .layers = &layer, .n_layers = 1, .min = 100, .max = 200 };
    Merge m = make(&in);
    assert_int_equal(m.n_grids, 2);
    assert_true(m.grid[0] == 0 && m.grid[1] == 1 && m.grid[2] == 1);
    close_to(m.border_m, 200, 1);
    close_to(m.along_m[0], 200, 1);
    close_to(m.kept_m[0], m.layer_m[0], 0.01);
    merge_free(&m);
    for (int i = 0; i < 3; i++)
        shape_free(&shapes[i]);
    shape_free(&cells[0]);
    shape_free(&cells[1]);
}

/* ---- beside all plans of a small town ----------------------------------- */

static bool joined(const int32_t *grid, int32_t cols, int32_t n, int32_t which) {
    int32_t queue[16], got = 0, end = 0, all = 0;
    bool seen[16] = { false };

    for (int32_t i = 0; i < n; i++)
        all += grid[i] == which;
    for (int32_t i = 0; i < n && !end; i++)
        if (grid[i] == which) {
            queue[end++] = i;
            seen[i] = true;
        }
    while (got < end) {
        int32_t at = queue[got++];
        const int32_t next[4] = { at % cols ? at - 1 : -1, at % cols < cols - 1 ? at + 1 : -1, at - cols,
                                  at + cols };
        for (int k = 0; k < 4; k++)
            if (next[k] >= 0 && next[k] < n && grid[next[k]] == which && !seen[next[k]]) {
                seen[next[k]] = true;
                queue[end++] = next[k];
            }
    }
    return all > 0 && end == all;
}

/* What merge.h says a plan costs, by the cells that the middles of the squares lie in. */
static double cost_of(const Town *t, const int32_t *grid, Shape cells[2][3]) {
    double sum = 0;

    for (int32_t i = 0; i < 9; i++)
        for (int32_t k = 0; k < 2; k++) {
            int32_t j = k ? i + 3 : i + 1, have = 0;
            if (j >= 9 || (!k && i % 3 == 2) || grid[i] == grid[j])
                continue;
            for (int32_t l = 0; l < 2; l++) {
                bool same = true;
                for (int32_t c = 0; c < 3; c++)
                    same = same &&
                           shape_has(&cells[l][c], t->units[i].at) == shape_has(&cells[l][c], t->units[j].at);
                have += !same;
            }
            sum += 200 / (1 + MERGE_PULL * have);
        }
    return sum;
}

/* 3 × 3 squares with households of their own into three grids; two layers cut at whims of the
 * dice, in lines of the squares. No plan within the range costs less. */
static void no_plan_is_cheaper(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        Dice d = { seed * 77 };
        Town t;
        Shape cells[2][3];
        MergeLayer layers[2];

        build(&t, 3, 3);
        for (int32_t i = 0; i < 9; i++)
            t.units[i].households = 60 + (int32_t)dice(&d, 80);
        for (int l = 0; l < 2; l++) {
            double a = 200 * (1 + dice(&d, 2)), b = 200 * (1 + dice(&d, 2));
            cells[l][0] = box_m(0, 0, a, 600);
            cells[l][1] = box_m(a, 0, 600, b);
            cells[l][2] = box_m(a, b, 600, 600);
            layers[l] = (MergeLayer){ cells[l], 3 };
        }
        MergeInput in = {
            .units = t.units, .n = 9, .layers = layers, .n_layers = 2, .min = 220, .max = 420, .grids = 3
        };
        Merge found = make(&in);
        double best = 1e18;
        for (int32_t code = 0; code < 19683; code++) { /* 3^9 */
            int32_t grid[9], sums[3] = { 0 };
            for (int32_t i = 0, left = code; i < 9; i++, left /= 3)
                sums[grid[i] = left % 3] += t.units[i].households;
            bool fits = grid[0] == 0;
            for (int32_t g = 0; g < 3 && fits; g++)
                fits = sums[g] >= 220 && sums[g] <= 420 && joined(grid, 3, 9, g);
            if (!fits)
                continue;
            double cost = cost_of(&t, grid, cells);
            best = cost < best ? cost : best;
        }
        if (best < 1e17) {
            assert_int_equal(found.out_of_range, 0);
            close_to(cost_of(&t, found.grid, cells), best,
                     best * 0.02); /* a square is 200 m but for a centimetre */
        } else
            assert_true(found.out_of_range > 0);
        merge_free(&found);
        for (int l = 0; l < 2; l++)
            for (int i = 0; i < 3; i++)
                shape_free(&cells[l][i]);
        tear(&t);
    }
}

/* Every metre of a layer within the ground is followed, or ends inside a grid; both sides of
 * the same seed are the same; whatever the threads. */
static void metres_add_up(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        Tiling units = tiling_make(8, 8, 40000, origin, seed),
               a = tiling_make(3, 3, 107000, origin, seed + 100),
               b = tiling_make(4, 2, 90000, origin, seed + 200);
        PlanUnit *list = calloc((size_t)units.n, sizeof *list);
        const MergeLayer layers[2] = { { a.shapes, a.n }, { b.shapes, b.n } };
        double m2 = 0, of_grids = 0;

        for (int32_t i = 0; i < units.n; i++) {
            list[i] = (PlanUnit){ .shape = &units.shapes[i], .households = 50, .old = -1 };
            shape_label(&units.shapes[i], &list[i].at);
            m2 += shape_area_m2(&units.shapes[i]);
        }
        MergeInput in = {
            .units = list, .n = units.n, .layers = layers, .n_layers = 2, .min = 300, .max = 600
        };
        Merge m = make(&in), again;
        for (int l = 0; l < 2; l++) {
            double crossed = 0, along = 0;
            for (int32_t g = 0; g < m.n_grids; g++) {
                crossed += m.grids[g].crossed_m[l];
                along += m.grids[g].along_m[l];
            }
            assert_true(m.layer_m[l] > 0);
            close_to(m.kept_m[l] + crossed, m.layer_m[l], 0.01);
            close_to(along, 2 * m.along_m[l], 0.01);
            assert_true(m.along_m[l] + m.new_m <= m.border_m + 0.01);
        }
        for (int32_t g = 0; g < m.n_grids; g++)
            of_grids += m.grids[g].m2;
        close_to(of_grids, m2, m2 * 1e-9);
        in.threads = 2;
        again = make(&in);
        assert_true(again.n_grids == m.n_grids &&
                    memcmp(again.grid, m.grid, (size_t)units.n * sizeof *m.grid) == 0);
        assert_true(again.n_shares == m.n_shares && memcmp(again.kept_m, m.kept_m, sizeof m.kept_m) == 0);
        merge_free(&m);
        merge_free(&again);
        free(list);
        tiling_free(&units);
        tiling_free(&a);
        tiling_free(&b);
    }
}

/* ---- pieces ------------------------------------------------------------- */

/* Two layers over one ground: every piece lies in one area of each, together they are the
 * ground, and the strip of 4 m that two surveys left is none. */
static void pieces_of_two_layers(void **state) {
    Shape ground = box_m(0, 0, 400, 400), a[2] = { box_m(-9, -9, 200, 409), box_m(200, -9, 409, 409) },
          b[2] = { box_m(-9, -9, 204, 409), box_m(204, -9, 409, 250) };
    const PiecesLayer layers[2] = { { a, 2 }, { b, 2 } };
    Pieces p;
    Fault f = { 0 };
    double sum = 0;

    (void)state;
    if (pieces_make(&ground, layers, 2, 15, &p, &f) != OK)
        fail_msg("%s", f.en);
    assert_int_equal(p.n, 3);
    for (int32_t i = 0; i < p.n; i++) {
        double m2 = shape_area_m2(&p.shapes[i]);
        sum += m2;
        assert_int_equal(p.shapes[i].n_polys, 1);
        if (p.cell[i * 2] == 0)
            assert_true(p.cell[i * 2 + 1] == 0);
        else
            assert_true(p.cell[i * 2 + 1] == 1 || p.cell[i * 2 + 1] == -1);
    }
    close_to(sum, shape_area_m2(&ground), 1);
    pieces_free(&p);

    /* finer: the strip counts */
    if (pieces_make(&ground, layers, 2, 0, &p, &f) != OK)
        fail_msg("%s", f.en);
    assert_int_equal(p.n, 4);
    pieces_free(&p);

    /* what one area has in two places is two pieces */
    const Shape two[1] = { box_m(150, -9, 250, 409) };
    const PiecesLayer middle = { two, 1 };
    if (pieces_make(&ground, &middle, 1, 15, &p, &f) != OK)
        fail_msg("%s", f.en);
    assert_int_equal(p.n, 3);
    pieces_free(&p);
    shape_free(&ground);
    shape_free((Shape *)&two[0]);
    for (int i = 0; i < 2; i++) {
        shape_free(&a[i]);
        shape_free(&b[i]);
    }
}

static void wrong_numbers_are_named(void **state) {
    Town t;
    Merge m = { .n = -7 };
    Fault f = { 0 };

    (void)state;
    build(&t, 2, 1);
    const MergeLayer layer = { t.shapes, 2 };
    MergeInput in = { .units = t.units, .n = 2, .layers = &layer, .n_layers = 0, .min = 1, .max = 2 };
    assert_int_equal(merge_make(&in, &m, &f), ERR_INVALID);
    assert_string_equal(f.key, "merge_layers");
    in.n_layers = 1;
    in.min = 300;
    in.max = 200;
    assert_int_equal(merge_make(&in, &m, &f), ERR_INVALID);
    _Atomic bool stop = true;
    in.min = 1;
    in.cancel = &stop;
    assert_int_equal(merge_make(&in, &m, &f), ERR_BUSY);
    assert_int_equal(m.n, -7);
    tear(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_what_several_have), cmocka_unit_test(over_a_street),
        cmocka_unit_test(no_plan_is_cheaper),        cmocka_unit_test(metres_add_up),
        cmocka_unit_test(pieces_of_two_layers),      cmocka_unit_test(wrong_numbers_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
