/* rest – the operation tables over HTTP: who calls, which row, held replies,
 * health and metrics, and the pages. Everything it decides about a city comes
 * from ops.h. */
#ifndef JW_REST_H
#define JW_REST_H

#include "http.h"
#include "ops.h"

typedef struct Rest Rest;

/* `threads` of the server: each keeps a reading connection of its own. */
Err rest_new(Store *store, int threads, bool secure_cookie, Rest **ret, Fault *f);
void rest_free(Rest *r); /* after http_stop */

size_t rest_body_max(void *rest, HttpCall *c);
void rest_handle(void *rest, HttpCall *c);

#endif
