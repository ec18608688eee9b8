/* setting 设置 – what belongs to the city and is neither catalogue nor ground: its
 * name, whom to call in danger, until when the calendar is published. A setting that
 * has no row has its usual value. Every change is kept, with who made it. */
#ifndef JW_SETTING_H
#define JW_SETTING_H

#include "actor.h"
#include "tx.h"

/* The value in force, in the arena; "" where there is none and none is usual. */
Err setting_read(Tx *tx, const char *name, Str *ret, Fault *f);

/* Sets one of the table's, also those that only the program may; writes nothing where
 * it is so already. `value` empty: back to the usual. */
Err setting_write(Tx *tx, const char *name, Str value, const Actor *by, Fault *f);

Err setting_mail_at(Tx *tx, int32_t *ret_minutes, Fault *f); /* of the day */
Err setting_rate_least(Tx *tx, int32_t *ret, Fault *f);      /* below so many, counts alone */

/* 临期: what is due within so many minutes (soon_minutes) is due soon. */
Err setting_soon(Tx *tx, int32_t *ret, Fault *f);

Err city_get(Tx *tx, const Nothing *in, const Actor *by, City *ret, Fault *f);
Err setting_list(Tx *tx, const Nothing *in, const Actor *by, Page *ret, Fault *f);
Err setting_put(Tx *tx, const SettingPut *in, const Actor *by, SettingShown *ret, Fault *f);
Err setting_history(Tx *tx, const SettingFind *in, const Actor *by, Page *ret, Fault *f);

#endif
