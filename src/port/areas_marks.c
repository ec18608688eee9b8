/* areas_marks – see areas_marks.h. */
#include "areas_marks.h"

#include <stdlib.h>

typedef struct Marking {
    AreaMarks *marks;
    Arena arena;
    size_t text_bytes;
    bool keep; /* the second pass; the first one counts */
} Marking;

void area_marks_free(AreaMarks *m) {
    mem_free(m->list);
    arena_end(&m->texts);
    *m = (AreaMarks){ .box = BOX_NONE };
}

static size_t text_room(Str s) { return (s.n + 1 + 15) & ~(size_t)15; }

static Err mark(void *ctx, const Area *a, Fault *f) {
    Marking *w = ctx;
    AreaMarks *m = w->marks;

    if (!a->shaped || !a->has.label_lon || !a->has.label_lat)
        return OK;
    if (!w->keep) {
        m->room++;
        w->text_bytes += text_room(a->code) + text_room(a->name);
        return OK;
    }
    if (m->n == m->room)
        return OK; /* cannot be: both passes are one snapshot */
    AreaMark *to = &m->list[m->n];
    *to = (AreaMark){ .level = a->level, .label = { a->label_lon, a->label_lat }, .m2 = (double)a->m2 };
    TRY(str_copy(&m->texts, a->code, &to->code, f));
    TRY(str_copy(&m->texts, a->name, &to->name, f));
    box_grow(&m->box, to->label);
    m->n++;
    return OK;
}

static int by_latitude(const void *a, const void *b) {
    const AreaMark *x = a, *y = b;
    return (x->label.lat > y->label.lat) - (x->label.lat < y->label.lat);
}

static Err mark_layers(Tx *tx, Marking *w, Fault *f) {
    Layer layers[64]; /* as many as there can be */
    Page page = { layers, 0, COUNT(layers) };
    Nothing nothing = { 0 };
    Actor nobody;

    actor_public(&nobody);
    w->arena.used = 0;
    TRY(layer_list(tx, &nothing, &nobody, &page, f));
    for (size_t i = 0; i < page.n; i++)
        TRY(area_each(tx, layers[i].id, mark, w, f));
    return OK;
}

static Err mark_all(Tx *tx, void *arg, Fault *f) {
    Marking *w = arg;
    AreaMarks *m = w->marks;

    tx_lend(tx, &w->arena);
    area_marks_free(m); /* a read may run twice */
    w->keep = false;
    w->text_bytes = 0;
    TRY(mark_layers(tx, w, f));
    TRY(arena_begin(&m->texts, w->text_bytes + 16, f));
    m->list = mem_alloc(((size_t)m->room + 1) * sizeof *m->list);
    if (!m->list)
        return fault_memory(f);
    w->keep = true;
    TRY(mark_layers(tx, w, f));
    qsort(m->list, (size_t)m->n, sizeof *m->list, by_latitude);
    return OK;
}

Err area_marks_load(Store *s, AreaMarks *ret, Fault *f) {
    Marking w = { .marks = ret };

    *ret = (AreaMarks){ .box = BOX_NONE };
    if (!s)
        return OK;
    TRY(arena_begin(&w.arena, 1 << 20, f));
    Err e = store_read(s, -1, mark_all, &w, f);
    arena_end(&w.arena);
    return e;
}
