/* account – see account.h. */
#include "account.h"

#include "account_q.h"
#include "app_key.h"
#include "attempts.h"
#include "chain.h"
#include "sign_log.h"
#include "random.h"
#include "seal.h"

#include <string.h>

enum { POSTS_MAX = 20 };

/* ---- reading ---- */

static Err account_by_login(Tx *tx, Str login, Account *ret, bool *ret_found, Fault *f) {
    AccountLogin key = { .login = login };
    size_t n;

    TRY(sql_account_by_login(tx, &key, ret, 1, &n, f));
    *ret_found = n > 0;
    return OK;
}

Err account_need(Tx *tx, Str login, Account *ret, Fault *f) {
    bool found;

    TRY(account_by_login(tx, login, ret, &found, f));
    return found ? OK
                 : fault(f, ERR_NOT_FOUND, "account_unknown", "login", "没有登录名为“%.*s”的账号。",
                         "There is no account with the login “%.*s”.", (int)login.n, login.p);
}

static Err account_load(Tx *tx, AccountId id, Account *ret, Fault *f) {
    AccountKey key = { .id = id };
    size_t n;

    TRY(sql_account_by_id(tx, &key, ret, 1, &n, f));
    return n ? OK
             : fault(f, ERR_NOT_FOUND, "account_unknown", "account", "没有这个账号。",
                     "There is no such account.");
}

/* ---- the actor at the write ---- */

Err actor_holds(Tx *tx, const Actor *by, Fault *f) {
    Moment now = moment_now();
    ActorHeld held = { .post = by->post,
                       .account = by->account,
                       .role = by->role,
                       .day = now.day,
                       .session = by->session,
                       .now = now };
    Count found = { 0 };
    size_t n;

    if (by->app.v)
        return app_key_holds(tx, by->app, f);
    if (by->post.v == 0) /* the public; the operator at the machine itself */
        return OK;
    held.has.session = by->session.v != 0;
    TRY(sql_actor_holds(tx, &held, &found, 1, &n, f));
    return found.n
               ? OK
               : fault(f, ERR_FORBIDDEN, "post_taken", "", "您的岗位或会话刚刚结束，这一步没有办。请重新登录。",
                       "Your post or session has just ended, so nothing was done. Please sign in again.");
}

static Err posts_today(Tx *tx, AccountId id, Post posts[POSTS_MAX], size_t *ret_n, Fault *f) {
    PostsOf of = { .account = id, .day = day_of_ms(clock_now_ms()) };
    return sql_post_of_account(tx, &of, posts, POSTS_MAX, ret_n, f);
}

static Err no_post(Fault *f) {
    return fault(f, ERR_FORBIDDEN, "no_post", "", "这个账号现在没有岗位，请联系安全管理员。",
                 "This account holds no post today; ask the security administrator.");
}

static void actor_of(const Account *a, const Post *p, Actor *ret) {
    actor_in(p->role, p->path, p->has.unit ? p->unit : (OrgId){ 0 }, ret);
    ret->account = a->id;
    ret->scope.self = a->id.v;
    ret->post = p->id;
    ret->leads = p->leads;
}

Err account_actor(Tx *tx, Str login, Actor *ret, Fault *f) {
    Account a;
    Post posts[POSTS_MAX];
    size_t n;

    TRY(account_need(tx, login, &a, f));
    TRY(posts_today(tx, a.id, posts, &n, f));
    if (n == 0 || !a.active)
        return no_post(f);
    actor_of(&a, &posts[0], ret);
    return OK;
}

static Err signed_out(Fault *f) {
    return fault(f, ERR_SIGN_IN, "signed_out", "", "请先登录。", "Please sign in.");
}

Err session_actor(Tx *tx, Str token_hash, Actor *ret, int64_t *ret_ends_ms, Fault *f) {
    SessionToken key = { .token = token_hash };
    Session s;
    Account a;
    Post posts[POSTS_MAX];
    size_t n;

    TRY(sql_session_by_token(tx, &key, &s, 1, &n, f));
    if (n == 0 || s.revoked || s.ends.ms <= clock_now_ms())
        return signed_out(f);
    TRY(account_load(tx, s.account, &a, f));
    TRY(posts_today(tx, a.id, posts, &n, f));
    for (size_t i = 0; a.active && i < n; i++)
        if (posts[i].id.v == s.post.v) {
            actor_of(&a, &posts[i], ret);
            ret->session = s.id;
            *ret_ends_ms = s.ends.ms;
            return OK;
        }
    return signed_out(f);
}

/* ---- who am I ---- */

/* What the post now may do: pages show what can be opened, the server refuses the rest. */
static Err show_rights(Tx *tx, Me *me, Fault *f) {
    RightHeld *held = arena_take(tx_arena(tx), sizeof *held * RIGHT_COUNT);
    const PostShown *posts = me->posts.rows;
    size_t n = 0;

    if (!held)
        return fault_arena(f);
    for (size_t i = 0; i < me->posts.n; i++)
        for (int right = 1; posts[i].id.v == me->post.v && right < RIGHT_COUNT; right++)
            if (right_of_post(posts[i].role, posts[i].leads, (Right)right)) {
                held[n] = (RightHeld){ .right = (Right)right };
                held[n++].has.right = true;
            }
    me->rights = (List){ held, n };
    me->has.rights = true;
    return OK;
}

static Err show_me(Tx *tx, const Account *a, PostId post, int64_t ends_ms, Me *ret, Fault *f) {
    PostsOf of = { .account = a->id, .day = day_of_ms(clock_now_ms()) };
    PostShown *shown = arena_take(tx_arena(tx), sizeof *shown * POSTS_MAX);
    size_t n;
    Me me = {
        .account = a->id, .login = a->login, .title = a->title, .post = post, .ends = moment_at(ends_ms)
    };

    if (!shown)
        return fault_arena(f);
    TRY(sql_post_shown(tx, &of, shown, POSTS_MAX, &n, f));
    me.posts = (List){ shown, n };
    me.has.account = me.has.login = me.has.title = me.has.post = me.has.posts = me.has.ends = true;
    TRY(show_rights(tx, &me, f));
    *ret = me;
    return OK;
}

static Err session_load(Tx *tx, SessionId id, Session *ret, Fault *f) {
    SessionWhich key = { .id = id };
    size_t n;

    TRY(sql_session_by_id(tx, &key, ret, 1, &n, f));
    return n ? OK : signed_out(f);
}

Err session_me(Tx *tx, const Nothing *in, const Actor *by, Me *ret, Fault *f) {
    Account a;
    Session s;

    (void)in;
    TRY(account_load(tx, by->account, &a, f));
    if (by->session.v == 0) /* the command line acts without a session */
        return show_me(tx, &a, by->post, clock_now_ms(), ret, f);
    TRY(session_load(tx, by->session, &s, f));
    return show_me(tx, &a, s.post, s.ends.ms, ret, f);
}

/* ---- passwords ---- */

static Err hash_into(Tx *tx, Str password, Str *ret, bool *ret_has, Fault *f) {
    char hash[PASSWORD_HASH];

    TRY(password_hash(password, hash, f));
    TRY(str_copy(tx_arena(tx), str(hash), ret, f));
    *ret_has = true;
    return OK;
}

Err account_note(Tx *tx, AccountId account, AccountWhat what, const Actor *by, Fault *f) {
    AccountEvent e = { .id = { id_new(0) },
                       .account = account,
                       .what = what,
                       .by_whom = by->account,
                       .role = by->role,
                       .at = moment_now() };
    int64_t changed;

    e.has.by_whom = by->account.v != 0;
    return sql_account_event_add(tx, &e, &changed, f);
}

/* Whoever sets another's password could sign in with it: so it is good for once. */
static void set_by_another(Account *a, const Actor *by) {
    a->one_time = true;
    a->set_by = by->account;
    a->has.set_by = by->account.v != 0;
    a->set = moment_now();
    a->has.set = true;
}

/* ---- signing in and out ---- */

static _Atomic bool any_password;
void account_test_sessions(bool on) { any_password = on; }

/* What another has set opens nothing but its own change, and only for a time. The
 * sentence tells who set it and when: whoever did not ask for it learns of it here. */
static Err judge_one_time(Tx *tx, const Account *a, const SignIn *in, Fault *f) {
    Account who = { .title = str("本机操作员 (at the machine)") };
    Civil at = zone_civil(zone_here(), a->set.ms);
    size_t n;

    if (!a->one_time || any_password)
        return OK;
    if (a->set.ms + ONE_TIME_MS < clock_now_ms())
        return fault(f, ERR_SIGN_IN, "one_time_over", "password",
                     "一次性密码已过期（%d 小时内有效），请再找管理员。",
                     "The one-time password is over (it holds for %d hours): ask the administrator again.",
                     (int)(ONE_TIME_MS / 3600000));
    if (in->has.new_password && !str_same(in->new_password, in->password))
        return OK;
    if (a->has.set_by)
        TRY(sql_account_by_id(tx, &(AccountKey){ .id = a->set_by }, &who, 1, &n, f));
    return fault(
        f, ERR_FORBIDDEN, "one_time", "new_password",
        "这个密码由%.*s于 %d-%02d-%02d %02d:%02d "
        "设置，只能用一次：请设一个新密码。如果您没有要求重置，请告诉审计管理员。",
        "This password was set by %.*s on %d-%02d-%02d %02d:%02d and is good for once: choose a new one. If "
        "you did not ask for it, tell the audit administrator.",
        (int)who.title.n, who.title.p, (int)at.year, (int)at.month, (int)at.day, (int)at.hour, (int)at.minute);
}

/* An unknown login takes as long as a wrong password and is answered alike. */
Err session_open_prepare(Tx *tx, SignIn *in, const Actor *by, Fault *f) {
    Account a;
    bool found;
    Post posts[POSTS_MAX];
    size_t n;
    char hash[PASSWORD_HASH] = "";

    (void)by;
    TRY(attempts_judge(tx, in->login, f));
    TRY(account_by_login(tx, in->login, &a, &found, f));
    in->tried = a.id;
    in->has.tried = found;
    found = found && a.active && a.password.n < sizeof hash;
    if (found)
        memcpy(hash, a.password.p, a.password.n);
    Err e = any_password && found ? OK : password_verify(found ? hash : NULL, in->password, f);
    TRY(e);
    in->account = a.id;
    in->has.account = true;
    TRY(judge_one_time(tx, &a, in, f));
    TRY(posts_today(tx, a.id, posts, &n, f));
    if (n == 0)
        return no_post(f);
    TRY(str_copy(tx_arena(tx), str(hash), &in->seen, f));
    in->has.seen = true;
    return in->has.new_password ? hash_into(tx, in->new_password, &in->hashed, &in->has.hashed, f) : OK;
}

/* What it was refused for, and by whose name; a refusal that is no judgement is not written. */
Err session_refused(Tx *tx, const SignIn *in, const Actor *by, Err why, Fault *f) {
    AccountId whose = in->has.tried ? in->tried : (AccountId){ 0 };
    bool first = true;
    SignWhat what;

    if (why == ERR_OFTEN) {
        what = SIGN_WAITS;
        TRY(attempts_waits(tx, in->login, &first, f));
    } else if (in->has.account && (why == ERR_SIGN_IN || why == ERR_FORBIDDEN))
        what = SIGN_REFUSED;
    else if (why == ERR_SIGN_IN) {
        what = SIGN_WRONG;
        TRY(attempts_wrong(tx, in->login, f));
    } else
        return OK;
    return first ? sign_log_write(tx, whose, attempts_place(in->login), what, by, f) : OK;
}

/* His own password, at sign-in: it is nobody else's any more. */
static Err change_own(Tx *tx, Account *a, Str hashed, const Actor *by, Fault *f) {
    int64_t changed;
    Actor self = { .account = a->id };

    a->password = hashed;
    a->one_time = a->has.set_by = a->has.set = false;
    TRY(sql_account_save(tx, a, &changed, f));
    TRY(sql_session_revoke_account(tx, &(AccountKey){ .id = a->id }, &changed, f));
    self.near = by->near;
    TRY(sign_log_write(tx, a->id, 0, SIGN_PASSWORD, &self, f));
    return account_note(tx, a->id, ACCOUNT_CHANGED, &self, f);
}

/* Between the check, which is slow, and this write the password may have been reset: what
 * it was checked against is no password any more. */
static Err judge_same(const Account *a, const SignIn *in, Fault *f) {
    if (a->active && (!in->has.seen || str_same(in->seen, a->password)))
        return OK;
    return fault(f, ERR_SIGN_IN, "password_changed", "password", "密码刚被更改，请用新密码登录。",
                 "The password has just been changed: sign in with the new one.");
}

Err session_open(Tx *tx, const SignIn *in, const Actor *by, Me *ret, Fault *f) {
    Account a;
    Post posts[POSTS_MAX];
    size_t n;
    int64_t changed, now = clock_now_ms();
    uint8_t hash[32];
    char *token = arena_take(tx_arena(tx), TOKEN_BYTES);
    Me me;

    if (!token)
        return fault_arena(f);
    TRY(account_load(tx, in->account, &a, f));
    TRY(judge_same(&a, in, f));
    TRY(judge_one_time(tx, &a, in, f));
    TRY(posts_today(tx, a.id, posts, &n, f));
    if (n == 0)
        return no_post(f);
    if (in->has.hashed)
        TRY(change_own(tx, &a, in->hashed, by, f));
    random_bytes(token, TOKEN_BYTES);
    hash_32("session", NULL, (Str){ token, TOKEN_BYTES }, hash);
    Session s = { .id = { id_new(0) },
                  .token = { (char *)hash, sizeof hash },
                  .account = a.id,
                  .post = posts[0].id,
                  .made = moment_at(now),
                  .ends = moment_at(now + SESSION_MS) };
    TRY(sql_session_add(tx, &s, &changed, f));
    TRY(attempts_right(tx, in->login, f));
    TRY(sign_log_write(tx, a.id, 0, SIGN_IN_DONE, by, f));
    TRY(show_me(tx, &a, s.post, s.ends.ms, &me, f));
    me.token = (Str){ token, TOKEN_BYTES };
    me.has.token = true;
    *ret = me;
    return OK;
}

Err session_close(Tx *tx, const Nothing *in, const Actor *by, Me *ret, Fault *f) {
    Session s;
    int64_t changed;
    Me me = { .account = by->account };

    (void)in;
    TRY(session_load(tx, by->session, &s, f));
    s.revoked = true;
    TRY(sql_session_save(tx, &s, &changed, f));
    TRY(sign_log_write(tx, s.account, 0, SIGN_OUT, by, f));
    me.has.account = me.has.token = true; /* an empty token clears the cookie */
    *ret = me;
    return OK;
}

Err session_revoke(Tx *tx, const AccountLogin *in, const Actor *by, Account *ret, Fault *f) {
    Account a;
    int64_t changed;

    TRY(account_need(tx, in->login, &a, f));
    TRY(sql_session_revoke_account(tx, &(AccountKey){ .id = a.id }, &changed, f));
    TRY(sign_log_write(tx, a.id, 0, SIGN_REVOKED, by, f));
    TRY(account_note(tx, a.id, ACCOUNT_SESSIONS_ENDED, by, f));
    *ret = a;
    return OK;
}

Err session_act_as(Tx *tx, const SessionPost *in, const Actor *by, Me *ret, Fault *f) {
    Account a;
    Session s;
    Post posts[POSTS_MAX];
    size_t n;
    int64_t changed;

    TRY(account_load(tx, by->account, &a, f));
    TRY(session_load(tx, by->session, &s, f));
    TRY(posts_today(tx, a.id, posts, &n, f));
    for (size_t i = 0; i < n; i++)
        if (posts[i].id.v == in->post.v) {
            s.post = in->post;
            TRY(sql_session_save(tx, &s, &changed, f));
            return show_me(tx, &a, s.post, s.ends.ms, ret, f);
        }
    return fault(f, ERR_NOT_FOUND, "post_unknown", "post", "您没有这个岗位。", "You do not hold this post.");
}

/* ---- accounts ---- */

Err account_add_prepare(Tx *tx, AccountNew *in, const Actor *by, Fault *f) {
    (void)by;
    return hash_into(tx, in->password, &in->hashed, &in->has.hashed, f);
}

Err account_add(Tx *tx, const AccountNew *in, const Actor *by, Account *ret, Fault *f) {
    Account same;
    bool found;
    int64_t changed;

    TRY(account_by_login(tx, in->login, &same, &found, f));
    if (found)
        return fault(f, ERR_CONFLICT, "login_taken", "login", "登录名“%.*s”已有人用。",
                     "The login “%.*s” is taken.", (int)in->login.n, in->login.p);
    Account a = { .id = { id_new(0) },
                  .login = in->login,
                  .title = in->title,
                  .password = in->hashed,
                  .active = true,
                  .made = moment_now() };
    set_by_another(&a, by);
    TRY(sql_account_add(tx, &a, &changed, f));
    TRY(account_note(tx, a.id, ACCOUNT_ADDED, by, f));
    *ret = a;
    return OK;
}

Err account_password_prepare(Tx *tx, AccountPassword *in, const Actor *by, Fault *f) {
    (void)by;
    return hash_into(tx, in->password, &in->hashed, &in->has.hashed, f);
}

Err account_password(Tx *tx, const AccountPassword *in, const Actor *by, Account *ret, Fault *f) {
    Account a;
    int64_t changed;

    TRY(account_need(tx, in->login, &a, f));
    a.password = in->hashed;
    set_by_another(&a, by);
    TRY(sql_account_save(tx, &a, &changed, f));
    TRY(sign_log_write(tx, a.id, 0, SIGN_PASSWORD, by, f));
    TRY(account_note(tx, a.id, ACCOUNT_RESET, by, f));
    TRY(sql_session_revoke_account(tx, &(AccountKey){ .id = a.id }, &changed, f));
    *ret = a;
    return OK;
}

Err account_settle(Tx *tx, Account *a, Fault *f) {
    int64_t changed;

    a->one_time = a->has.set_by = a->has.set = false;
    return sql_account_save(tx, a, &changed, f);
}

/* ---- read ---- */

static Err fill_listed(Tx *tx, const Account *a, int32_t day, AccountListed *r, Fault *f) {
    PostsOf of = { .account = a->id, .day = day };
    PostShown *posts = arena_take(tx_arena(tx), sizeof *posts * POSTS_MAX);
    size_t n;

    if (!posts)
        return fault_arena(f);
    TRY(sql_post_shown(tx, &of, posts, POSTS_MAX, &n, f));
    *r = (AccountListed){ .id = a->id,
                          .login = a->login,
                          .title = a->title,
                          .active = a->active,
                          .made = a->made,
                          .one_time = a->one_time,
                          .set = a->set,
                          .posts = { posts, n } };
    r->has.id = r->has.login = r->has.title = r->has.active = r->has.made = true;
    r->has.one_time = r->has.posts = true;
    r->has.set = a->has.set;
    return OK;
}

Err account_list(Tx *tx, const AccountSearch *in, const Actor *by, Page *ret, Fault *f) {
    AccountSearch find = *in;
    AccountListed *rows = ret->rows;
    Account *found = arena_take(tx_arena(tx), (size_t)in->limit * sizeof *found);

    (void)by;
    if (!found)
        return fault_arena(f);
    find.skip = (in->page - 1) * in->limit;
    find.day = day_of_ms(clock_now_ms());
    find.has.unposted = in->has.unposted && in->unposted;
    find.has.words_like = in->has.words;
    if (in->has.words)
        TRY(str_holding(tx_arena(tx), in->words, &find.words_like, f));
    TRY(sql_account_list(tx, &find, found, (size_t)in->limit, &ret->n, f));
    for (size_t i = 0; i < ret->n; i++)
        TRY(fill_listed(tx, &found[i], find.day, &rows[i], f));
    return OK;
}

Err account_history(Tx *tx, const AccountFind *in, const Actor *by, Page *ret, Fault *f) {
    AccountFind find = *in;
    Account a;

    (void)by;
    if (in->has.login) {
        TRY(account_need(tx, in->login, &a, f));
        find.account = a.id;
        find.has.account = true;
    }
    TRY(days_in_order(in->has.from && in->has.until, in->from, in->until, f));
    find.skip = (in->page - 1) * in->limit;
    return sql_account_event_list(tx, &find, ret->rows, (size_t)in->limit, &ret->n, f);
}
