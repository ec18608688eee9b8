/* shape: any bytes as a stored shape. What is read must be a sound shape, and
 * packing it must give the same bytes again: one shape, one form. */
#include "polygon.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    Str bytes = { (const char *)data, n };
    Shape s, again;
    Point label;
    Buf out;
    Fault f;

    if (shape_unpack(bytes, NULL, &s, &f) != OK)
        return 0;
    if (buf_begin(&out, 64, 1 << 24, &f) != OK)
        abort();
    shape_pack(&s, &out);
    if (out.n != n || memcmp(out.p, data, n) != 0)
        abort();
    for (int32_t i = 0; i < s.n_points; i++)
        if (!point_ok(s.points[i]))
            abort();
    if (shape_label(&s, &label) && !shape_has(&s, label))
        abort();
    shape_area_m2(&s);
    out.n = 0;
    shape_geojson(&s, 1000, &out);
    if (shape_copy(NULL, &s, &again, &f) != OK || !shape_same(&s, &again))
        abort();
    shape_free(&again);
    shape_free(&s);
    buf_end(&out);
    return 0;
}
