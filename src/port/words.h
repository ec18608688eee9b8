/* words – from a code to its number: what importers look names up in. The texts
 * are the caller's and must outlive it. */
#ifndef JW_WORDS_H
#define JW_WORDS_H

#include "text.h"

typedef struct Words {
    struct Word {
        Str word;
        int32_t number;
    } * slots; /* a power of two of them; a word without bytes is a free one */
    size_t room, n;
} Words;

/* Keeps `number` under the word unless it is there: *ret_number is what it has
 * now. An empty word is never kept: -1. */
Err words_put(Words *w, Str word, int32_t number, int32_t *ret_number, Fault *f);
int32_t words_find(const Words *w, Str word); /* -1: none */
void words_end(Words *w);

#endif
