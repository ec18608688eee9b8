/* desk_test – the desk's numbers beside a count over the same rows in memory, for every
 * post; each number opens a list of exactly its cases; a list by deadline is one. */
#include "city.h"

#include "case_more_time.h"
#include "case_steps.h"

enum { CASES = 260, MINUTE = 60000, NO_DUE = -1 };
static const int64_t begun = 1796086800000; /* 2026-12-01 09:00 */
static Dialect dialect;

typedef struct Row {
    CaseState state;
    int64_t due, unit; /* due: ms, or NO_DUE */
    bool unplaced;
} Row;
static Row rows[CASES];

static uint64_t seed = 11;
static int32_t draw(int32_t n) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (int32_t)((seed >> 33) % (uint64_t)n);
}

static CaseState state_of(int32_t drawn) {
    return drawn < CASE_APPRAISED ? (CaseState)(1 + drawn) : CASE_ADJUDICATION;
}

static void put_row(int i, Row *r) {
    char sql[700], due[60] = "NULL, NULL";

    *r = (Row){ .state = state_of(draw(13)), .unit = 41 + draw(2), .unplaced = draw(4) == 0 };
    r->due = draw(6) ? begun + (int64_t)(draw(600) - 300) * MINUTE : NO_DUE;
    if (r->due != NO_DUE)
        snprintf(due, sizeof due, "%lld, 20788", (long long)r->due);
    snprintf(
        sql, sizeof sql,
        "INSERT INTO cases (id, home, code, revision, workflow, state, source, danger, text, placed, "
        "path, unit, reported_ms, reported_day, due_ms, due_day, attempts, rework, answered) VALUES (%d, 0, "
        "'K%d', 1, 1, %d, 1, FALSE, 'x', %d, '0a', %lld, 1, 0, %s, 0, 0, FALSE)",
        i + 1, i, r->state, r->unplaced ? 3 : 1, (long long)r->unit, due);
    testdb_exec(&city_db, sql);
}

static int set_up(void **state) {
    (void)state;
    city_open(dialect, false);
    clock_stop(begun);
    seed = 11;
    for (int i = 0; i < CASES; i++)
        put_row(i, &rows[i]);
    return 0;
}
static int tear_down(void **state) {
    (void)state;
    clock_stop(0);
    city_close();
    return 0;
}

static bool waits_for(Role role, const Row *r) {
    for (size_t i = 0; !case_is_over(r->state) && i < case_steps_count; i++)
        if (case_steps[i].from == r->state && !case_waits_for_nobody(case_steps[i].act) &&
            case_steps[i].who & 1u << role)
            return true;
    return false;
}

static bool in_queue(const char *word, const Row *r) {
    static const struct {
        const char *word;
        CaseState state;
    } by_state[] = {
        { "reported", CASE_REPORTED },     { "accepted", CASE_ACCEPTED }, { "filed", CASE_FILED },
        { "dispatched", CASE_DISPATCHED }, { "handling", CASE_HANDLING }, { "handled", CASE_HANDLED },
        { "sampled", CASE_CHECK },         { "feedback", CASE_FEEDBACK }, { "adjudication", CASE_ADJUDICATION }
    };
    const int64_t soon = begun + 120 * (int64_t)MINUTE;

    if (case_is_over(r->state))
        return false;
    if (strcmp(word, "unplaced") == 0)
        return r->unplaced;
    if (strcmp(word, "overdue") == 0)
        return r->due != NO_DUE && r->due < begun;
    if (strcmp(word, "soon") == 0)
        return r->due != NO_DUE && r->due >= begun && r->due < soon;
    for (size_t i = 0; i < COUNT(by_state); i++)
        if (strcmp(word, by_state[i].word) == 0)
            return r->state == by_state[i].state;
    fail_msg("an unknown queue: %s", word);
    return false;
}

static int counted(const char *word, int64_t unit) {
    int n = 0;
    for (int i = 0; i < CASES; i++)
        n += in_queue(word, &rows[i]) && (unit == 0 || rows[i].unit == unit);
    return n;
}

/* ---- the numbers ---- */

static void try_desk(Role role, int64_t unit, size_t expected) {
    Actor by = actor_as(role, unit, 5);
    size_t n = 0;
    int todo = 0;

    assert_ok(call("desk.get", &by, "{}"));
    for (const char *p = answer; (p = strstr(p, "{\"queue\":\"")); n++) {
        char word[20];
        int shown;
        p += strlen("{\"queue\":\"");
        assert_int_equal(sscanf(p, "%19[a-z]\",\"n\":%d", word, &shown), 2);
        if (shown != counted(word, unit))
            fail_msg("%s: %d, not %d", word, shown, counted(word, unit));
    }
    assert_int_equal(n, expected);
    for (int i = 0; i < CASES; i++)
        todo += waits_for(role, &rows[i]) && (unit == 0 || rows[i].unit == unit);
    assert_int_equal(answered("todo"), todo);
}

static void test_numbers(void **state) {
    (void)state;
    try_desk(ROLE_DISPATCHER, 0, 10);
    try_desk(ROLE_CHECKER, 0, 10);
    try_desk(ROLE_CALLBACK, 0, 10);
    try_desk(ROLE_LEADER, 0, 10);
    try_desk(ROLE_SUPERVISOR, 0, 10); /* takes no step: nothing to do */
    try_desk(ROLE_HANDLER, 41, 4);
    try_desk(ROLE_HANDLER, 42, 4);
}

/* ---- the lists behind them ---- */

static int listed(const Actor *by, const char *json) {
    int n = 0;
    assert_ok(call("case.list", by, json));
    for (const char *p = answer; (p = strstr(p, "{\"id\":")); p++)
        n++;
    return n;
}

static void test_lists(void **state) {
    char json[200];
    Actor by = actor_as(ROLE_DISPATCHER, 0, 5);
    int64_t soon = begun + 120 * (int64_t)MINUTE;

    (void)state;
    snprintf(json, sizeof json, "{\"due_from\":%lld,\"due_before\":%lld,\"limit\":200}", (long long)begun,
             (long long)soon);
    assert_int_equal(listed(&by, json), counted("soon", 0));
    snprintf(json, sizeof json, "{\"due_before\":%lld,\"limit\":200}", (long long)begun);
    assert_int_equal(listed(&by, json), counted("overdue", 0));
    assert_int_equal(listed(&by, "{\"state\":\"filed\",\"limit\":200}"), counted("filed", 0));
    assert_int_equal(listed(&by, "{\"unplaced\":true,\"open\":true,\"limit\":200}"), counted("unplaced", 0));
}

/* The earliest deadline first; what has none is not in it. */
static void test_by_due(void **state) {
    Actor by = actor_as(ROLE_DISPATCHER, 0, 5);
    int64_t before = 0, due;
    int n = 0, expected = 0;

    (void)state;
    assert_ok(call("case.list", &by, "{\"todo\":true,\"by_due\":true,\"limit\":200}"));
    for (const char *p = answer; (p = strstr(p, "\"due\":")); n++) {
        p += strlen("\"due\":");
        due = strtoll(*p == '"' ? p + 1 : p, NULL, 10);
        assert_true(due >= before);
        before = due;
    }
    for (int i = 0; i < CASES; i++)
        expected += waits_for(ROLE_DISPATCHER, &rows[i]) && rows[i].due != NO_DUE;
    assert_int_equal(n, expected);
    assert_int_equal(call("case.list", &by, "{\"by_due\":true,\"before\":\"9\"}"), ERR_INVALID);
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_numbers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lists, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_by_due, set_up, tear_down),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "desk on SQLite" : "desk on PostgreSQL", tests, NULL,
                                       NULL);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
