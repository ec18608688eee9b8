/* open311_updates – the extension for updates: the steps of public requests, and of those
 * that came through the asking application, without a word of what was written in them; and
 * what an application adds to a request of its own, which becomes a step of the case with
 * its words. REOPEN is the reporter's own step, within its days. */
#include "open311.h"

#include "case.h"
#include "case_q.h"
#include "case_public.h"
#include "open311_q.h"
#include "request.h"
#include "seal.h"

#include <stdio.h>
#include <string.h>

#define DAY_MS 86400000LL
static const char OPERATION[] = "open311.add_update";

/* ---- out ---- */

/* In the words of the extension. */
static const char *status_closed(const Open311Step *s) {
    if (!open311_is_over(s->state) || !s->has.close_kind)
        return "CLOSED"; /* it was closed then, and is open again */
    switch (s->close_kind) {
    case CLOSE_SOLVED: return "FIXED";
    case CLOSE_PROCEDURE: return "INTERNAL_REFERRAL";
    case CLOSE_EXPLAINED:
    case CLOSE_UNFOUNDED: return "NO_FURTHER_ACTION";
    default: return "CLOSED";
    }
}

static const char *status_of(const Open311Step *s) {
    if (s->act == ACT_REOPEN)
        return "REOPEN";
    if (s->act == ACT_RETURN)
        return "INTERNAL_REFERRAL";
    switch (s->to_state) {
    case CASE_REPORTED: return "FOR_TRIAGE";
    case CASE_ACCEPTED: return "OPEN";
    case CASE_PRE_CHECK:
    case CASE_FILED: return "INVESTIGATING";
    case CASE_DISPATCHED: return "ACTION_SCHEDULED";
    case CASE_CLOSED: return status_closed(s);
    case CASE_REJECTED: return "NO_FURTHER_ACTION";
    default: return "IN_PROGRESS";
    }
}

static bool is_shown(const Open311Step *s) {
    PublicFacts facts = { .state = s->state,
                          .category = s->has.category ? s->category : (Str){ 0 },
                          .open_to = s->has.open_to ? s->open_to : PUBLIC_NO };

    if (s->to_state == CASE_APPRAISED)
        return false; /* how it was is no step of the work */
    return s->own || (s->about == ABOUT_MATTER && case_publicity_ever(&facts) != PUBLIC_NO);
}

static Err show(Tx *tx, const Open311Step *s, bool english, Open311Update *ret, Fault *f) {
    const Choice *state = choice_numbered(&case_state_choices, s->to_state);
    char id[24], number[40];
    Open311Update u = { .status = str(status_of(s)),
                        .updated_datetime = s->at,
                        .description = str(english ? state->en : state->zh) };

    open311_print_id(s->id, id);
    snprintf(number, sizeof number, "%s-%d", id, (int)s->number);
    TRY(str_copy(tx_arena(tx), str(id), &u.service_request_id, f));
    TRY(str_copy(tx_arena(tx), str(number), &u.update_id, f));
    u.has.update_id = u.has.service_request_id = u.has.status = u.has.updated_datetime = u.has.description =
        true;
    *ret = u;
    return OK;
}

Err open311_updates(Tx *tx, const Open311Since *in, const Actor *by, Page *ret, Fault *f) {
    Open311Since q = *in;
    Open311Step *rows = arena_raw(tx_arena(tx), OPEN311_MOST * sizeof *rows);
    size_t n;

    if (!rows)
        return fault_arena(f);
    TRY(open311_judge(tx, in->has.jurisdiction_id, in->jurisdiction_id, f));
    int64_t until = in->has.end_date ? in->end_date.ms : clock_now_ms();
    int64_t from = in->has.start_date ? in->start_date.ms : until - DAY_MS;
    if (from > until)
        return fault(f, ERR_INVALID, "span_reversed", "start_date", "start_date 晚于 end_date。",
                     "start_date is after end_date.");
    q.from_at = moment_at(from);
    q.until_at = moment_at(until < from + OPEN311_DAYS * DAY_MS ? until : from + OPEN311_DAYS * DAY_MS);
    q.app = by->app;
    q.limit = OPEN311_MOST;
    TRY(sql_open311_steps(tx, &q, rows, OPEN311_MOST, &n, f));
    ret->n = 0;
    for (size_t i = 0; i < n; i++)
        if (is_shown(&rows[i]))
            TRY(show(tx, &rows[i], in->english, (Open311Update *)ret->rows + ret->n++, f));
    return OK;
}

/* ---- in ---- */

static Err judge_status(Str status, Fault *f) {
    static const char *const known[] = {
        "OPEN",
        "CLOSED",
        "FIXED",
        "IN_PROGRESS",
        "ACTION_SCHEDULED",
        "INVESTIGATING",
        "DUPLICATE",
        "NOT_COUNCILS_RESPONSIBILITY",
        "NO_FURTHER_ACTION",
        "INTERNAL_REFERRAL",
        "FOR_TRIAGE",
        "CANCELLED",
        "REOPEN",
    };

    for (size_t i = 0; i < COUNT(known); i++)
        if (str_is(status, known[i]))
            return OK;
    return fault(f, ERR_INVALID, "update_status", "status",
                 "没有“%.*s”这种更新状态：docs/open311.md 列出全部。",
                 "There is no status “%.*s” of an update: docs/open311.md lists them.",
                 (int)(status.n < 40 ? status.n : 40), status.p);
}

/* Only what came through this application. */
static Err load_own(Tx *tx, Str text, const Actor *by, Case *ret, Fault *f) {
    CaseKey key;
    AppCase of;
    size_t n = 0;
    Actor city;

    if (open311_id(text, &key.id))
        TRY(sql_app_case_get(tx, &key, &of, 1, &n, f));
    if (n == 0 || of.app.v != by->app.v)
        return fault(f, ERR_NOT_FOUND, "request_not_own", "service_request_id",
                     "没有这个请求，或它不是用这个 api_key 上报的。",
                     "There is no such request, or it was not reported with this api_key.");
    actor_in(ROLE_DISPATCHER, str("0"), (OrgId){ 0 }, &city);
    return case_load(tx, key.id, &city, ret, f);
}

static Err words_of(Tx *tx, const Open311UpdateNew *in, Str *ret, Fault *f) {
    char text[8000];
    Buf b = { text, 0, sizeof text, false, 0 };

    buf_fmt(&b, "[%.*s] %.*s", (int)in->status.n, in->status.p, (int)in->description.n, in->description.p);
    if (in->has.media_url)
        buf_fmt(&b, "\n[media_url] %.*s", (int)in->media_url.n, in->media_url.p);
    if (b.full || utf8_count(b.p, b.n) > 2000)
        return fault(f, ERR_INVALID, "update_long", "description", "说明太长。",
                     "The description is too long.");
    return str_copy(tx_arena(tx), buf_view(&b), ret, f);
}

static Err reopen(Tx *tx, Case *c, Str words, Fault *f) {
    CaseActIn step = { .id = c->id, .revision = c->revision, .act = ACT_REOPEN, .note = words };
    Actor reporter;

    actor_public(&reporter);
    step.has.note = true;
    return case_step_take(tx, &step, &reporter, c, f);
}

/* No step of the table: it moves nothing, and stands in the history. */
static Err append(Tx *tx, Case *c, Str words, Fault *f) {
    Actor nobody;
    int64_t changed;

    actor_public(&nobody);
    c->revision++;
    TRY(sql_case_save(tx, c, &changed, f));
    if (changed != 1)
        return case_changed(f);
    TRY(case_note_apart(tx, c, &nobody, &words, f));
    return case_event_put(tx, c, ACT_UPDATE, c->state, &nobody, words, f);
}

typedef struct Once {
    char key[72];
    uint8_t body[32];
} Once;

/* The other side's id of the update is its client key: a repeat is the same update. */
static void name_once(const Open311UpdateNew *in, const Actor *by, Once *ret) {
    uint8_t app[32], id[32];

    snprintf(ret->key, sizeof ret->key, "%lld", (long long)by->app.v);
    hash_32("open311 app", NULL, str(ret->key), app); /* it is the key of the hashes that follow */
    hash_32("open311 update", app, in->update_id, id);
    hash_32("open311 request", app, in->service_request_id, ret->body);
    int n = snprintf(ret->key, sizeof ret->key, "o311u-");
    for (size_t i = 0; i < 24; i++)
        n += snprintf(ret->key + n, sizeof ret->key - (size_t)n, "%02x", id[i]);
}

Err open311_add_update(Tx *tx, const Open311UpdateNew *in, const Actor *by, Page *ret, Fault *f) {
    Open311Updated out = { .has.update_id = true };
    Case c;
    Str words;
    Actor nobody;
    Once once;
    bool seen;
    char number[40];

    actor_public(&nobody);
    TRY(open311_judge(tx, in->has.jurisdiction_id, in->jurisdiction_id, f));
    TRY(judge_status(in->status, f));
    name_once(in, by, &once);
    Str body = { (const char *)once.body, sizeof once.body };
    TRY(request_seen(tx, str(once.key), OPERATION, body, &nobody, &seen, &out.update_id, f));
    if (!seen) {
        TRY(load_own(tx, in->service_request_id, by, &c, f));
        TRY(words_of(tx, in, &words, f));
        TRY(str_is(in->status, "REOPEN") ? reopen(tx, &c, words, f) : append(tx, &c, words, f));
        snprintf(number, sizeof number, "%lld-%d", (long long)c.id.v, (int)c.revision);
        TRY(str_copy(tx_arena(tx), str(number), &out.update_id, f));
        TRY(request_keep(tx, str(once.key), OPERATION, body, &nobody, out.update_id, f));
    }
    *(Open311Updated *)ret->rows = out;
    ret->n = 1;
    return OK;
}
