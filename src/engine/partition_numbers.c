/* partition_numbers – how many grids each part gets: as many as its households make of the
 * middle of the range, or of what was asked for in all; never a number that they cannot
 * fill, unless that was asked. Where no number fits, the one that misses the range least,
 * and the reason. */
#include "partition_graph.h"

/* ⌈T / max⌉ … ⌊T / min⌋; least > most: none fits. */
static void bounds_of(const PartitionInput *in, const Part *p, int32_t *ret_least, int32_t *ret_most) {
    int64_t least = (p->households + in->max - 1) / in->max, most = in->min ? p->households / in->min : p->n;

    *ret_least = least > 1 ? (int32_t)least : 1;
    *ret_most = most < p->n ? (int32_t)most : p->n;
}

/* No number fits: too many grids leave them under min, too few over max. */
static int32_t least_miss(const PartitionInput *in, const Part *p, int32_t few, int32_t many) {
    int64_t over = p->households - (int64_t)few * in->max, under = (int64_t)many * in->min - p->households;

    return few >= 1 && (over <= under || many > p->n) ? few : many;
}

static void judge_part(const PartitionInput *in, Part *p) {
    PartTask *t = &p->task;
    int32_t old = t->wanted, least, most;

    bounds_of(in, p, &least, &most);
    t->none = in->grids ? PARTITION_NUMBER_ASKED : PARTITION_NONE_FITS;
    if (t->reason == PARTITION_UNIT_OVER || p->households == 0 || p->households < in->min) {
        *t = (PartTask){ 1,
                         1,
                         1,
                         0,
                         t->reason ? t->reason : p->households ? PARTITION_PART_UNDER : PARTITION_NO_HOUSEHOLDS,
                         t->none };
        return;
    }
    t->reason = PARTITION_KEEPS;
    if (least > most) {
        t->reason = PARTITION_PART_BETWEEN;
        least = most = least_miss(in, p, most, least);
    }
    double target = ((double)in->min + in->max) / 2;
    int32_t wanted = old ? old : (int32_t)((double)p->households / target + 0.5);
    t->least = least;
    t->most = most;
    t->wanted = wanted < least ? least : wanted > most ? most : wanted;
}

/* ---- a number that was asked for ---- */

static int32_t at_size(const Part *p, double size) {
    double k = (double)p->households / size + 0.5;

    return k < p->task.least ? p->task.least : k > p->task.most ? p->task.most : (int32_t)k;
}

static int64_t sum_at(Whole *w, double size) {
    int64_t sum = 0;

    for (int32_t i = 0; i < w->n_parts; i++)
        sum += at_size(&w->parts[i], size);
    return sum;
}

/* The range of numbers of every part opens where the sum of them does not reach. */
static void open_bounds(Whole *w, int32_t asked) {
    int64_t least = 0, most = 0;

    for (int32_t i = 0; i < w->n_parts; i++) {
        least += w->parts[i].task.least;
        most += w->parts[i].task.most;
    }
    for (int32_t i = 0; i < w->n_parts && (asked < least || asked > most); i++) {
        PartTask *t = &w->parts[i].task;
        if (t->reason == PARTITION_UNIT_OVER)
            continue;
        if (asked < least)
            t->least = 1;
        else
            t->most = w->parts[i].n;
        t->reason = t->reason == PARTITION_KEEPS ? PARTITION_NUMBER_ASKED : t->reason;
    }
}

/* One size for all, by bisection; what is still missing or too many falls to the first
 * parts that a slightly other size would change. */
static void share_out(Whole *w, int32_t asked) {
    double small = 1e-3, large = 4e9;

    for (int32_t i = 0; i < 100; i++) {
        double size = (small + large) / 2;
        if (sum_at(w, size) >= asked)
            small = size;
        else
            large = size;
    }
    int64_t left = asked - sum_at(w, large);
    for (int32_t i = 0; i < w->n_parts; i++) {
        PartTask *t = &w->parts[i].task;
        int32_t few = at_size(&w->parts[i], large), many = at_size(&w->parts[i], small);
        int32_t more = many - few < left ? many - few : (int32_t)left;
        t->wanted = few + more;
        left -= more;
    }
    for (int32_t i = 0; i < w->n_parts && left > 0; i++) { /* parts where nobody lives */
        PartTask *t = &w->parts[i].task;
        int32_t more = t->most - t->wanted < left ? t->most - t->wanted : (int32_t)left;
        t->wanted += more;
        left -= more;
    }
    for (int32_t i = 0; i < w->n_parts; i++)
        w->parts[i].task.least = w->parts[i].task.most = w->parts[i].task.wanted;
}

Err whole_number_grids(Whole *w, Fault *f) {
    const PartitionInput *in = w->in;
    int32_t sweeps = in->sweeps ? in->sweeps : in->n < 2000 ? 1550 : 150 + 2800000 / in->n;
    int64_t most = 0;

    for (int32_t i = 0; i < w->n_parts; i++) {
        judge_part(in, &w->parts[i]);
        w->parts[i].task.sweeps = sweeps;
        most += w->parts[i].task.reason == PARTITION_UNIT_OVER ? 1 : w->parts[i].n;
    }
    if (in->grids == 0 || in->n == 0)
        return OK;
    if (in->grids < w->n_parts || in->grids > most)
        return fault(f, ERR_INVALID, "plan_grids", "grids",
                     "要求的网格数 %d 做不到：互不相连的部分有 %d 个，网格最多 %lld 个。",
                     "%d grids cannot be made: there are %d parts that nothing joins, and at most %lld grids.",
                     in->grids, w->n_parts, (long long)most);
    open_bounds(w, in->grids);
    share_out(w, in->grids);
    return OK;
}
