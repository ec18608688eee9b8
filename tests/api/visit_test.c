/* visit_test – rounds of visits count households and name none; what a door asks is
 * respected until it says otherwise; doors are sealed, shown while their round runs and
 * forgotten after 180 days, the counts stay; what is raised is a case without retyping. */
#include "city.h"

#include "retention.h"

static Dialect dialect;
static const int64_t begun = 1796086800000; /* 2026-12-01 09:00 */
#define DAYS(n) ((n)*24LL * 3600 * 1000)

static Actor worker, colleague, secretary, leader, handler, elsewhere, nobody;
static int64_t area, other, building, beside, households;

static int64_t number(const char *sql) { return strtoll(testdb_ask(&city_db, sql), NULL, 10); }

static Actor at(Role role, const char *path, int64_t account) {
    Actor a;
    actor_in(role, str(path), (OrgId){ 0 }, &a);
    a.account.v = a.scope.self = account;
    return a;
}

static int set_up(void **state) {
    (void)state;
    clock_stop(begun);
    city_open(dialect, true);
    actor_public(&nobody);
    area = number("SELECT id FROM area WHERE path = '0000000000000'");
    other = number("SELECT id FROM area WHERE path = '0000000000001'");
    building = number("SELECT min(id) FROM place WHERE path = '0000000000000'");
    beside = number("SELECT min(id) FROM place WHERE path = '0000000000001'");
    testdb_exec(&city_db, "UPDATE place SET households = 75 WHERE path = '0000000000000'");
    households = 75;
    worker = at(ROLE_GRID_WORKER, "0000000000", 21);
    colleague = at(ROLE_COMMUNITY_WORKER, "0000000000", 22);
    secretary = at(ROLE_SECRETARY, "0000000000", 23);
    leader = at(ROLE_LEADER, "0000", 24);
    handler = actor_as(ROLE_HANDLER, number("SELECT id FROM org WHERE code = 'U2'"), 25);
    elsewhere = at(ROLE_GRID_WORKER, "0000000001", 26);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    clock_stop(0);
    return 0;
}

static int forget(void **state) {
    static const char *const tables[] = { "visit_round", "visit_stop",    "visit",
                                          "no_visit",    "stool_session", "matter" };
    char sql[60];
    (void)state;
    for (size_t i = 0; i < COUNT(tables); i++) {
        snprintf(sql, sizeof sql, "DELETE FROM %s", tables[i]);
        testdb_exec(&city_db, sql);
    }
    clock_stop(begun);
    return 0;
}

static Err refused(Err e, const char *key, const char *field) {
    if (e == OK)
        fail_msg("it was taken, where %s was to be said", key);
    assert_string_equal(fa.key, key);
    assert_string_equal(fa.field, field);
    assert_true(fa.zh[0] && fa.en[0]);
    return e;
}

static Err plan(const Actor *by, int64_t in, const char *since, const char *until) {
    char json[200];
    snprintf(json, sizeof json, "{\"area\":\"%lld\",\"name\":\"冬季走访\",\"since\":\"%s\",\"until\":\"%s\"}",
             (long long)in, since, until);
    return call("visit_round.plan", by, json);
}

static int64_t planned(void) {
    assert_ok(plan(&secretary, area, "2026-12-01", "2026-12-31"));
    return answered("id");
}

static Err knock(const Actor *by, int64_t round, const char *outcome, const char *more) {
    char json[300];
    snprintf(json, sizeof json, "{\"round\":\"%lld\",\"place\":\"%lld\",\"outcome\":\"%s\"%s}",
             (long long)round, (long long)building, outcome, more);
    return call("visit.put", by, json);
}

/* Of the first round in the list: met, not home, refused, due. */
static void counts(int64_t met, int64_t not_home, int64_t refused_n, int64_t due) {
    assert_ok(call("visit_round.list", &leader, "{}"));
    assert_int_equal(answered("met"), met);
    assert_int_equal(answered("not_home"), not_home);
    assert_int_equal(answered("refused"), refused_n);
    assert_int_equal(answered("due"), due);
}

static Err of_round(const char *op, const Actor *by, int64_t round) {
    char json[60];
    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)round);
    return call(op, by, json);
}

/* ---- planning ---- */

static void test_round(void **state) {
    (void)state;
    int64_t round = planned();
    counts(0, 0, 0, households);
    assert_int_equal(answered("buildings"), 1);
    assert_int_equal(answered("households"), households);
    assert_non_null(strstr(answer, "\"coverage\":\"0.00 %\""));
    assert_non_null(strstr(answer, "\"running\":true"));
    assert_ok(of_round("visit_stop.list", &worker, round));
    assert_int_equal(answered("place"), building);
    assert_int_equal(answered("due"), households);

    refused(plan(&secretary, area, "2026-12-31", "2027-01-05"), "visit_round_twice", "since");
    refused(plan(&secretary, area, "2027-01-02", "2027-01-01"), "dates_reversed", "until");
    refused(plan(&secretary, area, "2027-01-01", "2027-04-03"), "visit_round_long", "until");
    assert_int_equal(refused(plan(&elsewhere, area, "2027-01-01", "2027-01-02"), "area_unknown", "area"),
                     ERR_NOT_FOUND);
    assert_int_equal(plan(&leader, area, "2027-01-01", "2027-01-02"), ERR_FORBIDDEN); /* reads the numbers */
    assert_int_equal(plan(&handler, area, "2027-01-01", "2027-01-02"), ERR_FORBIDDEN);
    assert_int_equal(of_round("visit_round.end", &elsewhere, round), ERR_NOT_FOUND);
    assert_ok(of_round("visit_round.end", &secretary, round));
    clock_stop(begun + DAYS(1));
    assert_ok(plan(&secretary, area, "2027-01-01", "2027-01-31"));
    int64_t later = answered("id");
    refused(knock(&worker, later, "met", ""), "visit_round_early", "round");
    assert_ok(of_round("visit_round.end", &secretary, later)); /* one that never began is gone from the list */
    assert_ok(plan(&secretary, area, "2027-01-01", "2027-01-31"));
    assert_int_equal(number("SELECT count(*) FROM visit_round WHERE until >= since"), 2);
}

static void test_nothing_to_visit(void **state) {
    (void)state;
    testdb_exec(&city_db, "UPDATE place SET kind = 7, households = NULL WHERE path = '0000000000001'");
    refused(plan(&secretary, other, "2026-12-01", "2026-12-31"), "visit_no_buildings", "area");
    testdb_exec(&city_db, "UPDATE place SET kind = 1 WHERE path = '0000000000001'");
    assert_ok(plan(&secretary, other, "2026-12-01", "2026-12-31"));
    assert_ok(call("visit_round.list", &leader, "{}")); /* its households are not known, and it says so */
    assert_int_equal(answered("unknown"), 1);
    assert_non_null(strstr(answer, "\"coverage\":\"n/a\""));
    assert_int_equal(number("SELECT count(*) FROM visit_round"), 1);
}

/* ---- knocks ---- */

static void test_a_household_counts_once(void **state) {
    (void)state;
    int64_t round = planned();
    assert_ok(knock(&worker, round, "not_home", ",\"door\":\"501\""));
    counts(0, 1, 0, households);
    assert_ok(knock(&colleague, round, "met", ",\"door\":\" ５０１室\",\"note\":\"想学用智能手机\""));
    counts(1, 0, 0, households - 1);
    assert_int_equal(number("SELECT tries FROM visit"), 2);
    assert_ok(knock(&worker, round, "met", ",\"door\":\"501a\""));
    assert_ok(knock(&worker, round, "met", ",\"door\":\"501A\""));
    counts(2, 0, 0, households - 2);
    assert_ok(knock(&worker, round, "met", "")); /* without a door: counted, and nothing of it is kept */
    counts(3, 0, 0, households - 3);
    assert_int_equal(number("SELECT count(*) FROM visit"), 2);
    assert_non_null(strstr(answer, "\"coverage\":\"4.00 %\""));
    refused(knock(&worker, round, "met", ",\"note\":\"x\""), "visit_which_door", "door");
    char json[200];
    snprintf(json, sizeof json, "{\"round\":\"%lld\",\"place\":\"%lld\",\"outcome\":\"met\"}", (long long)round,
             (long long)beside);
    refused(call("visit.put", &worker, json), "visit_not_planned", "place");
    assert_int_equal(knock(&elsewhere, round, "met", ""), ERR_NOT_FOUND);
}

/* More doors than are read at once: the first and the last are found again. */
static void test_a_tower(void **state) {
    char more[40];
    (void)state;
    int64_t round = planned();
    for (int i = 1; i <= 120; i++) {
        snprintf(more, sizeof more, ",\"door\":\"%d\"", 100 + i);
        assert_ok(knock(&worker, round, i <= 60 ? "not_home" : "refused", more));
    }
    assert_ok(knock(&worker, round, "met", ",\"door\":\"101\""));
    refused(knock(&worker, round, "met", ",\"door\":\"220\""), "visit_door_refuses", "welcome");
    assert_ok(knock(&worker, round, "met", ",\"door\":\"220\",\"welcome\":true"));
    counts(2, 59, 59, households - 2 - 59);
    assert_ok(of_round("visit.list", &worker, round));
    assert_int_equal(number("SELECT count(*) FROM visit"), 120);
}

static void test_a_repeat_is_the_same_knock(void **state) {
    (void)state;
    char json[200];
    int64_t round = planned();
    snprintf(json, sizeof json, "{\"round\":\"%lld\",\"place\":\"%lld\",\"outcome\":\"met\"}", (long long)round,
             (long long)building);
    assert_ok(call_keyed("visit.put", &worker, json, dialect == SQLITE ? "knock-key-1" : "knock-key-2"));
    assert_ok(call_keyed("visit.put", &worker, json, dialect == SQLITE ? "knock-key-1" : "knock-key-2"));
    counts(1, 0, 0, households - 1);
}

/* ---- respected ---- */

static void test_respected(void **state) {
    char json[200];
    (void)state;
    int64_t round = planned();
    refused(knock(&worker, round, "refused", ""), "visit_which_door", "door");
    assert_ok(knock(&worker, round, "refused", ",\"door\":\"302\""));
    counts(0, 0, 1, households - 1);
    assert_int_equal(
        refused(knock(&colleague, round, "met", ",\"door\":\"302室\""), "visit_door_refuses", "welcome"),
        ERR_INVALID);
    refused(knock(&colleague, round, "not_home", ",\"door\":\"302\""), "visit_door_refuses", "welcome");
    counts(0, 0, 1, households - 1);

    /* in the next round, too: it is not due, and nobody is to knock */
    assert_ok(of_round("visit_round.end", &secretary, round));
    clock_stop(begun + DAYS(60));
    assert_ok(plan(&secretary, area, "2027-01-30", "2027-02-10"));
    int64_t next = answered("id");
    assert_ok(of_round("visit_stop.list", &worker, next));
    assert_int_equal(answered("refusing"), 1);
    assert_int_equal(answered("due"), households - 1);
    refused(knock(&worker, next, "met", ",\"door\":\"302\""), "visit_door_refuses", "welcome");
    snprintf(json, sizeof json, "{\"within\":\"%lld\"}", (long long)area);
    assert_ok(call("no_visit.list", &colleague, json));
    assert_non_null(strstr(answer, "\"door\":\"302\""));

    /* until it says otherwise */
    assert_ok(knock(&worker, next, "met", ",\"door\":\"302\",\"welcome\":true"));
    assert_ok(of_round("visit_stop.list", &worker, next));
    assert_int_equal(answered("refusing"), 0);
    assert_ok(knock(&worker, next, "met", ",\"door\":\"302\""));
    assert_int_equal(number("SELECT count(*) FROM no_visit"), 0);
}

static void test_said_by_telephone(void **state) {
    char json[200];
    (void)state;
    int64_t round = planned();
    snprintf(json, sizeof json, "{\"place\":\"%lld\",\"door\":\"101\"}", (long long)building);
    assert_int_equal(call("no_visit.add", &elsewhere, json), ERR_NOT_FOUND);
    assert_ok(call("no_visit.add", &secretary, json));
    int64_t wish = answered("id");
    assert_ok(call("no_visit.add", &secretary, json)); /* said twice is said */
    assert_int_equal(answered("id"), wish);
    counts(0, 0, 0, households - 1);
    refused(knock(&worker, round, "met", ",\"door\":\"101\""), "visit_door_refuses", "welcome");
    assert_int_equal(of_round("no_visit.end", &elsewhere, wish), ERR_NOT_FOUND);
    assert_ok(of_round("no_visit.end", &secretary, wish));
    assert_int_equal(of_round("no_visit.end", &secretary, wish), ERR_NOT_FOUND);
    assert_ok(knock(&worker, round, "met", ",\"door\":\"101\""));
}

/* ---- who sees what ---- */

static void test_doors_are_kept_apart(void **state) {
    (void)state;
    int64_t round = planned();
    assert_ok(knock(&worker, round, "met", ",\"door\":\"CANARY7\",\"note\":\"CANARY-note\""));
    assert_ok(knock(&worker, round, "refused", ",\"door\":\"CANARY8\""));
    assert_int_equal(number(dialect == SQLITE
                                ? "SELECT count(*) FROM visit WHERE instr(door, CAST('CANARY' AS BLOB)) > 0"
                                : "SELECT count(*) FROM visit WHERE position('CANARY'::bytea IN door) > 0"),
                     0);
    assert_int_equal(number(dialect == SQLITE
                                ? "SELECT count(*) FROM no_visit WHERE instr(door, CAST('CANARY' AS BLOB)) > 0"
                                : "SELECT count(*) FROM no_visit WHERE position('CANARY'::bytea IN door) > 0"),
                     0);
    assert_ok(of_round("visit.list", &colleague, round));
    assert_non_null(strstr(answer, "\"door\":\"CANARY7\""));
    assert_non_null(strstr(answer, "\"note\":\"CANARY-note\""));
    assert_ok(of_round("visit_stop.list", &colleague, round));
    assert_null(strstr(answer, "CANARY"));
    assert_ok(call("visit_round.list", &leader, "{}"));
    assert_null(strstr(answer, "CANARY"));
    assert_int_equal(of_round("visit.list", &leader, round), ERR_FORBIDDEN);
    assert_int_equal(of_round("visit_stop.list", &leader, round), ERR_FORBIDDEN);
    assert_int_equal(of_round("visit.list", &handler, round), ERR_FORBIDDEN);
    assert_int_equal(of_round("visit.list", &nobody, round), ERR_SIGN_IN);
    assert_int_equal(of_round("visit.list", &elsewhere, round), ERR_NOT_FOUND);
    assert_ok(call("visit_round.list", &elsewhere, "{}"));
    assert_string_equal(answer, "{\"items\":[]}");

    assert_ok(of_round("visit_round.end", &secretary, round));
    clock_stop(begun + DAYS(7));
    assert_ok(of_round("visit.list", &colleague, round)); /* phones may come late */
    assert_ok(knock(&worker, round, "met", ",\"door\":\"9\""));
    clock_stop(begun + DAYS(8));
    refused(of_round("visit.list", &colleague, round), "visit_round_over", "round");
    refused(knock(&worker, round, "met", ",\"door\":\"9\""), "visit_round_over", "round");
    counts(2, 0, 1, households - 3);
}

/* No table of visits has a column for who visited, so no number can be made of it. */
static void test_never_per_person(void **state) {
    static const Record *const kept[] = { &visit_round_record, &visit_stop_record,    &visit_record,
                                          &no_visit_record,    &stool_session_record, &matter_record };
    (void)state;
    for (size_t i = 0; i < COUNT(kept); i++) {
        size_t n;
        const Field *f = kept[i]->fields(&n);
        for (size_t k = 0; k < n; k++)
            if (strstr(f[k].name, "account") || strstr(f[k].name, "post") || strstr(f[k].name, "by"))
                fail_msg("%s has %s", kept[i]->noun, f[k].name);
    }
    int64_t round = planned();
    assert_ok(knock(&worker, round, "met", ",\"door\":\"501\""));
    assert_int_equal(number("SELECT count(*) FROM visit"), 1);
}

static void test_forgotten(void **state) {
    RetentionCount n;
    bool ours;
    (void)state;
    int64_t round = planned();
    assert_ok(knock(&worker, round, "met", ",\"door\":\"501\",\"note\":\"x\""));
    clock_stop(begun + DAYS(1));
    assert_ok(knock(&worker, round, "refused", ",\"door\":\"502\""));
    clock_stop(begun + DAYS(180));
    assert_ok(retention_pass(city, NULL, &ours, &n, &fa));
    assert_int_equal(number("SELECT count(*) FROM visit"), 2);
    clock_stop(begun + DAYS(180) + 1);
    assert_ok(retention_pass(city, NULL, &ours, &n, &fa));
    assert_int_equal(number("SELECT count(*) FROM visit"), 1);
    clock_stop(begun + DAYS(181) + 1);
    assert_ok(retention_pass(city, NULL, &ours, &n, &fa));
    assert_int_equal(number("SELECT count(*) FROM visit"), 0);
    counts(1, 0, 1, households - 2); /* numbers stay, and what the door asked */
    assert_int_equal(number("SELECT count(*) FROM no_visit"), 1);
}

/* ---- what is raised ---- */

static Err raise_it(const Actor *by, const char *of, int64_t id, const char *more) {
    char json[400];
    snprintf(json, sizeof json, "{\"%s\":\"%lld\",\"text\":\"楼道灯不亮\"%s}", of, (long long)id, more);
    return call("matter.raise", by, json);
}

static const char *at_building(const char *more) {
    static char text[200];
    snprintf(text, sizeof text, ",\"place\":\"%lld\"%s", (long long)building, more);
    return text;
}

static void test_a_matter_is_a_case(void **state) {
    char json[120], sql[200];
    (void)state;
    int64_t round = planned();
    refused(raise_it(&worker, "round", round, ""), "visit_which_building", "place");
    assert_ok(raise_it(&worker, "round", round,
                       at_building(",\"contact\":\"13800000000\",\"danger\":true,\"category\":\"206\"")));
    int64_t id = answered("id");
    assert_non_null(strstr(answer, "\"secret\":\""));
    snprintf(
        sql, sizeof sql,
        "SELECT count(*) FROM cases WHERE id = %lld AND source = 4 AND place = %lld AND area = %lld AND danger",
        (long long)id, (long long)building, (long long)area);
    assert_int_equal(number(sql), 1);
    snprintf(json, sizeof json, "{\"round\":\"%lld\"}", (long long)round);
    assert_ok(call("matter.list", &leader, json));
    assert_int_equal(answered("id"), id);
    assert_ok(call("visit_round.list", &leader, "{}"));
    assert_int_equal(answered("matters"), 1);
    assert_int_equal(answered("settled"), 0);
    assert_int_equal(raise_it(&elsewhere, "round", round, at_building("")), ERR_NOT_FOUND);
    refused(call("matter.raise", &worker, "{\"text\":\"x\"}"), "matter_whence", "round");
    assert_ok(call("matter.list", &worker, "{}")); /* all that he sees */
    assert_int_equal(answered("id"), id);
    assert_ok(call("matter.list", &elsewhere, json));
    assert_string_equal(answer, "{\"items\":[]}");

    /* about a unit: it hangs above the grid, so it is in no number and no list there */
    assert_ok(raise_it(&worker, "round", round, at_building(",\"about\":\"unit\"")));
    assert_ok(call("matter.list", &secretary, json));
    assert_null(strstr(strstr(answer, "\"code\"") + 1, "\"code\""));
    assert_ok(call("visit_round.list", &secretary, "{}"));
    assert_int_equal(answered("matters"), 1);
    assert_ok(call("visit_round.list", &leader, "{}"));
    assert_int_equal(answered("matters"), 2);
}

static Err bench(const Actor *by, const char *day, const char *half) {
    char json[200];
    snprintf(json, sizeof json, "{\"place\":\"%lld\",\"day\":\"%s\",\"half\":\"%s\"}", (long long)building, day,
             half);
    return call("stool_session.plan", by, json);
}

static void test_session(void **state) {
    (void)state;
    assert_ok(bench(&worker, "2026-12-02", "morning"));
    int64_t session = answered("id");
    refused(bench(&secretary, "2026-12-02", "morning"), "stool_session_twice", "day");
    assert_int_equal(bench(&elsewhere, "2026-12-03", "morning"), ERR_NOT_FOUND);
    assert_int_equal(bench(&leader, "2026-12-03", "morning"), ERR_FORBIDDEN);
    assert_ok(bench(&worker, "2026-12-02", "afternoon"));
    int64_t given_up = answered("id");
    assert_ok(of_round("stool_session.cancel", &worker, given_up));
    refused(of_round("stool_session.cancel", &worker, given_up), "stool_session_held", "id");
    assert_ok(bench(&worker, "2026-12-02", "afternoon")); /* the half-day is free again */

    refused(raise_it(&worker, "session", session, ""), "stool_session_closed", "session");
    clock_stop(begun + DAYS(1));
    assert_ok(raise_it(&secretary, "session", session, ""));
    int64_t id = answered("id");
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM cases WHERE id = %lld AND source = 5 AND place = %lld",
             (long long)id, (long long)building);
    assert_int_equal(number(sql), 1);
    refused(of_round("stool_session.cancel", &worker, session), "stool_session_held", "id");
    assert_ok(call("stool_session.list", &leader, "{\"to\":\"2026-12-02\"}"));
    const char *row = strstr(answer, "\"half\":\"morning\"");
    assert_non_null(row);
    assert_non_null(strstr(row, "\"matters\":1,\"settled\":0,\"share\":\"0.0 %\""));
    clock_stop(begun + DAYS(9));
    refused(raise_it(&worker, "session", session, ""), "stool_session_closed", "session");
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_round, forget),
        cmocka_unit_test_setup(test_a_household_counts_once, forget),
        cmocka_unit_test_setup(test_a_tower, forget),
        cmocka_unit_test_setup(test_a_repeat_is_the_same_knock, forget),
        cmocka_unit_test_setup(test_respected, forget),
        cmocka_unit_test_setup(test_said_by_telephone, forget),
        cmocka_unit_test_setup(test_doors_are_kept_apart, forget),
        cmocka_unit_test_setup(test_never_per_person, forget),
        cmocka_unit_test_setup(test_forgotten, forget),
        cmocka_unit_test_setup(test_a_matter_is_a_case, forget),
        cmocka_unit_test_setup(test_session, forget),
        cmocka_unit_test_setup(test_nothing_to_visit, forget),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "visits on SQLite" : "visits on PostgreSQL", tests, set_up,
                                       tear_down);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
