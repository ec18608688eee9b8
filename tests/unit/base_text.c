/* Text, buffers, arenas and faults: what everything else stands on. Then every function
 * of base that allocates, with each of its allocations failing in turn. */
#include "clock.h"
#include "csv.h"
#include "seal.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static Fault f;

/* The same by the book: decode, and check range, length and surrogates. */
static bool slow_valid(const unsigned char *p, size_t n, size_t *ret_at) {
    for (size_t i = 0; i < n;) {
        size_t more = p[i] < 0x80 ? 0 : p[i] >> 5 == 6 ? 1 : p[i] >> 4 == 14 ? 2 : p[i] >> 3 == 30 ? 3 : 9;
        uint32_t c = more == 9 ? 0 : p[i] & (more ? 0x3Fu >> more : 0x7Fu);
        bool good = more != 9 && i + more < n;
        for (size_t k = 1; good && k <= more; k++) {
            good = p[i + k] >> 6 == 2;
            c = c << 6 | (p[i + k] & 0x3F);
        }
        static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
        if (!good || c < least[more] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
            *ret_at = i;
            return false;
        }
        i += more + 1;
    }
    return true;
}

static void utf8_by_the_book(void **unused) {
    uint64_t seed = 3;
    unsigned char p[12];

    (void)unused;
    for (int n = 0; n < 400000; n++) {
        size_t len = (size_t)(n % 12), at = 99, slow_at = 99;
        for (size_t i = 0; i < len; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            p[i] =
                (unsigned char)"\x80\x8F\x90\x9F\xA0\xBF\xC0\xC1\xC2\xDF\xE0\xED\xEF\xF0\xF4\xF5"[seed >> 60];
            if (seed >> 58 & 1)
                p[i] = (unsigned char)(seed >> 32);
        }
        assert_int_equal(utf8_valid((char *)p, len, &at), slow_valid(p, len, &slow_at));
        assert_int_equal(at, slow_at);
    }
    assert_int_equal(utf8_count("微网格🏮a", 14), 5);
}

static void buffers(void **unused) {
    char room[8];
    Buf b = { room, 0, sizeof room, false, 0 };

    (void)unused;
    room[0] = 0;
    buf_str(&b, "1234567");
    assert_false(b.full);
    buf_char(&b, '8'); /* the NUL needs its place */
    assert_true(b.full);
    assert_string_equal(room, "1234567");
    b = (Buf){ room, 0, sizeof room, false, 0 };
    buf_int(&b, -123456);
    assert_string_equal(room, "-123456");
    buf_fmt(&b, "%d", 1);
    assert_true(b.full);
    assert_string_equal(room, "-123456");

    assert_int_equal(buf_begin(&b, 2, 1000, &f), OK);
    for (int i = 0; i < 999; i++)
        buf_char(&b, 'x');
    assert_false(b.full);
    buf_char(&b, 'x');
    assert_true(b.full);
    assert_int_equal(strlen(b.p), 999);
    buf_end(&b);
}

static void degrees_and_numbers(void **unused) {
    static const struct {
        int32_t e7;
        const char *want;
    } t[] = { { 0, "0.0" },       { 1214737000, "121.4737" },   { -767000000, "-76.7" },
              { 1, "0.0000001" }, { -1, "-0.0000001" },         { 1800000000, "180.0" },
              { 10, "0.000001" }, { INT32_MIN, "-214.7483648" } };
    char room[64];

    (void)unused;
    for (size_t i = 0; i < COUNT(t); i++) {
        Buf b = { room, 0, sizeof room, false, 0 };
        buf_degree(&b, t[i].e7);
        assert_string_equal(room, t[i].want);
    }
    Buf b = { room, 0, sizeof room, false, 0 };
    buf_int(&b, INT64_MIN);
    assert_string_equal(room, "-9223372036854775808");
    char want[32];
    for (int64_t i = 1; i < INT64_MAX / 10; i *= 10) /* both sides of every length */
        for (int64_t j = i - 12; j <= i + 112; j++) {
            b = (Buf){ room, 0, sizeof room, false, 0 };
            buf_int(&b, j);
            snprintf(want, sizeof want, "%lld", (long long)j);
            assert_string_equal(room, want);
        }
}

static void json_texts_come_back(void **unused) {
    char room[2048];

    (void)unused;
    for (int c = 1; c < 0x80; c++) {
        char z[] = { 'a', (char)c, 'b', (char)c, 0 };
        Buf b = { room, 0, sizeof room, false, 0 };
        buf_char(&b, '[');
        buf_json(&b, str(z));
        buf_char(&b, ']');
        json_t *j = json_loads(room, 0, NULL);
        assert_non_null(j);
        assert_string_equal(json_string_value(json_array_get(j, 0)), z);
        json_decref(j);
    }
    Buf b = { room, 0, sizeof room, false, 0 };
    buf_json(&b, (Str){ "a\0b🏮", 7 });
    assert_string_equal(room, "\"a\\u0000b🏮\"");
}

static void arenas(void **unused) {
    Arena a;
    Str copy;

    (void)unused;
    assert_int_equal(arena_begin(&a, 64, &f), OK);
    char *p = arena_take(&a, 1), *q = arena_take(&a, 17);
    assert_int_equal(q - p, 16);
    assert_int_equal((uintptr_t)p % 16, 0);
    assert_int_equal(q[16], 0);
    assert_null(arena_take(&a, 17));
    assert_null(arena_take(&a, SIZE_MAX));
    assert_int_equal(str_copy(&a, str("0123456789abcdef"), &copy, &f), ERR_LIMIT);
    assert_int_equal(str_copy(&a, str("0123456789abcde"), &copy, &f), OK);
    assert_string_equal(copy.p, "0123456789abcde");
    assert_null(arena_take(&a, 1));
    arena_end(&a);
    assert_null(a.base);
}

/* Whatever is quoted, a sentence is one line of UTF-8. */
static void sentences_are_text(void **unused) {
    char large[900];
    size_t at;

    (void)unused;
    assert_int_equal(fault(&f, ERR_INVALID, "k", "field", "错%s", "wrong %s", "\xFF\n\x1b[31m"), ERR_INVALID);
    assert_string_equal(f.en, "wrong ?  [31m");
    assert_string_equal(f.zh, "错?  [31m");
    for (size_t shift = 0; shift < 4; shift++) {
        memset(large, 'a', shift);
        for (size_t i = shift; i + 4 < sizeof large; i += 4)
            memcpy(large + i, "🏮", 5);
        fault(&f, ERR_INVALID, "k", large, "%s", "%s", large);
        assert_true(utf8_valid(f.zh, strlen(f.zh), &at) && utf8_valid(f.field, strlen(f.field), &at));
        assert_true(strlen(f.zh) > sizeof f.zh - 5 && !strchr(f.zh, '?') && !strchr(f.field, '?'));
    }
    for (int e = 0; e < ERR_COUNT; e++) {
        assert_non_null(err_name((Err)e));
        assert_true(err_http_status((Err)e) >= 200 && err_exit_code((Err)e) <= 1);
    }
}

/* ---- every allocation fails once ---- */

static Err open_zone(void) {
    Zone *z = NULL;
    Err e = zone_open("America/New_York", &z, &f);
    if (e == OK)
        zone_close(z);
    else
        assert_null(z);
    return e;
}

static Err read_table(void) {
    static const char *const names[] = { "a", "b" };
    static char table[20000];
    CsvMemory m = { { table, sizeof table } };
    int32_t at[2];
    bool more = true;
    Csv *c = NULL;

    memset(table, 'x', sizeof table);
    memcpy(table, "a,b\n1,2\ny,", 10); /* then a row that makes the buffer grow */
    Err e = csv_open(csv_from_memory, &m, (CsvLimits){ 0 }, &c, &f);
    if (e != OK) {
        assert_null(c);
        return e;
    }
    e = csv_header(c, names, NULL, 2, at, &f);
    while (e == OK && more)
        e = csv_next(c, &more, &f);
    csv_close(c);
    return e;
}

static Err use_keys(void) {
    KeyRing *r = NULL;
    Arena a = { 0 };
    Str sealed;
    int32_t id;
    char hash[PASSWORD_HASH];
    Err e = keyring_new(&r, &f);

    if (e == OK)
        e = keyring_grow(r, &id, &f);
    if (e == OK)
        e = arena_begin(&a, 4096, &f);
    if (e == OK)
        e = seal_text(r, str("x"), str("y"), &a, &sealed, &id, &f);
    if (e == OK)
        e = password_hash(str("pass"), hash, &f);
    if (e == OK)
        e = password_verify(hash, str("pass"), &f);
    arena_end(&a);
    keyring_free(r);
    return e;
}

static void without_memory(void **unused) {
    Err (*const work[])(void) = { open_zone, read_table, use_keys };

    (void)unused;
    mem_watched = true;
    for (size_t i = 0; i < COUNT(work); i++) {
        mem_calls = mem_fail_from = mem_fail_to = 0;
        assert_int_equal(work[i](), OK);
        long calls = mem_calls;
        assert_true(calls > 1 && calls < 100);
        for (long n = 1; n <= calls; n++) {
            mem_calls = 0;
            mem_fail_from = mem_fail_to = n;
            assert_int_equal(work[i](), ERR_NO_MEMORY);
            assert_string_equal(f.key, "no_memory");
        }
    }
    mem_watched = false;
}

static void patterns_of_like(void **state) {
    static const struct {
        const char *words, *pattern;
    } cases[] = { { "漏水", "%漏水%" }, { "", "%%" }, { "50%_\\", "%50\\%\\_\\\\%" } };
    Arena a;
    Str got;

    (void)state;
    assert_int_equal(arena_begin(&a, 64, &f), OK);
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(str_holding(&a, str(cases[i].words), &got, &f), OK);
        assert_string_equal(got.p, cases[i].pattern);
        assert_int_equal(got.n, strlen(cases[i].pattern));
    }
    assert_int_equal(str_holding(&a, str("wider than what is left of so small an arena"), &got, &f), ERR_LIMIT);
    arena_end(&a);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_by_the_book),
        cmocka_unit_test(buffers),
        cmocka_unit_test(degrees_and_numbers),
        cmocka_unit_test(json_texts_come_back),
        cmocka_unit_test(arenas),
        cmocka_unit_test(patterns_of_like),
        cmocka_unit_test(sentences_are_text),
        cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
