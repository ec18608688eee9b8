/* plan_cells – see plan_cells.h. An outline stands for points: its corners, and more of them
 * along its edges, so that between two buildings the middle of the street is the border. */
#include "plan_cells.h"

#include "repair.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STEP_M 8.0    /* of points along an edge, at most */
#define SLIVER_M2 1.0 /* smaller holes and pieces are of the rounding */

/* ---- points ------------------------------------------------------------- */

static int32_t steps_of(Point a, Point b) {
    double m = point_distance_m(a, b);
    return m > STEP_M ? (int32_t)fmin(ceil(m / STEP_M), 1000) : 1;
}

/* Counts the points of a unit, or puts them down. */
static int64_t unit_points(const PlanUnit *u, Point *to) {
    int64_t n = 0;

    if (!u->shape) {
        if (to)
            to[0] = u->at;
        return 1;
    }
    for (int32_t r = 0; r < u->shape->n_rings; r++) {
        int32_t from = u->shape->ring_at[r], end = u->shape->ring_at[r + 1];
        for (int32_t i = from; i < end; i++) {
            Point a = u->shape->points[i], b = u->shape->points[i + 1 < end ? i + 1 : from];
            int32_t steps = steps_of(a, b);
            for (int32_t k = 0; k < steps; k++, n++)
                if (to)
                    to[n] = (Point){ a.lon + (int32_t)lround(((double)b.lon - a.lon) * k / steps),
                                     a.lat + (int32_t)lround(((double)b.lat - a.lat) * k / steps) };
        }
    }
    return n;
}

/* ---- groups ------------------------------------------------------------- */

static Err list_by_hards(PlanCells *c, const PlanUnit *units, int32_t n, int32_t n_hards, Fault *f) {
    c->groups = mem_alloc((size_t)n_hards * sizeof *c->groups + 1);
    c->listed = mem_alloc((size_t)n * sizeof *c->listed + 1);
    c->place = mem_alloc((size_t)n * sizeof *c->place + 1);
    if (!c->groups || !c->listed || !c->place)
        return fault_memory(f);
    memset(c->groups, 0, (size_t)n_hards * sizeof *c->groups);
    c->n = n_hards;
    for (int32_t i = 0; i < n; i++)
        c->place[i] = c->groups[units[i].hard].n++;
    for (int32_t h = 1; h < n_hards; h++)
        c->groups[h].first = c->groups[h - 1].first + c->groups[h - 1].n;
    for (int32_t i = 0; i < n; i++)
        c->listed[c->groups[units[i].hard].first + c->place[i]] = i;
    return OK;
}

static Err make_group(const PlanCells *c, CellGroup *group, const PlanUnit *units, const Shape *hard,
                      Fault *f) {
    const int32_t *listed = c->listed + group->first;
    int64_t points = 0;

    group->from = mem_alloc(((size_t)group->n + 1) * sizeof *group->from);
    if (!group->from)
        return fault_memory(f);
    for (int32_t i = 0; i < group->n; i++) {
        group->from[i] = (int32_t)points;
        points += unit_points(&units[listed[i]], NULL);
        if (points > CELLS_MAX)
            return fault(f, ERR_LIMIT, "plan_outlines", "", "一片里的楼栋轮廓太细，超过 %d 个点。",
                         "The outlines of the buildings of one area have more than %d points.", CELLS_MAX);
    }
    group->from[group->n] = (int32_t)points;
    Point *at = mem_alloc((size_t)points * sizeof *at + 1);
    if (!at)
        return fault_memory(f);
    for (int32_t i = 0; i < group->n; i++)
        unit_points(&units[listed[i]], at + group->from[i]);
    Err e = cells_make(at, (int32_t)points, hard, &group->cells, f);
    mem_free(at);
    return e;
}

Err plan_cells_make(const PlanUnit *units, int32_t n, const Shape *hards, int32_t n_hards, PlanCells **ret,
                    Fault *f) {
    PlanCells *c = mem_alloc(sizeof *c);

    if (!c)
        return fault_memory(f);
    *c = (PlanCells){ 0 };
    Err e = list_by_hards(c, units, n, n_hards, f);
    for (int32_t h = 0; h < n_hards && e == OK; h++)
        e = make_group(c, &c->groups[h], units, &hards[h], f);
    if (e == OK)
        *ret = c;
    else
        plan_cells_free(c);
    return e;
}

void plan_cells_free(PlanCells *c) {
    if (!c)
        return;
    for (int32_t h = 0; h < c->n; h++) {
        cells_free(&c->groups[h].cells);
        mem_free(c->groups[h].from);
    }
    mem_free(c->groups);
    mem_free(c->listed);
    mem_free(c->place);
    mem_free(c);
}

/* ---- borders ------------------------------------------------------------ */

static int by_units(const void *p, const void *q) {
    const CellBorder *x = p, *y = q;
    return x->a != y->a ? (x->a < y->a ? -1 : 1) : (x->b > y->b) - (x->b < y->b);
}

/* Whose each point is. */
static void owners_of(const CellGroup *group, const int32_t *listed, int32_t *ret) {
    for (int32_t i = 0; i < group->n; i++)
        for (int32_t k = group->from[i]; k < group->from[i + 1]; k++)
            ret[k] = listed[i];
}

Err plan_cells_borders(const PlanCells *c, int32_t hard, CellBorder **ret, int64_t *ret_n, Fault *f) {
    const CellGroup *group = &c->groups[hard];
    int32_t *owner = mem_alloc((size_t)group->from[group->n] * sizeof *owner + 1);
    CellBorder *list = mem_alloc((size_t)group->cells.n_borders * sizeof *list + 1);
    int64_t n = 0, kept = 0;

    if (!owner || !list) {
        mem_free(owner);
        mem_free(list);
        return fault_memory(f);
    }
    owners_of(group, c->listed + group->first, owner);
    for (int64_t i = 0; i < group->cells.n_borders; i++) {
        const CellBorder *b = &group->cells.borders[i];
        int32_t x = owner[b->a], y = owner[b->b];
        if (x != y)
            list[n++] = (CellBorder){ x < y ? x : y, x < y ? y : x, b->m };
    }
    mem_free(owner);
    if (n)
        qsort(list, (size_t)n, sizeof *list, by_units);
    for (int64_t i = 0; i < n; i++)
        if (kept && by_units(&list[kept - 1], &list[i]) == 0)
            list[kept - 1].m += list[i].m;
        else
            list[kept++] = list[i];
    *ret = list;
    *ret_n = kept;
    return OK;
}

/* ---- ground ------------------------------------------------------------- */

/* Sides of cells. What two cells of the list have between them goes; what is left is the rim. */
typedef struct Side {
    Point a, b;
    bool used;
} Side;

typedef struct Rim {
    Side *sides; /* by where they begin */
    int32_t n;
    Point *ring; /* the one in hand */
    int32_t n_ring;
    bool crossed; /* a corner where more than one ring passes */
} Rim;

static int by_points(Point a, Point b) {
    if (a.lon != b.lon)
        return a.lon < b.lon ? -1 : 1;
    return (a.lat > b.lat) - (a.lat < b.lat);
}

/* Both directions of a side together. */
static int by_line(const void *p, const void *q) {
    const Side *x = p, *y = q;
    bool turned_x = by_points(x->a, x->b) > 0, turned_y = by_points(y->a, y->b) > 0;
    int first = by_points(turned_x ? x->b : x->a, turned_y ? y->b : y->a);
    if (first == 0)
        first = by_points(turned_x ? x->a : x->b, turned_y ? y->a : y->b);
    return first ? first : turned_x - turned_y;
}

static int by_begin(const void *p, const void *q) {
    const Side *x = p, *y = q;
    int first = by_points(x->a, y->a);
    return first ? first : by_points(x->b, y->b);
}

static void cancel_out(Rim *rim) {
    int32_t kept = 0;

    qsort(rim->sides, (size_t)rim->n, sizeof *rim->sides, by_line);
    for (int32_t i = 0; i < rim->n;) {
        Side first = rim->sides[i];
        int32_t there = 0, back = 0;
        for (; i < rim->n; i++) {
            const Side *s = &rim->sides[i];
            if (point_same(s->a, first.a) && point_same(s->b, first.b))
                there++;
            else if (point_same(s->a, first.b) && point_same(s->b, first.a))
                back++;
            else
                break;
        }
        Side left = there > back ? first : (Side){ first.b, first.a, false };
        if (there != back)
            rim->sides[kept++] = left;
    }
    rim->n = kept;
    qsort(rim->sides, (size_t)rim->n, sizeof *rim->sides, by_begin);
}

static Side *beginning_at(Rim *rim, Point p) {
    int32_t low = 0, high = rim->n;

    while (low < high) {
        int32_t middle = (low + high) / 2;
        if (by_points(rim->sides[middle].a, p) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    Side *found = NULL;
    for (; low < rim->n && point_same(rim->sides[low].a, p); low++) {
        rim->crossed = rim->crossed || (found && !rim->sides[low].used);
        if (!rim->sides[low].used && !found)
            found = &rim->sides[low];
    }
    return found;
}

static void take_ring(Rim *rim, Side *from) {
    rim->n_ring = 0;
    for (Side *s = from; s; s = beginning_at(rim, s->b)) {
        s->used = true;
        rim->ring[rim->n_ring++] = s->a;
    }
}

static double ring_m2(const Rim *rim, double unit_m2) {
    return rim->n_ring < 3 ? 0 : (double)ring_area2(rim->ring, rim->n_ring) / 2 * unit_m2;
}

static void draft_rings(Rim *rim, double unit_m2, bool holes, ShapeDraft *d) {
    for (int32_t i = 0; i < rim->n; i++)
        rim->sides[i].used = false;
    for (int32_t i = 0; i < rim->n; i++) {
        if (rim->sides[i].used)
            continue;
        take_ring(rim, &rim->sides[i]);
        double m2 = ring_m2(rim, unit_m2);
        if (holes ? m2 > -SLIVER_M2 : m2 < SLIVER_M2)
            continue;
        draft_polygon(d);
        draft_ring(d);
        for (int32_t k = 0; k < rim->n_ring; k++)
            draft_point(d, rim->ring[k]);
    }
}

static Err drafted(Rim *rim, double unit_m2, bool holes, Shape *ret, Fault *f) {
    ShapeDraft d;
    int32_t dropped;

    draft_begin(&d);
    draft_rings(rim, unit_m2, holes, &d);
    if (d.n_polys == 0 && d.err == OK) {
        draft_drop(&d);
        return shape_take(NULL, 0, 0, 0, ret, f);
    }
    return draft_end(&d, NULL, ret, &dropped, f);
}

static Err replace(Err e, Shape *shape, Shape *by) {
    if (e != OK)
        return e;
    shape_free(shape);
    *shape = *by;
    return OK;
}

/* Holes are rare: they are taken out of what is around them. */
static Err make_shape(Rim *rim, const Shape *hard, Shape *ret, Fault *f) {
    Scale scale = scale_at(rim->n ? rim->sides[0].a.lat : 0);
    double unit_m2 = scale.lon_m * scale.lat_m;
    Shape holes = { 0 }, next;

    TRY(drafted(rim, unit_m2, false, ret, f));
    Err e = drafted(rim, unit_m2, true, &holes, f);
    if (e == OK && rim->crossed && ret->n_points)
        e = replace(shape_repair(ret, NULL, &next, f), ret, &next);
    if (e == OK && rim->crossed && holes.n_points)
        e = replace(shape_repair(&holes, NULL, &next, f), &holes, &next);
    if (e == OK && holes.n_points)
        e = replace(shape_difference(ret, &holes, NULL, &next, f), ret, &next);
    if (e == OK && hard->n_points && ret->n_points)
        e = replace(shape_intersection(ret, hard, NULL, &next, f), ret, &next);
    shape_free(&holes);
    if (e != OK)
        shape_free(ret);
    return e;
}

Err plan_cells_ground(const PlanCells *c, const PlanUnit *units, const Shape *hards, const int32_t *listed,
                      int32_t n, Shape *ret, Fault *f) {
    int32_t hard = units[listed[0]].hard;
    const CellGroup *group = &c->groups[hard];
    const Cells *cells = &group->cells;
    int64_t corners = 0;
    Rim rim = { 0 };

    for (int32_t i = 0; i < n; i++) {
        int32_t at = c->place[listed[i]];
        corners += cells->corner_at[group->from[at + 1]] - cells->corner_at[group->from[at]];
    }
    rim.sides = mem_alloc((size_t)corners * sizeof *rim.sides + 1);
    rim.ring = mem_alloc((size_t)corners * sizeof *rim.ring + 1);
    Err e = rim.sides && rim.ring ? OK : fault_memory(f);
    for (int32_t i = 0; i < n && e == OK; i++) {
        int32_t at = c->place[listed[i]];
        for (int32_t k = group->from[at]; k < group->from[at + 1]; k++)
            for (int64_t from = cells->corner_at[k], end = cells->corner_at[k + 1], p = from; p < end; p++)
                rim.sides[rim.n++] =
                    (Side){ cells->corners[p], cells->corners[p + 1 < end ? p + 1 : from], false };
    }
    if (e == OK) {
        cancel_out(&rim);
        e = make_shape(&rim, &hards[hard], ret, f);
    }
    mem_free(rim.sides);
    mem_free(rim.ring);
    return e;
}
