/* postgres – the PostgreSQL driver: libpq, prepared statements with the types
 * that the records say, binary both ways. A statement that fails spoils the
 * transaction until its savepoint is rolled back; the writer does that.
 *
 * A round trip costs more than most statements, so the words that begin and
 * bracket (BEGIN, SAVEPOINT, RELEASE) are kept back and travel with the next
 * statement in one pipeline; what turns out to bracket nothing is never sent.
 *
 * Refused at opening: a server older than 15, a database that is not UTF-8, or
 * whose collation is not C (the two stores would sort differently). The password
 * in `where` never reaches a sentence. */
#include "inner.h"

#include <endian.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_VARCHAR = 1043,
    OID_NUMERIC = 1700
};
enum { OLDEST = 150000, PENDING_MAX = 8, FETCH = 256, STATEMENT_MS = 30000 };

typedef struct Conn {
    PGconn *pg;
    const StoreConfig *config;
    ConnUse use;
    Cache cache;
    const char *pending[PENDING_MAX]; /* kept back, in order */
    int n_pending, cursors;
    bool ending; /* a ROLLBACK is on its way, its answer not yet read */
    bool passing, gone;
} Conn;

static const char begin_read[] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
static const char begin_write[] = "BEGIN";
static const char save[] = "SAVEPOINT one";
static const char release[] = "RELEASE one";

/* ---- what the server said ---- */

static Err lost_fault(const Conn *c, Fault *f) {
    Err e = fault(f, ERR_BUSY, "store_unreachable", "",
                  "连不上 PostgreSQL（%s:%s），没有保存。请检查它是否在运行。",
                  "PostgreSQL at %s:%s does not answer; nothing was saved. Check that it is running.",
                  PQhost(c->pg) ? PQhost(c->pg) : "", PQport(c->pg) ? PQport(c->pg) : "");
    snprintf(f->detail, sizeof f->detail, "%s", PQerrorMessage(c->pg));
    return e;
}

static bool is_good(const PGresult *r) {
    ExecStatusType status = PQresultStatus(r);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* Takes `r`. Data came or the command worked: OK. */
static Err said(Conn *c, PGresult *r, Fault *f) {
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    Err e = OK;

    if (is_good(r)) {
        PQclear(r);
        return OK;
    }
    c->gone |=
        PQstatus(c->pg) == CONNECTION_BAD || (state && strncmp(state, "57P", 3) == 0); /* shutting down */
    if (c->gone)
        e = lost_fault(c, f);
    else if (!state)
        e = fault_store(f);
    else if (strcmp(state, "23505") == 0 || strcmp(state, "23503") == 0)
        e = fault_exists(f);
    else if (strcmp(state, "53100") == 0)
        e = fault_disk_full(f);
    else if (strncmp(state, "40", 2) == 0 || strcmp(state, "55P03") == 0) {
        c->passing = true; /* two servers stood in each other's way */
        e = fault_store_busy(f);
    } else if (strcmp(state, "57014") == 0)
        e = fault(f, ERR_BUSY, "store_timeout", "", "查询超时，请缩小范围后再试。",
                  "It took too long; ask for less and try again.");
    else
        e = fault_store(f);
    if (!c->gone)
        snprintf(f->detail, sizeof f->detail, "postgres %s: %s", state ? state : "-", PQerrorMessage(c->pg));
    PQclear(r);
    return e;
}

/* ---- transactions ---- */

/* Reads the answer to the ROLLBACK that END sent without waiting. */
static void end_ending(Conn *c) {
    for (PGresult *r; c->ending && (r = PQgetResult(c->pg)) != NULL;)
        PQclear(r);
    c->ending = false;
}

/* Runs what was kept back, then `sql`, in one message. */
static Err exec_text(Conn *c, const char *sql, Fault *f) {
    char text[256];
    Buf b = { text, 0, sizeof text, false, 0 };

    end_ending(c);
    for (int i = 0; i < c->n_pending; i++)
        buf_fmt(&b, "%s;", c->pending[i]);
    c->n_pending = 0;
    if (!*sql && !b.n)
        return OK;
    if (!b.n)
        return said(c, PQexec(c->pg, sql), f);
    if (b.n + strlen(sql) < sizeof text) {
        buf_str(&b, sql);
        return said(c, PQexec(c->pg, text), f);
    }
    TRY(said(c, PQexec(c->pg, text), f));
    return said(c, PQexec(c->pg, sql), f);
}

static Err conn_exec(void *conn, const char *sql, Fault *f) { return exec_text(conn, sql, f); }

static Err keep_back(Conn *c, const char *word, Fault *f) {
    if (c->n_pending == PENDING_MAX)
        TRY(exec_text(c, "", f));
    c->pending[c->n_pending++] = word;
    return OK;
}

/* Nothing ran since `word` was kept back: it need not be sent at all. */
static bool took_back(Conn *c, const char *word) {
    if (!c->n_pending || c->pending[c->n_pending - 1] != word)
        return false;
    c->n_pending--;
    return true;
}

/* COMMIT of a spoilt transaction answers "ROLLBACK", and no error. */
static Err commit(Conn *c, Fault *f) {
    char text[256];
    Buf b = { text, 0, sizeof text, false, 0 };

    if (c->n_pending && c->pending[0] == begin_write) { /* nothing was done */
        c->n_pending = 0;
        return OK;
    }
    for (int i = 0; i < c->n_pending; i++)
        buf_fmt(&b, "%s;", c->pending[i]);
    c->n_pending = 0;
    buf_str(&b, "NOTIFY jingwei;COMMIT");
    PGresult *r = PQexec(c->pg, text);
    if (is_good(r) && strcmp(PQcmdStatus(r), "COMMIT") != 0) {
        PQclear(r);
        return fault_store(f);
    }
    return said(c, r, f);
}

static bool conn_lost(void *conn) {
    const Conn *c = conn;
    return c->gone || PQstatus(c->pg) == CONNECTION_BAD;
}

static Err conn_control(void *conn, Control what, Fault *f) {
    Conn *c = conn;

    switch (what) {
    case BEGIN_READ:
    case BEGIN_WRITE:
        end_ending(c);
        if (conn_lost(c))
            return lost_fault(c, f);
        c->n_pending = 0;
        c->passing = false;
        return keep_back(c, what == BEGIN_READ ? begin_read : begin_write, f);
    case SAVE: c->passing = false; return keep_back(c, save, f);
    case RELEASE: return took_back(c, save) ? OK : keep_back(c, release, f);
    case UNDO: return took_back(c, save) ? OK : exec_text(c, "ROLLBACK TO one;RELEASE one", f);
    case COMMIT: return commit(c, f);
    case END:
        if (took_back(c, begin_read))
            return OK;
        c->ending = PQsendQuery(c->pg, "ROLLBACK") == 1;
        return OK;
    default:
        if (c->n_pending && (c->pending[0] == begin_write || c->pending[0] == begin_read)) {
            c->n_pending = 0;
            return OK;
        }
        c->n_pending = 0;
        return exec_text(c, "ROLLBACK", f);
    }
}

/* ---- opening ---- */

Err postgres_version_check(int version, Fault *f) {
    if (version >= OLDEST)
        return OK;
    return fault(f, ERR_STORE, "postgres_too_old", "", "PostgreSQL 版本 %d 太旧，需要 15 或更新。",
                 "PostgreSQL %d is too old: 15 or newer is needed.", version / 10000);
}

static Err check_server(Conn *c, Fault *f) {
    TRY(postgres_version_check(PQserverVersion(c->pg), f));
    PGresult *r = PQexec(
        c->pg, "SELECT current_setting('server_encoding'), datcollate, datlocprovider, current_database()"
               " FROM pg_database WHERE datname = current_database()");
    if (!is_good(r) || PQntuples(r) != 1)
        return said(c, r, f);
    const char *encoding = PQgetvalue(r, 0, 0), *collation = PQgetvalue(r, 0, 1),
               *provider = PQgetvalue(r, 0, 2);
    bool plain =
        *provider == 'c' && (strcmp(collation, "C") == 0 || strcmp(collation, "POSIX") == 0 ||
                             strcasecmp(collation, "C.UTF-8") == 0 || strcasecmp(collation, "C.utf8") == 0);
    Err e = OK;
    if (strcmp(encoding, "UTF8") != 0 || !plain)
        e = fault(f, ERR_STORE, "postgres_encoding", "",
                  "数据库 %s 的编码是 %s、排序规则是 %s；需要 UTF8 和 C。请用 CREATE DATABASE … ENCODING "
                  "'UTF8' LC_COLLATE 'C' "
                  "LC_CTYPE 'C' TEMPLATE template0 重建。",
                  "Database %s is encoded in %s and sorts by %s; UTF8 and C are needed. Make it with CREATE "
                  "DATABASE … "
                  "ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0.",
                  PQgetvalue(r, 0, 3), encoding, *provider == 'c' ? collation : "ICU");
    PQclear(r);
    return e;
}

static void say_nothing(void *arg, const char *message) { (void)arg, (void)message; }

static Err settle(Conn *c, Fault *f) {
    char sql[512];
    int32_t ms = c->config->statement_ms ? c->config->statement_ms : STATEMENT_MS;

    if (PQstatus(c->pg) != CONNECTION_OK) {
        lost_fault(c, f);
        const char *state = PQerrorMessage(c->pg);
        if (strstr(state, "database") && strstr(state, "does not exist"))
            return fault(f, ERR_STORE, "postgres_no_database", "",
                         "PostgreSQL 中没有这个数据库：%s。请先创建（编码 UTF8，排序规则 C）。",
                         "There is no database %s: make it first (encoding UTF8, collation C).", PQdb(c->pg));
        if (strstr(state, "authentication"))
            return fault(f, ERR_STORE, "postgres_sign_in", "", "PostgreSQL 不接受用户 %s：请检查用户名和密码。",
                         "PostgreSQL does not let user %s in: check name and password.", PQuser(c->pg));
        return f->err;
    }
    PQsetNoticeProcessor(c->pg, say_nothing, NULL);
    TRY(check_server(c, f));
    snprintf(sql, sizeof sql,
             "SET client_encoding = 'UTF8'; SET client_min_messages = error; SET TimeZone = 'UTC';"
             "SET standard_conforming_strings = on; SET statement_timeout = %d; SET "
             "default_transaction_read_only = %s;"
             "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') "
             "= 'off'",
             ms, c->use == FOR_READING ? "on" : "off");
    return exec_text(c, sql, f);
}

static void conn_close(void *conn) {
    Conn *c = conn;
    if (c->pg)
        PQfinish(c->pg);
    mem_free(c);
}

static PGconn *dial(const char *where) {
    const char *names[] = { "connect_timeout", "application_name", "dbname", NULL };
    const char *values[] = { "5", "jingwei", where, NULL }; /* what `where` says comes later and wins */
    return PQconnectdbParams(names, values, 1);
}

static Err conn_open(const StoreConfig *config, ConnUse use, void **ret, Fault *f) {
    Conn *c = mem_alloc(sizeof *c);
    if (!c)
        return fault_memory(f);
    memset(c, 0, sizeof *c);
    c->config = config;
    c->use = use;
    c->pg = dial(config->where);
    Err e = c->pg ? settle(c, f) : fault_memory(f);
    if (e != OK) {
        conn_close(c);
        return e;
    }
    *ret = c;
    return OK;
}

static Err conn_reconnect(void *conn, Fault *f) {
    Conn *c = conn;

    c->n_pending = 0;
    c->ending = false;
    memset(&c->cache, 0, sizeof c->cache); /* the statements went with the session */
    PGconn *fresh = dial(c->config->where);
    if (!fresh)
        return fault_memory(f);
    PQfinish(c->pg);
    c->pg = fresh;
    c->gone = false;
    return settle(c, f);
}

static bool conn_in_transaction(void *conn) {
    const Conn *c = conn;
    PGTransactionStatusType t = PQtransactionStatus(c->pg);
    if (c->ending)
        return false;
    return t == PQTRANS_INTRANS || t == PQTRANS_INERROR || (c->n_pending && t != PQTRANS_UNKNOWN);
}

static bool conn_passing(void *conn) { return ((Conn *)conn)->passing; }
/* ---- the store's own statements ---- */

static Err conn_ask(void *conn, const char *sql, const char *const *params, int n, AskFn *each, void *ctx,
                    int64_t *ret_changed, Fault *f) {
    Conn *c = conn;
    const char *columns[16];

    TRY(exec_text(c, "", f));
    PGresult *r = PQexecParams(c->pg, sql, n, NULL, params, NULL, NULL, 0);
    if (!is_good(r))
        return said(c, r, f);
    int width = PQnfields(r) < (int)COUNT(columns) ? PQnfields(r) : (int)COUNT(columns);
    Err e = OK;
    for (int row = 0; row < PQntuples(r) && e == OK && each; row++) {
        for (int i = 0; i < width; i++)
            columns[i] = PQgetisnull(r, row, i) ? NULL : PQgetvalue(r, row, i);
        e = each(ctx, columns, width, f);
    }
    if (e == OK && ret_changed)
        *ret_changed = strtoll(PQcmdTuples(r), NULL, 10);
    PQclear(r);
    return e;
}

/* ---- parameters ---- */

typedef struct Bound {
    int n;
    Oid types[QUERY_PARAMS_MAX];
    const char *values[QUERY_PARAMS_MAX];
    int lengths[QUERY_PARAMS_MAX], formats[QUERY_PARAMS_MAX];
    char numbers[QUERY_PARAMS_MAX][8];
} Bound;

static Oid oid_of(Kind kind) {
    switch (kind) {
    case KIND_KEY:
    case KIND_REF:
    case KIND_LONG:
    case KIND_MS: return OID_INT8;
    case KIND_TEXT:
    case KIND_RAW: return OID_TEXT;
    case KIND_BYTES: return OID_BYTEA;
    case KIND_BOOL: return OID_BOOL;
    default: return OID_INT4;
    }
}

static void bind_one(Bound *b, int i, Oid type, const Value *v) {
    uint64_t eight = htobe64((uint64_t)v->i);
    uint32_t four = htobe32((uint32_t)v->i);

    b->values[i] = b->numbers[i];
    switch (type) {
    case OID_INT8:
        memcpy(b->numbers[i], &eight, 8);
        b->lengths[i] = 8;
        break;
    case OID_INT4:
        memcpy(b->numbers[i], &four, 4);
        b->lengths[i] = 4;
        break;
    case OID_BOOL:
        b->numbers[i][0] = v->i != 0;
        b->lengths[i] = 1;
        break;
    default:
        b->values[i] = v->s.p ? v->s.p : "";
        b->lengths[i] = (int)v->s.n;
        break;
    }
}

static void bind(Bound *b, const Query *q, unsigned mask, const Value *v) {
    b->n = (int)q->n_params;
    for (int i = 0; i < b->n; i++) {
        b->types[i] = oid_of(query_kind(q, (size_t)i)); /* so an unused $3 needs no guess */
        b->formats[i] = 1;
        b->values[i] = NULL;
        b->lengths[i] = 0;
        if (v && query_uses(q, (size_t)i, mask) && !v[i].null)
            bind_one(b, i, b->types[i], &v[i]);
    }
}

/* ---- statements over records ---- */

static void name_of(const Conn *c, const Cached *slot, char ret[16]) {
    snprintf(ret, 16, "s%d", cache_number(&c->cache, slot));
}

static Err statement(Conn *c, const Query *q, unsigned mask, Cached **ret, Fault *f) {
    char sql[QUERY_SQL_MAX], name[16], drop[32];
    Bound types;
    Cached *slot = cache_find(&c->cache, q, mask);

    if (!slot) {
        TRY(query_text(q, mask, POSTGRES, sql, f));
        TRY(exec_text(c, "", f)); /* a text that does not parse must not spoil what lies before SAVEPOINT */
        slot = cache_room(&c->cache);
        name_of(c, slot, name);
        if (slot->statement) {
            snprintf(drop, sizeof drop, "DEALLOCATE %s", name);
            slot->statement = NULL;
            TRY(exec_text(c, drop, f));
        }
        bind(&types, q, mask, NULL);
        TRY(said(c, PQprepare(c->pg, name, sql, types.n, types.types), f));
        cache_put(&c->cache, slot, q, mask, slot);
    }
    *ret = slot;
    return OK;
}

static Err conn_prepare(void *conn, const Query *q, unsigned mask, Fault *f) {
    Cached *slot;
    return statement(conn, q, mask, &slot, f);
}

/* Reads a pipeline to its end: the first failure, or else the last answer. */
static PGresult *gather(Conn *c, int n) {
    PGresult *last = NULL, *bad = NULL;

    for (int nothing = 0; nothing <= n + 2;) {
        PGresult *r = PQgetResult(c->pg);
        ExecStatusType status = PQresultStatus(r);
        if (!r) {
            nothing++;
            continue;
        }
        if (status == PGRES_PIPELINE_SYNC) {
            PQclear(r);
            break;
        }
        if (!is_good(r) && status != PGRES_PIPELINE_ABORTED && !bad)
            bad = r;
        else {
            PQclear(last);
            last = r;
        }
    }
    if (bad) {
        PQclear(last);
        return bad;
    }
    return last;
}

/* What was kept back and the statement, in one round trip. */
static PGresult *run_pipeline(Conn *c, const char *name, const Bound *b) {
    bool sent = PQenterPipelineMode(c->pg) == 1;
    int n = c->n_pending;

    for (int i = 0; i < n && sent; i++)
        sent = PQsendQueryParams(c->pg, c->pending[i], 0, NULL, NULL, NULL, NULL, 0) == 1;
    c->n_pending = 0;
    sent = sent && PQsendQueryPrepared(c->pg, name, b->n, b->values, b->lengths, b->formats, 1) == 1;
    PQpipelineSync(c->pg);
    PGresult *r = gather(c, n + 1);
    PQexitPipelineMode(c->pg);
    if (!sent && is_good(r)) {
        PQclear(r);
        return NULL;
    }
    return r;
}

/* Many rows: a cursor, so that neither side holds them all. */
static Err start_stream(Conn *c, const Query *q, unsigned mask, const Bound *b, Run *ret_run, Fault *f) {
    char sql[QUERY_SQL_MAX], declare[QUERY_SQL_MAX + 64];

    TRY(query_text(q, mask, POSTGRES, sql, f));
    TRY(exec_text(c, "", f));
    *ret_run = (Run){ .cursor = ++c->cursors, .more = true };
    snprintf(declare, sizeof declare, "DECLARE c%d NO SCROLL CURSOR FOR %s", ret_run->cursor, sql);
    return said(c, PQexecParams(c->pg, declare, b->n, b->types, b->values, b->lengths, b->formats, 0), f);
}

static Err conn_start(void *conn, const Query *q, unsigned mask, const Value *v, bool streamed, Run *ret_run,
                      Fault *f) {
    Conn *c = conn;
    Bound b;
    char name[16];
    Cached *slot;

    end_ending(c);
    if (streamed) {
        bind(&b, q, mask, v);
        return start_stream(c, q, mask, &b, ret_run, f);
    }
    TRY(statement(c, q, mask, &slot, f));
    bind(&b, q, mask, v);
    name_of(c, slot, name);
    PGresult *r = c->n_pending ? run_pipeline(c, name, &b)
                               : PQexecPrepared(c->pg, name, b.n, b.values, b.lengths, b.formats, 1);
    if (!is_good(r))
        return said(c, r, f);
    *ret_run = (Run){ .result = r, .row = -1, .columns = PQnfields(r) };
    return OK;
}

static Err fetch(Conn *c, Run *run, Fault *f) {
    char sql[64];

    snprintf(sql, sizeof sql, "FETCH %d FROM c%d", FETCH, run->cursor);
    PGresult *r = PQexecParams(c->pg, sql, 0, NULL, NULL, NULL, NULL, 1);
    if (!is_good(r))
        return said(c, r, f);
    PQclear(run->result);
    run->result = r;
    run->row = 0;
    run->columns = PQnfields(r);
    run->more = PQntuples(r) == FETCH;
    return OK;
}

static Err conn_next(void *conn, Run *run, bool *ret_row, Fault *f) {
    run->row++;
    if (run->cursor && run->more && (!run->result || run->row == PQntuples(run->result)))
        TRY(fetch(conn, run, f));
    *ret_row = run->result && run->row < PQntuples(run->result);
    return OK;
}

static int64_t conn_finish(void *conn, Run *run) {
    Conn *c = conn;
    char sql[32];
    int64_t changed = run->result ? strtoll(PQcmdTuples(run->result), NULL, 10) : 0;

    PQclear(run->result);
    if (run->cursor) {
        snprintf(sql, sizeof sql, "CLOSE c%d", run->cursor);
        PQclear(PQexec(c->pg, sql)); /* a spoilt transaction has closed it already */
    }
    return changed;
}

/* ---- columns ---- */

static int16_t be16(const char *p) {
    uint16_t u;
    memcpy(&u, p, 2);
    return (int16_t)be16toh(u);
}

/* A sum of bigint is numeric: groups of four decimal digits. False: it has a
 * fraction or does not fit. */
static bool numeric_whole(const char *p, int64_t *ret) {
    int n = be16(p), weight = be16(p + 2), sign = (uint16_t)be16(p + 4);
    __int128 sum = 0;

    for (int i = 0; i <= weight || i < n; i++) {
        int digit = i < n ? be16(p + 8 + 2 * i) : 0;
        if (i > weight && digit)
            return false;
        if (i <= weight)
            sum = sum * 10000 + digit;
        if (sum > INT64_MAX)
            return false;
    }
    *ret = (int64_t)(sign == 0x4000 ? -sum : sum);
    return sign == 0 || sign == 0x4000;
}

static bool number_of(Oid type, const char *p, int64_t *ret) {
    uint64_t eight;
    uint32_t four;

    switch (type) {
    case OID_INT8:
        memcpy(&eight, p, 8);
        *ret = (int64_t)be64toh(eight);
        return true;
    case OID_INT4:
        memcpy(&four, p, 4);
        *ret = (int32_t)be32toh(four);
        return true;
    case OID_INT2: *ret = be16(p); return true;
    case OID_BOOL: *ret = *p != 0; return true;
    case OID_NUMERIC: return numeric_whole(p, ret);
    default: return false;
    }
}

static Err conn_column(void *conn, Run *run, int i, Kind kind, Value *ret, Fault *f) {
    const PGresult *r = run->result;
    Oid type = PQftype(r, i);
    const char *p = PQgetvalue(r, run->row, i);
    Value v = { .null = PQgetisnull(r, run->row, i) != 0 };
    bool words = kind == KIND_TEXT || kind == KIND_RAW || kind == KIND_BYTES, good = true;

    (void)conn;
    if (!v.null && words) {
        v.s = (Str){ p, (size_t)PQgetlength(r, run->row, i) };
        good = kind == KIND_BYTES ? type == OID_BYTEA : type == OID_TEXT || type == OID_VARCHAR;
    } else if (!v.null)
        good = number_of(type, p, &v.i);
    if (!good)
        return fault(f, ERR_STORE, "column_type", "", "查询第 %d 列的类型（%u）不合。",
                     "Column %d of the query has the wrong type (%u).", i + 1, type);
    *ret = v;
    return OK;
}

const Driver postgres_driver = {
    .dialect = POSTGRES,
    .open = conn_open,
    .close = conn_close,
    .control = conn_control,
    .exec = conn_exec,
    .ask = conn_ask,
    .prepare = conn_prepare,
    .start = conn_start,
    .next = conn_next,
    .column = conn_column,
    .finish = conn_finish,
    .in_transaction = conn_in_transaction,
    .passing = conn_passing,
    .lost = conn_lost,
    .reconnect = conn_reconnect,
};

/* ---- news from other servers ---- */

/* A connection that only listens. When it breaks it is made anew; until then
 * those who wait for news are told by their own time-out. */
static void *listener(void *arg) {
    Store *s = arg;
    PGconn *pg = NULL;

    for (int pause_ms = 100; !s->closing;) {
        if (!pg || PQstatus(pg) != CONNECTION_OK) {
            if (pg)
                PQfinish(pg);
            pg = dial(s->config.where);
            PQclear(PQexec(pg, "LISTEN jingwei"));
            news_came(s); /* what came while nobody listened */
        }
        struct pollfd wait = { PQsocket(pg), POLLIN, 0 };
        bool good = PQstatus(pg) == CONNECTION_OK;
        pause_ms = good ? 100 : pause_ms < 1000 ? pause_ms * 2 : 1000;
        poll(good ? &wait : NULL, good ? 1 : 0, pause_ms);
        if (good)
            PQconsumeInput(pg);
        for (PGnotify *n; good && (n = PQnotifies(pg)) != NULL; PQfreemem(n))
            news_came(s);
    }
    if (pg)
        PQfinish(pg);
    return NULL;
}

Err listen_start(Store *s, Fault *f) {
    if (pthread_create(&s->side_thread, NULL, listener, s) != 0)
        return fault(f, ERR_STORE, "no_thread", "", "无法启动线程。", "A thread did not start.");
    s->side_runs = true;
    return OK;
}

void listen_stop(Store *s) {
    if (s->side_runs)
        pthread_join(s->side_thread, NULL);
    s->side_runs = false;
}
