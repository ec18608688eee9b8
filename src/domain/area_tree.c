/* area_tree – see area_tree.h. */
#include "area_tree.h"

#include "area_q.h"
#include "case_q.h"
#include "export_q.h"
#include "org_tree.h"
#include "outbox_q.h"
#include "petition_q.h"
#include "polygon.h"
#include "repair.h"
#include "roster_q.h"
#include "tree_q.h"
#include "visit_q.h"

#include <stdio.h>
#include <string.h>

/* ---- paths ---- */

enum { STEP = 3, STEPS_MAX = 62 * 62 * 62 };

/* The n-th child's step of a path: three characters in the order of their bytes. */
static void step_print(int32_t n, char ret[STEP + 1]) {
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    for (int i = STEP - 1; i >= 0; i--, n /= 62)
        ret[i] = digits[n % 62];
    ret[STEP] = 0;
}

Err area_path_under(Arena *a, Str above, int32_t n, Str *ret, Fault *f) {
    char step[STEP + 1], path[48];

    if (n >= STEPS_MAX || above.n + STEP >= 40)
        return fault(f, ERR_LIMIT, "tree_full", "parent", "这一级的网格太多，或层级太深。",
                     "There are too many areas on this level, or too many levels.");
    step_print(n, step);
    snprintf(path, sizeof path, "%.*s%s", (int)above.n, above.p, step);
    return str_copy(a, str(path), ret, f);
}

static bool lies_in(Str path, Str above) { return path.n >= above.n && memcmp(path.p, above.p, above.n) == 0; }

/* ---- moving ---- */

typedef Err ShiftQuery(Tx *tx, const PathShift *in, int64_t *ret_changed, Fault *f);

static ShiftQuery *const shifts[] = { sql_area_shift,        sql_place_shift,         sql_org_shift,
                                      sql_serves_shift,      sql_post_shift,          sql_seat_shift,
                                      sql_cover_shift,       sql_case_shift,          sql_notice_shift,
                                      sql_shift_shift,       sql_handover_shift,      sql_export_order_shift,
                                      sql_visit_round_shift, sql_stool_session_shift, sql_petition_shift,
                                      sql_precedent_shift };
const Record *const area_followers[] = { &area_record,
                                         &place_record,
                                         &org_record,
                                         &serves_record,
                                         &post_record,
                                         &seat_record,
                                         &cover_record,
                                         &cases_record,
                                         &notice_record,
                                         &shift_record,
                                         &handover_record,
                                         &export_order_record,
                                         &visit_round_record,
                                         &stool_session_record,
                                         &petition_record,
                                         &precedent_record,
                                         NULL };
_Static_assert(COUNT(area_followers) == COUNT(shifts) + 1, "one query for each table");

static Err shift_paths(Tx *tx, Str from, Str to, Fault *f) {
    char high[48];
    PathShift s = { .low = from, .to_path = to, .cut = (int32_t)from.n + 1 };
    int64_t changed;

    snprintf(high, sizeof high, "%.*s~", (int)from.n, from.p);
    s.high = str(high);
    for (size_t i = 0; i < COUNT(shifts); i++)
        TRY(shifts[i](tx, &s, &changed, f));
    return OK;
}

Err area_parent_fits(const Area *a, const Area *above, Fault *f) {
    if (lies_in(above->path, a->path))
        return fault(f, ERR_INVALID, "area_cycle", "parent",
                     "“%.*s”就在“%.*s”里面（或就是它），不能作它的上级。",
                     "“%.*s” lies in “%.*s”, or is it, and cannot be its parent.", (int)above->name.n,
                     above->name.p, (int)a->name.n, a->name.p);
    if (above->layer.v != a->layer.v || above->level >= a->level || above->state != AREA_ACTIVE)
        return fault(f, ERR_INVALID, "area_parent", "parent",
                     "“%.*s”不能作“%.*s”的上级：要在同一图层、启用中，并且层级更高。",
                     "“%.*s” cannot be the parent of “%.*s”: it must be active, of the same layer and a higher "
                     "level.",
                     (int)above->name.n, above->name.p, (int)a->name.n, a->name.p);
    return OK;
}

/* Levels only go down along a branch, so no path in it grows too long. */
Err area_hang_under(Tx *tx, AreaId id, AreaId parent, Fault *f) {
    Area a, above;
    int64_t changed;
    Str path;

    TRY(area_load(tx, id, &a, f));
    TRY(area_load(tx, parent, &above, f));
    TRY(area_parent_fits(&a, &above, f));
    if (a.has.parent && a.parent.v == parent.v)
        return OK;
    TRY(area_path_under(tx_arena(tx), above.path, above.children++, &path, f));
    TRY(sql_area_save(tx, &above, &changed, f));
    TRY(shift_paths(tx, a.path, path, f));
    a.path = path;
    a.parent = parent;
    a.has.parent = true;
    TRY(sql_area_save(tx, &a, &changed, f));
    return org_rehang(tx, path, f);
}

/* ---- unions ---- */

typedef struct Shapes {
    Shape *list; /* the heap's */
    int32_t n, room;
} Shapes;

static Err keep_shape(void *ctx, const void *row, Fault *f) {
    Shapes *s = ctx;

    if (s->n == s->room) {
        int32_t room = s->room ? s->room * 2 : 16;
        Shape *wider = mem_grow(s->list, (size_t)room * sizeof *wider);
        if (!wider)
            return fault_memory(f);
        s->list = wider;
        s->room = room;
    }
    TRY(shape_unpack(((const AreaShape *)row)->shape, NULL, &s->list[s->n], f));
    s->n++;
    return OK;
}

static Err unite(Tx *tx, AreaId id, const Shapes *s, Fault *f) {
    Shape whole = { 0 };
    const Shape **list = mem_alloc((size_t)s->n * sizeof *list);

    if (!list)
        return fault_memory(f);
    for (int32_t i = 0; i < s->n; i++)
        list[i] = &s->list[i];
    Err e = shape_union(list, s->n, false, NULL, &whole, f);
    mem_free(list);
    e = e == OK ? area_reshape(tx, id, &whole, f) : e;
    shape_free(&whole);
    return e;
}

static Err lift_one(Tx *tx, AreaId id, Fault *f) {
    AreaKey key = { .id = id };
    Shapes s = { 0 };
    Err e = tx_each(tx, &area_shape_children_query, (const void *const[]){ &key }, keep_shape, &s, f);

    if (e == OK && s.n)
        e = unite(tx, id, &s, f);
    for (int32_t i = 0; i < s.n; i++)
        shape_free(&s.list[i]);
    mem_free(s.list);
    return e;
}

Err area_lift(Tx *tx, AreaId id, Fault *f) {
    Area a;
    Layer layer;

    while (id.v) {
        TRY(area_load(tx, id, &a, f));
        TRY(layer_load(tx, a.layer, &layer, f));
        if (!layer.governing)
            return OK;
        TRY(lift_one(tx, id, f));
        id = a.has.parent ? a.parent : (AreaId){ 0 };
    }
    return OK;
}
