/* petition_act – one step of a petition: gather, judge, write, answer. The table says what
 * is legal for whom; here stands what no table says: one named handler, who has no interest
 * in it; a review by a body above, once, in time; more time once, agreed to by another. */
#include "petition.h"

#include "case_about.h"
#include "limits.h"
#include "org.h"
#include "petition_q.h"

#include <string.h>

enum { UNITS_UP_MAX = 12 };

static Err need(bool given, const char *field, const char *zh, const char *en, Fault *f) {
    return given ? OK
                 : fault(f, ERR_INVALID, "step_needs", field, "这一步要写明%s。%.0s", "%.0sThis step needs %s.",
                         zh, en);
}

/* ---- what is judged before a step is taken ---- */

static bool by_its_handler(PetitionAct act) {
    return act == PET_ACCEPT || act == PET_DECLINE || act == PET_REDIRECT || act == PET_ASK_MORE ||
           act == PET_ANSWER;
}

static Err judge_handler(const Petition *p, const PetitionStep *step, const Actor *by, Fault *f) {
    if (!by->unit.v)
        return OK;
    if (!p->has.unit || p->unit.v != by->unit.v)
        return fault(f, ERR_FORBIDDEN, "petition_elsewhere", "", "这个事项现在不在本单位。",
                     "This petition is not with your unit now.");
    if (step->act == PET_TAKE && p->has.handler)
        return fault(f, ERR_FORBIDDEN, "petition_taken", "", "已有承办人；承办人回避后才能换人。",
                     "Somebody handles it already; another takes over when he withdraws.");
    if (by_its_handler(step->act) && (!p->has.handler || p->handler.v != by->account.v))
        return fault(f, ERR_FORBIDDEN, "petition_take_first", "", "由承办人办这一步：请先“承办”。",
                     "The one who handles it takes this step: take it on first.");
    return OK;
}

/* Nor does anybody review what he decided himself, in whatever unit he is now. */
static Err judge_review_taken(Tx *tx, const Petition *p, const Actor *by, Fault *f) {
    PetitionWho who = { .id = p->id, .account = by->account };
    Count n;
    size_t found;

    TRY(sql_petition_answered_by(tx, &who, &n, 1, &found, f));
    return n.n == 0
               ? OK
               : fault(f, ERR_FORBIDDEN, "petition_own_opinion", "", "作出过答复意见的人不能办理它的复查复核。",
                       "Who gave the opinion does not review it.");
}

static Err judge_objection(const Petition *p, Fault *f) {
    if (clock_now_ms() <= p->object_due.ms)
        return OK;
    return fault(f, ERR_FORBIDDEN, "objection_late", "",
                 "管辖异议要在交办后 5 个工作日内（按设置）提出，现在已过：请办理。",
                 "An objection is due within the working days that are set (5) after it was assigned; that is "
                 "over: please deal with it.");
}

static Err judge_more(const Petition *p, Fault *f) {
    if (p->extended)
        return fault(f, ERR_FORBIDDEN, "extended_once", "", "只能延期一次，已经延期过。",
                     "More time is given once, and it was.");
    if (p->has.more_days)
        return fault(f, ERR_FORBIDDEN, "extension_asked", "", "已申请延期，等街道领导批准。",
                     "More time was asked for already; the leader decides.");
    if (clock_now_ms() > p->due.ms)
        return fault(f, ERR_FORBIDDEN, "extension_late", "", "已过办理期限，不能再申请延期：请尽快答复。",
                     "The time is over: more can be asked for before it ends only; please answer soon.");
    return OK;
}

static Err judge_extend(const Petition *p, const Actor *by, Fault *f) {
    if (!p->has.more_days)
        return fault(f, ERR_INVALID, "extension_unasked", "", "没有人申请延期。",
                     "Nobody asked for more time.");
    if (p->more_by.v == by->account.v)
        return fault(f, ERR_FORBIDDEN, "extension_own", "", "自己申请的延期要由另一个人批准。",
                     "What you ask for yourself is decided by another person.");
    return OK;
}

static Err judge_ask_review(Tx *tx, const Petition *p, Fault *f) {
    Limit l;
    Due until;

    TRY(petition_clock(tx, PETITION_ASK_REVIEW_DAYS, &l, f));
    TRY(limits_due(tx, l, p->opinion.ms, NULL, 0, &until, f));
    if (clock_now_ms() <= until.ms)
        return OK;
    return fault(
        f, ERR_FORBIDDEN, "review_late", "", "收到意见后 %d 日内可以申请复查、复核，现在已过，意见已生效。",
        "A review may be asked for within %d days of the opinion; that is over, and the opinion stands.",
        l.amount);
}

/* While a review may still be asked for, the file stays open. */
static Err judge_seal(Tx *tx, const Petition *p, Fault *f) {
    Limit l;
    Due until;

    if (p->state != PETITION_ANSWERED && p->state != PETITION_REVIEWED)
        return OK;
    TRY(petition_clock(tx, PETITION_ASK_REVIEW_DAYS, &l, f));
    TRY(limits_due(tx, l, p->opinion.ms, NULL, 0, &until, f));
    return clock_now_ms() > until.ms
               ? OK
               : fault(f, ERR_FORBIDDEN, "seal_early", "", "还在申请复查、复核的 %d 日内，期满后再归档封存。",
                       "A review may still be asked for (%d days): it is sealed after that.", l.amount);
}

Err petition_judge(Tx *tx, const Petition *p, const PetitionStep *step, const Actor *by, Fault *f) {
    if (!(step->who & 1u << by->role))
        return fault(f, ERR_FORBIDDEN, "step_not_yours", "act", "这一步不归“%s”办。%.0s",
                     "%.0sThis step is not for a %s to take.", choice_numbered(&role_choices, by->role)->zh,
                     choice_numbered(&role_choices, by->role)->en);
    TRY(judge_handler(p, step, by, f));
    switch (step->act) {
    case PET_TAKE: return p->state >= PETITION_REVIEW ? judge_review_taken(tx, p, by, f) : OK;
    case PET_OBJECT: return judge_objection(p, f);
    case PET_ASK_MORE: return judge_more(p, f);
    case PET_EXTEND:
    case PET_REFUSE: return judge_extend(p, by, f);
    case PET_ASK_REVIEW: return judge_ask_review(tx, p, f);
    case PET_SEAL: return judge_seal(tx, p, f);
    default: return OK;
    }
}

/* ---- what each act does to the row ---- */

static Err clock_from(Tx *tx, PetitionClock clock, int32_t more, int64_t from_ms, Due *ret, Fault *f) {
    Limit l;

    TRY(petition_clock(tx, clock, &l, f));
    l.amount += more;
    return limits_due(tx, l, from_ms, NULL, 0, ret, f);
}

static Err run_clock(Tx *tx, PetitionClock clock, int32_t more, int64_t from_ms, Petition *p, Fault *f) {
    Due due;

    TRY(clock_from(tx, clock, more, from_ms, &due, f));
    p->due = moment_at(due.ms);
    p->due_provisional = due.provisional;
    p->has.due = true;
    return OK;
}

static void end_it(Petition *p, int64_t now) {
    p->has.due = p->has.object_due = false;
    p->due_provisional = false;
    p->ended = moment_at(now);
    p->has.ended = true;
}

/* Not to whom it is about, and to none where nobody reaches it. */
static Err judge_goes(Tx *tx, const Petition *p, const Org *unit, Fault *f) {
    Case c = { .about = p->about == ABOUT_MATTER ? ABOUT_UNIT : p->about,
               .path = p->path,
               .subject = p->subject };

    c.has.subject = p->has.subject;
    if (p->kind == PETITION_ACCUSATION)
        TRY(case_judge_routed(&c, f));
    return case_judge_goes(tx, &c, unit, f);
}

static Err do_assign(Tx *tx, const PetitionActIn *in, Petition *p, int64_t now, Fault *f) {
    Org unit;
    Due until;

    TRY(need(in->has.unit, "unit", "承办单位", "a unit", f));
    TRY(org_load(tx, in->unit, &unit, f));
    TRY(judge_goes(tx, p, &unit, f));
    p->unit = unit.id;
    p->has.unit = true;
    p->has.handler = false;
    if (p->state != PETITION_ASSIGNED)
        return OK; /* it was accepted: another unit goes on with it, and its clock runs on */
    TRY(clock_from(tx, PETITION_OBJECTION_DAYS, 0, now, &until, f));
    p->assigned = moment_at(now);
    p->object_due = moment_at(until.ms);
    p->has.assigned = p->has.object_due = true;
    return OK;
}

static Err do_object(Tx *tx, const PetitionActIn *in, Petition *p, Fault *f) {
    Org right;

    TRY(need(in->has.unit, "unit", "应由哪个单位办理", "the unit whose matter it is", f));
    if (in->unit.v == p->unit.v)
        return fault(f, ERR_INVALID, "object_to_self", "unit", "写的还是本单位：请写应办理的单位。",
                     "That is your own unit: name the one whose matter it is.");
    TRY(org_load(tx, in->unit, &right, f));
    p->has.unit = p->has.handler = p->has.assigned = p->has.object_due = false;
    return OK;
}

static Err do_sort(Tx *tx, const PetitionActIn *in, const Actor *by, Petition *p, Fault *f) {
    TRY(need(in->has.kind || in->has.about || in->has.subject, "kind", "类别，或涉及的单位",
             "its kind, or the unit that it is about", f));
    if (in->has.kind)
        p->kind = in->kind;
    if (in->has.about)
        p->about = in->about;
    if (in->has.subject)
        p->subject = in->subject;
    p->has.subject = (p->has.subject && !(in->has.about && in->about == ABOUT_MATTER)) || in->has.subject;
    return petition_hang(tx, p, by, f);
}

static Err do_extend(Tx *tx, Petition *p, Fault *f) {
    TRY(run_clock(tx, PETITION_FINISH_DAYS, p->more_days, p->accepted.ms, p, f));
    p->extended = true;
    p->has.more_days = p->has.more_by = false;
    return OK;
}

static Err do_ask_more(Tx *tx, const PetitionActIn *in, const Actor *by, Petition *p, Fault *f) {
    Limit most;

    TRY(need(in->has.days, "days", "延期几天", "how many days more", f));
    TRY(petition_clock(tx, PETITION_EXTENSION_DAYS, &most, f));
    if (in->days > most.amount)
        return fault(f, ERR_INVALID, "extension_long", "days", "延期最多 %d 日。", "At most %d days more.",
                     most.amount);
    p->more_days = in->days;
    p->more_by = by->account;
    p->has.more_days = p->has.more_by = true;
    return OK;
}

static Err do_answer(Petition *p, int64_t now, Fault *f) {
    (void)f;
    if (p->state == PETITION_ANSWERED) {
        p->first_unit = p->unit;
        p->has.first_unit = true;
    }
    p->opinion = moment_at(now);
    p->has.opinion = true;
    p->has.more_days = p->has.more_by = false;
    end_it(p, now);
    return OK;
}

/* Above: it stands over the unit in the tree of organisations, or its ground holds that of
 * the unit. */
static Err is_above(Tx *tx, const Org *above, const Org *unit, bool *ret, Fault *f) {
    Org o = *unit;

    *ret = above->path.n < unit->path.n && memcmp(above->path.p, unit->path.p, above->path.n) == 0;
    for (int i = 0; i < UNITS_UP_MAX && !*ret && o.has.parent; i++) {
        TRY(org_load(tx, o.parent, &o, f));
        *ret = o.id.v == above->id.v;
    }
    return OK;
}

static Err do_ask_review(Tx *tx, const PetitionActIn *in, Petition *p, int64_t now, Fault *f) {
    Org above, unit;
    bool higher;

    TRY(need(in->has.unit, "unit", "由哪个上级单位复查复核", "the unit above that reviews it", f));
    TRY(org_load(tx, in->unit, &above, f));
    TRY(org_load(tx, p->unit, &unit, f));
    TRY(is_above(tx, &above, &unit, &higher, f));
    if (!higher)
        return fault(f, ERR_INVALID, "review_not_above", "unit", "复查、复核由“%.*s”的上一级单位办理。",
                     "The review is by a body above “%.*s”.", (int)unit.name.n, unit.name.p);
    TRY(judge_goes(tx, p, &above, f));
    p->unit = above.id;
    p->has.handler = p->has.ended = false;
    return run_clock(tx, PETITION_REVIEW_DAYS, 0, now, p, f);
}

static Err do_recuse(Tx *tx, const Actor *by, Petition *p, int64_t now, Fault *f) {
    PetitionRecusal r = { .petition_id = p->id, .account = by->account, .at = moment_at(now) };
    int64_t changed;

    if (p->has.handler && p->handler.v == by->account.v)
        p->has.handler = false; /* another takes it on */
    return sql_petition_recusal_add(tx, &r, &changed, f);
}

static Err apply(Tx *tx, const PetitionActIn *in, const Actor *by, Petition *p, int64_t now, Fault *f) {
    switch (in->act) {
    case PET_SORT: return do_sort(tx, in, by, p, f);
    case PET_ASSIGN: return do_assign(tx, in, p, now, f);
    case PET_OBJECT: return do_object(tx, in, p, f);
    case PET_TAKE:
        p->handler = by->account;
        p->has.handler = true;
        return OK;
    case PET_RECUSE: return do_recuse(tx, by, p, now, f);
    case PET_ACCEPT:
        p->accepted = moment_at(now);
        p->has.accepted = true;
        p->has.object_due = false;
        return run_clock(tx, PETITION_FINISH_DAYS, 0, now, p, f);
    case PET_REDIRECT:
        TRY(need(in->has.road, "road", "哪条法定途径", "which legal road", f));
        p->road = in->road;
        p->has.road = true;
        end_it(p, now);
        return OK;
    case PET_DECLINE:
    case PET_WITHDRAW: end_it(p, now); return OK;
    case PET_ASK_MORE: return do_ask_more(tx, in, by, p, f);
    case PET_EXTEND: return do_extend(tx, p, f);
    case PET_REFUSE: p->has.more_days = p->has.more_by = false; return OK;
    case PET_ANSWER: return do_answer(p, now, f);
    case PET_ASK_REVIEW: return do_ask_review(tx, in, p, now, f);
    case PET_SEAL:
        p->sealed = moment_at(now);
        p->has.sealed = true;
        p->has.due = false;
        return OK;
    case PET_RECEIVE: break;
    }
    return OK;
}

/* ---- one step ---- */

Err petition_event_put(Tx *tx, const Petition *p, PetitionAct act, PetitionState from, const Actor *by,
                       Str note, Fault *f) {
    PetitionEvent e = { .petition_id = p->id,
                        .number = p->revision,
                        .act = act,
                        .from_state = from,
                        .to_state = p->state,
                        .account = by->account,
                        .role = by->role,
                        .at = moment_now(),
                        .note = note,
                        .unit = p->unit };
    int64_t changed;

    e.has.from_state = from != 0;
    e.has.account = by->account.v != 0;
    e.has.note = note.n > 0;
    e.has.unit = (act == PET_ASSIGN || act == PET_ASK_REVIEW || act == PET_OBJECT) && p->unit.v;
    return sql_petition_event_add(tx, &e, &changed, f);
}

static Err no_such_step(const Petition *p, PetitionAct act, Fault *f) {
    const Choice *state = choice_numbered(&petition_state_choices, p->state);
    const Choice *what = choice_numbered(&petition_act_choices, act);

    return fault(f, ERR_INVALID, "no_such_step", "act", "“%s”的信访事项不能“%s”。%.0s%.0s",
                 "%.0s%.0sA petition that is %s has no step “%s”.", state->zh, what->zh, state->en, what->en);
}

/* What a notice says stands in the notice, sealed; what stays in the history names nobody. */
static Err write_down(Tx *tx, const PetitionActIn *in, const PetitionStep *step, const Petition *p,
                      PetitionState from, const Actor *by, Fault *f) {
    Str note = in->has.note ? in->note : (Str){ 0 };
    Petition told = *p;

    if (in->act == PET_OBJECT)
        told.unit = in->unit; /* whose it is, by their word */
    if (step->paper == PAPER_NONE) {
        if (note.n)
            TRY(petition_names_nobody(tx, note, "note", f));
        return petition_event_put(tx, &told, in->act, from, by, note, f);
    }
    TRY(petition_event_put(tx, p, in->act, from, by, (Str){ 0 }, f));
    if (step->paper == PAPER_OPINION || step->paper == PAPER_REVIEW) /* until when a review may be asked for */
        TRY(run_clock(tx, PETITION_ASK_REVIEW_DAYS, 0, p->opinion.ms, &told, f));
    return petition_notice_put(tx, &told, step->paper, note, f);
}

Err petition_act(Tx *tx, const PetitionActIn *in, const Actor *by, Petition *ret, Fault *f) {
    const int64_t now = clock_now_ms();
    Petition p;
    int64_t changed;

    TRY(petition_load(tx, in->id, by, &p, f));
    if (p.revision != in->revision)
        return petition_changed(f);
    const PetitionState from = p.state;
    const PetitionStep *step = petition_step(from, in->act);
    if (!step)
        return no_such_step(&p, in->act, f);
    TRY(petition_judge(tx, &p, step, by, f));
    if (step->needs_note)
        TRY(need(in->has.note, "note", "说明", "a note", f));
    p.state = step->to;
    p.revision++;
    TRY(apply(tx, in, by, &p, now, f));
    TRY(sql_petition_save(tx, &p, &changed, f));
    if (changed != 1)
        return petition_changed(f);
    TRY(write_down(tx, in, step, &p, from, by, f));
    *ret = p;
    return OK;
}
