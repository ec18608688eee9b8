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

/* A whole city: 云泽市, which does not exist, with a year of cases up to the day as of
 * which it is made (`hour` of that day). `households` and `cases` say how large; the
 * micro-grids have 300 to 500 households, so that the sum is near, not equal. */
#define DEMO_CITY "云泽市"
typedef struct DemoWish {
    int32_t households, cases;
    uint64_t seed;
    int32_t as_of; /* a civil day, not before 2025 and not later than today */
    int32_t hour;  /* of it, which has come */
} DemoWish;
enum { DEMO_HOUSEHOLDS = 60000, DEMO_CASES = 20000, DEMO_MOST = 2000000, DEMO_HOUR = 10 };

/* As demo_make. ERR_INVALID: a number or day out of range. */
Err demo_city_make(Store *s, const DemoWish *wish, Str password_hash, Buf *said, Fault *f);

#endif
