/* visit – rounds and their buildings, and stool sessions; see visit.h. What a round counts
 * stands with its buildings, so it stays when the doors are forgotten. */
#include "visit.h"

#include "area.h"
#include "figures.h"
#include "place.h"
#include "setting.h"
#include "visit_q.h"

enum { BUILDINGS_MAX = 500, ROUND_DAYS_MAX = 92, BATCH = 50 };

static int32_t today(void) { return day_of_ms(clock_now_ms()); }

/* ---- rounds ---- */

Err visit_round_load(Tx *tx, VisitRoundId id, const char *field, const Actor *by, VisitRound *ret, Fault *f) {
    size_t n;

    TRY(sql_visit_round_by_id(tx, &(VisitRoundKey){ .id = id }, &by->scope, ret, 1, &n, f));
    return n ? OK
             : fault(f, ERR_NOT_FOUND, "visit_round_unknown", field, "没有这一轮走访，或不在您的网格里。",
                     "There is no such round of visits, or it is not in your part of the city.");
}

static bool is_running(const VisitRound *r) {
    return today() >= r->since && today() <= r->until + VISIT_LATE_DAYS && r->until >= r->since;
}

Err visit_round_open(const VisitRound *r, Fault *f) {
    if (is_running(r))
        return OK;
    return today() < r->since
               ? fault(f, ERR_CONFLICT, "visit_round_early", "round", "这一轮走访还没有开始。",
                       "This round of visits has not begun.")
               : fault(f, ERR_CONFLICT, "visit_round_over", "round", "这一轮走访已经结束；请记在新的一轮里。",
                       "This round of visits is over: write it down in a new one.");
}

static Err judge_span(Tx *tx, const VisitRoundNew *in, Fault *f) {
    VisitRoundSpan span = { .area = in->area, .since = in->since, .until = in->until };
    VisitRound beside;
    size_t n;

    if (in->until < in->since)
        return fault(f, ERR_INVALID, "dates_reversed", "until", "结束日期早于开始日期。",
                     "It ends before it begins.");
    if (in->until - in->since >= ROUND_DAYS_MAX)
        return fault(f, ERR_INVALID, "visit_round_long", "until", "一轮走访最长 %d 天。",
                     "A round of visits has at most %d days.", ROUND_DAYS_MAX);
    TRY(sql_visit_round_beside(tx, &span, &beside, 1, &n, f));
    return n ? fault(f, ERR_CONFLICT, "visit_round_twice", "since",
                     "这个网格同期已有一轮“%.*s”：请先结束它，或改日期。",
                     "This area has the round “%.*s” at that time: end it first, or choose other days.",
                     (int)beside.name.n, beside.name.p)
             : OK;
}

static Err put_stop(Tx *tx, const VisitRound *r, const Place *p, Fault *f) {
    VisitStop s = { .round = r->id, .place = p->id, .households = p->households };
    int64_t changed;

    s.has.households = p->has.households;
    return sql_visit_stop_add(tx, &s, &changed, f);
}

/* The buildings as they are now: what is built later waits for the next round. */
static Err put_stops(Tx *tx, const VisitRound *r, Fault *f) {
    VisitPlaces within = { .limit = BATCH };
    Arena *a = tx_arena(tx);
    Place *places = arena_take(a, BATCH * sizeof *places);
    size_t n = BATCH, all = 0;

    if (!places)
        return fault_arena(f);
    TRY(area_range(tx, r->area, &within.low, &within.high, f));
    for (size_t used = a->used; n == BATCH && all <= BUILDINGS_MAX; all += n) {
        a->used = used;
        TRY(sql_visit_places(tx, &within, places, BATCH, &n, f));
        for (size_t i = 0; i < n; i++)
            TRY(put_stop(tx, r, &places[i], f));
        within.after = n ? places[n - 1].id.v : 0;
    }
    if (all > BUILDINGS_MAX)
        return fault(f, ERR_LIMIT, "visit_many_buildings", "area",
                     "这个网格的楼栋超过 %d 处：请按微网格分别排。",
                     "This area has more than %d buildings: plan its micro-grids one by one.", BUILDINGS_MAX);
    return all ? OK
               : fault(f, ERR_INVALID, "visit_no_buildings", "area",
                       "这个网格里没有登记楼栋：请先导入楼栋（jingwei import places）。",
                       "No buildings are listed in this area: import them first (jingwei import places).");
}

Err visit_round_plan(Tx *tx, const VisitRoundNew *in, const Actor *by, VisitRound *ret, Fault *f) {
    int64_t changed;
    Area area;

    TRY(area_load(tx, in->area, &area, f));
    if (!actor_reaches(by, area.path))
        return fault(f, ERR_NOT_FOUND, "area_unknown", "area", "没有这个网格，或不归您管。",
                     "There is no such area, or it is not in your part of the city.");
    TRY(judge_span(tx, in, f));
    VisitRound r = { .id = { id_new(id_home(area.id.v)) },
                     .area = area.id,
                     .path = area.path,
                     .name = in->name,
                     .since = in->since,
                     .until = in->until,
                     .made = moment_now() };
    TRY(sql_visit_round_add(tx, &r, &changed, f));
    TRY(put_stops(tx, &r, f));
    *ret = r;
    return OK;
}

Err visit_round_end(Tx *tx, const VisitRoundKey *in, const Actor *by, VisitRound *ret, Fault *f) {
    int64_t changed;
    VisitRound r;

    TRY(visit_round_load(tx, in->id, "id", by, &r, f));
    if (r.until < today())
        return fault(f, ERR_CONFLICT, "visit_round_over", "id", "这一轮走访已经结束。",
                     "This round of visits is over already.");
    r.until = r.since > today() ? r.since - 1 : today(); /* one that never began has no days */
    TRY(sql_visit_round_save(tx, &r, &changed, f));
    *ret = r;
    return OK;
}

static Err show_round(Tx *tx, const VisitRound *r, int32_t least, const Actor *by, VisitRoundShown *ret,
                      Fault *f) {
    MatterFind raised = { .round = r->id };
    VisitSums sums;
    Area area;
    size_t n;

    TRY(sql_visit_sums(tx, &(VisitRoundKey){ .id = r->id }, &sums, 1, &n, f));
    TRY(area_load(tx, r->area, &area, f));
    *ret = (VisitRoundShown){ .id = r->id,
                              .area = r->area,
                              .area_name = area.name,
                              .name = r->name,
                              .since = r->since,
                              .until = r->until,
                              .running = is_running(r),
                              .buildings = sums.buildings,
                              .households = sums.households,
                              .unknown = sums.unknown,
                              .met = sums.met,
                              .not_home = sums.not_home,
                              .refused = sums.refused,
                              .due = sums.due };
    raised.has.round = true;
    TRY(matter_numbers(tx, raised, by, &ret->matters, &ret->settled, f));
    TRY(str_copy(tx_arena(tx), str(rate_of(sums.met, sums.households, least).text), &ret->coverage, f));
    memset(&ret->has, true, sizeof ret->has);
    return OK;
}

Err visit_round_list(Tx *tx, const VisitRoundFind *in, const Actor *by, Page *ret, Fault *f) {
    VisitRound *rows = arena_take(tx_arena(tx), (size_t)in->limit * sizeof *rows);
    VisitRoundShown *shown = ret->rows;
    VisitRoundFind find = *in;
    int32_t least;

    if (!rows)
        return fault_arena(f);
    find.has.low = find.has.high = in->has.within;
    if (in->has.within)
        TRY(area_range(tx, in->within, &find.low, &find.high, f));
    find.on_day = today();
    find.has.on_day = in->has.running && in->running;
    TRY(setting_rate_least(tx, &least, f));
    TRY(sql_visit_round_list(tx, &find, &by->scope, rows, (size_t)in->limit, &ret->n, f));
    for (size_t i = 0; i < ret->n; i++)
        TRY(show_round(tx, &rows[i], least, by, &shown[i], f));
    return OK;
}

Err visit_stop_list(Tx *tx, const VisitRoundKey *in, const Actor *by, Page *ret, Fault *f) {
    VisitRound r;

    TRY(visit_round_load(tx, in->id, "id", by, &r, f));
    return sql_visit_stop_list(tx, in, ret->rows, BUILDINGS_MAX, &ret->n, f);
}

/* ---- stool sessions ---- */

Err visit_place_load(Tx *tx, PlaceId id, const Actor *by, Place *ret, Fault *f) {
    TRY(place_load(tx, id, ret, f));
    return actor_reaches(by, ret->path) && !ret->has.until
               ? OK
               : fault(f, ERR_NOT_FOUND, "place_unknown", "place", "没有这个地点，或不在您的网格里。",
                       "There is no such place, or it is not in your part of the city.");
}

Err stool_session_load(Tx *tx, StoolSessionId id, const char *field, const Actor *by, StoolSession *ret,
                       Fault *f) {
    size_t n;

    TRY(sql_stool_session_by_id(tx, &(StoolSessionKey){ .id = id }, &by->scope, ret, 1, &n, f));
    return n ? OK
             : fault(f, ERR_NOT_FOUND, "stool_session_unknown", field, "没有这次小板凳，或不在您的网格里。",
                     "There is no such stool session, or it is not in your part of the city.");
}

Err stool_session_plan(Tx *tx, const StoolSessionNew *in, const Actor *by, StoolSession *ret, Fault *f) {
    StoolSession same;
    int64_t changed;
    Place place;
    size_t n;

    TRY(visit_place_load(tx, in->place, by, &place, f));
    TRY(sql_stool_session_same(tx, in, &same, 1, &n, f));
    if (n)
        return fault(f, ERR_CONFLICT, "stool_session_twice", "day", "那里那个半天已经有一次小板凳。",
                     "There is a stool session at that place on that half-day already.");
    StoolSession s = { .id = { id_new(id_home(place.id.v)) },
                       .place = place.id,
                       .path = place.path,
                       .day = in->day,
                       .half = in->half,
                       .made = moment_now() };
    TRY(sql_stool_session_add(tx, &s, &changed, f));
    *ret = s;
    return OK;
}

Err stool_session_cancel(Tx *tx, const StoolSessionKey *in, const Actor *by, StoolSession *ret, Fault *f) {
    MatterFind raised = { .session = in->id };
    int64_t changed, matters, settled;
    StoolSession s;

    TRY(stool_session_load(tx, in->id, "id", by, &s, f));
    raised.has.session = true;
    TRY(matter_numbers(tx, raised, by, &matters, &settled, f));
    if (matters || s.cancelled)
        return fault(f, ERR_CONFLICT, "stool_session_held", "id", "这次小板凳已经有人提事项，或已经取消。",
                     "Matters were raised at this stool session, or it is cancelled already.");
    s.cancelled = true;
    TRY(sql_stool_session_save(tx, &s, &changed, f));
    *ret = s;
    return OK;
}

static Err show_session(Tx *tx, const StoolSessionRow *s, const Actor *by, StoolSessionShown *ret, Fault *f) {
    MatterFind raised = { .session = s->id };

    *ret = (StoolSessionShown){ .id = s->id,
                                .place = s->place,
                                .place_name = s->place_name,
                                .day = s->day,
                                .half = s->half,
                                .cancelled = s->cancelled };
    raised.has.session = true;
    TRY(matter_numbers(tx, raised, by, &ret->matters, &ret->settled, f));
    TRY(str_copy(tx_arena(tx), str(share_of(ret->settled, ret->matters).text), &ret->share, f));
    memset(&ret->has, true, sizeof ret->has);
    ret->has.place_name = s->has.place_name;
    return OK;
}

Err stool_session_list(Tx *tx, const StoolSessionFind *in, const Actor *by, Page *ret, Fault *f) {
    StoolSessionRow *rows = arena_take(tx_arena(tx), (size_t)in->limit * sizeof *rows);
    StoolSessionShown *shown = ret->rows;
    StoolSessionFind find = *in;

    if (!rows)
        return fault_arena(f);
    find.has.low = find.has.high = in->has.within;
    if (in->has.within)
        TRY(area_range(tx, in->within, &find.low, &find.high, f));
    TRY(sql_stool_session_list(tx, &find, &by->scope, rows, (size_t)in->limit, &ret->n, f));
    for (size_t i = 0; i < ret->n; i++)
        TRY(show_session(tx, &rows[i], by, &shown[i], f));
    return OK;
}
