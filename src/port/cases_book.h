/* cases_book – the tickets of a workbook, as the table that cases_import reads: the
 * same mapping, the same rejects, the same restart.
 *
 * The first row that is not empty is the header. Cells give their text; those of the
 * mapping's time columns that are dates, or bare serial numbers that do not fit the
 * mapping's own format, are given as 2026-10-01T18:30:00, which rows understand besides
 * that format – so a rejected row can be put right in its CSV and imported again.
 * Empty rows stay empty lines, so that a row's line is its number in the workbook
 * (but for cells that hold line ends). */
#ifndef JW_CASES_BOOK_H
#define JW_CASES_BOOK_H

#include "cases_file.h"
#include "xlsx.h"

typedef struct CasesBook CasesBook;

/* `bytes` and the mapping are borrowed until it is closed. It is looked through whole:
 * merged cells, damage and bombs are refused here, before a row is written. */
Err cases_book_open(Str bytes, Str sheet, const CasesMap *m, CasesBook **ret, Fault *f);
Err cases_book_pull(void *book, char *to, size_t room, size_t *ret_n, Fault *f); /* a CsvSource */
int64_t cases_book_rows(const CasesBook *b);                                     /* all, the header too */
int64_t cases_book_given(const CasesBook *b);                                    /* so far */
void cases_book_close(CasesBook *b);                                             /* NULL: nothing */

#endif
