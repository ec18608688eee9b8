/* seal – what must not be read by who finds the disk: names, numbers, passwords.
 *
 * Texts are sealed with XChaCha20-Poly1305 (libsodium) under a key of the ring;
 * the row keeps the number of the key. `context` binds the sealed bytes to their
 * place, such as "reporter.phone/123": moved to another row they do not open.
 * Passwords are hashed with argon2id, 19 MiB and two passes, two at a time.
 *
 * The ring's bytes come from a file that others read and guard (DIR/keys). A
 * line of it is the number of a key and 64 hex digits; # begins a comment. New
 * texts are sealed under the highest number; older keys stay to open old rows. */
#ifndef JW_SEAL_H
#define JW_SEAL_H

#include "err.h"
#include "text.h"
#include <stdbool.h>
#include <stdint.h>

enum {
    SEAL_KEYS_MAX = 32,
    SEAL_PLAIN_MAX = 65536,
    SEAL_EXTRA = 24 + 16 /* sealed bytes are this much longer */
};

typedef struct KeyRing KeyRing;
Err keyring_new(KeyRing **ret, Fault *f);            /* empty */
void keyring_free(KeyRing *r);                       /* wipes it */
Err keyring_read(Str file, KeyRing **ret, Fault *f); /* ERR_INVALID names the line, never a key */
Err keyring_add(KeyRing *r, int32_t id, const uint8_t key[32], Fault *f); /* id from 1 */
Err keyring_grow(KeyRing *r, int32_t *ret_id, Fault *f); /* adds a random key above the highest */
void keyring_print(const KeyRing *r, Buf *b);            /* as keyring_read wants it; the caller wipes */
int32_t keyring_count(const KeyRing *r);

/* Sealed bytes are in the arena. ERR_INVALID: the ring is empty. */
Err seal_text(const KeyRing *r, Str plain, Str context, Arena *a, Str *ret_bytes, int32_t *ret_key_id,
              Fault *f);

/* The text is in the arena, NUL-terminated; wipe it with seal_wipe when done.
 * ERR_STORE: the key is not in the ring, or the bytes were changed, moved, or
 * sealed under another key. */
Err seal_open(const KeyRing *r, int32_t key_id, Str bytes, Str context, Arena *a, Str *ret_plain, Fault *f);
void seal_wipe(void *p, size_t n); /* not optimised away */

enum { PASSWORD_HASH = 128, PASSWORD_MAX = 1024 };
Err password_hash(Str password, char ret[PASSWORD_HASH], Fault *f);

/* ERR_SIGN_IN: wrong. With `hash` NULL it takes as long and is always wrong, so
 * that a stranger cannot tell which names exist. ERR_BUSY after 10 s of waiting
 * for a turn; ERR_STORE: the stored hash is none. */
Err password_verify(const char *hash, Str password, Fault *f);
bool password_is_stale(
    const char *hash); /* made with other costs than today's: hash anew at the next sign-in */

/* BLAKE2b-256 of the bytes, apart for each `domain` (at most 16 letters, such as
 * "session"), and keyed unless `key` is NULL. */
void hash_32(const char *domain, const uint8_t *key, Str bytes, uint8_t ret[32]);

/* HMAC-SHA256 of `first` followed by `second`, as 64 hex digits: what other systems check
 * a signature with. */
void hmac_sha256(Str key, Str first, Str second, char ret[65]);
bool same_32(const uint8_t a[32], const uint8_t b[32]); /* in constant time */

#endif
