/* catalogue_file – see catalogue_file.h: what catalogue_read.c found becomes the next
 * version, in one transaction. */
#include "catalogue_file.h"

typedef struct Writing {
    Catalogue catalogue;
    Arena arena;
    CatalogueCount count;
} Writing;

static Err write_all(Tx *tx, void *arg, Fault *f) {
    Writing *w = arg;

    w->arena.used = 0;
    tx_lend(tx, &w->arena);
    return catalogue_put(tx, &w->catalogue, &w->count.version, &w->count.retired, f);
}

Err catalogue_import(Store *s, CsvSource *source, void *from, CatalogueCount *ret, Fault *f) {
    Writing w = { 0 };
    Arena rows;

    TRY(arena_begin(&rows, CATALOGUE_ROOM, f));
    Err e = arena_begin(&w.arena, 1 << 20, f);
    e = e == OK ? catalogue_read(source, from, &rows, &w.catalogue, f) : e;
    e = e == OK ? store_write_now(s, write_all, &w, false, f) : e;
    arena_end(&w.arena);
    arena_end(&rows);
    TRY(e);
    w.count.categories = (int64_t)w.catalogue.n_categories;
    w.count.conditions = (int64_t)w.catalogue.n_conditions;
    *ret = w.count;
    return OK;
}
