/* ground – see ground.h. The picture is filled in two passes over the rows:
 * one counts, one copies, so that it is three blocks of memory and no more. */
#include "ground.h"

#include "area.h"
#include "area_q.h"
#include "border.h"
#include "index.h"
#include "picture.h"
#include "polygon.h"

#include <stdlib.h>
#include <string.h>

typedef struct Agreement {
    AreaId area;
    OrgId unit;
    Str name;
    int32_t since, until; /* civil days; until INT32_MAX: no end */
    Point *points;
    size_t n;
} Agreement;

struct Ground {
    Picture picture; /* first: see picture.h */
    LayerId layer;
    int32_t revision, day;
    AreaLevel finest;
    GroundArea *areas;
    size_t n;
    int32_t *by_id; /* positions, ascending by id */
    Agreement *agreements;
    size_t n_agreements;
    AreaIndex *index; /* keys are positions in `areas` */
    char *texts;
    size_t texts_n;
};

static Pictures pictures;

static void ground_free(Picture *p) {
    Ground *g = (Ground *)p;

    for (size_t i = 0; i < g->n_agreements; i++)
        mem_free(g->agreements[i].points);
    index_free(g->index);
    mem_free(g->agreements);
    mem_free(g->areas);
    mem_free(g->by_id);
    mem_free(g->texts);
    mem_free(g);
}

void ground_return(const Ground *g) { picture_return((Picture *)g); /* its count is what changes */ }
void ground_forget(Store *s) { picture_keep(&pictures, s, NULL); }
size_t ground_count(const Ground *g) { return g->n; }
const GroundArea *ground_at(const Ground *g, size_t i) { return &g->areas[i]; }

/* ---- making the picture ---- */

typedef struct Filling {
    Ground *g;
    size_t n, text_bytes; /* counted in the first pass, used up in the second */
    Arena *arena;
    IndexArea *index_areas;
    Shape *shapes;
    size_t n_shapes;
} Filling;

static Err count_area(void *ctx, const void *row, Fault *f) {
    Filling *fill = ctx;
    const Area *a = row;

    (void)f;
    if (!area_in_force(a, fill->g->day))
        return OK;
    fill->n++;
    fill->text_bytes += a->path.n + a->code.n + a->name.n + 3;
    return OK;
}

static Str keep_text(Filling *fill, Str s) {
    char *to = fill->g->texts + fill->g->texts_n;

    memcpy(to, s.p, s.n);
    to[s.n] = 0;
    fill->g->texts_n += s.n + 1;
    return (Str){ to, s.n };
}

static Err copy_area(void *ctx, const void *row, Fault *f) {
    Filling *fill = ctx;
    Ground *g = fill->g;
    const Area *a = row;

    (void)f;
    if (!area_in_force(a, g->day) || g->n == fill->n)
        return OK;
    g->areas[g->n++] = (GroundArea){
        .id = a->id,
        .parent = -1,
        .level = a->level,
        .leaf = true,
        .shaped = a->shaped,
        .path = keep_text(fill, a->path),
        .code = keep_text(fill, a->code),
        .name = keep_text(fill, a->name),
        .label = { a->label_lon, a->label_lat },
    };
    if (a->level > g->finest)
        g->finest = a->level;
    return OK;
}

static _Thread_local const GroundArea *sorting; /* qsort has no context of its own */

static int id_order(const void *x, const void *y) {
    int64_t a = sorting[*(const int32_t *)x].id.v, b = sorting[*(const int32_t *)y].id.v;
    return a < b ? -1 : a > b;
}

/* Rows come in the order of paths, so whoever lies above stands before. */
static void link_parents(Ground *g) {
    int32_t above[64];
    size_t depth = 0;

    for (size_t i = 0; i < g->n; i++) {
        Str path = g->areas[i].path;
        while (depth > 0) {
            Str up = g->areas[above[depth - 1]].path;
            if (up.n < path.n && memcmp(up.p, path.p, up.n) == 0)
                break;
            depth--;
        }
        if (depth > 0)
            g->areas[i].parent = above[depth - 1];
        for (size_t k = 0; k < depth && g->areas[i].shaped; k++) /* mere lists of buildings hold no point */
            g->areas[above[k]].leaf = false;
        if (depth < COUNT(above))
            above[depth++] = (int32_t)i;
        g->by_id[i] = (int32_t)i;
    }
    sorting = g->areas;
    qsort(g->by_id, g->n, sizeof *g->by_id, id_order);
}

const GroundArea *ground_area(const Ground *g, AreaId id) {
    size_t low = 0, high = g->n;

    while (low < high) {
        size_t mid = (low + high) / 2;
        const GroundArea *a = &g->areas[g->by_id[mid]];
        if (a->id.v == id.v)
            return a;
        if (a->id.v < id.v)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

static Err take_shape(void *ctx, const void *row, Fault *f) {
    Filling *fill = ctx;
    const AreaShape *s = row;
    const GroundArea *a = ground_area(fill->g, s->area);

    if (!a || !a->leaf || fill->n_shapes == fill->g->n)
        return OK;
    Shape *shape = &fill->shapes[fill->n_shapes];
    TRY(shape_unpack(s->shape, NULL, shape, f));
    fill->index_areas[fill->n_shapes++] = (IndexArea){ shape, a - fill->g->areas, a->code };
    return OK;
}

static Err take_agreement(void *ctx, const void *row, Fault *f) {
    Filling *fill = ctx;
    const Border *b = row;
    Agreement *list = mem_grow(fill->g->agreements, (fill->g->n_agreements + 1) * sizeof *list);
    if (!list)
        return fault_memory(f);
    fill->g->agreements = list;
    Agreement *a = &list[fill->g->n_agreements];
    *a = (Agreement){
        .area = b->area, .unit = b->unit, .since = b->since, .until = b->has.until ? b->until : INT32_MAX
    };
    TRY(border_unpack(b->line, &a->points, &a->n, f));
    char *name = (char *)(a->points + a->n); /* border_unpack leaves room for the name */
    size_t n = b->name.n < BORDER_NAME_ROOM ? b->name.n : BORDER_NAME_ROOM;
    memcpy(name, b->name.p, n);
    a->name = (Str){ name, n };
    fill->g->n_agreements++;
    return OK;
}

static Err fill_areas(Tx *tx, Filling *fill, const LayerKey *layer, Fault *f) {
    Ground *g = fill->g;

    TRY(tx_each(tx, &area_of_layer_query, (const void *const[]){ layer }, count_area, fill, f));
    g->areas = mem_alloc(fill->n * sizeof *g->areas);
    g->by_id = mem_alloc(fill->n * sizeof *g->by_id);
    g->texts = mem_alloc(fill->text_bytes);
    if (!g->areas || !g->by_id || !g->texts)
        return fault_memory(f);
    TRY(tx_each(tx, &area_of_layer_query, (const void *const[]){ layer }, copy_area, fill, f));
    link_parents(g);
    return OK;
}

static Err fill_index(Tx *tx, Filling *fill, const LayerKey *layer, Fault *f) {
    size_t n = fill->g->n ? fill->g->n : 1;

    fill->index_areas = mem_alloc(n * sizeof *fill->index_areas);
    fill->shapes = mem_alloc(n * sizeof *fill->shapes);
    if (!fill->index_areas || !fill->shapes)
        return fault_memory(f);
    TRY(tx_each(tx, &area_shape_of_layer_query, (const void *const[]){ layer }, take_shape, fill, f));
    return index_build(fill->index_areas, (int32_t)fill->n_shapes, &fill->g->index, f);
}

static Err ground_fill(Tx *tx, Ground *g, Fault *f) {
    Filling fill = { .g = g };
    LayerKey layer = { .id = g->layer };

    Err e = fill_areas(tx, &fill, &layer, f);
    if (e == OK)
        e = fill_index(tx, &fill, &layer, f);
    for (size_t i = 0; i < fill.n_shapes; i++)
        shape_free(&fill.shapes[i]);
    mem_free(fill.shapes);
    mem_free(fill.index_areas);
    return e == OK ? tx_each(tx, &border_list_query, (const void *const[]){ NULL }, take_agreement, &fill, f)
                   : e;
}

static Err ground_make(Tx *tx, const Layer *layer, int32_t day, Ground **ret, Fault *f) {
    Ground *g = mem_alloc(sizeof *g);
    if (!g)
        return fault_memory(f);
    memset(g, 0, sizeof *g);
    g->picture = (Picture){ 1, ground_free };
    g->layer = layer->id;
    g->revision = layer->revision;
    g->day = day;
    Err e = ground_fill(tx, g, f);
    if (e != OK) {
        ground_free(&g->picture);
        return e;
    }
    *ret = g;
    return OK;
}

Err ground_borrow(Tx *tx, const Ground **ret, Fault *f) {
    Layer layer = { 0 };
    size_t n;
    int32_t today = day_of_ms(clock_now_ms());

    TRY(sql_layer_governing(tx, &layer, 1, &n, f));
    Ground *g = (Ground *)picture_borrow(&pictures, tx_store(tx));
    if (g && g->revision == layer.revision && g->layer.v == layer.id.v && g->day == today) {
        *ret = g;
        return OK;
    }
    ground_return(g);
    TRY(ground_make(tx, &layer, today, &g, f));
    picture_keep(&pictures, tx_store(tx), &g->picture);
    *ret = g;
    return OK;
}

/* ---- asking it ---- */

size_t ground_chain(const Ground *g, const GroundArea *from, const GroundArea *ret[CHAIN_MAX]) {
    size_t n = 0;

    for (const GroundArea *a = from; a && n < CHAIN_MAX; a = a->parent < 0 ? NULL : &g->areas[a->parent])
        ret[n++] = a;
    return n;
}

/* The agreement in force whose line runs nearest, within BORDER_M. */
static const Agreement *agreement_at(const Ground *g, Point p, int32_t day) {
    const Agreement *best = NULL;
    double nearest = BORDER_M;
    Scale scale = scale_at(p.lat);

    for (size_t i = 0; i < g->n_agreements; i++) {
        const Agreement *a = &g->agreements[i];
        if (a->since > day || a->until < day || !ground_area(g, a->area))
            continue;
        for (size_t k = 0; k + 1 < a->n; k++) {
            double m = segment_distance_m(p, a->points[k], a->points[k + 1], scale);
            if (m <= nearest) {
                nearest = m;
                best = a;
            }
        }
    }
    return best;
}

void ground_spot(const Ground *g, Point p, int32_t day, Spotted *ret) {
    AreaNear near[CHAIN_MAX];
    int32_t at = index_find(g->index, p);
    int32_t n = index_near(g->index, p, BORDER_M, near, CHAIN_MAX);
    const Agreement *agreed = n > 0 ? agreement_at(g, p, day) : NULL;

    *ret = (Spotted){ .area = at < 0 ? NULL : &g->areas[index_key(g->index, at)] };
    for (int32_t i = 0; i < n; i++)
        ret->near[ret->n_near++] = &g->areas[index_key(g->index, near[i].area)];
    if (agreed) {
        ret->area = ground_area(g, agreed->area);
        ret->agreement = agreed->name;
        ret->unit = agreed->unit;
    }
    ret->whole = ret->area && ret->area->level == g->finest;
}
