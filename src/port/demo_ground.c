/* demo_ground – the five levels of the demo city: how many of each, which blocks they
 * are, what they are called, which buildings stand in them. The plan needs no store; what
 * is planned is then written, the upper levels first. */
#include "demo_city.h"

#include "area.h"
#include "place.h"

#include <string.h>

enum {
    BLOCKS = 9,           /* city blocks in a micro-grid               */
    PER_SUBDISTRICT = 48, /* micro-grids, at most                      */
    PER_ZONE = 18,
    PER_RESIDENTIAL = 7,
    EXCLUSIVE_OF = 14, /* one grid in so many is exclusive          */
    GROUPS_MIN = 4,
    GROUPS_MAX = 6,
    BUILDINGS_MIN = 2,
    BUILDINGS_MAX = 4,
    SHOPS_PERCENT = 60
};

/* ---- how many ---- */

static int32_t divided(int32_t n, int32_t by) { return (n + by - 1) / by; }
static int32_t share(int32_t n, int32_t parts, int32_t i) { return n / parts + (i < n % parts); }

static Err take(void *to, size_t n, size_t size, Fault *f) {
    void *p = mem_alloc(n * size);

    if (!p)
        return fault_memory(f);
    memset(p, 0, n * size);
    *(void **)to = p;
    return OK;
}

static Err take_all(DemoCity *c, Fault *f) {
    size_t n = (size_t)c->n_micros;

    c->places_max = c->n_micros * GROUPS_MAX * BUILDINGS_MAX;
    TRY(take(&c->subdistricts, n + 2, sizeof *c->subdistricts, f));
    TRY(take(&c->zones, n + 2, sizeof *c->zones, f));
    TRY(take(&c->residentials, n + 2, sizeof *c->residentials, f));
    TRY(take(&c->micros, n, sizeof *c->micros, f));
    TRY(take(&c->groups, n * GROUPS_MAX, sizeof *c->groups, f));
    TRY(take(&c->places, (size_t)c->places_max, sizeof *c->places, f));
    return take(&c->blocks, (size_t)(c->mesh.wide * c->mesh.high), sizeof *c->blocks, f);
}

void demo_ground_end(DemoCity *c) {
    mesh_end(&c->mesh);
    mem_free(c->subdistricts);
    mem_free(c->zones);
    mem_free(c->residentials);
    mem_free(c->micros);
    mem_free(c->groups);
    mem_free(c->places);
    mem_free(c->blocks);
}

/* ---- names ---- */

/* The i-th of a list of two-part names; with a number behind when all are used up. */
static void two_parts(const DemoCity *c, const char *first, const char *second, int32_t i, const char *behind,
                      char ret[DEMO_NAME]) {
    size_t n = grammar_ways(c->grammar, first), m = grammar_ways(c->grammar, second);
    size_t at = (size_t)i * 7 + (size_t)(c->wish->seed % 97), again = (size_t)i / (n * m);
    Str a = grammar_way(c->grammar, first, at), b = grammar_way(c->grammar, second, at / n + at);
    char number[12] = "";

    if (again)
        demo_name(number, sizeof number, "%zu", again + 1);
    demo_name(ret, DEMO_NAME, "%.*s%.*s%s%s", (int)a.n, a.p, (int)b.n, b.p, number, behind);
}

static void name_residential(const DemoCity *c, DemoResidential *r, int32_t i) {
    two_parts(c, "name-first", "name-second", i, "", r->name);
    two_parts(c, "road-first", "road-second", 2 * i, "路", r->roads[0]);
    two_parts(c, "road-first", "road-second", 2 * i + 1, (i & 1) ? "街" : "路", r->roads[1]);
    if (i == 0) /* the road that every example names, so that it can be tried */
        demo_name(r->roads[1], DEMO_NAME, "织云路");
}

static void name_micro(const DemoCity *c, DemoMicro *m, int32_t number) {
    const DemoResidential *r = &c->residentials[m->residential];
    Dice d = dice_of(c->wish->seed, 30, (uint64_t)(m - c->micros));
    Str kind = grammar_way(c->grammar, "compound", (size_t)dice_below(&d, 100));

    demo_name(m->code, sizeof m->code, "%s%03d", r->code, number);
    demo_name(m->name, sizeof m->name, "%s第%02d微网格", r->name, number);
    demo_name(m->compound, sizeof m->compound, "%s%.*s", r->name, (int)kind.n, kind.p);
    if (number > 1)
        demo_name(m->compound + strlen(m->compound), sizeof m->compound - strlen(m->compound), "%d期", number);
}

static void make_exclusive(const DemoCity *c, DemoMicro *m, int32_t which) {
    static const struct {
        PlaceKind kind;
        const char *zh;
    } kinds[] = { { PLACE_MARKET, "集市" },
                  { PLACE_OFFICE, "商务中心" },
                  { PLACE_PARK, "公园" },
                  { PLACE_CAMPUS, "科创园" } };
    const DemoResidential *r = &c->residentials[m->residential];

    m->kind = kinds[(size_t)which % COUNT(kinds)].kind;
    m->households = 0;
    demo_name(m->compound, sizeof m->compound, "%s%s", r->name, kinds[(size_t)which % COUNT(kinds)].zh);
    demo_name(m->name, sizeof m->name, "%s专属网格", m->compound);
}

/* ---- which blocks ---- */

static Err divide_evenly(DemoCity *c, int32_t *blocks, int32_t n, int32_t micros, int32_t parts, uint64_t what,
                         int32_t *ret_at, Fault *f) {
    Dice d = dice_of(c->wish->seed, what, (uint64_t)(blocks - c->blocks));
    int32_t *weights = mem_alloc((size_t)parts * sizeof *weights);

    if (!weights)
        return fault_memory(f);
    for (int32_t i = 0; i < parts; i++)
        weights[i] = share(micros, parts, i);
    Err e = mesh_divide(&c->mesh, blocks, n, weights, parts, &d, ret_at, f);
    mem_free(weights);
    return e;
}

/* The finest parts, and so the labels of the mesh: what is above is a row of them. */
static Err plan_groups(DemoCity *c, DemoMicro *m, Dice *d, Fault *f) {
    int32_t wanted = m->kind ? 1 : dice_between(d, GROUPS_MIN, GROUPS_MAX), at[GROUPS_MAX + 1];

    m->first_group = c->n_groups;
    m->n_groups = wanted < m->n_blocks ? wanted : m->n_blocks;
    TRY(divide_evenly(c, c->blocks + m->first_block, m->n_blocks, m->n_groups, m->n_groups, 25, at, f));
    for (int32_t i = 0; i < m->n_groups; i++) {
        c->groups[c->n_groups] = (DemoGroup){ m->first_block + at[i], at[i + 1] - at[i] };
        for (int32_t k = at[i]; k < at[i + 1]; k++)
            c->mesh.label[c->blocks[m->first_block + k]] = c->n_groups;
        c->n_groups++;
    }
    return OK;
}

static Err plan_micros(DemoCity *c, int32_t residential, int32_t *blocks, int32_t n, int32_t micros, Fault *f) {
    DemoResidential *r = &c->residentials[residential];
    int32_t at[PER_RESIDENTIAL + 1];

    r->first_micro = c->n_micros;
    r->n_micros = micros;
    TRY(divide_evenly(c, blocks, n, micros, micros, 24, at, f));
    for (int32_t i = 0; i < micros; i++) {
        DemoMicro *m = &c->micros[c->n_micros];
        Dice d = dice_of(c->wish->seed, 31, (uint64_t)c->n_micros);
        m->residential = residential;
        m->first_block = (int32_t)(blocks - c->blocks) + at[i];
        m->n_blocks = at[i + 1] - at[i];
        m->households = dice_between(&d, MICRO_LOW + 20, MICRO_HIGH - 20);
        name_micro(c, m, i + 1);
        if (c->n_micros % EXCLUSIVE_OF == 5)
            make_exclusive(c, m, c->n_exclusive++);
        TRY(plan_groups(c, m, &d, f));
        c->n_micros++;
    }
    return OK;
}

static Err plan_residentials(DemoCity *c, int32_t zone, int32_t *number, int32_t *blocks, int32_t n,
                             int32_t micros, Fault *f) {
    int32_t parts = divided(micros, PER_RESIDENTIAL), at[PER_ZONE + 1];

    TRY(divide_evenly(c, blocks, n, micros, parts, 23, at, f));
    for (int32_t i = 0; i < parts; i++) {
        int32_t mine = c->n_residentials++;
        DemoResidential *r = &c->residentials[mine];
        r->zone = zone;
        r->subdistrict = c->zones[zone].subdistrict;
        demo_name(r->code, sizeof r->code, "%s%03d", c->subdistricts[r->subdistrict].code, ++*number);
        name_residential(c, r, mine);
        TRY(plan_micros(c, mine, blocks + at[i], at[i + 1] - at[i], share(micros, parts, i), f));
    }
    return OK;
}

static Err plan_zones(DemoCity *c, int32_t subdistrict, int32_t *blocks, int32_t n, int32_t micros, Fault *f) {
    static const char *const ways[] = { "东片", "西片", "南片", "北片", "中片" };
    const DemoSubdistrict *s = &c->subdistricts[subdistrict];
    int32_t parts = divided(micros, PER_ZONE), at[PER_SUBDISTRICT + 1], number = 0;

    TRY(divide_evenly(c, blocks, n, micros, parts, 22, at, f));
    for (int32_t i = 0; i < parts; i++) {
        int32_t mine = c->n_zones++;
        DemoZone *z = &c->zones[mine];
        z->subdistrict = subdistrict;
        demo_name(z->code, sizeof z->code, "%sZ%d", s->code, i + 1);
        demo_name(z->name, sizeof z->name, "%s%s综合网格", s->name, ways[(size_t)i % COUNT(ways)]);
        TRY(plan_residentials(c, mine, &number, blocks + at[i], at[i + 1] - at[i], share(micros, parts, i), f));
    }
    return OK;
}

static Err plan_bank(DemoCity *c, int32_t *blocks, int32_t n, int32_t micros, Fault *f) {
    int32_t parts = divided(micros, PER_SUBDISTRICT);
    int32_t *at = mem_alloc((size_t)(parts + 1) * sizeof *at);

    Err e = at ? divide_evenly(c, blocks, n, micros, parts, 21, at, f) : fault_memory(f);
    for (int32_t i = 0; e == OK && i < parts; i++) {
        int32_t mine = c->n_subdistricts++;
        DemoSubdistrict *s = &c->subdistricts[mine];
        demo_name(s->code, sizeof s->code, "990200%03d", mine + 1);
        two_parts(c, "town-first", "town-second", mine, "街道", s->name);
        e = plan_zones(c, mine, blocks + at[i], at[i + 1] - at[i], share(micros, parts, i), f);
    }
    mem_free(at);
    return e;
}

Err demo_ground_plan(DemoCity *c, Fault *f) {
    int32_t homes = divided(c->wish->households, MICRO_USUAL), n = 0;
    int32_t micros = homes + homes / (EXCLUSIVE_OF - 1);

    micros = micros < 8 ? 8 : micros;
    TRY(mesh_begin(micros * BLOCKS, c->wish->seed, &c->mesh, f));
    c->n_micros = micros;
    TRY(take_all(c, f));
    c->n_micros = 0;
    int32_t first = 0;
    for (int32_t bank = 0; bank < 2; bank++) {
        for (int32_t i = 0; i < c->mesh.wide * c->mesh.high; i++)
            if (c->mesh.bank[i] == bank)
                c->blocks[n++] = i;
        first = bank ? first : n;
    }
    int32_t south = (int32_t)((int64_t)micros * first / n);
    south = south < 2 ? 2 : south;
    TRY(plan_bank(c, c->blocks, first, south, f));
    return plan_bank(c, c->blocks + first, n - first, micros - south, f);
}

/* ---- the rows ---- */

static int32_t since(void) { return day_of_civil(2024, 1, 1); }

/* An area is a row of groups, from `low` to `high`. */
static Err put_area(Tx *tx, DemoCity *c, AreaLevel level, AreaId parent, const char *code, const char *name,
                    int32_t low, int32_t high, int32_t households, AreaId *ret, Fault *f) {
    const DemoGroup *first = &c->groups[low], *last = &c->groups[high];
    int32_t n = last->first_block + last->n_blocks - first->first_block;
    Shape shape;
    Area a;

    c->row.used = 0;
    TRY(mesh_shape(&c->mesh, c->blocks + first->first_block, n, low, high, &c->row, &shape, f));
    AreaPut put = { .layer = c->layer,
                    .level = level,
                    .parent = parent,
                    .code = str(code),
                    .name = str(name),
                    .shape = &shape,
                    .households = households,
                    .since = since() };
    TRY(area_put(tx, &put, &a, f));
    *ret = a.id;
    return OK;
}

static int32_t group_end(const DemoMicro *m) { return m->first_group + m->n_groups - 1; }

void demo_address(const DemoCity *c, const DemoPlace *p, char *ret, size_t room) {
    const DemoResidential *r = &c->residentials[c->micros[p->micro].residential];
    demo_name(ret, room, "%s%d弄%d号", r->roads[p->road], p->lane, p->number);
}

static Err put_building(Tx *tx, DemoCity *c, DemoPlace *p, const DemoGroup *g, int32_t households,
                        int32_t number_in_compound, Dice *d, Fault *f) {
    const DemoMicro *m = &c->micros[p->micro];
    Point at = mesh_spot(&c->mesh, c->blocks[g->first_block + dice_below(d, g->n_blocks)], d);
    char name[160], alias[160];
    Place place;
    PlaceAlias also;

    c->row.used = 0;
    demo_address(c, p, name, sizeof name);
    PlacePut put = { .area = p->group,
                     .name = str(name),
                     .households = households,
                     .placed = true,
                     .lon = at.lon,
                     .lat = at.lat,
                     .since = since() };
    TRY(place_put(tx, &put, &place, f));
    p->id = place.id;
    p->at = at;
    if (number_in_compound % 2)
        return OK;
    demo_name(alias, sizeof alias, "%s%d号楼", m->compound, number_in_compound);
    return place_alias_put(tx, p->id, str(alias), ALIAS_COMMON, &also, f);
}

static Err put_group(Tx *tx, DemoCity *c, int32_t micro, int32_t i, int32_t *built, Dice *d, Fault *f) {
    DemoMicro *m = &c->micros[micro];
    DemoResidential *r = &c->residentials[m->residential];
    const int32_t label = m->first_group + i, households = share(m->households, m->n_groups, i);
    int32_t buildings = dice_between(d, BUILDINGS_MIN, BUILDINGS_MAX), lane = 8 + 4 * r->lanes++;
    int16_t road = (int16_t)dice_below(d, 2);
    char code[32], name[160];
    AreaId group;

    demo_name(code, sizeof code, "%s-%02d", m->code, i + 1);
    demo_name(name, sizeof name, "%s%d弄楼组", r->roads[road], lane);
    TRY(put_area(tx, c, LEVEL_BUILDINGS, m->id, code, name, label, label, households, &group, f));
    for (int32_t k = 0; k < buildings; k++) {
        DemoPlace *p = &c->places[c->n_places++];
        *p = (DemoPlace){
            .group = group, .micro = micro, .lane = lane, .road = road, .number = (int16_t)(k + 1)
        };
        TRY(put_building(tx, c, p, &c->groups[label], share(households, buildings, k), ++*built, d, f));
    }
    m->n_places += buildings;
    return OK;
}

static Err put_own_place(Tx *tx, DemoCity *c, DemoMicro *m, Dice *d, Fault *f) {
    Point at = mesh_spot(&c->mesh, c->blocks[m->first_block + m->n_blocks / 2], d);
    Place place;
    PlacePut put = { .area = m->id,
                     .name = str(m->compound),
                     .households = -1,
                     .placed = true,
                     .lon = at.lon,
                     .lat = at.lat,
                     .kind = m->kind,
                     .since = since() };

    c->row.used = 0;
    TRY(place_put(tx, &put, &place, f));
    m->own = place.id;
    return OK;
}

/* Small firms along the street: some are covered, some are not. */
static Err put_shop(Tx *tx, DemoCity *c, int32_t micro, Dice *d, Fault *f) {
    DemoMicro *m = &c->micros[micro];
    const DemoResidential *r = &c->residentials[m->residential];
    Point at = mesh_spot(&c->mesh, c->blocks[m->first_block + dice_below(d, m->n_blocks)], d);
    Str trade = grammar_way(c->grammar, "shop", (size_t)dice_below(d, 1000));
    char name[160];
    Place place;

    c->row.used = 0;
    demo_name(name, sizeof name, "%s%d号%.*s", r->roads[dice_below(d, 2)], dice_between(d, 20, 900),
              (int)trade.n, trade.p);
    PlacePut put = { .area = m->id,
                     .name = str(name),
                     .households = -1,
                     .placed = true,
                     .lon = at.lon,
                     .lat = at.lat,
                     .kind = PLACE_SHOP,
                     .since = since() };
    TRY(place_put(tx, &put, &place, f));
    m->shop = place.id;
    return OK;
}

static Err put_micro(Tx *tx, DemoCity *c, int32_t i, Fault *f) {
    DemoMicro *m = &c->micros[i];
    Dice d = dice_of(c->wish->seed, 32, (uint64_t)i);
    int32_t built = 0;

    m->first_place = c->n_places;
    m->n_places = 0;
    m->shop.v = 0;
    TRY(put_area(tx, c, LEVEL_MICRO, c->residentials[m->residential].id, m->code, m->name, m->first_group,
                 group_end(m), m->households, &m->id, f));
    if (m->kind)
        return put_own_place(tx, c, m, &d, f);
    for (int32_t g = 0; g < m->n_groups; g++)
        TRY(put_group(tx, c, i, g, &built, &d, f));
    return OK;
}

static Err put_residential(Tx *tx, DemoCity *c, int32_t i, Fault *f) {
    DemoResidential *r = &c->residentials[i];
    char name[DEMO_NAME + 12];

    r->lanes = 0;
    demo_name(name, sizeof name, "%s居民区", r->name);
    return put_area(tx, c, LEVEL_RESIDENTIAL, c->zones[r->zone].id, r->code, name,
                    c->micros[r->first_micro].first_group,
                    group_end(&c->micros[r->first_micro + r->n_micros - 1]), -1, &r->id, f);
}

/* Those of a zone, and of a subdistrict, stand in one row. */
static void groups_of(const DemoCity *c, int32_t zone, int32_t subdistrict, int32_t *ret_low,
                      int32_t *ret_high) {
    *ret_low = INT32_MAX;
    *ret_high = -1;
    for (int32_t i = 0; i < c->n_residentials; i++) {
        const DemoResidential *r = &c->residentials[i];
        if (zone >= 0 ? r->zone != zone : r->subdistrict != subdistrict)
            continue;
        int32_t first = c->micros[r->first_micro].first_group;
        *ret_low = first < *ret_low ? first : *ret_low;
        *ret_high = group_end(&c->micros[r->first_micro + r->n_micros - 1]);
    }
}

static Err put_upper(Tx *tx, DemoCity *c, Fault *f) {
    int32_t low, high;

    TRY(put_area(tx, c, LEVEL_DISTRICT, (AreaId){ 0 }, "990200", DEMO_CITY, 0, c->n_groups - 1, -1,
                 &c->district, f));
    for (int32_t i = 0; i < c->n_subdistricts; i++) {
        DemoSubdistrict *s = &c->subdistricts[i];
        groups_of(c, -1, i, &low, &high);
        TRY(put_area(tx, c, LEVEL_SUBDISTRICT, c->district, s->code, s->name, low, high, -1, &s->id, f));
    }
    for (int32_t i = 0; i < c->n_zones; i++) {
        DemoZone *z = &c->zones[i];
        groups_of(c, i, -1, &low, &high);
        TRY(put_area(tx, c, LEVEL_ZONE, c->subdistricts[z->subdistrict].id, z->code, z->name, low, high, -1,
                     &z->id, f));
    }
    return OK;
}

Err demo_ground_write(Tx *tx, DemoCity *c, Fault *f) {
    Layer layer;
    LayerPut put = {
        .code = str("governing"), .zh = str("综合网格"), .en = str("Comprehensive grids"), .governing = true
    };

    c->n_places = 0;
    c->row.used = 0;
    TRY(layer_put(tx, &put, &layer, f));
    if (layer.roots > 0)
        return fault(f, ERR_CONFLICT, "not_empty", "data", "这个目录里已有网格；演示数据只能放进空目录。",
                     "There are areas here already; the demo city wants an empty directory.");
    c->layer = layer.id;
    TRY(put_upper(tx, c, f));
    for (int32_t i = 0; i < c->n_residentials; i++)
        TRY(put_residential(tx, c, i, f));
    for (int32_t i = 0; i < c->n_micros; i++) {
        Dice d = dice_of(c->wish->seed, 33, (uint64_t)i);
        TRY(put_micro(tx, c, i, f));
        if (!c->micros[i].kind && dice_percent(&d, SHOPS_PERCENT))
            TRY(put_shop(tx, c, i, &d, f));
    }
    TRY(places_changed(tx, f));
    return area_layer_changed(tx, c->layer, f);
}
