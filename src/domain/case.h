/* case 案件 – from report to close, as append-only events with a revision check.
 *
 * Reading order: case_report.c (a report finds its grid and its clock), case_steps.def
 * (the table), case_act.c (one step), case_about.c (about a unit or its staff), case_judge.c (what no table
 * says), case_past.c (its history), case_settle.c (on the spot), case_clock.c (its deadlines), case_return.c
 * (returned, adjudicated), case_view.c (what a page shows), case_tile.c (the map), case_track.c (what the
 * reporter sees). The reporter is kept apart and sealed; no operation here but case_contact opens him. */
#ifndef JW_CASE_H
#define JW_CASE_H

#include "actor.h"
#include "case_steps.h"
#include "case_words.h"
#include "tx.h"

Err case_report(Tx *tx, const CaseReport *in, const Actor *by, CaseReceipt *ret, Fault *f);
Err case_list(Tx *tx, const CaseFind *in, const Actor *by, Page *ret, Fault *f);
/* What the queries of list, count and map take, of what a caller asked. */
Err case_find_ready(Tx *tx, const CaseFind *in, const Actor *by, CaseFind *ret, Fault *f);
Err case_count(Tx *tx, const CaseFind *in, const Actor *by, Total *ret, Fault *f);
Err case_get(Tx *tx, const CaseKey *in, const Actor *by, Case *ret, Fault *f);
/* Whatever its scope: for who may not read it, its id at most. */
Err case_of_code(Tx *tx, Str text, Case *ret, Fault *f);
Err case_by_code(Tx *tx, const CaseTrack *in, const Actor *by, Case *ret, Fault *f);
Err case_places(Tx *tx, const CaseKey *in, const Actor *by, PlaceLocated *ret, Fault *f);
Err case_view(Tx *tx, const CaseKey *in, const Actor *by, CaseView *ret, Fault *f);
Err case_act(Tx *tx, const CaseActIn *in, const Actor *by, Case *ret, Fault *f);
Err case_contact(Tx *tx, const ContactAsk *in, const Actor *by, Contact *ret, Fault *f);
Err case_tile(Tx *tx, const TileOfCases *in, const Actor *by, Bytes *ret, Fault *f);
Err case_tile_tag(Tx *tx, const TileOfCases *in, const Actor *by, Tag *ret, Fault *f);
Err case_track(Tx *tx, const CaseTrack *in, const Actor *by, CaseStatus *ret, Fault *f);
Err case_settle(Tx *tx, const CaseSettle *in, const Actor *by, Case *ret, Fault *f);
Err case_rate(Tx *tx, const CaseRate *in, const Actor *by, CaseStatus *ret, Fault *f);
Err case_reopen(Tx *tx, const CaseReopen *in, const Actor *by, CaseStatus *ret, Fault *f);
Err case_track_more(Tx *tx, const CaseTrackMore *in, const Actor *by, CaseStatusMore *ret, Fault *f);

/* ---- between the files of this noun, and for importers ---- */

/* The case of a code, for who has its second secret. */
Err case_own(Tx *tx, Str code, Str secret, Case *ret, Fault *f);

Err case_load(Tx *tx, CaseId id, const Actor *by, Case *ret, Fault *f); /* sees only what `by` may see */

/* Fills placed, area and path by the point; ret_home the slot for a new id. */
Err case_place(Tx *tx, Case *c, int32_t *ret_home, OrgId *ret_agreed, Fault *f);

/* May `by` take this step now? The table, then the invariants. */
Err case_judge(Tx *tx, const Case *c, const CaseStep *step, const Actor *by, Fault *f);

/* One step of a case that `by` may see: `in->id` is not asked again. Judges, saves, and
 * *c is the case after it. */
Err case_step_take(Tx *tx, const CaseActIn *in, const Actor *by, Case *c, Fault *f);

/* The steps that are legal in its state, each with the reason where it is refused; only
 * those of his role if `own`. List of CaseChoice, in the arena. */
Err case_choices(Tx *tx, const Case *c, const Actor *by, bool own, List *ret, Fault *f);

Err case_urgent(Tx *tx, const Case *c, bool *ret, Fault *f); /* CH: its limit counts urgent hours */

/* Gives it condition and category. ERR_INVALID: retired, or taken back from the subdistrict. */
Err case_file_under(Tx *tx, Case *c, ConditionId id, Fault *f);

/* The unit whose duty the condition is there; before it is filed, and where nobody has
 * the duty, none. */
typedef struct Proposal {
    bool found;
    bool upward;       /* `unit` stands above the one whose duty it is, because it is about that one */
    bool by_precedent; /* adjudicated before: the duty lists are not asked */
    Precedent precedent;
    Serves duty;
    Org unit;
} Proposal;
Err case_propose(Tx *tx, const Case *c, Proposal *ret, Fault *f);

bool case_is_sampled(CaseId id);         /* one in twenty, for ever the same ones */
void case_settled(Case *c, int64_t now); /* closed as solved, by its finder's own word */

/* Danger ticked, or a listed word in place or report. */
Err case_danger(Tx *tx, Case *c, Fault *f);

/* `linked` by the tracking code of an earlier case. */
Err case_link(Tx *tx, Str code, Case *c, Fault *f);

/* The clock that runs after the step taken `now`: due and finish_due with their marks
 * 暂定. Acts on the row alone; whoever calls saves it. */
Err case_clock_set(Tx *tx, Case *c, int64_t now, Fault *f);
void case_clock_end(Case *c);
Err case_clock_explain(Tx *tx, const Case *c, Str *ret_zh, Str *ret_en, Fault *f); /* "": not known */

/* Counts provisional deadlines of open cases again, up to a hundred after `after`, as
 * after a year was published. Where one moves, the case gets an event. */
typedef struct CaseRecount {
    int64_t seen, moved;
    CaseId last;
    bool more;
} CaseRecount;
Err case_recount(Tx *tx, CaseId after, const Actor *by, CaseRecount *ret, Fault *f);

Err case_changed(Fault *f); /* ERR_CONFLICT: somebody was faster */

/* Clocks are counted again from the events, so a step's event bears its very instant. */
Err case_event_at(Tx *tx, const Case *c, CaseAct act, CaseState from, const Actor *by, int64_t at_ms, Str note,
                  Fault *f);
/* `cited`: the item of the responsibility list that the step goes by; v 0, none. */
Err case_event_citing(Tx *tx, const Case *c, CaseAct act, CaseState from, const Actor *by, int64_t at_ms,
                      Str note, ConditionId cited, Fault *f);
Err case_event_put(Tx *tx, const Case *c, CaseAct act, CaseState from, const Actor *by, Str note, Fault *f);

/* A case of another system, with its own times. Where the external number is known
 * nothing is written: `there`, `made` is the case that has it, and `differs` says in
 * what the other system now tells another story. May run again without harm. */
struct Ground;
typedef struct CaseImport {
    const struct Ground *ground;           /* borrowed for many of one transaction; NULL: asked for each */
    Str external_no, text, spot, category; /* spot, category: n 0, none */
    bool pointed;
    int32_t lon, lat;
    bool placeholder;  /* the coordinates are one */
    bool as_it_stands; /* words that name people stay in text and spot */
    ConditionId condition;
    OrgId unit;
    CaseState state;                        /* accepted, closed or rejected; closed needs closed_ms */
    int64_t reported_ms, due_ms, closed_ms; /* due, closed: 0, none */
} CaseImport;

enum {
    DIFFERS_TEXT = 1,
    DIFFERS_SPOT = 2,
    DIFFERS_POINT = 4,
    DIFFERS_REPORTED = 8,
    DIFFERS_DUE = 16,
    DIFFERS_CLOSED = 32
};

typedef struct CaseImported {
    Case made;
    bool there;
    unsigned differs; /* DIFFERS_… */
    WordsCount named; /* taken out of what was made */
} CaseImported;
Err case_import(Tx *tx, const CaseImport *in, const Actor *by, CaseImported *ret, Fault *f);

#endif
