/* bench/adjacency – who is whose neighbour among Baltimore's 10,025 blocks, with the length
 * of the border: ours beside PostGIS, asked in two ways. ST_Touches with the length of the
 * intersection, on a GiST index, which is how it is usually written; and a hash of segments
 * in SQL, which is how it is done when that is too slow. PostGIS's blocks are stored in
 * projected metres, so that its lengths are plain ones.
 *
 * Each works on one core: ours in this process, PostGIS in its own. What counts is the
 * processor time of each, ours and its backend's, the median of several rounds. All three
 * must name the same pairs. Promise: at least 15 times ST_Touches, 5 times the hash.
 *
 *   tools/with_postgres.sh build/bench/bench_adjacency [ROUNDS, default 3] */
#include "adjacency.h"
#include "layer.h"

#include <libpq-fe.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS_MAX = 32 };

static Fault fa;

static void must(bool fine, const char *what) {
    if (fine)
        return;
    fprintf(stderr, "bench_adjacency: %s\n", what);
    exit(1);
}

/* ---- PostGIS ------------------------------------------------------------ */

static PGresult *sql_with(PGconn *db, const char *sql, int n, const char *const *values) {
    PGresult *r = PQexecParams(db, sql, n, NULL, values, NULL, NULL, 0);
    must(PQresultStatus(r) == PGRES_COMMAND_OK || PQresultStatus(r) == PGRES_TUPLES_OK, PQerrorMessage(db));
    return r;
}

static void sql(PGconn *db, const char *text) { PQclear(sql_with(db, text, 0, NULL)); }

static const char touches_sql[] =
    "SELECT count(*), sum(m) FROM (SELECT a.id, b.id, ST_Length(ST_Intersection(a.geom, b.geom)) AS m"
    " FROM block a JOIN block b ON a.id < b.id AND a.geom && b.geom AND ST_Touches(a.geom, b.geom)) p WHERE m "
    "> 0";

static const char hash_sql[] =
    "WITH edge AS MATERIALIZED (SELECT id, ST_X(a) AS x, ST_Y(a) AS y, ST_X(b) AS u, ST_Y(b) AS v FROM"
    "  (SELECT id, ST_StartPoint(s.geom) AS a, ST_EndPoint(s.geom) AS b FROM block, ST_DumpSegments(geom) s) e)"
    " SELECT count(*), sum(m) FROM (SELECT e.id, o.id, sum(sqrt((e.u - e.x) ^ 2 + (e.v - e.y) ^ 2)) AS m"
    " FROM edge e JOIN edge o ON o.x = e.u AND o.y = e.v AND o.u = e.x AND o.v = e.y AND e.id < o.id"
    " GROUP BY 1, 2) p";

static PGconn *postgis_open(const Layer *l) {
    const char *where = getenv("JW_TEST_POSTGRES");
    Buf json;

    must(where != NULL, "run it through tools/with_postgres.sh (postgresql-15-postgis-3 is needed)");
    PGconn *db = PQconnectdb(where);
    must(PQstatus(db) == CONNECTION_OK, PQerrorMessage(db));
    must(buf_begin(&json, 1 << 16, 64 << 20, &fa) == OK, fa.en);
    sql(db, "CREATE EXTENSION postgis");
    sql(db, "CREATE TABLE block (id int, geom geometry(MultiPolygon, 26918))");
    sql(db, "BEGIN");
    for (int32_t i = 0; i < l->n; i++) {
        char id[16];
        json.n = 0;
        shape_geojson(&l->shapes[i], 0, &json);
        snprintf(id, sizeof id, "%d", i);
        PQclear(sql_with(
            db, "INSERT INTO block SELECT $1::int, ST_Multi(ST_Transform(ST_GeomFromGeoJSON($2), 26918))", 2,
            (const char *const[]){ id, json.p }));
    }
    sql(db, "COMMIT");
    sql(db, "CREATE INDEX ON block USING gist (geom)");
    sql(db, "VACUUM FULL ANALYZE block");
    sql(db, "SET jit = off");
    sql(db, "SET max_parallel_workers_per_gather = 0");
    sql(db, "SET work_mem = '256MB'");
    buf_end(&json);
    return db;
}

/* Time on a processor: of this process, and of PostGIS's backend as Linux counts it. */
static double cpu_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static double backend_cpu_ms(PGconn *db) {
    char path[64];
    double ns = 0;

    snprintf(path, sizeof path, "/proc/%d/schedstat", PQbackendPID(db));
    FILE *in = fopen(path, "r");
    must(in && fscanf(in, "%lf", &ns) == 1, "/proc/PID/schedstat does not tell the backend's time");
    fclose(in);
    return ns * 1e-6;
}

/* ---- side by side ------------------------------------------------------- */

typedef struct Side {
    const char *name;
    double ms[ROUNDS_MAX], median_ms;
    int64_t pairs;
    double km;
} Side;

static void ask(PGconn *db, const char *text, Side *s, int round) {
    double cpu = backend_cpu_ms(db);
    PGresult *r = sql_with(db, text, 0, NULL);
    s->ms[round] = backend_cpu_ms(db) - cpu;
    s->pairs = atoll(PQgetvalue(r, 0, 0));
    s->km = atof(PQgetvalue(r, 0, 1)) / 1e3;
    PQclear(r);
}

static void find(const Layer *l, const AdjacencyRules *rules, Side *s, int round) {
    Adjacency got;
    double cpu = cpu_ms();

    must(adjacency_find(l->shapes, l->n, rules, &got, &fa) == OK, fa.en);
    s->ms[round] = cpu_ms() - cpu;
    s->pairs = got.n;
    s->km = 0;
    for (int64_t i = 0; i < got.n; i++)
        s->km += got.borders[i].exact_m / 1e3;
    adjacency_free(&got);
}

static int by_ms(const void *x, const void *y) {
    double a = *(const double *)x, b = *(const double *)y;
    return a < b ? -1 : a > b;
}

int main(int argc, char **argv) {
    static Side sides[] = { { .name = "ours" },
                            { .name = "ours, with streets" },
                            { .name = "ST_Touches" },
                            { .name = "hash in SQL" } };
    const AdjacencyRules streets = { .near_m = 1, .street_m = 40 };
    int rounds = argc > 1 ? atoi(argv[1]) : 3;
    Layer blocks;

    must(rounds > 0 && rounds <= ROUNDS_MAX, "usage: bench_adjacency [ROUNDS]");
    if (!layer_read("baltimore/baltimore_blocks.geojson", &blocks))
        return 0; /* said on stderr */
    PGconn *db = postgis_open(&blocks);
    for (int round = 0; round < rounds; round++) {
        find(&blocks, NULL, &sides[0], round);
        find(&blocks, &streets, &sides[1], round);
        ask(db, touches_sql, &sides[2], round);
        ask(db, hash_sql, &sides[3], round);
    }
    printf("%-20s %8s %10s %10s %8s\n", "", "pairs", "km", "CPU ms", "times");
    for (size_t i = 0; i < COUNT(sides); i++) {
        qsort(sides[i].ms, (size_t)rounds, sizeof *sides[i].ms, by_ms);
        sides[i].median_ms = sides[i].ms[rounds / 2];
        printf("%-20s %8lld %10.1f %10.1f %7.1fx\n", sides[i].name, (long long)sides[i].pairs, sides[i].km,
               sides[i].median_ms, sides[i].median_ms / sides[0].median_ms);
    }
    must(sides[0].pairs == sides[2].pairs && sides[0].pairs == sides[3].pairs,
         "they do not name the same pairs");
    must(fabs(sides[0].km - sides[2].km) < 0.002 * sides[0].km, "the borders are not as long");
    printf(
        "{\"bench\":\"adjacency\",\"areas\":%d,\"pairs\":%lld,\"km\":%.1f,\"rounds\":%d,\"ms\":%.2f,"
        "\"touches_ms\":%.1f,\"hash_ms\":%.1f,\"promises\":["
        "{\"what\":\"neighbours with lengths, of PostGIS's ST_Touches\",\"measured\":%.1f,\"goal\":15},"
        "{\"what\":\"neighbours with lengths, of a hash of segments in SQL\",\"measured\":%.1f,\"goal\":5}]}\n",
        blocks.n, (long long)sides[0].pairs, sides[0].km, rounds, sides[0].median_ms, sides[2].median_ms,
        sides[3].median_ms, sides[2].median_ms / sides[0].median_ms, sides[3].median_ms / sides[0].median_ms);
    PQfinish(db);
    return 0;
}
