/* guard – what is refused before anybody is asked, and how text off the wire is
 * read. Pure: bytes in, a verdict out; no socket, no clock, no library.
 *
 * The library under this room takes the first of two Content-Lengths, Content-Length
 * beside Transfer-Encoding, and any header name. A proxy in front may have read the
 * same bytes otherwise, and then one request hides in another (RFC 9112, 6.3 and
 * 11.2). So whatever two readers could read in two ways is refused and the
 * connection closed. */
#ifndef JW_GUARD_H
#define JW_GUARD_H

#include "http.h"

#define GUARD_TARGET_MAX 8192u /* bytes of path and query as sent     */
#define GUARD_HEADERS_MAX 64u
#define GUARD_QUERY_MAX 64u

typedef struct Refusal {
    int status;
    const char *code, *zh, *en;
} Refusal;

extern const Refusal refuse_body_too_large, refuse_body_not_allowed, refuse_header_time, refuse_body_time,
    refuse_head_unclear, refuse_no_memory, refuse_bodies_full, refuse_stopping;

typedef struct GuardHead {
    Str method, target, version; /* "GET", "/a?b=c", "HTTP/1.1" */
    const HttpPair *headers;
    size_t count; /* more than GUARD_HEADERS_MAX: refused */
} GuardHead;

typedef struct GuardFacts {
    HttpMethod method;
    bool has_body, chunked;
    uint64_t length; /* of the body when not chunked */
} GuardFacts;

/* NULL: let it in. */
const Refusal *guard_head(const GuardHead *head, GuardFacts *ret);

/* Splits and decodes the target into `arena`. *ret_count ≤ GUARD_QUERY_MAX. */
typedef struct GuardTarget {
    Str path;
    HttpPair *query;
    size_t count;
} GuardTarget;
const Refusal *guard_target(Str target, HttpMethod method, Arena *arena, GuardTarget *ret);

/* Chinese or English by Accept-Language (RFC 9110, 12.5.4), else `otherwise`. */
HttpLang guard_lang(Str accept_language, HttpLang otherwise);
bool guard_cookie(Str cookies, const char *name, Str *ret);  /* the first of that name */
bool guard_accepts(Str accept_encoding, const char *coding); /* q > 0, by name or by "*" */
/* Does If-None-Match name it: "*" or in the list; W/ is ignored on both sides
 * (weak comparison, RFC 9110, 13.1.2)? `etag` with its quotes. */
bool guard_knows(Str if_none_match, const char *etag);
/* "https://host:port" names the same host and port as "host:port". */
bool guard_origin_is(Str origin, Str host);
bool guard_name_is(Str name, const char *lower); /* header names: letters of either case */

#endif
