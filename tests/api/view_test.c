/* view_test – saved views: kept under a name, everybody's own, and never more than an
 * address can say. */
#include "city.h"

#include "view.h"

#include <stdio.h>

static Dialect dialect;

static int set_up(void **state) {
    (void)state;
    city_open(dialect, false);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    return 0;
}

static void test_kept_by_name(void **state) {
    Actor mine = actor_as(ROLE_DISPATCHER, 0, 71);
    (void)state;
    assert_ok(call("view.save", &mine, "{\"name\":\"超时\",\"query\":\"overdue=1\"}"));
    assert_ok(call("view.save", &mine, "{\"name\":\"今日\",\"query\":\"todo=1&words=%E7%81%AF\"}"));
    assert_ok(
        call("view.save", &mine, "{\"name\":\"超时\",\"query\":\"overdue=1&todo=1\"}")); /* the new filters */
    assert_ok(call("view.list", &mine, ""));
    const char *today = strstr(answer, "\"name\":\"今日\",\"query\":\"todo=1&words=%E7%81%AF\"");
    const char *late = strstr(answer, "\"name\":\"超时\",\"query\":\"overdue=1&todo=1\"");
    assert_true(today && late && today < late);
    assert_null(strstr(late + 1, "\"name\""));
    assert_null(strstr(answer, "\"query\":\"overdue=1\""));
}

static void test_own(void **state) {
    Actor mine = actor_as(ROLE_DISPATCHER, 0, 72), other = actor_as(ROLE_DUTY_LEAD, 0, 73);
    char id[32], ask[64];
    (void)state;
    assert_ok(call("view.save", &mine, "{\"name\":\"临期\",\"query\":\"soon=1\"}"));
    assert_int_equal(sscanf(strstr(answer, "\"id\":\""), "\"id\":\"%30[0-9]", id), 1);
    snprintf(ask, sizeof ask, "{\"id\":\"%s\"}", id);

    assert_ok(call("view.list", &other, ""));
    assert_null(strstr(answer, "soon=1"));
    assert_int_equal(call("view.remove", &other, ask), ERR_NOT_FOUND);
    assert_ok(call("view.list", &mine, ""));
    assert_non_null(strstr(answer, "soon=1"));
    assert_ok(call("view.remove", &mine, ask));
    assert_int_equal(call("view.remove", &mine, ask), ERR_NOT_FOUND);
    assert_ok(call("view.list", &mine, ""));
    assert_null(strstr(answer, "soon=1"));
}

static void test_refused(void **state) {
    static const char *const wrong[] = { "https://x.example/", "a b", "overdue=1#top", "\\\"><b>", "字=1" };
    Actor mine = actor_as(ROLE_DISPATCHER, 0, 74);
    char ask[200];
    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        snprintf(ask, sizeof ask, "{\"name\":\"x\",\"query\":\"%s\"}", wrong[i]);
        assert_int_equal(call("view.save", &mine, ask), ERR_INVALID);
        assert_string_equal(fa.key, "view_query");
        assert_string_equal(fa.field, "query");
    }
    for (int i = 0; i < VIEWS_MAX; i++) {
        snprintf(ask, sizeof ask, "{\"name\":\"v%d\",\"query\":\"todo=1\"}", i);
        assert_ok(call("view.save", &mine, ask));
    }
    assert_int_equal(call("view.save", &mine, "{\"name\":\"one more\",\"query\":\"todo=1\"}"), ERR_LIMIT);
    assert_string_equal(fa.key, "view_many");
    assert_ok(call("view.save", &mine, "{\"name\":\"v7\",\"query\":\"soon=1\"}")); /* takes no room */
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = { cmocka_unit_test(test_kept_by_name), cmocka_unit_test(test_own),
                                               cmocka_unit_test(test_refused) };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "saved views on SQLite" : "saved views on PostgreSQL",
                                       tests, set_up, tear_down);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
