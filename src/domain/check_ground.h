/* check_ground – the invariants of the ground: buildings, areas with their chains,
 * paths and shapes, borders, organisations, duties, posts, and where cases lie. Each
 * is a row of a table and names what breaks it.
 *
 * Bounded: rows come in pages by key, each page on a snapshot of its own, so a check
 * of a running city may see two of its moments. */
#ifndef JW_CHECK_GROUND_H
#define JW_CHECK_GROUND_H

#include "text.h"
#include "tx.h"

enum { CHECK_NAMED = 50 }; /* of each invariant so many are named; the rest is counted */

/* Writes a line for each breach; *ret_wrong counts all. ERR_STORE when the database
 * cannot be read. */
Err check_ground(Store *s, Buf *b, int64_t *ret_wrong, Fault *f);

#endif
