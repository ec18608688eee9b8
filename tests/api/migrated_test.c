/* migrated_test – a city that was made by the first migration alone, with rows in it,
 * and brought on, is what a fresh one is: the same schema, every query prepares on it,
 * its rows are there with the defaults of what came later, and work goes on. */
#include "city.h"

#include "catalogue_file.h"
#include "defaults.h"
#include "keys.h"
#include "schema.h"
#include "store.h"

extern const Query *const all_queries[];

static Dialect dialect;
static char fresh[1 << 17], migrated[1 << 17];

static void open_keys(void) {
    KeyRing *ring;
    int32_t id;
    assert_ok(keyring_new(&ring, &fa));
    assert_ok(keyring_grow(ring, &id, &fa));
    keys_use(ring);
}

/* One row in each table that later migrations change, as the first release wrote it. */
static const char *const old_rows[] = {
    ("INSERT INTO category (id, home, code, zh, en) VALUES (16777216, 0, '206', '市政', 'Roads')"),
    ("INSERT INTO condition (id, home, version, category, code, zh, en, finish_limit, finish_clock) VALUES "
     "(33554432, 0, "
     "1, '206', '206-01', '井盖', 'Cover', 4, 2)"),
    ("INSERT INTO account (id, home, login, title, password, made_ms, made_day) VALUES (50331648, 0, "
     "'dispatch', "
     "'李四', "
     "BYTES, 1796086800000, 20788)"),
    ("INSERT INTO session (id, home, token, account, post, made_ms, made_day, ends_ms, ends_day) VALUES "
     "(67108864, "
     "0, "
     "BYTES, 50331648, 1, 1796086800000, 20788, 1796086800000, 20788)"),
    ("INSERT INTO cases (id, home, code, revision, workflow, state, text, placed, path, condition, category, "
     "reported_ms, reported_day, due_ms, due_day, rework, attempts, answered) VALUES (83886080, 0, 'AAAA', 3, "
     "1, "
     "4, "
     "'井盖破损', 3, '0', 33554432, '206', 1796086800000, 20788, 1796090400000, 20788, 0, 0, FALSE)"),
    ("INSERT INTO case_event (case_id, home, number, act, to_state, role, at_ms, at_day) VALUES (83886080, 0, "
     "1, "
     "1, 1, 0, "
     "1796086800000, 20788)"),
    ("INSERT INTO reporter (case_id, home, secret, made_ms, made_day) VALUES (83886080, 0, BYTES, "
     "1796086800000, "
     "20788)"),
    ("INSERT INTO request (home, client_key, operation, body, result, result_key, made_ms, made_day) VALUES "
     "(7, "
     "'key-00001', 'case.report', BYTES, BYTES, 1, 1796086800000, 20788)"),
    ("INSERT INTO setting (home, name, value) VALUES (0, 'city_zh', '云桥街道')"),
    ("INSERT INTO calendar_day (home, day, kind, name) VALUES (0, 20788, 1, '休')"),
    ("INSERT INTO layer (id, home, code, zh, en, governing, revision, prefix, roots) VALUES (100663296, 0, "
     "'g', "
     "'网格', 'Grids', TRUE, 1, '0', 1)"),
    ("INSERT INTO place (id, home, area, path, name) VALUES (117440512, 0, 1, '0001', '1 号楼')"),
};

static void put_old_rows(void) {
    char sql[1000];
    for (size_t i = 0; i < COUNT(old_rows); i++) {
        Buf b = { sql, 0, sizeof sql, false, 0 };
        for (const char *p = old_rows[i]; *p; p++)
            if (strncmp(p, "BYTES", 5) == 0) {
                buf_str(&b, dialect == SQLITE ? "x'0102'" : "'\\x0102'");
                p += 4;
            } else
                buf_char(&b, *p);
        testdb_exec(&city_db, sql);
    }
}

static void print_schema(char *ret, size_t size) {
    Buf b = { ret, 0, size, false, 0 };
    ret[0] = 0;
    assert_ok(schema_print(city, &b, &fa));
    assert_false(b.full);
}

static int set_up(void **state) {
    (void)state;
    record_begin();
    open_keys();
    testdb_make(dialect, NULL, 0, false, &city_db);
    assert_ok(store_open(&city_db.config, &city, &fa));
    print_schema(fresh, sizeof fresh);
    city_close();
    open_keys();
    testdb_make(dialect, NULL, 0, true, &city_db);
    assert_ok(store_migrate(&city_db.config, 1, &fa));
    put_old_rows();
    assert_ok(store_migrate(&city_db.config, 0, &fa));
    assert_ok(store_open(&city_db.config, &city, &fa));
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    return 0;
}

static void test_same_schema(void **state) {
    (void)state;
    print_schema(migrated, sizeof migrated);
    assert_string_equal(migrated, fresh);
    assert_int_equal(store_version(city), (int)store_migrations_n);
    assert_true(store_migrations_n > 1);
}

static Err prepare_all(Tx *tx, void *arg, Fault *f) {
    (void)arg;
    for (size_t i = 0; all_queries[i]; i++)
        for (unsigned mask = 0; mask < 1u << all_queries[i]->n_filters; mask++)
            TRY(tx_prepare(tx, all_queries[i], mask, f));
    return OK;
}

static void test_queries_prepare(void **state) {
    (void)state;
    assert_ok(store_read(city, -1, prepare_all, NULL, &fa));
}

/* What was there is there, with what the new columns say of old rows. */
static void test_rows_stay(void **state) {
    Actor dispatcher = actor_as(ROLE_DISPATCHER, 0, 50331648), nobody;
    (void)state;
    actor_public(&nobody);
    assert_ok(call("case.get", &dispatcher, "{\"id\":\"83886080\"}"));
    assert_non_null(strstr(answer, "\"text\":\"井盖破损\""));
    assert_non_null(
        strstr(answer, "\"due_provisional\":false,\"finish_provisional\":false,\"close_provisional\":false"));
    assert_ok(call("case.view", &dispatcher, "{\"id\":\"83886080\"}"));
    assert_ok(call("category.list", &nobody, ""));
    assert_non_null(
        strstr(answer, "\"code\":\"206\",\"zh\":\"市政\",\"en\":\"Roads\",\"version\":1,\"retired\":false"));
    assert_ok(call("city.get", &nobody, ""));
    assert_non_null(strstr(answer, "\"city_zh\":\"云桥街道\""));
    assert_string_equal(testdb_ask(&city_db, "SELECT client_key FROM request"), "key-00001");
    assert_string_equal(
        testdb_ask(&city_db, "SELECT count(*) FROM account WHERE NOT one_time AND set_ms IS NULL"), "1");
    assert_string_equal(testdb_ask(&city_db, "SELECT count(*) FROM reporter WHERE erased_ms IS NULL"), "1");
}

static void test_work_goes_on(void **state) {
    CsvMemory table = { str(default_catalogue) };
    CatalogueCount n;
    Actor dispatcher = actor_as(ROLE_DISPATCHER, 0, 50331648);
    (void)state;
    assert_ok(catalogue_import(city, csv_from_memory, &table, &n, &fa));
    assert_int_equal(n.version, 2);
    assert_int_equal(n.retired, 1);
    assert_ok(call("case.report", &dispatcher, "{\"text\":\"x\"}"));
    step(&dispatcher, answered("id"), "accept", "", OK);
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = { cmocka_unit_test(test_same_schema),
                                               cmocka_unit_test(test_queries_prepare),
                                               cmocka_unit_test(test_rows_stay),
                                               cmocka_unit_test(test_work_goes_on) };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "migrated on SQLite" : "migrated on PostgreSQL", tests,
                                       set_up, tear_down);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
