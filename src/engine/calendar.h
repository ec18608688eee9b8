/* calendar – when a limit runs out.
 *
 * A limit is a number of a clock's units from an instant on: urgent hours run day
 * and night, work hours only while the city works, work days and calendar days
 * leave out the day they start on. Pure: the calendar, the zone and the instants
 * are arguments; "now" is the caller's. A checked calendar may be read by any
 * number of threads. How the rules are told apart: docs/calendar.md.
 *
 * Working time is cut from days as the clock on the wall shows them. A span
 * begins at the first instant when the clock shows its beginning or later, and
 * ends likewise: on the day when the clock jumps from 02:00 to 03:00, a span
 * 00:00–08:00 has seven hours; when it is set back, nine; a span that lies wholly
 * in the jump has none. 24:00 of a day is 00:00 of the next. */
#ifndef JW_CALENDAR_H
#define JW_CALENDAR_H

#include "clock.h"
#include "err.h"
#include "text.h"

/* The numbers are those of ClockUnit in the catalogue. */
typedef enum EngineClock {
    ENGINE_URGENT_HOUR = 1,  /* 紧急工作时: n × 3600 s, nights and holidays count           */
    ENGINE_WORK_HOUR = 2,    /* 工作时: working time, due at the instant that completes it  */
    ENGINE_WORK_DAY = 3,     /* 工作日: start day excluded, due at the end of the last span */
    ENGINE_CALENDAR_DAY = 4, /* 自然日: start day excluded, due 24:00                       */
    ENGINE_WORK_MINUTE = 5,  /* 工作分钟: as work hours                                     */
    ENGINE_MINUTE = 6,       /* 分钟: n × 60 s                                              */
} EngineClock;

#define CALENDAR_SPANS_MAX 6
#define CALENDAR_DAYS_MAX 20000
#define CALENDAR_NAME_MAX 240          /* bytes */
#define CALENDAR_CENTURY_D 36525       /* a deadline so many days after its start, or more, is refused */
#define CALENDAR_UNPUBLISHED (-719162) /* 0001-01-01 as published_until: no calendar is loaded */

typedef struct WorkSpan {
    int32_t from, to; /* minutes since 00:00, 0 ≤ from < to ≤ 1440; belongs to the day it is in */
} WorkSpan;

/* A day that is not what the week says: Monday to Friday are worked. */
typedef struct ExceptionalDay {
    int32_t day;
    bool works; /* 调休 make-up work; false: rest */
    Str name;   /* 国庆节; may be empty */
} ExceptionalDay;

typedef struct WorkCalendar {
    int32_t n_spans;
    WorkSpan spans[CALENDAR_SPANS_MAX]; /* rising; may touch, not overlap */
    int32_t n_days;
    const ExceptionalDay *days; /* rising, each day once */
    int32_t published_until;    /* the last day whose holidays are known; later deadlines are provisional */
    const Zone *zone;           /* borrowed */
} WorkCalendar;

/* 08:00–12:00 and 14:00–18:00. */
extern const WorkSpan calendar_usual_spans[2];

/* ERR_INVALID, ERR_LIMIT: which span or day is wrong. Among them a hole: a year
 * without any exceptional day between the first one and published_until. All
 * functions below want a calendar that passed. */
Err calendar_check(const WorkCalendar *c, Fault *f);

/* Copies, sorts and checks. One block on the heap, names included; only the zone
 * stays the caller's. `spans` NULL: the usual ones. */
Err calendar_build(const WorkSpan *spans, int32_t n_spans, const ExceptionalDay *days, int32_t n_days,
                   int32_t published_until, const Zone *zone, WorkCalendar **ret, Fault *f);
void calendar_free(WorkCalendar *c);

bool calendar_works(const WorkCalendar *c, int32_t day);

typedef struct Due {
    int64_t ms;       /* late means now > ms                                                      */
    int32_t day;      /* the day it falls on; an instant between two days is 24:00 of the earlier */
    bool provisional; /* 暂定: counted in work, beyond published_until                            */
} Due;

/* ERR_INVALID: no such unit, an amount below 1, a deadline a century or more
 * away, a start outside the years 1 to 9899. */
Err clock_due(const WorkCalendar *c, EngineClock unit, int32_t amount, int64_t start_ms, Due *ret, Fault *f);

/* While a case is suspended or being checked its clock stands still. Time units:
 * what is left at from_ms is counted on from to_ms. Days: a day counts unless its
 * end (of the last span; 24:00) falls into a pause, so a pause within one day
 * costs nothing and no deadline lies in a pause. */
typedef struct ClockPause {
    int64_t from_ms, to_ms;
} ClockPause;

/* Pauses rising, not overlapping, none before the start, each from_ms ≤ to_ms;
 * ERR_INVALID else. A pause that begins when the limit has run out does nothing. */
Err clock_due_paused(const WorkCalendar *c, EngineClock unit, int32_t amount, int64_t start_ms,
                     const ClockPause *pauses, int32_t n_pauses, Due *ret, Fault *f);

/* What a clock counted between two instants; both negative when to_ms is the
 * earlier. From the start to a deadline of clock_due it is the amount – hours and
 * minutes in ms, days in days – and to any instant before, less. */
typedef struct Spent {
    int64_t ms;   /* working time for the work_ units, elapsed time for the others */
    int32_t days; /* days after the first that have ended: working days for the work_ units, else all */
} Spent;

/* ERR_INVALID: no such unit, a century or more, an instant outside the years 1 to 9999. */
Err clock_spent(const WorkCalendar *c, EngineClock unit, int64_t from_ms, int64_t to_ms, Spent *ret, Fault *f);

/* How the deadline of clock_due_paused with the same arguments came about, on one
 * line each: "4 工作时，09:10 起，跨午休（12:00–14:00 不计），15:10 到期". Times are
 * the wall's, seconds left away. Names are those of the exceptional days; after
 * three of them the rest is summed up. */
typedef struct Explanation {
    char zh[1536], en[1536];
} Explanation;
Err clock_explain(const WorkCalendar *c, EngineClock unit, int32_t amount, int64_t start_ms,
                  const ClockPause *pauses, int32_t n_pauses, Explanation *ret, Fault *f);

#endif
