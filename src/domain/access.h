/* access 查阅记录 – who opened what about a person, when and why: a chain of
 * hashes, one for each home, to which rows are only ever added. */
#ifndef JW_ACCESS_H
#define JW_ACCESS_H

#include "actor.h"
#include "tx.h"

Err access_write(Tx *tx, CaseId what, const Actor *by, Str reason, Fault *f);

/* Walks every chain; ERR_STORE names the first row that does not fit. */
Err access_check(Tx *tx, int64_t *ret_rows, Fault *f);

/* Up to `limit` rows that are older than that. */
Err access_erase(Tx *tx, int64_t *ret_n, int32_t limit, int64_t before_ms, Fault *f);

#endif
