/* town – for tests of the planner's drafts: three subdistricts S1, S2, S3 of a district D,
 * with a residential area each, two micro-grids in each of the first two (S1R1M1 to S2R1M2, west and east) and
 * rows of buildings in them; S3 has none. */
#ifndef JW_TOWN_H
#define JW_TOWN_H

#include "city.h"

enum { TOWN_ROWS = 6, TOWN_COLS = 10, TOWN_HOUSEHOLDS = 10 };

void town_make(void); /* in the city that is open */
void town_lead_of(const char *code, Role role, int64_t account, Actor *ret);

bool town_solve(void);               /* the oldest plan that waits; false: none did */
int64_t town_open(const char *json); /* opened by a duty lead, and solved; its id */
int64_t town_plan_id(void);          /* of the last answer */
int64_t town_area(const char *code); /* the active one */
/* {"id":…}; fails the test unless `expected`. */
void town_call(const char *op, const Actor *by, int64_t id, Err expected);

#endif
