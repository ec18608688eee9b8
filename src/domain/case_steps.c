/* case_steps – see case_steps.h. What every version of the workflow keeps to is judged
 * row by row when this is compiled. */
#include "case_steps.h"

#define CENTRE (READ(DISPATCHER) | READ(DUTY_LEAD))
#define UNITS (READ(HANDLER) | READ(PROPERTY))
#define CHECKERS (READ(CHECKER) | READ(CALLBACK) | READ(GRID_WORKER))
#define ANSWERERS (READ(CALLBACK) | READ(DUTY_LEAD))
#define APPROVERS (READ(SUPERVISOR) | READ(DUTY_LEAD))
#define LEADERS READ(LEADER)
#define REPORTER READ(PUBLIC) /* by tracking code and second secret: case_track.c */
#define ADMINS (READ(SYSTEM_ADMIN) | READ(SECURITY_ADMIN) | READ(AUDIT_ADMIN))

#define STEP(from, act, to, who, note) { CASE_##from, ACT_##act, CASE_##to, who, note },
const CaseStep case_steps[] = {
#include "case_steps.def"
};
#undef STEP
const size_t case_steps_count = COUNT(case_steps);

/* (state, act) is unique: a name that stands twice does not compile. */
#define STEP(from, act, to, who, note) STEP_##from##_##act,
enum {
#include "case_steps.def"
    STEPS_COUNT
};
#undef STEP
_Static_assert(COUNT(case_steps) == STEPS_COUNT, "one name a row");

#define STEP(from, act, to, who, note)                                                                       \
    _Static_assert((who) != 0 && !((who)&ADMINS), "somebody takes it, and no administrator");                \
    _Static_assert(ACT_##act != ACT_RETURN || CASE_##to == CASE_FILED, "back to the dispatcher");            \
    _Static_assert(CASE_##to != CASE_SUSPENDED || !((who)&UNITS), "no unit suspends its own work");          \
    _Static_assert(CASE_##to != CASE_ADJUDICATION || ACT_##act == ACT_CONTEST, "what was returned twice");   \
    _Static_assert((ACT_##act != ACT_ADJUDICATE) == !((who)&LEADERS), "the subdistrict leader decides");     \
    _Static_assert((note) ||                                                                                 \
                       (ACT_##act != ACT_RETURN && ACT_##act != ACT_REJECT && ACT_##act != ACT_FAIL &&       \
                        ACT_##act != ACT_REOPEN && ACT_##act != ACT_CONTEST && ACT_##act != ACT_ADJUDICATE), \
                   "what goes back, or ends unheard, says why");                                             \
    _Static_assert((ACT_##act != ACT_PASS && ACT_##act != ACT_FAIL) || !((who)&UNITS),                       \
                   "no handler's post checks");                                                              \
    _Static_assert(CASE_##to != CASE_CLOSED || ACT_##act == ACT_CLOSE || CASE_##from == CASE_CHECK,          \
                   "no close but after feedback, or of what its finder settled");                            \
    _Static_assert(CASE_##from != CASE_REJECTED, "what was rejected is reported anew");
#include "case_steps.def"
#undef STEP

const CaseStep *case_step(CaseState from, CaseAct act) {
    for (size_t i = 0; i < COUNT(case_steps); i++)
        if (case_steps[i].from == from && case_steps[i].act == act)
            return &case_steps[i];
    return NULL;
}
