/* case_public – see case_public.h. Two queries find what may be shown, at points and at
 * labels; every row is then judged by the one decision, so that a query cannot show
 * what the decision would not. */
#include "case_public.h"

#include "photo_q.h"
#include "publicity.h"
#include "words_q.h"

/* From acceptance on, until it is over; the others are told to nobody. */
static bool is_shown_state(CaseState s) {
    switch (s) {
    case CASE_ACCEPTED:
    case CASE_PRE_CHECK:
    case CASE_FILED:
    case CASE_DISPATCHED:
    case CASE_HANDLING:
    case CASE_HANDLED:
    case CASE_CHECK:
    case CASE_ADJUDICATION:
    case CASE_SUSPENDED:
    case CASE_FEEDBACK: return true;
    default: return false;
    }
}

Publicity case_publicity(const PublicFacts *c) {
    if (!is_shown_state(c->state) || c->category.n == 0 || c->open_to == PUBLIC_NO ||
        !publicity_allowed(c->category, c->open_to))
        return PUBLIC_NO;
    bool point = c->open_to == PUBLIC_POINT && c->pointed && !c->masked && !c->at_building;
    return point ? PUBLIC_POINT : PUBLIC_AREA;
}

Publicity case_publicity_ever(const PublicFacts *c) {
    PublicFacts before = *c;

    if (before.state == CASE_CLOSED || before.state == CASE_APPRAISED)
        before.state = CASE_FEEDBACK;
    return case_publicity(&before);
}

bool case_shows_photos(CaseState state, CaseAbout about, Str category, Publicity open_to) {
    return state != CASE_REPORTED && state != CASE_REJECTED && about == ABOUT_MATTER && category.n > 0 &&
           open_to != PUBLIC_NO && publicity_allowed(category, open_to);
}

static Err judge_ground(const PublicFind *in, Fault *f) {
    enum { SIDE_MAX = 1000000 }; /* a tenth of a degree, some ten kilometres */
    int64_t wide = (int64_t)in->east - in->west, high = (int64_t)in->north - in->south;

    if (wide < 0 || high < 0)
        return fault(f, ERR_INVALID, "ground_reversed", wide < 0 ? "east" : "north", "东要大于西，北要大于南。",
                     "East must be beyond west, and north beyond south.");
    if (wide > SIDE_MAX || high > SIDE_MAX)
        return fault(f, ERR_INVALID, "ground_too_large", wide > SIDE_MAX ? "east" : "north",
                     "范围太大：每边最多 0.1 度。", "Too large: a side has a tenth of a degree at most.");
    return OK;
}

static Err show_photos(Tx *tx, CaseId id, PublicCase *ret, Fault *f) {
    enum { MOST = 24 };
    CaseKey key = { .id = id };
    Photo *photos = arena_take(tx_arena(tx), MOST * sizeof *photos);
    PublicPhoto *rows = arena_take(tx_arena(tx), MOST * sizeof *rows);
    size_t n;

    if (!photos || !rows)
        return fault_arena(f);
    TRY(sql_photo_released(tx, &key, photos, MOST, &n, f));
    for (size_t i = 0; i < n; i++) {
        rows[i] = (PublicPhoto){
            .id = photos[i].id, .shows = photos[i].shows, .width = photos[i].width, .height = photos[i].height
        };
        rows[i].has.id = rows[i].has.shows = rows[i].has.width = rows[i].has.height = true;
    }
    ret->photos = (List){ rows, n };
    ret->has.photos = n > 0;
    return OK;
}

/* Without what it was judged by. */
static PublicCase shown(const PublicRow *r, Publicity as) {
    PublicCase c = { .state = r->state,
                     .category = r->category,
                     .condition_zh = r->condition_zh,
                     .condition_en = r->condition_en,
                     .open_to = as,
                     .area_name = r->area_name,
                     .lon = r->lon,
                     .lat = r->lat };

    c.has.state = c.has.category = c.has.open_to = true;
    c.has.condition_zh = r->has.condition_zh;
    c.has.condition_en = r->has.condition_en;
    c.has.area_name = r->has.area_name;
    c.has.lon = r->has.lon;
    c.has.lat = r->has.lat;
    return c;
}

bool case_public_as(const PublicRow *r, Publicity as) {
    PublicFacts facts = { r->state, r->category, r->open_to, r->masked, r->at_building, as == PUBLIC_POINT };

    return r->about == ABOUT_MATTER && case_publicity(&facts) == as;
}

/* Adds the rows that the decision gives this nearness. */
static Err add_judged(Tx *tx, const PublicRow *rows, size_t n, Publicity as, Page *ret, Fault *f) {
    PublicCase *list = ret->rows;

    for (size_t i = 0; i < n; i++) {
        const PublicRow *r = &rows[i];
        if (!case_public_as(r, as))
            continue;
        PublicCase c = shown(r, as);
        if (r->pictured)
            TRY(show_photos(tx, r->id, &c, f));
        list[ret->n++] = c;
    }
    return OK;
}

Err case_public_list(Tx *tx, const PublicFind *in, const Actor *by, Page *ret, Fault *f) {
    size_t limit = (size_t)in->limit, n;
    PublicRow *rows = arena_take(tx_arena(tx), limit * sizeof *rows);
    Page out = *ret;

    (void)by;
    if (!rows)
        return fault_arena(f);
    TRY(judge_ground(in, f));
    TRY(sql_public_points(tx, in, rows, limit, &n, f));
    TRY(add_judged(tx, rows, n, PUBLIC_POINT, &out, f));
    if (out.n < limit) {
        TRY(sql_public_labels(tx, in, rows, limit - out.n, &n, f));
        TRY(add_judged(tx, rows, n, PUBLIC_AREA, &out, f));
    }
    *ret = out;
    return OK;
}
