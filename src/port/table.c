/* table – see table.h. */
#include "table.h"

#include "csv.h"

enum { CELLS_MAX = 1000 };

typedef struct Unguarding {
    XlsxEach *each;
    void *ctx;
    Str cells[CELLS_MAX];
} Unguarding;

static Str trimmed(Str s) {
    while (s.n && (*s.p == ' ' || *s.p == '\t'))
        s = (Str){ s.p + 1, s.n - 1 };
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

static Err take_row(void *ctx, int64_t row, const Str *cells, int32_t n, Fault *f) {
    Unguarding *u = ctx;

    n = n < CELLS_MAX ? n : CELLS_MAX;
    for (int32_t i = 0; i < n; i++)
        u->cells[i] = csv_unguard(trimmed(cells[i]));
    return u->each(u->ctx, row, u->cells, n, f);
}

static Err read_csv(Str bytes, Unguarding *u, Fault *f) {
    CsvMemory memory = { bytes };
    Str cells[CELLS_MAX];
    bool more = true;
    Csv *c;

    TRY(csv_open(csv_from_memory, &memory, (CsvLimits){ .columns_max = CELLS_MAX }, &c, f));
    Err e = csv_next(c, &more, f);
    while (e == OK && more) {
        int32_t n = csv_count(c);
        for (int32_t i = 0; i < n; i++)
            cells[i] = csv_field(c, i);
        e = take_row(u, csv_row(c), cells, n, f);
        e = e == OK ? csv_next(c, &more, f) : e;
    }
    csv_close(c);
    return e;
}

Err table_read(Str bytes, Str sheet, XlsxEach *each, void *ctx, Fault *f) {
    Unguarding *u = mem_alloc(sizeof *u);

    if (!u)
        return fault_memory(f);
    u->each = each;
    u->ctx = ctx;
    Err e = xlsx_looks_like(bytes) ? xlsx_read(bytes, sheet, take_row, u, f) : read_csv(bytes, u, f);
    mem_free(u);
    return e;
}
