/* project – between the datums that maps of China come in, and Web Mercator.
 *
 * WGS84 and CGCS2000 are the same within centimetres and are treated as one.
 * GCJ-02 and BD-09 are offsets of up to 700 m; the formulas are the public ones
 * that every map library carries. The way back has no formula: it is iterated
 * until it returns within 1e-9 degree. Outside the rectangle of China that the
 * formulas know, GCJ-02 is WGS84. Everything is stored in WGS84; importers and
 * pages are the only ones who convert. */
#ifndef JW_PROJECT_H
#define JW_PROJECT_H

#include "point.h"

typedef enum Datum {
    DATUM_WGS84 = 1,
    DATUM_CGCS2000 = 2,
    DATUM_GCJ02 = 3,
    DATUM_BD09 = 4,
} Datum;

typedef struct Degrees {
    double lon, lat;
} Degrees;

bool datum_parse(const char *name, Datum *ret); /* "wgs84", "cgcs2000", "gcj02", "bd09" */
const char *datum_name(Datum d);
bool datum_offsets(Degrees wgs84); /* inside the rectangle where GCJ-02 differs? */

Degrees datum_to_wgs84(Datum from, Degrees d);
Degrees datum_from_wgs84(Datum to, Degrees d);

/* Web Mercator (EPSG:3857) as fractions of the world: 0, 0 is the north-west
 * corner, 1, 1 the south-east one; latitude is cut at ±85.0511°. Times 2^zoom
 * gives tile numbers. */
typedef struct Mercator {
    double x, y;
} Mercator;
Mercator mercator_of(Point p);

#endif
