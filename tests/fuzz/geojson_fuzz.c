/* geojson: any bytes as a map file. What is taken must be sound shapes with a number
 * and a line each; a refusal must have its sentence. */
#include "geojson.h"
#include "record.h"

#include <stdlib.h>
#include <string.h>

typedef struct Seen {
    int64_t n, line;
} Seen;

static Err take(void *ctx, GeoFeature *feature, Fault *f) {
    Seen *seen = ctx;
    const Shape *s = &feature->shape;
    char room[256];
    Arena a = { room, 0, sizeof room };
    Buf names = { room, 0, sizeof room, false, 0 };
    Str word;
    size_t at;

    if (feature->number != ++seen->n || feature->line < seen->line || s->n_polys < 1)
        abort();
    seen->line = feature->line;
    for (int32_t i = 0; i < s->n_points; i++)
        if (!point_ok(s->points[i]))
            abort();
    for (int32_t r = 0; r < s->n_rings; r++)
        if (s->ring_at[r + 1] - s->ring_at[r] < 3)
            abort();
    geojson_names(feature, &names);
    if (geojson_word(feature, str("code"), &a, &word, f) == OK && !utf8_valid(word.p, word.n, &at))
        abort();
    return OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    static bool begun;
    Seen seen = { 0, 1 };
    Fault f = { 0 };
    Datum datum = n && data[n - 1] == ' ' ? DATUM_BD09 : DATUM_WGS84;

    if (!begun)
        record_begin();
    begun = true;
    Err e = geojson_read((Str){ (const char *)data, n }, str("map.geojson"), datum, take, &seen, &f);
    if (e == OK ? seen.n < 1 : (*f.zh == 0 || *f.en == 0 || f.err != e))
        abort();
    return 0;
}
