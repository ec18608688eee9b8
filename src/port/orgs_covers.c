/* orgs_covers – a row of a list of exclusive grids, or of what covers the small firms and
 * the new forms of work. A target that is not there becomes a place of its grid; one that
 * no organisation covers yet stays on the list of what is missing. Another organisation
 * than before takes over on its day. */
#include "orgs_plan.h"

#include "area.h"
#include "cover.h"
#include "org.h"
#include "place.h"

#include <string.h>

/* ---- the place ---- */

static Err make_place(Tx *tx, OrgsPlan *p, const OrgsRow *r, const Area *area, Place *ret, Fault *f) {
    PlacePut in = { .area = area->id,
                    .name = r->of[ORGS_PLACE].n ? r->of[ORGS_PLACE] : r->of[ORGS_PLACE_CODE],
                    .households = -1,
                    .kind = r->place_kind,
                    .code = r->of[ORGS_PLACE_CODE],
                    .since = r->since };

    if (!r->place_kind)
        return fault(
            f, ERR_INVALID, "orgs_place", "place",
            "这里还没有这个地点；要新建，请写地点种类，如商务楼宇、市场、店铺。",
            "There is no such place here; to make it, say its kind: office, market, shop or the like.");
    if (area->children && area->level < LEVEL_MICRO) /* a shop need not be of a building group */
        return fault(f, ERR_INVALID, "orgs_coarse", "area", "“%.*s”下面还有更小的网格，请写其中一个。",
                     "“%.*s” has finer grids within: name one of them.", (int)area->name.n, area->name.p);
    p->report->places++;
    return place_put(tx, &in, ret, f);
}

static Err find_place(Tx *tx, OrgsPlan *p, const OrgsRow *r, Place *ret, Fault *f) {
    bool found = false;
    Area area;

    if (r->of[ORGS_PLACE_CODE].n)
        TRY(place_by_code(tx, r->of[ORGS_PLACE_CODE], ret, &found, f));
    if (found)
        return OK;
    TRY(orgs_area_of(tx, p, r, &area, f));
    if (r->of[ORGS_PLACE].n)
        TRY(place_by_name(tx, area.id, r->of[ORGS_PLACE], ret, &found, f));
    return found ? OK : make_place(tx, p, r, &area, ret, f);
}

/* ---- what covers it ---- */

static Err cover_now(Tx *tx, OrgsPlan *p, PlaceId place, CoverField field, int32_t day, Cover *ret,
                     bool *ret_found, Fault *f) {
    CoverFind find = { .place = place, .day = day, .limit = 10 };
    Cover rows[10];
    Page page = { .rows = rows, .max = COUNT(rows) };

    find.has.place = find.has.day = true;
    *ret_found = false;
    TRY(cover_list(tx, &find, &p->by, &page, f));
    for (size_t i = 0; i < page.n && !*ret_found; i++)
        if (rows[i].field == field) {
            *ret = rows[i];
            *ret_found = true;
        }
    return OK;
}

static CoverField field_of(const OrgsRow *r, const Place *place) {
    if (r->field)
        return r->field;
    return place->kind == PLACE_SHOP && r->of[ORGS_GRID].n == 0 ? FIELD_SMALL : FIELD_INDEPENDENT;
}

static Err wanted_cover(Tx *tx, const OrgsRow *r, const Place *place, CoverNew *ret, Fault *f) {
    Str leads = r->of[ORGS_CODE].n ? r->of[ORGS_CODE] : r->of[ORGS_NAME];
    Area grid;
    Org org;

    *ret = (CoverNew){ .place = place->id, .field = field_of(r, place) };
    TRY(orgs_named(tx, leads, "org", &org, f));
    if (r->kind && r->kind != org.kind)
        return fault(f, ERR_INVALID, "orgs_form", "kind", "“%.*s”的组织形式与所写的不同。",
                     "“%.*s” has another form than is written.", (int)org.name.n, org.name.p);
    ret->org = org.id;
    if (r->of[ORGS_GRID].n) {
        TRY(orgs_area(tx, r->of[ORGS_GRID], "grid", &grid, f));
        ret->grid = grid.id;
        ret->has.grid = true;
    }
    return OK;
}

static bool is_same(const Cover *there, const CoverNew *in) {
    return there->org.v == in->org.v && there->has.grid == in->has.grid &&
           (!in->has.grid || there->grid.v == in->grid.v);
}

static Err end_at(Tx *tx, OrgsPlan *p, Cover *c, int32_t until, Fault *f) {
    return cover_end(tx, &(CoverEnd){ .id = c->id, .until = until }, &p->by, c, f);
}

/* Until `until` if the row says so; where it is another's, that one's ends the day before. */
static Err put_cover(Tx *tx, OrgsPlan *p, const OrgsRow *r, CoverNew *in, Fault *f) {
    Cover c;
    bool there;

    in->since = r->since ? r->since : p->today;
    in->has.since = true;
    TRY(cover_now(tx, p, in->place, in->field, r->until ? r->until : p->today, &c, &there, f));
    if (there && is_same(&c, in)) {
        if (!r->until || (c.has.until && c.until == r->until)) {
            p->report->there++;
            return OK;
        }
        p->report->ended++;
        return end_at(tx, p, &c, r->until, f);
    }
    if (there) {
        p->report->changed++;
        TRY(end_at(tx, p, &c, in->since - 1, f));
    } else
        p->report->made++;
    TRY(cover_add(tx, in, &p->by, &c, f));
    return r->until ? end_at(tx, p, &c, r->until, f) : OK;
}

Err orgs_put_cover(Tx *tx, OrgsPlan *p, OrgsRow *r, Fault *f) {
    CoverNew in;
    Place place;

    TRY(find_place(tx, p, r, &place, f));
    if (r->of[ORGS_CODE].n == 0 && r->of[ORGS_NAME].n == 0)
        return r->of[ORGS_GRID].n == 0
                   ? OK
                   : fault(f, ERR_INVALID, "orgs_leads", "org", "专属网格要写由哪个组织负责。",
                           "An exclusive grid needs the organisation that leads it.");
    TRY(wanted_cover(tx, r, &place, &in, f));
    return put_cover(tx, p, r, &in, f);
}
