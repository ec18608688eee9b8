/* open311 – for the tests of Open311: a running server with the demo city, its clock at
 * 2026-12-01 09:00 in Shanghai, and a key; forms as applications send them. */
#ifndef JW_TEST_OPEN311_H
#define JW_TEST_OPEN311_H

#include "server.h"

#define V2 "/open311/v2"
#define NINE "1796086800000" /* 2026-12-01T01:00:00Z */

static TestServer s;
static Dialect dialect;
static char key[80], key_id[32];

static inline void issue_key(const char *more) {
    char body[200];
    snprintf(body, sizeof body, "{\"title\":\"随手报\"%s}", more);
    server_sign_in(&s, "system");
    Reply r = server_post(&s, "/api/1/keys", "", body);
    assert_int_equal(r.status, 200);
    snprintf(key, sizeof key, "%s", reply_value(&r, "key"));
    snprintf(key_id, sizeof key_id, "%s", reply_value(&r, "id"));
    assert_int_equal(strlen(key), 48);
}

static int make(void **state) {
    static const char *const flags[] = { "--test-clock", "on", "--test-sessions", "on", NULL };
    (void)state;
    server_make(dialect, &s);
    server_start(&s, flags);
    assert_int_equal(server_ask(&s, "POST", "/test/clock?at=" NINE, "", NULL).status, 200);
    issue_key("");
    return 0;
}

static int drop(void **state) {
    (void)state;
    server_drop(&s);
    return 0;
}

static inline Reply get(const char *path) { return server_ask(&s, "GET", path, "", NULL); }

static inline Reply post(const char *path, const char *body) {
    return server_ask(&s, "POST", path, "Content-Type: application/x-www-form-urlencoded\r\n", body);
}

/* The fields, with the key before them. */
static inline Reply post_own(const char *path, const char *fields) {
    char body[6200];
    snprintf(body, sizeof body, "api_key=%s&%s", key, fields);
    return post(path, body);
}

static inline void assert_has(const Reply *r, int status, const char *part) {
    if (r->status != status || !strstr(r->body, part))
        fail_msg("%d, not %d with %s: %.900s", r->status, status, part, r->body);
}

static inline void assert_lacks(const Reply *r, const char *part) {
    if (strstr(r->body, part))
        fail_msg("%s is in %.900s", part, r->body);
}

/* A request of its own; its id, good until the next call. */
static inline const char *request_id(const Reply *r) {
    static char id[32];
    assert_int_equal(r->status, 200);
    snprintf(id, sizeof id, "%s", reply_value(r, "service_request_id"));
    return id;
}

static inline const char *number(const char *sql) { return testdb_ask(&s.db, sql); }

static inline void step(const char *login, const char *id, const char *act, const char *more) {
    char path[80], body[400], sql[120];
    snprintf(sql, sizeof sql, "SELECT revision FROM cases WHERE id = %s", id);
    snprintf(body, sizeof body, "{\"revision\":%s,\"act\":\"%s\"%s}", number(sql), act, more);
    snprintf(path, sizeof path, "/api/1/cases/%s/steps", id);
    server_sign_in(&s, login);
    Reply r = server_post(&s, path, "", body);
    if (r.status != 200)
        fail_msg("%s: %.400s", act, r.body);
}

/* Accepted, and filed under this condition. */
static inline void file_under(const char *id, const char *code) {
    char sql[100], more[80];
    snprintf(sql, sizeof sql, "SELECT id FROM condition WHERE code = '%s' AND NOT retired", code);
    snprintf(more, sizeof more, ",\"condition\":\"%s\"", number(sql));
    step("dispatch", id, "accept", "");
    step("dispatch", id, "file", more);
}

#endif
