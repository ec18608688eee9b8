/* bench/address – addresses as words: texts per second, accuracy, memory and the time
 * to build, for 10,000 and 100,000 places of a fictional city made to be confused
 * (tests/support/town.h), 1,000 addresses in ten spellings each. Beside it what a
 * plain search would do: the places whose name, or an alias, stands in the text. One
 * core.
 *
 *   bench_address [PLACES, default 10000 and 100000] */
#include "clock.h"
#include "town.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ADDRESSES = 1000, TEXTS = ADDRESSES * SPELLINGS, PLAIN_SHARE = 50 };

typedef struct Texts {
    char *z[TEXTS];
    int32_t meant[TEXTS];
} Texts;

typedef struct Score {
    int32_t n, first, certain, wrong;
    double per_second;
} Score;

static void must(bool holds, const char *what) {
    if (!holds) {
        fprintf(stderr, "bench_address: %s\n", what);
        abort();
    }
}

static double seconds_since(int64_t from_ms) { return (double)(clock_mono_ms() - from_ms) / 1000; }

static void make_texts(Town *town, Texts *ret) {
    char text[512];

    for (int32_t i = 0; i < TEXTS; i++) {
        ret->meant[i] = i % SPELLINGS ? ret->meant[i - 1] : (int32_t)town_draw(town, (uint32_t)town->n_places);
        town_spell(town, ret->meant[i], i % SPELLINGS, text);
        must((ret->z[i] = strdup(text)) != NULL, "no memory");
    }
}

static Score score_index(const LocateIndex *x, const Texts *texts) {
    static char room[LOCATE_SCRATCH];
    Score s = { .n = TEXTS };
    int64_t from = clock_mono_ms(), passes = 0;

    do {
        s.first = s.certain = s.wrong = 0;
        for (int32_t i = 0; i < TEXTS; i++) {
            Arena a = { room, 0, sizeof room };
            LocateAnswer answer;
            Fault f;
            must(locate_find(x, str(texts->z[i]), &a, &answer, &f) == OK, "locate_find");
            bool first = answer.n_hits && answer.hits[0].place == texts->meant[i];
            s.first += first;
            s.certain += answer.verdict == LOCATE_CERTAIN;
            s.wrong += answer.verdict == LOCATE_CERTAIN && !first;
        }
        passes++;
    } while (seconds_since(from) < 2);
    s.per_second = (double)(passes * TEXTS) / seconds_since(from);
    return s;
}

/* Certain where exactly one place's name stands in the text. */
static Score score_plain(const Town *town, const Texts *texts) {
    Score s = { 0 };
    int64_t from = clock_mono_ms();

    for (int32_t i = 0; i < TEXTS;
         i += PLAIN_SHARE - 1, s.n++) { /* 49 shares no factor with the ten spellings */
        int32_t hits = 0, first = -1;
        for (int32_t p = 0; p < town->n_places; p++) {
            bool stands = false;
            for (int32_t k = 0; k < town->places[p].n_names && !stands; k++)
                stands = strstr(texts->z[i], town->places[p].names[k].p) != NULL;
            first = stands && hits == 0 ? p : first;
            hits += stands;
        }
        s.first += first == texts->meant[i];
        s.certain += hits == 1;
        s.wrong += hits == 1 && first != texts->meant[i];
    }
    s.per_second = s.n / seconds_since(from);
    return s;
}

static void print_score(int32_t places, const char *how, const Score *s) {
    printf("%8d %-6s %12.0f %9.2f %% %9.2f %% %9.2f %%\n", places, how, s->per_second, 100.0 * s->first / s->n,
           100.0 * s->certain / s->n, 100.0 * s->wrong / s->n);
}

static void run(int32_t places) {
    static Texts texts;
    Town town;
    LocateIndex *x;
    Fault f;

    town_make(places, 2026, &town);
    make_texts(&town, &texts);
    int64_t from = clock_mono_ms();
    must(locate_build(&town.in, &x, &f) == OK, "locate_build");
    double build = seconds_since(from);
    Score ours = score_index(x, &texts), plain = score_plain(&town, &texts);
    print_score(places, "index", &ours);
    print_score(places, "plain", &plain);
    printf("{\"bench\":\"address\",\"places\":%d,\"texts_per_s\":%.0f,\"plain_per_s\":%.0f,\"first\":%.4f,"
           "\"certain\":%.4f,\"certain_wrong\":%.4f,\"plain_first\":%.4f,\"build_s\":%.3f,\"index_mb\":%.1f}\n",
           places, ours.per_second, plain.per_second, (double)ours.first / ours.n,
           (double)ours.certain / ours.n, (double)ours.wrong / ours.n, (double)plain.first / plain.n, build,
           (double)locate_bytes(x) / (1 << 20));
    for (int32_t i = 0; i < TEXTS; i++)
        free(texts.z[i]);
    locate_free(x);
    town_end(&town);
}

int main(int argc, char **argv) {
    printf("%8s %-6s %12s %11s %11s %11s\n", "places", "", "texts/s", "right first", "certain", "and wrong");
    if (argc > 1)
        run(atoi(argv[1]));
    else {
        run(10000);
        run(100000);
    }
    return 0;
}
