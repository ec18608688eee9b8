/* place_change – a place that is known is another one now: its name, kind, numbers, point,
 * outline or grid; or it is gone. Each change is a step with its day and what was before
 * (place.history); the row itself says what is so now. */
#ifndef JW_PLACE_CHANGE_H
#define JW_PLACE_CHANGE_H

#include "place.h"

/* What of `in` differs from the place: an area of 0, a kind of 0, numbers of -1, an empty
 * name and a shape of NULL are not asked for. */
Err place_differs(Tx *tx, const Place *p, const PlacePut *in, bool *ret, Fault *f);

/* Makes it so. Another name leaves the old one as an alias; in another grid its covers and
 * open cases go along. Then places_changed(). *ret_changed false: it was so already. */
Err place_change(Tx *tx, PlaceId id, const PlacePut *in, int32_t day, bool *ret_changed, Fault *f);

/* From `day` on it is on no list; what covered it ends, cases there go on. */
Err place_end(Tx *tx, PlaceId id, int32_t day, Fault *f);

#endif
