/* classify, tried: small worlds in which the right answer is known, the same answer from
 * the same seed, what is hostile, rooms that are too small, and cross-validation on real
 * messages beside keywords. */
#include "messages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static Fault fa;

typedef struct Lessons {
    Arena keep, scratch;
    Classifier *c;
} Lessons;

static Err learn_in(Lessons *l, const ClassifyExample *all, size_t n, int32_t classes, uint64_t seed) {
    size_t keep, scratch, bytes = 0;

    for (size_t i = 0; i < n; i++)
        bytes += all[i].text.n;
    classify_room(n, bytes, classes, &keep, &scratch);
    assert_int_equal(arena_begin(&l->keep, keep, &fa), OK);
    assert_int_equal(arena_begin(&l->scratch, scratch, &fa), OK);
    return classify_learn(all, n, classes, seed, NULL, &l->keep, &l->scratch, &l->c, &fa);
}

static void forget(Lessons *l) {
    arena_end(&l->keep);
    arena_end(&l->scratch);
}

static ClassifyProposal first(const Lessons *l, const char *text) {
    ClassifyProposal p[3];

    assert_true(classify_propose(l->c, str(text), p, 3) > 0);
    return p[0];
}

/* ---- small worlds ---- */

enum { LAMP, COVER, NOISE, CLASSES };

static const ClassifyExample small[] = {
    { { "路灯不亮", 12 }, LAMP },          { { "小区路灯坏了", 18 }, LAMP },
    { { "门口的路灯不亮了", 24 }, LAMP },  { { "井盖破了", 12 }, COVER },
    { { "路中间井盖缺失", 21 }, COVER },   { { "井盖响，井盖松动", 24 }, COVER },
    { { "工地夜间施工噪音", 24 }, NOISE }, { { "广场舞噪音扰民", 21 }, NOISE },
    { { "夜间噪音", 12 }, NOISE },
};

static void test_learns(void **state) {
    Lessons l;
    (void)state;

    assert_int_equal(learn_in(&l, small, COUNT(small), CLASSES, 1), OK);
    for (size_t i = 0; i < COUNT(small); i++)
        assert_int_equal(first(&l, small[i].text.p).cls, small[i].cls);
    assert_int_equal(first(&l, "楼下的路灯不亮好几天").cls, LAMP);
    assert_int_equal(first(&l, "３号楼前井盖破损").cls, COVER);
    assert_int_equal(first(&l, "半夜还有噪音").cls, NOISE);
    forget(&l);
}

/* The words that are told are the ones that the classes differ in, each once. */
static void test_says_why(void **state) {
    static const char text[] = "三号楼门前，井盖坏。井盖！";
    Lessons l;
    (void)state;

    assert_int_equal(learn_in(&l, small, COUNT(small), CLASSES, 1), OK);
    ClassifyProposal p = first(&l, text);
    assert_int_equal(p.cls, COVER);
    assert_int_equal(p.n_words, 1);
    assert_int_equal(p.words[0].to - p.words[0].from, strlen("井盖"));
    assert_memory_equal(text + p.words[0].from, "井盖", strlen("井盖"));
    assert_int_equal(p.right_permille, -1); /* of nine examples nothing can be counted */
    forget(&l);
}

static void test_nothing_known(void **state) {
    ClassifyProposal p[3];
    Lessons l;
    (void)state;

    assert_int_equal(learn_in(&l, small, COUNT(small), CLASSES, 1), OK);
    assert_int_equal(classify_propose(l.c, str(""), p, 3), 0);
    assert_int_equal(classify_propose(l.c, str("。，！ 　"), p, 3), 0);
    assert_int_equal(classify_propose(l.c, str("hello"), p, 3), 0);
    assert_int_equal(classify_propose(l.c, str("路灯"), p, 0), 0);
    assert_int_equal(classify_propose(l.c, str("路灯"), p, 3), 3);
    assert_int_equal(p[1].right_permille, -1);
    assert_true(p[0].cls != p[1].cls && p[1].cls != p[2].cls && p[0].cls != p[2].cls);
    forget(&l);
}

/* A made world of many texts: where the classes share no letters nothing is ever wrong,
 * and the share says so; where the labels are drawn by lot it says that, too. */
static void made(ClassifyExample *all, char (*room)[40], size_t n, bool by_lot, uint64_t *draw) {
    static const char *const own[] = { "甲乙丙丁", "子丑寅卯", "金木水火" };

    for (size_t i = 0; i < n; i++) {
        int32_t cls = (int32_t)(i % 3), shown = cls;
        size_t at = 0;
        for (int32_t k = 0; k < 8; k++) {
            *draw = *draw * 6364136223846793005u + 1442695040888963407u;
            if (by_lot && k == 0)
                shown = (int32_t)((*draw >> 40) % 3);
            memcpy(room[i] + at, own[shown] + (*draw >> 33) % 4 * 3, 3);
            at += 3;
        }
        all[i] = (ClassifyExample){ { room[i], at }, cls };
    }
}

static void test_how_sure(void **state) {
    static ClassifyExample all[600];
    static char room[600][40];
    uint64_t draw = 7;
    Lessons l;
    (void)state;

    made(all, room, 600, false, &draw);
    assert_int_equal(learn_in(&l, all, 600, 3, 1), OK);
    assert_int_equal(first(&l, "甲丙丁").right_permille, 1000);
    forget(&l);
    made(all, room, 600, true, &draw);
    assert_int_equal(learn_in(&l, all, 600, 3, 1), OK);
    assert_in_range(first(&l, "甲丙丁").right_permille, 150, 650); /* one in three, of a few dozen */
    forget(&l);
}

static void test_same_seed_same_answer(void **state) {
    static ClassifyExample all[600];
    static char room[600][40];
    uint64_t draw = 9;
    Lessons a, b;
    (void)state;

    made(all, room, 600, true, &draw);
    assert_int_equal(learn_in(&a, all, 600, 3, 5), OK);
    assert_int_equal(learn_in(&b, all, 600, 3, 5), OK);
    assert_int_equal(a.keep.used, b.keep.used);
    for (size_t i = 0; i < 600; i++) {
        ClassifyProposal p[3], q[3];
        assert_int_equal(classify_propose(a.c, all[i].text, p, 3), classify_propose(b.c, all[i].text, q, 3));
        for (int32_t k = 0; k < 3; k++)
            assert_true(p[k].cls == q[k].cls && p[k].right_permille == q[k].right_permille &&
                        p[k].n_words == q[k].n_words);
    }
    forget(&a);
    forget(&b);
}

/* ---- what is hostile ---- */

static void test_refuses(void **state) {
    Classifier *c = NULL;
    Arena none = { NULL, 0, 0 };
    ClassifyExample wrong = { { "路灯", 6 }, 3 };
    (void)state;

    assert_int_equal(classify_learn(small, 0, CLASSES, 1, NULL, &none, &none, &c, &fa), ERR_INVALID);
    assert_string_equal(fa.en, "There is nothing to learn from.");
    assert_int_equal(classify_learn(&wrong, 1, CLASSES, 1, NULL, &none, &none, &c, &fa), ERR_INVALID);
    assert_string_equal(fa.en, "Example 1 has the class 3, which is not from 0 to 2.");
    assert_int_equal(classify_learn(small, CLASSIFY_EXAMPLES_MAX + 1, CLASSES, 1, NULL, &none, &none, &c, &fa),
                     ERR_LIMIT);
    assert_string_equal(fa.en, "Too many examples: at most 200000, of 500 classes.");
    assert_int_equal(classify_learn(small, COUNT(small), CLASSES, 1, NULL, &none, &none, &c, &fa), ERR_LIMIT);
    assert_null(c);
}

static void test_cancelled(void **state) {
    static const _Atomic bool stop = true;
    size_t keep, scratch;
    Classifier *c = NULL;
    Lessons l;
    (void)state;

    classify_room(COUNT(small), 500, CLASSES, &keep, &scratch);
    assert_int_equal(arena_begin(&l.keep, keep, &fa), OK);
    assert_int_equal(arena_begin(&l.scratch, scratch, &fa), OK);
    assert_int_equal(classify_learn(small, COUNT(small), CLASSES, 1, &stop, &l.keep, &l.scratch, &c, &fa),
                     ERR_BUSY);
    assert_null(c);
    forget(&l);
}

static void test_hostile_texts(void **state) {
    static char long_text[200000], bytes[256];
    ClassifyExample all[] = { { { bytes, sizeof bytes }, 0 },
                              { { long_text, sizeof long_text }, 1 },
                              { { "", 0 }, 1 },
                              { { "\xE8\xB7", 2 }, 0 },
                              { { "\xF0\x9F\x98\x80路灯", 10 }, 1 } };
    ClassifyProposal p[3];
    Lessons l;
    (void)state;

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(255 - i);
    for (size_t i = 0; i + 3 <= sizeof long_text; i += 3)
        memcpy(long_text + i, i % 2 ? "灯" : "路", 3);
    assert_int_equal(learn_in(&l, all, COUNT(all), 2, 1), OK);
    for (size_t i = 0; i < COUNT(all); i++)
        for (size_t cut = 0; cut <= 20 && cut <= all[i].text.n; cut++) {
            Str text = { all[i].text.p, all[i].text.n - cut };
            int32_t n = classify_propose(l.c, text, p, 3);
            assert_in_range(n, 0, 2);
            for (int32_t k = 0; n && k < p[0].n_words; k++)
                assert_true(p[0].words[k].from >= 0 && p[0].words[k].from < p[0].words[k].to &&
                            (size_t)p[0].words[k].to <= text.n);
        }
    forget(&l);
}

static void test_one_class(void **state) {
    ClassifyExample all[] = { { { "路灯坏了", 12 }, 0 }, { { "路灯不亮", 12 }, 0 } };
    Lessons l;
    (void)state;

    assert_int_equal(learn_in(&l, all, 2, 1, 1), OK);
    assert_int_equal(first(&l, "路灯").cls, 0);
    forget(&l);
}

/* ---- real messages ---- */

static void test_real_messages(void **state) {
    static Messages m;
    static ClassifyExample others[MESSAGES_MAX];
    int32_t right = 0, in_three = 0, keyword = 0;
    (void)state;

    if (!messages_read(&m)) {
        printf("no ../shared/data/hotline: real messages are left out\n");
        skip();
    }
    for (int32_t fold = 0; fold < 5; fold++) {
        Lessons l;
        size_t n = 0;
        for (int32_t i = 0; i < m.n; i++)
            if (i % 5 != fold)
                others[n++] = m.of[i];
        assert_int_equal(learn_in(&l, others, n, m.n_labels, 1), OK);
        for (int32_t i = fold; i < m.n; i += 5) {
            ClassifyProposal p[3];
            int32_t many = classify_propose(l.c, m.of[i].text, p, 3);
            right += many && p[0].cls == m.of[i].cls;
            for (int32_t k = 0; k < many; k++)
                in_three += p[k].cls == m.of[i].cls;
            keyword += messages_by_keyword(&m, m.of[i].text) == m.of[i].cls;
        }
        forget(&l);
    }
    printf("of %d: first right %d, among three %d; by keyword %d\n", m.n, right, in_three, keyword);
    assert_int_equal(m.n, 495);
    assert_true(right * 100 >= m.n * 78);
    assert_true(in_three * 100 >= m.n * 95);
    assert_true(right > keyword);
    messages_end(&m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_learns),
        cmocka_unit_test(test_says_why),
        cmocka_unit_test(test_nothing_known),
        cmocka_unit_test(test_how_sure),
        cmocka_unit_test(test_same_seed_same_answer),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_cancelled),
        cmocka_unit_test(test_hostile_texts),
        cmocka_unit_test(test_one_class),
        cmocka_unit_test(test_real_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
