/* setting_test – the settings of the city: their usual values, who may change them,
 * what is refused, and that every change is kept with who made it. */
#include "city.h"

static Dialect dialect;

static int set_up(void **state) {
    (void)state;
    clock_stop(1796086800000); /* 2026-12-01 09:00 */
    city_open(dialect, false);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    clock_stop(0);
    return 0;
}

static void test_usual(void **state) {
    Actor nobody;
    (void)state;
    actor_public(&nobody);
    assert_ok(call("city.get", &nobody, ""));
    assert_string_equal(answer, "{\"danger_calls\":\"110 警察 Police\\n119 消防 Fire\\n120 急救 "
                                "Ambulance\",\"soon_minutes\":120,\"settle_photos\":\"all\"}");
}

static void test_change(void **state) {
    Actor nobody, admin = actor_as(ROLE_SYSTEM_ADMIN, 0, 77), audit = actor_as(ROLE_AUDIT_ADMIN, 0, 78);
    (void)state;
    actor_public(&nobody);
    assert_ok(call("setting.put", &admin, "{\"name\":\"city_zh\",\"value\":\"云桥街道\"}"));
    assert_string_equal(
        answer, "{\"name\":\"city_zh\",\"zh\":\"城市名称（中文）\",\"en\":\"Name of the city (Chinese)\","
                "\"value\":\"云桥街道\",\"usual\":false,\"by_program\":false,\"about_zh\":"
                "\"每一页上方的名称。\",\"about_en\":\"The name on top of every page.\",\"standard\":\"\","
                "\"lines\":false,\"changed\":1796086800000,\"changed_day\":\"2026-12-01\"}");
    assert_ok(call("setting.put", &admin, "{\"name\":\"city_zh\",\"value\":\"云桥街道\"}")); /* no change */
    assert_ok(call("setting.put", &admin, "{\"name\":\"danger_calls\",\"value\":\"962777 燃气 Gas line\"}"));
    assert_ok(call("setting.put", &admin, "{\"name\":\"city_zh\",\"value\":\"云浦街道\"}"));
    assert_ok(call("setting.put", &admin, "{\"name\":\"soon_minutes\",\"value\":\"45\"}"));
    assert_ok(call("city.get", &nobody, ""));
    assert_string_equal(answer, "{\"city_zh\":\"云浦街道\",\"danger_calls\":\"962777 燃气 Gas "
                                "line\",\"soon_minutes\":45,\"settle_photos\":\"all\"}");
    assert_ok(call("setting.put", &admin, "{\"name\":\"city_zh\",\"value\":\"\"}")); /* the usual one again */
    assert_non_null(strstr(answer, "\"value\":\"\",\"usual\":true"));

    assert_ok(call("setting.history", &audit, "{\"name\":\"city_zh\"}"));
    const char *last = strstr(answer, "\"before\":\"云浦街道\",\"account\":\"77\",\"role\":\"system_admin\"");
    const char *then = strstr(answer, "\"before\":\"云桥街道\",\"after\":\"云浦街道\",\"account\":\"77\"");
    const char *first = strstr(answer, "\"name\":\"city_zh\",\"after\":\"云桥街道\",\"account\":\"77\"");
    assert_true(last && then && first && last < then && then < first);
    assert_null(strstr(first + 1, "\"name\""));
}

static void test_refused(void **state) {
    static const struct {
        const char *json, *key, *field;
        Err err;
    } wrong[] = {
        { "{\"name\":\"colour\",\"value\":\"red\"}", "setting_unknown", "name", ERR_INVALID },
        { "{\"name\":\"zone\",\"value\":\"UTC\"}", "setting_by_program", "name", ERR_FORBIDDEN },
        { "{\"name\":\"calendar_until\",\"value\":\"2030-12-31\"}", "setting_by_program", "name",
          ERR_FORBIDDEN },
        { "{\"name\":\"danger_calls\",\"value\":\"call me\"}", "danger_calls_form", "value", ERR_INVALID },
        { "{\"name\":\"danger_calls\",\"value\":\"110 警察 Police\\n119 消防\"}", "danger_calls_form", "value",
          ERR_INVALID },
        { "{\"name\":\"city_en\",\"value\":\"0123456789012345678901234567890123456789012345678901234567890\"}",
          "setting_long", "value", ERR_INVALID },
        { "{\"name\":\"soon_minutes\",\"value\":\"0\"}", "minutes_form", "value", ERR_INVALID },
        { "{\"name\":\"soon_minutes\",\"value\":\"2h\"}", "minutes_form", "value", ERR_INVALID },
        { "{\"name\":\"soon_minutes\",\"value\":\"4294967416\"}", "minutes_form", "value", ERR_INVALID },
        { "{\"name\":\"city_en\"}", "field_missing", "value", ERR_INVALID },
    };
    static const Role others[] = { ROLE_DISPATCHER, ROLE_LEADER, ROLE_SECURITY_ADMIN, ROLE_AUDIT_ADMIN };
    static char before[16384];
    Actor admin = actor_as(ROLE_SYSTEM_ADMIN, 0, 77);
    (void)state;
    assert_ok(call("setting.list", &admin, ""));
    snprintf(before, sizeof before, "%.16000s", answer);
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_int_equal(call("setting.put", &admin, wrong[i].json), wrong[i].err);
        assert_string_equal(fa.key, wrong[i].key);
        assert_string_equal(fa.field, wrong[i].field);
        assert_true(*fa.zh && *fa.en);
    }
    for (size_t i = 0; i < COUNT(others); i++) {
        Actor other = actor_as(others[i], 0, 5);
        assert_int_equal(call("setting.put", &other, "{\"name\":\"city_zh\",\"value\":\"x\"}"), ERR_FORBIDDEN);
        assert_int_equal(call("setting.list", &other, ""), ERR_FORBIDDEN);
    }
    assert_ok(call("setting.list", &admin, ""));
    assert_string_equal(answer, before);
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = { cmocka_unit_test(test_usual), cmocka_unit_test(test_change),
                                               cmocka_unit_test(test_refused) };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "settings on SQLite" : "settings on PostgreSQL", tests,
                                       set_up, tear_down);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
