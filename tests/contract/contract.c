/* contract – see contract.h. */
#include "contract.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

Dialect dialect;
TestDb db;
Store *store;
Fault fa;

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

void assert_ok_at(Err e, const char *file, int line) {
    if (e != OK)
        print_error("%s %s (%s)\n", err_name(e), fa.en, fa.detail);
    _assert_int_equal((unsigned long long)e, OK, file, line);
}

int set_up(void **state) {
    (void)state;
    testdb_make(dialect, probe_migrations, PROBE_MIGRATIONS, false, &db);
    assert_ok(store_open(&db.config, &store, &fa));
    return 0;
}

int tear_down(void **state) {
    (void)state;
    if (store)
        store_close(store);
    store = NULL;
    testdb_drop(&db);
    return 0;
}

static Err at_gate(Tx *tx, void *arg, Fault *f) {
    (void)tx, (void)arg, (void)f;
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    return OK;
}

Err job_run(Tx *tx, void *arg, Fault *f) {
    Job *j = arg;
    int64_t changed;

    j->runs++;
    for (int i = 0; i < j->rows; i++) {
        Probe p = probe_like(j->id + i);
        Err e = tx_run(tx, &probe_put, (const void *const[]){ &p }, &changed, f);
        if (e != OK && !j->ignores)
            return e;
    }
    return OK;
}

typedef struct Between {
    int64_t from, to, n;
} Between;

static Err count_each(void *ctx, const void *row, Fault *f) {
    (void)row, (void)f;
    ++*(int64_t *)ctx;
    return OK;
}

static Err count_between(Tx *tx, void *arg, Fault *f) {
    Between *b = arg;
    ProbeFind find = { .from = b->from, .to = b->to, .limit = INT32_MAX };
    b->n = 0;
    return tx_each(tx, &probe_find, (const void *const[]){ &find }, count_each, &b->n, f);
}

int64_t probes_between(int64_t from, int64_t to) {
    Between b = { from, to, -1 };
    Fault f = { 0 };
    return store_read(store, -1, count_between, &b, &f) == OK ? b.n : -1;
}

void job_done(void *arg, Err e, const Fault *f) {
    Job *j = arg;
    j->seen = j->rows && probes_between(j->id, j->id) == 1; /* the reply is held: others see it already */
    j->err = e;
    j->fault = *f;
    j->done = true;
}

void queue_jobs(Job *jobs, size_t n) {
    for (size_t i = 0; i < n; i++)
        assert_ok(store_write(store, job_run, &jobs[i], jobs[i].keyed, job_done, &fa));
}

void wait_jobs(Job *jobs, size_t n) {
    for (size_t i = 0; i < n; i++)
        while (!jobs[i].done)
            usleep(100);
}

void hold_writer(Job *first) {
    long before = store_counts(store).batches;

    pthread_mutex_lock(&gate);
    assert_ok(store_write(store, at_gate, first, true, job_done, &fa));
    while (store_counts(store).batches == before)
        usleep(100);
}

void let_writer(void) { pthread_mutex_unlock(&gate); }

void run_jobs(Job *jobs, size_t n) {
    Job first = { 0 };

    hold_writer(&first);
    queue_jobs(jobs, n);
    let_writer();
    wait_jobs(jobs, n);
}

static Err erase(Tx *tx, void *arg, Fault *f) {
    ProbeFind find = { .from = INT64_MIN, .to = INT64_MAX };
    int64_t changed;
    (void)arg;
    return tx_run(tx, &probe_erase, (const void *const[]){ &find }, &changed, f);
}

void erase_all(void) { assert_ok(store_write_now(store, erase, NULL, true, &fa)); }
