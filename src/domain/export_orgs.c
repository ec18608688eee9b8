/* export_orgs – the lists of a Party-building office as rows: organisations, units with
 * what they serve, seats, covers, exceptions. See export.h. Holders of seats are counted,
 * never named; `jingwei import orgs` reads these very headings. */
#include "export.h"

#include "area.h"
#include "correspondence.h"
#include "org.h"
#include "org_q.h"
#include "org_tree.h"
#include "place.h"
#include "seat_q.h"

#include <stdio.h>

enum { DUTIES_MAX = 500, UNITS_AT_ONCE = 8 };

static void keep_path(ExportAt *at, Str path) {
    snprintf(at->path, sizeof at->path, "%.*s", (int)path.n, path.p);
}

static Err some_orgs(Tx *tx, const Actor *by, bool units, size_t limit, ExportAt *at, Org **ret, size_t *ret_n,
                     Fault *f) {
    OrgsAfter find = { .units = units,
                       .parties = !units,
                       .after_path = str(at->path),
                       .after_code = str(at->code),
                       .limit = (int32_t)limit };
    Org *orgs = arena_take(tx_arena(tx), limit * sizeof *orgs);
    size_t n;

    if (!orgs)
        return fault_arena(f);
    find.has.units = units;
    find.has.parties = !units;
    TRY(sql_org_rows(tx, &find, &by->scope, orgs, limit, &n, f));
    if (n) {
        keep_path(at, orgs[n - 1].path);
        snprintf(at->code, sizeof at->code, "%.*s", (int)orgs[n - 1].code.n, orgs[n - 1].code.p);
    }
    *ret = orgs;
    *ret_n = n;
    return OK;
}

static Err parent_code(Tx *tx, const Org *o, Str *ret, Fault *f) {
    Org parent;

    if (!o->has.parent)
        return OK;
    TRY(org_load(tx, o->parent, &parent, f));
    *ret = parent.code;
    return OK;
}

/* ---- Party organisations ---- */

static Err fill_org(Tx *tx, const Org *o, OrgListed *r, Fault *f) {
    OrgCount counts[1];
    Area area;
    size_t n;

    TRY(area_load(tx, o->area, &area, f));
    *r = (OrgListed){ .code = o->code,
                      .name = o->name,
                      .kind = o->kind,
                      .area_code = area.code,
                      .area_name = area.name,
                      .level = area.level,
                      .state = o->state,
                      .since = o->since };
    TRY(parent_code(tx, o, &r->parent_code, f));
    TRY(sql_org_count_list(tx, &(OrgKey){ .id = o->id }, counts, 1, &n, f));
    if (n) {
        r->counted = counts[0].day;
        r->members = counts[0].members;
        r->probationary = counts[0].probationary;
        r->has.probationary = counts[0].has.probationary;
    }
    r->has.code = r->has.name = r->has.kind = r->has.area_code = r->has.area_name = r->has.level = true;
    r->has.state = r->has.since = true;
    r->has.parent_code = o->has.parent;
    r->has.counted = r->has.members = n > 0;
    return OK;
}

Err export_orgs(Tx *tx, const Actor *by, ExportAt *at, OrgListed **ret, size_t *ret_n, Fault *f) {
    OrgListed *rows = arena_take(tx_arena(tx), EXPORT_ROWS * sizeof *rows);
    Org *orgs;
    size_t n;

    if (!rows)
        return fault_arena(f);
    TRY(some_orgs(tx, by, false, EXPORT_ROWS, at, &orgs, &n, f));
    for (size_t i = 0; i < n; i++)
        TRY(fill_org(tx, &orgs[i], &rows[i], f));
    *ret = rows;
    *ret_n = n;
    return OK;
}

/* ---- units, a row for each duty ---- */

static Err fill_unit(Tx *tx, const Org *o, UnitListed *r, Fault *f) {
    Area area;

    TRY(area_load(tx, o->area, &area, f));
    *r = (UnitListed){ .code = o->code,
                       .name = o->name,
                       .kind = o->kind,
                       .area_code = area.code,
                       .state = o->state,
                       .since = o->since };
    TRY(parent_code(tx, o, &r->parent_code, f));
    r->has.code = r->has.name = r->has.kind = r->has.area_code = r->has.state = true;
    r->has.since = o->since != 0; /* a unit of which nobody said since when */
    r->has.parent_code = o->has.parent;
    return OK;
}

static Err fill_duty(Tx *tx, const Serves *s, UnitListed *r, Fault *f) {
    Area area;

    TRY(area_load(tx, s->area, &area, f));
    r->matter = s->matter;
    r->served_code = area.code;
    r->serves_since = s->since;
    r->serves_until = s->until;
    r->has.matter = r->has.served_code = true;
    r->has.serves_since = s->since != 0;
    r->has.serves_until = s->has.until;
    return OK;
}

static Err unit_rows(Tx *tx, const Org *o, UnitListed *rows, size_t *n, Fault *f) {
    ServesFind find = { .unit = o->id, .day = day_of_ms(clock_now_ms()), .limit = DUTIES_MAX };
    Serves *duties = arena_take(tx_arena(tx), DUTIES_MAX * sizeof *duties);
    UnitListed unit;
    size_t n_duties;

    if (!duties)
        return fault_arena(f);
    find.has.unit = find.has.day = true;
    TRY(sql_serves_list(tx, &find, duties, DUTIES_MAX, &n_duties, f));
    TRY(fill_unit(tx, o, &unit, f));
    for (size_t i = 0; i < n_duties || i == 0; i++) {
        rows[*n] = unit;
        if (i < n_duties)
            TRY(fill_duty(tx, &duties[i], &rows[*n], f));
        ++*n;
    }
    return OK;
}

Err export_units(Tx *tx, const Actor *by, ExportAt *at, UnitListed **ret, size_t *ret_n, Fault *f) {
    UnitListed *rows = arena_take(tx_arena(tx), UNITS_AT_ONCE * DUTIES_MAX * sizeof *rows);
    Org *units;
    size_t n, n_rows = 0;

    if (!rows)
        return fault_arena(f);
    TRY(some_orgs(tx, by, true, UNITS_AT_ONCE, at, &units, &n, f));
    for (size_t i = 0; i < n; i++)
        TRY(unit_rows(tx, &units[i], rows, &n_rows, f));
    *ret = rows;
    *ret_n = n_rows;
    return OK;
}

/* ---- seats ---- */

static Err fill_seat(Tx *tx, const SeatTally *t, SeatListed *r, Fault *f) {
    Area area;
    Org org;

    TRY(area_load(tx, t->area, &area, f));
    *r = (SeatListed){ .area_code = area.code,
                       .area_name = area.name,
                       .level = area.level,
                       .kind = t->kind,
                       .ought = t->ought,
                       .held = t->held,
                       .since = t->since };
    if (t->has.org) {
        TRY(org_load(tx, t->org, &org, f));
        r->org_code = org.code;
    }
    r->has.area_code = r->has.area_name = r->has.level = r->has.kind = r->has.ought = r->has.held = true;
    r->has.since = true;
    r->has.org_code = t->has.org;
    return OK;
}

Err export_seats(Tx *tx, const Actor *by, ExportAt *at, SeatListed **ret, size_t *ret_n, Fault *f) {
    SeatsAfter find = { .after_path = str(at->path),
                        .after_first = at->number,
                        .on_day = day_of_ms(clock_now_ms()),
                        .limit = EXPORT_ROWS };
    SeatTally *tallies = arena_take(tx_arena(tx), EXPORT_ROWS * sizeof *tallies);
    SeatListed *rows = arena_take(tx_arena(tx), EXPORT_ROWS * sizeof *rows);
    size_t n;

    if (!tallies || !rows)
        return fault_arena(f);
    TRY(sql_seat_rows(tx, &find, &by->scope, tallies, EXPORT_ROWS, &n, f));
    for (size_t i = 0; i < n; i++)
        TRY(fill_seat(tx, &tallies[i], &rows[i], f));
    if (n) {
        keep_path(at, tallies[n - 1].path);
        at->number = tallies[n - 1].first;
    }
    *ret = rows;
    *ret_n = n;
    return OK;
}

/* ---- covers ---- */

static Err fill_cover(Tx *tx, const Cover *c, CoverListed *r, Fault *f) {
    Place place;
    Area area, grid;
    Org org;

    TRY(place_load(tx, c->place, &place, f));
    TRY(area_load(tx, place.area, &area, f));
    TRY(org_load(tx, c->org, &org, f));
    *r = (CoverListed){ .place_code = place.code,
                        .place_name = place.name,
                        .place_kind = place.kind,
                        .area_code = area.code,
                        .field = c->field,
                        .org_code = org.code,
                        .org_kind = org.kind,
                        .since = c->since,
                        .until = c->until };
    if (c->has.grid) {
        TRY(area_load(tx, c->grid, &grid, f));
        r->grid_code = grid.code;
    }
    r->has.place_code = place.has.code;
    r->has.place_name = r->has.place_kind = r->has.area_code = r->has.field = true;
    r->has.org_code = r->has.org_kind = r->has.since = true;
    r->has.grid_code = c->has.grid;
    r->has.until = c->has.until;
    return OK;
}

Err export_covers(Tx *tx, const Actor *by, bool exclusive, ExportAt *at, CoverListed **ret, size_t *ret_n,
                  Fault *f) {
    CoversAfter find = { .exclusive = exclusive,
                         .after_path = str(at->path),
                         .after_id = { at->number },
                         .on_day = day_of_ms(clock_now_ms()),
                         .limit = EXPORT_ROWS };
    Cover *covers = arena_take(tx_arena(tx), EXPORT_ROWS * sizeof *covers);
    CoverListed *rows = arena_take(tx_arena(tx), EXPORT_ROWS * sizeof *rows);
    size_t n;

    if (!covers || !rows)
        return fault_arena(f);
    find.has.exclusive = exclusive;
    TRY(sql_cover_rows(tx, &find, &by->scope, covers, EXPORT_ROWS, &n, f));
    for (size_t i = 0; i < n; i++)
        TRY(fill_cover(tx, &covers[i], &rows[i], f));
    if (n) {
        keep_path(at, covers[n - 1].path);
        at->number = covers[n - 1].id.v;
    }
    *ret = rows;
    *ret_n = n;
    return OK;
}

/* ---- where area and organisation do not correspond ---- */

Err export_exceptions(Tx *tx, const Actor *by, ExportAt *at, ExceptionListed **ret, size_t *ret_n, Fault *f) {
    enum { EACH = 200, LEVELS = 2 };
    CorrespondenceFind find = { .limit = EACH };
    ExceptionListed *rows = arena_take(tx_arena(tx), LEVELS * EACH * sizeof *rows);
    Correspondence levels[LEVELS];
    Page page = { .rows = levels, .max = LEVELS };
    size_t n = 0;

    if (!rows)
        return fault_arena(f);
    *ret = rows;
    *ret_n = 0;
    if (at->number++)
        return OK; /* all were in the first batch */
    TRY(correspondence_list(tx, &find, by, &page, f));
    for (size_t i = 0; i < page.n; i++) {
        const CorrespondenceException *e = levels[i].exceptions.rows;
        if (levels[i].more)
            return fault(f, ERR_LIMIT, "exceptions_many", "", "例外超过 %d 个，请按网格分别导出。",
                         "There are more than %d exceptions: export them as somebody of a smaller area.", EACH);
        for (size_t k = 0; k < levels[i].exceptions.n; k++, n++) {
            rows[n] = (ExceptionListed){ .area_code = e[k].code,
                                         .area_name = e[k].name,
                                         .level = levels[i].level,
                                         .orgs = e[k].orgs,
                                         .reason = e[k].reason };
            rows[n].has.area_code = rows[n].has.area_name = rows[n].has.level = rows[n].has.orgs = true;
            rows[n].has.reason = e[k].has.reason;
        }
    }
    *ret_n = n;
    return OK;
}
