/* lease_test – of two servers on one database one holds a lease, and the other
 * takes it over when the first is gone; each has a node number of its own, and
 * one that lost its number writes nothing until it has one again. */
#include "contract.h"

#include "id.h"
#include "lease.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TTL = 400 };

static bool hold(Store *s, const char *name) {
    bool held = false;
    assert_ok(lease_hold(s, name, TTL, &held, &fa));
    return held;
}

static void test_one_holds(void **state) {
    (void)state;
    Store *other;
    assert_ok(store_open(&db.config, &other, &fa));
    assert_false(lease_held(store, "publisher"));
    assert_true(hold(store, "publisher"));
    assert_true(lease_held(store, "publisher"));
    assert_false(hold(other, "publisher"));
    assert_true(hold(other, "folder"));
    usleep(3 * TTL * 1000); /* kept alive far beyond its time */
    assert_true(lease_held(store, "publisher"));
    assert_false(hold(other, "publisher"));
    lease_drop(store, "publisher");
    assert_false(lease_held(store, "publisher"));
    usleep(TTL * 1000);
    assert_true(hold(other, "publisher"));
    store_close(other); /* gives all back */
    usleep(20000);
    assert_true(hold(store, "folder"));
}

/* A server that died does not give back: its time runs out. */
static void test_dead_holder(void **state) {
    (void)state;
    testdb_exec(&db, dialect == SQLITE
                         ? "INSERT INTO lease VALUES ('folder', 'dead:1', (unixepoch() + 1) * 1000)"
                         : "INSERT INTO lease VALUES ('folder', 'dead:1', (extract(epoch FROM "
                           "clock_timestamp()) * 1000)::bigint + 800)");
    assert_false(hold(store, "folder"));
    bool held = false;
    for (int i = 0; i < 40 && !held; i++) {
        usleep(100000);
        held = hold(store, "folder");
    }
    assert_true(held);
}

static void write_one(Store *s, int64_t id, Err want) {
    Job job = { .id = id, .rows = 1 };
    Err e = store_write_now(s, job_run, &job, true, &fa);
    if (e != want)
        print_error("%s (%s)\n", fa.en, fa.detail);
    assert_int_equal(e, want);
}

static void test_node_numbers(void **state) {
    (void)state;
    Store *other;
    assert_ok(store_open(&db.config, &other, &fa));
    assert_int_equal(store_node(store), -1); /* who only reads needs none */
    write_one(store, 1, OK);
    write_one(other, 2, OK);
    assert_true(store_node(store) >= 0 && store_node(other) >= 0);
    assert_int_not_equal(store_node(store), store_node(other));
    assert_int_equal(id_new(0) >> 7 & NODE_MAX, store_node(other)); /* the last that was set */
    assert_ok(store_ready(store, &fa));
    store_close(other);
}

static int set_up_short(void **state) {
    (void)state;
    testdb_make(dialect, probe_migrations, PROBE_MIGRATIONS, false, &db);
    db.config.node_ttl_ms = 600;
    assert_ok(store_open(&db.config, &store, &fa));
    return 0;
}

/* All at once, so that no keeper renews its own in between. */
static void fill_numbers(const char *holder, int64_t until_ms) {
    char sql[4096];
    Buf b = { sql, 0, sizeof sql, false, 0 };

    buf_str(&b, "BEGIN; DELETE FROM lease; INSERT INTO lease VALUES ");
    for (int i = 0; i < 32; i++)
        buf_fmt(&b, "%s('node/%d', '%s', %lld)", i ? ", " : "", i, holder, (long long)until_ms - i);
    buf_str(&b, "; COMMIT");
    assert_false(b.full);
    testdb_exec(&db, sql);
}

/* A server that was killed 32 times within a minute still starts: nobody else can
 * be serving this file. Commands that run beside it keep their numbers. */
static void test_killed_servers(void **state) {
    (void)state;
    if (dialect == POSTGRES)
        return;
    store_close(store);
    fill_numbers("serve:gone:1:1", clock_now_ms() + 50000);
    db.config.exclusive = true;
    db.config.node_ttl_ms = 60000;
    assert_ok(store_open(&db.config, &store, &fa));
    write_one(store, 1, OK);
    assert_int_equal(store_node(store), 31); /* the one that was renewed the longest ago */
    store_close(store);
    fill_numbers("beside:2:2", clock_now_ms() + 50000);
    assert_ok(store_open(&db.config, &store, &fa));
    write_one(store, 2, ERR_STORE);
    assert_string_equal(fa.key, "node_none_free");
}

/* A script of commands: each gives its number back, and the next ones find some. */
static void test_many_commands(void **state) {
    (void)state;
    if (dialect == POSTGRES)
        return; /* there a number rests two seconds, for clocks that differ */
    for (int64_t i = 1; i <= 100; i++) {
        store_close(store);
        assert_ok(store_open(&db.config, &store, &fa));
        write_one(store, i, OK);
    }
}

/* Others have taken all 32 numbers, ours too. */
static void test_lost_number(void **state) {
    (void)state;
    write_one(store, 1, OK);
    fill_numbers("other", 9000000000000);
    usleep(900000);
    write_one(store, 2, ERR_STORE);
    assert_string_equal(fa.key, "node_none_free");
    assert_non_null(strstr(fa.en, "32 server numbers"));
    assert_int_equal(store_ready(store, &fa), ERR_STORE);
    assert_string_equal(fa.key, "node_lost");
    assert_int_equal(probes_between(1, 2), 1); /* it reads on */
    testdb_exec(&db, "UPDATE lease SET until_ms = 5 WHERE name = 'node/17'");
    write_one(store, 3, OK);
    assert_int_equal(store_node(store), 17);
    assert_ok(store_ready(store, &fa));
    usleep(1500000); /* renewed meanwhile */
    assert_ok(store_ready(store, &fa));
    assert_int_equal(store_node(store), 17);
}

static int run_on(Dialect d) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_one_holds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_dead_holder, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_node_numbers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_killed_servers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_many_commands, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lost_number, set_up_short, tear_down),
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
