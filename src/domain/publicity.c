/* publicity – see publicity.h. */
#include "publicity.h"

static bool one_of(Str category, const char *const *codes, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (str_is(category, codes[i]))
            return true;
    return false;
}

/* A three-digit number of class 1, 2 or 3, as in the default catalogue. */
static bool of_default(Str category) {
    bool digits = category.n == 3 && category.p[0] >= '1' && category.p[0] <= '3';

    for (size_t i = 1; digits && i < 3; i++)
        digits = category.p[i] >= '0' && category.p[i] <= '9';
    return digits;
}

bool publicity_allowed(Str category, Publicity open_to) {
    static const char *const never[] = { "203", "207", "305", "306", "200", "300" };

    return open_to == PUBLIC_NO || !of_default(category) ||
           (category.p[0] != '1' && !one_of(category, never, COUNT(never)));
}

Publicity publicity_usual(Str category) {
    static const char *const point[] = { "201", "202", "204", "206", "301" };

    if (!of_default(category) || !publicity_allowed(category, PUBLIC_AREA))
        return PUBLIC_NO;
    return one_of(category, point, COUNT(point)) ? PUBLIC_POINT : PUBLIC_AREA;
}
