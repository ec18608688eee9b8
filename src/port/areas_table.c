/* areas_table – areas without a shape from a table (CSV): an official list of codes and
 * names, with their parents. Which column is the code, the name, the parent or a group
 * is said by the options, as with the attributes of a map. */
#include "areas_plan.h"

#include "csv.h"

#include <stdio.h>

enum { CODE, NAME, PARENT, HOUSEHOLDS, GROUPS, COLUMNS = GROUPS + 2 * AREAS_GROUPS_MAX };

typedef struct Table {
    AreasPlan *plan;
    int32_t at[COLUMNS]; /* -1: not asked for */
} Table;

/* Every column that an option names must be there. */
static Err find_columns(Table *t, Csv *c, Fault *f) {
    const AreasPlan *p = t->plan;
    Str wanted[COLUMNS] = { p->how->code, p->how->name, p->how->parent, p->how->households };
    const char *names[COLUMNS];
    int32_t found[COLUMNS], n = 0;
    Str copy;

    for (size_t i = 0; i < p->n_groups; i++)
        if (p->groups[i].by == GROUP_BY_FIELD) {
            wanted[GROUPS + 2 * i] = p->groups[i].group;
            wanted[GROUPS + 2 * i + 1] = p->groups[i].name;
        }
    for (int i = 0; i < COLUMNS; i++)
        if (wanted[i].n) {
            TRY(str_copy(p->texts, wanted[i], &copy, f));
            names[n++] = copy.p;
        }
    TRY(csv_header(c, names, NULL, (size_t)n, found, f));
    n = 0;
    for (int i = 0; i < COLUMNS; i++)
        t->at[i] = wanted[i].n ? found[n++] : -1;
    return OK;
}

static Err read_households(Str word, int64_t row, int32_t *ret, Fault *f) {
    int64_t n = 0;

    for (size_t i = 0; i < word.n; i++) {
        n = n * 10 + (word.p[i] - '0');
        if (word.p[i] < '0' || word.p[i] > '9' || n > AREA_HOUSEHOLDS_MAX)
            return fault(f, ERR_INVALID, "areas_households", "",
                         "第 %lld 行：户数“%.*s”不是 0 到 1000 万之间的整数。",
                         "Row %lld: the households “%.*s” are no whole number from 0 to 10 million.",
                         (long long)row, (int)(word.n < 40 ? word.n : 40), word.p);
    }
    *ret = word.n ? (int32_t)n : -1;
    return OK;
}

static Err take_row(Table *t, const Csv *c, Fault *f) {
    AreasPlan *p = t->plan;
    AreaRow *row;

    TRY(areas_row_add(p, &row, f));
    row->level = p->how->level;
    row->feature = (int32_t)csv_row(c);
    row->line = (int32_t)csv_line(c);
    TRY(str_copy(p->texts, csv_field(c, t->at[CODE]), &row->code, f));
    TRY(str_copy(p->texts, csv_field(c, t->at[NAME]), &row->name, f));
    TRY(str_copy(p->texts, csv_field(c, t->at[PARENT]), &row->parent_code, f));
    TRY(read_households(csv_field(c, t->at[HOUSEHOLDS]), csv_row(c), &row->households, f));
    for (size_t i = 0; i < p->n_groups; i++) {
        TRY(str_copy(p->texts, csv_field(c, t->at[GROUPS + 2 * i]), &row->group[i], f));
        TRY(str_copy(p->texts, csv_field(c, t->at[GROUPS + 2 * i + 1]), &row->group_name[i], f));
    }
    p->n_features++;
    return OK;
}

static Err read_rows(Table *t, Csv *c, Fault *f) {
    bool more;

    TRY(find_columns(t, c, f));
    for (;;) {
        TRY(csv_next(c, &more, f));
        if (!more)
            break;
        TRY(take_row(t, c, f));
    }
    return t->plan->n_features
               ? OK
               : fault(f, ERR_INVALID, "csv_empty", "", "表格里没有网格。", "There is no area in the table.");
}

Err areas_read_table(AreasPlan *p, Str text, Fault *f) {
    Table t = { .plan = p };
    AreasSheet s;

    TRY(areas_sheet_open(text, &s, f));
    Err e = read_rows(&t, s.csv, f);
    areas_sheet_close(&s);
    return e;
}
