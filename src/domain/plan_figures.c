/* plan_figures – see plan_figures.h. One walk over units and edges: a draft of 3,000 units
 * takes less than a millisecond, so nothing is kept that could be stale. */
#include "plan_figures.h"

#include <math.h>

/* ---- pieces ------------------------------------------------------------- */

static int32_t root_of(int32_t *up, int32_t i) {
    while (up[i] != i) {
        up[i] = up[up[i]];
        i = up[i];
    }
    return i;
}

/* Of each unit one of its piece, within its grid. */
static int32_t *pieces_by_unit(const PlanBody *b, Arena *a) {
    int32_t *up = arena_raw(a, (size_t)b->n * sizeof *up + 1);

    if (!up)
        return NULL;
    for (int32_t i = 0; i < b->n; i++)
        up[i] = i;
    for (int32_t i = 0; i < b->n_edges; i++) {
        const BodyEdge *e = &b->edges[i];
        if (b->grid[e->a] == b->grid[e->b])
            up[root_of(up, e->a)] = root_of(up, e->b);
    }
    return up;
}

Err plan_pieces_of(const PlanBody *b, int32_t grid, Arena *a, int32_t *ret, Fault *f) {
    int32_t *up = pieces_by_unit(b, a), n = 0;

    if (!up)
        return fault_arena(f);
    for (int32_t i = 0; i < b->n; i++)
        n += b->grid[i] == grid && up[i] == i;
    *ret = n;
    return OK;
}

/* ---- of each grid ------------------------------------------------------- */

static void add_units(const PlanBody *b, PlanFigures *x) {
    for (int32_t i = 0; i < b->n; i++) {
        const BodyUnit *u = &b->units[i];
        GridFigures *g = &x->grids[b->grid[i]];
        double weight = u->households;
        g->first = g->units ? g->first : i;
        g->units++;
        g->households += u->households;
        g->lon += weight * u->lon;
        g->lat += weight * u->lat;
        g->n += weight;
        x->households += u->households;
    }
}

static void add_borders(const PlanBody *b, PlanFigures *x) {
    for (int32_t i = 0; i < b->n_edges; i++) {
        const BodyEdge *e = &b->edges[i];
        if (b->grid[e->a] == b->grid[e->b])
            continue;
        double m = e->dm / 10.0;
        x->grids[b->grid[e->a]].border_m += m;
        x->grids[b->grid[e->b]].border_m += m;
        x->cut_m += m;
    }
}

static void add_radii(const PlanBody *b, PlanFigures *x) {
    for (int32_t i = 0; i < b->n; i++) {
        const BodyUnit *u = &b->units[i];
        GridFigures *g = &x->grids[b->grid[i]];
        if (g->n <= 0)
            continue;
        Scale s = scale_at(u->lat);
        double dx = (u->lon - g->lon / g->n) * s.lon_m, dy = (u->lat - g->lat / g->n) * s.lat_m;
        g->radius_m += u->households * (dx * dx + dy * dy);
    }
    for (int32_t k = 1; k <= x->top; k++)
        if (x->grids[k].n > 0)
            x->grids[k].radius_m = sqrt(x->grids[k].radius_m / x->grids[k].n);
}

Err plan_figures_of(const PlanBody *b, Arena *a, PlanFigures *ret, Fault *f) {
    int32_t *up = pieces_by_unit(b, a);
    PlanFigures x = { .top = b->top, .grids = arena_take(a, ((size_t)b->top + 1) * sizeof *x.grids) };

    if (!up || !x.grids)
        return fault_arena(f);
    for (int32_t k = 0; k <= x.top; k++)
        x.grids[k].first = -1;
    add_units(b, &x);
    add_borders(b, &x);
    add_radii(b, &x);
    for (int32_t i = 0; i < b->n; i++)
        x.grids[b->grid[i]].pieces += up[i] == i;
    *ret = x;
    return OK;
}

/* ---- as they are kept --------------------------------------------------- */

static int32_t old_of(const PlanBody *b, const PlanGrid *row) {
    for (int32_t i = 0; row->has.now && i < b->n_olds; i++)
        if (b->olds[i].id == row->now.v)
            return i;
    return -1;
}

static int32_t rounded(double x) { return x > INT32_MAX - 1 ? INT32_MAX : (int32_t)(x + 0.5); }

/* Changed by hand, the planner's reason holds no more. */
static PlanReason reason_of(const PlanGrid *row, const GridFigures *g, const Plan *p) {
    if (row->in_range)
        return PLAN_KEEPS;
    if (g->units == 1 && g->households > p->max)
        return PLAN_UNIT_OVER;
    if (g->households == 0)
        return PLAN_NO_HOUSEHOLDS;
    return PLAN_BY_HAND;
}

void plan_figures_grid(const PlanBody *b, const PlanFigures *x, const Plan *p, PlanGrid *row) {
    const GridFigures none = { 0 }, *g = row->number <= x->top ? &x->grids[row->number] : &none;
    int32_t old = old_of(b, row);

    row->households = (int32_t)g->households;
    row->units = g->units;
    row->pieces = g->pieces;
    row->border_m = rounded(g->border_m);
    row->radius_m = rounded(g->radius_m);
    row->in_range = g->units == 0 || (g->households >= p->min && g->households <= p->max);
    row->reason = reason_of(row, g, p);
    row->moved_in = row->moved_out = 0;
    for (int32_t i = 0; i < b->n; i++) {
        bool here = b->grid[i] == row->number;
        row->moved_in += here && b->units[i].old != old;
        row->moved_out += !here && old >= 0 && b->units[i].old == old;
    }
}

static void add_today(const PlanBody *b, Plan *p) {
    p->now_grids = b->n_olds;
    p->now_out_of_range = p->now_most = p->now_least = 0;
    for (int32_t i = 0; i < b->n_olds; i++) {
        int32_t households = b->olds[i].households;
        p->now_out_of_range += households < p->min || households > p->max;
        p->now_most = households > p->now_most ? households : p->now_most;
        p->now_least = i == 0 || households < p->now_least ? households : p->now_least;
    }
}

void plan_figures_plan(const PlanBody *b, const PlanFigures *x, const PlanGrid *grids, size_t n, Plan *p) {
    int64_t outside = 0;

    p->units = b->n;
    p->households = (int32_t)x->households;
    p->cut_m = rounded(x->cut_m);
    p->grids = p->out_of_range = p->moved = p->most = p->least = 0;
    for (size_t i = 0; i < n; i++) {
        const PlanGrid *g = &grids[i];
        if (g->units == 0)
            continue;
        p->least = p->grids == 0 || g->households < p->least ? g->households : p->least;
        p->most = g->households > p->most ? g->households : p->most;
        p->grids++;
        p->out_of_range += !g->in_range;
        p->moved += b->n_olds ? g->moved_in : 0;
        outside += g->households < p->min   ? p->min - g->households
                   : g->households > p->max ? g->households - p->max
                                            : 0;
    }
    p->households_outside = (int32_t)outside;
    add_today(b, p);
}
