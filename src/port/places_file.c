/* places_file – see places_file.h: read, judge, write. */
#include "places_plan.h"

#include "place_change.h"
#include "xlsx.h"

#include <stdio.h>
#include <string.h>

/* ---- writing ---- */

static Err put_aliases(Tx *tx, PlaceId place, Str words, AliasKind kind, Fault *f) {
    static const char *const marks[] = { ";", "；", "|", "、" };
    PlaceAlias made;

    while (words.n) {
        size_t n = words.n, mark = 0;
        for (size_t i = 0; i < COUNT(marks); i++) {
            const char *at = memmem(words.p, n, marks[i], strlen(marks[i]));
            if (at) {
                n = (size_t)(at - words.p);
                mark = strlen(marks[i]);
            }
        }
        Str one = { words.p, n };
        words = (Str){ words.p + n + mark, words.n - n - mark };
        while (one.n && *one.p == ' ')
            one = (Str){ one.p + 1, one.n - 1 };
        if (one.n)
            TRY(place_alias_put(tx, place, one, kind, &made, f));
    }
    return OK;
}

/* 建设东路396弄12号 in the compound 建设新村 is also 建设新村12号: its name behind the
 * lane, or behind the road where there is no lane. */
static Err put_compound(Tx *tx, PlaceId place, const PlaceRow *r, Fault *f) {
    static const char *const behind[] = { "弄", "路", "街", "道", "巷" };
    char alias[800];
    Str tail = { "", 0 };
    PlaceAlias made;

    for (size_t i = 0; i < COUNT(behind) && tail.n == 0; i++)
        for (size_t k = 0; k + 3 < r->name.n; k++)
            if (memcmp(r->name.p + k, behind[i], 3) == 0)
                tail = (Str){ r->name.p + k + 3, r->name.n - k - 3 };
    snprintf(alias, sizeof alias, "%.*s%.*s", (int)r->compound.n, r->compound.p, (int)tail.n, tail.p);
    return place_alias_put(tx, place, str(alias), ALIAS_COMMON, &made, f);
}

PlacePut places_put_of(const PlaceRow *r, bool now) {
    return (PlacePut){ .area = r->area,
                       .name = r->name,
                       .households = r->households,
                       .placed = r->pointed,
                       .lon = r->at.lon,
                       .lat = r->at.lat,
                       .kind = now || r->kinded ? r->kind : 0,
                       .code = r->code,
                       .peopled = r->population >= 0,
                       .population = r->population,
                       .shape = r->shape.n_points ? &r->shape : NULL,
                       .since = r->since };
}

static Err put_row(Tx *tx, const PlaceRow *r, Fault *f) {
    Place made;
    const PlacePut put = places_put_of(r, true);

    TRY(place_put(tx, &put, &made, f));
    TRY(put_aliases(tx, made.id, r->aliases, ALIAS_COMMON, f));
    TRY(put_aliases(tx, made.id, r->old, ALIAS_OLD, f));
    return r->compound.n ? put_compound(tx, made.id, r, f) : OK;
}

typedef struct Writing {
    PlacesPlan *plan;
    Arena arena;
    int64_t added, changed, ended;
} Writing;

static Err change_rows(Tx *tx, Writing *w, int32_t day, Fault *f) {
    bool changed;

    for (int32_t i = 0; i < w->plan->n; i++) {
        const PlaceRow *r = &w->plan->rows[i];
        w->arena.used = 0;
        if (!r->changes)
            continue;
        const PlacePut put = places_put_of(r, false);
        TRY(place_change(tx, r->known, &put, day, &changed, f));
        w->changed += changed;
    }
    for (int32_t i = 0; i < w->plan->n_ends; i++) {
        w->arena.used = 0;
        TRY(place_end(tx, w->plan->ends[i], day, f));
        w->ended++;
    }
    return OK;
}

static Err write_rows(Tx *tx, void *arg, Fault *f) {
    Writing *w = arg;

    tx_lend(tx, &w->arena);
    w->added = w->changed = w->ended = 0;
    for (int32_t i = 0; i < w->plan->n; i++) {
        w->arena.used = 0;
        if (!w->plan->rows[i].taken)
            continue;
        TRY(put_row(tx, &w->plan->rows[i], f));
        w->added++;
    }
    TRY(change_rows(tx, w, w->plan->how->day ? w->plan->how->day : day_of_ms(clock_now_ms()), f));
    return w->added + w->changed + w->ended ? places_changed(tx, f) : OK;
}

static Err judge(Tx *tx, void *arg, Fault *f) {
    Writing *w = arg;

    w->arena.used = 0;
    w->plan->n_ends = 0;
    tx_lend(tx, &w->arena);
    return places_judge(tx, w->plan, f);
}

/* ---- all of it ---- */

static Err run(Store *s, Str bytes, Writing *w, Fault *f) {
    PlacesPlan *p = w->plan;

    TRY(places_read(p, bytes, f));
    TRY(store_read(s, -1, judge, w, f));
    if (p->how->check)
        return OK;
    TRY(store_write_now(s, write_rows, w, false, f));
    p->report->added = w->added;
    p->report->changed = w->changed;
    p->report->ended = w->ended;
    return OK;
}

/* A workbook is packed: its texts may be many times its bytes. */
static size_t texts_room(Str bytes) { return bytes.n * (xlsx_looks_like(bytes) ? 24 : 3) + (1 << 20); }

Err places_import(Store *s, Str bytes, const PlacesOptions *how, PlacesReport *report, Fault *f) {
    PlacesPlan plan = { .how = how, .report = report };
    Writing w = { .plan = &plan };

    TRY(arena_begin(&w.arena, 1 << 20, f));
    Err e = arena_begin(&plan.texts, texts_room(bytes), f);
    e = e == OK ? run(s, bytes, &w, f) : e;
    for (int32_t i = 0; i < plan.n; i++)
        shape_free(&plan.rows[i].shape);
    mem_free(plan.rows);
    mem_free(plan.ends);
    arena_end(&plan.texts);
    arena_end(&w.arena);
    return e;
}
