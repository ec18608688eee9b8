/* crosswalk – see crosswalk.h. */
#include "crosswalk.h"

#include "index.h"
#include "overlay.h"
#include "place_q.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 1 << 30 };

typedef struct Reading {
    Crosswalk x;
    AreaIndex *index_a, *index_b;
} Reading;

const char *crosswalk_word(const Crosswalk *x, size_t at) { return x->words.p + at; }

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
    TRY(cross_layer_read(tx, a, &r->x.words, &r->x.a, f));
    TRY(cross_layer_read(tx, b, &r->x.words, &r->x.b, f));
    TRY(measure(r, f));
    return tx_each(tx, &place_each_query, (const void *const[]){ NULL }, count_place, r, f);
}

Err crosswalk_make(Tx *tx, const CrossSide *a, const CrossSide *b, Crosswalk *ret, Fault *f) {
    Reading r = { 0 };

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

void crosswalk_free(Crosswalk *x) {
    cross_layer_free(&x->a);
    cross_layer_free(&x->b);
    mem_free(x->pairs);
    if (x->words.p)
        buf_end(&x->words);
    *x = (Crosswalk){ 0 };
}
