/* plan_solve – see plan_solve.h. */
#include "plan_solve.h"

#include "area.h"
#include "draft_q.h"
#include "lease.h"
#include "plan.h"
#include "plan_body.h"
#include "plan_figures.h"
#include "plan_names.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_ROOM = 32 << 20, WRITE_ROOM = 64 << 20, BYTES_MAX = 256 << 20, TURN_MS = 300, LEASE_MS = 20000 };

Err plan_solve_lease(Store *s, bool *ret_held, Fault *f) {
    return lease_hold(s, "planner", LEASE_MS, ret_held, f);
}

typedef struct Solving {
    Store *s;
    const _Atomic bool *stop;
    _Atomic bool cancel; /* stopped, or no longer wanted */
    Plan p;              /* its texts are in `rows` */
    Arena rows;
    PlanGround ground;
    Shape outline;
    int32_t *begin; /* the grid of each unit that it begins with; NULL: none */
    PlanGraph graph;
    Arena plans; /* of the engine */
    PartitionPlan plan;
    int32_t *listed, *first;
    double *features;
    int64_t from_ms, told_ms;
    int32_t share, done; /* of the progress: how much this part is of all, and what is behind */
    Buf units, shapes;
    PlanGrid *grids; /* in `rows` */
    size_t n_grids;
    bool waits;         /* there was one */
    const PlanPut *put; /* drawn by somebody, not to be solved; NULL: to be solved */
    int32_t *drawn;     /* of each unit the grid drawn around it */
} Solving;

static void whole_city(Actor *ret) { actor_in(ROLE_DUTY_LEAD, str("0"), (OrgId){ 0 }, ret); }

/* ---- read --------------------------------------------------------------- */

static int by_id(const void *p, const void *q) {
    const BodyUnit *a = p, *b = q;
    return (a->id > b->id) - (a->id < b->id);
}

/* Where the plan that it begins with has each unit. */
static Err read_begin(Tx *tx, Solving *x, Fault *f) {
    PlanBody b;

    TRY(plan_body_load(tx, x->p.made_from, &b, f));
    for (int32_t i = 0; i < b.n; i++)
        b.units[i].old = b.grid[i] - 1;
    qsort(b.units, (size_t)b.n, sizeof *b.units, by_id);
    x->begin = mem_alloc((size_t)x->ground.n * sizeof *x->begin + 1);
    if (!x->begin)
        return fault_memory(f);
    for (int32_t i = 0; i < x->ground.n; i++) {
        BodyUnit key = { .id = x->ground.ids[i] };
        const BodyUnit *at = bsearch(&key, b.units, (size_t)b.n, sizeof key, by_id);
        x->begin[i] = at ? at->old : -1;
    }
    return OK;
}

/* What a plan that was drawn would be asked for. */
static Err drawn_plan(Tx *tx, Solving *x, Area *ret, Fault *f) {
    const PlanPut *in = x->put;

    TRY(area_governing_by_code(tx, in->within, ret, f));
    x->p = (Plan){ .id = { id_new(id_home(ret->id.v)) },
                   .within = ret->id,
                   .kind = in->kind,
                   .label = in->label,
                   .state = PLAN_COMPUTING,
                   .min = in->min,
                   .max = in->max,
                   .made = moment_now() };
    x->waits = true;
    return OK;
}

static Err waiting_plan(Tx *tx, Solving *x, Area *ret, Fault *f) {
    size_t n;

    TRY(sql_plan_waiting(tx, &x->p, 1, &n, f));
    x->waits = n > 0;
    return n ? area_load(tx, x->p.within, ret, f) : OK;
}

static Err read_all(Tx *tx, void *arg, Fault *f) {
    Solving *x = arg;
    bool shaped;
    Area a;

    x->rows.used = 0;
    tx_lend(tx, &x->rows);
    plan_ground_free(&x->ground);
    shape_free(&x->outline);
    mem_free(x->begin);
    x->begin = NULL;
    x->outline = (Shape){ 0 };
    TRY(x->put ? drawn_plan(tx, x, &a, f) : waiting_plan(tx, x, &a, f));
    if (!x->waits)
        return OK;
    TRY(plan_ground_read(tx, a.code, x->p.kind == PLAN_ZONE ? PLAN_OF_RESIDENTIAL : PLAN_OF_ANY, &x->ground,
                         f));
    if (x->ground.n > PLAN_UNITS_MAX)
        return fault(
            f, ERR_LIMIT, "plan_units", "within",
            "这里有 %d 个单元，一个方案最多 %d 个：请按街镇划分，或在命令行做。",
            "There are %d units here and a plan takes %d: plan by subdistrict, or from the command line.",
            (int)x->ground.n, PLAN_UNITS_MAX);
    TRY(area_shape_load(tx, a.id, NULL, &x->outline, &shaped, f));
    return x->p.has.made_from ? read_begin(tx, x, f) : OK;
}

/* ---- progress ----------------------------------------------------------- */

typedef struct Told {
    PlanTurn turn;
    bool wanted;
} Told;

static Err tell(Tx *tx, void *arg, Fault *f) {
    Told *t = arg;
    int64_t changed;

    TRY(sql_plan_turned(tx, &t->turn, &changed, f));
    t->wanted = changed == 1;
    return OK;
}

/* On this thread: now and then it says how far it is, and hears whether it is still wanted. */
static void progressed(void *ctx, int32_t permille) {
    Solving *x = ctx;
    Told t = { .turn = { .id = x->p.id, .progress = (x->done + permille * x->share / 1000) }, .wanted = true };
    Fault f;

    if (*x->stop)
        x->cancel = true;
    if (clock_mono_ms() - x->told_ms < TURN_MS)
        return;
    x->told_ms = clock_mono_ms();
    if (store_write_now(x->s, tell, &t, true, &f) == OK && !t.wanted)
        x->cancel = true;
}

/* ---- solved ------------------------------------------------------------- */

/* Points have no ground to be dense on: buildings of a like size, towers with towers. */
static Err add_features(Solving *x, PartitionInput *in, Fault *f) {
    if (x->p.alike == 0 || in->n_features) /* the graph's own, where there are outlines */
        return OK;
    x->features = mem_alloc((size_t)in->n * sizeof *x->features + 1);
    if (!x->features)
        return fault_memory(f);
    for (int32_t i = 0; i < in->n; i++)
        x->features[i] = log2(1.0 + in->households[i]);
    in->features = x->features;
    in->n_features = 1;
    return OK;
}

static void as_wished(Solving *x, PartitionInput *in) {
    const Plan *p = &x->p;

    in->min = p->min;
    in->max = p->max;
    in->seed = (uint64_t)p->seed;
    in->threads = 1;
    in->wishes = (PartitionWishes){ p->cut, p->compact, p->alike, p->keep, p->balance };
    in->cancel = &x->cancel;
    in->progress = progressed;
    in->ctx = x;
    if (x->begin) {
        in->old = x->begin;
        in->wishes.keep = p->keep ? p->keep : 100;
    } else if (p->keep == 0)
        in->old = NULL;
}

static Err solve(Solving *x, Fault *f) {
    const PlanGround *g = &x->ground;

    TRY(plan_graph_make(g->units, g->n, g->hards, g->n_hards, &x->cancel, &x->graph, f));
    PartitionInput in = x->graph.in;
    as_wished(x, &in);
    TRY(add_features(x, &in, f));
    x->done = 5;
    x->share = 80;
    TRY(arena_begin(&x->plans, partition_room(&in), f));
    TRY(partition_solve(&in, &x->plans, &x->plan, f));
    x->done = 85;
    progressed(x, 0);
    if (x->plan.n_grids > PLAN_GRIDS_MAX)
        return fault(f, ERR_LIMIT, "plan_grids", "within", "方案有 %d 个网格，最多 %d 个：请按街镇划分。",
                     "The plan has %d grids and may have %d: plan by subdistrict.", (int)x->plan.n_grids,
                     PLAN_GRIDS_MAX);
    return x->cancel ? fault(f, ERR_BUSY, "plan_cancelled", "", "已取消。", "It was cancelled.") : OK;
}

/* ---- drawn by somebody -------------------------------------------------- */

static Str unit_word(const Solving *x, int32_t i) {
    const PlanName *n = &x->ground.names[i];
    const char *code = plan_word(&x->ground, n->code);

    return str(*code ? code : plan_word(&x->ground, n->name));
}

static Err find_drawn(Solving *x, Fault *f) {
    const PlanGround *g = &x->ground;
    int32_t lost = 0, first = -1;

    x->drawn = mem_alloc((size_t)g->n * sizeof *x->drawn + 1);
    if (!x->drawn)
        return fault_memory(f);
    for (int32_t i = 0; i < g->n; i++) {
        x->drawn[i] = -1;
        for (int32_t k = 0; k < x->put->n && x->drawn[i] < 0; k++)
            if (shape_has(x->put->grids[k].shape, g->units[i].at))
                x->drawn[i] = k;
        lost += x->drawn[i] < 0;
        first = x->drawn[i] < 0 && first < 0 ? i : first;
    }
    if (lost == 0)
        return OK;
    Str name = unit_word(x, first);
    return fault(f, ERR_INVALID, "plan_drawn_lost", "", "有 %d 个单元不在任何网格里，如“%.*s”。",
                 "%d units lie in none of the grids, such as “%.*s”.", (int)lost, (int)name.n, name.p);
}

static Err need_within_hards(const Solving *x, Fault *f) {
    const PlanGround *g = &x->ground;
    int32_t *hard = mem_alloc((size_t)x->put->n * sizeof *hard + 1);
    Err e = OK;

    if (!hard)
        return fault_memory(f);
    memset(hard, 0xFF, (size_t)x->put->n * sizeof *hard);
    for (int32_t i = 0; i < g->n && e == OK; i++) {
        int32_t *at = &hard[x->drawn[i]];
        *at = *at < 0 ? g->units[i].hard : *at;
        const PlanDrawn *d = &x->put->grids[x->drawn[i]];
        if (*at != g->units[i].hard)
            e = fault(f, ERR_INVALID, "plan_hard_border", "", "网格“%.*s”跨“%s”和“%s”：网格不跨居民区。",
                      "The grid “%.*s” crosses from “%s” to “%s”; no grid crosses that border.", (int)d->code.n,
                      d->code.p, plan_word(g, g->hard_names[*at].name),
                      plan_word(g, g->hard_names[g->units[i].hard].name));
    }
    mem_free(hard);
    return e;
}

static Err take_drawn(Solving *x, Fault *f) {
    const PlanGround *g = &x->ground;

    TRY(find_drawn(x, f));
    TRY(need_within_hards(x, f));
    TRY(plan_graph_make(g->units, g->n, g->hards, g->n_hards, &x->cancel, &x->graph, f));
    PartitionInput in = x->graph.in;
    in.min = x->p.min;
    in.max = x->p.max;
    TRY(arena_begin(&x->plans, partition_score_room(&in), f));
    TRY(partition_score(&in, x->drawn, &x->plans, &x->plan, f));
    return x->plan.n_grids <= PLAN_GRIDS_MAX
               ? OK
               : fault(f, ERR_LIMIT, "plan_grids", "", "方案有 %d 个网格，最多 %d 个：请按街镇导入。",
                       "The plan has %d grids and may have %d: import it by subdistrict.", (int)x->plan.n_grids,
                       PLAN_GRIDS_MAX);
}

/* A code that a grid of today has is that grid's alone. */
static void name_as_drawn(const Solving *x, int32_t grid, PlanGrid *row) {
    const PlanDrawn *d = &x->put->grids[x->drawn[x->listed[x->first[grid]]]];
    bool taken = row->has.now;

    for (int32_t i = 0; i < x->ground.n_olds && !taken; i++)
        taken = str_is(d->code, plan_word(&x->ground, x->ground.olds[i].code));
    if (!taken && d->code.n)
        row->code = d->code;
    if (d->name.n)
        row->name = d->name;
}

static Err list_by_grids(Solving *x, Fault *f) {
    int32_t n = x->ground.n, grids = x->plan.n_grids;

    x->listed = mem_alloc((size_t)n * sizeof *x->listed + 1);
    x->first = mem_alloc(((size_t)grids + 2) * sizeof *x->first);
    if (!x->listed || !x->first)
        return fault_memory(f);
    memset(x->first, 0, ((size_t)grids + 2) * sizeof *x->first);
    for (int32_t i = 0; i < n; i++)
        x->first[x->plan.grid[i] + 2]++;
    for (int32_t g = 2; g < grids + 2; g++)
        x->first[g] += x->first[g - 1];
    for (int32_t i = 0; i < n; i++)
        x->listed[x->first[x->plan.grid[i] + 1]++] = i;
    return OK;
}

/* ---- as it is kept ------------------------------------------------------ */

static Err pack_shapes(Solving *x, Fault *f) {
    int32_t n = x->ground.n, olds = x->ground.n_olds;
    Shape *shapes = mem_alloc(((size_t)n + (size_t)olds + 1) * sizeof *shapes);
    Err e = OK;

    if (!shapes)
        return fault_memory(f);
    memset(shapes, 0, ((size_t)n + (size_t)olds + 1) * sizeof *shapes);
    for (int32_t i = 0; i < n && e == OK; i++)
        e = plan_grid_shape(&x->graph, &i, 1, &shapes[i], f);
    for (int32_t i = 0; i < olds; i++)
        shapes[n + i] = x->ground.old_shapes[i];
    shapes[n + olds] = x->outline;
    e = e == OK ? plan_shapes_pack(shapes, n + olds + 1, &x->shapes, f) : e;
    for (int32_t i = 0; i < n; i++)
        shape_free(&shapes[i]);
    mem_free(shapes);
    return e;
}

static Err copy_text(Solving *x, Buf *b, Str *ret, Fault *f) {
    Err e = str_copy(&x->rows, buf_view(b), ret, f);
    b->n = 0;
    return e;
}

static void name_grid(Solving *x, const PlanNaming *names, int32_t grid, PlanGrid *row) {
    const PlanGround *g = &x->ground;
    int32_t hard = g->units[x->listed[x->first[grid]]].hard, heir = names->heir[grid];

    row->parent = g->hard_ids[hard];
    row->parent_code = str(plan_word(g, g->hard_names[hard].code));
    row->parent_name = str(plan_word(g, g->hard_names[hard].name));
    if (heir < 0)
        return;
    row->now = g->old_ids[heir];
    row->now_code = str(plan_word(g, g->olds[heir].code));
    row->now_households = 0;
    for (int32_t i = 0; i < g->n; i++)
        row->now_households += g->units[i].old == heir ? g->units[i].households : 0;
    row->has.now = row->has.now_code = row->has.now_households = true;
}

static Err shape_grid(Solving *x, int32_t grid, PlanGrid *row, Fault *f) {
    Shape shape;
    Point at;
    Buf packed;

    TRY(plan_grid_shape(&x->graph, x->listed + x->first[grid], x->first[grid + 1] - x->first[grid], &shape, f));
    Err e = buf_begin(&packed, 1 << 12, BYTES_MAX, f);
    if (e == OK) {
        if (shape.n_points)
            shape_pack(&shape, &packed);
        e = packed.full ? fault_memory(f) : copy_text(x, &packed, &row->shape, f);
        buf_end(&packed);
    }
    if (shape.n_points) {
        shape_label(&shape, &at);
        row->label_lon = at.lon;
        row->label_lat = at.lat;
        row->has.label_lon = row->has.label_lat = true;
    }
    shape_free(&shape);
    return e;
}

static Err make_grids(Solving *x, const PlanNaming *names, Fault *f) {
    char room[2][400];
    Buf code = { room[0], 0, sizeof room[0], false, 0 }, name = { room[1], 0, sizeof room[1], false, 0 };

    x->grids = arena_take(&x->rows, (size_t)x->plan.n_grids * sizeof *x->grids + 1);
    if (!x->grids)
        return fault_arena(f);
    for (int32_t i = 0; i < x->plan.n_grids; i++) {
        PlanGrid *row = &x->grids[i];
        row->plan = x->p.id;
        row->number = i + 1;
        name_grid(x, names, i, row);
        plan_grid_code(names, i, &code);
        plan_grid_name(names, i, &name);
        TRY(copy_text(x, &code, &row->code, f));
        TRY(copy_text(x, &name, &row->name, f));
        if (x->put)
            name_as_drawn(x, i, row);
        TRY(shape_grid(x, i, row, f));
    }
    x->n_grids = (size_t)x->plan.n_grids;
    return OK;
}

/* The same as after a change by hand; the reasons are the planner's. */
static Err count(Solving *x, Fault *f) {
    Arena a;
    PlanBody b;
    PlanFigures figures;
    Err e;

    TRY(arena_begin(&a, x->units.n * 2 + ((size_t)x->ground.n * 16) + (1 << 20), f));
    e = plan_body_of(buf_view(&x->units), x->plan.grid, &a, &b, f);
    e = e == OK ? plan_figures_of(&b, &a, &figures, f) : e;
    if (e == OK) {
        for (size_t i = 0; i < x->n_grids; i++) {
            plan_figures_grid(&b, &figures, &x->p, &x->grids[i]);
            x->grids[i].reason =
                x->grids[i].in_range ? PLAN_KEEPS : (PlanReason)(x->plan.grids[i].reason + PLAN_KEEPS);
        }
        plan_figures_plan(&b, &figures, x->grids, x->n_grids, &x->p);
    }
    arena_end(&a);
    return e;
}

static Err keep(Solving *x, Fault *f) {
    PlanNaming names = { .ground = &x->ground,
                         .plan = &x->plan,
                         .listed = x->listed,
                         .first = x->first,
                         .zones = x->p.kind == PLAN_ZONE,
                         .heirs = PLAN_HEIRS_MOST };

    Err e = plan_name_grids(&names, f);
    if (e == OK && x->ground.places)
        e = plan_graph_spread(&x->graph, f);
    e = e == OK ? make_grids(x, &names, f) : e;
    mem_free(names.number);
    mem_free(names.heir);
    TRY(e);
    TRY(pack_shapes(x, f));
    TRY(plan_body_pack(&x->ground, &x->graph, &x->units, f));
    return count(x, f);
}

/* ---- written ------------------------------------------------------------ */

typedef struct Writing {
    Solving *x;
    Arena room;
} Writing;

static Err add_part(Tx *tx, PlanId plan, int32_t part, Str bytes, Fault *f) {
    PlanPart row = { .plan = plan, .part = part, .bytes = bytes };
    int64_t changed;

    return sql_plan_part_add(tx, &row, &changed, f);
}

static Err write_all(Tx *tx, void *arg, Fault *f) {
    Writing *w = arg;
    Solving *x = w->x;
    Actor all;
    int64_t changed;
    Plan now, p = x->p;

    w->room.used = 0;
    tx_lend(tx, &w->room);
    whole_city(&all);
    if (x->put)
        TRY(sql_plan_add(tx, &p, &changed, f));
    TRY(plan_load(tx, p.id, &all, &now, f));
    if (now.state != PLAN_COMPUTING)
        return OK; /* cancelled */
    p.state = PLAN_DRAFT;
    p.progress = 100;
    p.revision = now.revision + 1;
    p.left_out = x->ground.left_out;
    p.solved_ms = (int32_t)(clock_mono_ms() - x->from_ms);
    p.has.solved_ms = true;
    TRY(sql_plan_save(tx, &p, &changed, f));
    int32_t *grids = arena_take(&w->room, (size_t)x->ground.n * sizeof *grids);
    if (!grids)
        return fault_arena(f);
    for (int32_t i = 0; i < x->ground.n; i++)
        grids[i] = x->plan.grid[i] + 1;
    TRY(add_part(tx, p.id, PLAN_PART_UNITS, buf_view(&x->units), f));
    TRY(add_part(tx, p.id, PLAN_PART_SHAPES, buf_view(&x->shapes), f));
    TRY(add_part(tx, p.id, PLAN_PART_GRIDS, (Str){ (const char *)grids, (size_t)x->ground.n * sizeof *grids },
                 f));
    for (size_t i = 0; i < x->n_grids; i++)
        TRY(sql_plan_grid_add(tx, &x->grids[i], &changed, f));
    return OK;
}

typedef struct Failing {
    const Plan *p;
    const Fault *why;
    Arena room;
} Failing;

static Err write_failure(Tx *tx, void *arg, Fault *f) {
    Failing *w = arg;
    Actor all;
    int64_t changed;
    Plan p;

    w->room.used = 0;
    tx_lend(tx, &w->room);
    whole_city(&all);
    TRY(plan_load(tx, w->p->id, &all, &p, f));
    if (p.state != PLAN_COMPUTING)
        return OK;
    p.state = PLAN_FAILED;
    p.revision++;
    p.failure_zh = str(w->why->zh);
    p.failure_en = str(w->why->en);
    p.has.failure_zh = p.has.failure_en = true;
    return sql_plan_save(tx, &p, &changed, f);
}

static Err fail(Solving *x, const Fault *why, Fault *f) {
    Failing w = { .p = &x->p, .why = why };

    TRY(arena_begin(&w.room, 1 << 20, f));
    Err e = store_write_now(x->s, write_failure, &w, true, f);
    arena_end(&w.room);
    return e;
}

static Err write_plan(Solving *x, Fault *f) {
    Writing w = { .x = x };

    TRY(arena_begin(&w.room, WRITE_ROOM, f));
    Err e = store_write_now(x->s, write_all, &w, false, f);
    arena_end(&w.room);
    return e;
}

/* ---- one ---------------------------------------------------------------- */

static Err work(Solving *x, Fault *f) {
    TRY(x->put ? take_drawn(x, f) : solve(x, f));
    TRY(list_by_grids(x, f));
    return keep(x, f);
}

static void drop(Solving *x) {
    plan_graph_free(&x->graph);
    plan_ground_free(&x->ground);
    shape_free(&x->outline);
    mem_free(x->begin);
    mem_free(x->features);
    mem_free(x->drawn);
    mem_free(x->listed);
    mem_free(x->first);
    arena_end(&x->plans);
    arena_end(&x->rows);
    buf_end(&x->units);
    buf_end(&x->shapes);
}

static Err begin(Solving *x, Fault *f) {
    TRY(arena_begin(&x->rows, ROWS_ROOM, f));
    TRY(buf_begin(&x->units, 1 << 16, BYTES_MAX, f));
    TRY(buf_begin(&x->shapes, 1 << 16, BYTES_MAX, f));
    return store_read(x->s, -1, read_all, x, f);
}

Err plan_put(Store *s, const PlanPut *in, PlanId *ret, Fault *f) {
    static const _Atomic bool never = false;
    Solving x = { .s = s, .stop = &never, .put = in, .from_ms = clock_mono_ms() };

    Err e = begin(&x, f);
    e = e == OK ? work(&x, f) : e;
    e = e == OK ? write_plan(&x, f) : e;
    if (e == OK)
        *ret = x.p.id;
    drop(&x);
    return e;
}

Err plan_solve_next(Store *s, const _Atomic bool *stop, PlanId *ret_id, Fault *f) {
    Solving x = { .s = s, .stop = stop, .from_ms = clock_mono_ms() };
    Fault why;

    ret_id->v = 0;
    Err e = begin(&x, f);
    if (x.waits) {
        *ret_id = x.p.id;
        e = e == OK ? work(&x, f) : e;
        if (e == OK)
            e = write_plan(&x, f);
        else if (e == ERR_BUSY && x.cancel && !*stop)
            e = OK; /* no longer wanted */
        else if (e != ERR_BUSY && e != ERR_STORE) {
            why = *f;
            e = fail(&x, &why, f);
        }
    }
    drop(&x);
    return e;
}
