/* backup – see backup.h. SQLite's online copy, from a connection that holds one
 * snapshot, so that writes meanwhile neither tear it nor start it again. */
#include "backup.h"

#include "inner.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGES_A_STEP = 256, PATH_ROOM = 4096 };

static Err said(sqlite3 *db, int rc, Fault *f) {
    switch (rc & 0xff) {
    case SQLITE_NOMEM: return fault_memory(f);
    case SQLITE_FULL: return fault_disk_full(f);
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return fault_store_busy(f);
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        fault(f, ERR_STORE, "store_damaged", "", "文件已损坏，不是完整的数据库。",
              "The file is damaged: it is no whole database.");
        break;
    default: fault_store(f); break;
    }
    snprintf(f->detail, sizeof f->detail, "sqlite %d: %s", rc, db ? sqlite3_errmsg(db) : "");
    return f->err;
}

static Err cannot_make(const char *path, Fault *f) {
    int error = errno;

    if (error == EEXIST)
        fault(f, ERR_CONFLICT, "backup_exists", "", "%s 已经存在，不会覆盖：请换一个文件名。",
              "%s exists already and is not overwritten: name another file.", path);
    else if (error == ENOSPC || error == EDQUOT)
        fault_disk_full(f);
    else
        fault(f, ERR_STORE, "backup_cannot_make", "", "无法写入 %s：请检查目录和权限。",
              "%s cannot be written: check the directory and its mode.", path);
    snprintf(f->detail, sizeof f->detail, "%s", strerror(error));
    return f->err;
}

/* ---- copying ---- */

static Err copy_pages(sqlite3 *from, sqlite3 *to, BackupProgress *progress, void *ctx, Fault *f) {
    sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
    int rc = SQLITE_OK;
    bool stopped = false;

    if (!b)
        return said(to, sqlite3_errcode(to), f);
    while (rc == SQLITE_OK && !stopped) {
        rc = sqlite3_backup_step(b, PAGES_A_STEP);
        int64_t total = sqlite3_backup_pagecount(b);
        stopped = progress && !progress(ctx, total - sqlite3_backup_remaining(b), total);
    }
    sqlite3_backup_finish(b);
    if (stopped && rc != SQLITE_DONE)
        return fault(f, ERR_BUSY, "backup_stopped", "", "已中止，没有留下文件。", "Stopped; no file was left.");
    return rc == SQLITE_DONE ? OK : said(to, rc, f);
}

/* A copy is one plain file: without a log beside it. */
static Err copy_open(sqlite3 *from, const char *part, BackupProgress *progress, void *ctx, Fault *f) {
    sqlite3 *to = NULL;

    int rc = sqlite3_open_v2(part, &to, SQLITE_OPEN_READWRITE, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(to, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF", NULL, NULL, NULL);
    Err e = rc == SQLITE_OK ? copy_pages(from, to, progress, ctx, f) : said(to, rc, f);
    if (e == OK && (rc = sqlite3_exec(to, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL)) != SQLITE_OK)
        e = said(to, rc, f);
    sqlite3_close(to);
    return e;
}

static Err sync_path(const char *path, int flags, Fault *f) {
    int fd = open(path, flags | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return good ? OK : cannot_make(path, f);
}

/* The name appears only when all of it is on the disk; link() never replaces. */
static Err publish(const char *part, const char *to, Fault *f) {
    char dir[PATH_ROOM];
    const char *slash = strrchr(to, '/');

    TRY(sync_path(part, O_RDWR, f));
    if (link(part, to) != 0)
        return cannot_make(to, f);
    unlink(part);
    snprintf(dir, sizeof dir, "%.*s", slash ? (int)(slash - to) + 1 : 1, slash ? to : ".");
    return sync_path(dir, O_RDONLY | O_DIRECTORY, f);
}

static Err copy_to(sqlite3 *from, const char *to, BackupProgress *progress, void *ctx, Fault *f) {
    char part[PATH_ROOM];
    struct stat st;

    if (lstat(to, &st) == 0) {
        errno = EEXIST;
        return cannot_make(to, f);
    }
    snprintf(part, sizeof part, "%s.part", to);
    unlink(part); /* of a copy that was cut off */
    int fd = open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return cannot_make(part, f);
    close(fd);
    Err e = copy_open(from, part, progress, ctx, f);
    if (e == OK)
        e = publish(part, to, f);
    if (e != OK)
        unlink(part);
    return e;
}

static Err open_source(const char *where, sqlite3 **ret, Fault *f) {
    sqlite3 *db = NULL;
    struct stat st;

    sqlite_prepare_process();
    if (stat(where, &st) != 0)
        return fault(f, ERR_NOT_FOUND, "backup_no_source", "", "没有这个文件：%s。", "There is no file %s.",
                     where);
    TRY(sqlite_file_check(where, f));
    int rc = sqlite3_open_v2(where, &db, SQLITE_OPEN_READWRITE, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(
            db, "PRAGMA busy_timeout=5000; PRAGMA query_only=1; BEGIN; SELECT count(*) FROM sqlite_schema",
            NULL, NULL, NULL);
    if (rc != SQLITE_OK) {
        Err e = said(db, rc, f);
        sqlite3_close(db);
        return e;
    }
    *ret = db;
    return OK;
}

Err backup_make(const char *where, const char *to, BackupProgress *progress, void *ctx, Fault *f) {
    sqlite3 *from;

    if (strncmp(where, "postgresql://", 13) == 0 || strncmp(where, "postgres://", 11) == 0)
        return fault(f, ERR_INVALID, "backup_postgres", "",
                     "PostgreSQL 请用它自己的工具备份：pg_dump -Fc --file=FILE 数据库。",
                     "PostgreSQL is copied by its own tool: pg_dump -Fc --file=FILE DATABASE.");
    TRY(open_source(where, &from, f));
    Err e = copy_to(from, to, progress, ctx, f);
    sqlite3_close(from);
    return e;
}

/* ---- checking and restoring ---- */

static Err first_text(sqlite3 *db, const char *sql, char ret[240], Fault *f) {
    sqlite3_stmt *s = NULL;

    int rc = sqlite3_prepare_v2(db, sql, -1, &s, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(s);
    const char *z = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(s, 0) : NULL;
    snprintf(ret, 240, "%s", z ? z : "");
    sqlite3_finalize(s);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? OK : said(db, rc, f);
}

static Err check_whole(sqlite3 *db, Fault *f) {
    char word[240];

    TRY(first_text(db, "PRAGMA integrity_check(1)", word, f));
    if (strcmp(word, "ok") == 0)
        return OK;
    fault(f, ERR_STORE, "store_damaged", "", "文件已损坏，不是完整的数据库。",
          "The file is damaged: it is no whole database.");
    snprintf(f->detail, sizeof f->detail, "%s", word);
    return ERR_STORE;
}

Err backup_check(const char *where, Fault *f) {
    sqlite3 *db;

    TRY(open_source(where, &db, f));
    Err e = check_whole(db, f);
    sqlite3_close(db);
    return e;
}

static Err check_ours(sqlite3 *db, int32_t *ret_version, Fault *f) {
    char word[240];
    int32_t newest = store_migrations_n ? store_migrations[store_migrations_n - 1].version : 0;

    TRY(check_whole(db, f));
    TRY(first_text(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'schema_version'", word, f));
    if (strcmp(word, "1") != 0)
        return fault(f, ERR_INVALID, "backup_foreign", "", "这不是本系统的备份文件。",
                     "This is no copy of a Jingwei database.");
    TRY(first_text(db, "SELECT coalesce(max(version), 0) FROM schema_version", word, f));
    int32_t version = (int32_t)strtol(word, NULL, 10);
    if (version > newest)
        return fault(f, ERR_STORE, "store_newer", "",
                     "备份由更新的版本 %d 建立，本程序只认识到 %d：请安装新版程序。",
                     "The copy was made by a newer version %d; this program knows %d: install the newer one.",
                     version, newest);
    *ret_version = version;
    return OK;
}

static Err empty_directory(const char *dir, Fault *f) {
    int entries = 0;

    if (mkdir(dir, 0700) != 0 && errno != EEXIST)
        return cannot_make(dir, f);
    DIR *d = opendir(dir);
    if (!d)
        return cannot_make(dir, f);
    while (readdir(d))
        entries++;
    closedir(d);
    if (entries > 2) /* . and .. */
        return fault(f, ERR_CONFLICT, "restore_not_empty", "", "目录 %s 不是空的：请指定空目录。",
                     "The directory %s is not empty: name an empty one.", dir);
    return OK;
}

Err backup_restore(const char *from, const char *dir, const char *file, BackupProgress *progress, void *ctx,
                   int32_t *ret_version, Fault *f) {
    char to[PATH_ROOM];
    sqlite3 *db;
    int32_t version = 0;

    TRY(open_source(from, &db, f));
    Err e = check_ours(db, &version, f);
    if (e == OK)
        e = empty_directory(dir, f);
    snprintf(to, sizeof to, "%s/%s", dir, file);
    if (e == OK)
        e = copy_to(db, to, progress, ctx, f);
    sqlite3_close(db);
    if (e == OK)
        *ret_version = version;
    return e;
}
