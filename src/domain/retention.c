/* retention – see retention.h. Each kind is a row: a query that forgets what is older than
 * so many days, or a function where there is more to do; either takes one batch and says
 * how many rows that were. The pass runs them in turn until each comes back short. */
#include "retention.h"

#include "access.h"
#include "account_q.h"
#include "chain.h"
#include "case_q.h"
#include "case_words.h"
#include "lease.h"
#include "outbox_q.h"
#include "petition.h"
#include "photo_case.h"
#include "plan.h"
#include "roster_q.h"
#include "sign_log.h"
#include "system_q.h"
#include "visit_q.h"
#include "words_q.h"

#include <stddef.h>

enum { BATCH = 500, LEASE_MS = 60000 };
#define DAY_MS (24LL * 3600 * 1000)

static _Atomic int64_t requests_total, sessions_total, contacts_total, told_total, photos_total,
    unclaimed_total;

RetentionCount retention_total(void) {
    return (RetentionCount){ requests_total, sessions_total, contacts_total,
                             told_total,     photos_total,   unclaimed_total };
}

static OlderThan days_ago(int64_t days) {
    return (OlderThan){ .before = moment_at(clock_now_ms() - days * DAY_MS), .limit = BATCH };
}

/* ---- one batch of each kind ---- */

typedef Err EraseBatch(Tx *tx, int64_t *ret_n, Fault *f);
typedef Err ForgetQuery(Tx *tx, const OlderThan *old, int64_t *ret_n, Fault *f); /* its rows alone */

static Err erase_contact(Tx *tx, Reporter *r, const Actor *by, Fault *f) {
    int64_t changed;

    r->secret = (Str){ "", 0 };
    r->has.name = r->has.contact = false;
    r->erased = moment_now();
    r->has.erased = true;
    TRY(sql_reporter_save(tx, r, &changed, f));
    TRY(case_words_erase(tx, r->case_id, f));
    return access_write(tx, r->case_id, by, str("结案满 90 天，联系方式到期删除"), f);
}

static Err erase_contacts(Tx *tx, int64_t *ret_n, Fault *f) {
    OlderThan old = days_ago(90);
    Reporter *due = arena_take(tx_arena(tx), BATCH * sizeof *due);
    Actor program;
    size_t n;

    if (!due)
        return fault_arena(f);
    actor_in(ROLE_SYSTEM_ADMIN, str("0"), (OrgId){ 0 }, &program);
    TRY(sql_reporter_due(tx, &old, due, BATCH, &n, f));
    for (size_t i = 0; i < n; i++)
        TRY(erase_contact(tx, &due[i], &program, f));
    *ret_n = (int64_t)n;
    return OK;
}

/* What was taken out of the words of a case without a reporter. */
static Err erase_words(Tx *tx, int64_t *ret_n, Fault *f) {
    OlderThan old = days_ago(90);
    HiddenWords *due = arena_take(tx_arena(tx), BATCH * sizeof *due);
    Actor program;
    size_t n;

    if (!due)
        return fault_arena(f);
    actor_in(ROLE_SYSTEM_ADMIN, str("0"), (OrgId){ 0 }, &program);
    TRY(sql_hidden_due(tx, &old, due, BATCH, &n, f));
    for (size_t i = 0; i < n; i++) {
        TRY(case_words_erase(tx, due[i].case_id, f));
        TRY(access_write(tx, due[i].case_id, &program, str("结案满 90 天，隐去的文字到期删除"), f));
    }
    *ret_n = (int64_t)n;
    return OK;
}

static Err erase_photos(Tx *tx, int64_t *ret_n, Fault *f) { return photo_erase_due(tx, ret_n, BATCH, f); }
static Err erase_unclaimed(Tx *tx, int64_t *ret_n, Fault *f) {
    return photo_erase_unclaimed(tx, ret_n, BATCH, f);
}

static Err erase_petitions(Tx *tx, int64_t *ret_n, Fault *f) {
    return petition_erase_due(tx, ret_n, BATCH, days_ago(PETITION_KEPT).before.ms, f);
}

static Err erase_accesses(Tx *tx, int64_t *ret_n, Fault *f) {
    return access_erase(tx, ret_n, BATCH, days_ago(LOG_KEPT_DAYS).before.ms, f);
}

static Err erase_signs(Tx *tx, int64_t *ret_n, Fault *f) {
    return sign_log_erase(tx, ret_n, BATCH, days_ago(LOG_KEPT_DAYS).before.ms, f);
}

static Err erase_plans(Tx *tx, int64_t *ret_n, Fault *f) {
    return plan_erase(tx, ret_n, days_ago(PLAN_KEPT_DAYS), f);
}

/* ---- the pass ---- */

typedef struct Erasure {
    ForgetQuery *forget; /* what is older than `days`; or NULL: */
    int64_t days;
    EraseBatch *erase;
    size_t count; /* which of RetentionCount */
    _Atomic int64_t *total;
} Erasure;

typedef struct Batch {
    const Erasure *kind;
    Arena arena;
    int64_t n;
} Batch;

static Err run_batch(Tx *tx, void *arg, Fault *f) {
    Batch *b = arg;

    b->arena.used = 0;
    tx_lend(tx, &b->arena);
    if (!b->kind->forget)
        return b->kind->erase(tx, &b->n, f);
    OlderThan old = days_ago(b->kind->days);
    return b->kind->forget(tx, &old, &b->n, f);
}

static Err erase_all(Store *s, const atomic_bool *stop, Batch *b, int64_t *count, _Atomic int64_t *total,
                     Fault *f) {
    do {
        if (stop && *stop)
            return OK;
        TRY(store_write_now(s, run_batch, b, true, f)); /* what is gone is gone: twice is once */
        *count += b->n;
        *total += b->n;
    } while (b->n == BATCH);
    return OK;
}

static const Erasure kinds[] = {
    { sql_request_forget, 180, NULL, offsetof(RetentionCount, requests), &requests_total },
    { sql_session_forget, 90, NULL, offsetof(RetentionCount, sessions), &sessions_total },
    { NULL, 0, erase_contacts, offsetof(RetentionCount, contacts), &contacts_total },
    { NULL, 0, erase_words, offsetof(RetentionCount, contacts), &contacts_total },
    { sql_notice_forget, 90, NULL, offsetof(RetentionCount, told), &told_total },
    { sql_notice_read_forget, 90, NULL, offsetof(RetentionCount, told), &told_total },
    { sql_delivery_forget, 30, NULL, offsetof(RetentionCount, told), &told_total },
    { sql_shift_forget, 365, NULL, offsetof(RetentionCount, told), &told_total },
    { sql_visit_forget, 180, NULL, offsetof(RetentionCount, told), &told_total },
    { sql_handover_forget, 365, NULL, offsetof(RetentionCount, told), &told_total },
    { NULL, 0, erase_accesses, offsetof(RetentionCount, told), &told_total },
    { NULL, 0, erase_signs, offsetof(RetentionCount, told), &told_total },
    { sql_account_event_forget, LOG_KEPT_DAYS, NULL, offsetof(RetentionCount, told), &told_total },
    { sql_attempt_forget, 1, NULL, offsetof(RetentionCount, told), &told_total },
    { NULL, 0, erase_petitions, offsetof(RetentionCount, contacts), &contacts_total },
    { NULL, 0, erase_plans, offsetof(RetentionCount, told), &told_total },
    { NULL, 0, erase_photos, offsetof(RetentionCount, photos), &photos_total },
    { NULL, 0, erase_unclaimed, offsetof(RetentionCount, unclaimed), &unclaimed_total },
};

Err retention_pass(Store *s, const atomic_bool *stop, bool *ret_ours, RetentionCount *ret, Fault *f) {
    Batch b = { 0 };

    *ret = (RetentionCount){ 0 };
    TRY(lease_hold(s, "retention", LEASE_MS, ret_ours, f));
    if (!*ret_ours)
        return OK;
    Err e = arena_begin(&b.arena, 8 << 20, f);
    for (size_t i = 0; e == OK && i < COUNT(kinds); i++) {
        b.kind = &kinds[i];
        e = erase_all(s, stop, &b, (int64_t *)((char *)ret + kinds[i].count), kinds[i].total, f);
    }
    arena_end(&b.arena);
    lease_drop(s, "retention");
    return e;
}
