/* plan_body – see plan_body.h. The bytes are the structs as they lie in memory, little
 * endian, behind a header that says how many there are. */
#include "plan_body.h"

#include "draft_q.h"

#include <assert.h>
#include <string.h>

#define MARK 0x31504A57u /* WJP1 */

typedef struct Head {
    uint32_t mark, places, n_words, unused;
    int32_t n, n_edges, n_hards, n_olds;
} Head;
static_assert(sizeof(Head) == 32 && sizeof(BodyUnit) == 40 && sizeof(BodyArea) == 24 && sizeof(BodyEdge) == 12,
              "as stored");
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "as stored");

static Err damaged(Fault *f) {
    return fault(f, ERR_STORE, "plan_damaged", "", "方案保存的底图已损坏：请重新做一个方案。",
                 "What the plan keeps of the map is damaged: make the plan anew.");
}

Str plan_body_word(const PlanBody *b, uint32_t at) { return str(b->words + at); }

/* ---- packed ------------------------------------------------------------- */

static void put_area(AreaId id, PlanName name, int64_t households, int32_t units, Buf *out) {
    BodyArea a = { .id = id.v,
                   .code = (uint32_t)name.code,
                   .name = (uint32_t)name.name,
                   .households = (int32_t)households,
                   .units = units };
    buf_put(out, (const char *)&a, sizeof a);
}

static void put_areas(const PlanGround *g, bool olds, Buf *out) {
    int32_t n = olds ? g->n_olds : g->n_hards;

    for (int32_t i = 0; i < n; i++) {
        int64_t households = 0;
        int32_t units = 0;
        for (int32_t u = 0; u < g->n; u++)
            if ((olds ? g->units[u].old : g->units[u].hard) == i) {
                households += g->units[u].households;
                units++;
            }
        put_area(olds ? g->old_ids[i] : g->hard_ids[i], olds ? g->olds[i] : g->hard_names[i], households, units,
                 out);
    }
}

Err plan_body_pack(const PlanGround *g, const PlanGraph *graph, Buf *out, Fault *f) {
    Head h = { .mark = MARK,
               .places = g->places,
               .n_words = (uint32_t)g->words.n,
               .n = g->n,
               .n_edges = graph->in.n_edges,
               .n_hards = g->n_hards,
               .n_olds = g->n_olds };

    buf_put(out, (const char *)&h, sizeof h);
    for (int32_t i = 0; i < g->n; i++) {
        const PlanUnit *u = &g->units[i];
        BodyUnit b = { .id = g->ids[i],
                       .lon = u->at.lon,
                       .lat = u->at.lat,
                       .households = u->households,
                       .hard = u->hard,
                       .old = u->old,
                       .code = (uint32_t)g->names[i].code,
                       .name = (uint32_t)g->names[i].name };
        buf_put(out, (const char *)&b, sizeof b);
    }
    put_areas(g, false, out);
    put_areas(g, true, out);
    for (int32_t i = 0; i < graph->in.n_edges; i++) {
        const PartitionEdge *e = &graph->in.edges[i];
        BodyEdge b = { e->a, e->b, (int32_t)(e->border_m * 10 + 0.5) };
        buf_put(out, (const char *)&b, sizeof b);
    }
    buf_put(out, g->words.p, g->words.n);
    return out->full ? fault_arena(f) : OK;
}

/* ---- read --------------------------------------------------------------- */

static Err load_part(Tx *tx, PlanId plan, int32_t part, Str *ret, Fault *f) {
    PlanPartKey key = { .plan = plan, .part = part };
    PlanPart row;
    size_t n;

    TRY(sql_plan_part_by_key(tx, &key, &row, 1, &n, f));
    if (n == 0)
        return damaged(f);
    *ret = row.bytes;
    return OK;
}

/* Aligned, and to be changed. */
static void *own(Arena *a, const char **at, size_t n, size_t size) {
    char *p = arena_raw(a, n * size + 16);

    if (p)
        memcpy(p, *at, n * size);
    *at += n * size;
    return p;
}

static bool in_words(const PlanBody *b, uint32_t code, uint32_t name) {
    return code < b->n_words && name < b->n_words;
}

static bool is_whole(const PlanBody *b) {
    if (b->n_words == 0 || b->words[b->n_words - 1] != 0)
        return false;
    for (int32_t i = 0; i < b->n; i++) {
        const BodyUnit *u = &b->units[i];
        if (u->hard < 0 || u->hard >= b->n_hards || u->old < -1 || u->old >= b->n_olds ||
            !in_words(b, u->code, u->name))
            return false;
    }
    for (int32_t i = 0; i < b->n_edges; i++)
        if (b->edges[i].a < 0 || b->edges[i].a >= b->n || b->edges[i].b < 0 || b->edges[i].b >= b->n)
            return false;
    for (int32_t i = 0; i < b->n_hards; i++)
        if (!in_words(b, b->hards[i].code, b->hards[i].name))
            return false;
    for (int32_t i = 0; i < b->n_olds; i++)
        if (!in_words(b, b->olds[i].code, b->olds[i].name))
            return false;
    return true;
}

static Err unpack(Str bytes, Arena *a, PlanBody *b, Fault *f) {
    const char *at = bytes.p;
    Head h;

    if (bytes.n < sizeof h)
        return damaged(f);
    memcpy(&h, at, sizeof h);
    at += sizeof h;
    if (h.mark != MARK || h.n < 1 || h.n_edges < 0 || h.n_hards < 1 || h.n_olds < 0 ||
        bytes.n != sizeof h + (size_t)h.n * sizeof(BodyUnit) +
                       ((size_t)h.n_hards + (size_t)h.n_olds) * sizeof(BodyArea) +
                       (size_t)h.n_edges * sizeof(BodyEdge) + h.n_words)
        return damaged(f);
    *b = (PlanBody){
        .n = h.n, .n_edges = h.n_edges, .n_hards = h.n_hards, .n_olds = h.n_olds, .places = h.places != 0
    };
    b->units = own(a, &at, (size_t)h.n, sizeof *b->units);
    b->hards = own(a, &at, (size_t)h.n_hards, sizeof *b->hards);
    b->olds = own(a, &at, (size_t)h.n_olds, sizeof *b->olds);
    b->edges = own(a, &at, (size_t)h.n_edges, sizeof *b->edges);
    b->words = at;
    b->n_words = h.n_words;
    if (!b->units || !b->hards || !b->olds || !b->edges)
        return fault_arena(f);
    return is_whole(b) ? OK : damaged(f);
}

Err plan_body_of(Str bytes, const int32_t *grid, Arena *a, PlanBody *ret, Fault *f) {
    TRY(unpack(bytes, a, ret, f));
    ret->grid = arena_take(a, (size_t)ret->n * sizeof *ret->grid);
    if (!ret->grid)
        return fault_arena(f);
    for (int32_t i = 0; i < ret->n; i++) {
        ret->grid[i] = grid[i] + 1;
        ret->top = ret->grid[i] > ret->top ? ret->grid[i] : ret->top;
    }
    return OK;
}

Err plan_body_load(Tx *tx, PlanId plan, PlanBody *ret, Fault *f) {
    Str bytes;

    TRY(load_part(tx, plan, PLAN_PART_UNITS, &bytes, f));
    TRY(unpack(bytes, tx_arena(tx), ret, f));
    TRY(load_part(tx, plan, PLAN_PART_GRIDS, &bytes, f));
    if (bytes.n != (size_t)ret->n * sizeof *ret->grid)
        return damaged(f);
    const char *at = bytes.p;
    ret->grid = own(tx_arena(tx), &at, (size_t)ret->n, sizeof *ret->grid);
    if (!ret->grid)
        return fault_arena(f);
    for (int32_t i = 0; i < ret->n; i++) {
        if (ret->grid[i] < 1 || ret->grid[i] > ret->n * 2)
            return damaged(f);
        ret->top = ret->grid[i] > ret->top ? ret->grid[i] : ret->top;
    }
    return OK;
}

Err plan_body_save_grids(Tx *tx, PlanId plan, const PlanBody *b, Fault *f) {
    PlanPart row = { .plan = plan,
                     .part = PLAN_PART_GRIDS,
                     .bytes = { (const char *)b->grid, (size_t)b->n * sizeof *b->grid } };
    int64_t changed;

    return sql_plan_part_save(tx, &row, &changed, f);
}

/* ---- shapes ------------------------------------------------------------- */

Err plan_shapes_pack(const Shape *shapes, int32_t n, Buf *out, Fault *f) {
    uint32_t at = 0;
    size_t head = ((size_t)n + 1) * sizeof at, begin = out->n;

    for (int32_t i = 0; i <= n; i++)
        buf_put(out, (const char *)&at, sizeof at);
    for (int32_t i = 0; i < n && !out->full; i++) {
        if (shapes[i].n_points)
            shape_pack(&shapes[i], out);
        at = (uint32_t)(out->n - begin - head);
        if (!out->full)
            memcpy(out->p + begin + ((size_t)i + 1) * sizeof at, &at, sizeof at);
    }
    return out->full ? fault_arena(f) : OK;
}

Err plan_shapes_load(Tx *tx, PlanId plan, int32_t n, PlanShapes *ret, Fault *f) {
    *ret = (PlanShapes){ .n = n };
    TRY(load_part(tx, plan, PLAN_PART_SHAPES, &ret->bytes, f));
    return ret->bytes.n < ((size_t)n + 1) * sizeof(uint32_t) ? damaged(f) : OK;
}

Err plan_shape_at(const PlanShapes *s, int32_t i, Arena *a, Shape *ret, Fault *f) {
    size_t head = ((size_t)s->n + 1) * sizeof(uint32_t);
    uint32_t from, to;

    memcpy(&from, s->bytes.p + (size_t)i * sizeof from, sizeof from);
    memcpy(&to, s->bytes.p + ((size_t)i + 1) * sizeof to, sizeof to);
    if (to < from || head + to > s->bytes.n)
        return damaged(f);
    if (from == to)
        return shape_take(a, 0, 0, 0, ret, f);
    return shape_unpack((Str){ s->bytes.p + head + from, to - from }, a, ret, f);
}
