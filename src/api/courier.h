/* courier – the thread that carries the outbox out: it begins what is due
 * (domain/delivery.h), signs it and posts it (http/client.h), writes down how that went,
 * and every minute of the city's clock has people reminded of deadlines
 * (domain/outbox.h). Of several servers on one database the one that holds the lease
 * does it. */
#ifndef JW_COURIER_H
#define JW_COURIER_H

#include "tx.h"

typedef struct Courier Courier;
typedef struct CourierConfig {
    bool allow_private; /* see client.h */
    int32_t total_ms;   /* the longest that a post may take */
    /* The operator's mail server; "": no mail. `smtp_plain`: without TLS, inside alone. */
    const char *smtp_server, *smtp_user, *smtp_password, *smtp_from;
    bool smtp_plain;
} CourierConfig;

/* ERR_INVALID says which setting of the mail server is wrong. */
Err courier_start(const CourierConfig *c, Store *s, Courier **ret, Fault *f);
void courier_stop(Courier *c); /* what is on its way is made again later; NULL is well */

#endif
