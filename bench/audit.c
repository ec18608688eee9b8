/* bench/audit – what the audit of a layer finds in real layers, and how long it
 * takes; and each layer's areas against the neighbourhoods' csas as parents. */
#include "audit.h"
#include "layer.h"

#include <stdio.h>
#include <stdlib.h>

static void audit_one(const char *file, Buf *json) {
    Layer layer;
    Audit audit;
    Fault f;

    if (!layer_read(file, &layer))
        return;
    double start = seconds_now();
    if (audit_layer(layer.shapes, layer.n, NULL, &audit, &f) != OK) {
        fprintf(stderr, "%s: %s (%s)\n", file, f.en, f.detail);
        exit(1);
    }
    double took = seconds_now() - start;
    printf("%-44s %6d %8.0f %8lld %8lld %8lld %8lld %12.1f %6lld %12.1f\n", file, layer.n, took * 1e3,
           (long long)audit.repaired, (long long)audit.hopeless, (long long)audit.vertices,
           (long long)audit.overlaps, audit.overlap_m2, (long long)audit.gaps, audit.gap_m2);
    buf_fmt(
        json,
        "%s{\"layer\":\"%s\",\"areas\":%d,\"ms\":%.1f,\"repaired\":%lld,\"hopeless\":%lld,\"vertices\":%lld,"
        "\"overlaps\":%lld,\"overlap_m2\":%.2f,\"gaps\":%lld,\"gap_m2\":%.2f}",
        json->p[json->n - 1] == '}' ? "," : "", file, layer.n, took * 1e3, (long long)audit.repaired,
        (long long)audit.hopeless, (long long)audit.vertices, (long long)audit.overlaps, audit.overlap_m2,
        (long long)audit.gaps, audit.gap_m2);
    audit_free(&audit);
}

static void parents_of(const char *child_file, const char *parent_file, Buf *json) {
    Layer children, parents;
    Audit audit;
    Fault f;

    if (!layer_read(child_file, &children) || !layer_read(parent_file, &parents))
        return;
    int32_t *found = calloc((size_t)children.n, sizeof *found), without = 0;
    double start = seconds_now();
    if (audit_parents(children.shapes, children.n, parents.shapes, parents.n, NULL, found, &audit, &f) != OK) {
        fprintf(stderr, "%s: %s (%s)\n", child_file, f.en, f.detail);
        exit(1);
    }
    double took = seconds_now() - start;
    for (int32_t i = 0; i < children.n; i++)
        without += found[i] < 0;
    printf("%-36s in %-32s %8.0f ms  outside %lld, %.0f m2; no parent %d\n", child_file, parent_file,
           took * 1e3, (long long)audit.outside, audit.outside_m2, without);
    buf_fmt(json, ",{\"children\":\"%s\",\"parents\":\"%s\",\"ms\":%.1f,\"outside\":%lld,\"outside_m2\":%.0f}",
            child_file, parent_file, took * 1e3, (long long)audit.outside, audit.outside_m2);
    audit_free(&audit);
}

int main(void) {
    static const char *const layers[] = {
        "baltimore/baltimore_blocks.geojson",
        "baltimore/neighborhoods.geojson",
        "baltimore/csas.geojson",
        "baltimore/council_districts.geojson",
        "baltimore/police_districts.geojson",
        "baltimore/planning_districts.geojson",
        "shanghai/shanghai_subdistricts_osm.geojson",
        "shanghai/shanghai_districts.geojson",
        "singapore/subzones.geojson",
    };
    Buf json;
    Fault f;

    if (buf_begin(&json, 1024, 1 << 20, &f) != OK)
        return 1;
    buf_str(&json, "{\"bench\":\"audit\",\"layers\":[");
    printf("%-44s %6s %8s %8s %8s %8s %8s %12s %6s %12s\n", "layer", "areas", "ms", "repaired", "hopeless",
           "vertices", "overlaps", "m2", "gaps", "m2");
    for (size_t i = 0; i < COUNT(layers); i++)
        audit_one(layers[i], &json);
    parents_of("baltimore/baltimore_blocks.geojson", "baltimore/neighborhoods.geojson", &json);
    parents_of("baltimore/neighborhoods.geojson", "baltimore/csas.geojson", &json);
    parents_of("shanghai/shanghai_subdistricts_osm.geojson", "shanghai/shanghai_districts.geojson", &json);
    printf("%s]}\n", json.p);
    buf_end(&json);
    return 0;
}
