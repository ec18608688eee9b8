/* catalogue – see catalogue.h. */
#include "catalogue.h"

#include "catalogue_q.h"

/* ---- versions ---- */

Err catalogue_put(Tx *tx, Catalogue *c, int32_t *ret_version, int64_t *ret_retired, Fault *f) {
    Count newest = { 0 };
    int64_t changed, retired;
    size_t n;

    TRY(sql_condition_newest(tx, &newest, 1, &n, f));
    TRY(sql_category_retire(tx, &changed, f));
    TRY(sql_condition_retire(tx, &retired, f));
    int32_t version = (int32_t)newest.n + 1;
    for (size_t i = 0; i < c->n_categories; i++) {
        c->categories[i].id.v = id_new(0);
        c->categories[i].version = version;
        TRY(sql_category_add(tx, &c->categories[i], &changed, f));
    }
    for (size_t i = 0; i < c->n_conditions; i++) {
        c->conditions[i].id.v = id_new(0);
        c->conditions[i].version = version;
        TRY(sql_condition_add(tx, &c->conditions[i], &changed, f));
    }
    *ret_version = version;
    *ret_retired = retired;
    return OK;
}

static Err category_need(Tx *tx, Str code, int32_t version, Fault *f) {
    CategoryFind find = { .code = code, .limit = 1 };
    Category c = { .id = { id_new(0) }, .code = code, .zh = code, .en = code, .version = version }, there;
    int64_t changed;
    size_t n;

    find.has.code = true;
    TRY(sql_category_list(tx, &find, &there, 1, &n, f));
    return n ? OK : sql_category_add(tx, &c, &changed, f);
}

Err condition_add(Tx *tx, const Condition *in, Condition *ret, Fault *f) {
    Condition c = *in;
    Count newest = { 0 };
    int64_t changed;
    size_t n;

    TRY(sql_condition_newest(tx, &newest, 1, &n, f));
    c.id.v = id_new(0);
    c.version = newest.n ? (int32_t)newest.n : 1;
    TRY(category_need(tx, c.category, c.version, f));
    TRY(sql_condition_add(tx, &c, &changed, f));
    *ret = c;
    return OK;
}

/* ---- reading ---- */

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

Err category_list(Tx *tx, const CategoryFind *in, const Actor *by, Page *ret, Fault *f) {
    (void)by;
    return sql_category_list(tx, in, ret->rows, (size_t)in->limit, &ret->n, f);
}

Err condition_list(Tx *tx, const ConditionFind *in, const Actor *by, Page *ret, Fault *f) {
    (void)by;
    return sql_condition_list(tx, in, ret->rows, (size_t)in->limit, &ret->n, f);
}

Err duty_list(Tx *tx, const Nothing *in, const Actor *by, Page *ret, Fault *f) {
    (void)in, (void)by; /* it is published */
    return sql_duty_list(tx, ret->rows, ret->max, &ret->n, f);
}
