/* category_test – which category a report's words are most like: before a server has learnt,
 * from the catalogue, and from what was closed. */
#include "city.h"

#include "proposal.h"

static Dialect dialect;
static Actor nobody;

static int set_up(void **state) {
    (void)state;
    city_open(dialect, true);
    actor_public(&nobody);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    return 0;
}

static int64_t number(const char *sql) { return strtoll(testdb_ask(&city_db, sql), NULL, 10); }

static void learn(int64_t texts) {
    int64_t n = -1;
    assert_ok(proposal_learn(city, NULL, &n, &fa));
    assert_int_equal(n, texts);
}

static void proposed(const char *text, const char *category) {
    char json[400], wanted[80];
    snprintf(json, sizeof json, "{\"text\":\"%s\"}", text);
    assert_ok(call("report.category", &nobody, json));
    snprintf(wanted, sizeof wanted, "{\"items\":[{\"category\":\"%s\"", category);
    if (strncmp(answer, wanted, strlen(wanted)) != 0)
        fail_msg("%s gives %s", text, answer);
}

/* A city without a closed case proposes from its catalogue; then from what was closed,
 * and from nothing that is about a unit. */
static void test_category_proposed(void **state) {
    int64_t texts = number("SELECT (SELECT count(*) FROM condition WHERE retired = FALSE) +"
                           " (SELECT count(*) FROM cases WHERE state = 10 AND category IS NOT NULL)");
    (void)state;
    assert_ok(call("report.category", &nobody, "{\"text\":\"井盖\"}"));
    assert_string_equal(answer, "{\"items\":[]}"); /* it has not learnt yet */
    learn(texts);
    proposed("路口的井盖缺失", "206");
    assert_non_null(strstr(answer, "井盖"));
    assert_ok(call("report.category", &nobody, "{\"text\":\"。\"}"));
    assert_string_equal(answer, "{\"items\":[]}");
    assert_ok(call("report.category", &nobody, "{}"));
    assert_string_equal(answer, "{\"items\":[]}");

    for (int i = 0; i < 3; i++) {
        assert_ok(call("case.report", &nobody, "{\"text\":\"蓝色铁皮棚子挡住窗\",\"category\":\"101\"}"));
        int64_t id = number("SELECT max(id) FROM cases");
        char sql[200];
        snprintf(sql, sizeof sql, "UPDATE cases SET state = 10, category = '%s', about = %d WHERE id = %lld",
                 i < 2 ? "101" : "206", i < 2 ? 0 : 1, (long long)id);
        testdb_exec(&city_db, sql);
    }
    learn(texts + 2);
    proposed("蓝色铁皮棚子", "101");
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = { cmocka_unit_test(test_category_proposed) };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "category on SQLite" : "category on PostgreSQL", tests,
                                       set_up, tear_down);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
