/* serve_input_test – bad input against the real program over real HTTP, on both
 * stores: each gets one clear sentence in the caller's language, the status and the
 * code that a program can rely on, and leaves everything as it was. */
#include "server.h"

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

static TestServer s;
static char mounted[280]; /* a small file system, while there is one */
static Dialect dialect;

/* ---- what was there ---- */

typedef struct Kept {
    char count[200], newest[1 << 17];
} Kept;

static void look(Kept *ret) {
    Reply r = server_get(&s, "/api/1/cases/count");
    assert_int_equal(r.status, 200);
    snprintf(ret->count, sizeof ret->count, "%.199s", r.body);
    r = server_get(&s, "/api/1/cases?limit=3");
    assert_int_equal(r.status, 200);
    snprintf(ret->newest, sizeof ret->newest, "%s", r.body);
}

static void assert_kept(const Kept *before) {
    static Kept now;
    look(&now);
    assert_string_equal(now.count, before->count);
    assert_string_equal(now.newest, before->newest);
}

typedef struct Bad {
    const char *method, *path, *headers, *body;
    int status;
    const char *code, *field, *zh, *en;
} Bad;

static void refused(const Bad *b) {
    static Kept before;
    char headers[800];

    look(&before);
    for (int en = 0; en < 2; en++) {
        snprintf(headers, sizeof headers, "%sAccept-Language: %s\r\n", b->headers ? b->headers : "",
                 en ? "en-GB,en;q=0.9" : "zh-CN,zh;q=0.9");
        Reply r = server_ask(&s, b->method, b->path, headers, b->body);
        assert_problem(&r, b->status, b->code, b->field, en ? b->en : b->zh);
    }
    assert_kept(&before);
}

static const char *mine(const char *more) {
    static char room[600];
    snprintf(room, sizeof room, "%sX-Jingwei: 1\r\n%s", s.cookie, more);
    return room;
}

static int start(void **state) {
    (void)state;
    server_make(dialect, &s);
    server_start(&s, NULL);
    server_sign_in(&s, "dispatch");
    return 0;
}

static int stop(void **state) {
    (void)state;
    if (*mounted) {
        if (s.pid)
            server_kill(&s);
        umount2(mounted, MNT_DETACH);
    }
    server_drop(&s);
    return 0;
}

/* ---- JSON ---- */

#define REPORT "POST", "/api/1/cases", NULL

static void test_bad_json(void **state) {
    static const Bad bad[] = {
        { REPORT, "{\"text\":\"a\",\"colour\":1}", 422, "field_unknown", "colour", "没有“colour”这一项。",
          "“colour”" },
        { REPORT, "{\"text\":\"a\"", 422, "json_syntax", "", "正文不是有效的 JSON（第 1 行",
          "The body is not valid JSON (line 1" },
        { REPORT, "", 422, "field_missing", "text", "“内容”（text）", "“What” (text)" },
        { REPORT, "[1]", 422, "json_object", "", "正文要是一个 JSON 对象。", "JSON object" },
        { REPORT, "{\"text\":\"a\",\"text\":\"b\"}", 422, "json_twice", "", "同一项写了两次", "twice" },
        { REPORT, "{\"text\":\"\xff\xfe\"}", 422, "json_syntax", "", "正文不是有效的 JSON", "not valid JSON" },
        { REPORT, "{\"text\":\"a\\u0000b\"}", 422, "json_syntax", "", "正文不是有效的 JSON", "not valid JSON" },
        { REPORT, "{\"text\":\"a\\u0007b\"}", 422, "text_control", "text", "“内容”（text）", "“What” (text)" },
        { REPORT, "{\"text\":\"a\",\"occurred\":-1}", 422, "time_range", "occurred", "“发生时间”（occurred）",
          "“Occurred” (occurred)" }, /* before 1970 */
        { REPORT, "{\"text\":\"a\",\"lon\":121.47}", 422, "half_a_point", "lat", "经度和纬度要一起给。",
          "Longitude and latitude go together." },
        { REPORT, "{\"text\":\"a\",\"lon\":181,\"lat\":0}", 422, "degree_range", "lon", "“经度”（lon）",
          "“Longitude” (lon)" },
        { "POST", "/api/1/cases", "Client-Key: short\r\n", "{\"text\":\"a\"}", 422, "client_key", "Client-Key",
          "Client-Key 要 8 到 80 个字节。", "Client-Key must have 8 to 80 bytes." },
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refused(&bad[i]);
}

/* ---- framing ---- */

static void test_malformed(void **state) {
    static const struct {
        const char *lines;
        int status;
        const char *code, *zh, *en;
    } bad[] = {
        { "Host: h\r\nContent-Length: 2\r\nContent-Length: 3\r\n", 400, "length_twice",
          "Content-Length 出现了不止一次。", "There is more than one Content-Length." },
        { "Host: h\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n", 400, "length_and_coding",
          "Content-Length 和 Transfer-Encoding 不能同时出现。",
          "Content-Length and Transfer-Encoding must not come together." },
        { "Host: h\r\nTransfer-Encoding: gzip, chunked\r\n", 400, "coding_unknown",
          "Transfer-Encoding 只接受一次 chunked。", "The only Transfer-Encoding taken is chunked, once." },
        { "Host: h\r\nBad(Name): 1\r\nContent-Length: 2\r\n", 400, "header_name",
          "请求头的名称里有不允许的字符。", "A header's name contains a character that is not allowed." },
        { "Content-Length: 2\r\n", 400, "host_missing", "缺少 Host 请求头。", "The Host header is missing." },
        { "Host: h\r\nHost: g\r\nContent-Length: 2\r\n", 400, "host_twice", "Host 请求头出现了不止一次。",
          "There is more than one Host header." },
        { "Host: h\r\nContent-Length: 131073\r\n", 413, "body_too_large", "请求内容超过了这里允许的大小。",
          "The body is larger than this address takes." },
        { "Host: h\r\nTransfer-Encoding: chunked\r\n", 413, "body_too_large", "请求内容超过了这里允许的大小。",
          "The body is larger than this address takes." },
    };
    static Kept before;
    char text[1000];
    (void)state;
    look(&before);
    for (size_t i = 0; i < 2 * sizeof bad / sizeof *bad; i++) {
        bool en = i % 2;
        const char *lines = bad[i / 2].lines;
        int fd = wire_connect(s.port);
        snprintf(text, sizeof text, "POST /api/1/cases HTTP/1.1\r\n%sAccept-Language: %s\r\n\r\n", lines,
                 en ? "en" : "zh");
        wire_send(fd, text);
        if (bad[i / 2].status == 413 && strstr(lines, "chunked"))
            wire_send(fd, "20001\r\n"); /* a chunk of 131,073 bytes is announced … */
        for (int n = 0; bad[i / 2].status == 413 && strstr(lines, "chunked") && n < 140; n++) {
            memset(text, ' ', sizeof text); /* … and sent, as far as the server listens */
            wire_try_send(fd, text, sizeof text);
        }
        Reply r = wire_reply(fd);
        if (!wire_refused_below(&r))
            assert_problem(&r, bad[i / 2].status, bad[i / 2].code, "", en ? bad[i / 2].en : bad[i / 2].zh);
        assert_true(wire_closes(fd));
        close(fd);
    }
    int fd = wire_connect(s.port); /* the library below refuses this one by itself, in English only */
    wire_send(fd, "POST /api/1/cases HTTP/1.1\r\nHost: h\r\nContent-Length: +2\r\n\r\n{}");
    Reply r = wire_reply(fd);
    assert_int_equal(r.status, 400);
    assert_true(wire_closes(fd));
    close(fd);
    assert_kept(&before);
}

/* Half of a request, and then nothing: the server says what was missing and hangs
 * up. The test waits for its answer, not for a time. */
static void test_slow(void **state) {
    static const struct {
        const char *half, *code, *said;
    } slow[] = {
        { "GET /api/1/me HTTP/1.1\r\nHost: h\r\nAccept-Lang", "header_timeout", "请求头没有在限定时间内传完" },
        { "POST /api/1/cases HTTP/1.1\r\nHost: h\r\nContent-Length: 20\r\n\r\n{\"text\":", "body_timeout",
          "请求内容没有在限定时间内传完" },
        { "POST /api/1/cases HTTP/1.1\r\nHost: h\r\nAccept-Language: en\r\nContent-Length: "
          "20\r\n\r\n{\"text\":",
          "body_timeout", "The body did not arrive in time" },
    };
    static Kept before;
    (void)state;
    look(&before);
    server_stop(&s);
    server_start(&s, (const char *const[]){ "--header-deadline", "400ms", "--body-deadline", "400ms", NULL });
    for (size_t i = 0; i < sizeof slow / sizeof *slow; i++) {
        int fd = wire_connect(s.port);
        wire_send(fd, slow[i].half);
        Reply r = wire_reply(fd);
        assert_problem(&r, 408, slow[i].code, "", slow[i].said);
        assert_true(wire_closes(fd));
        close(fd);
    }
    server_stop(&s);
    server_start(&s, NULL);
    assert_kept(&before);
}

/* ---- who asks, and for what ---- */

static void test_addresses(void **state) {
    const Bad bad[] = {
        { "GET", "/no/such/page", NULL, NULL, 404, "no_such_page", "", "没有这个页面。",
          "There is no such page." },
        { "GET", "/api/1/nothing", NULL, NULL, 404, "no_such_path", "", "没有这个接口地址。",
          "There is no such address in the API." },
        { "DELETE", "/api/1/cases", NULL, NULL, 405, "method", "", "这个地址不接受这种方法。",
          "This address does not take that method." },
        { "BREW", "/api/1/cases", NULL, NULL, 501, "method_unknown", "", "不认识这种请求方法。",
          "This method is not known here." },
        { "GET", "/a/../b", NULL, NULL, 400, "target_dots", "", "网址里不能有 . 或 .. 这样的路径段。",
          "The address must not contain the segments . or .." },
        { "GET", "/metrics", "X-Forwarded-For: 192.0.2.7\r\n", NULL, 404, "no_such_page", "", "没有这个页面。",
          "There is no such page." },
        { "GET", "/metrics", "Forwarded: for=192.0.2.7\r\n", NULL, 404, "no_such_page", "", "没有这个页面。",
          "There is no such page." },
        { "GET", "/api/1/cases", NULL, NULL, 401, "signed_out", "", "请先登录。", "Please sign in." },
        { "GET", "/api/1/cases/1", mine(""), NULL, 404, "case_unknown", "id",
          "没有这个案件，或不在您的范围内。", "There is no such case in your part of the city." },
        { "GET", "/api/1/cases?limit=9999", mine(""), NULL, 422, "number_range", "limit", "（limit）",
          "(limit)" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refused(&bad[i]);
    Reply r = server_ask(&s, "GET", "/metrics", "", NULL);
    assert_int_equal(r.status, 200);
    assert_non_null(strstr(r.body, "\njingwei_store_operations "));
}

/* A cookie that is none makes a stranger, who may still report. */
static void test_invalid_cookie(void **state) {
    static const char *const cookies[] = { "Cookie: jingwei=xyz\r\n",
                                           "Cookie: jingwei=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n",
                                           "Cookie: ;;;=\r\n", "Cookie: jingwei=\r\n" };
    (void)state;
    for (size_t i = 0; i < sizeof cookies / sizeof *cookies; i++) {
        refused(&(Bad){ "GET", "/api/1/me", cookies[i], NULL, 401, "signed_out", "", "请先登录。",
                        "Please sign in." });
        Reply r = server_ask(&s, "POST", "/api/1/cases", cookies[i], "{\"text\":\"旧 Cookie 也能上报\"}");
        assert_int_equal(r.status, 200);
    }
}

static void test_cross_site(void **state) {
    static const char *const from[] = { "Origin: https://elsewhere.example\r\n",
                                        "Sec-Fetch-Site: cross-site\r\n", "" };
    char headers[400];
    (void)state;
    for (size_t i = 0; i < sizeof from / sizeof *from; i++) {
        snprintf(headers, sizeof headers, "%s%s", s.cookie, from[i]);
        refused(&(Bad){ "POST", "/api/1/cases", headers, "{\"text\":\"a\"}", 403, "cross_site", "",
                        "这个请求不是从本站页面发出的。",
                        "This request did not come from a page of this site." });
    }
}

static void refused_sign_in(const char *login, int status, const char *code) {
    char body[100];
    snprintf(body, sizeof body, "{\"login\":\"%s\",\"password\":\"wrong\"}", login);
    Reply r = server_ask(&s, "POST", "/api/1/session", mine(""), body);
    assert_problem(&r, status, code, status == 429 ? "login" : "password",
                   status == 429 ? "秒后再试" : "不正确");
}

/* A wrong password and a name that does not exist are answered alike. */
static void test_wrong_password(void **state) {
    (void)state;
    refused(&(Bad){ "POST", "/api/1/session", "X-Jingwei: 1\r\n",
                    "{\"login\":\"dispatch\",\"password\":\"jingwei-dem0\"}", 401, "sign_in_wrong", "password",
                    "用户名或密码不正确。", "The name or the password is wrong." });
    refused(&(Bad){ "POST", "/api/1/session", "X-Jingwei: 1\r\n",
                    "{\"login\":\"nobody\",\"password\":\"jingwei-demo\"}", 401, "sign_in_wrong", "password",
                    "用户名或密码不正确。", "The name or the password is wrong." });
    Reply r = server_get(&s, "/api/1/me"); /* and nobody is thrown out */
    assert_string_equal(reply_value(&r, "login"), "dispatch");
    for (int i = 0; i < 3; i++) /* with the two above, five in a row */
        refused_sign_in("nobody", 401, "sign_in_wrong");
    refused_sign_in("nobody", 429, "sign_in_often");
    refused_sign_in("dispatch", 401, "sign_in_wrong"); /* and nobody else waits */
}

/* What waited on a phone is taken from whom it was written by, and from nobody else. */
static void test_meant_for_another(void **state) {
    (void)state;
    refused(&(Bad){ "POST", "/api/1/cases", mine("Jingwei-As: 12/34\r\n"), "{\"text\":\"等了一夜\"}", 403,
                    "meant_for_another", "", "现在登录的不是写这一条的人，或不是那个岗位。",
                    "Who is signed in now is not who wrote this, or not in that post." });
    refused(&(Bad){ "POST", "/api/1/cases", "X-Jingwei: 1\r\nJingwei-As: 12/34\r\n", "{\"text\":\"等了一夜\"}",
                    401, "signed_out", "", "请先登录。", "Please sign in." });
}

/* ---- a case ---- */

static Reply reported(const char *headers, const char *text) {
    static char body[130000];
    snprintf(body, sizeof body, "{\"text\":\"%s\",\"lon\":121.47,\"lat\":31.225,\"contact\":\"13800000000\"}",
             text);
    return server_post(&s, "/api/1/cases", headers, body);
}

static void step(const char *id, const char *revision, const char *act, int status, const char *code,
                 const char *field, const char *zh, const char *en) {
    char path[100], body[200];
    snprintf(path, sizeof path, "/api/1/cases/%s/steps", id);
    snprintf(body, sizeof body, "{\"revision\":%s,\"act\":\"%s\"}", revision, act);
    refused(&(Bad){ "POST", path, mine(""), body, status, code, field, zh, en });
}

static void test_steps(void **state) {
    char path[100];
    (void)state;
    Reply r = reported("", "井盖松动");
    assert_int_equal(r.status, 200);
    const char *id = reply_value(&r, "id");
    step(id, "1", "close", 422, "no_such_step", "act", "“待受理”的案件不能“结案”。", "has no step “Close”");
    step(id, "7", "accept", 409, "case_changed", "revision", "这个案件刚被别人办过，请刷新后再决定。",
         "Somebody has just worked on this case: reload it and decide again.");
    snprintf(path, sizeof path, "/api/1/cases/%s/steps", id);
    r = server_post(&s, path, "", "{\"revision\":1,\"act\":\"accept\"}");
    assert_int_equal(r.status, 200);
    assert_string_equal(reply_value(&r, "revision"), "2");
    step(id, "1", "accept", 409, "case_changed", "revision", "这个案件刚被别人办过",
         "Somebody has just worked");
}

static void test_client_key(void **state) {
    static const char key[] = "Client-Key: wire-0001-0001\r\n";
    (void)state;
    Reply first = reported(key, "路灯不亮");
    assert_int_equal(first.status, 200);
    refused(&(Bad){ "POST", "/api/1/cases", mine(key), "{\"text\":\"路灯亮了\"}", 409, "client_key_reused",
                    "Client-Key", "同一个 Client-Key 已用于另一个请求。",
                    "This Client-Key was used for another request." });
    static Kept before;
    look(&before);
    Reply again = reported(key, "路灯不亮");
    assert_int_equal(again.status, 200);
    assert_string_equal(again.body, first.body); /* the same case, the same secret */
    assert_kept(&before);
}

/* What was written, from the report to the console and back to the reporter. */
static void comes_back(const char *text) {
    static char find[130000];
    char path[100], body[200];
    Reply r = reported("", text);
    assert_int_equal(r.status, 200);
    snprintf(find, sizeof find, "\"text\":\"%s\"", text);
    snprintf(path, sizeof path, "/api/1/track/%s", reply_value(&r, "code"));
    snprintf(body, sizeof body, "{\"secret\":\"%s\"}", reply_value(&r, "secret"));
    const char *id = reply_value(&r, "id");
    r = server_ask(&s, "POST", path, "", body);
    assert_int_equal(r.status, 200);
    assert_non_null(strstr(r.body, find));
    snprintf(path, sizeof path, "/api/1/cases/%s", id);
    r = server_get(&s, path);
    assert_int_equal(r.status, 200);
    assert_non_null(strstr(r.body, find));
    r = server_get(&s, "/api/1/cases?limit=1");
    assert_non_null(strstr(r.body, find));
    snprintf(path, sizeof path, "/api/1/cases/%s/steps", id);
    r = server_post(&s, path, "Client-Key: wire-0002-", "{\"revision\":1,\"act\":\"accept\"}");
}

static void test_texts(void **state) {
    static char text[50000];
    size_t n = 0;
    (void)state;
    comes_back("井盖破损 😀👩‍👩‍👧 𠮷");
    for (int i = 0; i < 10000; i++)
        n += (size_t)sprintf(text + n, "%s", i % 2 ? "漏" : "x");
    comes_back(text);
    n = 0;
    for (int i = 0; i < 10000; i++) /* 40,000 bytes */
        n += (size_t)sprintf(text + n, "😀");
    comes_back(text);
    sprintf(text + n, "x");
    static char body[50100];
    snprintf(body, sizeof body, "{\"text\":\"%s\"}", text);
    refused(&(Bad){ REPORT, body, 422, "text_length", "text", "“内容”（text）要 1 到 10000 个字",
                    "“What” (text) must have 1 to 10000 characters" });
}

/* ---- a full disk ---- */

static void assert_saved(const char *text) {
    Reply r = reported("", text);
    if (r.status != 200)
        fail_msg("%d %s", r.status, r.body);
    r = server_get(&s, "/api/1/cases?limit=1");
    assert_non_null(strstr(r.body, text));
}

/* No file may grow any more: the server says so, keeps what it has and goes on
 * answering; with room it saves again, without having been started anew. */
static void test_no_room(void **state) {
    static Kept before;
    struct rlimit old, none = { 1 << 16, RLIM_INFINITY };
    (void)state;
    if (dialect == POSTGRES)
        return; /* its files are not this program's */
    look(&before);
    assert_int_equal(prlimit(s.pid, RLIMIT_FSIZE, NULL, &old), 0);
    none.rlim_max = old.rlim_max;
    assert_int_equal(prlimit(s.pid, RLIMIT_FSIZE, &none, NULL), 0);
    refused(&(Bad){ REPORT, "{\"text\":\"a\"}", 507, "store_failed", "", "没有保存", "nothing was saved" });
    assert_int_equal(prlimit(s.pid, RLIMIT_FSIZE, &old, NULL), 0);
    assert_kept(&before);
    assert_saved("有了空间以后");
}

/* A real file system of 12 MB that is full. */
static void test_full_disk(void **state) {
    TestServer home = s;
    char small[280], body[30000], command[700];
    (void)state;
    if (dialect == POSTGRES)
        return;
    snprintf(small, sizeof small, "%s/small", home.db.dir);
    mkdir(small, 0700);
    if (mount("tmpfs", small, "tmpfs", 0, "size=12m") != 0) {
        print_message("skipped: only root may mount a small file system\n");
        return;
    }
    snprintf(mounted, sizeof mounted, "%s", small);
    server_stop(&s);
    snprintf(s.dir, sizeof s.dir, "%s/data", small);
    snprintf(command, sizeof command, "cp -r '%s' '%s'", home.dir, s.dir);
    assert_int_equal(system(command), 0);
    server_start(&s, NULL);
    Reply r = server_get(&s, "/api/1/cases/count");
    int before = atoi(reply_value(&r, "n"));

    int n = sprintf(body, "{\"text\":\"");
    for (int i = 0; i < 9000; i++)
        n += sprintf(body + n, "漏");
    sprintf(body + n, "\"}");
    int saved = 0;
    for (; r.status == 200 && saved < 1000; saved += r.status == 200)
        r = server_post(&s, "/api/1/cases", "", body);
    assert_problem(&r, 507, "disk_full", "", "磁盘已满");
    refused(&(Bad){ REPORT, body, 507, "disk_full", "", "服务器磁盘已满，没有保存。",
                    "The server's disk is full; nothing was saved." });
    r = server_get(&s, "/readyz"); /* it still reads */
    assert_int_equal(r.status, 200);
    assert_int_equal(mount("tmpfs", small, "tmpfs", MS_REMOUNT, "size=60m"), 0);
    assert_saved("有了空间以后");
    r = server_get(&s, "/api/1/cases/count");
    assert_int_equal(atoi(reply_value(&r, "n")), before + saved + 1);
    server_stop(&s);
    Said said = server_command(&s, (const char *const[]){ "check", NULL });
    assert_said(&said, 0, "", "");
    assert_int_equal(umount(small), 0);
    mounted[0] = 0;
    s = home;
    server_start(&s, NULL);
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_json),       cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_slow),           cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_cross_site),     cmocka_unit_test(test_meant_for_another),
        cmocka_unit_test(test_wrong_password), cmocka_unit_test(test_steps),
        cmocka_unit_test(test_client_key),     cmocka_unit_test(test_texts),
        cmocka_unit_test(test_invalid_cookie), cmocka_unit_test(test_no_room),
        cmocka_unit_test(test_full_disk),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "input, SQLite" : "input, PostgreSQL", tests, start, stop);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
