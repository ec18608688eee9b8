/* bench/locate – which area holds a point: our index beside GEOS STRtree with
 * prepared geometries, on real layers, the same points for both, every answer
 * compared. Points are spread evenly over the layer's box, in random order, so
 * most lookups miss the caches; a second row walks them in the order of the
 * ground, as tickets of one street come. Promise: at least 10 times, aim 20.
 *
 *   bench_locate [LOOKUPS in thousands, default 2000]
 *
 * A disagreement is counted as "border" where the point lies within 2 cm of an
 * edge of either answer (GEOS computes in degrees as doubles), else as "wrong". */
#include "index.h"
#include "layer.h"

#include <geos_c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GEOS_SHARE 10 /* GEOS looks up every so many-th point: it would take minutes */

static double least_times; /* over the layers; 0: none was there */

typedef struct Tree {
    GEOSContextHandle_t h;
    GEOSSTRtree *tree;
    const GEOSPreparedGeometry **ready;
    GEOSGeometry *point;
    int32_t found;
} Tree;

/* ---- GEOS --------------------------------------------------------------- */

static GEOSGeometry *geos_ring(GEOSContextHandle_t h, const Point *ring, int32_t n) {
    GEOSCoordSequence *seq = GEOSCoordSeq_create_r(h, (unsigned)n + 1, 2);
    for (int32_t i = 0; i <= n; i++)
        GEOSCoordSeq_setXY_r(h, seq, (unsigned)i, point_lon(ring[i % n]), point_lat(ring[i % n]));
    return GEOSGeom_createLinearRing_r(h, seq);
}

static GEOSGeometry *geos_shape(GEOSContextHandle_t h, const Shape *s) {
    GEOSGeometry **parts = malloc((size_t)(s->n_polys + 1) * sizeof *parts);
    for (int32_t k = 0; k < s->n_polys; k++) {
        int32_t n = s->poly_at[k + 1] - s->poly_at[k];
        GEOSGeometry **rings = malloc((size_t)n * sizeof *rings);
        for (int32_t r = 0; r < n; r++) {
            int32_t at = s->ring_at[s->poly_at[k] + r];
            rings[r] = geos_ring(h, s->points + at, s->ring_at[s->poly_at[k] + r + 1] - at);
        }
        parts[k] = GEOSGeom_createPolygon_r(h, rings[0], rings + 1, (unsigned)n - 1);
        free(rings);
    }
    GEOSGeometry *whole = GEOSGeom_createCollection_r(h, GEOS_MULTIPOLYGON, parts, (unsigned)s->n_polys);
    free(parts);
    return whole;
}

static Tree tree_build(const Layer *layer) {
    GEOSContextHandle_t h = GEOS_init_r();
    Tree t = { h, GEOSSTRtree_create_r(h, 10), malloc((size_t)layer->n * sizeof *t.ready), NULL, -1 };

    for (int32_t i = 0; i < layer->n; i++) {
        GEOSGeometry *g = geos_shape(h, &layer->shapes[i]);
        t.ready[i] = GEOSPrepare_r(h, g);
        GEOSSTRtree_insert_r(h, t.tree, g, (void *)(intptr_t)(i + 1));
    }
    return t;
}

static void tree_meets(void *item, void *data) {
    Tree *t = data;
    int32_t at = (int32_t)(intptr_t)item - 1;
    if (t->found < 0 && GEOSPreparedContains_r(t->h, t->ready[at], t->point) == 1)
        t->found = at;
}

static int32_t tree_find(Tree *t, Point p) {
    t->point = GEOSGeom_createPointFromXY_r(t->h, point_lon(p), point_lat(p));
    t->found = -1;
    GEOSSTRtree_query_r(t->h, t->tree, t->point, tree_meets, t);
    GEOSGeom_destroy_r(t->h, t->point);
    return t->found;
}

/* ---- points ------------------------------------------------------------- */

static uint64_t dice_state = 88172645463325252ull;

static uint32_t dice(void) {
    dice_state ^= dice_state << 13;
    dice_state ^= dice_state >> 7;
    dice_state ^= dice_state << 17;
    return (uint32_t)(dice_state >> 32);
}

static Point *spread(Box box, int64_t n) {
    Point *points = malloc((size_t)n * sizeof *points);
    for (int64_t i = 0; i < n; i++)
        points[i] = (Point){ box.west + (int32_t)(dice() % (uint32_t)(box.east - box.west + 1)),
                             box.south + (int32_t)(dice() % (uint32_t)(box.north - box.south + 1)) };
    return points;
}

static int by_ground(const void *x, const void *y) {
    const Point *a = x, *b = y;
    int32_t strip_a = a->lat / 20000, strip_b = b->lat / 20000;
    if (strip_a != strip_b)
        return strip_a < strip_b ? -1 : 1;
    return (a->lon > b->lon) - (a->lon < b->lon);
}

/* ---- the comparison ----------------------------------------------------- */

static double lookups_per_second(const AreaIndex *ix, const Point *points, int64_t n, int32_t *answers) {
    double best = 0;
    for (int round = 0; round < 3; round++) {
        double start = seconds_now();
        for (int64_t i = 0; i < n; i++)
            answers[i] = index_find(ix, points[i]);
        double rate = (double)n / (seconds_now() - start);
        best = rate > best ? rate : best;
    }
    return best;
}

static bool near_border(const Layer *layer, int32_t area, Point p) {
    return area >= 0 && shape_distance_m(&layer->shapes[area], p) < 0.02;
}

static void compare(const char *city, const char *name, int64_t lookups, Buf *json) {
    Layer layer;
    AreaIndex *ix = NULL;
    Fault f;
    char path[200];

    snprintf(path, sizeof path, "%s/%s.geojson", city, name);
    if (!layer_read(path, &layer))
        return;
    IndexArea *areas = calloc((size_t)layer.n, sizeof *areas);
    for (int32_t i = 0; i < layer.n; i++)
        areas[i] = (IndexArea){ &layer.shapes[i], i, str("") };
    double build_s = 1e9;
    for (int round = 0; round < 3; round++) {
        index_free(ix);
        double start = seconds_now();
        if (index_build(areas, layer.n, &ix, &f) != OK) {
            fprintf(stderr, "%s\n", f.en);
            exit(1);
        }
        double took = seconds_now() - start;
        build_s = took < build_s ? took : build_s;
    }
    double start = seconds_now();
    Tree tree = tree_build(&layer);
    Point *points = spread(index_box(ix), lookups);
    tree_find(&tree, points[0]); /* the tree is built at the first query */
    for (int64_t i = 0; i < lookups; i += GEOS_SHARE)
        tree_find(&tree, points[i]); /* prepared geometries build their parts at first use */
    double tree_s = seconds_now() - start;

    int32_t *ours = malloc((size_t)lookups * sizeof *ours);
    double random = lookups_per_second(ix, points, lookups, ours);
    int64_t asked = 0, border = 0, wrong = 0, inside = 0;
    int32_t *theirs = malloc((size_t)lookups * sizeof *theirs);
    start = seconds_now();
    for (int64_t i = 0; i < lookups; i += GEOS_SHARE, asked++)
        theirs[i] = tree_find(&tree, points[i]);
    double geos = (double)asked / (seconds_now() - start);
    for (int64_t i = 0; i < lookups; i += GEOS_SHARE) {
        inside += ours[i] >= 0;
        if (ours[i] == theirs[i])
            continue;
        int32_t all[16], n = index_find_all(ix, points[i], all, 16);
        if (n > 1 || near_border(&layer, ours[i], points[i]) || near_border(&layer, theirs[i], points[i]))
            border++;
        else
            wrong++;
    }
    qsort(points, (size_t)lookups, sizeof *points, by_ground);
    double sorted = lookups_per_second(ix, points, lookups, ours);

    if (least_times == 0 || random / geos < least_times)
        least_times = random / geos;
    printf("%-26s %6d %7lld %8.1f %7.1f %9.1f %9.1f %9.3f %7.0fx %7lld %6lld %5lld\n", name, layer.n,
           (long long)layer.points, build_s * 1e3, (double)index_size(ix) / 1e6, random / 1e6, sorted / 1e6,
           geos / 1e6, random / geos, (long long)inside, (long long)border, (long long)wrong);
    buf_fmt(
        json,
        "%s{\"layer\":\"%s\",\"areas\":%d,\"points\":%lld,\"build_ms\":%.2f,\"index_bytes\":%zu,"
        "\"random_per_s\":%.0f,\"sorted_per_s\":%.0f,\"geos_per_s\":%.0f,\"geos_ready_s\":%.3f,\"times\":%.1f,"
        "\"compared\":%lld,\"inside\":%lld,\"border\":%lld,\"wrong\":%lld}",
        json->p[json->n - 1] == '}' ? "," : "", name, layer.n, (long long)layer.points, build_s * 1e3,
        index_size(ix), random, sorted, geos, tree_s, random / geos, (long long)asked, (long long)inside,
        (long long)border, (long long)wrong);
}

int main(int argc, char **argv) {
    int64_t lookups = (argc > 1 ? atoll(argv[1]) : 2000) * 1000;
    Buf json;
    Fault f;

    if (lookups <= 0 || buf_begin(&json, 1024, 1 << 20, &f) != OK) {
        fprintf(stderr, "usage: bench_locate [LOOKUPS in thousands]\n");
        return 2;
    }
    buf_str(&json, "{\"bench\":\"locate\",\"layers\":[");
    printf("%-26s %6s %7s %8s %7s %9s %9s %9s %8s %7s %6s %5s\n", "layer", "areas", "points", "build ms", "MB",
           "random M/s", "sorted M/s", "GEOS M/s", "times", "inside", "border", "wrong");
    compare("baltimore", "baltimore_blocks", lookups, &json);
    compare("baltimore", "neighborhoods", lookups, &json);
    compare("baltimore", "council_districts", lookups, &json);
    compare("baltimore", "planning_districts", lookups, &json);
    compare("shanghai", "shanghai_subdistricts_osm", lookups, &json);
    compare("shanghai", "shanghai_districts", lookups, &json);
    compare("singapore", "subzones", lookups, &json);
    buf_str(&json, "],\"promises\":[");
    if (least_times > 0)
        buf_fmt(&json, "{\"what\":\"which grid holds a point, of GEOS\",\"measured\":%.1f,\"goal\":10}",
                least_times);
    printf("%s]}\n", json.p);
    buf_end(&json);
    return 0;
}
