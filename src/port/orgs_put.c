/* orgs_put – a row of organisations: found, changed, ended, or there already, by the same
 * operations as by hand; then its number of members, the reason of its area, and what a
 * unit serves. */
#include "orgs_plan.h"

#include "area.h"
#include "correspondence.h"
#include "org.h"
#include "org_kinds.h"
#include "org_tree.h"

#include <string.h>

static int32_t day_of_change(const OrgsPlan *p, const OrgsRow *r) { return r->day ? r->day : p->today; }

/* ---- new ---- */

static Err make(Tx *tx, OrgsPlan *p, const OrgsRow *r, const Area *area, Org *ret, Fault *f) {
    OrgNew in = { .code = r->of[ORGS_CODE],
                  .name = r->of[ORGS_NAME],
                  .kind = r->kind ? r->kind : p->how->kind,
                  .area = area->id,
                  .state = r->state && r->state <= AREA_ACTIVE ? r->state : AREA_ACTIVE,
                  .since = r->since                                        ? r->since
                           : org_is_unit(r->kind ? r->kind : p->how->kind) ? 0
                                                                           : p->today };
    Org parent;

    if (!in.kind)
        return fault(f, ERR_INVALID, "orgs_kind", "kind", "要写组织类别，如党支部、物业，或用 --kind。",
                     "The kind is needed, such as branch or agency, or --kind.");
    if (r->of[ORGS_PARENT].n) {
        TRY(orgs_named(tx, r->of[ORGS_PARENT], "parent", &parent, f));
        in.parent = parent.id;
        in.has.parent = true;
    }
    in.has.since = true;
    p->report->made++;
    return org_add(tx, &in, &p->by, ret, f);
}

/* ---- what differs from what is there ---- */

static Err check_place(Tx *tx, const OrgsPlan *p, const OrgsRow *r, const Org *o, Fault *f) {
    Area area;

    if (r->of[ORGS_AREA].n == 0 && r->of[ORGS_AREA_NAME].n == 0)
        return OK;
    TRY(orgs_area_of(tx, p, r, &area, f));
    return area.id.v == o->area.v ? OK
                                  : fault(f, ERR_INVALID, "orgs_moved", "area",
                                          "“%.*s”设在别的网格：组织不换网格，请撤销它，另用代码新设。",
                                          "“%.*s” stands on another area: an organisation does not change its "
                                          "area; end it and found one "
                                          "with another code.",
                                          (int)o->name.n, o->name.p);
}

static Err change_name_and_form(Tx *tx, OrgsPlan *p, const OrgsRow *r, Org *o, bool *ret_changed, Fault *f) {
    OrgChange in = { .id = o->id, .name = r->of[ORGS_NAME], .kind = r->kind, .day = day_of_change(p, r) };

    in.has.name = !str_same(r->of[ORGS_NAME], o->name);
    in.has.kind = r->kind && r->kind != o->kind;
    if (!in.has.name && !in.has.kind)
        return OK;
    in.note = r->of[ORGS_NOTE];
    in.has.note = in.note.n > 0;
    *ret_changed = true;
    return org_change(tx, &in, &p->by, o, f);
}

static Err change_parent(Tx *tx, OrgsPlan *p, const OrgsRow *r, Org *o, bool *ret_changed, Fault *f) {
    Org parent;

    if (r->of[ORGS_PARENT].n == 0)
        return OK;
    TRY(orgs_named(tx, r->of[ORGS_PARENT], "parent", &parent, f));
    if (o->has.parent && o->parent.v == parent.id.v)
        return OK;
    OrgMove in = { .id = o->id, .parent = parent.id, .day = day_of_change(p, r), .note = r->of[ORGS_NOTE] };
    in.has.note = in.note.n > 0;
    *ret_changed = true;
    return org_move(tx, &in, &p->by, o, f);
}

static Err step_to(Tx *tx, OrgsPlan *p, const OrgsRow *r, AreaState to, int32_t day, Org *o, Fault *f) {
    OrgStepIn in = { .id = o->id, .to = to, .day = day, .note = r->of[ORGS_NOTE] };
    Org into;

    in.has.note = in.note.n > 0;
    if (to == AREA_MERGED) {
        TRY(orgs_named(tx, r->of[ORGS_INTO], "into", &into, f));
        in.into = into.id;
        in.has.into = true;
    }
    return org_step(tx, &in, &p->by, o, f);
}

/* Proposed, approved and active are one step apart; a list says where it has come to. */
static Err advance(Tx *tx, OrgsPlan *p, const OrgsRow *r, Org *o, bool *ret_changed, Fault *f) {
    if (!r->state || r->state == o->state || r->state > AREA_ACTIVE)
        return OK;
    if (o->state > AREA_ACTIVE || r->state < o->state)
        return fault(f, ERR_INVALID, "orgs_state", "state", "“%.*s”已是%s，不能退回。%.0s",
                     "“%.*s” is %.0s%s already: there is no way back.", (int)o->name.n, o->name.p,
                     choice_numbered(&area_state_choices, o->state)->zh,
                     choice_numbered(&area_state_choices, o->state)->en);
    *ret_changed = true;
    while (o->state < r->state)
        TRY(step_to(tx, p, r, (AreaState)(o->state + 1), r->since ? r->since : day_of_change(p, r), o, f));
    return OK;
}

static Err end(Tx *tx, OrgsPlan *p, const OrgsRow *r, Org *o, Fault *f) {
    bool ends = r->until || r->state > AREA_ACTIVE;
    AreaState to = r->state > AREA_ACTIVE ? r->state : r->of[ORGS_INTO].n ? AREA_MERGED : AREA_DISSOLVED;

    if (!ends || (o->state > AREA_ACTIVE && (!r->until || o->until == r->until)))
        return OK;
    p->report->ended++;
    return step_to(tx, p, r, to, r->until ? r->until : day_of_change(p, r), o, f);
}

static Err follow(Tx *tx, OrgsPlan *p, const OrgsRow *r, Org *o, Fault *f) {
    bool changed = false;
    int64_t ended = p->report->ended;

    TRY(check_place(tx, p, r, o, f));
    if (o->state <= AREA_ACTIVE) {
        TRY(change_name_and_form(tx, p, r, o, &changed, f));
        TRY(change_parent(tx, p, r, o, &changed, f));
    }
    TRY(advance(tx, p, r, o, &changed, f));
    TRY(end(tx, p, r, o, f));
    p->report->changed += changed;
    p->report->there += !changed && p->report->ended == ended;
    return OK;
}

/* ---- beside the organisation ---- */

static Err put_count(Tx *tx, OrgsPlan *p, const OrgsRow *r, const Org *o, Fault *f) {
    OrgCountNew in = { .id = o->id, .day = r->counted ? r->counted : p->today };
    OrgCount n;

    if (r->members < 0)
        return r->probationary < 0
                   ? OK
                   : fault(f, ERR_INVALID, "orgs_members", "members", "只有预备党员数，缺正式党员数。",
                           "There are probationary members, but no number of full ones.");
    in.members = r->members;
    in.has.probationary = r->probationary >= 0;
    in.probationary = in.has.probationary ? r->probationary : 0;
    p->report->counts++;
    return org_count_put(tx, &in, &p->by, &n, f);
}

static Err put_reason(Tx *tx, OrgsPlan *p, const OrgsRow *r, const Area *area, Fault *f) {
    OrgReasonNew in = { .area = area->id, .reason = r->of[ORGS_REASON] };
    OrgReason now;
    bool there;

    TRY(org_reason_of(tx, area->id, &now, &there, f));
    if (there && str_same(now.reason, in.reason))
        return OK;
    p->report->reasons++;
    return org_reason_put(tx, &in, &p->by, &now, f);
}

static Err put_duty(Tx *tx, OrgsPlan *p, const OrgsRow *r, const Org *o, const Area *where, Str matter,
                    Fault *f) {
    Serves there;
    bool found;

    if (utf8_count(matter.p, matter.n) > 80)
        return fault(f, ERR_INVALID, "orgs_matter", "matter", "一项最多 80 个字。",
                     "One of them is longer than 80 letters.");
    TRY(serves_same(tx, o->id, matter, where->id, &there, &found, f));
    if (found && r->serves_until && (!there.has.until || there.until != r->serves_until)) {
        p->report->duties_ended++;
        return serves_end(tx, &(ServesEnd){ .id = there.id, .until = r->serves_until }, &p->by, &there, f);
    }
    if (found || (r->serves_until && r->serves_until < day_of_ms(clock_now_ms())))
        return OK; /* it is there, or was over before we knew of it */
    ServesNew in = {
        .unit = o->id, .matter = matter, .area = where->id, .since = r->serves_since, .until = r->serves_until
    };
    in.has.since = true; /* a list that names no day speaks of what has long been so */
    in.has.until = r->serves_until != 0;
    p->report->duties++;
    return serves_add(tx, &in, &p->by, &there, f);
}

/* Beginnings of conditions' codes, with semicolons between. */
static Err put_duties(Tx *tx, OrgsPlan *p, const OrgsRow *r, const Org *o, const Area *at, Fault *f) {
    Str left = r->of[ORGS_MATTER];
    Area where = *at;

    if (left.n && !org_is_unit(o->kind))
        return fault(f, ERR_INVALID, "orgs_matter", "matter", "只有单位有职责事项。",
                     "Only units serve matters.");
    if (r->of[ORGS_SERVED].n)
        TRY(orgs_area(tx, r->of[ORGS_SERVED], "served", &where, f));
    while (left.n) {
        size_t n = strcspn(left.p, ";"), wide = 0;
        const char *mark = strstr(left.p, "；");
        if (mark && (size_t)(mark - left.p) < n) {
            n = (size_t)(mark - left.p);
            wide = strlen("；") - 1;
        }
        n = n < left.n ? n : left.n;
        if (n)
            TRY(put_duty(tx, p, r, o, &where, (Str){ left.p, n }, f));
        left = n + wide < left.n ? (Str){ left.p + n + 1 + wide, left.n - n - 1 - wide } : (Str){ "", 0 };
    }
    return OK;
}

Err orgs_put(Tx *tx, OrgsPlan *p, OrgsRow *r, Fault *f) {
    Area area;
    Fault none;
    Org o;

    if (r->of[ORGS_CODE].n == 0) {
        TRY(orgs_area_of(tx, p, r, &area, f));
        return r->of[ORGS_REASON].n ? put_reason(tx, p, r, &area, f) : OK;
    }
    Err e = org_by_code(tx, r->of[ORGS_CODE], &o, &none);
    if (e == ERR_NOT_FOUND) {
        TRY(orgs_area_of(tx, p, r, &area, f));
        TRY(make(tx, p, r, &area, &o, f));
        TRY(end(tx, p, r, &o, f));
    } else if (e == OK) {
        TRY(follow(tx, p, r, &o, f));
        TRY(area_load(tx, o.area, &area, f));
    } else {
        *f = none;
        return e;
    }
    TRY(put_count(tx, p, r, &o, f));
    if (r->of[ORGS_REASON].n)
        TRY(put_reason(tx, p, r, &area, f));
    return put_duties(tx, p, r, &o, &area, f);
}
