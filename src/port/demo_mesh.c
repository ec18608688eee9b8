/* demo_mesh – see demo_mesh.h. Block (row, column) has its three southern corners on the
 * row's line and its three northern ones on the next; odd rows stand half a block to the
 * east. */
#include "demo_mesh.h"

#include <stdlib.h>
#include <string.h>

enum {
    WEST = 1237000000, /* out at sea: no real place lies there */
    SOUTH = 303000000,
    STEP_LON = 5600, /* half a block: about 54 m */
    STEP_LAT = 9400, /* a block: about 104 m     */
    ZIG = 1700,
    STRAY = 1500,
    SIDES = 6
};

/* ---- smooth chance ---- */

/* −1 … 1, the same for the same place; smooth in between. */
static double lattice(uint64_t seed, int64_t x, int64_t y) {
    uint64_t h = dice_mix(seed ^ dice_mix((uint64_t)x * UINT64_C(0x100000001B3) ^ dice_mix((uint64_t)y)));
    return (double)(h >> 11) / 4503599627370496.0 - 1.0;
}

static double smooth(double t) { return t * t * (3 - 2 * t); }

static double noise(uint64_t seed, double x, double y) { /* x, y ≥ 0 */
    int64_t ix = (int64_t)x, iy = (int64_t)y;
    double tx = smooth(x - (double)ix), ty = smooth(y - (double)iy);
    double south = lattice(seed, ix, iy) * (1 - tx) + lattice(seed, ix + 1, iy) * tx,
           north = lattice(seed, ix, iy + 1) * (1 - tx) + lattice(seed, ix + 1, iy + 1) * tx;
    return south * (1 - ty) + north * ty;
}

/* ---- corners and neighbours ---- */

static int32_t columns(const Mesh *m) { return 2 * m->wide + 2; }
static int32_t corner_at(const Mesh *m, int32_t row, int32_t v) { return row * columns(m) + v; }

/* The k-th corner of a block, anticlockwise from the southwest. */
static int32_t block_corner(const Mesh *m, int32_t block, int k) {
    int32_t row = block / m->wide, v = 2 * (block % m->wide) + (row & 1);
    static const int32_t up[SIDES] = { 0, 0, 0, 1, 1, 1 }, along[SIDES] = { 0, 1, 2, 2, 1, 0 };
    return corner_at(m, row + up[k], v + along[k]);
}

/* Beyond the side from its k-th corner to the next; -1 at the edge of the mesh. */
static int32_t beyond(const Mesh *m, int32_t block, int k) {
    int32_t row = block / m->wide, column = block % m->wide, odd = row & 1;
    static const int32_t up[SIDES] = { -1, -1, 0, 1, 1, 0 };
    const int32_t east[SIDES] = { odd - 1, odd, 1, odd, odd - 1, -1 };
    int32_t r = row + up[k], c = column + east[k];
    return r < 0 || r >= m->high || c < 0 || c >= m->wide ? -1 : r * m->wide + c;
}

static Point middle(const Mesh *m, int32_t block) {
    int64_t lon = 0, lat = 0;

    for (int k = 0; k < SIDES; k++) {
        lon += m->corners[block_corner(m, block, k)].lon;
        lat += m->corners[block_corner(m, block, k)].lat;
    }
    return (Point){ (int32_t)(lon / SIDES), (int32_t)(lat / SIDES) };
}

Point mesh_spot(const Mesh *m, int32_t block, Dice *d) {
    Point at = middle(m, block);
    at.lon += dice_between(d, -STEP_LON / 3, STEP_LON / 3);
    at.lat += dice_between(d, -STEP_LAT / 6, STEP_LAT / 6);
    return at;
}

static void set_corners(Mesh *m, uint64_t seed) {
    for (int32_t row = 0; row <= m->high; row++)
        for (int32_t v = 0; v < columns(m); v++) {
            Dice d = dice_of(seed, 1, (uint64_t)corner_at(m, row, v));
            int32_t zig = ((v - row) & 1) ? -ZIG : ZIG;
            double x = (double)v / 14, y = (double)row / 7; /* streets bend, too */
            m->corners[corner_at(m, row, v)] =
                (Point){ WEST + v * STEP_LON + dice_between(&d, -STRAY, STRAY) +
                             (int32_t)(noise(seed ^ 2, x, y) * 9000),
                         SOUTH + row * STEP_LAT + zig + dice_between(&d, -STRAY, STRAY) +
                             (int32_t)(noise(seed ^ 3, x, y) * 9000) };
        }
}

/* ---- outline and river ---- */

static double river_row(const Mesh *m, uint64_t seed, double column) {
    double x = column / (double)m->wide;
    return (double)m->high *
           (0.42 + 0.14 * noise(seed ^ 4, 1 + 3 * x, 1) + 0.04 * noise(seed ^ 5, 1 + 9 * x, 1));
}

static bool within(const Mesh *m, uint64_t seed, int32_t row, int32_t column) {
    double x = ((double)column + 0.5) / (double)m->wide, y = ((double)row + 0.5) / (double)m->high;
    double dx = (x - 0.5) / 0.46, dy = (y - 0.5) / 0.46;
    bool rim = row == 0 || column == 0 || row == m->high - 1 ||
               column == m->wide - 1; /* what lies outside hangs together */
    return !rim && dx * dx + dy * dy + 0.22 * noise(seed ^ 6, 5 * x, 5 * y) < 0.86;
}

/* The blocks that hang together with `from` and have mark `of` get mark `to`. */
static int32_t flood(const Mesh *m, int32_t *mark, int32_t from, int32_t of, int32_t to, int32_t *stack) {
    int32_t n = 0, found = 0;

    mark[from] = to;
    for (stack[n++] = from; n > 0; found++) {
        int32_t at = stack[--n];
        for (int k = 0; k < SIDES; k++) {
            int32_t next = beyond(m, at, k);
            if (next >= 0 && mark[next] == of) {
                mark[next] = to;
                stack[n++] = next;
            }
        }
    }
    return found;
}

/* Of the blocks with mark `of` only the largest piece that hangs together keeps it; the
 * others get `else_mark`. */
static void keep_largest(const Mesh *m, int32_t *mark, const int32_t *blocks, int32_t n, int32_t of,
                         int32_t else_mark, int32_t *stack) {
    int32_t best = -1, most = 0;
    const int32_t seen = INT32_MAX;

    for (int32_t i = 0; i < n; i++)
        if (mark[blocks[i]] == of) {
            int32_t found = flood(m, mark, blocks[i], of, seen, stack);
            best = found > most ? blocks[i] : best;
            most = found > most ? found : most;
        }
    if (best >= 0)
        flood(m, mark, best, seen, of, stack);
    for (int32_t i = 0; i < n; i++)
        if (mark[blocks[i]] == seen)
            mark[blocks[i]] = else_mark;
}

static void set_banks(Mesh *m, uint64_t seed, int32_t *all, int32_t *stack) {
    int32_t n = m->wide * m->high;

    for (int32_t i = 0; i < n; i++) {
        all[i] = i;
        m->bank[i] = within(m, seed, i / m->wide, i % m->wide) ? 0 : -1;
    }
    keep_largest(m, m->bank, all, n, 0, -1, stack);
    keep_largest(m, m->bank, all, n, -1, 0, stack); /* no lakes */
    for (int32_t i = 0; i < n; i++)
        if (m->bank[i] == 0)
            m->bank[i] = (double)(i / m->wide) + 0.5 > river_row(m, seed, (double)(i % m->wide) + 0.5);
    keep_largest(m, m->bank, all, n, 0, 1, stack);
    keep_largest(m, m->bank, all, n, 1, 0, stack);
    for (int32_t i = 0; i < n; i++)
        m->n_inside += m->bank[i] >= 0;
}

static int by_corner(const void *x, const void *y) {
    const RiverCorner *a = x, *b = y;
    return a->corner != b->corner ? (a->corner > b->corner) - (a->corner < b->corner)
                                  : (a->south > b->south) - (a->south < b->south);
}

static int by_lon(const void *x, const void *y) {
    const RiverCorner *a = x, *b = y;
    return a->at.lon != b->at.lon ? (a->at.lon > b->at.lon) - (a->at.lon < b->at.lon) : by_corner(x, y);
}

/* The corners between the banks, each once. */
static void find_river(Mesh *m) {
    int32_t n = 0;

    for (int32_t i = 0; i < m->wide * m->high; i++)
        for (int k = 0; m->bank[i] == 0 && k < SIDES; k++) {
            int32_t next = beyond(m, i, k);
            if (next < 0 || m->bank[next] != 1)
                continue;
            for (int end = 0; end < 2; end++)
                m->river[n++] =
                    (RiverCorner){ .corner = block_corner(m, i, (k + end) % SIDES), .south = i, .north = next };
        }
    qsort(m->river, (size_t)n, sizeof *m->river, by_corner);
    for (int32_t i = 0; i < n; i++)
        if (i == 0 || m->river[i].corner != m->river[i - 1].corner)
            m->river[m->n_river++] = m->river[i];
}

/* They move towards the river's course, so that it flows; never so far that a block folds. */
static void run_river(Mesh *m, uint64_t seed) {
    const int32_t most = STEP_LAT / 4;

    find_river(m);
    for (int32_t i = 0; i < m->n_river; i++) {
        Point *p = &m->corners[m->river[i].corner];
        double column = (double)(p->lon - WEST) / (2.0 * STEP_LON);
        int32_t off = SOUTH + (int32_t)(river_row(m, seed, column) * STEP_LAT) - p->lat;
        p->lat += off > most ? most : off < -most ? -most : off;
        m->river[i].at = *p;
    }
    qsort(m->river, (size_t)m->n_river, sizeof *m->river, by_lon);
}

static Err make(int32_t wide, uint64_t seed, Mesh *ret, Fault *f) {
    Mesh m = { .wide = wide, .high = wide * 9 / 10 + 1 };
    size_t n = (size_t)(m.wide * m.high);

    m.corners = mem_alloc((size_t)(m.high + 1) * (size_t)columns(&m) * sizeof *m.corners);
    m.bank = mem_alloc(n * sizeof *m.bank);
    m.label = mem_alloc(n * sizeof *m.label);
    m.river = mem_alloc(n * 2 * SIDES * sizeof *m.river);
    int32_t *all = mem_alloc(n * sizeof *all), *stack = mem_alloc(n * sizeof *stack);
    bool got = m.corners && m.bank && m.label && m.river && all && stack;
    if (got) {
        set_corners(&m, seed);
        set_banks(&m, seed, all, stack);
        run_river(&m, seed);
        for (size_t i = 0; i < n; i++)
            m.label[i] = -1;
        *ret = m;
    } else
        mesh_end(&m);
    mem_free(all);
    mem_free(stack);
    return got ? OK : fault_memory(f);
}

/* Larger until so many blocks lie inside. */
Err mesh_begin(int32_t blocks, uint64_t seed, Mesh *ret, Fault *f) {
    int32_t wide = 8;
    Mesh m;

    while ((int64_t)wide * wide * 9 / 10 * 6 / 10 < blocks)
        wide++;
    TRY(make(wide, seed, &m, f));
    while (m.n_inside < blocks) {
        mesh_end(&m);
        wide += wide / 20 + 1;
        TRY(make(wide, seed, &m, f));
    }
    *ret = m;
    return OK;
}

void mesh_end(Mesh *m) {
    mem_free(m->corners);
    mem_free(m->bank);
    mem_free(m->label);
    mem_free(m->river);
    *m = (Mesh){ 0 };
}

/* ---- dividing ---- */

typedef struct Ranked {
    int64_t rank;
    int32_t block;
} Ranked;

typedef struct Cut {
    const Mesh *m;
    Dice *dice;
    int32_t *mark, *stack; /* by block */
    Ranked *ranked;
    const int32_t *weights;
    int32_t *at;
} Cut;

static int by_rank(const void *x, const void *y) {
    const Ranked *a = x, *b = y;
    return a->rank != b->rank ? (a->rank > b->rank) - (a->rank < b->rank)
                              : (a->block > b->block) - (a->block < b->block);
}

static int64_t sum(const int32_t *w, int32_t n) {
    int64_t s = 0;
    for (int32_t i = 0; i < n; i++)
        s += w[i];
    return s;
}

/* Across the longer extent, a little askew. */
static void rank(Cut *c, const int32_t *blocks, int32_t n, bool other_way) {
    Point low = middle(c->m, blocks[0]), high = low;

    for (int32_t i = 1; i < n; i++) {
        Point p = middle(c->m, blocks[i]);
        low = (Point){ p.lon < low.lon ? p.lon : low.lon, p.lat < low.lat ? p.lat : low.lat };
        high = (Point){ p.lon > high.lon ? p.lon : high.lon, p.lat > high.lat ? p.lat : high.lat };
    }
    bool wide = (int64_t)(high.lon - low.lon) * 86 > (int64_t)(high.lat - low.lat) * 100;
    int32_t askew = dice_between(c->dice, -5, 5), x = wide != other_way ? 16 : askew,
            y = wide != other_way ? askew : 16;
    for (int32_t i = 0; i < n; i++) {
        Point p = middle(c->m, blocks[i]);
        c->ranked[i] = (Ranked){ (int64_t)x * p.lon + (int64_t)y * p.lat, blocks[i] };
    }
    qsort(c->ranked, (size_t)n, sizeof *c->ranked, by_rank);
}

/* Marks 1 and 2 for both sides; how many are on the first. */
static int32_t split(Cut *c, const int32_t *blocks, int32_t n, int32_t first, bool other_way) {
    int32_t left = 0;

    rank(c, blocks, n, other_way);
    for (int32_t i = 0; i < n; i++)
        c->mark[c->ranked[i].block] = i < first ? 1 : 2;
    keep_largest(c->m, c->mark, blocks, n, 1, 2, c->stack);
    keep_largest(c->m, c->mark, blocks, n, 2, 1, c->stack);
    for (int32_t i = 0; i < n; i++)
        left += c->mark[blocks[i]] == 1;
    return left;
}

static Err divide(Cut *c, int32_t *blocks, int32_t n, int32_t from, int32_t parts, int32_t base, Fault *f) {
    const int32_t half = parts / 2;
    int64_t left_weight = sum(c->weights + from, half), weight = sum(c->weights + from, parts);
    int32_t left = 0, l = 0, r = 0;
    bool fits = false;

    c->at[from] = base;
    if (parts == 1)
        return OK;
    for (int attempt = 0; attempt < 8 && !fits; attempt++) {
        left = split(c, blocks, n, (int32_t)(n * left_weight / weight), attempt & 1);
        fits = left >= left_weight && n - left >= weight - left_weight;
    }
    if (!fits)
        return fault(f, ERR_LIMIT, "demo_ground", "seed", "这个种子划不出这座城市，请换一个。",
                     "With this seed the city cannot be divided; take another.");
    for (int32_t i = 0; i < n; i++) /* stable: both sides in the order of their rank */
        if (c->mark[c->ranked[i].block] == 1)
            blocks[l++] = c->ranked[i].block;
    for (int32_t i = 0; i < n; i++)
        if (c->mark[c->ranked[i].block] == 2)
            blocks[l + r++] = c->ranked[i].block;
    for (int32_t i = 0; i < n; i++)
        c->mark[blocks[i]] = 0;
    TRY(divide(c, blocks, left, from, half, base, f));
    return divide(c, blocks + left, n - left, from + half, parts - half, base + left, f);
}

Err mesh_divide(const Mesh *m, int32_t *blocks, int32_t n, const int32_t *weights, int32_t parts, Dice *d,
                int32_t *ret_at, Fault *f) {
    size_t all = (size_t)(m->wide * m->high);
    Cut c = { .m = m, .dice = d, .weights = weights, .at = ret_at };

    c.mark = mem_alloc(all * sizeof *c.mark);
    c.stack = mem_alloc(all * sizeof *c.stack);
    c.ranked = mem_alloc((size_t)n * sizeof *c.ranked);
    bool got = c.mark && c.stack && c.ranked;
    if (got)
        memset(c.mark, 0, all * sizeof *c.mark);
    Err e = got ? divide(&c, blocks, n, 0, parts, 0, f) : fault_memory(f);
    ret_at[parts] = n;
    mem_free(c.mark);
    mem_free(c.stack);
    mem_free(c.ranked);
    return e;
}

/* ---- borders ---- */

typedef struct Side {
    int32_t from, to;
    bool used;
} Side;

static int by_from(const void *x, const void *y) {
    const Side *a = x, *b = y;
    return (a->from > b->from) - (a->from < b->from);
}

static Side *side_from(Side *sides, int32_t n, int32_t corner) {
    Side key = { .from = corner };
    return bsearch(&key, sides, (size_t)n, sizeof *sides, by_from);
}

/* Along the border from `first` until it closes. */
static int64_t walk(const Mesh *m, Side *sides, int32_t n, Side *first, ShapeDraft *draft) {
    int64_t area = 0;

    for (Side *s = first; s && !s->used; s = side_from(sides, n, s->to)) {
        Point p = m->corners[s->from], q = m->corners[s->to];
        s->used = true;
        area += (int64_t)(p.lon - WEST) * (q.lat - SOUTH) - (int64_t)(q.lon - WEST) * (p.lat - SOUTH);
        if (draft)
            draft_point(draft, p);
    }
    return area;
}

/* The outer ring first: the one that turns anticlockwise. */
static void draw_rings(const Mesh *m, Side *sides, int32_t n, ShapeDraft *draft) {
    for (int outer = 1; outer >= 0; outer--)
        for (int32_t i = 0; i < n; i++) {
            Side *at = &sides[i];
            if (at->used)
                continue;
            bool turns = walk(m, sides, n, at, NULL) > 0;
            Side *s = at; /* the walk is undone, and drawn if its turn has come */
            do {
                s->used = false;
                s = side_from(sides, n, s->to);
            } while (s && s != at);
            if (turns != (outer == 1))
                continue;
            draft_ring(draft);
            walk(m, sides, n, at, draft);
        }
}

Err mesh_shape(const Mesh *m, const int32_t *blocks, int32_t n, int32_t low, int32_t high, Arena *a, Shape *ret,
               Fault *f) {
    Side *sides = mem_alloc((size_t)n * SIDES * sizeof *sides);
    ShapeDraft draft;
    int32_t n_sides = 0, dropped;

    if (!sides)
        return fault_memory(f);
    for (int32_t i = 0; i < n; i++)
        for (int k = 0; k < SIDES; k++) {
            int32_t next = beyond(m, blocks[i], k), label = next < 0 ? -1 : m->label[next];
            if (label < low || label > high)
                sides[n_sides++] =
                    (Side){ block_corner(m, blocks[i], k), block_corner(m, blocks[i], (k + 1) % SIDES), false };
        }
    qsort(sides, (size_t)n_sides, sizeof *sides, by_from);
    draft_begin(&draft);
    draft_polygon(&draft);
    draw_rings(m, sides, n_sides, &draft);
    mem_free(sides);
    return draft_end(&draft, a, ret, &dropped, f);
}
