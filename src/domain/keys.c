/* keys – see keys.h. */
#include "keys.h"

#include <stdio.h>

static KeyRing *the_ring;

void keys_use(KeyRing *ring) {
    keyring_free(the_ring);
    the_ring = ring;
}

static Err no_ring(Fault *f) {
    return fault(f, ERR_STORE, "no_keys", "", "没有装入密钥，不能读写加密内容。",
                 "The keys are not loaded; sealed fields cannot be read or written.");
}

static Str context_of(const char *noun, int64_t id, char room[80]) {
    snprintf(room, 80, "%s/%lld", noun, (long long)id);
    return str(room);
}

Err keys_seal(Str plain, const char *noun, int64_t id, Arena *a, Sealed *ret, Fault *f) {
    char room[80];
    Sealed s;

    if (!the_ring)
        return no_ring(f);
    TRY(seal_text(the_ring, plain, context_of(noun, id, room), a, &s.bytes, &s.key, f));
    *ret = s;
    return OK;
}

Err keys_open(const Sealed *s, const char *noun, int64_t id, Arena *a, Str *ret, Fault *f) {
    char room[80];

    if (!the_ring)
        return no_ring(f);
    return seal_open(the_ring, s->key, s->bytes, context_of(noun, id, room), a, ret, f);
}
