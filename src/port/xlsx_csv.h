/* xlsx_csv – a sheet of a workbook as CSV text, for the readers that take CSV.
 *
 * Row n of the sheet stands on line n of the text, so that what is said of a line is
 * right for the workbook too: rows that the sheet leaves out are blank lines, line
 * ends within a cell become spaces. Rows are as wide as the first one; a longer one
 * stays longer, for the reader to refuse. */
#ifndef JW_XLSX_CSV_H
#define JW_XLSX_CSV_H

#include "text.h"

/* The first sheet. `*ret` is begun here, and the caller's to end, only if OK. */
Err xlsx_to_csv(Str bytes, Buf *ret, Fault *f);

#endif
