/* micro_names – what the grids of a plan are called. Where the present micro-grids are kept,
 * the grid with most households of one has its code and name, each once; the others get the
 * code of their residential area and a number that no present micro-grid has. */
#include "micro_inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CODE_MAX = 400 };

/* ---- heirs -------------------------------------------------------------- */

typedef struct Claim {
    int32_t grid, old;
    int64_t weight; /* households, and a unit counts a little */
} Claim;

static int by_weight(const void *p, const void *q) {
    const Claim *a = p, *b = q;
    if (a->weight != b->weight)
        return a->weight > b->weight ? -1 : 1;
    return a->grid != b->grid ? a->grid - b->grid : a->old - b->old;
}

/* The claims of one grid: its units by where they are now. */
static int32_t claims_of(const MicroPlan *p, int32_t grid, Claim *to) {
    const struct MicroInner *in = p->inner;
    int32_t n = 0;

    for (int32_t i = in->first[grid]; i < in->first[grid + 1]; i++) {
        const PlanUnit *u = &in->ground.units[in->listed[i]];
        int32_t k = 0;
        if (u->old < 0)
            continue;
        while (k < n && to[k].old != u->old)
            k++;
        if (k == n)
            to[n++] = (Claim){ grid, u->old, 0 };
        to[k].weight += (int64_t)u->households * 1024 + 1;
    }
    return n;
}

static Err find_heirs(MicroPlan *p, Fault *f) {
    Claim *claims = mem_alloc((size_t)p->inner->ground.n * sizeof *claims + 1);
    bool *given = mem_alloc((size_t)p->inner->ground.n_olds * sizeof *given + 1);
    int32_t n = 0;

    if (claims && given) {
        memset(given, 0, (size_t)p->inner->ground.n_olds * sizeof *given);
        for (int32_t g = 0; g < p->plan.n_grids; g++)
            n += claims_of(p, g, claims + n);
        qsort(claims, (size_t)n, sizeof *claims, by_weight);
        for (int32_t i = 0; i < n; i++)
            if (p->inner->heir[claims[i].grid] < 0 && !given[claims[i].old]) {
                p->inner->heir[claims[i].grid] = claims[i].old;
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

static const char *new_code(const MicroPlan *p, int32_t grid, int32_t number, char room[CODE_MAX]) {
    const PlanGround *g = &p->inner->ground;
    snprintf(room, CODE_MAX, p->zones ? "%s-Z%d" : "%s-%02d",
             plan_word(g, g->hard_names[micro_hard(p, grid)].code), number);
    return room;
}

static void number_new(MicroPlan *p, int32_t *seen, const char *const *taken) {
    char code[CODE_MAX];

    memset(seen, 0, (size_t)p->inner->ground.n_hards * sizeof *seen);
    for (int32_t g = 0; g < p->plan.n_grids; g++) {
        if (p->inner->heir[g] >= 0)
            continue;
        int32_t *last = &seen[micro_hard(p, g)];
        const char *text;
        do
            text = new_code(p, g, ++*last, code);
        while (bsearch(&text, taken, (size_t)p->inner->ground.n_olds, sizeof *taken, by_text));
        p->inner->number[g] = *last;
    }
}

Err micro_name_grids(MicroPlan *p, bool keep, Fault *f) {
    struct MicroInner *in = p->inner;
    size_t grids = (size_t)p->plan.n_grids, olds = (size_t)in->ground.n_olds;
    int32_t *seen = mem_alloc((size_t)in->ground.n_hards * sizeof *seen + 1);
    const char **taken = mem_alloc(olds * sizeof *taken + 1);

    in->number = mem_alloc(grids * sizeof *in->number + 1);
    in->heir = mem_alloc(grids * sizeof *in->heir + 1);
    Err e = seen && taken && in->number && in->heir ? OK : fault_memory(f);
    if (e == OK) {
        memset(in->heir, 0xFF, grids * sizeof *in->heir);
        for (size_t i = 0; i < olds; i++)
            taken[i] = plan_word(&in->ground, in->ground.olds[i].code);
        qsort(taken, olds, sizeof *taken, by_text);
        e = keep ? find_heirs(p, f) : OK;
    }
    if (e == OK)
        number_new(p, seen, taken);
    mem_free(seen);
    mem_free(taken);
    return e;
}

/* ---- what they are called ----------------------------------------------- */

void micro_plan_code(const MicroPlan *p, int32_t grid, Buf *out) {
    const PlanGround *g = &p->inner->ground;
    char room[CODE_MAX];

    if (p->inner->heir[grid] >= 0)
        buf_str(out, plan_word(g, g->olds[p->inner->heir[grid]].code));
    else
        buf_str(out, new_code(p, grid, p->inner->number[grid], room));
}

/* 建设居民区第2微网格, or “Abell 2” where names are Latin. */
void micro_plan_name(const MicroPlan *p, int32_t grid, Buf *out) {
    const PlanGround *g = &p->inner->ground;
    const char *name = plan_word(g, g->hard_names[micro_hard(p, grid)].name);
    bool latin = true;

    if (p->inner->heir[grid] >= 0) {
        buf_str(out, plan_word(g, g->olds[p->inner->heir[grid]].name));
        return;
    }
    for (const char *c = name; *c; c++)
        latin = latin && (unsigned char)*c < 0x80;
    if (latin)
        buf_fmt(out, "%s %d", name, p->inner->number[grid]);
    else
        buf_fmt(out, "%s第%d%s", name, p->inner->number[grid], p->zones ? "片区网格" : "微网格");
}
