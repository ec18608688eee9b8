/* calendar_file – statutory holidays and make-up days from a table with the
 * columns day, kind (rest or work) and name. A day that is there already is
 * replaced; the whole file is one transaction, and refused where it leaves a year
 * without holidays before the published day. Then the provisional deadlines of open
 * cases are counted again, a hundred at a time. */
#ifndef JW_CALENDAR_FILE_H
#define JW_CALENDAR_FILE_H

#include "csv.h"
#include "tx.h"

typedef struct CalendarCount {
    int64_t days;
    int32_t until;       /* the last day whose holidays are known now                 */
    int64_t seen, moved; /* provisional deadlines counted again, and those that moved */
} CalendarCount;

/* `until` 0: the end of the last year in the table, unless the calendar is published
 * further already; else that day and no other. A fault after the days were written
 * leaves deadlines provisional that were not counted again yet: importing again does. */
Err calendar_import(Store *s, CsvSource *source, void *from, int32_t until, CalendarCount *ret, Fault *f);

#endif
