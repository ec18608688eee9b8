/* station – see station.h. */
#include "station.h"

#include "area.h"
#include "org_tree.h"
#include "place.h"
#include "point.h"
#include "station_q.h"

#include <stdlib.h>

enum { BOX_ROWS = 2000 };

/* Half the sides of the boxes around the asker, from about a kilometre to twenty: in a
 * city the first is enough. */
static const int32_t boxes_e7[] = { 100000, 250000, 500000, 1000000, 2000000 };

static int32_t today(void) { return day_of_ms(clock_now_ms()); }

static Err unknown(Fault *f) {
    return fault(f, ERR_NOT_FOUND, "station_unknown", "id", "没有这个阵地。", "There is no such station.");
}

/* ---- writing ---- */

static Err place_of(Tx *tx, PlaceId id, const Actor *by, Place *ret, Fault *f) {
    TRY(place_load(tx, id, ret, f));
    if (!actor_reaches(by, ret->path) || ret->has.until)
        return fault(f, ERR_NOT_FOUND, "place_unknown", "place", "没有这个地点。", "There is no such place.");
    return OK;
}

/* Half a point is none. */
static Err whole_point(bool lon, bool lat, Fault *f) {
    if (lon != lat)
        return fault(f, ERR_INVALID, "half_point", lon ? "lat" : "lon", "经度和纬度要一起给。",
                     "Longitude and latitude go together.");
    return OK;
}

/* Where a door at a place is, if nothing else is known of it. */
static Err door_at(Tx *tx, const Place *p, Point *ret, bool *ret_known, Fault *f) {
    Area grid;

    *ret = (Point){ p->lon, p->lat };
    *ret_known = p->has.lon;
    if (p->has.lon)
        return OK;
    TRY(area_load(tx, p->area, &grid, f));
    *ret = (Point){ grid.label_lon, grid.label_lat };
    *ret_known = grid.has.label_lon;
    return OK;
}

static Err door_of(Tx *tx, const StationNew *in, const Place *p, Station *s, Fault *f) {
    Point at = { in->lon, in->lat };
    bool known = in->has.lon;

    TRY(whole_point(in->has.lon, in->has.lat, f));
    if (!known)
        TRY(door_at(tx, p, &at, &known, f));
    s->lon = at.lon;
    s->lat = at.lat;
    s->has.lon = s->has.lat = known;
    return OK;
}

static Err check_org(Tx *tx, OrgId id, const Actor *by, Fault *f) {
    Org org;
    Err e = org_load_within(tx, id, by, &org, f);

    return e == ERR_NOT_FOUND
               ? fault(f, e, "org_unknown", "org", "没有这个组织。", "There is no such organisation.")
               : e;
}

Err station_add(Tx *tx, const StationNew *in, const Actor *by, Station *ret, Fault *f) {
    Place place;
    int64_t changed;

    TRY(place_of(tx, in->place, by, &place, f));
    if (in->has.org)
        TRY(check_org(tx, in->org, by, f));
    Station s = { .id = { id_new(id_home(place.id.v)) },
                  .place = place.id,
                  .kind = in->kind,
                  .name = in->name,
                  .hours = in->hours,
                  .services = in->services,
                  .phone = in->phone,
                  .org = in->org,
                  .since = in->has.since ? in->since : today() };
    s.has.phone = in->has.phone;
    s.has.org = in->has.org;
    TRY(door_of(tx, in, &place, &s, f));
    TRY(sql_station_add(tx, &s, &changed, f));
    *ret = s;
    return OK;
}

static Err load(Tx *tx, StationId id, const Actor *by, Station *ret, Fault *f) {
    Place place;
    size_t n;

    TRY(sql_station_by_id(tx, &(StationKey){ .id = id }, ret, 1, &n, f));
    if (n == 0)
        return unknown(f);
    TRY(place_load(tx, ret->place, &place, f));
    return actor_reaches(by, place.path) ? OK : unknown(f);
}

Err station_change(Tx *tx, const StationChange *in, const Actor *by, Station *ret, Fault *f) {
    int64_t changed;
    Station s;

    TRY(load(tx, in->id, by, &s, f));
    TRY(whole_point(in->has.lon, in->has.lat, f));
    s.kind = in->has.kind ? in->kind : s.kind;
    s.name = in->has.name ? in->name : s.name;
    s.hours = in->has.hours ? in->hours : s.hours;
    s.services = in->has.services ? in->services : s.services;
    if (in->has.phone) {
        s.phone = in->phone;
        s.has.phone = true;
    }
    if (in->has.lon) {
        s.lon = in->lon;
        s.lat = in->lat;
        s.has.lon = s.has.lat = true;
    }
    TRY(sql_station_save(tx, &s, &changed, f));
    *ret = s;
    return OK;
}

Err station_end(Tx *tx, const StationEnd *in, const Actor *by, Station *ret, Fault *f) {
    int64_t changed;
    Station s;

    TRY(load(tx, in->id, by, &s, f));
    if (s.has.until && s.until < today())
        return fault(f, ERR_CONFLICT, "station_over", "id", "“%.*s”已经撤销。", "“%.*s” has ended already.",
                     (int)s.name.n, s.name.p);
    if (in->until < s.since)
        return fault(f, ERR_INVALID, "dates_reversed", "until", "结束日期早于开始日期。",
                     "It ends before it begins.");
    s.until = in->until;
    s.has.until = true;
    TRY(sql_station_save(tx, &s, &changed, f));
    *ret = s;
    return OK;
}

Err stations_follow(Tx *tx, const Place *place, int32_t lon, int32_t lat, Fault *f) {
    const StationsGo go = {
        .place = place->id, .lon = lon, .lat = lat, .to_lon = place->lon, .to_lat = place->lat
    };
    int64_t changed;

    return sql_place_stations_go(tx, &go, &changed, f);
}

Err stations_over(Tx *tx, PlaceId place, int32_t day, Fault *f) {
    int64_t changed;

    return sql_place_stations_end(tx, &(StationsGo){ .place = place, .day = day }, &changed, f);
}

/* ---- reading ---- */

Err station_list(Tx *tx, const StationFind *in, const Actor *by, Page *ret, Fault *f) {
    StationFind find = *in;

    (void)by;
    find.on_day = today();
    find.has.on_day = true;
    find.has.low = find.has.high = in->has.within;
    if (in->has.within)
        TRY(area_range(tx, in->within, &find.low, &find.high, f));
    return sql_station_list(tx, &find, ret->rows, (size_t)in->limit, &ret->n, f);
}

typedef struct Away {
    const Station *station;
    double m;
} Away;

static int nearer(const void *a, const void *b) {
    const Away *x = a, *y = b;

    return x->m != y->m ? (x->m > y->m) - (x->m < y->m)
                        : (x->station->id.v > y->station->id.v) - (x->station->id.v < y->station->id.v);
}

static Err show(Tx *tx, const Away *away, StationShown *ret, Fault *f) {
    const Station *s = away->station;
    Place place;

    TRY(place_load(tx, s->place, &place, f));
    *ret = (StationShown){ .id = s->id,
                           .kind = s->kind,
                           .name = s->name,
                           .address = place.name,
                           .hours = s->hours,
                           .services = s->services,
                           .phone = s->phone,
                           .lon = s->lon,
                           .lat = s->lat,
                           .distance_m = (int32_t)(away->m + 0.5) };
    ret->has.id = ret->has.kind = ret->has.name = ret->has.address = ret->has.hours = ret->has.services = true;
    ret->has.phone = s->has.phone;
    ret->has.lon = ret->has.lat = ret->has.distance_m = true;
    return OK;
}

/* What a box holds, nearest first. What lies outside it may be nearer than its corners:
 * it is enough when the last that is wanted is no farther than its sides. */
static Err look(Tx *tx, const StationNear *in, Point at, int32_t half, Station *rows, Away *away, size_t *ret_n,
                bool *ret_enough, Fault *f) {
    const Box box = box_wider((Box){ at.lon, at.lat, at.lon, at.lat }, half, half);
    const size_t wanted = (size_t)in->limit;
    StationBox ask = { .west = box.west,
                       .south = box.south,
                       .east = box.east,
                       .north = box.north,
                       .kind = in->kind,
                       .on_day = today(),
                       .limit = BOX_ROWS };

    ask.has.kind = in->has.kind;
    TRY(sql_station_within(tx, &ask, rows, BOX_ROWS, ret_n, f));
    for (size_t i = 0; i < *ret_n; i++)
        away[i] = (Away){ &rows[i], point_distance_m(at, (Point){ rows[i].lon, rows[i].lat }) };
    qsort(away, *ret_n, sizeof *away, nearer);
    *ret_enough = *ret_n >= wanted && away[wanted - 1].m <= half * scale_at(at.lat).lon_m;
    return OK;
}

/* A point, or a place that has one. */
static Err asked_at(Tx *tx, const StationNear *in, Point *ret, bool *ret_known, Fault *f) {
    Place place;

    *ret = (Point){ in->lon, in->lat };
    *ret_known = in->has.lon;
    TRY(whole_point(in->has.lon, in->has.lat, f));
    if (in->has.lon)
        return OK;
    if (!in->has.place)
        return fault(f, ERR_INVALID, "near_what", "lon", "请给经纬度，或给地点编号。",
                     "Give longitude and latitude, or a place.");
    TRY(place_load(tx, in->place, &place, f));
    return door_at(tx, &place, ret, ret_known, f);
}

Err station_near(Tx *tx, const StationNear *in, const Actor *by, Page *ret, Fault *f) {
    StationShown *shown = ret->rows;
    Arena *a = tx_arena(tx);
    Station *rows = arena_take(a, BOX_ROWS * sizeof *rows);
    Away *away = arena_take(a, BOX_ROWS * sizeof *away);
    size_t n = 0, used;
    bool known, enough = false;
    Point at;

    (void)by;
    if (!rows || !away)
        return fault_arena(f);
    TRY(asked_at(tx, in, &at, &known, f));
    used = a->used;
    for (size_t i = 0; known && i < COUNT(boxes_e7) && !enough; i++) {
        a->used = used; /* the texts of a smaller box */
        TRY(look(tx, in, at, boxes_e7[i], rows, away, &n, &enough, f));
    }
    ret->n = n < (size_t)in->limit ? n : (size_t)in->limit;
    for (size_t i = 0; i < ret->n; i++)
        TRY(show(tx, &away[i], &shown[i], f));
    return OK;
}
