/* keys – the key ring of the installation, and its own secrets made from it.
 * Loaded once at start by the command line (DIR/keys, 0600), before any request.
 * What must not be read by who finds the disk is sealed with it. */
#ifndef JW_KEYS_H
#define JW_KEYS_H

#include "record.h"
#include "seal.h"

void keys_use(KeyRing *ring); /* takes it; NULL frees */

/* `context` binds the sealed bytes to their row: "reporter.contact/123". */
Err keys_seal(Str plain, const char *noun, int64_t id, Arena *a, Sealed *ret, Fault *f);
Err keys_open(const Sealed *s, const char *noun, int64_t id, Arena *a, Str *ret, Fault *f);

#endif
