/* areas_bad_test – files as they come: borders that cross or touch themselves, holes
 * outside, latitude first, GCJ-02 that calls itself WGS84, parents that lead in a
 * circle, areas astride of two, lists of codes that say otherwise. Each is told with
 * the feature it is about; what is refused leaves nothing behind. */
#include "areas_maps.h"

#include "book.h"
#include "project.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void line_of(const double (*at)[2], int n) {
    buf_char(&map, '[');
    for (int i = 0; i <= n; i++)
        corner(at[i % n][0], at[i % n][1], i < n ? "," : "]");
}

static void about(const AreaNote *note, int32_t number, const char *code) {
    assert_true(str_is(note->code, code));
    assert_int_equal(note->feature, number);
    assert_int_equal(note->line, number + 1); /* the maps have a feature a line, after the first */
}

static bool prints(const char *what) {
    static char room[1 << 16];
    Buf b = { room, 0, sizeof room, false, 0 };

    areas_report_print(&report, &b);
    return strstr(room, what) != NULL;
}

/* ---- shapes -------------------------------------------------------------------- */

/* Two halves of 10 × 10 / 4 each are left of the bow tie. */
static void a_bow_tie(void **state) {
    static const double at[][2] = { { 0, 0 }, { 10, 10 }, { 10, 0 }, { 0, 10 } };
    AreasOptions how = options("bow", LEVEL_MICRO);

    (void)state;
    map_begin();
    square("A", "", 40, 0, 10, 10);
    feature("X", "");
    line_of(at, 4);
    buf_str(&map, "]}}");
    assert_ok(import(map_end(), &how));
    only(NOTE_REPAIRED, 1);
    about(note_of(NOTE_REPAIRED), 2, "X");
    assert_string_equal(note_of(NOTE_REPAIRED)->why, "Self-intersection");
    assert_true(prints("#2 (3) X"));
    assert_true(prints("边线自相交（如蝴蝶结） / its border crosses itself, as a bow tie does"));
    stands("bow", "X", "", m2_of(0, 0, 10, 10) / 2);
}

/* A ring that goes through one of its corners twice: the inner loop is a hole. */
static void a_ring_touching_itself(void **state) {
    static const double at[][2] = { { 0, 0 }, { 10, 0 }, { 10, 10 }, { 0, 10 }, { 0, 0 }, { 2, 4 }, { 4, 2 } };
    AreasOptions how = options("touch", LEVEL_MICRO);

    (void)state;
    map_begin();
    feature("X", "");
    line_of(at, 7);
    buf_str(&map, "]}}");
    assert_ok(import(map_end(), &how));
    assert_int_equal(report.counts[NOTE_REPAIRED], 1);
    assert_int_equal(report.counts[NOTE_GAP], 1); /* the hole that the loop is */
    about(note_of(NOTE_REPAIRED), 1, "X");
    assert_string_equal(note_of(NOTE_REPAIRED)->why, "Ring Self-intersection");
    assert_true(prints("环在一点触到自己 / a ring touches itself"));
    stands("touch", "X", "", m2_of(0, 0, 10, 10) - m2_of(0, 0, 1, 1) * 6); /* 2·4/2 + … of the triangle */
}

static void a_hole_outside(void **state) {
    AreasOptions how = options("hole", LEVEL_MICRO);

    (void)state;
    map_begin();
    feature("X", "");
    ring(0, 0, 10, 10);
    buf_char(&map, ',');
    ring(20, 0, 2, 2);
    buf_str(&map, "]}}");
    assert_ok(import(map_end(), &how));
    only(NOTE_REPAIRED, 1);
    about(note_of(NOTE_REPAIRED), 1, "X");
    assert_string_equal(note_of(NOTE_REPAIRED)->why, "Hole lies outside shell");
    assert_true(prints("洞在外环之外 / a hole lies outside its outer ring"));
}

static void across_the_date_line(void **state) {
    AreasOptions how = options("line", LEVEL_MICRO);

    (void)state;
    map_begin();
    square("A", "", 0, 0, 10, 10);
    feature("X", "");
    buf_str(&map, "[[179.9,0],[-179.9,0],[-179.9,1],[179.9,1],[179.9,0]]]}}");
    refused(import(map_end(), &how), ERR_INVALID, "shape_date_line");
    assert_string_equal(fa.en, "Feature 2 (line 3): The shape crosses the date line at 179.9000000, 0.0000000; "
                               "split it there into two polygons.");
    assert_string_equal(
        fa.zh,
        "第 2 个要素（第 3 行）：图形在 179.9000000, 0.0000000 处跨越 180 度经线；请在该经线处把它分成两块。");
    absent("line");
}

/* ---- codes and parents -------------------------------------------------------------- */

static void codes(void **state) {
    AreasOptions how = options("codes", LEVEL_MICRO);

    (void)state;
    how.pattern = str("^[0-9]{3}$");
    map_begin();
    square("001", "", 0, 0, 10, 10);
    square("002", "", 10, 0, 10, 10);
    square("1", "", 20, 0, 10, 10);
    square("001", "", 30, 0, 10, 10);
    refused(import(map_end(), &how), ERR_INVALID, "areas_refused");
    about(note_of(NOTE_DUPLICATE), 4, "001");
    assert_int_equal(note_of(NOTE_DUPLICATE)->count, 1);
    about(note_of(NOTE_CODE), 3, "1");
    assert_true(prints("不合图层的代码格式 / against the layer's pattern"));
    assert_int_equal(report.counts[NOTE_CODE], 1);
    assert_string_equal(
        fa.zh, "没有导入任何内容：2 处问题使导入中止，第一处是第 4 个（第 5 行）“001”：代码在文件中重复；"
               "改正其中一个代码；同一网格的几块请合成一个 MultiPolygon。");
    absent("codes");
}

static void parents_in_a_circle(void **state) {
    AreasOptions how = options("circle", LEVEL_MICRO);

    (void)state;
    how.parent = str("up");
    map_begin();
    square("A", ",\"up\":\"B\"", 0, 0, 10, 10);
    square("B", ",\"up\":\"C\"", 10, 0, 10, 10);
    square("C", ",\"up\":\"A\"", 20, 0, 10, 10);
    square("D", ",\"up\":\"D\"", 30, 0, 10, 10);
    square("E", ",\"up\":\"A\"", 40, 0, 10, 10); /* leads into the circle, and is not in it */
    refused(import(map_end(), &how), ERR_INVALID, "areas_refused");
    assert_int_equal(report.counts[NOTE_CYCLE], 4);
    assert_int_equal(report.counts[NOTE_PARENT], 1);
    about(note_of(NOTE_CYCLE), 1, "A");
    about(note_of(NOTE_PARENT), 5, "E");
    assert_true(prints("上级绕回自己 / its parents lead back to itself"));
    absent("circle");
}

static void districts(const char *layer) {
    AreasOptions how = options(layer, LEVEL_DISTRICT);

    map_begin();
    square("N1", "", 0, 0, 20, 20);
    square("N2", "", 20, 0, 20, 20);
    assert_ok(import(map_end(), &how));
}

static void astride_of_two(void **state) {
    AreasOptions how = options("astride", LEVEL_MICRO);
    const AreaNote *note;

    (void)state;
    districts("astride");
    map_begin();
    square("A", "", 0, 0, 10, 10);
    square("B", "", 14, 0, 10, 10); /* 6 of 10 in N1 */
    assert_ok(import(map_end(), &how));
    assert_int_equal(report.counts[NOTE_ASTRIDE], 1);
    note = note_of(NOTE_ASTRIDE);
    about(note, 2, "B");
    assert_true(str_is(note->other, "N1") && str_is(note->third, "N2"));
    assert_in_range((int)(note->share * 10000 + 0.5), 5999, 6001);
    assert_in_range((int)(note->share_third * 10000 + 0.5), 3999, 4001);
    assert_true(prints("#2 (3) B | N1 60.0 % | N2 40.0 %"));
    stands("astride", "B", "N1", 0);
}

/* A table of parents, and one for an upper level, that name codes nobody has. */
static void tables_of_unknown_codes(void **state) {
    AreasOptions how = options("tables", LEVEL_MICRO);
    const AreaNote *note;

    (void)state;
    districts("tables");
    how.parents = str("code,parent\nA,N1\nZ,N1\nB,N9\n");
    map_begin();
    square("A", "", 0, 0, 10, 10);
    square("B", "", 20, 0, 10, 10);
    refused(import(map_end(), &how), ERR_INVALID, "areas_refused");
    note = note_of(NOTE_ROW);
    says(note, "Z", "N1");
    assert_int_equal(note->count, 2); /* the row of the table */
    about(note_of(NOTE_PARENT), 2, "B");
    says(note_of(NOTE_PARENT), "B", "N9");
    how.parents = (Str){ "", 0 };
    how.layer = str("tables2");
    how.n_groups = 1;
    how.groups[0] =
        (AreasGroup){ .level = LEVEL_DISTRICT, .by = GROUP_BY_TABLE, .table = str("a,b\nA,1\nB,1\nZ,2\n") };
    assert_ok(import(buf_view(&map), &how));
    only(NOTE_ROW, 1);
    says(note_of(NOTE_ROW), "Z", "2");
    assert_int_equal(note_of(NOTE_ROW)->count, 3);
}

/* ---- an official list ------------------------------------------------------------------ */

static void official_codes(void **state) {
    AreasOptions how = options("listed", LEVEL_MICRO);

    (void)state;
    how.codes = str("code,name\n101,甲\n102,乙\n103,丙\n104,丁\n105,戊\n106,己\n");
    map_begin();
    square("101000", ",\"n\":\"甲\"", 0, 0, 10, 10); /* the same, longer */
    square("102", ",\"n\":\"丙\"", 10, 0, 10, 10);   /* exchanged with the next */
    square("103", ",\"n\":\"乙\"", 20, 0, 10, 10);
    square("104", ",\"n\":\"丁新村\"", 30, 0, 10, 10); /* another name */
    square("109", ",\"n\":\"戊\"", 40, 0, 10, 10);     /* the list has 105 for that name */
    how.name = str("n");
    assert_ok(import(map_end(), &how));
    assert_int_equal(report.counts[NOTE_EXCHANGED], 1);
    says(note_of(NOTE_EXCHANGED), "102", "103");
    assert_int_equal(note_of(NOTE_EXCHANGED)->feature, 2);
    assert_int_equal(report.counts[NOTE_RENAMED], 1);
    says(note_of(NOTE_RENAMED), "104", "丁");
    assert_int_equal(report.counts[NOTE_UNLISTED], 1);
    says(note_of(NOTE_UNLISTED), "109", "105");
    assert_int_equal(report.counts[NOTE_UNMAPPED], 2);
    says(note_of(NOTE_UNMAPPED), "105", "戊");

    how.layer = str("listed2");
    how.codes = str("code,name\n101,甲\n101,乙\n");
    refused(import(buf_view(&map), &how), ERR_INVALID, "areas_codes");
    assert_string_equal(fa.en,
                        "Row 2 of the list of codes: “101” stands above already; a list has each code once.");
    how.codes = str("code,name\n101,甲\n,乙\n");
    refused(import(buf_view(&map), &how), ERR_INVALID, "areas_codes");
    how.codes = str("code,name\n101,甲\n");
    how.codes_columns[0] = str("number");
    refused(import(buf_view(&map), &how), ERR_INVALID, "csv_column");
    absent("listed2");
}

/* ---- what the coordinates are ------------------------------------------------------------- */

/* A square of which the corners went through a datum. */
static void square_in(Datum datum, const char *code, const char *more, double x, double y, double w, double h) {
    const double at[4][2] = { { x, y }, { x + w, y }, { x + w, y + h }, { x, y + h } };

    feature(code, more);
    buf_char(&map, '[');
    for (int i = 0; i <= 4; i++) {
        Degrees d = datum_from_wgs84(datum, (Degrees){ 121 + at[i % 4][0] / 1000, 31 + at[i % 4][1] / 1000 });
        buf_fmt(&map, "[%.7f,%.7f]%s", d.lon, d.lat, i < 4 ? "," : "]");
    }
    buf_str(&map, "]}}");
}

static void four_in(Datum datum, const char *const codes_of[4]) {
    map_begin();
    square_in(datum, codes_of[0], "", 0, 0, 20, 20);
    square_in(datum, codes_of[1], "", 20, 0, 20, 20);
    square_in(datum, codes_of[2], "", 0, 20, 20, 20);
    square_in(datum, codes_of[3], "", 20, 20, 20, 20);
    map_end();
}

/* Only this test's own areas are known: it has a store of its own. */
static void another_datum(void **state) {
    static const char *const same[] = { "Q1", "Q2", "Q3", "Q4" }, *const other[] = { "R1", "R2", "R3", "R4" };
    AreasOptions how = options("ground", LEVEL_SUBDISTRICT), again = options("again", LEVEL_SUBDISTRICT);

    tear_down(state);
    set_up(state);
    four_in(DATUM_WGS84, same);
    assert_ok(import(buf_view(&map), &how));
    four_in(DATUM_WGS84, same);
    assert_ok(import(buf_view(&map), &again)); /* where it stands already */
    again.layer = str("again2");
    four_in(DATUM_GCJ02, same); /* by their codes */
    refused(import(buf_view(&map), &again), ERR_INVALID, "areas_datum");
    assert_string_equal(fa.en,
                        "Nothing was imported: the coordinates look like gcj02 and not WGS84 (about 481 m "
                        "apart there): 4 areas that are known lie 424 m east and -231 m north of "
                        "themselves. Import with --crs gcj02; if they are WGS84 indeed, say so: --crs "
                        "wgs84.");
    assert_string_equal(fa.zh,
                        "没有导入任何内容：坐标像是 gcj02，不是 WGS-84（此处相差约 481 米）：4 "
                        "个已有的网格比原位置偏东 424 米、偏北 -231 米。请用 --crs gcj02 重新导入；确实是 "
                        "WGS-84 的，写明 --crs wgs84。");
    absent("again2");
    four_in(DATUM_GCJ02, other); /* other codes: the nearest of the same size */
    refused(import(buf_view(&map), &again), ERR_INVALID, "areas_datum");
    four_in(DATUM_BD09, same);
    refused(import(buf_view(&map), &again), ERR_INVALID, "areas_datum");
    assert_non_null(strstr(fa.en, "look like bd09"));
    absent("again2");
    again.crs_sure = true; /* somebody knows better */
    four_in(DATUM_GCJ02, same);
    assert_ok(import(buf_view(&map), &again));
    assert_int_equal(report.counts[NOTE_DATUM], 1);
    assert_string_equal(note_of(NOTE_DATUM)->why, "gcj02");
    assert_in_range(note_of(NOTE_DATUM)->count, 300, 700);
    again = options("again3", LEVEL_SUBDISTRICT);
    again.crs = str("gcj02");
    assert_ok(import(buf_view(&map), &again)); /* and read as what it is, it stands on the others */
    assert_int_equal(report.counts[NOTE_DATUM], 0);
}

/* No area is there twice: nine grids lie half outside, and inside if read otherwise. */
static void another_datum_by_what_it_lies_in(void **state) {
    AreasOptions how = options("ground", LEVEL_DISTRICT);
    char code[8];

    tear_down(state);
    set_up(state);
    map_begin();
    square("N", "", 0, 0, 18, 18);
    assert_ok(import(map_end(), &how));
    how.level = LEVEL_MICRO;
    for (int datum = DATUM_GCJ02; datum >= DATUM_WGS84; datum -= 2) {
        map_begin();
        for (int i = 0; i < 9; i++) {
            snprintf(code, sizeof code, "M%d", i);
            square_in((Datum)datum, code, "", i % 3 * 6, i / 3 * 6, 6, 6);
        }
        Str text = map_end();
        if (datum == DATUM_GCJ02)
            refused(import(text, &how), ERR_INVALID, "areas_datum"),
                assert_non_null(strstr(fa.en, "read so the areas lie in those of the level above"));
        else
            assert_ok(import(text, &how));
    }
    assert_int_equal(report.counts[NOTE_DATUM], 0);
    stands("ground", "M4", "N", 0);
}

static void latitude_first(void **state) {
    AreasOptions how = options("ground", LEVEL_DISTRICT), turned = options("turned", LEVEL_MICRO);

    tear_down(state);
    set_up(state);
    /* nothing is known: no city is in the Antarctic */
    map_begin();
    feature("X", "");
    buf_str(&map, "[[39.2,-76.6],[39.3,-76.6],[39.3,-76.5],[39.2,-76.6]]]}}");
    refused(import(map_end(), &turned), ERR_INVALID, "areas_swapped");
    assert_non_null(
        strstr(fa.en, "of 1 features 1 lie where the city (or any city) is only when both are exchanged"));
    absent("turned");
    /* latitudes beyond 90: told by the reader */
    map_begin();
    feature("X", "");
    buf_str(&map, "[[31,121],[31.1,121],[31.1,121.1],[31,121]]]}}");
    refused(import(map_end(), &turned), ERR_INVALID, "geojson_swapped");
    assert_non_null(strstr(fa.en, "Feature 1 (line 2): The coordinate 31, 121 has latitude first"));
    absent("turned");
    /* a city at 48, 16: both ways are somewhere */
    map_begin();
    feature("N", "");
    buf_str(&map, "[[16.3,48.1],[16.5,48.1],[16.5,48.3],[16.3,48.1]]]}}");
    assert_ok(import(map_end(), &how));
    map_begin();
    feature("X", "");
    buf_str(&map, "[[48.1,16.35],[48.2,16.4],[48.1,16.4],[48.1,16.35]]]}}");
    refused(import(map_end(), &turned), ERR_INVALID, "areas_swapped");
    absent("turned");
    map_begin();
    feature("X", "");
    buf_str(&map, "[[16.35,48.1],[16.4,48.2],[16.4,48.1],[16.35,48.1]]]}}");
    assert_ok(import(map_end(), &turned));
}

/* ---- workbooks ------------------------------------------------------------------------------ */

#define CELL(at, text) "<c r=\"" at "\" t=\"inlineStr\"><is><t>" text "</t></is></c>"
#define HEADINGS "<row r=\"1\">" CELL("A1", "楼栋") CELL("B1", "户数") CELL("C1", "微网格") "</row>"

/* What is wrong is told by the row as the program shows it; merged cells are refused. */
static void a_list_in_a_workbook(void **state) {
    AreasOptions how = options("book", LEVEL_MICRO);
    size_t n;
    char *book;

    (void)state;
    how.code = how.name = str("");
    how.file = str("list.xlsx");
    how.buildings = true;
    book = book_make("<sheetData>" HEADINGS "<row r=\"3\">" CELL("A3", "1 号")
                         CELL("B3", "x") "</row></sheetData>",
                     NULL, NULL, &n);
    refused(import((Str){ book, n }, &how), ERR_INVALID, "areas_list_row");
    assert_non_null(strstr(fa.en, "Row 1 (line 3 of the file)"));
    free(book);
    book = book_make("<sheetData>" HEADINGS "</sheetData><mergeCells><mergeCell ref=\"A2:B2\"/></mergeCells>",
                     NULL, NULL, &n);
    assert_int_equal(import((Str){ book, n }, &how), ERR_INVALID);
    free(book);
    absent("book");
    book = book_make("<sheetData>" HEADINGS "<row r=\"2\">" CELL(
                         "A2", "1 号") "<c r=\"B2\"><v>320</v></c>" CELL("C2", "W1") "</row></sheetData>",
                     NULL, NULL, &n);
    assert_ok(import((Str){ book, n }, &how));
    free(book);
    only(NOTE_COUNT, 0);
    stands("book", "W1", "", 0);
}

/* ------------------------------------------------------------------------------------------------ */

static int run(Dialect d, const char *name) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bow_tie),
        cmocka_unit_test(a_ring_touching_itself),
        cmocka_unit_test(a_hole_outside),
        cmocka_unit_test(across_the_date_line),
        cmocka_unit_test(codes),
        cmocka_unit_test(parents_in_a_circle),
        cmocka_unit_test(astride_of_two),
        cmocka_unit_test(tables_of_unknown_codes),
        cmocka_unit_test(official_codes),
        cmocka_unit_test(another_datum),
        cmocka_unit_test(another_datum_by_what_it_lies_in),
        cmocka_unit_test(latitude_first),
        cmocka_unit_test(a_list_in_a_workbook),
    };
    if (!testdb_has(d))
        return 0;
    dialect = d;
    return _cmocka_run_group_tests(name, tests, COUNT(tests), set_up, tear_down);
}

int main(void) {
    record_begin();
    return run(SQLITE, "bad areas on SQLite") + run(POSTGRES, "bad areas on PostgreSQL");
}
