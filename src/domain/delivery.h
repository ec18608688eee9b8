/* delivery 投递 – how what is queued gets out, and how that went.
 *
 * To each subscription one at a time, in the order in which they were queued: the first
 * that is not done holds up those behind it, until it is delivered or given up. A try is
 * written down before it is made, with the time after which it counts as lost, so a
 * server that dies in the middle makes it again: at least once, under the same key. After
 * a failure the next try comes after ten seconds, then twice as long each time, at most
 * an hour, less up to a half that is drawn from the id and the number of the try; after
 * twenty tries (about twelve hours), or where the receiver says 410 Gone, it is given up,
 * with the reason. To a mailbox (mailto:) what is due goes together as one letter, and what
 * is due later holds up nothing. Of a cluster the server that holds the lease "outbox" delivers. */
#ifndef JW_DELIVERY_H
#define JW_DELIVERY_H

#include "actor.h"
#include "tx.h"

enum { DELIVERY_TRIES = 20, DELIVERY_LOST_MS = 60000, DELIVERY_BODY = 16000 };

/* A try that has begun. */
typedef struct Outgoing {
    DeliveryId id;
    NoticeKind kind;
    int32_t attempt; /* from 1 */
    size_t n;        /* deliveries in it: to a mailbox what is due goes as one letter */
    char url[1604], body[DELIVERY_BODY], secret[65];
} Outgoing;

/* Is the outbox ours? Asks the database only when it is not. */
Err delivery_lease(Store *s, bool *ret_ours, Fault *f);

/* Begins up to `max` tries that are due. The caller wipes the secrets. */
Err delivery_begin(Store *s, Outgoing *ret, size_t max, size_t *ret_n, Fault *f);

/* How a try went: `reason` 0 for delivered. `retry_after_s` is the receiver's wish. */
typedef struct DeliveryOutcome {
    DeliveryId id;
    DeliveryReason reason;
    int32_t status, retry_after_s; /* 0: none */
} DeliveryOutcome;
Err delivery_end(Store *s, const DeliveryOutcome *o, bool *ret_given_up, Fault *f);

/* When the next try is made after so many, in milliseconds. Always the same for the same. */
int64_t delivery_wait_ms(DeliveryId id, int32_t attempts, int32_t retry_after_s);

/* For /metrics: as this server last saw it, and what it did since it started. */
typedef struct DeliveryCounts {
    int64_t waiting, given_up, oldest_s, delivered, failed;
} DeliveryCounts;
Err delivery_look(Store *s, Fault *f);
DeliveryCounts delivery_counts(void);

/* A line for `jingwei check` where some were given up: nothing is wrong with it here. */
Err delivery_report(Store *s, Buf *b, Fault *f);

Err delivery_list(Tx *tx, const DeliveryFind *in, const Actor *by, Page *ret, Fault *f);
Err delivery_again(Tx *tx, const DeliveryKey *in, const Actor *by, Delivery *ret, Fault *f);

#endif
