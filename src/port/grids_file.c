/* grids_file – see grids_file.h. */
#include "grids_file.h"

#include "geojson.h"
#include "polygon.h"

enum { GRIDS_MAX = 100000, WORDS_ROOM = 32 << 20 };

static Err room_for_one(GridsFile *g, Fault *f) {
    int32_t room = g->room * 2 + 64;

    if (g->n < g->room)
        return OK;
    if (room > GRIDS_MAX * 2)
        return fault(f, ERR_LIMIT, "grids_file", "", "文件里的网格太多。",
                     "There are too many grids in the file.");
    PlanDrawn *grids = mem_grow(g->grids, (size_t)room * sizeof *grids);
    g->grids = grids ? grids : g->grids;
    Shape *shapes = grids ? mem_grow(g->shapes, (size_t)room * sizeof *shapes) : NULL;
    g->shapes = shapes ? shapes : g->shapes;
    if (!grids || !shapes)
        return fault_memory(f);
    g->room = room;
    return OK;
}

static Err add(void *ctx, GeoFeature *feature, Fault *f) {
    GridsFile *g = ctx;
    PlanDrawn drawn = { 0 };

    TRY(room_for_one(g, f));
    if (geojson_has(feature, str("code")))
        TRY(geojson_word(feature, str("code"), &g->words, &drawn.code, f));
    if (geojson_has(feature, str("name")))
        TRY(geojson_word(feature, str("name"), &g->words, &drawn.name, f));
    if (drawn.code.n > 40 || utf8_count(drawn.name.p, drawn.name.n) > 80)
        return fault(f, ERR_INVALID, "area_words", "", "代码不超过 40 个字，名称不超过 80 个字。",
                     "A code has at most 40 characters, a name at most 80.");
    g->grids[g->n] = drawn;
    g->shapes[g->n++] = feature->shape;
    feature->shape = (Shape){ 0 };
    return OK;
}

Err grids_file_read(Str bytes, Str file, GridsFile *ret, Fault *f) {
    GridsFile g = { 0 };

    TRY(arena_begin(&g.words, WORDS_ROOM, f));
    Err e = geojson_read(bytes, file, DATUM_WGS84, add, &g, f);
    if (e == OK && g.n == 0)
        e = fault(f, ERR_INVALID, "grids_file", "", "“%.*s”里没有网格。", "There is no grid in “%.*s”.",
                  (int)file.n, file.p);
    for (int32_t i = 0; i < g.n; i++)
        g.grids[i].shape = &g.shapes[i];
    if (e == OK)
        *ret = g;
    else
        grids_file_free(&g);
    return e;
}

void grids_file_free(GridsFile *g) {
    for (int32_t i = 0; i < g->n; i++)
        shape_free(&g->shapes[i]);
    mem_free(g->grids);
    mem_free(g->shapes);
    arena_end(&g->words);
    *g = (GridsFile){ 0 };
}
