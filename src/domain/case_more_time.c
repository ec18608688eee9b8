/* case_more_time – see case_more_time.h. An extension is one more original limit, two at
 * most, and is asked for before the case is overdue; a case is suspended once, for a year
 * at most, with a reason. How both move the deadline: case_clock.c, which counts the
 * limit and what stood still anew from row and history. */
#include "case_more_time.h"

#include "case_past.h"
#include "case_q.h"
#include "store.h"

#include <stdio.h>

enum { EXTENSIONS = 2, YEAR_DAYS = 366, BATCH = 100 };

/* ---- may it be ---- */

static Err judge_ask_extension(const Case *c, Fault *f) {
    if (!c->has.finish_due)
        return fault(f, ERR_INVALID, "extension_no_limit", "", "这个案件还没有办结时限，无需延期。",
                     "It has no limit yet, so there is nothing to extend.");
    if (c->extended >= EXTENSIONS)
        return fault(f, ERR_FORBIDDEN, "extension_twice", "", "已经延期两次，不能再延。",
                     "It was extended twice already, which is all there is.");
    if (clock_now_ms() > c->finish_due.ms)
        return fault(f, ERR_FORBIDDEN, "extension_late", "", "已超期：延期要在到期前申请。",
                     "It is overdue: an extension is asked for before that.");
    return OK;
}

static Err judge_ask_suspension(Tx *tx, const Case *c, Fault *f) {
    CasePast past;

    TRY(case_past(tx, c->id, &past, f));
    for (size_t i = 0; i < past.n; i++)
        if (past.events[i].act == ACT_SUSPEND)
            return fault(f, ERR_FORBIDDEN, "suspension_once", "", "已经挂账过一次，不能再挂。",
                         "It was suspended once already, which is all there is.");
    return OK;
}

static Err judge_answer(const Case *c, CaseAct act, const Actor *by, Fault *f) {
    if (!case_answers(c, act))
        return fault(f, ERR_INVALID, "not_asked", "", "单位没有提出这项申请，或已经批复。",
                     "The unit has not asked for this, or it was answered already.");
    if (c->has.asked_by && c->asked_by.v == by->account.v)
        return fault(f, ERR_FORBIDDEN, "own_request", "", "申请人不能批复自己的申请。",
                     "Who asked does not answer it.");
    return OK;
}

Err case_judge_more_time(Tx *tx, const Case *c, CaseAct act, const Actor *by, Fault *f) {
    bool asks = act == ACT_ASK_EXTENSION || act == ACT_ASK_SUSPENSION;

    if (asks && c->asked != ASKED_NOTHING)
        return fault(f, ERR_INVALID, "asked_already", "", "已有一项申请在等批复。",
                     "Something was asked for already and waits for its answer.");
    if (act == ACT_ASK_EXTENSION)
        return judge_ask_extension(c, f);
    if (act == ACT_ASK_SUSPENSION)
        return judge_ask_suspension(tx, c, f);
    return judge_answer(c, act, by, f);
}

bool case_answers(const Case *c, CaseAct act) {
    switch (act) {
    case ACT_EXTEND: return c->asked == ASKED_EXTENSION;
    case ACT_SUSPEND: return c->asked == ASKED_SUSPENSION;
    case ACT_REFUSE: return c->asked != ASKED_NOTHING;
    default: return true;
    }
}

bool case_waits_for_nobody(CaseAct act) {
    return act == ACT_EXTEND || act == ACT_SUSPEND || act == ACT_REFUSE || act == ACT_RESUME;
}

/* ---- the steps ---- */

static Err judge_until(int32_t until, int64_t now, Fault *f) {
    int32_t today = day_of_ms(now);

    if (until > today && until <= today + YEAR_DAYS)
        return OK;
    return fault(f, ERR_INVALID, "suspension_day", "until", "挂账到哪一天：要在明天以后、一年以内。",
                 "Until which day: after today, and within a year.");
}

static void ask(Case *c, CaseAsked what, const Actor *by) {
    c->asked = what;
    c->asked_by = by->account;
    c->has.asked_by = by->account.v != 0;
}

void case_asked_lapses(Case *c) {
    if (c->asked == ASKED_SUSPENSION)
        c->has.suspended_until = false;
    c->asked = ASKED_NOTHING;
    c->has.asked_by = false;
}

static Err suspend(Tx *tx, Case *c, int64_t now, Fault *f) {
    TRY(judge_until(c->suspended_until, now, f)); /* the day may have passed meanwhile */
    c->asked = ASKED_NOTHING;
    c->has.asked_by = false;
    c->suspended = moment_at(now);
    c->has.suspended = true;
    return case_clock_set(tx, c, now, f);
}

Err case_more_time(Tx *tx, const CaseActIn *in, const Actor *by, Case *c, int64_t now, Fault *f) {
    switch (in->act) {
    case ACT_ASK_EXTENSION: ask(c, ASKED_EXTENSION, by); return OK;
    case ACT_ASK_SUSPENSION:
        if (!in->has.until)
            return fault(f, ERR_INVALID, "step_needs", "until", "这一步要写明挂账到哪一天。",
                         "This step needs the day until which it is suspended.");
        TRY(judge_until(in->until, now, f));
        c->suspended_until = in->until;
        c->has.suspended_until = true;
        ask(c, ASKED_SUSPENSION, by);
        return OK;
    case ACT_EXTEND:
        c->extended++;
        case_asked_lapses(c);
        return case_clock_set(tx, c, now, f);
    case ACT_SUSPEND: return suspend(tx, c, now, f);
    case ACT_RESUME: return case_clock_set(tx, c, now, f);
    default: case_asked_lapses(c); return OK;
    }
}

Err case_until_words(Tx *tx, const Case *c, Str *ret, Fault *f) {
    char words[40], day[16];

    day_print(c->suspended_until, day);
    snprintf(words, sizeof words, "挂账至 %s", day);
    return str_copy(tx_arena(tx), str(words), ret, f);
}

/* ---- by itself ---- */

typedef struct Resuming {
    Arena arena;
    size_t n;
} Resuming;

static Err resume_one(Tx *tx, Case *c, const Actor *program, int64_t now, Fault *f) {
    int64_t changed;

    c->state = CASE_HANDLING;
    c->revision++;
    TRY(case_clock_set(tx, c, now, f));
    TRY(sql_case_save(tx, c, &changed, f));
    if (changed != 1)
        return case_changed(f);
    return case_event_at(tx, c, ACT_RESUME, CASE_SUSPENDED, program, now, str("挂账到期，自动恢复"), f);
}

static Err resume_some(Tx *tx, void *arg, Fault *f) {
    Resuming *r = arg;
    int64_t now = clock_now_ms();
    CaseResuming find = { .day = day_of_ms(now), .limit = BATCH };
    Actor program;
    Case *due;

    r->arena.used = 0;
    tx_lend(tx, &r->arena);
    actor_in(ROLE_SYSTEM_ADMIN, str("0"), (OrgId){ 0 }, &program);
    due = arena_take(&r->arena, BATCH * sizeof *due);
    if (!due)
        return fault_arena(f);
    TRY(sql_case_resuming(tx, &find, due, BATCH, &r->n, f));
    for (size_t i = 0; i < r->n; i++)
        TRY(resume_one(tx, &due[i], &program, now, f));
    return OK;
}

Err case_resume_due(Store *s, const atomic_bool *stop, int64_t *ret_done, Fault *f) {
    Resuming r = { 0 };

    *ret_done = 0;
    TRY(arena_begin(&r.arena, 4 << 20, f));
    Err e;
    do {
        e = store_write_now(s, resume_some, &r, false, f);
        *ret_done += e == OK ? (int64_t)r.n : 0;
    } while (e == OK && r.n == BATCH && !(stop && *stop));
    arena_end(&r.arena);
    return e;
}
