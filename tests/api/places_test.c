/* places_test – places and their words as operations: what a text means, aliases,
 * and a report that says where in words only. */
#include "city.h"

#include "place.h"

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

static int64_t first_place(void) {
    Actor nobody;

    actor_public(&nobody);
    assert_ok(call("place.list", &nobody, "{\"name\":\"织云路 8 弄\",\"limit\":1}"));
    return answered("id");
}

static bool says(const char *what) { return strstr(answer, what) != NULL; }

static void test_words_mean_a_place(void **state) {
    Actor nobody;
    char id[40];

    (void)state;
    actor_public(&nobody);
    snprintf(id, sizeof id, "\"id\":\"%lld\"", (long long)first_place());
    assert_ok(call("place.locate", &nobody, "{\"text\":\"在织云路８弄门口，😀 织云路8弄\"}"));
    assert_true(says("\"verdict\":\"certain\"") && says("\"reason\":\"clear\"") && says(id));
    assert_true(says("\"area_name\":\"织云 01 微网格\"") && says("\"score\":65"));
    /* letters, not bytes: 在 is one, 😀 is one */
    assert_true(
        says("\"words\":[{\"from\":1,\"to\":4,\"word\":\"织云路\"},{\"from\":4,\"to\":6,\"word\":\"８弄\"}"));
    assert_ok(call("place.locate", &nobody, "{\"text\":\"织云路9弄5号502室\"}"));
    assert_true(says("\"verdict\":\"none\"") && says("\"reason\":\"no_number\"") && says("\"places\":[]"));
    assert_true(says("\"rooms\":[{\"from\":7,\"to\":11,\"word\":\"502室\"}]"));
    assert_ok(call("place.locate", &nobody, "{\"text\":\"云桥街道\"}"));
    assert_true(says("\"reason\":\"only_area\""));
    assert_int_equal(call("place.locate", &nobody, "{\"text\":\"\"}"), ERR_INVALID);
    assert_string_equal(fa.field, "text");
}

/* An alias is found from the next question on; nobody but who keeps the ground adds one. */
static void test_alias(void **state) {
    Actor nobody, admin = actor_as(ROLE_SYSTEM_ADMIN, 0, 21), dispatcher = actor_as(ROLE_DISPATCHER, 0, 11);
    char json[200], id[40];
    int64_t place = first_place();

    (void)state;
    actor_public(&nobody);
    assert_ok(call("place.locate", &nobody, "{\"text\":\"望江大厦\"}"));
    assert_true(says("\"reason\":\"no_words\""));
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"name\":\"望江大厦\",\"kind\":\"old\"}", (long long)place);
    assert_int_equal(call("place.alias_add", &nobody, json), ERR_SIGN_IN);
    assert_int_equal(call("place.alias_add", &dispatcher, json), ERR_FORBIDDEN);
    assert_ok(call("place.alias_add", &admin, json));
    assert_int_equal(call("place.alias_add", &admin, json), ERR_CONFLICT);
    assert_string_equal(fa.key, "alias_known");
    assert_ok(call("place.locate", &nobody, "{\"text\":\"望江大厦一楼大厅\"}"));
    snprintf(id, sizeof id, "\"id\":\"%lld\"", (long long)place);
    assert_true(says("\"verdict\":\"certain\"") && says(id));
    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)place);
    assert_ok(call("place.alias_list", &nobody, json));
    assert_true(says("\"name\":\"望江大厦\"") && says("\"kind\":\"old\""));
    assert_int_equal(call("place.alias_add", &admin, "{\"id\":\"1\",\"name\":\"x\"}"), ERR_NOT_FOUND);
}

static int64_t newest_case(void) {
    Actor dispatcher = actor_as(ROLE_DISPATCHER, 0, 11);

    assert_ok(call("case.list", &dispatcher, "{\"limit\":1}"));
    return answered("id");
}

/* One clear hit fills place and grid, and the history says by which words. */
static void test_report_in_words(void **state) {
    Actor resident, dispatcher = actor_as(ROLE_DISPATCHER, 0, 11);
    char json[200], place[60];

    (void)state;
    actor_public(&resident);
    assert_ok(call("case.report", &resident, "{\"text\":\"灯坏了\",\"spot\":\"织云路8弄门口\"}"));
    assert_true(says("\"placed\":\"words\"") && says("\"area_name\":\"织云 01 微网格\""));
    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)newest_case());
    snprintf(place, sizeof place, "\"place\":\"%lld\"", (long long)first_place());
    assert_ok(call("case.get", &dispatcher, json));
    assert_true(says(place) && says("\"spot\":\"织云路8弄门口\""));
    assert_ok(call("case.view", &dispatcher, json));
    assert_true(says("按文字定位 / placed by words: “织云路”“8弄” → 织云路 8 弄"));
    assert_ok(call("case.count", &dispatcher, "{\"placed\":\"words\",\"unplaced\":true}"));
    assert_int_equal(answered("n"), 0); /* it has a grid */
    assert_ok(call("case.count", &dispatcher, "{\"placed\":\"words\"}"));
    assert_int_equal(answered("n"), 1);
}

/* What is not clear is queued as before; the dispatcher sees what may be meant, and chooses. */
static void test_doubtful_words_are_queued(void **state) {
    Actor resident, dispatcher = actor_as(ROLE_DISPATCHER, 0, 11);
    char json[200], more[80];

    (void)state;
    actor_public(&resident);
    assert_ok(call("case.report", &resident, "{\"text\":\"灯坏了\",\"spot\":\"织云路8弄对面\"}"));
    assert_true(says("\"placed\":\"missing\""));
    int64_t id = newest_case();
    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)id);
    assert_ok(call("case.places", &dispatcher, json));
    assert_true(says("\"verdict\":\"ask\"") && says("\"reason\":\"beside\"") &&
                says("\"name\":\"织云路 8 弄\""));
    int64_t place = first_place();
    snprintf(more, sizeof more, ",\"place\":\"%lld\"", (long long)place);
    step(&dispatcher, id, "place", "", ERR_INVALID); /* neither point nor place */
    step(&dispatcher, id, "place", more, OK);
    assert_true(says("\"placed\":\"placed\"") && says("\"area\":"));
    Actor elsewhere;
    actor_in(ROLE_DISPATCHER, str("0zzz"), (OrgId){ 0 }, &elsewhere);
    assert_int_equal(call("case.places", &elsewhere, json), ERR_NOT_FOUND);
}

/* A point, or a chosen place, is not overruled by words. */
static void test_point_before_words(void **state) {
    Actor resident;

    (void)state;
    actor_public(&resident);
    assert_ok(
        call("case.report", &resident, "{\"text\":\"x\",\"spot\":\"织云路8弄\",\"lon\":10.5,\"lat\":50.25}"));
    assert_true(says("\"placed\":\"outside\""));
}

static void test_kinds(void **state) {
    Actor nobody;

    (void)state;
    actor_public(&nobody);
    assert_ok(call("place.list", &nobody, "{\"kind\":\"park\"}"));
    assert_string_equal(answer, "{\"items\":[]}");
    assert_ok(call("place.list", &nobody, "{\"kind\":\"building\",\"limit\":1}"));
    assert_true(says("\"kind\":\"building\"") && !says("population"));
}

static int64_t area_coded(const char *code) {
    Actor admin = actor_as(ROLE_SYSTEM_ADMIN, 0, 21);
    char json[80];

    snprintf(json, sizeof json, "{\"code\":\"%s\"}", code);
    assert_ok(call("area.list", &admin, json));
    return answered("id");
}

/* When a grid joins its neighbour its places do, and words lead there. */
static void test_places_follow_a_merge(void **state) {
    Actor nobody, admin = actor_as(ROLE_SYSTEM_ADMIN, 0, 21);
    int64_t from = area_coded("990101001001"), into = area_coded("990101001002");
    char json[200], area[60], today[16];

    (void)state;
    actor_public(&nobody);
    day_print(day_of_ms(clock_now_ms()), today);
    assert_ok(call("place.locate", &nobody, "{\"text\":\"织云路8弄\"}"));
    assert_true(says("织云 01 微网格"));
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"into\":\"%lld\",\"day\":\"%s\"}", (long long)from,
             (long long)into, today);
    assert_ok(call("area.merge", &admin, json));
    assert_ok(call("place.locate", &nobody, "{\"text\":\"织云路8弄\"}"));
    snprintf(area, sizeof area, "\"area\":\"%lld\"", (long long)into);
    assert_true(says("织云 02 微网格") && says(area) && says("\"verdict\":\"certain\""));
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_mean_a_place),    cmocka_unit_test(test_alias),
        cmocka_unit_test(test_report_in_words),       cmocka_unit_test(test_doubtful_words_are_queued),
        cmocka_unit_test(test_point_before_words),    cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_places_follow_a_merge),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "places on SQLite" : "places on PostgreSQL", tests, set_up,
                                       tear_down);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
