/* bench/start – a city of 33,614 micro-grids: from exec to the first answered question
 * for a grid, with the index in its file and without, and the memory then.
 *
 *   bench_start JINGWEI DIRECTORY [ROUNDS]
 *
 * The grids are a gap-free tiling of crooked cells of 20 corners each. Pages that belong
 * to the mapped file count as memory. */
#include "child.h"
#include "city.h"
#include "load.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { COLS = 98, ROWS = 343, EXTRA = 4, ROUNDS_MAX = 99 };
static const double west = 121.0, south = 30.7, pitch = 0.003;

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* In -1…1, the same for the same number. */
static double noise(uint64_t n) {
    n = (n + 1) * 0x9E3779B97F4A7C15ull;
    n ^= n >> 29;
    n *= 0xBF58476D1CE4E5B9ull;
    return (double)(n >> 40) / (double)(1 << 23) - 1;
}

/* Point k of the side that begins at a corner and goes east or north; both cells
 * beside it write the same. */
static void put_point(FILE *to, int col, int row, bool north, int k, bool *first) {
    uint64_t corner = (uint64_t)row * (COLS + 1) + (uint64_t)col;
    uint64_t seed = (corner * 2 + north) * 16 + (uint64_t)k;
    uint64_t at = k == 0 ? corner * 32 + 15 : seed * 2 + 1000000007;
    double along = (double)k / (EXTRA + 1), wobble = k == 0 ? 0.2 : 0.05;
    double lon = west + pitch * (col + (north ? 0 : along) + wobble * noise(at));
    double lat = south + pitch * (row + (north ? along : 0) + wobble * noise(at + 7));

    fprintf(to, "%s[%.7f,%.7f]", *first ? "" : ",", lon, lat);
    *first = false;
}

static void put_cell(FILE *to, int col, int row) {
    bool first = true;

    fprintf(to, "{\"type\":\"Feature\",\"properties\":{\"code\":\"3101%08d\",\"name\":\"第%d网格\"},",
            row * COLS + col, row * COLS + col);
    fprintf(to, "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[");
    for (int k = 0; k <= EXTRA; k++)
        put_point(to, col, row, false, k, &first);
    for (int k = 0; k <= EXTRA; k++)
        put_point(to, col + 1, row, true, k, &first);
    put_point(to, col + 1, row + 1, false, 0, &first);
    for (int k = EXTRA; k > 0; k--)
        put_point(to, col, row + 1, false, k, &first);
    put_point(to, col, row + 1, false, 0, &first);
    for (int k = EXTRA; k >= 0; k--)
        put_point(to, col, row, true, k, &first);
    fprintf(to, "]]}}");
}

static void write_map(const char *path) {
    FILE *to = fopen(path, "w");

    if (!to) {
        perror(path);
        exit(1);
    }
    fprintf(to, "{\"type\":\"FeatureCollection\",\"features\":[\n");
    for (int row = 0; row < ROWS; row++)
        for (int col = 0; col < COLS; col++) {
            if (row + col)
                fprintf(to, ",\n");
            put_cell(to, col, row);
        }
    fprintf(to, "]}\n");
    if (fclose(to) != 0) {
        perror(path);
        exit(1);
    }
}

static double memory_mb(pid_t pid, const char *what) {
    char path[64], line[256];
    long kb = 0;

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, what, strlen(what)) == 0)
            kb = strtol(line + strlen(what), NULL, 10);
    if (f)
        fclose(f);
    return (double)kb / 1024;
}

typedef struct Start {
    double seconds, mb, peak_mb;
} Start;

/* Waits until a file of the cache is there, so that the next start finds it. */
static void wait_for_file(const char *dir) {
    char command[400];

    snprintf(command, sizeof command, "ls '%s'/cache/*.index >/dev/null 2>&1", dir);
    for (int i = 0; i < 1000 && system(command) != 0; i++)
        nanosleep(&(struct timespec){ 0, 20000000 }, NULL);
}

static Start start_once(const City *c) {
    static const char request[] =
        "GET /api/1/locate?lon=121.1502&lat=31.2003 HTTP/1.1\r\n" BENCH_HEADERS "\r\n";
    char answer[8192];
    double began = now_s();
    Child server = city_serve(c);

    load_once(server.port, str(request), answer, sizeof answer);
    Start s = { now_s() - began, memory_mb(server.pid, "VmRSS:"), memory_mb(server.pid, "VmHWM:") };
    if (!strstr(answer, "\"found\":true")) {
        fprintf(stderr, "no grid: %s\n", answer);
        exit(1);
    }
    wait_for_file(c->dir);
    child_stop(server);
    return s;
}

static Start middle(const City *c, bool cached, int rounds) {
    double seconds[ROUNDS_MAX], mb[ROUNDS_MAX], peak[ROUNDS_MAX];
    char command[400];

    snprintf(command, sizeof command, "rm -rf '%s/cache'", c->dir);
    for (int i = 0; i < rounds; i++) {
        if (!cached && system(command) != 0)
            exit(1);
        Start s = start_once(c);
        seconds[i] = s.seconds;
        mb[i] = s.mb;
        peak[i] = s.peak_mb;
    }
    return (Start){ median(seconds, rounds), median(mb, rounds), median(peak, rounds) };
}

int main(int argc, char **argv) {
    int rounds = argc > 3 ? atoi(argv[3]) : 5;
    City c = { .program = argc > 1 ? argv[1] : "" };
    char map[300];

    if (argc < 3 || rounds < 1 || rounds > ROUNDS_MAX)
        return 2;
    snprintf(c.dir, sizeof c.dir, "%s/city", argv[2]);
    snprintf(map, sizeof map, "%s/grids.geojson", argv[2]);
    write_map(map);
    child_run((char *const[]){ argv[1], "import", "areas", map, "--layer", "grid", "--governing", "--level",
                               "micro_grid", "--code", "code", "--name", "name", "--crs", "wgs84", "--data",
                               c.dir, NULL });
    Start without = middle(&c, false, rounds), with = middle(&c, true, rounds);
    printf("%-20s %10s %10s %10s\n", "33,614 grids", "seconds", "MB", "peak MB");
    printf("%-20s %10.2f %10.0f %10.0f\n", "without the file", without.seconds, without.mb, without.peak_mb);
    printf("%-20s %10.2f %10.0f %10.0f\n", "from the file", with.seconds, with.mb, with.peak_mb);
    printf(
        "{\"bench\":\"start\",\"grids\":%d,\"built_s\":%.3f,\"built_mb\":%.1f,\"peak_mb\":%.1f,\"promises\":["
        "{\"what\":\"start with 33,614 grids, s\",\"measured\":%.3f,\"most\":1},"
        "{\"what\":\"memory after it, MB\",\"measured\":%.1f,\"most\":150}]}\n",
        COLS * ROWS, without.seconds, without.mb, with.peak_mb, with.seconds, with.mb);
    return 0;
}
