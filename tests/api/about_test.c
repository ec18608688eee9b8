/* about_test – a report about a unit or its staff: seen from above alone, routed by a clerk,
 * never dispatched to whom it is about, told to no other system. Words and name that are
 * planted in it are found in no byte that the unit's people can reach, by no operation,
 * with no filter; and no number of theirs moves. */
#include "city.h"

#define NAME "金丝雀甲-4711"
#define WORDS "金丝雀乙-0815"
static Dialect dialect;
static const int64_t begun = 1796086800000; /* 2026-12-01 09:00 */
static Actor nobody, street, district, handler, worker, insider;
static int64_t u1, u2, u3, u4;

static const char *asked(const char *sql) { return testdb_ask(&city_db, sql); }
static int64_t number(const char *sql) { return strtoll(asked(sql), NULL, 10); }

static Actor post_at(Role role, const char *path, int64_t unit, int64_t account) {
    Actor a;
    actor_in(role, str(path), (OrgId){ unit }, &a);
    a.account.v = a.scope.self = account;
    return a;
}

/* A dispatcher who holds a post in U2 as well. */
static int64_t account_of_both(void) {
    Actor system = actor_as(ROLE_SYSTEM_ADMIN, 0, 1), security = actor_as(ROLE_SECURITY_ADMIN, 0, 2);
    assert_ok(
        call("account.add", &system, "{\"login\":\"both\",\"title\":\"张三\",\"password\":\"long-enough-1\"}"));
    int64_t id = answered("id");
    assert_ok(call("post.give", &security, "{\"login\":\"both\",\"role\":\"dispatcher\"}"));
    assert_ok(call("post.give", &security, "{\"login\":\"both\",\"role\":\"unit_handler\",\"unit\":\"U2\"}"));
    return id;
}

static int set_up(void **state) {
    (void)state;
    clock_stop(begun);
    city_open(dialect, true);
    actor_public(&nobody);
    u1 = number("SELECT id FROM org WHERE code = 'U1'");
    u2 = number("SELECT id FROM org WHERE code = 'U2'");
    u3 = number("SELECT id FROM org WHERE code = 'U3'");
    u4 = number("SELECT id FROM org WHERE code = 'U4'");
    street = post_at(ROLE_DISPATCHER, "0000000", 0, 11);
    district = post_at(ROLE_DISPATCHER, "0000", 0, 12);
    handler = post_at(ROLE_HANDLER, "0000", u2, 13);
    worker = post_at(ROLE_GRID_WORKER, "0000000000", 0, 14);
    insider = post_at(ROLE_DISPATCHER, "0", 0, account_of_both());
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    clock_stop(0);
    return 0;
}

static int64_t report_by(const Actor *by, const char *more) {
    char json[500], code[24];
    snprintf(json, sizeof json,
             "{\"text\":\"" WORDS "：养护队的人收钱不办事\",\"lon\":121.4683,\"lat\":31.2203,\"name\":\"" NAME
             "\",\"contact\":\"" NAME "\"%s}",
             more);
    assert_ok(call("case.report", by, json));
    const char *p = strstr(answer, "\"code\":\"");
    assert_true(p && sscanf(p + 8, "%23[^\"]", code) == 1);
    snprintf(json, sizeof json, "SELECT id FROM cases WHERE code = '%s'", code);
    return number(json);
}

static int64_t report(const char *more) { return report_by(&nobody, more); }

static Err see(const Actor *by, int64_t id) {
    char json[60];
    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)id);
    return call("case.get", by, json);
}

static void go(const Actor *by, int64_t id, const char *act, const char *more, Err expected) {
    char json[500];
    assert_ok(see(by, id));
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"revision\":%lld,\"act\":\"%s\"%s}", (long long)id,
             (long long)answered("revision"), act, more);
    Err e = call("case.act", by, json);
    if (e != expected)
        fail_msg("%s: %s, not %s: %s", act, err_name(e), err_name(expected), e ? fa.en : "");
}

static const char *with(const char *name, int64_t id) {
    static char more[2][100];
    static int at;
    at = !at;
    snprintf(more[at], sizeof more[at], ",\"%s\":\"%lld\",\"note\":\"核实过\"", name, (long long)id);
    return more[at];
}

static void file_it(int64_t id) {
    assert_ok(call("condition.list", &street, "{\"code\":\"206-02\"}"));
    int64_t condition = answered("id");
    go(&district, id, "accept", "", OK);
    go(&district, id, "file", with("condition", condition), OK);
}

/* ---- who sees it ---- */

static void test_seen_from_above(void **state) {
    (void)state;
    int64_t plain = report(""), unit = report(",\"about\":\"unit\""), centre = report(",\"about\":\"centre\"");

    assert_int_equal(see(&worker, plain), OK);
    assert_int_equal(see(&worker, unit), ERR_NOT_FOUND);
    assert_int_equal(see(&handler, unit), ERR_NOT_FOUND);
    assert_int_equal(see(&street, unit), OK);
    assert_non_null(strstr(answer, "\"about\":\"unit\""));
    assert_null(strstr(answer, NAME));                     /* the reporter is sealed, as always */
    assert_int_equal(see(&street, centre), ERR_NOT_FOUND); /* it is the centre that it is about */
    assert_int_equal(see(&district, centre), OK);
    assert_int_equal(number("SELECT count(*) FROM cases WHERE path = '0000000' AND about = 1"), 1);
    assert_int_equal(number("SELECT count(*) FROM cases WHERE path = '0000' AND about = 2"), 1);
}

/* A place that is given or mended does not let it down, and without one it hangs at the top. */
static void test_place_keeps_it_up(void **state) {
    (void)state;
    assert_ok(call("case.report", &nobody, "{\"text\":\"没有写地方\",\"about\":\"unit\"}"));
    int64_t id = number("SELECT max(id) FROM cases WHERE text = '没有写地方'");
    assert_int_equal(see(&district, id), ERR_NOT_FOUND);
    Actor whole = post_at(ROLE_DISPATCHER, "0", 0, 15);
    go(&whole, id, "place", ",\"lon\":121.4683,\"lat\":31.2203", OK);
    assert_int_equal(see(&street, id), OK);
    assert_int_equal(see(&worker, id), ERR_NOT_FOUND);
}

/* A colleague who reports it stands in no history that a unit reads. */
static void test_colleague(void **state) {
    (void)state;
    int64_t id = report_by(&worker, ",\"about\":\"unit\"");
    char sql[120];
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM case_event WHERE case_id = %lld AND account IS NULL AND role = 0",
             (long long)id);
    assert_int_equal(number(sql), 1);
    assert_int_equal(see(&worker, id), ERR_NOT_FOUND);
}

/* The same matter once more is about the same. */
static void test_linked(void **state) {
    (void)state;
    char more[80], sql[120];
    int64_t id = report(",\"about\":\"centre\"");
    snprintf(sql, sizeof sql, "SELECT code FROM cases WHERE id = %lld", (long long)id);
    snprintf(more, sizeof more, ",\"linked_code\":\"%s\"", asked(sql));
    int64_t again = report(more);
    assert_int_equal(see(&street, again), ERR_NOT_FOUND);
    assert_int_equal(see(&district, again), OK);
}

/* ---- routing ---- */

static void test_routed(void **state) {
    (void)state;
    int64_t id = report(",\"about\":\"unit\"");
    char json[200];

    file_it(id);
    go(&street, id, "dispatch", with("unit", u3), ERR_INVALID);
    assert_string_equal(fa.key, "about_unrouted");
    assert_string_equal(fa.en, "It is about a unit or its staff: say first which one, then dispatch it.");
    assert_int_equal(see(&insider, id), OK); /* nobody has said yet that it is about his unit */
    testdb_exec(
        &city_db,
        "UPDATE org SET parent = (SELECT id FROM org o WHERE o.code = 'U1') WHERE code IN ('U2', 'U4')");
    go(&street, id, "route", with("subject", u2), OK);
    assert_int_equal(see(&insider, id), ERR_NOT_FOUND);
    assert_int_equal(see(&handler, id), ERR_NOT_FOUND);

    /* 206 is U2's: it goes upward, and the page says why */
    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)id);
    assert_ok(call("case.view", &street, json));
    assert_int_equal(answered("proposed"), u1);
    assert_non_null(
        strstr(answer, "“206” would go to the unit that it is about, so it goes up to 云桥社区服务办"));
    go(&street, id, "dispatch", with("unit", u2), ERR_FORBIDDEN);
    assert_string_equal(fa.key, "about_unit");
    assert_string_equal(fa.zh,
                        "这件事涉及“云桥市政养护队”，不能交给它或它的下属办理：请派给别的单位，或提给上级。");
    testdb_exec(&city_db,
                "UPDATE org SET parent = (SELECT id FROM org o WHERE o.code = 'U2') WHERE code = 'U4'");
    go(&street, id, "dispatch", with("unit", u4), ERR_FORBIDDEN); /* a team of it */
    testdb_exec(&city_db,
                "UPDATE post SET path = '0000000000000' WHERE unit = (SELECT id FROM org WHERE code = 'U3')");
    go(&street, id, "dispatch", with("unit", u3), ERR_INVALID);
    assert_string_equal(fa.key, "about_out_of_reach");
    testdb_exec(&city_db, "UPDATE post SET path = '0000' WHERE unit = (SELECT id FROM org WHERE code = 'U3')");
    testdb_exec(&city_db, "UPDATE org SET parent = NULL WHERE code IN ('U2', 'U4')");
    go(&street, id, "dispatch", with("unit", u3), OK);

    Actor other = post_at(ROLE_HANDLER, "0000", u3, 16);
    assert_int_equal(see(&other, id), OK);
    assert_null(strstr(answer, "\"subject\"")); /* who handles it learns from the words, not from a label */
    char back[160];
    snprintf(back, sizeof back, "%s,\"condition\":\"%lld\"", with("unit", u2),
             (long long)number("SELECT min(id) FROM condition WHERE code = '205-01'"));
    go(&other, id, "return", back, ERR_FORBIDDEN);
    assert_string_equal(fa.key, "about_unit");
    go(&other, id, "take", "", OK);
    assert_int_equal(see(&handler, id), ERR_NOT_FOUND);
    assert_int_equal(see(&worker, id), ERR_NOT_FOUND);
}

/* About the subdistrict's office: from then on the district's, and the centre that said so
 * does not see it any more. */
static void test_routed_to_the_district(void **state) {
    (void)state;
    int64_t id = report(",\"about\":\"unit\"");
    go(&street, id, "route", with("subject", u1), OK);
    assert_int_equal(see(&street, id), ERR_NOT_FOUND);
    assert_int_equal(see(&district, id), OK);
}

/* A clerk may say so of a report without the tick, and take a wrong tick back with a reason. */
static void test_ticked_by_a_clerk(void **state) {
    (void)state;
    int64_t id = report("");
    go(&street, id, "route", "", ERR_INVALID);
    assert_string_equal(fa.en, "Name the unit that it is about.");
    go(&street, id, "route", with("subject", u2), OK);
    assert_int_equal(see(&worker, id), ERR_NOT_FOUND);
    go(&street, id, "route", "", ERR_INVALID);
    assert_string_equal(fa.en, "Name the unit that it is about; that it is about none needs a reason.");
    go(&worker, report(""), "route", with("subject", u2), ERR_FORBIDDEN);
    go(&street, id, "route", ",\"note\":\"说的是设施，不是人\"", OK);
    assert_int_equal(see(&worker, id), OK);
    assert_int_equal(see(&insider, id), OK);
    int64_t party = number("SELECT id FROM org WHERE kind > 10 ORDER BY id LIMIT 1");
    if (party) {
        go(&street, id, "route", with("subject", party), ERR_INVALID);
        assert_string_equal(fa.key, "subject_kind");
    }
}

/* ---- nothing reaches the unit ---- */

static void no_byte(const char *op, const Actor *by, const char *json, int64_t id) {
    char is[32];
    snprintf(is, sizeof is, "%lld", (long long)id);
    bool theirs = strstr(json, is) != NULL; /* what they say themselves, they know */
    fa = (Fault){ 0 };
    call(op, by, json);
    bool echo = strstr(json, WORDS) != NULL;
    if (strstr(answer, NAME) || strstr(answer, WORDS) || (!theirs && strstr(answer, is)) ||
        (!echo && (strstr(fa.zh, WORDS) || strstr(fa.en, WORDS) || strstr(fa.detail, WORDS))))
        fail_msg("%s %s tells a %s: %.200s", op, json, choice_numbered(&role_choices, by->role)->en, answer);
}

/* What a field may hold, one after the other; NULL: no more. */
static const char *value_of(const Field *f, size_t k, int64_t id, char room[120]) {
    int64_t ids[] = { id, u2, number("SELECT id FROM area WHERE path = '0000000'") };

    switch (f->kind) {
    case KIND_KEY:
    case KIND_REF:
        snprintf(room, 120, "\"%lld\"", k < COUNT(ids) ? (long long)ids[k] : 0LL);
        return k < COUNT(ids) ? room : NULL;
    case KIND_TEXT: return k == 0 ? "\"" WORDS "\"" : k == 1 ? "\"养护队\"" : NULL;
    case KIND_ENUM:
        if (k >= f->choices->n)
            return NULL;
        snprintf(room, 120, "\"%s\"", f->choices->list[k].word);
        return room;
    case KIND_BOOL: return k == 0 ? "true" : k == 1 ? "false" : NULL;
    case KIND_INT:
    case KIND_LONG:
        snprintf(room, 120, "%lld", (long long)(k == 0 ? f->min : f->max));
        return k < 2 ? room : NULL;
    case KIND_TIME: return k == 0 ? "1767225600000" : k == 1 ? "1806537600000" : NULL;
    case KIND_DAY: return k > 0 ? NULL : strcmp(f->name, "to") == 0 ? "\"2026-12-31\"" : "\"2026-06-01\"";
    case KIND_DEGREE:
        if (k > 0)
            return NULL;
        return strcmp(f->name, "west") == 0    ? "121.44"
               : strcmp(f->name, "east") == 0  ? "121.53"
               : strcmp(f->name, "south") == 0 ? "31.18"
               : strcmp(f->name, "north") == 0 ? "31.27"
               : strcmp(f->name, "lon") == 0   ? "121.4683"
                                               : "31.2203";
    default: return NULL;
    }
}

/* Everything that is needed, at its first value; `at` at its k-th. False: there is none. */
static bool ask_of(const Record *r, const Field *at, size_t k, int64_t id, char *json, size_t size) {
    size_t n;
    const Field *f = r->fields(&n);
    Buf b = { json, 0, size, false, 0 };
    char room[120];

    buf_char(&b, '{');
    for (size_t i = 0; i < n; i++, f++) {
        if (f->shown || f->presence == MADE || f->presence == LATER || (f->presence != NEEDED && f != at))
            continue;
        const char *v = value_of(f, f == at ? k : 0, id, room);
        if (!v)
            return false;
        buf_fmt(&b, "%s\"%s\":%s", b.n > 1 ? "," : "", f->name, v);
    }
    buf_char(&b, '}');
    return !b.full;
}

static void reads_all(const Actor *by, int64_t id, bool filters) {
    char json[2000];
    size_t n;

    for (size_t i = 0; i < ops_count; i++) {
        if (ops[i].does != READ)
            continue;
        if (ask_of(ops[i].in, NULL, 0, id, json, sizeof json))
            no_byte(ops[i].name, by, json, id);
        const Field *f = ops[i].in->fields(&n);
        for (size_t j = 0; filters && j < n; j++)
            for (size_t k = 0; ask_of(ops[i].in, &f[j], k, id, json, sizeof json) && k < 40; k++) {
                no_byte(ops[i].name, by, json, id);
                if (f[j].shown || f[j].presence == MADE || f[j].presence == LATER)
                    break;
            }
    }
    for (int z = 12; z <= 18; z += 3) { /* the tile that it lies in */
        snprintf(json, sizeof json, "{\"z\":%d,\"x\":%d,\"y\":%d}", z,
                 z == 12   ? 3430
                 : z == 15 ? 27440
                           : 219525,
                 z == 12   ? 1673
                 : z == 15 ? 13388
                           : 107107);
        no_byte("case.tile", by, json, id);
    }
    /* where it was reported, in its very words, and by its kind */
    no_byte("case.similar", by, "{\"lon\":121.4683,\"lat\":31.2203}", id);
    no_byte("case.similar", by, "{\"lon\":121.4683,\"lat\":31.2203,\"category\":\"206\"}", id);
    no_byte("case.similar", by, "{\"lon\":121.4683,\"lat\":31.2203,\"text\":\"养护队的人收钱不办事\"}", id);
}

/* Its number, where the city shows numbers. */
static const char *numbers_of(const Actor *by) {
    static const char *const ask[][2] = {
        { "case.count", "{}" },
        { "case.count", "{\"open\":true}" },
        { "desk.get", "{}" },
        { "figures.get", "{\"from\":\"2026-06-01\",\"to\":\"2026-12-31\"}" },
        { "case.public_list", "{\"west\":121.44,\"east\":121.53,\"south\":31.18,\"north\":31.27}" },
        { "case.similar", "{\"lon\":121.4683,\"lat\":31.2203}" },
        { "case.public_similar", "{\"lon\":121.4683,\"lat\":31.2203}" },
        { "notice.list", "{}" },
        { "visit_round.list", "{}" },
        { "matter.list", "{}" },
    };
    static char said[2][1 << 16];
    static int at;
    at = !at;
    Buf b = { said[at], 0, sizeof said[at], false, 0 };
    for (size_t i = 0; i < COUNT(ask); i++) {
        buf_fmt(&b, "%s %s\n", ask[i][0], err_name(call(ask[i][0], by, ask[i][1])));
        buf_str(&b, answer);
    }
    buf_char(&b, 0);
    return said[at];
}

/* The same, raised on a visit: it is in the numbers of its round for nobody beneath. */
static int64_t raised(void) {
    char json[600];
    Actor secretary = post_at(ROLE_SECRETARY, "0000000000", 0, 17);
    int64_t building = number("SELECT min(id) FROM place WHERE path = '0000000000000'");

    snprintf(json, sizeof json,
             "{\"round\":\"%lld\",\"place\":\"%lld\",\"text\":\"" WORDS
             "：养护队的人收钱不办事\",\"name\":\"" NAME "\",\"contact\":\"" NAME
             "\",\"about\":\"unit\",\"danger\":true}",
             (long long)number("SELECT id FROM visit_round"), (long long)building);
    assert_ok(call("matter.raise", &secretary, json));
    return answered("id");
}

static void round_is_planned(void) {
    Actor secretary = post_at(ROLE_SECRETARY, "0000000000", 0, 17);
    char json[200];

    snprintf(json, sizeof json,
             "{\"area\":\"%lld\",\"name\":\"走访\",\"since\":\"2026-12-01\",\"until\":\"2026-12-31\"}",
             (long long)number("SELECT id FROM area WHERE path = '0000000000000'"));
    assert_ok(call("visit_round.plan", &secretary, json));
}

/* The unit's handler and the grid's worker walk everything; in every role, if `roles`. */
static void no_byte_reaches_the_unit(int64_t (*made)(void), bool roles) {
    const Actor *of_unit[] = { &handler, &worker };
    char before[2][1 << 16];
    Actor system = actor_as(ROLE_SYSTEM_ADMIN, 0, 1);

    assert_ok(call(
        "subscription.add", &system,
        "{\"title\":\"外部\",\"url\":\"https://example.com/hook\",\"events\":\"reported,dispatched,danger\"}"));
    assert_ok(call("subscription.add", &system,
                   "{\"title\":\"邮箱\",\"url\":\"mailto:a@example.cn\",\"events\":\"all\"}"));
    testdb_exec(&city_db, "UPDATE cases SET text = '别的事'"); /* of the tests before */
    int64_t deliveries = number("SELECT count(*) FROM delivery");
    for (size_t i = 0; i < COUNT(of_unit); i++)
        snprintf(before[i], sizeof before[i], "%s", numbers_of(of_unit[i]));
    int64_t id = made();
    go(&street, id, "route", with("subject", u2), OK);
    reads_all(&handler, id, true);
    file_it(id);
    go(&street, id, "dispatch", with("unit", u3), OK);
    for (size_t r = 0; roles && r < role_choices.n; r++) {
        Role role = (Role)role_choices.list[r].number;
        Actor by = post_at(role, "0", u2, 900);
        reads_all(&by, id, role == ROLE_HANDLER || role == ROLE_DISPATCHER);
        /* who has a post in the unit, in whatever post he asks; three that read no cases, too */
        Actor two = post_at(role, "0", 0, insider.account.v);
        reads_all(&two, id, role == ROLE_DISPATCHER);
    }
    reads_all(&worker, id, true);
    for (size_t i = 0; i < COUNT(of_unit); i++)
        assert_string_equal(before[i], numbers_of(of_unit[i]));
    assert_int_equal(number("SELECT count(*) FROM delivery"), deliveries);

    /* it is there, and the walk finds it where it may be found */
    char json[200];
    assert_ok(see(&street, id));
    assert_non_null(strstr(answer, WORDS));
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"reason\":\"回电\"}", (long long)id);
    assert_ok(call("case.contact", &street, json));
    assert_non_null(strstr(answer, NAME));
    assert_ok(call("case.list", &street, "{\"words\":\"" WORDS "\"}"));
    assert_non_null(strstr(answer, WORDS));
}

static int64_t reported_in_danger(void) { return report(",\"about\":\"unit\",\"danger\":true"); }

static void test_no_byte_reaches_the_unit(void **state) {
    (void)state;
    no_byte_reaches_the_unit(reported_in_danger, true);
}

static void test_no_byte_of_a_visit(void **state) {
    (void)state;
    round_is_planned();
    no_byte_reaches_the_unit(raised, false);
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seen_from_above),
        cmocka_unit_test(test_place_keeps_it_up),
        cmocka_unit_test(test_colleague),
        cmocka_unit_test(test_linked),
        cmocka_unit_test(test_routed),
        cmocka_unit_test(test_routed_to_the_district),
        cmocka_unit_test(test_ticked_by_a_clerk),
        cmocka_unit_test(test_no_byte_reaches_the_unit),
        cmocka_unit_test(test_no_byte_of_a_visit),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "about a unit on SQLite" : "about a unit on PostgreSQL",
                                       tests, set_up, tear_down);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
