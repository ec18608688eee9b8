/* contract_test – what every store promises, once on SQLite and once on
 * PostgreSQL: values come back as they were, a batch is one transaction, a write
 * that fails fails alone, nothing half-done survives, readers cannot write and
 * see one moment. */
#include "contract.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char arena_room[1 << 20];
static Arena arena;

/* ---- values ---- */

static Err put(Tx *tx, void *arg, Fault *f) {
    int64_t changed = 0;
    TRY(tx_run(tx, &probe_put, (const void *const[]){ arg }, &changed, f));
    return changed == 1 ? OK : ERR_STORE;
}

typedef struct Got {
    ProbeFind find;
    Probe rows[8];
    size_t n;
} Got;

static Err get(Tx *tx, void *arg, Fault *f) {
    Got *g = arg;
    arena = (Arena){ arena_room, 0, sizeof arena_room };
    tx_lend(tx, &arena);
    return tx_rows(tx, &probe_find, (const void *const[]){ &g->find }, g->rows, COUNT(g->rows), &g->n, f);
}

static Probe got(int64_t id) {
    static Got g;
    g = (Got){ .find = { .from = id, .to = id, .limit = 9 } };
    assert_ok(store_read(store, -1, get, &g, &fa));
    assert_int_equal(g.n, 1);
    return g.rows[0];
}

static void assert_bytes(Str a, Str b) {
    assert_int_equal(a.n, b.n);
    assert_memory_equal(a.p, b.p, a.n);
}

static void same(const Probe *p) {
    Probe q = got(p->id);
    assert_true(q.ref == p->ref && q.number == p->number && q.big == p->big && q.lon == p->lon);
    assert_true(q.met.ms == p->met.ms && q.met.day == p->met.day && q.day == p->day && q.yes == p->yes &&
                q.pick == p->pick);
    assert_bytes(q.words, p->words);
    assert_bytes(q.raw, p->raw);
    assert_true(q.has.contact == p->has.contact && q.has.maybe == p->has.maybe &&
                q.has.maybe_words == p->has.maybe_words);
    if (p->has.contact) {
        assert_bytes(q.contact.bytes, p->contact.bytes);
        assert_int_equal(q.contact.key, p->contact.key);
    }
    if (p->has.maybe)
        assert_int_equal(q.maybe, p->maybe);
    if (p->has.maybe_words)
        assert_bytes(q.maybe_words, p->maybe_words);
    assert_true(q.has.id && q.has.words && q.has.yes);
}

static void kept(Probe p) {
    assert_ok(store_write_now(store, put, &p, true, &fa));
    same(&p);
}

static void test_values(void **state) {
    (void)state;
    Probe p = probe_like(1);
    kept(p);
    p = probe_like(2);
    p.words = str("😀 '\"\\ %_\n\t é 漏水 🏙️");
    p.has.maybe_words = true;
    p.maybe_words = str(""); /* empty is not absent */
    kept(p);
    p = probe_like(INT64_MAX);
    p.ref = INT64_MIN;
    p.big = INT64_MAX;
    p.number = INT32_MIN;
    p.lon = INT32_MAX;
    p.met = (Moment){ -1, -1 };
    p.words = str("");
    p.raw = (Str){ "", 0 };
    p.yes = false;
    kept(p);
    p = probe_like(4);
    p.big = INT64_MIN;
    p.raw = (Str){ "\0'\\x\xff\x00\x80 end\0", 12 };
    p.has.contact = p.has.maybe = true;
    p.contact = (Sealed){ { "\xde\xad\0\xbe\xef", 5 }, 7 };
    p.maybe = 0;
    kept(p);
    static char all_bytes[70000]; /* beyond one page */
    for (size_t i = 0; i < sizeof all_bytes; i++)
        all_bytes[i] = (char)(i * 7);
    p = probe_like(5);
    p.raw = (Str){ all_bytes, sizeof all_bytes };
    kept(p);
}

static void test_refused_values(void **state) {
    (void)state;
    Probe p = probe_like(1);
    p.words = (Str){ "a\0b", 3 };
    assert_int_equal(store_write_now(store, put, &p, true, &fa), ERR_INVALID);
    assert_string_equal(fa.key, "text_nul");
    assert_string_equal(fa.field, "words");
    p = probe_like(1);
    kept(p);
    assert_int_equal(store_write_now(store, put, &p, true, &fa), ERR_CONFLICT);
    assert_string_equal(fa.key, "exists_already");
}

static Err count_all(Tx *tx, void *arg, Fault *f) {
    size_t n;
    return tx_rows(tx, &probe_count, NULL, arg, 1, &n, f);
}

static Err too_wide(Tx *tx, void *arg, Fault *f) {
    size_t n;
    return tx_rows(tx, &probe_wide, NULL, arg, 1, &n, f);
}

static Err change(Tx *tx, void *arg, Fault *f) {
    ProbeFind find = { .from = 1, .to = 3, .limit = 99 };
    return tx_run(tx, &probe_change, (const void *const[]){ &find }, arg, f);
}

static void test_queries(void **state) {
    (void)state;
    ProbeCount c;
    Probe p;
    assert_ok(store_read(store, 0, count_all, &c, &fa));
    assert_true(c.n == 0 && c.has.n && !c.has.sum);
    Job jobs[] = { { .id = 1, .rows = 4 } };
    run_jobs(jobs, 1);
    assert_ok(store_read(store, 0, count_all, &c, &fa));
    assert_true(c.n == 4 && c.sum == 10); /* a sum of bigint is numeric on PostgreSQL */
    int64_t changed = 0;
    assert_ok(store_write_now(store, change, &changed, true, &fa));
    assert_int_equal(changed, 3);
    assert_int_equal(got(3).number, 99);
    assert_int_equal(got(4).number, 1);
    assert_int_equal(store_read(store, 0, too_wide, &p, &fa), ERR_STORE);
    assert_string_equal(fa.key, "query_shape");
    Got g = { .find = { .from = 1, .to = 9, .limit = 9, .has.pick = true, .pick = 2 } };
    assert_ok(store_read(store, 0, get, &g, &fa));
    assert_int_equal(g.n, 2); /* 1 and 3 */
    g.find.limit = 1;
    assert_ok(store_read(store, 0, get, &g, &fa));
    assert_int_equal(g.n, 1);
    g = (Got){ .find = { .from = 1, .to = 9, .limit = 9 } };
    assert_ok(store_read(store, 0, get, &g, &fa));
    assert_int_equal(g.n, 4);
}

static Err full_arena(Tx *tx, void *arg, Fault *f) {
    char room[64];
    Arena small = { room, 0, sizeof room };
    size_t n;
    ProbeFind find = { .from = 1, .to = 9, .limit = 9 };
    tx_lend(tx, &small);
    return tx_rows(tx, &probe_find, (const void *const[]){ &find }, arg, 8, &n, f);
}

/* Each row asks the same query again, and both go on. */
static Err each_nested(void *ctx, const void *row, Fault *f) {
    Tx *tx = ((void **)ctx)[0];
    int64_t *sum = ((void **)ctx)[1];
    const Probe *p = row;
    Got g = { .find = { .from = p->id, .to = p->id, .limit = 1 } };
    TRY(get(tx, &g, f));
    *sum += g.n == 1 && g.rows[0].id == p->id ? p->id : 1000000;
    return p->id == 600 ? fault(f, ERR_LIMIT, "enough", "", "够", "enough") : OK;
}

static Err nested(Tx *tx, void *arg, Fault *f) {
    ProbeFind find = { .from = 1, .to = 700, .limit = 700 };
    return tx_each(tx, &probe_find, (const void *const[]){ &find }, each_nested, (void *[]){ tx, arg }, f);
}

static void test_each(void **state) {
    (void)state;
    static Probe rows[8];
    Job jobs[] = { { .id = 1, .rows = 700 } };
    run_jobs(jobs, 1);
    assert_int_equal(jobs[0].err, OK);
    assert_int_equal(probes_between(1, 10000), 700);
    int64_t sum = 0;
    assert_int_equal(store_read(store, 0, nested, &sum, &fa), ERR_LIMIT);
    assert_string_equal(fa.key, "enough");
    assert_int_equal(sum, 600 * 601 / 2);
    assert_int_equal(store_read(store, 0, full_arena, rows, &fa), ERR_LIMIT);
    assert_int_equal(probes_between(1, 10000), 700); /* the connection is as good as before */
}

static Err prepare_all(Tx *tx, void *arg, Fault *f) {
    const Query *all[] = { &probe_put, &probe_find, &probe_count, &probe_change, &probe_erase };
    (void)arg;
    for (size_t i = 0; i < COUNT(all); i++)
        for (unsigned mask = 0; mask < 1u << all[i]->n_filters; mask++)
            TRY(tx_prepare(tx, all[i], mask, f));
    return OK;
}

static const QueryPiece wrong_pieces[] = { { 0, { "SELECT no FROM nowhere", "SELECT no FROM nowhere" } } };
static const Query wrong = { "wrong", wrong_pieces, 1, NULL, 0, NULL, 0, { NULL }, NULL };
static Err prepare_wrong(Tx *tx, void *arg, Fault *f) {
    (void)arg;
    return tx_prepare(tx, &wrong, 0, f);
}

static void test_prepare(void **state) {
    (void)state;
    assert_ok(store_read(store, 0, prepare_all, NULL, &fa));
    assert_int_equal(store_read(store, 0, prepare_wrong, NULL, &fa), ERR_STORE);
    assert_ok(store_read(store, 0, prepare_all, NULL, &fa));
}

/* More queries than the cache holds, by turns: each goes on working. */
static Query many[600];
static Err run_many(Tx *tx, void *arg, Fault *f) {
    ProbeCount c;
    size_t n;
    (void)arg;
    for (size_t i = 0; i < COUNT(many); i++)
        TRY(tx_rows(tx, &many[i], NULL, &c, 1, &n, f));
    return OK;
}

static void test_cache(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(many); i++)
        many[i] = probe_count;
    for (int i = 0; i < 3; i++)
        assert_ok(store_read(store, 0, run_many, NULL, &fa));
}

/* ---- reading ---- */

static Err write_on_reader(Tx *tx, void *arg, Fault *f) {
    Probe p = probe_like(1);
    int64_t changed;
    (void)arg;
    return tx_run(tx, &probe_put, (const void *const[]){ &p }, &changed, f);
}

static Err create_on_reader(Tx *tx, void *arg, Fault *f) {
    (void)arg;
    return tx_exec(tx, "CREATE TABLE nothing (a INTEGER)", f);
}

static void test_reader_cannot_write(void **state) {
    (void)state;
    assert_int_equal(store_read(store, 0, write_on_reader, NULL, &fa), ERR_STORE);
    assert_int_equal(store_read(store, 0, create_on_reader, NULL, &fa), ERR_STORE);
    assert_int_equal(probes_between(1, 1), 0);
}

/* Within one read a commit by others is not seen. */
static Err two_looks(Tx *tx, void *arg, Fault *f) {
    ProbeCount c;
    Job job = { .id = 100, .rows = 1 };
    int64_t *ret = arg;
    TRY(count_all(tx, &c, f));
    ret[0] = c.n;
    int64_t news = tx_news(tx);
    TRY(store_write_now(store, job_run, &job, true, f));
    TRY(count_all(tx, &c, f));
    ret[1] = c.n;
    assert_int_equal(tx_news(tx), news); /* what it says is what the snapshot holds */
    assert_true(store_news(store, -1, 0) > news);
    return OK;
}

static void test_snapshot(void **state) {
    (void)state;
    int64_t looks[2] = { -1, -1 };
    assert_ok(store_read(store, 0, two_looks, looks, &fa));
    assert_true(looks[0] == 0 && looks[1] == 0);
    assert_int_equal(probes_between(100, 100), 1);
}

/* A reader may keep its snapshot, but only while it is the newest: what anybody has
 * committed, another program too, the next read sees. */
static void test_newest_each_time(void **state) {
    char sql[80];
    Job job = { .id = 1, .rows = 40 };
    (void)state;
    assert_ok(store_write_now(store, job_run, &job, true, &fa));
    for (int i = 1; i <= 40; i++) {
        assert_int_equal(probes_between(1, 40), 41 - i);
        assert_int_equal(probes_between(1, 40), 41 - i);
        snprintf(sql, sizeof sql, "DELETE FROM probe WHERE id = %d", i);
        testdb_exec(&db, sql);
    }
    assert_int_equal(probes_between(1, 40), 0);
}

/* More readers than connections: all are served. */
static void *reading(void *arg) {
    for (int i = 0; i < 200; i++)
        if (probes_between(1, 100) != 50)
            ++*(_Atomic int *)arg;
    return NULL;
}

static void test_readers_wait(void **state) {
    (void)state;
    pthread_t t[6];
    _Atomic int bad = 0;
    Job jobs[] = { { .id = 1, .rows = 50 } };
    run_jobs(jobs, 1);
    for (size_t i = 0; i < COUNT(t); i++)
        pthread_create(&t[i], NULL, reading, &bad);
    for (size_t i = 0; i < COUNT(t); i++)
        pthread_join(t[i], NULL);
    assert_int_equal(bad, 0);
}

/* ---- batches ---- */

static void test_batch(void **state) {
    (void)state;
    Job jobs[] = { { .id = 100, .rows = 1 },
                   { .id = 101, .rows = 1 },
                   { .id = 101, .rows = 1 },
                   { .id = 102, .rows = 1 },
                   { .id = 99, .rows = 2 } };
    StoreCounts before = store_counts(store);
    run_jobs(jobs, COUNT(jobs));
    StoreCounts after = store_counts(store);
    assert_int_equal(after.batches, before.batches + 2);
    assert_int_equal(after.operations, before.operations + 6);
    assert_int_equal(after.reruns, before.reruns);
    assert_int_equal(after.failed, before.failed + 2);
    assert_int_equal(after.largest_batch, 5);
    assert_true(jobs[0].err == OK && jobs[1].err == OK && jobs[2].err == ERR_CONFLICT && jobs[3].err == OK);
    assert_true(jobs[0].seen && jobs[1].seen && jobs[3].seen);
    assert_true(jobs[4].err == ERR_CONFLICT && !jobs[4].seen); /* its first row went with its second */
    assert_int_equal(probes_between(1, 1000), 3);
    for (size_t i = 0; i < COUNT(jobs); i++)
        assert_int_equal(jobs[i].runs, 1);
}

/* A write that takes no notice of a failed statement fails on both stores. */
static void test_ignored_failure(void **state) {
    (void)state;
    Job jobs[] = { { .id = 5, .rows = 1 }, { .id = 4, .rows = 3, .ignores = true }, { .id = 7, .rows = 1 } };
    run_jobs(jobs, COUNT(jobs));
    assert_true(jobs[0].err == OK && jobs[1].err == ERR_CONFLICT && jobs[2].err == OK);
    assert_int_equal(probes_between(1, 9), 2);
}

static void test_queue_full(void **state) {
    (void)state;
    static Job jobs[1025];
    Job first = { 0 };
    Fault full;

    for (size_t i = 0; i < COUNT(jobs); i++)
        jobs[i] = (Job){ .id = 1 + (int64_t)i, .rows = 1 };
    hold_writer(&first);
    queue_jobs(jobs, 1024);
    Err e = store_write(store, job_run, &jobs[1024], true, job_done, &full);
    assert_int_equal(store_counts(store).waiting, 1024);
    let_writer();
    wait_jobs(jobs, 1024);
    assert_int_equal(e, ERR_BUSY);
    assert_string_equal(full.key, "queue_full");
    assert_int_equal(probes_between(1, 5000), 1024);
    assert_int_equal(store_counts(store).largest_batch, 256);
}

static void test_news(void **state) {
    (void)state;
    int64_t news = store_news(store, -1, 0);
    Job jobs[] = { { .id = 1, .rows = 1 } };
    run_jobs(jobs, 1);
    int64_t later = store_news(store, news, 2000);
    assert_true(later > news);
    if (dialect == SQLITE)
        assert_int_equal(store_news(store, later, 20), later);
    else { /* another server's */
        usleep(200000);
        later = store_news(store, 0, 0);
        testdb_exec(&db, "NOTIFY jingwei");
        assert_true(store_news(store, later, 3000) > later);
    }
}

/* ---- failing allocations ---- */

/* The same half-done write, while the n-th allocation fails: nothing of it may
 * survive, even where undoing it found no memory. */
static void test_half(void **state) {
    (void)state;
    Job taken = { .id = 99, .rows = 1 };
    run_jobs(&taken, 1);
    mem_watched = true;
    for (long n = 1; n <= 60; n++) {
        Job jobs[] = { { .id = 200 + n, .rows = 1 }, { .id = 98, .rows = 2 }, { .id = 400 + n, .rows = 1 } };
        mem_calls = 0;
        mem_fail_to = n % 2 ? n : n + 3;
        mem_fail_from = n;
        run_jobs(jobs, COUNT(jobs));
        mem_fail_from = mem_fail_to = 0;
        assert_int_not_equal(jobs[1].err, OK);
        assert_int_equal(probes_between(98, 98), 0);
        assert_int_equal(probes_between(200 + n, 200 + n), jobs[0].err == OK);
        assert_int_equal(probes_between(400 + n, 400 + n), jobs[2].err == OK);
    }
    mem_watched = false;
}

/* Opening without memory: a sentence, and nothing leaks. */
static void test_open_sweep(void **state) {
    (void)state;
    store_close(store);
    store = NULL;
    mem_watched = true;
    long n = 1;
    for (Err e = ERR_NO_MEMORY; e != OK; n += n < 40 ? 1 : 17) {
        mem_calls = 0;
        mem_fail_to = 1000000;
        mem_fail_from = n;
        e = store_open(&db.config, &store, &fa);
        mem_fail_from = mem_fail_to = 0;
        if (e != OK)
            assert_true(*fa.zh && *fa.en);
    }
    mem_watched = false;
    Job jobs[] = { { .id = 1, .rows = 1 } };
    run_jobs(jobs, 1);
    assert_int_equal(jobs[0].err, OK);
}

static int run_on(Dialect d) {
    const struct CMUnitTest tests[] = {
#define EACH(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        EACH(test_values),
        EACH(test_refused_values),
        EACH(test_queries),
        EACH(test_each),
        EACH(test_prepare),
        EACH(test_cache),
        EACH(test_reader_cannot_write),
        EACH(test_snapshot),
        EACH(test_newest_each_time),
        EACH(test_readers_wait),
        EACH(test_batch),
        EACH(test_ignored_failure),
        EACH(test_queue_full),
        EACH(test_news),
        EACH(test_half),
        EACH(test_open_sweep),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "SQLite" : "PostgreSQL", tests, NULL, NULL);
}

int main(void) {
    int failed = run_on(SQLITE);
    if (testdb_has(POSTGRES))
        failed += run_on(POSTGRES);
    return failed != 0;
}
