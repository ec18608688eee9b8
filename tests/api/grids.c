/* grids – see grids.h. */
#include "grids.h"

#include "area.h"
#include "store.h"

Area sub, zone, res[2], micro[4], group;

static Err put_area(Tx *tx, LayerId layer, AreaLevel level, AreaId parent, const char *code, Area *ret,
                    Fault *f) {
    AreaPut in = { .layer = layer,
                   .level = level,
                   .parent = parent,
                   .code = str(code),
                   .name = str(code),
                   .households = -1,
                   .since = day_of_civil(2024, 1, 1) };
    return area_put(tx, &in, ret, f);
}

static Err make_ground(Tx *tx, void *arg, Fault *f) {
    LayerPut in = { .code = str("grid"), .zh = str("网格"), .en = str("Grids"), .governing = true };
    Layer l;

    ((Arena *)arg)->used = 0;
    tx_lend(tx, arg);
    TRY(layer_put(tx, &in, &l, f));
    TRY(put_area(tx, l.id, LEVEL_SUBDISTRICT, (AreaId){ 0 }, "S", &sub, f));
    TRY(put_area(tx, l.id, LEVEL_ZONE, sub.id, "Z", &zone, f));
    TRY(put_area(tx, l.id, LEVEL_RESIDENTIAL, zone.id, "R0", &res[0], f));
    TRY(put_area(tx, l.id, LEVEL_RESIDENTIAL, sub.id, "R1", &res[1], f));
    TRY(put_area(tx, l.id, LEVEL_MICRO, res[0].id, "M0", &micro[0], f));
    TRY(put_area(tx, l.id, LEVEL_MICRO, res[0].id, "M1", &micro[1], f));
    TRY(put_area(tx, l.id, LEVEL_MICRO, res[1].id, "M2", &micro[2], f));
    TRY(put_area(tx, l.id, LEVEL_MICRO, res[1].id, "M3", &micro[3], f));
    return put_area(tx, l.id, LEVEL_BUILDINGS, micro[0].id, "G", &group, f);
}

void grids_make(void) {
    static Arena a; /* the areas' texts live in it */

    if (a.base)
        arena_end(&a);
    assert_ok(arena_begin(&a, 1 << 20, &fa));
    assert_ok(store_write_now(city, make_ground, &a, false, &fa));
}
