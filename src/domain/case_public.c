/* case_public – see case_public.h. Two queries find what may be shown, at points and at
 * labels; every row is then judged by the one decision, so that a query cannot show
 * what the decision would not. */
#include "case_public.h"

#include "publicity.h"
#include "words_q.h"

/* From acceptance on, until it is over; the others are told to nobody. */
static bool is_shown_state(CaseState s) {
    switch (s) {
    case CASE_ACCEPTED:
    case CASE_PRE_CHECK:
    case CASE_FILED:
    case CASE_DISPATCHED:
    case CASE_HANDLING:
    case CASE_HANDLED:
    case CASE_CHECK:
    case CASE_FEEDBACK: return true;
    default: return false;
    }
}

Publicity case_publicity(const PublicFacts *c) {
    if (!is_shown_state(c->state) || c->category.n == 0 || c->open_to == PUBLIC_NO ||
        !publicity_allowed(c->category, c->open_to))
        return PUBLIC_NO;
    bool point = c->open_to == PUBLIC_POINT && c->pointed && !c->masked && !c->at_building;
    return point ? PUBLIC_POINT : PUBLIC_AREA;
}

static Err judge_ground(const PublicFind *in, Fault *f) {
    enum { SIDE_MAX = 1000000 }; /* a tenth of a degree, some ten kilometres */
    int64_t wide = (int64_t)in->east - in->west, high = (int64_t)in->north - in->south;

    if (wide < 0 || high < 0)
        return fault(f, ERR_INVALID, "ground_reversed", wide < 0 ? "east" : "north", "东要大于西，北要大于南。",
                     "East must be beyond west, and north beyond south.");
    if (wide > SIDE_MAX || high > SIDE_MAX)
        return fault(f, ERR_INVALID, "ground_too_large", wide > SIDE_MAX ? "east" : "north",
                     "范围太大：每边最多 0.1 度。", "Too large: a side has a tenth of a degree at most.");
    return OK;
}

/* Keeps the rows that the decision gives this nearness, without what it judged by. */
static size_t judge_rows(PublicCase *rows, size_t n, Publicity as) {
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        PublicCase c = rows[i];
        PublicFacts facts = { c.state, c.category, c.open_to, c.masked, c.at_building, as == PUBLIC_POINT };
        if (case_publicity(&facts) != as)
            continue;
        c.open_to = as;
        c.has.masked = c.has.at_building = false;
        rows[kept++] = c;
    }
    return kept;
}

Err case_public_list(Tx *tx, const PublicFind *in, const Actor *by, Page *ret, Fault *f) {
    PublicCase *rows = ret->rows;
    size_t points, labels;

    (void)by;
    TRY(judge_ground(in, f));
    TRY(sql_public_points(tx, in, rows, (size_t)in->limit, &points, f));
    points = judge_rows(rows, points, PUBLIC_POINT);
    if (points == (size_t)in->limit) {
        ret->n = points;
        return OK;
    }
    TRY(sql_public_labels(tx, in, rows + points, (size_t)in->limit - points, &labels, f));
    ret->n = points + judge_rows(rows + points, labels, PUBLIC_AREA);
    return OK;
}
