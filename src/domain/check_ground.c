/* check_ground – see check_ground.h. Most invariants are a query that gives what breaks
 * it (sql/queries/check.sql); where SQL cannot judge, `judge` looks at each row. */
#include "check_ground.h"

#include "area_q.h"
#include "check_q.h"
#include "org.h"
#include "org_kinds.h"
#include "polygon.h"

enum { PAGE = 500, ROOM = 32 << 20, PARENTS_MAX = 32 };

typedef Err Judge(Tx *tx, const CheckRow *row, bool *ret_breach, Fault *f);

static Judge shape_reads, level_fits, above_itself;

typedef struct Invariant {
    const char *name;
    const Query *query;
    Judge *judge; /* NULL: every row is a breach */
    const char *zh, *en;
} Invariant;

static const Invariant invariants[] = {
    { "place_area", &check_place_area_query, NULL, "楼栋不在治理图层一个启用的最小网格里",
      "a building that is not in an active finest grid of the governing layer" },
    { "place_path", &check_place_path_query, NULL, "楼栋的路径与网格不符",
      "a building whose path is not its grid's" },
    { "area_parent", &check_area_parent_query, NULL, "上级网格不存在、已撤销、不在同一图层或层级不高于它",
      "an active area whose parent is missing, ended, of another layer or not above it" },
    { "area_top", &check_area_top_query, NULL, "责任链不到顶：没有上级网格",
      "an area without a parent, though its layer has upper levels: its chain ends" },
    { "area_path", &check_area_path_query, NULL, "网格路径与上级不符",
      "an area whose path does not continue its parent's" },
    { "area_path_twice", &check_area_path_twice_query, NULL, "两个网格同一路径",
      "an area on the path of another one" },
    { "area_code_twice", &check_area_code_twice_query, NULL, "同一图层里代码重复",
      "an area with the code of another one in its layer" },
    { "area_home", &check_area_home_query, NULL, "网格的分片不是任何街镇的",
      "an area whose home is no subdistrict's slot" },
    { "area_slot", &check_area_slot_query, NULL, "分片重复，或与本网格编号不符",
      "a slot that is given twice or is not its area's home" },
    { "area_shape", &check_area_shape_query, NULL, "有没有边界，与所存不符",
      "an area that has a shape without saying so, or says so without having one" },
    { "shape_lost", &check_shape_lost_query, NULL, "边界不属于任何网格",
      "a shape that belongs to no area of its layer" },
    { "shape_bytes", &check_shape_bytes_query, shape_reads, "边界损坏，读不出", "a shape that cannot be read" },
    { "layer_revision", &check_layer_revision_query, NULL, "图层版本不对，缓存会过时",
      "a layer whose revision is not counted, so that caches go stale" },
    { "border_line", &check_border_line_query, NULL, "边界约定没有线", "a border agreement without a line" },
    { "border_area", &check_border_area_query, NULL, "边界约定指向未启用的网格",
      "a border agreement in force for an area that is not active" },
    { "org_area", &check_org_area_query, NULL, "组织所在网格未启用，或路径不符",
      "an organisation on an area that is not active, or with another path" },
    { "org_level", &check_org_level_query, level_fits, "这类组织不设在这一级",
      "an organisation on a level where its kind does not stand" },
    { "org_parent", &check_org_parent_query, NULL, "上级组织不存在、已撤销、不在上级网格或不是同类",
      "an organisation whose parent is missing, ended, not above it or of another sort" },
    { "org_cycle", &check_org_cycle_query, above_itself, "上级组织成环",
      "an organisation that stands above itself" },
    { "serves_unit", &check_serves_unit_query, NULL, "职责指向未启用的单位",
      "a duty in force of a unit that is not active" },
    { "serves_path", &check_serves_path_query, NULL, "职责的路径与网格不符",
      "a duty whose path is not its area's" },
    { "serves_area", &check_serves_area_query, NULL, "职责所在网格已撤销",
      "a duty in force on an area that has ended" },
    { "serves_dates", &check_serves_dates_query, NULL, "职责的结束早于开始",
      "a duty that ends before it begins" },
    { "post_dates", &check_post_dates_query, NULL, "岗位的结束早于开始", "a post that ends before it begins" },
    { "post_area", &check_post_area_query, NULL, "岗位所在网格未启用，或路径不符",
      "a post in force on an area that is not active, or with another path" },
    { "post_account", &check_post_account_query, NULL, "岗位没有账号",
      "a post of an account that is not there" },
    { "post_unit", &check_post_unit_query, NULL, "岗位的单位未启用",
      "a post in force with a unit that is not active" },
    { "seat_area", &check_seat_area_query, NULL, "席位所在网格未启用，或路径不符",
      "a seat in force on an area that is not active, or with another path" },
    { "post_seat", &check_post_seat_query, NULL, "任职不在席位的网格或起止日期之内",
      "a post that fills a seat beyond its dates or on another area" },
    { "cover_org", &check_cover_org_query, NULL, "覆盖指向未启用的组织",
      "a cover in force by an organisation that is not active" },
    { "cover_place", &check_cover_place_query, NULL, "覆盖的地点不存在，或路径不符",
      "a cover in force of a place that is not there, or with another path" },
    { "cover_grid", &check_cover_grid_query, NULL, "专属网格未启用",
      "a cover in force whose exclusive grid is not active" },
    { "case_path", &check_case_path_query, NULL, "案件的路径不是网格的路径",
      "a case whose path is no active area's (closed: no area's)" },
    { "case_area", &check_case_area_query, NULL, "案件立案的网格不存在",
      "a case filed in an area that is not there" },
    { "outbox_stuck", &check_outbox_stuck_query, NULL, "投递早该进行，一直没有：服务没有在运行，或连不上数据库",
      "a delivery that should have been made days ago: no server is running" },
    { "photo_pictures", &check_photo_pictures_query, NULL, "照片缺少图片",
      "a photo whose pictures are missing" },
    { "picture_lost", &check_picture_lost_query, NULL, "图片不属于任何照片",
      "pictures that belong to no photo" },
    { "photo_case", &check_photo_case_query, NULL, "照片所属案件不存在",
      "a photo of a case that is not there" },
    { "photo_released", &check_photo_released_query, NULL, "照片未遮挡就已公开",
      "a photo that is public though nobody has covered it" },
    { "plan_whole", &check_plan_whole_query, NULL, "方案的网格或底图与所记不符",
      "a plan whose grids or kept ground are not what it says" },
    { "plan_two", &check_plan_two_query, NULL, "方案没有经两个人同意",
      "a plan that two persons did not agree to" },
    { "plan_reason", &check_plan_reason_query, NULL, "已批准的方案有超范围的网格没有书面理由",
      "an approved plan with a grid out of the range and no written reason" },
};

/* ---- what SQL cannot judge ---- */

static Err shape_reads(Tx *tx, const CheckRow *row, bool *ret_breach, Fault *f) {
    Arena *a = tx_arena(tx);
    size_t mark = a->used, n;
    AreaShape stored;
    Shape shape;
    Fault broken;

    TRY(sql_area_shape_get(tx, &(AreaKey){ .id = { row->id } }, &stored, 1, &n, f));
    Err e = n ? shape_unpack(stored.shape, a, &shape, &broken) : OK;
    *ret_breach = e == ERR_INVALID || (n && e == OK && shape.n_points == 0);
    if (e != OK && e != ERR_INVALID)
        *f = broken;
    a->used = mark;
    return e == ERR_INVALID ? OK : e;
}

static Err level_fits(Tx *tx, const CheckRow *row, bool *ret_breach, Fault *f) {
    (void)tx, (void)f;
    *ret_breach = !org_fits((OrgKind)row->kind, (AreaLevel)row->level);
    return OK;
}

/* A parent that is missing is another invariant's. */
static Err above_itself(Tx *tx, const CheckRow *row, bool *ret_breach, Fault *f) {
    Org at;
    Fault none;
    Err e = org_load(tx, (OrgId){ row->id }, &at, f);

    *ret_breach = false;
    for (int i = 0; e == OK && at.has.parent && i < PARENTS_MAX && !*ret_breach; i++) {
        *ret_breach = at.parent.v == row->id;
        e = org_load(tx, at.parent, &at, &none);
    }
    if (e != OK && e != ERR_NOT_FOUND)
        *f = none;
    return e == ERR_NOT_FOUND ? OK : e;
}

/* ---- page by page ---- */

typedef struct Check {
    const Invariant *of;
    Arena arena;
    CheckFrom from;
    CheckRow *rows;
    size_t n;
    bool breach[PAGE];
} Check;

static Err read_page(Tx *tx, void *arg, Fault *f) {
    Check *c = arg;
    const void *const args[] = { &c->from };

    c->arena.used = 0;
    tx_lend(tx, &c->arena);
    c->rows = arena_take(&c->arena, PAGE * sizeof *c->rows);
    if (!c->rows)
        return fault_arena(f);
    TRY(tx_rows(tx, c->of->query, args, c->rows, PAGE, &c->n, f));
    for (size_t i = 0; i < c->n; i++) {
        c->breach[i] = true;
        if (c->of->judge)
            TRY(c->of->judge(tx, &c->rows[i], &c->breach[i], f));
    }
    return OK;
}

static void name_breach(const Invariant *v, const CheckRow *r, Buf *b) {
    buf_fmt(b, "%s %lld%s%.*s%s: %s / %s\n", v->name, (long long)r->id, r->name.n ? " “" : "", (int)r->name.n,
            r->name.n ? r->name.p : "", r->name.n ? "”" : "", v->zh, v->en);
}

static Err check_one(Store *s, Check *c, Buf *b, int64_t *ret_wrong, Fault *f) {
    int64_t wrong = 0;

    c->from = (CheckFrom){ .day = day_of_ms(clock_now_ms()), .limit = PAGE };
    do {
        TRY(store_read(s, -1, read_page, c, f));
        for (size_t i = 0; i < c->n; i++)
            if (c->breach[i] && wrong++ < CHECK_NAMED)
                name_breach(c->of, &c->rows[i], b);
        if (c->n) {
            c->from.after_home = c->rows[c->n - 1].home;
            c->from.after_id = c->rows[c->n - 1].id;
        }
    } while (c->n == PAGE);
    if (wrong > CHECK_NAMED)
        buf_fmt(b, "%s: 还有 %lld 处 / %lld more\n", c->of->name, (long long)(wrong - CHECK_NAMED),
                (long long)(wrong - CHECK_NAMED));
    *ret_wrong += wrong;
    return OK;
}

Err check_ground(Store *s, Buf *b, int64_t *ret_wrong, Fault *f) {
    Check c = { 0 };
    Err e = arena_begin(&c.arena, ROOM, f);

    for (size_t i = 0; e == OK && i < COUNT(invariants); i++) {
        c.of = &invariants[i];
        e = check_one(s, &c, b, ret_wrong, f);
    }
    arena_end(&c.arena);
    return e;
}
