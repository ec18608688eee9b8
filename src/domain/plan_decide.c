/* plan_decide – who agrees to a draft: proposed by one, approved by another, published for a
 * day. Grids out of the range need a written reason before anybody may approve; what is
 * taken back becomes a draft again, and a draft is put away. */
#include "plan.h"

#include "draft_q.h"
#include "plan_publish.h"

#include <stdio.h>

enum { NAMED_MAX = 8 };

static Err load(Tx *tx, const PlanDecide *in, const Actor *by, PlanState state, Plan *ret, Fault *f) {
    TRY(plan_load(tx, in->id, by, ret, f));
    if (ret->state != state)
        return fault(f, ERR_CONFLICT, "plan_state", "id", "方案的状态是“%s”，不是“%s”。%.0s%.0s",
                     "%.0s%.0sThe plan is “%s”, not “%s”.",
                     choice_numbered(&plan_state_choices, ret->state)->zh,
                     choice_numbered(&plan_state_choices, state)->zh,
                     choice_numbered(&plan_state_choices, ret->state)->en,
                     choice_numbered(&plan_state_choices, state)->en);
    if (in->has.revision && in->revision != ret->revision)
        return fault(f, ERR_CONFLICT, "plan_changed", "revision", "方案刚被别人改过，请重新载入再看。",
                     "Somebody has just changed the plan: load it again, then decide.");
    if (in->has.note) {
        ret->note = in->note;
        ret->has.note = true;
    }
    return OK;
}

static Err save(Tx *tx, Plan *p, const Actor *by, Plan *ret, Fault *f) {
    int64_t changed;

    p->revision++;
    TRY(sql_plan_save(tx, p, &changed, f));
    TRY(plan_show(tx, by, p, f));
    *ret = *p;
    return OK;
}

Err plan_propose(Tx *tx, const PlanDecide *in, const Actor *by, Plan *ret, Fault *f) {
    Plan p;

    TRY(load(tx, in, by, PLAN_DRAFT, &p, f));
    p.state = PLAN_PROPOSED;
    p.proposed_by = by->account;
    p.proposed = moment_now();
    p.has.proposed_by = p.has.proposed = true;
    return save(tx, &p, by, ret, f);
}

/* Whoever approves must know why: the grids without a written reason are named. */
static Err need_reasons(Tx *tx, const Plan *p, Fault *f) {
    char room[300];
    Buf names = { room, 0, sizeof room, false, 0 };
    PlanGrid *grids;
    size_t n, missing = 0;

    TRY(plan_grids_load(tx, p->id, &grids, &n, f));
    for (size_t i = 0; i < n; i++) {
        const PlanGrid *g = &grids[i];
        if (g->units == 0 || g->in_range || g->has.reason_text)
            continue;
        if (missing++ < NAMED_MAX) {
            buf_str(&names, missing > 1 ? ", " : "");
            buf_put(&names, g->code.p, g->code.n);
        }
    }
    if (missing == 0)
        return OK;
    return fault(f, ERR_INVALID, "plan_reasons", "id",
                 "有 %zu 个网格超出户数范围而没有书面理由：%s%s。请先写明理由。",
                 "%zu grids are out of the range without a written reason: %s%s. Write the reasons first.",
                 missing, room, missing > NAMED_MAX ? " …" : "");
}

Err plan_approve(Tx *tx, const PlanDecide *in, const Actor *by, Plan *ret, Fault *f) {
    Plan p;

    TRY(load(tx, in, by, PLAN_PROPOSED, &p, f));
    if (p.proposed_by.v == by->account.v)
        return fault(f, ERR_FORBIDDEN, "plan_own", "id", "自己报批的方案要由另一个人批准。",
                     "What you propose yourself is approved by another person.");
    TRY(need_reasons(tx, &p, f));
    p.state = PLAN_APPROVED;
    p.approved_by = by->account;
    p.approved = moment_now();
    p.has.approved_by = p.has.approved = true;
    return save(tx, &p, by, ret, f);
}

Err plan_withdraw(Tx *tx, const PlanDecide *in, const Actor *by, Plan *ret, Fault *f) {
    Plan p;

    TRY(plan_load(tx, in->id, by, &p, f));
    if (p.state == PLAN_ACTIVE)
        return fault(f, ERR_CONFLICT, "plan_in_force", "id", "方案已经生效，不能撤回：请另做一个方案。",
                     "The plan is in force and cannot be withdrawn: make another one.");
    TRY(load(tx, in, by, p.state, &p, f));
    if (p.state == PLAN_WITHDRAWN)
        return fault(f, ERR_CONFLICT, "plan_withdrawn", "id", "方案已经撤回。",
                     "The plan is withdrawn already.");
    if (p.state == PLAN_PROPOSED || p.state == PLAN_APPROVED) {
        p.state = PLAN_DRAFT;
        p.has.proposed_by = p.has.proposed = p.has.approved_by = p.has.approved = false;
        p.has.since = p.has.published_by = p.has.published = false;
        p.has.proposed_by_name = p.has.approved_by_name = false;
        return save(tx, &p, by, ret, f);
    }
    if (!actor_may(by, RIGHT_PLAN))
        return fault(f, ERR_FORBIDDEN, "plan_not_yours", "id", "草案由做方案的人放弃，不由批准的人。",
                     "A draft is put away by those who plan, not by who approves.");
    p.state = PLAN_WITHDRAWN;
    p.withdrawn_by = by->account;
    p.withdrawn = moment_now();
    p.has.withdrawn_by = p.has.withdrawn = true;
    return save(tx, &p, by, ret, f);
}

Err plan_publish(Tx *tx, const PlanPublish *in, const Actor *by, Plan *ret, Fault *f) {
    PlanDecide key = { .id = in->id, .revision = in->revision, .has.revision = in->has.revision };
    int32_t today = day_of_ms(clock_now_ms());
    Plan p;

    TRY(load(tx, &key, by, PLAN_APPROVED, &p, f));
    if (in->since < today)
        return fault(f, ERR_INVALID, "plan_past", "since", "生效日期要是今天或以后。",
                     "A plan takes effect today or later.");
    p.since = in->since;
    p.published_by = by->account;
    p.published = moment_now();
    p.has.since = p.has.published_by = p.has.published = true;
    if (p.since == today)
        TRY(plan_publish_now(tx, &p, f));
    else
        TRY(plan_still_fits(tx, &p, f));
    return save(tx, &p, by, ret, f);
}
