/* datum_fit – points of which it is known where they should lie, counted: what
 * datum_guess.h judges by, for reports that need not see geo. */
#ifndef JW_DATUM_FIT_H
#define JW_DATUM_FIT_H

#include <stdint.h>

/* Of `seen` points so many lie there as written, and so many if read as GCJ-02. */
typedef struct DatumFit {
    int64_t seen, fit, fit_gcj02;
    int32_t offset_m; /* at the first of them; 0: none seen */
} DatumFit;

#endif
