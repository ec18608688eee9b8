/* tile_rings – the rings of one area in a tile, out of its chains.
 *
 * An area with one ring that never leaves the box is read off in order, as long as
 * no pixel comes twice. All else is decided by parity alone, so that nothing is
 * asked of the shape: an edge that occurs an even number of times bounds nothing
 * and goes; what is left has an inside and an outside, told by how many edges lie
 * west of it. Edges are turned so that the inside is on their left and walked from
 * vertex to vertex around one stretch of inside; where a walk comes back to a vertex
 * before its end, that loop is a ring of its own. So rings are simple, touch at
 * points only, and every hole lies in its exterior – what OGC and MVT 2.1 call
 * valid – because no two lines cross (tile_node.c). "Left" is in the tile's own
 * sense, y south; exteriors come out with positive area, as MVT asks. */
#include "tile_inside.h"

#include <stdlib.h>
#include <string.h>

enum { FEW = 16 }; /* so many are sorted by hand faster than by qsort */

static int64_t turn(Pixel a, Pixel b, Pixel p) {
    return ((int64_t)b.x - a.x) * ((int64_t)p.y - a.y) - ((int64_t)b.y - a.y) * ((int64_t)p.x - a.x);
}

static int64_t area2(const Pixel *ring, int32_t n) {
    int64_t sum = 0;

    for (int32_t i = 1; i + 1 < n; i++)
        sum += turn(ring[0], ring[i], ring[i + 1]);
    return sum;
}

static const Chain *chain_of(const TileMaker *m, int32_t ref) {
    return &m->chains.p[m->arcs[ref < 0 ? ~ref : ref].number];
}

/* Marks one more area; what was marked for others is void. */
static Err marks_ready(TileMaker *m, Fault *f) {
    if (m->marks.n < m->pixels.n) {
        LIST_ROOM(m->marks, m->pixels.n, f);
        memset(m->marks.p + m->marks.n, 0, (size_t)(m->pixels.n - m->marks.n) * sizeof *m->marks.p);
        m->marks.n = m->pixels.n;
    }
    m->area_stamp++;
    return OK;
}

/* ---- the plain case ----------------------------------------------------- */

typedef struct RingRead {
    int32_t first, last; /* pixels; -1: none yet */
    bool closed;         /* the first came again: nothing may follow */
} RingRead;

/* False: a pixel came twice. */
static bool read_chain(TileMaker *m, const Chain *c, bool turned, RingRead *r) {
    Pixel *to = m->ring_pixels.p;

    for (int32_t k = 0; k < c->n; k++) {
        int32_t pixel = m->noded.p[c->from + (turned ? c->n - 1 - k : k)];
        if (pixel == r->last)
            continue;
        r->last = pixel;
        if (pixel == r->first) {
            r->closed = true;
            continue;
        }
        if (r->closed || m->marks.p[pixel].stamp == m->area_stamp)
            return false;
        r->first = r->first < 0 ? pixel : r->first;
        m->marks.p[pixel].stamp = m->area_stamp;
        to[m->ring_pixels.n++] = m->pixels.p[pixel];
    }
    return true;
}

/* Backwards, because rings are stored anticlockwise on the ground. */
static Err plain_ring(TileMaker *m, int32_t ring, bool *ret_done, Fault *f) {
    const Arcs *arcs = &m->layer->arcs;
    RingRead read = { -1, -1, false };

    *ret_done = false;
    for (int32_t r = arcs->ring_at[ring + 1] - 1; r >= arcs->ring_at[ring]; r--) {
        const Chain *c = chain_of(m, arcs->refs[r]);
        LIST_ROOM(m->ring_pixels, m->ring_pixels.n + c->n, f);
        if (!read_chain(m, c, arcs->refs[r] >= 0, &read))
            return OK;
    }
    int32_t n = m->ring_pixels.n;
    *ret_done = n < 3 || area2(m->ring_pixels.p, n) > 0;
    if (*ret_done && n >= 3)
        LIST_ADD(m->rings, ((RingOut){ .n = n }), f);
    return OK;
}

static bool is_plain(const TileMaker *m, const LayerArea *a) {
    const Arcs *arcs = &m->layer->arcs;

    if (a->rings != 1)
        return false;
    for (int32_t r = arcs->ring_at[a->ring]; r < arcs->ring_at[a->ring + 1]; r++)
        if (!chain_of(m, arcs->refs[r])->whole)
            return false;
    return true;
}

/* ---- gathering edges ---------------------------------------------------- */

static Err gather_chains(TileMaker *m, const LayerArea *a, Fault *f) {
    const Arcs *arcs = &m->layer->arcs;

    m->edges.n = m->area_toggles.n = 0;
    for (int32_t r = arcs->ring_at[a->ring]; r < arcs->ring_at[a->ring + a->rings]; r++) {
        const Chain *c = chain_of(m, arcs->refs[r]);
        for (int32_t k = c->from + 1; k < c->from + c->n; k++)
            if (m->noded.p[k - 1] != CHAIN_GAP && m->noded.p[k] != CHAIN_GAP)
                LIST_ADD(m->edges, ((RingEdge){ m->noded.p[k - 1], m->noded.p[k] }), f);
        for (int32_t k = 0; k < c->toggles; k++)
            LIST_ADD(m->area_toggles, m->toggles.p[c->toggle_from + k], f);
    }
    return OK;
}

static int by_place(const void *x, const void *y) {
    const Toggle *a = x, *b = y;
    return a->side != b->side ? a->side - b->side : a->at - b->at;
}

/* Mostly a handful. */
static void sort_places(Toggle *list, int32_t n) {
    if (n > FEW) {
        qsort(list, (size_t)n, sizeof *list, by_place);
        return;
    }
    for (int32_t i = 1; i < n; i++)
        for (int32_t k = i; k > 0 && by_place(&list[k], &list[k - 1]) < 0; k--) {
            Toggle swap = list[k];
            list[k] = list[k - 1];
            list[k - 1] = swap;
        }
}

/* The area's own vertices on the sides of the box, in order, each once. */
static Err gather_on_sides(TileMaker *m, Fault *f) {
    int32_t kept = 0;

    m->on_sides.n = 0;
    for (int32_t i = 0; i < 2 * m->edges.n; i++) {
        Pixel p = m->pixels.p[i % 2 ? m->edges.p[i / 2].b : m->edges.p[i / 2].a];
        if (p.x == PIXEL_MIN || p.x == PIXEL_MAX)
            LIST_ADD(m->on_sides, ((Toggle){ p.x == PIXEL_MIN ? SIDE_WEST : SIDE_EAST, p.y }), f);
        if (p.y == PIXEL_MIN || p.y == PIXEL_MAX)
            LIST_ADD(m->on_sides, ((Toggle){ p.y == PIXEL_MIN ? SIDE_NORTH : SIDE_SOUTH, p.x }), f);
    }
    sort_places(m->on_sides.p, m->on_sides.n);
    for (int32_t i = 0; i < m->on_sides.n; i++)
        if (kept == 0 || by_place(&m->on_sides.p[kept - 1], &m->on_sides.p[i]) != 0)
            m->on_sides.p[kept++] = m->on_sides.p[i];
    m->on_sides.n = kept;
    return OK;
}

static Err side_pixel(TileMaker *m, int32_t side, int32_t at, int32_t *ret, Fault *f) {
    Pixel p = side == SIDE_WEST    ? (Pixel){ PIXEL_MIN, at }
              : side == SIDE_EAST  ? (Pixel){ PIXEL_MAX, at }
              : side == SIDE_NORTH ? (Pixel){ at, PIXEL_MIN }
                                   : (Pixel){ at, PIXEL_MAX };
    return pixel_put(m, p, ret, f);
}

/* Toggles that come twice are gone; between the others, two by two, runs the edge. */
static Err gather_sides(TileMaker *m, Fault *f) {
    Toggle *t = m->area_toggles.p;
    int32_t n = 0, v = 0;

    sort_places(t, m->area_toggles.n);
    for (int32_t i = 0; i < m->area_toggles.n; i++)
        if (n > 0 && by_place(&t[n - 1], &t[i]) == 0)
            n--;
        else
            t[n++] = t[i];
    TRY(gather_on_sides(m, f));
    for (int32_t i = 0; i + 1 < n; i += 2) {
        int32_t from, to;
        TRY(side_pixel(m, t[i].side, t[i].at, &from, f));
        while (v < m->on_sides.n && by_place(&m->on_sides.p[v], &t[i]) <= 0)
            v++;
        for (; v < m->on_sides.n && by_place(&m->on_sides.p[v], &t[i + 1]) < 0; v++, from = to) {
            TRY(side_pixel(m, t[i].side, m->on_sides.p[v].at, &to, f));
            LIST_ADD(m->edges, ((RingEdge){ from, to }), f);
        }
        TRY(side_pixel(m, t[i + 1].side, t[i + 1].at, &to, f));
        LIST_ADD(m->edges, ((RingEdge){ from, to }), f);
    }
    return OK;
}

/* ---- what bounds ground ------------------------------------------------- */

static Err corner_put(TileMaker *m, int32_t *pixel, Fault *f) {
    Mark *mark = &m->marks.p[*pixel];

    if (mark->stamp != m->area_stamp) {
        *mark = (Mark){ m->area_stamp, m->corners.n };
        LIST_ADD(m->corners, *pixel, f);
    }
    *pixel = mark->number;
    return OK;
}

static Pixel corner(const TileMaker *m, int32_t i) { return m->pixels.p[m->corners.p[i]]; }

/* `near`: the neighbours of each corner; `edges` in corners instead of pixels. */
static Err fill_near(TileMaker *m, Fault *f) {
    m->corners.n = 0;
    for (int32_t i = 0; i < m->edges.n; i++) {
        TRY(corner_put(m, &m->edges.p[i].a, f));
        TRY(corner_put(m, &m->edges.p[i].b, f));
    }
    int32_t n = m->corners.n;
    LIST_ROOM(m->near_at, n + 1, f);
    LIST_ROOM(m->near, 2 * m->edges.n, f);
    memset(m->near_at.p, 0, (size_t)(n + 1) * sizeof *m->near_at.p);
    for (int32_t i = 0; i < m->edges.n; i++) {
        m->near_at.p[m->edges.p[i].a]++;
        m->near_at.p[m->edges.p[i].b]++;
    }
    for (int32_t v = 1; v <= n; v++)
        m->near_at.p[v] += m->near_at.p[v - 1];
    for (int32_t i = 0; i < m->edges.n; i++) {
        m->near.p[--m->near_at.p[m->edges.p[i].a]] = m->edges.p[i].b;
        m->near.p[--m->near_at.p[m->edges.p[i].b]] = m->edges.p[i].a;
    }
    return OK;
}

static int by_number(const void *x, const void *y) {
    int32_t a = *(const int32_t *)x, b = *(const int32_t *)y;
    return a < b ? -1 : a > b;
}

/* Mostly two. */
static void sort_numbers(int32_t *list, int32_t n) {
    if (n > FEW) {
        qsort(list, (size_t)n, sizeof *list, by_number);
        return;
    }
    for (int32_t i = 1; i < n; i++)
        for (int32_t k = i; k > 0 && list[k] < list[k - 1]; k--) {
            int32_t swap = list[k];
            list[k] = list[k - 1];
            list[k - 1] = swap;
        }
}

/* An edge that comes twice bounds nothing. */
static void cancel_pairs(TileMaker *m) {
    int32_t kept = 0, from = 0;

    for (int32_t v = 0; v < m->corners.n; v++) {
        int32_t end = m->near_at.p[v + 1], first = kept;
        sort_numbers(m->near.p + from, end - from);
        for (int32_t k = from; k < end; k++)
            if (kept > first && m->near.p[kept - 1] == m->near.p[k])
                kept--;
            else
                m->near.p[kept++] = m->near.p[k];
        from = end;
        m->near_at.p[v] = first;
    }
    m->near_at.p[m->corners.n] = kept;
    m->near.n = kept;
}

static bool is_upper(Pixel v, Pixel a) { return a.y > v.y || (a.y == v.y && a.x > v.x); }

/* Anticlockwise around v, x before y, from due east. */
static bool turns_before(Pixel v, Pixel a, Pixel b) {
    bool upper_a = is_upper(v, a), upper_b = is_upper(v, b);
    return upper_a != upper_b ? upper_a : turn(v, a, b) > 0;
}

static void sort_around(TileMaker *m) {
    for (int32_t v = 0; v < m->corners.n; v++) {
        int32_t *near = m->near.p + m->near_at.p[v], n = m->near_at.p[v + 1] - m->near_at.p[v];
        Pixel at = corner(m, v);
        for (int32_t i = 1; i < n; i++)
            for (int32_t k = i; k > 0 && turns_before(at, corner(m, near[k]), corner(m, near[k - 1])); k--) {
                int32_t swap = near[k];
                near[k] = near[k - 1];
                near[k - 1] = swap;
            }
    }
}

/* ---- the usual case ----------------------------------------------------- */

/* If all edges are one cycle, it is the ring, and nothing has to be decided. */
static Err one_cycle(TileMaker *m, bool *ret_done, Fault *f) {
    int32_t n = m->corners.n, before = -1, at = 0;

    *ret_done = false;
    if (m->near.n != 2 * n)
        return OK;
    for (int32_t v = 0; v <= n; v++)
        if (m->near_at.p[v] != 2 * v)
            return OK;
    LIST_ROOM(m->ring_pixels, n, f);
    for (int32_t k = 0; k < n; k++) {
        const int32_t *near = m->near.p + 2 * at;
        int32_t next = near[0] == before ? near[1] : near[0];
        m->ring_pixels.p[k] = corner(m, at);
        before = at;
        at = next;
        if (at == 0 && k + 1 < n)
            return OK; /* there are more cycles */
    }
    if (area2(m->ring_pixels.p, n) < 0)
        for (int32_t i = 0, k = n - 1; i < k; i++, k--) {
            Pixel swap = m->ring_pixels.p[i];
            m->ring_pixels.p[i] = m->ring_pixels.p[k];
            m->ring_pixels.p[k] = swap;
        }
    *ret_done = true;
    if (n > 0)
        LIST_ADD(m->rings, ((RingOut){ .n = n }), f);
    return OK;
}

/* ---- which side is in --------------------------------------------------- */

enum {
    WAY_UNKNOWN,
    WAY_OUT,
    WAY_IN,
    WAY_WALKED
}; /* of an edge at its corner: out has the inside on its left */

/* Does an odd number of edges lie west of the corner? */
static bool west_is_in(const TileMaker *m, Pixel p) {
    bool in = false;

    for (int32_t v = 0; v < m->corners.n; v++) {
        Pixel a = corner(m, v);
        if (a.y > p.y)
            continue;
        for (int32_t k = m->near_at.p[v]; k < m->near_at.p[v + 1]; k++) {
            Pixel b = corner(m, m->near.p[k]);
            in ^= b.y > p.y && turn(a, b, p) < 0;
        }
    }
    return in;
}

/* Around a corner in and out take turns; one edge tells all. */
static void turn_corner(TileMaker *m, int32_t v, int32_t known, bool out) {
    int32_t from = m->near_at.p[v], n = m->near_at.p[v + 1] - from;

    for (int32_t i = 0; i < n; i++)
        m->way.p[from + (known + i) % n] = (i % 2 == 0) == out ? WAY_OUT : WAY_IN;
}

static int32_t slot_of(const TileMaker *m, int32_t v, int32_t near) {
    int32_t k = m->near_at.p[v];
    while (m->near.p[k] != near)
        k++;
    return k;
}

/* All that hangs together with v. */
static Err turn_rest(TileMaker *m, int32_t v, Fault *f) {
    m->path.n = 0;
    LIST_ADD(m->path, v, f);
    while (m->path.n > 0) {
        v = m->path.p[--m->path.n];
        for (int32_t k = m->near_at.p[v]; k < m->near_at.p[v + 1]; k++) {
            int32_t w = m->near.p[k], back = slot_of(m, w, v);
            if (m->way.p[back] != WAY_UNKNOWN)
                continue;
            turn_corner(m, w, back - m->near_at.p[w], m->way.p[k] == WAY_IN);
            LIST_ADD(m->path, w, f);
        }
    }
    return OK;
}

static int32_t by_west(const TileMaker *m, int32_t a, int32_t b) {
    Pixel p = corner(m, a), q = corner(m, b);
    return p.x != q.x ? p.x - q.x : p.y - q.y;
}

/* The westmost corner of what hangs together with v; `path_at` marks what was seen. */
static Err westmost(TileMaker *m, int32_t v, int32_t *ret, Fault *f) {
    int32_t best = v;

    m->path.n = 0;
    LIST_ADD(m->path, v, f);
    m->path_at.p[v] = 0;
    while (m->path.n > 0) {
        v = m->path.p[--m->path.n];
        best = by_west(m, v, best) < 0 ? v : best;
        for (int32_t k = m->near_at.p[v]; k < m->near_at.p[v + 1]; k++)
            if (m->path_at.p[m->near.p[k]] < 0) {
                m->path_at.p[m->near.p[k]] = 0;
                LIST_ADD(m->path, m->near.p[k], f);
            }
    }
    *ret = best;
    return OK;
}

/* At the westmost corner all edges lead east, or due south: west of it is the
 * sector behind the last upper edge. */
static Err turn_all(TileMaker *m, Fault *f) {
    LIST_ROOM(m->way, m->near.n + 1, f);
    LIST_ROOM(m->path_at, m->corners.n, f);
    memset(m->way.p, WAY_UNKNOWN, (size_t)m->near.n);
    for (int32_t v = 0; v < m->corners.n; v++)
        m->path_at.p[v] = -1;
    for (int32_t v = 0; v < m->corners.n; v++) {
        int32_t w, upper = 0;
        if (m->path_at.p[v] >= 0 || m->near_at.p[v] == m->near_at.p[v + 1])
            continue;
        TRY(westmost(m, v, &w, f));
        int32_t n = m->near_at.p[w + 1] - m->near_at.p[w];
        while (upper < n && is_upper(corner(m, w), corner(m, m->near.p[m->near_at.p[w] + upper])))
            upper++;
        turn_corner(m, w, (upper + n - 1) % n, west_is_in(m, corner(m, w)));
        TRY(turn_rest(m, w, f));
    }
    return OK;
}

/* ---- walking ------------------------------------------------------------ */

/* The path from `from` to its end is a loop. */
static Err loop_take(TileMaker *m, int32_t from, Fault *f) {
    RingOut loop = { .from = m->ring_pixels.n, .n = m->path.n - from };

    for (int32_t k = from; k < m->path.n; k++) {
        LIST_ADD(m->ring_pixels, corner(m, m->path.p[k]), f);
        m->path_at.p[m->path.p[k]] = -1;
    }
    m->path.n = from;
    loop.hole = area2(m->ring_pixels.p + loop.from, loop.n) < 0;
    LIST_ADD(m->loops, loop, f);
    return OK;
}

static Err walk(TileMaker *m, int32_t v, int32_t edge, Fault *f) {
    m->path.n = 0;
    for (;;) {
        m->path_at.p[v] = m->path.n;
        LIST_ADD(m->path, v, f);
        m->way.p[edge] = WAY_WALKED;
        int32_t w = m->near.p[edge], from = m->near_at.p[w], n = m->near_at.p[w + 1] - from;
        if (m->path_at.p[w] >= 0)
            TRY(loop_take(m, m->path_at.p[w], f));
        edge = from +
               (slot_of(m, w, v) - from + n - 1) % n; /* the next one clockwise: the same stretch of inside */
        v = w;
        if (m->way.p[edge] == WAY_WALKED)
            return OK;
    }
}

static Err walk_all(TileMaker *m, Fault *f) {
    m->loops.n = 0;
    for (int32_t v = 0; v < m->corners.n; v++)
        m->path_at.p[v] = -1;
    for (int32_t v = 0; v < m->corners.n; v++)
        for (int32_t k = m->near_at.p[v]; k < m->near_at.p[v + 1]; k++)
            if (m->way.p[k] == WAY_OUT)
                TRY(walk(m, v, k, f));
    return OK;
}

/* ---- exteriors and their holes ------------------------------------------ */

/* Is the middle of the hole's first edge inside the loop? It lies on no loop, for
 * no edge is in two. Twice all coordinates, to stay whole. */
static bool loop_has(const TileMaker *m, const RingOut *loop, const RingOut *hole) {
    const Pixel *h = m->ring_pixels.p + hole->from, *ring = m->ring_pixels.p + loop->from;
    Pixel p = { h[0].x + h[1].x, h[0].y + h[1].y };
    bool in = false;

    for (int32_t i = 0, last = loop->n - 1; i < loop->n; last = i++) {
        Pixel a = { 2 * ring[last].x, 2 * ring[last].y }, b = { 2 * ring[i].x, 2 * ring[i].y };
        if ((a.y <= p.y) != (b.y <= p.y))
            in ^= a.y < b.y ? turn(a, b, p) < 0 : turn(b, a, p) < 0;
    }
    return in;
}

/* The smallest exterior around the hole. */
static int32_t owner_of(const TileMaker *m, const RingOut *hole, int32_t exteriors, int32_t only) {
    int32_t best = only;
    int64_t smallest = INT64_MAX;

    for (int32_t i = 0; exteriors > 1 && i < m->loops.n; i++) {
        const RingOut *loop = &m->loops.p[i];
        if (loop->hole || !loop_has(m, loop, hole))
            continue;
        int64_t size = area2(m->ring_pixels.p + loop->from, loop->n);
        if (size < smallest) {
            smallest = size;
            best = i;
        }
    }
    return best;
}

static Err order_rings(TileMaker *m, Fault *f) {
    int32_t exteriors = 0, last = -1;

    for (int32_t i = 0; i < m->loops.n; i++)
        if (!m->loops.p[i].hole) {
            exteriors++;
            last = i;
        }
    for (int32_t i = 0; i < m->loops.n; i++)
        if (m->loops.p[i].hole)
            m->loops.p[i].owner = owner_of(m, &m->loops.p[i], exteriors, last);
    for (int32_t i = 0; i < m->loops.n; i++) {
        if (m->loops.p[i].hole)
            continue;
        LIST_ADD(m->rings, m->loops.p[i], f);
        for (int32_t k = 0; exteriors < m->loops.n && k < m->loops.n; k++)
            if (m->loops.p[k].hole && m->loops.p[k].owner == i)
                LIST_ADD(m->rings, m->loops.p[k], f);
    }
    return OK;
}

Err rings_make(TileMaker *m, int32_t area, Fault *f) {
    const LayerArea *a = &m->layer->areas[area];
    bool done = false;

    m->rings.n = m->ring_pixels.n = 0;
    TRY(marks_ready(m, f));
    if (is_plain(m, a))
        TRY(plain_ring(m, a->ring, &done, f));
    if (done)
        return OK;
    m->ring_pixels.n = 0;
    TRY(gather_chains(m, a, f));
    TRY(gather_sides(m, f));
    TRY(marks_ready(m, f)); /* sides may have brought new pixels */
    TRY(fill_near(m, f));
    cancel_pairs(m);
    TRY(one_cycle(m, &done, f));
    if (done)
        return OK;
    sort_around(m);
    TRY(turn_all(m, f));
    TRY(walk_all(m, f));
    return order_rings(m, f);
}
