/* Random numbers, and what tracking codes forgive and what they find. */
#include "random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static Err parse(const char *z, int32_t *ret_home, Code *ret) {
    Fault f;
    return code_parse(str(z), ret_home, ret, &f);
}

static void carries_its_home(void **unused) {
    Code back;
    int32_t home;

    (void)unused;
    for (int32_t h = 0; h < 4096; h++) {
        Code c = code_make(h);
        assert_int_equal(strlen(c.z), 14);
        assert_true(c.z[4] == '-' && c.z[9] == '-');
        assert_int_equal(parse(c.z, &home, &back), OK);
        assert_int_equal(home, h);
        assert_string_equal(back.z, c.z);
    }
}

static void forgives_how_it_is_typed(void **unused) {
    static const char *const same[] = { "01AB-CDEF-",  "01abcdef",      " 0 1 a b c d e f ",
                                        "OIab--cdef",  "oLAB\tcdef",    "０１ＡＢ－ｃｄｅｆ",
                                        "01AB　CDEF–", "Ｏｌ-ａｂ—cdef" };
    Code c, back;
    char typed[64], rest[5] = "";
    int32_t home;

    (void)unused;
    for (int tail = 0; tail < 32 && !rest[0]; tail++) { /* find the check letter of 01AB-CDEF-000? */
        snprintf(typed, sizeof typed, "01ABCDEF000%c", letters[tail]);
        if (parse(typed, &home, &c) == OK)
            snprintf(rest, sizeof rest, "000%c", letters[tail]);
    }
    assert_int_equal(strlen(rest), 4);
    for (size_t i = 0; i < COUNT(same); i++) {
        snprintf(typed, sizeof typed, "%s%s", same[i], rest);
        assert_int_equal(parse(typed, &home, &back), OK);
        assert_string_equal(back.z, c.z);
    }
}

/* Every letter in every place replaced by every other; every two exchanged. */
static void finds_every_slip(void **unused) {
    Code c, back;
    int32_t home;

    (void)unused;
    for (int round = 0; round < 40; round++) {
        c = code_make(round * 97);
        for (size_t i = 0; i < 14; i++) {
            Code slip = c;
            for (const char *l = letters; *l && c.z[i] != '-'; l++) {
                slip.z[i] = *l;
                assert_int_equal(parse(slip.z, &home, &back), *l == c.z[i] ? OK : ERR_INVALID);
            }
            for (size_t j = i + 1; j < 14; j++) {
                slip = c;
                slip.z[i] = c.z[j];
                slip.z[j] = c.z[i];
                if (c.z[i] != '-' && c.z[j] != '-' && c.z[i] != c.z[j])
                    assert_int_equal(parse(slip.z, &home, &back), ERR_INVALID);
            }
        }
    }
}

/* The check is linear: it is enough that no change of one letter, and no
 * exchange of neighbours of any two values, leaves the sum zero – for every
 * place and all values, not only in codes met above. */
static void finds_every_slip_of_all_codes(void **unused) {
    char z[13];
    Code c;
    int32_t home;

    (void)unused;
    for (int at = 0; at < 12; at++)
        for (int v = 1; v < 32; v++) {
            memset(z, '0', 12); /* the zero word is a code; a difference that is a code would go unseen */
            z[12] = 0;
            z[at] = letters[v];
            assert_int_equal(parse(z, &home, &c), ERR_INVALID);
            if (at < 11) { /* exchange of a and b differs by a+b in both places */
                z[at + 1] = letters[v];
                assert_int_equal(parse(z, &home, &c), ERR_INVALID);
            }
        }
}

static void says_what_is_wrong(void **unused) {
    static const struct {
        const char *typed, *key, *part;
    } wrong[] = {
        { "", "code_length", "here are 0" },
        { "7K3M-9QXT-2VH", "code_length", "here are 11" },
        { "7K3M-9QXT-2VHC-2", "code_length", "more" },
        { "7K3M-UQXT-2VHC", "code_letter", "Character 5" },
        { "7K3M-9QXT-2VH€", "code_letter", "\"€\"" },
        { "7K3M-9QXT-2VH\xFF", "code_letter", "Character 12" },
        { "0000-0000-0001", "code_mistyped", "exchanged" },
    };
    Fault f;
    Code c = { "untouched" };
    int32_t home = -5;

    (void)unused;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_int_equal(code_parse(str(wrong[i].typed), &home, &c, &f), ERR_INVALID);
        assert_string_equal(f.key, wrong[i].key);
        assert_string_equal(f.field, "code");
        assert_non_null(strstr(f.en, wrong[i].part));
    }
    assert_int_equal(home, -5);
    assert_string_equal(c.z, "untouched");
}

static void is_spread_evenly(void **unused) {
    int count[7] = { 0 }, at[12][32] = { { 0 } };

    (void)unused;
    for (int i = 0; i < 70000; i++)
        count[random_below(7)]++;
    for (int i = 0; i < 7; i++)
        assert_true(count[i] > 9400 && count[i] < 10600); /* six standard deviations */
    assert_int_equal(random_below(1), 0);
    for (int i = 0; i < 32000; i++) { /* one home, and yet every letter in every place */
        Code c = code_make(0);
        for (int n = 0, p = 0; n < 14; n++)
            if (c.z[n] != '-')
                at[p++][strchr(letters, c.z[n]) - letters]++;
    }
    for (int p = 0; p < 12; p++)
        for (int v = 0; v < 32; v++)
            assert_true(at[p][v] > 780 && at[p][v] < 1220);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(carries_its_home),   cmocka_unit_test(forgives_how_it_is_typed),
        cmocka_unit_test(finds_every_slip),   cmocka_unit_test(finds_every_slip_of_all_codes),
        cmocka_unit_test(says_what_is_wrong), cmocka_unit_test(is_spread_evenly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
