/* partition_seed – the plan to begin with. A region is cut along an edge of a random tree
 * that prefers heavy borders, so that both sides stay whole, into numbers of grids that fit
 * the households of either side; and so on, until every region is one grid. The same cut
 * serves the repair, which takes two or three grids together and cuts them anew. An old
 * plan is taken as it is, once its grids are in one piece each. */
#include "partition_inner.h"

#include <string.h>

enum { BUCKETS = 64 * 4, TRIES = 5, SEED_WORK = 120, OLD_STEPS = 200 };

/* The slices of s->scratch. */
typedef struct Tree {
    int32_t *head, *degree, *start, *links, *parent, *order, *side;
} Tree;

static Tree tree_of(PartState *s) {
    int32_t *p = s->scratch, n = s->g->n;

    return (Tree){ p, p + n, p + 2 * n, p + 3 * n, p + 5 * n, p + 6 * n, p + 7 * n };
}

static int32_t head_of(int32_t *head, int32_t u) {
    while (head[u] != u) {
        head[u] = head[head[u]];
        u = head[u];
    }
    return u;
}

/* About the logarithm, in quarters. */
static int32_t bucket_of(uint64_t key) {
    int32_t top = 63 - __builtin_clzll(key | 1);

    return top * 4 + (int32_t)(top >= 2 ? (key >> (top - 2)) & 3 : 0);
}

/* A random tree of the region in parent and order; the households beneath in s->below. */
static void grow_tree(PartState *s, const Tree *t, const int32_t *units, int32_t n, int32_t from) {
    const PartGraph *g = s->g;
    int32_t bucket[BUCKETS], edges = 0, taken = 0, sum = 0, done = 0;
    uint64_t used[BUCKETS / 64] = { 0 }; /* few are, and a region is often small */

    for (int32_t i = 0; i < n; i++) {
        int32_t u = units[i];
        s->work -= part_degree(g, u) + 1;
        t->head[u] = u;
        t->degree[u] = 0;
        for (int32_t k = g->first[u]; k < g->first[u + 1]; k++) {
            int32_t v = g->arcs[k].to;
            if (v <= u || s->grid[v] != from)
                continue;
            int32_t b = bucket_of((uint64_t)(g->arcs[k].border + 1) * (512 + part_below(s, 1024)));
            bool first = !(used[b / 64] >> b % 64 & 1);
            used[b / 64] |= 1ULL << b % 64;
            s->edges[edges] = (PartSplitEdge){ u, v, first ? -1 : bucket[b] };
            bucket[b] = edges++;
        }
    }
    PartSplitEdge *tree = s->edges + edges; /* the arcs leave room for as many again */
    for (int32_t word = BUCKETS / 64 - 1; word >= 0; word--)
        while (used[word]) {
            int32_t bit = 63 - __builtin_clzll(used[word]);
            used[word] ^= 1ULL << bit;
            for (int32_t e = bucket[word * 64 + bit]; e >= 0; e = s->edges[e].next) {
                int32_t x = head_of(t->head, s->edges[e].a), y = head_of(t->head, s->edges[e].b);
                if (x == y)
                    continue;
                t->head[x] = y;
                tree[taken] = s->edges[e];
                t->degree[tree[taken].a]++;
                t->degree[tree[taken++].b]++;
            }
        }
    for (int32_t i = 0; i < n; i++) {
        t->start[units[i]] = sum;
        sum += t->degree[units[i]];
        t->degree[units[i]] = 0;
    }
    for (int32_t e = 0; e < taken; e++) {
        int32_t a = tree[e].a, b = tree[e].b;
        t->links[t->start[a] + t->degree[a]++] = b;
        t->links[t->start[b] + t->degree[b]++] = a;
    }
    t->order[done++] = units[0];
    t->parent[units[0]] = -1;
    for (int32_t q = 0; q < done; q++) {
        int32_t u = t->order[q];
        s->below[u] = g->households[u];
        for (int32_t i = 0; i < t->degree[u]; i++) {
            int32_t v = t->links[t->start[u] + i];
            if (v == t->parent[u])
                continue;
            t->parent[v] = u;
            t->order[done++] = v;
        }
    }
    for (int32_t q = done - 1; q > 0; q--)
        s->below[t->parent[t->order[q]]] += s->below[t->order[q]];
}

/* How bad it is to give `parts` grids to these households. */
static int64_t misfit(const PartGraph *g, int64_t households, int32_t parts) {
    int64_t least = parts * g->lo, most = parts * g->hi;

    return households < least ? least - households : households > most ? households - most : 0;
}

typedef struct Cut {
    int32_t unit, parts; /* what hangs on the unit gets that many */
    double score;
} Cut;

/* The best edge of the tree: first the range, then even sizes, then halves. */
static void best_cut(const PartState *s, const Tree *t, int32_t n, int32_t parts, int32_t *sizes, Cut *best) {
    const PartGraph *g = s->g;
    int64_t all = s->below[t->order[0]];
    double each = all > 0 ? (double)all / parts : 1;

    for (int32_t q = 0; q < n; q++)
        sizes[t->order[q]] = 1;
    for (int32_t q = n - 1; q > 0; q--)
        sizes[t->parent[t->order[q]]] += sizes[t->order[q]];
    for (int32_t q = 1; q < n; q++) {
        int32_t u = t->order[q];
        int64_t here = s->below[u];
        int32_t least = parts - (n - sizes[u]) > 1 ? parts - (n - sizes[u]) : 1;
        int32_t most = parts - 1 < sizes[u] ? parts - 1 : sizes[u];
        int32_t j = (int32_t)((double)here / each + 0.5);
        j = j < least ? least : j > most ? most : j;
        if (least > most)
            continue;
        int32_t less = j < parts - j ? j : parts - j;
        double off = (double)here - j * each;
        double score = (double)(misfit(g, here, j) + misfit(g, all - here, parts - j)) * 1000 / each +
                       (off < 0 ? -off : off) / (each * less) + 0.5 * (1 - 2.0 * less / parts);
        if (best->unit < 0 || score < best->score)
            *best = (Cut){ u, j, score };
    }
}

/* Which units hang on the cut's unit. */
static void mark_side(const Tree *t, int32_t n, int32_t unit) {
    for (int32_t q = 0; q < n; q++) {
        int32_t u = t->order[q];
        t->side[u] = u == unit || (t->parent[u] >= 0 && t->side[t->parent[u]]);
    }
}

/* All the cuts along one tree: from the leaves on, whatever has enough for a grid is one;
 * then units of the tree that are none yet, until there are enough. */
static void split_at_once(PartState *s, const int32_t *units, int32_t n, int32_t from, int32_t parts,
                          const int32_t *ids) {
    Tree t = tree_of(s);
    int32_t cuts = 0;

    grow_tree(s, &t, units, n, from);
    int64_t each = s->below[t.order[0]] / parts;
    for (int32_t q = 0; q < n; q++) {
        s->below[t.order[q]] = s->g->households[t.order[q]];
        t.side[t.order[q]] = -1;
    }
    for (int32_t q = n - 1; q > 0; q--) {
        int32_t u = t.order[q];
        if (s->below[u] >= each && cuts < parts - 1)
            t.side[u] = ids[cuts++];
        else
            s->below[t.parent[u]] += s->below[u];
    }
    for (int32_t q = n - 1; q > 0 && cuts < parts - 1; q--)
        if (t.side[t.order[q]] < 0)
            t.side[t.order[q]] = ids[cuts++];
    for (int32_t q = 1; q < n; q++) {
        int32_t u = t.order[q];
        t.side[u] = t.side[u] >= 0 ? t.side[u] : t.side[t.parent[u]];
        s->grid[u] = t.side[u] >= 0 ? t.side[u] : from;
    }
}

void part_split(PartState *s, int32_t *units, int32_t n, int32_t from, int32_t parts, const int32_t *ids,
                int32_t tries) {
    Tree t = tree_of(s);

    while (parts > 1 && n > 1) {
        Cut cut = { .unit = -1 };
        if (s->work < 0 && parts > 2) {
            split_at_once(s, units, n, from, parts, ids);
            return;
        }
        for (int32_t i = 0; i < tries && (cut.unit < 0 || cut.score > 0.1); i++) {
            Cut before = cut;
            grow_tree(s, &t, units, n, from);
            best_cut(s, &t, n, parts, t.degree, &cut);
            if (cut.unit >= 0 && (before.unit < 0 || cut.score < before.score))
                mark_side(&t, n, cut.unit);
        }
        if (cut.unit < 0)
            return;
        int32_t there = 0;
        for (int32_t i = 0; i < n; i++) {
            int32_t u = units[i];
            if (!t.side[u])
                continue;
            s->grid[u] = ids[0];
            units[i] = units[there];
            units[there++] = u;
        }
        /* the smaller goes down, the larger round: the depth stays a logarithm */
        if (cut.parts * 2 <= parts) {
            part_split(s, units, there, ids[0], cut.parts, ids + 1, tries);
            units += there;
            n -= there;
            ids += cut.parts;
            parts -= cut.parts;
        } else {
            part_split(s, units + there, n - there, from, parts - cut.parts, ids + cut.parts, tries);
            from = ids[0];
            ids++;
            n = there;
            parts = cut.parts;
        }
    }
}

void part_seed(PartState *s, int32_t k) {
    int32_t n = s->g->n, *units = s->queue, *ids = s->outside;

    for (int32_t u = 0; u < n; u++) {
        s->grid[u] = 0;
        units[u] = u;
        ids[u] = u + 1;
    }
    s->k = k;
    s->work = (int64_t)SEED_WORK * (n + s->g->first[n] - s->g->first[0]);
    part_split(s, units, n, 0, k, ids, TRIES);
    part_count(s);
}

/* ---- an old plan ---- */

/* Numbers the pieces of equal old grids in ret_piece; how many. */
static int32_t number_pieces(PartState *s, int32_t *ret_piece) {
    const PartGraph *g = s->g;
    int32_t pieces = 0;

    memset(ret_piece, -1, (size_t)g->n * sizeof *ret_piece);
    for (int32_t start = 0; start < g->n; start++) {
        int32_t done = 0;
        if (ret_piece[start] >= 0)
            continue;
        ret_piece[start] = pieces;
        s->queue[done++] = start;
        for (int32_t q = 0; q < done; q++)
            for (int32_t i = g->first[s->queue[q]]; i < g->first[s->queue[q] + 1]; i++) {
                int32_t v = g->arcs[i].to;
                if (ret_piece[v] >= 0 || g->old[v] != g->old[start])
                    continue;
                ret_piece[v] = pieces;
                s->queue[done++] = v;
            }
        pieces++;
    }
    return pieces;
}

/* Units that are in no grid yet (-1) go, wave by wave, to the one beside them. */
static void flood(PartState *s) {
    const PartGraph *g = s->g;
    int32_t done = 0;

    for (int32_t u = 0; u < g->n; u++)
        if (s->grid[u] >= 0)
            s->queue[done++] = u;
    for (int32_t q = 0; q < done; q++)
        for (int32_t i = g->first[s->queue[q]]; i < g->first[s->queue[q] + 1]; i++) {
            int32_t v = g->arcs[i].to;
            if (s->grid[v] >= 0)
                continue;
            s->grid[v] = s->grid[s->queue[q]];
            s->queue[done++] = v;
        }
}

/* Puts the smallest grid into the neighbour with the fewest households; the last number
 * takes the free place, unless it is the one. */
static void join_smallest(PartState *s) {
    const PartGraph *g = s->g;
    int32_t least = 0, into = -1;

    for (int32_t a = 1; a < s->k; a++)
        if (s->households[a] < s->households[least])
            least = a;
    for (int32_t u = 0; u < g->n; u++)
        for (int32_t i = g->first[u]; s->grid[u] == least && i < g->first[u + 1]; i++) {
            int32_t a = s->grid[g->arcs[i].to];
            if (a != least && (into < 0 || s->households[a] < s->households[into]))
                into = a;
        }
    for (int32_t u = 0; u < g->n; u++) {
        int32_t a = s->grid[u] == least ? into : s->grid[u];
        s->grid[u] = a == s->k - 1 && least < s->k - 1 ? least : a;
    }
}

/* Cuts the grid with the most households (of more than one unit) into two. */
static void split_largest(PartState *s) {
    int32_t most = -1, n = 0;

    for (int32_t a = 0; a < s->k; a++)
        if (s->count[a] > 1 && (most < 0 || s->households[a] > s->households[most]))
            most = a;
    for (int32_t u = 0; u < s->g->n; u++)
        if (s->grid[u] == most)
            s->queue[n++] = u;
    part_split(s, s->queue, n, most, 2, &s->k, TRIES);
    s->k++;
}

void part_seed_old(PartState *s, int32_t k) {
    const PartGraph *g = s->g;
    int32_t *piece = s->scratch, *largest = s->scratch + g->n, *size = s->scratch + 2 * g->n;
    int32_t pieces = number_pieces(s, piece), found = 0;

    memset(size, 0, (size_t)pieces * sizeof *size);
    memset(largest, -1, (size_t)g->n * sizeof *largest);
    for (int32_t u = 0; u < g->n; u++)
        size[piece[u]]++;
    for (int32_t u = 0; u < g->n; u++) {
        int32_t a = g->old[u];
        if (a >= 0 && (largest[a] < 0 || size[piece[u]] > size[largest[a]]))
            largest[a] = piece[u];
        found = a >= found ? a + 1 : found;
    }
    if (found > k + OLD_STEPS || k > found + OLD_STEPS) { /* each step looks at all units */
        part_seed(s, k);
        return;
    }
    s->k = found > 0 ? found : 1;
    for (int32_t u = 0; u < g->n; u++)
        s->grid[u] = g->old[u] >= 0 && largest[g->old[u]] == piece[u] ? g->old[u] : found > 0 ? -1 : 0;
    flood(s);
    part_count(s);
    for (; s->k > k; s->k--, part_count(s))
        join_smallest(s);
    for (; s->k < k; part_count(s))
        split_largest(s);
}
