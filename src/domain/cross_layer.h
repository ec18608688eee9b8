/* cross_layer – the areas of one layer with their shapes, as who compares layers reads them
 * (crosswalk.h, grid_merge.h): those of one level, or the finest ones. */
#ifndef JW_CROSS_LAYER_H
#define JW_CROSS_LAYER_H

#include "area.h"
#include "polygon.h"

/* A layer, and of it a level or its finest areas. */
typedef struct CrossSide {
    Str layer;
    bool levelled;
    AreaLevel level;
} CrossSide;

typedef struct CrossArea {
    size_t code, name; /* offsets in the words of who asked */
    AreaId id;
    char path[44];
    bool labelled;
    Point label;
    int32_t written; /* households that are written at it, -1: none */
    Shape shape;
    double m2, covered; /* covered: share of its ground in any area of the other layer */
    int64_t households, places;
    int32_t most; /* the pair with most of its ground, -1: none */
} CrossArea;

typedef struct CrossLayer {
    CrossArea *areas;
    int32_t n, whole; /* whole: areas that lie in one of the other layer */
    bool governing;
} CrossLayer;

/* LAYER, or LAYER:LEVEL ("csas:subdistrict"). ERR_INVALID: no such level. */
Err cross_side_read(Str word, CrossSide *ret, Fault *f);

/* On the heap. ERR_NOT_FOUND: no such layer; ERR_INVALID: it has no areas with shapes there. */
Err cross_layer_read(Tx *tx, const CrossSide *side, Buf *words, CrossLayer *ret, Fault *f);
void cross_layer_free(CrossLayer *l);

#endif
