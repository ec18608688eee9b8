/* text – see text.h. */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

Str str(const char *z) { return (Str){ z, strlen(z) }; }
bool str_is(Str s, const char *z) { return s.n == strlen(z) && (s.n == 0 || memcmp(s.p, z, s.n) == 0); }
bool str_same(Str a, Str b) { return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0); }

Err str_copy(Arena *a, Str s, Str *ret, Fault *f) {
    char *copy = arena_raw(a, s.n + 1);
    if (!copy)
        return fault_arena(f);
    if (s.n)
        memcpy(copy, s.p, s.n);
    copy[s.n] = 0;
    *ret = (Str){ copy, s.n };
    return OK;
}

Err str_holding(Arena *a, Str s, Str *ret, Fault *f) {
    char *pattern = arena_raw(a, 2 * s.n + 3), *to = pattern;

    if (!pattern)
        return fault_arena(f);
    *to++ = '%';
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '%' || s.p[i] == '_' || s.p[i] == '\\')
            *to++ = '\\';
        *to++ = s.p[i];
    }
    *to++ = '%';
    *to = 0;
    *ret = (Str){ pattern, (size_t)(to - pattern) };
    return OK;
}

/* Bytes of the well-formed character at `p`, 0 if there is none (Unicode, table 3-7). */
static size_t utf8_step(const unsigned char *p, size_t n) {
    unsigned char low = 0x80, high = 0xBF;
    size_t more;

    if (p[0] < 0x80)
        return 1;
    if (p[0] >= 0xC2 && p[0] <= 0xDF)
        more = 1;
    else if (p[0] >= 0xE0 && p[0] <= 0xEF) {
        more = 2;
        low = p[0] == 0xE0 ? 0xA0 : low;
        high = p[0] == 0xED ? 0x9F : high;
    } else if (p[0] >= 0xF0 && p[0] <= 0xF4) {
        more = 3;
        low = p[0] == 0xF0 ? 0x90 : low;
        high = p[0] == 0xF4 ? 0x8F : high;
    } else
        return 0;
    if (n <= more || p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i <= more; i++)
        if (p[i] < 0x80 || p[i] > 0xBF)
            return 0;
    return more + 1;
}

bool utf8_valid(const char *p, size_t n, size_t *ret_at) {
    for (size_t i = 0; i < n;) {
        size_t step = utf8_step((const unsigned char *)p + i, n - i);
        if (step == 0) {
            *ret_at = i;
            return false;
        }
        i += step;
    }
    return true;
}

int32_t utf8_count(const char *p, size_t n) {
    int32_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += ((unsigned char)p[i] & 0xC0) != 0x80;
    return count;
}

Err buf_begin(Buf *b, size_t size, size_t max, Fault *f) {
    char *p = mem_alloc(size);
    if (!p)
        return fault_memory(f);
    p[0] = 0;
    *b = (Buf){ p, 0, size, false, max };
    return OK;
}

void buf_end(Buf *b) {
    if (b->max)
        mem_free(b->p);
    *b = (Buf){ 0 };
}

bool buf_grow(Buf *b, size_t n) {
    size_t size = b->size * 2 > b->n + n + 1 ? b->size * 2 : b->n + n + 1;
    if (size > b->max)
        size = b->max;
    char *p = n < size - b->n && size > b->size ? mem_grow(b->p, size) : NULL;
    if (!p) {
        b->full = true;
        return false;
    }
    b->p = p;
    b->size = size;
    return true;
}

Str buf_view(const Buf *b) { return (Str){ b->p, b->n }; }

static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                            "25262728293031323334353637383940414243444546474849"
                            "50515253545556575859606162636465666768697071727374"
                            "75767778798081828384858687888990919293949596979899";

void buf_int(Buf *b, int64_t i) {
    char room[24];
    size_t at = sizeof room;
    uint64_t u = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;

    for (; u >= 100; u /= 100) /* two digits a division: ids have nineteen */
        memcpy(&room[at -= 2], &pairs[u % 100 * 2], 2);
    room[--at] = pairs[u * 2 + 1];
    if (u >= 10)
        room[--at] = pairs[u * 2];
    if (i < 0)
        room[--at] = '-';
    buf_put(b, room + at, sizeof room - at);
}

void buf_degree(Buf *b, int32_t e7) {
    char digits[8];
    int64_t whole = e7 < 0 ? -(int64_t)e7 : e7, part = whole % 10000000;
    size_t n = 7;

    if (e7 < 0)
        buf_char(b, '-');
    buf_int(b, whole / 10000000);
    for (size_t i = 7; i-- > 0; part /= 10)
        digits[i] = (char)('0' + part % 10);
    while (n > 1 && digits[n - 1] == '0')
        n--;
    buf_char(b, '.');
    buf_put(b, digits, n);
}

void buf_fmt(Buf *b, const char *fmt, ...) {
    va_list args, again;

    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n >= 0 && buf_room(b, (size_t)n)) {
        vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
        b->n += (size_t)n;
    }
    va_end(again);
}

void buf_json(Buf *b, Str s) {
    static const char *const hex = "0123456789abcdef";

    buf_char(b, '"');
    for (size_t i = 0, from = 0; i <= s.n; i++) {
        unsigned char c = i < s.n ? (unsigned char)s.p[i] : 0;
        if (i < s.n && c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_put(b, s.p + from, i - from);
        from = i + 1;
        if (i < s.n && (c == '"' || c == '\\'))
            buf_put(b, (char[]){ '\\', (char)c }, 2);
        else if (i < s.n && c == '\n')
            buf_put(b, "\\n", 2);
        else if (i < s.n)
            buf_put(b, (char[]){ '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] }, 6);
    }
    buf_char(b, '"');
}
