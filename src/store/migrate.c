/* migrate – brings a database to the version that this program knows, and refuses
 * what it must not touch: a newer one, one made from other texts, one that belongs
 * to another program.
 *
 * Each migration is one transaction together with its row in schema_version, so a
 * crash leaves the version before or after, nothing between. SQLite is copied
 * first. PostgreSQL, where many servers look at one database, migrates under an
 * advisory lock, and only where may_migrate says so. */
#include "inner.h"

#include "backup.h"
#include "schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* The store's own tables; all others come from sql/migrate. */
static const char own_tables[] =
    "CREATE TABLE schema_version (version int NOT NULL, applied_ms ms NOT NULL, sha text NOT NULL,"
    " PRIMARY KEY (version));"
    "CREATE TABLE lease (name text NOT NULL, holder text NOT NULL, until_ms ms NOT NULL,"
    " PRIMARY KEY (name));";

/* ---- one server for one SQLite file ---- */

/* The lock is on a file beside the database and dies with the process. */
Err lock_take(const char *where, int *ret_fd, Fault *f) {
    char path[4096], pid[24] = "";
    const char *slash = strrchr(where, '/');

    snprintf(path, sizeof path, "%.*slock", slash ? (int)(slash - where) + 1 : 0, where);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        fault(f, ERR_STORE, "store_not_allowed", "", "无法创建 %s：请检查目录的权限。",
              "%s cannot be made: check the directory.", path);
        snprintf(f->detail, sizeof f->detail, "%s", strerror(errno));
        return f->err;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        ssize_t n = read(fd, pid, sizeof pid - 1);
        pid[n > 0 ? strcspn(pid, "\n") : 0] = 0;
        close(fd);
        return fault(f, ERR_BUSY, "store_in_use", "", "%s 正由另一个服务（进程 %s）使用：请先停掉它。",
                     "%s is in use by another server (process %s): stop that one first.", where, pid);
    }
    int n = snprintf(pid, sizeof pid, "%d\n", (int)getpid());
    if (ftruncate(fd, 0) != 0 || pwrite(fd, pid, (size_t)n, 0) != n) {
        close(fd);
        return fault_disk_full(f);
    }
    *ret_fd = fd;
    return OK;
}

/* ---- what is there ---- */

typedef struct Found {
    const StoreConfig *config;
    int64_t number;
    int32_t version;
    bool strange; /* a row whose text is not ours */
} Found;

static Err one_number(void *ctx, const char *const *columns, int n, Fault *f) {
    (void)n, (void)f;
    ((Found *)ctx)->number = columns[0] ? strtoll(columns[0], NULL, 10) : 0;
    return OK;
}

static Err one_version(void *ctx, const char *const *columns, int n, Fault *f) {
    Found *found = ctx;
    int32_t version = (int32_t)strtol(columns[0], NULL, 10);

    (void)n, (void)f;
    found->version = version > found->version ? version : found->version;
    for (size_t i = 0; i < found->config->n_migrations; i++)
        if (found->config->migrations[i].version == version &&
            strcmp(found->config->migrations[i].sha, columns[1]) != 0)
            found->strange = true;
    return OK;
}

static const char *const tables_sql[][2] = {
    { "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version'",
      "SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname = "
      "'schema_version'" },
    { "SELECT count(*) FROM sqlite_schema WHERE type = 'table'",
      "SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', "
      "'p')" },
};

static Err look(Store *s, void *conn, Found *ret, Fault *f) {
    Found found = { .config = &s->config };
    Dialect d = s->d->dialect;
    int32_t newest = s->config.n_migrations ? s->config.migrations[s->config.n_migrations - 1].version : 0;

    TRY(s->d->ask(conn, tables_sql[0][d], NULL, 0, one_number, &found, NULL, f));
    if (!found.number) {
        TRY(s->d->ask(conn, tables_sql[1][d], NULL, 0, one_number, &found, NULL, f));
        if (found.number)
            return fault(f, ERR_STORE, "store_foreign", "", "这个数据库属于别的程序，不能使用。",
                         "This database belongs to another program; it is left alone.");
        found.version = -1;
        *ret = found;
        return OK;
    }
    TRY(s->d->ask(conn, "SELECT version, sha FROM schema_version", NULL, 0, one_version, &found, NULL, f));
    if (found.version > newest)
        return fault(
            f, ERR_STORE, "store_newer", "", "数据库由更新的版本 %d 建立，本程序只认识到 %d：请安装新版程序。",
            "The database was made by a newer version %d; this program knows %d: install the newer one.",
            found.version, newest);
    if (found.strange)
        return fault(f, ERR_STORE, "store_other_texts", "",
                     "数据库由 0.1 之前的另一个版本建立，无法升级：请把旧目录移走，重新建立并导入。",
                     "The database was made by another version before 0.1 and cannot be brought forward: move "
                     "it away, make a "
                     "new one and import again.");
    *ret = found;
    return OK;
}

/* ---- one step ---- */

static Err run_text(Store *s, void *conn, const char *text, Fault *f) {
    Buf sql;

    TRY(buf_begin(&sql, 2 * strlen(text) + 64, 16 << 20, f));
    Err e = schema_translate(text, s->d->dialect, &sql, f);
    if (e == OK)
        e = s->d->exec(conn, sql.p, f);
    buf_end(&sql);
    return e;
}

static Err record_version(Store *s, void *conn, const Migration *m, Fault *f) {
    char version[16], now[24];

    snprintf(version, sizeof version, "%d", m->version);
    snprintf(now, sizeof now, "%lld", (long long)clock_now_ms());
    const char *params[] = { version, now, m->sha };
    return s->d->ask(conn, "INSERT INTO schema_version (version, applied_ms, sha) VALUES ($1, $2, $3)", params,
                     3, NULL, NULL, NULL, f);
}

/* `m` NULL: the store's own tables. */
static Err step(Store *s, void *conn, const Migration *m, Fault *f) {
    Fault ignored;

    TRY(s->d->control(conn, BEGIN_WRITE, f));
    Err e = run_text(s, conn, m ? m->text : own_tables, f);
    if (e == OK && m)
        e = record_version(s, conn, m, f);
    if (e == OK)
        e = s->d->control(conn, COMMIT, f);
    if (e != OK && !s->d->lost(conn) && s->d->in_transaction(conn))
        s->d->control(conn, ROLLBACK, &ignored);
    return e;
}

static Err copy_first(Store *s, int32_t version, Fault *f) {
    char to[4096];

    snprintf(to, sizeof to, "%s.version-%d.%lld", s->where, version, (long long)clock_now_ms());
    return backup_make(s->where, to, NULL, NULL, f);
}

static Err not_allowed(Store *s, int32_t version, int32_t to, Fault *f) {
    if (s->d->dialect == POSTGRES)
        return fault(
            f, ERR_STORE, "store_older", "",
            "数据库是版本 %d，本程序需要 %d：请先运行 jingwei migrate --store …。",
            "The database is at version %d, this program needs %d: run jingwei migrate --store … first.",
            version < 0 ? 0 : version, to);
    return fault(f, ERR_STORE, "store_older", "",
                 "数据库是版本 %d，本程序需要 %d：请先运行 jingwei migrate --data …。",
                 "The database is at version %d, this program needs %d: run jingwei migrate --data … first.",
                 version < 0 ? 0 : version, to);
}

static Err run_missing(Store *s, void *conn, int32_t to, Fault *f) {
    Found found;

    TRY(look(s, conn, &found, f)); /* again: another may have done it while we waited for the lock */
    if (found.version < to && found.version > 0 && s->d->dialect == SQLITE)
        TRY(copy_first(s, found.version, f));
    if (found.version < 0)
        TRY(step(s, conn, NULL, f));
    for (size_t i = 0; i < s->config.n_migrations; i++)
        if (s->config.migrations[i].version > found.version && s->config.migrations[i].version <= to)
            TRY(step(s, conn, &s->config.migrations[i], f));
    return OK;
}

static Err migrate_sqlite(Store *s, void *conn, int32_t to, Fault *f) {
    int fd = -1;

    if (s->lock_fd < 0)
        TRY(lock_take(s->where, &fd, f));
    Err e = run_missing(s, conn, to, f);
    if (fd >= 0)
        close(fd);
    return e;
}

#define MIGRATION_LOCK "20496917170001"
static Err migrate_postgres(Store *s, void *conn, int32_t to, Fault *f) {
    Fault ignored;

    TRY(s->d->exec(conn, "SET statement_timeout = 0", f));
    TRY(s->d->exec(conn, "SELECT pg_advisory_lock(" MIGRATION_LOCK ")", f));
    Err e = run_missing(s, conn, to, f);
    s->d->exec(conn, "SELECT pg_advisory_unlock(" MIGRATION_LOCK "); SET statement_timeout = 30000", &ignored);
    return e;
}

Err migrate(Store *s, void *conn, int32_t to, Fault *f) {
    Found found;
    int32_t newest = s->config.n_migrations ? s->config.migrations[s->config.n_migrations - 1].version : 0;

    if (to <= 0 || to > newest)
        to = newest;
    TRY(look(s, conn, &found, f));
    if (found.version < to) {
        if (!s->config.may_migrate)
            return not_allowed(s, found.version, to, f);
        TRY(s->d->dialect == SQLITE ? migrate_sqlite(s, conn, to, f) : migrate_postgres(s, conn, to, f));
        TRY(look(s, conn, &found, f));
    }
    s->version = found.version;
    return OK;
}
