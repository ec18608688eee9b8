/* points – random points in the box of a layer's areas of one level, by brute force:
 * how many lie in none, in one, in two of them; which areas are of several parts or
 * have holes, and which fills another's hole.
 *
 *     points DIR LAYER LEVEL N SEED
 *
 * One line of JSON. The shapes are those that were stored; shape_has() is the slow,
 * exact test, asked of every area for every point. */
#include "area.h"
#include "installation.h"
#include "polygon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AREAS_MAX = 20000 };

typedef struct Seen {
    char code[48];
    AreaId id;
    Shape shape;
    Box box;
} Seen;

static Seen seen[AREAS_MAX];
static int n_seen;
static Arena room;
static Fault fa;

static _Noreturn void stop(void) {
    fprintf(stderr, "%s [%s] %s\n", fa.en, fa.key, fa.detail);
    exit(1);
}

static Err keep(void *ctx, const Area *a, Fault *f) {
    (void)f;
    if ((int)a->level == *(int *)ctx && a->shaped && n_seen < AREAS_MAX) {
        snprintf(seen[n_seen].code, sizeof seen->code, "%.*s", (int)a->code.n, a->code.p);
        seen[n_seen++].id = a->id;
    }
    return OK;
}

typedef struct Which {
    const char *layer;
    int level;
} Which;

static Err load(Tx *tx, void *arg, Fault *f) {
    Which *w = arg;
    Layer layer;
    bool shaped;

    n_seen = 0;
    tx_lend(tx, &room);
    TRY(layer_find(tx, str(w->layer), &layer, f));
    TRY(area_each(tx, layer.id, keep, &w->level, f));
    for (int i = 0; i < n_seen; i++) {
        room.used = 0;
        TRY(area_shape_load(tx, seen[i].id, NULL, &seen[i].shape, &shaped, f));
        seen[i].box = shape_box(&seen[i].shape);
    }
    return OK;
}

/* Steele and Vigna's splitmix64: the same points everywhere. */
static uint64_t next(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void throw_points(int n, uint64_t state) {
    Box all = BOX_NONE;
    int of[3] = { 0 };

    for (int i = 0; i < n_seen; i++) {
        box_grow(&all, (Point){ seen[i].box.west, seen[i].box.south });
        box_grow(&all, (Point){ seen[i].box.east, seen[i].box.north });
    }
    uint64_t wide = (uint64_t)((int64_t)all.east - all.west), high = (uint64_t)((int64_t)all.north - all.south);
    for (int k = 0; k < n; k++) {
        Point p = { all.west + (int32_t)(next(&state) % wide), all.south + (int32_t)(next(&state) % high) };
        int owners = 0;
        for (int i = 0; i < n_seen; i++)
            owners += box_has(seen[i].box, p) && shape_has(&seen[i].shape, p);
        of[owners < 2 ? owners : 2]++;
    }
    printf("{\"areas\":%d,\"points\":%d,\"none\":%d,\"one\":%d,\"twice\":%d,", n_seen, n, of[0], of[1], of[2]);
}

static void say_parts(void) {
    const char *comma = "";

    printf("\"parts\":[");
    for (int i = 0; i < n_seen; i++) {
        const Shape *s = &seen[i].shape;
        if (s->n_polys == 1 && s->n_rings == 1)
            continue;
        printf("%s{\"code\":\"%s\",\"parts\":%d,\"holes\":%d}", comma, seen[i].code, s->n_polys,
               s->n_rings - s->n_polys);
        comma = ",";
    }
    printf("],");
}

/* Every corner of the one lies on the border of a hole of the other. */
static bool fills_hole(const Shape *s, const Shape *around) {
    for (int32_t i = 0; i < s->n_points; i++) {
        bool on = false;
        for (int32_t k = 0; !on && k < around->n_polys; k++)
            for (int32_t r = around->poly_at[k] + 1; !on && r < around->poly_at[k + 1]; r++)
                for (int32_t j = around->ring_at[r]; !on && j < around->ring_at[r + 1]; j++)
                    on = point_same(s->points[i], around->points[j]);
        if (!on)
            return false;
    }
    return true;
}

static void say_within(void) {
    const char *comma = "";

    printf("\"within\":[");
    for (int i = 0; i < n_seen; i++)
        for (int k = 0; k < n_seen; k++)
            if (i != k && seen[k].shape.n_rings > seen[k].shape.n_polys &&
                fills_hole(&seen[i].shape, &seen[k].shape)) {
                printf("%s{\"code\":\"%s\",\"in\":\"%s\"}", comma, seen[i].code, seen[k].code);
                comma = ",";
            }
    printf("]}\n");
}

int main(int argc, char **argv) {
    Installation in = {
        .dir = argc > 1 ? argv[1] : "", .store = "", .key_file = "", .readers = 1, .existing = true
    };
    Store *store;

    if (argc != 6)
        return 2;
    Which w = { argv[2], atoi(argv[3]) };
    record_begin();
    if (arena_begin(&room, 64 << 20, &fa) != OK || installation_open(&in, &store, &fa) != OK ||
        store_read(store, -1, load, &w, &fa) != OK)
        stop();
    throw_points(atoi(argv[4]), strtoull(argv[5], NULL, 10));
    say_parts();
    say_within();
    for (int i = 0; i < n_seen; i++)
        shape_free(&seen[i].shape);
    installation_close(store);
    arena_end(&room);
    return 0;
}
