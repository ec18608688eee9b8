/* desk – see desk.h. */
#include "desk.h"

#include "case.h"
#include "setting.h"

enum { MINUTE_MS = 60000 };

#define UNITS (READ(HANDLER) | READ(PROPERTY))
#define ALL READ_CASE
#define CENTRE (READ_CASE & ~UNITS)

/* Whose desk shows a queue: a unit has no use for what the centre has yet to accept. */
static const struct {
    DeskQueue queue;
    unsigned who;
    CaseState state; /* 0: in any */
} queues[] = {
    { DESK_REPORTED, CENTRE, CASE_REPORTED },
    { DESK_ACCEPTED, CENTRE, CASE_ACCEPTED },
    { DESK_FILED, CENTRE, CASE_FILED },
    { DESK_DISPATCHED, UNITS, CASE_DISPATCHED },
    { DESK_HANDLING, UNITS, CASE_HANDLING },
    { DESK_SOON, ALL, 0 },
    { DESK_OVERDUE, ALL, 0 },
    { DESK_HANDLED, CENTRE, CASE_HANDLED },
    { DESK_SAMPLED, CENTRE, CASE_CHECK },
    { DESK_FEEDBACK, CENTRE, CASE_FEEDBACK },
    { DESK_UNPLACED, CENTRE, 0 },
    { DESK_ADJUDICATION, CENTRE, CASE_ADJUDICATION },
};
_Static_assert(COUNT(queues) == DESK_ADJUDICATION, "every queue, in its order");

static CaseFind filter_of(size_t i, Moment now, Moment soon) {
    CaseFind find = { .page = 1, .limit = 50, .open = true };

    find.has.open = true;
    if (queues[i].state) {
        find.state = queues[i].state;
        find.has.state = true;
    }
    if (queues[i].queue == DESK_UNPLACED)
        find.unplaced = find.has.unplaced = true;
    if (queues[i].queue == DESK_OVERDUE) {
        find.due_before = now;
        find.has.due_before = true;
    }
    if (queues[i].queue == DESK_SOON) {
        find.due_from = now;
        find.due_before = soon;
        find.has.due_from = find.has.due_before = true;
    }
    return find;
}

static Err count_queues(Tx *tx, const Actor *by, Desk *d, Fault *f) {
    DeskCount *rows = arena_take(tx_arena(tx), COUNT(queues) * sizeof *rows);
    size_t n = 0;

    if (!rows)
        return fault_arena(f);
    for (size_t i = 0; i < COUNT(queues); i++) {
        if (!(queues[i].who & 1u << by->role))
            continue;
        CaseFind find = filter_of(i, d->as_of, d->soon_until);
        Total total;
        TRY(case_count(tx, &find, by, &total, f));
        rows[n] = (DeskCount){ .queue = queues[i].queue, .n = total.n, .more = total.more };
        rows[n].has.queue = rows[n].has.n = rows[n].has.more = true;
        n++;
    }
    d->rows = (List){ rows, n };
    return OK;
}

Err desk_get(Tx *tx, const Nothing *in, const Actor *by, Desk *ret, Fault *f) {
    Desk d = { .as_of = moment_now() };
    CaseFind todo = { .page = 1, .limit = 50, .todo = true };
    Total total;
    int32_t minutes;

    (void)in;
    TRY(setting_soon(tx, &minutes, f));
    d.soon_until = moment_at(d.as_of.ms + (int64_t)minutes * MINUTE_MS);
    TRY(count_queues(tx, by, &d, f));
    todo.has.todo = true;
    TRY(case_count(tx, &todo, by, &total, f));
    d.todo = total.n;
    d.todo_more = total.more;
    d.has.as_of = d.has.soon_until = d.has.rows = d.has.todo = d.has.todo_more = true;
    *ret = d;
    return OK;
}
