/* attempts – wrong passwords, counted per name, so that nobody tries them all.
 *
 * Five in a row are free; each further one makes the name wait, twice as long every
 * time, at most 15 minutes. The right password forgets them, and so does an hour
 * without a try. Names that no account has are counted alike, so that a stranger
 * learns nothing. In memory only: each server counts for itself, a restart forgets,
 * and of a name only a keyed hash is kept. Any thread. */
#ifndef JW_ATTEMPTS_H
#define JW_ATTEMPTS_H

#include "err.h"
#include "text.h"

enum { ATTEMPTS_FREE = 5, ATTEMPTS_KEPT = 4096 };

/* Before the password is looked at. ERR_OFTEN: not yet; the sentence says how long. */
Err attempts_judge(Str name, int64_t now_ms, Fault *f);
void attempts_wrong(Str name, int64_t now_ms);
void attempts_right(Str name);

#endif
