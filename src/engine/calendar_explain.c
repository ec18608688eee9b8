/* calendar_explain – how a deadline came about, in one sentence of Chinese and one
 * of English: the start, where counting begins, what was passed over (lunch, night,
 * weekend, each holiday by its name), make-up days that were worked, pauses, and the
 * end. The facts are gathered first and then said twice. calendar.h has the promise. */
#include "calendar_days.h"

#include <string.h>

enum { NAMES_MAX = 3 };

typedef struct Passed {
    Str name;
    int32_t days;
} Passed;

typedef struct Story {
    const WorkCalendar *c;
    EngineClock unit;
    int32_t amount;
    int64_t start_ms;
    int32_t start_day;
    int64_t begins_ms; /* where counting begins, if not at the start */
    int32_t begins_day;
    Due due;
    uint32_t gaps; /* bit i: the gap behind span i was crossed */
    bool night;
    int32_t weekend;                  /* days of the ordinary week's end */
    Passed holidays[NAMES_MAX], more; /* by name, in order; nameless ones have an empty name */
    int32_t n_holidays;
    int32_t made_up[NAMES_MAX], n_made_up; /* make-up days worked; the count goes on */
    int32_t pauses;
} Story;

/* ---- the facts ---- */

static bool counts_work_time(EngineClock unit) {
    return unit == ENGINE_WORK_HOUR || unit == ENGINE_WORK_MINUTE;
}

static void pass_holiday(Story *s, Str name) {
    for (int32_t i = 0; i < s->n_holidays; i++)
        if (str_same(s->holidays[i].name, name)) {
            s->holidays[i].days++;
            return;
        }
    if (s->n_holidays < NAMES_MAX)
        s->holidays[s->n_holidays++] = (Passed){ name, 1 };
    else
        s->more.days++;
}

/* What the days from `first` to the deadline were. */
static void gather_days(Story *s, int32_t first) {
    const WorkCalendar *c = s->c;
    int32_t next = exceptional_from(c, first);

    for (int32_t day = first; day <= s->due.day; day++) {
        bool usual = day_weekday(day) <= 5;
        if (next == c->n_days || c->days[next].day != day) {
            s->weekend += !usual;
            continue;
        }
        const ExceptionalDay *e = &c->days[next++];
        if (!e->works && usual)
            pass_holiday(s, e->name);
        else if (!e->works)
            s->weekend++;
        else if (!usual && s->n_made_up++ < NAMES_MAX)
            s->made_up[s->n_made_up - 1] = day;
    }
}

/* A gap was crossed if on some working day the clock ran before it and after it. */
static void gather_gaps(Story *s) {
    const WorkCalendar *c = s->c;
    uint32_t all = (1u << (c->n_spans - 1)) - 1;

    for (int32_t i = 0; i + 1 < c->n_spans; i++)
        if (c->spans[i].to == c->spans[i + 1].from)
            all &= ~(1u << i);
    for (int32_t day = s->begins_day; day <= s->due.day && s->gaps != all; day++) {
        if (!calendar_works(c, day))
            continue;
        DayView d = day_view(c->zone, day);
        for (int32_t i = 0; i + 1 < c->n_spans; i++) {
            int64_t gap_ms = day_instant(&d, c->spans[i].to);
            if (s->begins_ms < gap_ms && gap_ms < s->due.ms)
                s->gaps |= all & (1u << i);
        }
    }
    s->night = s->due.day > s->begins_day && (c->spans[0].from > 0 || c->spans[c->n_spans - 1].to < 1440);
}

static Story gather(const WorkCalendar *c, EngineClock unit, int32_t amount, int64_t start_ms, Due due,
                    const ClockPause *pauses, int32_t n_pauses) {
    Story s = { .c = c, .unit = unit, .amount = amount, .start_ms = start_ms, .due = due };

    s.start_day = s.begins_day = day_at(c->zone, start_ms);
    s.begins_ms = start_ms;
    if (counts_work_time(unit)) {
        s.begins_ms = work_begins(c, start_ms, &s.begins_day);
        gather_days(&s, s.start_day);
        gather_gaps(&s);
    } else if (unit == ENGINE_WORK_DAY)
        gather_days(&s, s.start_day + 1);
    for (int32_t i = 0; i < n_pauses; i++)
        s.pauses += pauses[i].from_ms < due.ms && pauses[i].to_ms > pauses[i].from_ms;
    return s;
}

/* ---- said ---- */

static const char *const month_en[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
static const struct {
    const char *zh, *en;
} unit_title[] = {
    [ENGINE_URGENT_HOUR] = { "紧急工作时", "urgent hour" },
    [ENGINE_WORK_HOUR] = { "工作时", "work hour" },
    [ENGINE_WORK_DAY] = { "工作日", "work day" },
    [ENGINE_CALENDAR_DAY] = { "自然日", "calendar day" },
    [ENGINE_WORK_MINUTE] = { "工作分钟", "work minute" },
    [ENGINE_MINUTE] = { "分钟", "minute" },
};

static int32_t year_of(int32_t day) {
    int32_t y, m, d;
    civil_of_day(day, &y, &m, &d);
    return y;
}

/* The year only where start and deadline are not of one. */
static void say_day(Buf *b, const Story *s, int32_t day, bool zh) {
    int32_t y, m, d;
    bool with_year = year_of(s->start_day) != year_of(s->due.day);

    civil_of_day(day, &y, &m, &d);
    if (zh && with_year)
        buf_fmt(b, "%d年", (int)y);
    if (zh)
        buf_fmt(b, "%d月%d日", (int)m, (int)d);
    else
        buf_fmt(b, "%d %s", (int)d, month_en[m - 1]);
    if (!zh && with_year)
        buf_fmt(b, " %d", (int)y);
}

/* An instant that is the end of `day` is its 24:00. */
static void say_time(Buf *b, const Story *s, int64_t ms, int32_t day, bool with_day, bool zh) {
    if (with_day) {
        say_day(b, s, day, zh);
        buf_char(b, ' ');
    }
    Civil t = zone_civil(s->c->zone, ms);
    if (day_at(s->c->zone, ms) > day)
        buf_str(b, "24:00");
    else
        buf_fmt(b, "%02d:%02d", (int)t.hour, (int)t.minute);
}

static void say_minute(Buf *b, int32_t minute) {
    buf_fmt(b, "%02d:%02d", (int)(minute / 60), (int)(minute % 60));
}

/* Commas and what introduces them: the first part gets `lead`, the others `comma`. */
typedef struct List {
    Buf *b;
    const char *lead, *comma;
    bool begun;
} List;

static void next_part(List *l) {
    buf_str(l->b, l->begun ? l->comma : l->lead);
    l->begun = true;
}

static void say_gap(List *l, const char *name, int32_t from, int32_t to, bool overnight, bool zh) {
    next_part(l);
    buf_str(l->b, name);
    buf_str(l->b, zh ? "（" : " (");
    say_minute(l->b, from);
    buf_str(l->b, zh && overnight ? "–次日 " : "–");
    say_minute(l->b, to);
    buf_str(l->b, zh ? " 不计）" : " not counted)");
}

/* A break about noon is lunch, one from evening to morning the night. */
static void say_gaps(List *l, const Story *s, bool zh) {
    const WorkSpan *spans = s->c->spans;
    int32_t first = spans[0].from, last = spans[s->c->n_spans - 1].to;

    for (int32_t i = 0; i + 1 < s->c->n_spans; i++) {
        int32_t from = spans[i].to, to = spans[i + 1].from;
        bool lunch = from >= 10 * 60 + 30 && to <= 15 * 60;
        if (s->gaps & (1u << i))
            say_gap(l, lunch ? zh ? "午休" : "lunch" : zh ? "班间" : "a break", from, to, false, zh);
    }
    if (s->night) {
        bool night = last >= 16 * 60 && first <= 10 * 60;
        say_gap(l,
                night ? zh ? "夜间" : "night"
                : zh  ? "班外"
                      : "off hours",
                last == 1440 ? 0 : last, first, last < 1440, zh);
    }
}

static void say_holiday(List *l, Str name, const char *nameless_zh, const char *nameless_en, int32_t days,
                        bool zh) {
    next_part(l);
    if (name.n)
        buf_put(l->b, name.p, name.n);
    else
        buf_str(l->b, zh ? nameless_zh : nameless_en);
    buf_fmt(l->b, zh ? " %d 天" : days == 1 ? " (%d day)" : " (%d days)", (int)days);
}

static void say_passed(List *l, const Story *s, bool zh) {
    say_gaps(l, s, zh);
    if (s->weekend) {
        next_part(l);
        buf_fmt(l->b,
                zh                ? "周末 %d 天"
                : s->weekend == 1 ? "%d weekend day"
                                  : "%d weekend days",
                (int)s->weekend);
    }
    for (int32_t i = 0; i < s->n_holidays; i++)
        say_holiday(l, s->holidays[i].name, "节假日", "holidays", s->holidays[i].days, zh);
    if (s->more.days)
        say_holiday(l, s->more.name, "其他节假日", "other holidays", s->more.days, zh);
}

static void say_made_up(Buf *b, const Story *s, bool zh) {
    List l = { b,
               zh                  ? "，含调休上班 "
               : s->n_made_up == 1 ? ", with make-up work day "
                                   : ", with make-up work days ",
               zh ? "、" : ", ", false };

    for (int32_t i = 0; i < s->n_made_up && i < NAMES_MAX; i++) {
        next_part(&l);
        say_day(b, s, s->made_up[i], zh);
    }
    if (s->n_made_up > NAMES_MAX)
        buf_fmt(b, zh ? " 等 %d 天" : " (of %d)", (int)s->n_made_up);
}

static void say_provisional(Buf *b, int32_t published_until, bool zh) {
    char until[16];

    if (published_until == CALENDAR_UNPUBLISHED) {
        buf_str(b, zh ? "（暂定：尚未载入工作日历，只按周一至周五计算）"
                      : " (provisional: no calendar is loaded; every Monday to Friday counts)");
        return;
    }
    day_print(published_until, until);
    buf_fmt(
        b, zh ? "（暂定：%s 之后的节假日尚未公布）" : " (provisional: holidays after %s are not published yet)",
        until);
}

static void say(Buf *b, const Story *s, bool zh) {
    bool dated = s->due.day != s->start_day,
         days = s->unit == ENGINE_WORK_DAY || s->unit == ENGINE_CALENDAR_DAY;
    List passed = { b, zh ? "，跨" : ", across ", zh ? "、" : ", ", false };

    buf_fmt(b,
            zh               ? "%d %s，"
            : s->amount == 1 ? "%d %s from "
                             : "%d %ss from ",
            (int)s->amount, zh ? unit_title[s->unit].zh : unit_title[s->unit].en);
    say_time(b, s, s->start_ms, s->start_day, dated, zh);
    buf_str(b, zh ? " 起" : "");
    if (days)
        buf_str(b, zh ? "，次日起算" : ", start day not counted");
    else if (!counts_work_time(s->unit))
        buf_str(b, zh ? "，昼夜连续计" : ", day and night");
    if (s->begins_ms > s->start_ms) {
        buf_str(b, zh ? "，" : ", counted from ");
        say_time(b, s, s->begins_ms, s->begins_day, s->begins_day != s->start_day, zh);
        buf_str(b, zh ? " 起计" : "");
    }
    say_passed(&passed, s, zh);
    if (s->n_made_up)
        say_made_up(b, s, zh);
    if (s->pauses)
        buf_fmt(b,
                zh               ? "，暂停 %d 次不计"
                : s->pauses == 1 ? ", %d pause not counted"
                                 : ", %d pauses not counted",
                (int)s->pauses);
    buf_str(b, zh ? "，" : ", due ");
    say_time(b, s, s->due.ms, s->due.day, dated, zh);
    buf_str(b, zh ? " 到期" : "");
    if (s->due.provisional)
        say_provisional(b, s->c->published_until, zh);
}

Err clock_explain(const WorkCalendar *c, EngineClock unit, int32_t amount, int64_t start_ms,
                  const ClockPause *pauses, int32_t n_pauses, Explanation *ret, Fault *f) {
    Due due;

    TRY(clock_due_paused(c, unit, amount, start_ms, pauses, n_pauses, &due, f));
    Story s = gather(c, unit, amount, start_ms, due, pauses, n_pauses);
    Buf zh = { ret->zh, 0, sizeof ret->zh, false, 0 }, en = { ret->en, 0, sizeof ret->en, false, 0 };
    say(&zh, &s, true);
    say(&en, &s, false);
    return OK;
}
