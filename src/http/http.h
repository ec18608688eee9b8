/* http – a server that carries requests to one function and answers back.
 *
 * It decides framing, size, time, language of refusals and who runs on which
 * thread. It knows no city, no operation and no SQL. Read next: guard.h (what is
 * refused before anybody is asked), session.h, static.h, stream.h; inside.h and
 * server.c for the life of a call.
 *
 * The life of a call: the headers arrive and pass the guard → body_max() is asked
 * on an HTTP thread → the body arrives, within its cap and its time → handle() is
 * called once, on the same thread, and answers, or says http_later() and gives the
 * call away. Whoever then holds it answers exactly once, from any thread; after
 * the answer the call must not be touched.
 *
 * A body comes to rest in memory before handle(): nothing here is for uploads
 * beyond some megabytes. What all large ones take together is bounded; who comes when
 * that is used up gets 503 with Retry-After before his body is read, or in its middle.
 * TLS and HTTP/2 are for the proxy in front.
 *
 * What the library under this room cannot parse at all (a request line without a
 * version, a Content-Length that is no number, a broken chunk, headers beyond
 * 12 KB) it answers by itself with 400, 413, 414, 431 or 505 and a short HTML page,
 * and closes; from 0.9.77 on also a missing Host, an unknown Transfer-Encoding, a
 * Content-Length beside it, bare line ends and what it would have to mend. Everything
 * else that is refused is problem+json. */
#ifndef JW_HTTP_H
#define JW_HTTP_H

#include "err.h"
#include "mem.h"
#include "text.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct HttpServer HttpServer;
typedef struct HttpCall HttpCall;

typedef enum HttpMethod {
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_OPTIONS,
    HTTP_METHODS
} HttpMethod;

typedef enum HttpLang { HTTP_ZH, HTTP_EN } HttpLang;

typedef struct HttpPair {
    Str name, value;
} HttpPair;

/* ---- the server ---- */

typedef struct HttpConfig {
    const char *listen; /* numeric "127.0.0.1:8080" or "[::1]:8080"; port 0 takes a free one */
    int threads;        /* that read, call handle() and write                                 */
    int hands;          /* of the pool behind http_hand_over                                  */
    int hand_queue;     /* calls waiting there before it refuses                              */
    int connections;    /* open at once, over all threads                                     */
    int per_address;    /* open at once from one address; 0 = any number (behind a proxy)     */
    int header_ms; /* from the first byte of a connection, or the end of a request line, to the end of headers
                    */
    int body_ms;   /* from the end of the headers to the end of the body                 */
    int keep_ms;   /* from one answer to the next request line, and for a silent connection */
    int stop_ms;   /* how long http_stop waits for what is in flight                     */
    size_t arena;  /* bytes of http_arena(), per call                                    */
    size_t bodies; /* bytes of large bodies in memory at once, over all connections; 0 = any */
    const char *proxy; /* the numeric address whose X-Forwarded-For is believed; NULL or "": nobody's */
    HttpLang lang;     /* when the caller names none that we have                            */
    void *ctx;         /* handed to the functions below                                      */
    /* How many bytes of body this method and path may have; 0: none. Asked after the
     * headers, only when they announce a body, on the HTTP thread. It may answer at
     * once (no such path, not signed in): then the body is not read, handle() is not
     * called and the connection closes. It must not say http_later(). */
    size_t (*body_max)(void *ctx, HttpCall *c);
    void (*handle)(void *ctx, HttpCall *c);
    /* One JSON line per call: id, method, label, status, bytes, µs. Never a path, a
     * query, a name or a body. NULL: none. Called on HTTP threads. */
    void (*log)(void *ctx, const char *line);
} HttpConfig;

/* threads 2, hands 2, hand_queue 256, connections 1024, per_address 64, header 10 s,
 * body 30 s, keep 60 s, stop 10 s, arena 256 KB, listen 127.0.0.1:8080, zh. */
HttpConfig http_defaults(void);

/* ERR_INVALID: an address is none, or is not to be had (in use, not ours). */
Err http_start(const HttpConfig *config, HttpServer **ret, Fault *f);
const char *http_address(const HttpServer *s); /* "127.0.0.1:41873", the real port */
/* Accepts nobody new, lets what is in flight finish for at most stop_ms, answers
 * what is still held with 503, ends the threads. A call that is answered later
 * than that is accepted and dropped. Frees `s`. */
void http_stop(HttpServer *s);
bool http_stopping(const HttpServer *s); /* for long work: cut it short */

/* Runs fn(arg) soon on a thread of the pool: lists, exports, password hashing.
 * False: the queue is full; the caller answers 503 (http_busy). What is queued is
 * run even when the server stops. Say http_later(c) first when fn is to answer. */
bool http_hand_over(HttpServer *s, void (*fn)(void *arg), void *arg);
int http_hand(void); /* 0 … hands-1 on a thread of the pool, else -1 */

typedef struct HttpCounts {
    uint64_t connections, connections_now;
    uint64_t started, in_flight, suspended; /* suspended: calls held back at this moment */
    uint64_t answered[6];                   /* [2] = 2xx …; [0] unused                  */
    uint64_t refused;                       /* by the guard, a cap or a deadline; also counted in answered */
    uint64_t unparsed;                      /* answered by the library, or gone before their headers ended */
    uint64_t bytes_in, bytes_out;           /* of bodies                                */
    uint64_t bodies_now;                    /* bytes of large bodies in memory          */
    uint64_t handed_over, hand_refused, hand_waiting;
} HttpCounts;
HttpCounts http_counts(const HttpServer *s);

/* ---- what was asked; everything borrowed from the call ---- */

HttpServer *http_server(const HttpCall *c);
HttpMethod http_method(const HttpCall *c);
const char *http_method_name(HttpMethod m);
/* Decoded once, valid UTF-8, starts with '/', no NUL, no "." or ".." segment; double
 * slashes are kept. NUL-terminated. "*" only with OPTIONS. */
Str http_path(const HttpCall *c);
size_t http_query_count(const HttpCall *c); /* at most 64 */
HttpPair http_query_at(const HttpCall *c, size_t i);
bool http_query(const HttpCall *c, const char *name, Str *ret); /* the first of that name */
bool http_header(const HttpCall *c, const char *name, Str *ret);
bool http_cookie(const HttpCall *c, const char *name, Str *ret);
Str http_body(const HttpCall *c); /* NUL-terminated; n does not count it */
Str http_peer(const HttpCall *c); /* "192.0.2.7", "::1" */
Str http_id(const HttpCall *c);   /* 12 hex digits, for logs and answers */
HttpLang http_lang(const HttpCall *c);
Arena *http_arena(HttpCall *c);     /* gone when the answer has been sent */
int http_thread(const HttpCall *c); /* 0 … threads-1: the HTTP thread it lives on */
void **http_slot(HttpCall *c); /* one pointer of the user's, from body_max() to the answer; NULL at first */
void http_label(HttpCall *c, const char *label); /* static text for the log: the operation's name */
/* Is a write that carries a cookie ours, not forged on a foreign page? Safe methods
 * always; others with `X-Jingwei: 1`, or Sec-Fetch-Site: same-origin, or an Origin
 * whose host is our Host; never with a foreign Sec-Fetch-Site or Origin. */
bool http_same_origin(const HttpCall *c);

/* ---- the answer, exactly once ---- */

/* Called inside handle(), before the call is given away. From then on the holder
 * owns the call and its arena; handle() must not touch it again once another
 * thread has it. */
void http_later(HttpCall *c);

/* Before the answer; at most 16, 1.5 KB in all. `name` static, `value` copied;
 * beyond the room, or with control characters in it, the answer becomes a 500. */
void http_add(HttpCall *c, const char *name, const char *value);

/* `type` static; NULL: none. Answers from 400 on carry X-Request-Id. nosniff, Referrer-Policy, a closed CSP and
 * Cache-Control: no-store are set unless http_add() set them. */
void http_answer(HttpCall *c, int status, const char *type, Str body);      /* copied */
void http_answer_kept(HttpCall *c, int status, const char *type, Str body); /* static, or in http_arena(c) */
void http_answer_given(HttpCall *c, int status, const char *type, Str body, void (*release)(void *), void *arg);

/* RFC 9457 in the caller's language; `field` omitted when "". */
void http_problem(HttpCall *c, int status, const char *code, const char *field, const char *zh, const char *en);
void http_fault(HttpCall *c, const Fault *f); /* the same, with err_http_status */
void http_busy(HttpCall *c);                  /* 503 with Retry-After: 1 */

#endif
