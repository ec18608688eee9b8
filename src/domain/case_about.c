/* case_about – see case_about.h. */
#include "case_about.h"

#include "area.h"
#include "case_q.h"
#include "ground.h"
#include "org.h"

enum { UNITS_UP_MAX = 12 };

/* ---- how high it hangs ---- */

/* What is about the subdistrict is the district's, all else the subdistrict's. A path from
 * the ground, so where it is of another layer or its grid has ended it hangs at the top. */
static Str path_above(const Ground *g, const Case *c) {
    const AreaLevel least = c->about == ABOUT_CENTRE ? LEVEL_DISTRICT : LEVEL_SUBDISTRICT;
    const GroundArea *a = c->has.area ? ground_area(g, c->area) : NULL;

    while (a && a->level > least)
        a = a->parent >= 0 ? ground_at(g, (size_t)a->parent) : NULL;
    return a ? a->path : str("0");
}

Err case_raise(Tx *tx, Case *c, Fault *f) {
    const Ground *g;

    if (c->about == ABOUT_MATTER)
        return OK;
    TRY(ground_borrow(tx, &g, f));
    Err e = str_copy(tx_arena(tx), path_above(g, c), &c->path, f);
    ground_return(g);
    return e;
}

/* ---- whom it is about ---- */

Err case_is_about(Tx *tx, const Case *c, const Org *unit, bool *ret, Fault *f) {
    Org o = *unit;

    *ret = c->has.subject && c->subject.v == o.id.v;
    for (int i = 0; c->has.subject && !*ret && i < UNITS_UP_MAX && o.has.parent; i++) {
        TRY(org_load(tx, o.parent, &o, f));
        *ret = c->subject.v == o.id.v;
    }
    return OK;
}

/* Back to its grid: nobody is meant. */
static Err about_nobody(Tx *tx, const CaseActIn *in, Case *c, Fault *f) {
    int32_t home;
    OrgId agreed;

    if (c->about == ABOUT_MATTER)
        return fault(f, ERR_INVALID, "subject_needed", "subject", "请写明涉及哪个单位。",
                     "Name the unit that it is about.");
    if (!in->has.note)
        return fault(f, ERR_INVALID, "subject_none", "note",
                     "要认定不涉及任何单位，请写明理由；否则请写明涉及哪个单位。",
                     "Name the unit that it is about; that it is about none needs a reason.");
    c->about = ABOUT_MATTER;
    c->has.subject = false;
    return case_place(tx, c, &home, &agreed, f);
}

Err case_route(Tx *tx, const CaseActIn *in, Case *c, Fault *f) {
    Org subject, with;
    bool meant;

    if (!in->has.subject)
        return about_nobody(tx, in, c, f);
    TRY(org_load(tx, in->subject, &subject, f));
    if (subject.kind >= PARTY_SUBDISTRICT)
        return fault(f, ERR_INVALID, "subject_kind", "subject", "“%.*s”是党组织：请写涉及的单位。",
                     "“%.*s” is a Party organisation: name the unit.", (int)subject.name.n, subject.name.p);
    c->about = subject.kind == ORG_OFFICE || c->about == ABOUT_CENTRE ? ABOUT_CENTRE : ABOUT_UNIT;
    c->subject = subject.id;
    c->has.subject = true;
    OrgId held = c->has.holding ? c->holding : c->has.unit ? c->unit : (OrgId){ 0 };
    if (held.v) { /* an urgent one that came back, and its unit works on it still */
        TRY(org_load(tx, held, &with, f));
        TRY(case_is_about(tx, c, &with, &meant, f));
        c->has.unit = c->has.unit && !meant;
        c->has.holding = c->has.holding && !meant;
    }
    return case_raise(tx, c, f);
}

/* ---- to whom it goes ---- */

Err case_judge_routed(const Case *c, Fault *f) {
    return c->about == ABOUT_MATTER || c->has.subject
               ? OK
               : fault(f, ERR_INVALID, "about_unrouted", "",
                       "这件事涉及某个单位或其工作人员：先认定是哪个单位，再派遣。",
                       "It is about a unit or its staff: say first which one, then dispatch it.");
}

Err case_judge_goes(Tx *tx, const Case *c, const Org *unit, Fault *f) {
    PostReach reach = { .unit = unit->id, .path = c->path, .day = day_of_ms(clock_now_ms()) };
    Count posts = { 0 };
    bool meant;
    size_t n;

    if (c->about == ABOUT_MATTER)
        return OK;
    TRY(case_is_about(tx, c, unit, &meant, f));
    if (meant)
        return fault(f, ERR_FORBIDDEN, "about_unit", "unit",
                     "这件事涉及“%.*s”，不能交给它或它的下属办理：请派给别的单位，或提给上级。",
                     "It is about “%.*s”: neither that unit nor one beneath it gets it. Choose another, or one "
                     "above.",
                     (int)unit->name.n, unit->name.p);
    TRY(sql_post_reach(tx, &reach, &posts, 1, &n, f));
    return posts.n ? OK
                   : fault(f, ERR_INVALID, "about_out_of_reach", "unit",
                           "“%.*s”没有范围达到街镇的处置员，看不到这个案件：请先授岗位，或派给别的单位。",
                           "“%.*s” has no handler whose post reaches this case: give one a post for the whole "
                           "subdistrict, or choose another unit.",
                           (int)unit->name.n, unit->name.p);
}

Err case_upward(Tx *tx, const Case *c, Org *unit, bool *ret_found, Fault *f) {
    Org o = *unit;
    bool meant;

    *ret_found = false;
    for (int i = 0; i < UNITS_UP_MAX && o.has.parent; i++) {
        TRY(org_load(tx, o.parent, &o, f));
        if (o.kind >= PARTY_SUBDISTRICT)
            return OK;
        TRY(case_is_about(tx, c, &o, &meant, f));
        if (!meant && o.state == AREA_ACTIVE) {
            *unit = o;
            *ret_found = true;
            return OK;
        }
    }
    return OK;
}
