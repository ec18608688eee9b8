/* csv – tables as text, in and out (RFC 4180).
 *
 * The reader pulls bytes from the caller (a file, a request), so a table may be
 * larger than memory; it holds one row. It takes UTF-8 with or without a byte
 * order mark and GB18030 (with it GBK and GB2312, which Excel writes in China),
 * and tells them apart by the first 64 KB from the first letter beyond ASCII on. Anything
 * else – UTF-16, bytes that are neither, a NUL – is refused with the row and the
 * byte where it begins. Lines end with LF, CRLF or CR; blank lines and rows of
 * empty fields are passed over. Quotes may hold line ends; a quote within an
 * unquoted field is a letter like others (5" pipe).
 *
 * The writer guards against formula injection: a text that a spreadsheet would
 * calculate gets a ' in front, which csv_unguard() takes away again, so that what
 * was exported can be imported. */
#ifndef JW_CSV_H
#define JW_CSV_H

#include "err.h"
#include "text.h"
#include <stdbool.h>
#include <stdint.h>

/* Fills up to `room` bytes; *ret_n = 0 is the end. */
typedef Err CsvSource(void *source, char *to, size_t room, size_t *ret_n, Fault *f);

typedef struct CsvLimits {
    size_t field_max, row_max; /* bytes of UTF-8; 0: 65536 and 1048576 */
    int32_t columns_max;       /* 0: 1000 */
    char delimiter;            /* 0: a comma */
    const char *encoding;      /* NULL: find out; or "UTF-8", "GB18030" */
} CsvLimits;

typedef struct Csv Csv;
Err csv_open(CsvSource *source, void *from, CsvLimits limits, Csv **ret, Fault *f);
void csv_close(Csv *c);

/* Reads the first row as header. ret_at[i] is the column of names[i], −1 if it is
 * not there. ERR_INVALID: a column of which `needed` says so is missing (the fault
 * lists what is there), a name occurs twice, or the table is empty. Names are compared
 * without spaces around them. `needed` NULL: all are needed. */
Err csv_header(Csv *c, const char *const *names, const bool *needed, size_t n, int32_t *ret_at, Fault *f);
Str csv_column(const Csv *c, int32_t at); /* its name; valid while the reader is open */
int32_t csv_columns(const Csv *c);

/* The next row: *ret_more says whether there was one. After a header, a row with
 * more or fewer fields is ERR_INVALID and one can go on with the next; any other
 * fault stays (csv_is_broken). */
Err csv_next(Csv *c, bool *ret_more, Fault *f);
bool csv_is_broken(const Csv *c);
int32_t csv_count(const Csv *c);
Str csv_field(const Csv *c,
              int32_t at);       /* NUL-terminated, valid until csv_next; empty beyond the last and for −1 */
int64_t csv_row(const Csv *c);   /* rows from 1; with a header, that is not counted */
int64_t csv_line(const Csv *c);  /* the line of the file where the row begins, from 1 */
int64_t csv_bytes(const Csv *c); /* read so far, for a progress bar */
const char *csv_encoding(const Csv *c); /* "UTF-8" or "GB18030"; "UTF-8" until a letter beyond ASCII comes */

/* A whole table in memory as a source. */
typedef struct CsvMemory {
    Str rest;
} CsvMemory;
Err csv_from_memory(void *memory, char *to, size_t room, size_t *ret_n, Fault *f);

/* A row is csv_put… for each field, then csv_end_row. A table for Excel begins with
 * csv_begin (a byte order mark, without which Excel takes UTF-8 for GBK). */
typedef struct CsvOut {
    Buf *b;
    bool within; /* a row has begun */
} CsvOut;
void csv_begin(CsvOut *o);
void csv_put(CsvOut *o, Str text); /* guarded */
void csv_put_int(CsvOut *o, int64_t i);
void csv_put_degree(CsvOut *o, int32_t e7);
void csv_end_row(CsvOut *o);
Str csv_unguard(Str text);

#endif
