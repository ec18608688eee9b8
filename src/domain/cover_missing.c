/* cover_missing 未覆盖 – which places of the emerging fields nothing covers, and who should
 * (DOMAIN.md §2); see cover.h. Only places and organisations are looked at, never people: of
 * those their number, where it is known. A person decides. */
#include "cover.h"

#include "area.h"
#include "org_tree.h"
#include "place.h"
#include "point.h"
#include "seat_q.h"
#include "street.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CANDIDATES_MAX = 500, TOP_PATH = 4, SHOPS_MAX = 20000 }; /* TOP_PATH: "0" and one step */

/* ---- who is near -------------------------------------------------------- */

/* Where a place is: its own point, else its grid's. */
static bool spot_of(const Place *p, const Area *grid, Point *ret) {
    *ret = p->has.lon ? (Point){ p->lon, p->lat } : (Point){ grid->label_lon, grid->label_lat };
    return p->has.lon || grid->has.label_lon;
}

/* The residential area that holds the grid, itself perhaps. */
static Err residential_of(Tx *tx, const Area *grid, Area *ret, bool *ret_found, Fault *f) {
    *ret = *grid;
    while (ret->level > LEVEL_RESIDENTIAL && ret->has.parent)
        TRY(area_load(tx, ret->parent, ret, f));
    *ret_found = ret->level == LEVEL_RESIDENTIAL;
    return OK;
}

static Err say_why(Arena *a, Uncovered *u, const char *zh, const char *en, Fault *f) {
    u->has.why_zh = u->has.why_en = true;
    TRY(str_copy(a, str(zh), &u->why_zh, f));
    return str_copy(a, str(en), &u->why_en, f);
}

static void propose(Uncovered *u, const Org *org, double metres) {
    u->org = org->id;
    u->org_name = org->name;
    u->distance_m = (int32_t)metres;
    u->has.org = u->has.org_name = u->has.distance_m = true;
}

typedef struct Thresholds {
    int32_t people, shops;
} Thresholds;

/* What is read once for a list: the thresholds, and the residential areas of the top area in
 * hand, for places come in the order of paths. */
typedef struct Offering {
    Thresholds limits;
    char top[TOP_PATH + 1];
    Area *near;
    size_t n;
} Offering;

static Err read_candidates(Tx *tx, const Place *p, Offering *o, Fault *f) {
    char low[TOP_PATH + 1], high[TOP_PATH + 2];
    Scope within = { 0 };

    snprintf(low, sizeof low, "%.*s", (int)(p->path.n < TOP_PATH ? p->path.n : TOP_PATH), p->path.p);
    if (o->near && strcmp(low, o->top) == 0)
        return OK;
    o->near = o->near ? o->near : arena_take(tx_arena(tx), sizeof *o->near * CANDIDATES_MAX);
    if (!o->near)
        return fault_arena(f);
    snprintf(high, sizeof high, "%s~", low);
    within.path_low = str(low);
    within.path_high = str(high);
    memcpy(o->top, low, sizeof low);
    return sql_cover_candidates(tx, &within, o->near, CANDIDATES_MAX, &o->n, f);
}

/* The nearest residential area of the same top area that has an organisation, by the
 * points where the map writes their names. */
static Err find_nearest(Tx *tx, const Place *p, const Area *grid, Offering *o, Org *ret, double *ret_m,
                        Fault *f) {
    Point at;
    Org org;
    bool found;

    *ret = (Org){ 0 };
    *ret_m = 1e12;
    TRY(read_candidates(tx, p, o, f));
    for (size_t i = 0; spot_of(p, grid, &at) && i < o->n; i++) {
        double m = point_distance_m(at, (Point){ o->near[i].label_lon, o->near[i].label_lat });
        if (m >= *ret_m)
            continue;
        TRY(org_leading(tx, &o->near[i], &org, &found, f));
        if (found) {
            *ret = org;
            *ret_m = m;
        }
    }
    return OK;
}

/* Who leads the grid itself (`own`), its residential area, or the nearest one. */
static Err find_org(Tx *tx, const Place *p, const Area *grid, bool own, Offering *o, Uncovered *u,
                    bool *ret_own, Fault *f) {
    double metres = 0;
    bool found = false;
    Area home;
    Org org;

    if (own)
        TRY(org_leading(tx, grid, &org, &found, f));
    *ret_own = found;
    if (!found) {
        TRY(residential_of(tx, grid, &home, &found, f));
        if (found)
            TRY(org_leading(tx, &home, &org, &found, f));
    }
    if (!found) {
        TRY(find_nearest(tx, p, grid, o, &org, &metres, f));
        found = org.id.v != 0;
    }
    if (found)
        propose(u, &org, metres);
    return OK;
}

/* ---- the form ----------------------------------------------------------- */

static Err read_thresholds(Tx *tx, Thresholds *ret, Fault *f) {
    TRY(cover_threshold(tx, "exclusive_people", &ret->people, f));
    return cover_threshold(tx, "street_shops", &ret->shops, f);
}

static Err say_who(Arena *a, Uncovered *u, const char *zh, const char *en, Fault *f) {
    char both_zh[400], both_en[400];

    if (!u->has.org) {
        u->form = u->form == FORM_EXCLUSIVE ? FORM_EXCLUSIVE : FORM_NONE;
        snprintf(both_zh, sizeof both_zh, "%s附近没有设党组织的居民区。", zh);
        snprintf(both_en, sizeof both_en, "%s%sNo residential area nearby has an organisation.", en,
                 *en ? " " : "");
    } else if (u->distance_m > 0) {
        snprintf(both_zh, sizeof both_zh, "%s所在居民区没有党组织；这是最近的一个，约 %d 米。", zh,
                 u->distance_m);
        snprintf(both_en, sizeof both_en,
                 "%s%sIts residential area has none; this is the nearest, about %d m away.", en, *en ? " " : "",
                 u->distance_m);
    } else
        return say_why(a, u, zh, en, f);
    return say_why(a, u, both_zh, both_en, f);
}

static Err propose_independent(Tx *tx, const Place *p, const Area *grid, Offering *o, Uncovered *u, Fault *f) {
    bool few = p->has.population && p->population < o->limits.people, own;
    char zh[200], en[200];

    u->form = few ? FORM_GRID : FORM_EXCLUSIVE;
    TRY(find_org(tx, p, grid, few, o, u, &own, f));
    if (few) {
        snprintf(zh, sizeof zh, "人数 %d，不足 %d：并入所在网格。", p->population, o->limits.people);
        snprintf(en, sizeof en, "%d people, fewer than %d: it joins its grid.", p->population,
                 o->limits.people);
    } else {
        snprintf(zh, sizeof zh, "设专属网格；在此之前由所在居民区的党组织覆盖。");
        snprintf(en, sizeof en, "An exclusive grid; until then the organisation of its residential area.");
    }
    return say_who(tx_arena(tx), u, zh, en, f);
}

static Err propose_small(Tx *tx, const Place *p, const Area *grid, Offering *o, Uncovered *u, Fault *f) {
    bool own;

    u->form = FORM_GRID;
    TRY(find_org(tx, p, grid, true, o, u, &own, f));
    if (own)
        return say_who(tx_arena(tx), u, "由所在网格的党组织覆盖，或成立街区党支部。",
                       "By the organisation of its grid, or a street-block branch.", f);
    return say_who(tx_arena(tx), u, u->has.org && u->distance_m == 0 ? "由所在居民区的党组织覆盖。" : "",
                   u->has.org && u->distance_m == 0 ? "By the organisation of its residential area." : "", f);
}

static Err propose_flexible(Tx *tx, const Place *p, const Area *grid, Offering *o, Uncovered *u, Fault *f) {
    bool own;

    u->form = FORM_NEAREST;
    TRY(find_org(tx, p, grid, false, o, u, &own, f));
    return say_who(tx_arena(tx), u,
                   u->has.org && u->distance_m == 0 ? "新就业群体就近由所在居民区的党组织覆盖。" : "",
                   u->has.org && u->distance_m == 0
                       ? "Flexible work is covered by the organisation of the residential area it is in."
                       : "",
                   f);
}

static Err propose_cover(Tx *tx, const Place *p, CoverField field, Offering *o, Uncovered *ret, Fault *f) {
    Uncovered u = { .place = p->id, .name = p->name, .kind = p->kind, .area = p->area, .field = field };
    Area grid;

    TRY(area_load(tx, p->area, &grid, f));
    u.has.place = u.has.name = u.has.kind = u.has.area = u.has.field = u.has.form = true;
    u.area_name = grid.name;
    u.has.area_name = true;
    u.lon = p->lon;
    u.lat = p->lat;
    u.has.lon = u.has.lat = p->has.lon && p->has.lat;
    u.population = p->population;
    u.has.population = p->has.population;
    Err e = field == FIELD_SMALL      ? propose_small(tx, p, &grid, o, &u, f)
            : field == FIELD_FLEXIBLE ? propose_flexible(tx, p, &grid, o, &u, f)
                                      : propose_independent(tx, p, &grid, o, &u, f);
    if (e == OK)
        *ret = u;
    return e;
}

/* ---- what is not covered ------------------------------------------------ */

static Err wanted(Tx *tx, const CoverWants *in, CoverWants *ret, Fault *f) {
    Place after;

    *ret = *in;
    ret->on_day = day_of_ms(clock_now_ms());
    ret->has.on_day = true;
    ret->has.low = ret->has.high = in->has.within;
    if (in->has.within)
        TRY(area_range(tx, in->within, &ret->low, &ret->high, f));
    ret->has.after_path = in->has.after;
    if (in->has.after) {
        TRY(place_load(tx, in->after, &after, f));
        ret->after_path = after.path;
    }
    return OK;
}

Err cover_missing(Tx *tx, const CoverWants *in, const Actor *by, Page *ret, Fault *f) {
    Place *places = arena_take(tx_arena(tx), sizeof *places * (size_t)in->limit);
    Uncovered *rows = ret->rows;
    CoverWants find;
    Offering o = { 0 };
    size_t n;

    if (!places)
        return fault_arena(f);
    TRY(wanted(tx, in, &find, f));
    TRY(read_thresholds(tx, &o.limits, f));
    TRY(sql_cover_wanted(tx, &find, &by->scope, places, (size_t)in->limit, &n, f));
    for (size_t i = 0; i < n; i++)
        TRY(propose_cover(tx, &places[i], places[i].kind == PLACE_SHOP ? FIELD_SMALL : FIELD_INDEPENDENT, &o,
                          &rows[i], f));
    ret->n = n;
    return OK;
}

Err cover_tally(Tx *tx, const CoverWants *in, const Actor *by, Page *ret, Fault *f) {
    CoverWants find;

    TRY(wanted(tx, in, &find, f));
    return sql_cover_tally(tx, &find, &by->scope, ret->rows, ret->max, &ret->n, f);
}

Err cover_propose(Tx *tx, const CoverPropose *in, const Actor *by, Uncovered *ret, Fault *f) {
    Offering o = { 0 };
    Place place;

    TRY(place_load(tx, in->place, &place, f));
    if (!actor_reaches(by, place.path))
        return fault(f, ERR_NOT_FOUND, "place_unknown", "place", "没有这个地点。", "There is no such place.");
    TRY(read_thresholds(tx, &o.limits, f));
    return propose_cover(tx, &place, in->field, &o, ret, f);
}

/* ---- streets ------------------------------------------------------------ */

typedef struct Shop {
    Str street;
    AreaId home; /* residential area, else what it lies in */
    PlaceId id;
} Shop;

typedef struct Homes { /* of grids, as they come: shops are in the order of paths */
    int64_t grid;
    AreaId home;
} Homes;

static Err home_of(Tx *tx, AreaId grid, Homes *last, AreaId *ret, Fault *f) {
    Area a, home;
    bool found;

    if (last->grid != grid.v) {
        TRY(area_load(tx, grid, &a, f));
        TRY(residential_of(tx, &a, &home, &found, f));
        *last = (Homes){ grid.v, found ? home.id : a.id };
    }
    *ret = last->home;
    return OK;
}

static int by_street(const void *p, const void *q) {
    const Shop *a = p, *b = q;
    size_t n = a->street.n < b->street.n ? a->street.n : b->street.n;
    int c = memcmp(a->street.p, b->street.p, n);
    if (c || a->street.n != b->street.n)
        return c ? c : a->street.n < b->street.n ? -1 : 1;
    if (a->home.v != b->home.v)
        return a->home.v < b->home.v ? -1 : 1;
    return (a->id.v > b->id.v) - (a->id.v < b->id.v);
}

static int longest_first(const void *p, const void *q) {
    const StreetShown *a = p, *b = q;
    if (a->n != b->n)
        return a->n > b->n ? -1 : 1;
    size_t n = a->street.n < b->street.n ? a->street.n : b->street.n;
    int c = memcmp(a->street.p, b->street.p, n);
    return c ? c : (a->area.v > b->area.v) - (a->area.v < b->area.v);
}

static Err list_shops(Tx *tx, const StreetWants *in, const Actor *by, Shop **ret, size_t *ret_n, Fault *f) {
    ShopAddress *rows = arena_take(tx_arena(tx), sizeof *rows * (SHOPS_MAX + 1));
    StreetWants find = *in;
    Homes last = { 0 };
    size_t n, kept = 0;

    find.on_day = day_of_ms(clock_now_ms());
    find.has.on_day = true;
    find.has.low = find.has.high = in->has.within;
    if (!rows)
        return fault_arena(f);
    if (in->has.within)
        TRY(area_range(tx, in->within, &find.low, &find.high, f));
    TRY(sql_cover_shops(tx, &find, &by->scope, rows, SHOPS_MAX + 1, &n, f));
    if (n > SHOPS_MAX)
        return fault(f, ERR_LIMIT, "streets_many", "within", "未覆盖的店铺超过 %d 家：请选一个较小的范围。",
                     "More than %d shops are not covered: choose a smaller area.", SHOPS_MAX);
    Shop *shops = arena_take(tx_arena(tx), sizeof *shops * n + 1);
    if (!shops)
        return fault_arena(f);
    for (size_t i = 0; i < n; i++) {
        Str street = street_of(rows[i].has.address ? rows[i].address : (Str){ "", 0 });
        street = street.n ? street : street_of(rows[i].name);
        if (!street.n)
            continue;
        shops[kept] = (Shop){ .street = street, .id = rows[i].id };
        TRY(home_of(tx, rows[i].area, &last, &shops[kept].home, f));
        kept++;
    }
    qsort(shops, kept, sizeof *shops, by_street);
    *ret = shops;
    *ret_n = kept;
    return OK;
}

static Err show_street(Tx *tx, const Shop *shops, size_t n, int32_t threshold, StreetShown *ret, Fault *f) {
    PlaceKey *keys = arena_take(tx_arena(tx), sizeof *keys * n);
    StreetShown s = { .street = shops->street, .area = shops->home, .n = (int32_t)n };
    bool branch = s.n >= threshold, found;
    char zh[200], en[200];
    Area home;
    Org org;

    if (!keys)
        return fault_arena(f);
    for (size_t i = 0; i < n; i++) {
        keys[i] = (PlaceKey){ .id = shops[i].id };
        keys[i].has.id = true;
    }
    s.places = (List){ keys, n < 500 ? n : 500 };
    TRY(area_load(tx, shops->home, &home, f));
    s.area_name = home.name;
    TRY(org_leading(tx, &home, &org, &found, f));
    if (found) {
        s.org = org.id;
        s.org_name = org.name;
    }
    s.has.org = s.has.org_name = found;
    s.form = branch ? FORM_STREET : FORM_GRID;
    snprintf(zh, sizeof zh,
             branch ? "未覆盖的店铺 %d 家，达到 %d 家：成立街区党支部。"
                    : "未覆盖的店铺 %d 家，不足 %d 家：由所在网格的党组织覆盖。",
             s.n, threshold);
    snprintf(en, sizeof en,
             branch ? "%d shops that nothing covers, at least %d: a street-block branch."
                    : "%d shops that nothing covers, fewer than %d: the organisation of their grid.",
             s.n, threshold);
    s.has.street = s.has.area = s.has.area_name = s.has.n = s.has.form = s.has.places = true;
    s.has.why_zh = s.has.why_en = true;
    TRY(str_copy(tx_arena(tx), str(zh), &s.why_zh, f));
    TRY(str_copy(tx_arena(tx), str(en), &s.why_en, f));
    *ret = s;
    return OK;
}

Err cover_streets(Tx *tx, const StreetWants *in, const Actor *by, Page *ret, Fault *f) {
    Thresholds t;
    Shop *shops;
    size_t n, groups = 0;

    TRY(read_thresholds(tx, &t, f));
    TRY(list_shops(tx, in, by, &shops, &n, f));
    StreetShown *all = arena_take(tx_arena(tx), sizeof *all * n + 1);
    if (!all)
        return fault_arena(f);
    for (size_t i = 0; i < n; i++) { /* only their sizes: who is shown is asked for afterwards */
        bool same = groups && str_same(shops[i].street, all[groups - 1].street) &&
                    shops[i].home.v == all[groups - 1].area.v;
        if (!same)
            all[groups++] = (StreetShown){ .street = shops[i].street,
                                           .area = shops[i].home,
                                           .places.n = i }; /* its first */
        all[groups - 1].n++;
    }
    qsort(all, groups, sizeof *all, longest_first);
    StreetShown *rows = ret->rows;
    ret->n = groups < ret->max ? groups : ret->max;
    for (size_t i = 0; i < ret->n; i++)
        TRY(show_street(tx, shops + all[i].places.n, (size_t)all[i].n, t.shops, &rows[i], f));
    return OK;
}
