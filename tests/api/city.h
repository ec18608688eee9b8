/* city – for tests of whole operations: a store, with the demo city in it or bare,
 * and calls as from the command line. One at a time. */
#ifndef JW_CITY_H
#define JW_CITY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "case.h"
#include "ops.h"
#include "testdb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern TestDb city_db;
extern Store *city;
extern Fault fa;             /* of the last call */
extern char answer[1 << 20]; /* of the last call */

void city_open(Dialect d, bool demo); /* keys, database, perhaps the demo */
void city_close(void);

#define assert_ok(call) city_ok((call), __FILE__, __LINE__)
void city_ok(Err e, const char *file, int line);

Actor actor_as(Role role, int64_t unit, int64_t account);
Err call(const char *op, const Actor *by, const char *json);
Err call_keyed(const char *op, const Actor *by, const char *json, const char *client_key);
int64_t answered(const char *name); /* the number of `"name":` in the last answer */

/* A step of a case at whatever revision it has; fails the test unless `expected`. */
void step(const Actor *by, int64_t id, const char *act, const char *more, Err expected);

#endif
