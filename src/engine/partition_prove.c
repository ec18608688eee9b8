/* partition_prove – of a part for which no plan within the range was found, however large: is
 * there none? Two things are certain wherever all grids keep the range. What hangs on one
 * unit alone and has fewer than min goes with that unit: such units are taken together
 * (blocks and cut vertices, one walk). And each unit lies in some grid, a connected form
 * within the range that leaves nothing beside it which could not be counted out in grids: a
 * unit that has no such form is the proof. What then is small enough is searched exactly.
 * Looks at a bounded number of arcs; what it cannot tell it leaves open. */
#include "partition_inner.h"

#include <string.h>

enum {
    FORM_WORK = 20000,    /* arcs looked at for the form of a unit, */
    LOCAL_WORK = 4000000, /* of all units, */
    LONG_WORK = 400000,   /* and of those in grids out of the range, once more */
    EXACT_FORMS = 400000, /* of what was taken together */
    UPWARDS = 64,         /* units that the whole rest goes with: more are not needed */
    DEEP = 2000,          /* units decided upon, one within the other */
};

enum { FREE, TAKEN, BARRED };

/* Groups of units that share a grid in any plan within the range, and the form of one. */
typedef struct Prove {
    PartState *s;
    int32_t n;                       /* groups */
    int32_t *group, *first, *member; /* of a unit; where the units of a group begin */
    int64_t *households;             /* of a group */
    int32_t *mark, *met, *queue, *form, *barred;
    int32_t stamp, n_form, n_barred, depth;
    int64_t enough; /* from so many households on everything can be counted out in grids */
    int64_t work;
} Prove;

/* ---- what goes with whom ---- */

typedef struct Walk {
    int32_t *head, *number, *low, *parent, *next, *order, *whole;
} Walk;

static int32_t head_of(int32_t *head, int32_t u) {
    while (head[u] != u) {
        head[u] = head[head[u]];
        u = head[u];
    }
    return u;
}

static void unite(int32_t *head, int32_t a, int32_t b) {
    int32_t x = head_of(head, a), y = head_of(head, b);

    head[x > y ? x : y] = x > y ? y : x;
}

/* Everything but what is beneath those children of v that v cuts off goes with v. */
static void unite_above(const Walk *w, int32_t n, int32_t v) {
    bool *off = (bool *)w->next; /* the walk is done with it */

    for (int32_t q = 0; q < n; q++) {
        int32_t u = w->order[q], p = w->parent[u];
        off[u] = p >= 0 && (off[p] || (p == v && w->low[u] >= w->number[v]));
        if (!off[u])
            unite(w->head, u, v);
    }
}

/* One walk from unit 0: `whole` says of a unit that all beneath it goes with its parent. */
static void walk(PartState *s, const Walk *w) {
    const PartGraph *g = s->g;
    int64_t *below = s->below;
    int32_t met = 0, u = 0;

    for (int32_t v = 0; v < g->n; v++) {
        w->number[v] = -1;
        w->next[v] = g->first[v];
        w->whole[v] = 0;
        w->head[v] = v;
        below[v] = g->households[v];
    }
    w->parent[0] = -1;
    w->number[0] = w->low[0] = met;
    w->order[met++] = 0;
    while (u >= 0) {
        int32_t p = w->parent[u];
        if (w->next[u] < g->first[u + 1]) {
            int32_t v = g->arcs[w->next[u]++].to;
            if (w->number[v] < 0) {
                w->parent[v] = u;
                w->number[v] = w->low[v] = met;
                w->order[met++] = v;
                u = v;
            } else if (v != p && w->number[v] < w->low[u])
                w->low[u] = w->number[v];
            continue;
        }
        if (p >= 0) {
            below[p] += below[u];
            w->low[p] = w->low[u] < w->low[p] ? w->low[u] : w->low[p];
            w->whole[u] = w->low[u] >= w->number[p] && below[u] < g->lo;
        }
        u = p;
    }
}

/* Groups by their heads in w->head. */
static void join_hanging(PartState *s, const Walk *w) {
    const PartGraph *g = s->g;
    int64_t *cut_off = (int64_t *)(void *)s->list; /* households beneath the children that it cuts off */
    int32_t upwards = 0;

    walk(s, w);
    memset(cut_off, 0, (size_t)g->n * sizeof *cut_off);
    for (int32_t q = 1; q < g->n; q++) {
        int32_t u = w->order[q], p = w->parent[u];
        if (w->low[u] >= w->number[p])
            cut_off[p] += s->below[u];
    }
    for (int32_t q = 1; q < g->n && upwards < UPWARDS; q++) {
        int32_t u = w->order[q];
        if (g->total - g->households[u] - cut_off[u] < g->lo) {
            unite_above(w, g->n, u);
            upwards++;
        }
    }
    for (int32_t q = 1; q < g->n; q++) { /* parents come first */
        int32_t u = w->order[q], p = w->parent[u];
        w->whole[u] |= w->whole[p];
        if (w->whole[u])
            unite(w->head, u, p);
    }
}

static void group_units(PartState *s, int32_t *head, Prove *p) {
    const PartGraph *g = s->g;

    p->n = 0;
    for (int32_t u = 0; u < g->n; u++) /* a head is the lowest */
        p->group[u] = head[u] == u ? p->n++ : p->group[head_of(head, u)];
    memset(p->first, 0, (size_t)p->n * sizeof *p->first);
    memset(p->households, 0, (size_t)p->n * sizeof *p->households);
    for (int32_t u = 0; u < g->n; u++) {
        p->first[p->group[u]]++;
        p->households[p->group[u]] += g->households[u];
    }
    for (int32_t a = 1; a < p->n; a++)
        p->first[a] += p->first[a - 1];
    for (int32_t u = g->n - 1; u >= 0; u--)
        p->member[--p->first[p->group[u]]] = u;
}

static int32_t end_of(const Prove *p, int32_t a) { return a + 1 < p->n ? p->first[a + 1] : p->s->g->n; }

/* ---- forms ---- */

/* Can they be counted out in grids? */
static bool counts(const PartGraph *g, int64_t households) {
    return households >= g->lo && (households + g->hi - 1) / g->hi <= households / g->lo;
}

/* From where on any number can: where the most of k grids reaches the least of k + 1. */
static int64_t enough_of(const PartGraph *g) {
    int64_t grids = g->hi > g->lo ? (g->hi - 2) / (g->hi - g->lo) : 0;

    return g->hi > g->lo ? (grids > 1 ? grids : 1) * g->lo : INT64_MAX;
}

/* Households that are reached from a, a with them, until there are `enough`: over what is not
 * barred and still has room (as_form), or over what is not of the form. */
static int64_t reach(Prove *p, int32_t a, bool as_form, int64_t room, int64_t enough) {
    const PartGraph *g = p->s->g;
    int64_t sum = p->households[a];
    int32_t n = 0;

    p->met[a] = p->stamp;
    p->queue[n++] = a;
    for (int32_t q = 0; q < n && sum < enough; q++)
        for (int32_t m = p->first[p->queue[q]]; m < end_of(p, p->queue[q]); m++)
            for (int32_t u = p->member[m], i = g->first[u]; i < g->first[u + 1]; i++) {
                int32_t b = p->group[g->arcs[i].to];
                p->work--;
                if (p->met[b] == p->stamp || p->mark[b] == (as_form ? BARRED : TAKEN) ||
                    (as_form && p->mark[b] == FREE && p->households[b] > room))
                    continue;
                p->met[b] = p->stamp;
                p->queue[n++] = b;
                sum += p->households[b];
            }
    return sum;
}

/* The first neighbour of the form that may still come to it; -1: none. */
static int32_t next_free(Prove *p, int64_t room) {
    const PartGraph *g = p->s->g;

    for (int32_t f = 0; f < p->n_form; f++)
        for (int32_t m = p->first[p->form[f]]; m < end_of(p, p->form[f]); m++)
            for (int32_t u = p->member[m], i = g->first[u]; i < g->first[u + 1]; i++) {
                int32_t b = p->group[g->arcs[i].to];
                p->work--;
                if (p->mark[b] == FREE && p->households[b] <= room)
                    return b;
            }
    return -1;
}

/* Can all that the form leaves beside it be counted out? */
static bool rest_counts(Prove *p) {
    const PartGraph *g = p->s->g;
    int32_t since = p->stamp; /* what was met from here on is known to be fine */

    for (int32_t f = 0; f < p->n_form; f++)
        for (int32_t m = p->first[p->form[f]]; m < end_of(p, p->form[f]); m++)
            for (int32_t u = p->member[m], i = g->first[u]; i < g->first[u + 1]; i++) {
                int32_t b = p->group[g->arcs[i].to];
                p->work--;
                if (p->mark[b] == TAKEN || p->met[b] > since)
                    continue;
                p->stamp++;
                int64_t sum = reach(p, b, false, 0, p->enough);
                if (sum < p->enough && !counts(g, sum))
                    return false;
            }
    return true;
}

/* Does what is barred still reach enough for a grid? */
static bool barred_live(Prove *p) {
    for (int32_t i = 0; i < p->n_barred; i++) {
        p->stamp++;
        if (reach(p, p->barred[i], false, 0, p->s->g->lo) < p->s->g->lo)
            return false;
    }
    return true;
}

/* Is there a form from here on? Also true when that could not be found out. */
static bool may_be(Prove *p, int64_t households) {
    const PartGraph *g = p->s->g;

    if (p->work < 0 || p->depth > DEEP)
        return true;
    p->stamp++;
    if (households < g->lo && reach(p, p->form[0], true, g->hi - households, g->lo) < g->lo)
        return false;
    if (!barred_live(p))
        return false;
    if (households >= g->lo && rest_counts(p))
        return true;
    int32_t b = next_free(p, g->hi - households);
    if (b < 0)
        return false;
    p->depth++;
    p->mark[b] = TAKEN;
    p->form[p->n_form++] = b;
    bool found = may_be(p, households + p->households[b]);
    p->n_form--;
    if (!found) {
        p->mark[b] = BARRED;
        p->barred[p->n_barred++] = b;
        found = may_be(p, households);
        p->n_barred--;
    }
    p->mark[b] = FREE;
    p->depth--;
    return found;
}

static bool has_form(Prove *p, int32_t a, int64_t work) {
    int64_t left = p->work - work;

    if (p->stamp > INT32_MAX / 2) {
        memset(p->met, 0, (size_t)p->n * sizeof *p->met);
        p->stamp = 0;
    }
    p->work = work;
    p->form[0] = a;
    p->n_form = 1;
    p->n_barred = 0;
    p->mark[a] = TAKEN;
    bool found = may_be(p, p->households[a]);
    p->mark[a] = FREE;
    p->work += left;
    return found;
}

/* Some group has none: the proof. */
static bool some_without(Prove *p) {
    const PartState *s = p->s;

    p->work = LOCAL_WORK;
    for (int32_t a = 0; a < p->n && p->work > 0 && !part_cancelled(s); a++)
        if (!has_form(p, a, FORM_WORK))
            return true;
    p->work = LOCAL_WORK;
    for (int32_t a = 0; a < p->n && p->work > 0 && !part_cancelled(s); a++)
        if (part_miss(s->g, s->households[s->grid[p->member[p->first[a]]]]) > 0 && !has_form(p, a, LONG_WORK))
            return true;
    return false;
}

/* ---- what was taken together, exactly ---- */

static PartExact look_at_groups(PartState *s, const Prove *p, int32_t k) {
    const PartGraph *g = s->g;
    int64_t border[EXACT_UNITS_MAX];
    int32_t first[EXACT_UNITS_MAX + 1] = { 0 }, households[EXACT_UNITS_MAX], grid[EXACT_UNITS_MAX], found;
    PartArc arcs[EXACT_UNITS_MAX * EXACT_UNITS_MAX];
    int32_t n = 0;

    for (int32_t a = 0; a < p->n; a++) {
        memset(border, -1, sizeof border);
        for (int32_t m = p->first[a]; m < end_of(p, a); m++)
            for (int32_t u = p->member[m], i = g->first[u]; i < g->first[u + 1]; i++) {
                int32_t b = p->group[g->arcs[i].to];
                border[b] = (border[b] < 0 ? 0 : border[b]) + g->arcs[i].border;
            }
        households[a] = (int32_t)p->households[a];
        for (int32_t b = 0; b < p->n; b++)
            if (b != a && border[b] >= 0)
                arcs[n++] =
                    (PartArc){ .to = b, .border = border[b] < (1 << 30) ? (int32_t)border[b] : 1 << 30 };
        first[a + 1] = n;
    }
    PartGraph small = {
        .n = p->n, .first = first, .arcs = arcs, .households = households, .lo = g->lo, .hi = g->hi
    };
    PartExact e = part_exact(&small, k, INT64_MAX, EXACT_FORMS, grid, &found);
    if (e == EXACT_FOUND) {
        for (int32_t u = 0; u < g->n; u++)
            s->grid[u] = grid[p->group[u]];
        s->k = found;
        part_count(s);
    }
    return e;
}

PartExact part_prove(PartState *s, int32_t k, bool was_tried) {
    const PartGraph *g = s->g;
    int32_t n = g->n, *x = s->scratch;
    Walk w = { x, x + n, x + 2 * n, x + 3 * n, x + 4 * n, x + 5 * n, x + 6 * n };
    Prove p = { .s = s,
                .group = x + 7 * n,
                .first = x + n,
                .member = s->queue,
                .households = s->below,
                .mark = x + 2 * n,
                .met = x + 3 * n,
                .queue = x + 4 * n,
                .form = x + 5 * n,
                .barred = x + 6 * n,
                .enough = g->lo > 0 ? enough_of(g) : 0 };

    if (g->lo <= 0)
        return EXACT_GAVE_UP;
    join_hanging(s, &w);
    group_units(s, w.head, &p);
    for (int32_t a = 0; a < p.n; a++)
        if (p.households[a] > g->hi)
            return EXACT_NONE;
    memset(p.mark, 0, (size_t)n * sizeof *p.mark);
    memset(p.met, 0, (size_t)n * sizeof *p.met);
    if (some_without(&p))
        return EXACT_NONE;
    return p.n <= EXACT_UNITS_MAX && (p.n < n || !was_tried) ? look_at_groups(s, &p, k) : EXACT_GAVE_UP;
}
