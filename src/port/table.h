/* table – the rows of a list, whether it is a CSV file or a workbook: told by its first
 * bytes, given alike. Rows are numbered as a spreadsheet shows them (a CSV file: its rows
 * that are not blank), and the ' that guards a formula is taken away. */
#ifndef JW_TABLE_H
#define JW_TABLE_H

#include "xlsx.h"

Err table_read(Str bytes, Str sheet, XlsxEach *each, void *ctx, Fault *f);

#endif
