/* org – see org.h. */
#include "org.h"

#include "area.h"
#include "org_q.h"

Err org_put(Tx *tx, Str code, Str name, OrgKind kind, AreaId area, Org *ret, Fault *f) {
    Area at;
    int64_t changed;

    TRY(area_load(tx, area, &at, f));
    Org o = { .id = { id_new(id_home(area.v)) },
              .code = code,
              .name = name,
              .kind = kind,
              .area = area,
              .path = at.path };
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
    OrgFind find = { .code = code, .limit = 1 };
    Org o;
    size_t n;

    find.has.code = true;
    TRY(sql_org_list(tx, &find, &o, 1, &n, f));
    if (n == 0)
        return fault(f, ERR_NOT_FOUND, "unit_unknown", "unit", "没有代码为“%.*s”的单位。",
                     "There is no unit with the code “%.*s”.", (int)code.n, code.p);
    *ret = o;
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

Err serves_has(Tx *tx, OrgId unit, Str matter, AreaId area, bool *ret, Fault *f) {
    ServesSame same = { .unit = unit, .matter = matter, .area = area };
    Serves row;
    size_t n;

    TRY(sql_serves_same(tx, &same, &row, 1, &n, f));
    *ret = n > 0;
    return OK;
}

Err serves_find(Tx *tx, Str path, Str matter, int32_t day, Serves *ret, bool *ret_found, Fault *f) {
    ServesAt at = { .path = path, .matter = matter, .day = day };
    size_t n;

    TRY(sql_serves_for(tx, &at, ret, 1, &n, f));
    *ret_found = n > 0;
    return OK;
}

Err org_list(Tx *tx, const OrgFind *in, const Actor *by, Page *ret, Fault *f) {
    (void)by;
    return sql_org_list(tx, in, ret->rows, (size_t)in->limit, &ret->n, f);
}
