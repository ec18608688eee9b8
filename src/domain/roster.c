/* roster – planning: see roster.h. */
#include "roster.h"

#include "account_q.h"
#include "area.h"
#include "roster_q.h"

enum { WEEK_MAX = 500 };
#define DAY_MS (24LL * 3600 * 1000)

static Err post_of(Tx *tx, PostId id, Post *ret, Fault *f) {
    PostKey key = { .id = id };
    size_t n;

    TRY(sql_post_by_id(tx, &key, ret, 1, &n, f));
    return n ? OK : fault(f, ERR_NOT_FOUND, "post_unknown", "post", "没有这个岗位。", "There is no such post.");
}

static Err judge_times(const Shift *s, Fault *f) {
    if (s->ends.ms <= s->begins.ms)
        return fault(f, ERR_INVALID, "shift_reversed", "ends", "班次的结束要晚于开始。",
                     "A shift ends after it begins.");
    if (s->ends.ms - s->begins.ms > 7 * DAY_MS)
        return fault(f, ERR_INVALID, "shift_long", "ends", "一个班次最长七天。",
                     "A shift is seven days at most.");
    return OK;
}

/* He holds the post all the while, and may act there. */
static Err judge_post(Tx *tx, const Shift *s, Fault *f) {
    Post held, *p = &held;

    TRY(post_of(tx, s->post, p, f));
    if (p->since > s->begins.day || (p->has.until && p->until < day_of_ms(s->ends.ms - 1)))
        return fault(f, ERR_INVALID, "shift_post", "post", "这段时间他不在这个岗位上。",
                     "He does not hold that post all the while.");
    if (s->path.n < p->path.n || memcmp(s->path.p, p->path.p, p->path.n) != 0)
        return fault(f, ERR_INVALID, "shift_area", "area", "他的岗位不包含这个网格，当班时办不了事。",
                     "His post does not reach that area: he could do nothing there.");
    return right_of(p->role, RIGHT_CASE_READ)
               ? OK
               : fault(f, ERR_INVALID, "shift_role", "post", "这类岗位不看案件，不能值班。",
                       "Who holds such a post sees no cases and is not on duty.");
}

/* The same post twice at once for one place is a slip. */
static Err judge_overlap(Tx *tx, const Shift *s, Fault *f) {
    ShiftOfPost find = { .post = s->post, .path = s->path, .begins = s->begins, .ends = s->ends };
    Shift there[2];
    size_t n;

    TRY(sql_shift_of_post(tx, &find, there, COUNT(there), &n, f));
    for (size_t i = 0; i < n; i++)
        if (there[i].id.v != s->id.v)
            return fault(f, ERR_CONFLICT, "shift_overlaps", "begins", "他这段时间已有班次。",
                         "He has a shift at that time already.");
    return OK;
}

static Err judge_reach(const Actor *by, const Shift *s, Fault *f) {
    bool own = !by->unit.v || s->unit.v == by->unit.v; /* who leads a unit plans for it alone */

    return actor_reaches(by, s->path) && own
               ? OK
               : fault(f, ERR_NOT_FOUND, "post_unknown", "post", "没有这个岗位。", "There is no such post.");
}

/* What a shift takes over from the post. */
static Err set_post(Tx *tx, Shift *s, PostId id, AreaId area, Fault *f) {
    Post p;
    Area a;

    TRY(post_of(tx, id, &p, f));
    s->post = p.id;
    s->account = p.account;
    s->role = p.role;
    s->path = p.path;
    s->area = p.area;
    s->has.area = p.has.area;
    s->unit = p.unit;
    s->has.unit = p.has.unit;
    if (area.v) {
        TRY(area_load(tx, area, &a, f));
        s->area = a.id;
        s->path = a.path;
        s->has.area = true;
    }
    return OK;
}

static Err put(Tx *tx, Shift *s, AreaId area, const Actor *by, Fault *f) {
    int64_t changed;

    s->id.v = id_new(0);
    s->made = moment_now();
    s->made_by = by->account;
    s->has.made_by = by->account.v != 0;
    TRY(set_post(tx, s, s->post, area, f));
    TRY(judge_reach(by, s, f));
    TRY(judge_times(s, f));
    TRY(judge_post(tx, s, f));
    TRY(judge_overlap(tx, s, f));
    return sql_shift_add(tx, s, &changed, f);
}

Err shift_plan(Tx *tx, const ShiftNew *in, const Actor *by, Shift *ret, Fault *f) {
    Shift s = { .post = in->post, .begins = in->begins, .ends = in->ends };

    TRY(put(tx, &s, in->has.area ? in->area : (AreaId){ 0 }, by, f));
    *ret = s;
    return OK;
}

static Err load(Tx *tx, ShiftId id, const Actor *by, Shift *ret, Fault *f) {
    ShiftKey key = { .id = id };
    size_t n;

    TRY(sql_shift_by_id(tx, &key, &by->scope, ret, 1, &n, f));
    return n && !ret->cancelled
               ? OK
               : fault(f, ERR_NOT_FOUND, "shift_unknown", "id", "没有这个班次。", "There is no such shift.");
}

Err shift_change(Tx *tx, const ShiftChange *in, const Actor *by, Shift *ret, Fault *f) {
    int64_t changed;
    Shift s;

    TRY(load(tx, in->id, by, &s, f));
    s.begins = in->has.begins ? in->begins : s.begins;
    s.ends = in->has.ends ? in->ends : s.ends;
    TRY(set_post(tx, &s, in->has.post ? in->post : s.post, s.has.area && !in->has.post ? s.area : (AreaId){ 0 },
                 f));
    TRY(judge_reach(by, &s, f));
    TRY(judge_times(&s, f));
    TRY(judge_post(tx, &s, f));
    TRY(judge_overlap(tx, &s, f));
    TRY(sql_shift_save(tx, &s, &changed, f));
    *ret = s;
    return OK;
}

Err shift_cancel(Tx *tx, const ShiftKey *in, const Actor *by, Shift *ret, Fault *f) {
    int64_t changed;
    Shift s;

    TRY(load(tx, in->id, by, &s, f));
    s.cancelled = true;
    TRY(sql_shift_save(tx, &s, &changed, f));
    *ret = s;
    return OK;
}

Err shift_list(Tx *tx, const ShiftFind *in, const Actor *by, Page *ret, Fault *f) {
    ShiftFind find = *in;

    find.has.low = find.has.high = in->has.within;
    if (in->has.within)
        TRY(area_range(tx, in->within, &find.low, &find.high, f));
    return sql_shift_list(tx, &find, &by->scope, ret->rows, (size_t)in->limit, &ret->n, f);
}

/* Midnight to midnight by the city's clocks, so that a change of them moves no shift. */
static Moment moved(Moment m, int32_t days) {
    Civil c = zone_civil(zone_here(), m.ms);

    civil_of_day(m.day + days, &c.year, &c.month, &c.day);
    return moment_at(zone_ms(zone_here(), c));
}

/* Of a week with more than one answer holds, nothing is copied: half a week would look whole. */
static Err week_of(Tx *tx, const ShiftFind *find, const Actor *by, Page *ret, Fault *f) {
    Page more = { arena_take(tx_arena(tx), (WEEK_MAX + 1) * sizeof(ShiftShown)), 0, WEEK_MAX + 1 };

    if (!more.rows)
        return fault_arena(f);
    TRY(shift_list(tx, find, by, &more, f));
    if (more.n > WEEK_MAX)
        return fault(
            f, ERR_LIMIT, "shift_week_long", "within",
            "这一周有五百个以上的班次，一次最多复制五百个：请选一个单位或网格，分几次复制。",
            "That week has more than 500 shifts, and 500 are copied at once: choose a unit or an area, "
            "and copy it in parts.");
    *ret = more;
    return OK;
}

/* What cannot stand there – a post that has ended, a shift that is there already – is left
 * out; the answer is what was made. */
Err shift_copy_week(Tx *tx, const ShiftWeek *in, const Actor *by, Page *ret, Fault *f) {
    ShiftFind find = { .begins = moment_at(ms_of_day(in->monday)),
                       .ends = moment_at(ms_of_day(in->monday + 7)),
                       .unit = in->unit,
                       .within = in->within,
                       .limit = WEEK_MAX + 1 };
    Page from = { 0 };
    Fault why;

    find.has.unit = in->has.unit;
    find.has.within = in->has.within;
    TRY(week_of(tx, &find, by, &from, f));
    if (from.n == 0)
        return OK;
    const ShiftShown *week = from.rows;
    if (day_weekday(in->monday) != 1 || day_weekday(in->to_monday) != 1 || in->monday == in->to_monday)
        return fault(f, ERR_INVALID, "shift_monday", "to_monday", "请写两个不同的周一。",
                     "Say two different Mondays.");
    for (size_t i = 0; i < from.n && ret->n < ret->max; i++) {
        if (week[i].begins.ms < find.begins.ms) /* of the week before */
            continue;
        ShiftKey key = { .id = week[i].id };
        Shift s;
        TRY(load(tx, key.id, by, &s, f));
        Shift copy = { .post = s.post,
                       .begins = moved(s.begins, in->to_monday - in->monday),
                       .ends = moved(s.ends, in->to_monday - in->monday) };
        Err e = put(tx, &copy, s.has.area ? s.area : (AreaId){ 0 }, by, &why);
        if (e == OK)
            ((Shift *)ret->rows)[ret->n++] = copy;
        else if (e != ERR_INVALID && e != ERR_CONFLICT && e != ERR_NOT_FOUND) {
            *f = why;
            return e;
        }
    }
    return OK;
}
