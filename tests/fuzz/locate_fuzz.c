/* locate: any bytes as a text, and the same bytes as the names of places. Whatever
 * comes, the spans lie in the text, and no place is given twice. */
#include "locate.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static char room[LOCATE_SCRATCH];

static void must(bool holds) {
    if (!holds)
        abort();
}

static void check_spans(const LocateSpan *s, int32_t n, size_t length) {
    for (int32_t i = 0; i < n; i++)
        must(s[i].from >= 0 && s[i].from < s[i].to && (size_t)s[i].to <= length &&
             (i == 0 || s[i].from >= s[i - 1].to));
}

static void find(const LocateIndex *x, Str text) {
    Arena a = { room, 0, sizeof room };
    LocateAnswer answer;
    Fault f;

    if (locate_find(x, text, &a, &answer, &f) != OK) {
        must(text.n > LOCATE_TEXT_MAX);
        return;
    }
    must(a.used == 0 && answer.n_hits <= LOCATE_HITS_MAX &&
         (answer.verdict == LOCATE_NONE) == (answer.n_hits == 0));
    check_spans(answer.rooms, answer.n_rooms, text.n);
    for (int32_t i = 0; i < answer.n_hits; i++) {
        const LocateHit *h = &answer.hits[i];
        must(h->score > 0 && h->score <= 100 && (i == 0 || h->score <= answer.hits[i - 1].score));
        check_spans(h->spans, h->n_spans, text.n);
        for (int32_t k = 0; k < i; k++)
            must(answer.hits[k].place != h->place);
    }
}

/* Lines are the names of places, the first one is the text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    enum { PLACES = 200 };
    static const LocateArea areas[] = { { { "云桥街道", 12 }, -1, false }, { { "建设居民区", 15 }, 0, true } };
    Str names[PLACES], text = { "", 0 }, rest = { (const char *)data, n };
    LocatePlace places[PLACES];
    LocateInput in = { areas, 2, places, 0 };
    LocateIndex *x;
    Fault f;

    for (int32_t i = 0; rest.n && in.n_places < PLACES; i++) {
        const char *end = memchr(rest.p, '\n', rest.n);
        Str line = { rest.p, end ? (size_t)(end - rest.p) : rest.n };
        rest = end ? (Str){ end + 1, rest.n - line.n - 1 } : (Str){ rest.p, 0 };
        if (i == 0)
            text = line;
        names[in.n_places] = line;
        places[in.n_places] = (LocatePlace){ &names[in.n_places], 1, i % 3 - 1 };
        in.n_places++;
    }
    if (locate_build(&in, &x, &f) != OK)
        return 0;
    find(x, text);
    find(x, (Str){ (const char *)data, n });
    locate_free(x);
    return 0;
}
