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

/* Offices, markets, parks, campuses and shops that nothing covers, each with the
 * organisation of its residential area, or of the nearest one that has any. */
Err cover_missing(Tx *tx, const CoverWants *in, const Actor *by, Page *ret, Fault *f);

/* The form that suits a number of full members; thresholds are settings of the city. */
Err org_form(Tx *tx, const FormAsk *in, const Actor *by, FormShown *ret, Fault *f);

#endif
