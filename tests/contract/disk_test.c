/* disk_test – what a disk can do to SQLite: fill up, be copied while written to,
 * lose the process at any moment, hold a long log. Nothing acknowledged is lost,
 * and what cannot be saved does not take its neighbours with it. */
#include "contract.h"

#include "backup.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *program;

static Err pragma(Tx *tx, void *arg, Fault *f) { return tx_exec(tx, arg, f); }

/* ---- a full disk ---- */

static void assert_full(Job jobs[4], long reruns) {
    assert_int_equal(store_counts(store).reruns, reruns + 4);
    assert_int_equal(jobs[2].err, ERR_STORE);
    assert_string_equal(jobs[2].fault.key, "disk_full");
    assert_false(jobs[2].seen);
    assert_true(jobs[0].err == OK && jobs[1].err == OK && jobs[3].err == OK);
    assert_true(jobs[0].seen && jobs[1].seen && jobs[3].seen);
    assert_true(jobs[0].runs == 2 && jobs[3].runs >= 1);
}

static void test_page_limit(void **state) {
    (void)state;
    Job jobs[] = {
        { .id = 1, .rows = 1 }, { .id = 2, .rows = 1 }, { .id = 10000, .rows = 20000 }, { .id = 3, .rows = 1 }
    };
    assert_ok(store_write_now(store, pragma, "PRAGMA max_page_count = 60", true, &fa));
    run_jobs(jobs, COUNT(jobs));
    assert_full(jobs, 0);
    assert_ok(store_write_now(store, pragma, "PRAGMA max_page_count = 100000", true, &fa));
    assert_int_equal(probes_between(0, INT64_MAX), 3);
}

/* A real one, of 3 MB. */
static void test_full_filesystem(void **state) {
    (void)state;
    char dir[300], where[400];
    snprintf(dir, sizeof dir, "%s/small", db.dir);
    mkdir(dir, 0700);
    if (mount("tmpfs", dir, "tmpfs", 0, "size=3m") != 0) {
        print_message("skipped: only root may mount a small file system\n");
        return;
    }
    store_close(store);
    snprintf(where, sizeof where, "%s/test.db", dir);
    db.config.where = where;
    db.config.may_migrate = true;
    assert_ok(store_open(&db.config, &store, &fa));
    Job jobs[] = {
        { .id = 1, .rows = 1 }, { .id = 2, .rows = 1 }, { .id = 100000, .rows = 60000 }, { .id = 3, .rows = 1 }
    };
    run_jobs(jobs, COUNT(jobs));
    assert_full(jobs, 0);
    Job one = { .id = 1000, .rows = 50 };
    while (one.err == OK && one.id < 100000) { /* to the last page */
        one.id += 50;
        one.done = false;
        run_jobs(&one, 1);
    }
    assert_int_equal(one.err, ERR_STORE);
    assert_string_equal(one.fault.key, "disk_full");
    assert_int_equal(probes_between(0, INT64_MAX), 3 + one.id - 1050);
    store_close(store);
    assert_ok(store_open(&db.config, &store, &fa)); /* the log is folded: there is room again, or not */
    assert_int_equal(probes_between(0, INT64_MAX), 3 + one.id - 1050);
    store_close(store);
    store = NULL;
    assert_ok(backup_check(where, &fa));
    assert_int_equal(umount(dir), 0);
}

/* ---- kill -9 ---- */

/* The child: writes probes 1, 2, 3 …, several at a time, and says each number
 * when it is acknowledged. */
static void child_done(void *arg, Err e, const Fault *f) {
    Job *j = arg;
    (void)f;
    if (e == OK && write(STDOUT_FILENO, &j->id, sizeof j->id) != sizeof j->id)
        _exit(1);
    j->done = true;
}

static int child(const char *where, int64_t from) {
    static Job jobs[64];
    StoreConfig c = {
        .where = where, .readers = 1, .migrations = probe_migrations, .n_migrations = PROBE_MIGRATIONS
    };

    if (store_open(&c, &store, &fa) != OK)
        return 1;
    for (size_t i = 0;; i = (i + 1) % COUNT(jobs)) {
        Job *j = &jobs[i];
        while (j->id && !j->done)
            usleep(50);
        *j = (Job){ .id = from++, .rows = 1 };
        if (store_write(store, job_run, j, true, child_done, &fa) != OK)
            return 1;
    }
}

/* One life of the child; the highest number that it said, and how many. */
static int64_t one_life(int64_t from, int after_ms, int64_t *ret_highest) {
    char start[24];
    int said[2];
    int64_t id, n = 0;

    snprintf(start, sizeof start, "%lld", (long long)from);
    assert_int_equal(pipe(said), 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(said[1], STDOUT_FILENO);
        close(said[0]);
        close(said[1]);
        execl(program, program, "--child", db.where, start, (char *)NULL);
        _exit(127);
    }
    close(said[1]);
    ssize_t got = read(said[0], &id, sizeof id); /* it is alive and has saved one */
    assert_int_equal(got, sizeof id);
    *ret_highest = id;
    n = 1;
    usleep((useconds_t)after_ms * 1000);
    kill(pid, SIGKILL);
    while (read(said[0], &id, sizeof id) == sizeof id) {
        *ret_highest = id > *ret_highest ? id : *ret_highest;
        n++;
    }
    close(said[0]);
    waitpid(pid, NULL, 0);
    return n;
}

static void lives(int n) {
    int64_t from = 1, highest = 0, acknowledged = 0;

    store_close(store);
    for (int i = 0; i < n; i++) {
        acknowledged += one_life(from, 1 + (i * 37) % 90, &highest);
        assert_ok(store_open(&db.config, &store, &fa));
        assert_int_equal(probes_between(from, highest), highest - from + 1); /* in order, so none is missing */
        from = highest + 10000;
        store_close(store);
        if (dialect == SQLITE)
            assert_ok(backup_check(db.where, &fa));
    }
    assert_ok(store_open(&db.config, &store, &fa));
    assert_true(acknowledged >= n);
    print_message("%d kills, %lld acknowledged writes, all there\n", n, (long long)acknowledged);
}

static void test_kill(void **state) {
    (void)state;
    lives(dialect == SQLITE ? 10 : 5);
}

/* ---- copies ---- */

static bool write_meanwhile(void *ctx, int64_t done, int64_t total) {
    int *calls = ctx;
    Job jobs[] = { { .id = 100000 + *calls * 10, .rows = 5 } };
    assert_true(done >= 0 && done <= total);
    ++*calls;
    run_jobs(jobs, 1);
    return true;
}

static bool stop_at_once(void *ctx, int64_t done, int64_t total) {
    (void)ctx, (void)done, (void)total;
    return false;
}

static void test_backup(void **state) {
    (void)state;
    char to[400], dir[400], path[500];
    struct stat st;
    int calls = 0;
    int32_t version = 0;
    Job jobs[] = { { .id = 1, .rows = 30000 } };

    run_jobs(jobs, 1);
    snprintf(to, sizeof to, "%s/copy.db", db.dir);
    assert_int_equal(backup_make(db.where, to, stop_at_once, NULL, &fa), ERR_BUSY);
    assert_int_equal(stat(to, &st), -1);
    assert_ok(backup_make(db.where, to, write_meanwhile, &calls, &fa));
    assert_true(calls > 1);
    assert_int_equal(probes_between(0, INT64_MAX), 30000 + calls * 5);
    assert_int_equal(backup_make(db.where, to, NULL, NULL, &fa), ERR_CONFLICT);
    assert_string_equal(fa.key, "backup_exists");
    assert_int_equal(backup_make("postgresql://x@y/z", to, NULL, NULL, &fa), ERR_INVALID);
    assert_non_null(strstr(fa.en, "pg_dump"));
    store_close(store);
    store = NULL;

    snprintf(dir, sizeof dir, "%s/new", db.dir);
    Err e = backup_restore(to, dir, "jingwei.db", NULL, NULL, &version, &fa);
    if (store_migrations_n < PROBE_MIGRATIONS) { /* the probes are ahead of the product */
        assert_int_equal(e, ERR_STORE);
        assert_string_equal(fa.key, "store_newer");
        assert_int_equal(stat(dir, &st), -1);
    }
    snprintf(path, sizeof path, "%s", to);
    db.config.where = path;
    assert_ok(store_open(&db.config, &store, &fa));
    assert_int_equal(probes_between(0, INT64_MAX), 30000); /* as it was when the copy began */
}

/* The product's own database, there and back. */
static void test_restore(void **state) {
    (void)state;
    char to[400], dir[400], path[500];
    int32_t version = 0;
    TestDb own;
    Store *s;

    testdb_make(SQLITE, NULL, 0, false, &own);
    assert_ok(store_open(&own.config, &s, &fa));
    snprintf(to, sizeof to, "%s/copy.db", own.dir);
    snprintf(dir, sizeof dir, "%s/new", own.dir);
    assert_ok(backup_make(own.where, to, NULL, NULL, &fa)); /* while it runs */
    store_close(s);
    assert_ok(backup_restore(to, dir, "jingwei.db", NULL, NULL, &version, &fa));
    assert_int_equal(version, (int)store_migrations_n);
    assert_int_equal(backup_restore(to, dir, "jingwei.db", NULL, NULL, &version, &fa), ERR_CONFLICT);
    assert_string_equal(fa.key, "restore_not_empty");
    snprintf(path, sizeof path, "%s/jingwei.db", dir);
    own.config.where = path;
    assert_ok(store_open(&own.config, &s, &fa));
    assert_ok(store_ready(s, &fa));
    assert_int_equal(store_version(s), version);
    store_close(s);
    testdb_drop(&own);
}

static void test_bad_copies(void **state) {
    (void)state;
    char path[400], dir[400];
    int32_t version;
    struct stat st;
    Job jobs[] = { { .id = 1, .rows = 3000 } };

    run_jobs(jobs, 1);
    snprintf(path, sizeof path, "%s/copy.db", db.dir);
    snprintf(dir, sizeof dir, "%s/new", db.dir);
    assert_int_equal(backup_restore(path, dir, "a.db", NULL, NULL, &version, &fa), ERR_NOT_FOUND);
    assert_ok(backup_make(db.where, path, NULL, NULL, &fa));
    stat(path, &st);
    int fd = open(path, O_RDWR);
    assert_int_equal(ftruncate(fd, st.st_size / 2), 0);
    close(fd);
    assert_int_equal(backup_restore(path, dir, "a.db", NULL, NULL, &version, &fa), ERR_STORE);
    assert_string_equal(fa.key, "store_damaged");
    assert_int_equal(stat(dir, &st), -1); /* nothing was made */
}

/* ---- a long log ---- */

static Err fill(Tx *tx, void *arg, Fault *f) {
    static char big[60000];
    int64_t changed;
    memset(big, 'x', sizeof big);
    for (int i = 0; i < 40; i++) {
        Probe p = probe_like(++*(int64_t *)arg);
        p.raw = (Str){ big, sizeof big };
        TRY(tx_run(tx, &probe_put, (const void *const[]){ &p }, &changed, f));
    }
    return OK;
}

static void test_log_is_capped(void **state) {
    (void)state;
    char log[600];
    struct stat st;
    int64_t id = 0, largest = 0;

    snprintf(log, sizeof log, "%s-wal", db.where);
    for (int i = 0; i < 60; i++) { /* 140 MB */
        assert_ok(store_write_now(store, fill, &id, true, &fa));
        assert_int_equal(stat(log, &st), 0);
        largest = st.st_size > largest ? st.st_size : largest;
    }
    assert_true(largest < 70 * 1000 * 1000);
    print_message("largest log %.1f MB, waits %ld\n", (double)largest / 1e6, store_counts(store).wal_waits);
}

static Err look(Tx *tx, void *arg, Fault *f) {
    (void)arg;
    return tx_exec(tx, "SELECT count(*) FROM probe", f);
}

/* Readers that have read and are idle keep no part of the log: it starts again. */
static void test_idle_readers_do_not_pin_the_log(void **state) {
    (void)state;
    int64_t id = 0;

    for (int i = 0; i < 60 && (i < 10 || store_counts(store).wal_bytes < 16 << 20); i++) {
        for (int slot = 0; slot < 4; slot++)
            assert_ok(store_read(store, slot, look, NULL, &fa));
        assert_ok(store_write_now(store, fill, &id, true, &fa));
    }
    for (int i = 0; i < 20000 && store_counts(store).wal_bytes >= 16 << 20; i++)
        usleep(1000);
    assert_true(store_counts(store).wal_bytes < 16 << 20);
}

static int run_on(Dialect d) {
    const struct CMUnitTest sqlite[] = {
#define EACH(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        EACH(test_page_limit),    EACH(test_full_filesystem),
        EACH(test_kill),          EACH(test_backup),
        EACH(test_restore),       EACH(test_bad_copies),
        EACH(test_log_is_capped), EACH(test_idle_readers_do_not_pin_the_log),
    };
    const struct CMUnitTest postgres[] = { EACH(test_kill) };
    dialect = d;
    return d == SQLITE ? cmocka_run_group_tests_name("SQLite", sqlite, NULL, NULL)
                       : cmocka_run_group_tests_name("PostgreSQL", postgres, NULL, NULL);
}

int main(int argc, char **argv) {
    if (argc == 4 && strcmp(argv[1], "--child") == 0)
        return child(argv[2], strtoll(argv[3], NULL, 10));
    program = argv[0];
    int failed = run_on(SQLITE);
    if (testdb_has(POSTGRES))
        failed += run_on(POSTGRES);
    return failed != 0;
}
