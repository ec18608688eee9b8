/* bench/partition – the planner beside METIS, on the instances of ../shared/bench/partition
 * (JW_SHARED elsewhere) and on made cities of ten million households and a million units.
 * METIS (k-way, contiguous, each part within its hard borders apart) is given the numbers of
 * grids of our plan, so that cuts compare; the figures of KaHIP are those that stand beside
 * the instances. Built without METIS it says so. What is not there is said, too.
 *
 *   bench_partition [FILE.json …]    other instances of the format, besides
 *   bench_partition cities           the made cities alone */
#include "metis_plan.h"
#include "partition_city.h"
#include "partition_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { SEEDS = 10 };

typedef struct Row {
    int32_t grids, out, unexplained; /* out of range; of these without a reason that is certain */
    int64_t least, most, torn;
    double cut_m, worst_m, cpu_s, wall_s, kept;
} Row;

static double seconds_of(clockid_t clock) {
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void must(Err e, const Fault *f) {
    if (e == OK)
        return;
    fprintf(stderr, "%s\n", f->en);
    exit(1);
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *x, size_t n) {
    qsort(x, n, sizeof *x, by_size);
    return x[n / 2];
}

/* ---- the planner ---- */

static Row row_of(const PartitionPlan *p) {
    Row r = { .grids = p->n_grids, .out = p->out_of_range, .least = INT64_MAX, .cut_m = p->cut_m };

    for (int32_t i = 0; i < p->n_grids; i++) {
        r.torn += p->grids[i].pieces - 1;
        r.least = p->grids[i].households < r.least ? p->grids[i].households : r.least;
        r.most = p->grids[i].households > r.most ? p->grids[i].households : r.most;
        r.unexplained += p->grids[i].reason == PARTITION_NONE_FOUND;
    }
    return r;
}

/* `plan` lies in the arena, which the caller ends. */
static Row solve_once(const PartitionInput *in, Arena *a, PartitionPlan *plan) {
    Fault f;
    double cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID), wall = seconds_of(CLOCK_MONOTONIC);

    must(arena_begin(a, partition_room(in), &f), &f);
    must(partition_solve(in, a, plan, &f), &f);
    Row r = row_of(plan);
    r.cpu_s = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    r.wall_s = seconds_of(CLOCK_MONOTONIC) - wall;
    r.kept = in->n ? 100.0 * (in->n - plan->moved) / in->n : 100;
    return r;
}

/* Medians of the time, the mean cut and the worst of all else. */
static Row solve_seeds(PartitionInput in) {
    double cpu[SEEDS], wall[SEEDS];
    Row all = { .least = INT64_MAX, .kept = 100 };

    for (int32_t i = 0; i < SEEDS; i++) {
        Arena a = { 0 };
        PartitionPlan plan;
        in.seed = (uint64_t)i + 1;
        Row r = solve_once(&in, &a, &plan);
        arena_end(&a);
        all.grids = r.grids;
        all.out = r.out > all.out ? r.out : all.out;
        all.unexplained = r.unexplained > all.unexplained ? r.unexplained : all.unexplained;
        all.torn += r.torn;
        all.least = r.least < all.least ? r.least : all.least;
        all.most = r.most > all.most ? r.most : all.most;
        all.cut_m += r.cut_m / SEEDS;
        all.worst_m = r.cut_m > all.worst_m ? r.cut_m : all.worst_m;
        all.kept = r.kept < all.kept ? r.kept : all.kept;
        cpu[i] = r.cpu_s;
        wall[i] = r.wall_s;
    }
    all.cpu_s = median(cpu, SEEDS);
    all.wall_s = median(wall, SEEDS);
    return all;
}

static void print_head(void) {
    printf("%-16s %-18s %6s %9s %12s %6s %12s %12s %7s\n", "instance", "by", "grids", "in range", "min..max",
           "torn", "cut m", "worst m", "CPU s");
}

static void print_row(const char *instance, const char *by, const Row *r) {
    char range[32], worst[32];

    snprintf(range, sizeof range, "%lld..%lld", (long long)r->least, (long long)r->most);
    snprintf(worst, sizeof worst, r->worst_m > 0 ? "%.0f" : "–", r->worst_m);
    printf("%-16s %-18s %6d %8.1f%% %12s %6lld %12.0f %12s %7.2f\n", instance, by, r->grids,
           r->grids ? 100.0 * (r->grids - r->out) / r->grids : 100.0, range, (long long)r->torn, r->cut_m,
           worst, r->cpu_s);
    fflush(stdout);
}

static void print_metis(const char *instance, PartitionInput in) {
    Arena a = { 0 }, b = { 0 };
    PartitionPlan plan, scored;
    double cpu[SEEDS];
    Row all = { .least = INT64_MAX };
    Fault f;

    solve_once(&in, &a, &plan);
    int32_t *grid = calloc((size_t)in.n + 1, sizeof *grid);
    for (int32_t i = 0; i < SEEDS; i++) {
        cpu[i] = metis_plan(&in, &plan, i + 1, grid);
        if (cpu[i] < 0) {
            printf("%-16s %-18s not built with METIS (tools/setup.sh bench, then meson setup --reconfigure)\n",
                   instance, "METIS");
            break;
        }
        must(arena_begin(&b, partition_score_room(&in), &f), &f);
        must(partition_score(&in, grid, &b, &scored, &f), &f);
        Row r = row_of(&scored);
        all.grids = r.grids;
        all.out = r.out > all.out ? r.out : all.out;
        all.torn += r.torn;
        all.least = r.least < all.least ? r.least : all.least;
        all.most = r.most > all.most ? r.most : all.most;
        all.cut_m += r.cut_m / SEEDS;
        all.worst_m = r.cut_m > all.worst_m ? r.cut_m : all.worst_m;
        arena_end(&b);
    }
    all.cpu_s = median(cpu, SEEDS);
    if (cpu[0] >= 0)
        print_row(instance, "METIS", &all);
    free(grid);
    arena_end(&a);
}

/* ---- the instances ---- */

static bool read_bytes(const char *path, Str *ret) {
    FILE *file = fopen(path, "rb");
    long n;

    if (!file)
        return false;
    bool good = fseek(file, 0, SEEK_END) == 0 && (n = ftell(file)) >= 0 && fseek(file, 0, SEEK_SET) == 0;
    char *bytes = good ? malloc((size_t)n + 1) : NULL;
    good = bytes && fread(bytes, 1, (size_t)n, file) == (size_t)n;
    fclose(file);
    *ret = (Str){ bytes, good ? (size_t)n : 0 };
    return good;
}

static bool read_instance(const char *path, const char *hard, PartitionFile *ret) {
    PartitionFields fields = { .hard = hard };
    Str bytes;
    Fault f;

    if (!read_bytes(path, &bytes)) {
        printf("%s: not there, not measured\n", path);
        return false;
    }
    must(partition_file_read(bytes, &fields, ret, &f), &f);
    free((char *)bytes.p);
    return true;
}

static void path_of(const char *name, char *ret, size_t n) {
    const char *shared = getenv("JW_SHARED");

    snprintf(ret, n, "%s/bench/partition/%s", shared ? shared : JW_SOURCE "/../shared", name);
}

static bool first_promise = true;
static char promises[8192];
static void promise(const char *what, const char *bound, double measured, double limit) {
    size_t n = strlen(promises);

    snprintf(promises + n, sizeof promises - n, "%s{\"what\":\"%s\",\"measured\":%.4g,\"%s\":%.6g}",
             first_promise ? "" : ",", what, measured, bound, limit);
    first_promise = false;
}
static void promised(const char *instance, const char *what, const char *bound, double measured, double limit) {
    char words[128];

    snprintf(words, sizeof words, "planner, %s: %s", instance, what);
    promise(words, bound, measured, limit);
}

typedef struct Instance {
    const char *file, *name, *hard;
    int32_t grids, sweeps;
    double cut_most, cpu_most, cut_aim; /* aim: 0: none */
    const char *kahip;                  /* as it stands beside the instances */
} Instance;

static const Instance instances[] = {
    { "syn2k.json", "syn2k", NULL, 205, 0, 26750, 0.2, 26000,
      "strong: 205 grids, 88.8 % in range, 83..497, 8 torn, cut 26,490 in 1.41 s" },
    { "syn20k-hard.json", "syn20k-hard", "committee", 2152, 0, 218000, 0.6, 0,
      "eco: 2,153 grids, 88.4 % in range, 27..500, 71 torn, cut 211,445 in 4.3 s" },
    { "syn20k-hard.json", "the same, longer", "committee", 2152, 500, 211000, 3, 0, NULL },
    { "ar-bg.json", "ar-bg", NULL, 201, 0, 9850000, 0.2, 9750000,
      "strong: 201 grids, 80.6 % in range, 234..7,499, 14 torn, cut 9.749 M in 1.78 s" },
};

static void run_instance(const Instance *x) {
    char path[1024];
    PartitionFile file;

    path_of(x->file, path, sizeof path);
    if (!read_instance(path, x->hard, &file))
        return;
    file.in.grids = x->grids;
    file.in.sweeps = x->sweeps;
    Row r = solve_seeds(file.in);
    print_row(x->name, "planner", &r);
    if (x->sweeps == 0)
        print_metis(x->name, file.in);
    if (x->kahip)
        printf("%-16s %-18s %s\n", x->name, "KaHIP (told)", x->kahip);
    printf("%-16s %-18s cut %.0f in %.1f s: %s, %s", x->name, "goal", x->cut_most, x->cpu_most,
           r.cut_m <= x->cut_most ? "met" : "missed", r.cpu_s <= x->cpu_most ? "met" : "missed");
    if (x->cut_aim > 0)
        printf("; aim %.0f: %s", x->cut_aim, r.cut_m <= x->cut_aim ? "met" : "missed");
    printf("\n\n");
    promised(x->name, "grids out of range or torn", "most", (double)(r.out + r.torn), 0);
    promised(x->name, "mean cut, m", "most", r.cut_m, x->cut_most);
    promised(x->name, "CPU s", "most", r.cpu_s, x->cpu_most);
    partition_file_end(&file);
}

/* syn2k, and then what has become of it. */
static void run_again(void) {
    char path[1024];
    PartitionFile before, after;
    Arena a = { 0 };
    PartitionPlan plan;

    path_of("syn2k.json", path, sizeof path);
    if (!read_instance(path, NULL, &before))
        return;
    path_of("syn2k-p5.json", path, sizeof path);
    if (!read_instance(path, NULL, &after))
        return;
    solve_once(&before.in, &a, &plan);
    after.in.old = plan.grid;
    Row r = solve_seeds(after.in);
    print_row("syn2k-p5, again", "planner", &r);
    printf("%-16s %-18s %.2f %% of the units kept (METIS from nothing: 74 %%, told); 99 %%: %s\n\n",
           "syn2k-p5, again", "goal", r.kept, r.kept >= 99 ? "met" : "missed");
    promised("syn2k to p5", "grids out of range or torn", "most", (double)(r.out + r.torn), 0);
    promised("syn2k to p5", "units kept, %", "goal", r.kept, 99);
    arena_end(&a);
    partition_file_end(&before);
    partition_file_end(&after);
}

static void run_other(const char *path) {
    PartitionFile file;

    if (!read_instance(path, NULL, &file))
        return;
    Row r = solve_seeds(file.in);
    print_row(path, "planner", &r);
    print_metis(path, file.in);
    partition_file_end(&file);
}

/* ---- made cities ---- */

static double peak_mb(void) {
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (double)u.ru_maxrss / 1024;
}

static void run_city(const char *name, int32_t n, bool hard, bool is_promised) {
    PartitionInput in;
    PartitionPlan plan;
    Arena a = { 0 };
    int64_t households = 0;

    if (!partition_city(n, hard, 2026, &in)) {
        printf("%s: no memory\n", name);
        return;
    }
    in.threads = 2;
    for (int32_t u = 0; u < n; u++)
        households += in.households[u];
    Row r = solve_once(&in, &a, &plan);
    print_row(name, "planner", &r);
    printf("%-16s %-18s %d units, %lld households, %d parts; %.1f s on two threads; room told %.0f MB, "
           "most of the process %.0f MB; %d grids out of range, %d of them without a certain reason\n\n",
           name, "", n, (long long)households, plan.n_parts, r.wall_s, (double)partition_room(&in) / 1e6,
           peak_mb(), r.out, r.unexplained);
    if (is_promised) {
        promised(name, "grids without a reason, or torn", "most", (double)(r.unexplained + r.torn), 0);
        promised(name, "s on two threads", "most", r.wall_s, 60);
        promised(name, "most memory, MB", "most", peak_mb(), 2000);
    }
    arena_end(&a);
    void *all[] = { (void *)(uintptr_t)in.households, (void *)(uintptr_t)in.x_m, (void *)(uintptr_t)in.y_m,
                    (void *)(uintptr_t)in.edges };
    for (size_t i = 0; i < COUNT(all); i++)
        free(all[i]);
}

int main(int argc, char **argv) {
    bool cities = argc == 2 && strcmp(argv[1], "cities") == 0;

    print_head();
    for (size_t i = 0; i < COUNT(instances) && !cities; i++)
        run_instance(&instances[i]);
    if (!cities) {
        run_again();
        for (int i = 1; i < argc; i++)
            run_other(argv[i]);
        printf("Baltimore's blocks and Singapore's residential blocks: bench_micro\n\n");
    }
    run_city("10 M households", 303000, true, true);
    run_city("the same, open", 303000, false, false);
    run_city("a million units", 1000000, true, false);
    printf("{\"bench\":\"partition\",\"promises\":[%s]}\n", promises);
    return 0;
}
