/* case_past – see case_past.h. */
#include "case_past.h"

#include "case_q.h"

#include <string.h>

typedef struct Reading {
    Arena *arena;
    PastEvent *events;
    size_t n, room;
    size_t round;
} Reading;

/* A history may be of any length: what does not fit is refused by the arena, never
 * left out. */
static Err keep(void *ctx, const void *row, Fault *f) {
    Reading *r = ctx;
    const CaseEvent *e = row;

    if (r->n == r->room) {
        size_t room = r->room ? r->room * 2 : 64;
        PastEvent *wider = arena_take(r->arena, room * sizeof *wider);
        if (!wider)
            return fault_arena(f);
        if (r->n)
            memcpy(wider, r->events, r->n * sizeof *wider);
        r->events = wider;
        r->room = room;
    }
    r->events[r->n] = (PastEvent){ .act = e->act,
                                   .at = e->at,
                                   .account = e->has.account ? e->account : (AccountId){ 0 },
                                   .unit = e->has.unit ? e->unit : (OrgId){ 0 } };
    if (e->act == ACT_REOPEN)
        r->round = r->n;
    r->n++;
    return OK;
}

Err case_past(Tx *tx, CaseId id, CasePast *ret, Fault *f) {
    CaseKey key = { .id = id };
    Reading r = { .arena = tx_arena(tx) };

    TRY(tx_each(tx, &event_past_query, (const void *const[]){ &key }, keep, &r, f));
    *ret = (CasePast){ .events = r.events, .n = r.n, .round = r.round };
    return OK;
}

const PastEvent *past_last(const CasePast *p, CaseAct act) {
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
        if (is_work(p->events[i].act) && p->events[i].account.v == who.v)
            return true;
    return false;
}

/* A return names the right unit; whose it was says the dispatch before it. */
bool past_returned_by(const CasePast *p, OrgId unit) {
    OrgId at = { 0 };

    for (size_t i = 0; i < p->n; i++) {
        if (p->events[i].act == ACT_DISPATCH || p->events[i].act == ACT_ADJUDICATE)
            at = p->events[i].unit;
        if ((p->events[i].act == ACT_RETURN || p->events[i].act == ACT_CONTEST) && at.v == unit.v)
            return true;
    }
    return false;
}
