/* case_words – see case_words.h. The pieces of one step are sealed as one text; so a
 * report of a thousand numbers is one row. Putting back: case_unmask.c. */
#include "case_words.h"

#include "access.h"
#include "case.h"
#include "keys.h"
#include "naming.h"
#include "case_q.h"
#include "words_q.h"

#include <stdlib.h>
#include <string.h>

#define HAND_MARK "〔已隐去〕"
enum { PIECES_MAX = 1000, SHOWN_CHARACTERS = 200 };

_Static_assert(NAMED_PHONE == (int)NAMING_PHONE && NAMED_IDENTITY == (int)NAMING_IDENTITY &&
                   NAMED_PLATE == (int)NAMING_PLATE && NAMED_ROOM == (int)NAMING_ROOM &&
                   NAMED_MAIL == (int)NAMING_MAIL && NAMED_CHAT == (int)NAMING_CHAT,
               "the kinds of the engine and of the record are one");

/* ---- where ---- */

/* The byte at which this character begins; the end is behind the last. -1: beyond. */
static int32_t byte_of(Str s, int32_t character) {
    int32_t at = 0;

    while (character > 0 && at < (int32_t)s.n) {
        at++;
        while (at < (int32_t)s.n && (s.p[at] & 0xC0) == 0x80)
            at++;
        character--;
    }
    return character ? -1 : at;
}

static Str piece(Str s, int32_t from, int32_t to) { return (Str){ s.p + from, (size_t)(to - from) }; }

/* The engine's letters and spans take a block of their own, for they are many times
 * the text and gone at once. */
static size_t scratch_of(size_t bytes) { return bytes * 18 + 4096; }

/* ---- shown before it is sent ---- */

static Err look_at(Str text, WordsOf of, Arena *scratch, Page *ret, Fault *f) {
    NamingSpan *spans;
    NamedWords *list = ret->rows;
    size_t n;

    TRY(naming_find(text, scratch, &spans, &n, f));
    for (size_t i = 0; i < n && ret->n < ret->max; i++) {
        NamedWords w = { .of = of,
                         .kind = (NamedKind)spans[i].kind,
                         .from = utf8_count(text.p, (size_t)spans[i].from),
                         .to = utf8_count(text.p, (size_t)spans[i].to),
                         .words = piece(text, spans[i].from, spans[i].to) };
        w.has.of = w.has.kind = w.has.from = w.has.to = w.has.words = true;
        list[ret->n++] = w;
    }
    return OK;
}

Err report_look(Tx *tx, const ReportLook *in, const Actor *by, Page *ret, Fault *f) {
    Arena scratch;
    Page out = *ret;

    (void)tx, (void)by;
    TRY(arena_begin(&scratch, scratch_of(in->text.n + in->spot.n + in->note.n), f));
    Err e = in->has.text ? look_at(in->text, WORDS_OF_TEXT, &scratch, &out, f) : OK;
    if (e == OK && in->has.spot)
        e = look_at(in->spot, WORDS_OF_SPOT, &scratch, &out, f);
    if (e == OK && in->has.note)
        e = look_at(in->note, WORDS_OF_NOTE, &scratch, &out, f);
    arena_end(&scratch);
    TRY(e);
    *ret = out;
    return OK;
}

/* ---- taken out ---- */

void hidden_keep(Buf *kept, WordsOf of, int32_t kind, Str words) {
    buf_fmt(kept, "%d %d %zu ", of, kind, words.n);
    buf_put(kept, words.p, words.n);
}

static Err seal_pieces(Tx *tx, const Case *c, const Buf *kept, int32_t pieces, const Actor *by, Fault *f) {
    HiddenWords h = { .case_id = c->id, .number = c->revision, .pieces = pieces, .at = moment_now() };
    int64_t changed;

    TRY(keys_seal(buf_view(kept), "hidden_words.words", c->id.v, tx_arena(tx), &h.words, f));
    h.has.words = true;
    if (by && by->account.v) {
        h.account = by->account;
        h.has.account = true;
    }
    return sql_hidden_add(tx, &h, &changed, f);
}

/* What is taken out of the texts of one step. */
typedef struct Taking {
    Arena *scratch;
    Buf kept;
    int32_t pieces;
    WordsCount named;
} Taking;

static const char *field_of(WordsOf of) {
    return of == WORDS_OF_TEXT ? "text" : of == WORDS_OF_SPOT ? "spot" : "note";
}

/* `text` with its pieces replaced by their marks, the pieces behind those kept. */
static Err take_out(Tx *tx, Str *text, WordsOf of, Taking *t, Fault *f) {
    enum { MARK_BYTES = 16 };
    NamingSpan *spans;
    size_t n, at = 0;

    TRY(naming_find(*text, t->scratch, &spans, &n, f));
    if (n == 0)
        return OK;
    if (t->pieces + (int64_t)n > PIECES_MAX)
        return fault(
            f, ERR_LIMIT, "names_too_many", field_of(of),
            "这里有一千多处电话、证件、房号等号码。请分成几次上报。",
            "There are more than a thousand telephone, card and room numbers here: send several reports.");
    size_t size = text->n + n * MARK_BYTES + 1;
    Buf b = { arena_raw(tx_arena(tx), size), 0, size, false, 0 };
    if (!b.p)
        return fault_arena(f);
    for (size_t i = 0; i < n; i++) {
        Str mark = naming_mark(spans[i].kind);
        buf_put(&b, text->p + at, (size_t)spans[i].from - at);
        buf_put(&b, mark.p, mark.n);
        hidden_keep(&t->kept, of, (int32_t)spans[i].kind, piece(*text, spans[i].from, spans[i].to));
        t->named.of[spans[i].kind]++;
        at = (size_t)spans[i].to;
    }
    buf_put(&b, text->p + at, text->n - at);
    *text = buf_view(&b);
    t->pieces += (int32_t)n;
    return OK;
}

/* Of what is found the pieces are less than the texts, and each has some twenty bytes
 * before it. */
static size_t kept_of(size_t bytes) { return bytes * 2 + PIECES_MAX * 20; }

static Err taking_begin(Taking *t, Arena *scratch, size_t longest, size_t bytes, Fault *f) {
    TRY(arena_begin(scratch, scratch_of(longest) + kept_of(bytes) + 64, f));
    *t = (Taking){ .scratch = scratch,
                   .kept = { arena_raw(scratch, kept_of(bytes)), 0, kept_of(bytes), false, 0 } };
    return OK; /* there is room: it was just begun */
}

static Err taking_end(Tx *tx, const Case *c, Taking *t, const Actor *by, Err e, Fault *f) {
    if (e == OK && t->pieces)
        e = seal_pieces(tx, c, &t->kept, t->pieces, by, f);
    seal_wipe(t->kept.p, t->kept.n);
    arena_end(t->scratch);
    return e;
}

Err case_words_apart(Tx *tx, Case *c, Str *note, WordsCount *named, Fault *f) {
    size_t bytes = c->text.n + c->spot.n + (note ? note->n : 0);
    Arena scratch;
    Taking t;

    TRY(taking_begin(&t, &scratch, bytes, bytes, f));
    Err e = take_out(tx, &c->text, WORDS_OF_TEXT, &t, f);
    if (e == OK && c->has.spot)
        e = take_out(tx, &c->spot, WORDS_OF_SPOT, &t, f);
    c->masked = t.pieces > 0;
    if (e == OK && note)
        e = take_out(tx, note, WORDS_OF_NOTE, &t, f);
    if (named)
        *named = t.named;
    return taking_end(tx, c, &t, NULL, e, f);
}

Err case_note_apart(Tx *tx, const Case *c, const Actor *by, Str *note, Fault *f) {
    Arena scratch;
    Taking t;

    if (note->n == 0)
        return OK;
    TRY(taking_begin(&t, &scratch, note->n, note->n, f));
    return taking_end(tx, c, &t, by, take_out(tx, note, WORDS_OF_NOTE, &t, f), f);
}

Err case_words_marked(Tx *tx, Str *text, Fault *f) {
    Arena scratch;
    Taking t;

    TRY(taking_begin(&t, &scratch, text->n, text->n, f));
    Err e = take_out(tx, text, WORDS_OF_TEXT, &t, f);
    seal_wipe(t.kept.p, t.kept.n);
    arena_end(&scratch);
    return e;
}

bool words_masked_by_hand(Str text) {
    return memmem(text.p ? text.p : "", text.n, HAND_MARK, sizeof HAND_MARK - 1) != NULL;
}

Err case_words_erase(Tx *tx, CaseId id, Fault *f) {
    HiddenWords h = { .case_id = id, .erased = moment_now() };
    int64_t changed;

    h.has.erased = true;
    return sql_hidden_erase(tx, &h, &changed, f);
}

/* ---- by hand ---- */

static Err judge_mask(const Case *c, const CaseMask *in, const Actor *by, Fault *f) {
    if (!((READ(DISPATCHER) | READ(DUTY_LEAD)) & 1u << by->role))
        return fault(f, ERR_FORBIDDEN, "mask_not_yours", "", "隐去文字由派单员或值班长办。",
                     "Words are masked by a dispatcher or the duty lead.");
    if (in->of == WORDS_OF_NOTE)
        return fault(f, ERR_INVALID, "mask_note", "of", "只能隐去内容和地点描述；说明里的号码写入时已隐去。",
                     "Text and place can be masked; numbers in notes were taken out when they were written.");
    if (c->revision != in->revision)
        return case_changed(f);
    if (c->state != CASE_REPORTED && c->state != CASE_ACCEPTED && c->state != CASE_PRE_CHECK &&
        c->state != CASE_FILED)
        return fault(f, ERR_INVALID, "mask_too_late", "", "派遣以后不能再隐去：单位已经看到了原文。",
                     "After dispatch it is too late to mask: the unit has seen the words.");
    return OK;
}

static Err piece_by_hand(Str text, const CaseMask *in, int32_t *ret_from, int32_t *ret_to, Fault *f) {
    int32_t from = byte_of(text, in->from), to = byte_of(text, in->to);

    if (from < 0 || to < 0 || from >= to)
        return fault(f, ERR_INVALID, "mask_no_such_words", "to", "没有第 %d 到第 %d 个字：这段文字共 %d 个字。",
                     "There are no characters %d to %d: the text has %d.", in->from + 1, in->to,
                     utf8_count(text.p, text.n));
    *ret_from = from;
    *ret_to = to;
    return OK;
}

static Err mask_piece(Tx *tx, Str *text, const CaseMask *in, const Case *c, const Actor *by, Fault *f) {
    static const char mark[] = HAND_MARK;
    int32_t from = 0, to = 0;

    TRY(piece_by_hand(*text, in, &from, &to, f));
    Str out = piece(*text, from, to);
    size_t size = text->n + sizeof mark, kept_size = out.n + 40;
    Buf b = { arena_raw(tx_arena(tx), size), 0, size, false, 0 };
    Buf kept = { arena_raw(tx_arena(tx), kept_size), 0, kept_size, false, 0 };
    if (!b.p || !kept.p)
        return fault_arena(f);
    hidden_keep(&kept, in->of, NAMED_BY_HAND, out);
    buf_put(&b, text->p, (size_t)from);
    buf_str(&b, mark);
    buf_put(&b, text->p + to, text->n - (size_t)to);
    TRY(seal_pieces(tx, c, &kept, 1, by, f));
    *text = buf_view(&b);
    return OK;
}

Err case_mask(Tx *tx, const CaseMask *in, const Actor *by, Case *ret, Fault *f) {
    Case c;
    int64_t changed;

    TRY(case_load(tx, in->id, by, &c, f));
    TRY(judge_mask(&c, in, by, f));
    c.revision++;
    c.masked = true;
    TRY(mask_piece(tx, in->of == WORDS_OF_TEXT ? &c.text : &c.spot, in, &c, by, f));
    TRY(sql_case_save(tx, &c, &changed, f));
    if (changed != 1)
        return case_changed(f);
    TRY(case_event_put(tx, &c, ACT_MASK, c.state, by, (Str){ 0 }, f));
    *ret = c;
    return OK;
}

/* ---- opened ---- */

/* The next "of kind bytes words" of what was sealed; false at its end, and at what is
 * none, which no step of ours has written. */
bool hidden_next(Str *rest, HiddenShown *ret) {
    char *end;
    long of, kind, n;

    if (rest->n == 0)
        return false;
    of = strtol(rest->p, &end, 10);
    kind = strtol(end, &end, 10);
    n = strtol(end, &end, 10);
    size_t head = (size_t)(end + 1 - rest->p);
    if (n < 1 || head > rest->n || (size_t)n > rest->n - head)
        return false;
    HiddenShown h = { .of = (WordsOf)of,
                      .kind = (NamedKind)(kind % PUT_BACK),
                      .words = { rest->p + head, (size_t)n },
                      .put_back = kind > PUT_BACK };
    h.has.of = h.has.kind = h.has.words = h.has.put_back = true;
    *rest = (Str){ h.words.p + h.words.n, rest->n - head - (size_t)n };
    *ret = h;
    return true;
}

Err hidden_open(Tx *tx, const HiddenWords *h, Str *ret, Fault *f) {
    return keys_open(&h->words, "hidden_words.words", h->case_id.v, tx_arena(tx), ret, f);
}

static Err open_step(Tx *tx, const HiddenWords *h, Page *ret, Fault *f) {
    HiddenShown *list = ret->rows, shown;
    Str rest;

    TRY(hidden_open(tx, h, &rest, f));
    for (int32_t piece = 1; ret->n < ret->max && hidden_next(&rest, &shown); piece++) {
        shown.at = h->at;
        shown.number = h->number;
        shown.piece = piece;
        shown.has.at = shown.has.number = shown.has.piece = true;
        list[ret->n++] = shown;
    }
    return OK;
}

Err case_words(Tx *tx, const ContactAsk *in, const Actor *by, Page *ret, Fault *f) {
    CaseKey key = { .id = in->id };
    HiddenWords *steps = arena_take(tx_arena(tx), HIDDEN_STEPS_MAX * sizeof *steps);
    Page out = *ret;
    Case c;
    size_t n;

    if (!steps)
        return fault_arena(f);
    TRY(case_load(tx, in->id, by, &c, f));
    TRY(sql_hidden_list(tx, &key, steps, HIDDEN_STEPS_MAX, &n, f));
    TRY(access_write(tx, in->id, by, in->reason, f));
    for (size_t i = 0; i < n; i++)
        if (steps[i].has.words)
            TRY(open_step(tx, &steps[i], &out, f));
    *ret = out;
    return OK;
}
