/* loop_test – the rules of the loop: every (state, act, role) is tried and exactly those
 * of docs/loop.md pass; and each rule that no table can say, to its edge. */
#include "city.h"

#include "account.h"
#include "catalogue.h"
#include "store.h"

#include <pthread.h>

static Dialect dialect;
static const int64_t begun = 1796086800000; /* 2026-12-01 09:00, a Tuesday */
#define HOURS(n) ((n)*3600LL * 1000)
#define DAYS(n) (24 * HOURS(n))

static Actor dispatcher, checker, caller, worker;
static int64_t roads, order; /* two units */
static char code[16], secret[16];

static int64_t number(const char *sql) { return strtoll(testdb_ask(&city_db, sql), NULL, 10); }

static int set_up(void **state) {
    (void)state;
    clock_stop(begun);
    city_open(dialect, true);
    dispatcher = actor_as(ROLE_DISPATCHER, 0, 11);
    checker = actor_as(ROLE_CHECKER, 0, 13);
    caller = actor_as(ROLE_CALLBACK, 0, 14);
    worker = actor_as(ROLE_GRID_WORKER, 0, 15);
    roads = number("SELECT id FROM org WHERE code = 'U2'");
    order = number("SELECT id FROM org WHERE code = 'U3'");
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    clock_stop(0);
    return 0;
}

static void keep_text(const char *name, char ret[16]) {
    char key[24];
    snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *p = strstr(answer, key);
    assert_non_null(p);
    assert_int_equal(sscanf(p + strlen(key), "%15[^\"]", ret), 1);
}

static int64_t reported(const char *more) {
    char json[300];
    Actor nobody;
    actor_public(&nobody);
    snprintf(json, sizeof json, "{\"text\":\"井盖破损\",\"lon\":121.47,\"lat\":31.225%s}", more);
    assert_ok(call("case.report", &nobody, json));
    keep_text("code", code);
    keep_text("secret", secret);
    snprintf(json, sizeof json, "{\"code\":\"%s\"}", code);
    assert_ok(call("case.by_code", &dispatcher, json));
    return answered("id");
}

static int64_t condition_of(const char *code_) {
    char json[80];
    snprintf(json, sizeof json, "{\"code\":\"%s\"}", code_);
    assert_ok(call("condition.list", &dispatcher, json));
    return answered("id");
}

static int64_t filed(const char *condition) {
    char more[80];
    int64_t id = reported(""), k = condition_of(condition);
    step(&dispatcher, id, "accept", "", OK);
    snprintf(more, sizeof more, ",\"condition\":\"%lld\"", (long long)k);
    step(&dispatcher, id, "file", more, OK);
    return id;
}

static void send_to(int64_t id, int64_t unit) {
    char more[120];
    snprintf(more, sizeof more, ",\"unit\":\"%lld\",\"note\":\"就近\"", (long long)unit);
    step(&dispatcher, id, "dispatch", more, OK);
}

static Actor handler_of(int64_t unit) { return actor_as(ROLE_HANDLER, unit, unit == roads ? 12 : 16); }

static void handled_by_roads(int64_t id) {
    Actor handler = handler_of(roads);
    step(&handler, id, "take", "", OK);
    step(&handler, id, "handle", ",\"note\":\"换新盖\"", OK);
}

static void closed_from_handled(int64_t id) {
    step(&checker, id, "pass", "", OK);
    step(&caller, id, "feedback", ",\"note\":\"电话答复\",\"answered\":true", OK);
    step(&caller, id, "close", ",\"close_kind\":\"solved\"", OK);
}

static int64_t closed(void) {
    int64_t id = filed("206-01");
    send_to(id, roads);
    handled_by_roads(id);
    closed_from_handled(id);
    return id;
}

static const char *got(int64_t id) {
    char json[60];
    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)id);
    assert_ok(call("case.get", &dispatcher, json));
    return answer;
}

/* ---- the table ---- */

enum { ROWS_MAX = 60, STATES = CASE_SUSPENDED, ACTS = ACT_ROUTE, ROLES = ROLE_AUDIT_ADMIN + 1 };

typedef struct Told {
    int from, act, to;
    unsigned who;
    bool note;
} Told;
static Told told[ROWS_MAX];
static size_t n_told;

static int numbered(const Choices *c, const char *word) {
    const Choice *one = choice_worded(c, str(word));
    if (!one)
        fail_msg("docs/loop.md: no such word: %s", word);
    return one->number;
}

static unsigned roles_of(char *list) {
    unsigned who = 0;
    for (char *p = strtok(list, ", "); p; p = strtok(NULL, ", "))
        who |= 1u << numbered(&role_choices, p);
    return who;
}

static void read_paper(void) {
    char path[400], line[400], from[40], act[40], to[40], who[200], note[40];
    snprintf(path, sizeof path, "%s/docs/loop.md", getenv("JW_SOURCE"));
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    n_told = 0;
    while (fgets(line, sizeof line, f)) {
        note[0] = 0;
        if (sscanf(line, "| %39[a-z_] | %39[a-z_] | %39[a-z_] | %199[a-z_, ] | %39[a-z]", from, act, to, who,
                   note) < 4)
            continue;
        if (strcmp(from, "state") == 0)
            continue;
        assert_true(n_told < ROWS_MAX);
        told[n_told++] =
            (Told){ numbered(&case_state_choices, from), numbered(&case_act_choices, act),
                    numbered(&case_state_choices, to), roles_of(who), strcmp(note, "needed") == 0 };
    }
    fclose(f);
}

static const Told *told_of(int from, int act) {
    for (size_t i = 0; i < n_told; i++)
        if (told[i].from == from && told[i].act == act)
            return &told[i];
    return NULL;
}

static void test_paper_tells_the_table(void **state) {
    (void)state;
    read_paper();
    assert_int_equal(n_told, case_steps_count);
    for (size_t i = 0; i < case_steps_count; i++) {
        const CaseStep *s = &case_steps[i];
        const Told *t = told_of((int)s->from, (int)s->act);
        if (!t || t->to != (int)s->to || t->who != s->who || t->note != s->needs_note)
            fail_msg("docs/loop.md: %s, %s is told otherwise or not at all",
                     choice_numbered(&case_state_choices, (int)s->from)->word,
                     choice_numbered(&case_act_choices, (int)s->act)->word);
    }
}

/* A case that lacks nothing in whatever state: just dispatched, answered, closed today. */
static void put_into(int64_t id, int state) {
    char sql[1000];
    snprintf(sql, sizeof sql, "DELETE FROM case_event WHERE case_id = %lld", (long long)id);
    testdb_exec(&city_db, sql);
    snprintf(sql, sizeof sql,
             "INSERT INTO case_event (case_id, home, number, act, to_state, role, at_ms, at_day, unit)"
             " SELECT id, home, 1, 5, 5, 10, %lld, %d, %lld FROM cases WHERE id = %lld",
             (long long)begun, day_of_ms(begun), (long long)roads, (long long)id);
    testdb_exec(&city_db, sql);
    snprintf(
        sql, sizeof sql,
        "UPDATE cases SET state = %d, revision = 1, unit = %lld, dispatched_ms = %lld, dispatched_day = %d,"
        " handled_ms = %lld, handled_day = %d, closed_ms = %lld, closed_day = %d, close_kind = 1,"
        " attempts = 1, answered = TRUE, rework = 0, handled_by = NULL, about = 0, asked = 0, extended = 0,"
        " suspended_ms = NULL, suspended_until = reported_day + 10, finish_due_ms = reported_ms + 86400000,"
        " finish_due_day = reported_day + 1,"
        " subject = NULL, path = (SELECT a.path FROM area a WHERE a.id = cases.area) WHERE id = %lld",
        state, (long long)roads, (long long)begun, day_of_ms(begun), (long long)begun, day_of_ms(begun),
        (long long)begun, day_of_ms(begun), (long long)id);
    testdb_exec(&city_db, sql);
}

/* It was returned once, by another unit. */
static void put_return_before(int64_t id) {
    char sql[300];
    snprintf(sql, sizeof sql,
             "INSERT INTO case_event (case_id, home, number, act, to_state, role, at_ms, at_day, unit)"
             " SELECT id, home, 0, 15, 4, 14, %lld, %d, %lld FROM cases WHERE id = %lld",
             (long long)begun, day_of_ms(begun), (long long)roads, (long long)id);
    testdb_exec(&city_db, sql);
}

/* What waits for its answer. */
static void put_asked(int64_t id, int asked) {
    char sql[80];
    snprintf(sql, sizeof sql, "UPDATE cases SET asked = %d WHERE id = %lld", asked, (long long)id);
    testdb_exec(&city_db, sql);
}

static Err take(int64_t id, int act, int role, int64_t condition) {
    bool unit = role == ROLE_HANDLER || role == ROLE_PROPERTY;
    Actor by = actor_as((Role)role, unit ? roads : 0, 500 + role);
    char json[500];

    if (role == ROLE_PUBLIC)
        actor_public(&by);
    if (role == ROLE_PUBLIC && (act == ACT_APPRAISE || act == ACT_REOPEN)) {
        snprintf(json, sizeof json, "{\"code\":\"%s\",\"secret\":\"%s\",\"revision\":1,%s}", code, secret,
                 act == ACT_APPRAISE ? "\"solved\":true" : "\"note\":\"又坏了\"");
        return call(act == ACT_APPRAISE ? "case.rate" : "case.reopen", &by, json);
    }
    snprintf(json, sizeof json,
             "{\"id\":\"%lld\",\"revision\":1,\"act\":\"%s\",\"note\":\"说明\",\"condition\":\"%lld\",\"unit\":"
             "\"%lld\","
             "\"lon\":121.47,\"lat\":31.225,\"answered\":true,\"close_kind\":\"solved\",\"solved\":true,"
             "\"satisfaction\":4,\"until\":\"2026-12-11\",\"subject\":\"%lld\"}",
             (long long)id, choice_numbered(&case_act_choices, act)->word, (long long)condition,
             (long long)order, (long long)order);
    return call("case.act", &by, json);
}

static void try_one(int64_t id, int state, int act, int role, int64_t condition) {
    const Told *t = told_of(state, act);
    bool may = t && (t->who & 1u << role);
    char find[60];
    bool answers = t && (act == ACT_EXTEND || act == ACT_SUSPEND || act == ACT_REFUSE);
    if (act == ACT_CONTEST)
        put_return_before(id);
    if (answers)
        put_asked(id, act == ACT_SUSPEND ? ASKED_SUSPENSION : ASKED_EXTENSION);
    Err e = take(id, act, role, condition);

    snprintf(find, sizeof find, "\"state\":\"%s\"", t ? choice_numbered(&case_state_choices, t->to)->word : "");
    Err want = may                                                                 ? OK
               : role == ROLE_PUBLIC && (act == ACT_APPRAISE || act == ACT_REOPEN) ? ERR_INVALID
               : role == ROLE_PUBLIC                                               ? ERR_SIGN_IN
               : t || !right_of((Role)role, RIGHT_CASE_ACT)                        ? ERR_FORBIDDEN
                                                                                   : ERR_INVALID;
    if (e != want || (may && !strstr(answer, find)))
        fail_msg("%s, %s, %s: %s, not %s; %s %.200s", choice_numbered(&case_state_choices, state)->word,
                 choice_numbered(&case_act_choices, act)->word, choice_numbered(&role_choices, role)->word,
                 err_name(e), err_name(want), e ? fa.en : "", answer);
    if (e == OK || act == ACT_CONTEST || answers)
        put_into(id, state);
}

static void test_every_state_act_role(void **state) {
    int64_t id = filed("206-01"), condition = condition_of("206-01");
    (void)state;
    read_paper();
    for (int s = 1; s <= STATES; s++) {
        if (!choice_numbered(&case_state_choices, s))
            continue;
        put_into(id, s);
        for (int act = 1; act <= ACTS; act++)
            for (int role = 0; role < ROLES && choice_numbered(&case_act_choices, act); role++)
                try_one(id, s, act, role, condition);
    }
}

/* ---- dispatch ---- */

static void test_another_unit_wants_a_reason(void **state) {
    char more[80];
    (void)state;
    int64_t id = filed("206-01");
    snprintf(more, sizeof more, "{\"id\":\"%lld\"}", (long long)id);
    assert_ok(call("case.view", &dispatcher, more));
    int64_t proposed = answered("proposed"), other = proposed == roads ? order : roads;
    snprintf(more, sizeof more, ",\"unit\":\"%lld\"", (long long)other);
    step(&dispatcher, id, "dispatch", more, ERR_INVALID);
    assert_string_equal(fa.key, "not_proposed");
    assert_string_equal(fa.field, "note");
    snprintf(more, sizeof more, ",\"unit\":\"%lld\"", (long long)proposed);
    step(&dispatcher, id, "dispatch", more, OK);
}

/* ---- who checks ---- */

static void test_nobody_checks_his_own(void **state) {
    (void)state;
    Actor handler = handler_of(roads), second = actor_as(ROLE_HANDLER, roads, 77);
    static const Role posts[] = { ROLE_CHECKER, ROLE_CALLBACK, ROLE_GRID_WORKER };
    int64_t id = filed("206-01");
    send_to(id, roads);
    step(&handler, id, "take", "", OK);
    step(&second, id, "handle", ",\"note\":\"办好\"", OK);
    for (size_t i = 0; i < COUNT(posts); i++)
        for (int64_t who = 0; who < 2; who++) { /* who took it on, who handled it; in another post */
            Actor self = actor_as(posts[i], 0, who ? 77 : 12);
            step(&self, id, "pass", "", ERR_FORBIDDEN);
            assert_string_equal(fa.key, "own_work");
            step(&self, id, "fail", ",\"note\":\"不行\"", ERR_FORBIDDEN);
        }
    step(&checker, id, "fail", ",\"note\":\"没补\"", OK);
    step(&handler, id, "handle", ",\"note\":\"已补\"", OK);
    Actor before = actor_as(ROLE_CHECKER, 0, 77); /* he handled it the first time */
    step(&before, id, "pass", "", ERR_FORBIDDEN);
    step(&checker, id, "pass", "", OK);
}

/* ---- feedback ---- */

static void test_attempts_on_two_days(void **state) {
    (void)state;
    int64_t id = reported(",\"contact\":\"13800000000\"");
    char more[80];
    int64_t k = condition_of("206-01");
    step(&dispatcher, id, "accept", "", OK);
    snprintf(more, sizeof more, ",\"condition\":\"%lld\"", (long long)k);
    step(&dispatcher, id, "file", more, OK);
    send_to(id, roads);
    handled_by_roads(id);
    step(&checker, id, "pass", "", OK);
    for (int i = 0; i < 3; i++)
        step(&caller, id, "feedback", ",\"note\":\"无人接听\",\"answered\":false", OK);
    step(&caller, id, "close", ",\"close_kind\":\"unreachable\"", ERR_INVALID); /* three, on one day */
    assert_string_equal(fa.key, "close_not_reached");
    clock_stop(begun + DAYS(1));
    step(&caller, id, "feedback", ",\"note\":\"无人接听\",\"answered\":false", OK);
    step(&caller, id, "close", ",\"close_kind\":\"unreachable\"", OK);
}

/* ---- a long history ---- */

/* As many steps again, before those that are still to come: they count, too. */
static void grows_by(int64_t id, int steps) {
    char sql[600];
    snprintf(
        sql, sizeof sql,
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
        "INSERT INTO case_event (case_id, home, number, act, to_state, role, at_ms, at_day) "
        "SELECT c.id, c.home, c.revision + n.i, 6, c.state, 5, c.reported_ms, c.reported_day FROM n, cases c "
        "WHERE c.id = %lld",
        steps, (long long)id);
    testdb_exec(&city_db, sql);
    snprintf(sql, sizeof sql, "UPDATE cases SET revision = revision + %d WHERE id = %lld", steps,
             (long long)id);
    testdb_exec(&city_db, sql);
}

static int64_t at_feedback(const char *more) {
    char json[80];
    int64_t id = reported(more);
    step(&dispatcher, id, "accept", "", OK);
    snprintf(json, sizeof json, ",\"condition\":\"%lld\"", (long long)condition_of("206-01"));
    step(&dispatcher, id, "file", json, OK);
    send_to(id, roads);
    handled_by_roads(id);
    step(&checker, id, "pass", "", OK);
    return id;
}

static void test_attempts_after_many_steps(void **state) {
    (void)state;
    int64_t id = at_feedback(",\"contact\":\"13800000000\"");
    grows_by(id, 600);
    for (int i = 0; i < 3; i++)
        step(&caller, id, "feedback", ",\"note\":\"无人接听\",\"answered\":false", OK);
    step(&caller, id, "close", ",\"close_kind\":\"unreachable\"", ERR_INVALID);
    clock_stop(begun + DAYS(1));
    step(&caller, id, "feedback", ",\"note\":\"无人接听\",\"answered\":false", OK);
    step(&caller, id, "close", ",\"close_kind\":\"unreachable\"", OK);
}

/* Seventy checks that failed, ten minutes each: the limit stood still in all of them. */
static void test_clock_after_many_steps(void **state) {
    char more[80], sql[100];
    Actor handler = handler_of(roads);
    (void)state;
    int64_t id = reported(""), at = begun;
    step(&dispatcher, id, "accept", "", OK);
    snprintf(more, sizeof more, ",\"condition\":\"%lld\"", (long long)condition_of("201-02"));
    step(&dispatcher, id, "file", more, OK);
    send_to(id, roads);
    grows_by(id, 450);
    step(&handler, id, "take", "", OK);
    for (int i = 0; i < 70; i++) {
        clock_stop(at += 60000);
        step(&handler, id, "handle", ",\"note\":\"换新盖\"", OK);
        clock_stop(at += 600000);
        step(&checker, id, "fail", ",\"note\":\"没好\"", OK);
    }
    snprintf(sql, sizeof sql, "SELECT finish_due_ms - dispatched_ms FROM cases WHERE id = %lld", (long long)id);
    assert_true(number(sql) == HOURS(4) + 70 * 600000LL);
}

/* The machine's clock is set back between two steps: the case goes on, the steps keep
 * their order, and the limit is no shorter for it. */
static void test_clock_set_back(void **state) {
    char more[80], sql[160];
    Actor handler = handler_of(roads);
    (void)state;
    int64_t id = reported("");
    step(&dispatcher, id, "accept", "", OK);
    snprintf(more, sizeof more, ",\"condition\":\"%lld\"", (long long)condition_of("206-01"));
    step(&dispatcher, id, "file", more, OK);
    send_to(id, roads);
    snprintf(sql, sizeof sql, "SELECT finish_due_ms FROM cases WHERE id = %lld", (long long)id);
    int64_t due = number(sql);
    step(&handler, id, "take", "", OK);
    clock_stop(begun + HOURS(1));
    step(&handler, id, "handle", ",\"note\":\"换新盖\"", OK);
    clock_stop(begun - DAYS(2)); /* before it was even reported */
    step(&checker, id, "fail", ",\"note\":\"没好\"", OK);
    assert_true(number(sql) == due);
    step(&handler, id, "handle", ",\"note\":\"换新盖\"", OK);
    clock_stop(begun + HOURS(2));
    step(&checker, id, "fail", ",\"note\":\"没好\"", OK);
    assert_true(number(sql) >= due);
    step(&handler, id, "handle", ",\"note\":\"换新盖\"", OK);
    step(&checker, id, "pass", "", OK);
    step(&caller, id, "feedback", ",\"note\":\"电话答复\",\"answered\":true", OK);
    step(&caller, id, "close", ",\"close_kind\":\"solved\"", OK);
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM case_event WHERE case_id = %lld AND number BETWEEN 1 AND 13", (long long)id);
    assert_int_equal(number(sql), 13);
}

/* ---- after the close ---- */

static Err own(const char *op, const char *with, int64_t revision, const char *more) {
    Actor nobody;
    char json[300];
    actor_public(&nobody);
    snprintf(json, sizeof json, "{\"code\":\"%s\",\"secret\":\"%s\",\"revision\":%lld%s}", code, with,
             (long long)revision, more);
    return call(op, &nobody, json);
}

static int64_t own_revision(void) {
    Actor nobody;
    char json[100];
    actor_public(&nobody);
    snprintf(json, sizeof json, "{\"code\":\"%s\",\"secret\":\"%s\"}", code, secret);
    assert_ok(call("case.track_more", &nobody, json));
    return answered("revision");
}

static void test_rating(void **state) {
    (void)state;
    int64_t id = closed(), r = own_revision();
    assert_non_null(strstr(answer, "\"act\":\"appraise\""));
    assert_non_null(strstr(answer, "\"act\":\"reopen\""));
    size_t n = 0; /* only what is his to do */
    for (const char *p = strstr(answer, "\"allowed\":"); p; p = strstr(p + 1, "\"allowed\":"))
        n++;
    assert_int_equal(n, 2);
    assert_int_equal(own("case.rate", code, r, ",\"solved\":true"), ERR_NOT_FOUND);
    assert_int_equal(own("case.rate", secret, r - 1, ",\"solved\":true"), ERR_CONFLICT);
    assert_int_equal(own("case.rate", secret, r, ""), ERR_INVALID);
    assert_int_equal(own("case.rate", secret, r, ",\"satisfaction\":6"), ERR_INVALID);
    assert_ok(own("case.rate", secret, r, ",\"solved\":false,\"satisfaction\":2"));
    assert_non_null(strstr(answer, "\"state\":\"appraised\""));
    assert_non_null(strstr(got(id), "\"solved\":false,\"satisfaction\":2"));
    assert_int_equal(own("case.rate", secret, r + 1, ",\"satisfaction\":5"), ERR_INVALID); /* once */
    assert_string_equal(fa.key, "no_such_step");
}

static void test_reopen(void **state) {
    (void)state;
    int64_t id = closed(), r = own_revision();
    clock_stop(begun + DAYS(15));
    assert_int_equal(own("case.reopen", secret, r, ""), ERR_INVALID); /* what is wrong, then? */
    assert_ok(own("case.reopen", secret, r, ",\"note\":\"又坏了\""));
    assert_non_null(strstr(got(id), "\"state\":\"filed\""));
    assert_null(strstr(answer, "\"closed\""));
    assert_null(strstr(answer, "\"finish_due\"")); /* a new limit with the new dispatch */
    send_to(id, roads);
    assert_non_null(strstr(got(id), "\"finish_due\""));
    assert_true(answered("dispatched") == begun + DAYS(15));
    handled_by_roads(id);
    step(&checker, id, "pass", "", OK);
    step(&caller, id, "close", ",\"close_kind\":\"solved\"", ERR_INVALID); /* new feedback, too */
    step(&caller, id, "feedback", ",\"note\":\"电话答复\",\"answered\":true", OK);
    step(&caller, id, "close", ",\"close_kind\":\"solved\"", OK);
}

static void test_too_late_is_linked(void **state) {
    char json[200], old[16];
    (void)state;
    int64_t id = closed(), r = own_revision();
    memcpy(old, code, sizeof old);
    clock_stop(begun + DAYS(16));
    assert_int_equal(own("case.reopen", secret, r, ",\"note\":\"又坏了\""), ERR_FORBIDDEN);
    assert_string_equal(fa.key, "reopen_late");
    snprintf(json, sizeof json, ",\"linked_code\":\"%s\"", old);
    int64_t again = reported(json);
    got(again);
    assert_int_equal(answered("linked"), id);
    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)again);
    assert_ok(call("case.view", &dispatcher, json));
    snprintf(json, sizeof json, "\"linked_code\":\"%s\"", old);
    assert_non_null(strstr(answer, json));
}

/* ---- danger first ---- */

static void test_danger_first(void **state) {
    static const struct {
        const char *more;
        bool danger;
    } reports[] = {
        { ",\"spot\":\"3 号楼\"", false },
        { ",\"danger\":true", true },
        { ",\"spot\":\"电梯困人\"", true },
        { ",\"spot\":\"门口\"", false },
    };
    int64_t ids[COUNT(reports)];
    char json[160];
    (void)state;
    testdb_exec(&city_db, "UPDATE cases SET danger = FALSE");
    for (size_t i = 0; i < COUNT(reports); i++)
        ids[i] = reported(reports[i].more);
    static const size_t order_[] = { 2, 1, 3, 0 }; /* danger first, then the newest */
    for (size_t i = 0; i < COUNT(order_); i++) {
        snprintf(json, sizeof json,
                 i ? "{\"open\":true,\"limit\":1,\"before\":\"%lld\"}" : "{\"open\":true,\"limit\":1}",
                 (long long)(i ? ids[order_[i - 1]] : 0));
        assert_ok(call("case.list", &dispatcher, json));
        assert_int_equal(answered("id"), ids[order_[i]]);
        assert_int_equal(strstr(answer, "\"danger\":true") != NULL, reports[order_[i]].danger);
    }
    Actor system = actor_as(ROLE_SYSTEM_ADMIN, 0, 1);
    assert_ok(call("setting.put", &system, "{\"name\":\"danger_words\",\"value\":\"马蜂窝\\n漏电\"}"));
    assert_non_null(strstr(got(reported(",\"spot\":\"树上有马蜂窝\"")), "\"danger\":true"));
    assert_non_null(strstr(got(reported(",\"spot\":\"电梯困人\"")), "\"danger\":false"));
    assert_int_equal(call("setting.put", &system, "{\"name\":\"danger_words\",\"value\":\"火\"}"), ERR_INVALID);
}

/* ---- on the spot ---- */

static int64_t settle(const Actor *by, int64_t condition, Err expected) {
    char json[300];
    snprintf(
        json, sizeof json,
        "{\"text\":\"楼道堆物\",\"lon\":121.47,\"lat\":31.225,\"condition\":\"%lld\",\"note\":\"当场清走\"}",
        (long long)condition);
    Err e = call("case.settle", by, json);
    if (e != expected)
        fail_msg("%s, not %s: %s", err_name(e), err_name(expected), e ? fa.en : "");
    return e == OK ? answered("id") : 0;
}

/* With them: photo_case_test.c. */
static void settle_without_photos(void) {
    Actor system = actor_as(ROLE_SYSTEM_ADMIN, 0, 1);
    assert_ok(call("setting.put", &system, "{\"name\":\"settle_photos\",\"value\":\"none\"}"));
}

static void test_settled_on_the_spot(void **state) {
    int64_t condition = condition_of("206-01"), sampled = 0, plain = 0;
    int n = 0, n_sampled = 0;
    (void)state;
    settle_without_photos();
    settle(&dispatcher, condition, ERR_FORBIDDEN);
    for (; n < 400 && (!sampled || n < 200); n++) {
        int64_t id = settle(&worker, condition, OK);
        bool is = strstr(answer, "\"state\":\"result_check\"") != NULL;
        assert_int_equal(is, case_is_sampled((CaseId){ id })); /* by its id and nothing else */
        assert_int_equal(strstr(answer, "\"sampled\":true") != NULL, is);
        assert_int_equal(strstr(answer, "\"state\":\"closed\"") != NULL, !is);
        n_sampled += is;
        sampled = is ? id : sampled;
        plain = is ? plain : id;
    }
    assert_true(sampled && plain);
    assert_in_range(n_sampled, n / 60, n / 8); /* about one in twenty */
    assert_ok(call("case.count", &dispatcher, "{\"sampled\":true}"));
    assert_int_equal(answered("n"), n_sampled);
    Actor self = actor_as(ROLE_CHECKER, 0, 15);
    step(&self, sampled, "pass", "", ERR_FORBIDDEN);
    step(&checker, sampled, "pass", "", OK);
    assert_non_null(strstr(answer, "\"state\":\"closed\""));
    assert_int_equal(number("SELECT count(*) FROM case_event WHERE act = 18"), n);
}

static void test_failed_sample_is_dispatched(void **state) {
    int64_t condition = condition_of("206-01"), id;
    (void)state;
    settle_without_photos();
    do
        id = settle(&worker, condition, OK);
    while (!case_is_sampled((CaseId){ id }));
    step(&checker, id, "fail", ",\"note\":\"还堆着\"", OK);
    assert_non_null(strstr(got(id), "\"state\":\"filed\""));
    assert_int_equal(answered("rework"), 1);
    send_to(id, roads);
    handled_by_roads(id);
    Actor self = actor_as(ROLE_CHECKER, 0, 15);
    step(&self, id, "pass", "", ERR_FORBIDDEN); /* he settled it once */
    closed_from_handled(id);
}

/* ---- his own work, by every path ---- */

static int64_t at_check(const Actor *handler) {
    int64_t id = filed("206-01");
    send_to(id, roads);
    step(handler, id, "take", "", OK);
    step(handler, id, "handle", ",\"note\":\"办好\"", OK);
    return id;
}

/* Whatever post he holds today: of every role that the table lets check, in his unit and
 * out of it. */
static void cannot_check(int64_t id, int64_t account) {
    static const CaseAct acts[] = { ACT_PASS, ACT_FAIL };

    for (size_t r = 0; r < role_choices.n; r++)
        for (size_t a = 0; a < COUNT(acts); a++)
            for (int in_unit = 0; in_unit < 2; in_unit++) {
                const CaseStep *s = case_step(CASE_CHECK, acts[a]);
                s = s ? s : case_step(CASE_HANDLED, acts[a]);
                assert_non_null(s);
                if (!(s->who & 1u << role_choices.list[r].number) || role_choices.list[r].number == ROLE_PUBLIC)
                    continue;
                Actor self = actor_as((Role)role_choices.list[r].number, in_unit ? roads : 0, account);
                step(&self, id, acts[a] == ACT_PASS ? "pass" : "fail", ",\"note\":\"看过\"", ERR_FORBIDDEN);
            }
}

/* Two accounts of one unit, the second on behalf of the first; a second post; the case
 * reopened, or dispatched to another unit afterwards; who reported what he now checks. */
static void test_own_work_by_every_path(void **state) {
    Actor handler = handler_of(roads), reporter = actor_as(ROLE_GRID_WORKER, 0, 78);
    (void)state;
    int64_t id = at_check(&handler);
    cannot_check(id, 12);
    step(&checker, id, "fail", ",\"note\":\"没补\"", OK); /* it goes on; others handle it now */
    Actor second = actor_as(ROLE_HANDLER, roads, 77);
    step(&second, id, "handle", ",\"note\":\"替他办的\"", OK);
    cannot_check(id, 12);
    cannot_check(id, 77);
    step(&checker, id, "pass", "", OK);

    assert_ok(call("case.report", &reporter,
                   "{\"text\":\"井盖\",\"lon\":121.47,\"lat\":31.225,\"source\":\"worker\"}"));
    id = answered("id");
    char more[80];
    step(&dispatcher, id, "accept", "", OK);
    snprintf(more, sizeof more, ",\"condition\":\"%lld\"", (long long)condition_of("206-01"));
    step(&dispatcher, id, "file", more, OK);
    send_to(id, roads);
    handled_by_roads(id);
    cannot_check(id, 78);
    step(&checker, id, "pass", "", OK);
}

/* A ticket that another system sent is nobody's own until somebody here has worked on it;
 * from then on it is his. */
static void test_own_work_of_an_imported_ticket(void **state) {
    Actor handler = handler_of(roads);
    char sql[200];
    (void)state;
    int64_t id = at_check(&handler);
    snprintf(sql, sizeof sql, "UPDATE cases SET source = %d, external_no = 'X-1' WHERE id = %lld",
             SOURCE_IMPORT, (long long)id);
    testdb_exec(&city_db, sql);
    cannot_check(id, 12);
    step(&checker, id, "pass", "", OK);
}

/* ---- in the same second ---- */

typedef struct Racer {
    pthread_t thread;
    pthread_barrier_t *line;
    Store *on;
    int64_t id, account;
    Err e;
    Fault f;
} Racer;

static void *race(void *arg) {
    Racer *r = arg;
    Arena a;
    static _Thread_local char out_room[8192], json[120];
    Buf out = { out_room, 0, sizeof out_room, false, 0 };
    Actor by = actor_as(ROLE_DISPATCHER, 0, r->account);

    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"revision\":1,\"act\":\"accept\"}", (long long)r->id);
    OpCall c = {
        .op = op_named(str("case.act")), .store = r->on, .slot = -1, .body = str(json), .arena = &a, .out = &out
    };
    actor_copy(&by, &c.by);
    r->e = arena_begin(&a, 4 << 20, &r->f);
    pthread_barrier_wait(r->line);
    if (r->e == OK)
        r->e = op_call(&c, &r->f);
    arena_end(&a);
    return NULL;
}

static void test_one_wins(void **state) {
    Store *second = city;
    (void)state;
    if (dialect == POSTGRES) /* two servers */
        assert_ok(store_open(&city_db.config, &second, &fa));
    for (int i = 0; i < 20; i++) {
        int64_t id = reported("");
        pthread_barrier_t line;
        Racer r[2] = { { .line = &line, .on = city, .id = id, .account = 11 },
                       { .line = &line, .on = second, .id = id, .account = 21 } };
        char sql[100];
        pthread_barrier_init(&line, NULL, 2);
        for (int k = 0; k < 2; k++)
            assert_int_equal(pthread_create(&r[k].thread, NULL, race, &r[k]), 0);
        for (int k = 0; k < 2; k++)
            pthread_join(r[k].thread, NULL);
        pthread_barrier_destroy(&line);
        const Racer *lost = r[0].e == OK ? &r[1] : &r[0];
        assert_true((r[0].e == OK) != (r[1].e == OK));
        assert_int_equal(lost->e, ERR_CONFLICT);
        assert_string_equal(lost->f.key, "case_changed");
        snprintf(sql, sizeof sql, "SELECT count(*) FROM case_event WHERE case_id = %lld", (long long)id);
        assert_int_equal(number(sql), 2);
    }
    if (second != city)
        store_close(second);
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
#define EACH(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        cmocka_unit_test(test_paper_tells_the_table),
        EACH(test_every_state_act_role),
        EACH(test_another_unit_wants_a_reason),
        EACH(test_nobody_checks_his_own),
        EACH(test_attempts_on_two_days),
        EACH(test_clock_set_back),
        EACH(test_attempts_after_many_steps),
        EACH(test_clock_after_many_steps),
        EACH(test_rating),
        EACH(test_reopen),
        EACH(test_too_late_is_linked),
        EACH(test_danger_first),
        EACH(test_own_work_by_every_path),
        EACH(test_own_work_of_an_imported_ticket),
        EACH(test_settled_on_the_spot),
        EACH(test_failed_sample_is_dispatched),
        EACH(test_one_wins),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "the loop on SQLite" : "the loop on PostgreSQL", tests,
                                       NULL, NULL);
}

int main(void) {
    record_begin();
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
