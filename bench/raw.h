/* raw – a bare SQLite loop that writes the rows that the server wrote, again.
 *
 * The rows of the reports are read back out of the server's database: for each
 * report its case, step, reporter and kept answer, in the order they were written.
 * The loop inserts the same rows, in the same order, into a copy of the database as
 * it was before, with the same tables and indexes, the same page cache, log and
 * synchronous=FULL, N reports a transaction: what a program could reach that did
 * nothing else. Its log is folded back only once it is as large as the server's cap. */
#ifndef JW_BENCH_RAW_H
#define JW_BENCH_RAW_H

typedef struct RawRows RawRows;
RawRows *raw_read(const char *before, const char *after); /* two database files */
void raw_free(RawRows *r);
long raw_reports(const RawRows *r);

/* Reports per second, on a copy of `before` at `copy`, until the time is over or the
 * rows are. */
double raw_write(const RawRows *r, const char *before, const char *copy, long batch, double seconds);

/* Of the transactions of the last raw_write: what the disk makes anybody wait. */
double raw_p99_ms(void);

void raw_copy(const char *from, const char *to); /* a database that nobody has open */

#endif
