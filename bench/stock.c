/* stock – see stock.h. */
#include "stock.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of 4 ms, which is what an id counts above its 24 bits of place: a copy's ids are of
 * days before the first's, and nobody's. */
enum { TICKS = 37000000 };

static _Noreturn void stop(const char *what) {
    fprintf(stderr, "stock: %s\n", what);
    exit(1);
}

static void exec(sqlite3 *db, const char *sql) {
    char *why = NULL;

    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
        stop(why ? why : sql);
}

static long number(sqlite3 *db, const char *sql) {
    sqlite3_stmt *s;
    long n = 0;

    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
        stop(sqlite3_errmsg(db));
    if (sqlite3_step(s) == SQLITE_ROW)
        n = (long)sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return n;
}

/* ---- the cases ---- */

/* Of twenty copies two are reported, one accepted, one filed, three dispatched, eight
 * being handled, two handled, three wait for feedback; one in five is overdue. */
static const char open_again[] =
    "UPDATE copy SET id = id - (%lld << 24), code = code || 'c%d', revision = 3, closed_ms = NULL, closed_day "
    "= NULL,"
    " close_kind = NULL, close_due_ms = NULL, close_due_day = NULL, solved = NULL, satisfaction = NULL,"
    " attempts = 0, answered = 0, sampled = 0, linked = NULL, external_no = NULL, reminded = 2,"
    " handled_ms = NULL, handled_day = NULL, handled_by = NULL,"
    " state = substr('11245556666666677999', 1 + rowid %% 20, 1) + 0,"
    " due_ms = %lld + CASE WHEN rowid %% 5 = 0 THEN -1 ELSE 1 END * (rowid %% 977 + 13) * 864000;"
    "UPDATE copy SET unit = NULL, dispatched_ms = NULL, dispatched_day = NULL, finish_due_ms = NULL,"
    " finish_due_day = NULL WHERE state < 5;"
    "UPDATE copy SET due_day = due_ms / 86400000, finish_due_ms = CASE WHEN state > 4 THEN due_ms END,"
    " finish_due_day = CASE WHEN state > 4 THEN due_ms / 86400000 END;"
    "INSERT INTO cases SELECT * FROM copy;"
    "INSERT INTO case_event SELECT * FROM past;";

static void copy_once(sqlite3 *db, int round, long most) {
    char sql[2400];
    long long later = (long long)TICKS * (round + 1),
              now_ms = number(db, "SELECT strftime('%s', 'now') * 1000");

    snprintf(
        sql, sizeof sql,
        "CREATE TEMP TABLE copy AS SELECT * FROM first LIMIT %ld;"
        "CREATE TEMP TABLE past AS SELECT e.* FROM case_event e JOIN copy c ON e.home = c.home AND e.case_id = "
        "c.id AND e.number <= 3;"
        "UPDATE past SET case_id = case_id - (%lld << 24);",
        most, later);
    exec(db, sql);
    snprintf(sql, sizeof sql, open_again, later, round, now_ms);
    exec(db, sql);
    exec(db, "DROP TABLE copy; DROP TABLE past");
}

static long count_open(sqlite3 *db) {
    return number(db, "SELECT count(*) FROM cases WHERE state NOT BETWEEN 10 AND 19");
}

static void fill(sqlite3 *db, long wanted) {
    long open = count_open(db);

    exec(db, "CREATE TEMP TABLE first AS SELECT * FROM cases WHERE area IS NOT NULL AND unit IS NOT NULL");
    for (int round = 0; open < wanted; round++) {
        copy_once(db, round, wanted - open);
        long more = count_open(db);
        if (more == open)
            stop("the city has no case to copy");
        open = more;
    }
}

/* ---- what is needed to report ---- */

static int read_columns(sqlite3 *db, const char *sql, char *first, size_t size, char *second, size_t size_2) {
    sqlite3_stmt *s;
    int n = 0;

    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
        stop(sqlite3_errmsg(db));
    for (; n < STOCK_MAX && sqlite3_step(s) == SQLITE_ROW; n++) {
        snprintf(first + (size_t)n * size, size, "%s", (const char *)sqlite3_column_text(s, 0));
        if (second)
            snprintf(second + (size_t)n * size_2, size_2, "%s", (const char *)sqlite3_column_text(s, 1));
    }
    sqlite3_finalize(s);
    if (!n)
        stop(sql);
    return n;
}

void stock_fill(const char *database, long wanted, Stock *ret) {
    sqlite3 *db;

    if (sqlite3_open(database, &db) != SQLITE_OK)
        stop(database);
    exec(db, "PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -262144; BEGIN");
    fill(db, wanted);
    exec(db, "COMMIT; PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE)");
    ret->open = count_open(db);
    ret->n_points = read_columns(db,
                                 "SELECT printf('\"lon\":%.7f,\"lat\":%.7f', lon / 1e7, lat / 1e7) FROM cases"
                                 " WHERE placed = 1 AND lon IS NOT NULL AND rowid % 71 = 0 ORDER BY rowid",
                                 ret->point[0], sizeof ret->point[0], NULL, 0);
    ret->n_conditions =
        read_columns(db,
                     "SELECT id, category FROM condition WHERE NOT retired AND duty = 1 AND EXISTS"
                     " (SELECT 1 FROM serves WHERE instr(',' || matter || ',', ',' || category || ','))",
                     ret->condition[0], sizeof ret->condition[0], ret->category[0], sizeof ret->category[0]);
    ret->n_handlers = read_columns(db,
                                   "SELECT p.unit, a.login FROM post p JOIN account a ON a.id = p.account"
                                   " WHERE p.unit IS NOT NULL AND p.role IN (14, 15)",
                                   ret->unit[0], sizeof ret->unit[0], ret->login[0], sizeof ret->login[0]);
    sqlite3_close(db);
}
