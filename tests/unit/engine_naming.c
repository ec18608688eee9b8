/* naming, tried: each pattern with what it takes and what it leaves; next to an
 * oracle that looks at every stretch of letters; the time a long text takes; and
 * what it finds in real messages. */
#include "csv.h"
#include "naming.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

static Fault fa;
static char room[4 << 20];
static NamingSpan *spans;
static size_t found;

static void find(Str text) {
    Arena a = { room, 0, sizeof room };
    assert_int_equal(naming_find(text, &a, &spans, &found, &fa), OK);
}

/* ---- one by one: what is found stands between [ and ] ---- */

static const char kind_letters[] = "?PIVRMC";

/* "住[R501室]" says that 501室 is found as a room, and nothing else. */
static void expect(const char *marked) {
    char text[800], got[1000];
    size_t n = 0;
    Buf b = { got, 0, sizeof got, false, 0 };

    for (const char *p = marked; *p; p++)
        if (*p == '[')
            p++; /* and the letter of the kind */
        else if (*p != ']')
            text[n++] = *p;
    text[n] = got[0] = 0;
    find((Str){ text, n });
    int32_t at = 0;
    for (size_t i = 0; i < found; i++) {
        buf_put(&b, text + at, (size_t)(spans[i].from - at));
        buf_fmt(&b, "[%c%.*s]", kind_letters[spans[i].kind], (int)(spans[i].to - spans[i].from),
                text + spans[i].from);
        at = spans[i].to;
    }
    buf_put(&b, text + at, n - (size_t)at);
    assert_string_equal(got, marked);
}

static void expect_all(const char *const *marked, size_t n) {
    for (size_t i = 0; i < n; i++)
        expect(marked[i]);
}

static void test_phones(void **state) {
    static const char *const marked[] = {
        "请打[P13800000000]。",
        "请打[P138 0000 0000]找我",
        "[P138-0000-0000]",
        "[P138 - 0000 - 0000]",
        "[P1380000 0000]",
        "[P1 3 8 0 0 0 0 0 0 0 0]",
        "[P+86 13800000000]",
        "[P+86-138-0000-0000]",
        "[P008613800000000]",
        "[P8613800000000]",
        "[P１３８００００００００]",
        "[P１３８－００００－００００]",
        "[P一三八零零零零零零零零]",
        "[P幺三八〇〇〇〇〇〇〇〇]，没人接",
        "第一[P13800000000]一直",
        "Tel[P13800000000]",
        "[P021-64000000]",
        "[P(021)64000000]",
        "[P（021）6400-0000转8]",
        "[P021 6400 0000]",
        "[P02164000000]",
        "[P0512-6400000]",
        "[P0512-64000000-123]",
        "[P010-64000000]",
        "电话：[P64000000]",
        "电话是[P6400-0000]，",
        "座机[P6400000]",
        "[P+65 6123 4567]",
        "[P+1 410 555 0100]",
        "call [P410-555-0100] now",
        "[P(410) 555-0100]",
        "\xF0\x9F\x93\x9E[P13800000000]\xF0\x9F\x93\x9E",
        "[P13800000000]、[P13900000000]",
        "手机号码为[P13800000000]",
        "[P零二一 六四零零零零零零]",
    };
    static const char *const left[] = {
        "工单编号13800000000",
        "单号：13800000000",
        "Ticket No. 13800000000",
        "20240501138000000001",
        "12345",
        "拨打12345热线",
        "110、119、120",
        "2024-05-01 10:30",
        "20240501",
        "64000000",
        "200000",
        "共13800000000元",
        "3.13800000000",
        "12800000000",
        "400-820-8820",
        "800-820-8820",
        "4008208820",
        "0512-1234567",
        "1500、2000、3000元",
        "A13800000000",
        "13800000000A",
        "1380000000",
        "138000000000",
        "2008-2012",
        "10-20-30",
        "三百九十六弄",
        "一二三四五六七八九十",
        "邮编200120",
        "96弄12号",
        "0.13800000000",
    };
    (void)state;
    expect_all(marked, COUNT(marked));
    expect_all(left, COUNT(left));
}

static void test_identity_cards(void **state) {
    static const char *const marked[] = {
        "[I11010519491231002X]",
        "[I11010519491231002x]",
        "[I110105 19491231 002X]",
        "[I110105194912310021]",
        "[I１１０１０５１９４９１２３１００２Ｘ]",
        "证[I110105491231002]。",
        "身份证：[I110105194912310029]",
        "身份证号[I123456789012345678]",
    };
    static const char *const left[] = {
        "110105194912310029",  "11010519491331002X",    "99010519491231002X",     "110105190002300021",
        "310101001001001",     "310101111111111111111", "单号11010519491231002X", "A11010519491231002X",
        "11010519491231002XY", "202405010000123",       "110105490231002",
    };
    (void)state;
    /* the one with a digit at its end, made to check */
    expect("[I11010519491231002X]");
    expect_all(marked, 3);
    expect_all(marked + 4, COUNT(marked) - 4);
    expect_all(left, COUNT(left));
}

static void test_plates(void **state) {
    static const char *const marked[] = {
        "车牌[V沪A12345]乱停",
        "[V沪A·12345]",
        "[V沪 A 12345]",
        "[V沪ａ１２３４５]",
        "[V沪AD12345]",
        "[V沪A·D12345]",
        "[V粤B12345D]",
        "[V京A1234学]",
        "[V皖A1B2C3]",
        "[V沪A-12345]，",
        "\xF0\x9F\x9A\x97[V苏E12345]\xF0\x9F\x9A\x97",
        "[V沪C1234挂]",
    };
    static const char *const left[] = {
        "沪A1234", "沪A1234567", "沪AABCDE", "沪12345", "新ABCDE5", "A12345", "沪A12345Z9", "京沪高铁G12345",
    };
    (void)state;
    expect_all(marked, COUNT(marked));
    expect_all(left, COUNT(left));
}

static void test_rooms(void **state) {
    static const char *const marked[] = {
        "12号楼3单元[R501室]漏水",
        "[R501室]",
        "88弄12号[R501室]",
        "[R1203A室]",
        "[R五〇一室]",
        "[R三百零一室]",
        "[R５０１室]",
        "[R501房]漏水",
        "[R501房间]",
        "3-2-[R501]",
        "住3-2-[R501]，",
        "12号楼[R502]",
        "12号[R502]，没人管",
        "3单元[R502]的",
        "３栋[R1502]",
        "[RRoom 501]",
        "[Rroom 501A]",
        "[RRM501]",
        "[RApt 4B]",
        "[Rapt. #12]",
        "[R#12-05]",
        "[RUnit 12-05]",
        "[RFlat 12]",
        "A座[R1203]",
        "12号 [R501]",
        "31栋[R2407号]",
        "9栋[R1819号房]及",
        "八栋一单元[R301号]",
        "12幢[R501]",
    };
    static const char *const left[] = {
        "88弄12号",   "12号楼",      "3单元",    "三室一厅",   "12室2厅",      "两室",      "地下室",
        "302病房",    "办公室",      "12号20点", "5月12号301", "12号2024年",   "12号301路", "12号501号",
        "3栋101号楼", "3号楼1001人", "501号",    "5-12-2024",  "2024-05-01",   "3-2-50100", "1-2-3-501",
        "60-80",      "30房屋",      "301房屋",  "unit 12",    "mushroom 501", "room 5",    "# 5",
        "issue #12",  "G1501",       "21楼",     "999号",      "1201会议室",   "12号125元",
    };
    (void)state;
    expect_all(marked, COUNT(marked));
    expect_all(left, COUNT(left));
}

static void test_mail_and_chats(void **state) {
    static const char *const marked[] = {
        "[Mzhangsan@example.com]",
        "写信到[Mzhang.san+1@mail.example.com].",
        "[M13800000000@example.com]",
        "[Ｍ]",
        "微信：[Czhangsan]",
        "微信号[Czhang_san3]",
        "加vx [Cabc12345]",
        "WeChat: [Czhangsan]",
        "微信[P13800000000]",
        "QQ：[C1234567]",
        "QQ号 [C123456]",
    };
    static const char *const left[] = {
        "a@b", "zhang@", "@example.com", "微信小程序", "微信payment", "WeChat payments", "QQ群", "QQ 123",
    };
    (void)state;
    expect_all(marked, 3);
    expect_all(marked + 4, COUNT(marked) - 4);
    expect_all(left, COUNT(left));
}

static void test_several(void **state) {
    (void)state;
    expect("张三[P13800000000]，[V沪A12345]，住88弄12号楼[R501室]，身份证[I11010519491231002X]，[Mzs@example."
           "com]");
    expect("");
    find((Str){ "\xFF\xF0\x9F"
                "13800000000\x80",
                15 });
    assert_int_equal(found, 1);
    assert_int_equal(spans[0].from, 3);
    assert_int_equal(spans[0].to, 14);
    assert_string_equal(naming_mark(NAMING_PHONE).p, "〔电话〕");
}

/* What was replaced by its mark is not found again. */
static void test_marks_name_nobody(void **state) {
    (void)state;
    for (int32_t k = 1; k <= NAMING_KINDS; k++) {
        find(naming_mark((Naming)k));
        assert_int_equal(found, 0);
    }
    expect("打〔电话〕，12号楼〔房号〕，〔车牌〕");
}

/* ---- beside an oracle ---- */

static uint64_t seed = 2026;
static uint32_t draw(uint32_t n) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % n;
}

/* A mobile number, of every stretch of a text of one-byte letters: the definition,
 * without a thought for time. No + and no 86, no letters. */
static bool oracle_mobile(const char *s, size_t n, size_t i, size_t j) {
    char digits[12];
    size_t k = 0, first = 0, group = 0, groups = 1;

    if ((i && s[i - 1] >= '0' && s[i - 1] <= '9') || (j < n && s[j] >= '0' && s[j] <= '9') || s[i] < '0' ||
        s[j - 1] < '0')
        return false;
    for (size_t p = i, marks = 0; p < j; p++) {
        if (s[p] >= '0' && s[p] <= '9') {
            if (k == 11)
                return false;
            if (marks)
                groups++;
            digits[k++] = s[p];
            first += groups == 1;
            group++;
            marks = 0;
        } else if (++marks > 3 || s[p] == 'x')
            return false;
    }
    if (k != 11 || digits[0] != '1' || digits[1] < '3')
        return false;
    return groups == 1 || groups == 11 || first == 3 || (groups == 2 && first == 7);
}

/* ddd-ddd-dddd, the first two groups beginning with 2 or more; no 0, so no 800. */
static bool oracle_american(const char *s, size_t n, size_t i, size_t j) {
    size_t groups[4] = { 0 }, g = 0;

    if ((i && s[i - 1] >= '0' && s[i - 1] <= '9') || (j < n && s[j] >= '0' && s[j] <= '9') || s[i] < '2')
        return false;
    for (size_t p = i, marks = 0; p < j; p++) {
        if (s[p] >= '0' && s[p] <= '9') {
            if (marks && ++g > 2)
                return false;
            if (marks && g == 1 && s[p] < '2')
                return false;
            groups[g]++;
            marks = 0;
        } else if (++marks > 3 || s[p] == 'x')
            return false;
    }
    return groups[0] == 3 && groups[1] == 3 && groups[2] == 4 && s[j - 1] >= '0' &&
           !(s[i] == '8' && s[i + 1] == s[i + 2]);
}

static void test_mobile_beside_the_oracle(void **state) {
    (void)state;
    for (int round = 0; round < 20000; round++) {
        char s[48];
        size_t n = 11 + draw(30), at = 0, want = 0;
        for (size_t i = 0; i < n; i++) /* no 0, so no fixed line; mostly digits */
            s[i] = "1113385957333 -x"[draw(16)];
        find((Str){ s, n });
        bool other = false; /* a card of fifteen digits, the room of 51-3-3139 */
        for (size_t i = 0; i < found; i++)
            other |= spans[i].kind != NAMING_PHONE;
        if (other)
            continue;
        for (size_t i = 0; i < n; i++)
            for (size_t j = i + 11; j <= n; j++)
                if (i >= at && (oracle_mobile(s, n, i, j) || oracle_american(s, n, i, j)) &&
                    !(j < n && s[j] == 'x') && !(i && s[i - 1] == 'x')) {
                    if (want >= found || spans[want].from != (int32_t)i || spans[want].to != (int32_t)j)
                        fail_msg("\"%.*s\": the oracle says %zu to %zu", (int)n, s, i, j);
                    want++;
                    at = j;
                }
        if (want != found)
            fail_msg("\"%.*s\": %zu found, the oracle says %zu", (int)n, s, found, want);
    }
}

/* Every number of eighteen digits that checks, and none of the seventeen beside it. */
static void test_check_digits_beside_the_oracle(void **state) {
    (void)state;
    for (int round = 0; round < 500; round++) {
        char s[19];
        int sum = 0, hits = 0;
        snprintf(s, sizeof s, "3101%02u%04u%02u%02u%03u", 1 + draw(20), 1930 + draw(90), 1 + draw(12),
                 1 + draw(28), draw(1000));
        for (int i = 0, weight = 1 << 17; i < 17; i++, weight >>= 1)
            sum += (s[i] - '0') * (weight % 11); /* the weights are powers of two, modulo 11 */
        for (int last = 0; last <= 10; last++) {
            s[17] = (char)(last == 10 ? 'X' : '0' + last);
            find((Str){ s, 18 });
            bool checks = (sum + last) % 11 == 1;
            assert_int_equal(found, checks);
            hits += found > 0;
        }
        assert_int_equal(hits, 1);
    }
}

/* ---- long texts ---- */

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* 10,000 characters of the kinds that begin a pattern at every place. Twice the text,
 * not more than some four times the work; and a second is far too much for it. */
static void test_long_texts(void **state) {
    static const char *const of[] = { "1",     "1 ",  "一",   "沪A", "a",
                                      "微信:", "0-",  "电话", "(",   "\xF0\x9F\x9A\x97",
                                      "3-2-",  "号5", "+8 6" };
    static char text[42000];
    (void)state;
    for (size_t k = 0; k < COUNT(of); k++) {
        size_t n = 0, length = strlen(of[k]);
        int32_t letters = utf8_count(of[k], length);
        for (int32_t i = 0; i + letters <= 10000; i += letters) {
            memcpy(text + n, of[k], length);
            n += length;
        }
        double before = seconds();
        find((Str){ text, n });
        assert_true(seconds() - before < 1);
    }
}

static void test_too_little_room(void **state) {
    static char text[2000];
    NamingSpan *kept = NULL;
    size_t n = 77;
    Arena a = { room, 0, 4096 };
    (void)state;
    memset(text, '1', sizeof text);
    assert_int_equal(naming_find((Str){ text, sizeof text }, &a, &kept, &n, &fa), ERR_LIMIT);
    assert_null(kept);
    assert_int_equal(n, 77);
}

/* ---- real messages, where they are there ---- */

static const struct {
    const char *file, *column;
} files[] = { { "hotline/teddy_labelled_messages.csv", "留言详情" },
              { "hotline/teddy_messages_replies.csv", "留言详情" },
              { "hotline/teddy_messages_votes.csv", "留言详情" } };
static size_t per_kind[NAMING_KINDS + 1], messages;

static void show(Str text, const NamingSpan *s) {
    int32_t from = s->from > 30 ? s->from - 30 : 0,
            to = s->to + 30 < (int32_t)text.n ? s->to + 30 : (int32_t)text.n;
    while (from < s->from && (text.p[from] & 0xC0) == 0x80)
        from++;
    while (to < (int32_t)text.n && (text.p[to] & 0xC0) == 0x80)
        to++;
    printf("    %c %.*s[%.*s]%.*s\n", kind_letters[s->kind], (int)(s->from - from), text.p + from,
           (int)(s->to - s->from), text.p + s->from, (int)(to - s->to), text.p + s->to);
}

static void count_in(Str text) {
    find(text);
    messages++;
    for (size_t i = 0; i < found; i++) {
        per_kind[spans[i].kind]++;
        if (getenv("JW_SHOW"))
            show(text, &spans[i]);
    }
}

static Err from_file(void *ctx, char *p, size_t n, size_t *ret_n, Fault *f) {
    (void)f;
    *ret_n = fread(p, 1, n, ctx);
    return OK;
}

static bool each_message(const char *name, const char *column) {
    char path[600];
    Csv *c;
    int32_t at[1];
    bool more = true;

    snprintf(path, sizeof path, "%s/../shared/data/%s", getenv("JW_SOURCE"), name);
    FILE *in = fopen(path, "rbe");
    if (!in)
        return false;
    assert_int_equal(csv_open(from_file, in, (CsvLimits){ 0 }, &c, &fa), OK);
    assert_int_equal(csv_header(c, &column, NULL, 1, at, &fa), OK);
    while (!csv_is_broken(c) && more)
        if (csv_next(c, &more, &fa) == OK && more)
            count_in(csv_field(c, at[0]));
    csv_close(c);
    fclose(in);
    return true;
}

static void test_real_messages(void **state) {
    bool there = false;
    (void)state;
    for (size_t i = 0; i < COUNT(files); i++)
        there |= each_message(files[i].file, files[i].column);
    if (!there) {
        printf("no ../shared/data/hotline: real messages are left out\n");
        skip();
    }
    printf("%zu messages: %zu phones, %zu identity cards, %zu plates, %zu rooms, %zu mail, %zu chat\n",
           messages, per_kind[1], per_kind[2], per_kind[3], per_kind[4], per_kind[5], per_kind[6]);
}

/* One number, however it is written; and others. */
static void test_within(void **state) {
    static const struct {
        const char *piece, *words;
        bool is;
    } tried[] = {
        { "138 0000 0000", "张三 13800000000", true },
        { "一三八〇〇〇〇〇〇〇〇", "+86-138-0000-0000", true },
        { "１３８００００００００", "13800000000", true },
        { "021-64000001转801", "64000001", true },
        { "64000001", "(021) 6400 0001", true },
        { "wy@example.com", "WY＠Example.com", true },
        { "zhangsan1", "微信 ZhangSan1", true },
        { "021-64000001", "13800000000或64000001", true },
        { "021-64000001", "138 0000 0000 64000001", true },
        { "64000001", "64000001-801", true },
        { "64000002", "64000001", false },
        { "13800000001", "13800000000", false },
        { "64000001", "", false },
        { "wy@example.com", "13800000000", false },
        { "640000", "641000", false },
    };
    bool is;
    (void)state;
    for (size_t i = 0; i < sizeof tried / sizeof tried[0]; i++) {
        Arena a = { room, 0, sizeof room };
        assert_int_equal(naming_within(str(tried[i].piece), str(tried[i].words), &a, &is, &fa), OK);
        if (is != tried[i].is)
            fail_msg("%s in %s: %d", tried[i].piece, tried[i].words, is);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_within),
        cmocka_unit_test(test_phones),
        cmocka_unit_test(test_identity_cards),
        cmocka_unit_test(test_plates),
        cmocka_unit_test(test_rooms),
        cmocka_unit_test(test_mail_and_chats),
        cmocka_unit_test(test_several),
        cmocka_unit_test(test_marks_name_nobody),
        cmocka_unit_test(test_mobile_beside_the_oracle),
        cmocka_unit_test(test_check_digits_beside_the_oracle),
        cmocka_unit_test(test_long_texts),
        cmocka_unit_test(test_too_little_room),
        cmocka_unit_test(test_real_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
