/* chain – where the chain of a log was cut after its three years (access.h, sign_log.h). */
#ifndef JW_CHAIN_H
#define JW_CHAIN_H

#include "records.h"
#include "tx.h"

enum { LOG_KEPT_DAYS = 1095 };

/* The last row that was erased; none: number 0 and an empty hash. */
Err chain_cut(Tx *tx, ChainLog log, int32_t home, ChainCut *ret, Fault *f);
Err chain_cut_at(Tx *tx, ChainLog log, int32_t home, int64_t number, Str hash, Moment at, Fault *f);

/* For who looks into a log by days. */
Err days_in_order(bool both, int32_t from, int32_t until, Fault *f);

/* A walk over the rows of a log in the order of home and number. chain_step() says in
 * *ret_fits whether a row follows the one before, or the cut where its home begins, and
 * is what its hash says. A cut of rows that were younger than three years fits none.
 * A pause is an error that goes through tx_each(); chain_walked() makes it none. */
typedef struct ChainWalk {
    Tx *tx;
    ChainLog log;
    int32_t home;
    int64_t number, rows;
    uint8_t hash[32];
    bool begun;
    int64_t most; /* so many rows and the rest of their home, then it pauses; 0: all */
    bool paused;  /* before the home that is in `home` now */
    bool broken;  /* at the row that is in `home` and `number` now */
} ChainWalk;
typedef struct LogRow {
    int32_t home;
    int64_t number;
    Str previous, hash;
} LogRow;
Err chain_step(ChainWalk *w, const LogRow *row, const uint8_t is[32], bool *ret_fits, Fault *f);
Err chain_walked(const ChainWalk *w, Err e);

#endif
