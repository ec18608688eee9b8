/* areas_write – the plan's rows become areas, upper ones first, in one
 * transaction: all of them or none. */
#include "areas_plan.h"

static Err put_row(Tx *tx, AreasPlan *p, const Layer *layer, int32_t i, Fault *f) {
    const AreaRow *row = &p->rows[i];
    Area made;
    AreaPut put = { .layer = layer->id,
                    .level = row->level,
                    .code = row->code,
                    .name = row->name,
                    .shape = row->shape.n_polys ? &row->shape : NULL,
                    .households = row->households,
                    .since = p->how->since };

    if (row->parent >= 0)
        put.parent = p->ids[row->parent];
    else if (row->above >= 0)
        put.parent = p->known[row->above].id;
    TRY(area_put(tx, &put, &made, f));
    p->ids[i] = made.id;
    return OK;
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
                     .governing = p->layer_known ? p->layer.governing : how->governing };

    w->arena.used = 0;
    tx_lend(tx, &w->arena);
    TRY(layer_put(tx, &put, &layer, f));
    TRY(put_rows(tx, p, &layer, f));
    return area_layer_changed(tx, layer.id, f);
}

Err areas_write(Store *s, AreasPlan *p, Fault *f) {
    Writing w = { .plan = p };

    p->ids = mem_alloc((size_t)p->n * sizeof *p->ids);
    if (!p->ids)
        return fault_memory(f);
    TRY(arena_begin(&w.arena, 8 << 20, f));
    Err e = store_write_now(s, write_all, &w, false, f);
    arena_end(&w.arena);
    return e;
}
