/* photo_acts_test – who may do what with photos in which state of the case: every (state,
 * act, role) is tried, and exactly those that docs/photos.md tells pass: opening an
 * original, covering, releasing, taking back, naming photos with a step, and settling on
 * the spot with photos from before and after. */
#include "city.h"

#include "case_steps.h"
#include "photo_child.h"
#include "right.h"

static Dialect dialect;
static const int64_t begun = 1796086800000; /* 2026-12-01 09:00 */
enum { STATES = CASE_APPRAISED, ACTS = ACT_REOPEN, ROLES = ROLE_AUDIT_ADMIN + 1 };
static char photo[8192];
static size_t photo_n;
static int64_t roads, subject, picture, condition;

static int64_t number(const char *sql) { return strtoll(testdb_ask(&city_db, sql), NULL, 10); }

static Actor actor_of(int role) {
    bool unit = role == ROLE_HANDLER || role == ROLE_PROPERTY;
    Actor a = actor_as((Role)role, unit ? roads : 0, 500 + role);
    if (role == ROLE_PUBLIC)
        actor_public(&a);
    return a;
}

static void upload(const Actor *as, char ret[33]) {
    Arena a;
    Buf out = { answer, 0, sizeof answer, false, 0 };
    OpCall c = { .op = op_named(str("photo.add")),
                 .store = city,
                 .slot = -1,
                 .body = { photo, photo_n },
                 .arena = &a,
                 .out = &out };
    actor_copy(as, &c.by);
    assert_ok(arena_begin(&a, 8 << 20, &fa));
    assert_ok(op_call(&c, &fa));
    arena_end(&a);
    memcpy(ret, strstr(answer, "\"claim\":\"") + 9, 32);
    ret[32] = 0;
}

/* A case with a covered photo, filed under what may be public. */
static int set_up(void **state) {
    Actor nobody, dispatcher = actor_as(ROLE_DISPATCHER, 0, 11);
    char claim[33], json[300];
    (void)state;
    clock_stop(begun);
    city_open(dialect, true);
    actor_public(&nobody);
    roads = number("SELECT id FROM org WHERE code = 'U2'");
    condition = number("SELECT min(id) FROM condition WHERE code = '206-01'");
    upload(&nobody, claim);
    snprintf(json, sizeof json, "{\"text\":\"井盖破了\",\"lon\":121.47,\"lat\":31.225,\"photos\":\"%s\"}",
             claim);
    assert_ok(call("case.report", &nobody, json));
    subject = number("SELECT max(case_id) FROM photo");
    picture = number("SELECT max(id) FROM photo");
    step(&dispatcher, subject, "accept", "", OK);
    snprintf(json, sizeof json, ",\"condition\":\"%lld\"", (long long)condition);
    step(&dispatcher, subject, "file", json, OK);
    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)picture);
    assert_ok(call("photo.cover_up", &dispatcher, json));
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    clock_stop(0);
    return 0;
}

/* A case that lacks nothing in whatever state: just dispatched, answered, closed today. */
static void put_into(int state) {
    char sql[700];
    snprintf(sql, sizeof sql, "DELETE FROM case_event WHERE case_id = %lld", (long long)subject);
    testdb_exec(&city_db, sql);
    snprintf(sql, sizeof sql,
             "INSERT INTO case_event (case_id, home, number, act, to_state, role, at_ms, at_day, unit)"
             " SELECT id, home, 1, 5, 5, 10, %lld, %d, %lld FROM cases WHERE id = %lld",
             (long long)begun, day_of_ms(begun), (long long)roads, (long long)subject);
    testdb_exec(&city_db, sql);
    snprintf(
        sql, sizeof sql,
        "UPDATE cases SET state = %d, revision = 1, unit = %lld, dispatched_ms = %lld, dispatched_day = %d, "
        "handled_ms = %lld, handled_day = %d, closed_ms = %lld, closed_day = %d, close_kind = 1, attempts = 1, "
        "answered = TRUE, rework = 0 WHERE id = %lld",
        state, (long long)roads, (long long)begun, day_of_ms(begun), (long long)begun, day_of_ms(begun),
        (long long)begun, day_of_ms(begun), (long long)subject);
    testdb_exec(&city_db, sql);
}

static void judge(const char *what, int state, int role, Err e, Err want) {
    if (e != want)
        fail_msg("%s, %s, %s: %s, not %s: %s", what, choice_numbered(&case_state_choices, state)->word,
                 choice_numbered(&role_choices, role)->word, err_name(e), err_name(want), e ? fa.en : "");
}

static Err refusal(int role) { return role == ROLE_PUBLIC ? ERR_SIGN_IN : ERR_FORBIDDEN; }

/* ---- seeing, covering, releasing ---- */

static Err about(const char *op, int role, const char *more) {
    Actor by = actor_of(role);
    char json[200];
    snprintf(json, sizeof json, "{\"id\":\"%lld\"%s}", (long long)picture, more);
    return call(op, &by, json);
}

static void try_open(int state, int role) {
    bool unit = role == ROLE_HANDLER || role == ROLE_PROPERTY;
    int64_t before = number("SELECT count(*) FROM access_log");
    Err e = about("photo.open", role, "");
    judge("open", state, role, e,
          !right_of((Role)role, RIGHT_CASE_READ) ? refusal(role)
          : unit                                 ? ERR_NOT_FOUND
                                                 : OK);
    assert_int_equal(number("SELECT count(*) FROM access_log"), before + (e == OK));
}

static void try_release(int state, int role) {
    bool clerk = role == ROLE_DISPATCHER || role == ROLE_DUTY_LEAD;
    Err e = about("photo.release", role, ",\"released\":true");
    judge("release", state, role, e,
          !clerk                                             ? refusal(role)
          : state == CASE_REPORTED || state == CASE_REJECTED ? ERR_INVALID
                                                             : OK);
    assert_int_equal(number("SELECT count(*) FROM photo WHERE released_ms IS NOT NULL"), e == OK);
    judge("take back", state, role, about("photo.release", role, ",\"released\":false"),
          clerk ? OK : refusal(role));
    assert_int_equal(number("SELECT count(*) FROM photo WHERE released_ms IS NOT NULL"), 0);
}

static void try_cover(int state, int role) {
    bool clerk = role == ROLE_DISPATCHER || role == ROLE_DUTY_LEAD;
    judge("cover", state, role,
          about("photo.cover_up", role, ",\"boxes\":[{\"x\":0,\"y\":0,\"w\":100,\"h\":100}]"),
          clerk ? OK : refusal(role));
}

static void test_every_state_and_role(void **state) {
    (void)state;
    for (int s = 1; s <= STATES; s++) {
        put_into(s);
        for (int role = 0; role < ROLES; role++) {
            try_open(s, role);
            try_release(s, role);
            try_cover(s, role);
        }
    }
}

/* ---- naming photos with a step ---- */

/* "Handled" alone takes photos, and wants claims that are good. What may not be done at
 * all is refused as without photos. */
static void try_step(int state, int act, int role) {
    const CaseStep *legal = case_step((CaseState)state, (CaseAct)act);
    bool may = legal && (legal->who & 1u << role);
    Actor by = actor_of(role);
    char json[700];

    snprintf(json, sizeof json,
             "{\"id\":\"%lld\",\"revision\":1,\"act\":\"%s\",\"note\":\"说明\",\"condition\":\"%lld\",\"unit\":"
             "\"%lld\","
             "\"lon\":121.47,\"lat\":31.225,\"answered\":true,\"close_kind\":\"solved\",\"solved\":true,"
             "\"satisfaction\":4,"
             "\"photos\":\"00112233445566778899aabbccddeeff\"}",
             (long long)subject, choice_numbered(&case_act_choices, act)->word, (long long)condition,
             (long long)roads);
    Err e = call("case.act", &by, json);
    Err want = role == ROLE_PUBLIC                              ? ERR_SIGN_IN
               : may                                            ? ERR_INVALID
               : legal || !right_of((Role)role, RIGHT_CASE_ACT) ? ERR_FORBIDDEN
                                                                : ERR_INVALID;
    judge(choice_numbered(&case_act_choices, act)->word, state, role, e, want);
    if (may && role != ROLE_PUBLIC)
        assert_string_equal(fa.key, act == ACT_HANDLE ? "photo_gone" : "photos_not_here");
}

static void test_every_step_and_role(void **state) {
    char was[200];
    (void)state;
    for (int s = 1; s <= STATES; s++) {
        put_into(s);
        snprintf(was, sizeof was, "%s",
                 testdb_ask(&city_db, "SELECT sum(state), sum(revision), count(*) FROM cases"));
        for (int act = 1; act <= ACTS; act++)
            for (int role = 0; role < ROLES; role++)
                try_step(s, act, role);
        assert_string_equal(testdb_ask(&city_db, "SELECT sum(state), sum(revision), count(*) FROM cases"), was);
    }
}

/* ---- settling ---- */

static void test_every_role_settles(void **state) {
    char before[33], after[33], json[500];
    (void)state;
    for (int role = 0; role < ROLES; role++) {
        Actor by = actor_of(role);
        upload(&by, before);
        upload(&by, after);
        snprintf(
            json, sizeof json,
            "{\"text\":\"楼道堆物\",\"lon\":121.47,\"lat\":31.225,\"condition\":\"%lld\",\"note\":\"当场清走\","
            "\"before\":\"%s\",\"after\":\"%s\"}",
            (long long)condition, before, after);
        judge("settle", CASE_REPORTED, role, call("case.settle", &by, json),
              role == ROLE_GRID_WORKER ? OK : refusal(role));
        assert_int_equal(number("SELECT count(*) FROM photo WHERE shows = 2"), role >= ROLE_GRID_WORKER);
    }
}

static int run_on(Dialect d) {
#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    static const struct CMUnitTest tests[] = { EACH(test_every_state_and_role), EACH(test_every_step_and_role),
                                               EACH(test_every_role_settles) };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "acts on photos, SQLite" : "acts on photos, PostgreSQL",
                                       tests, NULL, NULL);
}

int main(void) {
    char path[400];
    photo_reader_use(getenv("JW_BINARY"));
    snprintf(path, sizeof path, "%s/tests/fuzz/corpus/photo/a.jpg", getenv("JW_SOURCE"));
    FILE *in = fopen(path, "rb");
    photo_n = in ? fread(photo, 1, sizeof photo, in) : 0;
    if (in)
        fclose(in);
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
