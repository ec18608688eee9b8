/* org_tree – see org_tree.h. */
#include "org_tree.h"

#include "area.h"
#include "org.h"
#include "org_kinds.h"
#include "org_q.h"
#include "tree_q.h"

#include <stdio.h>
#include <string.h>

enum { PARENTS_MAX = 32, ON_ONE_AREA = 50, ASTRAY_MAX = 100 };

/* ---- who sees what ---- */

Err org_load_within(Tx *tx, OrgId id, const Actor *by, Org *ret, Fault *f) {
    TRY(org_load(tx, id, ret, f));
    return actor_reaches(by, ret->path) ? OK
                                        : fault(f, ERR_NOT_FOUND, "org_unknown", "id", "没有这个组织。",
                                                "There is no such organisation.");
}

static bool ended(AreaState s) { return s > AREA_ACTIVE; }

/* ---- parents ---- */

Err org_leading(Tx *tx, const Area *area, Org *ret, bool *ret_found, Fault *f) {
    Org on[ON_ONE_AREA];
    size_t n;

    TRY(sql_org_on(tx, &(OrgOn){ .path = area->path }, on, COUNT(on), &n, f));
    *ret_found = false;
    for (size_t i = 0; i < n && !*ret_found; i++)
        if (org_leads(on[i].kind, area->level)) {
            *ret = on[i];
            *ret_found = true;
        }
    return OK;
}

Err org_above(Tx *tx, const Area *area, Org *ret, bool *ret_found, Fault *f) {
    Area at = *area;

    *ret_found = false;
    while (at.has.parent && !*ret_found) {
        TRY(area_load(tx, at.parent, &at, f));
        TRY(org_leading(tx, &at, ret, ret_found, f));
    }
    return OK;
}

static bool path_holds(Str above, Str path) {
    return above.n <= path.n && memcmp(above.p, path.p, above.n) == 0;
}

/* Upward from the parent we must not meet the organisation itself. */
static Err check_no_cycle(Tx *tx, OrgId self, const Org *parent, Fault *f) {
    Org at = *parent;

    for (int i = 0; i < PARENTS_MAX; i++) {
        if (at.id.v == self.v)
            break;
        if (!at.has.parent)
            return OK;
        TRY(org_load(tx, at.parent, &at, f));
    }
    return fault(f, ERR_INVALID, "org_cycle", "parent", "“%.*s”会成为自己的上级。",
                 "“%.*s” would stand above itself.", (int)parent->name.n, parent->name.p);
}

static Err check_parent(Tx *tx, const Org *o, const Org *parent, Fault *f) {
    if (org_is_unit(parent->kind) != org_is_unit(o->kind) || !path_holds(parent->path, o->path) ||
        ended(parent->state))
        return fault(
            f, ERR_INVALID, "org_parent", "parent",
            "“%.*s”不能作“%.*s”的上级组织：要在同一网格或其上级网格，没有撤销，党组织对党组织、单位对单位。",
            "“%.*s” cannot be the parent of “%.*s”: it must stand on the same area or on one above, not have "
            "ended, and be of the same sort (Party organisation or unit).",
            (int)parent->name.n, parent->name.p, (int)o->name.n, o->name.p);
    return check_no_cycle(tx, o->id, parent, f);
}

/* The one that is named, else the nearest above; a unit needs none. */
static Err find_parent(Tx *tx, const OrgNew *in, const Area *area, const Actor *by, Org *o, Fault *f) {
    Org parent;
    bool found = in->has.parent;

    if (in->has.parent) {
        TRY(org_load_within(tx, in->parent, by, &parent, f));
        TRY(check_parent(tx, o, &parent, f));
    } else if (!org_is_unit(o->kind))
        TRY(org_above(tx, area, &parent, &found, f));
    o->has.parent = found;
    if (found)
        o->parent = parent.id;
    return OK;
}

/* ---- steps ---- */

/* What a step says beside the state; all zero: nothing. */
typedef struct Said {
    OrgId into;
    Str note, name; /* what it is called from then on */
    OrgKind kind;
} Said;

static Err note_step(Tx *tx, const Org *o, AreaState from, int32_t day, Said said, const Actor *by, Fault *f) {
    OrgStep s = { .id = { id_new(id_home(o->id.v)) },
                  .org = o->id,
                  .from_state = from,
                  .to_state = o->state,
                  .into_org = said.into,
                  .parent = o->parent,
                  .day = day,
                  .name = said.name,
                  .kind = said.kind,
                  .note = said.note,
                  .account = by->account,
                  .at = moment_now() };
    int64_t changed;

    s.has.from_state = from != 0;
    s.has.into_org = said.into.v != 0;
    s.has.name = said.name.n > 0;
    s.has.kind = said.kind != 0;
    s.has.parent = o->has.parent;
    s.has.note = said.note.n > 0;
    s.has.account = by->account.v != 0;
    return sql_org_step_add(tx, &s, &changed, f);
}

static Err check_level(OrgKind kind, const Area *area, Fault *f) {
    if (org_fits(kind, area->level))
        return OK;
    return fault(
        f, ERR_INVALID, "org_level", "kind", "这类组织（%s）不设在%s一级。%.0s%.0s",
        "%.0s%.0sAn organisation of this kind (%s) does not stand on the level %s.",
        choice_numbered(&org_kind_choices, kind)->zh, choice_numbered(&area_level_choices, area->level)->zh,
        choice_numbered(&org_kind_choices, kind)->en, choice_numbered(&area_level_choices, area->level)->en);
}

static Err check_new(Tx *tx, const OrgNew *in, const Area *area, Fault *f) {
    Org same;
    Fault none;

    TRY(check_level(in->kind, area, f));
    if (in->state > AREA_ACTIVE)
        return fault(f, ERR_INVALID, "org_state", "state", "新的组织只能是拟设、已批准或启用。",
                     "A new organisation is proposed, approved or active.");
    Err e = org_by_code(tx, in->code, &same, &none);
    if (e == OK)
        return fault(f, ERR_CONFLICT, "org_code_taken", "code", "代码“%.*s”已有组织“%.*s”。",
                     "The code “%.*s” belongs to “%.*s” already.", (int)in->code.n, in->code.p,
                     (int)same.name.n, same.name.p);
    if (e != ERR_NOT_FOUND)
        *f = none;
    return e == ERR_NOT_FOUND ? OK : e;
}

Err org_add(Tx *tx, const OrgNew *in, const Actor *by, Org *ret, Fault *f) {
    Area area;
    int64_t changed;

    TRY(area_load(tx, in->area, &area, f));
    if (!actor_reaches(by, area.path))
        return fault(f, ERR_NOT_FOUND, "area_unknown", "area", "没有这个网格。", "There is no such area.");
    TRY(check_new(tx, in, &area, f));
    Org o = { .id = { id_new(id_home(area.id.v)) },
              .code = in->code,
              .name = in->name,
              .kind = in->kind,
              .area = area.id,
              .path = area.path,
              .state = in->state,
              .since = in->has.since ? in->since : day_of_ms(clock_now_ms()) };
    TRY(find_parent(tx, in, &area, by, &o, f));
    TRY(sql_org_add(tx, &o, &changed, f));
    TRY(note_step(tx, &o, 0, o.since, (Said){ .note = { 0 } }, by, f));
    *ret = o;
    return OK;
}

static const struct {
    AreaState from, to;
} steps[] = {
    { AREA_PROPOSED, AREA_APPROVED },  { AREA_PROPOSED, AREA_DISSOLVED }, { AREA_APPROVED, AREA_ACTIVE },
    { AREA_APPROVED, AREA_DISSOLVED }, { AREA_ACTIVE, AREA_MERGED },      { AREA_ACTIVE, AREA_SPLIT },
    { AREA_ACTIVE, AREA_DISSOLVED },
};

static Err check_step(Tx *tx, const Org *o, const OrgStepIn *in, const Actor *by, Org *ret_into, Fault *f) {
    bool known = false;

    for (size_t i = 0; i < COUNT(steps); i++)
        known = known || (steps[i].from == o->state && steps[i].to == in->to);
    if (!known)
        return fault(f, ERR_INVALID, "org_no_such_step", "to", "“%.*s”现在是%s，不能改为%s。%.0s%.0s",
                     "“%.*s”: %.0s%.0sfrom “%s” there is no step to “%s”.", (int)o->name.n, o->name.p,
                     choice_numbered(&area_state_choices, o->state)->zh,
                     choice_numbered(&area_state_choices, in->to)->zh,
                     choice_numbered(&area_state_choices, o->state)->en,
                     choice_numbered(&area_state_choices, in->to)->en);
    if (in->day < o->since)
        return fault(f, ERR_INVALID, "dates_reversed", "day", "日期早于它上一步的日期。",
                     "The day lies before its last step.");
    if ((in->to == AREA_MERGED) != in->has.into)
        return fault(f, ERR_INVALID, "org_into", "into", "并入时，并且只有并入时，要写明并入哪个组织。",
                     "Merging, and nothing else, names the organisation that takes its place.");
    if (!in->has.into)
        return OK;
    TRY(org_load_within(tx, in->into, by, ret_into, f));
    if (ret_into->id.v == o->id.v || ret_into->state != AREA_ACTIVE ||
        org_is_unit(ret_into->kind) != org_is_unit(o->kind))
        return fault(f, ERR_INVALID, "org_into", "into", "只能并入另一个启用的同类组织。",
                     "It can only join another active organisation of the same sort.");
    return OK;
}

/* Nobody stands under what has ended, and it serves nothing any more. */
static Err hand_over(Tx *tx, const Org *o, const Org *into, int32_t day, Fault *f) {
    int64_t changed;
    OrgUnder under = { .org = o->id, .day = day };

    under.to_org = into->id.v ? into->id : o->has.parent ? o->parent : (OrgId){ 0 };
    TRY(sql_org_children_move(tx, &under, &changed, f));
    return sql_org_duties_end(tx, &under, &changed, f);
}

Err org_step(Tx *tx, const OrgStepIn *in, const Actor *by, Org *ret, Fault *f) {
    Org o, into = { 0 };
    int64_t changed;

    TRY(org_load_within(tx, in->id, by, &o, f));
    TRY(check_step(tx, &o, in, by, &into, f));
    if (into.id.v)
        TRY(check_no_cycle(tx, o.id, &into, f)); /* its children would go under one of themselves */
    AreaState from = o.state;
    o.state = in->to;
    if (ended(o.state)) {
        o.until = in->day;
        o.has.until = true;
        TRY(hand_over(tx, &o, &into, in->day, f));
    } else
        o.since = in->day;
    TRY(sql_org_save(tx, &o, &changed, f));
    TRY(note_step(tx, &o, from, in->day,
                  (Said){ .into = into.id, .note = in->has.note ? in->note : (Str){ 0 } }, by, f));
    *ret = o;
    return OK;
}

Err org_move(Tx *tx, const OrgMove *in, const Actor *by, Org *ret, Fault *f) {
    Org o, parent;
    int64_t changed;

    TRY(org_load_within(tx, in->id, by, &o, f));
    TRY(org_load_within(tx, in->parent, by, &parent, f));
    TRY(check_parent(tx, &o, &parent, f));
    o.parent = parent.id;
    o.has.parent = true;
    TRY(sql_org_save(tx, &o, &changed, f));
    TRY(note_step(tx, &o, o.state, in->day, (Said){ .note = in->has.note ? in->note : (Str){ 0 } }, by, f));
    *ret = o;
    return OK;
}

/* ---- when areas change ---- */

static Err hang_again(Tx *tx, Org *o, Fault *f) {
    Actor nobody;
    Area area;
    Org parent;
    bool found = false;
    int64_t changed;

    actor_public(&nobody);
    TRY(area_load(tx, o->area, &area, f));
    if (!org_is_unit(o->kind))
        TRY(org_above(tx, &area, &parent, &found, f));
    o->has.parent = found;
    if (found)
        o->parent = parent.id;
    TRY(sql_org_save(tx, o, &changed, f));
    return note_step(tx, o, o->state, day_of_ms(clock_now_ms()), (Said){ .note = str("随网格变更") }, &nobody,
                     f);
}

Err org_rehang(Tx *tx, Str path, Fault *f) {
    Arena *a = tx_arena(tx);
    Org *astray = arena_take(a, ASTRAY_MAX * sizeof *astray);
    char high[48];
    PathShift range = { .low = path, .high = { high, 0 } };
    size_t n = ASTRAY_MAX, used = a->used;

    if (!astray)
        return fault_arena(f);
    range.high.n = (size_t)snprintf(high, sizeof high, "%.*s~", (int)path.n, path.p);
    while (n == ASTRAY_MAX) { /* each finds its way, so the next ones are the first again */
        a->used = used;
        TRY(sql_org_astray(tx, &range, astray, ASTRAY_MAX, &n, f));
        for (size_t i = 0; i < n; i++)
            TRY(hang_again(tx, &astray[i], f));
    }
    return OK;
}

static Err check_change(Tx *tx, const Org *o, const OrgChange *in, Fault *f) {
    Area area;

    if (!(in->has.name && !str_same(in->name, o->name)) && !(in->has.kind && in->kind != o->kind))
        return fault(f, ERR_INVALID, "org_same", "name", "名称和类型都没有变。",
                     "Neither name nor form changes.");
    if (ended(o->state) || in->day < o->since)
        return fault(f, ERR_INVALID, "dates_reversed", "day", "日期不在“%.*s”存续期间。",
                     "The day does not lie within the time of “%.*s”.", (int)o->name.n, o->name.p);
    if (!in->has.kind)
        return OK;
    if (org_is_unit(in->kind) != org_is_unit(o->kind))
        return fault(f, ERR_INVALID, "org_sort", "kind", "单位不能改为党组织，党组织也不能改为单位。",
                     "A unit does not become a Party organisation, nor the other way round.");
    TRY(area_load(tx, o->area, &area, f));
    return check_level(in->kind, &area, f);
}

Err org_change(Tx *tx, const OrgChange *in, const Actor *by, Org *ret, Fault *f) {
    Org o;
    int64_t changed;
    Said said = { .note = in->has.note ? in->note : (Str){ 0 } };

    TRY(org_load_within(tx, in->id, by, &o, f));
    TRY(check_change(tx, &o, in, f));
    if (in->has.name)
        o.name = said.name = in->name;
    if (in->has.kind)
        o.kind = said.kind = in->kind;
    TRY(sql_org_save(tx, &o, &changed, f));
    TRY(note_step(tx, &o, o.state, in->day, said, by, f));
    *ret = o;
    return OK;
}

/* ---- reading ---- */

Err org_tree(Tx *tx, const OrgTreeFind *in, const Actor *by, Page *ret, Fault *f) {
    OrgTreeFind find = *in;
    Org after;

    find.has.low = find.has.high = in->has.within;
    if (in->has.within)
        TRY(area_range(tx, in->within, &find.low, &find.high, f));
    find.has.after_path = find.has.after_code = in->has.after;
    if (in->has.after) {
        TRY(org_load_within(tx, in->after, by, &after, f));
        find.after_path = after.path;
        find.after_code = after.code;
    }
    return sql_org_tree(tx, &find, &by->scope, ret->rows, (size_t)in->limit, &ret->n, f);
}

Err org_history(Tx *tx, const OrgKey *in, const Actor *by, Page *ret, Fault *f) {
    Org o;

    TRY(org_load_within(tx, in->id, by, &o, f));
    return sql_org_step_list(tx, in, ret->rows, ret->max, &ret->n, f);
}

/* ---- numbers ---- */

Err org_count_put(Tx *tx, const OrgCountNew *in, const Actor *by, OrgCount *ret, Fault *f) {
    Org o;
    int64_t changed;
    OrgCount n = { .org = in->id, .day = in->day, .members = in->members, .probationary = in->probationary };

    n.has.probationary = in->has.probationary;
    TRY(org_load_within(tx, in->id, by, &o, f));
    if (org_is_unit(o.kind))
        return fault(f, ERR_INVALID, "org_count_unit", "id", "只有党组织才报党员数。",
                     "Only Party organisations have numbers of members.");
    if (in->day > day_of_ms(clock_now_ms()))
        return fault(f, ERR_INVALID, "org_count_day", "day", "统计日还没有到。", "That day is yet to come.");
    TRY(sql_org_count_save(tx, &n, &changed, f));
    if (changed == 0)
        TRY(sql_org_count_add(tx, &n, &changed, f));
    *ret = n;
    return OK;
}

Err org_count_list(Tx *tx, const OrgKey *in, const Actor *by, Page *ret, Fault *f) {
    Org o;

    TRY(org_load_within(tx, in->id, by, &o, f));
    return sql_org_count_list(tx, in, ret->rows, ret->max, &ret->n, f);
}
