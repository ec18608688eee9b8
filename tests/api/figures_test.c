/* figures_test – every figure beside a count over the same rows in memory, for periods,
 * areas and scopes; every number opens a list of as many cases; close_due by hand; the
 * published month. */
#include "city.h"

#include "figures.h"

static Dialect dialect;
static const int64_t begun = 1796086800000; /* 2026-12-01 09:00, a Tuesday */
static Actor leader;

/* ---- a few hundred cases, in memory and in the store ---- */

enum { CASES = 320, FIRST_DAY = 20700, DAYS = 40, NONE = -1, AREAS = 3 };
static const char *const paths[AREAS] = { "0a1", "0a2", "0b1" };

typedef struct Row {
    int32_t reported, finish_due, close_due, handled, closed, rework, satisfaction;
    bool filed, closed_late;
    int area; /* of paths */
    int64_t unit;
} Row;
static Row rows[CASES];

static uint64_t seed = 7;
static int32_t draw(int32_t n) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (int32_t)((seed >> 33) % (uint64_t)n);
}
static int32_t maybe_day(int32_t from) { return draw(4) ? from + draw(8) : NONE; }

static void draw_row(Row *r) {
    *r = (Row){
        .reported = FIRST_DAY + draw(DAYS), .rework = draw(5) == 0, .filed = draw(6) > 0, .area = draw(AREAS)
    };
    r->finish_due = maybe_day(r->reported);
    r->close_due = r->finish_due == NONE ? NONE : r->finish_due + 2;
    r->handled = maybe_day(r->reported);
    r->closed = r->handled == NONE ? NONE : maybe_day(r->handled);
    r->closed_late = r->close_due != NONE && r->closed > r->close_due;
    r->satisfaction = r->closed == NONE || draw(3) == 0 ? 0 : 1 + draw(5);
    r->unit = draw(2) ? 41 : 42;
}

static const char *days(int32_t day, char ret[60]) {
    if (day == NONE)
        return "NULL, NULL";
    snprintf(ret, 60, "%lld, %d", (long long)day * 86400000, day);
    return ret;
}

static void put_row(int i, const Row *r) {
    char sql[1200], a[60], b[60], c[60], d[60];

    snprintf(sql, sizeof sql,
             "INSERT INTO cases (id, home, code, revision, workflow, state, source, danger, text, placed, "
             "path, condition, "
             "unit, reported_ms, reported_day, finish_due_ms, finish_due_day, close_due_ms, close_due_day, "
             "handled_ms, "
             "handled_day, closed_ms, closed_day, rework, satisfaction, attempts, answered) VALUES (%d, 0, "
             "'K%d', 1, 1, 6, "
             "1, FALSE, "
             "'x', 1, '%s', %s, %lld, %lld, %d, %s, %s, %s, %s, %d, nullif(%d, 0), 0, FALSE)",
             i + 1, i, paths[r->area], r->filed ? "9" : "NULL", (long long)r->unit,
             (long long)r->reported * 86400000, r->reported, days(r->finish_due, a), days(r->close_due, b),
             days(r->handled, c), days(r->closed, d), r->rework, r->satisfaction);
    testdb_exec(&city_db, sql);
}

static int set_up(void **state) {
    (void)state;
    clock_stop(begun);
    city_open(dialect, true);
    leader = actor_as(ROLE_LEADER, 0, 11);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    clock_stop(0);
    return 0;
}

static void fill(void) {
    seed = 7;
    testdb_exec(&city_db, "DELETE FROM cases");
    for (int i = 0; i < CASES; i++) {
        draw_row(&rows[i]);
        put_row(i, &rows[i]);
    }
}

/* ---- the oracle: the definitions in words of C ---- */

static bool in(int32_t day, int32_t from, int32_t to) { return day != NONE && day >= from && day <= to; }

static bool is_of(const Row *r, int indicator, bool numerator, int32_t from, int32_t to) {
    switch (indicator) {
    case FIGURE_FILED: return in(r->reported, from, to) && (!numerator || r->filed);
    case FIGURE_HANDLED: return in(r->finish_due, from, to) && (!numerator || r->handled != NONE);
    case FIGURE_CLOSED: return in(r->close_due, from, to) && (!numerator || r->closed != NONE);
    case FIGURE_IN_TIME:
        return in(r->close_due, from, to) && (!numerator || (r->closed != NONE && !r->closed_late));
    case FIGURE_REWORK: return in(r->handled, from, to) && (!numerator || r->rework > 0);
    case FIGURE_SATISFIED:
        return in(r->closed, from, to) && r->satisfaction && (!numerator || r->satisfaction >= 4);
    default: return false;
    }
}

typedef struct Reader {
    const char *path; /* his part of the city */
    int64_t unit;     /* 0: all */
} Reader;

static bool sees(const Reader *who, const Row *r) {
    return strncmp(paths[r->area], who->path, strlen(who->path)) == 0 && (!who->unit || r->unit == who->unit);
}

static int64_t counted(const Reader *who, int indicator, bool numerator, int32_t from, int32_t to) {
    int64_t n = 0;
    for (int i = 0; i < CASES; i++)
        n += sees(who, &rows[i]) && is_of(&rows[i], indicator, numerator, from, to);
    return n;
}

/* ---- asked ---- */

static const char *figure_of(int indicator) {
    char key[60];
    snprintf(key, sizeof key, "\"indicator\":\"%s\"", choice_numbered(&indicator_choices, indicator)->word);
    const char *p = strstr(answer, key);
    assert_non_null(p);
    return p;
}

static int64_t number_in(const char *p, const char *name) {
    char key[40];
    snprintf(key, sizeof key, "\"%s\":", name);
    p = strstr(p, key);
    assert_non_null(p);
    return strtoll(p + strlen(key), NULL, 10);
}

static void period(int32_t from, int32_t to, const char *more, char ret[300]) {
    char a[16], b[16];
    day_print(from, a);
    day_print(to, b);
    snprintf(ret, 300, "{\"from\":\"%s\",\"to\":\"%s\"%s}", a, b, more);
}

static int64_t listed(const Actor *by, int indicator, bool numerator, int32_t from, int32_t to) {
    char json[300], more[120];
    int64_t n = 0;

    for (int page = 1;; page++) {
        int64_t before = n;
        snprintf(more, sizeof more, ",\"indicator\":\"%s\",\"part\":\"%s\",\"limit\":40,\"page\":%d",
                 choice_numbered(&indicator_choices, indicator)->word, numerator ? "numerator" : "denominator",
                 page);
        period(from, to, more, json);
        assert_ok(call("figures.cases", by, json));
        for (const char *p = answer; (p = strstr(p, "\"revision\":")) != NULL; p++)
            n++;
        if (n - before < 40)
            return n;
    }
}

static void compare(const Reader *who, int32_t from, int32_t to) {
    static const Reader all = { "0", 0 };
    char json[300];
    Actor by;

    actor_in(ROLE_LEADER, str(who->path), (OrgId){ who->unit }, &by);
    period(from, to, "", json);
    assert_ok(call("figures.get", &by, json));
    static char kept[20000];
    snprintf(kept, sizeof kept, "%.19999s", answer);
    for (int k = FIGURE_FILED; k <= FIGURE_SATISFIED; k++) {
        snprintf(answer, sizeof answer, "%s", kept);
        int64_t numerator = counted(who, k, true, from, to), denominator = counted(who, k, false, from, to);
        const char *p = figure_of(k);
        assert_int_equal(number_in(p, "numerator"), numerator);
        assert_int_equal(number_in(p, "denominator"), denominator);
        assert_int_equal(number_in(p, "withheld"), counted(&all, k, false, from, to) - denominator);
        snprintf(json, sizeof json, "\"rate\":\"%s\"", rate_of(numerator, denominator, 30).text);
        assert_non_null(strstr(p, json));
        assert_int_equal(listed(&by, k, true, from, to), numerator);
        assert_int_equal(listed(&by, k, false, from, to), denominator);
    }
}

static void test_beside_the_oracle(void **state) {
    static const Reader readers[] = { { "0", 0 },  { "0a", 0 },   { "0b1", 0 },
                                      { "0", 41 }, { "0a1", 42 }, { "0zzz", 0 } };
    (void)state;
    fill();
    for (size_t i = 0; i < COUNT(readers); i++) {
        compare(&readers[i], FIRST_DAY, FIRST_DAY + DAYS + 20);
        compare(&readers[i], FIRST_DAY + 10, FIRST_DAY + 16);
        compare(&readers[i], FIRST_DAY + 12, FIRST_DAY + 12);
        compare(&readers[i], FIRST_DAY - 30, FIRST_DAY - 1);
    }
}

static void test_within_an_area(void **state) {
    char json[300], more[60];
    (void)state;
    fill();
    int64_t area = strtoll(testdb_ask(&city_db, "SELECT min(id) FROM area WHERE level = 4"), NULL, 10);
    char sql[200];
    snprintf(sql, sizeof sql, "UPDATE cases SET path = (SELECT path FROM area WHERE id = %lld) WHERE id <= 7",
             (long long)area);
    testdb_exec(&city_db, sql);
    snprintf(more, sizeof more, ",\"within\":\"%lld\"", (long long)area);
    period(FIRST_DAY, FIRST_DAY + DAYS, more, json);
    assert_ok(call("figures.get", &leader, json));
    assert_int_equal(answered("n"), 7);
    assert_int_equal(number_in(figure_of(FIGURE_FILED), "withheld"), 0);
    assert_non_null(strstr(figure_of(FIGURE_FILED), "\"few\":true"));
}

/* received 1,054, filed 996; should-close 972, closed 911, in time 737. */
static void test_published_month(void **state) {
    char json[300];
    (void)state;
    testdb_exec(&city_db, "DELETE FROM cases");
    for (int i = 0; i < 1054; i++) {
        bool due = i < 972, closed = i < 911, late = i >= 737;
        Row r = { .reported = FIRST_DAY,
                  .filed = i < 996,
                  .finish_due = NONE,
                  .handled = NONE,
                  .close_due = due ? FIRST_DAY + 5 : NONE,
                  .closed = !closed ? NONE : FIRST_DAY + (late ? 6 : 5) };
        put_row(i, &r);
    }
    period(FIRST_DAY, FIRST_DAY + 29, "", json);
    assert_ok(call("figures.get", &leader, json));
    assert_int_equal(answered("n"), 1054);
    assert_int_equal(answered("as_of"), begun);
    assert_non_null(strstr(
        answer, "{\"indicator\":\"filed_rate\",\"numerator\":996,\"denominator\":1054,\"rate\":\"94.50 %\","));
    assert_non_null(strstr(
        answer, "{\"indicator\":\"closed_rate\",\"numerator\":911,\"denominator\":972,\"rate\":\"93.72 %\","));
    assert_non_null(strstr(
        answer,
        "{\"indicator\":\"closed_in_time_rate\",\"numerator\":737,\"denominator\":972,\"rate\":\"75.82 %\","));
    assert_non_null(
        strstr(answer, "{\"indicator\":\"handled_rate\",\"numerator\":0,\"denominator\":0,\"rate\":\"n/a\","));
    /* what was due last month and is not closed is not forgotten: it was due then */
    period(FIRST_DAY + 6, FIRST_DAY + 29, "", json);
    assert_ok(call("figures.get", &leader, json));
    assert_int_equal(number_in(figure_of(FIGURE_CLOSED), "denominator"), 0);
}

static void test_fewest_for_a_rate(void **state) {
    Actor admin = actor_as(ROLE_SYSTEM_ADMIN, 0, 77);
    char json[300];
    (void)state;
    testdb_exec(&city_db, "DELETE FROM cases");
    for (int i = 0; i < 16; i++) {
        Row r = { .reported = FIRST_DAY,
                  .filed = i < 9,
                  .finish_due = NONE,
                  .handled = NONE,
                  .close_due = NONE,
                  .closed = NONE };
        put_row(i, &r);
    }
    period(FIRST_DAY, FIRST_DAY, "", json);
    assert_ok(call("figures.get", &leader, json));
    assert_non_null(strstr(figure_of(FIGURE_FILED), "\"rate\":\"9/16\",\"few\":true"));
    assert_ok(call("setting.put", &admin, "{\"name\":\"rate_least\",\"value\":\"16\"}"));
    assert_ok(call("figures.get", &leader, json));
    assert_non_null(strstr(figure_of(FIGURE_FILED), "\"rate\":\"56.25 %\",\"few\":false"));
    assert_int_equal(answered("least"), 16);
    assert_int_equal(call("setting.put", &admin, "{\"name\":\"rate_least\",\"value\":\"1001\"}"), ERR_INVALID);
    assert_int_equal(call("setting.put", &admin, "{\"name\":\"rate_least\",\"value\":\"-1\"}"), ERR_INVALID);
    assert_string_equal(fa.key, "least_form");
    assert_ok(call("setting.put", &admin, "{\"name\":\"rate_least\",\"value\":\"\"}"));
}

static void test_wrong_periods(void **state) {
    char json[300];
    (void)state;
    period(FIRST_DAY + 1, FIRST_DAY, "", json);
    assert_int_equal(call("figures.get", &leader, json), ERR_INVALID);
    assert_string_equal(fa.key, "period_reversed");
    period(FIRST_DAY, FIRST_DAY + 400, "", json);
    assert_int_equal(call("figures.get", &leader, json), ERR_INVALID);
    assert_string_equal(fa.key, "period_long");
    period(FIRST_DAY, FIRST_DAY + 399, "", json);
    assert_ok(call("figures.get", &leader, json));
    period(FIRST_DAY, FIRST_DAY, ",\"within\":\"1\"", json);
    assert_int_equal(call("figures.get", &leader, json), ERR_NOT_FOUND);
    assert_int_equal(call("figures.cases", &leader, json), ERR_INVALID); /* which? */
}

/* Dispatched on Tuesday 09:00 with four work hours: due 15:00; then four for the check,
 * Wednesday 09:00; then a work day for the answer, Thursday 18:00. */
static void test_close_due_by_hand(void **state) {
    Actor nobody, dispatcher = actor_as(ROLE_DISPATCHER, 0, 11);
    char more[100];
    (void)state;
    actor_public(&nobody);
    assert_ok(call("case.report", &dispatcher, "{\"text\":\"x\",\"lon\":121.47,\"lat\":31.225}"));
    int64_t id = answered("id");
    step(&dispatcher, id, "accept", "", OK);
    const char *condition = testdb_ask(
        &city_db, "SELECT min(id) FROM condition WHERE finish_limit = 4 AND finish_clock = 2 AND duty = 1");
    snprintf(more, sizeof more, ",\"condition\":\"%s\"", condition);
    step(&dispatcher, id, "file", more, OK);
    snprintf(more, sizeof more, ",\"unit\":\"%s\",\"note\":\"x\"",
             testdb_ask(&city_db, "SELECT min(id) FROM org"));
    step(&dispatcher, id, "dispatch", more, OK);
    snprintf(more, sizeof more, "{\"id\":\"%lld\"}", (long long)id);
    assert_ok(call("case.get", &dispatcher, more));
    assert_int_equal(answered("finish_due"), begun + 6 * 3600000LL);
    assert_int_equal(answered("close_due"), begun + (2 * 24 + 9) * 3600000LL);
}

/* Year on year, as published: 100 → 24 is −76.0 %, 1,000 → 759 is −24.1 %, 6 → 42 is
 * +600 % (+36). The leap day goes with the 28th; outside one's scope nothing counts. */
static void report_many(int32_t day, int n, int *next) {
    char sql[600];
    snprintf(
        sql, sizeof sql,
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
        "INSERT INTO cases (id, home, code, revision, workflow, state, source, danger, text, placed, path, "
        "reported_ms, reported_day, rework, attempts, answered) SELECT %d + n.i, 0, 'Y' || (%d + n.i), 1, 1, "
        "1, 1, "
        "FALSE, 'x', 1, '0a1', %lld, %d, 0, 0, FALSE FROM n",
        n, *next, *next, (long long)day * 86400000, day);
    testdb_exec(&city_db, sql);
    *next += n;
}

static void year_on_year(int32_t from, int32_t to, int before, const char *change) {
    char json[120], a[16], b[16], want[120];
    day_print(from, a);
    day_print(to, b);
    snprintf(json, sizeof json, "{\"from\":\"%s\",\"to\":\"%s\",\"year_on_year\":true}", a, b);
    assert_ok(call("figures.get", &leader, json));
    snprintf(want, sizeof want, "\"n_before\":%d,\"n_change\":\"%s\"", before, change);
    if (!strstr(answer, want))
        fail_msg("no %s in %.600s", want, answer);
}

static void test_year_on_year(void **state) {
    int next = 100000;
    int32_t may = day_of_civil(2026, 5, 1), june = day_of_civil(2026, 6, 1), leap = day_of_civil(2024, 2, 29);
    Actor system = actor_as(ROLE_SYSTEM_ADMIN, 0, 12);
    (void)state;
    testdb_exec(&city_db, "DELETE FROM cases");
    assert_ok(call("setting.put", &system, "{\"name\":\"rate_least\",\"value\":\"1\"}"));
    report_many(day_of_civil(2025, 5, 1), 100, &next);
    report_many(may, 24, &next);
    year_on_year(may, may, 100,
                 "\xE2\x88\x92"
                 "76.0 %");
    report_many(day_of_civil(2025, 6, 1), 1000, &next);
    report_many(june, 759, &next);
    year_on_year(june, june + 29, 1000,
                 "\xE2\x88\x92"
                 "24.1 %");
    report_many(day_of_civil(2023, 2, 28), 6, &next);
    report_many(leap, 42, &next);
    year_on_year(leap, leap, 6, "+600 % (+36)");
    assert_ok(call("figures.get", &leader, "{\"from\":\"2026-05-01\",\"to\":\"2026-05-01\"}"));
    assert_null(strstr(answer, "before")); /* only if it is asked for */
    assert_ok(call("setting.put", &system, "{\"name\":\"rate_least\",\"value\":\"\"}"));
    year_on_year(leap, leap, 6, "+36"); /* fewer than 30 a year before: the count alone */
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_close_due_by_hand), cmocka_unit_test(test_beside_the_oracle),
        cmocka_unit_test(test_within_an_area),    cmocka_unit_test(test_published_month),
        cmocka_unit_test(test_fewest_for_a_rate), cmocka_unit_test(test_wrong_periods),
        cmocka_unit_test(test_year_on_year),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "figures on SQLite" : "figures on PostgreSQL", tests,
                                       set_up, tear_down);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
