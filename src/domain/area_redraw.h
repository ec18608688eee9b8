/* area_redraw – areas that are to begin on a later day, and areas that take the place of
 * those that stand (`import areas --since DAY --replace`).
 *
 * What begins later is approved: it owns nothing, is on no map and reshapes nothing until
 * area_changes_due() begins all of that layer and day at once. An area that is replaced
 * ends on that day as if it were split into the new ones that share ground with it:
 * buildings, cases and whatever stands on it go as area_split.c says, what has no point
 * to the one with most of its ground. Withdrawing one of them withdraws them all. */
#ifndef JW_AREA_REDRAW_H
#define JW_AREA_REDRAW_H

#include "area.h"

/* It was put as approved; ERR_…: only the store. */
Err area_begin_later(Tx *tx, const Area *a, Fault *f);

typedef struct AreaDrawn {
    AreaId id;
    const struct Shape *shape; /* borrowed */
} AreaDrawn;

/* All that stands in a layer on a level ends on `day`, in favour of `drawn`, which were
 * put before: today or earlier at once. ERR_INVALID: one has no outline, or a building
 * without coordinates; ERR_CONFLICT: something else is planned for one; ERR_LIMIT: it
 * shares ground with more than AREA_PARTS_MAX. */
Err area_redraw(Tx *tx, LayerId layer, AreaLevel level, int32_t day, const AreaDrawn *drawn, size_t n,
                Fault *f);

#endif
