/* petition_file – what is sealed of a petition: who brings it, in which words, and what a
 * notice says. It is opened with a reason, which the access log keeps; after the matter has
 * ended and was sealed 归档封存, by two persons, for a day (DOMAIN.md §4.4, 4.7, 4.13). */
#include "petition.h"

#include "access.h"
#include "keys.h"
#include "petition_q.h"

#define OPENING_MS (24LL * 3600 * 1000)

/* The access log names what was opened by its id, whatever noun it is of. */
static Err log_access(Tx *tx, PetitionId id, const Actor *by, const char *what, Str reason, Fault *f) {
    char room[700];
    Buf b = { room, 0, sizeof room, false, 0 };

    buf_fmt(&b, "%s%.*s", what, (int)reason.n, reason.p);
    return access_write(tx, (CaseId){ id.v }, by, buf_view(&b), f);
}

static Err file_of(Tx *tx, PetitionId id, PetitionFile *ret, Fault *f) {
    PetitionKey key = { .id = id };
    size_t n;

    TRY(sql_petition_file_get(tx, &key, ret, 1, &n, f));
    return n ? OK
             : fault(f, ERR_STORE, "petition_file", "", "这个信访事项没有卷宗。", "This petition has no file.");
}

/* ---- sealed ---- */

static Err seal_again(Tx *tx, PetitionId of, PetitionFile *file, Fault *f) {
    PetitionFile from;
    Str name, contact;

    TRY(file_of(tx, of, &from, f));
    if (from.has.name) {
        TRY(keys_open(&from.name, "petition_file.name", of.v, tx_arena(tx), &name, f));
        TRY(keys_seal(name, "petition_file.name", file->petition_id.v, tx_arena(tx), &file->name, f));
    }
    if (from.has.contact) {
        TRY(keys_open(&from.contact, "petition_file.contact", of.v, tx_arena(tx), &contact, f));
        TRY(keys_seal(contact, "petition_file.contact", file->petition_id.v, tx_arena(tx), &file->contact, f));
    }
    file->has.name = from.has.name;
    file->has.contact = from.has.contact;
    return OK;
}

Err petition_file_put(Tx *tx, const Petition *p, const PetitionReceive *in, PetitionId of, Fault *f) {
    PetitionFile file = { .petition_id = p->id };
    int64_t changed;

    if (in->has.name)
        TRY(keys_seal(in->name, "petition_file.name", p->id.v, tx_arena(tx), &file.name, f));
    if (in->has.contact)
        TRY(keys_seal(in->contact, "petition_file.contact", p->id.v, tx_arena(tx), &file.contact, f));
    file.has.name = in->has.name;
    file.has.contact = in->has.contact;
    if (of.v)
        TRY(seal_again(tx, of, &file, f));
    TRY(keys_seal(in->material, "petition_file.material", p->id.v, tx_arena(tx), &file.material, f));
    file.has.material = true;
    return sql_petition_file_add(tx, &file, &changed, f);
}

Err petition_notice_put(Tx *tx, const Petition *p, PetitionPaper paper, Str words, Fault *f) {
    PetitionNotice n = { .petition_id = p->id,
                         .number = p->revision,
                         .paper = paper,
                         .made = moment_now(),
                         .due = p->due,
                         .unit = p->unit };
    int64_t changed;

    n.has.due = p->has.due;
    n.has.unit = p->has.unit;
    n.has.words = words.n > 0;
    if (words.n)
        TRY(keys_seal(words, "petition_notice.words", p->id.v, tx_arena(tx), &n.words, f));
    return sql_petition_notice_add(tx, &n, &changed, f);
}

/* ---- opened ---- */

Err petition_person(Tx *tx, const PetitionOpen *in, const Actor *by, PetitionerShown *ret, Fault *f) {
    PetitionerShown out = { 0 };
    PetitionFile file;
    Petition p;

    TRY(petition_load(tx, in->id, by, &p, f));
    TRY(file_of(tx, p.id, &file, f));
    TRY(log_access(tx, p.id, by, "信访人：", in->reason, f));
    if (file.has.name)
        TRY(keys_open(&file.name, "petition_file.name", p.id.v, tx_arena(tx), &out.name, f));
    if (file.has.contact)
        TRY(keys_open(&file.contact, "petition_file.contact", p.id.v, tx_arena(tx), &out.contact, f));
    out.has.name = file.has.name;
    out.has.contact = file.has.contact;
    *ret = out;
    return OK;
}

Err petition_material(Tx *tx, const PetitionOpen *in, const Actor *by, MaterialShown *ret, Fault *f) {
    MaterialShown out = { 0 };
    PetitionFile file;
    Petition p;

    TRY(petition_load(tx, in->id, by, &p, f));
    TRY(file_of(tx, p.id, &file, f));
    TRY(log_access(tx, p.id, by, "信访材料：", in->reason, f));
    if (file.has.material)
        TRY(keys_open(&file.material, "petition_file.material", p.id.v, tx_arena(tx), &out.material, f));
    out.has.material = file.has.material;
    *ret = out;
    return OK;
}

/* ---- the archive ---- */

/* Without what petition_load() asks: it is sealed, and that is the point. */
static Err load_sealed(Tx *tx, PetitionId id, const Actor *by, Petition *ret, Fault *f) {
    PetitionKey key = { .id = id };
    PetitionWho who = { .id = id, .account = by->account };
    Count recused;
    size_t n, found;

    TRY(sql_petition_by_id(tx, &key, &by->scope, ret, 1, &n, f));
    TRY(sql_petition_recusal_of(tx, &who, &recused, 1, &found, f));
    if (n == 0 || recused.n)
        return fault(f, ERR_NOT_FOUND, "petition_unknown", "id", "没有这个信访事项，或不在您的范围内。",
                     "There is no such petition in your part of the city.");
    return ret->state == PETITION_SEALED
               ? OK
               : fault(f, ERR_INVALID, "petition_not_sealed", "id", "这个信访事项没有封存，可直接查看。",
                       "This petition is not sealed: it can be read as it is.");
}

Err petition_unseal(Tx *tx, const PetitionOpen *in, const Actor *by, PetitionOpening *ret, Fault *f) {
    const int64_t now = clock_now_ms();
    PetitionOpening o = { .id = { id_new(id_home(in->id.v)) },
                          .petition = in->id,
                          .account = by->account,
                          .reason = in->reason,
                          .asked = moment_at(now),
                          .ends = moment_at(now + OPENING_MS) };
    Petition p;
    int64_t changed;

    TRY(load_sealed(tx, in->id, by, &p, f));
    TRY(sql_petition_opening_add(tx, &o, &changed, f));
    TRY(log_access(tx, p.id, by, "申请启封：", in->reason, f));
    *ret = o;
    return OK;
}

Err petition_agree(Tx *tx, const OpeningKey *in, const Actor *by, PetitionOpening *ret, Fault *f) {
    PetitionOpening o;
    Petition p;
    int64_t changed;
    size_t n;

    TRY(sql_petition_opening_by_id(tx, in, &o, 1, &n, f));
    if (n == 0)
        return fault(f, ERR_NOT_FOUND, "opening_unknown", "id", "没有这次启封申请。",
                     "There is no such opening.");
    TRY(load_sealed(tx, o.petition, by, &p, f));
    if (o.account.v == by->account.v)
        return fault(f, ERR_FORBIDDEN, "opening_own", "id", "自己申请的启封要由另一个人批准。",
                     "What you ask for yourself is agreed to by another person.");
    if (o.ends.ms <= clock_now_ms())
        return fault(f, ERR_FORBIDDEN, "opening_over", "id", "这次申请已过期（一天内有效）：请另行申请。",
                     "This opening is over (it holds for a day): ask for another.");
    o.approver = by->account;
    o.approved = moment_now();
    o.has.approver = o.has.approved = true;
    TRY(sql_petition_opening_save(tx, &o, &changed, f));
    if (changed != 1)
        return fault(f, ERR_CONFLICT, "opening_agreed", "id", "这次启封已经批准过。",
                     "This opening was agreed to already.");
    TRY(log_access(tx, p.id, by, "批准启封：", o.reason, f));
    *ret = o;
    return OK;
}

static Err erase(Tx *tx, PetitionFile *file, const Actor *program, Fault *f) {
    PetitionKey key = { .id = file->petition_id };
    int64_t changed;

    file->has.name = file->has.contact = file->has.material = false;
    file->erased = moment_now();
    file->has.erased = true;
    TRY(sql_petition_file_save(tx, file, &changed, f));
    TRY(sql_petition_notice_erase(tx, &key, &changed, f));
    return log_access(tx, file->petition_id, program, "", str("保管期满，信访卷宗到期删除"), f);
}

Err petition_erase_due(Tx *tx, int64_t *ret_n, int32_t limit, int64_t before_ms, Fault *f) {
    OlderThan old = { .before = moment_at(before_ms), .limit = limit };
    PetitionFile *due = arena_take(tx_arena(tx), (size_t)limit * sizeof *due);
    Actor program;
    size_t n;

    if (!due)
        return fault_arena(f);
    actor_in(ROLE_SYSTEM_ADMIN, str("0"), (OrgId){ 0 }, &program);
    TRY(sql_petition_file_due(tx, &old, due, (size_t)limit, &n, f));
    for (size_t i = 0; i < n; i++)
        TRY(erase(tx, &due[i], &program, f));
    *ret_n = (int64_t)n;
    return OK;
}
