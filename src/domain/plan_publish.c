/* plan_publish – see plan_publish.h. In the order of the file: does the map still fit, the
 * grids begin, units move, what else stands in the old grids follows, the old ones end. */
#include "plan_publish.h"

#include "area.h"
#include "area_change.h"
#include "area_follow.h"
#include "area_q.h"
#include "area_tree.h"
#include "draft_q.h"
#include "place.h"
#include "place_q.h"
#include "plan.h"
#include "plan_body.h"
#include "repair.h"
#include "tree_q.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 200, DUE_MAX = 20, DUE_ROOM = 128 << 20 };

typedef struct Target {
    const PlanGrid *grid;
    Area area;
    Shape shape;
    int32_t old; /* that it continues; -1: none */
} Target;

typedef struct Old {
    Area area;
    int32_t into;  /* the target that continues it, else the one with most of it; -1: none */
    int32_t goes;  /* how many targets have something of it */
    bool goes_on;  /* it continues */
    int64_t *most; /* by target: households of it and its units */
} Old;

typedef struct Group Group;

typedef struct Publishing {
    Tx *tx;
    Plan *p;
    PlanBody b;
    PlanShapes shapes;
    Target *targets;
    int32_t n;
    int32_t *by_number; /* target of a grid's number, -1 */
    Old *olds;
    AreaLevel level;
    LayerId layer;
    Group *groups; /* building groups with units in them */
    int32_t n_groups;
    Group **group; /* of each unit; NULL: in none */
} Publishing;

static int32_t target_of_unit(const Publishing *x, int32_t u) { return x->by_number[x->b.grid[u]]; }

static int64_t weight_of(const Publishing *x, int32_t u) {
    return (int64_t)x->b.units[u].households * 1024 + 1;
}

/* ---- does the map still fit --------------------------------------------- */

static Err stale(Fault *f, const char *zh, const char *en, Str name) {
    return fault(f, ERR_CONFLICT, "plan_stale", "id",
                 "方案做好之后地图变了：%s“%.*s”。%.0s请以本方案为底重新做一个。",
                 "The map has changed since the plan was made: %.0s“%.*s” %s. Make it anew from this one.", zh,
                 (int)name.n, name.p, en);
}

typedef struct Unit {
    int64_t id;
    int32_t at;
} Unit;

static int by_unit(const void *p, const void *q) {
    const Unit *a = p, *b = q;
    return (a->id > b->id) - (a->id < b->id);
}

static int32_t unit_of(const Unit *list, int32_t n, int64_t id) {
    Unit key = { id, 0 };
    const Unit *u = bsearch(&key, list, (size_t)n, sizeof key, by_unit);
    return u ? u->at : -1;
}

static int64_t old_id(const PlanGround *g, int32_t i) { return i < 0 ? 0 : g->old_ids[i].v; }
static int64_t kept_old_id(const PlanBody *b, int32_t i) { return i < 0 ? 0 : b->olds[i].id; }

static Err compare_units(const PlanBody *b, const PlanGround *g, const Unit *kept, Fault *f) {
    int32_t found = 0;

    for (int32_t i = 0; i < g->n; i++) {
        int32_t at = unit_of(kept, b->n, g->ids[i]);
        Str name = str(plan_word(g, g->names[i].name));
        if (at < 0)
            return stale(f, "新增了", "is new", name);
        found++;
        if (g->hard_ids[g->units[i].hard].v != b->hards[b->units[at].hard].id)
            return stale(f, "另归居民区的是", "lies in another residential area now", name);
        if (old_id(g, g->units[i].old) != kept_old_id(b, b->units[at].old))
            return stale(f, "改归其他网格的是", "lies in another grid now", name);
    }
    if (found == b->n)
        return OK;
    for (int32_t i = 0; i < b->n; i++) {
        bool there = false;
        for (int32_t k = 0; k < g->n && !there; k++)
            there = g->ids[k] == b->units[i].id;
        if (!there)
            return stale(f, "已没有", "is gone", plan_body_word(b, b->units[i].name));
    }
    return OK;
}

static Err compare_olds(Tx *tx, const Plan *p, const PlanBody *b, const PlanGround *g, Fault *f) {
    Arena *a = tx_arena(tx);
    PlanShapes shapes;
    Shape was;

    TRY(plan_shapes_load(tx, p->id, b->n + b->n_olds + 1, &shapes, f));
    for (int32_t i = 0; i < g->n_olds; i++) {
        int32_t at = -1;
        for (int32_t k = 0; k < b->n_olds; k++)
            at = b->olds[k].id == g->old_ids[i].v ? k : at;
        Str name = str(plan_word(g, g->olds[i].name));
        if (at < 0)
            return stale(f, "新增了网格", "is a new grid", name);
        size_t used = a->used;
        TRY(plan_shape_at(&shapes, b->n + at, a, &was, f));
        bool same = shape_same(&was, &g->old_shapes[i]);
        a->used = used;
        if (!same)
            return stale(f, "重划过的网格是", "was redrawn", name);
    }
    if (g->n_olds == b->n_olds)
        return OK;
    for (int32_t k = 0; k < b->n_olds; k++) {
        bool there = false;
        for (int32_t i = 0; i < g->n_olds && !there; i++)
            there = g->old_ids[i].v == b->olds[k].id;
        if (!there)
            return stale(f, "已撤销的网格是", "has ended", plan_body_word(b, b->olds[k].name));
    }
    return OK;
}

static Err still_fits(Tx *tx, const Plan *p, const PlanBody *b, Fault *f) {
    Unit *kept = arena_take(tx_arena(tx), (size_t)b->n * sizeof *kept);
    PlanGround g;
    Area a;

    if (!kept)
        return fault_arena(f);
    for (int32_t i = 0; i < b->n; i++)
        kept[i] = (Unit){ b->units[i].id, i };
    qsort(kept, (size_t)b->n, sizeof *kept, by_unit);
    TRY(area_load(tx, p->within, &a, f));
    TRY(area_need_active(&a, f));
    PlanOf of = p->kind == PLAN_ZONE ? PLAN_OF_RESIDENTIAL : b->places ? PLAN_OF_PLACES : PLAN_OF_AREAS;
    TRY(plan_ground_read(tx, a.code, of, &g, f));
    Err e = compare_units(b, &g, kept, f);
    e = e == OK ? compare_olds(tx, p, b, &g, f) : e;
    plan_ground_free(&g);
    return e;
}

Err plan_still_fits(Tx *tx, const Plan *p, Fault *f) {
    PlanBody b;

    TRY(plan_body_load(tx, p->id, &b, f));
    return still_fits(tx, p, &b, f);
}

/* ---- loaded ------------------------------------------------------------- */

static int32_t old_of(const PlanBody *b, const PlanGrid *g) {
    for (int32_t i = 0; g->has.now && i < b->n_olds; i++)
        if (b->olds[i].id == g->now.v)
            return i;
    return -1;
}

static Err load_targets(Publishing *x, Fault *f) {
    Arena *a = tx_arena(x->tx);
    PlanGrid *grids;
    size_t n;
    int32_t top = x->b.top;

    TRY(plan_grids_load(x->tx, x->p->id, &grids, &n, f));
    x->targets = arena_take(a, n * sizeof *x->targets + 1);
    x->by_number = arena_take(a, ((size_t)top + 1) * sizeof *x->by_number);
    if (!x->targets || !x->by_number)
        return fault_arena(f);
    for (size_t i = 0; i < n; i++) {
        if (grids[i].units == 0 || grids[i].number > top)
            continue;
        Target *t = &x->targets[x->n];
        *t = (Target){ .grid = &grids[i], .old = old_of(&x->b, &grids[i]) };
        if (grids[i].shape.n)
            TRY(shape_unpack(grids[i].shape, a, &t->shape, f));
        x->by_number[grids[i].number] = x->n++;
    }
    return OK;
}

/* Where an old grid without units goes: where most of its ground is. */
static Err by_ground(Publishing *x, int32_t i, Fault *f) {
    Shape shape;
    double m2, most = 0;

    TRY(plan_shape_at(&x->shapes, x->b.n + i, tx_arena(x->tx), &shape, f));
    for (int32_t t = 0; shape.n_points && t < x->n; t++) {
        if (!x->targets[t].shape.n_points)
            continue;
        TRY(shape_overlap_m2(&shape, &x->targets[t].shape, &m2, f));
        if (m2 > most) {
            most = m2;
            x->olds[i].into = t;
        }
    }
    x->olds[i].goes = x->olds[i].into >= 0;
    return OK;
}

static Err load_olds(Publishing *x, Fault *f) {
    Arena *a = tx_arena(x->tx);

    x->olds = arena_take(a, ((size_t)x->b.n_olds + 1) * sizeof *x->olds);
    if (!x->olds)
        return fault_arena(f);
    for (int32_t i = 0; i < x->b.n_olds; i++) {
        Old *o = &x->olds[i];
        o->into = -1;
        o->most = arena_take(a, (size_t)x->n * sizeof *o->most + 1);
        if (!o->most)
            return fault_arena(f);
        TRY(area_load(x->tx, (AreaId){ x->b.olds[i].id }, &o->area, f));
        TRY(area_need_active(&o->area, f));
        TRY(area_need_free(x->tx, &o->area, x->p->since, f));
    }
    for (int32_t u = 0; u < x->b.n; u++)
        if (x->b.units[u].old >= 0)
            x->olds[x->b.units[u].old].most[target_of_unit(x, u)] += weight_of(x, u);
    for (int32_t t = 0; t < x->n; t++)
        if (x->targets[t].old >= 0) {
            x->olds[x->targets[t].old].into = t;
            x->olds[x->targets[t].old].goes_on = true;
        }
    for (int32_t i = 0; i < x->b.n_olds; i++) {
        Old *o = &x->olds[i];
        for (int32_t t = 0; t < x->n; t++) {
            o->goes += o->most[t] > 0;
            if (!o->goes_on && o->most[t] > 0 && (o->into < 0 || o->most[t] > o->most[o->into]))
                o->into = t;
        }
        if (o->into < 0)
            TRY(by_ground(x, i, f));
    }
    return OK;
}

/* ---- the grids begin ---------------------------------------------------- */

static Err note_lineage(Publishing *x, LineageKind kind, AreaId from, AreaId to, Str name, Fault *f) {
    char note[300];
    int64_t changed;

    snprintf(note, sizeof note, "网格划分：%.*s", (int)x->p->label.n, x->p->label.p);
    Lineage l = { .id = { id_new(id_home(from.v)) },
                  .kind = kind,
                  .from_area = from,
                  .to_area = to,
                  .day = x->p->since,
                  .note = str(note),
                  .has.note = true,
                  .state = LINEAGE_DONE,
                  .name = name,
                  .has.name = name.n > 0 };
    return sql_lineage_add(x->tx, &l, &changed, f);
}

static Err go_on(Publishing *x, Target *t, Fault *f) {
    Area *a = &x->olds[t->old].area;
    int64_t changed;

    if (!str_same(a->name, t->grid->name)) {
        TRY(note_lineage(x, LINEAGE_RENAME, a->id, a->id, t->grid->name, f));
        a->name = t->grid->name;
        TRY(sql_area_save(x->tx, a, &changed, f));
    }
    if (t->shape.n_points)
        TRY(area_reshape(x->tx, a->id, &t->shape, f));
    t->area = *a;
    return OK;
}

static Err begin_new(Publishing *x, Target *t, Fault *f) {
    AreaPut put = { .layer = x->layer,
                    .level = x->level,
                    .parent = t->grid->parent,
                    .code = t->grid->code,
                    .name = t->grid->name,
                    .shape = t->shape.n_points ? &t->shape : NULL,
                    .households = -1,
                    .since = x->p->since };
    return area_put(x->tx, &put, &t->area, f);
}

/* What ends makes room for its code first. */
static Err end_olds(Publishing *x, Fault *f) {
    for (int32_t i = 0; i < x->b.n_olds; i++) {
        Old *o = &x->olds[i];
        if (!o->goes_on)
            TRY(area_end(x->tx, &o->area,
                         o->goes == 0  ? AREA_DISSOLVED
                         : o->goes > 1 ? AREA_SPLIT
                                       : AREA_MERGED,
                         x->p->since, f));
    }
    return OK;
}

static Err begin_grids(Publishing *x, Fault *f) {
    for (int32_t t = 0; t < x->n; t++)
        TRY(x->targets[t].old >= 0 ? go_on(x, &x->targets[t], f) : begin_new(x, &x->targets[t], f));
    return OK;
}

/* One row a target that has something of it, but for the grid itself. */
static Err write_lineage(Publishing *x, Fault *f) {
    for (int32_t i = 0; i < x->b.n_olds; i++) {
        const Old *o = &x->olds[i];
        LineageKind kind = o->goes_on ? LINEAGE_REDRAW : o->goes > 1 ? LINEAGE_SPLIT : LINEAGE_MERGE;
        bool any = false;
        for (int32_t t = 0; t < x->n; t++) {
            if (x->targets[t].old == i || (o->most[t] == 0 && o->into != t))
                continue;
            any = true;
            TRY(note_lineage(x, kind, o->area.id, x->targets[t].area.id, (Str){ 0 }, f));
        }
        if (!any && !o->goes_on)
            TRY(note_lineage(x, LINEAGE_DISSOLVE, o->area.id, o->area.id, (Str){ 0 }, f));
    }
    return OK;
}

/* ---- units move --------------------------------------------------------- */

static Err place_goes(Publishing *x, Place *p, const Area *to, Fault *f) {
    PlaceGone gone = { .place = p->id, .path = p->path, .to_path = to->path };
    int64_t changed;

    if (p->area.v == to->id.v)
        return OK;
    TRY(sql_place_cases_go(x->tx, &gone, &changed, f));
    TRY(sql_place_covers_go(x->tx, &gone, &changed, f));
    p->area = to->id;
    p->path = to->path;
    p->has.part = false;
    return sql_place_save(x->tx, p, &changed, f);
}

static Err hang(Publishing *x, AreaId id, const Area *under, Fault *f) {
    Area a;

    TRY(area_load(x->tx, id, &a, f));
    if (a.has.parent && a.parent.v == under->id.v)
        return OK;
    TRY(area_need_free(x->tx, &a, x->p->since > a.since ? x->p->since : a.since, f));
    TRY(note_lineage(x, LINEAGE_MOVE, a.id, under->id, (Str){ 0 }, f));
    return area_hang_under(x->tx, id, under->id, f);
}

/* ---- building groups ---- */

/* A group with units in it, and how much of it goes to each target. */
struct Group {
    Area area;
    int64_t *most; /* by target */
    int32_t into;  /* where most of it goes */
};

static Group *group_of(const Publishing *x, AreaId id) {
    for (int32_t i = 0; i < x->n_groups; i++)
        if (x->groups[i].area.id.v == id.v)
            return &x->groups[i];
    return NULL;
}

static Err add_group(Publishing *x, const Area *in, Group **ret, Fault *f) {
    Arena *a = tx_arena(x->tx);
    Group *g = &x->groups[x->n_groups];

    *g = (Group){ .into = -1 };
    TRY(area_load(x->tx, in->id, &g->area, f));
    g->most = arena_take(a, (size_t)x->n * sizeof *g->most + 1);
    if (!g->most)
        return fault_arena(f);
    x->n_groups++;
    *ret = g;
    return OK;
}

/* In which group each unit stands; of those in none NULL. */
static Err find_groups(Publishing *x, Fault *f) {
    Arena *a = tx_arena(x->tx);
    Place p;
    Area in;

    x->groups = arena_take(a, (size_t)x->b.n * sizeof *x->groups);
    x->group = arena_take(a, (size_t)x->b.n * sizeof *x->group);
    if (!x->groups || !x->group)
        return fault_arena(f);
    for (int32_t u = 0; u < x->b.n; u++) {
        size_t used = a->used;
        TRY(place_load(x->tx, (PlaceId){ x->b.units[u].id }, &p, f));
        Group *g = group_of(x, p.area);
        if (!g)
            TRY(area_load(x->tx, p.area, &in, f));
        a->used = used;
        if (!g && in.level <= x->level)
            continue;
        if (!g)
            TRY(add_group(x, &in, &g, f));
        int32_t t = target_of_unit(x, u);
        g->most[t] += weight_of(x, u);
        g->into = g->into < 0 || g->most[t] > g->most[g->into] ? t : g->into;
        x->group[u] = g;
    }
    return OK;
}

/* The ground of its units that go to a target. */
static Err ground_of(Publishing *x, const Group *g, int32_t target, Shape *ret, Fault *f) {
    Arena *a = tx_arena(x->tx);
    const Shape **list = arena_take(a, (size_t)x->b.n * sizeof *list);
    int32_t n = 0;

    if (!list)
        return fault_arena(f);
    for (int32_t u = 0; u < x->b.n; u++) {
        if (x->group[u] != g || target_of_unit(x, u) != target)
            continue;
        Shape *one = arena_take(a, sizeof *one);
        if (!one)
            return fault_arena(f);
        TRY(plan_shape_at(&x->shapes, u, a, one, f));
        if (one->n_points)
            list[n++] = one;
    }
    *ret = (Shape){ 0 };
    return n ? shape_union(list, n, false, a, ret, f) : OK;
}

/* What goes elsewhere is a group of its own there, called after the one it comes from. */
static Err split_off(Publishing *x, const Group *g, int32_t target, int32_t number, Fault *f) {
    const Area *under = &x->targets[target].area;
    char code[120], name[400];
    Shape shape;
    Area made;
    Place p;

    TRY(ground_of(x, g, target, &shape, f));
    snprintf(code, sizeof code, "%.*s-%d", (int)g->area.code.n, g->area.code.p, number);
    snprintf(name, sizeof name, "%.*s（%d）", (int)g->area.name.n, g->area.name.p, number);
    AreaPut put = { .layer = x->layer,
                    .level = g->area.level,
                    .parent = under->id,
                    .code = str(code),
                    .name = str(name),
                    .shape = g->area.shaped && shape.n_points ? &shape : NULL,
                    .households = -1,
                    .since = x->p->since };
    TRY(area_put(x->tx, &put, &made, f));
    TRY(note_lineage(x, LINEAGE_SPLIT, g->area.id, made.id, (Str){ 0 }, f));
    TRY(area_follow_also(x->tx, &g->area, &made, x->p->since, f));
    for (int32_t u = 0; u < x->b.n; u++) {
        if (x->group[u] != g || target_of_unit(x, u) != target)
            continue;
        TRY(place_load(x->tx, (PlaceId){ x->b.units[u].id }, &p, f));
        TRY(place_goes(x, &p, &made, f));
    }
    return area_count_households(x->tx, made.id, f);
}

static Err group_goes(Publishing *x, Group *g, Fault *f) {
    int32_t number = 1;
    Shape shape;

    TRY(hang(x, g->area.id, &x->targets[g->into].area, f));
    TRY(area_load(x->tx, g->area.id, &g->area, f)); /* its path */
    for (int32_t t = 0; t < x->n; t++)
        if (t != g->into && g->most[t] > 0)
            TRY(split_off(x, g, t, ++number, f));
    if (g->area.shaped) {
        TRY(ground_of(x, g, g->into, &shape, f));
        if (shape.n_points)
            TRY(area_reshape(x->tx, g->area.id, &shape, f));
    }
    return number > 1 ? area_count_households(x->tx, g->area.id, f) : OK;
}

/* A building in a group goes with it, or with the part of it that goes where the building does. */
static Err move_places(Publishing *x, Fault *f) {
    Arena *a = tx_arena(x->tx);
    Place p;

    TRY(find_groups(x, f));
    for (int32_t i = 0; i < x->n_groups; i++)
        TRY(group_goes(x, &x->groups[i], f));
    for (int32_t u = 0; u < x->b.n; u++) {
        size_t used = a->used;
        if (x->group[u])
            continue;
        TRY(place_load(x->tx, (PlaceId){ x->b.units[u].id }, &p, f));
        TRY(place_goes(x, &p, &x->targets[target_of_unit(x, u)].area, f));
        a->used = used;
    }
    return OK;
}

static Err move_areas(Publishing *x, Fault *f) {
    Arena *a = tx_arena(x->tx);

    for (int32_t u = 0; u < x->b.n; u++) {
        size_t used = a->used;
        TRY(hang(x, (AreaId){ x->b.units[u].id }, &x->targets[target_of_unit(x, u)].area, f));
        a->used = used;
    }
    return OK;
}

/* ---- what else stands there --------------------------------------------- */

/* The target that holds a point, -1: none. */
static int32_t target_at(const Publishing *x, Point at) {
    for (int32_t t = 0; t < x->n; t++)
        if (x->targets[t].shape.n_points && shape_has(&x->targets[t].shape, at))
            return t;
    return -1;
}

static const Area *target_of(const Publishing *x, const Old *o, bool placed, int32_t lon, int32_t lat) {
    int32_t t = placed ? target_at(x, (Point){ lon, lat }) : -1;

    t = t < 0 ? o->into : t;
    return t < 0 ? NULL : &x->targets[t].area;
}

/* One in which nothing is a unit goes where its label is. */
static Err child_goes(Publishing *x, const Old *o, const Area *child, Fault *f) {
    const Area *to = target_of(x, o, child->has.label_lon, child->label_lon, child->label_lat);

    if (x->b.places && group_of(x, child->id))
        return OK;
    return to ? hang(x, child->id, to, f)
              : fault(f, ERR_CONFLICT, "plan_child_left", "id", "“%.*s”不在方案的任何网格里，请先安排它。",
                      "“%.*s” would be in no grid of the plan; see to it first.", (int)child->name.n,
                      child->name.p);
}

static Err children_go(Publishing *x, const Old *o, Fault *f) {
    AreaFind find = { .layer = x->layer, .parent = o->area.id, .limit = BATCH };
    Arena *a = tx_arena(x->tx);
    Area *list = arena_take(a, BATCH * sizeof *list);
    size_t n, used = a->used;
    char after[48] = "";

    if (!list)
        return fault_arena(f);
    find.has.layer = find.has.parent = true;
    do {
        a->used = used;
        TRY(sql_area_list(x->tx, &find, list, BATCH, &n, f));
        for (size_t i = 0; i < n; i++) {
            snprintf(after, sizeof after, "%.*s", (int)list[i].path.n, list[i].path.p);
            bool unit = false;
            for (int32_t u = 0; u < x->b.n && !x->b.places && !unit; u++)
                unit = x->b.units[u].id == list[i].id.v;
            if (!unit && list[i].state == AREA_ACTIVE)
                TRY(child_goes(x, o, &list[i], f));
        }
        find.after = str(after);
        find.has.after = true;
    } while (n == BATCH);
    return OK;
}

/* Shops, parks and what has no known households. One without a point stays in a grid that
 * goes on, else it goes where most of the grid went. */
static Err others_go(Publishing *x, const Old *o, Fault *f) {
    Arena *a = tx_arena(x->tx);
    Place *list = arena_take(a, BATCH * sizeof *list);
    PlaceId after = { 0 };
    size_t n = BATCH, used = a->used;

    if (!list)
        return fault_arena(f);
    while (n == BATCH) {
        a->used = used;
        TRY(places_in(x->tx, o->area.id, after, list, BATCH, &n, f));
        for (size_t i = 0; i < n; i++) {
            after = list[i].id;
            if (x->b.places && list[i].has.households && list[i].has.lon)
                continue; /* a unit, and where it is to be */
            const Area *to = target_of(x, o, list[i].has.lon, list[i].lon, list[i].lat);
            if (to)
                TRY(place_goes(x, &list[i], to, f));
        }
    }
    return OK;
}

/* ---- cases -------------------------------------------------------------- */

typedef struct CasesGo {
    Publishing *x;
    const Old *o;
    Str above;
} CasesGo;

/* By its building, else its point; else where most of the grid went. */
static Err goes_along(void *ctx, const Case *c, Str *ret_path, Placing *ret_placed, Fault *f) {
    const CasesGo *g = ctx;
    const Area *to = NULL;
    Place p;

    if (c->has.place) {
        TRY(place_load(g->x->tx, c->place, &p, f));
        for (int32_t t = 0; t < g->x->n && !to; t++)
            to = g->x->targets[t].area.id.v == p.area.v ? &g->x->targets[t].area : NULL;
    }
    to = to ? to : target_of(g->x, g->o, c->has.lon, c->lon, c->lat);
    *ret_path = to ? to->path : g->above;
    *ret_placed = to ? c->placed : PLACE_ENDED;
    return OK;
}

static Err cases_go(Publishing *x, const Old *o, Fault *f) {
    CasesGo g = { .x = x, .o = o, .above = str("0") };
    Area above;

    if (o->area.has.parent) {
        TRY(area_load(x->tx, o->area.parent, &above, f));
        g.above = above.path;
    }
    return area_cases_go(x->tx, o->area.path, goes_along, &g, f);
}

/* ---- what stood on an old grid ------------------------------------------ */

static Err hand_on(Publishing *x, const Old *o, Fault *f) {
    BorderMove border = { .area = o->area.id, .until = x->p->since };
    Area above;
    int64_t changed;
    bool has_above = o->area.has.parent;

    if (o->into < 0) {
        if (has_above)
            TRY(area_load(x->tx, o->area.parent, &above, f));
        TRY(area_follow_up(x->tx, &o->area, has_above ? &above : NULL, f));
        return sql_border_end(x->tx, &border, &changed, f);
    }
    for (int32_t t = 0; t < x->n; t++)
        if (t != o->into && o->most[t] > 0)
            TRY(area_follow_also(x->tx, &o->area, &x->targets[t].area, x->p->since, f));
    TRY(area_follow_to(x->tx, &o->area, &x->targets[o->into].area, o->goes > 1, f));
    if (o->goes > 1)
        return sql_border_end(x->tx, &border, &changed, f);
    border.to_area = x->targets[o->into].area.id;
    return sql_border_follow(x->tx, &border, &changed, f);
}

static Err old_goes(Publishing *x, const Old *o, Fault *f) {
    TRY(others_go(x, o, f));
    if (!o->goes_on)
        TRY(hand_on(x, o, f)); /* before what lies beneath: its organisations stand under these */
    TRY(children_go(x, o, f));
    return cases_go(x, o, f);
}

/* ---- all of it ---------------------------------------------------------- */

/* Then what stands in it directly is not all of it. */
static bool has_groups(const Publishing *x, int32_t target) {
    for (int32_t i = 0; i < x->n_groups; i++)
        if (x->groups[i].most[target] > 0)
            return true;
    return false;
}

/* Households, covers, and the outlines above. */
static Err settle(Publishing *x, Fault *f) {
    for (int32_t t = 0; t < x->n; t++) {
        Target *at = &x->targets[t];
        Area a;
        int64_t changed;
        size_t used = tx_arena(x->tx)->used;
        TRY(area_load(x->tx, at->area.id, &a, f));
        a.households = at->grid->households;
        a.has.households = true;
        TRY(sql_area_save(x->tx, &a, &changed, f));
        if (x->b.places && !has_groups(x, t))
            TRY(area_count_households(x->tx, a.id, f));
        TRY(covers_follow(x->tx, &a, f));
        if (!x->b.places && x->p->kind == PLAN_ZONE)
            TRY(area_lift(x->tx, a.id, f));
        tx_arena(x->tx)->used = used;
    }
    for (int32_t h = 0; h < x->b.n_hards; h++)
        if (x->b.hards[h].units)
            TRY(area_lift(x->tx, (AreaId){ x->b.hards[h].id }, f));
    TRY(places_changed(x->tx, f));
    return area_layer_changed(x->tx, x->layer, f);
}

static Err carry_out(Publishing *x, Fault *f) {
    Area within;

    TRY(area_load(x->tx, x->p->within, &within, f));
    x->layer = within.layer;
    x->level = x->p->kind == PLAN_ZONE ? LEVEL_ZONE : LEVEL_MICRO;
    TRY(load_targets(x, f));
    TRY(load_olds(x, f));
    TRY(end_olds(x, f));
    TRY(begin_grids(x, f));
    TRY(write_lineage(x, f));
    TRY(x->b.places ? move_places(x, f) : move_areas(x, f));
    for (int32_t i = 0; i < x->b.n_olds; i++) {
        size_t used = tx_arena(x->tx)->used;
        TRY(old_goes(x, &x->olds[i], f));
        tx_arena(x->tx)->used = used;
    }
    return settle(x, f);
}

/* A unit that is a grid of that level itself would have to become a grid and lie in one. */
static Err need_units_below(Publishing *x, Fault *f) {
    Area a;

    if (x->b.places)
        return OK;
    TRY(area_load(x->tx, (AreaId){ x->b.units[0].id }, &a, f));
    if (x->p->kind == PLAN_ZONE || a.level > LEVEL_MICRO)
        return OK;
    return fault(
        f, ERR_INVALID, "plan_units_are_grids", "id",
        "方案的单元本身就是微网格，不能由方案直接启用：请导出 GeoJSON，用 import areas --replace 启用。",
        "The units of this plan are micro-grids themselves, so it cannot take effect here: export its "
        "GeoJSON and use import areas --replace.");
}

Err plan_publish_now(Tx *tx, Plan *p, Fault *f) {
    Publishing *x = arena_take(tx_arena(tx), sizeof *x);
    int64_t changed;

    if (!x)
        return fault_arena(f);
    *x = (Publishing){ .tx = tx, .p = p };
    TRY(plan_body_load(tx, p->id, &x->b, f));
    TRY(plan_shapes_load(tx, p->id, x->b.n + x->b.n_olds + 1, &x->shapes, f));
    TRY(need_units_below(x, f));
    TRY(still_fits(tx, p, &x->b, f));
    TRY(carry_out(x, f));
    p->state = PLAN_ACTIVE;
    p->revision++;
    return sql_plan_save(tx, p, &changed, f);
}

/* ---- on its day --------------------------------------------------------- */

typedef struct Due {
    Arena arena;
    PlanId ids[DUE_MAX], now;
    size_t n;
    bool done;
} Due;

static int32_t today(void) { return day_of_ms(clock_now_ms()); }

static Err find_due(Tx *tx, void *arg, Fault *f) {
    Due *d = arg;
    PlanDays days = { .day = today() };

    d->arena.used = 0;
    tx_lend(tx, &d->arena);
    Plan *list = arena_take(&d->arena, DUE_MAX * sizeof *list);
    if (!list)
        return fault_arena(f);
    TRY(sql_plan_due(tx, &days, list, DUE_MAX, &d->n, f));
    for (size_t i = 0; i < d->n; i++)
        d->ids[i] = list[i].id;
    return OK;
}

/* Another server may have been faster. */
static Err do_one(Tx *tx, void *arg, Fault *f) {
    Due *d = arg;
    Actor all;
    Plan p;

    d->arena.used = 0;
    d->done = false;
    tx_lend(tx, &d->arena);
    actor_in(ROLE_LEADER, str("0"), (OrgId){ 0 }, &all);
    TRY(plan_load(tx, d->now, &all, &p, f));
    if (p.state != PLAN_APPROVED || !p.has.since || p.since > today())
        return OK;
    TRY(plan_publish_now(tx, &p, f));
    d->done = true;
    return OK;
}

Err plans_due(Store *s, PlanPublishFailed *failed, void *ctx, int64_t *ret_done, Fault *f) {
    Due d = { .n = 0 };
    Fault why;

    *ret_done = 0;
    TRY(arena_begin(&d.arena, DUE_ROOM, f));
    Err e = store_read(s, -1, find_due, &d, f);
    for (size_t i = 0; e == OK && i < d.n; i++) {
        d.now = d.ids[i];
        Err one = store_write_now(s, do_one, &d, false, &why);
        *ret_done += one == OK && d.done;
        if (one != OK && failed)
            failed(ctx, d.ids[i], &why);
    }
    arena_end(&d.arena);
    return e;
}
