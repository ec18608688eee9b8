/* places_missing – what stands under a code, is of a kind that the file has, and is not in
 * the file. Only if somebody asks for it (--end-missing): a file may be a part of the
 * register. An orphan's code counts as being in the file. */
#include "places_plan.h"

#include "words.h"

enum { BATCH = 200 };

static Err keep(PlacesPlan *p, const Place *place, Fault *f) {
    if (p->n_ends == p->ends_room) {
        int32_t room = p->ends_room ? p->ends_room * 2 : 64;
        PlaceId *wider = mem_grow(p->ends, (size_t)room * sizeof *wider);
        if (!wider)
            return fault_memory(f);
        p->ends = wider;
        p->ends_room = room;
    }
    p->ends[p->n_ends++] = place->id;
    return places_finding(p, FINDING_ENDED, 0, place->name, place->code, f);
}

static Err look(Tx *tx, PlacesPlan *p, const Words *codes, unsigned kinds, Fault *f) {
    Arena *a = tx_arena(tx);
    Place *list = arena_take(a, BATCH * sizeof *list);
    size_t n = BATCH, used = a->used;
    PlaceId after = { 0 };

    if (!list)
        return fault_arena(f);
    while (n == BATCH) {
        a->used = used;
        TRY(places_after(tx, after, list, BATCH, &n, f));
        for (size_t i = 0; i < n; i++) {
            after = list[i].id;
            if (list[i].has.code && (kinds >> list[i].kind & 1) && words_find(codes, list[i].code) < 0)
                TRY(keep(p, &list[i], f));
        }
    }
    return OK;
}

Err places_missing(Tx *tx, PlacesPlan *p, Fault *f) {
    Words codes = { 0 };
    unsigned kinds = 0;
    int32_t was;
    Err e = OK;

    for (int32_t i = 0; e == OK && i < p->n; i++) {
        kinds |= 1u << p->rows[i].kind;
        e = words_put(&codes, p->rows[i].code, i, &was, f);
    }
    if (e == OK && codes.n == 0 && p->n)
        e = fault(
            f, ERR_INVALID, "places_codes", "end-missing",
            "文件没有代码，看不出缺了哪些地点：--end-missing 要有代码列。",
            "The file has no codes, so nothing shows which places are missing: --end-missing needs them.");
    e = e == OK ? look(tx, p, &codes, kinds, f) : e;
    words_end(&codes);
    return e;
}
