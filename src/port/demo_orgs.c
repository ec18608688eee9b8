/* demo_orgs – who stands on the demo city's ground: units with their duties, Party
 * organisations with numbers of members, stations, seats with who holds them and vacancies, and
 * the accounts of every role. Nobody has a name: a person is called by his post. */
#include "demo_city.h"
#include "demo_people.h"

#include "account.h"
#include "border.h"
#include "correspondence.h"
#include "cover.h"
#include "org.h"
#include "org_tree.h"
#include "post.h"
#include "seat.h"
#include "setting.h"
#include "station.h"

#include <stdio.h>
#include <string.h>

enum {
    STRETCH = 24, /* corners of the river in one agreement */
    COUNTS = 3,
    COUNT_EVERY_D = 120,
    NO_BRANCH_PERCENT = 5,
    VACANT_PERCENT = 9,
    BOTH_PERCENT = 12,
    COVERED_PERCENT = 70,
    STATION_MORE_PERCENT = 66,
    DIRECTOR_VACANT_PERCENT = 12
};

static const struct {
    const char *code, *title, *duties, *login;
    OrgKind kind;
} units[UNITS] = {
    { "F", "社区服务办", "101 102 103 104 105 106 305", "office", ORG_OFFICE },
    { "S", "市政养护队", "201 206 304", "road", ORG_AGENCY },
    { "C", "城管中队", "202 203 204 207 306", "order", ORG_AGENCY },
    { "W", "房屋物业站", "205 301 302 303", "estate", ORG_PROPERTY },
};

/* The first of each role, whose login is short. */
static const struct {
    const char *login, *title;
    Role role;
    bool whole; /* sees what has no grid */
} people[] = {
    { "lead", "值班长", ROLE_DUTY_LEAD, true },       { "dispatch", "派单员", ROLE_DISPATCHER, true },
    { "call", "回访员", ROLE_CALLBACK, false },       { "check", "核查员", ROLE_CHECKER, false },
    { "head", "街道领导", ROLE_LEADER, false },       { "watch", "督办员", ROLE_SUPERVISOR, false },
    { "system", "系统员", ROLE_SYSTEM_ADMIN, false }, { "security", "安全员", ROLE_SECURITY_ADMIN, false },
    { "audit", "审计员", ROLE_AUDIT_ADMIN, false },
};

static void operator_is(Actor *ret) { actor_in(ROLE_SYSTEM_ADMIN, str("0"), (OrgId){ 0 }, ret); }
static int32_t since(void) { return day_of_civil(2024, 1, 1); }

/* ---- accounts ---- */

static Err add_account(Tx *tx, DemoCity *c, const char *login, const char *title, AccountId *ret, Fault *f) {
    AccountNew in = { .login = str(login), .title = str(title), .hashed = c->password_hash };
    Actor by;
    Account account;

    operator_is(&by);
    TRY(account_add(tx, &in, &by, &account, f));
    *ret = account.id;
    return account_settle(tx, &account, f);
}

static Err give_post(Tx *tx, const char *login, Role role, const char *area, const char *unit, Fault *f) {
    PostNew at = { .login = str(login), .role = role, .since = since() };
    Actor by;
    Post post;

    at.has.since = true;
    at.has.area = area != NULL;
    at.area = str(area ? area : "");
    at.has.unit = unit != NULL;
    at.unit = str(unit ? unit : "");
    operator_is(&by);
    return post_give(tx, &at, &by, &post, f);
}

static Err put_people(Tx *tx, DemoCity *c, Fault *f) {
    for (size_t i = 0; i < COUNT(people); i++) {
        c->row.used = 0;
        TRY(add_account(tx, c, people[i].login, people[i].title, &c->centre[people[i].role], f));
        TRY(give_post(tx, people[i].login, people[i].role, people[i].whole ? NULL : "990200", NULL, f));
    }
    return OK;
}

/* Everybody whose login is short. */
enum { SHORT = COUNT(people) + UNITS + 2 };

static void short_logins(DemoPerson ret[SHORT]) {
    size_t n = 0;

    for (size_t i = 0; i < COUNT(people); i++)
        ret[n++] = (DemoPerson){ people[i].login, NULL, people[i].role };
    for (size_t i = 0; i < UNITS; i++)
        ret[n++] = (DemoPerson){ units[i].login, units[i].title,
                                 units[i].kind == ORG_PROPERTY ? ROLE_PROPERTY : ROLE_HANDLER };
    ret[n++] = (DemoPerson){ "grid", NULL, ROLE_GRID_WORKER };
    ret[n++] = (DemoPerson){ "secretary", NULL, ROLE_SECRETARY };
}

void demo_city_people_say(Buf *said) {
    DemoPerson list[SHORT];

    short_logins(list);
    demo_people_say(list, SHORT, said);
}

static Err offer_people(Tx *tx, Fault *f) {
    DemoPerson list[SHORT];

    short_logins(list);
    return demo_people_offer(tx, list, SHORT, f);
}

/* ---- units ---- */

/* The subdistrict of a block, by the group that it is labelled with. */
static int32_t subdistrict_at(const DemoCity *c, int32_t block) {
    int32_t low = 0, high = c->n_micros - 1, label = c->mesh.label[block];

    while (low < high) { /* the last micro-grid that begins at or before it */
        int32_t mid = (low + high + 1) / 2;
        if (c->micros[mid].first_group <= label)
            low = mid;
        else
            high = mid - 1;
    }
    return c->residentials[c->micros[low].residential].subdistrict;
}

int32_t demo_unit_for(Str category) {
    for (int32_t i = 0; i < UNITS; i++)
        if (memmem(units[i].duties, strlen(units[i].duties), category.p, category.n))
            return i;
    return 0;
}

static Err put_units(Tx *tx, DemoCity *c, int32_t which, Fault *f) {
    DemoSubdistrict *s = &c->subdistricts[which];
    char code[40], name[160], login[40];
    Org unit;

    for (int32_t i = 0; i < UNITS; i++) {
        c->row.used = 0;
        snprintf(code, sizeof code, "%s%s", units[i].code, s->code + 6);
        snprintf(name, sizeof name, "%s%s", s->name, units[i].title);
        TRY(org_put(tx, str(code), str(name), units[i].kind, s->id, &unit, f));
        s->units[i] = unit.id;
        for (const char *p = units[i].duties; *p; p += strspn(p, " ")) {
            Str category = { p, strcspn(p, " ") };
            TRY(serves_put(tx, unit.id, category, s->id, since(), f));
            p += category.n;
        }
        snprintf(login, sizeof login, which ? "%s%d" : "%s", units[i].login, which + 1);
        snprintf(name, sizeof name, "%s处置员", units[i].title);
        TRY(add_account(tx, c, login, name, &s->handlers[i], f));
        TRY(give_post(tx, login, units[i].kind == ORG_PROPERTY ? ROLE_PROPERTY : ROLE_HANDLER, s->code, code,
                      f));
    }
    return OK;
}

/* ---- Party organisations ---- */

static Err put_org(Tx *tx, DemoCity *c, OrgKind kind, AreaId area, const char *code, const char *name,
                   int32_t members, OrgId *ret, Fault *f) {
    OrgNew in = {
        .code = str(code), .name = str(name), .kind = kind, .area = area, .state = AREA_ACTIVE, .since = since()
    };
    Actor by;
    Org made;
    OrgCount count;

    c->row.used = 0;
    in.has.since = true;
    operator_is(&by);
    TRY(org_add(tx, &in, &by, &made, f));
    *ret = made.id;
    for (int32_t i = COUNTS - 1; i >= 0 && members > 0; i--) {
        OrgCountNew on = { .id = made.id,
                           .day = c->today - 1 - i * COUNT_EVERY_D,
                           .members = members - i,
                           .probationary = members / 20 };
        on.has.probationary = true;
        on.members = on.members < 1 ? 1 : on.members;
        TRY(org_count_put(tx, &on, &by, &count, f));
    }
    return OK;
}

static Err put_reason(Tx *tx, DemoCity *c, AreaId area, Str reason, Fault *f) {
    OrgReasonNew in = { .area = area, .reason = reason };
    Actor by;
    OrgReason made;

    c->row.used = 0;
    operator_is(&by);
    return org_reason_put(tx, &in, &by, &made, f);
}

static Err cover(Tx *tx, DemoCity *c, PlaceId place, CoverField field, OrgId org, AreaId grid, Fault *f) {
    CoverNew in = { .place = place, .field = field, .org = org, .grid = grid, .since = since() };
    Actor by;
    Cover made;

    c->row.used = 0;
    in.has.grid = grid.v != 0;
    in.has.since = true;
    operator_is(&by);
    return cover_add(tx, &in, &by, &made, f);
}

/* The form goes by the number of members; a park has none of its own. */
static Err put_exclusive(Tx *tx, DemoCity *c, int32_t i, Dice *d, Fault *f) {
    static const struct {
        PlaceKind kind;
        OrgKind form;
        const char *zh;
        int32_t members;
    } forms[] = { { PLACE_MARKET, PARTY_BRANCH, "集市党支部", 9 },
                  { PLACE_OFFICE, PARTY_JOINT_BRANCH, "楼宇联合党支部", 27 },
                  { PLACE_CAMPUS, PARTY_JOINT_COMMITTEE, "园区联合党委", 112 },
                  { PLACE_PARK, PARTY_INSTRUCTOR, "党建指导员", 0 } };
    const DemoMicro *m = &c->micros[i];
    char code[40], name[200];
    OrgId made;

    for (size_t k = 0; k < COUNT(forms); k++) {
        if (forms[k].kind != m->kind)
            continue;
        snprintf(code, sizeof code, "D%s", m->code);
        snprintf(name, sizeof name, "%s%s", m->compound, forms[k].zh);
        TRY(put_org(tx, c, forms[k].form, m->id, code, name, forms[k].members, &made, f));
        if (dice_percent(d, COVERED_PERCENT))
            TRY(cover(tx, c, m->own, FIELD_INDEPENDENT, made, m->id, f));
        if (forms[k].form == PARTY_INSTRUCTOR || forms[k].form == PARTY_JOINT_COMMITTEE)
            TRY(put_reason(tx, c, m->id, str("专属网格，按独立空间单设党组织"), f));
    }
    return OK;
}

static Err put_branch(Tx *tx, DemoCity *c, int32_t i, Dice *d, Fault *f) {
    const DemoMicro *m = &c->micros[i];
    const DemoResidential *r = &c->residentials[m->residential];
    char code[40], name[200];
    OrgId made;

    if (dice_percent(d, NO_BRANCH_PERCENT))
        return put_reason(tx, c, m->id, grammar_way(c->grammar, "no-branch", (size_t)dice_below(d, 1000)), f);
    snprintf(code, sizeof code, "D%s", m->code);
    snprintf(name, sizeof name, "%s第%d党支部", r->name, i - r->first_micro + 1);
    TRY(put_org(tx, c, PARTY_BRANCH, m->id, code, name, dice_between(d, 8, 38), &made, f));
    return m->shop.v && dice_percent(d, COVERED_PERCENT)
               ? cover(tx, c, m->shop, FIELD_SMALL, made, (AreaId){ 0 }, f)
               : OK;
}

/* Along the river each stretch is one bank's, whichever side a case lies on. */
static Err put_borders(Tx *tx, DemoCity *c, Fault *f) {
    const Mesh *m = &c->mesh;
    Actor by;
    Border made;
    Spot line[STRETCH + 1];

    operator_is(&by);
    for (int32_t i = 0, which = 0; i + 1 < m->n_river; i += STRETCH, which++) {
        int32_t n = m->n_river - i <= STRETCH ? m->n_river - i : STRETCH + 1;
        int32_t side = which & 1 ? m->river[i].north : m->river[i].south, s = subdistrict_at(c, side);
        char name[100];
        for (int32_t k = 0; k < n; k++)
            line[k] = (Spot){ .lon = m->river[i + k].at.lon, .lat = m->river[i + k].at.lat };
        snprintf(name, sizeof name, "望潮河第%d段", which + 1);
        BorderNew in = { .name = str(name),
                         .area = c->subdistricts[s].id,
                         .unit = c->subdistricts[s].units[1],
                         .since = since(),
                         .points = { line, (size_t)n } };
        in.has.unit = in.has.points = true;
        c->row.used = 0;
        if (n > 1)
            TRY(border_add(tx, &in, &by, &made, f));
    }
    return OK;
}

static Err put_party(Tx *tx, DemoCity *c, Fault *f) {
    char code[40], name[200];
    OrgId made;

    for (int32_t i = 0; i < c->n_subdistricts; i++) {
        const DemoSubdistrict *s = &c->subdistricts[i];
        snprintf(code, sizeof code, "D%s", s->code);
        snprintf(name, sizeof name, "%s党工委", s->name);
        TRY(put_org(tx, c, PARTY_SUBDISTRICT, s->id, code, name, 0, &made, f));
    }
    for (int32_t i = 0; i < c->n_zones; i++) {
        snprintf(code, sizeof code, "D%s", c->zones[i].code);
        snprintf(name, sizeof name, "%s党委", c->zones[i].name);
        TRY(put_org(tx, c, PARTY_ZONE, c->zones[i].id, code, name, 0, &made, f));
    }
    for (int32_t i = 0; i < c->n_residentials; i++) {
        const DemoResidential *r = &c->residentials[i];
        Dice d = dice_of(c->wish->seed, 41, (uint64_t)i);
        snprintf(code, sizeof code, "D%s", r->code);
        snprintf(name, sizeof name, "%s居民区党总支", r->name);
        TRY(put_org(tx, c, PARTY_RESIDENTIAL, r->id, code, name, dice_between(&d, 60, 240), &made, f));
    }
    for (int32_t i = 0; i < c->n_micros; i++) {
        Dice d = dice_of(c->wish->seed, 42, (uint64_t)i);
        TRY(c->micros[i].kind ? put_exclusive(tx, c, i, &d, f) : put_branch(tx, c, i, &d, f));
    }
    return OK;
}

/* ---- stations ---- */

static Err put_station(Tx *tx, DemoCity *c, StationKind kind, PlaceId place, const char *whose, OrgId org,
                       Fault *f) {
    static const struct {
        const char *zh, *hours, *services;
    } kinds[] = {
        [STATION_CENTRE] = { "党群服务中心", "周一至周日 8:30–20:30",
                             "政务帮办、议事厅、图书角、母婴室、心理咨询" },
        [STATION_POST] = { "党群服务站", "周一至周六 8:30–17:30",
                           "代办登记、接待居民、志愿报名、雨伞和轮椅借用" },
        [STATION_HOME] = { "邻里驿站", "每日 9:00–20:00", "歇脚饮水、儿童活动、手艺学堂、工具借用" },
        [STATION_CANTEEN] = { "社区食堂", "每日 10:30–13:00，16:30–18:30", "助餐、送餐上门、老人优惠" },
        [STATION_RIDERS] = { "骑手驿站", "每日 7:00–22:00", "饮水、充电、换电、急救包、休息" },
    };
    char name[160];
    Actor by;
    Station made;

    c->row.used = 0;
    snprintf(name, sizeof name, "%s%s", whose, kinds[kind].zh);
    StationNew in = { .place = place,
                      .kind = kind,
                      .name = str(name),
                      .hours = str(kinds[kind].hours),
                      .services = str(kinds[kind].services),
                      .org = org,
                      .since = since() };
    in.has.org = org.v != 0;
    in.has.since = true;
    operator_is(&by);
    return station_add(tx, &in, &by, &made, f);
}

/* A place of a residential area, which they stand beside each other in. */
static PlaceId some_place(const DemoCity *c, const DemoResidential *r, Dice *d) {
    for (int32_t tries = 0; tries < 2 * r->n_micros; tries++) {
        const DemoMicro *m = &c->micros[r->first_micro + dice_below(d, r->n_micros)];
        if (m->n_places)
            return c->places[m->first_place + dice_below(d, m->n_places)].id;
    }
    return (PlaceId){ 0 };
}

/* Each subdistrict has a centre, each residential area a post, and two in three of them a
 * house, a canteen or a stop beside it. */
static Err put_stations(Tx *tx, DemoCity *c, Fault *f) {
    static const StationKind more[] = { STATION_HOME, STATION_CANTEEN, STATION_RIDERS };

    for (int32_t i = 0, last = -1; i < c->n_residentials; i++) {
        const DemoResidential *r = &c->residentials[i];
        const DemoSubdistrict *s = &c->subdistricts[r->subdistrict];
        Dice d = dice_of(c->wish->seed, 46, (uint64_t)i);
        PlaceId at = some_place(c, r, &d), beside = some_place(c, r, &d);
        if (!at.v || !beside.v)
            continue;
        if (r->subdistrict != last)
            TRY(put_station(tx, c, STATION_CENTRE, beside, s->name, s->units[0], f));
        last = r->subdistrict;
        TRY(put_station(tx, c, STATION_POST, at, r->name, (OrgId){ 0 }, f));
        if (dice_percent(&d, STATION_MORE_PERCENT))
            TRY(put_station(tx, c, more[dice_below(&d, COUNT(more))], beside, r->name, (OrgId){ 0 }, f));
    }
    return OK;
}

/* ---- seats ---- */

static Err put_seat(Tx *tx, DemoCity *c, SeatKind kind, AreaId area, const char *login, Fault *f) {
    SeatNew in = { .kind = kind, .area = area, .since = since() };
    Actor by;
    Seat seat;
    Post post;

    c->row.used = 0;
    in.has.since = true;
    operator_is(&by);
    TRY(seat_add(tx, &in, &by, &seat, f));
    if (!login)
        return OK;
    SeatFill fill = { .id = seat.id, .login = str(login), .since = since() };
    fill.has.since = true;
    return seat_fill(tx, &fill, &by, &post, f);
}

static Err put_residential(Tx *tx, DemoCity *c, int32_t i, Fault *f) {
    DemoResidential *r = &c->residentials[i];
    Dice d = dice_of(c->wish->seed, 43, (uint64_t)i);
    char worker[40], secretary[40], director[40];
    bool vacant = i > 0 && dice_percent(&d, VACANT_PERCENT), alone = dice_percent(&d, DIRECTOR_VACANT_PERCENT);
    AccountId none;

    snprintf(worker, sizeof worker, i ? "grid%d" : "grid", i + 1);
    snprintf(secretary, sizeof secretary, i ? "secretary%d" : "secretary", i + 1);
    snprintf(director, sizeof director, i ? "director%d" : "director", i + 1);
    c->row.used = 0;
    TRY(add_account(tx, c, worker, "网格员", &r->worker, f));
    TRY(put_seat(tx, c, SEAT_GRID_WORKER, r->id, worker, f));
    if (!vacant)
        TRY(add_account(tx, c, secretary, "居民区书记", &none, f));
    TRY(put_seat(tx, c, SEAT_SECRETARY, r->id, vacant ? NULL : secretary, f));
    if (!alone)
        TRY(add_account(tx, c, director, "居委会主任", &none, f));
    return put_seat(tx, c, SEAT_DIRECTOR, r->id, alone ? NULL : director, f);
}

/* Two posts at each group of buildings: one person may hold both for a time. */
static Err put_leaders(Tx *tx, DemoCity *c, int32_t place, Fault *f) {
    Dice d = dice_of(c->wish->seed, 44, (uint64_t)place);
    AreaId group = c->places[place].group;
    char login[40];
    AccountId none;
    bool held = !dice_percent(&d, VACANT_PERCENT), both = dice_percent(&d, BOTH_PERCENT);

    snprintf(login, sizeof login, "leader%d", place + 1);
    c->row.used = 0;
    if (held)
        TRY(add_account(tx, c, login, "楼组长", &none, f));
    TRY(put_seat(tx, c, SEAT_RESIDENTS, group, held ? login : NULL, f));
    return put_seat(tx, c, SEAT_GROUP_LEADER, group, held && both ? login : NULL, f);
}

static Err put_group(Tx *tx, DemoCity *c, int32_t place, Fault *f) {
    const DemoPlace *p = &c->places[place];
    const DemoResidential *r = &c->residentials[c->micros[p->micro].residential];
    Dice d = dice_of(c->wish->seed, 45, (uint64_t)place);
    char code[40], name[200];
    OrgId made;

    snprintf(code, sizeof code, "DG%d", place + 1);
    snprintf(name, sizeof name, "%s%d弄党小组", r->roads[p->road], p->lane);
    if (!dice_percent(&d, VACANT_PERCENT))
        TRY(put_org(tx, c, PARTY_GROUP, p->group, code, name, dice_between(&d, 3, 9), &made, f));
    return put_leaders(tx, c, place, f);
}

Err demo_orgs_write(Tx *tx, DemoCity *c, Fault *f) {
    Actor by;

    c->row.used = 0;
    operator_is(&by);
    TRY(setting_write(tx, "city_zh", str(DEMO_CITY "城运中心"), &by, f));
    TRY(setting_write(tx, "city_en", str("Yunze City Centre"), &by, f));
    TRY(offer_people(tx, f));
    TRY(put_people(tx, c, f));
    for (int32_t i = 0; i < c->n_subdistricts; i++)
        TRY(put_units(tx, c, i, f));
    TRY(put_borders(tx, c, f));
    TRY(put_party(tx, c, f));
    TRY(put_stations(tx, c, f));
    for (int32_t i = 0; i < c->n_residentials; i++)
        TRY(put_residential(tx, c, i, f));
    for (int32_t i = 0; i < c->n_places; i++)
        if (c->places[i].number == 1)
            TRY(put_group(tx, c, i, f));
    return OK;
}
