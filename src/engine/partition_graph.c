/* partition_graph – from the input to parts that are solved apart. Edges that are hard or
 * join different labels are left out, units over max are parts of their own; what then
 * hangs together is a part. A part where nobody lives, beside a unit over max, goes with
 * that unit: parks never stand alone. Then borders, positions and features become whole
 * numbers of one size (see partition_inner.h). */
#include "partition_graph.h"

#include <math.h>
#include <string.h>

/* ---- what is wrong with the input ---- */

static bool is_length(double x) { return x >= -PARTITION_LENGTH_M_MAX && x <= PARTITION_LENGTH_M_MAX; }

static Err check_numbers(const PartitionInput *in, Fault *f) {
    const PartitionWishes *w = &in->wishes;

    if (in->n < 0 || in->n > PARTITION_UNITS_MAX || in->n_edges < 0 || in->n_edges > PARTITION_EDGES_MAX)
        return fault(f, ERR_LIMIT, "plan_size", "units", "单元最多 %d 个，邻接最多 %d 条。",
                     "There may be %d units and %d edges.", PARTITION_UNITS_MAX, PARTITION_EDGES_MAX);
    if (in->min < 0 || in->max < 1 || in->max < in->min || in->max > PARTITION_HOUSEHOLDS_MAX)
        return fault(
            f, ERR_INVALID, "plan_range", "min", "户数范围 %d 到 %d 不成立：要 0 ≤ 最少 ≤ 最多，最多至少 1。",
            "The range %d to %d is none: it takes 0 ≤ min ≤ max, and a max of at least 1.", in->min, in->max);
    if (in->grids < 0 || in->grids > in->n)
        return fault(f, ERR_INVALID, "plan_grids", "grids", "网格数 %d 应在 0（自动）到单元数 %d 之间。",
                     "The number of grids, %d, is not between 0 (chosen) and the %d units.", in->grids, in->n);
    if (in->sweeps < 0 || in->sweeps > PARTITION_SWEEPS_MAX)
        return fault(f, ERR_INVALID, "plan_sweeps", "sweeps", "搜索轮数应在 0 到 %d 之间。",
                     "The sweeps are not between 0 and %d.", PARTITION_SWEEPS_MAX);
    if (in->threads < 0 || in->threads > PARTITION_THREADS_MAX)
        return fault(f, ERR_INVALID, "plan_threads", "threads", "线程数应在 0 到 %d 之间。",
                     "The threads are not between 0 and %d.", PARTITION_THREADS_MAX);
    if (in->n_features < 0 || in->n_features > PARTITION_FEATURES_MAX)
        return fault(f, ERR_LIMIT, "plan_features", "features", "特征最多 %d 个。", "There may be %d features.",
                     PARTITION_FEATURES_MAX);
    const int32_t wishes[] = { w->cut, w->compact, w->alike, w->keep, w->balance };
    for (size_t i = 0; i < COUNT(wishes); i++)
        if (wishes[i] < 0 || wishes[i] > PARTITION_WISH_MAX)
            return fault(f, ERR_INVALID, "plan_wish", "wishes", "权重 %d 应在 0 到 %d 之间。",
                         "The weight %d is not between 0 and %d.", wishes[i], PARTITION_WISH_MAX);
    return OK;
}

static Err check_unit(const PartitionInput *in, int32_t u, Fault *f) {
    bool placed = !in->x_m || !in->y_m || (is_length(in->x_m[u]) && is_length(in->y_m[u]));

    if (in->households[u] < 0 || in->households[u] > PARTITION_HOUSEHOLDS_MAX)
        return fault(f, ERR_INVALID, "plan_households", "households",
                     "第 %d 个单元的户数 %d 不在 0 到 1 亿之间。",
                     "Unit %d has %d households: that is not between 0 and 100 million.", u, in->households[u]);
    if (!placed)
        return fault(f, ERR_INVALID, "plan_position", "x", "第 %d 个单元的坐标不是 10 亿米以内的数。",
                     "The position of unit %d is no number within a billion metres.", u);
    if (in->old && (in->old[u] < -1 || in->old[u] >= in->n))
        return fault(f, ERR_INVALID, "plan_old", "old", "第 %d 个单元的原网格 %d 不在 -1 到单元数之间。",
                     "The old grid of unit %d, %d, is not between -1 and the number of units.", u, in->old[u]);
    for (int32_t i = 0; i < in->n_features; i++)
        if (!is_length(in->features[(size_t)u * (size_t)in->n_features + (size_t)i]))
            return fault(f, ERR_INVALID, "plan_feature", "features",
                         "第 %d 个单元的特征 %d 不是 10 亿以内的数。",
                         "Feature %2$d of unit %1$d is no number within a billion.", u, i);
    return OK;
}

Err whole_check(const PartitionInput *in, Fault *f) {
    int64_t all = 0;

    TRY(check_numbers(in, f));
    for (int32_t u = 0; u < in->n; u++) {
        TRY(check_unit(in, u, f));
        all += in->households[u];
    }
    if (all > INT32_MAX)
        return fault(f, ERR_LIMIT, "plan_households", "households", "总户数超过 20 亿。",
                     "There are more than 2 billion households.");
    for (int32_t e = 0; e < in->n_edges; e++) {
        const PartitionEdge *x = &in->edges[e];
        if (x->a < 0 || x->a >= in->n || x->b < 0 || x->b >= in->n)
            return fault(f, ERR_INVALID, "plan_edge", "edges", "第 %d 条邻接指向不存在的单元（%d、%d）。",
                         "Edge %d joins units that are not there (%d and %d).", e, x->a, x->b);
        if (!(x->border_m >= 0) || !is_length(x->border_m))
            return fault(f, ERR_INVALID, "plan_border", "edges",
                         "第 %d 条邻接的边界长度不是 0 到 10 亿米之间的数。",
                         "The border of edge %d is no length between 0 and a billion metres.", e);
    }
    return OK;
}

/* ---- parts ---- */

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

static void unite(int32_t *head, int32_t a, int32_t b) {
    int32_t x = head_of(head, a), y = head_of(head, b);

    head[x > y ? x : y] = x > y ? y : x; /* the lower is the head */
}

/* Joins parts without households to the unit over max with which they share most of one
 * border. `total` by heads; `best` an edge per head. */
static void join_empty(Whole *w, int32_t *head, const int64_t *total, int32_t *best) {
    const PartitionInput *in = w->in;

    memset(best, -1, (size_t)in->n * sizeof *best);
    for (int32_t i = 0; i < in->n_edges; i++) {
        const PartitionEdge *e = &in->edges[i];
        if (!joins(in, e) || (in->households[e->a] > in->max) == (in->households[e->b] > in->max))
            continue;
        int32_t h = head_of(head, in->households[e->a] > in->max ? e->b : e->a);
        if (total[h] == 0 && (best[h] < 0 || e->border_m > in->edges[best[h]].border_m))
            best[h] = i;
    }
    for (int32_t u = 0; u < in->n; u++)
        if (best[u] >= 0)
            unite(head, in->edges[best[u]].a, in->edges[best[u]].b);
}

static void find_parts(Whole *w) {
    const PartitionInput *in = w->in;
    int32_t *head = w->order, *best = w->number;
    int64_t *total = w->all.below;

    memset(total, 0, (size_t)in->n * sizeof *total);
    for (int32_t u = 0; u < in->n; u++)
        head[u] = u;
    for (int32_t i = 0; i < in->n_edges; i++) {
        const PartitionEdge *e = &in->edges[i];
        if (joins(in, e) && in->households[e->a] <= in->max && in->households[e->b] <= in->max)
            unite(head, e->a, e->b);
    }
    for (int32_t u = 0; u < in->n; u++)
        total[head_of(head, u)] += in->households[u];
    join_empty(w, head, total, best);
    w->n_parts = 0;
    for (int32_t u = 0; u < in->n; u++) { /* a head is the lowest of its part */
        int32_t h = head_of(head, u);
        if (h == u)
            w->parts[w->n_parts++] = (Part){ 0 };
        w->part[u] = h == u ? w->n_parts - 1 : w->part[h];
        w->parts[w->part[u]].n++;
        w->parts[w->part[u]].households += in->households[u];
    }
    for (int32_t p = 1; p < w->n_parts; p++)
        w->parts[p].first = w->parts[p - 1].first + w->parts[p - 1].n;
    for (int32_t p = 0; p < w->n_parts; p++)
        w->parts[p].n = 0;
    for (int32_t u = 0; u < in->n; u++) {
        Part *p = &w->parts[w->part[u]];
        w->number[u] = p->first + p->n++;
    }
    for (int32_t u = 0; u < in->n; u++) {
        w->order[w->number[u]] = u;
        w->households[w->number[u]] = in->households[u];
        if (in->households[u] > in->max)
            w->parts[w->part[u]].task.reason = PARTITION_UNIT_OVER;
    }
    for (int32_t i = 0; i < in->n_edges; i++) {
        const PartitionEdge *e = &in->edges[i];
        PartitionReason *a = &w->parts[w->part[e->a]].task.reason, *b = &w->parts[w->part[e->b]].task.reason;
        if (!joins(in, e) || (*a == PARTITION_UNIT_OVER) == (*b == PARTITION_UNIT_OVER))
            continue;
        *(*a == PARTITION_UNIT_OVER ? b : a) = PARTITION_POCKET;
    }
}

/* ---- arcs ---- */

/* The power of two that brings a mean border to some thousands, and none beyond 2^30. */
static double scale_of(const PartitionInput *in, double *ret_mean) {
    double sum = 0, square = 0, most = 0, scale = 1;
    int64_t n = 0;

    for (int32_t i = 0; i < in->n_edges; i++) {
        if (!joins(in, &in->edges[i]))
            continue;
        n++;
        sum += in->edges[i].border_m;
        square += in->edges[i].border_m * in->edges[i].border_m;
        most = in->edges[i].border_m > most ? in->edges[i].border_m : most;
    }
    if (most > 0) {
        while (sum / (double)n * scale > 16384 || most * scale > (1 << 30))
            scale /= 2;
        while (sum / (double)n * scale * 2 <= 16384 && most * scale * 2 <= (1 << 30))
            scale *= 2;
    }
    *ret_mean = n ? sqrt(square / (double)n) : 0; /* of squares: a few long borders count */
    return scale;
}

/* Calls for each joining edge within a part: counts its ends, or puts them down unsorted. */
static void scan_edges(Whole *w, bool count) {
    const PartitionInput *in = w->in;
    double scale = w->scale * in->wishes.cut / 100;

    for (int32_t i = 0; i < in->n_edges; i++) {
        const PartitionEdge *e = &in->edges[i];
        if (!joins(in, e) || w->part[e->a] != w->part[e->b])
            continue;
        int32_t a = w->number[e->a], b = w->number[e->b];
        double border = e->border_m * scale + 0.5;
        int32_t cost = border < (1 << 30) ? (int32_t)border : 1 << 30;
        if (count) {
            w->first[a + 1]++;
            w->first[b + 1]++;
            continue;
        }
        w->edges[w->all.queue[a]++] = (PartSplitEdge){ a, b, cost };
        w->edges[w->all.queue[b]++] = (PartSplitEdge){ b, a, cost };
    }
}

/* Arcs of each unit by rising neighbour, parallel edges together: turned over once, the
 * unsorted arcs come out sorted. */
static void build_arcs(Whole *w) {
    int32_t n = w->in->n, *first = w->first, kept = 0;
    size_t bytes = (size_t)n * sizeof *first;

    memset(first, 0, bytes + sizeof *first);
    scan_edges(w, true);
    for (int32_t u = 0; u < n; u++)
        first[u + 1] += first[u];
    memcpy(w->all.queue, first, bytes);
    scan_edges(w, false);
    memcpy(w->all.queue, first, bytes);
    for (int32_t i = 0; i < first[n]; i++)
        w->arcs[w->all.queue[w->edges[i].b]++] = (PartArc){ w->edges[i].a, w->edges[i].next, 0, 0 };
    for (int32_t u = 0, from = 0; u < n; u++) {
        int32_t start = kept, end = first[u + 1], base = w->parts[w->part[w->order[u]]].first;
        for (; from < end; from++) {
            PartArc a = { w->arcs[from].to - base, w->arcs[from].border, 0, 0 };
            if (kept > start && w->arcs[kept - 1].to == a.to) {
                int64_t sum = (int64_t)w->arcs[kept - 1].border + a.border;
                w->arcs[kept - 1].border = sum < (1 << 30) ? (int32_t)sum : 1 << 30;
            } else
                w->arcs[kept++] = a;
        }
        first[u] = start;
        first[u + 1] = end; /* until u + 1 is done */
    }
    first[n] = kept;
}

/* Each edge of a part has a number, from its lower unit: the arcs of a unit rise, so those to
 * lower ones meet the numbers that these gave out in turn. */
static void number_edges(Whole *w) {
    int32_t *next = w->all.queue; /* the first arc of a unit whose number is still to be met */

    for (int32_t p = 0; p < w->n_parts; p++) {
        const int32_t *first = w->first + w->parts[p].first;
        PartEdge *ends = w->ends + first[0] / 2;
        int32_t edges = 0;
        for (int32_t u = 0; u < w->parts[p].n; u++) {
            int32_t i = first[u];
            for (; i < first[u + 1] && w->arcs[i].to < u; i++)
                w->arcs[i].edge = w->arcs[next[w->arcs[i].to]++].edge;
            next[u] = i;
            for (; i < first[u + 1]; i++) {
                ends[edges] = (PartEdge){ u, w->arcs[i].to };
                w->arcs[i].edge = edges++;
            }
        }
    }
}

/* Which neighbours of a unit are joined to each other. Only short lists are read: each pair is
 * met from either end, and what is missed costs time, not truth. */
static void link_neighbours(Whole *w) {
    int32_t *place = w->all.queue; /* of a unit among the neighbours at hand, from 1; 0: it is none */

    memset(place, 0, (size_t)w->in->n * sizeof *place);
    for (int32_t p = 0; p < w->n_parts; p++) {
        const int32_t *first = w->first + w->parts[p].first;
        for (int32_t u = 0; u < w->parts[p].n; u++) {
            PartArc *mine = w->arcs + first[u];
            int32_t n = first[u + 1] - first[u];
            if (n > PART_FEW)
                continue;
            for (int32_t i = 0; i < n; i++)
                place[mine[i].to] = i + 1;
            for (int32_t i = 0; i < n; i++) {
                int32_t from = first[mine[i].to], to = first[mine[i].to + 1];
                for (int32_t k = from; k < to && to - from <= PART_FEW; k++) {
                    int32_t other = place[w->arcs[k].to];
                    if (other == 0)
                        continue;
                    mine[i].beside |= 1U << (other - 1);
                    mine[other - 1].beside |= 1U << i;
                }
            }
            for (int32_t i = 0; i < n; i++)
                place[mine[i].to] = 0;
        }
    }
}

/* ---- positions and features as steps ---- */

typedef struct Axis {
    const double *from;
    int32_t stride, skip;
    double mean, cost; /* cost: of one household one away from the middle, squared */
} Axis;

static double axis_value(const Axis *x, int32_t u) {
    return x->from[(size_t)u * (size_t)x->stride + (size_t)x->skip];
}

/* Mean and variance over households. */
static double axis_variance(const PartitionInput *in, Axis *x) {
    double sum = 0, square = 0, all = 0;

    for (int32_t u = 0; u < in->n; u++) {
        sum += axis_value(x, u) * in->households[u];
        all += in->households[u];
    }
    x->mean = all > 0 ? sum / all : 0;
    for (int32_t u = 0; u < in->n; u++) {
        double d = axis_value(x, u) - x->mean;
        square += d * d * in->households[u];
    }
    return all > 0 ? square / all : 0;
}

/* The mean square distance of neighbours. */
static double neighbour_m2(const PartitionInput *in) {
    double sum = 0;
    int64_t n = 0;

    for (int32_t i = 0; i < in->n_edges; i++) {
        const PartitionEdge *e = &in->edges[i];
        if (!joins(in, e))
            continue;
        double dx = in->x_m[e->a] - in->x_m[e->b], dy = in->y_m[e->a] - in->y_m[e->b];
        sum += dx * dx + dy * dy;
        n++;
    }
    return n ? sum / (double)n : 0;
}

static double units_each(const PartitionInput *in, double all) {
    double target = ((double)in->min + in->max) / 2, each = in->n / (all / target > 1 ? all / target : 1);

    return each > 1 ? each : 1;
}

/* The cut to be expected: some eight tenths of that of squares. */
static double cut_told(const Whole *w, double all) {
    const PartitionInput *in = w->in;
    double border = 0, each = units_each(in, all);

    for (int32_t i = 0; i < in->n_edges; i++)
        border += joins(in, &in->edges[i]) ? in->edges[i].border_m * w->scale : 0;
    return border * (each > 1 ? 0.8 / sqrt(each) : 1);
}

/* Which axes count, and for how much: a plan of round grids with the cut to be expected is
 * taken as what 100 stands for. */
static int32_t choose_axes(const Whole *w, double all, Axis *ret) {
    const PartitionInput *in = w->in;
    double each = units_each(in, all), cut = cut_told(w, all);
    int32_t n = 0;

    double near = in->wishes.compact && in->x_m && in->y_m ? neighbour_m2(in) : 0;
    if (near > 0) {
        double cost = in->wishes.compact / 100.0 * cut / (all * 0.14 * each * near);
        ret[n++] = (Axis){ .from = in->x_m, .stride = 1, .cost = cost };
        ret[n++] = (Axis){ .from = in->y_m, .stride = 1, .cost = cost };
    }
    for (int32_t i = 0; in->wishes.alike && in->features && i < in->n_features; i++) {
        Axis x = { .from = in->features, .stride = in->n_features, .skip = i };
        double variance = axis_variance(in, &x);
        x.cost = in->wishes.alike / 100.0 * cut / (all * in->n_features * 0.5 * variance);
        if (variance > 0)
            ret[n++] = x;
    }
    return n;
}

/* 100 for balance: grids that are spread evenly over the range cost what the cut does. */
static double price_uneven(const Whole *w, double all) {
    const PartitionInput *in = w->in;
    double target = ((double)in->min + in->max) / 2, wide = (double)in->max - in->min;
    double grids = all / target > 1 ? all / target : 1;

    return wide > 0 ? in->wishes.balance / 100.0 * cut_told(w, all) / (grids * wide * wide / 12) : 0;
}

static void build_axes(Whole *w) {
    const PartitionInput *in = w->in;
    double all = 0, most = 0;
    Axis axes[DIMS_MAX];
    int32_t bits = 20;

    for (int32_t u = 0; u < in->n; u++)
        all += in->households[u];
    w->dims = all > 0 ? choose_axes(w, all, axes) : 0;
    w->uneven = all > 0 && in->wishes.balance ? price_uneven(w, all) : 0;
    if (w->dims == 0)
        return;
    while (bits > 4 && all * w->dims * ldexp(1, 2 * bits) > ldexp(1, 61))
        bits--;
    for (int32_t d = 0; d < w->dims; d++)
        for (int32_t u = 0; u < in->n; u++) { /* from the first unit of its part */
            double off = axis_value(&axes[d], u) - axis_value(&axes[d], w->order[w->parts[w->part[u]].first]);
            most = fabs(off) * sqrt(axes[d].cost) > most ? fabs(off) * sqrt(axes[d].cost) : most;
        }
    double step = most > 0 ? most / ldexp(1, bits) : 1;
    w->step_cost = step * step;
    for (int32_t d = 0; d < w->dims; d++)
        for (int32_t u = 0; u < in->n; u++) {
            double off = axis_value(&axes[d], u) - axis_value(&axes[d], w->order[w->parts[w->part[u]].first]);
            w->at[(size_t)w->number[u] * (size_t)w->dims + (size_t)d] =
                (int32_t)(off * sqrt(axes[d].cost) / step);
        }
}

/* Old grids, numbered anew within each part in the order of their first units. */
static void build_old(Whole *w) {
    const PartitionInput *in = w->in;
    int32_t *local = w->all.queue, *owner = w->all.count;

    if (!in->old)
        return;
    memset(owner, -1, (size_t)in->n * sizeof *owner);
    for (int32_t p = 0; p < w->n_parts; p++) {
        int32_t found = 0;
        for (int32_t i = w->parts[p].first; i < w->parts[p].first + w->parts[p].n; i++) {
            int32_t a = in->old[w->order[i]];
            w->old[i] = -1;
            if (a < 0)
                continue;
            if (owner[a] != p) {
                owner[a] = p;
                local[a] = found++;
            }
            w->old[i] = local[a];
        }
        w->parts[p].task.wanted = found;
    }
}

void whole_build(Whole *w) {
    const PartitionInput *in = w->in;
    double mean, all = 0;

    find_parts(w);
    w->scale = scale_of(in, &mean);
    build_arcs(w);
    number_edges(w);
    link_neighbours(w);
    build_axes(w);
    build_old(w);
    for (int32_t u = 0; u < in->n; u++)
        all += in->households[u];
    w->mean = (int64_t)(mean * w->scale) + 1;
    w->household = all > 0 ? (int64_t)((double)w->mean * in->n / all) + 1 : 1;
    w->keep = w->mean * in->wishes.keep / 50;
}

/* ---- memory ---- */

void *layout_take(Layout *l, size_t n) {
    void *p = l->a ? arena_raw(l->a, n) : NULL;

    l->bytes += (n + 31) / 16 * 16;
    l->full |= l->a && !p;
    return p;
}

void whole_lay_out(Whole *w, Layout *l) {
    size_t n = (size_t)w->in->n, arcs = 2 * (size_t)w->in->n_edges, dims = (size_t)w->in->n_features + 2;
    int32_t **per_unit[] = {
        &w->order,     &w->number,   &w->part,        &w->households, &w->old,       &w->all.grid,
        &w->all.count, &w->all.some, &w->all.outside, &w->all.seen,   &w->all.queue, &w->all.best,
    };
    int64_t **wide[] = { &w->all.households, &w->all.square, &w->all.spread, &w->all.below, &w->all.hold };

    for (size_t i = 0; i < COUNT(per_unit); i++)
        *per_unit[i] = layout_take(l, n * sizeof(int32_t));
    for (size_t i = 0; i < COUNT(wide); i++)
        *wide[i] = layout_take(l, n * sizeof(int64_t));
    w->parts = layout_take(l, n * sizeof *w->parts);
    w->first = layout_take(l, (n + 1) * sizeof *w->first);
    w->at = layout_take(l, n * dims * sizeof *w->at);
    w->all.sums = layout_take(l, n * dims * sizeof *w->all.sums);
    w->all.scratch = layout_take(l, n * PART_SCRATCH * sizeof *w->all.scratch);
    w->all.list = layout_take(l, n * 2 * sizeof *w->all.list);
    w->arcs = layout_take(l, arcs * sizeof *w->arcs);
    w->edges = layout_take(l, arcs * sizeof *w->edges);
    w->ends = layout_take(l, arcs / 2 * sizeof *w->ends);
    w->all.cut = layout_take(l, arcs / 2 * sizeof *w->all.cut);
    w->all.place = layout_take(l, arcs / 2 * sizeof *w->all.place);
}
