/* place – see place.h. */
#include "place.h"

#include "area.h"
#include "area_q.h"
#include "place_q.h"
#include "polygon.h"
#include "tree_q.h"

#include <string.h>

/* ---- rows ---- */

Err places_changed(Tx *tx, Fault *f) {
    Layer layer;
    size_t n;
    int64_t changed;

    TRY(sql_layer_governing(tx, &layer, 1, &n, f));
    if (n == 0)
        return OK;
    layer.places++;
    return sql_layer_save(tx, &layer, &changed, f);
}

Err places_follow(Tx *tx, AreaId from, const Area *to, Fault *f) {
    const PlaceMove move = { .area = from, .to_area = to->id, .to_path = to->path };
    int64_t changed;

    TRY(sql_place_move(tx, &move, &changed, f));
    TRY(covers_follow(tx, to, f));
    return changed ? places_changed(tx, f) : OK;
}

Err covers_follow(Tx *tx, const Area *at, Fault *f) {
    const PlaceMove move = { .to_area = at->id, .to_path = at->path };
    int64_t changed;

    return sql_cover_follow(tx, &move, &changed, f);
}

static Err write_shape(Tx *tx, PlaceId id, const Shape *shape, Fault *f) {
    PlaceShape row = { .place = id };
    Buf bytes;
    int64_t changed;

    TRY(buf_begin(&bytes, 1024, 64 << 20, f));
    shape_pack(shape, &bytes);
    row.shape = buf_view(&bytes);
    Err e = bytes.full ? fault_arena(f) : sql_place_shape_add(tx, &row, &changed, f);
    buf_end(&bytes);
    return e;
}

static void row_of(const PlacePut *in, const Area *area, Place *p) {
    *p = (Place){ .id = { id_new(id_home(area->id.v)) },
                  .area = area->id,
                  .path = area->path,
                  .kind = in->kind ? in->kind : PLACE_BUILDING,
                  .code = in->code,
                  .name = in->name,
                  .households = in->households,
                  .population = in->population,
                  .lon = in->lon,
                  .lat = in->lat,
                  .since = in->since };
    p->has.code = in->code.n > 0;
    p->has.households = in->households >= 0;
    p->has.population = in->peopled;
    p->has.lon = p->has.lat = in->placed;
    p->has.since = in->since != 0;
}

Err place_put(Tx *tx, const PlacePut *in, Place *ret, Fault *f) {
    Area area;
    Place p;
    Point label;
    int64_t changed;

    TRY(area_load(tx, in->area, &area, f));
    if (in->name.n == 0 || utf8_count(in->name.p, in->name.n) > 120)
        return fault(f, ERR_INVALID, "place_name", "name", "地点要有名称，不超过 120 个字。",
                     "A place needs a name of at most 120 characters.");
    row_of(in, &area, &p);
    if (in->shape && in->shape->n_points) {
        p.shaped = true;
        shape_label(in->shape, &label);
        if (!in->placed) {
            p.lon = label.lon;
            p.lat = label.lat;
            p.has.lon = p.has.lat = true;
        }
    }
    TRY(sql_place_add(tx, &p, &changed, f));
    if (p.shaped)
        TRY(write_shape(tx, p.id, in->shape, f));
    *ret = p;
    return OK;
}

Err place_load(Tx *tx, PlaceId id, Place *ret, Fault *f) {
    PlaceKey key = { .id = id };
    Place p;
    size_t n;

    TRY(sql_place_by_id(tx, &key, &p, 1, &n, f));
    if (n == 0)
        return fault(f, ERR_NOT_FOUND, "place_unknown", "place", "没有这个地点。", "There is no such place.");
    *ret = p;
    return OK;
}

Err place_by_code(Tx *tx, Str code, Place *ret, bool *ret_found, Fault *f) {
    PlaceCoded key = { .code = code };
    size_t n;

    TRY(sql_place_by_code(tx, &key, ret, 1, &n, f));
    *ret_found = n > 0;
    return OK;
}

Err places_after(Tx *tx, PlaceId after, Place *rows, size_t max, size_t *ret_n, Fault *f) {
    PlaceAfter from = { .home = id_home(after.v), .after = after.v, .limit = (int32_t)max };
    return sql_place_after(tx, &from, rows, max, ret_n, f);
}

Err places_called(Tx *tx, Str name, Place *rows, size_t max, size_t *ret_n, Fault *f) {
    PlaceCalled called = { .name = name, .limit = (int32_t)max };
    return sql_place_called(tx, &called, rows, max, ret_n, f);
}

Err places_in(Tx *tx, AreaId area, PlaceId after, Place *rows, size_t max, size_t *ret_n, Fault *f) {
    PlacesIn in = { .area = area, .after = after.v, .limit = (int32_t)max };
    return sql_place_in(tx, &in, rows, max, ret_n, f);
}

Err place_by_name(Tx *tx, AreaId area, Str name, Place *ret, bool *ret_found, Fault *f) {
    PlaceNamed key = { .area = area, .name = name };
    size_t n;

    TRY(sql_place_by_name(tx, &key, ret, 1, &n, f));
    *ret_found = n > 0;
    return OK;
}

Err place_alias_put(Tx *tx, PlaceId place, Str name, AliasKind kind, PlaceAlias *ret, Fault *f) {
    PlaceAlias alias = { .id = { id_new(id_home(place.v)) },
                         .place = place,
                         .name = name,
                         .kind = kind,
                         .since = day_of_ms(clock_now_ms()) };
    int64_t changed;

    TRY(sql_place_alias_add(tx, &alias, &changed, f));
    *ret = alias;
    return OK;
}

/* ---- operations ---- */

Err place_get(Tx *tx, const PlaceKey *in, const Actor *by, Place *ret, Fault *f) {
    (void)by; /* buildings are on every street map */
    return place_load(tx, in->id, ret, f);
}

Err place_list(Tx *tx, const PlaceFind *in, const Actor *by, Page *ret, Fault *f) {
    PlaceFind find = *in;

    (void)by;
    find.has.name_like = in->has.name;
    if (in->has.name)
        TRY(str_holding(tx_arena(tx), in->name, &find.name_like, f));
    return sql_place_list(tx, &find, ret->rows, (size_t)in->limit, &ret->n, f);
}

Err place_alias_list(Tx *tx, const PlaceKey *in, const Actor *by, Page *ret, Fault *f) {
    (void)by;
    return sql_place_alias_of(tx, in, ret->rows, ret->max, &ret->n, f);
}

enum { ALIASES_MAX = 100 };

Err place_alias_add(Tx *tx, const PlaceAliasNew *in, const Actor *by, PlaceAlias *ret, Fault *f) {
    PlaceKey key = { .id = in->id };
    PlaceAlias *known = arena_take(tx_arena(tx), ALIASES_MAX * sizeof *known);
    Place place;
    size_t n;

    (void)by;
    if (!known)
        return fault_arena(f);
    TRY(place_load(tx, in->id, &place, f));
    TRY(sql_place_alias_of(tx, &key, known, ALIASES_MAX, &n, f));
    if (n == ALIASES_MAX)
        return fault(f, ERR_LIMIT, "aliases_many", "id", "“%.*s”的别名太多，最多 %d 个。",
                     "“%.*s” has too many aliases: at most %d.", (int)place.name.n, place.name.p, ALIASES_MAX);
    for (size_t i = 0; i < n; i++)
        if (str_same(known[i].name, in->name))
            return fault(f, ERR_CONFLICT, "alias_known", "name", "“%.*s”已有别名“%.*s”。",
                         "“%.*s” has the alias “%.*s” already.", (int)place.name.n, place.name.p,
                         (int)in->name.n, in->name.p);
    TRY(place_alias_put(tx, in->id, in->name, in->kind, ret, f));
    return places_changed(tx, f);
}
