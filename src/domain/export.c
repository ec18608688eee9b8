/* export – see export.h. A row names what it refers to by code and title, because a
 * table has no other tables beside it. */
#include "export.h"

#include "account_q.h"
#include "area.h"
#include "area_q.h"
#include "case_q.h"
#include "catalogue.h"
#include "org.h"
#include "place.h"
#include "place_q.h"
#include "system_q.h"

#include <stdio.h>

/* ---- cases ---- */

static void copy_case(const Case *c, bool with_words, CaseListed *r) {
    *r = (CaseListed){ .code = c->code,
                       .state = c->state,
                       .source = c->source,
                       .danger = c->danger,
                       .placed = c->placed,
                       .category = c->category,
                       .lon = c->lon,
                       .lat = c->lat,
                       .reported = c->reported,
                       .due = c->due,
                       .due_provisional = c->due_provisional,
                       .finish_due = c->finish_due,
                       .dispatched = c->dispatched,
                       .handled = c->handled,
                       .closed = c->closed,
                       .close_kind = c->close_kind,
                       .rework = c->rework,
                       .external_no = c->external_no,
                       .text = c->text,
                       .spot = c->spot };
    r->has.code = r->has.state = r->has.source = r->has.danger = r->has.placed = r->has.reported = true;
    r->has.rework = true;
    r->has.category = c->has.category;
    r->has.lon = c->has.lon;
    r->has.lat = c->has.lat;
    r->has.due = r->has.due_provisional = c->has.due;
    r->has.finish_due = c->has.finish_due;
    r->has.dispatched = c->has.dispatched;
    r->has.handled = c->has.handled;
    r->has.closed = c->has.closed;
    r->has.close_kind = c->has.close_kind;
    r->has.external_no = c->has.external_no;
    r->has.text = with_words;
    r->has.spot = with_words && c->has.spot;
}

static Err name_case(Tx *tx, const Case *c, CaseListed *r, Fault *f) {
    Condition condition;
    Area area;
    Org unit;

    if (c->has.condition) {
        TRY(condition_load(tx, c->condition, &condition, f));
        r->condition_code = condition.code;
        r->condition_zh = condition.zh;
        r->has.condition_code = r->has.condition_zh = true;
    }
    if (c->has.area) {
        TRY(area_load(tx, c->area, &area, f));
        r->area_code = area.code;
        r->area_name = area.name;
        r->has.area_code = r->has.area_name = true;
    }
    if (c->has.unit) {
        TRY(org_load(tx, c->unit, &unit, f));
        r->unit_name = unit.name;
        r->has.unit_name = true;
    }
    return OK;
}

Err export_cases(Tx *tx, const Actor *by, bool with_words, ExportAt *at, CaseId *ret_ids, CaseListed **ret,
                 size_t *ret_n, Fault *f) {
    CaseFind find = { .limit = EXPORT_ROWS, .before = at->case_id, .has.before = at->case_id.v != 0 };
    Case *cases = arena_take(tx_arena(tx), EXPORT_ROWS * sizeof *cases);
    CaseListed *rows = arena_take(tx_arena(tx), EXPORT_ROWS * sizeof *rows);
    size_t n;

    if (!cases || !rows)
        return fault_arena(f);
    TRY(sql_case_list(tx, &find, &by->scope, cases, EXPORT_ROWS, &n, f));
    for (size_t i = 0; i < n; i++) {
        copy_case(&cases[i], with_words, &rows[i]);
        TRY(name_case(tx, &cases[i], &rows[i], f));
        if (ret_ids)
            ret_ids[i] = cases[i].id;
    }
    if (n)
        at->case_id = cases[n - 1].id;
    *ret = rows;
    *ret_n = n;
    return OK;
}

/* ---- areas ---- */

static Err fill_area(Tx *tx, const Area *a, AreaListed *r, Fault *f) {
    Layer layer;
    Area parent;
    size_t n;

    *r = (AreaListed){ .level = a->level,
                       .code = a->code,
                       .name = a->name,
                       .state = a->state,
                       .since = a->since,
                       .households = a->households,
                       .label_lon = a->label_lon,
                       .label_lat = a->label_lat,
                       .m2 = a->m2 };
    TRY(sql_layer_by_id(tx, &(LayerKey){ .id = a->layer }, &layer, 1, &n, f));
    if (n)
        r->layer_code = layer.code;
    if (a->has.parent) {
        TRY(area_load(tx, a->parent, &parent, f));
        r->parent_code = parent.code;
    }
    r->has.level = r->has.code = r->has.name = r->has.state = r->has.since = true;
    r->has.layer_code = n > 0;
    r->has.parent_code = a->has.parent;
    r->has.households = a->has.households;
    r->has.label_lon = a->has.label_lon;
    r->has.label_lat = a->has.label_lat;
    r->has.m2 = a->has.m2;
    return OK;
}

Err export_areas(Tx *tx, ExportAt *at, AreaListed **ret, size_t *ret_n, Fault *f) {
    AreaFind find = { .limit = EXPORT_ROWS, .after = str(at->path), .has.after = *at->path != 0 };
    Area *areas = arena_take(tx_arena(tx), EXPORT_ROWS * sizeof *areas);
    AreaListed *rows = arena_take(tx_arena(tx), EXPORT_ROWS * sizeof *rows);
    size_t n;

    if (!areas || !rows)
        return fault_arena(f);
    TRY(sql_area_list(tx, &find, areas, EXPORT_ROWS, &n, f));
    for (size_t i = 0; i < n; i++)
        TRY(fill_area(tx, &areas[i], &rows[i], f));
    if (n)
        snprintf(at->path, sizeof at->path, "%.*s", (int)areas[n - 1].path.n, areas[n - 1].path.p);
    *ret = rows;
    *ret_n = n;
    return OK;
}

/* ---- places ---- */

enum { NAMES_MAX = 100, NAMES_BYTES = 14000 };

/* Several in one cell, with semicolons between. */
static Err join_aliases(const PlaceAlias *list, size_t n, bool old, Arena *a, Str *ret, Fault *f) {
    char room[NAMES_BYTES] = "";
    Buf b = { room, 0, sizeof room, false, 0 };

    for (size_t i = 0; i < n; i++)
        if ((list[i].kind == ALIAS_OLD) == old) {
            buf_str(&b, b.n ? ";" : "");
            buf_put(&b, list[i].name.p, list[i].name.n);
        }
    return str_copy(a, buf_view(&b), ret, f);
}

static Err fill_place(Tx *tx, const Place *p, PlaceAlias *aliases, PlaceListed *r, Fault *f) {
    Area area;
    size_t n;

    TRY(area_load(tx, p->area, &area, f));
    *r = (PlaceListed){ .name = p->name,
                        .area_code = area.code,
                        .kind = p->kind,
                        .code = p->code,
                        .households = p->households,
                        .population = p->population,
                        .lon = p->lon,
                        .lat = p->lat,
                        .since = p->since };
    TRY(sql_place_alias_of(tx, &(PlaceKey){ .id = p->id }, aliases, NAMES_MAX, &n, f));
    TRY(join_aliases(aliases, n, false, tx_arena(tx), &r->alias, f));
    TRY(join_aliases(aliases, n, true, tx_arena(tx), &r->old_name, f));
    r->has.name = r->has.area_code = r->has.kind = r->has.alias = r->has.old_name = true;
    r->has.code = p->has.code;
    r->has.households = p->has.households;
    r->has.population = p->has.population;
    r->has.lon = r->has.lat = p->has.lon;
    r->has.since = p->has.since;
    return OK;
}

Err export_places(Tx *tx, ExportAt *at, PlaceListed **ret, size_t *ret_n, Fault *f) {
    Place *places = arena_take(tx_arena(tx), EXPORT_ROWS * sizeof *places);
    PlaceListed *rows = arena_take(tx_arena(tx), EXPORT_ROWS * sizeof *rows);
    PlaceAlias *aliases = arena_take(tx_arena(tx), NAMES_MAX * sizeof *aliases);
    size_t n;

    if (!places || !rows || !aliases)
        return fault_arena(f);
    TRY(places_after(tx, (PlaceId){ at->number }, places, EXPORT_ROWS, &n, f));
    for (size_t i = 0; i < n; i++)
        TRY(fill_place(tx, &places[i], aliases, &rows[i], f));
    if (n)
        at->number = places[n - 1].id.v;
    *ret = rows;
    *ret_n = n;
    return OK;
}

/* ---- the access log ---- */

static Err fill_access(Tx *tx, const AccessLog *a, AccessListed *r, Fault *f) {
    CaseKey key = { .id = a->case_id };
    Scope all = { .path_low = str("0"), .path_high = str("0~"), .unit_high = ID_TOP };
    Account who;
    Case c;
    size_t known, found;

    *r = (AccessListed){
        .home = a->home, .number = a->number, .role = a->role, .reason = a->reason, .at = a->at
    };
    TRY(sql_account_by_id(tx, &(AccountKey){ .id = a->account }, &who, 1, &known, f));
    TRY(sql_case_by_id(tx, &key, &all, &c, 1, &found, f));
    r->login = known ? who.login : (Str){ 0 };
    r->case_code = found ? c.code : (Str){ 0 };
    r->has.home = r->has.number = r->has.role = r->has.reason = r->has.at = true;
    r->has.login = known > 0;
    r->has.case_code = found > 0;
    return OK;
}

Err export_access(Tx *tx, ExportAt *at, AccessListed **ret, size_t *ret_n, Fault *f) {
    AccessAfter from = { .home = at->home, .number = at->number, .limit = EXPORT_ROWS };
    AccessLog *log = arena_take(tx_arena(tx), EXPORT_ROWS * sizeof *log);
    AccessListed *rows = arena_take(tx_arena(tx), EXPORT_ROWS * sizeof *rows);
    size_t n;

    if (!log || !rows)
        return fault_arena(f);
    TRY(sql_access_after(tx, &from, log, EXPORT_ROWS, &n, f));
    for (size_t i = 0; i < n; i++)
        TRY(fill_access(tx, &log[i], &rows[i], f));
    if (n) {
        at->home = log[n - 1].home;
        at->number = log[n - 1].number;
    }
    *ret = rows;
    *ret_n = n;
    return OK;
}
