/* datum_guess – coordinates that call themselves WGS84 and are GCJ-02 or BD-09.
 *
 * Programs label such files as WGS84, so only the ground tells: everything in them is
 * off by the same 100 to 1,200 m, by just what the conversion (geo/project.h) says for
 * that spot. Two kinds of evidence: places whose rows name the grid that they lie in,
 * and areas of which the same one, or what it lies in, is known from before. */
#ifndef JW_DATUM_GUESS_H
#define JW_DATUM_GUESS_H

#include "datum_fit.h"
#include "project.h"
#include "err.h"

/* How far apart the spot is when it is read as `datum` instead. */
int32_t datum_offset_m(Datum datum, Degrees written);

void datum_fit_add(DatumFit *d, Degrees written, bool fits, bool fits_gcj02);
bool datum_fit_says_gcj02(const DatumFit *d); /* of at least 20 nine tenths fit so, and far fewer as written */

/* Points that should coincide with known ones: the median of their shifts is beside
 * one of the datums' offsets, and not beside nothing. */
typedef struct DatumPair {
    Degrees written, known;
} DatumPair;
typedef struct DatumShift {
    Datum datum; /* what it looks like: DATUM_GCJ02, DATUM_BD09, or DATUM_WGS84 */
    int64_t pairs;
    int32_t east_m, north_m; /* the median: how far off they are as written */
    int32_t wrong_m;         /* how far this is from what the datum's conversion says */
} DatumShift;
enum { DATUM_PAIRS_LEAST = 3 };
Err datum_shift(const DatumPair *pairs, int64_t n, DatumShift *ret, Fault *f); /* fewer than the least: WGS84 */

#endif
