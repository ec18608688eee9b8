/* xlsx – a table from a workbook: the rows of one sheet, as text.
 *
 * A reader of what lists of buildings and units are kept in, no more: the first
 * sheet, or the one of that name; shared and inline strings, numbers, booleans,
 * and dates (2026-10-01, told by the cell's format, 1900 and 1904 systems); of a
 * formula its last result. Refused, with a sentence that names the sheet and the
 * cell: merged cells, errors such as #N/A, a text that is too long. Refused before
 * it is unpacked: what is no workbook (old .xls and password-protected files are
 * told by name), and a zip bomb – by size, by the sum of sizes and by ratio, while
 * unpacking too, for a directory may lie. A DOCTYPE is refused.
 *
 * The sheet is streamed; in memory are the file, its shared strings and one row.
 * Rows are pushed (xlsx_read), or pulled one by one (xlsx_open): there the sheet is
 * looked through once before the first row is given, so that what is refused is
 * refused before anybody has written anything. */
#ifndef JW_XLSX_H
#define JW_XLSX_H

#include "mem.h"
#include "text.h"

enum {
    XLSX_FILE_MAX = 64 << 20,  /* the workbook */
    XLSX_PART_MAX = 256 << 20, /* one part of it, unpacked */
    XLSX_RATIO_MAX = 200,      /* of parts beyond 1 MB */
    XLSX_STRINGS_MAX = 64 << 20,
    XLSX_COLUMNS_MAX = 1000,
    XLSX_ROWS_MAX = 1048576,
    XLSX_CELL_MAX = 32767, /* letters, as in the program itself */
};

/* One row that is not empty: its number as the program shows it, and its cells from
 * column A on, empty ones included. They live until it returns. Not OK ends the
 * reading and is passed up. */
typedef Err XlsxEach(void *ctx, int64_t row, const Str *cells, int32_t n, Fault *f);

/* `sheet` empty: the first one. ERR_INVALID and ERR_LIMIT say what and where. */
Err xlsx_read(Str bytes, Str sheet, XlsxEach *each, void *ctx, Fault *f);

/* What a cell is: a number that its format shows as a date is a date. */
typedef enum XlsxKind { XLSX_TEXT, XLSX_NUMBER, XLSX_DATE } XlsxKind;

/* A row that is not empty; it lives until the next is asked for. */
typedef struct XlsxRow {
    int64_t number; /* as the program shows it */
    const Str *cells;
    const XlsxKind *kinds;
    const double *numbers; /* of cells that are numbers or dates: the serial number */
    int32_t n;
} XlsxRow;

/* `bytes` are borrowed until xlsx_close. *ret_more false: there are no more rows. */
typedef struct Xlsx Xlsx;
Err xlsx_open(Str bytes, Str sheet, Xlsx **ret, Fault *f);
Err xlsx_next(Xlsx *x, XlsxRow *ret, bool *ret_more, Fault *f);
int64_t xlsx_rows(const Xlsx *x); /* how many there are, from looking it through */
void xlsx_close(Xlsx *x);         /* NULL: nothing */

/* A serial number as 2026-10-01T18:30:00, if it is a time until the end of 9999. */
bool xlsx_put_time(const Xlsx *x, double serial, Buf *b);

bool xlsx_looks_like(Str bytes); /* begins as a zip file does */

#endif
