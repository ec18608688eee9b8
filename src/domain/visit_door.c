/* visit_door – knocks and doors; see visit.h. A door's number is sealed, so the doors of a
 * building are opened one by one and compared; a building has hundreds, not thousands. */
#include "visit.h"

#include "area.h"
#include "keys.h"
#include "place.h"
#include "visit_q.h"

#include <ctype.h>

enum { BATCH = 50, DOOR_ROOM = 64 };
#define DOOR "visit.door"
#define NOTE "visit.note"
#define REFUSAL "no_visit.door"

/* ---- which door ---- */

/* 501, ５０１, 501室 and " 501 " are one door: full width becomes narrow, letters small,
 * blanks and what stands for "room" at the end go. */
static size_t folded(Str door, char ret[DOOR_ROOM]) {
    static const char *const ends[] = { "室", "房", "户" };
    size_t n = 0;

    for (size_t i = 0; i < door.n && n < DOOR_ROOM - 4; i++) {
        const unsigned char *p = (const unsigned char *)door.p + i;
        if (i + 2 < door.n && p[0] == 0xEF && (p[1] == 0xBC || p[1] == 0xBD)) {
            unsigned wide = (unsigned)(p[1] & 1) << 6 | (p[2] & 0x3Fu); /* U+FF00 … U+FF7F */
            ret[n++] = (char)tolower((int)(wide + 0x20));
            i += 2;
        } else if (!isspace(*p))
            ret[n++] = (char)tolower(*p);
    }
    for (size_t i = 0; i < COUNT(ends); i++)
        if (n > strlen(ends[i]) && memcmp(ret + n - strlen(ends[i]), ends[i], strlen(ends[i])) == 0)
            n -= strlen(ends[i]);
    return n;
}

static bool same_door(Str a, Str b) {
    char x[DOOR_ROOM], y[DOOR_ROOM];
    size_t n = folded(a, x);

    return folded(b, y) == n && memcmp(x, y, n) == 0;
}

/* Both are read in small batches, each in the room of the one before. What is found
 * stays in the arena. */
static Err find_refusal(Tx *tx, PlaceId place, Str door, NoVisit *ret, bool *ret_found, Fault *f) {
    VisitDoorsOf at = { .place = place, .limit = BATCH };
    Arena *a = tx_arena(tx);
    NoVisit *rows = arena_take(a, BATCH * sizeof *rows);
    size_t n = BATCH, used = a->used;
    Str open;

    *ret_found = false;
    if (!rows)
        return fault_arena(f);
    while (n == BATCH && !*ret_found) {
        a->used = used;
        TRY(sql_no_visit_next(tx, &at, rows, BATCH, &n, f));
        for (size_t i = 0; i < n && !*ret_found; i++) {
            TRY(keys_open(&rows[i].door, REFUSAL, rows[i].id.v, a, &open, f));
            *ret_found = same_door(open, door);
            *ret = rows[i];
            at.after = rows[i].id.v;
        }
    }
    return OK;
}

static Err find_visit(Tx *tx, const VisitNew *in, Visit *ret, bool *ret_found, Fault *f) {
    VisitDoorsOf at = { .round = in->round, .place = in->place, .limit = BATCH };
    Arena *a = tx_arena(tx);
    Visit *rows = arena_take(a, BATCH * sizeof *rows);
    size_t n = BATCH, used = a->used;
    Str open;

    *ret_found = false;
    if (!rows)
        return fault_arena(f);
    while (n == BATCH && !*ret_found) {
        a->used = used;
        TRY(sql_visit_doors_next(tx, &at, rows, BATCH, &n, f));
        for (size_t i = 0; i < n && !*ret_found; i++) {
            TRY(keys_open(&rows[i].door, DOOR, rows[i].id.v, a, &open, f));
            *ret_found = same_door(open, in->door);
            *ret = rows[i];
            at.after = rows[i].id.v;
        }
    }
    return OK;
}

/* ---- doors that ask not to be visited ---- */

static Err show_refusal(Tx *tx, const NoVisit *v, NoVisitShown *ret, Fault *f) {
    *ret = (NoVisitShown){ .id = v->id, .place = v->place, .asked = v->asked };
    TRY(keys_open(&v->door, REFUSAL, v->id.v, tx_arena(tx), &ret->door, f));
    memset(&ret->has, true, sizeof ret->has);
    return OK;
}

static Err put_refusal(Tx *tx, PlaceId place, Str door, NoVisit *ret, Fault *f) {
    NoVisit v = { .id = { id_new(id_home(place.v)) }, .place = place, .asked = moment_now() };
    int64_t changed;
    bool found;

    TRY(find_refusal(tx, place, door, ret, &found, f));
    if (found)
        return OK;
    TRY(keys_seal(door, REFUSAL, v.id.v, tx_arena(tx), &v.door, f));
    TRY(sql_no_visit_add(tx, &v, &changed, f));
    *ret = v;
    return OK;
}

Err no_visit_add(Tx *tx, const NoVisitNew *in, const Actor *by, NoVisitShown *ret, Fault *f) {
    Place place;
    NoVisit v;

    TRY(visit_place_load(tx, in->place, by, &place, f));
    TRY(put_refusal(tx, in->place, in->door, &v, f));
    return show_refusal(tx, &v, ret, f);
}

static Err unknown(Fault *f) {
    return fault(f, ERR_NOT_FOUND, "no_visit_unknown", "id", "没有这扇不愿受访的门，或它已经改口。",
                 "There is no such door that asks not to be visited, or it has said otherwise.");
}

Err no_visit_end(Tx *tx, const NoVisitKey *in, const Actor *by, NoVisitKey *ret, Fault *f) {
    int64_t changed;
    Place place;
    NoVisit v;
    size_t n;

    TRY(sql_no_visit_by_id(tx, in, &v, 1, &n, f));
    if (!n)
        return unknown(f);
    TRY(place_load(tx, v.place, &place, f));
    if (!actor_reaches(by, place.path))
        return unknown(f);
    TRY(sql_no_visit_end(tx, in, &changed, f));
    *ret = *in;
    ret->has.id = true;
    return OK;
}

Err no_visit_list(Tx *tx, const NoVisitFind *in, const Actor *by, Page *ret, Fault *f) {
    NoVisit *rows = arena_take(tx_arena(tx), ret->max * sizeof *rows);
    NoVisitShown *shown = ret->rows;
    NoVisitFind find = *in;

    if (!rows)
        return fault_arena(f);
    TRY(area_range(tx, in->within, &find.low, &find.high, f));
    find.has.low = find.has.high = true;
    TRY(sql_no_visit_list(tx, &find, &by->scope, rows, ret->max, &ret->n, f));
    for (size_t i = 0; i < ret->n; i++)
        TRY(show_refusal(tx, &rows[i], &shown[i], f));
    return OK;
}

/* ---- a knock ---- */

static Err judge_form(const VisitNew *in, Fault *f) {
    if (in->outcome == VISIT_REFUSED && !in->has.door)
        return fault(f, ERR_INVALID, "visit_which_door", "door", "不愿受访，要写是哪扇门，才能照办。",
                     "Say which door asks not to be visited, or it cannot be respected.");
    if (in->has.note && !in->has.door)
        return fault(f, ERR_INVALID, "visit_which_door", "door", "写备注要写是哪扇门。",
                     "A note needs the door that it is about.");
    return OK;
}

/* What a door asked is respected, whoever comes and whichever round it is. */
static Err judge_wish(Tx *tx, const VisitNew *in, Fault *f) {
    int64_t changed;
    NoVisit wish;
    bool found;

    TRY(find_refusal(tx, in->place, in->door, &wish, &found, f));
    if (!found || in->outcome == VISIT_REFUSED)
        return OK;
    if (!in->welcome)
        return fault(f, ERR_INVALID, "visit_door_refuses", "welcome",
                     "这扇门请过不要上门走访。它自己改口了，才记“又愿意受访”。",
                     "This door has asked not to be visited. Only if it has said otherwise itself, say so.");
    return sql_no_visit_end(tx, &(NoVisitKey){ .id = wish.id }, &changed, f);
}

static int32_t *counter(VisitStop *s, VisitOutcome outcome) {
    return outcome == VISIT_MET ? &s->met : outcome == VISIT_NOT_HOME ? &s->not_home : &s->refused;
}

static Err load_stop(Tx *tx, const VisitNew *in, VisitStop *ret, Fault *f) {
    VisitStopKey key = { .round = in->round, .place = in->place };
    int64_t changed;
    size_t n;

    TRY(sql_visit_stop_lock(tx, &key, &changed, f));
    TRY(sql_visit_stop_by_place(tx, &key, ret, 1, &n, f));
    return n ? OK
             : fault(f, ERR_INVALID, "visit_not_planned", "place", "这一轮走访里没有这栋楼。",
                     "This building is not in the round.");
}

/* The household counts once: as the last knock found it. */
static Err put_visit(Tx *tx, const VisitNew *in, VisitStop *s, Visit *v, Fault *f) {
    Arena *a = tx_arena(tx);
    int64_t changed;
    bool known;

    TRY(find_visit(tx, in, v, &known, f));
    if (known)
        --*counter(s, v->outcome);
    else
        *v = (Visit){ .id = { id_new(id_home(in->round.v)) }, .round = in->round, .place = in->place };
    v->outcome = in->outcome;
    v->tries++;
    v->visited = moment_now();
    TRY(keys_seal(in->door, DOOR, v->id.v, a, &v->door, f));
    if (in->has.note) {
        TRY(keys_seal(in->note, NOTE, v->id.v, a, &v->note, f));
        v->has.note = true;
    }
    return known ? sql_visit_save(tx, v, &changed, f) : sql_visit_add(tx, v, &changed, f);
}

static Err show_visit(Tx *tx, const Visit *v, VisitShown *ret, Fault *f) {
    Arena *a = tx_arena(tx);

    *ret = (VisitShown){ .place = v->place, .outcome = v->outcome, .tries = v->tries, .visited = v->visited };
    TRY(keys_open(&v->door, DOOR, v->id.v, a, &ret->door, f));
    if (v->has.note)
        TRY(keys_open(&v->note, NOTE, v->id.v, a, &ret->note, f));
    ret->has.place = ret->has.door = ret->has.outcome = ret->has.tries = ret->has.visited = true;
    ret->has.note = v->has.note;
    return OK;
}

Err visit_put(Tx *tx, const VisitNew *in, const Actor *by, VisitShown *ret, Fault *f) {
    VisitRound round;
    int64_t changed;
    VisitStop stop;
    Visit v;
    NoVisit wish;

    TRY(visit_round_load(tx, in->round, "round", by, &round, f));
    TRY(visit_round_open(&round, f));
    TRY(judge_form(in, f));
    TRY(load_stop(tx, in, &stop, f));
    if (in->has.door) {
        TRY(judge_wish(tx, in, f));
        TRY(put_visit(tx, in, &stop, &v, f));
    }
    if (in->outcome == VISIT_REFUSED)
        TRY(put_refusal(tx, in->place, in->door, &wish, f));
    ++*counter(&stop, in->outcome);
    TRY(sql_visit_stop_save(tx, &stop, &changed, f));
    if (in->has.door)
        return show_visit(tx, &v, ret, f);
    *ret = (VisitShown){ .place = in->place, .outcome = in->outcome };
    ret->has.place = ret->has.outcome = true;
    return OK;
}

Err visit_list(Tx *tx, const VisitFind *in, const Actor *by, Page *ret, Fault *f) {
    Visit *rows = arena_take(tx_arena(tx), ret->max * sizeof *rows);
    VisitShown *shown = ret->rows;
    VisitRound round;

    if (!rows)
        return fault_arena(f);
    TRY(visit_round_load(tx, in->id, "id", by, &round, f));
    TRY(visit_round_open(&round, f)); /* afterwards its doors are nobody's business */
    TRY(sql_visit_doors(tx, in, rows, ret->max, &ret->n, f));
    for (size_t i = 0; i < ret->n; i++)
        TRY(show_visit(tx, &rows[i], &shown[i], f));
    return OK;
}
