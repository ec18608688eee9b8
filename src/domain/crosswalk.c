/* crosswalk – see crosswalk.h. */
#include "crosswalk.h"

#include "area_q.h"
#include "index.h"
#include "overlay.h"
#include "place_q.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 1 << 30, AREAS_ROOM = 256 };

typedef struct Reading {
    Crosswalk x;
    CrossLayer *layer; /* in hand */
    const CrossSide *side;
    int64_t *ids; /* of its areas */
    int32_t max;
    char last[44]; /* the path before: is it a leaf? */
    bool last_taken;
    AreaIndex *index_a, *index_b;
} Reading;

const char *crosswalk_word(const Crosswalk *x, size_t at) { return x->words.p + at; }

/* ---- layers ------------------------------------------------------------- */

static size_t keep_word(Crosswalk *x, Str word) {
    size_t at = x->words.n;
    buf_put(&x->words, word.p, word.n);
    buf_char(&x->words, 0);
    return at;
}

static Err add_area(void *ctx, const Area *a, Fault *f) {
    Reading *r = ctx;
    CrossLayer *l = r->layer;
    size_t n = strlen(r->last);

    /* in the order of the tree: what lies in the one before makes that no finest area */
    if (!r->side->levelled && r->last_taken && a->path.n > n && memcmp(a->path.p, r->last, n) == 0)
        l->n--;
    r->last_taken = r->side->levelled ? a->level == r->side->level : true;
    snprintf(r->last, sizeof r->last, "%.*s", (int)a->path.n, a->path.p);
    if (!r->last_taken)
        return OK;
    if (l->n == r->max) {
        int32_t max = r->max * 2 + AREAS_ROOM;
        CrossArea *areas = mem_grow(l->areas, (size_t)max * sizeof *areas);
        l->areas = areas ? areas : l->areas;
        int64_t *ids = areas ? mem_grow(r->ids, (size_t)max * sizeof *ids) : NULL;
        r->ids = ids ? ids : r->ids;
        if (!areas || !ids)
            return fault_memory(f);
        r->max = max;
    }
    size_t code = keep_word(&r->x, a->code);
    l->areas[l->n] = (CrossArea){ .code = code, .name = keep_word(&r->x, a->name), .most = -1 };
    r->ids[l->n++] = a->id.v;
    return OK;
}

typedef struct Numbered {
    int64_t id;
    int32_t at;
} Numbered;

static int by_id(const void *p, const void *q) {
    const Numbered *a = p, *b = q;
    return (a->id > b->id) - (a->id < b->id);
}

typedef struct Shaping {
    CrossLayer *layer;
    Numbered *numbers;
} Shaping;

static Err add_shape(void *ctx, const void *row, Fault *f) {
    const Shaping *s = ctx;
    const AreaShape *shape = row;
    const Numbered key = { shape->area.v, 0 },
                   *found = bsearch(&key, s->numbers, (size_t)s->layer->n, sizeof key, by_id);
    return found ? shape_unpack(shape->shape, NULL, &s->layer->areas[found->at].shape, f) : OK;
}

static Err read_shapes(Tx *tx, Reading *r, LayerId id, Fault *f) {
    LayerKey key = { .id = id };
    Shaping s = { r->layer, mem_alloc((size_t)r->layer->n * sizeof *s.numbers + 1) };

    if (!s.numbers)
        return fault_memory(f);
    for (int32_t i = 0; i < r->layer->n; i++)
        s.numbers[i] = (Numbered){ r->ids[i], i };
    qsort(s.numbers, (size_t)r->layer->n, sizeof *s.numbers, by_id);
    Err e = tx_each(tx, &area_shape_of_layer_query, (const void *const[]){ &key }, add_shape, &s, f);
    mem_free(s.numbers);
    return e;
}

/* What has no shape is no ground: it goes. */
static void drop_shapeless(CrossLayer *l) {
    int32_t kept = 0;

    for (int32_t i = 0; i < l->n; i++)
        if (l->areas[i].shape.n_points)
            l->areas[kept++] = l->areas[i];
    l->n = kept;
    for (int32_t i = 0; i < l->n; i++)
        l->areas[i].m2 = shape_area_m2(&l->areas[i].shape);
}

static Err read_side(Tx *tx, Reading *r, const CrossSide *side, CrossLayer *to, Fault *f) {
    Layer layer;

    r->layer = to;
    r->side = side;
    r->max = 0;
    r->last[0] = 0;
    r->last_taken = false;
    TRY(layer_find(tx, side->layer, &layer, f));
    Err e = area_each(tx, layer.id, add_area, r, f);
    if (e == OK)
        e = read_shapes(tx, r, layer.id, f);
    mem_free(r->ids);
    r->ids = NULL;
    if (e != OK)
        return e;
    drop_shapeless(to);
    if (to->n)
        return OK;
    return fault(f, ERR_INVALID, "crosswalk_empty", "", "图层“%.*s”在这一级没有带边界的网格。",
                 "The layer “%.*s” has no areas with shapes on that level.", (int)side->layer.n, side->layer.p);
}

/* ---- ground ------------------------------------------------------------- */

static Err ready(const CrossLayer *l, Shape **ret_shapes, OverlayLayer **ret, AreaIndex **ret_index, Fault *f) {
    IndexArea *areas = mem_alloc((size_t)l->n * sizeof *areas);
    Shape *shapes = mem_alloc((size_t)l->n * sizeof *shapes);
    Err e = areas && shapes ? OK : fault_memory(f);

    for (int32_t i = 0; i < l->n && e == OK; i++) {
        shapes[i] = l->areas[i].shape;
        areas[i] = (IndexArea){ &l->areas[i].shape, i, str("") };
    }
    if (e == OK)
        e = overlay_ready(shapes, l->n, ret, f);
    if (e == OK)
        e = index_build(areas, l->n, ret_index, f);
    mem_free(areas);
    *ret_shapes = shapes;
    return e;
}

static void note_most(CrossLayer *l, int32_t i, const CrossPair *pairs, int64_t pair, double share, bool of_a) {
    CrossArea *a = &l->areas[i];

    a->covered += share;
    if (a->most < 0 || share > (of_a ? pairs[a->most].share_a : pairs[a->most].share_b))
        a->most = (int32_t)pair;
}

static Err take_pairs(Reading *r, const OverlayLayer *a, const OverlayLayer *b, Fault *f) {
    Crosswalk *x = &r->x;
    Overlay found;

    TRY(overlay_find(a, b, NULL, &found, f));
    x->pairs = mem_alloc((size_t)found.n * sizeof *x->pairs + 1);
    Err e = x->pairs ? OK : fault_memory(f);
    for (int64_t i = 0; i < found.n && e == OK; i++) {
        const Common *c = &found.commons[i];
        x->pairs[i] = (CrossPair){ .a = c->a,
                                   .b = c->b,
                                   .m2 = c->m2,
                                   .share_a = c->units2 / overlay_units2(a, c->a),
                                   .share_b = c->units2 / overlay_units2(b, c->b) };
        note_most(&x->a, c->a, x->pairs, i, x->pairs[i].share_a, true);
        note_most(&x->b, c->b, x->pairs, i, x->pairs[i].share_b, false);
        x->n_pairs = i + 1;
    }
    overlay_free(&found);
    for (int32_t i = 0; i < x->a.n; i++)
        x->a.whole += x->a.areas[i].most >= 0 && x->pairs[x->a.areas[i].most].share_a >= CROSSWALK_WHOLE;
    for (int32_t i = 0; i < x->b.n; i++)
        x->b.whole += x->b.areas[i].most >= 0 && x->pairs[x->b.areas[i].most].share_b >= CROSSWALK_WHOLE;
    return e;
}

static Err measure(Reading *r, Fault *f) {
    Shape *a_shapes = NULL, *b_shapes = NULL;
    OverlayLayer *a = NULL, *b = NULL;

    Err e = ready(&r->x.a, &a_shapes, &a, &r->index_a, f);
    if (e == OK)
        e = ready(&r->x.b, &b_shapes, &b, &r->index_b, f);
    if (e == OK)
        e = take_pairs(r, a, b, f);
    overlay_layer_free(a);
    overlay_layer_free(b);
    mem_free(a_shapes);
    mem_free(b_shapes);
    return e;
}

/* ---- places ------------------------------------------------------------- */

static int by_pair(const void *p, const void *q) {
    const CrossPair *x = p, *y = q;
    return x->a != y->a ? (x->a < y->a ? -1 : 1) : (x->b > y->b) - (x->b < y->b);
}

static Err count_place(void *ctx, const void *row, Fault *f) {
    Reading *r = ctx;
    Crosswalk *x = &r->x;
    const Place *p = row;
    int64_t households = p->has.households ? p->households : 0;

    (void)f;
    if (!p->has.lon || !p->has.lat)
        return OK;
    const Point at = { p->lon, p->lat };
    const CrossPair key = { .a = index_find(r->index_a, at), .b = index_find(r->index_b, at) };
    x->places++;
    if (key.a >= 0) {
        x->a.areas[key.a].places++;
        x->a.areas[key.a].households += households;
    }
    if (key.b >= 0) {
        x->b.areas[key.b].places++;
        x->b.areas[key.b].households += households;
    }
    CrossPair *pair =
        key.a >= 0 && key.b >= 0 ? bsearch(&key, x->pairs, (size_t)x->n_pairs, sizeof key, by_pair) : NULL;
    if (pair) {
        pair->places++;
        pair->households += households;
    } else
        x->apart++;
    return OK;
}

static Err make(Tx *tx, Reading *r, const CrossSide *a, const CrossSide *b, Fault *f) {
    TRY(buf_begin(&r->x.words, 1 << 16, WORDS_MAX, f));
    TRY(read_side(tx, r, a, &r->x.a, f));
    TRY(read_side(tx, r, b, &r->x.b, f));
    if (r->x.words.full)
        return fault_memory(f);
    TRY(measure(r, f));
    return tx_each(tx, &place_each_query, (const void *const[]){ NULL }, count_place, r, f);
}

Err crosswalk_make(Tx *tx, const CrossSide *a, const CrossSide *b, Crosswalk *ret, Fault *f) {
    Reading r = { .max = 0 };

    Err e = make(tx, &r, a, b, f);
    if (r.index_a)
        index_free(r.index_a);
    if (r.index_b)
        index_free(r.index_b);
    if (e == OK)
        *ret = r.x;
    else
        crosswalk_free(&r.x);
    return e;
}

static void free_layer(CrossLayer *l) {
    for (int32_t i = 0; i < l->n; i++)
        shape_free(&l->areas[i].shape);
    mem_free(l->areas);
}

void crosswalk_free(Crosswalk *x) {
    free_layer(&x->a);
    free_layer(&x->b);
    mem_free(x->pairs);
    if (x->words.p)
        buf_end(&x->words);
    *x = (Crosswalk){ 0 };
}
