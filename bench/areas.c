/* bench/areas – how long real maps take on their way into an SQLite store: reading
 * beside jansson on the whole text at once, judging, writing. Processor time of all
 * threads, because the machines of the trade are shared; the wall clock beside it. */
#include "areas_file.h"
#include "geojson.h"
#include "installation.h"
#include "record.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static Fault fa;

static void must(Err e, const char *what) {
    if (e == OK)
        return;
    fprintf(stderr, "%s: %s (%s)\n", what, fa.en, fa.detail);
    exit(1);
}

static double ms_of(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static const struct {
    const char *file, *layer, *code;
    AreaLevel level;
} maps[] = {
    { "baltimore/neighborhoods.geojson", "neighborhoods", "name", LEVEL_RESIDENTIAL },
    { "baltimore/baltimore_blocks.geojson", "blocks", "geoid20", LEVEL_MICRO },
    { "shanghai/shanghai_subdistricts_osm.geojson", "subdistricts", "official_control_code_2023",
      LEVEL_SUBDISTRICT },
    { "singapore/subzones.geojson", "subzones", "SUBZONE_C", LEVEL_MICRO },
};

static bool whole(const char *name, Buf *ret) {
    const char *shared = getenv("JW_SHARED");
    char path[1024], piece[16384];

    snprintf(path, sizeof path, "%s/data/%s", shared ? shared : JW_SOURCE "/../shared", name);
    FILE *in = fopen(path, "rb");
    if (!in) {
        fprintf(stderr, "skipped: %s is not there\n", path);
        return false;
    }
    must(buf_begin(ret, 1 << 16, AREAS_BYTES_MAX, &fa), name);
    for (size_t n; (n = fread(piece, 1, sizeof piece, in)) > 0;)
        buf_put(ret, piece, n);
    fclose(in);
    return true;
}

static Err count(void *ctx, GeoFeature *feature, Fault *f) {
    (void)feature, (void)f;
    ++*(int64_t *)ctx;
    return OK;
}

static double tree_alone(Str text) {
    json_error_t why;
    double start = ms_of(CLOCK_PROCESS_CPUTIME_ID);
    json_t *root = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &why);
    json_decref(root);
    return ms_of(CLOCK_PROCESS_CPUTIME_ID) - start;
}

static double import(Store *s, Str text, const AreasOptions *how) {
    AreasReport report;
    double start = ms_of(CLOCK_PROCESS_CPUTIME_ID);

    must(areas_report_begin(&report, 2 * text.n + (1 << 20), &fa), how->layer.p);
    must(areas_import(s, text, how, &report, &fa), how->layer.p);
    areas_report_end(&report);
    return ms_of(CLOCK_PROCESS_CPUTIME_ID) - start;
}

static void one(Store *s, size_t i, Buf *json) {
    int64_t features = 0;
    Buf file;

    if (!whole(maps[i].file, &file))
        return;
    Str text = buf_view(&file);
    AreasOptions how = { .file = str(maps[i].file),
                         .layer = str(maps[i].layer),
                         .level = maps[i].level,
                         .code = str(maps[i].code),
                         .crs = str("wgs84"),
                         .since = 20000 };
    double tree = tree_alone(text), start = ms_of(CLOCK_PROCESS_CPUTIME_ID);
    must(geojson_read(text, how.file, DATUM_WGS84, count, &features, &fa), how.file.p);
    double read = ms_of(CLOCK_PROCESS_CPUTIME_ID) - start;
    how.check = true;
    double judged = import(s, text, &how), wall = ms_of(CLOCK_MONOTONIC);
    how.check = false;
    double all = import(s, text, &how);
    wall = ms_of(CLOCK_MONOTONIC) - wall;
    printf("%-44s %7lld %6.1f %9.0f %8.0f %8.0f %8.0f %8.0f %9.0f\n", maps[i].file, (long long)features,
           (double)text.n / 1e6, tree, read, judged - read, all - judged, all, wall);
    buf_fmt(json,
            "%s{\"file\":\"%s\",\"features\":%lld,\"bytes\":%zu,\"jansson_ms\":%.1f,\"read_ms\":%.1f,\"judge_"
            "ms\":%.1f,"
            "\"write_ms\":%.1f,\"all_ms\":%.1f,\"wall_ms\":%.1f}",
            json->n > 1 ? ",\n" : "", maps[i].file, (long long)features, text.n, tree, read, judged - read,
            all - judged, all, wall);
    buf_end(&file);
}

int main(void) {
    char dir[] = "/tmp/jingwei-bench.XXXXXX", text[64];
    Installation in = { .dir = dir, .store = "", .key_file = "", .readers = 1 };
    Store *s;
    Buf json;

    record_begin();
    if (!mkdtemp(dir))
        return 1;
    must(installation_open(&in, &s, &fa), dir);
    must(buf_begin(&json, 1024, 1 << 20, &fa), dir);
    buf_char(&json, '[');
    printf("%-44s %7s %6s %9s %8s %8s %8s %8s %9s\n", "processor ms", "areas", "MB", "(jansson)", "read",
           "judge", "write", "all", "wall");
    for (size_t i = 0; i < COUNT(maps); i++)
        one(s, i, &json);
    buf_str(&json, "]\n");
    installation_close(s);
    mkdir(JW_SOURCE "/bench/out", 0777);
    FILE *out = fopen(JW_SOURCE "/bench/out/areas.json", "w");
    if (!out || fwrite(json.p, 1, json.n, out) != json.n || fclose(out) != 0)
        perror("bench/out/areas.json");
    buf_end(&json);
    snprintf(text, sizeof text, "rm -rf '%s'", dir);
    return system(text) == 0 ? 0 : 1;
}
