/* calendar_file – see calendar_file.h. The table is read and judged as a whole
 * before the first row is written, because a write may run twice and a source can
 * be read only once. */
#include "calendar_file.h"

#include "holidays.h"

#include <string.h>

enum { DAYS_MAX = 800 };

typedef struct Days {
    Arena arena, rows;
    CalendarDay *days;
    size_t n;
} Days;

static Err row_fault(const Csv *c, const char *what, Fault *f) {
    return fault(
        f, ERR_INVALID, "calendar_row", what,
        "第 %lld 行的 %s 不对：日期如 2026-10-01，kind 为 rest 或 work，并要有名称。",
        "Row %lld: the %s is wrong; a day is like 2026-10-01, kind is rest or work, and it has a name.",
        (long long)csv_row(c), what);
}

static Err read_row(Days *d, const Csv *c, const int32_t at[3], Fault *f) {
    CalendarDay row = { 0 };
    const Choice *kind = choice_worded(&day_kind_choices, csv_field(c, at[1]));

    if (!day_parse(csv_field(c, at[0]).p, &row.day))
        return row_fault(c, "day", f);
    if (!kind)
        return row_fault(c, "kind", f);
    if (csv_field(c, at[2]).n == 0)
        return row_fault(c, "name", f);
    if (d->n == DAYS_MAX)
        return fault(f, ERR_LIMIT, "calendar_long", "", "日历太长，最多 %d 天。",
                     "The calendar is too long: at most %d days.", DAYS_MAX);
    row.kind = (DayKind)kind->number;
    TRY(str_copy(&d->rows, csv_field(c, at[2]), &row.name, f));
    d->days[d->n++] = row;
    return OK;
}

static Err read_all(Days *d, Csv *c, Fault *f) {
    static const char *const names[] = { "day", "kind", "name" };
    int32_t at[3];
    bool more;

    TRY(csv_header(c, names, NULL, 3, at, f));
    for (;;) {
        TRY(csv_next(c, &more, f));
        if (!more)
            return OK;
        TRY(read_row(d, c, at, f));
    }
}

static Err write_all(Tx *tx, void *arg, Fault *f) {
    Days *d = arg;

    d->arena.used = 0;
    tx_lend(tx, &d->arena);
    for (size_t i = 0; i < d->n; i++)
        TRY(calendar_put(tx, d->days[i].day, d->days[i].kind, d->days[i].name, f));
    return OK;
}

static Err import_into(Store *s, Days *d, Csv *c, Fault *f) {
    TRY(arena_begin(&d->arena, 1 << 20, f));
    TRY(arena_begin(&d->rows, 1 << 20, f));
    d->days = arena_take(&d->rows, DAYS_MAX * sizeof *d->days);
    if (!d->days)
        return fault_arena(f);
    TRY(read_all(d, c, f));
    return store_write_now(s, write_all, d, true, f); /* each day replaces itself: twice is once */
}

Err calendar_import(Store *s, CsvSource *source, void *from, int64_t *ret_days, Fault *f) {
    Days d = { 0 };
    Csv *c;

    TRY(csv_open(source, from, (CsvLimits){ 0 }, &c, f));
    Err e = import_into(s, &d, c, f);
    csv_close(c);
    arena_end(&d.arena);
    arena_end(&d.rows);
    TRY(e);
    *ret_days = (int64_t)d.n;
    return OK;
}
