/* uploads – how many photos a stranger sends from one address: sixty in ten minutes. In
 * memory only, of each server for itself; addresses share 4,096 places, so a flood of
 * them makes one another wait, never more get through. Any thread. */
#ifndef JW_UPLOADS_H
#define JW_UPLOADS_H

#include "err.h"
#include "text.h"

#include <stdint.h>

enum { UPLOADS_MOST = 60, UPLOADS_MINUTES = 10 };

/* Counts one. ERR_OFTEN: not before *ret_wait_s have gone by, as the sentence says. */
Err uploads_judge(Str peer, int64_t now_ms, int32_t *ret_wait_s, Fault *f);

#endif
