/* pieces – the ground that several layers cut at once: what lies in the same area of each of
 * them, each stretch of it by itself, in one piece.
 *
 * Where two surveys drew one border twice a strip is left between the lines. A piece that is
 * narrower than `least_m` on the average is none: it joins the neighbour that it shares the
 * most border with. GEOS makes the shapes (repair.h). */
#ifndef JW_PIECES_H
#define JW_PIECES_H

#include "polygon.h"

enum { PIECES_LAYERS_MAX = 8, PIECES_MAX = 200000 };

typedef struct PiecesLayer {
    const Shape *shapes;
    int32_t n;
} PiecesLayer;

typedef struct Pieces {
    Shape *shapes; /* on the heap, freed by pieces_free */
    int32_t *cell; /* n × layers: the area of each layer that a piece lies in, -1: none */
    int32_t n, layers;
} Pieces;

/* Of `ground`, by layers whose shapes are valid. ERR_LIMIT: more than PIECES_MAX. */
Err pieces_make(const Shape *ground, const PiecesLayer *layers, int32_t n_layers, double least_m, Pieces *ret,
                Fault *f);
void pieces_free(Pieces *p);

#endif
