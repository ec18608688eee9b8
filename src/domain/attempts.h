/* attempts – wrong passwords, counted per name, so that nobody tries them all.
 *
 * Five in a row are free; each further one makes the name wait, twice as long every
 * time, at most 15 minutes. Whoever signs in has them forgotten, and so does an hour
 * without a try. Names that no account has are counted alike, so that a stranger
 * learns nothing. They are rows, of which every server of the installation has its
 * share, and a restart forgets nothing; of a name only a hash is kept. Bounded: 4,096
 * places by hash, eight names in each, the one that was tried the longest ago makes
 * room. */
#ifndef JW_ATTEMPTS_H
#define JW_ATTEMPTS_H

#include "text.h"
#include "tx.h"

enum { ATTEMPTS_FREE = 5 };

/* Before the password is looked at. ERR_OFTEN: not yet; the sentence says how long. */
Err attempts_judge(Tx *tx, Str name, Fault *f);
Err attempts_wrong(Tx *tx, Str name, Fault *f);
Err attempts_right(Tx *tx, Str name, Fault *f);

/* He was told to wait: true for the first time since the last wrong one. */
Err attempts_waits(Tx *tx, Str name, bool *ret_first, Fault *f);

int32_t attempts_place(Str name); /* 0 … 4095, by its hash */

#endif
