/* areas_standing – a list of buildings beside what stands: a building is known by its name
 * within its residential area (without one, within the layer). New ones join their grid;
 * one whose households or point differ becomes what the list says; one that stands in
 * another grid stops the import until --move says that it moves; one that stands in a
 * grid of the list and is not in the list stays, and is told. */
#include "areas_plan.h"

#include "place_change.h"

#include <stdlib.h>

enum { SAME_NAME_MAX = 200, BATCH = 200 };

typedef struct Standing {
    AreasPlan *plan;
    Arena arena;
    int64_t *ids; /* the heap's: the places that are in the list, sorted for missing() */
    int32_t n_ids;
} Standing;

static int32_t known_id(const AreasPlan *p, AreaId id) {
    for (int32_t i = 0; i < p->known.n; i++)
        if (p->known.areas[i].id.v == id.v)
            return i;
    return -1;
}

PlacePut areas_building(const AreasPlan *p, const BuildingRow *b) {
    return (PlacePut){ .area = b->known >= 0 ? p->known.areas[b->known].id : (AreaId){ 0 },
                       .name = b->name,
                       .households = b->households,
                       .placed = b->placed,
                       .lon = b->lon,
                       .lat = b->lat };
}

static Err tell(AreasPlan *p, AreaNoteKind kind, const BuildingRow *b, Str other, Fault *f) {
    AreaNote note = { .kind = kind, .feature = b->row, .line = b->line, .code = b->name, .other = other };
    return areas_note(p->report, &note, f);
}

/* May a place in that grid be this building? */
static bool same_neighbourhood(const AreasPlan *p, const BuildingRow *b, int32_t at) {
    int32_t above = b->known >= 0 ? p->known.areas[b->known].parent : p->named ? p->rows[b->grid].above : -1;
    return above < 0 || p->known.areas[at].parent == above;
}

static Err judge_same(Tx *tx, AreasPlan *p, BuildingRow *b, const Place *place, int32_t at, Fault *f) {
    PlacePut asked = areas_building(p, b);
    bool differs;

    b->place = place->id;
    if (at != b->known) {
        b->changes = p->how->move;
        return tell(p, p->how->move ? NOTE_MOVED : NOTE_ELSEWHERE, b, p->known.areas[at].code, f);
    }
    TRY(place_differs(tx, place, &asked, &differs, f));
    b->changes = differs;
    return tell(p, differs ? NOTE_CHANGED : NOTE_THERE, b, p->known.areas[at].code, f);
}

static Err judge_building(Tx *tx, Standing *s, BuildingRow *b, Fault *f) {
    AreasPlan *p = s->plan;
    Place *rows = arena_raw(tx_arena(tx), SAME_NAME_MAX * sizeof *rows);
    size_t n;

    if (!rows)
        return fault_arena(f);
    b->place.v = 0;
    TRY(places_called(tx, b->name, rows, SAME_NAME_MAX, &n, f));
    for (int there = 1; there >= 0; there--) /* in its own grid first */
        for (size_t i = 0; i < n && !b->place.v; i++) {
            int32_t at = known_id(p, rows[i].area);
            if (at >= 0 && (at == b->known) == there && same_neighbourhood(p, b, at))
                TRY(judge_same(tx, p, b, &rows[i], at, f));
        }
    if (b->place.v)
        s->ids[s->n_ids++] = b->place.v;
    return OK;
}

/* ---- what the list does not have ---- */

static int by_number(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static Err missing_in(Tx *tx, Standing *s, const KnownArea *grid, Fault *f) {
    Place *rows = arena_raw(tx_arena(tx), BATCH * sizeof *rows);
    size_t n = BATCH, used = tx_arena(tx)->used;
    PlaceId after = { 0 };

    if (!rows)
        return fault_arena(f);
    while (n == BATCH) {
        tx_arena(tx)->used = used;
        TRY(places_in(tx, grid->id, after, rows, BATCH, &n, f));
        for (size_t i = 0; i < n; i++) {
            Str name;
            after = rows[i].id;
            if (bsearch(&rows[i].id.v, s->ids, (size_t)s->n_ids, sizeof *s->ids, by_number))
                continue;
            TRY(str_copy(s->plan->texts, rows[i].name, &name, f));
            TRY(areas_note(s->plan->report,
                           &(AreaNote){ .kind = NOTE_MISSING, .code = name, .other = grid->code }, f));
        }
    }
    return OK;
}

static Err judge_missing(Tx *tx, Standing *s, Fault *f) {
    const AreasPlan *p = s->plan;
    bool *listed = mem_alloc((size_t)p->known.n * sizeof *listed);
    Err e = OK;

    if (!listed)
        return fault_memory(f);
    for (int32_t i = 0; i < p->known.n; i++)
        listed[i] = false;
    for (int32_t i = 0; i < p->n_buildings; i++)
        if (p->buildings[i].known >= 0)
            listed[p->buildings[i].known] = true;
    for (int32_t i = 0; e == OK && i < p->known.n; i++) {
        s->arena.used = 0;
        e = listed[i] ? missing_in(tx, s, &p->known.areas[i], f) : OK;
    }
    mem_free(listed);
    return e;
}

static Err judge_all(Tx *tx, void *arg, Fault *f) {
    Standing *s = arg;

    tx_lend(tx, &s->arena);
    s->n_ids = 0;
    for (int32_t i = 0; i < s->plan->n_buildings; i++) {
        s->arena.used = 0;
        TRY(judge_building(tx, s, &s->plan->buildings[i], f));
    }
    qsort(s->ids, (size_t)s->n_ids, sizeof *s->ids, by_number);
    return judge_missing(tx, s, f);
}

Err areas_buildings(Store *s, AreasPlan *p, Fault *f) {
    Standing standing = { .plan = p };

    if (p->n_buildings == 0 || p->known.n == 0)
        return OK;
    standing.ids = mem_alloc((size_t)p->n_buildings * sizeof *standing.ids);
    if (!standing.ids)
        return fault_memory(f);
    Err e = arena_begin(&standing.arena, 1 << 20, f);
    e = e == OK ? store_read(s, -1, judge_all, &standing, f) : e;
    arena_end(&standing.arena);
    mem_free(standing.ids);
    return e;
}
