/* locate, tried: spellings one by one with what must come of them; the index beside
 * an oracle that looks at every form and every stretch of letters; and the accuracy
 * on a city made to be confused. */
#include "csv.h"
#include "locate_inner.h"
#include "town.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static Fault fa;
static char room[LOCATE_SCRATCH];

static LocateAnswer find(const LocateIndex *x, const char *text) {
    Arena a = { room, 0, sizeof room };
    LocateAnswer answer;

    assert_int_equal(locate_find(x, str(text), &a, &answer, &fa), OK);
    assert_int_equal(a.used, 0);
    return answer;
}

/* ---- one by one ---- */

static const char *const small[][3] = {
    /* 0 */ { "建设东路396弄12号", "建设新村12号" },
    /* 1 */ { "建设西路396弄12号", "建设小区12号" },
    /* 2 */ { "建设东路396弄14号", "建设新村14号" },
    /* 3 */ { "长宁路88号", "长宁大厦" },
    /* 4 */ { "曹杨一村34号" },
    /* 5 */ { "曹杨二村34号" },
    /* 6 */ { "人民公园" },
    /* 7 */ { "1420 N CHARLES ST" },
    /* 8 */ { "1420 S CHARLES ST" },
    /* 9 */ { "123 ANG MO KIO AVE 3" },
    /* 10 */ { "幸福路12号3号楼", "幸福家园3号楼" },
    /* 11 */ { "万科花园二期B座" },
    /* 12 */ { "幸福路12号5号楼" },
    /* 13 */ { "五一路20号（五一小区）" },
    /* 14 */ { "长宁路88弄5号" },
};

static LocateIndex *small_city(void) {
    static const LocateArea areas[] = { { { "云浦区", 9 }, -1, false },
                                        { { "云桥街道", 12 }, 0, false },
                                        { { "建设居民区", 15 }, 1, true },
                                        { { "和平居民区", 15 }, 1, true } };
    static Str names[COUNT(small)][3];
    static LocatePlace places[COUNT(small)];
    LocateInput in = { areas, 4, places, COUNT(small) };
    LocateIndex *x;

    for (size_t i = 0; i < COUNT(small); i++) {
        places[i] = (LocatePlace){ names[i], 0, i < 3 ? 2 : 3 };
        for (size_t k = 0; k < 3 && small[i][k]; k++)
            names[i][places[i].n_names++] = str(small[i][k]);
    }
    assert_int_equal(locate_build(&in, &x, &fa), OK);
    return x;
}

static const char *const verdicts[] = { "NONE", "ASK", "CERTAIN" };

static const struct {
    const char *text;
    LocateVerdict verdict;
    LocateReason reason;
    int32_t place; /* the first; -1 none */
} texts[] = {
    { "建设东路396弄12号", LOCATE_CERTAIN, LOCATE_CLEAR, 0 },
    { "建设西路３９６弄１２号", LOCATE_CERTAIN, LOCATE_CLEAR, 1 },
    { "建设西路三百九十六弄十二号", LOCATE_CERTAIN, LOCATE_CLEAR, 1 },
    { "建设西路三九六弄十二号楼", LOCATE_CERTAIN, LOCATE_CLEAR, 1 },
    { "建设新村12号", LOCATE_CERTAIN, LOCATE_CLEAR, 0 },
    { "建设小区12幢", LOCATE_CERTAIN, LOCATE_CLEAR, 1 },
    { "我住在云浦区云桥街道建设居民区建设东路396弄12号，楼道灯坏了", LOCATE_CERTAIN, LOCATE_CLEAR, 0 },
    { "12号，建设东路396弄", LOCATE_CERTAIN, LOCATE_CLEAR, 0 },
    { "396弄12号（建设东路）", LOCATE_CERTAIN, LOCATE_CLEAR, 0 },
    { "建设东路建设新村12号", LOCATE_CERTAIN, LOCATE_CLEAR, 0 },
    { "建设东路396弄12号502室", LOCATE_CERTAIN, LOCATE_CLEAR, 0 },
    { "建设东路396弄12-502", LOCATE_CERTAIN, LOCATE_CLEAR, 0 },
    { "建设东路396弄12", LOCATE_ASK, LOCATE_INEXACT, 0 },
    { "建设东路396弄12号门口", LOCATE_CERTAIN, LOCATE_CLEAR, 0 },
    { "建设东路396弄12号对面", LOCATE_ASK, LOCATE_BESIDE, 0 },
    { "建设东路396弄12号旁边的绿化带", LOCATE_ASK, LOCATE_BESIDE, 0 },
    { "396弄12号", LOCATE_ASK, LOCATE_SEVERAL, 0 },
    { "建设12号", LOCATE_ASK, LOCATE_SEVERAL, 0 },
    { "建色东路396弄12号", LOCATE_ASK, LOCATE_INEXACT, 0 },
    { "建设南路396弄12号", LOCATE_NONE, LOCATE_NO_WORDS, -1 },
    { "江苏路396弄12号", LOCATE_NONE, LOCATE_NO_WORDS, -1 },
    { "建设东路396弄12号、14号", LOCATE_ASK, LOCATE_SEVERAL, 0 },
    { "建设东路396弄12号和长宁路88号都有", LOCATE_ASK, LOCATE_SEVERAL, 0 },
    { "建设东路396弄99号", LOCATE_NONE, LOCATE_NO_NUMBER, -1 },
    { "建设东路", LOCATE_NONE, LOCATE_ONLY_NAME, -1 },
    { "建设东路12号", LOCATE_ASK, LOCATE_PARTLY, 0 },
    { "云浦区", LOCATE_NONE, LOCATE_ONLY_AREA, -1 },
    { "江城市", LOCATE_NONE, LOCATE_ONLY_AREA, -1 },
    { "垃圾没人收", LOCATE_NONE, LOCATE_NO_WORDS, -1 },
    { "", LOCATE_NONE, LOCATE_NO_WORDS, -1 },
    { "曹杨一村34号", LOCATE_CERTAIN, LOCATE_CLEAR, 4 },
    { "曹杨2村34号", LOCATE_CERTAIN, LOCATE_CLEAR, 5 },
    { "曹杨三村34号", LOCATE_NONE, LOCATE_NO_NUMBER, -1 },
    { "曹杨34号", LOCATE_ASK, LOCATE_SEVERAL, 4 },
    { "人民公园里面", LOCATE_CERTAIN, LOCATE_CLEAR, 6 },
    { "人民公园路12号", LOCATE_NONE, LOCATE_NO_WORDS, -1 },
    { "长宁大厦", LOCATE_CERTAIN, LOCATE_CLEAR, 3 },
    { "长宁大厦一楼", LOCATE_CERTAIN, LOCATE_CLEAR, 3 },
    { "长宁路88弄", LOCATE_ASK, LOCATE_PARTLY, 14 },
    { "1420 n charles street", LOCATE_CERTAIN, LOCATE_CLEAR, 7 },
    { "1420 NORTH CHARLES ST, BALTIMORE, MD, 21201", LOCATE_CERTAIN, LOCATE_CLEAR, 7 },
    { "1400 BLK N CHARLES ST", LOCATE_ASK, LOCATE_INEXACT, 7 },
    { "1421 N CHARLES ST", LOCATE_NONE, LOCATE_NO_NUMBER, -1 },
    { "Blk 123 Ang Mo Kio Avenue 3 #05-12", LOCATE_CERTAIN, LOCATE_CLEAR, 9 },
    { "幸福路12号3号楼2单元301室", LOCATE_CERTAIN, LOCATE_CLEAR, 10 },
    { "幸福路12号3幢", LOCATE_CERTAIN, LOCATE_CLEAR, 10 },
    { "万科花园2期B座", LOCATE_CERTAIN, LOCATE_CLEAR, 11 },
    { "万科花园一期B座", LOCATE_NONE, LOCATE_NO_NUMBER, -1 },
    { "五一小区20号", LOCATE_CERTAIN, LOCATE_CLEAR, 13 },
    { "五月一号在五一路二十号", LOCATE_CERTAIN, LOCATE_CLEAR, 13 },
    { "新建设东路396弄12号", LOCATE_ASK, LOCATE_INEXACT, 0 },
    { "电话13800000000，建设东路396弄12号", LOCATE_CERTAIN, LOCATE_CLEAR, 0 },
    { "😀建设东路😀396弄12号😀", LOCATE_CERTAIN, LOCATE_CLEAR, 0 },
};

static void test_spellings(void **state) {
    LocateIndex *x = small_city();
    int wrong = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        LocateAnswer a = find(x, texts[i].text);
        int32_t place = a.n_hits ? a.hits[0].place : -1;
        if (a.verdict == texts[i].verdict && a.reason == texts[i].reason && place == texts[i].place)
            continue;
        fprintf(stderr, "%s: %s reason %d place %d score %d (alike %d), not %s reason %d place %d\n",
                texts[i].text, verdicts[a.verdict], a.reason, place, a.n_hits ? a.hits[0].score : 0, a.alike,
                verdicts[texts[i].verdict], texts[i].reason, texts[i].place);
        wrong++;
    }
    assert_int_equal(wrong, 0);
    locate_free(x);
}

static void test_rooms_are_told_apart(void **state) {
    static const struct {
        const char *text, *rooms; /* the words to be removed, each followed by | */
    } cases[] = {
        { "建设东路396弄12号502室漏水", "502室|" },
        { "建设东路396弄12号３楼５０２室漏水", "５０２室|" },
        { "建设东路396弄12号502漏水", "502|" },
        { "建设东路396弄12号3单元502", "502|" },
        { "建设东路396弄12-502", "-502|" },
        { "建设新村12-1-502漏水", "-502|" },
        { "建设新村12号楼一室一厅", "一室|" },
        { "幸福路12号3号楼2单元301室和401室", "301室|401室|" },
        { "Blk 123 Ang Mo Kio Avenue 3 #05-12", "#05-12|" },
        { "建设东路396弄12号停电3天", "" },
        { "建设东路396弄12号有502户", "" },
    };
    LocateIndex *x = small_city();

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        LocateAnswer a = find(x, cases[i].text);
        char words[200] = "";
        for (int32_t k = 0; k < a.n_rooms; k++)
            snprintf(words + strlen(words), sizeof words - strlen(words), "%.*s|",
                     a.rooms[k].to - a.rooms[k].from, cases[i].text + a.rooms[k].from);
        assert_string_equal(words, cases[i].rooms);
    }
    locate_free(x);
}

static void test_words_that_matched(void **state) {
    const char *text = "在建设新村（建设东路）　１２号楼502室门口";
    LocateIndex *x = small_city();
    LocateAnswer a = find(x, text);
    char words[200] = "";

    (void)state;
    assert_int_equal(a.verdict, LOCATE_CERTAIN);
    for (int32_t k = 0; k < a.hits[0].n_spans; k++)
        snprintf(words + strlen(words), sizeof words - strlen(words), "%.*s|",
                 a.hits[0].spans[k].to - a.hits[0].spans[k].from, text + a.hits[0].spans[k].from);
    assert_string_equal(words, "建设新村|建设东路|１２号楼|");
    assert_int_equal(a.hits[0].score, 75);
    locate_free(x);
}

/* ---- beside an oracle ---- */

typedef struct Oracle {
    Folded text;
    Token tokens[4096];
    bool stands[2 * 4096];
    Mention mentions[256];
    Judged judged[20000];
    int32_t n_mentions, n_judged;
} Oracle;

static void put(Tokens *t, int32_t from, int32_t to, int32_t name, Spelling spelling) {
    assert_true(t->n < t->max);
    t->list[t->n++] = (Token){ .from = from, .to = to, .kind = TOKEN_NAME, .name = name, .spelling = spelling };
}

/* Every name at every stretch of letters. */
static void oracle_names(const LocateIndex *x, const Folded *t, bool nearly, Tokens *ret) {
    for (int32_t i = 0; i < t->n; i++)
        for (int32_t k = 0; k < x->n_entries; k++) {
            const Entry *e = &x->entries[k];
            const uint32_t *c = x->pool + e->at;
            if (i + e->n <= t->n && memcmp(c, t->c + i, (size_t)e->n * 4) == 0)
                put(ret, i, i + e->n, e->name, e->spelling);
            for (int32_t m = e->n - 1;
                 nearly && e->spelling == SPELT_EXACT && e->name >= x->n_areas && m <= e->n + 1; m++)
                if (e->n >= NEARLY_MIN && m >= NEARLY_MIN && m <= 12 && i + m <= t->n && letter_is_cjk(c[0]) &&
                    name_nearly(c, e->n, t->c + i, m))
                    put(ret, i, i + m, e->name, SPELT_TYPO);
        }
}

static void oracle_read(const LocateIndex *x, Oracle *o, bool nearly) {
    Tokens tokens = { o->tokens, 0, COUNT(o->tokens) };

    locate_numbers(&o->text, &tokens);
    oracle_names(x, &o->text, nearly, &tokens);
    locate_settle(x, &o->text, &tokens, o->stands);
    o->n_mentions = locate_mentions(x, &o->text, &tokens, o->mentions, (int32_t)COUNT(o->mentions));
    o->n_judged = 0;
    for (int32_t m = 0; m < o->n_mentions; m++)
        for (int32_t i = 0; i < x->n_forms; i++) {
            Judged j = locate_judge(x, &x->forms[i], &o->mentions[m]);
            j.mention = m;
            if (j.points >= POINTS_ASK)
                o->judged[o->n_judged++] = j;
        }
}

static LocateAnswer oracle_find(const LocateIndex *x, const char *text) {
    static Oracle o;
    static char fold[1 << 16];
    Arena a = { fold, 0, sizeof fold };
    LocateAnswer answer;
    int32_t best = 0;
    bool settled = false;

    assert_int_equal(locate_fold(str(text), &a, &o.text, &fa), OK);
    oracle_read(x, &o, false);
    for (int32_t i = 0; i < o.n_judged; i++)
        if (o.judged[i].points > best) {
            best = o.judged[i].points;
            settled = o.judged[i].named || o.judged[i].sure;
        }
    if (!settled)
        oracle_read(x, &o, true);
    locate_decide(x, &o.text, o.mentions, o.n_mentions, o.judged, o.n_judged, &answer);
    return answer;
}

static void same_answer(const LocateIndex *x, const char *text) {
    LocateAnswer ours = find(x, text), theirs = oracle_find(x, text);
    bool same = ours.verdict == theirs.verdict && ours.reason == theirs.reason &&
                ours.n_hits == theirs.n_hits && ours.alike == theirs.alike && ours.n_rooms == theirs.n_rooms;

    for (int32_t i = 0; same && i < ours.n_hits; i++)
        same = ours.hits[i].place == theirs.hits[i].place && ours.hits[i].score == theirs.hits[i].score &&
               ours.hits[i].n_spans == theirs.hits[i].n_spans;
    if (!same)
        fail_msg("“%s”: %s %d with %d hits, first %d; the oracle: %s %d with %d, first %d", text,
                 verdicts[ours.verdict], ours.reason, ours.n_hits, ours.hits[0].place, verdicts[theirs.verdict],
                 theirs.reason, theirs.n_hits, theirs.hits[0].place);
}

/* Two spellings in one text, a stretch of one cut out, letters exchanged. */
static void garble(Town *town, char *text) {
    char other[512];
    size_t n = strlen(text);

    town_spell(town, (int32_t)town_draw(town, (uint32_t)town->n_places), (int32_t)town_draw(town, SPELLINGS),
               other);
    switch (town_draw(town, 4)) {
    case 0: strcat(strcat(text, "和"), other); break;
    case 1: memmove(text + n / 3 / 3 * 3, text + n / 2 / 3 * 3, n - n / 2 / 3 * 3 + 1); break;
    case 2: text[n / 2] = (char)('0' + town_draw(town, 10)); break;
    default: strcpy(text + n * 2 / 3, other); break;
    }
}

static void test_oracle(void **state) {
    char text[1200];

    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        Town town;
        LocateIndex *x;
        town_make(seed % 2 ? 150 : 700, seed, &town);
        assert_int_equal(locate_build(&town.in, &x, &fa), OK);
        for (int32_t i = 0; i < 150; i++) {
            int32_t place = (int32_t)town_draw(&town, (uint32_t)town.n_places);
            town_spell(&town, place, i % SPELLINGS, text);
            same_answer(x, text);
            garble(&town, text);
            same_answer(x, text);
            town_spell_none(&town, text);
            same_answer(x, text);
        }
        locate_free(x);
        town_end(&town);
    }
}

/* ---- accuracy ---- */

typedef struct Tally {
    int32_t right_first, shown, certain_right, certain_wrong, asked, none;
} Tally;

static void count_answer(const LocateAnswer *a, int32_t place, Tally *t) {
    bool first = a->n_hits && a->hits[0].place == place, shown = false;

    for (int32_t i = 0; i < a->n_hits; i++)
        shown |= a->hits[i].place == place;
    t->right_first += first;
    t->shown += shown;
    t->certain_right += a->verdict == LOCATE_CERTAIN && first;
    t->certain_wrong += a->verdict == LOCATE_CERTAIN && !first;
    t->asked += a->verdict == LOCATE_ASK;
    t->none += a->verdict == LOCATE_NONE;
}

static void print_tally(const char *title, const Tally *t) {
    printf("%-18s %6d %6d %8d %8d %6d %6d\n", title, t->right_first, t->shown, t->certain_right,
           t->certain_wrong, t->asked, t->none);
}

/* 1,000 addresses of 10,000, in ten spellings each. */
static void test_accuracy(void **state) {
    enum { ADDRESSES = 1000, PLACES = 10000 };
    Town town;
    LocateIndex *x;
    Tally all = { 0 }, by[SPELLINGS] = { 0 };
    char text[512];

    (void)state;
    town_make(PLACES, 2026, &town);
    assert_int_equal(locate_build(&town.in, &x, &fa), OK);
    for (int32_t i = 0; i < ADDRESSES; i++) {
        int32_t place = (int32_t)town_draw(&town, PLACES);
        for (int32_t s = 0; s < SPELLINGS; s++) {
            town_spell(&town, place, s, text);
            LocateAnswer a = find(x, text);
            count_answer(&a, place, &by[s]);
            count_answer(&a, place, &all);
            if (getenv("JW_SHOW") && (!a.n_hits || a.hits[0].place != place))
                printf("%d %s → %s %d: %s (alike %d, meant %s)\n", s, text, verdicts[a.verdict], a.reason,
                       a.n_hits ? town.places[a.hits[0].place].names[0].p : "-", a.alike,
                       town.places[place].names[0].p);
        }
    }
    printf("%-18s %6s %6s %8s %8s %6s %6s\n", "spelling", "first", "shown", "certain", "wrong", "asked",
           "none");
    for (int32_t s = 0; s < SPELLINGS; s++)
        print_tally(spelling_titles[s], &by[s]);
    print_tally("all of 10000", &all);
    assert_true(all.right_first >= ADDRESSES * SPELLINGS * 95 / 100);
    assert_true(all.certain_wrong <= ADDRESSES * SPELLINGS * 5 / 1000);
    assert_int_equal(all.right_first, 9686); /* these are the figures of docs/addresses.md */
    assert_int_equal(all.certain_right, 8308);
    assert_int_equal(all.certain_wrong, 0);
    locate_free(x);
    town_end(&town);
}

/* What is not there is never certain. */
static void test_what_is_not_there(void **state) {
    Town town;
    LocateIndex *x;
    char text[512];
    int32_t certain = 0;

    (void)state;
    town_make(10000, 7, &town);
    assert_int_equal(locate_build(&town.in, &x, &fa), OK);
    for (int32_t i = 0; i < 4000; i++) {
        town_spell_none(&town, text);
        LocateAnswer a = find(x, text);
        certain += a.verdict == LOCATE_CERTAIN;
        if (a.verdict == LOCATE_CERTAIN)
            printf("%s → %s\n", text, town.places[a.hits[0].place].names[0].p);
    }
    assert_int_equal(certain, 0);
    locate_free(x);
    town_end(&town);
}

/* ---- hard texts ---- */

/* 10,000 letters of addresses: bounded work, and still an answer. */
static void test_long_text(void **state) {
    static char text[60000];
    Town town;
    LocateIndex *x;
    size_t n = 0;

    (void)state;
    town_make(2000, 3, &town);
    assert_int_equal(locate_build(&town.in, &x, &fa), OK);
    while (n < 28000) {
        town_spell(&town, (int32_t)town_draw(&town, 2000), (int32_t)town_draw(&town, SPELLINGS), text + n);
        n += strlen(text + n);
        strcpy(text + n, "，");
        n += 3;
    }
    assert_int_not_equal(find(x, text).verdict, LOCATE_CERTAIN);
    for (n = 0; n < 30000; n++) /* one letter, digits, and half a letter again and again */
        text[n] = '1';
    assert_int_equal(find(x, text).verdict, LOCATE_NONE);
    for (n = 0; n < 10000; n++)
        memcpy(text + n * 3, n % 2 ? "号" : "一", 3);
    text[n * 3] = 0;
    assert_int_equal(find(x, text).verdict, LOCATE_NONE);
    memset(text, 0xE5, 30000);
    assert_int_equal(find(x, text).verdict, LOCATE_NONE);
    memset(text, 'a', sizeof text - 1);
    assert_int_equal(find(x, text).verdict, LOCATE_NONE);
    locate_free(x);
    town_end(&town);
}

/* A name that thousands of places have, again and again: the work is bounded, and the
 * one address among them is not certain. */
static void test_work_is_bounded(void **state) {
    enum { SHOPS = 5000 };
    static char text[40000];
    static const Str shop = { "全家便利店", 15 }, house = { "建设东路396弄12号", 23 };
    static LocatePlace places[SHOPS + 1];
    const LocateInput in = { NULL, 0, places, SHOPS + 1 };
    LocateIndex *x;
    size_t n = 0;

    (void)state;
    for (int i = 0; i < SHOPS; i++)
        places[i] = (LocatePlace){ &shop, 1, -1 };
    places[SHOPS] = (LocatePlace){ &house, 1, -1 };
    assert_int_equal(locate_build(&in, &x, &fa), OK);
    assert_int_equal(find(x, "全家便利店").reason, LOCATE_TOO_MANY);
    assert_int_equal(find(x, house.p).verdict, LOCATE_CERTAIN);
    n = (size_t)sprintf(text, "%s。", house.p);
    while (n < 30000)
        n += (size_t)sprintf(text + n, "全家便利店9号。");
    LocateAnswer a = find(x, text);
    assert_int_equal(a.verdict, LOCATE_ASK);
    assert_int_equal(a.hits[0].place, SHOPS);
    locate_free(x);
}

static void test_too_long_and_too_little_room(void **state) {
    static char text[LOCATE_TEXT_MAX + 2];
    char little[4096];
    Arena a = { room, 0, sizeof room }, b = { little, 0, sizeof little };
    LocateAnswer answer;
    LocateIndex *x = small_city();

    (void)state;
    memset(text, 'x', LOCATE_TEXT_MAX);
    assert_int_equal(locate_find(x, str(text), &a, &answer, &fa), OK);
    text[LOCATE_TEXT_MAX] = 'x';
    assert_int_equal(locate_find(x, str(text), &a, &answer, &fa), ERR_LIMIT);
    assert_string_equal(fa.field, "text");
    assert_int_equal(locate_find(x, str("建设东路396弄12号"), &b, &answer, &fa), ERR_LIMIT);
    assert_int_equal(b.used, 0);
    locate_free(x);
}

static void test_nothing_to_find(void **state) {
    const LocateInput nothing = { 0 };
    LocateIndex *x;

    (void)state;
    assert_int_equal(locate_build(&nothing, &x, &fa), OK);
    assert_int_equal(find(x, "建设东路396弄12号").reason, LOCATE_NO_WORDS);
    locate_free(x);
}

/* Every allocation of the build fails once. */
static void test_build_without_memory(void **state) {
    Town town;

    (void)state;
    town_make(100, 1, &town);
    mem_watched = true;
    for (long n = 1;; n++) {
        LocateIndex *x = NULL;
        mem_calls = 0;
        mem_fail_from = mem_fail_to = n;
        Err e = locate_build(&town.in, &x, &fa);
        if (mem_calls < n) {
            assert_int_equal(e, OK);
            assert_true(n > 3);
            locate_free(x);
            break;
        }
        assert_int_equal(e, ERR_NO_MEMORY);
        assert_null(x);
    }
    mem_watched = false;
    mem_fail_from = mem_fail_to = 0;
    town_end(&town);
}

/* ---- real words, where they are at hand ---- */

static FILE *shared(const char *name) {
    char path[1000];
    const char *root = getenv("JW_SHARED"), *source = getenv("JW_SOURCE");

    snprintf(path, sizeof path, "%s%s/data/%s",
             root     ? root
             : source ? source
                      : ".",
             root ? "" : "/../shared", name);
    return fopen(path, "rbe");
}

static Err from_file(void *source, char *to, size_t size, size_t *ret_n, Fault *f) {
    (void)f;
    *ret_n = fread(to, 1, size, source);
    return OK;
}

/* Calls `each` with the column of every row; returns how many, -1 without the file. */
static int32_t each_row(const char *name, const char *column, void (*each)(void *, Str), void *ctx) {
    FILE *in = shared(name);
    Csv *c;
    int32_t at[1], n = 0;
    bool more = true;

    if (!in)
        return -1;
    assert_int_equal(csv_open(from_file, in, (CsvLimits){ 0 }, &c, &fa), OK);
    assert_int_equal(csv_header(c, &column, NULL, 1, at, &fa), OK);
    while (!csv_is_broken(c) && more)
        if (csv_next(c, &more, &fa) == OK && more) {
            each(ctx, csv_field(c, at[0]));
            n++;
        }
    csv_close(c);
    fclose(in);
    return n;
}

typedef struct Real {
    Str names[13000];
    LocatePlace places[13000];
    int32_t n, certain, right;
    Arena texts;
    const LocateIndex *x;
} Real;

static void take_name(void *ctx, Str s) {
    Real *r = ctx;

    assert_int_equal(str_copy(&r->texts, s, &r->names[r->n], &fa), OK);
    r->places[r->n] = (LocatePlace){ &r->names[r->n], 1, -1 };
    r->n++;
}

static void find_itself(void *ctx, Str s) {
    Real *r = ctx;
    LocateAnswer a = find(r->x, s.p);

    if (a.verdict == LOCATE_CERTAIN) {
        r->certain++;
        r->right += str_same(r->names[a.hits[0].place], s);
    } else if (getenv("JW_SHOW"))
        printf("%s: %s %d, %s, alike %d\n", s.p, verdicts[a.verdict], a.reason,
               a.n_hits ? r->names[a.hits[0].place].p : "", a.alike);
}

static void find_nothing(void *ctx, Str s) {
    Real *r = ctx;
    LocateAnswer a = find(r->x, s.p);

    if (a.verdict == LOCATE_CERTAIN) {
        printf("certain: %.*s\n  in %s\n", a.hits[0].spans[0].to - a.hits[0].spans[0].from,
               s.p + a.hits[0].spans[0].from, s.p);
        r->certain++;
    }
}

/* Singapore's blocks find themselves; no ticket of Baltimore is one of them. */
static void test_latin_addresses(void **state) {
    static Real r;
    LocateIndex *x;

    (void)state;
    assert_int_equal(arena_begin(&r.texts, 4 << 20, &fa), OK);
    int32_t n = each_row("singapore/hdb_blocks.csv", "address", take_name, &r);
    if (n < 0) {
        arena_end(&r.texts);
        skip();
    }
    const LocateInput in = { NULL, 0, r.places, r.n };
    assert_int_equal(locate_build(&in, &x, &fa), OK);
    r.x = x;
    each_row("singapore/hdb_blocks.csv", "address", find_itself, &r);
    printf("%d of %d blocks are certain, %d of these right\n", r.certain, n, r.right);
    assert_int_equal(r.right, r.certain);
    assert_true(r.certain >= n * 99 / 100);
    r.certain = 0;
    each_row("baltimore/311_sample_10000.csv", "Address", find_nothing, &r);
    assert_int_equal(r.certain, 0);
    locate_free(x);
    arena_end(&r.texts);
}

/* Real messages to a board name places we do not have: nothing may be certain. The
 * names of Shanghai's committees are the areas, the fictional city has the houses. */
typedef struct Areas {
    LocateArea list[7000];
    int32_t n;
    Arena texts;
} Areas;

static void take_area(void *ctx, Str s) {
    Areas *a = ctx;

    a->list[a->n] = (LocateArea){ .parent = -1, .close = true };
    assert_int_equal(str_copy(&a->texts, s, &a->list[a->n++].name, &fa), OK);
}

static void test_real_messages(void **state) {
    static Areas areas;
    static Real r;
    Town town;
    LocateIndex *x;

    (void)state;
    assert_int_equal(arena_begin(&areas.texts, 4 << 20, &fa), OK);
    town_make(10000, 5, &town);
    int32_t n = each_row("shanghai/shanghai_villages.csv", "name", take_area, &areas);
    for (int32_t i = 0; i < town.n_places; i++)
        town.places[i].area = n > 0 ? i % n : -1;
    const LocateInput in = { areas.list, areas.n, town.places, town.n_places };
    assert_int_equal(locate_build(&in, &x, &fa), OK);
    r.x = x;
    n = each_row("hotline/teddy_labelled_messages.csv", "留言详情", find_nothing, &r);
    each_row("hotline/teddy_messages_replies.csv", "留言详情", find_nothing, &r);
    each_row("hotline/teddy_messages_votes.csv", "留言详情", find_nothing, &r);
    locate_free(x);
    town_end(&town);
    arena_end(&areas.texts);
    if (n < 0)
        skip();
    assert_int_equal(r.certain, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spellings),
        cmocka_unit_test(test_rooms_are_told_apart),
        cmocka_unit_test(test_words_that_matched),
        cmocka_unit_test(test_oracle),
        cmocka_unit_test(test_accuracy),
        cmocka_unit_test(test_what_is_not_there),
        cmocka_unit_test(test_long_text),
        cmocka_unit_test(test_work_is_bounded),
        cmocka_unit_test(test_too_long_and_too_little_room),
        cmocka_unit_test(test_nothing_to_find),
        cmocka_unit_test(test_build_without_memory),
        cmocka_unit_test(test_latin_addresses),
        cmocka_unit_test(test_real_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
