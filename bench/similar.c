/* bench/similar – is it reported already? Open cases all over a metropolis, eighty
 * kilometres wide with half of them in a tenth of it, and questions from everywhere in it, one
 * after the other over HTTP: a clerk's view by the words of the reports, and everybody's by
 * the names of conditions.
 *
 *   bench_similar PROGRAM DIRECTORY [OPEN CASES, default 1000000] [SECONDS, default 5] */
#include "city.h"
#include "load.h"
#include "stock.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double most_ms = 5;

typedef struct Asking {
    const char *path, *cookie;
    uint64_t seed;
} Asking;

static uint64_t draw(uint64_t *seed) {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    return *seed ^= *seed << 17;
}

static void must(bool holds, const char *what) {
    if (!holds) {
        fprintf(stderr, "bench_similar: %s\n", what);
        exit(1);
    }
}

/* Half of them in the middle, 25 km wide; the others anywhere in 80 km. */
static void spread(const char *database) {
    static const char sql[] = "PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; BEGIN;"
                              "UPDATE cases SET placed = 1, place = NULL,"
                              " lon = 1214700000 + (abs(random()) % 8400000 - 4200000) / (1 + 2 * (rowid % 2)),"
                              " lat = 312250000 + (abs(random()) % 7200000 - 3600000) / (1 + 2 * (rowid % 2))"
                              " WHERE state NOT BETWEEN 10 AND 19;"
                              "COMMIT; PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE)";
    sqlite3 *db;

    must(sqlite3_open(database, &db) == SQLITE_OK, database);
    must(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, sqlite3_errmsg(db));
    sqlite3_close(db);
}

static void request(void *ctx, int64_t number, Buf *b) {
    static const char *const texts[] = { "路口的井盖缺失，很危险", "楼道里堆满了纸箱和电动车",
                                         "路灯不亮好几天了", "垃圾没有人清运，味道很大",
                                         "人行道地砖松动，踩上去溅水" };
    Asking *a = ctx;
    char body[300];
    int64_t squeeze = 1 + 2 * (int64_t)(draw(&a->seed) % 2);
    int64_t lon = 1214700000 + ((int64_t)(draw(&a->seed) % 8400000) - 4200000) / squeeze,
            lat = 312250000 + ((int64_t)(draw(&a->seed) % 7200000) - 3600000) / squeeze;
    int n = snprintf(body, sizeof body, "{\"lon\":%.7f,\"lat\":%.7f,\"text\":\"%s\"}", (double)lon / 1e7,
                     (double)lat / 1e7, texts[number % (int64_t)COUNT(texts)]);

    buf_fmt(b, "POST %s HTTP/1.1\r\n" BENCH_HEADERS "X-Jingwei: 1\r\nContent-Type: application/json\r\n",
            a->path);
    buf_fmt(b, "Cookie: jingwei=%s\r\nContent-Length: %d\r\n\r\n%s", a->cookie, n, body);
}

int main(int argc, char **argv) {
    static Stock stock;
    static const char *const paths[] = { "/api/1/cases/similar", "/api/1/public/similar" };
    static const char *const names[] = { "a clerk's view", "everybody's view" };
    long open = argc > 3 ? atol(argv[3]) : 1000000;
    double seconds = argc > 4 ? atof(argv[4]) : 5, p99[2];
    char database[400], cookie[128];

    if (argc < 3 || open < 1) {
        fprintf(stderr, "usage: bench_similar PROGRAM DIRECTORY [OPEN CASES [SECONDS]]\n");
        return 2;
    }
    City city = city_make(argv[1], argv[2]);
    snprintf(database, sizeof database, "%s/jingwei.db", city.dir);
    stock_fill(database, open, &stock);
    spread(database);
    Child server = city_serve(&city);
    city_sign_in(server.port, cookie);
    printf("%ld open cases in 80 km by 80 km\n%-20s %12s %10s %10s %10s\n", stock.open, "", "questions/s",
           "p50 ms", "p99 ms", "longest");
    for (int i = 0; i < 2; i++) {
        Asking a = { paths[i], cookie, 2026 };
        LoadPlan warm = { server.port, 1, 1, 0, request, NULL, NULL, &a };
        LoadPlan plan = { server.port, 1, seconds, 0, request, NULL, NULL, &a };
        load_run(&warm);
        LoadResult r = load_run(&plan);
        p99[i] = r.p99_ms;
        printf("%-20s %12.0f %10.2f %10.2f %10.2f\n", names[i], r.per_s, r.p50_ms, r.p99_ms, r.longest_ms);
    }
    child_stop(server);
    printf("{\"bench\":\"similar\",\"open\":%ld,\"promises\":["
           "{\"what\":\"similar cases nearby, p99 ms\",\"measured\":%.2f,\"most\":%.1f},"
           "{\"what\":\"the same for everybody, p99 ms\",\"measured\":%.2f,\"most\":%.1f}]}\n",
           stock.open, p99[0], most_ms, p99[1], most_ms);
    return 0;
}
