/* areas_adopt – a level that comes above areas which stand already: each of these that
 * has nothing of that level above it is hung under one of the new areas, by a table of
 * codes or by the ground, with all that stands on it. In the governing layer the new
 * area then is the union of what lies in it, and the border it was drawn with is kept
 * in a layer of its own. */
#include "areas_plan.h"

/* Stands beneath the new level with nothing of that level above it. */
static bool to_be_hung(const AreasPlan *p, const KnownArea *k) {
    return k->level > p->how->level && (k->parent < 0 || p->known.areas[k->parent].level < p->how->level);
}

static Err note_known(AreasPlan *p, const KnownArea *k, AreaNote note, AreaNoteKind kind, Fault *f) {
    note.kind = kind;
    note.code = k->code;
    return areas_note(p->report, &note, f);
}

/* ---- by a table ------------------------------------------------------------------ */

static Err take_pair(AreasPlan *p, void *ctx, int64_t row, const Str words[3], Fault *f) {
    int32_t child = words_find(&p->known.codes, words[0]), to = words_find(&p->codes, words[1]);

    (void)ctx;
    if (child < 0 || !to_be_hung(p, &p->known.areas[child]))
        return areas_note(
            p->report, &(AreaNote){ .kind = NOTE_ROW, .code = words[0], .other = words[1], .count = row }, f);
    KnownArea *k = &p->known.areas[child];
    if (to < 0)
        return note_known(p, k, (AreaNote){ .other = words[1], .count = row }, NOTE_PARENT, f);
    if (k->into >= 0 && k->into != to)
        return fault(f, ERR_INVALID, "areas_table", "adopt", "上级表第 %lld 行：“%.60s”前面已归入“%.60s”。",
                     "Row %lld of the table of parents: “%.60s” goes to “%.60s” already.", (long long)row,
                     words[0].p, p->rows[k->into].code.p);
    k->into = to;
    return OK;
}

/* ---- by the ground --------------------------------------------------------------- */

typedef struct Ground {
    Shape *children, *parents; /* borrowed */
    int32_t *known, *rows, *found;
    int32_t n, n_parents;
} Ground;

static void gather(const AreasPlan *p, Ground *g) {
    for (int32_t i = 0; i < p->known.n; i++) {
        const KnownArea *k = &p->known.areas[i];
        if (!to_be_hung(p, k) || k->shape.n_polys == 0)
            continue;
        g->known[g->n] = i;
        g->children[g->n++] = k->shape;
    }
    for (int32_t i = 0; i < p->n_features; i++)
        if (p->rows[i].shape.n_polys) {
            g->rows[g->n_parents] = i;
            g->parents[g->n_parents++] = p->rows[i].shape;
        }
}

static Err note_outside(AreasPlan *p, const Ground *g, const Finding *found, Fault *f) {
    const KnownArea *k = &p->known.areas[g->known[found->a]];
    AreaNote note = { .m2 = found->m2, .placed = true, .lon = found->at.lon, .lat = found->at.lat };

    if (found->b < 0)
        return OK; /* it stays where it is, and is told as an orphan */
    note.other = p->rows[g->rows[found->b]].code;
    TRY(note_known(p, k, note, NOTE_NEST, f));
    if (found->c < 0 || found->share_c < AREA_ASTRIDE_LEAST)
        return OK;
    note.third = p->rows[g->rows[found->c]].code;
    note.share = found->share_b;
    note.share_third = found->share_c;
    note.m2 = 0;
    return note_known(p, k, note, NOTE_ASTRIDE, f);
}

static Err hang_by_ground(AreasPlan *p, Ground *g, Fault *f) {
    AuditRules rules = { .findings_max = AREA_NOTES_MAX };
    Audit audit = { 0 };
    Err e = OK;

    gather(p, g);
    TRY(audit_parents(g->children, g->n, g->parents, g->n_parents, &rules, g->found, &audit, f));
    for (int32_t i = 0; i < g->n; i++)
        if (g->found[i] >= 0)
            p->known.areas[g->known[i]].into = g->rows[g->found[i]];
    for (int32_t i = 0; e == OK && i < audit.n_findings; i++)
        e = note_outside(p, g, &audit.findings[i], f);
    audit_free(&audit);
    return e;
}

static Err by_ground(AreasPlan *p, Fault *f) {
    size_t n = (size_t)p->n_features + 1, k = (size_t)p->known.n + 1;
    Ground g = { .children = mem_alloc(k * sizeof *g.children),
                 .parents = mem_alloc(n * sizeof *g.parents),
                 .known = mem_alloc(k * sizeof *g.known),
                 .rows = mem_alloc(n * sizeof *g.rows),
                 .found = mem_alloc(k * sizeof *g.found) };
    Err e =
        g.children && g.parents && g.known && g.rows && g.found ? hang_by_ground(p, &g, f) : fault_memory(f);

    mem_free(g.children);
    mem_free(g.parents);
    mem_free(g.known);
    mem_free(g.rows);
    mem_free(g.found);
    return e;
}

/* ---- what the new areas are then --------------------------------------------------- */

/* The sum of what is hung under row i, where no number came with it. */
static Err add_households(AreasPlan *p, int32_t i, Fault *f) {
    AreaRow *row = &p->rows[i];
    int64_t sum = -1;

    for (int32_t k = 0; k < p->known.n; k++)
        if (p->known.areas[k].into == i && p->known.areas[k].households >= 0)
            sum = (sum < 0 ? 0 : sum) + p->known.areas[k].households;
    if (sum > AREA_HOUSEHOLDS_MAX)
        return fault(f, ERR_INVALID, "areas_households", "", "“%.60s”的户数合计超过 1000 万。",
                     "The households of “%.60s” come to more than 10 million.", row->code.p);
    if (row->households < 0)
        row->households = (int32_t)sum;
    return OK;
}

static Err unite(AreasPlan *p, int32_t i, const Shape **list, Fault *f) {
    AreaRow *row = &p->rows[i];
    Shape whole = { 0 };
    int32_t n = 0;

    for (int32_t k = 0; k < p->known.n; k++)
        if (p->known.areas[k].into == i && p->known.areas[k].shape.n_polys)
            list[n++] = &p->known.areas[k].shape;
    if (n == 0)
        return OK;
    TRY(shape_union(list, n, false, NULL, &whole, f));
    row->own = row->shape; /* empty, if it came without one */
    row->shape = whole;
    return row->own.n_polys ? areas_mismatch(p, row->code, row->name, &row->own, &row->shape, f) : OK;
}

static Err settle(AreasPlan *p, Fault *f) {
    const Shape **list = mem_alloc(((size_t)p->known.n + 1) * sizeof *list);
    Err e = list ? OK : fault_memory(f);

    for (int32_t i = 0; e == OK && i < p->n_features; i++) {
        e = add_households(p, i, f);
        if (e == OK && p->known.layer.governing)
            e = unite(p, i, list, f);
    }
    mem_free(list);
    return e;
}

Err areas_adopt(AreasPlan *p, Fault *f) {
    const AreasOptions *how = p->how;
    const Str columns[3] = { how->adopt_columns[0], how->adopt_columns[1] };

    if (!how->adopt)
        return OK;
    TRY(how->adopt_table.n ? areas_table(p, how->adopt_table, columns, take_pair, NULL, f) : by_ground(p, f));
    for (int32_t i = 0; i < p->known.n; i++)
        if (to_be_hung(p, &p->known.areas[i]) && p->known.areas[i].into < 0)
            TRY(note_known(p, &p->known.areas[i], (AreaNote){ 0 }, NOTE_ORPHAN, f));
    return settle(p, f);
}
