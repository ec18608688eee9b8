/* area – see area.h. */
#include "text.h"
#include "area.h"

#include "area_q.h"
#include "area_tree.h"
#include "ground.h"
#include "place_q.h"
#include "polygon.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- layers ---- */

Err layer_find(Tx *tx, Str code, Layer *ret, Fault *f) {
    LayerCode key = { .code = code };
    Layer l;
    size_t n;

    TRY(sql_layer_by_code(tx, &key, &l, 1, &n, f));
    if (n == 0)
        return fault(f, ERR_NOT_FOUND, "layer_unknown", "layer", "没有代码为“%.*s”的图层。",
                     "There is no layer with the code “%.*s”.", (int)code.n, code.p);
    *ret = l;
    return OK;
}

/* A layer that does not govern has paths outside the governing tree. */
static Err layer_prefix(Tx *tx, bool governing, Str *ret, Fault *f) {
    Layer all[64];
    size_t n;

    TRY(sql_layer_list(tx, all, COUNT(all), &n, f));
    for (size_t i = 0; governing && i < n; i++)
        if (all[i].governing)
            return fault(
                f, ERR_CONFLICT, "layer_governs_already", "governing", "已有治理图层“%.*s”，只能有一个。",
                "The layer “%.*s” governs already; there can be only one.", (int)all[i].code.n, all[i].code.p);
    if (n == COUNT(all))
        return fault(f, ERR_LIMIT, "layers_many", "layer", "图层太多，最多 %zu 个。",
                     "Too many layers: at most %zu.", COUNT(all));
    if (governing)
        return str_copy(tx_arena(tx), str("0"), ret, f);
    return area_path_under(tx_arena(tx), str("1"), (int32_t)n, ret, f);
}

Err layer_put(Tx *tx, const LayerPut *in, Layer *ret, Fault *f) {
    Fault none;
    Layer l;
    int64_t changed;
    Err e = layer_find(tx, in->code, &l, &none);

    if (e == OK && l.governing != in->governing)
        return fault(f, ERR_CONFLICT, "layer_governs", "governing", "图层“%.*s”已存在，不能改变它是否治理。",
                     "The layer “%.*s” exists; whether it governs cannot be changed.", (int)in->code.n,
                     in->code.p);
    if (e == ERR_NOT_FOUND) {
        l = (Layer){ .id = { id_new(0) },
                     .code = in->code,
                     .zh = in->zh,
                     .en = in->en,
                     .governing = in->governing,
                     .code_pattern = in->code_pattern,
                     .revision = 1 };
        l.has.code_pattern = in->code_pattern.n > 0;
        TRY(layer_prefix(tx, in->governing, &l.prefix, f));
        TRY(sql_layer_add(tx, &l, &changed, f));
    } else if (e != OK) {
        *f = none;
        return e;
    }
    *ret = l;
    return OK;
}

Err layer_load(Tx *tx, LayerId id, Layer *ret, Fault *f) {
    LayerKey key = { .id = id };
    size_t n;

    TRY(sql_layer_by_id(tx, &key, ret, 1, &n, f));
    return n ? OK
             : fault(f, ERR_NOT_FOUND, "layer_unknown", "layer", "没有这个图层。", "There is no such layer.");
}

Err area_layer_changed(Tx *tx, LayerId layer, Fault *f) {
    Layer l;
    int64_t changed;

    TRY(layer_load(tx, layer, &l, f));
    l.revision++;
    return sql_layer_save(tx, &l, &changed, f);
}

Err layer_list(Tx *tx, const Nothing *in, const Actor *by, Page *ret, Fault *f) {
    (void)in, (void)by;
    return sql_layer_list(tx, ret->rows, ret->max, &ret->n, f);
}

/* ---- reading areas ---- */

bool area_in_force(const Area *a, int32_t day) {
    return a->state == AREA_ACTIVE && a->since <= day && (!a->has.until || a->until >= day);
}

Err area_load(Tx *tx, AreaId id, Area *ret, Fault *f) {
    AreaKey key = { .id = id };
    Area a;
    size_t n;

    TRY(sql_area_by_id(tx, &key, &a, 1, &n, f));
    if (n == 0)
        return fault(f, ERR_NOT_FOUND, "area_unknown", "area", "没有这个网格。", "There is no such area.");
    *ret = a;
    return OK;
}

enum { CODED_MAX = 4 };

Err area_by_code(Tx *tx, LayerId layer, Str code, Area *ret, Fault *f) {
    AreaCoded key = { .layer = layer, .code = code };
    Area found[CODED_MAX];
    size_t n, at = 0;

    TRY(sql_area_by_code(tx, &key, found, COUNT(found), &n, f));
    if (n == 0)
        return fault(f, ERR_NOT_FOUND, "area_unknown", "area", "没有代码为“%.*s”的网格。",
                     "There is no area with the code “%.*s”.", (int)code.n, code.p);
    for (size_t i = 0; i < n; i++) /* one that stands, before one that is to take its place */
        if (found[i].state == AREA_ACTIVE)
            at = i;
    *ret = found[at];
    return OK;
}

Err area_governing_by_code(Tx *tx, Str code, Area *ret, Fault *f) {
    Layer layer;
    size_t n;

    TRY(sql_layer_governing(tx, &layer, 1, &n, f));
    return area_by_code(tx, n ? layer.id : (LayerId){ 0 }, code, ret, f);
}

Err area_governing_by_name(Tx *tx, Str name, Area *ret, Fault *f) {
    Layer layer;
    Area named[2];
    size_t n;

    TRY(sql_layer_governing(tx, &layer, 1, &n, f));
    AreaNamed key = { .layer = n ? layer.id : (LayerId){ 0 }, .name = name };
    TRY(sql_area_by_name(tx, &key, named, COUNT(named), &n, f));
    if (n == 2)
        return fault(f, ERR_INVALID, "area_ambiguous", "area", "有几个网格叫“%.*s”，请写编码。",
                     "Several areas are called “%.*s”: write the code.", (int)name.n, name.p);
    if (n == 0)
        return fault(f, ERR_NOT_FOUND, "area_unknown", "area", "没有编码或名称为“%.*s”的网格。",
                     "There is no area with the code or name “%.*s”.", (int)name.n, name.p);
    *ret = named[0];
    return OK;
}

Err area_range(Tx *tx, AreaId within, Str *ret_low, Str *ret_high, Fault *f) {
    char high[48];
    Area a;

    TRY(area_load(tx, within, &a, f));
    snprintf(high, sizeof high, "%.*s~", (int)a.path.n, a.path.p);
    *ret_low = a.path;
    return str_copy(tx_arena(tx), str(high), ret_high, f);
}

Err area_shape_load(Tx *tx, AreaId id, Arena *a, Shape *ret, bool *ret_shaped, Fault *f) {
    AreaKey key = { .id = id };
    AreaShape row;
    size_t n;

    TRY(sql_area_shape_get(tx, &key, &row, 1, &n, f));
    if (n)
        TRY(shape_unpack(row.shape, a, ret, f));
    *ret_shaped = n > 0;
    return OK;
}

typedef struct EachActive {
    AreaEach *each;
    void *ctx;
} EachActive;

static Err only_active(void *ctx, const void *row, Fault *f) {
    const EachActive *to = ctx;
    const Area *a = row;
    return a->state == AREA_ACTIVE ? to->each(to->ctx, a, f) : OK;
}

Err area_each(Tx *tx, LayerId layer, AreaEach *each, void *ctx, Fault *f) {
    LayerKey key = { .id = layer };
    EachActive to = { each, ctx };
    return tx_each(tx, &area_of_layer_query, (const void *const[]){ &key }, only_active, &to, f);
}

Err area_get(Tx *tx, const AreaKey *in, const Actor *by, Area *ret, Fault *f) {
    (void)by;
    return area_load(tx, in->id, ret, f);
}

Err area_list(Tx *tx, const AreaFind *in, const Actor *by, Page *ret, Fault *f) {
    AreaFind find = *in;

    (void)by;
    find.has.words_like = in->has.words;
    if (in->has.words)
        TRY(str_holding(tx_arena(tx), in->words, &find.words_like, f));
    return sql_area_list(tx, &find, ret->rows, (size_t)in->limit, &ret->n, f);
}

Err area_history(Tx *tx, const AreaKey *in, const Actor *by, Page *ret, Fault *f) {
    (void)by;
    return sql_lineage_of_area(tx, in, ret->rows, ret->max, &ret->n, f);
}

static Err outline_of(Tx *tx, const Area *a, const Shape *shape, int32_t tolerance, AreaOutline *ret,
                      Fault *f) {
    Buf text;
    AreaOutline o = { .id = a->id,
                      .level = a->level,
                      .code = a->code,
                      .name = a->name,
                      .label_lon = a->label_lon,
                      .label_lat = a->label_lat };

    TRY(buf_begin(&text, 4096, 8 << 20, f));
    shape_geojson(shape, tolerance, &text);
    Err e = text.full ? fault_arena(f) : str_copy(tx_arena(tx), buf_view(&text), &o.geometry, f);
    buf_end(&text);
    TRY(e);
    o.has.id = o.has.level = o.has.code = o.has.name = o.has.geometry = true;
    o.has.label_lon = o.has.label_lat = true;
    *ret = o;
    return OK;
}

static int by_area(const void *a, const void *b) {
    int64_t x = ((const AreaShape *)a)->area.v, y = ((const AreaShape *)b)->area.v;
    return (x > y) - (x < y);
}

/* Those children that have a shape, all shapes in one query. */
static Err outlines_below(Tx *tx, AreaId parent, int32_t tolerance, Page *ret, Fault *f) {
    AreaFind find = { .parent = parent, .limit = (int32_t)ret->max - 1 };
    Area *below = arena_take(tx_arena(tx), sizeof *below * ret->max);
    AreaShape *shapes = arena_take(tx_arena(tx), sizeof *shapes * ret->max), *found;
    AreaOutline *out = ret->rows;
    size_t n, n_shapes;
    Shape shape;

    if (!below || !shapes)
        return fault_arena(f);
    find.has.parent = true;
    TRY(sql_area_list(tx, &find, below, ret->max - 1, &n, f));
    TRY(sql_area_shape_below(tx, &find, shapes, ret->max - 1, &n_shapes, f));
    qsort(shapes, n_shapes, sizeof *shapes, by_area);
    for (size_t i = 0; i < n; i++) {
        AreaShape wanted = { .area = below[i].id };
        if (!(found = bsearch(&wanted, shapes, n_shapes, sizeof *shapes, by_area)))
            continue;
        TRY(shape_unpack(found->shape, tx_arena(tx), &shape, f));
        TRY(outline_of(tx, &below[i], &shape, tolerance, &out[ret->n++], f));
    }
    return OK;
}

Err area_outlines(Tx *tx, const AreaWithin *in, const Actor *by, Page *ret, Fault *f) {
    AreaOutline *out = ret->rows;
    int32_t tolerance = (int32_t)(in->tolerance * 90); /* a metre is about 90 of 1e-7 degree */
    Area self;
    Shape shape;
    bool shaped;

    (void)by;
    TRY(area_load(tx, (AreaId){ in->area.v }, &self, f));
    TRY(area_shape_load(tx, self.id, tx_arena(tx), &shape, &shaped, f));
    ret->n = shaped;
    if (shaped)
        TRY(outline_of(tx, &self, &shape, tolerance, &out[0], f));
    return outlines_below(tx, self.id, tolerance, ret, f);
}

static void link_of(const GroundArea *a, ChainLink *ret) {
    *ret = (ChainLink){ .id = a->id, .level = a->level, .code = a->code, .name = a->name };
    ret->has.id = ret->has.level = ret->has.code = ret->has.name = true;
}

/* Copies links out of the picture, because it is given back before they are written. */
static Err links_of(Arena *a, const GroundArea *const *from, size_t n, List *ret, Fault *f) {
    ChainLink *links = arena_take(a, sizeof *links * (n + 1));
    if (!links)
        return fault_arena(f);
    for (size_t i = 0; i < n; i++) {
        link_of(from[i], &links[i]);
        TRY(str_copy(a, links[i].code, &links[i].code, f));
        TRY(str_copy(a, links[i].name, &links[i].name, f));
    }
    *ret = (List){ links, n };
    return OK;
}

Err area_chain(Tx *tx, const Ground *g, const GroundArea *from, List *ret, Fault *f) {
    const GroundArea *chain[CHAIN_MAX];
    size_t n = ground_chain(g, from, chain);
    return links_of(tx_arena(tx), chain, n, ret, f);
}

static Err answer_spotted(Tx *tx, const Ground *g, const Spotted *s, Located *out, Fault *f) {
    out->found = s->area != NULL;
    out->whole = s->whole;
    out->has.found = out->has.whole = out->has.chain = out->has.near = true;
    TRY(area_chain(tx, g, s->area, &out->chain, f));
    TRY(links_of(tx_arena(tx), s->near, s->n_near, &out->near, f));
    if (s->agreement.n) {
        TRY(str_copy(tx_arena(tx), s->agreement, &out->border, f));
        out->has.border = true;
        out->unit = s->unit;
        out->has.unit = s->unit.v != 0;
    }
    return OK;
}

Err area_locate(Tx *tx, const Spot *in, const Actor *by, Located *ret, Fault *f) {
    const Ground *g;
    Spotted s;
    Located out = { 0 };

    (void)by;
    TRY(ground_borrow(tx, &g, f));
    ground_spot(g, (Point){ in->lon, in->lat }, day_of_ms(clock_now_ms()), &s);
    Err e = answer_spotted(tx, g, &s, &out, f);
    ground_return(g);
    TRY(e);
    *ret = out;
    return OK;
}

/* ---- making areas ---- */

bool area_code_fits(Str pattern, Str code) {
    char z[128], c[64];
    regex_t re;

    if (pattern.n == 0)
        return true;
    snprintf(z, sizeof z, "%.*s", (int)pattern.n, pattern.p);
    snprintf(c, sizeof c, "%.*s", (int)code.n, code.p);
    if (regcomp(&re, z, REG_EXTENDED | REG_NOSUB) != 0)
        return false;
    bool fits = regexec(&re, c, 0, NULL, 0) == 0;
    regfree(&re);
    return fits;
}

static Err check_put(Tx *tx, const Layer *layer, const AreaPut *in, Fault *f) {
    Fault none;
    Area same;

    if (in->code.n == 0 || in->code.n > 40 || in->name.n == 0 || utf8_count(in->name.p, in->name.n) > 80)
        return fault(f, ERR_INVALID, "area_words", "code",
                     "网格要有代码（不超过 40 个字）和名称（不超过 80 个字）：“%.*s”。",
                     "An area needs a code of at most 40 characters and a name of at most 80: “%.*s”.",
                     (int)(in->code.n < 60 ? in->code.n : 60), in->code.p);
    if (layer->has.code_pattern && !area_code_fits(layer->code_pattern, in->code))
        return fault(f, ERR_INVALID, "area_code", "code", "代码“%.*s”不符合图层的格式 %.*s。",
                     "The code “%.*s” does not fit the layer's pattern %.*s.", (int)in->code.n, in->code.p,
                     (int)layer->code_pattern.n, layer->code_pattern.p);
    if (area_by_code(tx, in->layer, in->code, &same, &none) == OK &&
        !(in->instead && same.state == AREA_ACTIVE && same.level == in->level))
        return fault(f, ERR_CONFLICT, "area_code_taken", "code", "代码“%.*s”已有网格“%.*s”。",
                     "The code “%.*s” belongs to the area “%.*s” already.", (int)in->code.n, in->code.p,
                     (int)same.name.n, same.name.p);
    return OK;
}

Err area_count_households(Tx *tx, AreaId id, Fault *f) {
    AreaKey key = { .id = id };
    Count sum;
    Area a;
    size_t n;
    int64_t changed;

    TRY(area_load(tx, id, &a, f));
    TRY(sql_place_households(tx, &key, &sum, 1, &n, f));
    if (n == 0 || sum.n < 0 || (a.has.households && a.households == sum.n))
        return OK;
    a.households = (int32_t)sum.n;
    a.has.households = true;
    return sql_area_save(tx, &a, &changed, f);
}

/* Under a parent its next step, else the layer's. */
static Err take_path(Tx *tx, Layer *layer, const AreaPut *in, Area *a, Fault *f) {
    Area parent;
    int64_t changed;

    if (in->parent.v == 0) {
        TRY(area_path_under(tx_arena(tx), layer->prefix, layer->roots++, &a->path, f));
        return sql_layer_save(tx, layer, &changed, f);
    }
    TRY(area_load(tx, in->parent, &parent, f));
    if (parent.layer.v != in->layer.v || parent.level >= in->level)
        return fault(f, ERR_INVALID, "area_parent", "parent",
                     "“%.*s”不能作“%.*s”的上级：要在同一图层，并且层级更高。",
                     "“%.*s” cannot be the parent of “%.*s”: it must be of the same layer and a higher level.",
                     (int)parent.name.n, parent.name.p, (int)in->name.n, in->name.p);
    a->parent = parent.id;
    a->has.parent = true;
    TRY(area_path_under(tx_arena(tx), parent.path, parent.children++, &a->path, f));
    return sql_area_save(tx, &parent, &changed, f);
}

/* What lies under a subdistrict carries its slot; a district and what has no
 * subdistrict above it is at home 0. */
static Err take_slot(Tx *tx, const Layer *layer, const AreaPut *in, Area *a, Fault *f) {
    Area top;
    size_t n;
    int32_t home = in->parent.v ? id_home(in->parent.v) : 0;

    if (layer->governing && in->level == LEVEL_SUBDISTRICT) {
        TRY(sql_area_top_slot(tx, &top, 1, &n, f));
        a->slot = n ? top.slot + 1 : 1;
        if (a->slot > HOME_MAX)
            return fault(f, ERR_LIMIT, "slots_full", "level", "街镇太多，最多 %d 个。",
                         "Too many subdistricts: at most %d.", HOME_MAX);
        home = a->slot;
    }
    a->id.v = id_new(home);
    return OK;
}

static Err write_shape(Tx *tx, const Area *a, const Shape *shape, bool known, Fault *f) {
    AreaShape row = { .area = a->id, .layer = a->layer };
    Buf bytes;
    int64_t changed;

    TRY(buf_begin(&bytes, 4096, 64 << 20, f));
    shape_pack(shape, &bytes);
    row.shape = buf_view(&bytes);
    Err e = bytes.full ? fault_arena(f)
            : known    ? sql_area_shape_save(tx, &row, &changed, f)
                       : sql_area_shape_add(tx, &row, &changed, f);
    buf_end(&bytes);
    return e;
}

static void measure(Area *a, const Shape *shape) {
    Point label;

    shape_label(shape, &label);
    a->label_lon = label.lon;
    a->label_lat = label.lat;
    a->m2 = (int64_t)(shape_area_m2(shape) + 0.5);
    a->shaped = a->has.label_lon = a->has.label_lat = a->has.m2 = true;
}

Err area_put(Tx *tx, const AreaPut *in, Area *ret, Fault *f) {
    Layer layer;
    int64_t changed;
    Area a = { .layer = in->layer,
               .level = in->level,
               .code = in->code,
               .name = in->name,
               .state = in->state ? in->state : AREA_ACTIVE,
               .since = in->since };

    TRY(layer_load(tx, in->layer, &layer, f));
    TRY(check_put(tx, &layer, in, f));
    TRY(take_path(tx, &layer, in, &a, f));
    TRY(take_slot(tx, &layer, in, &a, f));
    if (in->households >= 0) {
        a.households = in->households;
        a.has.households = true;
    }
    if (in->shape && in->shape->n_points)
        measure(&a, in->shape);
    TRY(sql_area_add(tx, &a, &changed, f));
    if (a.shaped)
        TRY(write_shape(tx, &a, in->shape, false, f));
    *ret = a;
    return OK;
}

Err area_reshape(Tx *tx, AreaId id, const Shape *shape, Fault *f) {
    Area a;
    int64_t changed;

    TRY(area_load(tx, id, &a, f));
    bool known = a.shaped;
    measure(&a, shape);
    TRY(sql_area_save(tx, &a, &changed, f));
    return write_shape(tx, &a, shape, known, f);
}
