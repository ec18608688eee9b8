/* plan_names – see plan_names.h. Where the present micro-grids are kept,
 * the grid with most households of one has its code and name, each once; the others get the
 * code of their residential area and a number that no present micro-grid has. */
#include "plan_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CODE_MAX = 400 };

static int32_t hard_of(const PlanNaming *p, int32_t grid) {
    return p->ground->units[p->listed[p->first[grid]]].hard;
}

/* ---- heirs -------------------------------------------------------------- */

typedef struct Claim {
    int32_t grid, old;
    int64_t weight; /* households, and a unit counts a little */
} Claim;

static int64_t weight_of(const PlanUnit *u) { return (int64_t)u->households * 1024 + 1; }

static int by_weight(const void *p, const void *q) {
    const Claim *a = p, *b = q;
    if (a->weight != b->weight)
        return a->weight > b->weight ? -1 : 1;
    return a->grid != b->grid ? a->grid - b->grid : a->old - b->old;
}

/* The claims of one grid: its units by where they are now. */
static int32_t claims_of(const PlanNaming *p, int32_t grid, Claim *to) {
    int32_t n = 0;

    for (int32_t i = p->first[grid]; i < p->first[grid + 1]; i++) {
        const PlanUnit *u = &p->ground->units[p->listed[i]];
        int32_t k = 0;
        if (u->old < 0)
            continue;
        while (k < n && to[k].old != u->old)
            k++;
        if (k == n)
            to[n++] = (Claim){ grid, u->old, 0 };
        to[k].weight += weight_of(u);
    }
    return n;
}

/* Most of what the grid has now is in it. */
static bool is_enough(const PlanNaming *p, const Claim *c) {
    const PlanGround *g = p->ground;
    int64_t all = 0;

    if (p->heirs != PLAN_HEIRS_MOST)
        return true;
    for (int32_t i = 0; i < g->n; i++)
        if (g->units[i].old == c->old)
            all += weight_of(&g->units[i]);
    return c->weight * 2 > all;
}

static Err find_heirs(PlanNaming *p, Fault *f) {
    Claim *claims = mem_alloc((size_t)p->ground->n * sizeof *claims + 1);
    bool *given = mem_alloc((size_t)p->ground->n_olds * sizeof *given + 1);
    int32_t n = 0;

    if (claims && given) {
        memset(given, 0, (size_t)p->ground->n_olds * sizeof *given);
        for (int32_t g = 0; g < p->plan->n_grids; g++)
            n += claims_of(p, g, claims + n);
        qsort(claims, (size_t)n, sizeof *claims, by_weight);
        for (int32_t i = 0; i < n; i++)
            if (p->heir[claims[i].grid] < 0 && !given[claims[i].old] && is_enough(p, &claims[i])) {
                p->heir[claims[i].grid] = claims[i].old;
                given[claims[i].old] = true;
            }
    }
    bool good = claims && given;
    mem_free(claims);
    mem_free(given);
    return good ? OK : fault_memory(f);
}

/* ---- numbers ------------------------------------------------------------ */

static int by_text(const void *p, const void *q) {
    return strcmp(*(const char *const *)p, *(const char *const *)q);
}

void plan_new_code(Str hard, int32_t number, bool zones, Buf *out) {
    buf_put(out, hard.p, hard.n);
    buf_fmt(out, zones ? "-Z%d" : "-%02d", number);
}

static const char *new_code(const PlanNaming *p, int32_t grid, int32_t number, char room[CODE_MAX]) {
    const PlanGround *g = p->ground;
    Buf b = { room, 0, CODE_MAX, false, 0 };

    plan_new_code(str(plan_word(g, g->hard_names[hard_of(p, grid)].code)), number, p->zones, &b);
    return room;
}

static void number_new(PlanNaming *p, int32_t *seen, const char *const *taken) {
    char code[CODE_MAX];

    memset(seen, 0, (size_t)p->ground->n_hards * sizeof *seen);
    for (int32_t g = 0; g < p->plan->n_grids; g++) {
        if (p->heir[g] >= 0)
            continue;
        int32_t *last = &seen[hard_of(p, g)];
        const char *text;
        do
            text = new_code(p, g, ++*last, code);
        while (bsearch(&text, taken, (size_t)p->ground->n_olds, sizeof *taken, by_text));
        p->number[g] = *last;
    }
}

Err plan_name_grids(PlanNaming *p, Fault *f) {
    size_t grids = (size_t)p->plan->n_grids, olds = (size_t)p->ground->n_olds;
    int32_t *seen = mem_alloc((size_t)p->ground->n_hards * sizeof *seen + 1);
    const char **taken = mem_alloc(olds * sizeof *taken + 1);

    p->number = mem_alloc(grids * sizeof *p->number + 1);
    p->heir = mem_alloc(grids * sizeof *p->heir + 1);
    Err e = seen && taken && p->number && p->heir ? OK : fault_memory(f);
    if (e == OK) {
        memset(p->heir, 0xFF, grids * sizeof *p->heir);
        for (size_t i = 0; i < olds; i++)
            taken[i] = plan_word(p->ground, p->ground->olds[i].code);
        qsort(taken, olds, sizeof *taken, by_text);
        e = p->heirs != PLAN_HEIRS_NONE ? find_heirs(p, f) : OK;
    }
    if (e == OK)
        number_new(p, seen, taken);
    mem_free(seen);
    mem_free(taken);
    return e;
}

/* ---- what they are called ----------------------------------------------- */

void plan_grid_code(const PlanNaming *p, int32_t grid, Buf *out) {
    const PlanGround *g = p->ground;
    char room[CODE_MAX];

    if (p->heir[grid] >= 0)
        buf_str(out, plan_word(g, g->olds[p->heir[grid]].code));
    else
        buf_str(out, new_code(p, grid, p->number[grid], room));
}

/* 建设居民区第2微网格, or “Abell 2” where names are Latin. */
void plan_new_name(Str hard, int32_t number, bool zones, Buf *out) {
    bool latin = true;

    for (size_t i = 0; i < hard.n; i++)
        latin = latin && (unsigned char)hard.p[i] < 0x80;
    buf_put(out, hard.p, hard.n);
    if (latin)
        buf_fmt(out, " %d", number);
    else
        buf_fmt(out, "第%d%s", number, zones ? "片区网格" : "微网格");
}

void plan_grid_name(const PlanNaming *p, int32_t grid, Buf *out) {
    const PlanGround *g = p->ground;

    if (p->heir[grid] >= 0)
        buf_str(out, plan_word(g, g->olds[p->heir[grid]].name));
    else
        plan_new_name(str(plan_word(g, g->hard_names[hard_of(p, grid)].name)), p->number[grid], p->zones, out);
}
