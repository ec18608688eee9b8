/* cases_book: the bytes as the XML of a sheet of tickets. What is pulled row by row is
 * what is pushed; as CSV it has the same rows and texts, but for the times of the
 * mapping's columns, and those are read again. */
#include "book.h"
#include "cases_book.h"
#include "cases_map.h"
#include "csv.h"
#include "date_text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define STYLES "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs>"
#define MAP                                                                                        \
    "{\"zone\":\"UTC\",\"date\":\"%Y%m%d\",\"external_no\":\"no\",\"text\":\"what\",\"reported\":" \
    "\"made\",\"due\":\"due\"}"

static CasesMap *map;
static Arena map_room;

static uint64_t mix(uint64_t h, Str s) {
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 1099511628211u;
    return (h ^ 256) * 1099511628211u;
}

static Err pushed(void *ctx, int64_t row, const Str *cells, int32_t n, Fault *f) {
    uint64_t *h = ctx;

    (void)f;
    *h = *h * 31 + (uint64_t)row;
    for (int32_t i = 0; i < n; i++)
        *h = mix(*h, cells[i]);
    return OK;
}

static Err pulled(Str bytes, uint64_t *ret, int64_t *ret_rows, Fault *f) {
    XlsxRow row;
    Xlsx *x;
    bool more = true;

    TRY(xlsx_open(bytes, str(""), &x, f));
    Err e = OK;
    for (*ret_rows = 0; e == OK && more; *ret_rows += more)
        if ((e = xlsx_next(x, &row, &more, f)) == OK && more)
            e = pushed(ret, row.number, row.cells, row.n, f);
    if (e == OK && *ret_rows != xlsx_rows(x))
        abort();
    xlsx_close(x);
    return e;
}

/* Every row of the sheet is one of the table, or too wide or too long for it. */
static void as_csv(Str bytes, int64_t rows, Fault *f) {
    static const char *const names[] = { "made" };
    static const bool needed[] = { false };
    CasesBook *book;
    Csv *csv;
    int32_t at;
    bool more = true;

    if (cases_book_open(bytes, str(""), map, &book, f) != OK)
        abort(); /* it was open a moment ago */
    CsvLimits limits = { .field_max = 160 << 10, .row_max = 64 << 20 };
    if (csv_open(cases_book_pull, book, limits, &csv, f) != OK)
        abort();
    if (csv_header(csv, names, needed, 1, &at, f) == OK) {
        int64_t seen = 1;
        while (more && !csv_is_broken(csv)) {
            Err e = csv_next(csv, &more, f);
            seen += more && (e == OK || !csv_is_broken(csv));
        }
        if (csv_is_broken(csv) || seen > rows)
            abort();
    }
    csv_close(csv);
    cases_book_close(book);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    uint64_t a = 0, b = 0;
    int64_t rows = 0;
    size_t size;
    Fault f;

    if (!map &&
        (arena_begin(&map_room, 1 << 20, &f) != OK || cases_map_read(str(MAP), &map_room, &map, &f) != OK))
        abort();
    char *sheet = malloc(n + 1);
    if (!sheet)
        abort();
    memcpy(sheet, data, n);
    sheet[n] = 0;
    char *bytes = book_make(sheet, NULL, STYLES, &size);
    Err push = xlsx_read((Str){ bytes, size }, str(""), pushed, &a, &f);
    Err pull = pulled((Str){ bytes, size }, &b, &rows, &f);
    if (push != pull || (push == OK && a != b))
        abort();
    if (pull == OK)
        as_csv((Str){ bytes, size }, rows, &f);
    free(bytes);
    free(sheet);
    return 0;
}
