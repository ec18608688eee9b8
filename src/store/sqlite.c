/* sqlite – the SQLite driver. WAL with synchronous=FULL: COMMIT returns after the
 * log is on the disk. On a full disk, an I/O error or for want of memory SQLite
 * may roll the whole transaction back, savepoints included; in_transaction() is
 * how the writer learns of it. The log is folded back by checkpoint.c, never by
 * the writer's COMMIT.
 *
 * The words that begin and end transactions are prepared once, so that a want of
 * memory cannot stand between a failure and its ROLLBACK. */
#include "inner.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { INDEX_HEAD = 48, INDEX_PAGE = 32768 }; /* https://sqlite.org/walformat.html, 2.1 */
enum { WRITER_CACHE_KB = 65536, READERS_CACHE_KB = 65536, BUSY_MS = 5000 };

typedef struct Conn {
    sqlite3 *db;
    sqlite3_stmt *control[CONTROL_COUNT];
    Cache cache;
    int failed;                 /* the last result that was not OK */
    const volatile void *index; /* FOR_READING: the head of the log's index, shared by all processes */
    _Alignas(uint64_t) char seen[INDEX_HEAD]; /* what it was before the last BEGIN_READ */
    _Atomic int64_t *wal_bytes;
    void (*wal_grown)(void *);
    void *wal_ctx;
} Conn;

static const char *const words[CONTROL_COUNT] = {
    [BEGIN_WRITE] = "BEGIN IMMEDIATE", [BEGIN_READ] = "BEGIN",     [SAVE] = "SAVEPOINT one",
    [RELEASE] = "RELEASE one",         [UNDO] = "ROLLBACK TO one", [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",           [END] = "COMMIT",
};

static Err said(Conn *c, int rc, Fault *f) {
    Err e;

    c->failed = rc;
    switch (rc & 0xff) {
    case SQLITE_NOMEM: e = fault_memory(f); break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: e = fault_store_busy(f); break;
    case SQLITE_FULL: e = fault_disk_full(f); break;
    case SQLITE_CONSTRAINT:
        e = rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY ||
                    rc == SQLITE_CONSTRAINT_ROWID || rc == SQLITE_CONSTRAINT_FOREIGNKEY
                ? fault_exists(f)
                : fault_store(f);
        break;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        e = fault(f, ERR_STORE, "store_damaged", "", "数据库文件已损坏：请用 restore 恢复备份。",
                  "The database file is damaged: restore a backup.");
        break;
    default: e = fault_store(f); break;
    }
    snprintf(f->detail, sizeof f->detail, "sqlite %d: %s", rc, c->db ? sqlite3_errmsg(c->db) : "");
    return e;
}

static Err conn_exec(void *conn, const char *sql, Fault *f) {
    Conn *c = conn;
    int rc = sqlite3_exec(c->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? OK : said(c, rc, f);
}

/* Every commit of any process changes this head; it is what SQLite itself looks at to
 * learn whether its view of the log is the newest. Torn by a writer, it is another. */
static void look(const Conn *c, char ret[INDEX_HEAD]) {
    atomic_thread_fence(memory_order_acquire);
    for (size_t i = 0; i < INDEX_HEAD / sizeof(uint64_t); i++)
        ((uint64_t *)(void *)ret)[i] = ((const volatile uint64_t *)c->index)[i];
    atomic_thread_fence(memory_order_acquire);
}

static bool conn_is_newest(void *conn) {
    const Conn *c = conn;
    _Alignas(uint64_t) char now[INDEX_HEAD];

    if (!c->index)
        return false;
    look(c, now);
    return memcmp(now, c->seen, INDEX_HEAD) == 0;
}

static int step_once(sqlite3_stmt *s) {
    int rc = sqlite3_step(s);
    sqlite3_reset(s);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static Err conn_control(void *conn, Control what, Fault *f) {
    Conn *c = conn;
    if (what == SAVE || what == BEGIN_READ)
        c->failed = SQLITE_OK;
    if (what == BEGIN_READ && c->index)
        look(c, c->seen);
    int rc = step_once(c->control[what]);
    if (rc == SQLITE_OK && what == UNDO)
        rc = step_once(c->control[RELEASE]);
    return rc == SQLITE_OK ? OK : said(c, rc, f);
}

/* ---- opening ---- */

/* The heap behind our counter, so that tests can fail SQLite's allocations too.
 * Statistics would make every thread take one lock at every allocation. */
static sqlite3_mem_methods plain;
static void *counted_malloc(int n) { return mem_fails_now() ? NULL : plain.xMalloc(n); }
static void *counted_realloc(void *p, int n) { return mem_fails_now() ? NULL : plain.xRealloc(p, n); }

static void prepare_process(void) {
    sqlite3_mem_methods counted;

    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &plain);
    counted = plain;
    counted.xMalloc = counted_malloc;
    counted.xRealloc = counted_realloc;
    sqlite3_config(SQLITE_CONFIG_MALLOC, &counted);
    sqlite3_initialize();
}

void sqlite_prepare_process(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, prepare_process);
}

static Err no_file(const char *where, int error, Fault *f) {
    Err e =
        error == ENOENT || error == ENOTDIR
            ? fault(f, ERR_STORE, "store_no_directory", "", "目录不存在：%s。请先创建。",
                    "There is no directory for %s: make it first.", where)
        : error == EACCES || error == EPERM || error == EROFS
            ? fault(f, ERR_STORE, "store_not_allowed", "", "没有读写 %s 的权限：请检查文件和目录的属主与权限。",
                    "%s may not be read and written: check the owner and the mode of file and directory.",
                    where)
            : fault(f, ERR_STORE, "store_cannot_open", "", "无法打开 %s。", "%s cannot be opened.", where);
    snprintf(f->detail, sizeof f->detail, "%s", strerror(error));
    return e;
}

/* Says what is wrong with a path before SQLite would say "unable to open". */
Err sqlite_file_check(const char *where, Fault *f) {
    struct stat st;
    char head[16];

    if (stat(where, &st) == 0 && S_ISDIR(st.st_mode))
        return fault(f, ERR_STORE, "store_is_directory", "", "%s 是目录，不是数据库文件。",
                     "%s is a directory, not a database file.", where);
    bool fresh = stat(where, &st) != 0 && errno == ENOENT;
    int fd = open(where, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return no_file(where, errno, f);
    ssize_t n = read(fd, head, sizeof head);
    close(fd);
    if (fresh)
        unlink(where); /* only asked whether it could be made */
    if (n > 0 && (n < 16 || memcmp(head, "SQLite format 3", 16) != 0))
        return fault(f, ERR_STORE, "store_no_database", "", "%s 不是数据库文件。", "%s is not a database file.",
                     where);
    return OK;
}

static void conn_close(void *conn) {
    Conn *c = conn;
    for (int i = 0; i < c->cache.n; i++)
        sqlite3_finalize(c->cache.slots[i].statement);
    for (int i = 0; i < CONTROL_COUNT; i++)
        sqlite3_finalize(c->control[i]);
    sqlite3_close(c->db);
    mem_free(c);
}

static Err set_up(Conn *c, const StoreConfig *config, ConnUse use, Fault *f) {
    char sql[512];
    int cache =
        use == FOR_WRITING ? WRITER_CACHE_KB : READERS_CACHE_KB / (int)(config->readers ? config->readers : 1);

    sqlite3_busy_timeout(c->db, BUSY_MS);
    sqlite3_extended_result_codes(c->db, 1);
    snprintf(
        sql, sizeof sql,
        "%sPRAGMA synchronous=FULL;PRAGMA temp_store=MEMORY;PRAGMA foreign_keys=ON;PRAGMA trusted_schema=OFF;"
        "PRAGMA cache_size=-%d;PRAGMA mmap_size=%lld;%s",
        use == FOR_WRITING ? "PRAGMA journal_mode=WAL;PRAGMA wal_autocheckpoint=0;" : "", cache,
        (long long)config->mmap_mb << 20, use == FOR_READING ? "PRAGMA query_only=1;" : "");
    TRY(conn_exec(c, sql, f));
    for (int i = 0; i < CONTROL_COUNT; i++) {
        int rc = sqlite3_prepare_v3(c->db, words[i], -1, SQLITE_PREPARE_PERSISTENT, &c->control[i], NULL);
        if (rc != SQLITE_OK)
            return said(c, rc, f);
    }
    return OK;
}

/* Through SQLite's own file, which maps the index once for all connections of this
 * process (to open it once more and close it again would drop SQLite's locks). A read
 * comes first, for which SQLite sets the index up. Without it every read begins anew. */
static Err find_index(Conn *c, Fault *f) {
    sqlite3_file *file = NULL;
    void volatile *page = NULL;

    TRY(conn_exec(c, "SELECT count(*) FROM sqlite_schema", f));
    if (sqlite3_file_control(c->db, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK && file &&
        file->pMethods && file->pMethods->iVersion >= 2 &&
        file->pMethods->xShmMap(file, 0, INDEX_PAGE, 0, &page) == SQLITE_OK)
        c->index = page;
    return OK;
}

static Err conn_open(const StoreConfig *config, ConnUse use, void **ret, Fault *f) {
    Conn *c = mem_alloc(sizeof *c);
    if (!c)
        return fault_memory(f);
    memset(c, 0, sizeof *c);
    int rc = sqlite3_open_v2(config->where, &c->db,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    Err e = rc == SQLITE_OK ? set_up(c, config, use, f) : said(c, rc, f);
    if (e == OK && use == FOR_READING)
        e = find_index(c, f);
    if (e != OK) {
        conn_close(c);
        return e;
    }
    *ret = c;
    return OK;
}

/* ---- the store's own statements ---- */

static Err ask_rows(Conn *c, sqlite3_stmt *s, AskFn *each, void *ctx, Fault *f) {
    const char *columns[16];
    int rc;

    while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
        int n = sqlite3_column_count(s);
        n = n < (int)COUNT(columns) ? n : (int)COUNT(columns);
        for (int i = 0; i < n; i++)
            columns[i] = (const char *)sqlite3_column_text(s, i);
        if (each)
            TRY(each(ctx, columns, n, f));
    }
    return rc == SQLITE_DONE ? OK : said(c, rc, f);
}

static Err conn_ask(void *conn, const char *sql, const char *const *params, int n, AskFn *each, void *ctx,
                    int64_t *ret_changed, Fault *f) {
    Conn *c = conn;
    sqlite3_stmt *s = NULL;

    int rc = sqlite3_prepare_v2(c->db, sql, -1, &s, NULL);
    for (int i = 0; i < n && rc == SQLITE_OK; i++)
        rc = params[i] ? sqlite3_bind_text(s, i + 1, params[i], -1, SQLITE_STATIC) : SQLITE_OK;
    Err e = rc == SQLITE_OK ? ask_rows(c, s, each, ctx, f) : said(c, rc, f);
    sqlite3_finalize(s);
    if (e == OK && ret_changed)
        *ret_changed = sqlite3_changes64(c->db);
    return e;
}

/* ---- statements over records ---- */

static Err compile(Conn *c, const Query *q, unsigned mask, sqlite3_stmt **ret, Fault *f) {
    char sql[QUERY_SQL_MAX];

    TRY(query_text(q, mask, SQLITE, sql, f));
    int rc = sqlite3_prepare_v3(c->db, sql, -1, SQLITE_PREPARE_PERSISTENT, ret, NULL);
    return rc == SQLITE_OK ? OK : said(c, rc, f);
}

/* The statement of `q`, ready to run; `cached` is NULL for one that runs already
 * (an `each` that asks the same again) and gets a twin for the occasion. */
static Err statement(Conn *c, const Query *q, unsigned mask, Cached **ret_cached, sqlite3_stmt **ret,
                     Fault *f) {
    sqlite3_stmt *s = NULL;
    Cached *slot = cache_find(&c->cache, q, mask);

    if (!slot || slot->running) {
        TRY(compile(c, q, mask, &s, f));
        slot = slot ? NULL : cache_room(&c->cache);
        if (slot) {
            sqlite3_finalize(slot->statement);
            cache_put(&c->cache, slot, q, mask, s);
        }
    } else
        s = slot->statement;
    *ret_cached = slot;
    *ret = s;
    return OK;
}

static Err conn_prepare(void *conn, const Query *q, unsigned mask, Fault *f) {
    Cached *cached;
    sqlite3_stmt *s;

    TRY(statement(conn, q, mask, &cached, &s, f));
    if (!cached)
        sqlite3_finalize(s);
    return OK;
}

static int64_t conn_finish(void *conn, Run *run) {
    bool reads = sqlite3_stmt_readonly(run->statement) != 0;
    if (run->cached) {
        sqlite3_reset(run->statement);
        sqlite3_clear_bindings(run->statement);
        run->cached->running = false;
    } else
        sqlite3_finalize(run->statement);
    return reads ? 0 : sqlite3_changes64(((Conn *)conn)->db);
}

static int bind(sqlite3_stmt *s, int at, Kind kind, const Value *v) {
    switch (kind) {
    case KIND_TEXT:
    case KIND_RAW: return sqlite3_bind_text64(s, at, v->s.p ? v->s.p : "", v->s.n, SQLITE_STATIC, SQLITE_UTF8);
    case KIND_BYTES: return sqlite3_bind_blob64(s, at, v->s.p ? v->s.p : "", v->s.n, SQLITE_STATIC);
    default: return sqlite3_bind_int64(s, at, v->i);
    }
}

static Err conn_start(void *conn, const Query *q, unsigned mask, const Value *v, bool streamed, Run *ret_run,
                      Fault *f) {
    Conn *c = conn;
    sqlite3_stmt *s;
    Run run = { 0 };

    (void)streamed; /* rows come one by one in any case */
    TRY(statement(c, q, mask, &run.cached, &s, f));
    run.statement = s;
    run.columns = sqlite3_column_count(s);
    if (run.cached)
        run.cached->running = true;
    for (size_t i = 0; i < q->n_params; i++, v++) {
        if (!query_uses(q, i, mask) || v->null)
            continue;
        int rc = bind(s, (int)i + 1, query_kind(q, i), v);
        if (rc != SQLITE_OK) {
            Err e = said(c, rc, f);
            conn_finish(conn, &run);
            return e;
        }
    }
    *ret_run = run;
    return OK;
}

static Err conn_next(void *conn, Run *run, bool *ret_row, Fault *f) {
    int rc = sqlite3_step(run->statement);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        return said(conn, rc, f);
    *ret_row = rc == SQLITE_ROW;
    return OK;
}

/* Through the value, which is looked up once. (Values of columns may be read like
 * this because one thread uses a connection at a time: sqlite_prepare_process.) */
static Err conn_column(void *conn, Run *run, int i, Kind kind, Value *ret, Fault *f) {
    sqlite3_value *from = sqlite3_column_value(run->statement, i);
    Value v = { .null = sqlite3_value_type(from) == SQLITE_NULL };

    if (v.null) {
        *ret = v;
        return OK;
    }
    switch (kind) {
    case KIND_TEXT:
    case KIND_RAW:
        v.s.p = (const char *)sqlite3_value_text(from);
        if (!v.s.p)
            return said(conn, SQLITE_NOMEM, f);
        v.s.n = (size_t)sqlite3_value_bytes(from);
        break;
    case KIND_BYTES:
        v.s.p = sqlite3_value_blob(from);
        v.s.n = (size_t)sqlite3_value_bytes(from);
        if (!v.s.p && v.s.n)
            return said(conn, SQLITE_NOMEM, f);
        v.s.p = v.s.p ? v.s.p : "";
        break;
    default: v.i = sqlite3_value_int64(from); break;
    }
    *ret = v;
    return OK;
}

static bool conn_in_transaction(void *conn) { return !sqlite3_get_autocommit(((Conn *)conn)->db); }
static bool conn_passing(void *conn) { return (((Conn *)conn)->failed & 0xff) == SQLITE_BUSY; }
static bool conn_lost(void *conn) { return conn == NULL; }
static Err conn_reconnect(void *conn, Fault *f) { return conn ? OK : fault_store(f); }

/* ---- the log ---- */

static int on_wal(void *ctx, sqlite3 *db, const char *name, int pages) {
    Conn *c = ctx;
    (void)db, (void)name;
    *c->wal_bytes = (int64_t)pages * 4096;
    c->wal_grown(c->wal_ctx);
    return SQLITE_OK;
}

void sqlite_wal_watch(void *conn, _Atomic int64_t *bytes, void (*grown)(void *), void *ctx) {
    Conn *c = conn;
    c->wal_bytes = bytes;
    c->wal_grown = grown;
    c->wal_ctx = ctx;
    sqlite3_wal_hook(c->db, on_wal, c);
}

Err sqlite_checkpoint(void *conn, bool restart, bool *ret_all, Fault *f) {
    Conn *c = conn;
    int in_log = 0, folded = 0;

    int rc = sqlite3_wal_checkpoint_v2(
        c->db, NULL, restart ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE, &in_log, &folded);
    if (rc != SQLITE_OK && rc != SQLITE_BUSY)
        return said(c, rc, f);
    *ret_all = rc == SQLITE_OK && in_log == folded;
    return OK;
}

const Driver sqlite_driver = {
    .dialect = SQLITE,
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
    .is_newest = conn_is_newest,
    .passing = conn_passing,
    .lost = conn_lost,
    .reconnect = conn_reconnect,
};
