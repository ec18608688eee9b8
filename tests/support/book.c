/* book – see book.h. */
#include "book.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

static void must(int holds) {
    if (!holds)
        abort();
}

char *book_zip(const BookPart *parts, size_t n, size_t *ret_n) {
    zip_error_t why;
    zip_stat_t st;

    zip_error_init(&why);
    zip_source_t *to = zip_source_buffer_create(NULL, 0, 0, &why);
    must(to != NULL);
    zip_source_keep(to);
    zip_t *zip = zip_open_from_source(to, ZIP_TRUNCATE, &why);
    must(zip != NULL);
    for (size_t i = 0; i < n; i++) {
        size_t size = parts[i].n ? parts[i].n : strlen(parts[i].text);
        zip_source_t *part = zip_source_buffer(zip, parts[i].text, size, 0);
        must(part && zip_file_add(zip, parts[i].name, part, ZIP_FL_ENC_UTF_8) >= 0);
    }
    must(zip_close(zip) == 0 && zip_source_open(to) == 0 && zip_source_stat(to, &st) == 0);
    char *bytes = malloc(st.size + 1);
    must(bytes && zip_source_read(to, bytes, st.size) == (zip_int64_t)st.size);
    zip_source_close(to);
    zip_source_free(to);
    *ret_n = st.size;
    return bytes;
}

char *book_make(const char *sheet, const char *strings, const char *styles, size_t *ret_n) {
    static const char workbook[] =
        "<workbook xmlns:r=\"urn:r\"><sheets><sheet name=\"名单\" sheetId=\"1\" r:id=\"rId7\"/>"
        "<sheet name=\"其他\" sheetId=\"2\" r:id=\"rId8\"/></sheets></workbook>";
    static const char relations[] =
        "<Relationships><Relationship Id=\"rId8\" Target=\"worksheets/sheet2.xml\"/>"
        "<Relationship Id=\"rId7\" Target=\"worksheets/sheet1.xml\"/></Relationships>";
    size_t sheet_n = strlen(sheet) + 64, strings_n = (strings ? strlen(strings) : 0) + 64,
           styles_n = (styles ? strlen(styles) : 0) + 64, n = 4;
    char *one = malloc(sheet_n), *two = malloc(strings_n), *three = malloc(styles_n);

    must(one && two && three);
    snprintf(one, sheet_n, "<worksheet>%s</worksheet>", sheet);
    snprintf(two, strings_n, "<sst>%s</sst>", strings ? strings : "");
    snprintf(three, styles_n, "<styleSheet>%s</styleSheet>", styles ? styles : "");
    BookPart parts[6] = {
        { "xl/workbook.xml", workbook, 0 },
        { "xl/_rels/workbook.xml.rels", relations, 0 },
        { "xl/worksheets/sheet1.xml", one, 0 },
        { "xl/worksheets/sheet2.xml",
          "<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>2</v></c></row></sheetData></worksheet>", 0 }
    };
    if (strings)
        parts[n++] = (BookPart){ "xl/sharedStrings.xml", two, 0 };
    if (styles)
        parts[n++] = (BookPart){ "xl/styles.xml", three, 0 };
    char *bytes = book_zip(parts, n, ret_n);
    free(one);
    free(two);
    free(three);
    return bytes;
}
