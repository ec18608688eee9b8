/* mem – the heap, behind a counter, and arenas on it.
 *
 * Everything that allocates while a request is served comes through mem_alloc()
 * (ours, jansson's and SQLite's), so that a test can fail the n-th allocation
 * of the whole program. An arena is one block: what does not fit is ERR_LIMIT. */
#ifndef JW_MEM_H
#define JW_MEM_H

#include "err.h"
#include <stdbool.h>
#include <stddef.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

extern _Atomic bool mem_watched;                /* a test counts and fails; false in service               */
extern _Atomic long mem_calls;                  /* allocations so far, while watched                       */
extern _Atomic long mem_fail_from, mem_fail_to; /* fail calls from..to; 0, 0 = fail none                   */
extern _Thread_local bool mem_failed;           /* since the caller cleared it; jansson does not tell      */
void *mem_alloc(size_t n);                      /* NULL: no memory                                         */
void *mem_grow(void *p, size_t n);              /* like realloc: on NULL the old block is still the caller's */
void mem_free(void *p);
bool mem_fails_now(void);

typedef struct Arena {
    char *base;
    size_t used, size;
} Arena;
Err arena_begin(Arena *a, size_t size, Fault *f);
void *arena_raw(Arena *a, size_t n);  /* the same, not zeroed: for what is written before it is read */
void *arena_take(Arena *a, size_t n); /* zeroed, 16-byte aligned; NULL when full */
void arena_end(Arena *a);
Err fault_arena(Fault *f); /* what a full arena is called: ERR_LIMIT */

#endif
