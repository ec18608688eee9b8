/* case_similar 附近类似 – is it the matter that somebody reported already? Open cases near
 * a point or a building, compared with what is being written: where, when, which words, which
 * category. At most five, best first, each with its reasons. A proposal: nothing is merged,
 * nothing is held back, and nothing of what was asked is kept.
 *
 * One way of comparing, two views:
 * - everybody's: only what /api/1/public/cases shows anyway (DOMAIN.md §4.11, case_public.h),
 *   compared by the name of its condition and its category, never by what its reporter
 *   wrote, so that nobody can try words to learn what stands in a report. What is public no
 *   nearer than its grid is offered to whoever asks from within that grid, without a distance.
 * - a clerk's: the cases that he may read, compared by the words of the report, which names
 *   and numbers were taken out of.
 *
 * What counts as similar, and the order: case_similar.c. How words are compared:
 * engine/alike.h. docs/similar.md. */
#ifndef JW_CASE_SIMILAR_H
#define JW_CASE_SIMILAR_H

#include "actor.h"
#include "tx.h"

/* ERR_INVALID: neither a point nor a building, or half a point. A building that has no
 * point has nothing near it but what is at it. */
Err case_similar(Tx *tx, const SimilarFind *in, const Actor *by, Page *ret, Fault *f);
Err case_public_similar(Tx *tx, const PublicSimilarFind *in, const Actor *by, Page *ret, Fault *f);

#endif
