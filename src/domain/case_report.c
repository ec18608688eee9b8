/* case_report – a report becomes a case: which grid holds it, which clock runs,
 * who is told what. "No owner found" is a fact, not an error: the case is kept
 * and queued with its reason. One transaction writes case, event and reporter. */
#include "case.h"

#include "area.h"
#include "case_about.h"
#include "case_q.h"
#include "case_words.h"
#include "ground.h"
#include "keys.h"
#include "limits.h"
#include "outbox.h"
#include "photo_case.h"
#include "place.h"
#include "random.h"

#include <stdio.h>
#include <string.h>

/* ---- where ---- */

static Err place_on(Tx *tx, const Ground *g, Case *c, int32_t *ret_home, OrgId *ret_agreed, Fault *f) {
    Spotted s;

    ground_spot(g, (Point){ c->lon, c->lat }, c->reported.day, &s);
    c->placed = !s.area ? PLACE_OUTSIDE : s.agreement.n ? PLACED_BY_AGREEMENT : PLACED;
    *ret_agreed = s.unit;
    if (!s.area)
        return OK;
    c->area = s.area->id;
    c->has.area = true;
    *ret_home = id_home(s.area->id.v);
    return str_copy(tx_arena(tx), s.area->path, &c->path, f);
}

static Err place_by_point(Tx *tx, Case *c, int32_t *ret_home, OrgId *ret_agreed, Fault *f) {
    const Ground *g;

    TRY(ground_borrow_at(tx, (Point){ c->lon, c->lat }, c->reported.day, &g, f));
    Err e = place_on(tx, g, c, ret_home, ret_agreed, f);
    ground_return(g);
    return e;
}

Err case_place(Tx *tx, Case *c, int32_t *ret_home, OrgId *ret_agreed, Fault *f) {
    Place p;

    *ret_home = 0;
    *ret_agreed = (OrgId){ 0 };
    c->path = str("0"); /* only who reaches the whole city sees what has no grid */
    c->has.area = false;
    if (c->has.lon != c->has.lat)
        return fault(f, ERR_INVALID, "half_a_point", c->has.lon ? "lat" : "lon", "经度和纬度要一起给。",
                     "Longitude and latitude go together.");
    if (c->has.place) {
        TRY(place_load(tx, c->place, &p, f));
        c->placed = PLACED;
        c->area = p.area;
        c->has.area = true;
        c->path = p.path;
        *ret_home = id_home(p.area.v);
        return OK;
    }
    if (c->has.lon && c->lon == 0 && c->lat == 0) {
        c->placed = PLACE_PLACEHOLDER;
        return OK;
    }
    if (c->has.lon)
        return place_by_point(tx, c, ret_home, ret_agreed, f);
    c->placed = PLACE_MISSING;
    return OK;
}

/* Words alone: where they mean one place and no other, that is it, and the first
 * event says by which words. Otherwise it is queued, and a person chooses. */
static Err place_by_words(Tx *tx, Case *c, Str *ret_note, Fault *f) {
    PlaceMeant meant;
    char note[1400];

    *ret_note = (Str){ 0 };
    if (!c->has.spot || c->has.place || c->has.lon || c->has.lat)
        return OK;
    TRY(place_meant(tx, c->spot, &meant, f));
    if (!meant.certain)
        return OK;
    c->place = meant.place.id;
    c->has.place = true;
    snprintf(note, sizeof note, "按文字定位 / placed by words: %.*s → %.*s", (int)meant.words.n, meant.words.p,
             (int)meant.place.name.n, meant.place.name.p);
    return str_copy(tx_arena(tx), str(note), ret_note, f);
}

/* ---- the reporter, apart ---- */

static Err put_reporter(Tx *tx, const CaseReport *in, const Case *c, Code secret, Fault *f) {
    Reporter r = { .case_id = c->id, .made = c->reported };
    uint8_t hash[32];
    int64_t changed;

    hash_32("secret", NULL, str(secret.z), hash);
    r.secret = (Str){ (const char *)hash, sizeof hash };
    if (in->has.name)
        TRY(keys_seal(in->name, "reporter.name", c->id.v, tx_arena(tx), &r.name, f));
    if (in->has.contact)
        TRY(keys_seal(in->contact, "reporter.contact", c->id.v, tx_arena(tx), &r.contact, f));
    r.has.name = in->has.name;
    r.has.contact = in->has.contact;
    return sql_reporter_add(tx, &r, &changed, f);
}

Err case_event_put(Tx *tx, const Case *c, CaseAct act, CaseState from, const Actor *by, Str note, Fault *f) {
    return case_event_at(tx, c, act, from, by, clock_now_ms(), note, f);
}

Err case_event_at(Tx *tx, const Case *c, CaseAct act, CaseState from, const Actor *by, int64_t at_ms, Str note,
                  Fault *f) {
    return case_event_citing(tx, c, act, from, by, at_ms, note, (ConditionId){ 0 }, f);
}

Err case_event_citing(Tx *tx, const Case *c, CaseAct act, CaseState from, const Actor *by, int64_t at_ms,
                      Str note, ConditionId cited, Fault *f) {
    CaseEvent e = { .case_id = c->id,
                    .number = c->revision,
                    .act = act,
                    .from_state = from,
                    .to_state = c->state,
                    .account = by->account,
                    .role = by->role,
                    .at = moment_at(at_ms),
                    .note = note,
                    .unit = c->unit };
    int64_t changed;

    e.has.from_state = from != 0;
    e.has.account = by->account.v != 0;
    e.has.note = note.n > 0;
    e.has.unit = act == ACT_DISPATCH || act == ACT_RETURN || act == ACT_CONTEST || act == ACT_ADJUDICATE;
    e.cited = cited;
    e.has.cited = cited.v != 0;
    TRY(sql_event_add(tx, &e, &changed, f));
    return outbox_step(tx, c, act, at_ms, f);
}

/* ---- the report ---- */

static void copy_report(const CaseReport *in, const Actor *by, Case *c) {
    *c = (Case){ .revision = 1, .workflow = 1, .state = CASE_REPORTED, .reported = moment_now() };
    record_take(&cases_record, c, &case_report_record, in);
    if (by->account.v) {
        c->reported_by = by->account;
        c->has.reported_by = true;
    } else
        c->source = SOURCE_PUBLIC; /* a stranger does not say that he is the hotline */
}

static Err receipt(Tx *tx, const Case *c, Code secret, CaseReceipt *ret, Fault *f) {
    Area area;
    CaseReceipt r = { .id = c->id,
                      .code = c->code,
                      .state = c->state,
                      .placed = c->placed,
                      .reported = c->reported,
                      .due = c->due };

    TRY(str_copy(tx_arena(tx), str(secret.z), &r.secret, f));
    r.has.id = r.has.code = r.has.secret = r.has.state = r.has.placed = r.has.reported = r.has.due = true;
    if (c->has.area) {
        TRY(area_load(tx, c->area, &area, f));
        r.area_name = area.name;
        r.has.area_name = true;
    }
    *ret = r;
    return OK;
}

Err case_report(Tx *tx, const CaseReport *in, const Actor *by, CaseReceipt *ret, Fault *f) {
    Case c;
    OrgId agreed;
    int32_t home;
    int64_t changed;
    Code code, secret;
    Str by_words;
    Actor unnamed;

    actor_public(&unnamed);
    copy_report(in, by, &c);
    TRY(case_danger(tx, &c, f));
    if (in->has.linked_code)
        TRY(case_link(tx, in->linked_code, &c, f));
    TRY(place_by_words(tx, &c, &by_words, f));
    TRY(case_place(tx, &c, &home, &agreed, f));
    TRY(case_raise(tx, &c, f));
    if (by_words.n)
        c.placed = PLACED_BY_WORDS;
    c.id.v = id_new(home);
    code = code_make(home);
    secret = code_make(0);
    c.code = str(code.z);
    c.due = moment_at(c.reported.ms + limit_accept.amount * 60000LL); /* continuous, day and night */
    c.has.due = true;
    TRY(str_copy(tx_arena(tx), c.code, &c.code, f));
    TRY(case_words_apart(tx, &c, NULL, NULL, f));
    TRY(case_words_marked(tx, &by_words, f));
    TRY(sql_case_add(tx, &c, &changed, f));
    /* who handles it sees its history, but not which colleague reported it */
    TRY(case_event_put(tx, &c, ACT_REPORT, 0, c.about ? &unnamed : by, by_words, f));
    TRY(put_reporter(tx, in, &c, secret, f));
    if (in->has.photos)
        TRY(photo_attach(tx, in->photos, "photos", c.id, PHOTO_BEFORE, by, f));
    return receipt(tx, &c, secret, ret, f);
}

/* ---- from another system ---- */

/* Of what is worked on here only what the other system says again is compared: a
 * case that it closed, and which is open here, differs; the other way round it was
 * closed here. */
static unsigned differences(const Case *c, const CaseImport *in, bool text, bool spot) {
    bool point = c->has.lon == in->pointed && (!in->pointed || (c->lon == in->lon && c->lat == in->lat)),
         due = c->has.external_due ? c->external_due.ms == in->due_ms : in->due_ms == 0,
         closed = !in->closed_ms || (c->has.closed && c->closed.ms == in->closed_ms);

    return (text ? 0u : DIFFERS_TEXT) | (spot ? 0u : DIFFERS_SPOT) | (point ? 0u : DIFFERS_POINT) |
           (c->reported.ms == in->reported_ms ? 0u : DIFFERS_REPORTED) | (due ? 0u : DIFFERS_DUE) |
           (closed ? 0u : DIFFERS_CLOSED);
}

/* As it stands or with its marks, whichever it was taken with; where somebody masked by
 * hand it cannot be told. */
static Err same_words(Tx *tx, Str stored, Str given, bool *ret_same, Fault *f) {
    *ret_same = str_same(stored, given) || words_masked_by_hand(stored);
    if (*ret_same)
        return OK;
    TRY(case_words_marked(tx, &given, f));
    TRY(case_words_marked(tx, &stored, f)); /* of which something may have been put back */
    *ret_same = str_same(stored, given);
    return OK;
}

static Err find_known(Tx *tx, const CaseImport *in, CaseImported *ret, Fault *f) {
    CaseExternal key = { .external_no = in->external_no };
    bool text = true, spot = true;
    size_t n;

    TRY(sql_case_by_external(tx, &key, &ret->made, 1, &n, f));
    ret->there = n > 0;
    if (n) {
        TRY(same_words(tx, ret->made.text, in->text, &text, f));
        TRY(same_words(tx, ret->made.has.spot ? ret->made.spot : (Str){ 0 }, in->spot, &spot, f));
    }
    ret->differs = n ? differences(&ret->made, in, text, spot) : 0;
    return OK;
}

static void copy_import(const CaseImport *in, Case *c) {
    *c = (Case){ .revision = 1,
                 .workflow = 1,
                 .state = in->state,
                 .source = SOURCE_IMPORT,
                 .text = in->text,
                 .spot = in->spot,
                 .lon = in->lon,
                 .lat = in->lat,
                 .category = in->category,
                 .condition = in->condition,
                 .unit = in->unit,
                 .reported = moment_at(in->reported_ms),
                 .external_no = in->external_no };
    c->has.spot = in->spot.n > 0;
    c->has.lon = c->has.lat = in->pointed;
    c->has.category = in->category.n > 0;
    c->has.condition = in->condition.v != 0;
    c->has.unit = in->unit.v != 0;
    c->has.external_no = true;
    if (in->due_ms) {
        c->due = c->finish_due = c->close_due = c->external_due = moment_at(in->due_ms);
        c->has.due = c->has.finish_due = c->has.close_due = c->has.external_due = true;
        c->reminded = in->due_ms < clock_now_ms() ? 2 : 0; /* a past that is taken over reminds nobody */
    }
    if (in->closed_ms) {
        c->closed = c->handled = moment_at(in->closed_ms);
        c->close_kind = CLOSE_IMPORTED;
        c->has.closed = c->has.handled = c->has.close_kind = true;
    }
}

/* Coordinates that are a placeholder are no place at all, inside or outside. */
static Err place_import(Tx *tx, const CaseImport *in, Case *c, int32_t *ret_home, Fault *f) {
    OrgId agreed;

    *ret_home = 0;
    c->path = str("0");
    if (in->placeholder || (in->pointed && in->lon == 0 && in->lat == 0)) {
        c->placed = PLACE_PLACEHOLDER;
        return OK;
    }
    if (in->pointed)
        return in->ground ? place_on(tx, in->ground, c, ret_home, &agreed, f)
                          : place_by_point(tx, c, ret_home, &agreed, f);
    c->placed = PLACE_MISSING;
    return OK;
}

/* The number is a key of the store: of two servers that import it in the same moment one
 * waits here for the other's commit, and finds the case that it made. */
static Err claim_number(Tx *tx, const CaseImport *in, CaseId id, bool *ret_ours, Fault *f) {
    ExternalTicket ticket = { .external_no = in->external_no, .case_id = id };
    uint8_t hash[32];
    int64_t changed;

    hash_32("external-no", NULL, in->external_no, hash);
    ticket.home = (hash[0] << 8 | hash[1]) & HOME_MAX;
    TRY(sql_external_claim(tx, &ticket, &changed, f));
    *ret_ours = changed == 1;
    return OK;
}

static Err import_faster(Tx *tx, const CaseImport *in, CaseImported *ret, Fault *f) {
    TRY(find_known(tx, in, ret, f));
    return ret->there ? OK
                      : fault(f, ERR_CONFLICT, "external_no_taken", "external_no",
                              "外部编号已登记，但找不到它的案件；请运行 jingwei check。",
                              "The external number is taken, but its case is not there: run jingwei check.");
}

Err case_import(Tx *tx, const CaseImport *in, const Actor *by, CaseImported *ret, Fault *f) {
    CaseImported out = { .there = false };
    bool ours;
    Case *c = &out.made;
    int32_t home;
    int64_t changed;

    TRY(find_known(tx, in, &out, f));
    if (out.there) {
        *ret = out;
        return OK;
    }
    copy_import(in, c);
    TRY(place_import(tx, in, c, &home, f));
    c->id.v = id_new(home);
    TRY(claim_number(tx, in, c->id, &ours, f));
    if (!ours) {
        TRY(import_faster(tx, in, &out, f));
        *ret = out;
        return OK;
    }
    Code code = code_make(home);
    TRY(str_copy(tx_arena(tx), str(code.z), &c->code, f));
    if (!in->as_it_stands)
        TRY(case_words_apart(tx, c, NULL, &out.named, f));
    TRY(sql_case_add(tx, c, &changed, f));
    TRY(case_event_put(tx, c, ACT_IMPORT, 0, by, (Str){ 0 }, f));
    *ret = out;
    return OK;
}
