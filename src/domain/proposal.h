/* proposal 类别建议 – which category a report's words are most like, for whoever fills in
 * or files one. A proposal files nothing.
 *
 * A server learns it at its start and once a day, from the newest closed cases of its own
 * city (not from those about a unit) and, so that a new city proposes something too, from
 * the conditions of the catalogue in force. What was learnt is weights of runs of letters:
 * no case can be read out of it, and only words of the text that is asked about are told.
 * How: engine/classify.h. */
#ifndef JW_PROPOSAL_H
#define JW_PROPOSAL_H

#include "actor.h"
#include "tx.h"

/* Reads, then learns with no transaction open, then answers from it. *ret_n: from how many
 * texts; 0 where there is no catalogue. ERR_BUSY: stopped. */
Err proposal_learn(Store *s, const _Atomic bool *stop, int64_t *ret_n, Fault *f);
void proposal_forget(Store *s); /* before store_close */

/* Nothing is proposed before the server has learnt, or of words that it does not know. */
Err report_category(Tx *tx, const ReportLook *in, const Actor *by, Page *ret, Fault *f);

#endif
