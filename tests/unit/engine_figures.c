/* figures, recomputed: the published ones to the last digit, the edges, and every
 * small share beside one that is counted out. */
#include "figures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void rate(int64_t numerator, int64_t denominator, int64_t least, const char *text) {
    assert_string_equal(rate_of(numerator, denominator, least).text, text);
}
static void change(int64_t before, int64_t after, int64_t least, const char *text) {
    assert_string_equal(change_of(before, after, least).text, text);
}

/* One city, one month (DOMAIN.md §3). */
static void test_published(void **state) {
    (void)state;
    rate(911, 972, 30, "93.72 %"); /* closed of should-close  */
    rate(737, 972, 30, "75.82 %"); /* closed in time          */
    rate(953, 996, 30, "95.68 %"); /* found by workers        */
    rate(43, 996, 30, "4.32 %");   /* found by the public     */
    rate(902, 956, 30, "94.35 %"); /* events                  */
    rate(9, 16, 1, "56.25 %");     /* components, as published */
    rate(9, 16, 30, "9/16");       /* and by our rule of thirty */
    change(100, 24, 30, "−76.0 %");
    change(1000, 759, 30, "−24.1 %");
    change(6, 42, 1, "+600 % (+36)");
    change(6, 42, 30, "+36");
}

static void test_edges(void **state) {
    (void)state;
    rate(0, 0, 30, "n/a");
    rate(0, 0, 0, "n/a");
    assert_string_equal(share_of(23, 25).text, "92.0 %"); /* a stool session */
    assert_string_equal(share_of(1, 16).text, "6.3 %");   /* half away from zero */
    assert_string_equal(share_of(0, 0).text, "n/a");
    assert_int_equal(rate_of(0, 0, 30).kind, RATE_NONE);
    rate(0, 29, 30, "0/29");
    assert_int_equal(rate_of(0, 29, 30).kind, RATE_FEW);
    rate(0, 30, 30, "0.00 %");
    assert_int_equal(rate_of(0, 30, 30).kind, RATE_SHOWN);
    rate(30, 30, 30, "100.00 %");
    rate(45, 30, 30, "150.00 %");
    rate(1, 20000, 30, "0.01 %"); /* half a hundredth goes up */
    rate(1, 20001, 30, "0.00 %");
    rate(19999, 20000, 30, "100.00 %"); /* 99.995 */
    rate(FIGURE_MAX, FIGURE_MAX, 30, "100.00 %");
    rate(1, 3, 1, "33.33 %");
    rate(2, 3, 1, "66.67 %");
    change(0, 36, 30, "n/a");
    change(100, 100, 30, "0.0 %");
    change(100, 0, 30, "−100.0 %");
    change(100, 199, 30, "+99.0 %");
    change(100, 200, 30, "+100 % (+100)");
    change(2000, 1999, 30, "−0.1 %"); /* 0.05: away from zero */
    change(2001, 2000, 30, "0.0 %");  /* and no sign on nothing */
    change(20, 20, 30, "0");
    change(20, 13, 30, "−7");
}

/* The share that is nearest, and of two the farther from zero: looked for. */
static void test_beside_the_oracle(void **state) {
    char text[RATE_ROOM];
    (void)state;
    for (int64_t d = 1; d <= 160; d++) {
        int64_t h = 0;
        for (int64_t n = 0; n <= d; n++) {
            while (2 * (n * 10000 - h * d) >= d) /* is h + 1 as near? */
                h++;
            snprintf(text, sizeof text, "%d.%02d %%", (int)(h / 100), (int)(h % 100));
            rate(n, d, 0, text);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_published), cmocka_unit_test(test_edges),
                                        cmocka_unit_test(test_beside_the_oracle) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
