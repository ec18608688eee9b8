/* bench/merge – comprehensive grids of Baltimore out of its layers: the community areas, the
 * police districts and the council's, once with the 278 neighbourhoods as what is never cut,
 * once with the 10,025 blocks. Beside it the planner that knows nothing of the layers, at the
 * same number of grids: how much of the borders there are already do both follow?
 * Processor time of one thread, the median of several rounds. Promise: 1 s with
 * neighbourhoods, 2 s with blocks; more followed than by the planner that does not look.
 *
 *   build/bench/bench_merge [ROUNDS, default 3] */
#include "index.h"
#include "layer.h"
#include "merge.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS_MAX = 32, LAYERS = 3 };

static Fault fa;
static Layer hoods, blocks, layers[LAYERS];
static const char *const names[LAYERS] = { "csas", "police_districts", "council_districts" };

static void must(bool fine, const char *what) {
    if (fine)
        return;
    fprintf(stderr, "bench_merge: %s\n", what);
    exit(1);
}

static double cpu_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static bool read_layers(void) {
    char name[80];

    for (int i = 0; i < LAYERS; i++) {
        snprintf(name, sizeof name, "baltimore/%s.geojson", names[i]);
        if (!layer_read(name, &layers[i]))
            return false;
    }
    return layer_read("baltimore/neighborhoods.geojson", &hoods) &&
           layer_read("baltimore/baltimore_blocks.geojson", &blocks);
}

/* Blocks with their housing units; neighbourhoods with those of the blocks in them. */
static void read_units(PlanUnit *of_blocks, PlanUnit *of_hoods) {
    char path[1024];
    const char *shared = getenv("JW_SHARED");
    IndexArea *areas = calloc((size_t)hoods.n, sizeof *areas);
    AreaIndex *ix;
    json_t *root;

    for (int32_t i = 0; i < hoods.n; i++) {
        areas[i] = (IndexArea){ &hoods.shapes[i], i, str("") };
        of_hoods[i] = (PlanUnit){ .shape = &hoods.shapes[i], .old = -1 };
        shape_label(&hoods.shapes[i], &of_hoods[i].at);
    }
    must(index_build(areas, hoods.n, &ix, &fa) == OK, fa.en);
    snprintf(path, sizeof path, "%s/data/baltimore/baltimore_blocks.geojson",
             shared ? shared : JW_SOURCE "/../shared");
    root = json_load_file(path, 0, NULL);
    for (int32_t i = 0; i < blocks.n; i++) {
        const json_t *feature = json_array_get(json_object_get(root, "features"), (size_t)i);
        of_blocks[i] = (PlanUnit){ .shape = &blocks.shapes[i], .old = -1 };
        of_blocks[i].households =
            (int32_t)json_integer_value(json_object_get(json_object_get(feature, "properties"), "housing20"));
        shape_label(&blocks.shapes[i], &of_blocks[i].at);
        int32_t in = index_find(ix, of_blocks[i].at);
        if (in >= 0)
            of_hoods[in].households += of_blocks[i].households;
    }
    json_decref(root);
    index_free(ix);
    free(areas);
}

static int by_ms(const void *x, const void *y) {
    double a = *(const double *)x, b = *(const double *)y;
    return a < b ? -1 : a > b;
}

/* The planner alone, at as many grids, measured by the same rule. */
static void blind(MergeInput in, int32_t grids, Merge *ret) {
    PlanGraph g;
    PartitionPlan plan;
    Arena a;

    must(plan_graph_make(in.units, in.n, NULL, 0, NULL, &g, &fa) == OK, fa.en);
    g.in.min = in.min;
    g.in.max = in.max;
    g.in.grids = grids;
    must(arena_begin(&a, partition_room(&g.in), &fa) == OK && partition_solve(&g.in, &a, &plan, &fa) == OK,
         fa.en);
    in.given = plan.grid;
    must(merge_make(&in, ret, &fa) == OK, fa.en);
    arena_end(&a);
    plan_graph_free(&g);
}

static void print_row(const char *what, const Merge *m, double ms) {
    printf("%-28s %6d %6d %9d %9.1f %9.1f", what, m->n, m->n_grids, m->n_grids - m->out_of_range,
           m->border_m / 1e3, m->new_m / 1e3);
    for (int i = 0; i < LAYERS; i++)
        printf(" %8.1f", m->kept_m[i] / m->layer_m[i] * 100);
    printf(" %9.0f\n", ms);
}

static double run(const char *what, const PlanUnit *units, int32_t n, int rounds, bool *ret_better) {
    MergeLayer given[LAYERS];
    double ms[ROUNDS_MAX];
    Merge m = { 0 }, other;

    for (int i = 0; i < LAYERS; i++)
        given[i] = (MergeLayer){ layers[i].shapes, layers[i].n };
    MergeInput in = { .units = units, .n = n, .layers = given, .n_layers = LAYERS, .min = 3000, .max = 6000 };
    for (int round = 0; round < rounds; round++) {
        merge_free(&m);
        double start = cpu_ms();
        must(merge_make(&in, &m, &fa) == OK, fa.en);
        ms[round] = cpu_ms() - start;
    }
    qsort(ms, (size_t)rounds, sizeof *ms, by_ms);
    print_row(what, &m, ms[rounds / 2]);
    blind(in, m.n_grids, &other);
    print_row("  the planner, not looking", &other, 0);
    *ret_better = m.new_m < other.new_m;
    for (int i = 0; i < LAYERS; i++)
        *ret_better = *ret_better && m.kept_m[i] > other.kept_m[i];
    merge_free(&m);
    merge_free(&other);
    return ms[rounds / 2];
}

int main(int argc, char **argv) {
    int rounds = argc > 1 ? atoi(argv[1]) : 3;
    bool better[2];

    must(rounds > 0 && rounds <= ROUNDS_MAX, "usage: bench_merge [ROUNDS]");
    if (!read_layers())
        return 0; /* said on stderr */
    PlanUnit *of_blocks = calloc((size_t)blocks.n, sizeof *of_blocks),
             *of_hoods = calloc((size_t)hoods.n, sizeof *of_hoods);
    read_units(of_blocks, of_hoods);
    printf("%-28s %6s %6s %9s %9s %9s  followed of csas, police, council, %%  cpu ms\n", "never cut", "units",
           "grids", "in range", "km", "new km");
    double hoods_ms = run("neighbourhoods", of_hoods, hoods.n, rounds, &better[0]);
    double blocks_ms = run("blocks", of_blocks, blocks.n, rounds, &better[1]);
    printf("{\"bench\":\"merge\",\"rounds\":%d,\"neighbourhoods_ms\":%.1f,\"blocks_ms\":%.1f,\"promises\":["
           "{\"what\":\"layers merged, neighbourhoods, ms\",\"measured\":%.1f,\"most\":1000},"
           "{\"what\":\"layers merged, blocks, ms\",\"measured\":%.1f,\"most\":2000},"
           "{\"what\":\"plans that follow more of every layer than the planner that does not look\","
           "\"measured\":%d,\"goal\":2}]}\n",
           rounds, hoods_ms, blocks_ms, hoods_ms, blocks_ms, better[0] + better[1]);
    return hoods_ms <= 1000 && blocks_ms <= 2000 && better[0] && better[1] ? 0 : 1;
}
