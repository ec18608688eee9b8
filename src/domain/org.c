/* org – see org.h. */
#include "org.h"

#include "area.h"
#include "org_kinds.h"
#include "org_q.h"
#include "text.h"

Err org_put(Tx *tx, Str code, Str name, OrgKind kind, AreaId area, Org *ret, Fault *f) {
    Area at;
    int64_t changed;

    TRY(area_load(tx, area, &at, f));
    Org o = { .id = { id_new(id_home(area.v)) },
              .code = code,
              .name = name,
              .kind = kind,
              .area = area,
              .path = at.path,
              .state = AREA_ACTIVE };
    TRY(sql_org_add(tx, &o, &changed, f));
    *ret = o;
    return OK;
}

Err org_load(Tx *tx, OrgId id, Org *ret, Fault *f) {
    OrgKey key = { .id = id };
    Org o;
    size_t n;

    TRY(sql_org_by_id(tx, &key, &o, 1, &n, f));
    if (n == 0)
        return fault(f, ERR_NOT_FOUND, "unit_unknown", "unit", "没有这个单位。", "There is no such unit.");
    *ret = o;
    return OK;
}

Err org_by_code(Tx *tx, Str code, Org *ret, Fault *f) {
    OrgCoded key = { .code = code };
    Org o;
    size_t n;

    TRY(sql_org_by_code(tx, &key, &o, 1, &n, f));
    if (n == 0)
        return fault(f, ERR_NOT_FOUND, "unit_unknown", "unit", "没有代码为“%.*s”的单位。",
                     "There is no unit with the code “%.*s”.", (int)code.n, code.p);
    *ret = o;
    return OK;
}

Err org_by_name(Tx *tx, Str name, Org *ret, Fault *f) {
    OrgNamed key = { .name = name };
    Org o[2];
    size_t n;

    TRY(sql_org_by_name(tx, &key, o, COUNT(o), &n, f));
    if (n == 2)
        return fault(f, ERR_INVALID, "org_ambiguous", "org", "有几个组织叫“%.*s”，请写代码。",
                     "Several organisations are called “%.*s”: write the code.", (int)name.n, name.p);
    if (n == 0)
        return fault(f, ERR_NOT_FOUND, "org_unknown", "org", "没有代码或名称为“%.*s”的组织。",
                     "There is no organisation with the code or name “%.*s”.", (int)name.n, name.p);
    *ret = o[0];
    return OK;
}

Err serves_put(Tx *tx, OrgId unit, Str matter, AreaId area, int32_t since, Fault *f) {
    Area at;
    int64_t changed;

    TRY(area_load(tx, area, &at, f));
    Serves s = { .id = { id_new(id_home(area.v)) },
                 .unit = unit,
                 .matter = matter,
                 .area = area,
                 .path = at.path,
                 .since = since };
    return sql_serves_add(tx, &s, &changed, f);
}

Err serves_same(Tx *tx, OrgId unit, Str matter, AreaId area, Serves *ret, bool *ret_found, Fault *f) {
    ServesSame same = { .unit = unit, .matter = matter, .area = area, .day = day_of_ms(clock_now_ms()) };
    size_t n;

    TRY(sql_serves_same(tx, &same, ret, 1, &n, f));
    *ret_found = n > 0;
    return OK;
}

Err serves_has(Tx *tx, OrgId unit, Str matter, AreaId area, bool *ret, Fault *f) {
    Serves row;
    return serves_same(tx, unit, matter, area, &row, ret, f);
}

Err serves_find(Tx *tx, Str path, Str matter, int32_t day, Serves *ret, bool *ret_found, Fault *f) {
    ServesAt at = { .path = path, .matter = matter, .day = day };
    size_t n;

    TRY(sql_serves_for(tx, &at, ret, 1, &n, f));
    *ret_found = n > 0;
    return OK;
}

Err org_list(Tx *tx, const OrgFind *in, const Actor *by, Page *ret, Fault *f) {
    OrgFind find = *in;

    (void)by;
    find.has.words_like = in->has.words;
    if (in->has.words)
        TRY(str_holding(tx_arena(tx), in->words, &find.words_like, f));
    return sql_org_list(tx, &find, ret->rows, (size_t)in->limit, &ret->n, f);
}

/* ---- duties by hand ---- */

static Err check_duty(Tx *tx, const ServesNew *in, int32_t since, Fault *f) {
    Org unit;
    bool there;

    TRY(org_load(tx, in->unit, &unit, f));
    if (!org_is_unit(unit.kind) || unit.state != AREA_ACTIVE)
        return fault(f, ERR_INVALID, "serves_unit", "unit", "“%.*s”不是启用的单位，不能处置案件。",
                     "“%.*s” is no active unit and cannot handle cases.", (int)unit.name.n, unit.name.p);
    if (in->has.until && in->until < since)
        return fault(f, ERR_INVALID, "dates_reversed", "until", "结束日期早于开始日期。",
                     "It ends before it begins.");
    TRY(serves_has(tx, in->unit, in->matter, in->area, &there, f));
    return there ? fault(f, ERR_CONFLICT, "serves_there", "matter", "“%.*s”在这里已有这项职责。",
                         "“%.*s” has this duty here already.", (int)unit.name.n, unit.name.p)
                 : OK;
}

Err serves_add(Tx *tx, const ServesNew *in, const Actor *by, Serves *ret, Fault *f) {
    Area at;
    int64_t changed;
    int32_t since = in->has.since ? in->since : day_of_ms(clock_now_ms());

    (void)by;
    TRY(area_load(tx, in->area, &at, f));
    TRY(check_duty(tx, in, since, f));
    Serves s = { .id = { id_new(id_home(in->area.v)) },
                 .unit = in->unit,
                 .matter = in->matter,
                 .area = in->area,
                 .path = at.path,
                 .since = since,
                 .until = in->until };
    s.has.until = in->has.until;
    TRY(sql_serves_add(tx, &s, &changed, f));
    *ret = s;
    return OK;
}

Err serves_end(Tx *tx, const ServesEnd *in, const Actor *by, Serves *ret, Fault *f) {
    Serves s;
    size_t n;
    int64_t changed;

    (void)by;
    TRY(sql_serves_by_id(tx, &(ServesKey){ .id = in->id }, &s, 1, &n, f));
    if (n == 0)
        return fault(f, ERR_NOT_FOUND, "serves_unknown", "id", "没有这项职责。", "There is no such duty.");
    if (in->until < s.since)
        return fault(f, ERR_INVALID, "dates_reversed", "until", "结束日期早于开始日期。",
                     "It ends before it begins.");
    s.until = in->until;
    s.has.until = true;
    TRY(sql_serves_save(tx, &s, &changed, f));
    *ret = s;
    return OK;
}

Err serves_list(Tx *tx, const ServesFind *in, const Actor *by, Page *ret, Fault *f) {
    (void)by;
    return sql_serves_list(tx, in, ret->rows, (size_t)in->limit, &ret->n, f);
}
