/* audit – see audit.h. A layer goes through: validity (repair.h), shared
 * vertices (vertices.h), overlaps (index_overlaps names the pairs, GEOS measures
 * them), gaps (what the union leaves free inside). Then a level against the one above it. */
#include "audit.h"

#include "index.h"
#include "vertices.h"
#include <stdio.h>
#include <string.h>

typedef struct Run {
    Audit *audit;
    AuditRules rules;
    Fault *f;
} Run;

static AuditRules with_defaults(const AuditRules *given) {
    AuditRules rules = given ? *given : (AuditRules){ 0 };
    rules.sliver_m2 = rules.sliver_m2 > 0 ? rules.sliver_m2 : AUDIT_SLIVER_M2;
    rules.reach = rules.reach > 0 ? rules.reach : 1;
    rules.findings_max = rules.findings_max > 0 ? rules.findings_max : AUDIT_FINDINGS_MAX;
    return rules;
}

static Err not_cancelled(const Run *run) {
    if (run->rules.cancel && *run->rules.cancel)
        return fault(run->f, ERR_BUSY, "cancelled", "", "检查已取消。", "The check was cancelled.");
    return OK;
}

/* Lists a finding while there is room; the list doubles. */
static Err note(Run *run, Finding finding) {
    Audit *audit = run->audit;
    int32_t n = audit->n_findings;

    if (n >= run->rules.findings_max)
        return OK;
    if (n == 0 || (n >= 16 && (n & (n - 1)) == 0)) {
        Finding *more = mem_grow(audit->findings, (size_t)(n ? n * 2 : 16) * sizeof *more);
        if (!more)
            return fault_memory(run->f);
        audit->findings = more;
    }
    audit->findings[audit->n_findings++] = finding;
    return OK;
}

void audit_free(Audit *audit) {
    for (int32_t i = 0; audit->shapes && i < audit->n; i++)
        shape_free(&audit->shapes[i]);
    mem_free(audit->shapes);
    mem_free(audit->findings);
    *audit = (Audit){ 0 };
}

/* ---- validity ----------------------------------------------------------- */

/* Makes shape `a` valid in place, or empty where that cannot be. */
static Err make_valid(Run *run, int32_t a) {
    Finding found = { .kind = FINDING_REPAIRED, .a = a, .b = -1 };
    Shape *s = &run->audit->shapes[a], repaired;
    bool valid = true;

    if (s->n_polys == 0)
        return OK;
    TRY(shape_valid(s, &valid, &found.at, found.why, run->f));
    if (valid)
        return OK;
    double before = 0;
    Err err = shape_ground_m2(s, &before, run->f);
    if (err == OK)
        err = shape_repair(s, NULL, &repaired, run->f);
    if (err == ERR_NO_MEMORY)
        return err;
    if (err != OK) {
        found.kind = FINDING_HOPELESS;
        found.m2 = before;
        run->audit->hopeless++;
        shape_free(s);
        return note(run, found);
    }
    found.m2 = shape_area_m2(&repaired) - before;
    run->audit->repaired++;
    shape_free(s);
    *s = repaired;
    return note(run, found);
}

static Err copy_and_repair(Run *run, const Shape *shapes, int32_t n) {
    Audit *audit = run->audit;

    audit->shapes = mem_alloc((size_t)n * sizeof *audit->shapes);
    if (!audit->shapes)
        return fault_memory(run->f);
    memset(audit->shapes, 0, (size_t)n * sizeof *audit->shapes);
    audit->n = n;
    for (int32_t i = 0; i < n; i++) {
        TRY(not_cancelled(run));
        TRY(shape_copy(NULL, &shapes[i], &audit->shapes[i], run->f));
        TRY(make_valid(run, i));
    }
    return OK;
}

/* An edge that is bent by a vertex may cross another one of a very thin shape:
 * what was changed is looked at again. */
static Err share_vertices(Run *run) {
    Audit *audit = run->audit;
    int64_t *counts = mem_alloc((size_t)audit->n * sizeof *counts);

    if (!counts)
        return fault_memory(run->f);
    memset(counts, 0, (size_t)audit->n * sizeof *counts);
    Err err = vertices_share(audit->shapes, audit->n, run->rules.reach, counts, run->f);
    for (int32_t i = 0; i < audit->n && err == OK; i++) {
        if (counts[i] == 0)
            continue;
        audit->vertices += counts[i];
        err = note(run, (Finding){ .kind = FINDING_VERTICES,
                                   .a = i,
                                   .b = -1,
                                   .count = counts[i],
                                   .at = audit->shapes[i].points[0] });
        if (err == OK)
            err = make_valid(run, i);
    }
    mem_free(counts);
    return err;
}

/* ---- overlaps and gaps -------------------------------------------------- */

static Err index_shapes(const Shape *shapes, int32_t n, AreaIndex **ret, Fault *f) {
    IndexArea *areas = mem_alloc((size_t)n * sizeof *areas);

    if (!areas)
        return fault_memory(f);
    for (int32_t i = 0; i < n; i++)
        areas[i] = (IndexArea){ &shapes[i], i, str("") };
    Err err = index_build(areas, n, ret, f);
    mem_free(areas);
    return err;
}

static Err measure_pairs(Run *run, const AreaPair *pairs, int64_t n) {
    Audit *audit = run->audit;
    Cutter *cutter = NULL;
    Err err = cutter_begin(audit->shapes, audit->n, &cutter, run->f);

    for (int64_t i = 0; i < n && err == OK; i++) {
        Finding found = { .kind = FINDING_OVERLAP, .a = pairs[i].a, .b = pairs[i].b };
        CutterOverlap overlap = { 0 };
        err = not_cancelled(run);
        if (err == OK)
            err = cutter_overlap(cutter, found.a, &audit->shapes[found.b], &overlap, run->f);
        if (err != OK || overlap.common_m2 < run->rules.sliver_m2)
            continue;
        found.m2 = overlap.common_m2;
        found.at = overlap.at;
        audit->overlaps++;
        audit->overlap_m2 += found.m2;
        err = note(run, found);
    }
    cutter_end(cutter);
    return err;
}

static Err find_overlaps(Run *run, const AreaIndex *ix, bool *ret_clean) {
    AreaPair *pairs = NULL;
    int64_t n = 0;

    TRY(index_overlaps(ix, &pairs, &n, run->f));
    Err err = n ? measure_pairs(run, pairs, n) : OK;
    mem_free(pairs);
    *ret_clean = n == 0;
    return err;
}

/* One polygon of a shape as a shape of its own. */
static Err take_polygon(const Shape *s, int32_t k, Shape *ret, Fault *f) {
    ShapeDraft draft;
    int32_t dropped;

    draft_begin(&draft);
    draft_polygon(&draft);
    for (int32_t r = s->poly_at[k]; r < s->poly_at[k + 1]; r++) {
        draft_ring(&draft);
        for (int32_t i = s->ring_at[r]; i < s->ring_at[r + 1]; i++)
            draft_point(&draft, s->points[i]);
    }
    return draft_end(&draft, NULL, ret, &dropped, f);
}

static Err frame_of(Box box, Shape *ret, Fault *f) {
    ShapeDraft draft;
    int32_t dropped;

    draft_begin(&draft);
    draft_polygon(&draft);
    draft_ring(&draft);
    draft_point(&draft, (Point){ box.west, box.south });
    draft_point(&draft, (Point){ box.east, box.south });
    draft_point(&draft, (Point){ box.east, box.north });
    draft_point(&draft, (Point){ box.west, box.north });
    return draft_end(&draft, NULL, ret, &dropped, f);
}

/* Two areas beside the gap: those that have its vertices. */
static void gap_neighbours(const AreaIndex *ix, const Shape *gap, int32_t *ret_a, int32_t *ret_b) {
    AreaNear near[2];

    *ret_a = *ret_b = -1;
    for (int32_t i = 0; i < gap->n_points && i < 100 && *ret_b < 0; i++) {
        int32_t n = index_near(ix, gap->points[i], 0.05, near, 2);
        for (int32_t k = 0; k < n; k++)
            if (*ret_a < 0)
                *ret_a = near[k].area;
            else if (near[k].area != *ret_a && *ret_b < 0)
                *ret_b = near[k].area;
    }
    if (*ret_b >= 0 && *ret_b < *ret_a) {
        int32_t swap = *ret_a;
        *ret_a = *ret_b;
        *ret_b = swap;
    }
}

static Err judge_gap(Run *run, const AreaIndex *ix, const Shape *free_ground, int32_t k) {
    Finding found = { .kind = FINDING_GAP };
    Shape gap;

    TRY(take_polygon(free_ground, k, &gap, run->f));
    found.m2 = shape_area_m2(&gap);
    Err err = OK;
    if (found.m2 >= run->rules.sliver_m2) {
        shape_label(&gap, &found.at);
        gap_neighbours(ix, &gap, &found.a, &found.b);
        run->audit->gaps++;
        run->audit->gap_m2 += found.m2;
        err = note(run, found);
    }
    shape_free(&gap);
    return err;
}

/* A clean tiling is joined by dropping what it has twice; should GEOS find that
 * it is none, the slow way is always right. */
static Err join_all(Run *run, bool clean, Shape *ret) {
    Audit *audit = run->audit;
    const Shape **list = mem_alloc((size_t)audit->n * sizeof *list);

    if (!list)
        return fault_memory(run->f);
    for (int32_t i = 0; i < audit->n; i++)
        list[i] = &audit->shapes[i];
    Err err = clean ? shape_union(list, audit->n, true, NULL, ret, run->f) : ERR_INVALID;
    if (err == ERR_INVALID)
        err = shape_union(list, audit->n, false, NULL, ret, run->f);
    mem_free(list);
    return err;
}

/* What is left of a frame around the layer, in pieces: the one that reaches the
 * frame is the outside, the others are gaps. So a sliver that runs from one end
 * of the layer to the other is a gap too, where holes of the union would not
 * show it, and areas that stand free in a gap are no part of it. */
static Err find_gaps(Run *run, const AreaIndex *ix, bool clean) {
    Shape whole = { 0 }, frame = { 0 }, free_ground = { 0 };
    Box box = box_wider(index_box(ix), 1000, 1000);

    if (box.west >= box.east)
        return OK;
    Err err = join_all(run, clean, &whole);
    if (err == OK)
        err = frame_of(box, &frame, run->f);
    if (err == OK)
        err = shape_difference(&frame, &whole, NULL, &free_ground, run->f);
    for (int32_t k = 0; err == OK && k < free_ground.n_polys; k++) {
        Box reach = BOX_NONE;
        for (int32_t i = free_ground.ring_at[free_ground.poly_at[k]];
             i < free_ground.ring_at[free_ground.poly_at[k] + 1]; i++)
            box_grow(&reach, free_ground.points[i]);
        if (reach.west == box.west || reach.east == box.east || reach.south == box.south ||
            reach.north == box.north)
            continue;
        err = not_cancelled(run);
        if (err == OK)
            err = judge_gap(run, ix, &free_ground, k);
    }
    shape_free(&free_ground);
    shape_free(&frame);
    shape_free(&whole);
    return err;
}

static Err audit_all(Run *run, const Shape *shapes, int32_t n) {
    AreaIndex *ix = NULL;
    bool clean = false;

    TRY(copy_and_repair(run, shapes, n));
    TRY(share_vertices(run));
    TRY(index_shapes(run->audit->shapes, n, &ix, run->f));
    Err err = find_overlaps(run, ix, &clean);
    if (err == OK)
        err = find_gaps(run, ix, clean);
    index_free(ix);
    return err;
}

Err audit_layer(const Shape *shapes, int32_t n, const AuditRules *rules, Audit *ret, Fault *f) {
    Audit audit = { 0 };
    Run run = { &audit, with_defaults(rules), f };
    Err err = audit_all(&run, shapes, n);

    if (err == OK)
        *ret = audit;
    else
        audit_free(&audit);
    return err;
}

/* ---- a level and the one above ------------------------------------------ */

typedef struct Parents {
    const Shape *shapes;
    Box *boxes;
    int32_t n;
    AreaIndex *ix;
    Cutter *cutter;
} Parents;

/* The parent with most of the child's ground, the next, and how much lies outside the
 * first. */
static Err measure_parents(Run *run, Parents *p, const Shape *child, Finding *found) {
    double whole = shape_area_m2(child), most = 0, next = 0;
    Box box = shape_box(child);

    found->b = found->c = -1;
    found->m2 = whole;
    for (int32_t k = 0; k < p->n; k++) {
        CutterOverlap overlap = { 0 };
        if (!box_meet(box, p->boxes[k]))
            continue;
        TRY(cutter_overlap(p->cutter, k, child, &overlap, run->f));
        if (overlap.common_m2 > most) {
            next = most;
            found->c = found->b;
            most = overlap.common_m2;
            found->m2 = overlap.rest_m2;
            found->b = k;
        } else if (overlap.common_m2 > next) {
            next = overlap.common_m2;
            found->c = k;
        }
    }
    found->share_b = whole > 0 ? most / whole : 0;
    found->share_c = whole > 0 ? next / whole : 0;
    return OK;
}

/* Most children lie within the parent that holds their label point: that is one
 * cheap question. Only the others are cut with every parent they may meet. */
static Err find_parent(Run *run, Parents *p, const Shape *child, int32_t at, int32_t *ret_parent) {
    Finding found = { .kind = FINDING_OUTSIDE, .a = at };
    bool covered = false;

    *ret_parent = -1;
    if (child->n_polys == 0)
        return OK;
    shape_label(child, &found.at);
    int32_t likely = index_find(p->ix, found.at);
    if (likely >= 0)
        TRY(cutter_covers(p->cutter, likely, child, &covered, run->f));
    if (covered) {
        *ret_parent = likely;
        return OK;
    }
    TRY(measure_parents(run, p, child, &found));
    *ret_parent = found.b;
    if (found.m2 < run->rules.sliver_m2)
        return OK;
    run->audit->outside++;
    run->audit->outside_m2 += found.m2;
    return note(run, found);
}

Err audit_parents(const Shape *children, int32_t n_children, const Shape *parents, int32_t n_parents,
                  const AuditRules *rules, int32_t *ret_parents, Audit *ret, Fault *f) {
    Audit audit = { 0 };
    Run run = { &audit, with_defaults(rules), f };
    Parents p = { parents, mem_alloc((size_t)n_parents * sizeof(Box)), n_parents, NULL, NULL };
    Err err = p.boxes ? index_shapes(parents, n_parents, &p.ix, f) : fault_memory(f);

    for (int32_t k = 0; k < n_parents && err == OK; k++)
        p.boxes[k] = shape_box(&parents[k]);
    if (err == OK)
        err = cutter_begin(parents, n_parents, &p.cutter, f);
    for (int32_t i = 0; i < n_children && err == OK; i++) {
        err = not_cancelled(&run);
        if (err == OK)
            err = find_parent(&run, &p, &children[i], i, &ret_parents[i]);
    }
    cutter_end(p.cutter);
    index_free(p.ix);
    mem_free(p.boxes);
    if (err == OK)
        *ret = audit;
    else
        audit_free(&audit);
    return err;
}
