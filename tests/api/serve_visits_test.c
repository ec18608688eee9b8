/* serve_visits_test – a half-day on the bench over real HTTP: 25 matters are raised, 23 are
 * settled, which is 92.0 %, and each number opens its list. */
#include "server.h"

#include <time.h>

static TestServer s;
static Dialect dialect;

static int make(void **state) {
    (void)state;
    server_make(dialect, &s);
    server_start(&s, NULL);
    return 0;
}

static int drop(void **state) {
    (void)state;
    server_stop(&s);
    server_drop(&s);
    return 0;
}

static Reply posts(const char *path, const char *body) {
    Reply r = server_post(&s, path, "", body);
    if (r.status != 200)
        fail_msg("%s: %d %s", path, r.status, r.body);
    return r;
}

static size_t rows_of(const char *path) {
    Reply r = server_get(&s, path);
    size_t n = 0;

    assert_int_equal(r.status, 200);
    for (const char *p = r.body; (p = strstr(p, "\"code\":\"")) != NULL; p++)
        n++;
    return n;
}

static void test_a_session(void **state) {
    char body[500], path[200], place[24], session[24], condition[24], day[16];
    time_t now = time(NULL) + 8 * 3600;
    (void)state;
    server_sign_in(&s, "system");
    posts("/api/1/settings", "{\"name\":\"settle_photos\",\"value\":\"none\"}");
    server_sign_in(&s, "grid");
    Reply r = server_get(&s, "/api/1/places?limit=1");
    snprintf(place, sizeof place, "%s", reply_value(&r, "id"));
    r = server_get(&s, "/api/1/conditions?code=206-01");
    snprintf(condition, sizeof condition, "%s", reply_value(&r, "id"));
    strftime(day, sizeof day, "%Y-%m-%d", gmtime(&now));
    snprintf(body, sizeof body, "{\"place\":\"%s\",\"day\":\"%s\",\"half\":\"morning\"}", place, day);
    r = posts("/api/1/stool-sessions", body);
    snprintf(session, sizeof session, "%s", reply_value(&r, "id"));
    for (int i = 0; i < 25; i++) {
        if (i < 23)
            snprintf(body, sizeof body,
                     "{\"session\":\"%s\",\"text\":\"第 %d 件\",\"condition\":\"%s\",\"note\":\"当场办了\"}",
                     session, i + 1, condition);
        else
            snprintf(body, sizeof body, "{\"session\":\"%s\",\"text\":\"第 %d 件\"}", session, i + 1);
        posts(i < 23 ? "/api/1/matters/settled" : "/api/1/matters", body);
    }
    server_sign_in(&s, "head");
    r = server_get(&s, "/api/1/stool-sessions");
    assert_int_equal(r.status, 200);
    if (!strstr(r.body, "\"matters\":25,\"settled\":23,\"share\":\"92.0 %\""))
        fail_msg("%s", r.body);
    snprintf(path, sizeof path, "/api/1/matters?session=%s", session);
    assert_int_equal(rows_of(path), 25);
    snprintf(path, sizeof path, "/api/1/matters?session=%s&settled=true", session);
    assert_int_equal(rows_of(path), 23);
}

/* More doors than are read at once, in the little room that a write has in the server. */
static void test_knocks(void **state) {
    char body[300], area[24], place[24], round[24], day[16];
    time_t now = time(NULL) + 8 * 3600;
    (void)state;
    server_sign_in(&s, "grid");
    Reply r = server_get(&s, "/api/1/places?limit=1");
    snprintf(place, sizeof place, "%s", reply_value(&r, "id"));
    snprintf(area, sizeof area, "%s", reply_value(&r, "area"));
    strftime(day, sizeof day, "%Y-%m-%d", gmtime(&now));
    snprintf(body, sizeof body, "{\"area\":\"%s\",\"name\":\"走访\",\"since\":\"%s\",\"until\":\"%s\"}", area,
             day, day);
    r = posts("/api/1/visits/rounds", body);
    snprintf(round, sizeof round, "%s", reply_value(&r, "id"));
    for (int i = 0; i < 110; i++) {
        snprintf(body, sizeof body,
                 "{\"round\":\"%s\",\"place\":\"%s\",\"outcome\":\"%s\",\"door\":\"%d\",\"note\":"
                 "\"想学用智能手机\"}",
                 round, place, i < 55 ? "met" : "refused", 100 + i);
        posts("/api/1/visits", body);
    }
    r = server_get(&s, "/api/1/visits/rounds");
    assert_non_null(strstr(r.body, "\"met\":55,\"not_home\":0,\"refused\":55"));
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = { cmocka_unit_test(test_a_session),
                                               cmocka_unit_test(test_knocks) };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "a stool session, SQLite" : "a stool session, PostgreSQL",
                                       tests, make, drop);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
