/* tile_layer – a layer made ready for tiles: arcs, the box of each area, and which
 * words it carries (tile_words.c). */
#include "tile_inside.h"

#include <string.h>

bool tile_address_ok(TileAddress at) {
    if (at.z < 0 || at.z > TILE_ZOOM_MAX)
        return false;
    int32_t n = 1 << at.z;
    return at.x >= 0 && at.x < n && at.y >= 0 && at.y < n;
}

Err tile_address_fault(Fault *f) {
    return fault(f, ERR_NOT_FOUND, "tile_unknown", "", "没有这个瓦片：级别 0 到 %d，行列在级别之内。",
                 "There is no such tile: zoom is 0 to %d, column and row lie within it.", TILE_ZOOM_MAX);
}

/* ---- values ------------------------------------------------------------- */

static Err take_values(TileLayer *l, const TileArea *areas, Fault *f) {
    int64_t n = (int64_t)l->n_areas * l->n_keys;

    l->values = mem_alloc((size_t)n * sizeof *l->values);
    if (!l->values)
        return fault_memory(f);
    TRY(tile_words_begin(&l->words, n, f));
    for (int32_t i = 0; i < l->n_areas; i++)
        for (int32_t k = 0; k < l->n_keys; k++) {
            int32_t *value = &l->values[(int64_t)i * l->n_keys + k];
            *value = -1;
            if (areas[i].values[k].kind != TILE_ABSENT)
                TRY(tile_words_put(&l->words, &areas[i].values[k], value, f));
        }
    mem_free(l->words.slots); /* no word comes any more */
    l->words.slots = NULL;
    return OK;
}

/* ---- areas -------------------------------------------------------------- */

static void area_box(const Arcs *arcs, LayerArea *a) {
    a->box = WORLD_BOX_NONE;
    for (int32_t r = arcs->ring_at[a->ring]; r < arcs->ring_at[a->ring + a->rings]; r++) {
        const WorldBox *b = &arcs->boxes[arcs->refs[r] < 0 ? ~arcs->refs[r] : arcs->refs[r]];
        world_box_grow(&a->box, b->west, b->north);
        world_box_grow(&a->box, b->east, b->south);
    }
}

static Err take_arcs(TileLayer *l, const TileArea *areas, Fault *f) {
    const Shape **shapes = mem_alloc((size_t)l->n_areas * sizeof *shapes);
    if (!shapes)
        return fault_memory(f);
    for (int32_t i = 0; i < l->n_areas; i++)
        shapes[i] = areas[i].shape;
    Err e = arcs_make(shapes, l->n_areas, &l->arcs, f);
    mem_free(shapes);
    return e == OK ? arcs_planar(&l->arcs, &l->planar, f) : e;
}

static Err take_areas(TileLayer *l, const TileArea *areas, Fault *f) {
    WorldBox *boxes = mem_alloc((size_t)l->n_areas * sizeof *boxes);
    int32_t ring = 0;

    l->areas = mem_alloc((size_t)l->n_areas * sizeof *l->areas);
    Err e = boxes && l->areas ? OK : fault_memory(f);
    for (int32_t i = 0; e == OK && i < l->n_areas; i++) {
        LayerArea *a = &l->areas[i];
        *a = (LayerArea){ .ring = ring,
                          .rings = areas[i].shape->n_rings,
                          .from_zoom = areas[i].from_zoom,
                          .labelled = areas[i].labelled };
        if (a->labelled)
            a->label = world_of(areas[i].label);
        ring += a->rings;
        area_box(&l->arcs, a);
        boxes[i] = a->box;
    }
    if (e == OK)
        e = box_tree_build(boxes, l->n_areas, &l->tree, f);
    mem_free(boxes);
    return e;
}

static Err take_keys(TileLayer *l, const TileKey *keys, int32_t n, Fault *f) {
    if (n > TILE_KEYS_MAX)
        return fault(f, ERR_LIMIT, "keys_many", "", "属性太多，最多 %d 个。", "Too many keys: at most %d.",
                     TILE_KEYS_MAX);
    for (int32_t k = 0; k < n; k++) {
        size_t size = strlen(keys[k].name);
        size = size < sizeof l->key_room[k] ? size : sizeof l->key_room[k] - 1;
        memcpy(l->key_room[k], keys[k].name, size);
        l->keys[k] = (TileKey){ l->key_room[k], keys[k].label };
    }
    l->n_keys = n;
    return OK;
}

Err tile_layer_build(const TileKey *keys, int32_t n_keys, const TileArea *areas, int32_t n, TileLayer **ret,
                     Fault *f) {
    TileLayer *l = mem_alloc(sizeof *l);
    if (!l)
        return fault_memory(f);
    *l = (TileLayer){ .n_areas = n };
    Err e = take_keys(l, keys, n_keys, f);
    if (e == OK)
        e = take_values(l, areas, f);
    if (e == OK)
        e = take_arcs(l, areas, f);
    if (e == OK)
        e = take_areas(l, areas, f);
    if (e == OK)
        *ret = l;
    else
        tile_layer_free(l);
    return e;
}

void tile_layer_free(TileLayer *l) {
    if (!l)
        return;
    arcs_free(&l->arcs);
    box_tree_free(l->tree);
    mem_free(l->areas);
    mem_free(l->values);
    tile_words_end(&l->words);
    mem_free(l);
}

size_t tile_layer_size(const TileLayer *l) {
    const Arcs *a = &l->arcs;

    return sizeof *l + (size_t)a->n_points * (sizeof *a->points + sizeof *a->worth) +
           (size_t)a->n_arcs * (sizeof *a->boxes + sizeof *a->from) + (size_t)a->n_refs * sizeof *a->refs +
           (size_t)a->n_rings * sizeof *a->ring_at + (size_t)l->n_areas * sizeof *l->areas +
           (size_t)l->n_areas * (size_t)l->n_keys * sizeof *l->values +
           (size_t)l->words.at.n * sizeof *l->words.at.p + l->words.bytes.n + box_tree_size(l->tree);
}
