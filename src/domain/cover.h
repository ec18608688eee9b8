/* cover 覆盖 – which organisation covers the places of the emerging fields (DOMAIN.md §2):
 * an independent space by an exclusive grid 专属网格 of its own, small firms by a street-
 * block branch or the grid's, flexible work by the nearest residential area's. What is
 * not covered is listed with a proposal; a person decides. */
#ifndef JW_COVER_H
#define JW_COVER_H

#include "actor.h"
#include "tx.h"

/* With `grid`: the place lies in it and the organisation stands on it, in a form that an
 * exclusive grid may have; else ERR_INVALID. ERR_CONFLICT: covered already. */
Err cover_add(Tx *tx, const CoverNew *in, const Actor *by, Cover *ret, Fault *f);
Err cover_end(Tx *tx, const CoverEnd *in, const Actor *by, Cover *ret, Fault *f);
Err cover_list(Tx *tx, const CoverFind *in, const Actor *by, Page *ret, Fault *f);

/* Offices, markets, parks, campuses and shops that nothing covers, each with a proposal: an
 * exclusive grid, or where too few people are the grid's organisation; and who leads its
 * residential area, or the nearest one that has an organisation. cover_missing.c. */
Err cover_missing(Tx *tx, const CoverWants *in, const Actor *by, Page *ret, Fault *f);

Err cover_tally(Tx *tx, const CoverWants *in, const Actor *by, Page *ret, Fault *f);

/* Their shops by street and residential area (by subdistrict where there is none), the
 * longest first: a street-block branch from so many on as the city says. A shop whose
 * address names no street is in none. ERR_LIMIT: more than 20,000 shops: choose an area. */
Err cover_streets(Tx *tx, const StreetWants *in, const Actor *by, Page *ret, Fault *f);

/* Of any place in any field: where riders and drivers gather, say, the nearest residential
 * area's organisation. */
Err cover_propose(Tx *tx, const CoverPropose *in, const Actor *by, Uncovered *ret, Fault *f);

Err cover_threshold(Tx *tx, const char *setting, int32_t *ret, Fault *f);

/* The form that suits a number of full members; thresholds are settings of the city. */
Err org_form(Tx *tx, const FormAsk *in, const Actor *by, FormShown *ret, Fault *f);

#endif
