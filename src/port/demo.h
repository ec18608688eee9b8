/* demo – a small fictional subdistrict, so that a stranger sees something real at
 * once: 云桥街道 with thirty micro-grids, units with their duties, the default
 * catalogue and calendar (data/), and 300 cases on every step of the loop.
 * All people, places and codes are invented. The same seed gives the same city. */
#ifndef JW_DEMO_H
#define JW_DEMO_H

#include "text.h"
#include "tx.h"

/* `password_hash` for all demo accounts, made beforehand because it is slow.
 * ERR_CONFLICT: there are areas already. `said` lists the accounts. */
Err demo_make(Store *s, Str password_hash, uint32_t seed, Buf *said, Fault *f);

#endif
