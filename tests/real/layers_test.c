/* layers_test – real layers against GEOS: who is whose neighbour among Baltimore's blocks,
 * with the length of the border. Skipped with a word where the files are not. */
#include "adjacency.h"
#include "layer.h"

#include <geos_c.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static Fault fa;

static void must(bool fine, const char *what) {
    if (fine)
        return;
    fprintf(stderr, "layers_test: %s\n", what);
    exit(1);
}

/* ---- GEOS --------------------------------------------------------------- */

static GEOSContextHandle_t geos;

static GEOSGeometry *geos_ring(const Shape *s, int32_t r) {
    int32_t from = s->ring_at[r], n = s->ring_at[r + 1] - from;
    GEOSCoordSequence *seq = GEOSCoordSeq_create_r(geos, (unsigned)n + 1, 2);
    for (int32_t i = 0; i <= n; i++)
        GEOSCoordSeq_setXY_r(geos, seq, (unsigned)i, s->points[from + i % n].lon, s->points[from + i % n].lat);
    return GEOSGeom_createLinearRing_r(geos, seq);
}

static GEOSGeometry *geos_rim(const Shape *s) {
    GEOSGeometry **rings = calloc((size_t)s->n_rings + 1, sizeof *rings);
    for (int32_t r = 0; r < s->n_rings; r++)
        rings[r] = geos_ring(s, r);
    GEOSGeometry *rim = GEOSGeom_createCollection_r(geos, GEOS_MULTILINESTRING, rings, (unsigned)s->n_rings);
    free(rings);
    return rim;
}

static double line_m(const GEOSGeometry *g) {
    double sum = 0;
    unsigned n = 0;

    for (int i = 0, parts = GEOSGetNumGeometries_r(geos, g); parts > 1 && i < parts; i++)
        sum += line_m(GEOSGetGeometryN_r(geos, g, i));
    if (GEOSGeomTypeId_r(geos, g) != GEOS_LINESTRING)
        return GEOSGetNumGeometries_r(geos, g) == 1 && GEOSGetGeometryN_r(geos, g, 0) != g
                   ? line_m(GEOSGetGeometryN_r(geos, g, 0))
                   : sum;
    const GEOSCoordSequence *seq = GEOSGeom_getCoordSeq_r(geos, g);
    GEOSCoordSeq_getSize_r(geos, seq, &n);
    for (unsigned i = 0; i + 1 < n; i++) {
        double x, y, u, v;
        GEOSCoordSeq_getXY_r(geos, seq, i, &x, &y);
        GEOSCoordSeq_getXY_r(geos, seq, i + 1, &u, &v);
        Scale s = scale_at((int32_t)lround((y + v) / 2));
        sum += hypot((u - x) * s.lon_m, (v - y) * s.lat_m);
    }
    return sum;
}

/* ---- neighbours --------------------------------------------------------- */

static double expected_m(GEOSGeometry *const *rims, int32_t a, int32_t b) {
    GEOSGeometry *common = GEOSIntersection_r(geos, rims[a], rims[b]);
    must(common != NULL, "GEOS cannot cut two rims");
    double m = line_m(common);
    GEOSGeom_destroy_r(geos, common);
    return m;
}

static void neighbours(const Layer *l) {
    Adjacency got;
    GEOSGeometry **rims = calloc((size_t)l->n, sizeof *rims);
    Box *boxes = calloc((size_t)l->n, sizeof *boxes);
    int64_t next = 0, expected = 0;
    double total = 0, furthest = 0;

    must(adjacency_find(l->shapes, l->n, NULL, &got, &fa) == OK, fa.en);
    for (int32_t i = 0; i < l->n; i++) {
        rims[i] = geos_rim(&l->shapes[i]);
        boxes[i] = shape_box(&l->shapes[i]);
    }
    for (int32_t a = 0; a < l->n; a++)
        for (int32_t b = a + 1; b < l->n; b++) {
            double m = box_meet(boxes[a], boxes[b]) ? expected_m(rims, a, b) : 0;
            bool listed = next < got.n && got.borders[next].a == a && got.borders[next].b == b;
            if (listed != (m > 0)) {
                fprintf(stderr, "layers_test: blocks %d and %d share %.3f m by GEOS\n", a, b, m);
                exit(1);
            }
            if (!listed)
                continue;
            furthest = fmax(furthest, fabs(got.borders[next].exact_m - m));
            total += got.borders[next++].exact_m;
            expected++;
        }
    printf("neighbours among %d blocks: %lld pairs, %.1f km; furthest from GEOS %.2g m\n", l->n,
           (long long)expected, total / 1e3, furthest);
    must(got.n == expected && expected == 24067, "Baltimore has 24,067 pairs of neighbouring blocks");
    must(fabs(total / 1e3 - 2968.0) < 0.1, "they share 2,968 km on the ellipsoid (2,967 on a sphere)");
    must(furthest < 1e-3, "each border is as long as GEOS says, to a millimetre");
    adjacency_free(&got);
}

int main(void) {
    Layer blocks;

    if (!layer_read("baltimore/baltimore_blocks.geojson", &blocks))
        return 77; /* said on stderr */
    geos = GEOS_init_r();
    neighbours(&blocks);
    return 0;
}
