/* areas_write – the plan's rows become areas, upper ones first, in one
 * transaction: all of them or none. */
#include "areas_plan.h"

#include "area_change.h"
#include "area_redraw.h"
#include "place_change.h"

#include <stdio.h>
#include <string.h>

static bool later(const AreasPlan *p) { return p->how->since > day_of_ms(clock_now_ms()); }

static Err put_row(Tx *tx, AreasPlan *p, const Layer *layer, int32_t i, Fault *f) {
    const AreaRow *row = &p->rows[i];
    Area made;
    AreaPut put = { .layer = layer->id,
                    .level = row->level,
                    .code = row->code,
                    .name = row->name,
                    .shape = row->shape.n_polys ? &row->shape : NULL,
                    .households = row->households,
                    .since = p->how->since,
                    .state = later(p) ? AREA_APPROVED : AREA_ACTIVE,
                    .instead = p->how->replace };

    if (row->parent >= 0)
        put.parent = p->ids[row->parent];
    else if (row->above >= 0)
        put.parent = p->known.areas[row->above].id;
    TRY(area_put(tx, &put, &made, f));
    p->ids[i] = made.id;
    return later(p) ? area_begin_later(tx, &made, f) : OK;
}

static Err put_rows(Tx *tx, AreasPlan *p, const Layer *layer, Fault *f) {
    Arena *a = tx_arena(tx);
    size_t used = a->used;

    for (int level = LEVEL_DISTRICT; level <= LEVEL_BUILDINGS; level++)
        for (int32_t i = 0; i < p->n; i++)
            if ((int)p->rows[i].level == level) {
                TRY(put_row(tx, p, layer, i, f));
                a->used = used; /* nothing of a row is needed beyond its id */
            }
    return OK;
}

/* The households of a mere list are the sum of its buildings': of all that stand, because
 * buildings came to some of them and went from others. */
static Err count_again(Tx *tx, const AreasPlan *p, Fault *f) {
    size_t used = tx_arena(tx)->used;

    for (int32_t i = 0; p->n_buildings && i < p->known.n; i++)
        if (p->known.areas[i].level == p->how->level && !p->known.areas[i].shaped) {
            TRY(area_count_households(tx, p->known.areas[i].id, f));
            tx_arena(tx)->used = used;
        }
    return OK;
}

static Err put_buildings(Tx *tx, const AreasPlan *p, Fault *f) {
    size_t used = tx_arena(tx)->used;
    Place made;
    bool changed;

    for (int32_t i = 0; i < p->n_buildings; i++) {
        const BuildingRow *b = &p->buildings[i];
        PlacePut put = areas_building(p, b);
        if (b->known < 0)
            put.area = p->ids[b->grid];
        if (!b->place.v)
            TRY(place_put(tx, &put, &made, f));
        else if (b->changes)
            TRY(place_change(tx, b->place, &put, day_of_ms(clock_now_ms()), &changed, f));
        tx_arena(tx)->used = used;
    }
    TRY(count_again(tx, p, f));
    return p->n_buildings ? places_changed(tx, f) : OK;
}

/* ---- what stood before, under the new level --------------------------------- */

static Err hang_adopted(Tx *tx, const AreasPlan *p, Fault *f) {
    size_t used = tx_arena(tx)->used;

    for (int32_t i = 0; i < p->known.n; i++)
        if (p->known.areas[i].into >= 0) {
            TRY(area_hang_now(tx, p->known.areas[i].id, p->ids[p->known.areas[i].into], p->how->since, f));
            tx_arena(tx)->used = used;
        }
    return OK;
}

/* ---- upper areas that became unions --------------------------------------- */

/* The layer that keeps the shapes an upper level was drawn with. */
static Err own_layer(Tx *tx, const AreasPlan *p, AreaLevel level, Layer *ret, Fault *f) {
    const Choice *c = choice_numbered(&area_level_choices, (int64_t)level);
    char code[80], zh[200], en[200];
    const Layer *of = &p->known.layer;

    snprintf(code, sizeof code, "%.*s_%s", (int)p->how->layer.n, p->how->layer.p, c->word);
    snprintf(zh, sizeof zh, "%.*s：%s原边界", (int)of->zh.n, of->zh.p, c->zh);
    snprintf(en, sizeof en, "%.*s: borders of %s as drawn", (int)of->en.n, of->en.p, c->en);
    if (strlen(code) > 40 || utf8_count(zh, strlen(zh)) > 60 || utf8_count(en, strlen(en)) > 60)
        return fault(f, ERR_INVALID, "layer_words", "layer", "图层的代码或名称太长，放不下“%s”这一层的原边界。",
                     "The layer's code or name is too long to make a layer beside it for the borders of “%s”.",
                     c->word);
    LayerPut put = { .code = str(code), .zh = str(zh), .en = str(en) };
    return layer_put(tx, &put, ret, f);
}

static Err keep_own(Tx *tx, const AreasPlan *p, AreaLevel level, Str code, Str name, const Shape *own,
                    LayerId *ret_layer, Fault *f) {
    Layer layer;
    Area made;

    TRY(own_layer(tx, p, level, &layer, f));
    AreaPut put = { .layer = layer.id,
                    .level = level,
                    .code = code,
                    .name = name,
                    .shape = own,
                    .households = -1,
                    .since = p->how->since };
    *ret_layer = layer.id;
    return area_put(tx, &put, &made, f);
}

static Err write_unions(Tx *tx, const AreasPlan *p, Fault *f) {
    LayerId kept[LEVEL_BUILDINGS + 1] = { 0 };
    size_t used = tx_arena(tx)->used;

    for (int32_t i = 0; i < p->known.n; i++) {
        const KnownArea *k = &p->known.areas[i];
        if (k->changed && (!later(p) || k->level == p->how->level)) /* unions come on the day */
            TRY(area_reshape(tx, k->id, &k->shape, f));
        if (k->own.n_polys && !later(p) && !p->how->replace) /* what is replaced lay in it: no drawn one */
            TRY(keep_own(tx, p, k->level, k->code, k->name, &k->own, &kept[k->level], f));
        tx_arena(tx)->used = used;
    }
    for (int32_t i = 0; i < p->n; i++) {
        const AreaRow *row = &p->rows[i];
        if (row->own.n_polys)
            TRY(keep_own(tx, p, row->level, row->code, row->name, &row->own, &kept[row->level], f));
        tx_arena(tx)->used = used;
    }
    for (size_t l = 0; l < COUNT(kept); l++)
        if (kept[l].v)
            TRY(area_layer_changed(tx, kept[l], f));
    return OK;
}

/* ---- in the place of what stands ------------------------------------------- */

static Err replace(Tx *tx, const AreasPlan *p, LayerId layer, Fault *f) {
    AreaDrawn *drawn = mem_alloc((size_t)p->n * sizeof *drawn);
    size_t n = 0;

    if (!drawn)
        return fault_memory(f);
    for (int32_t i = 0; i < p->n; i++)
        if (p->rows[i].level == p->how->level)
            drawn[n++] = (AreaDrawn){ p->ids[i], &p->rows[i].shape };
    Err e = area_redraw(tx, layer, p->how->level, p->how->since, drawn, n, f);
    mem_free(drawn);
    return e;
}

/* ---- the transaction ------------------------------------------------------ */

typedef struct Writing {
    AreasPlan *plan;
    Arena arena;
} Writing;

static Err write_all(Tx *tx, void *arg, Fault *f) {
    Writing *w = arg;
    AreasPlan *p = w->plan;
    const AreasOptions *how = p->how;
    Layer layer;
    LayerPut put = { .code = how->layer,
                     .zh = how->layer_zh.n ? how->layer_zh : how->layer,
                     .en = how->layer_en.n ? how->layer_en : how->layer,
                     .code_pattern = how->pattern,
                     .governing = p->known.there ? p->known.layer.governing : how->governing };

    w->arena.used = 0;
    tx_lend(tx, &w->arena);
    TRY(layer_put(tx, &put, &layer, f));
    TRY(put_rows(tx, p, &layer, f));
    TRY(put_buildings(tx, p, f));
    TRY(hang_adopted(tx, p, f));
    TRY(write_unions(tx, p, f));
    if (how->replace)
        TRY(replace(tx, p, layer.id, f));
    return area_layer_changed(tx, layer.id, f);
}

Err areas_write(Store *s, AreasPlan *p, Fault *f) {
    Writing w = { .plan = p };

    p->ids = mem_alloc(((size_t)p->n + 1) * sizeof *p->ids);
    if (!p->ids)
        return fault_memory(f);
    TRY(arena_begin(&w.arena, 8 << 20, f));
    Err e = store_write_now(s, write_all, &w, false, f);
    arena_end(&w.arena);
    return e;
}
