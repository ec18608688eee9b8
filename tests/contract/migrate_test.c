/* migrate_test – one text makes both schemas; a database stopped on the way and
 * brought on is the fresh one; it agrees with the records; and what must not be
 * touched is refused with a sentence, and not touched. */
#include "contract.h"

#include "inner.h"
#include "schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char room[1 << 16];

static void assert_refused(Err e, Err want, const char *key, const char *en) {
    assert_int_equal(e, want);
    assert_string_equal(fa.key, key);
    if (!strstr(fa.en, en))
        fail_msg("“%s” lacks “%s”", fa.en, en);
    assert_true(*fa.zh != 0);
}

/* ---- words ---- */

static void assert_translated(const char *text, const char *sqlite, const char *postgres) {
    Buf b = { room, 0, sizeof room, false, 0 };
    assert_ok(schema_translate(text, SQLITE, &b, &fa));
    assert_string_equal(room, sqlite);
    b.n = 0;
    assert_ok(schema_translate(text, POSTGRES, &b, &fa));
    assert_string_equal(room, postgres);
}

static void test_words(void **state) {
    (void)state;
    assert_translated(
        "CREATE TABLE a (x id NOT NULL, b bool NOT NULL DEFAULT 1, t text DEFAULT 'int, (;', y bytes,\n"
        " d degree, PRIMARY KEY (x, b));",
        "CREATE TABLE a (x INTEGER NOT NULL, b INTEGER NOT NULL DEFAULT 1, t TEXT DEFAULT 'int, (;', y BLOB,"
        " d INTEGER, PRIMARY KEY (x, b)) STRICT, WITHOUT ROWID;\n",
        "CREATE TABLE a (x bigint NOT NULL, b boolean NOT NULL DEFAULT TRUE, t text DEFAULT 'int, (;', y bytea,"
        " d integer, PRIMARY KEY (x, b));\n");
    assert_translated(
        "-- wide\nCREATE TABLE a (x ms, PRIMARY KEY (x)); -- only: sqlite\nCREATE INDEX i ON a (x);",
        "CREATE TABLE a (x INTEGER, PRIMARY KEY (x)) STRICT;\nCREATE INDEX i ON a (x);\n",
        "CREATE TABLE a (x bigint, PRIMARY KEY (x));\n");
    assert_translated("ALTER TABLE a ADD COLUMN text text NOT NULL DEFAULT ''; UPDATE a SET x = (x + 1);",
                      "ALTER TABLE a ADD COLUMN text TEXT NOT NULL DEFAULT '';\nUPDATE a SET x = (x + 1);\n",
                      "ALTER TABLE a ADD COLUMN text text NOT NULL DEFAULT '';\nUPDATE a SET x = (x + 1);\n");
    Buf b = { room, 0, sizeof room, false, 0 };
    assert_refused(schema_translate("CREATE TABLE a (x varchar);", SQLITE, &b, &fa), ERR_INVALID, "schema_type",
                   "“varchar” is no type");
}

/* ---- versions ---- */

static void print_schema(char *ret, size_t size) {
    Buf b = { ret, 0, size, false, 0 };
    assert_ok(store_open(&db.config, &store, &fa));
    assert_ok(schema_print(store, &b, &fa));
    store_close(store);
    store = NULL;
}

static int set_up_empty(void **state) {
    (void)state;
    testdb_make(dialect, probe_migrations, PROBE_MIGRATIONS, true, &db);
    return 0;
}

#define OLD_ROW                                                                             \
    "INSERT INTO probe (id, home, ref, number, big, lon, words, met_ms, met_day, day, raw)" \
    " VALUES (7, 0, 1, 1, 1, 1, 'old', 1, 1, 1, "

static void test_stopped_on_the_way(void **state) {
    (void)state;
    static char fresh[1 << 16], late[1 << 16];
    assert_ok(store_migrate(&db.config, 0, &fa));
    print_schema(fresh, sizeof fresh);
    testdb_drop(&db);
    set_up_empty(NULL);
    assert_ok(store_migrate(&db.config, 1, &fa));
    db.config.n_migrations = 1;
    print_schema(late, sizeof late);
    assert_string_not_equal(fresh, late);
    testdb_exec(&db, dialect == SQLITE ? OLD_ROW "x'00')" : OLD_ROW "'\\x00')");
    db.config.n_migrations = PROBE_MIGRATIONS;
    assert_ok(store_migrate(&db.config, 2, &fa));
    assert_ok(store_migrate(&db.config, 0, &fa));
    print_schema(late, sizeof late);
    assert_string_equal(fresh, late);
    assert_non_null(strstr(fresh, "probe PRIMARY KEY (home, id)\n"));
    assert_non_null(strstr(fresh, dialect == SQLITE ? "probe.yes integer NOT NULL DEFAULT 1\n"
                                                    : "probe.yes boolean NOT NULL DEFAULT 1\n"));
    assert_ok(store_open(&db.config, &store, &fa));
    assert_int_equal(store_version(store), 3);
    assert_int_equal(probes_between(7, 7), 1); /* a row from before, with the defaults */
}

static void test_records(void **state) {
    (void)state;
    const Record *records[] = { &probe_record, &probe_find_record, NULL };
    Buf b = { room, 0, sizeof room, false, 0 };

    assert_ok(store_migrate(&db.config, 0, &fa));
    assert_ok(store_open(&db.config, &store, &fa));
    room[0] = 0;
    assert_ok(schema_check(store, records, &b, &fa));
    assert_string_equal(room, "");
    store_close(store);
    store = NULL;
    testdb_exec(&db, "ALTER TABLE probe RENAME COLUMN maybe TO may");
    assert_ok(store_open(&db.config, &store, &fa));
    b.n = 0;
    assert_ok(schema_check(store, records, &b, &fa));
    assert_string_equal(room, "- probe.maybe integer\n+ probe.may integer\n");
}

static void test_copy_first(void **state) {
    (void)state;
    char command[400];
    if (dialect != SQLITE)
        return;
    assert_ok(store_migrate(&db.config, 2, &fa));
    snprintf(command, sizeof command, "test $(ls '%s'/test.db.version-2.* 2>/dev/null | wc -l) = 0", db.dir);
    assert_int_equal(system(command), 0);
    assert_ok(store_migrate(&db.config, 3, &fa));
    snprintf(command, sizeof command, "test $(ls '%s'/test.db.version-2.* | wc -l) = 1", db.dir);
    assert_int_equal(system(command), 0);
}

/* The third text fails half-way: the database stays at 2, whole. */
static void test_failing_migration(void **state) {
    (void)state;
    static char before[1 << 16], after[1 << 16];
    Migration wrong[PROBE_MIGRATIONS];
    memcpy(wrong, probe_migrations, sizeof wrong);
    wrong[2].text = "CREATE TABLE half (a int NOT NULL, PRIMARY KEY (a)); INSERT INTO nowhere VALUES (1);";
    db.config.n_migrations = 2;
    assert_ok(store_migrate(&db.config, 0, &fa));
    print_schema(before, sizeof before);
    db.config.migrations = wrong;
    db.config.n_migrations = 3;
    assert_int_equal(store_migrate(&db.config, 0, &fa), ERR_STORE);
    db.config.n_migrations = 2;
    print_schema(after, sizeof after);
    assert_string_equal(before, after);
}

/* ---- refusals ---- */

static void test_refusals(void **state) {
    (void)state;
    StoreConfig c = db.config;

    assert_refused(store_open(&c, &store, &fa), ERR_STORE, "store_older",
                   "is at version 0, this program needs 3: run jingwei migrate");
    assert_ok(store_migrate(&c, 2, &fa));
    assert_refused(store_open(&c, &store, &fa), ERR_STORE, "store_older",
                   "is at version 2, this program needs 3");
    c.may_migrate = true;
    assert_ok(store_open(&c, &store, &fa));
    store_close(store);
    c.n_migrations = 2;
    assert_refused(store_open(&c, &store, &fa), ERR_STORE, "store_newer",
                   "newer version 3; this program knows 2");
    Migration other[PROBE_MIGRATIONS];
    memcpy(other, probe_migrations, sizeof other);
    other[1].sha = "edited";
    c.migrations = other;
    c.n_migrations = 3;
    assert_refused(store_open(&c, &store, &fa), ERR_STORE, "store_other_texts", "before 0.1");
    testdb_drop(&db);
    set_up_empty(NULL);
    testdb_exec(&db, "CREATE TABLE theirs (a INTEGER)");
    assert_refused(store_migrate(&db.config, 0, &fa), ERR_STORE, "store_foreign", "another program");
    store = NULL;
}

static void write_file(const char *path, const char *text) {
    FILE *out = fopen(path, "w");
    fputs(text, out);
    fclose(out);
}

static void test_file_refusals(void **state) {
    (void)state;
    StoreConfig c = db.config;
    char path[600];
    struct stat st;

    if (dialect != SQLITE)
        return;
    c.where = db.dir;
    assert_refused(store_open(&c, &store, &fa), ERR_STORE, "store_is_directory",
                   "is a directory, not a database file");
    snprintf(path, sizeof path, "%s/no/such/test.db", db.dir);
    c.where = path;
    assert_refused(store_open(&c, &store, &fa), ERR_STORE, "store_no_directory", "There is no directory");
    snprintf(path, sizeof path, "%s/notes.txt", db.dir);
    write_file(path, "Dear diary, today it rained.");
    assert_refused(store_open(&c, &store, &fa), ERR_STORE, "store_no_database", "is not a database file");
    write_file(path, "SQLite format 3");
    assert_refused(store_open(&c, &store, &fa), ERR_STORE, "store_no_database", "is not a database file");
    stat(path, &st);
    assert_int_equal(st.st_size, 15);            /* left alone */
    if (geteuid() == 0 && seteuid(65534) == 0) { /* root may read everything */
        c.where = db.where;
        Err e = store_open(&c, &store, &fa);
        assert_int_equal(seteuid(0), 0);
        assert_refused(e, ERR_STORE, "store_not_allowed", "may not be read and written");
    }
    store = NULL;
}

static void test_in_use(void **state) {
    (void)state;
    StoreConfig c = db.config;
    char pid[32];
    Store *second;

    assert_ok(store_migrate(&c, 0, &fa));
    c.exclusive = true;
    assert_ok(store_open(&c, &store, &fa));
    if (dialect == SQLITE) {
        snprintf(pid, sizeof pid, "(process %d)", (int)getpid());
        assert_refused(store_open(&c, &second, &fa), ERR_BUSY, "store_in_use", pid);
    }
    c.exclusive = false; /* a command beside the server */
    assert_ok(store_open(&c, &second, &fa));
    store_close(second);
}

static void test_postgres_refusals(void **state) {
    (void)state;
    StoreConfig c = db.config;
    char name[64], sql[300];

    assert_refused(postgres_version_check(140011, &fa), ERR_STORE, "postgres_too_old",
                   "PostgreSQL 14 is too old: 15 or newer");
    assert_int_equal(postgres_version_check(150000, &fa), OK);
    if (dialect != POSTGRES)
        return;
    c.where = "postgresql://jingwei:secret@127.0.0.1:1/postgres";
    assert_refused(store_open(&c, &store, &fa), ERR_BUSY, "store_unreachable",
                   "at 127.0.0.1:1 does not answer");
    assert_null(strstr(fa.en, "secret"));
    assert_null(strstr(fa.detail, "secret"));
    char where[600];
    snprintf(where, sizeof where, "%s_not", db.where);
    c.where = where;
    assert_refused(store_open(&c, &store, &fa), ERR_STORE, "postgres_no_database", "There is no database");
    static const char *const wrong[] = {
        "ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'",
        "ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LC_COLLATE 'C' LC_CTYPE 'C'"
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        snprintf(name, sizeof name, "%s_wrong", strrchr(db.where, '/') + 1);
        snprintf(sql, sizeof sql, "CREATE DATABASE %s %s TEMPLATE template0", name, wrong[i]);
        testdb_exec(&db, sql);
        snprintf(where, sizeof where, "%s_wrong", db.where);
        assert_refused(store_open(&c, &store, &fa), ERR_STORE, "postgres_encoding", "UTF8 and C are needed");
        snprintf(sql, sizeof sql, "DROP DATABASE %s", name);
        testdb_exec(&db, sql);
    }
    store = NULL;
}

/* The product's own texts, on this store: made, opened, written to. */
static void test_product(void **state) {
    (void)state;
    StoreConfig c = { .where = db.where };
    assert_ok(store_migrate(&c, 0, &fa));
    assert_ok(store_open(&c, &store, &fa));
    assert_int_equal(store_version(store), (int)store_migrations_n);
    assert_ok(store_ready(store, &fa));
}

static int run_on(Dialect d) {
    const struct CMUnitTest tests[] = {
#define EACH(name) cmocka_unit_test_setup_teardown(name, set_up_empty, tear_down)
        cmocka_unit_test(test_words), EACH(test_stopped_on_the_way),
        EACH(test_records),           EACH(test_copy_first),
        EACH(test_failing_migration), EACH(test_refusals),
        EACH(test_file_refusals),     EACH(test_in_use),
        EACH(test_postgres_refusals), EACH(test_product),
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
