/* wire – a raw client for tests: bytes out, one answer in. Nothing waits longer than
 * WIRE_MS, so that a hang is a failure, not a hang. */
#ifndef JW_WIRE_H
#define JW_WIRE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WIRE_MS = 20000 };

/* -1: nobody listens there. */
static inline int wire_try_connect(int port) {
    struct sockaddr_in a = { .sin_family = AF_INET };
    a.sin_port = htons((uint16_t)port);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    if (connect(fd, (struct sockaddr *)&a, sizeof a) == 0)
        return fd;
    close(fd);
    return -1;
}

static inline int wire_connect(int port) {
    int fd = wire_try_connect(port);
    assert_true(fd >= 0);
    return fd;
}

static inline bool wire_try_send(int fd, const char *p, size_t n) {
    while (n) {
        ssize_t k = send(fd, p, n, MSG_NOSIGNAL);
        if (k <= 0)
            return false;
        p += k, n -= (size_t)k;
    }
    return true;
}

static inline void wire_send(int fd, const char *text) { assert_true(wire_try_send(fd, text, strlen(text))); }

/* -1: nothing in time; 0: closed; else bytes read. A reset counts as closed. */
static inline ssize_t wire_some(int fd, char *to, size_t n) {
    struct pollfd p = { .fd = fd, .events = POLLIN };
    if (poll(&p, 1, WIRE_MS) != 1)
        return -1;
    ssize_t k = read(fd, to, n); /* a pipe will do, too */
    return k < 0 && errno == ECONNRESET ? 0 : k;
}

typedef struct Reply {
    int status; /* 0: closed before a whole answer */
    char head[4096], body[1 << 17];
    size_t body_n;
} Reply;

static inline const char *reply_header(const Reply *r, const char *name) {
    static char value[512];
    size_t n = strlen(name);
    for (const char *line = strchr(r->head, '\n'); line; line = strchr(line + 1, '\n'))
        if (strncasecmp(line + 1, name, n) == 0 && line[1 + n] == ':') {
            const char *v = line + 2 + n + strspn(line + 2 + n, " ");
            snprintf(value, sizeof value, "%.*s", (int)strcspn(v, "\r\n"), v);
            return value;
        }
    return NULL;
}

static inline bool wire_byte(int fd, char *ret) { return wire_some(fd, ret, 1) == 1; }

static inline bool wire_exactly(int fd, char *to, size_t n) {
    for (size_t at = 0; at < n;) {
        ssize_t k = wire_some(fd, to + at, n - at);
        if (k <= 0)
            return false;
        at += (size_t)k;
    }
    return true;
}

static inline bool wire_line(int fd, char *to, size_t size) {
    size_t n = 0;
    while (n + 1 < size && wire_byte(fd, &to[n]))
        if (to[n++] == '\n') {
            to[n] = 0;
            return true;
        }
    return false;
}

static inline bool wire_chunks(int fd, Reply *r) {
    char line[64];
    for (;;) {
        if (!wire_line(fd, line, sizeof line))
            return false;
        size_t n = strtoul(line, NULL, 16);
        assert_true(r->body_n + n < sizeof r->body);
        if (!wire_exactly(fd, r->body + r->body_n, n) || !wire_line(fd, line, sizeof line))
            return false;
        r->body_n += n;
        if (n == 0)
            return true;
    }
}

/* Reads one answer; `head`: to a HEAD request, which has no body. */
static inline Reply wire_reply_to(int fd, bool head) {
    Reply r = { 0 };
    size_t n = 0;
    while (n + 1 < sizeof r.head && !(n >= 4 && memcmp(r.head + n - 4, "\r\n\r\n", 4) == 0))
        if (!wire_byte(fd, &r.head[n++]))
            return (Reply){ 0 };
    if (sscanf(r.head, "HTTP/1.%*d %d", &r.status) != 1)
        return (Reply){ 0 };
    const char *length = reply_header(&r, "Content-Length");
    bool whole = true;
    if (head || r.status == 304 || r.status == 204)
        whole = true;
    else if (length) {
        r.body_n = strtoul(length, NULL, 10);
        assert_true(r.body_n < sizeof r.body);
        whole = wire_exactly(fd, r.body, r.body_n);
    } else
        whole = wire_chunks(fd, &r);
    r.body[r.body_n] = 0;
    if (!whole)
        r.status = 0;
    return r;
}

static inline Reply wire_reply(int fd) { return wire_reply_to(fd, false); }

/* Did the library below the server refuse by itself, with a page of its own? Which
 * requests it does so depends on its version (http.h); tests are built with
 * JW_MHD_STRICT where it refuses more than 0.9.75 does. */
static inline bool wire_refused_below(const Reply *r) {
#ifdef JW_MHD_STRICT
    const char *type = r->status == 400 ? reply_header(r, "Content-Type") : NULL;
    return r->status == 400 && !(type && strcmp(type, "application/problem+json") == 0);
#else
    (void)r;
    return false;
#endif
}

/* Does the other side close now? What still comes before is read away. */
static inline bool wire_closes(int fd) {
    char room[4096];
    ssize_t n;
    while ((n = wire_some(fd, room, sizeof room)) > 0)
        ;
    return n == 0;
}

/* One request on its own connection. */
static inline Reply wire_ask_port(int port, const char *text) {
    int fd = wire_connect(port);
    wire_send(fd, text);
    Reply r = wire_reply_to(fd, strncmp(text, "HEAD", 4) == 0);
    close(fd);
    return r;
}

#endif
