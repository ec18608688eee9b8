/* layers_test – real layers against GEOS: who is whose neighbour among Baltimore's blocks,
 * with the length of the border, and how much ground each block has in each neighbourhood.
 * Skipped with a word where the files are not. */
#include "adjacency.h"
#include "geo_geos.h"
#include "layer.h"
#include "overlay.h"

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
        GEOSGeometry *whole = geos_shape_of(geos, &l->shapes[i]);
        rims[i] = GEOSBoundary_r(geos, whole);
        GEOSGeom_destroy_r(geos, whole);
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

/* ---- common ground ------------------------------------------------------ */

static double common_units2(const GEOSGeometry *a, const GEOSGeometry *b) {
    GEOSGeometry *common = GEOSIntersection_r(geos, a, b);
    double area = 0;
    must(common && GEOSArea_r(geos, common, &area), "GEOS cannot cut two shapes");
    GEOSGeom_destroy_r(geos, common);
    return area;
}

/* Both layers valid: GEOS cuts nothing else. */
static GEOSGeometry **shapes_of(const Layer *l, Box *boxes) {
    GEOSGeometry **all = calloc((size_t)l->n, sizeof *all);
    for (int32_t i = 0; i < l->n; i++) {
        all[i] = geos_shape_of(geos, &l->shapes[i]);
        boxes[i] = shape_box(&l->shapes[i]);
    }
    return all;
}

static void common_ground(const Layer *areas, const Layer *blocks) {
    Box *a_boxes = calloc((size_t)areas->n, sizeof *a_boxes),
        *b_boxes = calloc((size_t)blocks->n, sizeof *b_boxes);
    GEOSGeometry **a = shapes_of(areas, a_boxes), **b = shapes_of(blocks, b_boxes);
    OverlayLayer *ready_a, *ready_b;
    Overlay got;
    int64_t next = 0, expected = 0;
    double furthest = 0;

    must(overlay_ready(areas->shapes, areas->n, &ready_a, &fa) == OK, fa.en);
    must(overlay_ready(blocks->shapes, blocks->n, &ready_b, &fa) == OK, fa.en);
    must(overlay_find(ready_a, ready_b, NULL, &got, &fa) == OK, fa.en);
    for (int32_t i = 0; i < areas->n; i++)
        for (int32_t k = 0; k < blocks->n; k++) {
            double units2 = box_meet(a_boxes[i], b_boxes[k]) ? common_units2(a[i], b[k]) : 0, ours = 0;
            if (next < got.n && got.commons[next].a == i && got.commons[next].b == k)
                ours = got.commons[next++].units2;
            furthest = fmax(furthest, fabs(ours - units2));
            expected += units2 >= OVERLAY_LEAST_UNITS2;
        }
    printf("common ground of %d neighbourhoods and %d blocks: %lld pairs (GEOS %lld); furthest from GEOS %.2g "
           "square degrees\n",
           areas->n, blocks->n, (long long)got.n, (long long)expected, furthest * 1e-14);
    must(got.n == expected && expected == 14254, "14,254 pairs have ground in common");
    must(next == got.n, "every pair is one that GEOS was asked for");
    must(furthest * 1e-14 < 1e-10, "each pair has as much in common as GEOS says, within 1e-10 square degrees");
    overlay_free(&got);
}

int main(void) {
    Layer blocks, areas;

    if (!layer_read("baltimore/baltimore_blocks.geojson", &blocks) ||
        !layer_read("baltimore/neighborhoods.geojson", &areas))
        return 77; /* said on stderr */
    geos = GEOS_init_r();
    neighbours(&blocks);
    common_ground(&areas, &blocks);
    return 0;
}
