/* import – tickets per second of `import cases`, beside a raw SQLite loop that writes
 * the same rows (raw.h).
 *
 *     bench_import JINGWEI DIRECTORY [ROUNDS]
 *     bench_import JINGWEI DIRECTORY sizes TICKETS …
 *
 * Baltimore is made without its tickets (tests/real/baltimore.sh); its 10,000 tickets
 * are taken five times under different numbers, as one table. In each round the table
 * is imported into a fresh copy of the city – reading, judging, finding grid, unit and
 * condition, asking whether the number is there – and then the rows that came out of
 * it are written into another fresh copy by the raw loop, 256 tickets a transaction
 * like the import. Prints each round, the medians, and one line of JSON. With sizes
 * (100000 1000000) each is one import by the command itself into a fresh city: seconds,
 * rows a second and its peak of memory. Needs ../shared/data/baltimore (JW_SHARED
 * elsewhere), or says that it skips. */
#include "cases_file.h"
#include "installation.h"
#include "raw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SAMPLE = 10000, COPIES = 5, ROUNDS_MAX = 21, BATCH = 256, MAP_ROOM = 4 << 20, PATH = 600 };

static Fault fa;
static char before[PATH], run[PATH], run_db[PATH], raw_db[PATH], table[PATH], data[PATH];

static _Noreturn void stop(const char *what) {
    fprintf(stderr, "%s: %s %s\n", what, fa.en, fa.detail);
    exit(1);
}

/* ---- the table ---- */

/* Every row so many times; its number is the second field. */
static void write_table(int copies) {
    static char line[1 << 16], from[PATH + 40];
    FILE *out = fopen(table, "w");

    snprintf(from, sizeof from, "%s/311_sample_10000.csv", data);
    for (int copy = 0; copy < copies && out; copy++) {
        FILE *in = fopen(from, "r");
        for (long row = 0; in && fgets(line, sizeof line, in); row++) {
            char *second = strchr(line, ','), *after = second ? strchr(second + 1, ',') : NULL;
            if (row == 0 && copy == 0)
                fputs(line, out);
            else if (row > 0 && after)
                fprintf(out, "%.*s-%d%s", (int)(after - line), line, copy, after);
        }
        if (!in)
            stop(from);
        fclose(in);
    }
    if (!out || fclose(out) != 0)
        stop(table);
}

static Err pull(void *in, char *to, size_t room, size_t *ret_n, Fault *f) {
    (void)f;
    *ret_n = fread(to, 1, room, in);
    return OK;
}

/* ---- one round ---- */

typedef struct Rate {
    double rows_s, cpu_us; /* the second for each row, of all threads: noise disturbs it less */
} Rate;

static double cpu_s(void) {
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static CasesMap *read_map(Arena *a) {
    CasesMap *m;
    char *text = arena_take(a, MAP_BYTES_MAX);
    FILE *in = fopen(JW_SOURCE "/tests/real/baltimore.json", "r");

    if (!in || !text)
        stop("baltimore.json");
    size_t n = fread(text, 1, MAP_BYTES_MAX, in);
    fclose(in);
    if (cases_map_read((Str){ text, n }, a, &m, &fa) != OK)
        stop("baltimore.json");
    return m;
}

static Rate import_once(const CasesMap *m) {
    Installation in = { .dir = run, .store = "", .key_file = "", .readers = 1 };
    char city[PATH + 16];
    CasesCount n;
    Store *s;
    FILE *rows = fopen(table, "r");

    snprintf(city, sizeof city, "%s/jingwei.db", before);
    raw_copy(city, run_db);
    if (!rows || installation_open(&in, &s, &fa) != OK)
        stop(run);
    int64_t start_ms = clock_mono_ms();
    double start_cpu = cpu_s();
    if (cases_import(s, m, pull, rows, NULL, NULL, &n, &fa) != OK || n.added != n.rows)
        stop("import");
    double took_s = (double)(clock_mono_ms() - start_ms) / 1000;
    double used_s = cpu_s() - start_cpu;
    installation_close(s);
    fclose(rows);
    return (Rate){ (double)n.rows / took_s, used_s / (double)n.rows * 1e6 };
}

static Rate write_once(void) {
    char city[PATH + 16];

    snprintf(city, sizeof city, "%s/jingwei.db", before);
    RawRows *r = raw_read(city, run_db);
    double start_cpu = cpu_s(), rate = raw_write(r, city, raw_db, BATCH, 600),
           cpu_us = (cpu_s() - start_cpu) / (double)raw_reports(r) * 1e6;
    raw_free(r);
    return (Rate){ rate, cpu_us };
}

/* ---- all ---- */

static int by_size(const void *x, const void *y) {
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

static double median(double *list, int n) {
    qsort(list, (size_t)n, sizeof *list, by_size);
    return n % 2 ? list[n / 2] : (list[n / 2 - 1] + list[n / 2]) / 2;
}

static void make_city(const char *program, const char *dir) {
    char command[3 * PATH];

    snprintf(before, sizeof before, "%s/before", dir);
    snprintf(run, sizeof run, "%s/run", dir);
    snprintf(run_db, sizeof run_db, "%s/run/jingwei.db", dir);
    snprintf(raw_db, sizeof raw_db, "%s/raw.db", dir);
    snprintf(table, sizeof table, "%s/tickets.csv", dir);
    mkdir(dir, 0700);
    mkdir(run, 0700);
    snprintf(command, sizeof command, "NO_TICKETS=1 %s/tests/real/baltimore.sh '%s' '%s' '%s' >/dev/null",
             JW_SOURCE, program, data, before);
    if (system(command) != 0)
        stop("baltimore.sh");
}

/* ---- by size ---- */

static void import_size(const char *program, long tickets) {
    char city[PATH + 16];
    struct rusage u;
    int status;

    snprintf(city, sizeof city, "%s/jingwei.db", before);
    raw_copy(city, run_db);
    write_table((int)(tickets / SAMPLE));
    int64_t start_ms = clock_mono_ms();
    pid_t pid = fork();
    if (pid == 0) {
        setenv("JINGWEI_ZONE", "America/New_York", 1);
        if (!freopen("/dev/null", "w", stdout))
            _exit(1);
        execl(program, program, "import", "cases", table, "--map", JW_SOURCE "/tests/real/baltimore.json",
              "--data", run, "--json", (char *)NULL);
        _exit(1);
    }
    if (pid < 0 || wait4(pid, &status, 0, &u) != pid || status != 0)
        stop("import cases");
    double took_s = (double)(clock_mono_ms() - start_ms) / 1000;
    double cpu_us = ((double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 +
                     (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec)) /
                    (double)tickets;
    printf("%9ld tickets %8.1f s %8.0f rows/s %8.1f us CPU a row %6.0f MB at the peak\n", tickets, took_s,
           (double)tickets / took_s, cpu_us, (double)u.ru_maxrss / 1024);
    printf("{\"bench\":\"import_size\",\"tickets\":%ld,\"seconds\":%.1f,\"cpu_us\":%.1f,\"peak_mb\":%.0f}\n",
           tickets, took_s, cpu_us, (double)u.ru_maxrss / 1024);
    fflush(stdout);
}

static int import_sizes(char **argv, int argc) {
    make_city(argv[1], argv[2]);
    for (int i = 4; i < argc; i++)
        import_size(argv[1], atol(argv[i]));
    return 0;
}

int main(int argc, char **argv) {
    int rounds = argc > 3 ? atoi(argv[3]) : 5;
    double imported[ROUNDS_MAX], written[ROUNDS_MAX], ratios[ROUNDS_MAX], in_cpu[ROUNDS_MAX],
        out_cpu[ROUNDS_MAX];
    bool sizes = argc > 4 && strcmp(argv[3], "sizes") == 0;
    const char *shared = getenv("JW_SHARED");
    Arena a;

    snprintf(data, sizeof data, "%s/data/baltimore", shared ? shared : JW_SOURCE "/../shared");
    if (argc < 3 || (!sizes && (rounds < 1 || rounds > ROUNDS_MAX)))
        return 2;
    if (access(data, R_OK) != 0) {
        printf("skipped: no real data at %s\n", data);
        return 0;
    }
    if (sizes)
        return import_sizes(argv, argc);
    record_begin();
    if (zone_install("America/New_York", &fa) != OK || arena_begin(&a, MAP_ROOM, &fa) != OK)
        stop("start");
    make_city(argv[1], argv[2]);
    write_table(COPIES);
    CasesMap *m = read_map(&a);
    printf("%5s %14s %14s %6s %16s %13s\n", "round", "import, rows/s", "raw, rows/s", "ratio", "import, us CPU",
           "raw, us CPU");
    for (int i = 0; i < rounds; i++) {
        Rate in = import_once(m), out = write_once();
        imported[i] = in.rows_s;
        written[i] = out.rows_s;
        ratios[i] = in.rows_s / out.rows_s;
        in_cpu[i] = in.cpu_us;
        out_cpu[i] = out.cpu_us;
        printf("%5d %14.0f %14.0f %6.2f %16.1f %13.1f\n", i + 1, in.rows_s, out.rows_s, ratios[i], in.cpu_us,
               out.cpu_us);
        fflush(stdout);
    }
    double in = median(imported, rounds), out = median(written, rounds), ratio = median(ratios, rounds);
    printf("%5s %14.0f %14.0f %6.2f %16.1f %13.1f  (goal 0.5)\n", "mid", in, out, ratio, median(in_cpu, rounds),
           median(out_cpu, rounds));
    printf("{\"bench\":\"import\",\"tickets\":%d,\"rounds\":%d,\"batch\":%d,\"import_per_s\":%.0f,\"raw_per_"
           "s\":%.0f,"
           "\"promises\":[{\"what\":\"import of tickets / raw loop\",\"measured\":%.2f,\"goal\":0.5}]}\n",
           COPIES * SAMPLE, rounds, BATCH, in, out, ratio);
    cases_map_end(m);
    arena_end(&a);
    return 0;
}
