/* plan_compare – two plans side by side, and a plan as a table of buildings. Which grid of
 * the one is which of the other is told by the households they have in common, each once,
 * the largest first; numbers and codes mean nothing across plans. */
#include "draft_q.h"
#include "gzip.h"
#include "plan.h"
#include "plan_body.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_MAX = 2000, TABLE_MAX = 64 << 20, PACKED_MAX = 7 << 20 };

typedef struct Side {
    Plan p;
    PlanBody b;
    PlanGrid *grids;
    size_t n_grids;
} Side;

static Err load(Tx *tx, PlanId id, const Actor *by, Side *ret, Fault *f) {
    TRY(plan_load_solved(tx, id, by, &ret->p, f));
    TRY(plan_body_load(tx, id, &ret->b, f));
    return plan_grids_load(tx, id, &ret->grids, &ret->n_grids, f);
}

static const PlanGrid *grid_of(const Side *s, int32_t number) {
    for (size_t i = 0; i < s->n_grids; i++)
        if (s->grids[i].number == number)
            return &s->grids[i];
    return NULL;
}

/* ---- which is which ----------------------------------------------------- */

typedef struct Pairing {
    int32_t here, there;
    int64_t weight;
} Pairing;

static int by_grids(const void *p, const void *q) {
    const Pairing *a = p, *b = q;
    return a->here != b->here ? a->here - b->here : a->there - b->there;
}

static int by_weight(const void *p, const void *q) {
    const Pairing *a = p, *b = q;
    if (a->weight != b->weight)
        return a->weight > b->weight ? -1 : 1;
    return by_grids(p, q);
}

typedef struct Known {
    int64_t id;
    int32_t at;
} Known;

static int by_id(const void *p, const void *q) {
    const Known *a = p, *b = q;
    return (a->id > b->id) - (a->id < b->id);
}

/* Of each unit here its position there, -1: it is not there. */
static int32_t *positions(const PlanBody *here, const PlanBody *there, Arena *a) {
    Known *list = arena_take(a, (size_t)there->n * sizeof *list);
    int32_t *at = arena_take(a, (size_t)here->n * sizeof *at);

    if (!list || !at)
        return NULL;
    for (int32_t i = 0; i < there->n; i++)
        list[i] = (Known){ there->units[i].id, i };
    qsort(list, (size_t)there->n, sizeof *list, by_id);
    for (int32_t i = 0; i < here->n; i++) {
        Known key = { here->units[i].id, 0 };
        const Known *k = bsearch(&key, list, (size_t)there->n, sizeof key, by_id);
        at[i] = k ? k->at : -1;
    }
    return at;
}

/* Of each grid there the one here that it is, 0: none. */
static int32_t *match(const Side *x, const Side *y, const int32_t *at, Arena *a) {
    Pairing *list = arena_take(a, (size_t)x->b.n * sizeof *list);
    int32_t *is = arena_take(a, ((size_t)y->b.top + 1) * sizeof *is), n = 0, kept = 0;
    bool *taken = arena_take(a, (size_t)x->b.top + 1);

    if (!list || !is || !taken)
        return NULL;
    for (int32_t i = 0; i < x->b.n; i++)
        if (at[i] >= 0)
            list[n++] =
                (Pairing){ x->b.grid[i], y->b.grid[at[i]], (int64_t)x->b.units[i].households * 1024 + 1 };
    qsort(list, (size_t)n, sizeof *list, by_grids);
    for (int32_t i = 0; i < n; i++)
        if (kept && by_grids(&list[kept - 1], &list[i]) == 0)
            list[kept - 1].weight += list[i].weight;
        else
            list[kept++] = list[i];
    qsort(list, (size_t)kept, sizeof *list, by_weight);
    for (int32_t i = 0; i < kept; i++)
        if (!is[list[i].there] && !taken[list[i].here]) {
            is[list[i].there] = list[i].here;
            taken[list[i].here] = true;
        }
    return is;
}

/* ---- compared ----------------------------------------------------------- */

static void differs(const Side *x, const Side *y, int32_t i, int32_t at, PlanDiffers *ret) {
    const PlanGrid *here = grid_of(x, x->b.grid[i]), *there = grid_of(y, y->b.grid[at]);

    *ret = (PlanDiffers){ .n = i,
                          .code = plan_body_word(&x->b, x->b.units[i].code),
                          .name = plan_body_word(&x->b, x->b.units[i].name),
                          .households = x->b.units[i].households,
                          .grid = x->b.grid[i],
                          .grid_code = here ? here->code : (Str){ "", 0 },
                          .with_grid = y->b.grid[at],
                          .with_code = there ? there->code : (Str){ "", 0 } };
    ret->has.n = ret->has.code = ret->has.name = ret->has.households = true;
    ret->has.grid = ret->has.grid_code = ret->has.with_grid = ret->has.with_code = true;
}

Err plan_compare(Tx *tx, const PlanCompareIn *in, const Actor *by, PlanCompared *ret, Fault *f) {
    Arena *a = tx_arena(tx);
    Side *x = arena_take(a, 2 * sizeof *x), *y = x + 1;
    PlanDiffers *list = arena_take(a, SHOWN_MAX * sizeof *list);
    PlanCompared out = { 0 };
    int32_t *at, *is, shared = 0;

    if (!x || !list)
        return fault_arena(f);
    TRY(load(tx, in->id, by, x, f));
    TRY(load(tx, in->with, by, y, f));
    at = positions(&x->b, &y->b, a);
    is = at ? match(x, y, at, a) : NULL;
    if (!is)
        return fault_arena(f);
    for (int32_t i = 0; i < x->b.n; i++) {
        out.only_here += at[i] < 0;
        shared += at[i] >= 0;
        if (at[i] < 0 || is[y->b.grid[at[i]]] == x->b.grid[i])
            continue;
        if (out.differ++ < SHOWN_MAX)
            differs(x, y, i, at[i], &list[out.units.n++]);
    }
    out.only_there = y->b.n - shared;
    out.units.rows = list;
    TRY(plan_show(tx, by, &x->p, f));
    TRY(plan_show(tx, by, &y->p, f));
    out.plan = (List){ &x->p, 1 };
    out.other = (List){ &y->p, 1 };
    out.has.plan = out.has.other = out.has.differ = out.has.only_here = out.has.only_there = out.has.units =
        true;
    *ret = out;
    return OK;
}

/* ---- a table ------------------------------------------------------------ */

/* A cell that a spreadsheet takes as text: quoted, and never the begin of a formula. */
static void put_cell(Str s, bool last, Buf *out) {
    buf_str(out, "\"");
    if (s.n && strchr("=+-@\t\r", s.p[0]))
        buf_char(out, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            buf_char(out, '"');
        buf_char(out, s.p[i]);
    }
    buf_str(out, last ? "\"\r\n" : "\",");
}

static void put_row(const Side *s, int32_t i, Buf *out) {
    const BodyUnit *u = &s->b.units[i];
    const PlanGrid *g = grid_of(s, s->b.grid[i]);

    put_cell(plan_body_word(&s->b, u->code), false, out);
    put_cell(plan_body_word(&s->b, u->name), false, out);
    buf_fmt(out, "%d,", u->households);
    put_cell(g ? g->code : (Str){ "", 0 }, false, out);
    put_cell(g ? g->name : (Str){ "", 0 }, false, out);
    put_cell(u->old >= 0 ? plan_body_word(&s->b, s->b.olds[u->old].code) : (Str){ "", 0 }, false, out);
    put_cell(plan_body_word(&s->b, s->b.hards[u->hard].code), false, out);
    buf_degree(out, u->lon);
    buf_char(out, ',');
    buf_degree(out, u->lat);
    buf_str(out, "\r\n");
}

/* The mark in front tells spreadsheets that it is UTF-8. */
static Err write_table(const Side *s, Buf *out, Buf *packed, Fault *f) {
    buf_str(out, "\xEF\xBB\xBF代码 code,名称 name,户数 households,网格 grid,网格名称 grid name,现有网格 grid "
                 "now,所属 within,经度 lon,纬度 lat\r\n");
    for (int32_t i = 0; i < s->b.n; i++)
        put_row(s, i, out);
    return out->full ? fault_arena(f) : gzip_pack(buf_view(out), packed, f);
}

Err plan_table(Tx *tx, const PlanKey *in, const Actor *by, Bytes *ret, Fault *f) {
    Buf plain = { 0 }, packed = { 0 };
    Bytes out = { .gzip = true };
    Side s = { 0 };

    TRY(load(tx, in->id, by, &s, f));
    Err e = buf_begin(&plain, 1 << 18, TABLE_MAX, f);
    e = e == OK ? buf_begin(&packed, 1 << 16, PACKED_MAX, f) : e;
    e = e == OK ? write_table(&s, &plain, &packed, f) : e;
    e = e == OK ? str_copy(tx_arena(tx), buf_view(&packed), &out.body, f) : e;
    buf_end(&plain);
    buf_end(&packed);
    TRY(e);
    out.has.body = out.has.gzip = true;
    *ret = out;
    return OK;
}

Err plan_table_tag(Tx *tx, const PlanKey *in, const Actor *by, Tag *ret, Fault *f) {
    return plan_map_tag(tx, in, by, ret, f);
}
