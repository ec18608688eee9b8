/* datum_guess – see datum_guess.h. */
#include "datum_guess.h"

#include "mem.h"

#include <math.h>
#include <stdlib.h>

static Point point_near(Degrees d) {
    Point p = { 0, 0 };

    point_of_degrees(d.lon, d.lat, &p);
    return p;
}

int32_t datum_offset_m(Datum datum, Degrees written) {
    return (int32_t)point_distance_m(point_near(written), point_near(datum_to_wgs84(datum, written)));
}

/* ---- points in a grid ---- */

enum { FIT_LEAST = 20 };

void datum_fit_add(DatumFit *d, Degrees written, bool fits, bool fits_gcj02) {
    if (d->seen++ == 0)
        d->offset_m = datum_offset_m(DATUM_GCJ02, written);
    d->fit += fits;
    d->fit_gcj02 += fits_gcj02;
}

bool datum_fit_says_gcj02(const DatumFit *d) {
    return d->seen >= FIT_LEAST && d->fit_gcj02 * 10 >= d->seen * 9 && d->fit * 10 <= d->fit_gcj02 * 9;
}

/* ---- points that should coincide ---- */

typedef struct Metres {
    double east, north;
} Metres;

static Metres metres_between(Degrees from, Degrees to) {
    Scale s = scale_at(point_near(from).lat);
    return (Metres){ (to.lon - from.lon) * DEGREE_E7 * s.lon_m, (to.lat - from.lat) * DEGREE_E7 * s.lat_m };
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *list, int64_t n) {
    qsort(list, (size_t)n, sizeof *list, by_size);
    return n % 2 ? list[n / 2] : (list[n / 2 - 1] + list[n / 2]) / 2;
}

/* The medians of what is left of the shifts when the points are read as `datum`. */
static Metres shift_left(const DatumPair *pairs, int64_t n, Datum datum, double *room) {
    Metres m;

    for (int64_t i = 0; i < n; i++)
        room[i] = metres_between(pairs[i].known, datum_to_wgs84(datum, pairs[i].written)).east;
    m.east = median(room, n);
    for (int64_t i = 0; i < n; i++)
        room[i] = metres_between(pairs[i].known, datum_to_wgs84(datum, pairs[i].written)).north;
    m.north = median(room, n);
    return m;
}

/* Read as the datum less than a quarter of the shift may be left: what is drawn anew
 * differs by some metres, and never all in one direction by half a kilometre. */
static void judge(const DatumPair *pairs, int64_t n, double *room, DatumShift *ret) {
    static const Datum others[] = { DATUM_GCJ02, DATUM_BD09 };
    Metres plain = shift_left(pairs, n, DATUM_WGS84, room);
    double least = hypot(plain.east, plain.north) / 4;

    *ret = (DatumShift){ .datum = DATUM_WGS84,
                         .pairs = n,
                         .east_m = (int32_t)lround(plain.east),
                         .north_m = (int32_t)lround(plain.north) };
    for (size_t i = 0; i < COUNT(others); i++) {
        Metres left = shift_left(pairs, n, others[i], room);
        double m = hypot(left.east, left.north);
        if (m < least && datum_offset_m(others[i], pairs[0].written) >= 100) {
            least = m;
            ret->datum = others[i];
            ret->wrong_m = (int32_t)lround(m);
        }
    }
}

Err datum_shift(const DatumPair *pairs, int64_t n, DatumShift *ret, Fault *f) {
    *ret = (DatumShift){ .datum = DATUM_WGS84, .pairs = n };
    if (n < DATUM_PAIRS_LEAST)
        return OK;
    double *room = mem_alloc((size_t)n * sizeof *room);
    if (!room)
        return fault_memory(f);
    judge(pairs, n, room, ret);
    mem_free(room);
    return OK;
}
