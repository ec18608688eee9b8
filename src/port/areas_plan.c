/* areas_plan – see areas_plan.h. */
#include "areas_plan.h"

#include "csv.h"
#include "xlsx.h"
#include "xlsx_csv.h"

#include <string.h>

void areas_phase(const AreasPlan *p, const char *zh, const char *en) {
    if (p->how->phase)
        p->how->phase(p->how->phase_ctx, zh, en);
}

Err areas_row_add(AreasPlan *p, AreaRow **ret, Fault *f) {
    if (p->n == p->room) {
        int32_t room = p->room ? p->room * 2 : 256;
        AreaRow *wider = mem_grow(p->rows, (size_t)room * sizeof *wider);
        if (!wider)
            return fault_memory(f);
        p->rows = wider;
        p->room = room;
    }
    *ret = &p->rows[p->n++];
    **ret = (AreaRow){ .households = -1, .parent = -1, .above = -1, .first = -1, .next = -1 };
    return OK;
}

Err areas_row_note(AreasPlan *p, int32_t i, AreaNoteKind kind, AreaNote more, Fault *f) {
    const AreaRow *row = &p->rows[i];

    more.kind = kind;
    more.feature = row->feature;
    more.line = row->line;
    more.code = row->code.n ? row->code : row->name;
    return areas_note(p->report, &more, f);
}

Err areas_sheet_open(Str text, AreasSheet *s, Fault *f) {
    *s = (AreasSheet){ .bytes = { text } };
    if (xlsx_looks_like(text)) {
        TRY(xlsx_to_csv(text, &s->text, f));
        s->bytes.rest = buf_view(&s->text);
    }
    Err e = csv_open(csv_from_memory, &s->bytes, (CsvLimits){ 0 }, &s->csv, f);
    if (e != OK)
        buf_end(&s->text);
    return e;
}

void areas_sheet_close(AreasSheet *s) {
    csv_close(s->csv);
    buf_end(&s->text);
}

static Err read_rows(AreasPlan *p, Csv *c, const int32_t at[3], AreasTableEach *each, void *ctx, Fault *f) {
    Str words[3];
    bool more;

    for (;;) {
        TRY(csv_next(c, &more, f));
        if (!more)
            return OK;
        for (int i = 0; i < 3; i++)
            TRY(str_copy(p->texts, csv_field(c, at[i]), &words[i], f));
        TRY(each(p, ctx, csv_row(c), words, f));
    }
}

static Err read_table(AreasPlan *p, Csv *c, const Str columns[3], AreasTableEach *each, void *ctx, Fault *f) {
    const char *names[3];
    Str name;
    int32_t found[3], at[3] = { 0, 1, -1 };
    size_t n = 0;

    for (int i = 0; i < 3; i++)
        if (columns[i].n) {
            TRY(str_copy(p->texts, columns[i], &name, f));
            names[n++] = name.p;
        }
    TRY(csv_header(c, names, NULL, n, found, f));
    n = 0;
    for (int i = 0; i < 3; i++)
        if (columns[i].n)
            at[i] = found[n++];
    if (csv_columns(c) < 2)
        return fault(f, ERR_INVALID, "csv_columns", "", "对照表只有一列，要有两列：下级代码和上级代码。",
                     "The table has one column; it needs two: the code below and the code above.");
    return read_rows(p, c, at, each, ctx, f);
}

Err areas_table(AreasPlan *p, Str table, const Str columns[3], AreasTableEach *each, void *ctx, Fault *f) {
    AreasSheet s;

    TRY(areas_sheet_open(table, &s, f));
    Err e = read_table(p, s.csv, columns, each, ctx, f);
    areas_sheet_close(&s);
    return e;
}
