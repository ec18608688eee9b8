/* ground – see ground.h. The picture is filled in two passes over the rows:
 * one counts, one copies, so that it is three blocks of memory and no more. The
 * index comes from its file where there is one (ground_cache.h); only otherwise are
 * the shapes read. */
#include "ground.h"

#include "area.h"
#include "area_q.h"
#include "border.h"
#include "ground_cache.h"
#include "ground_keeper.h"
#include "index.h"
#include "picture.h"
#include "polygon.h"
#include "seal.h"

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
    int32_t day;
    AreaLevel finest;
    GroundArea *areas;
    size_t n;
    int32_t *by_id; /* positions, ascending by id */
    Agreement *agreements;
    size_t n_agreements;
    AreaIndex *built; /* NULL: it is mapped */
    GroundMap mapped;
    const AreaIndex *index; /* one of the two; keys are ids */
    int32_t *owners;        /* by position in the index: positions in `areas` */
    GroundCacheKey key;
    _Atomic bool filed; /* the file of this picture is there, or cannot be written */
    int64_t made_ms;    /* how long it took */
    char *texts;
    size_t texts_n;
};

static Pictures pictures;

static void ground_free(Picture *p) {
    Ground *g = (Ground *)p;

    for (size_t i = 0; i < g->n_agreements; i++)
        mem_free(g->agreements[i].points);
    index_free(g->built);
    ground_cache_unmap(&g->mapped);
    mem_free(g->owners);
    mem_free(g->agreements);
    mem_free(g->areas);
    mem_free(g->by_id);
    mem_free(g->texts);
    mem_free(g);
}

void ground_return(const Ground *g) { picture_return((Picture *)g); /* its count is what changes */ }

void ground_forget(Store *s) {
    ground_keeper_end(s);
    picture_keep(&pictures, s, NULL);
}

size_t ground_count(const Ground *g) { return g->n; }
const GroundArea *ground_at(const Ground *g, size_t i) { return &g->areas[i]; }

/* ---- making the picture ---- */

typedef struct Filling {
    Ground *g;
    size_t n, text_bytes; /* counted in the first pass, used up in the second */
    int64_t *m2;          /* by position: with the label it tells one shape from another */
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
    fill->m2[g->n] = a->has.m2 ? a->m2 : 0;
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
    fill->index_areas[fill->n_shapes++] = (IndexArea){ shape, a->id.v, a->code };
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
    fill->m2 = mem_alloc(fill->n * sizeof *fill->m2);
    if (!g->areas || !g->by_id || !g->texts || !fill->m2)
        return fault_memory(f);
    TRY(tx_each(tx, &area_of_layer_query, (const void *const[]){ layer }, copy_area, fill, f));
    link_parents(g);
    return OK;
}

/* What the index is made from, as the rows tell it: the shapes need not be read. */
static Err content_of(const Filling *fill, uint8_t ret[32], Fault *f) {
    const Ground *g = fill->g;
    Buf b;

    TRY(buf_begin(&b, 64 + g->n * 64, 64 + g->n * 128, f));
    for (size_t i = 0; i < g->n; i++) {
        const GroundArea *a = &g->areas[i];
        int64_t facts[] = { a->id.v, fill->m2[i], a->label.lon, a->label.lat, (int64_t)a->code.n };
        if (!a->leaf || !a->shaped)
            continue;
        buf_put(&b, (const char *)facts, sizeof facts);
        buf_put(&b, a->code.p, a->code.n);
    }
    Err e = b.full ? fault_arena(f) : OK;
    hash_32("ground.content", NULL, buf_view(&b), ret);
    buf_end(&b);
    return e;
}

static void map_index(Store *s, Ground *g) {
    char dir[1024], file[GROUND_FILE_NAME];

    if (!g->key.layer.v || !ground_keeper_dir(s, dir))
        return;
    CacheFound found = ground_cache_map(dir, &g->key, &g->mapped);
    if (found == CACHE_MAPPED) {
        g->index = g->mapped.index;
        g->filed = true;
    } else if (found != CACHE_NONE) {
        ground_cache_name(&g->key, file);
        ground_keeper_say(s, &(GroundNews){ .event = GROUND_IGNORED,
                                            .file = file,
                                            .why = found == CACHE_DAMAGED ? "damaged" : "other" });
    }
}

static Err build_index(Tx *tx, Filling *fill, const LayerKey *layer, Fault *f) {
    size_t n = fill->g->n ? fill->g->n : 1;

    fill->index_areas = mem_alloc(n * sizeof *fill->index_areas);
    fill->shapes = mem_alloc(n * sizeof *fill->shapes);
    if (!fill->index_areas || !fill->shapes)
        return fault_memory(f);
    TRY(tx_each(tx, &area_shape_of_layer_query, (const void *const[]){ layer }, take_shape, fill, f));
    TRY(index_build(fill->index_areas, (int32_t)fill->n_shapes, &fill->g->built, f));
    fill->g->index = fill->g->built;
    return OK;
}

static Err link_owners(Ground *g, Fault *f) {
    int32_t n = index_count(g->index);

    g->owners = mem_alloc((size_t)n * sizeof *g->owners);
    if (!g->owners)
        return fault_memory(f);
    for (int32_t i = 0; i < n; i++) {
        const GroundArea *a = ground_area(g, (AreaId){ index_key(g->index, i) });
        g->owners[i] = a ? (int32_t)(a - g->areas) : 0; /* the content says that it is there */
    }
    return OK;
}

static Err fill_all(Tx *tx, Filling *fill, Fault *f) {
    Ground *g = fill->g;
    LayerKey layer = { .id = g->key.layer };

    TRY(fill_areas(tx, fill, &layer, f));
    TRY(content_of(fill, g->key.content, f));
    map_index(tx_store(tx), g);
    if (!g->index)
        TRY(build_index(tx, fill, &layer, f));
    TRY(link_owners(g, f));
    return tx_each(tx, &border_list_query, (const void *const[]){ NULL }, take_agreement, fill, f);
}

static Err ground_fill(Tx *tx, Ground *g, Fault *f) {
    Filling fill = { .g = g };
    Err e = fill_all(tx, &fill, f);

    for (size_t i = 0; i < fill.n_shapes; i++)
        shape_free(&fill.shapes[i]);
    mem_free(fill.shapes);
    mem_free(fill.index_areas);
    mem_free(fill.m2);
    return e;
}

static Err ground_make(Tx *tx, const Layer *layer, int32_t day, Ground **ret, Fault *f) {
    int64_t began_ms = clock_mono_ms();
    Ground *g = mem_alloc(sizeof *g);
    if (!g)
        return fault_memory(f);
    memset(g, 0, sizeof *g);
    g->picture = (Picture){ 1, ground_free };
    g->key = (GroundCacheKey){ .layer = layer->id, .revision = layer->revision };
    g->day = day;
    Err e = ground_fill(tx, g, f);
    if (e != OK) {
        ground_free(&g->picture);
        return e;
    }
    g->made_ms = clock_mono_ms() - began_ms;
    ground_keeper_say(tx_store(tx), &(GroundNews){ .event = GROUND_READY,
                                                   .cached = g->mapped.at != NULL,
                                                   .areas = index_count(g->index),
                                                   .ms = g->made_ms });
    *ret = g;
    return OK;
}

/* ---- lending it ---- */

/* A picture that took no longer than this is made by whoever finds it outdated. */
enum { PATIENCE_MS = 50 };

static bool is_current(const Ground *g, const Layer *layer, int32_t today) {
    return g->key.revision == layer->revision && g->key.layer.v == layer->id.v && g->day == today;
}

static TxFn read_newest;

/* In a write: see picture.h. */
static Err borrow_committed(Tx *tx, const Layer *layer, int32_t today, const Ground **ret, Fault *f) {
    const Ground *kept = NULL;
    Ground *own;
    Err e = store_read(tx_store(tx), -1, read_newest, &kept, f);

    if (e == OK && is_current(kept, layer, today)) {
        *ret = kept;
        return OK;
    }
    ground_return(kept);
    TRY(e);
    TRY(ground_make(tx, layer, today, &own, f));
    *ret = own;
    return OK;
}

static Err borrow_newest(Tx *tx, const Layer *layer, int32_t today, const Ground **ret, Fault *f) {
    Store *s = tx_store(tx);
    Ground *g = (Ground *)picture_borrow(&pictures, s);

    if (!g || !is_current(g, layer, today)) {
        ground_return(g);
        if (tx_writes(tx))
            return borrow_committed(tx, layer, today, ret, f);
        TRY(ground_make(tx, layer, today, &g, f));
        picture_keep(&pictures, s, &g->picture);
        if (!g->filed)
            ground_keeper_wake(s);
    }
    *ret = g;
    return OK;
}

/* The picture before, if it may serve while the keeper makes the newest; else NULL. */
static const Ground *borrow_before(Tx *tx, const Layer *layer, int32_t today) {
    Store *s = tx_store(tx);
    const Ground *g = (const Ground *)picture_borrow(&pictures, s);

    if (g && !is_current(g, layer, today) && g->made_ms > PATIENCE_MS && ground_keeper_wake(s))
        return g;
    ground_return(g);
    return NULL;
}

static Err governing(Tx *tx, Layer *ret, Fault *f) {
    size_t n;

    *ret = (Layer){ 0 };
    return sql_layer_governing(tx, ret, 1, &n, f);
}

Err ground_borrow(Tx *tx, const Ground **ret, Fault *f) {
    int32_t today = day_of_ms(clock_now_ms());
    Layer layer;

    TRY(governing(tx, &layer, f));
    const Ground *before = borrow_before(tx, &layer, today);
    if (!before)
        return borrow_newest(tx, &layer, today, ret, f);
    *ret = before;
    return OK;
}

/* Nobody is told that a point lies nowhere by a picture that may be too old. */
static Err still_stands(Tx *tx, const Ground *g, Point p, int32_t day, bool *ret, Fault *f) {
    Spotted spotted;
    Area a;

    ground_spot(g, p, day, &spotted);
    *ret = false;
    if (!spotted.area)
        return OK;
    TRY(area_load(tx, spotted.area->id, &a, f));
    *ret = area_in_force(&a, g->day) && str_same(a.path, spotted.area->path);
    return OK;
}

Err ground_borrow_at(Tx *tx, Point p, int32_t day, const Ground **ret, Fault *f) {
    int32_t today = day_of_ms(clock_now_ms());
    bool serves = false;
    Layer layer;

    TRY(governing(tx, &layer, f));
    const Ground *before = borrow_before(tx, &layer, today);
    Err e = before ? still_stands(tx, before, p, day, &serves, f) : OK;
    if (e == OK && serves) {
        *ret = before;
        return OK;
    }
    ground_return(before);
    TRY(e);
    return borrow_newest(tx, &layer, today, ret, f);
}

/* ---- keeping it ---- */

static Err read_newest(Tx *tx, void *arg, Fault *f) {
    const Ground **g = arg;
    char room[16384];
    Arena a = { room, 0, sizeof room };
    Layer layer;

    tx_lend(tx, &a);
    ground_return(*g); /* of a run before */
    *g = NULL;
    TRY(governing(tx, &layer, f));
    return borrow_newest(tx, &layer, day_of_ms(clock_now_ms()), g, f);
}

/* One attempt for each picture: on a full disk the next revision tries again. */
static void file_index(Store *s, Ground *g) {
    char dir[1024], file[GROUND_FILE_NAME];
    Fault f;

    if (g->filed || !g->key.layer.v || !ground_keeper_dir(s, dir))
        return;
    Err e = ground_cache_write(dir, &g->key, g->index, &f);
    g->filed = true;
    ground_cache_name(&g->key, file);
    ground_keeper_say(s, &(GroundNews){ .event = e == OK ? GROUND_WRITTEN : GROUND_UNWRITTEN,
                                        .file = file,
                                        .fault = e == OK ? NULL : &f });
}

void ground_renew(Store *s, bool write) {
    const Ground *g = NULL;
    Fault f;
    Err e = store_read(s, -1, read_newest, &g, &f);

    if (e != OK)
        ground_keeper_say(s, &(GroundNews){ .event = GROUND_NOT_MADE, .fault = &f });
    else if (write)
        file_index(s, (Ground *)g); /* borrowed: only its mark changes */
    ground_return(g);
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

    *ret = (Spotted){ .area = at < 0 ? NULL : &g->areas[g->owners[at]] };
    for (int32_t i = 0; i < n; i++)
        ret->near[ret->n_near++] = &g->areas[g->owners[near[i].area]];
    if (agreed) {
        ret->area = ground_area(g, agreed->area);
        ret->agreement = agreed->name;
        ret->unit = agreed->unit;
    }
    ret->whole = ret->area && ret->area->level == g->finest;
}
