/* backup – copies of a SQLite installation while it runs, and back again.
 *
 * A copy is one snapshot, whole even while others write, brought to the disk
 * before its name appears, and never put over a file that exists. PostgreSQL has
 * pg_dump, and the sentence says so. Photos and keys are the caller's. */
#ifndef JW_BACKUP_H
#define JW_BACKUP_H

#include "store.h"

/* `done` of `total` pages; false stops, and nothing is left behind (ERR_BUSY). */
typedef bool BackupProgress(void *ctx, int64_t done, int64_t total);

/* `where` is the path of a SQLite file (or postgresql://…: refused). */
Err backup_make(const char *where, const char *to, BackupProgress *progress, void *ctx, Fault *f);

/* Puts the copy `from` into the directory `dir` (made if missing; must be empty)
 * under the name `file`, after checking that it is whole, ours, and not newer than
 * this program. `ret_version` is its schema version. */
Err backup_restore(const char *from, const char *dir, const char *file, BackupProgress *progress, void *ctx,
                   int32_t *ret_version, Fault *f);

/* PRAGMA integrity_check on a file; ERR_STORE with the first complaint. */
Err backup_check(const char *where, Fault *f);

#endif
