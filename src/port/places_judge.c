/* places_judge – what is found out about the rows before anything is written: which
 * grid, whether it is there already, and whether the coordinates are what they seem. */
#include "places_plan.h"

#include "datum_guess.h"
#include "ground.h"
#include "place_change.h"
#include "words.h"

#include <stdio.h>
#include <string.h>

enum { HOUSEHOLDS_LEAST = 300, HOUSEHOLDS_MOST = 500 };

typedef struct Judging {
    Tx *tx;
    PlacesPlan *plan;
    const Ground *ground;
    Words codes;         /* of the ground's areas: position */
    Words seen;          /* of the rows above: by code, by grid and name */
    int32_t *households; /* by position of the area; -1: none known */
    int64_t swapped, held, pointed;
    int32_t day;
} Judging;

Err places_finding(PlacesPlan *p, FindingKind kind, int64_t row, Str name, Str other, Fault *f) {
    PlacesReport *r = p->report;

    if (r->n == r->room) {
        size_t room = r->room ? r->room * 2 : 256;
        Finding *wider = mem_grow(r->findings, room * sizeof *wider);
        if (!wider)
            return fault_memory(f);
        r->findings = wider;
        r->room = room;
    }
    Finding *one = &r->findings[r->n];
    *one = (Finding){ .kind = kind, .row = row };
    TRY(str_copy(&r->texts, name, &one->name, f));
    TRY(str_copy(&r->texts, other, &one->other, f));
    r->n++;
    r->n_of[kind]++;
    return OK;
}

/* ---- points ---- */

static const GroundArea *holder(const Judging *j, Degrees d) {
    Spotted s;
    Point at;

    if (!point_of_degrees(d.lon, d.lat, &at))
        return NULL;
    ground_spot(j->ground, at, j->day, &s);
    return s.area;
}

/* The point of the row in WGS84; an outline gives its label point. */
static bool point_of_row(const PlacesPlan *p, PlaceRow *r) {
    if (r->shape.n_points && !r->pointed) {
        shape_label(&r->shape, &r->at);
        return true;
    }
    Degrees d = datum_to_wgs84(p->datum, r->written);
    return r->pointed && point_of_degrees(d.lon, d.lat, &r->at);
}

static bool lies_in(const Judging *j, const GroundArea *inner, const GroundArea *outer) {
    const GroundArea *chain[CHAIN_MAX];
    size_t n = inner ? ground_chain(j->ground, inner, chain) : 0;

    for (size_t i = 0; i < n; i++)
        if (chain[i] == outer)
            return true;
    return false;
}

/* ---- which grid ---- */

static const GroundArea *by_code(const Judging *j, Str code) {
    int32_t at = words_find(&j->codes, code);
    return at < 0 ? NULL : ground_at(j->ground, (size_t)at);
}

/* GCJ-02 that calls itself WGS84 is off by 300 to 700 m, all in one direction: far
 * more of the points then lie in the grids that their rows name. */
static void compare_datums(Judging *j, const PlaceRow *r, const GroundArea *named) {
    Degrees moved = datum_to_wgs84(DATUM_GCJ02, r->written);

    if (r->pointed && j->plan->datum == DATUM_WGS84 && datum_offsets(r->written))
        datum_fit_add(&j->plan->report->datum, r->written, lies_in(j, holder(j, r->written), named),
                      lies_in(j, holder(j, moved), named));
}

/* A place belongs to a finest grid; where the row names a larger one, its point tells
 * which. *ret_known: the row names an area that there is. */
static Err place_named(Judging *j, PlaceRow *r, const GroundArea **ret, bool *ret_known, Fault *f) {
    const GroundArea *named = r->area_code.n ? by_code(j, r->area_code) : NULL, *held;

    *ret = named;
    *ret_known = named != NULL;
    if (!named) {
        return r->area_code.n ? places_finding(j->plan, FINDING_UNKNOWN, r->row, r->name, r->area_code, f) : OK;
    }
    compare_datums(j, r, named);
    held = point_of_row(j->plan, r) ? holder(j, (Degrees){ point_lon(r->at), point_lat(r->at) }) : NULL;
    if (!named->leaf && named->level < LEVEL_MICRO) {
        *ret = lies_in(j, held, named) ? held : NULL;
        j->plan->report->by_point += *ret != NULL;
        j->plan->report->orphans += *ret == NULL;
        return *ret ? OK : places_finding(j->plan, FINDING_COARSE, r->row, r->name, r->area_code, f);
    }
    j->plan->report->by_code++;
    return held && !lies_in(j, held, named) && !lies_in(j, named, held)
               ? places_finding(j->plan, FINDING_ELSEWHERE, r->row, r->name, held->code, f)
               : OK;
}

/* No grid named: the one that holds the point. *ret NULL: an orphan, which is said. */
static Err place_pointed(Judging *j, PlaceRow *r, const GroundArea **ret, Fault *f) {
    PlacesPlan *p = j->plan;
    bool known = point_of_row(p, r);

    *ret = known ? holder(j, (Degrees){ point_lon(r->at), point_lat(r->at) }) : NULL;
    if (*ret) {
        p->report->by_point++;
        j->held++;
        return OK;
    }
    p->report->orphans++;
    Degrees turned = datum_to_wgs84(p->datum, (Degrees){ r->written.lat, r->written.lon });
    if (r->pointed && holder(j, turned)) {
        j->swapped++;
        return places_finding(p, FINDING_SWAPPED, r->row, r->name, (Str){ "", 0 }, f);
    }
    return places_finding(p, r->pointed || known ? FINDING_OUTSIDE : FINDING_NOWHERE, r->row, r->name,
                          r->area_code, f);
}

/* ---- known already ---- */

static Err seen_above(Judging *j, const PlaceRow *r, int32_t at, bool *ret, Fault *f) {
    char key[400];
    Str copy;
    int32_t first, second;

    snprintf(key, sizeof key, "%lld\n%.*s", (long long)r->area.v, (int)r->name.n, r->name.p);
    TRY(str_copy(&j->plan->texts, str(key), &copy, f));
    TRY(words_put(&j->seen, copy, at, &first, f));
    snprintf(key, sizeof key, "#%.*s", (int)r->code.n, r->code.p);
    TRY(str_copy(&j->plan->texts, str(key), &copy, f));
    second = at;
    if (r->code.n)
        TRY(words_put(&j->seen, copy, at, &second, f));
    *ret = r->code.n ? second != at : first != at; /* the same name with another code is another shop */
    return OK;
}

static Err look_up(Judging *j, PlaceRow *r, bool *ret_there, bool *ret_differs, Fault *f) {
    PlacePut asked = places_put_of(r, false);
    Place known;

    TRY(r->code.n ? place_by_code(j->tx, r->code, &known, ret_there, f)
                  : place_by_name(j->tx, r->area, r->name, &known, ret_there, f));
    *ret_differs = false;
    if (!*ret_there)
        return OK;
    r->known = known.id;
    return place_differs(j->tx, &known, &asked, ret_differs, f);
}

/* Is it there already, and as the row says? */
static Err there_already(Judging *j, PlaceRow *r, Fault *f) {
    Arena *a = tx_arena(j->tx);
    size_t used = a->used;
    bool there, differs;

    Err e = look_up(j, r, &there, &differs, f);
    a->used = used;
    TRY(e);
    r->taken = !there;
    r->changes = differs && j->plan->how->update;
    return !there ? OK
                  : places_finding(j->plan,
                                   r->changes ? FINDING_CHANGED
                                   : differs  ? FINDING_DIFFERS
                                              : FINDING_THERE,
                                   r->row, r->name, r->code, f);
}

static Err judge_known(Judging *j, PlaceRow *r, int32_t at, Fault *f) {
    bool known;

    TRY(seen_above(j, r, at, &known, f));
    return known ? places_finding(j->plan, FINDING_TWICE, r->row, r->name, r->code, f) : there_already(j, r, f);
}

/* A row with a known code that says nothing of where: it is where it is. */
static Err stays(Judging *j, PlaceRow *r, bool *ret, Fault *f) {
    Arena *a = tx_arena(j->tx);
    size_t used = a->used;
    Place known;

    *ret = false;
    if (r->code.n == 0 || r->area_code.n || r->pointed || r->shape.n_points)
        return OK;
    Err e = place_by_code(j->tx, r->code, &known, ret, f);
    a->used = used;
    return e;
}

static Err judge_row(Judging *j, int32_t at, Fault *f) {
    PlacesPlan *p = j->plan;
    PlaceRow *r = &p->rows[at];
    const GroundArea *area;
    bool named, known;

    p->report->households += r->households > 0 ? r->households : 0;
    p->report->population += r->population > 0 ? r->population : 0;
    j->pointed += r->pointed || r->shape.n_points;
    TRY(stays(j, r, &known, f));
    if (known)
        return judge_known(j, r, at, f);
    TRY(place_named(j, r, &area, &named, f));
    if (!named)
        TRY(place_pointed(j, r, &area, f));
    if (!area)
        return OK;
    r->area = area->id;
    TRY(seen_above(j, r, at, &known, f));
    if (known)
        return places_finding(p, FINDING_TWICE, r->row, r->name, r->code, f);
    int32_t *sum = &j->households[area - ground_at(j->ground, 0)];
    if (r->households >= 0)
        *sum = (*sum < 0 ? 0 : *sum) + r->households;
    return there_already(j, r, f);
}

/* ---- the whole ---- */

static Err judge_range(Judging *j, Fault *f) {
    char said[40];

    for (size_t i = 0; i < ground_count(j->ground); i++) {
        const GroundArea *a = ground_at(j->ground, i);
        if (a->level != LEVEL_MICRO || j->households[i] < 0 ||
            (j->households[i] >= HOUSEHOLDS_LEAST && j->households[i] <= HOUSEHOLDS_MOST))
            continue;
        snprintf(said, sizeof said, "%d", j->households[i]);
        TRY(places_finding(j->plan, FINDING_RANGE, 0, a->code, str(said), f));
    }
    return OK;
}

/* All turned round: nobody wants to read of it row by row. */
static Err judge_swapped(const Judging *j, Fault *f) {
    if (j->swapped == 0 || j->held > 0 || j->swapped * 2 < j->pointed)
        return OK;
    return fault(f, ERR_INVALID, "places_swapped", "lat",
                 "经度和纬度写反了：%lld 个点按原样都不在网格里，交换后有 %lld 个在。请改正列名。",
                 "Longitude and latitude are exchanged: of %lld points no grid holds one as written, and %lld "
                 "exchanged. Mend the headings.",
                 (long long)j->pointed, (long long)j->swapped);
}

static Err judge_rows(Judging *j, Fault *f) {
    size_t n = ground_count(j->ground);
    int32_t at;

    j->households = mem_alloc(n * sizeof *j->households);
    if (!j->households)
        return fault_memory(f);
    for (size_t i = 0; i < n; i++) {
        j->households[i] = -1;
        TRY(words_put(&j->codes, ground_at(j->ground, i)->code, (int32_t)i, &at, f));
    }
    for (int32_t i = 0; i < j->plan->n; i++)
        TRY(judge_row(j, i, f));
    j->plan->report->rows = j->plan->n;
    if (j->plan->how->end_missing)
        TRY(places_missing(j->tx, j->plan, f));
    j->plan->report->looks_gcj02 = datum_fit_says_gcj02(&j->plan->report->datum);
    TRY(judge_range(j, f));
    return judge_swapped(j, f);
}

Err places_judge(Tx *tx, PlacesPlan *p, Fault *f) {
    Judging j = { .tx = tx, .plan = p, .day = day_of_ms(clock_now_ms()) };

    TRY(ground_borrow(tx, &j.ground, f));
    Err e = judge_rows(&j, f);
    ground_return(j.ground);
    words_end(&j.codes);
    words_end(&j.seen);
    mem_free(j.households);
    return e;
}
