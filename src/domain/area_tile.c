/* area_tile – see area_tile.h.
 *
 * The pictures are few and shared: a reader borrows one, with a maker of its own
 * for as long as it makes a tile. Whoever finds none makes it while the others who
 * want it wait. A picture holds what is in force on its day; where an area of the
 * layer begins or ends on a later day, the picture is made anew each day and its
 * tiles may be kept by others only until midnight: else a revision's tiles never
 * change, and may be kept for good. */
#include "area_tile.h"

#include "area.h"
#include "area_q.h"
#include "gzip.h"
#include "polygon.h"
#include "tile_cache.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PICTURES_MAX = 8,
    MAKERS_MAX = 8,
    CACHE_BYTES = 24 << 20,
    TILE_BYTES = 64 << 20,
    KEYS = 5,
    SEEN_UNITS = 64
};
#define FOR_GOOD 31536000 /* a year: the most that HTTP means */

static const TileKey keys[KEYS] = {
    { "id", true }, { "code", false }, { "name", true }, { "level", true }, { "households", false }
};

typedef struct Picture {
    _Atomic int users;
    Store *store;
    LayerId layer;
    int32_t revision, day;
    bool dated; /* another day may show other areas */
    TileLayer *tiles;
    TileCache *cache;
    pthread_mutex_t lock; /* of the makers */
    TileMaker *makers[MAKERS_MAX];
    int n_makers;
} Picture;

static Picture *pictures[PICTURES_MAX]; /* the one asked for last comes first */
static pthread_mutex_t pictures_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;

/* ---- pictures ---- */

static void picture_free(Picture *p) {
    for (int i = 0; i < p->n_makers; i++)
        tile_maker_end(p->makers[i]);
    tile_layer_free(p->tiles);
    tile_cache_free(p->cache);
    pthread_mutex_destroy(&p->lock);
    mem_free(p);
}

static void picture_return(Picture *p) {
    if (p && atomic_fetch_sub(&p->users, 1) == 1)
        picture_free(p);
}

/* Moves the picture at `i` to the front; the lock is held. */
static Picture *to_front(size_t i) {
    Picture *p = pictures[i];

    memmove(pictures + 1, pictures, i * sizeof *pictures);
    pictures[0] = p;
    return p;
}

static Picture *picture_find(Store *s, const Layer *layer, int32_t day) {
    Picture *found = NULL;

    pthread_mutex_lock(&pictures_lock);
    for (size_t i = 0; i < PICTURES_MAX && !found; i++) {
        Picture *p = pictures[i];
        if (p && p->store == s && p->layer.v == layer->id.v && p->revision == layer->revision &&
            (!p->dated || p->day == day))
            found = to_front(i);
    }
    if (found)
        atomic_fetch_add(&found->users, 1);
    pthread_mutex_unlock(&pictures_lock);
    return found;
}

/* In place of the same layer's older picture, or of the one not asked for longest. */
static void picture_keep(Picture *p) {
    size_t at = 0;

    pthread_mutex_lock(&pictures_lock);
    while (at + 1 < PICTURES_MAX && pictures[at] &&
           (pictures[at]->store != p->store || pictures[at]->layer.v != p->layer.v))
        at++;
    Picture *old = pictures[at];
    pictures[at] = p;
    atomic_fetch_add(&p->users, 1);
    to_front(at);
    pthread_mutex_unlock(&pictures_lock);
    picture_return(old);
}

void area_tiles_forget(Store *s) {
    for (size_t i = 0; i < PICTURES_MAX; i++) {
        pthread_mutex_lock(&pictures_lock);
        Picture *p = pictures[i] && pictures[i]->store == s ? pictures[i] : NULL;
        if (p)
            pictures[i] = NULL;
        pthread_mutex_unlock(&pictures_lock);
        picture_return(p);
    }
}

/* ---- making one ---- */

typedef struct Drawn {
    AreaId id;
    size_t text; /* code, then name, in `texts` */
    size_t code_n, name_n;
    int32_t households; /* -1: not known */
    AreaLevel level;
    bool labelled;
    Point label;
    Shape shape;
} Drawn;

typedef struct Filling {
    int32_t day;
    bool dated;
    Drawn *drawn;
    size_t n, max;
    Drawn **by_id;
    Buf texts;
} Filling;

static Err take_area(void *ctx, const void *row, Fault *f) {
    Filling *fill = ctx;
    const Area *a = row;

    if (a->state != AREA_ACTIVE)
        return OK;
    fill->dated = fill->dated || a->since > fill->day || (a->has.until && a->until >= fill->day);
    if (!a->shaped || !area_in_force(a, fill->day))
        return OK;
    if (fill->n == fill->max) {
        size_t max = fill->max * 2 + 64;
        Drawn *more = mem_grow(fill->drawn, max * sizeof *more);
        if (!more)
            return fault_memory(f);
        fill->drawn = more;
        fill->max = max;
    }
    fill->drawn[fill->n++] = (Drawn){ .id = a->id,
                                      .text = fill->texts.n,
                                      .code_n = a->code.n,
                                      .name_n = a->name.n,
                                      .households = a->has.households ? a->households : -1,
                                      .level = a->level,
                                      .labelled = a->has.label_lon && a->has.label_lat,
                                      .label = { a->label_lon, a->label_lat } };
    buf_put(&fill->texts, a->code.p, a->code.n);
    buf_put(&fill->texts, a->name.p, a->name.n);
    return fill->texts.full ? fault_arena(f) : OK;
}

static int id_order(const void *x, const void *y) {
    int64_t a = (*(Drawn *const *)x)->id.v, b = (*(Drawn *const *)y)->id.v;
    return a < b ? -1 : a > b;
}

static Err sort_by_id(Filling *fill, Fault *f) {
    fill->by_id = mem_alloc(fill->n * sizeof *fill->by_id);
    if (!fill->by_id)
        return fault_memory(f);
    for (size_t i = 0; i < fill->n; i++)
        fill->by_id[i] = &fill->drawn[i];
    qsort(fill->by_id, fill->n, sizeof *fill->by_id, id_order);
    return OK;
}

static Err take_shape(void *ctx, const void *row, Fault *f) {
    Filling *fill = ctx;
    const AreaShape *s = row;
    Drawn key = { .id = s->area }, *wanted = &key;
    Drawn **found = bsearch(&wanted, fill->by_id, fill->n, sizeof *fill->by_id, id_order);

    return found && !(*found)->shape.points ? shape_unpack(s->shape, NULL, &(*found)->shape, f) : OK;
}

/* ids print as in JSON: text, because a page cannot hold them as numbers. */
static void words_of(const Drawn *d, const Buf *texts, char id[24], TileValue ret[KEYS]) {
    snprintf(id, 24, "%lld", (long long)d->id.v);
    ret[0] = (TileValue){ TILE_TEXT, str(id), 0 };
    ret[1] = (TileValue){ TILE_TEXT, { texts->p + d->text, d->code_n }, 0 };
    ret[2] = (TileValue){ TILE_TEXT, { texts->p + d->text + d->code_n, d->name_n }, 0 };
    ret[3] = (TileValue){ TILE_NUMBER, { 0 }, (int64_t)d->level };
    ret[4] = (TileValue){ d->households < 0 ? TILE_ABSENT : TILE_NUMBER, { 0 }, d->households };
}

typedef struct DrawnWords {
    char id[24];
    TileValue values[KEYS];
} DrawnWords;

/* From which zoom on the areas of a level are SEEN_UNITS wide on the mean: above, a tile
 * would be full of what nobody can see, some hundred kilobytes of a large city. The uppermost
 * level is in all. */
static void zooms_of(const Filling *fill, int32_t ret[LEVEL_BUILDINGS + 1]) {
    double width[LEVEL_BUILDINGS + 1] = { 0 };
    int64_t n[LEVEL_BUILDINGS + 1] = { 0 };
    bool upper = false;

    for (size_t i = 0; i < fill->n; i++) {
        Box box = shape_box(&fill->drawn[i].shape);
        if (fill->drawn[i].shape.points) {
            width[fill->drawn[i].level] += (double)((int64_t)box.east - box.west);
            n[fill->drawn[i].level]++;
        }
    }
    for (int32_t level = 0; level <= LEVEL_BUILDINGS; level++) {
        ret[level] = 0;
        while (upper && n[level] && ret[level] < TILE_ZOOM_MAX &&
               width[level] / (double)n[level] / 360e7 * TILE_EXTENT * (double)(1 << ret[level]) < SEEN_UNITS)
            ret[level]++;
        upper = upper || n[level];
    }
}

static Err build_layer(const Filling *fill, TileLayer **ret, Fault *f) {
    int32_t from_zoom[LEVEL_BUILDINGS + 1];

    TileArea *areas = mem_alloc(fill->n * sizeof *areas);
    DrawnWords *words = mem_alloc(fill->n * sizeof *words);

    zooms_of(fill, from_zoom);
    for (size_t i = 0; areas && words && i < fill->n; i++) {
        const Drawn *d = &fill->drawn[i];
        words_of(d, &fill->texts, words[i].id, words[i].values);
        areas[i] = (TileArea){ &d->shape, d->labelled, d->label, from_zoom[d->level], words[i].values };
    }
    Err e = areas && words ? tile_layer_build(keys, KEYS, areas, (int32_t)fill->n, ret, f) : fault_memory(f);
    mem_free(areas);
    mem_free(words);
    return e;
}

static Err fill_all(Tx *tx, LayerId layer, Filling *fill, TileLayer **ret, Fault *f) {
    LayerKey key = { .id = layer };

    TRY(buf_begin(&fill->texts, 4096, 1u << 30, f));
    TRY(tx_each(tx, &area_of_layer_query, (const void *const[]){ &key }, take_area, fill, f));
    TRY(sort_by_id(fill, f));
    TRY(tx_each(tx, &area_shape_of_layer_query, (const void *const[]){ &key }, take_shape, fill, f));
    return build_layer(fill, ret, f);
}

static Err picture_make(Tx *tx, const Layer *layer, int32_t day, Picture **ret, Fault *f) {
    Filling fill = { .day = day };
    Picture *p = mem_alloc(sizeof *p);

    if (!p)
        return fault_memory(f);
    *p = (Picture){
        .users = 1, .store = tx_store(tx), .layer = layer->id, .revision = layer->revision, .day = day
    };
    pthread_mutex_init(&p->lock, NULL);
    Err e = fill_all(tx, layer->id, &fill, &p->tiles, f);
    for (size_t i = 0; i < fill.n; i++)
        shape_free(&fill.drawn[i].shape);
    mem_free(fill.drawn);
    mem_free(fill.by_id);
    buf_end(&fill.texts);
    p->dated = fill.dated;
    if (e == OK)
        e = tile_cache_new(CACHE_BYTES, &p->cache, f);
    if (e == OK)
        *ret = p;
    else
        picture_free(p);
    return e;
}

/* The picture of the revision that was asked for, which must be the current one. */
static Err picture_borrow(Tx *tx, const TileOfAreas *in, Picture **ret, Fault *f) {
    int32_t today = day_of_ms(clock_now_ms());
    Layer layer;
    Err e = OK;

    TRY(layer_load(tx, in->layer, &layer, f));
    if (in->revision != layer.revision)
        return fault(f, ERR_NOT_FOUND, "tile_revision", "revision",
                     "图层“%.*s”现为第 %d 版，请重新读取图层列表。",
                     "The layer “%.*s” is at revision %d now; read the list of layers again.",
                     (int)layer.code.n, layer.code.p, layer.revision);
    *ret = picture_find(tx_store(tx), &layer, today);
    if (*ret)
        return OK;
    pthread_mutex_lock(&making);
    *ret = picture_find(tx_store(tx), &layer, today); /* while we waited another may have made it */
    if (!*ret && (e = picture_make(tx, &layer, today, ret, f)) == OK)
        picture_keep(*ret);
    pthread_mutex_unlock(&making);
    return e;
}

/* ---- a tile ---- */

static Err maker_borrow(Picture *p, TileMaker **ret, Fault *f) {
    pthread_mutex_lock(&p->lock);
    *ret = p->n_makers ? p->makers[--p->n_makers] : NULL;
    pthread_mutex_unlock(&p->lock);
    return *ret ? OK : tile_maker_begin(p->tiles, ret, f);
}

static void maker_return(Picture *p, TileMaker *m) {
    pthread_mutex_lock(&p->lock);
    if (p->n_makers < MAKERS_MAX) {
        p->makers[p->n_makers++] = m;
        m = NULL;
    }
    pthread_mutex_unlock(&p->lock);
    tile_maker_end(m);
}

static Err make_tile(Picture *p, TileAddress at, Buf *plain, Buf *packed, Fault *f) {
    TileMaker *m;

    TRY(maker_borrow(p, &m, f));
    Err e = tile_areas(m, at, plain, f);
    maker_return(p, m);
    return e == OK && plain->n ? gzip_pack(buf_view(plain), packed, f) : e;
}

static Err make_and_keep(Picture *p, TileAddress at, Arena *a, Str *ret, Fault *f) {
    Buf plain = { 0 }, packed = { 0 };
    Err e = buf_begin(&plain, 1 << 16, TILE_BYTES, f);

    if (e == OK)
        e = buf_begin(&packed, 1 << 14, TILE_BYTES, f);
    if (e == OK)
        e = make_tile(p, at, &plain, &packed, f);
    if (e == OK) {
        tile_cache_put(p->cache, at, buf_view(&packed));
        e = str_copy(a, buf_view(&packed), ret, f);
    }
    buf_end(&plain);
    buf_end(&packed);
    return e;
}

static Err tile_of(Picture *p, TileAddress at, Arena *a, Str *ret, Fault *f) {
    bool found;

    if (!tile_address_ok(at))
        return tile_address_fault(f);
    TRY(tile_cache_get(p->cache, at, a, ret, &found, f));
    return found ? OK : make_and_keep(p, at, a, ret, f);
}

Err area_tile(Tx *tx, const TileOfAreas *in, const Actor *by, Bytes *ret, Fault *f) {
    Picture *p;
    Bytes out = { .gzip = true };

    (void)by; /* areas are on every street map */
    TRY(picture_borrow(tx, in, &p, f));
    Err e = tile_of(p, (TileAddress){ in->z, in->x, in->y }, tx_arena(tx), &out.body, f);
    picture_return(p);
    TRY(e);
    out.has.body = out.has.gzip = out.body.n > 0;
    *ret = out;
    return OK;
}

Err area_tile_tag(Tx *tx, const TileOfAreas *in, const Actor *by, Tag *ret, Fault *f) {
    Picture *p;
    Tag tag = { .keep_s = FOR_GOOD };
    int64_t now = clock_now_ms();

    (void)by;
    TRY(picture_borrow(tx, in, &p, f));
    snprintf(tag.text, sizeof tag.text, "%llx-%d-%d", (long long)p->layer.v, p->revision,
             p->dated ? p->day : 0);
    if (p->dated)
        tag.keep_s = (int32_t)((ms_of_day(day_of_ms(now) + 1) - now) / 1000);
    picture_return(p);
    *ret = tag;
    return OK;
}
