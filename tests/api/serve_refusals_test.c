/* serve_refusals_test – each thing that may go wrong in the loop, against the running program
 * on both stores: the sentence in both languages, to the letter, and nothing lost. */
#include "server.h"

static TestServer s;
static Dialect dialect;
static char png[8192];
static size_t png_n;

static int make(void **state) {
    static const char *const flags[] = { "--test-clock", "on", NULL };
    (void)state;
    server_make(dialect, &s);
    server_start(&s, flags);
    return 0;
}

static int drop(void **state) {
    (void)state;
    server_drop(&s);
    return 0;
}

/* ---- what is said ---- */

static void exactly(const Reply *r, int status, const char *code, const char *sentence) {
    char detail[600], key[80];

    snprintf(detail, sizeof detail, "\"detail\":\"%s\"", sentence);
    snprintf(key, sizeof key, "\"code\":\"%s\"", code);
    if (r->status != status || !strstr(r->body, detail) || !strstr(r->body, key))
        fail_msg("not %d %s “%s” but %d %s", status, code, sentence, r->status, r->body);
}

/* The same refused twice, in either language. */
static void refused(const char *path, const char *body, int status, const char *code, const char *zh,
                    const char *en) {
    Reply r = server_post(&s, path, "Accept-Language: zh-CN\r\n", body);
    exactly(&r, status, code, zh);
    r = server_post(&s, path, "Accept-Language: en\r\n", body);
    exactly(&r, status, code, en);
}

static int64_t number(const char *sql) { return strtoll(testdb_ask(&s.db, sql), NULL, 10); }

static void clock_at(const char *how) {
    char path[100];
    snprintf(path, sizeof path, "/test/clock?%s", how);
    Reply r = server_ask(&s, "POST", path, "", NULL);
    assert_int_equal(r.status, 200);
}

/* ---- tables ---- */

static void import_refused(const char *what, const char *table, const char *zh, const char *en) {
    char path[400], said_zh[700], said_en[700];
    const char *const words[] = { "import", what, path, NULL };
    int64_t days = number("SELECT count(*) FROM calendar_day"),
            conditions = number("SELECT count(*) FROM condition");

    snprintf(path, sizeof path, "%s/table.csv", s.db.dir);
    FILE *to = fopen(path, "wb");
    assert_non_null(to);
    fputs(table, to);
    assert_int_equal(fclose(to), 0);
    Said said = server_command(&s, words);
    snprintf(said_zh, sizeof said_zh, "%s\n", zh);
    snprintf(said_en, sizeof said_en, "%s\n", en);
    if (said.status == 0 || !strstr(said.err, said_zh) || !strstr(said.err, said_en))
        fail_msg("not “%s” “%s” but %d: %s", zh, en, said.status, said.err);
    assert_int_equal(number("SELECT count(*) FROM calendar_day"), days);
    assert_int_equal(number("SELECT count(*) FROM condition"), conditions);
}

static void test_calendar_with_a_hole(void **state) {
    (void)state;
    import_refused(
        "calendar", "day,kind,name\n2029-01-01,rest,元旦\n",
        "日历缺少 2027 年：没有该年的节假日，而“节假日公布至”为 2029-12-31。请补上该年，或改正公布日期。",
        "The calendar has a hole: it has no holidays of 2027, yet is published until 2029-12-31. Add that "
        "year, or correct the date.");
}

#define HEAD "code,category,zh,en,finish_limit,finish_clock\n206,,道路,Roads,,\n"

static void test_limit_of_zero_or_a_century(void **state) {
    (void)state;
    import_refused(
        "catalogue", HEAD "206-1,206,井盖,Cover,0,work_hour\n",
        "第 2 行的“办结时限”列：“办结时限”（finish_limit）要是整数，范围 1 到 100000。",
        "Row 2, column \"finish_limit\": “Finish within” (finish_limit) must be a whole number from 1 to "
        "100000.");
    import_refused(
        "catalogue", HEAD "206-1,206,井盖,Cover,36526,calendar_day\n",
        "第 2 行的“办结时限”列：时限 36526 自然日超过一百年：请核对数字和计时单位。",
        "Row 2, column \"finish_limit\": A limit of 36526 (calendar days) is longer than a century: check "
        "the number and its clock.");
}

/* ---- a case ---- */

static char id[32];

static void report(void) {
    char path[80];
    Reply r = server_ask(&s, "POST", "/api/1/cases", "",
                         "{\"text\":\"井盖破了\",\"lon\":121.4790619,\"lat\":31.229047}");
    assert_int_equal(r.status, 200);
    snprintf(path, sizeof path, "/api/1/codes/%s", reply_value(&r, "code"));
    server_sign_in(&s, "dispatch");
    r = server_get(&s, path);
    assert_int_equal(r.status, 200);
    snprintf(id, sizeof id, "%s", reply_value(&r, "id"));
}

static const char *steps(void) {
    static char path[80];
    snprintf(path, sizeof path, "/api/1/cases/%s/steps", id);
    return path;
}

static int64_t revision(void) {
    char sql[100];
    snprintf(sql, sizeof sql, "SELECT revision FROM cases WHERE id = %s", id);
    return number(sql);
}

/* What stands in a new catalogue no more: the cases under it keep it, nobody files a new one. */
static void test_condition_in_use_taken_out(void **state) {
    const char *const again[] = { "import", "catalogue", NULL, NULL };
    char body[200], path[400], condition[32], filed[32];
    const char *words[4];
    (void)state;
    report();
    Reply r = server_get(&s, "/api/1/conditions?code=206-04");
    snprintf(condition, sizeof condition, "%s", reply_value(&r, "id"));
    r = server_post(&s, steps(), "", "{\"act\":\"accept\",\"revision\":1}");
    snprintf(body, sizeof body, "{\"act\":\"file\",\"revision\":2,\"condition\":\"%s\"}", condition);
    r = server_post(&s, steps(), "", body);
    assert_int_equal(r.status, 200);
    snprintf(filed, sizeof filed, "%s", id);
    report();
    r = server_post(&s, steps(), "", "{\"act\":\"accept\",\"revision\":1}");
    assert_int_equal(r.status, 200);
    memcpy(words, again, sizeof words);
    snprintf(path, sizeof path, "%s/table.csv", s.db.dir);
    FILE *to = fopen(path, "wb");
    assert_non_null(to);
    fputs(HEAD "206-1,206,井盖,Cover,4,work_hour\n", to);
    assert_int_equal(fclose(to), 0);
    words[2] = path;
    Said said = server_command(&s, words);
    assert_int_equal(said.status, 0);
    refused(steps(), body, 422, "condition_retired", "这个立案条件已停用。",
            "This filing condition is no longer in use.");
    assert_int_equal(revision(), 2);
    snprintf(path, sizeof path, "/api/1/cases/%s", filed);
    r = server_get(&s, path);
    assert_string_equal(reply_value(&r, "condition"), condition);
}

/* In one second: one of the two is told, in his language, and writes over nothing. */
static void test_two_in_one_second(void **state) {
    char first[200];
    (void)state;
    clock_at("at=1796086800000");
    report();
    snprintf(first, sizeof first, "%s", s.cookie);
    server_sign_in(&s, "lead");
    Reply r = server_post(&s, steps(), "", "{\"act\":\"reject\",\"note\":\"重复\",\"revision\":1}");
    assert_int_equal(r.status, 200);
    snprintf(s.cookie, sizeof s.cookie, "%s", first);
    refused(steps(), "{\"act\":\"accept\",\"revision\":1}", 409, "case_changed",
            "这个案件刚被别人办过，请刷新后再决定。",
            "Somebody has just worked on this case: reload it and decide again.");
    assert_int_equal(revision(), 2);
    assert_int_equal(number("SELECT count(DISTINCT at_ms) FROM case_event WHERE at_ms >= 1796086800000"), 1);
}

/* Nothing is refused: the step is taken, its deadline counts from what the clock says, and
 * the case says so. */
static void test_clock_set_back(void **state) {
    char path[80];
    (void)state;
    clock_at("at=1796086800000"); /* 2026-12-01 09:00 */
    report();
    clock_at("at=1795914000000"); /* 2026-11-29 09:00, a Sunday */
    Reply r = server_post(&s, steps(), "", "{\"act\":\"accept\",\"revision\":1}");
    assert_int_equal(r.status, 200);
    snprintf(path, sizeof path, "/api/1/cases/%s/view", id);
    r = server_get(&s, path);
    assert_string_equal(
        reply_value(&r, "clock_zh"),
        "30 工作分钟，11月29日 09:00 起，11月30日 08:00 起计，跨周末 1 天，11月30日 08:30 到期");
    assert_string_equal(
        reply_value(&r, "clock_en"),
        "30 work minutes from 29 Nov 09:00, counted from 30 Nov 08:00, across 1 weekend day, due 30 Nov 08:30");
    assert_int_equal(revision(), 2);
}

/* Between reading the case and taking the step. */
static void test_post_taken_away(void **state) {
    char own[200], sql[200], path[80];
    (void)state;
    report();
    snprintf(own, sizeof own, "%s", s.cookie);
    server_sign_in(&s, "security");
    snprintf(sql, sizeof sql,
             "SELECT p.id FROM post p JOIN account a ON a.id = p.account WHERE a.login = 'dispatch'");
    snprintf(path, sizeof path, "/api/1/posts/%lld/end", (long long)number(sql));
    Reply r = server_post(&s, path, "", "{}");
    assert_int_equal(r.status, 200);
    snprintf(s.cookie, sizeof s.cookie, "%s", own);
    refused(steps(), "{\"act\":\"accept\",\"revision\":1}", 401, "signed_out", "请先登录。", "Please sign in.");
    assert_int_equal(revision(), 1);
}

/* ---- a photo that is none ---- */

static void photo_refused(const char *p, size_t n, int status, const char *code, const char *zh,
                          const char *en) {
    static const char *const languages[] = { "zh-CN", "en" };

    for (int i = 0; i < 2; i++) {
        char head[300];
        int fd = wire_connect(s.port);
        snprintf(head, sizeof head,
                 "POST /api/1/photos HTTP/1.1\r\nHost: h\r\nX-Jingwei: 1\r\nAccept-Language: %s\r\n"
                 "Content-Length: %zu\r\n\r\n",
                 languages[i], n);
        wire_send(fd, head);
        assert_true(wire_try_send(fd, p, n));
        Reply r = wire_reply(fd);
        close(fd);
        exactly(&r, status, code, i ? en : zh);
    }
    assert_int_equal(number("SELECT count(*) FROM photo"), 0);
}

static uint32_t crc(const uint8_t *p, size_t n) {
    uint32_t c = ~0u;
    for (size_t i = 0; i < n; i++) {
        c ^= p[i];
        for (int k = 0; k < 8; k++)
            c = c >> 1 ^ (c & 1 ? 0xEDB88320u : 0);
    }
    return ~c;
}

static void read_png(void) {
    static const uint8_t size[8] = { 0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30 }; /* 30,000 × 30,000 */
    char path[400];
    snprintf(path, sizeof path, "%s/tests/fuzz/corpus/photo/a.png", getenv("JW_SOURCE"));
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    png_n = fread(png, 1, sizeof png, in);
    fclose(in);
    memcpy(png + 16, size, sizeof size);
    uint32_t sum = crc((const uint8_t *)png + 12, 17);
    for (int i = 0; i < 4; i++)
        png[29 + i] = (char)(sum >> (24 - 8 * i));
}

static void test_photo_that_is_none(void **state) {
    (void)state;
    photo_refused("PK\x03\x04 and more", 13, 422, "photo_kind",
                  "这是压缩包或办公文档；照片只收 JPEG、PNG 和 WebP。",
                  "This is a zip archive or an office document; a photo is JPEG, PNG or WebP.");
    photo_refused("hello", 5, 422, "photo_kind", "这不是照片；只收 JPEG、PNG 和 WebP。",
                  "This is not a photo: JPEG, PNG or WebP is.");
    photo_refused(png, png_n, 413, "photo_too_large",
                  "照片有 30000 × 30000 像素，太大了：这种照片最多 64 百万像素，每边最多 16383。",
                  "The photo has 30000 × 30000 pixels, which is too many: at most 64 million in one of this "
                  "kind, and 16383 a side.");
}

/* ---- a text that is none ---- */

static void test_control_characters(void **state) {
    (void)state;
    refused("/api/1/cases", "{\"text\":\"井盖\\u0007破了\"}", 422, "text_control",
            "“内容”（text）含有控制字符。", "“What” (text) contains control characters.");
    refused("/api/1/cases", "{\"text\":\"井盖\\u202e破了\"}", 422, "text_direction",
            "“内容”（text）含有看不见的改变文字方向的字符，请删去后重新输入。",
            "“What” (text) contains invisible characters that turn the direction of the text; type it again "
            "without.");
    refused(
        "/api/1/cases", "{\"text\":\"井盖破了\",\"spot\":\"门口\\u2066\"}", 422, "text_direction",
        "“地点描述”（spot）含有看不见的改变文字方向的字符，请删去后重新输入。",
        "“Where, in words” (spot) contains invisible characters that turn the direction of the text; type it "
        "again without.");
    assert_int_equal(number("SELECT count(*) FROM cases WHERE text LIKE '井盖%破了'"), 0);
}

static int run_on(Dialect d) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, drop)
    static const struct CMUnitTest tests[] = {
        TEST(test_calendar_with_a_hole),
        TEST(test_limit_of_zero_or_a_century),
        TEST(test_condition_in_use_taken_out),
        TEST(test_two_in_one_second),
        TEST(test_clock_set_back),
        TEST(test_post_taken_away),
        TEST(test_photo_that_is_none),
        TEST(test_control_characters),
    };
    dialect = d;
    return testdb_has(d) ? cmocka_run_group_tests_name(
                               d == SQLITE ? "refusals on SQLite" : "refusals on PostgreSQL", tests, NULL, NULL)
                         : 0;
}

int main(void) {
    read_png();
    return run_on(SQLITE) + run_on(POSTGRES);
}
