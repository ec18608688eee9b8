/* areas: any bytes as an import of areas that is only judged: a map, a list of
 * buildings or a table of areas, and with it a table of parents or of an upper level,
 * and an official list of codes. The parts stand in one input, apart by lines of "%%";
 * the first byte sets how. A refusal has its sentence in both languages, findings stand
 * in a report that is sound JSON, and nothing is ever written. */
#include "areas_file.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS = 3, BYTES_MAX = 1 << 16 };

static void split(Str all, Str parts[PARTS]) {
    for (int i = 0; i < PARTS; i++) {
        const char *cut = all.n ? memmem(all.p, all.n, "%%\n", 3) : NULL;
        parts[i] = (Str){ all.p, cut && i + 1 < PARTS ? (size_t)(cut - all.p) : all.n };
        all = cut ? (Str){ cut + 3, all.n - (size_t)(cut + 3 - all.p) } : (Str){ "", 0 };
    }
}

static void judge_report(const AreasReport *report) {
    Buf b;
    Fault f;

    if (buf_begin(&b, 1 << 16, 64 << 20, &f) != OK)
        abort();
    areas_report_json(report, &b);
    json_t *root = json_loadb(b.p, b.n, JSON_REJECT_DUPLICATES, NULL);
    if (!root || report->written)
        abort();
    json_decref(root);
    b.n = 0;
    areas_report_print(report, &b);
    areas_report_csv(report, &b);
    size_t at;
    if (b.full || !utf8_valid(b.p, b.n, &at))
        abort();
    buf_end(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    static bool begun;
    uint8_t bits = n ? data[0] : 0;
    Str parts[PARTS];
    AreasReport report;
    Fault f = { 0 };

    if (!begun)
        record_begin();
    begun = true;
    if (n > BYTES_MAX)
        return 0;
    split((Str){ (const char *)data + (n > 0), n - (n > 0) }, parts);
    AreasOptions how = { .file = str("it"),
                         .layer = str("fuzz"),
                         .level = LEVEL_MICRO,
                         .pattern = str(bits & 16 ? "^[0-9]+$" : ""),
                         .crs = str(bits & 32 ? "gcj02" : "wgs84"),
                         .buildings = (bits & 3) == 1,
                         .table = (bits & 3) == 2,
                         .codes = parts[2],
                         .since = 20000,
                         .check = true };
    if (!how.buildings) {
        how.code = str("code");
        how.name = str("name");
        how.households = str("n");
    }
    if (bits & 4)
        how.parents = parts[1];
    else if (parts[1].n) {
        how.n_groups = 1;
        how.groups[0] = (AreasGroup){ .level = LEVEL_SUBDISTRICT, .by = GROUP_BY_TABLE, .table = parts[1] };
    }
    if (areas_report_begin(&report, 1 << 20, &f) != OK)
        abort();
    Err e = areas_import(NULL, parts[0], &how, &report, &f);
    if (e != OK && (*f.zh == 0 || *f.en == 0 || f.err != e))
        abort();
    if (report.judged || e == OK)
        judge_report(&report);
    areas_report_end(&report);
    return 0;
}
