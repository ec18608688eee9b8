/* access 查阅记录 – who opened what about a person, when and why: a chain of
 * hashes, one for each home, to which rows are only ever added. */
#ifndef JW_ACCESS_H
#define JW_ACCESS_H

#include "actor.h"
#include "chain.h"
#include "tx.h"

Err access_write(Tx *tx, CaseId what, const Actor *by, Str reason, Fault *f);

/* Walks every chain; ERR_STORE names the first row that does not fit. */
Err access_check(Tx *tx, int64_t *ret_rows, Fault *f);

/* The same from a home on, with a pause after so many rows. */
Err access_walk(Tx *tx, int32_t from, int64_t most, ChainWalk *ret, Fault *f);

Err access_list(Tx *tx, const AccessFind *in, const Actor *by, Page *ret, Fault *f);

/* Up to `limit` rows that are older than that. */
Err access_erase(Tx *tx, int64_t *ret_n, int32_t limit, int64_t before_ms, Fault *f);

#endif
