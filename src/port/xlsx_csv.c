/* xlsx_csv – see xlsx_csv.h. */
#include "xlsx_csv.h"

#include "xlsx.h"

typedef struct Sheet {
    Buf *to;
    int64_t lines; /* written so far */
    int32_t width; /* of the first row */
} Sheet;

static void put_cell(Buf *b, Str cell) {
    buf_char(b, '"');
    for (size_t i = 0; i < cell.n; i++) {
        char c = cell.p[i];
        if (c == '"')
            buf_char(b, '"');
        buf_char(b, c == '\n' || c == '\r' ? ' ' : c);
    }
    buf_char(b, '"');
}

static Err put_row(void *ctx, int64_t row, const Str *cells, int32_t n, Fault *f) {
    Sheet *s = ctx;

    while (n > 0 && cells[n - 1].n == 0)
        n--;
    for (; s->lines + 1 < row; s->lines++)
        buf_char(s->to, '\n');
    s->width = s->width ? s->width : n;
    for (int32_t i = 0; n > 0 && i < (n > s->width ? n : s->width); i++) {
        if (i)
            buf_char(s->to, ',');
        put_cell(s->to, i < n ? cells[i] : (Str){ "", 0 });
    }
    buf_char(s->to, '\n');
    s->lines++;
    return s->to->full ? fault(f, ERR_LIMIT, "xlsx_large", "", "工作簿里的表超过 %d MB；请分成几个。",
                               "The sheet of the workbook is larger than %d MB; split it.", XLSX_PART_MAX >> 20)
                       : OK;
}

Err xlsx_to_csv(Str bytes, Buf *ret, Fault *f) {
    Buf text;
    Sheet s = { .to = &text };

    TRY(buf_begin(&text, 1 << 16, XLSX_PART_MAX, f));
    Err e = xlsx_read(bytes, (Str){ "", 0 }, put_row, &s, f);
    if (e == OK)
        *ret = text;
    else
        buf_end(&text);
    return e;
}
