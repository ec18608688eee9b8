/* figures – from numerator and denominator to what is shown (DOMAIN.md §3): rounding
 * half away from zero, "n/a" on a zero base, no rate on few. Pure arithmetic; which
 * cases are counted: domain/case_figures.h. */
#ifndef JW_FIGURES_H
#define JW_FIGURES_H

#include <stddef.h>
#include <stdint.h>

enum { RATE_ROOM = 56 };
#define FIGURE_MAX 1000000000000LL /* of a count; ours are cases */

typedef enum RateKind {
    RATE_NONE = 1, /* nothing to be a share of: n/a             */
    RATE_FEW,      /* fewer than `least`: the counts alone      */
    RATE_SHOWN
} RateKind;

/* `text`: "93.72 %", "n/a", or "9/16" where there are fewer than `least`. Both counts
 * are 0 to FIGURE_MAX; a share is not bounded by 100. */
typedef struct Rate {
    RateKind kind;
    char text[RATE_ROOM];
} Rate;
Rate rate_of(int64_t numerator, int64_t denominator, int64_t least);

/* With one decimal and however few there are, for one occasion: "92.0 %", or "n/a". */
Rate share_of(int64_t part, int64_t whole);

/* A change from one period to the other: "−76.0 %", "+24.1 %", "0.0 %". Where it doubles
 * or more, a share alone misleads: "+600 % (+36)". Of fewer than `least` before: "+36". */
Rate change_of(int64_t before, int64_t after, int64_t least);

#endif
