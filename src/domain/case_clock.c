/* case_clock – which clock of a case runs, since when, and when it runs out: by its
 * state, its row and its history. What a step sets, what the page explains and what a
 * newly published year changes all come from here. Stages and limits: limits.h. */
#include "case.h"

#include "case_past.h"
#include "case_q.h"
#include "catalogue.h"
#include "limits.h"

#include <stdio.h>
#include <string.h>

enum { RECOUNT_MAX = 100 };

/* The clock that runs now, or the finishing limit: how much since when, and when it
 * stood still. */
typedef struct Running {
    Limit limit; /* amount 0: none that we know of */
    int64_t start_ms;
    ClockPause *pauses; /* in the arena */
    int32_t n_pauses;
} Running;

/* ---- what the history says ---- */

/* The dispatcher's time runs since the case was accepted, or came back to him; `now` if
 * that is the step being taken, 0 if it is not. What was imported was never accepted
 * here. */
static Err since_accepted(Tx *tx, const Case *c, int64_t now, Running *ret, Fault *f) {
    CasePast past;

    ret->start_ms = now;
    if (!now) {
        TRY(case_past(tx, c->id, &past, f));
        for (size_t i = past.round; i < past.n; i++)
            if (past.events[i].act == ACT_ACCEPT || past.events[i].act == ACT_RETURN ||
                past.events[i].act == ACT_REOPEN || past.events[i].act == ACT_FAIL)
                ret->start_ms = past.events[i].at.ms;
    }
    if (ret->start_ms)
        ret->limit = limit_dispatch;
    return OK;
}

/* The leader's working day runs since the case came to him. */
static Err since_contested(Tx *tx, const Case *c, int64_t now, Running *ret, Fault *f) {
    CasePast past;

    ret->start_ms = now;
    if (!now) {
        TRY(case_past(tx, c->id, &past, f));
        const PastEvent *e = past_last(&past, ACT_CONTEST);
        ret->start_ms = e ? e->at.ms : 0;
    }
    if (ret->start_ms)
        ret->limit = limit_adjudicate;
    return OK;
}

/* A pause from one instant to another, neither of them before what was before: the
 * clock of the machine may have been set back between two steps. */
static void stood_still(Running *r, int64_t from, int64_t to) {
    int64_t at = r->n_pauses ? r->pauses[r->n_pauses - 1].to_ms : r->start_ms;

    from = from < at ? at : from;
    r->pauses[r->n_pauses++] = (ClockPause){ from, to < from ? from : to };
}

/* The finishing limit stood still while the result was being checked and while the case
 * was suspended. A check that fails and a case that resumes in the step being taken end
 * `now`; what is suspended yet resumes on its day. */
static Err stops_of(Tx *tx, const Case *c, int64_t now, Running *r, Fault *f) {
    CasePast past;
    int64_t since = 0;

    TRY(case_past(tx, c->id, &past, f));
    r->pauses = arena_take(tx_arena(tx), (past.n - past.round + 2) * sizeof *r->pauses);
    if (!r->pauses)
        return fault_arena(f);
    for (size_t i = past.round; i < past.n; i++) {
        const PastEvent *e = &past.events[i];
        if (e->act == ACT_HANDLE || e->act == ACT_SUSPEND)
            since = e->at.ms;
        if ((e->act == ACT_FAIL || e->act == ACT_RESUME) && since) {
            stood_still(r, since, e->at.ms);
            since = 0;
        }
    }
    if (c->state == CASE_SUSPENDED)
        stood_still(r, since ? since : now, ms_of_day(c->suspended_until));
    else if (since && c->state == CASE_HANDLING)
        stood_still(r, since, now);
    return OK;
}

/* ---- which clock ---- */

static Err finishing(Tx *tx, const Case *c, int64_t now, Running *ret, Fault *f) {
    Condition condition;

    *ret = (Running){ 0 };
    if (!c->has.dispatched || !c->has.condition)
        return OK;
    TRY(condition_load(tx, c->condition, &condition, f));
    ret->limit = (Limit){ condition.finish_limit * (1 + c->extended), condition.finish_clock };
    ret->start_ms = c->dispatched.ms;
    return c->rework || c->has.suspended ? stops_of(tx, c, now, ret, f) : OK;
}

static Err running(Tx *tx, const Case *c, int64_t now, Running *ret, Fault *f) {
    *ret = (Running){ 0 };
    switch (c->state) {
    case CASE_REPORTED: *ret = (Running){ .limit = limit_accept, .start_ms = c->reported.ms }; return OK;
    case CASE_ACCEPTED:
    case CASE_FILED: return since_accepted(tx, c, now, ret, f);
    case CASE_DISPATCHED:
    case CASE_HANDLING: return finishing(tx, c, now, ret, f);
    case CASE_ADJUDICATION: return since_contested(tx, c, now, ret, f);
    case CASE_HANDLED:
    case CASE_CHECK: *ret = (Running){ .limit = limit_check, .start_ms = c->handled.ms }; return OK;
    case CASE_FEEDBACK: *ret = (Running){ .limit = limit_feedback, .start_ms = c->handled.ms }; return OK;
    default: return OK;
    }
}

static bool runs_to_the_finish(const Case *c) {
    return c->state == CASE_DISPATCHED || c->state == CASE_HANDLING;
}

/* Another system's deadline rules while it is the earlier one. */
static bool external_rules(const Case *c) {
    return runs_to_the_finish(c) && c->has.external_due && c->external_due.ms < c->finish_due.ms;
}

/* The finishing limit, then those of check and feedback: what "should-close" goes by. */
static Err set_close(Tx *tx, Case *c, Fault *f) {
    WorkCalendar *calendar;
    Due due;

    TRY(limits_calendar(tx, c->finish_due.day - 1, &calendar, f));
    Err e = clock_due(calendar, (EngineClock)limit_check.unit, limit_check.amount, c->finish_due.ms, &due, f);
    if (e == OK)
        e = clock_due(calendar, (EngineClock)limit_feedback.unit, limit_feedback.amount, due.ms, &due, f);
    calendar_free(calendar);
    TRY(e);
    c->close_due = (Moment){ due.ms, due.day };
    c->close_provisional = c->finish_provisional || due.provisional;
    c->has.close_due = true;
    return OK;
}

static Err set_finish(Tx *tx, Case *c, int64_t now, Fault *f) {
    Running r;
    Due due;

    TRY(finishing(tx, c, now, &r, f));
    if (!r.limit.amount)
        return OK;
    TRY(limits_due(tx, r.limit, r.start_ms, r.pauses, r.n_pauses, &due, f));
    c->finish_due = (Moment){ due.ms, due.day };
    c->finish_provisional = due.provisional;
    c->has.finish_due = true;
    return set_close(tx, c, f);
}

static Err set_due(Tx *tx, Case *c, int64_t now, Fault *f) {
    Running r;
    Due due;

    if (runs_to_the_finish(c)) {
        c->due = external_rules(c) ? c->external_due : c->finish_due;
        c->due_provisional = !external_rules(c) && c->finish_provisional;
        c->has.due = true;
        return OK;
    }
    TRY(running(tx, c, now, &r, f));
    if (!r.limit.amount)
        return OK;
    TRY(limits_due(tx, r.limit, r.start_ms, NULL, 0, &due, f));
    c->due = (Moment){ due.ms, due.day };
    c->due_provisional = due.provisional;
    c->has.due = true;
    return OK;
}

Err case_clock_set(Tx *tx, Case *c, int64_t now, Fault *f) {
    int64_t before = c->has.due ? c->due.ms : 0;

    if (runs_to_the_finish(c) || c->state == CASE_SUSPENDED)
        TRY(set_finish(tx, c, now, f));
    if (c->state == CASE_SUSPENDED) { /* no clock runs; when it ends is told already */
        c->has.due = c->due_provisional = false;
        return OK;
    }
    TRY(set_due(tx, c, now, f));
    if (c->has.due && c->due.ms != before)
        c->reminded = 0; /* of another deadline one is told anew */
    return OK;
}

void case_clock_end(Case *c) {
    c->has.due = false;
    c->due_provisional = c->finish_provisional = c->close_provisional = false;
}

/* ---- how it came about ---- */

Err case_clock_explain(Tx *tx, const Case *c, Str *ret_zh, Str *ret_en, Fault *f) {
    Running r;

    *ret_zh = *ret_en = (Str){ 0 };
    if (!c->has.due)
        return OK;
    if (external_rules(c)) {
        *ret_zh = str("外部工单的时限较早，以它为准");
        *ret_en = str("The other system's deadline is the earlier one and rules");
        return OK;
    }
    TRY(running(tx, c, 0, &r, f));
    if (!r.limit.amount)
        return OK;
    return limits_explain(tx, r.limit, r.start_ms, r.pauses, r.n_pauses, ret_zh, ret_en, f);
}

/* ---- a year was published ---- */

static Err recount_one(Tx *tx, Case *c, const Actor *by, CaseRecount *r, Fault *f) {
    const Case before = *c;
    char note[200];
    int64_t changed;

    if (c->finish_provisional)
        TRY(set_finish(tx, c, 0, f));
    else if (c->close_provisional)
        TRY(set_close(tx, c, f));
    if (c->due_provisional)
        TRY(set_due(tx, c, 0, f));
    r->seen++;
    if (c->due.ms == before.due.ms && c->finish_due.ms == before.finish_due.ms &&
        c->close_due.ms == before.close_due.ms) {
        TRY(sql_case_confirm(tx, c, &changed, f)); /* only the marks; nobody's page is out of date */
        return changed == 1 ? OK : case_changed(f);
    }
    r->moved++;
    c->revision++;
    TRY(sql_case_save(tx, c, &changed, f));
    if (changed != 1)
        return case_changed(f);
    snprintf(note, sizeof note, "新一年的节假日已公布，到期重新计算");
    return case_event_put(tx, c, ACT_RECOUNT, c->state, by, str(note), f);
}

Err case_recount(Tx *tx, CaseId after, const Actor *by, CaseRecount *ret, Fault *f) {
    CaseAfter from = { .after = after, .limit = RECOUNT_MAX };
    Case *cases = arena_take(tx_arena(tx), sizeof *cases * RECOUNT_MAX);
    CaseRecount r = { .last = after };
    size_t n;

    if (!cases)
        return fault_arena(f);
    TRY(sql_case_provisional(tx, &from, cases, RECOUNT_MAX, &n, f));
    for (size_t i = 0; i < n; i++) {
        TRY(recount_one(tx, &cases[i], by, &r, f));
        r.last = cases[i].id;
    }
    r.more = n == RECOUNT_MAX;
    *ret = r;
    return OK;
}
