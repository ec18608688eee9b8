/* crosswalk 图层对照 – two layers that cut the same city otherwise: which areas of the one
 * lie in which of the other, with how much of their ground, their households and their
 * places (DOMAIN.md, 多格合一).
 *
 * Ground by geo/overlay.h; households and places by the points of the buildings. An area is
 * `whole` in another if WHOLE of its ground lies there, else it is a mismatch. The rows
 * only: tables and maps of it are port/crosswalk_file.h. */
#ifndef JW_CROSSWALK_H
#define JW_CROSSWALK_H

#include "cross_layer.h"

#define CROSSWALK_WHOLE 0.99

typedef struct CrossPair {
    int32_t a, b;
    double m2, share_a, share_b; /* of the ground of the one and of the other, 0 … 1 */
    int64_t households, places;  /* whose point lies in both */
} CrossPair;

typedef struct Crosswalk {
    CrossLayer a, b;
    CrossPair *pairs; /* by a, then b */
    int64_t n_pairs;
    int64_t places, apart; /* with coordinates; of those, in none of the pairs */
    Buf words;
} Crosswalk;

/* ERR_NOT_FOUND: no such layer; ERR_INVALID: it has no areas with shapes there. On the heap. */
Err crosswalk_make(Tx *tx, const CrossSide *a, const CrossSide *b, Crosswalk *ret, Fault *f);
void crosswalk_free(Crosswalk *x);
const char *crosswalk_word(const Crosswalk *x, size_t at);

#endif
