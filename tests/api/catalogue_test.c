/* catalogue_test – the catalogue as a table: what the program brings, headings in
 * both languages, versions, and tables that are refused as a whole. */
#include "city.h"

#include "catalogue_file.h"
#include "defaults.h"
#include "publicity.h"

static Dialect dialect;

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

static Err import(const char *table, CatalogueCount *ret) {
    CsvMemory memory = { str(table) };
    return catalogue_import(city, csv_from_memory, &memory, ret, &fa);
}

static size_t occurrences(const char *what) {
    size_t n = 0;
    for (const char *p = answer; (p = strstr(p, what)); p++)
        n++;
    return n;
}

/* ---- what the program brings ---- */

/* §4.11 and the defaults of §3, by sub-category: the widest that is allowed. */
static const struct {
    const char *code;
    Publicity usual;
} wanted[] = { { "101", PUBLIC_NO },    { "102", PUBLIC_NO },    { "103", PUBLIC_NO },
               { "104", PUBLIC_NO },    { "105", PUBLIC_NO },    { "106", PUBLIC_NO },
               { "201", PUBLIC_POINT }, { "202", PUBLIC_POINT }, { "203", PUBLIC_NO },
               { "204", PUBLIC_POINT }, { "205", PUBLIC_AREA },  { "206", PUBLIC_POINT },
               { "207", PUBLIC_NO },    { "301", PUBLIC_POINT }, { "302", PUBLIC_AREA },
               { "303", PUBLIC_AREA },  { "304", PUBLIC_AREA },  { "305", PUBLIC_NO },
               { "306", PUBLIC_NO },    { "100", PUBLIC_NO },    { "200", PUBLIC_NO },
               { "300", PUBLIC_NO },    { "2018", PUBLIC_NO },   { "20x", PUBLIC_NO },
               { "", PUBLIC_NO } };

static void test_publicity(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(wanted); i++) {
        assert_int_equal(publicity_usual(str(wanted[i].code)), wanted[i].usual);
        assert_true(publicity_allowed(str(wanted[i].code), PUBLIC_NO));
        if (i < 22) /* the default numbers; others are the city's own affair */
            assert_int_equal(publicity_allowed(str(wanted[i].code), PUBLIC_AREA), wanted[i].usual != PUBLIC_NO);
    }
}

/* Nineteen sub-categories with three conditions or more, and in each class one
 * for what is not classified yet. */
static void test_default(void **state) {
    Arena a;
    Catalogue c;
    CsvMemory memory = { str(default_catalogue) };
    size_t sub = 0, arrivals = 0;
    (void)state;
    assert_ok(arena_begin(&a, CATALOGUE_ROOM, &fa));
    assert_ok(catalogue_read(csv_from_memory, &memory, &a, &c, &fa));
    for (size_t i = 0; i < c.n_categories; i++) {
        bool class = c.categories[i].code.p[1] == '0' && c.categories[i].code.p[2] == '0';
        size_t n = 0;
        for (size_t j = 0; j < c.n_conditions; j++)
            n += str_same(c.conditions[j].category, c.categories[i].code);
        assert_true(class ? n == 1 : n >= 3);
        sub += !class;
    }
    for (size_t j = 0; j < c.n_conditions; j++) {
        assert_true(c.conditions[j].has.closing);
        assert_true(c.conditions[j].open_to <= publicity_usual(c.conditions[j].category));
        arrivals += c.conditions[j].has.arrive_limit;
    }
    assert_int_equal(sub, 19);
    assert_int_equal(c.n_categories, 22);
    assert_true(arrivals >= 19);
    arena_end(&a);
}

/* The figures of DOMAIN.md for a manhole cover and for people trapped in a lift. */
static void test_known_limits(void **state) {
    static const char *const found[] = {
        "\"code\":\"206-02\",\"zh\":\"井盖缺失（有危险）\",\"en\":\"Manhole cover missing and dangerous\","
        "\"arrive_limit\":2,\"arrive_clock\":\"urgent_hour\",\"finish_limit\":2,\"finish_clock\":\"urgent_"
        "hour\"",
        "\"code\":\"206-01\",\"zh\":\"井盖破损（大于25平方厘米）\",\"en\":\"Broken manhole cover (over 25 "
        "cm²)\","
        "\"finish_limit\":4,\"finish_clock\":\"work_hour\"",
        "\"en\":\"Rattling manhole cover\",\"finish_limit\":2,\"finish_clock\":\"work_day\"",
        "\"en\":\"Sunk surround of a manhole\",\"finish_limit\":5,\"finish_clock\":\"work_day\"",
        "\"en\":\"People trapped in a lift\",\"arrive_limit\":30,\"arrive_clock\":\"minute\"",
    };
    Actor nobody;
    (void)state;
    actor_public(&nobody);
    assert_ok(call("condition.list", &nobody, ""));
    for (size_t i = 0; i < COUNT(found); i++)
        if (!strstr(answer, found[i]))
            fail_msg("not there: %s", found[i]);
}

/* ---- headings ---- */

static void test_both_languages(void **state) {
    static const char *const tables[] = {
        "code,category,zh,en,finish_limit,finish_clock,open_to\n"
        "201,,环境,Sanitation,,,\n201-1,201,桶满,Full bin,4,work_hour,area\n",
        "\xEF\xBB\xBF代码,类别,中文名,英文名,办结时限,办结计时,公开\r\n"
        "201,,环境,Sanitation,,,\r\n201-1,201,桶满,Full bin, 4 ,工作时,仅到网格\r\n",
        "Public,Finish clock,Finish within,English,Chinese,Category,Code\n"
        ",,,Sanitation,环境,,201\narea only,work hours,4,Full bin,桶满,201,201-1\n",
    };
    Actor nobody;
    CatalogueCount n = { 0 };
    (void)state;
    actor_public(&nobody);
    for (size_t i = 0; i < COUNT(tables); i++) {
        assert_ok(import(tables[i], &n));
        assert_int_equal(n.categories, 1);
        assert_int_equal(n.conditions, 1);
        assert_ok(call("condition.list", &nobody, ""));
        assert_int_equal(occurrences("\"code\""), 1);
        assert_non_null(strstr(answer,
                               "\"category\":\"201\",\"code\":\"201-1\",\"zh\":\"桶满\",\"en\":\"Full bin\","
                               "\"finish_limit\":4,\"finish_clock\":\"work_hour\",\"duty\":\"own\","
                               "\"open_to\":\"area\",\"retired\":false"));
        assert_int_equal(answered("version"), n.version);
    }
}

/* ---- versions ---- */

static int64_t report_and_accept(const Actor *by) {
    assert_ok(call("case.report", by, "{\"text\":\"x\",\"lon\":121.47,\"lat\":31.225}"));
    int64_t id = answered("id");
    step(by, id, "accept", "", OK);
    return id;
}

static void test_old_cases_keep_theirs(void **state) {
    Actor dispatcher = actor_as(ROLE_DISPATCHER, 0, 11);
    char more[80], json[80];
    CatalogueCount first, second;
    (void)state;
    assert_ok(import(default_catalogue, &first));
    int64_t filed = report_and_accept(&dispatcher), late = report_and_accept(&dispatcher);
    assert_ok(call("condition.list", &dispatcher, "{\"code\":\"206-04\"}"));
    int64_t condition = answered("id");
    snprintf(more, sizeof more, ",\"condition\":\"%lld\"", (long long)condition);
    step(&dispatcher, filed, "file", more, OK);

    assert_ok(import("code,category,zh,en,finish_limit,finish_clock\n206,,道路,Roads,,\n"
                     "206-04,206,沉陷,Sunk,9,work_day\n",
                     &second));
    assert_int_equal(second.version, first.version + 1);
    assert_int_equal(second.retired, first.conditions);
    assert_ok(call("condition.list", &dispatcher, ""));
    assert_int_equal(occurrences("\"finish_limit\""), 1);
    assert_ok(call("category.list", &dispatcher, ""));
    assert_int_equal(occurrences("\"code\""), 1);
    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)filed);
    assert_ok(call("case.get", &dispatcher, json));
    assert_int_equal(answered("condition"), condition);
    assert_ok(call("case.view", &dispatcher, json));    /* its limits are still there */
    step(&dispatcher, late, "file", more, ERR_INVALID); /* but nobody files under it any more */
    assert_string_equal(fa.key, "condition_retired");
}

/* ---- refused as a whole ---- */

/* What is published: a condition's own owner type, else its category's; nothing retired. */
static void test_responsibility_list(void **state) {
    Actor nobody;
    (void)state;
    actor_public(&nobody);
    assert_ok(import(
        "code,category,zh,en,arrive_limit,arrive_clock,finish_limit,finish_clock,duty,closing,owner,owner_en\n"
        "201,,环境卫生,Sanitation,,,,,,,绿化市容,Greening\n"
        "201-1,201,垃圾,Rubbish,2,urgent_hour,4,work_hour,own,清走,,\n"
        "201-2,201,粪便,Sewage,,,1,work_day,assisting,,水务,Water\n",
        &(CatalogueCount){ 0 }));
    assert_ok(call("duty.list", &nobody, ""));
    assert_int_equal(occurrences("\"finish_limit\""), 2);
    assert_non_null(
        strstr(answer, "{\"code\":\"201-1\",\"category\":\"201\",\"category_zh\":\"环境卫生\",\"category_en\":"
                       "\"Sanitation\",\"zh\":\"垃圾\",\"en\":\"Rubbish\",\"owner\":\"绿化市容\",\"owner_en\":"
                       "\"Greening\",\"duty\":\"own\",\"arrive_limit\":2,\"arrive_clock\":\"urgent_hour\","
                       "\"finish_limit\":4,\"finish_clock\":\"work_hour\",\"closing\":\"清走\"}"));
    assert_non_null(strstr(answer, "\"owner\":\"水务\",\"owner_en\":\"Water\",\"duty\":\"assisting\""));
}

#define HEAD "code,category,zh,en,arrive_limit,arrive_clock,finish_limit,finish_clock,duty,open_to\n"
#define GOOD HEAD "201,,甲,A,,,,,,\n305,,乙,B,,,,,,\n201-1,201,丙,C,,,4,work_hour,own,point\n"

static void test_refused(void **state) {
    static const struct {
        const char *table, *key, *field, *where;
    } wrong[] = {
        { "", "csv_empty", "", "" },
        { "code,zh,en,finish_limit\n", "csv_column", "category", "header" },
        { "code,代码,category,zh,en\n", "csv_column_twice", "code", "header" },
        { HEAD, "catalogue_empty", "", "" },
        { GOOD "201-2,201,丁,D,,,,work_hour,,\n", "field_missing", "finish_limit",
          "Row 4, column \"finish_limit\"" },
        { GOOD "201-2,201,,D,,,4,work_hour,,\n", "field_missing", "zh", "Row 4, column \"zh\"" },
        { GOOD "201-2,201,丁,D,,,4,hour,,\n", "choice_unknown", "finish_clock",
          "Row 4, column \"finish_clock\"" },
        { GOOD "201-2,201,丁,D,,,four,work_hour,,\n", "number_range", "finish_limit", "Row 4, column" },
        { GOOD "201-2,201,丁,D,,,0,work_hour,,\n", "number_range", "finish_limit", "Row 4, column" },
        { GOOD "201-2,201,丁,D,,,36526,calendar_day,,\n", "limit_century", "finish_limit",
          "longer than a century" },
        { GOOD "201-2,201,丁,D,,,26000,work_day,,\n", "limit_century", "finish_limit", "Row 4, column" },
        { GOOD "201-2,201,丁,D,100000,work_day,4,work_hour,,\n", "limit_century", "arrive_limit",
          "Row 4, column" },
        { GOOD "201-2,201,丁,D,3,,4,work_hour,,\n", "arrival_half", "arrive_clock",
          "Row 4, column \"arrive_clock\"" },
        { GOOD "201-2,201,丁,D,5,work_hour,4,work_hour,,\n", "arrival_late", "arrive_limit", "Row 4, column" },
        { GOOD "201-1,201,丁,D,,,4,work_hour,,\n", "code_twice", "code", "Row 4, column \"code\"" },
        { GOOD "201,,丁,D,,,,,,\n", "code_twice", "code", "Row 4, column \"code\"" },
        { GOOD "209-1,209,丁,D,,,4,work_hour,,\n", "category_unknown", "category",
          "Row 4, column \"category\"" },
        { GOOD "209,,丁,D,,,4,,,\n", "category_has_limit", "finish_limit", "Row 4, column \"finish_limit\"" },
        { GOOD "305-1,305,丁,D,,,4,work_day,,area\n", "condition_never_public", "open_to",
          "Row 4, column \"open_to\"" },
        { GOOD "201-2,201,丁\n", "csv_width", "", "Row 4 (line 5" },
    };
    static char before[1 << 16];
    Actor nobody;
    CatalogueCount n = { .version = -1 };
    (void)state;
    actor_public(&nobody);
    assert_ok(call("condition.list", &nobody, ""));
    snprintf(before, sizeof before, "%.65000s", answer);
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_true(import(wrong[i].table, &n) != OK);
        if (strcmp(fa.key, wrong[i].key) != 0 || strcmp(fa.field, wrong[i].field) != 0 ||
            !strstr(fa.en, wrong[i].where) || !*fa.zh)
            fail_msg("table %zu: [%s] %s: %s", i, fa.key, fa.field, fa.en);
        assert_int_equal(n.version, -1);
    }
    assert_ok(call("condition.list", &nobody, ""));
    assert_string_equal(answer, before);
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_publicity),
        cmocka_unit_test(test_default),
        cmocka_unit_test(test_known_limits),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_responsibility_list),
        cmocka_unit_test(test_both_languages),
        cmocka_unit_test(test_old_cases_keep_theirs),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "catalogue on SQLite" : "catalogue on PostgreSQL", tests,
                                       set_up, tear_down);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
