/* adjacency – see adjacency.h. First what two areas have point for point: every edge is
 * looked up in a table of all edges under its two ends, and meets those that run the other
 * way. In a tiling that is all but the rim of the layer. What met nobody is looked at by
 * adjacency_facing.c. Then the stretches are added up pair by pair, in an order that does
 * not depend on the table. */
#include "adjacency_inner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EDGES_MAX = 100000000, PAIRS_MAX = 40000000, STEPS_A_LOOK = 1 << 14 };

Err adj_cancelled(const AdjRun *run) {
    if (run->rules.cancel && *run->rules.cancel)
        return fault(run->f, ERR_BUSY, "cancelled", "", "邻接计算已取消。",
                     "Finding neighbours was cancelled.");
    return OK;
}

Err adj_add(AdjRun *run, int32_t x, int32_t y, AdjKind kind, double m, double apart_m) {
    int32_t a = x < y ? x : y, b = x < y ? y : x;
    AdjStretch *last = run->n_stretches ? &run->stretches[run->n_stretches - 1] : NULL;

    if (!last || last->a != a || last->b != b) {
        if (run->n_stretches == run->stretches_max) {
            int64_t max = run->stretches_max * 2 + 1024;
            if (max > PAIRS_MAX)
                return fault(run->f, ERR_LIMIT, "adjacency_pairs", "", "相邻的区域太多，超过 %d 处。",
                             "There are too many borders, more than %d.", PAIRS_MAX);
            AdjStretch *more = mem_grow(run->stretches, (size_t)max * sizeof *more);
            if (!more)
                return fault_memory(run->f);
            run->stretches = more;
            run->stretches_max = max;
        }
        last = &run->stretches[run->n_stretches++];
        *last = (AdjStretch){ .a = a, .b = b };
    }
    last->m[kind] += m;
    last->ground_m2 += kind == ADJ_STREET ? m * apart_m : 0;
    return OK;
}

/* ---- edges that two areas have ------------------------------------------ */

static Err list_edges(AdjRun *run, const Shape *shapes, int32_t n) {
    int64_t edges = 0;

    for (int32_t i = 0; i < n; i++)
        edges += shapes[i].n_points;
    if (edges > EDGES_MAX)
        return fault(run->f, ERR_LIMIT, "adjacency_edges", "", "图层有 %lld 条边，超过 %d 条。",
                     "The layer has %lld edges, more than %d.", (long long)edges, EDGES_MAX);
    run->edges = mem_alloc((size_t)edges * sizeof *run->edges + 1);
    run->met = mem_alloc((size_t)edges + 1);
    if (!run->edges || !run->met)
        return fault_memory(run->f);
    memset(run->met, 0, (size_t)edges + 1);
    for (int32_t i = 0; i < n; i++)
        for (int32_t r = 0; r < shapes[i].n_rings; r++) {
            int32_t from = shapes[i].ring_at[r], to = shapes[i].ring_at[r + 1];
            const Point *p = shapes[i].points;
            for (int32_t k = from; k < to; k++)
                run->edges[run->n_edges++] = (AdjEdge){ p[k], p[k + 1 < to ? k + 1 : from], i };
        }
    return OK;
}

static uint64_t packed(Point p) { return (uint64_t)(uint32_t)p.lon << 32 | (uint32_t)p.lat; }

/* The same for both directions. */
static uint64_t hash_of(const AdjEdge *e) {
    uint64_t x = packed(e->a), y = packed(e->b);
    uint64_t h = (x < y ? x : y) * 0x9E3779B97F4A7C15u ^ (x < y ? y : x) * 0xC2B2AE3D27D4EB4Fu;

    h ^= h >> 32;
    h *= 0xD6E8FEB86659FD93u;
    return h ^ h >> 32;
}

static Err meet(AdjRun *run, int32_t i, int32_t other) {
    const AdjEdge *e = &run->edges[i];

    run->met[i] = run->met[other] = 1;
    Scale s = scale_at((int32_t)(((int64_t)e->a.lat + e->b.lat) / 2));
    double m = hypot(((double)e->b.lon - e->a.lon) * s.lon_m, ((double)e->b.lat - e->a.lat) * s.lat_m);
    return adj_add(run, run->edges[other].shape, e->shape, ADJ_EXACT, m, 0);
}

/* Of an area that was drawn twice no edge runs the other way: it meets nobody. */
static Err file_edge(AdjRun *run, int32_t *table, uint64_t mask, int32_t i) {
    const AdjEdge *e = &run->edges[i];
    int32_t copies = 0;
    uint64_t at = hash_of(e) & mask;

    for (; table[at] >= 0; at = (at + 1) & mask) {
        const AdjEdge *o = &run->edges[table[at]];
        bool back = point_same(o->a, e->b) && point_same(o->b, e->a);
        if (!back && !(point_same(o->a, e->a) && point_same(o->b, e->b)))
            continue;
        if (++copies >= ADJACENCY_COPIES_MAX)
            return fault(
                run->f, ERR_INVALID, "adjacency_copies", "",
                "经度 %.7f、纬度 %.7f 处的一条边属于 %d 个以上的区域：图层里可能有重复的区域，请先去掉。",
                "The edge at longitude %.7f, latitude %.7f belongs to more than %d areas: the layer "
                "may hold areas again and again; take them out first.",
                point_lon(e->a), point_lat(e->a), ADJACENCY_COPIES_MAX);
        if (back && o->shape != e->shape)
            TRY(meet(run, i, table[at]));
    }
    table[at] = i;
    return OK;
}

static Err find_exact(AdjRun *run) {
    uint64_t room = 64;

    while (room < (uint64_t)run->n_edges * 2)
        room *= 2;
    int32_t *table = mem_alloc((size_t)room * sizeof *table);
    if (!table)
        return fault_memory(run->f);
    memset(table, 0xFF, (size_t)room * sizeof *table);
    Err e = OK;
    for (int32_t i = 0; i < run->n_edges && e == OK; i++) {
        e = i % STEPS_A_LOOK == 0 ? adj_cancelled(run) : OK;
        if (e == OK)
            e = file_edge(run, table, room - 1, i);
    }
    mem_free(table);
    return e;
}

/* ---- pair by pair ------------------------------------------------------- */

static uint32_t digit(const AdjStretch *s, int pass) {
    return (pass < 2 ? (uint32_t)s->b : (uint32_t)s->a) >> (pass % 2 * 16) & 0xFFFF;
}

/* By a and b, equal ones in the order they came: sums do not depend on anything else. */
static Err sort_stretches(AdjRun *run) {
    size_t n = (size_t)run->n_stretches;
    AdjStretch *other = mem_alloc(n * sizeof *other + 1);
    int64_t *from = mem_alloc(65537 * sizeof *from);

    if (!other || !from) {
        mem_free(other);
        mem_free(from);
        return fault_memory(run->f);
    }
    for (int pass = 0; pass < 4; pass++) {
        memset(from, 0, 65537 * sizeof *from);
        for (size_t i = 0; i < n; i++)
            from[digit(&run->stretches[i], pass) + 1]++;
        if (n && from[digit(&run->stretches[0], pass) + 1] == (int64_t)n)
            continue; /* all alike in it */
        for (int k = 0; k < 65536; k++)
            from[k + 1] += from[k];
        for (size_t i = 0; i < n; i++)
            other[from[digit(&run->stretches[i], pass)]++] = run->stretches[i];
        AdjStretch *swap = run->stretches;
        run->stretches = other;
        other = swap;
        run->stretches_max = run->n_stretches;
    }
    mem_free(other);
    mem_free(from);
    return OK;
}

static Border border_of(const AdjRun *run, const AdjStretch *sum) {
    Border b = { .a = sum->a, .b = sum->b, .exact_m = sum->m[ADJ_EXACT] };

    if (b.exact_m + sum->m[ADJ_NEAR] >= run->rules.least_m)
        b.near_m = sum->m[ADJ_NEAR];
    if (sum->m[ADJ_STREET] >= run->rules.least_m) {
        b.street_m = sum->m[ADJ_STREET];
        b.apart_m = sum->ground_m2 / b.street_m;
    }
    return b;
}

static Err add_up(AdjRun *run, Adjacency *ret) {
    TRY(sort_stretches(run));
    int64_t n = 0;
    Border *borders = mem_alloc((size_t)run->n_stretches * sizeof *borders + 1);
    if (!borders)
        return fault_memory(run->f);
    for (int64_t i = 0; i < run->n_stretches;) {
        AdjStretch sum = run->stretches[i];
        for (i++; i < run->n_stretches && run->stretches[i].a == sum.a && run->stretches[i].b == sum.b; i++) {
            for (int k = 0; k < ADJ_KINDS; k++)
                sum.m[k] += run->stretches[i].m[k];
            sum.ground_m2 += run->stretches[i].ground_m2;
        }
        Border b = border_of(run, &sum);
        if (b.exact_m > 0 || b.near_m > 0 || b.street_m > 0)
            borders[n++] = b;
    }
    *ret = (Adjacency){ borders, n };
    return OK;
}

static Err check_rules(AdjacencyRules *rules, Fault *f) {
    if (!(rules->near_m >= 0 && rules->near_m <= ADJACENCY_NEAR_M_MAX))
        return fault(f, ERR_INVALID, "adjacency_near", "", "相邻容差须在 0 到 %.0f 米之间。",
                     "The tolerance of near borders must be 0 to %.0f metres.", ADJACENCY_NEAR_M_MAX);
    if (!(rules->street_m >= 0 && rules->street_m <= ADJACENCY_STREET_M_MAX))
        return fault(f, ERR_INVALID, "adjacency_street", "", "街道宽度须在 0 到 %.0f 米之间。",
                     "The width of streets must be 0 to %.0f metres.", ADJACENCY_STREET_M_MAX);
    if (!(rules->least_m >= 0 && isfinite(rules->least_m)))
        return fault(f, ERR_INVALID, "adjacency_least", "", "最短边界须是 0 以上的长度。",
                     "The least border must be a length from 0.");
    rules->least_m = rules->least_m > 0 ? rules->least_m : ADJACENCY_LEAST_M;
    return OK;
}

Err adjacency_find(const Shape *shapes, int32_t n, const AdjacencyRules *rules, Adjacency *ret, Fault *f) {
    AdjRun run = { .rules = rules ? *rules : (AdjacencyRules){ 0 }, .f = f };

    TRY(check_rules(&run.rules, f));
    Err e = list_edges(&run, shapes, n);
    if (e == OK)
        e = find_exact(&run);
    if (e == OK)
        e = adj_find_facing(&run);
    if (e == OK)
        e = add_up(&run, ret);
    mem_free(run.edges);
    mem_free(run.met);
    mem_free(run.stretches);
    return e;
}

void adjacency_free(Adjacency *adjacency) {
    mem_free(adjacency->borders);
    *adjacency = (Adjacency){ 0 };
}
