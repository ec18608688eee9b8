/* case_danger 危险优先 – whether a report speaks of danger: the reporter ticked it, or a
 * word that the city has listed (setting danger_words) stands in report or place. A word
 * too many puts a case on top for nothing; a word too few costs more. */
#include "case.h"

#include "setting.h"

#include <string.h>

static bool holds(Str text, Str word) {
    for (size_t i = 0; word.n && i + word.n <= text.n; i++)
        if (memcmp(text.p + i, word.p, word.n) == 0)
            return true;
    return false;
}

Err case_danger(Tx *tx, Case *c, Fault *f) {
    Str words;

    if (c->danger)
        return OK;
    TRY(setting_read(tx, "danger_words", &words, f));
    while (words.n && !c->danger) {
        const char *end = memchr(words.p, '\n', words.n);
        Str word = { words.p, end ? (size_t)(end - words.p) : words.n };
        c->danger = holds(c->text, word) || (c->has.spot && holds(c->spot, word));
        words = end ? (Str){ end + 1, words.n - word.n - 1 } : (Str){ "", 0 };
    }
    return OK;
}
