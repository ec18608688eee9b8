/* right – what a person may do at all; where he may do it is his scope.
 * The rights are choices (role.def), the table of grants is in right.c. 0 is no right,
 * so a row of an operation table must spell one out. */
#ifndef JW_RIGHT_H
#define JW_RIGHT_H

#include "records.h"

#define RIGHT_COUNT (RIGHT_APP + 1)

bool right_of(Role role, Right right); /* RIGHT_PUBLIC: always */

/* The same for a post, which may lead its unit: a handler who does plans its roster. */
bool right_of_post(Role role, bool leads, Right right);

#endif
