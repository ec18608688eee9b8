/* cases_book – see cases_book.h. One row at a time is printed as a line of CSV. */
#include "cases_book.h"

#include "cases_map.h"
#include "csv.h"
#include "date_text.h"

#include <string.h>

enum { LINE_MAX = 20 << 20 }; /* a sheet's row holds 16 MB of text at most */

struct CasesBook {
    Xlsx *x;
    const CasesMap *map;
    Buf line;
    size_t taken;    /* of the line */
    int32_t columns; /* of the header; 0: not read yet */
    int64_t row, given;
    bool timed[XLSX_COLUMNS_MAX]; /* the mapping reads a time there */
};

Err cases_book_open(Str bytes, Str sheet, const CasesMap *m, CasesBook **ret, Fault *f) {
    CasesBook *b = mem_alloc(sizeof *b);

    if (!b)
        return fault_memory(f);
    *b = (CasesBook){ .map = m };
    Err e = buf_begin(&b->line, 4096, LINE_MAX, f);
    e = e == OK ? xlsx_open(bytes, sheet, &b->x, f) : e;
    if (e == OK)
        *ret = b;
    else
        cases_book_close(b);
    return e;
}

void cases_book_close(CasesBook *b) {
    if (!b)
        return;
    xlsx_close(b->x);
    buf_end(&b->line);
    mem_free(b);
}

int64_t cases_book_rows(const CasesBook *b) { return xlsx_rows(b->x); }
int64_t cases_book_given(const CasesBook *b) { return b->given; }

static Str trim(Str s) {
    while (s.n && (*s.p == ' ' || *s.p == '\t'))
        s = (Str){ s.p + 1, s.n - 1 };
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

static void take_header(CasesBook *b, const XlsxRow *row) {
    const CasesMap *m = b->map;

    b->columns = row->n;
    for (int32_t i = 0; i < row->n; i++) {
        Str name = trim(row->cells[i]);
        b->timed[i] =
            name.n && (str_same(name, m->reported) || str_same(name, m->due) || str_same(name, m->closed));
    }
}

/* A date always, a bare number where it is no time as the mapping writes them. */
static bool is_serial(const CasesBook *b, const XlsxRow *row, int32_t i) {
    DateText ignored;

    if (!b->timed[i] || row->kinds[i] == XLSX_TEXT)
        return false;
    return row->kinds[i] == XLSX_DATE || !date_text_read(b->map->date, row->cells[i], b->map->zone, &ignored);
}

static void put_cell(CasesBook *b, CsvOut *out, const XlsxRow *row, int32_t i) {
    char room[32] = "";
    Buf time = { room, 0, sizeof room, false, 0 };
    bool timed = is_serial(b, row, i) && xlsx_put_time(b->x, row->numbers[i], &time);

    csv_put(out, timed ? buf_view(&time) : row->cells[i]);
}

/* Rows of the sheet that are empty, as lines. */
static void put_gap(CasesBook *b, int64_t number) {
    for (; b->row + 1 < number; b->row++)
        buf_str(&b->line, "\r\n");
    b->row = number;
}

static Err next_line(CasesBook *b, bool *ret_more, Fault *f) {
    CsvOut out = { .b = &b->line };
    XlsxRow row;

    b->line.n = b->taken = 0;
    TRY(xlsx_next(b->x, &row, ret_more, f));
    if (!*ret_more)
        return OK;
    put_gap(b, row.number);
    bool header = b->given++ == 0;
    if (header)
        take_header(b, &row);
    for (int32_t i = 0; i < row.n || i < b->columns; i++)
        if (i >= row.n)
            csv_put(&out, str(""));
        else if (header)
            csv_put(&out, row.cells[i]);
        else
            put_cell(b, &out, &row, i);
    csv_end_row(&out);
    return b->line.full ? fault_memory(f) : OK;
}

Err cases_book_pull(void *book, char *to, size_t room, size_t *ret_n, Fault *f) {
    CasesBook *b = book;
    bool more = true;

    while (b->taken == b->line.n && more)
        TRY(next_line(b, &more, f));
    size_t left = b->line.n - b->taken, n = left < room ? left : room;
    if (n)
        memcpy(to, b->line.p + b->taken, n);
    b->taken += n;
    *ret_n = n;
    return OK;
}
