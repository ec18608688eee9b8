/* bench/layer – see layer.h. */
#include "layer.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

double seconds_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void draft_json_polygon(ShapeDraft *d, const json_t *rings) {
    size_t r, i;
    const json_t *ring, *position;

    draft_polygon(d);
    json_array_foreach (rings, r, ring) {
        draft_ring(d);
        json_array_foreach (ring, i, position)
            draft_degrees(d, json_number_value(json_array_get(position, 0)),
                          json_number_value(json_array_get(position, 1)));
    }
}

static Shape shape_of_json(const json_t *geometry) {
    const json_t *coordinates = json_object_get(geometry, "coordinates"), *polygon;
    const char *type = json_string_value(json_object_get(geometry, "type"));
    ShapeDraft draft;
    Shape s;
    int32_t dropped;
    Fault f;
    size_t k;

    draft_begin(&draft);
    if (type && str_is(str(type), "Polygon"))
        draft_json_polygon(&draft, coordinates);
    else
        json_array_foreach (coordinates, k, polygon)
            draft_json_polygon(&draft, polygon);
    if (draft_end(&draft, NULL, &s, &dropped, &f) != OK) {
        fprintf(stderr, "%s\n", f.en);
        return (Shape){ 0 };
    }
    return s;
}

bool layer_read(const char *name, Layer *ret) {
    const char *shared = getenv("JW_SHARED");
    char path[1024];
    json_error_t why;

    snprintf(path, sizeof path, "%s/data/%s", shared ? shared : JW_SOURCE "/../shared", name);
    json_t *root = json_load_file(path, 0, &why);
    if (!root) {
        fprintf(stderr, "skipped %s: %s\n", path, why.text);
        return false;
    }
    const json_t *features = json_object_get(root, "features"), *feature;
    size_t i;
    Layer layer = { calloc(json_array_size(features) + 1, sizeof(Shape)), 0, 0 };
    json_array_foreach (features, i, feature) {
        layer.shapes[layer.n] = shape_of_json(json_object_get(feature, "geometry"));
        layer.points += layer.shapes[layer.n++].n_points;
    }
    json_decref(root);
    *ret = layer;
    return true;
}
