/* catalogue 目录 – categories and filing conditions; the settings of the city. */
#ifndef JW_CATALOGUE_H
#define JW_CATALOGUE_H

#include "actor.h"
#include "tx.h"

Err category_put(Tx *tx, Str code, Str zh, Str en, Fault *f);
Err condition_put(Tx *tx, const Condition *c, Condition *ret, Fault *f); /* gives it its id */
Err condition_load(Tx *tx, ConditionId id, Condition *ret, Fault *f);
Err setting_put(Tx *tx, Str name, Str value, Fault *f);

Err category_list(Tx *tx, const CategoryFind *in, const Actor *by, Page *ret, Fault *f);
Err condition_list(Tx *tx, const ConditionFind *in, const Actor *by, Page *ret, Fault *f);
Err setting_list(Tx *tx, const Nothing *in, const Actor *by, Page *ret, Fault *f);

#endif
