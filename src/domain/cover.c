/* cover – see cover.h. */
#include "cover.h"

#include "area.h"
#include "org_kinds.h"
#include "org_tree.h"
#include "place.h"
#include "seat_q.h"
#include "setting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- covering ---- */

/* The forms that an exclusive grid may have. */
static bool is_form(OrgKind k) {
    return k == PARTY_JOINT_COMMITTEE || k == PARTY_COMMITTEE || k == PARTY_GENERAL ||
           k == PARTY_JOINT_GENERAL || k == PARTY_BRANCH || k == PARTY_JOINT_BRANCH || k == PARTY_GROUP ||
           k == PARTY_INSTRUCTOR;
}

static Err check_grid(Tx *tx, const CoverNew *in, const Place *place, const Org *org, Fault *f) {
    Area grid;

    TRY(area_load(tx, in->grid, &grid, f));
    if (in->field != FIELD_INDEPENDENT)
        return fault(f, ERR_INVALID, "cover_field", "field", "专属网格只用于独立空间。",
                     "An exclusive grid is for independent spaces.");
    if (grid.state != AREA_ACTIVE || place->path.n < grid.path.n ||
        memcmp(place->path.p, grid.path.p, grid.path.n) != 0)
        return fault(f, ERR_INVALID, "cover_grid", "grid", "“%.*s”不在这个网格里，或网格未启用。",
                     "“%.*s” does not lie in this grid, or the grid is not active.", (int)place->name.n,
                     place->name.p);
    if (org->area.v != grid.id.v || !is_form(org->kind))
        return fault(
            f, ERR_INVALID, "cover_form", "org",
            "专属网格要由设在它上面的联合党委、党委、总支、支部、党小组或党建指导员负责：“%.*s”不是。",
            "An exclusive grid is led by a committee, general branch, branch, group or instructor that "
            "stands on it: “%.*s” is none.",
            (int)org->name.n, org->name.p);
    return OK;
}

static Err check_not_covered(Tx *tx, const CoverNew *in, int32_t since, const Actor *by, Fault *f) {
    CoverFind find = { .place = in->place, .on_day = since, .limit = 10 };
    Cover there[10];
    size_t n;

    find.has.place = find.has.on_day = true;
    TRY(sql_cover_list(tx, &find, &by->scope, there, COUNT(there), &n, f));
    for (size_t i = 0; i < n; i++)
        if (there[i].field == in->field)
            return fault(f, ERR_CONFLICT, "covered", "place", "这个地点在这一领域已有组织覆盖。",
                         "This place is covered in this field already.");
    return OK;
}

Err cover_add(Tx *tx, const CoverNew *in, const Actor *by, Cover *ret, Fault *f) {
    Place place;
    Org org;
    int64_t changed;
    int32_t since = in->has.since ? in->since : day_of_ms(clock_now_ms());

    TRY(place_load(tx, in->place, &place, f));
    if (!actor_reaches(by, place.path))
        return fault(f, ERR_NOT_FOUND, "place_unknown", "place", "没有这个地点。", "There is no such place.");
    TRY(org_load_within(tx, in->org, by, &org, f));
    if (org_is_unit(org.kind) || org.state != AREA_ACTIVE)
        return fault(f, ERR_INVALID, "cover_org", "org", "“%.*s”不是启用的党组织。",
                     "“%.*s” is no active Party organisation.", (int)org.name.n, org.name.p);
    if (in->has.grid)
        TRY(check_grid(tx, in, &place, &org, f));
    TRY(check_not_covered(tx, in, since, by, f));
    Cover c = { .id = { id_new(id_home(place.id.v)) },
                .place = place.id,
                .path = place.path,
                .field = in->field,
                .org = org.id,
                .grid = in->grid,
                .since = since };
    c.has.grid = in->has.grid;
    TRY(sql_cover_add(tx, &c, &changed, f));
    *ret = c;
    return OK;
}

Err cover_end(Tx *tx, const CoverEnd *in, const Actor *by, Cover *ret, Fault *f) {
    Cover c;
    size_t n;
    int64_t changed;

    TRY(sql_cover_by_id(tx, &(CoverKey){ .id = in->id }, &by->scope, &c, 1, &n, f));
    if (n == 0)
        return fault(f, ERR_NOT_FOUND, "cover_unknown", "id", "没有这项覆盖。", "There is no such cover.");
    if (in->until < c.since)
        return fault(f, ERR_INVALID, "dates_reversed", "until", "结束日期早于开始日期。",
                     "It ends before it begins.");
    c.until = in->until;
    c.has.until = true;
    TRY(sql_cover_save(tx, &c, &changed, f));
    *ret = c;
    return OK;
}

Err cover_list(Tx *tx, const CoverFind *in, const Actor *by, Page *ret, Fault *f) {
    CoverFind find = *in;

    find.on_day = in->has.day ? in->day : day_of_ms(clock_now_ms());
    find.has.on_day = true;
    return sql_cover_list(tx, &find, &by->scope, ret->rows, (size_t)in->limit, &ret->n, f);
}

/* ---- the form by number ---- */

Err cover_threshold(Tx *tx, const char *name, int32_t *ret, Fault *f) {
    Str value;

    TRY(setting_read(tx, name, &value, f));
    *ret = (int32_t)strtol(value.p, NULL, 10); /* the setting was checked when it was put */
    return OK;
}

static Err form_why(Tx *tx, int32_t members, int32_t at_least, FormShown *s, Fault *f) {
    char zh[200], en[200];

    if (at_least) {
        snprintf(zh, sizeof zh, "正式党员 %d 名，达到 %d 名。", members, at_least);
        snprintf(en, sizeof en, "%d full members: at least %d.", members, at_least);
    } else {
        snprintf(zh, sizeof zh, "正式党员 %d 名，不足以单独成立党支部：与邻近的联合，或派党建指导员。",
                 members);
        snprintf(en, sizeof en,
                 "%d full members are too few for a branch: a joint one with neighbours, or an instructor.",
                 members);
    }
    TRY(str_copy(tx_arena(tx), str(zh), &s->why_zh, f));
    return str_copy(tx_arena(tx), str(en), &s->why_en, f);
}

Err org_form(Tx *tx, const FormAsk *in, const Actor *by, FormShown *ret, Fault *f) {
    static const struct {
        const char *setting;
        OrgKind kind;
    } forms[] = { { "committee_members", PARTY_COMMITTEE },
                  { "general_members", PARTY_GENERAL },
                  { "branch_members", PARTY_BRANCH } };
    FormShown s = { .kind = PARTY_JOINT_BRANCH, .other = PARTY_INSTRUCTOR };
    int32_t least = 0;

    (void)by;
    s.has.kind = s.has.other = s.has.why_zh = s.has.why_en = true;
    for (size_t i = 0; i < COUNT(forms) && s.has.other; i++) {
        TRY(cover_threshold(tx, forms[i].setting, &least, f));
        if (in->members >= least) {
            s.kind = forms[i].kind;
            s.has.other = false;
        }
    }
    TRY(form_why(tx, in->members, s.has.other ? 0 : least, &s, f));
    *ret = s;
    return OK;
}
