/* case_similar – see case_similar.h. */
#include "case_similar.h"

#include "alike.h"
#include "area.h"
#include "case_public.h"
#include "ground.h"
#include "place.h"
#include "proposal.h"
#include "words_q.h"

#include <string.h>

enum {
    OFFERED = 5,
    /* The far side of a crossing, or a compound; and a phone between high houses is fifty
     * metres off. Farther away it is another lamp. */
    RADIUS_M = 200,
    LOOKED_AT = 300,      /* the newest, of a place where more are open */
    ALIKE_PERMILLE = 200, /* of the words: of ten grams each, two are the same */
    ALIKE_GRAMS = 2,      /* one alone is chance */
    SURE_PERMILLE = 500,  /* a proposed category is taken for one only if it is right more often than not */
    FRESH_DAYS = 30,      /* after so long a case counts half as new */
    SAME_CATEGORY = 500,
    DAY_MS = 86400000,
    BECAUSE_MAX = 200,
};

/* ---- what is asked ---- */

typedef struct Asked {
    Str text, category; /* the category chosen, or the one that the words are like; n 0: none */
    bool anything;      /* neither words nor category: whatever is near */
    AlikeText words;
    PlaceId place; /* 0: a point */
    bool pointed;
    Point at;
    Box box;
    Str grid; /* path of the grid that holds it; n 0: none */
    Area area;
} Asked;

static Err grid_at(Tx *tx, Asked *a, Fault *f) {
    const Ground *g;
    Spotted s;

    TRY(ground_borrow(tx, &g, f));
    ground_spot(g, a->at, day_of_ms(clock_now_ms()), &s);
    AreaId id = s.area ? s.area->id : (AreaId){ 0 };
    ground_return(g);
    if (id.v == 0)
        return OK;
    TRY(area_load(tx, id, &a->area, f));
    a->grid = a->area.path;
    return OK;
}

static Err where_asked(Tx *tx, const SimilarFind *in, Asked *a, Fault *f) {
    Place place;

    if (in->has.lon != in->has.lat)
        return fault(f, ERR_INVALID, "half_point", in->has.lon ? "lat" : "lon", "经度和纬度要一起给。",
                     "Longitude and latitude go together.");
    if (!in->has.lon && !in->has.place)
        return fault(f, ERR_INVALID, "near_what", "lon", "请给经纬度，或给地点编号。",
                     "Give longitude and latitude, or a place.");
    a->box = BOX_NONE;
    a->at = (Point){ in->lon, in->lat };
    a->pointed = in->has.lon;
    if (in->has.place) {
        TRY(place_load(tx, in->place, &place, f));
        TRY(area_load(tx, place.area, &a->area, f));
        a->place = place.id;
        a->grid = place.path;
        a->pointed = place.has.lon;
        a->at = (Point){ place.lon, place.lat };
    } else {
        TRY(grid_at(tx, a, f));
    }
    if (a->pointed) {
        Scale s = scale_at(a->at.lat);
        a->box = box_wider((Box){ a->at.lon, a->at.lat, a->at.lon, a->at.lat }, (int32_t)(RADIUS_M / s.lon_m),
                           (int32_t)(RADIUS_M / s.lat_m));
    }
    return OK;
}

/* Who has chosen no category is taken to mean the one that his words are like. */
static Err what_asked(Tx *tx, const SimilarFind *in, const Actor *by, Asked *a, Fault *f) {
    CategoryProposed proposed[3];
    Page page = { .rows = proposed, .max = COUNT(proposed) };
    ReportLook look = { .text = in->text };

    a->anything = !in->has.text && !in->has.category;
    a->text = in->has.text ? in->text : (Str){ 0 };
    a->category = in->has.category ? in->category : (Str){ 0 };
    alike_read(a->text, &a->words);
    if (in->has.category || !in->has.text)
        return OK;
    look.has.text = true;
    TRY(report_category(tx, &look, by, &page, f));
    if (page.n > 0 && (!proposed[0].has.right || proposed[0].right >= SURE_PERMILLE))
        a->category = proposed[0].category;
    return OK;
}

static Err asked_of(Tx *tx, const SimilarFind *in, const Actor *by, Asked *ret, Fault *f) {
    *ret = (Asked){ .anything = false };
    TRY(where_asked(tx, in, ret, f));
    return what_asked(tx, in, by, ret, f);
}

/* ---- comparing ---- */

typedef struct Likeness {
    int32_t score, distance_m; /* -1: not told */
    bool same_place, same_category;
    Alike words;
} Likeness;

/* False: it is another matter, or too far. Nearer, newer and with more of the same words is
 * better; of these, words count double, and the same category as much as half of all words. */
static bool compare(const Asked *a, Str category, const Str *texts, size_t n_texts, const Point *at,
                    PlaceId place, int64_t reported_ms, Likeness *ret) {
    AlikeText other;
    int64_t days = (clock_now_ms() - reported_ms) / DAY_MS;

    *ret = (Likeness){ .distance_m = -1 };
    ret->same_place = a->place.v != 0 && place.v == a->place.v;
    if (ret->same_place)
        ret->distance_m = 0;
    else if (at && a->pointed)
        ret->distance_m = (int32_t)(point_distance_m(a->at, *at) + 0.5);
    if (ret->distance_m > RADIUS_M || (ret->distance_m < 0 && place.v != 0))
        return false;
    ret->same_category = a->category.n > 0 && str_same(a->category, category);
    for (size_t i = 0; i < n_texts && a->words.n > 0; i++) {
        Alike one;
        alike_read(texts[i], &other);
        alike_compare(&a->words, &other, &one);
        if (one.common >= ALIKE_GRAMS && one.permille > ret->words.permille)
            ret->words = one;
    }
    if (!a->anything && !ret->same_category && ret->words.permille < ALIKE_PERMILLE)
        return false;
    int32_t near = ret->distance_m < 0 ? 0 : 1000 - 1000 * ret->distance_m / RADIUS_M;
    int32_t fresh = (int32_t)(1000 * FRESH_DAYS / (FRESH_DAYS + (days > 0 ? days : 0)));
    ret->score = 2 * ret->words.permille + (ret->same_category ? SAME_CATEGORY : 0) + near + fresh / 2;
    return true;
}

/* Where in the list of the best so far it belongs; OFFERED: nowhere. Makes room for it. What
 * came first stays before what is as good. */
static size_t rank(Likeness best[OFFERED], size_t *n, const Likeness *l, void *rows, size_t size) {
    size_t at = *n;
    char *p = rows;

    while (at > 0 && best[at - 1].score < l->score)
        at--;
    if (at == OFFERED)
        return at;
    size_t moved = (*n < OFFERED ? *n : OFFERED - 1) - at;
    memmove(&best[at + 1], &best[at], moved * sizeof *best);
    memmove(p + (at + 1) * size, p + at * size, moved * size);
    best[at] = *l;
    *n += *n < OFFERED;
    return at;
}

/* 路灯、不亮 */
static Err because(Tx *tx, const Asked *a, const Alike *l, Str *ret, Fault *f) {
    char room[BECAUSE_MAX * 4];
    Buf b = { room, 0, sizeof room, false, 0 };

    room[0] = 0;
    for (int32_t k = 0; k < l->n_words; k++) {
        Str word = { a->text.p + l->words[k].from, (size_t)(l->words[k].to - l->words[k].from) };
        if (utf8_count(room, b.n) + utf8_count(word.p, word.n) + 1 > BECAUSE_MAX)
            break;
        buf_str(&b, b.n ? "、" : "");
        buf_put(&b, word.p, word.n);
    }
    return str_copy(tx_arena(tx), buf_view(&b), ret, f);
}

/* ---- a clerk's view ---- */

static void offer_rows(const Asked *a, const SimilarRow *rows, size_t n, Likeness best[OFFERED],
                       SimilarRow *kept, size_t *n_kept) {
    for (size_t i = 0; i < n; i++) {
        const SimilarRow *r = &rows[i];
        Point at = { r->lon, r->lat };
        Likeness l;
        if (!compare(a, r->category, &r->text, 1, r->has.lon ? &at : NULL,
                     r->has.place ? r->place : (PlaceId){ 0 }, r->reported.ms, &l))
            continue;
        size_t k = rank(best, n_kept, &l, kept, sizeof *kept);
        if (k < OFFERED)
            kept[k] = *r;
    }
}

static Err show(Tx *tx, const Asked *a, const SimilarRow *r, const Likeness *l, SimilarCase *ret, Fault *f) {
    *ret = (SimilarCase){ .id = r->id,
                          .code = r->code,
                          .state = r->state,
                          .category = r->category,
                          .text = r->text,
                          .reported = r->reported,
                          .distance_m = l->distance_m,
                          .same_place = l->same_place,
                          .same_category = l->same_category };
    ret->has.id = ret->has.code = ret->has.state = ret->has.text = ret->has.reported = true;
    ret->has.category = r->has.category;
    ret->has.distance_m = l->distance_m >= 0;
    ret->has.same_place = ret->has.same_category = true;
    TRY(because(tx, a, &l->words, &ret->because, f));
    ret->has.because = ret->because.n > 0;
    return OK;
}

Err case_similar(Tx *tx, const SimilarFind *in, const Actor *by, Page *ret, Fault *f) {
    SimilarRow *rows = arena_take(tx_arena(tx), LOOKED_AT * sizeof *rows), kept[OFFERED];
    Likeness best[OFFERED];
    SimilarCase *list = ret->rows;
    size_t n, n_kept = 0;
    Asked a;

    if (!rows)
        return fault_arena(f);
    TRY(asked_of(tx, in, by, &a, f));
    SimilarBox box = { .west = a.box.west,
                       .east = a.box.east,
                       .south = a.box.south,
                       .north = a.box.north,
                       .grid = a.grid,
                       .at = a.place,
                       .except = in->has.except ? in->except : (CaseId){ 0 },
                       .limit = LOOKED_AT };
    if (a.pointed) {
        TRY(sql_similar_near(tx, &box, &by->scope, rows, LOOKED_AT, &n, f));
        offer_rows(&a, rows, n, best, kept, &n_kept);
    }
    if (a.grid.n > 0) {
        TRY(sql_similar_at_homes(tx, &box, &by->scope, rows, LOOKED_AT, &n, f));
        offer_rows(&a, rows, n, best, kept, &n_kept);
    }
    for (size_t i = 0; i < n_kept; i++)
        TRY(show(tx, &a, &kept[i], &best[i], &list[i], f));
    ret->n = n_kept;
    return OK;
}

/* ---- everybody's view ---- */

static void offer_public(const Asked *a, const PublicRow *rows, size_t n, Publicity as, Likeness best[OFFERED],
                         PublicRow *kept, size_t *n_kept) {
    for (size_t i = 0; i < n; i++) {
        const PublicRow *r = &rows[i];
        Str names[2] = { r->condition_zh, r->condition_en };
        Point at = { r->lon, r->lat };
        Likeness l;
        if (!case_public_as(r, as) ||
            !compare(a, r->category, names, COUNT(names), as == PUBLIC_POINT ? &at : NULL, (PlaceId){ 0 },
                     r->reported.ms, &l))
            continue;
        size_t k = rank(best, n_kept, &l, kept, sizeof *kept);
        if (k < OFFERED) {
            kept[k] = *r;
            kept[k].open_to = as;
        }
    }
}

static Err show_public(Tx *tx, const Asked *a, const PublicRow *r, const Likeness *l, PublicSimilar *ret,
                       Fault *f) {
    *ret = (PublicSimilar){ .state = r->state,
                            .category = r->category,
                            .condition_zh = r->condition_zh,
                            .condition_en = r->condition_en,
                            .open_to = r->open_to,
                            .area_name = r->area_name,
                            .reported = r->reported.day,
                            .distance_m = l->distance_m,
                            .same_category = l->same_category };
    ret->has.state = ret->has.category = ret->has.open_to = ret->has.reported = ret->has.same_category = true;
    ret->has.condition_zh = r->has.condition_zh;
    ret->has.condition_en = r->has.condition_en;
    ret->has.area_name = r->has.area_name;
    ret->has.distance_m = l->distance_m >= 0;
    TRY(because(tx, a, &l->words, &ret->because, f));
    ret->has.because = ret->because.n > 0;
    return OK;
}

Err case_public_similar(Tx *tx, const PublicSimilarFind *in, const Actor *by, Page *ret, Fault *f) {
    PublicRow *rows = arena_take(tx_arena(tx), LOOKED_AT * sizeof *rows), kept[OFFERED];
    Likeness best[OFFERED];
    PublicSimilar *list = ret->rows;
    size_t n, n_kept = 0;
    Asked a;
    SimilarFind find = {
        .lon = in->lon, .lat = in->lat, .place = in->place, .text = in->text, .category = in->category
    };

    if (!rows)
        return fault_arena(f);
    find.has.lon = in->has.lon;
    find.has.lat = in->has.lat;
    find.has.place = in->has.place;
    find.has.text = in->has.text;
    find.has.category = in->has.category;
    TRY(asked_of(tx, &find, by, &a, f));
    if (a.pointed) {
        const PublicFind near = { .west = a.box.west,
                                  .east = a.box.east,
                                  .south = a.box.south,
                                  .north = a.box.north,
                                  .limit = LOOKED_AT };
        TRY(sql_public_points(tx, &near, rows, LOOKED_AT, &n, f));
        offer_public(&a, rows, n, PUBLIC_POINT, best, kept, &n_kept);
    }
    if (a.grid.n > 0 && a.area.has.label_lon) {
        const Area *g = &a.area;
        const PublicFind label = { .west = g->label_lon,
                                   .east = g->label_lon,
                                   .south = g->label_lat,
                                   .north = g->label_lat,
                                   .limit = LOOKED_AT };
        TRY(sql_public_labels(tx, &label, rows, LOOKED_AT, &n, f));
        offer_public(&a, rows, n, PUBLIC_AREA, best, kept, &n_kept);
    }
    for (size_t i = 0; i < n_kept; i++)
        TRY(show_public(tx, &a, &kept[i], &best[i], &list[i], f));
    ret->n = n_kept;
    return OK;
}
