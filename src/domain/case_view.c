/* case_view – lists of cases, and what one case's page shows: chain, the steps
 * that are legal now with the reason where one is refused, history, the unit that
 * is proposed and why, and how the deadline came about. */
#include "case.h"

#include "account_q.h"
#include "area.h"
#include "case_q.h"
#include "catalogue.h"
#include "ground.h"
#include "org.h"
#include "place.h"

#include <stdio.h>
#include <string.h>

enum { EVENTS_SHOWN = 200, COUNTED = 1000 };

/* ---- lists ---- */

/* "Open" is what has an index: whatever can only be asked of open cases says so. A
 * filter that is off is none. */
static void find_narrowed(CaseFind *find) {
    find->open = (find->has.open && find->open) || (find->has.state && find->state < CASE_CLOSED) ||
                 find->has.due_before;
    find->unplaced =
        (find->has.unplaced && find->unplaced) || (find->has.placed && find->placed >= PLACE_MISSING);
    find->has.open = find->open;
    find->has.unplaced = find->unplaced;
}

/* What the query wants of what was asked: `within` names an area, and it takes the
 * range of its paths; the words are looked for as they stand, % and _ included. */
static Err find_ready(Tx *tx, const CaseFind *in, CaseFind *ret, Fault *f) {
    Area area;
    char high[48];

    *ret = *in;
    ret->skip = (in->page - 1) * in->limit;
    find_narrowed(ret);
    ret->has.words_like = in->has.words;
    if (in->has.words)
        TRY(str_holding(tx_arena(tx), in->words, &ret->words_like, f));
    if (!in->has.within)
        return OK;
    TRY(area_load(tx, in->within, &area, f));
    snprintf(high, sizeof high, "%.*s~", (int)area.path.n, area.path.p);
    ret->within_low = area.path;
    TRY(str_copy(tx_arena(tx), str(high), &ret->within_high, f));
    ret->has.within_low = ret->has.within_high = true;
    return OK;
}

Err case_list(Tx *tx, const CaseFind *in, const Actor *by, Page *ret, Fault *f) {
    CaseFind find;

    TRY(find_ready(tx, in, &find, f));
    return sql_case_list(tx, &find, &by->scope, ret->rows, (size_t)in->limit, &ret->n, f);
}

Err case_count(Tx *tx, const CaseFind *in, const Actor *by, Total *ret, Fault *f) {
    CaseFind find;
    Count count = { 0 };
    size_t n;

    TRY(find_ready(tx, in, &find, f));
    TRY(sql_case_count(tx, &find, &by->scope, &count, 1, &n, f));
    Total t = { .n = count.n > COUNTED ? COUNTED : (int32_t)count.n, .more = count.n > COUNTED };
    t.has.n = t.has.more = true;
    *ret = t;
    return OK;
}

Err case_get(Tx *tx, const CaseKey *in, const Actor *by, Case *ret, Fault *f) {
    return case_load(tx, in->id, by, ret, f);
}

/* Of where it says it is, else of all that it says. */
Err case_places(Tx *tx, const CaseKey *in, const Actor *by, PlaceLocated *ret, Fault *f) {
    Case c;

    TRY(case_load(tx, in->id, by, &c, f));
    return place_of_words(tx, c.has.spot ? c.spot : c.text, ret, f);
}

/* ---- the page of one case ---- */

static Err show_steps(Tx *tx, const Case *c, const Actor *by, List *ret, Fault *f) {
    CaseChoice *list = arena_take(tx_arena(tx), case_steps_count * sizeof *list);
    size_t n = 0;

    if (!list)
        return fault_arena(f);
    for (size_t i = 0; i < case_steps_count; i++) {
        const CaseStep *s = &case_steps[i];
        Fault why = { 0 };
        if (s->from != c->state)
            continue;
        Err e = case_judge(tx, c, s, by, &why);
        if (e != OK && e != ERR_FORBIDDEN && e != ERR_INVALID) {
            *f = why;
            return e;
        }
        CaseChoice *choice = &list[n++];
        *choice =
            (CaseChoice){ .act = s->act, .to_state = s->to, .allowed = e == OK, .needs_note = s->needs_note };
        choice->has.act = choice->has.to_state = choice->has.allowed = choice->has.needs_note = true;
        choice->has.why_zh = choice->has.why_en = e != OK;
        TRY(str_copy(tx_arena(tx), str(why.zh), &choice->why_zh, f));
        TRY(str_copy(tx_arena(tx), str(why.en), &choice->why_en, f));
    }
    *ret = (List){ list, n };
    return OK;
}

/* The newest; each step made a revision, so how many came before needs no count. */
static Err show_events(Tx *tx, const Case *c, CaseView *v, Fault *f) {
    CaseNewest newest = { .id = c->id, .limit = EVENTS_SHOWN };
    CaseEventShown *shown = arena_take(tx_arena(tx), EVENTS_SHOWN * sizeof *shown);
    size_t n;

    if (!shown)
        return fault_arena(f);
    TRY(sql_event_shown(tx, &newest, shown, EVENTS_SHOWN, &n, f));
    v->events = (List){ shown, n };
    v->older = n ? shown[0].number - 1 : 0;
    v->has.events = true;
    v->has.older = v->older > 0;
    return OK;
}

/* Before the dispatch: the unit that the duties name for this condition here. */
static Err show_proposal(Tx *tx, const Case *c, const Condition *condition, CaseView *v, Fault *f) {
    Serves duty;
    Org unit;
    bool found;
    char why[300];

    if (c->state != CASE_FILED || !c->has.area)
        return OK;
    TRY(serves_find(tx, c->path, condition->code, day_of_ms(clock_now_ms()), &duty, &found, f));
    if (!found)
        return OK;
    TRY(org_load(tx, duty.unit, &unit, f));
    v->proposed = unit.id;
    v->proposed_name = unit.name;
    snprintf(why, sizeof why, "按职责：“%.*s”由%.*s承办", (int)duty.matter.n, duty.matter.p, (int)unit.name.n,
             unit.name.p);
    TRY(str_copy(tx_arena(tx), str(why), &v->proposed_why_zh, f));
    snprintf(why, sizeof why, "By its duties: “%.*s” is served by %.*s", (int)duty.matter.n, duty.matter.p,
             (int)unit.name.n, unit.name.p);
    TRY(str_copy(tx_arena(tx), str(why), &v->proposed_why_en, f));
    v->has.proposed = v->has.proposed_name = v->has.proposed_why_zh = v->has.proposed_why_en = true;
    return OK;
}

/* How the deadline of the clock that runs now came about. */
static Err show_clock(Tx *tx, const Case *c, CaseView *v, Fault *f) {
    TRY(case_clock_explain(tx, c, &v->clock_zh, &v->clock_en, f));
    v->has.clock_zh = v->clock_zh.n > 0;
    v->has.clock_en = v->clock_en.n > 0;
    return OK;
}

static Err show_chain(Tx *tx, const Case *c, CaseView *v, Fault *f) {
    const Ground *g;

    TRY(ground_borrow(tx, &g, f));
    Err e = area_chain(tx, g, c->has.area ? ground_area(g, c->area) : NULL, &v->chain, f);
    ground_return(g);
    return e;
}

static Err show_people(Tx *tx, const Case *c, CaseView *v, Fault *f) {
    CaseKey key = { .id = c->id };
    Reporter r;
    Org unit;
    size_t n;

    TRY(sql_reporter_get(tx, &key, &r, 1, &n, f));
    v->has_contact = n && r.has.contact;
    if (c->has.unit) {
        TRY(org_load(tx, c->unit, &unit, f));
        v->unit_name = unit.name;
        v->has.unit_name = true;
    }
    return OK;
}

Err case_view(Tx *tx, const CaseKey *in, const Actor *by, CaseView *ret, Fault *f) {
    Case c;
    Condition condition;
    CaseView v = { .id = in->id };

    TRY(case_load(tx, in->id, by, &c, f));
    v.revision = c.revision;
    TRY(show_chain(tx, &c, &v, f));
    TRY(show_steps(tx, &c, by, &v.steps, f));
    TRY(show_events(tx, &c, &v, f));
    TRY(show_people(tx, &c, &v, f));
    if (c.has.condition) {
        TRY(condition_load(tx, c.condition, &condition, f));
        TRY(show_proposal(tx, &c, &condition, &v, f));
    }
    TRY(show_clock(tx, &c, &v, f));
    v.has.id = v.has.revision = v.has.chain = v.has.steps = v.has.has_contact = true;
    *ret = v;
    return OK;
}
