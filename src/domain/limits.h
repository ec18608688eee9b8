/* limits – which clock runs when, and the city's calendar for it. The units are
 * counted in engine/calendar.h; here stand the limits of the stages (DOMAIN.md
 * §3) and how the rows of the city become a calendar. */
#ifndef JW_LIMITS_H
#define JW_LIMITS_H

#include "calendar.h"
#include "records.h"
#include "tx.h"

typedef struct Limit {
    int32_t amount;
    ClockUnit unit;
} Limit;

extern const Limit limit_accept;     /* 30 minutes, day and night: danger is not known yet */
extern const Limit limit_dispatch;   /* file and dispatch: 30 work minutes                 */
extern const Limit limit_check;      /* result check: 4 work hours                         */
extern const Limit limit_adjudicate; /* 会商 and decision: 1 work day                    */
extern const Limit limit_feedback;   /* feedback: 1 work day after handling                */

/* The city's calendar from that day on, in memory until calendar_free. */
Err limits_calendar(Tx *tx, int32_t from_day, WorkCalendar **ret, Fault *f);

/* ret->provisional: 暂定, to be counted again when its year is published. */
Err limits_due(Tx *tx, Limit l, int64_t start_ms, const ClockPause *pauses, int32_t n_pauses, Due *ret,
               Fault *f);

/* "4 工作时，09:10 起 …" in both languages, in the arena. */
Err limits_explain(Tx *tx, Limit l, int64_t start_ms, const ClockPause *pauses, int32_t n_pauses, Str *ret_zh,
                   Str *ret_en, Fault *f);

#endif
