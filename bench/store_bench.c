/* store_bench – what the writer's queue costs beside a bare loop, and what a point
 * read costs, on either store.
 *
 *     store_bench DIRECTORY [postgresql://…]
 *
 * The bare loop prepares one INSERT of the same row and commits every N rows, with
 * the same pragmas; the queue is kept N deep by one thread. Prints a table. */
#include "probe.h"

#include "driver.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SECONDS_A_ROW = 2 };

static Fault f;

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static _Noreturn void stop(const char *what) {
    fprintf(stderr, "%s: %s (%s)\n", what, f.en, f.detail);
    exit(1);
}

/* ---- the bare loop: libraries only ---- */

static const char *const raw_sqlite =
    "INSERT INTO probe (id, home, ref, number, big, lon, words, met_ms, met_day, day, yes, pick, raw)"
    " VALUES (?1,0,?1,1,?1,1214737000,'漏水',1767225600000,20454,20454,1,1,x'0001')";

static double bare_sqlite(const char *where, int n) {
    sqlite3 *sq;
    sqlite3_stmt *s;
    int64_t id = (int64_t)n << 32;
    long rows = 0;

    if (sqlite3_open(where, &sq) != SQLITE_OK ||
        sqlite3_exec(sq, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536", NULL,
                     NULL, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(sq, raw_sqlite, -1, &s, NULL) != SQLITE_OK)
        stop("sqlite");
    double start = now_s(), end = start + SECONDS_A_ROW;
    while (now_s() < end) {
        sqlite3_exec(sq, "BEGIN IMMEDIATE", NULL, NULL, NULL);
        for (int i = 0; i < n; i++, rows++) {
            sqlite3_bind_int64(s, 1, ++id);
            sqlite3_step(s);
            sqlite3_reset(s);
        }
        sqlite3_exec(sq, "COMMIT", NULL, NULL, NULL);
    }
    double took = now_s() - start;
    sqlite3_finalize(s);
    sqlite3_close(sq);
    return (double)rows / took;
}

/* ---- the queue ---- */

typedef struct Slot {
    int64_t id;
    _Atomic bool free;
} Slot;

static Err put(Tx *tx, void *arg, Fault *fault) {
    Probe p = probe_like(((Slot *)arg)->id);
    int64_t changed;
    return tx_run(tx, &probe_put, (const void *const[]){ &p }, &changed, fault);
}

static _Atomic long done_rows;
static void done(void *arg, Err e, const Fault *fault) {
    if (e != OK) {
        f = *fault;
        stop("write");
    }
    done_rows++;
    ((Slot *)arg)->free = true;
}

static double queued(Store *s, int n, double *ret_batch) {
    static Slot slots[256];
    static int64_t id = 1;
    StoreCounts before = store_counts(s);

    for (int i = 0; i < n; i++)
        slots[i].free = true;
    done_rows = 0;
    double start = now_s(), end = start + SECONDS_A_ROW;
    while (now_s() < end) {
        bool any = false;
        for (int i = 0; i < n; i++)
            if (slots[i].free) {
                any = true;
                slots[i].free = false;
                slots[i].id = ++id;
                if (store_write(s, put, &slots[i], true, done, &f) != OK)
                    stop("queue");
            }
        if (!any)
            usleep(20);
    }
    for (int i = 0; i < n; i++)
        while (!slots[i].free)
            usleep(20);
    double took = now_s() - start;
    StoreCounts after = store_counts(s);
    *ret_batch = (double)(after.operations - before.operations) / (double)(after.batches - before.batches);
    return (double)done_rows / took;
}

/* ---- point reads ---- */

static const QueryPiece point_pieces[] = {
    { 0,
      { "SELECT id, home, ref, number, big, lon, words, met_ms, met_day, day, yes, pick, raw, contact, "
        "contact_key, maybe,"
        " maybe_words FROM probe WHERE home = 0 AND id = ?1",
        "SELECT id, home, ref, number, big, lon, words, met_ms, met_day, day, yes, pick, raw, contact, "
        "contact_key, maybe,"
        " maybe_words FROM probe WHERE home = 0 AND id = $1" } },
};
static const QueryParam point_params[] = { { { 0, 0, 0 }, 0 } };
static const Query point = { "point",      point_pieces, 1, point_params, 1, NULL, 0, { &probe_find_record },
                             &probe_record };

static Err get(Tx *tx, void *arg, Fault *fault) {
    char room[1024];
    Arena a = { room, 0, sizeof room };
    Probe p;
    size_t n;
    ProbeFind find = { .from = *(int64_t *)arg, .to = *(int64_t *)arg, .limit = 1 };
    tx_lend(tx, &a);
    return tx_rows(tx, &point, (const void *const[]){ &find }, &p, 1, &n, fault);
}

static double point_read_us(Store *s) {
    long n = 0;
    double start = now_s(), end = start + 1;
    for (int64_t id = 2; now_s() < end; n++, id = id % 1000 + 2)
        if (store_read(s, 0, get, &id, &f) != OK)
            stop("read");
    return (now_s() - start) / (double)n * 1e6;
}

static void bench(const char *where, const char *bare_where, Buf *json, double *ret_read_us) {
    StoreConfig c = {
        .where = where, .may_migrate = true, .migrations = probe_migrations, .n_migrations = PROBE_MIGRATIONS
    };
    Store *s;
    const int depths[] = { 1, 16, 64, 256 };

    if (store_open(&c, &s, &f) != OK)
        stop(where);
    const char *name = store_dialect(s) == SQLITE ? "SQLite" : "PostgreSQL";
    for (size_t i = 0; i < COUNT(depths); i++) {
        double batch, bare = bare_where ? bare_sqlite(bare_where, depths[i]) : 0;
        double rate = queued(s, depths[i], &batch);
        printf("%-10s %6d %12.0f %12.0f %8.2f %10.1f\n", name, depths[i], bare, rate,
               bare > 0 ? rate / bare : 0, batch);
        buf_fmt(json,
                "%s{\"store\":\"%s\",\"depth\":%d,\"bare_per_s\":%.0f,\"queue_per_s\":%.0f,\"batch\":%.1f}",
                json->p[json->n - 1] == '}' ? "," : "", name, depths[i], bare, rate, batch);
    }
    double read = point_read_us(s);
    printf("%-10s point read by key: %.1f us\n", name, read);
    buf_fmt(json, ",{\"store\":\"%s\",\"point_read_us\":%.1f}", name, read);
    if (store_dialect(s) == SQLITE)
        *ret_read_us = read;
    store_close(s);
}

int main(int argc, char **argv) {
    char path[512], bare[512], room[4096];
    Buf json = { room, 0, sizeof room, false, 0 };
    double read_us = 0;
    StoreConfig c = { .where = bare, .migrations = probe_migrations, .n_migrations = PROBE_MIGRATIONS };

    if (argc < 2) {
        fprintf(stderr, "usage: store_bench DIRECTORY [postgresql://…]\n");
        return 2;
    }
    snprintf(path, sizeof path, "%s/queue.db", argv[1]);
    snprintf(bare, sizeof bare, "%s/bare.db", argv[1]);
    if (store_migrate(&c, 0, &f) != OK)
        stop(bare);
    printf("%-10s %6s %12s %12s %8s %10s\n", "store", "depth", "bare rows/s", "queue rows/s", "ratio", "batch");
    buf_str(&json, "{\"bench\":\"store\",\"rows\":[");
    bench(path, bare, &json, &read_us);
    if (argc > 2)
        bench(argv[2], NULL, &json, &read_us);
    printf(
        "%s],\"promises\":[{\"what\":\"point read on SQLite, inline, us\",\"measured\":%.1f,\"most\":100}]}\n",
        json.p, read_us);
    return 0;
}
