/* cross_words – see cross_words.h. */
#include "cross_words.h"

#include <string.h>

Err cross_side_read(Str word, CrossSide *ret, Fault *f) {
    const char *colon = memchr(word.p, ':', word.n);

    *ret = (CrossSide){ .layer = word };
    if (!colon)
        return OK;
    Str level = { colon + 1, word.n - (size_t)(colon + 1 - word.p) };
    ret->layer.n = (size_t)(colon - word.p);
    ret->levelled = true;
    const Choice *choice = choice_worded(&area_level_choices, level);
    if (choice) {
        ret->level = (AreaLevel)choice->number;
        return OK;
    }
    return fault(f, ERR_INVALID, "crosswalk_level", "", "没有“%.*s”这个层级。", "There is no level “%.*s”.",
                 (int)level.n, level.p);
}
