/* calendar_file – see calendar_file.h. The table is read and judged as a whole
 * before the first row is written, because a write may run twice and a source can
 * be read only once. */
#include "calendar_file.h"

#include "case.h"
#include "holidays.h"

#include <string.h>

enum { DAYS_MAX = 800, TRIES_MAX = 5 };

typedef struct Days {
    Arena arena, rows;
    CalendarDay *days;
    size_t n;
    int32_t until, published; /* asked for, and what it came to */
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
        if (!more && d->n == 0)
            return fault(f, ERR_INVALID, "calendar_empty", "", "表中没有日期。",
                         "There are no days in the table.");
        if (!more)
            return OK;
        TRY(read_row(d, c, at, f));
    }
}

/* ---- into the store ---- */

static Err write_all(Tx *tx, void *arg, Fault *f) {
    Days *d = arg;
    Actor operator;
    int32_t last = INT32_MIN;

    d->arena.used = 0;
    tx_lend(tx, &d->arena);
    for (size_t i = 0; i < d->n; i++) {
        TRY(calendar_put(tx, d->days[i].day, d->days[i].kind, d->days[i].name, f));
        last = d->days[i].day > last ? d->days[i].day : last;
    }
    actor_in(ROLE_SYSTEM_ADMIN, str("0"), (OrgId){ 0 }, &operator);
    TRY(calendar_publish(tx, last, d->until, &operator, & d->published, f));
    return calendar_judge(tx, f);
}

static Err import_into(Store *s, Days *d, Csv *c, Fault *f) {
    TRY(arena_begin(&d->arena, 4 << 20, f));
    TRY(arena_begin(&d->rows, 1 << 20, f));
    d->days = arena_take(&d->rows, DAYS_MAX * sizeof *d->days);
    if (!d->days)
        return fault_arena(f);
    TRY(read_all(d, c, f));
    return store_write_now(s, write_all, d, true, f); /* each day replaces itself: twice is once */
}

/* ---- the deadlines that were provisional ---- */

typedef struct Recounting {
    Arena arena;
    CaseId after;
    CaseRecount some;
} Recounting;

static Err recount_some(Tx *tx, void *arg, Fault *f) {
    Recounting *r = arg;
    Actor operator;

    r->arena.used = 0;
    tx_lend(tx, &r->arena);
    actor_in(ROLE_SYSTEM_ADMIN, str("0"), (OrgId){ 0 }, &operator);
    return case_recount(tx, r->after, &operator, & r->some, f);
}

/* Somebody may take a step of a case in the same moment: then these hundred again. */
static Err recount_all(Store *s, CalendarCount *n, Fault *f) {
    Recounting r = { .some.more = true };
    int tries = 0;

    TRY(arena_begin(&r.arena, 16 << 20, f));
    Err e = OK;
    while (e == OK && r.some.more) {
        e = store_write_now(s, recount_some, &r, true, f);
        if (e == ERR_CONFLICT && ++tries < TRIES_MAX) {
            e = OK;
            continue;
        }
        if (e != OK)
            break;
        tries = 0;
        n->seen += r.some.seen;
        n->moved += r.some.moved;
        r.after = r.some.last;
    }
    arena_end(&r.arena);
    return e;
}

Err calendar_import(Store *s, CsvSource *source, void *from, int32_t until, CalendarCount *ret, Fault *f) {
    Days d = { .until = until };
    CalendarCount n = { 0 };
    Csv *c;

    TRY(csv_open(source, from, (CsvLimits){ 0 }, &c, f));
    Err e = import_into(s, &d, c, f);
    csv_close(c);
    arena_end(&d.arena);
    arena_end(&d.rows);
    TRY(e);
    n.days = (int64_t)d.n;
    n.until = d.published;
    TRY(recount_all(s, &n, f));
    *ret = n;
    return OK;
}
