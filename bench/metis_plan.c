/* bench/metis – see metis_plan.h. */
#include "metis_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef JW_METIS
#include <metis.h>

static double seconds(void) {
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

typedef struct Beside {
    idx_t *first, *to, *border, *households, *part;
    int32_t *number, *units; /* of a unit within its part; the units of the part */
} Beside;

static bool joins(const PartitionInput *in, const PartitionEdge *e) {
    return e->a != e->b && !e->hard && (!in->label || in->label[e->a] == in->label[e->b]);
}

/* The arcs of all units, by unit: start[u] … start[u + 1]. */
static void find_arcs(const PartitionInput *in, int32_t *start, int32_t *to, double *border) {
    for (int32_t i = 0; i < in->n_edges; i++)
        if (joins(in, &in->edges[i])) {
            start[in->edges[i].a + 1]++;
            start[in->edges[i].b + 1]++;
        }
    for (int32_t u = 0; u < in->n; u++)
        start[u + 1] += start[u];
    for (int32_t i = 0; i < in->n_edges; i++) {
        const PartitionEdge *e = &in->edges[i];
        if (!joins(in, e))
            continue;
        to[--start[e->a + 1]] = e->b;
        border[start[e->a + 1]] = e->border_m;
        to[--start[e->b + 1]] = e->a;
        border[start[e->b + 1]] = e->border_m;
    }
    for (int32_t u = 0; u < in->n; u++)
        start[u] = start[u + 1];
    start[in->n] = 0;
    for (int32_t i = 0; i < in->n_edges; i++)
        start[in->n] += joins(in, &in->edges[i]) ? 2 : 0;
}

/* One part in k grids, numbers from `from`; the seconds it took. */
static double cut_part(const PartitionInput *in, Beside *b, idx_t n, idx_t k, idx_t seed, int32_t from,
                       int32_t *ret_grid) {
    idx_t options[METIS_NOPTIONS], one = 1, cut = 0, total = 0;

    for (idx_t i = 0; i < n; i++)
        total += b->households[i];
    METIS_SetDefaultOptions(options);
    options[METIS_OPTION_CONTIG] = 1;
    options[METIS_OPTION_SEED] = seed;
    /* as far from even as the most allows */
    double over = (double)in->max * (double)k / (double)(total ? total : 1) - 1;
    options[METIS_OPTION_UFACTOR] = over > 0.001 ? (idx_t)(over * 1000) : 1;
    double cpu = seconds();
    for (idx_t i = 0; i < n; i++)
        b->part[i] = 0;
    if (k > 1 && METIS_PartGraphKway(&n, &one, b->first, b->to, b->households, NULL, b->border, &k, NULL, NULL,
                                     options, &cut, b->part) != METIS_OK) {
        fprintf(stderr, "METIS failed on a part of %d units\n", (int)n);
        exit(1);
    }
    for (idx_t i = 0; i < n; i++)
        ret_grid[b->units[i]] = from + (int32_t)b->part[i];
    return seconds() - cpu;
}

double metis_plan(const PartitionInput *in, const PartitionPlan *plan, int32_t seed, int32_t *ret_grid) {
    size_t n = (size_t)in->n + 1, m = (size_t)in->n_edges * 2 + 1;
    int32_t *start = calloc(n + 1, sizeof *start), *to = calloc(m, sizeof *to), grids = 0;
    int32_t *grids_of = calloc(n, sizeof *grids_of);
    double *border = calloc(m, sizeof *border), spent = 0;
    Beside b = { calloc(n, sizeof(idx_t)),  calloc(m, sizeof(idx_t)), calloc(m, sizeof(idx_t)),
                 calloc(n, sizeof(idx_t)),  calloc(n, sizeof(idx_t)), calloc(n, sizeof(int32_t)),
                 calloc(n, sizeof(int32_t)) };

    find_arcs(in, start, to, border);
    for (int32_t i = 0; i < plan->n_grids; i++)
        grids_of[plan->grids[i].part]++;
    memset(b.number, -1, n * sizeof *b.number);
    for (int32_t u = 0; u < in->n; u++) {
        idx_t found = 0, arcs = 0;
        if (b.number[u] >= 0)
            continue;
        int32_t part = plan->grids[plan->grid[u]].part;
        b.number[u] = 0;
        b.units[found++] = u;
        for (idx_t q = 0; q < found; q++) /* as far as the part goes: over max is out of it */
            for (int32_t i = start[b.units[q]]; i < start[b.units[q] + 1]; i++)
                if (b.number[to[i]] < 0 && plan->grids[plan->grid[to[i]]].part == part) {
                    b.number[to[i]] = (int32_t)found;
                    b.units[found++] = to[i];
                }
        for (idx_t q = 0; q < found; q++) {
            b.first[q] = arcs;
            b.households[q] = in->households[b.units[q]];
            for (int32_t i = start[b.units[q]]; i < start[b.units[q] + 1]; i++)
                if (plan->grids[plan->grid[to[i]]].part == part) {
                    b.to[arcs] = b.number[to[i]];
                    b.border[arcs++] = (idx_t)(border[i] * 100) + 1;
                }
        }
        b.first[found] = arcs;
        spent += cut_part(in, &b, found, grids_of[part], seed, grids, ret_grid);
        grids += grids_of[part];
    }
    void *all[] = { start,    to,           border, grids_of, b.first, b.to,
                    b.border, b.households, b.part, b.number, b.units };
    for (size_t i = 0; i < COUNT(all); i++)
        free(all[i]);
    return spent;
}
#else
double metis_plan(const PartitionInput *in, const PartitionPlan *plan, int32_t seed, int32_t *ret_grid) {
    (void)in;
    (void)plan;
    (void)seed;
    (void)ret_grid;
    return -1;
}
#endif
