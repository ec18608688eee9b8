/* contract – what the files of the contract suite share: a store of the dialect
 * under test, and jobs that are held at a gate so that they become one batch. */
#ifndef JW_CONTRACT_H
#define JW_CONTRACT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "probe.h"
#include "testdb.h"

extern Dialect dialect; /* under test */
extern TestDb db;
extern Store *store;
extern Fault fa;

#define assert_ok(call) assert_ok_at((call), __FILE__, __LINE__)
void assert_ok_at(Err e, const char *file, int line); /* prints the fault `fa` */

int set_up(void **state); /* db and store, empty, migrated */
int tear_down(void **state);

/* A write of `rows` probes from `id` on. */
typedef struct Job {
    int64_t id;
    int rows;
    bool keyed, ignores; /* ignores: goes on after a statement failed */
    Err err;
    Fault fault;
    _Atomic bool done;
    bool seen; /* by a reader, when `done` was called */
    int runs;
} Job;
Err job_run(Tx *tx, void *arg, Fault *f);
void job_done(void *arg, Err e, const Fault *f);
void run_jobs(Job *jobs, size_t n); /* as one batch */
void hold_writer(Job *first);       /* it stands at the gate until … */
void let_writer(void);
void queue_jobs(Job *jobs, size_t n);
void wait_jobs(Job *jobs, size_t n);
int64_t probes_between(int64_t from, int64_t to);
void erase_all(void);

#endif
