/* case_return 退回与裁定 – a unit says that a case is not its own, citing the item of the
 * responsibility list and naming the right unit. The first time it goes back to the
 * dispatcher. The second time the subdistrict leader decides in writing, after the units
 * have conferred; his decision binds, and it is kept as a precedent that the next case of
 * the same item on the same kind of place in his subdistrict is proposed by. Who may, and
 * by when: case_judge.c. */
#include "case_return.h"

#include "case_about.h"
#include "case_q.h"
#include "catalogue.h"
#include "ground.h"
#include "limits.h"
#include "org.h"
#include "place.h"
#include "random.h"

Err case_return(Tx *tx, const CaseActIn *in, Case *c, int64_t now, Fault *f) {
    Condition item;
    Org right;
    bool urgent;

    TRY(case_step_needs(in->has.condition, "condition", "依据责任清单的哪一条",
                        "the item of the responsibility list that it goes by", f));
    TRY(case_step_needs(in->has.unit, "unit", "应由哪个单位承办", "the unit whose matter it is", f));
    TRY(condition_load(tx, in->condition, &item, f));
    if (in->unit.v == c->unit.v)
        return fault(f, ERR_INVALID, "return_to_self", "unit", "写的还是本单位：请写应承办的单位。",
                     "That is your own unit: name the one whose matter it is.");
    TRY(org_load(tx, in->unit, &right, f));
    TRY(case_judge_goes(tx, c, &right, f));
    TRY(case_urgent(tx, c, &urgent, f));
    c->has.unit = c->has.holding = urgent; /* what is urgent stays with who has it, until another has */
    c->holding = c->unit;
    return case_clock_set(tx, c, now, f);
}

/* ---- precedents ---- */

/* The subdistrict that its ground lies in; without one, the whole city. */
static Err subdistrict_of(Tx *tx, const Case *c, Str *ret, Fault *f) {
    const Ground *g;

    TRY(ground_borrow(tx, &g, f));
    const GroundArea *a = c->has.area ? ground_area(g, c->area) : NULL;
    while (a && a->level > LEVEL_SUBDISTRICT)
        a = a->parent >= 0 ? ground_at(g, (size_t)a->parent) : NULL;
    Err e = str_copy(tx_arena(tx), a ? a->path : str("0"), ret, f);
    ground_return(g);
    return e;
}

static Err kind_of_place(Tx *tx, const Case *c, int32_t *ret, Fault *f) {
    Place p;

    *ret = 0;
    if (!c->has.place)
        return OK;
    TRY(place_load(tx, c->place, &p, f));
    *ret = (int32_t)p.kind;
    return OK;
}

Err case_precedent(Tx *tx, const Case *c, const Condition *item, Precedent *ret, Org *ret_unit, bool *ret_found,
                   Fault *f) {
    PrecedentFind find = { .condition = item->code };
    Precedent p;
    Org unit;
    bool meant;
    size_t n;

    *ret_found = false;
    TRY(subdistrict_of(tx, c, &find.path, f));
    TRY(kind_of_place(tx, c, &find.place_kind, f));
    TRY(sql_precedent_newest(tx, &find, &p, 1, &n, f));
    if (!n)
        return OK;
    TRY(org_load(tx, p.unit, &unit, f));
    TRY(case_is_about(tx, c, &unit, &meant, f));
    if (meant || unit.state != AREA_ACTIVE)
        return OK;
    *ret = p;
    *ret_unit = unit;
    *ret_found = true;
    return OK;
}

static Err keep_precedent(Tx *tx, const Case *c, const Actor *by, int64_t now, Fault *f) {
    Condition item;
    int64_t changed;

    if (c->about != ABOUT_MATTER) /* what is said of a unit is not cited to others */
        return OK;
    Precedent p = { .id.v = id_new(id_home(c->id.v)),
                    .unit = c->unit,
                    .case_id = c->id,
                    .code = c->code,
                    .decided = moment_at(now),
                    .decided_by = by->account };
    TRY(condition_load(tx, c->condition, &item, f));
    p.condition = item.code;
    p.has.decided_by = by->account.v != 0;
    TRY(subdistrict_of(tx, c, &p.path, f));
    TRY(kind_of_place(tx, c, &p.place_kind, f));
    return sql_precedent_add(tx, &p, &changed, f);
}

/* ---- the decision ---- */

Err case_adjudicate(Tx *tx, const CaseActIn *in, const Actor *by, Case *c, int64_t now, Fault *f) {
    Org unit;

    TRY(case_step_needs(in->has.condition, "condition", "依据责任清单的哪一条",
                        "the item of the responsibility list that it goes by", f));
    TRY(case_step_needs(in->has.unit, "unit", "由哪个单位承办", "the unit that is to handle it", f));
    TRY(org_load(tx, in->unit, &unit, f));
    TRY(case_judge_goes(tx, c, &unit, f));
    TRY(case_file_under(tx, c, in->condition, f));
    c->unit = unit.id;
    c->has.unit = true;
    c->has.holding = c->has.holding && c->holding.v != unit.id.v;
    TRY(keep_precedent(tx, c, by, now, f));
    return case_clock_set(tx, c, now, f); /* the limit goes on from the first dispatch */
}
