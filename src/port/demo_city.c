/* demo_city – see demo_city.h. Ground and people are one transaction, so that a city
 * that failed half-way is none; the cases follow in batches. */
#include "demo_city.h"

#include "calendar_file.h"
#include "catalogue_file.h"
#include "clock.h"
#include "defaults.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

void demo_name(char *ret, size_t room, const char *fmt, ...) {
    va_list args;

    va_start(args, fmt);
    int n = vsnprintf(ret, room, fmt, args);
    va_end(args);
    assert(n >= 0 && (size_t)n < room);
}

static Err check(const DemoWish *w, Fault *f) {
    if (w->households < 1000 || w->households > DEMO_MOST)
        return fault(f, ERR_INVALID, "demo_households", "--households", "户数要在 1,000 到 %d 之间。",
                     "The number of households lies between 1,000 and %d.", DEMO_MOST);
    if (w->cases < 0 || w->cases > DEMO_MOST)
        return fault(f, ERR_INVALID, "demo_cases", "--cases", "案件数要在 0 到 %d 之间。",
                     "The number of cases lies between 0 and %d.", DEMO_MOST);
    if (w->as_of < day_of_civil(2025, 3, 1) || ms_of_day(w->as_of) + w->hour * 3600000LL > clock_now_ms())
        return fault(f, ERR_INVALID, "demo_as_of", "--as-of", "日期要在 2025-03-01 以后，且那天 %d:00 已过。",
                     "The day is 2025-03-01 or later, and its %d:00 has passed.", w->hour);
    return OK;
}

static Err write_city(Tx *tx, void *arg, Fault *f) {
    DemoCity *c = arg;

    tx_lend(tx, &c->row);
    TRY(demo_ground_write(tx, c, f));
    return demo_orgs_write(tx, c, f);
}

static Err bring_data(Store *s, Fault *f) {
    CsvMemory days = { str(default_calendar) }, table = { str(default_catalogue) };
    CatalogueCount count;
    CalendarCount n;

    TRY(calendar_import(s, csv_from_memory, &days, 0, &n, f));
    return catalogue_import(s, csv_from_memory, &table, &count, f);
}

static Err make(Store *s, DemoCity *c, Fault *f) {
    Grammar *g;

    TRY(grammar_read(demo_words, &g, f));
    c->grammar = g;
    Err e = demo_ground_plan(c, f);
    e = e == OK ? store_write_now(s, write_city, c, false, f) : e; /* first: it refuses a city that is there */
    e = e == OK ? bring_data(s, f) : e;
    e = e == OK ? demo_cases_write(s, c, f) : e;
    demo_ground_end(c);
    grammar_free(g);
    return e;
}

Err demo_city_make(Store *s, const DemoWish *wish, Str password_hash, Buf *said, Fault *f) {
    DemoCity c = { .wish = wish, .password_hash = password_hash, .today = wish->as_of };

    TRY(check(wish, f));
    c.now_ms = ms_of_day(wish->as_of) + wish->hour * 3600000LL;
    TRY(arena_begin(&c.row, 16 << 20, f));
    Err e = make(s, &c, f);
    arena_end(&c.row);
    if (e == OK)
        demo_city_people_say(said);
    return e;
}
