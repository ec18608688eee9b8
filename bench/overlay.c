/* bench/overlay – how much ground each of Baltimore's 10,025 blocks has in common with each
 * of its 278 neighbourhoods: ours beside GEOS, from the shapes (cold) and with everything
 * made ready that can be asked again (warm: our two layers; GEOS's geometries, prepared, in
 * a tree). GEOS is asked in two ways, each pair for its intersection, and first whether the
 * neighbourhood covers the block; the quicker one counts. Processor time of one core, the
 * median of several rounds. All must name the same pairs with the same ground, within 1e-10
 * square degrees. Promise: 3 times cold, 10 times warm.
 *
 *   build/bench/bench_overlay [ROUNDS, default 3] */
#include "geo_geos.h"
#include "layer.h"
#include "overlay.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { ROUNDS_MAX = 32 };

static Fault fa;
static GEOSContextHandle_t geos;

static void must(bool fine, const char *what) {
    if (fine)
        return;
    fprintf(stderr, "bench_overlay: %s\n", what);
    exit(1);
}

static double cpu_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

/* ---- GEOS --------------------------------------------------------------- */

typedef struct Ready {
    GEOSGeometry **areas, **blocks;
    const GEOSPreparedGeometry **prepared;
    GEOSSTRtree *tree;
    int32_t n_areas, n_blocks;
} Ready;

typedef struct Pairs {
    double *units2; /* of area × blocks + block */
    int64_t n;
} Pairs;

static Ready make_ready(const Layer *areas, const Layer *blocks) {
    Ready r = { calloc((size_t)areas->n, sizeof *r.areas),
                calloc((size_t)blocks->n, sizeof *r.blocks),
                calloc((size_t)areas->n, sizeof *r.prepared),
                GEOSSTRtree_create_r(geos, 10),
                areas->n,
                blocks->n };
    for (int32_t i = 0; i < areas->n; i++) {
        r.areas[i] = geos_shape_of(geos, &areas->shapes[i]);
        r.prepared[i] = GEOSPrepare_r(geos, r.areas[i]);
    }
    for (int32_t i = 0; i < blocks->n; i++) {
        r.blocks[i] = geos_shape_of(geos, &blocks->shapes[i]);
        GEOSSTRtree_insert_r(geos, r.tree, r.blocks[i], &r.blocks[i]);
    }
    return r;
}

static void drop_ready(Ready *r) {
    for (int32_t i = 0; i < r->n_areas; i++) {
        GEOSPreparedGeom_destroy_r(geos, r->prepared[i]);
        GEOSGeom_destroy_r(geos, r->areas[i]);
    }
    for (int32_t i = 0; i < r->n_blocks; i++)
        GEOSGeom_destroy_r(geos, r->blocks[i]);
    GEOSSTRtree_destroy_r(geos, r->tree);
    free(r->areas);
    free(r->blocks);
    free(r->prepared);
}

typedef struct Asking {
    const Ready *ready;
    Pairs *pairs;
    int32_t area;
    bool covers_first;
} Asking;

static void ask_pair(void *item, void *ctx) {
    const Asking *q = ctx;
    GEOSGeometry *const *block = item;
    double units2 = 0;

    if (q->covers_first && GEOSPreparedCovers_r(geos, q->ready->prepared[q->area], *block) == 1)
        must(GEOSArea_r(geos, *block, &units2), "GEOS cannot measure a block");
    else {
        GEOSGeometry *common = GEOSIntersection_r(geos, q->ready->areas[q->area], *block);
        must(common && GEOSArea_r(geos, common, &units2), "GEOS cannot cut two shapes");
        GEOSGeom_destroy_r(geos, common);
    }
    q->pairs->units2[(size_t)q->area * (size_t)q->ready->n_blocks + (size_t)(block - q->ready->blocks)] =
        units2;
    q->pairs->n += units2 >= OVERLAY_LEAST_UNITS2;
}

static void ask_geos(const Ready *r, bool covers_first, Pairs *pairs) {
    pairs->n = 0;
    for (int32_t i = 0; i < r->n_areas; i++) {
        Asking q = { r, pairs, i, covers_first };
        GEOSSTRtree_query_r(geos, r->tree, r->areas[i], ask_pair, &q);
    }
}

/* ---- side by side ------------------------------------------------------- */

typedef struct Side {
    double cold[ROUNDS_MAX], warm[ROUNDS_MAX], cold_ms, warm_ms;
    int64_t pairs;
    double apart; /* the furthest from GEOS's intersections, square degrees */
} Side;

static void ours(const Layer *areas, const Layer *blocks, const Pairs *judge, Side *s, int round) {
    OverlayLayer *a, *b;
    Overlay cold, warm;
    double start = cpu_ms();

    must(overlay_ready(areas->shapes, areas->n, &a, &fa) == OK &&
             overlay_ready(blocks->shapes, blocks->n, &b, &fa) == OK,
         fa.en);
    must(overlay_find(a, b, NULL, &cold, &fa) == OK, fa.en);
    s->cold[round] = cpu_ms() - start;
    start = cpu_ms();
    must(overlay_find(a, b, NULL, &warm, &fa) == OK, fa.en);
    s->warm[round] = cpu_ms() - start;
    s->pairs = warm.n;
    for (int64_t i = 0; i < warm.n; i++) {
        size_t at = (size_t)warm.commons[i].a * (size_t)blocks->n + (size_t)warm.commons[i].b;
        s->apart = fmax(s->apart, fabs(warm.commons[i].units2 - judge->units2[at]) * 1e-14);
    }
    overlay_free(&cold);
    overlay_free(&warm);
    overlay_layer_free(a);
    overlay_layer_free(b);
}

static void theirs(const Layer *areas, const Layer *blocks, bool covers_first, Pairs *pairs, Side *s,
                   int round) {
    double start = cpu_ms();
    Ready r = make_ready(areas, blocks);
    ask_geos(&r, covers_first, pairs);
    s->cold[round] = cpu_ms() - start;
    start = cpu_ms();
    ask_geos(&r, covers_first, pairs);
    s->warm[round] = cpu_ms() - start;
    s->pairs = pairs->n;
    drop_ready(&r);
}

static int by_ms(const void *x, const void *y) {
    double a = *(const double *)x, b = *(const double *)y;
    return a < b ? -1 : a > b;
}

int main(int argc, char **argv) {
    static Side sides[3];
    static const char *const names[] = { "ours", "GEOS, intersections", "GEOS, covers first" };
    int rounds = argc > 1 ? atoi(argv[1]) : 3;
    Layer blocks, areas;

    must(rounds > 0 && rounds <= ROUNDS_MAX, "usage: bench_overlay [ROUNDS]");
    if (!layer_read("baltimore/baltimore_blocks.geojson", &blocks) ||
        !layer_read("baltimore/neighborhoods.geojson", &areas))
        return 0; /* said on stderr */
    geos = GEOS_init_r();
    Pairs judge = { calloc((size_t)areas.n * (size_t)blocks.n, sizeof *judge.units2), 0 }, other = judge;
    other.units2 = calloc((size_t)areas.n * (size_t)blocks.n, sizeof *other.units2);
    for (int round = 0; round < rounds; round++) {
        theirs(&areas, &blocks, false, &judge, &sides[1], round);
        theirs(&areas, &blocks, true, &other, &sides[2], round);
        ours(&areas, &blocks, &judge, &sides[0], round);
    }
    printf("%-20s %8s %10s %10s\n", "", "pairs", "cold, ms", "warm, ms");
    for (int i = 0; i < 3; i++) {
        Side *s = &sides[i];
        qsort(s->cold, (size_t)rounds, sizeof *s->cold, by_ms);
        qsort(s->warm, (size_t)rounds, sizeof *s->warm, by_ms);
        s->cold_ms = s->cold[rounds / 2];
        s->warm_ms = s->warm[rounds / 2];
        printf("%-20s %8lld %10.1f %10.1f\n", names[i], (long long)s->pairs, s->cold_ms, s->warm_ms);
    }
    double cold = fmin(sides[1].cold_ms, sides[2].cold_ms) / sides[0].cold_ms;
    double warm = fmin(sides[1].warm_ms, sides[2].warm_ms) / sides[0].warm_ms;
    printf("cold %.1f times, warm %.1f times the quicker of GEOS; furthest from it %.2g square degrees\n", cold,
           warm, sides[0].apart);
    must(sides[0].pairs == sides[1].pairs, "they do not name the same pairs");
    printf("{\"bench\":\"overlay\",\"pairs\":%lld,\"rounds\":%d,\"cold_ms\":%.2f,\"warm_ms\":%.2f,"
           "\"geos_cold_ms\":%.1f,\"geos_warm_ms\":%.1f,\"promises\":["
           "{\"what\":\"common ground, of GEOS, cold\",\"measured\":%.1f,\"goal\":3},"
           "{\"what\":\"common ground, of GEOS, warm\",\"measured\":%.1f,\"goal\":10},"
           "{\"what\":\"common ground, the pair furthest from GEOS, square degrees\",\"measured\":%.3g,"
           "\"most\":1e-10}]}\n",
           (long long)sides[0].pairs, rounds, sides[0].cold_ms, sides[0].warm_ms,
           fmin(sides[1].cold_ms, sides[2].cold_ms), fmin(sides[1].warm_ms, sides[2].warm_ms), cold, warm,
           sides[0].apart);
    return 0;
}
