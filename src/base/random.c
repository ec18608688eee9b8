/* random – see random.h. */
#include "random.h"

#include <assert.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static void start(void) {
    if (sodium_init() < 0)
        abort(); /* no source of randomness: nothing could be kept safe */
}

static void ready(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start);
}

void random_bytes(void *ret, size_t n) {
    ready();
    randombytes_buf(ret, n);
}

uint32_t random_below(uint32_t n) {
    ready();
    return randombytes_uniform(n);
}

/* ---- tracking codes ---- */

static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; /* Crockford's base 32 */
enum { HOME_BITS = 12, RANDOM_BITS = 43 };

/* Times a in GF(32), a being a root of x⁵ + x² + 1. */
static uint32_t times_a(uint32_t x) { return (x << 1 ^ (x & 16 ? 0x25 : 0)) & 31; }

/* Horner's rule; zero for a whole code. */
static uint32_t weighted_sum(const uint8_t *value, int n) {
    uint32_t sum = 0;
    for (int i = 0; i < n; i++)
        sum = times_a(sum) ^ value[i];
    return sum;
}

static Code code_of(const uint8_t value[CODE_LETTERS]) {
    Code c = { { 0 } };
    for (int i = 0, at = 0; i < CODE_LETTERS; i++) {
        if (i && i % 4 == 0)
            c.z[at++] = '-';
        c.z[at++] = letters[value[i]];
    }
    return c;
}

Code code_make(int32_t home) {
    uint64_t bits;

    random_bytes(&bits, sizeof bits);
    return code_from(home, bits);
}

Code code_from(int32_t home, uint64_t bits) {
    uint8_t value[CODE_LETTERS];

    assert(home >= 0 && home < 1 << HOME_BITS);
    bits &= (UINT64_C(1) << RANDOM_BITS) - 1;
    bits |= ((uint64_t)home ^ (bits & ((1 << HOME_BITS) - 1))) << RANDOM_BITS;
    for (int i = CODE_LETTERS - 1; i-- > 0; bits >>= 5)
        value[i] = bits & 31;
    value[CODE_LETTERS - 1] = (uint8_t)times_a(weighted_sum(value, CODE_LETTERS - 1));
    return code_of(value);
}

/* The plain character at s.p[*at], which moves on; full-width forms (U+FF01–FF5E)
 * come from Chinese keyboards. 0: some other character of more than one byte. */
static char take_plain(Str s, size_t *at) {
    const unsigned char *p = (const unsigned char *)s.p + *at;
    size_t left = s.n - *at;

    if (p[0] < 0x80) {
        ++*at;
        return (char)p[0];
    }
    *at += left < 3 ? left : 3;
    if (left >= 3 && p[0] == 0xEF && (p[1] == 0xBC || p[1] == 0xBD) && p[2] >= 0x80 && p[2] <= 0xBF)
        return (char)(p[2] - 0x80 + (p[1] - 0xBC) * 0x40 + 0x20);
    if (left >= 3 && memcmp(p, "\xE3\x80\x80", 3) == 0)
        return ' ';
    return left >= 3 && p[0] == 0xE2 && p[1] == 0x80 && p[2] >= 0x90 && p[2] <= 0x95 ? '-'
                                                                                     : 0; /* other dashes */
}

/* 0–31, −1 for none. */
static int letter_value(char c) {
    if (c >= 'a' && c <= 'z')
        c = (char)(c - 'a' + 'A');
    if (c == 'O')
        c = '0';
    if (c == 'I' || c == 'L')
        c = '1';
    const char *at = c ? strchr(letters, c) : NULL;
    return at ? (int)(at - letters) : -1;
}

Err code_parse(Str text, int32_t *ret_home, Code *ret, Fault *f) {
    uint8_t value[CODE_LETTERS];
    uint64_t bits = 0;
    int n = 0;

    for (size_t at = 0; at < text.n;) {
        size_t from = at;
        char c = take_plain(text, &at);
        if (c == ' ' || c == '-' || c == '\t')
            continue;
        int v = letter_value(c);
        if (v < 0)
            return fault(f, ERR_INVALID, "code_letter", "code", "查询码第 %d 个字符“%.*s”不会出现在查询码中。",
                         "Character %d of the tracking code, \"%.*s\", does not occur in tracking codes.",
                         n + 1, (int)(at - from), text.p + from);
        if (n == CODE_LETTERS)
            return fault(f, ERR_INVALID, "code_length", "code", "查询码应为 %d 个字符，这里更多。",
                         "A tracking code has %d letters; here are more.", CODE_LETTERS);
        value[n++] = (uint8_t)v;
    }
    if (n < CODE_LETTERS)
        return fault(f, ERR_INVALID, "code_length", "code", "查询码应为 %d 个字符，这里只有 %d 个。",
                     "A tracking code has %d letters; here are %d.", CODE_LETTERS, n);
    if (weighted_sum(value, CODE_LETTERS) != 0)
        return fault(f, ERR_INVALID, "code_mistyped", "code", "查询码有误：有字符输错或颠倒，请再核对一遍。",
                     "The tracking code is mistyped: a letter is wrong or two are exchanged. Check it again.");
    for (int i = 0; i < CODE_LETTERS - 1; i++)
        bits = bits << 5 | value[i];
    *ret_home = (int32_t)((bits >> RANDOM_BITS ^ bits) & ((1 << HOME_BITS) - 1));
    *ret = code_of(value);
    return OK;
}
