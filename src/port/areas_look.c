/* areas_look – what a layer has: its active areas with their shapes. */
#include "areas_plan.h"

#include <string.h>

typedef struct Looking {
    AreasPlan *plan;
    KnownAreas *known; /* the one that is being filled */
    Arena arena;
    size_t text_bytes;
} Looking;

void areas_known_drop(KnownAreas *known) {
    for (int32_t i = 0; i < known->n; i++) {
        shape_free(&known->areas[i].shape);
        shape_free(&known->areas[i].own);
    }
    words_end(&known->codes);
    mem_free(known->areas);
    arena_end(&known->texts);
    *known = (KnownAreas){ 0 };
}

/* Rows come in the order of paths: the nearest one before whose path begins this
 * one is the parent. */
static int32_t parent_of(const KnownAreas *known, Str path) {
    for (int32_t i = known->n - 1; i >= 0; i = known->areas[i].parent) {
        Str above = known->areas[i].path;
        if (above.n < path.n && memcmp(above.p, path.p, above.n) == 0)
            return i;
    }
    return -1;
}

static size_t text_room(Str s) { return (s.n + 1 + 15) & ~(size_t)15; }

static Err count_area(void *ctx, const Area *a, Fault *f) {
    Looking *l = ctx;

    (void)f;
    l->known->room++;
    l->text_bytes += text_room(a->code) + text_room(a->name) + text_room(a->path);
    return OK;
}

static Err keep_area(void *ctx, const Area *a, Fault *f) {
    KnownAreas *known = ((Looking *)ctx)->known;
    KnownArea k = { .id = a->id,
                    .level = a->level,
                    .shaped = a->shaped,
                    .households = a->has.households ? a->households : -1,
                    .into = -1 };
    int32_t was;

    const AreasOptions *how = ((Looking *)ctx)->plan->how;

    if (known->n == known->room)
        return OK; /* cannot be: both passes are one snapshot */
    if (how->replace && known == &((Looking *)ctx)->plan->known && a->level == how->level)
        return OK; /* it ends: neither a neighbour nor in the way */
    TRY(str_copy(&known->texts, a->code, &k.code, f));
    TRY(str_copy(&known->texts, a->name, &k.name, f));
    TRY(str_copy(&known->texts, a->path, &k.path, f));
    k.parent = parent_of(known, k.path);
    TRY(words_put(&known->codes, k.code, known->n, &was, f));
    known->areas[known->n++] = k;
    return OK;
}

static Err keep_layer(Looking *l, const Layer *layer, Fault *f) {
    KnownAreas *known = l->known;

    known->there = true;
    known->layer = *layer;
    TRY(arena_begin(
        &known->texts,
        l->text_bytes + text_room(layer->code_pattern) + text_room(layer->zh) + text_room(layer->en), f));
    TRY(str_copy(&known->texts, layer->code_pattern, &known->layer.code_pattern, f));
    TRY(str_copy(&known->texts, layer->zh, &known->layer.zh, f));
    TRY(str_copy(&known->texts, layer->en, &known->layer.en, f));
    known->areas = mem_alloc((size_t)known->room * sizeof *known->areas);
    return known->areas ? OK : fault_memory(f);
}

static Err load_shapes(Tx *tx, Looking *l, Fault *f) {
    for (int32_t i = 0; i < l->known->n; i++) {
        KnownArea *k = &l->known->areas[i];
        bool shaped;
        l->arena.used = 0;
        if (k->shaped)
            TRY(area_shape_load(tx, k->id, NULL, &k->shape, &shaped, f));
    }
    return OK;
}

static Err look_at(Tx *tx, Looking *l, Str code, KnownAreas *known, Fault *f) {
    Layer layer;

    l->known = known;
    l->text_bytes = 0;
    l->arena.used = 0;
    areas_known_drop(known); /* a read may run twice */
    TRY(layer_find(tx, code, &layer, f));
    TRY(area_each(tx, layer.id, count_area, l, f));
    TRY(keep_layer(l, &layer, f));
    TRY(area_each(tx, layer.id, keep_area, l, f));
    return load_shapes(tx, l, f);
}

static Err look(Tx *tx, void *arg, Fault *f) {
    Looking *l = arg;
    AreasPlan *p = l->plan;

    tx_lend(tx, &l->arena);
    Err e = look_at(tx, l, p->how->layer, &p->known, f);
    if (e != ERR_NOT_FOUND) /* it is made then */
        TRY(e);
    return p->how->compare.n ? look_at(tx, l, p->how->compare, &p->compared, f) : OK;
}

Err areas_look(Store *s, AreasPlan *p, Fault *f) {
    Looking l = { .plan = p };

    if (!s) /* no store yet */
        return p->how->compare.n
                   ? fault(f, ERR_NOT_FOUND, "layer_unknown", "compare", "没有代码为“%.*s”的图层。",
                           "There is no layer with the code “%.*s”.", (int)p->how->compare.n, p->how->compare.p)
                   : OK;
    TRY(arena_begin(&l.arena, 64 << 20, f));
    Err e = store_read(s, -1, look, &l, f);
    arena_end(&l.arena);
    return e;
}
