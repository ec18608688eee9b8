/* load – requests over kept-alive connections on loopback, from one thread.
 *
 * Either as fast as answers come, or at a fixed rate: then a request is due at its
 * time whether or not the ones before it were answered, and its latency runs from
 * that time, so that a server that stalls cannot hide the wait. A refused or broken
 * answer ends the program: a bench of errors is none. */
#ifndef JW_BENCH_LOAD_H
#define JW_BENCH_LOAD_H

#include "text.h"

enum { LOAD_CONNECTIONS_MAX = 256 };

typedef struct LoadPlan {
    int port, connections;
    double seconds;
    double per_s; /* 0: as fast as answers come */
    /* Appends one whole request; `number` counts from 0 over the life of the program. */
    void (*request)(void *ctx, int64_t number, Buf *b);
    /* Instead of it, and without a rate: what a connection asks next, after an answer
     * with its head (NULL: before the first) that took so many ms. */
    void (*follow)(void *ctx, int connection, const char *answer, double ms, Buf *b);
    bool (*over)(void *ctx); /* done before the seconds are; NULL: never */
    void *ctx;
} LoadPlan;

typedef struct LoadResult {
    double per_s, p50_ms, p99_ms, longest_ms;
    long answers;
    double seconds, cpu_s; /* it took; the generator's own processor time */
} LoadResult;

LoadResult load_run(const LoadPlan *p);

/* One request on a connection of its own; the answer with its head is copied to
 * `ret`, NUL-terminated. */
void load_once(int port, Str request, char *ret, size_t size);

/* The body after the head of an answer. */
const char *load_body(const char *answer);

double median(double *values, int n);                    /* sorts them */
double percentile(double *values, long n, long percent); /* sorts them */

#endif
