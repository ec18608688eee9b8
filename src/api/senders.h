/* senders – how much a stranger sends from one network in ten minutes: sixty photos, and as
 * many reports as the setting `reports_per_network` says (docs/decisions/0024); through an
 * application as many as its key says. A network
 * is an IPv4 address or the first 64 bits of an IPv6 one. In memory only, of each server
 * for itself; networks share 4,096 places, so a flood of them makes one another wait,
 * never more get through. Any thread. */
#ifndef JW_SENDERS_H
#define JW_SENDERS_H

#include "err.h"
#include "text.h"

#include <stdint.h>

typedef enum Sent { SENT_PHOTO, SENT_REPORT, SENT_BY_APP, SENT_KINDS } Sent;
enum { PHOTOS_MOST = 60, SENDERS_MINUTES = 10 };

/* Counts one, `whose`: of which application, 0: of none; `most` 0: any number. ERR_OFTEN: not before
 * *ret_wait_s have gone by, as the sentence says. */
Err senders_judge(Sent what, int64_t whose, int32_t most, Str peer, int64_t now_ms, int32_t *ret_wait_s,
                  Fault *f);

#endif
