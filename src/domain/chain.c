/* chain – see chain.h. */
#include "chain.h"

#include "clock.h"
#include "system_q.h"

#define DAY_MS (24LL * 3600 * 1000)

Err chain_cut(Tx *tx, ChainLog log, int32_t home, ChainCut *ret, Fault *f) {
    ChainKey key = { .home = home, .log = log };
    ChainCut cut;
    size_t n;

    TRY(sql_chain_cut_get(tx, &key, &cut, 1, &n, f));
    *ret = n ? cut : (ChainCut){ .home = home, .log = log, .hash = { "", 0 } };
    return OK;
}

Err chain_cut_at(Tx *tx, ChainLog log, int32_t home, int64_t number, Str hash, Moment at, Fault *f) {
    ChainKey key = { .home = home, .log = log };
    ChainCut cut = { .home = home, .log = log, .number = number, .hash = hash, .at = at };
    int64_t changed;

    TRY(sql_chain_cut_drop(tx, &key, &changed, f));
    return sql_chain_cut_add(tx, &cut, &changed, f);
}

bool chain_fits(int64_t number, Str previous, int64_t before, Str hash) {
    return number == before + 1 && str_same(previous, hash);
}

bool chain_cut_is_due(const ChainCut *cut) {
    return cut->number == 0 || cut->at.ms < clock_now_ms() - (LOG_KEPT_DAYS - 1) * DAY_MS;
}
