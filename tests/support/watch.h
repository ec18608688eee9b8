/* watch – a driver around a store's own. It counts what an operation asks of the
 * database, remembers which queries those were, and fails the n-th call. The store
 * knows nothing of it. For one test thread; what the store asks for itself (leases)
 * is counted too, so give it a long node_ttl_ms. */
#ifndef JW_WATCH_H
#define JW_WATCH_H

#include "store.h"

typedef struct WatchedQuery {
    const Query *q;
    unsigned mask;
} WatchedQuery;

typedef struct Watch {
    long calls;      /* of any kind: statements, rows, BEGIN … COMMIT */
    long statements; /* of the product's queries                      */
    long fail_call;  /* fail this one; 0: none                         */
    bool fail_commit;
    WatchedQuery asked[200]; /* the first of `statements` */
} Watch;
extern Watch watch;

void watch_begin(Store *s); /* nothing else may be using the store */
void watch_reset(void);     /* counts from zero, fails nothing */

#endif
