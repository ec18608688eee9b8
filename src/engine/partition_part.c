/* partition_part – one part from its graph to its plan: seed, annealing, repair, settling;
 * another number of grids where the first does not fit; the exact search where the part is
 * small enough for a proof. The best plan seen is kept: first by the households outside
 * the range, then by cost. */
#include "partition_inner.h"

#include <string.h>

enum {
    EXACT_WORK = 4000,   /* forms looked at for a better plan  */
    PROOF_WORK = 200000, /* for the proof that there is none  */
    BETTER_UNITS = 40,   /* a better plan is looked for with so many units, */
    BETTER_GRIDS = 3,    /* or so many grids, at the most */
    OTHER_NUMBERS = 2,   /* tried on either side of the wanted, */
    TIMES_MORE = 2,      /* over and over, */
    FEW_SWEEPS = 400,    /* with so many sweeps at the most, */
    AGAIN_UNITS = 500,   /* also where the work has run out, with so many units at the most */
    WORK_PER_SWEEP = 4,  /* arcs looked at per arc of the part */
    SETTLE_SWEEPS = 100,
};

static const PartCourse wide_course = { .hot = 1000, .cold = 90, .price = 2000, .dearer = 8000, .tells = true };
static const PartCourse last_course = { .hot = 120, .cold = 30, .price = 40000, .dearer = 80000 };
static const PartCourse near_old = { .hot = 100, .cold = 30, .price = 3000, .dearer = 30000, .tells = true };

static void anneal(PartState *s, const PartCourse *course, int32_t sweeps) {
    PartCourse c = *course;

    c.sweeps = sweeps > 0 ? sweeps : 1;
    part_anneal(s, &c);
}

/* One whole way from a seed with k grids. */
static void run(PartState *s, int32_t k, int32_t sweeps) {
    int64_t arcs = s->g->n + s->g->first[s->g->n] - s->g->first[0];

    if (s->g->old) {
        part_seed_old(s, k);
        s->work = arcs * (sweeps + 10) * WORK_PER_SWEEP;
        part_remember(s);
        part_repair(s);
        anneal(s, &near_old, sweeps / 4);
    } else {
        part_seed(s, k);
        s->work = arcs * (sweeps + 10) * WORK_PER_SWEEP;
        part_remember(s);
        anneal(s, &wide_course, sweeps - sweeps / 8);
    }
    part_repair(s);
    if (!s->g->old)
        anneal(s, &last_course, sweeps / 8);
    part_settle(s);
    part_remember(s);
    part_recall(s);
}

/* Once more? A repair that found no way has used up its work; where that was little, it does no harm. */
static bool may_run(const PartState *s) {
    return s->best_out > 0 && !part_cancelled(s) && (s->work >= 0 || s->g->n <= AGAIN_UNITS);
}

static int32_t few_sweeps(const PartTask *t) { return t->sweeps < FEW_SWEEPS ? t->sweeps : FEW_SWEEPS; }

static void run_other_numbers(PartState *s, const PartTask *t) {
    int32_t sweeps = few_sweeps(t);

    for (int32_t off = 1; off <= OTHER_NUMBERS; off++) {
        if (t->wanted + off <= t->most && may_run(s))
            run(s, t->wanted + off, sweeps);
        if (t->wanted - off >= t->least && may_run(s))
            run(s, t->wanted - off, sweeps);
    }
}

/* Is there a better plan, or any at all? False: that could not be found out. */
static bool look_exactly(PartState *s, const PartTask *t, PartVerdict *v) {
    const PartGraph *g = s->g;
    bool fits = s->best_out == 0;
    int32_t k = fits || t->least == t->most ? s->best_k : 0, found = 0;

    if (g->n > EXACT_UNITS_MAX || (fits && (g->old || (g->n > BETTER_UNITS && k > BETTER_GRIDS))))
        return false;
    PartExact e =
        part_exact(g, k, fits ? s->best_cost : INT64_MAX, fits ? EXACT_WORK : PROOF_WORK, s->list, &found);
    if (e == EXACT_GAVE_UP)
        return false;
    v->optimal = fits || (e == EXACT_FOUND && !g->old);
    if (e == EXACT_NONE) {
        v->reason = fits ? v->reason : t->none;
        return true;
    }
    memcpy(s->grid, s->list, (size_t)g->n * sizeof *s->grid);
    s->k = found;
    part_count(s);
    part_remember(s);
    return true;
}

/* Is there any at all? Told by what hangs on single units, and by the forms of single grids. */
static void look_for_proof(PartState *s, const PartTask *t, PartVerdict *v) {
    part_recall(s);
    switch (part_prove(s, t->least == t->most ? s->best_k : 0, s->g->n <= EXACT_UNITS_MAX)) {
    case EXACT_NONE: v->reason = t->none; break;
    case EXACT_FOUND:
        s->work = (int64_t)(s->g->n + s->g->first[s->g->n] - s->g->first[0]) * WORK_PER_SWEEP * SETTLE_SWEEPS;
        part_remember(s);
        part_settle(s);
        part_remember(s);
        break;
    case EXACT_GAVE_UP: break;
    }
}

PartVerdict part_solve(PartState *s, const PartTask *t) {
    PartVerdict v = { .reason = t->reason };

    s->best_out = -1;
    s->is_plain = s->g->dims == 0 && !s->g->old;
    s->price = s->g->household * 10 + 1;
    if (t->wanted == 1) {
        memset(s->grid, 0, (size_t)s->g->n * sizeof *s->grid);
        s->k = 1;
        part_count(s);
        part_remember(s);
        v.optimal = s->best_out == 0;
    } else
        run(s, t->wanted, t->sweeps);
    if (t->reason == PARTITION_KEEPS) {
        v.reason = PARTITION_NONE_FOUND;
        bool known = (t->wanted == 1 && s->best_out == 0) || look_exactly(s, t, &v);
        if (!known && s->best_out > 0)
            look_for_proof(s, t, &v);
        /* a proof or not: the fewer households outside the better */
        for (int32_t i = 0; i < TIMES_MORE && may_run(s); i++) {
            run_other_numbers(s, t);
            if (may_run(s))
                run(s, t->wanted, few_sweeps(t));
        }
    }
    part_recall(s);
    v.k = s->k;
    return v;
}
