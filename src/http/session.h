/* session – who holds which token, remembered for a while without asking the
 * database.
 *
 * A token is 32 random bytes, in a cookie as 43 characters of base64url. Only its
 * BLAKE2b hash is ever kept, here and by the caller. The cache maps the hash to a
 * small blob that it does not understand (the caller's account, posts, scope);
 * readers take no lock. It forgets when full, when expired and when told: what it
 * has not is asked of the database again. */
#ifndef JW_SESSION_H
#define JW_SESSION_H

#include "http.h"

#define SESSION_BLOB_MAX 256
#define SESSION_TOKEN_CHARS 43

typedef struct SessionKey {
    unsigned char byte[32];
} SessionKey;

void session_token(char ret_text[SESSION_TOKEN_CHARS + 1],
                   SessionKey *ret); /* a new one; the text goes out only */
void session_text(const unsigned char token[32],
                  char ret[SESSION_TOKEN_CHARS + 1]); /* of a token made elsewhere */
bool session_key(Str token, SessionKey *ret);         /* false: no token of ours */

/* Adds Set-Cookie: HttpOnly; SameSite=Strict; Path=/ and Secure where wanted.
 * age_s 0 removes the cookie. `name` and `value` need no quoting. */
void session_cookie(HttpCall *c, const char *name, const char *value, int64_t age_s, bool secure);

typedef struct SessionCache SessionCache;
Err session_cache_new(size_t slots, SessionCache **ret,
                      Fault *f); /* rounded up to a power of two; ~360 bytes each */
void session_cache_free(SessionCache *s);

bool session_find(const SessionCache *s, const SessionKey *key, int64_t now_ms, void *ret_blob, size_t *ret_n);

/* To keep: read session_generation() first, then the database, then keep. If the
 * session was forgotten in between, it is not kept: a revoked one cannot return. */
uint64_t session_generation(const SessionCache *s, const SessionKey *key);
void session_keep(SessionCache *s, const SessionKey *key, uint64_t generation, int64_t expires_ms,
                  const void *blob, size_t n);
void session_forget(SessionCache *s, const SessionKey *key);
void session_forget_all(SessionCache *s); /* an account was locked, a role was changed */

#endif
