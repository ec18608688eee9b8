/* sign_log – see sign_log.h. */
#include "sign_log.h"

#include "account.h"
#include "seal.h"
#include "system_q.h"

#include <string.h>

static void hash_of(const SignLog *s, uint8_t ret[32]) {
    char room[512];
    Buf b = { room, 0, sizeof room, false, 0 };

    buf_fmt(&b, "%d/%lld/%lld/%d/%lld/%d/%lld/", s->home, (long long)s->number,
            s->has.account ? (long long)s->account.v : 0, s->what, s->has.by_whom ? (long long)s->by_whom.v : 0,
            s->near, (long long)s->at.ms);
    buf_put(&b, s->previous.p, s->previous.n);
    hash_32("sign", NULL, buf_view(&b), ret);
}

Err sign_log_write(Tx *tx, AccountId whose, int32_t place, SignWhat what, const Actor *by, Fault *f) {
    AccessTail tail = { .home = whose.v ? (int32_t)(((uint64_t)whose.v * 0x9E3779B97F4A7C15u) >> 52) : place };
    SignLog last;
    ChainCut cut = { 0 };
    uint8_t hash[32];
    int64_t changed;
    size_t n;

    TRY(sql_sign_last(tx, &tail, &last, 1, &n, f));
    if (!n)
        TRY(chain_cut(tx, CHAIN_SIGN, tail.home, &cut, f));
    SignLog s = { .home = tail.home,
                  .number = (n ? last.number : cut.number) + 1,
                  .account = whose,
                  .what = what,
                  .by_whom = by->account,
                  .near = by->near,
                  .at = moment_now(),
                  .previous = n ? last.hash : cut.hash };
    s.has.account = whose.v != 0;
    s.has.by_whom = by->account.v && by->account.v != whose.v;
    hash_of(&s, hash);
    s.hash = (Str){ (const char *)hash, sizeof hash };
    return sql_sign_add(tx, &s, &changed, f);
}

/* ---- checking ---- */

static Err walk_one(void *ctx, const void *row, Fault *f) {
    const SignLog *s = row;
    const LogRow link = { s->home, s->number, s->previous, s->hash };
    uint8_t hash[32];
    bool fits;

    hash_of(s, hash);
    TRY(chain_step(ctx, &link, hash, &fits, f));
    if (!fits)
        return fault(f, ERR_STORE, "sign_chain", "", "登录记录在分片 %d 第 %lld 条断开：有人改过。",
                     "The sign-in log breaks at home %d, row %lld: somebody changed it.", s->home,
                     (long long)s->number);
    return OK;
}

Err sign_log_walk(Tx *tx, int32_t from, int64_t most, ChainWalk *ret, Fault *f) {
    ChainFrom begin = { .home = from };

    *ret = (ChainWalk){ .tx = tx, .log = CHAIN_SIGN, .most = most };
    return chain_walked(ret, tx_each(tx, &sign_walk_query, (const void *const[]){ &begin }, walk_one, ret, f));
}

Err sign_log_check(Tx *tx, int64_t *ret_rows, Fault *f) {
    ChainWalk w;

    TRY(sign_log_walk(tx, 0, 0, &w, f));
    *ret_rows = w.rows;
    return OK;
}

/* ---- erased after three years ---- */

Err sign_log_erase(Tx *tx, int64_t *ret_n, int32_t limit, int64_t before_ms, Fault *f) {
    OlderThan old = { .before = moment_at(before_ms), .limit = limit };
    SignLog *due = arena_take(tx_arena(tx), (size_t)limit * sizeof *due);
    int64_t changed;
    size_t n;

    if (!due)
        return fault_arena(f);
    TRY(sql_sign_due(tx, &old, due, (size_t)limit, &n, f));
    for (size_t i = 0; i < n; i++) {
        if (i + 1 < n && due[i + 1].home == due[i].home)
            continue;
        ChainUntil until = { .home = due[i].home, .number = due[i].number };
        TRY(chain_cut_at(tx, CHAIN_SIGN, due[i].home, due[i].number, due[i].hash, due[i].at, f));
        TRY(sql_sign_cut(tx, &until, &changed, f));
    }
    *ret_n = (int64_t)n;
    return OK;
}

/* ---- read ---- */

Err sign_list(Tx *tx, const SignFind *in, const Actor *by, Page *ret, Fault *f) {
    SignFind find = *in;
    Account a;

    (void)by;
    if (in->has.login) {
        TRY(account_need(tx, in->login, &a, f));
        find.account = a.id;
        find.has.account = true;
    }
    TRY(days_in_order(in->has.from && in->has.until, in->from, in->until, f));
    find.has.from_at = in->has.from;
    find.has.until_at = in->has.until;
    find.from_at = moment_at(in->has.from ? ms_of_day(in->from) : 0);
    find.until_at = moment_at(in->has.until ? ms_of_day(in->until + 1) : 0);
    find.skip = (in->page - 1) * in->limit;
    return sql_sign_list(tx, &find, ret->rows, (size_t)in->limit, &ret->n, f);
}
