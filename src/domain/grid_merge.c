/* grid_merge – see grid_merge.h. */
#include "grid_merge.h"

#include "index.h"
#include "pieces.h"
#include "plan_q.h"
#include "repair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 1 << 30, HARDS_MAX = 4096, CODE_MAX = 400 };

typedef struct Hard {
    size_t code, name;
    Shape shape;
} Hard;

struct GridMergeGround {
    Area within; /* its texts are not kept */
    char path[44];
    size_t code, name;
    Shape shape;
    CrossLayer whole;
    Pieces pieces;
    Hard *hards;
    int32_t n_hards;
    PlanUnit *plan;
    MergeLayer given[MERGE_LAYERS_MAX];
    Shape *shapes[MERGE_LAYERS_MAX]; /* of the layers, side by side; borrowed from them */
};

typedef struct Reading {
    GridMerge *g;
    const GridMergeAsk *ask;
    AreaIndex *units;
    int64_t counted;
    CrossLayer finest; /* of the governing layer */
} Reading;

const char *grid_merge_word(const GridMerge *g, size_t at) { return g->words.p + at; }

static size_t keep_word(Buf *words, const char *word, size_t n) {
    size_t at = words->n;
    buf_put(words, word, n);
    buf_char(words, 0);
    return at;
}

static bool beneath(const char *path, const char *top) { return strncmp(path, top, strlen(top)) == 0; }

/* ---- the ground --------------------------------------------------------- */

static Err read_within(Tx *tx, Reading *r, Fault *f) {
    struct GridMergeGround *x = r->g->ground;
    Str code = r->ask->within;
    Shape shape;
    bool shaped;

    TRY(area_governing_by_code(tx, code, &x->within, f));
    snprintf(x->path, sizeof x->path, "%.*s", (int)x->within.path.n, x->within.path.p);
    x->code = keep_word(&r->g->words, x->within.code.p, x->within.code.n);
    x->name = keep_word(&r->g->words, x->within.name.p, x->within.name.n);
    TRY(area_shape_load(tx, x->within.id, tx_arena(tx), &shape, &shaped, f));
    if (!shaped)
        return fault(f, ERR_INVALID, "merge_no_ground", "", "“%.*s”没有边界图形，无法合并图层。",
                     "“%.*s” has no shape, so there is no ground on which to merge layers.", (int)code.n,
                     code.p);
    return shape_copy(NULL, &shape, &x->shape, f);
}

/* Only what reaches into the ground. */
static void keep_near(CrossLayer *l, Box box) {
    int32_t kept = 0;

    for (int32_t i = 0; i < l->n; i++)
        if (box_meet(shape_box(&l->areas[i].shape), box))
            l->areas[kept++] = l->areas[i];
        else
            shape_free(&l->areas[i].shape);
    l->n = kept;
}

static Err read_layers(Tx *tx, Reading *r, Fault *f) {
    GridMerge *g = r->g;
    struct GridMergeGround *x = g->ground;
    Box box = shape_box(&x->shape);

    for (int32_t i = 0; i < r->ask->n_layers; i++) {
        CrossLayer *l = &g->layers[i];
        TRY(cross_layer_read(tx, &r->ask->layers[i], &g->words, l, f));
        keep_near(l, box);
        if (!l->n)
            return fault(f, ERR_INVALID, "merge_layer_elsewhere", "", "图层“%.*s”与“%s”没有共同的地面。",
                         "The layer “%.*s” has no ground in “%s”.", (int)r->ask->layers[i].layer.n,
                         r->ask->layers[i].layer.p, grid_merge_word(g, x->code));
        x->shapes[i] = mem_alloc((size_t)l->n * sizeof *x->shapes[i] + 1);
        if (!x->shapes[i])
            return fault_memory(f);
        for (int32_t k = 0; k < l->n; k++)
            x->shapes[i][k] = l->areas[k].shape;
        x->given[i] = (MergeLayer){ x->shapes[i], l->n };
    }
    return OK;
}

/* ---- what no grid cuts, and the rest in pieces -------------------------- */

static Err no_whole(const Fault *why) { return strcmp(why->key, "crosswalk_empty") == 0 ? OK : ERR_INVALID; }

/* Residential areas where there are some; what is named must be there. */
static Err read_whole(Tx *tx, Reading *r, Str governing, Fault *f) {
    struct GridMergeGround *x = r->g->ground;
    CrossSide side = { .layer = governing, .levelled = true, .level = LEVEL_RESIDENTIAL };
    AreaIndex *ground;
    int32_t kept = 0;

    if (r->ask->pieces)
        return OK;
    if (r->ask->whole_named)
        side = r->ask->whole;
    Err e = cross_layer_read(tx, &side, &r->g->words, &x->whole, f);
    if (e == ERR_INVALID && !r->ask->whole_named)
        return no_whole(f);
    TRY(e);
    const IndexArea one = { &x->shape, 0, str("") };
    TRY(index_build(&one, 1, &ground, f));
    for (int32_t i = 0; i < x->whole.n; i++) {
        CrossArea *a = &x->whole.areas[i];
        bool in =
            x->whole.governing ? beneath(a->path, x->path) : a->labelled && index_find(ground, a->label) >= 0;
        if (in)
            x->whole.areas[kept++] = *a;
        else
            shape_free(&a->shape);
    }
    x->whole.n = kept;
    index_free(ground);
    return OK;
}

static Err check_number(const Reading *r, int32_t units, Fault *f) {
    if (!r->ask->units_max || units <= r->ask->units_max)
        return OK;
    return fault(f, ERR_LIMIT, "merge_units", "area",
                 "“%s”里有 %d 个地块，超过 %d 个：请缩小范围，或用命令 jingwei area merge。",
                 "“%s” has %d units, more than %d: choose a smaller area, or run jingwei area merge.",
                 grid_merge_word(r->g, r->g->ground->code), units, r->ask->units_max);
}

static Err rest_of(const struct GridMergeGround *x, Shape *ret, Fault *f) {
    const Shape **list = mem_alloc((size_t)x->whole.n * sizeof *list + 1);
    Shape sum;

    if (!list)
        return fault_memory(f);
    for (int32_t i = 0; i < x->whole.n; i++)
        list[i] = &x->whole.areas[i].shape;
    Err e = shape_union(list, x->whole.n, false, NULL, &sum, f);
    mem_free(list);
    TRY(e);
    e = shape_difference(&x->shape, &sum, NULL, ret, f);
    shape_free(&sum);
    return e;
}

/* Ground narrower than a border is wide belongs to nobody: it is where two surveys differ. */
static Err cut_rest(Reading *r, Fault *f) {
    GridMerge *g = r->g;
    struct GridMergeGround *x = g->ground;
    PiecesLayer by[MERGE_LAYERS_MAX];
    Shape rest;

    for (int32_t i = 0; i < r->ask->n_layers; i++)
        by[i] = (PiecesLayer){ x->given[i].shapes, x->given[i].n };
    TRY(x->whole.n ? rest_of(x, &rest, f) : shape_copy(NULL, &x->shape, &rest, f));
    Err e = rest.n_points ? pieces_make(&rest, by, r->ask->n_layers, MERGE_NEAR_M, &x->pieces, f) : OK;
    shape_free(&rest);
    return e;
}

/* "A+P": the cells that it lies in. */
static size_t piece_code(GridMerge *g, const Pieces *p, int32_t piece) {
    size_t at = g->words.n;

    for (int32_t l = 0; l < p->layers; l++) {
        char code[44];
        int32_t cell = p->cell[piece * p->layers + l];
        if (cell < 0)
            continue;
        snprintf(code, sizeof code, "%s", grid_merge_word(g, g->layers[l].areas[cell].code));
        if (g->words.n > at)
            buf_char(&g->words, '+');
        buf_str(&g->words, code); /* a copy: the words may move as they grow */
    }
    buf_char(&g->words, 0);
    return at;
}

/* Of the pieces those that are strips beside the areas are left out. */
static bool stands_alone(const Shape *s) { return shape_area_m2(s) >= MERGE_NEAR_M * MERGE_NEAR_M; }

static Err list_units(Reading *r, Fault *f) {
    GridMerge *g = r->g;
    struct GridMergeGround *x = g->ground;
    size_t most = (size_t)x->whole.n + (size_t)x->pieces.n;

    g->units = mem_alloc(most * sizeof *g->units + 1);
    x->plan = mem_alloc(most * sizeof *x->plan + 1);
    if (!g->units || !x->plan)
        return fault_memory(f);
    for (int32_t i = 0; i < x->whole.n; i++) {
        const CrossArea *a = &x->whole.areas[i];
        g->units[g->n_units++] = (GridMergeUnit){ a->code, a->name, &a->shape, false };
    }
    for (int32_t i = 0; i < x->pieces.n; i++) {
        if (!stands_alone(&x->pieces.shapes[i]))
            continue;
        size_t code = piece_code(g, &x->pieces, i);
        g->units[g->n_units++] = (GridMergeUnit){ code, code, &x->pieces.shapes[i], true };
        g->n_pieces++;
    }
    for (int32_t i = 0; i < g->n_units; i++) {
        x->plan[i] = (PlanUnit){ .shape = g->units[i].shape, .old = -1 };
        shape_label(g->units[i].shape, &x->plan[i].at);
    }
    TRY(check_number(r, g->n_units, f));
    if (g->n_units)
        return OK;
    return fault(f, ERR_INVALID, "merge_no_units", "", "“%s”里没有可以合并的地块。",
                 "There is no ground in “%s” to make grids of.", grid_merge_word(g, x->code));
}

/* ---- subdistricts ------------------------------------------------------- */

static Err add_hard(void *ctx, const void *row, Fault *f) {
    Reading *r = ctx;
    struct GridMergeGround *x = r->g->ground;
    const Area *a = row;

    if (a->level > LEVEL_SUBDISTRICT || !a->shaped)
        return OK;
    if (x->n_hards == HARDS_MAX)
        return fault(f, ERR_LIMIT, "merge_hards", "", "街镇太多。", "There are too many subdistricts.");
    Hard *hards = mem_grow(x->hards, (size_t)(x->n_hards + 1) * sizeof *hards);
    if (!hards)
        return fault_memory(f);
    x->hards = hards;
    x->hards[x->n_hards++] = (Hard){ keep_word(&r->g->words, a->code.p, a->code.n),
                                     keep_word(&r->g->words, a->name.p, a->name.n),
                                     { 0 } };
    return OK;
}

/* What a unit lies in, by the point where its name stands: the lowest; without one 0. The
 * area itself is the first. */
static Err find_hards(Tx *tx, Reading *r, const PathRange *range, Fault *f) {
    struct GridMergeGround *x = r->g->ground;
    AreaIndex *ix = NULL;

    TRY(tx_each(tx, &plan_areas_query, (const void *const[]){ range }, add_hard, r, f));
    if (x->n_hards < 2)
        return OK;
    IndexArea *areas = mem_alloc((size_t)x->n_hards * sizeof *areas);
    Err e = areas ? OK : fault_memory(f);
    for (int32_t i = 0; i < x->n_hards && e == OK; i++) {
        Area a;
        Shape shape;
        bool shaped;
        e = area_governing_by_code(tx, str(grid_merge_word(r->g, x->hards[i].code)), &a, f);
        e = e == OK ? area_shape_load(tx, a.id, tx_arena(tx), &shape, &shaped, f) : e;
        e = e == OK ? shape_copy(NULL, &shape, &x->hards[i].shape, f) : e;
        areas[i] = (IndexArea){ &x->hards[i].shape, i, str("") };
    }
    e = e == OK ? index_build(areas, x->n_hards, &ix, f) : e; /* where several hold it, the smallest */
    for (int32_t i = 0; i < r->g->n_units && e == OK; i++) {
        int32_t in = index_find(ix, x->plan[i].at);
        x->plan[i].hard = in < 0 ? 0 : in;
    }
    if (ix)
        index_free(ix);
    mem_free(areas);
    return e;
}

/* ---- who lives there ---------------------------------------------------- */

static void count_at(Reading *r, Point at, int64_t households) {
    int32_t unit = index_find(r->units, at);

    r->counted += households;
    if (unit < 0)
        r->g->left_out += households;
    else
        r->g->ground->plan[unit].households += (int32_t)households;
}

static Err count_place(void *ctx, const void *row, Fault *f) {
    const Place *p = row;
    Reading *r = ctx;

    (void)f;
    if (p->has.lon && p->has.lat)
        count_at(r, (Point){ p->lon, p->lat }, p->households);
    else
        r->g->left_out += p->households;
    return OK;
}

/* Where no building's are known, those written at the finest areas. */
static Err count_areas(Tx *tx, Reading *r, Str governing, Fault *f) {
    const CrossSide side = { .layer = governing };

    TRY(cross_layer_read(tx, &side, &r->g->words, &r->finest, f));
    for (int32_t i = 0; i < r->finest.n; i++) {
        const CrossArea *a = &r->finest.areas[i];
        if (a->written > 0 && a->labelled && beneath(a->path, r->g->ground->path))
            count_at(r, a->label, a->written);
    }
    return OK;
}

static Err count_households(Tx *tx, Reading *r, Str governing, const PathRange *range, Fault *f) {
    GridMerge *g = r->g;
    IndexArea *areas = mem_alloc((size_t)g->n_units * sizeof *areas + 1);

    if (!areas)
        return fault_memory(f);
    for (int32_t i = 0; i < g->n_units; i++)
        areas[i] = (IndexArea){ g->units[i].shape, i, str("") };
    Err e = index_build(areas, g->n_units, &r->units, f);
    mem_free(areas);
    TRY(e);
    TRY(tx_each(tx, &plan_places_query, (const void *const[]){ range }, count_place, r, f));
    g->by_places = r->counted > 0;
    if (!g->by_places)
        TRY(count_areas(tx, r, governing, f));
    if (r->counted)
        return OK;
    return fault(f, ERR_INVALID, "merge_no_households", "",
                 "“%s”里没有已知的户数：请先导入带户数的楼栋或网格。",
                 "No households are known in “%s”: import buildings or areas with theirs first.",
                 grid_merge_word(g, g->ground->code));
}

/* ---- what they are called ----------------------------------------------- */

/* By the subdistrict and a number that no zone grid there has. */
static Err name_grids(Tx *tx, GridMerge *g, LayerId governing, Fault *f) {
    struct GridMergeGround *x = g->ground;
    size_t n = (size_t)g->merge.n_grids * sizeof(size_t) + 1;
    int32_t seen[HARDS_MAX] = { 0 };

    g->codes = mem_alloc(n);
    g->names_zh = mem_alloc(n);
    g->hard_codes = mem_alloc(n);
    if (!g->codes || !g->names_zh || !g->hard_codes)
        return fault_memory(f);
    for (int32_t i = 0; i < g->merge.n_grids; i++) {
        char code[CODE_MAX], name[CODE_MAX];
        int32_t unit = 0;
        while (g->merge.grid[unit] != i)
            unit++;
        int32_t hard = x->plan[unit].hard;
        size_t in = x->n_hards ? x->hards[hard].code : x->code,
               called = x->n_hards ? x->hards[hard].name : x->name;
        for (bool taken = true; taken;) {
            Area there;
            snprintf(code, sizeof code, "%s-Z%d", grid_merge_word(g, in), ++seen[hard]);
            Err e = area_by_code(tx, governing, str(code), &there, f);
            if (e != OK && e != ERR_NOT_FOUND)
                return e;
            taken = e == OK;
        }
        snprintf(name, sizeof name, "%s第%d综合网格", grid_merge_word(g, called), seen[hard]);
        g->codes[i] = keep_word(&g->words, code, strlen(code));
        g->names_zh[i] = keep_word(&g->words, name, strlen(name));
        g->hard_codes[i] = in;
    }
    return g->words.full ? fault_memory(f) : OK;
}

/* ---- all of it ---------------------------------------------------------- */

static Err make(Tx *tx, Reading *r, Fault *f) {
    GridMerge *g = r->g;
    const GridMergeAsk *ask = r->ask;
    struct GridMergeGround *x = g->ground;
    PathRange range;
    Layer governing;

    if (ask->n_layers < 2 || ask->n_layers > MERGE_LAYERS_MAX)
        return fault(f, ERR_INVALID, "merge_layers_number", "", "合并要 2 到 %d 个图层。",
                     "A merge takes 2 to %d layers.", MERGE_LAYERS_MAX);
    TRY(buf_begin(&g->words, 1 << 16, WORDS_MAX, f));
    TRY(read_within(tx, r, f));
    TRY(layer_load(tx, x->within.layer, &governing, f));
    TRY(area_range(tx, x->within.id, &range.low, &range.high, f));
    TRY(read_layers(tx, r, f));
    TRY(read_whole(tx, r, governing.code, f));
    TRY(check_number(r, x->whole.n, f)); /* before they are cut */
    TRY(cut_rest(r, f));
    TRY(list_units(r, f));
    TRY(find_hards(tx, r, &range, f));
    TRY(count_households(tx, r, governing.code, &range, f));
    g->in = (MergeInput){ .units = x->plan,
                          .n = g->n_units,
                          .layers = x->given,
                          .n_layers = ask->n_layers,
                          .min = ask->min,
                          .max = ask->max,
                          .grids = ask->grids,
                          .sweeps = ask->sweeps,
                          .threads = ask->threads,
                          .compact = ask->compact,
                          .seed = ask->seed };
    TRY(merge_make(&g->in, &g->merge, f));
    return name_grids(tx, g, governing.id, f);
}

Err grid_merge_make(Tx *tx, const GridMergeAsk *ask, GridMerge *ret, Fault *f) {
    GridMerge g = { .ground = mem_alloc(sizeof *g.ground) };
    Reading r = { .g = &g, .ask = ask };

    if (!g.ground)
        return fault_memory(f);
    memset(g.ground, 0, sizeof *g.ground);
    Err e = make(tx, &r, f);
    if (r.units)
        index_free(r.units);
    cross_layer_free(&r.finest);
    if (e == OK)
        *ret = g;
    else
        grid_merge_free(&g);
    return e;
}

void grid_merge_free(GridMerge *g) {
    struct GridMergeGround *x = g->ground;

    merge_free(&g->merge);
    for (int32_t i = 0; i < MERGE_LAYERS_MAX; i++)
        cross_layer_free(&g->layers[i]);
    if (x) {
        shape_free(&x->shape);
        cross_layer_free(&x->whole);
        pieces_free(&x->pieces);
        for (int32_t i = 0; i < x->n_hards; i++)
            shape_free(&x->hards[i].shape);
        for (int32_t i = 0; i < MERGE_LAYERS_MAX; i++)
            mem_free(x->shapes[i]);
        mem_free(x->hards);
        mem_free(x->plan);
    }
    mem_free(x);
    mem_free(g->units);
    mem_free(g->codes);
    mem_free(g->names_zh);
    mem_free(g->hard_codes);
    if (g->words.p)
        buf_end(&g->words);
    *g = (GridMerge){ 0 };
}
