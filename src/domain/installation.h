/* installation – one data directory: its database (in it, or PostgreSQL), its
 * keys, and the care of both: opening, migrating, copying, restoring, checking.
 * The command line comes through here, so that it needs no SQL either. */
#ifndef JW_INSTALLATION_H
#define JW_INSTALLATION_H

#include "text.h"
#include "tx.h"

typedef struct Installation {
    const char *dir;      /* made if missing */
    const char *store;    /* postgresql://… or "": DIR/jingwei.db */
    const char *key_file; /* or "": DIR/keys */
    int readers;          /* reading connections */
    bool existing;        /* make nothing: ERR_NOT_FOUND where there is no installation yet */
    bool exclusive;       /* `serve`: nobody else serves this directory */
    bool migrate;         /* PostgreSQL: `jingwei migrate` only; SQLite always */
} Installation;

/* Makes the directory and the keys where there are none, loads the keys, opens
 * and migrates the database. Where the database holds sealed fields and the keys are
 * gone, none are made: ERR_STORE. */
Err installation_open(const Installation *in, Store **ret, Fault *f);
void installation_close(Store *s);

typedef bool InstallationProgress(void *ctx, int64_t done, int64_t total);
Err installation_backup(const Installation *in, const char *to, InstallationProgress *progress, void *ctx,
                        Fault *f);
Err installation_restore(const char *from, const char *dir, InstallationProgress *progress, void *ctx,
                         Fault *f);

/* Whole database, tables as described, access log unbroken. What is wrong is
 * written to `b`, a line each; *ret_wrong counts them. */
Err installation_check(Store *s, Buf *b, int64_t *ret_wrong, Fault *f);

#endif
