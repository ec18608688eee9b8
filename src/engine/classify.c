/* classify – see classify.h. Runs of letters are hashed to 32 bits; two that share a hash
 * share a weight, which happens to one in some ten thousand. Weights are whole numbers
 * (65,536 is one), a text's numbers have length 1,024, so a score of one is 2^26. */
#include "classify.h"

#include <math.h>
#include <stdlib.h>

enum {
    GRAM_LETTERS = 3,
    PASSES = 12,
    ASIDE = 5,      /* every fifth example is kept aside once, to count how often it is right */
    BINS = 16,      /* of distances from the second class */
    BIN_LEAST = 25, /* examples of a bin; fewer say nothing */
    LENGTH = 1 << 10,
    COUNTED_MAX = 1 << 21, /* places for runs while they are counted: 24 MB */
};
#define ONE (1 << 16)                     /* a weight of one */
#define SCORE_ONE ((int64_t)ONE * LENGTH) /* a score of one */
#define CORRECT_MOST ONE                  /* of a weight by one example */

typedef struct Gram {
    uint32_t hash; /* 0: free */
    int32_t row;   /* of the weights; while counting: the text it was last seen in */
    int32_t texts; /* it stands in */
} Gram;

typedef struct Vocabulary {
    Gram *slots;
    uint32_t mask;
    int32_t n; /* used */
} Vocabulary;

/* A text as numbers: a row of the weights, and how much. */
typedef struct Number {
    int32_t row, x;
} Number;
typedef struct Numbers {
    Number *of;
    int32_t n;
} Numbers;

struct Classifier {
    Vocabulary grams;
    int32_t classes, rows;
    double *rare;     /* of each row: ln of the texts there are to those it stands in */
    int32_t *weights; /* rows × classes */
    int64_t bin_from[BINS];
    int32_t bin_right[BINS], n_bins;
};

/* ---- letters and runs of them ---- */

typedef struct Letter {
    uint32_t c;
    int32_t from; /* byte */
} Letter;

/* The next character of UTF-8; what is none is passed over as one byte. */
static uint32_t letter_at(Str s, size_t *at) {
    const unsigned char *p = (const unsigned char *)s.p + *at;
    size_t left = s.n - *at, n = p[0] < 0x80 ? 1 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    uint32_t c = p[0];

    if (n > left || (p[0] >= 0x80 && p[0] < 0xC2)) {
        *at += 1;
        return 0;
    }
    if (n > 1) {
        c = p[0] & (0xFFu >> (n + 1));
        for (size_t i = 1; i < n; i++)
            c = c << 6 | (p[i] & 0x3F);
    }
    *at += n;
    return c;
}

/* Letters of all scripts and digits; 0 for what stands between them. */
static uint32_t folded(uint32_t c) {
    if (c >= 0xFF01 && c <= 0xFF5E) /* full width */
        c -= 0xFEE0;
    if (c >= 'A' && c <= 'Z')
        return c + 32;
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
        return c;
    if (c < 0xC0 || (c >= 0x2000 && c < 0x2E80) || (c >= 0x3000 && c < 0x3040) || (c >= 0xFF00 && c < 0xFFF0))
        return 0;
    return c;
}

/* At most CLASSIFY_TEXT_MAX, with a 0 wherever letters do not touch; returns how many. */
static int32_t letters_of(Str text, Letter *ret) {
    int32_t n = 0;

    for (size_t at = 0; at < text.n && n < CLASSIFY_TEXT_MAX;) {
        int32_t from = (int32_t)at;
        uint32_t c = folded(letter_at(text, &at));
        if (c || (n && ret[n - 1].c))
            ret[n++] = (Letter){ c, from };
    }
    return n;
}

/* Never 0, which is a free place. */
static uint32_t mix(uint32_t h, uint32_t v) {
    h = (h ^ v) * 0x9E3779B1u;
    h ^= h >> 15;
    return h ? h : 1;
}

/* Calls for every run of 1 to 3 letters that touch. */
#define EACH_GRAM(letters, n, i, k, hash)                                                   \
    for (int32_t i = 0; i < (n); i++)                                                       \
        for (uint32_t k = 1, hash = mix(0x51ED27u, (letters)[i].c);                         \
             k <= GRAM_LETTERS && i + (int32_t)k <= (n) && (letters)[i + (int32_t)k - 1].c; \
             hash = i + (int32_t)k < (n) ? mix(hash, (letters)[i + (int32_t)k].c) : 0, k++)

static Gram *gram_slot(const Vocabulary *v, uint32_t hash) {
    uint32_t at = hash & v->mask;

    while (v->slots[at].hash && v->slots[at].hash != hash)
        at = (at + 1) & v->mask;
    return &v->slots[at];
}

/* ---- from examples to numbers ---- */

/* Once the table is three quarters full, a run that was not met before is left out: those
 * that matter were met by then. */
static void count_grams(Vocabulary *v, const ClassifyExample *all, size_t n, Letter *letters) {
    for (size_t t = 0; t < n; t++) {
        int32_t many = letters_of(all[t].text, letters);
        EACH_GRAM(letters, many, i, k, hash) {
            Gram *g = gram_slot(v, hash);
            if (!g->hash) {
                if ((uint32_t)v->n >= v->mask / 4 * 3)
                    continue;
                *g = (Gram){ .hash = hash, .row = -1 };
                v->n++;
            }
            if (g->row != (int32_t)t) {
                g->row = (int32_t)t;
                g->texts++;
            }
        }
    }
}

/* So rare that a run of letters is left out: in one text alone it says nothing of others. */
static int32_t rare_from(const Vocabulary *v) {
    for (int32_t least = 2;; least++) {
        int32_t kept = 0;
        for (uint32_t i = 0; i <= v->mask; i++)
            kept += v->slots[i].texts >= least;
        if (kept <= CLASSIFY_GRAMS_MAX)
            return least;
    }
}

static uint32_t power_over(size_t n) {
    uint32_t p = 16;
    while (p < n)
        p *= 2;
    return p;
}

/* The runs that are kept, in a table of their own, each with its row. */
static Err keep_grams(Classifier *c, const Vocabulary *counted, size_t texts, Arena *keep, Fault *f) {
    int32_t least = rare_from(counted), rows = 0;

    for (uint32_t i = 0; i <= counted->mask; i++)
        rows += counted->slots[i].texts >= least;
    uint32_t size = power_over((size_t)rows * 2);
    c->grams = (Vocabulary){ arena_take(keep, size * sizeof(Gram)), size - 1, 0 };
    c->rare = arena_take(keep, ((size_t)rows + 1) * sizeof *c->rare);
    c->weights = arena_take(keep, ((size_t)rows * (size_t)c->classes + 1) * sizeof *c->weights);
    if (!c->grams.slots || !c->rare || !c->weights)
        return fault_arena(f);
    for (uint32_t i = 0; i <= counted->mask; i++) {
        const Gram *g = &counted->slots[i];
        if (g->texts < least)
            continue;
        *gram_slot(&c->grams, g->hash) = (Gram){ g->hash, c->rows, g->texts };
        c->rare[c->rows++] = log((double)(texts + 1) / g->texts);
    }
    c->grams.n = c->rows;
    return OK;
}

static int by_row(const void *a, const void *b) { return ((const Number *)a)->row - ((const Number *)b)->row; }

/* `ret` has room for GRAM_LETTERS numbers a letter; returns how many it holds. */
static int32_t numbers_of(const Classifier *c, const Letter *letters, int32_t n, Number *ret) {
    int32_t many = 0, kept = 0;
    double length = 0;

    EACH_GRAM(letters, n, i, k, hash) {
        const Gram *g = gram_slot(&c->grams, hash);
        if (g->hash)
            ret[many++] = (Number){ g->row, 1 };
    }
    qsort(ret, (size_t)many, sizeof *ret, by_row);
    for (int32_t i = 0; i < many; i++)
        if (kept && ret[kept - 1].row == ret[i].row)
            ret[kept - 1].x++;
        else
            ret[kept++] = ret[i];
    for (int32_t i = 0; i < kept; i++) {
        double x = (1 + log(ret[i].x)) * c->rare[ret[i].row];
        length += x * x;
    }
    length = sqrt(length);
    for (int32_t i = 0; i < kept; i++)
        ret[i].x =
            length > 0 ? (int32_t)lround((1 + log(ret[i].x)) * c->rare[ret[i].row] / length * LENGTH) : 0;
    return kept;
}

/* ---- learning ---- */

static void score(const Classifier *c, const int32_t *weights, Numbers t, int64_t *ret) {
    memset(ret, 0, (size_t)c->classes * sizeof *ret);
    for (int32_t i = 0; i < t.n; i++) {
        const int32_t *row = weights + (size_t)t.of[i].row * (size_t)c->classes;
        for (int32_t k = 0; k < c->classes; k++)
            ret[k] += (int64_t)row[k] * t.of[i].x;
    }
}

static int32_t best_of(const int64_t *scores, int32_t n, int32_t but) {
    int32_t best = -1;
    for (int32_t k = 0; k < n; k++)
        if (k != but && (best < 0 || scores[k] > scores[best]))
            best = k;
    return best;
}

static uint64_t draw(uint64_t *state) {
    uint64_t x = *state += 0x9E3779B97F4A7C15u;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

typedef struct Lesson {
    const ClassifyExample *all;
    const Numbers *texts;
    int32_t *order;
    int32_t n, left_out; /* every ASIDE-th from `left_out` on is not learnt; -1: all are */
    int64_t *scores;
    const _Atomic bool *cancel;
    int64_t *sums; /* rows × classes: of all that was corrected, times when */
} Lesson;

static bool cancelled(const Lesson *l) {
    return l->cancel && atomic_load_explicit(l->cancel, memory_order_relaxed);
}

/* Goes over the examples PASSES times; leaves the average of the weights of all times. */
static void learn(Classifier *c, Lesson *l, uint64_t seed) {
    size_t cells = (size_t)c->rows * (size_t)c->classes;
    int64_t when = 1;

    memset(c->weights, 0, cells * sizeof *c->weights);
    memset(l->sums, 0, cells * sizeof *l->sums);
    for (int32_t i = 0; i < l->n; i++)
        l->order[i] = i;
    for (int32_t pass = 0; pass < PASSES; pass++) {
        for (int32_t i = l->n - 1; i > 0; i--) {
            int32_t j = (int32_t)(draw(&seed) % (uint64_t)(i + 1)), swap = l->order[i];
            l->order[i] = l->order[j];
            l->order[j] = swap;
        }
        for (int32_t i = 0; i < l->n; i++) {
            int32_t t = l->order[i], right = l->all[t].cls;
            if ((i & 255) == 0 && cancelled(l))
                return;
            if (l->left_out >= 0 && t % ASIDE == l->left_out)
                continue;
            when++;
            score(c, c->weights, l->texts[t], l->scores);
            int32_t other = best_of(l->scores, c->classes, right);
            int64_t missing = other < 0 ? 0 : SCORE_ONE - l->scores[right] + l->scores[other];
            if (missing <= 0)
                continue;
            int64_t by = missing / (2 * LENGTH);
            by = by < CORRECT_MOST ? by : CORRECT_MOST;
            for (int32_t k = 0; k < l->texts[t].n; k++) {
                size_t row = (size_t)l->texts[t].of[k].row * (size_t)c->classes;
                int64_t change = by * l->texts[t].of[k].x / LENGTH;
                c->weights[row + (size_t)right] += (int32_t)change;
                c->weights[row + (size_t)other] -= (int32_t)change;
                l->sums[row + (size_t)right] += change * when;
                l->sums[row + (size_t)other] -= change * when;
            }
        }
    }
    for (size_t i = 0; i < cells; i++)
        c->weights[i] -= (int32_t)(l->sums[i] / (when + 1));
}

/* ---- how sure ---- */

typedef struct Guess {
    int64_t ahead; /* of the second class */
    int32_t right; /* 0, 1 */
} Guess;

static int by_ahead(const void *a, const void *b) {
    int64_t x = ((const Guess *)a)->ahead, y = ((const Guess *)b)->ahead;
    return (x > y) - (x < y);
}

/* Shares that never fall as the distance grows: neighbours that do are counted together. */
static void count_right(Classifier *c, Guess *all, int32_t n) {
    int64_t right[BINS], of[BINS];
    int32_t bins = n / BIN_LEAST < BINS ? n / BIN_LEAST : BINS;

    c->n_bins = 0;
    qsort(all, (size_t)n, sizeof *all, by_ahead);
    for (int32_t b = 0; b < bins; b++) {
        int32_t from = (int32_t)((int64_t)n * b / bins), to = (int32_t)((int64_t)n * (b + 1) / bins),
                m = c->n_bins++;
        c->bin_from[m] = all[from].ahead;
        of[m] = to - from;
        right[m] = 0;
        for (int32_t i = from; i < to; i++)
            right[m] += all[i].right;
        for (; m > 0 && right[m] * of[m - 1] < right[m - 1] * of[m]; m--, c->n_bins--) {
            right[m - 1] += right[m];
            of[m - 1] += of[m];
        }
    }
    for (int32_t b = 0; b < c->n_bins; b++)
        c->bin_right[b] = (int32_t)(right[b] * 1000 / of[b]);
}

static int32_t right_permille(const Classifier *c, int64_t ahead) {
    int32_t b = 0;

    if (!c->n_bins)
        return -1;
    while (b + 1 < c->n_bins && c->bin_from[b + 1] <= ahead)
        b++;
    return c->bin_right[b];
}

/* Learns without the ones kept aside and looks how it does on them. */
static void count_aside(Classifier *c, Lesson *l, uint64_t seed, Guess *guesses) {
    int32_t n = 0;

    l->left_out = 0;
    learn(c, l, seed);
    for (int32_t t = 0; t < l->n; t += ASIDE) {
        score(c, c->weights, l->texts[t], l->scores);
        int32_t best = best_of(l->scores, c->classes, -1), second = best_of(l->scores, c->classes, best);
        guesses[n++] = (Guess){ second < 0 ? 0 : l->scores[best] - l->scores[second], best == l->all[t].cls };
    }
    count_right(c, guesses, n);
}

/* ---- in and out ---- */

static size_t table_of(size_t bytes) {
    size_t most = bytes * GRAM_LETTERS * 2;
    return power_over(most < COUNTED_MAX ? most : COUNTED_MAX);
}

void classify_room(size_t examples, size_t bytes, int32_t classes, size_t *ret_keep, size_t *ret_scratch) {
    size_t rows = bytes * GRAM_LETTERS < CLASSIFY_GRAMS_MAX ? bytes * GRAM_LETTERS : CLASSIFY_GRAMS_MAX;
    size_t cells = rows * (size_t)classes;

    *ret_keep = sizeof(Classifier) + power_over(rows * 2) * sizeof(Gram) + rows * sizeof(double) +
                cells * sizeof(int32_t) + 1024;
    *ret_scratch =
        table_of(bytes) * sizeof(Gram) + bytes * GRAM_LETTERS * sizeof(Number) + cells * sizeof(int64_t) +
        examples * (sizeof(Numbers) + sizeof(int32_t) + sizeof(Guess) + 16) +
        CLASSIFY_TEXT_MAX * (sizeof(Letter) + GRAM_LETTERS * sizeof(Number)) + (size_t)classes * 8 + 4096;
}

static Err all_numbers(const Classifier *c, Lesson *l, Letter *letters, Arena *scratch, Fault *f) {
    Numbers *texts = arena_take(scratch, (size_t)l->n * sizeof *texts);
    Number *one = arena_raw(scratch, CLASSIFY_TEXT_MAX * GRAM_LETTERS * sizeof *one);

    if (!texts || !one)
        return fault_arena(f);
    for (int32_t t = 0; t < l->n; t++) {
        texts[t].n = numbers_of(c, letters, letters_of(l->all[t].text, letters), one);
        texts[t].of = arena_raw(scratch, (size_t)texts[t].n * sizeof *one);
        if (!texts[t].of)
            return fault_arena(f);
        memcpy(texts[t].of, one, (size_t)texts[t].n * sizeof *one);
    }
    l->texts = texts;
    return OK;
}

static Err check_examples(const ClassifyExample *all, size_t n, int32_t classes, Fault *f) {
    if (n > CLASSIFY_EXAMPLES_MAX || classes > CLASSIFY_CLASSES_MAX)
        return fault(f, ERR_LIMIT, "classify_much", NULL, "例子太多：最多 %d 条、%d 类。",
                     "Too many examples: at most %d, of %d classes.", CLASSIFY_EXAMPLES_MAX,
                     CLASSIFY_CLASSES_MAX);
    if (n == 0 || classes < 1)
        return fault(f, ERR_INVALID, "classify_none", NULL, "没有例子可学。",
                     "There is nothing to learn from.");
    for (size_t i = 0; i < n; i++)
        if (all[i].cls < 0 || all[i].cls >= classes)
            return fault(f, ERR_INVALID, "classify_class", NULL, "第 %zu 条例子的类别 %d 不在 0 到 %d 之间。",
                         "Example %zu has the class %d, which is not from 0 to %d.", i + 1, all[i].cls,
                         classes - 1);
    return OK;
}

Err classify_learn(const ClassifyExample *all, size_t n, int32_t classes, uint64_t seed,
                   const _Atomic bool *cancel, Arena *keep, Arena *scratch, Classifier **ret, Fault *f) {
    size_t bytes = 0;

    TRY(check_examples(all, n, classes, f));
    for (size_t i = 0; i < n; i++)
        bytes += all[i].text.n;
    Classifier *c = arena_take(keep, sizeof *c);
    Letter *letters = arena_raw(scratch, CLASSIFY_TEXT_MAX * sizeof *letters);
    size_t size = table_of(bytes);
    Vocabulary counted = { arena_take(scratch, size * sizeof(Gram)), (uint32_t)size - 1, 0 };
    if (!c || !letters || !counted.slots)
        return fault_arena(f);
    c->classes = classes;
    count_grams(&counted, all, n, letters);
    TRY(keep_grams(c, &counted, n, keep, f));

    Lesson l = { .all = all, .n = (int32_t)n, .cancel = cancel };
    TRY(all_numbers(c, &l, letters, scratch, f));
    Guess *guesses = arena_take(scratch, (n / ASIDE + 1) * sizeof *guesses);
    l.order = arena_take(scratch, n * sizeof *l.order);
    l.scores = arena_take(scratch, (size_t)classes * sizeof *l.scores);
    l.sums = arena_take(scratch, ((size_t)c->rows * (size_t)classes + 1) * sizeof *l.sums);
    if (!guesses || !l.order || !l.scores || !l.sums)
        return fault_arena(f);
    count_aside(c, &l, seed, guesses);
    l.left_out = -1;
    learn(c, &l, seed);
    if (cancelled(&l))
        return fault(f, ERR_BUSY, "cancelled", "", "学习已取消。", "The learning was cancelled.");
    *ret = c;
    return OK;
}

/* ---- proposing ---- */

/* What each letter has of the runs it stands in, as far as they speak for class `cls`
 * rather than for the middle of all; returns the most that one letter has. */
static int64_t part_letters(const Classifier *c, const Letter *letters, int32_t n, int32_t cls, int64_t *part) {
    int64_t most = 0;

    memset(part, 0, (size_t)n * sizeof *part);
    EACH_GRAM(letters, n, i, k, hash) {
        const Gram *g = gram_slot(&c->grams, hash);
        if (!g->hash)
            continue;
        const int32_t *row = c->weights + (size_t)g->row * (size_t)c->classes;
        int64_t mean = 0;
        for (int32_t j = 0; j < c->classes; j++)
            mean += row[j];
        int64_t for_it = (int64_t)((double)(row[cls] - mean / c->classes) * c->rare[g->row]);
        for (uint32_t j = 0; j < k; j++)
            part[i + (int32_t)j] += for_it / (int64_t)k;
    }
    for (int32_t i = 0; i < n; i++)
        most = part[i] > most ? part[i] : most;
    return most;
}

static bool told_already(const ClassifyProposal *p, Str text, ClassifyWord word) {
    Str new = { text.p + word.from, (size_t)(word.to - word.from) };

    for (int32_t k = 0; k < p->n_words; k++)
        if (str_same(new, (Str){ text.p + p->words[k].from, (size_t)(p->words[k].to - p->words[k].from) }))
            return true;
    return false;
}

/* Letters together with more than a third of what the best letter has are a word; the
 * ones with most are told, none twice. */
static void find_words(const Classifier *c, Str text, const Letter *letters, int32_t n, ClassifyProposal *p) {
    int64_t part[CLASSIFY_TEXT_MAX], most = part_letters(c, letters, n, p->cls, part), below = INT64_MAX;

    while (most > 0 && p->n_words < CLASSIFY_WORDS) {
        ClassifyWord best = { 0, 0 };
        int64_t best_sum = 0;
        for (int32_t i = 0, from; i < n; i += i == from) {
            int64_t sum = 0;
            for (from = i; i < n && letters[i].c && part[i] * 3 > most; i++)
                sum += part[i];
            if (sum > best_sum && sum < below) {
                best = (ClassifyWord){ letters[from].from, i < n ? letters[i].from : (int32_t)text.n };
                best_sum = sum;
            }
        }
        if (!best_sum)
            return;
        below = best_sum;
        if (!told_already(p, text, best))
            p->words[p->n_words++] = best;
    }
}

int32_t classify_propose(const Classifier *c, Str text, ClassifyProposal *ret, int32_t most) {
    Letter letters[CLASSIFY_TEXT_MAX];
    Number numbers[CLASSIFY_TEXT_MAX * GRAM_LETTERS];
    int64_t scores[CLASSIFY_CLASSES_MAX];
    int32_t n = letters_of(text, letters);
    Numbers t = { numbers, numbers_of(c, letters, n, numbers) };

    if (!t.n || most < 1)
        return 0;
    score(c, c->weights, t, scores);
    most = most < c->classes ? most : c->classes;
    int64_t first = 0;
    for (int32_t i = 0; i < most; i++) {
        int32_t best = best_of(scores, c->classes, -1);
        ret[i] = (ClassifyProposal){ .cls = best, .right_permille = -1 };
        if (i == 0) {
            int32_t second = best_of(scores, c->classes, best);
            first = second < 0 ? 0 : scores[best] - scores[second];
        }
        scores[best] = INT64_MIN;
    }
    ret[0].right_permille = right_permille(c, first);
    find_words(c, text, letters, n, &ret[0]);
    return most;
}
