/* calendar_file – statutory holidays and make-up days from a table with the
 * columns day, kind (rest or work) and name. A day that is there already is
 * replaced; the whole file is one transaction. */
#ifndef JW_CALENDAR_FILE_H
#define JW_CALENDAR_FILE_H

#include "csv.h"
#include "tx.h"

Err calendar_import(Store *s, CsvSource *source, void *from, int64_t *ret_days, Fault *f);

#endif
