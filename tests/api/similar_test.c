/* similar_test – which open cases nearby are offered, to a clerk and to everybody, with
 * which reasons, and that nobody learns by asking what is not his to see. */
#include "city.h"

#include "case_public.h"
#include "point.h"
#include "publicity.h"

static Dialect dialect;
static Actor nobody, clerk;

enum { LON = 1214700000, LAT = 312250000 };

static int set_up(void **state) {
    (void)state;
    city_open(dialect, true);
    actor_public(&nobody);
    clerk = actor_as(ROLE_DISPATCHER, 0, 11);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    return 0;
}

static int none(void **state) {
    (void)state;
    testdb_exec(&city_db, "DELETE FROM cases");
    return 0;
}

static int64_t number(const char *sql) { return strtoll(testdb_ask(&city_db, sql), NULL, 10); }

static int64_t report_at(const char *text, int32_t lon, const char *more) {
    char json[400];
    snprintf(json, sizeof json, "{\"text\":\"%s\",\"lon\":%.7f,\"lat\":31.225%s}", text, lon / 1e7, more);
    assert_ok(call("case.report", &nobody, json));
    return number("SELECT max(id) FROM cases");
}

static void set(int64_t id, const char *what, const char *category) {
    char sql[500];
    snprintf(
        sql, sizeof sql,
        "UPDATE cases SET %s, category = '%s', condition = (SELECT min(id) FROM condition WHERE category = "
        "'%s') WHERE id = %lld",
        what, category, category, (long long)id);
    testdb_exec(&city_db, sql);
}

static void ask(const char *op, const Actor *by, const char *text, int32_t lon, const char *more) {
    char json[400], words[200] = "";
    if (text)
        snprintf(words, sizeof words, ",\"text\":\"%s\"", text);
    snprintf(json, sizeof json, "{\"lon\":%.7f,\"lat\":31.225%s%s}", lon / 1e7, words, more);
    assert_ok(call(op, by, json));
}

#define NONE() assert_string_equal(answer, "{\"items\":[]}")
#define HAS(z)                                      \
    do {                                            \
        if (!strstr(answer, z))                     \
            fail_msg("%s is not in %s", z, answer); \
    } while (0)

/* ---- a clerk's view ---- */

static void test_by_words_and_place(void **state) {
    char wanted[80];
    int64_t id = report_at("路口井盖缺失，很危险", LON, "");
    int m = (int)(point_distance_m((Point){ LON + 5000, LAT }, (Point){ LON, LAT }) + 0.5);
    (void)state;

    ask("case.similar", &clerk, "门口井盖缺失一块", LON + 5000, "");
    assert_int_equal(answered("id"), id);
    snprintf(wanted, sizeof wanted, "\"distance_m\":%d,\"same_place\":false,\"same_category\":false", m);
    HAS(wanted);
    HAS("\"because\":\"口井盖缺失\"");
    HAS("\"text\":\"路口井盖缺失，很危险\"");
    HAS("\"reported\":");
    ask("case.similar", &clerk, "楼道里堆着纸箱", LON, ""); /* another matter */
    NONE();
    ask("case.similar", &clerk, "门口井盖缺失一块", LON + 25000, ""); /* 238 m: another place */
    NONE();
    ask("case.similar", &clerk, NULL, LON, ""); /* nothing said yet: what is near */
    assert_int_equal(answered("id"), id);
    snprintf(wanted, sizeof wanted, ",\"except\":\"%lld\"", (long long)id);
    ask("case.similar", &clerk, "门口井盖缺失一块", LON, wanted);
    NONE();
    for (size_t s = 0; s < case_state_choices.n; s++) { /* open ones alone */
        int at = case_state_choices.list[s].number;
        char now[40];
        snprintf(now, sizeof now, "state = %d", at);
        set(id, now, "206");
        ask("case.similar", &clerk, "门口井盖缺失一块", LON, "");
        if (at >= 10 && at <= 19)
            NONE();
        else
            assert_int_equal(answered("id"), id);
    }
}

/* Without a word in common, by the category that was chosen. */
static void test_by_category(void **state) {
    int64_t id = report_at("路口井盖缺失", LON, "");
    (void)state;
    set(id, "state = 6", "206");
    ask("case.similar", &clerk, "有个大洞", LON, ",\"category\":\"206\"");
    assert_int_equal(answered("id"), id);
    HAS("\"same_category\":true");
    assert_null(strstr(answer, "because"));
    ask("case.similar", &clerk, "有个大洞", LON, ",\"category\":\"201\"");
    NONE();
}

static void test_at_a_building(void **state) {
    char json[300], sql[120];
    int64_t place = number("SELECT min(id) FROM place"), other = number("SELECT max(id) FROM place");
    (void)state;
    snprintf(json, sizeof json, "{\"text\":\"电梯停了\",\"place\":\"%lld\"}", (long long)place);
    assert_ok(call("case.report", &nobody, json));
    int64_t id = number("SELECT max(id) FROM cases");
    snprintf(json, sizeof json, "{\"text\":\"电梯停了两天\",\"place\":\"%lld\"}", (long long)place);
    assert_ok(call("case.similar", &clerk, json)); /* it has no point: what is at it, still */
    assert_int_equal(answered("id"), id);
    HAS("\"distance_m\":0,\"same_place\":true");
    snprintf(json, sizeof json, "{\"text\":\"电梯停了两天\",\"place\":\"%lld\"}", (long long)other);
    assert_ok(call("case.similar", &clerk, json));
    NONE();
    ask("case.similar", &clerk, "电梯停了两天", LON, ""); /* where it stands is not known */
    NONE();

    /* before a building with a point, of the grid in which one stands */
    assert_ok(call("area.locate", &nobody, "{\"lon\":121.47,\"lat\":31.225}"));
    const char *p = strstr(answer, "\"chain\":[{\"id\":\"");
    assert_non_null(p);
    int64_t grid = strtoll(p + strlen("\"chain\":[{\"id\":\""), NULL, 10);
    snprintf(sql, sizeof sql, "UPDATE place SET lon = 1214705000, lat = 312250000 WHERE id = %lld",
             (long long)place);
    testdb_exec(&city_db, sql);
    snprintf(sql, sizeof sql, "UPDATE cases SET path = (SELECT path FROM area WHERE id = %lld)",
             (long long)grid);
    testdb_exec(&city_db, sql);
    ask("case.similar", &clerk, "电梯停了两天", LON, "");
    assert_int_equal(answered("id"), id);
    HAS("\"distance_m\":48,\"same_place\":false");
    testdb_exec(&city_db, "UPDATE place SET lon = NULL, lat = NULL");
}

/* The best five of eight, the nearest first where all else is the same; newer before older. */
static void test_best_first(void **state) {
    int64_t ids[8];
    char wanted[40];
    (void)state;
    for (int i = 0; i < 8; i++)
        ids[i] = report_at("路口井盖缺失", LON + 2000 * (8 - i), "");
    ask("case.similar", &clerk, "路口井盖缺失", LON, "");
    const char *p = answer;
    for (int i = 7; i >= 3; i--) {
        snprintf(wanted, sizeof wanted, "\"id\":\"%lld\"", (long long)ids[i]);
        p = strstr(p, wanted);
        assert_non_null(p);
    }
    assert_null(strstr(p + 1, "\"id\":"));
    testdb_exec(&city_db, "UPDATE cases SET lon = 1214700000");
    char sql[120];
    snprintf(sql, sizeof sql, "UPDATE cases SET reported_ms = reported_ms - 86400000 WHERE id <> %lld",
             (long long)ids[2]);
    testdb_exec(&city_db, sql);
    ask("case.similar", &clerk, "路口井盖缺失", LON, "");
    assert_int_equal(answered("id"), ids[2]);
}

/* As far as one may read cases, and no further; what is about a unit not to the unit
 * (tests/api/about_test.c asks the same as everybody). */
static void test_in_scope_alone(void **state) {
    Actor elsewhere;
    int64_t id = report_at("路口井盖缺失", LON, "");
    char low[48];
    (void)state;
    actor_in(ROLE_DISPATCHER, str("09"), (OrgId){ 0 }, &elsewhere);
    ask("case.similar", &elsewhere, "路口井盖缺失", LON, "");
    NONE();
    snprintf(low, sizeof low, "SELECT path FROM cases WHERE id = %lld", (long long)id);
    actor_in(ROLE_DISPATCHER, str(testdb_ask(&city_db, low)), (OrgId){ 0 }, &elsewhere);
    ask("case.similar", &elsewhere, "路口井盖缺失", LON, "");
    assert_int_equal(answered("id"), id);
    assert_int_equal(call("case.similar", &nobody, "{\"lon\":121.47,\"lat\":31.225}"), ERR_SIGN_IN);
}

/* ---- everybody's view ---- */

/* Whatever is asked, exactly what is public is offered, and never by its reporter's words. */
static void test_public_only_what_is_public(void **state) {
    static const char *const categories[] = { "101", "104", "201", "203", "205", "206",
                                              "207", "301", "302", "304", "305", "306" };
    int64_t id = report_at("紫色大象canary-2718", LON, "");
    char more[40], list[1000];
    (void)state;
    for (size_t i = 0; i < COUNT(categories); i++)
        for (size_t s = 0; s < case_state_choices.n; s++) {
            snprintf(more, sizeof more, "state = %d", case_state_choices.list[s].number);
            set(id, more, categories[i]);
            assert_ok(call("case.public_list", &nobody,
                           "{\"west\":121.44,\"east\":121.50,\"south\":31.20,\"north\":31.25}"));
            snprintf(list, sizeof list, "%.999s", answer);
            ask("case.public_similar", &nobody, "紫色大象canary-2718", LON, "");
            NONE();
            snprintf(more, sizeof more, ",\"category\":\"%s\"", categories[i]);
            ask("case.public_similar", &nobody, NULL, LON, more);
            if (strcmp(list, "{\"items\":[]}") == 0) {
                NONE();
                continue;
            }
            HAS("\"same_category\":true");
            assert_int_equal(!!strstr(answer, "\"open_to\":\"point\""),
                             !!strstr(list, "\"open_to\":\"point\""));
            assert_int_equal(!!strstr(answer, "\"distance_m\":0"), !!strstr(list, "\"open_to\":\"point\""));
            assert_null(strstr(answer, "canary"));
            assert_null(strstr(answer, "大象"));
            assert_null(strstr(answer, "\"id\""));
            assert_null(strstr(answer, "\"code\""));
        }
}

/* By the name of its condition. */
static void test_public_by_the_condition(void **state) {
    int64_t id = report_at("x", LON, "");
    char name[400];
    (void)state;
    set(id, "state = 6", "206");
    snprintf(name, sizeof name, "%s",
             testdb_ask(&city_db, "SELECT d.zh FROM cases c JOIN condition d ON d.id = c.condition"));
    ask("case.public_similar", &nobody, name, LON, ",\"category\":\"201\"");
    HAS(name);
    HAS("\"same_category\":false,\"because\":\"");
}

/* Of what is open to its grid alone, every spot of the grid hears the same, and no spot
 * beyond it hears anything, near as it may be. */
static void test_public_area_gives_no_spot(void **state) {
    char first[1000] = "";
    int64_t id = report_at("x", LON, "");
    int inside = 0, outside = 0;
    char json[200], grid[60];
    (void)state;
    set(id, "state = 6", "205");
    snprintf(grid, sizeof grid, "\"chain\":[{\"id\":\"%s\"", testdb_ask(&city_db, "SELECT area FROM cases"));
    for (int i = -20; i <= 20; i++) {
        snprintf(json, sizeof json, "{\"lon\":%.7f,\"lat\":31.225}", (LON + 4000 * i) / 1e7);
        assert_ok(call("area.locate", &nobody, json));
        bool in = strstr(answer, grid) != NULL;
        ask("case.public_similar", &nobody, NULL, LON + 4000 * i, ",\"category\":\"205\"");
        if (!in) {
            NONE();
            outside++;
            continue;
        }
        HAS("\"open_to\":\"area\"");
        assert_null(strstr(answer, "distance_m"));
        if (!inside++)
            snprintf(first, sizeof first, "%.999s", answer);
        assert_string_equal(answer, first);
    }
    assert_true(inside > 0 && outside > 0);
}

static void test_bad_input(void **state) {
    static const char *const ops_[] = { "case.similar", "case.public_similar" };
    (void)state;
    for (size_t i = 0; i < COUNT(ops_); i++) {
        assert_int_equal(call(ops_[i], &clerk, "{\"text\":\"井盖\"}"), ERR_INVALID);
        assert_string_equal(fa.en, "Give longitude and latitude, or a place.");
        assert_int_equal(call(ops_[i], &clerk, "{\"lon\":121.47}"), ERR_INVALID);
        assert_string_equal(fa.field, "lat");
        assert_int_equal(call(ops_[i], &clerk, "{\"place\":\"77\"}"), ERR_NOT_FOUND);
    }
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_by_words_and_place, none),
        cmocka_unit_test_setup(test_by_category, none),
        cmocka_unit_test_setup(test_at_a_building, none),
        cmocka_unit_test_setup(test_best_first, none),
        cmocka_unit_test_setup(test_in_scope_alone, none),
        cmocka_unit_test_setup(test_public_only_what_is_public, none),
        cmocka_unit_test_setup(test_public_by_the_condition, none),
        cmocka_unit_test_setup(test_public_area_gives_no_spot, none),
        cmocka_unit_test_setup(test_bad_input, none),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "similar, SQLite" : "similar, PostgreSQL", tests, set_up,
                                       tear_down);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
