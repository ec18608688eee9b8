/* xlsx_write – see xlsx_write.h. The least that a spreadsheet program opens without a
 * word: five small parts that never change, and the sheet. */
#include "xlsx_write.h"

#include "csv.h"
#include "xlsx.h"

#include <string.h>
#include <zip.h>

enum { SHEET_MAX = 256 << 20, SAME_TIME = 1577836800 }; /* the same table gives the same bytes */

#define XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define SPREADSHEET "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define RELATIONS "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define PACKAGE "http://schemas.openxmlformats.org/package/2006/"
#define CONTENT "application/vnd.openxmlformats-officedocument.spreadsheetml."

static const struct {
    const char *name, *text;
} parts[] = {
    { "[Content_Types].xml", XML_HEAD
      "<Types xmlns=\"" PACKAGE "content-types\">"
      "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
      "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
      "<Override PartName=\"/xl/workbook.xml\" ContentType=\"" CONTENT "sheet.main+xml\"/>"
      "<Override PartName=\"/xl/styles.xml\" ContentType=\"" CONTENT "styles+xml\"/>"
      "<Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"" CONTENT "worksheet+xml\"/></Types>" },
    { "_rels/.rels", XML_HEAD "<Relationships xmlns=\"" PACKAGE "relationships\">"
                              "<Relationship Id=\"rId1\" Type=\"" RELATIONS
                              "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>" },
    { "xl/_rels/workbook.xml.rels", XML_HEAD
      "<Relationships xmlns=\"" PACKAGE "relationships\">"
      "<Relationship Id=\"rId1\" Type=\"" RELATIONS "/worksheet\" Target=\"worksheets/sheet1.xml\"/>"
      "<Relationship Id=\"rId2\" Type=\"" RELATIONS "/styles\" Target=\"styles.xml\"/></Relationships>" },
    /* Style 0 is plain text, 1 the bold heading. */
    { "xl/styles.xml", XML_HEAD
      "<styleSheet xmlns=\"" SPREADSHEET "\"><fonts count=\"2\"><font><sz val=\"11\"/></font>"
      "<font><b/><sz val=\"11\"/></font></fonts><fills count=\"2\"><fill><patternFill patternType=\"none\"/>"
      "</fill><fill><patternFill patternType=\"gray125\"/></fill></fills><borders count=\"1\"><border/>"
      "</borders><cellStyleXfs count=\"1\"><xf/></cellStyleXfs><cellXfs count=\"2\"><xf/>"
      "<xf fontId=\"1\" applyFont=\"1\"/></cellXfs></styleSheet>" },
};

/* ---- XML ---- */

/* Bytes of a letter that XML does not allow (U+0000–001F but tab and line ends, U+FFFE, U+FFFF), or 0. */
static size_t forbidden(const unsigned char *p, size_t n) {
    if (*p < 0x20 && *p != '\t' && *p != '\n')
        return 1;
    return n >= 3 && p[0] == 0xEF && p[1] == 0xBF && p[2] >= 0xBE ? 3 : 0;
}

static void put_xml(Buf *b, Str s) {
    for (size_t i = 0; i < s.n;) {
        size_t bad = forbidden((const unsigned char *)s.p + i, s.n - i);
        switch (bad ? ' ' : s.p[i]) {
        case '&': buf_str(b, "&amp;"); break;
        case '<': buf_str(b, "&lt;"); break;
        case '>': buf_str(b, "&gt;"); break;
        case '"': buf_str(b, "&quot;"); break;
        default: buf_char(b, bad ? ' ' : s.p[i]);
        }
        i += bad ? bad : 1;
    }
}

/* 0: A, 25: Z, 26: AA */
static void put_column(Buf *b, int32_t at) {
    char name[8];
    size_t n = sizeof name;

    for (at++; at > 0; at = (at - 1) / 26)
        name[--n] = (char)('A' + (at - 1) % 26);
    buf_put(b, name + n, sizeof name - n);
}

/* ---- the sheet ---- */

static bool is_number(Str s) {
    size_t from = s.n && s.p[0] == '-';

    if (s.n == from || s.n - from > 15 || (s.p[from] == '0' && s.n > from + 1))
        return false;
    for (size_t i = from; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return true;
}

static Err put_cell(Buf *b, int64_t row, int32_t at, Str s, bool number, Fault *f) {
    if (utf8_count(s.p, s.n) > XLSX_CELL_MAX)
        return fault(f, ERR_LIMIT, "xlsx_cell", "", "第 %lld 行有一格超过 %d 个字，工作簿装不下。",
                     "A cell of row %lld has more than %d letters: a workbook cannot hold it.", (long long)row,
                     XLSX_CELL_MAX);
    buf_str(b, "<c r=\"");
    put_column(b, at);
    buf_int(b, row);
    if (number && row > 1 && is_number(s)) {
        buf_str(b, "\"><v>");
        buf_put(b, s.p, s.n);
        buf_str(b, "</v></c>");
        return OK;
    }
    buf_str(b, row == 1 ? "\" s=\"1\" t=\"inlineStr\"><is><t xml:space=\"preserve\">"
                        : "\" t=\"inlineStr\"><is><t xml:space=\"preserve\">");
    put_xml(b, s);
    buf_str(b, "</t></is></c>");
    return OK;
}

static Err put_row(Csv *c, const bool *numbers, int32_t n_numbers, Buf *b, Fault *f) {
    if (csv_row(c) > XLSX_ROWS_MAX)
        return fault(f, ERR_LIMIT, "xlsx_rows", "", "超过 %d 行，工作簿装不下，请导出为 CSV。",
                     "More than %d rows do not go into a workbook: export them as CSV.", XLSX_ROWS_MAX);
    buf_fmt(b, "<row r=\"%lld\">", (long long)csv_row(c));
    for (int32_t i = 0; i < csv_count(c); i++) {
        Str cell = csv_unguard(csv_field(c, i));
        if (cell.n)
            TRY(put_cell(b, csv_row(c), i, cell, i < n_numbers && numbers[i], f));
    }
    buf_str(b, "</row>");
    return b->full ? fault(f, ERR_LIMIT, "xlsx_size", "", "表太大，请导出为 CSV。",
                           "The table is too large: export it as CSV.")
                   : OK;
}

static Err put_sheet(Str csv, const bool *numbers, int32_t n_numbers, Buf *b, Fault *f) {
    CsvMemory memory = { csv };
    bool more = true;
    Csv *c;

    buf_str(b,
            XML_HEAD "<worksheet xmlns=\"" SPREADSHEET "\"><sheetViews><sheetView workbookViewId=\"0\">"
                     "<pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>"
                     "</sheetView></sheetViews><sheetFormatPr defaultColWidth=\"16\" defaultRowHeight=\"15\"/>"
                     "<sheetData>");
    TRY(csv_open(csv_from_memory, &memory, (CsvLimits){ .encoding = "UTF-8" }, &c, f));
    Err e = csv_next(c, &more, f);
    while (e == OK && more) {
        e = put_row(c, numbers, n_numbers, b, f);
        e = e == OK ? csv_next(c, &more, f) : e;
    }
    csv_close(c);
    buf_str(b, "</sheetData></worksheet>");
    return e;
}

static void put_workbook(const char *sheet, Buf *b) {
    buf_str(b, XML_HEAD "<workbook xmlns=\"" SPREADSHEET "\" xmlns:r=\"" RELATIONS "\"><sheets><sheet name=\"");
    put_xml(b, str(sheet));
    buf_str(b, "\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>");
}

/* ---- the package ---- */

static bool add_part(zip_t *zip, const char *name, Str text) {
    zip_source_t *source = zip_source_buffer(zip, text.p, text.n, 0);
    zip_int64_t at = source ? zip_file_add(zip, name, source, ZIP_FL_ENC_UTF_8) : -1;

    if (source && at < 0)
        zip_source_free(source);
    return at >= 0 && zip_file_set_mtime(zip, (zip_uint64_t)at, SAME_TIME, 0) == 0;
}

static bool add_parts(zip_t *zip, Str workbook, Str sheet) {
    for (size_t i = 0; i < COUNT(parts); i++)
        if (!add_part(zip, parts[i].name, str(parts[i].text)))
            return false;
    return add_part(zip, "xl/workbook.xml", workbook) && add_part(zip, "xl/worksheets/sheet1.xml", sheet);
}

static bool copy_out(zip_source_t *made, Buf *out) {
    char piece[16384];
    zip_int64_t n;

    if (zip_source_open(made) != 0)
        return false;
    while ((n = zip_source_read(made, piece, sizeof piece)) > 0)
        buf_put(out, piece, (size_t)n);
    zip_source_close(made);
    return n == 0;
}

static Err pack(Str workbook, Str sheet, Buf *out, Fault *f) {
    zip_source_t *made = zip_source_buffer_create(NULL, 0, 0, NULL);
    zip_t *zip = made ? zip_open_from_source(made, ZIP_CREATE | ZIP_TRUNCATE, NULL) : NULL;

    if (!zip) {
        zip_source_free(made);
        return fault_memory(f);
    }
    zip_source_keep(made);
    bool done = add_parts(zip, workbook, sheet);
    if (done && zip_close(zip) != 0)
        done = false;
    else if (done)
        zip = NULL;
    if (zip)
        zip_discard(zip);
    done = done && copy_out(made, out);
    zip_source_free(made);
    return !done ? fault_memory(f) : out->full ? fault_arena(f) : OK;
}

Err xlsx_write(Str csv, const char *sheet, const bool *numbers, int32_t n_columns, Buf *out, Fault *f) {
    char room[800] = "";
    Buf workbook = { room, 0, sizeof room, false, 0 }, b;

    put_workbook(sheet, &workbook);
    TRY(buf_begin(&b, 1 << 16, SHEET_MAX, f));
    Err e = put_sheet(csv, numbers, n_columns, &b, f);
    e = e == OK ? pack(buf_view(&workbook), buf_view(&b), out, f) : e;
    buf_end(&b);
    return e;
}
