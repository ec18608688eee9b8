/* split_file – the parts of an area that is to be split, from a file: a map (GeoJSON, one
 * feature a part) or, of a mere list of buildings, a table that says for each building or
 * area beneath to which part it goes. What a split may be judges area_change.h; here is
 * only read. Nothing is written unless all of it is. */
#ifndef JW_SPLIT_FILE_H
#define JW_SPLIT_FILE_H

#include "records.h"
#include "tx.h"

#define SPLIT_BYTES_MAX ((size_t)64 << 20)

typedef struct SplitOptions {
    Str file;        /* what messages call it */
    Str area, layer; /* codes; no layer: the governing one */
    Str code, name;  /* attributes of the features; empty: "code", "name" */
    Str households;  /* another, or none */
    Str crs, note;   /* crs: wgs84, cgcs2000, gcj02 or bd09 */
    int32_t day;
} SplitOptions;

typedef struct SplitDone {
    AreaState state; /* of the area: split, or active while it is a plan */
    int32_t parts;
} SplitDone;

/* ERR_INVALID names the feature, or the row of the table. */
Err split_file(Store *s, Str bytes, const SplitOptions *how, SplitDone *ret, Fault *f);

#endif
