/* case_past – see case_past.h. */
#include "case_past.h"

#include "case_q.h"

enum { EVENTS_MAX = 400 };

Err case_past(Tx *tx, CaseId id, CasePast *ret, Fault *f) {
    CaseKey key = { .id = id };
    CaseEvent *events = arena_take(tx_arena(tx), sizeof *events * EVENTS_MAX);
    CasePast p = { .events = events };

    if (!events)
        return fault_arena(f);
    TRY(sql_event_list(tx, &key, events, EVENTS_MAX, &p.n, f));
    for (size_t i = 0; i < p.n; i++)
        if (events[i].act == ACT_REOPEN)
            p.round = i;
    *ret = p;
    return OK;
}

const CaseEvent *past_last(const CasePast *p, CaseAct act) {
    for (size_t i = p->n; i > p->round; i--)
        if (p->events[i - 1].act == act)
            return &p->events[i - 1];
    return NULL;
}

static bool is_work(CaseAct act) {
    return act == ACT_REPORT || act == ACT_TAKE || act == ACT_HANDLE || act == ACT_SETTLE;
}

bool past_worked(const CasePast *p, AccountId who) {
    for (size_t i = 0; who.v && i < p->n; i++)
        if (is_work(p->events[i].act) && p->events[i].has.account && p->events[i].account.v == who.v)
            return true;
    return false;
}

/* A return names the right unit; whose it was says the dispatch before it. */
bool past_returned_by(const CasePast *p, OrgId unit) {
    OrgId at = { 0 };

    for (size_t i = 0; i < p->n; i++) {
        if (p->events[i].act == ACT_DISPATCH)
            at = p->events[i].unit;
        if (p->events[i].act == ACT_RETURN && at.v == unit.v)
            return true;
    }
    return false;
}
