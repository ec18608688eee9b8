/* border – see border.h. */
#include "border.h"

#include "area.h"
#include "area_q.h"
#include "point.h"

#include <string.h>

static void put_int(char *to, int32_t v) {
    uint32_t u = (uint32_t)v;
    for (int i = 0; i < 4; i++)
        to[i] = (char)(u >> (8 * i) & 0xFF);
}

static int32_t get_int(const char *from) {
    uint32_t u = 0;
    for (int i = 0; i < 4; i++)
        u |= (uint32_t)(unsigned char)from[i] << (8 * i);
    return (int32_t)u;
}

Err border_pack(const Point *points, size_t n, Arena *a, Str *ret, Fault *f) {
    char *bytes = arena_take(a, n * 8 + 1);
    if (!bytes)
        return fault_arena(f);
    for (size_t i = 0; i < n; i++) {
        put_int(bytes + i * 8, points[i].lon);
        put_int(bytes + i * 8 + 4, points[i].lat);
    }
    *ret = (Str){ bytes, n * 8 };
    return OK;
}

Err border_unpack(Str bytes, Point **ret, size_t *ret_n, Fault *f) {
    size_t n = bytes.n / 8;

    if (bytes.n % 8 != 0 || n < 2)
        return fault(f, ERR_STORE, "border_line", "line", "边界约定的线损坏。",
                     "The line of a border agreement is damaged.");
    Point *points = mem_alloc(n * sizeof *points + BORDER_NAME_ROOM);
    if (!points)
        return fault_memory(f);
    for (size_t i = 0; i < n; i++)
        points[i] = (Point){ get_int(bytes.p + i * 8), get_int(bytes.p + i * 8 + 4) };
    *ret = points;
    *ret_n = n;
    return OK;
}

Err border_add(Tx *tx, const BorderNew *in, const Actor *by, Border *ret, Fault *f) {
    const Spot *spots = in->points.rows;
    Point points[500];
    Area area;
    int64_t changed;

    if (in->points.n < 2)
        return fault(f, ERR_INVALID, "border_points", "points", "一条线至少要两个点。",
                     "A line needs at least two points.");
    if (in->has.until && in->until < in->since)
        return fault(f, ERR_INVALID, "dates_reversed", "until", "结束日期早于开始日期。",
                     "It ends before it begins.");
    TRY(area_load(tx, in->area, &area, f));
    for (size_t i = 0; i < in->points.n; i++)
        points[i] = (Point){ spots[i].lon, spots[i].lat };
    Border b = { .id = { id_new(id_home(in->area.v)) },
                 .name = in->name,
                 .area = in->area,
                 .unit = in->unit,
                 .since = in->since,
                 .until = in->until };
    b.has.unit = in->has.unit;
    b.has.until = in->has.until;
    TRY(border_pack(points, in->points.n, tx_arena(tx), &b.line, f));
    TRY(sql_border_add(tx, &b, &changed, f));
    TRY(area_layer_changed(tx, area.layer, f)); /* the picture in memory holds agreements too */
    (void)by;
    *ret = b;
    return OK;
}

Err border_list(Tx *tx, const Nothing *in, const Actor *by, Page *ret, Fault *f) {
    (void)in, (void)by;
    return sql_border_list(tx, ret->rows, ret->max, &ret->n, f);
}
