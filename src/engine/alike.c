/* alike – see alike.h. */
#include "alike.h"

#include <math.h>
#include <stdlib.h>

/* ---- letters ---- */

typedef struct Letter {
    uint32_t c; /* folded; 0: at the end */
    int32_t from, to;
} Letter;

static Letter letter_at(Str s, size_t at) {
    const unsigned char *p = (const unsigned char *)s.p + at;
    size_t n;
    uint32_t c;

    if (at >= s.n)
        return (Letter){ 0, (int32_t)s.n, (int32_t)s.n };
    n = *p < 0x80 ? 1 : *p < 0xE0 ? 2 : *p < 0xF0 ? 3 : 4;
    if (n > s.n - at)
        return (Letter){ 0, (int32_t)s.n, (int32_t)s.n };
    c = n == 1 ? *p : *p & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++)
        c = c << 6 | (p[i] & 0x3F);
    if (c >= 0xFF01 && c <= 0xFF5E) /* full width */
        c -= 0xFEE0;
    if (c >= 'A' && c <= 'Z')
        c += 32;
    return (Letter){ c, (int32_t)at, (int32_t)(at + n) };
}

/* Of a script without spaces: Han, kana, Hangul. */
static bool is_dense(uint32_t c) {
    return (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF) ||
           (c >= 0x3041 && c <= 0x30FF) || (c >= 0xAC00 && c <= 0xD7A3) || c == 0x3007;
}

/* Of one with spaces: letters and digits up to Cyrillic and Greek. */
static bool is_spaced(uint32_t c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 0xC0 && c <= 0x52F && c != 0xD7 && c != 0xF7);
}

static bool says_nothing(uint32_t c) {
    static const uint16_t letters[] = u"的了是在有我们您你请吗呢吧这那也都很还就和与及被给把";

    for (size_t i = 0; letters[i]; i++)
        if (c == letters[i])
            return true;
    return false;
}

/* ---- grams ---- */

static void add(AlikeText *t, uint64_t gram, int32_t from, int32_t to) {
    if (t->n < ALIKE_GRAMS_MAX)
        t->grams[t->n++] = (AlikeGram){ gram, from, to };
}

static bool is_filler(Str folded) {
    static const char *const words[] = { "the", "and",  "for", "with", "there", "this",  "that",
                                         "are", "was",  "has", "have", "not",   "from",  "our",
                                         "you", "your", "but", "they", "been",  "please" };

    for (size_t i = 0; i < COUNT(words); i++)
        if (str_is(folded, words[i]))
            return true;
    return folded.n < 3 && (folded.p[0] < '0' || folded.p[0] > '9');
}

/* A whole word from `at` on; returns where it ends. */
static size_t read_word(Str text, size_t at, AlikeText *ret) {
    uint64_t hash = 0xcbf29ce484222325u;
    char folded[8];
    size_t n = 0, from = at;

    for (Letter l; (l = letter_at(text, at)).c && is_spaced(l.c); at = (size_t)l.to) {
        hash = (hash ^ l.c) * 0x100000001b3u;
        if (n < sizeof folded)
            folded[n] = l.c < 0x80 ? (char)l.c : '?';
        n++;
    }
    if (n > sizeof folded || !is_filler((Str){ folded, n }))
        add(ret, hash | UINT64_C(1) << 63, (int32_t)from, (int32_t)at); /* apart from two letters */
    return at;
}

/* By their number, and where it stands first before where it stands again. */
static int by_gram(const void *a, const void *b) {
    const AlikeGram *x = a, *y = b;

    return x->gram != y->gram ? (x->gram > y->gram) - (x->gram < y->gram)
                              : (x->from > y->from) - (x->from < y->from);
}

void alike_read(Str text, AlikeText *ret) {
    int32_t kept = 0;

    ret->n = 0;
    for (size_t at = 0; at < text.n;) {
        Letter a = letter_at(text, at), b = letter_at(text, (size_t)a.to);
        if (is_spaced(a.c)) {
            at = read_word(text, at, ret);
            continue;
        }
        if (is_dense(a.c) && is_dense(b.c) && !says_nothing(a.c) && !says_nothing(b.c))
            add(ret, (uint64_t)a.c << 32 | b.c, a.from, b.to);
        at = (size_t)a.to;
    }
    if (ret->n == 0)
        return;
    qsort(ret->grams, (size_t)ret->n, sizeof *ret->grams, by_gram);
    for (int32_t i = 1; i < ret->n; i++)
        if (ret->grams[i].gram != ret->grams[kept].gram)
            ret->grams[++kept] = ret->grams[i];
    ret->n = kept + 1;
}

/* ---- two texts ---- */

static int by_place(const void *a, const void *b) {
    const AlikeWord *x = a, *y = b;

    return (x->from > y->from) - (x->from < y->from);
}

static int by_length(const void *a, const void *b) {
    const AlikeWord *x = a, *y = b;
    int32_t m = x->to - x->from, n = y->to - y->from;

    return m != n ? (m < n) - (m > n) : by_place(a, b);
}

/* Grams that share a letter are one word; the longest are told, each text once. */
static void tell_words(AlikeWord *all, int32_t n, Alike *ret) {
    int32_t words = 0;

    qsort(all, (size_t)n, sizeof *all, by_place);
    for (int32_t i = 1; i < n; i++) {
        if (all[i].from < all[words].to)
            all[words].to = all[i].to > all[words].to ? all[i].to : all[words].to;
        else
            all[++words] = all[i];
    }
    words++;
    qsort(all, (size_t)words, sizeof *all, by_length);
    ret->n_words = words < ALIKE_WORDS_MAX ? words : ALIKE_WORDS_MAX;
    memcpy(ret->words, all, (size_t)ret->n_words * sizeof *all);
    qsort(ret->words, (size_t)ret->n_words, sizeof *all, by_place);
}

void alike_compare(const AlikeText *a, const AlikeText *b, Alike *ret) {
    AlikeWord common[ALIKE_GRAMS_MAX];

    *ret = (Alike){ 0 };
    for (int32_t i = 0, k = 0; i < a->n && k < b->n;) {
        uint64_t x = a->grams[i].gram, y = b->grams[k].gram;
        if (x == y)
            common[ret->common++] = (AlikeWord){ a->grams[i].from, a->grams[i].to };
        i += x <= y;
        k += y <= x;
    }
    if (ret->common == 0)
        return;
    ret->permille = (int32_t)(1000 * ret->common / sqrt((double)a->n * b->n));
    tell_words(common, ret->common, ret);
}
