/* point – a place on the ground, and the few sums that must be exact.
 *
 * Coordinates are int32 in 1e-7 degree (about 1 cm), WGS84, longitude first.
 * Which side of a line a point lies on is decided by comparing two int64
 * products, never by subtracting them: the longest edge that is allowed (180°
 * by 180°) times the widest offset (360°) is 6.5e18 and fits, a difference of
 * two would not. Metres are doubles and only good near the place they are
 * measured at. What an area is: polygon.h. Other datums: project.h. */
#ifndef JW_POINT_H
#define JW_POINT_H

#include <stdbool.h>
#include <stdint.h>

#define DEGREE_E7 10000000
#define LON_MAX 1800000000
#define LAT_MAX 900000000

typedef struct Point {
    int32_t lon, lat;
} Point; /* 1e-7 degree */

typedef struct Box {
    int32_t west, south, east, north;
} Box; /* closed on all sides; west > east means that it holds nothing */

#define BOX_NONE ((Box){ INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN })

bool point_ok(Point p); /* within ±180° and ±90° */
bool point_same(Point a, Point b);
bool point_of_degrees(double lon, double lat, Point *ret); /* rounds; false: not finite or out of range */
double point_lon(Point p);                                 /* degrees */
double point_lat(Point p);

/* 1: p lies left of a→b, -1: right of it, 0: on its line. Exact for valid
 * points whose edge a→b spans at most 180° of longitude. */
int point_side(Point a, Point b, Point p);
bool point_on_segment(Point a, Point b, Point p); /* exactly on it, ends included */

void box_grow(Box *box, Point p);
bool box_has(Box box, Point p);
bool box_meet(Box a, Box b);                      /* share at least a point */
Box box_wider(Box box, int32_t lon, int32_t lat); /* by so many 1e-7 degree on each side, within the world */

/* Metres per 1e-7 degree at a latitude, on the WGS84 ellipsoid. */
typedef struct Scale {
    double lon_m, lat_m;
} Scale;
Scale scale_at(int32_t lat);

/* Equirectangular at p's latitude: within 0.1 % up to 10 km, which is far more
 * than the 30 m of a border agreement needs. */
double point_distance_m(Point p, Point q);
double segment_distance_m(Point p, Point a, Point b, Scale at_p);

#endif
