/* bench/micro – micro-grids of two real cities, from the map to the plan: Baltimore's 10,025
 * blocks by their borders, each within the neighbourhood that holds its middle, and
 * Singapore's 10,312 residential blocks of flats by the cells of their points, each within
 * its subzone. Processor time of one thread, of the graph and of the planner, the median of
 * several rounds; grids in the range, of the others those without a proof that they must.
 * Beside it METIS on the same graph, each part within its hard borders in as many grids as ours.
 * Promise: 1 s each, none torn.
 *
 *   build/bench/bench_micro [ROUNDS, default 3] */
#include "csv.h"
#include "index.h"
#include "layer.h"
#include "metis_plan.h"
#include "plan_graph.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS_MAX = 32, UNITS_MAX = 16384 };

typedef struct City {
    const char *name;
    Layer hards, blocks; /* blocks: none where units are points */
    PlanUnit units[UNITS_MAX];
    int32_t n, nowhere;
} City;

static Fault fa;

static void must(bool fine, const char *what) {
    if (fine)
        return;
    fprintf(stderr, "bench_micro: %s\n", what);
    exit(1);
}

static double cpu_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static void shared_path(const char *name, char ret[1024]) {
    const char *shared = getenv("JW_SHARED");
    snprintf(ret, 1024, "%s/data/%s", shared ? shared : JW_SOURCE "/../shared", name);
}

/* ---- the cities --------------------------------------------------------- */

static AreaIndex *index_of(const Layer *l) {
    IndexArea *areas = calloc((size_t)l->n, sizeof *areas);
    AreaIndex *ix;
    for (int32_t i = 0; i < l->n; i++)
        areas[i] = (IndexArea){ &l->shapes[i], i, str("") };
    must(index_build(areas, l->n, &ix, &fa) == OK, fa.en);
    free(areas);
    return ix;
}

static void add_unit(City *c, const AreaIndex *ix, PlanUnit u) {
    u.hard = index_find(ix, u.at);
    u.old = -1;
    must(c->n < UNITS_MAX, "more blocks than there were");
    if (u.hard < 0)
        c->nowhere++;
    else
        c->units[c->n++] = u;
}

static bool read_baltimore(City *c) {
    char path[1024];
    size_t i;
    const json_t *feature;

    c->name = "Baltimore";
    if (!layer_read("baltimore/neighborhoods.geojson", &c->hards) ||
        !layer_read("baltimore/baltimore_blocks.geojson", &c->blocks))
        return false;
    AreaIndex *ix = index_of(&c->hards);
    shared_path("baltimore/baltimore_blocks.geojson", path);
    json_t *root = json_load_file(path, 0, NULL);
    json_array_foreach (json_object_get(root, "features"), i, feature) {
        PlanUnit u = { .shape = &c->blocks.shapes[i] };
        u.households =
            (int32_t)json_integer_value(json_object_get(json_object_get(feature, "properties"), "housing20"));
        shape_label(u.shape, &u.at);
        add_unit(c, ix, u);
    }
    json_decref(root);
    index_free(ix);
    return true;
}

static Err from_file(void *file, char *to, size_t room, size_t *ret_n, Fault *f) {
    (void)f;
    *ret_n = fread(to, 1, room, file);
    return OK;
}

static bool read_singapore(City *c) {
    static const char *const names[] = { "residential", "total_dwelling_units", "longitude", "latitude" };
    char path[1024];
    int32_t at[4];
    bool more = true;
    Csv *csv;

    c->name = "Singapore";
    shared_path("singapore/hdb_blocks.csv", path);
    FILE *file = fopen(path, "rb");
    if (!file || !layer_read("singapore/subzones.geojson", &c->hards))
        return false;
    AreaIndex *ix = index_of(&c->hards);
    must(csv_open(from_file, file, (CsvLimits){ 0 }, &csv, &fa) == OK &&
             csv_header(csv, names, NULL, 4, at, &fa) == OK,
         fa.en);
    for (must(csv_next(csv, &more, &fa) == OK, fa.en); more; must(csv_next(csv, &more, &fa) == OK, fa.en)) {
        PlanUnit u = { .households = atoi(csv_field(csv, at[1]).p) };
        if (str_is(csv_field(csv, at[0]), "Y") &&
            point_of_degrees(atof(csv_field(csv, at[2]).p), atof(csv_field(csv, at[3]).p), &u.at))
            add_unit(c, ix, u);
    }
    csv_close(csv);
    fclose(file);
    index_free(ix);
    return true;
}

/* ---- the plan ----------------------------------------------------------- */

typedef struct Measured {
    double graph_ms[ROUNDS_MAX], plan_ms[ROUNDS_MAX], all_ms[ROUNDS_MAX];
    int32_t edges, grids, out_of_range, unproved, torn;
    double cut_km;
    double metis_ms[ROUNDS_MAX]; /* < 0: built without it */
    PartitionPlan metis;         /* its figures alone */
    int32_t metis_torn;
} Measured;

/* The last plan of ours is the measure: its parts, its numbers of grids. */
static void ask_metis(const PartitionInput *in, const PartitionPlan *plan, Measured *m, int round) {
    int32_t *grid = calloc((size_t)in->n, sizeof *grid);
    Arena a;

    m->metis_ms[round] = 1e3 * metis_plan(in, plan, round + 1, grid);
    must(m->metis_ms[round] < 0 || (arena_begin(&a, partition_score_room(in), &fa) == OK &&
                                    partition_score(in, grid, &a, &m->metis, &fa) == OK),
         fa.en);
    m->metis_torn = 0;
    for (int32_t i = 0; m->metis_ms[round] >= 0 && i < m->metis.n_grids; i++)
        m->metis_torn += m->metis.grids[i].pieces - 1;
    if (m->metis_ms[round] >= 0)
        arena_end(&a);
    free(grid);
}

static void plan_once(const City *c, Measured *m, int round) {
    PlanGraph g;
    PartitionPlan plan;
    Arena a;
    double start = cpu_ms();

    must(plan_graph_make(c->units, c->n, c->hards.shapes, c->hards.n, NULL, &g, &fa) == OK, fa.en);
    m->graph_ms[round] = cpu_ms() - start;
    g.in.min = 300;
    g.in.max = 500;
    g.in.seed = (uint64_t)round;
    start = cpu_ms();
    must(arena_begin(&a, partition_room(&g.in), &fa) == OK && partition_solve(&g.in, &a, &plan, &fa) == OK,
         fa.en);
    m->plan_ms[round] = cpu_ms() - start;
    m->all_ms[round] = m->graph_ms[round] + m->plan_ms[round];
    m->edges = g.in.n_edges;
    m->grids = plan.n_grids;
    m->out_of_range = plan.out_of_range;
    m->cut_km = plan.cut_m / 1e3;
    m->unproved = m->torn = 0;
    for (int32_t i = 0; i < plan.n_grids; i++) {
        m->unproved += plan.grids[i].reason == PARTITION_NONE_FOUND;
        m->torn += plan.grids[i].pieces - 1;
    }
    ask_metis(&g.in, &plan, m, round);
    arena_end(&a);
    plan_graph_free(&g);
}

static int by_ms(const void *x, const void *y) {
    double a = *(const double *)x, b = *(const double *)y;
    return a < b ? -1 : a > b;
}

int main(int argc, char **argv) {
    static City cities[2];
    int rounds = argc > 1 ? atoi(argv[1]) : 3;
    double slowest = 0;
    int32_t torn = 0;
    char json[1024] = "";

    must(rounds > 0 && rounds <= ROUNDS_MAX, "usage: bench_micro [ROUNDS]");
    if (!read_baltimore(&cities[0]) || !read_singapore(&cities[1]))
        return 0; /* said on stderr */
    printf("%-10s %6s %8s %8s %6s %9s %9s %6s %8s %9s %9s\n", "", "units", "nowhere", "borders", "grids",
           "in range", "unproved", "torn", "cut, km", "graph, ms", "plan, ms");
    for (int i = 0; i < 2; i++) {
        static Measured m;
        for (int round = 0; round < rounds; round++)
            plan_once(&cities[i], &m, round);
        qsort(m.graph_ms, (size_t)rounds, sizeof *m.graph_ms, by_ms);
        qsort(m.plan_ms, (size_t)rounds, sizeof *m.plan_ms, by_ms);
        qsort(m.metis_ms, (size_t)rounds, sizeof *m.metis_ms, by_ms);
        qsort(m.all_ms, (size_t)rounds, sizeof *m.all_ms, by_ms);
        slowest = fmax(slowest, m.all_ms[rounds / 2]);
        torn += m.torn;
        printf("%-10s %6d %8d %8d %6d %9d %9d %6d %8.0f %9.1f %9.1f\n", cities[i].name, cities[i].n,
               cities[i].nowhere, m.edges, m.grids, m.grids - m.out_of_range, m.unproved, m.torn, m.cut_km,
               m.graph_ms[rounds / 2], m.plan_ms[rounds / 2]);
        if (m.metis_ms[0] >= 0)
            printf("%-10s %6s %8s %8s %6d %9d %9s %6d %8.0f %9s %9.1f\n", "  METIS", "", "", "",
                   m.metis.n_grids, m.metis.n_grids - m.metis.out_of_range, "", m.metis_torn,
                   m.metis.cut_m / 1e3, "", m.metis_ms[rounds / 2]);
        else
            printf("  METIS: not built with it (tools/setup.sh bench, then meson setup --reconfigure)\n");
        snprintf(json + strlen(json), sizeof json - strlen(json),
                 "%s{\"city\":\"%s\",\"units\":%d,\"borders\":%d,\"grids\":%d,\"in_range\":%d,\"unproved\":%d,"
                 "\"cut_km\":%.1f,\"graph_ms\":%.1f,\"plan_ms\":%.1f}",
                 i ? "," : "", cities[i].name, cities[i].n, m.edges, m.grids, m.grids - m.out_of_range,
                 m.unproved, m.cut_km, m.graph_ms[rounds / 2], m.plan_ms[rounds / 2]);
    }
    printf(
        "{\"bench\":\"micro\",\"rounds\":%d,\"cities\":[%s],\"promises\":["
        "{\"what\":\"micro-grids of a real city, seconds of processor, the slower of two\",\"measured\":%.2f,"
        "\"most\":1},{\"what\":\"micro-grids of real cities, torn\",\"measured\":%d,\"most\":0}]}\n",
        rounds, json, slowest / 1e3, torn);
    return 0;
}
