/* account 账号 – who signs in, with which posts, and the sessions that follow.
 *
 * Passwords are hashed and checked in the _prepare functions, on a worker thread
 * before the write is queued. A session acts in one post. Only the hash of its
 * token is stored. */
#ifndef JW_ACCOUNT_H
#define JW_ACCOUNT_H

#include "actor.h"
#include "tx.h"

enum { TOKEN_BYTES = 32 };
#define SESSION_MS (12LL * 3600 * 1000)  /* a long shift */
#define ONE_TIME_MS (72LL * 3600 * 1000) /* a password that another has set; a weekend lies in it */

/* Who a token's hash belongs to. ERR_SIGN_IN: nobody, ended, revoked, or the post
 * no longer holds. */
Err session_actor(Tx *tx, Str token_hash, Actor *ret, int64_t *ret_ends_ms, Fault *f);

/* Before each write, in its transaction: does the post in which the caller began still
 * hold, and his session? ERR_FORBIDDEN: one was taken away in the meantime. */
Err actor_holds(Tx *tx, const Actor *by, Fault *f);

/* The actor of an account's first post of today, for `call --as`. */
Err account_actor(Tx *tx, Str login, Actor *ret, Fault *f);

/* With `new_password` the password is changed in the same breath. One that another has
 * set (account_add, account_password) opens nothing without: ERR_FORBIDDEN, field
 * new_password, says who set it and when. docs/decisions/0004. */
Err session_open_prepare(Tx *tx, SignIn *in, const Actor *by, Fault *f);

/* Tests only (the start flag test_sessions): whoever has an account signs in, with any
 * password, and without the work of hashing it. Off at start. */
void account_test_sessions(bool on);
Err session_open(Tx *tx, const SignIn *in, const Actor *by, Me *ret, Fault *f); /* ret->token: the raw bytes */
Err session_close(Tx *tx, const Nothing *in, const Actor *by, Me *ret, Fault *f);
Err session_act_as(Tx *tx, const SessionPost *in, const Actor *by, Me *ret, Fault *f);
Err session_me(Tx *tx, const Nothing *in, const Actor *by, Me *ret, Fault *f);

Err account_add_prepare(Tx *tx, AccountNew *in, const Actor *by, Fault *f);
Err account_add(Tx *tx, const AccountNew *in, const Actor *by, Account *ret, Fault *f);
Err account_password_prepare(Tx *tx, AccountPassword *in, const Actor *by, Fault *f);
Err account_password(Tx *tx, const AccountPassword *in, const Actor *by, Account *ret, Fault *f);
Err account_list(Tx *tx, const AccountSearch *in, const Actor *by, Page *ret, Fault *f);
Err account_history(Tx *tx, const AccountFind *in, const Actor *by, Page *ret, Fault *f);

/* For the demo, whose password is printed for all: no one-time password any more. */
Err account_settle(Tx *tx, Account *a, Fault *f);

/* Ends every session of an account at once. */
Err session_revoke(Tx *tx, const AccountLogin *in, const Actor *by, Account *ret, Fault *f);

/* ---- for post.c ---- */

Err account_need(Tx *tx, Str login, Account *ret, Fault *f); /* ERR_NOT_FOUND names the login */
Err account_note(Tx *tx, AccountId account, AccountWhat what, const Actor *by, Fault *f);

/* After session_open_prepare said no, in a write of its own. */
Err session_refused(Tx *tx, const SignIn *in, const Actor *by, Err why, Fault *f);

#endif
