/* proposal – see proposal.h. */
#include "proposal.h"

#include "catalogue_q.h"
#include "classify.h"
#include "picture.h"

#include <string.h>

enum {
    LESSONS_MAX = 21000, /* of a query, and the catalogue */
    TEXT_BYTES = 900,    /* of a text: what it is about is said in the beginning */
    CODE_ROOM = 164,     /* 40 characters */
    WORDS_MAX = 200,
};
static const uint64_t seed = 2026; /* the same cases, the same proposals */

typedef struct Learnt {
    Picture picture; /* first: see picture.h */
    Arena keep;
    const Classifier *classifier;
    int32_t classes;
    char code[CLASSIFY_CLASSES_MAX][CODE_ROOM];
} Learnt;

static Pictures pictures;

static void learnt_free(Picture *p) {
    Learnt *l = (Learnt *)p;

    arena_end(&l->keep);
    mem_free(l);
}

void proposal_forget(Store *s) { picture_keep(&pictures, s, NULL); }

/* ---- reading what there is to learn from ---- */

typedef struct Lessons {
    Learnt *learnt;
    Arena texts;
    ClassifyExample *all;
    size_t n, bytes;
} Lessons;

static Err add_class(void *ctx, const void *row, Fault *f) {
    Lessons *l = ctx;
    const Category *c = row;

    (void)f;
    if (l->learnt->classes == CLASSIFY_CLASSES_MAX || c->code.n >= CODE_ROOM)
        return OK; /* it is never proposed */
    memcpy(l->learnt->code[l->learnt->classes], c->code.p, c->code.n);
    l->learnt->code[l->learnt->classes++][c->code.n] = 0;
    return OK;
}

static int32_t class_of(const Learnt *l, Str code) {
    for (int32_t i = 0; i < l->classes; i++)
        if (str_is(code, l->code[i]))
            return i;
    return -1;
}

/* The beginning, in whole characters. */
static Str beginning(Str text) {
    while (text.n > TEXT_BYTES || (text.n == TEXT_BYTES && (text.p[text.n - 1] & 0xC0) == 0x80))
        text.n--;
    return text;
}

static Err add_lesson(void *ctx, const void *row, Fault *f) {
    Lessons *l = ctx;
    const Lesson *lesson = row;
    int32_t cls = class_of(l->learnt, lesson->category);
    Str text;

    if (cls < 0 || l->n == LESSONS_MAX)
        return OK;
    TRY(str_copy(&l->texts, beginning(lesson->text), &text, f));
    l->all[l->n++] = (ClassifyExample){ text, cls };
    l->bytes += text.n;
    return OK;
}

static Err read_lessons(Tx *tx, void *arg, Fault *f) {
    Lessons *l = arg;
    char room[65536];
    Arena arena = { room, 0, sizeof room };
    const void *const none[] = { NULL };

    tx_lend(tx, &arena);
    l->texts.used = l->n = l->bytes = 0; /* of a run before */
    l->learnt->classes = 0;
    l->all = arena_raw(&l->texts, LESSONS_MAX * sizeof *l->all);
    TRY(tx_each(tx, &category_each_query, none, add_class, l, f));
    TRY(tx_each(tx, &lesson_catalogue_query, none, add_lesson, l, f));
    return tx_each(tx, &lesson_closed_query, none, add_lesson, l, f);
}

/* ---- learning ---- */

static Err learn(Lessons *l, const _Atomic bool *stop, Fault *f) {
    size_t keep, room;
    Arena scratch;
    Classifier *c = NULL;

    classify_room(l->n, l->bytes, l->learnt->classes, &keep, &room);
    TRY(arena_begin(&scratch, room, f));
    Err e = arena_begin(&l->learnt->keep, keep, f);
    if (e == OK)
        e = classify_learn(l->all, l->n, l->learnt->classes, seed, stop, &l->learnt->keep, &scratch, &c, f);
    arena_end(&scratch);
    l->learnt->classifier = c;
    return e;
}

Err proposal_learn(Store *s, const _Atomic bool *stop, int64_t *ret_n, Fault *f) {
    Lessons l = { .learnt = mem_alloc(sizeof *l.learnt) };

    if (!l.learnt)
        return fault_memory(f);
    *l.learnt = (Learnt){ .picture = { 1, learnt_free } };
    Err e = arena_begin(&l.texts, LESSONS_MAX * (sizeof *l.all + TEXT_BYTES + 32), f);
    if (e == OK)
        e = store_read(s, -1, read_lessons, &l, f);
    if (e == OK && l.n > 0)
        e = learn(&l, stop, f);
    if (e == OK) {
        if (l.n > 0)
            picture_keep(&pictures, s, &l.learnt->picture);
        *ret_n = (int64_t)l.n;
    }
    arena_end(&l.texts);
    picture_return(&l.learnt->picture);
    return e;
}

/* ---- proposing ---- */

/* 路灯、不亮 */
static Err words_because(Tx *tx, Str text, const ClassifyProposal *p, Str *ret, Fault *f) {
    char room[WORDS_MAX * 4];
    Buf b = { room, 0, sizeof room, false, 0 };

    room[0] = 0;
    for (int32_t k = 0; k < p->n_words; k++) {
        Str word = { text.p + p->words[k].from, (size_t)(p->words[k].to - p->words[k].from) };
        if (utf8_count(room, b.n) + utf8_count(word.p, word.n) + 1 > WORDS_MAX)
            break;
        buf_str(&b, b.n ? "、" : "");
        buf_put(&b, word.p, word.n);
    }
    return str_copy(tx_arena(tx), buf_view(&b), ret, f);
}

static Err propose(Tx *tx, const Learnt *l, Str text, Page *ret, Fault *f) {
    ClassifyProposal found[3];
    CategoryProposed *list = ret->rows;
    int32_t n = classify_propose(l->classifier, text, found, 3);

    for (int32_t i = 0; i < n && (size_t)i < ret->max; i++) {
        CategoryProposed p = { 0 };
        TRY(str_copy(tx_arena(tx), str(l->code[found[i].cls]), &p.category, f));
        p.has.category = true;
        if (found[i].right_permille >= 0) {
            p.right = found[i].right_permille;
            p.has.right = true;
        }
        TRY(words_because(tx, text, &found[i], &p.because, f));
        p.has.because = p.because.n > 0;
        list[i] = p;
    }
    ret->n = (size_t)n < ret->max ? (size_t)n : ret->max;
    return OK;
}

Err report_category(Tx *tx, const ReportLook *in, const Actor *by, Page *ret, Fault *f) {
    Learnt *l = in->has.text ? (Learnt *)picture_borrow(&pictures, tx_store(tx)) : NULL;

    (void)by;
    if (!l)
        return OK;
    Err e = propose(tx, l, in->text, ret, f);
    picture_return(&l->picture);
    return e;
}
