/* locate – one text through the index: fold, numbers, names, mentions, candidates,
 * judgement. Where the best hit is neither named nor sure, names with one wrong
 * letter are tried. See locate.h; the points are in locate_score.c. */
#include "locate_inner.h"

#include <string.h>

enum {
    MENTIONS_MAX = 2048,
    JUDGED_MAX = 8192,
    TOKENS_MIN = 256,
    TOKENS_MAX = 8192,
    WORK_MAX = 400000, /* look-ups and judgements for one text: some 50 ms */
};

typedef struct Finding {
    const LocateIndex *x;
    Folded text;
    Tokens tokens;
    bool *room; /* for locate_settle */
    Mention *mentions;
    int32_t n_mentions;
    Judged *judged;
    int32_t n_judged;
    int32_t work; /* done so far; what is beyond WORK_MAX is not looked at */
    bool cut;     /* some of the text did not find room: nothing is certain */
} Finding;

static void judge_form(Finding *q, int32_t mention, int32_t form) {
    Judged j = locate_judge(q->x, &q->x->forms[form], &q->mentions[mention]);

    j.mention = mention;
    if (j.points >= POINTS_ASK && q->n_judged < JUDGED_MAX)
        q->judged[q->n_judged++] = j;
}

static void judge_key(Finding *q, int32_t mention, uint32_t key) {
    const LocateIndex *x = q->x;

    if (q->work++ >= WORK_MAX)
        return;
    for (size_t i = posting_first(x->postings, x->n_postings, key);
         i < x->n_postings && x->postings[i].hash == key && q->work < WORK_MAX; i++, q->work++)
        judge_form(q, mention, x->postings[i].at);
}

static bool says_building(const Mention *m) {
    for (int32_t i = 0; i < m->n; i++)
        if (m->tokens[i].kind == TOKEN_NUMBER && m->tokens[i].cls == NUM_BUILDING)
            return true;
    return false;
}

/* Forms of this name with this number. One whose building number the text does not
 * share is not looked at where the text says one: it would be contradicted. */
static void judge_name_number(Finding *q, int32_t mention, int32_t name, NumClass cls, const Num *num) {
    bool building = says_building(&q->mentions[mention]);

    for (int32_t v = num->lo; v <= num->hi; v++) {
        judge_key(q, mention, key_name_number(name, cls, v, true));
        if (cls == NUM_BUILDING || !building)
            judge_key(q, mention, key_name_number(name, cls, v, false));
    }
}

static void judge_name(Finding *q, int32_t mention, int32_t name) {
    const Mention *m = &q->mentions[mention];

    judge_key(q, mention, key_name(name));
    for (int32_t i = 0; i < m->n; i++) {
        const Token *t = &m->tokens[i];
        if (t->kind != TOKEN_NUMBER)
            continue;
        if (t->cls == NUM_BARE) { /* the building, or the lane where a building follows */
            judge_name_number(q, mention, name, NUM_BUILDING, &t->num);
            judge_name_number(q, mention, name, NUM_LANE, &t->num);
        } else if (t->cls < NUM_PARTS)
            judge_name_number(q, mention, name, t->cls, &t->num);
    }
}

static void judge_lanes(Finding *q, int32_t mention) {
    const Mention *m = &q->mentions[mention];

    for (int32_t i = 0; i < m->n; i++)
        for (int32_t k = 0; k < m->n; k++) {
            const Token *lane = &m->tokens[i], *building = &m->tokens[k];
            if (lane->kind != TOKEN_NUMBER || building->kind != TOKEN_NUMBER || lane->cls != NUM_LANE ||
                building->cls != NUM_BUILDING)
                continue;
            for (int32_t v = building->num.lo; v <= building->num.hi; v++)
                judge_key(q, mention, key_lane_building(lane->num.lo, v));
        }
}

static void judge_mention(Finding *q, int32_t mention) {
    const Mention *m = &q->mentions[mention];

    for (int32_t i = 0; i < m->n; i++)
        if (m->tokens[i].kind == TOKEN_NAME)
            judge_name(q, mention, m->tokens[i].name);
    if (!m->named) /* else its numbers are that name's */
        judge_lanes(q, mention);
}

/* Numbers stand first in the list when names are looked for. */
static void read_text(Finding *q, bool nearly) {
    q->tokens.n = 0;
    locate_numbers(&q->text, &q->tokens);
    int32_t n_numbers = q->tokens.n;
    if (nearly)
        locate_near_names(q->x, &q->text, n_numbers, &q->tokens);
    locate_names(q->x, &q->text, &q->tokens);
    q->cut |= q->tokens.n == q->tokens.max;
    locate_settle(q->x, &q->text, &q->tokens, q->room);
    q->n_mentions = locate_mentions(q->x, &q->text, &q->tokens, q->mentions, MENTIONS_MAX);
    q->n_judged = 0;
    for (int32_t i = 0; i < q->n_mentions; i++)
        judge_mention(q, i);
    q->cut |= q->n_mentions == MENTIONS_MAX || q->n_judged == JUDGED_MAX || q->work >= WORK_MAX;
}

/* Wrong letters need not be looked for. */
static bool is_settled(const Finding *q) {
    int32_t best = -1;

    for (int32_t i = 0; i < q->n_judged; i++)
        if (best < 0 || q->judged[i].points > q->judged[best].points)
            best = i;
    return best >= 0 && (q->judged[best].named || q->judged[best].sure);
}

static Err finding_begin(const LocateIndex *x, Str text, Arena *a, Finding *ret, Fault *f) {
    Finding q = { .x = x };

    TRY(locate_fold(text, a, &q.text, f));
    q.tokens.max = q.text.n * 4 < TOKENS_MIN   ? TOKENS_MIN
                   : q.text.n * 4 < TOKENS_MAX ? q.text.n * 4
                                               : TOKENS_MAX;
    q.tokens.list = arena_raw(a, (size_t)q.tokens.max * sizeof *q.tokens.list);
    q.room = arena_raw(a, (size_t)q.tokens.max * 2);
    q.mentions = arena_raw(a, MENTIONS_MAX * sizeof *q.mentions);
    q.judged = arena_raw(a, JUDGED_MAX * sizeof *q.judged);
    if (!q.tokens.list || !q.room || !q.mentions || !q.judged)
        return fault_arena(f);
    *ret = q;
    return OK;
}

Err locate_find(const LocateIndex *x, Str text, Arena *scratch, LocateAnswer *ret, Fault *f) {
    size_t mark = scratch->used;
    Finding q;

    if (text.n > LOCATE_TEXT_MAX)
        return fault(f, ERR_LIMIT, "text_long", "text", "文字太长，最多 %d 字节。",
                     "The text is too long: at most %d bytes.", LOCATE_TEXT_MAX);
    Err e = finding_begin(x, text, scratch, &q, f);
    if (e == OK) {
        read_text(&q, false);
        if (!is_settled(&q))
            read_text(&q, true);
        locate_decide(x, &q.text, q.mentions, q.n_mentions, q.judged, q.n_judged, ret);
        if (ret->verdict == LOCATE_CERTAIN && q.cut) {
            ret->verdict = LOCATE_ASK;
            ret->reason = LOCATE_SEVERAL;
        }
    }
    scratch->used = mark;
    return e;
}
