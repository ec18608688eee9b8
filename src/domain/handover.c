/* handover – see handover.h. Its lists are those of the console: case_list with filters. */
#include "handover.h"

#include "case.h"
#include "case_words.h"
#include "roster_q.h"

enum { ROWS = 50, WAITING = 10, NEXT_SHIFT_MS = 12 * 3600 * 1000 };

/* The place of the post acted in: its part of the city, and its unit. */
static HandoverFind place_of(const Actor *by) {
    HandoverFind p = { .limit = 1, .path = by->scope.path_low, .unit = by->unit.v };

    p.has.path = p.has.unit = true;
    return p;
}

/* Of the last few those that nobody has taken. */
static Err waiting(Tx *tx, const Actor *by, List *ret, Fault *f) {
    HandoverFind last = place_of(by);
    HandoverShown *rows = arena_take(tx_arena(tx), WAITING * sizeof *rows);
    size_t n, kept = 0;

    if (!rows)
        return fault_arena(f);
    last.limit = WAITING;
    TRY(sql_handover_list(tx, &last, rows, WAITING, &n, f));
    for (size_t i = 0; i < n; i++)
        if (!rows[i].has.taken)
            rows[kept++] = rows[i];
    *ret = (List){ rows, kept };
    return OK;
}

/* ---- the page ---- */

static CaseFind open_ones(void) {
    CaseFind find = { .open = true, .page = 1, .limit = ROWS };

    find.has.open = true;
    return find;
}

static CaseFind overdue_at(int64_t now_ms) {
    CaseFind find = open_ones();

    find.due_before = moment_at(now_ms);
    find.has.due_before = true;
    return find;
}

static CaseFind promised_ones(void) {
    CaseFind find = { .state = CASE_FEEDBACK, .page = 1, .limit = ROWS };

    find.has.state = true;
    return find;
}

static Err list(Tx *tx, const CaseFind *find, const Actor *by, List *ret, Fault *f) {
    Page page = { arena_take(tx_arena(tx), ROWS * sizeof(Case)), 0, ROWS };

    if (!page.rows)
        return fault_arena(f);
    TRY(case_list(tx, find, by, &page, f));
    *ret = (List){ page.rows, page.n };
    return OK;
}

/* Danger stands on top of the open ones. */
static Err dangers(Tx *tx, const Actor *by, List *ret, Fault *f) {
    CaseFind find = open_ones();
    size_t n = 0;

    TRY(list(tx, &find, by, ret, f));
    while (n < ret->n && ((const Case *)ret->rows)[n].danger)
        n++;
    ret->n = n;
    return OK;
}

/* What is due within the next shift, and not late yet. */
static Err due_next(Tx *tx, const Actor *by, int64_t now_ms, List *ret, Fault *f) {
    CaseFind find = overdue_at(now_ms + NEXT_SHIFT_MS);

    find.due_from = moment_at(now_ms);
    find.has.due_from = true;
    return list(tx, &find, by, ret, f);
}

Err handover_page(Tx *tx, const Nothing *in, const Actor *by, HandoverPage *ret, Fault *f) {
    int64_t now = clock_now_ms();
    CaseFind open = open_ones(), late = overdue_at(now), promised = promised_ones();
    HandoverPage p = { .until = moment_at(now + NEXT_SHIFT_MS) };
    Total total = { 0 };

    (void)in;
    TRY(case_count(tx, &open, by, &total, f));
    p.n = total.n;
    p.more = total.has.more && total.more;
    TRY(dangers(tx, by, &p.danger, f));
    TRY(list(tx, &late, by, &p.overdue, f));
    TRY(due_next(tx, by, now, &p.due, f));
    TRY(list(tx, &promised, by, &p.promised, f));
    TRY(waiting(tx, by, &p.waiting, f));
    p.has.n = p.has.more = p.has.until = p.has.danger = p.has.overdue = true;
    p.has.due = p.has.promised = p.has.waiting = true;
    *ret = p;
    return OK;
}

/* ---- giving and taking ---- */

static Err count(Tx *tx, const CaseFind *find, const Actor *by, int32_t *ret, Fault *f) {
    Total total = { 0 };

    TRY(case_count(tx, find, by, &total, f));
    *ret = total.n;
    return OK;
}

/* A hand-over belongs to no case, so what names people has no place to be kept apart. */
static Err note_names_nobody(Tx *tx, const HandoverGive *in, Fault *f) {
    Str marked = in->note;

    if (!in->has.note)
        return OK;
    TRY(case_words_marked(tx, &marked, f));
    return str_same(marked, in->note)
               ? OK
               : fault(f, ERR_INVALID, "handover_names", "note",
                       "交班说明里有电话、证件、车牌或房号：请写案件编号，号码在案件里看。",
                       "The note has a telephone, card, plate or room number: write the case's number instead, "
                       "whoever takes over finds it there.");
}

Err handover_give(Tx *tx, const HandoverGive *in, const Actor *by, Handover *ret, Fault *f) {
    int64_t changed, now = clock_now_ms();
    CaseFind open = open_ones(), late = overdue_at(now), promised = promised_ones();
    Handover h = { .path = by->scope.path_low,
                   .unit = by->unit,
                   .note = in->note,
                   .given_by = by->account,
                   .given = moment_at(now) };

    TRY(note_names_nobody(tx, in, f));
    TRY(count(tx, &open, by, &h.n, f));
    TRY(count(tx, &late, by, &h.overdue, f));
    TRY(count(tx, &promised, by, &h.promised, f));
    h.id.v = id_new(0);
    h.has.unit = by->unit.v != 0;
    h.has.note = in->has.note;
    TRY(sql_handover_add(tx, &h, &changed, f));
    *ret = h;
    return OK;
}

Err handover_take(Tx *tx, const HandoverKey *in, const Actor *by, Handover *ret, Fault *f) {
    HandoverFind place = place_of(by);
    int64_t changed;
    size_t n;
    Handover h;

    TRY(sql_handover_by_id(tx, in, &place, &h, 1, &n, f));
    if (!n)
        return fault(f, ERR_NOT_FOUND, "handover_unknown", "id", "没有这次交班，或不是交给您的岗位。",
                     "There is no such hand-over, or it is not for your post.");
    if (h.has.taken)
        return fault(f, ERR_CONFLICT, "handover_taken", "id", "已经有人接班。",
                     "Somebody has taken it already.");
    if (h.given_by.v == by->account.v)
        return fault(f, ERR_FORBIDDEN, "handover_own", "id", "交班人不能自己接班。",
                     "Who hands over does not take over himself.");
    h.taken_by = by->account;
    h.taken = moment_now();
    h.has.taken_by = h.has.taken = true;
    TRY(sql_handover_save(tx, &h, &changed, f));
    *ret = h;
    return OK;
}

Err handover_list(Tx *tx, const HandoverFind *in, const Actor *by, Page *ret, Fault *f) {
    HandoverFind find = place_of(by);

    find.limit = in->limit;
    return sql_handover_list(tx, &find, ret->rows, (size_t)in->limit, &ret->n, f);
}
