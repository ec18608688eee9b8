/* tile_cache – see tile_cache.h. Entries are numbered from 1; 0 is none. Each is in
 * the list of its bucket and in the list by age, whose head is the newest. */
#include "tile_cache.h"

#include <pthread.h>
#include <string.h>

enum { ENTRIES = 8192, BUCKETS = 16384, ENTRY_BYTES = 128 /* what an empty one counts */ };

typedef struct Entry {
    TileAddress at;
    char *p; /* n bytes */
    size_t n;
    int32_t next, newer, older;
} Entry;

struct TileCache {
    pthread_mutex_t lock;
    size_t bytes, bytes_max;
    int32_t newest, oldest, free, used; /* free: a list by `next`; used: entries ever taken */
    int32_t buckets[BUCKETS];
    Entry entries[ENTRIES + 1];
};

static int32_t *bucket_of(TileCache *c, TileAddress at) {
    uint64_t key = (uint64_t)at.z << 44 ^ (uint64_t)at.x << 22 ^ (uint64_t)at.y;
    return &c->buckets[(key * 0x9E3779B97F4A7C15ull) >> 50];
}

static void unlink_age(TileCache *c, int32_t i) {
    Entry *e = &c->entries[i];

    *(e->newer ? &c->entries[e->newer].older : &c->newest) = e->older;
    *(e->older ? &c->entries[e->older].newer : &c->oldest) = e->newer;
}

static void link_newest(TileCache *c, int32_t i) {
    c->entries[i].newer = 0;
    c->entries[i].older = c->newest;
    *(c->newest ? &c->entries[c->newest].newer : &c->oldest) = i;
    c->newest = i;
}

static void drop(TileCache *c, int32_t i) {
    Entry *e = &c->entries[i];
    int32_t *link = bucket_of(c, e->at);

    while (*link != i)
        link = &c->entries[*link].next;
    *link = e->next;
    unlink_age(c, i);
    c->bytes -= e->n + ENTRY_BYTES;
    mem_free(e->p);
    e->p = NULL;
    e->next = c->free;
    c->free = i;
}

static int32_t find(TileCache *c, TileAddress at) {
    int32_t i = *bucket_of(c, at);

    while (i && memcmp(&c->entries[i].at, &at, sizeof at) != 0)
        i = c->entries[i].next;
    return i;
}

Err tile_cache_new(size_t bytes_max, TileCache **ret, Fault *f) {
    TileCache *c = mem_alloc(sizeof *c);
    if (!c)
        return fault_memory(f);
    memset(c, 0, sizeof *c);
    pthread_mutex_init(&c->lock, NULL);
    c->bytes_max = bytes_max;
    *ret = c;
    return OK;
}

void tile_cache_free(TileCache *c) {
    if (!c)
        return;
    while (c->newest)
        drop(c, c->newest);
    pthread_mutex_destroy(&c->lock);
    mem_free(c);
}

Err tile_cache_get(TileCache *c, TileAddress at, Arena *a, Str *ret, bool *ret_found, Fault *f) {
    Err e = OK;

    pthread_mutex_lock(&c->lock);
    int32_t i = find(c, at);
    if (i) {
        unlink_age(c, i);
        link_newest(c, i);
        e = str_copy(a, (Str){ c->entries[i].p, c->entries[i].n }, ret, f);
    }
    pthread_mutex_unlock(&c->lock);
    *ret_found = i != 0;
    return e;
}

/* An entry for `n` more bytes; 0 if they do not fit at all. */
static int32_t make_room(TileCache *c, size_t n) {
    size_t wanted = n + ENTRY_BYTES;

    if (wanted > c->bytes_max)
        return 0;
    while (c->bytes + wanted > c->bytes_max || (!c->free && c->used == ENTRIES))
        drop(c, c->oldest);
    if (!c->free)
        return ++c->used;
    int32_t i = c->free;
    c->free = c->entries[i].next;
    return i;
}

void tile_cache_put(TileCache *c, TileAddress at, Str bytes) {
    char *copy = mem_alloc(bytes.n);

    if (!copy)
        return;
    if (bytes.n)
        memcpy(copy, bytes.p, bytes.n);
    pthread_mutex_lock(&c->lock);
    int32_t i = find(c, at) ? 0 : make_room(c, bytes.n); /* another thread may have made the same */
    if (i) {
        int32_t *bucket = bucket_of(c, at);
        c->entries[i] = (Entry){ .at = at, .p = copy, .n = bytes.n, .next = *bucket };
        *bucket = i;
        link_newest(c, i);
        c->bytes += bytes.n + ENTRY_BYTES;
    }
    pthread_mutex_unlock(&c->lock);
    if (!i)
        mem_free(copy);
}

size_t tile_cache_size(TileCache *c) {
    pthread_mutex_lock(&c->lock);
    size_t bytes = c->bytes;
    pthread_mutex_unlock(&c->lock);
    return bytes;
}
