/* post – see post.h. */
#include "post.h"

#include "account.h"
#include "account_q.h"
#include "area.h"
#include "org.h"

enum { POSTS_MAX = 200 };

static Err posts_of(Tx *tx, AccountId account, int32_t from, Post *posts, size_t *ret_n, Fault *f) {
    PostsOf of = { .account = account, .day = from };
    return sql_post_from(tx, &of, posts, POSTS_MAX, ret_n, f);
}

/* ---- 三员分立 ---- */

static bool administers(Role r) {
    return r == ROLE_SYSTEM_ADMIN || r == ROLE_SECURITY_ADMIN || r == ROLE_AUDIT_ADMIN;
}

static bool may_stand_together(Role a, Role b) {
    if (administers(a) && administers(b))
        return a == b;
    if (administers(a) || administers(b))
        return !right_of(administers(a) ? b : a, RIGHT_CASE_READ);
    return true;
}

static bool overlap(const Post *a, const Post *b) {
    return (!a->has.until || b->since <= a->until) && (!b->has.until || a->since <= b->until);
}

static Err judge_apart(Tx *tx, const Post *p, Fault *f) {
    Post *held = arena_take(tx_arena(tx), sizeof *held * POSTS_MAX);
    size_t n;

    if (!held)
        return fault_arena(f);
    TRY(posts_of(tx, p->account, p->since, held, &n, f));
    for (size_t i = 0; i < n; i++)
        if (overlap(p, &held[i]) && !may_stand_together(p->role, held[i].role))
            return fault(
                f, ERR_FORBIDDEN, "three_admins", "role",
                "这个账号已有“%s”岗位，不能再任“%s”：系统、安全、审计三员由三人分任，且都不看案件。%.0s%.0s",
                "%.0s%.0sThis account holds the post “%s” and cannot be “%s” beside it: the three "
                "administrators "
                "are three persons, and none of them reads cases.",
                choice_numbered(&role_choices, held[i].role)->zh, choice_numbered(&role_choices, p->role)->zh,
                choice_numbered(&role_choices, held[i].role)->en, choice_numbered(&role_choices, p->role)->en);
    return OK;
}

/* ---- giving ---- */

/* Where the post holds: an area of the governing layer by its code, or the city. */
static Err post_place(Tx *tx, const PostNew *in, Post *p, Fault *f) {
    Area area;

    p->path = str("0");
    if (!in->has.area)
        return OK;
    TRY(area_governing_by_code(tx, in->area, &area, f));
    p->path = area.path;
    p->area = area.id;
    p->has.area = true;
    return OK;
}

static Err judge_new(const PostNew *in, const Post *p, const Actor *by, Fault *f) {
    if (by->account.v && by->account.v == p->account.v)
        return fault(f, ERR_FORBIDDEN, "own_post", "login", "不能给自己设岗位。",
                     "Nobody gives himself a post.");
    if (in->has.until && in->until < p->since)
        return fault(f, ERR_INVALID, "dates_reversed", "until", "结束日期早于开始日期。",
                     "It ends before it begins.");
    bool of_unit = in->role == ROLE_HANDLER || in->role == ROLE_PROPERTY;
    if (of_unit && !in->has.unit)
        return fault(f, ERR_INVALID, "post_unit", "unit", "处置员和物业岗位要写明单位。",
                     "A handler's post needs its unit.");
    if (in->has.leads && in->leads && !of_unit)
        return fault(f, ERR_INVALID, "post_leads", "leads", "只有处置员或物业岗位可以是单位负责人。",
                     "Only the post of a handler or property manager leads a unit.");
    return OK;
}

Err post_give(Tx *tx, const PostNew *in, const Actor *by, Post *ret, Fault *f) {
    Account a;
    Org unit;
    int64_t changed;
    Post p = { .id = { id_new(0) },
               .role = in->role,
               .since = in->has.since ? in->since : day_of_ms(clock_now_ms()),
               .until = in->until,
               .leads = in->has.leads && in->leads,
               .seat = in->seat };

    TRY(account_need(tx, in->login, &a, f));
    p.account = a.id;
    p.has.until = in->has.until;
    p.has.seat = in->has.seat;
    TRY(judge_new(in, &p, by, f));
    TRY(judge_apart(tx, &p, f));
    TRY(post_place(tx, in, &p, f));
    if (in->has.unit) {
        TRY(org_by_code(tx, in->unit, &unit, f));
        p.unit = unit.id;
        p.has.unit = true;
    }
    TRY(sql_post_add(tx, &p, &changed, f));
    TRY(account_note(tx, a.id, ACCOUNT_POST_GIVEN, by, f));
    *ret = p;
    return OK;
}

/* ---- taking away ---- */

/* Posts are dated by days: one that ends today held until yesterday. */
Err post_end(Tx *tx, const PostKey *in, const Actor *by, Post *ret, Fault *f) {
    int32_t yesterday = day_of_ms(clock_now_ms()) - 1;
    int64_t changed;
    size_t n;
    Post p;

    TRY(sql_post_by_id(tx, in, &p, 1, &n, f));
    if (n == 0)
        return fault(f, ERR_NOT_FOUND, "post_unknown", "id", "没有这个岗位。", "There is no such post.");
    if (p.has.until && p.until <= yesterday)
        return fault(f, ERR_CONFLICT, "post_over", "id", "这个岗位已经结束。", "This post is over already.");
    p.until = yesterday;
    p.has.until = true;
    TRY(sql_post_save(tx, &p, &changed, f));
    TRY(account_note(tx, p.account, ACCOUNT_POST_ENDED, by, f));
    *ret = p;
    return OK;
}

Err post_list(Tx *tx, const PostFind *in, const Actor *by, Page *ret, Fault *f) {
    PostLook look = { .day = day_of_ms(clock_now_ms()) };
    Account a;

    (void)by;
    TRY(account_need(tx, in->login, &a, f));
    look.account = a.id;
    look.has.day = !(in->has.past && in->past);
    return sql_post_listed(tx, &look, ret->rows, ret->max, &ret->n, f);
}
