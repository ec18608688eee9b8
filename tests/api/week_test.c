/* week_test – a week in a small city, with a movable clock: the same walk of reports and
 * steps on both stores ends in the same rows, step by step. A name planted as reporter in
 * each of its cases is found nowhere that a unit's handler can reach. */
#include "city.h"

#include "export.h"
#include "store.h"

#include <unistd.h>

#define CANARY "金丝雀-4711"
enum { CASES_MAX = 120, DEEDS = 770 };
static const int64_t begun = 1796086800000; /* 2026-12-01 09:00, a Tuesday */
#define MINUTES(n) ((n)*60000LL)

typedef struct Week {
    uint32_t seed;
    int64_t ids[CASES_MAX], units[3];
    char codes[CASES_MAX][16], secrets[CASES_MAX][16];
    int n;
    char outcome[DEEDS + 1]; /* one letter a deed: what it came to */
} Week;

static Actor dispatcher, checker, caller, leader, worker, nobody;
static char rows[2][1 << 19]; /* as they stand at the end, on each store */
static char outcomes[2][DEEDS + 1];

static int64_t number(const char *sql) { return strtoll(testdb_ask(&city_db, sql), NULL, 10); }

static uint32_t draw(Week *w, uint32_t below) {
    w->seed = w->seed * 1664525u + 1013904223u;
    return (w->seed >> 8) % below;
}

static void text_of(const char *name, char ret[16]) {
    char key[24];
    snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *p = strstr(answer, key);
    assert_true(p && sscanf(p + strlen(key), "%15[^\"]", ret) == 1);
}

static Err report(Week *w) {
    char json[400];
    bool contact = draw(w, 2);
    snprintf(json, sizeof json,
             "{\"text\":\"第%d件%s\",\"lon\":121.%d,\"lat\":31.22%d,\"name\":\"" CANARY "\"%s%s}", w->n,
             draw(w, 6) ? "井盖破损" : "有煤气味", 468 + (int)draw(w, 5), (int)draw(w, 8),
             contact ? ",\"contact\":\"" CANARY "\"" : "", draw(w, 8) ? "" : ",\"danger\":true");
    TRY(call("case.report", &nobody, json));
    text_of("code", w->codes[w->n]);
    text_of("secret", w->secrets[w->n]);
    snprintf(json, sizeof json, "{\"code\":\"%s\"}", w->codes[w->n]);
    assert_ok(call("case.by_code", &dispatcher, json));
    w->ids[w->n++] = answered("id");
    return OK;
}

static int64_t condition(Week *w) {
    static const char *const codes[] = { "206-01", "201-01", "301-01", "206-02" };
    char json[60];
    snprintf(json, sizeof json, "{\"code\":\"%s\"}", codes[draw(w, 4)]);
    assert_ok(call("condition.list", &dispatcher, json));
    return answered("id");
}

/* Found and settled in one step. */
static Err settle(Week *w) {
    char json[300];
    snprintf(json, sizeof json,
             "{\"text\":\"第%d件楼道堆物\",\"lon\":121.%d,\"lat\":31.22%d,\"condition\":\"%lld\",\"note\":"
             "\"当场清走\"}",
             w->n, 468 + (int)draw(w, 5), (int)draw(w, 8), (long long)condition(w));
    TRY(call("case.settle", &worker, json));
    while (
        strstr(answer, "\"sampled\":true")) { /* by its id, which is another one on each store: again, then */
        char sql[100];
        snprintf(sql, sizeof sql, "UPDATE cases SET text = '抽查' WHERE id = %lld", (long long)answered("id"));
        testdb_exec(&city_db, sql);
        TRY(call("case.settle", &worker, json));
    }
    w->ids[w->n] = answered("id");
    text_of("code", w->codes[w->n]);
    w->secrets[w->n++][0] = 0;
    return OK;
}

static Err own(Week *w, int i, int64_t revision, const char *op, const char *more) {
    char json[300];
    snprintf(json, sizeof json, "{\"code\":\"%s\",\"secret\":\"%s\",\"revision\":%lld%s}", w->codes[i],
             w->secrets[i], (long long)revision, more);
    return call(op, &nobody, json);
}

typedef struct Deed {
    CaseState in;
    const char *act;
    char who;         /* d dispatcher, h handler, c checker, a who answers, r the reporter, l leader */
    const char *more; /* U a unit, K a condition, B both */
} Deed;

static const Deed deeds[] = {
    { CASE_REPORTED, "accept", 'd', "" },
    { CASE_REPORTED, "accept", 'd', "" },
    { CASE_REPORTED, "accept", 'd', "" },
    { CASE_REPORTED, "reject", 'd', ",\"note\":\"重复\"" },
    { CASE_ACCEPTED, "file", 'd', "K" },
    { CASE_FILED, "dispatch", 'd', "U" },
    { CASE_DISPATCHED, "take", 'h', "" },
    { CASE_DISPATCHED, "take", 'c', "" }, /* not his */
    { CASE_DISPATCHED, "return", 'h', "B" },
    { CASE_DISPATCHED, "contest", 'h', "B" },
    { CASE_HANDLING, "handle", 'h', ",\"note\":\"办好\"" },
    { CASE_HANDLING, "return", 'h', "B" },
    { CASE_HANDLING, "contest", 'h', "B" },
    { CASE_ADJUDICATION, "adjudicate", 'l', "B" },
    { CASE_HANDLED, "pass", 'c', "" },
    { CASE_HANDLED, "fail", 'c', ",\"note\":\"没好\"" },
    { CASE_HANDLED, "pass", 'h', "" }, /* not his own */
    { CASE_FEEDBACK, "feedback", 'a', ",\"note\":\"答复\",\"answered\":true" },
    { CASE_FEEDBACK, "feedback", 'a', ",\"note\":\"无人接听\",\"answered\":false" },
    { CASE_FEEDBACK, "close", 'a', ",\"close_kind\":\"explained\"" },
    { CASE_FEEDBACK, "close", 'a', ",\"close_kind\":\"unreachable\"" },
    { CASE_CLOSED, "appraise", 'r', ",\"solved\":true,\"satisfaction\":4" },
    { CASE_CLOSED, "appraise", 'a', ",\"solved\":false" },
    { CASE_CLOSED, "reopen", 'r', ",\"note\":\"又坏了\"" },
    { CASE_APPRAISED, "reopen", 'r', ",\"note\":\"又坏了\"" },
    { CASE_REJECTED, "accept", 'd', "" },
};

static Err act(Week *w, int i, const Deed *d, int64_t revision, int64_t unit) {
    Actor handler = actor_as(ROLE_HANDLER, unit, 500 + (unit == w->units[0]) + 2 * (unit == w->units[1]));
    const Actor *by = d->who == 'd'   ? &dispatcher
                      : d->who == 'c' ? &checker
                      : d->who == 'a' ? &caller
                      : d->who == 'l' ? &leader
                                      : &handler;
    char json[400], more[120];

    if (d->who == 'r')
        return own(w, i, revision, strcmp(d->act, "reopen") == 0 ? "case.reopen" : "case.rate", d->more);
    snprintf(more, sizeof more, "%s", d->more);
    if (*d->more == 'U')
        snprintf(more, sizeof more, ",\"unit\":\"%lld\",\"note\":\"就近\"", (long long)w->units[draw(w, 3)]);
    if (*d->more == 'B') {
        int64_t item = condition(w);
        snprintf(more, sizeof more, ",\"unit\":\"%lld\",\"condition\":\"%lld\",\"note\":\"不归我们\"",
                 (long long)w->units[draw(w, 3)], (long long)item);
    }
    if (*d->more == 'K')
        snprintf(more, sizeof more, ",\"condition\":\"%lld\"", (long long)condition(w));
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"revision\":%lld,\"act\":\"%s\"%s}", (long long)w->ids[i],
             (long long)revision, d->act, more);
    return call("case.act", by, json);
}

static Err one_deed(Week *w) {
    char json[60], state[24];
    int i = (int)draw(w, (uint32_t)w->n);
    size_t fit[COUNT(deeds)], n = 0;

    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)w->ids[i]);
    assert_ok(call("case.get", &dispatcher, json));
    assert_int_equal(sscanf(strstr(answer, "\"state\":"), "\"state\":\"%23[^\"]", state), 1);
    int64_t revision = answered("revision"), unit = strstr(answer, "\"unit\":") ? answered("unit") : 0;
    int at = choice_worded(&case_state_choices, str(state))->number;
    for (size_t k = 0; k < COUNT(deeds); k++)
        if ((int)deeds[k].in == at)
            fit[n++] = k;
    assert_true(n > 0);
    const Deed *d = &deeds[fit[draw(w, (uint32_t)n)]];
    bool stale = draw(w, 12) == 0 && revision > 1; /* somebody was faster */
    return act(w, i, d, revision - stale, unit);
}

static void live(Week *w) {
    static const char *const units[] = { "U1", "U2", "U3" };
    char sql[80];

    for (size_t i = 0; i < COUNT(units); i++) {
        snprintf(sql, sizeof sql, "SELECT id FROM org WHERE code = '%s'", units[i]);
        w->units[i] = number(sql);
    }
    for (int k = 0; k < DEEDS; k++) {
        clock_stop(begun + k * MINUTES(13));
        bool more = w->n < 12 || (w->n < CASES_MAX && draw(w, 8) == 0);
        Err e = !more ? one_deed(w) : w->n == 0 || draw(w, 6) ? report(w) : settle(w);
        w->outcome[k] = (char)('a' + (int)e);
    }
}

/* Every row of the week, its ids as what they stand for. */
static void dump(char *ret, size_t size) {
    size_t n = (size_t)snprintf(
        ret, size, "%s\n",
        testdb_ask(
            &city_db,
            "SELECT c.text, c.state, c.revision, c.source, CASE WHEN c.danger THEN 1 ELSE 0 END, c.placed, "
            "c.path,"
            " c.category, k.code, o.code, c.reported_ms, c.due_ms, c.finish_due_ms, c.close_due_ms,"
            " c.dispatched_ms, c.handled_ms, c.closed_ms, c.close_kind, c.rework, c.attempts,"
            " CASE WHEN c.answered THEN 1 ELSE 0 END, CASE WHEN c.solved THEN 1 ELSE 0 END, c.satisfaction"
            " FROM cases c LEFT JOIN condition k ON k.id = c.condition LEFT JOIN org o ON o.id = c.unit"
            " WHERE c.text LIKE '第%件%' ORDER BY c.reported_ms"));
    assert_true(n < size);
    n += (size_t)snprintf(
        ret + n, size - n, "%s\n",
        testdb_ask(&city_db,
                   "SELECT c.text, e.number, e.act, e.from_state, e.to_state, e.role, e.at_ms, e.note, o.code"
                   " FROM case_event e JOIN cases c ON c.id = e.case_id LEFT JOIN org o ON o.id = e.unit"
                   " WHERE c.text LIKE '第%件%' ORDER BY c.reported_ms, e.number"));
    assert_true(n < size);
}

/* ---- the canary ---- */

static Err export_all(Tx *tx, void *arg, Fault *f) {
    Actor by;
    static char room[4 << 20], json[1 << 16];
    Arena a = { room, 0, sizeof room };
    ExportAt at = { 0 };
    CaseListed *list;
    size_t n;

    actor_copy(arg, &by);
    tx_lend(tx, &a);
    do {
        a.used = 0;
        TRY(export_cases(tx, &by, true, &at, NULL, &list, &n, f));
        for (size_t i = 0; i < n; i++) {
            Buf b = { json, 0, sizeof json, false, 0 };
            record_encode(&case_listed_record, &list[i], by.reads, &b);
            assert_null(strstr(json, CANARY));
        }
    } while (n == EXPORT_ROWS);
    return OK;
}

/* Reads, or every operation of the table, writes too: an operation that is new is walked
 * without a line here. */
static void asks_all(const Actor *by, bool writes, int64_t id, const char *code) {
    char json[4096];

    for (size_t i = 0; i < ops_count; i++) {
        Buf b = { json, 0, sizeof json, false, 0 };
        if (ops[i].does != READ && !writes)
            continue;
        if (record_field(ops[i].in, str("code")) && !record_field(ops[i].in, str("id")))
            snprintf(json, sizeof json, "{\"code\":\"%s\"}", code);
        else
            record_sample(ops[i].in, id, &b);
        Err e = call(ops[i].name, by, json);
        if (strstr(answer, CANARY) || strstr(fa.zh, CANARY) || strstr(fa.en, CANARY) ||
            strstr(fa.detail, CANARY))
            fail_msg("%s tells a %s the reporter (%s)", ops[i].name,
                     choice_numbered(&role_choices, by->role)->en, err_name(e));
    }
}

/* In the unit itself every role may have a post, but for the centre's three that open
 * contacts; and nobody of the unit opens one, with whatever reason. */
static void look_from_unit(int64_t unit, int64_t id, const char *code) {
    char json[120];

    for (size_t r = 0; r < role_choices.n; r++) {
        Role role = (Role)role_choices.list[r].number;
        Actor by = actor_as(role, unit, 900);
        if (role == ROLE_PUBLIC || actor_may(&by, RIGHT_CONTACT_OPEN))
            continue;
        snprintf(json, sizeof json, "{\"id\":\"%lld\",\"reason\":\"想看看\"}", (long long)id);
        assert_int_equal(call("case.contact", &by, json), ERR_FORBIDDEN);
        assert_int_equal(call("case.words", &by, json), ERR_FORBIDDEN);
        asks_all(&by, true, id, code);
    }
}

/* That the walk can fail: who may open it is told, by the very operation that it finds. */
static void centre_is_told(int64_t id) {
    char json[120];
    int told = 0;

    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"reason\":\"回电\"}", (long long)id);
    for (size_t i = 0; i < ops_count; i++)
        if (ops[i].does != READ && ops[i].right == RIGHT_CONTACT_OPEN)
            told += call(ops[i].name, &dispatcher, json) == OK && strstr(answer, CANARY) != NULL;
    assert_int_equal(told, 1);
}

static void look_for_canary(const Week *w) {
    char json[80];
    int seen = 0;

    for (size_t u = 0; u < COUNT(w->units); u++) {
        Actor handler = actor_as(ROLE_HANDLER, w->units[u], 900);
        for (int i = 0; i < w->n; i++) {
            snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)w->ids[i]);
            if (call("case.get", &handler, json) != OK)
                continue;
            seen++;
            assert_null(strstr(answer, CANARY));
            asks_all(&handler, false, w->ids[i], w->codes[i]);
            snprintf(json, sizeof json, "{\"id\":\"%lld\",\"reason\":\"想看看\"}", (long long)w->ids[i]);
            assert_int_equal(call("case.contact", &handler, json), ERR_FORBIDDEN);
        }
        assert_ok(store_read(city, -1, export_all, &handler, &fa));
    }
    assert_true(seen > 10);
    centre_is_told(w->ids[0]);
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"reason\":\"回电\"}", (long long)w->ids[0]);
    assert_ok(call("case.contact", &dispatcher, json));
    assert_non_null(strstr(answer, CANARY)); /* it is there, and the centre finds it */
    assert_null(strstr(rows[0], CANARY));
    assert_null(strstr(rows[1], CANARY));
    for (size_t u = 0; u < COUNT(w->units); u++)
        look_from_unit(w->units[u], w->ids[w->n - 1 - (int)u], w->codes[w->n - 1 - (int)u]);
}

/* What is logged goes to stderr: a file, for the time being. */
static int log_to(FILE *file) {
    fflush(stderr);
    int kept = dup(2);
    dup2(fileno(file), 2);
    return kept;
}

static void log_back(int kept, FILE *file) {
    static char said[1 << 16];
    fflush(stderr);
    dup2(kept, 2);
    close(kept);
    rewind(file);
    said[fread(said, 1, sizeof said - 1, file)] = 0;
    fclose(file);
    assert_null(strstr(said, CANARY));
}

/* The walk comes past everything that a case may go through. */
static void has_seen_all(void) {
    static const CaseAct acts[] = { ACT_REJECT, ACT_RETURN, ACT_FAIL, ACT_APPRAISE,
                                    ACT_REOPEN, ACT_SETTLE, ACT_CLOSE };
    char sql[100];

    for (size_t i = 0; i < COUNT(acts); i++) {
        snprintf(sql, sizeof sql, "SELECT count(*) FROM case_event WHERE act = %d", (int)acts[i]);
        if (number(sql) == 0)
            fail_msg("in the whole week nobody took the step %s",
                     choice_numbered(&case_act_choices, acts[i])->word);
    }
    assert_true(number("SELECT max(rework) FROM cases") > 0);
}

static void week_on(Dialect d) {
    static Week w;
    FILE *file = tmpfile();

    assert_non_null(file);
    int kept = log_to(file);
    w = (Week){ .seed = 20261201 };
    clock_stop(begun);
    city_open(d, true);
    Actor system = actor_as(ROLE_SYSTEM_ADMIN, 0, 1); /* with photos: photo_case_test.c */
    assert_ok(call("setting.put", &system, "{\"name\":\"settle_photos\",\"value\":\"none\"}"));
    live(&w);
    has_seen_all();
    dump(rows[d == POSTGRES], sizeof rows[0]);
    snprintf(outcomes[d == POSTGRES], sizeof outcomes[0], "%s", w.outcome);
    look_for_canary(&w);
    city_close();
    clock_stop(0);
    log_back(kept, file);
}

static void test_a_week(void **state) {
    (void)state;
    actor_public(&nobody);
    dispatcher = actor_as(ROLE_DISPATCHER, 0, 11);
    checker = actor_as(ROLE_CHECKER, 0, 13);
    caller = actor_as(ROLE_CALLBACK, 0, 14);
    leader = actor_as(ROLE_LEADER, 0, 17);
    worker = actor_as(ROLE_GRID_WORKER, 0, 15);
    week_on(SQLITE);
    assert_true(strchr(outcomes[0], 'a') && strchr(outcomes[0], 'a' + ERR_CONFLICT) &&
                strchr(outcomes[0], 'a' + ERR_FORBIDDEN)); /* the walk comes past what is refused */
    if (!testdb_has(POSTGRES))
        return;
    week_on(POSTGRES);
    assert_string_equal(outcomes[0], outcomes[1]);
    assert_string_equal(rows[0], rows[1]);
}

int main(void) {
    static const struct CMUnitTest tests[] = { cmocka_unit_test(test_a_week) };
    return cmocka_run_group_tests_name("a week on both stores", tests, NULL, NULL);
}
