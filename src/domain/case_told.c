/* case_told – see case_told.h. Each act does to the row what it does in case_act.c, and
 * sets the clock that case_clock.c would set; only that history and calendar stand in
 * memory. */
#include "case_told.h"

#include "case_q.h"
#include "ground.h"
#include "keys.h"
#include "limits.h"
#include "place.h"
#include "random.h"
#include "seal.h"

enum { PAUSES_MAX = 8 };

typedef struct Telling {
    const TellWith *with;
    const Condition *condition;
    Case *c;
    int64_t handled_ms; /* the check that goes on began then; 0: none */
    ClockPause pauses[PAUSES_MAX];
    int32_t n_pauses;
} Telling;

/* ---- what is borrowed ---- */

Err tell_begin(Tx *tx, int32_t from_day, TellWith *ret, Fault *f) {
    TellWith with = { NULL, NULL };

    TRY(ground_borrow(tx, &with.ground, f));
    Err e = limits_calendar(tx, from_day, &with.calendar, f);
    if (e == OK)
        *ret = with;
    else
        ground_return(with.ground);
    return e;
}

void tell_end(TellWith *with) {
    ground_return(with->ground);
    calendar_free(with->calendar);
    *with = (TellWith){ NULL, NULL };
}

bool tell_works(const TellWith *with, int32_t day) { return calendar_works(with->calendar, day); }

Err tell_finish(const TellWith *with, const Condition *condition, int64_t start_ms, int64_t *ret_ms, Fault *f) {
    Due due;

    TRY(clock_due(with->calendar, (EngineClock)condition->finish_clock, condition->finish_limit, start_ms, &due,
                  f));
    *ret_ms = due.ms;
    return OK;
}

/* ---- where, and under which name ---- */

Err case_told_begin(Tx *tx, const TellWith *with, int32_t sequence, uint64_t bits, Case *c, Fault *f) {
    int32_t home = 0;
    OrgId agreed;
    Spotted s;

    if (c->has.lon && !c->has.place) {
        ground_spot(with->ground, (Point){ c->lon, c->lat }, c->reported.day, &s);
        c->placed = !s.area ? PLACE_OUTSIDE : s.agreement.n ? PLACED_BY_AGREEMENT : PLACED;
        c->path = str("0");
        c->has.area = s.area != NULL;
        if (s.area) {
            c->area = s.area->id;
            home = id_home(s.area->id.v);
            TRY(str_copy(tx_arena(tx), s.area->path, &c->path, f));
        }
    } else
        TRY(case_place(tx, c, &home, &agreed, f));
    c->id.v = id_past(c->reported.ms, home, sequence);
    Code code = code_from(home, bits);
    return str_copy(tx_arena(tx), str(code.z), &c->code, f);
}

/* ---- clocks ---- */

static Err due_of(const Telling *t, Limit l, int64_t start_ms, Due *ret, Fault *f) {
    return clock_due(t->with->calendar, (EngineClock)l.unit, l.amount, start_ms, ret, f);
}

static Err run_stage(Telling *t, Limit l, int64_t start_ms, Fault *f) {
    Due due;

    TRY(due_of(t, l, start_ms, &due, f));
    t->c->due = (Moment){ due.ms, due.day };
    t->c->due_provisional = due.provisional;
    t->c->has.due = true;
    return OK;
}

static Err run_finish(Telling *t, Fault *f) {
    Case *c = t->c;
    Due due, close;

    TRY(clock_due_paused(t->with->calendar, (EngineClock)t->condition->finish_clock, t->condition->finish_limit,
                         c->dispatched.ms, t->pauses, t->n_pauses, &due, f));
    TRY(due_of(t, limit_check, due.ms, &close, f));
    TRY(due_of(t, limit_feedback, close.ms, &close, f));
    c->due = c->finish_due = (Moment){ due.ms, due.day };
    c->close_due = (Moment){ close.ms, close.day };
    c->due_provisional = c->finish_provisional = due.provisional;
    c->close_provisional = due.provisional || close.provisional;
    c->has.due = c->has.finish_due = c->has.close_due = true;
    return OK;
}

/* ---- what each act does ---- */

static Err dispatch(Telling *t, const ToldStep *s, Fault *f) {
    Case *c = t->c;

    c->unit = s->unit;
    c->has.unit = true;
    if (!c->has.dispatched)
        c->dispatched = moment_at(s->at_ms);
    c->has.dispatched = true;
    return run_finish(t, f);
}

static Err handle(Telling *t, const ToldStep *s, Fault *f) {
    Case *c = t->c;

    c->handled = moment_at(s->at_ms);
    c->handled_by = s->account;
    c->has.handled = c->has.handled_by = true;
    t->handled_ms = s->at_ms;
    return run_stage(t, limit_check, s->at_ms, f);
}

static Err fail(Telling *t, const ToldStep *s, Fault *f) {
    t->c->has.handled = false;
    t->c->rework++;
    if (t->c->state == CASE_FILED)
        return run_stage(t, limit_dispatch, s->at_ms, f);
    if (t->handled_ms && t->n_pauses < PAUSES_MAX)
        t->pauses[t->n_pauses++] = (ClockPause){ t->handled_ms, s->at_ms };
    t->handled_ms = 0;
    return run_finish(t, f);
}

static Err reopen(Telling *t, const ToldStep *s, Fault *f) {
    Case *c = t->c;

    c->has.closed = c->has.close_kind = c->has.handled = c->has.handled_by = false;
    c->has.unit = c->has.dispatched = c->has.finish_due = c->has.close_due = false;
    c->has.solved = c->has.satisfaction = c->finish_provisional = c->close_provisional = false;
    c->attempts = 0;
    c->answered = false;
    t->handled_ms = t->n_pauses = 0;
    return run_stage(t, limit_dispatch, s->at_ms, f);
}

static void close_case(Case *c, const ToldStep *s) {
    c->close_kind = s->close_kind;
    c->closed = moment_at(s->at_ms);
    c->has.close_kind = c->has.closed = true;
    case_clock_end(c);
}

static Err pass(Telling *t, const ToldStep *s, Fault *f) {
    if (t->c->state != CASE_CLOSED)
        return run_stage(t, limit_feedback, t->c->handled.ms, f);
    case_settled(t->c, s->at_ms);
    return OK;
}

static Err give_back(Telling *t, const ToldStep *s, Fault *f) {
    t->c->has.unit = t->condition->finish_clock == CLOCK_URGENT_HOUR;
    return run_stage(t, limit_dispatch, s->at_ms, f);
}

static void file(Telling *t) {
    t->c->condition = t->condition->id;
    t->c->category = t->condition->category;
    t->c->has.condition = t->c->has.category = true;
}

static void appraise(Case *c, const ToldStep *s) {
    c->solved = s->solved > 0;
    c->satisfaction = s->satisfaction;
    c->has.solved = s->solved >= 0;
    c->has.satisfaction = s->satisfaction > 0;
}

static Err apply(Telling *t, const ToldStep *s, Fault *f) {
    switch (s->act) {
    case ACT_ACCEPT: return run_stage(t, limit_dispatch, s->at_ms, f);
    case ACT_FILE: file(t); return OK;
    case ACT_DISPATCH: return dispatch(t, s, f);
    case ACT_HANDLE: return handle(t, s, f);
    case ACT_FAIL: return fail(t, s, f);
    case ACT_RETURN: return give_back(t, s, f);
    case ACT_REOPEN: return reopen(t, s, f);
    case ACT_PASS: return pass(t, s, f);
    case ACT_FEEDBACK:
        t->c->attempts++;
        t->c->answered = t->c->answered || s->answered;
        return OK;
    case ACT_CLOSE: close_case(t->c, s); return OK;
    case ACT_REJECT: case_clock_end(t->c); return OK;
    case ACT_APPRAISE: appraise(t->c, s); return OK;
    default: return OK;
    }
}

/* ---- the rows ---- */

static Err put_event(Tx *tx, const Telling *t, const ToldStep *s, CaseState from, Fault *f) {
    const Case *c = t->c;
    Actor by = { .account = s->account, .role = s->role };
    Case told = *c;

    if (s->act == ACT_RETURN)
        told.unit = s->unit;
    return case_event_citing(tx, &told, s->act, from, &by, s->at_ms, s->note,
                             s->act == ACT_RETURN ? t->condition->id : (ConditionId){ 0 }, f);
}

static Err take_steps(Tx *tx, Telling *t, const ToldStep *steps, size_t n, Fault *f) {
    for (size_t i = 0; i < n; i++) {
        const CaseState from = t->c->state;
        const CaseStep *step = case_step(from, steps[i].act);
        if (!step || !(step->who & 1u << steps[i].role) || (step->needs_note && !steps[i].note.n))
            return fault(f, ERR_INVALID, "told_step", "act", "“%s”的案件不能由这个角色“%s”。%.0s%.0s",
                         "%.0s%.0sA case that is %s has no step “%s” by that role.",
                         choice_numbered(&case_state_choices, from)->zh,
                         choice_numbered(&case_act_choices, steps[i].act)->zh,
                         choice_numbered(&case_state_choices, from)->en,
                         choice_numbered(&case_act_choices, steps[i].act)->en);
        t->c->state = step->to;
        t->c->revision++;
        TRY(apply(t, &steps[i], f));
        TRY(put_event(tx, t, &steps[i], from, f));
    }
    return OK;
}

static Err put_reporter(Tx *tx, const Case *c, Str contact, Fault *f) {
    Reporter r = { .case_id = c->id, .made = c->reported };
    uint8_t hash[32];
    int64_t changed;

    hash_32("told", NULL, c->code, hash); /* what no secret hashes to: nobody has it */
    r.secret = (Str){ (const char *)hash, sizeof hash };
    r.has.contact = contact.n > 0;
    if (contact.n)
        TRY(keys_seal(contact, "reporter.contact", c->id.v, tx_arena(tx), &r.contact, f));
    return sql_reporter_add(tx, &r, &changed, f);
}

Err case_told(Tx *tx, const TellWith *with, Case *c, const Condition *condition, const Actor *by, Str contact,
              const ToldStep *steps, size_t n, Fault *f) {
    Telling t = { .with = with, .condition = condition, .c = c };
    int64_t changed;

    c->revision = c->workflow = 1;
    c->state = CASE_REPORTED;
    c->due = moment_at(c->reported.ms + limit_accept.amount * 60000LL);
    c->has.due = true;
    TRY(case_danger(tx, c, f));
    TRY(case_event_at(tx, c, ACT_REPORT, 0, by, c->reported.ms, (Str){ 0 }, f));
    TRY(take_steps(tx, &t, steps, n, f));
    TRY(put_reporter(tx, c, contact, f));
    return sql_case_add(tx, c, &changed, f);
}

Err case_told_settled(Tx *tx, const TellWith *with, Case *c, const Condition *condition, const Actor *by,
                      Str note, const ToldStep *steps, size_t n, Fault *f) {
    Telling t = { .with = with, .condition = condition, .c = c };
    const int64_t now = c->reported.ms;
    int64_t changed;

    c->revision = c->workflow = 1;
    c->state = CASE_REPORTED;
    c->handled = c->reported;
    c->handled_by = by->account;
    c->has.handled = c->has.handled_by = true;
    file(&t);
    TRY(case_event_at(tx, c, ACT_REPORT, 0, by, now, (Str){ 0 }, f));
    c->revision = 2;
    c->sampled = case_is_sampled(c->id);
    if (c->sampled) {
        c->state = CASE_CHECK;
        TRY(run_stage(&t, limit_check, now, f));
    } else
        case_settled(c, now);
    TRY(case_event_at(tx, c, ACT_SETTLE, CASE_REPORTED, by, now, note, f));
    TRY(take_steps(tx, &t, steps, n, f));
    return sql_case_add(tx, c, &changed, f);
}
