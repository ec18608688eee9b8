/* bench/post – a report becomes a case, durably: POST over 1, 16 and 64 kept-alive
 * connections, each with a client key, a point in a grid and a reporter, beside a bare
 * SQLite loop that writes the same rows (raw.h) at the batch size that the server was
 * seen to make, and at 256. Every round begins with the same city on both sides.
 * Then 64 connections at half the rate that was reached, for what a person waits.
 *
 *   bench_post PROGRAM DIRECTORY [SECONDS per turn, default 2] [ROUNDS, default 3] */
#include "city.h"
#include "load.h"
#include "raw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTHS = 3, ROUNDS_MAX = 50, POINTS_MAX = 200 };
static const int depths[DEPTHS] = { 1, 16, 64 };
static const double ratio_goal = 0.5, p99_goal_ms = 60, half_p99_goal_ms = 20;

/* ---- what is asked ---- */

typedef struct Points {
    char lon[POINTS_MAX][16], lat[POINTS_MAX][16];
    int n;
} Points;

static bool number_after(const char *p, const char *name, char ret[16]) {
    const char *at = strstr(p, name);

    if (at)
        snprintf(ret, 16, "%.*s", (int)strspn(at + strlen(name), "0123456789.-"), at + strlen(name));
    return at != NULL;
}

/* Where cases of the demo city lie: inside its grids. */
static void find_points(int port, Points *ret) {
    static char answer[1 << 18];
    char cookie[128], request[1024];

    city_sign_in(port, cookie);
    int n = snprintf(request, sizeof request,
                     "GET /api/1/cases?limit=200&placed=placed HTTP/1.1\r\n" BENCH_HEADERS
                     "Cookie: jingwei=%s\r\n\r\n",
                     cookie);
    load_once(port, (Str){ request, (size_t)n }, answer, sizeof answer);
    for (const char *p = strstr(answer, "\"lon\":"); p && ret->n < POINTS_MAX; p = strstr(p + 1, "\"lon\":"))
        if (number_after(p, "\"lon\":", ret->lon[ret->n]) && number_after(p, "\"lat\":", ret->lat[ret->n]))
            ret->n++;
    if (!ret->n) {
        fprintf(stderr, "no case of the demo city has a point\n");
        exit(1);
    }
}

static void request_report(void *ctx, int64_t number, Buf *b) {
    const Points *at = ctx;
    char room[1024];
    Buf body = { room, 0, sizeof room, false, 0 };
    int i = (int)(number % at->n);

    buf_fmt(
        &body,
        "{\"text\":\"五号楼东侧的路灯不亮，晚上出入看不清台阶，请来看看。编号 %lld\",\"spot\":\"五号楼东侧\","
        "\"lon\":%s,\"lat\":%s,\"category\":\"0101\",\"name\":\"张三\",\"contact\":\"13800000000\"}",
        (long long)number, at->lon[i], at->lat[i]);
    buf_fmt(b,
            "POST /api/1/cases HTTP/1.1\r\n" BENCH_HEADERS
            "Content-Type: application/json\r\nClient-Key: bench-%016llx\r\nContent-Length: %zu\r\n\r\n",
            (unsigned long long)number * 0x9E3779B97F4A7C15u, body.n);
    buf_put(b, body.p, body.n);
}

/* ---- one round ---- */

typedef struct Measured {
    double per_s[ROUNDS_MAX], p50[ROUNDS_MAX], p99[ROUNDS_MAX], batch[ROUNDS_MAX];
    double raw[ROUNDS_MAX], raw_p99[ROUNDS_MAX], ratio[ROUNDS_MAX], ratio_256[ROUNDS_MAX], load[ROUNDS_MAX];
} Measured;

typedef struct Half {
    double per_s[ROUNDS_MAX], p50[ROUNDS_MAX], p99[ROUNDS_MAX];
} Half;

static long metric(const char *text, const char *name) {
    const char *at = strstr(text, name);
    return at ? strtol(at + strlen(name), NULL, 10) : 0;
}

static void count(int port, long *ret_batches, long *ret_operations) {
    static char answer[8192];

    load_once(port, str("GET /metrics HTTP/1.1\r\n" BENCH_HEADERS "\r\n"), answer, sizeof answer);
    *ret_batches = metric(answer, "\njingwei_store_batches ");
    *ret_operations = metric(answer, "\njingwei_store_operations ");
}

static void take_turn(int port, Points *at, int depth, double seconds, int round, Measured *m) {
    long batches, operations, batches_after, operations_after;
    LoadPlan p = { port, depth, seconds, 0, request_report, at };

    count(port, &batches, &operations);
    LoadResult r = load_run(&p);
    count(port, &batches_after, &operations_after);
    m->per_s[round] = r.per_s;
    m->p50[round] = r.p50_ms;
    m->p99[round] = r.p99_ms;
    m->load[round] = r.cpu_s / r.seconds;
    m->batch[round] = (double)(operations_after - operations) / (double)(batches_after - batches);
}

static void serve_round(const City *city, double seconds, int round, Measured m[DEPTHS], Half *half) {
    static Points at;
    Child server = city_serve(city);

    at.n = 0;
    find_points(server.port, &at);
    for (int i = 0; i < DEPTHS; i++)
        take_turn(server.port, &at, depths[i], seconds, round, &m[i]);
    LoadPlan p = {
        server.port, depths[DEPTHS - 1], seconds, m[DEPTHS - 1].per_s[round] / 2, request_report, &at
    };
    LoadResult r = load_run(&p);
    half->per_s[round] = r.per_s;
    half->p50[round] = r.p50_ms;
    half->p99[round] = r.p99_ms;
    child_stop(server);
}

static void run_round(const City *city, double seconds, int round, Measured m[DEPTHS], double raw_256[],
                      Half *half) {
    char live[512], before[512], copy[512];

    snprintf(live, sizeof live, "%s/jingwei.db", city->dir);
    snprintf(before, sizeof before, "%s/before.db", city->dir);
    snprintf(copy, sizeof copy, "%s/raw.db", city->dir);
    if (round == 0)
        raw_copy(live, before);
    else
        raw_copy(before, live);
    serve_round(city, seconds, round, m, half);
    RawRows *rows = raw_read(before, live);
    for (int i = 0; i < DEPTHS; i++) {
        long batch = (long)(m[i].batch[round] + 0.5);
        double raw = raw_write(rows, before, copy, batch < 1 ? 1 : batch, seconds);
        m[i].raw[round] = raw;
        m[i].raw_p99[round] = raw_p99_ms();
        m[i].ratio[round] = m[i].per_s[round] / raw;
    }
    raw_256[round] = raw_write(rows, before, copy, 256, seconds);
    for (int i = 0; i < DEPTHS; i++)
        m[i].ratio_256[round] = m[i].per_s[round] / raw_256[round];
    raw_free(rows);
}

/* ---- the table ---- */

static void report(Measured m[DEPTHS], double raw_256[], Half *half, int rounds) {
    char room[4096];
    Buf json = { room, 0, sizeof room, false, 0 };
    double ratio = 0, p99 = 0, raw_p99 = 0;

    printf("%-26s %8s %8s %8s %8s %10s %8s %8s %8s %10s\n", "POST a case, durable", "per s", "p50 ms", "p99 ms",
           "batch", "bare loop", "its p99", "of it", "of 256", "generator");
    buf_str(&json, "{\"bench\":\"post\",\"rows\":[");
    for (int i = 0; i < DEPTHS; i++) {
        double per_s = median(m[i].per_s, rounds), raw = median(m[i].raw, rounds),
               batch = median(m[i].batch, rounds);
        double p50 = median(m[i].p50, rounds), of_256 = median(m[i].ratio_256, rounds);
        double load = median(m[i].load, rounds);
        ratio = median(m[i].ratio, rounds);
        p99 = median(m[i].p99, rounds);
        raw_p99 = median(m[i].raw_p99, rounds);
        printf("%2d connections%12s %8.0f %8.2f %8.2f %8.1f %10.0f %8.2f %8.2f %8.2f %9.0f%%\n", depths[i], "",
               per_s, p50, p99, batch, raw, raw_p99, ratio, of_256, load * 100);
        buf_fmt(&json, "%s{\"connections\":%d,\"per_s\":%.0f,\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"batch\":%.1f,",
                i ? "," : "", depths[i], per_s, p50, p99, batch);
        buf_fmt(&json, "\"bare_per_s\":%.0f,\"bare_p99_ms\":%.2f,\"ratio\":%.3f,\"ratio_256\":%.3f}", raw,
                raw_p99, ratio, of_256);
    }
    double half_p99 = median(half->p99, rounds);
    printf("64 at half that load       %8.0f %8.2f %8.2f\n", median(half->per_s, rounds),
           median(half->p50, rounds), half_p99);
    printf("bare loop, 256 a commit    %8.0f\n%d rounds, medians; the generator's share is of one core\n",
           median(raw_256, rounds), rounds);
    printf(
        "%s],\"bare_256_per_s\":%.0f,\"promises\":[{\"what\":\"POST at 64, of a bare loop with its batches\","
        "\"measured\":%.3f,\"goal\":%.1f},{\"what\":\"POST at 64, p99 ms\",\"measured\":%.2f,\"most\":%.0f},"
        "{\"what\":\"POST at half that load, p99 ms\",\"measured\":%.2f,\"most\":%.0f}]}\n",
        json.p, median(raw_256, rounds), ratio, ratio_goal, p99, p99_goal_ms, half_p99, half_p99_goal_ms);
}

int main(int argc, char **argv) {
    static Measured measured[DEPTHS];
    static Half half;
    static double raw_256[ROUNDS_MAX];
    double seconds = argc > 3 ? atof(argv[3]) : 2;
    int rounds = argc > 4 ? atoi(argv[4]) : 3;

    if (argc < 3 || rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: bench_post PROGRAM DIRECTORY [SECONDS [ROUNDS]]\n");
        return 2;
    }
    City city = city_make(argv[1], argv[2]);
    for (int round = 0; round < rounds; round++)
        run_round(&city, seconds, round, measured, raw_256, &half);
    report(measured, raw_256, &half, rounds);
    return 0;
}
