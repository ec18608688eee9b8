/* text – borrowed strings, and a buffer that one appends to. JSON is written
 * with it, straight from rows; no tree is built on the way out. */
#ifndef JW_TEXT_H
#define JW_TEXT_H

#include "mem.h"
#include <stdint.h>
#include <string.h>

typedef struct Str {
    const char *p;
    size_t n;
} Str; /* borrowed, n bytes of UTF-8, not necessarily NUL-terminated */
Str str(const char *z);
bool str_is(Str s, const char *z);
bool str_same(Str a, Str b);
/* The pattern that finds every text in which `s` occurs, % and _ taken as they are:
 * what @holds() of a query compares with. */
Err str_holding(Arena *a, Str s, Str *ret, Fault *f);
Err str_copy(Arena *a, Str s, Str *ret, Fault *f); /* NUL-terminated copy in the arena */

/* Well-formed UTF-8 (no surrogates, nothing overlong, up to U+10FFFF)? On false
 * *ret_at is the offset of the first byte that is wrong. */
bool utf8_valid(const char *p, size_t n, size_t *ret_at);
int32_t utf8_count(const char *p, size_t n); /* characters of valid UTF-8 */

/* Either fixed room ({ room, 0, sizeof room }) or, after buf_begin, growing on
 * the heap up to `max`. `full` says that something did not fit; it stays set.
 * Always NUL-terminated. */
typedef struct Buf {
    char *p;
    size_t n, size;
    bool full;
    size_t max; /* 0: fixed room */
} Buf;
Err buf_begin(Buf *b, size_t size, size_t max, Fault *f);
void buf_end(Buf *b);
bool buf_grow(Buf *b, size_t n); /* makes room for n more bytes and the NUL, or sets `full` */

/* Inline, for an answer is made of hundreds of short pieces, most of them literals. */
static inline bool buf_room(Buf *b, size_t n) { return n < b->size - b->n || buf_grow(b, n); }

static inline void buf_put(Buf *b, const char *p, size_t n) {
    if (!n || !buf_room(b, n))
        return;
    memcpy(b->p + b->n, p, n);
    b->n += n;
    b->p[b->n] = 0;
}

static inline void buf_str(Buf *b, const char *z) { buf_put(b, z, strlen(z)); }
static inline void buf_char(Buf *b, char c) { buf_put(b, &c, 1); }
void buf_int(Buf *b, int64_t i);
void buf_degree(Buf *b, int32_t e7); /* 1214737000 → 121.4737 */
void buf_json(Buf *b, Str s);        /* with quotes and escapes */
void buf_fmt(Buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
Str buf_view(const Buf *b);

#endif
