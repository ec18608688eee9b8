/* locate_hits – which of the raw hits stand. A name inside a longer one is no hit
 * (建设 in 建设东路), nor is one that goes on as another name (人民公园 in 人民公园路);
 * a name without its ending, and a name of two letters, count only before a
 * number. Then the tokens are cut into mentions, each of which may be an address. */
#include "locate_inner.h"

#include <stdlib.h>

static bool is_one(uint32_t c, const char32_t *set) {
    for (; *set; set++)
        if (*set == c)
            return true;
    return false;
}

static bool ends_at(const Tokens *tokens, int32_t at, TokenKind kind) {
    for (int32_t i = 0; i < tokens->n; i++)
        if (tokens->list[i].kind == kind && tokens->list[i].to == at)
            return true;
    return false;
}

/* Tokens are few near each other but many in a long text, so all look-arounds go
 * over a window of the sorted list. */
enum { WINDOW = 40 };

static const Token *number_beside(const Tokens *tokens, int32_t i) {
    const Token *t = &tokens->list[i];
    int32_t low = i - WINDOW < 0 ? 0 : i - WINDOW, high = i + WINDOW < tokens->n ? i + WINDOW : tokens->n;

    for (int32_t k = low; k < high; k++) {
        const Token *o = &tokens->list[k];
        bool counts = o->kind == TOKEN_NUMBER && (o->cls < NUM_PARTS || o->cls == NUM_BARE);
        if (counts && (o->from == t->to || (o->to + 1 == t->from)))
            return o;
    }
    return NULL;
}

static bool goes_on(const Folded *t, const Token *k) {
    if (k->to >= t->n || letter_ends_road(t->c[k->to - 1]))
        return false;
    if (letters_are(t, k->to, U"街道") || letter_ends_road(t->c[k->to]) || letters_are(t, k->to, U"大道"))
        return true;
    return is_one(t->c[k->to], U"东南西北中") && k->to + 1 < t->n && letter_ends_road(t->c[k->to + 1]);
}

static bool is_whole_word(const Folded *t, const Token *k) {
    return !(k->from > 0 && letter_is_word(t->c[k->from]) && letter_is_word(t->c[k->from - 1])) &&
           !(k->to < t->n && letter_is_word(t->c[k->to - 1]) && letter_is_word(t->c[k->to]));
}

static bool is_hit(const LocateIndex *x, const Folded *t, const Tokens *tokens, int32_t i) {
    const Token *k = &tokens->list[i];

    if (!is_whole_word(t, k))
        return false;
    if (k->name < x->n_areas)
        return true;
    if (k->spelling == SPELT_STEM || k->to - k->from == 2)
        return number_beside(tokens, i) != NULL;
    if (k->spelling == SPELT_TYPO) {
        const Token *n = number_beside(tokens, i);
        return n && !goes_on(t, k);
    }
    return !goes_on(t, k);
}

static int token_order(const void *p, const void *q) {
    const Token *a = p, *b = q;

    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    if (a->to != b->to)
        return a->to < b->to ? -1 : 1;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->name != b->name)
        return a->name < b->name ? -1 : 1;
    return a->spelling < b->spelling ? -1 : a->spelling > b->spelling;
}

static bool inside(const Token *a, const Token *b) { return b->from <= a->from && b->to >= a->to; }

/* Is token i outdone by a longer or better one over the same letters? */
static bool outdone(const Tokens *tokens, int32_t i) {
    const Token *t = &tokens->list[i];
    int32_t low = i - WINDOW < 0 ? 0 : i - WINDOW, high = i + WINDOW < tokens->n ? i + WINDOW : tokens->n;

    for (int32_t k = low; k < high; k++) {
        const Token *o = &tokens->list[k];
        if (k == i || o->kind != TOKEN_NAME)
            continue;
        if (k < i && t->kind == TOKEN_NAME && token_order(o, t) == 0)
            return true; /* the same twice */
        bool longer = o->to - o->from > t->to - t->from;
        if (t->kind == TOKEN_NUMBER && inside(t, o) && o->spelling == SPELT_EXACT)
            return true;
        if (t->kind == TOKEN_NAME && inside(t, o) &&
            (longer ? o->spelling >= t->spelling : o->spelling > t->spelling))
            return true;
        if (t->kind == TOKEN_NAME && t->spelling == SPELT_TYPO && o->spelling == SPELT_EXACT &&
            o->from < t->to && o->to > t->from)
            return true;
    }
    return false;
}

static void keep_standing(Tokens *tokens, const bool *stands) {
    int32_t n = 0;

    for (int32_t i = 0; i < tokens->n; i++)
        if (stands[i])
            tokens->list[n++] = tokens->list[i];
    tokens->n = n;
}

/* 12号502 and 3单元502: digits right behind a building's number are a room. */
static void find_rooms(const Folded *t, Tokens *tokens) {
    for (int32_t i = 1; i < tokens->n; i++) {
        Token *k = &tokens->list[i];
        const Token *b = &tokens->list[i - 1];
        bool dash = k->from == b->to + 1 && t->c[b->to] == '-';
        bool behind =
            b->kind == TOKEN_NUMBER && (b->cls == NUM_BUILDING || b->cls == NUM_UNIT || b->cls == NUM_ROOM);
        if (k->kind == TOKEN_NUMBER && k->cls == NUM_BARE && behind && (k->from == b->to || dash)) {
            k->cls = NUM_ROOM;
            k->from -= dash;
        }
    }
}

/* 新建设路 may be a road of its own. */
static void mark_doubtful(const Folded *t, Tokens *tokens) {
    for (int32_t i = 0; i < tokens->n; i++) {
        Token *k = &tokens->list[i];
        if (k->kind != TOKEN_NAME || k->from == 0 || !is_one(t->c[k->from - 1], U"东南西北中新老小大上下"))
            continue;
        Tokens before = { tokens->list + (i > WINDOW ? i - WINDOW : 0), i > WINDOW ? WINDOW : i, 0 };
        k->doubtful = !ends_at(&before, k->from, TOKEN_NAME);
    }
}

void locate_settle(const LocateIndex *x, const Folded *t, Tokens *tokens, bool *room) {
    bool *stands = room + tokens->max;

    qsort(tokens->list, (size_t)tokens->n, sizeof *tokens->list, token_order);
    for (int32_t i = 0; i < tokens->n; i++)
        room[i] = tokens->list[i].kind == TOKEN_NUMBER || is_hit(x, t, tokens, i);
    keep_standing(tokens, room);
    for (int32_t i = 0; i < tokens->n; i++)
        stands[i] = !outdone(tokens, i);
    keep_standing(tokens, stands);
    find_rooms(t, tokens);
    mark_doubtful(t, tokens);
}

/* ---- mentions ---- */

enum { GAP_MAX = 8, OWN_NUMBER = 4, BESIDE_BEHIND = 6 };

static bool sentence_ends(const Folded *t, int32_t from, int32_t to) {
    for (int32_t i = from; i < to && i < t->n; i++)
        if (is_one(t->c[i], U"。！？；\n!?;"))
            return true;
    return false;
}

typedef struct Open {
    bool name, building, lane;
    int32_t from, n, end;
} Open;

/* Does a number follow token i before another name does? */
static bool has_own_number(const Tokens *tokens, int32_t i) {
    const Token *t = &tokens->list[i];

    for (int32_t k = i + 1; k < tokens->n; k++) {
        const Token *o = &tokens->list[k];
        if (o->from > t->to + OWN_NUMBER)
            return false;
        if (o->kind == TOKEN_NUMBER)
            return o->cls < NUM_PARTS || o->cls == NUM_BARE;
        if (o->from >= t->to)
            return false;
    }
    return false;
}

static bool begins_another(const Folded *t, const Tokens *tokens, int32_t i, const Open *o) {
    const Token *k = &tokens->list[i];

    if (k->from > o->end + GAP_MAX || o->n == MENTION_TOKENS || sentence_ends(t, o->end, k->from))
        return true;
    if (k->from < o->end)
        return false;
    if (k->kind == TOKEN_NAME)
        return o->name && o->building && has_own_number(tokens, i);
    return k->cls == NUM_LANE && o->lane && o->building;
}

static void take_in(const Token *k, int32_t i, Open *o) {
    if (o->n++ == 0)
        o->from = i;
    o->end = k->to > o->end ? k->to : o->end;
    o->name |= k->kind == TOKEN_NAME;
    o->building |= k->kind == TOKEN_NUMBER && (k->cls == NUM_BUILDING || k->cls == NUM_BARE);
    o->lane |= k->kind == TOKEN_NUMBER && k->cls == NUM_LANE;
}

/* 江宁路396弄 where no such road is known: not any other road's 396弄. */
static bool has_unknown_name(const Folded *t, const Token *list, int32_t n) {
    for (int32_t i = 0; i < n; i++) {
        const Token *k = &list[i];
        Tokens own = { (Token *)list, n, n }; /* only read */
        if (k->kind != TOKEN_NUMBER || k->cls >= NUM_PARTS || k->from == 0)
            continue;
        if (ends_at(&own, k->from, TOKEN_NAME) || ends_at(&own, k->from, TOKEN_NUMBER))
            continue;
        if (is_one(t->c[k->from - 1], U"路街道巷村园苑城庭邸府湾里坊阁轩寓墅厦场"))
            return true;
    }
    return false;
}

static bool says_beside(const Folded *t, int32_t from, int32_t end) {
    static const char32_t *const words[] = { U"对面", U"斜对", U"对过", U"隔壁", U"旁",   U"附近", U"周边",
                                             U"周围", U"路口", U"交叉", U"交界", U"之间", U"靠近", U"以东",
                                             U"以西", U"以南", U"以北", U"近",   U"OPP",  U"NEAR", U"NEXT TO" };
    int32_t stop = end + BESIDE_BEHIND < t->n ? end + BESIDE_BEHIND : t->n;

    for (int32_t i = from > 2 ? from - 2 : 0; i < stop; i++)
        for (size_t k = 0; k < COUNT(words); k++)
            if (letters_are(t, i, words[k]))
                return true;
    return false;
}

static void close_mention(const LocateIndex *x, const Folded *t, const Tokens *tokens, const Open *o,
                          Mention *ret) {
    const Token *list = tokens->list + o->from;

    *ret = (Mention){ .tokens = list,
                      .n = o->n,
                      .unknown_name = has_unknown_name(t, list, o->n),
                      .beside = says_beside(t, list[0].from, o->end) };
    for (int32_t i = 0; i < o->n; i++)
        ret->named |=
            list[i].kind == TOKEN_NAME && list[i].name >= x->n_areas && list[i].spelling >= SPELT_STEM;
}

int32_t locate_mentions(const LocateIndex *x, const Folded *t, const Tokens *tokens, Mention *ret,
                        int32_t max) {
    Open open = { .n = 0 };
    int32_t n = 0;

    for (int32_t i = 0; i < tokens->n; i++) {
        if (open.n && begins_another(t, tokens, i, &open)) {
            if (n < max)
                close_mention(x, t, tokens, &open, &ret[n++]);
            open = (Open){ .n = 0 };
        }
        take_in(&tokens->list[i], i, &open);
    }
    if (open.n && n < max)
        close_mention(x, t, tokens, &open, &ret[n++]);
    return n;
}
