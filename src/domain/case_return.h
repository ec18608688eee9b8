/* case_return 退回与裁定 – what the steps return, contest and adjudicate do to a case, and
 * the precedents that decisions leave. */
#ifndef JW_CASE_RETURN_H
#define JW_CASE_RETURN_H

#include "case.h"

/* The steps return and contest alike: which state they lead to, the table says. */
Err case_return(Tx *tx, const CaseActIn *in, Case *c, int64_t now, Fault *f);

/* The leader's decision: unit and item, kept as a precedent. */
Err case_adjudicate(Tx *tx, const CaseActIn *in, const Actor *by, Case *c, int64_t now, Fault *f);

/* The decision that the case would be dispatched by under `item`, as far as its unit is
 * there and may have it. */
Err case_precedent(Tx *tx, const Case *c, const Condition *item, Precedent *ret, Org *ret_unit, bool *ret_found,
                   Fault *f);

#endif
