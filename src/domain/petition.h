/* petition 信访 – matters that somebody brings before the authority: received, sorted,
 * assigned, answered in writing, reviewed and re-reviewed by a body above, sealed.
 *
 * Reading order: petition.c (received, found), petition_steps.def (the table),
 * petition_act.c (one step, and what no table says), petition_view.c (what a page and a
 * notice show), petition_file.c (what is sealed, and the archive). It refuses to know
 * persons: nothing finds a matter by who brought it. docs/petitions.md. */
#ifndef JW_PETITION_H
#define JW_PETITION_H

#include "actor.h"
#include "petition_steps.h"
#include "tx.h"

Err petition_receive(Tx *tx, const PetitionReceive *in, const Actor *by, Petition *ret, Fault *f);
Err petition_split(Tx *tx, const PetitionSplit *in, const Actor *by, Petition *ret, Fault *f);
Err petition_list(Tx *tx, const PetitionFind *in, const Actor *by, Page *ret, Fault *f);
Err petition_view(Tx *tx, const PetitionKey *in, const Actor *by, PetitionView *ret, Fault *f);
Err petition_act(Tx *tx, const PetitionActIn *in, const Actor *by, Petition *ret, Fault *f);
Err petition_notice(Tx *tx, const PetitionNoticeKey *in, const Actor *by, PaperShown *ret, Fault *f);
Err petition_person(Tx *tx, const PetitionOpen *in, const Actor *by, PetitionerShown *ret, Fault *f);
Err petition_material(Tx *tx, const PetitionOpen *in, const Actor *by, MaterialShown *ret, Fault *f);
Err petition_unseal(Tx *tx, const PetitionOpen *in, const Actor *by, PetitionOpening *ret, Fault *f);
Err petition_agree(Tx *tx, const OpeningKey *in, const Actor *by, PetitionOpening *ret, Fault *f);

/* ---- between the files of this noun ---- */

/* Within the scope, not withdrawn from, and if it is sealed, opened to him. */
Err petition_load(Tx *tx, PetitionId id, const Actor *by, Petition *ret, Fault *f);
Err petition_changed(Fault *f); /* ERR_CONFLICT: somebody was faster */

/* Where it hangs, by whom it is about and its grid; the accusation names somebody. */
Err petition_hang(Tx *tx, Petition *p, const Actor *by, Fault *f);

/* ERR_INVALID where words that name people stand in what is not sealed. */
Err petition_names_nobody(Tx *tx, Str words, const char *field, Fault *f);

/* May `by` take this step now? */
Err petition_judge(Tx *tx, const Petition *p, const PetitionStep *step, const Actor *by, Fault *f);

Err petition_event_put(Tx *tx, const Petition *p, PetitionAct act, PetitionState from, const Actor *by,
                       Str note, Fault *f);
Err petition_notice_put(Tx *tx, const Petition *p, PetitionPaper paper, Str words, Fault *f);

/* What is sealed of a new matter; `of` not 0: the petitioner is that of another matter. */
Err petition_file_put(Tx *tx, const Petition *p, const PetitionReceive *in, PetitionId of, Fault *f);

/* Files whose archive period is over lose what is sealed. */
Err petition_erase_due(Tx *tx, int64_t *ret_n, int32_t limit, int64_t before_ms, Fault *f);

#endif
