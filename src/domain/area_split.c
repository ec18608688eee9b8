/* area_split – one area becomes several.
 *
 * The parts are drawn roughly and made to fit: each is cut to the area, none takes
 * ground of one before it, the last gets what is left, so that neither a gap nor an
 * overlap comes of it. They are areas of their own at once, but proposed: they own
 * nothing until the day. Then areas beneath go to the part that covers them, buildings
 * to the part that names them or holds their point, open cases to the part that holds
 * theirs; a case that no part can be found for is queued with its reason, and seen from
 * above. All keep the grid that they were filed in. */
#include "area_change.h"

#include "area_follow.h"
#include "area_q.h"
#include "area_tree.h"
#include "place.h"
#include "place_q.h"
#include "polygon.h"
#include "repair.h"
#include "tree_q.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PARTS_MAX = AREA_PARTS_MAX, BATCH = 200 };
static const double OVERLAP_M2 = 1, MISMATCH = 0.01; /* of the area */

/* ---- shapes ---- */

static Err wrong_part(const AreaPartPut *part, const char *zh, const char *en, Fault *f) {
    return fault(f, ERR_INVALID, "split_part", "parts", "“%.*s”：%s%.0s", "“%.*s”: %.0s%s", (int)part->code.n,
                 part->code.p, zh, en);
}

static Err check_valid(const AreaPartPut *part, Fault *f) {
    char why[REPAIR_WHY_MAX];
    bool valid;

    if (!part->shape || part->shape->n_points == 0)
        return wrong_part(part, "没有边界。", "It has no outline.", f);
    TRY(shape_valid(part->shape, &valid, NULL, why, f));
    if (valid)
        return OK;
    return fault(f, ERR_INVALID, "split_part", "parts", "“%.*s”的边界无效：%s。",
                 "The outline of “%.*s” is not valid: %s.", (int)part->code.n, part->code.p, why);
}

static Err check_overlaps(const AreaPartPut *parts, size_t n, Fault *f) {
    double m2;

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++) {
            TRY(shape_overlap_m2(parts[k].shape, parts[i].shape, &m2, f));
            if (m2 > OVERLAP_M2)
                return fault(f, ERR_INVALID, "split_overlap", "parts", "“%.*s”和“%.*s”重叠 %.0f 平方米。",
                             "“%.*s” and “%.*s” overlap by %.0f m².", (int)parts[k].code.n, parts[k].code.p,
                             (int)parts[i].code.n, parts[i].code.p, m2);
        }
    return OK;
}

static Err fit_one(const Shape *whole, const AreaPartPut *part, const Shape *fitted, size_t n, Arena *a,
                   Shape *ret, Fault *f) {
    Shape s;

    TRY(shape_intersection(part->shape, whole, a, &s, f));
    for (size_t k = 0; k < n; k++)
        TRY(shape_difference(&s, &fitted[k], a, &s, f));
    if (s.n_points == 0)
        return wrong_part(part, "不在要拆分的网格内。", "It does not lie in the area that is split.", f);
    *ret = s;
    return OK;
}

/* What the drawn parts leave of the area, or reach beyond it. */
static Err check_mismatch(const Shape *whole, const AreaPartPut *parts, size_t n, Arena *a, Fault *f) {
    const Shape *list[PARTS_MAX];
    Shape all, less, more;
    double m2, of = shape_area_m2(whole);

    for (size_t i = 0; i < n; i++)
        list[i] = parts[i].shape;
    TRY(shape_union(list, (int32_t)n, false, a, &all, f));
    TRY(shape_difference(whole, &all, a, &less, f));
    TRY(shape_difference(&all, whole, a, &more, f));
    m2 = shape_area_m2(&less) + shape_area_m2(&more);
    if (m2 <= of * MISMATCH)
        return OK;
    return fault(f, ERR_INVALID, "split_mismatch", "parts",
                 "拆分后的网格与原网格相差 %.0f 平方米（原 %.0f），最多可差 1%%。",
                 "The parts and the area differ by %.0f m² (of %.0f); at most 1 %% may.", m2, of);
}

static Err fit_shapes(const Shape *whole, const AreaPartPut *parts, size_t n, Arena *a, Shape *ret, Fault *f) {
    for (size_t i = 0; i < n; i++)
        TRY(check_valid(&parts[i], f));
    TRY(check_overlaps(parts, n, f));
    TRY(check_mismatch(whole, parts, n, a, f));
    for (size_t i = 0; i + 1 < n; i++)
        TRY(fit_one(whole, &parts[i], ret, i, a, &ret[i], f));
    ret[n - 1] = *whole;
    for (size_t k = 0; k + 1 < n; k++)
        TRY(shape_difference(&ret[n - 1], &ret[k], a, &ret[n - 1], f));
    return ret[n - 1].n_points ? OK
                               : wrong_part(&parts[n - 1], "没有剩下的地块。", "No ground is left for it.", f);
}

/* ---- buildings ---- */

static Err name_places(Tx *tx, const Area *a, const AreaPartPut *part, AreaId id, Fault *f) {
    Place p;
    int64_t changed;

    for (size_t i = 0; i < part->n_places; i++) {
        TRY(place_load(tx, part->places[i].id, &p, f));
        if (p.area.v != a->id.v || p.has.part)
            return fault(f, ERR_INVALID, "split_place", "parts", "“%.*s”不在“%.*s”里，或写了两次。",
                         "“%.*s” is not in “%.*s”, or is named twice.", (int)p.name.n, p.name.p, (int)a->name.n,
                         a->name.p);
        p.part = id;
        p.has.part = true;
        TRY(sql_place_save(tx, &p, &changed, f));
    }
    return OK;
}

static Err name_areas(Tx *tx, const Area *a, const AreaPartPut *part, AreaId id, Fault *f) {
    Area child;
    int64_t changed;

    for (size_t i = 0; i < part->n_areas; i++) {
        TRY(area_load(tx, part->areas[i].id, &child, f));
        if (!child.has.parent || child.parent.v != a->id.v || child.has.part)
            return fault(f, ERR_INVALID, "split_area", "parts", "“%.*s”不是“%.*s”的下级，或写了两次。",
                         "“%.*s” does not stand beneath “%.*s”, or is named twice.", (int)child.code.n,
                         child.code.p, (int)a->name.n, a->name.p);
        child.part = id;
        child.has.part = true;
        TRY(sql_area_save(tx, &child, &changed, f));
    }
    return OK;
}

/* Who would not know where to go is found before anything is promised. */
Err area_places_fit(Tx *tx, const Area *a, Fault *f) {
    AreaKey key = { .id = a->id };
    Place p;
    size_t n;

    TRY(a->shaped ? sql_place_lost(tx, &key, &p, 1, &n, f) : sql_place_unnamed(tx, &key, &p, 1, &n, f));
    if (n == 0)
        return OK;
    return fault(f, ERR_INVALID, "split_places", "parts", "“%.*s”没有坐标：请写明它归哪一部分（places）。",
                 "“%.*s” has no coordinates: say to which part it goes (places).", (int)p.name.n, p.name.p);
}

/* ---- on its day ---- */

typedef struct Splitting {
    Tx *tx;
    Area old, parts[PARTS_MAX];
    Shape shapes[PARTS_MAX];
    int64_t households[PARTS_MAX]; /* of the buildings that went there; -1: none known */
    size_t n;
    Str above; /* the parent's path */
} Splitting;

static Err load_parts(Tx *tx, AreaId id, Splitting *s, Fault *f) {
    AreaKey key = { .id = id };
    Lineage list[PARTS_MAX];
    Area above;
    bool shaped;

    s->tx = tx;
    TRY(area_load(tx, id, &s->old, f));
    TRY(area_need_active(&s->old, f));
    TRY(sql_lineage_parts(tx, &key, list, PARTS_MAX, &s->n, f));
    for (size_t i = 0; i < s->n; i++) {
        TRY(area_load(tx, list[i].to_area, &s->parts[i], f));
        TRY(area_shape_load(tx, list[i].to_area, tx_arena(tx), &s->shapes[i], &shaped, f));
        s->households[i] = -1;
    }
    s->above = str("0");
    if (s->old.has.parent) {
        TRY(area_load(tx, s->old.parent, &above, f));
        s->above = above.path;
    }
    return OK;
}

/* Another change may have come between the plan and its day. */
static Err check_still(const Splitting *s, Fault *f) {
    double m2 = 0;

    for (size_t i = 0; i < s->n; i++)
        m2 += s->parts[i].has.m2 ? (double)s->parts[i].m2 : 0;
    if (!s->old.shaped || fabs(m2 - (double)s->old.m2) <= OVERLAP_M2 + (double)s->n)
        return OK;
    return fault(
        f, ERR_CONFLICT, "split_stale", "id", "“%.*s”的边界在计划之后变了：请撤回，按现在的边界重新拆分。",
        "The outline of “%.*s” has changed since this was planned: withdraw it and split what is there "
        "now.",
        (int)s->old.name.n, s->old.name.p);
}

/* -1: no part holds it. */
static int part_at(const Splitting *s, Point p) {
    for (size_t i = 0; i < s->n; i++)
        if (s->shapes[i].n_points && shape_has(&s->shapes[i], p))
            return (int)i;
    return -1;
}

static int part_with(const Splitting *s, AreaId id) {
    for (size_t i = 0; i < s->n; i++)
        if (s->parts[i].id.v == id.v)
            return (int)i;
    return -1;
}

/* A building that stands a little outside of its grid goes to the nearest part. */
static int part_of_place(const Splitting *s, const Place *p) {
    Point at = { p->lon, p->lat };
    int part = p->has.part ? part_with(s, p->part) : p->has.lon ? part_at(s, at) : -1;
    double nearest = INFINITY;

    for (size_t i = 0; part < 0 && i < s->n; i++)
        if (shape_distance_m(&s->shapes[i], at) < nearest)
            nearest = shape_distance_m(&s->shapes[i], at);
    for (size_t i = 0; part < 0 && i < s->n; i++)
        if (shape_distance_m(&s->shapes[i], at) <= nearest)
            part = (int)i;
    return part;
}

static Err move_places(Splitting *s, Fault *f) {
    AreaKey key = { .id = s->old.id };
    Arena *a = tx_arena(s->tx);
    Place *list = arena_take(a, BATCH * sizeof *list);
    size_t n = BATCH, used = a->used;
    int64_t changed;

    if (!list)
        return fault_arena(f);
    while (n == BATCH) { /* each leaves the area, so the next ones are the first again */
        a->used = used;
        TRY(sql_place_standing(s->tx, &key, list, BATCH, &n, f));
        for (size_t i = 0; i < n; i++) {
            int at = part_of_place(s, &list[i]);
            if (list[i].has.households)
                s->households[at] = (s->households[at] < 0 ? 0 : s->households[at]) + list[i].households;
            list[i].area = s->parts[at].id;
            list[i].path = s->parts[at].path;
            list[i].has.part = false;
            TRY(sql_place_save(s->tx, &list[i], &changed, f));
        }
    }
    return OK;
}

/* ---- areas beneath ---- */

/* The part that covers it: the one with all of it, but for what a line that was drawn
 * roughly cuts off. */
static Err part_of_shape(const Splitting *s, const Area *child, const Shape *shape, int *ret, Fault *f) {
    double m2, most = 0, second = 0, of = shape_area_m2(shape);
    int at = -1;

    for (size_t i = 0; i < s->n; i++) {
        TRY(shape_overlap_m2(&s->shapes[i], shape, &m2, f));
        second = m2 > most ? most : m2 > second ? m2 : second;
        at = m2 > most ? (int)i : at;
        most = m2 > most ? m2 : most;
    }
    if (second > OVERLAP_M2 && second > of * MISMATCH)
        return fault(
            f, ERR_INVALID, "split_child", "parts",
            "下级网格“%.*s”落在两个部分里（较小的一块 %.0f 平方米）：请沿它的边界划分，或先拆分它。",
            "The area beneath “%.*s” lies in two parts (%.0f m² in the lesser): draw the line along its "
            "border, or split it first.",
            (int)child->code.n, child->code.p, second);
    *ret = at;
    return OK;
}

static Err part_of_child(const Splitting *s, const Area *child, int *ret, Fault *f) {
    Arena *a = tx_arena(s->tx);
    size_t used = a->used;
    Shape shape;
    bool shaped = false;
    int at = child->has.part ? part_with(s, child->part) : -1;

    if (at < 0 && s->old.shaped) {
        TRY(area_shape_load(s->tx, child->id, a, &shape, &shaped, f));
        if (shaped)
            TRY(part_of_shape(s, child, &shape, &at, f));
        a->used = used;
    }
    *ret = at;
    return at >= 0 ? OK
                   : fault(f, ERR_INVALID, "split_areas", "parts",
                           "下级网格“%.*s”没有边界：请写明它归哪一部分（areas）。",
                           "The area beneath “%.*s” has no outline: say to which part it goes (areas).",
                           (int)child->code.n, child->code.p);
}

typedef Err ChildDo(Splitting *s, Area *child, int part, Fault *f);

/* All that stand beneath, with the part of each; `what` NULL only asks whether each has one. */
static Err each_child(Splitting *s, ChildDo *what, Fault *f) {
    AreaFind find = { .layer = s->old.layer, .parent = s->old.id, .limit = BATCH };
    Arena *a = tx_arena(s->tx);
    Area *list = arena_take(a, BATCH * sizeof *list);
    size_t n = BATCH, used = a->used;
    char after[48];
    int part;

    if (!list)
        return fault_arena(f);
    find.has.layer = find.has.parent = true;
    while (n == BATCH) {
        a->used = used;
        TRY(sql_area_list(s->tx, &find, list, BATCH, &n, f));
        for (size_t i = 0; i < n; i++) {
            snprintf(after, sizeof after, "%.*s", (int)list[i].path.n, list[i].path.p);
            find.after = str(after);
            find.has.after = true;
            TRY(part_of_child(s, &list[i], &part, f));
            if (what)
                TRY(what(s, &list[i], part, f));
        }
    }
    return OK;
}

static Err hang_child(Splitting *s, Area *child, int part, Fault *f) {
    int64_t changed;

    if (child->has.households)
        s->households[part] = (s->households[part] < 0 ? 0 : s->households[part]) + child->households;
    child->has.part = false;
    TRY(sql_area_save(s->tx, child, &changed, f));
    return area_hang_under(s->tx, child->id, s->parts[part].id, f);
}

/* ---- cases, and what stands on the area ---- */

static Err goes_to_part(void *ctx, const Case *c, Str *ret_path, Placing *ret_placed, Fault *f) {
    const Splitting *s = ctx;
    Place p;
    int at = c->has.lon ? part_at(s, (Point){ c->lon, c->lat }) : -1;

    if (at < 0 && c->has.place) {
        TRY(place_load(s->tx, c->place, &p, f));
        at = part_with(s, p.area);
    }
    *ret_path = at < 0 ? s->above : s->parts[at].path;
    *ret_placed = at < 0 ? PLACE_ENDED : c->placed;
    return OK;
}

static Err begin_parts(Splitting *s, Fault *f) {
    int64_t changed;

    for (size_t i = 0; i < s->n; i++) {
        s->parts[i].state = AREA_ACTIVE;
        TRY(sql_area_save(s->tx, &s->parts[i], &changed, f));
    }
    return OK;
}

/* Loaded again: what was hung under it is counted there. */
static Err count_households(Splitting *s, Fault *f) {
    Area part;
    int64_t changed;

    for (size_t i = 0; i < s->n; i++) {
        if (s->parts[i].has.households || s->households[i] < 0)
            continue;
        TRY(area_load(s->tx, s->parts[i].id, &part, f));
        part.households = (int32_t)s->households[i];
        part.has.households = true;
        TRY(sql_area_save(s->tx, &part, &changed, f));
    }
    return OK;
}

/* In the governing layer a part with areas in it is the union of those. */
static Err lift_parts(Splitting *s, Fault *f) {
    for (size_t i = 0; i < s->n; i++)
        TRY(area_lift(s->tx, s->parts[i].id, f));
    return area_lift(s->tx, s->old.has.parent ? s->old.parent : (AreaId){ 0 }, f);
}

/* What has no point of its own goes to the first part; duties and posts hold in all. */
static Err hand_on(Splitting *s, int32_t day, Fault *f) {
    for (size_t i = 0; i < s->n; i++) {
        TRY(covers_follow(s->tx, &s->parts[i], f));
        if (i)
            TRY(area_follow_also(s->tx, &s->old, &s->parts[i], day, f));
    }
    return area_follow_to(s->tx, &s->old, &s->parts[0], true, f);
}

Err area_split_now(Tx *tx, const Lineage *first, Fault *f) {
    Splitting *s = arena_take(tx_arena(tx), sizeof *s);
    BorderMove border = { .area = first->from_area, .until = first->day };
    int64_t changed;

    if (!s)
        return fault_arena(f);
    TRY(load_parts(tx, first->from_area, s, f));
    if (first->kind == LINEAGE_SPLIT)
        TRY(check_still(s, f));
    TRY(area_places_fit(tx, &s->old, f));
    TRY(area_end(tx, &s->old, AREA_SPLIT, first->day, f));
    TRY(begin_parts(s, f));
    TRY(move_places(s, f));
    TRY(hand_on(s, first->day, f)); /* before the areas beneath: their organisations stand under these */
    TRY(each_child(s, hang_child, f));
    TRY(count_households(s, f));
    TRY(area_cases_go(tx, s->old.path, goes_to_part, s, f));
    TRY(sql_border_end(tx, &border, &changed, f));
    TRY(lift_parts(s, f));
    TRY(places_changed(tx, f));
    return area_layer_changed(tx, s->old.layer, f);
}

/* ---- the plan ---- */

static Err put_part(Tx *tx, const Area *a, const AreaPartPut *part, const Shape *shape, int32_t day, Str note,
                    Fault *f) {
    AreaPut put = { .layer = a->layer,
                    .level = a->level,
                    .parent = a->has.parent ? a->parent : (AreaId){ 0 },
                    .code = part->code,
                    .name = part->name,
                    .shape = shape,
                    .households = part->households,
                    .since = day,
                    .state = AREA_PROPOSED };
    Area made;
    Lineage l;

    TRY(area_put(tx, &put, &made, f));
    TRY(name_places(tx, a, part, made.id, f));
    TRY(name_areas(tx, a, part, made.id, f));
    return area_plan(tx, a, LINEAGE_SPLIT, made.id, day, note, &l, f);
}

static Err check_split(Tx *tx, const Area *a, int32_t day, size_t n, Fault *f) {
    TRY(area_need_active(a, f));
    TRY(area_need_free(tx, a, day, f));
    if (n < 2 || n > PARTS_MAX)
        return fault(f, ERR_INVALID, "split_parts", "parts", "拆分要有 2 到 %d 个部分。",
                     "A split needs 2 to %d parts.", PARTS_MAX);
    return OK;
}

Err area_split_into(Tx *tx, AreaId id, int32_t day, Str note, const AreaPartPut *parts, size_t n, Area *ret,
                    Fault *f) {
    Shape whole, fitted[PARTS_MAX];
    bool shaped;
    Splitting *s = arena_take(tx_arena(tx), sizeof *s);
    Area a;
    Lineage l = { .kind = LINEAGE_SPLIT, .from_area = id, .day = day };

    if (!s)
        return fault_arena(f);
    TRY(area_load(tx, id, &a, f));
    TRY(check_split(tx, &a, day, n, f));
    TRY(area_shape_load(tx, id, tx_arena(tx), &whole, &shaped, f));
    if (shaped)
        TRY(fit_shapes(&whole, parts, n, tx_arena(tx), fitted, f));
    for (size_t i = 0; i < n; i++)
        TRY(put_part(tx, &a, &parts[i], shaped ? &fitted[i] : NULL, day, note, f));
    TRY(area_places_fit(tx, &a, f));
    TRY(load_parts(tx, id, s, f));
    TRY(each_child(s, NULL, f));
    if (day <= day_of_ms(clock_now_ms()))
        TRY(area_split_now(tx, &l, f));
    return area_load(tx, id, ret, f);
}

static void draft_spots(ShapeDraft *d, const List *points) {
    const Spot *spots = points->rows;

    draft_ring(d);
    for (size_t i = 0; i < points->n; i++)
        draft_point(d, (Point){ spots[i].lon, spots[i].lat });
}

static Err shape_of_part(const AreaPart *part, Arena *a, Shape *ret, Fault *f) {
    const PartPolygon *polygons = part->polygons.rows;
    ShapeDraft d;
    int32_t dropped;

    draft_begin(&d);
    if (part->has.points) {
        draft_polygon(&d);
        draft_spots(&d, &part->points);
    }
    for (size_t i = 0; part->has.polygons && i < part->polygons.n; i++) {
        const PartRing *rings = polygons[i].rings.rows;
        draft_polygon(&d);
        for (size_t k = 0; k < polygons[i].rings.n; k++)
            draft_spots(&d, &rings[k].points);
    }
    return draft_end(&d, a, ret, &dropped, f);
}

Err area_split(Tx *tx, const AreaSplit *in, const Actor *by, Area *ret, Fault *f) {
    const AreaPart *asked = in->parts.rows;
    AreaPartPut parts[PARTS_MAX];
    Shape shapes[PARTS_MAX];

    (void)by;
    for (size_t i = 0; i < in->parts.n && i < PARTS_MAX; i++) {
        parts[i] = (AreaPartPut){ .code = asked[i].code,
                                  .name = asked[i].name,
                                  .households = asked[i].has.households ? asked[i].households : -1,
                                  .places = asked[i].places.rows,
                                  .n_places = asked[i].has.places ? asked[i].places.n : 0,
                                  .areas = asked[i].areas.rows,
                                  .n_areas = asked[i].has.areas ? asked[i].areas.n : 0 };
        if (asked[i].has.points || asked[i].has.polygons) {
            TRY(shape_of_part(&asked[i], tx_arena(tx), &shapes[i], f));
            parts[i].shape = &shapes[i];
        }
    }
    return area_split_into(tx, in->id, in->day, in->has.note ? in->note : (Str){ "", 0 }, parts, in->parts.n,
                           ret, f);
}
