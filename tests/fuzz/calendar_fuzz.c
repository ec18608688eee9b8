/* calendar: any bytes as a calendar and a limit. What is refused is refused with a
 * sentence; for what is accepted, deadline, time between and explanation must agree. */
#include "calendar.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct Bytes {
    const uint8_t *p;
    size_t n;
} Bytes;

/* The next `n` bytes as a number; 0 beyond the end. */
static int64_t take(Bytes *b, size_t n) {
    uint64_t value = 0;
    for (size_t i = 0; i < n && b->n > 0; i++, b->p++, b->n--)
        value |= (uint64_t)*b->p << (8 * i);
    return (int64_t)value;
}

static void must(bool held) {
    if (!held)
        abort();
}

static const Zone *zone_of(int64_t choice) {
    static const char *const names[] = { "Asia/Shanghai", "America/New_York", "America/St_Johns",
                                         "Asia/Beirut" };
    static Zone *open[4];
    Fault f;
    size_t i = (size_t)(choice & 3);

    if (!open[i] && zone_open(names[i], &open[i], &f) != OK)
        return zone_here();
    return open[i];
}

static void run_clock(const WorkCalendar *c, Bytes *b) {
    EngineClock unit = (EngineClock)(take(b, 1) % 8);
    int32_t amount = (int32_t)take(b, 4), less = (int32_t)take(b, 1);
    int64_t start = take(b, 8) / 64 >> (take(b, 1) & 31); /* so that pauses can be added */
    ClockPause pauses[2];
    Explanation x;
    Spent spent;
    Due due;
    Fault f = { 0 };

    amount >>= (less & 31) | (less < 240 ? 16 : 0); /* mostly what ends soon */
    for (int i = 0; i < 2; i++) {
        pauses[i].from_ms = (i ? pauses[0].to_ms : start) + take(b, 4);
        pauses[i].to_ms = pauses[i].from_ms + take(b, 4) - 1000;
    }
    int32_t n = (int32_t)take(b, 1) % 3;
    Err e = clock_due_paused(c, unit, amount, start, pauses, n, &due, &f);
    must(e == clock_explain(c, unit, amount, start, pauses, n, &x, &f));
    if (e != OK) {
        must(f.zh[0] && f.en[0]);
        return;
    }
    must(due.ms > start && strlen(x.zh) > 10 && strlen(x.en) < sizeof x.en - 1);
    if (n == 0) {
        bool days = unit == ENGINE_WORK_DAY || unit == ENGINE_CALENDAR_DAY;
        bool hours = unit == ENGINE_WORK_HOUR || unit == ENGINE_URGENT_HOUR;
        if (clock_spent(c, unit, start, due.ms, &spent, &f) == OK)
            must(days ? spent.days == amount : spent.ms == amount * INT64_C(60000) * (hours ? 60 : 1));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    Bytes b = { data, n };
    WorkSpan spans[CALENDAR_SPANS_MAX];
    ExceptionalDay days[64];
    WorkCalendar *c;
    Fault f = { 0 };

    const Zone *zone = zone_of(take(&b, 1));
    int32_t n_spans = (int32_t)take(&b, 1) % 8, n_days = (int32_t)take(&b, 1) % 65, day = (int32_t)take(&b, 2);
    int32_t until = day + (int32_t)take(&b, 2), at = 0;
    bool ordered = take(&b, 1) != 0;
    for (int32_t i = 0; i < n_spans && i < CALENDAR_SPANS_MAX; i++) {
        spans[i].from = ordered ? at + (int32_t)take(&b, 1) : (int16_t)take(&b, 2);
        spans[i].to = ordered ? spans[i].from + 1 + (int32_t)take(&b, 1) : (int16_t)take(&b, 2);
        at = spans[i].to;
    }
    for (int32_t i = 0; i < n_days; i++) {
        int64_t step = take(&b, 1);
        day += ordered ? 1 + (int32_t)(step >> 1) : (int8_t)step;
        days[i] = (ExceptionalDay){ day, step & 1, { (const char *)b.p, b.n < 5 ? b.n : 5 } };
    }
    if (calendar_build(spans, n_spans, days, n_days, until, zone, &c, &f) != OK) {
        must(f.zh[0] && f.en[0]);
        return 0;
    }
    run_clock(c, &b);
    calendar_free(c);
    return 0;
}
