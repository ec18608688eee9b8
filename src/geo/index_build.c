/* index_build – fills an index; index_block.h tells the layout and why it is
 * exact.
 *
 * Edges of all shapes are sorted, so that an edge of two neighbours becomes one
 * edge with two areas. Each edge is filed under the cells it passes (a cell too
 * many does no harm). Then each row is walked from west to east along its
 * southern line with the set of areas that hold the corner of the cell; where
 * an edge crosses that line the set changes. Both sums are exact: columns are
 * found by 128-bit division, sides by index_edge_flips(). */
#include "index_block.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EDGES_MAX (1 << 27)
#define CELLS_WANTED_MAX (1 << 23)
#define CELLS_PER_EDGE 8
#define PLACES_MAX (1 << 30)

typedef struct RawEdge {
    Point low, high;
    int32_t rank;
} RawEdge;

typedef struct Edge {
    Point low, high;
    int32_t ranks_from, ranks_to; /* into Build.ranks */
} Edge;

typedef struct Crossing {
    int32_t edge;
    uint32_t col;
} Crossing; /* from this column on, the edge lies west of the corner of the row's cells */

typedef struct Build {
    AreaIndex head;
    const IndexArea *areas;
    int32_t n;
    int32_t *by_rank; /* position of an area by precedence */
    RawEdge *raw;
    int64_t n_raw;
    Edge *edges;
    int32_t *ranks;
    int64_t n_edges, n_ranks;
    uint32_t *cell_from; /* cells + 1 offsets into filed */
    int32_t *filed;      /* edges by cell */
    uint32_t *row_from;  /* rows + 1 offsets into crossings */
    Crossing *crossings;
    uint32_t *cells;
    uint32_t *pool;
    size_t pool_words, pool_max;
    bool too_deep;    /* areas overlap so much that the pool would fill the memory */
    int32_t *holding; /* ranks that hold the corner, ascending */
    int32_t n_holding, holding_max;
    int32_t *local; /* ranks concerned in a cell */
    int32_t local_max;
} Build;

static void build_end(Build *b) {
    void *const all[] = { b->by_rank,  b->raw,       b->edges, b->ranks, b->cell_from, b->filed,
                          b->row_from, b->crossings, b->cells, b->pool,  b->holding,   b->local };
    for (size_t i = 0; i < COUNT(all); i++)
        mem_free(all[i]);
}

/* ---- precedence --------------------------------------------------------- */

typedef struct Standing {
    unsigned __int128 area;
    Str code;
    int32_t at;
} Standing;

static int by_standing(const void *x, const void *y) {
    const Standing *a = x, *b = y;
    size_t least = a->code.n < b->code.n ? a->code.n : b->code.n;

    if (a->area != b->area)
        return a->area < b->area ? -1 : 1;
    int order = least ? memcmp(a->code.p, b->code.p, least) : 0;
    if (order)
        return order;
    if (a->code.n != b->code.n)
        return a->code.n < b->code.n ? -1 : 1;
    return a->at < b->at ? -1 : 1;
}

static Err rank_areas(Build *b, Fault *f) {
    Standing *all = mem_alloc((size_t)b->n * sizeof *all);

    b->by_rank = mem_alloc((size_t)b->n * sizeof *b->by_rank);
    if (!all || !b->by_rank) {
        mem_free(all);
        return fault_memory(f);
    }
    for (int32_t i = 0; i < b->n; i++) {
        __int128 area = shape_area2(b->areas[i].shape);
        all[i] = (Standing){ (unsigned __int128)(area < 0 ? -area : area), b->areas[i].code, i };
    }
    qsort(all, (size_t)b->n, sizeof *all, by_standing);
    for (int32_t i = 0; i < b->n; i++)
        b->by_rank[i] = all[i].at;
    mem_free(all);
    return OK;
}

/* ---- edges -------------------------------------------------------------- */

static int by_lat_lon(Point a, Point b) {
    if (a.lat != b.lat)
        return a.lat < b.lat ? -1 : 1;
    return a.lon == b.lon ? 0 : a.lon < b.lon ? -1 : 1;
}

static int by_edge(const void *x, const void *y) {
    const RawEdge *a = x, *b = y;
    int order = by_lat_lon(a->low, b->low);

    if (order == 0)
        order = by_lat_lon(a->high, b->high);
    return order ? order : (a->rank > b->rank) - (a->rank < b->rank);
}

static Err collect_edges(Build *b, Fault *f) {
    for (int32_t i = 0; i < b->n; i++)
        b->n_raw += b->areas[i].shape->n_points;
    if (b->n_raw > EDGES_MAX)
        return fault(f, ERR_LIMIT, "layer_too_large", "", "图层有 %lld 条边，超过上限 %d。",
                     "The layer has %lld edges, more than the limit of %d.", (long long)b->n_raw, EDGES_MAX);
    b->raw = mem_alloc((size_t)b->n_raw * sizeof *b->raw);
    if (!b->raw)
        return fault_memory(f);
    b->n_raw = 0;
    b->head.box = BOX_NONE;
    for (int32_t rank = 0; rank < b->n; rank++) {
        const Shape *s = b->areas[b->by_rank[rank]].shape;
        for (int32_t r = 0; r < s->n_rings; r++)
            for (int32_t i = s->ring_at[r], end = s->ring_at[r + 1], last = end - 1; i < end; last = i++) {
                Point p = s->points[last], q = s->points[i];
                int order = by_lat_lon(p, q);
                box_grow(&b->head.box, q);
                if (order)
                    b->raw[b->n_raw++] = order < 0 ? (RawEdge){ p, q, rank } : (RawEdge){ q, p, rank };
            }
    }
    qsort(b->raw, (size_t)b->n_raw, sizeof *b->raw, by_edge);
    return OK;
}

/* Equal edges become one. An area that has an edge twice (a spike, a bridge to
 * a hole) is not bounded by it: even-odd. */
static Err merge_edges(Build *b, Fault *f) {
    b->edges = mem_alloc((size_t)b->n_raw * sizeof *b->edges);
    b->ranks = mem_alloc((size_t)b->n_raw * sizeof *b->ranks);
    if (!b->edges || !b->ranks)
        return fault_memory(f);
    for (int64_t i = 0, next; i < b->n_raw; i = next) {
        int32_t from = (int32_t)b->n_ranks;
        for (next = i; next < b->n_raw && point_same(b->raw[next].low, b->raw[i].low) &&
                       point_same(b->raw[next].high, b->raw[i].high);
             next++) {
            if (b->n_ranks > from && b->ranks[b->n_ranks - 1] == b->raw[next].rank)
                b->n_ranks--;
            else
                b->ranks[b->n_ranks++] = b->raw[next].rank;
        }
        if (b->n_ranks > from)
            b->edges[b->n_edges++] = (Edge){ b->raw[i].low, b->raw[i].high, from, (int32_t)b->n_ranks };
    }
    mem_free(b->raw);
    b->raw = NULL;
    return OK;
}

/* ---- the grid ----------------------------------------------------------- */

/* Shifts whose cells are about square on the ground and about as many as
 * wanted: of both roundings of each side, the pair that comes nearest. */
static void choose_grid(Build *b) {
    AreaIndex *h = &b->head;
    double width = (double)h->box.east - h->box.west + 2, height = (double)h->box.north - h->box.south + 1;
    double wanted = fmin((double)b->n_edges * CELLS_PER_EDGE, CELLS_WANTED_MAX), best = INFINITY;
    Scale scale = scale_at((int32_t)(((int64_t)h->box.south + h->box.north) / 2));
    double squeeze = fmax(scale.lon_m / scale.lat_m, 0.05), tall = sqrt(width * squeeze * height / wanted);
    double wide = tall > height ? width / wanted : tall / squeeze;

    tall = wide > width ? height / wanted : tall;
    int x0 = (int)floor(log2(fmax(wide, 1))), y0 = (int)floor(log2(fmax(tall, 1)));

    for (int x = x0; x <= x0 + 1; x++)
        for (int y = y0; y <= y0 + 1; y++) {
            double cells = ceil(ldexp(width, -x)) * ceil(ldexp(height, -y));
            double miss = fabs(log2(cells / wanted)) + 0.25 * fabs(log2(ldexp(squeeze, x) / ldexp(1, y)));
            if (miss < best) {
                best = miss;
                h->shift_x = (uint32_t)(x > 31 ? 31 : x);
                h->shift_y = (uint32_t)(y > 31 ? 31 : y);
            }
        }
    h->west = h->box.west - 1;
    h->south = h->box.south;
}

static void count_cells(AreaIndex *h) {
    h->cols = (uint32_t)(((int64_t)h->box.east - h->west) >> h->shift_x) + 1;
    h->rows = (uint32_t)(((int64_t)h->box.north - h->south) >> h->shift_y) + 1;
}

static uint32_t col_of(const AreaIndex *h, double lon) {
    double col = ldexp(lon - h->west, -(int)h->shift_x);
    return col <= 0 ? 0 : col >= h->cols ? h->cols - 1 : (uint32_t)col;
}

static uint32_t row_of(const AreaIndex *h, int64_t lat) { return (uint32_t)((lat - h->south) >> h->shift_y); }

static uint32_t last_row_of(const AreaIndex *h, const Edge *e) {
    return row_of(h, e->high.lat > e->low.lat ? (int64_t)e->high.lat - 1 : e->high.lat);
}

/* The columns that the edge touches in a row, by one unit more on each side:
 * that covers the rounding, and edges that lie on the line between two cells. */
static void cols_in_row(const AreaIndex *h, const Edge *e, uint32_t row, uint32_t *ret_from, uint32_t *ret_to) {
    double from = e->low.lon, to = e->high.lon, rise = (double)e->high.lat - e->low.lat;

    if (rise > 0) {
        double slope = (to - from) / rise, south = h->south + ldexp(row, (int)h->shift_y);
        double north = south + ldexp(1, (int)h->shift_y);
        if (north < e->high.lat)
            to = e->low.lon + slope * (north - e->low.lat);
        if (south > e->low.lat)
            from = e->low.lon + slope * (south - e->low.lat);
    }
    *ret_from = col_of(h, fmin(from, to) - 1);
    *ret_to = col_of(h, fmax(from, to) + 1);
}

/* First column whose corner on the row's southern line has the edge to its west
 * or on it: the line is met at low.lon + (line - low.lat) · run / rise. */
static uint32_t crossing_col(const AreaIndex *h, const Edge *e, uint32_t row) {
    int64_t line = h->south + ((int64_t)row << h->shift_y), rise = (int64_t)e->high.lat - e->low.lat;
    __int128 above = (__int128)((int64_t)e->low.lon - h->west) * rise +
                     (__int128)(line - e->low.lat) * ((int64_t)e->high.lon - e->low.lon);
    __int128 below = (__int128)rise << h->shift_x;
    return (uint32_t)((above + below - 1) / below);
}

/* Visits what an edge touches, first to count, then to file; returns how much. */
static int64_t file_edge(Build *b, int32_t at, bool count) {
    const AreaIndex *h = &b->head;
    const Edge *e = &b->edges[at];
    int64_t places = 0;

    for (uint32_t row = row_of(h, e->low.lat), last = last_row_of(h, e); row <= last; row++) {
        uint32_t from, to;
        cols_in_row(h, e, row, &from, &to);
        places += (int64_t)to - from + 1;
        for (uint32_t col = from; col <= to; col++) {
            uint32_t *slot = &b->cell_from[(size_t)row * h->cols + col];
            if (count)
                ++*slot;
            else
                b->filed[--*slot] = at;
        }
        int64_t line = h->south + ((int64_t)row << h->shift_y);
        if (line < e->low.lat || line >= e->high.lat)
            continue;
        if (count)
            b->row_from[row]++;
        else
            b->crossings[--b->row_from[row]] = (Crossing){ at, crossing_col(h, e, row) };
    }
    return places;
}

static void *zeroed(size_t n) {
    void *p = mem_alloc(n);
    return p ? memset(p, 0, n) : NULL;
}

/* Counts what each cell and row will hold, and gives up where the edges are so
 * long that they would fill the memory; then a coarser grid is due. */
static Err count_places(Build *b, bool *ret_fits, Fault *f) {
    size_t cells = (size_t)b->head.cols * b->head.rows, rows = b->head.rows;
    int64_t places = 0, most = b->n_edges * 64 + 100000;

    mem_free(b->cell_from);
    mem_free(b->row_from);
    b->cell_from = zeroed((cells + 1) * sizeof *b->cell_from);
    b->row_from = zeroed((rows + 1) * sizeof *b->row_from);
    if (!b->cell_from || !b->row_from)
        return fault_memory(f);
    most = most > PLACES_MAX ? PLACES_MAX : most;
    for (int64_t i = 0; i < b->n_edges && places <= most; i++)
        places += file_edge(b, (int32_t)i, true);
    *ret_fits = places <= most;
    return OK;
}

/* Counts become ends; filing counts them down to starts. */
static void add_up(uint32_t *from, size_t n) {
    for (size_t i = 1; i <= n; i++)
        from[i] += from[i - 1];
}

static Err file_edges(Build *b, Fault *f) {
    bool fits = false;

    for (choose_grid(b);; b->head.shift_x++, b->head.shift_y++) {
        count_cells(&b->head);
        TRY(count_places(b, &fits, f));
        if (fits || b->head.cols * b->head.rows == 1)
            break;
        b->head.shift_x -= b->head.cols == 1;
        b->head.shift_y -= b->head.rows == 1;
    }
    size_t cells = (size_t)b->head.cols * b->head.rows, rows = b->head.rows;
    add_up(b->cell_from, cells);
    add_up(b->row_from, rows);
    b->cells = zeroed(cells * sizeof *b->cells);
    b->filed = mem_alloc((size_t)b->cell_from[cells] * sizeof *b->filed);
    b->crossings = mem_alloc((size_t)b->row_from[rows] * sizeof *b->crossings);
    if (!b->cells || !b->filed || !b->crossings)
        return fault_memory(f);
    for (int64_t i = 0; i < b->n_edges; i++)
        file_edge(b, (int32_t)i, false);
    return OK;
}

/* ---- cells -------------------------------------------------------------- */

static bool grow(void *array, int32_t wanted, int32_t *max) {
    int32_t *old, *more;

    if (wanted <= *max)
        return true;
    memcpy(&old, array, sizeof old);
    more = mem_grow(old, (size_t)wanted * 2 * sizeof *more);
    if (!more)
        return false;
    memcpy(array, &more, sizeof more);
    *max = wanted * 2;
    return true;
}

static bool hold_flip(Build *b, int32_t rank) {
    int32_t at = 0;

    if (!grow(&b->holding, b->n_holding + 1, &b->holding_max))
        return false;
    while (at < b->n_holding && b->holding[at] < rank)
        at++;
    if (at < b->n_holding && b->holding[at] == rank) {
        b->n_holding--;
        memmove(b->holding + at, b->holding + at + 1, (size_t)(b->n_holding - at) * sizeof *b->holding);
        return true;
    }
    memmove(b->holding + at + 1, b->holding + at, (size_t)(b->n_holding - at) * sizeof *b->holding);
    b->holding[at] = rank;
    b->n_holding++;
    return true;
}

static int by_int(const void *x, const void *y) {
    int32_t a = *(const int32_t *)x, b = *(const int32_t *)y;
    return (a > b) - (a < b);
}

/* The cell in hand: its corner, and the edges filed under it. */
typedef struct Cell {
    Point corner;
    const int32_t *filed;
    uint32_t n_filed;
    int32_t n_local;
} Cell;

/* An edge that never gets east of the corner's meridian changes nothing here. */
static bool concerns(const Edge *e, Point corner) {
    return e->low.lon > corner.lon || e->high.lon > corner.lon;
}

/* All areas concerned: those that hold the corner and those with an edge here. */
static bool gather_local(Build *b, Cell *c) {
    int32_t n = 0;

    for (uint32_t i = 0; i < c->n_filed; i++) {
        const Edge *e = &b->edges[c->filed[i]];
        if (concerns(e, c->corner))
            n += e->ranks_to - e->ranks_from;
    }
    c->n_local = 0;
    if (n == 0)
        return true;
    if (!grow(&b->local, n + b->n_holding, &b->local_max))
        return false;
    n = b->n_holding;
    if (n)
        memcpy(b->local, b->holding, (size_t)n * sizeof *b->local);
    for (uint32_t i = 0; i < c->n_filed; i++) {
        const Edge *e = &b->edges[c->filed[i]];
        for (int32_t k = e->ranks_from; k < e->ranks_to && concerns(e, c->corner); k++)
            b->local[n++] = b->ranks[k];
    }
    if (n < 32) /* nearly always: insertion */
        for (int32_t i = 1; i < n; i++)
            for (int32_t k = i; k > 0 && b->local[k - 1] > b->local[k]; k--) {
                int32_t swap = b->local[k];
                b->local[k] = b->local[k - 1];
                b->local[k - 1] = swap;
            }
    else
        qsort(b->local, (size_t)n, sizeof *b->local, by_int);
    for (int32_t i = 0; i < n; i++)
        if (i == 0 || b->local[i] != b->local[c->n_local - 1])
            b->local[c->n_local++] = b->local[i];
    return true;
}

static uint32_t bit_of(const int32_t *ranks, int32_t n, int32_t rank) {
    const int32_t *at = bsearch(&rank, ranks, (size_t)n, sizeof *ranks, by_int);
    return at ? 1u << (at - ranks) : 0;
}

static uint32_t *pool_room(Build *b, size_t words) {
    if (b->pool_words + words > (size_t)b->n_edges * 400 + 1000000 || b->pool_words + words >= INDEX_RUN) {
        b->too_deep = true;
        return NULL;
    }
    if (b->pool_words + words > b->pool_max) {
        size_t wanted = b->pool_max * 3 / 2 + words + 1024;
        uint32_t *more = mem_grow(b->pool, wanted * sizeof *more);
        if (!more)
            return NULL;
        b->pool = more;
        b->pool_max = wanted;
    }
    return b->pool + b->pool_words;
}

/* One run for up to 32 areas; edges of none of them are left out. */
static bool put_run(Build *b, const Cell *c, const int32_t *ranks, int32_t n, bool more) {
    uint32_t *run = pool_room(b, INDEX_RUN_HEAD + (size_t)c->n_filed * INDEX_EDGE_WORDS + (size_t)n);
    uint32_t corner = 0, count = 0;

    if (!run)
        return false;
    for (int32_t i = 0; i < b->n_holding; i++)
        corner |= bit_of(ranks, n, b->holding[i]);
    IndexEdge *edges = (IndexEdge *)(void *)(run + INDEX_RUN_HEAD);
    for (uint32_t i = 0; i < c->n_filed; i++) {
        const Edge *e = &b->edges[c->filed[i]];
        Point west = e->low.lon <= e->high.lon ? e->low : e->high;
        IndexEdge out = { e->low, e->high, 0, west.lon <= c->corner.lon ? west.lat : INT32_MAX };
        for (int32_t k = e->ranks_from; k < e->ranks_to; k++)
            out.areas |= bit_of(ranks, n, b->ranks[k]);
        if (!out.areas || !concerns(e, c->corner))
            continue;
        corner ^= index_edge_flips(&out, c->corner);
        edges[count++] = out;
    }
    run[0] = corner;
    run[1] = count;
    run[2] = (uint32_t)n | (more ? INDEX_MORE : 0);
    uint32_t *areas = run + INDEX_RUN_HEAD + (size_t)count * INDEX_EDGE_WORDS;
    for (int32_t i = 0; i < n; i++)
        areas[i] = (uint32_t)b->by_rank[ranks[i]];
    b->pool_words += INDEX_RUN_HEAD + (size_t)count * INDEX_EDGE_WORDS + (size_t)n;
    return true;
}

static bool put_runs(Build *b, const Cell *c, const int32_t *ranks, int32_t n) {
    for (int32_t i = 0; i < n; i += INDEX_RUN_AREAS) {
        bool more = n - i > INDEX_RUN_AREAS;
        if (!put_run(b, c, ranks + i, more ? INDEX_RUN_AREAS : n - i, more))
            return false;
    }
    return true;
}

/* Fills one cell; `same_run` is the run of the same set without edges, if the
 * cell before had it (0: none). */
static bool fill_cell(Build *b, Cell *c, uint32_t *cell, uint32_t *same_run) {
    uint32_t at = (uint32_t)b->pool_words | INDEX_RUN;

    if (!gather_local(b, c))
        return false;
    if (c->n_local > 0) {
        *cell = at;
        return put_runs(b, c, b->local, c->n_local);
    }
    if (b->n_holding <= 1) {
        *cell = b->n_holding ? (uint32_t)b->by_rank[b->holding[0]] + 1 : 0;
        return true;
    }
    *cell = *same_run ? *same_run : at;
    if (*same_run)
        return true;
    *same_run = at;
    c->n_filed = 0;
    return put_runs(b, c, b->holding, b->n_holding);
}

static int by_col(const void *x, const void *y) {
    const Crossing *a = x, *b = y;
    return (a->col > b->col) - (a->col < b->col);
}

static bool fill_row(Build *b, uint32_t row) {
    const AreaIndex *h = &b->head;
    Crossing *next = b->crossings + b->row_from[row], *end = b->crossings + b->row_from[row + 1];
    uint32_t same_run = 0;

    qsort(next, (size_t)(end - next), sizeof *next, by_col);
    b->n_holding = 0;
    for (uint32_t col = 0; col < h->cols; col++) {
        size_t at = (size_t)row * h->cols + col;
        for (; next < end && next->col <= col; next++) {
            const Edge *e = &b->edges[next->edge];
            for (int32_t k = e->ranks_from; k < e->ranks_to; k++)
                if (!hold_flip(b, b->ranks[k]))
                    return false;
            same_run = 0;
        }
        Cell c = { { (int32_t)(h->west + ((int64_t)col << h->shift_x)),
                     (int32_t)(h->south + ((int64_t)row << h->shift_y)) },
                   b->filed + b->cell_from[at],
                   b->cell_from[at + 1] - b->cell_from[at],
                   0 };
        if (!fill_cell(b, &c, &b->cells[at], &same_run))
            return false;
    }
    return true;
}

/* ---- all together ------------------------------------------------------- */

static Err make_block(Build *b, AreaIndex **ret, Fault *f) {
    size_t cells = (size_t)b->head.cols * b->head.rows;
    AreaIndex *h = &b->head;

    h->magic = INDEX_MAGIC;
    h->version = INDEX_VERSION;
    h->n = b->n;
    h->keys_at = sizeof *h;
    h->cells_at = h->keys_at + (uint64_t)b->n * sizeof(int64_t);
    h->pool_at = h->cells_at + cells * sizeof(uint32_t);
    h->pool_words = b->pool_words;
    h->size = h->pool_at + b->pool_words * sizeof(uint32_t);
    char *block = mem_alloc((size_t)h->size);
    if (!block)
        return fault_memory(f);
    memcpy(block, h, sizeof *h);
    for (int32_t i = 0; i < b->n; i++)
        memcpy(block + h->keys_at + (size_t)i * sizeof(int64_t), &b->areas[i].key, sizeof(int64_t));
    if (cells)
        memcpy(block + h->cells_at, b->cells, cells * sizeof(uint32_t));
    if (b->pool_words)
        memcpy(block + h->pool_at, b->pool, b->pool_words * sizeof(uint32_t));
    *ret = (AreaIndex *)(void *)block;
    return OK;
}

static Err fault_too_deep(Fault *f) {
    return fault(f, ERR_LIMIT, "layer_overlaps", "", "图层中互相重叠的区域太多，无法建立索引；请先检查重叠。",
                 "Too many areas of the layer lie upon each other to be indexed; check the overlaps first.");
}

static Err build_all(Build *b, AreaIndex **ret, Fault *f) {
    TRY(rank_areas(b, f));
    TRY(collect_edges(b, f));
    TRY(merge_edges(b, f));
    if (b->n_edges > 0) {
        TRY(file_edges(b, f));
        for (uint32_t row = 0; row < b->head.rows; row++)
            if (!fill_row(b, row))
                return b->too_deep ? fault_too_deep(f) : fault_memory(f);
    } else
        b->head.box = BOX_NONE;
    return make_block(b, ret, f);
}

Err index_build(const IndexArea *areas, int32_t n, AreaIndex **ret, Fault *f) {
    Build b = { .areas = areas, .n = n };

    if (n < 0 || n > INDEX_AREAS_MAX)
        return fault(f, ERR_LIMIT, "layer_too_large", "", "图层有 %d 个区域，超过上限 %d。",
                     "The layer has %d areas, more than the limit of %d.", (int)n, INDEX_AREAS_MAX);
    Err err = build_all(&b, ret, f);
    build_end(&b);
    return err;
}
