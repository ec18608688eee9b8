/* id – see id.h. One word holds the last tick and its sequence for the whole
 * process: a sequence that overflows, or a clock that steps back, borrows the
 * next tick instead of waiting. */
#include "id.h"

#include "clock.h"

#include <stdatomic.h>

#define EPOCH_MS 1704067200000 /* 2024-01-01T00:00:00Z */
enum { TICK_MS = 4, SEQUENCE_BITS = 7, NODE_BITS = 5, HOME_BITS = 12, TICK_BITS = 39 };

static _Atomic int32_t node;
static _Atomic int64_t last = 1 << SEQUENCE_BITS; /* tick << 7 | sequence */

void id_node_set(int32_t n) { node = n & NODE_MAX; }

/* A clock before 2024 or after 2093 does not count: the last tick goes on. */
static int64_t first_of(int64_t ms) {
    int64_t tick = (ms - EPOCH_MS) / TICK_MS;
    return tick > 0 && tick < INT64_C(1) << TICK_BITS ? tick << SEQUENCE_BITS : 0;
}

/* The next number that is at least `first`; the carry is the next tick. */
static int64_t advance(int64_t first) {
    int64_t before = atomic_load(&last), mine;

    do
        mine = first > before ? first : before + 1;
    while (!atomic_compare_exchange_weak(&last, &before, mine));
    return mine;
}

void id_floor_set(int64_t ms) { advance(first_of(ms) - 1); }

int64_t id_last_ms(void) { return (atomic_load(&last) >> SEQUENCE_BITS) * TICK_MS + EPOCH_MS + TICK_MS; }

int64_t id_new(int32_t home) {
    int64_t mine = advance(first_of(clock_now_ms())), sequence = mine & ((1 << SEQUENCE_BITS) - 1);
    return (((mine >> SEQUENCE_BITS) << HOME_BITS | (home & HOME_MAX)) << NODE_BITS | node) << SEQUENCE_BITS |
           sequence;
}

int64_t id_past(int64_t ms, int32_t home, int32_t sequence) {
    int64_t tick = first_of(ms) >> SEQUENCE_BITS;
    return ((tick << HOME_BITS | (home & HOME_MAX)) << NODE_BITS | NODE_MAX) << SEQUENCE_BITS |
           (sequence & ((1 << SEQUENCE_BITS) - 1));
}

int32_t id_home(int64_t id) { return (int32_t)(id >> (NODE_BITS + SEQUENCE_BITS)) & HOME_MAX; }
int32_t id_node(int64_t id) { return (int32_t)(id >> SEQUENCE_BITS) & NODE_MAX; }
int64_t id_ms(int64_t id) { return (id >> (HOME_BITS + NODE_BITS + SEQUENCE_BITS)) * TICK_MS + EPOCH_MS; }
