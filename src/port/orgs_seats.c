/* orgs_seats – a row of a list of seats: so many of a kind ought to be on an area. The
 * numbers of rows alike add up. A list of building groups with the columns 党小组长 and
 * 居民楼组长 says that each has both seats; the names in them were not read. */
#include "orgs_plan.h"

#include "area.h"
#include "seat.h"

#include <string.h>

enum { SEATS_MAX = 1000 };

static bool is_alike(const OrgsRow *a, const OrgsRow *b) {
    return a->seat == b->seat && str_same(a->of[ORGS_AREA], b->of[ORGS_AREA]) &&
           str_same(a->of[ORGS_AREA_NAME], b->of[ORGS_AREA_NAME]);
}

/* How many ought to be there by this row and those above it. */
static size_t wanted(const OrgsPlan *p, const OrgsRow *r) {
    size_t n = 0;

    for (const OrgsRow *at = p->rows; at <= r; at++)
        if (is_alike(at, r) && !at->until)
            n += at->ought >= 0 ? (size_t)at->ought : 1;
    return n;
}

static Err end_some(Tx *tx, OrgsPlan *p, const OrgsRow *r, const Seat *there, size_t n, Fault *f) {
    for (size_t i = 0; i < n; i++) {
        Seat s = there[i];
        if (s.has.until && s.until == r->until)
            continue;
        TRY(seat_end(tx, &(SeatEnd){ .id = s.id, .until = r->until }, &p->by, &s, f));
        p->report->ended++;
    }
    return OK;
}

static Err add_some(Tx *tx, OrgsPlan *p, const OrgsRow *r, const Area *area, SeatKind kind, size_t n,
                    Fault *f) {
    SeatNew in = { .kind = kind, .area = area->id, .since = r->since ? r->since : p->today };
    Str leads = r->of[ORGS_CODE].n ? r->of[ORGS_CODE] : r->of[ORGS_NAME];
    Seat made;
    Org org;

    in.has.since = true;
    if (leads.n) {
        TRY(orgs_named(tx, leads, "org", &org, f));
        in.org = org.id;
        in.has.org = true;
    }
    for (size_t i = 0; i < n; i++) {
        TRY(seat_add(tx, &in, &p->by, &made, f));
        p->report->made++;
    }
    return OK;
}

static Err put_kind(Tx *tx, OrgsPlan *p, const OrgsRow *r, const Area *area, SeatKind kind, size_t ought,
                    Fault *f) {
    Seat *there = arena_take(tx_arena(tx), SEATS_MAX * sizeof *there);
    size_t n;

    if (!there)
        return fault_arena(f);
    TRY(seats_alike(tx, area->id, kind, r->until ? r->until : p->today, there, SEATS_MAX, &n, f));
    if (r->until)
        return end_some(tx, p, r, there, r->ought >= 0 && (size_t)r->ought < n ? (size_t)r->ought : n, f);
    if (n > ought)
        return fault(
            f, ERR_INVALID, "orgs_seats_more", "ought",
            "%.*s现有席位 %zu 个，比应设多；多的请另写一行，写明撤销日期。",
            "“%.*s” has %zu such seats, more than ought to be there: end some by a row of their own with its "
            "last day.",
            (int)area->name.n, area->name.p, n);
    if (n == ought)
        p->report->there++;
    return add_some(tx, p, r, area, kind, ought - n, f);
}

Err orgs_put_seat(Tx *tx, OrgsPlan *p, OrgsRow *r, Fault *f) {
    Area area;

    TRY(orgs_area_of(tx, p, r, &area, f));
    if (r->ought > SEATS_MAX)
        return fault(f, ERR_INVALID, "orgs_seats_many", "ought", "一行最多 %d 个席位。",
                     "At most %d seats in one row.", SEATS_MAX);
    if (r->seat)
        return put_kind(tx, p, r, &area, r->seat, wanted(p, r), f);
    for (int i = 0; i < SEATS_IN_ROW && r->seats[i]; i++)
        TRY(put_kind(tx, p, r, &area, r->seats[i], 1, f));
    return OK;
}
