/* case_words – words that name people are shown to the reporter before he sends, taken
 * out of what is stored, and sealed apart (DOMAIN.md §4.4; docs/privacy.md). Whoever
 * may open a contact opens them the same way: with a reason, which is logged. They
 * are erased with the contact. */
#ifndef JW_CASE_WORDS_H
#define JW_CASE_WORDS_H

#include "actor.h"
#include "tx.h"

Err report_look(Tx *tx, const ReportLook *in, const Actor *by, Page *ret, Fault *f);

/* Takes out of the text by hand, before dispatch. ERR_INVALID: no such piece;
 * ERR_CONFLICT: the revision is another. */
Err case_mask(Tx *tx, const CaseMask *in, const Actor *by, Case *ret, Fault *f);

/* Puts back what a pattern took out of text or place though it is an organisation's:
 * a telephone, mail or chat name, of an open case, with a reason, which the history
 * and the access log keep. Never the reporter's contact, a card, a plate or a door, nor
 * what was masked by hand. */
Err case_unmask(Tx *tx, const CaseUnmask *in, const Actor *by, Case *ret, Fault *f);

Err case_words(Tx *tx, const ContactAsk *in, const Actor *by, Page *ret, Fault *f);

/* ---- for the other files of this noun ---- */

/* Sealed are the pieces of one step, each as "of kind bytes words"; of what was put
 * back the kind is PUT_BACK higher, so that every piece keeps its number. */
enum { PUT_BACK = 100, HIDDEN_STEPS_MAX = 400 };
void hidden_keep(Buf *kept, WordsOf of, int32_t kind, Str words);

/* The next of what was opened, with of, kind, words and put_back; false at the end. */
bool hidden_next(Str *rest, HiddenShown *ret);
Err hidden_open(Tx *tx, const HiddenWords *h, Str *ret, Fault *f);

/* What is found in text and spot of a case that is not yet stored, and in the note of
 * the step that it comes with (NULL: none), is replaced by its mark and stored sealed.
 * `named` (NULL: not asked) gets how many of each kind. ERR_LIMIT: more than a
 * thousand pieces. */
typedef struct WordsCount {
    int32_t of[NAMED_BY_HAND]; /* by NamedKind */
} WordsCount;
Err case_words_apart(Tx *tx, Case *c, Str *note, WordsCount *named, Fault *f);

/* The same for the note of one step of a case that is stored; c->revision is the
 * step's. */
Err case_note_apart(Tx *tx, const Case *c, const Actor *by, Str *note, Fault *f);

/* Only the marks: what a text reads like where its pieces are kept already. */
Err case_words_marked(Tx *tx, Str *text, Fault *f);
bool words_masked_by_hand(Str text); /* it bears that mark */

Err case_words_erase(Tx *tx, CaseId id, Fault *f);

#endif
