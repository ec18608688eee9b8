/* xlsx: any bytes as a workbook; and, as bytes seldom make a whole zip file, the
 * same bytes as the XML of its sheet, in pieces of a size that the first one sets. */
#include "xlsx_part.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct Seen {
    int64_t row;
} Seen;

static Err check(void *ctx, int64_t row, const Str *cells, int32_t n, Fault *f) {
    Seen *seen = ctx;
    size_t ignored;

    (void)f;
    if (row <= seen->row || n < 1 || n > XLSX_COLUMNS_MAX)
        abort();
    seen->row = row;
    for (int32_t i = 0; i < n; i++)
        if (!utf8_valid(cells[i].p, cells[i].n, &ignored))
            abort();
    return OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    int32_t ends[] = { 6, 7 };
    uint8_t dates[] = { 0, 1 };
    Workbook w = { .strings = { .text = { "名称x", 7, 8, false, 0 }, .ends = ends, .n = 2 },
                   .dates = dates,
                   .n_dates = 2,
                   .since_1904 = n > 1 && data[1] & 1,
                   .sheet = { "名单", 6 } };
    Seen seen = { 0 };
    size_t step = n ? (size_t)data[0] + 1 : 1;
    const char *p = (const char *)data;
    Err e = OK;
    Sheet *s;
    Fault f;

    xlsx_read((Str){ p, n }, (Str){ "", 0 }, check, &seen, &f);
    seen.row = 0;
    if (sheet_begin(&w, check, &seen, &s, &f) != OK)
        return 0;
    for (size_t at = 1; e == OK && at <= n; at += step)
        e = sheet_feed(s, p + at, n - at < step ? n - at : step, at + step > n, &f);
    sheet_end(s);
    return 0;
}
