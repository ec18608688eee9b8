/* messages – see messages.h. */
#include "messages.h"

#include "csv.h"

#include <stdio.h>
#include <stdlib.h>

static void must(bool holds, const char *what) {
    if (!holds) {
        fprintf(stderr, "messages: %s\n", what);
        abort();
    }
}

static char *copy_of(Str s, Str then) {
    char *z = malloc(s.n + then.n + 4);

    must(z != NULL, "no memory");
    memcpy(z, s.p, s.n);
    z[s.n] = 0;
    if (then.n) {
        memcpy(z + s.n, "。", 3);
        memcpy(z + s.n + 3, then.p, then.n);
        z[s.n + 3 + then.n] = 0;
    }
    return z;
}

static FILE *shared(const char *name) {
    const char *root = getenv("JW_SHARED"), *source = getenv("JW_SOURCE");
    char path[1000];

    if (root)
        snprintf(path, sizeof path, "%s/data/hotline/%s", root, name);
    else
        snprintf(path, sizeof path, "%s/../shared/data/hotline/%s", source ? source : ".", name);
    return fopen(path, "rbe");
}

static Err from_file(void *source, char *to, size_t size, size_t *ret_n, Fault *f) {
    (void)f;
    *ret_n = fread(to, 1, size, source);
    return OK;
}

static int32_t label_of(Messages *m, Str name) {
    for (int32_t i = 0; i < m->n_labels; i++)
        if (str_is(name, m->labels[i]))
            return i;
    must(m->n_labels < LABELS_MAX, "more labels than there is room for");
    m->labels[m->n_labels] = copy_of(name, (Str){ NULL, 0 });
    return m->n_labels++;
}

static void add_keyword(Messages *m, Str word, int32_t label) {
    if (word.n < 6 || str_is(word, "其他")) /* one letter says nothing */
        return;
    for (int32_t i = 0; i < m->n_keywords; i++)
        if (m->keywords[i].label == label && str_is(word, m->keywords[i].z))
            return;
    must(m->n_keywords < KEYWORDS_MAX, "more keywords than there is room for");
    m->keywords[m->n_keywords++] = (Keyword){ copy_of(word, (Str){ NULL, 0 }), label };
}

static void add_keywords(Messages *m, Str words, int32_t label) {
    size_t from = 0;

    for (size_t i = 0; i + 3 <= words.n; i++)
        if (!memcmp(words.p + i, "和", 3) || !memcmp(words.p + i, "、", 3)) {
            add_keyword(m, (Str){ words.p + from, i - from }, label);
            from = i + 3;
        }
    add_keyword(m, (Str){ words.p + from, words.n - from }, label);
}

typedef void Each(Messages *m, Str a, Str b, Str c);

static void read_file(Messages *m, FILE *in, const char *const columns[3], Each *each) {
    Csv *c;
    Fault f;
    int32_t at[3];
    bool more = true;

    must(csv_open(from_file, in, (CsvLimits){ 0 }, &c, &f) == OK &&
             csv_header(c, columns, NULL, 3, at, &f) == OK,
         "the table");
    while (!csv_is_broken(c) && more)
        if (csv_next(c, &more, &f) == OK && more)
            each(m, csv_field(c, at[0]), csv_field(c, at[1]), csv_field(c, at[2]));
    csv_close(c);
    fclose(in);
}

static void add_message(Messages *m, Str title, Str text, Str label) {
    must(m->n < MESSAGES_MAX, "more messages than there is room for");
    m->of[m->n++] = (ClassifyExample){ str(copy_of(title, text)), label_of(m, label) };
    m->bytes += m->of[m->n - 1].text.n;
}

static void add_taxon(Messages *m, Str first, Str second, Str third) {
    for (int32_t i = 0; i < m->n_labels; i++)
        if (str_is(first, m->labels[i])) {
            add_keywords(m, second, i);
            add_keywords(m, third, i);
        }
}

bool messages_read(Messages *ret) {
    FILE *messages = shared("teddy_labelled_messages.csv"), *taxonomy = shared("teddy_categories.csv");
    uint64_t draw = 2026;

    if (!messages || !taxonomy) {
        if (messages)
            fclose(messages);
        if (taxonomy)
            fclose(taxonomy);
        return false;
    }
    *ret = (Messages){ .n = 0 };
    read_file(ret, messages, (const char *const[]){ "留言主题", "留言详情", "一级分类" }, add_message);
    read_file(ret, taxonomy, (const char *const[]){ "一级分类", "二级分类", "三级分类" }, add_taxon);
    for (int32_t i = ret->n - 1; i > 0; i--) {
        draw = draw * 6364136223846793005u + 1442695040888963407u;
        int32_t j = (int32_t)((draw >> 33) % (uint64_t)(i + 1));
        ClassifyExample swap = ret->of[i];
        ret->of[i] = ret->of[j];
        ret->of[j] = swap;
    }
    return true;
}

void messages_end(Messages *m) {
    for (int32_t i = 0; i < m->n; i++)
        free((char *)(uintptr_t)m->of[i].text.p);
    for (int32_t i = 0; i < m->n_labels; i++)
        free(m->labels[i]);
    for (int32_t i = 0; i < m->n_keywords; i++)
        free(m->keywords[i].z);
}

int32_t messages_by_keyword(const Messages *m, Str text) {
    int64_t score[LABELS_MAX] = { 0 };
    int32_t best = -1;

    for (int32_t i = 0; i < m->n_keywords; i++)
        if (memmem(text.p, text.n, m->keywords[i].z, strlen(m->keywords[i].z)))
            score[m->keywords[i].label] += (int64_t)strlen(m->keywords[i].z);
    for (int32_t k = 0; k < m->n_labels; k++)
        if (score[k] && (best < 0 || score[k] > score[best]))
            best = k;
    return best;
}
