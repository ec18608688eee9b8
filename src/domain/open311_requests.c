/* open311_requests – what is shown of cases as requests: public ones in lists, and with a
 * key the status of one that is asked for by its id. Every row is judged by the one
 * decision of case_public.h, whatever the query found. */
#include "open311.h"

#include "case_public.h"
#include "open311_q.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS 86400000LL
enum { YEAR_DAYS = 366 };

bool open311_is_over(CaseState s) { return s == CASE_CLOSED || s == CASE_REJECTED || s == CASE_APPRAISED; }

/* ---- one request ---- */

typedef struct Showing {
    const Category *categories;
    size_t n;
    bool english, extended;
    Str base;
} Showing;

static Publicity judge(const Open311Row *r) {
    PublicFacts facts = { r->state,
                          r->has.category ? r->category : (Str){ 0 },
                          r->has.open_to ? r->open_to : PUBLIC_NO,
                          r->masked,
                          r->at_building,
                          r->has.lon && r->has.lat && r->placed != PLACE_PLACEHOLDER };

    return r->about == ABOUT_MATTER ? case_publicity_ever(&facts) : PUBLIC_NO;
}

static Str word(bool english, const Choice *c) { return str(english ? c->en : c->zh); }

/* Its status, its dates and its service: what an application with a key may know of any. */
static Err show_status(Tx *tx, const Open311Row *r, const Showing *s, Open311Request *q, Fault *f) {
    char id[24];
    bool over = open311_is_over(r->state);
    const Category *c = r->has.category ? open311_category(s->categories, s->n, r->category) : NULL;

    open311_print_id(r->id, id);
    TRY(str_copy(tx_arena(tx), str(id), &q->service_request_id, f));
    q->status = str(over ? "closed" : "open");
    q->status_notes = over && r->has.close_kind
                          ? word(s->english, choice_numbered(&close_kind_choices, r->close_kind))
                          : word(s->english, choice_numbered(&case_state_choices, r->state));
    q->service_code = r->category;
    q->service_name = c ? s->english ? c->en : c->zh : r->category;
    q->requested_datetime = r->reported;
    q->updated_datetime = r->has.closed && over ? r->closed : r->updated;
    q->expected_datetime = r->finish_due;
    q->has.service_request_id = q->has.status = q->has.status_notes = true;
    q->has.service_code = q->has.service_name = r->has.category;
    q->has.requested_datetime = q->has.updated_datetime = true;
    q->has.expected_datetime = r->has.finish_due;
    return OK;
}

static Err show_photo(Tx *tx, const Open311Row *r, const Showing *s, Open311Request *q, Fault *f) {
    char url[500];

    if (!r->has.photo || !case_shows_photos(r->state, r->about, r->category, r->open_to))
        return OK;
    snprintf(url, sizeof url, "%.*s/api/1/public/photos/%lld/large?form=covered",
             (int)(s->base.n < 300 ? s->base.n : 300), s->base.p, (long long)r->photo.v);
    q->has.media_url = true;
    return str_copy(tx_arena(tx), str(url), &q->media_url, f);
}

static Err show_extended(Tx *tx, const Open311Row *r, Publicity as, const Showing *s, Open311Request *q,
                         Fault *f) {
    Open311Extended *x = arena_take(tx_arena(tx), sizeof *x);

    if (!x)
        return fault_arena(f);
    *x = (Open311Extended){ .state = r->state,
                            .condition = s->english ? r->condition_en : r->condition_zh,
                            .area = r->area_name,
                            .open_to = as };
    x->has.state = x->has.open_to = true;
    x->has.condition = r->has.condition_zh;
    x->has.area = r->has.area_name;
    q->extended_attributes = (List){ x, 1 };
    q->has.extended_attributes = true;
    return OK;
}

static Err show_public(Tx *tx, const Open311Row *r, Publicity as, const Showing *s, Open311Request *q,
                       Fault *f) {
    q->agency_responsible = r->unit_name;
    q->has.agency_responsible = r->has.unit_name;
    q->lon = as == PUBLIC_POINT ? r->lon : r->label_lon;
    q->lat = as == PUBLIC_POINT ? r->lat : r->label_lat;
    q->has.lon = q->has.lat = as == PUBLIC_POINT || (r->has.label_lon && r->has.label_lat);
    TRY(show_photo(tx, r, s, q, f));
    return s->extended ? show_extended(tx, r, as, s, q, f) : OK;
}

/* Adds it, if this caller may see it; `known`: he named its id. */
static Err add(Tx *tx, const Open311Row *r, const Showing *s, const Actor *by, bool known, Page *ret,
               Fault *f) {
    Publicity as = judge(r);
    Open311Request q = { .has = { 0 } };

    if (ret->n == ret->max || (as == PUBLIC_NO && !(known && by->app.v)))
        return OK;
    TRY(show_status(tx, r, s, &q, f));
    if (as != PUBLIC_NO)
        TRY(show_public(tx, r, as, s, &q, f));
    ((Open311Request *)ret->rows)[ret->n++] = q;
    return OK;
}

static Err one_row(Tx *tx, Str text, Open311Row *ret, bool *ret_found, Fault *f) {
    CaseKey key;
    size_t n = 0;

    if (open311_id(text, &key.id))
        TRY(sql_open311_one(tx, &key, ret, 1, &n, f));
    *ret_found = n > 0;
    return OK;
}

static Err no_request(Fault *f) {
    return fault(f, ERR_NOT_FOUND, "request_unknown", "service_request_id",
                 "没有这个 service_request_id，或它不公开；用 api_key 可查状态。",
                 "There is no such service_request_id, or it is not public: its status shows with an api_key.");
}

Err open311_request(Tx *tx, const Open311Key *in, const Actor *by, Page *ret, Fault *f) {
    Showing s = { .english = in->english, .extended = in->extensions, .base = in->base };
    Open311Row r;
    bool found;

    TRY(open311_judge(tx, in->has.jurisdiction_id, in->jurisdiction_id, f));
    TRY(open311_categories(tx, &s.categories, &s.n, f));
    TRY(one_row(tx, in->service_request_id, &r, &found, f));
    ret->n = 0;
    if (found)
        TRY(add(tx, &r, &s, by, true, ret, f));
    return ret->n ? OK : no_request(f);
}

/* A request gets its id at once, so a token is the id. */
Err open311_token(Tx *tx, const Open311Key *in, const Actor *by, Page *ret, Fault *f) {
    Open311Token t = { .service_request_id = in->service_request_id, .token = in->service_request_id };
    Open311Row r;
    bool found;

    TRY(open311_judge(tx, in->has.jurisdiction_id, in->jurisdiction_id, f));
    TRY(one_row(tx, in->service_request_id, &r, &found, f));
    if (!found || (judge(&r) == PUBLIC_NO && !by->app.v))
        return fault(f, ERR_NOT_FOUND, "token_unknown", "token", "没有这个 token。", "There is no such token.");
    t.has.service_request_id = t.has.token = true;
    *(Open311Token *)ret->rows = t;
    ret->n = 1;
    return OK;
}

/* ---- the list ---- */

static Err take_status(Open311Find *q, Fault *f) {
    Str list = q->status, w;
    bool open = false, over = false;

    if (!q->has.status)
        return OK;
    while ((w = open311_next(&list)).n) {
        open |= str_is(w, "open");
        over |= str_is(w, "closed");
        if (!str_is(w, "open") && !str_is(w, "closed"))
            return fault(f, ERR_INVALID, "status_unknown", "status", "status 只能是 open 或 closed。",
                         "status is open or closed.");
    }
    q->open = q->has.open = open && !over;
    q->over = q->has.over = over && !open;
    return OK;
}

static Err take_codes(Open311Find *q, Fault *f) {
    Str list = q->service_code, w;
    Str *const codes[] = { &q->code1, &q->code2, &q->code3, &q->code4,
                           &q->code5, &q->code6, &q->code7, &q->code8 };
    size_t n = 0;

    for (size_t i = 0; i < COUNT(codes); i++)
        *codes[i] = str("");
    if (!q->has.service_code)
        return OK;
    while ((w = open311_next(&list)).n) {
        if (n == COUNT(codes))
            return fault(f, ERR_INVALID, "codes_many", "service_code", "service_code 一次最多 %zu 个。",
                         "At most %zu service_codes at once.", COUNT(codes));
        *codes[n++] = w;
    }
    q->one_of = q->has.one_of = n > 0;
    return OK;
}

static bool take_degree(Str *list, int most, int32_t *ret) {
    Str w = open311_next(list);
    char z[32], *end;

    if (w.n == 0 || w.n >= sizeof z)
        return false;
    memcpy(z, w.p, w.n);
    z[w.n] = 0;
    double d = strtod(z, &end);
    if (*end || !(d >= -most && d <= most))
        return false;
    *ret = (int32_t)(d * 1e7 + (d < 0 ? -0.5 : 0.5));
    return true;
}

static Err take_box(Open311Find *q, Fault *f) {
    Str list = q->bbox;

    if (!q->has.bbox)
        return OK;
    q->has.west = take_degree(&list, 180, &q->west) && take_degree(&list, 90, &q->south) &&
                  take_degree(&list, 180, &q->east) && take_degree(&list, 90, &q->north) &&
                  !open311_next(&list).n && q->west <= q->east && q->south <= q->north;
    return q->has.west ? OK
                       : fault(f, ERR_INVALID, "bbox_form", "bbox",
                               "bbox 要写成“西,南,东,北”四个度数，如 121.46,31.21,121.48,31.23。",
                               "bbox is four degrees “west,south,east,north”, as 121.46,31.21,121.48,31.23.");
}

/* At most 90 days (the standard's limit): from the start that is named, else up to the end.
 * Asked for by what was updated, the reports of a year. */
static Err take_span(Open311Find *q, Fault *f) {
    int64_t span = OPEN311_DAYS * DAY_MS, now = clock_now_ms(), until = now, from;

    if (q->has.start_date && q->has.end_date && q->start_date.ms > q->end_date.ms)
        return fault(f, ERR_INVALID, "span_reversed", "start_date", "start_date 晚于 end_date。",
                     "start_date is after end_date.");
    if (q->has.end_date)
        until = q->end_date.ms;
    else if (q->has.start_date && q->start_date.ms + span < now)
        until = q->start_date.ms + span;
    if (!q->has.start_date && !q->has.end_date && (q->has.updated_after || q->has.updated_before))
        span = YEAR_DAYS * DAY_MS;
    from = until - span;
    if (q->has.start_date && q->start_date.ms > from)
        from = q->start_date.ms;
    q->from_at = moment_at(from);
    q->until_at = moment_at(until);
    return OK;
}

static int newer_first(const void *x, const void *y) {
    const Open311Request *a = x, *b = y;
    int64_t by_time = b->requested_datetime.ms - a->requested_datetime.ms;

    if (by_time)
        return by_time < 0 ? -1 : 1;
    if (a->service_request_id.n != b->service_request_id.n)
        return a->service_request_id.n < b->service_request_id.n ? 1 : -1;
    return -memcmp(a->service_request_id.p, b->service_request_id.p, a->service_request_id.n);
}

static void once_each(Page *p) {
    Open311Request *q = p->rows;
    size_t n = 0;

    qsort(q, p->n, sizeof *q, newer_first);
    for (size_t i = 0; i < p->n; i++)
        if (n == 0 || !str_same(q[n - 1].service_request_id, q[i].service_request_id))
            q[n++] = q[i];
    p->n = n;
}

/* By id, which overrides the rest; unknown ones are left out. */
static Err list_named(Tx *tx, const Open311Find *in, const Showing *s, const Actor *by, Page *ret, Fault *f) {
    Str list = in->service_request_id, w;
    Open311Row r;
    bool found;

    while ((w = open311_next(&list)).n && ret->n < ret->max) {
        TRY(one_row(tx, w, &r, &found, f));
        if (found)
            TRY(add(tx, &r, s, by, true, ret, f));
    }
    once_each(ret);
    return OK;
}

Err open311_requests(Tx *tx, const Open311Find *in, const Actor *by, Page *ret, Fault *f) {
    Showing s = { .english = in->english, .extended = in->extensions, .base = in->base };
    Open311Find q = *in;
    size_t n;

    TRY(open311_judge(tx, in->has.jurisdiction_id, in->jurisdiction_id, f));
    TRY(open311_categories(tx, &s.categories, &s.n, f));
    ret->n = 0;
    if (in->has.service_request_id)
        return list_named(tx, in, &s, by, ret, f);
    TRY(take_status(&q, f));
    TRY(take_codes(&q, f));
    TRY(take_box(&q, f));
    TRY(take_span(&q, f));
    q.skip = (q.page - 1) * q.page_size;
    Open311Row *rows = arena_raw(tx_arena(tx), (size_t)q.page_size * sizeof *rows);
    if (!rows)
        return fault_arena(f);
    TRY(sql_open311_list(tx, &q, rows, (size_t)q.page_size, &n, f));
    for (size_t i = 0; i < n; i++)
        TRY(add(tx, &rows[i], &s, by, false, ret, f));
    return OK;
}
