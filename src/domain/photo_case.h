/* photo_case 照片 – photos of cases: uploaded before the report or step that names them,
 * seen by who may, public only once a person has looked, covered and released.
 *
 * Who sees what: staff of the centre and of the grid the original, within their scope;
 * a unit its own, and of others only what was released; the reporter his own and what
 * was released; everybody what was released. Decoding is photo_reader.h's. */
#ifndef JW_PHOTO_CASE_H
#define JW_PHOTO_CASE_H

#include "actor.h"
#include "tx.h"

enum { PHOTO_ONCE_MAX = 6, PHOTO_CASE_MAX = 60, PHOTO_CLAIM_HOURS = 24, PHOTO_KEPT_DAYS = 180 };

Err photo_add_prepare(Tx *tx, PhotoNew *in, const Actor *by, Fault *f);
Err photo_add(Tx *tx, const PhotoNew *in, const Actor *by, PhotoKept *ret, Fault *f);
Err photo_list(Tx *tx, const CaseKey *in, const Actor *by, Page *ret, Fault *f);
Err photo_get(Tx *tx, const PhotoAsk *in, const Actor *by, Bytes *ret, Fault *f);
Err photo_get_tag(Tx *tx, const PhotoAsk *in, const Actor *by, Tag *ret, Fault *f);
Err photo_open(Tx *tx, const PhotoKey *in, const Actor *by, Bytes *ret, Fault *f);
Err photo_open_tag(Tx *tx, const PhotoKey *in, const Actor *by, Tag *ret, Fault *f);
Err photo_own(Tx *tx, const PhotoOwn *in, const Actor *by, Bytes *ret, Fault *f);
Err photo_own_tag(Tx *tx, const PhotoOwn *in, const Actor *by, Tag *ret, Fault *f);
Err photo_public(Tx *tx, const PhotoAsk *in, const Actor *by, Bytes *ret, Fault *f);
Err photo_public_tag(Tx *tx, const PhotoAsk *in, const Actor *by, Tag *ret, Fault *f);
Err photo_cover_up_prepare(Tx *tx, PhotoCover *in, const Actor *by, Fault *f);
Err photo_cover_up(Tx *tx, const PhotoCover *in, const Actor *by, PhotoShown *ret, Fault *f);
Err photo_release(Tx *tx, const PhotoRelease *in, const Actor *by, PhotoShown *ret, Fault *f);

/* Puts the uploads that `claims` names (separated by blanks, at most PHOTO_ONCE_MAX) to
 * the case. ERR_INVALID names `field`: one is not there any more, or too many. */
Err photo_attach(Tx *tx, Str claims, const char *field, CaseId to, PhotoOf shows, const Actor *by, Fault *f);

/* What the reporter may see of his case: List of PhotoShown in the arena. */
Err photo_of_reporter(Tx *tx, CaseId id, List *ret, Fault *f);

/* One batch of erasing, for retention: unclaimed uploads; those of cases long ended. */
Err photo_erase_unclaimed(Tx *tx, int64_t *ret_n, int32_t most, Fault *f);
Err photo_erase_due(Tx *tx, int64_t *ret_n, int32_t most, Fault *f);

#endif
