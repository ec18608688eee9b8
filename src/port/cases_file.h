/* cases_file – the tickets of another system, from a table, as cases.
 *
 * The table may be larger than memory: it is read row by row, and written in
 * transactions of up to 4,096 rows while the next are read. The external number is
 * unique: a row whose number is there writes nothing, so an import that was broken
 * off – a bad byte, a full disk, kill -9 – is simply run again. A row that cannot be
 * a case is rejected with one sentence and goes to `rejects`, as does one that is
 * there already but says something else now; the others are not held up by it. */
#ifndef JW_CASES_FILE_H
#define JW_CASES_FILE_H

#include "csv.h"
#include "records.h"
#include "tx.h"

/* The mapping, from one JSON object (docs/import-cases.md; cases_map.h). It lives in
 * `a`. ERR_INVALID names the member that is wrong. */
typedef struct CasesMap CasesMap;
enum { MAP_BYTES_MAX = 1 << 20 };
Err cases_map_read(Str json, Arena *a, CasesMap **ret, Fault *f);
void cases_map_end(CasesMap *m); /* NULL: nothing */

/* A row that was not taken. `row` counts the rows below the header, `original` is it
 * as a line of CSV, with its line end. Row 0 is the header. */
typedef struct CasesReject {
    int64_t row, line;
    Str zh, en; /* why; empty for the header */
    Str original;
} CasesReject;
typedef Err CasesRejectFn(void *ctx, const CasesReject *r, Fault *f);

typedef struct CasesCount {
    int64_t rows;                            /* read */
    int64_t added, there, differ, rejected;  /* together: rows */
    int64_t placed[PLACE_ENDED + 1];         /* of those added, by Placing */
    int64_t closed, closed_due, closed_late; /* of those added: closed; with a due time; after it */
    int64_t times_skipped, times_twice;      /* at a change of the clocks; see date_text.h */
    int64_t conditions, units;               /* made */
    int64_t named[NAMED_BY_HAND];            /* pieces taken out of those added, by NamedKind */
} CasesCount;

/* *ret is filled on a failure, too: what was added before it stays. `rejects` may be
 * NULL. ERR_INVALID: a column is missing, the text is broken at a row. */
Err cases_import(Store *s, const CasesMap *m, CsvSource *source, void *from, CasesRejectFn *rejects, void *ctx,
                 CasesCount *ret, Fault *f);

#endif
