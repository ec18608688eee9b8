/* partition – see partition.h. The parts of the graph are solved by as many threads as
 * given, the largest first; each has a slice of the same arrays and dice of its own, made of
 * the seed and its first unit, so that nothing depends on who comes first. */
#include "partition_graph.h"

#include <pthread.h>
#include <string.h>

const PartitionWishes partition_usual = { .cut = 100, .compact = 0, .alike = 0, .keep = 100 };

const char *const partition_reason_zh[PARTITION_REASONS] = {
    [PARTITION_KEEPS] = "符合户数范围",
    [PARTITION_UNIT_OVER] = "单个单元已超过户数上限",
    [PARTITION_POCKET] = "被超上限的单元隔开，户数不足",
    [PARTITION_NO_HOUSEHOLDS] = "此片无住户",
    [PARTITION_PART_UNDER] = "硬边界以内的总户数不足下限",
    [PARTITION_PART_BETWEEN] = "硬边界以内的总户数，分成几个网格都不合范围",
    [PARTITION_NONE_FITS] = "已证明：连片的划分都不合范围",
    [PARTITION_NUMBER_ASKED] = "要求的网格数与户数不合",
    [PARTITION_NONE_FOUND] = "没有找到合范围的划分（未证明不存在）",
};
const char *const partition_reason_en[PARTITION_REASONS] = {
    [PARTITION_KEEPS] = "within the range",
    [PARTITION_UNIT_OVER] = "one unit alone has more than the most",
    [PARTITION_POCKET] = "cut off by units over the most, too few households",
    [PARTITION_NO_HOUSEHOLDS] = "nobody lives in this part",
    [PARTITION_PART_UNDER] = "the whole part within its hard borders has fewer than the least",
    [PARTITION_PART_BETWEEN] = "no number of grids fits the households of the part within its hard borders",
    [PARTITION_NONE_FITS] = "proved: no contiguous plan of the part keeps the range",
    [PARTITION_NUMBER_ASKED] = "the number of grids asked for does not fit the households",
    [PARTITION_NONE_FOUND] = "no plan within the range was found (that there is none is not proved)",
};

typedef struct Solving {
    Whole *w;
    int32_t *queue; /* parts, the largest first */
    _Atomic int32_t next;
    _Atomic int64_t done; /* units */
} Solving;

typedef struct Worker {
    Solving *all;
    bool reports;  /* on the caller's thread */
    int32_t units; /* of the part at hand */
} Worker;

static uint64_t mix(uint64_t x) {
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ x >> 27) * 0x94D049BB133111EBULL;
    return x ^ x >> 31;
}

static void tell(void *ctx, int32_t permille) {
    Worker *me = ctx;
    const PartitionInput *in = me->all->w->in;
    int64_t done = atomic_load(&me->all->done) * 1000 + (int64_t)me->units * permille;

    in->progress(in->ctx, (int32_t)(done / (in->n ? in->n : 1)));
}

/* The slice of a part. */
static void part_begin(Worker *me, const Part *p, PartGraph *g, PartState *s) {
    Whole *w = me->all->w;
    const PartitionInput *in = w->in;
    const PartState *all = &w->all;
    size_t at = (size_t)p->first, dims = (size_t)w->dims;

    *g = (PartGraph){ .n = p->n,
                      .first = w->first + at,
                      .arcs = w->arcs,
                      .edges = w->ends + w->first[at] / 2,
                      .households = w->households + at,
                      .dims = w->dims,
                      .at = w->at + at * dims,
                      .step_cost = w->step_cost,
                      .old = in->old ? w->old + at : NULL,
                      .keep = w->keep,
                      .total = p->households,
                      .lo = in->min,
                      .hi = in->max,
                      .mean = w->mean,
                      .household = w->household,
                      .middle = ((int64_t)in->min + in->max) / 2,
                      .uneven = w->uneven };
    *s = (PartState){ .g = g,
                      .grid = all->grid + at,
                      .count = all->count + at,
                      .some = all->some + at,
                      .households = all->households + at,
                      .sums = all->sums + at * dims,
                      .square = all->square + at,
                      .spread = all->spread + at,
                      .outside = all->outside + at,
                      .hold = all->hold + at,
                      .cut = all->cut + w->first[at] / 2,
                      .place = all->place + w->first[at] / 2,
                      .seen = all->seen + at,
                      .queue = all->queue + at,
                      .best = all->best + at,
                      .below = all->below + at,
                      .scratch = all->scratch + at * PART_SCRATCH,
                      .list = all->list + at * 2,
                      .edges = w->edges + w->first[at],
                      .logs = w->logs,
                      .cancel = in->cancel,
                      .dice = mix(in->seed + mix((uint64_t)w->order[at] + 1)) | 1,
                      .tell = me->reports && in->progress ? tell : NULL,
                      .ctx = me };
    memset(s->seen, 0, (size_t)p->n * sizeof *s->seen);
}

static void *work(void *arg) {
    Worker *me = arg;
    Solving *all = me->all;

    for (;;) {
        int32_t i = atomic_fetch_add(&all->next, 1);
        PartGraph g;
        PartState s;
        if (i >= all->w->n_parts)
            return NULL;
        Part *p = &all->w->parts[all->queue[i]];
        me->units = p->n;
        part_begin(me, p, &g, &s);
        if (!part_cancelled(&s))
            p->verdict = part_solve(&s, &p->task);
        atomic_fetch_add(&all->done, p->n);
        me->units = 0;
        if (s.tell)
            tell(me, 0);
    }
}

/* The largest first, by counting; `start` has room for a number per size. */
static void order_parts(const Whole *w, int32_t *start, int32_t *ret) {
    int32_t n = w->in->n;

    memset(start, 0, ((size_t)n + 2) * sizeof *start);
    for (int32_t i = 0; i < w->n_parts; i++)
        start[n - w->parts[i].n + 1]++;
    for (int32_t i = 0; i <= n; i++)
        start[i + 1] += start[i];
    for (int32_t i = 0; i < w->n_parts; i++)
        ret[start[n - w->parts[i].n]++] = i;
}

static void solve_parts(Whole *w, int32_t *queue) {
    Solving all = { .w = w, .queue = queue };
    Worker workers[PARTITION_THREADS_MAX];
    pthread_t threads[PARTITION_THREADS_MAX];
    int32_t n = 0, most = w->in->threads < w->n_parts ? w->in->threads : w->n_parts;

    for (int32_t i = 1; i < most; i++) { /* one that does not start is not missed */
        workers[n] = (Worker){ .all = &all };
        n += pthread_create(&threads[n], NULL, work, &workers[n]) == 0;
    }
    Worker me = { .all = &all, .reports = true };
    work(&me);
    for (int32_t i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
}

/* Grids of all parts numbered through, in the order of the units. */
static void gather(Whole *w, int32_t *ret_grid) {
    int32_t sum = 0;

    for (int32_t p = 0; p < w->n_parts; p++) {
        const Part *x = &w->parts[p];
        for (int32_t i = x->first; i < x->first + x->n; i++)
            ret_grid[w->order[i]] = sum + w->all.grid[i];
        sum += x->verdict.k;
    }
}

static void give_reasons(const Whole *w, PartitionPlan *plan) {
    const PartitionInput *in = w->in;

    plan->n_parts = w->n_parts;
    for (int32_t u = 0; u < in->n; u++) {
        PartitionGrid *g = &plan->grids[plan->grid[u]];
        const PartVerdict *v = &w->parts[w->part[u]].verdict;
        g->part = w->part[u];
        if (g->households < in->min || g->households > in->max)
            g->reason = v->reason ? v->reason : PARTITION_NONE_FOUND;
    }
    for (int32_t p = 0; p < w->n_parts; p++)
        plan->proved_optimal += w->parts[p].verdict.optimal;
}

/* Takes it all; `own` is the arena's room for the plan, which comes first. */
static void lay_out(Whole *w, Layout *l, int32_t **ret_queue, int32_t **ret_grid) {
    size_t n = (size_t)w->in->n + 2;

    whole_lay_out(w, l);
    *ret_queue = layout_take(l, n * sizeof **ret_queue);
    *ret_grid = layout_take(l, n * sizeof **ret_grid);
}

size_t partition_room(const PartitionInput *in) {
    Whole w = { .in = in };
    Layout l = { 0 };
    int32_t *queue, *grid;
    size_t score = partition_score_room(in);

    lay_out(&w, &l, &queue, &grid);
    return score + l.bytes;
}

Err partition_solve(const PartitionInput *in, Arena *a, PartitionPlan *ret, Fault *f) {
    size_t before = a->used;
    Whole w = { .in = in };
    Layout l = { .a = a };
    int32_t *queue, *grid;

    TRY(whole_check(in, f));
    size_t ahead = score_bytes(in); /* of the plan: scored last, kept first */
    Arena plan = { .base = arena_raw(a, partition_score_room(in)), .size = partition_score_room(in) };
    lay_out(&w, &l, &queue, &grid);
    if (!plan.base || l.full) {
        a->used = before;
        return fault_arena(f);
    }
    part_logs(w.logs);
    whole_build(&w);
    Err e = whole_number_grids(&w, f);
    if (e == OK) {
        order_parts(&w, grid, queue);
        solve_parts(&w, queue);
    }
    if (e == OK && in->cancel && *in->cancel)
        e = fault(f, ERR_BUSY, "cancelled", "", "划分已取消。", "The planning was cancelled.");
    if (e == OK) {
        gather(&w, grid);
        e = score_plan(in, grid, &plan, ret, f);
    }
    if (e == OK)
        give_reasons(&w, ret);
    a->used = e == OK ? (size_t)(plan.base - a->base) + ahead : before;
    return e;
}
