/* plan_test – a screen's cost does not grow with history. Each hot operation runs
 * against a few thousand cases, most of them closed; every query that it asked is
 * explained by the database itself, and none may walk a table that grows. And each
 * asks as many queries as are written here: for one event, and for sixty. */
#include "account.h"
#include "city.h"
#include "inner.h"
#include "watch.h"

static Dialect dialect;
static int64_t a_case, an_area, a_condition, a_unit, a_place, an_account, a_session;
static char a_code[40], a_secret[40];

/* ---- a city with a history ---- */

static Err run_sql(Tx *tx, void *sql, Fault *f) { return tx_exec(tx, sql, f); }
static void sql(const char *text_) { assert_ok(store_write_now(city, run_sql, (void *)text_, true, &fa)); }

/* Twice as many, the new ones closed long ago, with ids of their own in the same homes. */
static void double_cases(int64_t ticks) {
    char line[300];
    int64_t later = ticks << 24;
    sql("CREATE TABLE more AS SELECT * FROM cases");
    snprintf(line, sizeof line, "UPDATE more SET id = id - %lld, state = 10, code = code || '%lld'",
             (long long)later, (long long)ticks % 97);
    sql(line);
    sql("INSERT INTO cases SELECT * FROM more");
    sql("DROP TABLE more");
    sql("CREATE TABLE more AS SELECT * FROM case_event");
    snprintf(line, sizeof line, "UPDATE more SET case_id = case_id - %lld", (long long)later);
    sql(line);
    sql("INSERT INTO case_event SELECT * FROM more");
    sql("DROP TABLE more");
}

static Err keep_number(void *ctx, const char *const *columns, int n, Fault *f) {
    (void)n, (void)f;
    *(int64_t *)ctx = columns[0] ? strtoll(columns[0], NULL, 10) : 0;
    return OK;
}

static Err find_ids(Tx *tx, void *arg, Fault *f) {
    static const struct {
        const char *sql;
        int64_t *to;
    } wanted[] = {
        { "SELECT min(id) FROM area WHERE children > 1", &an_area },
        { "SELECT min(id) FROM condition", &a_condition },
        { "SELECT min(id) FROM org", &a_unit },
        { "SELECT min(id) FROM place", &a_place },
        { "SELECT min(id) FROM account WHERE login = 'dispatch'", &an_account },
    };
    (void)arg;
    for (size_t i = 0; i < COUNT(wanted); i++)
        TRY(tx_ask(tx, wanted[i].sql, NULL, 0, keep_number, wanted[i].to, NULL, f));
    return OK;
}

/* As many organisations, seats, posts and covers as there are placed cases, and numbers
 * and duties of each: what a database plans for a small table says nothing. */
static void fill_organisations(void) {
    static const char *const rows[] = {
        "INSERT INTO org (id, home, code, name, kind, area, path, state, since)"
        " SELECT c.id, a.home, c.code, c.code, 16, a.id, a.path, 3, 0",
        "INSERT INTO org_count (org, home, day, members) SELECT c.id, a.home, 1, 3",
        "INSERT INTO org_step (id, home, org, to_state, day, at_ms, at_day) SELECT c.id, a.home, c.id, 3, 0, "
        "0, 0",
        "INSERT INTO serves (id, home, unit, matter, area, path, since) SELECT c.id, a.home, c.id, '9', a.id, "
        "a.path, 0",
        "INSERT INTO seat (id, home, kind, area, path, since) SELECT c.id, a.home, 5, a.id, a.path, 0",
        "INSERT INTO post (id, home, account, role, path, since, seat) SELECT c.id, 1, c.id, 5, a.path, 0, "
        "c.id",
        "INSERT INTO cover (id, home, place, path, field, org, since) SELECT c.id, a.home, c.id, a.path, 1, "
        "c.id, 0",
    };
    char line[400];

    for (size_t i = 0; i < COUNT(rows); i++) {
        snprintf(line, sizeof line, "%s FROM cases c JOIN area a ON a.id = c.area", rows[i]);
        sql(line);
    }
}

/* ---- one operation ---- */

static void dispatcher(Actor *ret) {
    actor_in(ROLE_DISPATCHER, str("0"), (OrgId){ 0 }, ret);
    ret->account.v = an_account;
    ret->session.v = a_session;
}

static void answered_text(const char *name, char ret[40]) {
    char key[40];
    snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *p = strstr(answer, key);
    assert_non_null(p);
    assert_int_equal(sscanf(p + strlen(key), "%39[^\"]", ret), 1);
}

static Err open_session(Tx *tx, void *arg, Fault *f) {
    SignIn in = { .account = { an_account } };
    Actor nobody;
    Me me;
    tx_lend(tx, arg);
    actor_public(&nobody);
    TRY(session_open(tx, &in, &nobody, &me, f));
    return tx_ask(tx, "SELECT max(id) FROM session", NULL, 0, keep_number, &a_session, NULL, f);
}

static int set_up(void **state) {
    Arena a;
    Actor by;

    (void)state;
    city_open(dialect, true);
    for (int i = 0; i < 4; i++)
        double_cases(INT64_C(1000000) << i);
    assert_ok(store_read(city, -1, find_ids, NULL, &fa));
    fill_organisations();
    assert_ok(arena_begin(&a, 1 << 20, &fa));
    assert_ok(store_write_now(city, open_session, &a, false, &fa));
    arena_end(&a);
    dispatcher(&by);
    assert_ok(
        call("case.report", &by, "{\"text\":\"x\",\"lon\":121.47,\"lat\":31.225,\"contact\":\"13800000000\"}"));
    a_case = answered("id");
    answered_text("code", a_code);
    answered_text("secret", a_secret);
    if (dialect == POSTGRES)
        testdb_exec(&city_db, "ANALYZE");
    watch_begin(city);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    return 0;
}

/* ---- what the database says it would do ---- */

static const char *const growing[] = { "cases",   "case_event",  "reporter", "request",
                                       "session", "access_log",  "account",  "post",
                                       "notice",  "notice_read", "delivery" };
static const char *const of_open_ones[] = {
    "case_open",  "case_due",     "case_unplaced",      "case_unit",
    "case_first", "case_sampled", "case_unplaced_open", "case_waiting"
};

typedef struct PlanSeen {
    char text[8000];
    size_t n;
} PlanSeen;

static Err keep_line(void *ctx, const char *const *columns, int n, Fault *f) {
    PlanSeen *p = ctx;
    (void)f;
    p->n += (size_t)snprintf(p->text + p->n, sizeof p->text - p->n, "%s\n", columns[n - 1]);
    assert_true(p->n < sizeof p->text);
    return OK;
}

static const char *postgres_type(Kind kind) {
    switch (kind) {
    case KIND_KEY:
    case KIND_REF:
    case KIND_LONG:
    case KIND_MS: return "bigint";
    case KIND_TEXT:
    case KIND_RAW: return "text";
    case KIND_BYTES: return "bytea";
    case KIND_BOOL: return "boolean";
    default: return "integer";
    }
}

/* The plan that holds for any values: PostgreSQL's generic one, and without sequential
 * scans where there is any other way, for a few thousand rows are read fastest so. */
static Err explain_postgres(Tx *tx, const Query *q, const char *query, PlanSeen *ret, Fault *f) {
    static char room[40000];
    Buf b = { room, 0, sizeof room, false, 0 };

    TRY(tx_exec(tx, "SET LOCAL enable_seqscan = off", f));
    TRY(tx_exec(tx, "SET LOCAL plan_cache_mode = force_generic_plan", f));
    buf_str(&b, "PREPARE watched");
    for (size_t i = 0; i < q->n_params; i++)
        buf_fmt(&b, "%s%s", i ? ", " : "(", postgres_type(query_kind(q, i)));
    buf_fmt(&b, "%s AS %s", q->n_params ? ")" : "", query);
    TRY(tx_exec(tx, room, f));
    b.n = 0;
    buf_str(&b, "EXPLAIN EXECUTE watched");
    for (size_t i = 0; i < q->n_params; i++)
        buf_str(&b, i ? ", NULL" : "(NULL");
    buf_str(&b, q->n_params ? ")" : "");
    TRY(tx_ask(tx, room, NULL, 0, keep_line, ret, NULL, f));
    return tx_exec(tx, "DEALLOCATE watched", f);
}

typedef struct Explain {
    WatchedQuery w;
    PlanSeen plan;
} Explain;

static Err explain(Tx *tx, void *arg, Fault *f) {
    static char query[QUERY_SQL_MAX], all[QUERY_SQL_MAX + 32];
    Explain *e = arg;

    e->plan.n = 0;
    TRY(query_text(e->w.q, e->w.mask, dialect, query, f));
    if (dialect == POSTGRES)
        return explain_postgres(tx, e->w.q, query, &e->plan, f);
    snprintf(all, sizeof all, "EXPLAIN QUERY PLAN %s", query);
    return tx_ask(tx, all, NULL, 0, keep_line, &e->plan, NULL, f);
}

static bool names(const char *line, const char *word) {
    size_t n = strlen(word);
    for (const char *p = line; (p = strstr(p, word)) != NULL; p++)
        if (p > line && p[-1] == ' ' && (p[n] == 0 || p[n] == ' '))
            return true;
    return false;
}

/* Is this line a walk over all rows of a growing table? An index of only what is open
 * (or unplaced, or of a unit) may be walked. */
static bool is_walk(const char *line, const char *following) {
    bool scans = dialect == SQLITE ? strncmp(line, "SCAN ", 5) == 0
                                   : strstr(line, "Scan") && !strstr(line, "Bitmap Index") &&
                                         !strstr(following, "Index Cond") && !strstr(following, "Recheck Cond");
    bool grows = false;

    for (size_t i = 0; i < COUNT(growing); i++)
        grows |= names(line, growing[i]);
    for (size_t i = 0; i < COUNT(of_open_ones); i++)
        grows &= !names(line, of_open_ones[i]);
    return scans && grows;
}

static void assert_no_walk(const char *op, const char *json, WatchedQuery w, const char *may) {
    static Explain e;
    char copy[8000], *lines[200] = { 0 };
    size_t n = 0;

    e.w = w;
    assert_ok(store_write_now(city, explain, &e, true, &fa));
    memcpy(copy, e.plan.text, e.plan.n + 1);
    for (char *p = strtok(copy, "\n"); p && n < COUNT(lines) - 1; p = strtok(NULL, "\n"))
        lines[n++] = p;
    for (size_t i = 0; i < n; i++)
        if (is_walk(lines[i], i + 1 < n ? lines[i + 1] : "") && !(may && strcmp(may, w.q->name) == 0))
            fail_msg("%s %s: %s walks a table that grows:\n%s", op, json, w.q->name, e.plan.text);
}

/* ---- the hot operations ---- */

typedef struct Hot {
    const char *op, *json;
    Role role;
    long queries;    /* on either store */
    const char *may; /* this one may walk: it stops at what it has found */
} Hot;

static void try_one(const Hot *h, const char *json) {
    static WatchedQuery asked[COUNT(watch.asked)];
    Actor by;

    dispatcher(&by);
    if (!h->role)
        actor_public(&by);
    assert_ok(call(h->op, &by, json)); /* once to warm up: the ground, the statements */
    watch_reset();
    Err e = call(h->op, &by, json);
    long n = watch.statements;
    memcpy(asked, watch.asked, sizeof asked);
    assert_ok(e);
    for (long i = 0; i < n; i++)
        assert_no_walk(h->op, json, asked[i], h->may);
    if (n != h->queries) {
        for (long i = 0; i < n; i++)
            print_error("  %s\n", asked[i].q->name);
        fail_msg("%s %s: %ld queries, not %ld", h->op, json, n, h->queries);
    }
}

static const char *filled(const char *json) {
    static char room[400];
    const struct {
        char word;
        int64_t value;
    } numbers[] = {
        { 'C', a_case }, { 'A', an_area }, { 'D', a_condition }, { 'U', a_unit }, { 'P', a_place }
    };
    Buf b = { room, 0, sizeof room, false, 0 };

    for (const char *p = json; *p; p++) {
        if (*p != '%') {
            buf_char(&b, *p);
            continue;
        }
        p++;
        for (size_t i = 0; i < COUNT(numbers); i++)
            if (*p == numbers[i].word)
                buf_fmt(&b, "\"%lld\"", (long long)numbers[i].value);
        if (*p == 'K')
            buf_fmt(&b, "\"%s\"", a_code);
        if (*p == 'S')
            buf_fmt(&b, "\"%s\"", a_secret);
    }
    return room;
}

static void try_all(const Hot *hot, size_t n) {
    for (size_t i = 0; i < n; i++)
        try_one(&hot[i], filled(hot[i].json));
}

/* The console's list with its usual filters. Newest first without any of them walks
 * back from today and stops at a page, whatever lies before. */
static void test_lists(void **state) {
    static const Hot hot[] = {
        { "case.list", "{\"open\":true}", ROLE_DISPATCHER, 1, NULL },
        { "case.list", "{\"open\":true,\"within\":%A}", ROLE_DISPATCHER, 2, NULL },
        { "case.list", "{\"state\":\"handling\"}", ROLE_DISPATCHER, 1, NULL },
        { "case.list", "{\"state\":\"handling\",\"within\":%A,\"page\":3}", ROLE_DISPATCHER, 2, NULL },
        { "case.list", "{\"open\":true,\"due_before\":1893456000000}", ROLE_DISPATCHER, 1, NULL },
        { "case.list", "{\"due_before\":1893456000000}", ROLE_DISPATCHER, 1, NULL },
        { "case.list", "{\"unplaced\":true}", ROLE_DISPATCHER, 1, NULL },
        { "case.list", "{\"placed\":\"outside\"}", ROLE_DISPATCHER, 1, NULL },
        { "case.list", "{\"unit\":%U}", ROLE_DISPATCHER, 1, NULL },
        { "case.list", "{\"open\":true,\"unit\":%U}", ROLE_DISPATCHER, 1, NULL },
        { "case.list", "{\"before\":%C}", ROLE_DISPATCHER, 1, "case_list" },
        { "case.list", "{\"open\":true,\"before\":%C}", ROLE_DISPATCHER, 2, NULL },
        { "case.list", "{\"sampled\":true}", ROLE_DISPATCHER, 1, NULL },
        { "case.list", "{\"todo\":true,\"by_due\":true}", ROLE_DISPATCHER, 1, NULL },
        { "case.list", "{\"by_due\":true,\"due_before\":1893456000000}", ROLE_DISPATCHER, 1, NULL },
        { "case.list", "{}", ROLE_DISPATCHER, 1, "case_list" },
        { "case.list", "{\"state\":\"closed\"}", ROLE_DISPATCHER, 1, "case_list" },
        { "notice.list", "{}", ROLE_DISPATCHER, 1, NULL },
        { "notice.list", "{\"unread\":true}", ROLE_DISPATCHER, 1, NULL },
        { "notice.count", "{}", ROLE_DISPATCHER, 1, NULL },
    };
    (void)state;
    try_all(hot, COUNT(hot));
}

/* Counting stops at 1,001. */
static void test_counts(void **state) {
    static const Hot hot[] = {
        { "case.count", "{\"open\":true}", ROLE_DISPATCHER, 1, NULL },
        { "case.count", "{\"open\":true,\"within\":%A}", ROLE_DISPATCHER, 2, NULL },
        { "case.count", "{\"state\":\"reported\"}", ROLE_DISPATCHER, 1, NULL },
        { "case.count", "{\"open\":true,\"due_before\":1893456000000}", ROLE_DISPATCHER, 1, NULL },
        { "case.count", "{\"unplaced\":true}", ROLE_DISPATCHER, 1, NULL },
        { "case.count", "{\"unit\":%U}", ROLE_DISPATCHER, 1, NULL },
        { "case.count", "{\"todo\":true}", ROLE_DISPATCHER, 1, NULL },
        { "desk.get", "{}", ROLE_DISPATCHER, 12, NULL },
        { "case.count", "{}", ROLE_DISPATCHER, 1, "case_count" },
    };
    (void)state;
    try_all(hot, COUNT(hot));
}

static void test_points(void **state) {
    static const Hot hot[] = {
        { "case.get", "{\"id\":%C}", ROLE_DISPATCHER, 1, NULL },
        { "case.track", "{\"code\":%K}", 0, 1, NULL },
        { "case.track_more", "{\"code\":%K,\"secret\":%S}", 0, 5, NULL },
        { "case.view", "{\"id\":%C}", ROLE_DISPATCHER, 6, NULL },
        { "case.contact", "{\"id\":%C,\"reason\":\"回电\"}", ROLE_DISPATCHER, 4, NULL },
        { "case.words", "{\"id\":%C,\"reason\":\"回电\"}", ROLE_DISPATCHER, 4, NULL },
        { "case.public_list", "{\"west\":121.4,\"east\":121.5,\"south\":31.2,\"north\":31.3}", 0, 2, NULL },
        { "case.public_similar", "{\"lon\":121.47,\"lat\":31.225,\"text\":\"井盖缺失\"}", 0, 4, NULL },
        { "case.similar", "{\"lon\":121.47,\"lat\":31.225,\"text\":\"井盖缺失\"}", ROLE_DISPATCHER, 4, NULL },
        { "case.similar", "{\"place\":%P,\"text\":\"井盖缺失\"}", ROLE_DISPATCHER, 3, NULL },
        { "report.look", "{\"text\":\"打13800000000\"}", 0, 0, NULL },
        { "session.me", "{}", ROLE_DISPATCHER, 3, NULL },
        { "area.outlines", "{\"area\":%A}", ROLE_DISPATCHER, 4, NULL },
        { "area.get", "{\"id\":%A}", ROLE_DISPATCHER, 1, NULL },
        { "area.list", "{\"parent\":%A}", ROLE_DISPATCHER, 1, NULL },
        { "area.locate", "{\"lon\":121.47,\"lat\":31.225}", 0, 1, NULL },
        { "place.get", "{\"id\":%P}", 0, 1, NULL },
        { "place.list", "{\"area\":%A}", 0, 1, NULL },
        { "border.list", "{}", ROLE_DISPATCHER, 1, NULL },
    };
    (void)state;
    try_all(hot, COUNT(hot));
}

static void test_writes(void **state) {
    static const Hot hot[] = {
        { "case.report", "{\"text\":\"x\",\"lon\":121.47,\"lat\":31.225,\"contact\":\"13800000000\"}", 0, 7,
          NULL },
    };
    (void)state;
    try_all(hot, COUNT(hot));
}

/* Ranges of days, however long the history is; withheld rows are counted, not read. */
static void test_figures(void **state) {
    static const Hot hot[] = {
        { "figures.get", "{\"from\":\"2026-11-01\",\"to\":\"2026-11-30\"}", ROLE_DISPATCHER, 13, NULL },
        { "figures.get", "{\"from\":\"2026-11-01\",\"to\":\"2026-11-30\",\"within\":%A}", ROLE_DISPATCHER, 14,
          NULL },
#define BEHIND(indicator, part)                                                                                \
    { "figures.cases",                                                                                         \
      "{\"from\":\"2026-11-01\",\"to\":\"2026-11-30\",\"indicator\":\"" indicator "\",\"part\":\"" part "\"}", \
      ROLE_DISPATCHER, 1, NULL }
        BEHIND("filed_rate", "denominator"),
        BEHIND("filed_rate", "numerator"),
        BEHIND("handled_rate", "numerator"),
        BEHIND("closed_rate", "numerator"),
        BEHIND("closed_in_time_rate", "numerator"),
        BEHIND("rework_rate", "numerator"),
        BEHIND("satisfied_rate", "numerator"),
    };
    (void)state;
    try_all(hot, COUNT(hot));
}

/* "open": false is no filter at all, and so is "unplaced": false. */
static void test_filters_that_are_off(void **state) {
    Actor by;
    char all[200];
    (void)state;
    dispatcher(&by);
    assert_ok(call("case.list", &by, "{\"limit\":1,\"state\":\"closed\",\"open\":false,\"unplaced\":false}"));
    assert_non_null(strstr(answer, "\"state\":\"closed\""));
    assert_ok(call("case.count", &by, "{}"));
    snprintf(all, sizeof all, "%.199s", answer);
    assert_ok(call("case.count", &by, "{\"open\":false}"));
    assert_string_equal(answer, all);
    assert_ok(call("case.list", &by, "{\"limit\":1,\"state\":\"closed\",\"due_before\":1893456000000}"));
    assert_string_equal(answer, "{\"items\":[]}"); /* a deadline runs for open ones only */
}

/* ---- signing in by cookie ---- */

static Err by_token(Tx *tx, void *arg, Fault *f) {
    uint8_t hash[32] = { 1, 2, 3 };
    Actor a;
    int64_t ends;
    tx_lend(tx, arg);
    Err e = session_actor(tx, (Str){ (const char *)hash, 32 }, &a, &ends, f);
    return e == ERR_SIGN_IN ? OK : e;
}

static Err by_account(Tx *tx, void *arg, Fault *f) {
    Actor a;
    tx_lend(tx, arg);
    return account_actor(tx, str("dispatch"), &a, f);
}

static void watched(TxFn *fn, long queries) {
    char room[16384];
    Arena a = { room, 0, sizeof room };
    WatchedQuery asked[8];

    watch_reset();
    assert_ok(store_read(city, -1, fn, &a, &fa));
    assert_int_equal(watch.statements, queries);
    memcpy(asked, watch.asked, sizeof asked);
    for (long i = 0; i < queries; i++)
        assert_no_walk("sign-in", "", asked[i], NULL);
}

static void test_sign_in(void **state) {
    (void)state;
    watched(by_token, 1);
    watched(by_account, 2);
}

/* ---- as many for sixty events as for one ---- */

static void test_long_history(void **state) {
    char line[400];
    (void)state;
    for (int i = 0; i < 59; i++) {
        snprintf(
            line, sizeof line,
            "INSERT INTO case_event (case_id, home, number, act, to_state, account, role, at_ms, at_day, unit)"
            " SELECT id, home, %d, 5, 5, %lld, 2, 1, 1, %lld FROM cases WHERE id = %lld",
            100 + i, (long long)an_account, (long long)a_unit, (long long)a_case);
        sql(line);
    }
    test_points(state);
}

/* ---- organisations: every table that they are read from is found by an index ---- */

/* SQLite calls a table by its alias: any walk but one over rows that were found already,
 * or over the few exclusive grids there are (an index of those alone). */
static bool walks_any(const char *line, const char *following) {
    if (strstr(line, "cover_grid"))
        return false;
    if (dialect == SQLITE)
        return strncmp(line, "SCAN ", 5) == 0 && strncmp(line, "SCAN w", 6) != 0 && !strstr(line, "CONSTANT");
    return strstr(line, "Scan") && !strstr(line, "Subquery Scan") && !strstr(line, "Bitmap Index") &&
           !strstr(following, "Index Cond") && !strstr(following, "Recheck Cond");
}

static void assert_found_by_index(const Hot *h, WatchedQuery w) {
    static Explain e;
    char copy[8000], *lines[200] = { 0 };
    size_t n = 0;

    e.w = w;
    assert_ok(store_write_now(city, explain, &e, true, &fa));
    memcpy(copy, e.plan.text, e.plan.n + 1);
    for (char *p = strtok(copy, "\n"); p && n < COUNT(lines) - 1; p = strtok(NULL, "\n"))
        lines[n++] = p + strspn(p, " ");
    for (size_t i = 0; i < n; i++)
        if (walks_any(lines[i], i + 1 < n ? lines[i + 1] : ""))
            fail_msg("%s %s: %s walks a table:\n%s", h->op, h->json, w.q->name, e.plan.text);
}

static void test_organisations(void **state) {
    static const Hot hot[] = {
        { "org.tree", "{}", ROLE_DISPATCHER, 1, NULL },
        { "org.tree", "{\"within\":%A,\"depth\":\"micro_grid\",\"day\":\"2026-01-01\"}", ROLE_DISPATCHER, 2,
          NULL },
        { "org.history", "{\"id\":%U}", ROLE_DISPATCHER, 2, NULL },
        { "org_count.list", "{\"id\":%U}", ROLE_DISPATCHER, 2, NULL },
        { "serves.list", "{\"unit\":%U}", ROLE_DISPATCHER, 1, NULL },
        { "seat.list", "{}", ROLE_DISPATCHER, 1, NULL },
        { "seat.list", "{\"within\":%A,\"vacant\":true}", ROLE_DISPATCHER, 2, NULL },
        { "seat.list", "{\"both\":true}", ROLE_DISPATCHER, 1, NULL },
        { "correspondence.list", "{\"within\":%A}", ROLE_DISPATCHER, 5, NULL },
        { "cover.list", "{\"exclusive\":true}", ROLE_DISPATCHER, 1, NULL },
        { "cover.list", "{\"place\":%P}", ROLE_DISPATCHER, 1, NULL },
    };
    static WatchedQuery asked[COUNT(watch.asked)];

    (void)state;
    for (size_t i = 0; i < COUNT(hot); i++) {
        try_one(&hot[i], filled(hot[i].json));
        memcpy(asked, watch.asked, sizeof asked);
        for (long k = 0; k < hot[i].queries; k++)
            assert_found_by_index(&hot[i], asked[k]);
    }
}

/* Which index finds them is not left to a database that keeps no statistics: the range of
 * paths of a whole city looks narrow to it, and is every open case. */
static void test_open_ones(void **state) {
    static const struct {
        Hot hot;
        const char *by;
    } wanted[] = {
        { { "case.count", "{\"open\":true,\"unplaced\":true}", ROLE_DISPATCHER, 1, NULL },
          "USING INDEX case_unplaced_open (placed>?)" },
        { { "case.count", "{\"state\":\"reported\"}", ROLE_DISPATCHER, 1, NULL },
          "USING COVERING INDEX case_waiting (state=?)" },
        { { "case.count", "{\"due_before\":1893456000000}", ROLE_DISPATCHER, 1, NULL },
          "USING INDEX case_due (due_ms<?)" },
        { { "case.count", "{\"open\":true,\"within\":%A}", ROLE_DISPATCHER, 2, NULL },
          "USING COVERING INDEX case_open (path>? AND path<?)" },
        { { "case.list", "{\"open\":true}", ROLE_DISPATCHER, 1, NULL }, "SCAN cases USING INDEX case_first" },
        { { "case.list", "{\"state\":\"handling\"}", ROLE_DISPATCHER, 1, NULL },
          "USING COVERING INDEX case_waiting (state=?)" },
        { { "case.list", "{\"todo\":true,\"by_due\":true}", ROLE_DISPATCHER, 1, NULL },
          "USING INDEX case_due (due_ms>?)" },
    };
    static Explain e;

    (void)state;
    if (dialect != SQLITE)
        return;
    for (size_t i = 0; i < COUNT(wanted); i++) {
        const Hot *h = &wanted[i].hot;
        try_one(h, filled(h->json));
        e.w = watch.asked[h->queries - 1];
        assert_ok(store_write_now(city, explain, &e, true, &fa));
        if (!strstr(e.plan.text, wanted[i].by))
            fail_msg("%s %s: not %s:\n%s", h->op, h->json, wanted[i].by, e.plan.text);
    }
}

/* What is near is found by where it is: neither by the paths of a whole city, nor by walking
 * back through the cases. */
static void test_nearby_ones(void **state) {
    static const Hot hot[] = {
        { "case.similar", "{\"lon\":121.47,\"lat\":31.225,\"text\":\"井盖缺失\"}", ROLE_DISPATCHER, 4, NULL },
        { "case.public_similar", "{\"lon\":121.47,\"lat\":31.225,\"text\":\"井盖缺失\"}", 0, 4, NULL },
    };
    static const char *const by_point[] = { "similar_near", "public_points" };
    static Explain e;

    (void)state;
    for (size_t i = 0; i < COUNT(hot); i++) {
        try_one(&hot[i], hot[i].json);
        e.w.q = NULL;
        for (long k = 0; k < hot[i].queries; k++)
            if (strcmp(watch.asked[k].q->name, by_point[i]) == 0)
                e.w = watch.asked[k];
        assert_non_null(e.w.q);
        assert_ok(store_write_now(city, explain, &e, true, &fa));
        if (!strstr(e.plan.text,
                    dialect == SQLITE ? "USING INDEX case_map (lon>? AND lon<?)" : "using case_map on cases") &&
            (dialect == SQLITE || !strstr(e.plan.text, "Bitmap Index Scan on case_map")))
            fail_msg("%s: %s\n%s", hot[i].op, by_point[i], e.plan.text);
    }
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists),         cmocka_unit_test(test_counts),
        cmocka_unit_test(test_open_ones),     cmocka_unit_test(test_points),
        cmocka_unit_test(test_nearby_ones),   cmocka_unit_test(test_sign_in),
        cmocka_unit_test(test_long_history),  cmocka_unit_test(test_writes),
        cmocka_unit_test(test_figures),       cmocka_unit_test(test_filters_that_are_off),
        cmocka_unit_test(test_organisations),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "plans, SQLite" : "plans, PostgreSQL", tests, set_up,
                                       tear_down);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
