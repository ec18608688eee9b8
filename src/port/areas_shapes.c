/* areas_shapes – the audit of the rows' shapes, together with the areas of the same
 * level that the layer has: they are neighbours, too, and get the vertices that
 * they lack. */
#include "areas_plan.h"

#include "index.h"

#include <stdio.h>
#include <string.h>

typedef struct Level {
    Shape *shapes;  /* the rows, then the neighbours; borrowed */
    int32_t *known; /* of a neighbour, its place among the known */
    int32_t n;
} Level;

static void gather(const AreasPlan *p, Level *l) {
    for (int32_t i = 0; i < p->n; i++)
        l->shapes[l->n++] = p->rows[i].shape;
    for (int32_t i = 0; i < p->known.n; i++)
        if (p->known.areas[i].level == p->how->level && p->known.areas[i].shape.n_polys &&
            words_find(&p->codes, p->known.areas[i].code) < 0) { /* else it is the same one again */
            l->known[l->n - p->n] = i;
            l->shapes[l->n++] = p->known.areas[i].shape;
        }
}

static Str code_of(const AreasPlan *p, const Level *l, int32_t at) {
    if (at < 0)
        return (Str){ "", 0 };
    return at < p->n ? p->rows[at].code : p->known.areas[l->known[at - p->n]].code;
}

/* What neighbours have among themselves was said when they came. */
static bool is_news(const AreasPlan *p, const Finding *found) {
    if (found->kind != FINDING_OVERLAP && found->kind != FINDING_GAP)
        return true;
    return found->a < p->n || (found->b >= 0 && found->b < p->n);
}

static Err note_finding(AreasPlan *p, const Level *l, const Finding *found, Fault *f) {
    static const AreaNoteKind kinds[] = {
        [FINDING_REPAIRED] = NOTE_REPAIRED, [FINDING_HOPELESS] = NOTE_HOPELESS,
        [FINDING_VERTICES] = NOTE_VERTICES, [FINDING_OVERLAP] = NOTE_OVERLAP,
        [FINDING_GAP] = NOTE_GAP,           [FINDING_OUTSIDE] = NOTE_NEST,
    };
    const AreaRow *row = found->a >= 0 && found->a < p->n ? &p->rows[found->a] : NULL;
    AreaNote note = { .kind = kinds[found->kind],
                      .feature = row ? row->feature : 0,
                      .line = row ? row->line : 0,
                      .code = code_of(p, l, found->a),
                      .other = code_of(p, l, found->b),
                      .m2 = found->m2,
                      .count = found->count,
                      .placed = true,
                      .lon = found->at.lon,
                      .lat = found->at.lat };

    if (!is_news(p, found))
        return OK;
    if (found->kind == FINDING_VERTICES && found->a >= p->n)
        p->known.areas[l->known[found->a - p->n]].changed = true;
    snprintf(note.why, sizeof note.why, "%s", found->why);
    return areas_note(p->report, &note, f);
}

/* The audited shapes take the place of those that were read. */
static void take_shapes(AreasPlan *p, const Level *l, Audit *audit) {
    for (int32_t i = 0; i < l->n; i++) {
        Shape *to = i < p->n ? &p->rows[i].shape : &p->known.areas[l->known[i - p->n]].shape;
        shape_free(to);
        *to = audit->shapes[i];
        audit->shapes[i] = (Shape){ 0 };
    }
}

static Err judge(AreasPlan *p, Level *l, Fault *f) {
    AuditRules rules = { .findings_max = AREA_NOTES_MAX };
    Audit audit = { 0 };
    Err e = OK;

    gather(p, l);
    TRY(audit_layer(l->shapes, l->n, &rules, &audit, f));
    for (int32_t i = 0; e == OK && i < audit.n_findings; i++)
        e = note_finding(p, l, &audit.findings[i], f);
    take_shapes(p, l, &audit);
    audit_free(&audit);
    return e;
}

static Err note_rings(AreasPlan *p, Fault *f) {
    for (int32_t i = 0; i < p->n; i++) {
        if (p->rows[i].dropped_rings)
            TRY(areas_row_note(p, i, NOTE_RINGS, (AreaNote){ .count = p->rows[i].dropped_rings }, f));
    }
    return OK;
}

/* ---- the governing layer: an upper area is what lies in it ---------------- */

static Err count_covered(AreasPlan *p, const AreaIndex *ix, int64_t *counts, Fault *f) {
    for (int32_t i = 0; i < p->known.n; i++) {
        const KnownArea *k = &p->known.areas[i];
        Point at;
        if (k->level <= p->how->level || !shape_label(&k->shape, &at))
            continue;
        int32_t in = index_find(ix, at);
        if (in >= 0)
            counts[in]++;
    }
    for (int32_t i = 0; i < p->n; i++)
        if (counts[i])
            TRY(areas_row_note(p, i, NOTE_COVERED, (AreaNote){ .count = counts[i] }, f));
    return OK;
}

static Err judge_covered(AreasPlan *p, Fault *f) {
    size_t n = (size_t)p->n;
    IndexArea *list = mem_alloc(n * sizeof *list);
    int64_t *counts = mem_alloc(n * sizeof *counts);
    AreaIndex *ix = NULL;
    Err e = list && counts ? OK : fault_memory(f);

    for (int32_t i = 0; e == OK && i < p->n; i++) {
        list[i] = (IndexArea){ &p->rows[i].shape, i, p->rows[i].code };
        counts[i] = 0;
    }
    e = e == OK ? index_build(list, p->n, &ix, f) : e;
    e = e == OK ? count_covered(p, ix, counts, f) : e;
    index_free(ix);
    mem_free(counts);
    mem_free(list);
    return e;
}

Err areas_shapes(AreasPlan *p, Fault *f) {
    size_t room = (size_t)p->n + (size_t)p->known.n;
    Level l = { mem_alloc(room * sizeof *l.shapes), mem_alloc(room * sizeof *l.known), 0 };
    Err e = l.shapes && l.known ? judge(p, &l, f) : fault_memory(f);

    mem_free(l.shapes);
    mem_free(l.known);
    TRY(e);
    TRY(note_rings(p, f));
    return p->known.there && p->known.layer.governing && !p->how->adopt ? judge_covered(p, f) : OK;
}
