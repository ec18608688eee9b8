/* case_steps – the widest legal machine: from which state which act leads where,
 * and which roles may take it. Workflow versions may narrow it, never widen it.
 * What a table cannot say (the handler never checks his own work, no close
 * without feedback) is in case_judge(), case_judge.c. For people: docs/loop.md,
 * which a test holds to this table. */
#ifndef JW_CASE_STEPS_H
#define JW_CASE_STEPS_H

#include "records.h"

typedef struct CaseStep {
    CaseState from;
    CaseAct act;
    CaseState to;
    unsigned who; /* READ(role) bits */
    bool needs_note;
} CaseStep;

extern const CaseStep case_steps[];
extern const size_t case_steps_count;

/* Closed, rejected, appraised: the states 10 to 19. */
static inline bool case_is_over(CaseState s) { return s >= CASE_CLOSED && s <= 19; }

const CaseStep *case_step(CaseState from, CaseAct act); /* NULL: no such step */

/* ERR_INVALID with the sentence that the step wants it, where it is not given (case_act.c). */
Err case_step_needs(bool given, const char *field, const char *zh, const char *en, Fault *f);

#endif
