/* port_cases_map – a whole mapping is read as it is written, and each member that is
 * wrong is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "cases_map.h"

#include <stdio.h>
#include <string.h>

static Fault fa;
static Arena a;

static Err read_map(const char *json, CasesMap **ret) {
    a.used = 0;
    return cases_map_read(str(json), &a, ret, &fa);
}

#define LEAST "\"external_no\":\"no\",\"text\":\"what\",\"reported\":\"when\",\"zone\":\"Asia/Shanghai\""

static void test_whole(void **state) {
    CasesMap *m;
    (void)state;
    assert_int_equal(
        read_map(
            "{" LEAST ",\"crs\":\"gcj02\",\"placeholders\":[[-77,39],[0.5,1]],\"date\":\"%Y-%m-%d\","
            "\"status\":{\"column\":\"s\",\"missing\":\"empty\",\"values\":{\"b\":\"closed\",\"a\":"
            "\"accepted\","
            "\"c\":\"rejected\"}},\"unit\":{\"column\":\"u\",\"missing\":\"make\",\"make\":{\"area\":\"X\","
            "\"kind\":\"property_management\"}},\"condition\":{\"column\":\"c\",\"missing\":\"make\",\"make\":"
            "{\"category\":\"9\",\"finish_limit\":4,\"finish_clock\":\"work_hour\",\"open_to\":\"area\"}}}",
            &m),
        OK);
    assert_int_equal(m->datum, DATUM_GCJ02);
    assert_int_equal(m->n_placeholders, 2);
    assert_int_equal(m->placeholders[0].lon, -770000000);
    assert_int_equal(m->status.missing, MISSING_EMPTY);
    assert_string_equal(map_word(&m->status, str("a")).p, "accepted");
    assert_string_equal(map_word(&m->status, str("c")).p, "rejected");
    assert_string_equal(map_word(&m->status, str("d")).p, "d");
    assert_int_equal(m->unit.missing, MISSING_MAKE);
    assert_int_equal(m->made_unit_kind, ORG_PROPERTY);
    assert_int_equal(m->made_condition.finish_limit, 4);
    assert_int_equal(m->made_condition.finish_clock, CLOCK_WORK_HOUR);
    assert_int_equal(m->made_condition.open_to, PUBLIC_AREA);
    cases_map_end(m);
}

static void test_least(void **state) {
    CasesMap *m;
    (void)state;
    assert_int_equal(read_map("{" LEAST "}", &m), OK);
    assert_string_equal(m->date.p, "iso");
    assert_int_equal(m->datum, DATUM_WGS84);
    assert_int_equal(m->n_texts, 1);
    cases_map_end(m);
}

static void test_wrong(void **state) {
    static const struct {
        const char *json, *key, *field;
    } wrong[] = {
        { "", "map_json", "" },
        { "{", "map_json", "" },
        { "[]", "map_object", "" },
        { "{\"zone\":\"UTC\",\"zone\":\"UTC\"}", "map_json", "" },
        { "{" LEAST ",\"surprise\":1}", "map_unknown", "" },
        { "{\"text\":\"what\",\"reported\":\"when\",\"zone\":\"UTC\"}", "map_member", "external_no" },
        { "{\"external_no\":\"no\",\"reported\":\"when\",\"zone\":\"UTC\"}", "map_member", "text" },
        { "{\"external_no\":\"no\",\"text\":\"what\",\"zone\":\"UTC\"}", "map_member", "reported" },
        { "{\"external_no\":\"no\",\"text\":\"what\",\"reported\":\"when\"}", "map_member", "zone" },
        { "{\"external_no\":\"no\",\"text\":\"what\",\"reported\":\"when\",\"zone\":\"Moon/Crater\"}",
          "zone_missing", "zone" },
        { "{\"external_no\":5}", "map_member", "external_no" },
        { "{\"external_no\":\"\"}", "map_member", "external_no" },
        { "{\"external_no\":\"a\\u0000b\"}", "map_json", NULL },
        { "{\"text\":[]}", "map_member", "text" },
        { "{\"text\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]}", "map_member", "text" },
        { "{\"text\":[7]}", "map_member", "text" },
        { "{" LEAST ",\"lon\":\"x\"}", "map_member", "lat" },
        { "{" LEAST ",\"lat\":\"x\"}", "map_member", "lon" },
        { "{\"crs\":\"epsg:2248\"}", "map_member", "crs" },
        { "{\"placeholders\":[-77,39]}", "map_member", "placeholders" },
        { "{\"placeholders\":[[-77,91]]}", "map_member", "placeholders" },
        { "{\"placeholders\":[[1e300,1]]}", "map_member", "placeholders" },
        { "{" LEAST ",\"date\":\"%Q\"}", "date_format", "date" },
        { "{\"status\":\"s\"}", "map_member", "status" },
        { "{\"status\":{\"column\":\"s\",\"values\":{\"x\":\"handled\"}}}", "map_member", "status" },
        { "{\"status\":{\"values\":{\"x\":\"closed\"}}}", "map_member", "status" },
        { "{\"status\":{\"column\":\"s\",\"missing\":\"make\"}}", "map_member", "status" },
        { "{\"unit\":{\"column\":\"s\",\"values\":[]}}", "map_member", "unit" },
        { "{\"unit\":{\"column\":\"s\",\"values\":{\"\":\"x\"}}}", "map_member", "unit" },
        { "{\"unit\":{\"column\":\"s\",\"values\":{\"x\":1}}}", "map_member", "unit" },
        { "{\"unit\":{\"column\":\"s\",\"missing\":\"guess\"}}", "map_member", "unit" },
        { "{\"unit\":{\"column\":\"s\",\"make\":{\"kind\":\"wizard\"}}}", "map_member", "unit" },
        { "{\"unit\":{\"column\":\"s\",\"make\":3}}", "map_member", "unit" },
        { "{" LEAST ",\"unit\":{\"column\":\"s\",\"missing\":\"make\"}}", "map_member", "unit" },
        { "{\"condition\":{\"column\":\"s\",\"make\":{\"finish_limit\":0}}}", "map_member", "condition" },
        { "{\"condition\":{\"column\":\"s\",\"make\":{\"finish_clock\":\"moon\"}}}", "map_member",
          "condition" },
        { "{" LEAST ",\"condition\":{\"column\":\"s\",\"missing\":\"make\"}}", "map_member", "condition" },
        { "{\"condition\":{\"column\":\"s\",\"odd\":1}}", "map_member", "condition" },
        { "{\"category\":5}", "map_member", "category" },
    };
    CasesMap *m = NULL;
    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        if (read_map(wrong[i].json, &m) == OK)
            fail_msg("%s is taken", wrong[i].json);
        if (strcmp(fa.key, wrong[i].key) != 0 || (wrong[i].field && strcmp(fa.field, wrong[i].field) != 0))
            fail_msg("%s: %s %s", wrong[i].json, fa.key, fa.field);
        assert_true(*fa.zh && *fa.en);
        assert_null(m);
    }
}

static void test_without_room(void **state) {
    Arena small;
    CasesMap *m = NULL;
    (void)state;
    assert_int_equal(arena_begin(&small, sizeof(CasesMap) + 32, &fa), OK);
    assert_int_equal(cases_map_read(str("{" LEAST "}"), &small, &m, &fa), ERR_LIMIT);
    assert_null(m);
    arena_end(&small);
}

static int set_up(void **state) {
    (void)state;
    record_begin();
    return arena_begin(&a, 1 << 20, &fa) != OK;
}
static int tear_down(void **state) {
    (void)state;
    arena_end(&a);
    return 0;
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_least),
        cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_without_room),
    };
    return cmocka_run_group_tests_name("mapping of cases", tests, set_up, tear_down);
}
