/* area_follow – see area_follow.h. What only changes its area is one UPDATE a table
 * (sql/queries/tree.sql); what is copied or ended one by one is read in pages by id. */
#include "area_follow.h"

#include "account.h"
#include "account_q.h"
#include "org_kinds.h"
#include "org_q.h"
#include "org_tree.h"
#include "seat_q.h"
#include "tree_q.h"

enum { BATCH = 100 };

static AreaFollow follow(const Area *old, const Area *to) {
    int32_t today = day_of_ms(clock_now_ms());

    return (AreaFollow){ .area = old->id,
                         .path = old->path,
                         .to_area = to ? to->id : (AreaId){ 0 },
                         .to_path = to ? to->path : str("0"),
                         .day = today,
                         .until = today - 1,
                         .limit = BATCH };
}

/* ---- posts ---- */

typedef Err PostDo(Tx *tx, Post *p, const Area *to, int32_t day, Fault *f);

/* Whoever looked after the whole looks after each part of it: no more, no less. */
static Err also_post(Tx *tx, Post *p, const Area *to, int32_t day, Fault *f) {
    Actor nobody;
    int64_t changed;

    actor_public(&nobody);
    p->id.v = id_new(0);
    p->area = to->id;
    p->path = to->path;
    p->since = p->since > day ? p->since : day;
    p->has.seat = false;
    TRY(sql_post_add(tx, p, &changed, f));
    return account_note(tx, p->account, ACCOUNT_POST_GIVEN, &nobody, f);
}

/* One that was to begin today or later never did. */
static Err end_post(Tx *tx, Post *p, const Area *to, int32_t day, Fault *f) {
    Actor nobody;
    int64_t changed;

    (void)to;
    actor_public(&nobody);
    p->until = p->since > day - 1 ? p->since - 1 : day - 1;
    p->has.until = true;
    TRY(sql_post_save(tx, p, &changed, f));
    return account_note(tx, p->account, ACCOUNT_POST_ENDED, &nobody, f);
}

static Err each_post(Tx *tx, const Area *old, const Area *to, int32_t day, PostDo *what, Fault *f) {
    AreaFollow from = follow(old, to);
    Arena *a = tx_arena(tx);
    Post *posts = arena_take(a, BATCH * sizeof *posts);
    size_t n = BATCH, used = a->used;

    if (!posts)
        return fault_arena(f);
    while (n == BATCH) {
        a->used = used;
        TRY(sql_post_standing(tx, &from, posts, BATCH, &n, f));
        for (size_t i = 0; i < n; i++) {
            from.after = posts[i].id.v;
            TRY(what(tx, &posts[i], to, day, f));
        }
    }
    return OK;
}

/* ---- duties ---- */

static Err also_duties(Tx *tx, const Area *old, const Area *to, int32_t day, Fault *f) {
    AreaFollow from = follow(old, to);
    Arena *a = tx_arena(tx);
    Serves *duties = arena_take(a, BATCH * sizeof *duties);
    size_t n = BATCH, used = a->used;
    int64_t changed;

    if (!duties)
        return fault_arena(f);
    while (n == BATCH) {
        a->used = used;
        TRY(sql_serves_standing(tx, &from, duties, BATCH, &n, f));
        for (size_t i = 0; i < n; i++) {
            from.after = duties[i].id.v;
            duties[i].id.v = id_new(id_home(to->id.v));
            duties[i].area = to->id;
            duties[i].path = to->path;
            duties[i].since = duties[i].since > day ? duties[i].since : day;
            TRY(sql_serves_add(tx, &duties[i], &changed, f));
        }
    }
    return OK;
}

Err area_follow_also(Tx *tx, const Area *old, const Area *to, int32_t day, Fault *f) {
    TRY(also_duties(tx, old, to, day, f));
    return each_post(tx, old, to, day, also_post, f);
}

/* ---- everything ---- */

Err area_follow_to(Tx *tx, const Area *old, const Area *to, bool part, Fault *f) {
    AreaFollow all = follow(old, to);
    OrgReasonEnd reason = { .area = old->id, .day = all.day };
    int64_t changed;

    all.grid = part ? to->id : (AreaId){ 0 };
    TRY(sql_serves_follow_twice(tx, &all, &changed, f)); /* the neighbour's unit had it already */
    TRY(sql_serves_follow(tx, &all, &changed, f));
    TRY(sql_post_follow(tx, &all, &changed, f));
    TRY(sql_seat_follow(tx, &all, &changed, f));
    TRY(sql_cover_grid_follow(tx, &all, &changed, f));
    TRY(sql_org_follow(tx, &all, &changed, f));
    TRY(sql_org_reasons_end(tx, &reason, &changed, f));
    return org_rehang(tx, to->path, f);
}

Err area_orgs_fit(Tx *tx, const Area *old, const Area *above, Fault *f) {
    AreaFollow from = follow(old, above);
    Org on[BATCH];
    size_t n = BATCH;

    while (n == BATCH) {
        TRY(sql_org_standing(tx, &from, on, BATCH, &n, f));
        for (size_t i = 0; i < n; i++) {
            from.after = on[i].id.v;
            if (above && org_fits(on[i].kind, above->level))
                continue;
            return fault(f, ERR_INVALID, "dissolve_org", "id",
                         "组织“%.*s”（%.*s）设在“%.*s”上，不能改设到上一级：请先撤销它或并入其他组织。",
                         "The organisation “%.*s” (%.*s) stands on “%.*s” and cannot stand on the level above: "
                         "dissolve it or merge it into another one first.",
                         (int)on[i].name.n, on[i].name.p, (int)on[i].code.n, on[i].code.p, (int)old->name.n,
                         old->name.p);
        }
    }
    return OK;
}

Err area_follow_up(Tx *tx, const Area *old, const Area *above, Fault *f) {
    AreaFollow all = follow(old, above);
    OrgReasonEnd reason = { .area = old->id, .day = all.day };
    int64_t changed;

    TRY(area_orgs_fit(tx, old, above, f));
    TRY(each_post(tx, old, above, all.day, end_post, f));
    TRY(sql_seat_over(tx, &all, &changed, f));
    TRY(sql_serves_over(tx, &all, &changed, f));
    TRY(sql_cover_grid_follow(tx, &all, &changed, f));
    TRY(sql_org_reasons_end(tx, &reason, &changed, f));
    if (!above)
        return OK;
    TRY(sql_org_follow(tx, &all, &changed, f));
    return org_rehang(tx, above->path, f);
}
