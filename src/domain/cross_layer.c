/* cross_layer – see cross_layer.h. */
#include "cross_layer.h"

#include "area_q.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AREAS_ROOM = 256 };

typedef struct Reading {
    Buf *words;
    CrossLayer *layer;
    const CrossSide *side;
    int32_t max;
    char last[44]; /* the path before: is it a leaf? */
    bool last_taken;
} Reading;

Err cross_side_read(Str word, CrossSide *ret, Fault *f) {
    const char *colon = memchr(word.p, ':', word.n);

    *ret = (CrossSide){ .layer = word };
    if (!colon)
        return OK;
    Str level = { colon + 1, word.n - (size_t)(colon + 1 - word.p) };
    ret->layer.n = (size_t)(colon - word.p);
    ret->levelled = true;
    const Choice *choice = choice_worded(&area_level_choices, level);
    if (choice) {
        ret->level = (AreaLevel)choice->number;
        return OK;
    }
    return fault(f, ERR_INVALID, "crosswalk_level", "", "没有“%.*s”这个层级。", "There is no level “%.*s”.",
                 (int)level.n, level.p);
}

static size_t keep_word(Buf *words, Str word) {
    size_t at = words->n;
    buf_put(words, word.p, word.n);
    buf_char(words, 0);
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
        if (!areas)
            return fault_memory(f);
        l->areas = areas;
        r->max = max;
    }
    size_t code = keep_word(r->words, a->code);
    CrossArea *to = &l->areas[l->n++];
    *to = (CrossArea){ .code = code,
                       .name = keep_word(r->words, a->name),
                       .id = a->id,
                       .labelled = a->has.label_lon,
                       .label = { a->label_lon, a->label_lat },
                       .written = a->has.households ? a->households : -1,
                       .most = -1 };
    snprintf(to->path, sizeof to->path, "%.*s", (int)a->path.n, a->path.p);
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
        s.numbers[i] = (Numbered){ r->layer->areas[i].id.v, i };
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

static Err read(Tx *tx, Reading *r, Fault *f) {
    Layer layer;

    TRY(layer_find(tx, r->side->layer, &layer, f));
    r->layer->governing = layer.governing;
    TRY(area_each(tx, layer.id, add_area, r, f));
    TRY(read_shapes(tx, r, layer.id, f));
    drop_shapeless(r->layer);
    if (r->words->full)
        return fault_memory(f);
    if (r->layer->n)
        return OK;
    return fault(f, ERR_INVALID, "crosswalk_empty", "", "图层“%.*s”在这一级没有带边界的网格。",
                 "The layer “%.*s” has no areas with shapes on that level.", (int)r->side->layer.n,
                 r->side->layer.p);
}

Err cross_layer_read(Tx *tx, const CrossSide *side, Buf *words, CrossLayer *ret, Fault *f) {
    CrossLayer l = { 0 };
    Reading r = { .words = words, .layer = &l, .side = side };

    Err e = read(tx, &r, f);
    if (e == OK)
        *ret = l;
    else
        cross_layer_free(&l);
    return e;
}

void cross_layer_free(CrossLayer *l) {
    for (int32_t i = 0; i < l->n; i++)
        shape_free(&l->areas[i].shape);
    mem_free(l->areas);
    *l = (CrossLayer){ 0 };
}
