/* partition_exact – the best plan of a small part, or the proof that there is none. The
 * grid of the lowest unit is tried in every connected form that the range allows, the rest
 * likewise; what is known of a rest is kept in a table. A form is given up as soon as the
 * border it surely has is no shorter than the best plan's, or what it leaves cannot be
 * counted out in grids. Units are bits: a part has at most 64. */
#include "partition_inner.h"

#include <string.h>

enum { MEMO = 2048 };
#define NOTHING INT64_MAX

typedef struct Memo {
    uint64_t mask, form; /* form: the first grid of the best plan; 0: only a bound is known */
    int64_t cost;
    int32_t k;
} Memo;

typedef struct Exact {
    const PartGraph *g;
    uint64_t beside[EXACT_UNITS_MAX];
    Memo memo[MEMO];
    int64_t work;
} Exact;

/* A search for the first grid within a mask. */
typedef struct Form {
    uint64_t mask, best;
    int64_t below; /* only what costs less is of use */
    int32_t k;
} Form;

static int64_t households_of(const Exact *x, uint64_t mask) {
    int64_t sum = 0;

    for (; mask; mask &= mask - 1)
        sum += x->g->households[__builtin_ctzll(mask)];
    return sum;
}

static int64_t border_between(const Exact *x, int32_t u, uint64_t with) {
    int64_t sum = 0;

    for (int32_t i = x->g->first[u]; i < x->g->first[u + 1]; i++)
        if (with >> x->g->arcs[i].to & 1)
            sum += x->g->arcs[i].border;
    return sum;
}

static int64_t spread_of(const Exact *x, uint64_t mask) {
    const PartGraph *g = x->g;
    int64_t sums[DIMS_MAX] = { 0 }, square = 0, households = 0;

    if (g->dims == 0 && !(g->uneven > 0))
        return 0;
    for (; mask; mask &= mask - 1) {
        int32_t u = __builtin_ctzll(mask);
        households += g->households[u];
        for (int32_t d = 0; d < g->dims; d++) {
            int64_t at = g->at[u * g->dims + d];
            sums[d] += at * g->households[u];
            square += at * at * g->households[u];
        }
    }
    return (g->dims ? part_spread(g, households, sums, square) : 0) +
           (g->uneven > 0 ? part_uneven(g, households) : 0);
}

/* Can the pieces of mask, each for itself, be counted out in k grids (0: in any number)? */
static bool can_be_counted(const Exact *x, uint64_t mask, int32_t k) {
    int64_t least = 0, most = 0;

    while (mask) {
        uint64_t piece = mask & -mask, more = piece;
        while (more) {
            uint64_t beside = 0;
            for (; more; more &= more - 1)
                beside |= x->beside[__builtin_ctzll(more)];
            more = beside & mask & ~piece;
            piece |= more;
        }
        int64_t households = households_of(x, piece), units = __builtin_popcountll(piece);
        int64_t low = (households + x->g->hi - 1) / x->g->hi, high = x->g->lo ? households / x->g->lo : units;
        low = low > 1 ? low : 1;
        high = high < units ? high : units;
        if (low > high)
            return false;
        least += low;
        most += high;
        mask &= ~piece;
    }
    return k == 0 || (least <= k && k <= most);
}

static int64_t best_of(Exact *x, uint64_t mask, int32_t k, int64_t below);

/* The form as it stands: what does it cost with the best of the rest? */
static void try_form(Exact *x, Form *f, uint64_t form) {
    uint64_t rest = f->mask & ~form;
    int64_t cost = spread_of(x, form);

    if (f->k == 1 ? rest != 0 : rest == 0 && f->k > 1)
        return;
    if (rest && !can_be_counted(x, rest, f->k ? f->k - 1 : 0))
        return;
    for (uint64_t m = form; m; m &= m - 1)
        cost += border_between(x, __builtin_ctzll(m), rest);
    if (cost >= f->below)
        return;
    int64_t more = rest ? best_of(x, rest, f->k ? f->k - 1 : 0, f->below - cost) : 0;
    if (more == NOTHING || cost + more >= f->below)
        return;
    f->below = cost + more;
    f->best = form;
}

/* Every connected form that holds `form` and nothing of `without`. */
static void grow_form(Exact *x, Form *f, uint64_t form, uint64_t without, int64_t households, int64_t cut) {
    uint64_t edge = 0;

    if (--x->work < 0 || cut >= f->below)
        return;
    if (households >= x->g->lo)
        try_form(x, f, form);
    for (uint64_t m = form; m; m &= m - 1)
        edge |= x->beside[__builtin_ctzll(m)];
    edge &= f->mask & ~form & ~without;
    for (; edge && cut < f->below; edge &= edge - 1) {
        int32_t u = __builtin_ctzll(edge);
        uint64_t bit = 1ULL << u;
        if (households + x->g->households[u] <= x->g->hi)
            grow_form(x, f, form | bit, without, households + x->g->households[u],
                      cut + border_between(x, u, without & f->mask));
        without |= bit;
        cut += border_between(x, u, form);
    }
}

static Memo *memo_of(Exact *x, uint64_t mask, int32_t k) {
    uint64_t hash = (mask ^ (uint64_t)k << 57) * 0x9E3779B97F4A7C15ULL;

    return &x->memo[hash >> 32 & (MEMO - 1)];
}

/* The least cost of mask in k grids if it is below, else NOTHING. */
static int64_t best_of(Exact *x, uint64_t mask, int32_t k, int64_t below) {
    Memo *memo = memo_of(x, mask, k);
    Form f = { .mask = mask, .below = below, .k = k };
    int32_t root = __builtin_ctzll(mask);

    if (memo->mask == mask && memo->k == k) {
        if (memo->cost >= below)
            return NOTHING;
        if (memo->form)
            return memo->cost;
    }
    if (x->g->households[root] <= x->g->hi)
        grow_form(x, &f, 1ULL << root, 0, x->g->households[root], 0);
    if (x->work >= 0)
        *memo = (Memo){ mask, f.best, f.below, k };
    return f.best ? f.below : NOTHING;
}

PartExact part_exact(const PartGraph *g, int32_t k, int64_t below, int64_t work, int32_t *ret_grid,
                     int32_t *ret_k) {
    Exact x = { .g = g, .work = work };
    uint64_t mask = g->n == 64 ? ~0ULL : (1ULL << g->n) - 1;
    int32_t grids = 0;

    for (int32_t u = 0; u < g->n; u++)
        for (int32_t i = g->first[u]; i < g->first[u + 1]; i++)
            x.beside[u] |= 1ULL << g->arcs[i].to;
    int64_t cost = can_be_counted(&x, mask, k) ? best_of(&x, mask, k, below) : NOTHING;
    if (x.work < 0)
        return EXACT_GAVE_UP;
    if (cost == NOTHING)
        return EXACT_NONE;
    x.work += work; /* what the table has forgotten is found again */
    for (; mask; grids++) {
        int32_t left = k ? k - grids : 0;
        cost = best_of(&x, mask, left, NOTHING);
        Memo *memo = memo_of(&x, mask, left);
        if (cost == NOTHING || x.work < 0 || memo->mask != mask || memo->k != left)
            return EXACT_GAVE_UP;
        for (uint64_t m = memo->form; m; m &= m - 1)
            ret_grid[__builtin_ctzll(m)] = grids;
        mask &= ~memo->form;
    }
    *ret_k = grids;
    return EXACT_FOUND;
}
