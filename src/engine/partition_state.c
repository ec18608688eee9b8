/* partition_state – a plan of one part, its sums, and what a move does to them. The test
 * whether a grid stays in one piece without a unit walks that grid alone, and stops as
 * soon as the unit's neighbours have met. */
#include "partition_inner.h"

#include <string.h>

int64_t part_spread(const PartGraph *g, int64_t households, const int64_t *sums, int64_t square) {
    double middle = 0;

    if (households <= 0)
        return 0;
    for (int32_t d = 0; d < g->dims; d++)
        middle += (double)sums[d] * (double)sums[d];
    double rest = (double)square - middle / (double)households;
    return rest > 0 ? (int64_t)(rest * g->step_cost) : 0;
}

static void cut_edge(PartState *s, int32_t e) {
    s->place[e] = s->n_cut;
    s->cut[s->n_cut++] = e;
}

static void join_edge(PartState *s, int32_t e) {
    int32_t last = s->cut[--s->n_cut];

    s->cut[s->place[e]] = last;
    s->place[last] = s->place[e];
}

/* What unit u adds to the sums of a grid, `times` 1 or -1. */
static void add_sums(const PartGraph *g, int32_t u, int64_t times, int64_t *sums, int64_t *square) {
    const int32_t *at = g->at + (size_t)u * (size_t)g->dims;
    int64_t h = times * g->households[u];

    for (int32_t d = 0; d < g->dims; d++) {
        sums[d] += h * at[d];
        *square += h * at[d] * at[d];
    }
}

void part_count(PartState *s) {
    const PartGraph *g = s->g;
    size_t k = (size_t)s->k, dims = (size_t)g->dims;

    memset(s->count, 0, k * sizeof *s->count);
    memset(s->households, 0, k * sizeof *s->households);
    memset(s->sums, 0, k * dims * sizeof *s->sums);
    memset(s->square, 0, k * sizeof *s->square);
    s->n_cut = 0;
    for (int32_t u = 0; u < g->n; u++) {
        int32_t a = s->grid[u];
        s->count[a]++;
        s->some[a] = u;
        s->households[a] += g->households[u];
        add_sums(g, u, 1, s->sums + (size_t)a * dims, &s->square[a]);
        s->outside[u] = 0;
        s->hold[u] = 0;
        for (int32_t i = g->first[u]; i < g->first[u + 1]; i++) {
            PartArc arc = g->arcs[i];
            bool cut = s->grid[arc.to] != a;
            s->outside[u] += cut;
            s->hold[u] += cut ? -arc.border : arc.border;
            if (cut && arc.to > u)
                cut_edge(s, arc.edge);
        }
    }
    for (int32_t a = 0; a < s->k; a++)
        s->spread[a] = part_spread(g, s->households[a], s->sums + (size_t)a * dims, s->square[a]);
}

/* Stamps of s->seen that nobody has used: this one and the next. */
static int32_t fresh_stamps(PartState *s) {
    if (s->stamp > INT32_MAX - 4) {
        memset(s->seen, 0, (size_t)s->g->n * sizeof *s->seen);
        s->stamp = 0;
    }
    s->stamp += 2;
    return s->stamp;
}

bool part_touches(const PartState *s, int32_t u, int32_t a) {
    for (int32_t i = s->g->first[u]; i < s->g->first[u + 1]; i++)
        if (s->grid[s->g->arcs[i].to] == a)
            return true;
    return false;
}

int32_t part_members(PartState *s, int32_t a) {
    const PartGraph *g = s->g;
    int32_t seen = fresh_stamps(s), n = 0;

    s->queue[n++] = s->some[a];
    s->seen[s->some[a]] = seen;
    for (int32_t q = 0; q < n; q++)
        for (int32_t i = g->first[s->queue[q]]; i < g->first[s->queue[q] + 1]; i++) {
            int32_t v = g->arcs[i].to;
            if (s->grid[v] != a || s->seen[v] == seen)
                continue;
            s->seen[v] = seen;
            s->queue[n++] = v;
        }
    for (int32_t q = 0; q < n; q++)
        s->work -= part_degree(g, s->queue[q]);
    return n;
}

/* Do those neighbours of u that are in its grid hang together by themselves? */
static bool neighbours_join(const PartState *s, int32_t u) {
    const PartArc *arcs = s->g->arcs + s->g->first[u];
    int32_t a = s->grid[u], n = part_degree(s->g, u);
    uint32_t mine = 0;

    if (n > PART_FEW)
        return false;
    for (int32_t i = 0; i < n; i++)
        mine |= (uint32_t)(s->grid[arcs[i].to] == a) << i;
    uint32_t more = mine & -mine, met = more;
    while (more && met != mine) {
        uint32_t found = arcs[__builtin_ctz(more)].beside & mine & ~met;
        more = (more & (more - 1)) | found;
        met |= found;
    }
    return met == mine;
}

bool part_stays_whole(PartState *s, int32_t u) {
    const PartGraph *g = s->g;
    int32_t a = s->grid[u], wanted = 0, start = -1, n = 0;

    if (neighbours_join(s, u))
        return true;

    int32_t target = fresh_stamps(s), seen = target + 1;

    for (int32_t i = g->first[u]; i < g->first[u + 1]; i++) {
        int32_t v = g->arcs[i].to;
        if (s->grid[v] != a)
            continue;
        s->seen[v] = target;
        wanted++;
        start = v;
    }
    if (wanted <= 1)
        return true;
    s->seen[u] = seen;
    s->seen[start] = seen;
    s->queue[n++] = start;
    wanted--;
    for (int32_t q = 0; q < n; q++) {
        int32_t x = s->queue[q];
        s->work -= part_degree(g, x);
        for (int32_t i = g->first[x]; i < g->first[x + 1]; i++) {
            int32_t y = g->arcs[i].to;
            if (s->grid[y] != a || s->seen[y] == seen)
                continue;
            if (s->seen[y] == target && --wanted == 0)
                return true;
            s->seen[y] = seen;
            s->queue[n++] = y;
        }
    }
    return false;
}

void part_move(PartState *s, int32_t u, int32_t to) {
    const PartGraph *g = s->g;
    int32_t from = s->grid[u];
    size_t dims = (size_t)g->dims;

    s->work -= part_degree(g, u);
    s->grid[u] = to;
    s->count[from]--;
    s->count[to]++;
    s->households[from] -= g->households[u];
    s->households[to] += g->households[u];
    s->some[to] = u;
    if (dims) {
        add_sums(g, u, -1, s->sums + (size_t)from * dims, &s->square[from]);
        add_sums(g, u, 1, s->sums + (size_t)to * dims, &s->square[to]);
        s->spread[from] = part_spread(g, s->households[from], s->sums + (size_t)from * dims, s->square[from]);
        s->spread[to] = part_spread(g, s->households[to], s->sums + (size_t)to * dims, s->square[to]);
    }
    for (int32_t i = g->first[u]; i < g->first[u + 1]; i++) {
        PartArc arc = g->arcs[i];
        int32_t v = arc.to, a = s->grid[v];
        if (a == from) {
            s->some[from] = v;
            s->outside[v]++;
            s->outside[u]++;
            s->hold[v] -= 2 * (int64_t)arc.border;
            s->hold[u] -= 2 * (int64_t)arc.border;
            cut_edge(s, arc.edge);
        } else if (a == to) {
            s->outside[v]--;
            s->outside[u]--;
            s->hold[v] += 2 * (int64_t)arc.border;
            s->hold[u] += 2 * (int64_t)arc.border;
            join_edge(s, arc.edge);
        }
    }
}

int64_t part_move_cost(const PartState *s, int32_t u, int32_t to) {
    const PartGraph *g = s->g;
    int32_t from = s->grid[u];
    int64_t cost = 0;

    for (int32_t i = g->first[u]; i < g->first[u + 1]; i++) {
        int32_t a = s->grid[g->arcs[i].to];
        cost += a == from ? g->arcs[i].border : a == to ? -g->arcs[i].border : 0;
    }
    if (g->old && g->old[u] >= 0)
        cost += from == g->old[u] ? g->keep : to == g->old[u] ? -g->keep : 0;
    if (g->uneven > 0)
        cost += part_move_uneven(s, u, to);
    if (g->dims && g->households[u]) {
        int64_t sums[DIMS_MAX], h = g->households[u];
        size_t dims = (size_t)g->dims;
        for (int32_t way = 0; way < 2; way++) {
            int32_t a = way ? to : from;
            int64_t square = s->square[a];
            memcpy(sums, s->sums + (size_t)a * dims, dims * sizeof *sums);
            add_sums(g, u, way ? 1 : -1, sums, &square);
            cost += part_spread(g, s->households[a] + (way ? h : -h), sums, square) - s->spread[a];
        }
    }
    return cost;
}

int64_t part_move_miss(const PartState *s, int32_t u, int32_t to) {
    const PartGraph *g = s->g;
    int64_t h = g->households[u], from = s->households[s->grid[u]], there = s->households[to];

    return part_miss(g, from - h) - part_miss(g, from) + part_miss(g, there + h) - part_miss(g, there);
}

int64_t part_out(const PartState *s) {
    int64_t sum = 0;

    for (int32_t a = 0; a < s->k; a++)
        sum += part_miss(s->g, s->households[a]);
    return sum;
}

int64_t part_cost(const PartState *s) {
    const PartGraph *g = s->g;
    int64_t twice = 0, cost = 0;

    for (int32_t u = 0; u < g->n; u++) {
        for (int32_t i = g->first[u]; i < g->first[u + 1]; i++)
            twice += s->grid[g->arcs[i].to] != s->grid[u] ? g->arcs[i].border : 0;
        cost += g->old && g->old[u] >= 0 && g->old[u] != s->grid[u] ? g->keep : 0;
    }
    for (int32_t a = 0; a < s->k; a++)
        cost += s->spread[a] + (g->uneven > 0 ? part_uneven(g, s->households[a]) : 0);
    return cost + twice / 2;
}

bool part_remember(PartState *s) {
    int64_t out = part_out(s), cost = part_cost(s);

    if (s->best_out >= 0 && (out > s->best_out || (out == s->best_out && cost >= s->best_cost)))
        return false;
    s->best_k = s->k;
    s->best_out = out;
    s->best_cost = cost;
    memcpy(s->best, s->grid, (size_t)s->g->n * sizeof *s->best);
    return true;
}

void part_recall(PartState *s) {
    s->k = s->best_k;
    memcpy(s->grid, s->best, (size_t)s->g->n * sizeof *s->grid);
    part_count(s);
}
