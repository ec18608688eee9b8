/* sweep_test – the write paths when something fails in the middle: for every n, the
 * n-th allocation and the n-th call of the store, and COMMIT. A failed write has put
 * nothing out and left nothing behind, one that says OK is there as a whole, nothing
 * leaks (AddressSanitizer looks), and the same write succeeds afterwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "account.h"
#include "address.h"
#include "case.h"
#include "demo.h"
#include "ground.h"
#include "inner.h"
#include "installation.h"
#include "keys.h"
#include "ops.h"
#include "outbox.h"
#include "subscription.h"
#include "setting.h"
#include "testdb.h"
#include "watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static TestDb db;
static Store *store;
static Dialect dialect;
static Fault fa;

static void ok_at(Err e, int line) {
    if (e != OK)
        fail_msg("line %d: %s [%s] %s", line, fa.en, fa.key, fa.detail);
}
#define assert_ok(call) ok_at(call, __LINE__)

static TxFn run_subscribe, run_setting;
static SubscriptionNew subscribe;
static Arena arena; /* of the write that is tried */
static Actor by;

static int set_up(void **state) {
    KeyRing *ring;
    int32_t id;
    char said[2048] = "";
    Buf b = { said, 0, sizeof said, false, 0 };

    (void)state;
    assert_ok(keyring_new(&ring, &fa));
    assert_ok(keyring_grow(ring, &id, &fa));
    keys_use(ring);
    testdb_make(dialect, NULL, 0, false, &db);
    db.config.node_ttl_ms = 3600000; /* no lease is renewed meanwhile */
    assert_ok(store_open(&db.config, &store, &fa));
    assert_ok(demo_make(store, str("$none"), 7, &b, &fa));
    arena.used = 0;
    actor_in(ROLE_SYSTEM_ADMIN, str("0"), (OrgId){ 0 }, &by);
    SubscriptionNew all = { .title = str("数字城管"), .url = str("https://a.example/"), .events = str("all") };
    subscribe = all;
    assert_ok(store_write_now(store, run_subscribe, NULL, false, &fa));
    assert_ok(store_write_now(store, run_setting, NULL, false, &fa));
    watch_begin(store);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    installation_close(store);
    testdb_drop(&db);
    return 0;
}

/* ---- what is there ---- */

typedef struct Rows {
    char text[300];
} Rows;

static Err keep_text(void *ctx, const char *const *columns, int n, Fault *f) {
    Rows *r = ctx;
    (void)n, (void)f;
    snprintf(r->text, sizeof r->text, "%s", columns[0]);
    return OK;
}

static Err count_rows(Tx *tx, void *arg, Fault *f) {
    return tx_ask(tx,
                  "SELECT (SELECT count(*) FROM cases) || ' cases, ' || (SELECT sum(revision) FROM cases)"
                  " || ' revisions, ' || (SELECT count(*) FROM case_event) || ' events, '"
                  " || (SELECT count(*) FROM reporter) || ' reporters, ' || (SELECT count(*) FROM hidden_words)"
                  " || ' hidden, ' || (SELECT count(*) FROM access_log) || ' openings, ' || (SELECT count(*) "
                  "FROM request)"
                  " || ' requests, ' || (SELECT count(*) FROM session) || ' sessions, '"
                  " || (SELECT count(*) FROM notice) || ' notices, ' || (SELECT count(*) FROM notice_read)"
                  " || ' read, ' || (SELECT count(*) FROM delivery) || ' deliveries, '"
                  " || (SELECT count(*) FROM subscription) || ' subscriptions, '"
                  " || (SELECT sum(reminded) FROM cases) || ' reminded'",
                  NULL, 0, keep_text, arg, NULL, f);
}

static Rows rows(void) {
    Rows r = { "" };
    assert_ok(store_read(store, -1, count_rows, &r, &fa));
    return r;
}

/* ---- the writes ---- */

enum { ROOM = 8 << 20 };
static CaseReport report;
static CaseActIn act;
static SignIn sign_in;
static bool touched; /* an output was written though the write failed */

static bool is_clean(const void *out, size_t n) {
    const unsigned char *p = out;
    while (n && *p == 0xA5)
        p++, n--;
    return n == 0;
}

#define RUNS(name, Out, call)                              \
    static Err name(Tx *tx, void *arg, Fault *f) {         \
        Out out;                                           \
        (void)arg;                                         \
        arena.used = 0;                                    \
        tx_lend(tx, &arena);                               \
        memset(&out, 0xA5, sizeof out);                    \
        Err e = call;                                      \
        touched |= e != OK && !is_clean(&out, sizeof out); \
        return e;                                          \
    }
RUNS(run_report, CaseReceipt, case_report(tx, &report, &by, &out, f))
RUNS(run_act, Case, case_act(tx, &act, &by, &out, f))
static const SettingPut no_photos = { .name = { "settle_photos", 13 },
                                      .value = { "none", 4 },
                                      .has.value = true };
RUNS(run_setting, SettingShown, setting_put(tx, &no_photos, &by, &out, f))
RUNS(run_subscribe, SubscriptionMade, subscription_add(tx, &subscribe, &by, &out, f))
RUNS(run_open, Me, session_open(tx, &sign_in, &by, &out, f))

static Err try_report(Fault *f) { return store_write_now(store, run_report, NULL, false, f); }
static Err try_act(Fault *f) { return store_write_now(store, run_act, NULL, false, f); }
static Err try_open(Fault *f) { return store_write_now(store, run_open, NULL, false, f); }

/* The same from further up: decoding, and the client key that keeps the answer. */
static char key[40];
static Err try_operation(const char *name, const char *json, Fault *f) {
    static char room[1 << 16];
    Buf out = { room, 0, sizeof room, false, 0 };
    OpCall c = { .op = op_named(str(name)),
                 .store = store,
                 .slot = -1,
                 .body = str(json),
                 .client_key = str(key),
                 .arena = &arena,
                 .out = &out };

    arena.used = 0;
    actor_copy(&by, &c.by);
    return op_call(&c, f);
}

static Err try_report_operation(Fault *f) {
    return try_operation(
        "case.report",
        "{\"text\":\"井盖破损，打13800000000\",\"lon\":121.47,\"lat\":31.225,\"contact\":\"13800000000\"}", f);
}

static Err try_act_operation(Fault *f) {
    char json[200];
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"revision\":%d,\"act\":\"accept\"}", (long long)act.id.v,
             act.revision);
    return try_operation("case.act", json, f);
}

static Err try_mask_operation(Fault *f) {
    char json[200];
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"revision\":%d,\"from\":0,\"to\":2}", (long long)act.id.v,
             act.revision);
    return try_operation("case.mask", json, f);
}

static Err try_words_operation(Fault *f) {
    char json[200];
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"reason\":\"回电\"}", (long long)act.id.v);
    return try_operation("case.words", json, f);
}

static Err try_subscribe_operation(Fault *f) {
    return try_operation("subscription.add",
                         "{\"title\":\"x\",\"url\":\"https://a.example/\",\"events\":\"closed\"}", f);
}

static Err try_remind(Fault *f) {
    int64_t told;
    return outbox_remind(store, NULL, &told, f);
}

static Err try_contact_operation(Fault *f) {
    char json[200];
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"reason\":\"回电\"}", (long long)act.id.v);
    return try_operation("case.contact", json, f);
}

static Err try_settle_operation(Fault *f) {
    char json[300];
    snprintf(
        json, sizeof json,
        "{\"text\":\"楼道堆物，打13800000000\",\"lon\":121.47,\"lat\":31.225,\"condition\":\"%lld\",\"note\":"
        "\"当场清走，501室知道\"}",
        (long long)act.condition.v);
    return try_operation("case.settle", json, f);
}

static char code[40], secret[40]; /* of the report that was made last */
static Err try_rate_operation(Fault *f) {
    char json[200];
    snprintf(json, sizeof json,
             "{\"code\":\"%s\",\"secret\":\"%s\",\"revision\":%d,\"solved\":true,\"satisfaction\":5}", code,
             secret, act.revision);
    return try_operation("case.rate", json, f);
}

static Err try_reopen_operation(Fault *f) {
    char json[200];
    snprintf(json, sizeof json,
             "{\"code\":\"%s\",\"secret\":\"%s\",\"revision\":%d,\"note\":\"又坏了，打13800000000\"}", code,
             secret, act.revision);
    return try_operation("case.reopen", json, f);
}

/* ---- before each try ---- */

static void new_key(void) {
    static int n;
    snprintf(key, sizeof key, "sweep-key-%d", n++);
}

static void ready_report(void) {
    actor_public(&by);
    report = (CaseReport){
        .text = str("井盖破损"), .lon = 1214700000, .lat = 312250000, .contact = str("13800000000")
    };
    report.has.lon = report.has.lat = report.has.contact = true;
    new_key();
}

/* The governing layer is not in memory yet. */
static void ready_cold(void) {
    ready_report();
    ground_forget(store);
}

/* Where in words only, and the words certain. */
static void ready_words(void) {
    ready_report();
    report.has.lon = report.has.lat = false;
    report.spot = str("织云路8弄门口");
    report.has.spot = true;
}

static void ready_words_cold(void) {
    ready_words();
    addresses_forget(store);
}

static Err newest(Tx *tx, void *arg, Fault *f) {
    static Case c;
    CaseFind find = { .limit = 1, .page = 1 };
    Page page = { &c, 0, 1 };

    arena.used = 0;
    tx_lend(tx, &arena);
    TRY(case_list(tx, &find, &by, &page, f));
    *(CaseId *)arg = c.id;
    return OK;
}

static void ready_accept(void) {
    ready_report();
    assert_ok(try_report(&fa));
    actor_in(ROLE_DISPATCHER, str("0"), (OrgId){ 0 }, &by);
    by.account.v = 11;
    act = (CaseActIn){ .revision = 1, .act = ACT_ACCEPT };
    assert_ok(store_read(store, -1, newest, &act.id, &fa));
}

static Err any_condition(void *ctx, const char *const *columns, int n, Fault *f) {
    (void)n, (void)f;
    *(int64_t *)ctx = strtoll(columns[0], NULL, 10);
    return OK;
}

static Err find_ids(Tx *tx, void *arg, Fault *f) {
    (void)arg;
    TRY(tx_ask(tx, "SELECT min(id) FROM condition WHERE code = '206-01'", NULL, 0, any_condition,
               &act.condition.v, NULL, f));
    return tx_ask(tx, "SELECT min(id) FROM org", NULL, 0, any_condition, &act.unit.v, NULL, f);
}

static void ready_dispatch(void) {
    ready_accept();
    assert_ok(try_act(&fa));
    assert_ok(store_read(store, -1, find_ids, NULL, &fa));
    act.revision = 2;
    act.act = ACT_FILE;
    act.has.condition = act.has.unit = true;
    assert_ok(try_act(&fa));
    act.revision = 3;
    act.act = ACT_DISPATCH;
    act.note = str("他们今天就在这里"); /* a unit other than the proposed one */
    act.has.note = true;
}

/* On the ground of the demo, where he may settle; with photos: photo_case_test.c. */
static void ready_settle(void) {
    actor_in(ROLE_GRID_WORKER, str("0"), (OrgId){ 0 }, &by);
    by.account.v = 15;
    assert_ok(store_read(store, -1, find_ids, NULL, &fa));
    new_key();
}

/* A report with its secret, as the resident keeps it, closed behind his back. */
static void ready_closed(void) {
    static char room[1 << 14];
    Buf out = { room, 0, sizeof room, false, 0 };
    char sql[300];

    ready_report();
    OpCall c = { .op = op_named(str("case.report")),
                 .store = store,
                 .slot = -1,
                 .body = str("{\"text\":\"井盖破损\",\"lon\":121.47,\"lat\":31.225}"),
                 .client_key = str(key),
                 .arena = &arena,
                 .out = &out };
    arena.used = 0;
    actor_copy(&by, &c.by);
    assert_ok(op_call(&c, &fa));
    assert_int_equal(sscanf(strstr(room, "\"code\":"), "\"code\":\"%39[^\"]", code), 1);
    assert_int_equal(sscanf(strstr(room, "\"secret\":"), "\"secret\":\"%39[^\"]", secret), 1);
    snprintf(
        sql, sizeof sql,
        "UPDATE cases SET state = %d, close_kind = %d, closed_ms = %lld, closed_day = %d WHERE code = '%s'",
        CASE_CLOSED, CLOSE_SOLVED, (long long)clock_now_ms(), day_of_ms(clock_now_ms()), code);
    testdb_exec(&db, sql);
    act.revision = 1;
    new_key();
}

static Err find_account(Tx *tx, void *arg, Fault *f) {
    (void)arg;
    return tx_ask(tx, "SELECT id FROM account WHERE login = 'dispatch'", NULL, 0, any_condition,
                  &sign_in.account.v, NULL, f);
}

static void ready_open(void) {
    actor_public(&by);
    assert_ok(store_read(store, -1, find_account, NULL, &fa));
}

static Err forget_subscriptions(Tx *tx, void *arg, Fault *f) {
    (void)arg;
    return tx_exec(tx, "DELETE FROM subscription WHERE events = 'closed'", f);
}

static void ready_subscribe(void) {
    actor_in(ROLE_SYSTEM_ADMIN, str("0"), (OrgId){ 0 }, &by);
    new_key();
    assert_ok(store_write_now(store, forget_subscriptions, NULL, true, &fa));
}

static Err remind_anew(Tx *tx, void *arg, Fault *f) {
    (void)arg;
    TRY(tx_exec(tx, "UPDATE cases SET reminded = 2", f));
    return tx_exec(
        tx, "UPDATE cases SET reminded = 0, due_ms = 1, due_day = 1 WHERE id = (SELECT max(id) FROM cases)", f);
}

static void ready_remind(void) {
    ready_accept();
    assert_ok(store_write_now(store, remind_anew, NULL, true, &fa));
}

/* ---- the sweep ---- */

typedef struct Swept {
    const char *name;
    void (*ready)(void);
    Err (*try)(Fault *f);
} Swept;

static void judge(const Swept *w, const char *what, long n, Err e, const Fault *f, const Rows *before) {
    Rows after = rows();
    bool there = strcmp(after.text, before->text) != 0;

    if (there != (e == OK))
        fail_msg("%s, %s %ld: %s, and %s instead of %s", w->name, what, n, err_name(e), after.text,
                 before->text);
    if (touched)
        fail_msg("%s, %s %ld: an output was written", w->name, what, n);
    if (e != OK && (!*f->zh || !*f->en || !*f->key))
        fail_msg("%s, %s %ld: %s without a sentence", w->name, what, n, err_name(e));
}

static void succeeds(const Swept *w) {
    Fault f = { 0 };
    Rows before = rows();
    Err e = w->try(&f);
    if (e != OK)
        fail_msg("%s, afterwards: %s %s", w->name, f.en, f.detail);
    judge(w, "afterwards", 0, e, &f, &before);
}

static void sweep_store(const Swept *w) {
    bool varies = w->try == try_settle_operation; /* by its id: one in twenty is sampled, and asks for more */
    long n = 1, last;

    w->ready();
    succeeds(w); /* the first row of a chain looks for its cut, the later ones do not */
    w->ready();
    watch_reset();
    succeeds(w);
    last = watch.calls;
    for (; n <= last + 2; n++) {
        Fault f = { 0 };
        w->ready();
        Rows before = rows();
        watch_reset();
        watch.fail_call = n;
        Err e = w->try(&f);
        bool reached = watch.calls >= n;
        watch_reset();
        judge(w, "store call", n, e, &f, &before);
        if (n < last - 2) /* what it asks may be less by a call or two: the cold ground is read on the writer */
            assert_true(reached || varies);
        if (e != OK)
            succeeds(w);
    }
    w->ready();
    Rows before = rows();
    Fault f = { 0 };
    watch_reset();
    watch.fail_commit = true;
    assert_int_equal(w->try(&f), ERR_STORE);
    watch_reset();
    judge(w, "commit", 0, ERR_STORE, &f, &before);
    succeeds(w);
    print_message("%s: %ld store calls\n", w->name, last);
}

/* One allocation fails, or from that one on all. */
static void sweep_memory(const Swept *w) {
    Fault none = { 0 };

    w->ready();
    mem_calls = 0;
    mem_watched = true;
    Err whole = w->try(&none);
    long last = mem_calls;
    mem_watched = false;
    assert_int_equal(whole, OK);
    for (long n = 1; n <= last; n++)
        for (int all = 0; all < 2; all++) {
            Fault f = { 0 };
            w->ready();
            Rows before = rows();
            mem_calls = 0;
            mem_fail_to = all ? 1000000 : n;
            mem_fail_from = n;
            mem_watched = true;
            Err e = w->try(&f);
            mem_fail_from = mem_fail_to = 0;
            mem_watched = false;
            judge(w, all ? "no memory from" : "allocation", n, e, &f, &before);
            if (e != OK)
                succeeds(w);
        }
    print_message("%s: %ld allocations\n", w->name, last);
}

static const Swept swept[] = {
    { "case_report", ready_report, try_report },
    { "case_report, the ground not in memory", ready_cold, try_report },
    { "case_report in words", ready_words, try_report },
    { "case_report in words, these not in memory", ready_words_cold, try_report },
    { "case_act accept", ready_accept, try_act },
    { "case_act dispatch", ready_dispatch, try_act },
    { "session_open", ready_open, try_open },
    { "case.report with a client key", ready_report, try_report_operation },
    { "case.act with a client key", ready_accept, try_act_operation },
    { "case.mask with a client key", ready_accept, try_mask_operation },
    { "case.words with a client key", ready_accept, try_words_operation },
    { "subscription.add with a client key", ready_subscribe, try_subscribe_operation },
    { "outbox_remind", ready_remind, try_remind },
    { "case.contact with a client key", ready_accept, try_contact_operation },
    { "case.settle with a client key", ready_settle, try_settle_operation },
    { "case.rate with a client key", ready_closed, try_rate_operation },
    { "case.reopen with a client key", ready_closed, try_reopen_operation },
};

static void test_store(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(swept); i++)
        sweep_store(&swept[i]);
}

static void test_memory(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(swept); i++)
        sweep_memory(&swept[i]);
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = { cmocka_unit_test(test_store), cmocka_unit_test(test_memory) };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "sweep, SQLite" : "sweep, PostgreSQL", tests, set_up,
                                       tear_down);
}

int main(void) {
    Fault f;
    if (arena_begin(&arena, ROOM, &f) != OK)
        return 1;
    int failed = run_on(SQLITE);
    failed += testdb_has(POSTGRES) ? run_on(POSTGRES) : 0;
    arena_end(&arena);
    return failed;
}
