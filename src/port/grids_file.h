/* grids_file – grids that somebody drew, from a map file (GeoJSON): each feature one, with
 * its code and name. For a plan that is taken in as a draft, or kept to (domain/plan_solve.h,
 * micro_plan.h). */
#ifndef JW_GRIDS_FILE_H
#define JW_GRIDS_FILE_H

#include "plan_solve.h"
#include "text.h"

typedef struct GridsFile {
    PlanDrawn *grids; /* their shapes are in `shapes` */
    struct Shape *shapes;
    int32_t n, room;
    Arena words;
} GridsFile;

/* `file` is what messages call it. ERR_INVALID names the feature. */
Err grids_file_read(Str bytes, Str file, GridsFile *ret, Fault *f);
void grids_file_free(GridsFile *g);

#endif
