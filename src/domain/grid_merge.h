/* grid_merge 多格合一 – comprehensive grids 综合网格 proposed for an area, out of the layers that
 * cut it: city operation, police, Party (DOMAIN.md §2). What is read here: the ground of the
 * area; the areas that no grid cuts (residential areas, unless another level is named); the
 * rest of the ground in pieces of all layers; who lives there. What is looked for: engine/
 * merge.h. No grid leaves a subdistrict. It proposes; nothing is written. */
#ifndef JW_GRID_MERGE_H
#define JW_GRID_MERGE_H

#include "cross_layer.h"
#include "merge.h"

typedef struct GridMergeAsk {
    Str within; /* code of an area of the governing layer */
    CrossSide layers[MERGE_LAYERS_MAX];
    int32_t n_layers;
    bool pieces; /* all of the ground in pieces: residential areas may be cut */
    CrossSide whole;
    bool whole_named; /* else the residential areas of the governing layer */
    int32_t min, max, grids, sweeps, threads, compact;
    uint64_t seed;
    int32_t units_max; /* 0: as many as there are */
} GridMergeAsk;

typedef struct GridMergeUnit {
    size_t code, name;  /* of a piece: the codes of its cells, joined by + */
    const Shape *shape; /* of a piece, or of an area */
    bool piece;
} GridMergeUnit;

typedef struct GridMerge {
    Merge merge;
    MergeInput in; /* units and layers of the map */
    CrossLayer layers[MERGE_LAYERS_MAX];
    GridMergeUnit *units;
    int32_t n_units, n_pieces;
    bool by_places;   /* households of buildings, else of areas */
    int64_t left_out; /* households that lie in no unit */
    size_t *codes;    /* of each new grid, and its name: grid_merge_word() */
    size_t *names_zh;
    size_t *hard_codes; /* of each new grid: what it lies in */
    Buf words;
    struct GridMergeGround *ground;
} GridMerge;

/* ERR_NOT_FOUND: no such area or layer; ERR_INVALID: no shapes, no households, fewer than two
 * layers; ERR_LIMIT. On the heap. */
Err grid_merge_make(Tx *tx, const GridMergeAsk *ask, GridMerge *ret, Fault *f);
void grid_merge_free(GridMerge *g);
const char *grid_merge_word(const GridMerge *g, size_t at);

#endif
