/* overlay – see overlay.h.
 *
 * Of a pair only the box that both have in common matters. Each shape is brought into it as
 * pieces: parts of edges, their height over the south side of the box held between 0 and
 * its north side. What lies west, east or south of the box gives no ground under it, and a
 * run of edges north of it is one flat piece from where it began to where it ends, so a
 * long shape around a small one is a few pieces. Edges are filed in stretches of STRETCH
 * with their boxes, so that most of a long shape is passed over at once. Where pieces are
 * many they are swept from west to east; where many lie over each other as well, as in two
 * combs, the box is halved until that is over. */
#include "overlay.h"

#include "box_tree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STRETCH = 16, PRODUCT_MAX = 1024, HALVINGS_MAX = 48, WORK_A_PIECE = 64 };

typedef struct Stretch {
    Box box;
    int32_t from, to; /* edges: from point `from` up to, not including, the one that begins at `to` */
    int32_t ring_from, ring_to;
} Stretch;

struct OverlayLayer {
    const Shape *shapes;
    int32_t n;
    Box *boxes;
    double *units2;
    int64_t *stretch_at; /* n + 1 */
    Stretch *stretches;
    BoxTree *tree;
};

/* ---- a layer ------------------------------------------------------------ */

static int64_t stretches_of(const Shape *s) {
    int64_t n = 0;
    for (int32_t r = 0; r < s->n_rings; r++)
        n += (s->ring_at[r + 1] - s->ring_at[r] + STRETCH - 1) / STRETCH;
    return n;
}

static void file_stretches(OverlayLayer *l, int32_t i) {
    const Shape *s = &l->shapes[i];
    Stretch *at = l->stretches + l->stretch_at[i];

    l->boxes[i] = BOX_NONE;
    for (int32_t r = 0; r < s->n_rings; r++) {
        int32_t from = s->ring_at[r], to = s->ring_at[r + 1];
        for (int32_t k = from; k < to; k += STRETCH, at++) {
            int32_t end = to - k < STRETCH ? to : k + STRETCH;
            *at = (Stretch){ BOX_NONE, k, end, from, to };
            for (int32_t p = k; p < end; p++)
                box_grow(&at->box, s->points[p]);
            box_grow(&at->box, s->points[end < to ? end : from]);
            box_grow(&l->boxes[i], (Point){ at->box.west, at->box.south });
            box_grow(&l->boxes[i], (Point){ at->box.east, at->box.north });
        }
    }
    l->stretch_at[i + 1] = at - l->stretches;
    l->units2[i] = (double)shape_area2(s) / 2;
}

static WorldBox world_of(Box box) {
    if (box.west > box.east)
        return WORLD_BOX_NONE;
    return (WorldBox){ (uint32_t)((int64_t)box.west + INT32_MAX), (uint32_t)((int64_t)INT32_MAX - box.north),
                       (uint32_t)((int64_t)box.east + INT32_MAX), (uint32_t)((int64_t)INT32_MAX - box.south) };
}

static Err plant_tree(OverlayLayer *l, Fault *f) {
    WorldBox *boxes = mem_alloc((size_t)l->n * sizeof *boxes + 1);

    if (!boxes)
        return fault_memory(f);
    for (int32_t i = 0; i < l->n; i++)
        boxes[i] = world_of(l->boxes[i]);
    Err e = l->n ? box_tree_build(boxes, l->n, &l->tree, f) : OK;
    mem_free(boxes);
    return e;
}

Err overlay_ready(const Shape *shapes, int32_t n, OverlayLayer **ret, Fault *f) {
    OverlayLayer *l = mem_alloc(sizeof *l);
    int64_t stretches = 0;

    if (!l)
        return fault_memory(f);
    for (int32_t i = 0; i < n; i++)
        stretches += stretches_of(&shapes[i]);
    *l = (OverlayLayer){ .shapes = shapes,
                         .n = n,
                         .boxes = mem_alloc((size_t)n * sizeof *l->boxes + 1),
                         .units2 = mem_alloc((size_t)n * sizeof *l->units2 + 1),
                         .stretch_at = mem_alloc(((size_t)n + 1) * sizeof *l->stretch_at),
                         .stretches = mem_alloc((size_t)stretches * sizeof *l->stretches + 1) };
    Err e = l->boxes && l->units2 && l->stretch_at && l->stretches ? OK : fault_memory(f);
    if (e == OK) {
        l->stretch_at[0] = 0;
        for (int32_t i = 0; i < n; i++)
            file_stretches(l, i);
        e = plant_tree(l, f);
    }
    if (e != OK)
        overlay_layer_free(l);
    else
        *ret = l;
    return e;
}

void overlay_layer_free(OverlayLayer *layer) {
    if (!layer)
        return;
    mem_free(layer->boxes);
    mem_free(layer->units2);
    mem_free(layer->stretch_at);
    mem_free(layer->stretches);
    box_tree_free(layer->tree);
    mem_free(layer);
}

double overlay_units2(const OverlayLayer *layer, int32_t i) { return layer->units2[i]; }

/* ---- pieces ------------------------------------------------------------- */

typedef struct Piece {
    double x0, x1; /* x0 < x1, from the west side of the box */
    double y0, y1; /* heights over its south side, 0 … its height */
    double slope;
    double sign; /* 1: ground below counts; -1: it is taken off */
} Piece;

typedef struct Frame {
    double x, y, width, height;
} Frame;

typedef struct Measure {
    Piece *pieces; /* a stack */
    int64_t n, max;
    bool no_memory;
    /* a run north of the box */
    bool open;
    double run_from, run_to;
} Measure;

static void push(Measure *m, double x0, double x1, double y0, double y1, double sign) {
    if (!(x1 > x0) || !(y0 > 0 || y1 > 0))
        return;
    if (m->n == m->max) {
        int64_t max = m->max * 2 + 256;
        Piece *more = mem_grow(m->pieces, (size_t)max * sizeof *more);
        if (!more) {
            m->no_memory = true;
            return;
        }
        m->pieces = more;
        m->max = max;
    }
    m->pieces[m->n++] = (Piece){ x0, x1, y0, y1, (y1 - y0) / (x1 - x0), sign };
}

/* The part between two heights of a piece that rises or falls through them. */
static void push_held(Measure *m, Piece p, double height) {
    double slope = p.slope, at[4] = { p.x0, p.x1, p.x1, p.x1 };
    int n = 1;

    if (p.y0 >= 0 && p.y1 >= 0 && p.y0 <= height && p.y1 <= height) {
        push(m, p.x0, p.x1, p.y0, p.y1, p.sign);
        return;
    }
    if ((p.y0 < 0) != (p.y1 < 0))
        at[n++] = p.x0 - p.y0 / slope;
    if ((p.y0 > height) != (p.y1 > height))
        at[n++] = p.x0 + (height - p.y0) / slope;
    if (n == 3 && at[1] > at[2]) {
        double swap = at[1];
        at[1] = at[2];
        at[2] = swap;
    }
    at[n] = p.x1;
    for (int k = 0; k < n; k++) {
        double x0 = fmin(fmax(at[k], p.x0), p.x1), x1 = fmin(fmax(at[k + 1], x0), p.x1);
        double y0 = k == 0 ? p.y0 : p.y0 + slope * (x0 - p.x0),
               y1 = k == n - 1 ? p.y1 : p.y0 + slope * (x1 - p.x0);
        y0 = fmin(fmax(y0, 0), height);
        y1 = fmin(fmax(y1, 0), height);
        push(m, x0, x1, y0, y1, p.sign);
    }
}

static void end_run(Measure *m, double height) {
    if (m->open && m->run_from < m->run_to)
        push(m, m->run_from, m->run_to, height, height, -1);
    else if (m->open)
        push(m, m->run_to, m->run_from, height, height, 1);
    m->open = false;
}

static double held(double v, double most) { return v < 0 ? 0 : v > most ? most : v; }

static void run_north(Measure *m, const Frame *f, Point a, Point b) {
    double from = held(a.lon - f->x, f->width), to = held(b.lon - f->x, f->width);

    if (from == to)
        return;
    if (m->open && m->run_to != from)
        end_run(m, f->height);
    if (!m->open)
        m->run_from = from;
    m->open = true;
    m->run_to = to;
}

static void push_edge(Measure *m, const Frame *f, Point a, Point b) {
    double x0 = a.lon - f->x, y0 = a.lat - f->y, x1 = b.lon - f->x, y1 = b.lat - f->y;

    if ((x0 <= 0 && x1 <= 0) || (x0 >= f->width && x1 >= f->width) || (y0 <= 0 && y1 <= 0) || x0 == x1)
        return;
    if (y0 >= f->height && y1 >= f->height) {
        run_north(m, f, a, b);
        return;
    }
    double slope = (y1 - y0) / (x1 - x0);
    Piece p = x0 < x1 ? (Piece){ x0, x1, y0, y1, slope, -1 } : (Piece){ x1, x0, y1, y0, slope, 1 };
    if (p.x0 < 0) {
        p.y0 -= slope * p.x0;
        p.x0 = 0;
    }
    if (p.x1 > f->width) {
        p.y1 -= slope * (p.x1 - f->width);
        p.x1 = f->width;
    }
    push_held(m, p, f->height);
}

/* Shape i of the layer, in the box; on top of the stack. */
static void push_shape(Measure *m, const OverlayLayer *l, int32_t i, Box box, const Frame *f) {
    const Point *p = l->shapes[i].points;

    m->open = false;
    for (int64_t k = l->stretch_at[i]; k < l->stretch_at[i + 1]; k++) {
        const Stretch *s = &l->stretches[k];
        if (s->box.east <= box.west || s->box.west >= box.east || s->box.north <= box.south)
            continue;
        Point last = p[s->to < s->ring_to ? s->to : s->ring_from];
        if (s->box.south >= box.north)
            run_north(m, f, p[s->from], last);
        else
            for (int32_t e = s->from; e < s->to; e++)
                push_edge(m, f, p[e], e + 1 < s->to ? p[e + 1] : last);
    }
    end_run(m, f->height);
}

/* ---- ground under both -------------------------------------------------- */

static double under_both(const Piece *a, const Piece *b) {
    double from = a->x0 > b->x0 ? a->x0 : b->x0, to = a->x1 < b->x1 ? a->x1 : b->x1;

    if (!(to > from))
        return 0;
    double a0 = a->y0 + a->slope * (from - a->x0), a1 = a->y0 + a->slope * (to - a->x0);
    double b0 = b->y0 + b->slope * (from - b->x0), b1 = b->y0 + b->slope * (to - b->x0);
    double d0 = a0 - b0, d1 = a1 - b1, width = to - from, sum;
    if (d0 <= 0 && d1 <= 0)
        sum = (a0 + a1) * width;
    else if (d0 >= 0 && d1 >= 0)
        sum = (b0 + b1) * width;
    else {
        double t = d0 / (d0 - d1), y = a0 + (a1 - a0) * t;
        sum = (fmin(a0, b0) + y) * width * t + (y + fmin(a1, b1)) * width * (1 - t);
    }
    return sum / 2 * a->sign * b->sign;
}

static double all_with_all(const Measure *m, int64_t a, int64_t b, int64_t end) {
    double sum = 0;

    for (int64_t i = a; i < b; i++)
        for (int64_t k = b; k < end; k++)
            sum += under_both(&m->pieces[i], &m->pieces[k]);
    return sum;
}

static int by_west(const void *p, const void *q) {
    const Piece *a = p, *b = q;
    return (a->x0 > b->x0) - (a->x0 < b->x0);
}

/* From west to east, each piece with those of the other list that are over it. False: they
 * are so many that it is better to halve. */
static bool sweep(Measure *m, int64_t a, int64_t b, int64_t end, double *ret_sum) {
    int64_t next = b, n = 0, work = (end - a) * WORK_A_PIECE;
    int32_t *open = mem_alloc((size_t)(end - b) * sizeof *open);
    double sum = 0;

    if (!open) {
        m->no_memory = true;
        return true;
    }
    qsort(m->pieces + a, (size_t)(b - a), sizeof *m->pieces, by_west);
    qsort(m->pieces + b, (size_t)(end - b), sizeof *m->pieces, by_west);
    for (int64_t i = a; i < b && work >= 0; i++) {
        const Piece *p = &m->pieces[i];
        int64_t kept = 0;
        while (next < end && m->pieces[next].x0 < p->x1)
            open[n++] = (int32_t)(next++ - b);
        for (int64_t k = 0; k < n; k++) {
            const Piece *q = &m->pieces[b + open[k]];
            if (q->x1 > p->x0) {
                sum += under_both(p, q);
                open[kept++] = open[k];
            }
        }
        work -= n;
        n = kept;
    }
    mem_free(open);
    *ret_sum = sum;
    return work >= 0;
}

typedef struct Turn {
    double x, sign;
} Turn;

static int by_place(const void *p, const void *q) {
    const Turn *a = p, *b = q;
    return (a->x > b->x) - (a->x < b->x);
}

/* The pieces from `first` on that are flat at the top lie over each other and mostly cancel:
 * what is left of them are a few. */
static void few_flat(Measure *m, int64_t first, double height) {
    int64_t flat = 0, kept = first;

    for (int64_t i = first; i < m->n; i++)
        flat += m->pieces[i].y0 == height && m->pieces[i].y1 == height;
    if (flat < 4)
        return;
    Turn *turns = mem_alloc((size_t)flat * 2 * sizeof *turns);
    if (!turns) {
        m->no_memory = true;
        return;
    }
    int64_t n = 0;
    for (int64_t i = first; i < m->n; i++) {
        Piece p = m->pieces[i];
        if (p.y0 == height && p.y1 == height) {
            turns[n++] = (Turn){ p.x0, p.sign };
            turns[n++] = (Turn){ p.x1, -p.sign };
        } else
            m->pieces[kept++] = p;
    }
    m->n = kept;
    qsort(turns, (size_t)n, sizeof *turns, by_place);
    double sign = 0, from = 0;
    for (int64_t i = 0; i < n;) {
        double x = turns[i].x, before = sign;
        for (; i < n && turns[i].x == x; i++)
            sign += turns[i].sign;
        if (sign != before) {
            if (before != 0)
                push(m, from, x, height, height, before);
            from = x;
        }
    }
    mem_free(turns);
}

/* Copies pieces first … end into one half of the box, on top of the stack. */
static void push_half(Measure *m, int64_t first, int64_t end, bool upright, double from, double size) {
    int64_t begin = m->n;

    for (int64_t i = first; i < end && !m->no_memory; i++) {
        Piece p = m->pieces[i];
        if (!upright) {
            p.y0 -= from;
            p.y1 -= from;
            push_held(m, p, size);
            continue;
        }
        double slope = p.slope, x0 = fmax(p.x0, from), x1 = fmin(p.x1, from + size);
        if (x1 > x0)
            push(m, x0 - from, x1 - from, x0 > p.x0 ? p.y0 + slope * (x0 - p.x0) : p.y0,
                 x1 < p.x1 ? p.y0 + slope * (x1 - p.x0) : p.y1, p.sign);
    }
    if (!upright)
        few_flat(m, begin, size);
}

/* What is under both lists, pieces a … b - 1 and b … to the top, in a box of that size. */
static double measure(Measure *m, int64_t a, int64_t b, double width, double height, int halvings) {
    int64_t end = m->n;
    bool upright = width >= height;
    double size = (upright ? width : height) / 2, sum = 0;

    if (b == a || end == b || m->no_memory)
        return 0;
    if ((b - a) * (end - b) <= PRODUCT_MAX || halvings == HALVINGS_MAX || size < 1)
        return all_with_all(m, a, b, end);
    if (sweep(m, a, b, end, &sum))
        return sum;
    sum = 0;
    for (int half = 0; half < 2; half++) {
        push_half(m, a, b, upright, half * size, size);
        int64_t middle = m->n;
        push_half(m, b, end, upright, half * size, size);
        sum += measure(m, end, middle, upright ? size : width, upright ? height : size, halvings + 1);
        m->n = end;
    }
    return sum;
}

/* ---- pairs -------------------------------------------------------------- */

typedef struct Finding {
    const OverlayLayer *few, *many; /* the tree of `few` is asked for each of `many` */
    bool turned;                    /* few is b */
    OverlayRules rules;
    Measure m;
    int32_t *met;
    Overlay out;
    int64_t commons_max;
    Fault *f;
} Finding;

static Err add(Finding *x, Common c) {
    Overlay *o = &x->out;

    if (o->n == x->commons_max) {
        int64_t max = x->commons_max * 2 + 1024;
        if (o->n >= OVERLAY_PAIRS_MAX)
            return fault(x->f, ERR_LIMIT, "overlay_pairs", "", "两个图层相交的区域对超过 %d 个。",
                         "The two layers have more than %d pairs of areas with common ground.",
                         OVERLAY_PAIRS_MAX);
        Common *more = mem_grow(o->commons, (size_t)max * sizeof *more);
        if (!more)
            return fault_memory(x->f);
        o->commons = more;
        x->commons_max = max;
    }
    o->commons[o->n++] = c;
    return OK;
}

static Err try_pair(Finding *x, int32_t i, int32_t k) {
    Box p = x->few->boxes[i], q = x->many->boxes[k];
    Box box = { p.west > q.west ? p.west : q.west, p.south > q.south ? p.south : q.south,
                p.east < q.east ? p.east : q.east, p.north < q.north ? p.north : q.north };
    Frame frame = { box.west, box.south, (double)box.east - box.west, (double)box.north - box.south };

    if (!(frame.width > 0 && frame.height > 0))
        return OK;
    x->m.n = 0;
    push_shape(&x->m, x->few, i, box, &frame);
    int64_t middle = x->m.n;
    push_shape(&x->m, x->many, k, box, &frame);
    double units2 = measure(&x->m, 0, middle, frame.width, frame.height, 0);
    if (x->m.no_memory)
        return fault_memory(x->f);
    if (units2 < x->rules.least_units2)
        return OK;
    Scale s = scale_at((int32_t)(((int64_t)box.south + box.north) / 2));
    return add(x, (Common){ x->turned ? k : i, x->turned ? i : k, units2, units2 * s.lon_m * s.lat_m });
}

/* By a, then b. What was asked comes in the order of `many`. */
static int by_pair(const void *p, const void *q) {
    const Common *x = p, *y = q;
    return x->a != y->a ? (x->a < y->a ? -1 : 1) : (x->b > y->b) - (x->b < y->b);
}

static Err find_all(Finding *x) {
    for (int32_t k = 0; k < x->many->n; k++) {
        if (k % 64 == 0 && x->rules.cancel && *x->rules.cancel)
            return fault(x->f, ERR_BUSY, "cancelled", "", "叠加计算已取消。", "The overlay was cancelled.");
        int32_t n = box_tree_list(x->few->tree, world_of(x->many->boxes[k]), x->met);
        for (int32_t i = 0; i < n; i++)
            TRY(try_pair(x, x->met[i], k));
    }
    return OK;
}

Err overlay_find(const OverlayLayer *a, const OverlayLayer *b, const OverlayRules *rules, Overlay *ret,
                 Fault *f) {
    bool turned = b->n < a->n;
    Finding x = { .few = turned ? b : a,
                  .many = turned ? a : b,
                  .turned = turned,
                  .rules = rules ? *rules : (OverlayRules){ 0 },
                  .f = f };

    x.rules.least_units2 = x.rules.least_units2 > 0 ? x.rules.least_units2 : OVERLAY_LEAST_UNITS2;
    x.met = mem_alloc((size_t)x.few->n * sizeof *x.met + 1);
    Err e = x.met ? OK : fault_memory(f);
    if (e == OK && x.few->n)
        e = find_all(&x);
    if (e == OK && x.out.n)
        qsort(x.out.commons, (size_t)x.out.n, sizeof *x.out.commons, by_pair);
    mem_free(x.met);
    mem_free(x.m.pieces);
    if (e != OK)
        overlay_free(&x.out);
    else
        *ret = x.out;
    return e;
}

void overlay_free(Overlay *overlay) {
    mem_free(overlay->commons);
    *overlay = (Overlay){ 0 };
}
