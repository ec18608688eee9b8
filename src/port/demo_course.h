/* demo_course – how a case of the demo city went: who took which step when. Most go as
 * they should; some are late, sent back, done again, not reached, rejected, reopened. */
#ifndef JW_DEMO_COURSE_H
#define JW_DEMO_COURSE_H

#include "case_told.h"
#include "demo_dice.h"

typedef enum Noted {
    NOTE_DONE,
    NOTE_AGAIN,
    NOTE_ANSWER,
    NOTE_NO_ANSWER,
    NOTE_REJECT,
    NOTE_BACK,
    NOTE_OTHER,
    NOTE_REOPEN,
    NOTE_SPOT,
    NOTE_COUNT
} Noted;

typedef struct Notes {
    Str say[NOTE_COUNT];
} Notes;

typedef struct Hands {
    AccountId dispatcher, checker, caller, handler, wrong_handler;
    Role handler_role, wrong_role;
    OrgId unit, wrong_unit;
} Hands;

enum { COURSE_MAX = 48 };

typedef struct Course {
    const TellWith *with;
    const Condition *condition;
    const Notes *notes;
    const Hands *hands;
    int64_t now_ms; /* nothing is done later */
    bool placed, outside, contact;
    ToldStep steps[COURSE_MAX], beyond; /* beyond: one that is not taken any more */
    size_t n;
    int64_t closed_ms; /* 0: open */
    bool over;         /* the next step would be later than now */
} Course;

Err course_run(Course *c, Dice *d, int64_t reported_ms, Fault *f);

/* Of what was settled on the spot: the check of one that is sampled. */
Err course_sampled(Course *c, Dice *d, int64_t settled_ms, bool sampled, Fault *f);

#endif
