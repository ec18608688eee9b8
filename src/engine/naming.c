/* naming – see naming.h. The text becomes letters once; then each pattern is asked at
 * each place, in an order that puts what contains another first: a mail address
 * before the telephone number in it. The patterns: naming_numbers.c (phone, identity
 * card), naming_others.c (plate, mail, chat), naming_rooms.c. */
#include "naming_inner.h"

/* ---- letters ---- */

/* The next letter; a byte that begins none is U+FFFD by itself. */
static uint32_t next_letter(Str s, size_t at, size_t *ret_n) {
    const unsigned char *p = (const unsigned char *)s.p + at;
    size_t more = p[0] >= 0xF0 ? 3 : p[0] >= 0xE0 ? 2 : p[0] >= 0xC2 ? 1 : 0;
    uint32_t c = more == 3 ? p[0] & 7u : more == 2 ? p[0] & 15u : more == 1 ? p[0] & 31u : p[0];

    *ret_n = 1;
    if (p[0] >= 0x80 && (more == 0 || p[0] > 0xF4 || s.n - at <= more))
        return 0xFFFD;
    for (size_t i = 1; i <= more; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0xFFFD;
        c = c << 6 | (p[i] & 63u);
    }
    *ret_n = more + 1;
    return c;
}

static uint32_t fold(uint32_t c) {
    static const char32_t pairs[] = U"–-—-‐-‑-−-・·•·號号樓楼棟栋幢栋單单電电話话證证車车門门\u3000 \u00A0 ";

    if (c >= 0xFF01 && c <= 0xFF5E)
        c -= 0xFEE0;
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 'A';
    if (c == '\t')
        return ' ';
    for (const char32_t *p = pairs; c >= 0x80 && *p; p += 2)
        if (*p == c)
            return p[1];
    return c;
}

static Err letters_of(Str text, Arena *a, NamingText *ret, Fault *f) {
    NamingText t = { .c = arena_raw(a, (text.n + 1) * sizeof *t.c),
                     .at = arena_raw(a, (text.n + 1) * sizeof *t.at) };

    if (!t.c || !t.at)
        return fault_arena(f);
    for (size_t at = 0, n; at < text.n; at += n) {
        t.at[t.n] = (int32_t)at;
        t.c[t.n++] = fold(next_letter(text, at, &n));
    }
    t.at[t.n] = (int32_t)text.n;
    *ret = t;
    return OK;
}

bool is_one_of(uint32_t c, const char32_t *set) {
    for (; *set; set++)
        if (*set == c)
            return true;
    return false;
}

int32_t numeral(uint32_t c) {
    static const char32_t words[] = U"零一二三四五六七八九";

    if (is_digit(c))
        return (int32_t)(c - '0');
    if (c == U'〇' || c == U'○')
        return 0;
    if (c == U'幺')
        return 1;
    for (int32_t i = 0; i < 10; i++)
        if (words[i] == c)
            return i;
    return -1;
}

static bool alike(uint32_t a, uint32_t b) {
    return numeral(a) >= 0 && numeral(b) >= 0 && is_digit(a) == is_digit(b);
}

bool digits_begin(const NamingText *t, int32_t i) { return !alike(letter_at(t, i - 1), letter_at(t, i)); }
bool digits_end(const NamingText *t, int32_t i) { return !alike(letter_at(t, i - 1), letter_at(t, i)); }

static bool ends_with(const NamingText *t, int32_t end, const char32_t *word) {
    int32_t n = 0;

    while (word[n])
        n++;
    for (int32_t k = 0; k < n; k++)
        if (letter_at(t, end - n + k) != word[k])
            return false;
    return true;
}

bool follows(const NamingText *t, int32_t i, const char32_t *const *words, size_t n) {
    enum { MARKS_MAX = 5 };
    int32_t end = i;

    while (i - end < MARKS_MAX && is_one_of(letter_at(t, end - 1), U" :是为#.([【,，"))
        end--;
    for (size_t k = 0; k < n; k++)
        if (ends_with(t, end, words[k]))
            return true;
    return false;
}

/* ---- all of them ---- */

static const struct {
    Naming kind;
    int32_t (*find)(const NamingText *t, int32_t i);
    const char *mark;
} patterns[NAMING_KINDS] = {
    { NAMING_MAIL, naming_mail, "〔邮箱〕" },         { NAMING_PLATE, naming_plate, "〔车牌〕" },
    { NAMING_IDENTITY, naming_identity, "〔证件〕" }, { NAMING_PHONE, naming_phone, "〔电话〕" },
    { NAMING_ROOM, naming_room, "〔房号〕" },         { NAMING_CHAT, naming_chat, "〔账号〕" },
};

Str naming_mark(Naming kind) {
    for (size_t k = 0; k < NAMING_KINDS; k++)
        if (patterns[k].kind == kind)
            return str(patterns[k].mark);
    return str("〔已隐去〕");
}

Err naming_find(Str text, Arena *a, NamingSpan **ret, size_t *ret_n, Fault *f) {
    enum { SHORTEST = 3 }; /* letters of a span */
    NamingSpan *spans = arena_take(a, (text.n / SHORTEST + 1) * sizeof *spans);
    size_t n = 0, used = a->used;
    NamingText t;

    if (!spans)
        return fault_arena(f);
    TRY(letters_of(text, a, &t, f));
    for (int32_t i = 0; i < t.n; i++)
        for (size_t k = 0; k < NAMING_KINDS; k++) {
            int32_t end = patterns[k].find(&t, i);
            if (!end)
                continue;
            spans[n++] = (NamingSpan){ t.at[i], t.at[end], patterns[k].kind };
            i = end - 1;
            break;
        }
    a->used = used;
    *ret = spans;
    *ret_n = n;
    return OK;
}

/* ---- the same, written otherwise ---- */

/* Letters and digits alone, digits as ASCII; how many. */
static int32_t keep_bare(NamingText *t) {
    int32_t n = 0;

    for (int32_t i = 0; i < t->n; i++) {
        int32_t digit = numeral(t->c[i]);
        if (digit >= 0)
            t->c[n++] = '0' + (uint32_t)digit;
        else if (is_latin(t->c[i]) || t->c[i] >= 0x2E80) /* from the radicals on: Chinese */
            t->c[n++] = t->c[i];
    }
    return n;
}

static bool has_run(const uint32_t *in, int32_t n_in, const uint32_t *run, int32_t n) {
    for (int32_t i = 0; n > 0 && i + n <= n_in; i++)
        if (memcmp(in + i, run, (size_t)n * sizeof *run) == 0)
            return true;
    return false;
}

/* The digits that stand together from *i on, those behind a blank or a dash with them if
 * `joined`; how many of them, 0 at the end. */
static int32_t next_digits(const NamingText *t, int32_t *i, bool joined, uint32_t *ret) {
    int32_t n = 0;

    while (*i < t->n && numeral(t->c[*i]) < 0)
        ++*i;
    for (; *i < t->n; ++*i) {
        int32_t digit = numeral(t->c[*i]);
        if (digit >= 0)
            ret[n++] = (uint32_t)digit;
        else if (!joined || !is_one_of(t->c[*i], U" -()."))
            break;
    }
    return n;
}

static bool same_number(const uint32_t *a, int32_t n_a, const uint32_t *b, int32_t n_b) {
    enum { LEAST = 7 };

    return n_a >= LEAST && n_b >= LEAST && (has_run(a, n_a, b, n_b) || has_run(b, n_b, a, n_a));
}

static bool share_number(const NamingText *p, const NamingText *w, bool joined, uint32_t *room) {
    uint32_t *a = room, *b = room + p->n;
    int32_t n_a, n_b;

    for (int32_t i = 0; (n_a = next_digits(p, &i, joined, a)) > 0;)
        for (int32_t k = 0; (n_b = next_digits(w, &k, joined, b)) > 0;)
            if (same_number(a, n_a, b, n_b))
                return true;
    return false;
}

Err naming_within(Str piece, Str words, Arena *a, bool *ret, Fault *f) {
    NamingText p, w;
    uint32_t *room = arena_raw(a, (piece.n + words.n + 1) * sizeof *room);

    if (!room)
        return fault_arena(f);
    TRY(letters_of(piece, a, &p, f));
    TRY(letters_of(words, a, &w, f));
    bool is = share_number(&p, &w, false, room) || share_number(&p, &w, true, room);
    int32_t n_p = keep_bare(&p), n_w = keep_bare(&w);
    *ret = is || has_run(w.c, n_w, p.c, n_p);
    return OK;
}
