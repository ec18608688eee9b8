/* mail_test – an office is told by mail: one letter a day at the hour that the city chose,
 * danger at once and at any hour; nothing of a report's words; refused letters are tried
 * again under the same name; what is wrong in the settings is one sentence. */
#include "city.h"

#include "courier.h"
#include "mailbox.h"

#include <poll.h>

static Dialect dialect;
static Mailbox mailbox;
static Courier *courier;
static const int64_t begun = 1796086800000; /* 2026-12-01 09:00, a Tuesday */
#define HOURS(n) ((n)*3600000LL)
#define CANARY "金丝雀"

static Actor dispatcher, admin, nobody;
static char server[60];

static int64_t number(const char *sql) { return strtoll(testdb_ask(&city_db, sql), NULL, 10); }

static int set_up(void **state) {
    (void)state;
    clock_stop(begun);
    city_open(dialect, true);
    testdb_exec(&city_db, "UPDATE cases SET reminded = 2");
    dispatcher = actor_as(ROLE_DISPATCHER, 0, 11);
    admin = actor_as(ROLE_SYSTEM_ADMIN, 0, 10);
    actor_public(&nobody);
    mailbox_start(&mailbox);
    snprintf(server, sizeof server, "smtp://127.0.0.1:%d", mailbox.port);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    courier_stop(courier);
    courier = NULL;
    mailbox_stop(&mailbox);
    city_close();
    clock_stop(0);
    return 0;
}

static CourierConfig config_of(const char *at, const char *from) {
    return (CourierConfig){ .total_ms = 2500, .smtp_server = at, .smtp_from = from, .smtp_plain = true };
}

static void courier_on(const char *at) {
    CourierConfig c = config_of(at, "jingwei@example.cn");
    assert_ok(courier_start(&c, city, &courier, &fa));
}

static Err subscribed(const char *url, const char *events) {
    char json[300];
    snprintf(json, sizeof json, "{\"title\":\"值班室\",\"url\":\"%s\",\"events\":\"%s\"}", url, events);
    return call("subscription.add", &admin, json);
}

static void reported(const char *more) {
    char json[300];
    snprintf(json, sizeof json, "{\"text\":\"" CANARY "家门口井盖破损\",\"lon\":121.47,\"lat\":31.225%s}",
             more);
    assert_ok(call("case.report", &nobody, json));
}

static void wait_rows(const char *sql, const char *expected) {
    for (int i = 0; i < 2000; i++) {
        if (strcmp(testdb_ask(&city_db, sql), expected) == 0)
            return;
        poll(NULL, 0, 10);
    }
    fail_msg("%s: %s, never %s", sql, testdb_ask(&city_db, sql), expected);
}

static size_t times(const char *text, const char *what) {
    size_t n = 0;
    for (const char *p = text; (p = strstr(p, what)) != NULL; p += strlen(what))
        n++;
    return n;
}

/* ---- when ---- */

static void test_once_a_day(void **state) {
    (void)state;
    assert_ok(subscribed("mailto:duty@example.cn", "reported,danger"));
    courier_on(server);
    reported("");
    reported("");
    wait_rows("SELECT kind, state, attempts FROM delivery ORDER BY id", "1|1|0;1|1|0");
    assert_int_equal(number("SELECT min(next_ms) FROM delivery"), begun + HOURS(23) + HOURS(1) / 2);
    clock_stop(begun + HOURS(16)); /* 01:00 at night: danger waits for nobody */
    reported(",\"danger\":true");
    wait_rows("SELECT kind, state FROM delivery ORDER BY id", "1|1;1|1;1|1;16|4");
    assert_int_equal(mailbox.n, 1);
    assert_int_equal(times(mailbox.got[0].text, "【有危险】"), 1);
    assert_int_equal(times(mailbox.got[0].text, "【"), 1);
    clock_stop(begun + HOURS(23) + HOURS(1) / 2 - 1);
    assert_int_equal(mailbox.n, 1);
    clock_stop(begun + HOURS(23) + HOURS(1) / 2);
    wait_rows("SELECT count(*) FROM delivery WHERE state = 4", "4");
    assert_int_equal(mailbox.n, 2);
    assert_int_equal(times(mailbox.got[1].text, "【新上报】"), 3);
    assert_int_equal(times(mailbox.got[1].text, "Reported:"), 3);
    assert_int_equal(mailbox.tries, 2);
}

static void test_the_city_chooses(void **state) {
    (void)state;
    assert_int_equal(call("setting.put", &admin, "{\"name\":\"mail_at\",\"value\":\"8.30\"}"), ERR_INVALID);
    assert_string_equal(fa.en, "Write a time of the day like 08:30.");
    assert_int_equal(call("setting.put", &admin, "{\"name\":\"mail_at\",\"value\":\"24:00\"}"), ERR_INVALID);
    assert_ok(call("setting.put", &admin, "{\"name\":\"mail_at\",\"value\":\"09:00\"}"));
    assert_ok(subscribed("mailto:duty@example.cn", "reported"));
    reported(""); /* it is nine now */
    clock_stop(begun + 1);
    reported("");
    assert_int_equal(number("SELECT min(next_ms) FROM delivery"), begun);
    assert_int_equal(number("SELECT max(next_ms) FROM delivery"), begun + HOURS(24));
}

/* ---- what ---- */

static void test_a_letter(void **state) {
    const char *data;
    (void)state;
    assert_ok(subscribed("mailto:duty@example.cn", "danger"));
    courier_on(server);
    reported(",\"danger\":true,\"name\":\"" CANARY "\",\"contact\":\"13800000000\"");
    wait_rows("SELECT state FROM delivery", "4");
    data = mailbox.got[0].data;
    assert_int_equal(strncmp(mailbox.got[0].from, "<jingwei@example.cn>", 20), 0);
    assert_string_equal(mailbox.got[0].to, "<duty@example.cn>");
    assert_non_null(strstr(data, "From: jingwei@example.cn\nTo: duty@example.cn\nSubject: =?UTF-8?B?"));
    assert_non_null(strstr(data, "Date: Tue, 1 Dec 2026 01:00:00 +0000\n"));
    assert_non_null(strstr(data, "@example.cn>\nAuto-Submitted: auto-generated\n"));
    for (const char *p = data; *p; p += strcspn(p, "\n") + 1)
        assert_true(strcspn(p, "\n") <= 78);
    assert_null(strstr(mailbox.got[0].text, CANARY));
    assert_null(strstr(mailbox.got[0].text, "13800000000"));
    assert_non_null(
        strstr(mailbox.got[0].text, testdb_ask(&city_db, "SELECT code FROM cases ORDER BY id DESC LIMIT 1")));
    assert_ok(call("delivery.list", &admin, "{}"));
    assert_non_null(strstr(answer, "\"state\":\"delivered\""));
    assert_int_equal(number("SELECT count(*) FROM case_event WHERE case_id = (SELECT max(id) FROM cases)"), 1);
}

/* Nothing of disputes, and nothing about a unit, as for every other system. */
static void test_not_told(void **state) {
    (void)state;
    assert_ok(subscribed("mailto:duty@example.cn", "all"));
    reported(",\"category\":\"305\"");
    reported(",\"about\":\"unit\",\"danger\":true");
    assert_int_equal(number("SELECT count(*) FROM delivery"), 0);
}

/* ---- when it fails ---- */

static void fails_with(MailboxMood mood, const char *expected) {
    mailbox.mood = mood;
    clock_stop(clock_now_ms() + HOURS(1));
    wait_rows("SELECT state, reason, coalesce(status, 0) FROM delivery", expected);
}

static void test_tried_again(void **state) {
    char sql[80];
    (void)state;
    assert_ok(subscribed("mailto:duty@example.cn", "danger"));
    courier_on(server);
    mailbox.mood = MAILBOX_BUSY;
    reported(",\"danger\":true");
    wait_rows("SELECT state, reason, status, attempts FROM delivery", "3|1|451|1");
    fails_with(MAILBOX_UNKNOWN, "3|1|550");
    fails_with(MAILBOX_CUTS, "3|6|0");
    assert_int_equal(mailbox.n, 0);
    mailbox.mood = MAILBOX_TAKES;
    clock_stop(clock_now_ms() + HOURS(1));
    wait_rows("SELECT state FROM delivery", "4");
    assert_int_equal(mailbox.n, 1);
    snprintf(sql, sizeof sql, "Message-ID: <%lld@example.cn>", (long long)number("SELECT id FROM delivery"));
    assert_non_null(strstr(mailbox.got[0].data, sql)); /* the name that every try had */
}

static void test_no_server(void **state) {
    (void)state;
    assert_ok(subscribed("mailto:duty@example.cn", "danger"));
    courier_on("");
    reported(",\"danger\":true");
    wait_rows("SELECT state, reason FROM delivery", "3|11");
}

/* ---- what is wrong ---- */

static void test_addresses(void **state) {
    static const char *const bad[] = { "mailto:",         "mailto:duty",          "mailto:@example.cn",
                                       "mailto:a@b",      "mailto:a@b.cn,c@d.cn", "mailto:a@b@c.cn",
                                       "mailto:a b@c.cn", "mailto:<a@b.cn>",      "mailto:a@b.cn?subject=x",
                                       "mailto:值班@b.cn" };
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(subscribed(bad[i], "all"), ERR_INVALID);
        assert_string_equal(fa.field, "url");
    }
    assert_ok(subscribed("mailto:duty-room.1@mail.example.cn", "all"));
}

static void test_settings(void **state) {
    static const struct {
        const char *server, *from, *field, *says;
        bool plain;
    } bad[] = {
        { "mail.example.cn", "a@b.cn", "smtp_server", "smtp_server must be like", false },
        { "smtp://u:p@mail.example.cn", "a@b.cn", "smtp_server", "user and password stand apart", false },
        { "smtps://", "a@b.cn", "smtp_server", "smtp_server must be like", false },
        { "smtps://mail.example.cn", "a@b.cn", "smtp_tls", "take smtp_tls = off away", true },
        { "smtps://mail.example.cn", "", "smtp_from", "smtp_from is needed", false },
        { "smtps://mail.example.cn", "x\r\nBcc: y@z.cn", "smtp_from", "smtp_from is needed", false },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        CourierConfig c = config_of(bad[i].server, bad[i].from);
        Courier *none = NULL;
        c.smtp_plain = bad[i].plain;
        assert_int_equal(courier_start(&c, city, &none, &fa), ERR_INVALID);
        assert_string_equal(fa.field, bad[i].field);
        assert_non_null(strstr(fa.en, bad[i].says));
    }
}

/* TLS is wanted: a server without it gets no letter. */
static void test_no_letter_without_tls(void **state) {
    CourierConfig c = config_of(server, "jingwei@example.cn");
    (void)state;
    c.smtp_plain = false;
    assert_ok(courier_start(&c, city, &courier, &fa));
    assert_ok(subscribed("mailto:duty@example.cn", "danger"));
    reported(",\"danger\":true");
    wait_rows("SELECT state, reason FROM delivery", "3|5");
    assert_int_equal(mailbox.n, 0);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
        EACH(test_once_a_day), EACH(test_the_city_chooses), EACH(test_a_letter),
        EACH(test_not_told),   EACH(test_tried_again),      EACH(test_no_server),
        EACH(test_addresses),  EACH(test_settings),         EACH(test_no_letter_without_tls),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "mail on SQLite" : "mail on PostgreSQL", tests, NULL,
                                       NULL);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
