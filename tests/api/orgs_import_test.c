/* orgs_import_test – the lists of a Party-building office, in and out: what they make,
 * what is refused with its row, what is never read; and that what was exported makes the
 * same city of a bare one, from a table and from a workbook. */
#include "grids.h"

#include "export.h"
#include "orgs_file.h"
#include "record_csv.h"
#include "store.h"
#include "xlsx.h"
#include "xlsx_write.h"

static Dialect dialect;
static OrgsReport report;
static Actor admin;

static void begin_city(void) {
    city_open(dialect, false);
    grids_make();
    admin = actor_as(ROLE_SYSTEM_ADMIN, 0, 77);
    actor_copy(&admin, &admin);
}

static int set_up(void **state) {
    (void)state;
    begin_city();
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    orgs_report_end(&report);
    city_close();
    return 0;
}

static Err import_bytes(Str bytes, bool check) {
    OrgsImport in = { .area = str(""), .sheet = str(""), .since = day_of_civil(2025, 3, 1), .check = check };

    orgs_report_end(&report);
    assert_ok(orgs_report_begin(&report, &fa));
    return orgs_import(city, bytes, &in, &report, &fa);
}

static Err import(const char *table) { return import_bytes(str(table), false); }

/* ---- out ---- */

typedef enum List_ { ORGS, UNITS, SEATS, COVER, EXCLUSIVE, EXCEPTIONS, LISTS } Listed;

static const Record *const records[LISTS] = {
    [ORGS] = &org_listed_record,    [UNITS] = &unit_listed_record,      [SEATS] = &seat_listed_record,
    [COVER] = &cover_listed_record, [EXCLUSIVE] = &cover_listed_record, [EXCEPTIONS] = &exception_listed_record
};

typedef struct Going {
    Listed list;
    Arena arena;
    Buf table;
} Going;

static Err some(Tx *tx, Listed list, ExportAt *at, void **rows, size_t *n, Fault *f) {
    switch (list) {
    case ORGS: return export_orgs(tx, &admin, at, (OrgListed **)rows, n, f);
    case UNITS: return export_units(tx, &admin, at, (UnitListed **)rows, n, f);
    case SEATS: return export_seats(tx, &admin, at, (SeatListed **)rows, n, f);
    case COVER: return export_covers(tx, &admin, false, at, (CoverListed **)rows, n, f);
    case EXCLUSIVE: return export_covers(tx, &admin, true, at, (CoverListed **)rows, n, f);
    default: return export_exceptions(tx, &admin, at, (ExceptionListed **)rows, n, f);
    }
}

static Err write_list(Tx *tx, void *arg, Fault *f) {
    Going *g = arg;
    CsvOut out = { .b = &g->table };
    ExportAt at = { 0 };
    void *rows;
    size_t n;

    tx_lend(tx, &g->arena);
    g->table.n = 0;
    csv_begin(&out);
    record_csv_head(records[g->list], admin.reads, &out);
    do {
        g->arena.used = 0;
        TRY(some(tx, g->list, &at, &rows, &n, f));
        for (size_t i = 0; i < n; i++)
            record_csv_row(records[g->list], (char *)rows + i * records[g->list]->size, admin.reads, &out);
    } while (n);
    return OK;
}

static char tables[2][LISTS][1 << 16];

static void export_list(Listed list, char *ret) {
    Going g = { .list = list, .table = { ret, 0, 1 << 16, false, 0 } };

    assert_ok(arena_begin(&g.arena, 16 << 20, &fa));
    assert_ok(store_read(city, -1, write_list, &g, &fa));
    arena_end(&g.arena);
    assert_false(g.table.full);
}

static size_t lines(const char *table) {
    size_t n = 0;
    for (const char *p = table; (p = strchr(p, '\n')); p++)
        n++;
    return n;
}

/* Does it stand in any text that an import could have written? */
static bool city_holds(const char *word) {
    static const char *const columns[][2] = { { "org", "name" },          { "org", "code" },
                                              { "org_step", "note" },     { "org_step", "name" },
                                              { "place", "name" },        { "place", "code" },
                                              { "org_reason", "reason" }, { "serves", "matter" },
                                              { "account", "title" },     { "place_alias", "name" } };
    char sql[300];
    for (size_t i = 0; i < COUNT(columns); i++) {
        snprintf(sql, sizeof sql, "SELECT count(*) FROM %s WHERE %s LIKE '%%%s%%'", columns[i][0],
                 columns[i][1], word);
        if (strcmp(testdb_ask(&city_db, sql), "0") != 0)
            return true;
    }
    return false;
}

/* ---- the lists ---- */

/* As such lists look: a title, a serial number, names and telephones. */
static const char tree[] =
    "街道党组织架构表,,,\n"
    "序号,党组织代码,党组织名称,组织类别,所在网格编码,层级,上级组织,成立日期,党员数,预备党员数,统计日期,书记,"
    "联系电话\n"
    "1,D0-1,一网格党支部,党支部,M0,微网格,,2024年5月1日,32,2,2025-02-01,张三,13800000000\n"
    "2,D0,第一居民区党总支,党总支,R0,居民区,,2020/7/1,120,5,2025-02-01,李四,13800000001\n"
    "3,DS,街道党工委,街镇党（工）委,S,街镇,,2019.1.1,,,,王五,13800000002\n"
    "4,D0-1-1,一号楼党小组,党小组,G,楼组,一网格党支部,20240601,6,0,2025-02-01,赵六,13800000003\n"
    "5,D1,第二居民区党支部,党支部,R1,居民区,DS,2021-07-01,,,,,\n";

static const char units[] = "单位代码,单位名称,单位类别,网格编码,事项,服务网格编码,职责自\n"
                            "W1,=织云物业,物业,R0,205,R0,2024-01-01\n"
                            "W1,=织云物业,物业,R0,301;302,M0,2024-01-01\n"
                            "W2,街道城管中队,派出机构,S,202,,\n";

static const char seats[] = "楼组编码,楼组名称,党小组长,居民楼组长,手机\nG,一号楼,张三,李四,13800000000\n";

static const char posts[] = "网格编码,席位,应设,实设,自\nM0,网格长,1,1,2025-01-01\nM0,网格员,3,2,2025-01-"
                            "01\nR0,居民区书记,,,2024-01-01\n";

static const char targets[] = "地点名称,地点种类,网格编码,领域,覆盖组织代码,专属网格编码,组织形式,覆盖日期\n"
                              "云端大厦,商务楼宇,M1,独立空间,,,,\n"
                              "面馆,店铺,M0,小个专,D0-1,,党支部,2024-09-01\n"
                              "@驿站,店铺,M0,新就业群体,D0,,,2024-09-01\n";

static const char exclusive[] =
    "楼宇名称,所在网格编码,专属网格,覆盖组织代码,自\n云端大厦,M1,M1,DX,2025-02-01\n";

static void import_all(void) {
    assert_ok(import(tree));
    assert_ok(import(units));
    assert_ok(import(seats));
    assert_ok(import(posts));
    assert_ok(import(targets));
    assert_ok(import("code,name,kind,area\nDX,云端大厦联合党支部,联合党支部,M1\n"));
    assert_ok(import(exclusive));
    assert_ok(import("网格编码,不对应理由\nM2,新建小区尚未交付\nM3,与二网格联建\n"));
}

static void test_tree(void **state) {
    (void)state;
    assert_ok(import(tree));
    assert_int_equal(report.list, LIST_ORGS);
    assert_int_equal(report.rows, 5);
    assert_int_equal(report.made, 5);
    assert_int_equal(report.counts, 3);
    export_list(ORGS, tables[0][ORGS]);
    const char *t = tables[0][ORGS];
    assert_int_equal(lines(t), 6);
    assert_non_null(strstr(t, "D0-1,一网格党支部,党支部,M0,M0,微网格,D0,启用,2024-05-01,2025-02-01,30,2\r\n"));
    assert_non_null(strstr(t, "D0-1-1,一号楼党小组,党小组,G,G,楼组,D0-1,启用,2024-06-01,2025-02-01,6,0\r\n"));
    assert_non_null(
        strstr(t, "D0,第一居民区党总支,党总支,R0,R0,居民区,DS,启用,2020-07-01,2025-02-01,115,5\r\n"));
    assert_non_null(strstr(t, "D1,第二居民区党支部,党支部,R1,R1,居民区,DS,启用,2021-07-01,,,\r\n"));
    assert_ok(import(tree)); /* again: nothing is doubled */
    assert_int_equal(report.made + report.changed + report.ended, 0);
    assert_int_equal(report.there, 5);
}

static const OrgsFinding *left(const char *column) {
    for (size_t i = 0; i < report.n_left; i++)
        if (str_is(report.left[i].column, column))
            return &report.left[i];
    return NULL;
}

/* Not in the report, not in the city. */
static void test_persons_are_left_out(void **state) {
    static const char *const persons[] = { "张三", "李四", "王五", "13800000000" };
    Buf b;

    (void)state;
    assert_ok(import(tree));
    assert_non_null(strstr(left("书记")->zh.p, "人名"));
    assert_non_null(strstr(left("联系电话")->en.p, "reach persons"));
    assert_non_null(left("序号"));
    assert_null(left("党组织名称"));
    assert_ok(import(seats));
    assert_non_null(left("党小组长"));
    assert_ok(buf_begin(&b, 1024, 1 << 20, &fa));
    orgs_report_print(&report, &b);
    orgs_report_json(&report, &b);
    orgs_report_csv(&report, &b);
    for (size_t i = 0; i < COUNT(persons); i++) {
        assert_null(strstr(b.p, persons[i]));
        assert_false(city_holds(persons[i]));
    }
    assert_true(city_holds("一网格党支部")); /* it does find what is there */
    buf_end(&b);
    assert_int_equal(import("code,name,kind,area\nD9,支部 13800000000,党支部,M0\n"), ERR_INVALID);
    assert_non_null(strstr(fa.zh, "电话"));
}

/* ---- what is refused ---- */

static void test_refused(void **state) {
    static const struct {
        const char *table, *says;
        size_t n;
    } wrong[] = {
        { "code,name,kind,area\nA,甲,党支部,M9\n", "Row 2, area: There is no area with the code or name “M9”",
          1 },
        { "code,name,kind,area\nA,甲,党小组,S\n", "Row 2, kind: An organisation of this kind (Party group)",
          1 },
        { "code,name,kind,area\nA,甲,党支部,M0\nA,乙,党支部,M1\n", "Row 3, code: row 2 has this code already",
          1 },
        { "code,name,kind,area,parent\nA,甲,党支部,M0,B\nB,乙,党支部,M0,A\n",
          "Row 2, parent: would stand above itself", 2 },
        { "code,name,kind,area,parent\nA,甲,党支部,M0,C\n", "Row 2, parent", 1 },
        { "code,name,kind,area,parent\nA,甲,党支部,M0,\nB,乙,党总支,R0,A\n", "Row 3, parent", 1 },
        { "code,name,kind,area,since\nA,甲,党支部,M0,2025-02-30\n", "Row 2, since: “2025-02-30” is no day", 1 },
        { "code,name,kind,area,since,until\nA,甲,党支部,M0,2025-02-01,2024-01-01\n",
          "Row 2, until: lies before", 1 },
        { "code,name,kind,area,level\nA,甲,党支部,M0,居民区\n", "Row 2, level: The area “M0” is a Micro-grid",
          1 },
        { "code,name,kind,area,members\nA,甲,党支部,M0,三十\n", "Row 2, members", 1 },
        { "code,name,kind,area,members,counted\nA,甲,党支部,M0,30,2999-01-01\n", "Row 2", 1 },
        { "code,name,kind,area,党员数,正式党员数,预备党员数\nA,甲,党支部,M0,30,29,2\n",
          "Row 2, 党员数: is not the sum", 1 },
        { "code,name,kind,area,党员数,预备党员数\nA,甲,党支部,M0,1,2\n", "Row 2, 党员数: is not the sum", 1 },
        { "code,name,kind,area\nA,甲,党支部,M0\n,乙,党支部,M1\nC,丙,法师,M1\nD,丁,党支部,M8\n",
          "Row 3, code: is empty", 3 },
        { "code,name,kind,area,serves\nA,甲,党支部,M0,205\n", "Row 2, serves: Only units serve", 1 },
        { "网格编码,席位,应设\nM0,居民区书记,1\n", "Row 2, 席位: There is no seat", 1 },
        { "网格编码,席位,应设\nM0,皇帝,1\n", "Row 2, 席位: “皇帝” is no word", 1 },
        { "地点名称,网格编码,覆盖组织\n大厦,M0,无名支部\n", "Row 2, 地点名称: There is no such place here", 1 },
        { "地点名称,地点种类,网格编码,覆盖组织\n大厦,商务楼宇,R0,\n", "Row 2, 网格编码: “R0” has finer grids",
          1 },
        { "地点名称,地点种类,网格编码,覆盖组织代码\n大厦,商务楼宇,M1,X\n",
          "Row 2, 覆盖组织代码: There is no organisation", 1 },
        { "天气,心情\n晴,好\n", "no headings that are known", 0 },
        { "code,name\n", "nothing below the headings", 0 },
    };

    (void)state;
    export_list(ORGS, tables[0][ORGS]);
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_int_equal(import(wrong[i].table), ERR_INVALID);
        if (!strstr(fa.en, wrong[i].says) || !*fa.zh || report.n_refused != wrong[i].n)
            fail_msg("table %zu: %zu refused: %s %s", i, report.n_refused, fa.en, fa.zh);
        export_list(ORGS, tables[1][ORGS]);
        assert_string_equal(tables[0][ORGS], tables[1][ORGS]); /* nothing half imported */
        export_list(COVER, tables[1][COVER]);
        assert_int_equal(lines(tables[1][COVER]), 1);
    }
}

static void test_check_writes_nothing(void **state) {
    (void)state;
    assert_ok(import_bytes(str(tree), true));
    assert_int_equal(report.made, 5);
    export_list(ORGS, tables[0][ORGS]);
    assert_int_equal(lines(tables[0][ORGS]), 1);
}

/* ---- later lists ---- */

static void test_changes(void **state) {
    (void)state;
    assert_ok(import(tree));
    assert_ok(import("code,name,kind,area,parent,变动日期,批准文号\n"
                     "D1,第二居民区党总支,党总支,R1,,2025-02-10,沪街委〔2025〕3号\n"));
    assert_int_equal(report.changed, 1);
    export_list(ORGS, tables[0][ORGS]);
    assert_non_null(strstr(tables[0][ORGS], "D1,第二居民区党总支,党总支,R1,R1,居民区,DS,启用,2021-07-01"));
    assert_true(city_holds("沪街委〔2025〕3号"));
    assert_ok(import("code,name,撤销日期,并入组织代码\nD0-1,一网格党支部,2025-02-20,D0\n"));
    assert_int_equal(report.ended, 1);
    export_list(ORGS, tables[0][ORGS]);
    assert_null(strstr(tables[0][ORGS], "一网格党支部"));
    assert_non_null(
        strstr(tables[0][ORGS], "D0-1-1,一号楼党小组,党小组,G,G,楼组,D0,")); /* under whom it joined */
    assert_ok(import("code,name,撤销日期,并入组织代码\nD0-1,一网格党支部,2025-02-20,D0\n"));
    assert_int_equal(report.ended, 0);
    assert_int_equal(report.there, 1);
    assert_int_equal(import("code,name,area\nD1,第二居民区党总支,M2\n"), ERR_INVALID); /* it does not move */
    assert_non_null(strstr(fa.en, "does not change its area"));
}

static void test_units(void **state) {
    (void)state;
    assert_ok(import(units));
    assert_int_equal(report.made, 2);
    assert_int_equal(report.duties, 4);
    assert_ok(import(units));
    assert_int_equal(report.duties, 0);
    assert_ok(import("单位代码,单位名称,事项,服务网格编码,职责至\nW1,=织云物业,205,R0,2030-01-01\n"));
    assert_int_equal(report.duties_ended, 1);
    export_list(UNITS, tables[0][UNITS]);
    assert_int_equal(lines(tables[0][UNITS]), 5);
    assert_non_null(
        strstr(tables[0][UNITS], "W1,\"'=织云物业\",物业,R0,,启用,,205,R0,2024-01-01,2030-01-01\r\n"));
    assert_non_null(strstr(tables[0][UNITS], "W2,街道城管中队,派出机构,S,,启用,,202,S,,\r\n"));
}

static void test_seats(void **state) {
    (void)state;
    assert_ok(import(seats));
    assert_int_equal(report.list, LIST_SEATS);
    assert_int_equal(report.made, 2);
    assert_ok(import(posts));
    assert_int_equal(report.made, 5);
    assert_ok(import(posts));
    assert_int_equal(report.made, 0);
    assert_int_equal(report.there, 3);
    export_list(SEATS, tables[0][SEATS]);
    assert_non_null(strstr(tables[0][SEATS], "M0,M0,微网格,网格员,3,0,,2025-01-01\r\n"));
    assert_non_null(strstr(tables[0][SEATS], "G,G,楼组,党小组长,1,0,,2025-03-01\r\n"));
    assert_int_equal(import("网格编码,席位,应设\nM0,网格员,2\n"), ERR_INVALID);
    assert_non_null(strstr(fa.zh, "现有席位 3 个"));
    assert_ok(import("网格编码,席位,应设,撤销日期\nM0,网格员,1,2025-06-30\n"));
    assert_int_equal(report.ended, 1);
    export_list(SEATS, tables[0][SEATS]);
    assert_non_null(strstr(tables[0][SEATS], "M0,M0,微网格,网格员,2,0,,2025-01-01\r\n"));
}

static void test_covers(void **state) {
    (void)state;
    assert_ok(import(tree));
    assert_ok(import(targets));
    assert_int_equal(report.list, LIST_COVERS);
    assert_int_equal(report.places, 3);
    assert_int_equal(report.made, 2);
    assert_ok(call("cover.missing", &admin, "{}"));
    assert_non_null(strstr(answer, "云端大厦"));
    assert_ok(import("code,name,kind,area\nDX,云端大厦联合党支部,联合党支部,M1\n"));
    assert_ok(import(exclusive));
    assert_int_equal(report.made, 1);
    assert_ok(call("cover.missing", &admin, "{}"));
    assert_null(strstr(answer, "云端大厦"));
    assert_ok(import(exclusive));
    assert_int_equal(report.there, 1);
    export_list(EXCLUSIVE, tables[0][EXCLUSIVE]);
    assert_int_equal(lines(tables[0][EXCLUSIVE]), 2);
    assert_non_null(
        strstr(tables[0][EXCLUSIVE], ",云端大厦,商务楼宇,M1,独立空间,DX,联合党支部,M1,2025-02-01,\r\n"));
    assert_ok(import("地点名称,网格编码,领域,覆盖组织,自\n面馆,M0,小个专,第一居民区党总支,2025-01-01\n"));
    assert_int_equal(report.changed, 1); /* another one takes over, the first ends the day before */
    export_list(COVER, tables[0][COVER]);
    assert_non_null(strstr(tables[0][COVER], ",面馆,店铺,M0,小个专,D0,党总支,,2025-01-01,\r\n"));
}

/* ---- round trip ---- */

static Buf book;

static void make_book(Listed list) {
    bool numbers[40];
    int32_t n = record_csv_numbers(records[list], admin.reads, numbers, 40);

    if (!book.max)
        assert_ok(buf_begin(&book, 4096, 4 << 20, &fa));
    book.n = 0;
    assert_ok(xlsx_write(str(tables[0][list]), records[list]->zh, numbers, n, &book, &fa));
}

/* Names and areas make a tree: its order in the table is the tree's. */
static void test_round_trip(void **state) {
    (void)state;
    import_all();
    for (int i = 0; i < LISTS; i++)
        export_list((Listed)i, tables[0][i]);
    assert_int_equal(lines(tables[0][ORGS]), 7);
    assert_int_equal(lines(tables[0][COVER]), 4);
    assert_non_null(strstr(tables[0][EXCEPTIONS], "M2,M2,微网格,0,新建小区尚未交付\r\n"));
    for (int books = 0; books < 2; books++) {
        city_close();
        begin_city();
        for (int i = 0; i < LISTS; i++) {
            make_book((Listed)i);
            if (i == EXCLUSIVE)
                continue; /* they are among the covers */
            Err e = import_bytes(books ? buf_view(&book) : str(tables[0][i]), false);
            if (e != OK)
                fail_msg("list %d: %s", i, fa.zh);
        }
        for (int i = 0; i < LISTS; i++) {
            export_list((Listed)i, tables[1][i]);
            assert_string_equal(tables[0][i], tables[1][i]);
        }
    }
    buf_end(&book);
    book = (Buf){ 0 };
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_tree, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_persons_are_left_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_check_writes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_changes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_units, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_seats, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_covers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_round_trip, set_up, tear_down),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "lists on SQLite" : "lists on PostgreSQL", tests, NULL,
                                       NULL);
}

int main(void) {
    record_begin();
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
