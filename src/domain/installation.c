/* installation – see installation.h. */
#include "installation.h"

#include "access.h"
#include "sign_log.h"
#include "area_tile.h"
#include "address.h"
#include "backup.h"
#include "check_ground.h"
#include "delivery.h"
#include "ground.h"
#include "ground_keeper.h"
#include "keys.h"
#include "proposal.h"
#include "schema.h"
#include "store.h"
#include "system_q.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_FILE_MAX = 8192 };

static Err file_fault(const char *path, Fault *f) {
    return fault(f, ERR_STORE, "file", "", "不能读写 %s：%s。", "%s cannot be read or written: %s.", path,
                 strerror(errno));
}

static Err make_dir(const char *dir, Fault *f) {
    struct stat st;

    if (mkdir(dir, 0700) == 0 || (errno == EEXIST && stat(dir, &st) == 0 && S_ISDIR(st.st_mode)))
        return OK;
    return fault(f, ERR_STORE, "data_dir", "data", "%s 不是可用的数据目录：%s。",
                 "%s cannot be used as the data directory: %s.", dir,
                 errno == EEXIST ? "not a directory" : strerror(errno));
}

/* ---- keys ---- */

static Err write_keys(const char *path, const KeyRing *ring, Fault *f) {
    char room[KEY_FILE_MAX];
    Buf b = { room, 0, sizeof room, false, 0 };
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0)
        return file_fault(path, f);
    keyring_print(ring, &b);
    bool done = write(fd, b.p, b.n) == (ssize_t)b.n && fsync(fd) == 0;
    seal_wipe(room, sizeof room);
    close(fd);
    return done ? OK : file_fault(path, f);
}

static Err read_keys(int fd, const char *path, KeyRing **ret, Fault *f) {
    char room[KEY_FILE_MAX];
    ssize_t n = read(fd, room, sizeof room);

    if (n < 0)
        return file_fault(path, f);
    Err e = keyring_read((Str){ room, (size_t)n }, ret, f);
    seal_wipe(room, sizeof room);
    return e;
}

static void key_path(const Installation *in, char room[1024]) {
    snprintf(room, 1024, "%s%s", *in->key_file ? in->key_file : in->dir, *in->key_file ? "" : "/keys");
}

/* `ret_made`: there were none, these are new. */
static Err load_keys(const Installation *in, bool *ret_made, Fault *f) {
    char path[1024];
    KeyRing *ring = NULL;
    int32_t id;

    key_path(in, path);
    *ret_made = false;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    Err e = OK;
    if (fd >= 0) {
        e = read_keys(fd, path, &ring, f);
        close(fd);
    } else if (errno == ENOENT) {
        e = keyring_new(&ring, f);
        e = e == OK ? keyring_grow(ring, &id, f) : e;
        e = e == OK ? write_keys(path, ring, f) : e;
        *ret_made = e == OK;
    } else
        e = file_fault(path, f);
    if (e == OK)
        keys_use(ring);
    else if (ring)
        keyring_free(ring);
    return e;
}

/* ---- opening ---- */

static const char *where_of(const Installation *in, char room[1024]) {
    if (*in->store)
        return in->store;
    snprintf(room, 1024, "%s/jingwei.db", in->dir);
    return room;
}

static Err ask_sealed(Tx *tx, void *arg, Fault *f) {
    Count sealed = { 0 };
    size_t n;

    TRY(sql_sealed_any(tx, &sealed, 1, &n, f));
    *(bool *)arg = sealed.n > 0;
    return OK;
}

/* New keys open nothing that the old ones sealed: they are taken away again. */
static Err refuse_new_keys(const Installation *in, Store *s, Fault *f) {
    char path[1024];
    bool sealed = false;

    TRY(store_read(s, -1, ask_sealed, &sealed, f));
    if (!sealed)
        return OK;
    key_path(in, path);
    unlink(path);
    return fault(
        f, ERR_STORE, "keys_missing", "", "%s 不在，而数据库里有用密钥加密的内容：请把密钥文件放回去。",
        "%s is missing, and the database holds what was sealed with those keys: put the file back.", path);
}

/* Only looks: is there an installation to look at? */
static Err need_existing(const Installation *in, Fault *f) {
    char room[1024];

    if (*in->store || access(where_of(in, room), F_OK) == 0)
        return OK;
    return fault(f, ERR_NOT_FOUND, "data_dir_none", "data", "%s 里还没有数据。", "There is no data in %s yet.",
                 in->dir);
}

Err installation_open(const Installation *in, Store **ret, Fault *f) {
    char room[1024], cache[1024];
    bool made = false;
    Store *s;
    StoreConfig c = { .where = where_of(in, room),
                      .readers = (size_t)in->readers,
                      .may_migrate = !*in->store || in->migrate,
                      .exclusive = in->exclusive };

    if (in->existing)
        TRY(need_existing(in, f));
    if (!in->existing || access(in->dir, F_OK) == 0) {
        TRY(make_dir(in->dir, f));
        TRY(load_keys(in, &made, f));
    }
    TRY(store_open(&c, &s, f));
    Err e = made ? refuse_new_keys(in, s, f) : OK;
    if (e != OK) {
        installation_close(s);
        return e;
    }
    snprintf(cache, sizeof cache, "%s/cache", in->dir);
    ground_keep_in(s, cache);
    *ret = s;
    return OK;
}

void installation_close(Store *s) {
    if (!s)
        return;
    addresses_forget(s);
    proposal_forget(s);
    ground_forget(s);
    area_tiles_forget(s);
    store_close(s);
    keys_use(NULL);
}

/* ---- care ---- */

Err installation_backup(const Installation *in, const char *to, InstallationProgress *progress, void *ctx,
                        Fault *f) {
    char room[1024];
    return backup_make(where_of(in, room), to, progress, ctx, f);
}

Err installation_restore(const char *from, const char *dir, InstallationProgress *progress, void *ctx,
                         Fault *f) {
    int32_t version;
    return backup_restore(from, dir, "jingwei.db", progress, ctx, &version, f);
}

static Err check_access(Tx *tx, void *arg, Fault *f) {
    int64_t rows;
    tx_lend(tx, arg);
    TRY(access_check(tx, &rows, f));
    return sign_log_check(tx, &rows, f);
}

Err installation_check(Store *s, Buf *b, int64_t *ret_wrong, Fault *f) {
    size_t before = b->n;
    int64_t wrong = 0;
    Arena a;

    TRY(schema_check(s, all_records, b, f));
    for (size_t i = before; i < b->n; i++)
        wrong += b->p[i] == '\n';
    TRY(arena_begin(&a, 1 << 20, f));
    Err e = store_read(s, -1, check_access, &a, f);
    arena_end(&a);
    if (e == ERR_STORE && strcmp(f->key, "access_chain") == 0) {
        buf_fmt(b, "%s\n", f->en);
        wrong++;
    } else
        TRY(e);
    TRY(check_ground(s, b, &wrong, f));
    TRY(delivery_report(s, b, f));
    *ret_wrong = wrong;
    return OK;
}
