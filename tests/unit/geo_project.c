/* geo_project – datums there and back, against published pairs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "project.h"
#include <math.h>

static void close_to(double got, double expected, double within) {
    if (!(fabs(got - expected) <= within))
        fail_msg("got %.9f, expected %.9f", got, expected);
}

/* The examples of eviltransform's tests and of coordtransform's README. */
static void known_pairs(void **state) {
    Degrees gcj = datum_from_wgs84(DATUM_GCJ02, (Degrees){ 121.5272106, 31.1774276 });

    (void)state;
    close_to(gcj.lon, 121.531541859215, 1e-9);
    close_to(gcj.lat, 31.17530398364597, 1e-9);
    gcj = datum_from_wgs84(DATUM_GCJ02, (Degrees){ 116.404, 39.915 });
    close_to(gcj.lon, 116.41024449916938, 1e-9);
    close_to(gcj.lat, 39.91640428150164, 1e-9);
    Degrees bd = datum_from_wgs84(DATUM_BD09, datum_to_wgs84(DATUM_GCJ02, (Degrees){ 116.404, 39.915 }));
    close_to(bd.lon, 116.41036949371029, 1e-8);
    close_to(bd.lat, 39.92133699351022, 1e-8);
}

static void round_trips(void **state) {
    static const Datum datums[] = { DATUM_WGS84, DATUM_CGCS2000, DATUM_GCJ02, DATUM_BD09 };

    (void)state;
    for (size_t i = 0; i < 4; i++)
        for (double lon = 73.5; lon < 136; lon += 0.7301)
            for (double lat = 3.2; lat < 54; lat += 0.6113) {
                Degrees there = datum_from_wgs84(datums[i], (Degrees){ lon, lat });
                Degrees back = datum_to_wgs84(datums[i], there);
                close_to(back.lon, lon, 1e-8);
                close_to(back.lat, lat, 1e-8);
                double moved = hypot((there.lon - lon) * cos(lat * M_PI / 180), there.lat - lat);
                assert_true(i < 2 ? moved == 0 : moved > 0 && moved < 0.03);
            }
}

static void elsewhere_nothing_moves(void **state) {
    static const Degrees places[] = { { -76.6, 39.3 }, { 139.7, 35.7 }, { 103.8, 0.5 }, { 2.3, 48.8 } };

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        assert_false(datum_offsets(places[i]));
        Degrees d = datum_from_wgs84(DATUM_GCJ02, places[i]), b = datum_to_wgs84(DATUM_BD09, places[i]);
        assert_true(d.lon == places[i].lon && d.lat == places[i].lat);
        assert_true(b.lon == places[i].lon && b.lat == places[i].lat);
    }
}

static void names(void **state) {
    Datum d = 0;

    (void)state;
    assert_true(datum_parse("cgcs2000", &d));
    assert_int_equal(d, DATUM_CGCS2000);
    assert_string_equal(datum_name(DATUM_BD09), "bd09");
    assert_false(datum_parse("EPSG:4479", &d));
    assert_false(datum_parse("", &d));
    assert_string_equal(datum_name((Datum)99), "");
}

static void mercator(void **state) {
    Mercator m = mercator_of((Point){ 0, 0 });

    (void)state;
    close_to(m.x, 0.5, 1e-15);
    close_to(m.y, 0.5, 1e-15);
    m = mercator_of((Point){ -LON_MAX, LAT_MAX });
    close_to(m.x, 0, 0);
    close_to(m.y, 0, 1e-12);
    m = mercator_of((Point){ LON_MAX, -LAT_MAX });
    close_to(m.x, 1, 0);
    close_to(m.y, 1, 1e-12);
    m = mercator_of((Point){ 1214737000, 312304000 }); /* tile 13/6860/3347 */
    assert_int_equal((int)(m.x * 8192), 6860);
    assert_int_equal((int)(m.y * 8192), 3347);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_pairs), cmocka_unit_test(round_trips), cmocka_unit_test(elsewhere_nothing_moves),
        cmocka_unit_test(names),       cmocka_unit_test(mercator),
    };
    return cmocka_run_group_tests_name("geo_project", tests, NULL, NULL);
}
