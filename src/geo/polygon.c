/* polygon – see polygon.h. Reading a shape in, what it measures, what is inside
 * it. How it is stored and shown: shape_text.c. */
#include "polygon.h"

#include <math.h>
#include <string.h>

/* ---- memory ------------------------------------------------------------- */

Err shape_take(Arena *a, int32_t n_points, int32_t n_rings, int32_t n_polys, Shape *ret, Fault *f) {
    size_t points = (size_t)n_points * sizeof(Point);
    size_t rings = ((size_t)n_rings + 1) * sizeof(int32_t), polys = ((size_t)n_polys + 1) * sizeof(int32_t);
    char *block = a ? arena_take(a, points + rings + polys) : mem_alloc(points + rings + polys);

    if (!block)
        return a ? fault_arena(f) : fault_memory(f);
    memset(block + points, 0, rings + polys);
    *ret = (Shape){ .points = (Point *)(void *)block,
                    .ring_at = (int32_t *)(void *)(block + points),
                    .poly_at = (int32_t *)(void *)(block + points + rings),
                    .n_points = n_points,
                    .n_rings = n_rings,
                    .n_polys = n_polys };
    return OK;
}

Err shape_copy(Arena *a, const Shape *s, Shape *ret, Fault *f) {
    Shape copy;

    TRY(shape_take(a, s->n_points, s->n_rings, s->n_polys, &copy, f));
    if (s->n_points)
        memcpy(copy.points, s->points, (size_t)s->n_points * sizeof(Point));
    for (int32_t i = 0; s->ring_at && i <= s->n_rings; i++)
        copy.ring_at[i] = s->ring_at[i];
    for (int32_t i = 0; s->poly_at && i <= s->n_polys; i++)
        copy.poly_at[i] = s->poly_at[i];
    *ret = copy;
    return OK;
}

void shape_free(Shape *s) {
    mem_free(s->points);
    *s = (Shape){ 0 };
}

/* ---- reading in --------------------------------------------------------- */

void draft_begin(ShapeDraft *d) { *d = (ShapeDraft){ 0 }; }

void draft_drop(ShapeDraft *d) {
    mem_free(d->points);
    mem_free(d->ring_at);
    mem_free(d->poly_at);
    *d = (ShapeDraft){ 0 };
}

/* Room for one more element in a growing array; a failure is remembered. */
static bool draft_room(ShapeDraft *d, void *array, int32_t n, int32_t *max, size_t size) {
    void *old, *more;

    if (d->err != OK)
        return false;
    if (n < *max)
        return true;
    if (n >= SHAPE_POINTS_MAX) {
        d->err = ERR_LIMIT;
        return false;
    }
    int32_t wanted = *max ? *max * 2 : 16;
    memcpy(&old, array, sizeof old);
    more = mem_grow(old, (size_t)wanted * size);
    if (!more) {
        d->err = ERR_NO_MEMORY;
        return false;
    }
    memcpy(array, &more, sizeof more);
    *max = wanted;
    return true;
}

void draft_polygon(ShapeDraft *d) {
    if (draft_room(d, &d->poly_at, d->n_polys, &d->polys_max, sizeof *d->poly_at))
        d->poly_at[d->n_polys++] = d->n_rings;
}

void draft_ring(ShapeDraft *d) {
    if (draft_room(d, &d->ring_at, d->n_rings, &d->rings_max, sizeof *d->ring_at))
        d->ring_at[d->n_rings++] = d->n_points;
}

void draft_point(ShapeDraft *d, Point p) {
    if (d->err == OK && !point_ok(p)) {
        d->err = ERR_INVALID;
        d->at_lon = point_lon(p);
        d->at_lat = point_lat(p);
    }
    if (draft_room(d, &d->points, d->n_points, &d->points_max, sizeof *d->points))
        d->points[d->n_points++] = p;
}

void draft_degrees(ShapeDraft *d, double lon, double lat) {
    Point p;

    if (point_of_degrees(lon, lat, &p))
        draft_point(d, p);
    else if (d->err == OK) {
        d->err = ERR_INVALID;
        d->at_lon = lon;
        d->at_lat = lat;
    }
}

static void ring_turn(Point *ring, int32_t n) {
    for (int32_t i = 0, k = n - 1; i < k; i++, k--) {
        Point swap = ring[i];
        ring[i] = ring[k];
        ring[k] = swap;
    }
}

/* p[0] and p[1] differ. */
static bool on_one_line(const Point *p, int32_t n) {
    int32_t i = 2;

    while (i < n && point_side(p[0], p[1], p[i]) == 0)
        i++;
    return i >= n;
}

/* Copies a ring without repeats and without its closing point; returns how many
 * points it has, 0 if it encloses nothing. A bow tie whose halves are alike sums up
 * to nothing and yet encloses ground: it stays, to be repaired. */
static int32_t ring_tidy(const Point *from, int32_t n, bool outer, Point *to) {
    int32_t kept = 0;

    for (int32_t i = 0; i < n; i++)
        if (kept == 0 || !point_same(to[kept - 1], from[i]))
            to[kept++] = from[i];
    while (kept > 1 && point_same(to[kept - 1], to[0]))
        kept--;
    if (kept < 3 || on_one_line(to, kept))
        return 0;
    __int128 area = ring_area2(to, kept);
    if (area != 0 && (area > 0) != outer)
        ring_turn(to, kept);
    return kept;
}

/* An edge longer than half the world is one that crosses the date line. */
static bool ring_spans(const Point *ring, int32_t n, Point *ret_at) {
    for (int32_t i = 0; i < n; i++) {
        int64_t span = (int64_t)ring[i].lon - ring[i + 1 < n ? i + 1 : 0].lon;
        if (span > LON_MAX || span < -(int64_t)LON_MAX) {
            *ret_at = ring[i];
            return true;
        }
    }
    return false;
}

static Err fault_outside(const ShapeDraft *d, Fault *f) {
    return fault(
        f, ERR_INVALID, "shape_outside_world", "",
        "坐标 %.7f, %.7f 不在经度 ±180、纬度 ±90 之内；请检查坐标系和经纬度的先后。",
        "The coordinate %.7f, %.7f is not within longitude ±180 and latitude ±90; check the coordinate "
        "system and the order of longitude and latitude.",
        d->at_lon, d->at_lat);
}

/* One ring of the draft into s, if it encloses anything; *ret_kept is its points. */
static Err draft_tidy_ring(const ShapeDraft *d, int32_t r, bool outer, Shape *s, int32_t points,
                           int32_t *ret_kept, Fault *f) {
    int32_t from = d->ring_at[r], n = (r + 1 < d->n_rings ? d->ring_at[r + 1] : d->n_points) - from;
    Point at;

    *ret_kept = 0;
    if (n < 3)
        return OK;
    if (ring_spans(d->points + from, n, &at))
        return fault(f, ERR_INVALID, "shape_date_line", "",
                     "图形在 %.7f, %.7f 处跨越 180 度经线；请在该经线处把它分成两块。",
                     "The shape crosses the date line at %.7f, %.7f; split it there into two polygons.",
                     point_lon(at), point_lat(at));
    *ret_kept = ring_tidy(d->points + from, n, outer, s->points + points);
    return OK;
}

static Err draft_tidy(const ShapeDraft *d, Shape *s, int32_t *ret_dropped, Fault *f) {
    int32_t points = 0, rings = 0, polys = 0, dropped = 0;

    for (int32_t k = 0; k < d->n_polys; k++) {
        int32_t first = d->poly_at[k], end = k + 1 < d->n_polys ? d->poly_at[k + 1] : d->n_rings, had = rings;
        for (int32_t r = first; r < end; r++) {
            int32_t kept;
            TRY(draft_tidy_ring(d, r, r == first, s, points, &kept, f));
            if (kept == 0) {
                dropped += r == first ? end - first : 1;
                if (r == first) /* its holes go with it */
                    break;
                continue;
            }
            s->ring_at[rings++] = points;
            points += kept;
        }
        if (rings > had)
            s->poly_at[polys++] = had;
    }
    if (polys == 0)
        return fault(f, ERR_INVALID, "shape_empty", "", "图形没有面积：至少要有三个不在一条直线上的点。",
                     "The shape has no area: it needs at least three points that are not on one line.");
    s->ring_at[rings] = points;
    s->poly_at[polys] = rings;
    s->n_points = points;
    s->n_rings = rings;
    s->n_polys = polys;
    *ret_dropped = dropped;
    return OK;
}

Err draft_end(ShapeDraft *d, Arena *a, Shape *ret, int32_t *ret_dropped_rings, Fault *f) {
    Shape s = { 0 };
    Err err = d->err;

    if (err == ERR_NO_MEMORY)
        err = fault_memory(f);
    else if (err == ERR_LIMIT)
        err = fault(f, ERR_LIMIT, "shape_too_large", "", "图形超过 %d 个点；请先简化。",
                    "The shape has more than %d points; simplify it first.", SHAPE_POINTS_MAX);
    else if (err != OK)
        err = fault_outside(d, f);
    else
        err = shape_take(a, d->n_points, d->n_rings, d->n_polys, &s, f);
    if (err == OK && (err = draft_tidy(d, &s, ret_dropped_rings, f)) != OK && !a)
        shape_free(&s);
    if (err == OK)
        *ret = s;
    draft_drop(d);
    return err;
}

/* ---- measures ----------------------------------------------------------- */

Box shape_box(const Shape *s) {
    Box box = BOX_NONE;
    for (int32_t i = 0; i < s->n_points; i++)
        box_grow(&box, s->points[i]);
    return box;
}

bool shape_same(const Shape *a, const Shape *b) {
    if (a->n_points != b->n_points || a->n_rings != b->n_rings || a->n_polys != b->n_polys)
        return false;
    for (int32_t i = 0; i < a->n_points; i++)
        if (!point_same(a->points[i], b->points[i]))
            return false;
    for (int32_t i = 0; i < a->n_rings; i++)
        if (a->ring_at[i] != b->ring_at[i])
            return false;
    for (int32_t i = 0; i < a->n_polys; i++)
        if (a->poly_at[i] != b->poly_at[i])
            return false;
    return true;
}

/* Half-open: an edge counts where its ends lie on different sides of the
 * parallel just north of p, and where it passes east of the point just east of
 * p. That is the same as moving p by an infinitely small step off every border. */
static bool edge_crossed(Point a, Point b, Point p) {
    if ((a.lat <= p.lat) == (b.lat <= p.lat))
        return false;
    return a.lat < b.lat ? point_side(a, b, p) > 0 : point_side(a, b, p) < 0;
}

bool shape_has(const Shape *s, Point p) {
    bool inside = false;

    for (int32_t r = 0; r < s->n_rings; r++)
        for (int32_t i = s->ring_at[r], end = s->ring_at[r + 1], last = end - 1; i < end; last = i++)
            inside ^= edge_crossed(s->points[last], s->points[i], p);
    return inside;
}

/* Products of differences from the ring's first point: each below 2^63.5. */
__int128 ring_area2(const Point *ring, int32_t n) {
    __int128 sum = 0;

    for (int32_t i = 1; i + 1 < n; i++) {
        int64_t ax = (int64_t)ring[i].lon - ring[0].lon, ay = (int64_t)ring[i].lat - ring[0].lat;
        int64_t bx = (int64_t)ring[i + 1].lon - ring[0].lon, by = (int64_t)ring[i + 1].lat - ring[0].lat;
        sum += (__int128)ax * by - (__int128)ay * bx;
    }
    return sum;
}

__int128 shape_area2(const Shape *s) {
    __int128 sum = 0;

    for (int32_t r = 0; r < s->n_rings; r++)
        sum += ring_area2(s->points + s->ring_at[r], s->ring_at[r + 1] - s->ring_at[r]);
    return sum;
}

#define WGS84_A 6378137.0
#define WGS84_E 0.081819190842621494

/* Area of the ellipsoid between the equator and a latitude, per radian of
 * longitude (Snyder, Map Projections, eq. 3-12). */
static double ellipsoid_strip_m2(double phi) {
    double es = WGS84_E * sin(phi), b2 = WGS84_A * WGS84_A * (1 - WGS84_E * WGS84_E);
    return b2 / 2 * (sin(phi) / (1 - es * es) + atanh(es) / WGS84_E);
}

/* Green's theorem along the straight edges, each by Simpson's rule; strips are
 * measured from the box's southern side so that nothing large cancels. */
double shape_area_m2(const Shape *s) {
    const double radian_e7 = M_PI / 180 / DEGREE_E7;
    double base = ellipsoid_strip_m2(shape_box(s).south * radian_e7), sum = 0;

    for (int32_t r = 0; r < s->n_rings; r++)
        for (int32_t i = s->ring_at[r], end = s->ring_at[r + 1], last = end - 1; i < end; last = i++) {
            Point a = s->points[last], b = s->points[i];
            double south = ellipsoid_strip_m2(a.lat * radian_e7), north = ellipsoid_strip_m2(b.lat * radian_e7);
            double mid = ellipsoid_strip_m2(((double)a.lat + b.lat) / 2 * radian_e7);
            sum += ((double)a.lon - b.lon) * radian_e7 * ((south + 4 * mid + north) / 6 - base);
        }
    return s->n_points ? sum : 0;
}

double shape_distance_m(const Shape *s, Point p) {
    Scale scale = scale_at(p.lat);
    double nearest = INFINITY;

    for (int32_t r = 0; r < s->n_rings; r++)
        for (int32_t i = s->ring_at[r], end = s->ring_at[r + 1], last = end - 1; i < end; last = i++) {
            double metres = segment_distance_m(p, s->points[last], s->points[i], scale);
            nearest = metres < nearest ? metres : nearest;
        }
    return nearest;
}
