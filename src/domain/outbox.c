/* outbox – see outbox.h. */
#include "outbox.h"

#include "notice.h"
#include "outbox_q.h"
#include "roster.h"
#include "setting.h"
#include "subscription.h"

enum { REMIND_BATCH = 100 };

#define ON(tray) (1u << TRAY_##tray)

/* What a step is called outside, and in whose tray it lies. */
static const struct {
    CaseAct act;
    NoticeKind kind;
    unsigned trays;
} told[] = {
    { ACT_REPORT, NOTICE_REPORTED, 0 },
    { ACT_ACCEPT, NOTICE_ACCEPTED, 0 },
    { ACT_REJECT, NOTICE_REJECTED, 0 },
    { ACT_DISPATCH, NOTICE_DISPATCHED, ON(UNIT) | ON(GRID) },
    { ACT_TAKE, NOTICE_TAKEN, 0 },
    { ACT_RETURN, NOTICE_RETURNED, ON(CENTRE) },
    { ACT_CONTEST, NOTICE_CONTESTED, ON(LEADERS) },
    { ACT_ADJUDICATE, NOTICE_ADJUDICATED, ON(UNIT) | ON(CENTRE) },
    { ACT_ASK_EXTENSION, NOTICE_EXTENSION_ASKED, ON(SUPERVISOR) | ON(CENTRE) },
    { ACT_ASK_SUSPENSION, NOTICE_SUSPENSION_ASKED, ON(SUPERVISOR) | ON(CENTRE) },
    { ACT_EXTEND, NOTICE_EXTENDED, ON(UNIT) },
    { ACT_SUSPEND, NOTICE_SUSPENDED, ON(UNIT) },
    { ACT_REFUSE, NOTICE_REFUSED, ON(UNIT) },
    { ACT_RESUME, NOTICE_RESUMED, ON(UNIT) },
    { ACT_HANDLE, NOTICE_HANDLED, 0 },
    { ACT_FAIL, NOTICE_REWORK, ON(UNIT) },
    { ACT_FEEDBACK, NOTICE_FEEDBACK, 0 },
    { ACT_CLOSE, NOTICE_CLOSED, 0 },
    { ACT_REOPEN, NOTICE_REOPENED, ON(CENTRE) },
    { ACT_APPRAISE, NOTICE_APPRAISED, 0 },
};

Err outbox_tell(Tx *tx, const Case *c, NoticeKind kind, unsigned trays, int64_t at_ms, Fault *f) {
    TRY(notice_put(tx, c, kind, trays, (AccountId){ 0 }, at_ms, f));
    return subscription_tell(tx, c, kind, (Str){ 0 }, at_ms, f);
}

/* Settled on the spot, or found right when it was sampled: closed, too. */
static bool closes(const Case *c, CaseAct act) {
    return (act == ACT_SETTLE || act == ACT_PASS) && c->state == CASE_CLOSED;
}

/* In the trays for whoever looks; by name to those who are on duty. */
static Err alert(Tx *tx, const Case *c, NoticeKind kind, int64_t at_ms, Fault *f) {
    TRY(notice_put(tx, c, kind, ON(CENTRE) | ON(GRID), (AccountId){ 0 }, at_ms, f));
    return roster_alert(tx, c, kind, at_ms, f);
}

Err outbox_unmanned(Tx *tx, const Case *c, int64_t at_ms, Fault *f) {
    return alert(tx, c, NOTICE_UNMANNED, at_ms, f);
}

Err outbox_step(Tx *tx, const Case *c, CaseAct act, int64_t at_ms, Fault *f) {
    if (closes(c, act))
        return outbox_tell(tx, c, NOTICE_CLOSED, 0, at_ms, f);
    for (size_t i = 0; i < COUNT(told); i++)
        if (told[i].act == act)
            TRY(outbox_tell(tx, c, told[i].kind, told[i].trays, at_ms, f));
    if (act == ACT_REPORT && c->danger)
        TRY(alert(tx, c, NOTICE_DANGER, at_ms, f));
    return OK;
}

/* ---- clocks that run down ---- */

/* Whose clock it is that runs in a state. */
static unsigned trays_in(CaseState state) {
    switch (state) {
    case CASE_DISPATCHED:
    case CASE_HANDLING: return ON(UNIT);
    case CASE_HANDLED:
    case CASE_CHECK: return ON(CHECKER);
    case CASE_ADJUDICATION: return ON(LEADERS);
    case CASE_FEEDBACK: return ON(CALLBACK);
    default: return ON(CENTRE);
    }
}

static Err remind_one(Tx *tx, Case *c, int64_t now, Fault *f) {
    bool late = c->due.ms < now;
    NoticeKind kind = late ? NOTICE_OVERDUE : c->state == CASE_FEEDBACK ? NOTICE_FEEDBACK_DUE : NOTICE_DUE_SOON;
    int64_t changed;

    TRY(outbox_tell(tx, c, kind, trays_in(c->state) | (late ? ON(SUPERVISOR) : 0), now, f));
    c->reminded = late ? 2 : 1;
    return sql_case_reminded(tx, c, &changed, f);
}

typedef struct Reminding {
    Arena arena;
    size_t n;
} Reminding;

static Err remind_some(Tx *tx, void *arg, Fault *f) {
    Reminding *r = arg;
    int32_t soon = 0;
    size_t late, near = 0;

    r->arena.used = 0;
    tx_lend(tx, &r->arena);
    int64_t now = clock_now_ms();
    TRY(setting_soon(tx, &soon, f));
    RemindFind find = { .due = moment_at(now + soon * 60000LL), .now = moment_at(now), .limit = REMIND_BATCH };
    Case *due = arena_take(&r->arena, REMIND_BATCH * sizeof *due);
    if (!due)
        return fault_arena(f);
    TRY(sql_case_overdue(tx, &find, due, REMIND_BATCH, &late, f));
    if (late < REMIND_BATCH)
        TRY(sql_case_due_soon(tx, &find, due + late, REMIND_BATCH - late, &near, f));
    for (size_t i = 0; i < late + near; i++)
        TRY(remind_one(tx, &due[i], now, f));
    r->n = late + near;
    return OK;
}

Err outbox_remind(Store *s, const atomic_bool *stop, int64_t *ret_told, Fault *f) {
    Reminding r = { 0 };

    *ret_told = 0;
    TRY(arena_begin(&r.arena, 4 << 20, f));
    Err e;
    do {
        e = store_write_now(s, remind_some, &r, false, f);
        *ret_told += e == OK ? (int64_t)r.n : 0;
    } while (e == OK && r.n == REMIND_BATCH && !(stop && *stop));
    arena_end(&r.arena);
    return e;
}
