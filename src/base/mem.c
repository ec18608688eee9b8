/* mem – see mem.h. */
#include "mem.h"

#include <stdlib.h>
#include <string.h>

_Atomic bool mem_watched;
_Atomic long mem_calls, mem_fail_from, mem_fail_to;
_Thread_local bool mem_failed;

/* In service nothing is counted: a shared counter would make the cores wait
 * for each other at every allocation. */
bool mem_fails_now(void) {
    if (!mem_watched)
        return false;
    long n = ++mem_calls;
    return n >= mem_fail_from && n <= mem_fail_to;
}

void *mem_alloc(size_t n) {
    void *p = mem_fails_now() ? NULL : malloc(n ? n : 1);
    mem_failed |= p == NULL;
    return p;
}

void *mem_grow(void *p, size_t n) {
    void *q = mem_fails_now() ? NULL : realloc(p, n ? n : 1);
    mem_failed |= q == NULL;
    return q;
}

void mem_free(void *p) { free(p); }

Err arena_begin(Arena *a, size_t size, Fault *f) {
    char *base = mem_alloc(size);
    if (!base)
        return fault_memory(f);
    *a = (Arena){ base, 0, size };
    return OK;
}

void *arena_raw(Arena *a, size_t n) {
    size_t room = (n + 15) & ~(size_t)15;
    if (room < n || room > a->size - a->used)
        return NULL;
    void *p = a->base + a->used;
    a->used += room;
    return p;
}

void *arena_take(Arena *a, size_t n) {
    void *p = arena_raw(a, n);
    return p ? memset(p, 0, n) : NULL;
}

void arena_end(Arena *a) {
    mem_free(a->base);
    *a = (Arena){ 0 };
}

Err fault_arena(Fault *f) {
    return fault(f, ERR_LIMIT, "too_large", "", "请求或结果太大。", "The request or its result is too large.");
}
