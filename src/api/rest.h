/* rest – the operation tables over HTTP: who calls, which row, held replies,
 * health and metrics, and the pages. Everything it decides about a city comes
 * from ops.h. */
#ifndef JW_REST_H
#define JW_REST_H

#include "ops.h"

typedef struct Rest Rest;

typedef struct RestConfig {
    const char *listen;           /* "127.0.0.1:8080"; port 0 takes a free one */
    int threads, hands;           /* HTTP threads, and those for lists and passwords */
    int connections, per_address; /* per_address 0: any number, behind a proxy */
    int header_ms, body_ms, keep_ms;
    const char *proxy;    /* whose X-Forwarded-For is believed; "": nobody's */
    size_t body_limit;    /* of any operation */
    int32_t reports_most; /* of strangers, from one network in ten minutes; 0: any number */
    size_t bodies;        /* bytes of large bodies in memory at once, over all connections */
    bool reads_wait;      /* the store is reached over a network: a point read is handed over, too */
    bool secure_cookie;
    bool test_clock; /* POST /test/clock?at=MS stops the clock there, ?by=MS moves it */
    void (*log)(void *ctx, const char *line); /* one line per call, or NULL */
} RestConfig;

/* Serves until rest_stop, which answers what is in flight. The store must have
 * threads + hands reading connections, and outlives the server. */
Err rest_start(const RestConfig *c, Store *store, Rest **ret, Fault *f);
const char *rest_address(const Rest *r); /* with the real port */
void rest_stop(Rest *r);                 /* no call comes in any more; writes may still be queued */
void rest_free(Rest *r);                 /* after the store is closed */

#endif
