/* notice 通知 – what is told to people in the app: put into a tray in the transaction of the
 * step that causes it, and read by whoever holds a post there, in his part of the city
 * and for his unit. Nothing is pushed by it; who looks, sees.
 *
 * A row says kind, case and deadline. Its words are made when it is read, of the template
 * of its kind (data/notices.tsv) and of the case: its code, condition, grid and unit.
 * Neither the report's words nor who reported can be in it. */
#ifndef JW_NOTICE_H
#define JW_NOTICE_H

#include "actor.h"
#include "tx.h"

NoticeTray notice_tray(Role role); /* 0: none */

/* `trays` is 1 << tray of each; the unit's only where the case has a unit. `person` names
 * one who alone is to see it; 0: all who have the tray. */
Err notice_put(Tx *tx, const Case *c, NoticeKind kind, unsigned trays, AccountId person, int64_t at_ms,
               Fault *f);

/* What is told of a case, in both languages, for a letter: never a word of the report. */
Err notice_text(Tx *tx, const Case *c, NoticeKind kind, Str *ret, Fault *f);

Err notice_list(Tx *tx, const NoticeFind *in, const Actor *by, Page *ret, Fault *f);
Err notice_count(Tx *tx, const Nothing *in, const Actor *by, Total *ret, Fault *f);
Err notice_read_all(Tx *tx, const NoticeAll *in, const Actor *by, Total *ret, Fault *f);
Err notice_read(Tx *tx, const NoticeKey *in, const Actor *by, NoticeKey *ret, Fault *f);

#endif
