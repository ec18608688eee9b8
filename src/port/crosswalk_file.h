/* crosswalk_file – the crosswalk of two layers (domain/crosswalk.h) as a table and as a map:
 * a row and a feature for each pair of areas that have ground in common. */
#ifndef JW_CROSSWALK_FILE_H
#define JW_CROSSWALK_FILE_H

#include "text.h"
#include "tx.h"

/* LAYER or LAYER:LEVEL ("csas:subdistrict"); without a level its finest areas. */
typedef struct CrosswalkOptions {
    Str a, b;
    bool map;    /* GeoJSON, else CSV */
    bool wanted; /* a file at all */
} CrosswalkOptions;

/* For people: areas of the one side that lie in no single area of the other, worst first. */
enum { CROSSWALK_WORST = 20 };
typedef struct CrosswalkMismatch {
    char code[44], most[44], next[44]; /* where most of it lies, and the next most; empty: nowhere */
    double share, next_share;          /* of its ground */
    int64_t households, households_most;
} CrosswalkMismatch;

typedef struct CrosswalkSide {
    int32_t areas, whole;
    CrosswalkMismatch worst[CROSSWALK_WORST];
    int32_t n_worst;
} CrosswalkSide;

typedef struct CrosswalkDone {
    CrosswalkSide a, b;
    int64_t pairs, places, apart; /* apart: places that lie in none of the pairs */
} CrosswalkDone;

/* ERR_INVALID: no such level; else what crosswalk_make() says. */
Err crosswalk_file(Store *s, const CrosswalkOptions *how, Buf *out, CrosswalkDone *ret, Fault *f);

#endif
