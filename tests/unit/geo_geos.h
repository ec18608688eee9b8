/* geo_geos – our shapes as GEOS's, in lattice units: the judge of the tests of geo, and what
 * the benches stand beside. */
#ifndef GEO_GEOS_H
#define GEO_GEOS_H

#include "polygon.h"

#include <geos_c.h>
#include <stdlib.h>

static inline GEOSGeometry *geos_ring_of(GEOSContextHandle_t h, const Shape *s, int32_t r) {
    int32_t from = s->ring_at[r], n = s->ring_at[r + 1] - from;
    GEOSCoordSequence *seq = GEOSCoordSeq_create_r(h, (unsigned)n + 1, 2);
    for (int32_t i = 0; i <= n; i++)
        GEOSCoordSeq_setXY_r(h, seq, (unsigned)i, s->points[from + i % n].lon, s->points[from + i % n].lat);
    return GEOSGeom_createLinearRing_r(h, seq);
}

static inline GEOSGeometry *geos_shape_of(GEOSContextHandle_t h, const Shape *s) {
    GEOSGeometry **polygons = calloc((size_t)s->n_polys + 1, sizeof *polygons),
                 **rings = calloc((size_t)s->n_rings + 1, sizeof *rings);
    for (int32_t k = 0; k < s->n_polys; k++) {
        int32_t first = s->poly_at[k], n = s->poly_at[k + 1] - first;
        for (int32_t r = 0; r < n; r++)
            rings[r] = geos_ring_of(h, s, first + r);
        polygons[k] = GEOSGeom_createPolygon_r(h, rings[0], rings + 1, (unsigned)n - 1);
    }
    GEOSGeometry *whole = GEOSGeom_createCollection_r(h, GEOS_MULTIPOLYGON, polygons, (unsigned)s->n_polys);
    free(rings);
    free(polygons);
    return whole;
}

#endif
