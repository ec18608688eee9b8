/* date_text – dates and times as other systems write them.
 *
 * A format is the word `iso` (2018-04-12, or with a time after a space or a T, with
 * seconds, a fraction, Z or +08:00) or a pattern of strptime's letters: %Y %y %m %d
 * %b (Jan … Dec) %H %I %M %S %p %z %%. A space stands for one or more. Months, days
 * and hours may have one digit. Nothing here depends on a locale.
 *
 * A time without an offset is read in the zone that is given. In spring the clock
 * skips an hour, in autumn it runs through one twice: the offset in force before
 * the change is taken, and it is said that this was so. */
#ifndef JW_DATE_TEXT_H
#define JW_DATE_TEXT_H

#include "clock.h"

typedef struct DateText {
    int64_t ms;
    bool skipped; /* no clock showed this time */
    bool twice;   /* the clock showed it twice: this is the first */
} DateText;

/* ERR_INVALID: an unknown letter, or no year, month and day. */
Err date_format_check(Str format, Fault *f);

/* The format was checked. False: the text does not fit it, or is no day. */
bool date_text_read(Str format, Str text, const Zone *z, DateText *ret);

#endif
