/* restart_test – PostgreSQL goes away and comes back: writes that were queued
 * meanwhile are saved, readers find their way back, and where the answer to
 * COMMIT was lost only writes with a client key run again. */
#include "contract.h"

#include "inner.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void ctl(const char *what) {
    char command[600];
    snprintf(command, sizeof command, "'%s' %s >/dev/null 2>&1 </dev/null", getenv("JW_TEST_PGCTL"), what);
    assert_int_equal(system(command), 0);
}

static void *start_later(void *arg) {
    (void)arg;
    usleep(500000);
    ctl("start");
    return NULL;
}

static void down_and_up(const char *how, bool held) {
    Job jobs[8], first = { 0 };
    pthread_t t;

    erase_all();
    long reconnects = store_counts(store).reconnects;
    for (size_t i = 0; i < COUNT(jobs); i++)
        jobs[i] = (Job){ .id = 1 + (int64_t)i, .rows = 1, .keyed = i % 2 == 0 };
    if (held) { /* the batch begins only when the server is gone */
        hold_writer(&first);
        queue_jobs(jobs, COUNT(jobs));
    }
    ctl(how);
    if (held)
        let_writer();
    else
        queue_jobs(jobs, COUNT(jobs));
    pthread_create(&t, NULL, start_later, NULL);
    wait_jobs(jobs, COUNT(jobs));
    pthread_join(t, NULL);
    for (size_t i = 0; i < COUNT(jobs); i++)
        if (jobs[i].err != OK)
            fail_msg("%zu: %s (%s)", i, jobs[i].fault.en, jobs[i].fault.detail);
    assert_int_equal(probes_between(1, 100), COUNT(jobs));
    assert_true(store_counts(store).reconnects > reconnects);
}

static void test_killed(void **state) {
    (void)state;
    down_and_up("kill", false);
    down_and_up("kill", true);
}

static void test_stopped(void **state) {
    (void)state;
    down_and_up("stop", true);
}

/* The session is ended while COMMIT runs: a trigger that waits at commit. The
 * outcome is then really unknown to the client. */
static void *end_session(void *arg) {
    usleep(400000);
    testdb_exec(arg, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                     " AND state = 'active' AND query LIKE '%COMMIT%' AND pid <> pg_backend_pid()");
    return NULL;
}

static void test_lost_answer(void **state) {
    (void)state;
    Job jobs[] = { { .id = 1, .rows = 1, .keyed = true },
                   { .id = 2, .rows = 1 },
                   { .id = 3, .rows = 1, .keyed = true },
                   { .id = 3, .rows = 1 } };
    pthread_t t;

    testdb_exec(&db, "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                     " IF NEW.id = 2 THEN PERFORM pg_sleep(5); END IF; RETURN NULL; END $$;"
                     "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON probe DEFERRABLE INITIALLY DEFERRED"
                     " FOR EACH ROW EXECUTE FUNCTION slow()");
    pthread_create(&t, NULL, end_session, &db);
    run_jobs(jobs, COUNT(jobs));
    pthread_join(t, NULL);
    assert_true(jobs[0].err == OK && jobs[2].err == OK);
    assert_int_equal(jobs[1].err, ERR_UNKNOWN);
    assert_string_equal(jobs[1].fault.key, "unknown_outcome");
    assert_non_null(strstr(jobs[1].fault.en, "not known whether this was saved"));
    assert_int_equal(jobs[3].err, ERR_CONFLICT); /* it failed by itself: that is certain */
    assert_true(jobs[0].runs == 2 && jobs[1].runs == 1);
    assert_int_equal(probes_between(1, 3), 2);
}

/* Down for longer than a write may wait: said, and nothing saved; then well again. */
static void test_down_too_long(void **state) {
    (void)state;
    Job jobs[] = { { .id = 1, .rows = 1 }, { .id = 2, .rows = 1 } };

    store_close(store);
    db.config.reconnect_ms = 300;
    assert_ok(store_open(&db.config, &store, &fa));
    erase_all();
    ctl("kill");
    queue_jobs(jobs, COUNT(jobs));
    wait_jobs(jobs, COUNT(jobs));
    assert_true(jobs[0].err == ERR_BUSY && jobs[1].err == ERR_BUSY);
    assert_string_equal(jobs[0].fault.key, "store_unreachable");
    assert_int_equal(store_ready(store, &fa), ERR_BUSY);
    assert_string_equal(fa.key, "store_unreachable");
    ctl("start");
    assert_ok(store_ready(store, &fa));
    jobs[0].done = false;
    queue_jobs(jobs, 1);
    wait_jobs(jobs, 1);
    assert_int_equal(jobs[0].err, OK);
    assert_int_equal(probes_between(1, 9), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define EACH(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        EACH(test_killed),
        EACH(test_stopped),
        EACH(test_lost_answer),
        EACH(test_down_too_long),
    };
    if (!testdb_has(POSTGRES) || !getenv("JW_TEST_PGCTL"))
        return 77; /* meson: skipped */
    dialect = POSTGRES;
    return cmocka_run_group_tests_name("PostgreSQL restarts", tests, NULL, NULL);
}
