/* geojson – areas from a map file: a FeatureCollection of polygons (RFC 7946).
 *
 * The text is split into its features here and each is read by jansson, so that
 * memory holds one feature's tree and not the file's, and every fault names the
 * feature and the line. Refused, with a sentence: what is cut off or no JSON, a
 * member named twice, other geometries than Polygon and MultiPolygon, an empty
 * one or none, a ring that is open, coordinates that are no degrees or carry
 * another system's name (the sentence has the ogr2ogr line that would help) or
 * have latitude first, a feature of more than GEOJSON_POSITIONS_MAX positions. A
 * third coordinate is passed over. Shapes come out in WGS84; whether they are
 * valid is audit.h's business. */
#ifndef JW_GEOJSON_H
#define JW_GEOJSON_H

#include "polygon.h"
#include "project.h"

/* Of one feature: where a border follows every kerb, a city has fewer. */
#define GEOJSON_POSITIONS_MAX 250000

/* What exchanges longitude and latitude; the file's name follows. */
#define GEOJSON_SWAP_LINE "ogr2ogr -f GeoJSON -ct '+proj=axisswap +order=2,1' lonlat.geojson"

struct json_t;
typedef struct GeoFeature {
    int64_t number, line;            /* from 1 */
    const struct json_t *properties; /* an object, or NULL */
    Shape shape;                     /* the heap's; who keeps it leaves an empty one */
    bool pointed;                    /* geojson_read_places: a Point, `point` as it is written */
    Degrees point;
    int32_t dropped_rings; /* they enclosed nothing */
} GeoFeature;

/* One call for each feature; not OK ends the reading and is passed up. `file` is
 * what the ogr2ogr line calls the input. */
typedef Err GeoEach(void *ctx, GeoFeature *feature, Fault *f);
Err geojson_read(Str text, Str file, Datum datum, GeoEach *each, void *ctx, Fault *f);

/* The same for places: a Point will do, too, and so will no geometry at all. */
Err geojson_read_places(Str text, Str file, Datum datum, GeoEach *each, void *ctx, Fault *f);

/* The datum of that name; ERR_INVALID has the ogr2ogr line for any other. */
Err geojson_datum(Str name, Str file, Datum *ret, Fault *f);

/* An attribute as text: a string as it is, a whole number in digits. An absent or
 * null one is empty. ERR_INVALID: it is neither. */
Err geojson_word(const GeoFeature *feature, Str name, Arena *a, Str *ret, Fault *f);
bool geojson_has(const GeoFeature *feature, Str name);
void geojson_names(const GeoFeature *feature, Buf *b); /* "name, type, acres" */

/* Puts "Feature 12 (line 13): " before a sentence that does not say where. */
Err geojson_at(const GeoFeature *feature, Fault *f);

#endif
