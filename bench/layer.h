/* bench/layer – a GeoJSON layer as shapes, for the benches of geo. Not an
 * importer: it stops at the first thing it does not like. */
#ifndef BENCH_LAYER_H
#define BENCH_LAYER_H

#include "polygon.h"

typedef struct Layer {
    Shape *shapes; /* on the heap, never given back: the bench ends */
    int32_t n;
    int64_t points;
} Layer;

/* The file in $JW_SHARED/data, or in ../shared/data beside the project; false
 * with a word on stderr if it is not there. */
bool layer_read(const char *name, Layer *ret);

double seconds_now(void);

#endif
