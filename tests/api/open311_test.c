/* open311_test – GeoReport v2 over HTTP, on both stores, as a client of somebody else's sees
 * it: discovery, services, lists and single requests in XML and JSON, what is public of them,
 * and the errors of the standard. What is sent in: open311_posts_test.c. */
#include "open311.h"

static char point[32], area[32], hidden[32], fresh[32], closed[32];

/* ---- what the service is ---- */

static void test_discovery(void **state) {
    char expected[400];
    (void)state;
    Reply r = server_ask(&s, "GET", V2 "/discovery.xml", "Accept-Language: en\r\n", NULL);
    assert_has(&r, 200, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<discovery><changeset>");
    assert_has(&r, 200, "<specification>http://wiki.open311.org/GeoReport_v2</specification>");
    assert_has(&r, 200, "/open311/v2</url>");
    assert_has(&r, 200,
               "<type>production</type><formats><format>text/xml</format><format>application/json</format>"
               "</formats></endpoint></endpoints></discovery>");
    assert_string_equal(reply_header(&r, "Content-Type"), "text/xml; charset=utf-8");
    assert_string_equal(reply_header(&r, "Access-Control-Allow-Origin"), "*");
    r = get("/open311/discovery.json");
    snprintf(expected, sizeof expected, "\"formats\":[\"text/xml\",\"application/json\"]}]}");
    assert_has(&r, 200, expected);
    assert_string_equal(reply_header(&r, "Content-Type"), "application/json; charset=utf-8");
}

static void test_services(void **state) {
    (void)state;
    Reply r =
        server_ask(&s, "GET", V2 "/services.json?jurisdiction_id=jingwei", "Accept-Language: en\r\n", NULL);
    assert_int_equal(strncmp(r.body, "[{\"service_code\":\"100\",\"service_name\":", 37), 0);
    assert_has(&r, 200, "\"service_code\":\"206\",\"service_name\":\"Roads, drains, green, water\"");
    assert_has(&r, 200,
               "\"metadata\":true,\"type\":\"realtime\",\"keywords\":null,\"group\":\"Public management\","
               "\"groups\":[\"Public management\"]}");
    assert_has(&r, 200, "\"keywords\":\"private\",\"group\":\"Public services\"");
    r = get(V2 "/services.xml");
    assert_has(&r, 200, "<services><service><service_code>100</service_code>");
    assert_has(&r, 200, "<keywords/><group>公共管理</group><groups><group>公共管理</group></groups></service>");
    r = get(V2 "/services.json?jurisdiction_id=nowhere");
    assert_has(&r, 404, "[{\"code\":404,\"description\":\"没有 jurisdiction_id“nowhere”");
    r = get(V2 "/services.json?jurisdiction_id="); /* empty is absent */
    assert_int_equal(r.status, 200);
}

static void test_definition(void **state) {
    (void)state;
    Reply r = get(V2 "/services/206.xml");
    assert_has(&r, 200,
               "<service_definition><service_code>206</service_code><attributes><attribute><variable>true"
               "</variable><code>condition</code><datatype>singlevaluelist</datatype><required>false"
               "</required><datatype_description>列表中的一项</datatype_description><order>1</order>"
               "<description>最像哪一种情形</description><values><value><key>206-01</key><name>");
    r = get(V2 "/services/206.json");
    assert_has(&r, 200, "{\"service_code\":\"206\",\"attributes\":[{\"variable\":true,\"code\":\"condition\"");
    assert_has(&r, 200, "\"required\":false,");
    assert_has(&r, 200, "\"order\":1,");
    assert_has(&r, 200, "\"values\":[{\"key\":\"206-01\",\"name\":");
    r = get(V2 "/services/999.xml");
    assert_has(&r, 404,
               "<errors><error><code>404</code><description>没有这个服务代码。</description></error></errors>");
}

/* ---- requests ---- */

static void report(char ret[32], const char *service, const char *words) {
    char fields[400];
    snprintf(fields, sizeof fields,
             "service_code=%s&lat=31.225&long=121.47&description=%s&first_name=Canary-4711&phone=13800000000",
             service, words);
    Reply r = post_own(V2 "/requests.json", fields);
    snprintf(ret, 32, "%s", request_id(&r));
}

static void cases_are_there(void) {
    report(point, "206", "canary-words-1");
    report(area, "303", "canary-words-2");
    report(hidden, "306", "canary-words-3");
    report(closed, "206", "canary-words-4");
    report(fresh, "206", "canary-words-5");
    file_under(point, "206-01");
    file_under(area, "303-01");
    file_under(hidden, "306-01");
    file_under(closed, "206-01");
    char sql[200];
    snprintf(sql, sizeof sql,
             "UPDATE cases SET state = 10, close_kind = 1, closed_ms = 1796090400000, closed_day = 20788 WHERE "
             "id = %s",
             closed);
    testdb_exec(&s.db, sql);
}

static Reply about(const char *format, const char *id, const char *more) {
    char path[300];
    snprintf(path, sizeof path, V2 "/requests/%s.%s?%s", id, format, more);
    return get(path);
}

static const char *with_key(void) {
    static char text[100];
    snprintf(text, sizeof text, "api_key=%s", key);
    return text;
}

/* Point as it is; area only at the label; what may not be public nowhere, and no word, name
 * or number of whoever reported anywhere. */
static void test_what_is_shown(void **state) {
    char one[120];
    (void)state;
    cases_are_there();
    Reply r = get(V2 "/requests.json");
    assert_int_equal(r.status, 200);
    assert_lacks(&r, "canary");
    assert_lacks(&r, "Canary");
    assert_lacks(&r, "13800000000");
    assert_lacks(&r, hidden);
    assert_lacks(&r, fresh); /* not accepted yet */
    snprintf(one, sizeof one, "{\"service_request_id\":\"%s\",\"status\":\"open\",\"status_notes\":\"待派\"",
             point);
    assert_has(&r, 200, one);
    assert_has(&r, 200, area);
    assert_has(&r, 200, closed);

    r = about("json", point, "");
    assert_has(&r, 200,
               "\"service_name\":\"市政设施与绿化水体\",\"service_code\":\"206\",\"description\":null,");
    assert_has(&r, 200,
               "\"requested_datetime\":\"2026-12-01T01:00:00Z\",\"updated_datetime\":\"2026-12-01T01:00:00Z\"");
    assert_has(&r, 200,
               "\"address\":null,\"address_id\":null,\"zipcode\":null,\"lat\":31.225,\"long\":121.47,"
               "\"media_url\":null}]");
    r = about("xml", point, "");
    assert_has(&r, 200, "<service_requests><request><service_request_id>");
    assert_has(&r, 200, "<description/>");
    assert_has(&r, 200,
               "<address/><address_id/><zipcode/><lat>31.225</lat><long>121.47</long><media_url/></request>"
               "</service_requests>");
    r = about("json", area, "");
    assert_has(&r, 200, "\"service_code\":\"303\"");
    assert_lacks(&r, "\"lat\":31.225,");
    r = about("json", closed, "");
    assert_has(&r, 200, "\"status\":\"closed\",\"status_notes\":\"已解决\"");
    assert_has(&r, 200, "\"updated_datetime\":\"2026-12-01T02:00:00Z\"");
    r = about("json", point, "extensions=true");
    assert_has(&r, 200, ",\"extended_attributes\":{\"state\":\"filed\",\"condition\":\"");
}

/* With a key the status, the dates and the service of any, and nothing else of it. */
static void test_by_its_id(void **state) {
    char path[200];
    (void)state;
    Reply r = about("json", hidden, "");
    assert_has(&r, 404, "[{\"code\":404,");
    r = about("xml", fresh, "");
    assert_has(&r, 404, "<code>404</code>");
    r = about("json", hidden, with_key());
    assert_has(
        &r, 200,
        "\"status\":\"open\",\"status_notes\":\"待派\",\"service_name\":\"治安防范、食药卫生与消费纠纷\","
        "\"service_code\":\"306\",\"description\":null,\"agency_responsible\":null");
    assert_has(&r, 200, "\"lat\":null,\"long\":null,\"media_url\":null");
    r = about("json", hidden, "api_key=wrong");
    assert_has(&r, 403, "[{\"code\":403,\"description\":\"api_key 不对或已收回");
    snprintf(path, sizeof path, V2 "/tokens/%s.xml?%s", hidden, with_key());
    r = get(path);
    assert_has(&r, 200, "<service_requests><request><service_request_id>");
    assert_has(&r, 200, "</service_request_id><token>");
    snprintf(path, sizeof path, V2 "/tokens/%s.json", hidden);
    r = get(path);
    assert_int_equal(r.status, 404);
}

static int rows_of(const char *query) {
    char path[400];
    int n = 0;
    snprintf(path, sizeof path, V2 "/requests.json?%s", query);
    Reply r = get(path);
    if (r.status != 200)
        fail_msg("%s: %.300s", query, r.body);
    for (const char *p = r.body; (p = strstr(p, "\"service_request_id\"")); p++)
        n++;
    return n;
}

static void test_filters(void **state) {
    char query[200];
    (void)state;
    int all = rows_of("");
    assert_true(all >= 3);
    assert_int_equal(rows_of("status=open") + rows_of("status=closed"), all);
    assert_int_equal(rows_of("status=open,closed"), all);
    assert_int_equal(rows_of("service_code=303&start_date=2026-12-01T09:00:00%2B08:00"), 1);
    assert_int_equal(rows_of("service_code=303,206&start_date=2026-12-01T09:00:00+08:00"), 3);
    assert_int_equal(rows_of("start_date=2026-12-01T01:00:01Z"), 0);
    assert_int_equal(rows_of("end_date=2026-08-01T00:00:00Z&start_date=2026-07-31T00:00:00Z"), 0);
    assert_int_equal(rows_of("bbox=121.4699,31.2249,121.4701,31.2251&start_date=2026-12-01T01:00:00Z"), 2);
    assert_int_equal(rows_of("updated_after=2026-12-01T01:00:00Z"), 3);
    assert_int_equal(rows_of("updated_after=2026-12-01T01:00:01Z"), 0);
    assert_int_equal(rows_of("page_size=1"), 1);
    assert_int_equal(rows_of("page_size=1&page=1000"), 0);
    snprintf(query, sizeof query, "service_request_id=%s,4711,%s,%s&status=closed", area, point, hidden);
    assert_int_equal(rows_of(query), 2); /* overrides the rest; unknown and hidden ones are left out */
}

/* A page holds what the list holds there: newest first, and of one instant the higher id. */
static void test_pages_go_on(void **state) {
    char path[100], ids[3][32];
    (void)state;
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, V2 "/requests.json?page_size=1&page=%d", i + 1);
        Reply r = get(path);
        snprintf(ids[i], sizeof ids[i], "%s", request_id(&r));
    }
    assert_string_equal(ids[0], closed);
    assert_string_equal(ids[1], area);
    assert_string_equal(ids[2], point);
}

static void test_refusals(void **state) {
    static const struct {
        const char *path;
        int status;
        const char *says;
    } bad[] = {
        { V2 "/requests.json?status=lost", 400, "status 只能是 open 或 closed" },
        { V2 "/requests.json?start_date=yesterday", 400, "start_date 要写成 2026-03-01T08:00:00Z" },
        { V2 "/requests.json?start_date=2026-12-02T00:00:00Z&end_date=2026-12-01T00:00:00Z", 400, "晚于" },
        { V2 "/requests.json?bbox=1,2,3", 400, "西,南,东,北" },
        { V2 "/requests.json?page=0", 400, "" },
        { V2 "/requests.json?page_size=5000", 400, "" },
        { V2 "/requests.json?status[]=open", 400, "方括号不对" },
        { V2 "/requests.json?api_key=0", 403, "api_key 不对" },
        { V2 "/requests", 404, "以 .xml 或 .json 结尾" },
        { V2 "/nothing.json", 404, "以 .xml 或 .json 结尾" },
        { V2 "/servicerequestupdates.xml", 403, "缺 api_key" },
        { V2 "/servicerequestupdates.json?api_key=0", 403, "api_key 不对" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        Reply r = get(bad[i].path);
        assert_has(&r, bad[i].status, bad[i].says);
        assert_true(strstr(r.body, "<errors><error><code>") || strncmp(r.body, "[{\"code\":", 9) == 0);
    }
    Reply r = get("//open311//v2//requests.json?page_size=1&unheard=of&utf8=x");
    assert_int_equal(r.status, 200);
    r = server_ask(&s, "DELETE", V2 "/requests.json", "", NULL);
    assert_has(&r, 405, "[{\"code\":405,");
}

/* A released photo is what media_url leads to; before that there is none. */
static void test_over_the_store(void **state) {
    (void)state;
    assert_string_equal(number("SELECT count(*) FROM app_key"), "1");
    assert_string_equal(number("SELECT count(*) FROM app_case"), "5");
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_discovery),      cmocka_unit_test(test_services),
        cmocka_unit_test(test_definition),     cmocka_unit_test(test_what_is_shown),
        cmocka_unit_test(test_by_its_id),      cmocka_unit_test(test_filters),
        cmocka_unit_test(test_pages_go_on),    cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_over_the_store),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "Open311 on SQLite" : "Open311 on PostgreSQL", tests, make,
                                       drop);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
