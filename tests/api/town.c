/* town – see town.h. */
#include "town.h"

#include "area.h"
#include "place.h"
#include "plan_solve.h"
#include "polygon.h"
#include "store.h"

static const int32_t WEST = 1214000000, SOUTH = 312000000, STEP = 3000; /* about 30 m */

static Err rectangle(Arena *a, int32_t west, int32_t south, int32_t east, int32_t north, Shape *ret, Fault *f) {
    ShapeDraft d;
    int32_t dropped;

    draft_begin(&d);
    draft_polygon(&d);
    draft_ring(&d);
    draft_point(&d, (Point){ west, south });
    draft_point(&d, (Point){ east, south });
    draft_point(&d, (Point){ east, north });
    draft_point(&d, (Point){ west, north });
    return draft_end(&d, a, ret, &dropped, f);
}

static Err put_area(Tx *tx, LayerId layer, AreaLevel level, AreaId parent, const char *code, const Shape *shape,
                    Area *ret, Fault *f) {
    AreaPut in = { .layer = layer,
                   .level = level,
                   .parent = parent,
                   .code = str(code),
                   .name = str(code),
                   .shape = shape,
                   .households = -1,
                   .since = day_of_civil(2024, 1, 1) };
    return area_put(tx, &in, ret, f);
}

static Err put_buildings(Tx *tx, const Area grids[2], const char *sub, int32_t west, Fault *f) {
    char code[64];
    Place p;

    for (int r = 0; r < TOWN_ROWS; r++)
        for (int c = 0; c < TOWN_COLS; c++) {
            const Area *in = &grids[c >= TOWN_COLS / 2];
            snprintf(code, sizeof code, "%.4sB%02d%02d", sub, r, c);
            PlacePut put = { .area = in->id,
                             .kind = PLACE_BUILDING,
                             .code = str(code),
                             .name = str(code),
                             .placed = true,
                             .lon = west + c * STEP + STEP / 2,
                             .lat = SOUTH + r * STEP + STEP / 2,
                             .households = TOWN_HOUSEHOLDS };
            TRY(place_put(tx, &put, &p, f));
        }
    return OK;
}

static Err make(Tx *tx, void *arg, Fault *f) {
    LayerPut in = { .code = str("grid"), .zh = str("网格"), .en = str("Grids"), .governing = true };
    char code[64];
    Area district;
    Layer l;

    ((Arena *)arg)->used = 0;
    tx_lend(tx, arg);
    TRY(layer_put(tx, &in, &l, f));
    TRY(put_area(tx, l.id, LEVEL_DISTRICT, (AreaId){ 0 }, "D", NULL, &district, f));
    for (int s = 0; s < 3; s++) {
        int32_t west = WEST + s * TOWN_COLS * STEP, middle = west + TOWN_COLS / 2 * STEP,
                east = west + TOWN_COLS * STEP, north = SOUTH + TOWN_ROWS * STEP;
        Shape whole, half[2];
        Area sub, res, grids[2];
        TRY(rectangle(arg, west, SOUTH, east, north, &whole, f));
        TRY(rectangle(arg, west, SOUTH, middle, north, &half[0], f));
        TRY(rectangle(arg, middle, SOUTH, east, north, &half[1], f));
        snprintf(code, sizeof code, "S%d", s + 1);
        TRY(put_area(tx, l.id, LEVEL_SUBDISTRICT, district.id, code, &whole, &sub, f));
        snprintf(code, sizeof code, "S%dR1", s + 1);
        TRY(put_area(tx, l.id, LEVEL_RESIDENTIAL, sub.id, code, &whole, &res, f));
        for (int i = 0; i < 2 && s < 2; i++) {
            snprintf(code, sizeof code, "S%dR1M%d", s + 1, i + 1);
            TRY(put_area(tx, l.id, LEVEL_MICRO, res.id, code, &half[i], &grids[i], f));
        }
        snprintf(code, sizeof code, "S%d", s + 1);
        if (s < 2)
            TRY(put_buildings(tx, grids, code, west, f));
    }
    return area_layer_changed(tx, l.id, f);
}

void town_make(void) {
    static Arena a;

    if (a.base)
        arena_end(&a);
    assert_ok(arena_begin(&a, 16 << 20, &fa));
    assert_ok(store_write_now(city, make, &a, false, &fa));
}

int64_t town_area(const char *code) {
    char sql[160];

    snprintf(sql, sizeof sql, "SELECT id FROM area WHERE code = '%s' AND state = 3", code);
    return strtoll(testdb_ask(&city_db, sql), NULL, 10);
}

void town_lead_of(const char *code, Role role, int64_t account, Actor *ret) {
    char sql[160];

    snprintf(sql, sizeof sql, "SELECT path FROM area WHERE code = '%s' AND state = 3", code);
    actor_in(role, str(testdb_ask(&city_db, sql)), (OrgId){ 0 }, ret);
    ret->account.v = account;
}

bool town_solve(void) {
    static const _Atomic bool never = false;
    PlanId id;

    assert_ok(plan_solve_next(city, &never, &id, &fa));
    return id.v != 0;
}

int64_t town_plan_id(void) {
    const char *p = strstr(answer, "\"id\":\"");

    return p ? strtoll(p + 6, NULL, 10) : 0;
}

int64_t town_open(const char *json) {
    Actor lead = actor_as(ROLE_DUTY_LEAD, 0, 31);

    assert_ok(call("plan.open", &lead, json));
    int64_t id = town_plan_id();
    while (town_solve())
        ;
    town_call("plan.look", &lead, id, OK);
    if (!strstr(answer, "\"state\":\"draft\""))
        fail_msg("not solved: %.300s", answer);
    return id;
}

void town_call(const char *op, const Actor *by, int64_t id, Err expected) {
    char ask[60];

    snprintf(ask, sizeof ask, "{\"id\":\"%lld\"}", (long long)id);
    Err e = call(op, by, ask);
    if (e != expected)
        fail_msg("%s: %s instead of %s: %s", op, err_name(e), err_name(expected), fa.en);
}
