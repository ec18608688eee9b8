/* case_settle 当场办结 – a grid worker finds a matter and settles it in one step. He is
 * its reporter, so nobody is left to be answered and it is closed at once; one in twenty,
 * by its id and nothing else, waits for another person's check first. */
#include "case.h"

#include "case_q.h"
#include "case_words.h"
#include "photo_case.h"
#include "random.h"
#include "seal.h"
#include "setting.h"

#include <stdio.h>
#include <string.h>

enum { SAMPLED_OF = 20 };

/* ---- photos from before and after ---- */

/* The city says of which classes; the first digits of a category, or all. */
static bool is_demanded(Str classes, Str category) {
    for (size_t at = 0, end; at < classes.n; at = end + 1) {
        for (end = at; end < classes.n && classes.p[end] != '\n'; end++)
            ;
        Str one = { classes.p + at, end - at };
        if (str_is(one, "all") || (one.n && one.n <= category.n && memcmp(one.p, category.p, one.n) == 0))
            return true;
    }
    return false;
}

static Err judge_photos(Tx *tx, const Case *c, const CaseSettle *in, Fault *f) {
    Str classes;

    if (in->has.before && in->has.after)
        return OK;
    TRY(setting_read(tx, "settle_photos", &classes, f));
    if (!is_demanded(classes, c->has.category ? c->category : (Str){ "", 0 }))
        return OK;
    return in->has.before ? fault(f, ERR_INVALID, "settle_after", "after", "当场办结要有处置后的照片。",
                                  "Settling on the spot takes a photo from after.")
                          : fault(f, ERR_INVALID, "settle_before", "before", "当场办结要有处置前的照片。",
                                  "Settling on the spot takes a photo from before.");
}

static Err put_photos(Tx *tx, const Case *c, const CaseSettle *in, const Actor *by, Fault *f) {
    TRY(judge_photos(tx, c, in, f));
    if (in->has.before)
        TRY(photo_attach(tx, in->before, "before", c->id, PHOTO_BEFORE, by, f));
    if (in->has.after)
        TRY(photo_attach(tx, in->after, "after", c->id, PHOTO_AFTER, by, f));
    return OK;
}

/* ---- the one step ---- */

bool case_is_sampled(CaseId id) {
    char text[24];
    uint8_t hash[32];

    snprintf(text, sizeof text, "%lld", (long long)id.v);
    hash_32("sample", NULL, str(text), hash);
    return (hash[0] | hash[1] << 8 | hash[2] << 16) % SAMPLED_OF == 0;
}

void case_settled(Case *c, int64_t now) {
    c->state = CASE_CLOSED;
    c->close_kind = CLOSE_SOLVED;
    c->closed = moment_at(now);
    c->answered = true;
    c->has.close_kind = c->has.closed = true;
    case_clock_end(c);
}

static Err judge_finder(const Actor *by, Fault *f) {
    return by->role == ROLE_GRID_WORKER ? OK
                                        : fault(f, ERR_FORBIDDEN, "settle_worker", "", "当场办结只由网格员办。",
                                                "Only a grid worker settles on the spot.");
}

/* On his own ground; where else he stands he may report. */
static Err judge_ground(const Case *c, const Actor *by, Fault *f) {
    Str low = by->scope.path_low;
    bool own = c->has.area && low.n && c->path.n >= low.n && memcmp(c->path.p, low.p, low.n) == 0;
    return own ? OK
               : fault(f, ERR_NOT_FOUND, "settle_elsewhere", "lon",
                       "这个位置不在您的网格内：请上报，由中心派遣。",
                       "This place is not in your grid: report it, and the centre dispatches it.");
}

static Err put_events(Tx *tx, const Case *c, Str note, const Actor *by, int64_t now, Fault *f) {
    Case found = *c;

    found.revision = 1;
    found.state = CASE_REPORTED;
    TRY(case_event_at(tx, &found, ACT_REPORT, 0, by, now, (Str){ 0 }, f));
    return case_event_at(tx, c, ACT_SETTLE, CASE_REPORTED, by, now, note, f);
}

Err case_settle(Tx *tx, const CaseSettle *in, const Actor *by, Case *ret, Fault *f) {
    int64_t changed, now = clock_now_ms();
    int32_t home;
    OrgId agreed;
    Code code;
    Case c = { .revision = 2, .workflow = 1, .reported = moment_at(now), .handled = moment_at(now) };

    TRY(judge_finder(by, f));
    record_take(&cases_record, &c, &case_settle_in_record, in);
    c.source = in->has.source ? in->source : SOURCE_WORKER; /* from a visit or session: visit_matter.c */
    c.reported_by = c.handled_by = by->account;
    c.has.reported_by = c.has.handled_by = by->account.v != 0;
    c.has.handled = true;
    TRY(case_place(tx, &c, &home, &agreed, f));
    TRY(case_file_under(tx, &c, in->condition, f));
    TRY(judge_ground(&c, by, f));
    c.id.v = id_new(home);
    code = code_make(home);
    TRY(str_copy(tx_arena(tx), str(code.z), &c.code, f));
    TRY(put_photos(tx, &c, in, by, f));
    c.sampled = case_is_sampled(c.id);
    if (c.sampled) {
        c.state = CASE_CHECK;
        TRY(case_clock_set(tx, &c, now, f));
    } else
        case_settled(&c, now);
    Str note = in->note;
    TRY(case_words_apart(tx, &c, &note, NULL, f));
    TRY(sql_case_add(tx, &c, &changed, f));
    TRY(put_events(tx, &c, note, by, now, f));
    *ret = c;
    return OK;
}
