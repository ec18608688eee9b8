/* statement – records to statements and rows to records, on either store.
 *
 * A statement that fails breaks its transaction: PostgreSQL would refuse all that
 * follows, so SQLite does too, and the write as a whole fails with that fault.
 * (What may happen twice says ON CONFLICT DO NOTHING and looks at the count.) */
#include "inner.h"

#include <string.h>

void tx_begin(Tx *tx) {
    tx->arena = NULL;
    tx->answered = tx->broken = false;
}

void tx_lend(Tx *tx, Arena *a) { tx->arena = a; }
Arena *tx_arena(Tx *tx) { return tx->arena; }
Store *tx_store(Tx *tx) { return tx->store; }
bool tx_writes(const Tx *tx) { return tx == &tx->store->writer; }
int64_t tx_news(const Tx *tx) { return tx->news; }

static Err broke(Tx *tx, Err e, const Fault *f) {
    if (!tx->broken)
        tx->why = *f;
    tx->broken = true;
    return e;
}

static Err usable(const Tx *tx, Fault *f) {
    if (!tx->broken)
        return OK;
    *f = tx->why;
    return f->err;
}

Err tx_prepare(Tx *tx, const Query *q, unsigned mask, Fault *f) { return tx->d->prepare(tx->conn, q, mask, f); }

Err tx_exec(Tx *tx, const char *sql, Fault *f) {
    TRY(usable(tx, f));
    Err e = tx->d->exec(tx->conn, sql, f);
    tx->answered |= e == OK;
    return e == OK ? OK : broke(tx, e, f);
}

Err tx_ask(Tx *tx, const char *sql, const char *const *params, int n_params, AskFn *each, void *ctx,
           int64_t *ret_changed, Fault *f) {
    TRY(usable(tx, f));
    Err e = tx->d->ask(tx->conn, sql, params, n_params, each, ctx, ret_changed, f);
    tx->answered |= e == OK;
    return e == OK ? OK : broke(tx, e, f);
}

/* A text with a NUL would be cut on the one store and kept on the other. */
static Err gather(const Query *q, const void *const *args, unsigned *ret_mask, Value values[QUERY_PARAMS_MAX],
                  Fault *f) {
    unsigned mask = 0;

    for (size_t i = 0; i < q->n_filters; i++)
        if (field_has(query_field(q, q->filters[i]), args[q->filters[i].arg]))
            mask |= 1u << i;
    if (q->n_params > QUERY_PARAMS_MAX)
        return fault(f, ERR_LIMIT, "too_many_parameters", "", "查询参数太多：%s。",
                     "The query has too many parameters: %s.", q->name);
    for (size_t i = 0; i < q->n_params; i++) {
        QueryPlace at = q->params[i].at;
        const Field *field = query_field(q, at);
        values[i] = column_get(field, at.part, args[at.arg]);
        if (field->kind == KIND_TEXT && values[i].s.n && memchr(values[i].s.p, 0, values[i].s.n))
            return fault_nul(field->name, f);
    }
    *ret_mask = mask;
    return OK;
}

static Err start(Tx *tx, const Query *q, const void *const *args, bool streamed, Run *ret_run, Fault *f) {
    Value values[QUERY_PARAMS_MAX];
    unsigned mask = 0;

    TRY(usable(tx, f));
    TRY(gather(q, args, &mask, values, f));
    Err e = tx->d->start(tx->conn, q, mask, values, streamed, ret_run, f);
    return e == OK ? OK : broke(tx, e, f);
}

static Err next(Tx *tx, Run *run, bool *ret_row, Fault *f) {
    Err e = tx->d->next(tx->conn, run, ret_row, f);
    tx->answered |= e == OK;
    return e == OK ? OK : broke(tx, e, f);
}

Err tx_run(Tx *tx, const Query *q, const void *const *args, int64_t *ret_changed, Fault *f) {
    bool row = true;
    Run run;
    Err e = OK;

    TRY(start(tx, q, args, false, &run, f));
    while (e == OK && row) /* to the end: RETURNING gives rows, too */
        e = next(tx, &run, &row, f);
    int64_t changed = tx->d->finish(tx->conn, &run);
    TRY(e);
    *ret_changed = changed;
    return OK;
}

/* An int32 member cannot hold what a sum or a newer server's column may give. */
static Err check_range(const Field *field, Kind kind, const Value *v, Fault *f) {
    bool narrow = kind == KIND_INT || kind == KIND_DEGREE || kind == KIND_DAY || kind == KIND_ENUM;
    if (!narrow || v->null || (v->i >= INT32_MIN && v->i <= INT32_MAX))
        return OK;
    return fault(f, ERR_STORE, "number_too_large", field->name, "库中的数太大（%s）。",
                 "A number in the store is too large for its field (%s).", field->name);
}

static Err too_few(const Record *r, int columns, Fault *f) {
    return fault(f, ERR_STORE, "query_shape", "", "查询只给出 %d 列，少于 %s 所需。",
                 "The query gives %d columns, fewer than %s has.", columns, r->noun);
}

/* Of a noun that is stored, a query gives what is stored; of any other, every
 * field that can be a column. */
static bool is_given(const Record *r, const Field *field) {
    if (r->key)
        return field_stored(field);
    return field->kind != KIND_LIST && field->kind != KIND_RAW;
}

static Err read_row(Tx *tx, Run *run, const Record *r, Arena *a, void *row, Fault *f) {
    size_t n;
    const Field *fields = r->fields(&n);
    int column = 0;

    memset(row, 0, r->size);
    for (size_t i = 0; i < n; i++)
        for (size_t part = 0; is_given(r, &fields[i]) && part < field_parts(&fields[i]); part++) {
            if (column == run->columns)
                return too_few(r, column, f);
            Kind kind = column_kind(&fields[i], part);
            Value v = { 0 };
            TRY(tx->d->column(tx->conn, run, column++, kind, &v, f));
            TRY(check_range(&fields[i], kind, &v, f));
            TRY(column_set(&fields[i], part, row, v, a, f));
        }
    return OK;
}

Err tx_rows(Tx *tx, const Query *q, const void *const *args, void *ret, size_t max, size_t *ret_n, Fault *f) {
    size_t n = 0;
    bool row = true;
    Run run;
    Err e = OK;

    TRY(start(tx, q, args, false, &run, f));
    while (e == OK && n < max && (e = next(tx, &run, &row, f)) == OK && row)
        e = read_row(tx, &run, q->gives, tx->arena, (char *)ret + n++ * q->gives->size, f);
    tx->d->finish(tx->conn, &run);
    TRY(e);
    *ret_n = n;
    return OK;
}

/* Each row is built in an arena of its own, so a million rows need no more room
 * than one, and what `each` takes from the lent arena stays. */
Err tx_each(Tx *tx, const Query *q, const void *const *args, EachFn *each, void *ctx, Fault *f) {
    Arena a;
    bool row = true;
    Run run;

    TRY(arena_begin(&a, q->gives->size + (1 << 20), f));
    void *one = arena_take(&a, q->gives->size);
    size_t empty = a.used;
    Err e = start(tx, q, args, true, &run, f);
    if (e != OK) {
        arena_end(&a);
        return e;
    }
    while (e == OK && (e = next(tx, &run, &row, f)) == OK && row) {
        a.used = empty;
        e = read_row(tx, &run, q->gives, &a, one, f);
        if (e == OK)
            e = each(ctx, one, f);
    }
    tx->d->finish(tx->conn, &run);
    arena_end(&a);
    return e;
}
