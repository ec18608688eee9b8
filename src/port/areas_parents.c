/* areas_parents – under which area of the layer each row stands that has no parent
 * among the rows: by a code that the file or a table names, one for all, or the
 * area of the next level above that covers most of it. */
#include "areas_plan.h"

#include <string.h>

/* ---- named parents ------------------------------------------------------- */

static Err take_parent(AreasPlan *p, void *ctx, int64_t row, const Str words[3], Fault *f) {
    int32_t at = words_find(&p->codes, words[0]);

    (void)ctx;
    if (at < 0)
        return areas_note(
            p->report, &(AreaNote){ .kind = NOTE_ROW, .code = words[0], .other = words[1], .count = row }, f);
    AreaRow *child = &p->rows[at];
    if (child->parent_code.n && !str_same(child->parent_code, words[1]))
        return fault(f, ERR_INVALID, "areas_table", "", "上级表第 %lld 行：“%.60s”已有上级“%.60s”。",
                     "Row %lld of the table of parents: “%.60s” has the parent “%.60s” already.",
                     (long long)row, words[0].p, child->parent_code.p);
    child->parent_code = words[1];
    return OK;
}

/* Do the parents that the rows name lead from row i back to it? No chain without a
 * cycle has more steps than there are rows. */
static bool leads_back(const AreasPlan *p, int32_t i) {
    int32_t at = i;

    for (int32_t steps = 0; steps <= p->n; steps++) {
        at = words_find(&p->codes, p->rows[at].parent_code);
        if (at < 0 || at == i)
            return at == i;
    }
    return false;
}

static Err name_parent(AreasPlan *p, int32_t i, Fault *f) {
    AreaRow *row = &p->rows[i];

    if (row->parent_code.n == 0)
        return areas_row_note(p, i, NOTE_ORPHAN, (AreaNote){ 0 }, f);
    row->above = words_find(&p->known.codes, row->parent_code);
    if (row->above >= 0 && p->known.areas[row->above].level < row->level)
        return OK;
    row->above = -1;
    return areas_row_note(p, i, leads_back(p, i) ? NOTE_CYCLE : NOTE_PARENT,
                          (AreaNote){ .other = row->parent_code }, f);
}

/* ---- by the ground ------------------------------------------------------- */

typedef struct Level {
    AreaLevel of, above;
    Shape *children, *parents; /* borrowed shapes, copied as structs */
    int32_t *rows, *known, *found;
    int32_t n, n_parents;
} Level;

/* Rows of this level that have no parent yet, or, where parents are named, those
 * that name one of the level above. */
static void gather(const AreasPlan *p, Level *l, bool named) {
    l->n = l->n_parents = 0;
    for (int32_t i = 0; i < p->n; i++) {
        const AreaRow *row = &p->rows[i];
        bool mine = named ? row->above >= 0 && p->known.areas[row->above].level == l->above : row->above < 0;
        if (row->parent < 0 && row->level == l->of && row->shape.n_polys && mine) {
            l->children[l->n] = row->shape;
            l->rows[l->n++] = i;
        }
    }
    for (int32_t i = 0; i < p->known.n; i++)
        if (p->known.areas[i].level == l->above && p->known.areas[i].shape.n_polys) {
            l->parents[l->n_parents] = p->known.areas[i].shape;
            l->known[l->n_parents++] = i;
        }
}

static Err note_outside(AreasPlan *p, const Level *l, const Finding *found, Fault *f) {
    AreaNote note = { .m2 = found->m2, .placed = true, .lon = found->at.lon, .lat = found->at.lat };

    if (found->b < 0)
        return OK; /* nothing of it lies in this level */
    note.other = p->known.areas[l->known[found->b]].code;
    TRY(areas_row_note(p, l->rows[found->a], NOTE_NEST, note, f));
    if (found->c < 0 || found->share_c < AREA_ASTRIDE_LEAST)
        return OK;
    note.third = p->known.areas[l->known[found->c]].code;
    note.share = found->share_b;
    note.share_third = found->share_c;
    note.m2 = 0;
    return areas_row_note(p, l->rows[found->a], NOTE_ASTRIDE, note, f);
}

/* A parent that was named is only compared with where the area lies. */
static Err settle(AreasPlan *p, const Level *l, int32_t i, bool named, Fault *f) {
    AreaRow *row = &p->rows[l->rows[i]];
    int32_t most = l->found[i] < 0 ? -1 : l->known[l->found[i]];
    Point label;

    if (!named)
        row->above = most;
    if (most == row->above)
        return OK;
    AreaNote note = { .other = p->known.areas[row->above].code,
                      .m2 = shape_area_m2(&row->shape),
                      .placed = shape_label(&row->shape, &label) };
    note.lon = label.lon;
    note.lat = label.lat;
    return areas_row_note(p, l->rows[i], NOTE_NEST, note, f);
}

static Err judge_level(AreasPlan *p, Level *l, bool named, Fault *f) {
    Audit audit = { 0 };
    AuditRules rules = { .findings_max = AREA_NOTES_MAX };

    gather(p, l, named);
    if (l->n == 0 || l->n_parents == 0)
        return OK;
    TRY(audit_parents(l->children, l->n, l->parents, l->n_parents, &rules, l->found, &audit, f));
    Err e = OK;
    for (int32_t i = 0; e == OK && i < audit.n_findings; i++)
        e = note_outside(p, l, &audit.findings[i], f);
    for (int32_t i = 0; e == OK && i < l->n; i++)
        e = settle(p, l, i, named, f);
    audit_free(&audit);
    return e;
}

/* The next level above is asked first; what lies outside of all its areas, the one
 * above that. */
static Err judge_levels(AreasPlan *p, Level *l, bool named, Fault *f) {
    for (int of = LEVEL_SUBDISTRICT; of <= LEVEL_BUILDINGS; of++)
        for (int above = of - 1; above >= LEVEL_DISTRICT; above--) {
            l->of = (AreaLevel)of;
            l->above = (AreaLevel)above;
            TRY(judge_level(p, l, named, f));
        }
    return OK;
}

static Err by_ground(AreasPlan *p, bool named, Fault *f) {
    size_t n = (size_t)p->n, k = (size_t)p->known.n;
    Level l = { .children = mem_alloc(n * sizeof *l.children),
                .parents = mem_alloc(k * sizeof *l.parents),
                .rows = mem_alloc(n * sizeof *l.rows),
                .known = mem_alloc(k * sizeof *l.known),
                .found = mem_alloc(n * sizeof *l.found) };
    Err e = l.children && l.parents && l.rows && l.known && l.found ? judge_levels(p, &l, named, f)
                                                                    : fault_memory(f);
    mem_free(l.children);
    mem_free(l.parents);
    mem_free(l.rows);
    mem_free(l.known);
    mem_free(l.found);
    return e;
}

/* An area at the top is an orphan where the layer has a level above it. */
static Err note_orphans(AreasPlan *p, Fault *f) {
    int top = LEVEL_BUILDINGS + 1;

    for (int32_t i = 0; i < p->known.n; i++)
        top = (int)p->known.areas[i].level < top ? (int)p->known.areas[i].level : top;
    for (int32_t i = 0; i < p->n; i++)
        if (p->rows[i].parent < 0 && p->rows[i].above < 0 && (int)p->rows[i].level > top)
            TRY(areas_row_note(p, i, NOTE_ORPHAN, (AreaNote){ 0 }, f));
    return OK;
}

static Err under_one(AreasPlan *p, Fault *f) {
    Str code = p->how->under;
    int32_t at = words_find(&p->known.codes, code);

    if (at < 0)
        return fault(f, ERR_NOT_FOUND, "area_unknown", "under", "图层中没有代码为“%.*s”的网格。",
                     "The layer has no area with the code “%.*s”.", (int)(code.n < 60 ? code.n : 60), code.p);
    for (int32_t i = 0; i < p->n; i++)
        if (p->rows[i].parent < 0) {
            p->rows[i].above = at;
            if (p->rows[i].level <= p->known.areas[at].level)
                return fault(f, ERR_INVALID, "area_parent", "under", "“%.*s”的层级不高于要导入的网格。",
                             "“%.*s” is of no higher level than the areas to be imported.",
                             (int)(code.n < 60 ? code.n : 60), code.p);
        }
    return OK;
}

Err areas_parents(AreasPlan *p, Fault *f) {
    const AreasOptions *how = p->how;
    const Str columns[3] = { how->parents_columns[0], how->parents_columns[1] };

    if (how->parents.n)
        TRY(areas_table(p, how->parents, columns, take_parent, NULL, f));
    if (how->under.n && !p->named)
        TRY(under_one(p, f));
    for (int32_t i = 0; p->named && i < p->n; i++)
        if (p->rows[i].parent < 0)
            TRY(name_parent(p, i, f));
    TRY(by_ground(p, p->named || how->under.n, f));
    return p->named || how->under.n ? OK : note_orphans(p, f);
}
