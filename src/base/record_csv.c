/* record_csv – rows of any noun as a table for people: headings and choices in
 * Chinese, times as the wall of the city shows them. Ids stay out, because a
 * spreadsheet rounds them; what a noun calls a code names the row. */
#include "record_csv.h"

#include <stdio.h>

static bool in_table(const Field *f, unsigned roles) {
    switch (f->kind) {
    case KIND_KEY:
    case KIND_REF:
    case KIND_BYTES:
    case KIND_SEALED:
    case KIND_LIST:
    case KIND_RAW:
    case KIND_RETIRED: return false;
    default: return !f->readers || (f->readers & roles);
    }
}

static void put_time(CsvOut *o, int64_t ms) {
    char text[40];
    Civil t = zone_civil(zone_here(), ms);

    snprintf(text, sizeof text, "%04d-%02d-%02d %02d:%02d:%02d", (int)t.year, (int)t.month, (int)t.day,
             (int)t.hour, (int)t.minute, (int)t.second);
    csv_put(o, str(text));
}

static void put_day(CsvOut *o, int64_t day) {
    char text[16];

    day_print((int32_t)day, text);
    csv_put(o, str(text));
}

static void put_field(const Field *f, const void *row, CsvOut *o) {
    bool there = field_has(f, row) || (!f->shown && !field_nullable(f));
    Value v = there ? column_get(f, 0, row) : (Value){ .null = true };

    if (v.null) {
        csv_put(o, (Str){ "", 0 });
        return;
    }
    switch (f->kind) {
    case KIND_TEXT: csv_put(o, v.s); return;
    case KIND_TIME: put_time(o, v.i); return;
    case KIND_DAY: put_day(o, v.i); return;
    case KIND_DEGREE: csv_put_degree(o, (int32_t)v.i); return;
    case KIND_BOOL: csv_put(o, str(v.i ? "是" : "否")); return;
    case KIND_ENUM: csv_put(o, str(choice_numbered(f->choices, v.i)->zh)); return;
    default: csv_put_int(o, v.i); return;
    }
}

void record_csv_head(const Record *r, unsigned roles, CsvOut *o) {
    size_t n;
    const Field *f = r->fields(&n);

    for (size_t i = 0; i < n; i++)
        if (in_table(&f[i], roles))
            csv_put(o, str(f[i].zh));
    csv_end_row(o);
}

int32_t record_csv_numbers(const Record *r, unsigned roles, bool *ret, int32_t max) {
    int32_t columns = 0;
    size_t n;
    const Field *f = r->fields(&n);

    for (size_t i = 0; i < n && columns < max; i++)
        if (in_table(&f[i], roles))
            ret[columns++] = f[i].kind == KIND_INT || f[i].kind == KIND_LONG;
    return columns;
}

void record_csv_row(const Record *r, const void *row, unsigned roles, CsvOut *o) {
    size_t n;
    const Field *f = r->fields(&n);

    for (size_t i = 0; i < n; i++)
        if (in_table(&f[i], roles))
            put_field(&f[i], row, o);
    csv_end_row(o);
}
