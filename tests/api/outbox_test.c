/* outbox_test – what steps make known: exactly which notices and deliveries there are,
 * what they say and what they never say, and how a delivery gets on with a receiver that
 * fails in every way. The clock is moved; the receiver is real. */
#include "city.h"

#include "courier.h"
#include "delivery.h"
#include "outbox.h"
#include "receiver.h"
#include "retention.h"
#include "seal.h"

#include <poll.h>

static Dialect dialect;
static Receiver receiver;
static Courier *courier;
static const int64_t begun = 1796086800000; /* 2026-12-01 09:00, a Tuesday */
#define MINUTES(n) ((n)*60000LL)
#define DAYS(n) ((n)*24LL * 3600 * 1000)
#define CANARY "金丝雀"

static Actor dispatcher, admin, checker, caller, worker, roads_handler;
static int64_t roads, order;

static int64_t number(const char *sql) { return strtoll(testdb_ask(&city_db, sql), NULL, 10); }

static int set_up(void **state) {
    (void)state;
    clock_stop(begun);
    city_open(dialect, true);
    testdb_exec(&city_db, "DELETE FROM notice");
    testdb_exec(&city_db, "UPDATE cases SET reminded = 2");
    roads = number("SELECT id FROM org WHERE code = 'U2'");
    order = number("SELECT id FROM org WHERE code = 'U3'");
    dispatcher = actor_as(ROLE_DISPATCHER, 0, 11);
    admin = actor_as(ROLE_SYSTEM_ADMIN, 0, 10);
    checker = actor_as(ROLE_CHECKER, 0, 13);
    caller = actor_as(ROLE_CALLBACK, 0, 14);
    worker = actor_as(ROLE_GRID_WORKER, 0, 15);
    roads_handler = actor_as(ROLE_HANDLER, roads, 12);
    receiver_start(&receiver);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    courier_stop(courier);
    courier = NULL;
    receiver_stop(&receiver);
    city_close();
    clock_stop(0);
    return 0;
}

/* ---- steps ---- */

static int64_t reported(const char *more) {
    char json[400];
    Actor nobody;
    actor_public(&nobody);
    snprintf(json, sizeof json,
             "{\"text\":\"" CANARY "家门口井盖破损\",\"lon\":121.47,\"lat\":31.225,\"name\":\"" CANARY
             "\",\"contact\":\"13800000000\"%s}",
             more);
    assert_ok(call("case.report", &nobody, json));
    return number("SELECT max(id) FROM cases");
}

static void with_id(const char *op, const Actor *by, int64_t id, const char *more) {
    char json[400];
    snprintf(json, sizeof json, "{\"id\":\"%lld\"%s}", (long long)id, more);
    assert_ok(call(op, by, json));
}

static int64_t dispatched(const char *report_more) {
    char more[120];
    int64_t id = reported(report_more), condition;
    step(&dispatcher, id, "accept", "", OK);
    assert_ok(call("condition.list", &dispatcher, "{\"code\":\"206-01\"}"));
    condition = answered("id");
    snprintf(more, sizeof more, ",\"condition\":\"%lld\"", (long long)condition);
    step(&dispatcher, id, "file", more, OK);
    snprintf(more, sizeof more, ",\"unit\":\"%lld\",\"note\":\"就近\"", (long long)roads);
    step(&dispatcher, id, "dispatch", more, OK);
    return id;
}

/* ---- subscriptions ---- */

static char secret[80];

static int64_t subscribed(const char *events) {
    char json[300];
    snprintf(json, sizeof json,
             "{\"title\":\"数字城管\",\"url\":\"http://127.0.0.1:%d/hook?k=1\",\"events\":\"%s\"}",
             receiver.port, events);
    assert_ok(call("subscription.add", &admin, json));
    assert_int_equal(sscanf(strstr(answer, "\"secret\":\""), "\"secret\":\"%70[0-9a-f]", secret), 1);
    assert_int_equal(strlen(secret), 64);
    return answered("id");
}

static void courier_on(bool allow_private) {
    CourierConfig c = { .allow_private = allow_private, .total_ms = 2500 };
    assert_ok(courier_start(&c, city, &courier, &fa));
}

static void wait_rows(const char *sql, const char *expected) {
    for (int i = 0; i < 2000; i++) {
        if (strcmp(testdb_ask(&city_db, sql), expected) == 0)
            return;
        poll(NULL, 0, 10);
    }
    fail_msg("%s: %s, never %s", sql, testdb_ask(&city_db, sql), expected);
}

/* ---- what is told ---- */

/* docs/webhooks.md shows this very body. */
static void test_payload(void **state) {
    char expected[900], mac[65], stamp[40], key[40], code[40];
    const char *head;
    (void)state;
    subscribed("dispatched");
    int64_t id = dispatched(",\"danger\":true");
    snprintf(code, sizeof code, "%s", testdb_ask(&city_db, "SELECT code FROM cases ORDER BY id DESC LIMIT 1"));
    snprintf(key, sizeof key, "%lld", (long long)number("SELECT id FROM delivery"));
    char *area = strdup(testdb_ask(&city_db, "SELECT a.code FROM cases c JOIN area a ON a.id = c.area "
                                             "ORDER BY c.id DESC LIMIT 1"));
    snprintf(
        expected, sizeof expected,
        "{\"id\":\"%s\",\"event\":\"dispatched\",\"at\":\"2026-12-01T01:00:00.000Z\",\"case\":{\"id\":\"%lld\","
        "\"number\":4,\"code\":\"%s\",\"state\":\"dispatched\",\"danger\":true,\"condition\":\"206-01\","
        "\"area\":\"%s\",\"unit\":\"U2\",\"reported\":\"2026-12-01T01:00:00.000Z\","
        "\"due\":\"%s\"}}",
        key, (long long)id, code, area, "2026-12-01T07:00:00.000Z");
    free(area);
    courier_on(true);
    receiver_wait(&receiver, 1);
    assert_string_equal(receiver.got[0].body, expected);
    head = receiver.got[0].head;
    assert_ptr_equal(strstr(head, "POST /hook?k=1 HTTP/1.1\r\n"), head);
    assert_string_equal(receiver_header(&receiver, 0, "Idempotency-Key"), key);
    assert_string_equal(receiver_header(&receiver, 0, "Jingwei-Event"), "dispatched");
    assert_string_equal(receiver_header(&receiver, 0, "Jingwei-Attempt"), "1");
    assert_string_equal(receiver_header(&receiver, 0, "Content-Type"), "application/json");
    hmac_sha256(str(secret), str("1796086800."), str(expected), mac);
    snprintf(stamp, sizeof stamp, "t=1796086800,v1=");
    assert_true(strncmp(receiver_header(&receiver, 0, "Jingwei-Signature"), stamp, strlen(stamp)) == 0);
    assert_string_equal(receiver_header(&receiver, 0, "Jingwei-Signature") + strlen(stamp), mac);
    wait_rows("SELECT state, attempts, status FROM delivery", "4|1|200");
}

/* RFC 4231, test case 2. */
static void test_hmac(void **state) {
    char mac[65];
    (void)state;
    hmac_sha256(str("Jefe"), str("what do ya want "), str("for nothing?"), mac);
    assert_string_equal(mac, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

/* Every kind of step, and nothing of who reported or of what was written. */
static void test_nothing_of_the_reporter(void **state) {
    (void)state;
    subscribed("all");
    int64_t id = dispatched(",\"danger\":true");
    step(&roads_handler, id, "take", "", OK);
    step(&roads_handler, id, "handle", ",\"note\":\"" CANARY "\"", OK);
    step(&checker, id, "fail", ",\"note\":\"" CANARY "\"", OK);
    step(&roads_handler, id, "handle", ",\"note\":\"x\"", OK);
    step(&checker, id, "pass", "", OK);
    step(&caller, id, "feedback", ",\"note\":\"" CANARY "\",\"answered\":true", OK);
    step(&caller, id, "close", ",\"close_kind\":\"solved\"", OK);
    assert_string_equal(testdb_ask(&city_db, "SELECT kind FROM delivery ORDER BY id"), "1;16;2;4;5;7;8;7;9;10");
    assert_int_equal(number("SELECT count(*) FROM delivery WHERE body LIKE '%" CANARY
                            "%' OR body LIKE '%1380000%' OR body LIKE '%井盖破损%' OR body LIKE '%121.47%'"),
                     0);
    Actor *people[] = { &dispatcher, &roads_handler, &worker };
    for (size_t i = 0; i < COUNT(people); i++) {
        assert_ok(call("notice.list", people[i], "{}"));
        assert_non_null(strstr(answer, "\"id\""));
        assert_null(strstr(answer, CANARY));
        assert_null(strstr(answer, "1380000"));
    }
    courier_on(true);
    receiver_wait(&receiver, 10); /* in their order, one after another */
    for (size_t i = 0; i < 10; i++)
        assert_null(strstr(receiver.got[i].body, CANARY));
    wait_rows("SELECT count(*) FROM delivery WHERE state = 4", "10");
}

/* The secret: told once, sealed, in no column, no list and no log. */
static void test_secret(void **state) {
    char first[80], sql[300];
    (void)state;
    int64_t id = subscribed("all");
    snprintf(first, sizeof first, "%s", secret);
    assert_ok(call("subscription.list", &admin, "{}"));
    assert_null(strstr(answer, "secret"));
    snprintf(sql, sizeof sql,
             dialect == SQLITE
                 ? "SELECT count(*) FROM subscription WHERE instr(secret, CAST('%.20s' AS BLOB)) > 0"
                 : "SELECT count(*) FROM subscription WHERE position('%.20s'::bytea in secret) > 0",
             first);
    assert_int_equal(number(sql), 0);
    with_id("subscription.renew", &admin, id, "");
    assert_null(strstr(answer, first));
}

static void test_bad_input(void **state) {
    static const struct {
        const char *json, *key, *field;
    } bad[] = {
        { "{\"title\":\"x\",\"url\":\"ftp://a.example/x\",\"events\":\"all\"}", "url_form", "url" },
        { "{\"title\":\"x\",\"url\":\"https://u:p@a.example/\",\"events\":\"all\"}", "url_form", "url" },
        { "{\"title\":\"x\",\"url\":\"https://a.example/ b\",\"events\":\"all\"}", "url_form", "url" },
        { "{\"title\":\"x\",\"url\":\"https://a.example/\",\"events\":\"dispatched,murdered\"}",
          "event_unknown", "events" },
        { "{\"title\":\"x\",\"url\":\"https://a.example/\",\"events\":\" , \"}", "event_none", "events" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(call("subscription.add", &admin, bad[i].json), ERR_INVALID);
        assert_string_equal(fa.key, bad[i].key);
        assert_string_equal(fa.field, bad[i].field);
    }
    assert_int_equal(number("SELECT count(*) FROM subscription"), 0);
    assert_int_equal(call("subscription.add", &dispatcher, bad[0].json), ERR_FORBIDDEN);
}

/* ---- notices ---- */

static void assert_listed(const Actor *by, const char *words, bool there) {
    assert_ok(call("notice.list", by, "{\"unread\":true}"));
    if ((strstr(answer, words) != NULL) != there)
        fail_msg("%s %s in %s", words, there ? "is not" : "is", answer);
}

static void test_notices(void **state) {
    char more[100];
    Actor other_handler = actor_as(ROLE_HANDLER, order, 16), elsewhere = worker, colleague = roads_handler;
    (void)state;
    actor_in(ROLE_GRID_WORKER, str("0zzz"), (OrgId){ 0 }, &elsewhere);
    colleague = actor_as(ROLE_HANDLER, roads, 99);
    int64_t id = dispatched("");
    assert_listed(&roads_handler, "已派给云桥市政养护队，办结到期 12-01 15:00。", true);
    assert_non_null(strstr(answer, "was dispatched to 云桥市政养护队; to be finished by 12-01 15:00."));
    int64_t notice = answered("id");
    assert_listed(&worker, "\"dispatched\"", true);
    assert_listed(&other_handler, "\"dispatched\"", false);
    assert_listed(&elsewhere, "\"dispatched\"", false);
    assert_listed(&dispatcher, "\"dispatched\"", false);

    with_id("notice.read", &roads_handler, notice, "");
    with_id("notice.read", &roads_handler, notice, ""); /* twice is once */
    assert_listed(&roads_handler, "\"dispatched\"", false);
    assert_listed(&colleague, "\"dispatched\"", true); /* each reads for himself */
    snprintf(more, sizeof more, "{\"id\":\"%lld\"}", (long long)notice);
    assert_int_equal(call("notice.read", &other_handler, more), ERR_NOT_FOUND);

    snprintf(more, sizeof more, ",\"unit\":\"%lld\",\"condition\":\"%lld\",\"note\":\"不归我们\"",
             (long long)order,
             (long long)strtoll(testdb_ask(&city_db, "SELECT min(id) FROM condition WHERE code = '205-01'"),
                                NULL, 10));
    step(&roads_handler, id, "return", more, OK);
    assert_listed(&dispatcher, "\"returned\"", true);
    assert_string_equal(testdb_ask(&city_db, "SELECT kind, tray FROM notice ORDER BY id"), "4|2;4|3;6|1");
}

static void assert_unread(const Actor *by, int64_t n) {
    assert_ok(call("notice.count", by, "{}"));
    assert_int_equal(answered("n"), n);
}

/* All up to one that was seen; each reads for himself, and what came after stays new. */
static void test_read_all(void **state) {
    char json[100];
    Actor colleague = actor_as(ROLE_HANDLER, roads, 99), other = actor_as(ROLE_HANDLER, order, 16);
    Actor public;
    (void)state;
    dispatched("");
    dispatched("");
    assert_unread(&roads_handler, 2);
    assert_ok(call("notice.list", &roads_handler, "{\"limit\":1}"));
    int64_t newest = answered("id");
    dispatched("");
    assert_unread(&roads_handler, 3);
    snprintf(json, sizeof json, "{\"upto\":\"%lld\"}", (long long)newest);
    assert_ok(call("notice.read_all", &other, json));
    assert_unread(&roads_handler, 3);
    assert_ok(call("notice.read_all", &roads_handler, json));
    assert_int_equal(answered("n"), 1);
    assert_unread(&roads_handler, 1);
    assert_unread(&colleague, 3);
    assert_unread(&other, 0);
    assert_ok(call("notice.read_all", &roads_handler, json)); /* twice is once */
    assert_int_equal(number("SELECT count(*) FROM notice_read"), 2);
    actor_public(&public);
    assert_int_equal(call("notice.count", &public, "{}"), ERR_SIGN_IN);
}

static void remind_at(int64_t ms, int64_t expected) {
    int64_t told = -1;
    clock_stop(ms);
    assert_ok(outbox_remind(city, NULL, &told, &fa));
    if (told != expected)
        fail_msg("%lld told, not %lld", (long long)told, (long long)expected);
}

/* Each deadline once before and once after; another deadline anew. */
static void test_reminders(void **state) {
    Actor supervisor = actor_as(ROLE_SUPERVISOR, 0, 20);
    (void)state;
    int64_t id = reported(""); /* to be accepted by 09:30; soon is 120 minutes */
    remind_at(begun, 1);
    remind_at(begun + MINUTES(30), 0); /* late means now > due */
    assert_listed(&supervisor, "overdue", false);
    remind_at(begun + MINUTES(30) + 1, 1);
    remind_at(begun + MINUTES(40), 0);
    assert_listed(&dispatcher, "\"due_soon\"", true);
    assert_listed(&dispatcher, "应于 12-01 09:30 前办理", true);
    assert_listed(&supervisor, "\"overdue\"", true);
    step(&dispatcher, id, "accept", "", OK); /* another clock runs */
    remind_at(begun + MINUTES(41), 1);
    step(&dispatcher, id, "reject", ",\"note\":\"x\"", OK);
    remind_at(begun + DAYS(1), 0);
    assert_string_equal(testdb_ask(&city_db, "SELECT kind, tray FROM notice ORDER BY id"),
                        "13|1;14|1;14|6;13|1");
}

static void test_feedback_due(void **state) {
    (void)state;
    int64_t id = dispatched("");
    step(&roads_handler, id, "take", "", OK);
    step(&roads_handler, id, "handle", ",\"note\":\"x\"", OK);
    step(&checker, id, "pass", "", OK); /* to be answered by the next work day, 18:00 */
    remind_at(begun + MINUTES(30 * 60), 0);
    remind_at(begun + MINUTES(32 * 60), 1);
    assert_listed(&caller, "\"feedback_due\"", true);
    assert_listed(&caller, "要在 12-02 18:00 前答复上报人", true);
}

static void test_retention(void **state) {
    RetentionCount n;
    bool ours;
    (void)state;
    subscribed("all");
    dispatched("");
    testdb_exec(&city_db, "UPDATE delivery SET state = 4, ended_ms = next_ms, ended_day = next_day");
    clock_stop(begun + DAYS(30));
    assert_ok(retention_pass(city, NULL, &ours, &n, &fa));
    assert_int_equal(n.told, 0);
    clock_stop(begun + DAYS(30) + 1);
    assert_ok(retention_pass(city, NULL, &ours, &n, &fa));
    assert_int_equal(n.told, 3); /* deliveries: reported, accepted, dispatched */
    clock_stop(begun + DAYS(90) + 1);
    assert_ok(retention_pass(city, NULL, &ours, &n, &fa));
    assert_int_equal(n.told, 2); /* notices */
    assert_int_equal(number("SELECT count(*) FROM notice"), 0);
}

/* ---- receivers that fail ---- */

static void expect_try(const char *rows) {
    wait_rows("SELECT state, attempts, reason, status FROM delivery ORDER BY id LIMIT 1", rows);
}

/* To the instant of the next try, and not before. */
static void to_next_try(size_t requests) {
    int64_t next = number("SELECT next_ms FROM delivery ORDER BY id LIMIT 1");
    clock_stop(next - 1);
    poll(NULL, 0, 60); /* a courier that comes early has time to */
    assert_int_equal(receiver.n, requests);
    clock_stop(next);
    receiver_wait(&receiver, requests + 1);
}

static void test_failures(void **state) {
    DeliveryId id;
    (void)state;
    subscribed("reported");
    receiver.status = 500;
    reported("");
    reported("");
    id.v = number("SELECT min(id) FROM delivery");
    courier_on(true);
    receiver_wait(&receiver, 1);
    expect_try("3|1|1|500");
    assert_int_equal(number("SELECT next_ms FROM delivery ORDER BY id LIMIT 1"),
                     begun + delivery_wait_ms(id, 1, 0));
    receiver.status = 429;
    strcpy(receiver.header, "Retry-After: 1800\r\n");
    to_next_try(1);
    expect_try("3|2|1|429");
    assert_int_equal(number("SELECT next_ms FROM delivery ORDER BY id LIMIT 1"), clock_now_ms() + 1800000);
    receiver.header[0] = 0;
    receiver.mood = RECEIVER_CLOSES;
    to_next_try(2);
    expect_try("3|3|6|");
    receiver.mood = RECEIVER_HANGS;
    to_next_try(3);
    expect_try("3|4|4|");
    receiver.mood = RECEIVER_ANSWERS;
    receiver.status = 302;
    strcpy(receiver.header, "Location: http://127.0.0.1:1/\r\n");
    to_next_try(4);
    expect_try("3|5|7|302");
    assert_string_equal(testdb_ask(&city_db, "SELECT state, attempts FROM delivery ORDER BY id"), "3|5;1|0");
    receiver.mood = RECEIVER_HUGE;
    clock_stop(number("SELECT next_ms FROM delivery ORDER BY id LIMIT 1"));
    wait_rows("SELECT state, attempts, status FROM delivery ORDER BY id", "4|6|200;4|1|200");
    char *key = strdup(receiver_header(&receiver, 0, "Idempotency-Key"));
    for (size_t i = 1; i < 6; i++) /* the same one, until it is through; then the second */
        assert_string_equal(receiver_header(&receiver, i, "Idempotency-Key"), key);
    assert_string_not_equal(receiver_header(&receiver, 6, "Idempotency-Key"), key);
    free(key);
}

static void test_given_up_and_again(void **state) {
    (void)state;
    subscribed("reported");
    receiver.status = 410;
    reported("");
    courier_on(true);
    expect_try("5|1|1|410");
    testdb_exec(&city_db, "UPDATE delivery SET state = 3, attempts = 19, ended_ms = NULL, ended_day = NULL");
    receiver.status = 503;
    clock_stop(begun + MINUTES(1));
    expect_try("5|20|1|503");
    assert_ok(call("delivery.list", &admin, "{\"state\":\"given_up\"}"));
    assert_non_null(strstr(answer, "\"reason\":\"status\",\"status\":503"));
    assert_null(strstr(answer, "case"));
    assert_null(strstr(answer, "body"));
    assert_int_equal(call("delivery.list", &dispatcher, "{}"), ERR_FORBIDDEN);
    receiver.status = 204;
    int64_t id = number("SELECT id FROM delivery");
    with_id("delivery.again", &admin, id, "");
    assert_null(strstr(answer, "body"));
    expect_try("4|1||204");
    char json[60];
    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)id);
    assert_int_equal(call("delivery.again", &admin, json), ERR_CONFLICT);
}

/* A stopped subscription: what waits is given up, nothing more is queued. */
static void test_stopped(void **state) {
    (void)state;
    int64_t id = subscribed("reported");
    reported("");
    with_id("subscription.change", &admin, id, ",\"active\":false");
    reported("");
    assert_string_equal(testdb_ask(&city_db, "SELECT state, reason FROM delivery"), "5|9");
}

/* A server died in the middle of a try: it is made again, under the same key. */
static void test_lost_try(void **state) {
    (void)state;
    subscribed("reported");
    reported("");
    testdb_exec(&city_db, "UPDATE delivery SET state = 2, attempts = 1, next_ms = next_ms + 60000");
    courier_on(true);
    poll(NULL, 0, 60);
    assert_int_equal(receiver.n, 0);
    clock_stop(begun + MINUTES(1));
    receiver_wait(&receiver, 1);
    assert_string_equal(receiver_header(&receiver, 0, "Jingwei-Attempt"), "2");
    expect_try("4|2||200");
}

/* Unless they are allowed, private addresses are not even connected to. */
static void test_private(void **state) {
    (void)state;
    subscribed("reported");
    reported("");
    courier_on(false);
    expect_try("3|1|8|");
    assert_int_equal(receiver.n, 0);
}

static void test_nobody_there(void **state) {
    (void)state;
    int64_t id = subscribed("reported");
    with_id("subscription.change", &admin, id, ",\"url\":\"http://127.0.0.1:1/\"");
    reported("");
    courier_on(true);
    expect_try("3|1|3|");
    assert_int_equal(delivery_counts().failed > 0, 1);
}

/* A receiver that hangs holds up nobody else. */
static void test_others_go_on(void **state) {
    static Receiver slow;
    char json[200];
    (void)state;
    receiver_start(&slow);
    slow.mood = RECEIVER_HANGS;
    snprintf(json, sizeof json, "{\"title\":\"慢\",\"url\":\"http://127.0.0.1:%d/\",\"events\":\"all\"}",
             slow.port);
    assert_ok(call("subscription.add", &admin, json));
    subscribed("all");
    dispatched("");
    courier_on(true);
    receiver_wait(&receiver, 3);
    assert_true(slow.n <= 1);
    receiver_stop(&slow);
}

static void test_waits(void **state) {
    DeliveryId a = { 7 }, b = { 8 };
    (void)state;
    for (int32_t n = 1; n <= 30; n++) {
        int64_t full = n < 10 ? 10000LL << (n - 1) : 3600000, w = delivery_wait_ms(a, n, 0);
        full = full < 3600000 ? full : 3600000;
        assert_true(w > full / 2 - 1 && w <= full);
        assert_int_equal(w, delivery_wait_ms(a, n, 0));
    }
    assert_int_not_equal(delivery_wait_ms(a, 5, 0), delivery_wait_ms(b, 5, 0));
    assert_int_equal(delivery_wait_ms(a, 1, 900), 900000);
    assert_int_equal(delivery_wait_ms(a, 1, 86400), 3600000);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
        EACH(test_payload),
        EACH(test_nothing_of_the_reporter),
        EACH(test_secret),
        EACH(test_bad_input),
        EACH(test_notices),
        EACH(test_read_all),
        EACH(test_reminders),
        EACH(test_feedback_due),
        EACH(test_retention),
        EACH(test_failures),
        EACH(test_given_up_and_again),
        EACH(test_stopped),
        EACH(test_lost_try),
        EACH(test_private),
        EACH(test_nobody_there),
        EACH(test_others_go_on),
        cmocka_unit_test(test_hmac),
        cmocka_unit_test(test_waits),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "outbox, SQLite" : "outbox, PostgreSQL", tests, NULL,
                                       NULL);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
