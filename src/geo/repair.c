/* repair – see repair.h. All of GEOS is in this file.
 *
 * Shapes go in with lattice units as coordinates, not degrees: whole numbers, on
 * which a grid size of 1 makes GEOS itself round to our lattice and keep the
 * result valid there (snap rounding), instead of us breaking it afterwards. */
#include "repair.h"

#include <geos_c.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* One call's GEOS: context, and what it complained of. */
typedef struct Geos {
    GEOSContextHandle_t h;
    char said[200];
} Geos;

static void geos_complains(const char *what, void *to) {
    Geos *g = to;
    snprintf(g->said, sizeof g->said, "%s", what);
}

static Err geos_begin(Geos *g, Fault *f) {
    g->said[0] = 0;
    mem_failed = false;
    g->h = GEOS_init_r();
    if (!g->h)
        return fault_memory(f);
    GEOSContext_setErrorMessageHandler_r(g->h, geos_complains, g);
    return OK;
}

static void geos_end(Geos *g) { GEOS_finish_r(g->h); }

/* A list for GEOS that found no room is no fault of the shape. */
static Err geos_failed(const Geos *g, Fault *f) {
    if (mem_failed)
        return fault_memory(f);
    Err err = fault(
        f, ERR_INVALID, "shape_operation", "", "图形无法计算，可能严重自相交；请在制图软件中检查它。",
        "The shape cannot be computed with, perhaps it crosses itself badly; check it in a mapping program.");
    snprintf(f->detail, sizeof f->detail, "%s", g->said);
    return err;
}

/* ---- there and back ----------------------------------------------------- */

static GEOSGeometry *geos_ring(const Geos *g, const Point *ring, int32_t n) {
    GEOSCoordSequence *seq = GEOSCoordSeq_create_r(g->h, (unsigned)n + 1, 2);

    for (int32_t i = 0; seq && i <= n; i++) {
        Point p = ring[i < n ? i : 0];
        if (!GEOSCoordSeq_setXY_r(g->h, seq, (unsigned)i, p.lon, p.lat)) {
            GEOSCoordSeq_destroy_r(g->h, seq);
            return NULL;
        }
    }
    return seq ? GEOSGeom_createLinearRing_r(g->h, seq) : NULL; /* takes seq in any case */
}

static void geos_drop(const Geos *g, GEOSGeometry **list, int32_t n) {
    for (int32_t i = 0; i < n; i++)
        GEOSGeom_destroy_r(g->h, list[i]);
}

static GEOSGeometry *geos_polygon(const Geos *g, const Shape *s, int32_t k) {
    int32_t first = s->poly_at[k], n = s->poly_at[k + 1] - first, made = 0;
    GEOSGeometry **rings = mem_alloc((size_t)n * sizeof *rings), *polygon = NULL;

    while (rings && made < n) {
        int32_t at = s->ring_at[first + made];
        rings[made] = geos_ring(g, s->points + at, s->ring_at[first + made + 1] - at);
        if (!rings[made])
            break;
        made++;
    }
    if (rings && made == n)
        polygon = GEOSGeom_createPolygon_r(g->h, rings[0], rings + 1, (unsigned)n - 1); /* takes the rings */
    else if (rings)
        geos_drop(g, rings, made);
    mem_free(rings);
    return polygon;
}

static GEOSGeometry *geos_shape(const Geos *g, const Shape *s) {
    GEOSGeometry **parts = mem_alloc((size_t)s->n_polys * sizeof *parts), *whole = NULL;
    int32_t made = 0;

    while (parts && made < s->n_polys && (parts[made] = geos_polygon(g, s, made)) != NULL)
        made++;
    if (parts && made == s->n_polys)
        whole =
            GEOSGeom_createCollection_r(g->h, GEOS_MULTIPOLYGON, parts, (unsigned)made); /* takes the parts */
    else if (parts)
        geos_drop(g, parts, made);
    mem_free(parts);
    return whole;
}

static void draft_geos_ring(const Geos *g, const GEOSGeometry *ring, ShapeDraft *d) {
    const GEOSCoordSequence *seq = ring ? GEOSGeom_getCoordSeq_r(g->h, ring) : NULL;
    unsigned n = 0;

    draft_ring(d);
    if (!seq || !GEOSCoordSeq_getSize_r(g->h, seq, &n))
        return;
    for (unsigned i = 0; i < n; i++) {
        double x = 0, y = 0;
        GEOSCoordSeq_getXY_r(g->h, seq, i, &x, &y);
        if (fabs(x) <= LON_MAX + 1.0 && fabs(y) <= LAT_MAX + 1.0)
            draft_point(d, (Point){ (int32_t)lround(x), (int32_t)lround(y) });
    }
}

/* The polygons of whatever came out; lines and points are left behind. */
static void draft_geos(const Geos *g, const GEOSGeometry *geom, ShapeDraft *d) {
    int type = GEOSGeomTypeId_r(g->h, geom);

    if (type == GEOS_MULTIPOLYGON || type == GEOS_GEOMETRYCOLLECTION) {
        for (int i = 0, n = GEOSGetNumGeometries_r(g->h, geom); i < n; i++)
            draft_geos(g, GEOSGetGeometryN_r(g->h, geom, i), d);
        return;
    }
    if (type != GEOS_POLYGON || GEOSisEmpty_r(g->h, geom))
        return;
    draft_polygon(d);
    draft_geos_ring(g, GEOSGetExteriorRing_r(g->h, geom), d);
    for (int i = 0, n = GEOSGetNumInteriorRings_r(g->h, geom); i < n; i++)
        draft_geos_ring(g, GEOSGetInteriorRingN_r(g->h, geom, i), d);
}

/* Takes `geom`. `may_be_empty`: no ground in common is an answer, not a fault. */
static Err geos_take(Geos *g, GEOSGeometry *geom, bool may_be_empty, Arena *a, Shape *ret, Fault *f) {
    ShapeDraft d;
    int32_t dropped;

    if (!geom)
        return geos_failed(g, f);
    draft_begin(&d);
    draft_geos(g, geom, &d);
    GEOSGeom_destroy_r(g->h, geom);
    if (d.n_polys == 0 && may_be_empty && d.err == OK) {
        draft_drop(&d);
        return shape_take(a, 0, 0, 0, ret, f);
    }
    return draft_end(&d, a, ret, &dropped, f);
}

/* ---- validity and repair ------------------------------------------------ */

static void geos_where(const Geos *g, const GEOSGeometry *at, Point *ret) {
    double x, y;

    if (at && GEOSGeomTypeId_r(g->h, at) == GEOS_POINT && GEOSGeomGetX_r(g->h, at, &x) == 1 &&
        GEOSGeomGetY_r(g->h, at, &y) == 1 && fabs(x) <= LON_MAX && fabs(y) <= LAT_MAX)
        *ret = (Point){ (int32_t)lround(x), (int32_t)lround(y) };
}

Err shape_valid(const Shape *s, bool *ret_valid, Point *ret_at, char ret_why[REPAIR_WHY_MAX], Fault *f) {
    Geos g;
    char *why = NULL;
    GEOSGeometry *at = NULL;

    TRY(geos_begin(&g, f));
    GEOSGeometry *geom = geos_shape(&g, s);
    char valid = geom ? GEOSisValidDetail_r(g.h, geom, 0, &why, &at) : 2;
    if (valid == 0 && ret_why)
        snprintf(ret_why, REPAIR_WHY_MAX, "%s", why ? why : "");
    if (valid == 0 && ret_at) {
        *ret_at = s->n_points ? s->points[0] : (Point){ 0, 0 };
        geos_where(&g, at, ret_at);
    }
    Err err = valid == 2 ? geos_failed(&g, f) : OK;
    if (err == OK)
        *ret_valid = valid == 1;
    GEOSFree_r(g.h, why);
    GEOSGeom_destroy_r(g.h, at);
    GEOSGeom_destroy_r(g.h, geom);
    geos_end(&g);
    return err;
}

/* ---- two ways to repair */

static GEOSGeometry *geos_repaired(const Geos *g, const GEOSGeometry *geom, enum GEOSMakeValidMethods method) {
    GEOSMakeValidParams *how = GEOSMakeValidParams_create_r(g->h);
    GEOSGeometry *out = NULL;

    if (geom && how && GEOSMakeValidParams_setMethod_r(g->h, how, method) &&
        (method == GEOS_MAKE_VALID_LINEWORK || GEOSMakeValidParams_setKeepCollapsed_r(g->h, how, 0)))
        out = GEOSMakeValidWithParams_r(g->h, geom, how);
    if (how)
        GEOSMakeValidParams_destroy_r(g->h, how);
    return out;
}

/* Are the holes of polygon k larger than its outer ring? Then they cannot lie in it: the
 * rings are in no order at all, as of a shape that was written ring by ring, and taking
 * the holes out would take the area itself out. */
static bool rings_disordered(const Shape *s, int32_t k) {
    double outer = 0, holes = 0;

    for (int32_t r = s->poly_at[k]; r < s->poly_at[k + 1]; r++) {
        int32_t at = s->ring_at[r];
        double area2 = fabs((double)ring_area2(s->points + at, s->ring_at[r + 1] - at));
        *(r == s->poly_at[k] ? &outer : &holes) += area2;
    }
    return holes > outer;
}

/* Of a polygon whose rings are in order "structure": they are made valid each by
 * itself and holes taken out, also where holes meet. Of one whose rings are not, and
 * for what an invalid one covers, even-odd: ground is what an odd number of rings is
 * around ("linework"). */
static GEOSGeometry *geos_repair_polygon(const Geos *g, const Shape *s, int32_t k, bool even_odd) {
    GEOSGeometry *polygon = geos_polygon(g, s, k);
    GEOSGeometry *out = geos_repaired(
        g, polygon, even_odd || rings_disordered(s, k) ? GEOS_MAKE_VALID_LINEWORK : GEOS_MAKE_VALID_STRUCTURE);
    GEOSGeom_destroy_r(g->h, polygon);
    return out;
}

/* Parts that overlap become one, where even-odd over all of them would leave a hole in
 * their common ground. */
Err shape_repair(const Shape *s, Arena *a, Shape *ret, Fault *f) {
    Geos g;
    GEOSGeometry *whole = NULL, *rounded = NULL;
    int32_t made = 0;

    TRY(geos_begin(&g, f));
    GEOSGeometry **parts = mem_alloc((size_t)s->n_polys * sizeof *parts);
    while (parts && made < s->n_polys && (parts[made] = geos_repair_polygon(&g, s, made, false)) != NULL)
        made++;
    if (parts && made == s->n_polys)
        whole =
            GEOSGeom_createCollection_r(g.h, GEOS_GEOMETRYCOLLECTION, parts, (unsigned)made); /* takes them */
    else if (parts)
        geos_drop(&g, parts, made);
    mem_free(parts);
    if (whole)
        rounded = GEOSUnaryUnionPrec_r(g.h, whole, 1.0);
    Err err = geos_take(&g, rounded, false, a, ret, f);
    GEOSGeom_destroy_r(g.h, whole);
    geos_end(&g);
    return err;
}

static Err ground_of_polygon(const Shape *s, int32_t k, double *sum, Fault *f) {
    Geos g;
    Shape part = { 0 };

    TRY(geos_begin(&g, f));
    Err err = geos_take(&g, geos_repair_polygon(&g, s, k, true), true, NULL, &part, f);
    geos_end(&g);
    if (err == OK)
        *sum += shape_area_m2(&part);
    shape_free(&part);
    return err;
}

Err shape_ground_m2(const Shape *s, double *ret_m2, Fault *f) {
    double sum = 0;

    for (int32_t k = 0; k < s->n_polys; k++)
        TRY(ground_of_polygon(s, k, &sum, f));
    *ret_m2 = sum;
    return OK;
}

/* ---- union, intersection, difference ------------------------------------ */

/* All shapes as one collection (for a union, their overlaps do not matter). */
static GEOSGeometry *geos_many(const Geos *g, const Shape *const *shapes, int32_t n, bool apart) {
    int64_t parts = 0, made = 0;
    GEOSGeometry *whole = NULL;

    for (int32_t i = 0; i < n; i++)
        parts += shapes[i]->n_polys;
    GEOSGeometry **list = mem_alloc((size_t)parts * sizeof *list);
    if (!list)
        return NULL;
    for (int32_t i = 0; i < n; i++)
        for (int32_t k = 0; k < shapes[i]->n_polys; k++) {
            list[made] = geos_polygon(g, shapes[i], k);
            if (!list[made]) {
                geos_drop(g, list, (int32_t)made);
                mem_free(list);
                return NULL;
            }
            made++;
        }
    whole = GEOSGeom_createCollection_r(g->h, apart ? GEOS_MULTIPOLYGON : GEOS_GEOMETRYCOLLECTION, list,
                                        (unsigned)made);
    mem_free(list);
    return whole;
}

Err shape_union(const Shape *const *shapes, int32_t n, bool tiling, Arena *a, Shape *ret, Fault *f) {
    Geos g;
    GEOSGeometry *out = NULL;

    TRY(geos_begin(&g, f));
    GEOSGeometry *all = geos_many(&g, shapes, n, tiling);
    if (all)
        out = tiling ? GEOSCoverageUnion_r(g.h, all) : GEOSUnaryUnionPrec_r(g.h, all, 1.0);
    Err err = geos_take(&g, out, true, a, ret, f);
    GEOSGeom_destroy_r(g.h, all);
    geos_end(&g);
    return err;
}

typedef GEOSGeometry *GeosPair(GEOSContextHandle_t, const GEOSGeometry *, const GEOSGeometry *, double);

static Err pair_of(GeosPair *op, const Shape *a, const Shape *b, Arena *arena, Shape *ret, Fault *f) {
    Geos g;
    GEOSGeometry *out = NULL;

    TRY(geos_begin(&g, f));
    GEOSGeometry *x = geos_shape(&g, a), *y = geos_shape(&g, b);
    if (x && y)
        out = op(g.h, x, y, 1.0);
    Err err = geos_take(&g, out, true, arena, ret, f);
    GEOSGeom_destroy_r(g.h, x);
    GEOSGeom_destroy_r(g.h, y);
    geos_end(&g);
    return err;
}

Err shape_intersection(const Shape *a, const Shape *b, Arena *arena, Shape *ret, Fault *f) {
    return pair_of(GEOSIntersectionPrec_r, a, b, arena, ret, f);
}

Err shape_difference(const Shape *a, const Shape *b, Arena *arena, Shape *ret, Fault *f) {
    return pair_of(GEOSDifferencePrec_r, a, b, arena, ret, f);
}

Err shape_overlap_m2(const Shape *a, const Shape *b, double *ret_m2, Fault *f) {
    Cutter *c = NULL;
    CutterOverlap overlap;

    TRY(cutter_begin(a, 1, &c, f));
    Err err = cutter_overlap(c, 0, b, &overlap, f);
    if (err == OK)
        *ret_m2 = overlap.common_m2;
    cutter_end(c);
    return err;
}

/* ---- many questions ----------------------------------------------------- */

struct Cutter {
    Geos g;
    const Shape *shapes;
    int32_t n;
    GEOSGeometry **geoms;
    const GEOSPreparedGeometry **ready;
};

Err cutter_begin(const Shape *shapes, int32_t n, Cutter **ret, Fault *f) {
    size_t list = (size_t)n * sizeof(void *);
    Cutter *c = mem_alloc(sizeof *c + 2 * list);

    if (!c)
        return fault_memory(f);
    memset(c, 0, sizeof *c + 2 * list);
    c->shapes = shapes;
    c->n = n;
    c->geoms = (GEOSGeometry **)(void *)(c + 1);
    c->ready = (const GEOSPreparedGeometry **)(void *)(c->geoms + n);
    Err err = geos_begin(&c->g, f);
    if (err != OK)
        mem_free(c);
    else
        *ret = c;
    return err;
}

void cutter_end(Cutter *c) {
    if (!c)
        return;
    for (int32_t i = 0; i < c->n; i++) {
        GEOSPreparedGeom_destroy_r(c->g.h, c->ready[i]);
        GEOSGeom_destroy_r(c->g.h, c->geoms[i]);
    }
    geos_end(&c->g);
    mem_free(c);
}

static GEOSGeometry *cutter_geom(Cutter *c, int32_t i) {
    if (!c->geoms[i])
        c->geoms[i] = geos_shape(&c->g, &c->shapes[i]);
    return c->geoms[i];
}

Err cutter_covers(Cutter *c, int32_t i, const Shape *s, bool *ret_covers, Fault *f) {
    GEOSGeometry *own = cutter_geom(c, i), *other = geos_shape(&c->g, s);
    char covers = 2;

    if (own && !c->ready[i])
        c->ready[i] = GEOSPrepare_r(c->g.h, own);
    if (other && c->ready[i])
        covers = GEOSPreparedCovers_r(c->g.h, c->ready[i], other);
    GEOSGeom_destroy_r(c->g.h, other);
    if (covers == 2)
        return geos_failed(&c->g, f);
    *ret_covers = covers == 1;
    return OK;
}

/* Square lattice units times the ground's scale in the middle of the overlap:
 * within 0.03 % even for a province. */
Err cutter_overlap(Cutter *c, int32_t i, const Shape *s, CutterOverlap *ret, Fault *f) {
    GEOSContextHandle_t h = c->g.h;
    GEOSGeometry *own = cutter_geom(c, i), *other = geos_shape(&c->g, s);
    GEOSGeometry *common = own && other ? GEOSIntersection_r(h, own, other) : NULL;
    GEOSGeometry *inside = common ? GEOSPointOnSurface_r(h, common) : NULL;
    CutterOverlap out = { .at = s->n_points ? s->points[0] : (Point){ 0, 0 } };
    double area = 0, all = 0;
    Err err = OK;

    if (!common || !GEOSArea_r(h, common, &area) || !GEOSArea_r(h, other, &all))
        err = geos_failed(&c->g, f);
    else {
        geos_where(&c->g, inside, &out.at);
        Scale scale = scale_at(out.at.lat);
        out.common_m2 = area * scale.lon_m * scale.lat_m;
        out.rest_m2 = all > area ? (all - area) * scale.lon_m * scale.lat_m : 0;
        *ret = out;
    }
    GEOSGeom_destroy_r(h, inside);
    GEOSGeom_destroy_r(h, common);
    GEOSGeom_destroy_r(h, other);
    return err;
}
