/* areas_lift – in the governing layer an upper area is the union of what lies in
 * it. Where areas came to lie in one, its shape is made anew, and so is what lies
 * above it; the shape that it was drawn with is kept in a layer of its own, and how
 * far the two differ is said. Also: the same comparison with another layer. */
#include "areas_plan.h"

/* Ground that only one of them covers. */
static Err mismatch(const Shape *a, const Shape *b, double *ret_m2, Fault *f) {
    Shape only_a = { 0 }, only_b = { 0 };
    Err e = shape_difference(a, b, NULL, &only_a, f);

    e = e == OK ? shape_difference(b, a, NULL, &only_b, f) : e;
    if (e == OK)
        *ret_m2 = shape_area_m2(&only_a) + shape_area_m2(&only_b);
    shape_free(&only_a);
    shape_free(&only_b);
    return e;
}

Err areas_mismatch(AreasPlan *p, Str code, Str name, const Shape *a, const Shape *b, Fault *f) {
    AreaNote note = { .kind = NOTE_MISMATCH, .code = code, .other = name };

    TRY(mismatch(a, b, &note.m2, f));
    return note.m2 < AUDIT_SLIVER_M2 ? OK : areas_note(p->report, &note, f);
}

/* ---- upper areas --------------------------------------------------------- */

/* Shapes of what lies in known area k; how many of them were there before. */
static int32_t gather(const AreasPlan *p, int32_t k, const Shape **list, int32_t *ret_before) {
    int32_t n = 0;

    *ret_before = 0;
    for (int32_t i = k + 1; i < p->known.n; i++) {
        const KnownArea *below = &p->known.areas[i];
        if (below->parent != k || below->shape.n_polys == 0)
            continue;
        ++*ret_before;
        if (below->into < 0) /* else it lies in a new area now */
            list[n++] = &below->shape;
    }
    for (int32_t i = 0; i < p->n; i++)
        if (p->rows[i].above == k && p->rows[i].shape.n_polys)
            list[n++] = &p->rows[i].shape;
    return n;
}

static Err lift(AreasPlan *p, int32_t k, const Shape **list, Fault *f) {
    KnownArea *area = &p->known.areas[k];
    Shape whole = { 0 };
    int32_t before, n = gather(p, k, list, &before);

    if (n == 0)
        return OK;
    TRY(shape_union(list, n, false, NULL, &whole, f));
    if (before == 0 && area->shape.n_polys) /* it was drawn, and is a union from now on */
        area->own = area->shape;
    else
        shape_free(&area->shape);
    area->shape = whole;
    area->changed = true;
    return area->own.n_polys ? areas_mismatch(p, area->code, area->name, &area->own, &area->shape, f) : OK;
}

/* Lower ones stand after upper ones, so going backwards a union's members are ready. */
static Err lift_all(AreasPlan *p, bool *touched, const Shape **list, Fault *f) {
    for (int32_t i = 0; i < p->n; i++)
        if (p->rows[i].above >= 0)
            touched[p->rows[i].above] = true;
    for (int32_t i = 0; i < p->known.n; i++)
        if (p->known.areas[i].into >= 0 && p->known.areas[i].parent >= 0)
            touched[p->known.areas[i].parent] = true;
    for (int32_t k = p->known.n - 1; k >= 0; k--) {
        if (touched[k])
            TRY(lift(p, k, list, f));
        if (p->known.areas[k].changed && p->known.areas[k].parent >= 0)
            touched[p->known.areas[k].parent] = true;
    }
    return OK;
}

Err areas_lift(AreasPlan *p, Fault *f) {
    size_t known = (size_t)p->known.n, all = known + (size_t)p->n;

    if (!p->known.there || !p->known.layer.governing)
        return OK;
    bool *touched = mem_alloc(known * sizeof *touched);
    const Shape **list = mem_alloc(all * sizeof *list);
    for (size_t i = 0; touched && i < known; i++)
        touched[i] = false;
    Err e = touched && list ? lift_all(p, touched, list, f) : fault_memory(f);
    mem_free(touched);
    mem_free(list);
    return e;
}

/* ---- another layer ------------------------------------------------------- */

static Err note_alone(AreasPlan *p, Str code, Str layer, Fault *f) {
    return areas_note(p->report, &(AreaNote){ .kind = NOTE_ALONE, .code = code, .other = layer }, f);
}

Err areas_compare(AreasPlan *p, Fault *f) {
    for (int32_t i = 0; p->compared.there && i < p->n; i++) {
        const AreaRow *row = &p->rows[i];
        int32_t at = words_find(&p->compared.codes, row->code);
        const KnownArea *other = at < 0 ? NULL : &p->compared.areas[at];
        if (!other || other->level != row->level || !other->shape.n_polys)
            TRY(note_alone(p, row->code, p->how->compare, f));
        else
            TRY(areas_mismatch(p, row->code, other->name, &row->shape, &other->shape, f));
    }
    for (int32_t i = 0; i < p->compared.n; i++) {
        const KnownArea *other = &p->compared.areas[i];
        if (other->level == p->how->level && words_find(&p->codes, other->code) < 0)
            TRY(note_alone(p, other->code, p->how->layer, f));
    }
    return OK;
}
