/* public_test – public only where harmless: every sub-category, state and nearness by
 * the decision, and by what the operation gives. */
#include "city.h"

#include "case_public.h"
#include "case_steps.h"
#include "publicity.h"

static Dialect dialect;
static Actor nobody;

static int set_up(void **state) {
    (void)state;
    city_open(dialect, true);
    testdb_exec(&city_db, "DELETE FROM cases");
    actor_public(&nobody);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    return 0;
}

/* ---- the decision ---- */

static const struct {
    const char *category;
    Publicity usual;
} categories[] = {
    { "101", PUBLIC_NO },   { "102", PUBLIC_NO },    { "103", PUBLIC_NO },    { "104", PUBLIC_NO },
    { "105", PUBLIC_NO },   { "106", PUBLIC_NO },    { "201", PUBLIC_POINT }, { "202", PUBLIC_POINT },
    { "203", PUBLIC_NO },   { "204", PUBLIC_POINT }, { "205", PUBLIC_AREA },  { "206", PUBLIC_POINT },
    { "207", PUBLIC_NO },   { "301", PUBLIC_POINT }, { "302", PUBLIC_AREA },  { "303", PUBLIC_AREA },
    { "304", PUBLIC_AREA }, { "305", PUBLIC_NO },    { "306", PUBLIC_NO },    { "200", PUBLIC_NO },
    { "300", PUBLIC_NO },   { "100", PUBLIC_NO },
};

static bool is_open(int state) { return state >= CASE_ACCEPTED && !case_is_over((CaseState)state); }

static void test_decision(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(categories); i++) {
        assert_int_equal(publicity_usual(str(categories[i].category)), categories[i].usual);
        for (size_t s = 0; s < case_state_choices.n; s++)
            for (int says = PUBLIC_NO; says <= PUBLIC_POINT; says++)
                for (int k = 0; k < 8; k++) {
                    int at = case_state_choices.list[s].number;
                    PublicFacts c = { (CaseState)at, str(categories[i].category), (Publicity)says, k & 1, k & 2,
                                      k & 4 };
                    Publicity expected = !is_open(at) || says == PUBLIC_NO || categories[i].usual == PUBLIC_NO
                                             ? PUBLIC_NO
                                         : says == PUBLIC_POINT && k == 4 ? PUBLIC_POINT
                                                                          : PUBLIC_AREA;
                    assert_int_equal(case_publicity(&c), expected);
                }
    }
    PublicFacts unfiled = { CASE_ACCEPTED, { 0 }, PUBLIC_POINT, false, false, true };
    assert_int_equal(case_publicity(&unfiled), PUBLIC_NO);
}

/* ---- the operation ---- */

enum { LON = 1214700000, LAT = 312250000 };
#define HERE "{\"west\":121.4,\"east\":121.5,\"south\":31.2,\"north\":31.3}"

static void set(int64_t id, const char *what, const char *condition_of) {
    char sql[500];
    snprintf(sql, sizeof sql,
             "UPDATE cases SET %s, category = '%s', condition = (SELECT min(id) FROM condition WHERE category "
             "= '%s') "
             "WHERE id = %lld",
             what, condition_of, condition_of, (long long)id);
    testdb_exec(&city_db, sql);
}

static int64_t report(const char *more) {
    char json[300];
    snprintf(json, sizeof json, "{\"text\":\"canary-2718\",\"lon\":121.47,\"lat\":31.225%s}", more);
    assert_ok(call("case.report", &nobody, json));
    return strtoll(testdb_ask(&city_db, "SELECT max(id) FROM cases"), NULL, 10);
}

static const char *field(const char *name, char ret[40]) {
    char key[40];
    snprintf(key, sizeof key, "\"%s\":", name);
    const char *p = strstr(answer, key);
    assert_non_null(p);
    sscanf(p + strlen(key), "%39[^,}]", ret);
    return ret;
}

/* Every sub-category that the catalogue opens, in every state. */
static void test_every_category_and_state(void **state) {
    char got[40], more[30];
    int64_t id = report("");
    (void)state;
    for (size_t i = 0; i < COUNT(categories) - 3; i++)
        for (size_t s = 0; s < case_state_choices.n; s++) {
            int at = case_state_choices.list[s].number;
            snprintf(more, sizeof more, "state = %d", at);
            set(id, more, categories[i].category);
            assert_ok(call("case.public_list", &nobody, HERE));
            if (!is_open(at) || categories[i].usual == PUBLIC_NO) {
                assert_string_equal(answer, "{\"items\":[]}");
                continue;
            }
            const char *open_to =
                testdb_ask(&city_db, "SELECT d.open_to FROM cases c JOIN condition d ON d.id = c.condition");
            assert_string_equal(field("open_to", got), *open_to == '3' ? "\"point\"" : "\"area\"");
            assert_null(strstr(answer, "canary"));
            assert_null(strstr(answer, "masked"));
            bool at_point = strcmp(field("lon", got), "121.47") == 0;
            assert_int_equal(at_point, *open_to == '3');
        }
    testdb_exec(&city_db, "DELETE FROM cases");
}

/* Whoever narrows the ground around the spot does not find it. */
static void test_area_only_is_found_at_the_label(void **state) {
    char got[40], json[200];
    int64_t id = report("");
    (void)state;
    set(id, "state = 6", "205");
    assert_ok(call("case.public_list", &nobody,
                   "{\"west\":121.4699,\"east\":121.4701,\"south\":31.2249,\"north\":31.2251}"));
    assert_string_equal(answer, "{\"items\":[]}");
    assert_ok(call("case.public_list", &nobody, HERE));
    double lon = strtod(field("lon", got), NULL), lat = strtod(field("lat", got), NULL);
    snprintf(json, sizeof json, "{\"west\":%.5f,\"east\":%.5f,\"south\":%.5f,\"north\":%.5f}", lon - 1e-4,
             lon + 1e-4, lat - 1e-4, lat + 1e-4);
    assert_ok(call("case.public_list", &nobody, json));
    assert_non_null(strstr(answer, "\"open_to\":\"area\""));
    testdb_exec(&city_db, "DELETE FROM cases");
}

/* What names somebody, or is at a building, or was masked by hand, is shown no nearer
 * than its grid. */
static void test_who_is_named_is_not_pointed_at(void **state) {
    Actor dispatcher = actor_as(ROLE_DISPATCHER, 0, 11);
    char json[200];
    int64_t id = report(",\"spot\":\"12号楼501室\"");
    (void)state;
    set(id, "state = 3", "201");
    assert_ok(call("case.public_list", &nobody, HERE));
    assert_non_null(strstr(answer, "\"open_to\":\"area\""));
    assert_null(strstr(answer, "121.47,"));
    testdb_exec(&city_db, "DELETE FROM cases");
    id = report("");
    set(id, "state = 2", "201");
    assert_ok(call("case.public_list", &nobody, HERE));
    assert_non_null(strstr(answer, "\"open_to\":\"point\""));
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"revision\":1,\"from\":0,\"to\":6}", (long long)id);
    assert_ok(call("case.mask", &dispatcher, json));
    assert_ok(call("case.public_list", &nobody, HERE));
    assert_non_null(strstr(answer, "\"open_to\":\"area\""));
    testdb_exec(&city_db, "UPDATE cases SET masked = FALSE, place = (SELECT min(id) FROM place)");
    assert_ok(call("case.public_list", &nobody, HERE));
    assert_non_null(strstr(answer, "\"open_to\":\"area\""));
    testdb_exec(&city_db, "DELETE FROM cases");
}

/* A catalogue changed behind our back opens nothing of what is never opened. */
static void test_never_is_never(void **state) {
    int64_t id = report("");
    (void)state;
    testdb_exec(&city_db, "UPDATE condition SET open_to = 3 WHERE category = '305'");
    set(id, "state = 6", "305");
    assert_ok(call("case.public_list", &nobody, HERE));
    assert_string_equal(answer, "{\"items\":[]}");
    testdb_exec(&city_db, "UPDATE condition SET open_to = 1 WHERE category = '305'");
    testdb_exec(&city_db, "DELETE FROM cases");
}

static void test_ground_and_caps(void **state) {
    int64_t id = 0;
    (void)state;
    assert_int_equal(
        call("case.public_list", &nobody, "{\"west\":121,\"east\":122,\"south\":31.2,\"north\":31.3}"),
        ERR_INVALID);
    assert_string_equal(fa.key, "ground_too_large");
    assert_int_equal(
        call("case.public_list", &nobody, "{\"west\":121.5,\"east\":121.4,\"south\":31.2,\"north\":31.3}"),
        ERR_INVALID);
    assert_string_equal(fa.key, "ground_reversed");
    assert_int_equal(call("case.public_list", &nobody, "{\"west\":121.4}"), ERR_INVALID);
    for (int i = 0; i < 3; i++) {
        id = report("");
        set(id, "state = 6", i == 2 ? "205" : "201");
    }
    assert_ok(call("case.public_list", &nobody,
                   "{\"west\":121.4,\"east\":121.5,\"south\":31.2,\"north\":31.3,\"limit\":1}"));
    assert_null(strstr(answer, "},{"));
    assert_ok(call("case.public_list", &nobody, HERE));
    assert_non_null(strstr(answer, "\"open_to\":\"area\""));
    assert_non_null(strstr(strstr(answer, "\"open_to\":\"point\"") + 10, "\"open_to\":\"point\""));
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decision),
        cmocka_unit_test(test_every_category_and_state),
        cmocka_unit_test(test_area_only_is_found_at_the_label),
        cmocka_unit_test(test_who_is_named_is_not_pointed_at),
        cmocka_unit_test(test_never_is_never),
        cmocka_unit_test(test_ground_and_caps),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "public on SQLite" : "public on PostgreSQL", tests, set_up,
                                       tear_down);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
