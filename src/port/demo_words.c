/* demo_words – see demo_words.h. */
#include "demo_words.h"

#include "mem.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 8 };

typedef struct Slot {
    Str name;
    size_t first, n; /* among the ways */
} Slot;

struct Grammar {
    Slot *slots;
    Str *ways;
    size_t n_slots, n_ways;
};

static int by_name(const void *x, const void *y) {
    const Slot *a = x, *b = y;
    size_t n = a->name.n < b->name.n ? a->name.n : b->name.n;
    int c = memcmp(a->name.p, b->name.p, n);
    return c ? c : (a->name.n > b->name.n) - (a->name.n < b->name.n);
}

Err grammar_read(const char *text, Grammar **ret, Fault *f) {
    size_t lines = 1;

    for (const char *p = text; *p; p++)
        lines += *p == '\n';
    Grammar *g = mem_alloc(sizeof *g);
    Slot *slots = mem_alloc(lines * sizeof *slots);
    Str *ways = mem_alloc(lines * sizeof *ways);
    if (!g || !slots || !ways) {
        mem_free(g);
        mem_free(slots);
        mem_free(ways);
        return fault_memory(f);
    }
    *g = (Grammar){ slots, ways, 0, 0 };
    for (const char *p = text; *p; p += strspn(p, "\n")) {
        Str line = { p, strcspn(p, "\n") };
        p += line.n;
        if (line.n && *line.p == '@')
            g->slots[g->n_slots++] = (Slot){ { line.p + 1, line.n - 1 }, g->n_ways, 0 };
        else if (line.n && *line.p != '#' && g->n_slots) {
            g->ways[g->n_ways++] = line;
            g->slots[g->n_slots - 1].n++;
        }
    }
    qsort(g->slots, g->n_slots, sizeof *g->slots, by_name);
    *ret = g;
    return OK;
}

void grammar_free(Grammar *g) {
    if (!g)
        return;
    mem_free(g->slots);
    mem_free(g->ways);
    mem_free(g);
}

static const Slot *find(const Grammar *g, Str name) {
    Slot key = { .name = name };
    return bsearch(&key, g->slots, g->n_slots, sizeof key, by_name);
}

size_t grammar_ways(const Grammar *g, const char *slot) {
    const Slot *s = find(g, str(slot));
    return s ? s->n : 0;
}

Str grammar_way(const Grammar *g, const char *slot, size_t i) {
    const Slot *s = find(g, str(slot));
    return s && s->n ? g->ways[s->first + i % s->n] : (Str){ "", 0 };
}

/* ---- saying ---- */

typedef struct Saying {
    const Grammar *g;
    const Filling *with;
    size_t n;
    Dice *dice;
    Buf *to;
    int depth;
} Saying;

static bool say(Saying *s, Str slot);

static void say_one_of(Saying *s, Str words) {
    int32_t n = 1;

    for (size_t i = 0; i < words.n; i++)
        n += words.p[i] == '|';
    for (int32_t skip = dice_below(s->dice, n); skip > 0; skip--) {
        size_t at = (size_t)((const char *)memchr(words.p, '|', words.n) - words.p) + 1;
        words = (Str){ words.p + at, words.n - at };
    }
    const char *end = memchr(words.p, '|', words.n);
    buf_put(s->to, words.p, end ? (size_t)(end - words.p) : words.n);
}

static void say_way(Saying *s, Str way) {
    while (way.n) {
        const char *open = memchr(way.p, '{', way.n),
                   *shut = open ? memchr(open, '}', way.n - (size_t)(open - way.p)) : NULL;
        if (!shut) {
            buf_put(s->to, way.p, way.n);
            return;
        }
        Str inner = { open + 1, (size_t)(shut - open) - 1 };
        buf_put(s->to, way.p, (size_t)(open - way.p));
        if (memchr(inner.p, '|', inner.n))
            say_one_of(s, inner);
        else
            say(s, inner);
        way = (Str){ shut + 1, way.n - (size_t)(shut - way.p) - 1 };
    }
}

static bool say(Saying *s, Str slot) {
    for (size_t i = 0; i < s->n; i++)
        if (str_same(slot, str(s->with[i].slot))) {
            buf_put(s->to, s->with[i].words.p, s->with[i].words.n);
            return true;
        }
    const Slot *found = find(s->g, slot);
    if (!found || !found->n || s->depth >= DEPTH_MAX)
        return false;
    s->depth++;
    say_way(s, s->g->ways[found->first + (size_t)dice_below(s->dice, (int32_t)found->n)]);
    s->depth--;
    return true;
}

static bool uses(Str way, Str mark) {
    for (size_t i = 0; i + mark.n <= way.n; i++)
        if (memcmp(way.p + i, mark.p, mark.n) == 0)
            return true;
    return false;
}

bool grammar_say_as(const Grammar *g, Str slot, const char *mark, bool used, const Filling *with, size_t n,
                    Dice *d, Buf *b) {
    const Slot *found = find(g, slot);
    Saying s = { g, with, n, d, b, 1 };
    int32_t fit = 0, skip;

    for (size_t i = 0; found && i < found->n; i++)
        fit += uses(g->ways[found->first + i], str(mark)) == used;
    if (!fit)
        return grammar_say(g, slot, with, n, d, b);
    skip = dice_below(d, fit);
    for (size_t i = 0; i < found->n; i++) {
        Str way = g->ways[found->first + i];
        if (uses(way, str(mark)) == used && skip-- == 0) {
            say_way(&s, way);
            break;
        }
    }
    return true;
}

bool grammar_say(const Grammar *g, Str slot, const Filling *with, size_t n, Dice *d, Buf *b) {
    Saying s = { g, with, n, d, b, 0 };
    return say(&s, slot);
}
