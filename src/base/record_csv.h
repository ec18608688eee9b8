/* record_csv – rows of any noun as a table for people. What one of `roles` may not
 * read, ids, bytes and lists stay out. Cells are guarded against formulas (csv.h). */
#ifndef JW_RECORD_CSV_H
#define JW_RECORD_CSV_H

#include "csv.h"
#include "record.h"

void record_csv_head(const Record *r, unsigned roles, CsvOut *o);
void record_csv_row(const Record *r, const void *row, unsigned roles, CsvOut *o);

/* Which of the columns have whole numbers: at most `max` of them; how many columns. */
int32_t record_csv_numbers(const Record *r, unsigned roles, bool *ret, int32_t max);

#endif
