/* area_change – see area_change.h. Each change is judged, written as lineage, and
 * carried out now or on its day by the same function. Splitting: area_split.c. */
#include "area_change.h"

#include "area_follow.h"
#include "area_q.h"
#include "area_tree.h"
#include "place.h"
#include "polygon.h"
#include "repair.h"
#include "store.h"
#include "tree_q.h"

#include <stdio.h>
#include <string.h>

enum { PLANS_MAX = 50, BATCH = 200, PLACES_MAX = 200 };

static int32_t today(void) { return day_of_ms(clock_now_ms()); }

/* ---- what may change ---- */

Err area_need_active(const Area *a, Fault *f) {
    if (a->state == AREA_ACTIVE)
        return OK;
    return fault(f, ERR_INVALID, "area_ended", "id", "网格“%.*s”已不再启用。",
                 "The area “%.*s” is no longer active.", (int)a->name.n, a->name.p);
}

Err area_need_leaf(Tx *tx, const Area *a, Fault *f) {
    AreaKey key = { .id = a->id };
    Area below[2];
    size_t n;

    TRY(sql_area_child(tx, &key, below, COUNT(below), &n, f));
    if (n == 0)
        return OK;
    return fault(f, ERR_INVALID, "area_children", "id", "“%.*s”还有下级网格，请先处理它们。",
                 "“%.*s” still has areas beneath it; see to those first.", (int)a->name.n, a->name.p);
}

static Err check_day(const Area *a, int32_t day, Fault *f) {
    if (day >= a->since)
        return OK;
    return fault(f, ERR_INVALID, "dates_reversed", "day", "日期早于网格启用日期。",
                 "The day lies before the area began.");
}

/* One plan for an area at a time: the second would be judged by what is no more. */
static Err check_planned(Tx *tx, const Area *a, Fault *f) {
    AreaKey key = { .id = a->id };
    char day[16];
    Lineage l;
    size_t n;

    TRY(sql_lineage_planned(tx, &key, &l, 1, &n, f));
    if (n == 0)
        return OK;
    day_print(l.day, day);
    return fault(f, ERR_CONFLICT, "area_planned", "id", "“%.*s”已有 %s 的变更计划，请先撤回。",
                 "Something is planned for “%.*s” on %s already; withdraw it first.", (int)a->name.n, a->name.p,
                 day);
}

Err area_need_free(Tx *tx, const Area *a, int32_t day, Fault *f) {
    TRY(check_day(a, day, f));
    return check_planned(tx, a, f);
}

/* ---- lineage ---- */

static Err add(Tx *tx, Lineage *l, Str note, Fault *f) {
    int64_t changed;

    l->id.v = id_new(id_home(l->from_area.v));
    l->note = note;
    l->has.note = note.n > 0;
    l->state = l->day > today() ? LINEAGE_PROPOSED : LINEAGE_DONE;
    return sql_lineage_add(tx, l, &changed, f);
}

Err area_plan(Tx *tx, const Area *a, LineageKind kind, AreaId to, int32_t day, Str note, Lineage *ret,
              Fault *f) {
    Lineage l = { .kind = kind, .from_area = a->id, .to_area = to, .day = day };

    TRY(add(tx, &l, note, f));
    *ret = l;
    return OK;
}

static Str note_of(bool has, Str note) { return has ? note : (Str){ "", 0 }; }

/* ---- cases ---- */

Err area_cases_go(Tx *tx, Str path, CaseGoes *to, void *ctx, Fault *f) {
    Arena *a = tx_arena(tx);
    Case *cases = arena_take(a, BATCH * sizeof *cases);
    CaseStanding at = { .path = path, .limit = BATCH };
    size_t n = BATCH, used = a->used;
    int64_t changed;

    if (!cases)
        return fault_arena(f);
    while (n == BATCH) {
        a->used = used;
        TRY(sql_case_standing(tx, &at, cases, BATCH, &n, f));
        for (size_t i = 0; i < n; i++) {
            at.after = cases[i].id;
            TRY(to(ctx, &cases[i], &cases[i].path, &cases[i].placed, f));
            if (cases[i].about)
                cases[i].path =
                    str("0"); /* whom it is about may stand on what comes: from the top it is routed anew */
            TRY(sql_case_follow(tx, &cases[i], &changed, f));
        }
    }
    return OK;
}

/* Nobody's now: seen from above, and queued with the reason. */
static Err goes_up(void *ctx, const Case *c, Str *ret_path, Placing *ret_placed, Fault *f) {
    (void)c, (void)f;
    *ret_path = *(const Str *)ctx;
    *ret_placed = PLACE_ENDED;
    return OK;
}

/* ---- ending ---- */

Err area_end(Tx *tx, Area *a, AreaState state, int32_t day, Fault *f) {
    int64_t changed;

    a->state = state;
    a->until = day;
    a->has.until = true;
    return sql_area_save(tx, a, &changed, f);
}

static AreaId parent_of(const Area *a) { return a->has.parent ? a->parent : (AreaId){ 0 }; }

static Err parent_load(Tx *tx, const Area *a, Area *ret, bool *ret_has, Fault *f) {
    *ret_has = a->has.parent;
    return a->has.parent ? area_load(tx, a->parent, ret, f) : OK;
}

/* ---- rename ---- */

static Err rename_now(Tx *tx, const Lineage *l, Fault *f) {
    Area a;
    int64_t changed;

    TRY(area_load(tx, l->from_area, &a, f));
    TRY(area_need_active(&a, f));
    a.name = l->name;
    TRY(sql_area_save(tx, &a, &changed, f));
    return area_layer_changed(tx, a.layer, f);
}

/* What was planned for later is only written down. */
static Err now_or_later(Tx *tx, const Lineage *l, AreaId answer, Area *ret, Fault *f) {
    Area a;

    if (l->state == LINEAGE_DONE)
        TRY(area_carry_out(tx, l, f));
    TRY(area_load(tx, answer, &a, f));
    *ret = a;
    return OK;
}

Err area_rename(Tx *tx, const AreaRename *in, const Actor *by, Area *ret, Fault *f) {
    char note[700];
    Area a;
    Lineage l = {
        .kind = LINEAGE_RENAME, .from_area = in->id, .to_area = in->id, .day = in->day, .name = in->name
    };

    (void)by;
    TRY(area_load(tx, in->id, &a, f));
    TRY(area_need_active(&a, f));
    TRY(check_planned(tx, &a, f));
    snprintf(note, sizeof note, "%.*s → %.*s%s%.*s", (int)a.name.n, a.name.p, (int)in->name.n, in->name.p,
             in->has.note ? "；" : "", (int)in->note.n, in->note.p ? in->note.p : "");
    l.has.name = true;
    TRY(add(tx, &l, str(note), f));
    return now_or_later(tx, &l, a.id, ret, f);
}

/* ---- merge ---- */

/* The neighbour takes the ground, so that no gap opens. */
static Err unite_shapes(Tx *tx, const Area *a, const Area *into, Fault *f) {
    Shape one, two, both;
    bool has_one, has_two;

    TRY(area_shape_load(tx, a->id, tx_arena(tx), &one, &has_one, f));
    TRY(area_shape_load(tx, into->id, tx_arena(tx), &two, &has_two, f));
    if (!has_one || !has_two)
        return OK; /* lists of buildings: there is no ground to take */
    TRY(shape_union((const Shape *const[]){ &one, &two }, 2, false, tx_arena(tx), &both, f));
    return area_reshape(tx, into->id, &both, f);
}

static Err check_merge(Tx *tx, const Area *a, const Area *into, int32_t day, Fault *f) {
    TRY(area_need_active(a, f));
    TRY(area_need_active(into, f));
    if (a->id.v == into->id.v || a->layer.v != into->layer.v || a->level != into->level)
        return fault(f, ERR_INVALID, "merge_unlike", "into", "只能并入同一图层、同一层级的另一个网格。",
                     "An area can only join another one of the same layer and level.");
    TRY(area_need_leaf(tx, a, f));
    return check_day(a, day, f);
}

static Err add_households(Tx *tx, const Area *a, AreaId into, Fault *f) {
    Area b;
    int64_t changed;

    if (!a->has.households)
        return OK;
    TRY(area_load(tx, into, &b, f));
    b.households += a->households;
    b.has.households = true;
    return sql_area_save(tx, &b, &changed, f);
}

/* Open cases are seen by who is responsible now; the grid they were filed in stays. */
static Err merge_now(Tx *tx, const Lineage *l, Fault *f) {
    Area a, into;
    BorderMove border = { .area = l->from_area, .to_area = l->to_area };
    int64_t changed;

    TRY(area_load(tx, l->from_area, &a, f));
    TRY(area_load(tx, l->to_area, &into, f));
    TRY(check_merge(tx, &a, &into, l->day, f));
    TRY(unite_shapes(tx, &a, &into, f));
    TRY(add_households(tx, &a, into.id, f));
    TRY(area_end(tx, &a, AREA_MERGED, l->day, f));
    AreaMove move = { .path = a.path, .to_path = into.path };
    TRY(sql_area_move_cases(tx, &move, &changed, f));
    TRY(places_follow(tx, a.id, &into, f));
    TRY(area_follow_to(tx, &a, &into, false, f));
    TRY(sql_border_follow(tx, &border, &changed, f));
    TRY(area_lift(tx, parent_of(&into), f));
    if (parent_of(&a).v != parent_of(&into).v)
        TRY(area_lift(tx, parent_of(&a), f));
    return area_layer_changed(tx, a.layer, f);
}

Err area_merge(Tx *tx, const AreaMerge *in, const Actor *by, Area *ret, Fault *f) {
    Area a, into;
    Lineage l;

    (void)by;
    TRY(area_load(tx, in->id, &a, f));
    TRY(area_load(tx, in->into, &into, f));
    TRY(check_merge(tx, &a, &into, in->day, f));
    TRY(check_planned(tx, &a, f));
    TRY(area_plan(tx, &a, LINEAGE_MERGE, into.id, in->day, note_of(in->has.note, in->note), &l, f));
    return now_or_later(tx, &l, into.id, ret, f);
}

/* ---- dissolution ---- */

/* A building stands in one finest grid: with others beside it, the area above is none. */
static Err need_no_places(Tx *tx, const Area *a, Fault *f) {
    AreaKey key = { .id = a->id }, above = { .id = parent_of(a) };
    Place *places = arena_take(tx_arena(tx), PLACES_MAX * sizeof *places);
    Area beside[2];
    size_t n, n_beside = 0;

    if (!places)
        return fault_arena(f);
    TRY(sql_place_standing(tx, &key, places, PLACES_MAX, &n, f));
    if (a->has.parent)
        TRY(sql_area_child(tx, &above, beside, COUNT(beside), &n_beside, f));
    if (n == 0 || n_beside == 1)
        return OK;
    return fault(f, ERR_INVALID, "dissolve_places", "id",
                 "“%.*s”里还有楼栋（如“%.*s”），它们要归一个网格：请改用并入相邻网格。",
                 "There are buildings in “%.*s” (such as “%.*s”), and each belongs to a grid: merge it into a "
                 "neighbour instead.",
                 (int)a->name.n, a->name.p, (int)places[0].name.n, places[0].name.p);
}

static Err dissolve_now(Tx *tx, const Lineage *l, Fault *f) {
    Area a, above;
    BorderMove border = { .area = l->from_area, .until = l->day };
    Str path = str("0");
    bool has_above;
    int64_t changed;

    TRY(area_load(tx, l->from_area, &a, f));
    TRY(area_need_active(&a, f));
    TRY(area_need_leaf(tx, &a, f));
    TRY(need_no_places(tx, &a, f));
    TRY(parent_load(tx, &a, &above, &has_above, f));
    if (has_above) {
        path = above.path;
        TRY(places_follow(tx, a.id, &above, f));
    }
    TRY(area_follow_up(tx, &a, has_above ? &above : NULL, f));
    TRY(area_end(tx, &a, AREA_DISSOLVED, l->day, f));
    TRY(area_cases_go(tx, a.path, goes_up, &path, f));
    TRY(sql_border_end(tx, &border, &changed, f));
    TRY(area_lift(tx, parent_of(&a), f));
    return area_layer_changed(tx, a.layer, f);
}

Err area_dissolve(Tx *tx, const AreaDissolve *in, const Actor *by, Area *ret, Fault *f) {
    Area a, above;
    Lineage l;
    bool has_above;

    (void)by;
    TRY(area_load(tx, in->id, &a, f));
    TRY(area_need_active(&a, f));
    TRY(area_need_leaf(tx, &a, f));
    TRY(area_need_free(tx, &a, in->day, f));
    TRY(need_no_places(tx, &a, f));
    TRY(parent_load(tx, &a, &above, &has_above, f));
    TRY(area_orgs_fit(tx, &a, has_above ? &above : NULL, f));
    TRY(area_plan(tx, &a, LINEAGE_DISSOLVE, a.id, in->day, note_of(in->has.note, in->note), &l, f));
    return now_or_later(tx, &l, a.id, ret, f);
}

/* ---- another parent ---- */

static Err move_now(Tx *tx, const Lineage *l, Fault *f) {
    Area a;

    TRY(area_load(tx, l->from_area, &a, f));
    TRY(area_need_active(&a, f));
    TRY(area_hang_under(tx, a.id, l->to_area, f));
    TRY(area_lift(tx, l->to_area, f));
    TRY(area_lift(tx, parent_of(&a), f));
    return area_layer_changed(tx, a.layer, f);
}

Err area_hang_now(Tx *tx, AreaId id, AreaId parent, int32_t day, Fault *f) {
    Lineage done;
    Area a;

    TRY(area_load(tx, id, &a, f));
    day = day > a.since ? day : a.since;
    TRY(area_need_free(tx, &a, day, f));
    TRY(area_plan(tx, &a, LINEAGE_MOVE, parent, day, (Str){ "", 0 }, &done, f));
    return area_hang_under(tx, id, parent, f);
}

Err area_move(Tx *tx, const AreaHang *in, const Actor *by, Area *ret, Fault *f) {
    Area a, above;
    Lineage l;

    (void)by;
    TRY(area_load(tx, in->id, &a, f));
    TRY(area_load(tx, in->parent, &above, f));
    TRY(area_need_active(&a, f));
    TRY(area_parent_fits(&a, &above, f));
    TRY(area_need_free(tx, &a, in->day, f));
    TRY(area_plan(tx, &a, LINEAGE_MOVE, above.id, in->day, note_of(in->has.note, in->note), &l, f));
    return now_or_later(tx, &l, a.id, ret, f);
}

/* ---- plans ---- */

Err area_carry_out(Tx *tx, const Lineage *l, Fault *f) {
    switch (l->kind) {
    case LINEAGE_MERGE: return merge_now(tx, l, f);
    case LINEAGE_SPLIT: return area_split_now(tx, l, f);
    case LINEAGE_RENAME: return rename_now(tx, l, f);
    case LINEAGE_DISSOLVE: return dissolve_now(tx, l, f);
    case LINEAGE_MOVE: return move_now(tx, l, f);
    case LINEAGE_REDRAW: return area_split_now(tx, l, f);
    case LINEAGE_BEGIN: return area_begin_now(tx, l, f);
    }
    return OK;
}

/* What is planned for an area; ERR_INVALID: nothing. */
static Err planned(Tx *tx, AreaId id, Page *ret, Fault *f) {
    AreaKey key = { .id = id };
    Area a;

    TRY(area_load(tx, id, &a, f));
    TRY(sql_lineage_planned(tx, &key, ret->rows, ret->max, &ret->n, f));
    return ret->n ? OK
                  : fault(f, ERR_INVALID, "area_unplanned", "id", "“%.*s”没有待办的变更。",
                          "Nothing is planned for “%.*s”.", (int)a.name.n, a.name.p);
}

static Err set_part(Tx *tx, const Lineage *l, AreaState state, Fault *f) {
    Area part;
    int64_t changed;

    if (l->kind != LINEAGE_SPLIT)
        return OK;
    TRY(area_load(tx, l->to_area, &part, f));
    part.state = state;
    if (state == AREA_DISSOLVED) { /* it never began */
        AreaKey key = { .id = part.id };
        part.until = part.since;
        part.has.until = true;
        TRY(sql_place_part_forget(tx, &key, &changed, f));
        TRY(sql_area_part_forget(tx, &key, &changed, f));
    }
    return sql_area_save(tx, &part, &changed, f);
}

static Err save_all(Tx *tx, Lineage *list, size_t n, LineageState state, Fault *f) {
    int64_t changed;

    for (size_t i = 0; i < n; i++) {
        list[i].state = state;
        TRY(sql_lineage_save(tx, &list[i], &changed, f));
    }
    return OK;
}

/* All rows of one plan: a split has one for each part. */
static Err carry_plan(Tx *tx, Lineage *list, size_t n, Fault *f) {
    TRY(area_carry_out(tx, &list[0], f));
    return save_all(tx, list, n, LINEAGE_DONE, f);
}

Err area_approve(Tx *tx, const AreaKey *in, const Actor *by, Page *ret, Fault *f) {
    Lineage *list = ret->rows;

    (void)by;
    TRY(planned(tx, in->id, ret, f));
    for (size_t i = 0; i < ret->n; i++)
        TRY(set_part(tx, &list[i], AREA_APPROVED, f));
    if (list[0].day <= today()) /* approved late */
        return carry_plan(tx, list, ret->n, f);
    return save_all(tx, list, ret->n, LINEAGE_APPROVED, f);
}

/* The new areas of one import stand beside each other, or not at all. */
static Err withdraw_redrawing(Tx *tx, Lineage *list, size_t n, Fault *f) {
    Area a;
    int64_t changed;

    TRY(area_load(tx, list[0].from_area, &a, f));
    LineageOf of = { .layer = a.layer, .day = list[0].day };
    TRY(sql_area_redraw_forget(tx, &of, &changed, f));
    TRY(sql_lineage_redraw_withdraw(tx, &of, &changed, f));
    for (size_t i = 0; i < n; i++)
        list[i].state = LINEAGE_WITHDRAWN;
    return OK;
}

Err area_withdraw(Tx *tx, const AreaKey *in, const Actor *by, Page *ret, Fault *f) {
    Lineage *list = ret->rows;

    (void)by;
    TRY(planned(tx, in->id, ret, f));
    if (list[0].redraw)
        return withdraw_redrawing(tx, list, ret->n, f);
    for (size_t i = 0; i < ret->n; i++)
        TRY(set_part(tx, &list[i], AREA_DISSOLVED, f));
    return save_all(tx, list, ret->n, LINEAGE_WITHDRAWN, f);
}

/* ---- on its day ---- */

typedef struct Due {
    Arena arena;
    AreaId last[PLANS_MAX]; /* areas that had something due */
    LineageId ids[PLANS_MAX];
    size_t n;
    AreaId now;
    bool done, full; /* one was carried out; there may be more than a page */
} Due;

static Err find_due(Tx *tx, void *arg, Fault *f) {
    Due *d = arg;
    LineageDays days = { .day = today(), .limit = PLANS_MAX };

    d->arena.used = 0;
    tx_lend(tx, &d->arena);
    Lineage *list = arena_take(&d->arena, PLANS_MAX * sizeof *list);
    size_t n;
    if (!list)
        return fault_arena(f);
    TRY(sql_lineage_due(tx, &days, list, PLANS_MAX, &n, f));
    d->n = 0;
    d->full = n == PLANS_MAX;
    for (size_t i = 0; i < n; i++)
        if (i == 0 || list[i].from_area.v != list[i - 1].from_area.v) {
            d->ids[d->n] = list[i].id;
            d->last[d->n++] = list[i].from_area;
        }
    return OK;
}

/* Another server may have been faster: then nothing is left to do. */
static Err do_one(Tx *tx, void *arg, Fault *f) {
    Due *d = arg;
    AreaKey key = { .id = d->now };
    Lineage list[PLANS_MAX];
    size_t n;

    d->arena.used = 0;
    d->done = false;
    tx_lend(tx, &d->arena);
    TRY(sql_lineage_planned(tx, &key, list, PLANS_MAX, &n, f));
    if (n == 0 || list[0].state != LINEAGE_APPROVED || list[0].day > today())
        return OK;
    TRY(carry_plan(tx, list, n, f));
    d->done = true;
    return OK;
}

Err area_changes_due(Store *s, AreaChangeFailed *failed, void *ctx, int64_t *ret_done, Fault *f) {
    Due d = { .n = 0 };
    bool more;
    Fault why;

    *ret_done = 0;
    TRY(arena_begin(&d.arena, 64 << 20, f));
    Err e = OK;
    do { /* a page of them, again as long as something comes of it */
        more = false;
        e = store_read(s, -1, find_due, &d, f);
        for (size_t i = 0; e == OK && i < d.n; i++) {
            d.now = d.last[i];
            Err one = store_write_now(s, do_one, &d, false, &why);
            more = more || (one == OK && d.done && d.full);
            *ret_done += one == OK && d.done;
            if (one != OK && failed)
                failed(ctx, d.ids[i], &why);
        }
    } while (e == OK && more);
    arena_end(&d.arena);
    return e;
}
