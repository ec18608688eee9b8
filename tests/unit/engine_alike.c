/* alike, tried: what is known to be alike or not, the reasons told, and random texts
 * beside a look at every pair of grams. */
#include "alike.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static Alike compared(const char *a, const char *b) {
    static AlikeText x, y;
    Alike ret;

    alike_read(str(a), &x);
    alike_read(str(b), &y);
    alike_compare(&x, &y, &ret);
    return ret;
}

static void told(const char *a, const char *b, const char *words) {
    Alike got = compared(a, b);
    char room[400];
    Buf out = { room, 0, sizeof room, false, 0 };

    room[0] = 0;
    for (int32_t i = 0; i < got.n_words; i++) {
        buf_str(&out, i ? "、" : "");
        buf_put(&out, a + got.words[i].from, (size_t)(got.words[i].to - got.words[i].from));
    }
    assert_string_equal(room, words);
}

static void known(void **state) {
    (void)state;
    assert_int_equal(compared("井盖缺失", "井盖缺失").permille, 1000);
    assert_int_equal(compared("井盖缺失", "路灯不亮").permille, 0);
    assert_int_equal(compared("", "井盖").permille, 0);
    assert_int_equal(compared("井", "井").permille, 0); /* one letter is no gram */
    Alike one =
        compared("路口井盖缺失", "井盖缺失一块"); /* 路口 口井 井盖 盖缺 缺失 / 井盖 盖缺 缺失 失一 一块 */
    assert_int_equal(one.common, 3);
    assert_int_equal(one.permille, 600);
    told("路口井盖缺失", "井盖缺失一块", "井盖缺失");
    told("路灯不亮，井盖缺失", "井盖没有了。路灯坏", "路灯、井盖");
    told("Street lamp broken at NO. 88", "the STREET lamp, no 88", "Street、lamp、88");
    assert_int_equal(compared("ＬＡＭＰ", "lamp").permille, 1000);  /* full width */
    assert_int_equal(compared("这是我的", "这是我的").permille, 0); /* every report has these */
    assert_int_equal(compared("井，盖", "井盖").permille, 0);       /* they do not touch */
}

/* ---- beside a look at every pair ---- */

static const char *const letters[] = { "井", "盖", "缺", "，", " " };

static uint64_t random_next(uint64_t *seed) { /* xorshift */
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    return *seed ^= *seed << 17;
}

static void draw(uint64_t *seed, char ret[400]) {
    Buf b = { ret, 0, 400, false, 0 };
    int n = (int)(random_next(seed) % 40);

    ret[0] = 0;
    for (int i = 0; i < n; i++)
        buf_str(&b, letters[random_next(seed) % COUNT(letters)]);
}

/* The two letters at `at`, if both are letters of Han; all here are three bytes but the space. */
static bool pair_at(const char *z, size_t at, char ret[8]) {
    if ((unsigned char)z[at] < 0x80 || at + 6 > strlen(z) || (unsigned char)z[at + 3] < 0x80 ||
        !memcmp(z + at, "，", 3) || !memcmp(z + at + 3, "，", 3))
        return false;
    memcpy(ret, z + at, 6);
    ret[6] = 0;
    return true;
}

static int pairs_of(const char *z, char ret[100][8]) {
    int n = 0;

    for (size_t at = 0; z[at]; at += (unsigned char)z[at] < 0x80 ? 1 : 3) {
        bool there = false;
        if (!pair_at(z, at, ret[n]))
            continue;
        for (int i = 0; i < n; i++)
            there |= strcmp(ret[i], ret[n]) == 0;
        n += !there;
    }
    return n;
}

static void as_every_pair(void **state) {
    uint64_t seed = 7;
    long some = 0;

    (void)state;
    for (int round = 0; round < 3000; round++) {
        char a[400], b[400], x[100][8], y[100][8];
        draw(&seed, a);
        draw(&seed, b);
        int m = pairs_of(a, x), n = pairs_of(b, y), common = 0;
        for (int i = 0; i < m; i++)
            for (int k = 0; k < n; k++)
                common += strcmp(x[i], y[k]) == 0;
        Alike got = compared(a, b);
        assert_int_equal(got.common, common);
        assert_int_equal(got.permille, common ? (int)(1000 * common / sqrt((double)m * n)) : 0);
        for (int32_t i = 0; i < got.n_words; i++) { /* what is told stands in the first text */
            assert_true(got.words[i].from >= 0 && got.words[i].to <= (int32_t)strlen(a));
            assert_true(got.words[i].to - got.words[i].from >= 6);
            assert_true(i == 0 || got.words[i].from >= got.words[i - 1].to);
        }
        assert_int_equal(compared(b, a).permille, got.permille);
        some += common > 0;
    }
    assert_true(some > 1000);
}

/* Longer than there is room for, and cut in the middle of a letter. */
static void hostile(void **state) {
    static char z[40000];
    static AlikeText t;
    Buf b = { z, 0, sizeof z, false, 0 };
    (void)state;
    for (int i = 0; i < 6000; i++)
        buf_fmt(&b, "%d ", i);
    alike_read(buf_view(&b), &t);
    assert_int_equal(t.n, ALIKE_GRAMS_MAX);
    alike_read((Str){ "井盖", 5 }, &t);
    assert_int_equal(t.n, 0);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(known),
        cmocka_unit_test(as_every_pair),
        cmocka_unit_test(hostile),
    };
    return cmocka_run_group_tests_name("alike", tests, NULL, NULL);
}
