/* bench/tile – vector tiles of Baltimore's 10,025 blocks, zoom 12 to 15: ours beside
 * PostGIS's ST_AsMVT on a stored projected column with a GiST index.
 *
 * The same areas, the same words, the same two layers, extent and buffer. Each tile
 * is asked of one and then of the other, several rounds; a tile's time is the median
 * of its rounds, a zoom's the sum over its tiles. Both work on one core: ours in this
 * process, PostGIS in its own, asked through a prepared statement over loopback, the
 * answer in binary. What counts is the time that each spent on a processor, ours and
 * its backend's, so that neither the way between nor a busy machine is in it; the time
 * on the wall stands beside it. Every tile of ours is decoded and its shapes judged by GEOS; so
 * are PostGIS's, for comparison. Promise: at least 8 times, bytes within 5 %.
 *
 *   tools/with_postgres.sh build/bench/bench_tile [ROUNDS, default 5] */
#include "layer.h"
#include "project.h"
#include "tile.h"
#include "tile_decode.h"

#include <jansson.h>
#include <libpq-fe.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

enum { KEYS = 5, ROUNDS_MAX = 32, ZOOM_FROM = 12, ZOOM_TO = 15 };

typedef struct Block {
    char id[24], code[24], name[40];
    int32_t households;
    bool labelled;
    Point label;
} Block;

typedef struct City {
    Layer layer;
    Block *blocks;
    Box box;
} City;

typedef struct Side {
    double ms[ROUNDS_MAX], wall_ms[ROUNDS_MAX];
    double total_ms, total_wall_ms;
    size_t bytes;
    int64_t features, invalid;
} Side;

static Fault fa;

static void must(bool fine, const char *what) {
    if (fine)
        return;
    fprintf(stderr, "bench_tile: %s\n", what);
    exit(1);
}

/* ---- the blocks --------------------------------------------------------- */

static bool city_read(City *c) {
    const char *shared = getenv("JW_SHARED");
    char path[1024];
    size_t i;
    const json_t *feature;

    if (!layer_read("baltimore/baltimore_blocks.geojson", &c->layer))
        return false;
    snprintf(path, sizeof path, "%s/data/baltimore/baltimore_blocks.geojson",
             shared ? shared : JW_SOURCE "/../shared");
    json_t *root = json_load_file(path, 0, NULL);
    c->blocks = calloc((size_t)c->layer.n, sizeof *c->blocks);
    c->box = BOX_NONE;
    json_array_foreach (json_object_get(root, "features"), i, feature) {
        const json_t *words = json_object_get(feature, "properties");
        Block *b = &c->blocks[i];
        /* an id looks like the product's: nineteen digits */
        snprintf(b->id, sizeof b->id, "%lld", 173000000000000000LL + (long long)i * 65537);
        snprintf(b->code, sizeof b->code, "%s", json_string_value(json_object_get(words, "geoid20")));
        snprintf(b->name, sizeof b->name, "%s", json_string_value(json_object_get(words, "name20")));
        b->households = (int32_t)json_integer_value(json_object_get(words, "housing20"));
        b->labelled = shape_label(&c->layer.shapes[i], &b->label);
        Box box = shape_box(&c->layer.shapes[i]);
        box_grow(&c->box, (Point){ box.west, box.south });
        box_grow(&c->box, (Point){ box.east, box.north });
    }
    json_decref(root);
    return true;
}

static TileLayer *build(const City *c) {
    static const TileKey keys[KEYS] = {
        { "id", true }, { "code", false }, { "name", true }, { "level", true }, { "households", false }
    };
    TileArea *areas = calloc((size_t)c->layer.n, sizeof *areas);
    TileValue *values = calloc((size_t)c->layer.n * KEYS, sizeof *values);
    TileLayer *layer;

    for (int32_t i = 0; i < c->layer.n; i++) {
        const Block *b = &c->blocks[i];
        TileValue *v = values + i * KEYS;
        v[0] = (TileValue){ TILE_TEXT, str(b->id), 0 };
        v[1] = (TileValue){ TILE_TEXT, str(b->code), 0 };
        v[2] = (TileValue){ TILE_TEXT, str(b->name), 0 };
        v[3] = (TileValue){ TILE_NUMBER, { 0 }, 4 };
        v[4] = (TileValue){ TILE_NUMBER, { 0 }, b->households };
        areas[i] = (TileArea){ &c->layer.shapes[i], b->labelled, b->label, 0, v };
    }
    must(tile_layer_build(keys, KEYS, areas, c->layer.n, &layer, &fa) == OK, fa.en);
    free(areas);
    free(values);
    return layer;
}

/* ---- PostGIS ------------------------------------------------------------ */

static PGresult *sql_with(PGconn *db, const char *sql, int n, const char *const *values) {
    PGresult *r = PQexecParams(db, sql, n, NULL, values, NULL, NULL, 0);
    if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK) {
        fprintf(stderr, "bench_tile: %s", PQerrorMessage(db));
        exit(1);
    }
    return r;
}

static void sql(PGconn *db, const char *text) { PQclear(sql_with(db, text, 0, NULL)); }

/* What ours does, in its words: the areas whose box meets the tile and its buffer,
 * and the labels in the tile of the areas that are wide enough for a word. */
static const char tile_sql[] =
    "WITH areas AS (SELECT ST_AsMVTGeom(geom, ST_TileEnvelope($1, $2, $3), 4096, 64, true) AS g,"
    "  id, code, name, level, households FROM block"
    "  WHERE geom && ST_TileEnvelope($1, $2, $3, margin => 64.0 / 4096)),"
    " labels AS (SELECT ST_AsMVTGeom(label, ST_TileEnvelope($1, $2, $3), 4096, 0, true) AS g,"
    "  id, name, level FROM block"
    "  WHERE label && ST_TileEnvelope($1, $2, $3) AND span >= 256 * 40075016.68557849 / 4096 / 2 ^ $1)"
    " SELECT coalesce((SELECT ST_AsMVT(areas.*, 'areas', 4096, 'g') FROM areas WHERE g IS NOT NULL), '')"
    " || coalesce((SELECT ST_AsMVT(labels.*, 'labels', 4096, 'g') FROM labels WHERE g IS NOT NULL), '')";

static void fill(PGconn *db, const City *c) {
    Buf json;

    must(buf_begin(&json, 1 << 16, 64 << 20, &fa) == OK, fa.en);
    sql(db, "CREATE EXTENSION postgis");
    sql(db,
        "CREATE TABLE block (id text, code text, name text, level int, households int, span double precision,"
        " label geometry(Point, 3857), geom geometry(MultiPolygon, 3857))");
    sql(db, "BEGIN");
    for (int32_t i = 0; i < c->layer.n; i++) {
        const Block *b = &c->blocks[i];
        char households[16], lon[32], lat[32];
        json.n = 0;
        shape_geojson(&c->layer.shapes[i], 0, &json);
        snprintf(households, sizeof households, "%d", b->households);
        snprintf(lon, sizeof lon, "%.7f", point_lon(b->label));
        snprintf(lat, sizeof lat, "%.7f", point_lat(b->label));
        PQclear(sql_with(db,
                         "INSERT INTO block SELECT $1, $2, $3, 4, $4::int, 0,"
                         " ST_Transform(ST_SetSRID(ST_Point($5::float8, $6::float8), 4326), 3857),"
                         " ST_Multi(ST_Transform(ST_GeomFromGeoJSON($7), 3857))",
                         7, (const char *const[]){ b->id, b->code, b->name, households, lon, lat, json.p }));
    }
    sql(db, "UPDATE block SET span = greatest(ST_XMax(geom) - ST_XMin(geom), ST_YMax(geom) - ST_YMin(geom))");
    sql(db, "COMMIT");
    sql(db, "CREATE INDEX ON block USING gist (geom)");
    sql(db, "CREATE INDEX ON block USING gist (label)");
    sql(db, "VACUUM FULL ANALYZE block");
    buf_end(&json);
}

static PGconn *postgis_open(const City *c) {
    const char *where = getenv("JW_TEST_POSTGRES");
    static const Oid ints[3] = { 23, 23, 23 };

    must(where != NULL, "run it through tools/with_postgres.sh (postgresql-15-postgis-3 is needed)");
    PGconn *db = PQconnectdb(where);
    must(PQstatus(db) == CONNECTION_OK, PQerrorMessage(db));
    fill(db, c);
    sql(db, "SET jit = off");
    sql(db, "SET max_parallel_workers_per_gather = 0");
    PGresult *r = PQprepare(db, "tile", tile_sql, 3, ints);
    must(PQresultStatus(r) == PGRES_COMMAND_OK, PQerrorMessage(db));
    PQclear(r);
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

static PGresult *postgis_tile(PGconn *db, TileAddress at) {
    char z[16], x[16], y[16];

    snprintf(z, sizeof z, "%d", at.z);
    snprintf(x, sizeof x, "%d", at.x);
    snprintf(y, sizeof y, "%d", at.y);
    PGresult *r = PQexecPrepared(db, "tile", 3, (const char *const[]){ z, x, y }, NULL, NULL, 1);
    must(PQresultStatus(r) == PGRES_TUPLES_OK, PQerrorMessage(db));
    return r;
}

/* ---- side by side ------------------------------------------------------- */

static int by_ms(const void *x, const void *y) {
    double a = *(const double *)x, b = *(const double *)y;
    return a < b ? -1 : a > b;
}

static void count_tile(Side *s, int rounds, Str bytes, Arena *a) {
    static GEOSContextHandle_t geos;
    DecodedTile tile;

    geos = geos ? geos : GEOS_init_r();
    qsort(s->ms, (size_t)rounds, sizeof *s->ms, by_ms);
    qsort(s->wall_ms, (size_t)rounds, sizeof *s->wall_ms, by_ms);
    s->total_ms += s->ms[rounds / 2];
    s->total_wall_ms += s->wall_ms[rounds / 2];
    s->bytes += bytes.n;
    a->used = 0;
    must(tile_decode(bytes, a, &tile), "a tile that is none");
    const DecodedLayer *l = tile_layer_named(&tile, "areas");
    for (int32_t i = 0; l && i < l->n_features; i++) {
        s->features++;
        s->invalid += !feature_valid(geos, &l->features[i]);
    }
}

static void try_tile(TileMaker *m, PGconn *db, TileAddress at, int rounds, Side *ours, Side *theirs, Buf *out,
                     Arena *a) {
    PGresult *r = NULL;

    for (int round = 0; round < rounds; round++) {
        double start = seconds_now(), cpu = cpu_ms();
        out->n = 0;
        must(tile_areas(m, at, out, &fa) == OK, fa.en);
        ours->ms[round] = cpu_ms() - cpu;
        ours->wall_ms[round] = (seconds_now() - start) * 1e3;
        PQclear(r);
        cpu = backend_cpu_ms(db);
        start = seconds_now();
        r = postgis_tile(db, at);
        theirs->wall_ms[round] = (seconds_now() - start) * 1e3;
        theirs->ms[round] = backend_cpu_ms(db) - cpu;
    }
    count_tile(ours, rounds, buf_view(out), a);
    count_tile(theirs, rounds, (Str){ PQgetvalue(r, 0, 0), (size_t)PQgetlength(r, 0, 0) }, a);
    PQclear(r);
}

static int32_t try_zoom(const City *c, TileMaker *m, PGconn *db, int32_t z, int rounds, Side *ours,
                        Side *theirs, Buf *out, Arena *a) {
    Mercator first = mercator_of((Point){ c->box.west, c->box.north }),
             last = mercator_of((Point){ c->box.east, c->box.south });
    double n = ldexp(1, z);
    int32_t tiles = 0;

    for (int32_t y = (int32_t)(first.y * n); y <= (int32_t)(last.y * n); y++)
        for (int32_t x = (int32_t)(first.x * n); x <= (int32_t)(last.x * n); x++, tiles++)
            try_tile(m, db, (TileAddress){ z, x, y }, rounds, ours, theirs, out, a);
    return tiles;
}

static double least_times = INFINITY, most_apart; /* over the zooms */

static void report(int32_t z, int32_t tiles, const Side *ours, const Side *theirs, Buf *json) {
    double times = theirs->total_ms / ours->total_ms, bytes = (double)ours->bytes / (double)theirs->bytes;

    double wall_times = theirs->total_wall_ms / ours->total_wall_ms;

    printf("%4d %6d %9lld %10.0f %10.0f %7.1fx %7.1fx %10zu %10zu %+7.1f%% %8lld %8lld\n", z, tiles,
           (long long)ours->features, 1e3 * tiles / ours->total_ms, 1e3 * tiles / theirs->total_ms, times,
           wall_times, ours->bytes / (size_t)tiles, theirs->bytes / (size_t)tiles, (bytes - 1) * 100,
           (long long)ours->invalid, (long long)theirs->invalid);
    least_times = fmin(least_times, times);
    most_apart = fmax(most_apart, fabs(bytes - 1));
    buf_fmt(json,
            "%s{\"zoom\":%d,\"tiles\":%d,\"features\":%lld,\"tiles_per_s\":%.1f,\"postgis_tiles_per_s\":%.1f,"
            "\"times\":%.2f,\"wall_times\":%.2f,\"bytes\":%zu,\"postgis_bytes\":%zu,\"bytes_ratio\":%.4f,"
            "\"invalid\":%lld,"
            "\"postgis_invalid\":%lld}",
            z > ZOOM_FROM ? "," : "", z, tiles, (long long)ours->features, 1e3 * tiles / ours->total_ms,
            1e3 * tiles / theirs->total_ms, times, wall_times, ours->bytes, theirs->bytes, bytes,
            (long long)ours->invalid, (long long)theirs->invalid);
}

int main(int argc, char **argv) {
    int rounds = argc > 1 ? atoi(argv[1]) : 5;
    City city;
    TileMaker *m;
    Buf out, json;
    Arena a;

    must(rounds > 0 && rounds <= ROUNDS_MAX, "usage: bench_tile [ROUNDS]");
    if (!city_read(&city))
        return 0; /* said on stderr */
    must(buf_begin(&out, 1 << 20, 64 << 20, &fa) == OK && buf_begin(&json, 4096, 1 << 20, &fa) == OK &&
             arena_begin(&a, 256 << 20, &fa) == OK,
         fa.en);
    double start = seconds_now();
    TileLayer *layer = build(&city);
    double ready_ms = (seconds_now() - start) * 1e3;
    must(tile_maker_begin(layer, &m, &fa) == OK, fa.en);
    PGconn *db = postgis_open(&city);
    printf("%d blocks, %lld points; layer made ready in %.0f ms, %.1f MB\n", city.layer.n,
           (long long)city.layer.points, ready_ms, (double)tile_layer_size(layer) / 1e6);
    printf("%4s %6s %9s %10s %10s %8s %8s %10s %10s %8s %8s %8s\n", "zoom", "tiles", "shapes", "ours/s",
           "PostGIS/s", "times", "on wall", "our bytes", "its bytes", "more", "invalid", "its inv.");
    buf_fmt(&json,
            "{\"bench\":\"tile\",\"areas\":%d,\"ready_ms\":%.1f,\"layer_bytes\":%zu,\"rounds\":%d,\"zooms\":[",
            city.layer.n, ready_ms, tile_layer_size(layer), rounds);
    for (int32_t z = ZOOM_FROM; z <= ZOOM_TO; z++) {
        Side ours = { 0 }, theirs = { 0 };
        int32_t tiles = try_zoom(&city, m, db, z, rounds, &ours, &theirs, &out, &a);
        report(z, tiles, &ours, &theirs, &json);
    }
    printf("%s],\"promises\":[{\"what\":\"vector tiles, of PostGIS, the slowest "
           "zoom\",\"measured\":%.2f,\"goal\":8},"
           "{\"what\":\"vector tiles, bytes beside PostGIS, the furthest "
           "zoom\",\"measured\":%.4f,\"most\":0.05}]}\n",
           json.p, least_times, most_apart);
    PQfinish(db);
    return 0;
}
