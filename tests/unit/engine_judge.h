/* engine_judge – the case clocks, minute by minute, to judge the engine by. It
 * shares nothing with it but the calendar and the offsets of the zone.
 *
 * The judge looks at the wall once a minute. Where the clock is set back, it goes on
 * with the latest time it has seen. Also here: China's calendar from data/. */
#ifndef ENGINE_JUDGE_H
#define ENGINE_JUDGE_H

#include "calendar.h"
#include "csv.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Minutes that the wall shows, since 1970-01-01 00:00 on it. */
static inline int64_t judge_wall(const Zone *z, int64_t ms) {
    int64_t s = ms / 1000 + zone_offset_s(z, ms);
    return s >= 0 ? s / 60 : -((59 - s) / 60);
}

static inline int32_t judge_day(int64_t wall) {
    return (int32_t)(wall >= 0 ? wall / 1440 : -((1439 - wall) / 1440));
}

static inline bool judge_works(const WorkCalendar *c, int32_t day) {
    for (int32_t i = 0; i < c->n_days; i++)
        if (c->days[i].day == day)
            return c->days[i].works;
    return (day + 700003 * 7 + 3) % 7 < 5;
}

static inline bool judge_counts(const WorkCalendar *c, int64_t wall) {
    int32_t day = judge_day(wall);
    int64_t minute = wall - (int64_t)day * 1440;
    bool within = false;

    for (int32_t i = 0; i < c->n_spans; i++)
        within = within || (minute >= c->spans[i].from && minute < c->spans[i].to);
    return within && judge_works(c, day);
}

/* The latest time on the wall in the day before. */
static inline int64_t judge_seen(const Zone *z, int64_t ms) {
    int64_t seen = INT64_MIN;
    for (int64_t t = ms - 1560 * 60000; t <= ms; t += 60000)
        seen = judge_wall(z, t) > seen ? judge_wall(z, t) : seen;
    return seen;
}

static inline bool judge_standing(const ClockPause *p, int32_t n, int64_t ms) {
    for (int32_t i = 0; i < n; i++)
        if (ms >= p[i].from_ms && ms < p[i].to_ms)
            return true;
    return false;
}

/* A day counts when the wall passes its end while the clock runs. */
static inline int64_t judge_due_day(const WorkCalendar *c, EngineClock unit, int32_t amount, int64_t start_ms,
                                    const ClockPause *pauses, int32_t n_pauses) {
    int64_t t = start_ms - start_ms % 60000, seen = judge_seen(c->zone, t);
    int32_t next = judge_day(seen) + 1, end = unit == ENGINE_WORK_DAY ? c->spans[c->n_spans - 1].to : 1440;

    for (;; t += 60000) {
        seen = judge_wall(c->zone, t) > seen ? judge_wall(c->zone, t) : seen;
        for (; seen >= (int64_t)next * 1440 + end; next++)
            if ((unit == ENGINE_CALENDAR_DAY || judge_works(c, next)) &&
                !judge_standing(pauses, n_pauses, t - 1) && --amount == 0)
                return t;
    }
}

/* Starts and pauses on any millisecond; offsets in whole minutes. */
static inline int64_t judge_due(const WorkCalendar *c, EngineClock unit, int32_t amount, int64_t start_ms,
                                const ClockPause *pauses, int32_t n_pauses) {
    bool work = unit == ENGINE_WORK_HOUR || unit == ENGINE_WORK_MINUTE;
    int64_t left = amount * (unit == ENGINE_URGENT_HOUR || unit == ENGINE_WORK_HOUR ? INT64_C(3600000) : 60000);

    if (unit == ENGINE_WORK_DAY || unit == ENGINE_CALENDAR_DAY)
        return judge_due_day(c, unit, amount, start_ms, pauses, n_pauses);
    int64_t t = start_ms, seen = judge_seen(c->zone, t - t % 60000);
    while (left > 0) {
        int64_t to = t - t % 60000 + 60000;
        seen = judge_wall(c->zone, t) > seen ? judge_wall(c->zone, t) : seen;
        for (int32_t i = 0; i < n_pauses; i++) { /* up to where a pause begins or ends */
            to = pauses[i].from_ms > t && pauses[i].from_ms < to ? pauses[i].from_ms : to;
            to = pauses[i].to_ms > t && pauses[i].to_ms < to ? pauses[i].to_ms : to;
        }
        if ((work && !judge_counts(c, seen)) || judge_standing(pauses, n_pauses, t)) {
            t = to;
            continue;
        }
        int64_t take = to - t < left ? to - t : left;
        left -= take;
        t += take;
    }
    return t;
}

/* ---- China's calendar ---- */

static inline void judge_must(Err e, const Fault *f) {
    if (e != OK) {
        fprintf(stderr, "%s\n", f->en);
        abort();
    }
}

/* From data/calendar-cn.csv under `source`. */
static inline WorkCalendar *judge_china(const char *source, const WorkSpan *spans, int32_t n_spans,
                                        const Zone *zone, int32_t published_until) {
    static char text[1 << 16], names[512][64];
    static ExceptionalDay days[512];
    static const char *const columns[] = { "day", "kind", "name" };
    char path[4096];
    int32_t at[3], n = 0;
    WorkCalendar *made;
    bool more;
    Csv *csv;
    Fault f;

    snprintf(path, sizeof path, "%s/data/calendar-cn.csv", source);
    FILE *in = fopen(path, "rbe");
    if (!in) {
        perror(path);
        abort();
    }
    CsvMemory memory = { { text, fread(text, 1, sizeof text, in) } };
    fclose(in);
    judge_must(csv_open(csv_from_memory, &memory, (CsvLimits){ 0 }, &csv, &f), &f);
    judge_must(csv_header(csv, columns, NULL, 3, at, &f), &f);
    for (;;) {
        judge_must(csv_next(csv, &more, &f), &f);
        if (!more)
            break;
        Str kind = csv_field(csv, at[1]);
        if (n == 512 || !day_parse(csv_field(csv, at[0]).p, &days[n].day) ||
            !(str_is(kind, "rest") || str_is(kind, "work")))
            abort();
        snprintf(names[n], sizeof names[n], "%s", csv_field(csv, at[2]).p);
        days[n].works = str_is(kind, "work");
        days[n].name = str(names[n]);
        n++;
    }
    csv_close(csv);
    judge_must(calendar_build(spans, n_spans, days, n, published_until, zone, &made, &f), &f);
    return made;
}

#endif
