/* plan – see plan.h. */
#include "plan.h"

#include "account_q.h"
#include "area.h"
#include "draft_q.h"

#include <stdio.h>

enum { WAITING_MAX = 20 };

/* ---- loading ------------------------------------------------------------ */

Err plan_load(Tx *tx, PlanId id, const Actor *by, Plan *ret, Fault *f) {
    PlanKey key = { .id = id };
    size_t n;

    TRY(sql_plan_by_id(tx, &key, &by->scope, ret, 1, &n, f));
    return n ? OK
             : fault(f, ERR_NOT_FOUND, "plan_unknown", "id", "没有这个方案，或不在您的范围内。",
                     "There is no such plan, or it is not in your part of the city.");
}

Err plan_load_solved(Tx *tx, PlanId id, const Actor *by, Plan *ret, Fault *f) {
    TRY(plan_load(tx, id, by, ret, f));
    if (ret->state == PLAN_COMPUTING)
        return fault(f, ERR_CONFLICT, "plan_computing", "id", "方案还在计算，请稍候。",
                     "The plan is still being computed; wait a moment.");
    if (ret->units == 0)
        return fault(f, ERR_CONFLICT, "plan_not_solved", "id", "这个方案没有算成，没有网格可看。",
                     "This plan was not solved, so there are no grids to look at.");
    return OK;
}

Err plan_grids_load(Tx *tx, PlanId id, PlanGrid **ret, size_t *ret_n, Fault *f) {
    PlanKey key = { .id = id };
    PlanGrid *rows = arena_take(tx_arena(tx), PLAN_GRIDS_MAX * sizeof *rows);

    if (!rows)
        return fault_arena(f);
    TRY(sql_plan_grid_list(tx, &key, rows, PLAN_GRIDS_MAX, ret_n, f));
    *ret = rows;
    return OK;
}

static Err name_of(Tx *tx, bool has, AccountId id, Str *ret, bool *ret_has, Fault *f) {
    Account a;
    size_t n = 0;

    if (has)
        TRY(sql_account_by_id(tx, &(AccountKey){ .id = id }, &a, 1, &n, f));
    *ret_has = n > 0;
    if (n)
        *ret = a.title;
    return OK;
}

Err plan_show(Tx *tx, const Actor *by, Plan *p, Fault *f) {
    Area a;

    TRY(area_load(tx, p->within, &a, f));
    p->within_code = a.code;
    p->within_name = a.name;
    p->has.within_code = p->has.within_name = true;
    TRY(name_of(tx, true, p->made_by, &p->made_by_name, &p->has.made_by_name, f));
    TRY(name_of(tx, p->has.proposed_by, p->proposed_by, &p->proposed_by_name, &p->has.proposed_by_name, f));
    TRY(name_of(tx, p->has.approved_by, p->approved_by, &p->approved_by_name, &p->has.approved_by_name, f));
    p->own = p->has.proposed_by && p->proposed_by.v == by->account.v;
    p->has.own = true;
    return OK;
}

/* ---- open --------------------------------------------------------------- */

static Err not_there(Str code, Fault *f) {
    return fault(f, ERR_NOT_FOUND, "area_unknown", "within", "没有代码为“%.*s”的网格，或不在您的范围内。",
                 "There is no area with the code “%.*s”, or it is not in your part of the city.", (int)code.n,
                 code.p);
}

static Err within_of(Tx *tx, Str code, const Actor *by, Area *ret, Fault *f) {
    Err e = area_governing_by_code(tx, code, ret, f);

    if (e == ERR_NOT_FOUND || (e == OK && !actor_reaches(by, ret->path)))
        return not_there(code, f);
    return e;
}

/* By rule 300 to 500; what a zone grid is to be, the city says. */
static Err range_of(const PlanOpen *in, Plan *p, Fault *f) {
    if (in->kind == PLAN_ZONE && !(in->has.min && in->has.max))
        return fault(f, ERR_INVALID, "plan_range", "min", "片区网格请写明最少和最多户数。",
                     "For zone grids say how many households they may have, least and most.");
    p->min = in->has.min ? in->min : 300;
    p->max = in->has.max ? in->max : 500;
    if (p->min > p->max)
        return fault(f, ERR_INVALID, "plan_range", "min", "最少户数 %d 多于最多户数 %d。",
                     "The least number of households, %d, is more than the most, %d.", (int)p->min,
                     (int)p->max);
    return OK;
}

/* Nobody fills the queue of the one thread that solves. */
static Err label_of(Tx *tx, const PlanOpen *in, Plan *p, Fault *f) {
    static _Thread_local char room[60];
    PlanFind find = { .area = p->within, .limit = 200, .has.area = true };
    Plan *rows = arena_take(tx_arena(tx), 200 * sizeof *rows);
    Actor all;
    size_t n, waiting = 0;

    if (!rows)
        return fault_arena(f);
    actor_in(ROLE_DUTY_LEAD, str("0"), (OrgId){ 0 }, &all);
    TRY(sql_plan_list(tx, &find, &all.scope, rows, 200, &n, f));
    for (size_t i = 0; i < n; i++)
        waiting += rows[i].state == PLAN_COMPUTING;
    if (waiting >= WAITING_MAX)
        return fault(f, ERR_LIMIT, "plan_waiting", "within", "这里已有 %d 个方案在等计算，请稍候或先取消。",
                     "%d plans wait to be computed here already: wait, or cancel some.", WAITING_MAX);
    snprintf(room, sizeof room, "方案 %zu", n + 1);
    p->label = in->has.label ? in->label : str(room);
    return OK;
}

Err plan_open(Tx *tx, const PlanOpen *in, const Actor *by, Plan *ret, Fault *f) {
    Plan p = { .kind = in->kind, .state = PLAN_COMPUTING, .revision = 0, .made_by = by->account }, from;
    int64_t changed;
    Area a;

    TRY(within_of(tx, in->within, by, &a, f));
    record_take(&plan_record, &p, &plan_open_in_record, in);
    TRY(range_of(in, &p, f));
    if (in->has.made_from) {
        TRY(plan_load_solved(tx, in->made_from, by, &from, f));
        if (from.within.v != a.id.v || from.kind != in->kind)
            return fault(f, ERR_INVALID, "plan_other_ground", "made_from",
                         "所依据的方案是另一个网格或另一种类的。",
                         "The plan to begin with is of another area, or of another kind.");
        p.made_from = in->made_from;
        p.has.made_from = true;
    }
    p.id.v = id_new(id_home(a.id.v));
    p.within = a.id;
    p.seed = in->seed;
    p.cut = in->cut;
    p.compact = in->compact;
    p.alike = in->alike;
    p.keep = in->keep;
    p.balance = in->balance;
    p.note = in->note;
    p.has.note = in->has.note;
    p.made = moment_now();
    TRY(label_of(tx, in, &p, f));
    TRY(sql_plan_add(tx, &p, &changed, f));
    TRY(plan_show(tx, by, &p, f));
    *ret = p;
    return OK;
}

Err plan_cancel(Tx *tx, const PlanKey *in, const Actor *by, Plan *ret, Fault *f) {
    int64_t changed;
    Plan p;

    TRY(plan_load(tx, in->id, by, &p, f));
    if (p.state != PLAN_COMPUTING)
        return fault(f, ERR_CONFLICT, "plan_not_computing", "id", "方案已经算完，不能再取消：不要的话请撤回。",
                     "The plan is computed already and cannot be cancelled: withdraw it if it is not wanted.");
    p.state = PLAN_FAILED;
    p.failure_zh = str("已取消。");
    p.failure_en = str("It was cancelled.");
    p.has.failure_zh = p.has.failure_en = true;
    p.revision++;
    TRY(sql_plan_save(tx, &p, &changed, f));
    TRY(plan_show(tx, by, &p, f));
    *ret = p;
    return OK;
}

/* ---- looked at ---------------------------------------------------------- */

Err plan_list(Tx *tx, const PlanFind *in, const Actor *by, Page *ret, Fault *f) {
    PlanFind find = *in;
    Plan *rows = ret->rows;
    Area a;

    if (in->has.within) {
        TRY(within_of(tx, in->within, by, &a, f));
        find.area = a.id;
        find.has.area = true;
    }
    TRY(sql_plan_list(tx, &find, &by->scope, rows, (size_t)in->limit, &ret->n, f));
    for (size_t i = 0; i < ret->n; i++)
        TRY(plan_show(tx, by, &rows[i], f));
    return OK;
}

Err plan_look(Tx *tx, const PlanKey *in, const Actor *by, Plan *ret, Fault *f) {
    Plan p;

    TRY(plan_load(tx, in->id, by, &p, f));
    TRY(plan_show(tx, by, &p, f));
    *ret = p;
    return OK;
}

Err plan_grids(Tx *tx, const PlanKey *in, const Actor *by, Page *ret, Fault *f) {
    PlanGrid *rows, *out = ret->rows;
    size_t n, kept = 0;
    Plan p;

    TRY(plan_load_solved(tx, in->id, by, &p, f));
    TRY(plan_grids_load(tx, p.id, &rows, &n, f));
    for (size_t i = 0; i < n && kept < ret->max; i++)
        if (rows[i].units)
            out[kept++] = rows[i];
    ret->n = kept;
    return OK;
}

/* ---- retention ---------------------------------------------------------- */

static Err forget(Tx *tx, PlanId id, Fault *f) {
    PlanKey key = { .id = id };
    int64_t changed;

    TRY(sql_plan_grids_forget(tx, &key, &changed, f));
    TRY(sql_plan_parts_forget(tx, &key, &changed, f));
    TRY(sql_plan_steps_forget(tx, &key, &changed, f));
    return sql_plan_forget(tx, &key, &changed, f);
}

Err plan_erase(Tx *tx, int64_t *ret_n, OlderThan old, Fault *f) {
    Plan *due = arena_take(tx_arena(tx), (size_t)old.limit * sizeof *due);
    size_t n;

    if (!due)
        return fault_arena(f);
    TRY(sql_plan_put_away(tx, &old, due, (size_t)old.limit, &n, f));
    for (size_t i = 0; i < n; i++)
        TRY(forget(tx, due[i].id, f));
    *ret_n = (int64_t)n;
    return OK;
}
