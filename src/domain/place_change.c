/* place_change – see place_change.h. */
#include "place_change.h"

#include "area.h"
#include "place_q.h"
#include "polygon.h"
#include "station.h"

#include <stdio.h>

enum { WAS_MAX = 1600 };

/* ---- what is asked, and is not so ---- */

/* An outline without a point of its own gives the label point, as place_put() does. */
static bool asked_point(const PlacePut *in, Point *ret) {
    *ret = (Point){ in->lon, in->lat };
    if (!in->placed && in->shape && in->shape->n_points)
        return shape_label(in->shape, ret), true;
    return in->placed;
}

static Err shape_differs(Tx *tx, const Place *p, const Shape *asked, bool *ret, Fault *f) {
    PlaceShape row;
    Shape stored;
    size_t n;

    *ret = false;
    if (!asked || asked->n_points == 0)
        return OK;
    *ret = true;
    TRY(sql_place_shape_of(tx, &(PlaceKey){ .id = p->id }, &row, 1, &n, f));
    if (n == 0)
        return OK;
    TRY(shape_unpack(row.shape, tx_arena(tx), &stored, f));
    *ret = !shape_same(&stored, asked);
    return OK;
}

typedef struct Differs {
    bool name, kind, households, population, point, shape, area;
} Differs;

static Err compare(Tx *tx, const Place *p, const PlacePut *in, Differs *ret, Fault *f) {
    Differs d = { 0 };
    Point at;

    d.name = in->name.n && !str_same(in->name, p->name);
    d.kind = in->kind && in->kind != p->kind;
    d.households = in->households >= 0 && (!p->has.households || p->households != in->households);
    d.population = in->peopled && (!p->has.population || p->population != in->population);
    d.point = asked_point(in, &at) && (!p->has.lon || p->lon != at.lon || p->lat != at.lat);
    d.area = in->area.v && in->area.v != p->area.v;
    TRY(shape_differs(tx, p, in->shape, &d.shape, f));
    *ret = d;
    return OK;
}

static bool any(const Differs *d) {
    return d->name || d->kind || d->households || d->population || d->point || d->shape || d->area;
}

Err place_differs(Tx *tx, const Place *p, const PlacePut *in, bool *ret, Fault *f) {
    Arena *a = tx_arena(tx);
    size_t used = a->used;
    Differs d;

    Err e = compare(tx, p, in, &d, f);
    a->used = used;
    if (e == OK)
        *ret = any(&d);
    return e;
}

/* ---- steps ---- */

static Err note(Tx *tx, PlaceId place, PlaceStepKind kind, int32_t day, Str was, Fault *f) {
    PlaceStep s = { .id = { id_new(id_home(place.v)) },
                    .place = place,
                    .kind = kind,
                    .day = day,
                    .was = was,
                    .at = moment_now() };
    int64_t changed;

    s.has.was = was.n > 0;
    return sql_place_step_add(tx, &s, &changed, f);
}

/* In the words of the headings: 名称 织云路1号；户数 12 */
static Err say_was(Tx *tx, const Place *p, const Differs *d, Buf *b, Fault *f) {
    Area area;

    if (d->name)
        buf_fmt(b, "名称 %.*s；", (int)p->name.n, p->name.p);
    if (d->kind)
        buf_fmt(b, "种类 %s；", choice_numbered(&place_kind_choices, p->kind)->zh);
    if (d->households && p->has.households)
        buf_fmt(b, "户数 %d；", p->households);
    if (d->population && p->has.population)
        buf_fmt(b, "人数 %d；", p->population);
    if (d->point && p->has.lon) {
        buf_str(b, "经度 ");
        buf_degree(b, p->lon);
        buf_str(b, "；纬度 ");
        buf_degree(b, p->lat);
        buf_str(b, "；");
    }
    if (d->area) {
        TRY(area_load(tx, p->area, &area, f));
        buf_fmt(b, "网格 %.*s；", (int)area.code.n, area.code.p);
    }
    return OK;
}

/* ---- changing ---- */

static Err save_shape(Tx *tx, Place *p, const Shape *shape, Fault *f) {
    PlaceShape row = { .place = p->id };
    Buf bytes;
    int64_t changed;

    TRY(buf_begin(&bytes, 1024, 64 << 20, f));
    shape_pack(shape, &bytes);
    row.shape = buf_view(&bytes);
    Err e = bytes.full  ? fault_arena(f)
            : p->shaped ? sql_place_shape_save(tx, &row, &changed, f)
                        : sql_place_shape_add(tx, &row, &changed, f);
    buf_end(&bytes);
    p->shaped = true;
    return e;
}

/* Whoever looks after the new grid sees what is open there. */
static Err go_to(Tx *tx, Place *p, AreaId to, Fault *f) {
    PlaceGone gone = { .place = p->id, .path = p->path };
    Area area;
    int64_t changed;

    TRY(area_load(tx, to, &area, f));
    gone.to_path = area.path;
    TRY(sql_place_cases_go(tx, &gone, &changed, f));
    TRY(sql_place_covers_go(tx, &gone, &changed, f));
    p->area = area.id;
    p->path = area.path;
    return OK;
}

static Err apply(Tx *tx, Place *p, const PlacePut *in, const Differs *d, Fault *f) {
    PlaceAlias alias;
    Point at;
    int64_t changed;

    if (d->name) {
        TRY(place_alias_put(tx, p->id, p->name, ALIAS_OLD, &alias, f));
        p->name = in->name;
    }
    if (d->kind)
        p->kind = in->kind;
    if (d->households)
        p->households = in->households;
    if (d->population)
        p->population = in->population;
    p->has.households = p->has.households || d->households;
    p->has.population = p->has.population || d->population;
    if (d->point) {
        Point was = { p->lon, p->lat };
        asked_point(in, &at);
        p->lon = at.lon;
        p->lat = at.lat;
        if (p->has.lon)
            TRY(stations_follow(tx, p, was.lon, was.lat, f));
        p->has.lon = p->has.lat = true;
    }
    if (d->shape)
        TRY(save_shape(tx, p, in->shape, f));
    if (d->area)
        TRY(go_to(tx, p, in->area, f));
    return sql_place_save(tx, p, &changed, f);
}

Err place_change(Tx *tx, PlaceId id, const PlacePut *in, int32_t day, bool *ret_changed, Fault *f) {
    char room[WAS_MAX] = "";
    Buf was = { room, 0, sizeof room, false, 0 };
    Differs d;
    Place p;

    TRY(place_load(tx, id, &p, f));
    TRY(compare(tx, &p, in, &d, f));
    if (any(&d)) {
        TRY(say_was(tx, &p, &d, &was, f));
        TRY(apply(tx, &p, in, &d, f));
        TRY(note(tx, id, d.area ? PLACE_STEP_MOVED : PLACE_STEP_CHANGED, day, buf_view(&was), f));
    }
    *ret_changed = any(&d);
    return OK;
}

Err place_end(Tx *tx, PlaceId id, int32_t day, Fault *f) {
    Place p;
    int64_t changed;

    TRY(place_load(tx, id, &p, f));
    p.until = day;
    p.has.until = true;
    TRY(sql_place_save(tx, &p, &changed, f));
    TRY(sql_place_covers_end(tx, &(PlaceGone){ .place = id, .path = p.path, .to_path = p.path, .day = day },
                             &changed, f));
    TRY(stations_over(tx, id, day, f));
    return note(tx, id, PLACE_STEP_ENDED, day, (Str){ "", 0 }, f);
}

Err place_history(Tx *tx, const PlaceKey *in, const Actor *by, Page *ret, Fault *f) {
    (void)by;
    return sql_place_steps(tx, in, ret->rows, ret->max, &ret->n, f);
}
