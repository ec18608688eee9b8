/* limits – see limits.h. */
#include "limits.h"

#include "catalogue_q.h"
#include "holidays.h"

#include <string.h>

_Static_assert((int)CLOCK_URGENT_HOUR == ENGINE_URGENT_HOUR && (int)CLOCK_WORK_HOUR == ENGINE_WORK_HOUR &&
                   (int)CLOCK_WORK_DAY == ENGINE_WORK_DAY && (int)CLOCK_CALENDAR_DAY == ENGINE_CALENDAR_DAY &&
                   (int)CLOCK_WORK_MINUTE == ENGINE_WORK_MINUTE && (int)CLOCK_MINUTE == ENGINE_MINUTE,
               "the units of the catalogue are those of the engine");

const Limit limit_accept = { 30, CLOCK_MINUTE };
const Limit limit_dispatch = { 30, CLOCK_WORK_MINUTE };
const Limit limit_check = { 4, CLOCK_WORK_HOUR };
const Limit limit_feedback = { 1, CLOCK_WORK_DAY };

enum { DAYS_MAX = 800 };

/* Published until the end of the last year that has a row. Without any rows,
 * nothing is published and every deadline in work is provisional. */
static int32_t published(const ExceptionalDay *days, size_t n) {
    int32_t year, month, day;

    if (n == 0)
        return 0;
    civil_of_day(days[n - 1].day, &year, &month, &day);
    return day_of_civil(year, 12, 31);
}

Err limits_calendar(Tx *tx, WorkCalendar **ret, Fault *f) {
    CalendarDay *rows = arena_take(tx_arena(tx), DAYS_MAX * sizeof *rows);
    ExceptionalDay *days = arena_take(tx_arena(tx), DAYS_MAX * sizeof *days);
    size_t n;

    if (!rows || !days)
        return fault_arena(f);
    TRY(sql_calendar_list(tx, rows, DAYS_MAX, &n, f));
    for (size_t i = 0; i < n; i++)
        days[i] = (ExceptionalDay){ rows[i].day, rows[i].kind == DAY_WORK, rows[i].name };
    return calendar_build(NULL, 0, days, (int32_t)n, published(days, n), zone_here(), ret, f);
}

Err limits_due(Tx *tx, Limit l, int64_t start_ms, Moment *ret, Fault *f) {
    WorkCalendar *c;
    Due due;

    TRY(limits_calendar(tx, &c, f));
    Err e = clock_due(c, (EngineClock)l.unit, l.amount, start_ms, &due, f);
    calendar_free(c);
    TRY(e);
    *ret = (Moment){ due.ms, due.day };
    return OK;
}

Err limits_explain(Tx *tx, Limit l, int64_t start_ms, Str *ret_zh, Str *ret_en, Fault *f) {
    WorkCalendar *c;
    Explanation why;

    TRY(limits_calendar(tx, &c, f));
    Err e = clock_explain(c, (EngineClock)l.unit, l.amount, start_ms, NULL, 0, &why, f);
    calendar_free(c);
    TRY(e);
    TRY(str_copy(tx_arena(tx), str(why.zh), ret_zh, f));
    return str_copy(tx_arena(tx), str(why.en), ret_en, f);
}

Err calendar_put(Tx *tx, int32_t day, DayKind kind, Str name, Fault *f) {
    CalendarDay row = { .day = day, .kind = kind, .name = name };
    int64_t changed;

    TRY(sql_calendar_clear(tx, &row, &changed, f));
    return sql_calendar_add(tx, &row, &changed, f);
}
