/* alike – how alike two short texts are, and because of which words: for "is this the
 * matter that somebody reported already?".
 *
 * A text is the set of its grams: two letters in a row of a script that is written without
 * spaces (井盖, 盖缺, 缺失), or a whole word of one that has them, or a number. Nothing has to
 * be cut into words. Grams with a letter that every report has (的, 了, 我, 请 …), and the
 * like words of English, say nothing and are left out. How alike: what both have, by the
 * geometric mean of what each has (the cosine of two sets), so that a long text is not
 * like everything.
 *
 * Pure; no memory but the caller's. Case and full width are folded. */
#ifndef JW_ALIKE_H
#define JW_ALIKE_H

#include "text.h"

enum {
    ALIKE_GRAMS_MAX = 300, /* of a text; what comes after is not looked at */
    ALIKE_WORDS_MAX = 3,   /* told as reasons: the longest */
};

typedef struct AlikeGram {
    uint64_t gram;
    int32_t from, to; /* bytes of the text, where it stands first */
} AlikeGram;

typedef struct AlikeText {
    AlikeGram grams[ALIKE_GRAMS_MAX]; /* each once, in order of their number */
    int32_t n;
} AlikeText;

typedef struct AlikeWord {
    int32_t from, to; /* bytes of the first text */
} AlikeWord;

typedef struct Alike {
    int32_t permille; /* 1000: the same grams */
    int32_t common;   /* grams that both have */
    AlikeWord words[ALIKE_WORDS_MAX];
    int32_t n_words; /* in the order of the first text */
} Alike;

void alike_read(Str text, AlikeText *ret); /* valid UTF-8 */
void alike_compare(const AlikeText *a, const AlikeText *b, Alike *ret);

#endif
