/* label – a point surely inside a shape, for its name on the map and as the
 * stand-in for a place that is not to be shown exactly.
 *
 * Parallels are laid through the largest polygon; on each, the middle of the
 * widest stretch inside is a candidate; the one farthest from the polygon's own
 * edges wins. This is not the pole of inaccessibility but near it, in a fixed
 * time. Whether a candidate is really inside is asked of shape_has(). */
#include "polygon.h"

#include <math.h>

#define PARALLELS 24

/* The polygon of the largest area as a shape of its own, borrowing the parts. */
static Shape largest_polygon(const Shape *s) {
    __int128 best = -1;
    int32_t at = 0;

    for (int32_t k = 0; k < s->n_polys; k++) {
        __int128 area = 0;
        for (int32_t r = s->poly_at[k]; r < s->poly_at[k + 1]; r++)
            area += ring_area2(s->points + s->ring_at[r], s->ring_at[r + 1] - s->ring_at[r]);
        if (area > best) {
            best = area;
            at = k;
        }
    }
    return (Shape){ .points = s->points,
                    .ring_at = s->ring_at + s->poly_at[at],
                    .poly_at = s->poly_at + at,
                    .n_points = s->n_points,
                    .n_rings = s->poly_at[at + 1] - s->poly_at[at],
                    .n_polys = 1 };
}

/* Where the edges of the shape cross a parallel between two lattice rows. One
 * pass per candidate: the nearest crossing east of `from`. */
static double next_crossing(const Shape *s, int32_t lat, double from) {
    double nearest = INFINITY;

    for (int32_t r = 0; r < s->n_rings; r++)
        for (int32_t i = s->ring_at[r], end = s->ring_at[r + 1], last = end - 1; i < end; last = i++) {
            Point a = s->points[last], b = s->points[i];
            if ((a.lat <= lat) == (b.lat <= lat))
                continue;
            double t = ((double)lat + 0.5 - a.lat) / ((double)b.lat - a.lat);
            double lon = a.lon + t * ((double)b.lon - a.lon);
            if (lon > from && lon < nearest)
                nearest = lon;
        }
    return nearest;
}

/* The middle of the widest stretch of the parallel that is inside; at most 32
 * stretches are looked at, in a comb-shaped area the first ones. */
static bool widest_middle(const Shape *s, int32_t lat, Point *ret) {
    double enter = next_crossing(s, lat, -INFINITY), widest = -1;

    for (int k = 0; k < 32 && isfinite(enter); k++) {
        double leave = next_crossing(s, lat, enter);
        if (!isfinite(leave))
            break;
        Point middle = { (int32_t)floor((enter + leave) / 2), lat };
        if (leave - enter > widest && shape_has(s, middle)) {
            widest = leave - enter;
            *ret = middle;
        }
        enter = next_crossing(s, lat, leave);
    }
    return widest >= 0;
}

bool shape_label(const Shape *s, Point *ret) {
    if (s->n_points == 0) {
        *ret = (Point){ 0, 0 };
        return false;
    }
    Shape one = largest_polygon(s);
    Box box = BOX_NONE;
    for (int32_t i = one.ring_at[0]; i < one.ring_at[1]; i++)
        box_grow(&box, s->points[i]);
    Point best = s->points[one.ring_at[0]];
    double clear = -1;
    for (int k = 0; k < PARALLELS; k++) {
        Point p;
        int64_t rise = ((int64_t)box.north - box.south) * (2 * k + 1) / (2 * PARALLELS);
        if (!widest_middle(&one, (int32_t)(box.south + rise), &p))
            continue;
        double metres = shape_distance_m(&one, p);
        if (metres > clear) {
            clear = metres;
            best = p;
        }
    }
    /* So thin that no parallel met it: try beside its own vertices. */
    int32_t tries = one.ring_at[1] - one.ring_at[0];
    for (int32_t i = one.ring_at[0], end = i + (tries < 256 ? tries : 256); i < end && clear < 0; i++)
        if (shape_has(&one, s->points[i]) || widest_middle(&one, s->points[i].lat, &best)) {
            best = shape_has(&one, best) ? best : s->points[i];
            clear = 0;
        }
    *ret = best;
    return clear >= 0 && shape_has(s, best); /* a polygon of its own may lie on it, if s is not valid */
}
