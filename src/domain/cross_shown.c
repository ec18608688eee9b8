/* cross_shown – see cross_shown.h. What was made lives on the heap; what is shown of it is
 * copied into the arena of the call. */
#include "cross_shown.h"

#include "crosswalk.h"
#include "grid_merge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { OUTLINE_M = 4, E7_M = 90, GEOMETRY_BYTES = 8 << 20 };

static int32_t parts_of(double share) { return (int32_t)lround(fmin(fmax(share, 0), 1) * 10000); }

/* ---- the crosswalk ------------------------------------------------------ */

typedef struct Ranked {
    const Crosswalk *x;
    int64_t pair; /* -1: an area in none */
    int32_t a;
    double most; /* share of its area in the one that has most of it */
} Ranked;

/* What does not fit first, worst first; an area's pairs together, the largest first. */
static int by_rank(const void *p, const void *q) {
    const Ranked *a = p, *b = q;
    bool whole_a = a->most >= CROSSWALK_WHOLE, whole_b = b->most >= CROSSWALK_WHOLE;

    if (whole_a != whole_b)
        return whole_a ? 1 : -1;
    if (a->a != b->a) {
        if (!whole_a && a->most != b->most)
            return a->most < b->most ? -1 : 1;
        return a->a < b->a ? -1 : 1;
    }
    double of_a = a->pair < 0 ? 0 : a->x->pairs[a->pair].share_a,
           of_b = b->pair < 0 ? 0 : b->x->pairs[b->pair].share_a;
    if (of_a != of_b)
        return of_a > of_b ? -1 : 1;
    return (a->pair > b->pair) - (a->pair < b->pair);
}

static Err copy_word(Arena *to, const char *word, Str *ret, bool *has, Fault *f) {
    *has = true;
    return str_copy(to, str(word), ret, f);
}

static Err show_pair(Arena *to, const Ranked *r, CrossRow *ret, Fault *f) {
    const Crosswalk *x = r->x;
    const CrossArea *a = &x->a.areas[r->a];
    CrossRow row = { .a = a->id, .mismatch = r->most < CROSSWALK_WHOLE, .households_a = a->households };

    row.fit = str("none");
    row.has.a = row.has.fit = row.has.mismatch = row.has.households_a = true;
    TRY(copy_word(to, crosswalk_word(x, a->code), &row.a_code, &row.has.a_code, f));
    TRY(copy_word(to, crosswalk_word(x, a->name), &row.a_name, &row.has.a_name, f));
    if (r->pair >= 0) {
        const CrossPair *p = &x->pairs[r->pair];
        const CrossArea *b = &x->b.areas[p->b];
        TRY(copy_word(to, crosswalk_word(x, b->code), &row.b_code, &row.has.b_code, f));
        TRY(copy_word(to, crosswalk_word(x, b->name), &row.b_name, &row.has.b_name, f));
        row.b = b->id;
        row.fit = str(p->share_a >= CROSSWALK_WHOLE ? "whole" : a->most == r->pair ? "most" : "part");
        row.m2 = llround(p->m2);
        row.share_a = parts_of(p->share_a);
        row.share_b = parts_of(p->share_b);
        row.households = p->households;
        row.places = p->places;
        row.has.b = row.has.m2 = row.has.share_a = row.has.share_b = row.has.households = row.has.places = true;
    }
    *ret = row;
    return OK;
}

static Err show_pairs(Arena *to, const Crosswalk *x, size_t limit, List *ret, Fault *f) {
    size_t n = 0, most = (size_t)x->n_pairs + (size_t)x->a.n;
    Ranked *ranked = mem_alloc(most * sizeof *ranked + 1);
    Err e = ranked ? OK : fault_memory(f);

    for (int64_t i = 0; i < x->n_pairs && e == OK; i++)
        ranked[n++] = (Ranked){ x, i, x->pairs[i].a, x->pairs[x->a.areas[x->pairs[i].a].most].share_a };
    for (int32_t i = 0; i < x->a.n && e == OK; i++)
        if (x->a.areas[i].most < 0)
            ranked[n++] = (Ranked){ x, -1, i, 0 };
    if (e == OK)
        qsort(ranked, n, sizeof *ranked, by_rank);
    n = n < limit ? n : limit;
    CrossRow *rows = e == OK ? arena_take(to, n * sizeof *rows + 1) : NULL;
    if (e == OK && !rows)
        e = fault_arena(f);
    for (size_t i = 0; i < n && e == OK; i++)
        e = show_pair(to, &ranked[i], &rows[i], f);
    mem_free(ranked);
    if (e == OK)
        *ret = (List){ rows, n };
    return e;
}

static Err side_of(Tx *tx, LayerId id, const char *field, bool levelled, AreaLevel level, CrossSide *ret,
                   Fault *f) {
    Layer layer;

    Err e = layer_load(tx, id, &layer, f);
    if (e == ERR_NOT_FOUND)
        return fault(f, e, "layer_unknown", field, "没有这个图层。", "There is no such layer.");
    TRY(e);
    *ret = (CrossSide){ .layer = layer.code, .levelled = levelled, .level = level };
    return OK;
}

Err crosswalk_get(Tx *tx, const CrosswalkFind *in, const Actor *by, CrosswalkShown *ret, Fault *f) {
    CrossSide a, b;
    Crosswalk x = { 0 };
    CrosswalkShown out = { 0 };

    (void)by; /* the ground is on every street map */
    TRY(side_of(tx, in->layer_a, "layer_a", in->has.level_a, in->level_a, &a, f));
    TRY(side_of(tx, in->layer_b, "layer_b", in->has.level_b, in->level_b, &b, f));
    TRY(crosswalk_make(tx, &a, &b, &x, f));
    out.a_areas = x.a.n;
    out.a_whole = x.a.whole;
    out.b_areas = x.b.n;
    out.b_whole = x.b.whole;
    out.pairs = x.n_pairs;
    out.places = x.places;
    out.apart = x.apart;
    out.has.a_areas = out.has.a_whole = out.has.b_areas = out.has.b_whole = true;
    out.has.pairs = out.has.places = out.has.apart = out.has.rows = true;
    Err e = show_pairs(tx_arena(tx), &x, (size_t)in->limit, &out.rows, f);
    crosswalk_free(&x);
    if (e == OK)
        *ret = out;
    return e;
}

/* ---- the proposal ------------------------------------------------------- */

static const char *word_of(const GridMerge *g, size_t at) { return grid_merge_word(g, at); }

/* "[12,0]": metres by layer. */
static Err metres(Arena *to, const double *m, int32_t n, Str *ret, bool *has, Fault *f) {
    char room[400];
    Buf b = { room, 0, sizeof room, false, 0 };

    for (int32_t i = 0; i < n; i++)
        buf_fmt(&b, "%s%.0f", i ? "," : "[", m[i]);
    buf_char(&b, ']');
    *has = true;
    return str_copy(to, buf_view(&b), ret, f);
}

static Err show_layers(Arena *to, const GridMerge *g, const Str *words, List *ret, Fault *f) {
    const Merge *m = &g->merge;
    MergeLayerShown *rows = arena_take(to, (size_t)m->n_layers * sizeof *rows);

    if (!rows)
        return fault_arena(f);
    for (int32_t i = 0; i < m->n_layers; i++) {
        rows[i] = (MergeLayerShown){ .word = words[i],
                                     .areas = g->layers[i].n,
                                     .border_m = llround(m->layer_m[i]),
                                     .followed_m = llround(m->kept_m[i]),
                                     .along_m = llround(m->along_m[i]) };
        rows[i].has.word = rows[i].has.areas = rows[i].has.border_m = rows[i].has.followed_m = true;
        rows[i].has.along_m = true;
        TRY(metres(to, m->shared_m[i], m->n_layers, &rows[i].shared_m, &rows[i].has.shared_m, f));
    }
    *ret = (List){ rows, (size_t)m->n_layers };
    return OK;
}

static Err show_ground(Arena *to, const GridMerge *g, int32_t i, MergeGridShown *row, Fault *f) {
    Shape shape;
    Buf text;

    TRY(merge_ground(&g->merge, &g->in, i, &shape, f));
    Err e = buf_begin(&text, 4096, GEOMETRY_BYTES, f);
    if (e == OK) {
        shape_geojson(&shape, OUTLINE_M * E7_M, &text);
        row->has.geometry = true;
        e = text.full ? fault_memory(f) : str_copy(to, buf_view(&text), &row->geometry, f);
        buf_end(&text);
    }
    shape_free(&shape);
    return e;
}

static Err show_grid(Arena *to, const GridMerge *g, int32_t i, MergeGridShown *row, Fault *f) {
    const MergeGrid *x = &g->merge.grids[i];

    *row = (MergeGridShown){ .households = x->households,
                             .units = x->units,
                             .keeps = x->reason == PARTITION_KEEPS,
                             .why_zh = str(partition_reason_zh[x->reason]),
                             .why_en = str(partition_reason_en[x->reason]),
                             .m2 = llround(x->m2),
                             .border_m = llround(x->border_m),
                             .new_m = llround(x->new_m) };
    row->has.households = row->has.units = row->has.keeps = row->has.why_zh = row->has.why_en = true;
    row->has.m2 = row->has.border_m = row->has.new_m = true;
    TRY(copy_word(to, word_of(g, g->codes[i]), &row->code, &row->has.code, f));
    TRY(copy_word(to, word_of(g, g->names_zh[i]), &row->name, &row->has.name, f));
    TRY(copy_word(to, word_of(g, g->hard_codes[i]), &row->within, &row->has.within, f));
    TRY(metres(to, x->along_m, g->merge.n_layers, &row->along_m, &row->has.along_m, f));
    TRY(metres(to, x->crossed_m, g->merge.n_layers, &row->crossed_m, &row->has.crossed_m, f));
    return show_ground(to, g, i, row, f);
}

static Err show_grids(Arena *to, const GridMerge *g, List *ret, Fault *f) {
    MergeGridShown *rows = arena_take(to, (size_t)g->merge.n_grids * sizeof *rows + 1);

    if (!rows)
        return fault_arena(f);
    for (int32_t i = 0; i < g->merge.n_grids; i++)
        TRY(show_grid(to, g, i, &rows[i], f));
    *ret = (List){ rows, (size_t)g->merge.n_grids };
    return OK;
}

/* Without the crumbs along borders that were drawn twice. */
static Err show_parts(Arena *to, const GridMerge *g, List *ret, Fault *f) {
    const Merge *m = &g->merge;
    size_t n = 0;

    for (int64_t i = 0; i < m->n_shares; i++)
        n += m->shares[i].of_area >= 1 - CROSSWALK_WHOLE;
    MergePartShown *rows = arena_take(to, n * sizeof *rows + 1);
    if (!rows)
        return fault_arena(f);
    n = 0;
    for (int64_t i = 0; i < m->n_shares && n < MERGE_PARTS_SHOWN; i++) {
        const MergeShare *s = &m->shares[i];
        const CrossArea *a = &g->layers[s->layer].areas[s->area];
        if (s->of_area < 1 - CROSSWALK_WHOLE)
            continue;
        MergePartShown *row = &rows[n++];
        *row = (MergePartShown){ .grid = s->grid,
                                 .layer = s->layer,
                                 .share = s->of_area >= CROSSWALK_WHOLE ? 10000 : parts_of(s->of_area),
                                 .of_grid = parts_of(s->of_grid) };
        row->has.grid = row->has.layer = row->has.share = row->has.of_grid = true;
        TRY(copy_word(to, word_of(g, a->code), &row->code, &row->has.code, f));
        TRY(copy_word(to, word_of(g, a->name), &row->name, &row->has.name, f));
    }
    *ret = (List){ rows, n };
    return OK;
}

static Err show_units(Arena *to, const GridMerge *g, List *ret, Fault *f) {
    MergeUnitShown *rows = arena_take(to, (size_t)g->n_units * sizeof *rows + 1);

    if (!rows)
        return fault_arena(f);
    for (int32_t i = 0; i < g->n_units; i++) {
        rows[i] = (MergeUnitShown){ .grid = g->merge.grid[i],
                                    .piece = g->units[i].piece,
                                    .households = g->in.units[i].households };
        rows[i].has.grid = rows[i].has.piece = rows[i].has.households = true;
        TRY(copy_word(to, word_of(g, g->units[i].code), &rows[i].code, &rows[i].has.code, f));
        TRY(copy_word(to, word_of(g, g->units[i].name), &rows[i].name, &rows[i].has.name, f));
    }
    *ret = (List){ rows, (size_t)g->n_units };
    return OK;
}

static Err show(Arena *to, const GridMerge *g, const Str *words, MergeShown *ret, Fault *f) {
    const Merge *m = &g->merge;
    MergeShown out = { .units = g->n_units,
                       .pieces = g->n_pieces,
                       .by_places = g->by_places,
                       .left_out = g->left_out,
                       .out_of_range = m->out_of_range,
                       .border_m = llround(m->border_m),
                       .new_m = llround(m->new_m) };

    if (m->n_grids > MERGE_GRIDS_SHOWN)
        return fault(f, ERR_LIMIT, "merge_many", "max", "方案有 %d 个网格，页面最多 %d 个：请缩小范围。",
                     "The proposal has %d grids, a page shows %d: choose a smaller area.", m->n_grids,
                     MERGE_GRIDS_SHOWN);
    out.has.units = out.has.pieces = out.has.by_places = out.has.left_out = out.has.out_of_range = true;
    out.has.border_m = out.has.new_m = true;
    out.has.layers = out.has.grids = out.has.parts = out.has.members = true;
    TRY(show_layers(to, g, words, &out.layers, f));
    TRY(show_grids(to, g, &out.grids, f));
    TRY(show_parts(to, g, &out.parts, f));
    TRY(show_units(to, g, &out.members, f));
    *ret = out;
    return OK;
}

static Err read_layers(Str words, GridMergeAsk *ask, Str *ret_words, Fault *f) {
    while (words.n) {
        const char *comma = memchr(words.p, ',', words.n);
        Str one = { words.p, comma ? (size_t)(comma - words.p) : words.n };
        if (ask->n_layers == MERGE_LAYERS_MAX)
            return fault(f, ERR_INVALID, "merge_layers_number", "layers", "合并要 2 到 %d 个图层。",
                         "A merge takes 2 to %d layers.", MERGE_LAYERS_MAX);
        TRY(cross_side_read(one, &ask->layers[ask->n_layers], f));
        ret_words[ask->n_layers++] = one;
        words = comma ? (Str){ comma + 1, words.n - one.n - 1 } : (Str){ "", 0 };
    }
    return OK;
}

Err grid_merge_propose(Tx *tx, const MergeFind *in, const Actor *by, MergeShown *ret, Fault *f) {
    GridMergeAsk ask = { .min = in->min,
                         .max = in->max,
                         .grids = in->grids,
                         .compact = in->compact,
                         .seed = (uint64_t)in->seed,
                         .units_max = MERGE_UNITS_SHOWN };
    Str words[MERGE_LAYERS_MAX];
    GridMerge g = { 0 };
    Area within;

    Err e = area_load(tx, in->area, &within, f);
    /* a post reaches areas of the governing layer alone */
    if (e == ERR_NOT_FOUND || (e == OK && !actor_reaches(by, within.path)))
        return fault(f, ERR_NOT_FOUND, "area_unknown", "area", "没有这个网格。", "There is no such area.");
    TRY(e);
    ask.within = within.code;
    TRY(read_layers(in->layers, &ask, words, f));
    ask.pieces = in->has.whole && str_is(in->whole, "none");
    ask.whole_named = in->has.whole && !ask.pieces;
    if (ask.whole_named)
        TRY(cross_side_read(in->whole, &ask.whole, f));
    TRY(grid_merge_make(tx, &ask, &g, f));
    e = show(tx_arena(tx), &g, words, ret, f);
    grid_merge_free(&g);
    return e;
}
