/* xlsx_sheet – the cells of a sheet: their text as a person sees it. Which cells are
 * merged stands behind the rows, so rows may have been given before it is refused:
 * who writes waits until the end. */
#include "xlsx_part.h"

#include "clock.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum CellType { CELL_NUMBER, CELL_SHARED, CELL_TEXT, CELL_BOOL, CELL_ERROR } CellType;

struct Sheet {
    Xml xml; /* first */
    const Workbook *w;
    XlsxEach *each;
    void *ctx;
    int64_t row, rows;
    int32_t column, n; /* the cell that is open, from 0; cells of the row so far */
    bool in_row, in_cell, in_value, in_phonetic;
    CellType type;
    int32_t style;
    char ref[24]; /* B12 */
    Buf value;    /* of the open cell */
    Buf text;     /* of the row */
    size_t ends[XLSX_COLUMNS_MAX];
    Str cells[XLSX_COLUMNS_MAX];
    XlsxKind kinds[XLSX_COLUMNS_MAX];
    double numbers[XLSX_COLUMNS_MAX];
};

static void stop(Sheet *s, Err err, const char *key, const char *zh, const char *en) {
    xml_stop(&s->xml, fault(s->xml.fault, err, key, "", "工作表“%.*s”的单元格 %s：%s%.0s",
                            "Sheet “%.*s”, cell %s: %.0s%s", (int)(s->w->sheet.n < 60 ? s->w->sheet.n : 60),
                            s->w->sheet.p, s->ref, zh, en));
}

/* ---- values ---- */

/* "AB12" → 27; -1: no reference, or too far right. */
static int32_t column_of(const char *ref) {
    int32_t n = 0, i = 0;

    for (; ref[i] >= 'A' && ref[i] <= 'Z'; i++) {
        n = n * 26 + (ref[i] - 'A' + 1);
        if (n > XLSX_COLUMNS_MAX)
            return -1;
    }
    return i && isdigit((unsigned char)ref[i]) ? n - 1 : -1;
}

bool serial_is_time(double serial) { return serial >= 0 && serial < 2958466; }

/* The 1900 system believes in a 29 February 1900. Half a second before midnight is
 * midnight, of the next day. */
void put_serial(Buf *b, double serial, bool since_1904, char between) {
    int64_t seconds = llround((serial - floor(serial)) * 86400);
    double whole = floor(serial) + (seconds == 86400);
    int32_t day = day_of_civil(1899, 12, 30) + (int32_t)whole, year, month, mday;

    seconds %= 86400;
    if (since_1904)
        day += 1462;
    else if (whole < 60)
        day++;
    civil_of_day(day, &year, &month, &mday);
    buf_fmt(b, "%04d-%02d-%02d", year, month, mday);
    if (seconds > 0 || between != ' ')
        buf_fmt(b, "%c%02lld:%02lld:%02lld", between, (long long)(seconds / 3600),
                (long long)(seconds / 60 % 60), (long long)(seconds % 60));
}

static void put_number(Sheet *s) {
    const Workbook *w = s->w;
    char *end;
    double d = strtod(s->value.p, &end);
    bool date = s->style >= 0 && s->style < w->n_dates && w->dates[s->style];

    if (*end || !isfinite(d))
        stop(s, ERR_INVALID, "xlsx_number", "不是数字。", "this is no number.");
    else if (date && serial_is_time(d))
        put_serial(&s->text, d, w->since_1904, ' ');
    else if (fabs(d) < 1e15 && fabs(d - nearbyint(d)) <= 0)
        buf_fmt(&s->text, "%.0f", d);
    else
        buf_fmt(&s->text, "%.15g", d);
    s->kinds[s->n] = date ? XLSX_DATE : XLSX_NUMBER;
    s->numbers[s->n] = d;
}

static void put_shared(Sheet *s) {
    const Strings *strings = &s->w->strings;
    char *end;
    long i = strtol(s->value.p, &end, 10);

    if (*end || s->value.n == 0 || i < 0 || i >= strings->n) {
        stop(s, ERR_INVALID, "xlsx_string", "指向不存在的文字，文件已损坏。",
             "it refers to a text that is not there: the file is damaged.");
        return;
    }
    int32_t from = i ? strings->ends[i - 1] : 0;
    buf_put(&s->text, strings->text.p + from, (size_t)(strings->ends[i] - from));
}

static void put_value(Sheet *s) {
    size_t from = s->text.n;

    if (s->type == CELL_ERROR)
        stop(s, ERR_INVALID, "xlsx_error", "是错误值，请先改正。", "it holds an error; mend it first.");
    else if (s->type == CELL_SHARED)
        put_shared(s);
    else if (s->type == CELL_TEXT)
        buf_put(&s->text, s->value.p, s->value.n);
    else if (s->type == CELL_BOOL)
        buf_str(&s->text, strcmp(s->value.p, "1") == 0 ? "TRUE" : "FALSE");
    else
        put_number(s);
    if (s->text.full || utf8_count(s->text.p + from, s->text.n - from) > XLSX_CELL_MAX)
        stop(s, ERR_LIMIT, "xlsx_long", "文字太长。", "the text is too long.");
}

/* ---- rows ---- */

static void row_begin(Sheet *s, const char **attributes) {
    const char *r = xml_attribute(attributes, "r");
    int64_t row = r ? strtoll(r, NULL, 10) : s->row + 1;

    snprintf(s->ref, sizeof s->ref, "A%lld", (long long)(row > 0 && row < 99999999 ? row : 0));
    if (s->in_row || row <= s->row || row > XLSX_ROWS_MAX)
        stop(s, ERR_INVALID, "xlsx_rows", "行号不对，文件已损坏。",
             "the numbers of the rows are wrong: the file is damaged.");
    s->row = row;
    s->in_row = true;
    s->n = 0;
    s->column = -1;
    s->text.n = 0;
}

static void row_done(Sheet *s) {
    size_t from = 0;
    bool any = false;

    s->in_row = s->in_cell = false;
    for (int32_t i = 0; i < s->n; i++) {
        s->cells[i] = (Str){ s->text.p + from, s->ends[i] - from };
        any |= s->cells[i].n > 0;
        from = s->ends[i];
    }
    if (any && s->each) {
        Err e = s->each(s->ctx, s->row, s->cells, s->n, s->xml.fault);
        if (e != OK)
            xml_stop(&s->xml, e);
    }
}

/* ---- cells ---- */

static CellType type_of(const char *t) {
    if (!t || strcmp(t, "n") == 0)
        return CELL_NUMBER;
    return strcmp(t, "s") == 0   ? CELL_SHARED
           : strcmp(t, "b") == 0 ? CELL_BOOL
           : strcmp(t, "e") == 0 ? CELL_ERROR
                                 : CELL_TEXT;
}

static void cell_begin(Sheet *s, const char **attributes) {
    const char *ref = xml_attribute(attributes, "r"), *style = xml_attribute(attributes, "s");
    int32_t column = ref ? column_of(ref) : s->column + 1;

    if (ref)
        snprintf(s->ref, sizeof s->ref, "%.20s", ref);
    if (s->in_cell || column <= s->column || column >= XLSX_COLUMNS_MAX) {
        stop(s, ERR_INVALID, "xlsx_columns", "列太多，或位置不对。",
             "there are too many columns, or it stands in the wrong place.");
        return;
    }
    for (; s->n < column; s->n++) {
        s->ends[s->n] = s->text.n;
        s->kinds[s->n] = XLSX_TEXT;
    }
    s->kinds[column] = XLSX_TEXT;
    s->column = column;
    s->in_cell = true;
    s->type = type_of(xml_attribute(attributes, "t"));
    s->style = style ? (int32_t)strtol(style, NULL, 10) : -1;
    s->value.n = 0;
    s->value.p[0] = 0;
}

static void cell_done(Sheet *s) {
    if (s->value.n || s->type == CELL_SHARED || s->type == CELL_ERROR) {
        if (!(s->type == CELL_SHARED && s->value.n == 0)) /* styled, but empty */
            put_value(s);
    }
    s->in_cell = false;
    s->ends[s->n++] = s->text.n;
}

static void on_start(void *ctx, const char *name, const char **attributes) {
    Sheet *s = ctx;

    if (s->xml.err != OK)
        return;
    if (xml_is(name, "row"))
        row_begin(s, attributes);
    else if (xml_is(name, "c") && s->in_row)
        cell_begin(s, attributes);
    else if (xml_is(name, "rPh"))
        s->in_phonetic = true;
    else if (s->in_cell && (xml_is(name, "v") || (xml_is(name, "t") && !s->in_phonetic)))
        s->in_value = true;
    else if (xml_is(name, "mergeCell")) {
        const char *ref = xml_attribute(attributes, "ref");
        snprintf(s->ref, sizeof s->ref, "%.20s", ref ? ref : "?");
        stop(s, ERR_INVALID, "xlsx_merged", "是合并单元格，不知道各行的值；请先取消合并。",
             "these are merged cells, so the values of the rows are not known; unmerge them first.");
    }
}

static void on_end(void *ctx, const char *name) {
    Sheet *s = ctx;

    if (s->xml.err != OK)
        return;
    if (xml_is(name, "v") || xml_is(name, "t"))
        s->in_value = false;
    else if (xml_is(name, "rPh"))
        s->in_phonetic = false;
    else if (xml_is(name, "c") && s->in_cell)
        cell_done(s);
    else if (xml_is(name, "row") && s->in_row)
        row_done(s);
}

static void on_text(void *ctx, const char *p, int n) {
    Sheet *s = ctx;

    if (!s->in_value || s->xml.err != OK)
        return;
    buf_put(&s->value, p, (size_t)n);
    if (s->value.full)
        stop(s, ERR_LIMIT, "xlsx_long", "文字太长。", "the text is too long.");
}

/* ---- a sheet ---- */

Err sheet_begin(const Workbook *w, XlsxEach *each, void *ctx, Sheet **ret, Fault *f) {
    Sheet *s = mem_alloc(sizeof *s);

    if (!s)
        return fault_memory(f);
    memset(s, 0, sizeof *s);
    s->w = w;
    s->each = each;
    s->ctx = ctx;
    strcpy(s->ref, "A1");
    Err e = buf_begin(&s->value, 1024, XLSX_CELL_MAX * 4, f);
    e = e == OK ? buf_begin(&s->text, 4096, 16 << 20, f) : e;
    e = e == OK ? xml_begin(&s->xml, "sheet", on_start, on_end, on_text, f) : e;
    if (e != OK) {
        sheet_end(s);
        return e;
    }
    *ret = s;
    return OK;
}

Err sheet_feed(Sheet *s, const char *p, size_t n, bool last, Fault *f) {
    return xml_feed(&s->xml, p, n, last, f);
}

void sheet_pause(Sheet *s) { xml_pause(&s->xml); }
Err sheet_resume(Sheet *s, Fault *f) { return xml_resume(&s->xml, f); }
bool sheet_paused(const Sheet *s) { return s->xml.paused; }

void sheet_row(const Sheet *s, XlsxRow *ret) {
    *ret = (XlsxRow){ s->row, s->cells, s->kinds, s->numbers, s->n };
}

void sheet_end(Sheet *s) {
    if (!s)
        return;
    xml_end(&s->xml);
    buf_end(&s->value);
    buf_end(&s->text);
    mem_free(s);
}
