/* partition beside every plan there is: parts of up to ten units are counted out over all sets
 * of units, each a grid or not. The engine must agree on whether the range can be kept, on
 * the shortest cut at its number of grids, and on the best cost of the exact search with all
 * its wishes, to the last digit. */
#include "engine_partition_town.h"
#include "partition_inner.h"

enum { SMALL = 10, SETS = 1 << SMALL, TOWNS = 1500, GRAPHS = 1500 };
#define NEVER INT64_MAX

/* What the best plan of each set of units costs in k grids, those only that a grid may be. */
typedef struct Oracle {
    int32_t n;
    bool whole[SETS];   /* in one piece */
    int64_t cost[SETS]; /* as one grid; NEVER: it may not be one */
    int64_t best[SMALL + 1][SETS];
} Oracle;

static Oracle oracle;

/* beside[u]: the neighbours of u. */
static void find_whole(const uint32_t *beside) {
    for (uint32_t set = 1; set < 1U << oracle.n; set++) {
        uint32_t seen = set & -set, before = 0;
        while (seen != before) {
            before = seen;
            for (int32_t u = 0; u < oracle.n; u++)
                seen |= seen >> u & 1 ? beside[u] & set : 0;
        }
        oracle.whole[set] = seen == set;
    }
}

static void find_best(void) {
    uint32_t sets = 1U << oracle.n;

    for (uint32_t set = 0; set < sets; set++)
        oracle.best[0][set] = set ? NEVER : 0;
    for (int32_t k = 1; k <= oracle.n; k++)
        for (uint32_t set = 0; set < sets; set++) {
            int64_t best = NEVER;
            for (uint32_t grid = set; grid; grid = (grid - 1) & set) { /* holds the lowest unit */
                int64_t rest = oracle.best[k - 1][set & ~grid];
                if (grid & set & -set && oracle.cost[grid] != NEVER && rest != NEVER &&
                    oracle.cost[grid] + rest < best)
                    best = oracle.cost[grid] + rest;
            }
            oracle.best[k][set] = best;
        }
}

/* ---- whole towns ---- */

/* The part of u as the oracle: its units in ret_units; a grid costs half the cut around it. */
static void ask_part(const Town *t, int32_t u, int32_t *ret_units) {
    bool seen[UNITS];
    int32_t number[UNITS];
    uint32_t beside[SMALL] = { 0 };

    reach(t, NULL, u, seen);
    oracle.n = 0;
    for (int32_t v = 0; v < t->in.n; v++)
        if (seen[v]) {
            number[v] = oracle.n;
            ret_units[oracle.n++] = v;
        }
    for (int32_t e = 0; e < t->in.n_edges; e++) {
        const PartitionEdge *x = &t->edges[e];
        if (!joined(t, e) || !seen[x->a])
            continue;
        beside[number[x->a]] |= 1U << number[x->b];
        beside[number[x->b]] |= 1U << number[x->a];
    }
    find_whole(beside);
    for (uint32_t set = 1; set < 1U << oracle.n; set++) {
        int64_t households = 0, cut = 0;
        for (int32_t i = 0; i < oracle.n; i++)
            households += set >> i & 1 ? t->households[ret_units[i]] : 0;
        for (int32_t e = 0; e < t->in.n_edges; e++)
            if (joined(t, e) && seen[t->edges[e].a] &&
                (set >> number[t->edges[e].a] & 1) != (set >> number[t->edges[e].b] & 1))
                cut += (int64_t)t->edges[e].border_m;
        bool fits = oracle.whole[set] && households >= t->in.min && households <= t->in.max;
        oracle.cost[set] = fits ? cut : NEVER;
    }
    find_best();
}

static bool over_max(const Town *t) {
    for (int32_t u = 0; u < t->in.n; u++)
        if (t->households[u] > t->in.max)
            return true;
    return false;
}

/* Twice the cut of the plan within these units, and in how many grids they lie. */
static int64_t cut_within(const Town *t, const int32_t *units, int32_t n, int32_t *ret_grids) {
    bool within[UNITS] = { false }, met[UNITS] = { false };
    int64_t cut = 0;

    *ret_grids = 0;
    for (int32_t i = 0; i < n; i++) {
        within[units[i]] = true;
        *ret_grids += !met[plan.grid[units[i]]];
        met[plan.grid[units[i]]] = true;
    }
    for (int32_t e = 0; e < t->in.n_edges; e++)
        if (joined(t, e) && within[t->edges[e].a] && plan.grid[t->edges[e].a] != plan.grid[t->edges[e].b])
            cut += 2 * (int64_t)t->edges[e].border_m;
    return cut;
}

/* Each part of the plan beside all plans of the part; how many can keep the range. */
static int32_t check_parts(const Town *t) {
    bool done[UNITS] = { false };
    int32_t fit = 0;

    for (int32_t u = 0; u < t->in.n; u++) {
        int32_t units[SMALL], grids;
        bool fits = false, keeps = true;
        if (done[u])
            continue;
        ask_part(t, u, units);
        for (int32_t k = 1; k <= oracle.n; k++)
            fits |= oracle.best[k][(1U << oracle.n) - 1] != NEVER;
        for (int32_t i = 0; i < oracle.n; i++) {
            done[units[i]] = true;
            keeps &= plan.grids[plan.grid[units[i]]].reason == PARTITION_KEEPS;
        }
        assert_true(fits == keeps);
        int64_t cut = cut_within(t, units, oracle.n, &grids);
        if (fits)
            assert_int_equal(cut, oracle.best[grids][(1U << oracle.n) - 1]);
        fit += fits;
    }
    return fit;
}

static void test_every_plan(void **state) {
    Town t;

    (void)state;
    for (int32_t i = 0; i < TOWNS; i++) {
        make_town(&t, 1 + roll(SMALL), 1 + roll(4), i % 2 ? 30 : 22, i % 3);
        if (i % 5 == 0)
            for (int32_t k = 0; k < t.in.n; k++) /* from anywhere to anywhere */
                join(&t, roll(t.in.n), roll(t.in.n), roll(100));
        for (int32_t e = 0; e < t.in.n_edges; e++)
            t.edges[e].hard = i % 4 == 0 && roll(6) == 0;
        for (int32_t u = 0; u < t.in.n; u++)
            t.label[u] = u % 3 == 0;
        t.in.label = i % 7 == 0 ? t.label : NULL;
        assert_false(over_max(&t));
        assert_int_equal(solve(&t), OK);
        check_plan(&t);
        assert_int_equal(plan.proved_optimal, check_parts(&t));
    }
}

static void test_number_asked(void **state) {
    Town t;

    (void)state;
    for (int32_t i = 0; i < TOWNS / 3; i++) {
        int32_t units[SMALL], grids;
        make_town(&t, 1 + roll(SMALL), 1 + roll(4), 25, true);
        t.in.grids = 1 + roll(t.in.n);
        assert_int_equal(solve(&t), OK);
        check_plan(&t);
        assert_int_equal(plan.n_grids, t.in.grids);
        ask_part(&t, 0, units);
        int64_t best = oracle.best[t.in.grids][(1U << oracle.n) - 1];
        assert_true((best != NEVER) == (plan.out_of_range == 0));
        if (best != NEVER)
            assert_int_equal(cut_within(&t, units, oracle.n, &grids), best);
    }
}

/* ---- the exact search alone ---- */

typedef struct Part {
    PartGraph g;
    int32_t first[SMALL + 1], households[SMALL], at[SMALL * 2];
    PartArc arcs[SMALL * SMALL];
    uint32_t beside[SMALL];
} Part;

static void make_part(Part *p) {
    int32_t n = 1 + roll(SMALL), border[SMALL][SMALL] = { { 0 } }, arcs = 0;

    memset(p, 0, sizeof *p);
    for (int32_t u = 1; u < n; u++)
        for (int32_t v = 0; v < u; v++)
            if (v == u - 1 - roll(2) * roll(u) || roll(n) < 2)
                border[u][v] = border[v][u] = 1 + roll(1000);
    for (int32_t u = 0; u < n; u++) {
        p->households[u] = roll(25);
        p->at[u * 2] = roll(64);
        p->at[u * 2 + 1] = roll(64);
        p->first[u] = arcs;
        for (int32_t v = 0; v < n; v++)
            if (border[u][v]) {
                p->arcs[arcs++] =
                    (PartArc){ .to = v, .border = border[u][v], .edge = u < v ? u * SMALL + v : v * SMALL + u };
                p->beside[u] |= 1U << v;
            }
        p->g.total += p->households[u];
    }
    p->first[n] = arcs;
    p->g.n = n;
    p->g.first = p->first;
    p->g.arcs = p->arcs;
    p->g.households = p->households;
    p->g.dims = roll(2) * 2;
    p->g.at = p->at;
    p->g.step_cost = 0.01;
    p->g.lo = roll(30);
    p->g.hi = p->g.lo + 5 + roll(30);
    p->g.middle = (p->g.lo + p->g.hi) / 2;
    p->g.uneven = roll(3) * 0.7;
}

static int64_t spread_of(const PartGraph *g, uint32_t set) {
    int64_t sums[2] = { 0 }, square = 0, households = 0;

    for (int32_t u = 0; u < g->n; u++)
        for (int32_t d = 0; set >> u & 1 && d < g->dims; d++) {
            households += d == 0 ? g->households[u] : 0;
            sums[d] += (int64_t)g->households[u] * g->at[u * 2 + d];
            square += (int64_t)g->households[u] * g->at[u * 2 + d] * g->at[u * 2 + d];
        }
    return g->dims ? part_spread(g, households, sums, square) : 0;
}

/* Twice the cost, so that the border of a grid is a whole number. */
static void ask_graph(const Part *p) {
    const PartGraph *g = &p->g;

    oracle.n = g->n;
    find_whole(p->beside);
    for (uint32_t set = 1; set < 1U << g->n; set++) {
        int64_t households = 0, border = 0;
        for (int32_t u = 0; u < g->n; u++)
            for (int32_t i = g->first[u]; set >> u & 1 && i < g->first[u + 1]; i++)
                border += set >> g->arcs[i].to & 1 ? 0 : g->arcs[i].border;
        for (int32_t u = 0; u < g->n; u++)
            households += set >> u & 1 ? g->households[u] : 0;
        bool fits = oracle.whole[set] && households >= g->lo && households <= g->hi;
        int64_t uneven = g->uneven > 0 ? part_uneven(g, households) : 0;
        oracle.cost[set] = fits ? border + 2 * (spread_of(g, set) + uneven) : NEVER;
    }
    find_best();
}

static int64_t cost_of(const PartGraph *g, const int32_t *grid, int32_t k) {
    int64_t cost = 0;

    for (int32_t a = 0; a < k; a++) {
        uint32_t set = 0;
        for (int32_t u = 0; u < g->n; u++)
            set |= (uint32_t)(grid[u] == a) << u;
        assert_true(oracle.cost[set] != NEVER);
        cost += oracle.cost[set];
    }
    return cost;
}

static void test_exact(void **state) {
    enum { WORK = 10000000 };
    int32_t grid[SMALL], k;
    Part p;

    (void)state;
    for (int32_t i = 0; i < GRAPHS; i++) {
        int64_t any = NEVER;
        make_part(&p);
        ask_graph(&p);
        for (int32_t n = 1; n <= p.g.n; n++) {
            int64_t best = oracle.best[n][(1U << p.g.n) - 1];
            any = best < any ? best : any;
            PartExact e = part_exact(&p.g, n, INT64_MAX, WORK, grid, &k);
            assert_int_equal(e, best == NEVER ? EXACT_NONE : EXACT_FOUND);
            if (best == NEVER)
                continue;
            assert_int_equal(k, n);
            assert_int_equal(cost_of(&p.g, grid, k), best);
            assert_int_equal(part_exact(&p.g, n, best / 2, WORK, grid, &k), EXACT_NONE);
            assert_int_equal(part_exact(&p.g, n, best / 2 + 1, WORK, grid, &k), EXACT_FOUND);
        }
        PartExact e = part_exact(&p.g, 0, INT64_MAX, WORK, grid, &k);
        assert_int_equal(e, any == NEVER ? EXACT_NONE : EXACT_FOUND);
        if (any != NEVER)
            assert_int_equal(cost_of(&p.g, grid, k), any);
    }
}

/* ---- the proof of larger parts ---- */

/* It must tell of small ones what the oracle says: what goes together and what has no form are
 * held to it before the exact search is. */
static void test_prove(void **state) {
    static int32_t numbers[13][SMALL * SMALL], scratch[SMALL * PART_SCRATCH];
    static int64_t wide[7][SMALL * 2];
    int32_t none = 0, found = 0;
    Part p;

    (void)state;
    for (int32_t i = 0; i < GRAPHS * 4; i++) {
        int64_t any = NEVER;
        make_part(&p);
        p.g.lo++;
        p.g.hi = p.g.lo + roll(15);
        p.g.dims = 0;
        p.g.uneven = 0;
        ask_graph(&p);
        if (!oracle.whole[(1U << p.g.n) - 1])
            continue; /* no part */
        for (int32_t n = 1; n <= p.g.n; n++)
            any = oracle.best[n][(1U << p.g.n) - 1] < any ? oracle.best[n][(1U << p.g.n) - 1] : any;
        PartState s = { .g = &p.g,
                        .k = 1,
                        .grid = numbers[0],
                        .count = numbers[1],
                        .some = numbers[2],
                        .outside = numbers[3],
                        .seen = numbers[4],
                        .queue = numbers[5],
                        .list = (int32_t *)(void *)wide[6],
                        .cut = numbers[6],
                        .place = numbers[7],
                        .households = wide[0],
                        .sums = wide[1],
                        .square = wide[2],
                        .spread = wide[3],
                        .hold = wide[4],
                        .below = wide[5],
                        .scratch = scratch };
        memset(numbers[0], 0, sizeof numbers[0]);
        part_count(&s);
        PartExact e = part_prove(&s, 0, false);
        assert_int_equal(e, any == NEVER ? EXACT_NONE : EXACT_FOUND);
        none += e == EXACT_NONE;
        found += e == EXACT_FOUND;
        if (e == EXACT_FOUND)
            cost_of(&p.g, s.grid, s.k); /* every grid is whole and keeps the range */
    }
    assert_in_range(none, GRAPHS / 2, GRAPHS * 3); /* neither is rare */
    assert_true(found > GRAPHS / 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_plan),
        cmocka_unit_test(test_number_asked),
        cmocka_unit_test(test_exact),
        cmocka_unit_test(test_prove),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    arena_end(&arena);
    return failed;
}
