/* outbox 发件箱 – what a step makes known, written in its transaction: notices for people
 * (notice.h), and a delivery for each subscription that wants to know (subscription.h).
 * How deliveries get out: delivery.h. What happens by itself, when a clock runs down:
 * outbox_remind(). Import and recounting tell nobody. */
#ifndef JW_OUTBOX_H
#define JW_OUTBOX_H

#include "actor.h"
#include "tx.h"

#include <stdatomic.h>

/* After the event of the step was written. */
Err outbox_step(Tx *tx, const Case *c, CaseAct act, int64_t at_ms, Fault *f);

/* The same for something that is no step. */
Err outbox_tell(Tx *tx, const Case *c, NoticeKind kind, unsigned trays, int64_t at_ms, Fault *f);

/* An urgent case was dispatched where nobody is on duty. */
Err outbox_unmanned(Tx *tx, const Case *c, int64_t at_ms, Fault *f);

/* Tells of every deadline that has come near or gone by since, a hundred cases in a
 * transaction, until none is left or `stop` is set (NULL: never). Each is told of once.
 * The caller holds the lease of the outbox. */
Err outbox_remind(Store *s, const atomic_bool *stop, int64_t *ret_told, Fault *f);

#endif
