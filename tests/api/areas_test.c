/* areas_test – areas from map files and lists of buildings, on SQLite and on
 * PostgreSQL: each finding with its exact size on a few squares, each refusal with
 * nothing written, upper levels by union, and what a lack of memory leaves behind.
 * What is wrong with files in general: areas_bad_test.c. */
#include "areas_maps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- one layer ------------------------------------------------------------------ */

static void clean_squares(void **state) {
    AreasOptions how = options("clean", LEVEL_MICRO);
    Look l;

    (void)state;
    how.households = str("n");
    how.layer_zh = str("干净");
    how.layer_en = str("Clean");
    map_begin();
    square("A", ",\"n\":300", 0, 0, 10, 10);
    square("B", ",\"n\":\"500\"", 10, 0, 10, 10);
    feature("C", ",\"n\":null"); /* has an enclave */
    ring(20, 0, 10, 10);
    buf_char(&map, ',');
    ring(23, 3, 2, 2);
    buf_str(&map, "]}}");
    square("D", "", 23, 3, 2, 2);
    Str text = map_end();
    how.check = true;
    assert_ok(import(text, &how));
    assert_false(report.written);
    absent("clean");
    how.check = false;
    assert_ok(import(text, &how));
    only(NOTE_COUNT, 0);
    assert_true(report.written);
    assert_int_equal(report.areas[LEVEL_MICRO], 4);
    assert_ok(look_at("clean", "B", &l));
    assert_int_equal(l.rows, 4);
    assert_int_equal(l.area.households, 500);
    assert_int_equal(l.found.revision, 2);
    assert_false(l.found.governing);
    stands("clean", "C", "", m2_of(20, 0, 10, 10) - m2_of(23, 3, 2, 2));

    refused(import(text, &how), ERR_CONFLICT, "areas_taken");
    only(NOTE_TAKEN, 4);
    assert_ok(look_at("clean", "A", &l));
    assert_int_equal(l.rows, 4);
    assert_int_equal(l.found.revision, 2);
}

static void overlap_and_gap(void **state) {
    AreasOptions how = options("rough", LEVEL_MICRO);

    (void)state;
    map_begin();
    square("A", "", 0, 0, 10, 10);
    square("B", "", 9, 0, 11, 10); /* 1 × 10 over A */
    square("C", "", 0, 10, 8, 10);
    square("D", "", 10, 10, 10, 10);
    square("E", "", 8, 18, 2, 2); /* between C and D a hole of 2 × 8 */
    assert_ok(import(map_end(), &how));
    assert_int_equal(report.counts[NOTE_OVERLAP], 1);
    assert_int_equal(report.counts[NOTE_GAP], 1);
    says(note_of(NOTE_OVERLAP), "A", "B");
    close_to(note_of(NOTE_OVERLAP)->m2, m2_of(9, 0, 1, 10));
    close_to(note_of(NOTE_GAP)->m2, m2_of(8, 10, 2, 8));
    assert_true(note_of(NOTE_GAP)->placed);
    assert_in_range(note_of(NOTE_GAP)->lon, origin.lon + 8 * UNIT, origin.lon + 10 * UNIT);
    assert_in_range(note_of(NOTE_GAP)->lat, origin.lat + 10 * UNIT, origin.lat + 18 * UNIT);
    /* C's and D's corners lie on B's and A's upper edges, A's and B's on each other's */
    assert_int_equal(report.counts[NOTE_REPAIRED] + report.counts[NOTE_HOPELESS], 0);
}

static void vertices_bowtie_rings(void **state) {
    AreasOptions how = options("shapes", LEVEL_MICRO);

    (void)state;
    map_begin();
    square("A", "", 0, 0, 10, 20);
    square("B", "", 10, 0, 10, 10);
    square("C", "", 10, 10, 10, 10); /* B and C meet in the middle of A's edge */
    feature("X", "");                /* a bowtie, two triangles of which one is larger */
    buf_char(&map, '[');
    corner(40, 0, ",");
    corner(60, 0, ",");
    corner(40, 10, ",");
    corner(50, 10, ",");
    corner(40, 0, "]");
    buf_str(&map, ",[");
    corner(45, 5, ",");
    corner(45, 5, ",");
    corner(45, 5, ",");
    corner(45, 5, "]");
    buf_str(&map, "]}}");
    assert_ok(import(map_end(), &how));
    assert_int_equal(report.counts[NOTE_VERTICES], 1);
    says(note_of(NOTE_VERTICES), "A", "");
    assert_int_equal(note_of(NOTE_VERTICES)->count, 1);
    assert_int_equal(report.counts[NOTE_REPAIRED], 1);
    says(note_of(NOTE_REPAIRED), "X", "");
    assert_non_null(strstr(note_of(NOTE_REPAIRED)->why, "Self-intersection"));
    assert_int_equal(report.counts[NOTE_RINGS], 1);
    says(note_of(NOTE_RINGS), "X", "");
    assert_int_equal(report.counts[NOTE_OVERLAP] + report.counts[NOTE_GAP], 0);
}

static void codes_that_stop(void **state) {
    AreasOptions how = options("words", LEVEL_MICRO);
    char name[300] = ",\"title\":\"", *end = name + strlen(name);

    (void)state;
    how.pattern = str("^[A-Z][0-9]{2}$");
    map_begin();
    square("A01", "", 0, 0, 10, 10);
    square("A01", "", 10, 0, 10, 10);
    refused(import(map_end(), &how), ERR_INVALID, "areas_refused");
    only(NOTE_DUPLICATE, 1);
    assert_int_equal(note_of(NOTE_DUPLICATE)->count, 1);
    assert_int_equal(note_of(NOTE_DUPLICATE)->feature, 2);
    assert_non_null(strstr(fa.en, "Findings that stop it: 1; the first is “A01”: no. 2 (line 3), "
                                  "code twice in the file; mend one of the codes;"));

    map_begin();
    square("A01", "", 0, 0, 10, 10);
    square("a02", "", 10, 0, 10, 10);
    square("", "", 20, 0, 10, 10);
    refused(import(map_end(), &how), ERR_INVALID, "areas_refused");
    only(NOTE_CODE, 2);
    says(note_of(NOTE_CODE), "a02", "");

    memset(end, 'x', 81);
    strcpy(end + 81, "\"");
    how.name = str("title");
    map_begin();
    square("A01", name, 0, 0, 10, 10);
    square("A02", ",\"title\":null", 10, 0, 10, 10);
    refused(import(map_end(), &how), ERR_INVALID, "areas_refused");
    assert_int_equal(report.counts[NOTE_NAME], 1);
    assert_int_equal(report.counts[NOTE_UNNAMED], 1);

    how.pattern = str("([");
    map_begin();
    square("A01", ",\"title\":\"t\"", 0, 0, 10, 10);
    refused(import(map_end(), &how), ERR_INVALID, "layer_pattern");
    how.pattern = str("");
    how.code = str("codes");
    refused(import(buf_view(&map), &how), ERR_INVALID, "areas_attribute");
    assert_non_null(strstr(fa.en, "code, name, title"));
    how.code = str("code");
    how.households = str("title");
    refused(import(buf_view(&map), &how), ERR_INVALID, "areas_households");
    how.crs = str("EPSG:3857");
    refused(import(buf_view(&map), &how), ERR_INVALID, "crs");
    assert_non_null(strstr(fa.en, "'squares.geojson'"));
    absent("words");
}

static void micro_grids_of_odd_size(void **state) {
    AreasOptions how = options("sizes", LEVEL_MICRO);

    (void)state;
    how.households = str("n");
    map_begin();
    square("A", ",\"n\":299", 0, 0, 10, 10);
    square("B", ",\"n\":501", 10, 0, 10, 10);
    square("C", ",\"n\":300", 20, 0, 10, 10);
    assert_ok(import(map_end(), &how));
    only(NOTE_SIZE, 2);
    assert_int_equal(note_of(NOTE_SIZE)->count, 299);
}

/* ---- parents --------------------------------------------------------------------- */

static void import_uppers(const char *layer, bool governing) {
    AreasOptions how = options(layer, LEVEL_SUBDISTRICT);

    how.governing = governing;
    map_begin();
    square("S1", "", 0, 0, 20, 10);
    square("S2", "", 20, 0, 20, 10);
    assert_ok(import(map_end(), &how));
}

static void parents_by_ground(void **state) {
    AreasOptions how = options("ground", LEVEL_MICRO);

    (void)state;
    import_uppers("ground", false);
    map_begin();
    square("A", "", 0, 0, 19, 10);
    square("B", "", 19, 0, 5, 10); /* 1 in S1, 4 in S2 */
    square("C", "", 100, 0, 10, 10);
    assert_ok(import(map_end(), &how));
    assert_int_equal(report.counts[NOTE_ORPHAN], 1);
    says(note_of(NOTE_ORPHAN), "C", "");
    assert_int_equal(report.counts[NOTE_NEST], 1);
    says(note_of(NOTE_NEST), "B", "S2");
    close_to(note_of(NOTE_NEST)->m2, m2_of(19, 0, 1, 10));
    stands("ground", "A", "S1", 0);
    stands("ground", "B", "S2", 0);
    stands("ground", "C", "", 0);
    stands("ground", "S1", "", m2_of(0, 0, 20, 10)); /* not the governing layer: as it was drawn */
}

static void parents_by_name(void **state) {
    AreasOptions how = options("named", LEVEL_MICRO);

    (void)state;
    import_uppers("named", false);
    how.parent = str("up");
    map_begin();
    square("A", ",\"up\":\"S1\"", 0, 0, 10, 10);
    square("B", ",\"up\":\"S1\"", 20, 0, 10, 10); /* lies in S2 */
    square("C", ",\"up\":null", 30, 0, 10, 10);
    Str text = map_end();
    assert_ok(import(text, &how));
    assert_int_equal(report.counts[NOTE_ORPHAN], 1);
    assert_int_equal(report.counts[NOTE_NEST], 1);
    says(note_of(NOTE_NEST), "B", "S1");
    close_to(note_of(NOTE_NEST)->m2, m2_of(20, 0, 10, 10));
    stands("named", "B", "S1", 0);

    map_begin();
    square("D", ",\"up\":\"S9\"", 0, 0, 5, 5);
    square("E", ",\"up\":\"A\"", 5, 0, 5, 5); /* of the same level */
    refused(import(map_end(), &how), ERR_INVALID, "areas_refused");
    assert_int_equal(report.counts[NOTE_PARENT], 2);
    says(note_of(NOTE_PARENT), "D", "S9");

    how.parent = str("");
    how.parents = str("网格,街镇\nD,S2\nE,S1\nF,S1\n");
    assert_ok(import(buf_view(&map), &how));
    assert_int_equal(report.counts[NOTE_ROW], 1);
    says(note_of(NOTE_ROW), "F", "S1");
    stands("named", "D", "S2", 0);

    how.parents = str("a,b\nG,S2\nG,S1\n");
    map_begin();
    square("G", "", 0, 5, 5, 5);
    refused(import(map_end(), &how), ERR_INVALID, "areas_table");
    how.parents = str("a\nG\n");
    refused(import(buf_view(&map), &how), ERR_INVALID, "csv_columns");
    how.parents = str("a,b\nG,S2\n");
    how.parents_columns[0] = str("child");
    refused(import(buf_view(&map), &how), ERR_INVALID, "csv_column");
    how.parents = how.parents_columns[0] = str("");
    how.under = str("S9");
    refused(import(buf_view(&map), &how), ERR_NOT_FOUND, "area_unknown");
    how.under = str("S2");
    assert_ok(import(buf_view(&map), &how));
    stands("named", "G", "S2", 0);
}

/* ---- groups ------------------------------------------------------------------------ */

static void groups_by_attribute(void **state) {
    AreasOptions how = options("field", LEVEL_RESIDENTIAL);
    Look l;

    (void)state;
    how.households = str("n");
    how.n_groups = 2;
    how.groups[0] =
        (AreasGroup){ .level = LEVEL_SUBDISTRICT, .by = GROUP_BY_FIELD, .group = str("s"), .name = str("sn") };
    how.groups[1] = (AreasGroup){ .level = LEVEL_DISTRICT, .by = GROUP_BY_FIELD, .group = str("d") };
    map_begin();
    square("A", ",\"n\":10,\"s\":\"S1\",\"sn\":\"One\",\"d\":\"D\"", 0, 0, 10, 10);
    square("B", ",\"n\":5,\"s\":\"S1\",\"sn\":\"One\",\"d\":\"E\"", 10, 0, 5, 10); /* S1 is mostly in D */
    square("C", ",\"n\":7,\"s\":\"S2\",\"sn\":\"Two\",\"d\":\"D\"", 15, 0, 5, 10);
    square("X", ",\"s\":null,\"sn\":null,\"d\":\"D\"", 20, 0, 5, 10);
    assert_ok(import(map_end(), &how));
    assert_int_equal(report.areas[LEVEL_DISTRICT], 1);
    assert_int_equal(report.areas[LEVEL_SUBDISTRICT], 2);
    assert_int_equal(report.areas[LEVEL_RESIDENTIAL], 4);
    assert_int_equal(report.counts[NOTE_ORPHAN], 1);
    says(note_of(NOTE_ORPHAN), "X", "");
    assert_int_equal(report.counts[NOTE_NEST], 1);
    says(note_of(NOTE_NEST), "S1", "D");
    close_to(note_of(NOTE_NEST)->m2, m2_of(10, 0, 5, 10));
    stands("field", "A", "S1", m2_of(0, 0, 10, 10));
    stands("field", "S1", "D", m2_of(0, 0, 15, 10));
    stands("field", "X", "D", 0); /* the level above takes it */
    stands("field", "D", "", m2_of(0, 0, 25, 10));
    assert_ok(look_at("field", "S1", &l));
    assert_int_equal(l.area.households, 15);
    assert_ok(look_at("field", "D", &l));
    assert_int_equal(l.area.households, 22);
}

static void households_beyond_the_field(void **state) {
    AreasOptions how = options("crowd", LEVEL_MICRO);

    (void)state;
    how.households = str("n");
    how.n_groups = 1;
    how.groups[0] = (AreasGroup){ .level = LEVEL_DISTRICT, .by = GROUP_ALL, .group = str("ALL") };
    map_begin();
    square("A", ",\"n\":10000000", 0, 0, 10, 10);
    square("B", ",\"n\":1", 10, 0, 10, 10);
    refused(import(map_end(), &how), ERR_INVALID, "areas_households");
    assert_non_null(strstr(fa.en, "“ALL” come to more than 10 million"));
    absent("crowd");
}

static void groups_by_table(void **state) {
    AreasOptions how = options("tabled", LEVEL_RESIDENTIAL);
    Look l;

    (void)state;
    how.governing = true;
    how.n_groups = 2;
    how.groups[0] = (AreasGroup){ .level = LEVEL_SUBDISTRICT,
                                  .by = GROUP_BY_TABLE,
                                  .child = str("child"),
                                  .group = str("id"),
                                  .name = str("title"),
                                  .table = str("id,title,child\n1,One,A\n1,One,B\n2,Two,C\n2,Two,Z\n") };
    how.groups[1] =
        (AreasGroup){ .level = LEVEL_DISTRICT, .by = GROUP_ALL, .group = str("ALL"), .name = str("Whole") };
    map_begin();
    square("A", "", 0, 0, 10, 10);
    square("B", "", 10, 0, 10, 10);
    square("C", "", 20, 0, 10, 10);
    square("O", "", 30, 0, 10, 10);
    Str text = map_end();
    assert_ok(import(text, &how));
    assert_int_equal(report.counts[NOTE_ORPHAN], 1);
    says(note_of(NOTE_ORPHAN), "O", "");
    assert_int_equal(report.counts[NOTE_ROW], 1);
    says(note_of(NOTE_ROW), "Z", "2");
    stands("tabled", "B", "1", 0);
    stands("tabled", "1", "ALL", m2_of(0, 0, 20, 10));
    stands("tabled", "O", "ALL", 0);
    stands("tabled", "ALL", "", m2_of(0, 0, 40, 10));
    assert_ok(look_at("tabled", "C", &l));
    assert_int_equal(id_home(l.area.id.v), 2); /* in the slot of the second subdistrict */
    assert_true(str_is((Str){ l.path, strlen(l.path) }, "0000001000"));

    how = options("bad", LEVEL_RESIDENTIAL);
    how.layer_zh =
        str("一个长达六十个字以上的图层名称一个长达六十个字以上的图层名称一个长达六十个字以上的图层名称"
            "一个长达六十个字以上的图层名称一个长达六十个字以上");
    refused(import(text, &how), ERR_INVALID, "layer_words");
    how.layer_zh = str("");
    how.n_groups = 1;
    how.groups[0] =
        (AreasGroup){ .level = LEVEL_DISTRICT, .by = GROUP_BY_TABLE, .table = str("a,b\nA,1\nA,2\n") };
    refused(import(text, &how), ERR_INVALID, "areas_table");
    assert_non_null(strstr(fa.en, "Row 2 of the table: “A” belongs by row 1 to “1” already"));
    how.groups[0].table = str("a,b\nA,\n");
    refused(import(text, &how), ERR_INVALID, "areas_table");
    how.groups[0].table = str("a,b\nA,\"x\n");
    assert_int_equal(import(text, &how), ERR_INVALID);
    how.groups[0].level = LEVEL_RESIDENTIAL;
    refused(import(text, &how), ERR_INVALID, "areas_levels");
    absent("bad");
}

/* ---- the governing layer ------------------------------------------------------------- */

static void upper_areas_become_unions(void **state) {
    AreasOptions how = options("tabled", LEVEL_DISTRICT);
    Look l;

    (void)state;
    /* a district that was drawn: 20 × 10, far from the others */
    map_begin();
    square("N", "", 0, 100, 20, 10);
    assert_ok(import(map_end(), &how));
    only(NOTE_COUNT, 0);
    /* its subdistrict covers 15 × 10 of it and 1 × 10 outside */
    how.level = LEVEL_SUBDISTRICT;
    map_begin();
    square("N1", "", 5, 100, 16, 10);
    assert_ok(import(map_end(), &how));
    assert_int_equal(report.counts[NOTE_NEST], 1);
    close_to(note_of(NOTE_NEST)->m2, m2_of(20, 100, 1, 10));
    assert_int_equal(report.counts[NOTE_MISMATCH], 1);
    says(note_of(NOTE_MISMATCH), "N", "N");
    close_to(note_of(NOTE_MISMATCH)->m2, m2_of(0, 100, 5, 10) + m2_of(20, 100, 1, 10));
    stands("tabled", "N1", "N", m2_of(5, 100, 16, 10));
    stands("tabled", "N", "", m2_of(5, 100, 16, 10));
    stands("tabled_district", "N", "", m2_of(0, 100, 20, 10));
    assert_ok(look_at("tabled_district", NULL, &l));
    assert_int_equal(l.rows, 1);

    /* two grids and a neighbour that came later: unions grow upward, nothing is kept twice */
    how.level = LEVEL_MICRO;
    map_begin();
    square("N11", "", 5, 100, 16, 5);
    square("N12", "", 5, 105, 16, 5);
    assert_ok(import(map_end(), &how));
    only(NOTE_COUNT, 0);
    map_begin();
    square("N13", "", 21, 100, 4, 10);
    how.under = str("N1");
    assert_ok(import(map_end(), &how));
    assert_int_equal(report.counts[NOTE_VERTICES], 1); /* N13's edge gets the corner of its neighbours */
    assert_int_equal(report.counts[NOTE_MISMATCH], 0);
    stands("tabled", "N1", "N", m2_of(5, 100, 20, 10));
    stands("tabled", "N", "", m2_of(5, 100, 20, 10));
    assert_ok(look_at("tabled_district", NULL, &l));
    assert_int_equal(l.rows, 1);

    /* overlaps with what is there are news; what is there among itself is not */
    how.under = str("");
    map_begin();
    square("N14", "", 24, 100, 4, 10);
    assert_ok(import(map_end(), &how));
    assert_int_equal(report.counts[NOTE_OVERLAP], 1);
    says(note_of(NOTE_OVERLAP), "N14", "N13");
    close_to(note_of(NOTE_OVERLAP)->m2, m2_of(24, 100, 1, 10));

    /* an own shape of an upper level over finer areas belongs elsewhere */
    how.level = LEVEL_SUBDISTRICT;
    map_begin();
    square("N2", "", 5, 100, 16, 10);
    refused(import(map_end(), &how), ERR_INVALID, "areas_refused");
    assert_int_equal(report.counts[NOTE_COVERED], 1);
    assert_int_equal(note_of(NOTE_COVERED)->count, 2);

    /* a second layer cannot govern, nor this one cease to */
    how = options("another", LEVEL_MICRO);
    how.governing = true;
    assert_int_equal(import(buf_view(&map), &how), ERR_CONFLICT);
    assert_string_equal(fa.key, "layer_governs_already");
    absent("another");
}

/* Grids stand; residential areas come above them, drawn a little otherwise: each is the
 * union of what lies mostly in it, and a district above these is theirs. */
static void a_level_above_what_stands(void **state) {
    AreasOptions how = options("tabled", LEVEL_MICRO);
    Look l;

    (void)state;
    how.households = str("n");
    map_begin();
    square("K1", ",\"n\":300", 0, 300, 10, 10);
    square("K2", ",\"n\":310", 10, 300, 10, 10);
    square("K3", ",\"n\":320", 20, 300, 10, 10);
    square("K4", ",\"n\":330", 60, 300, 10, 10);
    assert_ok(import(map_end(), &how));
    stands("tabled", "K1", "", 0);

    how.level = LEVEL_RESIDENTIAL;
    how.households = str("");
    map_begin();
    square("RA", "", 0, 300, 16, 10); /* K1, and 6 of 10 of K2 */
    square("RB", "", 16, 300, 14, 10);
    Str text = map_end();
    refused(import(text, &how), ERR_INVALID, "areas_refused"); /* not without being told to */
    assert_int_equal(report.counts[NOTE_COVERED], 2);
    how.adopt = true;
    assert_ok(import(text, &how));
    assert_int_equal(report.counts[NOTE_ASTRIDE], 1);
    says(note_of(NOTE_ASTRIDE), "K2", "RA");
    assert_int_equal(report.counts[NOTE_MISMATCH], 2);
    close_to(note_of(NOTE_MISMATCH)->m2, m2_of(16, 300, 4, 10));
    stands("tabled", "K1", "RA", 0);
    stands("tabled", "K2", "RA", 0);
    stands("tabled", "K3", "RB", 0);
    stands("tabled", "K4", "", 0); /* nobody covers it: told, and left */
    stands("tabled", "RA", "", m2_of(0, 300, 20, 10));
    stands("tabled", "RB", "", m2_of(20, 300, 10, 10));
    stands("tabled_residential_area", "RA", "", m2_of(0, 300, 16, 10));
    assert_ok(look_at("tabled", "RA", &l));
    assert_int_equal(l.area.households, 610);

    how = options("tabled", LEVEL_DISTRICT);
    how.adopt = true;
    how.adopt_table = str("below,above\nRA,KD\nRB,KD\nK4,KD\n");
    how.table = true;
    assert_ok(import(str("code,name\nKD,区\n"), &how));
    stands("tabled", "RB", "KD", 0);
    stands("tabled", "K4", "KD", 0);
    stands("tabled", "KD", "", m2_of(0, 300, 30, 10) + m2_of(60, 300, 10, 10));
    assert_ok(look_at("tabled", "K2", &l));
    assert_int_equal(strlen(l.path), 10);

    how.layer = str("empty");
    refused(import(str("code,name\nKD,区\n"), &how), ERR_INVALID, "areas_adopt_none");
    how.layer = str("tabled");
    how.since = 60000;
    refused(import(str("code,name\nKE,区\n"), &how), ERR_INVALID, "areas_adopt_later");
}

static void compared_with_another_layer(void **state) {
    AreasOptions how = options("drawn", LEVEL_SUBDISTRICT);

    (void)state;
    how.compare = str("tabled");
    map_begin();
    square("1", "", 0, 0, 21, 10); /* there 20 × 10 */
    square("N1", "", 5, 100, 23, 10);
    square("Q", "", 50, 0, 10, 10);
    assert_ok(import(map_end(), &how));
    assert_int_equal(report.counts[NOTE_MISMATCH], 1);
    says(note_of(NOTE_MISMATCH), "1", "One");
    close_to(note_of(NOTE_MISMATCH)->m2, m2_of(20, 0, 1, 10));
    assert_int_equal(report.counts[NOTE_ALONE], 2); /* Q here, 2 there */
    says(note_of(NOTE_ALONE), "Q", "tabled");
    how.compare = str("nowhere");
    how.layer = str("drawn2");
    refused(import(buf_view(&map), &how), ERR_NOT_FOUND, "layer_unknown");
    absent("drawn2");
}

/* ---- lists of buildings ----------------------------------------------------------------- */

static AreasOptions list_options(const char *layer) {
    AreasOptions how = options(layer, LEVEL_MICRO);
    how.code = how.name = str("");
    how.file = str("buildings.csv");
    how.buildings = true;
    return how;
}

static void buildings(void **state) {
    AreasOptions how = list_options("list");
    Look l;

    (void)state;
    how.n_groups = 1;
    how.groups[0] =
        (AreasGroup){ .level = LEVEL_SUBDISTRICT, .by = GROUP_ALL, .group = str("T"), .name = str("云桥街道") };
    Str text = str("\xEF\xBB\xBF楼栋,户数,微网格,居民区,经度,纬度\n"
                   "织云路 88 弄 1 号,120,W1,织云,121.47,31.22\n"
                   "织云路 88 弄 2 号,200,W1,织云,,\n"
                   "1 号楼,,W2,织云,,\n"
                   "1 号楼,400,W3,青石,,\n");
    assert_ok(import(text, &how));
    only(NOTE_COUNT, 0);
    assert_int_equal(report.buildings, 4);
    assert_int_equal(report.areas[LEVEL_RESIDENTIAL], 2);
    stands("list", "W1", "织云", 0);
    stands("list", "织云", "T", 0);
    assert_ok(look_at("list", "W1", &l));
    assert_int_equal(l.area.households, 320);
    assert_false(l.area.shaped);
    assert_ok(look_at("list", "W2", &l));
    assert_false(l.area.has.households);
    assert_ok(import(text, &how)); /* again: all of it is there */
    only(NOTE_THERE, 4);

    /* English headings; residential areas that are there; one unknown; GB18030 is csv.h's */
    how = list_options("list");
    assert_ok(import(str("building,households,micro-grid,residential area\n2 号楼,350,W4,青石\n"), &how));
    stands("list", "W4", "青石", 0);
    refused(import(str("building,households,micro-grid,residential area\n3 号楼,350,W5,松苑\n"), &how),
            ERR_INVALID, "areas_refused");
    says(note_of(NOTE_PARENT), "W5", "松苑");
    refused(import(str("building,households,micro-grid,residential area\n1 号楼,350,W5,青石\n"), &how),
            ERR_INVALID, "areas_refused");
    says(note_of(NOTE_ELSEWHERE), "1 号楼", "W3");
    assert_ok(look_at("list", NULL, &l));
    assert_int_equal(l.rows, 1 + 2 + 4);
}

typedef struct Where {
    Spot spot;
    Arena arena;
    char code[64];
    Located found;
} Where;

static Err locate(Tx *tx, void *arg, Fault *f) {
    Where *w = arg;
    Actor nobody;

    tx_lend(tx, &w->arena);
    actor_public(&nobody);
    TRY(area_locate(tx, &w->spot, &nobody, &w->found, f));
    const ChainLink *first = w->found.chain.rows;
    snprintf(w->code, sizeof w->code, "%.*s", w->found.chain.n ? (int)first->code.n : 0,
             w->found.chain.n ? first->code.p : "");
    return OK;
}

/* A grid without a shape holds no point: the chain ends at what does. */
static void listed_grids_hold_no_point(void **state) {
    AreasOptions how = list_options("tabled");
    Where w = { .spot = { .lon = origin.lon + 5 * UNIT, .lat = origin.lat + 5 * UNIT } };

    (void)state;
    how.under = str("A");
    assert_ok(import(str("building,households,micro-grid\n1 号楼,350,LIST1\n"), &how));
    stands("tabled", "LIST1", "A", 0);
    assert_ok(arena_begin(&w.arena, 1 << 16, &fa));
    assert_ok(store_read(store, -1, locate, &w, &fa));
    arena_end(&w.arena);
    assert_true(w.found.found);
    assert_false(w.found.whole);
    assert_string_equal(w.code, "A");
}

/* A later list adds to the grids that stand; what differs is taken, what moves is asked. */
static void buildings_later(void **state) {
    AreasOptions how = list_options("later");
    Look l;

    (void)state;
    assert_ok(import(
        str("楼栋,户数,微网格,居民区\n1 号楼,100,W1,云\n11 号楼,10,W1,云\n2 号楼,50,W2,云\n3 号楼,30,W3,石\n"),
        &how));
    /* one more, one with other households, one that is not in the list, one unchanged */
    how.check = true;
    Str later = str("楼栋,户数,微网格,居民区\n1 号楼,120,W1,云\n1 号楼甲,5,W1,云\n2 号楼,50,W2,云\n");
    assert_ok(import(later, &how));
    assert_ok(look_at("later", "W1", &l));
    assert_int_equal(l.area.households, 110); /* only looked */
    how.check = false;
    assert_ok(import(later, &how));
    assert_int_equal(report.counts[NOTE_CHANGED], 1);
    assert_int_equal(report.counts[NOTE_THERE], 1);
    assert_int_equal(report.counts[NOTE_MISSING], 1);
    says(note_of(NOTE_MISSING), "11 号楼", "W1");
    assert_int_equal(report.counts[NOTE_TAKEN] + report.counts[NOTE_TWICE] + report.counts[NOTE_ELSEWHERE], 0);
    assert_ok(look_at("later", "W1", &l));
    assert_int_equal(l.area.households, 135);

    /* the same building in another grid of its residential area: asked, then moved */
    Str moved = str("楼栋,户数,微网格,居民区\n2 号楼,50,W1,云\n5 号楼,8,W9,云\n");
    refused(import(moved, &how), ERR_INVALID, "areas_refused");
    says(note_of(NOTE_ELSEWHERE), "2 号楼", "W2");
    assert_ok(look_at("later", NULL, &l));
    assert_int_equal(l.rows, 2 + 3); /* nothing of it was written, W9 neither */
    how.move = true;
    assert_ok(import(moved, &how));
    says(note_of(NOTE_MOVED), "2 号楼", "W2");
    assert_ok(look_at("later", "W1", &l));
    assert_int_equal(l.area.households, 185);
    stands("later", "W9", "云", 0);
    /* in another residential area the name is another building */
    how.move = false;
    assert_ok(import(str("楼栋,户数,微网格,居民区\n1 号楼,7,W3,石\n"), &how));
    assert_int_equal(report.counts[NOTE_ELSEWHERE] + report.counts[NOTE_CHANGED], 0);
    refused(import(str("楼栋,户数,微网格,居民区\n9 号楼,7,W3,云\n"), &how), ERR_INVALID, "areas_list_row");
    refused(import(str("楼栋,户数,微网格,居民区\n9 号楼,7,W3,石\n9 号楼,7,W3,石\n"), &how), ERR_INVALID,
            "areas_refused");
    assert_int_equal(report.counts[NOTE_TWICE], 1);
}

static void buildings_refused(void **state) {
    static const struct {
        const char *text, *key, *says;
    } bad[] = {
        { "", "csv_empty", "empty" },
        { "building,households\nA,1\n", "csv_column", "“micro-grid”" },
        { "building,households,micro-grid\n", "csv_empty", "no building" },
        { "building,households,micro-grid\nA,1,\n", "areas_list_row",
          "Row 1 (line 2 of the file): It names no micro-grid" },
        { "building,households,micro-grid\n\n,1,W\n", "areas_list_row",
          "Row 1 (line 3 of the file): The building" },
        { "building,households,micro-grid\nA,1.5,W\n", "areas_list_row", "0 to 100,000" },
        { "building,households,micro-grid,lon,lat\nA,1,W,121,\n", "areas_list_row", "both or neither" },
        { "building,households,micro-grid,lon,lat\nA,1,W,31,121\n", "areas_list_row", "both or neither" },
        { "building,households,micro-grid,residential area\nA,1,W,R\nB,1,W,S\n", "areas_list_row",
          "another residential" },
    };
    AreasOptions how = list_options("nolist");

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        refused(import(str(bad[i].text), &how), ERR_INVALID, bad[i].key);
        if (!strstr(fa.en, bad[i].says))
            fail_msg("%zu: %s", i, fa.en);
    }
    refused(import(str("building,households,micro-grid\nA,1,W\nA,1,V\nA,2,W\n"), &how), ERR_INVALID,
            "areas_refused");
    assert_int_equal(report.counts[NOTE_TWICE], 2);
    how.level = LEVEL_RESIDENTIAL;
    refused(import(str("building,households,micro-grid\nA,1,W\n"), &how), ERR_INVALID, "areas_levels");
    absent("nolist");
}

/* ---- the report ---------------------------------------------------------------------------- */

static void printed(void **state) {
    static char room[1 << 16];
    Buf b = { room, 0, sizeof room, false, 0 };
    AreasOptions how = options("printed", LEVEL_MICRO);

    (void)state;
    how.check = true;
    map_begin();
    square("A", "", 0, 0, 10, 10);
    square("=1+1", "", 9, 0, 11, 10);
    assert_ok(import(map_end(), &how));
    areas_report_print(&report, &b);
    assert_non_null(
        strstr(room, "squares.geojson → printed: 只检查，没有写入 / checked only, nothing written\n"));
    assert_non_null(strstr(room, "重叠 / overlap"));
    assert_non_null(strstr(room, "A | =1+1"));
    b.n = 0;
    areas_report_json(&report, &b);
    assert_non_null(
        strstr(room, "{\"file\":\"squares.geojson\",\"layer\":\"printed\",\"written\":false,\"features\":2"));
    assert_non_null(strstr(room, "\"overlap\":1"));
    assert_non_null(strstr(
        room, "{\"kind\":\"overlap\",\"code\":\"A\",\"other\":\"=1+1\",\"feature\":1,\"line\":2,\"m2\":"));
    b.n = 0;
    areas_report_csv(&report, &b);
    assert_non_null(strstr(room, "kind,发现,finding,stops,feature,line,code,other,share,third,share_third,m2,"
                                 "count,why,lon,lat,怎么办,what to do"));
    assert_non_null(strstr(room, ",A,\"'=1+1\",")); /* no formula in a spreadsheet */
    absent("printed");
}

/* ---- a lack of memory ------------------------------------------------------------------------ */

/* Each allocation of an import fails once: it is refused and the store is as before,
 * or it is whole: the count runs over all threads, and SQLite can do without some. */
static void each_allocation(void **state) {
    AreasOptions how = options("", LEVEL_RESIDENTIAL);
    char layer[40];
    Look l;
    Err e = ERR_NO_MEMORY;
    long n = 0, failed = 0;

    (void)state;
    how.n_groups = 1;
    how.groups[0] =
        (AreasGroup){ .level = LEVEL_SUBDISTRICT, .by = GROUP_BY_TABLE, .table = str("a,b\nA,1\nB,1\n") };
    map_begin();
    square("A", "", 0, 0, 10, 20);
    square("B", "", 10, 0, 10, 10);
    square("C", "", 10, 9, 10, 11);
    Str text = map_end();
    do {
        n += dialect == SQLITE ? 1 : 7;
        snprintf(layer, sizeof layer, "sweep%ld", n);
        how.layer = str(layer);
        mem_calls = 0;
        mem_fail_from = mem_fail_to = n;
        mem_watched = true;
        e = import(text, &how);
        mem_watched = false;
        failed += e != OK;
        assert_true(report.written == (e == OK));
        if (e != OK && e != ERR_NO_MEMORY && e != ERR_STORE && e != ERR_LIMIT)
            fail_msg("allocation %ld: %d [%s] %s (%s)", n, e, fa.key, fa.en, fa.detail);
        Fault why = fa;
        if (e != OK && look_at(layer, NULL, &l) != ERR_NOT_FOUND)
            fail_msg("allocation %ld left something behind: %s", n, why.en);
        if (e == OK) {
            assert_ok(look_at(layer, "1", &l));
            assert_int_equal(l.rows, 4);
        }
        assert_true(n < 20000);
    } while (e != OK || mem_calls >= n);
    mem_fail_from = mem_fail_to = 0;
    assert_true(failed > (dialect == SQLITE ? 100 : 15));
}

/* ------------------------------------------------------------------------------------------------ */

static int run(Dialect d, const char *name) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean_squares),
        cmocka_unit_test(overlap_and_gap),
        cmocka_unit_test(vertices_bowtie_rings),
        cmocka_unit_test(codes_that_stop),
        cmocka_unit_test(micro_grids_of_odd_size),
        cmocka_unit_test(parents_by_ground),
        cmocka_unit_test(parents_by_name),
        cmocka_unit_test(groups_by_attribute),
        cmocka_unit_test(households_beyond_the_field),
        cmocka_unit_test(groups_by_table),
        cmocka_unit_test(upper_areas_become_unions),
        cmocka_unit_test(compared_with_another_layer),
        cmocka_unit_test(a_level_above_what_stands),
        cmocka_unit_test(buildings),
        cmocka_unit_test(listed_grids_hold_no_point),
        cmocka_unit_test(buildings_later),
        cmocka_unit_test(buildings_refused),
        cmocka_unit_test(printed),
        cmocka_unit_test(each_allocation),
    };
    if (!testdb_has(d))
        return 0;
    dialect = d;
    return _cmocka_run_group_tests(name, tests, COUNT(tests), set_up, tear_down);
}

int main(void) {
    record_begin();
    return run(SQLITE, "areas on SQLite") + run(POSTGRES, "areas on PostgreSQL");
}
