/* chain – see chain.h. */
#include "chain.h"

#include "clock.h"
#include "system_q.h"

#include <string.h>

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

Err days_in_order(bool both, int32_t from, int32_t until, Fault *f) {
    return both && until < from ? fault(f, ERR_INVALID, "dates_reversed", "until", "结束日期早于开始日期。",
                                        "It ends before it begins.")
                                : OK;
}

/* Nobody but the retention cuts, and not before its time. */
static bool is_due(const ChainCut *cut) {
    return cut->number == 0 || cut->at.ms < clock_now_ms() - (LOG_KEPT_DAYS - 1) * DAY_MS;
}

Err chain_step(ChainWalk *w, const LogRow *row, const uint8_t is[32], bool *ret_fits, Fault *f) {
    ChainCut before = { .number = w->number, .hash = { (const char *)w->hash, sizeof w->hash } };
    bool begins = !w->begun || w->home != row->home;

    if (begins && w->most && w->rows >= w->most) {
        w->paused = true;
        w->home = row->home;
        return fault(f, ERR_LIMIT, "chain_pause", "", "先查到这里。", "That is enough for now.");
    }
    if (begins)
        TRY(chain_cut(w->tx, w->log, row->home, &before, f));
    *ret_fits = row->number == before.number + 1 && str_same(row->previous, before.hash) && row->hash.n == 32 &&
                memcmp(row->hash.p, is, 32) == 0 && (!begins || is_due(&before));
    w->broken = !*ret_fits;
    w->home = row->home;
    w->number = row->number;
    w->begun = true;
    w->rows++;
    memcpy(w->hash, is, 32);
    return OK;
}

Err chain_walked(const ChainWalk *w, Err e) { return e == ERR_LIMIT && w->paused ? OK : e; }
