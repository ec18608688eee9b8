/* catalogue 目录 – categories and filing conditions, in versions: a new one takes
 * the place of what is in force, and old cases keep theirs. */
#ifndef JW_CATALOGUE_H
#define JW_CATALOGUE_H

#include "actor.h"
#include "publicity.h"
#include "tx.h"

enum { CATALOGUE_MAX = 5000 }; /* categories or conditions of one version */

typedef struct Catalogue {
    Category *categories;
    Condition *conditions;
    size_t n_categories, n_conditions;
} Catalogue;

/* Retires what is in force and adds `c` as the next version, whose number it
 * returns. Ids and the version are given here, in `c` too; whoever made the rows has
 * judged them (port/catalogue_file.c). */
Err catalogue_put(Tx *tx, Catalogue *c, int32_t *ret_version, int64_t *ret_retired, Fault *f);

/* One condition more in the version in force, and its category with it, under its own
 * code, where that is not there. Id and version are given here. ERR_CONFLICT: it has
 * the code already. */
Err condition_add(Tx *tx, const Condition *in, Condition *ret, Fault *f);

Err condition_load(Tx *tx, ConditionId id, Condition *ret, Fault *f);

Err category_list(Tx *tx, const CategoryFind *in, const Actor *by, Page *ret, Fault *f);
Err duty_list(Tx *tx, const Nothing *in, const Actor *by, Page *ret, Fault *f);
Err condition_list(Tx *tx, const ConditionFind *in, const Actor *by, Page *ret, Fault *f);

#endif
