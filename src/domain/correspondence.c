/* correspondence – see correspondence.h. */
#include "correspondence.h"

#include "area.h"
#include "org_kinds.h"
#include "seat_q.h"

/* The kinds that lead an area of this level, a bit each. */
static int64_t kinds_leading(AreaLevel level) {
    int64_t kinds = 0;

    for (size_t i = 0; i < org_kind_choices.n; i++)
        if (org_leads((OrgKind)org_kind_choices.list[i].number, level))
            kinds |= 1LL << org_kind_choices.list[i].number;
    return kinds;
}

static Err one_level(Tx *tx, CorrespondenceFind *find, AreaLevel level, const Actor *by, Correspondence *ret,
                     Fault *f) {
    CorrespondenceTally tally;
    CorrespondenceException *rows = arena_take(tx_arena(tx), sizeof *rows * ((size_t)find->limit + 1));
    size_t n;

    if (!rows)
        return fault_arena(f);
    find->level = level;
    find->kinds = kinds_leading(level);
    TRY(sql_correspondence_count(tx, find, &by->scope, &tally, 1, &n, f));
    TRY(sql_correspondence_exceptions(tx, find, &by->scope, rows, (size_t)find->limit + 1, &n, f));
    *ret = (Correspondence){ .level = level, .n = tally.n, .of_areas = tally.of_areas, .day = find->on_day };
    ret->more = n > (size_t)find->limit;
    ret->exceptions = (List){ rows, ret->more ? (size_t)find->limit : n };
    ret->has.level = ret->has.n = ret->has.of_areas = ret->has.day = ret->has.more = ret->has.exceptions = true;
    return OK;
}

Err correspondence_list(Tx *tx, const CorrespondenceFind *in, const Actor *by, Page *ret, Fault *f) {
    static const AreaLevel levels[] = { LEVEL_RESIDENTIAL, LEVEL_MICRO };
    CorrespondenceFind find = *in;
    Correspondence *rows = ret->rows;

    find.on_day = in->has.day ? in->day : day_of_ms(clock_now_ms());
    find.has.on_day = find.has.level = find.has.kinds = true;
    find.has.low = find.has.high = in->has.within;
    if (in->has.within)
        TRY(area_range(tx, in->within, &find.low, &find.high, f));
    ret->n = 0;
    for (size_t i = 0; i < COUNT(levels); i++) {
        TRY(one_level(tx, &find, levels[i], by, &rows[ret->n], f));
        ret->n += rows[ret->n].of_areas > 0;
    }
    return OK;
}

Err org_reason_of(Tx *tx, AreaId area, OrgReason *ret, bool *ret_found, Fault *f) {
    size_t n;

    TRY(sql_org_reason_now(tx, &(OrgReasonNow){ .area = area }, ret, 1, &n, f));
    *ret_found = n > 0;
    return OK;
}

Err org_reason_put(Tx *tx, const OrgReasonNew *in, const Actor *by, OrgReason *ret, Fault *f) {
    int32_t today = day_of_ms(clock_now_ms());
    Area area;
    int64_t changed;

    TRY(area_load(tx, in->area, &area, f));
    if (!actor_reaches(by, area.path))
        return fault(f, ERR_NOT_FOUND, "area_unknown", "area", "没有这个网格。", "There is no such area.");
    TRY(sql_org_reasons_end(tx, &(OrgReasonEnd){ .area = area.id, .day = today }, &changed, f));
    OrgReason r = { .id = { id_new(id_home(area.id.v)) },
                    .area = area.id,
                    .reason = in->reason,
                    .since = today,
                    .account = by->account };
    r.has.account = by->account.v != 0;
    TRY(sql_org_reason_add(tx, &r, &changed, f));
    *ret = r;
    return OK;
}
