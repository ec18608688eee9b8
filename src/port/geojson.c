/* geojson – see geojson.h. First the members of the collection are found by
 * counting brackets outside of quotes; then its parts are read one by one. What
 * is wrong inside a part jansson finds, what is wrong between parts is found here. */
#include "geojson.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct Reader {
    Str text, file;
    Datum datum;
    Str type, crs, features; /* slices of the text; empty: not there */
    bool places;             /* points will do, too */
    GeoFeature now;
} Reader;

/* ---- where it is wrong --------------------------------------------------- */

static int64_t line_at(Str text, const char *at) {
    int64_t line = 1;
    for (const char *p = text.p; p < at && (p = memchr(p, '\n', (size_t)(at - p))) != NULL; p++)
        line++;
    return line;
}

Err geojson_at(const GeoFeature *feature, Fault *f) {
    Fault what = *f;
    return fault(f, what.err, what.key, what.field, "第 %lld 个要素（第 %lld 行）：%s%.0s",
                 "Feature %lld (line %lld): %.0s%s", (long long)feature->number, (long long)feature->line,
                 what.zh, what.en);
}

static Err wrong_syntax(const Reader *r, const char *at, const char *why, Fault *f) {
    return fault(f, ERR_INVALID, "geojson_syntax", "", "第 %lld 行不是有效的 JSON：%s。",
                 "Line %lld is no valid JSON: %s.", (long long)line_at(r->text, at), why);
}

static Err cut_off(const Reader *r, const char *at, Fault *f) {
    return fault(f, ERR_INVALID, "geojson_cut", "",
                 "文件在第 %lld 行开始的部分中断：没有写完。请重新导出或下载。",
                 "The file ends within what begins on line %lld: it was cut off. Export or download it again.",
                 (long long)line_at(r->text, at));
}

#define OGR_LINE "ogr2ogr -f GeoJSON -t_srs EPSG:4326 -lco RFC7946=YES wgs84.geojson"

static int name_room(Str s) { return (int)(s.n < 120 ? s.n : 120); }

static Err wrong_system(Str system, Str file, Fault *f) {
    return fault(
        f, ERR_INVALID, "crs", "crs",
        "不认识坐标系“%.*s”，只接受 wgs84、cgcs2000、gcj02、bd09。可以先转换：" OGR_LINE " '%.*s'",
        "The coordinate system “%.*s” is none of wgs84, cgcs2000, gcj02, bd09. Convert it first: " OGR_LINE
        " '%.*s'",
        name_room(system), system.p, name_room(file), file.p);
}

Err geojson_datum(Str name, Str file, Datum *ret, Fault *f) {
    char z[32];

    snprintf(z, sizeof z, "%.*s", (int)(name.n < sizeof z ? name.n : sizeof z - 1), name.p);
    return name.n < sizeof z && datum_parse(z, ret) ? OK : wrong_system(name, file, f);
}

/* ---- splitting ----------------------------------------------------------- */

static const char *skip_space(const char *p, const char *end) {
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
        p++;
    return p;
}

/* Past the closing quote of the string that begins at p; NULL: it does not close. */
static const char *string_end(const char *p, const char *end) {
    for (p++; p < end; p++)
        if (*p == '\\')
            p++;
        else if (*p == '"')
            return p + 1;
    return NULL;
}

/* Past the value that begins at p; NULL: the text ends before it does. */
static const char *value_end(const char *p, const char *end) {
    int64_t depth = 0;

    while (p < end) {
        if (*p == '"') {
            p = string_end(p, end);
            if (!p)
                return NULL;
        } else if (strchr("{[", *p) && *p) {
            depth++;
            p++;
        } else if (strchr("}]", *p) && *p) {
            depth--;
            p++;
        } else if (depth > 0) {
            p++;
            continue;
        } else { /* a number or a word; a stray sign is a value too, for jansson to judge */
            do
                p++;
            while (p < end && !strchr(",]}{[\" \n\r\t", *p));
        }
        if (depth <= 0)
            return p;
    }
    return NULL;
}

/* One part by jansson. *ret is the caller's to give back. */
static Err parse(const Reader *r, Str part, json_t **ret, Fault *f) {
    json_error_t why;

    mem_failed = false;
    json_t *root = json_loadb(part.p, part.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
    if (mem_failed) { /* jansson calls most of these a syntax error, or drops a letter and goes on */
        json_decref(root);
        return fault_memory(f);
    }
    if (root) {
        *ret = root;
        return OK;
    }
    long long line = (long long)(line_at(r->text, part.p) + why.line - 1);
    if (json_error_code(&why) == json_error_duplicate_key)
        return fault(f, ERR_INVALID, "json_twice", "", "第 %lld 行：同一项写了两次。",
                     "Line %lld: the same member is written twice.", line);
    return fault(f, ERR_INVALID, "geojson_syntax", "", "第 %lld 行不是有效的 JSON：%s。",
                 "Line %lld is no valid JSON: %s.", line, why.text);
}

/* What the three members of interest hold is kept as a slice; any other is only
 * looked at for being JSON. */
static Err take_member(Reader *r, json_t *seen, const char *name, Str value, Fault *f) {
    json_t *other = NULL;

    if (json_object_get(seen, name))
        return fault(f, ERR_INVALID, "json_twice", "", "第 %lld 行：“%.60s”写了两次。",
                     "Line %lld: “%.60s” is written twice.", (long long)line_at(r->text, value.p), name);
    if (json_object_set_new(seen, name, json_null()) != 0)
        return fault_memory(f);
    if (strcmp(name, "features") == 0)
        r->features = value;
    else if (strcmp(name, "type") == 0)
        r->type = value;
    else if (strcmp(name, "crs") == 0)
        r->crs = value;
    else
        TRY(parse(r, value, &other, f));
    json_decref(other);
    return OK;
}

/* In a list that is cut off: the feature in which the text ends. */
static Err cut_features(Reader *r, const char *p, const char *end, Fault *f) {
    int64_t number = 1;
    const char *at = skip_space(p + 1, end);

    for (const char *next; at < end && (next = value_end(at, end)) != NULL; number++) {
        const char *comma = skip_space(next, end);
        if (comma == end || *comma != ',')
            break;
        at = skip_space(comma + 1, end);
    }
    r->now = (GeoFeature){ .number = number, .line = line_at(r->text, at) };
    cut_off(r, at, f);
    return geojson_at(&r->now, f);
}

/* `"name": value` at *p; *p is then past it. */
static Err read_member(Reader *r, json_t *seen, const char **p, const char *end, Fault *f) {
    const char *begin = *p, *after = string_end(begin, end);
    json_t *name = NULL;

    if (!after)
        return cut_off(r, begin, f);
    TRY(parse(r, (Str){ begin, (size_t)(after - begin) }, &name, f));
    const char *colon = skip_space(after, end), *value = colon < end ? skip_space(colon + 1, end) : end;
    const char *past = value < end ? value_end(value, end) : NULL;
    Err e = OK;
    if (value < end && *colon != ':')
        e = wrong_syntax(r, colon, "':' expected", f);
    else if (!past && value < end && *value == '[' && strcmp(json_string_value(name), "features") == 0)
        e = cut_features(r, value, end, f);
    else if (!past)
        e = cut_off(r, begin, f);
    else
        e = take_member(r, seen, json_string_value(name), (Str){ value, (size_t)(past - value) }, f);
    json_decref(name);
    *p = past;
    return e;
}

static Err split_members(Reader *r, json_t *seen, const char *p, const char *end, Fault *f) {
    for (p = skip_space(p + 1, end); p < end && *p != '}';) {
        if (*p != '"')
            return wrong_syntax(r, p, "a name in quotes expected", f);
        TRY(read_member(r, seen, &p, end, f));
        p = skip_space(p, end);
        if (p < end && *p == ',') {
            p = skip_space(p + 1, end);
            if (p < end && *p == '}')
                return wrong_syntax(r, p, "a name in quotes expected", f);
        } else if (p < end && *p != '}')
            return wrong_syntax(r, p, "',' or '}' expected", f);
    }
    if (p == end)
        return cut_off(r, end, f);
    p = skip_space(p + 1, end);
    return p == end ? OK : wrong_syntax(r, p, "there is more after the end of the collection", f);
}

static Err split(Reader *r, Fault *f) {
    const char *end = r->text.p + r->text.n, *p = r->text.p;
    json_t *seen;

    if (r->text.n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0)
        p += 3;
    p = skip_space(p, end);
    if (p == end)
        return fault(f, ERR_INVALID, "geojson_empty", "", "文件是空的。", "The file is empty.");
    if (*p != '{')
        return fault(f, ERR_INVALID, "geojson_none", "",
                     "这不是 GeoJSON（应以“{”开头）。其他格式可以先转换：" OGR_LINE " '%.*s'",
                     "This is no GeoJSON, which begins with “{”. Convert other formats first: " OGR_LINE
                     " '%.*s'",
                     name_room(r->file), r->file.p);
    seen = json_object();
    if (!seen)
        return fault_memory(f);
    Err e = split_members(r, seen, p, end, f);
    json_decref(seen);
    return e;
}

/* ---- what the collection says of itself ---------------------------------- */

static Err check_type(const Reader *r, Fault *f) {
    json_t *type = NULL;
    Err e = r->type.n ? parse(r, r->type, &type, f) : OK;

    if (e == OK &&
        (!type || !json_is_string(type) || strcmp(json_string_value(type), "FeatureCollection") != 0))
        e = fault(f, ERR_INVALID, "geojson_type", "", "文件的 type 是“%.60s”，应是 FeatureCollection。",
                  "The file's type is “%.60s”; a FeatureCollection is needed.",
                  type && json_is_string(type) ? json_string_value(type) : "");
    if (e == OK && (r->features.n == 0 || *r->features.p != '['))
        e = fault(f, ERR_INVALID, "geojson_features", "", "文件没有 features 列表。",
                  "The file has no list “features”.");
    json_decref(type);
    return e;
}

/* Names under which programs write longitude and latitude in WGS84 or CGCS2000.
 * GCJ-02 and BD-09 have no such name, and programs label them as WGS84; there the
 * caller's word counts. */
static bool crs_is_degrees(const char *name) {
    static const char *const known[] = { "CRS84", "EPSG::4326", "EPSG:4326", "EPSG::4490", "EPSG:4490" };
    size_t n = strlen(name);

    for (size_t i = 0; i < COUNT(known); i++) {
        size_t k = strlen(known[i]);
        if (n >= k && strcmp(name + n - k, known[i]) == 0)
            return true;
    }
    return false;
}

static Err check_crs(const Reader *r, Fault *f) {
    json_t *crs = NULL;

    if (r->crs.n == 0)
        return OK;
    TRY(parse(r, r->crs, &crs, f));
    const char *name = json_string_value(json_object_get(json_object_get(crs, "properties"), "name"));
    Err e = json_is_null(crs) || (name && crs_is_degrees(name))
                ? OK
                : wrong_system(name ? str(name) : str("crs"), r->file, f);
    json_decref(crs);
    return e;
}

/* ---- geometry ------------------------------------------------------------ */

static Err wrong_shape(const char *zh, const char *en, Fault *f) {
    return fault(f, ERR_INVALID, "geojson_geometry", "", "%s%.0s", "%.0s%s", zh, en);
}

static Err read_degrees(const Reader *r, const json_t *position, Degrees *ret, Fault *f) {
    const json_t *x = json_array_get(position, 0), *y = json_array_get(position, 1);
    Degrees d = { json_number_value(x), json_number_value(y) };

    if (!json_is_number(x) || !json_is_number(y))
        return wrong_shape("一个坐标不是 [经度, 纬度] 两个数。",
                           "A position is not the two numbers [longitude, latitude].", f);
    if (fabs(d.lat) > 90 && fabs(d.lat) <= 180 && fabs(d.lon) <= 90)
        return fault(f, ERR_INVALID, "geojson_swapped", "",
                     "坐标 %.10g, %.10g 的经度和纬度写反了，GeoJSON 先写经度。可以先交换：" GEOJSON_SWAP_LINE
                     " '%.*s'",
                     "The coordinate %.10g, %.10g has latitude first; GeoJSON has longitude first. Exchange "
                     "them: " GEOJSON_SWAP_LINE " '%.*s'",
                     d.lon, d.lat, name_room(r->file), r->file.p);
    if (fabs(d.lon) > 180 || fabs(d.lat) > 90)
        return fault(f, ERR_INVALID, "shape_outside_world", "",
                     "坐标 %.10g, %.10g 不是经纬度。可以先转换：" OGR_LINE " '%.*s'",
                     "The coordinate %.10g, %.10g is no longitude and latitude. Convert it first: " OGR_LINE
                     " '%.*s'",
                     d.lon, d.lat, name_room(r->file), r->file.p);
    *ret = d;
    return OK;
}

static Err read_position(const Reader *r, const json_t *position, Degrees *ret, Fault *f) {
    Degrees d;

    TRY(read_degrees(r, position, &d, f));
    *ret = datum_to_wgs84(r->datum, d);
    return OK;
}

static Err read_ring(const Reader *r, const json_t *ring, ShapeDraft *draft, Fault *f) {
    size_t n = json_array_size(ring);
    Degrees first = { 0 }, d = { 0 };

    if (n < 4)
        return wrong_shape("一个环不足四个坐标。", "A ring has fewer than four positions.", f);
    draft_ring(draft);
    for (size_t i = 0; i < n; i++) {
        TRY(read_position(r, json_array_get(ring, i), &d, f));
        draft_degrees(draft, d.lon, d.lat);
        if (i == 0)
            first = d;
    }
    if (first.lon < d.lon || first.lon > d.lon || first.lat < d.lat || first.lat > d.lat)
        return wrong_shape("一个环没有闭合：最后一个坐标应与第一个相同。",
                           "A ring is open: its last position must be its first again.", f);
    return OK;
}

static Err read_polygon(const Reader *r, const json_t *rings, ShapeDraft *draft, Fault *f) {
    size_t n = json_array_size(rings);

    if (n == 0)
        return wrong_shape("一个多边形没有环。", "A polygon has no ring.", f);
    draft_polygon(draft);
    for (size_t i = 0; i < n; i++)
        TRY(read_ring(r, json_array_get(rings, i), draft, f));
    return OK;
}

static Err read_polygons(const Reader *r, const json_t *geometry, ShapeDraft *draft, Fault *f) {
    const char *type = json_string_value(json_object_get(geometry, "type"));
    const json_t *coordinates = json_object_get(geometry, "coordinates");
    size_t n = json_array_size(coordinates);

    if (!json_is_object(geometry))
        return wrong_shape("没有几何（geometry）。", "It has no geometry.", f);
    if (!type || (strcmp(type, "Polygon") != 0 && strcmp(type, "MultiPolygon") != 0))
        return fault(
            f, ERR_INVALID, "geojson_geometry", "", "几何是“%.40s”，不是面：要 Polygon 或 MultiPolygon。",
            "The geometry is “%.40s” and no area: Polygon or MultiPolygon is needed.", type ? type : "");
    if (n == 0)
        return wrong_shape("几何是空的。", "The geometry is empty.", f);
    if (strcmp(type, "Polygon") == 0)
        return read_polygon(r, coordinates, draft, f);
    for (size_t i = 0; i < n; i++)
        TRY(read_polygon(r, json_array_get(coordinates, i), draft, f));
    return OK;
}

static Err read_shape(Reader *r, const json_t *geometry, Fault *f) {
    ShapeDraft draft;

    draft_begin(&draft);
    Err e = read_polygons(r, geometry, &draft, f);
    if (e == OK)
        return draft_end(&draft, NULL, &r->now.shape, &r->now.dropped_rings, f);
    draft_drop(&draft);
    return e;
}

/* Of a place a point is enough, or nothing. */
static Err read_geometry(Reader *r, const json_t *geometry, Fault *f) {
    const char *type = json_string_value(json_object_get(geometry, "type"));

    r->now.pointed = false;
    if (r->places && (!geometry || json_is_null(geometry)))
        return OK;
    if (!r->places || !type || strcmp(type, "Point") != 0)
        return read_shape(r, geometry, f);
    r->now.pointed = true;
    return read_degrees(r, json_object_get(geometry, "coordinates"), &r->now.point, f);
}

/* ---- features ------------------------------------------------------------ */

static Err take_feature(Reader *r, const json_t *feature, GeoEach *each, void *ctx, Fault *f) {
    const char *type = json_string_value(json_object_get(feature, "type"));
    const json_t *properties = json_object_get(feature, "properties");

    if (!type || strcmp(type, "Feature") != 0)
        return fault(f, ERR_INVALID, "geojson_feature", "", "不是 Feature。", "It is no Feature.");
    if (properties && !json_is_object(properties) && !json_is_null(properties))
        return fault(f, ERR_INVALID, "geojson_feature", "", "properties 不是对象。",
                     "Its properties are no object.");
    r->now.properties = json_is_object(properties) ? properties : NULL;
    TRY(read_geometry(r, json_object_get(feature, "geometry"), f));
    Err e = each(ctx, &r->now, f);
    shape_free(&r->now.shape);
    return e;
}

/* Positions in the text of a feature: brackets before a number. A text or an attribute
 * that looks like some is counted too, which matters to nobody below the limit. */
static int64_t count_positions(Str part) {
    const char *p = part.p, *end = part.p + part.n;
    int64_t n = 0;

    while ((p = memchr(p, '[', (size_t)(end - p))) != NULL) {
        p = skip_space(p + 1, end);
        n += p < end && (*p == '-' || (*p >= '0' && *p <= '9'));
    }
    return n;
}

/* Before jansson makes a tree of it, which takes some 250 bytes for each. */
static Err check_positions(Str part, Fault *f) {
    int64_t n = part.n > GEOJSON_POSITIONS_MAX * 4 ? count_positions(part) : 0; /* "[1,2]" is more than 4 */

    if (n <= GEOJSON_POSITIONS_MAX)
        return OK;
    return fault(f, ERR_LIMIT, "geojson_vertices", "",
                 "有 %lld 个坐标，每个要素最多 %d 个；请简化它（ogr2ogr -simplify 0.00001）或分成几个要素。",
                 "It has %lld positions, and a feature may have %d: simplify it (ogr2ogr -simplify 0.00001) or "
                 "split it.",
                 (long long)n, GEOJSON_POSITIONS_MAX);
}

static Err read_feature(Reader *r, Str part, GeoEach *each, void *ctx, Fault *f) {
    json_t *feature = NULL;

    TRY(check_positions(part, f));
    Err e = parse(r, part, &feature, f);

    r->now.shape = (Shape){ 0 };
    if (e == OK)
        e = take_feature(r, feature, each, ctx, f);
    json_decref(feature);
    return e;
}

/* The list has matching brackets by now, so a part always ends. */
static Err read_features(Reader *r, GeoEach *each, void *ctx, Fault *f) {
    const char *end = r->features.p + r->features.n, *p = skip_space(r->features.p + 1, end),
               *lines = r->text.p;

    r->now = (GeoFeature){ .line = 1 };
    while (p < end && (*p != ']' || r->now.number > 0)) {
        const char *past = value_end(p, end);
        for (; (lines = memchr(lines, '\n', (size_t)(p - lines))) != NULL; lines++)
            r->now.line++;
        lines = p;
        r->now.number++;
        if (!past)
            return wrong_syntax(r, p, "a feature expected", f);
        if (read_feature(r, (Str){ p, (size_t)(past - p) }, each, ctx, f) != OK)
            return geojson_at(&r->now, f);
        p = skip_space(past, end);
        if (p < end && *p == ']')
            break;
        if (p == end || *p != ',')
            return wrong_syntax(r, p, "',' or ']' expected", f);
        p = skip_space(p + 1, end);
    }
    if (r->now.number == 0)
        return fault(f, ERR_INVALID, "geojson_features", "", "文件里没有要素。",
                     "There is no feature in the file.");
    return p + 1 == end ? OK : wrong_syntax(r, p, "the list ends early", f);
}

static Err read_collection(Reader *r, GeoEach *each, void *ctx, Fault *f) {
    TRY(split(r, f));
    TRY(check_type(r, f));
    TRY(check_crs(r, f));
    return read_features(r, each, ctx, f);
}

Err geojson_read(Str text, Str file, Datum datum, GeoEach *each, void *ctx, Fault *f) {
    Reader r = { .text = text, .file = file, .datum = datum };
    return read_collection(&r, each, ctx, f);
}

Err geojson_read_places(Str text, Str file, Datum datum, GeoEach *each, void *ctx, Fault *f) {
    Reader r = { .text = text, .file = file, .datum = datum, .places = true };
    return read_collection(&r, each, ctx, f);
}

/* ---- attributes ---------------------------------------------------------- */

static const json_t *property(const GeoFeature *feature, Str name) {
    char z[128];

    if (name.n >= sizeof z || !feature->properties)
        return NULL;
    snprintf(z, sizeof z, "%.*s", (int)name.n, name.p);
    return json_object_get(feature->properties, z);
}

bool geojson_has(const GeoFeature *feature, Str name) { return property(feature, name) != NULL; }

Err geojson_word(const GeoFeature *feature, Str name, Arena *a, Str *ret, Fault *f) {
    const json_t *value = property(feature, name);
    char number[32] = "";

    if (json_is_string(value))
        return str_copy(a, (Str){ json_string_value(value), json_string_length(value) }, ret, f);
    if (json_is_integer(value))
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value) && fabs(json_real_value(value)) < 1e15 &&
             fabs(json_real_value(value) - nearbyint(json_real_value(value))) <= 0)
        snprintf(number, sizeof number, "%.0f", json_real_value(value)); /* 310101.0, as some programs write */
    else if (value && !json_is_null(value))
        return fault(f, ERR_INVALID, "geojson_attribute", "", "属性“%.*s”不是文字或整数。",
                     "The attribute “%.*s” is neither a text nor a whole number.", name_room(name), name.p);
    return str_copy(a, str(number), ret, f);
}

void geojson_names(const GeoFeature *feature, Buf *b) {
    json_t *all = (json_t *)feature->properties; /* its iterator wants it so; nothing is changed */
    const char *name;
    json_t *value;

    json_object_foreach (all, name, value) {
        (void)value;
        buf_fmt(b, "%s%s", b->n ? ", " : "", name);
    }
}
