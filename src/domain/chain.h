/* chain – where the chain of a log was cut after its three years (access.h, sign_log.h). */
#ifndef JW_CHAIN_H
#define JW_CHAIN_H

#include "records.h"
#include "tx.h"

enum { LOG_KEPT_DAYS = 1095 };

/* The last row that was erased; none: number 0 and an empty hash. */
Err chain_cut(Tx *tx, ChainLog log, int32_t home, ChainCut *ret, Fault *f);
Err chain_cut_at(Tx *tx, ChainLog log, int32_t home, int64_t number, Str hash, Moment at, Fault *f);

/* Does a row follow the one with `number` and `hash`, or the cut where there is none? A cut
 * of rows that were younger than three years is none of ours. */
bool chain_fits(int64_t number, Str previous, int64_t before, Str hash);
bool chain_cut_is_due(const ChainCut *cut);

#endif
