/* petition_view – what the page of a petition shows, and a written notice as it is printed. */
#include "petition.h"

#include "account_q.h"
#include "keys.h"
#include "limits.h"
#include "org.h"
#include "petition_q.h"

enum { EVENTS = 200, PAPERS = 40 };

static Err choices(Tx *tx, const Petition *p, const Actor *by, List *ret, Fault *f) {
    PetitionChoice *list = arena_take(tx_arena(tx), petition_steps_count * sizeof *list);
    size_t n = 0;

    if (!list)
        return fault_arena(f);
    for (size_t i = 0; i < petition_steps_count; i++) {
        const PetitionStep *s = &petition_steps[i];
        Fault why = { 0 };
        if (s->from != p->state || !(s->who & 1u << by->role))
            continue;
        PetitionChoice c = { .act = s->act, .needs_note = s->needs_note };
        c.has.act = c.has.needs_note = true;
        Err e = petition_judge(tx, p, s, by, &why);
        if (e != OK && e != ERR_INVALID && e != ERR_FORBIDDEN) {
            *f = why;
            return e;
        }
        if (e != OK) {
            TRY(str_copy(tx_arena(tx), str(why.zh), &c.why_not_zh, f));
            TRY(str_copy(tx_arena(tx), str(why.en), &c.why_not_en, f));
            c.has.why_not_zh = c.has.why_not_en = true;
        }
        list[n++] = c;
    }
    *ret = (List){ list, n };
    return OK;
}

static Err unit_name(Tx *tx, bool has, OrgId id, Str *ret, Fault *f) {
    Org unit;

    if (!has)
        return OK;
    TRY(org_load(tx, id, &unit, f));
    *ret = unit.name;
    return OK;
}

/* From which instant which clock runs now. */
static Err explain(Tx *tx, const Petition *p, PetitionView *v, Fault *f) {
    const bool noticed = p->state <= PETITION_ASSIGNED, accepted = p->state == PETITION_ACCEPTED;
    Limit l;

    if (!p->has.due || (!noticed && !accepted))
        return OK;
    TRY(petition_clock(tx, noticed ? PETITION_NOTICE_DAYS : PETITION_FINISH_DAYS, &l, f));
    if (p->extended)
        return OK; /* the notice of extension says it */
    TRY(limits_explain(tx, l, noticed ? p->received.ms : p->accepted.ms, NULL, 0, &v->due_why_zh,
                       &v->due_why_en, f));
    v->has.due_why_zh = v->has.due_why_en = true;
    return OK;
}

static Err others(Tx *tx, const Petition *p, const Actor *by, PetitionView *v, Fault *f) {
    PetitionKey linked = { .id = p->linked };
    Petition other;
    Account who;
    size_t n;

    if (p->has.handler) {
        TRY(sql_account_by_id(tx, &(AccountKey){ .id = p->handler }, &who, 1, &n, f));
        v->handler_title = n ? who.title : (Str){ 0 };
        v->has.handler_title = n > 0;
    }
    if (p->has.linked) {
        TRY(sql_petition_by_id(tx, &linked, &by->scope, &other, 1, &n, f));
        v->linked_code = n ? other.code : (Str){ 0 };
        v->has.linked_code = n > 0;
    }
    TRY(unit_name(tx, p->has.unit, p->unit, &v->unit_name, f));
    TRY(unit_name(tx, p->has.first_unit, p->first_unit, &v->first_unit_name, f));
    v->has.unit_name = p->has.unit;
    v->has.first_unit_name = p->has.first_unit;
    return OK;
}

Err petition_view(Tx *tx, const PetitionKey *in, const Actor *by, PetitionView *ret, Fault *f) {
    PetitionEvent *events = arena_take(tx_arena(tx), EVENTS * sizeof *events);
    PetitionNotice *papers = arena_take(tx_arena(tx), PAPERS * sizeof *papers);
    Petition *p = arena_take(tx_arena(tx), sizeof *p);
    PetitionView v = { 0 };

    if (!events || !papers || !p)
        return fault_arena(f);
    TRY(petition_load(tx, in->id, by, p, f));
    v.petition = (List){ p, 1 };
    v.events.rows = events;
    v.papers.rows = papers;
    TRY(sql_petition_event_list(tx, in, events, EVENTS, &v.events.n, f));
    TRY(sql_petition_notice_list(tx, in, papers, PAPERS, &v.papers.n, f));
    TRY(choices(tx, p, by, &v.steps, f));
    TRY(others(tx, p, by, &v, f));
    TRY(explain(tx, p, &v, f));
    v.has.petition = v.has.events = v.has.papers = v.has.steps = true;
    *ret = v;
    return OK;
}

Err petition_notice(Tx *tx, const PetitionNoticeKey *in, const Actor *by, PaperShown *ret, Fault *f) {
    PetitionNotice n;
    Petition p;
    size_t found;

    TRY(petition_load(tx, in->id, by, &p, f));
    TRY(sql_petition_notice_get(tx, in, &n, 1, &found, f));
    if (!found)
        return fault(f, ERR_NOT_FOUND, "notice_unknown", "number", "这个信访事项没有这份文书。",
                     "This petition has no such notice.");
    PaperShown s = { .code = p.code,
                     .number = n.number,
                     .paper = n.paper,
                     .kind = p.kind,
                     .matter = p.matter,
                     .received = p.received,
                     .made = n.made,
                     .due = n.due,
                     .road = p.road };
    TRY(unit_name(tx, n.has.unit, n.unit, &s.unit_name, f));
    if (n.has.words)
        TRY(keys_open(&n.words, "petition_notice.words", p.id.v, tx_arena(tx), &s.words, f));
    s.has.code = s.has.number = s.has.paper = s.has.kind = s.has.matter = s.has.received = s.has.made = true;
    s.has.due = n.has.due;
    s.has.unit_name = n.has.unit;
    s.has.road = n.paper == PAPER_REDIRECTED && p.has.road;
    s.has.words = n.has.words;
    *ret = s;
    return OK;
}
