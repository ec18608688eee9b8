/* Wrong passwords: five are free, then each makes the name wait, twice as long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "attempts.h"

#include <stdio.h>
#include <string.h>

static Fault f;

static void wrong(const char *name, int n, int64_t now_ms) {
    while (n--)
        attempts_wrong(str(name), now_ms);
}

static void test_waits(void **state) {
    int64_t now = 1000000;
    (void)state;
    wrong("zhang", ATTEMPTS_FREE - 1, now);
    assert_int_equal(attempts_judge(str("zhang"), now, &f), OK);
    wrong("zhang", 1, now);
    assert_int_equal(attempts_judge(str("zhang"), now, &f), ERR_OFTEN);
    assert_string_equal(f.key, "sign_in_often");
    assert_string_equal(f.zh, "密码连续输错多次，请在 1 秒后再试。");
    assert_string_equal(f.en, "Too many wrong passwords in a row: try again in 1 seconds.");
    assert_int_equal(err_http_status(ERR_OFTEN), 429);
    assert_int_equal(attempts_judge(str("li"), now, &f), OK); /* nobody else waits */
    now += 1000;
    assert_int_equal(attempts_judge(str("zhang"), now, &f), OK);
    wrong("zhang", 1, now);
    assert_int_equal(attempts_judge(str("zhang"), now + 1999, &f), ERR_OFTEN);
    assert_int_equal(attempts_judge(str("zhang"), now + 2000, &f), OK);
    wrong("zhang", 100, now);
    assert_int_equal(attempts_judge(str("zhang"), now + 15 * 60 * 1000 - 1, &f), ERR_OFTEN);
    assert_int_equal(attempts_judge(str("zhang"), now + 15 * 60 * 1000, &f), OK);
}

static void test_forgets(void **state) {
    int64_t now = 2000000;
    (void)state;
    wrong("wang", ATTEMPTS_FREE + 3, now);
    attempts_right(str("wang"));
    assert_int_equal(attempts_judge(str("wang"), now, &f), OK);
    wrong("wang", ATTEMPTS_FREE - 1, now); /* and counts from the beginning */
    assert_int_equal(attempts_judge(str("wang"), now, &f), OK);
    wrong("zhao", ATTEMPTS_FREE, now);
    now += 60 * 60 * 1000;
    wrong("zhao", 1, now); /* the first of a new row */
    assert_int_equal(attempts_judge(str("zhao"), now, &f), OK);
}

/* A flood of made-up names takes no more room, and does not free one that is tried. */
static void test_flood(void **state) {
    char name[40];
    int kept = 0;
    (void)state;
    for (int i = 0; i < 100000; i++) {
        snprintf(name, sizeof name, "made-up-%d", i);
        wrong(name, ATTEMPTS_FREE, 10000000 + i / 1000);
    }
    for (int i = 0; i < 100000; i++) {
        snprintf(name, sizeof name, "made-up-%d", i);
        kept += attempts_judge(str(name), 10000100, &f) == ERR_OFTEN;
    }
    assert_int_equal(kept, ATTEMPTS_KEPT);
}

int main(void) {
    static const struct CMUnitTest tests[] = { cmocka_unit_test(test_waits), cmocka_unit_test(test_forgets),
                                               cmocka_unit_test(test_flood) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
