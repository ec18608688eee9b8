/* case_figures – see case_figures.h. Each indicator is a row: which cases are its
 * denominator (a range of days that an index serves), and what makes one of them count
 * in its numerator. Counts and lists read the row, so they cannot drift apart. */
#include "case_figures.h"

#include "area.h"
#include "figures.h"
#include "figures_q.h"
#include "setting.h"

#include <stdio.h>

typedef Err CountFn(Tx *tx, const FigureFind *find, const Scope *scope, Count *ret, size_t max, size_t *ret_n,
                    Fault *f);
typedef Err ListFn(Tx *tx, const FigureFind *find, const Scope *scope, Case *ret, size_t max, size_t *ret_n,
                   Fault *f);

static const struct {
    Indicator indicator;
    CountFn *count;
    ListFn *list;
    size_t numerator; /* the flag that narrows the denominator to it */
} definitions[] = {
    { FIGURE_FILED, sql_figure_reported, sql_figure_reported_cases, offsetof(FigureFind, has.filed) },
    { FIGURE_HANDLED, sql_figure_finish, sql_figure_finish_cases, offsetof(FigureFind, has.handled) },
    { FIGURE_CLOSED, sql_figure_close, sql_figure_close_cases, offsetof(FigureFind, has.closed) },
    { FIGURE_IN_TIME, sql_figure_close, sql_figure_close_cases, offsetof(FigureFind, has.in_time) },
    { FIGURE_REWORK, sql_figure_handled, sql_figure_handled_cases, offsetof(FigureFind, has.reworked) },
    { FIGURE_SATISFIED, sql_figure_rated, sql_figure_rated_cases, offsetof(FigureFind, has.satisfied) },
};

_Static_assert(COUNT(definitions) == FIGURE_SATISFIED, "each indicator, in its order");

static void narrow(FigureFind *find, size_t flag) { *(bool *)((char *)find + flag) = true; }

/* ---- which period, which ground ---- */

static Err find_of(Tx *tx, int32_t from, int32_t to, bool within, AreaId area_id, FigureFind *ret, Fault *f) {
    enum { DAYS_MAX = 400 };
    Area area;
    char high[48];

    if (to < from)
        return fault(f, ERR_INVALID, "period_reversed", "to", "止日早于起日。",
                     "The period ends before it begins.");
    if (to - from >= DAYS_MAX)
        return fault(f, ERR_INVALID, "period_long", "to", "最长 %d 天。", "A period has at most %d days.",
                     DAYS_MAX);
    *ret = (FigureFind){ .from = from, .to = to };
    if (!within)
        return OK;
    TRY(area_load(tx, area_id, &area, f));
    snprintf(high, sizeof high, "%.*s~", (int)area.path.n, area.path.p);
    ret->within_low = area.path;
    TRY(str_copy(tx_arena(tx), str(high), &ret->within_high, f));
    ret->has.within_low = ret->has.within_high = true;
    return OK;
}

/* ---- the numbers ---- */

static Err count(Tx *tx, size_t i, const FigureFind *find, const Scope *scope, int64_t *ret, Fault *f) {
    Count c = { 0 };
    size_t n;

    TRY(definitions[i].count(tx, find, scope, &c, 1, &n, f));
    *ret = c.n;
    return OK;
}

/* How many lie elsewhere; what is about a unit is told to nobody in that way, for the unit
 * would see it there. Who reaches the whole city misses none. */
static Err withheld(Tx *tx, size_t i, FigureFind find, const Actor *by, int64_t *ret, Fault *f) {
    Actor all;
    int64_t there, here;

    *ret = 0;
    if (str_is(by->scope.path_low, "0") && !by->unit.v)
        return OK;
    actor_in(by->role, str("0"), (OrgId){ 0 }, &all);
    find.plain = find.has.plain = true;
    TRY(count(tx, i, &find, &all.scope, &there, f));
    TRY(count(tx, i, &find, &by->scope, &here, f));
    *ret = there - here;
    return OK;
}

static Err figure(Tx *tx, size_t i, FigureFind find, const Actor *by, int32_t least, FigureShown *ret,
                  Fault *f) {
    FigureShown s = { .indicator = definitions[i].indicator };

    TRY(count(tx, i, &find, &by->scope, &s.denominator, f));
    TRY(withheld(tx, i, find, by, &s.withheld, f));
    narrow(&find, definitions[i].numerator);
    TRY(count(tx, i, &find, &by->scope, &s.numerator, f));
    Rate rate = rate_of(s.numerator, s.denominator, least);
    TRY(str_copy(tx_arena(tx), str(rate.text), &s.rate, f));
    s.few = rate.kind == RATE_FEW;
    s.has.indicator = s.has.numerator = s.has.denominator = s.has.rate = s.has.few = s.has.withheld = true;
    *ret = s;
    return OK;
}

/* ---- a year before ---- */

/* The same day of the year before; of 29 February the 28th. */
static int32_t year_before(int32_t day) {
    int32_t year, month, d;

    civil_of_day(day, &year, &month, &d);
    return day_of_civil(year - 1, month, month == 2 && d == 29 ? 28 : d);
}

static Err say_change(Tx *tx, int64_t before, int64_t now, int32_t least, Str *ret, Fault *f) {
    return str_copy(tx_arena(tx), str(change_of(before, now, least).text), ret, f);
}

static Err compare(Tx *tx, FigureFind find, const Actor *by, Figures *out, FigureShown *rows, Fault *f) {
    find.from = year_before(find.from);
    find.to = year_before(find.to);
    TRY(count(tx, 0, &find, &by->scope, &out->n_before, f));
    TRY(say_change(tx, out->n_before, out->n, out->least, &out->n_change, f));
    out->has.n_before = out->has.n_change = true;
    for (size_t i = 0; i < COUNT(definitions); i++) {
        FigureFind narrowed = find;
        narrow(&narrowed, definitions[i].numerator);
        TRY(count(tx, i, &narrowed, &by->scope, &rows[i].before, f));
        TRY(say_change(tx, rows[i].before, rows[i].numerator, out->least, &rows[i].change, f));
        rows[i].has.before = rows[i].has.change = true;
    }
    return OK;
}

Err figures_get(Tx *tx, const FiguresAsk *in, const Actor *by, Figures *ret, Fault *f) {
    FigureShown *rows = arena_take(tx_arena(tx), COUNT(definitions) * sizeof *rows);
    Figures out = { .from = in->from, .to = in->to, .as_of = moment_now() };
    FigureFind find;

    if (!rows)
        return fault_arena(f);
    TRY(find_of(tx, in->from, in->to, in->has.within, in->within, &find, f));
    TRY(setting_rate_least(tx, &out.least, f));
    for (size_t i = 0; i < COUNT(definitions); i++)
        TRY(figure(tx, i, find, by, out.least, &rows[i], f));
    out.n = rows[0].denominator; /* of the filed rate: what was reported */
    if (in->year_on_year)
        TRY(compare(tx, find, by, &out, rows, f));
    out.rows = (List){ rows, COUNT(definitions) };
    out.has.from = out.has.to = out.has.as_of = out.has.n = out.has.least = out.has.rows = true;
    *ret = out;
    return OK;
}

/* ---- the list behind a number ---- */

Err figures_cases(Tx *tx, const FigureCases *in, const Actor *by, Page *ret, Fault *f) {
    FigureFind find;
    const size_t i = (size_t)in->indicator - 1;

    TRY(find_of(tx, in->from, in->to, in->has.within, in->within, &find, f));
    if (in->part == PART_NUMERATOR)
        narrow(&find, definitions[i].numerator);
    find.limit = in->limit;
    find.skip = (in->page - 1) * in->limit;
    return definitions[i].list(tx, &find, &by->scope, ret->rows, (size_t)in->limit, &ret->n, f);
}
