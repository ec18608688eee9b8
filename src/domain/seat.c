/* seat – see seat.h. */
#include "seat.h"

#include "area.h"
#include "org_tree.h"
#include "post.h"
#include "seat_q.h"

#define L(level) (1u << LEVEL_##level)

/* The role in which a seat is held, and on which levels it stands. */
static const struct {
    SeatKind kind;
    Role role;
    unsigned levels;
} kinds[] = {
    { SEAT_SECRETARY, ROLE_SECRETARY, L(RESIDENTIAL) },
    { SEAT_DIRECTOR, ROLE_DIRECTOR, L(RESIDENTIAL) },
    { SEAT_GRID_LEAD, ROLE_GRID_LEAD, L(ZONE) | L(RESIDENTIAL) | L(MICRO) },
    { SEAT_GRID_SECRETARY, ROLE_GRID_SECRETARY, L(ZONE) | L(MICRO) },
    { SEAT_GROUP_LEADER, ROLE_BUILDING_LEADER, L(BUILDINGS) },
    { SEAT_RESIDENTS, ROLE_BUILDING_LEADER, L(BUILDINGS) },
    { SEAT_GRID_WORKER, ROLE_GRID_WORKER, L(ZONE) | L(RESIDENTIAL) | L(MICRO) },
    { SEAT_COMMUNITY, ROLE_COMMUNITY_WORKER, L(RESIDENTIAL) | L(MICRO) },
    { SEAT_POLICE, ROLE_POLICE, L(ZONE) | L(RESIDENTIAL) },
    { SEAT_DUTY_LEAD, ROLE_DUTY_LEAD, L(SUBDISTRICT) },
    { SEAT_DISPATCHER, ROLE_DISPATCHER, L(SUBDISTRICT) },
    { SEAT_CALLBACK, ROLE_CALLBACK, L(SUBDISTRICT) },
    { SEAT_CHECKER, ROLE_CHECKER, L(SUBDISTRICT) },
    { SEAT_SUPERVISOR, ROLE_SUPERVISOR, L(SUBDISTRICT) },
    { SEAT_LEADER, ROLE_LEADER, L(SUBDISTRICT) },
};

static Role role_of(SeatKind kind) {
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (kinds[i].kind == kind)
            return kinds[i].role;
    return ROLE_PUBLIC;
}

static bool stands_on(SeatKind kind, AreaLevel level) {
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (kinds[i].kind == kind)
            return kinds[i].levels & 1u << level;
    return false;
}

static Err seat_load(Tx *tx, SeatId id, const Actor *by, Seat *ret, Fault *f) {
    size_t n;

    TRY(sql_seat_by_id(tx, &(SeatKey){ .id = id }, &by->scope, ret, 1, &n, f));
    return n ? OK : fault(f, ERR_NOT_FOUND, "seat_unknown", "id", "没有这个席位。", "There is no such seat.");
}

Err seat_add(Tx *tx, const SeatNew *in, const Actor *by, Seat *ret, Fault *f) {
    Area area;
    Org org;
    int64_t changed;

    TRY(area_load(tx, in->area, &area, f));
    if (!actor_reaches(by, area.path))
        return fault(f, ERR_NOT_FOUND, "area_unknown", "area", "没有这个网格。", "There is no such area.");
    if (!stands_on(in->kind, area.level))
        return fault(f, ERR_INVALID, "seat_level", "kind", "%s不设在%s一级。%.0s%.0s",
                     "%.0s%.0sThere is no seat “%s” on the level %s.",
                     choice_numbered(&seat_kind_choices, in->kind)->zh,
                     choice_numbered(&area_level_choices, area.level)->zh,
                     choice_numbered(&seat_kind_choices, in->kind)->en,
                     choice_numbered(&area_level_choices, area.level)->en);
    if (in->has.org)
        TRY(org_load_within(tx, in->org, by, &org, f));
    Seat s = { .id = { id_new(id_home(area.id.v)) },
               .kind = in->kind,
               .area = area.id,
               .path = area.path,
               .org = in->org,
               .since = in->has.since ? in->since : day_of_ms(clock_now_ms()) };
    s.has.org = in->has.org;
    TRY(sql_seat_add(tx, &s, &changed, f));
    *ret = s;
    return OK;
}

/* Is it held on a day between these? `since` > `until`: never. */
static Err held(Tx *tx, SeatId seat, int32_t since, int32_t until, bool *ret, Fault *f) {
    SeatHeld when = { .seat = seat, .since = since, .until = until };
    Post p;
    size_t n;

    TRY(sql_seat_posts(tx, &when, &p, 1, &n, f));
    *ret = n > 0;
    return OK;
}

Err seat_end(Tx *tx, const SeatEnd *in, const Actor *by, Seat *ret, Fault *f) {
    Seat s;
    bool taken;
    int64_t changed;

    TRY(seat_load(tx, in->id, by, &s, f));
    if (in->until < s.since)
        return fault(f, ERR_INVALID, "dates_reversed", "until", "结束日期早于开始日期。",
                     "It ends before it begins.");
    TRY(held(tx, s.id, in->until + 1, INT32_MAX, &taken, f));
    if (taken)
        return fault(f, ERR_CONFLICT, "seat_held", "id", "那天以后还有人任职，请先免去岗位。",
                     "Somebody holds it beyond that day; end the post first.");
    s.until = in->until;
    s.has.until = true;
    TRY(sql_seat_save(tx, &s, &changed, f));
    *ret = s;
    return OK;
}

static Err check_free(Tx *tx, const Seat *s, int32_t since, int32_t until, Fault *f) {
    bool taken;

    if (since < s->since || (s->has.until && until > s->until))
        return fault(f, ERR_INVALID, "seat_dates", "since", "任职日期不在席位的起止日期之内。",
                     "The dates do not lie within those of the seat.");
    TRY(held(tx, s->id, since, until, &taken, f));
    return taken ? fault(f, ERR_CONFLICT, "seat_taken", "id", "这个席位在这段时间已有人任职。",
                         "Somebody holds this seat in that time.")
                 : OK;
}

Err seat_fill(Tx *tx, const SeatFill *in, const Actor *by, Post *ret, Fault *f) {
    Seat s;
    Area area;
    int32_t since = in->has.since ? in->since : day_of_ms(clock_now_ms());

    TRY(seat_load(tx, in->id, by, &s, f));
    TRY(area_load(tx, s.area, &area, f));
    TRY(check_free(tx, &s, since, in->has.until ? in->until : s.has.until ? s.until : INT32_MAX, f));
    PostNew post = { .login = in->login,
                     .role = role_of(s.kind),
                     .area = area.code,
                     .since = since,
                     .until = in->has.until ? in->until : s.until,
                     .seat = s.id };
    post.has.area = post.has.since = post.has.seat = true;
    post.has.until = in->has.until || s.has.until;
    return post_give(tx, &post, by, ret, f);
}

Err seats_alike(Tx *tx, AreaId area, SeatKind kind, int32_t day, Seat *ret, size_t max, size_t *ret_n,
                Fault *f) {
    SeatAlike alike = { .area = area, .kind = kind, .day = day };
    return sql_seat_alike(tx, &alike, ret, max, ret_n, f);
}

Err seat_list(Tx *tx, const SeatFind *in, const Actor *by, Page *ret, Fault *f) {
    SeatFind find = *in;
    Seat after;

    find.on_day = in->has.day ? in->day : day_of_ms(clock_now_ms());
    find.has.on_day = true;
    find.has.low = find.has.high = in->has.within;
    if (in->has.within)
        TRY(area_range(tx, in->within, &find.low, &find.high, f));
    find.has.after_path = in->has.after;
    if (in->has.after) {
        TRY(seat_load(tx, in->after, by, &after, f));
        find.after_path = after.path;
    }
    return sql_seat_list(tx, &find, &by->scope, ret->rows, (size_t)in->limit, &ret->n, f);
}
