/* calendar – see calendar.h: which days are worked, and where a minute of a day
 * lies in time. What is counted in them is calendar_due.c. */
#include "calendar_days.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_DAY = -719162, LAST_DAY = 2932896 }; /* 0001-01-01 and 9999-12-31 */

const WorkSpan calendar_usual_spans[2] = { { 8 * 60, 12 * 60 }, { 14 * 60, 18 * 60 } };

/* ---- what a calendar may be ---- */

static Err check_spans(const WorkCalendar *c, Fault *f) {
    if (c->n_spans < 1 || c->n_spans > CALENDAR_SPANS_MAX)
        return fault(f, ERR_INVALID, "calendar_span_count", "spans", "工作时段有 %d 段，应为 1 至 %d 段。",
                     "There are %d work spans; give 1 to %d.", (int)c->n_spans, CALENDAR_SPANS_MAX);
    for (int32_t i = 0; i < c->n_spans; i++) {
        WorkSpan s = c->spans[i];
        if (s.from < 0 || s.to > 1440 || s.from >= s.to)
            return fault(f, ERR_INVALID, "calendar_span", "spans",
                         "第 %d 个工作时段（第 %d 至 %d 分钟）有误：应在 0 至 1440 之间且先始后终；"
                         "跨午夜的班次请写成两段（如 22:00–24:00 和 00:00–06:00）。",
                         "Work span %d (minutes %d to %d) is wrong: it must begin before it ends, within 0 to "
                         "1440. Write a shift across midnight as two (22:00–24:00 and 00:00–06:00).",
                         (int)i + 1, (int)s.from, (int)s.to);
        if (i > 0 && s.from < c->spans[i - 1].to)
            return fault(
                f, ERR_INVALID, "calendar_span_order", "spans",
                "第 %d 个工作时段从 %02d:%02d 开始，早于前一段结束的 %02d:%02d。请按时间排列且不要重叠。",
                "Work span %d begins at %02d:%02d, before the one in front of it ends (%02d:%02d). Put "
                "them in order, without overlaps.",
                (int)i + 1, (int)(s.from / 60), (int)(s.from % 60), (int)(c->spans[i - 1].to / 60),
                (int)(c->spans[i - 1].to % 60));
    }
    return OK;
}

/* It is shown in the middle of a sentence. */
static bool name_valid(Str name) {
    size_t at;

    for (size_t i = 0; i < name.n && name.n <= CALENDAR_NAME_MAX; i++)
        if ((unsigned char)name.p[i] < ' ' || name.p[i] == 0x7F)
            return false;
    return name.n == 0 || (name.n <= CALENDAR_NAME_MAX && utf8_valid(name.p, name.n, &at));
}

static Err check_days(const WorkCalendar *c, Fault *f) {
    char day[16], before[16];

    if (c->n_days < 0 || c->n_days > CALENDAR_DAYS_MAX)
        return fault(f, ERR_LIMIT, "calendar_day_count", "days", "日历中的特殊日期有 %d 个，最多 %d 个。",
                     "The calendar has %d exceptional days; at most %d are taken.", (int)c->n_days,
                     CALENDAR_DAYS_MAX);
    for (int32_t i = 0; i < c->n_days; i++) {
        const ExceptionalDay *d = &c->days[i];
        if (d->day < FIRST_DAY || d->day > LAST_DAY)
            return fault(f, ERR_INVALID, "calendar_day", "days", "第 %d 个特殊日期不在公元 1 至 9999 年内。",
                         "Exceptional day %d is outside the years 1 to 9999.", (int)i + 1);
        day_print(d->day, day);
        if (i > 0 && d->day == c->days[i - 1].day)
            return fault(f, ERR_INVALID, "calendar_day_twice", "days", "%s 在日历中出现两次。请删去一条。",
                         "%s is twice in the calendar. Take one away.", day);
        if (i > 0 && d->day < c->days[i - 1].day) {
            day_print(c->days[i - 1].day, before);
            return fault(f, ERR_INVALID, "calendar_day_order", "days", "%s 排在 %s 之后。请按日期排列。",
                         "%s comes after %s. Put the days in order.", day, before);
        }
        if (!name_valid(d->name))
            return fault(
                f, ERR_INVALID, "calendar_day_name", "days",
                "%s 的名称过长（上限 %d 字节）、含控制字符或不是 UTF-8。",
                "The name of %s is too long (at most %d bytes), has control characters or is not UTF-8.", day,
                CALENDAR_NAME_MAX);
    }
    return OK;
}

/* Every year has holidays; one without any was forgotten, and its deadlines would
 * silently be wrong. The last year counts if it is published to its end. */
static Err check_holes(const WorkCalendar *c, Fault *f) {
    int32_t year, last, month, day, i = 0;

    if (c->published_until < FIRST_DAY || c->published_until > LAST_DAY)
        return fault(f, ERR_INVALID, "calendar_published", "published_until",
                     "“节假日公布至”不在公元 1 至 9999 年内。",
                     "“Published until” is outside the years 1 to 9999.");
    if (c->n_days == 0)
        return OK;
    civil_of_day(c->published_until + 1, &last, &month, &day);
    civil_of_day(c->days[0].day, &year, &month, &day);
    for (; year < last; year++) {
        int32_t next = day_of_civil(year + 1, 1, 1), had = i;
        while (i < c->n_days && c->days[i].day < next)
            i++;
        if (i == had) {
            char until[16];
            day_print(c->published_until, until);
            return fault(
                f, ERR_INVALID, "calendar_hole", "days",
                "日历缺少 %d 年：没有该年的节假日，而“节假日公布至”为 %s。请补上该年，或改正公布日期。",
                "The calendar has a hole: it has no holidays of %d, yet is published until %s. Add that "
                "year, or correct the date.",
                (int)year, until);
        }
    }
    return OK;
}

Err calendar_check(const WorkCalendar *c, Fault *f) {
    if (!c->zone)
        return fault(f, ERR_INVALID, "calendar_zone", "zone", "日历没有时区。", "The calendar has no zone.");
    TRY(check_spans(c, f));
    TRY(check_days(c, f));
    return check_holes(c, f);
}

/* ---- one made from arrays ---- */

static int by_day(const void *a, const void *b) {
    const ExceptionalDay *x = a, *y = b;
    return (x->day > y->day) - (x->day < y->day);
}

Err calendar_build(const WorkSpan *spans, int32_t n_spans, const ExceptionalDay *days, int32_t n_days,
                   int32_t published_until, const Zone *zone, WorkCalendar **ret, Fault *f) {
    WorkCalendar c = { .n_spans = spans ? n_spans : 2, .published_until = published_until, .zone = zone };
    size_t names = 0, count = n_days < 0 ? 0 : (size_t)n_days;

    if (!spans)
        spans = calendar_usual_spans;
    for (int32_t i = 0; i < c.n_spans && i < CALENDAR_SPANS_MAX; i++)
        c.spans[i] = spans[i];
    TRY(check_spans(&c, f));
    c.n_days = n_days;
    if (n_days < 0 || n_days > CALENDAR_DAYS_MAX)
        return check_days(&c, f);
    for (size_t i = 0; i < count; i++)
        names += days[i].name.n <= CALENDAR_NAME_MAX ? days[i].name.n : 0;
    WorkCalendar *made = mem_alloc(sizeof c + count * sizeof *days + names);
    if (!made)
        return fault_memory(f);
    ExceptionalDay *own = (ExceptionalDay *)(made + 1);
    char *room = (char *)(own + count);
    for (size_t i = 0; i < count; i++) {
        own[i] = days[i];
        if (days[i].name.n > CALENDAR_NAME_MAX)
            continue; /* refused below */
        if (days[i].name.n > 0)
            memcpy(room, days[i].name.p, days[i].name.n);
        own[i].name.p = room;
        room += days[i].name.n;
    }
    qsort(own, count, sizeof *own, by_day);
    *made = c;
    made->days = own;
    Err e = calendar_check(made, f);
    if (e != OK) {
        mem_free(made);
        return e;
    }
    *ret = made;
    return OK;
}

void calendar_free(WorkCalendar *c) { mem_free(c); }

/* ---- days that are worked ---- */

int32_t exceptional_from(const WorkCalendar *c, int32_t day) {
    int32_t low = 0, high = c->n_days;

    while (low < high) {
        int32_t mid = low + (high - low) / 2;
        if (c->days[mid].day < day)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool week_works(int32_t day) { return day_weekday(day) <= 5; }

bool calendar_works(const WorkCalendar *c, int32_t day) {
    int32_t i = exceptional_from(c, day);
    return i < c->n_days && c->days[i].day == day ? c->days[i].works : week_works(day);
}

int32_t work_days_between(const WorkCalendar *c, int32_t after, int32_t until) {
    if (until <= after)
        return 0;
    int32_t weeks = (until - after) / 7, n = weeks * 5;
    for (int32_t day = after + weeks * 7 + 1; day <= until; day++)
        n += week_works(day);
    for (int32_t i = exceptional_from(c, after + 1); i < c->n_days && c->days[i].day <= until; i++)
        n += c->days[i].works - week_works(c->days[i].day);
    return n;
}

/* Whole weeks are passed over up to the next exceptional day, but for the last
 * working day, which must be stepped on. */
int32_t work_day_after(const WorkCalendar *c, int32_t after, int32_t n) {
    int32_t day = after, i = exceptional_from(c, after + 1);

    assert(n >= 1 && n <= CALENDAR_CENTURY_D);
    for (;;) {
        int32_t weeks = (n - 1) / 5;
        if (weeks > 0 && i < c->n_days && (c->days[i].day - day - 1) / 7 < weeks)
            weeks = (c->days[i].day - day - 1) / 7;
        day += weeks * 7 + 1;
        n -= weeks * 5;
        if (i < c->n_days && c->days[i].day == day)
            n -= c->days[i++].works;
        else
            n -= week_works(day);
        if (n == 0)
            return day;
    }
}

/* ---- instants ---- */

/* Offsets differ from UTC by less than 26 hours, so a day lies within these
 * bounds; zones do not change there and back within three days. */
DayView day_view(const Zone *z, int32_t day) {
    int64_t local = day * DAY_MS;
    int32_t before = zone_offset_s(z, local - 26 * HOUR_MS), after = zone_offset_s(z, local + 50 * HOUR_MS);
    return (DayView){ z, day, before == after, local - before * INT64_C(1000) };
}

/* zone_ms gives a reading that the clock skips an instant as far behind the jump
 * as the reading is in the gap; what is wanted is the jump. Readings rise with
 * instants across it. */
int64_t instant_at(const Zone *z, int32_t day, int32_t minute) {
    int64_t want = day * DAY_MS + minute * MINUTE_MS;
    Civil c = { .hour = minute / 60, .minute = minute % 60 };

    civil_of_day(day, &c.year, &c.month, &c.day);
    int64_t ms = zone_ms(z, c), beyond = ms + zone_offset_s(z, ms) * INT64_C(1000) - want;
    if (beyond > 0) {
        int64_t low = ms - beyond, high = ms;
        while (low < high) {
            int64_t mid = low + (high - low) / 2;
            if (mid + zone_offset_s(z, mid) * INT64_C(1000) >= want)
                high = mid;
            else
                low = mid + 1;
        }
        ms = low;
    }
    return ms;
}

int32_t day_at(const Zone *z, int64_t ms) {
    int32_t offset_s = zone_offset_s(z, ms);
    int64_t local = ms + offset_s * INT64_C(1000);
    int32_t day = (int32_t)(local / DAY_MS - (local % DAY_MS < 0));

    if (zone_offset_s(z, ms - DAY_MS) > offset_s && instant_at(z, day + 1, 0) <= ms)
        day++;
    return day;
}
