/* case_told – a case with its whole past, told at once: what the operations would have
 * written, had each step been taken at its time (a test takes them, with the clock moved,
 * and compares the rows). For a city that is made; nothing that happens now comes here.
 *
 * The steps must be legal in case_steps.def; what case_judge() asks beyond the table
 * (who checks, how often was called) is the teller's to keep. Clocks, states, revisions
 * and counts follow from the steps. One row for the case and one for each step, without
 * reading anything back: some tens of microseconds a case. */
#ifndef JW_CASE_TOLD_H
#define JW_CASE_TOLD_H

#include "case.h"

struct WorkCalendar;

typedef struct ToldStep {
    CaseAct act;
    int64_t at_ms; /* not before the step before it */
    AccountId account;
    Role role;
    OrgId unit; /* dispatch: to whom; return: whose matter it is */
    Str note;   /* empty: none */
    bool answered;
    CloseKind close_kind;
    int32_t solved; /* appraise: -1 not said, 0, 1 */
    int32_t satisfaction;
} ToldStep;

/* What is borrowed for many cases of one transaction. */
typedef struct TellWith {
    const struct Ground *ground;
    struct WorkCalendar *calendar; /* from before the first step on */
} TellWith;

/* Borrows ground and calendar, both from that day on; to be given back. */
Err tell_begin(Tx *tx, int32_t from_day, TellWith *ret, Fault *f);
void tell_end(TellWith *with);

bool tell_works(const TellWith *with, int32_t day); /* a working day */

/* When the finishing limit of the condition runs out that began at `start_ms`. */
Err tell_finish(const TellWith *with, const Condition *condition, int64_t start_ms, int64_t *ret_ms, Fault *f);

/* Begins: `c` bears what was reported (text, spot, point or place, category, source,
 * reported, reported_by). Gives it grid, id and code; `sequence` tells it from others of
 * the same instant, `bits` make its code. Texts live in the arena of `tx`. */
Err case_told_begin(Tx *tx, const TellWith *with, int32_t sequence, uint64_t bits, Case *c, Fault *f);

/* Reported in the usual way; `contact` may be empty, and is sealed. */
Err case_told(Tx *tx, const TellWith *with, Case *c, const Condition *condition, const Actor *by, Str contact,
              const ToldStep *steps, size_t n, Fault *f);

/* Settled on the spot by its reporter; `steps` follow where it is sampled. */
Err case_told_settled(Tx *tx, const TellWith *with, Case *c, const Condition *condition, const Actor *by,
                      Str note, const ToldStep *steps, size_t n, Fault *f);

#endif
