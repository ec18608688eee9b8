/* view – see view.h. What is kept is the query of an address and nothing else: letters,
 * figures and what an address needs, so that no view leads out of the list. */
#include "view.h"

#include "view_q.h"

#include <string.h>

static Err find(Tx *tx, const ViewFind *which, SavedView *rows, size_t max, size_t *ret_n, Fault *f) {
    return sql_view_list(tx, which, rows, max, ret_n, f);
}

Err view_list(Tx *tx, const Nothing *in, const Actor *by, Page *ret, Fault *f) {
    ViewFind mine = { .account = by->account };

    (void)in;
    return find(tx, &mine, ret->rows, VIEWS_MAX, &ret->n, f);
}

static bool is_query(Str s) {
    static const char also[] = "=&%._~+-*";

    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && !memchr(also, c, sizeof also - 1))
            return false;
    }
    return true;
}

static Err judge_room(Tx *tx, const Actor *by, Fault *f) {
    ViewFind mine = { .account = by->account };
    SavedView *rows = arena_take(tx_arena(tx), (VIEWS_MAX + 1) * sizeof *rows);
    size_t n;

    if (!rows)
        return fault_arena(f);
    TRY(find(tx, &mine, rows, VIEWS_MAX + 1, &n, f));
    return n < VIEWS_MAX ? OK
                         : fault(f, ERR_LIMIT, "view_many", "name", "已有 %d 个保存的视图，先删去不用的。",
                                 "There are %d saved views already: remove some that are not used.", VIEWS_MAX);
}

Err view_save(Tx *tx, const ViewNew *in, const Actor *by, SavedView *ret, Fault *f) {
    ViewFind same = { .account = by->account, .name = in->name, .has.name = true };
    SavedView v;
    int64_t changed;
    size_t n;

    if (!is_query(in->query))
        return fault(
            f, ERR_INVALID, "view_query", "query", "条件要写成网址里问号后面的样子，如 overdue=1&todo=1。",
            "Write the filters as an address has them behind its question mark, such as overdue=1&todo=1.");
    TRY(find(tx, &same, &v, 1, &n, f));
    if (n == 0) {
        TRY(judge_room(tx, by, f));
        v = (SavedView){ .id = { id_new(0) }, .account = by->account, .name = in->name };
    }
    v.query = in->query;
    v.saved = moment_at(clock_now_ms());
    TRY(n ? sql_view_save(tx, &v, &changed, f) : sql_view_add(tx, &v, &changed, f));
    *ret = v;
    return OK;
}

Err view_remove(Tx *tx, const ViewKey *in, const Actor *by, SavedView *ret, Fault *f) {
    ViewFind mine = { .account = by->account, .id = in->id, .has.id = true };
    SavedView v;
    int64_t changed;
    size_t n;

    TRY(find(tx, &mine, &v, 1, &n, f));
    if (n == 0)
        return fault(f, ERR_NOT_FOUND, "view_unknown", "id", "没有这个保存的视图，或不是您的。",
                     "There is no such saved view, or it is not yours.");
    TRY(sql_view_remove(tx, &mine, &changed, f));
    *ret = v;
    return OK;
}
