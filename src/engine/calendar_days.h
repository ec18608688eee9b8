/* calendar_days – what the files of the calendar share: days, and instants in them. */
#ifndef JW_CALENDAR_DAYS_H
#define JW_CALENDAR_DAYS_H

#include "calendar.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

/* The first instant when the clock on the wall shows that minute of that day, or
 * later; never falls as (day, minute) rises. */
int64_t instant_at(const Zone *z, int32_t day, int32_t minute);

/* The day whose first instant is the last one not after ms. It is the day of the
 * wall's date, but where the clock is set back over midnight the new day has begun
 * and stays. */
int32_t day_at(const Zone *z, int64_t ms);

/* One day, ready to give the instants of its minutes: by one addition where the
 * offset does not change from the day before it to the day after. */
typedef struct DayView {
    const Zone *zone;
    int32_t day;
    bool plain;
    int64_t from_ms; /* of a plain day */
} DayView;
DayView day_view(const Zone *z, int32_t day);

static inline int64_t day_instant(const DayView *d, int32_t minute) {
    return d->plain ? d->from_ms + minute * MINUTE_MS : instant_at(d->zone, d->day, minute);
}

/* The first of the exceptional days that is `day` or later; n_days if none. */
int32_t exceptional_from(const WorkCalendar *c, int32_t day);

/* Working days in (after, until]; 0 where that is empty. */
int32_t work_days_between(const WorkCalendar *c, int32_t after, int32_t until);

/* The n-th working day after `after`, 1 ≤ n ≤ CALENDAR_CENTURY_D. */
int32_t work_day_after(const WorkCalendar *c, int32_t after, int32_t n);

/* The first instant of working time not before ms; its day. */
int64_t work_begins(const WorkCalendar *c, int64_t ms, int32_t *ret_day);

#endif
