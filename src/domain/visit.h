/* visit 走访 – rounds of a micro-grid's buildings, knock by knock; stool sessions 小板凳;
 * and the matters that people raise there.
 *
 * It proposes buildings, with how many households are due: never doors, and no visitor is
 * stored anywhere, so that coverage is of a micro-grid and of nobody. A door that asks not
 * to be visited is not due, and no visit to it is taken until it says otherwise.
 *
 * visit.c: rounds, buildings, sessions; visit_door.c: knocks and doors; visit_matter.c:
 * what was raised. docs/visits.md. */
#ifndef JW_VISIT_H
#define JW_VISIT_H

#include "actor.h"
#include "tx.h"

enum { VISIT_LATE_DAYS = 7 }; /* phones may come late with what was written without a network */

Err visit_round_list(Tx *tx, const VisitRoundFind *in, const Actor *by, Page *ret, Fault *f);
Err visit_round_plan(Tx *tx, const VisitRoundNew *in, const Actor *by, VisitRound *ret, Fault *f);
Err visit_round_end(Tx *tx, const VisitRoundKey *in, const Actor *by, VisitRound *ret, Fault *f);
Err visit_stop_list(Tx *tx, const VisitRoundKey *in, const Actor *by, Page *ret, Fault *f);
Err visit_list(Tx *tx, const VisitFind *in, const Actor *by, Page *ret, Fault *f);
Err visit_put(Tx *tx, const VisitNew *in, const Actor *by, VisitShown *ret, Fault *f);
Err no_visit_list(Tx *tx, const NoVisitFind *in, const Actor *by, Page *ret, Fault *f);
Err no_visit_add(Tx *tx, const NoVisitNew *in, const Actor *by, NoVisitShown *ret, Fault *f);
Err no_visit_end(Tx *tx, const NoVisitKey *in, const Actor *by, NoVisitKey *ret, Fault *f);
Err stool_session_list(Tx *tx, const StoolSessionFind *in, const Actor *by, Page *ret, Fault *f);
Err stool_session_plan(Tx *tx, const StoolSessionNew *in, const Actor *by, StoolSession *ret, Fault *f);
Err stool_session_cancel(Tx *tx, const StoolSessionKey *in, const Actor *by, StoolSession *ret, Fault *f);
Err matter_raise(Tx *tx, const MatterNew *in, const Actor *by, CaseReceipt *ret, Fault *f);
Err matter_settle(Tx *tx, const MatterSettle *in, const Actor *by, Case *ret, Fault *f);
Err matter_list(Tx *tx, const MatterFind *in, const Actor *by, Page *ret, Fault *f);

/* ---- between the files of this noun ---- */

/* ERR_NOT_FOUND names `field`: there is none such in his part of the city. */
Err visit_round_load(Tx *tx, VisitRoundId id, const char *field, const Actor *by, VisitRound *ret, Fault *f);
Err stool_session_load(Tx *tx, StoolSessionId id, const char *field, const Actor *by, StoolSession *ret,
                       Fault *f);
Err visit_place_load(Tx *tx, PlaceId id, const Actor *by, Place *ret, Fault *f);

/* Are visits taken for it? ERR_CONFLICT: not yet, or not any more. */
Err visit_round_open(const VisitRound *r, Fault *f);

/* How many matters came of it, and how many of these are settled, as far as `by` sees. */
Err matter_numbers(Tx *tx, MatterFind find, const Actor *by, int64_t *ret_n, int64_t *ret_settled, Fault *f);

#endif
