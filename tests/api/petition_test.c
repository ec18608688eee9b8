/* petition_test – petitions 信访: received and split by kind, clocks in calendar days, every
 * (state, step, role) tried, written notices, withdrawal for an interest, review by a body
 * above, the sealed file. Name and words that are planted in an accusation are found in no
 * byte that the accused unit or the public can reach; and nothing finds a matter by who
 * brought it. */
#include "city.h"

#include "petition.h"
#include "retention.h"

#define NAME "金丝雀丙-4711"
#define WORDS "金丝雀丁-0815"
static Dialect dialect;
static const int64_t begun = 1796086800000; /* 2026-12-01 09:00, a Tuesday */
#define DAY_MS 86400000LL
static Actor counter, lead, leader, u1, u2, u3, nobody;
static int64_t o1, o2, o3;

static const char *asked(const char *sql) { return testdb_ask(&city_db, sql); }
static int64_t number(const char *sql) { return strtoll(asked(sql), NULL, 10); }

static Actor post_at(Role role, int64_t unit, int64_t account) {
    Actor a;
    actor_in(role, str("0"), (OrgId){ unit }, &a);
    a.account.v = a.scope.self = account;
    return a;
}

static int set_up(void **state) {
    (void)state;
    clock_stop(begun);
    city_open(dialect, true);
    actor_public(&nobody);
    o1 = number("SELECT id FROM org WHERE code = 'U1'");
    o2 = number("SELECT id FROM org WHERE code = 'U2'");
    o3 = number("SELECT id FROM org WHERE code = 'U3'");
    testdb_exec(&city_db,
                "UPDATE org SET parent = (SELECT id FROM org o WHERE o.code = 'U3') WHERE code = 'U2'");
    testdb_exec(&city_db,
                "UPDATE org SET parent = (SELECT id FROM org o WHERE o.code = 'U1') WHERE code = 'U3'");
    counter = post_at(ROLE_DISPATCHER, 0, 911);
    lead = post_at(ROLE_DUTY_LEAD, 0, 912);
    leader = post_at(ROLE_LEADER, 0, 913);
    u1 = post_at(ROLE_HANDLER, o1, 921);
    u2 = post_at(ROLE_HANDLER, o2, 922);
    u3 = post_at(ROLE_HANDLER, o3, 923);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    clock_stop(0);
    return 0;
}

static void refused(Err e, Err expected, const char *key) {
    if (e != expected || (e != OK && strcmp(fa.key, key) != 0))
        fail_msg("%s [%s], not %s [%s]: %s", err_name(e), e ? fa.key : "", err_name(expected), key,
                 e ? fa.en : "");
}

static int64_t receive(const char *more) {
    char json[700], area[60] = "";
    if (!strstr(more, "\"area\""))
        snprintf(area, sizeof area, ",\"area\":\"%lld\"",
                 (long long)number("SELECT id FROM area WHERE path = '0000000'"));
    snprintf(json, sizeof json,
             "{\"matter\":\"道路施工长期不完工\",\"material\":\"" WORDS "，我是张三\",\"name\":\"" NAME
             "\",\"contact\":\"13800000000\"%s%s}",
             area, more);
    assert_ok(call("petition.receive", &counter, json));
    return answered("id");
}

static Err act(const Actor *by, int64_t id, const char *what, const char *more) {
    char json[700], sql[100];
    snprintf(sql, sizeof sql, "SELECT revision FROM petition WHERE id = %lld", (long long)id);
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"revision\":%lld,\"act\":\"%s\"%s}", (long long)id,
             (long long)number(sql), what, more);
    return call("petition.act", by, json);
}

static Err one(const char *op, const Actor *by, int64_t id, const char *more) {
    char json[700];
    snprintf(json, sizeof json, "{\"id\":\"%lld\"%s}", (long long)id, more);
    return call(op, by, json);
}

static const char *to(int64_t unit) {
    static char more[80];
    snprintf(more, sizeof more, ",\"unit\":\"%lld\",\"note\":\"按职责\"", (long long)unit);
    return more;
}

static int64_t of(int64_t id, const char *column) {
    char sql[120];
    snprintf(sql, sizeof sql, "SELECT %s FROM petition WHERE id = %lld", column, (long long)id);
    return number(sql);
}

#define NOTE ",\"note\":\"已核实\""
#define CLAIM ",\"kind\":\"claim\""
/* 24:00 of the n-th day after. */
static int64_t days_after(int64_t ms, int n) { return (day_of_ms(ms) + n + 1) * DAY_MS - 8 * 3600000LL; }

static int64_t assigned(void) {
    int64_t id = receive(CLAIM);
    assert_ok(act(&lead, id, "assign", to(o2)));
    return id;
}

static int64_t accepted(void) {
    int64_t id = assigned();
    assert_ok(act(&u2, id, "take", ""));
    assert_ok(act(&u2, id, "accept", ""));
    return id;
}

static int64_t answered_one(void) {
    int64_t id = accepted();
    assert_ok(act(&u2, id, "answer", NOTE));
    return id;
}

/* ---- the table ---- */

/* What each step needs beside state and role is there, so that the legal ones pass. */
static void stand_in(int64_t id, PetitionState s, PetitionAct a, int64_t account) {
    char sql[900];
    bool free_to_take = a == PET_TAKE, more = a == PET_EXTEND || a == PET_REFUSE;
    int64_t opinion = a == PET_SEAL ? begun - 40 * DAY_MS : begun;
    snprintf(
        sql, sizeof sql,
        "UPDATE petition SET state = %d, kind = 3, about = 0, subject = NULL, revision = 1, unit = %lld, "
        "first_unit = NULL, handler = %s, "
        "received_ms = %lld, accepted_ms = %lld, accepted_day = 20788, assigned_ms = %lld, assigned_day = "
        "20788, opinion_ms = %lld, opinion_day = 20788, due_ms = %lld, due_day = 20888, object_due_ms = %lld, "
        "object_due_day = 20888, more_days = %s, more_by = %s, extended = FALSE WHERE id = %lld",
        (int)s, (long long)(a == PET_ASK_REVIEW ? o3 : o2), free_to_take ? "NULL" : "(SELECT 0)",
        (long long)begun, (long long)begun, (long long)begun, (long long)opinion,
        (long long)(begun + 30 * DAY_MS), (long long)(begun + 5 * DAY_MS), more ? "10" : "NULL",
        more ? "1" : "NULL", (long long)id);
    testdb_exec(&city_db, sql);
    if (!free_to_take) {
        snprintf(sql, sizeof sql, "UPDATE petition SET handler = %lld WHERE id = %lld", (long long)account,
                 (long long)id);
        testdb_exec(&city_db, sql);
    }
    snprintf(sql, sizeof sql,
             "DELETE FROM petition_recusal; DELETE FROM petition_event WHERE petition_id = %lld; DELETE FROM "
             "petition_notice WHERE petition_id = %lld",
             (long long)id, (long long)id);
    testdb_exec(&city_db, sql);
}

/* A step that is refused changes nothing, so a row is made anew only for one that is legal. */
static int try_roles(int64_t id, PetitionState from, const Choice *what) {
    const PetitionStep *step = petition_step(from, (PetitionAct)what->number);
    char json[300];
    int passed = 0;

    for (size_t r = 0; r < role_choices.n; r++) {
        const Role role = (Role)role_choices.list[r].number;
        const bool legal = step && step->who & 1u << role;
        Actor by = role == ROLE_PUBLIC ? nobody : post_at(role, role == ROLE_HANDLER ? o2 : 0, 950);
        if (r == 0 || passed)
            stand_in(id, from, (PetitionAct)what->number, 950);
        snprintf(
            json, sizeof json,
            ",\"revision\":1,\"act\":\"%s\",\"note\":\"按规定\",\"unit\":\"%lld\",\"kind\":\"claim\",\"road\":"
            "\"court\",\"days\":10",
            what->word, (long long)o1);
        Err e = one("petition.act", &by, id, json);
        if (legal != (e == OK))
            fail_msg("%s, %s, %s: %s %s", choice_numbered(&petition_state_choices, from)->word, what->word,
                     role_choices.list[r].word, err_name(e), e ? fa.en : "");
        if (e == OK)
            assert_int_equal(of(id, "state"), step->to);
        passed += e == OK;
    }
    return passed;
}

static void test_every_triple(void **state) {
    int64_t id = receive(CLAIM);
    int passed = 0, rows = 0;
    (void)state;
    for (size_t s = 0; s < petition_state_choices.n; s++)
        for (size_t a = 0; a < petition_act_choices.n; a++)
            passed += try_roles(id, (PetitionState)petition_state_choices.list[s].number,
                                &petition_act_choices.list[a]);
    for (size_t i = 0; i < petition_steps_count; i++)
        rows += __builtin_popcount(petition_steps[i].who);
    assert_int_equal(passed, rows);
}

/* For people the same table stands in docs/petitions.md. */
static void test_paper_is_the_table(void **state) {
    static const Role order[] = { ROLE_DUTY_LEAD, ROLE_DISPATCHER, ROLE_HANDLER, ROLE_LEADER };
    static char paper[1 << 16];
    char path[400], row[300];
    (void)state;
    snprintf(path, sizeof path, "%s/docs/petitions.md", getenv("JW_SOURCE"));
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    paper[fread(paper, 1, sizeof paper - 1, file)] = 0;
    fclose(file);
    for (size_t i = 0; i < petition_steps_count; i++) {
        const PetitionStep *s = &petition_steps[i];
        Buf b = { row, 0, sizeof row, false, 0 };
        buf_fmt(&b, "| %s | %s | %s | ", choice_numbered(&petition_state_choices, s->from)->word,
                choice_numbered(&petition_act_choices, s->act)->word,
                choice_numbered(&petition_state_choices, s->to)->word);
        for (size_t r = 0, n = 0; r < COUNT(order); r++)
            if (s->who & 1u << order[r])
                buf_fmt(&b, "%s%s", n++ ? ", " : "", choice_numbered(&role_choices, order[r])->word);
        buf_fmt(&b, " | %s |", s->paper ? choice_numbered(&petition_paper_choices, s->paper)->word : "–");
        if (!strstr(paper, row))
            fail_msg("docs/petitions.md lacks %s", row);
    }
    size_t rows = 0;
    for (const char *at = strstr(paper, "| from |"); at && *at == '|'; at = strchr(at, '\n') + 1)
        rows++;
    assert_int_equal(rows, petition_steps_count + 2);
}

/* ---- received ---- */

static void test_received(void **state) {
    (void)state;
    int64_t id = receive(CLAIM);
    assert_int_equal(of(id, "due_ms"), days_after(begun, 15));
    assert_ok(one("petition.view", &counter, id, ""));
    assert_non_null(strstr(answer, "\"paper\":\"receipt\""));
    assert_null(strstr(answer, NAME));
    assert_null(strstr(answer, WORDS));
    assert_ok(one("petition.notice", &counter, id, ",\"number\":1"));
    assert_non_null(strstr(answer, "\"matter\":\"道路施工长期不完工\""));
    assert_null(strstr(answer, NAME));
    assert_int_equal(number("SELECT count(*) FROM petition WHERE matter LIKE '%金丝雀%'"), 0);

    /* what stands in the open names nobody */
    refused(call("petition.receive", &counter,
                 "{\"kind\":\"claim\",\"matter\":\"打13800000000问\",\"material\":\"x\"}"),
            ERR_INVALID, "petition_names");
    refused(call("petition.receive", &counter, "{\"kind\":\"claim\",\"matter\":\"路灯\",\"material\":\"x\"}"),
            ERR_INVALID, "petition_area");
    /* anonymous works */
    Actor street;
    actor_in(ROLE_DISPATCHER, str("0000000"), (OrgId){ 0 }, &street);
    assert_ok(call("petition.receive", &street,
                   "{\"kind\":\"suggestion\",\"matter\":\"加一盏路灯\",\"material\":\"x\"}"));
    /* an accusation says whom */
    refused(
        call("petition.receive", &counter, "{\"kind\":\"accusation\",\"matter\":\"收钱\",\"material\":\"x\"}"),
        ERR_INVALID, "petition_about");
    assert_int_equal(call("petition.receive", &u2, "{\"kind\":\"claim\",\"matter\":\"ab\",\"material\":\"x\"}"),
                     ERR_FORBIDDEN);
}

static void test_one_letter_several_matters(void **state) {
    (void)state;
    int64_t id = receive(CLAIM);
    char more[300];
    snprintf(
        more, sizeof more,
        ",\"revision\":1,\"kind\":\"accusation\",\"matter\":\"养护队收钱\",\"material\":\"另一件\",\"about\":"
        "\"unit\",\"subject\":\"%lld\"",
        (long long)o2);
    assert_ok(one("petition.split", &counter, id, more));
    int64_t second = answered("id");
    assert_int_equal(of(second, "linked"), id);
    assert_int_equal(of(second, "kind"), PETITION_ACCUSATION);
    assert_int_equal(of(second, "received_ms"), begun);
    assert_ok(one("petition.person", &counter, second, ",\"reason\":\"送达\""));
    assert_non_null(strstr(answer, NAME)); /* asked once, known to both */
    assert_ok(one("petition.material", &counter, second, ",\"reason\":\"送达\""));
    assert_null(strstr(answer, WORDS)); /* each has its own words alone */
    assert_ok(act(&lead, id, "assign", to(o2)));
    refused(one("petition.split", &counter, id,
                ",\"revision\":2,\"kind\":\"claim\",\"matter\":\"又一件\",\"material\":\"x\""),
            ERR_INVALID, "petition_split_late");
}

/* 诉访分离 */
static void test_told_the_legal_road(void **state) {
    (void)state;
    int64_t id = receive(CLAIM);
    refused(act(&counter, id, "redirect", NOTE), ERR_INVALID, "step_needs");
    assert_ok(act(&counter, id, "redirect", ",\"road\":\"arbitration\",\"note\":\"劳动争议\""));
    assert_int_equal(of(id, "state"), PETITION_REDIRECTED);
    assert_ok(one("petition.notice", &counter, id, ",\"number\":2"));
    assert_non_null(strstr(answer, "\"road\":\"arbitration\""));
    assert_non_null(strstr(answer, "劳动争议"));
    assert_int_equal(number("SELECT count(*) FROM petition_event WHERE note LIKE '%劳动争议%'"), 0);
}

/* ---- the clocks ---- */

static void test_clocks(void **state) {
    (void)state;
    int64_t id = assigned();
    assert_int_equal(of(id, "due_ms"), days_after(begun, 15));        /* the notice, from the day it came */
    assert_int_equal(of(id, "object_due_day"), day_of_ms(begun) + 7); /* five working days */
    clock_stop(begun + 3 * DAY_MS);
    assert_ok(act(&u2, id, "take", ""));
    assert_ok(act(&u2, id, "accept", ""));
    assert_int_equal(of(id, "due_ms"), days_after(begun + 3 * DAY_MS, 60));

    /* more time: once, asked by one, agreed to by another, before the time is over */
    refused(act(&u2, id, "ask_more", NOTE), ERR_INVALID, "step_needs");
    refused(act(&u2, id, "ask_more", ",\"days\":31,\"note\":\"情况复杂\""), ERR_INVALID, "number_range");
    assert_ok(act(&u2, id, "ask_more", ",\"days\":30,\"note\":\"情况复杂\""));
    refused(act(&u2, id, "ask_more", ",\"days\":30,\"note\":\"情况复杂\""), ERR_FORBIDDEN, "extension_asked");
    Actor self = post_at(ROLE_LEADER, 0, u2.account.v);
    refused(act(&self, id, "extend", NOTE), ERR_FORBIDDEN, "extension_own");
    refused(act(&leader, id, "extend", ""), ERR_INVALID, "step_needs"); /* explained */
    assert_ok(act(&leader, id, "extend", ",\"note\":\"需要鉴定\""));
    assert_int_equal(of(id, "due_ms"), days_after(begun + 3 * DAY_MS, 90));
    refused(act(&u2, id, "ask_more", ",\"days\":1,\"note\":\"再延\""), ERR_FORBIDDEN, "extended_once");
    assert_ok(one("petition.view", &u2, id, ""));
    assert_non_null(strstr(answer, "\"paper\":\"extension\""));

    int64_t late = accepted();
    clock_stop(days_after(begun + 3 * DAY_MS, 60) + 1);
    refused(act(&u2, late, "ask_more", ",\"days\":1,\"note\":\"情况复杂\""), ERR_FORBIDDEN, "extension_late");
    assert_ok(act(&u2, late, "answer", NOTE)); /* late, but answered */
    clock_stop(begun);
}

static void test_clocks_are_data(void **state) {
    (void)state;
    Actor system = post_at(ROLE_SYSTEM_ADMIN, 0, 1);
    assert_ok(
        call("setting.put", &system, "{\"name\":\"petition_clocks\",\"value\":\"notice 10\\nfinish 45\"}"));
    int64_t id = accepted();
    assert_int_equal(of(id, "due_ms"), days_after(begun, 45));
    assert_int_equal(of(receive(CLAIM), "due_ms"), days_after(begun, 10));
    refused(
        call("setting.put", &system, "{\"name\":\"petition_clocks\",\"value\":\"notice 10\\nextension 31\"}"),
        ERR_INVALID, "petition_clocks_form");
    assert_non_null(strstr(fa.en, "Line 2"));
    refused(call("setting.put", &system, "{\"name\":\"petition_clocks\",\"value\":\"finish 60\\nfinish 61\"}"),
            ERR_INVALID, "petition_clocks_form");
    assert_ok(call("setting.put", &system, "{\"name\":\"petition_clocks\",\"value\":\"\"}"));
}

static void test_objection(void **state) {
    (void)state;
    int64_t id = assigned(), other = assigned();
    refused(act(&u2, id, "object", to(o2)), ERR_INVALID, "object_to_self");
    assert_ok(act(&u2, id, "object", to(o1)));
    assert_int_equal(of(id, "state"), PETITION_RECEIVED);
    assert_int_equal(one("petition.view", &u2, id, ""), ERR_NOT_FOUND);
    clock_stop(of(other, "object_due_ms") + 1);
    refused(act(&u2, other, "object", to(o1)), ERR_FORBIDDEN, "objection_late");
    clock_stop(begun);
}

/* ---- an interest ---- */

static void test_recusal(void **state) {
    (void)state;
    int64_t id = assigned();
    Actor colleague = post_at(ROLE_HANDLER, o2, 932);
    refused(act(&u2, id, "accept", ""), ERR_FORBIDDEN, "petition_take_first");
    assert_ok(act(&u2, id, "take", ""));
    refused(act(&colleague, id, "take", ""), ERR_FORBIDDEN, "petition_taken");
    refused(act(&u2, id, "recuse", ""), ERR_INVALID, "step_needs");
    assert_ok(act(&u2, id, "recuse", ",\"note\":\"与信访人是亲属\""));
    assert_int_equal(of(id, "coalesce(handler, 0)"), 0);
    refused(act(&u2, id, "take", ""), ERR_FORBIDDEN, "petition_recused");
    refused(one("petition.view", &u2, id, ""), ERR_FORBIDDEN, "petition_recused");
    refused(one("petition.material", &u2, id, ",\"reason\":\"想看\""), ERR_FORBIDDEN, "petition_recused");
    char is[40];
    snprintf(is, sizeof is, "\"id\":\"%lld\"", (long long)id);
    assert_ok(call("petition.list", &u2, "{}"));
    assert_null(strstr(answer, is));
    Actor as_lead = post_at(ROLE_DUTY_LEAD, 0, u2.account.v); /* in another post either */
    refused(one("petition.view", &as_lead, id, ""), ERR_FORBIDDEN, "petition_recused");
    assert_ok(act(&colleague, id, "take", "")); /* he is replaced */
    assert_ok(act(&colleague, id, "accept", ""));
}

/* ---- review and re-review ---- */

static void test_review(void **state) {
    (void)state;
    int64_t id = answered_one();
    char until[40];
    snprintf(until, sizeof until, "\"due\":%lld", (long long)days_after(begun, 30));
    assert_ok(one("petition.notice", &u2, id, ",\"number\":5")); /* received, assign, take, accept, answer */
    assert_non_null(strstr(answer, "\"paper\":\"opinion\""));
    assert_non_null(strstr(answer, until));
    refused(act(&lead, id, "ask_review", to(o2)), ERR_INVALID, "review_not_above");
    assert_ok(act(&lead, id, "ask_review", to(o3)));
    assert_int_equal(of(id, "due_ms"), days_after(begun, 30));
    refused(act(&u2, id, "take", ""), ERR_FORBIDDEN, "petition_elsewhere");
    assert_ok(one("petition.view", &u2, id, "")); /* whose opinion it is sees what becomes of it */
    Actor same = post_at(ROLE_HANDLER, o3, u2.account.v);
    refused(act(&same, id, "take", ""), ERR_FORBIDDEN, "petition_own_opinion");
    assert_ok(act(&u3, id, "take", ""));
    assert_ok(act(&u3, id, "answer", NOTE));
    refused(act(&lead, id, "ask_review", to(o2)), ERR_INVALID, "review_not_above");
    assert_ok(act(&lead, id, "ask_review", to(o1)));
    assert_ok(act(&u1, id, "take", ""));
    assert_ok(act(&u1, id, "answer", NOTE));
    assert_int_equal(of(id, "state"), PETITION_FINAL);
    refused(act(&lead, id, "ask_review", to(o1)), ERR_INVALID, "no_such_step"); /* once each, then it ends */
    assert_ok(one("petition.view", &lead, id, ""));
    assert_non_null(strstr(answer, "\"paper\":\"opinion\""));
    assert_non_null(strstr(answer, "\"paper\":\"review_opinion\""));
    assert_non_null(strstr(answer, "\"paper\":\"re_review_opinion\""));

    int64_t late = answered_one();
    clock_stop(days_after(begun, 30) + 1);
    refused(act(&lead, late, "ask_review", to(o3)), ERR_FORBIDDEN, "review_late");
    clock_stop(begun);
}

/* ---- the person ---- */

static void test_person_with_a_reason(void **state) {
    (void)state;
    int64_t id = assigned(), logged = number("SELECT count(*) FROM access_log");
    assert_int_equal(one("petition.person", &counter, id, ""), ERR_INVALID);
    assert_int_equal(one("petition.person", &u2, id, ",\"reason\":\"送达\""), ERR_FORBIDDEN);
    assert_int_equal(one("petition.person", &leader, id, ",\"reason\":\"送达\""), ERR_FORBIDDEN);
    assert_int_equal(number("SELECT count(*) FROM access_log"), logged);
    assert_ok(one("petition.person", &counter, id, ",\"reason\":\"送达\""));
    assert_non_null(strstr(answer, NAME));
    assert_int_equal(number("SELECT count(*) FROM access_log WHERE reason = '信访人：送达'"),
                     2); /* with the split's */
    assert_ok(one("petition.material", &u2, id, ",\"reason\":\"核查\""));
    assert_non_null(strstr(answer, WORDS));
    assert_int_equal(number("SELECT count(*) FROM access_log WHERE reason = '信访材料：核查'"), 1);
}

/* Nothing is asked for by a person or by words; what is sealed has no filter. */
static void test_no_search_through_the_person(void **state) {
    size_t n;
    const Field *f = petition_find_record.fields(&n);
    (void)state;
    for (size_t i = 0; i < n; i++)
        assert_true(f[i].kind != KIND_TEXT && strcmp(f[i].name, "account") != 0);
    assert_int_equal(call("petition.list", &counter, "{\"name\":\"" NAME "\"}"), ERR_INVALID);
    assert_int_equal(call("petition.list", &counter, "{\"words\":\"" NAME "\"}"), ERR_INVALID);
    assert_int_equal(number("SELECT count(*) FROM petition_file WHERE name IS NULL AND name_key IS NOT NULL"),
                     0);
}

/* ---- an accusation ---- */

static void no_byte(const char *op, const Actor *by, const char *json) {
    call(op, by, json);
    if (strstr(answer, NAME) || strstr(answer, WORDS) || strstr(answer, "道路施工"))
        fail_msg("%s %s tells a %s: %.200s", op, json, choice_numbered(&role_choices, by->role)->en, answer);
}

static void test_accused_learns_nothing(void **state) {
    (void)state;
    char more[200], json[4096];
    snprintf(more, sizeof more, ",\"kind\":\"accusation\",\"about\":\"unit\",\"subject\":\"%lld\"",
             (long long)o2);
    testdb_exec(&city_db,
                "UPDATE petition SET matter = '别的事'; UPDATE petition SET state = 12 WHERE state < 12");
    int64_t id = receive(more);
    refused(act(&lead, id, "assign", to(o2)), ERR_FORBIDDEN, "about_unit");
    assert_ok(act(&lead, id, "assign", to(o3)));

    Actor system = post_at(ROLE_SYSTEM_ADMIN, 0, 1), security = post_at(ROLE_SECURITY_ADMIN, 0, 2);
    assert_ok(
        call("account.add", &system, "{\"login\":\"both\",\"title\":\"张三\",\"password\":\"long-enough-1\"}"));
    int64_t insider = answered("id");
    assert_ok(call("post.give", &security, "{\"login\":\"both\",\"role\":\"unit_handler\",\"unit\":\"U2\"}"));
    for (size_t i = 0; i < ops_count; i++) {
        if (ops[i].does != READ && strncmp(ops[i].name, "petition.", 9) != 0)
            continue;
        Buf b = { json, 0, sizeof json, false, 0 };
        record_sample(ops[i].in, id, &b);
        if (strcmp(ops[i].name, "petition.receive") == 0)
            continue;
        for (size_t r = 0; r < role_choices.n; r++) {
            Role role = (Role)role_choices.list[r].number;
            Actor of_unit = post_at(role, o2, 940), in_it = post_at(role, 0, insider);
            no_byte(ops[i].name, &of_unit, json);
            no_byte(ops[i].name, &in_it, json); /* whoever holds a post in it, in whatever post he asks */
        }
        no_byte(ops[i].name, &nobody, json);
        assert_true(strncmp(ops[i].name, "petition.", 9) != 0 || ops[i].right != RIGHT_PUBLIC);
    }
    assert_int_equal(one("petition.view", &u2, id, ""), ERR_NOT_FOUND);
    assert_int_equal(number("SELECT count(*) FROM notice n JOIN petition p ON p.id = n.case_id"), 0);
    assert_int_equal(number("SELECT count(*) FROM delivery d JOIN petition p ON p.id = d.case_id"), 0);

    assert_ok(one("petition.view", &u3, id, "")); /* it is there */
    assert_non_null(strstr(answer, "道路施工"));
    assert_null(strstr(answer, "\"subject\"")); /* who examines it learns from the words, not from a label */
    assert_ok(one("petition.material", &u3, id, ",\"reason\":\"核查\""));
    assert_non_null(strstr(answer, WORDS));

    /* about the office: the district's, and the subdistrict's counter does not see it */
    Actor street;
    actor_in(ROLE_DISPATCHER, str("0000000"), (OrgId){ 0 }, &street);
    street.account.v = street.scope.self = 915;
    int64_t area = number("SELECT id FROM area WHERE path = '0000000'");
    snprintf(more, sizeof more, ",\"kind\":\"accusation\",\"about\":\"centre\",\"area\":\"%lld\"",
             (long long)area);
    int64_t office = receive(more);
    assert_int_equal(one("petition.view", &street, office, ""), ERR_NOT_FOUND);
    snprintf(more, sizeof more, CLAIM ",\"area\":\"%lld\"", (long long)area);
    assert_ok(one("petition.view", &street, receive(more), ""));
}

/* ---- the archive ---- */

static void test_sealed_file(void **state) {
    (void)state;
    int64_t id = answered_one();
    refused(act(&counter, id, "seal", ""), ERR_FORBIDDEN, "seal_early");
    clock_stop(days_after(begun, 30) + 1);
    assert_ok(act(&counter, id, "seal", ""));
    char is[40];
    snprintf(is, sizeof is, "\"id\":\"%lld\"", (long long)id);
    assert_ok(call("petition.list", &counter, "{\"limit\":200}"));
    assert_null(strstr(answer, is));
    assert_ok(call("petition.list", &counter, "{\"state\":\"sealed\"}"));
    assert_null(strstr(answer, is)); /* outside search */
    refused(one("petition.view", &counter, id, ""), ERR_FORBIDDEN, "petition_sealed");
    refused(one("petition.person", &counter, id, ",\"reason\":\"看看\""), ERR_FORBIDDEN, "petition_sealed");
    refused(one("petition.notice", &u2, id, ",\"number\":1"), ERR_FORBIDDEN, "petition_sealed");

    assert_ok(one("petition.unseal", &lead, id, ",\"reason\":\"复议机关调卷\""));
    int64_t opening = answered("id");
    refused(one("petition.agree", &lead, opening, ""), ERR_FORBIDDEN, "opening_own");
    assert_int_equal(one("petition.agree", &counter, opening, ""), ERR_FORBIDDEN);
    refused(one("petition.view", &lead, id, ""), ERR_FORBIDDEN, "petition_sealed");
    assert_ok(one("petition.agree", &leader, opening, ""));
    refused(one("petition.agree", &leader, opening, ""), ERR_CONFLICT, "opening_agreed");
    assert_ok(one("petition.view", &lead, id, ""));
    refused(one("petition.view", &leader, id, ""), ERR_FORBIDDEN, "petition_sealed"); /* to who asked alone */
    assert_int_equal(number("SELECT count(*) FROM access_log WHERE reason LIKE '%启封：复议机关调卷'"), 2);
    clock_stop(days_after(begun, 30) + 2 + DAY_MS);
    refused(one("petition.view", &lead, id, ""), ERR_FORBIDDEN, "petition_sealed"); /* for a day */

    /* after the archive period nothing is left of the person and the words */
    RetentionCount gone;
    bool ours = false;
    char sql[200];
    clock_stop(days_after(begun, 30) + PETITION_KEPT * DAY_MS);
    assert_ok(retention_pass(city, NULL, &ours, &gone, &fa));
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM petition_file WHERE petition_id = %lld AND erased_ms IS NULL",
             (long long)id);
    assert_int_equal(number(sql), 1);
    clock_stop(days_after(begun, 30) + (PETITION_KEPT + 1) * DAY_MS);
    assert_ok(retention_pass(city, NULL, &ours, &gone, &fa));
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM petition_file WHERE petition_id = %lld AND erased_ms IS NOT NULL AND name "
             "IS NULL "
             "AND contact IS NULL AND material IS NULL AND name_key IS NULL",
             (long long)id);
    assert_int_equal(number(sql), 1);
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM petition_notice WHERE petition_id = %lld AND words IS NOT NULL",
             (long long)id);
    assert_int_equal(number(sql), 0);
    clock_stop(begun);
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_received),
        cmocka_unit_test(test_one_letter_several_matters),
        cmocka_unit_test(test_told_the_legal_road),
        cmocka_unit_test(test_clocks),
        cmocka_unit_test(test_clocks_are_data),
        cmocka_unit_test(test_objection),
        cmocka_unit_test(test_recusal),
        cmocka_unit_test(test_review),
        cmocka_unit_test(test_person_with_a_reason),
        cmocka_unit_test(test_no_search_through_the_person),
        cmocka_unit_test(test_every_triple),
        cmocka_unit_test(test_paper_is_the_table),
        cmocka_unit_test(test_accused_learns_nothing),
        cmocka_unit_test(test_sealed_file),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "petitions on SQLite" : "petitions on PostgreSQL", tests,
                                       set_up, tear_down);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
