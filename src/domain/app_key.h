/* app_key 应用密钥 – the applications of others that report by Open311, each known by a key
 * that the system administrator issues and revokes. The key is shown once, when it is
 * issued; kept is its hash alone, so who reads the database has no key. A key opens no
 * page and no case: what it may, `right` says of RIGHT_APP (docs/open311.md). */
#ifndef JW_APP_KEY_H
#define JW_APP_KEY_H

#include "actor.h"
#include "tx.h"

enum { APP_KEYS_MAX = 200 };

Err app_key_list(Tx *tx, const Nothing *in, const Actor *by, Page *ret, Fault *f);
Err app_key_add(Tx *tx, const AppKeyNew *in, const Actor *by, AppKeyMade *ret, Fault *f);
Err app_key_end(Tx *tx, const AppKeyKey *in, const Actor *by, AppKey *ret, Fault *f);

/* The application that sent `key` becomes the actor. ERR_FORBIDDEN: nobody's, or revoked. */
Err app_key_actor(Tx *tx, Str key, Actor *by, Fault *f);

/* Is it still good, at the write? ERR_FORBIDDEN. */
Err app_key_holds(Tx *tx, AppKeyId id, Fault *f);

#endif
