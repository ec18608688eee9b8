/* places_import_test – places from tables and maps into the demo city: which grid,
 * what is listed and not taken, and coordinates that are not what they seem. */
#include "city.h"

#include "book.h"
#include "ground.h"
#include "inner.h"
#include "places_file.h"
#include "project.h"
#include "store.h"

static Dialect dialect;
static PlacesReport report;

static int set_up(void **state) {
    (void)state;
    city_open(dialect, true);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    return 0;
}

static PlacesOptions later; /* what a later file may do */

static Err import_bytes(const char *bytes, size_t n, const char *crs) {
    PlacesOptions how = later;

    how.file = str("list");
    how.sheet = str("");
    how.crs = str(crs);

    for (int i = 0; i < PLACE_COLUMNS; i++)
        how.columns[i] = str("");
    places_report_end(&report);
    assert_ok(places_report_begin(&report, 4 << 20, &fa));
    return places_import(city, (Str){ bytes, n }, &how, &report, &fa);
}

static Err import_text(const char *text) { return import_bytes(text, strlen(text), "wgs84"); }

static int64_t places_named(const char *name) {
    char json[200];
    Actor nobody;
    int64_t n = 0;

    actor_public(&nobody);
    snprintf(json, sizeof json, "{\"name\":\"%s\",\"limit\":200}", name);
    assert_ok(call("place.list", &nobody, json));
    for (const char *p = answer; (p = strstr(p, "\"id\":")); p++)
        n++;
    return n;
}

static bool locates(const char *text, const char *verdict, const char *name) {
    char json[300], want[300];
    Actor nobody;

    actor_public(&nobody);
    snprintf(json, sizeof json, "{\"text\":\"%s\"}", text);
    assert_ok(call("place.locate", &nobody, json));
    snprintf(want, sizeof want, "\"verdict\":\"%s\"", verdict);
    bool same = strstr(answer, want) != NULL;
    snprintf(want, sizeof want, "\"name\":\"%s\"", name);
    return same && strstr(answer, want);
}

/* ---- the labels of the demo's micro-grids ---- */

enum { GRIDS = 10 };
static struct {
    char code[20];
    Degrees at;
} grids[GRIDS];

static Err take_grids(Tx *tx, void *arg, Fault *f) {
    static char room[1 << 16];
    Arena a = { room, 0, sizeof room };
    const Ground *g;
    size_t n = 0;

    (void)arg;
    tx_lend(tx, &a);
    TRY(ground_borrow(tx, &g, f));
    for (size_t i = 0; i < ground_count(g) && n < GRIDS; i++) {
        const GroundArea *area = ground_at(g, i);
        if (area->level != LEVEL_MICRO)
            continue;
        snprintf(grids[n].code, sizeof grids[n].code, "%.*s", (int)area->code.n, area->code.p);
        grids[n++].at = (Degrees){ point_lon(area->label), point_lat(area->label) };
    }
    ground_return(g);
    assert_int_equal(n, GRIDS);
    return OK;
}

static void know_grids(void) { assert_ok(store_read(city, -1, take_grids, NULL, &fa)); }

/* ---- tables ---- */

static void test_table(void **state) {
    char table[4000];

    (void)state;
    know_grids();
    snprintf(table, sizeof table,
             "名称,网格,户数,人数,经度,纬度,小区,别名,旧名,种类\n"
             "望江东路396弄1号,%s,36,80,,,望江新村,,,\n"
             "望江东路396弄2号,,40,,%.6f,%.6f,望江新村,,,\n"
             "望江东路396弄3号,,12,,,,,,,\n"
             "望江东路396弄4号,,12,,10.5,50.25,,,,\n"
             "望江东路396弄1号,%s,36,80,,,,,,\n"
             "望江东路396弄5号,77,36,,%.6f,%.6f,,,,\n"
             "望江东路396弄6号,%s,36,,%.6f,%.6f,,,,\n"
             "望江商厦,%s,,,,,,江边大楼；望江百货,望江第一百货,商务楼宇\n",
             grids[0].code, grids[1].at.lon, grids[1].at.lat, grids[0].code, grids[1].at.lon, grids[1].at.lat,
             grids[0].code, grids[1].at.lon, grids[1].at.lat, grids[2].code);
    assert_ok(import_text(table));
    assert_int_equal(report.rows, 8);
    assert_int_equal(report.added, 5);
    assert_int_equal(report.by_code, 4);
    assert_int_equal(report.by_point, 2);
    assert_int_equal(report.orphans, 2);
    assert_int_equal(report.households, 208);
    assert_int_equal(report.population, 160);
    assert_int_equal(report.n_of[FINDING_NOWHERE], 1);
    assert_int_equal(report.n_of[FINDING_OUTSIDE], 1);
    assert_int_equal(report.n_of[FINDING_TWICE], 1);
    assert_int_equal(report.n_of[FINDING_UNKNOWN], 1);
    assert_int_equal(report.n_of[FINDING_ELSEWHERE], 1);
    assert_int_equal(report.n_of[FINDING_RANGE], 2); /* two grids have some households, and too few */
    assert_int_equal(report.findings[0].row, 3);
    assert_int_equal(places_named("望江"), 5);
    assert_true(locates("望江新村2号楼", "certain", "望江东路396弄2号"));
    assert_true(locates("望江第一百货门口", "certain", "望江商厦"));
    assert_true(strstr(answer, "\"kind\":\"office\"") != NULL);

    assert_ok(import_text(table)); /* again: nothing twice */
    assert_int_equal(report.added, 0);
    assert_int_equal(report.n_of[FINDING_THERE], 5);
    assert_int_equal(places_named("望江"), 5);
}

/* A place belongs to a finest grid: a larger one, named, wants a point within it. */
static void test_coarse(void **state) {
    char table[600];

    (void)state;
    know_grids();
    snprintf(table, sizeof table,
             "name,area,lon,lat\n大格路1号,990101,%.6f,%.6f\n大格路2号,990101,,\n大格路3号,990101,10.5,50.25\n",
             grids[0].at.lon, grids[0].at.lat);
    assert_ok(import_text(table));
    assert_int_equal(report.added, 1);
    assert_int_equal(report.orphans, 2);
    assert_int_equal(report.by_point, 1);
    assert_int_equal(report.n_of[FINDING_COARSE], 2);
    assert_true(locates("大格路1号", "certain", "大格路1号"));
    assert_non_null(strstr(answer, "01 微网格"));
}

static void test_workbook(void **state) {
    char sheet[2000];
    size_t n;

    (void)state;
    know_grids();
    snprintf(
        sheet, sizeof sheet,
        "<sheetData><row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c><c t=\"s\"><v>2</v></c></row>"
        "<row><c t=\"inlineStr\"><is><t>临江路8号</t></is></c><c t=\"str\"><v>%s</v></c><c><v>120</v></c></row>"
        "</sheetData>",
        grids[3].code);
    char *bytes = book_make(sheet, "<si><t>楼栋</t></si><si><t>微网格</t></si><si><t>户数</t></si>", NULL, &n);
    assert_ok(import_bytes(bytes, n, "wgs84"));
    free(bytes);
    assert_int_equal(report.added, 1);
    assert_int_equal(report.households, 120);
    assert_true(locates("临江路8号", "certain", "临江路8号"));
    /* merged cells stand behind the rows: nothing is written all the same */
    bytes =
        book_make("<sheetData><row><c t=\"str\"><v>name</v></c></row><row><c t=\"str\"><v>合并</v></c></row>"
                  "</sheetData><mergeCells><mergeCell ref=\"A2:A3\"/></mergeCells>",
                  NULL, NULL, &n);
    assert_int_equal(import_bytes(bytes, n, "wgs84"), ERR_INVALID);
    free(bytes);
    assert_string_equal(fa.key, "xlsx_merged");
    assert_int_equal(places_named("合并"), 0);
}

static void test_map(void **state) {
    char map[4000];
    Degrees a;

    (void)state;
    know_grids();
    a = grids[4].at;
    snprintf(
        map, sizeof map,
        "{\"type\":\"FeatureCollection\",\"features\":["
        "{\"type\":\"Feature\",\"properties\":{\"name\":\"滨江公园\",\"kind\":\"park\"},\"geometry\":{\"type\":"
        "\"Polygon\",\"coordinates\":[[[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f]]]}},"
        "{\"type\":\"Feature\",\"properties\":{\"name\":\"滨江菜场\",\"kind\":\"市场\",\"code\":17},"
        "\"geometry\":"
        "{\"type\":\"Point\",\"coordinates\":[%.6f,%.6f]}},"
        "{\"type\":\"Feature\",\"properties\":{\"name\":\"滨江小学\",\"area\":\"%s\"},\"geometry\":null}]}",
        a.lon - 1e-4, a.lat - 1e-4, a.lon + 1e-4, a.lat - 1e-4, a.lon, a.lat + 1e-4, a.lon - 1e-4, a.lat - 1e-4,
        a.lon, a.lat, grids[5].code);
    assert_ok(import_text(map));
    assert_int_equal(report.added, 3);
    assert_int_equal(report.by_point, 2);
    assert_int_equal(places_named("滨江公园"), 1);
    assert_true(strstr(answer, "\"kind\":\"park\"") && strstr(answer, "\"shaped\":true") &&
                strstr(answer, "\"lon\":"));
    assert_int_equal(places_named("滨江小学"), 1);
    assert_true(strstr(answer, "\"shaped\":false") && !strstr(answer, "\"lon\":"));
}

/* ---- coordinates ---- */

static void test_swapped(void **state) {
    char table[800];

    (void)state;
    know_grids();
    snprintf(table, sizeof table, "name,lon,lat\n反路1号,%.6f,%.6f\n反路2号,%.6f,%.6f\n", grids[0].at.lat,
             grids[0].at.lon, grids[1].at.lat, grids[1].at.lon);
    assert_int_equal(import_text(table), ERR_INVALID);
    assert_string_equal(fa.key, "places_swapped");
    assert_int_equal(places_named("反路"), 0);
    snprintf(table, sizeof table, "name,lon,lat\n反路1号,%.6f,%.6f\n反路2号,%.6f,%.6f\n", grids[0].at.lat,
             grids[0].at.lon, grids[1].at.lon, grids[1].at.lat);
    assert_ok(import_text(table)); /* one of them: it is listed */
    assert_int_equal(report.n_of[FINDING_SWAPPED], 1);
    assert_int_equal(report.added, 1);
}

static void test_gcj02(void **state) {
    char table[8000];
    Buf b = { table, 0, sizeof table, false, 0 };
    char said[4000] = "";
    Buf out = { said, 0, sizeof said, false, 0 };

    (void)state;
    know_grids();
    buf_str(&b, "name,area,lon,lat\n");
    for (int i = 0; i < 30; i++) {
        Degrees gcj = datum_from_wgs84(DATUM_GCJ02, grids[i % GRIDS].at);
        buf_fmt(&b, "偏移路%d号,%s,%.7f,%.7f\n", i + 1, grids[i % GRIDS].code, gcj.lon, gcj.lat);
    }
    assert_ok(import_text(table));
    assert_true(report.looks_gcj02);
    assert_int_equal(report.datum.seen, 30);
    assert_int_equal(report.datum.fit_gcj02, 30);
    assert_in_range(report.datum.offset_m, 300, 700);
    places_report_print(&report, &out);
    assert_non_null(strstr(said, "--crs gcj02"));
    for (char *p = table; (p = strstr(p, "偏移路")); p += 9)
        memcpy(p, "正常路", 9);
    assert_ok(import_bytes(table, strlen(table), "gcj02"));
    assert_false(report.looks_gcj02);
    assert_int_equal(report.n_of[FINDING_ELSEWHERE], 0);
}

/* ---- refused as a whole ---- */

static void test_refused(void **state) {
    static const struct {
        const char *table, *key, *field, *says;
    } wrong[] = {
        { "name,households\n坏路1号,12\n坏路2号,一\n", "places_row", "households", "第 2 行的户数“一”" },
        { "name,lon,lat\n坏路1号,121.5,\n", "places_row", "lat", "第 1 行的纬度" },
        { "name,kind\n坏路1号,城堡\n", "places_row", "kind", "城堡" },
        { "name,since\n坏路1号,昨天\n", "places_row", "since", "昨天" },
        { "name,area\n,1\n", "places_row", "name", "第 1 行" },
        { "楼号,户数\n1,2\n", "places_column", "name", "名称" },
        { "name\n", "places_none", "", "没有地点" },
        { "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"name\":\"坏\"}"
          ","
          "\"geometry\":{\"type\":\"LineString\",\"coordinates\":[]}}]}",
          "geojson_geometry", "", "LineString" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_int_equal(import_text(wrong[i].table), ERR_INVALID);
        assert_string_equal(fa.key, wrong[i].key);
        assert_string_equal(fa.field, wrong[i].field);
        if (!strstr(fa.zh, wrong[i].says))
            fail_msg("%s: %s", wrong[i].says, fa.zh);
    }
    assert_int_equal(places_named("坏路"), 0);
}

/* ---- a later file ---- */

static char asked[2000];
static Err keep_row(void *ctx, const char *const *columns, int n, Fault *f) {
    (void)n, (void)f;
    buf_str(ctx, columns[0] ? columns[0] : "-");
    buf_char(ctx, ' ');
    return OK;
}

static Err ask(Tx *tx, void *arg, Fault *f) {
    Buf b = { asked, 0, sizeof asked, false, 0 };
    asked[0] = 0;
    return tx_ask(tx, arg, NULL, 0, keep_row, &b, NULL, f);
}

static void is(const char *sql, const char *expected) {
    char text[1000];
    snprintf(text, sizeof text, "%s", sql);
    assert_ok(store_read(city, -1, ask, text, &fa));
    if (strcmp(asked, expected) != 0)
        fail_msg("%s\ngave %s instead of %s", sql, asked, expected);
}

static void counts(int64_t added, int64_t changed, int64_t ended, int64_t unchanged, int64_t differ) {
    int64_t is[] = { report.added, report.changed, report.ended, report.n_of[FINDING_THERE],
                     report.n_of[FINDING_DIFFERS] },
            want[] = { added, changed, ended, unchanged, differ };
    for (size_t i = 0; i < COUNT(is); i++)
        if (is[i] != want[i])
            fail_msg("the %zuth count is %lld and not %lld", i, (long long)is[i], (long long)want[i]);
}

#define OF(code) " FROM place WHERE code = '" code "'"

static void test_later_file(void **state) {
    Actor chief = actor_as(ROLE_DISPATCHER, 0, 1);
    char first[1000], second[1000], want[64], json[200];

    (void)state;
    know_grids();
    snprintf(first, sizeof first,
             "代码,名称,网格,户数,种类\nRG1,旧塘路1号,%s,30,\nRG2,旧塘路2号,%s,20,\nRG3,旧塘路3号,%s,10,\nRG4,"
             "旧塘市场,%s,,市场\n",
             grids[0].code, grids[0].code, grids[0].code, grids[0].code);
    snprintf(second, sizeof second,
             "代码,名称,网格,户数\nRG1,新塘路1号,%s,31\nRG2,旧塘路2号,%s,20\nRG5,旧塘路5号,%s,5\n",
             grids[1].code, grids[0].code, grids[0].code);
    assert_ok(import_text(first));
    counts(4, 0, 0, 0, 0);
    assert_ok(call("place.list", &chief, "{\"name\":\"旧塘路1号\"}"));
    int64_t place = answered("id");
    snprintf(json, sizeof json, "{\"text\":\"路灯不亮\",\"place\":\"%lld\"}", (long long)place);
    assert_ok(call("case.report", &chief, json));

    assert_ok(import_text(second)); /* nobody asked for changes */
    counts(1, 0, 0, 1, 1);
    is("SELECT name" OF("RG1"), "旧塘路1号 ");

    later = (PlacesOptions){ .update = true, .end_missing = true, .check = true };
    assert_ok(import_text(second));
    counts(0, 0, 0, 2, 0);
    assert_int_equal(report.n_of[FINDING_CHANGED], 1);
    is("SELECT count(*) FROM place_step", "0 ");

    later.check = false;
    later.day = day_of_ms(clock_now_ms()) - 3;
    assert_ok(import_text(second));
    counts(0, 1, report.ended, 2, 0);
    assert_int_equal(report.n_of[FINDING_ENDED], report.ended);
    is("SELECT name" OF("RG1"), "新塘路1号 ");
    is("SELECT households" OF("RG1"), "31 ");
    is("SELECT count(*)" OF("RG3") " AND until IS NOT NULL", "1 ");
    is("SELECT count(*)" OF("RG4") " AND until IS NULL", "1 "); /* the file has no markets */
    snprintf(want, sizeof want, "%s ", grids[1].code);
    is("SELECT a.code FROM place p JOIN area a ON a.id = p.area AND a.path = p.path WHERE p.code = 'RG1'",
       want);
    is("SELECT a.code FROM cases c JOIN area a ON a.path = c.path WHERE c.text = '路灯不亮' ORDER BY c.id DESC "
       "LIMIT 1",
       want);
    assert_true(locates("旧塘路1号", "certain", "新塘路1号")); /* its former name is found */
    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)place);
    assert_ok(call("place.history", &chief, json));
    assert_non_null(strstr(answer, "\"kind\":\"moved\""));
    assert_non_null(strstr(answer, "名称 旧塘路1号；户数 30；网格 "));

    assert_ok(import_text(second));
    counts(0, 0, 0, 3, 0); /* nothing twice */

    later.end_missing = false;
    assert_ok(import_text("代码,名称,户数\nRG2,旧塘路2号,25\n")); /* says nothing of where: it is where it is */
    counts(0, 1, 0, 0, 0);
    assert_int_equal(report.orphans, 0);
    later.end_missing = true;
    char no_code[300];
    snprintf(no_code, sizeof no_code, "名称,网格\n旧塘路9号,%s\n", grids[0].code);
    assert_int_equal(import_text(no_code), ERR_INVALID);
    assert_string_equal(fa.key, "places_codes");
    later = (PlacesOptions){ 0 };
}

/* ---- without memory ---- */

/* Each allocation fails once, later ones at growing steps: all rows or none. */
static void test_all_or_nothing(void **state) {
    char table[1000];
    int64_t failures = 0;

    (void)state;
    if (dialect != SQLITE)
        skip(); /* PostgreSQL's client has memory of its own */
    know_grids();
    snprintf(table, sizeof table, "name,area,alias,compound\n缺路1弄1号,%s,缺甲;缺乙,缺村\n缺路1弄2号,%s,,\n",
             grids[0].code, grids[1].code);
    places_named("缺路"); /* what is made once is made */
    for (long n = 1;; n += 1 + n / 50) {
        mem_calls = 0;
        mem_fail_from = mem_fail_to = n;
        mem_watched = true;
        PlacesOptions how = { .file = str("list"), .sheet = str(""), .crs = str("wgs84") };
        for (int i = 0; i < PLACE_COLUMNS; i++)
            how.columns[i] = str("");
        places_report_end(&report);
        Err e = places_report_begin(&report, 1 << 16, &fa);
        e = e == OK ? places_import(city, str(table), &how, &report, &fa) : e;
        bool failed = mem_calls >= n;
        mem_watched = false;
        mem_fail_from = mem_fail_to = 0;
        int64_t there = places_named("缺路");
        assert_int_equal(there, e == OK ? 2 : 0);
        if (e == OK) /* perhaps an allocation that can be done without */
            break;
        assert_true(failed);
        failures++;
    }
    assert_true(failures > 20);
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),          cmocka_unit_test(test_coarse),
        cmocka_unit_test(test_workbook),       cmocka_unit_test(test_map),
        cmocka_unit_test(test_swapped),        cmocka_unit_test(test_gcj02),
        cmocka_unit_test(test_refused),        cmocka_unit_test(test_later_file),
        cmocka_unit_test(test_all_or_nothing),
    };
    dialect = d;
    int failed = cmocka_run_group_tests_name(
        d == SQLITE ? "places import on SQLite" : "places import on PostgreSQL", tests, set_up, tear_down);
    places_report_end(&report);
    return failed;
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
