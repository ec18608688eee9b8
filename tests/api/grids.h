/* grids – a small tree of grids without shapes, for tests of what stands on it:
 * S – Z – R0 (M0 – G, M1) and, without a zone, S – R1 (M2, M3). */
#ifndef JW_GRIDS_H
#define JW_GRIDS_H

#include "city.h"

extern Area sub, zone, res[2], micro[4], group;

void grids_make(void); /* in the city that is open */

#endif
