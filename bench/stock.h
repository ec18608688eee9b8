/* stock – many open cases in the database of a demo city, and what the bench of steps
 * must know to report and carry further ones. Straight into SQLite, with no server on
 * it: a hundred thousand reports through the front door would be a bench of their own. */
#ifndef JW_BENCH_STOCK_H
#define JW_BENCH_STOCK_H

enum { STOCK_MAX = 256 };

typedef struct Stock {
    long open;
    int n_points, n_conditions, n_handlers;
    char point[STOCK_MAX][48]; /* "lon":…,"lat":… of cases in grids of a unit's ground */
    char condition[STOCK_MAX][24], category[STOCK_MAX][16]; /* some unit's duty */
    char unit[STOCK_MAX][24], login[STOCK_MAX][40];         /* who handles for which unit */
} Stock;

/* Fills up to `wanted` open cases: copies of the cases that the city has, in all states
 * from reported to feedback, most of them not yet due. */
void stock_fill(const char *database, long wanted, Stock *ret);

#endif
