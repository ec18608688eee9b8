/* place_locate – what words mean, as rows: places with the words that spoke for
 * them, and the stretches that are room numbers. */
#include "address.h"
#include "area.h"
#include "place.h"

#include <string.h>

/* The numbers of the choices are those of the engine, from 1. */
_Static_assert((int)WORDS_NONE == LOCATE_NONE + 1 && (int)WORDS_CERTAIN == LOCATE_CERTAIN + 1, "verdicts");
_Static_assert((int)WORDS_CLEAR == LOCATE_CLEAR + 1 && (int)WORDS_TOO_MANY == LOCATE_TOO_MANY + 1 &&
                   LOCATE_REASONS == LOCATE_TOO_MANY + 1,
               "reasons");

static Err show_spans(Tx *tx, Str text, const LocateSpan *spans, int32_t n, List *ret, Fault *f) {
    WordSpan *list = arena_take(tx_arena(tx), ((size_t)n + 1) * sizeof *list);

    if (!list)
        return fault_arena(f);
    for (int32_t i = 0; i < n; i++) {
        Str word = { text.p + spans[i].from, (size_t)(spans[i].to - spans[i].from) };
        list[i].from = utf8_count(text.p, (size_t)spans[i].from);
        list[i].to = list[i].from + utf8_count(word.p, word.n);
        list[i].word = word;
        list[i].has.from = list[i].has.to = list[i].has.word = true;
    }
    *ret = (List){ list, (size_t)n };
    return OK;
}

static Err show_hit(Tx *tx, Str text, PlaceId id, const LocateHit *hit, PlaceHit *ret, Fault *f) {
    Place p;
    Area area;

    TRY(place_load(tx, id, &p, f));
    TRY(area_load(tx, p.area, &area, f));
    *ret = (PlaceHit){ .id = p.id,
                       .kind = p.kind,
                       .name = p.name,
                       .area = p.area,
                       .area_name = area.name,
                       .lon = p.lon,
                       .lat = p.lat,
                       .score = hit->score };
    ret->has.id = ret->has.kind = ret->has.name = ret->has.area = ret->has.area_name = true;
    ret->has.lon = p.has.lon;
    ret->has.lat = p.has.lat;
    ret->has.score = ret->has.words = true;
    return show_spans(tx, text, hit->spans, hit->n_spans, &ret->words, f);
}

static Err find(Tx *tx, Str text, LocateAnswer *ret, PlaceId ret_ids[LOCATE_HITS_MAX], Fault *f) {
    const Addresses *a;

    TRY(addresses_borrow(tx, &a, f));
    Err e = addresses_find(a, text, ret, f);
    for (int32_t i = 0; e == OK && i < ret->n_hits; i++)
        ret_ids[i] = addresses_place(a, ret->hits[i].place);
    addresses_return(a);
    return e;
}

Err place_of_words(Tx *tx, Str text, PlaceLocated *ret, Fault *f) {
    LocateAnswer answer;
    PlaceId ids[LOCATE_HITS_MAX];
    PlaceHit *hits = arena_take(tx_arena(tx), LOCATE_HITS_MAX * sizeof *hits);
    PlaceLocated out = { 0 };

    if (!hits)
        return fault_arena(f);
    TRY(find(tx, text, &answer, ids, f));
    for (int32_t i = 0; i < answer.n_hits; i++)
        TRY(show_hit(tx, text, ids[i], &answer.hits[i], &hits[i], f));
    TRY(show_spans(tx, text, answer.rooms, answer.n_rooms, &out.rooms, f));
    out.verdict = (WordsVerdict)(answer.verdict + 1);
    out.reason = (WordsReason)(answer.reason + 1);
    out.alike = answer.alike;
    out.places = (List){ hits, (size_t)answer.n_hits };
    out.has.verdict = out.has.reason = out.has.alike = out.has.places = out.has.rooms = true;
    *ret = out;
    return OK;
}

Err place_meant(Tx *tx, Str text, PlaceMeant *ret, Fault *f) {
    LocateAnswer answer;
    PlaceId ids[LOCATE_HITS_MAX];
    char room[1000] = "";
    Buf words = { room, 0, sizeof room, false, 0 };
    PlaceMeant meant = { .certain = false };

    TRY(find(tx, text, &answer, ids, f));
    if (answer.verdict == LOCATE_CERTAIN) {
        const LocateHit *hit = &answer.hits[0];
        meant.certain = true;
        TRY(place_load(tx, ids[0], &meant.place, f));
        for (int32_t i = 0; i < hit->n_spans; i++) {
            buf_str(&words, "“");
            buf_put(&words, text.p + hit->spans[i].from, (size_t)(hit->spans[i].to - hit->spans[i].from));
            buf_str(&words, "”");
        }
        TRY(str_copy(tx_arena(tx), buf_view(&words), &meant.words, f));
    }
    *ret = meant;
    return OK;
}

Err place_locate(Tx *tx, const PlaceWords *in, const Actor *by, PlaceLocated *ret, Fault *f) {
    (void)by; /* what is on every street map */
    return place_of_words(tx, in->text, ret, f);
}
