/* The case clocks: deadlines worked by hand, then beside a judge that looks at the
 * wall every minute, then what must hold for any limit. */
#include "engine_judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum {
    CH = ENGINE_URGENT_HOUR,
    WH = ENGINE_WORK_HOUR,
    WD = ENGINE_WORK_DAY,
    CD = ENGINE_CALENDAR_DAY,
    WM = ENGINE_WORK_MINUTE,
    MI = ENGINE_MINUTE
};

/* The calendars of the table. */
enum { CN, EVENING, GUARD, STRAIGHT, NY, NY_NIGHT, CALENDARS };
static const WorkSpan evening[] = { { 16 * 60, 1440 } };
static const WorkSpan guard[] = { { 0, 6 * 60 }, { 22 * 60, 1440 } };
static const WorkSpan straight[] = { { 9 * 60, 17 * 60 } };
static const WorkSpan early[] = { { 0, 8 * 60 } };
static WorkCalendar *calendars[CALENDARS];
static Zone *shanghai, *new_york;

static int32_t must_day(const char *z) {
    char date[11];
    int32_t day;
    memcpy(date, z, 10);
    date[10] = 0;
    if (!day_parse(date, &day))
        fail_msg("no day: %s", z);
    return day;
}

/* "2026-03-02 09:10" or with ":30" seconds; 24:00 is taken. */
static int64_t instant(const Zone *z, const char *text) {
    Civil c = { 0 };
    int h, m, s = 0;

    civil_of_day(must_day(text), &c.year, &c.month, &c.day);
    assert_true(sscanf(text + 10, "%d:%d:%d", &h, &m, &s) >= 2);
    c.hour = h;
    c.minute = m;
    c.second = s;
    return zone_ms(z, c);
}

static int make_calendars(void **unused) {
    const char *source = getenv("JW_SOURCE");
    ExceptionalDay sundays[] = { { must_day("2026-11-01"), true, str("") },
                                 { must_day("2026-03-08"), true, str("") } };
    int32_t until = must_day("2026-12-31");
    Fault f;

    (void)unused;
    assert_non_null(source);
    assert_int_equal(zone_open("Asia/Shanghai", &shanghai, &f), OK);
    assert_int_equal(zone_open("America/New_York", &new_york, &f), OK);
    calendars[CN] = judge_china(source, NULL, 0, shanghai, until);
    calendars[EVENING] = judge_china(source, evening, 1, shanghai, until);
    calendars[GUARD] = judge_china(source, guard, 2, shanghai, until);
    calendars[STRAIGHT] = judge_china(source, straight, 1, shanghai, until);
    assert_int_equal(calendar_build(NULL, 0, NULL, 0, until, new_york, &calendars[NY], &f), OK);
    assert_int_equal(calendar_build(early, 1, sundays, 2, until, new_york, &calendars[NY_NIGHT], &f), OK);
    return 0;
}

static int free_calendars(void **unused) {
    (void)unused;
    for (int i = 0; i < CALENDARS; i++)
        calendar_free(calendars[i]);
    zone_close(shanghai);
    zone_close(new_york);
    return 0;
}

/* ---- worked by hand ---- */

/* 2026-03-02 is a Monday. The date of a deadline is its day, so 24:00 belongs to
 * the day that ends. */
static const struct {
    int calendar, unit, amount;
    const char *start, *due;
    bool provisional;
} cases[] = {
    /* lunch */
    { CN, WH, 4, "2026-03-02 09:10", "2026-03-02 15:10", false },
    { CN, WH, 4, "2026-03-02 08:00", "2026-03-02 12:00", false }, /* not 14:00 */
    { CN, WH, 4, "2026-03-02 14:00", "2026-03-02 18:00", false },
    { CN, WH, 2, "2026-03-02 11:00", "2026-03-02 15:00", false },
    { CN, WH, 1, "2026-03-02 12:00", "2026-03-02 15:00", false },
    { CN, WH, 1, "2026-03-02 13:59", "2026-03-02 15:00", false },
    { CN, WH, 3, "2026-03-02 09:00", "2026-03-02 12:00", false },
    { CN, WM, 30, "2026-03-02 11:45", "2026-03-02 14:15", false },
    { CN, WM, 15, "2026-03-02 11:45", "2026-03-02 12:00", false },
    { CN, WM, 1, "2026-03-02 11:59:30", "2026-03-02 14:00:30", false },
    { CN, WM, 240, "2026-03-02 09:10", "2026-03-02 15:10", false },
    { STRAIGHT, WH, 4, "2026-03-02 11:00", "2026-03-02 15:00", false },
    /* night */
    { CN, WH, 4, "2026-03-02 16:00", "2026-03-03 10:00", false },
    { CN, WH, 4, "2026-03-02 18:00", "2026-03-03 12:00", false },
    { CN, WH, 4, "2026-03-02 23:30", "2026-03-03 12:00", false },
    { CN, WH, 4, "2026-03-03 00:00", "2026-03-03 12:00", false },
    { CN, WH, 4, "2026-03-03 07:59", "2026-03-03 12:00", false },
    { CN, WH, 8, "2026-03-02 08:00", "2026-03-02 18:00", false },
    { CN, WH, 8, "2026-03-02 14:30", "2026-03-03 14:30", false },
    { CN, WH, 16, "2026-03-02 10:00", "2026-03-04 10:00", false },
    { CN, WM, 30, "2026-03-02 17:45", "2026-03-03 08:15", false },
    /* weekend */
    { CN, WH, 4, "2026-03-06 16:00", "2026-03-09 10:00", false },
    { CN, WH, 4, "2026-03-07 10:00", "2026-03-09 12:00", false },
    { CN, WH, 1, "2026-03-08 23:59", "2026-03-09 09:00", false },
    { CN, WD, 1, "2026-03-06 09:00", "2026-03-09 18:00", false },
    { CN, WD, 1, "2026-03-07 09:00", "2026-03-09 18:00", false },
    { CN, WD, 1, "2026-03-08 20:00", "2026-03-09 18:00", false },
    { CN, WD, 5, "2026-03-02 10:00", "2026-03-09 18:00", false },
    { CN, WD, 5, "2026-03-06 17:00", "2026-03-13 18:00", false },
    { CN, WD, 1, "2026-03-02 00:00", "2026-03-03 18:00", false },
    { CN, WD, 1, "2026-03-02 23:59:59", "2026-03-03 18:00", false },
    { CN, WD, 15, "2026-03-02 10:00", "2026-03-23 18:00", false },
    /* National Day 2026: 1–7 October off, Sunday 20 September and Saturday 10 October worked */
    { CN, WH, 4, "2026-09-30 16:00", "2026-10-08 10:00", false },
    { CN, WD, 1, "2026-09-30 10:00", "2026-10-08 18:00", false },
    { CN, WD, 3, "2026-09-30 10:00", "2026-10-10 18:00", false },
    { CN, WD, 4, "2026-09-30 10:00", "2026-10-12 18:00", false },
    { CN, WD, 5, "2026-10-03 10:00", "2026-10-13 18:00", false },
    { CN, CH, 2, "2026-10-01 23:00", "2026-10-02 01:00", false },
    { CN, CD, 3, "2026-09-30 10:00", "2026-10-03 24:00", false },
    { CN, WH, 1, "2026-10-01 00:00", "2026-10-08 09:00", false },
    { CN, WH, 8, "2026-10-09 14:00", "2026-10-10 12:00", false },
    { CN, WH, 1, "2026-10-10 17:30", "2026-10-12 08:30", false },
    { CN, WH, 4, "2026-09-20 09:10", "2026-09-20 15:10", false },
    { CN, WD, 1, "2026-09-19 10:00", "2026-09-20 18:00", false },
    { CN, WD, 5, "2026-09-18 10:00", "2026-09-24 18:00", false },
    { CN, WD, 6, "2026-09-18 10:00", "2026-09-28 18:00", false }, /* over Mid-Autumn too */
    /* Spring Festival: 2026 with both Saturdays worked; 2024, whose eve was an ordinary Friday */
    { CN, WH, 4, "2026-02-14 16:00", "2026-02-24 10:00", false },
    { CN, WD, 2, "2026-02-13 10:00", "2026-02-24 18:00", false },
    { CN, WD, 5, "2026-02-14 10:00", "2026-02-28 18:00", false },
    { CN, WM, 30, "2026-02-14 17:50", "2026-02-24 08:20", false },
    { CN, CD, 15, "2026-02-10 10:00", "2026-02-25 24:00", false },
    { CN, WD, 1, "2024-02-09 10:00", "2024-02-18 18:00", false },
    { CN, WH, 10, "2024-02-09 14:00", "2024-02-18 16:00", false },
    { CN, WD, 1, "2025-01-27 10:00", "2025-02-05 18:00", false },
    { CN, WH, 2, "2025-01-26 17:00", "2025-01-27 09:00", false },
    /* the other holidays */
    { CN, WD, 1, "2025-09-30 10:00", "2025-10-09 18:00", false }, /* with Mid-Autumn eight days */
    { CN, WD, 3, "2025-09-30 10:00", "2025-10-11 18:00", false },
    { CN, WH, 4, "2025-09-28 16:00", "2025-09-29 10:00", false },
    { CN, WD, 2, "2025-04-25 10:00", "2025-04-28 18:00", false },
    { CN, WD, 1, "2025-04-03 10:00", "2025-04-07 18:00", false },
    { CN, WD, 1, "2025-05-30 10:00", "2025-06-03 18:00", false },
    { CN, WD, 1, "2025-12-31 10:00", "2026-01-04 18:00", false },
    { CN, WD, 1, "2024-04-03 10:00", "2024-04-07 18:00", false },
    { CN, WD, 3, "2024-04-29 10:00", "2024-05-07 18:00", false },
    { CN, WD, 5, "2024-05-06 10:00", "2024-05-11 18:00", false },
    /* leap day */
    { CN, CD, 1, "2024-02-28 10:00", "2024-02-29 24:00", false },
    { CN, WD, 1, "2024-02-28 10:00", "2024-02-29 18:00", false },
    { CN, WD, 2, "2024-02-28 10:00", "2024-03-01 18:00", false },
    { CN, CH, 24, "2024-02-28 12:00", "2024-02-29 12:00", false },
    { CN, WH, 9, "2024-02-28 08:00", "2024-02-29 09:00", false },
    { CN, CD, 1, "2026-02-28 10:00", "2026-03-01 24:00", false },
    { CN, CD, 366, "2024-01-01 10:00", "2025-01-01 24:00", false },
    /* provisional: 2027 is not published */
    { CN, WD, 1, "2026-12-30 10:00", "2026-12-31 18:00", false },
    { CN, WD, 1, "2026-12-31 10:00", "2027-01-01 18:00", true },
    { CN, WH, 2, "2026-12-31 16:00", "2026-12-31 18:00", false },
    { CN, WH, 4, "2026-12-31 16:00", "2027-01-01 10:00", true },
    { CN, CH, 24, "2026-12-31 16:00", "2027-01-01 16:00", false },
    { CN, CD, 15, "2026-12-31 16:00", "2027-01-15 24:00", false },
    { CN, WD, 5, "2027-03-01 10:00", "2027-03-08 18:00", true },
    { EVENING, WH, 8, "2026-12-31 16:00", "2026-12-31 24:00", false },
    /* day and night */
    { CN, CH, 2, "2026-03-02 09:10", "2026-03-02 11:10", false },
    { CN, CH, 2, "2026-03-02 22:00", "2026-03-02 24:00", false },
    { CN, CH, 1, "2026-03-02 09:10:37", "2026-03-02 10:10:37", false },
    { CN, MI, 30, "2026-03-02 23:50", "2026-03-03 00:20", false },
    { CN, MI, 15, "2026-03-07 12:00", "2026-03-07 12:15", false },
    { CN, CD, 60, "2026-01-15 10:00", "2026-03-16 24:00", false },
    { CN, CD, 90, "2026-03-02 10:00", "2026-05-31 24:00", false },
    { CN, CD, 1, "2026-03-02 00:00", "2026-03-03 24:00", false },
    /* shifts: to midnight, and over it */
    { EVENING, WH, 8, "2026-03-02 16:00", "2026-03-02 24:00", false },
    { EVENING, WH, 9, "2026-03-02 16:00", "2026-03-03 17:00", false },
    { EVENING, WD, 1, "2026-03-02 10:00", "2026-03-03 24:00", false },
    { EVENING, WH, 1, "2026-03-06 23:30", "2026-03-09 16:30", false },
    { GUARD, WH, 4, "2026-03-02 21:00", "2026-03-03 02:00", false },
    { GUARD, WH, 2, "2026-03-02 21:00", "2026-03-02 24:00", false },
    { GUARD, WH, 3, "2026-03-06 22:30", "2026-03-09 01:30", false },
    /* summer time in New York: 8 March and 1 November 2026, both Sundays */
    { NY, WH, 4, "2026-03-06 16:00", "2026-03-09 10:00", false },
    { NY, CH, 24, "2026-03-07 12:00", "2026-03-08 13:00", false },
    { NY, CH, 24, "2026-10-31 12:00", "2026-11-01 11:00", false },
    { NY, CD, 1, "2026-03-07 12:00", "2026-03-08 24:00", false },
    { NY, WD, 1, "2026-10-30 12:00", "2026-11-02 18:00", false },
    { NY_NIGHT, WH, 7, "2026-03-08 00:00", "2026-03-08 08:00", false },
    { NY_NIGHT, WH, 2, "2026-03-08 00:00", "2026-03-08 03:00", false },
    { NY_NIGHT, WH, 9, "2026-11-01 00:00", "2026-11-01 08:00", false },
    { NY_NIGHT, WD, 1, "2026-03-07 12:00", "2026-03-08 08:00", false },
};

static void worked_by_hand(void **unused) {
    (void)unused;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const WorkCalendar *c = calendars[cases[i].calendar];
        EngineClock unit = (EngineClock)cases[i].unit;
        int64_t start = instant(c->zone, cases[i].start), want = instant(c->zone, cases[i].due);
        char got[32];
        Due due;
        Fault f;

        assert_int_equal(clock_due(c, unit, cases[i].amount, start, &due, &f), OK);
        ms_print_iso(due.ms, got);
        if (due.ms != want || due.day != must_day(cases[i].due) || due.provisional != cases[i].provisional)
            fail_msg("case %zu: %d × unit %d from %s is due %s, not %s%s", i, cases[i].amount, cases[i].unit,
                     cases[i].start, cases[i].due, got, due.provisional ? " (provisional)" : "");
        assert_int_equal(judge_due(c, unit, cases[i].amount, start, NULL, 0), want);
    }
}

static void the_clock_set_back_is_worked_once(void **unused) {
    const WorkCalendar *c = calendars[NY_NIGHT];
    int64_t midnight = instant(new_york, "2026-11-01 00:00");
    Due due;
    Fault f;

    (void)unused;
    assert_int_equal(clock_due(c, ENGINE_WORK_HOUR, 2, midnight, &due, &f), OK);
    assert_int_equal(due.ms, midnight + 2 * 3600000); /* the second 01:00 */
    assert_int_equal(due.day, must_day("2026-11-01"));
}

/* Newfoundland, 7 November 2010: at 00:01 the clock went back to 23:01 of the 6th.
 * Who asks in that hour asks on the 7th, which had begun. */
static void a_day_that_has_begun_stays(void **unused) {
    Zone *z;
    WorkCalendar *c;
    Due due;
    Fault f;

    (void)unused;
    assert_int_equal(zone_open("America/St_Johns", &z, &f), OK);
    assert_int_equal(calendar_build(NULL, 0, NULL, 0, 0, z, &c, &f), OK);
    int64_t start = instant(z, "2010-11-07 00:00"), hour = start + 30 * 60000;
    assert_int_equal(zone_civil(z, hour).day, 6);
    for (int64_t ms = start; ms <= hour; ms += 30 * 60000) {
        assert_int_equal(clock_due(c, ENGINE_CALENDAR_DAY, 1, ms, &due, &f), OK);
        assert_int_equal(due.day, must_day("2010-11-08"));
        assert_int_equal(due.ms, judge_due(c, ENGINE_CALENDAR_DAY, 1, ms, NULL, 0));
    }
    calendar_free(c);
    zone_close(z);
}

/* ---- beside the judge ---- */

typedef struct Dice {
    uint64_t state;
} Dice;

static int32_t dice(Dice *d, int32_t sides) {
    d->state ^= d->state >> 12;
    d->state ^= d->state << 25;
    d->state ^= d->state >> 27;
    return (int32_t)(((d->state * 0x2545F4914F6CDD1Dull) >> 33) % (uint32_t)sides);
}

/* One to six spans, some that touch, some to 24:00; a third or so of the days about
 * `around` exceptional. */
static WorkCalendar *random_calendar(Dice *d, const Zone *z, int32_t around) {
    WorkSpan spans[CALENDAR_SPANS_MAX];
    ExceptionalDay days[40];
    int32_t n_spans = 0, n_days = 0, at = dice(d, 4) ? dice(d, 600) : 0;
    WorkCalendar *c;
    Fault f;

    do {
        int32_t to = dice(d, 5) ? at + 1 + dice(d, 300) : 1440;
        spans[n_spans++] = (WorkSpan){ at, to > 1440 ? 1440 : to };
        at = to + dice(d, 4) * dice(d, 90);
    } while (n_spans < CALENDAR_SPANS_MAX && at < 1440 && dice(d, 4));
    for (int32_t day = around - 20; day < around + 30 && n_days < 40; day++)
        if (dice(d, 3) == 0)
            days[n_days++] = (ExceptionalDay){ day, dice(d, 2) == 1, str("") };
    judge_must(calendar_build(spans, n_spans, days, n_days, around, z, &c, &f), &f);
    return c;
}

/* Days when the zone's clock changes, and ordinary ones. */
static int32_t random_day(Dice *d, const Zone *z) {
    int32_t day = must_day("1986-01-01") + dice(d, 45 * 365);

    for (int32_t i = 0; i < 200 && dice(d, 40); i++, day++)
        if (zone_offset_s(z, day * INT64_C(86400000)) != zone_offset_s(z, (day + 1) * INT64_C(86400000)))
            return day - dice(d, 3);
    return day;
}

static int32_t random_pauses(Dice *d, int64_t start, ClockPause *pauses) {
    int32_t n = dice(d, 3);
    for (int32_t i = 0; i < n; i++) {
        pauses[i].from_ms = start + dice(d, 2 * 86400000);
        pauses[i].to_ms = pauses[i].from_ms + dice(d, 2 * 86400000);
        if (dice(d, 4) == 0)
            pauses[i].to_ms = pauses[i].from_ms;
        start = pauses[i].to_ms;
    }
    return n;
}

static void beside_the_judge_in(const char *zone, uint64_t seed, int rounds) {
    static const int32_t most[] = { 0, 60, 12, 5, 9, 500, 3000 };
    Dice d = { seed };
    Zone *z;
    Fault f;

    assert_int_equal(zone_open(zone, &z, &f), OK);
    for (int i = 0; i < rounds; i++) {
        int32_t day = random_day(&d, z);
        WorkCalendar *c = random_calendar(&d, z, day);
        for (int k = 0; k < 6; k++) {
            EngineClock unit = (EngineClock)(k + 1);
            int32_t amount = 1 + dice(&d, most[unit]);
            int64_t start =
                day * INT64_C(86400000) + dice(&d, 36 * 3600) * INT64_C(1000) + dice(&d, 2) * dice(&d, 1000);
            ClockPause pauses[2];
            int32_t n = random_pauses(&d, start, pauses);
            Due due;
            if (dice(&d, 3) == 0)
                start -= start % 60000;
            assert_int_equal(clock_due_paused(c, unit, amount, start, pauses, n, &due, &f), OK);
            int64_t want = judge_due(c, unit, amount, start, pauses, n);
            if (due.ms != want)
                fail_msg("%s, round %d, unit %d × %d with %d pauses from %lld: due %lld, judge %lld", zone, i,
                         (int)unit, (int)amount, (int)n, (long long)start, (long long)due.ms, (long long)want);
        }
        calendar_free(c);
    }
    zone_close(z);
}

static void beside_the_judge(void **unused) {
    (void)unused;
    beside_the_judge_in("Asia/Shanghai", 1, 250);      /* with the summer times of 1986 to 1991 */
    beside_the_judge_in("America/New_York", 2, 250);   /* a change at 02:00 */
    beside_the_judge_in("America/St_Johns", 3, 100);   /* for years at 00:01, back into the day before */
    beside_the_judge_in("Asia/Beirut", 4, 60);         /* at midnight */
    beside_the_judge_in("Australia/Lord_Howe", 5, 60); /* by half an hour */
}

/* ---- what must hold for any limit ---- */

static void invariants_in(const Zone *z, uint64_t seed, int rounds) {
    Dice d = { seed };

    for (int i = 0; i < rounds; i++) {
        int32_t day = random_day(&d, z);
        WorkCalendar *c = random_calendar(&d, z, day);
        for (int32_t unit = 1; unit <= 6; unit++) {
            EngineClock u = (EngineClock)unit;
            int32_t amount = 1 + dice(&d, dice(&d, 10) ? 300 : 3000);
            int64_t start = day * INT64_C(86400000) + dice(&d, 86400000), one = unit <= 2 ? 3600000 : 60000;
            bool days = u == ENGINE_WORK_DAY || u == ENGINE_CALENDAR_DAY;
            Due due, more, after;
            Spent to, before, rest;
            Fault f;

            assert_int_equal(clock_due(c, u, amount, start, &due, &f), OK);
            assert_int_equal(clock_due(c, u, amount + 1, start, &more, &f), OK);
            assert_int_equal(clock_due(c, u, amount, start + dice(&d, 86400000), &after, &f), OK);
            assert_true(due.ms > start && more.ms > due.ms && after.ms >= due.ms);
            assert_true(due.day <= more.day && due.day <= after.day);
            assert_int_equal(clock_spent(c, u, start, due.ms, &to, &f), OK);
            assert_int_equal(clock_spent(c, u, start, due.ms - 1, &before, &f), OK);
            assert_int_equal(clock_spent(c, u, due.ms, start, &rest, &f), OK);
            assert_true(days ? to.days == amount : to.ms == amount * one);
            assert_true(days ? before.days == amount - 1 : before.ms == amount * one - 1);
            assert_true(rest.ms == -to.ms && rest.days == -to.days);

            /* Half way and on: time adds up. */
            int64_t middle = start + (due.ms - start) / 2;
            assert_int_equal(clock_spent(c, u, start, middle, &before, &f), OK);
            assert_int_equal(clock_spent(c, u, middle, due.ms, &rest, &f), OK);
            assert_true(before.ms + rest.ms == to.ms);

            /* The deadline of work lies in a working day, at work or at its end. */
            if (u == ENGINE_WORK_HOUR || u == ENGINE_WORK_MINUTE) {
                assert_true(calendar_works(c, due.day));
                assert_int_equal(clock_spent(c, u, due.ms - 1, due.ms, &to, &f), OK);
                assert_int_equal(to.ms, 1);
            }
            if (u == ENGINE_WORK_DAY)
                assert_true(calendar_works(c, due.day));
            assert_int_equal(due.provisional,
                             unit != 1 && unit != 4 && unit != 6 && due.day > c->published_until);
        }
        calendar_free(c);
    }
}

static void invariants(void **unused) {
    (void)unused;
    invariants_in(shanghai, 11, 700);
    invariants_in(new_york, 12, 700);
}

/* Weeks are passed over; a walk day by day must end on the same day. */
static void many_work_days(void **unused) {
    const WorkCalendar *c = calendars[CN];
    int32_t start = must_day("2023-12-30"), day = start;
    Fault f;

    (void)unused;
    for (int32_t n = 1; n <= 3000; n++) {
        Due due;
        do
            day++;
        while (!judge_works(c, day));
        assert_int_equal(clock_due(c, ENGINE_WORK_DAY, n, instant(shanghai, "2023-12-30 09:00"), &due, &f), OK);
        assert_int_equal(due.day, day);
    }
}

/* ---- pauses ---- */

static void pauses_stand_still(void **unused) {
    static const struct {
        int unit, amount;
        const char *start, *from, *to, *due;
    } paused[] = {
        { WH, 4, "2026-03-02 09:10", "2026-03-02 10:10", "2026-03-04 14:00", "2026-03-04 17:00" },
        { WH, 4, "2026-03-02 09:10", "2026-03-02 12:30", "2026-03-02 13:30",
          "2026-03-02 15:10" }, /* over lunch: nothing */
        { WH, 4, "2026-03-02 09:10", "2026-03-02 15:10", "2026-03-09 15:10",
          "2026-03-02 15:10" }, /* had run out */
        { CH, 2, "2026-03-02 09:10", "2026-03-02 10:10", "2026-03-02 23:30", "2026-03-03 00:30" },
        { WD, 1, "2026-03-02 10:00", "2026-03-03 10:00", "2026-03-05 10:00", "2026-03-05 18:00" },
        { WD, 1, "2026-03-02 10:00", "2026-03-03 10:00", "2026-03-05 18:00", "2026-03-06 18:00" },
        { WD, 1, "2026-03-02 10:00", "2026-03-03 10:00", "2026-03-03 11:00", "2026-03-03 18:00" },
        { WD, 2, "2026-03-05 10:00", "2026-03-06 20:00", "2026-03-09 09:00", "2026-03-09 18:00" },
        { WD, 5, "2026-03-02 10:00", "2026-03-02 12:00", "2026-03-04 09:00", "2026-03-10 18:00" },
        { CD, 3, "2026-03-02 10:00", "2026-03-03 10:00", "2026-03-13 10:00", "2026-03-15 24:00" },
    };
    (void)unused;
    for (size_t i = 0; i < COUNT(paused); i++) {
        ClockPause p = { instant(shanghai, paused[i].from), instant(shanghai, paused[i].to) };
        int64_t start = instant(shanghai, paused[i].start);
        Due due;
        Fault f;
        assert_int_equal(clock_due_paused(calendars[CN], (EngineClock)paused[i].unit, paused[i].amount, start,
                                          &p, 1, &due, &f),
                         OK);
        if (due.ms != instant(shanghai, paused[i].due))
            fail_msg("pause %zu", i);
    }
}

/* ---- the calendar ---- */

static void chinas_calendar(void **unused) {
    /* Days of the year without weekends and statutory holidays (11; since 2025, 13). */
    static const int32_t work_days[] = { 366 - 104 - 11, 365 - 104 - 13, 365 - 104 - 13 };
    const WorkCalendar *c = calendars[CN];
    int32_t rest[3] = { 0 }, made_up[3] = { 0 };

    (void)unused;
    for (int32_t i = 0; i < c->n_days; i++) {
        int32_t y, m, d;
        civil_of_day(c->days[i].day, &y, &m, &d);
        assert_in_range(y, 2024, 2026);
        assert_true(c->days[i].works == (day_weekday(c->days[i].day) > 5)); /* only what differs is listed */
        assert_true(c->days[i].name.n > 0);
        rest[y - 2024] += !c->days[i].works;
        made_up[y - 2024] += c->days[i].works;
    }
    for (int32_t i = 0; i < 3; i++) {
        int32_t n = 0;
        for (int32_t day = day_of_civil(2024 + i, 1, 1); day < day_of_civil(2025 + i, 1, 1); day++)
            n += calendar_works(c, day);
        assert_int_equal(n, work_days[i]);
    }
    assert_int_equal(rest[0], 19);
    assert_int_equal(rest[1], 18);
    assert_int_equal(rest[2], 19);
    assert_int_equal(made_up[0], 8);
    assert_int_equal(made_up[1], 5);
    assert_int_equal(made_up[2], 6);
}

static void refused(const WorkCalendar *c, Err want, const char *key, const char *en) {
    Fault f;
    assert_int_equal(calendar_check(c, &f), want);
    assert_string_equal(f.key, key);
    if (!strstr(f.en, en))
        fail_msg("“%s” does not say “%s”", f.en, en);
}

static void calendars_that_are_refused(void **unused) {
    ExceptionalDay days[] = { { must_day("2024-10-01"), false, str("国庆节") },
                              { must_day("2025-10-01"), false, str("国庆节") },
                              { must_day("2026-10-01"), false, str("国庆节") } };
    WorkCalendar good = { 2, { { 480, 720 }, { 840, 1080 } }, 3, days, must_day("2026-12-31"), shanghai }, c;
    Fault f;

    (void)unused;
    assert_int_equal(calendar_check(&good, &f), OK);
    c = good, c.n_spans = 0;
    refused(&c, ERR_INVALID, "calendar_span_count", "There are 0 work spans; give 1 to 6.");
    c = good, c.n_spans = 7;
    refused(&c, ERR_INVALID, "calendar_span_count", "There are 7");
    c = good, c.spans[1] = (WorkSpan){ 22 * 60, 6 * 60 };
    refused(&c, ERR_INVALID, "calendar_span", "Write a shift across midnight as two");
    c = good, c.spans[1] = (WorkSpan){ 840, 1441 };
    refused(&c, ERR_INVALID, "calendar_span", "Work span 2 (minutes 840 to 1441)");
    c = good, c.spans[0] = (WorkSpan){ -1, 10 };
    refused(&c, ERR_INVALID, "calendar_span", "Work span 1");
    c = good, c.spans[1] = (WorkSpan){ 719, 1080 };
    refused(&c, ERR_INVALID, "calendar_span_order", "Work span 2 begins at 11:59");
    c = good, c.n_days = CALENDAR_DAYS_MAX + 1;
    refused(&c, ERR_LIMIT, "calendar_day_count", "at most 20000");
    c = good, c.zone = NULL;
    refused(&c, ERR_INVALID, "calendar_zone", "no zone");
    c = good, c.published_until = INT32_MAX;
    refused(&c, ERR_INVALID, "calendar_published", "outside the years");
    days[1].day = days[0].day;
    refused(&good, ERR_INVALID, "calendar_day_twice", "2024-10-01 is twice");
    days[1].day = must_day("2024-09-30");
    refused(&good, ERR_INVALID, "calendar_day_order", "2024-09-30 comes after 2024-10-01");
    days[1].day = must_day("2024-10-02");
    refused(&good, ERR_INVALID, "calendar_hole", "no holidays of 2025, yet is published until 2026-12-31");
    c = good, c.published_until = must_day("2025-12-30"); /* the year may still get one */
    assert_int_equal(calendar_check(&c, &f), OK);
    days[1] = (ExceptionalDay){ must_day("2025-10-01"), false, str("a\nb") };
    refused(&good, ERR_INVALID, "calendar_day_name", "The name of 2025-10-01");
    days[1].name = str("\xff");
    refused(&good, ERR_INVALID, "calendar_day_name", "The name of 2025-10-01");
    days[1].day = INT32_MIN;
    refused(&good, ERR_INVALID, "calendar_day", "Exceptional day 2");
}

static void built_from_a_heap_of_days(void **unused) {
    ExceptionalDay days[] = { { must_day("2025-10-02"), false, str("乙") },
                              { must_day("2025-10-01"), false, str("甲") } };
    WorkCalendar *c = NULL;
    Fault f;

    (void)unused;
    assert_int_equal(calendar_build(NULL, 0, days, 2, must_day("2025-12-31"), shanghai, &c, &f), OK);
    days[0].name = days[1].name = str("x");
    assert_true(str_is(c->days[0].name, "甲") && str_is(c->days[1].name, "乙"));
    assert_int_equal(c->n_spans, 2);
    assert_false(calendar_works(c, must_day("2025-10-01")));
    assert_true(calendar_works(c, must_day("2025-10-03")));
    calendar_free(c);

    c = NULL;
    days[0].day = days[1].day;
    assert_int_equal(calendar_build(NULL, 0, days, 2, 0, shanghai, &c, &f), ERR_INVALID);
    assert_string_equal(f.key, "calendar_day_twice");
    assert_int_equal(calendar_build(NULL, 0, days, -1, 0, shanghai, &c, &f), ERR_LIMIT);
    assert_int_equal(calendar_build(evening, 0, days, 1, 0, shanghai, &c, &f), ERR_INVALID);
    assert_null(c);
    mem_watched = true;
    mem_calls = 0;
    mem_fail_from = mem_fail_to = 1;
    assert_int_equal(calendar_build(NULL, 0, days, 1, 20000, shanghai, &c, &f), ERR_NO_MEMORY);
    mem_watched = false;
    mem_fail_from = mem_fail_to = 0;
    assert_null(c);
}

static void limits_that_are_refused(void **unused) {
    static const struct {
        int unit, amount;
        const char *start, *key;
    } bad[] = {
        { WH, 0, "2026-03-02 09:00", "clock_limit_zero" },
        { WD, -1, "2026-03-02 09:00", "clock_limit_zero" },
        { 0, 1, "2026-03-02 09:00", "clock_unit" },
        { 7, 1, "2026-03-02 09:00", "clock_unit" },
        { CD, 36525, "2026-03-02 09:00", "clock_limit_long" },
        { CH, 876600, "2026-03-02 09:00", "clock_limit_long" },
        { WD, 30000, "2026-03-02 09:00", "clock_limit_long" },
        { WH, 250000, "2026-03-02 09:00", "clock_limit_long" },
        { WM, INT32_MAX, "2026-03-02 09:00", "clock_limit_long" },
        { MI, INT32_MAX, "2026-03-02 09:00", "clock_limit_long" },
        { CD, INT32_MAX, "2026-03-02 09:00", "clock_limit_long" },
        { WD, INT32_MAX, "2026-03-02 09:00", "clock_limit_long" },
        { WH, 4, "9900-01-02 09:00", "clock_start" },
    };
    Due due = { 7, 7, true }, untouched = due;
    int64_t start = instant(shanghai, "2026-03-02 09:00");
    ClockPause pauses[2] = { { start + 10, start + 20 }, { start + 15, start + 30 } };
    Spent spent;
    Fault f;

    (void)unused;
    for (size_t i = 0; i < COUNT(bad); i++) {
        Err e = clock_due(calendars[CN], (EngineClock)bad[i].unit, bad[i].amount,
                          instant(shanghai, bad[i].start), &due, &f);
        assert_int_equal(e, ERR_INVALID);
        assert_string_equal(f.key, bad[i].key);
        assert_memory_equal(&due, &untouched, sizeof due);
    }
    assert_int_equal(clock_due(calendars[CN], ENGINE_MINUTE, 1, INT64_MIN, &due, &f), ERR_INVALID);
    assert_int_equal(clock_due(calendars[CN], ENGINE_MINUTE, 1, INT64_MAX, &due, &f), ERR_INVALID);
    assert_int_equal(clock_due_paused(calendars[CN], ENGINE_MINUTE, 1, start, pauses, 2, &due, &f),
                     ERR_INVALID);
    assert_string_equal(
        f.en, "Pause 2 begins before the start or the pause in front of it, or ends before it begins. "
              "Put them in order.");
    pauses[1] = (ClockPause){ start + 30, start + 36525 * INT64_C(86400000) };
    assert_int_equal(clock_due_paused(calendars[CN], ENGINE_MINUTE, 1, start, pauses, 2, &due, &f),
                     ERR_INVALID);
    assert_string_equal(f.key, "clock_limit_long");
    pauses[1].to_ms = INT64_MAX;
    assert_int_equal(clock_due_paused(calendars[CN], ENGINE_MINUTE, 1, start, pauses, 2, &due, &f),
                     ERR_INVALID);
    assert_int_equal(clock_spent(calendars[CN], ENGINE_WORK_HOUR, INT64_MIN, INT64_MAX, &spent, &f),
                     ERR_INVALID);
    assert_string_equal(f.key, "clock_instant");
    assert_int_equal(clock_spent(calendars[CN], ENGINE_WORK_HOUR, 0, start * 4, &spent, &f), ERR_INVALID);
    assert_string_equal(f.key, "clock_period_long");
    assert_int_equal(clock_spent(calendars[CN], (EngineClock)9, 0, 1, &spent, &f), ERR_INVALID);

    /* Just within a century. */
    assert_int_equal(clock_due(calendars[CN], ENGINE_CALENDAR_DAY, 36524, start, &due, &f), OK);
    assert_int_equal(clock_due(calendars[CN], ENGINE_WORK_HOUR, 200000, start, &due, &f), OK);
    assert_int_equal(
        clock_due(calendars[CN], ENGINE_WORK_HOUR, 4, instant(shanghai, "0001-01-03 09:00"), &due, &f), OK);
    assert_int_equal(
        clock_due(calendars[CN], ENGINE_WORK_HOUR, 4, instant(shanghai, "1969-12-31 09:00"), &due, &f), OK);
    assert_int_equal(due.ms, instant(shanghai, "1969-12-31 15:00"));
}

/* ---- the sentence ---- */

static void explained_is(const WorkCalendar *c, int unit, int32_t amount, const char *start, const char *zh,
                         const char *en) {
    Explanation x;
    Fault f;
    assert_int_equal(clock_explain(c, (EngineClock)unit, amount, instant(c->zone, start), NULL, 0, &x, &f), OK);
    assert_string_equal(x.zh, zh);
    assert_string_equal(x.en, en);
}

static void explanations(void **unused) {
    const WorkCalendar *cn = calendars[CN];

    (void)unused;
    explained_is(cn, WH, 4, "2026-03-02 09:10", "4 工作时，09:10 起，跨午休（12:00–14:00 不计），15:10 到期",
                 "4 work hours from 09:10, across lunch (12:00–14:00 not counted), due 15:10");
    explained_is(cn, WH, 1, "2026-03-02 09:10", "1 工作时，09:10 起，10:10 到期",
                 "1 work hour from 09:10, due 10:10");
    explained_is(cn, WM, 30, "2026-03-02 12:30", "30 工作分钟，12:30 起，14:00 起计，14:30 到期",
                 "30 work minutes from 12:30, counted from 14:00, due 14:30");
    explained_is(cn, WH, 4, "2026-03-02 16:00",
                 "4 工作时，3月2日 16:00 起，跨夜间（18:00–次日 08:00 不计），3月3日 10:00 到期",
                 "4 work hours from 2 Mar 16:00, across night (18:00–08:00 not counted), due 3 Mar 10:00");
    explained_is(
        cn, WH, 4, "2026-03-07 22:00",
        "4 工作时，3月7日 22:00 起，3月9日 08:00 起计，跨周末 2 天，3月9日 12:00 到期",
        "4 work hours from 7 Mar 22:00, counted from 9 Mar 08:00, across 2 weekend days, due 9 Mar 12:00");
    explained_is(
        cn, WH, 8, "2026-09-30 16:00",
        "8 工作时，9月30日 16:00 起，跨午休（12:00–14:00 不计）、夜间（18:00–次日 08:00 不计）、周末 2 天、"
        "国庆节 5 天，10月8日 16:00 到期",
        "8 work hours from 30 Sep 16:00, across lunch (12:00–14:00 not counted), night (18:00–08:00 not "
        "counted), 2 weekend days, 国庆节 (5 days), due 8 Oct 16:00");
    explained_is(
        cn, WD, 3, "2026-09-30 10:00",
        "3 工作日，9月30日 10:00 起，次日起算，跨周末 2 天、国庆节 5 天，含调休上班 10月10日，10月10日 18:00 "
        "到期",
        "3 work days from 30 Sep 10:00, start day not counted, across 2 weekend days, 国庆节 (5 days), with "
        "make-up work day 10 Oct, due 10 Oct 18:00");
    explained_is(cn, CD, 15, "2026-03-02 10:00", "15 自然日，3月2日 10:00 起，次日起算，3月17日 24:00 到期",
                 "15 calendar days from 2 Mar 10:00, start day not counted, due 17 Mar 24:00");
    explained_is(cn, CH, 2, "2026-12-31 23:00",
                 "2 紧急工作时，2026年12月31日 23:00 起，昼夜连续计，2027年1月1日 01:00 到期",
                 "2 urgent hours from 31 Dec 2026 23:00, day and night, due 1 Jan 2027 01:00");
    explained_is(cn, MI, 30, "2026-03-02 23:30", "30 分钟，23:30 起，昼夜连续计，24:00 到期",
                 "30 minutes from 23:30, day and night, due 24:00");
    explained_is(
        cn, WD, 1, "2026-12-31 10:00",
        "1 工作日，2026年12月31日 10:00 起，次日起算，2027年1月1日 18:00 到期（暂定：2026-12-31 "
        "之后的节假日尚未公布）",
        "1 work day from 31 Dec 2026 10:00, start day not counted, due 1 Jan 2027 18:00 (provisional: holidays "
        "after 2026-12-31 are not published yet)");
    WorkCalendar none = *cn;
    none.n_days = 0;
    none.published_until = CALENDAR_UNPUBLISHED;
    explained_is(
        &none, WD, 1, "2026-03-02 10:00",
        "1 工作日，3月2日 10:00 起，次日起算，3月3日 18:00 到期（暂定：尚未载入工作日历，只按周一至周五计算）",
        "1 work day from 2 Mar 10:00, start day not counted, due 3 Mar 18:00 (provisional: no calendar is "
        "loaded; every Monday to Friday counts)");
    explained_is(calendars[EVENING], WH, 9, "2026-03-02 16:00",
                 "9 工作时，3月2日 16:00 起，跨班外（00:00–16:00 不计），3月3日 17:00 到期",
                 "9 work hours from 2 Mar 16:00, across off hours (00:00–16:00 not counted), due 3 Mar 17:00");
    explained_is(calendars[GUARD], WH, 8, "2026-03-03 05:00",
                 "8 工作时，3月3日 05:00 起，跨班间（06:00–22:00 不计），3月4日 05:00 到期",
                 "8 work hours from 3 Mar 05:00, across a break (06:00–22:00 not counted), due 4 Mar 05:00");
}

/* More than three holidays and make-up days; a pause. */
static void explanations_are_bounded(void **unused) {
    static char long_name[CALENDAR_NAME_MAX + 1];
    WorkSpan six[] = { { 60, 120 }, { 180, 240 }, { 300, 360 }, { 420, 480 }, { 900, 960 }, { 1000, 1060 } };
    int64_t start = instant(shanghai, "2024-01-02 09:00");
    ClockPause p[] = { { start, start + 60000 }, { start + 60000, start + 60000 } };
    ExceptionalDay days[12];
    WorkCalendar *c;
    Explanation x;
    Fault f;

    (void)unused;
    assert_int_equal(clock_explain(calendars[CN], ENGINE_WORK_DAY, 251, start, p, 2, &x, &f), OK);
    assert_string_equal(
        x.zh,
        "251 工作日，2024年1月2日 09:00 起，次日起算，跨周末 96 天、春节 5 天、清明节 2 天、劳动节 3 "
        "天、其他节假日 9 天，"
        "含调休上班 2024年2月4日、2024年2月18日、2024年4月7日 等 8 天，暂停 1 次不计，2025年1月2日 18:00 到期");
    assert_string_equal(
        x.en, "251 work days from 2 Jan 2024 09:00, start day not counted, across 96 weekend days, 春节 (5 "
              "days), 清明节 (2 days), 劳动节 (3 days), other holidays (9 days), with make-up work days 4 "
              "Feb 2024, 18 Feb 2024, 7 Apr 2024 (of 8), 1 pause not counted, due 2 Jan 2025 18:00");

    /* The longest that can be said still fits whole. */
    memset(long_name, 'n', CALENDAR_NAME_MAX);
    for (int32_t i = 0; i < 12; i++) {
        days[i] = (ExceptionalDay){ must_day("2024-01-08") + i, i % 7 >= 5, str(long_name) };
        if (i < 5)
            days[i].name.p += i, days[i].name.n -= (size_t)i;
    }
    assert_int_equal(calendar_build(six, 6, days, 12, must_day("2024-02-01"), shanghai, &c, &f), OK);
    assert_int_equal(clock_explain(c, ENGINE_WORK_MINUTE, 1234567, start, p, 1, &x, &f), OK);
    assert_true(strlen(x.en) > 1000 && strlen(x.en) < sizeof x.en - 1);
    assert_non_null(strstr(x.en, "are not published yet)"));
    assert_non_null(strstr(x.zh, "之后的节假日尚未公布）"));
    calendar_free(c);
    assert_int_equal(clock_explain(calendars[CN], ENGINE_WORK_DAY, 0, start, NULL, 0, &x, &f), ERR_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(worked_by_hand),
        cmocka_unit_test(the_clock_set_back_is_worked_once),
        cmocka_unit_test(a_day_that_has_begun_stays),
        cmocka_unit_test(beside_the_judge),
        cmocka_unit_test(invariants),
        cmocka_unit_test(many_work_days),
        cmocka_unit_test(pauses_stand_still),
        cmocka_unit_test(chinas_calendar),
        cmocka_unit_test(calendars_that_are_refused),
        cmocka_unit_test(built_from_a_heap_of_days),
        cmocka_unit_test(limits_that_are_refused),
        cmocka_unit_test(explanations),
        cmocka_unit_test(explanations_are_bounded),
    };
    return cmocka_run_group_tests(tests, make_calendars, free_calendars);
}
