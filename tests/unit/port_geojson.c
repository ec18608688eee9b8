/* port_geojson – what the reader of map files takes, and with which sentence it
 * refuses what it does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "geojson.h"
#include "record.h"

#include <stdio.h>
#include <string.h>

typedef struct Seen {
    int64_t n, line;
    Shape last;
    int32_t dropped;
    char code[64];
    Str field;
} Seen;

static Err take(void *ctx, GeoFeature *feature, Fault *f) {
    Seen *seen = ctx;
    Arena a;
    Str word = { "", 0 };

    TRY(arena_begin(&a, 4096, f));
    Err e = geojson_word(feature, seen->field.n ? seen->field : str("code"), &a, &word, f);
    snprintf(seen->code, sizeof seen->code, "%.*s", (int)word.n, word.p);
    arena_end(&a);
    TRY(e);
    shape_free(&seen->last);
    seen->last = feature->shape;
    feature->shape = (Shape){ 0 };
    seen->n++;
    seen->line = feature->line;
    seen->dropped += feature->dropped_rings;
    assert_int_equal(feature->number, seen->n);
    return OK;
}

static Err read_as(const char *text, const char *datum, Seen *ret, Fault *f) {
    Datum d;

    *ret = (Seen){ .field = ret->field };
    TRY(geojson_datum(str(datum), str("某市 map.geojson"), &d, f));
    return geojson_read(str(text), str("某市 map.geojson"), d, take, ret, f);
}

#define SQUARE "[[121,31],[121.01,31],[121.01,31.01],[121,31.01],[121,31]]"
#define AROUND(geometry)                                                                        \
    "{\"type\":\"FeatureCollection\",\"features\":[\n"                                          \
    "{\"type\":\"Feature\",\"properties\":{\"code\":\"A\"},\"geometry\":{\"type\":\"Polygon\"," \
    "\"coordinates\":[" SQUARE "]}},\n"                                                         \
    "{\"type\":\"Feature\",\"properties\":{\"code\":\"B\"},\"geometry\":" geometry "}]}"
#define POLYGON(rings) "{\"type\":\"Polygon\",\"coordinates\":[" rings "]}"

/* ---- what it takes --------------------------------------------------------- */

static void good_files(void **state) {
    Seen seen = { 0 };
    Fault f;

    (void)state;
    assert_int_equal(read_as(AROUND(POLYGON(SQUARE)), "wgs84", &seen, &f), OK);
    assert_int_equal(seen.n, 2);
    assert_int_equal(seen.line, 3);
    assert_string_equal(seen.code, "B");
    assert_int_equal(seen.last.n_points, 4);
    assert_int_equal(seen.last.points[0].lon, 1210000000);
    assert_int_equal(seen.last.points[0].lat, 310000000);
    shape_free(&seen.last);

    /* a byte order mark, members in another order, heights, a hole, a ring without area */
    assert_int_equal(
        read_as("\xEF\xBB\xBF "
                "{\"features\":[{\"geometry\":{\"coordinates\":[[[[0,0,7],[9,0,7],[9,9,7],[0,9,7],[0,0,7]],"
                "[[2,2],[2,4],[4,4],[4,2],[2,2]]],[[[20,0],[21,0],[21,0],[20,0]]]],\"type\":\"MultiPolygon\"},"
                "\"properties\":{\"code\":310101.0},\"type\":\"Feature\",\"bbox\":[0,0,9,9]}],\"name\":\"}]{["
                "\\\"\","
                "\"type\":\"FeatureCollection\"}\n",
                "wgs84", &seen, &f),
        OK);
    assert_int_equal(seen.n, 1);
    assert_string_equal(seen.code, "310101");
    assert_int_equal(seen.last.n_polys, 1);
    assert_int_equal(seen.last.n_rings, 2);
    assert_int_equal(seen.dropped, 1);
    shape_free(&seen.last);
}

static void datums(void **state) {
    static const char *const names[] = { "CRS84", "urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4326",
                                         "EPSG:4490" };
    char text[1024];
    Seen seen = { 0 };
    Degrees back;
    Fault f;

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        snprintf(text, sizeof text,
                 "{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"%s\"}},"
                 "\"features\":[{\"type\":\"Feature\",\"properties\":null,\"geometry\":" POLYGON(SQUARE) "}]}",
                 names[i]);
        assert_int_equal(read_as(text, "cgcs2000", &seen, &f), OK);
        shape_free(&seen.last);
    }
    assert_int_equal(read_as(AROUND(POLYGON(SQUARE)), "gcj02", &seen, &f), OK);
    back = datum_from_wgs84(DATUM_GCJ02,
                            (Degrees){ point_lon(seen.last.points[0]), point_lat(seen.last.points[0]) });
    assert_true(back.lon > 121 - 2e-7 && back.lon < 121 + 2e-7 && back.lat > 31 - 2e-7 && back.lat < 31 + 2e-7);
    assert_true(seen.last.points[0].lon < 1210000000 - 30000); /* some hundred metres */
    shape_free(&seen.last);
}

/* ---- what it refuses -------------------------------------------------------- */

static const struct {
    const char *text, *key, *says;
} refused[] = {
    { "", "geojson_empty", "empty" },
    { "  \n ", "geojson_empty", "empty" },
    { "PK\003\004", "geojson_none",
      "ogr2ogr -f GeoJSON -t_srs EPSG:4326 -lco RFC7946=YES wgs84.geojson '某市 map.geojson'" },
    { "[1,2]", "geojson_none", "no GeoJSON" },
    { "{", "geojson_cut", "line 1" },
    { "{\"type\":\"FeatureCollection\",\n\"features\":[\n{\"type\":\"Feature\",\n\"geometry\":null},\n{"
      "\"type\":\"Fea",
      "geojson_cut", "Feature 2 (line 5): The file ends within" },
    { "{\"type\":\"FeatureCollection\",\n\"features\":[{}],\n\"na", "geojson_cut", "line 3" },
    { "{\"type\":\"FeatureCollection\",\"features\":[{}]", "geojson_cut", "cut off" },
    { "{\"type\":\"FeatureCollection\",\"features\":[{}]} x", "geojson_syntax", "more after the end" },
    { "{\"type\":\"FeatureCollection\",\"features\":[{}],}", "geojson_syntax", "a name in quotes" },
    { "{\"type\":\"FeatureCollection\";\"features\":[{}]}", "geojson_syntax", "',' or '}'" },
    { "{\"type\" \"FeatureCollection\"}", "geojson_syntax", "':' expected" },
    { "{\"type\":\"FeatureCollection\",\"type\":\"FeatureCollection\",\"features\":[{}]}", "json_twice",
      "“type”" },
    { "{\"type\":\"FeatureCollection\",\"features\":[{}],\n\"x\":{\"a\":1,\n\"a\":2}}", "json_twice",
      "Line 3" },
    { "{\"type\":\"FeatureCollection\",\"features\":[{}],\"x\":\"\xFF\"}", "geojson_syntax", "Line 1" },
    { "{\"type\":\"FeatureCollection\",\"features\":[]}", "geojson_features", "no feature" },
    { "{\"type\":\"FeatureCollection\"}", "geojson_features", "no list" },
    { "{\"type\":\"Feature\",\"features\":[{}]}", "geojson_type", "“Feature”" },
    { "{\"features\":[{}]}", "geojson_type", "FeatureCollection is needed" },
    { "{\"type\":\"FeatureCollection\",\"features\":[{}]}", "geojson_feature",
      "Feature 1 (line 1): It is no Feature" },
    { "{\"type\":\"FeatureCollection\",\"features\":[{} {}]}", "geojson_feature", "Feature 1" },
    { "{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"urn:ogc:def:crs:"
      "EPSG::32651\"}},"
      "\"features\":[{}]}",
      "crs",
      "“urn:ogc:def:crs:EPSG::32651” is none of wgs84, cgcs2000, gcj02, bd09. Convert it first: ogr2ogr" },
    { "{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"link\"},\"features\":[{}]}", "crs", "ogr2ogr" },
    { AROUND("null"), "geojson_geometry", "Feature 2 (line 3): It has no geometry" },
    { AROUND("{\"type\":\"Point\",\"coordinates\":[121,31]}"), "geojson_geometry",
      "Feature 2 (line 3): The geometry is “Point”" },
    { AROUND("{\"type\":\"GeometryCollection\",\"geometries\":[]}"), "geojson_geometry",
      "“GeometryCollection” and no area" },
    { AROUND("{\"type\":\"Polygon\",\"coordinates\":[]}"), "geojson_geometry",
      "Feature 2 (line 3): The geometry is empty" },
    { AROUND("{\"type\":\"MultiPolygon\",\"coordinates\":[[]]}"), "geojson_geometry", "has no ring" },
    { AROUND(POLYGON("[[0,0],[1,0],[0,0]]")), "geojson_geometry", "fewer than four" },
    { AROUND(POLYGON("[[0,0],[1,0],[1,1],[0,1]]")), "geojson_geometry", "A ring is open" },
    { AROUND(POLYGON("[[0,0],[1,\"0\"],[1,1],[0,0]]")), "geojson_geometry", "not the two numbers" },
    { AROUND(POLYGON("[[0],[1],[1],[0]]")), "geojson_geometry", "not the two numbers" },
    { AROUND(POLYGON("[[0,0],[NaN,0],[1,1],[0,0]]")), "geojson_syntax", "Line 3" },
    { AROUND(POLYGON("[[0,0],[1e999,0],[1,1],[0,0]]")), "geojson_syntax", "Line 3" },
    { AROUND(POLYGON("[[351234.5,3456789],[351235,3456789],[351235,3456790],[351234.5,3456789]]")),
      "shape_outside_world",
      "Feature 2 (line 3): The coordinate 351234.5, 3456789 is no longitude and latitude. Convert it first: "
      "ogr2ogr" },
    { AROUND(POLYGON("[[100,0],[100,91],[1,1],[100,0]]")), "shape_outside_world", "100, 91" },
    { AROUND(POLYGON("[[31,121],[31,121.01],[31.01,121],[31,121]]")), "geojson_swapped",
      "Feature 2 (line 3): The coordinate 31, 121 has latitude first; GeoJSON has longitude first. Exchange "
      "them: ogr2ogr -f GeoJSON -ct '+proj=axisswap +order=2,1' lonlat.geojson '某市 map.geojson'" },
    { AROUND(POLYGON("[[0,0],[1,0],[2,0],[0,0]]")), "shape_empty",
      "Feature 2 (line 3): The shape has no area" },
    { AROUND(POLYGON("[[-179,0],[179,0],[179,1],[-179,1],[-179,0]]")), "shape_date_line",
      "crosses the date line" },
    { AROUND(POLYGON(SQUARE) ",\"geometry\":null"), "json_twice", "Feature 2" },
    { AROUND(POLYGON(SQUARE) ",\"properties\":7"), "json_twice", "Feature 2" },
};

static void each_refusal(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++) {
        Seen seen = { 0 };
        Fault f = { 0 };
        Err e = read_as(refused[i].text, "wgs84", &seen, &f);
        shape_free(&seen.last);
        if (e != ERR_INVALID || strcmp(f.key, refused[i].key) != 0 || !strstr(f.en, refused[i].says))
            fail_msg("refusal %zu: %d [%s] %s", i, e, f.key, f.en);
        assert_true(strlen(f.zh) > 6);
    }
}

/* Told before a tree is made of it; one position fewer is read. */
static void too_many_positions(void **state) {
    Buf b;
    Fault f = { 0 };
    Seen seen = { 0 };

    (void)state;
    for (int over = 0; over < 2; over++) {
        assert_int_equal(buf_begin(&b, 1 << 20, 64 << 20, &f), OK);
        buf_str(&b, "{\"type\":\"FeatureCollection\",\"features\":[\n{\"type\":\"Feature\",\"properties\":{},"
                    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[121,31],[122,31]");
        for (int i = 0; i < GEOJSON_POSITIONS_MAX - 3 + over; i++)
            buf_fmt(&b, ",[ %.7f,32]", 122 - i * 1e-6);
        buf_str(&b, ",[121,31]]]}}]}");
        Err e = geojson_read(buf_view(&b), str("m"), DATUM_WGS84, take, &seen, &f);
        buf_end(&b);
        shape_free(&seen.last);
        assert_int_equal(e, over ? ERR_LIMIT : OK);
    }
    assert_string_equal(f.key, "geojson_vertices");
    assert_string_equal(f.en,
                        "Feature 1 (line 2): It has 250001 positions, and a feature may have 250000: simplify "
                        "it (ogr2ogr -simplify 0.00001) or split it.");
    assert_string_equal(f.zh, "第 1 个要素（第 2 行）：有 250001 个坐标，每个要素最多 250000 "
                              "个；请简化它（ogr2ogr -simplify 0.00001）或分成几个要素。");
}

static void a_datum_that_is_none(void **state) {
    Datum d;
    Fault f;

    (void)state;
    assert_int_equal(geojson_datum(str("EPSG:3857"), str("it.geojson"), &d, &f), ERR_INVALID);
    assert_string_equal(f.key, "crs");
    assert_non_null(strstr(f.en, "wgs84.geojson 'it.geojson'"));
    assert_non_null(strstr(f.zh, "wgs84.geojson 'it.geojson'"));
}

static void attributes(void **state) {
    Seen seen = { .field = str("list") };
    Fault f;

    (void)state;
    assert_int_equal(
        read_as(
            "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"list\":[1],"
            "\"half\":0.5,\"none\":null,\"n\":-7},\"geometry\":" POLYGON(SQUARE) "}]}",
            "wgs84", &seen, &f),
        ERR_INVALID);
    assert_string_equal(f.key, "geojson_attribute");
    static const struct {
        const char *field, *word;
    } good[] = { { "none", "" }, { "absent", "" }, { "n", "-7" } };
    for (size_t i = 0; i < COUNT(good); i++) {
        seen.field = str(good[i].field);
        assert_int_equal(read_as("{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\","
                                 "\"properties\":{\"none\":null,"
                                 "\"n\":-7},\"geometry\":" POLYGON(SQUARE) "}]}",
                                 "wgs84", &seen, &f),
                         OK);
        assert_string_equal(seen.code, good[i].word);
        shape_free(&seen.last);
    }
}

/* Every prefix of a good file is refused, never taken for a shorter one. */
static void every_cut(void **state) {
    static const char whole[] = AROUND("{\"type\":\"MultiPolygon\",\"coordinates\":[[" SQUARE "]]}");
    char text[sizeof whole];

    (void)state;
    for (size_t n = 0; n + 1 < sizeof whole; n++) {
        Seen seen = { 0 };
        Fault f = { 0 };
        memcpy(text, whole, n);
        text[n] = 0;
        Err e = read_as(text, "wgs84", &seen, &f);
        shape_free(&seen.last);
        if (e != ERR_INVALID || seen.n != 0)
            fail_msg("cut at %zu: %d, %lld features", n, e, (long long)seen.n);
    }
}

/* Each allocation fails once: said as such, and nothing is lost. */
static void each_allocation(void **state) {
    Seen seen = { 0 };
    Fault f = { 0 };
    Err e = ERR_NO_MEMORY;
    long n = 0;

    (void)state;
    while (e != OK) {
        mem_calls = 0;
        mem_fail_from = mem_fail_to = ++n;
        mem_watched = true;
        e = read_as(AROUND(POLYGON(SQUARE)), "wgs84", &seen, &f);
        mem_watched = false;
        shape_free(&seen.last);
        if (e != OK && e != ERR_NO_MEMORY)
            fail_msg("allocation %ld: %s", n, f.en);
        assert_true(n < 1000);
    }
    mem_fail_from = mem_fail_to = 0;
    assert_true(n > 30);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_files),
        cmocka_unit_test(datums),
        cmocka_unit_test(each_refusal),
        cmocka_unit_test(too_many_positions),
        cmocka_unit_test(a_datum_that_is_none),
        cmocka_unit_test(attributes),
        cmocka_unit_test(every_cut),
        cmocka_unit_test(each_allocation),
    };
    record_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
