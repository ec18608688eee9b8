/* bench/classify – categories by words: texts per second, and how many real messages are
 * right first and among three, by ten-fold cross-validation, beside the words of the
 * taxonomy as plain keywords. One core. Skips with a word without ../shared/data/hotline.
 *
 *   bench_classify */
#include "clock.h"
#include "messages.h"

#include <stdio.h>
#include <stdlib.h>

enum { FOLDS = 10, SHORT = 150 /* bytes: a report of some fifty letters */ };

static Messages m;
static ClassifyExample others[MESSAGES_MAX];

static void must(bool holds, const char *what) {
    if (!holds) {
        fprintf(stderr, "bench_classify: %s\n", what);
        abort();
    }
}

static double seconds_since(int64_t from_ms) { return (double)(clock_mono_ms() - from_ms) / 1000; }

static Str of_length(Str s, size_t most) {
    if (s.n > most)
        s.n = most;
    return s;
}

/* Texts per second, in whole passes over all for a second. */
static double rate(const Classifier *c, size_t most, int64_t *ret_sum) {
    int64_t from = clock_mono_ms(), texts = 0;

    do {
        for (int32_t i = 0; i < m.n; i++) {
            ClassifyProposal p[3];
            Str text = of_length(m.of[i].text, most);
            *ret_sum += c ? classify_propose(c, text, p, 3) : messages_by_keyword(&m, text);
        }
        texts += m.n;
    } while (seconds_since(from) < 1);
    return (double)texts / seconds_since(from);
}

int main(void) {
    size_t keep, scratch;
    int32_t right = 0, three = 0, keyword = 0, clear = 0, clear_right = 0;
    double learning = 0, ours = 0, whole = 0, plain = 0;
    int64_t sum = 0;

    if (!messages_read(&m)) {
        printf("bench_classify: no ../shared/data/hotline, left out\n");
        return 0;
    }
    classify_room((size_t)m.n, m.bytes, m.n_labels, &keep, &scratch);
    for (int32_t fold = 0; fold < FOLDS; fold++) {
        Arena a, b;
        Classifier *c;
        Fault f;
        size_t n = 0;
        must(arena_begin(&a, keep, &f) == OK && arena_begin(&b, scratch, &f) == OK, "no memory");
        for (int32_t i = 0; i < m.n; i++)
            if (i % FOLDS != fold)
                others[n++] = m.of[i];
        int64_t from = clock_mono_ms();
        must(classify_learn(others, n, m.n_labels, 1, NULL, &a, &b, &c, &f) == OK, "classify_learn");
        learning += seconds_since(from);
        for (int32_t i = fold; i < m.n; i += FOLDS) {
            ClassifyProposal p[3];
            int32_t many = classify_propose(c, m.of[i].text, p, 3);
            bool good = many && p[0].cls == m.of[i].cls;
            right += good;
            for (int32_t k = 0; k < many; k++)
                three += p[k].cls == m.of[i].cls;
            if (many && p[0].right_permille >= 800) {
                clear++;
                clear_right += good;
            }
            keyword += messages_by_keyword(&m, m.of[i].text) == m.of[i].cls;
        }
        if (fold == 0) {
            ours = rate(c, SHORT, &sum);
            whole = rate(c, SIZE_MAX, &sum);
            plain = rate(NULL, SHORT, &sum);
        }
        arena_end(&a);
        arena_end(&b);
    }
    must(sum != 0, "nothing was proposed");
    printf("%d messages, %d labels, %d folds\n", m.n, m.n_labels, FOLDS);
    printf("%-28s %10s %10s\n", "", "runs", "keywords");
    printf("%-28s %9.1f%% %9.1f%%\n", "right first", 100.0 * right / m.n, 100.0 * keyword / m.n);
    printf("%-28s %9.1f%%\n", "right among three", 100.0 * three / m.n);
    printf("%-28s %6d/%3d of %d\n", "right where 80 % was told", clear_right, clear, m.n);
    printf("%-28s %10.0f %10.0f\n", "texts/s, 50 letters", ours, plain);
    printf("%-28s %10.0f\n", "texts/s, whole messages", whole);
    printf("%-28s %8.2f s\n", "learning 445 of them", learning / FOLDS);
    printf("{\"bench\":\"classify\",\"right\":%.4f,\"three\":%.4f,\"keyword\":%.4f,\"texts_per_s\":%.0f,"
           "\"keyword_per_s\":%.0f}\n",
           (double)right / m.n, (double)three / m.n, (double)keyword / m.n, ours, plain);
    messages_end(&m);
    return 0;
}
