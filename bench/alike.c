/* bench/alike – groups of messages about one matter among 4,326 real ones, which have no
 * place: pairs whose words are alike, beside pairs that have the same keyword of the taxonomy
 * (the longest that stands in both). Only the messages themselves are compared; whether a
 * pair is right is judged by their titles, which the reporters wrote apart: alike, too. One
 * core. Skips with a word without ../shared/data/hotline (JW_SHARED elsewhere).
 *
 *   bench_alike */
#include "alike.h"
#include "clock.h"
#include "csv.h"
#include "messages.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST = 5000, LETTERS = 300 /* bytes: the first hundred letters */, TITLES_PERMILLE = 300 };
static const int32_t at_least[] = { 200, 300, 400, 500 };

static AlikeText titles[MOST], texts[MOST];
static int32_t keyword[MOST], group[MOST], n;
static Messages m;

static void must(bool holds, const char *what) {
    if (!holds) {
        fprintf(stderr, "bench_alike: %s\n", what);
        abort();
    }
}

static Err from_file(void *source, char *to, size_t size, size_t *ret_n, Fault *f) {
    (void)f;
    *ret_n = fread(to, 1, size, source);
    return OK;
}

static int32_t longest_keyword(Str text) {
    int32_t best = -1;
    size_t longest = 0;

    for (int32_t i = 0; i < m.n_keywords; i++) {
        size_t k = strlen(m.keywords[i].z);
        if (k > longest && memmem(text.p, text.n, m.keywords[i].z, k)) {
            best = i;
            longest = k;
        }
    }
    return best;
}

static void add(Str title, Str text) {
    must(n < MOST, "more messages than there is room for");
    while (text.n > LETTERS || (text.n > 0 && text.n == LETTERS && (text.p[text.n - 1] & 0xC0) == 0x80))
        text.n--;
    alike_read(title, &titles[n]);
    alike_read(text, &texts[n]);
    keyword[n++] = longest_keyword(text);
}

static bool read_messages(void) {
    static const char *const columns[] = { "留言主题", "留言详情" };
    const char *root = getenv("JW_SHARED"), *source = getenv("JW_SOURCE");
    char path[1000];
    int32_t at[2];
    bool more = true;
    Csv *c;
    Fault f;

    snprintf(path, sizeof path, "%s%s/data/hotline/teddy_messages_votes.csv",
             root     ? root
             : source ? source
                      : ".",
             root ? "" : "/../shared");
    FILE *in = fopen(path, "rbe");
    if (!in || !messages_read(&m))
        return false;
    must(csv_open(from_file, in, (CsvLimits){ 0 }, &c, &f) == OK, "the file");
    must(csv_header(c, columns, NULL, 2, at, &f) == OK, "its columns");
    while (!csv_is_broken(c) && more)
        if (csv_next(c, &more, &f) == OK && more)
            add(csv_field(c, at[0]), csv_field(c, at[1]));
    csv_close(c);
    fclose(in);
    return n > 0;
}

static int32_t root_of(int32_t i) {
    while (group[i] != i)
        i = group[i] = group[group[i]];
    return i;
}

static void report(const char *what, long pairs, long right) {
    static int32_t members[MOST];
    int32_t groups = 0, largest = 0, within = 0;

    memset(members, 0, sizeof members);
    for (int32_t i = 0; i < n; i++)
        members[root_of(i)]++;
    for (int32_t i = 0; i < n; i++) {
        groups += members[i] > 1;
        within += members[i] > 1 ? members[i] : 0;
        largest = members[i] > largest ? members[i] : largest;
    }
    printf("%-24s %9ld %9ld %7.1f%% %8d %9d %8d\n", what, pairs, right,
           pairs ? 100.0 * (double)right / (double)pairs : 0, groups, within, largest);
}

int main(void) {
    long pairs, right, compared = 0;
    char what[40];
    Alike a;

    if (!read_messages()) {
        printf("bench_alike: no ../shared/data/hotline, left out\n");
        return 0;
    }
    printf("%d messages\n%-24s %9s %9s %8s %8s %9s %8s\n", n, "", "pairs", "titles", "of them", "groups",
           "messages", "largest");
    int64_t from = clock_mono_ms();
    static int32_t likeness[MOST];
    static long found[COUNT(at_least)], good[COUNT(at_least)];
    static int32_t of[COUNT(at_least)][MOST];
    for (size_t t = 0; t < COUNT(at_least); t++)
        for (int32_t i = 0; i < n; i++)
            of[t][i] = i;
    for (int32_t i = 0; i < n; i++) {
        for (int32_t k = 0; k < i; k++, compared++) {
            alike_compare(&texts[i], &texts[k], &a);
            likeness[k] = a.permille;
        }
        for (int32_t k = 0; k < i; k++) {
            if (likeness[k] < at_least[0])
                continue;
            alike_compare(&titles[i], &titles[k], &a);
            for (size_t t = 0; t < COUNT(at_least) && likeness[k] >= at_least[t]; t++) {
                memcpy(group, of[t], sizeof group);
                group[root_of(i)] = root_of(k);
                memcpy(of[t], group, sizeof group);
                found[t]++;
                good[t] += a.permille >= TITLES_PERMILLE;
            }
        }
    }
    double seconds = (double)(clock_mono_ms() - from) / 1000;
    for (size_t t = 0; t < COUNT(at_least); t++) {
        memcpy(group, of[t], sizeof group);
        snprintf(what, sizeof what, "alike to %d of 1000", at_least[t]);
        report(what, found[t], good[t]);
    }
    pairs = right = 0;
    for (int32_t i = 0; i < n; i++)
        group[i] = i;
    for (int32_t i = 0; i < n; i++)
        for (int32_t k = 0; k < i; k++)
            if (keyword[i] >= 0 && keyword[i] == keyword[k]) {
                group[root_of(i)] = root_of(k);
                alike_compare(&titles[i], &titles[k], &a);
                pairs++;
                right += a.permille >= TITLES_PERMILLE;
            }
    report("the same keyword", pairs, right);
    printf("%.1f million comparisons a second\n", (double)compared / seconds / 1e6);
    printf("{\"bench\":\"alike\",\"messages\":%d,\"pairs\":%ld,\"right\":%ld,\"keyword_pairs\":%ld,\"keyword_"
           "right\":%ld}\n",
           n, found[2], good[2], pairs, right);
    messages_end(&m);
    return 0;
}
