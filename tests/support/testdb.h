/* testdb – a fresh, migrated database for one test, on either store.
 *
 * SQLite: a file in a directory of its own. PostgreSQL (JW_TEST_POSTGRES, see
 * tools/with_postgres.sh): CREATE DATABASE … TEMPLATE of one that was migrated
 * once per run. */
#ifndef JW_TESTDB_H
#define JW_TESTDB_H

#include "store.h"

typedef struct TestDb {
    char where[512], dir[256];
    Dialect dialect;
    StoreConfig config; /* of `where`; change it before opening */
} TestDb;

bool testdb_has(Dialect d); /* is there such a store here? */

/* `migrations` NULL: those of the product. `empty`: not migrated at all. Ends the
 * program when it cannot, saying why. */
void testdb_make(Dialect d, const Migration *migrations, size_t n, bool empty, TestDb *ret);
void testdb_drop(TestDb *db);

/* A statement outside the store, as another program would run it. */
void testdb_exec(const TestDb *db, const char *sql);

/* The same for a question: "1|a;2|b", NULL as "". Valid until the next. */
const char *testdb_ask(const TestDb *db, const char *sql);

#endif
