/* shape_text – a shape as bytes for the database and as GeoJSON for a map.
 *
 * Stored form, version 1: the byte 1, then varints: polygons; per polygon its
 * rings; per ring its points; per point the zigzag differences of longitude and
 * latitude from the point before (of the whole shape, starting at 0, 0). Only
 * the shortest varints are read, so that one shape has one form and equal bytes
 * mean equal shapes. Shapes themselves: polygon.h. */
#include "polygon.h"

#define SHAPE_VERSION 1

/* ---- bytes -------------------------------------------------------------- */

static void put_varint(Buf *out, uint64_t v) {
    char room[10];
    size_t n = 0;

    for (; v >= 0x80; v >>= 7)
        room[n++] = (char)(v | 0x80);
    room[n++] = (char)v;
    buf_put(out, room, n);
}

static void put_delta(Buf *out, int32_t now, int32_t before) {
    int64_t d = (int64_t)now - before;
    put_varint(out, d < 0 ? (uint64_t)(-d) * 2 - 1 : (uint64_t)d * 2);
}

void shape_pack(const Shape *s, Buf *out) {
    Point before = { 0, 0 };

    buf_char(out, SHAPE_VERSION);
    put_varint(out, (uint64_t)s->n_polys);
    for (int32_t k = 0; k < s->n_polys; k++) {
        put_varint(out, (uint64_t)(s->poly_at[k + 1] - s->poly_at[k]));
        for (int32_t r = s->poly_at[k]; r < s->poly_at[k + 1]; r++) {
            put_varint(out, (uint64_t)(s->ring_at[r + 1] - s->ring_at[r]));
            for (int32_t i = s->ring_at[r]; i < s->ring_at[r + 1]; i++) {
                put_delta(out, s->points[i].lon, before.lon);
                put_delta(out, s->points[i].lat, before.lat);
                before = s->points[i];
            }
        }
    }
}

typedef struct Reader {
    const unsigned char *p, *end;
    bool bad;
} Reader;

/* The shortest form only, below 2^35: no count or difference needs more. */
static uint64_t get_varint(Reader *in) {
    uint64_t v = 0;

    for (int shift = 0; shift < 35 && in->p < in->end; shift += 7) {
        unsigned char byte = *in->p++;
        v |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            in->bad |= byte == 0 && shift > 0;
            return v;
        }
    }
    in->bad = true;
    return 0;
}

/* A count of things that take at least `bytes` each of what is left. */
static int32_t get_count(Reader *in, uint64_t least, size_t bytes) {
    uint64_t n = get_varint(in);
    if (n < least || n > SHAPE_POINTS_MAX || n > (uint64_t)(in->end - in->p) / bytes)
        in->bad = true;
    return in->bad ? 0 : (int32_t)n;
}

static int32_t get_delta(Reader *in, int32_t before, int32_t limit) {
    uint64_t v = get_varint(in);
    int64_t now = before + (v & 1 ? -(int64_t)(v / 2) - 1 : (int64_t)(v / 2));
    if (now < -limit || now > limit)
        in->bad = true;
    return in->bad ? 0 : (int32_t)now;
}

static bool spans_half_world(int32_t a, int32_t b) {
    int64_t span = (int64_t)a - b;
    return span > LON_MAX || span < -(int64_t)LON_MAX;
}

/* Reads all of it; fills `s` where it has room, else only counts. */
static void read_shape(Reader *in, Shape *s, bool fill) {
    Point at = { 0, 0 };

    *s = fill ? *s : (Shape){ 0 };
    int32_t polys = get_count(in, 0, 8), rings = 0, points = 0;
    for (int32_t k = 0; k < polys && !in->bad; k++) {
        int32_t some = get_count(in, 1, 7);
        if (fill)
            s->poly_at[k] = rings;
        for (int32_t r = 0; r < some && !in->bad; r++) {
            int32_t n = get_count(in, 3, 2);
            Point first = at;
            if (fill)
                s->ring_at[rings] = points;
            rings++;
            for (int32_t i = 0; i < n && !in->bad; i++) {
                Point p = { get_delta(in, at.lon, LON_MAX), get_delta(in, at.lat, LAT_MAX) };
                if (i == 0)
                    first = p;
                in->bad |= i > 0 && spans_half_world(p.lon, at.lon);
                at = p;
                if (fill)
                    s->points[points] = p;
                points++;
            }
            in->bad |= spans_half_world(first.lon, at.lon) || points > SHAPE_POINTS_MAX;
        }
    }
    in->bad |= in->p != in->end;
    if (fill) {
        s->ring_at[rings] = points;
        s->poly_at[polys] = rings;
    } else
        *s = (Shape){ .n_points = points, .n_rings = rings, .n_polys = polys };
}

Err shape_unpack(Str bytes, Arena *a, Shape *ret, Fault *f) {
    const unsigned char *p = (const unsigned char *)bytes.p;
    Reader in;
    Shape count, s;

    if (bytes.n == 0 || p[0] != SHAPE_VERSION)
        return fault(f, ERR_INVALID, "shape_version", "", "存储的图形版本未知；数据库可能来自更新的版本。",
                     "The stored shape is of an unknown version; the database may be of a newer release.");
    in = (Reader){ p + 1, p + bytes.n, false };
    read_shape(&in, &count, false);
    if (in.bad)
        return fault(f, ERR_INVALID, "shape_damaged", "", "存储的图形在第 %zu 字节处损坏；请重新导入该区域。",
                     "The stored shape is damaged at byte %zu; import the area again.", (size_t)(in.p - p));
    TRY(shape_take(a, count.n_points, count.n_rings, count.n_polys, &s, f));
    in = (Reader){ p + 1, p + bytes.n, false };
    read_shape(&in, &s, true);
    *ret = s;
    return OK;
}

/* ---- GeoJSON ------------------------------------------------------------ */

static int32_t to_multiple(int32_t v, int32_t step, int32_t limit) {
    int64_t half = step / 2, low = v >= 0 ? (v + half) / step : -((-(int64_t)v + half) / step);
    int64_t near = low * step;
    return near > limit ? limit : near < -limit ? -limit : (int32_t)near;
}

static Point simplified(Point p, int32_t tolerance) {
    if (tolerance <= 1)
        return p;
    return (Point){ to_multiple(p.lon, tolerance, LON_MAX), to_multiple(p.lat, tolerance, LAT_MAX) };
}

/* Does a point of the ring differ from the one before, once simplified? */
static bool point_stays(const Point *ring, int32_t i, int32_t tolerance, Point shown) {
    return tolerance <= 1 || !point_same(simplified(ring[i], tolerance), shown);
}

/* Positions that are left of a ring; below 3 it cannot be shown so coarsely. */
static int32_t ring_count(const Point *ring, int32_t n, int32_t tolerance) {
    Point first = simplified(ring[0], tolerance), shown = first;
    int32_t kept = 1;

    for (int32_t i = 1; i < n; i++)
        if (point_stays(ring, i, tolerance, shown)) {
            shown = simplified(ring[i], tolerance);
            kept++;
        }
    return kept > 1 && point_same(shown, first) ? kept - 1 : kept;
}

static void put_position(Buf *out, Point p) {
    buf_char(out, '[');
    buf_degree(out, p.lon);
    buf_char(out, ',');
    buf_degree(out, p.lat);
    buf_char(out, ']');
}

static void put_ring(Buf *out, const Point *ring, int32_t n, int32_t tolerance) {
    Point first = simplified(ring[0], tolerance), shown = first;

    buf_char(out, '[');
    put_position(out, first);
    for (int32_t i = 1; i < n; i++)
        if (point_stays(ring, i, tolerance, shown)) {
            shown = simplified(ring[i], tolerance);
            buf_char(out, ',');
            put_position(out, shown);
        }
    if (!point_same(shown, first) || tolerance <= 1) {
        buf_char(out, ',');
        put_position(out, first);
    }
    buf_char(out, ']');
}

static void put_polygon(Buf *out, const Shape *s, int32_t k, int32_t tolerance) {
    int32_t first = s->poly_at[k], n = s->ring_at[first + 1] - s->ring_at[first];

    /* An outer ring that would vanish is shown in full; a hole is left out. */
    if (ring_count(s->points + s->ring_at[first], n, tolerance) < 3)
        tolerance = 0;
    buf_char(out, '[');
    for (int32_t r = first; r < s->poly_at[k + 1]; r++) {
        const Point *ring = s->points + s->ring_at[r];
        n = s->ring_at[r + 1] - s->ring_at[r];
        if (r > first && ring_count(ring, n, tolerance) < 3)
            continue;
        if (r > first)
            buf_char(out, ',');
        put_ring(out, ring, n, tolerance);
    }
    buf_char(out, ']');
}

void shape_geojson(const Shape *s, int32_t tolerance, Buf *out) {
    bool one = s->n_polys == 1;

    buf_str(out,
            one ? "{\"type\":\"Polygon\",\"coordinates\":" : "{\"type\":\"MultiPolygon\",\"coordinates\":[");
    for (int32_t k = 0; k < s->n_polys; k++) {
        if (k > 0)
            buf_char(out, ',');
        put_polygon(out, s, k, tolerance);
    }
    buf_str(out, one ? "}" : "]}");
}
