/* roster_test – shifts are planned and copied, holes and conflicts told; what is urgent
 * goes up a level where nobody is on duty; danger alerts who is, by name, and nobody else;
 * and the unit that returned what is urgent holds it until the next has taken it on. */
#include "city.h"

#include "delivery.h"
#include "roster_file.h"

static Dialect dialect;
static const int64_t begun = 1796086800000; /* 2026-12-01 09:00, a Tuesday */
#define HOURS(n) ((n)*3600000LL)
#define DAYS(n) (24 * HOURS(n))

static Actor dispatcher, lead, admin, roads_handler, order_handler;
static int64_t roads, order, city_unit;

static int64_t number(const char *sql) { return strtoll(testdb_ask(&city_db, sql), NULL, 10); }

static int64_t post_of(const char *login) {
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT p.id FROM post p JOIN account a ON a.id = p.account WHERE a.login = '%s'",
             login);
    return number(sql);
}

static int64_t account_of(const char *login) {
    char sql[100];
    snprintf(sql, sizeof sql, "SELECT id FROM account WHERE login = '%s'", login);
    return number(sql);
}

static int set_up(void **state) {
    char sql[200];
    (void)state;
    clock_stop(begun);
    city_open(dialect, true);
    testdb_exec(&city_db, "DELETE FROM notice");
    testdb_exec(&city_db, "UPDATE cases SET danger = FALSE");
    roads = number("SELECT id FROM org WHERE code = 'U2'");
    order = number("SELECT id FROM org WHERE code = 'U3'");
    city_unit = number("SELECT id FROM org WHERE code = 'U1'");
    snprintf(sql, sizeof sql, "UPDATE org SET parent = %lld WHERE id = %lld", (long long)city_unit,
             (long long)roads);
    testdb_exec(&city_db, sql);
    dispatcher = actor_as(ROLE_DISPATCHER, 0, account_of("dispatch"));
    lead = actor_as(ROLE_DUTY_LEAD, 0, 30);
    admin = actor_as(ROLE_SYSTEM_ADMIN, 0, 10);
    roads_handler = actor_as(ROLE_HANDLER, roads, account_of("road"));
    order_handler = actor_as(ROLE_HANDLER, order, 16);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    clock_stop(0);
    return 0;
}

/* ---- planning ---- */

static Err planned(const Actor *by, int64_t post, int64_t from_ms, int64_t to_ms) {
    char json[200];
    snprintf(json, sizeof json, "{\"post\":\"%lld\",\"begins\":%lld,\"ends\":%lld}", (long long)post,
             (long long)from_ms, (long long)to_ms);
    return call("shift.plan", by, json);
}

static void assert_refused(Err e, Err expected, const char *key) {
    assert_int_equal(e, expected);
    assert_string_equal(fa.key, key);
}

static void test_plan(void **state) {
    char json[200];
    int64_t road = post_of("road");
    Actor elsewhere;
    (void)state;
    actor_in(ROLE_DUTY_LEAD, str("0zzz"), (OrgId){ 0 }, &elsewhere);
    assert_refused(planned(&lead, road, begun, begun), ERR_INVALID, "shift_reversed");
    assert_refused(planned(&lead, road, begun, begun + DAYS(7) + 1), ERR_INVALID, "shift_long");
    assert_refused(planned(&lead, road, begun - DAYS(3), begun - DAYS(2)), ERR_INVALID, "shift_post");
    assert_refused(planned(&lead, 7, begun, begun + 1), ERR_NOT_FOUND, "post_unknown");
    assert_refused(planned(&elsewhere, road, begun, begun + 1), ERR_NOT_FOUND, "post_unknown");
    assert_refused(planned(&lead, post_of("system"), begun, begun + 1), ERR_INVALID, "shift_role");
    assert_int_equal(planned(&dispatcher, road, begun, begun + 1), ERR_FORBIDDEN);
    assert_int_equal(number("SELECT count(*) FROM shift"), 0);
    assert_ok(planned(&lead, road, begun, begun + HOURS(8)));
    int64_t id = answered("id");
    assert_refused(planned(&lead, road, begun + HOURS(7), begun + HOURS(9)), ERR_CONFLICT, "shift_overlaps");
    assert_ok(planned(&lead, road, begun + HOURS(8), begun + HOURS(9))); /* the end is not in it */
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"ends\":%lld}", (long long)id, (long long)begun + HOURS(4));
    assert_ok(call("shift.change", &lead, json));
    snprintf(json, sizeof json, "{\"unit\":\"%lld\",\"at\":%lld}", (long long)roads,
             (long long)begun + HOURS(4) - 1);
    assert_ok(call("duty.now", &dispatcher, json));
    assert_non_null(strstr(answer, "\"login\":\"road\""));
    snprintf(json, sizeof json, "{\"unit\":\"%lld\",\"at\":%lld}", (long long)roads,
             (long long)begun + HOURS(4));
    assert_ok(call("duty.now", &dispatcher, json));
    assert_string_equal(answer, "{\"items\":[]}");
    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)id);
    assert_ok(call("shift.cancel", &lead, json));
    assert_int_equal(call("shift.cancel", &lead, json), ERR_NOT_FOUND);
    snprintf(json, sizeof json, "{\"unit\":\"%lld\"}", (long long)roads);
    assert_ok(call("duty.now", &dispatcher, json));
    assert_string_equal(answer, "{\"items\":[]}");
}

static void test_holes(void **state) {
    char json[200];
    (void)state;
    assert_ok(planned(&lead, post_of("road"), begun + HOURS(1), begun + HOURS(3)));
    snprintf(json, sizeof json, "{\"unit\":\"%lld\",\"begins\":%lld,\"ends\":%lld}", (long long)roads,
             (long long)begun, (long long)begun + HOURS(4));
    assert_ok(call("duty.holes", &lead, json));
    char expected[300];
    snprintf(expected, sizeof expected,
             "{\"items\":[{\"flaw\":\"hole\",\"begins\":%lld,\"begins_day\":\"2026-12-01\",\"ends\":%lld,"
             "\"ends_day\":\"2026-12-01\"},{\"flaw\":\"hole\",\"begins\":%lld,\"begins_day\":\"2026-12-01\","
             "\"ends\":%lld,\"ends_day\":\"2026-12-01\"}]}",
             (long long)begun, (long long)begun + HOURS(1), (long long)begun + HOURS(3),
             (long long)begun + HOURS(4));
    assert_string_equal(answer, expected);
}

/* Tuesday 09:00 to the Tuesday after; twice copies nothing twice. */
static void test_week(void **state) {
    (void)state;
    assert_ok(planned(&lead, post_of("road"), begun, begun + HOURS(8)));
    assert_ok(call("shift.copy_week", &lead, "{\"monday\":\"2026-11-30\",\"to_monday\":\"2026-12-07\"}"));
    assert_int_equal(number("SELECT max(begins_ms) FROM shift"), begun + DAYS(7));
    assert_ok(call("shift.copy_week", &lead, "{\"monday\":\"2026-11-30\",\"to_monday\":\"2026-12-07\"}"));
    assert_string_equal(answer, "{\"items\":[]}");
    assert_refused(call("shift.copy_week", &lead, "{\"monday\":\"2026-12-01\",\"to_monday\":\"2026-12-07\"}"),
                   ERR_INVALID, "shift_monday");
}

/* Copies of the one shift there is first, each of a post that is not there any more. */
static void more_shifts(int n) {
    char sql[900];
    snprintf(
        sql, sizeof sql,
        "WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k WHERE i < %d) "
        "INSERT INTO shift (id, home, post, account, role, path, area, unit, begins_ms, begins_day, ends_ms, "
        "ends_day, cancelled, made_ms, made_day, made_by) SELECT (SELECT max(id) FROM shift) + 16777216 * "
        "CAST(i AS bigint), "
        "home, "
        "post + i, account, role, path, area, unit, begins_ms, begins_day, ends_ms, ends_day, cancelled, "
        "made_ms, made_day, made_by FROM (SELECT * FROM shift ORDER BY id LIMIT 1) AS s, k",
        n);
    testdb_exec(&city_db, sql);
}

/* Half a week would look whole, and so would half of its holes. */
static void test_week_too_long(void **state) {
    char json[200];
    (void)state;
    assert_ok(planned(&lead, post_of("road"), begun, begun + HOURS(8)));
    more_shifts(499);
    assert_ok(call("shift.copy_week", &lead, "{\"monday\":\"2026-11-30\",\"to_monday\":\"2026-12-07\"}"));
    testdb_exec(&city_db, "DELETE FROM shift WHERE begins_ms > 1796400000000");
    more_shifts(1);
    assert_refused(call("shift.copy_week", &lead, "{\"monday\":\"2026-11-30\",\"to_monday\":\"2026-12-07\"}"),
                   ERR_LIMIT, "shift_week_long");
    assert_int_equal(number("SELECT count(*) FROM shift"), 501);
    more_shifts(1500);
    snprintf(json, sizeof json, "{\"unit\":\"%lld\",\"begins\":%lld,\"ends\":%lld}", (long long)roads,
             (long long)begun, (long long)begun + DAYS(2));
    assert_refused(call("duty.holes", &lead, json), ERR_LIMIT, "duty_long");
}

/* ---- who plans ---- */

/* Whether `by` may plan a shift for the post; nothing of it stays. */
static Err tried(const Actor *by, int64_t post) {
    Err e = planned(by, post, begun, begun + HOURS(1));
    testdb_exec(&city_db, "DELETE FROM shift");
    return e;
}

/* Every role, with and without a unit, leading it or not: for his unit's people, for another
 * unit's, and for the grid's. */
static void test_who_plans(void **state) {
    int64_t road = post_of("road"), other = post_of("order"), grid = post_of("grid");
    (void)state;
    for (int r = 1; r <= ROLE_AUDIT_ADMIN; r++) {
        bool plans = r == ROLE_DUTY_LEAD || r == ROLE_SECRETARY || r == ROLE_GRID_LEAD;
        bool unit_s = r == ROLE_HANDLER || r == ROLE_PROPERTY;
        for (int leads = 0; leads < 2; leads++) {
            Actor by = actor_as((Role)r, unit_s ? roads : 0, 30);
            by.leads = leads;
            bool of_unit = leads && unit_s;
            Err here = plans || of_unit ? OK : ERR_FORBIDDEN;
            Err there = of_unit ? ERR_NOT_FOUND : here;
            assert_int_equal(tried(&by, road), here);
            assert_int_equal(tried(&by, other), there);
            assert_int_equal(tried(&by, grid), there);
        }
    }
}

static void test_unit_plans_its_own(void **state) {
    char json[300];
    int64_t road = post_of("road"), other = post_of("order");
    Actor head = actor_as(ROLE_HANDLER, roads, account_of("road"));
    (void)state;
    head.leads = true;
    assert_refused(planned(&roads_handler, road, begun, begun + 1), ERR_FORBIDDEN, "no_right");
    assert_ok(planned(&head, road, begun, begun + HOURS(8)));
    int64_t own = answered("id");
    assert_ok(planned(&lead, other, begun, begun + HOURS(8)));
    int64_t theirs = answered("id");
    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)theirs);
    assert_refused(call("shift.cancel", &head, json), ERR_NOT_FOUND, "shift_unknown");
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"post\":\"%lld\"}", (long long)own, (long long)other);
    assert_refused(call("shift.change", &head, json), ERR_NOT_FOUND, "post_unknown");
    assert_ok(call("shift.copy_week", &head, "{\"monday\":\"2026-11-30\",\"to_monday\":\"2026-12-07\"}"));
    assert_int_equal(number("SELECT count(*) FROM shift"), 3);
    assert_ok(call("duty.posts", &head, "{}"));
    assert_non_null(strstr(answer, "\"id\""));
    snprintf(json, sizeof json, "\"unit\":\"%lld\"", (long long)order);
    assert_null(strstr(answer, json));
    /* nothing is said of another unit's holes */
    snprintf(json, sizeof json, "{\"unit\":\"%lld\",\"begins\":%lld,\"ends\":%lld}", (long long)order,
             (long long)begun, (long long)begun + HOURS(24));
    assert_ok(call("duty.holes", &head, json));
    assert_string_equal(answer, "{\"items\":[]}");
}

/* ---- from a table ---- */

static Err imported(const char *csv, RosterReport *r) {
    assert_ok(roster_report_begin(r, &fa));
    Err e = roster_import(city, str(csv), str(""), false, r, &fa);
    roster_report_end(r);
    return e;
}

/* Whole or not at all, on both stores; again is nothing new. */
static void test_table(void **state) {
    RosterReport r;
    (void)state;
    assert_ok(imported("login,begins,ends\nroad,2026-12-07 08:00,2026-12-07 20:00\n"
                       "order,2026-12-07 08:00,2026-12-07 20:00\n",
                       &r));
    assert_true(r.planned == 2 && r.there == 0 && r.refused == 0);
    assert_ok(imported("login,begins,ends\nroad,2026-12-07 08:00,2026-12-07 20:00\n"
                       "road,2026-12-08 08:00,2026-12-08 20:00\n",
                       &r));
    assert_true(r.planned == 1 && r.there == 1);
    assert_refused(imported("login,begins,ends\nroad,2026-12-09 08:00,2026-12-09 20:00\n"
                            "road,2026-12-08 19:00,2026-12-08 21:00\nnobody,2026-12-09,2026-12-09\n",
                            &r),
                   ERR_INVALID, "roster_refused");
    assert_true(r.rows == 3 && r.refused == 2);
    assert_int_equal(number("SELECT count(*) FROM shift"), 3);
    assert_int_equal(number("SELECT min(begins_ms) FROM shift"), 1796601600000); /* 2026-12-07 08:00 */
}

/* Rows are planned while the table is read: one that breaks off leaves nothing, and what
 * is wrong is told in the order of the table, whoever found it. */
static void test_table_is_read_once(void **state) {
    RosterReport r;
    (void)state;
    assert_refused(imported("login,begins,ends\nroad,2026-12-07 08:00,2026-12-07 20:00\n"
                            "\"order,2026-12-07 08:00,2026-12-07 20:00\n",
                            &r),
                   ERR_INVALID, "csv_quote");
    assert_int_equal(r.rows, 1);
    assert_int_equal(number("SELECT count(*) FROM shift"), 0);
    assert_ok(roster_report_begin(&r, &fa));
    assert_refused(roster_import(city,
                                 str("login,begins,ends,else\nnobody,2026-12-09 08:00,2026-12-09 20:00\n"
                                     "road,soon,2026-12-08 21:00\nroad,2026-12-07 08:00,2026-12-07 20:00\n"
                                     "road,2026-12-07 08:00,2026-12-07 20:00\norder,2026-12-09,\n"),
                                 str(""), false, &r, &fa),
                   ERR_INVALID, "roster_refused");
    assert_string_equal(fa.zh, "共 3 行有错，没有导入。");
    assert_string_equal(fa.en, "3 rows are wrong; nothing was imported.");
    assert_true(r.rows == 5 && r.planned == 1 && r.there == 1 && r.refused == 3 && r.n_told == 3);
    assert_true(r.told[0].row == 2 && r.told[1].row == 3 && r.told[2].row == 6);
    assert_string_equal(r.told[1].zh, "“自”“至”请写成 2026-12-01 08:00。");
    assert_string_equal(r.left, "else");
    roster_report_end(&r);
    assert_int_equal(number("SELECT count(*) FROM shift"), 0);
}

/* In a city where six hundred are on duty at once, a shift that is there is found. */
static void test_many_on_duty(void **state) {
    RosterReport r;
    int64_t road = post_of("road");
    (void)state;
    testdb_exec(
        &city_db,
        "INSERT INTO shift (id, home, post, account, role, path, begins_ms, begins_day, ends_ms, ends_day, "
        "made_ms, made_day) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600) "
        "SELECT i * CAST(16777216 AS bigint), 0, 900000 + i, 1, 10, '0', 1796500000000, 1, 1796700000000, 1, "
        "1, 1 FROM n");
    const char *table = "login,begins,ends\nroad,2026-12-07 08:00,2026-12-07 20:00\n";
    assert_ok(imported(table, &r));
    assert_true(r.planned == 1 && r.there == 0);
    assert_ok(imported(table, &r));
    assert_true(r.planned == 0 && r.there == 1);
    assert_refused(planned(&lead, road, 1796601600000 + HOURS(1), 1796601600000 + HOURS(2)), ERR_CONFLICT,
                   "shift_overlaps");
    assert_int_equal(number("SELECT count(*) FROM shift"), 601);
}

/* ---- urgent ---- */

static int64_t urgent_filed(void) {
    char json[300];
    Actor nobody;
    actor_public(&nobody);
    assert_ok(call("case.report", &nobody, "{\"text\":\"井盖没了\",\"lon\":121.47,\"lat\":31.225}"));
    int64_t id = number("SELECT max(id) FROM cases");
    step(&dispatcher, id, "accept", "", OK);
    assert_ok(call("condition.list", &dispatcher, "{\"code\":\"206-02\"}")); /* missing and dangerous: CH */
    snprintf(json, sizeof json, ",\"condition\":\"%lld\"", (long long)answered("id"));
    step(&dispatcher, id, "file", json, OK);
    return id;
}

static void send_to(int64_t id, int64_t unit) {
    char more[120];
    snprintf(more, sizeof more, ",\"unit\":\"%lld\",\"note\":\"就近\"", (long long)unit);
    step(&dispatcher, id, "dispatch", more, OK);
}

static int64_t unit_of(int64_t id) {
    char sql[100];
    snprintf(sql, sizeof sql, "SELECT unit FROM cases WHERE id = %lld", (long long)id);
    return number(sql);
}

static const char *last_note(void) {
    return testdb_ask(&city_db,
                      "SELECT note FROM case_event WHERE act = 5 ORDER BY at_ms DESC, case_id DESC LIMIT 1");
}

/* A post of somebody new in a unit, and a shift for it. */
static void on_duty(const char *login, const char *unit) {
    char json[200];
    Actor security = actor_as(ROLE_SECURITY_ADMIN, 0, 31);
    snprintf(json, sizeof json, "{\"login\":\"%s\",\"role\":\"unit_handler\",\"unit\":\"%s\"}", login, unit);
    assert_ok(call("post.give", &security, json));
    assert_ok(planned(&lead, answered("id"), begun - HOURS(1), begun + HOURS(8)));
}

static void test_goes_up(void **state) {
    (void)state;
    int64_t first = urgent_filed();
    send_to(first, roads);
    assert_int_equal(unit_of(first), roads); /* no roster is kept yet */
    assert_string_equal(last_note(), "就近");
    on_duty("grid", "U1");
    int64_t id = urgent_filed();
    send_to(id, roads); /* nobody of roads is on duty */
    assert_int_equal(unit_of(id), city_unit);
    assert_non_null(strstr(last_note(), "就近；急件：云桥市政养护队无人值班，升级派给"));
    assert_string_equal(testdb_ask(&city_db, "SELECT count(*) FROM notice WHERE kind = 17 AND account IS NULL"),
                        "2");
    on_duty("road", "U2");
    id = urgent_filed();
    send_to(id, roads);
    assert_int_equal(unit_of(id), roads);
    clock_stop(begun + HOURS(9)); /* everybody has gone home */
    id = urgent_filed();
    send_to(id, roads);
    assert_int_equal(unit_of(id), roads);
    assert_non_null(strstr(last_note(), "上级单位也无人"));
}

/* Not a matter of hours: it waits for the morning. */
static void test_only_what_is_urgent(void **state) {
    char json[100];
    (void)state;
    on_duty("grid", "U1");
    int64_t id = urgent_filed();
    testdb_exec(&city_db, "UPDATE cases SET state = 2");
    assert_ok(call("condition.list", &dispatcher, "{\"code\":\"206-01\"}"));
    snprintf(json, sizeof json, ",\"condition\":\"%lld\"", (long long)answered("id"));
    step(&dispatcher, id, "file", json, OK);
    send_to(id, roads);
    assert_int_equal(unit_of(id), roads);
}

/* ---- danger ---- */

static void report_danger(void) {
    Actor nobody;
    actor_public(&nobody);
    assert_ok(call("case.report", &nobody, "{\"text\":\"楼道里有煤气味\",\"lon\":121.47,\"lat\":31.225}"));
}

static void test_danger_alerts_who_is_on_duty(void **state) {
    char sql[200], expected[100];
    (void)state;
    assert_ok(call("subscription.add", &admin,
                   "{\"title\":\"短信\",\"url\":\"https://sms.example/\",\"events\":\"danger\"}"));
    report_danger(); /* nobody is on duty: told to no one by name, and listed */
    assert_int_equal(number("SELECT count(*) FROM notice WHERE account IS NOT NULL"), 0);
    assert_null(strstr(testdb_ask(&city_db, "SELECT body FROM delivery"), "\"to\""));
    assert_ok(call("duty.unattended", &dispatcher, "{}"));
    assert_non_null(strstr(answer, "煤气味"));
    assert_ok(planned(&lead, post_of("dispatch"), begun, begun + HOURS(8))); /* of the whole city */
    assert_ok(call("duty.unattended", &dispatcher, "{}"));
    assert_string_equal(answer, "{\"items\":[]}");
    report_danger(); /* from the micro-grid up to who is there */
    snprintf(sql, sizeof sql, "SELECT account, kind FROM notice WHERE account IS NOT NULL");
    snprintf(expected, sizeof expected, "%lld|16", (long long)account_of("dispatch"));
    assert_string_equal(testdb_ask(&city_db, sql), expected);
    assert_non_null(strstr(testdb_ask(&city_db, "SELECT body FROM delivery ORDER BY id DESC LIMIT 1"),
                           ",\"to\":[\"dispatch\"],\"case\""));
    Actor other = actor_as(ROLE_DISPATCHER, 0, 77);
    assert_ok(call("notice.list", &other, "{}"));
    assert_int_equal(number("SELECT count(*) FROM notice WHERE tray = 1 AND kind = 16"), 3);
    int n = 0;
    for (const char *p = answer; (p = strstr(p, "\"danger\"")) != NULL; p++)
        n++;
    assert_int_equal(n, 2);       /* not the one that names somebody else */
    clock_stop(begun + HOURS(8)); /* off duty nothing is pushed */
    report_danger();
    assert_null(strstr(testdb_ask(&city_db, "SELECT body FROM delivery ORDER BY id DESC LIMIT 1"), "\"to\""));
}

/* Who lost his post or his account is not on duty, whatever was planned. */
static void test_gone(void **state) {
    char json[100];
    (void)state;
    assert_ok(planned(&lead, post_of("road"), begun, begun + HOURS(8)));
    testdb_exec(&city_db, "UPDATE account SET active = FALSE WHERE login = 'road'");
    snprintf(json, sizeof json, "{\"unit\":\"%lld\"}", (long long)roads);
    assert_ok(call("duty.now", &dispatcher, json));
    assert_string_equal(answer, "{\"items\":[]}");
}

/* ---- returned, and urgent ---- */

static void test_holds_until_taken(void **state) {
    char more[120], json[60];
    (void)state;
    int64_t id = urgent_filed();
    send_to(id, roads);
    snprintf(more, sizeof more, ",\"unit\":\"%lld\",\"condition\":\"%lld\",\"note\":\"不归我们\"",
             (long long)order,
             (long long)strtoll(testdb_ask(&city_db, "SELECT min(id) FROM condition WHERE code = '205-01'"),
                                NULL, 10));
    step(&roads_handler, id, "return", more, OK);
    send_to(id, order);
    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)id);
    assert_ok(call("case.get", &roads_handler, json)); /* it still sees it, and works on */
    snprintf(more, sizeof more, "\"holding\":\"%lld\"", (long long)roads);
    assert_non_null(strstr(answer, more));
    assert_ok(call("case.list", &roads_handler, "{\"open\":true}"));
    assert_non_null(strstr(answer, "井盖没了"));
    step(&roads_handler, id, "take", "", ERR_FORBIDDEN); /* but it is not its to take */
    assert_string_equal(fa.key, "handed_over");
    step(&order_handler, id, "take", "", OK);
    assert_int_equal(call("case.get", &roads_handler, json), ERR_NOT_FOUND);
    assert_string_equal(testdb_ask(&city_db, "SELECT count(*) FROM cases WHERE holding IS NOT NULL"), "0");
}

/* ---- hand-over ---- */

static void test_handover(void **state) {
    char json[80];
    Actor next = actor_as(ROLE_DISPATCHER, 0, 88);
    (void)state;
    testdb_exec(&city_db, "UPDATE cases SET state = 10");
    report_danger(); /* to be accepted by 09:30 */
    assert_ok(call("handover.page", &dispatcher, "{}"));
    assert_ptr_equal(strstr(answer, "{\"n\":1,\"more\":false,"), answer);
    assert_non_null(strstr(answer, "\"danger\":[{"));
    assert_non_null(strstr(answer, "\"overdue\":[],\"due\":[{"));
    assert_non_null(strstr(answer, "\"promised\":[],\"waiting\":[]"));
    clock_stop(begun + HOURS(1));
    assert_refused(call("handover.give", &dispatcher, "{\"note\":\"请回电 13800138000\"}"), ERR_INVALID,
                   "handover_names");
    assert_ok(call("handover.give", &dispatcher, "{\"note\":\"煤气公司已在路上\"}"));
    int64_t id = answered("id");
    assert_int_equal(answered("overdue"), 1);
    assert_ok(call("handover.page", &next, "{}"));
    assert_non_null(strstr(answer, "煤气公司已在路上"));
    assert_non_null(strstr(answer, "\"overdue\":[{"));
    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)id);
    assert_refused(call("handover.take", &dispatcher, json), ERR_FORBIDDEN, "handover_own");
    assert_refused(call("handover.take", &roads_handler, json), ERR_NOT_FOUND, "handover_unknown");
    assert_ok(call("handover.take", &next, json));
    assert_refused(call("handover.take", &next, json), ERR_CONFLICT, "handover_taken");
    assert_ok(call("handover.page", &next, "{}"));
    assert_non_null(strstr(answer, "\"waiting\":[]"));
    assert_ok(call("handover.list", &next, "{}"));
    assert_non_null(strstr(answer, "\"taken_by\":\"88\""));
    assert_ok(call("handover.list", &roads_handler, "{}"));
    assert_string_equal(answer, "{\"items\":[]}");
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
        EACH(test_plan),
        EACH(test_holes),
        EACH(test_week),
        EACH(test_week_too_long),
        EACH(test_who_plans),
        EACH(test_table),
        EACH(test_table_is_read_once),
        EACH(test_many_on_duty),
        EACH(test_unit_plans_its_own),
        EACH(test_goes_up),
        EACH(test_only_what_is_urgent),
        EACH(test_danger_alerts_who_is_on_duty),
        EACH(test_gone),
        EACH(test_holds_until_taken),
        EACH(test_handover),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "roster, SQLite" : "roster, PostgreSQL", tests, NULL,
                                       NULL);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
