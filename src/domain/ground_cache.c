/* ground_cache – see ground_cache.h. A file is a FileHead and the block of the index.
 *
 * A writer holds a lock on its temporary file, so what is not locked belongs to
 * nobody any more and may go. Two servers that write the same revision rename the
 * same bytes onto each other. */
#include "ground_cache.h"

#include "seal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAGIC "JWGROUND"
enum { FILE_VERSION = 1, PATH_ROOM = 1200 };

typedef struct FileHead {
    char magic[8];
    uint32_t version;
    int32_t revision;
    int64_t layer;
    uint64_t size; /* of the block that follows */
    uint8_t content[32], sum[32];
} FileHead;
_Static_assert(sizeof(FileHead) % 8 == 0, "the block is aligned");

void ground_cache_name(const GroundCacheKey *key, char ret[GROUND_FILE_NAME]) {
    snprintf(ret, GROUND_FILE_NAME, "ground-%016llx-%d.index", (unsigned long long)key->layer.v, key->revision);
}

static void path_of(const char *dir, const char *name, char ret[PATH_ROOM]) {
    snprintf(ret, PATH_ROOM, "%s/%s", dir, name);
}

static void sum_of(const void *block, size_t n, uint8_t ret[32]) {
    hash_32("ground.index", NULL, (Str){ block, n }, ret);
}

/* ---- reading ---- */

static FileHead head_of(const GroundCacheKey *key, size_t size) {
    FileHead h = { .version = FILE_VERSION, .revision = key->revision, .layer = key->layer.v, .size = size };

    memcpy(h.magic, FILE_MAGIC, sizeof h.magic);
    memcpy(h.content, key->content, sizeof h.content);
    return h;
}

static CacheFound judge(const GroundCacheKey *key, GroundMap *m) {
    const FileHead *h = m->at;
    const char *block = (const char *)m->at + sizeof *h;
    FileHead wanted = head_of(key, m->size - sizeof *h);
    uint8_t sum[32];
    Fault f;

    if (memcmp(h->magic, FILE_MAGIC, sizeof h->magic) != 0 || h->size != wanted.size)
        return CACHE_DAMAGED;
    if (memcmp(h, &wanted, offsetof(FileHead, sum)) != 0)
        return CACHE_OTHER;
    sum_of(block, m->size - sizeof *h, sum);
    if (memcmp(sum, h->sum, sizeof sum) != 0)
        return CACHE_DAMAGED;
    return index_view(block, m->size - sizeof *h, &m->index, &f) == OK ? CACHE_MAPPED : CACHE_DAMAGED;
}

/* Once it is checked, only the pages that are asked for need to stay in memory. */
static CacheFound map_file(int fd, const GroundCacheKey *key, GroundMap *ret) {
    struct stat st;
    GroundMap m = { 0 };

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size < (off_t)sizeof(FileHead))
        return CACHE_DAMAGED;
    m.size = (size_t)st.st_size;
    m.at = mmap(NULL, m.size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (m.at == MAP_FAILED)
        return CACHE_NONE;
    CacheFound found = judge(key, &m);
    if (found == CACHE_MAPPED) {
        madvise(m.at, m.size, MADV_DONTNEED);
        *ret = m;
    } else
        munmap(m.at, m.size);
    return found;
}

CacheFound ground_cache_map(const char *dir, const GroundCacheKey *key, GroundMap *ret) {
    char name[GROUND_FILE_NAME], path[PATH_ROOM];

    ground_cache_name(key, name);
    path_of(dir, name, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return CACHE_NONE;
    CacheFound found = map_file(fd, key, ret);
    close(fd);
    return found;
}

void ground_cache_unmap(GroundMap *m) {
    if (m->at)
        munmap(m->at, m->size);
    *m = (GroundMap){ 0 };
}

/* ---- writing ---- */

static Err not_written(const char *path, Fault *f) {
    return fault(f, ERR_STORE, "ground_cache", "", "不能写入 %s：%s；下次启动时会重新建立索引。",
                 "%s cannot be written: %s; the index is built again at the next start.", path,
                 strerror(errno));
}

static bool write_all(int fd, const void *p, size_t n) {
    const char *at = p;

    while (n > 0) {
        ssize_t done = write(fd, at, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        at += done;
        n -= (size_t)done;
    }
    return true;
}

static bool write_file(int fd, const GroundCacheKey *key, const AreaIndex *ix) {
    FileHead h = head_of(key, index_size(ix));

    sum_of(ix, index_size(ix), h.sum);
    return flock(fd, LOCK_EX | LOCK_NB) == 0 && write_all(fd, &h, sizeof h) &&
           write_all(fd, ix, index_size(ix)) && fsync(fd) == 0;
}

/* A temporary file that nobody holds. */
static bool is_left_behind(const char *path, const char *name) {
    size_t n = strlen(name);

    if (n < 4 || strcmp(name + n - 4, ".tmp") != 0)
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool left = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
    if (fd >= 0)
        close(fd);
    return left;
}

static bool is_older(const char *name, const GroundCacheKey *key) {
    unsigned long long layer;
    int revision, end = 0;

    if (sscanf(name, "ground-%16llx-%d.index%n", &layer, &revision, &end) != 2 || end == 0 || name[end])
        return false;
    return layer != (unsigned long long)key->layer.v || revision < key->revision;
}

/* A newer one stays: another server may be ahead. */
static void sweep(const char *dir, const GroundCacheKey *key) {
    char path[PATH_ROOM];
    DIR *d = opendir(dir);

    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
        if (strncmp(e->d_name, "ground-", 7) != 0)
            continue;
        path_of(dir, e->d_name, path);
        if (is_older(e->d_name, key) || is_left_behind(path, e->d_name))
            unlink(path);
    }
    if (d)
        closedir(d);
}

static void sync_dir(const char *dir) {
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return;
    fsync(fd); /* if that is lost, so is a file that can be made again */
    close(fd);
}

Err ground_cache_write(const char *dir, const GroundCacheKey *key, const AreaIndex *ix, Fault *f) {
    char name[GROUND_FILE_NAME], path[PATH_ROOM], beside[PATH_ROOM];

    ground_cache_name(key, name);
    path_of(dir, name, path);
    path_of(dir, "ground-XXXXXX.tmp", beside);
    if (mkdir(dir, 0700) != 0 && errno != EEXIST)
        return not_written(dir, f);
    int fd = mkostemps(beside, 4, O_CLOEXEC);
    if (fd < 0)
        return not_written(beside, f);
    bool written = write_file(fd, key, ix) && rename(beside, path) == 0;
    Err e = written ? OK : not_written(path, f);
    if (!written)
        unlink(beside);
    close(fd);
    if (!written)
        return e;
    sync_dir(dir);
    sweep(dir, key);
    return OK;
}
