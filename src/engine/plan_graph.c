/* plan_graph – see plan_graph.h. */
#include "plan_graph.h"

#include "adjacency.h"
#include "plan_cells.h"
#include "repair.h"

#include <math.h>
#include <string.h>

/* ---- borders ------------------------------------------------------------ */

typedef struct Making {
    PlanGraph *g;
    const PlanUnit *units;
    int32_t n, n_hards;
    int32_t edges_max;
    Fault *f;
} Making;

static Err add_edge(Making *k, int32_t a, int32_t b, double m, PlanBorder kind) {
    PlanGraph *g = k->g;

    if (g->in.n_edges == k->edges_max) {
        int32_t max = k->edges_max * 2 + 1024;
        if (g->in.n_edges >= PARTITION_EDGES_MAX)
            return fault(k->f, ERR_LIMIT, "plan_edges", "", "相邻关系太多，超过 %d 处。",
                         "There are more than %d borders between units.", PARTITION_EDGES_MAX);
        PartitionEdge *edges = mem_grow(g->edges, (size_t)max * sizeof *edges);
        g->edges = edges ? edges : g->edges;
        uint8_t *kinds = edges ? mem_grow(g->kinds, (size_t)max) : NULL;
        g->kinds = kinds ? kinds : g->kinds;
        if (!edges || !kinds)
            return fault_memory(k->f);
        k->edges_max = max;
    }
    g->edges[g->in.n_edges] = (PartitionEdge){ a, b, m, false };
    g->kinds[g->in.n_edges++] = (uint8_t)kind;
    g->of_kind[kind]++;
    return OK;
}

static PlanBorder kind_of(const Border *b) {
    if (b->exact_m >= b->near_m && b->exact_m >= b->street_m)
        return PLAN_EXACT;
    return b->near_m >= b->street_m ? PLAN_NEAR : PLAN_STREET;
}

static Err by_outlines(Making *k, const _Atomic bool *cancel) {
    const AdjacencyRules rules = { .near_m = PLAN_NEAR_M, .street_m = PLAN_STREET_M, .cancel = cancel };
    Shape *shapes = mem_alloc((size_t)k->n * sizeof *shapes + 1);
    Adjacency found = { 0 };

    if (!shapes)
        return fault_memory(k->f);
    for (int32_t i = 0; i < k->n; i++)
        shapes[i] = *k->units[i].shape;
    Err e = adjacency_find(shapes, k->n, &rules, &found, k->f);
    for (int64_t i = 0; i < found.n && e == OK; i++) {
        const Border *b = &found.borders[i];
        if (k->units[b->a].hard == k->units[b->b].hard)
            e = add_edge(k, b->a, b->b, b->exact_m + b->near_m + b->street_m, kind_of(b));
    }
    adjacency_free(&found);
    mem_free(shapes);
    return e;
}

static Err by_cells(Making *k) {
    TRY(plan_cells_make(k->units, k->n, k->g->hards, k->n_hards, &k->g->cells, k->f));
    for (int32_t h = 0; h < k->n_hards; h++) {
        CellBorder *borders;
        int64_t n;
        TRY(plan_cells_borders(k->g->cells, h, &borders, &n, k->f));
        Err e = OK;
        for (int64_t i = 0; i < n && e == OK; i++)
            e = add_edge(k, borders[i].a, borders[i].b, borders[i].m, PLAN_CELL);
        mem_free(borders);
        TRY(e);
    }
    return OK;
}

static bool all_outlined(const PlanUnit *units, int32_t n) {
    for (int32_t i = 0; i < n; i++)
        if (!units[i].shape)
            return false;
    return true;
}

/* ---- the graph ---------------------------------------------------------- */

static void fill_units(Making *k) {
    PlanGraph *g = k->g;
    double *x = g->numbers, *y = x + k->n;
    int32_t *households = g->counts, *label = households + k->n, *old = label + k->n;
    Box box = BOX_NONE;
    bool any_old = false;

    for (int32_t i = 0; i < k->n; i++)
        box_grow(&box, k->units[i].at);
    Scale s = scale_at((int32_t)(((int64_t)box.south + box.north) / 2));
    for (int32_t i = 0; i < k->n; i++) {
        const PlanUnit *u = &k->units[i];
        x[i] = ((double)u->at.lon - box.west) * s.lon_m;
        y[i] = ((double)u->at.lat - box.south) * s.lat_m;
        households[i] = u->households;
        label[i] = u->hard;
        old[i] = u->old;
        any_old = any_old || u->old >= 0;
    }
    g->in.n = k->n;
    g->in.households = households;
    g->in.label = label;
    g->in.old = any_old ? old : NULL;
    g->in.x_m = x;
    g->in.y_m = y;
    g->in.wishes = partition_usual;
}

/* What grids may be alike in: the root of households per hectare (towers are not to outweigh
 * all else). Outlines alone have it. */
static void fill_density(Making *k) {
    PlanGraph *g = k->g;
    double *density = g->numbers + 2 * (size_t)k->n;

    for (int32_t i = 0; i < k->n; i++) {
        double hectares = shape_area_m2(k->units[i].shape) / 1e4;
        density[i] = hectares > 0.01 ? sqrt(k->units[i].households / hectares) : 0;
    }
    g->in.features = density;
    g->in.n_features = 1;
}

Err plan_graph_make(const PlanUnit *units, int32_t n, const Shape *hards, int32_t n_hards,
                    const _Atomic bool *cancel, PlanGraph *ret, Fault *f) {
    PlanGraph g = { .units = units, .hards = hards, .n_hards = n_hards };
    Making k = { .g = &g, .units = units, .n = n, .n_hards = n_hards, .f = f };

    g.numbers = mem_alloc((size_t)n * 3 * sizeof *g.numbers + 1);
    g.counts = mem_alloc((size_t)n * 3 * sizeof *g.counts + 1);
    Err e = g.numbers && g.counts ? OK : fault_memory(f);
    if (e == OK && n) {
        fill_units(&k);
        bool outlined = all_outlined(units, n);
        if (outlined)
            fill_density(&k);
        e = outlined ? by_outlines(&k, cancel) : by_cells(&k);
    }
    g.in.edges = g.edges;
    if (e == OK)
        *ret = g;
    else
        plan_graph_free(&g);
    return e;
}

void plan_graph_free(PlanGraph *g) {
    plan_cells_free(g->cells);
    mem_free(g->numbers);
    mem_free(g->counts);
    mem_free(g->edges);
    mem_free(g->kinds);
    *g = (PlanGraph){ 0 };
}

/* ---- and back ----------------------------------------------------------- */

Err plan_graph_spread(PlanGraph *g, Fault *f) {
    if (g->cells || (g->in.n_edges && g->of_kind[PLAN_EXACT] * 2 >= g->in.n_edges))
        return OK;
    return plan_cells_make(g->units, g->in.n, g->hards, g->n_hards, &g->cells, f);
}

Err plan_grid_shape(const PlanGraph *g, const int32_t *units, int32_t n, Shape *ret, Fault *f) {
    if (g->cells)
        return plan_cells_ground(g->cells, g->units, g->hards, units, n, ret, f);
    const Shape **list = mem_alloc((size_t)n * sizeof *list + 1);
    if (!list)
        return fault_memory(f);
    for (int32_t i = 0; i < n; i++)
        list[i] = g->units[units[i]].shape;
    Err e = shape_union(list, n, false, NULL, ret, f);
    mem_free(list);
    return e;
}
