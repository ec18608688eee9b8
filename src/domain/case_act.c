/* case_act – one step of a case: gather, judge, write, answer. The table says
 * what is legal; the invariants that no table can say stand in case_judge(). */
#include "case.h"

#include "access.h"
#include "catalogue.h"
#include "case_q.h"
#include "keys.h"
#include "limits.h"
#include "org.h"

Err case_load(Tx *tx, CaseId id, const Actor *by, Case *ret, Fault *f) {
    CaseKey key = { .id = id };
    Case c;
    size_t n;

    TRY(sql_case_by_id(tx, &key, &by->scope, &c, 1, &n, f));
    if (n == 0)
        return fault(f, ERR_NOT_FOUND, "case_unknown", "id", "没有这个案件，或不在您的范围内。",
                     "There is no such case in your part of the city.");
    *ret = c;
    return OK;
}

Err case_changed(Fault *f) {
    return fault(f, ERR_CONFLICT, "case_changed", "revision", "这个案件刚被别人办过，请刷新后再决定。",
                 "Somebody has just worked on this case: reload it and decide again.");
}

/* ---- invariants ---- */

static Err judge_check(const Case *c, const Actor *by, Fault *f) {
    bool own = (c->has.handled_by && c->handled_by.v == by->account.v) ||
               (c->has.reported_by && c->reported_by.v == by->account.v);
    return own ? fault(f, ERR_FORBIDDEN, "own_work", "", "上报人和处置人不能核查自己的案件。",
                       "Who reported or handled a case does not check it.")
               : OK;
}

static Err left_contact(Tx *tx, CaseId id, bool *ret, Fault *f) {
    CaseKey key = { .id = id };
    Reporter r;
    size_t n;

    TRY(sql_reporter_get(tx, &key, &r, 1, &n, f));
    *ret = n && r.has.contact;
    return OK;
}

/* Attempts on how many working days: a close without an answer needs two. */
static Err attempt_days(Tx *tx, CaseId id, int32_t *ret, Fault *f) {
    CaseKey key = { .id = id };
    enum { EVENTS_MAX = 400 };
    CaseEvent *events = arena_take(tx_arena(tx), sizeof *events * EVENTS_MAX);
    WorkCalendar *calendar;
    size_t n;
    int32_t days = 0, last = INT32_MIN;

    if (!events)
        return fault_arena(f);
    TRY(sql_event_list(tx, &key, events, EVENTS_MAX, &n, f));
    TRY(limits_calendar(tx, n ? events[0].at.day : 0, &calendar, f));
    for (size_t i = 0; i < n; i++)
        if (events[i].act == ACT_FEEDBACK && events[i].at.day != last &&
            calendar_works(calendar, events[i].at.day)) {
            last = events[i].at.day;
            days++;
        }
    calendar_free(calendar);
    *ret = days;
    return OK;
}

/* No close without feedback: answered; or left on the tracking page for a reporter
 * without contact; or three attempts on two working days. */
static Err judge_close(Tx *tx, const Case *c, Fault *f) {
    bool contact;
    int32_t days = 0;

    if (c->attempts == 0)
        return fault(f, ERR_INVALID, "close_no_feedback", "", "还没有反馈，不能结案。",
                     "There was no feedback yet, so it cannot be closed.");
    if (c->answered)
        return OK;
    TRY(left_contact(tx, c->id, &contact, f));
    if (!contact)
        return OK;
    TRY(attempt_days(tx, c->id, &days, f));
    if (c->attempts >= 3 && days >= 2)
        return OK;
    return fault(
        f, ERR_INVALID, "close_not_reached", "",
        "上报人还没有答复：要在两个工作日内联系三次（现在 %d 次，%d 天）。",
        "The reporter was not reached yet: three attempts on two working days are needed (%d so far, on %d).",
        c->attempts, days);
}

Err case_judge(Tx *tx, const Case *c, const CaseStep *step, const Actor *by, Fault *f) {
    if (!(step->who & 1u << by->role))
        return fault(f, ERR_FORBIDDEN, "step_not_yours", "act", "这一步不归“%s”办。%.0s",
                     "%.0sThis step is not for a %s to take.", choice_numbered(&role_choices, by->role)->zh,
                     choice_numbered(&role_choices, by->role)->en);
    switch (step->act) {
    case ACT_FILE:
    case ACT_DISPATCH:
        return c->has.area ? OK
                           : fault(f, ERR_INVALID, "case_unplaced", "", "还没有网格：先补点位，再立案派遣。",
                                   "It has no grid yet: give it a place first.");
    case ACT_PASS:
    case ACT_FAIL: return judge_check(c, by, f);
    case ACT_CLOSE: return judge_close(tx, c, f);
    default: return OK;
    }
}

/* ---- what each act does to the row ---- */

static Err need(bool given, const char *field, const char *zh, const char *en, Fault *f) {
    return given ? OK
                 : fault(f, ERR_INVALID, "step_needs", field, "这一步要写明%s。%.0s", "%.0sThis step needs %s.",
                         zh, en);
}

static Err do_file(Tx *tx, const CaseActIn *in, Case *c, Fault *f) {
    Condition condition;

    TRY(need(in->has.condition, "condition", "立案条件", "a filing condition", f));
    TRY(condition_load(tx, in->condition, &condition, f));
    if (condition.retired)
        return fault(f, ERR_INVALID, "condition_retired", "condition", "这个立案条件已停用。",
                     "This filing condition is no longer in use.");
    if (condition.duty == DUTY_TAKEN)
        return fault(f, ERR_INVALID, "duty_taken_back", "condition",
                     "“%.*s”已由上级部门收回，街镇不能立案派遣。",
                     "“%.*s” was taken back by the department above; it cannot be filed here.",
                     (int)condition.zh.n, condition.zh.p);
    c->condition = condition.id;
    c->category = condition.category;
    c->has.condition = c->has.category = true;
    return OK;
}

static Err do_dispatch(Tx *tx, const CaseActIn *in, Case *c, int64_t now, Fault *f) {
    Org unit;

    TRY(need(in->has.unit, "unit", "承办单位", "a unit", f));
    TRY(org_load(tx, in->unit, &unit, f));
    c->unit = unit.id;
    c->has.unit = true;
    if (!c->has.dispatched) /* the limit runs from the first; a second one does not start it again */
        c->dispatched = moment_at(now);
    c->has.dispatched = true;
    return case_clock_set(tx, c, now, f);
}

static Err do_handle(Tx *tx, const Actor *by, Case *c, int64_t now, Fault *f) {
    c->handled = moment_at(now);
    c->handled_by = by->account;
    c->has.handled = c->has.handled_by = true;
    return case_clock_set(tx, c, now, f);
}

/* The finishing limit goes on; the time at check is not counted. */
static Err do_fail(Tx *tx, Case *c, int64_t now, Fault *f) {
    c->has.handled = false;
    c->rework++;
    return case_clock_set(tx, c, now, f);
}

static Err do_place(Tx *tx, const CaseActIn *in, Case *c, Fault *f) {
    int32_t home;
    OrgId agreed;

    TRY(need(in->has.place || (in->has.lon && in->has.lat), "lon", "经纬度或地点",
             "longitude and latitude, or a place", f));
    c->place = in->place;
    c->has.place = in->has.place;
    c->lon = in->lon;
    c->lat = in->lat;
    c->has.lon = c->has.lat = !in->has.place;
    return case_place(tx, c, &home, &agreed, f); /* its home stays: where it was first filed */
}

static Err do_close(const CaseActIn *in, Case *c, int64_t now, Fault *f) {
    TRY(need(in->has.close_kind, "close_kind", "结案类型", "how it is closed", f));
    if (in->close_kind == CLOSE_UNREACHABLE && c->answered)
        return fault(f, ERR_INVALID, "close_kind_reached", "close_kind", "上报人已答复，不能按“无法联系”结案。",
                     "The reporter was reached, so it is not “unreachable”.");
    c->close_kind = in->close_kind;
    c->closed = moment_at(now);
    c->has.close_kind = c->has.closed = true;
    case_clock_end(c);
    return OK;
}

static Err apply(Tx *tx, const CaseActIn *in, const Actor *by, Case *c, int64_t now, Fault *f) {
    switch (in->act) {
    case ACT_ACCEPT:
    case ACT_PASS: return case_clock_set(tx, c, now, f);
    case ACT_FILE: return do_file(tx, in, c, f);
    case ACT_DISPATCH: return do_dispatch(tx, in, c, now, f);
    case ACT_PLACE: return do_place(tx, in, c, f);
    case ACT_HANDLE: return do_handle(tx, by, c, now, f);
    case ACT_FAIL: return do_fail(tx, c, now, f);
    case ACT_FEEDBACK:
        c->attempts++;
        c->answered = c->answered || (in->has.answered && in->answered);
        return OK;
    case ACT_CLOSE: return do_close(in, c, now, f);
    case ACT_REJECT: case_clock_end(c); return OK;
    default: return OK;
    }
}

Err case_act(Tx *tx, const CaseActIn *in, const Actor *by, Case *ret, Fault *f) {
    Case c;
    int64_t changed, now = clock_now_ms();

    TRY(case_load(tx, in->id, by, &c, f));
    if (c.revision != in->revision)
        return case_changed(f);
    const CaseState from = c.state;
    const CaseStep *step = case_step(from, in->act);
    if (!step)
        return fault(
            f, ERR_INVALID, "no_such_step", "act", "“%s”的案件不能“%s”。%.0s%.0s",
            "%.0s%.0sA case that is %s has no step “%s”.", choice_numbered(&case_state_choices, from)->zh,
            choice_numbered(&case_act_choices, in->act)->zh, choice_numbered(&case_state_choices, from)->en,
            choice_numbered(&case_act_choices, in->act)->en);
    TRY(case_judge(tx, &c, step, by, f));
    if (step->needs_note)
        TRY(need(in->has.note, "note", "说明", "a note", f));
    c.state = step->to;
    c.revision++;
    TRY(apply(tx, in, by, &c, now, f));
    TRY(sql_case_save(tx, &c, &changed, f));
    if (changed != 1)
        return case_changed(f);
    TRY(case_event_at(tx, &c, in->act, from, by, now, in->has.note ? in->note : (Str){ 0 }, f));
    *ret = c;
    return OK;
}

/* ---- the reporter's contact: with a reason, which is logged ---- */

Err case_contact(Tx *tx, const ContactAsk *in, const Actor *by, Contact *ret, Fault *f) {
    CaseKey key = { .id = in->id };
    Case c;
    Reporter r;
    size_t n;
    Contact out = { 0 };

    TRY(case_load(tx, in->id, by, &c, f));
    TRY(sql_reporter_get(tx, &key, &r, 1, &n, f));
    TRY(access_write(tx, in->id, by, in->reason, f));
    if (n && r.has.name)
        TRY(keys_open(&r.name, "reporter.name", in->id.v, tx_arena(tx), &out.name, f));
    if (n && r.has.contact)
        TRY(keys_open(&r.contact, "reporter.contact", in->id.v, tx_arena(tx), &out.contact, f));
    out.has.name = n && r.has.name;
    out.has.contact = n && r.has.contact;
    *ret = out;
    return OK;
}
