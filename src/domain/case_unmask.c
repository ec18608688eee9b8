/* case_unmask – what a pattern took out of a report though it names nobody: the line of
 * a property manager, an office's mail. A dispatcher puts it back, with a reason. What
 * may never go back is said in case_words.h; where it stood is told by counting marks,
 * and where they cannot be told apart it is refused rather than guessed. */
#include "case_words.h"

#include "access.h"
#include "case.h"
#include "case_q.h"
#include "keys.h"
#include "naming.h"
#include "words_q.h"

#include <string.h>

/* The piece that is asked for, and which of its like it is. */
typedef struct Found {
    HiddenShown piece;
    HiddenWords step; /* that took it out */
    Str opened;       /* all pieces of that step */
    int32_t nth;      /* of its kind in its text, of those not put back, from 0 */
    int32_t like;     /* how many there are of these */
    bool cut;         /* somebody masked by hand over a mark */
} Found;

static Err judge(const Case *c, const CaseUnmask *in, const Actor *by, Fault *f) {
    if (!((READ(DISPATCHER) | READ(DUTY_LEAD)) & 1u << by->role))
        return fault(f, ERR_FORBIDDEN, "unmask_not_yours", "", "放回文字由派单员或值班长办。",
                     "Words are put back by a dispatcher or the duty lead.");
    if (c->revision != in->revision)
        return case_changed(f);
    if (case_is_over(c->state))
        return fault(f, ERR_INVALID, "unmask_over", "", "案件已办完，隐去的文字不再放回。",
                     "The case is over: nothing is put back any more.");
    return OK;
}

/* ---- which piece ---- */

/* In the order in which they were taken out, which is that of the text. */
static Err look_through(Tx *tx, const HiddenWords *steps, size_t n, const CaseUnmask *in, Found *ret,
                        bool *ret_found, Fault *f) {
    HiddenShown p;

    *ret_found = false;
    for (size_t i = 0; i < n; i++) {
        Str rest = { 0 };
        if (!steps[i].has.words || steps[i].number != in->number)
            continue;
        TRY(hidden_open(tx, &steps[i], &rest, f));
        ret->step = steps[i];
        ret->opened = rest;
        for (int32_t at = 1; hidden_next(&rest, &p); at++)
            if (at == in->piece) {
                ret->piece = p;
                *ret_found = true;
            }
    }
    return OK;
}

static Err count_alike(Tx *tx, const HiddenWords *steps, size_t n, const CaseUnmask *in, Found *ret, Fault *f) {
    HiddenShown p;
    Str rest;

    for (size_t i = 0; i < n; i++) {
        if (!steps[i].has.words)
            continue;
        TRY(hidden_open(tx, &steps[i], &rest, f));
        for (int32_t at = 1; hidden_next(&rest, &p); at++) {
            if (p.of != ret->piece.of)
                continue;
            if (steps[i].number == in->number && at == in->piece)
                ret->nth = ret->like;
            ret->like += p.kind == ret->piece.kind && !p.put_back;
            ret->cut = ret->cut || (p.kind == NAMED_BY_HAND && memmem(p.words.p, p.words.n, "〔", 3) != NULL);
        }
    }
    return OK;
}

static Err find(Tx *tx, const CaseUnmask *in, Found *ret, Fault *f) {
    CaseKey key = { .id = in->id };
    HiddenWords *steps = arena_take(tx_arena(tx), HIDDEN_STEPS_MAX * sizeof *steps);
    bool found;
    size_t n;

    if (!steps)
        return fault_arena(f);
    *ret = (Found){ 0 };
    TRY(sql_hidden_list(tx, &key, steps, HIDDEN_STEPS_MAX, &n, f));
    TRY(look_through(tx, steps, n, in, ret, &found, f));
    if (!found)
        return fault(f, ERR_INVALID, "unmask_no_such_words", "piece", "没有隐去过这一处文字。",
                     "No such words were taken out of this case.");
    return count_alike(tx, steps, n, in, ret, f);
}

/* ---- may it go back ---- */

static Err judge_piece(const HiddenShown *p, Fault *f) {
    if (p->of == WORDS_OF_NOTE)
        return fault(f, ERR_INVALID, "unmask_note", "number", "说明写下就不再改动，里面隐去的文字不能放回。",
                     "The note of a step is not changed: nothing is put back into it.");
    if (p->kind != NAMED_PHONE && p->kind != NAMED_MAIL && p->kind != NAMED_CHAT)
        return fault(
            f, ERR_INVALID, "unmask_kind", "piece",
            "只有单位公开的电话、邮箱、账号可以放回；证件、车牌、房号和人工隐去的不放回。",
            "Only an organisation's public telephone, mail or chat name is put back; no identity card, "
            "plate, room, nor what was masked by hand.");
    if (p->put_back)
        return fault(f, ERR_INVALID, "unmask_done", "piece", "这一处已经放回。", "This was put back already.");
    return OK;
}

/* A report that says the reporter's own number must not lead to him. */
static Err judge_contact(Tx *tx, const Case *c, Str piece, Fault *f) {
    CaseKey key = { .id = c->id };
    Reporter r;
    Arena scratch;
    Str contact;
    size_t n;
    bool own = false;

    TRY(sql_reporter_get(tx, &key, &r, 1, &n, f));
    if (n == 0 || !r.has.contact)
        return OK;
    TRY(keys_open(&r.contact, "reporter.contact", c->id.v, tx_arena(tx), &contact, f));
    TRY(arena_begin(&scratch, (piece.n + contact.n) * 32 + 4096, f));
    Err e = naming_within(piece, contact, &scratch, &own, f);
    arena_end(&scratch);
    TRY(e);
    return own ? fault(f, ERR_FORBIDDEN, "unmask_reporter", "piece", "这是上报人自己的联系方式，不能放回。",
                       "This is the reporter's own contact: it is not put back.")
               : OK;
}

/* ---- put back ---- */

static int32_t marks_in(Str text, Str mark) {
    int32_t n = 0;

    for (const char *p = text.p, *end = text.p + text.n; (p = memmem(p, (size_t)(end - p), mark.p, mark.n));
         n++)
        p += mark.n;
    return n;
}

static Err replace_mark(Tx *tx, Str *text, const Found *at, Fault *f) {
    Str mark = naming_mark((Naming)at->piece.kind);
    const char *p = text->p, *end = text->p + text->n;

    if (at->cut || marks_in(*text, mark) != at->like)
        return fault(
            f, ERR_INVALID, "unmask_unclear", "piece",
            "文字里的%.*s和隐去的处数对不上，分不清是哪一处；需要的人请打开隐去的文字看。",
            "The marks %.*s in the text are not as many as what was taken out, so it is not clear which "
            "one it is: who needs it opens the words.",
            (int)mark.n, mark.p);
    for (int32_t i = 0; i <= at->nth; i++)
        p = (const char *)memmem(p, (size_t)(end - p), mark.p, mark.n) + mark.n;
    size_t size = text->n + at->piece.words.n + 1;
    Buf b = { arena_raw(tx_arena(tx), size), 0, size, false, 0 };
    if (!b.p)
        return fault_arena(f);
    buf_put(&b, text->p, (size_t)(p - text->p) - mark.n);
    buf_put(&b, at->piece.words.p, at->piece.words.n);
    buf_put(&b, p, (size_t)(end - p));
    *text = buf_view(&b);
    return OK;
}

/* It stays sealed, as put back: which mark is which is counted by what stands there. */
static Err seal_anew(Tx *tx, Found *at, int32_t piece, Fault *f) {
    enum { HEAD_BYTES = 8 }; /* what the higher kind may add */
    size_t size = at->opened.n + HEAD_BYTES;
    Buf b = { arena_raw(tx_arena(tx), size), 0, size, false, 0 };
    Str rest = at->opened;
    HiddenShown p;
    int64_t changed;

    if (!b.p)
        return fault_arena(f);
    for (int32_t i = 1; hidden_next(&rest, &p); i++)
        hidden_keep(&b, p.of, (int32_t)p.kind + (p.put_back || i == piece ? PUT_BACK : 0), p.words);
    TRY(keys_seal(buf_view(&b), "hidden_words.words", at->step.case_id.v, tx_arena(tx), &at->step.words, f));
    TRY(sql_hidden_seal_anew(tx, &at->step, &changed, f));
    return changed == 1 ? OK : case_changed(f);
}

Err case_unmask(Tx *tx, const CaseUnmask *in, const Actor *by, Case *ret, Fault *f) {
    Case c;
    Found at;
    Str reason = in->reason;
    int64_t changed;

    TRY(case_load(tx, in->id, by, &c, f));
    TRY(judge(&c, in, by, f));
    TRY(find(tx, in, &at, f));
    TRY(judge_piece(&at.piece, f));
    TRY(judge_contact(tx, &c, at.piece.words, f));
    TRY(replace_mark(tx, at.piece.of == WORDS_OF_TEXT ? &c.text : &c.spot, &at, f));
    TRY(seal_anew(tx, &at, in->piece, f));
    c.revision++;
    TRY(sql_case_save(tx, &c, &changed, f));
    if (changed != 1)
        return case_changed(f);
    TRY(case_note_apart(tx, &c, by, &reason, f));
    TRY(case_event_put(tx, &c, ACT_UNMASK, c.state, by, reason, f));
    TRY(access_write(tx, c.id, by, reason, f));
    *ret = c;
    return OK;
}
