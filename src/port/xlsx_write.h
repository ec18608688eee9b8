/* xlsx_write – a workbook of one sheet from a table. Texts are texts, whatever they begin
 * with: there are no formulas in it. Columns of whole numbers are numbers, so that a
 * spreadsheet can add them up; codes stay as they are written, with their zeros. What XML
 * cannot hold (control characters) becomes a space. */
#ifndef JW_XLSX_WRITE_H
#define JW_XLSX_WRITE_H

#include "mem.h"
#include "text.h"

/* `csv` as base/csv.h writes it, with its headings; its guards are taken away. numbers[i]:
 * column i has whole numbers. The workbook is appended to `out`, which can grow. ERR_LIMIT:
 * more rows or longer texts than a spreadsheet takes. */
Err xlsx_write(Str csv, const char *sheet, const bool *numbers, int32_t n_columns, Buf *out, Fault *f);

#endif
