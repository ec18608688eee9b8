/* bench/clock – deadlines per second, beside the judge of the tests that looks at the
 * wall every minute. China's calendar; the same 4,096 starts of 2024 to 2026 (seeded)
 * for each limit, in a zone without and in one with summer time. Both must agree on
 * every deadline that the judge is asked. One core.
 *
 *   bench_clock [SECONDS per row, default 0.5] */
#include "engine_judge.h"

#include <math.h>

enum { STARTS = 4096, JUDGED = 64 };

static const struct {
    const char *title;
    EngineClock unit;
    int32_t amount;
} limits[] = {
    { "30 work minutes", ENGINE_WORK_MINUTE, 30 }, { "4 work hours", ENGINE_WORK_HOUR, 4 },
    { "24 work hours", ENGINE_WORK_HOUR, 24 },     { "1 work day", ENGINE_WORK_DAY, 1 },
    { "5 work days", ENGINE_WORK_DAY, 5 },         { "15 work days", ENGINE_WORK_DAY, 15 },
    { "2 urgent hours", ENGINE_URGENT_HOUR, 2 },   { "60 calendar days", ENGINE_CALENDAR_DAY, 60 },
    { "2000 work hours", ENGINE_WORK_HOUR, 2000 },
};

static int64_t starts[STARTS], dues[STARTS];

static double seconds_since(int64_t from) { return (double)(clock_mono_ms() - from) / 1000; }

static int64_t due_of(const WorkCalendar *c, size_t limit, int32_t i) {
    Due due;
    Fault f;
    judge_must(clock_due(c, limits[limit].unit, limits[limit].amount, starts[i], &due, &f), &f);
    return due.ms;
}

/* Calls per second, in whole passes over the starts. */
static double rate(const WorkCalendar *c, size_t limit, double seconds) {
    int64_t from = clock_mono_ms(), calls = 0;

    do {
        for (int32_t i = 0; i < STARTS; i++)
            dues[i] = due_of(c, limit, i);
        calls += STARTS;
    } while (seconds_since(from) < seconds);
    return (double)calls / seconds_since(from);
}

static double spent_rate(const WorkCalendar *c, size_t limit, double seconds) {
    int64_t from = clock_mono_ms(), calls = 0;

    do {
        for (int32_t i = 0; i < STARTS; i++) {
            Spent s;
            Fault f;
            judge_must(clock_spent(c, limits[limit].unit, starts[i], dues[i], &s, &f), &f);
        }
        calls += STARTS;
    } while (seconds_since(from) < seconds);
    return (double)calls / seconds_since(from);
}

static double judge_rate(const WorkCalendar *c, size_t limit, double seconds) {
    int64_t from = clock_mono_ms(), calls = 0;

    do {
        int32_t i = (int32_t)(calls % JUDGED);
        if (judge_due(c, limits[limit].unit, limits[limit].amount, starts[i], NULL, 0) != dues[i]) {
            fprintf(stderr, "the judge disagrees on %s from %lld\n", limits[limit].title, (long long)starts[i]);
            abort();
        }
        calls++;
    } while (seconds_since(from) < seconds || calls < JUDGED);
    return (double)calls / seconds_since(from);
}

int main(int argc, char **argv) {
    static const char *const zones[] = { "Asia/Shanghai", "America/New_York" };
    double seconds = argc > 1 ? atof(argv[1]) : 0.5, least = INFINITY;
    int32_t from = day_of_civil(2024, 1, 1), until = day_of_civil(2026, 12, 31);
    uint64_t dice = 42;

    for (int32_t i = 0; i < STARTS; i++) {
        dice = dice * 6364136223846793005u + 1442695040888963407u;
        starts[i] = from * INT64_C(86400000) + (int64_t)(dice >> 20) % ((until - from) * INT64_C(86400000));
    }
    printf("%-17s %-17s %12s %12s %12s %9s\n", "zone", "limit", "due/s", "spent/s", "judge/s", "ratio");
    for (size_t z = 0; z < COUNT(zones); z++) {
        Zone *zone;
        Fault f;
        judge_must(zone_open(zones[z], &zone, &f), &f);
        WorkCalendar *c = judge_china(JW_SOURCE, NULL, 0, zone, until);
        for (size_t i = 0; i < COUNT(limits); i++) {
            double due = rate(c, i, seconds), spent = spent_rate(c, i, seconds),
                   judge = judge_rate(c, i, seconds / 5);
            printf("%-17s %-17s %12.0f %12.0f %12.1f %9.0f\n", zones[z], limits[i].title, due, spent, judge,
                   due / judge);
            if (limits[i].amount < 2000)
                least = fmin(least, due);
        }
        calendar_free(c);
        zone_close(zone);
    }
    printf("{\"bench\":\"clock\",\"promises\":[{\"what\":\"deadlines a second, the slowest limit\","
           "\"measured\":%.0f,\"goal\":2000000}]}\n",
           least);
    return 0;
}
