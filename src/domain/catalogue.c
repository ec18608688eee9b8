/* catalogue – see catalogue.h. */
#include "catalogue.h"

#include "catalogue_q.h"
#include "system_q.h"

Err category_put(Tx *tx, Str code, Str zh, Str en, Fault *f) {
    Category c = { .id = { id_new(0) }, .code = code, .zh = zh, .en = en };
    int64_t changed;

    return sql_category_add(tx, &c, &changed, f);
}

Err condition_put(Tx *tx, const Condition *in, Condition *ret, Fault *f) {
    Condition c = *in;
    int64_t changed;

    c.id.v = id_new(0);
    TRY(sql_condition_add(tx, &c, &changed, f));
    *ret = c;
    return OK;
}

Err condition_load(Tx *tx, ConditionId id, Condition *ret, Fault *f) {
    ConditionKey key = { .id = id };
    Condition c;
    size_t n;

    TRY(sql_condition_by_id(tx, &key, &c, 1, &n, f));
    if (n == 0)
        return fault(f, ERR_NOT_FOUND, "condition_unknown", "condition", "没有这个立案条件。",
                     "There is no such filing condition.");
    *ret = c;
    return OK;
}

Err setting_put(Tx *tx, Str name, Str value, Fault *f) {
    SettingName key = { .name = name };
    Setting s = { .name = name, .value = value };
    int64_t changed;

    TRY(sql_setting_clear(tx, &key, &changed, f));
    return sql_setting_add(tx, &s, &changed, f);
}

Err category_list(Tx *tx, const CategoryFind *in, const Actor *by, Page *ret, Fault *f) {
    (void)by;
    return sql_category_list(tx, in, ret->rows, (size_t)in->limit, &ret->n, f);
}

Err condition_list(Tx *tx, const ConditionFind *in, const Actor *by, Page *ret, Fault *f) {
    (void)by;
    return sql_condition_list(tx, in, ret->rows, (size_t)in->limit, &ret->n, f);
}

Err setting_list(Tx *tx, const Nothing *in, const Actor *by, Page *ret, Fault *f) {
    (void)in, (void)by;
    return sql_setting_list(tx, ret->rows, ret->max, &ret->n, f);
}
