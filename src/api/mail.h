/* mail – what the outbox says as a letter: headers and a text in UTF-8. Pure; who carries it
 * to a server is http/client.h. */
#ifndef JW_MAIL_H
#define JW_MAIL_H

#include "delivery.h"

/* `from` is an address of ours. The same delivery has the same Message-ID at every try, so
 * that a receiver may take it once. ERR_LIMIT: it does not fit into `b`. */
Err mail_compose(const Outgoing *o, const char *from, int64_t now_ms, Buf *b, Fault *f);

const char *mail_address(const char *url); /* of mailto:…; NULL: it is none */

#endif
