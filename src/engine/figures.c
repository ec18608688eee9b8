/* figures – see figures.h. */
#include "figures.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#define MINUS "\xE2\x88\x92" /* − */

/* The quotient rounded half away from zero; no product here exceeds 64 bits, as counts
 * are at most FIGURE_MAX. */
static int64_t rounded(int64_t numerator, int64_t denominator) {
    int64_t whole = numerator / denominator, rest = numerator % denominator;

    return whole + (2 * rest >= denominator);
}

static Rate said(RateKind kind, const char *text) {
    Rate r = { .kind = kind };

    snprintf(r.text, sizeof r.text, "%s", text);
    return r;
}

Rate rate_of(int64_t numerator, int64_t denominator, int64_t least) {
    Rate r = { .kind = RATE_SHOWN };

    assert(numerator >= 0 && denominator >= 0 && numerator <= FIGURE_MAX && denominator <= FIGURE_MAX);
    if (denominator == 0)
        return said(RATE_NONE, "n/a");
    if (denominator < least) {
        r.kind = RATE_FEW;
        snprintf(r.text, sizeof r.text, "%" PRId64 "/%" PRId64, numerator, denominator);
        return r;
    }
    int64_t hundredths = rounded(numerator * 10000, denominator);
    snprintf(r.text, sizeof r.text, "%" PRId64 ".%02d %%", hundredths / 100, (int)(hundredths % 100));
    return r;
}

Rate share_of(int64_t part, int64_t whole) {
    Rate r = { .kind = RATE_SHOWN };

    assert(part >= 0 && whole >= 0 && part <= FIGURE_MAX && whole <= FIGURE_MAX);
    if (whole == 0)
        return said(RATE_NONE, "n/a");
    int64_t tenths = rounded(part * 1000, whole);
    snprintf(r.text, sizeof r.text, "%" PRId64 ".%d %%", tenths / 10, (int)(tenths % 10));
    return r;
}

Rate change_of(int64_t before, int64_t after, int64_t least) {
    int64_t by = after - before, size = by < 0 ? -by : by;
    const char *sign = by < 0 ? MINUS : by > 0 ? "+" : "";
    Rate r = { .kind = RATE_SHOWN };

    assert(before >= 0 && after >= 0 && before <= FIGURE_MAX && after <= FIGURE_MAX);
    if (before == 0)
        return said(RATE_NONE, "n/a");
    if (before < least) {
        r.kind = RATE_FEW;
        snprintf(r.text, sizeof r.text, "%s%" PRId64, sign, size);
    } else if (size >= before && by > 0)
        snprintf(r.text, sizeof r.text, "+%" PRId64 " %% (+%" PRId64 ")", rounded(size * 100, before), size);
    else {
        int64_t tenths = rounded(size * 1000, before);
        snprintf(r.text, sizeof r.text, "%s%" PRId64 ".%d %%", tenths ? sign : "", tenths / 10,
                 (int)(tenths % 10));
    }
    return r;
}
