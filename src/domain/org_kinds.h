/* org_kinds – on which levels of the ground each kind of organisation may stand
 * (DOMAIN.md §2), and which of them is *the* organisation of such an area: the one
 * that corresponds to it. */
#ifndef JW_ORG_KINDS_H
#define JW_ORG_KINDS_H

#include "records.h"

bool org_is_unit(OrgKind kind); /* a unit that handles, not a Party organisation */
bool org_fits(OrgKind kind, AreaLevel level);
bool org_leads(OrgKind kind, AreaLevel level); /* it corresponds to an area of this level */

#endif
