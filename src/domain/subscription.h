/* subscription 订阅 – the other systems that are told of steps, set up by the system
 * administrator alone: an address, the kinds of news, and a secret to sign with, which is
 * shown once, when it is made, and kept sealed. What they get: docs/webhooks.md. */
#ifndef JW_SUBSCRIPTION_H
#define JW_SUBSCRIPTION_H

#include "actor.h"
#include "tx.h"

/* Queues a delivery for each active subscription that wants this kind. Disputes (305) are
 * told to nobody. `to`: who is on duty and alerted, logins as JSON texts; n 0: nobody is. */
Err subscription_tell(Tx *tx, const Case *c, NoticeKind kind, Str to, int64_t at_ms, Fault *f);

bool subscription_is_mail(const Subscription *s); /* a mailbox: mailto:… */
Err subscription_load(Tx *tx, SubscriptionId id, Subscription *ret, Fault *f);
Err subscription_secret_open(Tx *tx, const Subscription *s, Str *ret, Fault *f); /* in the arena; wipe it */

enum { SUBSCRIPTIONS_MAX = 100 };
Err subscription_list(Tx *tx, const Nothing *in, const Actor *by, Page *ret, Fault *f);
Err subscription_add(Tx *tx, const SubscriptionNew *in, const Actor *by, SubscriptionMade *ret, Fault *f);
Err subscription_change(Tx *tx, const SubscriptionChange *in, const Actor *by, Subscription *ret, Fault *f);
Err subscription_renew(Tx *tx, const SubscriptionKey *in, const Actor *by, SubscriptionMade *ret, Fault *f);

#endif
