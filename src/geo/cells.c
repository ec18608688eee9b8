/* cells – see cells.h. A cell begins as the box of the area and is cut by the line half way
 * to every other point, nearest rings of a grid first, until what is further away than
 * twice its furthest corner cannot reach it. Each side remembers whose line made it. */
#include "cells.h"

#include "repair.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TWIN_M 0.5
enum { CORNERS_MAX = 512, SAME = 3 };

typedef struct Corner {
    double x, y;
    int32_t beyond; /* of the side that begins here: the other point, -1: the box */
} Corner;

typedef struct Making {
    const Point *points;
    int32_t n;
    const Shape *within; /* NULL: everywhere */
    Point middle;
    Scale scale;
    double *x, *y;
    double west, south, east, north; /* of the ground */
    double side;                     /* of a square of the grid, metres */
    int32_t cols, rows;
    int32_t *from, *filed;
    Corner cell[CORNERS_MAX], cut[CORNERS_MAX];
    int32_t n_cell;
    bool crowded; /* a cell has more corners than there is room for */
    Cells out;
    int64_t borders_max, corners_max, n_corners;
    double *crossings;
    int32_t crossings_max;
    int64_t *spots; /* a table of corners by where they are: positions in out.corners, -1 */
    int64_t spots_room, n_spots;
    Fault *f;
} Making;

/* ---- the ground --------------------------------------------------------- */

static void plane(const Making *k, Point p, double *x, double *y) {
    *x = ((double)p.lon - k->middle.lon) * k->scale.lon_m;
    *y = ((double)p.lat - k->middle.lat) * k->scale.lat_m;
}

typedef struct Spot {
    Point at;
    int32_t point;
} Spot;

static int by_spot(const void *p, const void *q) {
    const Spot *a = p, *b = q;
    if (a->at.lon != b->at.lon)
        return a->at.lon < b->at.lon ? -1 : 1;
    return a->at.lat != b->at.lat ? (a->at.lat < b->at.lat ? -1 : 1) : a->point - b->point;
}

/* Points at one spot are put beside each other, as the seeds of a sunflower are, so that each
 * has ground. */
static Err part_twins(Making *k) {
    Spot *spots = mem_alloc((size_t)k->n * sizeof *spots);

    if (!spots)
        return fault_memory(k->f);
    for (int32_t i = 0; i < k->n; i++)
        spots[i] = (Spot){ k->points[i], i };
    qsort(spots, (size_t)k->n, sizeof *spots, by_spot);
    for (int32_t i = 1, nth = 0; i < k->n; i++) {
        nth = point_same(spots[i].at, spots[i - 1].at) ? nth + 1 : 0;
        k->x[spots[i].point] += TWIN_M * sqrt(nth) * cos(2.399963 * nth);
        k->y[spots[i].point] += TWIN_M * sqrt(nth) * sin(2.399963 * nth);
    }
    mem_free(spots);
    return OK;
}

static void lay_ground(Making *k) {
    Box box = k->within ? shape_box(k->within) : BOX_NONE;

    for (int32_t i = 0; i < k->n; i++)
        box_grow(&box, k->points[i]);
    k->middle = (Point){ (int32_t)(((int64_t)box.west + box.east) / 2),
                         (int32_t)(((int64_t)box.south + box.north) / 2) };
    k->scale = scale_at(k->middle.lat);
    plane(k, (Point){ box.west, box.south }, &k->west, &k->south);
    plane(k, (Point){ box.east, box.north }, &k->east, &k->north);
    double wide = k->within ? 1 : fmax(100, (k->east - k->west) / 4),
           high = k->within ? 1 : fmax(100, (k->north - k->south) / 4);
    k->west -= wide, k->east += wide, k->south -= high, k->north += high;
    for (int32_t i = 0; i < k->n; i++)
        plane(k, k->points[i], &k->x[i], &k->y[i]);
}

static int32_t square(double v, double low, double side, int32_t n) {
    double at = floor((v - low) / side);
    return at < 0 ? 0 : at >= n ? n - 1 : (int32_t)at;
}

static int32_t square_of(const Making *k, int32_t i) {
    return square(k->y[i], k->south, k->side, k->rows) * k->cols + square(k->x[i], k->west, k->side, k->cols);
}

static Err file_points(Making *k) {
    double width = k->east - k->west, height = k->north - k->south;

    k->side = fmax(sqrt(width * height * 2 / k->n), fmax(width, height) / 4096);
    k->cols = (int32_t)(width / k->side) + 1;
    k->rows = (int32_t)(height / k->side) + 1;
    size_t squares = (size_t)k->cols * (size_t)k->rows;
    k->from = mem_alloc((squares + 1) * sizeof *k->from);
    if (!k->from)
        return fault_memory(k->f);
    memset(k->from, 0, (squares + 1) * sizeof *k->from);
    for (int32_t i = 0; i < k->n; i++)
        k->from[square_of(k, i)]++;
    for (size_t s = 1; s <= squares; s++)
        k->from[s] += k->from[s - 1];
    for (int32_t i = k->n - 1; i >= 0; i--)
        k->filed[--k->from[square_of(k, i)]] = i;
    return OK;
}

/* ---- one cell ----------------------------------------------------------- */

static void begin_cell(Making *k) {
    k->cell[0] = (Corner){ k->west, k->south, -1 };
    k->cell[1] = (Corner){ k->east, k->south, -1 };
    k->cell[2] = (Corner){ k->east, k->north, -1 };
    k->cell[3] = (Corner){ k->west, k->north, -1 };
    k->n_cell = 4;
}

/* Takes away what is nearer to point o than to i. */
static void cut_cell(Making *k, int32_t i, int32_t o) {
    double dx = k->x[o] - k->x[i], dy = k->y[o] - k->y[i];
    double limit = (dx * (k->x[o] + k->x[i]) + dy * (k->y[o] + k->y[i])) / 2;
    int32_t n = 0;

    if (k->n_cell + 1 > CORNERS_MAX) {
        k->crowded = true;
        return;
    }
    for (int32_t c = 0; c < k->n_cell; c++) {
        Corner p = k->cell[c], q = k->cell[c + 1 < k->n_cell ? c + 1 : 0];
        double a = dx * p.x + dy * p.y - limit, b = dx * q.x + dy * q.y - limit;
        if (a <= 0)
            k->cut[n++] = p;
        if ((a <= 0) != (b <= 0)) {
            double t = a / (a - b);
            k->cut[n++] = (Corner){ p.x + (q.x - p.x) * t, p.y + (q.y - p.y) * t, a <= 0 ? o : p.beyond };
        }
    }
    memcpy(k->cell, k->cut, (size_t)n * sizeof *k->cell);
    k->n_cell = n;
}

static double furthest(const Making *k, int32_t i) {
    double most = 0;
    for (int32_t c = 0; c < k->n_cell; c++)
        most = fmax(most, hypot(k->cell[c].x - k->x[i], k->cell[c].y - k->y[i]));
    return most;
}

static void cut_by_square(Making *k, int32_t i, int32_t row, int32_t col) {
    if (row < 0 || row >= k->rows || col < 0 || col >= k->cols)
        return;
    int32_t s = row * k->cols + col;
    for (int32_t q = k->from[s]; q < k->from[s + 1]; q++)
        if (k->filed[q] != i)
            cut_cell(k, i, k->filed[q]);
}

static void shape_cell(Making *k, int32_t i) {
    int32_t row = square(k->y[i], k->south, k->side, k->rows), col = square(k->x[i], k->west, k->side, k->cols);

    begin_cell(k);
    for (int32_t ring = 0; ring < k->cols + k->rows; ring++) {
        if (ring > 1 && (ring - 1) * k->side > 2 * furthest(k, i))
            break;
        for (int32_t d = -ring; d <= ring; d++) {
            cut_by_square(k, i, row - ring, col + d);
            if (ring == 0)
                continue;
            cut_by_square(k, i, row + ring, col + d);
            if (d > -ring && d < ring) {
                cut_by_square(k, i, row + d, col - ring);
                cut_by_square(k, i, row + d, col + ring);
            }
        }
    }
}

/* ---- what of a side lies in the area ------------------------------------ */

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool in_area(const Making *k, double x, double y) {
    const Shape *s = k->within;
    bool inside = false;

    for (int32_t r = 0; r < s->n_rings; r++)
        for (int32_t i = s->ring_at[r]; i < s->ring_at[r + 1]; i++) {
            double ax, ay, bx, by;
            plane(k, s->points[i], &ax, &ay);
            plane(k, s->points[i + 1 < s->ring_at[r + 1] ? i + 1 : s->ring_at[r]], &bx, &by);
            if ((ay > y) != (by > y) && x < ax + (bx - ax) * (y - ay) / (by - ay))
                inside = !inside;
        }
    return inside;
}

/* Where the side meets edges of the area, from 0 to 1. */
static Err list_crossings(Making *k, const Corner *p, const Corner *q, int32_t *ret_n) {
    const Shape *s = k->within;
    double dx = q->x - p->x, dy = q->y - p->y;
    int32_t n = 0;

    if (k->crossings_max < s->n_points + 2) {
        double *more = mem_grow(k->crossings, ((size_t)s->n_points + 2) * sizeof *more);
        if (!more)
            return fault_memory(k->f);
        k->crossings = more;
        k->crossings_max = s->n_points + 2;
    }
    k->crossings[n++] = 0;
    for (int32_t r = 0; r < s->n_rings; r++)
        for (int32_t i = s->ring_at[r]; i < s->ring_at[r + 1]; i++) {
            double ax, ay, bx, by;
            plane(k, s->points[i], &ax, &ay);
            plane(k, s->points[i + 1 < s->ring_at[r + 1] ? i + 1 : s->ring_at[r]], &bx, &by);
            double ca = dx * (ay - p->y) - dy * (ax - p->x), cb = dx * (by - p->y) - dy * (bx - p->x);
            if ((ca > 0) == (cb > 0))
                continue;
            double x = ax + (bx - ax) * ca / (ca - cb), y = ay + (by - ay) * ca / (ca - cb);
            double t = ((x - p->x) * dx + (y - p->y) * dy) / (dx * dx + dy * dy);
            if (t > 0 && t < 1)
                k->crossings[n++] = t;
        }
    k->crossings[n++] = 1;
    qsort(k->crossings, (size_t)n, sizeof *k->crossings, by_value);
    *ret_n = n;
    return OK;
}

static Err length_within(Making *k, const Corner *p, const Corner *q, double *ret_m) {
    double m = hypot(q->x - p->x, q->y - p->y), sum = 0;
    int32_t n = 0;

    *ret_m = m;
    if (!k->within || m < CELL_BORDER_LEAST_M)
        return OK;
    TRY(list_crossings(k, p, q, &n));
    for (int32_t i = 0; i + 1 < n; i++) {
        double t = (k->crossings[i] + k->crossings[i + 1]) / 2;
        if (k->crossings[i] < k->crossings[i + 1] &&
            in_area(k, p->x + (q->x - p->x) * t, p->y + (q->y - p->y) * t))
            sum += k->crossings[i + 1] - k->crossings[i];
    }
    *ret_m = m * sum;
    return OK;
}

/* ---- all cells ---------------------------------------------------------- */

static Err add_border(Making *k, int32_t a, int32_t b, double m) {
    Cells *c = &k->out;

    if (c->n_borders == k->borders_max) {
        int64_t max = k->borders_max * 2 + 256;
        CellBorder *more = mem_grow(c->borders, (size_t)max * sizeof *more);
        if (!more)
            return fault_memory(k->f);
        c->borders = more;
        k->borders_max = max;
    }
    c->borders[c->n_borders++] = (CellBorder){ a, b, m };
    return OK;
}

/* A corner is where three cells meet, and each of them works it out by itself: what lies
 * within SAME lattice units of a corner that was found before is that one, so that neighbours
 * have the very same corners. Looked up under squares of SAME + 1 units. */
static uint64_t spot_of(int64_t col, int64_t row) {
    uint64_t h = (uint64_t)col * 0x9E3779B97F4A7C15u ^ (uint64_t)row * 0xC2B2AE3D27D4EB4Fu;
    h ^= h >> 31;
    h *= 0xD6E8FEB86659FD93u;
    return h ^ h >> 32;
}

static int64_t square_at(int32_t v) { return ((int64_t)v + INT32_MAX) / (SAME + 1); }

static Err wider_spots(Making *k) {
    int64_t room = k->spots_room ? k->spots_room * 2 : 1024;
    int64_t *spots = mem_alloc((size_t)room * sizeof *spots);

    if (!spots)
        return fault_memory(k->f);
    memset(spots, 0xFF, (size_t)room * sizeof *spots);
    for (int64_t i = 0; i < k->spots_room; i++) {
        if (k->spots[i] < 0)
            continue;
        Point p = k->out.corners[k->spots[i]];
        uint64_t at = spot_of(square_at(p.lon), square_at(p.lat)) & (uint64_t)(room - 1);
        while (spots[at] >= 0)
            at = (at + 1) & (uint64_t)(room - 1);
        spots[at] = k->spots[i];
    }
    mem_free(k->spots);
    k->spots = spots;
    k->spots_room = room;
    return OK;
}

static bool known_corner(const Making *k, Point p, Point *ret) {
    uint64_t mask = (uint64_t)(k->spots_room - 1);

    for (int64_t dx = -1; dx <= 1; dx++)
        for (int64_t dy = -1; dy <= 1; dy++)
            for (uint64_t at = spot_of(square_at(p.lon) + dx, square_at(p.lat) + dy) & mask; k->spots[at] >= 0;
                 at = (at + 1) & mask) {
                Point q = k->out.corners[k->spots[at]];
                if (llabs((int64_t)q.lon - p.lon) <= SAME && llabs((int64_t)q.lat - p.lat) <= SAME) {
                    *ret = q;
                    return true;
                }
            }
    return false;
}

static Err keep_corner(Making *k, Point p, int64_t first) {
    Cells *c = &k->out;
    Point known;

    if (k->n_spots * 2 >= k->spots_room)
        TRY(wider_spots(k));
    bool found = known_corner(k, p, &known);
    if (found)
        p = known;
    if (k->n_corners > first && point_same(c->corners[k->n_corners - 1], p))
        return OK;
    c->corners[k->n_corners] = p;
    if (!found) {
        uint64_t mask = (uint64_t)(k->spots_room - 1), at = spot_of(square_at(p.lon), square_at(p.lat)) & mask;
        while (k->spots[at] >= 0)
            at = (at + 1) & mask;
        k->spots[at] = k->n_corners;
        k->n_spots++;
    }
    k->n_corners++;
    return OK;
}

static Err keep_corners(Making *k) {
    Cells *c = &k->out;
    int64_t first = k->n_corners;

    if (k->n_corners + k->n_cell > k->corners_max) {
        int64_t max = k->corners_max * 2 + 1024;
        Point *more = mem_grow(c->corners, (size_t)max * sizeof *more);
        if (!more)
            return fault_memory(k->f);
        c->corners = more;
        k->corners_max = max;
    }
    for (int32_t i = 0; i < k->n_cell; i++)
        TRY(keep_corner(k,
                        (Point){ k->middle.lon + (int32_t)lround(k->cell[i].x / k->scale.lon_m),
                                 k->middle.lat + (int32_t)lround(k->cell[i].y / k->scale.lat_m) },
                        first));
    while (k->n_corners > first + 1 && point_same(c->corners[k->n_corners - 1], c->corners[first]))
        k->n_corners--;
    return OK;
}

static Err make_cell(Making *k, int32_t i) {
    shape_cell(k, i);
    if (k->crowded)
        return fault(k->f, ERR_LIMIT, "cells_crowd", "",
                     "经度 %.7f、纬度 %.7f 处的地点有 %d 个以上的相邻地点。",
                     "The point at longitude %.7f, latitude %.7f has more than %d neighbours.",
                     point_lon(k->points[i]), point_lat(k->points[i]), CORNERS_MAX);
    TRY(keep_corners(k));
    for (int32_t c = 0; c < k->n_cell; c++) {
        const Corner *p = &k->cell[c], *q = &k->cell[c + 1 < k->n_cell ? c + 1 : 0];
        double m = 0;
        if (p->beyond <= i)
            continue;
        TRY(length_within(k, p, q, &m));
        if (m >= CELL_BORDER_LEAST_M)
            TRY(add_border(k, i, p->beyond, m));
    }
    return OK;
}

static int by_pair(const void *p, const void *q) {
    const CellBorder *x = p, *y = q;
    return x->a != y->a ? (x->a < y->a ? -1 : 1) : (x->b > y->b) - (x->b < y->b);
}

static Err make_all(Making *k) {
    TRY(part_twins(k));
    TRY(file_points(k));
    for (int32_t i = 0; i < k->n; i++) {
        k->out.corner_at[i] = k->n_corners;
        TRY(make_cell(k, i));
    }
    k->out.corner_at[k->n] = k->n_corners;
    if (k->out.n_borders)
        qsort(k->out.borders, (size_t)k->out.n_borders, sizeof *k->out.borders, by_pair);
    return OK;
}

Err cells_make(const Point *points, int32_t n, const Shape *within, Cells *ret, Fault *f) {
    if (n < 0 || n > CELLS_MAX)
        return fault(f, ERR_LIMIT, "cells_many", "", "地点太多，超过 %d 个。", "There are more than %d points.",
                     CELLS_MAX);
    Making *k = mem_alloc(sizeof *k);
    if (!k)
        return fault_memory(f);
    memset(k, 0, sizeof *k);
    k->points = points;
    k->n = n;
    k->within = within && within->n_points ? within : NULL;
    k->f = f;
    k->out.n = n;
    k->x = mem_alloc((size_t)n * sizeof *k->x + 1);
    k->y = mem_alloc((size_t)n * sizeof *k->y + 1);
    k->filed = mem_alloc((size_t)n * sizeof *k->filed + 1);
    k->out.corner_at = mem_alloc(((size_t)n + 1) * sizeof *k->out.corner_at);
    Err e = k->x && k->y && k->filed && k->out.corner_at ? OK : fault_memory(f);
    if (e == OK && n > 0) {
        lay_ground(k);
        e = make_all(k);
    } else if (e == OK)
        k->out.corner_at[0] = 0;
    mem_free(k->x);
    mem_free(k->y);
    mem_free(k->filed);
    mem_free(k->from);
    mem_free(k->crossings);
    mem_free(k->spots);
    if (e == OK)
        *ret = k->out;
    else
        cells_free(&k->out);
    mem_free(k);
    return e;
}

void cells_free(Cells *cells) {
    mem_free(cells->borders);
    mem_free(cells->corners);
    mem_free(cells->corner_at);
    *cells = (Cells){ 0 };
}

Err cell_shape(const Cells *cells, int32_t i, const Shape *within, Shape *ret, Fault *f) {
    ShapeDraft d;
    Shape whole;
    int32_t dropped;

    int64_t at = cells->corner_at[i], n = cells->corner_at[i + 1] - at;
    if (n < 3 || ring_area2(cells->corners + at, (int32_t)n) == 0) /* too thin for the lattice */
        return shape_take(NULL, 0, 0, 0, ret, f);
    draft_begin(&d);
    draft_polygon(&d);
    draft_ring(&d);
    for (int64_t c = at; c < at + n; c++)
        draft_point(&d, cells->corners[c]);
    TRY(draft_end(&d, NULL, &whole, &dropped, f));
    if (!within || within->n_points == 0) {
        *ret = whole;
        return OK;
    }
    Err e = shape_intersection(&whole, within, NULL, ret, f);
    shape_free(&whole);
    return e;
}
