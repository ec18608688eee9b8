/* case_track – what a reporter sees without an account: with the tracking code
 * the status alone; with the second secret his own words and the steps, without
 * the names of who took them, and with it he rates and asks for it once more. */
#include "case.h"

#include "area.h"
#include "case_q.h"
#include "catalogue.h"
#include "org.h"
#include "photo_case.h"
#include "random.h"
#include "seal.h"

#include <string.h>

Err case_of_code(Tx *tx, Str text, Case *ret, Fault *f) {
    CaseCode key = { 0 };
    Code code;
    size_t n;

    TRY(code_parse(text, &key.home, &code, f));
    TRY(str_copy(tx_arena(tx), str(code.z), &key.code, f));
    TRY(sql_case_by_code(tx, &key, ret, 1, &n, f));
    return n ? OK
             : fault(f, ERR_NOT_FOUND, "code_unknown", "code", "没有这个查询码。",
                     "There is no report with this code.");
}

/* A clerk on the telephone has the code before anything else. */
Err case_by_code(Tx *tx, const CaseTrack *in, const Actor *by, Case *ret, Fault *f) {
    Case c;

    TRY(case_of_code(tx, in->code, &c, f));
    return case_load(tx, c.id, by, ret, f);
}

static CaseStatus status_of(const Case *c) {
    CaseStatus s = { .code = c->code,
                     .state = c->state,
                     .reported = c->reported,
                     .due = c->due,
                     .closed = c->closed,
                     .close_kind = c->close_kind };
    s.has.code = s.has.state = s.has.reported = true;
    s.has.due = s.has.due_provisional = c->has.due;
    s.due_provisional = c->due_provisional;
    s.has.closed = c->has.closed;
    s.has.close_kind = c->has.close_kind;
    return s;
}

Err case_track(Tx *tx, const CaseTrack *in, const Actor *by, CaseStatus *ret, Fault *f) {
    Case c;

    (void)by;
    TRY(case_of_code(tx, in->code, &c, f));
    *ret = status_of(&c);
    return OK;
}

/* The newest; each step made a revision, so how many came before needs no count. */
static Err show_stages(Tx *tx, const Case *c, CaseStatusMore *s, Fault *f) {
    enum { STAGES = 60 };
    CaseNewest newest = { .id = c->id, .limit = STAGES };
    CaseStage *stages = arena_take(tx_arena(tx), STAGES * sizeof *stages);
    size_t n;

    if (!stages)
        return fault_arena(f);
    TRY(sql_event_stages(tx, &newest, stages, STAGES, &n, f));
    s->stages = (List){ stages, n };
    s->older = c->revision - (int32_t)n;
    s->has.stages = true;
    s->has.older = s->older > 0;
    return OK;
}

/* The secret opens the report; a wrong one is told like a wrong code. */
static Err check_secret(Tx *tx, const Case *c, Str text, Fault *f) {
    CaseKey key = { .id = c->id };
    Reporter r;
    Code secret;
    int32_t none;
    uint8_t hash[32];
    size_t n;

    TRY(code_parse(text, &none, &secret, f));
    hash_32("secret", NULL, str(secret.z), hash);
    TRY(sql_reporter_get(tx, &key, &r, 1, &n, f));
    if (n && r.secret.n == 32 && same_32((const uint8_t *)r.secret.p, hash))
        return OK;
    return fault(f, ERR_NOT_FOUND, "secret_wrong", "secret", "第二密码不对。", "The second secret is wrong.");
}

Err case_own(Tx *tx, Str code, Str secret, Case *ret, Fault *f) {
    TRY(case_of_code(tx, code, ret, f));
    return check_secret(tx, ret, secret, f);
}

Err case_track_more(Tx *tx, const CaseTrackMore *in, const Actor *by, CaseStatusMore *ret, Fault *f) {
    Case c;
    Actor reporter;
    Area area;
    Condition condition;

    (void)by;
    actor_public(&reporter);
    TRY(case_own(tx, in->code, in->secret, &c, f));
    CaseStatusMore s = { .code = c.code,
                         .state = c.state,
                         .text = c.text,
                         .spot = c.spot,
                         .due = c.due,
                         .close_kind = c.close_kind };
    TRY(show_stages(tx, &c, &s, f));
    TRY(case_choices(tx, &c, &reporter, true, &s.steps, f));
    s.revision = c.revision;
    s.solved = c.solved;
    s.satisfaction = c.satisfaction;
    TRY(photo_of_reporter(tx, c.id, &s.photos, f));
    s.has.revision = s.has.steps = s.has.photos = true;
    s.has.solved = c.has.solved;
    s.has.satisfaction = c.has.satisfaction;
    if (c.has.area) {
        TRY(area_load(tx, c.area, &area, f));
        s.area_name = area.name;
    }
    if (c.has.condition) {
        TRY(condition_load(tx, c.condition, &condition, f));
        s.condition_zh = condition.zh;
        s.condition_en = condition.en;
    }
    s.has.code = s.has.state = s.has.text = true;
    s.has.spot = c.has.spot;
    s.has.area_name = c.has.area;
    s.has.condition_zh = s.has.condition_en = c.has.condition;
    s.has.due = s.has.due_provisional = c.has.due;
    s.due_provisional = c.due_provisional;
    s.has.close_kind = c.has.close_kind;
    *ret = s;
    return OK;
}

/* ---- what the reporter does himself, whoever else he may be ---- */

static Err reporter_takes(Tx *tx, const CaseActIn *step, Case *c, CaseStatus *ret, Fault *f) {
    Actor reporter;

    actor_public(&reporter);
    TRY(case_step_take(tx, step, &reporter, c, f));
    *ret = status_of(c);
    return OK;
}

Err case_rate(Tx *tx, const CaseRate *in, const Actor *by, CaseStatus *ret, Fault *f) {
    CaseActIn step = {
        .revision = in->revision, .act = ACT_APPRAISE, .solved = in->solved, .satisfaction = in->satisfaction
    };
    Case c;

    (void)by;
    TRY(case_own(tx, in->code, in->secret, &c, f));
    step.has.solved = in->has.solved;
    step.has.satisfaction = in->has.satisfaction;
    return reporter_takes(tx, &step, &c, ret, f);
}

Err case_reopen(Tx *tx, const CaseReopen *in, const Actor *by, CaseStatus *ret, Fault *f) {
    CaseActIn step = { .revision = in->revision, .act = ACT_REOPEN, .note = in->note };
    Case c;

    (void)by;
    TRY(case_own(tx, in->code, in->secret, &c, f));
    step.has.note = true;
    return reporter_takes(tx, &step, &c, ret, f);
}

Err case_link(Tx *tx, Str code, Case *c, Fault *f) {
    Case before;

    TRY(case_of_code(tx, code, &before, f));
    c->linked = before.id;
    c->has.linked = true;
    c->about = c->about > before.about ? c->about : before.about; /* the same matter, once more */
    return OK;
}
