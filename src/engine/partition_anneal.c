/* partition_anneal – betters a plan by moves of single units over the borders of grids: at
 * first many that cost something, in the end none. A move that would tear a grid, or empty
 * it, is never made, so every state on the way is a plan. The temperature falls by even
 * factors while the price of a household outside the range rises; both are counted in the
 * mean border, so that a town in metres and one in kilometres cool alike. */
#include "partition_inner.h"

#include <string.h>

enum { STEPS = 100, SETTLE_ROUNDS = 20, TRIES_AT_ONCE = 4096 };

/* By halving and a series: the same on every machine. */
static int32_t minus_log(int32_t i) {
    double x = (i + 0.5) / PART_LOGS, halvings = 0, sum = 0;

    for (; x < 0.75; x *= 2)
        halvings++;
    double z = (x - 1) / (x + 1), power = z;
    for (int32_t k = 1; k < 40; k += 2, power *= z * z)
        sum += 2 * power / k;
    return (int32_t)((halvings * 0.69314718055994531 - sum) * 65536 + 0.5);
}

void part_logs(int32_t ret[PART_LOGS]) {
    for (int32_t i = 0; i < PART_LOGS; i++)
        ret[i] = minus_log(i);
}

/* The STEPS − 1st root of to/from, by bisection: pow() may differ in its last bit. */
static double step_factor(double from, double to) {
    double low = 1e-3, high = 1e3;

    for (int32_t i = 0; i < 60; i++) {
        double x = (low + high) / 2, power = 1;
        for (int32_t k = 0; k < STEPS - 1; k++)
            power *= x;
        if (power * from < to)
            low = x;
        else
            high = x;
    }
    return low;
}

/* May u go over to b, when it costs no more than `most`? */
static bool may_move(PartState *s, int32_t u, int32_t b, int64_t miss, int64_t most) {
    const PartGraph *g = s->g;

    s->work -= part_degree(g, u);
    if (s->work < 0)
        return false;
    if (!s->is_plain)
        return part_move_cost(s, u, b) + miss <= most && s->count[s->grid[u]] > 1 && part_stays_whole(s, u);
    int64_t all = 0, there = 0;
    for (int32_t i = g->first[u]; i < g->first[u + 1]; i++) {
        all += g->arcs[i].border;
        there += s->grid[g->arcs[i].to] == b ? g->arcs[i].border : 0;
    }
    return (s->hold[u] + all) / 2 - there + miss <= most && s->count[s->grid[u]] > 1 && part_stays_whole(s, u);
}

/* `tries` edges between two grids: one end of each goes over to the other. Most cost too much,
 * which the range and what holds the unit tell without a look at its neighbours; so this
 * loop keeps what it looks at in its own names. */
static void try_moves(PartState *s, int64_t tries, int64_t heat) {
    const PartGraph *g = s->g;
    const PartEdge *edges = g->edges;
    const int32_t *logs = s->logs, *cut = s->cut, *grid = s->grid, *size = g->households;
    const int64_t *households = s->households, *hold = s->hold;
    int64_t price = s->price, lo = g->lo, hi = g->hi;
    bool plain = s->is_plain;

    for (int64_t i = 0; i < tries && s->n_cut; i++) {
        uint64_t r = part_roll(s);
        PartEdge e = edges[cut[((r >> 32) * (uint32_t)s->n_cut) >> 32]];
        int32_t u = r & 1 ? e.a : e.b, v = r & 1 ? e.b : e.a;
        int64_t here = households[grid[u]], there = households[grid[v]], h = size[u];
        int64_t most = (heat * logs[(r >> 16) % PART_LOGS]) >> 16;
        int64_t miss = (part_off(lo, hi, here - h) - part_off(lo, hi, here) + part_off(lo, hi, there + h) -
                        part_off(lo, hi, there)) *
                       price;
        if (plain && g->uneven > 0)
            miss += part_move_uneven(s, u, grid[v]);
        if ((!plain || hold[u] + miss <= most) && may_move(s, u, grid[v], miss, most))
            part_move(s, u, grid[v]);
    }
    s->work -= tries;
}

void part_anneal(PartState *s, const PartCourse *c) {
    const PartGraph *g = s->g;
    double heat = (double)g->mean * c->hot / 1000, price = (double)g->household * c->price / 1000;
    double cool = step_factor(c->hot, c->cold), dearer = step_factor(c->price, c->dearer);
    int64_t tries = (int64_t)c->sweeps * g->n / STEPS + 1;

    for (int32_t step = 0; step < STEPS && s->n_cut; step++, heat *= cool, price *= dearer) {
        s->price = (int64_t)price + 1;
        if (c->tells && s->tell)
            s->tell(s->ctx, step * 1000 / STEPS);
        for (int64_t left = tries; left > 0; left -= TRIES_AT_ONCE) {
            if (part_tired(s))
                return;
            try_moves(s, left < TRIES_AT_ONCE ? left : TRIES_AT_ONCE, (int64_t)heat);
        }
    }
}

/* ---- settling ---- */

/* May u go to b: whole, not emptied, not further outside the range? What it saves. */
static int64_t saving(PartState *s, int32_t u, int32_t b) {
    int64_t miss = part_move_miss(s, u, b);

    if (miss > 0 || s->count[s->grid[u]] == 1)
        return 0;
    return -part_move_cost(s, u, b) - miss * s->price;
}

static bool settle_unit(PartState *s, int32_t u) {
    const PartGraph *g = s->g;
    int32_t best = -1;
    int64_t most = 0;

    for (int32_t i = g->first[u]; i < g->first[u + 1]; i++) {
        int32_t b = s->grid[g->arcs[i].to];
        if (b == s->grid[u] || b == best)
            continue;
        s->work -= part_degree(g, u);
        if (s->work < 0)
            return false;
        int64_t saved = saving(s, u, b);
        if (saved > most) {
            most = saved;
            best = b;
        }
    }
    if (best < 0 || !part_stays_whole(s, u))
        return false;
    part_move(s, u, best);
    return true;
}

/* Puts u of grid a into the grid b of v, and v into a, if that betters the plan. */
static bool swap_pair(PartState *s, int32_t u, int32_t v, int64_t first_cost, int64_t first_miss) {
    int32_t a = s->grid[u], b = s->grid[v];

    part_move(s, u, b);
    int64_t miss = first_miss + part_move_miss(s, v, a);
    int64_t cost = first_cost + part_move_cost(s, v, a) + miss * s->price;
    if (miss <= 0 && cost < 0 && part_touches(s, v, a) && part_stays_whole(s, v)) {
        part_move(s, v, a);
        return true;
    }
    part_move(s, u, a);
    return false;
}

/* u goes to b, and one of the rim of b that touches a comes back. */
static bool swap_unit(PartState *s, int32_t u) {
    const PartGraph *g = s->g;
    int32_t a = s->grid[u];

    if (s->count[a] == 1 || !part_stays_whole(s, u))
        return false;
    for (int32_t i = g->first[u]; i < g->first[u + 1] && s->work >= 0; i++) {
        int32_t v = g->arcs[i].to, b = s->grid[v];
        s->work -= part_degree(g, v) + part_degree(g, u);
        if (b == a)
            continue;
        int64_t cost = part_move_cost(s, u, b), miss = part_move_miss(s, u, b);
        if (swap_pair(s, u, v, cost, miss))
            return true;
        for (int32_t k = g->first[v]; k < g->first[v + 1]; k++) {
            int32_t w = g->arcs[k].to;
            if (w != u && s->grid[w] == b && s->outside[w] && s->work >= 0 && swap_pair(s, u, w, cost, miss))
                return true;
        }
    }
    return false;
}

void part_settle(PartState *s) {
    bool moved = true;

    for (int32_t round = 0; moved && round < SETTLE_ROUNDS && !part_tired(s); round++) {
        moved = false;
        for (int32_t u = 0; u < s->g->n && s->work >= 0; u++)
            if (s->outside[u])
                moved |= settle_unit(s, u) || swap_unit(s, u);
    }
}
