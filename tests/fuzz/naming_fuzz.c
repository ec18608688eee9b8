/* naming: any bytes. The spans rise, lie in the text, begin and end on whole
 * characters. */
#include "naming.h"

#include <stdint.h>
#include <stdlib.h>

enum { TEXT_MAX = 40000 };

static void must(bool holds) {
    if (!holds)
        abort();
}

static bool inside_a_letter(const uint8_t *data, size_t n, int32_t at) {
    return (size_t)at < n && (data[at] & 0xC0) == 0x80 && utf8_valid((const char *)data, n, &(size_t){ 0 });
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    static char room[TEXT_MAX * 16];
    Arena a = { room, 0, sizeof room };
    NamingSpan *spans;
    size_t found;
    Fault f;

    if (naming_find((Str){ (const char *)data, n }, &a, &spans, &found, &f) != OK) {
        must(n > TEXT_MAX);
        return 0;
    }
    for (size_t i = 0; i < found; i++) {
        must(spans[i].from >= 0 && spans[i].from < spans[i].to && (size_t)spans[i].to <= n);
        must(i == 0 || spans[i].from >= spans[i - 1].to);
        must(!inside_a_letter(data, n, spans[i].from) && !inside_a_letter(data, n, spans[i].to));
        must(spans[i].kind >= 1 && (int)spans[i].kind <= NAMING_KINDS);
    }
    return 0;
}
