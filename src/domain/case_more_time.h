/* case_more_time 延期与挂账 – a unit asks for one more limit, or to suspend a case until a
 * day; another person approves or refuses it. */
#ifndef JW_CASE_MORE_TIME_H
#define JW_CASE_MORE_TIME_H

#include "case.h"

#include <stdatomic.h>

struct Store;

/* May it be asked, approved or refused now? */
Err case_judge_more_time(Tx *tx, const Case *c, CaseAct act, const Actor *by, Fault *f);

/* The step itself: extension, suspension, refusal, resuming. */
Err case_more_time(Tx *tx, const CaseActIn *in, const Actor *by, Case *c, int64_t now, Fault *f);

/* Whatever was asked for is asked no longer. */
void case_asked_lapses(Case *c);

/* Does the act answer what was asked for? Others always do. */
bool case_answers(const Case *c, CaseAct act);

/* Acts of those who approve: by a notice, not in their list of things to do, which would
 * be every case in handling. */
bool case_waits_for_nobody(CaseAct act);

/* "挂账至 2026-12-31", for the history. */
Err case_until_words(Tx *tx, const Case *c, Str *ret, Fault *f);

/* Resumes what is suspended up to today, batch by batch. */
Err case_resume_due(struct Store *s, const atomic_bool *stop, int64_t *ret_done, Fault *f);

#endif
