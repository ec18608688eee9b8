/* classify – proposes the category of a report from its words: which of some classes the
 * text is most like, how often such a proposal was right, and because of which words.
 *
 * Learns from examples (an installation's own closed cases, or the seed texts that are
 * shipped). A text is its letters in runs of one, two and three, so nothing has to be cut
 * into words; each run of letters carries a weight for each class, learnt by going over
 * the examples and correcting whatever is wrong or only just right (passive-aggressive
 * updates, averaged: Crammer et al., JMLR 7, 2006). How sure a proposal is, is counted:
 * every fifth example is kept aside once, and the share is that of the ones kept aside
 * which were right at such a distance from the second class.
 *
 * Pure and seeded: same examples and seed, same answer. Memory is the caller's. A
 * proposal is never more than that: who files a case decides. */
#ifndef JW_CLASSIFY_H
#define JW_CLASSIFY_H

#include "text.h"

#include <stdatomic.h>

enum {
    CLASSIFY_CLASSES_MAX = 500,
    CLASSIFY_EXAMPLES_MAX = 200000,
    CLASSIFY_GRAMS_MAX = 100000, /* runs of letters that are kept: the most frequent      */
    CLASSIFY_TEXT_MAX = 2000,    /* letters of a text that are looked at: the first       */
    CLASSIFY_WORDS = 3,          /* reasons told with a proposal                          */
};

typedef struct ClassifyExample {
    Str text;    /* borrowed while it learns */
    int32_t cls; /* 0 to classes - 1 */
} ClassifyExample;

typedef struct ClassifyWord {
    int32_t from, to; /* bytes of the text */
} ClassifyWord;

typedef struct ClassifyProposal {
    int32_t cls;
    int32_t right_permille; /* of proposals as clear as this; -1: too few examples to tell */
    ClassifyWord words[CLASSIFY_WORDS];
    int32_t n_words;
} ClassifyProposal;

/* What it has learnt; lives in the arena `keep` and is only read from then on, so threads
 * may share it. */
typedef struct Classifier Classifier;

/* Bytes of both arenas that are enough for so many examples of so many bytes together. */
void classify_room(size_t examples, size_t bytes, int32_t classes, size_t *ret_keep, size_t *ret_scratch);

/* ERR_INVALID: no examples, or a class outside its range. ERR_LIMIT: too many, or an arena
 * is too small. ERR_BUSY: another thread set `cancel` (NULL: none can). */
Err classify_learn(const ClassifyExample *all, size_t n, int32_t classes, uint64_t seed,
                   const _Atomic bool *cancel, Arena *keep, Arena *scratch, Classifier **ret, Fault *f);

/* The best `most` classes, best first; returns how many. Only the first has a share and
 * reasons. None where no run of letters is known, so nothing is proposed out of nothing. */
int32_t classify_propose(const Classifier *c, Str text, ClassifyProposal *ret, int32_t most);

#endif
