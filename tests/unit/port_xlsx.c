/* xlsx: values as a person sees them, and what is refused with sheet and cell. */
#include "book.h"
#include "xlsx.h"
#include "xlsx_csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static Fault fa;
static char seen[1 << 16];

/* "1: a|b|c\n" for each row */
static Err note(void *ctx, int64_t row, const Str *cells, int32_t n, Fault *f) {
    Buf *b = ctx;

    (void)f;
    buf_fmt(b, "%lld: ", (long long)row);
    for (int32_t i = 0; i < n; i++)
        buf_fmt(b, "%s%.*s", i ? "|" : "", (int)cells[i].n, cells[i].p);
    buf_char(b, '\n');
    return OK;
}

static Err read_bytes(const char *bytes, size_t n, const char *sheet) {
    Buf b = { seen, 0, sizeof seen, false, 0 };

    seen[0] = 0;
    return xlsx_read((Str){ bytes, n }, str(sheet), note, &b, &fa);
}

static Err read_book(const char *sheet, const char *strings, const char *styles) {
    size_t n;
    char *bytes = book_make(sheet, strings, styles, &n);
    Err e = read_bytes(bytes, n, "");

    free(bytes);
    return e;
}

static void test_values(void **state) {
    (void)state;
    assert_int_equal(
        read_book("<sheetData>"
                  "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>1</v></c><c r=\"B1\" t=\"s\"><v>0</v></c></row>"
                  "<row r=\"3\"><c r=\"A3\" t=\"inlineStr\"><is><t>甲</t></is></c><c r=\"C3\"><v>12</v></c>"
                  "<c r=\"D3\"><v>12.5</v></c><c r=\"E3\"><v>1.2E3</v></c><c r=\"F3\" t=\"b\"><v>1</v></c>"
                  "<c r=\"G3\" t=\"str\"><f>A1</f><v>x &amp; y</v></c></row>"
                  "<row r=\"4\"><c r=\"A4\" s=\"1\"/><c r=\"B4\" t=\"s\"/></row>"
                  "<row><c><v>7</v></c><c><v>310101002001</v></c></row></sheetData>",
                  "<si><t>户数</t></si><si><r><t>名</t></r><r><t>称</t></r><rPh><t>ming</t></rPh></si>", NULL),
        OK);
    assert_string_equal(seen, "1: 名称|户数\n3: 甲||12|12.5|1200|TRUE|x & y\n5: 7|310101002001\n");
}

static void test_dates(void **state) {
    const char *styles = "<numFmts><numFmt numFmtId=\"164\" formatCode=\"yyyy&quot;年&quot;m&quot;月&quot;\"/>"
                         "<numFmt numFmtId=\"165\" formatCode=\"0.00&quot;days&quot;\"/></numFmts>"
                         "<cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>"
                         "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"164\"/>"
                         "<xf numFmtId=\"165\"/></cellXfs>";
    (void)state;
    assert_int_equal(read_book("<sheetData><row><c s=\"0\"><v>46296</v></c><c s=\"1\"><v>46296</v></c>"
                               "<c s=\"2\"><v>46296.75</v></c><c s=\"3\"><v>3</v></c><c s=\"1\"><v>1</v></c>"
                               "<c s=\"1\"><v>59</v></c><c s=\"1\"><v>61</v></c></row></sheetData>",
                               NULL, styles),
                     OK);
    assert_string_equal(seen, "1: 46296|2026-10-01|2026-10-01 18:00:00|3|1900-01-01|1900-02-28|1900-03-01\n");
}

static void test_which_sheet(void **state) {
    size_t n;
    char *bytes = book_make("<sheetData><row><c><v>1</v></c></row></sheetData>", NULL, NULL, &n);

    (void)state;
    assert_int_equal(read_bytes(bytes, n, "其他"), OK);
    assert_string_equal(seen, "1: 2\n");
    assert_int_equal(read_bytes(bytes, n, "楼栋"), ERR_INVALID);
    assert_string_equal(fa.zh, "没有工作表“楼栋”；有：名单, 其他。");
    free(bytes);
}

static void test_refused(void **state) {
    static const struct {
        const char *sheet, *strings, *key, *says;
    } wrong[] = {
        { "<sheetData><row><c><v>1</v></c></row></sheetData><mergeCells><mergeCell "
          "ref=\"A2:A5\"/></mergeCells>",
          NULL, "xlsx_merged", "工作表“名单”的单元格 A2:A5：是合并单元格" },
        { "<sheetData><row r=\"2\"><c r=\"B2\" t=\"e\"><v>#N/A</v></c></row></sheetData>", NULL, "xlsx_error",
          "B2" },
        { "<sheetData><row r=\"2\"><c r=\"B2\"><v>1x</v></c></row></sheetData>", NULL, "xlsx_number", "B2" },
        { "<sheetData><row r=\"2\"><c r=\"B2\" t=\"s\"><v>9</v></c></row></sheetData>", "<si><t>a</t></si>",
          "xlsx_string", "B2" },
        { "<sheetData><row r=\"2\"/><row r=\"1\"/></sheetData>", NULL, "xlsx_rows", "A1" },
        { "<sheetData><row><c r=\"ZZZ1\"><v>1</v></c></row></sheetData>", NULL, "xlsx_columns", "ZZZ1" },
        { "<sheetData><row><c r=\"B1\"/><c r=\"A1\"/></row></sheetData>", NULL, "xlsx_columns", "A1" },
        { "<sheetData><row><c><row/></c></row></sheetData>", NULL, "xlsx_rows", "A2" },
        { "<sheetData><row><c r=\"A1\"><c r=\"B1\"/></c></row></sheetData>", NULL, "xlsx_columns", "B1" },
        { "<sheetData><row>", NULL, "xlsx_xml", "sheet" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_int_equal(read_book(wrong[i].sheet, wrong[i].strings, NULL), ERR_INVALID);
        assert_string_equal(fa.key, wrong[i].key);
        if (!strstr(fa.zh, wrong[i].says))
            fail_msg("%s: %s", wrong[i].key, fa.zh);
    }
}

static void test_no_workbook(void **state) {
    static const BookPart other[] = { { "word/document.xml", "<x/>", 0 } };
    size_t n;
    char *bytes = book_zip(other, 1, &n);

    (void)state;
    assert_int_equal(read_bytes(bytes, n, ""), ERR_INVALID);
    assert_string_equal(fa.key, "xlsx_damaged");
    assert_int_equal(read_bytes(bytes, n / 2, ""), ERR_INVALID); /* cut off */
    assert_string_equal(fa.key, "xlsx_damaged");
    free(bytes);
    assert_int_equal(read_bytes("\xD0\xCF\x11\xE0 old", 8, ""), ERR_INVALID);
    assert_string_equal(fa.key, "xlsx_old");
    assert_int_equal(read_bytes("", 0, ""), ERR_INVALID);
}

/* Ten megabytes of one letter in ten kilobytes; and a DOCTYPE with entities. */
static void test_bombs(void **state) {
    enum { LARGE = 10 << 20 };
    char *large = malloc(LARGE + 200);
    const char *end = "</t></is></c></row></sheetData>";

    (void)state;
    assert_non_null(large);
    strcpy(large, "<sheetData><row><c t=\"inlineStr\"><is><t>");
    size_t n = strlen(large);
    memset(large + n, 'a', LARGE);
    strcpy(large + n + LARGE, end);
    assert_int_equal(read_book(large, NULL, NULL), ERR_LIMIT);
    assert_string_equal(fa.key, "xlsx_bomb");
    strcpy(large + n + 40000, end); /* small enough to unpack, too long for a cell */
    assert_int_equal(read_book(large, NULL, NULL), ERR_LIMIT);
    assert_string_equal(fa.key, "xlsx_long");
    free(large);
    const BookPart parts[] = {
        { "xl/workbook.xml",
          "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><workbook>&b;</workbook>", 0 }
    };
    char *bytes = book_zip(parts, 1, &n);
    assert_int_equal(read_bytes(bytes, n, ""), ERR_INVALID);
    assert_string_equal(fa.key, "xlsx_doctype");
    free(bytes);
}

static Err refuse(void *ctx, int64_t row, const Str *cells, int32_t n, Fault *f) {
    (void)ctx, (void)cells, (void)n;
    return fault(f, ERR_CONFLICT, "enough", "", "第 %lld 行", "row %lld", (long long)row);
}

static void test_each_may_stop(void **state) {
    size_t n;
    char *bytes = book_make("<sheetData><row><c><v>1</v></c></row></sheetData>", NULL, NULL, &n);

    (void)state;
    assert_int_equal(xlsx_read((Str){ bytes, n }, str(""), refuse, NULL, &fa), ERR_CONFLICT);
    assert_string_equal(fa.key, "enough");
    free(bytes);
}

/* Row n on line n: blank lines for what is left out; short rows are filled, quotes doubled. */
static void as_csv(void **state) {
    size_t n;
    Fault f = { 0 };
    Buf text;
    char *book =
        book_make("<sheetData>"
                  "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>楼栋</t></is></c>"
                  "<c r=\"B1\" t=\"inlineStr\"><is><t>户数</t></is></c></row>"
                  "<row r=\"4\"><c r=\"A4\" t=\"inlineStr\"><is><t>a &quot;b&quot;,\nc</t></is></c></row>"
                  "<row r=\"5\"><c r=\"B5\"><v>12</v></c></row>"
                  "</sheetData>",
                  NULL, NULL, &n);

    (void)state;
    assert_int_equal(xlsx_to_csv((Str){ book, n }, &text, &f), OK);
    assert_string_equal(text.p, "\"楼栋\",\"户数\"\n\n\n\"a \"\"b\"\", c\",\"\"\n\"\",\"12\"\n");
    buf_end(&text);
    assert_int_equal(xlsx_to_csv((Str){ book, n / 2 }, &text, &f), ERR_INVALID);
    free(book);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_which_sheet),   cmocka_unit_test(test_refused),
        cmocka_unit_test(test_no_workbook),   cmocka_unit_test(test_bombs),
        cmocka_unit_test(test_each_may_stop), cmocka_unit_test(as_csv),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
