/* demo_people – the accounts of a demonstration, as they are offered to a stranger: what
 * `jingwei demo` prints, and the setting from which the sign-in pages list them with a
 * first task each. One table of tasks by role, for the subdistrict and for the city. */
#ifndef JW_DEMO_PEOPLE_H
#define JW_DEMO_PEOPLE_H

#include "right.h"
#include "text.h"
#include "tx.h"

typedef struct DemoPerson {
    const char *login, *unit; /* unit: NULL, none */
    Role role;
} DemoPerson;

void demo_people_say(const DemoPerson *list, size_t n, Buf *said);

/* Writes the setting demo_accounts: a line each, "login|entry|zh|en|task|task in English".
 * `entry` is the page where the task is done, as console/desk. */
Err demo_people_offer(Tx *tx, const DemoPerson *list, size_t n, Fault *f);

#endif
