/* polygon – the shape of an area: one or more polygons with holes.
 *
 * A Shape is flat: all points, where each ring starts, where each polygon's
 * rings start. Rings are stored open (the last point joins the first), outer
 * rings anticlockwise, holes clockwise. A shape is one block of memory: from
 * the arena where one is given, else from the heap, to be returned with
 * shape_free(). It decides what is inside (even-odd, half-open: of two areas
 * that share an edge exactly one owns a point on it: west and south sides are
 * in, east and north sides out), how a shape is stored (shape_pack) and how it
 * is shown (shape_geojson). Validity, repair and union: repair.h. Finding the
 * area of a point among many: index.h. */
#ifndef JW_POLYGON_H
#define JW_POLYGON_H

#include "err.h"
#include "mem.h"
#include "point.h"
#include "text.h"

#define SHAPE_POINTS_MAX 4000000

typedef struct Shape {
    Point *points;
    int32_t *ring_at; /* n_rings + 1 offsets into points */
    int32_t *poly_at; /* n_polys + 1 offsets into rings; a polygon's first ring is its outer one */
    int32_t n_points, n_rings, n_polys;
} Shape;

/* Room for a shape to be filled in; offsets zeroed. `a` NULL: heap. */
Err shape_take(Arena *a, int32_t n_points, int32_t n_rings, int32_t n_polys, Shape *ret, Fault *f);
Err shape_copy(Arena *a, const Shape *s, Shape *ret, Fault *f);
void shape_free(Shape *s); /* only a shape of the heap; an empty one is fine */

/* A shape being read: call draft_polygon, draft_ring, draft_point … in the
 * order of the file; failures are kept until draft_end, which reports the
 * first, else gives the tidied shape: repeated and closing points dropped,
 * rings without area dropped (counted), orientation set. ERR_INVALID: no area
 * left, a coordinate outside the world, an edge across the date line;
 * ERR_LIMIT: more than SHAPE_POINTS_MAX points. The draft's own memory is given
 * back by draft_end in any case; draft_drop does it without a shape. */
typedef struct ShapeDraft {
    Point *points;
    int32_t *ring_at, *poly_at;
    int32_t n_points, n_rings, n_polys, points_max, rings_max, polys_max;
    Err err;
    double at_lon, at_lat; /* the coordinate that was wrong, degrees */
} ShapeDraft;
void draft_begin(ShapeDraft *d);
void draft_polygon(ShapeDraft *d);
void draft_ring(ShapeDraft *d);
void draft_point(ShapeDraft *d, Point p);
void draft_degrees(ShapeDraft *d, double lon, double lat);
Err draft_end(ShapeDraft *d, Arena *a, Shape *ret, int32_t *ret_dropped_rings, Fault *f);
void draft_drop(ShapeDraft *d);

Box shape_box(const Shape *s);
bool shape_has(const Shape *s, Point p); /* the slow, exact test that everything else must agree with */
bool shape_same(const Shape *a, const Shape *b);

/* Twice the area in squared 1e-7 degrees, exact; of one ring signed,
 * anticlockwise positive. */
__int128 ring_area2(const Point *ring, int32_t n);
__int128 shape_area2(const Shape *s);
double shape_area_m2(const Shape *s); /* on the WGS84 ellipsoid */

/* A point inside the polygon of the largest area, well away from its edges,
 * for a label. False: the shape is so thin that it holds no lattice point (then
 * it is a vertex), or is not valid. An empty shape gives false and 0, 0. */
bool shape_label(const Shape *s, Point *ret);

double shape_distance_m(const Shape *s, Point p); /* to the nearest edge, inside or out; INFINITY if empty */

/* The stored form: version byte, counts and zigzag deltas as varints; about 5
 * bytes a point. Unpack takes any bytes: what pack did not write is ERR_INVALID. */
void shape_pack(const Shape *s, Buf *out);
Err shape_unpack(Str bytes, Arena *a, Shape *ret, Fault *f);

/* GeoJSON geometry, Polygon or MultiPolygon. `tolerance` in 1e-7 degree, 0 for
 * all points; otherwise vertices move to the nearest multiple of it, so that
 * neighbours simplify alike and stay without gaps. */
void shape_geojson(const Shape *s, int32_t tolerance, Buf *out);

#endif
