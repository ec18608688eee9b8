/* project – see project.h. */
#include "project.h"

#include <math.h>
#include <string.h>

static const struct {
    Datum datum;
    const char *name;
} datums[] = {
    { DATUM_WGS84, "wgs84" },
    { DATUM_CGCS2000, "cgcs2000" },
    { DATUM_GCJ02, "gcj02" },
    { DATUM_BD09, "bd09" },
};

bool datum_parse(const char *name, Datum *ret) {
    for (size_t i = 0; i < sizeof datums / sizeof *datums; i++)
        if (strcmp(datums[i].name, name) == 0) {
            *ret = datums[i].datum;
            return true;
        }
    return false;
}

const char *datum_name(Datum d) {
    for (size_t i = 0; i < sizeof datums / sizeof *datums; i++)
        if (datums[i].datum == d)
            return datums[i].name;
    return "";
}

bool datum_offsets(Degrees d) {
    return d.lon >= 72.004 && d.lon <= 137.8347 && d.lat >= 0.8293 && d.lat <= 55.8271;
}

/* Krasovsky 1940, as in the formulas' first publication. */
#define GCJ_A 6378245.0
#define GCJ_E2 0.00669342162296594323

static double waves(double a, double b, double c, double t, double w1, double w2, double w3) {
    return (a * sin(w1 * t * M_PI) + b * sin(w2 * t * M_PI) + c * sin(w3 * t * M_PI)) * 2.0 / 3.0;
}

static Degrees gcj_offset(Degrees d) {
    double x = d.lon - 105.0, y = d.lat - 35.0;
    double lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(fabs(x));
    double lon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(fabs(x));

    lat += waves(20.0, 20.0, 0.0, x, 6.0, 2.0, 1.0) + waves(20.0, 40.0, 0.0, y, 1.0, 1.0 / 3.0, 1.0);
    lat += waves(160.0, 320.0, 0.0, y, 1.0 / 12.0, 1.0 / 30.0, 1.0);
    lon += waves(20.0, 20.0, 0.0, x, 6.0, 2.0, 1.0) + waves(20.0, 40.0, 0.0, x, 1.0, 1.0 / 3.0, 1.0);
    lon += waves(150.0, 300.0, 0.0, x, 1.0 / 12.0, 1.0 / 30.0, 1.0);

    double phi = d.lat / 180.0 * M_PI, w2 = 1.0 - GCJ_E2 * sin(phi) * sin(phi);
    return (Degrees){ lon * 180.0 / (GCJ_A / sqrt(w2) * cos(phi) * M_PI),
                      lat * 180.0 / (GCJ_A * (1.0 - GCJ_E2) / (w2 * sqrt(w2)) * M_PI) };
}

static Degrees gcj_of_wgs84(Degrees d) {
    if (!datum_offsets(d))
        return d;
    Degrees by = gcj_offset(d);
    return (Degrees){ d.lon + by.lon, d.lat + by.lat };
}

/* BD-09 turns and stretches GCJ-02 slightly, with a ripple. */
static Degrees bd_of_gcj(Degrees d) {
    const double k = M_PI * 3000.0 / 180.0;
    double z = hypot(d.lon, d.lat) + 0.00002 * sin(d.lat * k);
    double theta = atan2(d.lat, d.lon) + 0.000003 * cos(d.lon * k);
    return (Degrees){ z * cos(theta) + 0.0065, z * sin(theta) + 0.006 };
}

static Degrees bd_of_wgs84(Degrees d) { return datum_offsets(d) ? bd_of_gcj(gcj_of_wgs84(d)) : d; }

/* Both maps move a point by nearly the same as its neighbours, so correcting by
 * the miss converges by about a thousandfold a step. At the rectangle's edge a
 * place may have no original; the last guess is as good as any. */
static Degrees undo(Degrees (*map)(Degrees), Degrees d) {
    Degrees guess = d;

    for (int i = 0; i < 30; i++) {
        Degrees got = map(guess);
        double lon = d.lon - got.lon, lat = d.lat - got.lat;
        if (fabs(lon) < 1e-9 && fabs(lat) < 1e-9)
            break;
        guess = (Degrees){ guess.lon + lon, guess.lat + lat };
    }
    return guess;
}

Degrees datum_to_wgs84(Datum from, Degrees d) {
    if (!datum_offsets(d))
        return d;
    switch (from) {
    case DATUM_GCJ02: return undo(gcj_of_wgs84, d);
    case DATUM_BD09: return undo(bd_of_wgs84, d);
    case DATUM_WGS84:
    case DATUM_CGCS2000: break;
    }
    return d;
}

Degrees datum_from_wgs84(Datum to, Degrees d) {
    switch (to) {
    case DATUM_GCJ02: return gcj_of_wgs84(d);
    case DATUM_BD09: return bd_of_wgs84(d);
    case DATUM_WGS84:
    case DATUM_CGCS2000: break;
    }
    return d;
}

Mercator mercator_of(Point p) {
    double lat = point_lat(p), limit = 85.05112877980659;
    double phi = (lat > limit ? limit : lat < -limit ? -limit : lat) * M_PI / 180.0;
    return (Mercator){ (point_lon(p) + 180.0) / 360.0, 0.5 - asinh(tan(phi)) / (2 * M_PI) };
}
