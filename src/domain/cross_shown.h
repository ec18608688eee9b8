/* cross_shown – the crosswalk of two layers and a proposal of comprehensive grids, as pages
 * ask for them (crosswalk.h, grid_merge.h). Large ones are for the command line. */
#ifndef JW_CROSS_SHOWN_H
#define JW_CROSS_SHOWN_H

#include "actor.h"
#include "tx.h"

enum { MERGE_UNITS_SHOWN = 4000, MERGE_GRIDS_SHOWN = 1000, MERGE_PARTS_SHOWN = 20000 };

Err crosswalk_get(Tx *tx, const CrosswalkFind *in, const Actor *by, CrosswalkShown *ret, Fault *f);

/* ERR_NOT_FOUND: an area outside the caller's part of the city; ERR_LIMIT: more units than
 * a page shows. */
Err grid_merge_propose(Tx *tx, const MergeFind *in, const Actor *by, MergeShown *ret, Fault *f);

#endif
