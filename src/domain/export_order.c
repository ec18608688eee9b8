/* export_order – see export_order.h. */
#include "export_order.h"

#include "access.h"
#include "export.h"
#include "export_q.h"

#include <stdio.h>

/* ---- asked for and agreed to ---- */

Err export_ask(Tx *tx, const ExportAsk *in, const Actor *by, ExportOrder *ret, Fault *f) {
    int64_t now = clock_now_ms(), changed;
    ExportOrder o = { .id = { id_new(0) },
                      .revision = 1,
                      .account = by->account,
                      .role = by->role,
                      .path = by->scope.path_low,
                      .reason = in->reason,
                      .asked = moment_at(now),
                      .ends = moment_at(now + EXPORT_ORDER_MS) };

    TRY(sql_export_add(tx, &o, &changed, f));
    *ret = o;
    return OK;
}

static Err unknown(Fault *f) {
    return fault(f, ERR_NOT_FOUND, "export_unknown", "id", "没有这张导出单，或不是您的。",
                 "There is no such export order, or it is not yours.");
}

static Err load(Tx *tx, ExportId id, ExportOrder *ret, Fault *f) {
    ExportKey key = { .id = id };
    size_t n;

    TRY(sql_export_by_id(tx, &key, ret, 1, &n, f));
    return n ? OK : unknown(f);
}

static Err judge_open(const ExportOrder *o, Fault *f) {
    if (o->has.finished)
        return fault(f, ERR_FORBIDDEN, "export_used", "id", "这张导出单已经用过，只能用一次：请另行申请。",
                     "This export order was used; it is good for once: ask for another.");
    if (o->ends.ms <= clock_now_ms())
        return fault(f, ERR_FORBIDDEN, "export_over", "id", "这张导出单已过期（一天内有效）：请另行申请。",
                     "This export order is over (it holds for a day): ask for another.");
    return OK;
}

static Err save(Tx *tx, ExportOrder *o, Fault *f) {
    int64_t changed;

    o->revision++;
    TRY(sql_export_save(tx, o, &changed, f));
    return changed == 1 ? OK
                        : fault(f, ERR_CONFLICT, "export_changed", "id", "这张导出单刚被用过，请重新查看。",
                                "This export order has just been used: look at it again.");
}

Err export_approve(Tx *tx, const ExportApprove *in, const Actor *by, ExportOrder *ret, Fault *f) {
    ExportOrder o;

    TRY(load(tx, in->id, &o, f));
    if (!actor_reaches(by, o.path))
        return unknown(f);
    if (o.account.v == by->account.v)
        return fault(f, ERR_FORBIDDEN, "export_own", "id", "自己申请的导出要由另一个人批准。",
                     "What you ask for yourself is approved by another person.");
    TRY(judge_open(&o, f));
    if (o.has.approved)
        return fault(f, ERR_CONFLICT, "export_approved", "id", "这张导出单已经批准过。",
                     "This export order was approved already.");
    o.approver = by->account;
    o.approval = in->reason;
    o.approved = moment_now();
    o.has.approver = o.has.approval = o.has.approved = true;
    TRY(save(tx, &o, f));
    *ret = o;
    return OK;
}

Err export_list(Tx *tx, const ExportFind *in, const Actor *by, Page *ret, Fault *f) {
    (void)by;
    return sql_export_list(tx, in, ret->rows, (size_t)in->limit, &ret->n, f);
}

/* ---- taken ---- */

static Err need_two(Fault *f) {
    return fault(f, ERR_LIMIT, "words_need_two", "text",
                 "带内容的导出，一人一天最多 %d 行；更多要另一个人批准：先 export.ask，由值班长或街道领导 "
                 "export.approve。",
                 "With their words one person takes at most %d rows a day; more needs another person: "
                 "export.ask first, then a duty lead or leader approves it (export.approve).",
                 EXPORT_ALONE);
}

/* Before a row is given it is known whether all may be: nothing is taken half. */
static Err judge_alone(Tx *tx, const ExportOrder *o, const Actor *by, const ExportAt *behind, size_t n,
                       Fault *f) {
    ExportAlone alone = { .account = by->account, .since = moment_at(clock_now_ms() - EXPORT_ORDER_MS) };
    ExportAt at = *behind;
    CaseListed *rows;
    Count taken;
    size_t more = 0, got;

    if (o->has.approved)
        return OK;
    TRY(sql_export_alone(tx, &alone, &taken, 1, &got, f));
    if (n == EXPORT_ROWS)
        TRY(export_cases(tx, by, true, &at, NULL, &rows, &more, f));
    return taken.n + (int64_t)(n + more) > EXPORT_ALONE ? need_two(f) : OK;
}

static Err log_rows(Tx *tx, const ExportOrder *o, const CaseId *ids, size_t n, const Actor *by, Fault *f) {
    char reason[620];

    snprintf(reason, sizeof reason, "导出：%.*s", (int)o->reason.n, o->reason.p);
    for (size_t i = 0; i < n; i++)
        TRY(access_write(tx, ids[i], by, str(reason), f));
    return OK;
}

static Err take_rows(Tx *tx, ExportOrder *o, const Actor *by, Page *ret, Fault *f) {
    ExportAt at = { .case_id = o->has.last ? o->last : (CaseId){ 0 } };
    CaseId *ids = arena_take(tx_arena(tx), EXPORT_ROWS * sizeof *ids);
    CaseListed *rows;
    size_t n;

    if (!ids)
        return fault_arena(f);
    TRY(export_cases(tx, by, true, &at, ids, &rows, &n, f));
    TRY(judge_alone(tx, o, by, &at, n, f));
    TRY(log_rows(tx, o, ids, n, by, f));
    for (size_t i = 0; i < n; i++)
        ((CaseListed *)ret->rows)[i] = rows[i];
    ret->n = n;
    o->given += (int32_t)n;
    o->last = at.case_id;
    o->has.last = at.case_id.v != 0;
    if (n < EXPORT_ROWS) {
        o->finished = moment_now();
        o->has.finished = true;
    }
    return OK;
}

Err export_take(Tx *tx, const ExportKey *in, const Actor *by, Page *ret, Fault *f) {
    Page out = *ret;
    ExportOrder o;

    TRY(load(tx, in->id, &o, f));
    if (o.account.v != by->account.v)
        return unknown(f);
    TRY(judge_open(&o, f));
    TRY(take_rows(tx, &o, by, &out, f));
    TRY(save(tx, &o, f));
    *ret = out;
    return OK;
}
