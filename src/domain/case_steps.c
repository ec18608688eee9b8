/* case_steps – see case_steps.h. (state, act) is unique: a test says so. */
#include "case_steps.h"

#define CENTRE (READ(DISPATCHER) | READ(DUTY_LEAD))
#define UNITS (READ(HANDLER) | READ(PROPERTY))
#define CHECKERS (READ(CHECKER) | READ(CALLBACK) | READ(GRID_WORKER))
#define ANSWERERS (READ(CALLBACK) | READ(DUTY_LEAD))

const CaseStep case_steps[] = {
    /* from           act           to               who        note */
    { CASE_REPORTED, ACT_ACCEPT, CASE_ACCEPTED, CENTRE, false },
    { CASE_REPORTED, ACT_REJECT, CASE_REJECTED, CENTRE, true },
    { CASE_REPORTED, ACT_PLACE, CASE_REPORTED, CENTRE, false },
    { CASE_ACCEPTED, ACT_FILE, CASE_FILED, CENTRE, false },
    { CASE_ACCEPTED, ACT_REJECT, CASE_REJECTED, CENTRE, true },
    { CASE_ACCEPTED, ACT_PLACE, CASE_ACCEPTED, CENTRE, false },
    { CASE_FILED, ACT_DISPATCH, CASE_DISPATCHED, CENTRE, false },
    { CASE_FILED, ACT_PLACE, CASE_FILED, CENTRE, false },
    { CASE_DISPATCHED, ACT_TAKE, CASE_HANDLING, UNITS, false },
    { CASE_HANDLING, ACT_HANDLE, CASE_HANDLED, UNITS, true },
    { CASE_HANDLED, ACT_PASS, CASE_FEEDBACK, CHECKERS, false },
    { CASE_HANDLED, ACT_FAIL, CASE_HANDLING, CHECKERS, true },
    { CASE_FEEDBACK, ACT_FEEDBACK, CASE_FEEDBACK, ANSWERERS, true },
    { CASE_FEEDBACK, ACT_CLOSE, CASE_CLOSED, ANSWERERS, false },
};
const size_t case_steps_count = COUNT(case_steps);

const CaseStep *case_step(CaseState from, CaseAct act) {
    for (size_t i = 0; i < COUNT(case_steps); i++)
        if (case_steps[i].from == from && case_steps[i].act == act)
            return &case_steps[i];
    return NULL;
}
