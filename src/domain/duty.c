/* duty – who is on duty, and who is alerted: see roster.h. */
#include "roster.h"

#include "area.h"
#include "notice.h"
#include "org.h"
#include "roster_q.h"
#include "subscription.h"

#include <string.h>

enum { PATH_STEP = 3, UNITS_UP_MAX = 8, SHIFTS_MAX = 2000, DANGERS_MAX = 200 };

Err roster_kept(Tx *tx, bool *ret, Fault *f) {
    Count any = { 0 };
    size_t n;

    TRY(sql_shift_any(tx, &any, 1, &n, f));
    *ret = any.n > 0;
    return OK;
}

Err roster_of_unit(Tx *tx, OrgId unit, int64_t at_ms, OnDuty *ret, Fault *f) {
    DutyAt at = { .at = moment_at(at_ms), .unit = unit };

    at.has.unit = true;
    ret->up = 0;
    return sql_shift_on(tx, &at, ret->people, ON_DUTY_MAX, &ret->n, f);
}

Err roster_of_path(Tx *tx, Str path, int64_t at_ms, OnDuty *ret, Fault *f) {
    DutyAt at = { .at = moment_at(at_ms) };

    at.has.area_path = true;
    ret->n = 0;
    ret->up = 0;
    for (size_t n = path.n; n > 0; n = n > PATH_STEP ? n - PATH_STEP : 0) {
        at.area_path = (Str){ path.p, n };
        TRY(sql_shift_on(tx, &at, ret->people, ON_DUTY_MAX, &ret->n, f));
        if (ret->n)
            return OK;
        ret->up++;
    }
    return OK;
}

Err roster_unit_above(Tx *tx, OrgId unit, int64_t at_ms, OrgId *ret, Fault *f) {
    OnDuty on;
    Org o;

    *ret = (OrgId){ 0 };
    TRY(org_load(tx, unit, &o, f));
    for (int i = 0; i < UNITS_UP_MAX && o.has.parent; i++) {
        TRY(org_load(tx, o.parent, &o, f));
        if (o.kind >= PARTY_SUBDISTRICT || o.state != AREA_ACTIVE)
            return OK;
        TRY(roster_of_unit(tx, o.id, at_ms, &on, f));
        if (on.n) {
            *ret = o.id;
            return OK;
        }
    }
    return OK;
}

/* ---- alerts ---- */

static Err on_duty_for(Tx *tx, const Case *c, int64_t at_ms, OnDuty *ret, Fault *f) {
    ret->n = 0;
    if (c->has.unit)
        TRY(roster_of_unit(tx, c->unit, at_ms, ret, f));
    return ret->n ? OK : roster_of_path(tx, c->path, at_ms, ret, f);
}

Err roster_alert(Tx *tx, const Case *c, NoticeKind kind, int64_t at_ms, Fault *f) {
    char room[ON_DUTY_MAX * 66 + 4];
    Buf to = { room, 0, sizeof room, false, 0 };
    OnDuty on;

    TRY(on_duty_for(tx, c, at_ms, &on, f));
    for (size_t i = 0; i < on.n; i++) {
        TRY(notice_put(tx, c, kind, 1u << notice_tray(on.people[i].role), on.people[i].account, at_ms, f));
        buf_str(&to, i ? "," : "");
        buf_json(&to, on.people[i].login);
    }
    return subscription_tell(tx, c, kind, buf_view(&to), at_ms, f);
}

Err duty_unattended(Tx *tx, const Nothing *in, const Actor *by, Page *ret, Fault *f) {
    CaseNewest from = { .id = { ID_TOP }, .limit = DANGERS_MAX };
    Case *cases = arena_take(tx_arena(tx), DANGERS_MAX * sizeof *cases);
    int64_t now = clock_now_ms();
    OnDuty on;
    size_t n;

    (void)in;
    if (!cases)
        return fault_arena(f);
    TRY(sql_case_dangers(tx, &from, &by->scope, cases, DANGERS_MAX, &n, f));
    for (size_t i = 0; i < n && ret->n < ret->max; i++) {
        TRY(on_duty_for(tx, &cases[i], now, &on, f));
        if (!on.n)
            ((Case *)ret->rows)[ret->n++] = cases[i];
    }
    return OK;
}

static _Atomic int64_t unattended;

static Err look(Tx *tx, void *arena, Fault *f) {
    Page page = { NULL, 0, DANGERS_MAX };
    Actor program;

    tx_lend(tx, arena);
    page.rows = arena_take(arena, DANGERS_MAX * sizeof(Case));
    if (!page.rows)
        return fault_arena(f);
    actor_in(ROLE_SYSTEM_ADMIN, str("0"), (OrgId){ 0 }, &program);
    TRY(duty_unattended(tx, &(Nothing){ 0 }, &program, &page, f));
    unattended = (int64_t)page.n;
    return OK;
}

Err roster_look(Store *s, Fault *f) {
    Arena a;

    TRY(arena_begin(&a, 8 << 20, f));
    Err e = store_read(s, -1, look, &a, f);
    arena_end(&a);
    return e;
}

int64_t roster_unattended(void) { return unattended; }

/* ---- operations ---- */

static Err path_of_area(Tx *tx, AreaId id, Str *ret, Fault *f) {
    Area a;

    TRY(area_load(tx, id, &a, f));
    *ret = a.path;
    return OK;
}

Err duty_now(Tx *tx, const DutyAsk *in, const Actor *by, Page *ret, Fault *f) {
    int64_t at = in->has.at ? in->at.ms : clock_now_ms();
    OnDuty on = { .n = 0 };
    Str path;

    if (in->has.unit == in->has.area)
        return fault(f, ERR_INVALID, "duty_where", "area", "请写单位或网格，二者之一。",
                     "Say either a unit or an area.");
    if (in->has.unit)
        TRY(roster_of_unit(tx, in->unit, at, &on, f));
    else {
        TRY(path_of_area(tx, in->area, &path, f));
        TRY(roster_of_path(tx, path, at, &on, f));
    }
    (void)by;
    memcpy(ret->rows, on.people, on.n * sizeof *on.people);
    ret->n = on.n;
    return OK;
}

static void add_flaw(Page *ret, DutyFlaw flaw, int64_t from_ms, int64_t to_ms, Str title) {
    DutyHole h = { .flaw = flaw, .begins = moment_at(from_ms), .ends = moment_at(to_ms), .title = title };

    if (ret->n == ret->max || from_ms >= to_ms)
        return;
    h.has.flaw = h.has.begins = h.has.ends = true;
    h.has.title = title.n > 0;
    ((DutyHole *)ret->rows)[ret->n++] = h;
}

static int64_t later(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t sooner(int64_t a, int64_t b) { return a < b ? a : b; }

/* Shifts come in the order of their beginnings. */
static void find_holes(const DutySpan *in, const ShiftShown *s, size_t n, Page *ret) {
    int64_t covered = in->begins.ms;

    for (size_t i = 0; i < n; i++) {
        if (s[i].begins.ms > covered)
            add_flaw(ret, DUTY_HOLE, covered, sooner(s[i].begins.ms, in->ends.ms), (Str){ 0 });
        covered = later(covered, s[i].ends.ms);
    }
    add_flaw(ret, DUTY_HOLE, covered, in->ends.ms, (Str){ 0 });
}

static void find_doubles(const DutySpan *in, const ShiftShown *s, size_t n, Page *ret) {
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n && s[k].begins.ms < s[i].ends.ms; k++)
            if (s[k].account.v == s[i].account.v)
                add_flaw(ret, DUTY_DOUBLE, later(s[k].begins.ms, in->begins.ms),
                         sooner(sooner(s[i].ends.ms, s[k].ends.ms), in->ends.ms), s[i].title);
}

/* Holes are of the unit or area itself; one person in two places is looked for in all of
 * the caller's part of the city. */
Err duty_holes(Tx *tx, const DutySpan *in, const Actor *by, Page *ret, Fault *f) {
    ShiftFind find = { .begins = in->begins, .ends = in->ends, .limit = SHIFTS_MAX + 1 };
    ShiftShown *all = arena_take(tx_arena(tx), 2 * (size_t)find.limit * sizeof *all), *here = all + find.limit;
    size_t n, some = 0;
    Str path = str("0");

    if (!all)
        return fault_arena(f);
    if (in->has.unit == in->has.area)
        return fault(f, ERR_INVALID, "duty_where", "area", "请写单位或网格，二者之一。",
                     "Say either a unit or an area.");
    if (in->ends.ms <= in->begins.ms || in->ends.ms - in->begins.ms > 62 * 24 * 3600000LL)
        return fault(f, ERR_INVALID, "duty_span", "ends", "结束要晚于开始，最长两个月。",
                     "It ends after it begins, at most two months later.");
    if (in->has.area)
        TRY(path_of_area(tx, in->area, &path, f));
    if (in->has.area ? !actor_reaches(by, path) : by->unit.v && by->unit.v != in->unit.v)
        return OK;
    TRY(sql_shift_list(tx, &find, &by->scope, all, (size_t)find.limit, &n, f));
    if (n > SHIFTS_MAX)
        return fault(f, ERR_LIMIT, "duty_long", "ends", "这段时间有 %d 个以上的班次：请把时间选短一些。",
                     "There are more than %d shifts in that time: choose a shorter one.", SHIFTS_MAX);
    for (size_t i = 0; i < n; i++)
        if (in->has.unit ? all[i].has.unit && all[i].unit.v == in->unit.v
                         : !all[i].has.unit && str_same(all[i].path, path))
            here[some++] = all[i];
    find_holes(in, here, some, ret);
    find_doubles(in, all, n, ret);
    return OK;
}

Err duty_posts(Tx *tx, const DutyFree *in, const Actor *by, Page *ret, Fault *f) {
    DutyFree find = *in;

    find.on_day = in->has.day ? in->day : day_of_ms(clock_now_ms());
    find.has.on_day = true;
    find.has.low = find.has.high = in->has.within;
    if (in->has.within)
        TRY(area_range(tx, in->within, &find.low, &find.high, f));
    return sql_duty_posts(tx, &find, &by->scope, ret->rows, (size_t)in->limit, &ret->n, f);
}
