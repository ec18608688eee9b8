/* request – client keys: a repeat is the same write. The same key with another
 * body, another operation or from somebody else is a conflict. The answer that
 * was given is kept, sealed, for 180 days. */
#ifndef JW_REQUEST_H
#define JW_REQUEST_H

#include "actor.h"
#include "tx.h"

/* Was this done before? Then *ret_answer is what was answered (arena). */
Err request_seen(Tx *tx, Str key, const char *operation, Str body, const Actor *by, bool *ret_seen,
                 Str *ret_answer, Fault *f);
Err request_keep(Tx *tx, Str key, const char *operation, Str body, const Actor *by, Str answer, Fault *f);

#endif
