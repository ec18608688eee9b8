/* stream – an answer that is produced while it is sent: exports, live events.
 *
 * read() runs on the HTTP thread and must not wait: it gives what it has, or 0
 * when it has nothing yet; then the connection sleeps until http_stream_wake(),
 * from any thread. Two hold a stream, the connection and the producer; it is gone
 * when both have let go. */
#ifndef JW_STREAM_H
#define JW_STREAM_H

#include "http.h"
#include <sys/types.h>

typedef struct HttpStream HttpStream;

#define HTTP_STREAM_END ((ssize_t)-1) /* all is said */
#define HTTP_STREAM_CUT ((ssize_t)-2) /* failed half-way: the connection is cut so that the client sees it */

typedef ssize_t (*HttpStreamRead)(void *arg, char *ret_to, size_t max);

/* Answers `c` with what read() gives. release(arg) is called once, when neither
 * connection nor producer holds the stream. *ret may be NULL when read() never
 * gives 0; otherwise the producer owns one hold and ends it with
 * http_stream_drop(). Takes `arg` also on failure. */
Err http_stream(HttpCall *c, int status, const char *type, HttpStreamRead read, void (*release)(void *),
                void *arg, HttpStream **ret, Fault *f);
void http_stream_wake(HttpStream *s);       /* there is something to read, or the end */
bool http_stream_gone(const HttpStream *s); /* the client has left, or the server has cut it */
void http_stream_drop(HttpStream *s);

#endif
