/* street – see street.h. */
#include "street.h"

#include <string.h>

static const char *const ends_zh[] = { "大道", "路", "街", "巷", "弄" };
static const char *const before_zh[] = { "区", "镇", "市", "县" }; /* what is written before a street */
static const char *const ends_en[] = { " Street", " Road", " Avenue", " Lane", " St", " Rd", " Ave" };

static bool begins(Str s, size_t at, const char *word) {
    size_t n = strlen(word);
    return s.n - at >= n && memcmp(s.p + at, word, n) == 0;
}

static bool letter(unsigned char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80; }

/* A house number before it is none of its name: "12 Mill Road". */
static size_t skip_number(Str s) {
    size_t i = 0;

    while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
        i++;
    while (i < s.n && s.p[i] == ' ')
        i++;
    return i;
}

Str street_of(Str address) {
    size_t from = skip_number(address);

    for (size_t i = from; i < address.n; i++) {
        for (size_t k = 0; k < COUNT(before_zh); k++)
            if (begins(address, i, before_zh[k]) && i + strlen(before_zh[k]) < address.n)
                from = i + strlen(before_zh[k]);
        for (size_t k = 0; k < COUNT(ends_zh); k++)
            if (i > from && begins(address, i, ends_zh[k]))
                return (Str){ address.p + from, i - from + strlen(ends_zh[k]) };
        for (size_t k = 0; k < COUNT(ends_en); k++) {
            size_t end = i + strlen(ends_en[k]);
            if (i > from && begins(address, i, ends_en[k]) &&
                (end == address.n || !letter((unsigned char)address.p[end])))
                return (Str){ address.p + from, end - from };
        }
    }
    return (Str){ "", 0 };
}
