/* area_tree – where an area stands in the tree, and moving it there.
 *
 * A path is three characters a level, the parent's path first, so that what lies in
 * an area is one range of paths. A branch that is hung elsewhere gets other paths;
 * whatever carries a path follows in the same transaction: areas, places, units,
 * duties, posts and cases, the closed ones too. Ids and their homes never change. */
#ifndef JW_AREA_TREE_H
#define JW_AREA_TREE_H

#include "area.h"

/* The path of the n-th child under `above`. ERR_LIMIT: too many, or too deep. */
Err area_path_under(Arena *a, Str above, int32_t n, Str *ret, Fault *f);

/* Hangs an area under another parent of the same layer. ERR_INVALID: the parent is of
 * no higher level, or lies in the area itself. Then area_lift() of both parents and
 * area_layer_changed(). */
Err area_hang_under(Tx *tx, AreaId id, AreaId parent, Fault *f);

/* May `above` be the parent of `a`? The sentences of area_hang_under(). */
Err area_parent_fits(const Area *a, const Area *above, Fault *f);

/* In the governing layer an upper area is the union of what lies in it: makes it and
 * all above it so. What has nothing in it keeps its shape. `id` 0: nothing to do. */
Err area_lift(Tx *tx, AreaId id, Fault *f);

/* Tables that carry a path of the tree and follow it; NULL ends the list. */
extern const Record *const area_followers[];

#endif
