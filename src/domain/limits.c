/* limits – see limits.h. */
#include "limits.h"

#include "catalogue_q.h"
#include "holidays.h"
#include "setting.h"

#include <string.h>

_Static_assert((int)CLOCK_URGENT_HOUR == ENGINE_URGENT_HOUR && (int)CLOCK_WORK_HOUR == ENGINE_WORK_HOUR &&
                   (int)CLOCK_WORK_DAY == ENGINE_WORK_DAY && (int)CLOCK_CALENDAR_DAY == ENGINE_CALENDAR_DAY &&
                   (int)CLOCK_WORK_MINUTE == ENGINE_WORK_MINUTE && (int)CLOCK_MINUTE == ENGINE_MINUTE,
               "the units of the catalogue are those of the engine");

const Limit limit_accept = { 30, CLOCK_MINUTE };
const Limit limit_dispatch = { 30, CLOCK_WORK_MINUTE };
const Limit limit_check = { 4, CLOCK_WORK_HOUR };
const Limit limit_adjudicate = { 1, CLOCK_WORK_DAY };
const Limit limit_feedback = { 1, CLOCK_WORK_DAY };

/* Rows read for one clock: a limit runs out within a few years of its start. */
enum { DAYS_MAX = 800 };

/* ---- the rows of the city ---- */

Err calendar_put(Tx *tx, int32_t day, DayKind kind, Str name, Fault *f) {
    CalendarDay row = { .day = day, .kind = kind, .name = name };
    int64_t changed;

    TRY(sql_calendar_clear(tx, &row, &changed, f));
    return sql_calendar_add(tx, &row, &changed, f);
}

static Err published_until(Tx *tx, int32_t *ret_day, Fault *f) {
    Str until;

    TRY(setting_read(tx, "calendar_until", &until, f));
    *ret_day = CALENDAR_UNPUBLISHED;
    if (until.n && !day_parse(until.p, ret_day))
        return fault(f, ERR_STORE, "calendar_until", "", "设置 calendar_until 不是日期：%.*s。",
                     "The setting calendar_until is not a day: %.*s.", (int)until.n, until.p);
    return OK;
}

Err calendar_publish(Tx *tx, int32_t last_day, int32_t until, const Actor *by, int32_t *ret_until, Fault *f) {
    int32_t before, year, month, day;
    char text[16];

    TRY(published_until(tx, &before, f));
    if (!until) {
        civil_of_day(last_day, &year, &month, &day);
        until = day_of_civil(year, 12, 31);
        until = before > until ? before : until;
    }
    *ret_until = until;
    day_print(until, text);
    return setting_write(tx, "calendar_until", str(text), by, f);
}

/* Up to `most` days from `from_day` on; where there are more, the calendar is
 * published no further than the last of them. */
static Err read_calendar(Tx *tx, int32_t from_day, size_t most, WorkCalendar **ret, Fault *f) {
    CalendarFrom from = { .from_day = from_day };
    CalendarDay *rows = arena_take(tx_arena(tx), most * sizeof *rows);
    ExceptionalDay *days = arena_take(tx_arena(tx), most * sizeof *days);
    int32_t until;
    size_t n;

    if (!rows || !days)
        return fault_arena(f);
    TRY(published_until(tx, &until, f));
    TRY(sql_calendar_from(tx, &from, rows, most, &n, f));
    for (size_t i = 0; i < n; i++)
        days[i] = (ExceptionalDay){ rows[i].day, rows[i].kind == DAY_WORK, rows[i].name };
    if (n == most && days[n - 1].day < until)
        until = days[n - 1].day;
    return calendar_build(NULL, 0, days, (int32_t)n, until, zone_here(), ret, f);
}

Err calendar_judge(Tx *tx, Fault *f) {
    WorkCalendar *c;

    TRY(read_calendar(tx, CALENDAR_UNPUBLISHED, CALENDAR_DAYS_MAX, &c, f));
    calendar_free(c);
    return OK;
}

/* ---- clocks ---- */

Err limits_calendar(Tx *tx, int32_t from_day, WorkCalendar **ret, Fault *f) {
    return read_calendar(tx, from_day, DAYS_MAX, ret, f);
}

Err limits_due(Tx *tx, Limit l, int64_t start_ms, const ClockPause *pauses, int32_t n_pauses, Due *ret,
               Fault *f) {
    WorkCalendar *c;

    TRY(limits_calendar(tx, day_of_ms(start_ms) - 1, &c, f));
    Err e = clock_due_paused(c, (EngineClock)l.unit, l.amount, start_ms, pauses, n_pauses, ret, f);
    calendar_free(c);
    return e;
}

Err limits_explain(Tx *tx, Limit l, int64_t start_ms, const ClockPause *pauses, int32_t n_pauses, Str *ret_zh,
                   Str *ret_en, Fault *f) {
    WorkCalendar *c;
    Explanation why;

    TRY(limits_calendar(tx, day_of_ms(start_ms) - 1, &c, f));
    Err e = clock_explain(c, (EngineClock)l.unit, l.amount, start_ms, pauses, n_pauses, &why, f);
    calendar_free(c);
    TRY(e);
    TRY(str_copy(tx_arena(tx), str(why.zh), ret_zh, f));
    return str_copy(tx_arena(tx), str(why.en), ret_en, f);
}
