/* right – what a person may do at all; where he may do it is his scope.
 * The table of grants is in right.c. 0 is no right, so a row of an operation
 * table must spell one out. */
#ifndef JW_RIGHT_H
#define JW_RIGHT_H

#include "records.h"

typedef enum Right {
    RIGHT_PUBLIC = 1,    /* everyone, signed in or not                          */
    RIGHT_SIGNED_IN,     /* whoever holds a post                                */
    RIGHT_CASE_READ,     /* see cases in the scope                              */
    RIGHT_CASE_ACT,      /* take steps: which ones, the step table says         */
    RIGHT_CONTACT_OPEN,  /* see a reporter's contact, with a reason, logged     */
    RIGHT_GROUND_WRITE,  /* areas, borders, units, duties                       */
    RIGHT_ACCOUNT_WRITE, /* make and shut accounts: the system administrator   */
    RIGHT_POST_WRITE,    /* give posts: the security administrator              */
    RIGHT_SETTING_WRITE, /* the settings of the city: the system administrator  */
    RIGHT_AUDIT_READ,    /* access log, changes of settings: the audit administrator */
    RIGHT_COUNT
} Right;

bool right_of(Role role, Right right); /* RIGHT_PUBLIC: always */

#endif
