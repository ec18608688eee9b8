/* words – see words.h. Open addressing, at most half full, FNV-1a. */
#include "words.h"

#include <string.h>

static struct Word *slot_of(const Words *w, Str word) {
    uint64_t h = 14695981039346656037u;

    for (size_t i = 0; i < word.n; i++)
        h = (h ^ (unsigned char)word.p[i]) * 1099511628211u;
    size_t at = (size_t)(h ^ h >> 32) & (w->room - 1);
    while (w->slots[at].word.n && !str_same(w->slots[at].word, word))
        at = (at + 1) & (w->room - 1);
    return &w->slots[at];
}

static Err widen(Words *w, Fault *f) {
    Words wider = { .room = w->room ? w->room * 2 : 64, .n = w->n };

    wider.slots = mem_alloc(wider.room * sizeof *wider.slots);
    if (!wider.slots)
        return fault_memory(f);
    memset(wider.slots, 0, wider.room * sizeof *wider.slots);
    for (size_t i = 0; i < w->room; i++)
        if (w->slots[i].word.n)
            *slot_of(&wider, w->slots[i].word) = w->slots[i];
    words_end(w);
    *w = wider;
    return OK;
}

Err words_put(Words *w, Str word, int32_t number, int32_t *ret_number, Fault *f) {
    *ret_number = -1;
    if (word.n == 0)
        return OK;
    if (w->n * 2 >= w->room)
        TRY(widen(w, f));
    struct Word *slot = slot_of(w, word);
    if (slot->word.n == 0) {
        *slot = (struct Word){ word, number };
        w->n++;
    }
    *ret_number = slot->number;
    return OK;
}

int32_t words_find(const Words *w, Str word) {
    return w->n && word.n ? (slot_of(w, word)->word.n ? slot_of(w, word)->number : -1) : -1;
}

void words_end(Words *w) {
    mem_free(w->slots);
    *w = (Words){ 0 };
}
