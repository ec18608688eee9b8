/* random – unpredictable bytes, and tracking codes.
 *
 * A tracking code is what a resident keeps: 7K3M-9QXT-2VHC. Twelve letters of
 * an alphabet without I, L, O and U; 43 random bits, the home slot of the case
 * (so that a look-up goes to one place), and a check letter. The check finds
 * every single wrong letter and every exchange of two letters: the code is a
 * word of weights a, a², a³ … over GF(32), a of order 31, whose weighted sum is
 * zero. The home is mixed with random bits: that is for the eye, not a secret. */
#ifndef JW_RANDOM_H
#define JW_RANDOM_H

#include "err.h"
#include "text.h"
#include <stddef.h>
#include <stdint.h>

void random_bytes(void *ret, size_t n);
uint32_t random_below(uint32_t n); /* 0 … n−1, all alike likely; n ≥ 1 */

enum { CODE_LETTERS = 12 };
typedef struct Code {
    char z[16];
} Code; /* 7K3M-9QXT-2VHC, in capitals and with dashes: the form that is stored */

Code code_make(int32_t home); /* 0 … 4095 */

/* The same of bits that are given, for a city that is to come out the same every time:
 * whoever knows how they were drawn knows the code. */
Code code_from(int32_t home, uint64_t bits);

/* Reads what a person typed: lower case, spaces, dashes anywhere or missing, O
 * for 0, I or L for 1, full-width letters. ERR_INVALID says which is wrong: a
 * letter, the length, or the check. */
Err code_parse(Str text, int32_t *ret_home, Code *ret, Fault *f);

#endif
