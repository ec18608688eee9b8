/* messages – real messages to a government board, with one of seven labels, and the words
 * of the taxonomy that the labels come from; read from ../shared/data/hotline (JW_SHARED
 * elsewhere). For the classifier's test and bench; names are masked in the data. */
#ifndef JW_TEST_MESSAGES_H
#define JW_TEST_MESSAGES_H

#include "classify.h"

enum { MESSAGES_MAX = 1000, LABELS_MAX = 32, KEYWORDS_MAX = 2000 };

typedef struct Keyword {
    char *z;
    int32_t label;
} Keyword;

typedef struct Messages {
    ClassifyExample of[MESSAGES_MAX]; /* in an order that is shuffled and always the same */
    char *labels[LABELS_MAX];
    Keyword keywords[KEYWORDS_MAX]; /* the second and third level of the taxonomy, cut at 和 and 、 */
    int32_t n, n_labels, n_keywords;
    size_t bytes;
} Messages;

/* False without the files. On the heap, given back by messages_end. */
bool messages_read(Messages *ret);
void messages_end(Messages *m);

/* The label most of whose keywords stand in the text, the longer the more; -1: none does. */
int32_t messages_by_keyword(const Messages *m, Str text);

#endif
