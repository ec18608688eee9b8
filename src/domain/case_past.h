/* case_past – what the history of a case says that its row does not: read once, asked
 * often. A reopened case begins a new round; what the rules count (attempts, returns)
 * they count in the round, what a person did he did for good. */
#ifndef JW_CASE_PAST_H
#define JW_CASE_PAST_H

#include "case.h"

/* What the rules ask of a step. Steps that they never ask for are not among them: words
 * masked, a deadline counted again, a place given. */
typedef struct PastEvent {
    CaseAct act;
    Moment at;
    AccountId account; /* 0: none */
    OrgId unit;        /* 0: none */
} PastEvent;

typedef struct CasePast {
    const PastEvent *events; /* in order, in the arena; all of them, however many */
    size_t n, round;         /* events[round…n) are of this round */
} CasePast;

Err case_past(Tx *tx, CaseId id, CasePast *ret, Fault *f);

const PastEvent *past_last(const CasePast *p, CaseAct act); /* of this round; NULL: none */

/* Has he reported, taken on, handled or settled it, ever and in whatever post? */
bool past_worked(const CasePast *p, AccountId who);

/* Has this unit returned it, ever, the first time or the second? */
bool past_returned_by(const CasePast *p, OrgId unit);

#endif
