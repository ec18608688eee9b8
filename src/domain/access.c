/* access – see access.h. */
#include "access.h"

#include "account.h"
#include "account_q.h"
#include "case.h"
#include "case_q.h"
#include "seal.h"
#include "system_q.h"

#include <string.h>

static void hash_of(const AccessLog *a, uint8_t ret[32]) {
    char room[1024];
    Buf b = { room, 0, sizeof room, false, 0 };

    buf_fmt(&b, "%d/%lld/%lld/%lld/%d/%lld/", a->home, (long long)a->number, (long long)a->case_id.v,
            (long long)a->account.v, a->role, (long long)a->at.ms);
    buf_put(&b, a->reason.p, a->reason.n < 600 ? a->reason.n : 600);
    buf_put(&b, a->previous.p, a->previous.n);
    hash_32("access", NULL, buf_view(&b), ret);
}

/* Two servers that add at once collide on (home, number); the later one is told
 * to try again. */
Err access_write(Tx *tx, CaseId what, const Actor *by, Str reason, Fault *f) {
    AccessTail tail = { .home = id_home(what.v) };
    AccessLog last = { 0 };
    ChainCut cut = { 0 };
    uint8_t hash[32];
    int64_t changed;
    size_t n;

    TRY(sql_access_last(tx, &tail, &last, 1, &n, f));
    if (!n)
        TRY(chain_cut(tx, CHAIN_ACCESS, tail.home, &cut, f));
    AccessLog a = { .home = tail.home,
                    .number = (n ? last.number : cut.number) + 1,
                    .case_id = what,
                    .account = by->account,
                    .role = by->role,
                    .reason = reason,
                    .at = moment_now(),
                    .previous = n ? last.hash : cut.hash };
    hash_of(&a, hash);
    a.hash = (Str){ (const char *)hash, sizeof hash };
    return sql_access_add(tx, &a, &changed, f);
}

static Err walk_one(void *ctx, const void *row, Fault *f) {
    const AccessLog *a = row;
    const LogRow link = { a->home, a->number, a->previous, a->hash };
    uint8_t hash[32];
    bool fits;

    hash_of(a, hash);
    TRY(chain_step(ctx, &link, hash, &fits, f));
    if (!fits)
        return fault(f, ERR_STORE, "access_chain", "", "查阅记录在分片 %d 第 %lld 条断开：有人改过。",
                     "The access log breaks at home %d, row %lld: somebody changed it.", a->home,
                     (long long)a->number);
    return OK;
}

Err access_walk(Tx *tx, int32_t from, int64_t most, ChainWalk *ret, Fault *f) {
    ChainFrom begin = { .home = from };

    *ret = (ChainWalk){ .tx = tx, .log = CHAIN_ACCESS, .most = most };
    return chain_walked(ret,
                        tx_each(tx, &access_walk_query, (const void *const[]){ &begin }, walk_one, ret, f));
}

Err access_check(Tx *tx, int64_t *ret_rows, Fault *f) {
    ChainWalk w;

    TRY(access_walk(tx, 0, 0, &w, f));
    *ret_rows = w.rows;
    return OK;
}

/* ---- read ---- */

static const Scope everywhere = { .path_low = { "0", 1 }, .path_high = { "0~", 2 }, .unit_high = ID_TOP };

static Err fill_shown(Tx *tx, const AccessLog *a, AccessShown *r, Fault *f) {
    CaseKey key = { .id = a->case_id };
    Account who;
    Case c;
    size_t known, found;

    *r = (AccessShown){ .home = a->home,
                        .number = a->number,
                        .at = a->at,
                        .account = a->account,
                        .role = a->role,
                        .reason = a->reason };
    TRY(sql_account_by_id(tx, &(AccountKey){ .id = a->account }, &who, 1, &known, f));
    TRY(sql_case_by_id(tx, &key, &everywhere, &c, 1, &found, f));
    r->has.home = r->has.number = r->has.at = r->has.account = r->has.role = r->has.reason = true;
    if (known) {
        r->login = who.login;
        r->title = who.title;
        r->has.login = r->has.title = true;
    }
    if (found) {
        r->case_code = c.code;
        r->has.case_code = true;
    }
    return OK;
}

Err access_list(Tx *tx, const AccessFind *in, const Actor *by, Page *ret, Fault *f) {
    AccessFind find = *in;
    AccessShown *rows = ret->rows;
    AccessLog *log = arena_take(tx_arena(tx), (size_t)in->limit * sizeof *log);
    Account a;
    Case c = { 0 };

    (void)by;
    if (!log)
        return fault_arena(f);
    if (in->has.login) {
        TRY(account_need(tx, in->login, &a, f));
        find.account = a.id;
    }
    if (in->has.code)
        TRY(case_of_code(tx, in->code, &c, f));
    TRY(days_in_order(in->has.from && in->has.until, in->from, in->until, f));
    find.case_id = c.id;
    find.has.account = in->has.login;
    find.has.case_id = in->has.code;
    find.has.from_at = in->has.from;
    find.has.until_at = in->has.until;
    find.from_at = moment_at(in->has.from ? ms_of_day(in->from) : 0);
    find.until_at = moment_at(in->has.until ? ms_of_day(in->until + 1) : 0);
    find.skip = (in->page - 1) * in->limit;
    TRY(sql_access_list(tx, &find, log, (size_t)in->limit, &ret->n, f));
    for (size_t i = 0; i < ret->n; i++)
        TRY(fill_shown(tx, &log[i], &rows[i], f));
    return OK;
}

/* After three years, from the beginning of each chain; what is left goes on from the cut. */
Err access_erase(Tx *tx, int64_t *ret_n, int32_t limit, int64_t before_ms, Fault *f) {
    OlderThan old = { .before = moment_at(before_ms), .limit = limit };
    AccessLog *due = arena_take(tx_arena(tx), (size_t)limit * sizeof *due);
    int64_t changed;
    size_t n;

    if (!due)
        return fault_arena(f);
    TRY(sql_access_due(tx, &old, due, (size_t)limit, &n, f));
    for (size_t i = 0; i < n; i++) {
        if (i + 1 < n && due[i + 1].home == due[i].home)
            continue;
        ChainUntil until = { .home = due[i].home, .number = due[i].number };
        TRY(chain_cut_at(tx, CHAIN_ACCESS, due[i].home, due[i].number, due[i].hash, due[i].at, f));
        TRY(sql_access_cut(tx, &until, &changed, f));
    }
    *ret_n = (int64_t)n;
    return OK;
}
