/* raw – see raw.h. */
#include "raw.h"

#include "load.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { TABLES = 4, COLUMNS_MAX = 64, REPORTS_MAX = 60000 };

#define NEW "(SELECT coalesce(max(rowid), 0) FROM before."
#define OF_NEW_CASES(table)                                                                      \
    "SELECT t.* FROM main.cases c JOIN main." table " t ON t.home = c.home AND t.case_id = c.id" \
    " WHERE c.rowid > " NEW "cases) ORDER BY c.rowid LIMIT ?1"

/* What one report writes. The columns of a table are asked of the database. */
static const struct {
    const char *table, *rows;
} tables[TABLES] = {
    { "cases", "SELECT * FROM main.cases WHERE rowid > " NEW "cases) ORDER BY rowid LIMIT ?1" },
    { "case_event", OF_NEW_CASES("case_event") },
    { "reporter", OF_NEW_CASES("reporter") },
    { "request", "SELECT * FROM main.request WHERE rowid > " NEW "request) ORDER BY rowid LIMIT ?1" },
};

typedef struct Table {
    int columns;
    long n;
    sqlite3_value **cells; /* n × columns */
} Table;

struct RawRows {
    Table table[TABLES];
};

static _Noreturn void stop(sqlite3 *db, const char *what) {
    fprintf(stderr, "%s: %s\n", what, sqlite3_errmsg(db));
    exit(1);
}

static sqlite3 *open_db(const char *path) {
    sqlite3 *db;

    if (sqlite3_open(path, &db) != SQLITE_OK)
        stop(db, path);
    return db;
}

static void exec(sqlite3 *db, const char *sql) {
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        stop(db, sql);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql) {
    sqlite3_stmt *s;

    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
        stop(db, sql);
    return s;
}

/* ---- reading ---- */

static void read_table(sqlite3 *db, const char *sql, Table *t) {
    sqlite3_stmt *s = prepare(db, sql);

    sqlite3_bind_int64(s, 1, REPORTS_MAX);
    t->columns = sqlite3_column_count(s);
    t->cells = malloc((size_t)t->columns * REPORTS_MAX * sizeof(sqlite3_value *));
    while (t->cells && sqlite3_step(s) == SQLITE_ROW && t->n < REPORTS_MAX) {
        for (int i = 0; i < t->columns; i++)
            t->cells[t->n * t->columns + i] = sqlite3_value_dup(sqlite3_column_value(s, i));
        t->n++;
    }
    sqlite3_finalize(s);
}

RawRows *raw_read(const char *before, const char *after) {
    RawRows *r = calloc(1, sizeof *r);
    sqlite3 *db = open_db(after);
    char sql[600];

    snprintf(sql, sizeof sql, "ATTACH '%s' AS before", before);
    exec(db, sql);
    for (int i = 0; i < TABLES; i++)
        read_table(db, tables[i].rows, &r->table[i]);
    sqlite3_close(db);
    for (int i = 1; i < TABLES; i++)
        if (r->table[i].n && r->table[i].n != r->table[0].n) {
            fprintf(stderr, "%ld rows of %s for %ld cases\n", r->table[i].n, tables[i].table, r->table[0].n);
            exit(1);
        }
    return r;
}

void raw_free(RawRows *r) {
    for (int i = 0; i < TABLES; i++) {
        for (long k = 0; k < r->table[i].n * r->table[i].columns; k++)
            sqlite3_value_free(r->table[i].cells[k]);
        free(r->table[i].cells);
    }
    free(r);
}

long raw_reports(const RawRows *r) { return r->table[0].n; }

/* ---- writing ---- */

void raw_copy(const char *from, const char *to) {
    char command[1200];

    snprintf(command, sizeof command, "%s-wal", to);
    unlink(command);
    snprintf(command, sizeof command, "%s-shm", to);
    unlink(command);
    unlink(to);
    sqlite3 *db = open_db(from);
    snprintf(command, sizeof command, "VACUUM INTO '%s'", to);
    exec(db, command);
    sqlite3_close(db);
    int fd = open(to, O_RDWR); /* or the first commits would wait for the copy to reach the disk */
    if (fd < 0 || fsync(fd) != 0)
        perror(to);
    close(fd);
}

static sqlite3_stmt *insert_into(sqlite3 *db, const char *table, int columns) {
    char sql[512];
    int n = snprintf(sql, sizeof sql, "INSERT INTO %s VALUES (?", table);

    for (int i = 1; i < columns; i++)
        n += snprintf(sql + n, sizeof sql - (size_t)n, ",?");
    snprintf(sql + n, sizeof sql - (size_t)n, ")");
    return prepare(db, sql);
}

static void write_report(sqlite3 *db, const RawRows *r, sqlite3_stmt *const *insert, long which) {
    for (int i = 0; i < TABLES; i++) {
        const Table *t = &r->table[i];
        if (!t->n) /* an import keeps no reporter and no request */
            continue;
        for (int k = 0; k < t->columns; k++)
            sqlite3_bind_value(insert[i], k + 1, t->cells[which * t->columns + k]);
        if (sqlite3_step(insert[i]) != SQLITE_DONE)
            stop(db, tables[i].table);
        sqlite3_reset(insert[i]);
    }
}

static double took_ms[REPORTS_MAX]; /* each transaction of the last raw_write */
static long batches;

double raw_p99_ms(void) { return batches ? percentile(took_ms, batches, 99) : 0; }

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

double raw_write(const RawRows *r, const char *before, const char *copy, long batch, double seconds) {
    sqlite3_stmt *insert[TABLES];
    long n = 0;

    batches = 0;
    raw_copy(before, copy);
    sqlite3 *db = open_db(copy);
    exec(db,
         "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536; PRAGMA foreign_keys=ON;"
         "PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=16384");
    for (int i = 0; i < TABLES; i++)
        insert[i] = insert_into(db, tables[i].table, r->table[i].columns);
    sqlite3_stmt *begin = prepare(db, "BEGIN IMMEDIATE"), *commit = prepare(db, "COMMIT");
    double start = now_s(), at;
    while (n + batch <= r->table[0].n && (at = now_s()) < start + seconds) {
        sqlite3_step(begin);
        sqlite3_reset(begin);
        for (long i = 0; i < batch; i++)
            write_report(db, r, insert, n++);
        if (sqlite3_step(commit) != SQLITE_DONE)
            stop(db, "commit");
        sqlite3_reset(commit);
        took_ms[batches++] = (now_s() - at) * 1e3;
    }
    double took = now_s() - start;
    sqlite3_finalize(begin);
    sqlite3_finalize(commit);
    for (int i = 0; i < TABLES; i++)
        sqlite3_finalize(insert[i]);
    sqlite3_close(db);
    return (double)n / took;
}
