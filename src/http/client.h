/* client – posts to other servers, over libcurl (docs/decisions/0017).
 *
 * Made for telling, not for fetching: several posts are on their way at once, each ends
 * within its time, and of an answer only the status and Retry-After are looked at. No
 * redirect is followed, certificates are verified, no proxy of the environment is taken.
 * An address that a name really leads to is looked at when it is connected to: private
 * ones – loopback, one's own network, link-local, and what stands for them in IPv6 – are
 * refused unless they were allowed, so that a name cannot be bent towards the inside.
 * Without TLS only private addresses are spoken to. One thread at a time. */
#ifndef JW_HTTP_CLIENT_H
#define JW_HTTP_CLIENT_H

#include "err.h"
#include "text.h"

typedef struct HttpClient HttpClient;

typedef enum HttpEnd {
    POST_ANSWERED, /* there is a status; what came after it does not matter */
    POST_NO_NAME,  /* the name was not found      */
    POST_NO_CONNECTION,
    POST_TIMEOUT,
    POST_TLS,      /* not to be trusted            */
    POST_BROKEN,   /* broke off before the status  */
    POST_PRIVATE,  /* a private address, or a public one without TLS */
    POST_NO_SERVER /* never given back: there is nobody to send it by */
} HttpEnd;

enum { HTTP_POSTS_MAX = 32, HTTP_ANSWER_MAX = 65536, HTTP_HEADERS_MAX = 8 };

/* Everything is copied. */
typedef struct HttpPost {
    const char *url;
    const char *headers[HTTP_HEADERS_MAX]; /* whole lines without their end; ends with NULL */
    Str body;
    int64_t number; /* given back */
} HttpPost;

/* A letter, to a mail server that the operator named: he may name one inside. Everything is
 * copied. `plain`: without TLS, which is spoken to private addresses alone; else smtps://,
 * or smtp:// with STARTTLS, and no letter goes where the server does not offer it. */
typedef struct HttpMail {
    const char *server, *user, *password; /* user "": nobody signs in */
    const char *from, *to;
    bool plain;
    Str text; /* headers and body, lines ending with CR LF */
    int64_t number;
} HttpMail;

/* It ends as a post does; `status` is the server's last, of three digits. */
typedef struct HttpPosted {
    int64_t number;
    HttpEnd end;
    int32_t status;        /* 0: none */
    int32_t retry_after_s; /* what the answer asks for; 0: nothing */
} HttpPosted;

Err http_client_new(bool allow_private, int32_t connect_ms, int32_t total_ms, HttpClient **ret, Fault *f);
void http_client_free(HttpClient *c); /* breaks off what is on its way; NULL is well */

/* ERR_LIMIT: HTTP_POSTS_MAX are on their way. */
Err http_client_post(HttpClient *c, const HttpPost *post, Fault *f);

Err http_client_mail(HttpClient *c, const HttpMail *mail, Fault *f);

/* Waits up to `wait_ms` for something to happen, and gives what has ended. */
void http_client_wait(HttpClient *c, int32_t wait_ms, HttpPosted *ret, size_t max, size_t *ret_n);
size_t http_client_busy(const HttpClient *c);

#endif
