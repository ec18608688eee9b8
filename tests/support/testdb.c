/* testdb – see testdb.h. */
#include "testdb.h"

#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Noreturn void stop(const char *what, const char *detail) {
    fprintf(stderr, "testdb: %s: %s\n", what, detail);
    exit(1);
}

bool testdb_has(Dialect d) { return d == SQLITE || getenv("JW_TEST_POSTGRES") != NULL; }

static void postgres_run(const char *where, const char *sql) {
    PGconn *pg = PQconnectdb(where);
    PGresult *r = PQexec(pg, sql);
    if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
        stop(sql, PQerrorMessage(pg));
    PQclear(r);
    PQfinish(pg);
}

static void sqlite_run(const char *where, const char *sql) {
    sqlite3 *db = NULL;
    if (sqlite3_open(where, &db) != SQLITE_OK || sqlite3_busy_timeout(db, 5000) != SQLITE_OK ||
        sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        stop(sql, sqlite3_errmsg(db));
    sqlite3_close(db);
}

void testdb_exec(const TestDb *db, const char *sql) {
    if (db->dialect == SQLITE)
        sqlite_run(db->where, sql);
    else
        postgres_run(db->where, sql);
}

/* ---- questions ---- */

static char told[1 << 20];
static Buf tell;

static void tell_row(int n, const char *(*value)(void *row, int column), void *row) {
    if (tell.n)
        buf_char(&tell, ';');
    for (int i = 0; i < n; i++) {
        const char *text = value(row, i);
        if (i)
            buf_char(&tell, '|');
        buf_str(&tell, text ? text : "");
    }
}

static const char *sqlite_value(void *row, int column) { return ((char **)row)[column]; }

static int sqlite_told(void *ctx, int n, char **values, char **names) {
    (void)ctx, (void)names;
    tell_row(n, sqlite_value, values);
    return 0;
}

typedef struct PgRow {
    PGresult *r;
    int row;
} PgRow;

static const char *postgres_value(void *row, int column) {
    const PgRow *p = row;
    return PQgetisnull(p->r, p->row, column) ? NULL : PQgetvalue(p->r, p->row, column);
}

static void postgres_ask(const char *where, const char *sql) {
    PGconn *pg = PQconnectdb(where);
    PgRow at = { PQexec(pg, sql), 0 };
    if (PQresultStatus(at.r) != PGRES_TUPLES_OK)
        stop(sql, PQerrorMessage(pg));
    for (; at.row < PQntuples(at.r); at.row++)
        tell_row(PQnfields(at.r), postgres_value, &at);
    PQclear(at.r);
    PQfinish(pg);
}

static void sqlite_ask(const char *where, const char *sql) {
    sqlite3 *db = NULL;
    if (sqlite3_open(where, &db) != SQLITE_OK || sqlite3_busy_timeout(db, 5000) != SQLITE_OK ||
        sqlite3_exec(db, sql, sqlite_told, NULL, NULL) != SQLITE_OK)
        stop(sql, sqlite3_errmsg(db));
    sqlite3_close(db);
}

const char *testdb_ask(const TestDb *db, const char *sql) {
    tell = (Buf){ told, 0, sizeof told, false, 0 };
    told[0] = 0;
    if (db->dialect == SQLITE)
        sqlite_ask(db->where, sql);
    else
        postgres_ask(db->where, sql);
    return told;
}

/* …/postgres → …/name */
static void named(const char *name, char ret[512]) {
    const char *base = getenv("JW_TEST_POSTGRES");
    snprintf(ret, 512, "%.*s/%s", (int)(strrchr(base, '/') - base), base, name);
}

static void migrate(const TestDb *db) {
    Fault f;
    if (store_migrate(&db->config, 0, &f) != OK)
        stop(f.en, f.detail);
}

#define CREATE "CREATE DATABASE %s ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE %s"

/* Test programs run side by side; whoever holds the lock makes the template. */
static void make_template(const char *name, const TestDb *like) {
    char sql[512];
    PGconn *pg = PQconnectdb(getenv("JW_TEST_POSTGRES"));

    PQclear(PQexec(pg, "SELECT pg_advisory_lock(77)"));
    snprintf(sql, sizeof sql, "SELECT 1 FROM pg_database WHERE datname = '%s'", name);
    PGresult *r = PQexec(pg, sql);
    if (PQresultStatus(r) != PGRES_TUPLES_OK)
        stop("PostgreSQL", PQerrorMessage(pg));
    if (PQntuples(r) == 0) {
        TestDb t = *like;
        snprintf(sql, sizeof sql, CREATE, name, "template0");
        PQclear(PQexec(pg, sql));
        named(name, t.where);
        t.config.where = t.where;
        migrate(&t);
    }
    PQclear(r);
    PQfinish(pg);
}

static void make_postgres(TestDb *db, bool empty) {
    static int made;
    char name[64], from[64] = "template0", sql[512];
    const Migration *last = db->config.migrations ? &db->config.migrations[db->config.n_migrations - 1]
                            : store_migrations_n  ? &store_migrations[store_migrations_n - 1]
                                                  : NULL;

    if (!empty) {
        snprintf(from, sizeof from, "migrated_%.12s_%d", last ? last->sha : "none", last ? last->version : 0);
        make_template(from, db);
    }
    snprintf(name, sizeof name, "t%d_%d", (int)getpid(), made++);
    snprintf(sql, sizeof sql, CREATE, name, from);
    for (int tries = 0; tries < 20; tries++) { /* a template that another copies just now is busy */
        PGconn *pg = PQconnectdb(getenv("JW_TEST_POSTGRES"));
        PGresult *r = PQexec(pg, sql);
        bool good = PQresultStatus(r) == PGRES_COMMAND_OK;
        if (!good && tries == 19)
            stop(sql, PQerrorMessage(pg));
        PQclear(r);
        PQfinish(pg);
        if (good)
            break;
        usleep(100000);
    }
    named(name, db->where);
}

void testdb_make(Dialect d, const Migration *migrations, size_t n, bool empty, TestDb *ret) {
    *ret = (TestDb){ .dialect = d };
    ret->config =
        (StoreConfig){ .where = ret->where, .readers = 2, .migrations = migrations, .n_migrations = n };
    if (d == POSTGRES) {
        make_postgres(ret, empty);
        return;
    }
    const char *tmp = getenv("TMPDIR");
    snprintf(ret->dir, sizeof ret->dir, "%s/jingwei-test.XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(ret->dir))
        stop("mkdtemp", ret->dir);
    snprintf(ret->where, sizeof ret->where, "%s/test.db", ret->dir);
    if (!empty)
        migrate(ret);
}

void testdb_drop(TestDb *db) {
    char text[600];

    if (db->dialect == POSTGRES) {
        snprintf(text, sizeof text, "DROP DATABASE %s WITH (FORCE)", strrchr(db->where, '/') + 1);
        postgres_run(getenv("JW_TEST_POSTGRES"), text);
    } else {
        snprintf(text, sizeof text, "rm -rf '%s'", db->dir);
        if (system(text) != 0)
            stop("rm", db->dir);
    }
}
