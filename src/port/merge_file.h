/* merge_file – comprehensive grids proposed out of several layers (domain/grid_merge.h) as
 * tables and as a map: a row a grid, a row for each unit with the grid it goes to (what
 * `import areas --adopt-by` takes), a row for each area of each layer with what becomes of
 * it; and a feature a grid with its ground (what `import areas` takes). */
#ifndef JW_MERGE_FILE_H
#define JW_MERGE_FILE_H

#include "text.h"
#include "tx.h"

enum { MERGE_FILE_LAYERS_MAX = 8 };

typedef struct MergeOptions {
    Str within;
    Str layers[MERGE_FILE_LAYERS_MAX]; /* LAYER or LAYER:LEVEL */
    int32_t n_layers;
    Str whole; /* LAYER[:LEVEL] of what is never cut, "none", or empty: residential areas */
    int32_t min, max, grids, sweeps, threads, compact;
    uint64_t seed;
} MergeOptions;

typedef struct MergeDone MergeDone; /* a proposal */

/* ERR_INVALID: a level there is none of; else what grid_merge_make() says. */
Err merge_file_make(Store *s, const MergeOptions *how, MergeDone **ret, Fault *f);
void merge_file_free(MergeDone *m);

typedef enum MergeTable { MERGE_TABLE_GRIDS, MERGE_TABLE_UNITS, MERGE_TABLE_AREAS, MERGE_TABLE_MAP } MergeTable;
Err merge_file_put(const MergeDone *m, MergeTable what, Buf *out, Fault *f);

void merge_file_json(const MergeDone *m, Buf *out);  /* the figures, one object */
void merge_file_words(const MergeDone *m, Buf *out); /* for people */

#endif
