/* micro_plan – see micro_plan.h. */
#include "micro_inner.h"

#include <assert.h>
#include <string.h>

static_assert((int)MICRO_BORDERS == (int)PLAN_BORDERS && MICRO_CELL == (int)PLAN_CELL,
              "the kinds are the graph's");

enum { ROWS_ROOM = 16 << 20 };

static const char *const reason_keys[PARTITION_REASONS] = {
    [PARTITION_KEEPS] = "keeps",           [PARTITION_UNIT_OVER] = "unit_over",
    [PARTITION_POCKET] = "pocket",         [PARTITION_NO_HOUSEHOLDS] = "no_households",
    [PARTITION_PART_UNDER] = "part_under", [PARTITION_PART_BETWEEN] = "part_between",
    [PARTITION_NONE_FITS] = "none_fits",   [PARTITION_NUMBER_ASKED] = "number_asked",
    [PARTITION_NONE_FOUND] = "none_found",
};

const char *micro_reason_key(PartitionReason reason) { return reason_keys[reason] ? reason_keys[reason] : ""; }

/* ---- making ------------------------------------------------------------- */

typedef struct Reading {
    const MicroOptions *how;
    PlanGround *ground;
    Arena rows;
} Reading;

static Err read_ground(Tx *tx, void *arg, Fault *f) {
    Reading *r = arg;
    const MicroOptions *how = r->how;
    PlanOf of = how->zones         ? PLAN_OF_RESIDENTIAL
                : how->only_places ? PLAN_OF_PLACES
                : how->only_areas  ? PLAN_OF_AREAS
                                   : PLAN_OF_ANY;

    tx_lend(tx, &r->rows);
    plan_ground_free(r->ground);
    return plan_ground_read(tx, how->within, of, r->ground, f);
}

static Err read_map(Store *s, const MicroOptions *how, MicroPlan *p, Fault *f) {
    Reading r = { .how = how, .ground = &p->inner->ground };

    TRY(arena_begin(&r.rows, ROWS_ROOM, f));
    Err e = store_read(s, -1, read_ground, &r, f);
    arena_end(&r.rows);
    return e;
}

static Err list_by_grids(MicroPlan *p, Fault *f) {
    const PartitionPlan *plan = &p->plan;
    int32_t n = p->inner->ground.n;

    p->inner->listed = mem_alloc((size_t)n * sizeof *p->inner->listed + 1);
    p->inner->first = mem_alloc(((size_t)plan->n_grids + 2) * sizeof *p->inner->first);
    if (!p->inner->listed || !p->inner->first)
        return fault_memory(f);
    memset(p->inner->first, 0, ((size_t)plan->n_grids + 2) * sizeof *p->inner->first);
    for (int32_t i = 0; i < n; i++)
        p->inner->first[plan->grid[i] + 2]++;
    for (int32_t g = 2; g < plan->n_grids + 2; g++)
        p->inner->first[g] += p->inner->first[g - 1];
    for (int32_t i = 0; i < n; i++)
        p->inner->listed[p->inner->first[plan->grid[i] + 1]++] = i;
    for (int32_t g = 0; g < plan->n_grids; g++)
        p->by_reason[plan->grids[g].reason]++;
    return OK;
}

static Err solve(const MicroOptions *how, MicroPlan *p, Fault *f) {
    PartitionInput *in = &p->inner->graph.in;

    in->min = how->min;
    in->max = how->max;
    in->threads = how->threads;
    in->sweeps = how->sweeps;
    in->wishes = how->wishes;
    in->seed = how->seed;
    if (!how->keep)
        in->old = NULL;
    TRY(arena_begin(&p->inner->arena, partition_room(in), f));
    TRY(partition_solve(in, &p->inner->arena, &p->plan, f));
    TRY(list_by_grids(p, f));
    p->inner->naming = (PlanNaming){ .ground = &p->inner->ground,
                                     .plan = &p->plan,
                                     .listed = p->inner->listed,
                                     .first = p->inner->first,
                                     .zones = how->zones,
                                     .heirs = how->keep ? PLAN_HEIRS_LARGEST : PLAN_HEIRS_NONE };
    return plan_name_grids(&p->inner->naming, f);
}

static void tell_facts(MicroPlan *p) {
    const PlanGround *g = &p->inner->ground;

    p->places = g->places;
    p->n = g->n;
    p->n_hards = g->n_hards;
    p->left_out = g->left_out;
    p->left_out_households = g->left_out_households;
    for (int k = 0; k < MICRO_BORDERS; k++)
        p->borders[k] = p->inner->graph.of_kind[k];
}

/* Where the grids of a file have each unit, in place of those that are there now. */
static Err keep_file(MicroPlan *p, const MicroOptions *how, Fault *f) {
    const PlanGround *g = &p->inner->ground;
    int32_t found = 0;

    p->inner->kept = mem_alloc((size_t)g->n * sizeof *p->inner->kept + 1);
    if (!p->inner->kept)
        return fault_memory(f);
    for (int32_t i = 0; i < g->n; i++) {
        p->inner->kept[i] = -1;
        for (int32_t k = 0; k < how->n_old && p->inner->kept[i] < 0; k++)
            if (shape_has(&how->old[k], g->units[i].at))
                p->inner->kept[i] = k;
        found += p->inner->kept[i] >= 0;
    }
    p->inner->graph.in.old = found ? p->inner->kept : NULL;
    return OK;
}

static Err make(Store *s, const MicroOptions *how, MicroPlan *p, Fault *f) {
    PlanGround *g = &p->inner->ground;

    p->zones = how->zones;
    TRY(read_map(s, how, p, f));
    TRY(plan_graph_make(g->units, g->n, g->hards, g->n_hards, NULL, &p->inner->graph, f));
    if (how->keep && how->n_old)
        TRY(keep_file(p, how, f));
    if (how->keep && !p->inner->graph.in.old)
        return fault(f, ERR_INVALID, "plan_no_old", "", "“%.*s”里还没有这一级的网格，没有可以保留的划分。",
                     "There are no grids of that level in “%.*s” yet, so there is no plan to keep.",
                     (int)how->within.n, how->within.p);
    TRY(solve(how, p, f));
    tell_facts(p);
    return OK;
}

Err micro_plan_make(Store *s, const MicroOptions *how, MicroPlan *ret, Fault *f) {
    MicroPlan p = { .inner = mem_alloc(sizeof *p.inner) };

    if (!p.inner)
        return fault_memory(f);
    memset(p.inner, 0, sizeof *p.inner);
    Err e = make(s, how, &p, f);
    if (e == OK)
        *ret = p;
    else
        micro_plan_free(&p);
    return e;
}

void micro_plan_free(MicroPlan *p) {
    struct MicroInner *in = p->inner;

    if (in) {
        plan_graph_free(&in->graph);
        plan_ground_free(&in->ground);
        mem_free(in->listed);
        mem_free(in->kept);
        mem_free(in->first);
        mem_free(in->naming.number);
        mem_free(in->naming.heir);
        arena_end(&in->arena);
    }
    mem_free(in);
    *p = (MicroPlan){ 0 };
}

const char *micro_plan_where(const MicroPlan *p, int32_t grid, const char **ret_code) {
    PlanName name = p->inner->ground.hard_names[micro_hard(p, grid)];
    *ret_code = plan_word(&p->inner->ground, name.code);
    return plan_word(&p->inner->ground, name.name);
}

/* The plan moved to its caller's since it was named. */
static PlanNaming named(const MicroPlan *p) {
    PlanNaming n = p->inner->naming;
    n.plan = &p->plan;
    return n;
}

void micro_plan_code(const MicroPlan *p, int32_t grid, Buf *out) {
    PlanNaming n = named(p);
    plan_grid_code(&n, grid, out);
}

void micro_plan_name(const MicroPlan *p, int32_t grid, Buf *out) {
    PlanNaming n = named(p);
    plan_grid_name(&n, grid, out);
}

/* ---- as a map ----------------------------------------------------------- */

static void put_units(const MicroPlan *p, int32_t grid, Buf *out) {
    const PlanGround *g = &p->inner->ground;

    for (int32_t i = p->inner->first[grid]; i < p->inner->first[grid + 1]; i++) {
        PlanName name = g->names[p->inner->listed[i]];
        const char *code = plan_word(g, name.code);
        buf_str(out, i > p->inner->first[grid] ? "," : "[");
        buf_json(out, str(*code ? code : plan_word(g, name.name)));
    }
    buf_str(out, "]");
}

static void put_text(void (*text)(const MicroPlan *, int32_t, Buf *), const MicroPlan *p, int32_t grid,
                     Buf *out) {
    char room[800];
    Buf b = { room, 0, sizeof room, false, 0 };

    text(p, grid, &b);
    buf_json(out, buf_view(&b));
}

static Err put_grid(const MicroPlan *p, int32_t grid, Buf *out, Fault *f) {
    const PartitionGrid *x = &p->plan.grids[grid];
    const char *code, *name = micro_plan_where(p, grid, &code);
    Shape shape;

    buf_fmt(out, "%s\n{\"type\":\"Feature\",\"properties\":{\"grid\":%d,", grid ? "," : "", grid);
    buf_str(out, "\"code\":");
    put_text(micro_plan_code, p, grid, out);
    buf_str(out, ",\"name\":");
    put_text(micro_plan_name, p, grid, out);
    buf_str(out, ",\"within\":");
    buf_json(out, str(code));
    buf_str(out, ",\"within_name\":");
    buf_json(out, str(name));
    buf_fmt(out, ",\"households\":%lld,\"border_m\":%.1f,\"radius_m\":%.1f,\"reason\":\"%s\",\"reason_zh\":",
            (long long)x->households, x->border_m, x->radius_m, micro_reason_key(x->reason));
    buf_json(out, str(partition_reason_zh[x->reason]));
    buf_str(out, ",\"reason_en\":");
    buf_json(out, str(partition_reason_en[x->reason]));
    buf_str(out, ",\"units\":");
    put_units(p, grid, out);
    buf_str(out, "},\"geometry\":");
    TRY(plan_grid_shape(&p->inner->graph, p->inner->listed + p->inner->first[grid],
                        p->inner->first[grid + 1] - p->inner->first[grid], &shape, f));
    if (shape.n_points)
        shape_geojson(&shape, 0, out);
    else
        buf_str(out, "null");
    buf_str(out, "}");
    shape_free(&shape);
    return out->full ? fault_arena(f) : OK;
}

Err micro_plan_geojson(const MicroPlan *p, Buf *out, Fault *f) {
    if (p->places)
        TRY(plan_graph_spread(&p->inner->graph, f));
    buf_str(out, "{\"type\":\"FeatureCollection\",\"features\":[");
    for (int32_t grid = 0; grid < p->plan.n_grids; grid++)
        TRY(put_grid(p, grid, out, f));
    buf_str(out, "]}\n");
    return out->full ? fault_arena(f) : OK;
}
