/* plan_ground – see plan_ground.h. Areas come in the order of their paths, so that what
 * stands above one is on a stack of those before it, and a place finds its area by its path. */
#include "plan_ground.h"

#include "plan_q.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 16, UNITS_ROOM = 1024, WORDS_MAX = 1 << 30 };

/* An area that was read. */
typedef struct Standing {
    AreaId id;
    char path[44];
    AreaLevel level;
    int32_t hard; /* position among hards */
    int32_t up;   /* what it lies in: position here, -1 */
    int32_t grid; /* the grid it is or stands in now: position here, -1 */
    int32_t old;  /* number of that among olds once it has a unit, -1 */
    bool leaf, labelled;
    Point label;
    int32_t households; /* -1: not known */
    bool unwritten;     /* they are those of what lies in it */
    PlanName name;
    Shape shape;
} Standing;

typedef struct Reading {
    PlanGround g;
    Standing *areas;
    int32_t n_areas, areas_max, units_max, hards_max, olds_max;
    int32_t above[DEPTH_MAX], depth;
    PathRange range;
    AreaLevel hard_level; /* no grid leaves an area of this level or higher */
    AreaLevel old_level;  /* of the grids there are now */
} Reading;

const char *plan_word(const PlanGround *g, size_t at) { return g->words.p + at; }

/* One more of a list that doubles. */
static Err grow(void *list, int32_t n, int32_t *max, size_t size, Fault *f) {
    void **at = list;

    if (n < *max)
        return OK;
    int32_t more = *max * 2 + UNITS_ROOM;
    void *p = more <= PARTITION_UNITS_MAX * 2 ? mem_grow(*at, (size_t)more * size) : NULL;
    if (!p)
        return fault_memory(f);
    *at = p;
    *max = more;
    return OK;
}

static size_t keep_word(Reading *r, Str word) {
    size_t at = r->g.words.n;
    buf_put(&r->g.words, word.p, word.n);
    buf_char(&r->g.words, 0);
    return at;
}

static PlanName keep_name(Reading *r, Str code, Str name) {
    size_t at = keep_word(r, code);
    return (PlanName){ at, keep_word(r, name) };
}

/* ---- areas -------------------------------------------------------------- */

static Err add_hard(Reading *r, AreaId id, PlanName name, int32_t *ret, Fault *f) {
    PlanGround *g = &r->g;
    int32_t max = r->hards_max, ids = r->hards_max;

    TRY(grow(&g->hards, g->n_hards, &max, sizeof *g->hards, f));
    TRY(grow(&g->hard_ids, g->n_hards, &ids, sizeof *g->hard_ids, f));
    TRY(grow(&g->hard_names, g->n_hards, &r->hards_max, sizeof *g->hard_names, f));
    g->hards[g->n_hards] = (Shape){ 0 };
    g->hard_ids[g->n_hards] = id;
    g->hard_names[g->n_hards] = name;
    *ret = g->n_hards++;
    return OK;
}

static Err add_area(void *ctx, const void *row, Fault *f) {
    Reading *r = ctx;
    const Area *a = row;

    while (r->depth > 0) {
        const char *path = r->areas[r->above[r->depth - 1]].path;
        if (a->path.n > strlen(path) && memcmp(a->path.p, path, strlen(path)) == 0)
            break;
        r->depth--;
    }
    TRY(grow(&r->areas, r->n_areas, &r->areas_max, sizeof *r->areas, f));
    Standing *s = &r->areas[r->n_areas], *up = r->depth ? &r->areas[r->above[r->depth - 1]] : NULL;
    *s = (Standing){ .id = a->id,
                     .level = a->level,
                     .leaf = true,
                     .labelled = a->has.label_lon,
                     .label = { a->label_lon, a->label_lat },
                     .households = a->has.households ? a->households : -1,
                     .name = keep_name(r, a->code, a->name),
                     .unwritten = !a->has.households,
                     .up = up ? r->above[r->depth - 1] : -1,
                     .grid = a->level == r->old_level ? r->n_areas
                             : up                     ? up->grid
                                                      : -1,
                     .old = -1 };
    snprintf(s->path, sizeof s->path, "%.*s", (int)a->path.n, a->path.p);
    if (up)
        up->leaf = false;
    if (!up || a->level <= r->hard_level)
        TRY(add_hard(r, s->id, s->name, &s->hard, f));
    else
        s->hard = up->hard;
    if (r->depth == DEPTH_MAX)
        return fault(f, ERR_LIMIT, "plan_depth", "", "层级太深。", "The tree is too deep.");
    r->above[r->depth++] = r->n_areas++;
    return OK;
}

static int by_id(const void *p, const void *q) {
    const Standing *const *a = p, *const *b = q;
    return ((*a)->id.v > (*b)->id.v) - ((*a)->id.v < (*b)->id.v);
}

typedef struct Shaping {
    Reading *r;
    Standing **by_id;
} Shaping;

static Err add_shape(void *ctx, const void *row, Fault *f) {
    const Shaping *x = ctx;
    const AreaShape *s = row;
    Standing key = { .id = s->area }, *of = &key;
    Standing **found = bsearch(&of, x->by_id, (size_t)x->r->n_areas, sizeof of, by_id);

    return found ? shape_unpack(s->shape, NULL, &(*found)->shape, f) : OK;
}

static Err read_shapes(Tx *tx, Reading *r, Fault *f) {
    Shaping x = { r, mem_alloc((size_t)r->n_areas * sizeof *x.by_id + 1) };

    if (!x.by_id)
        return fault_memory(f);
    for (int32_t i = 0; i < r->n_areas; i++)
        x.by_id[i] = &r->areas[i];
    qsort(x.by_id, (size_t)r->n_areas, sizeof *x.by_id, by_id);
    Err e = tx_each(tx, &plan_shapes_query, (const void *const[]){ &r->range }, add_shape, &x, f);
    mem_free(x.by_id);
    return e;
}

/* ---- units -------------------------------------------------------------- */

static Err old_of(Reading *r, int32_t grid, int32_t *ret, Fault *f) {
    PlanGround *g = &r->g;

    *ret = -1;
    if (grid < 0)
        return OK;
    Standing *s = &r->areas[grid];
    if (s->old < 0) {
        int32_t max = r->olds_max, shapes = r->olds_max;
        TRY(grow(&g->old_ids, g->n_olds, &max, sizeof *g->old_ids, f));
        TRY(grow(&g->old_shapes, g->n_olds, &shapes, sizeof *g->old_shapes, f));
        TRY(grow(&g->olds, g->n_olds, &r->olds_max, sizeof *g->olds, f));
        g->olds[g->n_olds] = s->name;
        g->old_ids[g->n_olds] = s->id;
        g->old_shapes[g->n_olds] = (Shape){ 0 };
        s->old = g->n_olds++;
    }
    *ret = s->old;
    return OK;
}

/* Those in which nothing is a unit are there as well; and the shapes move. */
static Err take_olds(Reading *r, Fault *f) {
    int32_t old;

    for (int32_t i = 0; i < r->n_areas; i++)
        if (r->areas[i].level == r->old_level && r->areas[i].grid == i)
            TRY(old_of(r, i, &old, f));
    for (int32_t i = 0; i < r->n_areas; i++) {
        Standing *s = &r->areas[i];
        if (s->old >= 0) {
            r->g.old_shapes[s->old] = s->shape;
            s->shape = (Shape){ 0 };
        }
    }
    return OK;
}

static Err add_unit(Reading *r, PlanUnit unit, int64_t id, PlanName name, Fault *f) {
    PlanGround *g = &r->g;
    int32_t max = r->units_max, shapes = r->units_max, ids = r->units_max;

    if (g->n >= PARTITION_UNITS_MAX)
        return fault(f, ERR_LIMIT, "plan_units", "", "单元太多，超过 %d 个。", "There are more than %d units.",
                     PARTITION_UNITS_MAX);
    TRY(grow(&g->names, g->n, &max, sizeof *g->names, f));
    TRY(grow(&g->shapes, g->n, &shapes, sizeof *g->shapes, f));
    TRY(grow(&g->ids, g->n, &ids, sizeof *g->ids, f));
    TRY(grow(&g->units, g->n, &r->units_max, sizeof *g->units, f));
    g->shapes[g->n] = (Shape){ 0 };
    g->names[g->n] = name;
    g->ids[g->n] = id;
    g->units[g->n++] = unit;
    return OK;
}

static int by_path(const void *key, const void *item) { return strcmp(key, ((const Standing *)item)->path); }

static Err add_place(void *ctx, const void *row, Fault *f) {
    Reading *r = ctx;
    const Place *p = row;
    char path[44];

    snprintf(path, sizeof path, "%.*s", (int)p->path.n, p->path.p);
    const Standing *in = bsearch(path, r->areas, (size_t)r->n_areas, sizeof *r->areas, by_path);
    if (!in || !p->has.lon || !p->has.lat) {
        r->g.left_out++;
        r->g.left_out_households += p->households;
        return OK;
    }
    PlanUnit unit = { .at = { p->lon, p->lat }, .households = p->households, .hard = in->hard };
    TRY(old_of(r, in->grid, &unit.old, f));
    return add_unit(r, unit, p->id.v, keep_name(r, p->has.code ? p->code : (Str){ "", 0 }, p->name), f);
}

/* What is not written at an area is the sum of what lies in it. */
static void sum_households(Reading *r) {
    for (int32_t i = r->n_areas - 1; i > 0; i--) {
        const Standing *s = &r->areas[i];
        Standing *up = s->up >= 0 ? &r->areas[s->up] : NULL;
        if (up && up->unwritten && s->households >= 0)
            up->households = (up->households < 0 ? 0 : up->households) + s->households;
    }
}

/* Residential areas, or the finest below them; one that is a micro-grid itself is a unit, and
 * in none. Their shapes move to the units. */
static Err add_areas(Reading *r, PlanOf of, Fault *f) {
    for (int32_t i = 1; i < r->n_areas; i++) {
        Standing *s = &r->areas[i];
        if (of == PLAN_OF_RESIDENTIAL ? s->level != LEVEL_RESIDENTIAL
                                      : !s->leaf || s->level <= LEVEL_RESIDENTIAL)
            continue;
        if (s->shape.n_points == 0 || !s->labelled) {
            r->g.left_out++;
            r->g.left_out_households += s->households > 0 ? s->households : 0;
            continue;
        }
        PlanUnit unit = { .at = s->label,
                          .households = s->households > 0 ? s->households : 0,
                          .hard = s->hard };
        TRY(old_of(r, s->grid == i ? -1 : s->grid, &unit.old, f));
        TRY(add_unit(r, unit, s->id.v, s->name, f));
        r->g.shapes[r->g.n - 1] = s->shape;
        s->shape = (Shape){ 0 };
    }
    for (int32_t i = 0; i < r->g.n; i++)
        r->g.units[i].shape = &r->g.shapes[i];
    r->g.outlined = true;
    return OK;
}

static void take_hards(Reading *r) {
    for (int32_t i = 0; i < r->n_areas; i++) {
        Standing *s = &r->areas[i];
        if ((i == 0 || s->level <= r->hard_level) && s->shape.n_points) {
            r->g.hards[s->hard] = s->shape;
            s->shape = (Shape){ 0 };
        }
    }
}

/* ---- outlines ----------------------------------------------------------- */

typedef struct Outlined {
    int64_t id;
    int32_t unit;
} Outlined;

typedef struct Outlining {
    Reading *r;
    Outlined *places; /* by id */
    int32_t found;
} Outlining;

static int by_place(const void *p, const void *q) {
    const Outlined *a = p, *b = q;
    return (a->id > b->id) - (a->id < b->id);
}

static Err add_outline(void *ctx, const void *row, Fault *f) {
    Outlining *x = ctx;
    const PlaceShape *s = row;
    PlanGround *g = &x->r->g;
    const Outlined key = { s->place.v, 0 }, *at = bsearch(&key, x->places, (size_t)g->n, sizeof key, by_place);

    if (!at)
        return OK; /* it has no coordinates */
    TRY(shape_unpack(s->shape, NULL, &g->shapes[at->unit], f));
    x->found += g->shapes[at->unit].n_points > 0;
    return OK;
}

/* Where only some have one the graph is made of cells: of an outline, of what is along it. */
static Err read_outlines(Tx *tx, Reading *r, Fault *f) {
    PlanGround *g = &r->g;
    Outlining x = { .r = r, .places = mem_alloc((size_t)g->n * sizeof *x.places + 1) };

    if (!x.places)
        return fault_memory(f);
    for (int32_t i = 0; i < g->n; i++)
        x.places[i] = (Outlined){ g->ids[i], i };
    qsort(x.places, (size_t)g->n, sizeof *x.places, by_place);
    Err e = tx_each(tx, &plan_outlines_query, (const void *const[]){ &r->range }, add_outline, &x, f);
    mem_free(x.places);
    for (int32_t i = 0; i < g->n && e == OK; i++)
        if (g->shapes[i].n_points)
            g->units[i].shape = &g->shapes[i];
    g->outlined = x.found == g->n;
    return e;
}

static Err nothing_there(Str within, PlanOf of, Fault *f) {
    if (of == PLAN_OF_RESIDENTIAL)
        return fault(f, ERR_INVALID, "plan_no_units", "", "“%.*s”里没有带边界的居民区。",
                     "There is no residential area with a shape in “%.*s”.", (int)within.n, within.p);
    if (of == PLAN_OF_PLACES)
        return fault(f, ERR_INVALID, "plan_no_units", "", "“%.*s”里没有已知户数和坐标的楼栋。",
                     "There is no building with known households and coordinates in “%.*s”.", (int)within.n,
                     within.p);
    return fault(
        f, ERR_INVALID, "plan_no_units", "",
        "“%.*s”里没有可以划分的单元：既没有已知户数的楼栋，也没有居民区以下、带边界的网格。",
        "There is nothing in “%.*s” to make grids of: neither a building with known households nor an area "
        "with a shape beneath its residential areas.",
        (int)within.n, within.p);
}

static Err read_all(Tx *tx, Reading *r, Str within, PlanOf of, Fault *f) {
    Area a;
    const void *const range[] = { &r->range };

    TRY(area_governing_by_code(tx, within, &a, f));
    TRY(area_range(tx, a.id, &r->range.low, &r->range.high, f));
    TRY(tx_each(tx, &plan_areas_query, range, add_area, r, f));
    if (r->n_areas == 0)
        return nothing_there(within, of, f);
    TRY(read_shapes(tx, r, f));
    if (of == PLAN_OF_ANY || of == PLAN_OF_PLACES)
        TRY(tx_each(tx, &plan_places_query, range, add_place, r, f));
    r->g.places = r->g.n > 0;
    if (r->g.places)
        TRY(read_outlines(tx, r, f));
    if (!r->g.places && of != PLAN_OF_PLACES) {
        r->g.left_out = 0;
        r->g.left_out_households = 0;
        sum_households(r);
        TRY(add_areas(r, of, f));
    }
    take_hards(r);
    TRY(take_olds(r, f));
    if (r->g.words.full)
        return fault_memory(f);
    return r->g.n ? OK : nothing_there(within, of, f);
}

Err plan_ground_read(Tx *tx, Str within, PlanOf of, PlanGround *ret, Fault *f) {
    bool zones = of == PLAN_OF_RESIDENTIAL;
    Reading r = { .hard_level = zones ? LEVEL_SUBDISTRICT : LEVEL_RESIDENTIAL,
                  .old_level = zones ? LEVEL_ZONE : LEVEL_MICRO };

    TRY(buf_begin(&r.g.words, 1 << 16, WORDS_MAX, f));
    Err e = read_all(tx, &r, within, of, f);
    for (int32_t i = 0; i < r.n_areas; i++)
        shape_free(&r.areas[i].shape);
    mem_free(r.areas);
    if (e == OK)
        *ret = r.g;
    else
        plan_ground_free(&r.g);
    return e;
}

void plan_ground_free(PlanGround *g) {
    for (int32_t i = 0; i < g->n; i++)
        shape_free(&g->shapes[i]);
    for (int32_t i = 0; i < g->n_hards; i++)
        shape_free(&g->hards[i]);
    for (int32_t i = 0; i < g->n_olds; i++)
        shape_free(&g->old_shapes[i]);
    mem_free(g->units);
    mem_free(g->ids);
    mem_free(g->hard_ids);
    mem_free(g->old_ids);
    mem_free(g->old_shapes);
    mem_free(g->names);
    mem_free(g->shapes);
    mem_free(g->hards);
    mem_free(g->hard_names);
    mem_free(g->olds);
    if (g->words.p)
        buf_end(&g->words);
    *g = (PlanGround){ 0 };
}
