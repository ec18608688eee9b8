/* tile_clip – one arc as the pixels of a tile.
 *
 * Vertices worth less than an eighth of a unit go, the others move to the nearest unit of
 * the zoom – the same unit in every tile, because units are counted from the
 * world's corner. What lies in the box (the tile and its buffer) becomes links; of
 * what lies outside only its shadow on the box's sides is kept: the stretches that
 * it passes, as toggles. A side's stretches, each drawn as often as the border goes
 * along it, cancel in pairs, and what is left over is the area's edge along the
 * box (tile_rings.c). So nothing has to know what is inside while it is cut. */
#include "tile_inside.h"

#include <math.h>
#include <string.h>

enum { SLOTS_MIN = 1023 };

/* ---- pixels ------------------------------------------------------------- */

static uint32_t pixel_hash(Pixel p) {
    return (((uint32_t)p.x * 0x9E3779B1u) ^ ((uint32_t)p.y * 0x85EBCA77u)) * 0xC2B2AE3Du;
}

static PixelSlot *slot_of(const TileMaker *m, Pixel p) {
    uint32_t at = pixel_hash(p) >> 7 & m->slot_mask;

    while (m->slots.p[at].stamp == m->slot_stamp) {
        Pixel q = m->pixels.p[m->slots.p[at].pixel];
        if (q.x == p.x && q.y == p.y)
            break;
        at = (at + 1) & m->slot_mask;
    }
    return &m->slots.p[at];
}

/* The table is as small as the tile allows, whatever tiles came before, so that it
 * stays in the processor's cache. */
static Err slots_grow(TileMaker *m, Fault *f) {
    int32_t before = m->slots.max;

    m->slot_mask = m->slot_mask * 4 + 3;
    LIST_ROOM(m->slots, (int32_t)m->slot_mask + 1, f);
    if (m->slots.max > before)
        memset(m->slots.p + before, 0, (size_t)(m->slots.max - before) * sizeof *m->slots.p);
    m->slot_stamp++;
    for (int32_t i = 0; i < m->pixels.n; i++)
        *slot_of(m, m->pixels.p[i]) = (PixelSlot){ m->slot_stamp, i };
    return OK;
}

void pixels_clear(TileMaker *m) {
    m->pixels.n = 0;
    m->slot_mask = 0;
    m->slot_stamp++;
}

Err pixel_put(TileMaker *m, Pixel p, int32_t *ret, Fault *f) {
    if ((uint32_t)m->pixels.n * 2 >= m->slot_mask)
        while ((uint32_t)m->pixels.n * 2 >= m->slot_mask || m->slot_mask < SLOTS_MIN)
            TRY(slots_grow(m, f));
    PixelSlot *slot = slot_of(m, p);
    if (slot->stamp != m->slot_stamp) {
        *slot = (PixelSlot){ m->slot_stamp, m->pixels.n };
        LIST_ADD(m->pixels, p, f);
    }
    *ret = slot->pixel;
    return OK;
}

/* ---- the scene ---------------------------------------------------------- */

static uint32_t world_step(int64_t unit, int32_t shift, bool up) {
    int64_t step = shift >= 0 ? unit * (INT64_C(1) << shift) : (unit + (up ? (1 << -shift) - 1 : 0)) >> -shift;
    return step < 0 ? 0 : step > UINT32_MAX ? UINT32_MAX : (uint32_t)step;
}

void scene_set(Scene *s, TileAddress at) {
    s->at = at;
    s->west = (int64_t)at.x * TILE_EXTENT;
    s->north = (int64_t)at.y * TILE_EXTENT;
    s->shift = 20 - at.z;
    s->worth_min = ldexpf(0.125f, s->shift);
    s->reach = (WorldBox){ world_step(s->west + PIXEL_MIN - 1, s->shift, false),
                           world_step(s->north + PIXEL_MIN - 1, s->shift, false),
                           world_step(s->west + PIXEL_MAX + 1, s->shift, true),
                           world_step(s->north + PIXEL_MAX + 1, s->shift, true) };
}

static int64_t unit_of(uint32_t step, int32_t shift) {
    if (shift > 0)
        return ((int64_t)step + (INT64_C(1) << (shift - 1))) >> shift;
    return (int64_t)step << -shift;
}

Far far_of(const Scene *s, WorldPoint p) {
    return (Far){ unit_of(p.x, s->shift) - s->west, unit_of(p.y, s->shift) - s->north };
}

static int64_t clamped(int64_t v) { return v < PIXEL_MIN ? PIXEL_MIN : v > PIXEL_MAX ? PIXEL_MAX : v; }
static bool in_range(int64_t v) { return v >= PIXEL_MIN && v <= PIXEL_MAX; }
static bool in_box(Far p) { return in_range(p.x) && in_range(p.y); }

/* ---- cutting ------------------------------------------------------------ */

static Err toggle_pair(TileMaker *m, Side side, int64_t a, int64_t b, Fault *f) {
    int32_t from = (int32_t)clamped(a), to = (int32_t)clamped(b);

    if (from == to)
        return OK;
    Toggle *last = m->toggles.n > m->toggle_from ? &m->toggles.p[m->toggles.n - 1] : NULL;
    if (last && last->side == (int32_t)side && last->at == from) { /* it goes on: one stretch instead of two */
        last->at = to;
        m->toggles.n -= last[-1].at == to ? 2 : 0;
        return OK;
    }
    LIST_ADD(m->toggles, ((Toggle){ (int32_t)side, from }), f);
    LIST_ADD(m->toggles, ((Toggle){ (int32_t)side, to }), f);
    return OK;
}

/* Both on or beyond the line of one side? Then its shadow on that side is noted. */
static Err shadow(TileMaker *m, Far p, Far q, bool *ret_done, Fault *f) {
    *ret_done = true;
    if (p.x <= PIXEL_MIN && q.x <= PIXEL_MIN)
        return toggle_pair(m, SIDE_WEST, p.y, q.y, f);
    if (p.x >= PIXEL_MAX && q.x >= PIXEL_MAX)
        return toggle_pair(m, SIDE_EAST, p.y, q.y, f);
    if (p.y <= PIXEL_MIN && q.y <= PIXEL_MIN)
        return toggle_pair(m, SIDE_NORTH, p.x, q.x, f);
    if (p.y >= PIXEL_MAX && q.y >= PIXEL_MAX)
        return toggle_pair(m, SIDE_SOUTH, p.x, q.x, f);
    *ret_done = false;
    return OK;
}

static int64_t along(int64_t a, int64_t b, int64_t at, int64_t from, int64_t to) {
    return a + (int64_t)floor((double)(b - a) * ((double)(at - from) / (double)(to - from)) + 0.5);
}

/* A point of p–q on the line of a side that lies between them. */
static Far crossing(Far p, Far q) {
    const int64_t lines[2] = { PIXEL_MIN, PIXEL_MAX };

    for (int i = 0; i < 2; i++) {
        if ((p.x < lines[i] && q.x > lines[i]) || (p.x > lines[i] && q.x < lines[i]))
            return (Far){ lines[i], along(p.y, q.y, lines[i], p.x, q.x) };
        if ((p.y < lines[i] && q.y > lines[i]) || (p.y > lines[i] && q.y < lines[i]))
            return (Far){ along(p.x, q.x, lines[i], p.y, q.y), lines[i] };
    }
    return q; /* not reached: one of them lies outside, and no side has both */
}

static Err link_pixel(TileMaker *m, Far p, Fault *f) {
    int32_t pixel;

    TRY(pixel_put(m, (Pixel){ (int32_t)p.x, (int32_t)p.y }, &pixel, f));
    LIST_ADD(m->links, pixel, f);
    return OK;
}

static Err link_line(TileMaker *m, const Chain *c, Far p, Far q, Fault *f) {
    Pixel last = m->links.n > c->from ? m->pixels.p[m->links.p[m->links.n - 1]] : (Pixel){ INT32_MAX, 0 };

    if (last.x != p.x || last.y != p.y) {
        if (m->links.n > c->from)
            LIST_ADD(m->links, CHAIN_GAP, f);
        TRY(link_pixel(m, p, f));
    }
    return link_pixel(m, q, f);
}

/* p–q in pieces: each within the box, or on or beyond one side. A cut lies on a
 * side's line, so neither half crosses that line again: at most four cuts. */
static Err cut_line(TileMaker *m, const Chain *c, Far p, Far q, Fault *f) {
    if (c->whole)
        return p.x == q.x && p.y == q.y ? OK : link_line(m, c, p, q, f);
    Far todo[8] = { q };
    int n = 1;
    bool done;

    while (n > 0) {
        q = todo[n - 1];
        if (p.x == q.x && p.y == q.y)
            done = true;
        else if (in_box(p) && in_box(q)) {
            TRY(link_line(m, c, p, q, f));
            done = true;
        } else
            TRY(shadow(m, p, q, &done, f));
        if (done) {
            p = q;
            n--;
        } else
            todo[n++] = crossing(p, q);
    }
    return OK;
}

/* ---- an arc ------------------------------------------------------------- */

static bool straight_on(Far a, Far p, Far q) {
    if (!in_box(a) || !in_box(p) || !in_box(q))
        return false;
    int64_t ux = p.x - a.x, uy = p.y - a.y, vx = q.x - p.x, vy = q.y - p.y;
    return ux * vy == uy * vx && ux * vx + uy * vy > 0;
}

/* Lines from vertex to vertex; one that goes straight on is one line. */
static Err cut_arc(TileMaker *m, Chain *c, int32_t arc, Fault *f) {
    const Arcs *arcs = &m->layer->arcs;
    int32_t from = arcs->from[arc], end = arcs->from[arc + 1];
    Far a = far_of(&m->scene, arcs->points[from]), p = a;

    for (int32_t k = from + 1; k < end; k++) {
        if (!(arcs->worth[k] > m->scene.worth_min))
            continue;
        Far q = far_of(&m->scene, arcs->points[k]);
        if (q.x == p.x && q.y == p.y)
            continue;
        if (!straight_on(a, p, q)) {
            TRY(cut_line(m, c, a, p, f));
            a = p;
        }
        p = q;
    }
    return cut_line(m, c, a, p, f);
}

Err chains_make(TileMaker *m, int32_t arc, Fault *f) {
    const Arcs *arcs = &m->layer->arcs;
    const WorldBox *box = &arcs->boxes[arc];
    Far low = far_of(&m->scene, (WorldPoint){ box->west, box->north });
    Far high = far_of(&m->scene, (WorldPoint){ box->east, box->south });
    Chain c = { .from = m->links.n, .toggle_from = m->toggles.n, .whole = in_box(low) && in_box(high) };

    m->toggle_from = m->toggles.n;
    if (low.x > PIXEL_MAX || high.x < PIXEL_MIN || low.y > PIXEL_MAX || high.y < PIXEL_MIN) {
        bool done; /* all of it beyond one side: the shadows of its parts are that of its ends */
        Far first = far_of(&m->scene, arcs->points[arcs->from[arc]]);
        Far last = far_of(&m->scene, arcs->points[arcs->from[arc + 1] - 1]);
        if (low.x > PIXEL_MAX || high.x < PIXEL_MIN)
            TRY(toggle_pair(m, low.x > PIXEL_MAX ? SIDE_EAST : SIDE_WEST, first.y, last.y, f));
        else
            TRY(shadow(m, first, last, &done, f));
    } else
        TRY(cut_arc(m, &c, arc, f));
    c.n = m->links.n - c.from;
    c.toggles = m->toggles.n - c.toggle_from;
    m->arcs[arc] = (Mark){ m->stamp, m->chains.n };
    LIST_ADD(m->chains, c, f);
    return OK;
}
