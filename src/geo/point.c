/* point – see point.h. */
#include "point.h"

#include <math.h>

#define WGS84_A 6378137.0
#define WGS84_E2 0.0066943799901413165
#define RADIAN_E7 (M_PI / 180.0 / DEGREE_E7)

bool point_ok(Point p) {
    return p.lon >= -LON_MAX && p.lon <= LON_MAX && p.lat >= -LAT_MAX && p.lat <= LAT_MAX;
}

bool point_same(Point a, Point b) { return a.lon == b.lon && a.lat == b.lat; }

bool point_of_degrees(double lon, double lat, Point *ret) {
    if (!(fabs(lon) <= 180.0) || !(fabs(lat) <= 90.0)) /* also refuses NaN */
        return false;
    *ret = (Point){ (int32_t)lround(lon * DEGREE_E7), (int32_t)lround(lat * DEGREE_E7) };
    return true;
}

double point_lon(Point p) { return (double)p.lon / DEGREE_E7; }
double point_lat(Point p) { return (double)p.lat / DEGREE_E7; }

int point_side(Point a, Point b, Point p) {
    int64_t left = ((int64_t)b.lon - a.lon) * ((int64_t)p.lat - a.lat);
    int64_t right = ((int64_t)b.lat - a.lat) * ((int64_t)p.lon - a.lon);
    return (left > right) - (left < right);
}

bool point_on_segment(Point a, Point b, Point p) {
    Box box = BOX_NONE;
    box_grow(&box, a);
    box_grow(&box, b);
    return box_has(box, p) && point_side(a, b, p) == 0;
}

void box_grow(Box *box, Point p) {
    if (p.lon < box->west)
        box->west = p.lon;
    if (p.lon > box->east)
        box->east = p.lon;
    if (p.lat < box->south)
        box->south = p.lat;
    if (p.lat > box->north)
        box->north = p.lat;
}

bool box_has(Box box, Point p) {
    return p.lon >= box.west && p.lon <= box.east && p.lat >= box.south && p.lat <= box.north;
}

bool box_meet(Box a, Box b) {
    return a.west <= b.east && b.west <= a.east && a.south <= b.north && b.south <= a.north;
}

static int32_t within(int64_t value, int32_t limit) {
    return value < -limit ? -limit : value > limit ? limit : (int32_t)value;
}

Box box_wider(Box box, int32_t lon, int32_t lat) {
    if (box.west > box.east)
        return box;
    return (Box){ within((int64_t)box.west - lon, LON_MAX), within((int64_t)box.south - lat, LAT_MAX),
                  within((int64_t)box.east + lon, LON_MAX), within((int64_t)box.north + lat, LAT_MAX) };
}

/* Radii of curvature along the meridian and across it. */
Scale scale_at(int32_t lat) {
    double phi = lat * RADIAN_E7, s = sin(phi), w2 = 1.0 - WGS84_E2 * s * s, n = WGS84_A / sqrt(w2);
    return (Scale){ n * cos(phi) * RADIAN_E7, n * (1.0 - WGS84_E2) / w2 * RADIAN_E7 };
}

double point_distance_m(Point p, Point q) { return segment_distance_m(p, q, q, scale_at(p.lat)); }

double segment_distance_m(Point p, Point a, Point b, Scale at_p) {
    double ax = ((double)a.lon - p.lon) * at_p.lon_m, ay = ((double)a.lat - p.lat) * at_p.lat_m;
    double dx = ((double)b.lon - a.lon) * at_p.lon_m, dy = ((double)b.lat - a.lat) * at_p.lat_m;
    double long2 = dx * dx + dy * dy, t = long2 > 0 ? -(ax * dx + ay * dy) / long2 : 0;

    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return hypot(ax + t * dx, ay + t * dy);
}
