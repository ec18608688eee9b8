/* address – see address.h. The rows are read twice, to count and to copy; the texts
 * are needed only while the index is built, which keeps its own. */
#include "address.h"

#include "area_q.h"
#include "ground.h"
#include "picture.h"
#include "place_q.h"

#include <stdlib.h>
#include <string.h>

struct Addresses {
    Picture picture; /* first: see picture.h */
    LayerId layer;
    int32_t revision, places_revision, day;
    LocateIndex *index;
    PlaceId *ids; /* ascending; by position in the index */
    int32_t n;
};

static Pictures pictures;

static void addresses_free(Picture *p) {
    Addresses *a = (Addresses *)p;

    locate_free(a->index);
    mem_free(a->ids);
    mem_free(a);
}

void addresses_return(const Addresses *a) { picture_return((Picture *)a); /* its count is what changes */ }
void addresses_forget(Store *s) { picture_keep(&pictures, s, NULL); }
PlaceId addresses_place(const Addresses *a, int32_t position) { return a->ids[position]; }

/* ---- reading the rows ---- */

typedef struct Filling {
    Addresses *a;
    const Ground *ground;
    Arena texts;
    size_t bytes; /* counted in the first pass */
    int32_t n_places, n_names;
    LocateArea *areas;
    LocatePlace *places;
    Str *names; /* of a place together; the address first */
    int32_t *name_at, *name_end;
} Filling;

static Err count_place(void *ctx, const void *row, Fault *f) {
    Filling *fill = ctx;

    (void)f;
    fill->n_places++;
    fill->n_names++;
    fill->bytes += ((const Place *)row)->name.n + 32; /* with what the arena rounds up */
    return OK;
}

static Err count_alias(void *ctx, const void *row, Fault *f) {
    Filling *fill = ctx;

    (void)f;
    fill->n_names++;
    fill->bytes += ((const PlaceAlias *)row)->name.n + 32;
    return OK;
}

static int32_t position_of(const Addresses *a, PlaceId id) {
    int32_t low = 0, high = a->n;

    while (low < high) {
        int32_t mid = low + (high - low) / 2;
        if (a->ids[mid].v < id.v)
            low = mid + 1;
        else
            high = mid;
    }
    return low < a->n && a->ids[low].v == id.v ? low : -1;
}

/* The second pass may meet rows that another server has just added; then the revision
 * has moved too, and the next one to ask makes a new picture. */
static bool copy_text(Filling *fill, Str from, Str *ret) {
    Fault full;
    return str_copy(&fill->texts, from, ret, &full) == OK;
}

static Err copy_place(void *ctx, const void *row, Fault *f) {
    Filling *fill = ctx;
    Addresses *a = fill->a;
    const Place *p = row;
    const GroundArea *area = ground_area(fill->ground, p->area);
    Str name;

    (void)f;
    if (a->n == fill->n_places || !copy_text(fill, p->name, &name))
        return OK;
    fill->places[a->n] = (LocatePlace){ NULL, 1, area ? (int32_t)(area - ground_at(fill->ground, 0)) : -1 };
    fill->names[a->n] = name; /* for now by place; put_names() makes room for the others */
    a->ids[a->n++] = p->id;
    return OK;
}

static Err count_names(void *ctx, const void *row, Fault *f) {
    Filling *fill = ctx;
    int32_t at = position_of(fill->a, ((const PlaceAlias *)row)->place);

    (void)f;
    if (at >= 0 && fill->n_names > 0) {
        fill->places[at].n_names++;
        fill->n_names--; /* those that there is room for */
    }
    return OK;
}

/* Moves the addresses to the first name of each place, from the last one on. */
static void put_names(Filling *fill) {
    int32_t at = 0;

    for (int32_t i = 0; i < fill->a->n; i++) {
        fill->name_at[i] = at;
        at += fill->places[i].n_names;
        fill->name_end[i] = at;
    }
    for (int32_t i = fill->a->n - 1; i >= 0; i--) {
        fill->names[fill->name_at[i]] = fill->names[i];
        fill->places[i].names = &fill->names[fill->name_at[i]];
        fill->name_at[i]++;
    }
}

static Err copy_alias(void *ctx, const void *row, Fault *f) {
    Filling *fill = ctx;
    const PlaceAlias *alias = row;
    int32_t at = position_of(fill->a, alias->place);

    (void)f;
    if (at >= 0 && fill->name_at[at] < fill->name_end[at] &&
        copy_text(fill, alias->name, &fill->names[fill->name_at[at]]))
        fill->name_at[at]++;
    return OK;
}

/* Residential areas and what is smaller may stand for the name of a compound. */
static void copy_areas(Filling *fill) {
    for (size_t i = 0; i < ground_count(fill->ground); i++) {
        const GroundArea *a = ground_at(fill->ground, i);
        fill->areas[i] = (LocateArea){ a->name, a->parent, a->level >= LEVEL_RESIDENTIAL };
    }
}

static Err make_room(Filling *fill, Fault *f) {
    size_t areas = ground_count(fill->ground), places = (size_t)fill->n_places, names = (size_t)fill->n_names;

    TRY(arena_begin(&fill->texts,
                    1024 + fill->bytes + areas * sizeof(LocateArea) + places * (sizeof(LocatePlace) + 8) +
                        names * sizeof(Str),
                    f));
    fill->areas = arena_raw(&fill->texts, areas * sizeof(LocateArea));
    fill->places = arena_raw(&fill->texts, places * sizeof(LocatePlace));
    fill->name_at = arena_raw(&fill->texts, places * sizeof(int32_t));
    fill->name_end = arena_raw(&fill->texts, places * sizeof(int32_t));
    fill->names = arena_raw(&fill->texts, names * sizeof(Str));
    memset(fill->names, 0, names * sizeof(Str)); /* one that does not come is an empty one */
    fill->n_names -= fill->n_places;
    fill->a->ids = mem_alloc(places * sizeof(PlaceId));
    return fill->a->ids ? OK : fault_memory(f);
}

static Err read_rows(Tx *tx, Filling *fill, Fault *f) {
    const void *const none[] = { NULL };

    TRY(tx_each(tx, &place_each_query, none, count_place, fill, f));
    TRY(tx_each(tx, &place_alias_each_query, none, count_alias, fill, f));
    TRY(make_room(fill, f));
    copy_areas(fill);
    TRY(tx_each(tx, &place_each_query, none, copy_place, fill, f));
    TRY(tx_each(tx, &place_alias_each_query, none, count_names, fill, f));
    put_names(fill);
    return tx_each(tx, &place_alias_each_query, none, copy_alias, fill, f);
}

static Err addresses_fill(Tx *tx, Addresses *a, Fault *f) {
    Filling fill = { .a = a };

    TRY(ground_borrow(tx, &fill.ground, f));
    Err e = read_rows(tx, &fill, f);
    if (e == OK) {
        const LocateInput in = { fill.areas, (int32_t)ground_count(fill.ground), fill.places, a->n };
        e = locate_build(&in, &a->index, f);
    }
    ground_return(fill.ground);
    arena_end(&fill.texts);
    return e;
}

static Err addresses_make(Tx *tx, const Layer *layer, int32_t day, Addresses **ret, Fault *f) {
    Addresses *a = mem_alloc(sizeof *a);

    if (!a)
        return fault_memory(f);
    *a = (Addresses){ .picture = { 1, addresses_free },
                      .layer = layer->id,
                      .revision = layer->revision,
                      .places_revision = layer->places,
                      .day = day };
    Err e = addresses_fill(tx, a, f);
    if (e != OK) {
        addresses_free(&a->picture);
        return e;
    }
    *ret = a;
    return OK;
}

static bool is_current(const Addresses *a, const Layer *layer, int32_t today) {
    return a->layer.v == layer->id.v && a->revision == layer->revision && a->places_revision == layer->places &&
           a->day == today;
}

static Err read_newest(Tx *tx, void *arg, Fault *f) {
    const Addresses **a = arg;
    char room[16384];
    Arena arena = { room, 0, sizeof room };

    tx_lend(tx, &arena);
    addresses_return(*a); /* of a run before */
    *a = NULL;
    return addresses_borrow(tx, a, f);
}

/* In a write: see picture.h. */
static Err borrow_committed(Tx *tx, const Layer *layer, int32_t today, const Addresses **ret, Fault *f) {
    const Addresses *kept = NULL;
    Addresses *own;
    Err e = store_read(tx_store(tx), -1, read_newest, &kept, f);

    if (e == OK && is_current(kept, layer, today)) {
        *ret = kept;
        return OK;
    }
    addresses_return(kept);
    TRY(e);
    TRY(addresses_make(tx, layer, today, &own, f));
    *ret = own;
    return OK;
}

Err addresses_borrow(Tx *tx, const Addresses **ret, Fault *f) {
    Layer layer = { 0 };
    size_t n;
    int32_t today = day_of_ms(clock_now_ms());

    TRY(sql_layer_governing(tx, &layer, 1, &n, f));
    Addresses *a = (Addresses *)picture_borrow(&pictures, tx_store(tx));
    if (!a || !is_current(a, &layer, today)) {
        addresses_return(a);
        if (tx_writes(tx))
            return borrow_committed(tx, &layer, today, ret, f);
        TRY(addresses_make(tx, &layer, today, &a, f));
        picture_keep(&pictures, tx_store(tx), &a->picture);
    }
    *ret = a;
    return OK;
}

Err addresses_find(const Addresses *a, Str text, LocateAnswer *ret, Fault *f) {
    Arena scratch;

    TRY(arena_begin(&scratch, LOCATE_SCRATCH, f)); /* pages that are not touched cost nothing */
    Err e = locate_find(a->index, text, &scratch, ret, f);
    arena_end(&scratch);
    return e;
}
