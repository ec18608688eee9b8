/* cases_names – the codes of conditions, categories and units as an import meets
 * them: asked from the database once, remembered, and made where the mapping says
 * so. The memory is bounded; when it is full it is forgotten and filled anew. */
#ifndef JW_CASES_NAMES_H
#define JW_CASES_NAMES_H

#include "cases_map.h"
#include "tx.h"

typedef struct Names Names;

typedef struct NamesMade {
    int64_t conditions, units, categories;
} NamesMade;

/* The mapping is borrowed until names_free. ERR_NOT_FOUND: the area where units are
 * to be made does not exist. ERR_INVALID: conditions are to be made too public. */
Err names_new(Store *s, const CasesMap *m, Names **ret, Fault *f);
void names_free(Names *n);
NamesMade names_made(const Names *n);

/* The id of a code, 0 if there is none and none is to be made. Texts are borrowed
 * until the next call. ERR_INVALID: what is to be made has too long a code. */
typedef struct ConditionNamed {
    ConditionId id;
    Str category;
} ConditionNamed;
Err names_condition(Names *n, Str code, ConditionNamed *ret, Fault *f);
Err names_unit(Names *n, Str code, OrgId *ret, Fault *f);
Err names_category(Names *n, Str code, bool *ret_there, Fault *f);

#endif
