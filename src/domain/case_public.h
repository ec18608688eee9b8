/* case_public – public only where harmless (DOMAIN.md §4.11): which open cases
 * everybody may see, and how near. Never the reporter's words, never a code or an id.
 *
 * "Area only" stands at the label point of the micro-grid, and is looked for there: a
 * smaller and smaller piece of ground leads to the label, not to the spot. */
#ifndef JW_CASE_PUBLIC_H
#define JW_CASE_PUBLIC_H

#include "actor.h"
#include "tx.h"

/* What the decision looks at. */
typedef struct PublicFacts {
    CaseState state;
    Str category;      /* of its condition; n 0: not filed */
    Publicity open_to; /* what the condition says */
    bool masked;       /* words that name people were taken out of it */
    bool at_building;  /* its place is a building, so perhaps a home */
    bool pointed;      /* it has coordinates that are a place */
} PublicFacts;

/* Pure. PUBLIC_NO before acceptance, before a condition is known, and when it is over;
 * for what the catalogue may not open whatever it says; PUBLIC_POINT only for what
 * names nobody and stands in no building. */
Publicity case_publicity(const PublicFacts *c);

/* Pure. Is this row of a query shown at this nearness, and at no other? */
bool case_public_as(const PublicRow *r, Publicity as);

/* Pure. The same for lists that keep what is over (Open311): closed and appraised as
 * before they were closed; rejected never. */
Publicity case_publicity_ever(const PublicFacts *c);

/* Pure. May a photo of it be released and seen: of what is filed, was not rejected, is
 * about no unit, and is of a kind that may be public. */
bool case_shows_photos(CaseState state, CaseAbout about, Str category, Publicity open_to);

Err case_public_list(Tx *tx, const PublicFind *in, const Actor *by, Page *ret, Fault *f);

#endif
