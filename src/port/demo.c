/* demo – see demo.h. Written through the same functions as everything else, one
 * transaction for the ground and one for each case. */
#include "demo.h"
#include "demo_people.h"

#include "account.h"
#include "area.h"
#include "calendar_file.h"
#include "case.h"
#include "catalogue.h"
#include "catalogue_file.h"
#include "defaults.h"
#include "org.h"
#include "post.h"
#include "place.h"
#include "polygon.h"
#include "setting.h"

#include <stdio.h>
#include <string.h>

enum {
    COLUMNS = 6,
    ROWS = 5,
    CASES = 300,
    WEST = 1214600000,
    SOUTH = 312200000,
    CELL_LON = 42000,
    CELL_LAT = 36000
};

static const struct {
    const char *code, *name;
    OrgKind kind;
} units[] = {
    { "U1", "云桥社区服务办", ORG_OFFICE },
    { "U2", "云桥市政养护队", ORG_AGENCY },
    { "U3", "云桥城管中队", ORG_AGENCY },
    { "U4", "织云物业", ORG_PROPERTY },
};

/* Which unit serves which sub-categories, one after the other. */
static const char *const duties[COUNT(units)] = { "101 102 103 104 105 106 305", "201 206 304",
                                                  "202 203 204 207 306", "205 301 302 303" };

static const struct {
    const char *login, *title;
    Role role;
    const char *unit;
} people[] = {
    { "lead", "张三", ROLE_DUTY_LEAD, NULL },        { "dispatch", "李四", ROLE_DISPATCHER, NULL },
    { "call", "钱一", ROLE_CALLBACK, NULL },         { "check", "赵六", ROLE_CHECKER, NULL },
    { "grid", "郑十", ROLE_GRID_WORKER, NULL },      { "road", "王五", ROLE_HANDLER, "U2" },
    { "office", "陈七", ROLE_HANDLER, "U1" },        { "order", "孙八", ROLE_HANDLER, "U3" },
    { "estate", "周九", ROLE_PROPERTY, "U4" },       { "head", "吴二", ROLE_LEADER, NULL },
    { "system", "系统员", ROLE_SYSTEM_ADMIN, NULL }, { "security", "安全员", ROLE_SECURITY_ADMIN, NULL },
    { "audit", "审计员", ROLE_AUDIT_ADMIN, NULL },
};

static const char *const where[] = { "织云路 88 弄 3 号楼前", "望江路 210 号对面", "青石新村 12 号 2 单元",
                                     "松苑 5 号楼",           "长桥支路 17 号",    "梧桐路口东南角",
                                     "柳岸路 66 号",          "曲水坊地铁口" };
static const char *const areas[] = { "织云", "青石", "松苑", "长桥",
                                     "曲水" }; /* one residential area per row */

typedef struct Matter {
    Condition condition;
    size_t unit;
} Matter;

typedef struct Demo {
    Arena arena;
    Str password_hash;
    uint32_t state; /* of the generator */
    LayerId layer;
    AreaId subdistrict;
    OrgId units[COUNT(units)];
    Arena lasting;   /* what is read once, for all cases */
    Matter *matters; /* what may happen, and to whom it goes */
    size_t n_matters;
    AccountId accounts[COUNT(people)];
    size_t n; /* case being made */
} Demo;

static uint32_t draw(Demo *d, uint32_t below) { /* xorshift32, Marsaglia 2003 */
    d->state ^= d->state << 13;
    d->state ^= d->state >> 17;
    d->state ^= d->state << 5;
    return d->state % below;
}

/* ---- the ground ---- */

/* A corner of the grid of cells, moved a little so that the map does not look like
 * a chessboard; the same corner for all four cells around it. */
static Point corner(int x, int y) {
    uint32_t h = (uint32_t)(x * 73856093) ^ (uint32_t)(y * 19349663);
    bool edge = x == 0 || y == 0 || x == COLUMNS || y == ROWS;
    int32_t dx = edge ? 0 : (int32_t)(h % 14000) - 7000, dy = edge ? 0 : (int32_t)(h / 14000 % 12000) - 6000;
    return (Point){ WEST + x * CELL_LON + dx, SOUTH + y * CELL_LAT + dy };
}

/* The cells from x to x2 and y to y2 as one shape, along their corners. */
static Err block_shape(Demo *d, int x, int y, int x2, int y2, Shape *ret, Fault *f) {
    ShapeDraft draft;
    int32_t dropped;

    draft_begin(&draft);
    draft_polygon(&draft);
    draft_ring(&draft);
    for (int i = x; i < x2; i++)
        draft_point(&draft, corner(i, y));
    for (int i = y; i < y2; i++)
        draft_point(&draft, corner(x2, i));
    for (int i = x2; i > x; i--)
        draft_point(&draft, corner(i, y2));
    for (int i = y2; i > y; i--)
        draft_point(&draft, corner(x, i));
    return draft_end(&draft, &d->arena, ret, &dropped, f);
}

static Err put_area(Tx *tx, Demo *d, AreaLevel level, AreaId parent, const char *code, const char *name,
                    const int box[4], int32_t households, AreaId *ret, Fault *f) {
    Shape shape;
    Area a;

    TRY(block_shape(d, box[0], box[1], box[2], box[3], &shape, f));
    AreaPut put = { .layer = d->layer,
                    .level = level,
                    .parent = parent,
                    .code = str(code),
                    .name = str(name),
                    .shape = &shape,
                    .households = households,
                    .since = day_of_civil(2024, 1, 1) };
    TRY(area_put(tx, &put, &a, f));
    *ret = a.id;
    return OK;
}

static Err make_row(Tx *tx, Demo *d, int y, Fault *f) {
    char code[40], name[80];
    AreaId residential, micro;

    snprintf(code, sizeof code, "990101%03d", y + 1);
    snprintf(name, sizeof name, "%s居民区", areas[y]);
    TRY(put_area(tx, d, LEVEL_RESIDENTIAL, d->subdistrict, code, name, (int[]){ 0, y, COLUMNS, y + 1 }, -1,
                 &residential, f));
    for (int x = 0; x < COLUMNS; x++) {
        snprintf(code, sizeof code, "990101%03d%03d", y + 1, x + 1);
        snprintf(name, sizeof name, "%s %02d 微网格", areas[y], x + 1);
        TRY(put_area(tx, d, LEVEL_MICRO, residential, code, name, (int[]){ x, y, x + 1, y + 1 },
                     (int32_t)(300 + draw(d, 200)), &micro, f));
        snprintf(name, sizeof name, "%s路 %d 弄", areas[y], x * 20 + 8);
        Place place;
        PlacePut put = { .area = micro, .name = str(name), .households = (int32_t)(60 + draw(d, 120)) };
        TRY(place_put(tx, &put, &place, f));
    }
    return OK;
}

static Err make_ground(Tx *tx, Demo *d, Fault *f) {
    Layer layer;
    AreaId district;
    const int whole[4] = { 0, 0, COLUMNS, ROWS };
    LayerPut put = {
        .code = str("governing"), .zh = str("综合网格"), .en = str("Comprehensive grids"), .governing = true
    };

    TRY(layer_put(tx, &put, &layer, f));
    if (layer.roots > 0)
        return fault(f, ERR_CONFLICT, "not_empty", "data", "这个目录里已有网格；演示数据只能放进空目录。",
                     "There are areas here already; the demo city wants an empty directory.");
    d->layer = layer.id;
    TRY(put_area(tx, d, LEVEL_DISTRICT, (AreaId){ 0 }, "990100", "云浦区", whole, -1, &district, f));
    TRY(put_area(tx, d, LEVEL_SUBDISTRICT, district, "990101", "云桥街道", whole, -1, &d->subdistrict, f));
    for (int y = 0; y < ROWS; y++)
        TRY(make_row(tx, d, y, f));
    return area_layer_changed(tx, d->layer, f);
}

/* ---- units, duties, people ---- */

static Err make_units(Tx *tx, Demo *d, Fault *f) {
    Org unit;

    for (size_t i = 0; i < COUNT(units); i++) {
        TRY(org_put(tx, str(units[i].code), str(units[i].name), units[i].kind, d->subdistrict, &unit, f));
        d->units[i] = unit.id;
    }
    return OK;
}

static size_t unit_of(const char *code) {
    size_t i = 0;
    while (i + 1 < COUNT(units) && strcmp(units[i].code, code) != 0)
        i++;
    return i;
}

static Err make_duties(Tx *tx, Demo *d, Fault *f) {
    for (size_t i = 0; i < COUNT(units); i++)
        for (const char *p = duties[i]; *p; p += strspn(p, " ")) {
            Str category = { p, strcspn(p, " ") };
            TRY(serves_put(tx, d->units[i], category, d->subdistrict, day_of_civil(2024, 1, 1), f));
            p += category.n;
        }
    return OK;
}

static Err make_people(Tx *tx, Demo *d, Fault *f) {
    Actor operator;
    Account account;
    Post post;

    actor_in(ROLE_SYSTEM_ADMIN, str("0"), (OrgId){ 0 }, &operator);
    for (size_t i = 0; i < COUNT(people); i++) {
        AccountNew in = { .login = str(people[i].login),
                          .title = str(people[i].title),
                          .hashed = d->password_hash };
        PostNew at = { .login = in.login,
                       .role = people[i].role,
                       .area = str("990100"),
                       .unit = str(people[i].unit ? people[i].unit : "") };
        TRY(account_add(tx, &in, &operator, & account, f));
        TRY(account_settle(tx, &account, f));
        at.has.area = people[i].role != ROLE_DUTY_LEAD &&
                      people[i].role != ROLE_DISPATCHER; /* those two see the unplaced queue */
        at.has.unit = people[i].unit != NULL;
        TRY(post_give(tx, &at, &operator, & post, f));
        d->accounts[i] = account.id;
    }
    return OK;
}

static void demo_people(DemoPerson ret[COUNT(people)]) {
    for (size_t i = 0; i < COUNT(people); i++)
        ret[i] = (DemoPerson){ people[i].login, people[i].unit ? units[unit_of(people[i].unit)].name : NULL,
                               people[i].role };
}

static Err make_all(Tx *tx, void *arg, Fault *f) {
    Demo *d = arg;
    DemoPerson list[COUNT(people)];

    d->arena.used = 0;
    tx_lend(tx, &d->arena);
    TRY(make_ground(tx, d, f));
    TRY(make_units(tx, d, f));
    TRY(make_duties(tx, d, f));
    TRY(make_people(tx, d, f));
    Actor operator;
    actor_in(ROLE_SYSTEM_ADMIN, str("0"), (OrgId){ 0 }, &operator);
    TRY(setting_write(tx, "city_zh", str("云桥街道城运中心"), &operator, f));
    TRY(setting_write(tx, "city_en", str("Yunqiao Subdistrict Centre"), &operator, f));
    demo_people(list);
    return demo_people_offer(tx, list, COUNT(list), f);
}

/* ---- the catalogue and the calendar that the program brings ---- */

/* What a unit serves is a kind of case; what is not classified is none. */
static Err read_matters(Tx *tx, void *arg, Fault *f) {
    enum { CONDITIONS_MAX = 500 };
    Demo *d = arg;
    Actor operator;
    ConditionFind find = { .limit = CONDITIONS_MAX };

    d->lasting.used = 0;
    tx_lend(tx, &d->lasting);
    d->n_matters = 0;
    d->matters = arena_take(&d->lasting, CONDITIONS_MAX * sizeof *d->matters);
    Page page = { arena_take(&d->lasting, CONDITIONS_MAX * sizeof(Condition)), 0, CONDITIONS_MAX };
    if (!d->matters || !page.rows)
        return fault_arena(f);
    actor_in(ROLE_SYSTEM_ADMIN, str("0"), (OrgId){ 0 }, &operator);
    TRY(condition_list(tx, &find, &operator, & page, f));
    for (size_t i = 0; i < page.n; i++) {
        const Condition *c = (const Condition *)page.rows + i;
        for (size_t unit = 0; unit < COUNT(units); unit++)
            if (strstr(duties[unit], c->category.p))
                d->matters[d->n_matters++] = (Matter){ *c, unit };
    }
    return OK;
}

static Err bring_data(Store *s, Demo *d, Fault *f) {
    CsvMemory days = { str(default_calendar) }, table = { str(default_catalogue) };
    CatalogueCount count;
    CalendarCount n;

    TRY(calendar_import(s, csv_from_memory, &days, 0, &n, f));
    TRY(catalogue_import(s, csv_from_memory, &table, &count, f));
    return store_read(s, -1, read_matters, d, f);
}

/* ---- cases ---- */

static void actor_for(const Demo *d, Role role, OrgId unit, Actor *ret) {
    actor_in(role, str("0"), unit, ret);
    for (size_t i = 0; i < COUNT(people); i++)
        if (people[i].role == role && (!people[i].unit || d->units[unit_of(people[i].unit)].v == unit.v))
            ret->account = d->accounts[i];
}

static Err take_step(Tx *tx, const Demo *d, Case *c, CaseAct act, Role role, OrgId as_unit, size_t kind,
                     OrgId to, Fault *f) {
    Actor by;
    CaseActIn in = { .id = c->id,
                     .revision = c->revision,
                     .act = act,
                     .note = str("已办理"),
                     .condition = d->matters[kind].condition.id,
                     .unit = to,
                     .answered = true,
                     .close_kind = CLOSE_SOLVED };

    in.has.note = act == ACT_HANDLE || act == ACT_FEEDBACK;
    in.has.condition = act == ACT_FILE;
    in.has.unit = act == ACT_DISPATCH;
    in.has.answered = act == ACT_FEEDBACK;
    in.has.close_kind = act == ACT_CLOSE;
    actor_for(d, role, as_unit, &by);
    return case_act(tx, &in, &by, c, f);
}

/* One case, taken `far` steps along the loop. */
static Err make_case(Tx *tx, void *arg, Fault *f) {
    static const struct {
        CaseAct act;
        Role role;
    } way[] = { { ACT_ACCEPT, ROLE_DISPATCHER },   { ACT_FILE, ROLE_DISPATCHER },
                { ACT_DISPATCH, ROLE_DISPATCHER }, { ACT_TAKE, ROLE_HANDLER },
                { ACT_HANDLE, ROLE_HANDLER },      { ACT_PASS, ROLE_CHECKER },
                { ACT_FEEDBACK, ROLE_CALLBACK },   { ACT_CLOSE, ROLE_CALLBACK } };
    Demo *d = arg;
    Actor by;
    CaseReceipt receipt;
    Case c;

    d->arena.used = 0;
    tx_lend(tx, &d->arena);
    size_t kind = draw(d, (uint32_t)d->n_matters), unit = d->matters[kind].unit, far = draw(d, COUNT(way) + 3);
    CaseReport in = { .text = d->matters[kind].condition.zh,
                      .spot = str(where[draw(d, COUNT(where))]),
                      .lon = WEST + (int32_t)draw(d, COLUMNS * CELL_LON),
                      .lat = SOUTH + (int32_t)draw(d, ROWS * CELL_LAT),
                      .category = d->matters[kind].condition.category,
                      .source = SOURCE_WORKER };
    in.has.spot = in.has.category = true;
    in.has.lon = in.has.lat = d->n % 40 != 7; /* a few have no place: the queue shows them */
    actor_for(d, ROLE_GRID_WORKER, (OrgId){ 0 }, &by);
    TRY(case_report(tx, &in, &by, &receipt, f));
    actor_for(d, ROLE_DISPATCHER, (OrgId){ 0 }, &by);
    TRY(case_load(tx, receipt.id, &by, &c, f));
    for (size_t i = 0; i < far && i < COUNT(way) && (i < 1 || c.has.area); i++) {
        bool handler = way[i].role == ROLE_HANDLER;
        Role role = handler && unit == 3 ? ROLE_PROPERTY : way[i].role;
        TRY(take_step(tx, d, &c, way[i].act, role, handler ? d->units[unit] : (OrgId){ 0 }, kind,
                      d->units[unit], f));
    }
    return OK;
}

Err demo_make(Store *s, Str password_hash, uint32_t seed, Buf *said, Fault *f) {
    Demo d = { .password_hash = password_hash, .state = seed ? seed : 1 };

    TRY(arena_begin(&d.arena, 8 << 20, f));
    Err e = arena_begin(&d.lasting, 1 << 20, f);
    e = e == OK ? store_write_now(s, make_all, &d, false, f) : e; /* first: it refuses a city that is there */
    e = e == OK ? bring_data(s, &d, f) : e;
    for (d.n = 0; e == OK && d.n < CASES; d.n++)
        e = store_write_now(s, make_case, &d, false, f);
    arena_end(&d.arena);
    arena_end(&d.lasting);
    if (e == OK) {
        DemoPerson list[COUNT(people)];
        demo_people(list);
        demo_people_say(list, COUNT(list), said);
    }
    return e;
}
