/* case_act – one step of a case: gather, judge, write, answer. The table says what is
 * legal; the invariants that no table can say stand in case_judge.c. */
#include "case.h"

#include "access.h"
#include "case_about.h"
#include "case_more_time.h"
#include "case_return.h"
#include "case_words.h"
#include "catalogue.h"
#include "case_q.h"
#include "keys.h"
#include "limits.h"
#include "org.h"
#include "outbox.h"
#include "photo_case.h"
#include "roster.h"

#include <stdio.h>

Err case_load(Tx *tx, CaseId id, const Actor *by, Case *ret, Fault *f) {
    CaseKey key = { .id = id };
    Case c;
    size_t n;

    TRY(sql_case_by_id(tx, &key, &by->scope, &c, 1, &n, f));
    if (n == 0)
        return fault(f, ERR_NOT_FOUND, "case_unknown", "id", "没有这个案件，或不在您的范围内。",
                     "There is no such case in your part of the city.");
    *ret = c;
    return OK;
}

Err case_changed(Fault *f) {
    return fault(f, ERR_CONFLICT, "case_changed", "revision", "这个案件刚被别人办过，请刷新后再决定。",
                 "Somebody has just worked on this case: reload it and decide again.");
}

/* ---- what each act does to the row ---- */

Err case_step_needs(bool given, const char *field, const char *zh, const char *en, Fault *f) {
    return given ? OK
                 : fault(f, ERR_INVALID, "step_needs", field, "这一步要写明%s。%.0s", "%.0sThis step needs %s.",
                         zh, en);
}

/* Against the list: with the number of its item. */
static Err taken_back(const Condition *item, const char *field, Fault *f) {
    return fault(f, ERR_INVALID, "duty_taken_back", field,
                 "责任清单第 %.*s 条“%.*s”已由上级部门收回，街镇不能立案派遣。",
                 "Item %.*s of the responsibility list, “%.*s”, was taken back by the department above: it is "
                 "neither filed nor dispatched here.",
                 (int)item->code.n, item->code.p, (int)item->zh.n, item->zh.p);
}

Err case_file_under(Tx *tx, Case *c, ConditionId id, Fault *f) {
    Condition condition;

    TRY(condition_load(tx, id, &condition, f));
    if (condition.retired)
        return fault(f, ERR_INVALID, "condition_retired", "condition", "这个立案条件已停用。",
                     "This filing condition is no longer in use.");
    if (condition.duty == DUTY_TAKEN)
        return taken_back(&condition, "condition", f);
    c->condition = condition.id;
    c->category = condition.category;
    c->has.condition = c->has.category = true;
    return OK;
}

static Err do_file(Tx *tx, const CaseActIn *in, Case *c, Fault *f) {
    TRY(case_step_needs(in->has.condition, "condition", "立案条件", "a filing condition", f));
    return case_file_under(tx, c, in->condition, f);
}

/* A unit other than the one whose duty it is wants a reason. */
static Err judge_unit(Tx *tx, const CaseActIn *in, const Case *c, Fault *f) {
    Proposal p;

    TRY(case_propose(tx, c, &p, f));
    if (!p.found || p.unit.id.v == in->unit.v || in->has.note)
        return OK;
    return fault(f, ERR_INVALID, "not_proposed", "note", "按职责应派给%.*s；派给别的单位要写明理由。",
                 "By its duties this is %.*s's; sending it to another unit needs a reason.", (int)p.unit.name.n,
                 p.unit.name.p);
}

/* The list may have changed since it was filed. */
static Err judge_list(Tx *tx, const Case *c, Fault *f) {
    Condition item;

    if (!c->has.condition)
        return OK;
    TRY(condition_load(tx, c->condition, &item, f));
    return item.duty == DUTY_TAKEN ? taken_back(&item, "unit", f) : OK;
}

static Err do_dispatch(Tx *tx, const CaseActIn *in, Case *c, int64_t now, Fault *f) {
    Org unit;

    TRY(judge_list(tx, c, f));

    TRY(case_step_needs(in->has.unit, "unit", "承办单位", "a unit", f));
    TRY(org_load(tx, in->unit, &unit, f));
    TRY(case_judge_goes(tx, c, &unit, f));
    TRY(judge_unit(tx, in, c, f));
    c->unit = unit.id;
    c->has.unit = true;
    c->has.holding = c->has.holding && c->holding.v != unit.id.v;
    if (!c->has.dispatched) /* the limit runs from the first; a second one does not start it again */
        c->dispatched = moment_at(now);
    c->has.dispatched = true;
    return case_clock_set(tx, c, now, f);
}

/* What is urgent goes up to the unit above at once where nobody is on duty; where there
 * is none with anybody, it stays, and those on duty for the ground are alerted. */
static Err urgent_up(Tx *tx, Case *c, int64_t now, Str *ret_why, bool *ret_unmanned, Fault *f) {
    bool urgent, kept, meant = false;
    OnDuty on;
    Org asked, above;
    OrgId up;
    char why[700];

    *ret_unmanned = false;
    TRY(case_urgent(tx, c, &urgent, f));
    if (!urgent)
        return OK;
    TRY(roster_kept(tx, &kept, f));
    if (!kept)
        return OK;
    TRY(roster_of_unit(tx, c->unit, now, &on, f));
    if (on.n)
        return OK;
    *ret_unmanned = true;
    TRY(org_load(tx, c->unit, &asked, f));
    TRY(roster_unit_above(tx, c->unit, now, &up, f));
    if (up.v) {
        TRY(org_load(tx, up, &above, f));
        TRY(case_is_about(tx, c, &above, &meant, f));
    }
    if (up.v && !meant) {
        c->unit = up;
        snprintf(why, sizeof why, "急件：%.*s无人值班，升级派给%.*s", (int)asked.name.n, asked.name.p,
                 (int)above.name.n, above.name.p);
    } else
        snprintf(why, sizeof why, "急件：%.*s无人值班，上级单位也无人，已通知网格值班人员", (int)asked.name.n,
                 asked.name.p);
    return str_copy(tx_arena(tx), str(why), ret_why, f);
}

static Err do_handle(Tx *tx, const Actor *by, Case *c, int64_t now, Fault *f) {
    c->handled = moment_at(now);
    c->handled_by = by->account;
    c->has.handled = c->has.handled_by = true;
    return case_clock_set(tx, c, now, f);
}

/* The finishing limit goes on; the time at check is not counted. */
static Err do_fail(Tx *tx, Case *c, int64_t now, Fault *f) {
    c->has.handled = false;
    c->rework++;
    return case_clock_set(tx, c, now, f);
}

static Err do_place(Tx *tx, const CaseActIn *in, Case *c, Fault *f) {
    int32_t home;
    OrgId agreed;

    TRY(case_step_needs(in->has.place || (in->has.lon && in->has.lat), "lon", "经纬度或地点",
                        "longitude and latitude, or a place", f));
    c->place = in->place;
    c->has.place = in->has.place;
    c->lon = in->lon;
    c->lat = in->lat;
    c->has.lon = c->has.lat = !in->has.place;
    TRY(case_place(tx, c, &home, &agreed, f)); /* its home stays: where it was first filed */
    return case_raise(tx, c, f);
}

static Err do_close(const CaseActIn *in, Case *c, int64_t now, Fault *f) {
    TRY(case_step_needs(in->has.close_kind, "close_kind", "结案类型", "how it is closed", f));
    if (in->close_kind == CLOSE_UNREACHABLE && c->answered)
        return fault(f, ERR_INVALID, "close_kind_reached", "close_kind", "上报人已答复，不能按“无法联系”结案。",
                     "The reporter was reached, so it is not “unreachable”.");
    c->close_kind = in->close_kind;
    c->closed = moment_at(now);
    c->has.close_kind = c->has.closed = true;
    case_clock_end(c);
    return OK;
}

/* A second round: what the first one came to stands in its events. */
static Err do_reopen(Tx *tx, Case *c, int64_t now, Fault *f) {
    c->has.closed = c->has.close_kind = c->has.handled = c->has.handled_by = false;
    c->has.unit = c->has.dispatched = c->has.finish_due = c->has.close_due = false;
    c->has.solved = c->has.satisfaction = false;
    c->finish_provisional = c->close_provisional = false;
    c->attempts = c->extended = 0;
    c->answered = c->has.suspended = c->has.suspended_until = false;
    return case_clock_set(tx, c, now, f);
}

static Err do_appraise(const CaseActIn *in, Case *c, Fault *f) {
    TRY(case_step_needs(in->has.solved || in->has.satisfaction, "solved", "有没有解决，或满意度",
                        "whether it was solved, or how satisfied", f));
    c->solved = in->solved;
    c->satisfaction = in->satisfaction;
    c->has.solved = in->has.solved;
    c->has.satisfaction = in->has.satisfaction;
    return OK;
}

/* The checker found right what its finder settled. */
static Err do_pass(Tx *tx, Case *c, int64_t now, Fault *f) {
    if (c->state != CASE_CLOSED)
        return case_clock_set(tx, c, now, f);
    case_settled(c, now);
    return OK;
}

static Err apply(Tx *tx, const CaseActIn *in, const Actor *by, Case *c, int64_t now, Fault *f) {
    switch (in->act) {
    case ACT_ACCEPT: return case_clock_set(tx, c, now, f);
    case ACT_PASS: return do_pass(tx, c, now, f);
    case ACT_FILE: return do_file(tx, in, c, f);
    case ACT_DISPATCH: return do_dispatch(tx, in, c, now, f);
    case ACT_PLACE: return do_place(tx, in, c, f);
    case ACT_ROUTE: return case_route(tx, in, c, f);
    case ACT_HANDLE: return do_handle(tx, by, c, now, f);
    case ACT_FAIL: return do_fail(tx, c, now, f);
    case ACT_RETURN:
    case ACT_CONTEST: return case_return(tx, in, c, now, f);
    case ACT_ASK_EXTENSION:
    case ACT_ASK_SUSPENSION:
    case ACT_EXTEND:
    case ACT_SUSPEND:
    case ACT_REFUSE:
    case ACT_RESUME: return case_more_time(tx, in, by, c, now, f);
    case ACT_ADJUDICATE: return case_adjudicate(tx, in, by, c, now, f);
    case ACT_REOPEN: return do_reopen(tx, c, now, f);
    case ACT_APPRAISE: return do_appraise(in, c, f);
    case ACT_TAKE: c->has.holding = false; return OK; /* from now on it is the new one's */
    case ACT_FEEDBACK:
        c->attempts++;
        c->answered = c->answered || (in->has.answered && in->answered);
        return OK;
    case ACT_CLOSE: return do_close(in, c, now, f);
    case ACT_REJECT: case_clock_end(c); return OK;
    default: return OK;
    }
}

/* What the history keeps of a step beside its note: a rating stands there too, since a
 * reopened case is rated anew. */
static Err note_of(Tx *tx, const CaseActIn *in, Str *ret, Fault *f) {
    char said[80];
    Buf b = { said, 0, sizeof said, false, 0 };

    *ret = in->has.note ? in->note : (Str){ 0 };
    if (in->act != ACT_APPRAISE)
        return OK;
    if (in->has.solved)
        buf_str(&b, in->solved ? "已解决" : "未解决");
    if (in->has.satisfaction)
        buf_fmt(&b, "%s满意度 %d", in->has.solved ? "，" : "", (int)in->satisfaction);
    if (in->has.note)
        return OK;
    return str_copy(tx_arena(tx), buf_view(&b), ret, f);
}

/* The note of who takes the step comes first; the history keeps 2,000 characters. */
static Err joined(Tx *tx, Str note, Str why, Str *ret, Fault *f) {
    char room[8800];
    Buf b = { room, 0, sizeof room, false, 0 };

    buf_put(&b, note.p, note.n);
    buf_str(&b, note.n ? "；" : "");
    buf_put(&b, why.p, why.n);
    return str_copy(tx_arena(tx), buf_view(&b), ret, f);
}

static bool goes_back(CaseAct act) { return act == ACT_RETURN || act == ACT_CONTEST; }

/* Steps that go by an item of the responsibility list. */
static bool cites(const CaseActIn *in) { return goes_back(in->act) || in->act == ACT_ADJUDICATE; }

Err case_step_take(Tx *tx, const CaseActIn *in, const Actor *by, Case *c, Fault *f) {
    int64_t changed, now = clock_now_ms();
    const CaseState from = c->state;
    bool unmanned = false;
    Str note, why = { 0 };

    if (c->revision != in->revision)
        return case_changed(f);
    const CaseStep *step = case_step(from, in->act);
    if (!step)
        return fault(
            f, ERR_INVALID, "no_such_step", "act", "“%s”的案件不能“%s”。%.0s%.0s",
            "%.0s%.0sA case that is %s has no step “%s”.", choice_numbered(&case_state_choices, from)->zh,
            choice_numbered(&case_act_choices, in->act)->zh, choice_numbered(&case_state_choices, from)->en,
            choice_numbered(&case_act_choices, in->act)->en);
    TRY(case_judge(tx, c, step, by, f));
    if (in->has.photos && in->act != ACT_HANDLE)
        return fault(f, ERR_INVALID, "photos_not_here", "photos",
                     "这一步不收照片；处置完成时可附处置后的照片。",
                     "This step takes no photos; “handled” takes those from after.");
    if (step->needs_note)
        TRY(case_step_needs(in->has.note, "note", "说明", "a note", f));
    c->state = step->to;
    c->revision++;
    if (step->to != CASE_HANDLING && step->to != CASE_SUSPENDED)
        case_asked_lapses(c); /* there is nothing left to give time for */
    TRY(apply(tx, in, by, c, now, f));
    if (in->act == ACT_DISPATCH)
        TRY(urgent_up(tx, c, now, &why, &unmanned, f));
    TRY(sql_case_save(tx, c, &changed, f));
    if (changed != 1)
        return case_changed(f);
    if (in->has.photos)
        TRY(photo_attach(tx, in->photos, "photos", c->id, PHOTO_AFTER, by, f));
    TRY(note_of(tx, in, &note, f));
    TRY(case_note_apart(tx, c, by, &note, f));
    if (in->act == ACT_ASK_SUSPENSION || in->act == ACT_SUSPEND)
        TRY(case_until_words(tx, c, &why, f));
    if (why.n)
        TRY(joined(tx, note, why, &note, f));
    Case told = *c; /* the event of a return names the right unit */
    if (goes_back(in->act))
        told.unit = in->unit;
    TRY(case_event_citing(tx, &told, in->act, from, by, now, note,
                          cites(in) ? in->condition : (ConditionId){ 0 }, f));
    return unmanned ? outbox_unmanned(tx, c, now, f) : OK;
}

Err case_act(Tx *tx, const CaseActIn *in, const Actor *by, Case *ret, Fault *f) {
    Case c;

    TRY(case_load(tx, in->id, by, &c, f));
    TRY(case_step_take(tx, in, by, &c, f));
    *ret = c;
    return OK;
}

/* ---- the reporter's contact: with a reason, which is logged ---- */

Err case_contact(Tx *tx, const ContactAsk *in, const Actor *by, Contact *ret, Fault *f) {
    CaseKey key = { .id = in->id };
    Case c;
    Reporter r;
    size_t n;
    Contact out = { 0 };

    TRY(case_load(tx, in->id, by, &c, f));
    TRY(sql_reporter_get(tx, &key, &r, 1, &n, f));
    TRY(access_write(tx, in->id, by, in->reason, f));
    if (n && r.has.name)
        TRY(keys_open(&r.name, "reporter.name", in->id.v, tx_arena(tx), &out.name, f));
    if (n && r.has.contact)
        TRY(keys_open(&r.contact, "reporter.contact", in->id.v, tx_arena(tx), &out.contact, f));
    out.has.name = n && r.has.name;
    out.has.contact = n && r.has.contact;
    *ret = out;
    return OK;
}
