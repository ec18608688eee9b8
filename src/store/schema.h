/* schema – the words in which sql/migrate describes tables, and catalogs.
 *
 * One text serves both stores. A column is `name word [NOT NULL] [DEFAULT …]`:
 *
 *     word             SQLite    PostgreSQL
 *     id ms long       INTEGER   bigint
 *     day int degree   INTEGER   integer
 *     text             TEXT      text
 *     bytes            BLOB      bytea
 *     bool             INTEGER   boolean
 *
 * in CREATE TABLE and in ALTER TABLE … ADD COLUMN. On SQLite every table becomes
 * STRICT and, where a line says PRIMARY KEY (…), WITHOUT ROWID; `-- wide` on the
 * line before CREATE TABLE keeps the rowid, for rows of more than about 200 bytes.
 * `-- only: sqlite` or `-- only: postgres` on the line before binds one statement
 * to one store. All else is passed on as it stands. */
#ifndef JW_SCHEMA_H
#define JW_SCHEMA_H

#include "store.h"

/* ERR_INVALID names a word that is no type. */
Err schema_translate(const char *text, Dialect d, Buf *b, Fault *f);

/* The catalog as text, tables and indexes in the order of their names: two
 * databases with the same print have the same schema. */
Err schema_print(Store *s, Buf *b, Fault *f);

/* What differs between the catalog and the stored ones of `records` (ends with
 * NULL), one line each; empty when nothing does. Tables that no record
 * describes are not looked at. */
Err schema_check(Store *s, const Record *const *records, Buf *b, Fault *f);

#endif
