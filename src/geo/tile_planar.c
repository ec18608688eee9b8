/* tile_planar – do the arcs of a layer cross each other anywhere? Where they do not,
 * rounding and leaving out vertices can make lines of a tile cross only near a vertex
 * (tile_node.c), and most lines need not be held against others. */
#include "tile_inside.h"

#include <math.h>
#include <string.h>

/* A cell with more lines than that is not worth looking through: "not known". */
enum { CELL_MAX = 400 };

typedef struct Filed {
    int32_t point, next, depth; /* the line from point - 1 to point */
} Filed;

typedef struct Field {
    const Arcs *arcs;
    uint32_t west, north, shift, cols, rows;
    int32_t *heads;
    LIST(Filed) filed;
} Field;

static int side(WorldPoint a, WorldPoint b, WorldPoint p) {
    __int128 left = (__int128)((int64_t)b.x - a.x) * ((int64_t)p.y - a.y);
    __int128 right = (__int128)((int64_t)b.y - a.y) * ((int64_t)p.x - a.x);
    return (left > right) - (left < right);
}

static uint32_t low(uint32_t a, uint32_t b) { return a < b ? a : b; }
static uint32_t high(uint32_t a, uint32_t b) { return a > b ? a : b; }

static bool cross(const WorldPoint *p, const WorldPoint *q) {
    WorldPoint a = p[-1], b = p[0], c = q[-1], d = q[0];

    if (high(a.x, b.x) < low(c.x, d.x) || high(c.x, d.x) < low(a.x, b.x) || high(a.y, b.y) < low(c.y, d.y) ||
        high(c.y, d.y) < low(a.y, b.y))
        return false;
    return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

/* Where the line is at a parallel, or at its nearer end. */
static double x_at(WorldPoint a, WorldPoint b, double y) {
    double t = (y - a.y) / ((double)b.y - a.y);
    return a.x + fmin(fmax(t, 0), 1) * ((double)b.x - a.x);
}

/* The columns between which the line passes a row, a little wider. */
static void row_cols(const Field *f, WorldPoint a, WorldPoint b, uint32_t row, uint32_t *ret_from,
                     uint32_t *ret_to) {
    double west = low(a.x, b.x), east = high(a.x, b.x), cell = ldexp(1, (int)f->shift);

    if (a.y != b.y && east - west > cell) {
        double top = f->north + row * cell, x1 = x_at(a, b, top), x2 = x_at(a, b, top + cell);
        west = fmax(west, fmin(x1, x2) - 2);
        east = fmin(east, fmax(x1, x2) + 2);
    }
    *ret_from = (uint32_t)((west - f->west) / cell);
    *ret_to = (uint32_t)((east - f->west) / cell);
}

/* Holds a line against those of a cell and files it there. */
static Err file_line(Field *f, uint32_t cell, int32_t point, bool *ret_planar, Fault *fault) {
    const WorldPoint *points = f->arcs->points;
    int32_t head = f->heads[cell];

    for (int32_t i = head; i >= 0 && *ret_planar; i = f->filed.p[i].next)
        *ret_planar = !cross(&points[f->filed.p[i].point], &points[point]);
    int32_t depth = head < 0 ? 0 : f->filed.p[head].depth + 1;
    if (depth == CELL_MAX)
        *ret_planar = false;
    f->heads[cell] = f->filed.n;
    LIST_ADD(f->filed, ((Filed){ point, head, depth }), fault);
    return OK;
}

static Err file_along(Field *f, int32_t point, bool *ret_planar, Fault *fault) {
    WorldPoint a = f->arcs->points[point - 1], b = f->arcs->points[point];
    uint32_t first = (low(a.y, b.y) - f->north) >> f->shift, last = (high(a.y, b.y) - f->north) >> f->shift;

    for (uint32_t row = first; row <= last && *ret_planar; row++) {
        uint32_t from, to;
        row_cols(f, a, b, row, &from, &to);
        for (uint32_t col = from; col <= to && *ret_planar; col++)
            TRY(file_line(f, row * f->cols + col, point, ret_planar, fault));
    }
    return OK;
}

static Err field_make(Field *f, Fault *fault) {
    WorldBox box = WORLD_BOX_NONE;

    for (int32_t i = 0; i < f->arcs->n_arcs; i++) {
        world_box_grow(&box, f->arcs->boxes[i].west, f->arcs->boxes[i].north);
        world_box_grow(&box, f->arcs->boxes[i].east, f->arcs->boxes[i].south);
    }
    uint64_t width = box.east - box.west, height = box.south - box.north;
    while ((double)((width >> f->shift) + 1) * (double)((height >> f->shift) + 1) > f->arcs->n_points + 16.0)
        f->shift++;
    f->west = box.west;
    f->north = box.north;
    f->cols = (uint32_t)(width >> f->shift) + 1;
    f->rows = (uint32_t)(height >> f->shift) + 1;
    size_t cells = (size_t)f->cols * f->rows;
    f->heads = mem_alloc(cells * sizeof *f->heads);
    if (!f->heads)
        return fault_memory(fault);
    memset(f->heads, -1, cells * sizeof *f->heads);
    return OK;
}

Err arcs_planar(const Arcs *arcs, bool *ret_planar, Fault *fault) {
    Field f = { .arcs = arcs };
    bool planar = true;
    Err e = arcs->n_arcs ? field_make(&f, fault) : OK;

    for (int32_t i = 0; e == OK && planar && i < arcs->n_arcs; i++)
        for (int32_t k = arcs->from[i] + 1; e == OK && planar && k < arcs->from[i + 1]; k++)
            e = file_along(&f, k, &planar, fault);
    mem_free(f.heads);
    mem_free(f.filed.p);
    *ret_planar = planar;
    return e;
}
