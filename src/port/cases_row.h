/* cases_row – one row of another system's table, judged: what it says as a case, or
 * one sentence why it cannot be one. */
#ifndef JW_CASES_ROW_H
#define JW_CASES_ROW_H

#include "case.h"
#include "cases_map.h"
#include "cases_names.h"
#include "csv.h"

typedef enum MapColumn {
    COL_EXTERNAL_NO,
    COL_SPOT,
    COL_LON,
    COL_LAT,
    COL_REPORTED,
    COL_DUE,
    COL_CLOSED,
    COL_STATUS,
    COL_CATEGORY,
    COL_CONDITION,
    COL_UNIT,
    COL_TEXT, /* the first of them */
    COL_COUNT = COL_TEXT + MAP_TEXTS_MAX
} MapColumn;

typedef struct RowReader {
    const CasesMap *map;
    const Csv *csv;
    Names *names;
    int32_t at[COL_COUNT]; /* of the file; −1: not mapped */
    int64_t times_skipped, times_twice;
} RowReader;

/* Reads the header and finds the columns that the mapping names. ERR_INVALID lists
 * what is there. */
Err row_reader_begin(RowReader *r, Csv *c, Fault *f);

/* The texts of *ret live in `a`. ERR_INVALID, `field` names the column: the row is to
 * be rejected. ERR_LIMIT: `a` is full. Anything else is the database's. */
Err row_read(RowReader *r, Arena *a, CaseImport *ret, Fault *f);

#endif
