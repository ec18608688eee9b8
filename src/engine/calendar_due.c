/* calendar_due – see calendar.h: deadlines, and the time between two instants.
 *
 * Time is counted day by day (a case's limit spans few of them), days by whole
 * weeks between exceptional ones. A pause cuts a run in two: what is left of the
 * amount goes on behind it. */
#include "calendar_days.h"

static const int64_t first_ms = -62135596800000;      /* the year 1 */
static const int64_t last_start_ms = 250246627200000; /* before 9900 */
static const int64_t last_ms = 253402300799999;       /* of 9999 */

static bool unit_known(EngineClock unit) { return unit >= ENGINE_URGENT_HOUR && unit <= ENGINE_MINUTE; }
static bool unit_is_days(EngineClock unit) { return unit == ENGINE_WORK_DAY || unit == ENGINE_CALENDAR_DAY; }
static bool unit_is_work(EngineClock unit) {
    return unit == ENGINE_WORK_HOUR || unit == ENGINE_WORK_MINUTE || unit == ENGINE_WORK_DAY;
}
static int64_t unit_ms(EngineClock unit) {
    return unit == ENGINE_URGENT_HOUR || unit == ENGINE_WORK_HOUR ? HOUR_MS : MINUTE_MS;
}

/* ---- time ---- */

static int64_t later(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t earlier(int64_t a, int64_t b) { return a < b ? a : b; }

/* Working time of [from, to), from ≤ to. */
static int64_t worked_ms(const WorkCalendar *c, int64_t from, int64_t to) {
    int64_t sum = 0;
    int32_t last = day_at(c->zone, to), day = day_at(c->zone, from), next = exceptional_from(c, day);

    for (; day <= last; day++) {
        bool works = day_weekday(day) <= 5;
        if (next < c->n_days && c->days[next].day == day)
            works = c->days[next++].works;
        if (!works)
            continue;
        DayView d = day_view(c->zone, day);
        for (int32_t i = 0; i < c->n_spans; i++) {
            int64_t a = later(from, day_instant(&d, c->spans[i].from));
            int64_t b = earlier(to, day_instant(&d, c->spans[i].to));
            sum += b > a ? b - a : 0;
        }
    }
    return sum;
}

/* The earliest instant with `left` of working time since `from`; false: not
 * before `end_day`. */
static bool work_completes(const WorkCalendar *c, int64_t from, int64_t left, int32_t end_day, int64_t *ret) {
    int32_t day = day_at(c->zone, from), next = exceptional_from(c, day);

    for (; day < end_day; day++) {
        bool works = day_weekday(day) <= 5;
        if (next < c->n_days && c->days[next].day == day)
            works = c->days[next++].works;
        if (!works)
            continue;
        DayView d = day_view(c->zone, day);
        for (int32_t i = 0; i < c->n_spans; i++) {
            int64_t a = later(from, day_instant(&d, c->spans[i].from)), b = day_instant(&d, c->spans[i].to);
            if (b - a >= left) {
                *ret = a + left;
                return true;
            }
            left -= b > a ? b - a : 0;
        }
    }
    return false;
}

/* One millisecond of work ends so much after it begins. */
int64_t work_begins(const WorkCalendar *c, int64_t ms, int32_t *ret_day) {
    int64_t begins = ms;

    *ret_day = day_at(c->zone, ms);
    if (work_completes(c, ms, 1, *ret_day + CALENDAR_CENTURY_D, &begins))
        begins -= 1;
    *ret_day = day_at(c->zone, begins);
    return begins;
}

/* ---- days ---- */

static int64_t day_end(const WorkCalendar *c, EngineClock unit, int32_t day) {
    return unit_is_work(unit) ? instant_at(c->zone, day, c->spans[c->n_spans - 1].to)
                              : instant_at(c->zone, day + 1, 0);
}

/* The last day that has ended by ms, be it worked or not. */
static int32_t last_ended(const WorkCalendar *c, EngineClock unit, int64_t ms) {
    int32_t day = day_at(c->zone, ms);
    return day_end(c, unit, day) <= ms ? day : day - 1;
}

static int32_t days_between(const WorkCalendar *c, EngineClock unit, int32_t after, int32_t until) {
    if (unit_is_work(unit))
        return work_days_between(c, after, until);
    return until > after ? until - after : 0;
}

/* ---- the deadline ---- */

static Err too_long(Fault *f, int32_t amount) {
    return fault(f, ERR_INVALID, "clock_limit_long", "limit",
                 "时限 %d 太长：到期日不得在起算一百年（含）以后。请检查数值和单位。",
                 "A limit of %d is too long: it must run out within a century. Check the number and its unit.",
                 (int)amount);
}

static Err check_run(EngineClock unit, int32_t amount, int64_t start_ms, const ClockPause *pauses,
                     int32_t n_pauses, Fault *f) {
    int64_t at = start_ms;

    if (!unit_known(unit))
        return fault(f, ERR_INVALID, "clock_unit", "unit", "没有编号为 %d 的计时单位。",
                     "There is no clock unit %d.", (int)unit);
    if (amount < 1)
        return fault(f, ERR_INVALID, "clock_limit_zero", "limit", "时限为 %d，至少应为 1。",
                     "The limit is %d; it must be at least 1.", (int)amount);
    if (unit_is_days(unit) ? amount >= CALENDAR_CENTURY_D
                           : amount * unit_ms(unit) >= CALENDAR_CENTURY_D * DAY_MS)
        return too_long(f, amount);
    if (start_ms < first_ms || start_ms >= last_start_ms)
        return fault(f, ERR_INVALID, "clock_start", "start", "起算时间不在公元 1 至 9899 年内。",
                     "The start is outside the years 1 to 9899.");
    for (int32_t i = 0; i < n_pauses; i++) {
        if (pauses[i].from_ms < at || pauses[i].to_ms < pauses[i].from_ms)
            return fault(f, ERR_INVALID, "clock_pause", "pauses",
                         "第 %d 次暂停早于起算或前一次暂停，或者先止后起。请按时间排列。",
                         "Pause %d begins before the start or the pause in front of it, or ends before it "
                         "begins. Put them in order.",
                         (int)i + 1);
        if (pauses[i].to_ms > last_ms || pauses[i].to_ms - start_ms >= CALENDAR_CENTURY_D * DAY_MS)
            return too_long(f, amount);
        at = pauses[i].to_ms;
    }
    return OK;
}

static int64_t due_by_time(const WorkCalendar *c, EngineClock unit, int32_t amount, int64_t at, int32_t end_day,
                           const ClockPause *pauses, int32_t n_pauses) {
    int64_t left = amount * unit_ms(unit), ms = INT64_MAX;

    for (int32_t i = 0; i < n_pauses; i++) {
        int64_t ran = unit_is_work(unit) ? worked_ms(c, at, pauses[i].from_ms) : pauses[i].from_ms - at;
        if (ran >= left)
            break;
        left -= ran;
        at = pauses[i].to_ms;
    }
    if (!unit_is_work(unit))
        return at + left;
    return work_completes(c, at, left, end_day, &ms) ? ms : INT64_MAX;
}

static int32_t due_by_day(const WorkCalendar *c, EngineClock unit, int32_t amount, int32_t after,
                          const ClockPause *pauses, int32_t n_pauses) {
    for (int32_t i = 0; i < n_pauses; i++) {
        int32_t ran = days_between(c, unit, after, last_ended(c, unit, pauses[i].from_ms));
        if (ran >= amount)
            break;
        amount -= ran;
        int32_t ended = last_ended(c, unit, pauses[i].to_ms);
        after = ended > after ? ended : after;
    }
    return unit_is_work(unit) ? work_day_after(c, after, amount) : after + amount;
}

Err clock_due_paused(const WorkCalendar *c, EngineClock unit, int32_t amount, int64_t start_ms,
                     const ClockPause *pauses, int32_t n_pauses, Due *ret, Fault *f) {
    Due due;

    TRY(check_run(unit, amount, start_ms, pauses, n_pauses, f));
    int32_t start_day = day_at(c->zone, start_ms), end_day = start_day + CALENDAR_CENTURY_D;
    if (unit_is_days(unit)) {
        due.day = due_by_day(c, unit, amount, start_day, pauses, n_pauses);
        due.ms = due.day < end_day ? day_end(c, unit, due.day) : INT64_MAX;
    } else {
        due.ms = due_by_time(c, unit, amount, start_ms, end_day, pauses, n_pauses);
        due.day = due.ms < INT64_MAX ? day_at(c->zone, due.ms - 1) : end_day;
    }
    if (due.day >= end_day)
        return too_long(f, amount);
    due.provisional = unit_is_work(unit) && due.day > c->published_until;
    *ret = due;
    return OK;
}

Err clock_due(const WorkCalendar *c, EngineClock unit, int32_t amount, int64_t start_ms, Due *ret, Fault *f) {
    return clock_due_paused(c, unit, amount, start_ms, NULL, 0, ret, f);
}

/* ---- between two instants ---- */

Err clock_spent(const WorkCalendar *c, EngineClock unit, int64_t from_ms, int64_t to_ms, Spent *ret, Fault *f) {
    int64_t a = earlier(from_ms, to_ms), b = later(from_ms, to_ms);
    int32_t sign = to_ms < from_ms ? -1 : 1;

    if (!unit_known(unit))
        return fault(f, ERR_INVALID, "clock_unit", "unit", "没有编号为 %d 的计时单位。",
                     "There is no clock unit %d.", (int)unit);
    if (a < first_ms || b > last_ms)
        return fault(f, ERR_INVALID, "clock_instant", "", "时间不在公元 1 至 9999 年内。",
                     "An instant is outside the years 1 to 9999.");
    if (b - a >= CALENDAR_CENTURY_D * DAY_MS)
        return fault(f, ERR_INVALID, "clock_period_long", "", "两个时间相隔一百年以上。请检查日期。",
                     "The two instants are a century or more apart. Check the dates.");
    ret->ms = sign * (unit_is_work(unit) ? worked_ms(c, a, b) : b - a);
    ret->days = sign * days_between(c, unit, day_at(c->zone, a), last_ended(c, unit, b));
    return OK;
}
