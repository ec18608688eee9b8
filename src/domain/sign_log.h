/* sign_log 登录记录 – every sign-in, refusal, sign-out, revocation and password change: whose
 * account, when, what it came to, and from how far; never a password, a name that was typed,
 * or an address. A chain of hashes as the access log, read by the audit administrator
 * alone; nobody can erase it, and after three years it erases itself. */
#ifndef JW_SIGN_LOG_H
#define JW_SIGN_LOG_H

#include "actor.h"
#include "chain.h"
#include "tx.h"

/* `whose` 0: of a name that no account has, hashed to `place`. */
Err sign_log_write(Tx *tx, AccountId whose, int32_t place, SignWhat what, const Actor *by, Fault *f);
Err sign_log_check(Tx *tx, int64_t *ret_rows, Fault *f);                         /* as access_check */
Err sign_log_walk(Tx *tx, int32_t from, int64_t most, ChainWalk *ret, Fault *f); /* as access_walk */
Err sign_log_erase(Tx *tx, int64_t *ret_n, int32_t limit, int64_t before_ms, Fault *f);
Err sign_list(Tx *tx, const SignFind *in, const Actor *by, Page *ret, Fault *f);

#endif
