/* The index of a layer in a file: what is believed, what is not, what is left when it
 * cannot be written, and many writers at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "geo_tiling.h"
#include "ground_cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[64], cache[80], file[160];
static Tiling tiling;
static AreaIndex *ix;
static GroundCacheKey key;
static Fault f;

static int set_up(void **state) {
    char name[GROUND_FILE_NAME];
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/jw-cache-XXXXXX");
    assert_non_null(mkdtemp(dir));
    snprintf(cache, sizeof cache, "%s/cache", dir);
    tiling = tiling_make(6, 5, 1000, (Point){ 0, 0 }, 3);
    IndexArea *areas = calloc((size_t)tiling.n, sizeof *areas);
    for (int32_t i = 0; i < tiling.n; i++)
        areas[i] = (IndexArea){ &tiling.shapes[i], i + 100, str("a") };
    assert_int_equal(index_build(areas, tiling.n, &ix, &f), OK);
    free(areas);
    key = (GroundCacheKey){ .layer = { 77 }, .revision = 5, .content = { 1, 2, 3 } };
    ground_cache_name(&key, name);
    snprintf(file, sizeof file, "%s/%s", cache, name);
    return 0;
}

static int tear_down(void **state) {
    char command[100];
    (void)state;
    index_free(ix);
    tiling_free(&tiling);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

static void write_key(const GroundCacheKey *k) { assert_int_equal(ground_cache_write(cache, k, ix, &f), OK); }

static CacheFound look(const GroundCacheKey *k) {
    GroundMap m = { 0 };
    CacheFound found = ground_cache_map(cache, k, &m);

    assert_int_equal(m.at != NULL, found == CACHE_MAPPED);
    ground_cache_unmap(&m);
    return found;
}

static int files(void) {
    DIR *d = opendir(cache);
    int n = 0;

    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d))
        n += e->d_name[0] != '.';
    if (d)
        closedir(d);
    return n;
}

static void put_bytes(const char *path, const char *bytes, size_t n) {
    FILE *to = fopen(path, "w");
    assert_non_null(to);
    assert_int_equal(fwrite(bytes, 1, n, to), n);
    assert_int_equal(fclose(to), 0);
}

static size_t get_bytes(const char *path, char *room, size_t size) {
    FILE *from = fopen(path, "r");
    assert_non_null(from);
    size_t n = fread(room, 1, size, from);
    fclose(from);
    return n;
}

static void test_answers_the_same(void **state) {
    GroundMap m;
    Dice d = { 9 };
    (void)state;
    assert_int_equal(look(&key), CACHE_NONE);
    write_key(&key);
    assert_int_equal(ground_cache_map(cache, &key, &m), CACHE_MAPPED);
    assert_int_equal(index_size(m.index), index_size(ix));
    for (int i = 0; i < 20000; i++) {
        Point p = { (int32_t)dice(&d, 8000) - 1000, (int32_t)dice(&d, 7000) - 1000 };
        int32_t at = index_find(m.index, p);
        assert_int_equal(at, index_find(ix, p));
        assert_int_equal(index_key(m.index, at), at < 0 ? 0 : at + 100);
    }
    ground_cache_unmap(&m);
}

/* Every byte may have changed, and the file may end anywhere. */
static void test_damaged(void **state) {
    static char whole[1 << 20];
    (void)state;
    write_key(&key);
    size_t n = get_bytes(file, whole, sizeof whole);
    assert_true(n > 1000 && n < sizeof whole);
    for (size_t i = 0; i < n; i += i < 120 ? 1 : 97) {
        whole[i] ^= 0x10;
        put_bytes(file, whole, n);
        CacheFound found = look(&key);
        assert_true(found == CACHE_DAMAGED || (found == CACHE_OTHER && i >= 8 && i < 64));
        whole[i] ^= 0x10;
    }
    for (size_t cut = 0; cut < n; cut += cut < 120 ? 1 : 971) {
        put_bytes(file, whole, cut);
        assert_int_equal(look(&key), CACHE_DAMAGED);
    }
    put_bytes(file, whole, n);
    assert_int_equal(look(&key), CACHE_MAPPED);
    put_bytes(file,
              "a picture of something else entirely, and longer than a head, "
              "so that it has to be looked at to be told from one of ours",
              120);
    assert_int_equal(look(&key), CACHE_DAMAGED);
    assert_int_equal(unlink(file) | mkdir(file, 0700), 0);
    assert_int_equal(look(&key), CACHE_DAMAGED);
    assert_int_equal(rmdir(file), 0);
}

/* The right name does not help: the key in the file decides. */
static void test_other(void **state) {
    static char whole[1 << 20];
    GroundCacheKey older = key, content = key, layer = key;
    char name[GROUND_FILE_NAME], path[160];
    (void)state;
    older.revision = 4;
    write_key(&older);
    ground_cache_name(&older, name);
    snprintf(path, sizeof path, "%s/%s", cache, name);
    put_bytes(file, whole, get_bytes(path, whole, sizeof whole));
    assert_int_equal(look(&key), CACHE_OTHER);
    write_key(&key);
    content.content[31] = 1;
    layer.layer.v = 78;
    assert_int_equal(look(&content), CACHE_OTHER);
    assert_int_equal(look(&layer), CACHE_NONE);
    assert_int_equal(look(&key), CACHE_MAPPED);
}

/* Older revisions, other layers and what killed writers left are deleted; a newer
 * revision, what a living writer holds, and what is not ours stay. */
static void test_sweeps(void **state) {
    GroundCacheKey older = key, layer = key, newer = key;
    char path[160];
    (void)state;
    older.revision = 4;
    layer.layer.v = 78;
    newer.revision = 6;
    write_key(&older);
    write_key(&layer);
    assert_int_equal(files(), 1); /* one governs */
    write_key(&newer);
    snprintf(path, sizeof path, "%s/ground-aaaaaa.tmp", cache);
    put_bytes(path, "x", 1);
    snprintf(path, sizeof path, "%s/notes.txt", cache);
    put_bytes(path, "x", 1);
    snprintf(path, sizeof path, "%s/ground-bbbbbb.tmp", cache);
    put_bytes(path, "x", 1);
    int held = open(path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(flock(held, LOCK_EX), 0);
    write_key(&key);
    assert_int_equal(access(path, F_OK), 0);
    close(held);
    assert_int_equal(files(), 4);
    assert_int_equal(look(&newer), CACHE_MAPPED);
    write_key(&newer);
    assert_int_equal(files(), 2);
    assert_int_equal(look(&key), CACHE_NONE);
}

/* As on a full disk: an error, no half file, and what was there is as it was. */
static void test_no_room(void **state) {
    struct rlimit before, small;
    (void)state;
    write_key(&key);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = (struct rlimit){ 500, before.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    Err e = ground_cache_write(cache, &key, ix, &f);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(e, ERR_STORE);
    assert_string_equal(f.key, "ground_cache");
    assert_non_null(strstr(f.en, "cannot be written: File too large; the index is built again"));
    assert_int_equal(files(), 1);
    assert_int_equal(look(&key), CACHE_MAPPED);
}

static void test_no_directory(void **state) {
    (void)state;
    put_bytes(cache, "", 0);
    assert_int_equal(ground_cache_write(cache, &key, ix, &f), ERR_STORE);
    assert_int_equal(look(&key), CACHE_NONE);
}

static void *write_often(void *arg) {
    Fault mine;
    for (int i = 0; i < 40; i++)
        if (ground_cache_write(cache, &key, ix, &mine) != OK)
            ++*(int *)arg; /* another swept it before it was locked: only this file is lost */
    return NULL;
}

/* Two servers in one directory: a reader always finds a whole file. */
static void test_two_writers(void **state) {
    pthread_t writer[2];
    int lost[2] = { 0 };
    (void)state;
    write_key(&key);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&writer[i], NULL, write_often, &lost[i]), 0);
    for (int i = 0; i < 400; i++)
        assert_int_equal(look(&key), CACHE_MAPPED);
    for (int i = 0; i < 2; i++)
        pthread_join(writer[i], NULL);
    assert_true(lost[0] + lost[1] < 80);
    assert_int_equal(look(&key), CACHE_MAPPED);
    assert_int_equal(files(), 1);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_answers_the_same), TEST(test_damaged),      TEST(test_other),      TEST(test_sweeps),
        TEST(test_no_room),          TEST(test_no_directory), TEST(test_two_writers)
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
