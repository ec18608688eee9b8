/* roster 值班表 – shifts, planned by who leads a part of the city, for people in their
 * posts; and who is on duty for a unit or an area at an instant.
 *
 * For an area these are the people of the nearest area up the tree that has somebody on
 * duty then. For a unit they are its own, else those of the unit above it, and so on.
 * Whoever lost his post or account meanwhile is not on duty. A city without any shift
 * keeps no roster: then nothing goes up a level, and nobody is alerted by name. */
#ifndef JW_ROSTER_H
#define JW_ROSTER_H

#include "actor.h"
#include "tx.h"

enum { ON_DUTY_MAX = 20 };

typedef struct OnDuty {
    ShiftShown people[ON_DUTY_MAX];
    size_t n;
    int32_t up; /* how many levels above what was asked; 0: there itself */
} OnDuty;

Err roster_kept(Tx *tx, bool *ret, Fault *f);
Err roster_of_unit(Tx *tx, OrgId unit, int64_t at_ms, OnDuty *ret, Fault *f); /* its own alone */
Err roster_of_path(Tx *tx, Str path, int64_t at_ms, OnDuty *ret, Fault *f);   /* and upward     */

/* Of danger nobody waits: the unit's people if it has the case, else those of the area
 * upward, are told by name. Where nobody is on duty the case is on duty.unattended. */
Err roster_alert(Tx *tx, const Case *c, NoticeKind kind, int64_t at_ms, Fault *f);

/* A unit above that has somebody on duty, for what is urgent; none: *ret.v 0. */
Err roster_unit_above(Tx *tx, OrgId unit, int64_t at_ms, OrgId *ret, Fault *f);

/* Open cases of danger in his part of the city for which nobody is on duty now; looks at
 * the newest two hundred. */
Err duty_unattended(Tx *tx, const Nothing *in, const Actor *by, Page *ret, Fault *f);

/* The same over the whole city, for /metrics: counted by `look`, up to two hundred. */
Err roster_look(Store *s, Fault *f);
int64_t roster_unattended(void);

Err shift_plan(Tx *tx, const ShiftNew *in, const Actor *by, Shift *ret, Fault *f);
Err shift_change(Tx *tx, const ShiftChange *in, const Actor *by, Shift *ret, Fault *f);
Err shift_cancel(Tx *tx, const ShiftKey *in, const Actor *by, Shift *ret, Fault *f);
Err shift_list(Tx *tx, const ShiftFind *in, const Actor *by, Page *ret, Fault *f);
Err shift_copy_week(Tx *tx, const ShiftWeek *in, const Actor *by, Page *ret, Fault *f);
Err duty_now(Tx *tx, const DutyAsk *in, const Actor *by, Page *ret, Fault *f);
Err duty_holes(Tx *tx, const DutySpan *in, const Actor *by, Page *ret, Fault *f);
Err duty_posts(Tx *tx, const DutyFree *in, const Actor *by, Page *ret, Fault *f);

#endif
