/* case_view – lists of cases, and what one case's page shows: chain, the steps
 * that are legal now with the reason where one is refused, history, the unit that
 * is proposed and why, and how the deadline came about. */
#include "case.h"

#include "account_q.h"
#include "area.h"
#include "case_about.h"
#include "case_more_time.h"
#include "case_return.h"
#include "case_q.h"
#include "catalogue.h"
#include "ground.h"
#include "org.h"
#include "place.h"

#include <stdio.h>
#include <string.h>

enum { EVENTS_SHOWN = 200, COUNTED = 1000, WIDE_PATH = 4 };

/* ---- lists ---- */

static bool is_on(bool asked, bool value) { return asked && value; }

/* The states from which the role may take a step; closed ones wait for nobody. */
static int32_t states_of(Role role) {
    int32_t states = 0;

    for (size_t i = 0; i < case_steps_count; i++)
        if (!case_is_over(case_steps[i].from) && !case_waits_for_nobody(case_steps[i].act) &&
            case_steps[i].who & 1u << role)
            states |= 1 << case_steps[i].from;
    return states;
}

/* "Open" is what has an index: whatever can only be asked of open cases says so. A
 * filter that is off is none. Whose post takes no step has nothing to do: the bit of no
 * state. */
static void find_narrowed(CaseFind *find, const Actor *by) {
    find->has.todo = is_on(find->has.todo, find->todo);
    find->has.by_due = is_on(find->has.by_due, find->by_due);
    if (find->has.todo) {
        find->states = states_of(by->role);
        find->states = find->states ? find->states : 1;
        find->has.states = true;
    }
    find->open = is_on(find->has.open, find->open) || (find->has.state && !case_is_over(find->state)) ||
                 find->has.due_before || find->has.due_from || find->has.todo || find->has.by_due;
    find->has.sampled = find->has.sampled && find->sampled;
    find->unplaced =
        (find->has.unplaced && find->unplaced) || (find->has.placed && find->placed >= PLACE_MISSING);
    find->has.open = find->open;
    find->has.unplaced = find->unplaced;
}

/* Who sees a district or more finds what he asks for by its state, its time or its turn,
 * not by where it is; a database that does not know how many there are where would look
 * through all of his cases for it. (Paths: one letter the whole, three for each level.) */
static bool sees_widely(const Scope *scope) { return scope->path_low.n <= WIDE_PATH && scope->unit_low == 0; }

/* Open ones stand with danger first, so the next page begins below a case, not below a
 * number. */
static Err find_below(Tx *tx, const Actor *by, CaseFind *find, Fault *f) {
    Case before;

    if (!find->has.before || !find->has.open)
        return OK;
    TRY(case_load(tx, find->before, by, &before, f));
    find->below = before.id;
    find->below_danger = before.danger;
    find->has.below = find->has.below_danger = true;
    find->has.before = false;
    return OK;
}

/* A piece of ground has four sides. */
static Err find_box(const CaseFind *find, Fault *f) {
    int sides = find->has.west + find->has.east + find->has.south + find->has.north;

    if (sides == 0 || (sides == 4 && find->west <= find->east && find->south <= find->north))
        return OK;
    return fault(f, ERR_INVALID, "case_box", "west",
                 "要看图内的案件，请给全西、东、南、北四边，西不大于东，南不大于北。",
                 "For the cases on a piece of the map give west, east, south and north, west before east and "
                 "south before "
                 "north.");
}

/* What the query wants of what was asked: `within` names an area, and it takes the
 * range of its paths; the words are looked for as they stand, % and _ included. */
Err case_find_ready(Tx *tx, const CaseFind *in, const Actor *by, CaseFind *ret, Fault *f) {
    Area area;
    char high[48];

    TRY(find_box(in, f));
    *ret = *in;
    ret->skip = (in->page - 1) * in->limit;
    find_narrowed(ret, by);
    ret->has.wide = sees_widely(&by->scope);
    ret->wide = true;
    if (ret->has.by_due && ret->has.before)
        return fault(f, ERR_INVALID, "before_by_due", "before", "按到期排的列表只能按页翻。",
                     "A list by deadline is turned by pages, not from a case on.");
    ret->has.words_like = in->has.words;
    if (in->has.words)
        TRY(str_holding(tx_arena(tx), in->words, &ret->words_like, f));
    TRY(find_below(tx, by, ret, f));
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

    TRY(case_find_ready(tx, in, by, &find, f));
    return sql_case_list(tx, &find, &by->scope, ret->rows, (size_t)in->limit, &ret->n, f);
}

Err case_count(Tx *tx, const CaseFind *in, const Actor *by, Total *ret, Fault *f) {
    CaseFind find;
    Count count = { 0 };
    size_t n;

    TRY(case_find_ready(tx, in, by, &find, f));
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

Err case_choices(Tx *tx, const Case *c, const Actor *by, bool own, List *ret, Fault *f) {
    CaseChoice *list = arena_take(tx_arena(tx), case_steps_count * sizeof *list);
    size_t n = 0;

    if (!list)
        return fault_arena(f);
    for (size_t i = 0; i < case_steps_count; i++) {
        const CaseStep *s = &case_steps[i];
        Fault why = { 0 };
        if (s->from != c->state || !case_answers(c, s->act) || (own && !(s->who & 1u << by->role)))
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

/* Where the matter lies, however high the case hangs. */
static Err ground_path(Tx *tx, const Case *c, Str *ret, Fault *f) {
    Area area;

    *ret = c->path;
    if (c->about == ABOUT_MATTER)
        return OK;
    TRY(area_load(tx, c->area, &area, f));
    *ret = area.path;
    return OK;
}

Err case_propose(Tx *tx, const Case *c, Proposal *ret, Fault *f) {
    Condition condition;
    Str path;

    ret->found = false;
    if (c->state < CASE_FILED || !c->has.area || !c->has.condition)
        return OK;
    ret->upward = ret->by_precedent = false;
    TRY(condition_load(tx, c->condition, &condition, f));
    TRY(case_precedent(tx, c, &condition, &ret->precedent, &ret->unit, &ret->by_precedent, f));
    if (ret->by_precedent) {
        ret->found = true;
        return OK;
    }
    TRY(ground_path(tx, c, &path, f));
    TRY(serves_find(tx, path, condition.code, day_of_ms(clock_now_ms()), &ret->duty, &ret->found, f));
    if (!ret->found)
        return OK;
    TRY(org_load(tx, ret->duty.unit, &ret->unit, f));
    TRY(case_is_about(tx, c, &ret->unit, &ret->upward, f));
    return ret->upward ? case_upward(tx, c, &ret->unit, &ret->found, f) : OK;
}

/* "先例：2026-12-01 案件 … 裁定由…承办" in both languages. */
static Err cite_precedent(Tx *tx, const Proposal *p, CaseView *v, Fault *f) {
    char day[16], why[400];
    const Precedent *d = &p->precedent;

    day_print(d->decided.day, day);
    snprintf(why, sizeof why, "先例：%s 案件 %.*s（清单 %.*s）裁定由%.*s承办", day, (int)d->code.n, d->code.p,
             (int)d->condition.n, d->condition.p, (int)p->unit.name.n, p->unit.name.p);
    TRY(str_copy(tx_arena(tx), str(why), &v->proposed_why_zh, f));
    snprintf(why, sizeof why, "Precedent: on %s case %.*s (item %.*s) was adjudicated to %.*s", day,
             (int)d->code.n, d->code.p, (int)d->condition.n, d->condition.p, (int)p->unit.name.n,
             p->unit.name.p);
    return str_copy(tx_arena(tx), str(why), &v->proposed_why_en, f);
}

/* Before the dispatch: the unit that the duties name for this condition here. */
static Err show_proposal(Tx *tx, const Case *c, CaseView *v, Fault *f) {
    Proposal p;
    const char *zh = "按职责：“%.*s”由%.*s承办", *en = "By its duties: “%.*s” is served by %.*s";
    char why[400];

    if (c->state != CASE_FILED && c->state != CASE_ADJUDICATION)
        return OK;
    TRY(case_propose(tx, c, &p, f));
    if (!p.found)
        return OK;
    v->proposed = p.unit.id;
    v->proposed_name = p.unit.name;
    v->has.proposed = v->has.proposed_name = v->has.proposed_why_zh = v->has.proposed_why_en = true;
    if (p.by_precedent)
        return cite_precedent(tx, &p, v, f);
    if (p.upward) {
        zh = "“%.*s”本由涉及的单位承办，提给它的上级%.*s";
        en = "“%.*s” would go to the unit that it is about, so it goes up to %.*s";
    }
    snprintf(why, sizeof why, zh, (int)p.duty.matter.n, p.duty.matter.p, (int)p.unit.name.n, p.unit.name.p);
    TRY(str_copy(tx_arena(tx), str(why), &v->proposed_why_zh, f));
    snprintf(why, sizeof why, en, (int)p.duty.matter.n, p.duty.matter.p, (int)p.unit.name.n, p.unit.name.p);
    return str_copy(tx_arena(tx), str(why), &v->proposed_why_en, f);
}

/* The case that it came back from, as far as he may see that one. */
static Err show_linked(Tx *tx, const Case *c, const Actor *by, CaseView *v, Fault *f) {
    CaseKey key = { .id = c->linked };
    Case before;
    size_t n;

    if (!c->has.linked)
        return OK;
    TRY(sql_case_by_id(tx, &key, &by->scope, &before, 1, &n, f));
    v->has.linked_code = n > 0;
    v->linked_code = n ? before.code : (Str){ 0 };
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
    CaseView v = { .id = in->id };

    TRY(case_load(tx, in->id, by, &c, f));
    v.revision = c.revision;
    TRY(show_chain(tx, &c, &v, f));
    TRY(case_choices(tx, &c, by, false, &v.steps, f));
    TRY(show_events(tx, &c, &v, f));
    TRY(show_people(tx, &c, &v, f));
    TRY(show_proposal(tx, &c, &v, f));
    TRY(show_linked(tx, &c, by, &v, f));
    TRY(show_clock(tx, &c, &v, f));
    v.has.id = v.has.revision = v.has.chain = v.has.steps = v.has.has_contact = true;
    *ret = v;
    return OK;
}
