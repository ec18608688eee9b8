/* case_judge – the invariants that no table of steps can say, and no version of the
 * workflow may switch off: the handler never checks his own work, no close without
 * feedback, one return, in time and by the unit itself, reopening within its days. */
#include "case.h"

#include "case_about.h"
#include "case_more_time.h"
#include "case_past.h"
#include "case_q.h"
#include "catalogue.h"
#include "limits.h"

enum { REOPEN_DAYS = 15 };
static const Limit limit_return = { 4, CLOCK_WORK_HOUR };      /* since the dispatch       */
static const Limit limit_return_urgent = { 15, CLOCK_MINUTE }; /* where urgent hours count */

Err case_urgent(Tx *tx, const Case *c, bool *ret, Fault *f) {
    Condition condition;

    *ret = false;
    if (!c->has.condition)
        return OK;
    TRY(condition_load(tx, c->condition, &condition, f));
    *ret = condition.finish_clock == CLOCK_URGENT_HOUR;
    return OK;
}

/* ---- who checks ---- */

/* Not in another post either, and not what he did before somebody else took over. */
static Err judge_check(Tx *tx, const Case *c, const Actor *by, Fault *f) {
    CasePast past;
    bool own = (c->has.handled_by && c->handled_by.v == by->account.v) ||
               (c->has.reported_by && c->reported_by.v == by->account.v);

    if (!own) {
        TRY(case_past(tx, c->id, &past, f));
        own = past_worked(&past, by->account);
    }
    return own ? fault(f, ERR_FORBIDDEN, "own_work", "", "上报人和处置人不能核查自己的案件。",
                       "Who reported or handled a case does not check it.")
               : OK;
}

/* ---- closing ---- */

static Err left_contact(Tx *tx, CaseId id, bool *ret, Fault *f) {
    CaseKey key = { .id = id };
    Reporter r;
    size_t n;

    TRY(sql_reporter_get(tx, &key, &r, 1, &n, f));
    *ret = n && r.has.contact;
    return OK;
}

/* Attempts on how many working days, since it was last reopened: a close without an
 * answer needs two. */
static Err attempt_days(Tx *tx, CaseId id, int32_t *ret, Fault *f) {
    CasePast past;
    WorkCalendar *calendar;
    int32_t days = 0, last = INT32_MIN;

    TRY(case_past(tx, id, &past, f));
    TRY(limits_calendar(tx, past.n ? past.events[0].at.day : 0, &calendar, f));
    for (size_t i = past.round; i < past.n; i++) {
        const PastEvent *e = &past.events[i];
        if (e->act == ACT_FEEDBACK && e->at.day != last && calendar_works(calendar, e->at.day)) {
            last = e->at.day;
            days++;
        }
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

/* ---- returning ---- */

static Err judge_in_time(Tx *tx, const Case *c, const PastEvent *dispatch, Fault *f) {
    bool urgent;
    Due due;

    TRY(case_urgent(tx, c, &urgent, f));
    const Limit l = urgent ? limit_return_urgent : limit_return;
    TRY(limits_due(tx, l, dispatch->at.ms, NULL, 0, &due, f));
    if (clock_now_ms() <= due.ms)
        return OK;
    return urgent
               ? fault(f, ERR_FORBIDDEN, "return_late", "",
                       "退回要在派遣后 15 分钟内提出，现在已过：请先处置。",
                       "A return is due within 15 minutes of the dispatch; that is over: please handle it.")
               : fault(f, ERR_FORBIDDEN, "return_late", "",
                       "退回要在派遣后 4 个工作时内提出，现在已过：请先处置。",
                       "A return is due within 4 work hours of the dispatch; that is over: please handle it.");
}

/* The first return goes back to the dispatcher, the second is adjudicated, and what was
 * adjudicated is not returned. */
static Err judge_return(Tx *tx, const Case *c, CaseAct act, Fault *f) {
    CasePast past;

    TRY(case_past(tx, c->id, &past, f));
    if (past_last(&past, ACT_ADJUDICATE))
        return fault(f, ERR_FORBIDDEN, "return_bound", "", "街镇已作出裁定，裁定有约束力，不能再退：请处置。",
                     "It was adjudicated, and the decision binds: it cannot be returned; please handle it.");
    const PastEvent *dispatch = past_last(&past, ACT_DISPATCH);
    if (!dispatch) /* it came with its unit from another system */
        return fault(f, ERR_FORBIDDEN, "return_unsent", "", "这个案件不是由这里派遣的，不能退回。",
                     "It was not dispatched here, so it cannot be returned here.");
    if (past_returned_by(&past, c->unit))
        return fault(f, ERR_FORBIDDEN, "return_once", "", "本单位已退回过一次，不能再退：请处置。",
                     "Your unit has returned it once already: please handle it.");
    bool second = past_last(&past, ACT_RETURN) != NULL;
    if (act == ACT_RETURN && second)
        return fault(f, ERR_FORBIDDEN, "return_second", "",
                     "这个案件已被退回过一次，第二次要提请裁定，不能直接退回。",
                     "It was returned once already; the second time it goes to adjudication instead.");
    if (act == ACT_CONTEST && !second)
        return fault(f, ERR_FORBIDDEN, "contest_first", "", "还没有被退回过：第一次直接退回，不用裁定。",
                     "It was not returned yet: the first time it goes back to the dispatcher.");
    return judge_in_time(tx, c, dispatch, f);
}

/* ---- reopening ---- */

static Err judge_reopen(const Case *c, Fault *f) {
    if (c->has.close_kind && c->close_kind == CLOSE_IMPORTED)
        return fault(f, ERR_FORBIDDEN, "reopen_external", "", "这个案件由外部系统结案，请在原系统提出重开。",
                     "Another system closed this case: ask for it there.");
    if (day_of_ms(clock_now_ms()) - c->closed.day <= REOPEN_DAYS)
        return OK;
    return fault(f, ERR_FORBIDDEN, "reopen_late", "",
                 "结案已超过 %d 天，不能重开：请新报一件，并填上原查询码，两件会关联起来。",
                 "It was closed more than %d days ago: report it anew with this tracking code, and the two are "
                 "linked.",
                 REOPEN_DAYS);
}

Err case_judge(Tx *tx, const Case *c, const CaseStep *step, const Actor *by, Fault *f) {
    if (!(step->who & 1u << by->role))
        return fault(f, ERR_FORBIDDEN, "step_not_yours", "act", "这一步不归“%s”办。%.0s",
                     "%.0sThis step is not for a %s to take.", choice_numbered(&role_choices, by->role)->zh,
                     choice_numbered(&role_choices, by->role)->en);
    if (by->unit.v && (!c->has.unit || c->unit.v != by->unit.v)) /* he sees it, for he holds it yet */
        return fault(
            f, ERR_FORBIDDEN, "handed_over", "", "案件已派给别的单位；在其签收前请继续先行处置。",
            "It was dispatched to another unit; until that has taken it on, please go on handling it.");
    switch (step->act) {
    case ACT_FILE:
    case ACT_DISPATCH:
        if (step->act == ACT_DISPATCH)
            TRY(case_judge_routed(c, f));
        return c->has.area ? OK
                           : fault(f, ERR_INVALID, "case_unplaced", "", "还没有网格：先补点位，再立案派遣。",
                                   "It has no grid yet: give it a place first.");
    case ACT_PASS:
    case ACT_FAIL: return judge_check(tx, c, by, f);
    case ACT_RETURN:
    case ACT_CONTEST: return judge_return(tx, c, step->act, f);
    case ACT_ADJUDICATE: return case_judge_routed(c, f);
    case ACT_ASK_EXTENSION:
    case ACT_ASK_SUSPENSION:
    case ACT_EXTEND:
    case ACT_SUSPEND:
    case ACT_REFUSE: return case_judge_more_time(tx, c, step->act, by, f);
    case ACT_CLOSE: return judge_close(tx, c, f);
    case ACT_REOPEN: return judge_reopen(c, f);
    default: return OK;
    }
}
