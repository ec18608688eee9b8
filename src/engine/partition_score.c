/* partition_score – the figures of a plan: households, pieces, border, radius and likeness
 * of each grid, the cut, and how many units left their old grid. It counts from the input
 * alone, so that what the planner says of its own plan is not its own word. */
#include "partition_graph.h"

#include <math.h>
#include <string.h>

static bool joins(const PartitionInput *in, const PartitionEdge *e) {
    return e->a != e->b && !e->hard && (!in->label || in->label[e->a] == in->label[e->b]);
}

static int32_t head_of(int32_t *head, int32_t u) {
    while (head[u] != u) {
        head[u] = head[head[u]];
        u = head[u];
    }
    return u;
}

/* Numbers grids in the order of their first units; ret_count grids. */
static void number_grids(const PartitionInput *in, const int32_t *grid, int32_t *map, PartitionPlan *p) {
    memset(map, -1, (size_t)in->n * sizeof *map);
    p->n_grids = 0;
    for (int32_t u = 0; u < in->n; u++) {
        if (map[grid[u]] < 0)
            map[grid[u]] = p->n_grids++;
        p->grid[u] = map[grid[u]];
    }
}

static void count_units(const PartitionInput *in, PartitionPlan *p) {
    for (int32_t u = 0; u < in->n; u++) {
        PartitionGrid *g = &p->grids[p->grid[u]];
        g->units++;
        g->households += in->households[u];
    }
    for (int32_t i = 0; i < p->n_grids; i++) {
        int64_t h = p->grids[i].households;
        int64_t miss = h < in->min ? in->min - h : h > in->max ? h - in->max : 0;
        p->out_of_range += miss > 0;
        p->outside += miss;
        p->grids[i].reason = miss == 0 ? PARTITION_KEEPS : PARTITION_NONE_FOUND;
    }
    for (int32_t u = 0; u < in->n; u++)
        if (in->households[u] > in->max)
            p->grids[p->grid[u]].reason = PARTITION_UNIT_OVER;
}

/* Pieces of grids (within) or parts of the graph, by their lowest units. */
static void unite_edges(const PartitionInput *in, const int32_t *grid, int32_t *head) {
    for (int32_t u = 0; u < in->n; u++)
        head[u] = u;
    for (int32_t i = 0; i < in->n_edges; i++) {
        const PartitionEdge *e = &in->edges[i];
        if (!joins(in, e) || (grid && grid[e->a] != grid[e->b]))
            continue;
        int32_t x = head_of(head, e->a), y = head_of(head, e->b);
        head[x > y ? x : y] = x > y ? y : x;
    }
}

static void count_pieces(const PartitionInput *in, int32_t *head, PartitionPlan *p) {
    unite_edges(in, p->grid, head);
    for (int32_t u = 0; u < in->n; u++)
        p->grids[p->grid[u]].pieces += head_of(head, u) == u;
    unite_edges(in, NULL, head);
    for (int32_t u = 0; u < in->n; u++) /* heads come first: their slot takes the part's number, below 0 */
        if (head[u] == u) {
            head[u] = -1 - p->n_parts++;
            p->grids[p->grid[u]].part = -1 - head[u];
        } else {
            int32_t h = head[u];
            while (h >= 0)
                h = head[h];
            head[u] = h;
            p->grids[p->grid[u]].part = -1 - h;
        }
}

static void measure_borders(const PartitionInput *in, PartitionPlan *p) {
    for (int32_t i = 0; i < in->n_edges; i++) {
        const PartitionEdge *e = &in->edges[i];
        int32_t a = p->grid[e->a], b = p->grid[e->b];
        if (!joins(in, e) || a == b)
            continue;
        p->cut_m += e->border_m;
        p->grids[a].border_m += e->border_m;
        p->grids[b].border_m += e->border_m;
    }
}

/* The sum of squares of one axis around the middles of the grids, per grid in ret_square;
 * around the middle of all as the answer. */
static double square_axis(const PartitionInput *in, const double *at, int32_t stride, const PartitionPlan *p,
                          double *middle, double *ret_square) {
    double all = 0, sum = 0, whole = 0;

    memset(middle, 0, (size_t)p->n_grids * sizeof *middle);
    memset(ret_square, 0, (size_t)p->n_grids * sizeof *ret_square);
    for (int32_t u = 0; u < in->n; u++) {
        double h = in->households[u], x = at[(size_t)u * (size_t)stride];
        middle[p->grid[u]] += h * x;
        sum += h * x;
        all += h;
    }
    for (int32_t i = 0; i < p->n_grids; i++)
        middle[i] = p->grids[i].households ? middle[i] / (double)p->grids[i].households : 0;
    for (int32_t u = 0; u < in->n; u++) {
        double h = in->households[u], x = at[(size_t)u * (size_t)stride];
        double here = x - middle[p->grid[u]], there = all > 0 ? x - sum / all : 0;
        ret_square[p->grid[u]] += h * here * here;
        whole += h * there * there;
    }
    return all > 0 ? whole / all : 0;
}

static void measure_spread(const PartitionInput *in, double *middle, double *square, PartitionPlan *p) {
    const double *axes[] = { in->x_m, in->y_m };

    for (int32_t d = 0; d < 2 && in->x_m && in->y_m; d++) {
        square_axis(in, axes[d], 1, p, middle, square);
        for (int32_t i = 0; i < p->n_grids; i++)
            p->grids[i].radius_m += square[i];
    }
    for (int32_t d = 0; in->features && d < in->n_features; d++) {
        double variance = square_axis(in, in->features + d, in->n_features, p, middle, square);
        for (int32_t i = 0; i < p->n_grids && variance > 0; i++)
            p->grids[i].spread += square[i] / variance / in->n_features;
    }
    for (int32_t i = 0; i < p->n_grids; i++) {
        PartitionGrid *g = &p->grids[i];
        g->radius_m = g->households ? sqrt(g->radius_m / (double)g->households) : 0;
        g->spread = g->households ? g->spread / (double)g->households : 0;
    }
}

/* ---- how many stayed ---- */

typedef struct Pair {
    int32_t grid, old, units, next; /* next: of as many units; -1: the last */
} Pair;

/* New and old grids are paired off, those that share most units first; who is in a pair
 * stayed. `by` holds the units by grid. */
static int32_t count_moved(const PartitionInput *in, const PartitionPlan *p, int32_t *by, int32_t *start,
                           int32_t *at, int32_t *bucket, Pair *pairs) {
    int32_t n = 0, stayed = 0, had = 0;

    memset(start, 0, ((size_t)p->n_grids + 1) * sizeof *start);
    memset(at, -1, (size_t)in->n * sizeof *at);
    memset(bucket, -1, ((size_t)in->n + 1) * sizeof *bucket);
    for (int32_t u = 0; u < in->n; u++)
        start[p->grid[u] + 1]++;
    for (int32_t i = 0; i < p->n_grids; i++)
        start[i + 1] += start[i];
    for (int32_t u = in->n - 1; u >= 0; u--)
        by[--start[p->grid[u] + 1]] = u;
    for (int32_t i = 0; i < in->n; i++) { /* at: the pair of an old grid with this new one */
        int32_t old = in->old[by[i]], grid = p->grid[by[i]];
        if (old < 0)
            continue;
        had++;
        if (at[old] < 0 || pairs[at[old]].grid != grid) {
            at[old] = n;
            pairs[n++] = (Pair){ grid, old, 0, -1 };
        }
        pairs[at[old]].units++;
    }
    for (int32_t i = n - 1; i >= 0; i--) {
        pairs[i].next = bucket[pairs[i].units];
        bucket[pairs[i].units] = i;
    }
    memset(start, 0, ((size_t)p->n_grids + 1) * sizeof *start); /* now: is it paired? */
    memset(at, 0, (size_t)in->n * sizeof *at);
    for (int32_t units = in->n; units > 0; units--)
        for (int32_t i = bucket[units]; i >= 0; i = pairs[i].next) {
            if (start[pairs[i].grid] || at[pairs[i].old])
                continue;
            start[pairs[i].grid] = at[pairs[i].old] = 1;
            stayed += units;
        }
    return had - stayed;
}

/* ---- all of it ---- */

static size_t bytes_of(size_t n) { return (n + 31) / 16 * 16; }

size_t score_bytes(const PartitionInput *in) {
    size_t n = (size_t)in->n + 1;

    return bytes_of(n * sizeof(int32_t)) + bytes_of(n * sizeof(PartitionGrid));
}

static size_t scratch_bytes(const PartitionInput *in) {
    size_t n = (size_t)in->n + 1;

    return 4 * bytes_of(n * sizeof(int32_t)) + 2 * bytes_of(n * sizeof(double)) + bytes_of(n * sizeof(Pair));
}

size_t partition_score_room(const PartitionInput *in) { return score_bytes(in) + scratch_bytes(in); }

Err score_plan(const PartitionInput *in, const int32_t *grid, Arena *a, PartitionPlan *ret, Fault *f) {
    size_t n = (size_t)in->n + 1;
    PartitionPlan p = { .grid = arena_raw(a, n * sizeof(int32_t)),
                        .grids = arena_take(a, n * sizeof *p.grids) };
    size_t kept = a->used;
    int32_t *spare[4];

    for (size_t i = 0; i < COUNT(spare); i++)
        spare[i] = arena_raw(a, n * sizeof(int32_t));
    double *middle = arena_raw(a, n * sizeof *middle), *square = arena_raw(a, n * sizeof *square);
    Pair *pairs = arena_raw(a, n * sizeof *pairs);
    if (!p.grid || !p.grids || !pairs)
        return fault_arena(f);
    number_grids(in, grid, spare[0], &p);
    count_units(in, &p);
    count_pieces(in, spare[0], &p);
    measure_borders(in, &p);
    measure_spread(in, middle, square, &p);
    p.moved = in->old ? count_moved(in, &p, spare[0], spare[1], spare[2], spare[3], pairs) : 0;
    a->used = kept;
    *ret = p;
    return OK;
}

Err partition_score(const PartitionInput *in, const int32_t *grid, Arena *a, PartitionPlan *ret, Fault *f) {
    TRY(whole_check(in, f));
    for (int32_t u = 0; u < in->n; u++)
        if (grid[u] < 0 || grid[u] >= in->n)
            return fault(f, ERR_INVALID, "plan_grid", "grid", "第 %d 个单元的网格号 %d 不在 0 到单元数之间。",
                         "The grid of unit %d, %d, is not between 0 and the number of units.", u, grid[u]);
    return score_plan(in, grid, a, ret, f);
}
