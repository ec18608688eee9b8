/* org 单位 – the units that handle, and which of them serves a matter at a place. */
#ifndef JW_ORG_H
#define JW_ORG_H

#include "actor.h"
#include "tx.h"

Err org_put(Tx *tx, Str code, Str name, OrgKind kind, AreaId area, Org *ret, Fault *f);
Err org_load(Tx *tx, OrgId id, Org *ret, Fault *f);
Err org_by_code(Tx *tx, Str code, Org *ret, Fault *f);
/* The only one that is called so: ERR_INVALID: there are several. */
Err org_by_name(Tx *tx, Str name, Org *ret, Fault *f);

/* `unit` serves every condition whose code begins with `matter`, everywhere in `area`. */
Err serves_put(Tx *tx, OrgId unit, Str matter, AreaId area, int32_t since, Fault *f);

/* Does it serve exactly this there, now or in time to come? */
Err serves_has(Tx *tx, OrgId unit, Str matter, AreaId area, bool *ret, Fault *f);

/* That very duty, perhaps one that is to come. */
Err serves_same(Tx *tx, OrgId unit, Str matter, AreaId area, Serves *ret, bool *ret_found, Fault *f);

/* The unit that fits best: smallest area, then longest matter. *ret_found false: nobody. */
Err serves_find(Tx *tx, Str path, Str matter, int32_t day, Serves *ret, bool *ret_found, Fault *f);

Err org_list(Tx *tx, const OrgFind *in, const Actor *by, Page *ret, Fault *f);

/* Which unit serves what where, by hand: only an active unit; what is there already is
 * ERR_CONFLICT; one that ends serves through its last day. */
Err serves_add(Tx *tx, const ServesNew *in, const Actor *by, Serves *ret, Fault *f);
Err serves_end(Tx *tx, const ServesEnd *in, const Actor *by, Serves *ret, Fault *f);
Err serves_list(Tx *tx, const ServesFind *in, const Actor *by, Page *ret, Fault *f);

#endif
