/* index – see index.h; the layout is told in index_block.h. Here: asking. */
#include "index_block.h"

#include <math.h>
#include <string.h>

_Static_assert(sizeof(IndexEdge) == INDEX_EDGE_WORDS * sizeof(uint32_t), "an edge is six words");

void index_free(AreaIndex *ix) { mem_free(ix); }
int32_t index_count(const AreaIndex *ix) { return ix->n; }
Box index_box(const AreaIndex *ix) { return ix->box; }
size_t index_size(const AreaIndex *ix) { return (size_t)ix->size; }

int64_t index_key(const AreaIndex *ix, int32_t area) {
    const int64_t *keys = (const int64_t *)(const void *)((const char *)ix + ix->keys_at);
    return area >= 0 && area < ix->n ? keys[area] : 0;
}

/* Differences of points that box_has() let through: not negative. */
static uint32_t cell_of(const AreaIndex *ix, Point p) {
    uint32_t col = ((uint32_t)p.lon - (uint32_t)ix->west) >> ix->shift_x;
    uint32_t row = ((uint32_t)p.lat - (uint32_t)ix->south) >> ix->shift_y;
    return index_cells(ix)[(size_t)row * ix->cols + col];
}

static uint32_t run_owners(const uint32_t *run, Point p) {
    const IndexEdge *edges = index_run_edges(run);
    uint32_t owners = run[0];

    for (uint32_t i = 0; i < run[1]; i++)
        owners ^= index_edge_flips(&edges[i], p);
    return owners;
}

int32_t index_find(const AreaIndex *ix, Point p) {
    if (!box_has(ix->box, p))
        return -1;
    uint32_t cell = cell_of(ix, p);
    if (!(cell & INDEX_RUN))
        return (int32_t)cell - 1;
    for (const uint32_t *run = index_run_at(ix, cell); run; run = index_run_next(run)) {
        uint32_t owners = run_owners(run, p);
        if (owners)
            return (int32_t)index_run_areas(run)[__builtin_ctz(owners)];
    }
    return -1;
}

int32_t index_find_all(const AreaIndex *ix, Point p, int32_t *ret_areas, int32_t max) {
    int32_t found = 0;

    if (!box_has(ix->box, p))
        return 0;
    uint32_t cell = cell_of(ix, p);
    if (!(cell & INDEX_RUN)) {
        if (cell && max > 0)
            ret_areas[0] = (int32_t)cell - 1;
        return cell != 0;
    }
    for (const uint32_t *run = index_run_at(ix, cell); run; run = index_run_next(run))
        for (uint32_t owners = run_owners(run, p); owners; owners &= owners - 1, found++)
            if (found < max)
                ret_areas[found] = (int32_t)index_run_areas(run)[__builtin_ctz(owners)];
    return found;
}

/* ---- near --------------------------------------------------------------- */

typedef struct NearList {
    AreaNear *list;
    int32_t n, max;
} NearList;

/* Puts an area in its place; the list stays sorted, an area stands once, and
 * the farthest falls off the end. */
static void near_add(NearList *near, int32_t area, double metres) {
    int32_t at = 0;

    while (at < near->n && near->list[at].area != area)
        at++;
    if (at < near->n && near->list[at].metres <= metres)
        return;
    if (at == near->n) {
        if (near->n == near->max && near->list[near->n - 1].metres <= metres)
            return;
        at = near->n < near->max ? near->n++ : near->max - 1;
    }
    for (; at > 0 && near->list[at - 1].metres > metres; at--)
        near->list[at] = near->list[at - 1];
    near->list[at] = (AreaNear){ area, metres };
}

static void near_run(NearList *near, const uint32_t *run, Point p, double radius_m, Scale scale) {
    for (; run; run = index_run_next(run))
        for (uint32_t i = 0; i < run[1]; i++) {
            const IndexEdge *e = &index_run_edges(run)[i];
            double metres = segment_distance_m(p, e->low, e->high, scale);
            if (metres > radius_m)
                continue;
            for (uint32_t areas = e->areas; areas; areas &= areas - 1)
                near_add(near, (int32_t)index_run_areas(run)[__builtin_ctz(areas)], metres);
        }
}

/* The box that the radius reaches, two units wider: an edge on the border of a
 * cell may be kept only in the cell beside it. */
static Box reach_box(Point p, double radius_m, Scale scale) {
    double lon = radius_m / (scale.lon_m > 1e-6 ? scale.lon_m : 1e-6), lat = radius_m / scale.lat_m;
    Box at = { p.lon, p.lat, p.lon, p.lat };
    return box_wider(at, (int32_t)fmin(lon, LON_MAX) + 2, (int32_t)fmin(lat, LAT_MAX) + 2);
}

int32_t index_near(const AreaIndex *ix, Point p, double radius_m, AreaNear *ret_near, int32_t max) {
    NearList near = { ret_near, 0, max };
    Scale scale = scale_at(p.lat);
    int32_t owners[64];

    if (max <= 0 || ix->cols == 0 || !(radius_m >= 0) || !point_ok(p))
        return 0;
    Box reach = reach_box(p, fmin(radius_m, 100000), scale);
    if (!box_meet(reach, ix->box))
        return 0;
    int32_t n = index_find_all(ix, p, owners, 64);
    for (int32_t i = 0; i < n && i < 64; i++)
        near_add(&near, owners[i], 0);
    int64_t west = (int64_t)reach.west - ix->west, east = (int64_t)reach.east - ix->west;
    int64_t south = (int64_t)reach.south - ix->south, north = (int64_t)reach.north - ix->south;
    int64_t first_col = west < 0 ? 0 : west >> ix->shift_x, first_row = south < 0 ? 0 : south >> ix->shift_y;
    int64_t last_col = east >> ix->shift_x, last_row = north >> ix->shift_y;
    for (int64_t row = first_row; row <= last_row && row < ix->rows; row++)
        for (int64_t col = first_col; col <= last_col && col < ix->cols; col++) {
            uint32_t cell = index_cells(ix)[row * ix->cols + col];
            if (cell & INDEX_RUN)
                near_run(&near, index_run_at(ix, cell), p, fmin(radius_m, 100000), scale);
        }
    return near.n;
}

/* ---- a block from a file ------------------------------------------------ */

static bool head_is_sound(const AreaIndex *ix, size_t n) {
    uint64_t cells = (uint64_t)ix->cols * ix->rows;

    if (ix->magic != INDEX_MAGIC || ix->version != INDEX_VERSION || ix->size != n || ix->n < 0 ||
        ix->shift_x > 31 || ix->shift_y > 31 || cells > UINT32_MAX || ix->pool_words > INDEX_RUN)
        return false;
    if (ix->keys_at != sizeof *ix || ix->cells_at != ix->keys_at + (uint64_t)ix->n * 8 ||
        ix->pool_at != ix->cells_at + cells * 4 || ix->size != ix->pool_at + ix->pool_words * 4)
        return false;
    if (cells == 0)
        return ix->cols == 0 && ix->rows == 0 && ix->box.west > ix->box.east;
    int64_t east = (int64_t)ix->box.east - ix->west, north = (int64_t)ix->box.north - ix->south;
    return ix->west <= ix->box.west && ix->south <= ix->box.south && east >= 0 && north >= 0 &&
           (east >> ix->shift_x) < ix->cols && (north >> ix->shift_y) < ix->rows;
}

/* Is there a whole chain of runs at this word, naming only areas that exist? */
static bool run_is_sound(const AreaIndex *ix, uint64_t at) {
    const uint32_t *pool = index_run_at(ix, 0);
    bool more = true;

    for (int steps = 0; more; steps++) {
        if (at + INDEX_RUN_HEAD > ix->pool_words)
            return false;
        const uint32_t *run = pool + at;
        uint32_t areas = index_run_count(run);
        uint64_t end = at + INDEX_RUN_HEAD + (uint64_t)run[1] * INDEX_EDGE_WORDS + areas;
        if (areas == 0 || areas > INDEX_RUN_AREAS || end > ix->pool_words)
            return false;
        uint32_t known = areas == 32 ? UINT32_MAX : (1u << areas) - 1, named = run[0];
        for (uint32_t i = 0; i < run[1]; i++)
            named |= index_run_edges(run)[i].areas;
        if (named & ~known)
            return false;
        for (uint32_t i = 0; i < areas; i++)
            if (index_run_areas(run)[i] >= (uint32_t)ix->n)
                return false;
        more = run[2] & INDEX_MORE;
        at = end;
    }
    return true;
}

Err index_view(const void *block, size_t n, const AreaIndex **ret, Fault *f) {
    const AreaIndex *ix = block;
    bool sound = n >= sizeof *ix && (uintptr_t)block % 8 == 0 && head_is_sound(ix, n);

    for (uint64_t i = 0; sound && i < (uint64_t)ix->cols * ix->rows; i++) {
        uint32_t cell = index_cells(ix)[i];
        sound = cell & INDEX_RUN ? run_is_sound(ix, cell & ~INDEX_RUN) : cell <= (uint32_t)ix->n;
    }
    if (!sound)
        return fault(f, ERR_INVALID, "index_damaged", "", "区域索引文件损坏或属于其他版本；删除后会自动重建。",
                     "The area index file is damaged or of another version; delete it and it is built again.");
    *ret = ix;
    return OK;
}
