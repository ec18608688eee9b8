/* roster_line – see roster_line.h. */
#include "roster_line.h"

#include "account.h"
#include "account_q.h"
#include "area.h"
#include "org.h"
#include "roster.h"
#include "roster_q.h"

#include <string.h>

enum { POSTS_MAX = 200 };

typedef struct Said {
    Org unit;
    Area area;
} Said;

static Err look_up(Tx *tx, const ShiftListed *in, Said *ret, Fault *f) {
    if (in->has.unit_code)
        TRY(org_by_code(tx, in->unit_code, &ret->unit, f));
    return in->has.area_code ? area_governing_by_code(tx, in->area_code, &ret->area, f) : OK;
}

static bool fits(const Post *p, const ShiftListed *in, const Said *said) {
    if (in->has.role && p->role != in->role)
        return false;
    if (in->has.unit_code && p->unit.v != said->unit.id.v)
        return false;
    return !in->has.area_code ||
           (said->area.path.n >= p->path.n && memcmp(said->area.path.p, p->path.p, p->path.n) == 0);
}

/* Of several that reach the area the one that is of it. */
static Err find_post(Tx *tx, const ShiftListed *in, const Said *said, Post *ret, Fault *f) {
    Post *posts = arena_take(tx_arena(tx), POSTS_MAX * sizeof *posts);
    PostsOf of = { .day = in->begins.day };
    size_t n, found = 0, exact = 0;
    Post at_area = { 0 };
    Account a;

    if (!posts)
        return fault_arena(f);
    TRY(account_need(tx, in->login, &a, f));
    of.account = a.id;
    TRY(sql_post_of_account(tx, &of, posts, POSTS_MAX, &n, f));
    for (size_t i = 0; i < n; i++) {
        if (!fits(&posts[i], in, said))
            continue;
        if (found++ == 0)
            *ret = posts[i];
        if (in->has.area_code && str_same(posts[i].path, said->area.path) && exact++ == 0)
            at_area = posts[i];
    }
    if (exact == 1)
        *ret = at_area;
    if (found == 1 || exact == 1)
        return OK;
    return found ? fault(f, ERR_INVALID, "line_posts", "role",
                         "他那天有 %d 个岗位合适：请写角色、单位代码或网格编码。",
                         "%d of his posts fit on that day: say role, unit code or area code.", (int)found)
                 : fault(f, ERR_INVALID, "line_post", "login", "他那天没有这样的岗位。",
                         "He holds no such post on that day.");
}

static Err is_there(Tx *tx, const ShiftNew *in, Str path, bool *ret, Fault *f) {
    ShiftOfPost find = { .post = in->post, .path = path, .begins = in->begins, .ends = in->ends };
    Shift there[2];
    size_t n;

    TRY(sql_shift_of_post(tx, &find, there, COUNT(there), &n, f));
    *ret = false;
    for (size_t i = 0; i < n && !*ret; i++)
        *ret = there[i].begins.ms == in->begins.ms && there[i].ends.ms == in->ends.ms;
    return OK;
}

Err shift_take_line(Tx *tx, const ShiftListed *in, const Actor *by, bool *ret_there, Fault *f) {
    ShiftNew new = { .begins = in->begins, .ends = in->ends };
    Said said;
    Post post = { 0 };
    Shift made;
    bool there = false;

    memset(&said, 0, sizeof said);
    TRY(look_up(tx, in, &said, f));
    TRY(find_post(tx, in, &said, &post, f));
    new.post = post.id;
    new.area = said.area.id;
    new.has.area = in->has.area_code;
    TRY(is_there(tx, &new, in->has.area_code ? said.area.path : post.path, &there, f));
    if (!there)
        TRY(shift_plan(tx, &new, by, &made, f));
    *ret_there = there;
    return OK;
}

Err export_roster(Tx *tx, const Actor *by, ExportAt *at, ShiftListed **ret, size_t *ret_n, Fault *f) {
    ShiftAfter find = { .after = { at->number }, .limit = EXPORT_ROWS, .has.after = at->number != 0 };
    ShiftListed *rows = arena_take(tx_arena(tx), EXPORT_ROWS * sizeof *rows);
    size_t n;

    if (!rows)
        return fault_arena(f);
    TRY(sql_shift_rows(tx, &find, &by->scope, rows, EXPORT_ROWS, &n, f));
    if (n)
        at->number = rows[n - 1].id.v;
    *ret = rows;
    *ret_n = n;
    return OK;
}
