/* merge – see merge.h. Borders are measured by adjacency.h; which layers have theirs along
 * them, by a walk (follow.h), gives only the shares. */
#include "merge.h"

#include "adjacency.h"
#include "follow.h"
#include "overlay.h"
#include "repair.h"

#include <stdlib.h>
#include <string.h>

/* Of the stretches walked along a border. */
typedef struct Along {
    double m, any_m, price_m;
    double layer_m[MERGE_LAYERS_MAX];
} Along;

typedef struct Making {
    const MergeInput *in;
    Merge out;
    Shape *shapes; /* of the units, borrowed */
    AreaIndex *index;
    AreaIndex *layer_index[MERGE_LAYERS_MAX];
    PlanGraph graph;
    Along *along; /* of each edge of the graph */
    PartitionEdge *priced;
    FollowRules rules;
    int32_t walked; /* the layer whose borders are walked */
    Fault *f;
} Making;

/* ---- whose border is here? ---------------------------------------------- */

static bool has_border(const Making *k, int32_t layer, const FollowStretch *s) {
    return index_find(k->layer_index[layer], s->at_in) != index_find(k->layer_index[layer], s->at_out);
}

static int64_t edge_of(const PlanGraph *g, int32_t a, int32_t b) {
    int32_t low = a < b ? a : b, high = a < b ? b : a;
    int64_t from = 0, to = g->in.n_edges;

    while (from < to) { /* edges are by a, then b */
        int64_t mid = from + (to - from) / 2;
        const PartitionEdge *e = &g->edges[mid];
        if (e->a < low || (e->a == low && e->b < high))
            from = mid + 1;
        else
            to = mid;
    }
    return from < g->in.n_edges && g->edges[from].a == low && g->edges[from].b == high ? from : -1;
}

static Err note_unit_border(void *ctx, const FollowStretch *s, Fault *f) {
    Making *k = ctx;
    int64_t edge = s->out >= 0 ? edge_of(&k->graph, s->in, s->out) : -1;
    int32_t have = 0;

    if (edge < 0)
        return OK;
    if (k->in->cancel && atomic_load_explicit(k->in->cancel, memory_order_relaxed))
        return fault(f, ERR_BUSY, "cancelled", "", "已取消。", "Cancelled.");
    Along *a = &k->along[edge];
    a->m += s->m;
    for (int32_t i = 0; i < k->in->n_layers; i++)
        if (has_border(k, i, s)) {
            a->layer_m[i] += s->m;
            have++;
        }
    if (have)
        a->any_m += s->m;
    a->price_m += s->m / (1 + MERGE_PULL * have);
    return OK;
}

static Err note_layer_border(void *ctx, const FollowStretch *s, Fault *f) {
    Making *k = ctx;
    Merge *m = &k->out;
    int32_t own = k->walked, a = index_find(k->index, s->at_in), b = index_find(k->index, s->at_out);

    (void)f;
    if (a < 0 || b < 0)
        return OK; /* the rim of the ground, or beyond */
    m->layer_m[own] += s->m;
    for (int32_t i = 0; i < k->in->n_layers; i++)
        if (i != own && has_border(k, i, s))
            m->shared_m[own][i] += s->m;
    if (m->grid[a] != m->grid[b])
        m->kept_m[own] += s->m;
    else
        m->grids[m->grid[a]].crossed_m[own] += s->m;
    return OK;
}

/* ---- the graph and its prices ------------------------------------------- */

static Err index_shapes(const Shape *shapes, int32_t n, AreaIndex **ret, Fault *f) {
    IndexArea *areas = mem_alloc((size_t)n * sizeof *areas + 1);

    if (!areas)
        return fault_memory(f);
    for (int32_t i = 0; i < n; i++)
        areas[i] = (IndexArea){ &shapes[i], i, str("") };
    Err e = index_build(areas, n, ret, f);
    mem_free(areas);
    return e;
}

static Err price(Making *k) {
    const PlanGraph *g = &k->graph;

    k->priced = mem_alloc((size_t)g->in.n_edges * sizeof *k->priced + 1);
    if (!k->priced)
        return fault_memory(k->f);
    for (int32_t i = 0; i < g->in.n_edges; i++) {
        const Along *a = &k->along[i];
        k->priced[i] = g->edges[i];
        if (a->m > 0)
            k->priced[i].border_m *= a->price_m / a->m;
    }
    return OK;
}

static Err make_graph(Making *k) {
    const MergeInput *in = k->in;

    k->shapes = mem_alloc((size_t)in->n * sizeof *k->shapes + 1);
    if (!k->shapes)
        return fault_memory(k->f);
    for (int32_t i = 0; i < in->n; i++)
        k->shapes[i] = *in->units[i].shape;
    TRY(plan_graph_make(in->units, in->n, NULL, 0, in->cancel, &k->graph, k->f));
    TRY(index_shapes(k->shapes, in->n, &k->index, k->f));
    for (int32_t i = 0; i < in->n_layers; i++)
        TRY(index_shapes(in->layers[i].shapes, in->layers[i].n, &k->layer_index[i], k->f));
    size_t bytes = (size_t)k->graph.in.n_edges * sizeof *k->along;
    k->along = mem_alloc(bytes + 1);
    if (!k->along)
        return fault_memory(k->f);
    memset(k->along, 0, bytes);
    TRY(follow_walk(k->shapes, in->n, k->index, &k->rules, note_unit_border, k, k->f));
    return price(k);
}

static Err solve(Making *k) {
    const MergeInput *in = k->in;
    PartitionInput graph = k->graph.in;
    PartitionPlan plan;
    Arena arena;

    graph.edges = k->priced;
    graph.old = NULL;
    graph.min = in->min;
    graph.max = in->max;
    graph.grids = in->grids;
    graph.sweeps = in->sweeps;
    graph.threads = in->threads;
    graph.seed = in->seed;
    graph.cancel = in->cancel;
    graph.wishes.compact = in->compact;
    TRY(arena_begin(&arena, in->given ? partition_score_room(&graph) : partition_room(&graph), k->f));
    Err e = in->given ? partition_score(&graph, in->given, &arena, &plan, k->f)
                      : partition_solve(&graph, &arena, &plan, k->f);
    Merge *m = &k->out;
    if (e == OK) {
        m->grid = mem_alloc((size_t)in->n * sizeof *m->grid + 1);
        m->grids = mem_alloc((size_t)plan.n_grids * sizeof *m->grids + 1);
        e = m->grid && m->grids ? OK : fault_memory(k->f);
    }
    if (e == OK) {
        memcpy(m->grid, plan.grid, (size_t)in->n * sizeof *m->grid);
        m->n = in->n;
        m->n_grids = plan.n_grids;
        m->n_layers = in->n_layers;
        m->out_of_range = plan.out_of_range;
        for (int32_t i = 0; i < plan.n_grids; i++)
            m->grids[i] = (MergeGrid){ .households = plan.grids[i].households,
                                       .units = plan.grids[i].units,
                                       .reason = plan.grids[i].reason };
    }
    arena_end(&arena);
    return e;
}

/* ---- metres ------------------------------------------------------------- */

static void count_borders(Making *k) {
    Merge *m = &k->out;

    for (int32_t i = 0; i < k->graph.in.n_edges; i++) {
        const PartitionEdge *e = &k->graph.edges[i];
        const Along *a = &k->along[i];
        MergeGrid *one = &m->grids[m->grid[e->a]], *other = &m->grids[m->grid[e->b]];
        if (one == other)
            continue;
        double scale = a->m > 0 ? e->border_m / a->m : 0, fresh = e->border_m - a->any_m * scale;
        one->border_m += e->border_m;
        other->border_m += e->border_m;
        m->border_m += e->border_m;
        one->new_m += fresh;
        other->new_m += fresh;
        m->new_m += fresh;
        for (int32_t l = 0; l < m->n_layers; l++) {
            double along = a->layer_m[l] * scale;
            one->along_m[l] += along;
            other->along_m[l] += along;
            m->along_m[l] += along;
        }
    }
}

static Err count_layers(Making *k) {
    for (k->walked = 0; k->walked < k->in->n_layers; k->walked++) {
        const MergeLayer *l = &k->in->layers[k->walked];
        TRY(follow_walk(l->shapes, l->n, k->layer_index[k->walked], &k->rules, note_layer_border, k, k->f));
    }
    return OK;
}

/* ---- shares ------------------------------------------------------------- */

static int by_share(const void *p, const void *q) {
    const MergeShare *a = p, *b = q;
    if (a->grid != b->grid)
        return a->grid < b->grid ? -1 : 1;
    if (a->layer != b->layer)
        return a->layer < b->layer ? -1 : 1;
    if (a->of_area != b->of_area)
        return a->of_area > b->of_area ? -1 : 1;
    return (a->area > b->area) - (a->area < b->area);
}

/* What units have in common with areas becomes what their grids have. */
static Err add_layer_shares(Making *k, int32_t layer, const Overlay *found, const OverlayLayer *areas) {
    Merge *m = &k->out;
    size_t n_areas = (size_t)k->in->layers[layer].n;
    int64_t most = m->n_shares + found->n;
    int64_t *at = mem_alloc((size_t)m->n_grids * sizeof *at + 1); /* where a grid's share of the area is */
    MergeShare *shares = at ? mem_grow(m->shares, (size_t)most * sizeof *shares + 1) : NULL;

    m->shares = shares ? shares : m->shares;
    int64_t *first = shares ? mem_alloc((n_areas + 2) * sizeof *first) : NULL; /* commons by area */
    int64_t *listed = first ? mem_alloc((size_t)found->n * sizeof *listed + 1) : NULL;
    if (!listed) {
        mem_free(at);
        mem_free(first);
        return fault_memory(k->f);
    }
    memset(first, 0, (n_areas + 2) * sizeof *first);
    for (int64_t i = 0; i < found->n; i++)
        first[found->commons[i].b + 2]++;
    for (size_t i = 2; i < n_areas + 2; i++)
        first[i] += first[i - 1];
    for (int64_t i = 0; i < found->n; i++)
        listed[first[found->commons[i].b + 1]++] = i;
    for (int32_t g = 0; g < m->n_grids; g++)
        at[g] = -1;
    for (size_t area = 0; area < n_areas; area++) {
        int64_t since = m->n_shares;
        double whole = overlay_units2(areas, (int32_t)area);
        for (int64_t i = first[area]; i < first[area + 1]; i++) {
            const Common *c = &found->commons[listed[i]];
            int32_t g = m->grid[c->a];
            if (at[g] < since) {
                at[g] = m->n_shares++;
                m->shares[at[g]] = (MergeShare){ .grid = g, .layer = layer, .area = (int32_t)area };
            }
            m->shares[at[g]].m2 += c->m2;
            m->shares[at[g]].of_area += whole > 0 ? c->units2 / whole : 0;
        }
    }
    mem_free(at);
    mem_free(first);
    mem_free(listed);
    return OK;
}

static Err share_ground(Making *k) {
    Merge *m = &k->out;
    OverlayLayer *units = NULL;
    Err e = overlay_ready(k->shapes, k->in->n, &units, k->f);

    for (int32_t i = 0; i < k->in->n_layers && e == OK; i++) {
        OverlayLayer *areas = NULL;
        Overlay found = { 0 };
        e = overlay_ready(k->in->layers[i].shapes, k->in->layers[i].n, &areas, k->f);
        e = e == OK ? overlay_find(units, areas, NULL, &found, k->f) : e;
        e = e == OK ? add_layer_shares(k, i, &found, areas) : e;
        overlay_free(&found);
        overlay_layer_free(areas);
    }
    overlay_layer_free(units);
    for (int32_t i = 0; i < k->in->n && e == OK; i++)
        m->grids[m->grid[i]].m2 += shape_area_m2(&k->shapes[i]);
    for (int64_t i = 0; i < m->n_shares; i++)
        m->shares[i].of_grid =
            m->grids[m->shares[i].grid].m2 > 0 ? m->shares[i].m2 / m->grids[m->shares[i].grid].m2 : 0;
    if (m->n_shares)
        qsort(m->shares, (size_t)m->n_shares, sizeof *m->shares, by_share);
    return e;
}

/* ---- all of it ---------------------------------------------------------- */

static Err make(Making *k) {
    if (k->in->n_layers < 1 || k->in->n_layers > MERGE_LAYERS_MAX)
        return fault(k->f, ERR_INVALID, "merge_layers", "", "合并要 1 到 %d 个图层。",
                     "A merge takes 1 to %d layers.", MERGE_LAYERS_MAX);
    TRY(make_graph(k));
    TRY(solve(k));
    count_borders(k);
    TRY(count_layers(k));
    return share_ground(k);
}

Err merge_make(const MergeInput *in, Merge *ret, Fault *f) {
    Making k = { .in = in, .f = f };

    k.rules.near_m = in->near_m > 0 ? in->near_m : MERGE_NEAR_M;
    k.rules.street_m = PLAN_STREET_M;
    Err e = make(&k);
    if (k.index)
        index_free(k.index);
    for (int32_t i = 0; i < MERGE_LAYERS_MAX; i++)
        if (k.layer_index[i])
            index_free(k.layer_index[i]);
    plan_graph_free(&k.graph);
    mem_free(k.along);
    mem_free(k.priced);
    mem_free(k.shapes);
    if (e == OK)
        *ret = k.out;
    else
        merge_free(&k.out);
    return e;
}

void merge_free(Merge *m) {
    mem_free(m->grid);
    mem_free(m->grids);
    mem_free(m->shares);
    *m = (Merge){ 0 };
}

Err merge_ground(const Merge *m, const MergeInput *in, int32_t grid, Shape *ret, Fault *f) {
    const Shape **list = mem_alloc((size_t)in->n * sizeof *list + 1);
    int32_t n = 0;

    if (!list)
        return fault_memory(f);
    for (int32_t i = 0; i < in->n; i++)
        if (m->grid[i] == grid)
            list[n++] = in->units[i].shape;
    Err e = shape_union(list, n, false, NULL, ret, f);
    mem_free(list);
    return e;
}
