/* demo_words – what the demo city is called and how people write: a grammar from
 * data/demo/words.txt. A line "@slot" begins a slot, each line below it is one way to say
 * it; {other} in it is another slot, and {a|b|c} one of these words. */
#ifndef JW_DEMO_WORDS_H
#define JW_DEMO_WORDS_H

#include "demo_dice.h"
#include "err.h"
#include "text.h"

typedef struct Grammar Grammar;

Err grammar_read(const char *text, Grammar **ret, Fault *f); /* `text` must outlive it */
void grammar_free(Grammar *g);

/* What stands for {place} and the like: given by the caller, before the grammar's. */
typedef struct Filling {
    const char *slot;
    Str words;
} Filling;

/* Appends one way to say `slot`; nothing where there is none, and false. */
bool grammar_say(const Grammar *g, Str slot, const Filling *with, size_t n, Dice *d, Buf *b);

/* The same, drawn only of the ways that have `mark` in them (used), or have not; of all
 * where there is none such. */
bool grammar_say_as(const Grammar *g, Str slot, const char *mark, bool used, const Filling *with, size_t n,
                    Dice *d, Buf *b);

size_t grammar_ways(const Grammar *g, const char *slot);
Str grammar_way(const Grammar *g, const char *slot, size_t i); /* i: modulo how many there are */

#endif
