/* partition_repair – annealing leaves a grid here and there outside the range; this puts
 * them into it. First chains: a grid that has too many gives a unit to its neighbour, which
 * if need be gives one on, until somebody has room (and the other way round for too few).
 * Then regions: the grid is taken together with one or two neighbours and cut anew along
 * random trees. Last, a short annealing at a high price shakes what is stuck. Every step
 * leaves fewer households outside the range, and grids whole. */
#include "partition_inner.h"

#include <string.h>

enum { DEPTH = 6, BREADTH = 8, CHAIN_MOVES = 200, NEAR_MAX = 24, TREES = 6, ROUNDS = 6, REGION_MAX = 4096 };

/* ---- chains ---- */

typedef struct Step {
    int32_t unit, to;
    int64_t miss, cost; /* what it changes */
} Step;

typedef struct Chain {
    int64_t change; /* of households outside, so far */
    int32_t moves;
} Chain;

static bool is_before(const Step *a, const Step *b) {
    return a->miss != b->miss ? a->miss < b->miss : a->cost < b->cost;
}

/* Keeps the best BREADTH in order. */
static void note(Step *list, int32_t *n, Step step) {
    int32_t i = *n < BREADTH ? (*n)++ : BREADTH;

    if (i == BREADTH) {
        if (!is_before(&step, &list[BREADTH - 1]))
            return;
        i--;
    }
    for (; i > 0 && is_before(&step, &list[i - 1]); i--)
        list[i] = list[i - 1];
    list[i] = step;
}

/* The moves that bring grid a nearer to the range. */
static int32_t steps_of(PartState *s, int32_t a, Step *ret) {
    const PartGraph *g = s->g;
    bool gives = s->households[a] > g->hi;
    int32_t members = part_members(s, a), n = 0;

    memcpy(s->list, s->queue, (size_t)members * sizeof *s->list);
    for (int32_t m = 0; m < members; m++)
        for (int32_t i = g->first[s->list[m]]; i < g->first[s->list[m] + 1]; i++) {
            int32_t v = g->arcs[i].to, b = s->grid[v];
            int32_t unit = gives ? s->list[m] : v, to = gives ? b : a;
            if (b == a || g->households[unit] == 0 || s->count[s->grid[unit]] == 1)
                continue;
            s->work -= part_degree(g, unit);
            if (s->work < 0)
                return n;
            Step step = { unit, to, part_move_miss(s, unit, to), part_move_cost(s, unit, to) };
            bool listed = n == BREADTH && !is_before(&step, &ret[n - 1]);
            for (int32_t k = 0; k < n && !listed; k++)
                listed = ret[k].unit == unit && ret[k].to == to;
            if (!listed && part_stays_whole(s, unit))
                note(ret, &n, step);
        }
    return n;
}

static bool follow(PartState *s, int32_t a, int32_t depth, Chain *c) {
    Step steps[BREADTH];
    bool gives = s->households[a] > s->g->hi;
    int32_t n = steps_of(s, a, steps);

    for (int32_t i = 0; i < n && c->moves < CHAIN_MOVES && s->work >= 0; i++) {
        int32_t from = s->grid[steps[i].unit], other = gives ? steps[i].to : from;
        part_move(s, steps[i].unit, steps[i].to);
        c->moves++;
        c->change += steps[i].miss;
        if (c->change < 0)
            return true;
        if (depth > 1 && part_miss(s->g, s->households[other]) > 0 && follow(s, other, depth - 1, c))
            return true;
        c->change -= steps[i].miss;
        part_move(s, steps[i].unit, from);
    }
    return false;
}

/* Does a chain of moves from here lessen what is outside? */
static bool try_chain(PartState *s, int32_t a) {
    for (int32_t depth = 1; depth <= DEPTH && s->work >= 0; depth++) {
        Chain c = { 0 };
        if (follow(s, a, depth, &c))
            return true;
    }
    return false;
}

/* ---- regions ---- */

/* Grids beside a, without it. */
static int32_t neighbours_of(PartState *s, int32_t a, int32_t *ret) {
    const PartGraph *g = s->g;
    int32_t members = part_members(s, a), n = 0;

    for (int32_t m = 0; m < members; m++)
        for (int32_t i = g->first[s->queue[m]]; i < g->first[s->queue[m] + 1] && n < NEAR_MAX; i++) {
            int32_t b = s->grid[g->arcs[i].to];
            bool known = b == a;
            for (int32_t k = 0; k < n && !known; k++)
                known = ret[k] == b;
            if (!known)
                ret[n++] = b;
        }
    return n;
}

/* Cuts these grids (connected together, at most 3) anew, if that leaves less outside. */
static bool cut_anew(PartState *s, const int32_t *grids, int32_t parts) {
    const PartGraph *g = s->g;
    int32_t n = 0, *old = s->list + g->n; /* list has room for two per unit */
    int64_t before = 0;

    for (int32_t p = 0; p < parts; p++) {
        int32_t members = n + s->count[grids[p]] <= REGION_MAX ? part_members(s, grids[p]) : 0;
        if (members == 0)
            return false;
        memcpy(s->list + n, s->queue, (size_t)members * sizeof *s->list);
        n += members;
        before += part_miss(g, s->households[grids[p]]);
    }
    for (int32_t i = 0; i < n; i++)
        old[i] = s->grid[s->list[i]];
    memcpy(s->queue, s->list, (size_t)n * sizeof *s->list);
    for (int32_t i = 0; i < n; i++)
        s->grid[s->list[i]] = grids[0];
    part_split(s, s->queue, n, grids[0], parts, grids + 1, TREES);
    int64_t households[3] = { 0 }, after = 0;
    for (int32_t i = 0; i < n; i++)
        for (int32_t p = 0; p < parts; p++)
            households[p] += s->grid[s->list[i]] == grids[p] ? g->households[s->list[i]] : 0;
    for (int32_t p = 0; p < parts; p++)
        after += part_miss(g, households[p]);
    for (int32_t i = 0; i < n; i++) {
        int32_t u = s->list[i], to = s->grid[u];
        s->grid[u] = old[i];
        old[i] = to;
    }
    for (int32_t i = 0; i < n && after < before; i++)
        if (s->grid[s->list[i]] != old[i])
            part_move(s, s->list[i], old[i]);
    for (int32_t i = 0; i < n; i++)
        s->some[s->grid[s->list[i]]] = s->list[i];
    return after < before;
}

static bool try_region(PartState *s, int32_t a) {
    int32_t near[NEAR_MAX], n = neighbours_of(s, a, near), further[NEAR_MAX];

    for (int32_t i = 0; i < n && s->work >= 0; i++)
        if (cut_anew(s, (int32_t[]){ a, near[i] }, 2))
            return true;
    for (int32_t i = 0; i < n && !part_tired(s); i++) {
        int32_t m = neighbours_of(s, near[i], further);
        for (int32_t k = 0; k < m; k++)
            if (further[k] != a && cut_anew(s, (int32_t[]){ a, near[i], further[k] }, 3))
                return true;
    }
    return false;
}

/* ---- all of it ---- */

static bool mend_grids(PartState *s) {
    bool mended = false;

    for (int32_t a = 0; a < s->k && !part_tired(s); a++)
        for (int32_t again = 0; again < 64 && part_miss(s->g, s->households[a]) > 0; again++) {
            if (!try_chain(s, a) && !try_region(s, a))
                break;
            mended = true;
        }
    return mended;
}

void part_repair(PartState *s) {
    static const PartCourse shake = { .sweeps = 30, .hot = 300, .cold = 50, .price = 5000, .dearer = 40000 };
    int64_t least = part_least_out(s->g, s->k);

    part_remember(s);
    for (int32_t round = 0; round < ROUNDS && part_out(s) > least && s->k > 1 && !part_tired(s); round++) {
        while (mend_grids(s) && part_out(s) > least)
            part_remember(s);
        part_remember(s);
        if (s->best_out <= least)
            break;
        part_anneal(s, &shake);
    }
    part_remember(s);
    part_recall(s);
}
