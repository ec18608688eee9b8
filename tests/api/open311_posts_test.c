/* open311_posts_test – what applications send in by GeoReport v2, over HTTP on both stores:
 * keys, reports in all the ways in which clients write a form, photos, a repeat that is the
 * same request, updates; and that nobody learns from it who reported. */
#include "open311.h"

#define REQUESTS V2 "/requests.json"
#define PLACE "service_code=206&lat=31.225&long=121.47"

static const char *of_case(const char *column, const char *id) {
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT %s FROM cases WHERE id = %s", column, id);
    return number(sql);
}

/* ---- keys ---- */

static void test_keys(void **state) {
    char path[80], old[80];
    (void)state;
    Reply r = post(REQUESTS, PLACE "&description=x");
    assert_has(&r, 403, "[{\"code\":403,\"description\":\"缺 api_key。");
    r = post(REQUESTS, "api_key=42&" PLACE "&description=x&attribute[a][b]=1");
    assert_has(&r, 403, "api_key 不对或已收回"); /* before what is wrong with the form */
    server_sign_in(&s, "dispatch");
    r = server_post(&s, "/api/1/keys", "", "{\"title\":\"x\"}");
    assert_int_equal(r.status, 403);
    issue_key("");
    snprintf(old, sizeof old, "%s", key);
    r = post_own(REQUESTS, PLACE "&description=key");
    assert_int_equal(r.status, 200);
    r = server_get(&s, "/api/1/keys");
    assert_has(&r, 200, "\"title\":\"随手报\"");
    assert_lacks(&r, old); /* shown once, kept as a hash */
    snprintf(path, sizeof path, "/api/1/keys/%s/end", key_id);
    r = server_post(&s, path, "", "{}");
    assert_int_equal(r.status, 200);
    r = post_own(REQUESTS, PLACE "&description=revoked");
    assert_has(&r, 403, "api_key 不对或已收回");
    r = server_post(&s, path, "", "{}");
    assert_problem(&r, 422, "app_key_ended", "id", "已经收回");
    issue_key("");
}

/* ---- a report, in the ways in which clients write it ---- */

static void test_report(void **state) {
    char id[32];
    (void)state;
    Reply r = post_own(V2 "//requests.xml?jurisdiction_id=jingwei",
                       PLACE "&address_string=%E4%B8%AD%E5%B1%B1%E8%B7%AF&description=%E4%BA%95%E7%9B%96&lead=x"
                             "&attribute[condition]=206-01&attribute[X]=a&attribute[X]=b&attribute[Y][]=c"
                             "&media_url=http://a.example/1.jpg&media_url=http://a.example/2.jpg&deviceid=d-1"
                             "&email=canary%40a.example&phone=13800000000&first_name=Canary&last_name=Zhang");
    assert_has(&r, 200,
               "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<service_requests><request><service_request_id>");
    assert_has(&r, 200, "</service_notice><account_id/></request></service_requests>");
    assert_int_equal(sscanf(strstr(r.body, "request_id>"), "request_id>%31[0-9]", id), 1);
    assert_string_equal(of_case("text", id),
                        "井盖\n[condition] 206-01 井盖破损（大于25平方厘米）\n[X] a\n[X] b\n[Y] c\n"
                        "[media_url] http://a.example/1.jpg\nhttp://a.example/2.jpg");
    assert_string_equal(of_case("spot", id), "中山路");
    assert_string_equal(of_case("category", id), "206");
    assert_string_equal(of_case("lon", id), "1214700000");
    assert_string_equal(of_case("state", id), "1");
    char sql[200];
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM reporter WHERE case_id = %s AND name IS NOT NULL AND contact IS NOT NULL",
             id);
    assert_string_equal(number(sql), "1"); /* sealed, as every reporter */
    r = server_ask(&s, "GET", V2 "/requests.json", "", NULL);
    assert_lacks(&r, "Canary");
    assert_lacks(&r, "canary");
}

static void test_refusals(void **state) {
    static char long_text[6000];
    static const struct {
        const char *fields;
        int status;
        const char *says;
    } bad[] = {
        { "lat=31.2&long=121.4", 400, "service_code" },
        { "service_code=999&lat=31.2&long=121.4", 404, "没有这个 service_code" },
        { "service_code=206&description=x", 400, "要写地点" },
        { "service_code=206&lat=31.2", 400, "要写地点" },
        { "service_code=206&lat=91&long=121.4", 400, "纬度" },
        { PLACE "&attribute[condition]=301-01", 400, "不在这个服务的列表里" },
        { PLACE "&attribute[a][b]=1", 400, "不能再嵌套" },
        { PLACE "&attribute[a][][c]=1", 400, "不能再嵌套" },
        { PLACE "&attribute[]=1", 400, "不能再嵌套" },
        { PLACE "&description[text]=1", 400, "不能再嵌套" },
        { PLACE "&description=%FF", 400, "UTF-8" },
        { PLACE "&jurisdiction_id=elsewhere", 404, "没有 jurisdiction_id" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        Reply r = post_own(REQUESTS, bad[i].fields);
        assert_has(&r, bad[i].status, bad[i].says);
    }
    int n = snprintf(long_text, sizeof long_text, PLACE "&description=");
    memset(long_text + n, 'x', 4001);
    Reply r = post_own(REQUESTS, long_text);
    assert_has(&r, 400, "[{\"code\":400,");
    long_text[n + 4000] = 0;
    r = post_own(REQUESTS, long_text);
    assert_int_equal(r.status, 200);
    char json[200];
    snprintf(json, sizeof json, "{\"api_key\":\"%s\"}", key);
    r = server_ask(&s, "POST", REQUESTS, "Content-Type: application/json\r\n", json);
    assert_int_equal(r.status, 403); /* no form, so no key */
}

/* Clients send no client key: the same within ten minutes is the same, later it is new. */
static void test_once(void **state) {
    char first[32], *twice = "service_code=206&lat=31.225&long=121.47&description=twice";
    (void)state;
    Reply r = post_own(REQUESTS, twice), again = post_own(V2 "/requests.xml", twice);
    snprintf(first, sizeof first, "%s", request_id(&r));
    assert_has(&again, 200, first);
    again = post_own(REQUESTS, twice);
    assert_string_equal(again.body, r.body); /* with the second secret: the first answer may be lost */
    again = post_own(REQUESTS, "service_code=206&lat=31.225&long=121.47&description=other");
    assert_string_not_equal(request_id(&again), first);
    assert_int_equal(server_ask(&s, "POST", "/test/clock?by=599999", "", NULL).status, 200);
    again = post_own(REQUESTS, twice);
    assert_string_equal(request_id(&again), first);
    assert_int_equal(server_ask(&s, "POST", "/test/clock?by=1", "", NULL).status, 200);
    again = post_own(REQUESTS, twice);
    assert_string_not_equal(request_id(&again), first);
    issue_key(""); /* another application says the same: another report */
    r = post_own(REQUESTS, twice);
    assert_string_not_equal(request_id(&r), first);
    assert_string_equal(number("SELECT count(*) FROM cases WHERE text = 'twice'"), "3");
}

/* A key has a number of its own, from one network. */
static void test_too_often(void **state) {
    char fields[120];
    (void)state;
    issue_key(",\"most\":2");
    for (int i = 0; i < 3; i++) {
        snprintf(fields, sizeof fields, PLACE "&description=often-%d", i);
        Reply r = post_own(REQUESTS, fields);
        assert_int_equal(r.status, i < 2 ? 200 : 429);
        if (i == 2)
            assert_has(&r, 429, "[{\"code\":429,");
    }
    issue_key("");
}

/* ---- photos ---- */

static Reply send_parts(const char *boundary, const char *name) {
    static char body[40000];
    char file[400], head[300];
    snprintf(file, sizeof file, "%s/tests/fuzz/corpus/photo/a.jpg", getenv("JW_SOURCE"));
    FILE *in = fopen(file, "rb");
    assert_non_null(in);
    int n = snprintf(body, sizeof body,
                     "--%s\r\nContent-Disposition: form-data; name=\"api_key\"\r\n\r\n%s\r\n--%s\r\n"
                     "Content-Disposition: form-data; name=\"service_code\"\r\n\r\n206\r\n--%s\r\n"
                     "Content-Disposition: form-data; name=\"address_string\"\r\n\r\n中山路\r\n--%s\r\n"
                     "Content-Disposition: form-data; name=\"%s\"; filename=\"a.jpg\"\r\nContent-Type: "
                     "image/jpeg\r\n\r\n",
                     boundary, key, boundary, boundary, boundary, name);
    n += (int)fread(body + n, 1, sizeof body - 200 - (size_t)n, in);
    fclose(in);
    n += snprintf(body + n, sizeof body - (size_t)n, "\r\n--%s--\r\n", boundary);
    int fd = wire_connect(s.port);
    snprintf(head, sizeof head,
             "POST " REQUESTS " HTTP/1.1\r\nHost: h\r\nContent-Type: multipart/form-data; boundary=%s\r\n"
             "Content-Length: %d\r\n\r\n",
             boundary, n);
    wire_send(fd, head);
    assert_true(wire_try_send(fd, body, (size_t)n));
    Reply r = wire_reply(fd);
    close(fd);
    return r;
}

static void test_photos(void **state) {
    char id[32], sql[120], path[200];
    (void)state;
    Reply r = send_parts("----one", "photo1");
    snprintf(id, sizeof id, "%s", request_id(&r));
    snprintf(sql, sizeof sql, "SELECT count(*) FROM photo WHERE case_id = %s AND released_ms IS NULL", id);
    assert_string_equal(number(sql), "1");
    r = send_parts("----two", "photo1"); /* the same form, whatever its boundary */
    assert_string_equal(request_id(&r), id);
    assert_string_equal(number(sql), "1");
    snprintf(path, sizeof path, V2 "/requests/%s.json?api_key=%s", id, key);
    r = get(path);
    assert_has(&r, 200, "\"media_url\":null"); /* no photo before somebody has looked */
    r = send_parts("----one", "file_a");
    assert_string_equal(request_id(&r), id);
}

static void test_broken_parts(void **state) {
    (void)state;
    static const char *const bodies[] = { "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1",
                                          "nothing", "--x\r\n\r\n1\r\n--x--" };
    for (size_t i = 0; i < COUNT(bodies); i++) {
        char path[200];
        snprintf(path, sizeof path, REQUESTS "?api_key=%s", key);
        Reply r = server_ask(&s, "POST", path, "Content-Type: multipart/form-data; boundary=x\r\n", bodies[i]);
        assert_has(&r, 400, "multipart 表单不完整");
    }
}

/* ---- updates ---- */

static Reply updates(const char *more) {
    char path[300];
    snprintf(path, sizeof path, V2 "/servicerequestupdates.xml?api_key=%s%s", key, more);
    return get(path);
}

static void test_updates_out(void **state) {
    char id[32], other[32], expected[400];
    (void)state;
    Reply r = post_own(REQUESTS, "service_code=306&lat=31.225&long=121.47&description=own-and-hidden");
    snprintf(id, sizeof id, "%s", request_id(&r));
    file_under(id, "306-01");
    r = updates("");
    snprintf(expected, sizeof expected,
             "<request_update><update_id>%s-1</update_id><service_request_id>%s</service_request_id>"
             "<status>FOR_TRIAGE</status><updated_datetime>",
             id, id);
    assert_has(&r, 200, expected);
    snprintf(expected, sizeof expected,
             "<update_id>%s-3</update_id><service_request_id>%s</service_request_id>"
             "<status>INVESTIGATING</status>",
             id, id);
    assert_has(&r, 200, expected);
    assert_lacks(&r, "own-and-hidden");
    issue_key(""); /* to another application it is as hidden as to anybody */
    r = updates("");
    assert_lacks(&r, id);
    r = post_own(REQUESTS, "service_code=206&lat=31.225&long=121.47&description=public");
    snprintf(other, sizeof other, "%s", request_id(&r));
    file_under(other, "206-01");
    issue_key("");
    r = updates("");
    assert_has(&r, 200, other);
    r = updates("&start_date=2020-01-01T00:00:00Z&end_date=2020-01-02T00:00:00Z");
    assert_has(&r, 200, "<service_request_updates></service_request_updates>");
}

static Reply add(const char *id, const char *update, const char *status, const char *more) {
    char fields[500];
    snprintf(fields, sizeof fields,
             "service_request_id=%s&update_id=%s&status=%s&updated_datetime=2026-12-01T09:00:00%%2B08:00"
             "&description=still%%20broken%s",
             id, update, status, more);
    return post_own(V2 "/servicerequestupdates.xml", fields);
}

static void test_updates_in(void **state) {
    char id[32], sql[200];
    (void)state;
    Reply r = post_own(REQUESTS, PLACE "&description=to-be-updated");
    snprintf(id, sizeof id, "%s", request_id(&r));
    r = add(id, "u-1", "OPEN", "&first_name=Canary");
    assert_has(&r, 200, "<service_request_updates><request_update><update_id>");
    snprintf(sql, sizeof sql, "SELECT note FROM case_event WHERE case_id = %s AND number = 2", id);
    assert_string_equal(number(sql), "[OPEN] still broken");
    r = add(id, "u-1", "OPEN", ""); /* a repeat is the same update */
    assert_int_equal(r.status, 200);
    assert_string_equal(of_case("revision", id), "2");
    r = add(id, "u-2", "MAYBE", "");
    assert_has(&r, 400, "没有“MAYBE”这种更新状态");
    r = add("4711", "u-3", "OPEN", "");
    assert_has(&r, 404, "<code>404</code>");
    issue_key("");
    r = add(id, "u-4", "OPEN", ""); /* another application's */
    assert_has(&r, 404, "不是用这个 api_key 上报的");
    assert_string_equal(of_case("revision", id), "2");
}

/* REOPEN is the reporter's own step: of what is closed, within its days. */
static void test_reopen(void **state) {
    char id[32], sql[300];
    (void)state;
    Reply r = post_own(REQUESTS, PLACE "&description=to-be-reopened");
    snprintf(id, sizeof id, "%s", request_id(&r));
    r = add(id, "r-1", "REOPEN", "");
    assert_has(&r, 400, "<code>400</code>"); /* it is not closed */
    file_under(id, "206-01");
    snprintf(sql, sizeof sql,
             "UPDATE cases SET state = 10, close_kind = 1, closed_ms = 1796086800000, closed_day = 20788 WHERE "
             "id = %s",
             id);
    testdb_exec(&s.db, sql);
    r = add(id, "r-2", "REOPEN", "");
    assert_int_equal(r.status, 200);
    assert_string_not_equal(of_case("state", id), "10");
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),         cmocka_unit_test(test_report),
        cmocka_unit_test(test_refusals),     cmocka_unit_test(test_once),
        cmocka_unit_test(test_too_often),    cmocka_unit_test(test_photos),
        cmocka_unit_test(test_broken_parts), cmocka_unit_test(test_updates_out),
        cmocka_unit_test(test_updates_in),   cmocka_unit_test(test_reopen),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "Open311 posts on SQLite" : "Open311 posts on PostgreSQL",
                                       tests, make, drop);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
