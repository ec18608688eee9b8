/* clock – now, and civil days and times in the installation's zone.
 *
 * Time is UTC milliseconds; a day is days since 1970-01-01 as the clock on the
 * wall of the city says it. The zone is set once, at start, from its TZif file
 * (own reader, not TZ: servers of one cluster may sit in different places). A
 * test moves the clock instead of sleeping.
 *
 * Instants are taken from the year 0000 to 9999 UTC; beyond, the nearest end
 * stands for them, so that no input can overflow. Leap seconds do not exist. */
#ifndef JW_CLOCK_H
#define JW_CLOCK_H

#include "err.h"
#include "text.h"
#include <stdbool.h>
#include <stdint.h>

typedef struct Moment {
    int64_t ms;
    int32_t day;
} Moment; /* UTC, and its civil day */

typedef struct Civil {
    int32_t year;
    int32_t month, day, hour, minute, second; /* month and day from 1 */
} Civil;

int64_t clock_now_ms(void);
int64_t clock_mono_ms(void);    /* for durations and deadlines on sockets: never moved */
void clock_move(int64_t by_ms); /* tests only: shifts clock_now_ms, further at each call */
void clock_stop(int64_t at_ms); /* tests only: stands still there; 0 runs again, unshifted */
Moment moment_at(int64_t ms);
Moment moment_now(void);

/* The installation's zone; before it is set, UTC+8. Call it before any thread
 * starts: what zone_here() gave before is gone. ERR_INVALID: no such zone, or
 * its file is broken; the zone stays as it was. */
Err zone_install(const char *name, Fault *f); /* "Asia/Shanghai", "America/New_York" */

/* A zone of its own, for imported tickets: "read in their own zone". Files are
 * looked for in $TZDIR, else /usr/share/zoneinfo. */
typedef struct Zone Zone;
Err zone_open(const char *name, Zone **ret, Fault *f);
Err zone_read(Str bytes, const char *name, Zone **ret,
              Fault *f); /* the content of a TZif file, version 2 or later */
void zone_close(Zone *z);
const Zone *zone_here(void); /* the installed one */

int32_t zone_offset_s(const Zone *z, int64_t ms); /* seconds east of UTC at that instant */
Civil zone_civil(const Zone *z, int64_t ms);
int64_t zone_ms(const Zone *z,
                Civil c); /* a time that the clock skips or repeats: the earlier offset's reading */

int32_t day_of_ms(int64_t ms);  /* in the installed zone */
int64_t ms_of_day(int32_t day); /* its first instant in the installed zone */
int32_t day_of_civil(int32_t year, int32_t month, int32_t day);
void civil_of_day(int32_t day, int32_t *ret_year, int32_t *ret_month, int32_t *ret_day);
int day_weekday(int32_t day);                /* 1 Monday … 7 Sunday */
void day_print(int32_t day, char ret[16]);   /* 2026-03-01 */
bool day_parse(const char *z, int32_t *ret); /* strict, years 0001–9999; 2026-02-30 is no day */
void ms_print_iso(int64_t ms, char ret[32]); /* 2026-03-01T08:00:00.000Z */

#endif
