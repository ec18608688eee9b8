/* petition – see petition.h. A matter is received: it hangs where nobody whom it is about
 * reaches it, its words and who brings them are sealed apart, and a receipt is made. */
#include "petition.h"

#include "access.h"
#include "case.h"
#include "case_about.h"
#include "case_words.h"
#include "ground.h"
#include "limits.h"
#include "org.h"
#include "petition_q.h"
#include "random.h"

/* ---- found ---- */

static Err unknown(Fault *f) {
    return fault(f, ERR_NOT_FOUND, "petition_unknown", "id", "没有这个信访事项，或不在您的范围内。",
                 "There is no such petition in your part of the city.");
}

static Err judge_interest(Tx *tx, const Petition *p, const Actor *by, Fault *f) {
    PetitionWho who = { .id = p->id, .account = by->account };
    Count n;
    size_t found;

    TRY(sql_petition_recusal_of(tx, &who, &n, 1, &found, f));
    return n.n == 0
               ? OK
               : fault(f, ERR_FORBIDDEN, "petition_recused", "id", "您已回避这个信访事项，不再办理和查看。",
                       "You have withdrawn from this petition: you neither act on it nor read it.");
}

static Err judge_sealed(Tx *tx, const Petition *p, const Actor *by, Fault *f) {
    OpeningOf of = { .petition = p->id, .account = by->account, .now = moment_now() };
    Count n;
    size_t found;

    if (p->state != PETITION_SEALED)
        return OK;
    TRY(sql_petition_opening_of(tx, &of, &n, 1, &found, f));
    return n.n ? OK
               : fault(f, ERR_FORBIDDEN, "petition_sealed", "id",
                       "这个信访事项已归档封存：写明理由申请启封，经另一人批准后一天内可看。",
                       "This petition is a sealed file: ask for its opening with a reason; when another person "
                       "agrees, it is open to you for a day.");
}

Err petition_load(Tx *tx, PetitionId id, const Actor *by, Petition *ret, Fault *f) {
    PetitionKey key = { .id = id };
    Petition p;
    size_t n;

    TRY(sql_petition_by_id(tx, &key, &by->scope, &p, 1, &n, f));
    if (n == 0)
        return unknown(f);
    TRY(judge_interest(tx, &p, by, f));
    TRY(judge_sealed(tx, &p, by, f));
    *ret = p;
    return OK;
}

Err petition_changed(Fault *f) {
    return fault(f, ERR_CONFLICT, "petition_changed", "revision", "这个信访事项刚被别人办过，请刷新后再决定。",
                 "Somebody has just worked on this petition: reload it and decide again.");
}

Err petition_list(Tx *tx, const PetitionFind *in, const Actor *by, Page *ret, Fault *f) {
    PetitionFind find = *in;

    find.has.open = in->has.open && in->open;
    return sql_petition_list(tx, &find, &by->scope, ret->rows, (size_t)in->limit, &ret->n, f);
}

/* ---- received ---- */

Err petition_names_nobody(Tx *tx, Str words, const char *field, Fault *f) {
    Str marked = words;

    TRY(case_words_marked(tx, &marked, f));
    return str_same(marked, words)
               ? OK
               : fault(f, ERR_INVALID, "petition_names", field,
                       "这里有电话、证件、车牌或房号：请写进材料，材料是加密封存的。",
                       "There is a telephone, card, plate or room number in it: write it into the petitioner's "
                       "words, which are sealed.");
}

/* A petition is the subdistrict's; about its office, the district's. */
static Err hang_by_ground(Tx *tx, Petition *p, Fault *f) {
    Case c = { .about = p->about == ABOUT_MATTER ? ABOUT_UNIT : p->about, .area = p->area, .path = { "0", 1 } };
    const Ground *g;

    TRY(ground_borrow(tx, &g, f));
    const bool known = ground_area(g, p->area) != NULL;
    ground_return(g);
    if (!known)
        return fault(f, ERR_INVALID, "petition_area", "area", "没有这个网格。", "There is no such grid.");
    c.has.area = true;
    TRY(case_raise(tx, &c, f));
    p->path = c.path;
    return OK;
}

static Err judge_subject(Tx *tx, Petition *p, Fault *f) {
    Org subject;

    if (p->kind == PETITION_ACCUSATION && p->about == ABOUT_MATTER && !p->has.subject)
        return fault(f, ERR_INVALID, "petition_about", "about",
                     "检举控告要写明涉及的是单位，还是街镇机关或其中心。",
                     "An accusation says whether it is about a unit, or about the subdistrict office or its "
                     "centre.");
    if (!p->has.subject)
        return OK;
    TRY(org_load(tx, p->subject, &subject, f));
    if (subject.kind >= PARTY_SUBDISTRICT)
        return fault(f, ERR_INVALID, "subject_kind", "subject", "“%.*s”是党组织：请写涉及的单位。",
                     "“%.*s” is a Party organisation: name the unit.", (int)subject.name.n, subject.name.p);
    p->about = subject.kind == ORG_OFFICE || p->about == ABOUT_CENTRE ? ABOUT_CENTRE : ABOUT_UNIT;
    return OK;
}

Err petition_hang(Tx *tx, Petition *p, const Actor *by, Fault *f) {
    TRY(judge_subject(tx, p, f));
    if (p->has.area)
        return hang_by_ground(tx, p, f);
    if (by->scope.path_low.n <= 1 && p->about != ABOUT_CENTRE)
        return fault(f, ERR_INVALID, "petition_area", "area", "您的岗位管全市：请写明属于哪个街镇或网格。",
                     "Your post is for the whole city: say to which subdistrict or grid it belongs.");
    p->path = p->about == ABOUT_CENTRE ? str("0") : by->scope.path_low;
    return OK;
}

/* Its id, number and first clock; then the row, its event, its receipt. */
static Err begin(Tx *tx, Petition *p, const Actor *by, Fault *f) {
    const int32_t home = p->has.area ? id_home(p->area.v) : 0;
    Code code = code_make(home);
    Limit notice;
    Due due;

    p->revision = 1;
    p->state = PETITION_RECEIVED;
    p->id.v = id_new(home);
    TRY(str_copy(tx_arena(tx), str(code.z), &p->code, f));
    TRY(petition_names_nobody(tx, p->matter, "matter", f));
    TRY(petition_hang(tx, p, by, f));
    TRY(petition_clock(tx, PETITION_NOTICE_DAYS, &notice, f));
    TRY(limits_due(tx, notice, p->received.ms, NULL, 0, &due, f));
    p->due = moment_at(due.ms);
    p->has.due = true;
    return OK;
}

static Err put(Tx *tx, const Petition *p, const Actor *by, Str note, Fault *f) {
    int64_t changed;

    TRY(sql_petition_add(tx, p, &changed, f));
    TRY(petition_event_put(tx, p, PET_RECEIVE, 0, by, note, f));
    return petition_notice_put(tx, p, PAPER_RECEIPT, (Str){ 0 }, f);
}

/* A matter is linked by its number, and only to one that the clerk may read. */
static Err link_to(Tx *tx, const PetitionReceive *in, const Actor *by, Petition *p, Fault *f) {
    PetitionCode key;
    Petition other;
    Case c;
    Code code;
    size_t n;

    if (in->has.linked_code) {
        TRY(code_parse(in->linked_code, &key.home, &code, f));
        TRY(str_copy(tx_arena(tx), str(code.z), &key.code, f));
        TRY(sql_petition_by_code(tx, &key, &by->scope, &other, 1, &n, f));
        if (n == 0 || other.state == PETITION_SEALED)
            return fault(f, ERR_NOT_FOUND, "petition_link", "linked_code", "没有这个编号的信访事项，或已封存。",
                         "There is no petition of this number, or it is sealed.");
        TRY(judge_interest(tx, &other, by, f));
        p->linked = other.id;
    }
    if (in->has.case_code) {
        CaseTrack track = { .code = in->case_code };
        TRY(case_by_code(tx, &track, by, &c, f));
        p->linked_case = c.id;
    }
    p->has.linked = in->has.linked_code;
    p->has.linked_case = in->has.case_code;
    return OK;
}

Err petition_receive(Tx *tx, const PetitionReceive *in, const Actor *by, Petition *ret, Fault *f) {
    Petition p = { .received = moment_now() };

    record_take(&petition_record, &p, &petition_receive_in_record, in);
    TRY(link_to(tx, in, by, &p, f));
    TRY(begin(tx, &p, by, f));
    TRY(put(tx, &p, by, (Str){ 0 }, f));
    TRY(petition_file_put(tx, &p, in, (PetitionId){ 0 }, f));
    *ret = p;
    return OK;
}

/* ---- one letter, several matters ---- */

Err petition_split(Tx *tx, const PetitionSplit *in, const Actor *by, Petition *ret, Fault *f) {
    PetitionReceive words = { .material = in->material };
    Petition from;
    char note[80];
    Buf b = { note, 0, sizeof note, false, 0 };

    TRY(petition_load(tx, in->id, by, &from, f));
    if (from.revision != in->revision)
        return petition_changed(f);
    if (from.state != PETITION_RECEIVED)
        return fault(f, ERR_INVALID, "petition_split_late", "", "已交办的事项不能再分出：请另行登记并关联。",
                     "It was assigned already: receive the further matter anew and link it.");
    Petition p = { .received = from.received, .area = from.area, .linked = from.id };
    record_take(&petition_record, &p, &petition_split_in_record, in);
    p.has.area = from.has.area;
    p.has.linked = true;
    TRY(begin(tx, &p, by, f));
    if (!p.has.area && p.about == ABOUT_MATTER)
        p.path = from.path;
    buf_fmt(&b, "自 %.*s 分出 / split from it", (int)from.code.n, from.code.p);
    TRY(put(tx, &p, by, buf_view(&b), f));
    TRY(petition_file_put(tx, &p, &words, from.id, f));
    *ret = p;
    return OK;
}
