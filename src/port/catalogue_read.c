/* catalogue_read – see catalogue_file.h: the table is read and judged as a whole
 * before the first row is written, because a write may run twice and a source can
 * be read only once. Without a store, so that a fuzzer can feed it. Kinds, lengths and choices are judged by
 * the field tables of the nouns; here stands what concerns more than one field. */
#include "catalogue_file.h"

#include "publicity.h"

#include <stdlib.h>
#include <string.h>

static const char *const columns[] = { "code",         "category",     "zh",           "en",   "arrive_limit",
                                       "arrive_clock", "finish_limit", "finish_clock", "duty", "open_to",
                                       "closing",      "owner",        "owner_en" };
enum { COLUMNS = COUNT(columns), CATEGORY = 1, OPEN_TO = 9, NAMES = 3 };

/* A code and where it stands, for faults that show late. */
typedef struct Coded {
    Str code;
    int64_t row;
} Coded;

typedef struct Reading {
    Csv *csv;
    Arena *rows;
    int32_t at[COLUMNS]; /* where each column is, −1 where it is not */
    Catalogue found;
    Coded *categories, *conditions; /* in the order of `found`, at last in that of the codes */
} Reading;

/* ---- headings ---- */

static void names_of(const char *column, const char *ret[NAMES]) {
    const Field *f = record_field(&condition_record, str(column));

    ret[0] = f->name;
    ret[1] = f->zh;
    ret[2] = f->en;
}

static Err read_headings(Reading *r, Fault *f) {
    static const bool needed[COLUMNS] = { [0] = true, [1] = true, [2] = true, [3] = true };
    static const bool none[COLUMNS * NAMES];
    const char *names[COLUMNS * NAMES];
    int32_t at[COLUMNS * NAMES];

    for (size_t i = 0; i < COLUMNS; i++)
        names_of(columns[i], &names[i * NAMES]);
    TRY(csv_header(r->csv, names, none, COLUMNS * NAMES, at, f));
    for (size_t i = 0; i < COLUMNS; i++) {
        r->at[i] = -1;
        for (size_t j = 0; j < NAMES; j++) {
            int32_t here = at[i * NAMES + j];
            if (here >= 0 && r->at[i] >= 0)
                return fault(f, ERR_INVALID, "csv_column_twice", columns[i], "表头有两列都是“%s”。%.0s",
                             "%.0sTwo columns of the header are both \"%s\".", names[i * NAMES + 1],
                             columns[i]);
            if (here >= 0)
                r->at[i] = here;
        }
        if (r->at[i] < 0 && needed[i])
            return fault(f, ERR_INVALID, "csv_column", columns[i], "表头缺少“%s”列（%s）。",
                         "The header has no column \"%s\" (%s).", names[i * NAMES + 1], columns[i]);
    }
    return OK;
}

/* ---- one row ---- */

/* What is wrong in a row, with the row and the column in front of it. */
static Err at_row(int64_t row, Fault *f) {
    Fault inner = *f;
    const Field *c = record_field(&condition_record, str(inner.field));

    return fault(f, inner.err == ERR_LIMIT ? ERR_LIMIT : ERR_INVALID, inner.key, inner.field,
                 "第 %lld 行的“%s”列%.0s：%.330s%.0s", "Row %lld, column \"%.0s%s\": %.0s%.330s",
                 (long long)row, c ? c->zh : inner.field, inner.field, inner.zh, inner.en);
}

static Str trimmed(Str s) {
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
        s = (Str){ s.p + 1, s.n - 1 };
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

/* A choice by its Chinese or English title becomes its word. */
static Str worded(const Field *f, Str cell) {
    for (size_t i = 0; f->kind == KIND_ENUM && i < f->choices->n; i++)
        if (str_is(cell, f->choices->list[i].zh) || str_is(cell, f->choices->list[i].en))
            return str(f->choices->list[i].word);
    return cell;
}

/* The cells of a row as parameters of a record: its own fields' alone. Another
 * field's cell must be empty. */
static Err pairs_of(Reading *r, const Record *record, Pair pairs[COLUMNS], size_t *ret_n, Fault *f) {
    size_t n = 0;

    for (size_t i = 0; i < COLUMNS; i++) {
        Str cell = trimmed(csv_unguard(csv_field(r->csv, r->at[i])));
        const Field *field = record_field(record, str(columns[i]));
        if (!field && cell.n && i != CATEGORY)
            return fault(f, ERR_INVALID, "category_has_limit", columns[i],
                         "这一行没有写类别，是类别本身，不能有时限等；如是立案条件，请写明它的类别。",
                         "This row has no category, so it is one and cannot have this; a condition names its "
                         "category.");
        if (!field || !cell.n)
            continue;
        TRY(str_copy(r->rows, worded(field, cell), &cell, f));
        pairs[n++] = (Pair){ str(columns[i]), cell };
    }
    *ret_n = n;
    return OK;
}

static Err too_many(Fault *f) {
    return fault(f, ERR_LIMIT, "catalogue_long", "code", "目录太长：类别、立案条件各最多 %d 个。",
                 "The catalogue is too long: at most %d categories and as many conditions.", CATALOGUE_MAX);
}

static Err read_category(Reading *r, Fault *f) {
    Pair pairs[COLUMNS];
    size_t n;

    if (r->found.n_categories == CATALOGUE_MAX)
        return too_many(f);
    Category *c = &r->found.categories[r->found.n_categories];
    TRY(pairs_of(r, &category_record, pairs, &n, f));
    TRY(record_decode(&category_record, (Str){ 0 }, pairs, n, r->rows, c, f));
    r->categories[r->found.n_categories++] = (Coded){ c->code, csv_row(r->csv) };
    return OK;
}

/* A deadline a century away is none, and no step could be counted by it. A work day
 * counts as one of the calendar's, and less than ten hours of one are worked. */
static bool within_a_century(int32_t limit, ClockUnit unit) {
    enum { DAYS = 36524, HOURS_WORKED = 10 };
    static const int32_t most[] = { [CLOCK_URGENT_HOUR] = DAYS * 24,
                                    [CLOCK_WORK_HOUR] = DAYS / 2 * HOURS_WORKED,
                                    [CLOCK_WORK_DAY] = DAYS / 2,
                                    [CLOCK_CALENDAR_DAY] = DAYS };
    return (size_t)unit >= COUNT(most) || most[unit] == 0 || limit <= most[unit];
}

static Err judge_limit(int32_t limit, ClockUnit unit, const char *field, Fault *f) {
    if (within_a_century(limit, unit))
        return OK;
    return fault(f, ERR_INVALID, "limit_century", field, "时限 %d %s超过一百年：请核对数字和计时单位。%.0s",
                 "A limit of %d %.0s(%s) is longer than a century: check the number and its clock.", (int)limit,
                 choice_numbered(&clock_unit_choices, unit)->zh,
                 choice_numbered(&clock_unit_choices, unit)->en);
}

static Err judge_condition(Condition *c, Fault *f) {
    TRY(judge_limit(c->finish_limit, c->finish_clock, "finish_limit", f));
    if (c->has.arrive_limit && c->has.arrive_clock)
        TRY(judge_limit(c->arrive_limit, c->arrive_clock, "arrive_limit", f));
    if (c->has.arrive_limit != c->has.arrive_clock)
        return fault(f, ERR_INVALID, "arrival_half", c->has.arrive_limit ? "arrive_clock" : "arrive_limit",
                     "到场时限和到场计时要一起写。", "An arrival limit and its clock go together.");
    if (c->has.arrive_limit && c->arrive_clock == c->finish_clock && c->arrive_limit > c->finish_limit)
        return fault(f, ERR_INVALID, "arrival_late", "arrive_limit", "到场时限 %d 比办结时限 %d 还长。",
                     "The arrival limit %d is longer than the finishing limit %d.", (int)c->arrive_limit,
                     (int)c->finish_limit);
    if (!publicity_allowed(c->category, c->open_to))
        return fault(f, ERR_INVALID, "condition_never_public", "open_to",
                     "%.*s 类涉及个人或居所，不得公开，只能写“不公开”。",
                     "Category %.*s concerns people or dwellings and is never public: only \"no\" is allowed.",
                     (int)c->category.n, c->category.p);
    return OK;
}

static Err read_condition(Reading *r, Fault *f) {
    Pair pairs[COLUMNS];
    size_t n;

    if (r->found.n_conditions == CATALOGUE_MAX)
        return too_many(f);
    Condition *c = &r->found.conditions[r->found.n_conditions];
    TRY(pairs_of(r, &condition_record, pairs, &n, f));
    TRY(record_decode(&condition_record, (Str){ 0 }, pairs, n, r->rows, c, f));
    if (trimmed(csv_field(r->csv, r->at[OPEN_TO])).n == 0)
        c->open_to = publicity_usual(c->category);
    TRY(judge_condition(c, f));
    r->conditions[r->found.n_conditions++] = (Coded){ c->code, csv_row(r->csv) };
    return OK;
}

static Err read_rows(Reading *r, Fault *f) {
    bool more;

    for (;;) {
        TRY(csv_next(r->csv, &more, f));
        if (!more)
            return OK;
        bool condition = trimmed(csv_field(r->csv, r->at[CATEGORY])).n > 0;
        if ((condition ? read_condition(r, f) : read_category(r, f)) != OK)
            return at_row(csv_row(r->csv), f);
    }
}

/* ---- the whole ---- */

static int by_code(const void *a, const void *b) {
    Str x = ((const Coded *)a)->code, y = ((const Coded *)b)->code;
    int order = memcmp(x.p, y.p, x.n < y.n ? x.n : y.n);
    return order ? order : (x.n > y.n) - (x.n < y.n);
}

/* Puts them in order; refuses a code that occurs twice. */
static Err sort_codes(Coded *codes, size_t n, Fault *f) {
    qsort(codes, n, sizeof *codes, by_code);
    for (size_t i = 1; i < n; i++)
        if (str_same(codes[i - 1].code, codes[i].code)) {
            int64_t row = codes[i - 1].row, other = codes[i].row;
            fault(f, ERR_INVALID, "code_twice", "code", "代码“%.*s”在第 %lld 行也出现。",
                  "The code \"%.*s\" is also in row %lld.", (int)codes[i].code.n, codes[i].code.p,
                  (long long)(row < other ? row : other));
            return at_row(row < other ? other : row, f);
        }
    return OK;
}

static Err judge_whole(Reading *r, Fault *f) {
    const Catalogue *c = &r->found;

    if (c->n_conditions == 0)
        return fault(f, ERR_INVALID, "catalogue_empty", "", "表中没有立案条件。",
                     "There are no filing conditions in the table.");
    TRY(sort_codes(r->categories, c->n_categories, f));
    for (size_t i = 0; i < c->n_conditions; i++) {
        Coded of = { c->conditions[i].category, r->conditions[i].row };
        if (bsearch(&of, r->categories, c->n_categories, sizeof of, by_code))
            continue;
        fault(f, ERR_INVALID, "category_unknown", "category", "表中没有代码为“%.*s”的类别。",
              "No row of the table is a category with the code \"%.*s\".", (int)of.code.n, of.code.p);
        return at_row(of.row, f);
    }
    return sort_codes(r->conditions, c->n_conditions, f);
}

static Err read_all(Reading *r, Fault *f) {
    r->found.categories = arena_take(r->rows, CATALOGUE_MAX * sizeof *r->found.categories);
    r->found.conditions = arena_take(r->rows, CATALOGUE_MAX * sizeof *r->found.conditions);
    r->categories = arena_take(r->rows, CATALOGUE_MAX * sizeof *r->categories);
    r->conditions = arena_take(r->rows, CATALOGUE_MAX * sizeof *r->conditions);
    if (!r->found.categories || !r->found.conditions || !r->categories || !r->conditions)
        return fault_arena(f);
    TRY(read_headings(r, f));
    TRY(read_rows(r, f));
    return judge_whole(r, f);
}

Err catalogue_read(CsvSource *source, void *from, Arena *a, Catalogue *ret, Fault *f) {
    Reading r = { .rows = a };

    TRY(csv_open(source, from, (CsvLimits){ 0 }, &r.csv, f));
    Err e = read_all(&r, f);
    csv_close(r.csv);
    TRY(e);
    *ret = r.found;
    return OK;
}
