/* area_redraw – see area_redraw.h. */
#include "area_redraw.h"

#include "area_change.h"
#include "area_q.h"
#include "area_tree.h"
#include "polygon.h"
#include "repair.h"
#include "tree_q.h"

#include <stdio.h>
#include <stdlib.h>

enum { BATCH = 200 };
static const double SHARED_M2 = 1; /* less is a border that was drawn twice */

static int32_t today(void) { return day_of_ms(clock_now_ms()); }

static Err note(Tx *tx, LineageKind kind, AreaId from, AreaId to, int32_t day, Lineage *ret, Fault *f) {
    int64_t changed;

    *ret = (Lineage){ .id = { id_new(id_home(from.v)) },
                      .kind = kind,
                      .from_area = from,
                      .to_area = to,
                      .day = day,
                      .state = day > today() ? LINEAGE_APPROVED : LINEAGE_DONE,
                      .redraw = true };
    return sql_lineage_add(tx, ret, &changed, f);
}

Err area_begin_later(Tx *tx, const Area *a, Fault *f) {
    Lineage l;
    return note(tx, LINEAGE_BEGIN, a->id, a->id, a->since, &l, f);
}

/* ---- who takes whose place ---- */

typedef struct Heir {
    AreaId id;
    double m2;
} Heir;

static int by_ground(const void *a, const void *b) {
    double x = ((const Heir *)a)->m2, y = ((const Heir *)b)->m2;
    return (x < y) - (x > y);
}

static bool boxes_meet(Box a, Box b) {
    return a.west <= b.east && b.west <= a.east && a.south <= b.north && b.south <= a.north;
}

static Err too_many(const Area *old, Fault *f) {
    return fault(f, ERR_LIMIT, "redraw_parts", "replace", "新的网格中有 %d 个以上与“%.*s”重叠：请先拆分它。",
                 "More than %d of the new areas share ground with “%.*s”: split it first.", AREA_PARTS_MAX,
                 (int)old->code.n, old->code.p);
}

static Err find_heirs(const Area *old, const Shape *shape, const AreaDrawn *drawn, size_t n,
                      Heir ret[AREA_PARTS_MAX], size_t *ret_n, Fault *f) {
    Box box = shape_box(shape);
    double m2;

    *ret_n = 0;
    for (size_t i = 0; i < n; i++) {
        if (!boxes_meet(box, shape_box(drawn[i].shape)))
            continue;
        TRY(shape_overlap_m2(shape, drawn[i].shape, &m2, f));
        if (m2 <= SHARED_M2)
            continue;
        if (*ret_n == AREA_PARTS_MAX)
            return too_many(old, f);
        ret[(*ret_n)++] = (Heir){ drawn[i].id, m2 };
    }
    qsort(ret, *ret_n, sizeof *ret, by_ground);
    return OK;
}

/* One that shares ground with none simply ends. */
static Err replace(Tx *tx, const Area *old, int32_t day, const AreaDrawn *drawn, size_t n, Fault *f) {
    Heir heirs[AREA_PARTS_MAX];
    Lineage first, other;
    Shape shape;
    size_t n_heirs;
    bool shaped;

    TRY(area_need_free(tx, old, day, f));
    TRY(area_places_fit(tx, old, f));
    TRY(area_shape_load(tx, old->id, tx_arena(tx), &shape, &shaped, f));
    if (!shaped)
        return fault(f, ERR_INVALID, "redraw_shape", "replace",
                     "“%.*s”没有边界，不能由地图上的网格代替：请先拆分或并入。",
                     "“%.*s” has no outline and cannot be replaced by a map: split or merge it first.",
                     (int)old->code.n, old->code.p);
    TRY(find_heirs(old, &shape, drawn, n, heirs, &n_heirs, f));
    TRY(note(tx, n_heirs ? LINEAGE_REDRAW : LINEAGE_DISSOLVE, old->id, n_heirs ? heirs[0].id : old->id, day,
             &first, f));
    for (size_t i = 1; i < n_heirs; i++)
        TRY(note(tx, LINEAGE_REDRAW, old->id, heirs[i].id, day, &other, f));
    return first.state == LINEAGE_DONE ? area_carry_out(tx, &first, f) : OK;
}

Err area_redraw(Tx *tx, LayerId layer, AreaLevel level, int32_t day, const AreaDrawn *drawn, size_t n,
                Fault *f) {
    AreaFind find = { .layer = layer, .level = level, .limit = BATCH };
    Arena *a = tx_arena(tx);
    Area *list = arena_take(a, BATCH * sizeof *list);
    size_t found = BATCH, used = a->used, texts;
    char after[48];

    if (!list)
        return fault_arena(f);
    find.has.layer = find.has.level = true;
    while (found == BATCH) {
        a->used = used;
        TRY(sql_area_list(tx, &find, list, BATCH, &found, f));
        texts = a->used;
        for (size_t i = 0; i < found; i++) {
            bool drawn_now = false;
            for (size_t k = 0; k < n; k++)
                drawn_now = drawn_now || drawn[k].id.v == list[i].id.v;
            if (list[i].state == AREA_ACTIVE && !drawn_now)
                TRY(replace(tx, &list[i], day, drawn, n, f));
            a->used = texts;
        }
        if (found) {
            snprintf(after, sizeof after, "%.*s", (int)list[found - 1].path.n, list[found - 1].path.p);
            find.after = str(after);
            find.has.after = true;
        }
    }
    return OK;
}

/* ---- on the day ---- */

typedef struct Parents {
    int64_t *list; /* the heap's; each once, as they come by path */
    size_t n, room;
} Parents;

static Err keep_parent(void *ctx, const void *row, Fault *f) {
    Parents *p = ctx;
    const Area *a = row;

    if (!a->has.parent || (p->n && p->list[p->n - 1] == a->parent.v))
        return OK;
    if (p->n == p->room) {
        size_t room = p->room ? p->room * 2 : 64;
        int64_t *wider = mem_grow(p->list, room * sizeof *wider);
        if (!wider)
            return fault_memory(f);
        p->list = wider;
        p->room = room;
    }
    p->list[p->n++] = a->parent.v;
    return OK;
}

static Err begin(Tx *tx, const LineageOf *of, Parents *parents, Fault *f) {
    int64_t changed;

    TRY(tx_each(tx, &area_beginning_query, (const void *const[]){ of }, keep_parent, parents, f));
    TRY(sql_area_begin(tx, of, &changed, f));
    for (size_t i = 0; i < parents->n; i++)
        TRY(area_lift(tx, (AreaId){ parents->list[i] }, f));
    TRY(sql_lineage_begun(tx, of, &changed, f));
    return area_layer_changed(tx, of->layer, f);
}

Err area_begin_now(Tx *tx, const Lineage *l, Fault *f) {
    Parents parents = { 0 };
    Area a;

    TRY(area_load(tx, l->from_area, &a, f));
    LineageOf of = { .layer = a.layer, .day = l->day };
    Err e = begin(tx, &of, &parents, f);
    mem_free(parents.list);
    return e;
}
