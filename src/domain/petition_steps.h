/* petition_steps – the widest legal machine of a petition, and its clocks. What a table
 * cannot say (who withdrew does not act, a review is by a body above) is in petition_act.c.
 * For people: docs/petitions.md, which a test holds to this table. */
#ifndef JW_PETITION_STEPS_H
#define JW_PETITION_STEPS_H

#include "records.h"
#include "tx.h"

struct Limit; /* limits.h: who only passes petitions on need not see the calendar */

typedef struct PetitionStep {
    PetitionState from;
    PetitionAct act;
    PetitionState to;
    unsigned who; /* READ(role) bits */
    bool needs_note;
    PetitionPaper paper;
} PetitionStep;

extern const PetitionStep petition_steps[];
extern const size_t petition_steps_count;

const PetitionStep *petition_step(PetitionState from, PetitionAct act); /* NULL: no such step */

typedef enum PetitionClock {
#define CLOCK(name, word, usual, most, unit) PETITION_##name##_DAYS,
#include "petition_clocks.def"
#undef CLOCK
    PETITION_CLOCKS
} PetitionClock;

/* As the city has set it, else as usual. */
Err petition_clock(Tx *tx, PetitionClock clock, struct Limit *ret, Fault *f);

/* What the setting `petition_clocks` may be: lines of a word and a number, each word once
 * at most; one that is left out is as usual. */
extern const char petition_clocks_usual[];
Err petition_clocks_check(Str value, Fault *f);

#endif
