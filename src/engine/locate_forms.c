/* locate_forms – reads one spelling of a place into forms: its names and the
 * numbers that tell it from its neighbours. 云桥街道建设东路396弄12号（建设新村）is
 * one place with two: {建设东路, 396弄, 12号} and {建设新村, 12号}. Also what may be
 * left out of a name, and which letters may be mistaken. */
#include "locate_inner.h"

/* What a compound is called after; all may be left out in speech. */
static const char32_t *const compounds[] = {
    U"新村", U"小区", U"花园", U"花苑", U"家园", U"公寓", U"嘉园", U"名苑", U"佳苑", U"新苑",
    U"雅苑", U"公馆", U"名邸", U"别墅", U"大院", U"新城", U"苑",   U"园",   U"里",   U"坊",
    U"庭",   U"邸",   U"府",   U"湾",   U"城",   U"村",   U"阁",   U"轩",   U"墅",
};
static const char32_t *const roads[] = { U"大道", U"公路", U"路", U"街", U"巷" };
/* Kinds of places, which are no names by themselves. */
static const char32_t *const kinds[] = {
    U"大厦", U"大楼", U"广场", U"市场", U"菜场",   U"菜市场", U"超市", U"便利店", U"商场", U"商店", U"公园",
    U"绿地", U"学校", U"小学", U"中学", U"幼儿园", U"医院",   U"校区", U"园区",   U"饭店", U"药店", U"银行",
};

static int32_t length_of(const char32_t *w) {
    int32_t n = 0;
    while (w[n])
        n++;
    return n;
}

static bool ends_with(const uint32_t *c, int32_t n, const char32_t *word) {
    int32_t k = length_of(word);

    for (int32_t i = 0; i < k; i++)
        if (n < k || c[n - k + i] != word[i])
            return false;
    return true;
}

/* The letters of the last of these words, 0 if the name ends with none. */
static int32_t ending(const uint32_t *c, int32_t n, const char32_t *const *words, size_t n_words) {
    for (size_t i = 0; i < n_words; i++)
        if (ends_with(c, n, words[i]))
            return length_of(words[i]);
    return 0;
}

static int32_t compound_ending(const uint32_t *c, int32_t n) {
    return ending(c, n, compounds, COUNT(compounds));
}

static bool is_latin(uint32_t c) { return letter_is_word(c) || c == ' '; }

/* Letters in which neighbours differ: 东路 and 西路, 一村 and 二村, 上 and 下. */
static bool tells_apart(uint32_t c) {
    static const char32_t set[] = U"东南西北中上下前后内外左右新老大小长短一二三四五六七八九十百零甲乙丙丁";

    for (const char32_t *p = set; *p; p++)
        if (*p == c)
            return true;
    return is_latin(c);
}

int32_t name_stem(const uint32_t *c, int32_t n) {
    int32_t end = ending(c, n, roads, COUNT(roads)), own = 0;

    end = end ? end : compound_ending(c, n);
    for (int32_t i = 0; i < n - end; i++)
        own += !tells_apart(c[i]);
    return end && n - end >= 2 && own > 0 ? n - end : 0;
}

bool name_is_generic(const uint32_t *c, int32_t n) {
    int32_t end = ending(c, n, kinds, COUNT(kinds));

    end = end ? end : compound_ending(c, n);
    end = end ? end : ending(c, n, roads, COUNT(roads));
    return n - end < 1;
}

/* ---- nearly the same ---- */

bool name_nearly(const uint32_t *name, int32_t n, const uint32_t *text, int32_t m) {
    int32_t head = 0, tail = 0, less = n < m ? n : m;

    while (head < less && name[head] == text[head])
        head++;
    while (tail < less - head && name[n - 1 - tail] == text[m - 1 - tail])
        tail++;
    int32_t name_rest = n - head - tail, text_rest = m - head - tail;
    if (name_rest > 1 || text_rest > 1 || (name_rest == 0 && text_rest == 0))
        return false;
    if (name_rest != text_rest && n < 4)
        return false;           /* of three letters one may be wrong, none may be missing */
    if (name_rest && text_rest) /* 长 and 常 are mistaken, 东 and 西 are meant */
        return !(tells_apart(name[head]) && tells_apart(text[head])) && !is_latin(name[head]) &&
               !is_latin(text[head]);
    return !tells_apart(name_rest ? name[head] : text[head]);
}

/* ---- reading a spelling ---- */

static bool is_mark(uint32_t c) {
    for (const char32_t *p = U"()[]{}（）【】《》“”\"，,、。；;：:/|·.!?！？"; *p; p++)
        if (*p == c)
            return true;
    return false;
}

/* 市, 区, 街道 … before an address say where it is, not what it is. Returns where
 * the name itself begins. */
static int32_t after_areas(const uint32_t *c, int32_t n) {
    static const char32_t *const words[] = { U"居民区", U"居委会", U"居委", U"社区", U"街道", U"自治区",
                                             U"省",     U"市",     U"县",   U"镇",   U"乡",   U"区" };
    int32_t begin = 0;

    for (int32_t i = 2; i <= n - 3; i++)
        for (size_t k = 0; k < COUNT(words); k++) {
            bool part = c[i - 1] == U'区' && (c[i - 2] == U'小' || c[i - 2] == U'园' || c[i - 2] == U'校');
            if (!part && ends_with(c + begin, i - begin, words[k]) && i - begin > length_of(words[k]) + 1) {
                begin = i;
                break;
            }
        }
    bool address = ending(c + begin, n - begin, roads, COUNT(roads)) || compound_ending(c + begin, n - begin);
    return address ? begin : 0;
}

typedef struct Runs {
    int32_t from[4], to[4], n;
} Runs;

static void put_run(const Folded *t, int32_t from, int32_t to, Runs *ret) {
    while (from < to && t->c[from] == ' ')
        from++;
    while (to > from && t->c[to - 1] == ' ')
        to--;
    if (to - from >= 2 && ret->n < 4 && !name_is_generic(t->c + from, to - from)) {
        ret->from[ret->n] = from;
        ret->to[ret->n++] = to;
    }
}

/* 建设东路建设新村 is a road and a compound. */
static void split_run(const Folded *t, int32_t from, int32_t to, Runs *ret) {
    from += after_areas(t->c + from, to - from);
    for (int32_t i = from + 2; i + 2 < to; i++)
        if (letter_ends_road(t->c[i]) && !letters_are(t, i, U"街道") && !letters_are(t, i + 1, U"街") &&
            !letters_are(t, i + 1, U"口")) {
            put_run(t, from, i + 1, ret);
            from = i + 1;
            break;
        }
    put_run(t, from, to, ret);
}

/* The names between two numbers, or marks, or the ends. */
static void runs_between(const Folded *t, int32_t from, int32_t to, Runs *ret) {
    int32_t begin = from;

    for (int32_t i = from; i < to; i++)
        if (is_mark(t->c[i])) {
            split_run(t, begin, i, ret);
            begin = i + 1;
        }
    split_run(t, begin, to, ret);
}

/* ANG MO KIO AVE 3 keeps its 3: in Latin only the first number is the building's. */
static int32_t building_before(const Folded *t, const Tokens *numbers) {
    bool latin = true;

    for (int32_t i = 0; i < t->n; i++)
        latin = latin && !letter_is_cjk(t->c[i]);
    return !latin ? numbers->n : numbers->n && numbers->list[0].from == 0;
}

static void draft_numbers(const Tokens *numbers, int32_t n, bool without_lane, FormDraft *d) {
    for (int32_t i = 0; i < n; i++) {
        const Token *k = &numbers->list[i];
        NumClass cls = k->cls == NUM_BARE ? NUM_BUILDING : k->cls;
        if (cls < NUM_PARTS && !d->nums[cls].set && !(without_lane && cls == NUM_LANE))
            d->nums[cls] = k->num;
    }
}

static bool has_numbers(const FormDraft *d) {
    for (int32_t i = 0; i < NUM_PARTS; i++)
        if (d->nums[i].set)
            return true;
    return false;
}

static void draft_name(const Runs *r, int32_t i, FormDraft *d) {
    if (d->n_names == FORM_NAMES)
        return;
    d->from[d->n_names] = r->from[i];
    d->to[d->n_names++] = r->to[i];
}

/* Names before the last number belong to all numbers; a compound's name after it
 * stands for road and lane; any other name after it is a name by itself. */
int32_t locate_forms(const Folded *t, Tokens *room, FormDraft ret[DRAFTS_MAX]) {
    FormDraft first = { .n_names = 0 };
    Runs before = { .n = 0 }, after = { .n = 0 };
    int32_t at = 0, n = 0;

    room->n = 0;
    locate_numbers(t, room);
    int32_t n_numbers = building_before(t, room);
    bool in_front = n_numbers == 1 && room->list[0].from == 0; /* 1420 N CHARLES ST */
    for (int32_t i = 0; i < n_numbers; i++) {
        runs_between(t, at, room->list[i].from, &before);
        at = room->list[i].to;
    }
    runs_between(t, at, t->n, in_front ? &before : &after);
    draft_numbers(room, n_numbers, false, &first);
    bool numbered = has_numbers(&first);
    for (int32_t i = 0; i < before.n; i++)
        draft_name(&before, i, &first);
    if (numbered)
        ret[n++] = first;
    else
        for (int32_t i = 0; i < before.n && n < DRAFTS_MAX; i++) {
            ret[n] = (FormDraft){ .n_names = 0 };
            draft_name(&before, i, &ret[n++]);
        }
    for (int32_t i = 0; i < after.n && n < DRAFTS_MAX; i++) {
        ret[n] = (FormDraft){ .n_names = 0 };
        draft_name(&after, i, &ret[n]);
        if (numbered && compound_ending(t->c + after.from[i], after.to[i] - after.from[i]))
            draft_numbers(room, n_numbers, true, &ret[n]);
        n++;
    }
    return n;
}
