/* demo_dice – what is drawn for the demo city: the same seed, the same city, whichever
 * compiler built it. Integers only, and doubles without the functions of libm. */
#ifndef JW_DEMO_DICE_H
#define JW_DEMO_DICE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct Dice {
    uint64_t state;
} Dice;

static inline uint64_t dice_mix(uint64_t x) { /* splitmix64, Steele and others 2014 */
    x += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

static inline Dice dice_of(uint64_t seed, uint64_t what, uint64_t which) {
    return (Dice){ dice_mix(dice_mix(dice_mix(seed) ^ what) ^ which) };
}

static inline uint64_t dice_bits(Dice *d) {
    d->state += UINT64_C(0x9E3779B97F4A7C15);
    return dice_mix(d->state);
}

static inline int32_t dice_below(Dice *d, int32_t n) { /* 0 … n−1; n ≥ 1 */
    return (int32_t)((dice_bits(d) >> 33) % (uint64_t)n);
}

static inline int32_t dice_between(Dice *d, int32_t low, int32_t high) { /* both possible */
    return low + dice_below(d, high - low + 1);
}

static inline bool dice_percent(Dice *d, int32_t percent) { return dice_below(d, 100) < percent; }

#endif
